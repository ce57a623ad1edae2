/* Small arrays of numbers into rising order: a query sorts some hundreds several times, and calling a comparison for
 * each pair of them costs more than the order itself. */
#ifndef QIAO_MATCH_SORT_H
#define QIAO_MATCH_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Shell's method with the gaps of Ciura (2001), which suit arrays up to some thousands. */
static inline void
qiaoi_sort_numbers(uint64_t *numbers, size_t count)
{
    static const size_t gaps[] = {15733, 7012, 3105, 1750, 701, 301, 132, 57, 23, 10, 4, 1};

    for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++)
        for (size_t gap = gaps[g], i = gap; i < count; i++) {
            uint64_t number = numbers[i];
            size_t at = i;

            for (; at >= gap && numbers[at - gap] > number; at -= gap)
                numbers[at] = numbers[at - gap];
            numbers[at] = number;
        }
}

/* The place-th largest (from 1) of 1 or more numbers, which are put into another order. Hoare's selection. */
static inline uint32_t
qiaoi_nth_largest(uint32_t *numbers, size_t count, size_t place)
{
    size_t low = 0, high = count - 1, wanted = place - 1;

    while (low < high) {
        uint32_t middle = numbers[low + (high - low) / 2];
        size_t i = low, j = high;

        for (;; i++, j--) {
            while (numbers[i] > middle)
                i++;
            while (numbers[j] < middle)
                j--;
            if (i >= j)
                break;
            uint32_t number = numbers[i];

            numbers[i] = numbers[j];
            numbers[j] = number;
        }
        if (wanted <= j)
            high = j;
        else
            low = j + 1;
    }
    return numbers[wanted];
}

#endif
