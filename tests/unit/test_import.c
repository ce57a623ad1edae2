/* Imports into a source store: counts, idempotence, repetitions, refusals, damage, threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "import.h"
#include "qiao/file.h"
#include "support.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VOCABULARY QIAO_SOURCE_DIR "/engine/vocab/data"

typedef struct fixture {
    qiao_test_folder folder;
    char data[300], file[300];
    qiaoi_file_report report;
} fixture;

static fixture f;

static int
start(void **state)
{
    (void)state;
    qiao_test_folder_init(&f.folder);
    snprintf(f.data, sizeof f.data, "%s/data", f.folder.path);
    snprintf(f.file, sizeof f.file, "%s/records.ndjson", f.folder.path);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    qiao_test_folder_done(&f.folder);
    return 0;
}

static qiaoi_import_options
plain_options(void)
{
    return (qiaoi_import_options){.data_dir = f.data, .vocabulary_dir = VOCABULARY, .threads = 1};
}

static qiao_status
import_with(const qiaoi_import_options *options, const char *path, qiao_error *err)
{
    qiaoi_importer *importer;
    qiao_status status = qiaoi_importer_open(options, &importer, err);

    if (status == QIAO_OK)
        status = qiaoi_import_file(importer, path, &f.report, err);
    qiaoi_importer_close(importer);
    return status;
}

static void
import_file(void)
{
    qiaoi_import_options options = plain_options();
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(import_with(&options, f.file, &err), &err);
    assert_int_equal(f.report.read,
                     f.report.fresh + f.report.changed + f.report.unchanged + f.report.refused + f.report.repeated);
}

static void
import_text(const char *text)
{
    qiao_test_write_text(f.file, text);
    import_file();
}

static void
assert_counts(uint64_t fresh, uint64_t changed, uint64_t unchanged, uint64_t refused, uint64_t repeated)
{
    if (f.report.fresh != fresh || f.report.changed != changed || f.report.unchanged != unchanged ||
        f.report.refused != refused || f.report.repeated != repeated)
        fail_msg("%llu new, %llu changed, %llu unchanged, %llu refused, %llu repeated",
                 (unsigned long long)f.report.fresh, (unsigned long long)f.report.changed,
                 (unsigned long long)f.report.unchanged, (unsigned long long)f.report.refused,
                 (unsigned long long)f.report.repeated);
}

static qiao_status
append_entry(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    qiao_buffer *out = context;

    (void)err;
    qiao_buffer_append(out, entry->json, entry->length);
    qiao_buffer_char(out, '\n');
    return QIAO_OK;
}

/* All that the store holds, in its order. */
static void
read_store(qiao_buffer *out)
{
    qiao_source_store *store;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_source_store_open(f.data, false, &store, &err), &err);
    assert_ok(qiao_source_store_each(store, false, append_entry, out, &err), &err);
    qiao_source_store_close(store);
}

static void
assert_store(const char *expected)
{
    qiao_buffer got = {.limit = 0};

    read_store(&got);
    assert_string_equal(got.data != NULL ? got.data : "", expected);
    qiao_buffer_done(&got);
}

static void
a_second_import_changes_nothing_and_says_so(void **state)
{
    static const char text[] =
        "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"a\"}\n{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"b\"}\n";

    (void)state;
    import_text(text);
    assert_counts(2, 0, 0, 0, 0); /* ids are apart for projects and needs */
    assert_int_equal(f.report.committed, 2);
    import_text(text);
    assert_counts(0, 0, 2, 0, 0);
    import_text("{\"id\":\"t:1\",\"title\":{\"und\":\"a\"},\"kind\":\"need\"}\n{\"kind\":\"project\",\"id\":\"t:1\","
                "\"title\":\"c\"}\n");
    assert_counts(0, 1, 1, 0, 0);
    assert_store("{\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"und\":\"c\"}}\n{\"id\":\"t:1\",\"kind\":\"need\","
                 "\"title\":{\"und\":\"a\"}}\n");
    assert_string_equal(f.report.rejects_path, "");
}

