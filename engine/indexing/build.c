/* The build of a generation, stage after stage: see qiao/build.h. Everything is made in a staged folder; nothing served
 * changes before the end. */
#include "qiao/build.h"

#include "batch/lists.h"
#include "indexing/corpus.h"
#include "indexing/duplicates.h"
#include "indexing/duplicates_kept.h"
#include "indexing/embed.h"
#include "indexing/learn.h"
#include "indexing/reuse.h"
#include "indexing/statistics.h"
#include "indexing/suggest.h"
#include "indexing/text.h"
#include "indexing/verdicts.h"
#include "lexicon/derive.h"
#include "lexicon/extend.h"
#include "lexicon/lexicon_internal.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/fulltext.h"
#include "qiao/glossary.h"
#include "qiao/share.h"
#include "store/candidates.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEEP_DEFAULT 5u
#define THREADS_MAX QIAOI_TEXT_SHARDS_MAX
#define PATH_SIZE (QIAO_PATH_MAX + 64)

typedef struct build {
    const qiao_build_options *options;
    qiao_build_report *report;
    unsigned threads;
    qiao_source_store *store;
    qiao_tables tables;
    qiao_lexicon *base, *derived;
    qiaoi_corpus corpus;
    qiaoi_learner *learner;
    qiaoi_findings_basis basis;
    qiaoi_reuse reuse;
    qiaoi_text text;
    qiaoi_suggesting *suggesting;
    qiaoi_verdict_list verdicts;
    qiaoi_statistics_decision statistics;
    char staged[QIAO_PATH_MAX];
    bool have_stage;
    bool found_open, found_kept; /* findings are not settled yet; were they written? */
    uint64_t number, parent;
    qiao_manifest manifest;
    uint64_t stage_start;
    char lexicon_label[sizeof((qiao_manifest *)0)->lexicon]; /* of the base and the glossary, before anything is applied
                                                              */
} build;

static void
begin_stage(build *b, qiao_build_stage stage)
{
    b->stage_start = qiao_clock_monotonic_us();
    if (b->options->progress != NULL)
        b->options->progress(stage, 0, 0, b->options->context);
}

static void
end_stage(build *b, qiao_build_stage stage)
{
    b->report->seconds[stage] = (double)(qiao_clock_monotonic_us() - b->stage_start) / 1e6;
}

static qiao_status
open_base_lexicon(build *b, qiao_error *err)
{
    char path[QIAO_PATH_MAX];

    if (b->options->lexicon_path != NULL)
        return qiao_lexicon_open(b->options->lexicon_path, &b->base, err);
    qiao_status st = qiao_share_path("lexicon.bin", path, err);

    return st != QIAO_OK ? st : qiao_lexicon_open(path, &b->base, err);
}

/* What the lexicon of this build comes from: the base, the glossary. What bilingual records teach follows from the
 * source store; the manifest says it after a slash. */
static void
label_lexicon(build *b)
{
    char path[PATH_SIZE];
    qiao_buffer glossary = {0};
    uint64_t hash = qiao_hash64(b->base->version, strlen(b->base->version), 0);

    snprintf(path, sizeof path, "%s/glossary.tsv", b->options->data_dir);
    if (qiao_file_exists(path) && qiao_file_read(path, 0, &glossary, NULL) == QIAO_OK)
        hash = qiao_hash64(glossary.data == NULL ? "" : glossary.data, glossary.length, hash);
    snprintf(b->lexicon_label, sizeof b->lexicon_label, "%.32s:%016llx", b->base->version, (unsigned long long)hash);
    qiao_buffer_done(&glossary);
}

static bool
same_lexicon(const build *b, const char *label)
{
    size_t length = strlen(b->lexicon_label);

    return strncmp(label, b->lexicon_label, length) == 0 && (label[length] == '\0' || label[length] == '/');
}

/* "name/version/hash" of the profile that the stored matches are made by. */
static void
label_profile(const build *b, char out[sizeof((qiao_manifest *)0)->profile])
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
nothing_changed(build *b, uint64_t sequence)
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
        !same_lexicon(b, current.lexicon) || !has_suggestions(&current) ||
        !qiaoi_embed_settled(b->options, number, b->report))
        return false;
    b->report->generation = number;
    b->report->nothing_changed = true;
    return true;
}

