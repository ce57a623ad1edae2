/* A platform's glossary: what it takes, how it is kept, and that it wins over the dictionary. */
#include "support.h"
#include "tiny_lexicon.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/analyzer.h"
#include "qiao/glossary.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct fixture {
    qiao_test_folder folder;
    char base_path[300], file[300], applied[300];
    qiao_lexicon *base;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_folder_init(&f.folder);
    snprintf(f.base_path, sizeof f.base_path, "%s/base.bin", f.folder.path);
    snprintf(f.file, sizeof f.file, "%s/glossary.tsv", f.folder.path);
    snprintf(f.applied, sizeof f.applied, "%s/applied.bin", f.folder.path);
    qiao_test_write_lexicon(f.base_path, qiao_test_words);
    assert_ok(qiao_lexicon_open(f.base_path, &f.base, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_lexicon_close(f->base);
    qiao_test_folder_done(&f->folder);
    return 0;
}

/* ---- what is taken ---- */

static void
entries_that_cannot_be_used_are_refused_with_a_reason(void **state)
{
    static const struct {
        qiao_glossary_entry entry;
        const char *reason; /* part of it; NULL = fine */
    } cases[] = {
        {{"zh", "固态电池", "solid state battery"}, NULL},
        {{"zh", "固態電池", "solid state battery"}, NULL},
        {{"ja", "全固体電池", "all solid state battery"}, NULL},
        {{"ja", "リチウムイオン電池", "lithium ion battery"}, NULL},
        {{"de", "Festkörperbatterie", "solid state battery"}, NULL},
        {{"fr", "électrolyte", "electrolyte"}, NULL},
        {{"zh", "一二三四五六七八九十一二三四五六", "sixteen"}, NULL},
        {{"en", "battery", "battery"}, "language"},
        {{"", "电池", "battery"}, "language"},
        {{"zh", "", "battery"}, "headword"},
        {{"zh", "GaN电池", "battery"}, "headword"},
        {{"zh", "固态 电池", "battery"}, "headword"},
        {{"zh", "battery", "battery"}, "headword"},
        {{"zh", "リチウム", "lithium"}, "headword"},
        {{"zh", "一二三四五六七八九十一二三四五六七", "seventeen"}, "headword"},
        {{"de", "feste Batterie", "battery"}, "headword"},
        {{"de", "电池", "battery"}, "headword"},
        {{"zh", "电\t池", "battery"}, "tabs"},
        {{"zh", "电池", "battery\ncell"}, "tabs"},
        {{"zh", "电池\xFF", "battery"}, "UTF-8"},
        {{"zh", "电池", "battery\xC3"}, "UTF-8"},
        {{"zh", "电池", ""}, "content word"},
        {{"zh", "电池", "of the"}, "content word"},
        {{"zh", "电池", "?!"}, "content word"},
        {{"zh", "电池", "one pack of two big cells"}, "four"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *reason = qiao_glossary_check(&cases[i].entry);

        if (cases[i].reason == NULL ? reason != NULL : reason == NULL || strstr(reason, cases[i].reason) == NULL)
            fail_msg("%s %s: %s", cases[i].entry.headword, cases[i].entry.english, reason);
        if (reason != NULL)
            assert_string_not_equal(qiao_message(reason, QIAO_LANGUAGE_ZH), reason);
    }
}

/* ---- how it is kept ---- */

static void
assert_file(const char *path, const char *expected)
{
    qiao_buffer text = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_read(path, 0, &text, &err), &err);
    assert_string_equal(text.data == NULL ? "" : text.data, expected);
    qiao_buffer_done(&text);
}

static void
entries_are_kept_in_order_and_replace_their_former_lines(void **state)
{
    static const qiao_glossary_entry first[] = {
        {"zh", "电池", "power pack"}, {"de", "Lager", "rolling bearing"}, {"zh", "电池", "accumulator"}};
    static const qiao_glossary_entry second[] = {
        {"zh", "电池", "battery cell"}, {"zh", "氢", "hydrogen gas"}, {"zh", "氢", "hydrogen gas"}};
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_glossary_save(f->folder.path, first, 3, &err), &err);
    assert_file(f->file, "de\tLager\trolling bearing\nzh\t电池\taccumulator\nzh\t电池\tpower pack\n");
    assert_ok(qiao_glossary_save(f->folder.path, second, 3, &err), &err);
    assert_file(f->file, "de\tLager\trolling bearing\nzh\t氢\thydrogen gas\nzh\t电池\tbattery cell\n");
    assert_ok(qiao_glossary_save(f->folder.path, NULL, 0, &err), &err);
    assert_file(f->file, "de\tLager\trolling bearing\nzh\t氢\thydrogen gas\nzh\t电池\tbattery cell\n");
}

