/*
 * Lists that are renewed from an earlier generation's are those that a search of every list writes, byte by byte:
 * whichever documents count as changed, again and again, on one thread and on several; and from update to update, while
 * records, verdicts and the day change. Candidates that are damaged, cut short or of another generation only cost time.
 */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"
#include "varied_records.h"

#include "batch/lists.h"
#include "qiao/build.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "store/candidates.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RECORDS 640
#define FIRST_DAY 20563 /* 2026-04-20: between the days that the records name */
#define PROGRAM 17u
#define MANY (RECORDS * 3 / 4) /* lists that are searched if nothing is kept: the others' records have expired */

typedef struct fixture {
    qiao_test_folder folder;
    qiao_test_varied varied;
    char lexicon[QIAO_PATH_MAX], matches[QIAO_PATH_MAX], candidates[2][QIAO_PATH_MAX];
    qiao_generation *generation;
    qiao_buffer searched; /* matches.bin of a search of every list */
    int latest;           /* which of the two candidates belong to it */
    uint64_t *changed[2];
} fixture;

static int days_since;

/* Takes the place of the system's in this program. */
time_t
time(time_t *out)
{
    time_t now = ((time_t)FIRST_DAY + days_since) * 86400 + 3600;

    if (out != NULL)
        *out = now;
    return now;
}

static qiao_all_pairs_report
write_lists(fixture *f, const char *candidates, unsigned threads)
{
    const qiaoi_lists_job job = {.generation = f->generation,
                                 .before = f->generation,
                                 .tables = qiao_test_tables(),
                                 .candidates_before = candidates,
                                 .candidates = f->candidates[!f->latest],
                                 .program = PROGRAM,
                                 .changed = {f->changed[0], f->changed[1]},
                                 .threads = threads,
                                 .slice = 1,
                                 .slices = 1};
    qiao_all_pairs_report report = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_lists_write(&job, f->matches, &report, &err), &err);
    return report;
}

static void
assert_as_searched(const fixture *f)
{
    qiao_buffer bytes = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_read(f->matches, 0, &bytes, &err), &err);
    assert_int_equal(bytes.length, f->searched.length);
    assert_memory_equal(bytes.data, f->searched.data, bytes.length);
    qiao_buffer_done(&bytes);
}

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_all_pairs_report report;

    memset(&f, 0, sizeof f);
    qiao_test_folder_init(&f.folder);
    snprintf(f.lexicon, sizeof f.lexicon, "%s", qiao_test_path(&f.folder, "base.bin"));
    snprintf(f.matches, sizeof f.matches, "%s", qiao_test_path(&f.folder, "matches"));
    snprintf(f.candidates[0], QIAO_PATH_MAX, "%s", qiao_test_path(&f.folder, "candidates.0"));
    snprintf(f.candidates[1], QIAO_PATH_MAX, "%s", qiao_test_path(&f.folder, "candidates.1"));
    qiao_test_write_lexicon(f.lexicon, qiao_test_words);
    f.varied.random = 11;
    qiao_test_varied_fill(&f.varied, qiao_test_path(&f.folder, "data"), RECORDS);
    for (int i = 0; i < 9; i++)
        qiao_test_varied_judge(&f.varied);
    assert_ok(qiao_generation_open(f.varied.data_dir, qiao_test_build_generation(f.varied.data_dir, f.lexicon, 2),
                                   &f.generation, &err),
              &err);
    report = write_lists(&f, NULL, 2);
    f.latest = 1;
    assert_in_range(report.searched, MANY, RECORDS);
    assert_ok(qiao_file_read(f.matches, 0, &f.searched, &err), &err);
    for (int kind = 0; kind < 2; kind++) {
        f.changed[kind] = qiao_calloc(QIAO_TEST_VARIED_MAX / 64 + 1, sizeof(uint64_t));
        assert_non_null(f.changed[kind]);
    }
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_generation_close(f->generation);
    qiao_buffer_done(&f->searched);
    qiao_free(f->changed[0]);
    qiao_free(f->changed[1]);
    qiao_test_folder_done(&f->folder);
    qiao_test_vocabulary_done();
    return 0;
}

