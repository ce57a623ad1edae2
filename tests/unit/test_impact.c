/* One byte a frequency: finer than what it changes in a score. */
#include "support.h"

#include "store/impact.h"

#include <math.h>

static double
effect(double frequency)
{
    return frequency / (QIAOI_K1 + frequency);
}

static void
a_frequency_comes_back_with_little_change_to_its_effect(void **state)
{
    (void)state;
    for (double frequency = 0.01; frequency < 16.0; frequency *= 1.01)
        assert_true(fabs(effect(qiaoi_impact_frequency(qiaoi_impact_of(frequency))) - effect(frequency)) < 0.0032);
}

static void
impacts_ascend_and_come_back_as_they_were(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < 256; i++) {
        assert_true(qiaoi_impact_units((uint8_t)i) > qiaoi_impact_units((uint8_t)(i - 1)));
        if (i > 4) /* the units are coarser than the first steps */
            assert_int_equal(qiaoi_impact_of(qiaoi_impact_frequency((uint8_t)i)), i);
    }
    assert_true(qiaoi_impact_units(255) < 1u << 14);
}

static void
the_ends_are_kept(void **state)
{
    (void)state;
    assert_int_equal(qiaoi_impact_of(0), 0);
    assert_int_equal(qiaoi_impact_of(0.0001), 0);
    assert_int_equal(qiaoi_impact_of(1e9), 255);
    assert_int_equal(qiaoi_impact_units(0), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frequency_comes_back_with_little_change_to_its_effect),
        cmocka_unit_test(impacts_ascend_and_come_back_as_they_were),
        cmocka_unit_test(the_ends_are_kept),
    };

    return cmocka_run_group_tests_name("impact", tests, NULL, NULL);
}
