/* Saturation of a sum of impacts, for the files of the kernels. */
#ifndef QIAO_MATCH_SATURATION_H
#define QIAO_MATCH_SATURATION_H

#include "match/kernels.h"
#include "store/generation_format.h"

#define QIAOI_SATURATION_HALF ((float)(QIAOI_K1 * QIAOI_FREQUENCY_UNIT) * QIAOI_SHARE_UNIT)

/* By way of int32_t, which every vector unit converts; sums and scores stay far below 2^31. */
static inline uint32_t
qiaoi_saturated(float weight, uint32_t sum)
{
    float frequency = (float)(int32_t)sum;

    return (uint32_t)(int32_t)(weight * (frequency / (frequency + QIAOI_SATURATION_HALF)));
}

#endif
