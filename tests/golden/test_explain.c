/*
 * What is told of a few pairs, word for word, in both languages: tests/golden/explain/records.ndjson against
 * expected.txt. The words come from a little dictionary and the day is fixed, so nothing outside of this folder has a
 * say. With --bless the expected text is written anew: read it before it is committed.
 */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "match/matcher_internal.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define FOLDER QIAO_SOURCE_DIR "/tests/golden/explain"
#define DAY "2026-06-01"

static const qiao_test_word words[] = {
    {QIAOI_ZH, "电池", "battery", 0},         {QIAOI_ZH, "固态电池", "solid state battery", 0},
    {QIAOI_ZH, "锂", "lithium", 12},          {QIAOI_ZH, "能量密度", "energy density", 0},
    {QIAOI_ZH, "循环寿命", "cycle life", 0},  {QIAOI_ZH, "储氢", "hydrogen storage", 0},
    {QIAOI_ZH, "轴承", "bearing", 0},         {QIAOI_ZH, "手术机器人", "surgical robot", 0},
    {QIAOI_DE, "wasserstoff", "hydrogen", 0}, {QIAOI_DE, "speicher", "storage", 0},
    {QIAOI_DE, "lager", "bearing", 0},        {QIAOI_LANGUAGES, NULL, NULL, 0},
};

static const char *const pairs[][2] = {{"t:n1", "t:p1"}, {"t:n1", "t:p2"}, {"t:n1", "t:p4"},
                                       {"t:n2", "t:p3"}, {"t:n2", "t:p4"}, {"t:n3", "t:p5"}};

static bool bless;

static void
tell_lines(const cJSON *from, const char *name, qiao_buffer *out)
{
    static const char *const languages[] = {"zh", "en"};
    const cJSON *line;

    for (int i = 0; i < 2; i++)
        cJSON_ArrayForEach(line,
                           cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(from, name), languages[i]))
            qiao_buffer_printf(out, "  %s: %s\n", name, line->valuestring);
}

static const char *
text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text == NULL ? "-" : text;
}

static void
tell_items(const cJSON *from, const char *name, qiao_buffer *out)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(from, name))
        qiao_buffer_printf(out, "  %s: %s | %s\n", name, text_of(item, "zh"), text_of(item, "en"));
}

static void
tell_pair(qiao_matcher *matcher, const char *need, const char *project, qiao_buffer *out)
{
    const qiao_match_request request = {.kind = QIAO_NEED, .id = need, .explain = QIAO_EXPLAIN_FULL};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer json = {0};
    const cJSON *finding;
    cJSON *answer;

    assert_ok(qiao_matcher_pair_json(matcher, &request, project, 1, &json, &err), &err);
    answer = cJSON_ParseWithLength(json.data, json.length);
    assert_non_null(answer);
    qiao_buffer_printf(out, "%s %s: gate %s\n", need, project, text_of(answer, "gate"));
    tell_lines(answer, "reasons", out);
    cJSON_ArrayForEach(finding, cJSON_GetObjectItemCaseSensitive(answer, "indicators")) qiao_buffer_printf(
        out, "  indicator: %s %s\n", text_of(cJSON_GetObjectItemCaseSensitive(finding, "need"), "name"),
        text_of(finding, "verdict"));
    tell_lines(answer, "questions", out);
    tell_items(answer, "flags", out);
    cJSON_ArrayForEach(finding, cJSON_GetObjectItemCaseSensitive(answer, "flags")) qiao_buffer_printf(
        out, "  %s: basis %s, item %s, edition %s, date %s\n", text_of(finding, "code"), text_of(finding, "basis"),
        text_of(finding, "item"), text_of(finding, "edition"), text_of(finding, "date"));
    tell_items(answer, "policy", out);
    tell_items(answer, "landing", out);
    tell_items(answer, "changes", out);
    cJSON_Delete(answer);
    qiao_buffer_done(&json);
}

static void
pairs_are_explained_word_for_word(void **state)
{
    qiao_test_folder folder;
    qiao_test_opened opened;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer told = {0}, expected = {0};
    char lexicon[512], data[512];

    (void)state;
    qiao_test_folder_init(&folder);
    snprintf(lexicon, sizeof lexicon, "%s/lexicon.bin", folder.path);
    snprintf(data, sizeof data, "%s/data", folder.path);
    qiao_test_write_lexicon(lexicon, words);
    assert_int_equal(qiao_test_put_file(data, FOLDER "/records.ndjson"), 8);
    qiao_test_open_generation(&opened, data, qiao_test_build_generation(data, lexicon, 1));
    opened.matcher->today = opened.matcher->as_of = qiao_date_days(DAY, strlen(DAY));
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        tell_pair(opened.matcher, pairs[i][0], pairs[i][1], &told);
    if (bless)
        assert_ok(qiao_file_write_atomic(FOLDER "/expected.txt", told.data, told.length, &err), &err);
    assert_ok(qiao_file_read(FOLDER "/expected.txt", 0, &expected, &err), &err);
    if (strcmp(told.data, expected.data) != 0)
        fail_msg("told otherwise than in %s/expected.txt:\n%s", FOLDER, told.data);
    qiao_buffer_done(&told);
    qiao_buffer_done(&expected);
    qiao_test_close_generation(&opened);
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&folder);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pairs_are_explained_word_for_word)};

    bless = argc > 1 && strcmp(argv[1], "--bless") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
