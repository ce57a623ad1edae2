/* Reports under a lack of memory: whichever allocation fails, the answer is a clean failure, and nothing leaks. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/gaps.h"
#include "qiao/monitoring.h"
#include "qiao/queue.h"

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    char data[512];
    uint64_t generation;
    qiao_survey *survey;
    qiao_desk *desk;
    qiao_cases *cases;
} fixture;

static qiao_status
open_survey(void *context, qiao_error *err)
{
    const fixture *f = context;
    qiao_survey *survey = NULL;
    qiao_status st =
        qiao_survey_open(&(qiao_survey_options){f->data, qiao_test_vocabulary(), f->generation}, &survey, err);

    qiao_survey_close(survey);
    return st;
}

/* The first generation: the lists themselves, without a comparison. */
static qiao_status
open_queue(void *context, qiao_error *err)
{
    const fixture *f = context;
    qiao_queue *queue = NULL;
    qiao_status st =
        qiao_queue_open(&(qiao_queue_options){.data_dir = f->data, .generation = f->generation}, &queue, err);

    qiao_queue_close(queue);
    return st;
}

static qiao_status
read_cases(void *context, qiao_error *err)
{
    qiao_cases *cases = NULL;
    qiao_status st = qiao_cases_read(((fixture *)context)->desk, &cases, err);

    qiao_cases_free(cases);
    return st;
}

static qiao_status
make_monitoring(void *context, qiao_error *err)
{
    const fixture *f = context;
    qiao_monitoring *report = NULL;
    qiao_buffer out = {0};
    qiao_status st = qiao_monitoring_make(&(qiao_monitoring_options){.survey = f->survey,
                                                                     .cases = f->cases,
                                                                     .desk = f->desk,
                                                                     .by = QIAO_BY_MONTH,
                                                                     .first_day = QIAO_UNKNOWN,
                                                                     .last_day = QIAO_UNKNOWN},
                                          &report, err);

    if (st == QIAO_OK) {
        qiao_monitoring_svg(report, &out);
        st = qiao_buffer_check(&out, err);
    }
    qiao_buffer_done(&out);
    qiao_monitoring_free(report);
    return st;
}

static qiao_status
write_gaps(void *context, qiao_error *err)
{
    const qiao_gaps_options options = {.survey = ((fixture *)context)->survey};
    qiao_buffer out = {0};
    qiao_status st = qiao_gaps_write(&options, &out, err);

    if (st == QIAO_OK)
        st = qiao_scouting_write(&options, &out, err);
    qiao_buffer_done(&out);
    return st;
}

static void
put_case(qiao_desk *desk, const char *pair, const char *json)
{
    qiao_desk_change change = {.table = QIAO_DESK_CASE,
                               .id = pair,
                               .json = json,
                               .length = strlen(json),
                               .expected = QIAO_DESK_ANY,
                               .actor = "k1",
                               .action = "write"};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t revision;

    assert_ok(qiao_desk_write(desk, &change, &revision, &err), &err);
}

static void
begin(fixture *f, const qiao_test_folder *folder)
{
    char lexicon[512];
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(lexicon, sizeof lexicon, "%s/lexicon.bin", folder->path);
    snprintf(f->data, sizeof f->data, "%s/data", folder->path);
    qiao_test_write_lexicon(lexicon, qiao_test_words);
    assert_true(qiao_test_put_file(f->data, QIAO_SOURCE_DIR "/tests/golden/explain/records.ndjson") > 5);
    f->generation = qiao_test_build_generation(f->data, lexicon, 1);
    assert_ok(qiao_desk_open(f->data, true, &f->desk, &err), &err);
    put_case(f->desk, "t:n1\tt:p1", "{\"status\":\"suggested\"}");
    put_case(f->desk, "t:n1\tt:p1", "{\"status\":\"contacted\"}");
    put_case(f->desk, "t:gone\tt:p2", "{\"status\":\"suggested\"}");
    assert_ok(
        qiao_survey_open(&(qiao_survey_options){f->data, qiao_test_vocabulary(), f->generation}, &f->survey, &err),
        &err);
    assert_ok(qiao_cases_read(f->desk, &f->cases, &err), &err);
}

static void
every_failed_allocation_ends_cleanly(void **state)
{
    qiao_test_folder folder;
    fixture f = {.survey = NULL};

    (void)state;
    qiao_test_folder_init(&folder);
    begin(&f, &folder);
    assert_true(qiao_test_fail_allocations(NULL, open_survey, &f) > 10);
    assert_true(qiao_test_fail_allocations(NULL, open_queue, &f) > 5);
    assert_true(qiao_test_fail_allocations(NULL, read_cases, &f) > 3);
    assert_true(qiao_test_fail_allocations(NULL, make_monitoring, &f) > 3);
    assert_true(qiao_test_fail_allocations(NULL, write_gaps, &f) > 5);
    qiao_cases_free(f.cases);
    qiao_survey_close(f.survey);
    qiao_desk_close(f.desk);
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_failed_allocation_ends_cleanly)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