static void
a_headword_does_not_replace_one_that_begins_like_it(void **state)
{
    static const qiao_glossary_entry first[] = {{"zh", "电池组", "battery pack"}, {"ja", "电池", "battery"}};
    static const qiao_glossary_entry second[] = {{"zh", "电池", "cell"}};
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    char folder[300];

    snprintf(folder, sizeof folder, "%s/new/folder", f->folder.path);
    assert_ok(qiao_glossary_save(folder, first, 2, &err), &err);
    assert_ok(qiao_glossary_save(folder, second, 1, &err), &err);
    snprintf(folder, sizeof folder, "%s/new/folder/glossary.tsv", f->folder.path);
    assert_file(folder, "ja\t电池\tbattery\nzh\t电池\tcell\nzh\t电池组\tbattery pack\n");
}

/* ---- what it does ---- */

static qiao_status
apply(const fixture *f, const char *text, qiao_lexicon **out, qiao_error *err)
{
    bool applied = false;
    qiao_status st;

    *out = NULL;
    qiao_test_write_text(f->file, text);
    st = qiao_glossary_apply(f->base, f->folder.path, f->applied, &applied, err);
    assert_int_equal(applied, st == QIAO_OK && *text != '\0');
    return applied ? qiao_lexicon_open(f->applied, out, err) : st;
}

/* Senses of an entry as "stem stem/stem", those of the glossary in brackets. */
static void
describe(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, const char *word, qiao_buffer *out)
{
    uint32_t entry = qiaoi_lexicon_find(lexicon, language, word, strlen(word));

    qiao_buffer_clear(out);
    qiao_buffer_text(out, entry == 0 ? "none" : "");
    for (uint32_t i = 0; entry != 0 && i < lexicon->entries[entry - 1].count; i++) {
        const qiaoi_sense *sense = &lexicon->senses[lexicon->entries[entry - 1].first + i];
        bool own = sense->source == QIAO_FROM_GLOSSARY;

        qiao_buffer_text(out, i == 0 ? "" : "/");
        qiao_buffer_text(out, own ? "[" : "");
        for (uint32_t k = 0; k < sense->stem_count; k++)
            qiao_buffer_printf(out, "%s%s", k == 0 ? "" : " ",
                               lexicon->strings + lexicon->sense_stems[sense->first_stem + k]);
        qiao_buffer_text(out, own ? "]" : "");
        assert_true(own ? sense->weight >= 20 * 1000 : sense->weight == 1000);
    }
}

static void
a_glossary_adds_its_senses_to_those_of_the_dictionary(void **state)
{
    static const struct {
        qiaoi_lexicon_language language;
        const char *word, *senses;
    } expected[] = {
        {QIAOI_ZH, "电池", "batteri/cell/[power pack]"},
        {QIAOI_ZH, "固态锂电池", "[solid lithium batteri]"}, /* given in traditional characters */
        {QIAOI_ZH, "机器人", "robot"},
        {QIAOI_DE, "wasserstoff", "hydrogen"},
        {QIAOI_DE, "festkörperbatterie", "[solid state batteri]"},
        {QIAOI_DE, "~festkorperbatteri", "[solid state batteri]"},
        {QIAOI_DE, "~lag", "bear/storag"}, /* too short a stem to be the glossary's alone */
        {QIAOI_DE, "lager", "bear/storag/[roll bear]"},
        {QIAOI_JA, "ガスセンサ", "[gas sensor]"}, /* given in half width */
        {QIAOI_ZH, "ガスセンサ", "none"},
    };
    fixture *f = *state;
    qiao_buffer found = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_lexicon *lexicon;

    assert_ok(apply(f,
                    "# a comment\n\nzh\t电池\tpower pack\nzh\t固態鋰電池\tsolid lithium "
                    "batteries\r\nde\tFestkörperbatterie\tSolid-state battery\n"
                    "de\tLager\trolling bearing\nja\tガスセンサ\tgas sensor",
                    &lexicon, &err),
              &err);
    assert_int_equal(strncmp(qiao_lexicon_version(lexicon), "tiny+glossary:", 14), 0);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        describe(lexicon, expected[i].language, expected[i].word, &found);
        if (strcmp(found.data, expected[i].senses) != 0)
            fail_msg("%s: %s, not %s", expected[i].word, found.data, expected[i].senses);
    }
    qiao_buffer_done(&found);
    qiao_lexicon_close(lexicon);
}

