/* All pairs: what is stored is what a search finds, however many threads and slices made it, and wrong files are
 * refused.
 */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/all_pairs.h"
#include "qiao/build.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <string.h>

#define VOCABULARY QIAO_SOURCE_DIR "/engine/vocab/data"

typedef struct fixture {
    qiao_test_folder folder;
    const char *data, *lexicon;
} fixture;

static const char *const files[] = {"projects/a-energy.ndjson", "projects/a-materials.ndjson", "needs/a-energy.ndjson",
                                    "needs/a-materials.ndjson"};

static char data_path[512], lexicon_path[512];

static void
begin(fixture *f)
{
    char path[512];

    qiao_test_folder_init(&f->folder);
    snprintf(data_path, sizeof data_path, "%s/data", f->folder.path);
    snprintf(lexicon_path, sizeof lexicon_path, "%s/lexicon.bin", f->folder.path);
    f->data = data_path;
    f->lexicon = lexicon_path;
    qiao_test_write_lexicon(f->lexicon, qiao_test_words);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, QIAO_SOURCE_DIR "/fixtures/%s", files[i]);
        assert_true(qiao_test_put_file(f->data, path) > 5);
    }
}

static void
end(fixture *f)
{
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&f->folder);
}

static uint64_t
build(const fixture *f, unsigned threads, bool no_match)
{
    const qiao_build_options options = {.data_dir = f->data,
                                        .lexicon_path = f->lexicon,
                                        .vocabulary_dir = VOCABULARY,
                                        .threads = threads,
                                        .full = true,
                                        .no_match = no_match,
                                        .keep = 20};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    assert_int_equal(report.matched_lists, no_match ? 0 : report.projects + report.needs);
    return report.generation;
}

static void
read_matches(const fixture *f, uint64_t generation, qiao_buffer *out)
{
    char path[600];
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(path, sizeof path, "%s/catalog/gen-%010llu/matches.bin", f->data, (unsigned long long)generation);
    qiao_buffer_clear(out);
    assert_ok(qiao_file_read(path, 0, out, &err), &err);
}

static void
assert_same_matches(const fixture *f, uint64_t a, uint64_t b)
{
    qiao_buffer x = {0}, y = {0};

    read_matches(f, a, &x);
    read_matches(f, b, &y);
    assert_int_equal(x.length, y.length);
    assert_memory_equal(x.data, y.data, x.length);
    qiao_buffer_done(&x);
    qiao_buffer_done(&y);
}

static qiao_all_pairs_options
options_of(const fixture *f)
{
    return (qiao_all_pairs_options){.data_dir = f->data, .vocabulary_dir = VOCABULARY, .threads = 2, .keep = 20};
}

/* ---- answers ---- */

static void
answer(const qiao_test_opened *opened, qiao_kind kind, const char *id, uint32_t offset, uint32_t limit, bool search,
       qiao_buffer *out)
{
    const qiao_match_request request = {
        .kind = kind, .id = id, .limit = limit, .offset = offset, .search = search, .explain = QIAO_EXPLAIN_FULL};
    qiao_error err = QIAO_ERROR_INIT;

    qiao_buffer_clear(out);
    assert_ok(qiao_matcher_match_json(opened->matcher, &request, out, &err), &err);
}

static void
answers_from_the_list_are_the_answers_of_a_search(void **state)
{
    static const uint32_t pages[][2] = {{0, 10}, {0, 50}, {7, 3}, {45, 5}, {45, 10}, {60, 10}};
    qiao_buffer stored = {0}, searched = {0};
    qiao_test_opened opened;
    fixture f;
    size_t compared = 0;

    (void)state;
    begin(&f);
    qiao_test_open_generation(&opened, f.data, build(&f, 2, false));
    assert_non_null(qiaoi_generation_matches(opened.generation));
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < qiao_generation_count(opened.generation, (qiao_kind)kind); d += 3)
            for (size_t p = 0; p < sizeof pages / sizeof *pages; p++) {
                const char *id = qiao_generation_id(opened.generation, (qiao_kind)kind, d);

                answer(&opened, (qiao_kind)kind, id, pages[p][0], pages[p][1], false, &stored);
                answer(&opened, (qiao_kind)kind, id, pages[p][0], pages[p][1], true, &searched);
                assert_string_equal(stored.data, searched.data);
                compared += strstr(stored.data, "\"rank\"") != NULL;
            }
    assert_true(compared > 20);
    qiao_test_close_generation(&opened);
    qiao_buffer_done(&stored);
    qiao_buffer_done(&searched);
    end(&f);
}