/* The lexicon file just written into the staged folder takes the place of the base lexicon; its open mapping outlives
 * its name. */
static qiao_status
take_working_lexicon(build *b, const char *path, qiao_error *err)
{
    qiao_lexicon *working = NULL;
    qiao_status st = qiao_lexicon_open(path, &working, err);

    if (unlink(path) != 0 && st == QIAO_OK)
        st = qiao_fail_errno(err, errno, "cannot remove %s", path);
    if (st != QIAO_OK) {
        qiao_lexicon_close(working);
        return st;
    }
    qiao_lexicon_close(b->base);
    b->base = working;
    return QIAO_OK;
}

/* The base lexicon with the platform's glossary takes the place of the base lexicon. */
static qiao_status
apply_glossary(build *b, qiao_error *err)
{
    char path[PATH_SIZE];
    bool applied = false;
    qiao_status st;

    snprintf(path, sizeof path, "%s/lexicon.glossary", b->staged);
    st = qiao_glossary_apply(b->base, b->options->data_dir, path, &applied, err);
    return st == QIAO_OK && applied ? take_working_lexicon(b, path, err) : st;
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
    build *b;
    qiao_status (*run)(build *b, qiao_error *err);
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
begin_side_job(build *b, side_job *job, qiao_status (*run)(build *b, qiao_error *err))
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
open_inputs(build *b, qiao_error *err)
{
    qiao_status st = qiao_tables_open(
        &(qiao_tables_options){.vocabulary_dir = b->options->vocabulary_dir, .data_dir = b->options->data_dir},
        &b->tables, err);

    if (st == QIAO_OK)
        st = open_base_lexicon(b, err);
    b->basis.program = hash_of_program();
    return st == QIAO_OK && (!b->options->full || b->options->statistics == QIAO_STATISTICS_KEPT)
               ? qiaoi_reuse_open(&b->reuse, b->options->data_dir, err)
               : st;
}

static qiao_status
read_records(build *b, qiao_error *err)
{
    side_job inputs;
    qiao_status st;

    begin_stage(b, QIAO_BUILD_READ);
    begin_side_job(b, &inputs, open_inputs);
    st = qiaoi_corpus_read(&b->corpus, b->store, err);
    if (st == QIAO_OK)
        st = qiaoi_corpus_verdicts(&b->corpus, b->store, &b->verdicts, err);
    st = end_side_job(&inputs, st, err);
    end_stage(b, QIAO_BUILD_READ);
    return st;
}

static void
take_base(build *b, qiao_lexicon *working)
{
    if (working == NULL)
        return;
    qiao_lexicon_close(b->base);
    b->base = working;
}

/* Where statistics are kept, what was learned is in the parent's lexicon. */
static void
recall_learning(build *b)
{
    const qiaoi_statistics *then = qiao_generation_lexicon(b->reuse.parent.generation)->statistics;

    b->report->bilingual = then->bilingual_records;
    b->report->sentence_pairs = then->sentence_pairs;
    b->report->learned_words = then->learned_words;
    b->report->learned_compounds = then->learned_compounds;
    take_base(b, b->statistics.working);
    b->statistics.working = NULL;
}

static void
decide_statistics(build *b)
{
    const qiaoi_statistics_request request = {.choice = b->options->statistics,
                                              .full = b->options->full,
                                              .data_dir = b->options->data_dir,
                                              .lexicon_label = b->lexicon_label,
                                              .program = b->basis.program};

    qiaoi_statistics_decide(&request, &b->corpus, &b->reuse, b->base, &b->statistics);
    b->corpus.statistics_kept = b->statistics.kept;
}

/* Translations and compounds out of the bilingual records. */
static qiao_status
learn_anew(build *b, qiao_error *err)
{
    char path[PATH_SIZE];
    qiaoi_learner_report counts;
    qiao_lexicon *working = NULL;
    qiao_status st;

    snprintf(path, sizeof path, "%s/lexicon.working", b->staged);
    st = qiaoi_corpus_learn(&b->corpus,
                            &(qiaoi_learning){.base = b->base,
                                              .threads = b->threads,
                                              .working_path = path,
                                              .data_dir = b->options->data_dir,
                                              .program = b->basis.program,
                                              .anew = b->options->full},
                            &b->learner, &working, &b->report->bilingual, err);
    if (st != QIAO_OK)
        return st;
    counts = qiaoi_learner_counts(b->learner);
    b->report->sentence_pairs = counts.sentence_pairs;
    b->report->learned_words = counts.words;
    b->report->learned_compounds = counts.compounds;
    take_base(b, working);
    return QIAO_OK;
}

static qiao_status
learn(build *b, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    begin_stage(b, QIAO_BUILD_LEARN);
    decide_statistics(b);
    if (b->statistics.kept)
        recall_learning(b);
    else
        st = learn_anew(b, err);
    end_stage(b, QIAO_BUILD_LEARN);
    return st;
}

/* Update or full build: what an earlier build found counts where the records were read by the same words and codes. */
static qiao_status
choose_mode(build *b, qiao_error *err)
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
analyse(build *b, qiao_error *err)
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

    begin_stage(b, QIAO_BUILD_ANALYSE);
    st = choose_mode(b, err);
    b->text = (qiaoi_text){.folder = b->staged, .shards = b->threads};
    analysis.findings = b->reuse.findings;
    if (st == QIAO_OK && b->reuse.findings != NULL)
        st = qiaoi_text_copy(&b->text, b->options->data_dir, &b->reuse, err);
    analysis.text = b->text.writer;
    if (st == QIAO_OK)
        st = qiaoi_corpus_analyse(&b->corpus, &analysis, err);
    end_stage(b, QIAO_BUILD_ANALYSE);
    return st;
}

