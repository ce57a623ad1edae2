/* The kernels in plain C: what the others must equal. */
#include "match/saturation.h"

#include <stddef.h>

static uint32_t
count(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter)
{
    uint32_t n = 0;

    if (filter == NULL)
        for (uint32_t d = 0; d < documents; d++)
            n += scores[d] >= least;
    else
        for (uint32_t d = 0; d < documents; d++)
            n += (scores[d] >= least) & (uint32_t)(filter[d >> 6] >> (d & 63u) & 1u);
    return n;
}

static uint32_t
collect(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter, uint16_t *out)
{
    uint32_t n = 0;

    for (uint32_t d = 0; d < documents; d++)
        if (scores[d] >= least && (filter == NULL || (filter[d >> 6] >> (d & 63u) & 1u) != 0))
            out[n++] = (uint16_t)d;
    return n;
}

static void
saturate(uint32_t *sums, uint32_t sum_count, float weight)
{
    for (uint32_t i = 0; i < sum_count; i++)
        sums[i] = qiaoi_saturated(weight, sums[i]);
}

static void
saturate_all(uint32_t *scores, uint32_t *sums, uint32_t documents, float weight)
{
    for (uint32_t d = 0; d < documents; d++) {
        scores[d] += qiaoi_saturated(weight, sums[d]);
        sums[d] = 0;
    }
}

static void
saturate_listed(uint32_t *scores, uint32_t *sums, const uint16_t *listed, uint32_t listed_count, float weight)
{
    for (uint32_t i = 0; i < listed_count; i++) {
        uint16_t d = listed[i];

        scores[d] += qiaoi_saturated(weight, sums[d]);
        sums[d] = 0;
    }
}

const qiaoi_kernels qiaoi_kernels_plain = {"plain", count, collect, saturate, saturate_all, saturate_listed};
