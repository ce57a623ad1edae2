/* Answers about an open generation by docid and by id. */
#include "store/generation_object.h"

#include "qiao/file.h"
#include "qiao/memory.h"
#include "store/generation_dense.h"

#include <string.h>
#include <zstd.h>

#define RECORD_MAX (64u << 20)
#define FACTS_LENGTH_BITS 16 /* beside the address of a block, of which processors use the lower 48 bits */

const qiao_manifest *
qiao_generation_manifest(const qiao_generation *generation)
{
    return &generation->manifest;
}

const char *
qiao_generation_folder(const qiao_generation *generation)
{
    return generation->folder;
}

const qiao_lexicon *
qiao_generation_lexicon(const qiao_generation *generation)
{
    return generation->lexicon;
}

const qiaoi_vectors *
qiaoi_generation_vectors(const qiao_generation *generation)
{
    return generation->vectors;
}

const qiaoi_matches *
qiaoi_generation_matches(const qiao_generation *generation)
{
    return generation->matches;
}

const qiao_duplicate *
qiao_generation_duplicates(const qiao_generation *generation, qiao_kind kind, uint32_t docid, uint32_t *count_out)
{
    return qiaoi_duplicates_group(generation->duplicates, kind, docid, count_out);
}

const qiaoi_verdicts *
qiaoi_generation_verdicts(const qiao_generation *generation)
{
    return generation->verdicts;
}

int
qiaoi_generation_day(const qiao_generation *generation)
{
    int32_t day = qiao_date_days(generation->manifest.created, strlen(generation->manifest.created));

    return day == INT32_MIN ? 0 : day;
}

void
qiao_generation_dense(const qiao_generation *generation, qiao_dense_info *out)
{
    qiaoi_generation_dense_info(generation->vectors, &generation->vectors_fault, out);
}

const qiaoi_postings *
qiaoi_generation_postings(const qiao_generation *generation, qiao_kind kind, size_t *ranges_out)
{
    *ranges_out = generation->sides[kind].range_count;
    return generation->sides[kind].ranges;
}

qiao_status
qiaoi_generation_facts(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const void **out,
                       size_t *length_out, qiao_error *err)
{
    unsigned char key[5] = {(unsigned char)kind, (unsigned char)(docid >> 24), (unsigned char)(docid >> 16),
                            (unsigned char)(docid >> 8), (unsigned char)docid};
    atomic_uint_fast64_t *known = docid < generation->sides[kind].count ? &generation->sides[kind].facts[docid] : NULL;
    uint64_t place = known == NULL ? 0 : atomic_load_explicit(known, memory_order_relaxed);
    qiao_bytes value;
    qiao_status st;

    if (place != 0) {
        *out = (const void *)(uintptr_t)(place >> FACTS_LENGTH_BITS);
        *length_out = place & (((size_t)1 << FACTS_LENGTH_BITS) - 1);
        return QIAO_OK;
    }
    st = qiao_kv_get(generation->txn, generation->facts, (qiao_bytes){key, 5}, &value, err);
    if (st == QIAO_E_NOTFOUND)
        return qiaoi_generation_damaged(generation, "the facts", err);
    if (st != QIAO_OK)
        return st;
    *out = value.data;
    *length_out = value.length;
    place = (uint64_t)(uintptr_t)value.data;
    if (known != NULL && value.length >> FACTS_LENGTH_BITS == 0 && place >> (64 - FACTS_LENGTH_BITS) == 0)
        atomic_store_explicit(known, place << FACTS_LENGTH_BITS | value.length, memory_order_relaxed);
    return QIAO_OK;
}

const qiaoi_side_statistics *
qiaoi_generation_statistics(const qiao_generation *generation, qiao_kind kind)
{
    return &generation->sides[kind].statistics;
}

const float *
qiaoi_generation_idf(const qiao_generation *generation, qiao_kind kind)
{
    return generation->sides[kind].idf;
}

qiaoi_row
qiaoi_generation_row(const qiao_generation *generation, qiao_kind kind, uint32_t docid)
{
    const qiaoi_generation_side *s = &generation->sides[kind];
    const qiaoi_rows *rows = &s->rows[docid >> QIAOI_RANGE_BITS];
    uint32_t local = docid & (QIAOI_RANGE_SIZE - 1), begin;

    if (docid >= s->count)
        return (qiaoi_row){NULL, 0};
    begin = rows->starts[local];
    return (qiaoi_row){rows->entries + begin, rows->starts[local + 1] - begin};
}

void
qiaoi_generation_row_ahead(const qiao_generation *generation, qiao_kind kind, uint32_t docid)
{
    __builtin_prefetch(&generation->sides[kind].rows[docid >> QIAOI_RANGE_BITS].starts[docid & (QIAOI_RANGE_SIZE - 1)]);
}