static void
of_repeated_ids_the_last_wins(void **state)
{
    static const char text[] =
        "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"a\"}\n{\"kind\":\"need\",\"id\":\"t:2\",\"title\":\"b\"}\n"
        "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"c\"}\n{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"d\"}\n";

    (void)state;
    import_text(text);
    assert_counts(2, 0, 0, 0, 2);
    assert_int_equal(f.report.repeats[0].line, 3);
    assert_int_equal(f.report.repeats[0].earlier, 1);
    assert_int_equal(f.report.repeats[1].earlier, 3);
    assert_store("{\"id\":\"t:1\",\"kind\":\"need\",\"title\":{\"und\":\"d\"}}\n{\"id\":\"t:2\",\"kind\":\"need\","
                 "\"title\":{\"und\":\"b\"}}\n");
    import_text(text);
    assert_counts(0, 0, 2, 0, 2); /* nothing flips back and forth */
}

/* count needs with ids from first on, by one text. */
static void
add_needs(qiao_buffer *out, int first, int count, const char *title)
{
    for (int i = first; i < first + count; i++)
        qiao_buffer_printf(out, "{\"kind\":\"need\",\"id\":\"t:%06d\",\"title\":\"%s\"}\n", i, title);
}

static void
repetitions_far_apart_are_found_too(void **state)
{
    qiao_buffer text = {.limit = 0};
    qiao_buffer got = {.limit = 0};

    (void)state;
    add_needs(&text, 0, 9000, "a");
    add_needs(&text, 100, 2, "b");
    add_needs(&text, 100, 1, "c");
    qiao_test_write(f.file, text.data, text.length);
    import_file();
    assert_counts(9000, 0, 0, 0, 3);
    assert_int_equal(f.report.committed, 9000);
    read_store(&got);
    assert_non_null(strstr(got.data, "{\"id\":\"t:000100\",\"kind\":\"need\",\"title\":{\"und\":\"c\"}}"));
    assert_non_null(strstr(got.data, "{\"id\":\"t:000101\",\"kind\":\"need\",\"title\":{\"und\":\"b\"}}"));
    qiao_buffer_done(&text);
    qiao_buffer_done(&got);
}

static void
refused_lines_are_kept_with_their_reasons(void **state)
{
    static const char text[] = "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"a\"}\n{\"kind\":\"need\",\"id\":\"t:2\","
                               "\"title\":\"b\",\"trl_min\":12,\"ip_terms\":\"x\"}\n"
                               "{\"kind\":\"need\",\"id\":\"t:3\"\n{\"kind\":\"need\",\"id\":\"t:4\",\"title\":"
                               "\"\xff\"}\n{\"kind\":\"need\",\"id\":\"t:5\",\"title\":\"e\"}\n";
    qiao_buffer rejects = {.limit = 0};
    qiao_error err = QIAO_ERROR_INIT;
    cJSON *first;
    const char *end;

    (void)state;
    import_text(text);
    assert_counts(2, 0, 0, 3, 0);
    assert_int_equal(f.report.refusal_count, 3);
    assert_int_equal(f.report.refusals[0].line, 2);
    assert_string_equal(f.report.refusals[0].issue.pointer, "/ip_terms");
    assert_ok(qiao_file_read(f.report.rejects_path, 0, &rejects, &err), &err);
    first = cJSON_ParseWithOpts(rejects.data, &end, 0);
    assert_non_null(first);
    assert_int_equal(*end, '\n');
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first, "file")->valuestring, f.file);
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(first, "line")->valueint, 2);
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first, "value")->valuestring, "x");
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first, "raw")->valuestring,
                        "{\"kind\":\"need\",\"id\":\"t:2\",\"title\":\"b\",\"trl_min\":12,\"ip_terms\":\"x\"}");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(first, "more")), 1);
    assert_non_null(strstr(
        rejects.data, "\\\"title\\\":\\\"\xEF\xBF\xBD\\\"}")); /* broken bytes are replaced, the line stays readable */
    cJSON_Delete(first);
    qiao_buffer_done(&rejects);
}

static void
rejects_go_where_the_caller_says(void **state)
{
    qiaoi_import_options options = plain_options();
    qiao_error err = QIAO_ERROR_INIT;
    char path[320];

    (void)state;
    snprintf(path, sizeof path, "%s/refused.ndjson", f.folder.path);
    options.rejects_path = path;
    qiao_test_write_text(f.file, "{}\n");
    assert_ok(import_with(&options, f.file, &err), &err);
    assert_string_equal(f.report.rejects_path, path);
    assert_true(qiao_file_exists(path));
    options.rejects_path = "/nowhere/at/all.ndjson";
    assert_status(import_with(&options, f.file, &err), QIAO_E_NOTFOUND, &err);
    assert_non_null(strstr(err.message, "/nowhere/at/all.ndjson"));
}

