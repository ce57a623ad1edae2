/* The parts of qiao-api that need no engine: addresses, parameters, languages, limits of JSON, options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "http.h"
#include "json_guard.h"
#include "listen.h"
#include "options.h"
#include "parameters.h"
#include "router.h"
#include "service.h"
#include "url.h"
#include "visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static qiao_test_guard guard; /* readers die when they look past the end of what they were given */

static int
open_guard(void **state)
{
    (void)state;
    qiao_test_guard_init(&guard, 4096);
    return 0;
}

static int
close_guard(void **state)
{
    (void)state;
    qiao_test_guard_done(&guard);
    return 0;
}

/* ---- addresses ---- */

static void
escapes_are_decoded_or_refused(void **state)
{
    static const struct {
        const char *text, *path, *query; /* NULL = refused */
    } cases[] = {
        {"", "", ""},
        {"a+b", "a+b", "a b"},
        {"%E5%9B%BA", "固", "固"},
        {"%e5%9b%ba", "固", "固"},
        {"a%2Fb%25", "a/b%", "a/b%"},
        {"100%", NULL, NULL},
        {"%2", NULL, NULL},
        {"%zz", NULL, NULL},
        {"%+1", NULL, NULL},
        {"%00", NULL, NULL},
        {"%ff", NULL, NULL},
        {"%e5%9b", NULL, NULL},
        {"\xff", NULL, NULL},
    };
    char out[64];
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = qiao_test_guard_put(&guard, cases[i].text, strlen(cases[i].text));

        for (int plus = 0; plus < 2; plus++) {
            const char *expected = plus ? cases[i].query : cases[i].path;
            bool fine = qiaoi_url_decode(text, strlen(cases[i].text), plus, out, &length);

            if (fine != (expected != NULL))
                fail_msg("%s: %s", cases[i].text, fine ? "decoded" : "refused");
            if (fine) {
                assert_string_equal(out, expected);
                assert_int_equal(length, strlen(expected));
            }
        }
    }
}

static void
query_strings_fall_into_pairs(void **state)
{
    const char *at = "a=1&&b&=c&d=e=f&";
    char text[64] = "";
    qiaoi_url_pair pair;

    (void)state;
    while (qiaoi_url_next(&at, &pair)) {
        size_t used = strlen(text);

        snprintf(text + used, sizeof text - used, "[%.*s|%.*s]", (int)pair.name_length, pair.name,
                 pair.value != NULL ? (int)pair.value_length : 4, pair.value != NULL ? pair.value : "none");
    }
    assert_string_equal(text, "[a|1][b|none][|c][d|e=f]");
    assert_string_equal(qiaoi_url_query("/a?b?c"), "b?c");
    assert_string_equal(qiaoi_url_query("/a"), "");
    assert_int_equal(qiaoi_url_path("/a?b"), 2);
}

/* ---- who reads which field ---- */

/* Letters of the roles that read it: p, e, s, j; of an organisation kept back the same where the record asks for it. */
static const char *
readers_of(const char *path, bool confidential)
{
    static const char *const inside[] = {
        "attachments_meta",      "quality",           "source.channel",       "source.event",
        "source.liaison_office", "not.in.the.schema", "case.not_in_the_table"};
    static const char *const staff[] = {"case.internal_note", "contact_role", "decision_owner", "enterprise.uscc"};
    static const char *const organisation[] = {"enterprise.name", "org_name"};

    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (strcmp(path, inside[i]) == 0)
            return "sj";
    for (size_t i = 0; i < sizeof staff / sizeof staff[0]; i++)
        if (strcmp(path, staff[i]) == 0)
            return "s";
    for (size_t i = 0; i < sizeof organisation / sizeof organisation[0]; i++)
        if (strcmp(path, organisation[i]) == 0)
            return confidential ? "s" : "pesj";
    return "pesj";
}

