/* The character tables of the base lexicon, and letters with their marks. */
#include "guard.h"
#include "support.h"

#include "lexicon/lexicon_internal.h"
#include "text/normal.h"

#include <string.h>

#define LEXICON QIAO_BUILD_DIR "/share/qiao/lexicon.bin"

static qiao_lexicon *lexicon;

static int
open_lexicon(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_lexicon_open(LEXICON, &lexicon, &err), &err);
    return 0;
}

static int
close_lexicon(void **state)
{
    (void)state;
    qiao_lexicon_close(lexicon);
    return 0;
}

static size_t
normalise(const uint16_t *table, const char *text, size_t length, char *out)
{
    size_t at = 0, n = 0;

    while (at < length) {
        uint32_t c = qiaoi_normal_next(table, text, length, &at);

        if (c != 0)
            n += qiao_utf8_put(c, out + n);
    }
    out[n] = '\0';
    return n;
}

typedef struct normal_case {
    const char *text, *chinese, *japanese; /* japanese NULL: the same */
} normal_case;

static const normal_case cases[] = {
    {"GaN CAR-T mRNA 5G", "gan car-t mrna 5g", NULL},
    {"ＧａＮ　５Ｇ", "gan 5g", NULL},
    {"固態電池與儲氫技術", "固态电池与储氢技术", NULL},
    {"臺灣半導體", "台湾半导体", NULL},
    {"機器學習", "机器学习", NULL},
    {"水素貯蔵の気体", "水素贮蔵の気体", "水素贮藏の气体"},
    {"発電", "発电", "发电"},
    {"ﾘﾁｳﾑ", "リチウム", NULL},
    {"ｶﾞｽﾊﾟｲﾌﾟ", "ガスパイプ", NULL},
    {"カ\xE3\x82\x99ス", "ガス", NULL},
    {"ハ\xE3\x82\x9Aイ", "パイ", NULL},
    {"う\xE3\x82\x99", "ゔ", NULL},
    {"ウ\xE3\x82\x99", "ヴ", NULL},
    {"マ\xE3\x82\x99", "マ\xE3\x82\x99", NULL}, /* no such syllable: the mark stays */
    {"Über ÉLECTROLYTE", "über électrolyte", NULL},
    {"U\xCC\x88"
     "ber e\xCC\x81lectrolyte",
     "über électrolyte", NULL},
    {"x\xCC\x84y", "xy", NULL}, /* x and a macron: no letter of its own */
    {"\xCC\x81", "", NULL},
    {"a\xCC\x8A\xCC\x81", "å", NULL},
    {"soft\xC2\xADhyphen zero\xE2\x80\x8Bwidth \xEF\xBB\xBF"
     "bom",
     "softhyphen zerowidth bom", NULL},
    {"10 μm, 10 µm", "10 µm, 10 µm", NULL},
    {"10\xC2\xA0kW\xE2\x80\xAFh", "10 kw h", NULL},
    {"Ωℓ①", "ωℓ①", NULL},
    {"Straße", "straße", NULL},
    {"ŁÓDŹ", "łódź", NULL},
    {"🌉️", "🌉", NULL}, /* a variation selector */
    {"𠮷野", "𠮷野", NULL},
    {"한국어", "한국어", NULL},
    {"Привет", "привет", NULL},
};

static void
texts_become_their_normal_form(void **state)
{
    char out[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *japanese = cases[i].japanese == NULL ? cases[i].chinese : cases[i].japanese;

        normalise(lexicon->normal, cases[i].text, strlen(cases[i].text), out);
        if (strcmp(out, cases[i].chinese) != 0)
            fail_msg("%s: %s, not %s", cases[i].text, out, cases[i].chinese);
        normalise(lexicon->normal_ja, cases[i].text, strlen(cases[i].text), out);
        if (strcmp(out, japanese) != 0)
            fail_msg("%s in Japanese: %s, not %s", cases[i].text, out, japanese);
    }
}

