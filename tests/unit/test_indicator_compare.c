/* Comparing a need's indicator with a project's: verdicts, units, names, and
 * what is never compared. */
#include "support.h"

#include "qiao/indicator.h"

#include <math.h>
#include <string.h>

static qiao_units *units;
static qiao_arena *arena;

static int
open_units(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    if (qiao_units_open(QIAO_SOURCE_DIR "/engine/vocab/data/units.tsv", &units, &err) != QIAO_OK)
        return -1;
    arena = qiao_arena_new(1 << 14);
    return arena != NULL ? 0 : -1;
}

static int
close_units(void **state)
{
    (void)state;
    qiao_arena_free(arena);
    qiao_units_close(units);
    return 0;
}

static size_t
read_text(const char *text, qiao_reading **out)
{
    qiao_error err = QIAO_ERROR_INIT;
    size_t count;

    assert_ok(qiao_indicators_read(units, text, strlen(text), QIAO_LANGUAGE_ZH, arena, out, &count, &err), &err);
    return count;
}

static qiao_comparison
compare(const char *need, const char *project, const qiao_compare_options *options)
{
    qiao_reading *wanted, *offered;
    size_t n;

    assert_int_equal(read_text(need, &wanted), 1);
    n = read_text(project, &offered);
    return qiao_indicator_compare(&wanted[0], offered, n, options);
}

static void
verdicts(void **state)
{
    static const struct {
        const char *need, *project;
        qiao_verdict verdict;
    } cases[] = {
        {"能量密度≥400Wh/kg", "能量密度420Wh/kg", QIAO_VERDICT_MET},
        {"能量密度≥400Wh/kg", "能量密度达到0.45kWh/kg", QIAO_VERDICT_MET},
        {"能量密度≥400Wh/kg", "能量密度380Wh/kg", QIAO_VERDICT_PARTLY},
        {"能量密度≥400Wh/kg", "能量密度250Wh/kg", QIAO_VERDICT_UNMET},
        {"energy density ≥ 400 Wh/kg", "energy density of up to 500 Wh/kg", QIAO_VERDICT_PARTLY},
        {"detection limit below 5 ppb", "detection limit of 2 ppb", QIAO_VERDICT_MET},
        {"detection limit below 5 ppb", "detection limit of 1 ppm", QIAO_VERDICT_UNMET},
        {"工作温度-40~85℃", "工作温度-55~125℃", QIAO_VERDICT_MET},
        {"工作温度-40~85℃", "工作温度-20~60℃", QIAO_VERDICT_PARTLY},
        {"厚度5~10mm", "厚度6~8mm", QIAO_VERDICT_MET},
        {"厚度5~10mm", "厚度20~30mm", QIAO_VERDICT_UNMET},
        {"转换效率22%", "转换效率24%", QIAO_VERDICT_MET}, /* more of it is better */
        {"噪声55dB", "噪声50dB", QIAO_VERDICT_MET},       /* less of it is better */
        {"直径10mm", "直径10mm", QIAO_VERDICT_MET},
        {"直径10mm", "直径30mm", QIAO_VERDICT_UNKNOWN},    /* nothing tells which way */
        {"效率≥22%", "效率提高30%", QIAO_VERDICT_UNKNOWN}, /* the size of a change is no value */
        {"温差≤5℃", "温差3K", QIAO_VERDICT_MET},
        {"抗拉强度≥600MPa", "抗压强度800MPa", QIAO_VERDICT_UNKNOWN},
        {"抗拉强度≥600MPa", "密度2g/cm3", QIAO_VERDICT_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_comparison got = compare(cases[i].need, cases[i].project, NULL);

        if (got.verdict != cases[i].verdict)
            fail_msg("%s / %s: verdict %d, not %d", cases[i].need, cases[i].project, (int)got.verdict,
                     (int)cases[i].verdict);
    }
}

static void
values_are_shown_in_the_unit_of_the_need(void **state)
{
    qiao_comparison got = compare("能量密度≥400Wh/kg", "能量密度0.45kWh/kg", NULL);

    (void)state;
    assert_true(fabs(got.project_value - 450) < 1e-9 && isnan(got.project_value2));
    got = compare("工作温度-40~85℃", "工作温度233.15~398.15 K", NULL);
    assert_int_equal(got.verdict, QIAO_VERDICT_MET);
    assert_true(fabs(got.project_value + 40) < 1e-6 && fabs(got.project_value2 - 125) < 1e-6);
}

static void
the_most_alike_then_the_most_favourable_is_taken(void **state)
{
    qiao_comparison got =
        compare("能量密度≥400Wh/kg", "体积能量密度900Wh/kg，能量密度350Wh/kg，能量密度420Wh/kg", NULL);

    (void)state;
    assert_int_equal(got.verdict, QIAO_VERDICT_MET);
    assert_int_equal(got.project, 2);
    assert_true(got.likeness >= 1);
}

static void
nothing_comparable_is_unknown(void **state)
{
    qiao_reading *wanted;
    qiao_comparison got;

    (void)state;
    assert_int_equal(read_text("能量密度≥400Wh/kg", &wanted), 1);
    got = qiao_indicator_compare(&wanted[0], NULL, 0, NULL);
    assert_int_equal(got.verdict, QIAO_VERDICT_UNKNOWN);
    assert_int_equal(got.project, 0);
    assert_true(isnan(got.project_value) && got.likeness <= 0);
}

static double
dictionary(void *context, const char *need_name, const char *project_name)
{
    (*(int *)context)++;
    return strcmp(need_name, "能量密度") == 0 && strcmp(project_name, "energy density") == 0 ? 0.9 : 0;
}

static void
names_across_languages_are_the_callers_to_judge(void **state)
{
    int calls = 0;
    qiao_compare_options options = {.likeness = dictionary, .context = &calls};

    (void)state;
    assert_int_equal(compare("能量密度≥400Wh/kg", "an energy density of 420 Wh/kg", NULL).verdict,
                     QIAO_VERDICT_UNKNOWN);
    assert_int_equal(compare("能量密度≥400Wh/kg", "an energy density of 420 Wh/kg", &options).verdict,
                     QIAO_VERDICT_MET);
    assert_int_equal(calls, 1);
}

static void
likeness_of_words(void **state)
{
    (void)state;
    assert_true(qiao_likeness_words(NULL, "Energy Density", "energy density") >= 1);
    assert_true(qiao_likeness_words(NULL, "单体能量密度", "能量密度") >= 0.8);
    assert_true(qiao_likeness_words(NULL, "energy density", "power density") < 0.6);
    assert_true(qiao_likeness_words(NULL, "抗拉强度", "抗压强度") < 0.6);
    assert_true(qiao_likeness_words(NULL, "wavelength", "length") < 0.6);
    assert_true(qiao_likeness_words(NULL, "!", "?") <= 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(values_are_shown_in_the_unit_of_the_need),
        cmocka_unit_test(the_most_alike_then_the_most_favourable_is_taken),
        cmocka_unit_test(nothing_comparable_is_unknown),
        cmocka_unit_test(names_across_languages_are_the_callers_to_judge),
        cmocka_unit_test(likeness_of_words),
    };

    return cmocka_run_group_tests(tests, open_units, close_units);
}
