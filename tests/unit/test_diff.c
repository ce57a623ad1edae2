/* What is told about two generations: a match that is really new, and nothing that only looks like one. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/diff.h"
#include "qiao/source_store.h"

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    qiao_test_folder folder;
    char data[512], lexicon[512];
    qiao_buffer lines;
    qiao_diff_report report;
} fixture;

#define NEED(id, title)                                                                                                \
    "{\"kind\":\"need\",\"id\":\"t:" id "\",\"title\":{\"en\":\"" title "\"},\"status\":\"published\"}"
#define PROJECT_AS(status, id, title)                                                                                  \
    "{\"kind\":\"project\",\"id\":\"t:" id "\",\"title\":{\"en\":\"" title "\"},\"status\":\"" status "\"}"
#define PROJECT(id, title) PROJECT_AS("published", id, title)

static const char *const first_records[] = {
    NEED("n1", "solid battery electrolyte"),
    NEED("n2", "welding robot gripper"),
    PROJECT("p1", "solid battery electrolyte film"),
    PROJECT("p2", "welding robot with gripper"),
    PROJECT("p3", "robot gripper for welding of battery packs"),
    PROJECT("p4", "concrete with recycled sand"),
};

static void
begin(fixture *f)
{
    memset(f, 0, sizeof *f);
    qiao_test_folder_init(&f->folder);
    snprintf(f->data, sizeof f->data, "%s/data", f->folder.path);
    snprintf(f->lexicon, sizeof f->lexicon, "%s/lexicon.bin", f->folder.path);
    qiao_test_write_lexicon(f->lexicon, qiao_test_words);
    qiao_test_put_records(f->data, first_records, sizeof first_records / sizeof *first_records);
    assert_int_equal(qiao_test_build_generation(f->data, f->lexicon, 2), 1);
}

static void
end(fixture *f)
{
    qiao_buffer_done(&f->lines);
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&f->folder);
}

static void
drop_project(fixture *f, const char *id)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;
    qiao_change change;

    assert_ok(qiao_source_store_open(f->data, true, &store, &err), &err);
    assert_ok(qiao_source_store_remove(store, QIAO_PROJECT, id, &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}

static qiao_status
write_line(const qiao_match_change *change, void *context, qiao_error *err)
{
    fixture *f = context;

    qiao_buffer_printf(&f->lines, "%s%s %s %s %s\n", change->told ? "!" : "", qiao_diff_code(change->kind),
                       change->need, change->project, qiao_cause_code(change->cause));
    return qiao_buffer_check(&f->lines, err);
}

static const char *
changes(fixture *f, uint64_t from, uint64_t to)
{
    const qiao_diff_options options = {.data_dir = f->data,
                                       .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data",
                                       .from = from,
                                       .to = to,
                                       .sink = write_line,
                                       .context = f};
    qiao_error err = QIAO_ERROR_INIT;

    qiao_buffer_clear(&f->lines);
    assert_ok(qiao_diff(&options, &f->report, &err), &err);
    return f->lines.data == NULL ? "" : f->lines.data;
}

static const char *
after(fixture *f, const char *const *records, size_t count)
{
    qiao_test_put_records(f->data, records, count);
    return changes(f, 1, qiao_test_build_generation(f->data, f->lexicon, 1));
}

static void
nothing_changed_is_nothing_said(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    assert_string_equal(after(&f, NULL, 0), "");
    assert_int_equal(f.report.told, 0);
    end(&f);
}

static void
a_new_project_that_fits_is_told(void **state)
{
    static const char *const records[] = {PROJECT("p9", "thin film of solid electrolyte for the solid battery")};
    const char *lines;
    fixture f;

    (void)state;
    begin(&f);
    lines = after(&f, records, 1);
    assert_non_null(strstr(lines, "!new t:n1 t:p9 project_new\n"));
    assert_null(strstr(lines, "!new t:n2"));
    assert_int_equal(f.report.told, 1);
    assert_int_equal(f.report.records_new[QIAO_PROJECT], 1);
    end(&f);
}

static void
a_new_need_is_told_its_matches(void **state)
{
    static const char *const records[] = {NEED("n9", "concrete with sand")};
    fixture f;

    (void)state;
    begin(&f);
    assert_non_null(strstr(after(&f, records, 1), "!new t:n9 t:p4 need_new\n"));
    end(&f);
}

static void
a_project_under_another_id_is_not_told(void **state)
{
    static const char *const records[] = {PROJECT("p1b", "solid battery electrolyte film")};
    const char *lines;
    fixture f;

    (void)state;
    begin(&f);
    drop_project(&f, "t:p1");
    lines = after(&f, records, 1);
    assert_null(strstr(lines, "!"));
    assert_non_null(strstr(lines, "new t:n1 t:p1b project_renamed\n"));
    assert_non_null(strstr(lines, "lost t:n1 t:p1 project_renamed\n"));
    assert_int_equal(f.report.told, 0);
    assert_int_equal(f.report.records_renamed[QIAO_PROJECT], 1);
    end(&f);
}

static void
a_withdrawn_project_is_lost_and_its_return_is_told(void **state)
{
    static const char *const withdrawn[] = {PROJECT_AS("withdrawn", "p2", "welding robot with gripper")};
    static const char *const back[] = {PROJECT("p2", "welding robot with gripper")};
    fixture f;

    (void)state;
    begin(&f);
    assert_non_null(strstr(after(&f, withdrawn, 1), "lost t:n2 t:p2 project_withdrawn\n"));
    assert_int_equal(f.report.told, 0);
    qiao_test_put_records(f.data, back, 1);
    assert_non_null(
        strstr(changes(&f, 2, qiao_test_build_generation(f.data, f.lexicon, 1)), "!new t:n2 t:p2 project_new\n"));
    end(&f);
}

/* The edit takes nothing away and adds nothing that the need asks for. */
static void
an_edit_that_changes_no_match_is_not_told(void **state)
{
    static const char *const records[] = {
        "{\"kind\":\"project\",\"id\":\"t:p1\",\"title\":{\"en\":\"Solid battery electrolyte film.\"},\"status\":"
        "\"published\",\"updated_at\":\"2026-01-01\"}"};
    fixture f;

    (void)state;
    begin(&f);
    after(&f, records, 1);
    assert_int_equal(f.report.told, 0);
    assert_int_equal(f.report.records_changed[QIAO_PROJECT], 1);
    end(&f);
}

