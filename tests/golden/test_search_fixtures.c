/*
 * The search box over the fixtures with the real dictionaries, in five languages of records:
 * tests/golden/search/fixtures.tsv. Looser than test_search.c, since dictionaries grow: a line names records that must
 * stand among the first five. The third column names dictionaries that a line needs ("deu", "fra", "edict", "-"); lines
 * whose dictionary was not at hand when the lexicon was compiled are passed over, and the whole test where there is no
 * lexicon.
 */
#include "support.h"

#include "search_catalogue.h"

#include "qiao/file.h"
#include "qiao/lexicon.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEXICON QIAO_BUILD_DIR "/share/qiao/lexicon.bin"
#define FIXTURES QIAO_SOURCE_DIR "/fixtures"
#define FIRST 5

static size_t
import_folder(const char *data_dir, const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, alphasort);
    size_t records = 0;

    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        char path[1024];

        if (strstr(names[i]->d_name, ".ndjson") != NULL) {
            snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
            records += qiao_test_import(data_dir, path);
        }
        free(names[i]);
    }
    free(names);
    return records;
}

/* Has the lexicon every dictionary of the list? */
static bool
has_dictionaries(const char *version, const char *list)
{
    while (*list != '\0' && *list != '-') {
        size_t length = strcspn(list, " ");
        char name[32];

        snprintf(name, sizeof name, "+%.*s", (int)length, list);
        if (strstr(version, name) == NULL)
            return false;
        list += length + (list[length] == ' ');
    }
    return true;
}

/* The first ids found, " a b c ". */
static void
find_ids(qiao_session *session, qiao_kind side, const char *query, qiao_buffer *out)
{
    qiao_search_request request = qiao_test_request(side, query);
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    cJSON *answer, *hit;

    request.limit = FIRST;
    assert_ok(qiao_search_json(session, &request, &json, &err), &err);
    answer = cJSON_ParseWithLength(json.data, json.length);
    assert_non_null(answer);
    qiao_buffer_char(out, ' ');
    cJSON_ArrayForEach(hit, cJSON_GetObjectItemCaseSensitive(answer, "hits"))
        qiao_buffer_printf(out, "%s ", cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(hit, "id")));
    cJSON_Delete(answer);
    qiao_buffer_done(&json);
}

/* Returns the number of expected records that are missing. */
static size_t
check_case(qiao_session *session, char *query, char *side, char *expected)
{
    qiao_buffer found = {0};
    size_t missing = 0;

    find_ids(session, strcmp(side, "needs") == 0 ? QIAO_NEED : QIAO_PROJECT, query, &found);
    for (char *rest = NULL, *id = strtok_r(expected, " ", &rest); id != NULL; id = strtok_r(NULL, " ", &rest)) {
        char padded[QIAO_ID_MAX + 3];

        snprintf(padded, sizeof padded, " %s ", id);
        if (strstr(found.data, padded) == NULL) {
            print_error("%s (%s): %s is not among%s\n", query, side, id, found.data);
            missing++;
        }
    }
    qiao_buffer_done(&found);
    return missing;
}

static size_t
check_cases(qiao_session *session, const char *version, size_t *cases)
{
    qiao_buffer text = {0};
    qiao_error err = QIAO_ERROR_INIT;
    size_t missing = 0;

    assert_ok(qiao_file_read(QIAO_SOURCE_DIR "/tests/golden/search/fixtures.tsv", 0, &text, &err), &err);
    for (char *rest = NULL, *line = strtok_r(text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *columns = NULL, *query = strtok_r(line, "\t", &columns), *side = strtok_r(NULL, "\t", &columns);
        char *dictionaries = strtok_r(NULL, "\t", &columns), *expected = strtok_r(NULL, "\t", &columns);

        if (query[0] == '#')
            continue;
        assert_non_null(expected);
        if (!has_dictionaries(version, dictionaries))
            continue;
        missing += check_case(session, query, side, expected);
        (*cases)++;
    }
    qiao_buffer_done(&text);
    return missing;
}

static void
queries_find_records_of_five_languages(void **state)
{
    qiao_test_folder folder;
    qiao_lexicon *lexicon = NULL;
    qiao_engine *engine;
    qiao_session *session = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    size_t cases = 0, missing;

    (void)state;
    if (!qiao_file_exists(LEXICON))
        skip();
    qiao_test_folder_init(&folder);
    assert_true(import_folder(folder.path, FIXTURES "/projects") >= 240);
    assert_true(import_folder(folder.path, FIXTURES "/needs") >= 130);
    qiao_test_build(folder.path, LEXICON, 1);
    assert_ok(qiao_lexicon_open(LEXICON, &lexicon, &err), &err);
    engine = qiao_test_engine(folder.path);
    assert_ok(qiao_session_acquire(engine, &session, &err), &err);
    missing = check_cases(session, qiao_lexicon_version(lexicon), &cases);
    qiao_session_release(session);
    qiao_engine_close(engine);
    qiao_lexicon_close(lexicon);
    qiao_test_folder_done(&folder);
    assert_true(cases > 10);
    if (missing > 0)
        fail_msg("%zu records are missing in %zu searches", missing, cases);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(queries_find_records_of_five_languages)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
