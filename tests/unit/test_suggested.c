/* What a record does not say is suggested from its words, with the words named, and never where it says it. */
#include "support.h"

#include "facts/concepts.h"
#include "qiao/suggested.h"

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    qiao_concepts *concepts;
    qiao_vocabulary *vocabulary;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_concepts_open(QIAO_SOURCE_DIR "/engine/lexicon/thesaurus", &f.concepts, &err), &err);
    assert_ok(qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &f.vocabulary, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_concepts_close(f->concepts);
    qiao_vocabulary_close(f->vocabulary);
    return 0;
}

/* The suggestion for a field, or NULL. */
static const qiao_suggestion *
suggested(const fixture *f, const char *json, const char *field)
{
    static qiao_suggestion found[QIAO_SUGGESTIONS_MAX];
    qiao_error err = QIAO_ERROR_INIT;
    qiao_record *record;
    size_t count;

    assert_ok(qiao_record_parse(json, strlen(json), f->vocabulary, &record, NULL, &err), &err);
    count = qiao_suggest(record, f->concepts, f->vocabulary, found);
    qiao_record_free(record);
    for (size_t i = 0; i < count; i++)
        if (strcmp(found[i].field, field) == 0)
            return &found[i];
    return NULL;
}

#define PROJECT(more) "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"Offer\"}" more "}"

typedef struct example {
    const char *json, *field, *value, *words; /* value NULL: no suggestion */
} example;

static void
check(const fixture *f, const example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const qiao_suggestion *got = suggested(f, examples[i].json, examples[i].field);

        if (examples[i].value == NULL) {
            assert_null(got);
            continue;
        }
        assert_non_null(got);
        assert_string_equal(got->value, examples[i].value);
        assert_string_equal(got->words, examples[i].words);
        assert_in_range(got->confidence, 1, 1000000);
    }
}

static void
readiness_comes_from_phrases_and_named_levels(void **state)
{
    const example examples[] = {
        {PROJECT(",\"summary\":{\"en\":\"Shown in a pilot plant of a steel maker.\"}"), "trl", "6", "pilot plant"},
        {PROJECT(",\"summary\":{\"en\":\"Reached TRL-4 last year; a pilot plant comes.\"}"), "trl", "4", "TRL-4"},
        {PROJECT(",\"summary\":{\"zh\":\"该技术已完成小试，正在寻找合作方。\"}"), "trl", "4", "小试"},
        {PROJECT(",\"summary\":{\"zh\":\"工程样机已在电站运行。\"}"), "trl", "7", "工程样机"},
        {PROJECT(",\"summary\":{\"en\":\"Prototypes, then a PROTOTYPE\"}"), "trl", "6", "PROTOTYPE"},
        {PROJECT(",\"summary\":{\"en\":\"A copilot plants seeds; CONTROL 5 is a name.\"}"), "trl", NULL, NULL},
        {PROJECT(",\"trl\":3,\"summary\":{\"en\":\"Shown in a pilot plant.\"}"), "trl", NULL, NULL},
        {"{\"kind\":\"need\",\"id\":\"t:2\",\"title\":{\"zh\":\"寻找中试设备\"}}", "trl", NULL, NULL},
    };

    check(*state, examples, sizeof examples / sizeof *examples);
}

static void
a_country_comes_from_region_name_and_legal_form(void **state)
{
    const example examples[] = {
        {PROJECT(",\"region\":\"FR-IDF\""), "country", "FR", "FR-IDF"},
        {PROJECT(",\"org_name\":\"Technical University of Denmark\""), "country", "DK", "Denmark"},
        {PROJECT(",\"org_name\":\"瀬戸内熱工学株式会社\""), "country", "JP", "株式会社"},
        {PROJECT(",\"org_name\":\"Nordlicht GmbH\""), "country", "DE", "GmbH"},
        {PROJECT(",\"org_name\":\"Nordlicht\""), "country", NULL, NULL},
        {PROJECT(",\"org_name\":\"Georgia Institute of Technology\""), "country", NULL, NULL},
        {PROJECT(",\"org_name\":\"University of New Mexico\""), "country", NULL, NULL},
        {PROJECT(",\"org_name\":\"Fraunhofer ISE\""), "country", "DE", "Fraunhofer"},
        {PROJECT(",\"country\":\"AT\",\"org_name\":\"Nordlicht GmbH\""), "country", NULL, NULL},
        {PROJECT(",\"org_name\":\"Nordlicht GmbH\",\"org_confidential\":true"), "country", NULL, NULL},
    };

    check(*state, examples, sizeof examples / sizeof *examples);
}

