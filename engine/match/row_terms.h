/*
 * What the rows of documents have of a query: the entries of a row (generation_format.h) whose term some group of the
 * query has. A row has hundreds of terms and a query meets a few of them, so they are found once, and everything that
 * looks at a document's terms looks at these entries alone.
 *
 * They are found in one of two ways, whichever costs less; the entries are the same. Either a row is walked when it is
 * asked for, and a bit for each term tells whether the query has it; or, where the side searched has few documents, the
 * posting lists of the query's terms are dealt out to the documents once.
 *
 * Ownership and threads: scratch memory of one thread, for one generation; memory grows to what the largest query needs
 * and stays.
 */
#ifndef QIAO_MATCH_ROW_TERMS_H
#define QIAO_MATCH_ROW_TERMS_H

#include "match/query.h"

typedef struct qiaoi_row_terms {
    const qiao_generation *generation;
    qiao_kind side;
    uint32_t *bits;   /* one for each slot that an entry can name */
    uint32_t *marked; /* rising */
    uint32_t marked_count, marked_capacity, term_count;
    uint32_t *met; /* [marked_capacity + 1] entries of the row that was walked last */
    bool dealt;
    uint32_t *starts, *entries; /* where dealt: [documents + 1], and the entries by document */
    uint32_t starts_capacity, entries_capacity;
} qiaoi_row_terms;

qiao_status qiaoi_row_terms_init(qiaoi_row_terms *terms, const qiao_generation *generation, qiao_error *err) QIAO_CHECK;
void qiaoi_row_terms_done(qiaoi_row_terms *terms);

/* The terms of all groups of a query for that side, of whose documents about `asked` will be asked. QIAO_E_NOMEM. */
qiao_status qiaoi_row_terms_set(qiaoi_row_terms *terms, const qiaoi_query *query, qiao_kind side, uint32_t asked,
                                qiao_error *err) QIAO_CHECK;
/* What a document has, ascending by slot; until the next call. Empty past the end. */
qiaoi_row qiaoi_row_terms_met(qiaoi_row_terms *terms, uint32_t docid);

#endif
