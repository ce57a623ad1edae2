/* Text to tokens: forms, offsets, positions, languages; whatever the bytes are. */
#include "guard.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/analyzer.h"

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *tiny, *real;
    qiao_analyzer *analyzer, *real_analyzer;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;
    const char *path;

    qiao_test_folder_init(&f.folder);
    path = qiao_test_path(&f.folder, "lexicon.bin");
    qiao_test_write_lexicon(path, qiao_test_words);
    assert_ok(qiao_lexicon_open(path, &f.tiny, &err), &err);
    assert_ok(qiao_analyzer_new(f.tiny, &f.analyzer, &err), &err);
    assert_ok(qiao_lexicon_open(QIAO_BUILD_DIR "/share/qiao/lexicon.bin", &f.real, &err), &err);
    assert_ok(qiao_analyzer_new(f.real, &f.real_analyzer, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_analyzer_free(f->analyzer);
    qiao_analyzer_free(f->real_analyzer);
    qiao_lexicon_close(f->tiny);
    qiao_lexicon_close(f->real);
    qiao_test_folder_done(&f->folder);
    return 0;
}

/* ---- what is found ---- */

/* Tokens as text: "-the" a function word, "电池*" an entry of the lexicon, "whole+part+part", "|" where a break lies
 * between two words. */
static void
describe(const qiao_token *tokens, size_t count, qiao_buffer *out)
{
    uint32_t next = 0;

    qiao_buffer_clear(out);
    for (size_t i = 0; i < count; i++) {
        const qiao_token *token = &tokens[i];

        if (token->sub_word)
            qiao_buffer_char(out, '+');
        else if (i > 0)
            qiao_buffer_text(out, token->position > next ? " | " : " ");
        if (token->stop_word)
            qiao_buffer_char(out, '-');
        qiao_buffer_append(out, token->form, token->form_length);
        if (token->entry != 0)
            qiao_buffer_char(out, '*');
        next = token->position + 1;
    }
}

typedef struct token_case {
    const char *language, *text, *tokens;
} token_case;

static void
check_cases(qiao_analyzer *analyzer, const token_case *cases, size_t count)
{
    qiao_buffer found = {0};

    for (size_t i = 0; i < count; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        const qiao_token *tokens;
        size_t n;

        assert_ok(
            qiao_analyze(analyzer, cases[i].text, strlen(cases[i].text), cases[i].language, true, &tokens, &n, &err),
            &err);
        describe(tokens, n, &found);
        if (strcmp(found.data == NULL ? "" : found.data, cases[i].tokens) != 0)
            fail_msg("%s\n  expected %s\n  found    %s", cases[i].text, cases[i].tokens, found.data);
    }
    qiao_buffer_done(&found);
}

static void
words_are_found_with_their_parts(void **state)
{
    static const token_case cases[] = {
        {"zh", "", ""},
        {"zh", "固态电池", "固态电池*+固态*+电池*"},
        {"zh", "固态电池的需求", "固态电池*+固态*+电池* 的* 需求*"},
        {"zh", "固態電池", "固态电池*+固态*+电池*"},
        {"zh", "固态，电池", "固态* | 电池*"},
        {"zh", "固态 电池", "固态* 电池*"},
        {"zh", "固态　电池", "固态* 电池*"},
        {"zh", "固态\n电池", "固态* | 电池*"},
        {"zh", "铸造", "铸 造"},
        {"zh", "手术机器人轴承", "手术机器人*+手术*+机器人* 轴承*"},
        {"zh", "机器人", "机器人*+机+器+人"},
        {"zh", "GaN电池5G", "gan 电池* 5g"},
        {"zh", "ＧａＮ電池５Ｇ", "gan 电池* 5g"},
        {"zh", "mRNA疫苗", "mrna 疫 苗"},
        {"zh", "CAR-T", "car-t+car+-t"},
        {"zh", "抗PD-L1抗体", "抗 pd-l1+pd+l1 抗 体"},
        {"en", "X-ray of IL-6", "x-ray+x+ray -of il-6+il+6"},
        {"en", "state-of-the-art e-mail 10-20", "state | -of | -the | art e | mail 10 | 20"},
        {"en", "2-D-map T-cells", "2 | d | map t-cell+-t+cell"},
        {"zh", "400Wh/kg", "400wh | kg"},
        {"zh", "Li-ion电池", "li | ion 电池*"},
        {"zh", "电池🔋机器人🤖", "电池* | 机器人*+机+器+人"},
        {"zh", "👨‍👩‍👧", ""},
        {"zh", "电\xE2\x80\x8B池", "电池*"},
        {"zh", "电\xC2\xADpoo\xC2\xADl", "电 pool"},
        {"zh", "リチウム电池", "リチウム 电池*"},
        {"zh", "전고체电池привет", "전고체 电池* привет"},
        {NULL, "固态电池", "固态电池*+固态*+电池*"},
        {"", "固态电池", "固态电池*+固态*+电池*"},
        {"und", "固态电池", "固态电池*+固态*+电池*"},
        {"zh-Hant", "固態電池", "固态电池*+固态*+电池*"},
        {"en", "The storing of batteries", "-the store -of batteri"},
        {"en", "solid-state batteries", "solid | state batteri"},
        {"en", "don't", "don | -t"},
        {"en-GB", "Batteries", "batteri"},
        {"en", "électrolyte naïve", "electrolyt naiv"},
        {"en", "e\xCC\x81lectrolyte", "electrolyt"},
        {"en", "电池 battery", "电池* batteri"},
        /* a record that claims the wrong language: what is written decides how it is read */
        {"en", "固态电池", "固态电池*+固态*+电池*"},
        {"de", "固态电池", "固态电池*+固态*+电池*"},
        {"zh", "The batteries", "-the batteri"},
        {"x-unheard-of", "batteries 电池", "batteri 电池*"},
    };
    fixture *f = *state;

    check_cases(f->analyzer, cases, sizeof cases / sizeof *cases);
}

static void
german_and_french_words_are_found_inflected_and_in_compounds(void **state)
{
    static const token_case cases[] = {
        {"de", "Wasserstoff", "wasserstoff*"},
        {"de", "Wasserstoffspeicher", "wasserstoffspeicher+wasserstoff*+speicher*"},
        {"de", "Die Batterien für Lager", "-die batterien* -für lager*"},
        {"de", "Die Batterien fu\xCC\x88r Lager", "-die batterien* -für lager*"},
        {"de-AT", "Wasserstoffspeicher", "wasserstoffspeicher+wasserstoff*+speicher*"},
        {"de", "Siemens Polymer", "siemen polym"},
        {"de", "5G", "5g"},
        {"de", "STRASSE Straße", "strass strass"},
        {NULL, "Der Wasserstoff wird mit der Batterie und dem Lager geprüft",
         "-der wasserstoff* -wird -mit -der batterie* -und -dem lager* gepruft"},
        {"fr", "L'hydrogène et les batteries électriques", "-l | hydrogène* -et -les batteries* electr"},
        {"fr-CA", "hydrogène", "hydrogène*"},
        {"fr", "hydroge\xCC\x80ne", "hydrogène*"},
    };
    fixture *f = *state;

    check_cases(f->analyzer, cases, sizeof cases / sizeof *cases);
}

static void
japanese_runs_are_segmented_by_the_japanese_lexicon(void **state)
{
    static const token_case cases[] = {
        {"ja", "水素電池", "水素* 电池*"},
        {"ja-JP", "水素電池", "水素* 电池*"},
        {"ja", "水素の電池", "水素* の 电池*"},
        {NULL, "水素の電池です", "水素* の 电池* で す"},
    };
    fixture *f = *state;

    check_cases(f->analyzer, cases, sizeof cases / sizeof *cases);
}

static void
real_sentences_are_read_with_the_real_lexicon(void **state)
{
    static const token_case cases[] = {
        {"zh", "鋰離子電池隔膜", "锂离子电池*+锂*+离子*+电池* 隔膜*"},
        {"zh", "面向５Ｇ基站的GaN射频功率放大器", "面向* 5g 基站* 的* gan 射频* 功率放大器*+功率*+放大器*"},
        {"zh", "厚度10 μm，精度2 µm", "厚度* 10 µm | 精度* 2 µm"},
        {"zh", "寻求mRNA疫苗递送技术", "寻求* mrna 疫苗* 递送* 技术*"},
        {"de", "Die Wasserstoffspeicherung in Salzkavernen",
         "-die wasserstoffspeicherung* -in* salzkavernen+salz*+kavernen*"},
        {"ja", "燃料電池の触媒", "燃料电池*+燃料*+电池* の* 触媒*"},
        {"ja", "ﾘﾁｳﾑｲｵﾝ電池", "リチウムイオン电池*+リチウム*+イオン*+电池*"},
    };
    fixture *f = *state;

    check_cases(f->real_analyzer, cases, sizeof cases / sizeof *cases);
}

static void
tokens_say_where_they_stand_and_in_which_language(void **state)
{
    static const char text[] = "新 GaN固態電池，привет 전고체";
    static const struct {
        const char *form, *language;
        uint32_t start, end, position;
        qiao_script script;
        bool sub_word;
    } expected[] = {
        {"新", "zh", 0, 3, 0, QIAO_SCRIPT_HAN, false},          {"gan", "en", 4, 7, 1, QIAO_SCRIPT_LATIN, false},
        {"固态电池", "zh", 7, 19, 2, QIAO_SCRIPT_HAN, false},   {"固态", "zh", 7, 13, 2, QIAO_SCRIPT_HAN, true},
        {"电池", "zh", 13, 19, 2, QIAO_SCRIPT_HAN, true},       {"привет", "", 22, 34, 4, QIAO_SCRIPT_OTHER, false},
        {"전고체", "ko", 35, 44, 5, QIAO_SCRIPT_HANGUL, false},
    };
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens;
    size_t count;

    assert_ok(qiao_analyze(f->analyzer, text, sizeof text - 1, "zh", true, &tokens, &count, &err), &err);
    assert_int_equal(count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(tokens[i].form, expected[i].form);
        assert_int_equal(tokens[i].form_length, strlen(expected[i].form));
        assert_string_equal(tokens[i].language, expected[i].language);
        assert_int_equal(tokens[i].start, expected[i].start);
        assert_int_equal(tokens[i].end, expected[i].end);
        assert_int_equal(tokens[i].position, expected[i].position);
        assert_int_equal(tokens[i].script, expected[i].script);
        assert_int_equal(tokens[i].sub_word, expected[i].sub_word);
    }
}

static void
parts_are_given_only_where_they_are_asked_for(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens;
    size_t count;

    assert_ok(qiao_analyze(f->analyzer, "固态电池", 12, "zh", false, &tokens, &count, &err), &err);
    assert_int_equal(count, 1);
}

/* ---- whatever the bytes are ---- */

static bool
at_border(const char *text, size_t length, uint32_t at)
{
    return at == length || at == 0 || ((unsigned char)text[at] & 0xC0u) != 0x80u;
}

typedef struct kept_token {
    uint32_t start, end, position;
    char form[264];
} kept_token;

/*
 * What must hold for any bytes: offsets inside the text, tokens in order and apart from each other, parts inside their
 * word, valid forms; and the place a word was found in, read by itself, gives the same word, so that a query meets the
 * index.
 */
static void
check_tokens(qiao_analyzer *analyzer, const char *text, size_t length, const char *language)
{
    static kept_token kept[256];
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens, *word = NULL;
    size_t count, n = 0;
    uint32_t last_end = 0;
    bool valid = qiao_utf8_valid(text, length);

    assert_ok(qiao_analyze(analyzer, text, length, language, true, &tokens, &count, &err), &err);
    for (size_t i = 0; i < count; i++) {
        const qiao_token *token = &tokens[i];

        assert_true(token->start < token->end && token->end <= length);
        assert_true(token->form_length > 0 && token->form[token->form_length] == '\0' &&
                    strlen(token->form) == token->form_length);
        assert_true(qiao_utf8_valid(token->form, token->form_length));
        assert_true(!valid || (at_border(text, length, token->start) && at_border(text, length, token->end)));
        if (token->sub_word) {
            assert_non_null(word);
            assert_true(token->start >= word->start && token->end <= word->end && token->position == word->position);
            continue;
        }
        assert_true(token->start >= last_end && (word == NULL || token->position > word->position));
        last_end = token->end;
        word = token;
        if (n < sizeof kept / sizeof *kept && token->form_length < sizeof kept->form) {
            kept[n] = (kept_token){token->start, token->end, token->position, ""};
            memcpy(kept[n++].form, token->form, token->form_length + 1u);
        }
    }
    for (size_t i = 0; i < n; i++) {
        assert_ok(qiao_analyze(analyzer, text + kept[i].start, kept[i].end - kept[i].start, language, false, &tokens,
                               &count, &err),
                  &err);
        if (count == 0 || strcmp(tokens[0].form, kept[i].form) != 0 || tokens[0].start != 0)
            fail_msg("'%.*s' is '%s' in its text and '%s' alone", (int)(kept[i].end - kept[i].start),
                     text + kept[i].start, kept[i].form, count == 0 ? "" : tokens[0].form);
    }
}

static const char mixed[] = "固態電池 GaN手术机器人，Wasserstoffspeicher für 水素の電池 🔋\xC2\xAD"
                            "e\xCC\x81t\xC3\xA9 전고체 カ\xE3\x82\x99ス ﾊﾟ 𠮷野 \xF0\x9F\x91\xA8\xE2\x80\x8D ５Ｇ";

static void
a_text_cut_anywhere_is_read_to_its_end_and_not_further(void **state)
{
    static const char *const languages[] = {"zh", "ja", "de", "fr", "en", NULL};
    fixture *f = *state;
    qiao_test_guard guard;

    qiao_test_guard_init(&guard, sizeof mixed);
    for (size_t language = 0; language < sizeof languages / sizeof *languages - 1; language++)
        for (size_t length = 0; length < sizeof mixed; length++) {
            check_tokens(f->analyzer, qiao_test_guard_put(&guard, mixed, length), length, languages[language]);
            check_tokens(f->analyzer, qiao_test_guard_put(&guard, mixed + length, sizeof mixed - 1 - length),
                         sizeof mixed - 1 - length, languages[language]);
        }
    qiao_test_guard_done(&guard);
}

static void
invalid_bytes_break_words_and_are_never_copied(void **state)
{
    static const token_case cases[] = {
        {"zh", "电\xFF池", "电 | 池"},
        {"zh", "电池\xE4\xB8", "电池*"},
        {"en", "bat\xC3tery", "bat | teri"},
        {"en",
         "\xF0\x9F\x98"
         "battery",
         "batteri"},
        {"zh", "\xED\xA0\x80电池", "电池*"},
        {"zh", "\xC0\x80电池", "电池*"},
    };
    fixture *f = *state;

    check_cases(f->analyzer, cases, sizeof cases / sizeof *cases);
}

static void
random_bytes_never_break_the_rules(void **state)
{
    static const char *const pieces[] = {
        "电",       "池",           "固态",     "\xE4", "\xB8",         "\xFF",     "a",        "Z",  "ß",
        " ",        "，",           "\xCC\x88", "カ",   "\xE3\x82\x99", "ﾞ",        "9",        "의", "𠮷",
        "\xF0\x9F", "\xE2\x80\x8B", "\n",       "Ж",    "Batterien",    "speicher", "\xC2\xA0", "-"};
    fixture *f = *state;
    qiao_test_guard guard;
    uint32_t random = 7;

    qiao_test_guard_init(&guard, 4096);
    for (int round = 0; round < 600; round++) {
        static const char *const languages[] = {"zh", "ja", "de", "fr", "en", "und"};
        char text[600];
        size_t n = 0;

        for (int i = 0; i < 40; i++) {
            const char *piece;

            random = random * 1664525u + 1013904223u;
            piece = pieces[(random >> 16) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + n, piece, strlen(piece));
            n += strlen(piece);
        }
        if (round % 6 == 5) /* the language is found for the whole text: alone, a word may be of another */
            assert_non_null(qiao_language_of(qiao_test_guard_put(&guard, text, n), n));
        else
            check_tokens(round % 2 == 0 ? f->analyzer : f->real_analyzer, qiao_test_guard_put(&guard, text, n), n,
                         languages[round % 6]);
    }
    qiao_test_guard_done(&guard);
}

/* ---- size ---- */

static void
a_word_of_a_megabyte_is_cut_into_pieces_of_64_characters(void **state)
{
    static const struct {
        const char *letter;
        const char *language;
        uint32_t bytes; /* of a piece */
    } cases[] = {{"x", "en", 64},  {"x", "de", 64},   {"x", "fr", 64},
                 {"é", "fr", 128}, {"한", "ko", 192}, {"Ж", "ru", 128}};
    enum { SIZE = 1 << 20 };
    fixture *f = *state;
    char *text = qiao_alloc(SIZE);

    assert_non_null(text);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        size_t letter = strlen(cases[c].letter), length = SIZE / letter * letter, count;
        qiao_error err = QIAO_ERROR_INIT;
        const qiao_token *tokens;

        for (size_t at = 0; at < length; at += letter)
            memcpy(text + at, cases[c].letter, letter);
        assert_ok(qiao_analyze(f->analyzer, text, length, cases[c].language, true, &tokens, &count, &err), &err);
        assert_int_equal(count, (length + cases[c].bytes - 1) / cases[c].bytes);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(tokens[i].start, i * cases[c].bytes);
            assert_true(tokens[i].end - tokens[i].start <= cases[c].bytes);
        }
    }
    qiao_free(text);
}

