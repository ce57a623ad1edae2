/* Fills records.mdb in key order with appends; one write transaction per database, one sync at the end. */
#include "store/generation_writer.h"

#include "qiao/memory.h"
#include "store/kv.h"

#include <roaring/roaring.h>
#include <string.h>
#include <zstd.h>

#define RAW_MAX 1900u /* bigger values would take a page of their own: they are compressed */
#define KEY_MAX 256u
#define PENDING_MAX ((size_t)16 << 20) /* then they go to the file: the pages that held them are used again */

struct qiaoi_generation_writer {
    qiao_kv *kv;
    size_t pending; /* bytes of records and facts since the last commit */
    qiao_kv_txn *txn;
    qiao_kv_db documents, records, tags, postings, rows, facts;
    qiao_buffer value;
    ZSTD_CCtx *zstd;
};

void
qiaoi_postings_layout(const qiaoi_postings_header *header, size_t offsets_out[7])
{
    size_t words = ((size_t)header->slots + 63) / 64;
    const size_t sizes[6] = {
        words * 8,        words * 4,      ((size_t)header->present + 1) * 4, (size_t)header->postings * 2,
        header->postings, header->present};
    size_t at = (sizeof *header + 7) & ~(size_t)7;

    for (size_t i = 0; i < 6; i++) {
        offsets_out[i] = at;
        at = (at + sizes[i] + 7) & ~(size_t)7;
    }
    offsets_out[6] = at;
}

static qiao_status
open_databases(qiaoi_generation_writer *writer, qiao_error *err)
{
    qiao_status st = qiao_kv_begin(writer->kv, true, &writer->txn, err);

    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "documents", &writer->documents, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "records", &writer->records, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "tags", &writer->tags, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "postings", &writer->postings, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "rows", &writer->rows, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "facts", &writer->facts, err);
    return st;
}

qiao_status
qiaoi_generation_writer_open(const char *path, qiaoi_generation_writer **out, qiao_error *err)
{
    qiaoi_generation_writer *writer = qiao_calloc(1, sizeof *writer);
    qiao_status st;

    *out = NULL;
    if (writer == NULL)
        return qiao_fail_memory(err);
    writer->zstd = ZSTD_createCCtx();
    st = writer->zstd == NULL ? qiao_fail_memory(err)
                              : qiao_kv_open(path, &(qiao_kv_options){.bulk = true}, &writer->kv, err);
    if (st == QIAO_OK)
        st = open_databases(writer, err);
    if (st != QIAO_OK) {
        qiaoi_generation_writer_abort(writer);
        return st;
    }
    *out = writer;
    return QIAO_OK;
}

void
qiaoi_generation_writer_abort(qiaoi_generation_writer *writer)
{
    if (writer == NULL)
        return;
    qiao_kv_abort(writer->txn);
    qiao_kv_close(writer->kv);
    ZSTD_freeCCtx(writer->zstd);
    qiao_buffer_done(&writer->value);
    qiao_free(writer);
}

qiao_status
qiaoi_generation_writer_finish(qiaoi_generation_writer *writer, qiao_error *err)
{
    qiao_kv_txn *txn = writer->txn;
    qiao_status st;

    writer->txn = NULL;
    st = qiao_kv_commit(txn, err);
    if (st == QIAO_OK)
        st = qiao_kv_sync(writer->kv, err);
    qiaoi_generation_writer_abort(writer);
    return st;
}

qiao_status
qiaoi_generation_writer_documents(qiaoi_generation_writer *writer, qiao_kind kind, const char *const *ids,
                                  uint32_t count, qiao_error *err)
{
    unsigned char key = (unsigned char)kind;
    uint32_t offset = 0;

    qiao_buffer_clear(&writer->value);
    qiao_buffer_append(&writer->value, &count, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        qiao_buffer_append(&writer->value, &offset, sizeof offset);
        offset += (uint32_t)strlen(ids[i]) + 1;
    }
    qiao_buffer_append(&writer->value, &offset, sizeof offset);
    for (uint32_t i = 0; i < count; i++)
        qiao_buffer_append(&writer->value, ids[i], strlen(ids[i]) + 1);
    while (writer->value.length < QIAOI_ALIGNED_VALUE_MIN && !writer->value.failed)
        qiao_buffer_append(&writer->value, "", 1);
    if (writer->value.failed)
        return qiao_fail_memory(err);
    return qiao_kv_append(writer->txn, writer->documents, (qiao_bytes){&key, 1},
                          (qiao_bytes){writer->value.data, writer->value.length}, err);
}