static void
no_cut_of_a_text_is_read_past_its_end(void **state)
{
    qiao_test_guard guard;
    char out[256];

    (void)state;
    qiao_test_guard_init(&guard, 256);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t length = 0; length <= strlen(cases[i].text); length++)
            normalise(lexicon->normal, qiao_test_guard_put(&guard, cases[i].text, length), length, out);
    qiao_test_guard_done(&guard);
}

/* Four characters that one standard simplifies into a character which the other simplifies again: what they become is
 * not in normal form. */
static bool
simplified_twice(uint32_t c)
{
    return c == 0x6231u /* 戱 */ || c == 0x6EECu /* 滬 */ || c == 0x8553u /* 蕓 */ || c == 0x85B4u /* 薴 */;
}

/* What is in normal form stays as it is, so that a word of the lexicon meets the same word of a text. */
static void
the_normal_form_of_a_normal_form_is_itself(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 65536u; c++) {
        uint32_t zh = lexicon->normal[c], ja = lexicon->normal_ja[c];

        if (!simplified_twice(c) && (lexicon->normal[zh] != zh || lexicon->normal_ja[ja] != ja))
            fail_msg("U+%04X becomes U+%04X becomes U+%04X; U+%04X becomes U+%04X", (unsigned)c, (unsigned)zh,
                     (unsigned)lexicon->normal[zh], (unsigned)ja, (unsigned)lexicon->normal_ja[ja]);
    }
}

static void
a_character_stays_within_its_script(void **state)
{
    (void)state;
    for (uint32_t c = 1; c < 65536u; c++) {
        uint32_t zh = lexicon->normal[c];
        qiao_script before = qiao_script_of(c), after = qiao_script_of(zh);

        if (zh != 0 && before != after && zh != 0xB5u)
            fail_msg("U+%04X of script %d becomes U+%04X of script %d", (unsigned)c, (int)before, (unsigned)zh,
                     (int)after);
    }
}

static void
plain_text_is_left_alone(void **state)
{
    (void)state;
    for (uint32_t c = 1; c < 0x80u; c++) {
        uint32_t expected = c >= 'A' && c <= 'Z' ? c + 0x20u : c;

        assert_int_equal(lexicon->normal[c], expected);
        assert_int_equal(lexicon->normal_ja[c], expected);
    }
    assert_int_equal(lexicon->normal[0], 0);
    for (uint32_t c = 0xD800u; c <= 0xDFFFu; c++)
        assert_int_equal(lexicon->normal[c], 0xFFFDu);
}

/* Headwords are kept in normal form; one that is not would never be found. */
static void
every_headword_is_in_normal_form(void **state)
{
    char out[512];

    (void)state;
    for (uint32_t e = 0; e < lexicon->entry_count; e++) {
        const qiaoi_entry *entry = &lexicon->entries[e];
        const char *key = lexicon->keys + entry->key;
        const uint16_t *table = entry->language == QIAOI_JA ? lexicon->normal_ja : lexicon->normal;

        if (entry->key_length >= sizeof out || normalise(table, key, entry->key_length, out) != entry->key_length ||
            memcmp(out, key, entry->key_length) != 0)
            if (strcmp(key, "沪") != 0) /* from 滬 of a Japanese dictionary */
                fail_msg("%.*s", (int)entry->key_length, key);
    }
    assert_true(lexicon->entry_count > 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_their_normal_form),
        cmocka_unit_test(no_cut_of_a_text_is_read_past_its_end),
        cmocka_unit_test(the_normal_form_of_a_normal_form_is_itself),
        cmocka_unit_test(a_character_stays_within_its_script),
        cmocka_unit_test(plain_text_is_left_alone),
        cmocka_unit_test(every_headword_is_in_normal_form),
    };

    return cmocka_run_group_tests(tests, open_lexicon, close_lexicon);
}
