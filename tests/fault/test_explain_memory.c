/* Explanations under a lack of memory: whichever allocation fails, the answer is a clean failure, and nothing leaks. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include <stdio.h>
#include <string.h>

static qiao_test_opened opened;

static qiao_status
explain_pair(void *context, qiao_error *err)
{
    const qiao_match_request request = {.kind = QIAO_NEED, .id = "t:n1", .explain = QIAO_EXPLAIN_FULL};
    qiao_buffer out = {0};
    qiao_status st = qiao_matcher_pair_json(opened.matcher, &request, context, 1, &out, err);

    qiao_buffer_done(&out);
    return st;
}

static qiao_status
list_excluded(void *context, qiao_error *err)
{
    const qiao_match_request request = {.kind = QIAO_NEED, .id = context};
    qiao_buffer out = {0};
    qiao_status st = qiao_matcher_excluded_json(opened.matcher, &request, 1, &out, err);

    qiao_buffer_done(&out);
    return st;
}

static void
every_failed_allocation_ends_cleanly(void **state)
{
    qiao_test_folder folder;
    char lexicon[512], data[512], project[] = "t:p2", need[] = "t:n2";

    (void)state;
    qiao_test_folder_init(&folder);
    snprintf(lexicon, sizeof lexicon, "%s/lexicon.bin", folder.path);
    snprintf(data, sizeof data, "%s/data", folder.path);
    qiao_test_write_lexicon(lexicon, qiao_test_words);
    assert_true(qiao_test_put_file(data, QIAO_SOURCE_DIR "/tests/golden/explain/records.ndjson") > 5);
    qiao_test_open_generation(&opened, data, qiao_test_build_generation(data, lexicon, 1));
    assert_true(qiao_test_fail_allocations(NULL, explain_pair, project) > 10);
    assert_true(qiao_test_fail_allocations(NULL, list_excluded, need) > 10);
    qiao_test_close_generation(&opened);
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_failed_allocation_ends_cleanly)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
