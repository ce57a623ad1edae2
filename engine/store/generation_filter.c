/* Which documents pass filters by tag: bitmaps become plain words. */
#include "store/generation_object.h"

#include "qiao/memory.h"

#include <roaring/roaring.h>
#include <string.h>

static qiao_status
read_tag(const qiao_generation *generation, qiao_kv_txn *txn, qiao_kind kind, const char *tag, size_t length,
         roaring_bitmap_t **out, qiao_error *err)
{
    char key[256];
    qiao_bytes value;
    qiao_status st;

    *out = NULL;
    if (length + 1 > sizeof key)
        return QIAO_OK;
    key[0] = (char)kind;
    memcpy(key + 1, tag, length);
    st = qiao_kv_get(txn, generation->tags, (qiao_bytes){key, length + 1}, &value, err);
    if (st == QIAO_E_NOTFOUND)
        return QIAO_OK;
    if (st != QIAO_OK)
        return st;
    *out = roaring_bitmap_portable_deserialize_safe(value.data, value.length);
    return *out == NULL ? qiaoi_generation_damaged(generation, "a tag", err) : QIAO_OK;
}

/* Union of the '|'-separated tags of one filter. */
static qiao_status
read_filter(const qiao_generation *generation, qiao_kv_txn *txn, qiao_kind kind, const char *filter,
            roaring_bitmap_t *into, qiao_error *err)
{
    while (*filter != '\0') {
        size_t length = strcspn(filter, "|");
        roaring_bitmap_t *tag;
        qiao_status st = read_tag(generation, txn, kind, filter, length, &tag, err);

        if (st != QIAO_OK)
            return st;
        if (tag != NULL) {
            roaring_bitmap_or_inplace(into, tag);
            roaring_bitmap_free(tag);
        }
        filter += length + (filter[length] == '|');
    }
    return QIAO_OK;
}

static bool
set_bit(uint32_t docid, void *words)
{
    ((uint64_t *)words)[docid >> 6] |= (uint64_t)1 << (docid & 63u);
    return true;
}

static qiao_status
intersect(const qiao_generation *generation, qiao_kind kind, const char *const *filters, size_t count,
          roaring_bitmap_t *result, qiao_error *err)
{
    qiao_kv_txn *txn = NULL;
    qiao_status st = qiao_kv_begin(generation->kv, false, &txn, err);

    if (count == 0) /* nothing is asked: everything passes */
        roaring_bitmap_add_range(result, 0, generation->sides[kind].count);
    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        roaring_bitmap_t *one = roaring_bitmap_create();

        if (one == NULL) {
            st = qiao_fail_memory(err);
            break;
        }
        st = read_filter(generation, txn, kind, filters[i], one, err);
        if (st == QIAO_OK && i == 0)
            roaring_bitmap_or_inplace(result, one);
        else if (st == QIAO_OK)
            roaring_bitmap_and_inplace(result, one);
        roaring_bitmap_free(one);
    }
    qiao_kv_abort(txn);
    return st;
}

qiao_status
qiao_generation_filter(const qiao_generation *generation, qiao_kind kind, const char *const *filters, size_t count,
                       uint64_t **words_out, uint64_t *passing_out, qiao_error *err)
{
    size_t words = ((size_t)generation->sides[kind].count + 63) / 64;
    uint64_t *bits = qiao_calloc(words + 1, sizeof *bits);
    roaring_bitmap_t *result = roaring_bitmap_create();
    qiao_status st = bits == NULL || result == NULL ? qiao_fail_memory(err)
                                                    : intersect(generation, kind, filters, count, result, err);

    if (st == QIAO_OK) {
        roaring_iterate(result, set_bit, bits);
        *passing_out = roaring_bitmap_get_cardinality(result);
        *words_out = bits;
        bits = NULL;
    }
    if (result != NULL)
        roaring_bitmap_free(result);
    qiao_free(bits);
    return st;
}
