/* Records on the desk are searched beside the generation: found at once, gone at once, seen by whom they are for. */
#include "support.h"

#include "search_catalogue.h"

#include "qiao/desk.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

typedef struct fixture {
    qiao_test_folder folder;
    qiao_desk *desk;
    qiao_engine *engine;
    qiao_session *session;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_engine_options options = {.share_dir = QIAO_BUILD_DIR "/share/qiao"};
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_lexicon();
    qiao_test_folder_init(&f.folder);
    qiao_test_catalogue(f.folder.path);
    assert_ok(qiao_desk_open(f.folder.path, true, &f.desk, &err), &err);
    options.data_dir = f.folder.path;
    options.desk = f.desk;
    assert_ok(qiao_engine_open(&options, &f.engine, &err), &err);
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
    qiao_desk_close(f->desk);
    qiao_test_folder_done(&f->folder);
    return 0;
}

/* Posts a record of canonical JSON; NULL withdraws it. */
static void
post(fixture *f, qiao_desk_table table, const char *id, const char *json)
{
    qiao_desk_change change = {.table = table,
                               .id = id,
                               .json = json,
                               .length = json == NULL ? 0 : strlen(json),
                               .withdraw = json == NULL,
                               .expected = QIAO_DESK_ANY,
                               .actor = "test",
                               .action = "change"};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t revision;

    assert_ok(qiao_desk_write(f->desk, &change, &revision, &err), &err);
}

/* Ids found, "a b c", and their number in *total. */
static const char *
found(void **state, const qiao_search_request *request, int *total)
{
    static char text[512];
    fixture *f = *state;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const cJSON *hit;
    cJSON *answer;
    int used = 0;

    assert_ok(qiao_search_json(f->session, request, &json, &err), &err);
    answer = cJSON_ParseWithLength(json.data, json.length);
    assert_non_null(answer);
    text[0] = '\0';
    cJSON_ArrayForEach(hit, cJSON_GetObjectItemCaseSensitive(answer, "hits")) used +=
        snprintf(text + used, sizeof text - (size_t)used, "%s%s", used > 0 ? " " : "",
                 cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(hit, "id")));
    if (total != NULL)
        *total = cJSON_GetObjectItemCaseSensitive(answer, "total")->valueint;
    cJSON_Delete(answer);
    qiao_buffer_done(&json);
    return text;
}

#define PUMP                                                                                                           \
    "{\"country\":\"FR\",\"id\":\"desk:1\",\"kind\":\"project\",\"title\":{\"en\":\"Cryogenic pump for liquid "        \
    "hydrogen\"},"                                                                                                     \
    "\"trl\":3,\"updated_at\":\"2026-06-01\"}"

static void
a_posted_record_is_found_and_counted_at_once_and_gone_at_once(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "liquid hydrogen pump");
    int total;

    request.order = QIAO_ORDER_NEWEST;
    assert_string_equal(found(state, &request, &total), "t:hydrogen-pump");
    post(f, QIAO_DESK_PROJECT, "desk:1", PUMP);
    assert_string_equal(found(state, &request, &total), "desk:1 t:hydrogen-pump");
    assert_int_equal(total, 2);
    request.query = "desk:1";
    request.query_length = 6;
    assert_string_equal(found(state, &request, NULL), "desk:1");
    post(f, QIAO_DESK_PROJECT, "desk:1", NULL);
    assert_string_equal(found(state, &request, &total), "");
    request.query = NULL;
    found(state, &request, &total);
    assert_int_equal(total, 15);
}

static void
a_posted_record_crosses_languages_as_others_do(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "手术机器人");

    post(f, QIAO_DESK_PROJECT, "desk:2",
         "{\"id\":\"desk:2\",\"kind\":\"project\",\"title\":{\"en\":\"Surgical robot for the spine\"}}");
    assert_non_null(strstr(found(state, &request, NULL), "desk:2"));
}

