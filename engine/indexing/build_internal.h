/*
 * A build under way, between the files that make it: build.c (the stages), build_lexicon.c (the words it reads and
 * ranks by), build_lists.c (stored matches). One thread, but for the side jobs of build.c.
 */
#ifndef QIAO_INDEXING_BUILD_INTERNAL_H
#define QIAO_INDEXING_BUILD_INTERNAL_H

#include "batch/lists.h"
#include "indexing/corpus.h"
#include "indexing/learn.h"
#include "indexing/reuse.h"
#include "indexing/statistics.h"
#include "indexing/suggest.h"
#include "indexing/text.h"
#include "indexing/verdicts.h"
#include "qiao/build.h"
#include "qiao/catalog.h"

#define QIAOI_BUILD_PATH_SIZE (QIAO_PATH_MAX + 64)

typedef struct qiaoi_build {
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
} qiaoi_build;

void qiaoi_build_begin(qiaoi_build *b, qiao_build_stage stage); /* tells whoever watches */
void qiaoi_build_end(qiaoi_build *b, qiao_build_stage stage);   /* its seconds go into the report */

/* ---- build_lexicon.c ---- */

/* The base lexicon that the options name. @return as qiao_lexicon_open. */
qiao_status qiaoi_build_open_lexicon(qiaoi_build *b, qiao_error *err) QIAO_CHECK;
/* What the lexicon comes from, before anything is applied; the manifest says it, and what was learned behind a slash.
 */
void qiaoi_build_label_lexicon(qiaoi_build *b);
bool qiaoi_build_same_lexicon(const qiaoi_build *b, const char *label);
void qiaoi_build_describe_lexicon(qiaoi_build *b);
qiao_status qiaoi_build_apply_glossary(qiaoi_build *b, qiao_error *err) QIAO_CHECK;
/* Decides whose statistics count, and learns where they are new ones. */
qiao_status qiaoi_build_learn(qiaoi_build *b, qiao_error *err) QIAO_CHECK;
/* Merges what was found and writes the generation's lexicon. */
qiao_status qiaoi_build_lexicon(qiaoi_build *b, qiao_error *err) QIAO_CHECK;

/* ---- build_lists.c ---- */

/* Every need with every project, from the staged folder as if it were served already. */
qiao_status qiaoi_build_match(qiaoi_build *b, qiao_error *err) QIAO_CHECK;
/* What the lists were chosen from counts once the generation is installed; otherwise it is dropped. */
void qiaoi_build_settle_candidates(const qiaoi_build *b, bool good);

#endif