qiao_status
qiaoi_generation_writer_places(qiaoi_generation_writer *writer, const uint32_t *places, uint32_t count, qiao_error *err)
{
    unsigned char key = QIAOI_PLACES_KEY;

    qiao_buffer_clear(&writer->value);
    qiao_buffer_append(&writer->value, &count, sizeof count);
    qiao_buffer_append(&writer->value, places, (size_t)count * sizeof *places);
    while (writer->value.length < QIAOI_ALIGNED_VALUE_MIN && !writer->value.failed)
        qiao_buffer_append(&writer->value, "", 1);
    if (writer->value.failed)
        return qiao_fail_memory(err);
    return qiao_kv_append(writer->txn, writer->documents, (qiao_bytes){&key, 1},
                          (qiao_bytes){writer->value.data, writer->value.length}, err);
}

/* A commit depends on bytes only, so the file is the same on every machine. Nothing is synced before the end. */
static qiao_status
commit_some(qiaoi_generation_writer *writer, size_t more, qiao_error *err)
{
    qiao_kv_txn *txn = writer->txn;
    qiao_status st;

    writer->pending += more;
    if (writer->pending < PENDING_MAX)
        return QIAO_OK;
    writer->pending = 0;
    writer->txn = NULL;
    st = qiao_kv_commit(txn, err);
    return st == QIAO_OK ? qiao_kv_begin(writer->kv, true, &writer->txn, err) : st;
}

static void
record_key(unsigned char key[5], qiao_kind kind, uint32_t docid)
{
    key[0] = (unsigned char)kind;
    key[1] = (unsigned char)(docid >> 24);
    key[2] = (unsigned char)(docid >> 16);
    key[3] = (unsigned char)(docid >> 8);
    key[4] = (unsigned char)docid;
}

static qiao_status
append_record(qiaoi_generation_writer *writer, qiao_kv_db db, const unsigned char key[5], const void *value,
              size_t length, qiao_error *err)
{
    qiao_status st = qiao_kv_append(writer->txn, db, (qiao_bytes){key, 5}, (qiao_bytes){value, length}, err);

    return st == QIAO_OK ? commit_some(writer, length, err) : st;
}

qiao_status
qiaoi_generation_writer_record(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid, const char *json,
                               size_t length, qiao_error *err)
{
    unsigned char key[5];
    uint32_t raw = (uint32_t)length;

    record_key(key, kind, docid);
    qiao_buffer_clear(&writer->value);
    if (length <= RAW_MAX) {
        qiao_buffer_append(&writer->value, "\0", 1);
        qiao_buffer_append(&writer->value, json, length);
    } else {
        size_t bound = ZSTD_compressBound(length), n;

        qiao_buffer_append(&writer->value, "\1", 1);
        qiao_buffer_append(&writer->value, &raw, sizeof raw);
        if (!qiao_buffer_reserve(&writer->value, bound))
            return qiao_fail_memory(err);
        n = ZSTD_compressCCtx(writer->zstd, writer->value.data + writer->value.length, bound, json, length, 1);
        if (ZSTD_isError(n))
            return qiao_fail(err, QIAO_E_INTERNAL, "compression failed: %s", ZSTD_getErrorName(n));
        writer->value.length += n;
    }
    if (writer->value.failed)
        return qiao_fail_memory(err);
    return append_record(writer, writer->records, key, writer->value.data, writer->value.length, err);
}

qiao_status
qiaoi_generation_writer_stored(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid, const void *value,
                               size_t length, qiao_error *err)
{
    unsigned char key[5];

    record_key(key, kind, docid);
    return append_record(writer, writer->records, key, value, length, err);
}

qiao_status
qiaoi_generation_writer_facts(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid, const void *facts,
                              size_t length, qiao_error *err)
{
    unsigned char key[5];

    record_key(key, kind, docid);
    return append_record(writer, writer->facts, key, facts, length, err);
}