static void
a_run_of_a_megabyte_without_spaces_is_segmented(void **state)
{
    enum { WORDS = 1 << 16 };
    fixture *f = *state;
    qiao_buffer text = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens;
    size_t count, whole = 0;

    for (int i = 0; i < WORDS; i++)
        qiao_buffer_text(&text, "固态电池");
    assert_false(text.failed);
    assert_ok(qiao_analyze(f->analyzer, text.data, text.length, "zh", true, &tokens, &count, &err), &err);
    for (size_t i = 0; i < count; i++)
        whole += !tokens[i].sub_word;
    /* runs are cut every 1,024 characters, which is between two words here */
    assert_int_equal(whole, WORDS);
    assert_int_equal(tokens[count - 1].end, text.length);
    qiao_buffer_done(&text);
}

static void
a_text_too_long_for_its_offsets_is_refused(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens;
    size_t count;

    assert_status(qiao_analyze(f->analyzer, "x", UINT32_MAX, "en", true, &tokens, &count, &err), QIAO_E_LIMIT, &err);
}

/* ---- again and again ---- */

static void
the_same_text_gives_the_same_tokens_whatever_was_read_before(void **state)
{
    fixture *f = *state;
    qiao_buffer first = {0}, again = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens;
    size_t count;
    char word[64];

    assert_ok(qiao_analyze(f->real_analyzer, mixed, sizeof mixed - 1, "zh", true, &tokens, &count, &err), &err);
    describe(tokens, count, &first);
    for (int i = 0; i < 60000; i++) {
        int n = snprintf(word, sizeof word, "word%dx speicher%dung", i, i);

        assert_ok(
            qiao_analyze(f->real_analyzer, word, (size_t)n, i % 2 == 0 ? "en" : "de", true, &tokens, &count, &err),
            &err);
    }
    assert_ok(qiao_analyze(f->real_analyzer, mixed, sizeof mixed - 1, "zh", true, &tokens, &count, &err), &err);
    describe(tokens, count, &again);
    assert_string_equal(first.data, again.data);
    qiao_buffer_done(&first);
    qiao_buffer_done(&again);
}

