/* A set of character strings, sorted, that is walked letter by letter along the cells: units and grammar are looked up
 * with it. */
#include "indicator/indicator_internal.h"

#include <stdlib.h>
#include <string.h>

bool
qiaoi_grow(void *items, size_t count, size_t *capacity, size_t size)
{
    void *grown, *old;
    size_t wanted = *capacity == 0 ? 64 : *capacity * 2;

    if (count < *capacity)
        return true;
    memcpy(&old, items, sizeof old);
    grown = qiao_realloc_array(old, wanted, size);
    if (grown == NULL)
        return false;
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

bool
qiaoi_spellings_add(qiaoi_spellings *set, const char *text, size_t length, bool fold, uint32_t value)
{
    size_t start = set->letter_count, at = 0;

    while (at < length) {
        uint32_t c = qiaoi_normal(qiaoi_decode(text, length, &at));

        if (!qiaoi_grow(&set->letters, set->letter_count, &set->letter_capacity, sizeof *set->letters))
            return false;
        set->letters[set->letter_count++] = fold ? qiaoi_lower(c) : c;
    }
    if (set->letter_count == start || set->letter_count - start > QIAOI_WORD_MAX) {
        set->letter_count = start;
        return true;
    }
    if (!qiaoi_grow(&set->items, set->count, &set->capacity, sizeof *set->items))
        return false;
    set->items[set->count] = (qiaoi_spelling){.start = (uint32_t)start,
                                              .length = (uint16_t)(set->letter_count - start),
                                              .order = (uint16_t)(set->count & 0xFFFFu),
                                              .value = value};
    set->count++;
    return true;
}

typedef struct sortable {
    const uint32_t *letters;
    qiaoi_spelling item;
} sortable;

static int
compare(const void *a, const void *b)
{
    const sortable *x = a, *y = b;
    const uint32_t *p = x->letters + x->item.start, *q = y->letters + y->item.start;
    size_t n = x->item.length < y->item.length ? x->item.length : y->item.length;

    for (size_t i = 0; i < n; i++) {
        if (p[i] != q[i])
            return p[i] < q[i] ? -1 : 1;
    }
    if (x->item.length != y->item.length)
        return x->item.length < y->item.length ? -1 : 1;
    return (int)x->item.order - (int)y->item.order;
}

/* Letters as one number: 21 bits are enough for any. */
static uint64_t
pack(uint64_t packed, uint32_t letter)
{
    return packed << 21 | letter;
}

static size_t
hash(uint64_t packed)
{
    return (size_t)((packed * 0x9E3779B97F4A7C15u) >> 32);
}

/* Place of an opening, or of the gap where it would stand. */
static qiaoi_opening *
place(const qiaoi_spellings *set, uint64_t packed)
{
    size_t at = hash(packed) & (set->opening_slots - 1);

    while (set->openings[at].letters != 0 && set->openings[at].letters != packed)
        at = (at + 1) & (set->opening_slots - 1);
    return &set->openings[at];
}

/* NULL: no item begins so. */
static const qiaoi_opening *
find_opening(const qiaoi_spellings *set, uint64_t packed)
{
    size_t bit = hash(packed) & (QIAOI_OPENING_BITS - 1);
    const qiaoi_opening *opening;

    if ((set->opening_bits[bit / 64] >> bit % 64 & 1u) == 0)
        return NULL;
    opening = place(set, packed);
    return opening->letters != 0 ? opening : NULL;
}

static bool
index_openings(qiaoi_spellings *set)
{
    set->opening_slots = 16;
    while (set->opening_slots <= set->count * 2)
        set->opening_slots *= 2;
    set->openings = qiao_calloc(set->opening_slots, sizeof *set->openings);
    set->opening_bits = qiao_calloc(QIAOI_OPENING_BITS / 64, sizeof *set->opening_bits);
    if (set->openings == NULL || set->opening_bits == NULL)
        return false;
    for (size_t i = 0; i < set->count; i++) {
        const qiaoi_spelling *item = &set->items[i];
        uint64_t packed = 0;
        qiaoi_opening *opening;
        size_t bit;

        for (size_t k = 0; k < item->length && k < QIAOI_OPENING_LETTERS; k++)
            packed = pack(packed, set->letters[item->start + k]);
        opening = place(set, packed);
        bit = hash(packed) & (QIAOI_OPENING_BITS - 1);
        if (opening->letters == 0)
            *opening = (qiaoi_opening){.letters = packed, .low = (uint32_t)i};
        opening->high = (uint32_t)i + 1;
        set->opening_bits[bit / 64] |= (uint64_t)1 << bit % 64;
    }
    return true;
}

/* Sorting by a copy that knows its letters: qsort has no context. */
bool
qiaoi_spellings_finish(qiaoi_spellings *set)
{
    sortable *rows = qiao_calloc(set->count + 1, sizeof *rows);

    if (rows == NULL)
        return false;
    for (size_t i = 0; i < set->count; i++)
        rows[i] = (sortable){.letters = set->letters, .item = set->items[i]};
    qsort(rows, set->count, sizeof *rows, compare);
    for (size_t i = 0; i < set->count; i++)
        set->items[i] = rows[i].item;
    qiao_free(rows);
    return index_openings(set);
}

void
qiaoi_spellings_done(qiaoi_spellings *set)
{
    qiao_free(set->letters);
    qiao_free(set->items);
    qiao_free(set->openings);
    qiao_free(set->opening_bits);
    *set = (qiaoi_spellings){0};
}

/* First item in low..high whose letter at depth is not below c. */
static size_t
lower_bound(const qiaoi_spellings *set, size_t low, size_t high, size_t depth, uint32_t c)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const qiaoi_spelling *item = &set->items[middle];

        if (item->length <= depth || set->letters[item->start + depth] < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Items in low..high that end after that many letters are the first of them. */
static size_t
add_match(const qiaoi_spellings *set, size_t length, size_t low, size_t high, qiaoi_match *matches, size_t found)
{
    size_t same = low;

    while (same < high && set->items[same].length == length)
        same++;
    if (same > low && found < QIAOI_MATCHES_MAX)
        matches[found++] = (qiaoi_match){.length = length, .first = low, .count = same - low};
    return found;
}

size_t
qiaoi_spellings_match(const qiaoi_spellings *set, const qiaoi_cell *cells, size_t count, bool fold,
                      qiaoi_match *matches)
{
    const qiaoi_opening *opening = NULL;
    size_t low, high, found = 0, depth = 0;
    uint64_t packed = 0;

    while (depth < count && depth < QIAOI_OPENING_LETTERS) {
        packed = pack(packed, fold ? qiaoi_lower(cells[depth].c) : cells[depth].c);
        opening = find_opening(set, packed);
        depth++;
        if (opening != NULL)
            found = add_match(set, depth, opening->low, opening->high, matches, found);
    }
    if (opening == NULL || depth < QIAOI_OPENING_LETTERS)
        return found;
    low = opening->low;
    high = opening->high;
    for (; depth < count && depth < QIAOI_WORD_MAX && low < high; depth++) {
        uint32_t c = fold ? qiaoi_lower(cells[depth].c) : cells[depth].c;

        low = lower_bound(set, low, high, depth, c);
        high = lower_bound(set, low, high, depth, c + 1);
        found = add_match(set, depth + 1, low, high, matches, found);
    }
    return found;
}
