/* Verdicts: what is taken and refused, that the latest of a person stands, and that a generation holds the counts. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/build.h"
#include "qiao/feedback.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <string.h>

static qiao_status
parse(const char *json, qiao_feedback *out, qiao_error *err)
{
    return qiao_feedback_parse(json, strlen(json), out, err);
}

static void
a_verdict_is_read_and_written_alike(void **state)
{
    static const char json[] = "{\"verdict\":\"reject\",\"need\":\"t:n\",\"project\":\"t:p\",\"reason\":\"price\","
                               "\"by\":\"li\",\"at\":\"2026-11-02T08:00:00Z\"}";
    qiao_error err = QIAO_ERROR_INIT;
    qiao_feedback feedback;
    qiao_buffer out = {0};

    (void)state;
    assert_ok(parse(json, &feedback, &err), &err);
    assert_false(feedback.accepted);
    assert_int_equal(feedback.reason, QIAO_FEEDBACK_PRICE);
    assert_true(qiao_feedback_about_fit(&feedback));
    qiao_feedback_write(&feedback, &out);
    assert_string_equal(out.data, json);
    qiao_buffer_done(&out);
    assert_ok(parse("{\"need\":\"t:n\",\"project\":\"t:p\",\"verdict\":\"reject\",\"reason\":\"already_have\"}",
                    &feedback, &err),
              &err);
    assert_false(qiao_feedback_about_fit(&feedback));
}

static void
wrong_verdicts_are_refused_with_their_reason(void **state)
{
    static const char *const wrong[][2] = {
        {"[]", "JSON object"},
        {"{\"need\":\"t:n\",\"verdict\":\"accept\"}", "project must be a text"},
        {"{\"need\":7,\"project\":\"t:p\",\"verdict\":\"accept\"}", "need must be a text"},
        {"{\"need\":\"t:n\",\"project\":\"t:p\",\"verdict\":\"yes\"}", "not \"yes\""},
        {"{\"need\":\"t:n\",\"project\":\"t:p\",\"verdict\":\"reject\"}", "reason must be a text"},
        {"{\"need\":\"t:n\",\"project\":\"t:p\",\"verdict\":\"reject\",\"reason\":\"ugly\"}", "\"ugly\" is no reason"},
        {"{\"need\":\"t:n\",\"project\":\"t:p\",\"verdict\":\"accept\",\"at\":\"yesterday\"}", "at must be a date"},
        {"{\"need\":\"t:n\",\"project\":\"t:p\",\"verdict\":\"accept\",\"resaon\":\"price\"}", "no member \"resaon\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_feedback feedback;

        assert_status(parse(wrong[i][0], &feedback, &err), QIAO_E_INPUT, &err);
        if (strstr(err.message, wrong[i][1]) == NULL)
            fail_msg("%s: %s", wrong[i][0], err.message);
    }
}

/* ---- store and generation ---- */

typedef struct fixture {
    qiao_test_folder folder;
    char data[512], lexicon[512];
} fixture;

static const char *const records[] = {
    "{\"kind\":\"need\",\"id\":\"t:n1\",\"title\":{\"en\":\"battery\"},\"status\":\"published\"}",
    "{\"kind\":\"need\",\"id\":\"t:n2\",\"title\":{\"en\":\"robot\"},\"status\":\"published\"}",
    "{\"kind\":\"project\",\"id\":\"t:p1\",\"title\":{\"en\":\"battery\"},\"status\":\"published\"}",
    "{\"kind\":\"project\",\"id\":\"t:p2\",\"title\":{\"en\":\"robot\"},\"status\":\"published\"}",
};

static void
begin(fixture *f)
{
    qiao_test_folder_init(&f->folder);
    snprintf(f->data, sizeof f->data, "%s/data", f->folder.path);
    snprintf(f->lexicon, sizeof f->lexicon, "%s/lexicon.bin", f->folder.path);
    qiao_test_write_lexicon(f->lexicon, qiao_test_words);
    qiao_test_put_records(f->data, records, sizeof records / sizeof *records);
}

static void
end(fixture *f)
{
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&f->folder);
}

