/* Decoding, encoding and judging UTF-8, and the script of a character. */
#include "guard.h"
#include "support.h"

#include "qiao/text.h"

#include <string.h>

#define REPLACEMENT 0xFFFDu

static void
every_character_survives_encoding_and_decoding(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFFu; c++) {
        bool surrogate = c >= 0xD800u && c <= 0xDFFFu;
        char bytes[4];
        size_t length = qiao_utf8_put(c, bytes), at = 0;
        size_t expected = c < 0x80u ? 1 : c < 0x800u ? 2 : c < 0x10000u ? 3 : 4;
        uint32_t back = qiao_utf8_next(bytes, length, &at);

        if (length != expected || at != length || back != (surrogate ? REPLACEMENT : c) ||
            !qiao_utf8_valid(bytes, length))
            fail_msg("U+%04X: %zu bytes, %zu read, back as U+%04X", (unsigned)c, length, at, (unsigned)back);
    }
}

static void
values_that_are_no_characters_become_the_replacement(void **state)
{
    static const uint32_t values[] = {0xD800u, 0xDBFFu, 0xDC00u, 0xDFFFu, 0x110000u, 0x7FFFFFFFu, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char bytes[4];

        assert_int_equal(qiao_utf8_put(values[i], bytes), 3);
        assert_memory_equal(bytes, "\xEF\xBF\xBD", 3);
    }
}

typedef struct broken {
    const char *bytes;
    size_t length;
} broken;

#define BROKEN(text)                                                                                                   \
    {                                                                                                                  \
        text, sizeof text - 1                                                                                          \
    }

/* Each is wrong at its first byte. */
static const broken broken_texts[] = {
    BROKEN("\x80"), /* a continuation alone */
    BROKEN("\xBF\xBF"),
    BROKEN("\xC0\x80"), /* NUL in two bytes */
    BROKEN("\xC1\xBF"), /* 0x7F in two bytes */
    BROKEN("\xC3"),     /* cut */
    BROKEN("\xC3\x28"),
    BROKEN("\xE0\x80\x80"), /* overlong */
    BROKEN("\xE0\x9F\xBF"),
    BROKEN("\xE4\xB8"), /* cut */
    BROKEN("\xE4\x28\xAD"),
    BROKEN("\xED\xA0\x80"), /* a surrogate */
    BROKEN("\xED\xBF\xBF"),
    BROKEN("\xF0\x80\x80\x80"), /* overlong */
    BROKEN("\xF0\x8F\xBF\xBF"),
    BROKEN("\xF0\x9F\x98"),     /* cut */
    BROKEN("\xF4\x90\x80\x80"), /* past U+10FFFF */
    BROKEN("\xF5\x80\x80\x80"),
    BROKEN("\xF8\x88\x80\x80\x80"),
    BROKEN("\xFE"),
    BROKEN("\xFF"),
};

static void
a_broken_byte_gives_the_replacement_and_advances_by_one(void **state)
{
    qiao_test_guard guard;

    (void)state;
    qiao_test_guard_init(&guard, 64);
    for (size_t i = 0; i < sizeof broken_texts / sizeof *broken_texts; i++) {
        const char *text = qiao_test_guard_put(&guard, broken_texts[i].bytes, broken_texts[i].length);
        size_t at = 0;
        uint32_t c = qiao_utf8_next(text, broken_texts[i].length, &at);

        if (c != REPLACEMENT || at != 1 || qiao_utf8_valid(text, broken_texts[i].length))
            fail_msg("case %zu gave U+%04X and advanced by %zu", i, (unsigned)c, at);
    }
    qiao_test_guard_done(&guard);
}

static void
a_replacement_character_written_out_is_valid(void **state)
{
    (void)state;
    assert_true(qiao_utf8_valid("\xEF\xBF\xBD", 3));
    assert_true(qiao_utf8_valid("", 0));
    assert_true(qiao_utf8_valid("a\0b", 3));
    assert_false(qiao_utf8_valid("\xEF\xBF\xBD\xEF\xBF", 5));
}

