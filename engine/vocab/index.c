/* Hash tables from (list, text) to a number, and the folded form of names that one of them is keyed by. */
#include "vocab/vocabulary_internal.h"

#include "qiao/file.h"

#include <string.h>

#define FIRST_CAPACITY 256

static uint64_t
hash_pair(const char *list, const char *text)
{
    return qiao_hash64(text, strlen(text), qiao_hash64(list, strlen(list), 0));
}

static struct qiaoi_index_slot *
find_slot(struct qiaoi_index_slot *slots, size_t capacity, const char *list, const char *text)
{
    size_t at = (size_t)hash_pair(list, text) & (capacity - 1);

    while (slots[at].text != NULL && (strcmp(slots[at].text, text) != 0 || strcmp(slots[at].list, list) != 0))
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static bool
grow(qiaoi_index *index)
{
    size_t capacity = index->capacity == 0 ? FIRST_CAPACITY : index->capacity * 2;
    struct qiaoi_index_slot *slots = qiao_calloc(capacity, sizeof *slots);

    if (slots == NULL)
        return false;
    for (size_t i = 0; i < index->capacity; i++) {
        if (index->slots[i].text != NULL)
            *find_slot(slots, capacity, index->slots[i].list, index->slots[i].text) = index->slots[i];
    }
    qiao_free(index->slots);
    index->slots = slots;
    index->capacity = capacity;
    return true;
}

bool
qiaoi_index_get(const qiaoi_index *index, const char *list, const char *text, size_t *value_out)
{
    const struct qiaoi_index_slot *slot;

    if (index->capacity == 0)
        return false;
    slot = find_slot(index->slots, index->capacity, list, text);
    if (slot->text == NULL)
        return false;
    *value_out = slot->value;
    return true;
}

bool
qiaoi_index_put(qiaoi_index *index, const char *list, const char *text, size_t value, size_t *old_out)
{
    struct qiaoi_index_slot *slot;

    if (index->used * 2 >= index->capacity && !grow(index))
        return false;
    slot = find_slot(index->slots, index->capacity, list, text);
    if (slot->text == NULL) {
        *slot = (struct qiaoi_index_slot){.list = list, .text = text, .value = value};
        index->used++;
    }
    *old_out = slot->value;
    return true;
}

void
qiaoi_index_done(qiaoi_index *index)
{
    qiao_free(index->slots);
    *index = (qiaoi_index){0};
}

void *
qiaoi_array_grow(void *array, size_t count, size_t *capacity, size_t item_size)
{
    size_t larger = *capacity == 0 ? 16 : *capacity * 2;
    void *grown;

    if (count < *capacity)
        return array;
    grown = qiao_realloc_array(array, larger, item_size);
    if (grown != NULL)
        *capacity = larger;
    return grown;
}

/* U+FF01..U+FF5E are the full-width forms of '!'..'~' (EF BC 81 .. EF BD 9E); U+3000 is the wide space. 0 where it is
 * neither. */
static char
plain_of_wide(const unsigned char *bytes, size_t left)
{
    if (left < 3)
        return 0;
    if (bytes[0] == 0xE3 && bytes[1] == 0x80 && bytes[2] == 0x80)
        return ' ';
    if (bytes[0] != 0xEF)
        return 0;
    if (bytes[1] == 0xBC && bytes[2] >= 0x81 && bytes[2] <= 0xBF)
        return (char)('!' + (bytes[2] - 0x81));
    if (bytes[1] == 0xBD && bytes[2] >= 0x80 && bytes[2] <= 0x9E)
        return (char)('!' + 0x3F + (bytes[2] - 0x80));
    return 0;
}

bool
qiaoi_name_fold(const char *name, size_t length, char *out, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)name;
    bool space = false;
    size_t n = 0;

    for (size_t i = 0; i < length;) {
        char wide = plain_of_wide(bytes + i, length - i);
        char c = wide != 0 ? wide : name[i];

        i += wide != 0 ? 3 : 1;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            space = n > 0;
            continue;
        }
        if (n + 2 + (space ? 1 : 0) > size)
            return false;
        if (space)
            out[n++] = ' ';
        space = false;
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[n] = '\0';
    return true;
}
