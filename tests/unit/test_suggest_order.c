/* Things sorted by their heads stand as a plain sort puts them. */
#include "suggest/order.h"
#include "support.h"

#include <stdlib.h>

#define COUNT 5000u

static uint64_t heads[COUNT], seconds[COUNT];

/* Given to few distinct heads, so that many are equal, and to all bits of a head. */
static void
make_heads(uint64_t seed, unsigned distinct)
{
    uint64_t state = seed;

    for (unsigned i = 0; i < COUNT; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        heads[i] = (state >> 33) % distinct * 0x9E3779B97F4A7C15u;
        seconds[i] = (state >> 20) % 3 << 62 | (state >> 50) % 2;
    }
}

static int
compare_items(const void *a, const void *b)
{
    uint32_t x = ((const qiaoi_headed *)a)->item, y = ((const qiaoi_headed *)b)->item;

    return x < y ? -1 : x > y;
}

static int
compare_all(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    if (heads[x] != heads[y])
        return heads[x] < heads[y] ? -1 : 1;
    if (seconds[x] != seconds[y])
        return seconds[x] < seconds[y] ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void
check_order(size_t count)
{
    static qiaoi_headed items[COUNT], spare[COUNT];
    static uint32_t expected[COUNT];

    for (uint32_t i = 0; i < count; i++) {
        items[i] = (qiaoi_headed){heads[i], i};
        expected[i] = i;
    }
    qsort(expected, count, sizeof *expected, compare_all);
    qiaoi_order_by_head(items, spare, count, seconds, compare_items);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i].item, expected[i]);
}

static void
things_stand_as_a_plain_sort_puts_them(void **state)
{
    (void)state;
    for (unsigned distinct = 1; distinct <= COUNT; distinct = distinct * 7 + 1) {
        make_heads(distinct, distinct);
        check_order(1);
        check_order(2);
        check_order(255);
        check_order(256);
        check_order(COUNT);
    }
}

/* Heads that differ in one digit only, be it the highest. */
static void
digits_that_all_share_are_passed_over(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift < 60; shift += 3) {
        make_heads(shift, 16);
        for (unsigned i = 0; i < COUNT; i++)
            heads[i] = 0x0123456789ABCDEFu ^ (heads[i] >> 60) << shift;
        check_order(COUNT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_stand_as_a_plain_sort_puts_them),
        cmocka_unit_test(digits_that_all_share_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