static void
check_readers(const char *path)
{
    for (int role = 0; role < QIAOI_ROLE_COUNT; role++)
        for (int confidential = 0; confidential < 2; confidential++) {
            bool expected = strchr(readers_of(path, confidential), qiaoi_role_word((qiaoi_role)role)[0]) != NULL;

            if (qiaoi_visible_field((qiaoi_role)role, false, confidential, path) != expected)
                fail_msg("%s for %s: not %s", path, qiaoi_role_word((qiaoi_role)role), expected ? "shown" : "hidden");
            assert_true(qiaoi_visible_field((qiaoi_role)role, true, confidential, path));
        }
}

static void
every_field_is_for_the_roles_that_may_read_it(void **state)
{
    size_t count = 0;

    (void)state;
    for (const qiao_field *field; (field = qiao_record_field_at(count)) != NULL; count++)
        check_readers(field->path);
    assert_true(count > 90);
    check_readers("not.in.the.schema");
    check_readers("case.internal_note");
    check_readers("case.not_in_the_table");
    check_readers("case.note");
    check_readers("case.status");
}

static const qiaoi_route routes[] = {
    {"GET", "/a", NULL, QIAOI_SESSION_NONE, 0},
    {"GET", "/p/{id}/matches", NULL, QIAOI_SESSION_NONE, 0},
    {"GET", "/p/{id}", NULL, QIAOI_SESSION_NONE, 0},
    {"PUT", "/p/{id}", NULL, QIAOI_SESSION_NONE, 0},
    {"GET", "/q/{id}/{other}", NULL, QIAOI_SESSION_NONE, 0},
    {NULL, NULL, NULL, QIAOI_SESSION_NONE, 0},
};

