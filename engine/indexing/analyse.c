/*
 * Analyses the corpus on several threads. Each thread takes runs of consecutive documents (projects, then needs), keeps
 * its own term numbers, writes a full-text shard for each run, and shares nothing but the stop flag and what is left to
 * be done, so the result depends on the documents alone. An update takes what was found before, and its few new
 * documents go to one full-text index in turn.
 */
#include "indexing/findings.h"
#include "indexing/runs.h"

#include "facts/suggested_tags.h"
#include "fulltext/document.h"
#include "qiao/tags.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define PATH_SIZE 4200
#define PROGRESS_STEP 512u

typedef struct shared_state {
    qiaoi_corpus *corpus;
    const qiaoi_analysis *analysis;
    qiaoi_runs runs;
    atomic_bool stop;
    atomic_uint_fast64_t done;
    pthread_mutex_t progress_lock, text_lock;
} shared_state;

typedef struct worker {
    shared_state *shared;
    qiaoi_shard *shard;
    uint32_t index;
    uint64_t analysed;            /* documents */
    qiao_fulltext_writer *writer; /* of the run at hand; NULL where there is one for all */
    qiao_fulltext_indexer *indexer;
    qiaoi_facts_maker facts;
    qiao_arena *tag_strings;
    qiaoi_unpacker *unpacker;
    qiao_status status;
    qiao_error error;
    pthread_t thread;
    bool started;
} worker;

static qiao_status
visit_text(const qiaoi_text_tokens *seen, void *context, qiao_error *err)
{
    worker *w = context;

    return qiao_fulltext_indexer_text(w->indexer, seen->text, seen->tokens, seen->count, err);
}

static qiao_status
keep_tags(worker *w, qiaoi_corpus_document *document, const char *const *tags, size_t count, qiao_error *err)
{
    uint32_t *numbers = qiao_arena_alloc(w->shard->collector.arena, count * sizeof *numbers + 1);

    if (numbers == NULL)
        return qiao_fail_memory(err);
    document->tags = numbers;
    for (size_t i = 0; i < count; i++) {
        qiao_status st = qiaoi_term_table_add(&w->shard->tags, tags[i], strlen(tags[i]), &numbers[i], err);

        if (st != QIAO_OK)
            return st;
    }
    document->tag_count = (uint32_t)count;
    return QIAO_OK;
}

static qiao_status
keep_facts(worker *w, qiaoi_corpus_document *document, const qiao_record *record, qiao_error *err)
{
    const qiaoi_facts *facts;
    void *copy;
    qiao_status st = qiaoi_facts_make(&w->facts, record, &facts, err);

    if (st != QIAO_OK)
        return st;
    copy = qiao_arena_alloc(w->shard->collector.arena, facts->size);
    if (copy == NULL)
        return qiao_fail_memory(err);
    document->facts = memcpy(copy, facts, facts->size);
    document->facts_length = facts->size;
    return QIAO_OK;
}

static qiao_status
index_text(worker *w, uint32_t number, qiao_error *err)
{
    qiao_fulltext_writer *shared = w->shared->analysis->text;
    qiao_status st;

    if (shared == NULL)
        return qiao_fulltext_indexer_end(w->indexer, w->writer, number + 1, err);
    pthread_mutex_lock(&w->shared->text_lock);
    st = qiao_fulltext_indexer_end(w->indexer, shared, number + 1, err);
    pthread_mutex_unlock(&w->shared->text_lock);
    return st;
}