static void
unknown_fields_and_warnings_are_counted(void **state)
{
    (void)state;
    import_text("{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"a\",\"note\":1,\"price_min\":5}\n{\"kind\":"
                "\"project\",\"id\":\"t:2\",\"title\":\"b\",\"note\":2,\"x\":3}\n");
    assert_counts(2, 0, 0, 0, 0);
    assert_int_equal(f.report.unknown_count, 2);
    assert_string_equal(f.report.unknown[0].name, "note");
    assert_int_equal(f.report.unknown[0].count, 2);
    assert_int_equal(f.report.warnings, 1);
    assert_string_equal(f.report.warned[0].issue.pointer, "/currency");
}

static void
an_empty_or_missing_file_changes_nothing(void **state)
{
    qiaoi_import_options options = plain_options();
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_test_write(f.file, "", 0);
    assert_status(import_with(&options, f.file, &err), QIAO_E_INPUT, &err);
    assert_int_equal(f.report.read, 0);
    assert_int_equal(f.report.error.status, QIAO_E_INPUT);
    assert_status(import_with(&options, "/nowhere/at/all", &err), QIAO_E_NOTFOUND, &err);
    assert_store("");
}

static void
what_stands_before_damage_goes_in(void **state)
{
    qiaoi_import_options options = plain_options();
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer text = {.limit = 0};

    (void)state;
    snprintf(f.file, sizeof f.file, "%s/records.json", f.folder.path);
    qiao_buffer_text(&text, "[{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"a\"},{\"kind\":\"need\",\"id\":\"t:2\"");
    qiao_test_write(f.file, text.data, text.length);
    assert_status(import_with(&options, f.file, &err), QIAO_E_INPUT, &err);
    assert_counts(1, 0, 0, 0, 0);
    assert_int_equal(f.report.committed, 1);
    assert_non_null(strstr(err.message, "ends too early"));
    assert_store("{\"id\":\"t:1\",\"kind\":\"need\",\"title\":{\"und\":\"a\"}}\n");
    qiao_buffer_done(&text);
}

static void
only_one_importer_at_a_time(void **state)
{
    qiaoi_import_options options = plain_options();
    qiaoi_importer *first, *second;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiaoi_importer_open(&options, &first, &err), &err);
    assert_status(qiaoi_importer_open(&options, &second, &err), QIAO_E_LOCKED, &err);
    assert_null(second);
    qiaoi_importer_close(first);
    assert_ok(qiaoi_importer_open(&options, &second, &err), &err);
    qiaoi_importer_close(second);
}

/* 3,000 records, every seventh refused, every eleventh a repetition. */
static void
write_mixture(void)
{
    qiao_buffer text = {.limit = 0};

    for (int i = 0; i < 3000; i++) {
        if (i % 7 == 3)
            qiao_buffer_printf(&text, "{\"kind\":\"need\",\"id\":\"t:%d\",\"title\":\"n\",\"trl_min\":%d}\n", i,
                               i + 10);
        else
            qiao_buffer_printf(&text, "{\"kind\":\"need\",\"id\":\"t:%d\",\"title\":\"n %d\",\"note\":\"%0*d\"}\n",
                               i % 11 == 5 ? i - 4 : i, i, i % 900, i);
    }
    qiao_test_write(f.file, text.data, text.length);
    qiao_buffer_done(&text);
}

static void
the_outcome_does_not_depend_on_the_number_of_threads(void **state)
{
    static const unsigned threads[] = {0, 1, 2, 5};
    qiao_buffer first = {.limit = 0};
    qiaoi_file_report *expected = calloc(1, sizeof *expected);

    (void)state;
    assert_non_null(expected);
    write_mixture();
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        qiaoi_import_options options = plain_options();
        qiao_error err = QIAO_ERROR_INIT;
        qiao_buffer now = {.limit = 0};

        snprintf(f.data, sizeof f.data, "%s/data%zu", f.folder.path, i);
        options.threads = threads[i];
        assert_ok(import_with(&options, f.file, &err), &err);
        read_store(&now);
        if (i == 0) {
            *expected = f.report;
            first = now;
            continue;
        }
        assert_int_equal(now.length, first.length);
        assert_memory_equal(now.data, first.data, now.length);
        assert_counts(expected->fresh, expected->changed, expected->unchanged, expected->refused, expected->repeated);
        assert_memory_equal(f.report.refusals, expected->refusals, sizeof expected->refusals);
        assert_memory_equal(f.report.repeats, expected->repeats, sizeof expected->repeats);
        qiao_buffer_done(&now);
    }
    assert_true(expected->refused > 400 && expected->repeated > 150);
    qiao_buffer_done(&first);
    free(expected);
}