static void
routes_are_found_by_address_and_method(void **state)
{
    static const struct {
        const char *method, *path;
        int route; /* -1: not this method, -2: no such address */
        const char *id, *allow;
    } cases[] = {
        {"GET", "/a", 0, NULL, "GET, HEAD, OPTIONS"},
        {"HEAD", "/a", 0, NULL, "GET, HEAD, OPTIONS"},
        {"POST", "/a", -1, NULL, "GET, HEAD, OPTIONS"},
        {"get", "/a", -1, NULL, "GET, HEAD, OPTIONS"},
        {"GET", "/a/", -2, NULL, ""},
        {"GET", "", -2, NULL, ""},
        {"GET", "/p/", -2, NULL, ""},
        {"GET", "/p/x", 2, "x", "GET, HEAD, PUT, OPTIONS"},
        {"PUT", "/p/x", 3, "x", "GET, HEAD, PUT, OPTIONS"},
        {"GET", "/p/x/y%2f:z", 2, "x/y%2f:z", "GET, HEAD, PUT, OPTIONS"},
        {"GET", "/p/x/matches", 1, "x", "GET, HEAD, OPTIONS"},
        {"PUT", "/p/x/matches", -1, "x", "GET, HEAD, OPTIONS"},
        {"GET", "/p/x/y/matches", 1, "x/y", "GET, HEAD, OPTIONS"},
        {"GET", "/p/x%2Fmatches", 2, "x%2Fmatches", "GET, HEAD, PUT, OPTIONS"},
        {"GET", "/p/matches", 2, "matches", "GET, HEAD, PUT, OPTIONS"},
        {"GET", "/p//matches", 2, "/matches", "GET, HEAD, PUT, OPTIONS"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = qiao_test_guard_put(&guard, cases[i].path, strlen(cases[i].path));
        qiaoi_routing found;
        int route;

        qiaoi_route_find(routes, cases[i].method, path, strlen(cases[i].path), &found);
        route = found.route != NULL ? (int)(found.route - routes) : found.known ? -1 : -2;
        if (route != cases[i].route)
            fail_msg("%s %s: %d, not %d", cases[i].method, cases[i].path, route, cases[i].route);
        assert_string_equal(found.allow, cases[i].allow);
        if (cases[i].id != NULL) {
            assert_int_equal(found.id_length, strlen(cases[i].id));
            assert_memory_equal(found.id, cases[i].id, found.id_length);
        }
    }
}

static void
an_address_may_have_two_ids(void **state)
{
    static const struct {
        const char *path, *id, *other; /* id NULL: no such address */
    } cases[] = {
        {"/q/a:1/b:2", "a:1", "b:2"}, {"/q/a%2Fx/b/y", "a%2Fx", "b/y"}, {"/q/a:1", NULL, NULL},
        {"/q/a:1/", NULL, NULL},      {"/q//b:2", NULL, NULL},          {"/q/", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = qiao_test_guard_put(&guard, cases[i].path, strlen(cases[i].path));
        qiaoi_routing found;

        qiaoi_route_find(routes, "GET", path, strlen(cases[i].path), &found);
        if (found.known != (cases[i].id != NULL))
            fail_msg("%s", cases[i].path);
        if (cases[i].id == NULL)
            continue;
        assert_int_equal(found.id_length, strlen(cases[i].id));
        assert_memory_equal(found.id, cases[i].id, found.id_length);
        assert_int_equal(found.other_length, strlen(cases[i].other));
        assert_memory_equal(found.other, cases[i].other, found.other_length);
    }
}

/* ---- what a request says of itself ---- */

static void
language_is_the_best_that_we_speak(void **state)
{
    static const struct {
        const char *header;
        qiao_language expected; /* fallback: English */
    } cases[] = {
        {NULL, QIAO_LANGUAGE_EN},
        {"", QIAO_LANGUAGE_EN},
        {"zh", QIAO_LANGUAGE_ZH},
        {"ZH-Hans-CN", QIAO_LANGUAGE_ZH},
        {"en-US,en;q=0.9,zh;q=0.8", QIAO_LANGUAGE_EN},
        {"fr;q=1, zh;q=0.2, en;q=0.1", QIAO_LANGUAGE_ZH},
        {"en;q=0, zh;q=0.001", QIAO_LANGUAGE_ZH},
        {"zh;q=0", QIAO_LANGUAGE_EN},
        {"zh;q=7", QIAO_LANGUAGE_EN},
        {"zha", QIAO_LANGUAGE_EN},
        {"z", QIAO_LANGUAGE_EN},
        {",,;;q", QIAO_LANGUAGE_EN},
        {" zh ;q=0.5", QIAO_LANGUAGE_ZH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (qiaoi_language_wanted(cases[i].header, QIAO_LANGUAGE_EN) != cases[i].expected)
            fail_msg("%s", cases[i].header);
    assert_int_equal(qiaoi_language_wanted("fr", QIAO_LANGUAGE_ZH), QIAO_LANGUAGE_ZH);
}

static void
json_is_told_from_what_is_none(void **state)
{
    static const struct {
        const char *text;
        qiaoi_json_fault expected;
        size_t at;
    } cases[] = {
        {"{\"a\":[1,-2.5e+3,true,false,null,\"b\",{},[]],\"\":0}", QIAOI_JSON_FINE, 0},
        {" \t\r\n[ ] ", QIAOI_JSON_FINE, 0},
        {"\"a\"", QIAOI_JSON_FINE, 0},
        {"0", QIAOI_JSON_FINE, 0},
        {"-0.0E-1", QIAOI_JSON_FINE, 0},
        {"\xef\xbb\xbf{}", QIAOI_JSON_FINE, 0},
        {"\"\\u0001\\ud83d\\ude00\\n\\/\"", QIAOI_JSON_FINE, 0},
        {"\"\\\\u0000\"", QIAOI_JSON_FINE, 0},
        {"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", QIAOI_JSON_FINE, 0},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", QIAOI_JSON_FINE, 0},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", QIAOI_JSON_TOO_DEEP, 40},
        {"\"\\u0000\"", QIAOI_JSON_HAS_NUL, 1},
        {"\"\\\\\\u0000\"", QIAOI_JSON_HAS_NUL, 3},
        {"\"\xe5\x9b\"", QIAOI_JSON_NOT_UTF8, 0},
        {"", QIAOI_JSON_BROKEN, 0},
        {" ", QIAOI_JSON_BROKEN, 1},
        {"{", QIAOI_JSON_BROKEN, 1},
        {"[", QIAOI_JSON_BROKEN, 1},
        {"]", QIAOI_JSON_BROKEN, 0},
        {"[}", QIAOI_JSON_BROKEN, 1},
        {"{]", QIAOI_JSON_BROKEN, 1},
        {"[1,]", QIAOI_JSON_BROKEN, 3},
        {"[1 2]", QIAOI_JSON_BROKEN, 3},
        {"[,1]", QIAOI_JSON_BROKEN, 1},
        {"{\"a\":1,}", QIAOI_JSON_BROKEN, 7},
        {"{\"a\"}", QIAOI_JSON_BROKEN, 4},
        {"{a:1}", QIAOI_JSON_BROKEN, 1},
        {"{\"a\":}", QIAOI_JSON_BROKEN, 5},
        {"{\"a\":1", QIAOI_JSON_BROKEN, 6},
        {"{} x", QIAOI_JSON_BROKEN, 3},
        {"1 1", QIAOI_JSON_BROKEN, 2},
        {"01", QIAOI_JSON_BROKEN, 1},
        {"+1", QIAOI_JSON_BROKEN, 0},
        {"1.", QIAOI_JSON_BROKEN, 2},
        {".5", QIAOI_JSON_BROKEN, 0},
        {"1e", QIAOI_JSON_BROKEN, 2},
        {"-", QIAOI_JSON_BROKEN, 1},
        {"NaN", QIAOI_JSON_BROKEN, 0},
        {"tru", QIAOI_JSON_BROKEN, 0},
        {"True", QIAOI_JSON_BROKEN, 0},
        {"\"a", QIAOI_JSON_BROKEN, 2},
        {"\"a\n\"", QIAOI_JSON_BROKEN, 2},
        {"'a'", QIAOI_JSON_BROKEN, 0},
        {"\"\\", QIAOI_JSON_BROKEN, 1},
        {"\"\\x\"", QIAOI_JSON_BROKEN, 1},
        {"\"\\u00", QIAOI_JSON_BROKEN, 1},
        {"\"\\u00g0\"", QIAOI_JSON_BROKEN, 1},
        {"\"\\ude00\"", QIAOI_JSON_BROKEN, 1},
        {"\"\\ud83d\"", QIAOI_JSON_BROKEN, 7},
        {"\"\\ud83d\\u0041\"", QIAOI_JSON_BROKEN, 7},
        {"1111111111222222222233333333334444444444555555555566666666667", QIAOI_JSON_BROKEN, 61},
        {"/* */1", QIAOI_JSON_BROKEN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = qiao_test_guard_put(&guard, cases[i].text, strlen(cases[i].text));
        size_t at = 0;
        qiaoi_json_fault fault = qiaoi_json_guard(text, strlen(cases[i].text), &at);

        if (fault != cases[i].expected)
            fail_msg("%s: %d at %zu, not %d", cases[i].text, (int)fault, at, (int)cases[i].expected);
        if (fault != QIAOI_JSON_FINE && at != cases[i].at)
            fail_msg("%s: at %zu, not %zu", cases[i].text, at, cases[i].at);
    }
}

static void
json_cut_anywhere_is_broken_where_it_was_cut(void **state)
{
    static const char whole[] = "{\"a\":[1.5e-7,true,\"\\ud83d\\ude00 \xe5\x9b\xba\"],\"b\":{\"c\":null}}";

    (void)state;
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        const char *text = qiao_test_guard_put(&guard, whole, length);
        size_t at = 0;
        qiaoi_json_fault fault = qiaoi_json_guard(text, length, &at);

        if (fault != QIAOI_JSON_BROKEN && fault != QIAOI_JSON_NOT_UTF8)
            fail_msg("cut at %zu: %d", length, (int)fault);
        assert_true(at <= length);
    }
}

/* ---- parameters ---- */

typedef struct asked {
    qiao_vocabulary *vocabulary;
    qiao_arena *arena;
    qiaoi_problem problem;
    qiaoi_parameters out;
} asked;

static int
open_vocabulary(void **state)
{
    asked *a = calloc(1, sizeof *a);
    qiao_error error = QIAO_ERROR_INIT;

    if (a == NULL || qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &a->vocabulary, &error) != QIAO_OK) {
        free(a);
        return -1;
    }
    a->arena = qiao_arena_new(4096);
    *state = a;
    return a->arena != NULL ? 0 : -1;
}

static int
close_vocabulary(void **state)
{
    asked *a = *state;

    qiao_vocabulary_close(a->vocabulary);
    qiao_arena_free(a->arena);
    free(a);
    return 0;
}

static void
ask(asked *a, unsigned allowed, const char *query)
{
    qiaoi_parameter_reader reader = {.vocabulary = a->vocabulary,
                                     .arena = a->arena,
                                     .problem = &a->problem,
                                     .out = &a->out,
                                     .allowed = allowed,
                                     .limit_max = 200};

    qiaoi_problem_init(&a->problem);
    qiaoi_parameters_init(&a->out);
    qiaoi_parameters_query(&reader, query);
}

static void
filters_become_tags_of_the_catalogue(void **state)
{
    static const struct {
        const char *query, *filters;
    } cases[] = {
        {"", ""},
        {"country=DE", "country:DE"},
        {"country=%E5%BE%B7%E5%9B%BD&country=UK,EL", "country:DE|country:GB|country:GR"},
        {"country=EU,JP", "group:EU|country:JP"},
        {"group=%E6%AC%A7%E7%9B%9F", "group:EU"},
        {"field=energy&park=haidian&mode=jv", "field:energy park:haidian mode:jv"},
        {"park=%E6%80%80%E6%9F%94%E7%A7%91%E5%AD%A6%E5%9F%8E", "park:huairou_science_city"},
        {"mode=jv&country=DE&mode=equity", "mode:jv|mode:equity country:DE"},
    };
    asked *a = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256] = "";

        ask(a, QIAOI_P_FILTERS, cases[i].query);
        if (a->problem.code != QIAOI_PROBLEM_NONE)
            fail_msg("%s: %s", cases[i].query, a->problem.places[0].error.message);
        for (size_t f = 0; f < a->out.filter_count; f++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", f != 0 ? " " : "", a->out.filters[f]);
        assert_string_equal(text, cases[i].filters);
    }
}

static void
trl_bounds_become_a_filter_of_a_match(void **state)
{
    static const struct {
        const char *query, *filter;
    } cases[] = {
        {"trl_min=8", "trl:8|trl:9"},
        {"trl_max=1", "trl:1"},
        {"trl_min=4&trl_max=5", "trl:4|trl:5"},
        {"trl_min=1", "trl:1|trl:2|trl:3|trl:4|trl:5|trl:6|trl:7|trl:8|trl:9"},
    };
    asked *a = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_match_request request = {.kind = QIAO_NEED};

        ask(a, QIAOI_P_MATCH, cases[i].query);
        qiaoi_parameters_to_match(&a->out, &request);
        assert_int_equal(request.filter_count, 1);
        assert_string_equal(request.filters[0], cases[i].filter);
    }
}

