/*
 * Which statistics a build goes by: see qiao_statistics_choice. Those of the parent can only be kept where its texts
 * are read as they were (the same base lexicon, glossary and working lexicon, the same program); whether they should be
 * is a matter of how much changed since they were made. One thread.
 */
#ifndef QIAO_INDEXING_STATISTICS_H
#define QIAO_INDEXING_STATISTICS_H

#include "indexing/reuse.h"

typedef struct qiaoi_statistics_request {
    qiao_statistics_choice choice;
    bool full;
    const char *data_dir;
    const char *lexicon_label; /* what the lexicon comes from: the parent's manifest must begin with it */
    uint64_t program;          /* hash of the running program */
} qiaoi_statistics_request;

typedef struct qiaoi_statistics_decision {
    bool kept;
    qiao_lexicon *working; /* that the parent's texts were read with, where it is not the base: the caller's to close */
    uint64_t drift[2];     /* since they were made, this build's changes included */
} qiaoi_statistics_decision;

/* reuse: as opened. base: with the glossary. Whatever cannot be read only means that statistics are renewed. */
void qiaoi_statistics_decide(const qiaoi_statistics_request *request, const qiaoi_corpus *corpus,
                             const qiaoi_reuse *reuse, const qiao_lexicon *base, qiaoi_statistics_decision *out);

#endif