/* The parent's lexicon, with the terms that came since. */
static qiao_status
keep_lexicon(build *b, const char *path, qiao_error *err)
{
    qiaoi_corpus *corpus = &b->corpus;
    const qiao_lexicon *parent = qiao_generation_lexicon(b->reuse.parent.generation);
    char folder[QIAO_PATH_MAX], then[PATH_SIZE];
    qiao_status st = qiaoi_corpus_merge_kept(corpus, err);
    const qiaoi_extend_input input = {.parent = parent,
                                      .kept_terms = corpus->kept_terms,
                                      .term_offsets = corpus->term_offsets,
                                      .term_bytes = corpus->term_bytes.data,
                                      .term_count = corpus->term_count,
                                      .term_df = corpus->term_df,
                                      .pairs = corpus->pairs,
                                      .pair_slots = corpus->pair_slots};

    if (st != QIAO_OK)
        return st;
    st = qiao_catalog_path(b->options->data_dir, qiao_generation_manifest(b->reuse.parent.generation)->generation,
                           folder, err);
    snprintf(then, sizeof then, "%.4000s/lexicon.bin", folder);
    if (st == QIAO_OK && corpus->term_count == parent->term_count && link(then, path) == 0)
        return QIAO_OK; /* the same file: never changed, so a second name is as good as a copy */
    return st == QIAO_OK ? qiaoi_lexicon_extend(&input, path, err) : st;
}

static qiao_status
derive_lexicon(build *b, const char *path, qiao_error *err)
{
    qiaoi_corpus *corpus = &b->corpus;
    qiaoi_derive_input input;
    qiao_status st = qiaoi_corpus_merge(corpus, b->base, err);

    if (st != QIAO_OK)
        return st;
    input = (qiaoi_derive_input){.base = b->base,
                                 .version = qiao_lexicon_version(b->base),
                                 .term_offsets = corpus->term_offsets,
                                 .term_bytes = corpus->term_bytes.data,
                                 .term_count = corpus->term_count,
                                 .term_df = corpus->term_df,
                                 .pairs = corpus->pairs,
                                 .pair_slots = corpus->pair_slots,
                                 .entry_df = corpus->entry_df,
                                 .threads = b->threads,
                                 .statistics = {{corpus->count[0], corpus->count[1]},
                                                corpus->term_count,
                                                corpus->pair_count,
                                                b->report->bilingual,
                                                b->report->sentence_pairs,
                                                b->report->learned_words,
                                                b->report->learned_compounds}};
    input.learned = qiaoi_learner_result(b->learner, &input.learned_count);
    return qiaoi_lexicon_derive(&input, path, err);
}