static void
every_wrong_parameter_is_named(void **state)
{
    asked *a = *state;

    ask(a, QIAOI_P_FILTERS | QIAOI_BIT(QIAOI_P_LIMIT),
        "limit=0&q=x&country=Germanien&limit=3&trl_min=9&trl_max=2&field=");
    assert_int_equal(a->problem.code, QIAOI_PROBLEM_BAD_PARAMETER);
    assert_int_equal(a->problem.count, 6);
    assert_string_equal(a->problem.places[0].parameter, "limit");
    assert_string_equal(a->problem.places[1].parameter, "q");
    assert_string_equal(a->problem.places[2].parameter, "country");
    assert_string_equal(a->problem.places[2].value, "Germanien");
    assert_string_equal(a->problem.places[3].error.message, "is given twice");
    assert_string_equal(a->problem.places[3].error.message_zh, "重复出现");
    assert_string_equal(a->problem.places[4].parameter, "field");
    assert_string_equal(a->problem.places[5].parameter, "trl_max");
}

static void
numbers_are_digits_within_bounds(void **state)
{
    static const char *const wrong[] = {
        "", "0", "201", "-1", "+1", " 1", "1 ", "1.0", "1e1", "0x1", "99999999999999999999", "\xef\xbc\x91"};
    asked *a = *state;
    char query[64];

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(query, sizeof query, "limit=%s", wrong[i]);
        ask(a, QIAOI_BIT(QIAOI_P_LIMIT), query);
        if (a->problem.code != QIAOI_PROBLEM_BAD_PARAMETER)
            fail_msg("\"%s\" was taken as a number", wrong[i]);
    }
    ask(a, QIAOI_BIT(QIAOI_P_LIMIT), "limit=200");
    assert_int_equal(a->problem.code, QIAOI_PROBLEM_NONE);
    assert_int_equal(a->out.limit, 200);
}

