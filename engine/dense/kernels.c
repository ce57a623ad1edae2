/*
 * The kernels, each compiled for its own instruction set and called only where the processor has it. Rows are read once and in order, one at a time: the
 * work is bound by memory beyond a few megabytes, and several streams at once were slower.
 */
#include "dense/kernels.h"

#include <stdatomic.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define X86 1
#include <immintrin.h>
#else
#define X86 0
#endif

static void
dots_plain(const qiaoi_dense_query *query, const int8_t *rows, size_t count, int32_t *dots_out)
{
    for (size_t i = 0; i < count; i++, rows += query->stride) {
        int32_t sum = 0;

        for (size_t j = 0; j < query->stride; j += QIAOI_DENSE_ALIGN)
            for (size_t k = 0; k < QIAOI_DENSE_ALIGN; k++) /* a fixed count, so that compilers use what vectors they have */
                sum += (int32_t)query->words[j + k] * rows[j + k];
        dots_out[i] = sum;
    }
}

#if X86

__attribute__((target("avx2"))) static int32_t
sum_lanes_avx2(__m256i lanes)
{
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));

    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1));
    return _mm_cvtsi128_si32(four);
}

__attribute__((target("avx2"))) static void
dots_avx2(const qiaoi_dense_query *query, const int8_t *rows, size_t count, int32_t *dots_out)
{
    for (size_t i = 0; i < count; i++, rows += query->stride) {
        __m256i even = _mm256_setzero_si256(), odd = _mm256_setzero_si256();

        for (size_t j = 0; j < query->stride; j += 32) {
            __m256i q0 = _mm256_load_si256((const __m256i *)(const void *)(query->words + j));
            __m256i q1 = _mm256_load_si256((const __m256i *)(const void *)(query->words + j + 16));
            __m256i r0 = _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)(const void *)(rows + j)));
            __m256i r1 = _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)(const void *)(rows + j + 16)));

            even = _mm256_add_epi32(even, _mm256_madd_epi16(q0, r0));
            odd = _mm256_add_epi32(odd, _mm256_madd_epi16(q1, r1));
        }
        dots_out[i] = sum_lanes_avx2(_mm256_add_epi32(even, odd));
    }
}

__attribute__((target("avx512f,avx512bw"))) static void
dots_avx512(const qiaoi_dense_query *query, const int8_t *rows, size_t count, int32_t *dots_out)
{
    for (size_t i = 0; i < count; i++, rows += query->stride) {
        __m512i even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();

        for (size_t j = 0; j < query->stride; j += 64) {
            __m512i q0 = _mm512_load_si512(query->words + j), q1 = _mm512_load_si512(query->words + j + 32);
            __m512i r0 = _mm512_cvtepi8_epi16(_mm256_load_si256((const __m256i *)(const void *)(rows + j)));
            __m512i r1 = _mm512_cvtepi8_epi16(_mm256_load_si256((const __m256i *)(const void *)(rows + j + 32)));

            even = _mm512_add_epi32(even, _mm512_madd_epi16(q0, r0));
            odd = _mm512_add_epi32(odd, _mm512_madd_epi16(q1, r1));
        }
        dots_out[i] = _mm512_reduce_add_epi32(_mm512_add_epi32(even, odd));
    }
}

/*
 * vpdpbusd multiplies unsigned by signed bytes, so the row's are raised by 128 (their sign bit flipped) and 128 times the query's sum is taken off
 * again. Padding is zero in the query, so what it becomes in the row does not matter. Sums stay below 255 * 127 * 8192 < 2^31.
 */
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void
dots_avx512vnni(const qiaoi_dense_query *query, const int8_t *rows, size_t count, int32_t *dots_out)
{
    const __m512i raise = _mm512_set1_epi8(-128);
    const int32_t taken = 128 * query->sum;

    for (size_t i = 0; i < count; i++, rows += query->stride) {
        __m512i sum = _mm512_setzero_si512();

        for (size_t j = 0; j < query->stride; j += 64)
            sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(_mm512_load_si512(rows + j), raise), _mm512_load_si512(query->bytes + j));
        dots_out[i] = _mm512_reduce_add_epi32(sum) - taken;
    }
}

#else
#define dots_avx2 dots_plain
#define dots_avx512 dots_plain
#define dots_avx512vnni dots_plain
#endif

typedef void (*dots_function)(const qiaoi_dense_query *query, const int8_t *rows, size_t count, int32_t *dots_out);

static const struct {
    const char *name;
    dots_function dots;
} kernels[QIAOI_KERNEL_COUNT] = {{"plain", dots_plain}, {"avx2", dots_avx2}, {"avx512", dots_avx512}, {"avx512vnni", dots_avx512vnni}};

void
qiaoi_kernel_dots(qiaoi_kernel kernel, const qiaoi_dense_query *query, const int8_t *rows, size_t count, int32_t *dots_out)
{
    kernels[kernel].dots(query, rows, count, dots_out);
}

const char *
qiaoi_kernel_name(qiaoi_kernel kernel)
{
    return kernels[kernel].name;
}

bool
qiaoi_kernel_available(qiaoi_kernel kernel)
{
    switch (kernel) {
    case QIAOI_KERNEL_PLAIN:
        return true;
#if X86
    case QIAOI_KERNEL_AVX2:
        return __builtin_cpu_supports("avx2") != 0;
    case QIAOI_KERNEL_AVX512:
        return __builtin_cpu_supports("avx512bw") != 0;
    case QIAOI_KERNEL_AVX512VNNI:
        return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
#else
    case QIAOI_KERNEL_AVX2:
    case QIAOI_KERNEL_AVX512:
    case QIAOI_KERNEL_AVX512VNNI:
        return false;
#endif
    case QIAOI_KERNEL_COUNT:
        break;
    }
    return false;
}

static atomic_int in_use = -1;

qiaoi_kernel
qiaoi_kernel_current(void)
{
    int kernel = atomic_load_explicit(&in_use, memory_order_relaxed);

    if (kernel >= 0)
        return (qiaoi_kernel)kernel;
    kernel = QIAOI_KERNEL_COUNT - 1;
    while (!qiaoi_kernel_available((qiaoi_kernel)kernel))
        kernel--;
    atomic_store_explicit(&in_use, kernel, memory_order_relaxed); /* every thread finds the same */
    return (qiaoi_kernel)kernel;
}

bool
qiaoi_kernel_use(qiaoi_kernel kernel)
{
    if (!qiaoi_kernel_available(kernel))
        return false;
    atomic_store_explicit(&in_use, (int)kernel, memory_order_relaxed);
    return true;
}
