/* The build of a generation, stage after stage: see qiao/build.h. Everything is made in a staged folder; nothing served
 * changes before the end. */
#include "indexing/build_internal.h"

#include "indexing/duplicates.h"
#include "indexing/duplicates_kept.h"
#include "indexing/embed.h"
#include "lexicon/lexicon_internal.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/fulltext.h"
#include "qiao/processors.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define KEEP_DEFAULT 5u
#define THREADS_MAX 64u
#define PATH_SIZE QIAOI_BUILD_PATH_SIZE

void
qiaoi_build_begin(qiaoi_build *b, qiao_build_stage stage)
{
    b->stage_start = qiao_clock_monotonic_us();
    if (b->options->progress != NULL)
        b->options->progress(stage, 0, 0, b->options->context);
}

void
qiaoi_build_end(qiaoi_build *b, qiao_build_stage stage)
{
    b->report->seconds[stage] = (double)(qiao_clock_monotonic_us() - b->stage_start) / 1e6;
}

/* "name/version/hash" of the profile that the stored matches are made by. */
static void
label_profile(const qiaoi_build *b, char out[sizeof((qiao_manifest *)0)->profile])
{
    snprintf(out, sizeof((qiao_manifest *)0)->profile, "%.20s/%.20s/%s", qiao_profiles_name(b->tables.profiles, 0),
             qiao_profiles_version(b->tables.profiles, 0), qiao_profiles_hash(b->tables.profiles, 0));
}

/* A generation built before there were suggestions is made again. */
static bool
has_suggestions(const qiao_manifest *manifest)
{
    for (size_t i = 0; i < manifest->file_count; i++)
        if (strcmp(manifest->files[i].name, QIAOI_SUGGEST_NAME) == 0)
            return true;
    return false;
}

/* Is the served generation already of this state of the source store, these vocabularies, this profile and lexicon? */
static bool
nothing_changed(qiaoi_build *b, uint64_t sequence)
{
    qiao_manifest current;
    char profile[sizeof current.profile];
    uint64_t number;

    label_profile(b, profile);
    if (qiao_catalog_current(b->options->data_dir, &number, NULL) != QIAO_OK ||
        qiao_catalog_manifest(b->options->data_dir, number, &current, NULL) != QIAO_OK)
        return false;
    b->parent = number;
    if (b->options->full || current.source_sequence != sequence || strcmp(current.profile, profile) != 0 ||
        current.format_version != QIAO_FORMAT_VERSION ||
        strcmp(current.vocabulary, qiao_vocabulary_version(b->tables.vocabulary)) != 0 ||
        !qiaoi_build_same_lexicon(b, current.lexicon) || !has_suggestions(&current) ||
        !qiaoi_embed_settled(b->options, number, b->report))
        return false;
    b->report->generation = number;
    b->report->nothing_changed = true;
    return true;
}

/* Another build of the program may analyse otherwise, and its version need not say so. */
static uint64_t
hash_of_program(void)
{
    qiao_mapping program;
    uint64_t hash = 0;

    if (qiao_mapping_open("/proc/self/exe", &program, NULL) != QIAO_OK)
        return qiao_hash64(QIAO_VERSION, strlen(QIAO_VERSION), 0);
    hash = qiao_hash64(program.data, program.length, 0);
    qiao_mapping_close(&program);
    return hash;
}

/* ---- what can be done side by side ---- */

typedef struct side_job {
    qiaoi_build *b;
    qiao_status (*run)(qiaoi_build *b, qiao_error *err);
    qiao_status status;
    qiao_error error;
    double seconds;
    pthread_t thread;
    bool started; /* false: it is done where it is waited for */
} side_job;

static void *
run_side_job(void *context)
{
    side_job *job = context;
    uint64_t start = qiao_clock_monotonic_us();

    job->status = job->run(job->b, &job->error);
    job->seconds = (double)(qiao_clock_monotonic_us() - start) / 1e6;
    return NULL;
}

