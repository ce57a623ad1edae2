/* The table of units: the shipped one, conversions of its spellings, and how
 * damaged tables are refused. */
#include "support.h"

#include "qiao/indicator.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TABLE QIAO_SOURCE_DIR "/engine/vocab/data/units.tsv"
#define HEADING                                                                                                        \
    "unit\tsi\tdimension\tfactor\toffset\tprefixes\tsymbols\twords\tzh\tnot_"                                          \
    "before\tnear\trules\n"
#define VERSION "# version: 2026-11-01\n"

static void
the_shipped_table_opens(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_units *units;

    (void)state;
    assert_ok(qiao_units_open(TABLE, &units, &err), &err);
    assert_int_equal(strlen(qiao_units_version(units)), 10);
    qiao_units_close(units);
    qiao_units_close(NULL);
}

static void
units_are_converted(void **state)
{
    static const struct {
        const char *unit, *si;
        double one; /* of the unit, in SI */
    } cases[] = {
        {"mAh/g", "C/kg", 3600},
        {"W/(m·K)", "W/(m·K)", 1},
        {"W/mK", "W/(m·K)", 1},
        {"mg/L", "kg/m3", 1e-3},
        {"克/立方厘米", "kg/m3", 1000},
        {"kN·m", "N·m", 1000},
        {"MPa·m^1/2", "Pa·m^1/2", 1e6},
        {"cd/A", "cd/A", 1},
        {"ppm", "1", 1e-6},
        {"‰", "1", 1e-3},
        {"r/min", "1/s", 1.0 / 60},
        {"Mbit/s", "bit/s", 1e6},
        {"帧/秒", "1/s", 1},
        {"微米", "m", 1e-6},
        {"目", "mesh", 1},
        {"公斤", "kg", 1},
        {"兆帕", "Pa", 1e6},
        {"万次", "1", 1e4},
        {"kWh/100 km", "J/m", 36},
        {"吨/年", "kg/s", 1000 / 31556952.0},
        {"元/吨", "CNY/kg", 1e-3},
        {"W m-2 K-1", "W/(m2·K)", 1},
        {"cm-3", "1/m3", 1e6},
        {"kilopascals", "Pa", 1000},
        {"℃/min", "K/s", 1.0 / 60},
        {"mm Hg", "Pa", 101325.0 / 760},
    };
    qiao_error err = QIAO_ERROR_INIT;
    qiao_arena *arena = qiao_arena_new(4096);
    qiao_units *units;

    (void)state;
    assert_non_null(arena);
    assert_ok(qiao_units_open(TABLE, &units, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_indicator field = {.name = "x", .op = QIAO_OP_EQ, .value = 1, .value2 = NAN, .unit = cases[i].unit};
        qiao_reading r;

        if (qiao_indicator_of_field(units, &field, QIAO_LANGUAGE_EN, arena, &r, &err) != QIAO_OK)
            fail_msg("%s is not known", cases[i].unit);
        if (strcmp(r.si_unit, cases[i].si) != 0 || fabs(r.si_value - cases[i].one) > 1e-9 * cases[i].one)
            fail_msg("%s: %.12g %s, not %.12g %s", cases[i].unit, r.si_value, r.si_unit, cases[i].one, cases[i].si);
    }
    qiao_units_close(units);
    qiao_arena_free(arena);
}

static void
damaged_tables_are_refused_with_place_and_value(void **state)
{
    static const struct {
        const char *table, *message;
    } cases[] = {
        {VERSION HEADING, "holds no unit"},
        {HEADING "m\tm\tm\t1\n", "is missing"},
        {VERSION "unit\tsi\n", "dimension"},
        {VERSION HEADING "m\tm\tm\tmany\n", "line 3: factor must be a number above 0, not \"many\""},
        {VERSION HEADING "m\tm\tm\t-1\n", "factor"},
        {VERSION HEADING "m\tm\tm\t1/0\n", "factor"},
        {VERSION HEADING "m\tm\t-2\t1\n", "dimension"},
        {VERSION HEADING "m\tm\tm\t1\tzero\n", "offset"},
        {VERSION HEADING "m\tm\tm\t1\t\t?\tm\n", "prefixes"},
        {VERSION HEADING "m\tm\tm\t1\t\t\tm=x\n", "factor"},
        {VERSION HEADING "m\tm\tm\t1\t\t\tm\t\t\t\t\tloud\n", "unknown rule"},
        {VERSION HEADING "\tm\tm\t1\n", "must be given"},
        {VERSION HEADING "m\tm\tm\t1\t\t\t\t\t\t\t\t\tmore\n", "more cells"},
    };
    qiao_test_folder folder;

    (void)state;
    qiao_test_folder_init(&folder);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = qiao_test_path(&folder, "units.tsv");
        qiao_error err = QIAO_ERROR_INIT;
        qiao_units *units;

        qiao_test_write_text(path, cases[i].table);
        assert_status(qiao_units_open(path, &units, &err), QIAO_E_INPUT, &err);
        assert_null(units);
        if (strstr(err.message, cases[i].message) == NULL || strcmp(err.message, err.message_zh) == 0)
            fail_msg("case %zu: %s / %s", i, err.message, err.message_zh);
    }
    qiao_test_folder_done(&folder);
}

static void
a_missing_table_is_named(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_units *units;

    (void)state;
    assert_status(qiao_units_open("/nonexistent/units.tsv", &units, &err), QIAO_E_NOTFOUND, &err);
    assert_non_null(strstr(err.message, "/nonexistent/units.tsv"));
}

static qiao_status
open_and_close(void *context, qiao_error *err)
{
    qiao_units *units;
    qiao_status status = qiao_units_open(context, &units, err);

    qiao_units_close(units);
    return status;
}

static void
failing_allocations_are_reported(void **state)
{
    static char table[] = VERSION HEADING "m\tm\tm\t1\t\tmk\tm\tmetre\t米\t粉\tlength\t\n";
    qiao_test_folder folder;
    char *path;

    (void)state;
    qiao_test_folder_init(&folder);
    path = qiao_strdup(qiao_test_path(&folder, "units.tsv"));
    assert_non_null(path);
    qiao_test_write_text(path, table);
    assert_true(qiao_test_fail_allocations(NULL, open_and_close, path) >= 20);
    qiao_free(path);
    qiao_test_folder_done(&folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_table_opens),
        cmocka_unit_test(units_are_converted),
        cmocka_unit_test(damaged_tables_are_refused_with_place_and_value),
        cmocka_unit_test(a_missing_table_is_named),
        cmocka_unit_test(failing_allocations_are_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
