/* Reading indicators: the contract's examples, traps, places in the text, and
 * texts that are broken, cut, huge or hostile. */
#include "support.h"

#include "qiao/indicator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static qiao_units *units;
static qiao_arena *arena;

static int
open_units(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    if (qiao_units_open(QIAO_SOURCE_DIR "/engine/vocab/data/units.tsv", &units, &err) != QIAO_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    arena = qiao_arena_new(1 << 16);
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
read_text(const char *text, size_t length, qiao_reading **out)
{
    qiao_error err = QIAO_ERROR_INIT;
    size_t count;

    qiao_arena_reset(arena);
    assert_ok(qiao_indicators_read(units, text, length, QIAO_LANGUAGE_ZH, arena, out, &count, &err), &err);
    return count;
}

/* "name op value [value2] unit = si [si2] si_unit", several joined by "; " */
static void
describe(const qiao_reading *readings, size_t count, qiao_buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        const qiao_reading *r = &readings[i];

        qiao_buffer_printf(out, "%s%s %s %.9g", i > 0 ? "; " : "", r->name, qiao_indicator_operator_text(r->op),
                           r->value);
        if (!isnan(r->value2))
            qiao_buffer_printf(out, " %.9g", r->value2);
        qiao_buffer_printf(out, " %s = %.9g", r->unit, r->si_value);
        if (!isnan(r->si_value2))
            qiao_buffer_printf(out, " %.9g", r->si_value2);
        qiao_buffer_printf(out, " %s", r->si_unit);
    }
    if (count == 0)
        qiao_buffer_text(out, "none");
}

typedef struct expected {
    const char *text, *readings;
} expected;

static void
expect_all(const expected *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        qiao_buffer got = {0};
        qiao_reading *readings;
        size_t n = read_text(cases[i].text, strlen(cases[i].text), &readings);

        describe(readings, n, &got);
        if (strcmp(got.data, cases[i].readings) != 0)
            fail_msg("%s\n  wanted: %s\n  got:    %s", cases[i].text, cases[i].readings, got.data);
        qiao_buffer_done(&got);
    }
}

#define EXPECT_ALL(...)                                                                                                \
    do {                                                                                                               \
        static const expected cases[] = {__VA_ARGS__};                                                                 \
        expect_all(cases, sizeof cases / sizeof cases[0]);                                                             \
    } while (0)

static void
reads_the_examples_of_the_contract(void **state)
{
    (void)state;
    EXPECT_ALL({"能量密度≥400Wh/kg", "能量密度 >= 400 Wh/kg = 1440000 J/kg"},
               {"detection limit below 5 ppb", "detection limit <= 5 ppb = 5e-09 1"},
               {"效率不低于22%", "效率 >= 22 % = 0.22 1"},
               {"temperature -40~85 °C", "temperature range -40 85 °C = 233.15 358.15 K"});
}

static void
comparisons_before_and_behind_the_number(void **state)
{
    (void)state;
    EXPECT_ALL({"长度不少于3米", "长度 >= 3 米 = 3 m"}, {"长度3米以上", "长度 >= 3 米 = 3 m"},
               {"长度达到3米以上", "长度 >= 3 米 = 3 m"}, {"长度小于3米", "长度 <= 3 米 = 3 m"},
               {"长度在3米以内", "长度 <= 3 米 = 3 m"}, {"长度3米左右", "长度 ~ 3 米 = 3 m"},
               {"长度约3米", "长度 ~ 3 米 = 3 m"}, {"长度为3米", "长度 = 3 米 = 3 m"},
               {"a length of at least 3 m", "length >= 3 m = 3 m"}, {"a length exceeding 3 m", "length >= 3 m = 3 m"},
               {"a length of up to 3 m", "length <= 3 m = 3 m"}, {"a length of 3 m or less", "length <= 3 m = 3 m"},
               {"a length of approximately 3 m", "length ~ 3 m = 3 m"},
               {"定位精度优于0.1mm", "定位精度 <= 0.1 mm = 0.0001 m"}, {"识别率优于99%", "识别率 >= 99 % = 0.99 1"});
}

