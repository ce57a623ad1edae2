/* Counts by tag of what a search finds, and records that are similar to one. */
#include "support.h"

#include "search_catalogue.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

/* One catalogue for all tests: nothing here changes it. */
typedef struct fixture {
    qiao_test_folder folder;
    qiao_engine *engine;
    qiao_session *session;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_lexicon();
    qiao_test_folder_init(&f.folder);
    qiao_test_catalogue(f.folder.path);
    f.engine = qiao_test_engine(f.folder.path);
    assert_ok(qiao_session_acquire(f.engine, &f.session, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_session_release(f->session);
    qiao_engine_close(f->engine);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static cJSON *
answer_to(void **state, const qiao_search_request *request)
{
    fixture *f = *state;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    cJSON *answer;

    assert_ok(qiao_search_json(f->session, request, &json, &err), &err);
    answer = cJSON_ParseWithLength(json.data, json.length);
    if (answer == NULL)
        fail_msg("no JSON: %s", json.data);
    qiao_buffer_done(&json);
    return answer;
}

/* Counts of a facet as text "DE 3, JP 2". */
static const char *
facet(const cJSON *answer, const char *name)
{
    static char text[512];
    const cJSON *value,
        *values = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(answer, "facets"), name);
    int used = 0;

    assert_non_null(values);
    text[0] = '\0';
    cJSON_ArrayForEach(value, values) used +=
        snprintf(text + used, sizeof text - (size_t)used, "%s%s %d", used > 0 ? ", " : "",
                 cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "value")),
                 cJSON_GetObjectItemCaseSensitive(value, "count")->valueint);
    return text;
}

static int
number(const cJSON *answer, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(answer, name);

    assert_true(cJSON_IsNumber(item));
    return item->valueint;
}

static void
expect(void **state, const qiao_search_request *request, const char *name, const char *counts)
{
    cJSON *answer = answer_to(state, request);

    assert_string_equal(facet(answer, name), counts);
    cJSON_Delete(answer);
}

static const char *const by_country[] = {"country"}, *const by_field[] = {"field"};

static void
everything_is_counted_the_most_frequent_first(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    static const char *const facets[] = {"country", "field", "trl", "mode", "year", "language", "park"};
    cJSON *answer;

    request.facets = facets;
    request.facet_count = 7;
    request.limit = 1;
    answer = answer_to(state, &request);
    assert_int_equal(number(answer, "total"), 15);
    assert_string_equal(facet(answer, "country"), "DE 3, AT 2, CN 2, FR 2, JP 2, US 2, IL 1, KR 1");
    assert_string_equal(facet(answer, "field"), "energy 4, energy.battery 3, ict 1, ict.software 1, mat 1");
    assert_string_equal(facet(answer, "trl"), "4 2, 6 2, 5 1, 7 1, 8 1, 9 1");
    assert_string_equal(facet(answer, "mode"), "jv 1");
    assert_string_equal(facet(answer, "year"), "2026 2, 2024 1, 2025 1");
    assert_string_equal(facet(answer, "language"), "en 12, zh 3, de 1");
    assert_string_equal(facet(answer, "park"), "");
    cJSON_Delete(answer);
}

static void
what_words_and_filters_leave_out_is_not_counted(void **state)
{
    static const char *const germany[] = {"country:DE"};
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "battery");

    request.facets = by_country;
    request.facet_count = 1;
    expect(state, &request, "country", "DE 2, CN 1, KR 1");
    request.filters = germany;
    request.filter_count = 1;
    expect(state, &request, "country", "DE 2");
    request.trl_min = 1;
    expect(state, &request, "country", "DE 1");
}

static void
a_facet_that_is_filtered_by_shows_its_other_values_where_asked(void **state)
{
    static const char *const filters[] = {"country:DE|country:FR", "field:energy"}, *const facets[] = {"country",
                                                                                                       "field"};
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    cJSON *answer;

    request.facets = facets;
    request.facet_count = 2;
    request.filters = filters;
    request.filter_count = 2;
    request.disjunctive = true;
    answer = answer_to(state, &request);
    assert_int_equal(number(answer, "total"), 2);
    assert_string_equal(facet(answer, "country"), "DE 2, CN 1, KR 1");
    assert_string_equal(facet(answer, "field"), "energy 2, energy.battery 1, ict 1, ict.software 1");
    cJSON_Delete(answer);
}

static void
the_scope_of_a_caller_is_no_filter_to_be_lifted(void **state)
{
    static const char *const parks[] = {"park"}, *const haidian[] = {"park:haidian"};
    qiao_search_request request = qiao_test_request(QIAO_NEED, NULL);

    request.facets = parks;
    request.facet_count = 1;
    request.disjunctive = true;
    request.filters = haidian;
    request.filter_count = 1;
    expect(state, &request, "park", "haidian 2, changping 1, fengtai 1");
    request.scope = "park:haidian";
    expect(state, &request, "park", "haidian 2");
    request.scope = "owner:nobody";
    expect(state, &request, "park", "");
}

static void
values_past_the_number_asked_for_are_told(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    const cJSON *cut;
    cJSON *answer;

    request.facets = by_country;
    request.facet_count = 1;
    request.facet_values = 2;
    answer = answer_to(state, &request);
    assert_string_equal(facet(answer, "country"), "DE 3, AT 2");
    cut = cJSON_GetObjectItemCaseSensitive(answer, "facets_cut");
    assert_int_equal(cJSON_GetArraySize(cut), 1);
    cJSON_Delete(answer);
    request.facet_values = 8;
    answer = answer_to(state, &request);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "facets_cut")), 0);
    cJSON_Delete(answer);
}