static qiao_change
put(const fixture *f, const char *json)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;
    qiao_feedback feedback;
    qiao_change change;

    assert_ok(parse(json, &feedback, &err), &err);
    assert_ok(qiao_source_store_open(f->data, true, &store, &err), &err);
    assert_ok(qiao_source_store_put_feedback(store, &feedback, &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
    return change;
}

#define VERDICT(need, project, rest) "{\"need\":\"t:" need "\",\"project\":\"t:" project "\"," rest "}"

static void
the_latest_verdict_of_a_person_stands(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    assert_int_equal(put(&f, VERDICT("n1", "p1", "\"verdict\":\"accept\",\"by\":\"li\",\"at\":\"2026-02-01\"")),
                     QIAO_CHANGE_NEW);
    assert_int_equal(put(&f, VERDICT("n1", "p1", "\"verdict\":\"accept\",\"by\":\"li\",\"at\":\"2026-02-01\"")),
                     QIAO_CHANGE_UNCHANGED);
    assert_int_equal(
        put(&f, VERDICT("n1", "p1", "\"verdict\":\"reject\",\"reason\":\"price\",\"by\":\"li\",\"at\":\"2026-01-01\"")),
        QIAO_CHANGE_UNCHANGED);
    assert_int_equal(
        put(&f, VERDICT("n1", "p1", "\"verdict\":\"reject\",\"reason\":\"price\",\"by\":\"li\",\"at\":\"2026-03-01\"")),
        QIAO_CHANGE_CHANGED);
    assert_int_equal(put(&f, VERDICT("n1", "p1", "\"verdict\":\"accept\",\"by\":\"wang\"")), QIAO_CHANGE_NEW);
    end(&f);
}

static void
a_generation_holds_the_counts_of_each_pair(void **state)
{
    const qiaoi_verdict *verdict;
    qiao_test_opened opened;
    fixture f;

    (void)state;
    begin(&f);
    put(&f, VERDICT("n2", "p1", "\"verdict\":\"reject\",\"reason\":\"off_field\",\"by\":\"li\""));
    put(&f, VERDICT("n2", "p1", "\"verdict\":\"reject\",\"reason\":\"already_have\",\"by\":\"wang\""));
    put(&f, VERDICT("n1", "p1", "\"verdict\":\"accept\",\"by\":\"li\""));
    put(&f, VERDICT("n1", "p1", "\"verdict\":\"accept\",\"by\":\"wang\""));
    put(&f, VERDICT("n1", "elsewhere", "\"verdict\":\"accept\""));
    qiao_test_open_generation(&opened, f.data, qiao_test_build_generation(f.data, f.lexicon, 1));
    assert_int_equal(qiaoi_verdicts_count(qiaoi_generation_verdicts(opened.generation)), 2);
    verdict = qiaoi_verdicts_find(qiaoi_generation_verdicts(opened.generation), 1, 0);
    assert_non_null(verdict);
    assert_int_equal(verdict->rejects, 1);
    assert_int_equal(verdict->accepts, 0);
    verdict = qiaoi_verdicts_find(qiaoi_generation_verdicts(opened.generation), 0, 0);
    assert_non_null(verdict);
    assert_int_equal(verdict->accepts, 2);
    assert_null(qiaoi_verdicts_find(qiaoi_generation_verdicts(opened.generation), 0, 1));
    qiao_test_close_generation(&opened);
    end(&f);
}

static int32_t
score_of(qiao_test_opened *opened, qiao_kind kind, const char *id, const char *other)
{
    const qiao_match_request request = {.kind = kind, .id = id};
    const qiao_match_result *result;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_matcher_pairs(opened->matcher, &request, &other, 1, &result, &err), &err);
    return result->items[0].score;
}

static void
verdicts_move_the_score_of_their_pair_alone(void **state)
{
    qiao_test_opened before, after;
    fixture f;

    (void)state;
    begin(&f);
    qiao_test_open_generation(&before, f.data, qiao_test_build_generation(f.data, f.lexicon, 1));
    put(&f, VERDICT("n1", "p1", "\"verdict\":\"reject\",\"reason\":\"off_field\",\"by\":\"li\""));
    put(&f, VERDICT("n2", "p1", "\"verdict\":\"accept\",\"by\":\"li\""));
    qiao_test_open_generation(&after, f.data, qiao_test_build_generation(f.data, f.lexicon, 1));
    assert_true(score_of(&after, QIAO_NEED, "t:n1", "t:p1") < score_of(&before, QIAO_NEED, "t:n1", "t:p1"));
    assert_true(score_of(&after, QIAO_PROJECT, "t:p1", "t:n1") < score_of(&before, QIAO_PROJECT, "t:p1", "t:n1"));
    assert_true(score_of(&after, QIAO_NEED, "t:n2", "t:p1") > score_of(&before, QIAO_NEED, "t:n2", "t:p1"));
    assert_int_equal(score_of(&after, QIAO_NEED, "t:n2", "t:p2"), score_of(&before, QIAO_NEED, "t:n2", "t:p2"));
    qiao_test_close_generation(&before);
    qiao_test_close_generation(&after);
    end(&f);
}

static bool
build_has_nothing_to_do(const fixture *f)
{
    const qiao_build_options options = {.data_dir = f->data,
                                        .lexicon_path = f->lexicon,
                                        .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data",
                                        .threads = 1};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report.nothing_changed;
}

static void
a_verdict_is_a_reason_to_build(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    assert_false(build_has_nothing_to_do(&f));
    assert_true(build_has_nothing_to_do(&f));
    put(&f, VERDICT("n1", "p1", "\"verdict\":\"accept\""));
    assert_false(build_has_nothing_to_do(&f));
    assert_true(build_has_nothing_to_do(&f));
    end(&f);
}

static void
damaged_counts_keep_the_generation_shut(void **state)
{
    qiao_generation *generation = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    char path[600];
    fixture f;

    (void)state;
    begin(&f);
    put(&f, VERDICT("n1", "p1", "\"verdict\":\"accept\""));
    snprintf(path, sizeof path, "%s/catalog/gen-%010llu/feedback.bin", f.data,
             (unsigned long long)qiao_test_build_generation(f.data, f.lexicon, 1));
    qiao_test_flip(path, 40);
    assert_status(qiao_generation_open(f.data, 1, &generation, &err), QIAO_E_CORRUPT, &err);
    qiao_test_flip(path, 40);
    qiao_test_truncate(path, 41);
    assert_status(qiao_generation_open(f.data, 1, &generation, &err), QIAO_E_CORRUPT, &err);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verdict_is_read_and_written_alike),
        cmocka_unit_test(wrong_verdicts_are_refused_with_their_reason),
        cmocka_unit_test(the_latest_verdict_of_a_person_stands),
        cmocka_unit_test(a_generation_holds_the_counts_of_each_pair),
        cmocka_unit_test(verdicts_move_the_score_of_their_pair_alone),
        cmocka_unit_test(a_verdict_is_a_reason_to_build),
        cmocka_unit_test(damaged_counts_keep_the_generation_shut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