static void
tolerances_and_ranges(void **state)
{
    (void)state;
    EXPECT_ALL({"直径10±0.5 mm", "直径 = 10 0.5 mm = 0.01 0.0005 m"},
               {"直径公差±0.1 mm", "直径公差 <= 0.1 mm = 0.0001 m"}, {"电压220V±10%", "电压 = 220 22 V = 220 22 V"},
               {"温度(25±2)℃", "温度 = 25 2 ℃ = 298.15 2 K"}, {"厚度5-10 mm", "厚度 range 5 10 mm = 0.005 0.01 m"},
               {"厚度5mm~10mm", "厚度 range 5 10 mm = 0.005 0.01 m"},
               {"thickness of 5 mm to 10 mm", "thickness range 5 10 mm = 0.005 0.01 m"},
               {"良率从82%提高到95%", "良率 = 82 % = 0.82 1; 良率 = 95 % = 0.95 1"},
               {"yield increased from 82% to 95%", "yield = 82 % = 0.82 1; yield = 95 % = 0.95 1"},
               {"wavelengths from 400 to 700 nm", "wavelengths range 400 700 nm = 4e-07 7e-07 m"});
}

static void
numbers_in_many_forms(void **state)
{
    (void)state;
    EXPECT_ALL({"质量1,200 kg", "质量 = 1200 kg = 1200 kg"}, {"质量１２．５ｋｇ", "质量 = 12.5 ｋｇ = 12.5 kg"},
               {"漏率1×10^-6 Pa", "漏率 = 1e-06 Pa = 1e-06 Pa"}, {"压力10⁻⁹ Pa", "压力 = 1e-09 Pa = 1e-09 Pa"},
               {"压力1.2e5 Pa", "压力 = 120000 Pa = 120000 Pa"}, {"寿命两千小时", "寿命 = 2000 小时 = 7200000 s"},
               {"耐磨性提高三倍", "耐磨性提高 = 3 倍 = 3 1"}, {"能耗降低百分之五", "能耗降低 = 5 % = 0.05 1"},
               {"洁净度达到十万级", "洁净度 = 100000 级 = 100000 级"},
               {"循环寿命10万次", "循环寿命 = 10 万次 = 100000 1"}, {"压力10 5 Pa", "none"}, {"压力2×106 Pa", "none"},
               {"压力10-9 Torr", "none"});
}

static void
degrees_are_told_by_context(void **state)
{
    (void)state;
    EXPECT_ALL({"耐高温1700度", "耐高温 = 1700 度 = 1973.15 K"}, {"旋转角度90度", "旋转角度 = 90 度 = 1.57079633 rad"},
               {"每天用电600度", " = 600 度 = 2.16e+09 J"}, {"这件事有5度", "none"}, {"温差5℃", "温差 = 5 ℃ = 5 K"},
               {"温升不超过40℃", "温升 <= 40 ℃ = 40 K"}, {"温度降低5℃", "温度降低 = 5 ℃ = 5 K"},
               {"温度降低到5℃", "温度 = 5 ℃ = 278.15 K"},
               {"a temperature rise of 12 °F", "temperature rise = 12 °F = 6.66666667 K"});
}

static void
leaves_other_numbers_alone(void **state)
{
    static const char *const traps[] = {"2019年成立，2020年6月5日获奖",
                                        "GB/T 1234-2019、ISO 9001",
                                        "7-Scenes数据集",
                                        "Al2O3和6061合金",
                                        "5G和4G网络",
                                        "电话010-62345678",
                                        "1、研究 (2) 开发 3. 生产",
                                        "年销售收入2亿元，利润3000万元",
                                        "预算500万元",
                                        "专利12件，工厂3座，生产线5条",
                                        "市场占有率25%",
                                        "销售额增长30%",
                                        "员工200人",
                                        "厂房面积12000平方米",
                                        "founded in 1998 with 60 staff",
                                        "a market share of 30%",
                                        "25 years of experience",
                                        "revenue of $40 million",
                                        "the 1990s",
                                        "80% of all initiatives fail",
                                        "100,000 square feet of floor space",
                                        "Zeolite 5A",
                                        "304、316L不锈钢",
                                        "我国矿山90%以上都是井下开采",
                                        "Phase 2 A new approach",
                                        "COVID-19 m"};

    (void)state;
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        qiao_reading *readings;

        if (read_text(traps[i], strlen(traps[i]), &readings) != 0)
            fail_msg("%s: read as %s %g %s", traps[i], readings[0].name, readings[0].value, readings[0].unit);
    }
}

