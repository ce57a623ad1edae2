/* The kernels for AVX2: eight documents at a time. Scores and sums are below 2^31, so signed comparisons serve. */
#include "match/saturation.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>

#define FOR_AVX2 __attribute__((target("avx2,popcnt,bmi")))

/* Bit i: document d + i scores more than `below` and passes. d: a multiple of 8. */
FOR_AVX2 static inline uint32_t
passing(const uint32_t *scores, uint32_t d, __m256i below, const uint64_t *filter)
{
    __m256i eight = _mm256_loadu_si256((const __m256i *)(const void *)(scores + d));
    uint32_t mask = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(eight, below)));

    return filter == NULL ? mask : mask & (uint32_t)(filter[d >> 6] >> (d & 63u));
}

FOR_AVX2 static uint32_t
count(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter)
{
    const __m256i below = _mm256_set1_epi32((int32_t)(least - 1));
    uint32_t n = 0, d = 0;

    for (; d + 8 <= documents; d += 8)
        n += (uint32_t)_mm_popcnt_u32(passing(scores, d, below, filter));
    return d == documents
               ? n
               : n + (uint32_t)_mm_popcnt_u32(passing(scores, d, below, filter) & ((1u << (documents - d)) - 1u));
}

FOR_AVX2 static uint32_t
collect(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter, uint16_t *out)
{
    const __m256i below = _mm256_set1_epi32((int32_t)(least - 1));
    uint32_t n = 0;

    for (uint32_t d = 0; d < documents; d += 8) {
        uint32_t real = documents - d < 8 ? (1u << (documents - d)) - 1u : 0xFFu;

        for (uint32_t mask = passing(scores, d, below, filter) & real; mask != 0; mask &= mask - 1)
            out[n++] = (uint16_t)(d + (uint32_t)__builtin_ctz(mask));
    }
    return n;
}

FOR_AVX2 static inline __m256i
saturated(__m256i sums, __m256 weight)
{
    __m256 frequency = _mm256_cvtepi32_ps(sums);
    __m256 whole = _mm256_add_ps(frequency, _mm256_set1_ps(QIAOI_SATURATION_HALF));

    return _mm256_cvttps_epi32(_mm256_mul_ps(weight, _mm256_div_ps(frequency, whole)));
}

FOR_AVX2 static void
saturate(uint32_t *sums, uint32_t sum_count, float weight)
{
    const __m256 factor = _mm256_set1_ps(weight);
    uint32_t i = 0;

    for (; i + 8 <= sum_count; i += 8)
        _mm256_storeu_si256((__m256i *)(void *)(sums + i),
                            saturated(_mm256_loadu_si256((const __m256i *)(const void *)(sums + i)), factor));
    for (; i < sum_count; i++)
        sums[i] = qiaoi_saturated(weight, sums[i]);
}

FOR_AVX2 static void
saturate_all(uint32_t *scores, uint32_t *sums, uint32_t documents, float weight)
{
    const __m256 factor = _mm256_set1_ps(weight);

    for (uint32_t d = 0; d < documents; d += 8) { /* the arrays are longer than any rest */
        __m256i *score = (__m256i *)(void *)(scores + d), *sum = (__m256i *)(void *)(sums + d);

        _mm256_storeu_si256(score,
                            _mm256_add_epi32(_mm256_loadu_si256(score), saturated(_mm256_loadu_si256(sum), factor)));
        _mm256_storeu_si256(sum, _mm256_setzero_si256());
    }
}

FOR_AVX2 static void
saturate_listed(uint32_t *scores, uint32_t *sums, const uint16_t *listed, uint32_t listed_count, float weight)
{
    const __m256 factor = _mm256_set1_ps(weight);
    uint32_t i = 0;

    for (; i + 8 <= listed_count; i += 8) {
        __m256i eight =
            _mm256_set_epi32((int32_t)sums[listed[i + 7]], (int32_t)sums[listed[i + 6]], (int32_t)sums[listed[i + 5]],
                             (int32_t)sums[listed[i + 4]], (int32_t)sums[listed[i + 3]], (int32_t)sums[listed[i + 2]],
                             (int32_t)sums[listed[i + 1]], (int32_t)sums[listed[i]]);
        uint32_t out[8];

        _mm256_storeu_si256((__m256i *)(void *)out, saturated(eight, factor));
        for (uint32_t k = 0; k < 8; k++) {
            scores[listed[i + k]] += out[k];
            sums[listed[i + k]] = 0;
        }
    }
    for (; i < listed_count; i++) {
        scores[listed[i]] += qiaoi_saturated(weight, sums[listed[i]]);
        sums[listed[i]] = 0;
    }
}

const qiaoi_kernels qiaoi_kernels_avx2 = {"avx2", count, collect, saturate, saturate_all, saturate_listed};

#else
typedef int qiaoi_no_avx2;
#endif
