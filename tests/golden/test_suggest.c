/*
 * Suggestions over the fixtures with the real dictionaries: tests/golden/suggest/fixtures.tsv. A line gives what is
 * typed, on which side, and the first suggestions as kind/way/text; it is passed over where there is no lexicon.
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
#define CASES QIAO_SOURCE_DIR "/tests/golden/suggest/fixtures.tsv"
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

static size_t
check_cases(qiao_session *session, size_t *wrong)
{
    qiao_buffer text = {0}, found = {0};
    qiao_error err = QIAO_ERROR_INIT;
    size_t cases = 0;

    assert_ok(qiao_file_read(CASES, 0, &text, &err), &err);
    for (char *rest = NULL, *line = strtok_r(text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *columns = NULL, *typed = strtok_r(line, "\t", &columns), *side = strtok_r(NULL, "\t", &columns);
        char *expected = strtok_r(NULL, "\t", &columns);

        if (typed[0] == '#')
            continue;
        assert_non_null(expected);
        qiao_buffer_clear(&found);
        suggest(session, typed, side, &found);
        if (strcmp(expected, "-") != 0 ? strcmp(found.data == NULL ? "" : found.data, expected) != 0
                                       : found.length > 0) {
            print_error("%s\t%s\t%s\n", typed, side, found.length > 0 ? found.data : "-");
            (*wrong)++;
        }
        cases++;
    }
    qiao_buffer_done(&text);
    qiao_buffer_done(&found);
    return cases;
}

static void
what_is_typed_is_completed(void **state)
{
    qiao_test_folder folder;
    qiao_engine *engine;
    qiao_session *session = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    size_t cases, wrong = 0;

    (void)state;
    if (!qiao_file_exists(LEXICON))
        skip();
    qiao_test_folder_init(&folder);
    import_folder(folder.path, QIAO_SOURCE_DIR "/fixtures/projects");
    import_folder(folder.path, QIAO_SOURCE_DIR "/fixtures/needs");
    qiao_test_build(folder.path, LEXICON, 2);
    engine = qiao_test_engine(folder.path);
    assert_ok(qiao_session_acquire(engine, &session, &err), &err);
    cases = check_cases(session, &wrong);
    qiao_session_release(session);
    qiao_engine_close(engine);
    qiao_test_folder_done(&folder);
    assert_true(cases > 15);
    if (wrong > 0)
        fail_msg("%zu of %zu are suggested otherwise; above is what came", wrong, cases);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_typed_is_completed)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
