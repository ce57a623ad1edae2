/* The measures of judged pairs, against cases counted by hand. */
#include "judged.h"
#include "support.h"

#include <math.h>

static void
assert_near(double actual, double expected)
{
    if (fabs(actual - expected) > 1e-9)
        fail_msg("%.12f instead of %.12f", actual, expected);
}

static void
scores_that_tell_all_apart_measure_one(void **state)
{
    static const judged_pair pairs[] = {
        {"a", "1", 2, 900, 0}, {"a", "2", 1, 800, 0}, {"a", "3", 0, 700, 0}, {"b", "1", 0, 100, 0}};
    judged_figures f;

    (void)state;
    judged_measure(pairs, 4, &f);
    assert_int_equal(f.pairs, 4);
    assert_int_equal(f.positive, 2);
    assert_int_equal(f.needs, 2);
    assert_int_equal(f.needs_with_positive, 1);
    assert_near(f.auc, 1);
    assert_near(f.within, 1);
    assert_near(f.ndcg10, 1);
    assert_near(f.precision_half, 1);
}

static void
ties_count_half_and_needs_are_compared_with_each_other(void **state)
{
    /* across: a1 (500) beats b2 (400), ties with a2 (500), loses to b1 (600): 1.5 of 3; inside a: half */
    static const judged_pair pairs[] = {
        {"a", "1", 1, 500, 0}, {"a", "2", 0, 500, 0}, {"b", "1", 0, 600, 0}, {"b", "2", 0, 400, 0}};
    judged_figures f;

    (void)state;
    judged_measure(pairs, 4, &f);
    assert_near(f.auc, 0.5);
    assert_near(f.within, 0.5);
    assert_near(f.precision_half, 1.0 / 3.0);
}

static void
gain_is_of_judged_documents_in_order_of_score(void **state)
{
    /* order: 0, 2, 1: (3/log2 3 + 1/log2 4) / (3/log2 2 + 1/log2 3) */
    static const judged_pair pairs[] = {{"a", "1", 2, 200, 0}, {"a", "2", 0, 300, 0}, {"a", "3", 1, 100, 0}};
    judged_figures f;

    (void)state;
    judged_measure(pairs, 3, &f);
    assert_near(f.ndcg10, (3 / log2(3) + 0.5) / (3 + 1 / log2(3)));
}

static void
nothing_judged_measures_nothing(void **state)
{
    judged_figures f;

    (void)state;
    judged_measure(NULL, 0, &f);
    assert_int_equal(f.pairs, 0);
    assert_near(f.auc, 0);
    assert_near(f.ndcg10, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_that_tell_all_apart_measure_one),
        cmocka_unit_test(ties_count_half_and_needs_are_compared_with_each_other),
        cmocka_unit_test(gain_is_of_judged_documents_in_order_of_score),
        cmocka_unit_test(nothing_judged_measures_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
