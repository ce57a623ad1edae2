/*
 * Retrieval: the top documents of one side for a pivot query, exact with respect to the quantised impacts.
 *
 * Integer accumulators, range by range of 65,536 documents; a group's alternatives are summed, saturated once and added. The same query gives the
 * same scores on every machine: sums are integers, the one division is IEEE single precision. Ties go to the smaller docid (order of id).
 *
 * Threads: scratch memory belongs to one thread; the postings are shared.
 */
#ifndef QIAO_MATCH_RETRIEVAL_H
#define QIAO_MATCH_RETRIEVAL_H

#include "match/query.h"

#define QIAOI_SCORE_UNIT 4096.0f /* accumulator units for a score of 1 */
#define QIAOI_K1 1.2

typedef struct qiaoi_hit {
    uint32_t docid;
    uint32_t score; /* accumulator units */
} qiaoi_hit;

typedef struct qiaoi_retrieval {
    uint32_t *scores;   /* [QIAOI_RANGE_SIZE] */
    uint32_t *sums;     /* [QIAOI_RANGE_SIZE] of the group being added */
    uint16_t *touched;
    qiaoi_hit *heap;
    size_t heap_count, heap_capacity;
} qiaoi_retrieval;

qiao_status qiaoi_retrieval_init(qiaoi_retrieval *retrieval, qiao_error *err) QIAO_CHECK;
void qiaoi_retrieval_done(qiaoi_retrieval *retrieval);

/*
 * The best `limit` documents in descending order, in retrieval->heap[0..*count_out). filter: NULL or a bit per document. *considered_out: documents
 * with a score above zero that pass the filter.
 */
qiao_status qiaoi_retrieve(qiaoi_retrieval *retrieval, const qiaoi_query *query, const qiao_generation *generation, qiao_kind side,
                           const uint64_t *filter, size_t limit, size_t *count_out, uint64_t *considered_out, qiao_error *err) QIAO_CHECK;

/* What each group adds to one document, into contributions[query->group_count] (accumulator units); returns the sum. */
uint32_t qiaoi_contributions(const qiaoi_query *query, const qiao_generation *generation, qiao_kind side, uint32_t docid, uint32_t *contributions);

#endif