static void
tables_go_in_with_and_without_a_map(void **state)
{
    qiaoi_import_options options = plain_options();
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_map *map;
    char map_path[320];

    (void)state;
    snprintf(f.file, sizeof f.file, "%s/records.csv", f.folder.path);
    import_text("id,kind,title.zh,fields,trl\nt:1,need,甲,人工智能;h2,\nt:2,project,乙,ai.ml,5\n");
    assert_counts(2, 0, 0, 0, 0);
    assert_store("{\"fields\":[\"ai.ml\"],\"id\":\"t:2\",\"kind\":\"project\",\"title\":{\"zh\":\"乙\"},\"trl\":5}\n"
                 "{\"fields\":[\"ai\",\"h2\"],\"id\":\"t:1\",\"kind\":\"need\",\"title\":{\"zh\":\"甲\"}}\n");
    snprintf(map_path, sizeof map_path, "%s/map.json", f.folder.path);
    qiao_test_write_text(map_path, "{\"id_prefix\":\"t:\",\"constants\":{\"kind\":\"need\"},\"fields\":{\"id\":"
                                   "\"编号\",\"title.zh\":\"名称\",\"enterprise.park\":\"所在地域\"}}");
    assert_ok(qiaoi_map_load(map_path, &map, &err), &err);
    options.map = map;
    qiao_test_write_text(f.file, "编号,名称,所在地域\n1,甲,北京市海淀区\n3,丙,上海市\n");
    assert_ok(import_with(&options, f.file, &err), &err);
    assert_counts(0, 1, 0, 1, 0);
    assert_string_equal(f.report.refusals[0].issue.pointer, "/enterprise/park");
    assert_string_equal(f.report.refusals[0].issue.value, "上海市");
    qiaoi_map_free(map);
}

static qiao_status
import_again(void *context, qiao_error *err)
{
    qiaoi_import_options options = plain_options();

    (void)context;
    options.threads = 0;
    return import_with(&options, f.file, err);
}

static void
every_failed_allocation_gives_out_of_memory(void **state)
{
    (void)state;
    qiao_test_write_text(f.file, "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"a\",\"note\":1}\n{\"kind\":\"need\","
                                 "\"id\":\"t:2\"}\n{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"c\"}\n");
    assert_true(qiao_test_fail_allocations(NULL, import_again, NULL) > 50);
    assert_int_equal(f.report.read, 3);
    assert_store("{\"id\":\"t:1\",\"kind\":\"need\",\"title\":{\"und\":\"c\"}}\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_second_import_changes_nothing_and_says_so, start, stop),
        cmocka_unit_test_setup_teardown(of_repeated_ids_the_last_wins, start, stop),
        cmocka_unit_test_setup_teardown(repetitions_far_apart_are_found_too, start, stop),
        cmocka_unit_test_setup_teardown(refused_lines_are_kept_with_their_reasons, start, stop),
        cmocka_unit_test_setup_teardown(rejects_go_where_the_caller_says, start, stop),
        cmocka_unit_test_setup_teardown(unknown_fields_and_warnings_are_counted, start, stop),
        cmocka_unit_test_setup_teardown(an_empty_or_missing_file_changes_nothing, start, stop),
        cmocka_unit_test_setup_teardown(what_stands_before_damage_goes_in, start, stop),
        cmocka_unit_test_setup_teardown(only_one_importer_at_a_time, start, stop),
        cmocka_unit_test_setup_teardown(the_outcome_does_not_depend_on_the_number_of_threads, start, stop),
        cmocka_unit_test_setup_teardown(tables_go_in_with_and_without_a_map, start, stop),
        cmocka_unit_test_setup_teardown(every_failed_allocation_gives_out_of_memory, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