static void
a_text_cut_anywhere_is_read_to_its_end_and_not_further(void **state)
{
    static const char whole[] = "桥 Brücke 橋 🌉 GaN ｇａｎ \xC2\xAD\xF0\xA0\x80\x80 Ω";
    qiao_test_guard guard;

    (void)state;
    qiao_test_guard_init(&guard, sizeof whole);
    for (size_t from = 0; from < sizeof whole; from++)
        for (size_t length = 0; from + length < sizeof whole; length++) {
            const char *text = qiao_test_guard_put(&guard, whole + from, length);
            size_t at = 0, before;
            bool good = true;

            while (at < length) {
                before = at;
                good = qiao_utf8_next(text, length, &at) != REPLACEMENT && good;
                assert_true(at > before && at <= length && at - before <= 4);
            }
            assert_int_equal(good, qiao_utf8_valid(text, length));
        }
    qiao_test_guard_done(&guard);
}

static void
scripts_are_told_apart(void **state)
{
    static const struct {
        uint32_t character;
        qiao_script script;
    } cases[] = {
        {'a', QIAO_SCRIPT_LATIN},     {'Z', QIAO_SCRIPT_LATIN},     {'0', QIAO_SCRIPT_NUMBER},
        {'9', QIAO_SCRIPT_NUMBER},    {'@', QIAO_SCRIPT_NONE},      {'[', QIAO_SCRIPT_NONE},
        {'`', QIAO_SCRIPT_NONE},      {'{', QIAO_SCRIPT_NONE},      {0, QIAO_SCRIPT_NONE},
        {0x7F, QIAO_SCRIPT_NONE},     {0xDF, QIAO_SCRIPT_LATIN},    {0xFC, QIAO_SCRIPT_LATIN},
        {0xD7, QIAO_SCRIPT_NONE},     {0xF7, QIAO_SCRIPT_NONE},     {0xB5, QIAO_SCRIPT_LATIN},
        {0x153, QIAO_SCRIPT_LATIN},   {0x1EA5, QIAO_SCRIPT_LATIN},  {0x3A9, QIAO_SCRIPT_OTHER},
        {0x416, QIAO_SCRIPT_OTHER},   {0x4E00, QIAO_SCRIPT_HAN},    {0x9FFF, QIAO_SCRIPT_HAN},
        {0x3400, QIAO_SCRIPT_HAN},    {0x20000, QIAO_SCRIPT_HAN},   {0x3005, QIAO_SCRIPT_HAN},
        {0x3007, QIAO_SCRIPT_HAN},    {0x3042, QIAO_SCRIPT_KANA},   {0x30AB, QIAO_SCRIPT_KANA},
        {0x30FB, QIAO_SCRIPT_NONE},   {0x30FC, QIAO_SCRIPT_KANA},   {0xFF76, QIAO_SCRIPT_KANA},
        {0xAC00, QIAO_SCRIPT_HANGUL}, {0xD7A3, QIAO_SCRIPT_HANGUL}, {0x3001, QIAO_SCRIPT_NONE},
        {0x3002, QIAO_SCRIPT_NONE},   {0x300C, QIAO_SCRIPT_NONE},   {0xFF0C, QIAO_SCRIPT_NONE},
        {0xFF21, QIAO_SCRIPT_LATIN},  {0xFF10, QIAO_SCRIPT_NUMBER}, {0x1F309, QIAO_SCRIPT_NONE},
        {0x2019, QIAO_SCRIPT_NONE},   {0x200B, QIAO_SCRIPT_NONE},   {0xFE0F, QIAO_SCRIPT_NONE},
        {0xFFFD, QIAO_SCRIPT_NONE},   {0xE000, QIAO_SCRIPT_NONE},   {0x10FFFF, QIAO_SCRIPT_NONE},
        {0x5D0, QIAO_SCRIPT_OTHER},   {0x627, QIAO_SCRIPT_OTHER},   {0xE01, QIAO_SCRIPT_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (qiao_script_of(cases[i].character) != cases[i].script)
            fail_msg("U+%04X is of script %d, not %d", (unsigned)cases[i].character,
                     (int)qiao_script_of(cases[i].character), (int)cases[i].script);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_survives_encoding_and_decoding),
        cmocka_unit_test(values_that_are_no_characters_become_the_replacement),
        cmocka_unit_test(a_broken_byte_gives_the_replacement_and_advances_by_one),
        cmocka_unit_test(a_replacement_character_written_out_is_valid),
        cmocka_unit_test(a_text_cut_anywhere_is_read_to_its_end_and_not_further),
        cmocka_unit_test(scripts_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