/* Each is read in a text of its own; 0 where none is noted, or none can be. */
static uint32_t
noted(fixture *f, const char *word, const char *language, uint32_t note)
{
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens;
    size_t count;
    uint32_t before;

    assert_ok(qiao_analyze(f->analyzer, word, strlen(word), language, true, &tokens, &count, &err), &err);
    assert_true(count > 0);
    if (tokens[0].note == NULL)
        return 0;
    before = *tokens[0].note;
    *tokens[0].note = note;
    return before;
}

static void
what_is_noted_of_an_english_word_stands_there_when_the_word_comes_again(void **state)
{
    fixture *f = *state;

    assert_int_equal(noted(f, "manganese", "en", 7), 0);
    assert_int_equal(noted(f, "cobalt", "en", 8), 0);
    assert_int_equal(noted(f, "cobalt nickel", "en", 8), 8);
    assert_int_equal(noted(f, "Manganese", "en", 7), 7);
    assert_int_equal(noted(f, "mangan", "en", 0), 0);
    assert_int_equal(noted(f, "电池", "zh", 9), 0);
    assert_int_equal(noted(f, "电池", "zh", 9), 0);
}

static qiao_status
analyse_in_all_languages(void *context, qiao_error *err)
{
    static const char *const languages[] = {"zh", "ja", "de", "fr", "en"};
    const fixture *f = context;
    qiao_analyzer *analyzer;
    const qiao_token *tokens;
    size_t count;
    qiao_status st = qiao_analyzer_new(f->tiny, &analyzer, err);

    for (size_t i = 0; st == QIAO_OK && i < sizeof languages / sizeof *languages; i++)
        st = qiao_analyze(analyzer, mixed, sizeof mixed - 1, languages[i], true, &tokens, &count, err);
    qiao_analyzer_free(analyzer);
    return st;
}

