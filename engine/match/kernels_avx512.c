/* The kernels for AVX-512: sixteen documents at a time. Scores and sums are below 2^31. */
#include "match/saturation.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>

#define FOR_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,popcnt,bmi")))

/* Bit i: document d + i scores `least` or more and passes. d: a multiple of 16. */
FOR_AVX512 static inline uint32_t
passing(const uint32_t *scores, uint32_t d, uint32_t documents, __m512i least, const uint64_t *filter)
{
    uint32_t mask = _mm512_cmpge_epi32_mask(_mm512_loadu_si512(scores + d), least);

    if (documents - d < 16)
        mask &= (1u << (documents - d)) - 1u;
    return filter == NULL ? mask : mask & (uint32_t)(filter[d >> 6] >> (d & 63u));
}

FOR_AVX512 static uint32_t
count(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter)
{
    const __m512i bound = _mm512_set1_epi32((int32_t)least);
    uint32_t n = 0;

    for (uint32_t d = 0; d < documents; d += 16)
        n += (uint32_t)_mm_popcnt_u32(passing(scores, d, documents, bound, filter));
    return n;
}

FOR_AVX512 static uint32_t
collect(const uint32_t *scores, uint32_t documents, uint32_t least, const uint64_t *filter, uint16_t *out)
{
    const __m512i bound = _mm512_set1_epi32((int32_t)least);
    const __m256i ladder = _mm256_set_epi16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    uint32_t n = 0;

    for (uint32_t d = 0; d < documents; d += 16) {
        uint32_t mask = passing(scores, d, documents, bound, filter);

        if (mask == 0)
            continue;
        /* compressed in the register: a compressing store is slow on some processors */
        _mm256_storeu_si256(
            (__m256i *)(void *)(out + n),
            _mm256_maskz_compress_epi16((__mmask16)mask, _mm256_add_epi16(_mm256_set1_epi16((int16_t)d), ladder)));
        n += (uint32_t)_mm_popcnt_u32(mask);
    }
    return n;
}

FOR_AVX512 static inline __m512i
saturated(__m512i sums, __m512 weight)
{
    __m512 frequency = _mm512_cvtepi32_ps(sums);
    __m512 whole = _mm512_add_ps(frequency, _mm512_set1_ps(QIAOI_SATURATION_HALF));

    return _mm512_cvttps_epi32(_mm512_mul_ps(weight, _mm512_div_ps(frequency, whole)));
}

FOR_AVX512 static void
saturate(uint32_t *sums, uint32_t sum_count, float weight)
{
    const __m512 factor = _mm512_set1_ps(weight);
    uint32_t i = 0;

    for (; i + 16 <= sum_count; i += 16)
        _mm512_storeu_si512(sums + i, saturated(_mm512_loadu_si512(sums + i), factor));
    for (; i < sum_count; i++)
        sums[i] = qiaoi_saturated(weight, sums[i]);
}

FOR_AVX512 static void
saturate_all(uint32_t *scores, uint32_t *sums, uint32_t documents, float weight)
{
    const __m512 factor = _mm512_set1_ps(weight);

    for (uint32_t d = 0; d < documents; d += 16) { /* the arrays are longer than any rest */
        __m512i added = saturated(_mm512_loadu_si512(sums + d), factor);

        _mm512_storeu_si512(scores + d, _mm512_add_epi32(_mm512_loadu_si512(scores + d), added));
        _mm512_storeu_si512(sums + d, _mm512_setzero_si512());
    }
}

FOR_AVX512 static void
saturate_listed(uint32_t *scores, uint32_t *sums, const uint16_t *listed, uint32_t listed_count, float weight)
{
    const __m512 factor = _mm512_set1_ps(weight);
    uint32_t i = 0;

    for (; i + 16 <= listed_count; i += 16) {
        __m512i places = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(listed + i)));
        uint32_t out[16];

        _mm512_storeu_si512(out, saturated(_mm512_i32gather_epi32(places, sums, 4), factor));
        for (uint32_t k = 0; k < 16; k++) {
            scores[listed[i + k]] += out[k];
            sums[listed[i + k]] = 0;
        }
    }
    for (; i < listed_count; i++) {
        scores[listed[i]] += qiaoi_saturated(weight, sums[listed[i]]);
        sums[listed[i]] = 0;
    }
}

const qiaoi_kernels qiaoi_kernels_avx512 = {"avx512", count, collect, saturate, saturate_all, saturate_listed};

#else
typedef int qiaoi_no_avx512;
#endif
