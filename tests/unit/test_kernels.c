/* All kernels that this processor has give the numbers of the plain one, on random and on edge inputs. */
#include "support.h"

#include "match/saturation.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"avx512", "avx2"};
static const uint32_t sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 1000, 65535, 65536};

#define SIZES (sizeof sizes / sizeof *sizes)

typedef struct arrays {
    uint32_t scores[QIAOI_RANGE_SIZE], sums[QIAOI_RANGE_SIZE];
    uint64_t filter[QIAOI_RANGE_SIZE / 64];
    uint16_t out[QIAOI_RANGE_SIZE + 16];
} arrays;

static uint64_t
next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static void
fill(arrays *a, uint64_t seed)
{
    for (uint32_t d = 0; d < QIAOI_RANGE_SIZE; d++) {
        uint64_t draw = next(&seed);

        a->scores[d] = (draw & 3u) == 0 ? 0 : (draw & 12u) == 0 ? 1000 : (uint32_t)(draw >> 40) % 2000u;
        a->sums[d] = (draw >> 8 & 1u) == 0 ? 0 : (uint32_t)(draw >> 33) >> (draw >> 60);
    }
    for (uint32_t w = 0; w < QIAOI_RANGE_SIZE / 64; w++)
        a->filter[w] = next(&seed) & next(&seed);
    a->scores[5] = INT32_MAX;
}

static void
scans_find_the_same_documents(void **state)
{
    static const uint32_t leasts[] = {1, 2, 999, 1000, 1001, 1999, 2000, INT32_MAX};
    arrays *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);

    (void)state;
    fill(a, 88172645463325252u);
    for (size_t k = 0; k < 2; k++) {
        const qiaoi_kernels *kernels = qiaoi_kernels_named(names[k]);

        for (size_t i = 0; kernels != NULL && i < SIZES * 16; i++) {
            uint32_t size = sizes[i / 16], least = leasts[i % 8];
            const uint64_t *filter = (i & 8u) != 0 ? a->filter : NULL;
            uint32_t expected = qiaoi_kernels_plain.collect(a->scores, size, least, filter, a->out);

            assert_int_equal(kernels->collect(a->scores, size, least, filter, b->out), expected);
            assert_memory_equal(a->out, b->out, expected * sizeof *a->out);
            assert_int_equal(kernels->count(a->scores, size, least, filter), expected);
            assert_int_equal(qiaoi_kernels_plain.count(a->scores, size, least, filter), expected);
        }
        print_message("%s: %s\n", names[k], kernels == NULL ? "not on this processor" : "compared");
    }
    free(a);
    free(b);
}

static void
saturation_adds_the_same_numbers(void **state)
{
    static const float weights[] = {1.0f, 4096.0f, 12345.678f, 0.01f, 819200.0f};
    arrays *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    uint16_t *listed = malloc(QIAOI_RANGE_SIZE * sizeof *listed);

    (void)state;
    for (uint32_t d = 0; d < QIAOI_RANGE_SIZE; d++)
        listed[d] = (uint16_t)(d * 40503u); /* every document once, in no order */
    for (size_t k = 0; k < 2; k++) {
        const qiaoi_kernels *kernels = qiaoi_kernels_named(names[k]);

        for (size_t i = 0; kernels != NULL && i < SIZES * 5; i++) {
            fill(a, i + 1);
            memcpy(b, a, sizeof *a);
            qiaoi_kernels_plain.saturate_listed(a->scores, a->sums, listed, sizes[i / 5], weights[i % 5]);
            kernels->saturate_listed(b->scores, b->sums, listed, sizes[i / 5], weights[i % 5]);
            assert_memory_equal(a, b, sizeof *a);
            memset(a->sums + sizes[i / 5], 0, (QIAOI_RANGE_SIZE - sizes[i / 5]) * sizeof *a->sums);
            memcpy(b, a, sizeof *a);
            qiaoi_kernels_plain.saturate_all(a->scores, a->sums, sizes[i / 5], weights[i % 5]);
            kernels->saturate_all(b->scores, b->sums, sizes[i / 5], weights[i % 5]);
            assert_memory_equal(a, b, sizeof *a);
            fill(a, i + 1);
            memcpy(b, a, sizeof *a);
            qiaoi_kernels_plain.saturate(a->sums, sizes[i / 5], weights[i % 5]);
            kernels->saturate(b->sums, sizes[i / 5], weights[i % 5]);
            assert_memory_equal(a, b, sizeof *a);
        }
    }
    free(a);
    free(b);
    free(listed);
}

static void
saturation_rises_to_the_weight(void **state)
{
    uint32_t sums[256];

    (void)state;
    for (uint32_t i = 0; i < 256; i++)
        sums[i] = 1024 * 512 / 24 * i;
    qiaoi_kernels_plain.saturate(sums, 256, 40960.0f);
    assert_int_equal(sums[0], 0);
    /* F is nearly 1: 1 / (1.2 + 1) of the weight */
    assert_in_range(sums[24], 18616, 18619);
    for (uint32_t i = 0; i < 256; i++)
        assert_int_equal(sums[i], qiaoi_saturate(40960.0f, 1024 * 512 / 24 * i));
    assert_true(sums[255] < 40960);
}

static void
the_environment_names_a_kernel(void **state)
{
    (void)state;
    setenv("QIAO_KERNEL", "plain", 1);
    assert_string_equal(qiaoi_kernels_choose()->name, "plain");
    setenv("QIAO_KERNEL", "abacus", 1);
    assert_non_null(qiaoi_kernels_choose());
    assert_null(qiaoi_kernels_named("abacus"));
    unsetenv("QIAO_KERNEL");
    assert_non_null(qiaoi_kernels_choose());
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scans_find_the_same_documents),
        cmocka_unit_test(saturation_adds_the_same_numbers),
        cmocka_unit_test(saturation_rises_to_the_weight),
        cmocka_unit_test(the_environment_names_a_kernel),
    };

    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