static void
any_allocation_may_fail(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, analyse_in_all_languages, *state) >= 10);
}

static bool
fail_now(size_t size, void *context)
{
    (void)size;
    (void)context;
    return false;
}

static void
an_analyzer_that_ran_short_of_memory_works_again(void **state)
{
    static const char text[] = "Wasserstoffkraftwerkbatterie unbekannteswort 电池";
    fixture *f = *state;
    qiao_analyzer *analyzer;
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_token *tokens;
    size_t count;

    assert_ok(qiao_analyzer_new(f->tiny, &analyzer, &err), &err);
    qiao_memory_set_hook(fail_now, NULL);
    assert_int_equal(qiao_analyze(analyzer, text, sizeof text - 1, "de", true, &tokens, &count, &err), QIAO_E_NOMEM);
    qiao_memory_set_hook(NULL, NULL);
    assert_ok(qiao_analyze(analyzer, text, sizeof text - 1, "de", true, &tokens, &count, &err), &err);
    assert_true(count >= 3);
    qiao_analyzer_free(analyzer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_with_their_parts),
        cmocka_unit_test(german_and_french_words_are_found_inflected_and_in_compounds),
        cmocka_unit_test(japanese_runs_are_segmented_by_the_japanese_lexicon),
        cmocka_unit_test(real_sentences_are_read_with_the_real_lexicon),
        cmocka_unit_test(tokens_say_where_they_stand_and_in_which_language),
        cmocka_unit_test(parts_are_given_only_where_they_are_asked_for),
        cmocka_unit_test(a_text_cut_anywhere_is_read_to_its_end_and_not_further),
        cmocka_unit_test(invalid_bytes_break_words_and_are_never_copied),
        cmocka_unit_test(random_bytes_never_break_the_rules),
        cmocka_unit_test(a_word_of_a_megabyte_is_cut_into_pieces_of_64_characters),
        cmocka_unit_test(a_run_of_a_megabyte_without_spaces_is_segmented),
        cmocka_unit_test(a_text_too_long_for_its_offsets_is_refused),
        cmocka_unit_test(the_same_text_gives_the_same_tokens_whatever_was_read_before),
        cmocka_unit_test(what_is_noted_of_an_english_word_stands_there_when_the_word_comes_again),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(an_analyzer_that_ran_short_of_memory_works_again),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