/* One in so many documents; 0 = none. Returns how many. */
static unsigned
choose_changed(fixture *f, unsigned one_in)
{
    unsigned count = 0;

    for (int kind = 0; kind < 2; kind++) {
        memset(f->changed[kind], 0, (QIAO_TEST_VARIED_MAX / 64 + 1) * sizeof(uint64_t));
        for (uint32_t d = 0; one_in > 0 && d < qiao_generation_count(f->generation, (qiao_kind)kind); d++)
            if (qiao_test_roll(&f->varied, one_in) == 0) {
                f->changed[kind][d / 64] |= (uint64_t)1 << d % 64;
                count++;
            }
    }
    return count;
}

static void
renewed_lists_are_those_of_a_search(void **state)
{
    static const unsigned one_in[] = {0, 200, 100, 100, 50, 20, 8, 3, 1};
    fixture *f = *state;

    for (size_t i = 0; i < sizeof one_in / sizeof *one_in; i++) {
        unsigned changed = choose_changed(f, one_in[i]);
        qiao_all_pairs_report report = write_lists(f, f->candidates[f->latest], 1 + (unsigned)i % 3);

        f->latest = !f->latest;
        assert_as_searched(f);
        assert_int_equal(report.lists, RECORDS);
        if (one_in[i] == 0 || one_in[i] >= 50) /* those that changed, and a few that need a second block */
            assert_true(report.searched <= changed + RECORDS / 100);
    }
}

/* ---- candidates that are not what they should be ---- */

static void
put_bytes(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void
damaged_candidates_cost_time_only(void **state)
{
    fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "damaged");
    qiao_buffer whole = {0};
    qiao_error err = QIAO_ERROR_INIT;
    size_t all = 0;

    choose_changed(f, 100);
    assert_ok(qiao_file_read(f->candidates[f->latest], 0, &whole, &err), &err);
    for (unsigned i = 0; i < 24; i++) {
        size_t at = i < 4 ? i * 31 : qiao_test_roll(&f->varied, (unsigned)whole.length);
        char byte = whole.data[at];

        whole.data[at] = (char)(byte ^ (1 + (int)qiao_test_roll(&f->varied, 255)));
        put_bytes(path, whole.data, i % 6 == 5 ? at : whole.length);
        whole.data[at] = byte;
        all += write_lists(f, path, 2).searched >= MANY;
        assert_as_searched(f);
    }
    assert_true(all > 3); /* the header, the index, the length */
    qiao_buffer_done(&whole);
}

static void
candidates_of_others_do_not_count(void **state)
{
    fixture *f = *state;
    const char *path = qiao_test_path(&f->folder, "foreign");
    const qiaoi_candidates_header header = {.documents = {3, 4}, .generation = 1};

    choose_changed(f, 0);
    assert_true(qiaoi_candidates_writer_finish(qiaoi_candidates_writer_open(path, &header), true));
    assert_true(write_lists(f, path, 2).searched >= MANY);
    assert_as_searched(f);
    assert_true(write_lists(f, qiao_test_path(&f->folder, "nowhere"), 2).searched >= MANY);
    assert_as_searched(f);
}

/* ---- from update to update ---- */

#define STEPS 12

static qiao_build_report
update(const fixture *f, unsigned threads, qiao_statistics_choice statistics)
{
    const qiao_build_options options = {.data_dir = f->varied.data_dir,
                                        .lexicon_path = f->lexicon,
                                        .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data",
                                        .full = statistics == QIAO_STATISTICS_RENEWED,
                                        .statistics = statistics,
                                        .threads = threads};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report;
}

/* The lists of a generation against a search of every one of them. */
static void
assert_lists_are_searched(fixture *f, uint64_t number)
{
    char path[QIAO_PATH_MAX + 32];
    qiao_all_pairs_report report = {0};
    qiao_buffer bytes = {0};
    qiao_generation *generation;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_generation_open(f->varied.data_dir, number, &generation, &err), &err);
    const qiaoi_lists_job job = {
        .generation = generation, .tables = qiao_test_tables(), .threads = 2, .slice = 1, .slices = 1};

    assert_ok(qiaoi_lists_write(&job, f->matches, &report, &err), &err);
    snprintf(path, sizeof path, "%s/%s", qiao_generation_folder(generation), QIAOI_MATCHES_NAME);
    qiao_buffer_clear(&f->searched);
    assert_ok(qiao_file_read(f->matches, 0, &f->searched, &err), &err);
    assert_ok(qiao_file_read(path, 0, &bytes, &err), &err);
    assert_int_equal(bytes.length, f->searched.length);
    assert_memory_equal(bytes.data, f->searched.data, bytes.length);
    qiao_buffer_done(&bytes);
    qiao_generation_close(generation);
}