/* ---- problems and headers ---- */

static void
values_from_outside_are_shown_printable_and_short(void **state)
{
    qiaoi_problem problem;
    qiao_buffer text = {0};
    qiaoi_problem_frame frame = {.language = QIAO_LANGUAGE_EN, .instance = "/x\"\\\n", .request_id = "r"};
    char value[400];

    (void)state;
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    memcpy(value + 93, "固", 3); /* the cut falls inside it */
    qiaoi_problem_init(&problem);
    qiao_fail(qiaoi_problem_parameter(&problem, "limit", value), QIAO_E_INPUT, "is given twice");
    qiao_fail(qiaoi_problem_pointer(&problem, "/a", "x\xff\n"), QIAO_E_INPUT, "is given twice");
    assert_int_equal(strlen(problem.places[0].value), 93);
    qiaoi_problem_write(&problem, &frame, &text);
    assert_false(text.failed);
    assert_non_null(strstr(text.data, "\"instance\":\"/x\\\"\\\\\\n\""));
    assert_non_null(strstr(text.data, "{\"pointer\":\"/a\",\"value\":\"x? \",\"detail\":\"is given twice\"}"));
    qiao_buffer_done(&text);
}

static void
only_the_first_places_are_kept_and_all_are_counted(void **state)
{
    qiaoi_problem problem;

    (void)state;
    qiaoi_problem_init(&problem);
    for (int i = 0; i < 100; i++)
        qiao_fail(qiaoi_problem_parameter(&problem, "x", NULL), QIAO_E_INPUT, "is given twice");
    assert_int_equal(problem.count, QIAOI_PLACES_MAX);
    assert_int_equal(problem.total, 100);
}