static void
begin_side_job(qiaoi_build *b, side_job *job, qiao_status (*run)(qiaoi_build *b, qiao_error *err))
{
    *job = (side_job){.b = b, .run = run, .error = QIAO_ERROR_INIT};
    job->started = b->threads > 1 && pthread_create(&job->thread, NULL, run_side_job, job) == 0;
}

/* st: of what was done meanwhile; the first failure counts. */
static qiao_status
end_side_job(side_job *job, qiao_status st, qiao_error *err)
{
    if (job->started)
        pthread_join(job->thread, NULL);
    else if (st == QIAO_OK)
        run_side_job(job);
    if (st != QIAO_OK || job->status == QIAO_OK)
        return st;
    if (err != NULL)
        *err = job->error;
    return job->status;
}

/* What does not ask for the records, beside reading them. */
static qiao_status
open_inputs(qiaoi_build *b, qiao_error *err)
{
    qiao_status st = qiao_tables_open(
        &(qiao_tables_options){.vocabulary_dir = b->options->vocabulary_dir, .data_dir = b->options->data_dir},
        &b->tables, err);

    if (st == QIAO_OK)
        st = qiaoi_build_open_lexicon(b, err);
    b->basis.program = hash_of_program();
    return st == QIAO_OK && (!b->options->full || b->options->statistics == QIAO_STATISTICS_KEPT)
               ? qiaoi_reuse_open(&b->reuse, b->options->data_dir, err)
               : st;
}

static qiao_status
read_records(qiaoi_build *b, qiao_error *err)
{
    side_job inputs;
    qiao_status st;

    qiaoi_build_begin(b, QIAO_BUILD_READ);
    begin_side_job(b, &inputs, open_inputs);
    st = qiaoi_corpus_read(&b->corpus, b->store, err);
    if (st == QIAO_OK)
        st = qiaoi_corpus_verdicts(&b->corpus, b->store, &b->verdicts, err);
    st = end_side_job(&inputs, st, err);
    qiaoi_build_end(b, QIAO_BUILD_READ);
    return st;
}

/* Update or full build: what an earlier build found counts where the records were read by the same words and codes. */
static qiao_status
choose_mode(qiaoi_build *b, qiao_error *err)
{
    const char *vocabulary = qiao_vocabulary_version(b->tables.vocabulary),
               *units = qiao_units_version(b->tables.units);
    qiao_status st = QIAO_OK;

    b->basis.lexicon = qiaoi_lexicon_checksum(b->base);
    b->basis.vocabulary = qiao_hash64(
        units, strlen(units), qiao_hash64(vocabulary, strlen(vocabulary), qiao_concepts_checksum(b->tables.concepts)));
    b->report->mode = QIAO_BUILD_FULL_ASKED;
    if (b->options->full)
        qiaoi_reuse_forget(&b->reuse, &b->corpus);
    else
        st = qiaoi_corpus_reuse(&b->corpus, b->options->data_dir, &b->basis, b->tables.vocabulary, &b->reuse,
                                &b->report->mode, err);
    if (b->reuse.findings != NULL || b->statistics.kept)
        b->corpus.parent = &b->reuse.parent;
    if (b->reuse.findings != NULL) {
        b->corpus.kept_order = b->reuse.findings->order;
        b->corpus.kept_term_count = b->reuse.findings->header->order_count;
    }
    b->report->analysed = b->reuse.findings != NULL ? b->reuse.changed : b->corpus.numbers;
    return st;
}

