/* Language of a passage, and the closed lists of function words. */
#include "guard.h"
#include "support.h"

#include "text/language.c" /* for its word lists */

static void
passages_are_given_their_language(void **state)
{
    static const struct {
        const char *text, *language;
    } cases[] = {
        {"面向新能源汽车的固态电池关键技术", "zh"},
        {"基于 GaN 的 5G 射频功率放大器研发", "zh"},
        {"寻求CAR-T细胞治疗与mRNA疫苗合作", "zh"},
        {"臺灣半導體製程設備", "zh"},
        {"水素貯蔵材料の開発とその応用", "ja"},
        {"リチウムイオン電池の劣化診断", "ja"},
        {"전고체 전지용 고체 전해질", "ko"},
        {"Solid state batteries for electric vehicles", "en"},
        {"The electrolyte is made of lithium and sulphur", "en"},
        {"Die Speicherung von Wasserstoff in der Industrie ist mit neuen Werkstoffen möglich", "de"},
        {"Le stockage de l'hydrogène dans les matériaux est une voie pour la mobilité", "fr"},
        {"", "und"},
        {"12345 ... 67 %", "und"},
        {"🌉🌉🌉", "und"},
        {"Аккумулятор", "und"},
        {"\xFF\xFE\x80", "und"},
        {"GaN", "en"},
        /* one Chinese name in an English sentence leaves it English */
        {"The consortium was founded together with Tsinghua University (清华大学) and is looking for industrial "
         "partners in Beijing",
         "en"},
        /* the title of a foreign work in a Chinese sentence leaves it Chinese */
        {"本项目引进 Fraunhofer 研究所的激光加工技术", "zh"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = qiao_language_of(cases[i].text, strlen(cases[i].text));

        if (strcmp(found, cases[i].language) != 0)
            fail_msg("%s: %s, not %s", cases[i].text, found, cases[i].language);
    }
}

static void
only_the_first_four_kibibytes_are_looked_at(void **state)
{
    enum { SIZE = 1 << 20 };
    char *text = qiao_alloc(SIZE);

    (void)state;
    assert_non_null(text);
    memset(text, 'a', SIZE);
    for (size_t at = 4096; at + 3 < SIZE; at += 3)
        memcpy(text + at, "桥", 3);
    assert_string_equal(qiao_language_of(text, SIZE), "en");
    /* the cut falls into a character */
    for (size_t at = 0; at + 3 < SIZE; at += 3)
        memcpy(text + at, "桥", 3);
    assert_string_equal(qiao_language_of(text, SIZE), "zh");
    qiao_free(text);
}

static void
no_cut_of_a_text_is_read_past_its_end(void **state)
{
    static const char whole[] = "Die Brücke 橋をわたる 桥梁 다리 für les ponts \xF0\x9F\x8C\x89";
    qiao_test_guard guard;

    (void)state;
    qiao_test_guard_init(&guard, 8192);
    for (size_t length = 0; length < sizeof whole; length++)
        assert_non_null(qiao_language_of(qiao_test_guard_put(&guard, whole, length), length));
    qiao_test_guard_done(&guard);
}

static void
english_function_words_are_known(void **state)
{
    static const char *const words[] = {"a", "the", "of", "with", "yours", "about", "therefore", "i"};
    static const char *const others[] = {
        "", "battery", "ab", "thee", "The", "yourss", "zz", "solid", "averyverylongwordindeed"};

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!qiao_stop_word(words[i], strlen(words[i])))
            fail_msg("%s", words[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (qiao_stop_word(others[i], strlen(others[i])))
            fail_msg("%s", others[i]);
    assert_true(qiao_stop_word("them...", 4));
}

static void
german_and_french_function_words_are_known_in_their_language_only(void **state)
{
    static const struct {
        const char *language, *word;
        bool stops;
    } cases[] = {
        {"de", "für", true},     {"de", "über", true},       {"de", "aber", true},    {"de", "wasserstoff", false},
        {"de", "été", false},    {"fr", "été", true},        {"fr", "à", true},       {"fr", "l", true},
        {"fr", "für", false},    {"fr", "hydrogène", false}, {"en", "für", false},    {"zh", "à", false},
        {"", "der", false},      {"de", "", false},          {"de", "während", true}, {"fr", "vous", true},
        {"fr", "lorsque", true}, {"de", "über alle", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (qiao_foreign_stop_word(cases[i].language, cases[i].word, strlen(cases[i].word)) != cases[i].stops)
            fail_msg("%s in %s", cases[i].word, cases[i].language);
}

/* The lists are searched by bisection: a word out of order, or too long for the search, would never be found. */
static void
check_list(const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!in_list(list[i], strlen(list[i]), list, count))
            fail_msg("%s is not found in its list", list[i]);
        if (i > 0 && strcmp(list[i - 1], list[i]) >= 0)
            fail_msg("%s stands before %s", list[i - 1], list[i]);
    }
}

static void
every_word_of_the_lists_is_found(void **state)
{
    (void)state;
    check_list(stop_words, sizeof stop_words / sizeof *stop_words);
    check_list(german_stop_words, sizeof german_stop_words / sizeof *german_stop_words);
    check_list(french_stop_words, sizeof french_stop_words / sizeof *french_stop_words);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passages_are_given_their_language),
        cmocka_unit_test(only_the_first_four_kibibytes_are_looked_at),
        cmocka_unit_test(no_cut_of_a_text_is_read_past_its_end),
        cmocka_unit_test(english_function_words_are_known),
        cmocka_unit_test(german_and_french_function_words_are_known_in_their_language_only),
        cmocka_unit_test(every_word_of_the_lists_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
