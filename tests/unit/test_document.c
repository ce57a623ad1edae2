/* A record as the matching index sees it: terms, words that wait for translation, neighbours, lengths. */
#include "support.h"
#include "tiny_lexicon.h"

#include "indexing/document.h"
#include "lexicon/lexicon_internal.h"

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *lexicon;
    qiaoi_collector collector;
    qiao_buffer found;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_folder_init(&f.folder);
    qiao_test_write_lexicon(qiao_test_path(&f.folder, "base.bin"), qiao_test_words);
    assert_ok(qiao_lexicon_open(qiao_test_path(&f.folder, "base.bin"), &f.lexicon, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_lexicon_close(f->lexicon);
    qiao_buffer_done(&f->found);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static int
begin(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_collector_init(&f->collector, f->lexicon, &err), &err);
    return 0;
}

static int
end(void **state)
{
    fixture *f = *state;

    qiaoi_collector_done(&f->collector);
    return 0;
}

static qiaoi_document
collect_json(fixture *f, const char *json, size_t length)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_record *record;
    qiaoi_document document;

    assert_ok(qiao_record_parse(json, length, NULL, &record, NULL, &err), &err);
    assert_ok(qiaoi_collect(&f->collector, record, &document, NULL, NULL, &err), &err);
    qiao_record_free(record);
    return document;
}

static const char *
term_text(const fixture *f, uint32_t term)
{
    return f->collector.terms.bytes.data + f->collector.terms.offsets[term];
}

/* "batteri 1/2" a term once in the title and twice elsewhere; "[电池] 0/1" waits for translation; "solid+state 1/0"
 * stand side by side. */
static const char *
describe(fixture *f, const qiaoi_document *document)
{
    qiao_buffer_clear(&f->found);
    for (uint32_t i = 0; i < document->term_count; i++)
        qiao_buffer_printf(&f->found, "%s %u/%u ", term_text(f, document->terms[i].id), document->terms[i].title,
                           document->terms[i].body);
    for (uint32_t i = 0; i < document->entry_count; i++)
        qiao_buffer_printf(&f->found, "[%s] %u/%u ",
                           f->lexicon->keys + f->lexicon->entries[document->entries[i].id].key,
                           document->entries[i].title, document->entries[i].body);
    for (uint32_t i = 0; i < document->pair_count; i++)
        qiao_buffer_printf(&f->found, "%s+%s %u/%u ", term_text(f, document->pairs[i].first),
                           term_text(f, document->pairs[i].second), document->pairs[i].title, document->pairs[i].body);
    qiao_buffer_printf(&f->found, "pivot %u/%u native %u/%u", document->pivot_title, document->pivot_body,
                       document->native_title, document->native_body);
    return f->found.data;
}

