/*
 * Finds vectors of older generations again, so that a nightly build embeds only what changed. Two tables for each side: by the record's canonical JSON,
 * which spares reading the record, and by the embedded text, which survives changes of other fields. Looks past generations without vectors: a night
 * on which the service was not configured costs nothing the night after.
 */
#include "indexing/embed.h"

#include "qiao/catalog.h"

#include <stdio.h>
#include <string.h>

#define GENERATIONS_MAX 4096u

typedef struct table {
    uint32_t *slots; /* docid + 1 */
    size_t mask;
} table;

struct qiaoi_vector_reuse {
    qiaoi_vectors *vectors;
    table by_record[2], by_text[2];
};

static size_t
slot_of(uint64_t hash, size_t mask)
{
    return (size_t)(hash ^ hash >> 32) & mask;
}

static bool
usable(const qiaoi_vector_entry *entry)
{
    return entry->state == QIAO_EMBED_DONE || entry->state == QIAO_EMBED_REFUSED;
}

static bool
make_table(table *t, uint32_t documents)
{
    size_t size = 16;

    while (size < (size_t)documents * 2)
        size *= 2;
    t->slots = qiao_calloc(size, sizeof *t->slots);
    t->mask = size - 1;
    return t->slots != NULL;
}

static void
insert(table *t, uint64_t hash, uint32_t docid)
{
    size_t i = slot_of(hash, t->mask);

    while (t->slots[i] != 0)
        i = (i + 1) & t->mask;
    t->slots[i] = docid + 1;
}

static qiao_status
index_side(qiaoi_vector_reuse *reuse, unsigned side, qiao_error *err)
{
    uint32_t documents = qiaoi_vectors_about(reuse->vectors)->documents[side];

    if (!make_table(&reuse->by_record[side], documents) || !make_table(&reuse->by_text[side], documents))
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < documents; d++) {
        const qiaoi_vector_entry *entry = qiaoi_vectors_entry(reuse->vectors, side, d);

        if (!usable(entry))
            continue;
        insert(&reuse->by_record[side], entry->record_hash, d);
        insert(&reuse->by_text[side], entry->text_hash[0], d);
    }
    return QIAO_OK;
}

/* NULL where that generation has none, or none of this space. Damage is no reason to fail: those vectors are asked for again. */
static qiao_status
open_fitting(const char *data_dir, uint64_t number, const char *space, uint32_t dimension, qiaoi_vectors **out, qiao_error *err)
{
    char folder[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 32];
    qiao_status st = qiao_catalog_path(data_dir, number, folder, NULL);

    *out = NULL;
    if (st != QIAO_OK)
        return QIAO_OK;
    snprintf(path, sizeof path, "%s/%s", folder, QIAOI_VECTORS_NAME);
    st = qiaoi_vectors_open(path, out, NULL);
    if (st == QIAO_E_NOMEM)
        return qiao_fail_memory(err);
    if (st == QIAO_OK && (qiaoi_vectors_about(*out)->dimension != dimension || strcmp(qiaoi_vectors_about(*out)->space, space) != 0)) {
        qiaoi_vectors_close(*out);
        *out = NULL;
    }
    return QIAO_OK;
}

static qiao_status
find_newest(const char *data_dir, const char *space, uint32_t dimension, qiaoi_vectors **out, qiao_error *err)
{
    uint64_t *numbers = qiao_alloc(GENERATIONS_MAX * sizeof *numbers);
    size_t count = 0;
    qiao_status st = numbers == NULL ? qiao_fail_memory(err) : QIAO_OK;

    *out = NULL;
    if (st == QIAO_OK && qiao_catalog_list(data_dir, numbers, GENERATIONS_MAX, &count, NULL) == QIAO_E_NOMEM)
        st = qiao_fail_memory(err);
    count = count < GENERATIONS_MAX ? count : GENERATIONS_MAX;
    while (st == QIAO_OK && *out == NULL && count > 0)
        st = open_fitting(data_dir, numbers[--count], space, dimension, out, err);
    qiao_free(numbers);
    return st;
}

qiao_status
qiaoi_vector_reuse_open(const char *data_dir, const char *space, uint32_t dimension, qiaoi_vector_reuse **out, qiao_error *err)
{
    qiaoi_vector_reuse *reuse;
    qiaoi_vectors *vectors;
    qiao_status st = find_newest(data_dir, space, dimension, &vectors, err);

    *out = NULL;
    if (st != QIAO_OK || vectors == NULL)
        return st;
    reuse = qiao_calloc(1, sizeof *reuse);
    if (reuse == NULL) {
        qiaoi_vectors_close(vectors);
        return qiao_fail_memory(err);
    }
    reuse->vectors = vectors;
    for (unsigned side = 0; st == QIAO_OK && side < 2; side++)
        st = index_side(reuse, side, err);
    if (st != QIAO_OK) {
        qiaoi_vector_reuse_close(reuse);
        return st;
    }
    *out = reuse;
    return QIAO_OK;
}

void
qiaoi_vector_reuse_close(qiaoi_vector_reuse *reuse)
{
    if (reuse == NULL)
        return;
    for (int side = 0; side < 2; side++) {
        qiao_free(reuse->by_record[side].slots);
        qiao_free(reuse->by_text[side].slots);
    }
    qiaoi_vectors_close(reuse->vectors);
    qiao_free(reuse);
}

const qiaoi_vector_entry *
qiaoi_vector_reuse_find(const qiaoi_vector_reuse *reuse, unsigned side, uint64_t record_hash, const uint64_t *text_hash, const int8_t **row_out,
                        float *scale_out)
{
    const table *t;

    *row_out = NULL;
    *scale_out = 0;
    if (reuse == NULL)
        return NULL;
    t = text_hash != NULL ? &reuse->by_text[side] : &reuse->by_record[side];
    for (size_t i = slot_of(text_hash != NULL ? text_hash[0] : record_hash, t->mask); t->slots[i] != 0; i = (i + 1) & t->mask) {
        uint32_t docid = t->slots[i] - 1;
        const qiaoi_vector_entry *entry = qiaoi_vectors_entry(reuse->vectors, side, docid);

        if (text_hash != NULL ? entry->text_hash[0] != text_hash[0] || entry->text_hash[1] != text_hash[1] : entry->record_hash != record_hash)
            continue;
        *row_out = qiaoi_vectors_row(reuse->vectors, side, docid, scale_out);
        return entry;
    }
    return NULL;
}