qiao_status
qiaoi_generation_writer_tag(qiaoi_generation_writer *writer, qiao_kind kind, const char *tag, const uint32_t *docids,
                            size_t count, qiao_error *err)
{
    char key[KEY_MAX];
    size_t length = strlen(tag);
    roaring_bitmap_t *bitmap;
    qiao_status st;

    if (length + 1 > sizeof key)
        return qiao_fail(err, QIAO_E_LIMIT, "tag %s is too long", tag);
    key[0] = (char)kind;
    memcpy(key + 1, tag, length);
    bitmap = roaring_bitmap_of_ptr(count, docids);
    if (bitmap == NULL)
        return qiao_fail_memory(err);
    roaring_bitmap_run_optimize(bitmap);
    qiao_buffer_clear(&writer->value);
    if (qiao_buffer_reserve(&writer->value, roaring_bitmap_portable_size_in_bytes(bitmap))) {
        size_t n = roaring_bitmap_portable_serialize(bitmap, writer->value.data);

        st = qiao_kv_append(writer->txn, writer->tags, (qiao_bytes){key, length + 1},
                            (qiao_bytes){writer->value.data, n}, err);
    } else {
        st = qiao_fail_memory(err);
    }
    roaring_bitmap_free(bitmap);
    return st;
}

qiao_status
qiaoi_generation_writer_postings(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t range,
                                 const qiaoi_postings_header *header, unsigned char **room_out, qiao_error *err)
{
    unsigned char key[3] = {(unsigned char)kind, (unsigned char)(range >> 8), (unsigned char)range};
    qiaoi_postings_header copy = *header;
    size_t offsets[7], size;
    void *room = NULL;
    qiao_status st;

    copy.magic = QIAOI_POSTINGS_MAGIC;
    qiaoi_postings_layout(&copy, offsets);
    size = offsets[6] < QIAOI_ALIGNED_VALUE_MIN ? QIAOI_ALIGNED_VALUE_MIN : offsets[6];
    st = qiao_kv_append_reserve(writer->txn, writer->postings, (qiao_bytes){key, 3}, size, &room, err);
    if (st != QIAO_OK)
        return st;
    memset(room, 0, size);
    memcpy(room, &copy, sizeof copy);
    *room_out = room;
    return QIAO_OK;
}

qiao_status
qiaoi_generation_writer_rows_room(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t range,
                                  const qiaoi_rows_header *header, uint32_t **starts_out, uint32_t **entries_out,
                                  qiao_error *err)
{
    unsigned char key[3] = {(unsigned char)kind, (unsigned char)(range >> 8), (unsigned char)range};
    size_t begin = sizeof *header, table = ((size_t)header->documents + 1) * 4,
           used = begin + table + (size_t)header->entries * 4,
           size = used < QIAOI_ALIGNED_VALUE_MIN ? QIAOI_ALIGNED_VALUE_MIN : used;
    qiaoi_rows_header copy = *header;
    void *room = NULL;
    qiao_status st;

    copy.magic = QIAOI_ROWS_MAGIC;
    st = qiao_kv_append_reserve(writer->txn, writer->rows, (qiao_bytes){key, 3}, size, &room, err);
    if (st != QIAO_OK)
        return st;
    memcpy(room, &copy, sizeof copy);
    memset((char *)room + used, 0, size - used);
    *starts_out = (uint32_t *)(void *)((char *)room + begin);
    *entries_out = *starts_out + header->documents + 1;
    return QIAO_OK;
}

qiao_status
qiaoi_generation_writer_rows(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t range,
                             const qiaoi_rows_header *header, const uint32_t *starts, const uint32_t *entries,
                             qiao_error *err)
{
    uint32_t *starts_room, *entries_room;
    qiao_status st = qiaoi_generation_writer_rows_room(writer, kind, range, header, &starts_room, &entries_room, err);

    if (st != QIAO_OK)
        return st;
    memcpy(starts_room, starts, ((size_t)header->documents + 1) * sizeof *starts);
    memcpy(entries_room, entries, (size_t)header->entries * sizeof *entries);
    return QIAO_OK;
}

qiao_status
qiaoi_generation_writer_statistics(qiaoi_generation_writer *writer, qiao_kind kind,
                                   const qiaoi_statistics_header *header, const uint32_t *df, qiao_error *err)
{
    unsigned char key = (unsigned char)(QIAOI_STATISTICS_KEY + kind);
    size_t used = sizeof *header + (size_t)header->slots * sizeof *df,
           size = used < QIAOI_ALIGNED_VALUE_MIN ? QIAOI_ALIGNED_VALUE_MIN : used;
    void *room = NULL;
    qiao_status st = qiao_kv_append_reserve(writer->txn, writer->documents, (qiao_bytes){&key, 1}, size, &room, err);

    if (st != QIAO_OK)
        return st;
    memcpy(room, header, sizeof *header);
    if (header->slots > 0)
        memcpy((char *)room + sizeof *header, df, (size_t)header->slots * sizeof *df);
    memset((char *)room + used, 0, size - used);
    return QIAO_OK;
}
