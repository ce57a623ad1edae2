/* The answer of a search as JSON: facts of a hit, highlights, terms, totals, limits. Which records are found is tested
 * in tests/golden. */
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

static cJSON *
search(void **state, qiao_kind side, const char *query)
{
    const qiao_search_request request = qiao_test_request(side, query);

    return answer_to(state, &request);
}

static const cJSON *
member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (item == NULL)
        fail_msg("no member %s", name);
    return item;
}

static const cJSON *
hit(const cJSON *answer, const char *id)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, member(answer, "hits")) if (strcmp(member(item, "id")->valuestring, id) == 0) return item;
    fail_msg("%s is not among the hits", id);
    return NULL;
}

static void
assert_string(const cJSON *object, const char *name, const char *expected)
{
    assert_string_equal(cJSON_GetStringValue(member(object, name)), expected);
}

/* The marked words of a hit, "title.en:Robot summary.en:robot". */
static const char *
marks(const cJSON *found)
{
    static char text[1024];
    const cJSON *mark;
    size_t used = 0;

    text[0] = '\0';
    cJSON_ArrayForEach(mark, member(found, "highlights"))
    {
        const char *field = member(mark, "field")->valuestring, *dot = strchr(field, '.');
        char name[32];
        const char *value;
        int start = member(mark, "start")->valueint, end = member(mark, "end")->valueint;

        snprintf(name, sizeof name, "%.*s", (int)(dot - field), field);
        value = member(member(found, name), dot + 1)->valuestring;
        assert_true(start >= 0 && start < end && (size_t)end <= strlen(value));
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%.*s", used == 0 ? "" : " ", field, end - start,
                                 value + start);
        assert_true(used < sizeof text);
    }
    return text;
}

static void
a_hit_tells_its_facts_and_leaves_out_what_is_unknown(void **state)
{
    cJSON *answer = search(state, QIAO_PROJECT, "sulfide");
    const cJSON *found = hit(answer, "t:battery-en");

    assert_string(answer, "generation", "gen-0000000001");
    assert_string(answer, "side", "projects");
    assert_string(answer, "query", "sulfide");
    assert_int_equal(member(answer, "total")->valueint, 1);
    assert_true(cJSON_IsFalse(member(answer, "estimated")));
    assert_string(found, "kind", "project");
    assert_true(member(found, "score")->valuedouble > 0);
    assert_string(found, "country", "DE");
    assert_int_equal(member(found, "trl")->valueint, 6);
    assert_string_equal(cJSON_GetArrayItem(member(found, "fields"), 0)->valuestring, "energy.battery");
    assert_null(cJSON_GetObjectItemCaseSensitive(found, "park"));
    assert_null(cJSON_GetObjectItemCaseSensitive(found, "org_name"));
    cJSON_Delete(answer);
    answer = search(state, QIAO_PROJECT, "catalogue coatings");
    found = hit(answer, "t:undated");
    assert_null(cJSON_GetObjectItemCaseSensitive(found, "trl"));
    assert_int_equal(cJSON_GetArraySize(member(found, "fields")), 0);
    assert_int_equal(cJSON_GetArraySize(member(found, "summary")), 0);
    cJSON_Delete(answer);
    answer = search(state, QIAO_NEED, "t:need-battery");
    found = hit(answer, "t:need-battery");
    assert_string(found, "kind", "need");
    assert_string(found, "park", "haidian");
    assert_int_equal(member(found, "trl_min")->valueint, 5);
    assert_int_equal(member(found, "trl_max")->valueint, 8);
    assert_null(cJSON_GetObjectItemCaseSensitive(found, "trl"));
    cJSON_Delete(answer);
}

static void
words_are_marked_in_every_language_of_a_record(void **state)
{
    static const struct {
        const char *query, *id, *marked;
    } cases[] = {
        {"电池", "t:battery-both", "title.en:battery title.zh:电池"},
        {"battery", "t:battery-both", "title.en:battery title.zh:电池"},
        {"固態電池", "t:battery-zh", "title.zh:固态 title.zh:电池 summary.zh:固态电池"},
        {"robots", "t:robot-arm", "title.en:Robot summary.en:robot"},
        {"轨道交通", "t:rail-zh", "title.zh:轨道 title.zh:交通"},
        {"solid state battery", "t:battery-en",
         "title.en:Solid title.en:state title.en:battery summary.en:solid summary.en:state summary.en:battery"},
        {"Batterie", "t:german", "title.de:Batterien summary.de:Batterien"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *answer = search(state, QIAO_PROJECT, cases[i].query);

        assert_string_equal(marks(hit(answer, cases[i].id)), cases[i].marked);
        cJSON_Delete(answer);
    }
}

static void
the_words_of_the_query_are_told_with_their_translations(void **state)
{
    cJSON *answer = search(state, QIAO_PROJECT, "固态电池 and robot");
    const cJSON *terms = member(answer, "terms"), *first = cJSON_GetArrayItem(terms, 0),
                *second = cJSON_GetArrayItem(terms, 1);
    char all[128] = "";
    const cJSON *item;

    assert_int_equal(cJSON_GetArraySize(terms), 2);
    assert_string(first, "text", "固态电池");
    cJSON_ArrayForEach(item, member(first, "translations"))
    {
        strncat(all, item->valuestring, sizeof all - strlen(all) - 1);
        strncat(all, " ", sizeof all - strlen(all) - 1);
    }
    assert_non_null(strstr(all, "solid "));
    assert_non_null(strstr(all, "state "));
    assert_non_null(strstr(all, "batteri "));
    assert_string(second, "text", "robot");
    assert_string_equal(cJSON_GetArrayItem(member(second, "translations"), 0)->valuestring, "机器人");
    cJSON_Delete(answer);
}

static void
without_translation_no_translations_are_told(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "电池");
    cJSON *answer;

    request.no_translation = true;
    answer = answer_to(state, &request);
    assert_int_equal(cJSON_GetArraySize(member(cJSON_GetArrayItem(member(answer, "terms"), 0), "translations")), 0);
    cJSON_Delete(answer);
}

