/*
 * Retrieval in one range of 65,536 documents: term-at-a-time into dense accumulators, cut short where few documents are
 * left (MaxScore of Turtle and Flood 1995, with groups for terms and rows for what is left out).
 */
#ifndef QIAO_MATCH_RANGE_H
#define QIAO_MATCH_RANGE_H

#include "match/retrieval.h"

/* What is asked, and where; borrowed. */
typedef struct qiaoi_range_view {
    const qiaoi_query *query;
    const qiao_generation *generation;
    qiao_kind side;
    const qiaoi_postings *postings;
    const uint64_t *filter; /* of the range */
    const float *idf;       /* above zero: the term is in the rows */
    uint32_t term_count;
} qiaoi_range_view;

/* Offers the documents of the range that may enter the list to it. Leaves retrieval->scores at zero. QIAO_E_NOMEM. */
qiao_status qiaoi_retrieve_range(qiaoi_retrieval *retrieval, const qiaoi_range_view *view, qiao_error *err) QIAO_CHECK;

#endif
