/*
 * Searches with known answers: tests/golden/search/cases.tsv over the records and the dictionary beside it.
 *
 * A line: name, side, query, options, answer. Options are filters, "trl>=5", "trl<=7", the same for year, money and day
 * (of the deadline, since 1970), "plain" (no translation), "order=N" (qiao_search_order), "at=N" (offset), "limit=N", separated by ';'. The answer is the ids of the hits in order, "-" for none, or "!token words"
 * where the search is refused and its message holds the words. "--bless" as argument writes what was found into the
 * file.
 */
#include "support.h"

#include "search_catalogue.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES QIAO_SOURCE_DIR "/tests/golden/search/cases.tsv"
#define COLUMNS 5
#define FILTERS_MAX 8

static bool bless;

typedef struct golden_case {
    char *columns[COLUMNS];
    const char *filters[FILTERS_MAX];
    qiao_search_request request;
} golden_case;

static void
read_option(golden_case *c, char *option)
{
    qiao_search_request *request = &c->request;

    if (strncmp(option, "trl>=", 5) == 0)
        request->trl_min = (int32_t)strtol(option + 5, NULL, 10);
    else if (strncmp(option, "trl<=", 5) == 0)
        request->trl_max = (int32_t)strtol(option + 5, NULL, 10);
    else if (strncmp(option, "at=", 3) == 0)
        request->offset = (uint32_t)strtoul(option + 3, NULL, 10);
    else if (strncmp(option, "limit=", 6) == 0)
        request->limit = (uint32_t)strtoul(option + 6, NULL, 10);
    else if (strncmp(option, "order=", 6) == 0)
        request->order = (qiao_search_order)strtol(option + 6, NULL, 10);
    else if (strncmp(option, "year>=", 6) == 0)
        request->year_min = (int32_t)strtol(option + 6, NULL, 10);
    else if (strncmp(option, "year<=", 6) == 0)
        request->year_max = (int32_t)strtol(option + 6, NULL, 10);
    else if (strncmp(option, "money>=", 7) == 0)
        request->money_min = strtod(option + 7, NULL);
    else if (strncmp(option, "money<=", 7) == 0)
        request->money_max = strtod(option + 7, NULL);
    else if (strncmp(option, "day>=", 5) == 0)
        request->deadline_min = (int32_t)strtol(option + 5, NULL, 10);
    else if (strncmp(option, "day<=", 5) == 0)
        request->deadline_max = (int32_t)strtol(option + 5, NULL, 10);
    else if (strcmp(option, "plain") == 0)
        request->no_translation = true;
    else if (*option != '\0' && request->filter_count < FILTERS_MAX)
        c->filters[request->filter_count++] = option;
}

/* Splits a copy of the line in place. */
static bool
read_case(char *line, golden_case *c)
{
    memset(c, 0, sizeof *c);
    for (int i = 0; i < COLUMNS; i++) {
        char *tab = strchr(line, '\t');

        c->columns[i] = line;
        if (tab == NULL) {
            if (i != COLUMNS - 1)
                return false;
            break;
        }
        *tab = '\0';
        line = tab + 1;
    }
    c->request = qiao_test_request(strcmp(c->columns[1], "needs") == 0 ? QIAO_NEED : QIAO_PROJECT, c->columns[2]);
    for (char *option = c->columns[3]; option != NULL;) {
        char *end = strchr(option, ';');

        if (end != NULL)
            *end++ = '\0';
        read_option(c, option);
        option = end;
    }
    c->request.filters = c->filters;
    return true;
}

static void
add_ids(const qiao_buffer *json, qiao_buffer *out)
{
    cJSON *answer = cJSON_ParseWithLength(json->data, json->length), *hit;

    assert_non_null(answer);
    cJSON_ArrayForEach(hit, cJSON_GetObjectItemCaseSensitive(answer, "hits"))
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(hit, "id"));

        assert_non_null(id);
        qiao_buffer_printf(out, "%s%s", out->length == 0 ? "" : " ", id);
    }
    if (out->length == 0)
        qiao_buffer_char(out, '-');
    cJSON_Delete(answer);
}

static void
answer_case(qiao_session *session, const golden_case *c, qiao_buffer *out)
{
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status st = qiao_search_json(session, &c->request, &json, &err);

    if (st == QIAO_OK) {
        add_ids(&json, out);
    } else {
        assert_int_equal(json.length, 0);
        qiao_buffer_printf(out, "!%s %s", qiao_status_token(st), err.message);
    }
    qiao_buffer_done(&json);
}

static bool
agrees(const char *expected, const char *actual)
{
    size_t token = strcspn(expected, " ");

    if (expected[0] != '!')
        return strcmp(expected, actual) == 0;
    return strncmp(expected, actual, token) == 0 &&
           strstr(actual, expected[token] == '\0' ? "" : expected + token + 1) != NULL;
}

/* One line: compared, and copied to blessed with what was found. Returns whether it agrees. */
static bool
check_line(qiao_session *session, const char *line, size_t length, qiao_buffer *blessed)
{
    char *copy = qiao_strndup(line, length);
    qiao_buffer actual = {0};
    golden_case c;
    bool good = true;

    assert_non_null(copy);
    if (length > 0 && line[0] != '#') {
        if (!read_case(copy, &c))
            fail_msg("not a case: %.*s", (int)length, line);
        answer_case(session, &c, &actual);
        good = agrees(c.columns[COLUMNS - 1], actual.data);
        if (!good)
            print_error("%s\n  expected %s\n  found    %s\n", c.columns[0], c.columns[COLUMNS - 1], actual.data);
        length = good ? length : (size_t)(c.columns[COLUMNS - 1] - copy);
    }
    qiao_buffer_append(blessed, line, length);
    if (!good)
        qiao_buffer_append(blessed, actual.data, actual.length);
    qiao_buffer_char(blessed, '\n');
    qiao_buffer_done(&actual);
    qiao_free(copy);
    return good;
}

static void
every_search_has_its_known_answer(void **state)
{
    qiao_test_folder folder;
    qiao_engine *engine;
    qiao_session *session = NULL;
    qiao_buffer text = {0}, blessed = {0};
    qiao_error err = QIAO_ERROR_INIT;
    size_t cases = 0, bad = 0;

    (void)state;
    qiao_test_lexicon();
    qiao_test_folder_init(&folder);
    qiao_test_catalogue(folder.path);
    engine = qiao_test_engine(folder.path);
    assert_ok(qiao_session_acquire(engine, &session, &err), &err);
    assert_ok(qiao_file_read(CASES, 0, &text, &err), &err);
    for (size_t at = 0; at < text.length;) {
        size_t length = strcspn(text.data + at, "\n");

        cases += length > 0 && text.data[at] != '#';
        bad += !check_line(session, text.data + at, length, &blessed);
        at += length + 1;
    }
    if (bless)
        assert_ok(qiao_file_write_atomic(CASES, blessed.data, blessed.length, &err), &err);
    qiao_session_release(session);
    qiao_engine_close(engine);
    qiao_buffer_done(&text);
    qiao_buffer_done(&blessed);
    qiao_test_folder_done(&folder);
    assert_true(cases > 20);
    if (bad > 0 && !bless)
        fail_msg("%zu of %zu searches have another answer", bad, cases);
}

int
main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(every_search_has_its_known_answer)};

    bless = argc > 1 && strcmp(argv[1], "--bless") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