static qiao_status
analyse(qiaoi_build *b, qiao_error *err)
{
    qiaoi_analysis analysis = {.lexicon = b->base,
                               .vocabulary = b->tables.vocabulary,
                               .units = b->tables.units,
                               .concepts = b->tables.concepts,
                               .folder = b->staged,
                               .threads = b->threads,
                               .progress = b->options->progress,
                               .context = b->options->context};
    qiao_status st;

    qiaoi_build_begin(b, QIAO_BUILD_ANALYSE);
    st = choose_mode(b, err);
    b->text = (qiaoi_text){.folder = b->staged};
    analysis.findings = b->reuse.findings;
    if (st == QIAO_OK && b->reuse.findings != NULL)
        st = qiaoi_text_copy(&b->text, b->options->data_dir, &b->reuse, err);
    analysis.text = b->text.writer;
    if (st == QIAO_OK)
        st = qiaoi_corpus_analyse(&b->corpus, &analysis, &b->text.shards, err);
    qiaoi_build_end(b, QIAO_BUILD_ANALYSE);
    return st;
}

/* ---- the indexes ---- */

static qiao_status
finish_text(qiaoi_build *b, qiao_error *err)
{
    qiao_status st = qiaoi_text_finish(&b->text, err);

    if (st == QIAO_OK)
        qiao_file_write_out_tree(b->staged); /* while the postings are made */
    return st;
}

/* What was found is written behind them, while others work on the postings still. Without it the next build analyses
 * everything again: no reason to fail. */
static qiao_status
make_suggestions(qiaoi_build *b, qiao_error *err)
{
    qiao_status st = qiaoi_suggest_finish(b->suggesting, b->staged, err);

    b->found_open = st == QIAO_OK;
    b->found_kept = st == QIAO_OK && qiaoi_findings_write(&b->corpus, b->reuse.findings, &b->basis, b->number,
                                                          b->options->data_dir, NULL) == QIAO_OK;
    return st;
}

/* From the words that the merge left. */
static qiao_status
find_duplicates(qiaoi_build *b, qiao_error *err)
{
    const qiao_manifest *then = b->statistics.kept ? qiao_generation_manifest(b->reuse.parent.generation) : NULL;
    qiaoi_duplicates_job job = {.entry_count = b->base->entry_count,
                                .folder = b->staged,
                                .threads = b->threads,
                                .data_dir = b->options->data_dir};
    qiaoi_duplicate_counts counts;
    qiao_status st;

    if (then != NULL && b->reuse.findings != NULL)
        job.basis_then = qiaoi_duplicates_basis_then(b->reuse.findings, then->statistics);
    job.basis_now = qiaoi_duplicates_basis_now(&b->corpus, &b->basis, then != NULL ? then->statistics : b->number);
    st = qiaoi_corpus_duplicates(&b->corpus, &job, &counts, err);
    for (int kind = 0; kind < 2; kind++) {
        b->report->duplicates[kind] = counts.records[kind];
        b->report->duplicate_groups[kind] = counts.groups[kind];
    }
    return st;
}

/* The records go to disk and titles are read while the lexicon is derived; the postings need it, and suggestions are
 * made and duplicates found beside them. */
static qiao_status
write_index(qiaoi_build *b, qiao_error *err)
{
    qiaoi_generation_writer *writer = NULL;
    char path[PATH_SIZE];
    side_job lexicon, suggestions, duplicates;
    qiao_status st;

    qiaoi_build_begin(b, QIAO_BUILD_LEXICON);
    snprintf(path, sizeof path, "%s/records.mdb", b->staged);
    begin_side_job(b, &lexicon, qiaoi_build_lexicon);
    st = qiaoi_corpus_write_records(&b->corpus, path, &writer, err);
    if (st == QIAO_OK)
        st = qiaoi_suggest_begin(&b->corpus, b->base, b->options->lexicon_path, &b->suggesting, err);
    st = end_side_job(&lexicon, st, err);
    qiaoi_build_end(b, QIAO_BUILD_LEXICON);
    qiao_file_write_out_tree(b->staged);
    if (st != QIAO_OK) {
        qiaoi_generation_writer_abort(writer);
        return st;
    }
    qiaoi_build_begin(b, QIAO_BUILD_POSTINGS);
    begin_side_job(b, &suggestions, make_suggestions);
    begin_side_job(b, &duplicates, find_duplicates);
    st = end_side_job(&duplicates, qiaoi_corpus_write_postings(&b->corpus, b->derived, writer, err), err);
    st = end_side_job(&suggestions, st, err);
    b->report->seconds[QIAO_BUILD_DUPLICATES] = duplicates.seconds;
    qiaoi_build_end(b, QIAO_BUILD_POSTINGS);
    return st;
}

