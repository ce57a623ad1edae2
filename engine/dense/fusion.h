/*
 * Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009) of the ranking by terms and the ranking by vectors: 1 / (60 + rank) from each list that has
 * the document. A document that has no vector is unknown to the second list, so it gets there what it gets in the first; one that has a vector and
 * still is not in the list gets nothing.
 *
 * Order: score, then place in the ranking by terms (those without one last), then docid. Pure functions.
 */
#ifndef QIAO_DENSE_FUSION_H
#define QIAO_DENSE_FUSION_H

#include "dense/vectors.h"

#define QIAOI_FUSION_K 60u

typedef struct qiaoi_fused {
    uint32_t docid;
    uint32_t term_rank, dense_rank; /* from 1; 0 = not in that list */
    bool no_vector;
    float similarity;               /* where dense_rank > 0 */
    double score;
} qiaoi_fused;

/*
 * terms: docids, best first; dense: hits, best first; no docid twice in a list. scales: of the side, 0 = no vector. fused: room for both counts;
 * returns how many there are.
 */
size_t qiaoi_fuse(const uint32_t *terms, size_t term_count, const qiaoi_dense_hit *dense, size_t dense_count, const float *scales, qiaoi_fused *fused);

#endif