/* The number of records considered is not computed again: where the file says another one, the answer does too. */
static void
a_page_inside_the_list_is_not_searched(void **state)
{
    char path[600];
    qiao_buffer stored = {0}, searched = {0};
    qiao_test_opened opened;
    uint64_t number;
    const char *id;
    fixture f;

    (void)state;
    begin(&f);
    number = build(&f, 2, false);
    snprintf(path, sizeof path, "%s/catalog/gen-%010llu/matches.bin", f.data, (unsigned long long)number);
    qiao_test_flip(path, sizeof(qiaoi_matches_header) + 5);
    qiao_test_open_generation(&opened, f.data, number);
    id = qiao_generation_id(opened.generation, QIAO_PROJECT, 0);
    answer(&opened, QIAO_PROJECT, id, 0, 10, false, &stored);
    answer(&opened, QIAO_PROJECT, id, 0, 10, true, &searched);
    assert_string_not_equal(stored.data, searched.data);
    qiao_test_close_generation(&opened);
    qiao_buffer_done(&stored);
    qiao_buffer_done(&searched);
    end(&f);
}

static void
a_generation_without_lists_is_searched(void **state)
{
    qiao_buffer out = {0};
    qiao_test_opened opened;
    fixture f;

    (void)state;
    begin(&f);
    qiao_test_open_generation(&opened, f.data, build(&f, 1, true));
    assert_null(qiaoi_generation_matches(opened.generation));
    answer(&opened, QIAO_NEED, qiao_generation_id(opened.generation, QIAO_NEED, 0), 0, 10, false, &out);
    assert_non_null(strstr(out.data, "\"matches\":["));
    qiao_test_close_generation(&opened);
    qiao_buffer_done(&out);
    end(&f);
}

/* A record may expire between the build and the question: then its place is filled by the next. */
static void
a_match_that_expired_since_is_not_shown(void **state)
{
    static const char *const records[] = {
        "{\"kind\":\"need\",\"id\":\"t:n\",\"title\":{\"en\":\"battery\"},\"status\":\"published\"}",
        "{\"kind\":\"project\",\"id\":\"t:old\",\"title\":{\"en\":\"battery\"},\"status\":\"published\",\"expires_at\":"
        "\"2020-01-31\"}",
        "{\"kind\":\"project\",\"id\":\"t:new\",\"title\":{\"en\":\"battery cell\"},\"status\":\"published\"}",
    };
    char folder[QIAO_PATH_MAX];
    qiao_manifest manifest;
    qiao_buffer out = {0};
    qiao_test_opened opened;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;
    fixture f;

    (void)state;
    begin(&f);
    qiao_test_put_records(f.data, records, 3);
    number = build(&f, 1, true);
    /* as if it had been built and matched in 2019 */
    assert_ok(qiao_catalog_path(f.data, number, folder, &err), &err);
    assert_ok(qiao_catalog_manifest(f.data, number, &manifest, &err), &err);
    memcpy(manifest.created, "2019-06-01T00:00:00Z", sizeof "2019-06-01T00:00:00Z");
    assert_ok(qiaoi_generation_open_staged(folder, &manifest, &opened.generation, &err), &err);
    assert_ok(qiao_matcher_new(opened.generation, qiao_test_tables(), &opened.matcher, &err), &err);
    assert_int_equal(qiaoi_generation_day(opened.generation), qiao_date_days("2019-06-01", 10));
    answer(&opened, QIAO_NEED, "t:n", 0, 10, false, &out);
    assert_null(strstr(out.data, "t:old"));
    assert_non_null(strstr(out.data, "t:new"));
    qiao_test_close_generation(&opened);
    qiao_buffer_done(&out);
    end(&f);
}

/* ---- threads and slices ---- */

static void
threads_do_not_change_a_byte(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    assert_same_matches(&f, build(&f, 1, false), build(&f, 8, false));
    end(&f);
}