/* What stands behind a NOT is told, and marked nowhere; a prefix marks whatever begins so. */
static void
prefixes_and_what_is_left_out_are_told_as_such(void **state)
{
    cJSON *answer = search(state, QIAO_PROJECT, "hydr* NOT pump");
    const cJSON *terms = member(answer, "terms"), *found = hit(answer, "t:hydrogen");

    assert_int_equal(member(answer, "total")->valueint, 1);
    assert_string_equal(marks(found), "title.en:Hydride title.en:hydrogen summary.en:hydrogen");
    assert_int_equal(cJSON_GetArraySize(terms), 2);
    for (int i = 0; i < 2; i++) {
        const cJSON *term = cJSON_GetArrayItem(terms, i);
        bool prefix = strcmp(member(term, "text")->valuestring, "hydr") == 0;

        assert_int_equal(cJSON_HasObjectItem(term, "prefix"), prefix);
        assert_int_equal(cJSON_HasObjectItem(term, "excluded"), !prefix);
    }
    cJSON_Delete(answer);
    answer = search(state, QIAO_PROJECT, "robot NOT surgery");
    assert_null(strstr(marks(hit(answer, "t:robot-arm")), "surg"));
    cJSON_Delete(answer);
}

static void
a_relaxed_search_says_so_and_how_many_have_all_words(void **state)
{
    cJSON *answer = search(state, QIAO_PROJECT, "hydrogen pump");

    assert_true(cJSON_IsTrue(member(answer, "relaxed")));
    assert_int_equal(member(answer, "with_all_words")->valueint, 1);
    assert_int_equal(member(answer, "total")->valueint, 2);
    assert_string_equal(member(cJSON_GetArrayItem(member(answer, "hits"), 0), "id")->valuestring, "t:hydrogen-pump");
    cJSON_Delete(answer);
    answer = search(state, QIAO_PROJECT, "hydrogen");
    assert_null(cJSON_GetObjectItemCaseSensitive(answer, "relaxed"));
    cJSON_Delete(answer);
}

static void
records_left_out_since_their_readiness_is_unknown_are_counted(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "hydrogen");
    cJSON *answer;

    request.trl_min = 5;
    answer = answer_to(state, &request);
    assert_int_equal(member(answer, "total")->valueint, 1);
    assert_int_equal(member(answer, "trl_unknown")->valueint, 1);
    cJSON_Delete(answer);
    answer = search(state, QIAO_PROJECT, "hydrogen");
    assert_null(cJSON_GetObjectItemCaseSensitive(answer, "trl_unknown"));
    cJSON_Delete(answer);
}

/* Distinct words "qaaq qabq ... " */
static void
fill_words(char *text, size_t room, size_t count)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, room - used, "q%c%cq ", (int)('a' + i / 26), (int)('a' + i % 26));
}

static void
words_past_the_limit_are_counted_not_dropped_in_silence(void **state)
{
    static char text[4096];
    cJSON *answer;

    fill_words(text, sizeof text, 70);
    answer = search(state, QIAO_PROJECT, text);
    assert_int_equal(member(answer, "words_ignored")->valueint, 6);
    assert_int_equal(cJSON_GetArraySize(member(answer, "terms")), 64);
    cJSON_Delete(answer);
}

static void
a_word_given_twice_is_one_word(void **state)
{
    cJSON *answer = search(state, QIAO_PROJECT, "robot robots ROBOT");

    assert_int_equal(cJSON_GetArraySize(member(answer, "terms")), 1);
    cJSON_Delete(answer);
}