uint64_t
qiaoi_generation_row_entries(const qiao_generation *generation, qiao_kind kind)
{
    const qiaoi_generation_side *s = &generation->sides[kind];
    uint64_t entries = 0;

    for (size_t r = 0; r < s->range_count; r++)
        entries += s->rows[r].starts[s->rows[r].documents];
    return entries;
}

uint32_t
qiao_generation_count(const qiao_generation *generation, qiao_kind kind)
{
    return generation->sides[kind].count;
}

const char *
qiao_generation_id(const qiao_generation *generation, qiao_kind kind, uint32_t docid)
{
    const qiaoi_generation_side *s = &generation->sides[kind];

    return docid < s->count ? s->ids + s->offsets[docid] : NULL;
}

qiao_status
qiao_generation_find(const qiao_generation *generation, qiao_kind kind, const char *id, uint32_t *docid_out,
                     qiao_error *err)
{
    const qiaoi_generation_side *s = &generation->sides[kind];
    uint32_t low = 0, high = s->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(s->ids + s->offsets[middle], id);

        if (order == 0) {
            *docid_out = middle;
            return QIAO_OK;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return qiao_fail(err, QIAO_E_NOTFOUND, kind == QIAO_PROJECT ? "no project %.128s" : "no need %.128s", id);
}

bool
qiaoi_generation_place(const qiao_generation *generation, uint32_t number, qiao_kind *kind_out, uint32_t *docid_out)
{
    uint32_t place = number < generation->place_count ? generation->places[number] : QIAOI_PLACE_NONE;

    if (place == QIAOI_PLACE_NONE)
        return false;
    *kind_out = (place & QIAOI_PLACE_NEED) != 0 ? QIAO_NEED : QIAO_PROJECT;
    *docid_out = place & ~QIAOI_PLACE_NEED;
    return true;
}

static qiao_status
unpack(const qiao_generation *generation, qiao_bytes value, qiao_buffer *out, qiao_error *err)
{
    const char *data = value.data;
    uint32_t raw;
    size_t n;

    if (value.length > 0 && data[0] == 0) {
        qiao_buffer_append(out, data + 1, value.length - 1);
        return qiao_buffer_check(out, err);
    }
    if (value.length < 5 || data[0] != 1)
        return qiaoi_generation_damaged(generation, "a record", err);
    memcpy(&raw, data + 1, 4);
    if (raw > RECORD_MAX)
        return qiaoi_generation_damaged(generation, "a record", err);
    if (!qiao_buffer_reserve(out, raw))
        return qiao_fail_memory(err);
    n = ZSTD_decompress(out->data + out->length, raw, data + 5, value.length - 5);
    if (ZSTD_isError(n) || n != raw)
        return qiaoi_generation_damaged(generation, "a record", err);
    out->length += n;
    out->data[out->length] = '\0';
    return QIAO_OK;
}

qiao_status
qiao_generation_json(const qiao_generation *generation, qiao_kind kind, uint32_t docid, qiao_buffer *out,
                     qiao_error *err)
{
    unsigned char key[5] = {(unsigned char)kind, (unsigned char)(docid >> 24), (unsigned char)(docid >> 16),
                            (unsigned char)(docid >> 8), (unsigned char)docid};
    qiao_kv_txn *txn = NULL;
    qiao_bytes value;
    qiao_status st;

    if (docid >= generation->sides[kind].count)
        return qiao_fail(err, QIAO_E_NOTFOUND, "no record number %u", docid);
    st = qiao_kv_begin(generation->kv, false, &txn, err);
    if (st != QIAO_OK)
        return st;
    st = qiao_kv_get(txn, generation->records, (qiao_bytes){key, 5}, &value, err);
    st = st == QIAO_OK           ? unpack(generation, value, out, err)
         : st == QIAO_E_NOTFOUND ? qiaoi_generation_damaged(generation, "a record", err)
                                 : st;
    qiao_kv_abort(txn);
    return st;
}

qiao_status
qiaoi_generation_stored(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const void **out,
                        size_t *length_out, qiao_error *err)
{
    unsigned char key[5] = {(unsigned char)kind, (unsigned char)(docid >> 24), (unsigned char)(docid >> 16),
                            (unsigned char)(docid >> 8), (unsigned char)docid};
    qiao_bytes value;
    qiao_status st = qiao_kv_get(generation->txn, generation->records, (qiao_bytes){key, 5}, &value, err);

    if (st == QIAO_E_NOTFOUND)
        return qiaoi_generation_damaged(generation, "a record", err);
    if (st == QIAO_OK) {
        *out = value.data;
        *length_out = value.length;
    }
    return st;
}
