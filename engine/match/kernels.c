/* The choice between the kernels, and what needs none. */
#include "match/saturation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const qiaoi_kernels *
available(size_t rank)
{
#if defined(__x86_64__)
    if (rank == 0)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512vbmi2")
                   ? &qiaoi_kernels_avx512
                   : NULL;
    if (rank == 1)
        return __builtin_cpu_supports("avx2") ? &qiaoi_kernels_avx2 : NULL;
#else
    if (rank < 2)
        return NULL;
#endif
    return &qiaoi_kernels_plain;
}

const qiaoi_kernels *
qiaoi_kernels_named(const char *name)
{
    for (size_t rank = 0; rank < 3; rank++) {
        const qiaoi_kernels *kernels = available(rank);

        if (kernels != NULL && strcmp(kernels->name, name) == 0)
            return kernels;
    }
    return NULL;
}

const qiaoi_kernels *
qiaoi_kernels_choose(void)
{
    const char *forced = getenv("QIAO_KERNEL");
    const qiaoi_kernels *kernels = forced == NULL ? NULL : qiaoi_kernels_named(forced);

    for (size_t rank = 0; kernels == NULL; rank++)
        kernels = available(rank);
    return kernels;
}

uint32_t
qiaoi_saturate(float weight, uint32_t sum)
{
    return qiaoi_saturated(weight, sum);
}