static void
a_headword_of_the_glossary_is_one_word(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_lexicon *lexicon;
    qiao_analyzer *analyzer;
    const qiao_token *tokens;
    size_t count;

    assert_ok(apply(f, "zh\t机器人轴承\trobot bearing\nde\tFestkörperbatterie\tsolid state battery\n", &lexicon, &err),
              &err);
    assert_ok(qiao_analyzer_new(lexicon, &analyzer, &err), &err);
    assert_ok(qiao_analyze(analyzer, "手术机器人轴承", strlen("手术机器人轴承"), "zh", false, &tokens, &count, &err),
              &err);
    assert_int_equal(count, 2);
    assert_string_equal(tokens[1].form, "机器人轴承");
    assert_ok(qiao_analyze(analyzer, "Festkörperbatterien", strlen("Festkörperbatterien"), "de", false, &tokens, &count,
                           &err),
              &err);
    assert_int_equal(count, 1);
    assert_true(tokens[0].entry != 0);
    qiao_analyzer_free(analyzer);
    qiao_lexicon_close(lexicon);
}

static void
no_glossary_and_an_empty_one_change_nothing(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_lexicon *lexicon;
    bool applied = true;

    assert_ok(qiao_glossary_apply(f->base, "/nonexistent", f->applied, &applied, &err), &err);
    assert_false(applied);
    unlink(f->applied);
    assert_ok(apply(f, "", &lexicon, &err), &err);
    assert_null(lexicon);
    assert_false(qiao_file_exists(f->applied));
    assert_ok(apply(f, "# nothing but a comment\n", &lexicon, &err), &err);
    assert_int_equal(lexicon->entry_count, f->base->entry_count);
    qiao_lexicon_close(lexicon);
}

static void
a_broken_line_is_named_with_its_file_and_number(void **state)
{
    static const struct {
        const char *text, *line, *what;
    } cases[] = {
        {"zh\t电池\tbattery\nzh\t电池\n", "line 2", "headword"},
        {"电池\n", "line 1", "headword"},
        {"# fine\n\nxx\t电池\tbattery\n", "line 3", "电池"},
        {"zh\tGaN电池\tbattery\n", "line 1", "GaN电池"},
        {"zh\t\tbattery\n", "line 1", "headword"},
        {"zh\t电池\tof the\n", "line 1", "of the"},
        {"zh\t氢\thydrogen\nzh\t电池\tone two three four five\nzh\t轴承\tbearing\n", "line 2",
         "one two three four five"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_lexicon *lexicon;

        assert_status(apply(f, cases[i].text, &lexicon, &err), QIAO_E_INPUT, &err);
        if (strstr(err.message, "glossary.tsv") == NULL || strstr(err.message, cases[i].line) == NULL ||
            strstr(err.message, cases[i].what) == NULL)
            fail_msg("%s", err.message);
        assert_string_not_equal(err.message, err.message_zh);
    }
}

static void
bytes_that_are_no_text_are_refused(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    bool applied;

    qiao_test_write(f->file, "zh\t电池\tbattery\n\0zh\t氢\tgas\n", 30);
    assert_status(qiao_glossary_apply(f->base, f->folder.path, f->applied, &applied, &err), QIAO_E_INPUT, &err);
    qiao_test_write_text(f->file, "zh\t\xB5\xE7\xB3\xD8\tbattery\n"); /* GB 18030 */
    assert_status(qiao_glossary_apply(f->base, f->folder.path, f->applied, &applied, &err), QIAO_E_INPUT, &err);
    assert_false(applied);
    unlink(f->file);
}

/* ---- faults ---- */

static qiao_status
save_and_apply(void *context, qiao_error *err)
{
    static const qiao_glossary_entry entries[] = {
        {"zh", "电池", "power pack"}, {"de", "Festkörperbatterie", "solid state battery"}, {"zh", "电池组", "pack"}};
    const fixture *f = context;
    bool applied;
    qiao_status st = qiao_glossary_save(f->folder.path, entries, 3, err);

    return st == QIAO_OK ? qiao_glossary_apply(f->base, f->folder.path, f->applied, &applied, err) : st;
}

static void
any_allocation_may_fail(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, save_and_apply, *state) >= 20);
}

static void
two_applications_give_the_same_bytes(void **state)
{
    fixture *f = *state;
    qiao_buffer first = {0}, second = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(save_and_apply(f, &err), &err);
    assert_ok(qiao_file_read(f->applied, 0, &first, &err), &err);
    assert_ok(save_and_apply(f, &err), &err);
    assert_ok(qiao_file_read(f->applied, 0, &second, &err), &err);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    qiao_buffer_done(&first);
    qiao_buffer_done(&second);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_that_cannot_be_used_are_refused_with_a_reason),
        cmocka_unit_test(entries_are_kept_in_order_and_replace_their_former_lines),
        cmocka_unit_test(a_headword_does_not_replace_one_that_begins_like_it),
        cmocka_unit_test(a_glossary_adds_its_senses_to_those_of_the_dictionary),
        cmocka_unit_test(a_headword_of_the_glossary_is_one_word),
        cmocka_unit_test(no_glossary_and_an_empty_one_change_nothing),
        cmocka_unit_test(a_broken_line_is_named_with_its_file_and_number),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(two_applications_give_the_same_bytes),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
