/*
 * Rows of a second file, found by a key: what a record of the first file is joined with. Rows and index stand in
 * temporary files (the index maps 24 bytes a row, sorted in place), so memory does not grow with the rows.
 */
#ifndef QIAO_INDEXER_JOIN_INDEX_H
#define QIAO_INDEXER_JOIN_INDEX_H

#include "qiao/memory.h"
#include "qiao/status.h"

#include <stdint.h>

#define QIAOI_JOIN_ROWS_MAX ((uint64_t)64 << 20)

typedef struct qiaoi_join_index qiaoi_join_index;

qiao_status qiaoi_join_index_new(qiaoi_join_index **out, qiao_error *err) QIAO_CHECK;
void qiaoi_join_index_free(qiaoi_join_index *index); /* NULL is fine */

/* json: the row, as an object. QIAO_E_LIMIT beyond QIAOI_JOIN_ROWS_MAX. */
qiao_status qiaoi_join_index_add(qiaoi_join_index *index, const char *key, const char *json, size_t length,
                                 qiao_error *err) QIAO_CHECK;
/* Once, behind the last row. */
qiao_status qiaoi_join_index_finish(qiaoi_join_index *index, qiao_error *err) QIAO_CHECK;

/* Append the rows of the key in the order they came, with commas between them; nothing where there are none. */
qiao_status qiaoi_join_index_get(const qiaoi_join_index *index, const char *key, qiao_buffer *out,
                                 qiao_error *err) QIAO_CHECK;

#endif