static void
places_lie_at_borders_of_characters(void **state)
{
    static const char text[] = "单体能量密度≥400Wh/kg，温度-40～85℃；效率达到22％以上。 A gain of 18 "
                               "dBi and &lt; 5 µm error.";
    qiao_reading *readings;
    size_t n = read_text(text, strlen(text), &readings);

    (void)state;
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++) {
        assert_true(readings[i].start < readings[i].end && readings[i].end <= strlen(text));
        assert_true(((unsigned char)text[readings[i].start] & 0xC0) != 0x80);
        assert_true(((unsigned char)text[readings[i].end] & 0xC0) != 0x80);
        assert_int_equal(strncmp(text + readings[i].name_start, readings[i].name, strlen(readings[i].name)), 0);
        if (i > 0)
            assert_true(readings[i].start >= readings[i - 1].end);
    }
    assert_int_equal(strncmp(text + readings[0].start, "≥400Wh/kg", strlen("≥400Wh/kg")), 0);
    assert_int_equal(readings[0].end - readings[0].start, strlen("≥400Wh/kg"));
}

static void
json_has_the_names_of_the_contract(void **state)
{
    qiao_buffer out = {0};
    qiao_reading *readings;
    size_t n = read_text("检测限低于5 ppb", strlen("检测限低于5 ppb"), &readings);

    (void)state;
    qiao_indicators_json(readings, n, &out);
    assert_string_equal(out.data, "[{\"start\":9,\"end\":20,\"name\":\"检测限\",\"op\":\"<=\","
                                  "\"value\":5,\"value2\":null,\"unit\":\"ppb\","
                                  "\"si_value\":5e-09,\"si_value2\":null,\"si_unit\":\"1\"}]");
    qiao_buffer_clear(&out);
    qiao_indicators_json(NULL, 0, &out);
    assert_string_equal(out.data, "[]");
    qiao_buffer_done(&out);
}

/* A copy without a byte to spare, so that reading past its end is caught by the
 * sanitizer. */
static void
read_exact(const char *text, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);
    qiao_reading *readings;
    size_t n;

    assert_non_null(copy);
    memcpy(copy, text, length);
    n = read_text(copy, length, &readings);
    for (size_t i = 0; i < n; i++) {
        assert_true(readings[i].start < readings[i].end && readings[i].end <= length);
        assert_true(isfinite(readings[i].value) && readings[i].unit_factor > 0);
    }
    free(copy);
}

static const char mixed[] = "能量密度≥400Wh/kg，由82%提高到95%，(25±2)℃，1×10^-6 "
                            "Pa·m³/s，$90/kWh，HRC58-62，每小时500件，两千小时，百分之五，"
                            "W/(m2·K) 5 W m-2 K-1 &lt;3 mm 10-9 Torr 5-10万次 20×30×40 cm "
                            "φ0.25~φ0.45mm dB(A)：≤55 pH 4.5~5.5 350?C.";

static void
texts_cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t begin = 0; begin < sizeof mixed - 1; begin += 7) {
        for (size_t end = begin; end < sizeof mixed; end++)
            read_exact(mixed + begin, end - begin);
    }
}

static void
any_bytes_are_survived(void **state)
{
    uint64_t seed = 42;
    char text[600];

    (void)state;
    for (int round = 0; round < 4000; round++) {
        size_t length = 0;

        while (length < sizeof text) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            if (seed >> 61 != 0) { /* mostly pieces of what is read, now and then a
                                      byte of anything */
                size_t from = (size_t)(seed >> 20) % (sizeof mixed - 1), n = 1 + (size_t)(seed >> 40) % 9;

                for (size_t i = 0; i < n && length < sizeof text; i++)
                    text[length++] = mixed[(from + i) % (sizeof mixed - 1)];
            } else {
                text[length++] = (char)(seed >> 30);
            }
        }
        read_exact(text, (size_t)(seed >> 33) % sizeof text);
    }
}

static char *
repeated(const char *piece, size_t length)
{
    char *text = malloc(length + 1);
    size_t n = strlen(piece);

    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = piece[i % n];
    text[length] = '\0';
    return text;
}

/* Long lines cost time in proportion: a line of 1 MiB takes not much more than
 * sixteen times one of 64 KiB. */
