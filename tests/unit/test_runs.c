/* Every document is dealt out once, in order within each run, and nobody is left with all the work. */
#include "support.h"

#include "indexing/runs.h"

#include <string.h>

#define DOCUMENTS 10000u
#define WORKERS 3u

static void
every_document_is_dealt_out_once_and_in_order(void **state)
{
    static unsigned char dealt[DOCUMENTS];
    uint64_t last[WORKERS] = {0}, document;
    bool at_work[WORKERS] = {false}, done[WORKERS] = {false};
    unsigned runs_begun = 0, number;
    qiaoi_runs runs;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    memset(dealt, 0, sizeof dealt);
    assert_ok(qiaoi_runs_init(&runs, WORKERS, DOCUMENTS, &err), &err);
    for (unsigned turn = 0; !done[0] || !done[1] || !done[2]; turn++) {
        unsigned w = turn % 8 < 5 ? 0 : turn % 8 < 7 ? 1 : 2; /* of unequal speed */

        if (done[w])
            continue;
        if (!at_work[w]) {
            done[w] = !qiaoi_runs_begin(&runs, w, &number);
            if (done[w])
                continue;
            assert_int_equal(number, runs_begun++);
            at_work[w] = true;
            last[w] = UINT64_MAX;
        }
        at_work[w] = qiaoi_runs_next(&runs, w, &document);
        if (!at_work[w])
            continue;
        assert_true(last[w] == UINT64_MAX || document == last[w] + 1);
        last[w] = document;
        assert_in_range(document, 0, DOCUMENTS - 1);
        dealt[document]++;
    }
    for (size_t i = 0; i < DOCUMENTS; i++)
        assert_int_equal(dealt[i], 1);
    assert_true(runs_begun > WORKERS); /* the fast ones took from the slow one */
    assert_int_equal(runs.begun, runs_begun);
    qiaoi_runs_done(&runs);
}

static void
little_that_is_left_is_not_divided(void **state)
{
    qiaoi_runs runs;
    unsigned number;
    uint64_t document;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiaoi_runs_init(&runs, 2, 200, &err), &err);
    assert_true(qiaoi_runs_begin(&runs, 0, &number));
    while (qiaoi_runs_next(&runs, 0, &document))
        assert_in_range(document, 0, 99);
    assert_false(qiaoi_runs_begin(&runs, 0, &number));
    assert_true(qiaoi_runs_begin(&runs, 1, &number));
    qiaoi_runs_done(&runs);
}

static void
no_documents_give_no_run(void **state)
{
    qiaoi_runs runs;
    unsigned number;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiaoi_runs_init(&runs, 4, 0, &err), &err);
    assert_false(qiaoi_runs_begin(&runs, 3, &number));
    qiaoi_runs_done(&runs);
    qiaoi_runs_done(&runs);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(every_document_is_dealt_out_once_and_in_order),
                                              cmocka_unit_test(little_that_is_left_is_not_divided),
                                              cmocka_unit_test(no_documents_give_no_run)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