static void
records_become_terms_and_words_to_translate(void **state)
{
    static const struct {
        const char *json, *expected;
    } cases[] = {
        /* English: stems; neighbours are counted once stop words are out, and not from one text to the next */
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"Solid state of the "
         "batteries\"},\"summary\":{\"en\":\"Batteries, solid.\"}}",
         "batteri 1/1 solid 1/1 state 1/0 batteri+solid 0/1 solid+state 1/0 state+batteri 1/0 pivot 3/2 native 0/0"},
        /* a Chinese need: its words stand for themselves, with their parts, and wait for translation as a whole */
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"固态电池GaN\"}}",
         "固态电池 1/0 固态 1/0 电池 1/0 gan 1/0 [固态电池] 1/0 pivot 2/0 native 1/0"},
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"固態電池\"},\"summary\":{\"zh\":\"电池\"}}",
         "电池 1/1 固态电池 1/0 固态 1/0 [电池] 0/1 [固态电池] 1/0 pivot 1/1 native 1/1"},
        /* words outside the lexicon stand for themselves only */
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"鑫\"}}", "鑫 1/0 pivot 0/0 native 1/0"},
        /* a project with an English body needs no translation of its Chinese title; one with an English title alone
           does */
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"zh\":\"电池\"},\"summary\":{\"en\":\"battery\"}}",
         "batteri 0/1 电池 1/0 pivot 0/1 native 1/0"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"battery\"},\"summary\":{\"zh\":\"电池\"}}",
         "电池 0/1 batteri 1/0 [电池] 0/1 pivot 1/1 native 0/1"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"battery\"},\"summary\":{\"und\":\"The battery of "
         "the future\"}}",
         "batteri 1/1 futur 0/1 batteri+futur 0/1 pivot 1/2 native 0/0"},
        /* German: known words wait, compounds by their parts, function words are nothing, unknown words are cognates */
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"de\":\"Wasserstoffspeicher und die "
         "Batterie\"},\"summary\":{\"de\":\"Siemens\"}}",
         "siemen 0/1 [wasserstoff] 1/0 [speicher] 1/0 [batterie] 1/0 pivot 1/1 native 0/0"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"de\":\"Wasserstoff\"},\"summary\":{\"en\":\"hydrogen\"}}",
         "hydrogen 0/1 pivot 0/1 native 0/0"},
        /* Japanese kanji words in their simplified form */
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"ja\":\"水素の電池\"}}",
         "水素 1/0 の 1/0 电池 1/0 [水素] 1/0 [电池] 1/0 pivot 2/0 native 3/0"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"ko\":\"전고체 전지\"}}",
         "전고체 1/0 전지 1/0 pivot 0/0 native 2/0"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiaoi_document document = collect_json(f, cases[i].json, strlen(cases[i].json));

        /* terms are sorted by first use, languages of a field by code: what matters is what is there and how often */
        if (strcmp(describe(f, &document), cases[i].expected) != 0)
            fail_msg("%s\n  expected %s\n  found    %s", cases[i].json, cases[i].expected, f->found.data);
    }
}

static void
documents_that_use_a_word_are_counted_by_side(void **state)
{
    static const char need[] =
        "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"电池电池\"},\"summary\":{\"zh\":\"电池\"}}";
    static const char project[] = "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"de\":\"Batterien\"}}";
    fixture *f = *state;
    uint32_t zh = qiaoi_lexicon_find(f->lexicon, QIAOI_ZH, "电池", 6) - 1;

    collect_json(f, need, sizeof need - 1);
    collect_json(f, need, sizeof need - 1);
    collect_json(f, project, sizeof project - 1);
    assert_int_equal(f->collector.entry_df[QIAO_NEED][zh], 2);
    assert_int_equal(f->collector.entry_df[QIAO_PROJECT][zh], 0);
}

static void
a_record_leaves_nothing_behind_for_the_next(void **state)
{
    static const char first[] =
        "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"固态电池\",\"en\":\"solid state battery\"}}";
    static const char second[] = "{\"kind\":\"need\",\"id\":\"t:2\",\"title\":{\"en\":\"bearing\"}}";
    fixture *f = *state;
    qiaoi_document before = collect_json(f, first, sizeof first - 1),
                   after = collect_json(f, second, sizeof second - 1);

    assert_string_equal(describe(f, &after), "bear 1/0 pivot 1/0 native 0/0");
    /* and the first one's arrays are still its own */
    assert_non_null(strstr(describe(f, &before), "solid+state 1/0"));
}

/* A project whose one text is longer than records may be. */
static qiaoi_document
collect_text(fixture *f, const char *text, size_t length)
{
    const qiao_text body = {"description", "en", text, length};
    const qiao_record record = {.kind = QIAO_PROJECT, .id = "t:1", .texts = &body, .text_count = 1};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_document document;

    assert_ok(qiaoi_collect(&f->collector, &record, &document, NULL, NULL, &err), &err);
    return document;
}

static void
a_text_with_too_many_different_words_is_cut(void **state)
{
    fixture *f = *state;
    qiao_buffer text = {0};
    qiaoi_document document;

    for (unsigned i = 0; i < 8300; i++)
        qiao_buffer_printf(&text, "w%uq ", i);
    assert_false(text.failed);
    document = collect_text(f, text.data, text.length);
    assert_int_equal(document.term_count, 8192);
    assert_int_equal(document.pair_count, 8191); /* of the words that were kept */
    assert_int_equal(document.pivot_body, 8300);
    qiao_buffer_done(&text);
}