static qiao_status
analyse_record(worker *w, qiaoi_corpus_document *document, const qiao_record *record, qiao_error *err)
{
    const char *tags[QIAO_TAGS_MAX];
    bool complete = true;
    size_t count;
    qiao_status st;

    st = keep_facts(w, document, record, err);
    if (st != QIAO_OK)
        return st;
    qiao_arena_reset(w->tag_strings);
    count = qiao_record_tags(record, w->shared->analysis->vocabulary, w->shared->corpus->day, w->tag_strings, tags,
                             &complete);
    count = qiaoi_facts_suggested_tags(document->facts, w->shared->analysis->vocabulary, w->shared->corpus->day,
                                       w->tag_strings, tags, count, QIAO_TAGS_MAX, &complete);
    st = complete ? keep_tags(w, document, tags, count, err) : qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = qiao_fulltext_indexer_begin(w->indexer, record, tags, count, err);
    if (st == QIAO_OK)
        st = qiaoi_collect(&w->shard->collector, record, &document->use, visit_text, w, err);
    if (st == QIAO_OK)
        st = index_text(w, document->number, err);
    return st;
}

/* Its strings are in the last shard's tables; this thread's collector counts the words that wait for translation. */
static qiao_status
take_found(worker *w, qiaoi_corpus_document *document, qiao_kind kind, qiao_error *err)
{
    qiaoi_collector *collector = &w->shard->collector;
    const qiaoi_corpus *corpus = w->shared->corpus;
    qiao_status st = QIAO_OK;

    qiaoi_findings_take(corpus->findings, document->found - 1, document);
    document->shard = (uint32_t)corpus->shard_count - 1;
    if (corpus->words_left)
        return QIAO_OK;
    st = qiaoi_findings_take_words(corpus->findings, document->found - 1, collector->arena, &document->use, err);
    for (uint32_t i = 0; st == QIAO_OK && i < document->use.entry_count; i++)
        collector->entry_df[kind][document->use.entries[i].id]++;
    return st;
}

static qiao_status
analyse_one(worker *w, uint64_t position, qiao_error *err)
{
    qiaoi_corpus *corpus = w->shared->corpus;
    qiao_kind kind = position < corpus->count[QIAO_PROJECT] ? QIAO_PROJECT : QIAO_NEED;
    uint32_t docid = (uint32_t)(kind == QIAO_PROJECT ? position : position - corpus->count[QIAO_PROJECT]);
    qiaoi_corpus_document *document = &corpus->documents[kind][docid];
    qiao_record_issues issues = {0};
    qiao_record *record = NULL;
    qiao_bytes json;
    qiao_status st;

    if (document->found != 0)
        return take_found(w, document, kind, err);
    st = qiaoi_corpus_json(document, w->unpacker, &json, err);
    if (st == QIAO_OK)
        st = qiao_record_parse(json.data, json.length, NULL, &record, &issues, err);
    document->shard = w->index;
    if (st == QIAO_OK)
        st = analyse_record(w, document, record, err);
    qiao_record_free(record);
    return st;
}

static void
report_progress(shared_state *shared, uint64_t step)
{
    uint64_t done = atomic_fetch_add(&shared->done, step) + step;

    if (shared->analysis->progress == NULL)
        return;
    pthread_mutex_lock(&shared->progress_lock);
    shared->analysis->progress(QIAO_BUILD_ANALYSE, done, (uint64_t)shared->corpus->count[0] + shared->corpus->count[1],
                               shared->analysis->context);
    pthread_mutex_unlock(&shared->progress_lock);
}

static qiao_status
open_worker(worker *w, qiao_error *err)
{
    qiao_status st = qiaoi_collector_init(&w->shard->collector, w->shared->analysis->lexicon, err);

    w->tag_strings = qiao_arena_new(1u << 14);
    w->unpacker = qiaoi_unpacker_new();
    if (st == QIAO_OK && (w->tag_strings == NULL || w->unpacker == NULL))
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = qiao_fulltext_indexer_new(w->shard->collector.analyzer, w->shared->analysis->lexicon,
                                       w->shared->analysis->vocabulary, &w->indexer, err);
    if (st == QIAO_OK)
        st = qiaoi_facts_maker_init(&w->facts, w->shared->analysis->vocabulary, w->shared->analysis->units,
                                    w->shard->collector.analyzer, err);
    w->facts.concepts = w->shared->analysis->concepts;
    return st;
}

static void
close_worker(worker *w)
{
    qiao_fulltext_indexer_free(w->indexer);
    qiaoi_facts_maker_done(&w->facts);
    qiao_arena_free(w->tag_strings);
    qiaoi_unpacker_free(w->unpacker);
}