static void
write_slices(const fixture *f, uint32_t slices, char paths[][512])
{
    qiao_error err = QIAO_ERROR_INIT;

    for (uint32_t i = 0; i < slices; i++) {
        qiao_all_pairs_options options = options_of(f);
        qiao_all_pairs_report report;

        snprintf(paths[i], 512, "%s/part-%u", f->folder.path, i + 1);
        options.slice = i + 1;
        options.slices = slices;
        options.out = paths[i];
        assert_ok(qiao_all_pairs(&options, &report, &err), &err);
        assert_int_equal(report.generation, 0);
    }
}

static void
merged_slices_are_one_run(void **state)
{
    char paths[3][512];
    qiao_all_pairs_options options;
    qiao_all_pairs_report merged, whole;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t built;
    fixture f;

    (void)state;
    begin(&f);
    build(&f, 2, true);
    write_slices(&f, 3, paths);
    options = options_of(&f);
    assert_ok(qiao_all_pairs_merge(&options, (const char *[]){paths[2], paths[0], paths[1]}, 3, &merged, &err), &err);
    assert_true(merged.published);
    assert_ok(qiao_catalog_verify(f.data, merged.generation, &err), &err);
    assert_ok(qiao_all_pairs(&options, &whole, &err), &err);
    assert_same_matches(&f, merged.generation, whole.generation);
    assert_int_equal(merged.matches, whole.matches);
    assert_int_equal(merged.considered, whole.considered);
    built = build(&f, 1, false);
    assert_same_matches(&f, merged.generation, built);
    end(&f);
}

static void
wrong_sets_of_slices_are_refused(void **state)
{
    char paths[3][512];
    qiao_all_pairs_options options;
    qiao_all_pairs_report report;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t before, after;
    fixture f;

    (void)state;
    begin(&f);
    build(&f, 2, true);
    write_slices(&f, 3, paths);
    options = options_of(&f);
    assert_ok(qiao_catalog_current(f.data, &before, &err), &err);
    assert_status(qiao_all_pairs_merge(&options, (const char *[]){paths[0], paths[1]}, 2, &report, &err), QIAO_E_INPUT,
                  &err);
    assert_non_null(strstr(err.message, "slice 1 of 3, but 2 files"));
    assert_status(qiao_all_pairs_merge(&options, (const char *[]){paths[0], paths[1], paths[1]}, 3, &report, &err),
                  QIAO_E_INPUT, &err);
    assert_non_null(strstr(err.message, "the same slice"));
    qiao_test_flip(paths[2], 40);
    assert_status(qiao_all_pairs_merge(&options, (const char *[]){paths[0], paths[1], paths[2]}, 3, &report, &err),
                  QIAO_E_CORRUPT, &err);
    qiao_test_flip(paths[2], 40);
    qiao_test_truncate(paths[2], 5000);
    assert_status(qiao_all_pairs_merge(&options, (const char *[]){paths[0], paths[1], paths[2]}, 3, &report, &err),
                  QIAO_E_CORRUPT, &err);
    assert_ok(qiao_catalog_current(f.data, &after, &err), &err);
    assert_int_equal(before, after);
    options.slice = 4;
    options.slices = 3;
    assert_status(qiao_all_pairs(&options, &report, &err), QIAO_E_USAGE, &err);
    options.slice = 2;
    assert_status(qiao_all_pairs(&options, &report, &err), QIAO_E_USAGE, &err);
    end(&f);
}

static void
slices_of_another_generation_are_refused(void **state)
{
    char paths[2][512], later[2][512];
    qiao_all_pairs_options options;
    qiao_all_pairs_report report;
    qiao_error err = QIAO_ERROR_INIT;
    fixture f;

    (void)state;
    begin(&f);
    build(&f, 2, true);
    write_slices(&f, 2, paths);
    snprintf(later[0], sizeof later[0], "%s", paths[0]);
    build(&f, 2, true);
    options = options_of(&f);
    options.slice = options.slices = 2;
    options.out = paths[1];
    assert_ok(qiao_all_pairs(&options, &report, &err), &err);
    options = options_of(&f);
    assert_status(qiao_all_pairs_merge(&options, (const char *[]){paths[0], paths[1]}, 2, &report, &err), QIAO_E_INPUT,
                  &err);
    assert_non_null(strstr(err.message, "different generations"));
    end(&f);
}

/* ---- a damaged file ---- */

