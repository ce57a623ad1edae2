/* What engine/match sees of an open generation beyond qiao/generation.h: its postings and its vectors. */
#ifndef QIAO_STORE_GENERATION_INTERNAL_H
#define QIAO_STORE_GENERATION_INTERNAL_H

#include "dense/vectors.h"
#include "qiao/generation.h"
#include "store/generation_format.h"

/* Ranges of a side, in order of docid; immutable. */
const qiaoi_postings *qiaoi_generation_postings(const qiao_generation *generation, qiao_kind kind, size_t *ranges_out);

/* ln(1 + (N - df + .5) / (df + .5)) of each pivot term in the documents of a side, by number of term; 0 where it has
 * none, or is no pivot term. */
const float *qiaoi_generation_idf(const qiao_generation *generation, qiao_kind kind);

/* The terms of one document: slot << 8 | impact, ascending; slots may be taken from a damaged file, so compare them
 * with the number of terms. Empty past the end. */
typedef struct qiaoi_row {
    const uint32_t *entries;
    uint32_t count;
} qiaoi_row;
qiaoi_row qiaoi_generation_row(const qiao_generation *generation, qiao_kind kind, uint32_t docid);

/* The vectors of both sides, or NULL; immutable. */
const qiaoi_vectors *qiaoi_generation_vectors(const qiao_generation *generation);

#endif