static qiao_status
make_lexicon(build *b, qiao_error *err)
{
    char path[PATH_SIZE];
    qiao_status st;

    snprintf(path, sizeof path, "%s/lexicon.bin", b->staged);
    st = b->statistics.kept ? keep_lexicon(b, path, err) : derive_lexicon(b, path, err);
    return st == QIAO_OK ? qiao_lexicon_open(path, &b->derived, err) : st;
}

/* ---- the indexes ---- */

static qiao_status
finish_text(build *b, qiao_error *err)
{
    return qiaoi_text_finish(&b->text, err);
}

/* What was found is written behind them, while others work on the postings still. Without it the next build analyses
 * everything again: no reason to fail. */
static qiao_status
make_suggestions(build *b, qiao_error *err)
{
    qiao_status st = qiaoi_suggest_finish(b->suggesting, b->staged, err);

    b->found_open = st == QIAO_OK;
    b->found_kept = st == QIAO_OK && qiaoi_findings_write(&b->corpus, b->reuse.findings, &b->basis, b->number,
                                                          b->options->data_dir, NULL) == QIAO_OK;
    return st;
}

/* From the words that the merge left. */
static qiao_status
find_duplicates(build *b, qiao_error *err)
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
write_index(build *b, qiao_error *err)
{
    qiaoi_generation_writer *writer = NULL;
    char path[PATH_SIZE];
    side_job lexicon, suggestions, duplicates;
    qiao_status st;

    begin_stage(b, QIAO_BUILD_LEXICON);
    snprintf(path, sizeof path, "%s/records.mdb", b->staged);
    begin_side_job(b, &lexicon, make_lexicon);
    st = qiaoi_corpus_write_records(&b->corpus, path, &writer, err);
    if (st == QIAO_OK)
        st = qiaoi_suggest_begin(&b->corpus, b->base, b->options->lexicon_path, &b->suggesting, err);
    st = end_side_job(&lexicon, st, err);
    end_stage(b, QIAO_BUILD_LEXICON);
    if (st != QIAO_OK) {
        qiaoi_generation_writer_abort(writer);
        return st;
    }
    begin_stage(b, QIAO_BUILD_POSTINGS);
    begin_side_job(b, &suggestions, make_suggestions);
    begin_side_job(b, &duplicates, find_duplicates);
    st = end_side_job(&duplicates, qiaoi_corpus_write_postings(&b->corpus, b->derived, writer, err), err);
    st = end_side_job(&suggestions, st, err);
    b->report->seconds[QIAO_BUILD_DUPLICATES] = duplicates.seconds;
    end_stage(b, QIAO_BUILD_POSTINGS);
    return st;
}

static qiao_status
make_indexes(build *b, qiao_error *err)
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
embed(build *b)
{
    char path[PATH_SIZE];

    if (b->options->embed == NULL)
        return;
    begin_stage(b, QIAO_BUILD_EMBED);
    snprintf(path, sizeof path, "%s/vectors.bin", b->staged);
    qiaoi_corpus_embed(&b->corpus, b->options, path, b->report);
    end_stage(b, QIAO_BUILD_EMBED);
}

/* "what the lexicon comes from:hash/hash of what was learned" */
static void
describe_lexicon(build *b)
{
    uint64_t learned = b->statistics.kept ? 0 : qiaoi_learner_hash(b->learner);
    char *label = b->manifest.lexicon;

    if (b->statistics.kept)
        memcpy(label, qiao_generation_manifest(b->reuse.parent.generation)->lexicon, sizeof b->manifest.lexicon);
    else if (learned == 0)
        memcpy(label, b->lexicon_label, sizeof b->manifest.lexicon);
    else
        snprintf(label, sizeof b->manifest.lexicon, "%.49s/%012llx", b->lexicon_label,
                 (unsigned long long)(learned >> 16));
}

static void
describe(build *b)
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
    describe_lexicon(b);
    snprintf(m->software, sizeof m->software, "%s", QIAO_VERSION);
}

