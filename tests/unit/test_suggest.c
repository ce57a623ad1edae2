/* Readings, keys, completions and words near to one, over the real readings and the thesaurus. */
#include "support.h"

#include "indexing/suggest.h"
#include "qiao/file.h"
#include "suggest/maker.h"
#include "suggest/normal.h"
#include "suggest/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE QIAO_BUILD_DIR "/share/qiao"

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *lexicon;
    qiaoi_names names;
    qiaoi_suggest *suggest;
} fixture;

static const qiaoi_suggest_item items[] = {
    {.kind = QIAOI_SUGGEST_CONCEPT,
     .text = "固态电解质",
     .language = "zh",
     .translation = "solid electrolyte",
     .translation_length = 17,
     .id = "c1",
     .field = "energy.battery",
     .group = 1,
     .frequency = 40,
     .preference = 1},
    {.kind = QIAOI_SUGGEST_CONCEPT,
     .text = "solid electrolyte",
     .language = "en",
     .translation = "固态电解质",
     .translation_length = 15,
     .id = "c1",
     .field = "energy.battery",
     .group = 1,
     .frequency = 40,
     .preference = 1},
    {.kind = QIAOI_SUGGEST_CONCEPT,
     .text = "solid-state electrolyte",
     .language = "en",
     .id = "c1",
     .group = 1,
     .frequency = 40},
    {.kind = QIAOI_SUGGEST_CONCEPT,
     .text = "固态电池",
     .language = "zh",
     .id = "c2",
     .group = 2,
     .frequency = 90,
     .preference = 1},
    {.kind = QIAOI_SUGGEST_CONCEPT,
     .text = "氮化镓（GaN）器件",
     .language = "zh",
     .id = "c3",
     .group = 3,
     .frequency = 7,
     .preference = 1},
    {.kind = QIAOI_SUGGEST_CONCEPT,
     .text = "Künstliche Intelligenz",
     .language = "de",
     .id = "c4",
     .group = 4,
     .frequency = 500,
     .preference = 1},
    {.kind = QIAOI_SUGGEST_TERM, .text = "Solid Electrolyte", .language = "en", .frequency = 99, .preference = 1},
    {.kind = QIAOI_SUGGEST_TERM, .text = "银行", .language = "zh", .frequency = 3, .preference = 1},
    {.kind = QIAOI_SUGGEST_TERM, .text = "绿色", .language = "zh", .frequency = 3, .preference = 1},
    {.kind = QIAOI_SUGGEST_TERM, .text = "机器学习", .language = "zh", .frequency = 30, .preference = 1},
    {.kind = QIAOI_SUGGEST_TERM, .text = "传感器", .language = "zh", .frequency = 31, .preference = 1},
    {.kind = QIAOI_SUGGEST_TERM, .text = "solid", .language = "en", .frequency = 120, .preference = 1},
    {.kind = QIAOI_SUGGEST_TITLE,
     .text = "Solid film",
     .language = "en",
     .id = "p:1",
     .group = 0x80000001u,
     .frequency = 1,
     .preference = 1},
    {.kind = QIAOI_SUGGEST_TITLE,
     .text = "Solid film",
     .language = "en",
     .id = "p:2",
     .group = 0x80000002u,
     .frequency = 1,
     .preference = 1},
    {.kind = QIAOI_SUGGEST_ORGANISATION, .text = "Solid Power GmbH", .language = "de", .frequency = 2, .preference = 1},
};
static const char *const spellings[] = {"electrolyte", "electrolyse", "electrode", "battery", "batter",
                                        "sensor",      "solid",       "film",      "polymer"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static void
write_suggest(const fixture *f, const char *path, bool backwards)
{
    qiaoi_suggest_maker *maker;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_suggest_maker_new(f->lexicon, &f->names, &maker, &err), &err);
    for (size_t i = 0; i < COUNT(items); i++) {
        qiaoi_suggest_item item = items[backwards ? COUNT(items) - 1 - i : i];

        item.length = strlen(item.text);
        assert_ok(qiaoi_suggest_maker_add(maker, &item, &err), &err);
    }
    for (size_t i = 0; i < COUNT(spellings); i++) {
        const char *word = spellings[backwards ? COUNT(spellings) - 1 - i : i];

        assert_ok(qiaoi_suggest_maker_spelling(maker, word, strlen(word), (uint32_t)strlen(word), &err), &err);
    }
    assert_ok(qiaoi_suggest_maker_write(maker, path, &err), &err);
    qiaoi_suggest_maker_free(maker);
}

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    memset(&f, 0, sizeof f);
    qiao_test_folder_init(&f.folder);
    assert_ok(qiao_lexicon_open(SHARE "/lexicon.bin", &f.lexicon, &err), &err);
    assert_ok(qiaoi_names_open(SHARE "/names.bin", &f.names, &err), &err);
    write_suggest(&f, qiao_test_path(&f.folder, "suggest.bin"), false);
    assert_ok(qiaoi_suggest_open(qiao_test_path(&f.folder, "suggest.bin"), &f.suggest, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiaoi_suggest_close(f->suggest);
    qiaoi_names_close(&f->names);
    qiao_lexicon_close(f->lexicon);
    qiao_test_folder_done(&f->folder);
    return 0;
}

/* ---- keys ---- */

static void
names_of_one_thing_have_one_key(void **state)
{
    static const char *const same[][2] = {{"Solid-State  battery ", "solid state battery"},
                                          {"ＧａＮ功率 器件", "gan功率器件"},
                                          {"固態電解質", "固态电解质"},
                                          {"Künstliche", "kunstliche"},
                                          {"C++ (C#)", "c++ c#"},
                                          {"a\xff\xfe"
                                           "b",
                                           "a b"},
                                          {"...", ""}};
    const fixture *f = *state;

    for (size_t i = 0; i < COUNT(same); i++) {
        char key[QIAOI_KEY_BYTES_MAX];

        qiaoi_name_key(f->lexicon->normal, same[i][0], strlen(same[i][0]), key, sizeof key);
        assert_string_equal(key, same[i][1]);
    }
}

static void
a_key_that_is_cut_ends_with_a_whole_character(void **state)
{
    const fixture *f = *state;
    char text[3 * 200 + 1] = "", key[QIAOI_KEY_BYTES_MAX];

    for (int i = 0; i < 200; i++)
        memcpy(text + 3 * i, "电", 4);
    assert_int_equal(qiaoi_name_key(f->lexicon->normal, text, strlen(text), key, sizeof key), 159);
}

/* "gu tai" of marked letters */
static void
spell_out(const char *key, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && ((unsigned char)key[i] & QIAOI_UNIT_MARK) != 0)
            *out++ = ' ';
        *out++ = (char)(key[i] & 0x7F);
    }
    *out = '\0';
}

