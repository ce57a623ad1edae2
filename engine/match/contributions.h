/*
 * What each group of a query adds to documents that are shown: the same numbers as qiaoi_contributions gives
 * (retrieval.h), for several documents of one query. Terms are found in a document's row, where they are met together;
 * what rows do not hold (pairs, words of other languages) is looked up in its posting list.
 *
 * Ownership and threads: scratch memory of one thread; memory grows to what the largest query needs and stays.
 */
#ifndef QIAO_MATCH_CONTRIBUTIONS_H
#define QIAO_MATCH_CONTRIBUTIONS_H

#include "match/query.h"

/* A term in a group. */
typedef struct qiaoi_contribution_use {
    uint32_t slot, group, share;
} qiaoi_contribution_use;

typedef struct qiaoi_contributor {
    qiaoi_contribution_use *uses; /* those in rows, ascending by slot; behind them the others */
    qiaoi_posting_list *lists;    /* of the others, in the range at hand */
    uint32_t in_rows, count, capacity;
    uint32_t range; /* whose lists they are */
    bool ready;
} qiaoi_contributor;

void qiaoi_contributor_done(qiaoi_contributor *contributor);
/* Another query from now on. */
void qiaoi_contributor_forget(qiaoi_contributor *contributor);
/* Into contributions[query->group_count], accumulator units. met: what the document's row has of the
 * query (row_terms.h). QIAO_E_NOMEM. */
qiao_status qiaoi_contributor_add(qiaoi_contributor *contributor, const qiaoi_query *query,
                                  const qiao_generation *generation, qiao_kind side, uint32_t docid, qiaoi_row met,
                                  uint32_t *contributions, qiao_error *err) QIAO_CHECK;

#endif
