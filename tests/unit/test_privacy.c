/* Personal data in texts: what is found, what only looks like it, hostile bytes. */
#include "guard.h"
#include "qiao/privacy.h"
#include "support.h"

#include <string.h>

static void
describe(const char *text, size_t length, qiao_buffer *out)
{
    qiao_private_place places[16];
    size_t n = qiao_private_places(text, length, places, 16);

    qiao_buffer_clear(out);
    for (size_t i = 0; i < n; i++)
        qiao_buffer_printf(out, "%s%s=%.*s", i > 0 ? " | " : "", qiao_private_code(places[i].kind),
                           (int)(places[i].end - places[i].start), text + places[i].start);
}

static void
what_should_not_be_public_is_found(void **state)
{
    static const char *const cases[][2] = {
        {"请联系 zhang.san@example.com.cn。", "email=zhang.san@example.com.cn"},
        {"电话：13812345678", "phone=13812345678"},
        {"电话 138 1234 5678，欢迎来电", "phone=138 1234 5678"},
        {"座机010-62345678转8001", "phone=010-62345678"},
        {"call +49 89 1234567 today", "phone=+49 89 1234567"},
        {"身份证11010519491231002X", "identity=11010519491231002X"},
        {"统一社会信用代码：91350100M000100Y43", "registration=91350100M000100Y43"},
        {"联系人：张三，电话13812345678", "name=张三 | phone=13812345678"},
        {"项目负责人: 欧阳小明；", "name=欧阳小明"},
        {"Contact: John A. Smith, j.smith@lab.org", "name=John A. Smith | email=j.smith@lab.org"},
        {"微信：abc_12345", "account=abc_12345"},
        {"QQ: 12345678", "account=12345678"},
    };
    qiao_buffer out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        describe(cases[i][0], strlen(cases[i][0]), &out);
        if (strcmp(out.data == NULL ? "" : out.data, cases[i][1]) != 0)
            fail_msg("%s\n  wanted %s\n  got    %s", cases[i][0], cases[i][1], out.data);
    }
    qiao_buffer_done(&out);
}

static void
what_only_looks_like_it_is_left_alone(void **state)
{
    static const char *const cases[] = {
        "能量密度≥400Wh/kg，循环1000次以上",
        "GB/T 12345678901",
        "专利号ZL201910123456.7",
        "型号13812345678A",
        "2019-2023年，产值12000万元",
        "精度0.0001-0.0002",
        "11010519491231002Y",
        "91350100M000100Y44",
        "联系人待定中的若干个问题还有很多",
        "负责人才培养",
        "@mention and user@ and @example.com",
        "圆周率3.14159265358979",
        "+86",
        "10-20 30-40 50-60",
        "微信小程序开发",
    };
    qiao_private_place places[4];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (qiao_private_places(cases[i], strlen(cases[i]), places, 4) != 0)
            fail_msg("found something in %s", cases[i]);
}

static void
no_byte_is_read_past_the_end(void **state)
{
    static const char *const texts[] = {"联系人", "联系人：",   "联系人：张",        "a@b.cn",   "a@",     "@",
                                        "+",      "1381234567", "91350100M000100Y4", "Contact:", "微信：", "\xE8\x81",
                                        "QQ:"};
    qiao_test_guard guard;
    qiao_private_place places[4];

    (void)state;
    qiao_test_guard_init(&guard, 64);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t n = 0; n <= strlen(texts[i]); n++)
            (void)qiao_private_places(qiao_test_guard_put(&guard, texts[i], n), n, places, 4);
    qiao_test_guard_done(&guard);
}

static void
places_never_exceed_their_room(void **state)
{
    static const char text[] = "a@b.cn c@d.cn e@f.cn";
    qiao_private_place places[2];

    (void)state;
    assert_int_equal(qiao_private_places(text, sizeof text - 1, places, 2), 2);
    assert_int_equal(qiao_private_places(text, sizeof text - 1, places, 0), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_should_not_be_public_is_found),
        cmocka_unit_test(what_only_looks_like_it_is_left_alone),
        cmocka_unit_test(no_byte_is_read_past_the_end),
        cmocka_unit_test(places_never_exceed_their_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