/* Of records that say what others say only some change; the day moves on, over the days that records name. */
static void
change_something(fixture *f, int step)
{
    for (unsigned i = 0; i < 1 + (unsigned)step % 4; i++)
        qiao_test_varied_change(&f->varied);
    if (step % 3 == 1)
        qiao_test_varied_judge(&f->varied);
    days_since += step % 4 == 3 ? 9 : step % 2;
}

static void
lists_of_updates_are_those_of_a_search(void **state)
{
    fixture *f = *state;
    qiao_build_report report = update(f, 2, QIAO_STATISTICS_RENEWED);
    uint64_t renewed = 0;

    for (int step = 0; step < STEPS; step++) {
        change_something(f, step);
        report = update(f, 1 + (unsigned)step % 3, step % 5 == 4 ? QIAO_STATISTICS_AS_NEEDED : QIAO_STATISTICS_KEPT);
        assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
        assert_lists_are_searched(f, report.generation);
        renewed += report.matched_lists - report.searched_lists;
        if (report.statistics != report.generation) /* kept: few are searched */
            assert_true(report.searched_lists < report.matched_lists / 4);
    }
    assert_true(renewed > STEPS * RECORDS / 2);
}

static void
lists_that_are_damaged_are_not_taken_over(void **state)
{
    char path[QIAO_PATH_MAX + 32];
    fixture *f = *state;
    qiao_build_report report = update(f, 2, QIAO_STATISTICS_RENEWED);
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_path(f->varied.data_dir, report.generation, path, &err), &err);
    strcat(path, "/" QIAOI_MATCHES_NAME);
    qiao_test_flip(path, sizeof(qiaoi_matches_header) + 30); /* what the first row says of signals */
    change_something(f, 0);
    report = update(f, 2, QIAO_STATISTICS_KEPT);
    assert_true(report.searched_lists > report.matched_lists / 2);
    assert_lists_are_searched(f, report.generation);
}

/* ---- memory ---- */

static qiao_status
renew_all(void *context, qiao_error *err)
{
    fixture *f = context;
    const qiaoi_lists_job job = {.generation = f->generation,
                                 .before = f->generation,
                                 .tables = qiao_test_tables(),
                                 .candidates_before = f->candidates[f->latest],
                                 .candidates = f->candidates[!f->latest],
                                 .program = PROGRAM,
                                 .changed = {f->changed[0], f->changed[1]},
                                 .threads = 1,
                                 .slice = 1,
                                 .slices = 1};
    qiao_all_pairs_report report = {0};
    qiao_status st;

    (void)unlink(f->matches);
    st = qiaoi_lists_write(&job, f->matches, &report, err);
    assert_int_equal(qiao_file_exists(f->matches), st == QIAO_OK);
    if (st == QIAO_OK)
        assert_as_searched(f);
    return st;
}

static bool
fail_once(size_t size, void *context)
{
    size_t *left = context;

    (void)size;
    return *left == 0 || --*left > 0;
}

/* What can be done without is left out: candidates. Nothing else is. */
static void
without_memory_there_are_no_lists_or_the_same(void **state)
{
    fixture *f = *state;
    size_t failed = 0, left = 0;

    choose_changed(f, 100);
    for (size_t n = 1; left == 0; n += 1 + n / 16) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status st;

        left = n;
        qiao_memory_set_hook(fail_once, &left);
        st = renew_all(f, &err);
        qiao_memory_set_hook(NULL, NULL);
        assert_true(st == QIAO_OK || st == QIAO_E_NOMEM);
        failed += st == QIAO_E_NOMEM;
    }
    assert_true(failed > 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(renewed_lists_are_those_of_a_search),
                                       cmocka_unit_test(damaged_candidates_cost_time_only),
                                       cmocka_unit_test(candidates_of_others_do_not_count),
                                       cmocka_unit_test(without_memory_there_are_no_lists_or_the_same),
                                       cmocka_unit_test(lists_of_updates_are_those_of_a_search),
                                       cmocka_unit_test(lists_that_are_damaged_are_not_taken_over)};

    return cmocka_run_group_tests_name("renewed_lists", tests, open_fixture, close_fixture);
}
