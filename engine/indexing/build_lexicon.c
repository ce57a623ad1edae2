/* The lexicon of a build: what its texts are read with, and what its generation is ranked by. */
#include "indexing/build_internal.h"

#include "lexicon/derive.h"
#include "lexicon/extend.h"
#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"
#include "qiao/glossary.h"
#include "qiao/share.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE QIAOI_BUILD_PATH_SIZE

qiao_status
qiaoi_build_open_lexicon(qiaoi_build *b, qiao_error *err)
{
    char path[QIAO_PATH_MAX];

    if (b->options->lexicon_path != NULL)
        return qiao_lexicon_open(b->options->lexicon_path, &b->base, err);
    qiao_status st = qiao_share_path("lexicon.bin", path, err);

    return st != QIAO_OK ? st : qiao_lexicon_open(path, &b->base, err);
}

/* What the lexicon of this build comes from: the base, the glossary. What bilingual records teach follows from the
 * source store; the manifest says it after a slash. */
void
qiaoi_build_label_lexicon(qiaoi_build *b)
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

bool
qiaoi_build_same_lexicon(const qiaoi_build *b, const char *label)
{
    size_t length = strlen(b->lexicon_label);

    return strncmp(label, b->lexicon_label, length) == 0 && (label[length] == '\0' || label[length] == '/');
}

/* The lexicon file just written into the staged folder takes the place of the base lexicon; its open mapping outlives
 * its name. */
static qiao_status
take_working_lexicon(qiaoi_build *b, const char *path, qiao_error *err)
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
qiao_status
qiaoi_build_apply_glossary(qiaoi_build *b, qiao_error *err)
{
    char path[PATH_SIZE];
    bool applied = false;
    qiao_status st;

    snprintf(path, sizeof path, "%s/lexicon.glossary", b->staged);
    st = qiao_glossary_apply(b->base, b->options->data_dir, path, &applied, err);
    return st == QIAO_OK && applied ? take_working_lexicon(b, path, err) : st;
}

static void
take_base(qiaoi_build *b, qiao_lexicon *working)
{
    if (working == NULL)
        return;
    qiao_lexicon_close(b->base);
    b->base = working;
}

/* Where statistics are kept, what was learned is in the parent's lexicon. */
static void
recall_learning(qiaoi_build *b)
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
decide_statistics(qiaoi_build *b)
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
learn_anew(qiaoi_build *b, qiao_error *err)
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

qiao_status
qiaoi_build_learn(qiaoi_build *b, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    qiaoi_build_begin(b, QIAO_BUILD_LEARN);
    decide_statistics(b);
    if (b->statistics.kept)
        recall_learning(b);
    else
        st = learn_anew(b, err);
    qiaoi_build_end(b, QIAO_BUILD_LEARN);
    return st;
}

/* The parent's lexicon, with the terms that came since. */
static qiao_status
keep_lexicon(qiaoi_build *b, const char *path, qiao_error *err)
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
derive_lexicon(qiaoi_build *b, const char *path, qiao_error *err)
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

qiao_status
qiaoi_build_lexicon(qiaoi_build *b, qiao_error *err)
{
    char path[PATH_SIZE];
    qiao_status st;

    snprintf(path, sizeof path, "%s/lexicon.bin", b->staged);
    st = b->statistics.kept ? keep_lexicon(b, path, err) : derive_lexicon(b, path, err);
    return st == QIAO_OK ? qiao_lexicon_open(path, &b->derived, err) : st;
}

/* "what the lexicon comes from:hash/hash of what was learned" */
void
qiaoi_build_describe_lexicon(qiaoi_build *b)
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
