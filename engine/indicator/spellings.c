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

/* Place of a first letter among the initials, or of the gap where it would stand. */
static size_t
place(const qiaoi_spellings *set, uint32_t c)
{
    size_t at = (c * 2654435761u) >> 20;

    while (set->initials[at].letter != 0 && set->initials[at].letter != c)
        at = (at + 1) % QIAOI_INITIALS;
    return at;
}

/* At most half of the places are taken; more first letters than that would be no table of units. */
static bool
index_initials(qiaoi_spellings *set)
{
    size_t taken = 0;

    set->initials = qiao_calloc(QIAOI_INITIALS, sizeof *set->initials);
    if (set->initials == NULL)
        return false;
    for (size_t i = 0; i < set->count; i++) {
        uint32_t c = set->letters[set->items[i].start];
        qiaoi_initial *initial = &set->initials[place(set, c)];

        if (initial->letter == 0) {
            if (++taken > QIAOI_INITIALS / 2)
                return false;
            *initial = (qiaoi_initial){.letter = c, .low = (uint32_t)i};
        }
        initial->high = (uint32_t)i + 1;
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
    return index_initials(set);
}

void
qiaoi_spellings_done(qiaoi_spellings *set)
{
    qiao_free(set->letters);
    qiao_free(set->items);
    qiao_free(set->initials);
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

size_t
qiaoi_spellings_match(const qiaoi_spellings *set, const qiaoi_cell *cells, size_t count, bool fold,
                      qiaoi_match *matches)
{
    const qiaoi_initial *initial;
    size_t low, high, found = 0;

    if (count == 0)
        return 0;
    initial = &set->initials[place(set, fold ? qiaoi_lower(cells[0].c) : cells[0].c)];
    low = initial->low;
    high = initial->high;
    for (size_t depth = 0; depth < count && depth < QIAOI_WORD_MAX && low < high; depth++) {
        uint32_t c = fold ? qiaoi_lower(cells[depth].c) : cells[depth].c;
        size_t same;

        if (depth > 0) {
            low = lower_bound(set, low, high, depth, c);
            high = lower_bound(set, low, high, depth, c + 1);
        }
        for (same = low; same < high && set->items[same].length == depth + 1; same++)
            continue;
        if (same > low && found < QIAOI_MATCHES_MAX)
            matches[found++] = (qiaoi_match){.length = depth + 1, .first = low, .count = same - low};
    }
    return found;
}