static void
a_changed_record_of_the_generation_is_found_as_it_is_now(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "laser AND robot");
    int total;

    assert_string_equal(found(state, &request, NULL), "t:robot-arm t:robot-surgery"); /* none has both */
    post(f, QIAO_DESK_PROJECT, "t:robot-arm",
         "{\"id\":\"t:robot-arm\",\"kind\":\"project\",\"title\":{\"en\":\"Laser robot\"}}");
    assert_string_equal(found(state, &request, &total), "t:robot-arm");
    assert_int_equal(total, 1);
    request.query = "castings";
    request.query_length = strlen(request.query);
    assert_string_equal(found(state, &request, NULL), "");
    request.query = NULL;
    found(state, &request, &total);
    assert_int_equal(total, 15);
    post(f, QIAO_DESK_PROJECT, "t:robot-arm", NULL);
    found(state, &request, &total);
    assert_int_equal(total, 14);
}

static void
what_the_generation_has_already_is_found_once(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "water");
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    int total;

    assert_ok(qiao_session_record_json(f->session, QIAO_PROJECT, "t:water", &json, &err), &err);
    post(f, QIAO_DESK_PROJECT, "t:water", json.data);
    qiao_buffer_done(&json);
    assert_string_equal(found(state, &request, &total), "t:water");
    assert_int_equal(total, 1);
}

static void
a_scope_sees_its_own_and_its_answers_rest_on_nothing_else(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_NEED, NULL);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t first, second, third;
    char own[48] = "owner:";
    int total;

    qiao_hash128_hex("Own Ltd", 7, own + 6);
    request.scope = own;
    found(state, &request, &total);
    assert_int_equal(total, 0);
    assert_ok(qiao_search_basis(f->session, QIAO_NEED, own, &first, &err), &err);
    post(f, QIAO_DESK_NEED, "desk:other",
         "{\"enterprise\":{\"name\":\"Other "
         "Ltd\"},\"id\":\"desk:other\",\"kind\":\"need\",\"title\":{\"en\":\"Robot\"}}");
    assert_ok(qiao_search_basis(f->session, QIAO_NEED, own, &second, &err), &err);
    assert_int_equal(first, second);
    found(state, &request, &total);
    assert_int_equal(total, 0);
    post(f, QIAO_DESK_NEED, "desk:own",
         "{\"enterprise\":{\"name\":\"Own Ltd\"},\"id\":\"desk:own\",\"kind\":\"need\",\"title\":{\"en\":\"Robot\"}}");
    assert_string_equal(found(state, &request, &total), "desk:own");
    assert_ok(qiao_search_basis(f->session, QIAO_NEED, own, &third, &err), &err);
    assert_int_not_equal(second, third);
    request.scope = NULL;
    request.query = "robot";
    request.query_length = 5;
    assert_non_null(strstr(found(state, &request, NULL), "desk:other"));
}

static void
many_scopes_take_turns(void **state)
{
    fixture *f = *state;

    for (int i = 0; i < 12; i++) {
        char id[32], json[256], scope[48] = "owner:", name[16];
        int n = snprintf(name, sizeof name, "Firm %d", i);

        snprintf(id, sizeof id, "desk:n%d", i);
        snprintf(json, sizeof json,
                 "{\"enterprise\":{\"name\":\"%s\"},\"id\":\"%s\",\"kind\":\"need\",\"title\":{\"en\":\"Robot\"}}",
                 name, id);
        post(f, QIAO_DESK_NEED, id, json);
        qiao_hash128_hex(name, (size_t)n, scope + 6);
        for (int turn = 0; turn < 2; turn++) {
            qiao_search_request request = qiao_test_request(QIAO_NEED, turn == 0 ? NULL : "robot");

            request.scope = scope;
            assert_string_equal(found(state, &request, NULL), id);
        }
    }
}

static void
posted_records_are_counted_by_tag_and_bounded(void **state)
{
    static const char *const facets[] = {"country"}, *const france[] = {"country:FR"};
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, NULL);
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;

    post(f, QIAO_DESK_PROJECT, "desk:1", PUMP);
    request.trl_max = 3;
    assert_string_equal(found(state, &request, NULL), "desk:1");
    request.trl_max = QIAO_UNKNOWN;
    request.facets = facets;
    request.facet_count = 1;
    request.filters = france;
    request.filter_count = 1;
    request.disjunctive = true;
    request.limit = 1;
    assert_ok(qiao_search_json(f->session, &request, &json, &err), &err);
    assert_non_null(strstr(json.data, "\"total\":3,"));
    assert_non_null(strstr(json.data, "{\"value\":\"FR\",\"count\":3}"));
    assert_non_null(strstr(json.data, "{\"value\":\"JP\",\"count\":2}"));
    qiao_buffer_done(&json);
}

