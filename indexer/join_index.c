/* See join_index.h. */
#include "join_index.h"

#include "qiao/file.h"
#include "spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WRITE_BYTES ((size_t)256 << 10)

typedef struct entry {
    uint64_t hash, at; /* of the key; where the row begins */
    uint32_t key, length;
} entry;

struct qiaoi_join_index {
    int rows, table;
    uint64_t row_bytes, count;
    qiao_buffer row_tail, table_tail; /* not written yet */
    entry *entries;                   /* mapped, once finished */
};

qiao_status
qiaoi_join_index_new(qiaoi_join_index **out, qiao_error *err)
{
    qiaoi_join_index *index = qiao_calloc(1, sizeof *index);
    qiao_status status;

    *out = index;
    if (index == NULL)
        return qiao_fail_memory(err);
    index->table = -1;
    status = qiaoi_spool_open(&index->rows, err);
    return status == QIAO_OK ? qiaoi_spool_open(&index->table, err) : status;
}

void
qiaoi_join_index_free(qiaoi_join_index *index)
{
    if (index == NULL)
        return;
    if (index->entries != NULL)
        munmap(index->entries, (size_t)index->count * sizeof *index->entries);
    if (index->rows >= 0)
        close(index->rows);
    if (index->table >= 0)
        close(index->table);
    qiao_buffer_done(&index->row_tail);
    qiao_buffer_done(&index->table_tail);
    qiao_free(index);
}

static qiao_status
flush(int fd, qiao_buffer *tail, uint64_t size, qiao_error *err)
{
    qiao_status status = qiao_buffer_check(tail, err);

    if (status == QIAO_OK && tail->length > 0)
        status = qiao_file_write_at(fd, "TMPDIR", tail->data, tail->length, size - tail->length, err);
    qiao_buffer_clear(tail);
    return status;
}

qiao_status
qiaoi_join_index_add(qiaoi_join_index *index, const char *key, const char *json, size_t length, qiao_error *err)
{
    entry e = {.hash = qiao_hash64(key, strlen(key), 0),
               .at = index->row_bytes,
               .key = (uint32_t)strlen(key),
               .length = (uint32_t)length};
    qiao_status status = QIAO_OK;

    if (index->count == QIAOI_JOIN_ROWS_MAX || length > UINT32_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "more than %llu rows to join", (unsigned long long)QIAOI_JOIN_ROWS_MAX);
    qiao_buffer_append(&index->row_tail, key, e.key);
    qiao_buffer_append(&index->row_tail, json, length);
    qiao_buffer_append(&index->table_tail, &e, sizeof e);
    index->row_bytes += e.key + length;
    index->count++;
    if (index->row_tail.length >= WRITE_BYTES)
        status = flush(index->rows, &index->row_tail, index->row_bytes, err);
    if (status == QIAO_OK && index->table_tail.length >= WRITE_BYTES)
        status = flush(index->table, &index->table_tail, index->count * sizeof e, err);
    return status;
}

static int
compare(const void *a, const void *b)
{
    const entry *left = a, *right = b;

    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return left->at < right->at ? -1 : left->at > right->at;
}

qiao_status
qiaoi_join_index_finish(qiaoi_join_index *index, qiao_error *err)
{
    size_t bytes = (size_t)index->count * sizeof *index->entries;
    qiao_status status = flush(index->rows, &index->row_tail, index->row_bytes, err);
    void *mapped;

    if (status == QIAO_OK)
        status = flush(index->table, &index->table_tail, bytes, err);
    if (status != QIAO_OK || bytes == 0)
        return status;
    mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, index->table, 0);
    if (mapped == MAP_FAILED)
        return qiao_fail_errno(err, errno, "cannot read a temporary file");
    index->entries = mapped;
    qsort(index->entries, (size_t)index->count, sizeof *index->entries, compare);
    return QIAO_OK;
}

static uint64_t
first_of(const qiaoi_join_index *index, uint64_t hash)
{
    uint64_t low = 0, high = index->count;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (index->entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

qiao_status
qiaoi_join_index_get(const qiaoi_join_index *index, const char *key, qiao_buffer *out, qiao_error *err)
{
    uint64_t hash = qiao_hash64(key, strlen(key), 0);
    qiao_buffer row = {.limit = 0};
    qiao_status status = QIAO_OK;
    bool any = false;

    for (uint64_t i = first_of(index, hash); status == QIAO_OK && i < index->count && index->entries[i].hash == hash;
         i++) {
        const entry *e = &index->entries[i];

        qiao_buffer_clear(&row);
        if (!qiao_buffer_reserve(&row, (size_t)e->key + e->length)) {
            status = qiao_fail_memory(err);
            break;
        }
        status = qiaoi_spool_read(index->rows, e->at, row.data, (size_t)e->key + e->length, err);
        if (status != QIAO_OK || e->key != strlen(key) || memcmp(row.data, key, e->key) != 0)
            continue;
        if (any)
            qiao_buffer_char(out, ',');
        qiao_buffer_append(out, row.data + e->key, e->length);
        any = true;
    }
    qiao_buffer_done(&row);
    return status;
}