static void
words_are_read_as_they_are_spoken(void **state)
{
    static const char *const read[][2] = {{"固态电解质", "gu tai dian jie zhi"},
                                          {"银行", "yin hang"},
                                          {"运行", "yun xing"},
                                          {"重庆", "chong qing"},
                                          {"重量", "zhong liang"},
                                          {"绿色", "lv se"},
                                          {"gan功率器件", "gan gong lv qi jian"},
                                          {"银行运行", "yin hang yun xing"},
                                          {"长度", "chang du"},
                                          {"增长", "zeng zhang"}};
    const fixture *f = *state;

    for (size_t i = 0; i < COUNT(read); i++) {
        qiaoi_unit units[QIAOI_UNITS_MAX];
        char key[QIAOI_KEY_BYTES_MAX], shown[2 * QIAOI_KEY_BYTES_MAX];
        bool whole;
        size_t count = qiaoi_read_units(&f->names.readings, f->lexicon, read[i][0], strlen(read[i][0]), units, &whole);

        assert_true(whole);
        spell_out(key, qiaoi_pinyin_key(&f->names.readings, units, count, 0, key), shown);
        assert_string_equal(shown, read[i][1]);
    }
}

static void
a_word_of_two_readings_has_both(void **state)
{
    const fixture *f = *state;
    qiaoi_unit units[QIAOI_UNITS_MAX];
    char key[QIAOI_KEY_BYTES_MAX], shown[64];
    bool whole, zhao = false, chao = false;
    size_t count = qiaoi_read_units(&f->names.readings, f->lexicon, "朝阳", 6, units, &whole), n;

    for (size_t variant = 0; (n = qiaoi_pinyin_key(&f->names.readings, units, count, variant, key)) > 0; variant++) {
        spell_out(key, n, shown);
        zhao = zhao || strcmp(shown, "zhao yang") == 0;
        chao = chao || strcmp(shown, "chao yang") == 0;
    }
    assert_true(zhao && chao);
}

