/*
 * Dot products of int8 vectors. Every kernel gives the same integers: products and sums are exact in 32 bits (127 * 127 * 8192 < 2^31).
 *
 * The fastest kernel that the processor has is chosen at first use; tests force one.
 */
#ifndef QIAO_DENSE_KERNELS_H
#define QIAO_DENSE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QIAOI_DENSE_ALIGN 64u /* rows begin on, and are padded with zeros to, a multiple of this many bytes */

typedef enum qiaoi_kernel {
    QIAOI_KERNEL_PLAIN,
    QIAOI_KERNEL_AVX2,
    QIAOI_KERNEL_AVX512,     /* BW: 16-bit products */
    QIAOI_KERNEL_AVX512VNNI, /* four byte products to a lane */
    QIAOI_KERNEL_COUNT
} qiaoi_kernel;

/* One side of the product in the forms that the kernels want. Both arrays 64-byte aligned, `stride` elements, zero-padded. */
typedef struct qiaoi_dense_query {
    const int8_t *bytes;
    const int16_t *words;
    int32_t sum;    /* of bytes */
    size_t stride;
} qiaoi_dense_query;

/* dots_out[i] = query . rows[i * stride ...] for `count` rows; values are within -127..127, rows 64-byte aligned. */
void qiaoi_kernel_dots(qiaoi_kernel kernel, const qiaoi_dense_query *query, const int8_t *rows, size_t count, int32_t *dots_out);

bool qiaoi_kernel_available(qiaoi_kernel kernel);
const char *qiaoi_kernel_name(qiaoi_kernel kernel);
/* The one in use. Any thread. */
qiaoi_kernel qiaoi_kernel_current(void);
/* For tests and measurements: use this one from now on; false, and no change, where the processor lacks it. */
bool qiaoi_kernel_use(qiaoi_kernel kernel);

#endif