static void
show_matching(uint64_t done, uint64_t total, void *context)
{
    const build *b = context;

    if (b->options->progress != NULL)
        b->options->progress(QIAO_BUILD_MATCH, done, total, b->options->context);
}

/* The generation whose lists were made with the candidates that were kept, or else the one that is served: what its
 * lists say only saves work. */
static qiao_generation *
open_parent(const build *b)
{
    uint64_t number = b->reuse.findings != NULL ? b->reuse.generation : b->parent;
    qiao_generation *parent = NULL;

    if (b->options->full || number == 0 || qiao_generation_open(b->options->data_dir, number, &parent, NULL) != QIAO_OK)
        return NULL;
    return parent;
}

static void
candidates_path(const build *b, const char *ending, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s/build/%s%s", b->options->data_dir, QIAOI_CANDIDATES_NAME, ending);
}

/* What the lists were chosen from counts once the generation is installed. */
static void
settle_candidates(const build *b, bool good)
{
    char beside[PATH_SIZE], path[PATH_SIZE];

    candidates_path(b, "", path);
    candidates_path(b, ".new", beside);
    if (!good || rename(beside, path) != 0)
        (void)unlink(beside);
}

/* Every need with every project, from the staged folder as if it were served already. */
static qiao_status
match_all(build *b, qiao_error *err)
{
    qiaoi_lists_job job = {
        .tables = &b->tables, .threads = b->threads, .slice = 1, .slices = 1, .progress = show_matching, .context = b};
    qiao_all_pairs_report report = {0};
    qiao_generation *generation = NULL, *parent = open_parent(b);
    char path[PATH_SIZE], before[PATH_SIZE], candidates[PATH_SIZE];
    qiao_status st;

    begin_stage(b, QIAO_BUILD_MATCH);
    candidates_path(b, "", before);
    candidates_path(b, ".new", candidates);
    snprintf(path, sizeof path, "%s/%s", b->staged, QIAOI_MATCHES_NAME);
    st = qiaoi_generation_open_staged(b->staged, &b->manifest, &generation, err);
    job.generation = generation;
    job.before = parent;
    job.candidates_before = parent == NULL ? NULL : before;
    job.candidates = candidates;
    job.program = b->basis.program;
    if (st == QIAO_OK)
        st = qiaoi_lists_write(&job, path, &report, err);
    qiao_generation_close(generation);
    qiao_generation_close(parent);
    b->report->matched_lists = report.lists;
    b->report->searched_lists = report.searched;
    b->report->matched_pairs = report.pairs;
    b->report->matches = report.matches;
    end_stage(b, QIAO_BUILD_MATCH);
    return st;
}

static qiao_status
install(build *b, qiao_error *err)
{
    size_t removed = 0;
    qiao_status st;

    begin_stage(b, QIAO_BUILD_INSTALL);
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
    end_stage(b, QIAO_BUILD_INSTALL);
    return st;
}

/* What was found counts from now on. */
static void
keep_findings(build *b)
{
    begin_stage(b, QIAO_BUILD_KEEP);
    b->report->kept = qiaoi_findings_settle(b->found_kept, b->options->data_dir, NULL) == QIAO_OK && b->found_kept;
    b->found_open = false;
    settle_candidates(b, true);
    end_stage(b, QIAO_BUILD_KEEP);
}

static qiao_status
make_generation(build *b, qiao_error *err)
{
    qiao_status st;

    st = read_records(b, err);
    if (st == QIAO_OK)
        label_lexicon(b);
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
    st = apply_glossary(b, err);
    if (st == QIAO_OK)
        st = learn(b, err);
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
        st = match_all(b, err);
    if (st == QIAO_OK)
        st = install(b, err);
    if (st == QIAO_OK)
        keep_findings(b);
    return st;
}

static unsigned
thread_count(unsigned wanted)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (wanted == 0)
        wanted = processors > 0 ? (unsigned)processors : 1u;
    return wanted > THREADS_MAX ? THREADS_MAX : wanted;
}

qiao_status
qiao_build(const qiao_build_options *options, qiao_build_report *report, qiao_error *err)
{
    build b = {.options = options,
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
        settle_candidates(&b, false);
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
