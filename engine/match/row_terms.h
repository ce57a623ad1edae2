/*
 * What a document's row has of a query: the entries of the row (generation_format.h) whose term some group of the query
 * has. A row has hundreds of terms and a query meets a few of them, so a row is walked once, a bit for each term tells
 * whether it is asked for, and everything that looks at a document's terms looks at these entries alone.
 *
 * Ownership and threads: scratch memory of one thread, for one generation; memory grows to what the largest query needs
 * and stays.
 */
#ifndef QIAO_MATCH_ROW_TERMS_H
#define QIAO_MATCH_ROW_TERMS_H

#include "match/query.h"

typedef struct qiaoi_row_terms {
    uint32_t *bits; /* one for each slot that an entry can name */
    uint32_t *marked;
    uint32_t marked_count, marked_capacity, term_count;
    uint32_t *met; /* [marked_capacity + 1] entries of the row that was looked at last */
} qiaoi_row_terms;

/* terms: of the generation's lexicon. */
qiao_status qiaoi_row_terms_init(qiaoi_row_terms *terms, uint32_t term_count, qiao_error *err) QIAO_CHECK;
void qiaoi_row_terms_done(qiaoi_row_terms *terms);

/* The terms of all groups of the query. QIAO_E_NOMEM. */
qiao_status qiaoi_row_terms_set(qiaoi_row_terms *terms, const qiaoi_query *query, qiao_error *err) QIAO_CHECK;
/* Those of the row that the query has, in the row's order; until the next call. */
qiaoi_row qiaoi_row_terms_met(qiaoi_row_terms *terms, qiaoi_row row);

#endif
