/* What of a record goes into the full-text index: fields, counts, stems, meanings, tags, slots; and what must not. */
#include "support.h"

#include "search_catalogue.h"

#include "fulltext/document.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct fixture {
    qiao_lexicon *lexicon;
    qiao_analyzer *analyzer;
    qiao_fulltext_indexer *indexer;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_lexicon_open(qiao_test_lexicon(), &f.lexicon, &err), &err);
    assert_ok(qiao_analyzer_new(f.lexicon, &f.analyzer, &err), &err);
    assert_ok(qiao_fulltext_indexer_new(f.analyzer, f.lexicon, NULL, &f.indexer, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_fulltext_indexer_free(f->indexer);
    qiao_fulltext_indexer_free(NULL);
    qiao_analyzer_free(f->analyzer);
    qiao_lexicon_close(f->lexicon);
    return 0;
}

static qiao_record *
record_of(const char *json)
{
    qiao_record *record = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_record_parse(json, strlen(json), NULL, &record, NULL, &err), &err);
    return record;
}

static qiao_status
try_record(fixture *f, const qiao_record *record, const char *const *tags, size_t tag_count, qiao_error *err)
{
    qiao_status st = qiao_fulltext_indexer_begin(f->indexer, record, tags, tag_count, err);

    for (size_t i = 0; i < record->text_count && st == QIAO_OK; i++) {
        const qiao_text *text = &record->texts[i];
        const qiao_token *tokens;
        size_t count;

        st = qiao_analyze(f->analyzer, text->text, text->length, text->language, true, &tokens, &count, err);
        if (st == QIAO_OK)
            st = qiao_fulltext_indexer_text(f->indexer, text, tokens, count, err);
    }
    return st;
}

static const qiao_fulltext_document *
document_of(void **state, const qiao_record *record)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(try_record(f, record, NULL, 0, &err), &err);
    return qiao_fulltext_indexer_document(f->indexer, 1);
}

/* How often a form is in a field; 0 where it is not. */
static uint32_t
count_of(const qiao_fulltext_document *document, qiao_fulltext_field field, const char *form)
{
    uint32_t count = 0;
    size_t places = 0;

    for (size_t i = 0; i < document->term_count; i++)
        if (document->terms[i].field == field && document->terms[i].length == strlen(form) &&
            memcmp(document->terms[i].form, form, strlen(form)) == 0) {
            count += document->terms[i].count;
            places++;
        }
    assert_true(places <= 1);
    return count;
}

static void
words_go_into_the_list_of_their_field_as_stems(void **state)
{
    qiao_record *record = record_of(
        "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"The batteries\"},\"summary\":{\"en\":\"A battery and "
        "batteries\"},"
        "\"description\":{\"en\":\"Batteries of robots\"},\"org_name\":\"Battery Works\",\"keywords\":[\"robot\"]}");
    const qiao_fulltext_document *document = document_of(state, record);

    assert_int_equal(count_of(document, QIAO_FT_TITLE, "batteri"), 3); /* a title counts three times */
    assert_int_equal(count_of(document, QIAO_FT_SUMMARY, "batteri"), 2);
    assert_int_equal(count_of(document, QIAO_FT_BODY, "batteri"), 1);
    assert_int_equal(count_of(document, QIAO_FT_BODY, "robot"), 2);
    assert_int_equal(count_of(document, QIAO_FT_ORGANISATION, "batteri"), 2);
    assert_int_equal(count_of(document, QIAO_FT_TITLE, "the"), 0);
    assert_string_equal(document->id, "t:1");
    qiao_record_free(record);
}

static void
chinese_words_are_indexed_with_their_parts_and_in_simplified_form(void **state)
{
    qiao_record *record = record_of(
        "{\"kind\":\"need\",\"id\":\"t:2\",\"title\":{\"zh\":\"固態電池\"},\"problem\":{\"zh\":\"手术机器人\"}}");
    const qiao_fulltext_document *document = document_of(state, record);

    assert_int_equal(count_of(document, QIAO_FT_TITLE, "固态电池"), 3);
    assert_int_equal(count_of(document, QIAO_FT_TITLE, "固态"), 3);
    assert_int_equal(count_of(document, QIAO_FT_TITLE, "电池"), 3);
    assert_int_equal(count_of(document, QIAO_FT_BODY, "手术机器人"), 1);
    assert_int_equal(count_of(document, QIAO_FT_BODY, "机器人"), 1);
    qiao_record_free(record);
}

static void
german_and_french_words_are_indexed_by_stem_too(void **state)
{
    qiao_record *record =
        record_of("{\"kind\":\"project\",\"id\":\"t:3\",\"title\":{\"de\":\"Batterien\",\"fr\":\"batteries\"}}");
    const qiao_fulltext_document *document = document_of(state, record);

    assert_int_equal(count_of(document, QIAO_FT_TITLE, "batterien"), 3);
    assert_int_equal(count_of(document, QIAO_FT_TITLE, "batteri"), 3); /* no dictionary has it: read as English */
    assert_int_equal(count_of(document, QIAO_FT_TITLE, "~batteri"), 3);
    qiao_record_free(record);
}

static void
a_confidential_name_is_not_indexed(void **state)
{
    qiao_record *record = record_of("{\"kind\":\"project\",\"id\":\"t:4\",\"title\":{\"en\":\"Coating\"},\"org_name\":"
                                    "\"Falcon\",\"org_confidential\":true}");
    const qiao_fulltext_document *document = document_of(state, record);

    for (size_t i = 0; i < document->term_count; i++)
        assert_int_not_equal(document->terms[i].field, QIAO_FT_ORGANISATION);
    assert_int_equal(document->term_count, 1);
    qiao_record_free(record);
}

