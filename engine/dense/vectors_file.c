/*
 * Opens vectors.bin. Nothing in it is believed before the header, the sizes and the checksum of the whole agree, so that a damaged file can only be
 * left out, never rank wrongly or be read past its end. Relied on by the generation store and by the build, which takes vectors over.
 */
#include "dense/vectors.h"

#include "qiao/file.h"

#include <math.h>
#include <string.h>

struct qiaoi_vectors {
    qiao_mapping mapping;
    qiaoi_vectors_header header;
    const qiaoi_vector_entry *entries[2];
    const float *scales[2];
    const int8_t *rows[2];
};

_Static_assert(sizeof(qiaoi_vectors_header) == 256, "the header's size is part of the format");
_Static_assert(sizeof(qiaoi_vector_entry) == 32, "the entry's size is part of the format");

uint32_t
qiaoi_vectors_stride(uint32_t dimension)
{
    return (dimension + QIAOI_DENSE_ALIGN - 1u) / QIAOI_DENSE_ALIGN * QIAOI_DENSE_ALIGN;
}

void
qiaoi_vectors_lay_out(const qiaoi_vectors_header *header, qiaoi_vectors_layout *out)
{
    uint64_t at = sizeof *header;

    for (int side = 0; side < 2; side++) {
        out->entries[side] = at;
        at += (uint64_t)header->documents[side] * sizeof(qiaoi_vector_entry);
    }
    for (int side = 0; side < 2; side++) {
        out->scales[side] = at;
        at += (uint64_t)header->documents[side] * sizeof(float);
    }
    at = (at + QIAOI_DENSE_ALIGN - 1u) / QIAOI_DENSE_ALIGN * QIAOI_DENSE_ALIGN;
    for (int side = 0; side < 2; side++) {
        out->rows[side] = at;
        at += (uint64_t)header->documents[side] * header->stride;
    }
    out->size = at;
}

uint64_t
qiaoi_vectors_header_checksum(const qiaoi_vectors_header *header)
{
    return qiao_hash64(header, offsetof(qiaoi_vectors_header, header_checksum), QIAOI_VECTORS_VERSION);
}

static uint64_t
checksum_of(const qiao_mapping *mapping)
{
    uint64_t sum = 0;

    for (size_t at = sizeof(qiaoi_vectors_header); at < mapping->length; at += QIAOI_VECTORS_PIECE) {
        size_t rest = mapping->length - at;

        sum = qiao_hash64(mapping->data + at, rest < QIAOI_VECTORS_PIECE ? rest : QIAOI_VECTORS_PIECE, sum);
    }
    return sum;
}

static qiao_status
check_header(const char *path, const qiao_mapping *mapping, qiaoi_vectors_header *header, qiao_error *err)
{
    qiaoi_vectors_layout layout;

    if (mapping->length < sizeof *header)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is cut short", path);
    memcpy(header, mapping->data, sizeof *header);
    if (memcmp(header->magic, QIAOI_VECTORS_MAGIC, sizeof header->magic) != 0)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is no vector file", path);
    if (header->version != QIAOI_VECTORS_VERSION)
        return qiao_fail(err, QIAO_E_VERSION, "%s has vector format %u, this program reads %u", path, (unsigned)header->version, QIAOI_VECTORS_VERSION);
    if (header->header_checksum != qiaoi_vectors_header_checksum(header))
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    qiaoi_vectors_lay_out(header, &layout);
    if (header->dimension == 0 || header->dimension > QIAO_DENSE_DIMENSION_MAX || header->stride != qiaoi_vectors_stride(header->dimension) ||
        memchr(header->space, '\0', sizeof header->space) == NULL || header->size != layout.size)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    if (header->size != mapping->length)
        return qiao_fail(err, QIAO_E_CORRUPT, mapping->length < header->size ? "%s is cut short" : "%s is damaged", path);
    return QIAO_OK;
}

/* Scales must be numbers that can be compared, and the counts must be true: the fairness rule rests on them. */
static bool
check_side(const qiaoi_vectors *vectors, int side)
{
    uint32_t count = 0, refused = 0;

    for (uint32_t d = 0; d < vectors->header.documents[side]; d++) {
        float scale = vectors->scales[side][d];
        uint32_t state = vectors->entries[side][d].state;

        if (!isfinite(scale) || scale < 0 || state > QIAO_EMBED_REFUSED || (scale > 0) != (state == QIAO_EMBED_DONE))
            return false;
        count += scale > 0;
        refused += state == QIAO_EMBED_REFUSED;
    }
    return count == vectors->header.vectors[side] && refused == vectors->header.refused[side];
}

static qiao_status
check(qiaoi_vectors *vectors, const char *path, qiao_error *err)
{
    qiaoi_vectors_layout layout;
    qiao_status st = check_header(path, &vectors->mapping, &vectors->header, err);

    if (st != QIAO_OK)
        return st;
    if (checksum_of(&vectors->mapping) != vectors->header.checksum)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    qiaoi_vectors_lay_out(&vectors->header, &layout);
    for (int side = 0; side < 2; side++) {
        vectors->entries[side] = (const qiaoi_vector_entry *)(const void *)(vectors->mapping.data + layout.entries[side]);
        vectors->scales[side] = (const float *)(const void *)(vectors->mapping.data + layout.scales[side]);
        vectors->rows[side] = (const int8_t *)(vectors->mapping.data + layout.rows[side]);
    }
    if (!check_side(vectors, 0) || !check_side(vectors, 1))
        return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
    return QIAO_OK;
}

qiao_status
qiaoi_vectors_open(const char *path, qiaoi_vectors **out, qiao_error *err)
{
    qiaoi_vectors *vectors = qiao_calloc(1, sizeof *vectors);
    qiao_status st;

    *out = NULL;
    if (vectors == NULL)
        return qiao_fail_memory(err);
    st = qiao_mapping_open(path, &vectors->mapping, err);
    if (st == QIAO_OK)
        st = check(vectors, path, err);
    if (st != QIAO_OK) {
        qiaoi_vectors_close(vectors);
        return st;
    }
    *out = vectors;
    return QIAO_OK;
}

void
qiaoi_vectors_close(qiaoi_vectors *vectors)
{
    if (vectors == NULL)
        return;
    qiao_mapping_close(&vectors->mapping);
    qiao_free(vectors);
}

const qiaoi_vectors_header *
qiaoi_vectors_about(const qiaoi_vectors *vectors)
{
    return &vectors->header;
}

const qiaoi_vector_entry *
qiaoi_vectors_entry(const qiaoi_vectors *vectors, unsigned side, uint32_t docid)
{
    return docid < vectors->header.documents[side] ? &vectors->entries[side][docid] : NULL;
}

const int8_t *
qiaoi_vectors_row(const qiaoi_vectors *vectors, unsigned side, uint32_t docid, float *scale_out)
{
    if (docid >= vectors->header.documents[side] || !(vectors->scales[side][docid] > 0))
        return NULL;
    *scale_out = vectors->scales[side][docid];
    return vectors->rows[side] + (size_t)docid * vectors->header.stride;
}

const float *
qiaoi_vectors_scales(const qiaoi_vectors *vectors, unsigned side)
{
    return vectors->scales[side];
}

const int8_t *
qiaoi_vectors_rows(const qiaoi_vectors *vectors, unsigned side)
{
    return vectors->rows[side];
}

bool
qiaoi_vectors_served(const qiaoi_vectors *vectors, unsigned side)
{
    return qiaoi_vectors_enough(vectors->header.vectors[side], vectors->header.documents[side]);
}
