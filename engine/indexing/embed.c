/*
 * The embedding stage: see embed.h. Documents go through in order of number, projects first; those whose vector is not to be had elsewhere are
 * collected and handed to the embedder a batch at a time, so memory does not grow with the catalogue. Once the embedder gives up, it is not asked
 * again in this build.
 */
#include "indexing/embed.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>

#define BATCH_DEFAULT 256u
#define BATCH_MAX 4096u

typedef struct waiting {
    unsigned side;
    uint32_t docid;
    qiaoi_vector_entry entry;
} waiting;

typedef struct stage {
    const qiaoi_corpus *corpus;
    const qiao_build_options *options;
    const qiao_embedder *embedder;
    qiao_build_report *report;
    qiaoi_vectors_writer *writer;
    qiaoi_vector_reuse *reuse;
    bool given_up;
    uint64_t done, vectors[2];
    /* the batch being collected */
    waiting *waiting;
    qiao_embed_text *texts;
    qiao_embed_state *states;
    float *numbers;
    int8_t *row;
    qiao_arena *arena;       /* its texts */
    size_t count, capacity;
    qiao_buffer text;
    qiaoi_unpacker *unpacker;
} stage;

static void
free_stage(stage *s)
{
    qiaoi_vectors_writer_abort(s->writer);
    qiaoi_vector_reuse_close(s->reuse);
    qiao_free(s->waiting);
    qiao_free(s->texts);
    qiao_free(s->states);
    qiao_free(s->numbers);
    qiao_free(s->row);
    qiao_arena_free(s->arena);
    qiao_buffer_done(&s->text);
    qiaoi_unpacker_free(s->unpacker);
}

static qiao_status
init_stage(stage *s, const char *path, qiao_error *err)
{
    const qiao_embedder *e = s->embedder;
    qiao_status st = qiaoi_vectors_writer_open(path, e->space, e->dimension, s->corpus->count, &s->writer, err);

    if (st != QIAO_OK)
        return st;
    s->capacity = e->batch == 0 ? BATCH_DEFAULT : e->batch > BATCH_MAX ? BATCH_MAX : e->batch;
    s->given_up = e->embed == NULL;
    s->waiting = qiao_calloc(s->capacity, sizeof *s->waiting);
    s->texts = qiao_calloc(s->capacity, sizeof *s->texts);
    s->states = qiao_calloc(s->capacity, sizeof *s->states);
    s->numbers = qiao_calloc(s->capacity, (size_t)e->dimension * sizeof *s->numbers);
    s->row = qiao_alloc(qiaoi_vectors_stride(e->dimension));
    s->arena = qiao_arena_new((size_t)1 << 16);
    s->unpacker = qiaoi_unpacker_new();
    if (s->unpacker == NULL || s->waiting == NULL || s->texts == NULL || s->states == NULL || s->numbers == NULL || s->row == NULL || s->arena == NULL)
        return qiao_fail_memory(err);
    return qiaoi_vector_reuse_open(s->options->data_dir, e->space, e->dimension, &s->reuse, err);
}

static void
show_progress(const stage *s)
{
    if (s->options->progress != NULL)
        s->options->progress(QIAO_BUILD_EMBED, s->done, (uint64_t)s->corpus->count[0] + s->corpus->count[1], s->options->context);
}

/* Every document passes here exactly once. */
static qiao_status
put(stage *s, unsigned side, uint32_t docid, const qiaoi_vector_entry *entry, const int8_t *row, float scale, qiao_error *err)
{
    s->done++;
    s->vectors[side] += entry->state == QIAO_EMBED_DONE;
    s->report->dense_failed += entry->state == QIAO_EMBED_FAILED;
    s->report->dense_refused += entry->state == QIAO_EMBED_REFUSED;
    return qiaoi_vectors_writer_put(s->writer, side, docid, entry, row, scale, err);
}

/* ---- asking ---- */

