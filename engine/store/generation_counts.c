/* Counting documents by their tags: a set of documents against the tag bitmaps of a generation. */
#include "store/generation_internal.h"
#include "store/generation_object.h"

#include "qiao/memory.h"

#include <roaring/roaring.h>
#include <stdio.h>
#include <string.h>

#define KEY_SIZE 256u

struct qiaoi_docset {
    roaring_bitmap_t *bitmap;
};

qiaoi_docset *
qiaoi_docset_new(const uint32_t *docids, size_t count)
{
    qiaoi_docset *set = qiao_calloc(1, sizeof *set);

    if (set == NULL)
        return NULL;
    set->bitmap = roaring_bitmap_of_ptr(count, docids);
    if (set->bitmap == NULL) {
        qiao_free(set);
        return NULL;
    }
    return set;
}

void
qiaoi_docset_free(qiaoi_docset *set)
{
    if (set == NULL)
        return;
    roaring_bitmap_free(set->bitmap);
    qiao_free(set);
}

uint64_t
qiaoi_docset_count(const qiaoi_docset *set)
{
    return roaring_bitmap_get_cardinality(set->bitmap);
}

static roaring_bitmap_t *
read_bitmap(qiao_bytes value)
{
    return roaring_bitmap_portable_deserialize_safe(value.data, value.length);
}

/* Adds the documents of one tag; an unknown one has none. */
static qiao_status
add_tag(const qiao_generation *generation, qiao_kv_txn *txn, const char *key, size_t length, roaring_bitmap_t *into,
        qiao_error *err)
{
    roaring_bitmap_t *tag;
    qiao_bytes value;
    qiao_status st = qiao_kv_get(txn, generation->tags, (qiao_bytes){key, length}, &value, err);

    if (st != QIAO_OK)
        return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
    tag = read_bitmap(value);
    if (tag == NULL)
        return qiaoi_generation_damaged(generation, "a tag", err);
    roaring_bitmap_or_inplace(into, tag);
    roaring_bitmap_free(tag);
    return QIAO_OK;
}

qiao_status
qiaoi_docset_filter(qiaoi_docset *set, const qiao_generation *generation, qiao_kind kind, const char *filter,
                    qiao_error *err)
{
    roaring_bitmap_t *any = roaring_bitmap_create();
    qiao_kv_txn *txn = NULL;
    qiao_status st = any == NULL ? qiao_fail_memory(err) : qiao_kv_begin(generation->kv, false, &txn, err);

    while (st == QIAO_OK && *filter != '\0') {
        size_t length = strcspn(filter, "|");
        char key[KEY_SIZE];

        if (length + 1 <= sizeof key) {
            key[0] = (char)kind;
            memcpy(key + 1, filter, length);
            st = add_tag(generation, txn, key, length + 1, any, err);
        }
        filter += length + (filter[length] == '|');
    }
    if (st == QIAO_OK)
        roaring_bitmap_and_inplace(set->bitmap, any);
    qiao_kv_abort(txn);
    if (any != NULL)
        roaring_bitmap_free(any);
    return st;
}

static qiao_status
count_tag(const qiaoi_docset *set, const qiao_generation *generation, qiao_bytes value, uint64_t *count_out,
          qiao_error *err)
{
    roaring_bitmap_t *tag = read_bitmap(value);

    if (tag == NULL)
        return qiaoi_generation_damaged(generation, "a tag", err);
    *count_out = roaring_bitmap_and_cardinality(set->bitmap, tag);
    roaring_bitmap_free(tag);
    return QIAO_OK;
}

static qiao_status
walk(const qiaoi_docset *set, const qiao_generation *generation, qiao_kv_cursor *cursor, qiao_bytes prefix,
     qiaoi_tag_visit visit, void *context, qiao_error *err)
{
    qiao_bytes key, value;
    qiao_status st = qiao_kv_cursor_seek(cursor, prefix, &key, &value, err);

    while (st == QIAO_OK && key.length > prefix.length && memcmp(key.data, prefix.data, prefix.length) == 0) {
        uint64_t count = 0;

        st = count_tag(set, generation, value, &count, err);
        if (st == QIAO_OK && count > 0)
            st = visit((const char *)key.data + prefix.length, key.length - prefix.length, count, context, err);
        if (st == QIAO_OK)
            st = qiao_kv_cursor_next(cursor, &key, &value, err);
    }
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

qiao_status
qiaoi_docset_tags(const qiaoi_docset *set, const qiao_generation *generation, qiao_kind kind, const char *name,
                  qiaoi_tag_visit visit, void *context, qiao_error *err)
{
    char prefix[KEY_SIZE];
    int length = snprintf(prefix + 1, sizeof prefix - 1, "%s:", name);
    qiao_kv_cursor *cursor = NULL;
    qiao_kv_txn *txn = NULL;
    qiao_status st = qiao_kv_begin(generation->kv, false, &txn, err);

    prefix[0] = (char)kind;
    if (st == QIAO_OK)
        st = qiao_kv_cursor_open(txn, generation->tags, &cursor, err);
    if (st == QIAO_OK)
        st = walk(set, generation, cursor, (qiao_bytes){prefix, (size_t)length + 1}, visit, context, err);
    qiao_kv_cursor_close(cursor);
    qiao_kv_abort(txn);
    return st;
}