static void
a_damaged_header_keeps_the_generation_shut(void **state)
{
    char path[600];
    qiao_generation *generation = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;
    fixture f;

    (void)state;
    begin(&f);
    number = build(&f, 2, false);
    snprintf(path, sizeof path, "%s/catalog/gen-%010llu/matches.bin", f.data, (unsigned long long)number);
    qiao_test_flip(path, 20);
    assert_status(qiao_generation_open(f.data, number, &generation, &err), QIAO_E_CORRUPT, &err);
    qiao_test_flip(path, 20);
    assert_ok(qiao_generation_open(f.data, number, &generation, &err), &err);
    qiao_generation_close(generation);
    qiao_test_truncate(path, 4000);
    assert_status(qiao_generation_open(f.data, number, &generation, &err), QIAO_E_CORRUPT, &err);
    end(&f);
}

/* Row 0 of project 0 names a document that there is not: the list is not believed, and the answer is searched. */
static void
a_damaged_list_is_not_believed(void **state)
{
    char path[600];
    qiao_buffer stored = {0}, searched = {0};
    qiao_test_opened opened;
    uint64_t number;
    const char *id;
    fixture f;

    (void)state;
    begin(&f);
    number = build(&f, 2, false);
    snprintf(path, sizeof path, "%s/catalog/gen-%010llu/matches.bin", f.data, (unsigned long long)number);
    qiao_test_flip(path, sizeof(qiaoi_matches_header) + 16 + 3);
    qiao_test_open_generation(&opened, f.data, number);
    assert_null(qiaoi_matches_list(qiaoi_generation_matches(opened.generation), QIAO_PROJECT, 0));
    assert_non_null(qiaoi_matches_list(qiaoi_generation_matches(opened.generation), QIAO_PROJECT, 1));
    id = qiao_generation_id(opened.generation, QIAO_PROJECT, 0);
    answer(&opened, QIAO_PROJECT, id, 0, 10, false, &stored);
    answer(&opened, QIAO_PROJECT, id, 0, 10, true, &searched);
    assert_string_equal(stored.data, searched.data);
    qiao_test_close_generation(&opened);
    qiao_buffer_done(&stored);
    qiao_buffer_done(&searched);
    end(&f);
}

/* ---- memory ---- */

static qiao_status
write_one_slice(void *context, qiao_error *err)
{
    qiao_all_pairs_options *options = context;
    qiao_all_pairs_report report;
    qiao_status st = qiao_all_pairs(options, &report, err);

    assert_int_equal(qiao_file_exists(options->out), st == QIAO_OK);
    return st;
}

static void
a_slice_that_runs_out_of_memory_leaves_no_file(void **state)
{
    static const char *const records[] = {
        "{\"kind\":\"need\",\"id\":\"t:n\",\"title\":{\"en\":\"battery\"},\"status\":\"published\"}",
        "{\"kind\":\"project\",\"id\":\"t:p\",\"title\":{\"en\":\"battery cell\"},\"status\":\"published\"}",
    };
    qiao_all_pairs_options options;
    char out[600];
    fixture f;

    (void)state;
    qiao_test_folder_init(&f.folder);
    snprintf(data_path, sizeof data_path, "%s/data", f.folder.path);
    snprintf(lexicon_path, sizeof lexicon_path, "%s/lexicon.bin", f.folder.path);
    snprintf(out, sizeof out, "%s/slice", f.folder.path);
    f.data = data_path;
    f.lexicon = lexicon_path;
    qiao_test_write_lexicon(f.lexicon, qiao_test_words);
    qiao_test_put_records(f.data, records, 2);
    build(&f, 1, true);
    options = options_of(&f);
    options.threads = 1;
    options.slice = options.slices = 1;
    options.out = out;
    assert_true(qiao_test_fail_allocations(NULL, write_one_slice, &options) > 30);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_from_the_list_are_the_answers_of_a_search),
        cmocka_unit_test(a_page_inside_the_list_is_not_searched),
        cmocka_unit_test(a_generation_without_lists_is_searched),
        cmocka_unit_test(a_match_that_expired_since_is_not_shown),
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(merged_slices_are_one_run),
        cmocka_unit_test(wrong_sets_of_slices_are_refused),
        cmocka_unit_test(slices_of_another_generation_are_refused),
        cmocka_unit_test(a_damaged_header_keeps_the_generation_shut),
        cmocka_unit_test(a_damaged_list_is_not_believed),
        cmocka_unit_test(a_slice_that_runs_out_of_memory_leaves_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