static qiao_status
put_answer(stage *s, size_t i, qiao_error *err)
{
    const uint32_t dimension = s->embedder->dimension;
    const int8_t *row = NULL;
    waiting *w = &s->waiting[i];
    float scale = 0;

    w->entry.state = (uint32_t)s->states[i];
    if (s->states[i] == QIAO_EMBED_DONE) {
        if (qiaoi_quantise(s->numbers + i * dimension, dimension, qiaoi_vectors_stride(dimension), s->row, &scale))
            row = s->row;
        else
            w->entry.state = QIAO_EMBED_REFUSED; /* a vector without a direction */
    }
    return put(s, w->side, w->docid, &w->entry, row, scale, err);
}

static qiao_status
flush(stage *s, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < s->count; i++)
        s->states[i] = QIAO_EMBED_FAILED;
    if (s->count > 0 && !s->given_up)
        s->given_up = s->embedder->embed(s->texts, s->count, s->numbers, s->states, s->embedder->context, &s->report->dense_reason) != QIAO_OK;
    for (size_t i = 0; st == QIAO_OK && i < s->count; i++)
        st = put_answer(s, i, err);
    s->count = 0;
    qiao_arena_reset(s->arena);
    show_progress(s);
    return st;
}

static qiao_status
ask(stage *s, unsigned side, uint32_t docid, const qiaoi_vector_entry *entry, qiao_error *err)
{
    const char *copy = qiao_arena_strndup(s->arena, s->text.data, s->text.length);

    if (copy == NULL)
        return qiao_fail_memory(err);
    s->waiting[s->count] = (waiting){side, docid, *entry};
    s->texts[s->count] = (qiao_embed_text){(qiao_kind)side, copy, s->text.length};
    s->count++;
    return s->count == s->capacity ? flush(s, err) : QIAO_OK;
}

/* ---- one document ---- */

static qiao_status
read_text(stage *s, qiao_bytes json, uint64_t hash[2], qiao_error *err)
{
    qiao_record_issues issues = {0};
    qiao_record *record = NULL;
    qiao_status st = qiao_record_parse(json.data, json.length, NULL, &record, &issues, err);

    if (st == QIAO_OK)
        st = qiaoi_embed_text(record, &s->text, err);
    qiao_record_free(record);
    if (st == QIAO_OK) {
        hash[0] = qiao_hash64(s->text.data, s->text.length, 0);
        hash[1] = qiao_hash64(s->text.data, s->text.length, 1);
    }
    return st;
}

static qiao_status
take_over(stage *s, unsigned side, uint32_t docid, qiaoi_vector_entry *entry, bool by_text, bool *taken, qiao_error *err)
{
    const int8_t *row;
    float scale;
    const qiaoi_vector_entry *old =
        qiaoi_vector_reuse_find(s->reuse, side, entry->record_hash, by_text ? entry->text_hash : NULL, &row, &scale);

    *taken = old != NULL;
    if (old == NULL)
        return QIAO_OK;
    memcpy(entry->text_hash, old->text_hash, sizeof entry->text_hash);
    entry->state = old->state;
    s->report->dense_reused += row != NULL;
    return put(s, side, docid, entry, row, scale, err);
}

static qiao_status
embed_document(stage *s, unsigned side, uint32_t docid, qiao_error *err)
{
    qiaoi_vector_entry entry = {.state = QIAO_EMBED_FAILED};
    bool taken = false;
    qiao_bytes json;
    qiao_status st = qiaoi_corpus_json(&s->corpus->documents[side][docid], s->unpacker, &json, err);

    if (st != QIAO_OK)
        return st;
    entry.record_hash = qiao_hash64(json.data, json.length, QIAOI_EMBED_RECIPE);
    st = take_over(s, side, docid, &entry, false, &taken, err);
    if (st != QIAO_OK || taken)
        return st;
    st = read_text(s, json, entry.text_hash, err);
    if (st == QIAO_OK)
        st = take_over(s, side, docid, &entry, true, &taken, err);
    if (st != QIAO_OK || taken)
        return st;
    if (s->text.length == 0)
        entry.state = QIAO_EMBED_REFUSED;
    else if (!s->given_up)
        return ask(s, side, docid, &entry, err);
    return put(s, side, docid, &entry, NULL, 0, err);
}