static void
a_country_comes_from_what_a_text_says_of_its_author_not_from_what_it_mentions(void **state)
{
    const example examples[] = {
        {PROJECT(",\"summary\":{\"en\":\"A young Finnish sensor company offers a probe.\"}"), "country", "FI",
         "Finnish sensor company"},
        {PROJECT(",\"summary\":{\"zh\":\"瑞典一家带钢企业连续镀膜。\"}"), "country", "SE", "瑞典一家带钢企业"},
        {PROJECT(",\"summary\":{\"zh\":\"一家瑞典初创企业运行着示范装置。\"}"), "country", "SE", "瑞典初创企业"},
        {PROJECT(",\"summary\":{\"en\":\"The code was developed at the Jet Propulsion Laboratory.\"}"), "country", "US",
         "developed at the Jet Propulsion Laboratory"},
        {PROJECT(",\"summary\":{\"en\":\"In Phase I SBIR work we built a laser.\"}"), "country", "US", "Phase I SBIR"},
        {PROJECT(",\"summary\":{\"en\":\"Tested with data of a German company.\"}"), "country", NULL, NULL},
        {PROJECT(",\"summary\":{\"en\":\"We take Portuguese as a language of the university.\"}"), "country", NULL,
         NULL},
        {PROJECT(",\"summary\":{\"en\":\"Sketch-based image retrieval (SBIR) on NASA images.\"}"), "country", NULL,
         NULL},
        {PROJECT(",\"summary\":{\"zh\":\"该技术已被德国企业采用。\"}"), "country", NULL, NULL},
    };

    check(*state, examples, sizeof examples / sizeof *examples);
}

static void
general_names_alone_suggest_no_field(void **state)
{
    assert_null(
        suggested(*state, PROJECT(",\"summary\":{\"en\":\"Noise, stability, noise, training, noise.\"}"), "fields"));
    assert_null(suggested(
        *state, PROJECT(",\"summary\":{\"en\":\"Lithium-ion battery. Lithium-ion battery. Lithium-ion battery.\"}"),
        "fields")); /* one name, however often */
}

static void
a_field_comes_from_the_concepts_that_are_named(void **state)
{
    const qiao_suggestion *got = suggested(
        *state, PROJECT(",\"summary\":{\"en\":\"Natural language processing and natural language generation\"}"),
        "fields");

    assert_non_null(got);
    assert_string_equal(got->value, "ai.nlp");
    assert_true(strncmp(got->words, "Natural language", 16) == 0 || strncmp(got->words, "natural language", 16) == 0);
    got = suggested(*state, "{\"kind\":\"need\",\"id\":\"t:3\",\"title\":{\"zh\":\"自然语言处理与计算语言学\"}}",
                    "fields");
    assert_non_null(got);
    assert_string_equal(got->value, "ai.nlp");
    assert_null(
        suggested(*state,
                  PROJECT(",\"fields\":[\"energy.battery\"],\"summary\":{\"en\":\"Natural language processing and "
                          "natural language generation\"}"),
                  "fields"));
    assert_null(suggested(*state, PROJECT(",\"summary\":{\"en\":\"We are open to talks with everybody.\"}"), "fields"));
}

typedef struct hits {
    char found[256]; /* "field:start-end;..." */
} hits;

static void
note_hit(const qiaoi_concept_hit *hit, void *context)
{
    hits *h = context;
    size_t n = strlen(h->found);

    snprintf(h->found + n, sizeof h->found - n, "%s:%u-%u;", hit->field, hit->start, hit->end);
}

