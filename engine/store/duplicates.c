/* duplicates.bin: small, so it is checked whole when it is opened. */
#include "store/duplicates.h"

#include "qiao/file.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 1u

typedef struct duplicates_header {
    char magic[8];
    uint32_t version, zero;
    uint32_t documents[2], count[2];
    uint64_t reserved, checksum;
} duplicates_header;

_Static_assert(sizeof(duplicates_header) == 48, "the header's size is part of the format");
_Static_assert(sizeof(qiao_duplicate) == 16, "the entry's size is part of the format");

struct qiaoi_duplicates {
    qiao_mapping mapping;
    const qiao_duplicate *entries[2];
    const uint32_t *places[2];
    uint32_t count[2];
    uint32_t documents[2];
    uint64_t *linked[2]; /* a bit per document that is in a group: most are in none */
};

static uint64_t
checksum_of(const duplicates_header *header, const void *body, size_t length)
{
    uint64_t hash = qiao_hash64(header, offsetof(duplicates_header, checksum), VERSION);

    return qiao_hash64(body, length, hash);
}

typedef struct place {
    uint32_t docid, at;
} place;

static int
compare_places(const void *a, const void *b)
{
    const place *x = a, *y = b;

    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

static qiao_status
append_places(qiao_buffer *out, const qiao_duplicate *entries, uint32_t count, qiao_error *err)
{
    place *places = qiao_alloc((count + 1) * sizeof *places);

    if (places == NULL)
        return qiao_fail_memory(err);
    for (uint32_t i = 0; i < count; i++)
        places[i] = (place){entries[i].docid, i};
    if (count > 1)
        qsort(places, count, sizeof *places, compare_places);
    for (uint32_t i = 0; i < count; i++)
        qiao_buffer_append(out, &places[i].at, sizeof places[i].at);
    qiao_free(places);
    return QIAO_OK;
}

qiao_status
qiaoi_duplicates_write(const char *path, const uint32_t documents[2], const qiao_duplicate *const *entries,
                       const uint32_t count[2], qiao_error *err)
{
    duplicates_header header = {"QIAODUPL", VERSION, 0, {documents[0], documents[1]}, {count[0], count[1]}, 0, 0};
    qiao_buffer out = {0};
    qiao_status st = QIAO_OK;

    qiao_buffer_append(&out, &header, sizeof header);
    for (int side = 0; side < 2; side++)
        if (count[side] > 0)
            qiao_buffer_append(&out, entries[side], count[side] * sizeof **entries);
    for (int side = 0; st == QIAO_OK && side < 2; side++)
        st = append_places(&out, entries[side], count[side], err);
    if (st == QIAO_OK)
        st = qiao_buffer_check(&out, err);
    if (st == QIAO_OK) {
        header.checksum = checksum_of(&header, out.data + sizeof header, out.length - sizeof header);
        memcpy(out.data, &header, sizeof header);
        st = qiao_file_write_atomic(path, out.data, out.length, err);
    }
    qiao_buffer_done(&out);
    return st;
}

static qiao_status
mark_linked(qiaoi_duplicates *d, const uint32_t documents[2], qiao_error *err)
{
    for (int side = 0; side < 2; side++) {
        d->documents[side] = documents[side];
        d->linked[side] = qiao_calloc((size_t)documents[side] / 64 + 1, sizeof **d->linked);
        if (d->linked[side] == NULL)
            return qiao_fail_memory(err);
        for (uint32_t i = 0; i < d->count[side]; i++) {
            uint32_t docid = d->entries[side][i].docid;

            d->linked[side][docid / 64] |= (uint64_t)1 << docid % 64;
        }
    }
    return QIAO_OK;
}

static bool
side_sound(const qiaoi_duplicates *d, int side, uint32_t documents)
{
    for (uint32_t i = 0; i < d->count[side]; i++) {
        const qiao_duplicate *entry = &d->entries[side][i];

        if (entry->docid >= documents || entry->group > entry->docid || d->places[side][i] >= d->count[side] ||
            (i > 0 &&
             (entry[-1].group > entry->group || (entry[-1].group == entry->group && entry[-1].docid >= entry->docid))))
            return false;
    }
    for (uint32_t i = 1; i < d->count[side]; i++)
        if (d->entries[side][d->places[side][i - 1]].docid >= d->entries[side][d->places[side][i]].docid)
            return false;
    return true;
}

static qiao_status
check(const char *path, const uint32_t documents[2], qiaoi_duplicates *d, qiao_error *err)
{
    const qiao_mapping *mapping = &d->mapping;
    const unsigned char *body = mapping->data + sizeof(duplicates_header);
    duplicates_header header;
    uint64_t total;

    if (mapping->length < sizeof header)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is cut short", path);
    memcpy(&header, mapping->data, sizeof header);
    total = (uint64_t)header.count[0] + header.count[1];
    if (memcmp(header.magic, "QIAODUPL", 8) != 0 || header.version != VERSION ||
        memcmp(header.documents, documents, sizeof header.documents) != 0 ||
        mapping->length != sizeof header + total * (sizeof(qiao_duplicate) + sizeof(uint32_t)) ||
        header.checksum != checksum_of(&header, body, mapping->length - sizeof header))
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    for (int side = 0; side < 2; side++) {
        uint64_t before = side == 0 ? 0 : header.count[0];

        d->count[side] = header.count[side];
        d->entries[side] = (const qiao_duplicate *)(const void *)body + before;
        d->places[side] = (const uint32_t *)(const void *)(body + total * sizeof(qiao_duplicate)) + before;
    }
    for (int side = 0; side < 2; side++)
        if (!side_sound(d, side, documents[side]))
            return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    return QIAO_OK;
}

qiao_status
qiaoi_duplicates_open(const char *path, const uint32_t documents[2], qiaoi_duplicates **out, qiao_error *err)
{
    qiaoi_duplicates *duplicates = qiao_calloc(1, sizeof *duplicates);
    qiao_status st;

    *out = NULL;
    if (duplicates == NULL)
        return qiao_fail_memory(err);
    st = qiao_mapping_open(path, &duplicates->mapping, err);
    if (st == QIAO_OK)
        st = check(path, documents, duplicates, err);
    if (st == QIAO_OK)
        st = mark_linked(duplicates, documents, err);
    if (st != QIAO_OK) {
        qiaoi_duplicates_close(duplicates);
        return st;
    }
    *out = duplicates;
    return QIAO_OK;
}

void
qiaoi_duplicates_close(qiaoi_duplicates *duplicates)
{
    if (duplicates == NULL)
        return;
    qiao_mapping_close(&duplicates->mapping);
    qiao_free(duplicates->linked[0]);
    qiao_free(duplicates->linked[1]);
    qiao_free(duplicates);
}

const qiao_duplicate *
qiaoi_duplicates_group(const qiaoi_duplicates *d, qiao_kind kind, uint32_t docid, uint32_t *count_out)
{
    uint32_t low = 0, high = d == NULL ? 0 : d->count[kind];

    *count_out = 0;
    if (d == NULL || docid >= d->documents[kind] || (d->linked[kind][docid / 64] >> docid % 64 & 1u) == 0)
        return NULL;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, at = d->places[kind][middle];
        const qiao_duplicate *entry = &d->entries[kind][at];

        if (entry->docid == docid) {
            uint32_t first = at, end = at + 1;

            while (first > 0 && d->entries[kind][first - 1].group == entry->group)
                first--;
            while (end < d->count[kind] && d->entries[kind][end].group == entry->group)
                end++;
            *count_out = end - first;
            return &d->entries[kind][first];
        }
        if (entry->docid < docid)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