static void
letters_are_pinyin_where_syllables_cover_them(void **state)
{
    static const struct {
        const char *letters;
        bool whole, partial;
    } cases[] = {{"gutai", true, true},     {"gut", false, true}, {"xian", true, true}, {"sensor", false, false},
                 {"battery", false, false}, {"lvse", true, true}, {"", false, false},   {"zh", false, true},
                 {"dianj", false, true},    {"u", false, false}};
    const fixture *f = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(qiaoi_is_pinyin(&f->names.readings, cases[i].letters, strlen(cases[i].letters), false),
                         cases[i].whole);
        assert_int_equal(qiaoi_is_pinyin(&f->names.readings, cases[i].letters, strlen(cases[i].letters), true),
                         cases[i].partial);
    }
}

/* ---- completions ---- */

static size_t
find(const fixture *f, const char *typed, bool words_only, qiaoi_suggestion *out)
{
    return qiaoi_suggest_find(f->suggest, f->lexicon, typed, strlen(typed), words_only, out, QIAOI_SUGGESTIONS_MAX);
}

static void
assert_found(const fixture *f, const char *typed, const char *expected)
{
    static const char ways[] = "wpi";
    qiaoi_suggestion out[QIAOI_SUGGESTIONS_MAX];
    size_t n = find(f, typed, false, out);
    qiao_buffer text = {0};

    qiao_buffer_text(&text, "");
    for (size_t i = 0; i < n; i++)
        qiao_buffer_printf(&text, "%s%s/%c", i > 0 ? ", " : "", f->suggest->text + out[i].entry->text, ways[out[i].by]);
    if (strcmp(text.data == NULL ? "" : text.data, expected) != 0)
        fail_msg("%s: %s, not %s", typed, text.data, expected);
    qiao_buffer_done(&text);
}

static void
completions_come_by_kind_of_match_then_use(void **state)
{
    const fixture *f = *state;

    /* whole; then beginnings by use; the concept once, the term that it has as a name not at all; further words last */
    assert_found(f, "solid", "solid/w, solid electrolyte/w, Solid Power GmbH/w, Solid film/w");
    assert_found(f, "固态", "固态电池/w, 固态电解质/w");
    assert_found(f, "electro", "solid electrolyte/w");
    assert_found(f, "power", "Solid Power GmbH/w");
    assert_found(f, "künstl", "Künstliche Intelligenz/w");
    assert_found(f, "xyz", "");
    assert_found(f, "", "");
    assert_found(f, "  -- ", "");
}