static qiao_status
analyse_run(worker *w, unsigned number, qiao_error *err)
{
    shared_state *shared = w->shared;
    char path[PATH_SIZE];
    uint64_t at;
    qiao_status st = QIAO_OK;

    snprintf(path, sizeof path, "%s/text-%u", shared->analysis->folder, number);
    if (shared->analysis->text == NULL)
        st = qiao_fulltext_writer_open(path, shared->analysis->threads, &w->writer, err);
    while (st == QIAO_OK && !atomic_load(&shared->stop) && qiaoi_runs_next(&shared->runs, w->index, &at)) {
        st = analyse_one(w, at, err);
        if (++w->analysed % PROGRESS_STEP == 0)
            report_progress(shared, PROGRESS_STEP);
    }
    if (w->writer != NULL) {
        qiao_status closed = qiao_fulltext_writer_close(w->writer, st == QIAO_OK ? err : NULL);

        w->writer = NULL;
        st = st == QIAO_OK ? closed : st;
    }
    return st;
}

static void *
run_worker(void *context)
{
    worker *w = context;
    qiao_status st = open_worker(w, &w->error);
    unsigned number;

    while (st == QIAO_OK && !atomic_load(&w->shared->stop) && qiaoi_runs_begin(&w->shared->runs, w->index, &number))
        st = analyse_run(w, number, &w->error);
    close_worker(w);
    if (st != QIAO_OK)
        atomic_store(&w->shared->stop, true);
    w->status = st;
    return NULL;
}

static qiao_status
run_workers(shared_state *shared, worker *workers, unsigned count, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (unsigned i = 0; i < count; i++) {
        worker *w = &workers[i];

        w->shared = shared;
        w->shard = &shared->corpus->shards[i];
        w->index = i;
        w->started = pthread_create(&w->thread, NULL, run_worker, w) == 0;
        if (!w->started) {
            atomic_store(&shared->stop, true);
            st = qiao_fail(err, QIAO_E_NOMEM, "cannot start a thread");
            break;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (!workers[i].started)
            continue;
        pthread_join(workers[i].thread, NULL);
        if (st == QIAO_OK && workers[i].status != QIAO_OK) {
            st = workers[i].status;
            if (err != NULL)
                *err = workers[i].error;
        }
    }
    return st;
}

qiao_status
qiaoi_corpus_analyse(qiaoi_corpus *corpus, const qiaoi_analysis *analysis, unsigned *text_shards_out, qiao_error *err)
{
    shared_state shared = {.corpus = corpus, .analysis = analysis};
    worker *workers = qiao_calloc(analysis->threads, sizeof *workers);
    qiao_status st = QIAO_OK;

    corpus->shards = qiao_calloc((size_t)analysis->threads + 1, sizeof *corpus->shards);
    if (workers == NULL || corpus->shards == NULL) {
        qiao_free(workers);
        return qiao_fail_memory(err);
    }
    corpus->shard_count = (size_t)analysis->threads + 1;
    corpus->findings = analysis->findings;
    corpus->words_left = corpus->statistics_kept && corpus->findings != NULL;
    if (analysis->findings != NULL)
        st = qiaoi_findings_tables(analysis->findings, &corpus->shards[analysis->threads], err);
    pthread_mutex_init(&shared.progress_lock, NULL);
    pthread_mutex_init(&shared.text_lock, NULL);
    if (st == QIAO_OK)
        st = qiaoi_runs_init(&shared.runs, analysis->threads, (uint64_t)corpus->count[0] + corpus->count[1], err);
    if (st == QIAO_OK)
        st = run_workers(&shared, workers, analysis->threads, err);
    *text_shards_out = analysis->text == NULL ? shared.runs.begun : 0;
    qiaoi_runs_done(&shared.runs);
    pthread_mutex_destroy(&shared.text_lock);
    pthread_mutex_destroy(&shared.progress_lock);
    qiao_free(workers);
    return st;
}
