/*
 * The stored lists of an update are those of a build from nothing, byte by byte, with catalogues large enough that
 * candidates are left out: after random changes on both sides and of verdicts, on one thread and on several; and each
 * is what a search of its own finds, which leaves out no candidate.
 */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"
#include "varied_records.h"

#include "qiao/build.h"
#include "qiao/catalog.h"
#include "qiao/feedback.h"
#include "qiao/file.h"
#include "qiao/matcher.h"
#include "qiao/source_store.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <string.h>

#define RECORDS 640
#define STEPS 4
#define VOCABULARY QIAO_SOURCE_DIR "/engine/vocab/data"

typedef struct fixture {
    qiao_test_folder updated, fresh;
    char lexicon[QIAO_PATH_MAX];
    qiao_test_varied varied; /* what is in updated */
} fixture;

static void
put_verdicts(const fixture *f, const char *data_dir)
{
    qiao_source_store *store;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;

    assert_ok(qiao_source_store_open(data_dir, true, &store, &err), &err);
    for (size_t i = 0; i < f->varied.verdict_count; i++)
        assert_ok(qiao_source_store_put_feedback(store, &f->varied.verdicts[i], &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}

/* About one record in a hundred comes, changes or goes. */
static void
change_some(fixture *f)
{
    for (int i = 0; i < RECORDS / 100; i++)
        qiao_test_varied_change(&f->varied);
    qiao_test_varied_judge(&f->varied);
}

static qiao_build_report
build(const fixture *f, const char *data_dir, bool full, unsigned threads)
{
    const qiao_build_options options = {.data_dir = data_dir,
                                        .lexicon_path = f->lexicon,
                                        .vocabulary_dir = VOCABULARY,
                                        .threads = threads,
                                        .full = full};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report;
}

static void
build_fresh(fixture *f)
{
    const char *there[RECORDS];
    size_t count = 0;

    qiao_test_folder_done(&f->fresh);
    qiao_test_folder_init(&f->fresh);
    for (int i = 0; i < RECORDS; i++)
        if (f->varied.records[i][0] != '\0')
            there[count++] = f->varied.records[i];
    qiao_test_put_records(f->fresh.path, there, count);
    put_verdicts(f, f->fresh.path);
    build(f, f->fresh.path, true, 1);
}

/* ---- comparing ---- */

static void
assert_same_lists(const fixture *f, uint64_t generation)
{
    char first[QIAO_PATH_MAX + 16], second[QIAO_PATH_MAX + 16];
    qiao_buffer bytes[2] = {{0}, {0}};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_path(f->updated.path, generation, first, &err), &err);
    assert_ok(qiao_catalog_path(f->fresh.path, 1, second, &err), &err);
    strcat(first, "/" QIAOI_MATCHES_NAME);
    strcat(second, "/" QIAOI_MATCHES_NAME);
    assert_ok(qiao_file_read(first, 0, &bytes[0], &err), &err);
    assert_ok(qiao_file_read(second, 0, &bytes[1], &err), &err);
    assert_int_equal(bytes[0].length, bytes[1].length);
    assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].length);
    qiao_buffer_done(&bytes[0]);
    qiao_buffer_done(&bytes[1]);
}

static void
assert_is_search(qiao_matcher *matcher, const qiao_generation *generation, qiao_kind kind, uint32_t docid)
{
    const qiaoi_match_list *list = qiaoi_matches_list(qiaoi_generation_matches(generation), kind, docid);
    const qiao_match_request request = {
        .kind = kind, .id = qiao_generation_id(generation, kind, docid), .limit = QIAOI_MATCHES_DEPTH, .search = true};
    qiao_kind other = kind == QIAO_NEED ? QIAO_PROJECT : QIAO_NEED;
    const qiao_match_result *result;
    qiao_error err = QIAO_ERROR_INIT;

    assert_non_null(list);
    assert_ok(qiao_matcher_match(matcher, &request, &result, &err), &err);
    assert_int_equal(result->count, list->count);
    assert_int_equal(result->considered, list->considered);
    for (uint32_t i = 0; i < list->count; i++) {
        assert_string_equal(result->items[i].id, qiao_generation_id(generation, other, list->rows[i].docid));
        assert_int_equal(result->items[i].score, list->rows[i].score);
        assert_int_equal(result->items[i].band, list->rows[i].band);
    }
}

/* Returns how many lists have a full first block. */
static uint32_t
assert_lists_are_searches(const fixture *f, uint64_t number)
{
    qiao_generation *generation;
    qiao_tables tables = {0};
    qiao_matcher *matcher;
    uint32_t full = 0;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_generation_open(f->updated.path, number, &generation, &err), &err);
    assert_ok(qiao_tables_open(&(qiao_tables_options){.vocabulary_dir = VOCABULARY}, &tables, &err), &err);
    assert_ok(qiao_matcher_new(generation, &tables, &matcher, &err), &err);
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < qiao_generation_count(generation, (qiao_kind)kind); d++) {
            assert_is_search(matcher, generation, (qiao_kind)kind, d);
            full += qiaoi_matches_list(qiaoi_generation_matches(generation), (qiao_kind)kind, d)->block_least > 0;
        }
    qiao_matcher_free(matcher);
    qiao_tables_close(&tables);
    qiao_generation_close(generation);
    return full;
}

/* ---- the test ---- */

static int
open_fixture(void **state)
{
    static fixture f;

    memset(&f, 0, sizeof f);
    qiao_test_folder_init(&f.updated);
    qiao_test_folder_init(&f.fresh);
    snprintf(f.lexicon, sizeof f.lexicon, "%s", qiao_test_path(&f.updated, "base.bin"));
    qiao_test_write_lexicon(f.lexicon, qiao_test_words);
    f.varied.random = 7;
    qiao_test_varied_fill(&f.varied, f.updated.path, RECORDS);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_test_folder_done(&f->updated);
    qiao_test_folder_done(&f->fresh);
    qiao_test_vocabulary_done();
    return 0;
}

static void
lists_of_an_update_are_those_of_a_build_from_nothing(void **state)
{
    fixture *f = *state;
    qiao_build_report report = build(f, f->updated.path, false, 2);

    assert_true(report.duplicates[QIAO_PROJECT] > 20);
    for (int step = 0; step < STEPS; step++) {
        change_some(f);
        report = build(f, f->updated.path, false, 1 + (unsigned)step % 3);
        assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
        build_fresh(f);
        assert_same_lists(f, report.generation);
        assert_true(assert_lists_are_searches(f, report.generation) > RECORDS / 20);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_of_an_update_are_those_of_a_build_from_nothing)};

    return cmocka_run_group_tests_name("update_lists", tests, open_fixture, close_fixture);
}