static void
counts_end_at_their_largest_value(void **state)
{
    fixture *f = *state;
    qiao_buffer text = {0};
    qiaoi_document document;

    for (unsigned i = 0; i < 70000; i++)
        qiao_buffer_text(&text, "z ");
    assert_false(text.failed);
    document = collect_text(f, text.data, text.length);
    assert_int_equal(document.term_count, 1);
    assert_int_equal(document.terms[0].body, UINT16_MAX);
    assert_int_equal(document.pairs[0].body, UINT16_MAX);
    assert_int_equal(document.pivot_body, UINT16_MAX);
    qiao_buffer_done(&text);
}

static qiao_status
count_text(const qiaoi_text_tokens *seen, void *context, qiao_error *err)
{
    size_t *counts = context;

    (void)err;
    counts[0]++;
    counts[1] += seen->count;
    assert_non_null(seen->text->text);
    return QIAO_OK;
}

static qiao_status
refuse_text(const qiaoi_text_tokens *seen, void *context, qiao_error *err)
{
    (void)seen;
    (void)context;
    return qiao_fail(err, QIAO_E_STALE, "enough");
}

static void
every_text_is_shown_to_the_visitor_whose_failure_ends_the_work(void **state)
{
    static const char json[] = "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"solid "
                               "battery\",\"zh\":\"电池\"},\"summary\":{\"en\":\"cell\"}}";
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_record *record;
    qiaoi_document document;
    size_t counts[2] = {0, 0};

    assert_ok(qiao_record_parse(json, sizeof json - 1, NULL, &record, NULL, &err), &err);
    assert_ok(qiaoi_collect(&f->collector, record, &document, count_text, counts, &err), &err);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 4);
    assert_status(qiaoi_collect(&f->collector, record, &document, refuse_text, NULL, &err), QIAO_E_STALE, &err);
    qiao_record_free(record);
}

/* ---- the term table ---- */

static void
strings_keep_their_numbers_while_the_table_grows(void **state)
{
    qiaoi_term_table table = {0};
    qiao_error err = QIAO_ERROR_INIT;
    char text[16];
    uint32_t at;

    (void)state;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 50000; i++) {
            int n = snprintf(text, sizeof text, "t%u", i);

            assert_ok(qiaoi_term_table_add(&table, text, (size_t)n, &at, &err), &err);
            assert_int_equal(at, i);
        }
    assert_int_equal(table.count, 50000);
    /* a beginning of a known string is another one */
    assert_ok(qiaoi_term_table_add(&table, "t4999", 4, &at, &err), &err);
    assert_int_equal(at, 499);
    qiaoi_term_table_done(&table);
}

/* ---- faults ---- */

static qiao_status
collect_with_all_languages(void *context, qiao_error *err)
{
    static const char json[] = "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"固态电池 "
                               "unheard\",\"de\":\"Wasserstoffspeicher Unbekanntes\"}}";
    const fixture *f = context;
    qiaoi_collector collector;
    qiao_record *record = NULL;
    qiaoi_document document;
    qiao_status st = qiaoi_collector_init(&collector, f->lexicon, err);

    if (st == QIAO_OK)
        st = qiao_record_parse(json, sizeof json - 1, NULL, &record, NULL, err);
    if (st == QIAO_OK)
        st = qiaoi_collect(&collector, record, &document, NULL, NULL, err);
    qiao_record_free(record);
    qiaoi_collector_done(&collector);
    return st;
}

static void
any_allocation_may_fail(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, collect_with_all_languages, *state) >= 25);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_become_terms_and_words_to_translate, begin, end),
        cmocka_unit_test_setup_teardown(documents_that_use_a_word_are_counted_by_side, begin, end),
        cmocka_unit_test_setup_teardown(a_record_leaves_nothing_behind_for_the_next, begin, end),
        cmocka_unit_test_setup_teardown(a_text_with_too_many_different_words_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(counts_end_at_their_largest_value, begin, end),
        cmocka_unit_test_setup_teardown(every_text_is_shown_to_the_visitor_whose_failure_ends_the_work, begin, end),
        cmocka_unit_test(strings_keep_their_numbers_while_the_table_grows),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