static qiao_status
make_indexes(qiaoi_build *b, qiao_error *err)
{
    side_job text;
    qiao_status st;

    begin_side_job(b, &text, finish_text);
    st = end_side_job(&text, write_index(b, err), err);
    b->report->seconds[QIAO_BUILD_TEXT] = text.seconds;
    return st;
}

/* The optional dense channel: whatever goes wrong with it stands in the report, and the build goes on. */
static void
embed(qiaoi_build *b)
{
    char path[PATH_SIZE];

    if (b->options->embed == NULL)
        return;
    qiaoi_build_begin(b, QIAO_BUILD_EMBED);
    snprintf(path, sizeof path, "%s/vectors.bin", b->staged);
    qiaoi_corpus_embed(&b->corpus, b->options, path, b->report);
    qiaoi_build_end(b, QIAO_BUILD_EMBED);
}

static void
describe(qiaoi_build *b)
{
    qiao_manifest *m = &b->manifest;
    qiao_build_report *r = b->report;

    m->generation = b->number;
    m->parent = b->parent;
    m->format_version = QIAO_FORMAT_VERSION;
    m->projects = r->projects = b->corpus.count[QIAO_PROJECT];
    m->needs = r->needs = b->corpus.count[QIAO_NEED];
    m->terms = r->terms = b->corpus.term_count;
    m->postings = r->postings = b->corpus.postings;
    m->bilingual = r->bilingual;
    m->source_sequence = b->corpus.sequence;
    m->statistics = r->statistics =
        b->statistics.kept ? qiao_generation_manifest(b->reuse.parent.generation)->statistics : b->number;
    m->drift_projects = r->drift[QIAO_PROJECT] = b->statistics.drift[QIAO_PROJECT];
    m->drift_needs = r->drift[QIAO_NEED] = b->statistics.drift[QIAO_NEED];
    r->pairs = b->corpus.pair_count;
    r->generation = b->number;
    qiao_clock_utc(m->created);
    label_profile(b, m->profile);
    snprintf(m->vocabulary, sizeof m->vocabulary, "%s", qiao_vocabulary_version(b->tables.vocabulary));
    qiaoi_build_describe_lexicon(b);
    snprintf(m->software, sizeof m->software, "%s", QIAO_VERSION);
}

static qiao_status
install(qiaoi_build *b, qiao_error *err)
{
    size_t removed = 0;
    qiao_status st;

    qiaoi_build_begin(b, QIAO_BUILD_INSTALL);
    b->have_stage = false;
    st = qiao_catalog_install(b->options->data_dir, b->staged, &b->manifest, err);
    if (st == QIAO_OK && !b->options->no_publish) {
        st = qiao_catalog_publish(b->options->data_dir, b->number, err);
        b->report->published = st == QIAO_OK;
        if (st == QIAO_OK)
            st = qiao_catalog_prune(b->options->data_dir, b->options->keep == 0 ? KEEP_DEFAULT : b->options->keep,
                                    &removed, err);
        b->report->pruned = removed;
    }
    qiaoi_build_end(b, QIAO_BUILD_INSTALL);
    return st;
}

/* What was found counts from now on. */
static void
keep_findings(qiaoi_build *b)
{
    qiaoi_build_begin(b, QIAO_BUILD_KEEP);
    b->report->kept = qiaoi_findings_settle(b->found_kept, b->options->data_dir, NULL) == QIAO_OK && b->found_kept;
    b->found_open = false;
    qiaoi_build_settle_candidates(b, true);
    qiaoi_build_end(b, QIAO_BUILD_KEEP);
}