/* A thesaurus of "deep learning" and "deep learning model". */
static void
open_small_thesaurus(qiao_test_folder *folder, qiao_concepts **out)
{
    qiao_error err = QIAO_ERROR_INIT;
    FILE *table;

    qiao_test_folder_init(folder);
    table = fopen(qiao_test_path(folder, "names.tsv"), "w");
    assert_non_null(table);
    fputs("id\tfield\tzh\tzh_alt\ten\ten_alt\tabbr\tde\tja\tfr\tbroader\trelated\n"
          "a\tai.vision\t深度学习\t\tdeep learning\t\t\t\t\t\t\t\n"
          "b\tai.nlp\t\t\tdeep learning model\t\t\t\t\t\t\t\n",
          table);
    assert_int_equal(fclose(table), 0);
    assert_ok(qiao_concepts_open(folder->path, out, &err), &err);
}

/* "deep learning" stands in the table, "deep" alone does not; of two names that begin at one place the longer counts,
 * and a name whose last word is missing is none. */
static void
words_that_only_begin_a_name_are_passed_over(void **state)
{
    static const struct {
        const char *text, *found;
    } examples[] = {
        {"deep learn deep learning", "ai.vision:11-24;"},
        {"Deep Learning models of deep", "ai.nlp:0-20;"},
        {"deep deep-learnings", "ai.vision:5-19;"},
        {"深度学 深度学习", "ai.vision:10-22;"},
        {"deep", ""},
        {"", ""},
    };
    qiao_test_folder folder;
    qiao_concepts *concepts;

    (void)state;
    open_small_thesaurus(&folder, &concepts);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        hits h = {""};

        qiaoi_concepts_find(concepts, examples[i].text, strlen(examples[i].text), note_hit, &h);
        assert_string_equal(h.found, examples[i].found);
    }
    qiao_concepts_close(concepts);
    qiao_test_folder_done(&folder);
}

static void
a_name_is_found_wherever_it_stands_among_many_words(void **state)
{
    char text[2048], expected[64];
    qiao_test_folder folder;
    qiao_concepts *concepts;

    (void)state;
    open_small_thesaurus(&folder, &concepts);
    for (size_t before = 0, at = 0; before < 200; before++) {
        int n = snprintf(text + at, sizeof text - at, "Deep Learning models, deep");
        hits h = {""};

        qiaoi_concepts_find(concepts, text, at + (size_t)n, note_hit, &h);
        snprintf(expected, sizeof expected, "ai.nlp:%zu-%zu;", at, at + 20);
        assert_string_equal(h.found, expected);
        at += (size_t)snprintf(text + at, sizeof text - at, "deep ");
    }
    qiao_concepts_close(concepts);
    qiao_test_folder_done(&folder);
}

static void
suggestions_are_written_as_json(void **state)
{
    const qiao_suggestion suggestions[] = {{"trl", "6", 600000, "pilot \"plant\""}, {"country", "DE", 750000, "GmbH"}};
    qiao_buffer out = {0};

    (void)state;
    qiao_suggestions_json(suggestions, 2, &out);
    assert_string_equal(out.data,
                        "[{\"field\":\"trl\",\"value\":6,\"confidence\":600000,\"words\":\"pilot \\\"plant\\\"\"},"
                        "{\"field\":\"country\",\"value\":\"DE\",\"confidence\":750000,\"words\":\"GmbH\"}]");
    qiao_buffer_done(&out);
}

static void
a_folder_without_a_thesaurus_is_told(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_concepts *concepts;

    (void)state;
    assert_status(qiao_concepts_open(QIAO_SOURCE_DIR "/tests", &concepts, &err), QIAO_E_NOTFOUND, &err);
    assert_null(concepts);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readiness_comes_from_phrases_and_named_levels),
        cmocka_unit_test(a_country_comes_from_region_name_and_legal_form),
        cmocka_unit_test(a_country_comes_from_what_a_text_says_of_its_author_not_from_what_it_mentions),
        cmocka_unit_test(general_names_alone_suggest_no_field),
        cmocka_unit_test(a_field_comes_from_the_concepts_that_are_named),
        cmocka_unit_test(words_that_only_begin_a_name_are_passed_over),
        cmocka_unit_test(a_name_is_found_wherever_it_stands_among_many_words),
        cmocka_unit_test(suggestions_are_written_as_json),
        cmocka_unit_test(a_folder_without_a_thesaurus_is_told),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
