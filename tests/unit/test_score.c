/* Score of a pair: contributions add up exactly, the harmonic mean, unknowns, the cap of policy; over random values. */
#include "support.h"

#include "match/score.h"
#include "qiao/file.h"

#include <string.h>

static qiaoi_profile profile;

static int
read_default(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer text = {0};

    (void)state;
    assert_ok(qiao_file_read(QIAO_SOURCE_DIR "/engine/match/profiles/default.json", 0, &text, &err), &err);
    assert_ok(qiaoi_profile_read(text.data, text.length, "default.json", &profile, &err), &err);
    qiao_buffer_done(&text);
    return 0;
}

static uint32_t
next(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

static void
fill(uint32_t *random, int32_t values[QIAOI_SIGNAL_COUNT])
{
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        values[s] = next(random) % 3 == 0 ? QIAOI_SIGNAL_UNKNOWN : (int32_t)(next(random) % (QIAO_MICRO + 1));
}

static int64_t
sum(const qiaoi_side_score *side)
{
    int64_t total = 0;

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        total += side->contributions[s];
    return total;
}

static void
contributions_add_up_and_the_score_is_the_harmonic_mean(void **state)
{
    uint32_t random = 7;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        int32_t values[QIAOI_SIGNAL_COUNT];
        qiaoi_pair_score out;
        int64_t a, b;

        fill(&random, values);
        for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
            for (int side = 0; side < 2; side++)
                profile.weights[s][side] = (int32_t)(next(&random) % 1000);
        profile.policy_cap = (int32_t)(next(&random) % 1001);
        qiaoi_score(values, NULL, &profile, 0, &out);
        a = out.enterprise.score;
        b = out.owner.score;
        assert_true(sum(&out.enterprise) == a && sum(&out.owner) == b);
        assert_true(out.score == (a + b == 0 ? 0 : 2 * a * b / (a + b)));
        assert_true(a >= 0 && a <= QIAO_MICRO && b >= 0 && b <= QIAO_MICRO);
        assert_true(out.confidence >= 0 && out.confidence <= QIAO_MICRO);
        for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
            if (values[s] == QIAOI_SIGNAL_UNKNOWN)
                assert_true(out.enterprise.contributions[s] == 0 && out.owner.contributions[s] == 0);
    }
}

static void
set_only(int32_t values[QIAOI_SIGNAL_COUNT], qiaoi_signal signal, int32_t value)
{
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        values[s] = QIAOI_SIGNAL_UNKNOWN;
    values[signal] = value;
}

static void
what_is_unknown_lowers_the_confidence_and_not_the_score(void **state)
{
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_pair_score some, more;

    (void)state;
    set_only(values, QIAOI_SIGNAL_TEXT_BODY, 600000);
    qiaoi_score(values, NULL, &profile, 0, &some);
    assert_int_equal(some.score, 600000);
    values[QIAOI_SIGNAL_FIELD] = 600000;
    qiaoi_score(values, NULL, &profile, 0, &more);
    assert_int_equal(more.score, 600000);
    assert_true(more.confidence > some.confidence);
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        values[s] = QIAOI_SIGNAL_UNKNOWN;
    qiaoi_score(values, NULL, &profile, 0, &some);
    assert_int_equal(some.score, 0);
    assert_int_equal(some.confidence, 0);
}

static void
a_suggestion_weighs_its_share_times_how_sure_it_is_and_a_fact_as_ever(void **state)
{
    int32_t values[QIAOI_SIGNAL_COUNT];
    const qiaoi_suggested half_sure = {.field = 500000}, facts = {.field = 0};
    qiaoi_profile plain = {.policy_cap = 50, .suggested_share = 400};
    qiaoi_pair_score as_fact, as_suggestion, same;

    (void)state;
    plain.weights[QIAOI_SIGNAL_TEXT_BODY][0] = plain.weights[QIAOI_SIGNAL_TEXT_BODY][1] = 800;
    plain.weights[QIAOI_SIGNAL_FIELD][0] = plain.weights[QIAOI_SIGNAL_FIELD][1] = 200;
    set_only(values, QIAOI_SIGNAL_TEXT_BODY, 0);
    values[QIAOI_SIGNAL_FIELD] = QIAO_MICRO;
    qiaoi_score(values, NULL, &plain, 0, &as_fact);
    qiaoi_score(values, &half_sure, &plain, 0, &as_suggestion);
    assert_int_equal(as_fact.score, 200000);
    assert_int_equal(as_fact.confidence, QIAO_MICRO);
    assert_int_equal(as_suggestion.score, 40 * (int64_t)QIAO_MICRO / 840); /* 200 x .4 x .5 beside 800 */
    assert_int_equal(as_suggestion.confidence, 840000);
    qiaoi_score(values, &facts, &plain, 0, &same);
    assert_memory_equal(&same, &as_fact, sizeof same);
    plain.suggested_share = 0;
    qiaoi_score(values, &half_sure, &plain, 0, &as_suggestion);
    assert_int_equal(as_suggestion.score, 0);
    assert_int_equal(as_suggestion.confidence, 800000);
}

static void
policy_weighs_at_most_its_cap(void **state)
{
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_pair_score without, with;

    (void)state;
    set_only(values, QIAOI_SIGNAL_TEXT_BODY, 0);
    values[QIAOI_SIGNAL_PARK_FIELD] = values[QIAOI_SIGNAL_PARK_COUNTRY] = QIAO_MICRO;
    profile.weights[QIAOI_SIGNAL_PARK_FIELD][0] = profile.weights[QIAOI_SIGNAL_PARK_COUNTRY][0] = 100000;
    profile.weights[QIAOI_SIGNAL_PARK_FIELD][1] = profile.weights[QIAOI_SIGNAL_PARK_COUNTRY][1] = 100000;
    profile.policy_cap = 50;
    qiaoi_score(values, NULL, &profile, 0, &with);
    assert_true(with.enterprise.score > 0 && with.enterprise.score <= QIAO_MICRO * 50 / 1050 + 1);
    qiaoi_score(values, NULL, &profile, QIAOI_WITHOUT_POLICY, &without);
    assert_int_equal(without.score, 0);
    profile.policy_cap = 0;
    qiaoi_score(values, NULL, &profile, 0, &with);
    assert_int_equal(with.score, 0);
}

static void
policy_alone_scores_nothing(void **state)
{
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_pair_score out;

    (void)state;
    set_only(values, QIAOI_SIGNAL_COUNTRY_GROUP, QIAO_MICRO);
    qiaoi_score(values, NULL, &profile, 0, &out);
    assert_int_equal(out.score, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, read_default)
    const struct CMUnitTest tests[] = {
        TEST(contributions_add_up_and_the_score_is_the_harmonic_mean),
        TEST(what_is_unknown_lowers_the_confidence_and_not_the_score),
        TEST(a_suggestion_weighs_its_share_times_how_sure_it_is_and_a_fact_as_ever),
        TEST(policy_weighs_at_most_its_cap),
        TEST(policy_alone_scores_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