static void
nothing_found_has_empty_facets(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "???");

    request.facets = by_field;
    request.facet_count = 1;
    expect(state, &request, "field", "");
    request.query = "zzzzqq";
    request.query_length = 6;
    expect(state, &request, "field", "");
}

static void
facets_that_are_none_and_too_many_are_refused(void **state)
{
    static const char *const colour[] = {"colour"}, *many[13];
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer json = {0};

    request.facets = colour;
    request.facet_count = 1;
    assert_int_equal(qiao_search_json(f->session, &request, &json, &err), QIAO_E_QUERY);
    for (size_t i = 0; i < 13; i++)
        many[i] = "country";
    request.facets = many;
    request.facet_count = 13;
    assert_int_equal(qiao_search_json(f->session, &request, &json, &err), QIAO_E_LIMIT);
    request.facet_count = 1;
    request.facet_values = 201;
    assert_int_equal(qiao_search_json(f->session, &request, &json, &err), QIAO_E_LIMIT);
    assert_int_equal(json.length, 0);
    qiao_buffer_done(&json);
}

static void
the_next_page_is_told_where_there_is_one(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    cJSON *answer;

    request.limit = 10;
    answer = answer_to(state, &request);
    assert_int_equal(number(answer, "next"), 10);
    cJSON_Delete(answer);
    request.offset = 10;
    answer = answer_to(state, &request);
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(answer, "next")));
    cJSON_Delete(answer);
    request.limit = 5;
    answer = answer_to(state, &request);
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(answer, "next")));
    cJSON_Delete(answer);
}

static void
what_bounds_leave_out_for_want_of_a_value_is_told_for_each(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    cJSON *answer;

    request.year_min = 2025;
    request.money_min = 100;
    answer = answer_to(state, &request);
    assert_int_equal(number(answer, "total"), 2);         /* hydrogen, water */
    assert_int_equal(number(answer, "year_unknown"), 0);  /* with money */
    assert_int_equal(number(answer, "money_unknown"), 1); /* rail-en, of 2026 */
    assert_null(cJSON_GetObjectItemCaseSensitive(answer, "trl_unknown"));
    cJSON_Delete(answer);
}

/* ---- similar records ---- */

static const char *
similar(void **state, qiao_kind kind, const char *id, const char *scope)
{
    static char text[512];
    fixture *f = *state;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const cJSON *hit;
    cJSON *answer;
    double before = 1;
    int used = 0;

    assert_ok(qiao_similar_json(f->session, kind, id, scope, 3, &json, &err), &err);
    answer = cJSON_ParseWithLength(json.data, json.length);
    assert_non_null(answer);
    text[0] = '\0';
    cJSON_ArrayForEach(hit, cJSON_GetObjectItemCaseSensitive(answer, "hits"))
    {
        double score = cJSON_GetObjectItemCaseSensitive(hit, "score")->valuedouble;

        assert_true(score <= before && score > 0);
        before = score;
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s", used > 0 ? " " : "",
                         cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(hit, "id")));
    }
    cJSON_Delete(answer);
    qiao_buffer_done(&json);
    return text;
}

static void
similar_records_are_of_the_same_side_and_cross_languages(void **state)
{
    assert_memory_equal(similar(state, QIAO_PROJECT, "t:battery-en", NULL), "t:battery-zh", 12);
    assert_memory_equal(similar(state, QIAO_PROJECT, "t:rail-en", NULL), "t:rail-zh", 9);
    assert_null(strstr(similar(state, QIAO_NEED, "t:need-robot", NULL), "t:robot"));
    assert_null(strstr(similar(state, QIAO_PROJECT, "t:robot-arm", NULL), "t:robot-arm"));
}

static void
similar_records_are_those_of_the_scope(void **state)
{
    assert_string_equal(similar(state, QIAO_PROJECT, "t:battery-en", "owner:nobody"), "");
}

static void
what_is_not_there_is_similar_to_nothing(void **state)
{
    fixture *f = *state;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_int_equal(qiao_similar_json(f->session, QIAO_PROJECT, "t:none", NULL, 0, &json, &err), QIAO_E_NOTFOUND);
    assert_int_equal(qiao_similar_json(f->session, QIAO_NEED, "t:battery-en", NULL, 0, &json, &err), QIAO_E_NOTFOUND);
    assert_int_equal(qiao_similar_json(f->session, QIAO_PROJECT, "t:battery-en", NULL, 51, &json, &err), QIAO_E_LIMIT);
    assert_int_equal(json.length, 0);
    qiao_buffer_done(&json);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_counted_the_most_frequent_first),
        cmocka_unit_test(what_words_and_filters_leave_out_is_not_counted),
        cmocka_unit_test(a_facet_that_is_filtered_by_shows_its_other_values_where_asked),
        cmocka_unit_test(the_scope_of_a_caller_is_no_filter_to_be_lifted),
        cmocka_unit_test(values_past_the_number_asked_for_are_told),
        cmocka_unit_test(nothing_found_has_empty_facets),
        cmocka_unit_test(facets_that_are_none_and_too_many_are_refused),
        cmocka_unit_test(the_next_page_is_told_where_there_is_one),
        cmocka_unit_test(what_bounds_leave_out_for_want_of_a_value_is_told_for_each),
        cmocka_unit_test(similar_records_are_of_the_same_side_and_cross_languages),
        cmocka_unit_test(similar_records_are_those_of_the_scope),
        cmocka_unit_test(what_is_not_there_is_similar_to_nothing),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