static qiao_status
embed_all(stage *s, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (unsigned side = 0; side < 2; side++)
        for (uint32_t d = 0; st == QIAO_OK && d < s->corpus->count[side]; d++)
            st = embed_document(s, side, d, err);
    return st == QIAO_OK ? flush(s, err) : st;
}

/* ---- the outcome ---- */

/* Says why a side is ranked by terms alone, unless something more telling was said already. */
static void
judge(stage *s)
{
    for (int side = 0; side < 2; side++) {
        uint64_t documents = s->corpus->count[side];

        s->report->dense_vectors += s->vectors[side];
        s->report->dense_served[side] = qiaoi_vectors_enough(s->vectors[side], documents);
        if (!s->report->dense_served[side] && documents > 0 && s->report->dense_reason.status == QIAO_OK)
            (void)qiao_fail(&s->report->dense_reason, QIAO_E_INPUT,
                            side == QIAO_PROJECT ? "%llu of %llu projects have a vector, fewer than %u per cent: projects are ranked by terms alone"
                                                 : "%llu of %llu needs have a vector, fewer than %u per cent: needs are ranked by terms alone",
                            (unsigned long long)s->vectors[side], (unsigned long long)documents, QIAO_DENSE_COVERAGE);
    }
}

static qiao_status
finish(stage *s, qiao_error *err)
{
    qiaoi_vectors_writer *writer = s->writer;

    if (s->vectors[0] + s->vectors[1] == 0)
        return QIAO_OK;
    s->writer = NULL;
    return qiaoi_vectors_writer_finish(writer, err);
}

/* The vectors could not be written: there are none, and what was counted does not hold. */
static void
give_up(const qiaoi_corpus *corpus, qiao_build_report *report, const qiao_error *err)
{
    report->dense_failed = (uint64_t)corpus->count[0] + corpus->count[1];
    report->dense_vectors = report->dense_reused = report->dense_refused = 0;
    report->dense_served[0] = report->dense_served[1] = false;
    report->dense_reason = *err;
}

void
qiaoi_corpus_embed(const qiaoi_corpus *corpus, const qiao_build_options *options, const char *path, qiao_build_report *report)
{
    stage s = {.corpus = corpus, .options = options, .embedder = options->embed, .report = report};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status st;

    if (options->embed->embed == NULL && options->embed->fault != NULL)
        report->dense_reason = *options->embed->fault;
    if (options->embed->space == NULL) {
        report->dense_failed = (uint64_t)corpus->count[0] + corpus->count[1];
        return;
    }
    st = init_stage(&s, path, &err);
    if (st == QIAO_OK)
        st = embed_all(&s, &err);
    if (st == QIAO_OK) {
        judge(&s);
        st = finish(&s, &err);
    }
    if (st != QIAO_OK)
        give_up(corpus, report, &err);
    free_stage(&s);
}

bool
qiaoi_embed_settled(const qiao_build_options *options, uint64_t generation, qiao_build_report *report)
{
    const qiao_embedder *e = options->embed;
    char folder[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 32];
    const qiaoi_vectors_header *about;
    qiaoi_vectors *vectors = NULL;
    bool settled;

    if (qiao_catalog_path(options->data_dir, generation, folder, NULL) != QIAO_OK)
        return false;
    snprintf(path, sizeof path, "%s/%s", folder, QIAOI_VECTORS_NAME);
    if (e == NULL)
        return !qiao_file_exists(path);
    if (e->embed == NULL) {
        if (e->fault != NULL)
            report->dense_reason = *e->fault;
        return true;
    }
    if (qiaoi_vectors_open(path, &vectors, NULL) != QIAO_OK)
        return false;
    about = qiaoi_vectors_about(vectors);
    settled = about->dimension == e->dimension && strcmp(about->space, e->space) == 0 &&
              about->vectors[0] + about->refused[0] == about->documents[0] && about->vectors[1] + about->refused[1] == about->documents[1];
    qiaoi_vectors_close(vectors);
    return settled;
}
