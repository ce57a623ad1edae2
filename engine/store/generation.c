/* Answers about an open generation by docid and by id. */
#include "store/generation_object.h"

#include "qiao/file.h"
#include "qiao/memory.h"
#include "store/generation_dense.h"

#include <string.h>
#include <zstd.h>

#define RECORD_MAX (64u << 20)

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
    const qiaoi_document_place *place = &generation->sides[kind].stored[docid];

    if (docid >= generation->sides[kind].count)
        return qiaoi_generation_damaged(generation, "the facts", err);
    *out = qiaoi_document_at(&generation->files, place);
    *length_out = place->facts;
    return QIAO_OK;
}

qiao_status
qiaoi_generation_stored(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const void **out,
                        size_t *length_out, qiao_error *err)
{
    const qiaoi_document_place *place = &generation->sides[kind].stored[docid];

    if (docid >= generation->sides[kind].count)
        return qiaoi_generation_damaged(generation, "a record", err);
    *out = qiaoi_document_at(&generation->files, place) + place->facts;
    *length_out = place->record;
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
damaged_record(const qiao_generation *generation, qiao_error *err)
{
    return qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: a record is damaged",
                     (unsigned long long)generation->manifest.generation);
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
        return damaged_record(generation, err);
    memcpy(&raw, data + 1, 4);
    if (raw > RECORD_MAX)
        return damaged_record(generation, err);
    if (!qiao_buffer_reserve(out, raw))
        return qiao_fail_memory(err);
    n = ZSTD_decompress(out->data + out->length, raw, data + 5, value.length - 5);
    if (ZSTD_isError(n) || n != raw)
        return damaged_record(generation, err);
    out->length += n;
    out->data[out->length] = '\0';
    return QIAO_OK;
}

qiao_status
qiao_generation_json(const qiao_generation *generation, qiao_kind kind, uint32_t docid, qiao_buffer *out,
                     qiao_error *err)
{
    const qiaoi_document_place *place = &generation->sides[kind].stored[docid];

    if (docid >= generation->sides[kind].count)
        return qiao_fail(err, QIAO_E_NOTFOUND, "no record number %u", docid);
    return unpack(generation, (qiao_bytes){qiaoi_document_at(&generation->files, place) + place->facts, place->record},
                  out, err);
}
