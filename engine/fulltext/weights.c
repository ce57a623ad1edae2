/* Weights of words: see weights.h. */
#include "fulltext/weights.h"

#include <math.h>

double
qiaoi_inverse_frequency(double documents, double frequency)
{
    double ratio = (documents - frequency + 0.5) / (frequency + 0.5);

    return log(ratio < 2 ? ratio * 0.5 + 1 : ratio);
}

static bool
is_smallest(const double *shares, size_t count, uint32_t set, double least)
{
    double sum = 0, smallest = HUGE_VAL;

    for (size_t i = 0; i < count; i++)
        if ((set >> i & 1u) != 0) {
            sum += shares[i];
            smallest = shares[i] < smallest ? shares[i] : smallest;
        }
    return sum >= least && sum - smallest < least;
}

size_t
qiaoi_sufficient_sets(const double *shares, size_t count, double least, uint32_t sets[QIAOI_SETS_MAX])
{
    size_t found = 0;

    if (least <= 0) {
        for (; found < count; found++)
            sets[found] = 1u << found;
        return found;
    }
    for (uint32_t set = 1; set < (1u << count); set++)
        if (is_smallest(shares, count, set, least))
            sets[found++] = set;
    return found;
}
