/* Fills records.mdb in key order with appends, in one transaction, and a file of documents beside it; synced at the
 * end. */
#include "store/generation_writer.h"

#include "qiao/catalog.h"
#include "qiao/memory.h"
#include "store/document_files.h"
#include "store/generation_object.h"
#include "store/kv.h"

#include <errno.h>
#include <roaring/roaring.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define RAW_MAX 1900u /* bigger values would take a page of their own: they are compressed */
#define KEY_MAX 256u

struct qiaoi_generation_writer {
    char folder[QIAO_PATH_MAX];
    qiao_kv *kv;
    qiao_kv_txn *txn;
    qiao_kv_db documents, tags, postings, rows;
    unsigned shared;                 /* files of documents that are the parent's */
    qiaoi_document_writer *stored;   /* the one behind them; NULL while nothing goes into it */
    qiaoi_document_place *places[2]; /* [count] */
    uint32_t count[2];
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
        st = qiao_kv_database(writer->txn, "tags", &writer->tags, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "postings", &writer->postings, err);
    if (st == QIAO_OK)
        st = qiao_kv_database(writer->txn, "rows", &writer->rows, err);
    return st;
}

qiao_status
qiaoi_generation_writer_open(const char *path, qiaoi_generation_writer **out, qiao_error *err)
{
    qiaoi_generation_writer *writer = qiao_calloc(1, sizeof *writer);
    const char *name = strrchr(path, '/');
    qiao_status st;

    *out = NULL;
    if (writer == NULL)
        return qiao_fail_memory(err);
    snprintf(writer->folder, sizeof writer->folder, "%.*s", name == NULL ? 1 : (int)(name - path),
             name == NULL ? "." : path);
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
    qiaoi_document_writer_abort(writer->stored);
    qiao_free(writer->places[0]);
    qiao_free(writer->places[1]);
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
    if (st == QIAO_OK && writer->stored != NULL) {
        st = qiaoi_document_writer_finish(writer->stored, err);
        writer->stored = NULL;
    }
    qiaoi_generation_writer_abort(writer);
    return st;
}

qiao_status
qiaoi_generation_writer_documents(qiaoi_generation_writer *writer, qiao_kind kind, const char *const *ids,
                                  uint32_t count, qiao_error *err)
{
    unsigned char key = (unsigned char)kind;
    uint32_t offset = 0;

    writer->count[kind] = count;
    writer->places[kind] = qiao_calloc((size_t)count + 1, sizeof *writer->places[kind]);
    if (writer->places[kind] == NULL)
        return qiao_fail_memory(err);
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

/* ---- records ---- */

qiao_status
qiaoi_generation_writer_share(qiaoi_generation_writer *writer, const qiao_generation *parent, qiao_error *err)
{
    char from[QIAO_PATH_MAX + 32], to[QIAO_PATH_MAX + 32];

    if (parent->files.count >= QIAOI_DOCUMENT_FILES_MAX)
        return QIAO_OK; /* all go into a new file */
    for (; writer->shared < parent->files.count; writer->shared++) {
        qiaoi_document_file_path(parent->folder, writer->shared, from);
        qiaoi_document_file_path(writer->folder, writer->shared, to);
        if (link(from, to) != 0)
            return qiao_fail_errno(err, errno, "cannot link %s", from);
    }
    return QIAO_OK;
}

static qiao_status
put_stored(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid, qiao_bytes facts, qiao_bytes record,
           qiao_error *err)
{
    qiao_status st = QIAO_OK;

    if (writer->stored == NULL)
        st = qiaoi_document_writer_open(writer->folder, writer->shared, &writer->stored, err);
    return st != QIAO_OK ? st
                         : qiaoi_document_writer_put(writer->stored, facts.data, facts.length, record.data,
                                                     record.length, &writer->places[kind][docid], err);
}

static qiao_status
pack(qiaoi_generation_writer *writer, const char *json, size_t length, qiao_error *err)
{
    uint32_t raw = (uint32_t)length;
    size_t bound = ZSTD_compressBound(length), n;

    qiao_buffer_clear(&writer->value);
    if (length <= RAW_MAX) {
        qiao_buffer_append(&writer->value, "\0", 1);
        qiao_buffer_append(&writer->value, json, length);
        return qiao_buffer_check(&writer->value, err);
    }
    qiao_buffer_append(&writer->value, "\1", 1);
    qiao_buffer_append(&writer->value, &raw, sizeof raw);
    if (!qiao_buffer_reserve(&writer->value, bound))
        return qiao_fail_memory(err);
    n = ZSTD_compressCCtx(writer->zstd, writer->value.data + writer->value.length, bound, json, length, 1);
    if (ZSTD_isError(n))
        return qiao_fail(err, QIAO_E_INTERNAL, "compression failed: %s", ZSTD_getErrorName(n));
    writer->value.length += n;
    return qiao_buffer_check(&writer->value, err);
}

qiao_status
qiaoi_generation_writer_record(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid, const char *json,
                               size_t length, const void *facts, size_t facts_length, qiao_error *err)
{
    qiao_status st = pack(writer, json, length, err);

    return st != QIAO_OK ? st
                         : put_stored(writer, kind, docid, (qiao_bytes){facts, facts_length},
                                      (qiao_bytes){writer->value.data, writer->value.length}, err);
}

qiao_status
qiaoi_generation_writer_kept(qiaoi_generation_writer *writer, qiao_kind kind, uint32_t docid,
                             const qiao_generation *parent, uint32_t then, qiao_error *err)
{
    const qiaoi_document_place *place = &parent->sides[kind].stored[then];
    const unsigned char *facts = qiaoi_document_at(&parent->files, place);

    if (writer->shared > 0) {
        writer->places[kind][docid] = *place;
        return QIAO_OK;
    }
    return put_stored(writer, kind, docid, (qiao_bytes){facts, place->facts},
                      (qiao_bytes){facts + place->facts, place->record}, err);
}

qiao_status
qiaoi_generation_writer_stored(qiaoi_generation_writer *writer, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (unsigned kind = 0; st == QIAO_OK && kind < 2; kind++) {
        unsigned char key = (unsigned char)(QIAOI_STORED_KEY + kind);
        const qiaoi_stored_header header = {writer->shared + (writer->stored != NULL), writer->count[kind]};
        size_t used = sizeof header + (size_t)header.count * sizeof **writer->places,
               size = used < QIAOI_ALIGNED_VALUE_MIN ? QIAOI_ALIGNED_VALUE_MIN : used;
        void *room = NULL;

        st = qiao_kv_append_reserve(writer->txn, writer->documents, (qiao_bytes){&key, 1}, size, &room, err);
        if (st != QIAO_OK)
            break;
        memcpy(room, &header, sizeof header);
        memcpy((char *)room + sizeof header, writer->places[kind], used - sizeof header);
        memset((char *)room + used, 0, size - used);
    }
    return st;
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

/* The bitmap and the maxima, and what lies between the arrays: the rest is written in any case. */
static void
clear_room(unsigned char *room, const size_t offsets[7], size_t size)
{
    memset(room, 0, offsets[1]);
    for (int i = 2; i < 6; i++)
        memset(room + offsets[i] - 8, 0, 8);
    memset(room + offsets[5], 0, size - offsets[5]);
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
    clear_room(room, offsets, size);
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
