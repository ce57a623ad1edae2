/* Least significant digit first; digits that all share are passed over: see order.h. */
#include "suggest/order.h"

#include <stdlib.h>
#include <string.h>

#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)
#define FEW 256u /* that qsort has sorted before the digits are counted */

static void
deal(const qiaoi_headed *from, qiaoi_headed *to, size_t count, unsigned shift)
{
    size_t places[DIGITS] = {0}, at = 0;

    for (size_t i = 0; i < count; i++)
        places[from[i].head >> shift & (DIGITS - 1)]++;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t n = places[d];

        places[d] = at;
        at += n;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i].head >> shift & (DIGITS - 1)]++] = from[i];
}

static int
compare_heads(const void *a, const void *b)
{
    const qiaoi_headed *x = a, *y = b;

    return x->head < y->head ? -1 : x->head > y->head;
}

static void
order_heads(qiaoi_headed *items, qiaoi_headed *spare, size_t count)
{
    uint64_t differ = 0;
    qiaoi_headed *from = items, *to = spare;

    if (count < FEW) {
        if (count > 0)
            qsort(items, count, sizeof *items, compare_heads);
        return;
    }
    for (size_t i = 1; i < count; i++)
        differ |= items[i].head ^ items[0].head;
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        qiaoi_headed *dealt = to;

        if ((differ >> shift & (DIGITS - 1)) == 0)
            continue;
        deal(from, to, count, shift);
        to = from;
        from = dealt;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
}

/* The end of the things that have the head of the one at begin. */
static size_t
same_head(const qiaoi_headed *items, size_t begin, size_t count)
{
    size_t end = begin + 1;

    while (end < count && items[end].head == items[begin].head)
        end++;
    return end;
}

void
qiaoi_order_by_head(qiaoi_headed *items, qiaoi_headed *spare, size_t count, const uint64_t *seconds,
                    int (*compare)(const void *a, const void *b))
{
    order_heads(items, spare, count);
    for (size_t i = 0, end; i < count; i = end) {
        end = same_head(items, i, count);
        if (end - i == 1)
            continue;
        if (seconds == NULL) {
            qsort(items + i, end - i, sizeof *items, compare);
            continue;
        }
        for (size_t k = i; k < end; k++)
            items[k].head = seconds[items[k].item];
        qiaoi_order_by_head(items + i, spare, end - i, NULL, compare);
    }
}
