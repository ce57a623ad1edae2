/*
 * Suggestions over the fixtures with the real dictionaries: tests/golden/suggest/fixtures.tsv. A line gives what is
 * typed, on which side, and the first suggestions as kind/way/text. And "did you mean" of searches:
 * did_you_mean.tsv: query, side, by/text. Passed over where there is no lexicon.
 */
#include "support.h"

#include "search_catalogue.h"

#include "qiao/file.h"
#include "qiao/suggest.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEXICON QIAO_BUILD_DIR "/share/qiao/lexicon.bin"
#define CASES QIAO_SOURCE_DIR "/tests/golden/suggest/"
#define FIRST 4

static void
import_folder(const char *data_dir, const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, alphasort);

    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        char path[1024];

        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (strstr(path, ".ndjson") != NULL)
            assert_true(qiao_test_import(data_dir, path) > 0);
        free(names[i]);
    }
    free(names);
}

static const char *
member(const cJSON *object, const char *name)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return value == NULL ? "" : value;
}

/* "concept/pinyin/固态电解质 | ..." */
static void
suggest(qiao_session *session, const char *typed, const char *side, qiao_buffer *out)
{
    const qiao_suggest_request request = {.side = strcmp(side, "needs") == 0 ? QIAO_NEED : QIAO_PROJECT,
                                          .query = typed,
                                          .query_length = strlen(typed),
                                          .limit = FIRST};
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const cJSON *one;
    cJSON *answer;

    assert_ok(qiao_suggest_json(session, &request, &json, &err), &err);
    answer = cJSON_ParseWithLength(json.data, json.length);
    assert_non_null(answer);
    assert_string_equal(member(answer, "q"), typed);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(answer, "suggestions")) qiao_buffer_printf(
        out, "%s%s/%s/%s", out->length > 0 ? " | " : "", member(one, "kind"), member(one, "by"), member(one, "text"));
    cJSON_Delete(answer);
    qiao_buffer_done(&json);
}

/* "pinyin/固态电解质"; nothing where nothing is proposed */
static void
propose(qiao_session *session, const char *query, const char *side, qiao_buffer *out)
{
    const qiao_search_request request = qiao_test_request(strcmp(side, "needs") == 0 ? QIAO_NEED : QIAO_PROJECT, query);
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const cJSON *meant;
    cJSON *answer;

    assert_ok(qiao_search_json(session, &request, &json, &err), &err);
    answer = cJSON_ParseWithLength(json.data, json.length);
    assert_non_null(answer);
    assert_string_equal(member(answer, "query"), query);
    meant = cJSON_GetObjectItemCaseSensitive(answer, "did_you_mean");
    if (meant != NULL)
        qiao_buffer_printf(out, "%s/%s", member(meant, "by"), member(meant, "text"));
    cJSON_Delete(answer);
    qiao_buffer_done(&json);
}

typedef void (*ask)(qiao_session *session, const char *text, const char *side, qiao_buffer *out);

static size_t
check_cases(qiao_session *session, const char *file, ask how, size_t *wrong)
{
    qiao_buffer text = {0}, found = {0};
    qiao_error err = QIAO_ERROR_INIT;
    size_t cases = 0;

    assert_ok(qiao_file_read(file, 0, &text, &err), &err);
    for (char *rest = NULL, *line = strtok_r(text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *columns = NULL, *typed = strtok_r(line, "\t", &columns), *side = strtok_r(NULL, "\t", &columns);
        char *expected = strtok_r(NULL, "\t", &columns);

        if (typed[0] == '#')
            continue;
        assert_non_null(expected);
        qiao_buffer_clear(&found);
        how(session, typed, side, &found);
        if (strcmp(found.length > 0 ? found.data : "-", expected) != 0) {
            print_error("%s\t%s\t%s\n", typed, side, found.length > 0 ? found.data : "-");
            (*wrong)++;
        }
        cases++;
    }
    qiao_buffer_done(&text);
    qiao_buffer_done(&found);
    return cases;
}

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

    *state = NULL;
    if (!qiao_file_exists(LEXICON))
        return 0;
    qiao_test_folder_init(&f.folder);
    import_folder(f.folder.path, QIAO_SOURCE_DIR "/fixtures/projects");
    import_folder(f.folder.path, QIAO_SOURCE_DIR "/fixtures/needs");
    qiao_test_build(f.folder.path, LEXICON, 2);
    f.engine = qiao_test_engine(f.folder.path);
    assert_ok(qiao_session_acquire(f.engine, &f.session, &err), &err);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    if (f == NULL)
        return 0;
    qiao_session_release(f->session);
    qiao_engine_close(f->engine);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static void
check(fixture *f, const char *file, ask how)
{
    size_t cases, wrong = 0;

    if (f == NULL)
        skip();
    cases = check_cases(f->session, file, how, &wrong);
    assert_true(cases > 15);
    if (wrong > 0)
        fail_msg("%zu of %zu are otherwise; above is what came", wrong, cases);
}

static void
what_is_typed_is_completed(void **state)
{
    check(*state, CASES "fixtures.tsv", suggest);
}

static void
what_was_probably_meant_is_proposed_and_nothing_else(void **state)
{
    check(*state, CASES "did_you_mean.tsv", propose);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_is_completed),
        cmocka_unit_test(what_was_probably_meant_is_proposed_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