static qiao_status
make_generation(qiaoi_build *b, qiao_error *err)
{
    qiao_status st;

    st = read_records(b, err);
    if (st == QIAO_OK)
        qiaoi_build_label_lexicon(b);
    if (st == QIAO_OK && b->corpus.sequence == 0) {
        st = qiao_fail(err, QIAO_E_NOTFOUND, "nothing has been imported into %s yet", b->options->data_dir);
        qiao_error_hint(err, "import records first: qiao-indexer import --data %s FILE", b->options->data_dir);
    }
    if (st == QIAO_OK && nothing_changed(b, b->corpus.sequence))
        return QIAO_OK;
    if (st == QIAO_OK)
        st = qiao_catalog_stage(b->options->data_dir, b->staged, &b->number, err);
    if (st != QIAO_OK)
        return st;
    b->have_stage = true;
    st = qiaoi_build_apply_glossary(b, err);
    if (st == QIAO_OK)
        st = qiaoi_build_learn(b, err);
    if (st == QIAO_OK)
        st = analyse(b, err);
    if (st == QIAO_OK)
        st = make_indexes(b, err);
    if (st == QIAO_OK)
        st = qiaoi_corpus_write_verdicts(&b->corpus, &b->verdicts, b->staged, err);
    if (st == QIAO_OK) {
        embed(b);
        describe(b);
    }
    if (st == QIAO_OK && !b->options->no_match)
        st = qiaoi_build_match(b, err);
    if (st == QIAO_OK)
        st = install(b, err);
    if (st == QIAO_OK)
        keep_findings(b);
    return st;
}

static unsigned
thread_count(unsigned wanted)
{
    if (wanted == 0)
        wanted = qiao_processors();
    return wanted > THREADS_MAX ? THREADS_MAX : wanted;
}

static qiao_status
build_once(const qiao_build_options *options, qiao_build_report *report, qiao_error *err)
{
    qiaoi_build b = {.options = options,
                     .report = report,
                     .threads = thread_count(options->threads),
                     .corpus = {.day = (int)(time(NULL) / 86400), .threads = thread_count(options->threads)}};
    qiao_status st;

    memset(report, 0, sizeof *report);
    st = qiao_source_store_open(options->data_dir, true, &b.store, err);
    if (st == QIAO_OK)
        st = qiao_profile_take_next(options->data_dir, err);
    if (st == QIAO_OK)
        st = make_generation(&b, err);
    if (b.found_open && qiaoi_findings_settle(false, options->data_dir, NULL) != QIAO_OK)
        report->kept = false;
    if (st != QIAO_OK)
        qiaoi_build_settle_candidates(&b, false);
    qiaoi_text_done(&b.text);
    qiaoi_suggesting_free(b.suggesting);
    if (b.have_stage && qiao_file_remove_tree(b.staged, NULL) != QIAO_OK && st == QIAO_OK)
        st = qiao_fail(err, QIAO_E_IO, "cannot remove %s", b.staged);
    qiao_lexicon_close(b.statistics.working);
    qiaoi_reuse_done(&b.reuse);
    qiaoi_corpus_done(&b.corpus);
    qiao_free(b.verdicts.items);
    qiaoi_learner_free(b.learner);
    qiao_lexicon_close(b.derived);
    qiao_lexicon_close(b.base);
    qiao_source_store_close(b.store);
    qiao_tables_close(&b.tables);
    return st;
}

/* What a damaged parent or cache keeps an update from, a build of everything can do. */
qiao_status
qiao_build(const qiao_build_options *options, qiao_build_report *report, qiao_error *err)
{
    qiao_build_options full = *options;
    qiao_status st = build_once(options, report, err);

    if (st != QIAO_E_CORRUPT || options->full || report->mode != QIAO_BUILD_UPDATED)
        return st;
    full.full = true;
    full.statistics = QIAO_STATISTICS_RENEWED;
    st = build_once(&full, report, err);
    report->mode = QIAO_BUILD_FULL_NOTHING_KEPT;
    return st;
}