static void
an_edit_that_makes_a_match_is_told(void **state)
{
    static const char *const records[] = {PROJECT("p4", "solid battery electrolyte from recycled sand")};
    fixture f;

    (void)state;
    begin(&f);
    assert_non_null(strstr(after(&f, records, 1), "!new t:n1 t:p4 project_changed\n"));
    end(&f);
}

static void
a_generation_without_matches_is_named(void **state)
{
    const qiao_diff_options options = {.from = 1, .to = 7};
    qiao_diff_options here = options;
    qiao_error err = QIAO_ERROR_INIT;
    fixture f;

    (void)state;
    begin(&f);
    here.data_dir = f.data;
    assert_status(qiao_diff(&here, &f.report, &err), QIAO_E_NOTFOUND, &err);
    end(&f);
}

static qiao_status
compare_quietly(void *context, qiao_error *err)
{
    const fixture *f = context;
    const qiao_diff_options options = {
        .data_dir = f->data, .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data", .from = 1, .to = 2};
    qiao_diff_report report;

    return qiao_diff(&options, &report, err);
}

static void
want_of_memory_is_told(void **state)
{
    static const char *const records[] = {PROJECT("p9", "thin film of solid electrolyte for the solid battery")};
    fixture f;

    (void)state;
    begin(&f);
    after(&f, records, 1);
    assert_true(qiao_test_fail_allocations(NULL, compare_quietly, &f) > 30);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed_is_nothing_said),
        cmocka_unit_test(a_new_project_that_fits_is_told),
        cmocka_unit_test(a_new_need_is_told_its_matches),
        cmocka_unit_test(a_project_under_another_id_is_not_told),
        cmocka_unit_test(a_withdrawn_project_is_lost_and_its_return_is_told),
        cmocka_unit_test(an_edit_that_changes_no_match_is_not_told),
        cmocka_unit_test(an_edit_that_makes_a_match_is_told),
        cmocka_unit_test(a_generation_without_matches_is_named),
        cmocka_unit_test(want_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