static void
slots_hold_what_is_known(void **state)
{
    static const struct {
        const char *json;
        double slots[QIAO_SLOT_COUNT]; /* -1 = unknown */
    } cases[] = {
        {"{\"kind\":\"project\",\"id\":\"t:5\",\"title\":\"x\"}", {-1, -1, -1, -1, -1, -1}},
        {"{\"kind\":\"project\",\"id\":\"t:5\",\"title\":\"x\",\"trl\":6,\"price_min\":\"10\",\"price_max\":\"20\","
         "\"published_at\":\"1970-01-11\"}",
         {6, 6, 10, 20, 10, -1}},
        {"{\"kind\":\"need\",\"id\":\"t:5\",\"title\":\"x\",\"trl_min\":5,\"updated_at\":\"1970-01-03\",\"published_"
         "at\":\"1970-01-02\"}",
         {5, 9, -1, -1, 2, -1}},
        {"{\"kind\":\"need\",\"id\":\"t:5\",\"title\":\"x\",\"trl_max\":5,\"expires_at\":\"1970-01-04\"}",
         {1, 5, -1, -1, -1, 3}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_record *record = record_of(cases[i].json);
        const qiao_fulltext_document *document = document_of(state, record);

        for (int slot = 0; slot < QIAO_SLOT_COUNT; slot++) {
            double expected = cases[i].slots[slot], actual = document->slots[slot];

            if (expected < 0 ? !isnan(actual) : fabs(actual - expected) > 1e-9)
                fail_msg("case %zu, slot %d: %g instead of %g", i, slot, actual, expected);
        }
        qiao_record_free(record);
    }
}

static void
nothing_of_a_record_stays_for_the_next(void **state)
{
    qiao_record *first = record_of("{\"kind\":\"project\",\"id\":\"t:6\",\"title\":{\"en\":\"robot pump membrane\"}}");
    qiao_record *second = record_of("{\"kind\":\"project\",\"id\":\"t:7\",\"title\":{\"en\":\"laser\"}}");
    const qiao_fulltext_document *document;

    document_of(state, first);
    document = document_of(state, second);
    assert_int_equal(document->term_count, 1);
    assert_int_equal(count_of(document, QIAO_FT_TITLE, "laser"), 3);
    qiao_record_free(first);
    qiao_record_free(second);
}

static void
a_long_text_keeps_every_word(void **state)
{
    qiao_buffer json = {0};
    qiao_record *record;
    const qiao_fulltext_document *document;
    char word[16];

    qiao_buffer_text(&json, "{\"kind\":\"project\",\"id\":\"t:8\",\"title\":{\"en\":\"x\"},\"description\":{\"en\":\"");
    for (int i = 0; i < 3000; i++)
        qiao_buffer_printf(&json, "q%dq q%dq ", i, i % 7);
    qiao_buffer_text(&json, "\"}}");
    record = record_of(json.data);
    document = document_of(state, record);
    assert_int_equal(document->term_count, 3001);
    for (int i = 0; i < 3000; i += 113) {
        snprintf(word, sizeof word, "q%dq", i);
        assert_int_equal(count_of(document, QIAO_FT_BODY, word), 1 + (i < 7 ? (3000 - i + 6) / 7 : 0));
    }
    qiao_record_free(record);
    qiao_buffer_done(&json);
}

static void
tags_and_number_go_with_the_document(void **state)
{
    static const char *const tags[] = {"kind:project", "country:DE"};
    fixture *f = *state;
    qiao_record *record = record_of("{\"kind\":\"project\",\"id\":\"t:9\",\"title\":{\"en\":\"x\"}}");
    const qiao_fulltext_document *document;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(try_record(f, record, tags, 2, &err), &err);
    document = qiao_fulltext_indexer_document(f->indexer, 5);
    assert_int_equal(document->docid, 5);
    assert_int_equal(document->filter_count, 2);
    assert_ptr_equal(document->filters, tags);
    qiao_record_free(record);
}

static qiao_status
make_and_fill(void *context, qiao_error *err)
{
    fixture *f = context, own = *f;
    qiao_record *record = NULL;
    static const char json[] = "{\"kind\":\"project\",\"id\":\"t:10\",\"title\":{\"de\":\"Batterien\"},\"org_name\":"
                               "\"Werk\",\"keywords\":[\"a\",\"b\"]}";
    qiao_status st = qiao_fulltext_indexer_new(f->analyzer, f->lexicon, NULL, &own.indexer, err);

    if (st == QIAO_OK)
        st = qiao_record_parse(json, sizeof json - 1, NULL, &record, NULL, err);
    if (st == QIAO_OK)
        st = try_record(&own, record, NULL, 0, err);
    qiao_record_free(record);
    qiao_fulltext_indexer_free(own.indexer);
    return st;
}

static void
every_allocation_may_fail(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, make_and_fill, *state) > 5);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_go_into_the_list_of_their_field_as_stems),
        cmocka_unit_test(chinese_words_are_indexed_with_their_parts_and_in_simplified_form),
        cmocka_unit_test(german_and_french_words_are_indexed_by_stem_too),
        cmocka_unit_test(a_confidential_name_is_not_indexed),
        cmocka_unit_test(slots_hold_what_is_known),
        cmocka_unit_test(nothing_of_a_record_stays_for_the_next),
        cmocka_unit_test(a_long_text_keeps_every_word),
        cmocka_unit_test(tags_and_number_go_with_the_document),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