static void
headers_that_would_split_the_response_are_left_out(void **state)
{
    qiaoi_http_response response = {0};

    (void)state;
    qiaoi_http_set(&response, "X-A", "fine");
    qiaoi_http_set(&response, "X-B", "a\r\nSet-Cookie: b");
    qiaoi_http_set(&response, "X-C", "\x7f");
    assert_int_equal(response.header_count, 1);
    for (int i = 0; i < 50; i++)
        qiaoi_http_set(&response, "X-D", "d");
    assert_int_equal(response.header_count, QIAOI_HTTP_HEADERS_OUT);
}

/* ---- the program ---- */

static qiao_status
read_options(const char *line, qiaoi_options *out, qiao_error *error)
{
    static char copy[256];
    char *argv[16], *rest = copy;
    int argc = 0;

    snprintf(copy, sizeof copy, "qiao-api %s", line);
    while (rest != NULL && argc < 16) {
        char *space = strchr(rest, ' ');

        argv[argc++] = rest;
        if (space != NULL)
            *space++ = '\0';
        rest = space;
    }
    return qiaoi_options_read(argc, argv, out, error);
}

static void
options_are_read_by_their_table(void **state)
{
    static const char *const wrong[] = {"serve",
                                        "--data",
                                        "--data= --help",
                                        "--data d extra",
                                        "--data d --threads 513",
                                        "--data d --max-body 1023",
                                        "--data d --timeout 0",
                                        "--data d --lang de",
                                        "--data d --listen",
                                        "--data d --helpx",
                                        "--data d --help=yes",
                                        "--data d -h"};
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_options options;

    (void)state;
    assert_int_equal(
        read_options("serve --data d --listen=h:1 --threads 3 --max-body 2048 --timeout 9 --lang zh", &options, &error),
        QIAO_OK);
    assert_string_equal(options.data, "d");
    assert_string_equal(options.listen, "h:1");
    assert_int_equal(options.threads, 3);
    assert_int_equal(options.max_body, 2048);
    assert_int_equal(options.timeout, 9);
    assert_int_equal(qiaoi_options_language(&options), QIAO_LANGUAGE_ZH);
    assert_int_equal(read_options("--data d", &options, &error), QIAO_OK);
    assert_string_equal(options.listen, "127.0.0.1:8080");
    assert_int_equal(options.max_body, 1048576);
    assert_int_equal(read_options("--help", &options, &error), QIAO_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (read_options(wrong[i], &options, &error) != QIAO_E_USAGE)
            fail_msg("taken: %s", wrong[i]);
}

static void
help_names_every_option_in_both_languages(void **state)
{
    static const char *const names[] = {"--data DIR",       "--listen HOST:PORT", "--threads N",
                                        "--max-body BYTES", "--timeout SECONDS",  "--lang zh|en"};
    qiao_buffer en = {0}, zh = {0};

    (void)state;
    qiaoi_options_help(QIAO_LANGUAGE_EN, &en);
    qiaoi_options_help(QIAO_LANGUAGE_ZH, &zh);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_non_null(strstr(en.data, names[i]));
        assert_non_null(strstr(zh.data, names[i]));
    }
    assert_non_null(strstr(zh.data, "数据目录"));
    assert_null(strstr(zh.data, "the "));
    qiao_buffer_done(&en);
    qiao_buffer_done(&zh);
}