static void
pinyin_finds_chinese_names(void **state)
{
    static const char *const typed[] = {"gutaidianjiezhi",
                                        "gu tai dian jie zhi",
                                        "gu'tai'dian'jie'zhi",
                                        "GuTaiDianJie",
                                        "gutaidianj",
                                        "gutai电解",
                                        "固taidianjie",
                                        "固态dianjie",
                                        "gu4tai4dian4jie3",
                                        "gùtàidiànjiě",
                                        "ｇｕｔａｉｄｉａｎｊｉｅ"};
    const fixture *f = *state;

    for (size_t i = 0; i < COUNT(typed); i++)
        assert_found(f, typed[i], "固态电解质/p");
    assert_found(f, "gutai", "固态电池/p, 固态电解质/p");
    assert_found(f, "yinhang", "银行/p");
    assert_found(f, "yinxing", "");
    assert_found(f, "lvse", "绿色/p");
    assert_found(f, "lüs", "绿色/p");
    assert_found(f, "lǜsè", "绿色/p");
    assert_found(f, "danhuajiaganqi", "氮化镓（GaN）器件/p");
}

static void
syllables_typed_apart_are_syllables(void **state)
{
    const fixture *f = *state;

    assert_found(f, "g utai", "");
    assert_found(f, "gut'ai", "");
    assert_found(f, "gutai典", "");
}

static void
initials_find_chinese_names(void **state)
{
    const fixture *f = *state;

    assert_found(f, "gtdjz", "固态电解质/i");
    assert_found(f, "gtd", "固态电池/i, 固态电解质/i");
    assert_found(f, "dhjganqj", "氮化镓（GaN）器件/i");
    assert_found(f, "固tdj", "固态电解质/i");
}

static void
equal_titles_are_one_and_belong_to_nobody(void **state)
{
    const fixture *f = *state;
    qiaoi_suggestion out[QIAOI_SUGGESTIONS_MAX];

    assert_int_equal(find(f, "solid film", false, out), 1);
    assert_int_equal(out[0].entry->frequency, 2);
    assert_int_equal(out[0].entry->id, QIAOI_NO_TEXT);
    assert_int_equal(find(f, "solid film", true, out), 0);
}

static void
nothing_typed_is_dangerous(void **state)
{
    const fixture *f = *state;
    static char text[8192];
    static const char alphabet[] = "gutaidn'  45\xC3\xBC\xE5\x9B\xBA\xE6\x80\x81\xFF\x80\xF0\x9F\x98\x80ZX%\\\"";
    uint64_t random = 1;
    qiaoi_suggestion out[QIAOI_SUGGESTIONS_MAX];

    for (int round = 0; round < 3000; round++) {
        size_t length = round % 50 == 0 ? sizeof text : (size_t)(round % 97);

        for (size_t i = 0; i < length; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            text[i] = round % 2 == 0 ? alphabet[(random >> 33) % (sizeof alphabet - 1)] : (char)(random >> 40);
        }
        assert_true(qiaoi_suggest_find(f->suggest, f->lexicon, text, length, false, out, QIAOI_SUGGESTIONS_MAX) <=
                    QIAOI_SUGGESTIONS_MAX);
    }
}

static void
the_order_of_adding_does_not_show(void **state)
{
    const fixture *f = *state;
    char sums[2][33];
    qiao_error err = QIAO_ERROR_INIT;

    write_suggest(f, qiao_test_path(&f->folder, "backwards.bin"), true);
    assert_ok(qiao_file_checksum(qiao_test_path(&f->folder, "suggest.bin"), sums[0], &err), &err);
    assert_ok(qiao_file_checksum(qiao_test_path(&f->folder, "backwards.bin"), sums[1], &err), &err);
    assert_string_equal(sums[0], sums[1]);
}

static void
a_damaged_file_is_refused(void **state)
{
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "damaged.bin");
    qiaoi_suggest *suggest;
    qiao_error err = QIAO_ERROR_INIT;

    write_suggest(f, path, false);
    qiao_test_flip(path, 5000);
    assert_status(qiaoi_suggest_open(path, &suggest, &err), QIAO_E_CORRUPT, &err);
    qiao_test_truncate(path, 20);
    assert_status(qiaoi_suggest_open(path, &suggest, &err), QIAO_E_CORRUPT, &err);
    assert_status(qiaoi_suggest_open(qiao_test_path(&f->folder, "none.bin"), &suggest, &err), QIAO_E_NOTFOUND, &err);
}