static void
hostile_queries_are_answered_or_refused(void **state)
{
    static char longest[8192 + 2];
    static const char *const queries[] = {
        "\"",
        "\"\"",
        "“",
        "title:",
        "title：",
        "title:\"\"",
        "id:",
        "id:\"\"",
        "::::",
        "title:title:robot",
        "\xff\xfe robot \xc3",
        "\xe7\x94",
        "NEAR/3 robot AND (",
        "*",
        "ro*",
        "\x01\x02",
        "电\xe6",
        "a\tb\nc",
        "\"robot\" \"",
        "XSrobot Srobot Kproject",
        "🤖",
        "~robot",
        "#",
    };
    fixture *f = *state;
    qiao_search_request request;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        cJSON *answer = search(state, QIAO_PROJECT, queries[i]);

        cJSON_Delete(answer);
    }
    memset(longest, 'x', sizeof longest - 1);
    request = qiao_test_request(QIAO_PROJECT, longest);
    qiao_buffer_text(&json, "kept");
    assert_status(qiao_search_json(f->session, &request, &json, &err), QIAO_E_LIMIT, &err);
    assert_string_equal(json.data, "kept");
    request.query_length = 8192;
    cJSON_Delete(answer_to(state, &request));
    qiao_buffer_done(&json);
}

static void
a_word_that_looks_like_a_term_of_the_index_finds_nothing(void **state)
{
    cJSON *answer = search(state, QIAO_PROJECT, "Kproject");

    assert_int_equal(member(answer, "total")->valueint, 0);
    cJSON_Delete(answer);
}

static void
refusals_are_said_in_both_languages(void **state)
{
    static const char *const filters[][1] = {{"country:DEE"}, {"colour:red"}, {"country"}, {"group:XYZZY"}};
    fixture *f = *state;

    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
        qiao_buffer json = {0};
        qiao_error err = QIAO_ERROR_INIT;

        request.filters = filters[i];
        request.filter_count = 1;
        assert_status(qiao_search_json(f->session, &request, &json, &err), QIAO_E_QUERY, &err);
        assert_string_not_equal(err.message, err.message_zh);
        assert_int_equal(json.length, 0);
        qiao_buffer_done(&json);
    }
}

static void
too_many_filters_are_refused(void **state)
{
    const char *filters[40];
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    fixture *f = *state;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;

    for (size_t i = 0; i < 40; i++)
        filters[i] = "country:DE";
    request.filters = filters;
    request.filter_count = 40;
    assert_status(qiao_search_json(f->session, &request, &json, &err), QIAO_E_LIMIT, &err);
    request.filter_count = 30;
    cJSON_Delete(answer_to(state, &request));
    qiao_buffer_done(&json);
}

static void
an_answer_that_does_not_fit_is_not_cut_in_the_middle(void **state)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    fixture *f = *state;
    qiao_buffer json = {.limit = 600};
    qiao_error err = QIAO_ERROR_INIT;

    assert_status(qiao_search_json(f->session, &request, &json, &err), QIAO_E_LIMIT, &err);
    assert_int_equal(json.length, 0);
    qiao_buffer_done(&json);
}

static void
the_same_search_gives_the_same_bytes(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "电池 robot hydrogen 监测");
    qiao_buffer first = {0}, again = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_search_json(f->session, &request, &first, &err), &err);
    for (int i = 0; i < 3; i++) {
        qiao_buffer_clear(&again);
        cJSON_Delete(search(state, QIAO_NEED, "轴承"));
        assert_ok(qiao_search_json(f->session, &request, &again, &err), &err);
        assert_int_equal(again.length, first.length);
        assert_memory_equal(again.data, first.data, first.length);
    }
    qiao_buffer_done(&first);
    qiao_buffer_done(&again);
}

static qiao_status
search_once(void *context, qiao_error *err)
{
    fixture *f = context;
    static const char *const filters[] = {"country:DE|JP"};
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "title:robot \"电池\" hydrogen 氢气 Batterie");
    qiao_buffer json = {0};
    qiao_status st;

    request.filters = filters;
    request.filter_count = 1;
    st = qiao_search_json(f->session, &request, &json, err);
    qiao_buffer_done(&json);
    return st;
}

static void
every_allocation_may_fail_while_searching(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, search_once, *state) > 3);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_tells_its_facts_and_leaves_out_what_is_unknown),
        cmocka_unit_test(words_are_marked_in_every_language_of_a_record),
        cmocka_unit_test(the_words_of_the_query_are_told_with_their_translations),
        cmocka_unit_test(without_translation_no_translations_are_told),
        cmocka_unit_test(prefixes_and_what_is_left_out_are_told_as_such),
        cmocka_unit_test(a_relaxed_search_says_so_and_how_many_have_all_words),
        cmocka_unit_test(records_left_out_since_their_readiness_is_unknown_are_counted),
        cmocka_unit_test(words_past_the_limit_are_counted_not_dropped_in_silence),
        cmocka_unit_test(a_word_given_twice_is_one_word),
        cmocka_unit_test(hostile_queries_are_answered_or_refused),
        cmocka_unit_test(a_word_that_looks_like_a_term_of_the_index_finds_nothing),
        cmocka_unit_test(refusals_are_said_in_both_languages),
        cmocka_unit_test(too_many_filters_are_refused),
        cmocka_unit_test(an_answer_that_does_not_fit_is_not_cut_in_the_middle),
        cmocka_unit_test(the_same_search_gives_the_same_bytes),
        cmocka_unit_test(every_allocation_may_fail_while_searching),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