static void
addresses_to_listen_on_are_read_strictly(void **state)
{
    static const char *const wrong[] = {
        "",      ":",    ":80",          "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8o", "::1:8080",
        "[::1]", "[::1", "127.0.0.1:-1", "a b:1"};
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_listener listener;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (qiaoi_listen(wrong[i], &listener, &error) == QIAO_OK)
            fail_msg("taken: %s", wrong[i]);
    assert_int_equal(qiaoi_listen("0", &listener, &error), QIAO_OK);
    assert_true(listener.loopback);
    assert_memory_equal(listener.address, "127.0.0.1:", 10);
    close(listener.socket);
    assert_int_equal(qiaoi_listen("0.0.0.0:0", &listener, &error), QIAO_OK);
    assert_false(listener.loopback);
    close(listener.socket);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_for_the_roles_that_may_read_it),
        cmocka_unit_test(escapes_are_decoded_or_refused),
        cmocka_unit_test(query_strings_fall_into_pairs),
        cmocka_unit_test(routes_are_found_by_address_and_method),
        cmocka_unit_test(an_address_may_have_two_ids),
        cmocka_unit_test(language_is_the_best_that_we_speak),
        cmocka_unit_test(json_is_told_from_what_is_none),
        cmocka_unit_test(json_cut_anywhere_is_broken_where_it_was_cut),
        cmocka_unit_test_setup_teardown(filters_become_tags_of_the_catalogue, open_vocabulary, close_vocabulary),
        cmocka_unit_test_setup_teardown(trl_bounds_become_a_filter_of_a_match, open_vocabulary, close_vocabulary),
        cmocka_unit_test_setup_teardown(every_wrong_parameter_is_named, open_vocabulary, close_vocabulary),
        cmocka_unit_test_setup_teardown(numbers_are_digits_within_bounds, open_vocabulary, close_vocabulary),
        cmocka_unit_test(values_from_outside_are_shown_printable_and_short),
        cmocka_unit_test(only_the_first_places_are_kept_and_all_are_counted),
        cmocka_unit_test(headers_that_would_split_the_response_are_left_out),
        cmocka_unit_test(options_are_read_by_their_table),
        cmocka_unit_test(help_names_every_option_in_both_languages),
        cmocka_unit_test(addresses_to_listen_on_are_read_strictly),
    };

    return cmocka_run_group_tests(tests, open_guard, close_guard);
}