/* Any range: the smallest entry as a plain look at all finds it. */
static void
the_smallest_of_any_range_is_found(void **state)
{
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "many.bin");
    qiaoi_suggest_maker *maker;
    qiaoi_suggest *suggest;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t random = 7;
    uint32_t count;

    assert_ok(qiaoi_suggest_maker_new(f->lexicon, &f->names, &maker, &err), &err);
    for (int i = 0; i < 1000; i++) {
        char text[16];

        random = random * 6364136223846793005u + 1442695040888963407u;
        snprintf(text, sizeof text, "n%d", i);
        assert_ok(qiaoi_suggest_maker_add(maker,
                                          &(qiaoi_suggest_item){.kind = QIAOI_SUGGEST_TERM,
                                                                .text = text,
                                                                .language = "en",
                                                                .length = strlen(text),
                                                                .frequency = (uint32_t)(random >> 40)},
                                          &err),
                  &err);
    }
    assert_ok(qiaoi_suggest_maker_write(maker, path, &err), &err);
    qiaoi_suggest_maker_free(maker);
    assert_ok(qiaoi_suggest_open(path, &suggest, &err), &err);
    count = suggest->lists[QIAOI_WORDS_WHOLE].count;
    assert_int_equal(count, 1000);
    for (uint32_t low = 0; low < count; low += 13)
        for (uint32_t high = low + 1; high <= count; high += 7) {
            uint32_t best = low;

            for (uint32_t i = low; i < high; i++)
                if (suggest->lists[QIAOI_WORDS_WHOLE].keys[i].entry <
                    suggest->lists[QIAOI_WORDS_WHOLE].keys[best].entry)
                    best = i;
            assert_int_equal(qiaoi_suggest_minimum(suggest, QIAOI_WORDS_WHOLE, low, high), best);
        }
    qiaoi_suggest_close(suggest);
}

/* ---- words near to one ---- */

/* Optimal string alignment by the whole table. */
static unsigned
distance(const char *a, const char *b)
{
    static unsigned d[40][40];
    size_t n = strlen(a), m = strlen(b);

    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            unsigned best = i == 0 ? (unsigned)j : (unsigned)i;

            if (i > 0 && j > 0) {
                best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
                best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
                best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                    best = d[i - 2][j - 2] + 1;
            }
            d[i][j] = best;
        }
    return d[n][m];
}

static void
the_nearest_word_is_found(void **state)
{
    static const struct {
        const char *wrong, *right;
        unsigned distance;
    } cases[] = {{"electrolite", "electrolyte", 1},
                 {"electorlyte", "electrolyte", 1},
                 {"electrlyt", "electrolyte", 2},
                 {"batery", "battery", 1},
                 {"battrey", "battery", 1},
                 {"sensro", "sensor", 1},
                 {"olid", "solid", 1},
                 {"polymerr", "polymer", 1}};
    const fixture *f = *state;
    qiaoi_near near[3];

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(qiaoi_spelling_near(f->suggest, cases[i].wrong, strlen(cases[i].wrong), 2, near, 3) > 0);
        assert_string_equal(near[0].text, cases[i].right);
        assert_int_equal(near[0].distance, cases[i].distance);
        assert_false(qiaoi_spelling_known(f->suggest, cases[i].wrong, strlen(cases[i].wrong)));
        assert_true(qiaoi_spelling_known(f->suggest, cases[i].right, strlen(cases[i].right)));
    }
    assert_int_equal(qiaoi_spelling_near(f->suggest, "xylophone", 9, 2, near, 3), 0);
}