static void
long_lines_take_linear_time(void **state)
{
    static const char *const pieces[] = {
        "1 ", "9",       "1.5 mm ± 2 % of 3 kg, ", "厚度三百五十毫米提高到", "(", "10/", "W/m/K/", "至少5 ", "-",
        "a",  "\xE4\xB8"};

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        char *text = repeated(pieces[i], (size_t)1 << 20);
        qiao_reading *readings;
        clock_t short_time, long_time, begin = clock();

        for (int round = 0; round < 4; round++)
            read_text(text, (size_t)1 << 16, &readings);
        short_time = clock() - begin;
        begin = clock();
        read_text(text, (size_t)1 << 20, &readings);
        long_time = clock() - begin;
        if (long_time > 16 * (short_time / 4 + CLOCKS_PER_SEC / 100))
            fail_msg("\"%s\": %ld ticks for 64 KiB, %ld for 1 MiB", pieces[i], (long)short_time / 4, (long)long_time);
        free(text);
    }
}

typedef struct reading_work {
    qiao_units *units;
} reading_work;

static qiao_status
read_with_failures(void *context, qiao_error *err)
{
    reading_work *work = context;
    qiao_arena *own = qiao_arena_new(256);
    qiao_reading *readings;
    size_t count;
    qiao_status status;

    if (own == NULL)
        return qiao_fail_memory(err);
    status = qiao_indicators_read(work->units, mixed, sizeof mixed - 1, QIAO_LANGUAGE_EN, own, &readings, &count, err);
    if (status != QIAO_OK) {
        assert_null(readings);
        assert_int_equal(count, 0);
    }
    qiao_arena_free(own);
    return status;
}

static void
failing_allocations_are_reported(void **state)
{
    reading_work work = {units};

    (void)state;
    assert_true(qiao_test_fail_allocations(NULL, read_with_failures, &work) >= 3);
}

static void
structured_indicators_take_the_same_form(void **state)
{
    qiao_indicator field = {.name_zh = "工作温度", .op = QIAO_OP_RANGE, .value = -40, .value2 = 85, .unit = "℃"};
    qiao_indicator unknown = {.name = "speed", .op = QIAO_OP_GE, .value = 3, .value2 = NAN, .unit = "furlongs"};
    qiao_indicator plain = {.name = "pH", .op = QIAO_OP_EQ, .value = 7, .value2 = NAN};
    qiao_indicator empty = {.name = "speed", .op = QIAO_OP_GE, .value = NAN, .value2 = NAN, .unit = "m/s"};
    qiao_indicator angle = {.name = "旋转角度", .op = QIAO_OP_EQ, .value = 90, .value2 = NAN, .unit = "度"};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_reading r;

    (void)state;
    qiao_arena_reset(arena);
    assert_ok(qiao_indicator_of_field(units, &field, QIAO_LANGUAGE_ZH, arena, &r, &err), &err);
    assert_string_equal(r.name, "工作温度");
    assert_true(fabs(r.si_value - 233.15) < 1e-9 && fabs(r.si_value2 - 358.15) < 1e-9 && r.span);
    assert_status(qiao_indicator_of_field(units, &unknown, QIAO_LANGUAGE_EN, arena, &r, &err), QIAO_E_NOTFOUND, &err);
    assert_ok(qiao_indicator_of_field(units, &plain, QIAO_LANGUAGE_EN, arena, &r, &err), &err);
    assert_string_equal(r.si_unit, "1");
    assert_ok(qiao_indicator_of_field(units, &angle, QIAO_LANGUAGE_ZH, arena, &r, &err), &err);
    assert_string_equal(r.si_unit, "rad");
    angle.name = "甲"; /* 度 of what? */
    assert_status(qiao_indicator_of_field(units, &angle, QIAO_LANGUAGE_ZH, arena, &r, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_indicator_of_field(units, &empty, QIAO_LANGUAGE_EN, arena, &r, &err), QIAO_E_NOTFOUND, &err);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_examples_of_the_contract),
        cmocka_unit_test(comparisons_before_and_behind_the_number),
        cmocka_unit_test(tolerances_and_ranges),
        cmocka_unit_test(numbers_in_many_forms),
        cmocka_unit_test(degrees_are_told_by_context),
        cmocka_unit_test(leaves_other_numbers_alone),
        cmocka_unit_test(places_lie_at_borders_of_characters),
        cmocka_unit_test(json_has_the_names_of_the_contract),
        cmocka_unit_test(texts_cut_at_every_byte),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(long_lines_take_linear_time),
        cmocka_unit_test(failing_allocations_are_reported),
        cmocka_unit_test(structured_indicators_take_the_same_form),
    };

    return cmocka_run_group_tests(tests, open_units, close_units);
}
