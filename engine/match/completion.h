/*
 * Completion: what groups that were left out would add to single documents, read from the rows
 * (store/generation_format.h), and for terms that are in no row from their lists.
 *
 * Scratch memory of one thread; it grows to what the largest query needs and stays.
 */
#ifndef QIAO_MATCH_COMPLETION_H
#define QIAO_MATCH_COMPLETION_H

#include "match/retrieval.h"

typedef struct qiaoi_completion qiaoi_completion;

qiao_status qiaoi_completion_new(qiaoi_completion **out, qiao_error *err) QIAO_CHECK;
void qiaoi_completion_free(qiaoi_completion *completion);

/* Take the groups work[0..count) with their lists; weights come from the query, units (borrowed) are of every impact.
 */
qiao_status qiaoi_completion_set(qiaoi_completion *completion, const qiaoi_query *query, const qiaoi_work *work,
                                 uint32_t count, const qiaoi_list_use *lists, const uint32_t units[256],
                                 qiao_error *err) QIAO_CHECK;
/* Finds what the lists of the same groups that are in no row have of documents[0..document_count) of the range; only
 * these may be added to. */
qiao_status qiaoi_completion_meet(qiaoi_completion *completion, const qiaoi_work *work, uint32_t count,
                                  const qiaoi_list_use *lists, const uint16_t *documents, uint32_t document_count,
                                  qiao_error *err) QIAO_CHECK;
/* What they add to a document of the range, which has that row. */
uint32_t qiaoi_completion_add(qiaoi_completion *completion, uint16_t document, qiaoi_row row);

#endif