static void
every_word_within_the_distance_is_found_and_no_other(void **state)
{
    enum { WORDS = 400, ASKED = 300 };
    static char words[WORDS][12];
    const fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "random.bin");
    qiaoi_suggest_maker *maker;
    qiaoi_suggest *suggest;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t random = 3;
    static qiaoi_near near[WORDS];

    assert_ok(qiaoi_suggest_maker_new(f->lexicon, &f->names, &maker, &err), &err);
    for (int i = 0; i < WORDS + ASKED; i++) {
        char word[12];
        size_t length;

        random = random * 6364136223846793005u + 1442695040888963407u;
        length = 3 + (size_t)(random >> 60) % 7;
        for (size_t k = 0; k < length; k++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            word[k] = (char)('a' + (random >> 40) % 3);
        }
        word[length] = '\0';
        if (i < WORDS) {
            memcpy(words[i], word, sizeof word);
            assert_ok(qiaoi_suggest_maker_spelling(maker, word, length, 1, &err), &err);
            continue;
        }
        if (i == WORDS) {
            assert_ok(qiaoi_suggest_maker_write(maker, path, &err), &err);
            assert_ok(qiaoi_suggest_open(path, &suggest, &err), &err);
        }
        for (unsigned most = 1; most <= 2; most++) {
            size_t found = qiaoi_spelling_near(suggest, word, length, most, near, WORDS), expected = 0;

            for (int w = 0; w < WORDS; w++) {
                bool first = true;

                for (int before = 0; before < w; before++)
                    first = first && strcmp(words[before], words[w]) != 0;
                expected += first && distance(word, words[w]) <= most;
            }
            for (size_t k = 0; k < found; k++)
                assert_int_equal(near[k].distance, distance(word, near[k].text));
            assert_int_equal(found, expected);
        }
    }
    qiaoi_suggest_maker_free(maker);
    qiaoi_suggest_close(suggest);
}

static void
chinese_words_of_the_same_sound_or_one_other_character_are_found(void **state)
{
    static const struct {
        const char *run, *right;
        bool same_sound;
        uint32_t first, end;
    } cases[] = {{"固态电解智", "固态电解质", true, 0, 5},     {"固太电池", "固态电池", true, 0, 4},
                 {"研究固态电解智", "固态电解质", true, 2, 7}, {"机七学习", "机器学习", true, 0, 4},
                 {"固态电解果", "固态电解质", false, 0, 5},    {"传咸器", "传感器", false, 0, 3}};
    const fixture *f = *state;
    qiaoi_chinese_near near[4];

    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n = qiaoi_chinese_near_run(f->suggest, f->lexicon, cases[i].run, strlen(cases[i].run), near, 4);

        if (n == 0)
            fail_msg("%s: nothing", cases[i].run);
        assert_string_equal(near[0].text, cases[i].right);
        assert_int_equal(near[0].same_sound, cases[i].same_sound);
        assert_int_equal(near[0].first, cases[i].first);
        assert_int_equal(near[0].end, cases[i].end);
    }
    for (size_t i = 0; i < COUNT(items); i++)
        assert_int_equal(qiaoi_chinese_near_run(f->suggest, f->lexicon, items[i].text, strlen(items[i].text), near, 4),
                         0);
}

static void
typed_pinyin_names_its_word(void **state)
{
    const fixture *f = *state;

    assert_string_equal(f->suggest->text + qiaoi_chinese_of_pinyin(f->suggest, "jiqixuexi", 9)->text, "机器学习");
    assert_null(qiaoi_chinese_of_pinyin(f->suggest, "jiqixue", 7));
    assert_null(qiaoi_chinese_of_pinyin(f->suggest, "battery", 7));
}

/* ---- what of a project is public ---- */

