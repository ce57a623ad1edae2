/*
 * The inner loops of retrieval, in plain C and for the vector units of x86. All give the same numbers: sums are
 * integers, the divisions are IEEE single precision and are rounded the same in every lane, nothing is fused.
 *
 * Pure functions on the caller's arrays; any thread. Arrays of scores and sums have QIAOI_RANGE_SIZE members, of which
 * the first `documents` count; a filter is one bit a document from the range's first on.
 */
#ifndef QIAO_MATCH_KERNELS_H
#define QIAO_MATCH_KERNELS_H

#include "store/impact.h"

#include <stdint.h>

#define QIAOI_SCORE_UNIT 4096.0f /* accumulator units for a score of 1 */
#define QIAOI_SHARE_UNIT 1024.0f /* fixed point of a term's weight inside its group */

typedef struct qiaoi_kernels {
    const char *name;
    /* How many documents score `least` (1 or more) or more and pass the filter (NULL = all pass). */
    uint32_t (*count)(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter);
    /* Their numbers in the range, ascending, into out[QIAOI_RANGE_SIZE + 16]; returns how many. */
    uint32_t (*collect)(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter,
                        uint16_t *out);
    /* Puts the saturation of each sum in its place. weight in accumulator units. */
    void (*saturate)(uint32_t *sums, uint32_t count, float weight);
    /* scores += saturated sums, sums = 0: of all documents, or of those listed. */
    void (*saturate_all)(uint32_t *scores, uint32_t *sums, uint32_t documents, float weight);
    void (*saturate_listed)(uint32_t *scores, uint32_t *sums, const uint16_t *listed, uint32_t count, float weight);
} qiaoi_kernels;

/* The fastest that this processor has, or the one that the environment variable QIAO_KERNEL names: "plain", "avx2",
 * "avx512". A name that is unknown here counts as none. */
const qiaoi_kernels *qiaoi_kernels_choose(void);
/* By name; NULL where this processor or this build has none such. */
const qiaoi_kernels *qiaoi_kernels_named(const char *name);

/* weight F / (K1 + F) in accumulator units, F = sum / (QIAOI_SHARE_UNIT * QIAOI_FREQUENCY_UNIT); sum below 2^31. */
uint32_t qiaoi_saturate(float weight, uint32_t sum);

/* What the files of the kernels show kernels.c. */
extern const qiaoi_kernels qiaoi_kernels_plain;
#if defined(__x86_64__)
extern const qiaoi_kernels qiaoi_kernels_avx2;
extern const qiaoi_kernels qiaoi_kernels_avx512;
#endif

#endif