static void
a_posted_record_has_similar_ones(void **state)
{
    fixture *f = *state;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;

    post(f, QIAO_DESK_PROJECT, "desk:1", PUMP);
    assert_ok(qiao_similar_json(f->session, QIAO_PROJECT, "desk:1", NULL, 1, &json, &err), &err);
    assert_non_null(strstr(json.data, "\"hits\":[{\"id\":\"t:hydrogen-pump\""));
    post(f, QIAO_DESK_PROJECT, "desk:1", NULL);
    assert_int_equal(qiao_similar_json(f->session, QIAO_PROJECT, "desk:1", NULL, 1, &json, &err), QIAO_E_NOTFOUND);
    qiao_buffer_done(&json);
}

static void
every_session_follows_the_desk(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "liquid hydrogen");
    qiao_session *first = f->session, *second = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    request.order = QIAO_ORDER_NEWEST;
    post(f, QIAO_DESK_PROJECT, "desk:1", PUMP);
    assert_ok(qiao_session_acquire(f->engine, &second, &err), &err);
    assert_ok(qiao_desk_note(f->desk, "test", "look", QIAO_DESK_PROJECT, "desk:1", &err), &err);
    f->session = second;
    assert_string_equal(found(state, &request, NULL), "desk:1 t:hydrogen-pump");
    post(f, QIAO_DESK_PROJECT, "desk:1", NULL);
    f->session = first;
    assert_string_equal(found(state, &request, NULL), "t:hydrogen-pump");
    f->session = second;
    assert_string_equal(found(state, &request, NULL), "t:hydrogen-pump");
    f->session = first;
    qiao_session_release(second);
}

static void
a_row_that_cannot_be_read_keeps_nothing_from_being_found(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "liquid hydrogen pump");

    request.order = QIAO_ORDER_NEWEST;
    post(f, QIAO_DESK_PROJECT, "desk:0", "{\"id\":\"desk:0\",\"kind\":\"project\",\"nothing\":1}");
    post(f, QIAO_DESK_PROJECT, "desk:1", PUMP);
    assert_string_equal(found(state, &request, NULL), "desk:1 t:hydrogen-pump");
}

/* Follows the desk, counts, and looks for similar ones. */
static qiao_status
search_once(void *context, qiao_error *err)
{
    static const char *const facets[] = {"country", "trl"}, *const france[] = {"country:FR"};
    fixture *f = context;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "hydrogen NOT (stor* OR turbine)");
    qiao_buffer json = {0};
    qiao_status st;

    request.facets = facets;
    request.facet_count = 2;
    request.filters = france;
    request.filter_count = 1;
    request.disjunctive = true;
    request.year_min = 1990;
    st = qiao_search_json(f->session, &request, &json, err);
    if (st == QIAO_OK)
        st = qiao_similar_json(f->session, QIAO_PROJECT, "desk:1", NULL, 0, &json, err);
    qiao_buffer_done(&json);
    return st;
}

static void
every_allocation_may_fail_while_following_the_desk(void **state)
{
    fixture *f = *state;
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "liquid hydrogen pump");

    request.order = QIAO_ORDER_NEWEST;
    post(f, QIAO_DESK_PROJECT, "t:hydrogen",
         "{\"id\":\"t:hydrogen\",\"kind\":\"project\",\"title\":{\"en\":\"Hydrogen store\"}}");
    post(f, QIAO_DESK_PROJECT, "desk:1", PUMP);
    assert_true(qiao_test_fail_allocations(NULL, search_once, f) > 50);
    assert_string_equal(found(state, &request, NULL), "desk:1 t:hydrogen-pump");
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        fresh(a_posted_record_is_found_and_counted_at_once_and_gone_at_once),
        fresh(a_posted_record_crosses_languages_as_others_do),
        fresh(a_changed_record_of_the_generation_is_found_as_it_is_now),
        fresh(what_the_generation_has_already_is_found_once),
        fresh(a_scope_sees_its_own_and_its_answers_rest_on_nothing_else),
        fresh(many_scopes_take_turns),
        fresh(posted_records_are_counted_by_tag_and_bounded),
        fresh(a_posted_record_has_similar_ones),
        fresh(every_session_follows_the_desk),
        fresh(every_allocation_may_fail_while_following_the_desk),
        fresh(a_row_that_cannot_be_read_keeps_nothing_from_being_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