static void
titles_and_organisation_are_read_from_canonical_json(void **state)
{
    static const char json[] =
        "{\"id\":\"a:1\",\"keywords\":[\"{\\\"title\\\":{\",\"}\"],\"kind\":\"project\",\"org_name\":\"A \\u0026 B\","
        "\"quality\":{\"title\":{\"en\":\"not this\"}},\"title\":{\"en\":\"Say "
        "\\\"x\\\\y\\\"\",\"zh\":\"电\"},\"trl\":4}";
    static const char kept_back[] = "{\"org_confidential\":true,\"org_name\":\"Secret\",\"title\":{\"en\":\"T\"}}";
    qiaoi_public_names names;
    qiao_buffer scratch = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiaoi_public_names_read(json, sizeof json - 1, &scratch, &names, &err), &err);
    assert_int_equal(names.title_count, 2);
    assert_string_equal(names.titles[0].text, "Say \"x\\y\"");
    assert_string_equal(names.titles[0].language, "en");
    assert_string_equal(names.titles[1].text, "电");
    assert_string_equal(names.organisation, "A & B");
    assert_ok(qiaoi_public_names_read(kept_back, sizeof kept_back - 1, &scratch, &names, &err), &err);
    assert_null(names.organisation);
    assert_string_equal(names.titles[0].text, "T");
    qiao_buffer_done(&scratch);
}

static void
phrases_of_titles_begin_and_end_with_words_that_say_something(void **state)
{
    static const char *const titles[] = {"Internet of things for the solid electrolyte", "The internet of things",
                                         "Solid electrolyte: a film", "A solid electrolyte film"};
    const fixture *f = *state;
    qiaoi_title_words words = {0};
    qiao_buffer all = {0};
    qiao_error err = QIAO_ERROR_INIT;

    for (size_t i = 0; i < COUNT(titles); i++)
        assert_ok(qiaoi_title_words_add(&words, f->lexicon->normal, titles[i], strlen(titles[i]), &err), &err);
    assert_ok(qiaoi_title_phrases(&words, 2, &err), &err);
    for (const char *at = words.phrases.data; at < words.phrases.data + words.phrases.length; at += strlen(at) + 1)
        qiao_buffer_printf(&all, "[%s]", at);
    assert_int_equal(words.phrase_count, 7);
    for (size_t i = 0; i < 7; i++) {
        static const char *const expected[] = {"[internet]",          "[internet of things]", "[things]", "[solid]",
                                               "[solid electrolyte]", "[electrolyte]",        "[film]"};

        if (strstr(all.data, expected[i]) == NULL)
            fail_msg("%s is not in %s", expected[i], all.data);
    }
    qiao_buffer_done(&all);
    qiaoi_title_words_done(&words);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_one_thing_have_one_key),
        cmocka_unit_test(a_key_that_is_cut_ends_with_a_whole_character),
        cmocka_unit_test(words_are_read_as_they_are_spoken),
        cmocka_unit_test(a_word_of_two_readings_has_both),
        cmocka_unit_test(letters_are_pinyin_where_syllables_cover_them),
        cmocka_unit_test(completions_come_by_kind_of_match_then_use),
        cmocka_unit_test(pinyin_finds_chinese_names),
        cmocka_unit_test(syllables_typed_apart_are_syllables),
        cmocka_unit_test(initials_find_chinese_names),
        cmocka_unit_test(equal_titles_are_one_and_belong_to_nobody),
        cmocka_unit_test(nothing_typed_is_dangerous),
        cmocka_unit_test(the_order_of_adding_does_not_show),
        cmocka_unit_test(a_damaged_file_is_refused),
        cmocka_unit_test(the_smallest_of_any_range_is_found),
        cmocka_unit_test(the_nearest_word_is_found),
        cmocka_unit_test(every_word_within_the_distance_is_found_and_no_other),
        cmocka_unit_test(chinese_words_of_the_same_sound_or_one_other_character_are_found),
        cmocka_unit_test(typed_pinyin_names_its_word),
        cmocka_unit_test(titles_and_organisation_are_read_from_canonical_json),
        cmocka_unit_test(phrases_of_titles_begin_and_end_with_words_that_say_something),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
