/* Workbooks and archives: what Excel and LibreOffice write, and what means harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "import_map.h"
#include "qiao/file.h"
#include "reader.h"
#include "support.h"
#include "xlsx_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <xlsxwriter.h>
#include <zip.h>

static qiao_test_folder folder;

static int
start(void **state)
{
    (void)state;
    qiao_test_folder_init(&folder);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    qiao_test_folder_done(&folder);
    return 0;
}

/* "LINE:TEXT\n" for items, "LINE!REASON\n" for faults, then "end" or "STATUS: MESSAGE". */
static void
read_all(const char *path, const qiaoi_reader_options *options, qiao_buffer *out)
{
    qiaoi_reader *reader;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = qiaoi_reader_open(path, options, &reader, &err);
    qiao_buffer bytes = {.limit = 0};

    while (status == QIAO_OK) {
        qiaoi_item item;

        qiao_buffer_clear(&bytes);
        status = qiaoi_reader_next(reader, &bytes, &item, &err);
        if (status != QIAO_OK)
            break;
        qiao_buffer_printf(out, "%llu%c", (unsigned long long)item.line, item.fault ? '!' : ':');
        if (item.fault)
            qiao_buffer_text(out, item.issue.reason);
        else
            qiao_buffer_append(out, bytes.data + item.text, item.text_length);
        qiao_buffer_char(out, '\n');
    }
    if (status == QIAO_E_NOTFOUND && err.message[0] == '\0')
        qiao_buffer_text(out, "end");
    else
        qiao_buffer_printf(out, "%s: %s", qiao_status_token(status), err.message);
    qiaoi_reader_close(reader);
    qiao_buffer_done(&bytes);
}

static void
expect(const char *path, const qiaoi_reader_options *options, const char *expected)
{
    qiao_buffer got = {.limit = 0};

    read_all(path, options, &got);
    if (strcmp(got.data, expected) != 0)
        fail_msg("%s gives\n%s\nexpected\n%s", path, got.data, expected);
    qiao_buffer_done(&got);
}

/* The status and a piece of the message. */
static void
expect_refusal(const char *path, const char *status, const char *piece)
{
    const qiaoi_reader_options options = {.format = QIAOI_FORMAT_AUTO};
    qiao_buffer got = {.limit = 0};
    const char *last;

    read_all(path, &options, &got);
    last = strrchr(got.data, '\n') != NULL ? strrchr(got.data, '\n') + 1 : got.data;
    if (strncmp(last, status, strlen(status)) != 0 || strstr(last, piece) == NULL)
        fail_msg("%s gives\n%.2000s\nexpected %s: ...%s...", path, got.data, status, piece);
    qiao_buffer_done(&got);
}

/* ---- values ---- */

static void
numbers_are_what_their_format_shows(void **state)
{
    static const struct {
        const char *number, *code, *text;
        unsigned id;
        bool since_1904;
    } cases[] = {
        {"46082", NULL, "2026-03-01", 14, false},
        {"44620", NULL, "2026-03-01", 14, true},
        {"46082.354166666664", NULL, "2026-03-01T08:30:00", 22, false},
        {"46082", "yyyy\"年\"m\"月\"d\"日\"", "2026-03-01", 165, false},
        {"46082", "[$-804]yyyy-mm;@", "2026-03-01", 165, false},
        {"0.354166666666667", "h:mm", "08:30:00", 165, false},
        {"59", NULL, "1900-02-28", 14, false},
        {"61", NULL, "1900-03-01", 14, false},
        {"0", NULL, "1904-01-01", 14, true},
        {"500", "0.00\\d", "500", 165, false},
        {"500", "\"day\" 0", "500", 165, false},
        {"12.5", "[Red]#,##0.00", "12.5", 165, false},
        {"0.1", NULL, "0.1", 0, false},
        {"0.30000000000000004", NULL, "0.3", 0, false},
        {"1.3812345678E+10", NULL, "13812345678", 0, false},
        {"1E-3", NULL, "0.001", 0, false},
        {"-5", NULL, "-5", 14, false},
        {"99999999", NULL, "99999999", 14, false},
        {"46082", "General", "46082", 165, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[QIAOI_XLSX_VALUE_SIZE];

        qiaoi_xlsx_number(cases[i].number, qiaoi_xlsx_format_kind(cases[i].id, cases[i].code), cases[i].since_1904,
                          out);
        if (strcmp(out, cases[i].text) != 0)
            fail_msg("%s in format %u %s is %s, not %s", cases[i].number, cases[i].id,
                     cases[i].code != NULL ? cases[i].code : "", out, cases[i].text);
    }
}

/* ---- what Excel writes ---- */

static void
cells_of_every_kind_are_read(void **state)
{
    const qiaoi_reader_options options = {.column = qiaoi_map_column};
    const char *path = qiao_test_path(&folder, "kinds.xlsx");
    lxw_workbook *workbook = workbook_new(path);
    lxw_worksheet *sheet = workbook_add_worksheet(workbook, "a");
    lxw_format *day = workbook_add_format(workbook);
    lxw_datetime date = {2026, 3, 1, 0, 0, 0};

    (void)state;
    format_set_num_format(day, "yyyy-mm-dd");
    worksheet_write_string(sheet, 0, 0, "id", NULL);
    worksheet_write_string(sheet, 0, 1, "title", NULL);
    worksheet_write_string(sheet, 0, 2, "needed_by", NULL);
    worksheet_write_string(sheet, 0, 3, "trl", NULL);
    worksheet_write_string(sheet, 0, 4, "enterprise.confidential", NULL);
    worksheet_write_string(sheet, 1, 0, "t:1", NULL);
    worksheet_write_string(sheet, 1, 1, "甲 <乙> & \"丙\"", NULL);
    worksheet_write_datetime(sheet, 1, 2, &date, day);
    worksheet_write_formula_num(sheet, 1, 3, "=2+3", NULL, 5);
    worksheet_write_boolean(sheet, 1, 4, 1, NULL);
    worksheet_write_string(sheet, 3, 0, "t:2", NULL); /* row 3 is empty */
    worksheet_write_formula_str(sheet, 3, 1, "=A1&\"x\"", NULL, "从公式");
    worksheet_write_formula_str(sheet, 3, 3, "=1/0", NULL, "#DIV/0!");
    assert_int_equal(workbook_close(workbook), LXW_NO_ERROR);
    expect(path, &options,
           "2:{\"id\":\"t:1\",\"title\":\"甲 <乙> & \\\"丙\\\"\",\"needed_by\":\"2026-03-01\",\"trl\":\"5\","
           "\"enterprise.confidential\":\"true\"}\n"
           "4:{\"id\":\"t:2\",\"title\":\"从公式\",\"trl\":\"#DIV/0!\"}\nend");
}

static void
only_sheets_with_a_known_header_are_read(void **state)
{
    const qiaoi_reader_options options = {.column = qiaoi_map_column}, one = {.sheet = "第二"}, blind = {.sheet = NULL},
                               none = {.sheet = "第三"};
    const char *path = qiao_test_path(&folder, "sheets.xlsx");
    lxw_workbook *workbook = workbook_new(path);
    lxw_worksheet *notes = workbook_add_worksheet(workbook, "说明"), *first = workbook_add_worksheet(workbook, "第一"),
                  *second = workbook_add_worksheet(workbook, "第二");

    (void)state;
    worksheet_write_string(notes, 0, 0, "选项", NULL);
    worksheet_write_string(notes, 1, 0, "合作", NULL);
    worksheet_merge_range(first, 0, 0, 0, 3, "表 1", NULL);
    worksheet_write_string(first, 1, 0, "id", NULL);
    worksheet_write_string(first, 1, 1, "title", NULL);
    worksheet_write_string(first, 2, 0, "t:1", NULL);
    worksheet_write_string(second, 0, 1, " Title * ", NULL);
    worksheet_write_string(second, 0, 0, "id", NULL);
    worksheet_write_string(second, 1, 0, "t:2", NULL);
    worksheet_write_string(second, 1, 2, "a note beside the table", NULL);
    assert_int_equal(workbook_close(workbook), LXW_NO_ERROR);
    expect(path, &options, "3:{\"id\":\"t:1\"}\n2:{\"id\":\"t:2\"}\nend");
    expect(path, &one, "2:{\"id\":\"t:2\"}\nend");
    expect(path, &blind, "2:{\"选项\":\"合作\"}\nend"); /* nothing is known: the first */
    {
        qiao_buffer got = {.limit = 0};

        read_all(path, &none, &got);
        assert_non_null(strstr(got.data, "has no sheet \"第三\""));
        qiao_buffer_done(&got);
    }
}

/* The form as LibreOffice saves it (title, notes, merged header of two rows, days, a formula, a second sheet) and as
 * Excel saves it as CSV in China. */
static void
a_workbook_and_a_gb18030_table_give_the_same_records(void **state)
{
    static const char *const files[] = {QIAO_SOURCE_DIR "/tests/unit/workbooks/form.xlsx",
                                        QIAO_SOURCE_DIR "/tests/unit/workbooks/form-gb18030.csv"};
    qiao_buffer records[2] = {{.limit = 0}, {.limit = 0}};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_map *map;

    (void)state;
    assert_ok(qiaoi_map_load(QIAO_SOURCE_DIR "/indexer/harvest/feeds/zh_need_form.json", &map, &err), &err);
    for (size_t i = 0; i < 2; i++) {
        qiaoi_reader_options options = {.format = QIAOI_FORMAT_AUTO};
        qiao_buffer bytes = {.limit = 0};
        qiaoi_reader *reader;
        qiaoi_item item;
        size_t count = 0;

        qiaoi_map_reader_options(map, &options);
        assert_ok(qiaoi_reader_open(files[i], &options, &reader, &err), &err);
        for (; qiaoi_reader_next(reader, &bytes, &item, &err) == QIAO_OK; count++, qiao_buffer_clear(&bytes)) {
            assert_false(item.fault);
            assert_ok(qiaoi_map_apply(map, qiaoi_reader_rows(reader), "zgc", bytes.data + item.text, item.text_length,
                                      &records[i], &err),
                      &err);
            qiao_buffer_char(&records[i], '\n');
        }
        assert_int_equal(count, 3);
        qiaoi_reader_close(reader);
        qiao_buffer_done(&bytes);
    }
    assert_string_equal(records[0].data, records[1].data);
    assert_non_null(strstr(records[0].data, "\"budget_max\":\"12505000\""));
    assert_non_null(strstr(records[0].data, "\"needed_by\":\"2026-12-31\""));
    assert_non_null(strstr(records[0].data, "\"coop_modes\":[\"tc_dev_joint\"]"));
    qiao_buffer_done(&records[0]);
    qiao_buffer_done(&records[1]);
    qiaoi_map_free(map);
}

static void
two_hundred_thousand_rows_need_no_more_memory_than_two(void **state)
{
    const qiaoi_reader_options options = {.column = qiaoi_map_column};
    const char *path = qiao_test_path(&folder, "large.xlsx");
    lxw_workbook_options constant = {.constant_memory = LXW_FALSE, .tmpdir = NULL, .use_zip64 = LXW_FALSE};
    lxw_workbook *workbook = workbook_new_opt(path, &constant);
    lxw_worksheet *sheet = workbook_add_worksheet(workbook, "a");
    qiao_buffer bytes = {.limit = 0};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_reader *reader;
    qiaoi_item item;
    unsigned long rows = 0, wrong = 0;
    size_t most = 0;
    char text[64];

    (void)state;
    worksheet_write_string(sheet, 0, 0, "id", NULL);
    worksheet_write_string(sheet, 0, 1, "title", NULL);
    for (unsigned i = 1; i <= 200000; i++) { /* every text is another, and shared */
        snprintf(text, sizeof text, "t:%u", i);
        worksheet_write_string(sheet, i, 0, text, NULL);
        snprintf(text, sizeof text, "第 %u 项技术需求的名称", i);
        worksheet_write_string(sheet, i, 1, text, NULL);
    }
    assert_int_equal(workbook_close(workbook), LXW_NO_ERROR);
    assert_ok(qiaoi_reader_open(path, &options, &reader, &err), &err);
    while (qiaoi_reader_next(reader, &bytes, &item, &err) == QIAO_OK) {
        rows++;
        snprintf(text, sizeof text, "{\"id\":\"t:%lu\",\"title\":\"第 %lu 项技术需求的名称\"}", rows, rows);
        wrong += item.text_length != strlen(text) || memcmp(bytes.data + item.text, text, item.text_length) != 0;
        most = bytes.capacity > most ? bytes.capacity : most;
        qiao_buffer_clear(&bytes);
    }
    assert_int_equal(rows, 200000);
    assert_int_equal(wrong, 0);
    assert_true(most < 4096);
    qiaoi_reader_close(reader);
    qiao_buffer_done(&bytes);
}

/* ---- harm ---- */

typedef struct member {
    const char *name, *text;
    size_t length; /* 0: strlen */
} member;

static const char *
write_zip(const char *name, const member *members, size_t count)
{
    const char *path = qiao_test_path(&folder, name);
    int code = 0;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);

    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        size_t n = members[i].length != 0 ? members[i].length : strlen(members[i].text);

        assert_true(zip_file_add(zip, members[i].name, zip_source_buffer(zip, members[i].text, n, 0), 0) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    return path;
}

#define WORKBOOK                                                                                                       \
    {"xl/workbook.xml",                                                                                                \
     "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>", 0},          \
    {                                                                                                                  \
        "xl/_rels/workbook.xml.rels",                                                                                  \
            "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/></Relationships>", 0             \
    }

static void
cells_may_stand_in_the_sheet_itself(void **state)
{
    const member members[] = {
        WORKBOOK,
        {"xl/worksheets/sheet1.xml",
         "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>id</t></is></c><c t=\"inlineStr\"><is><r><t>ti</t></r>"
         "<r><t>tle</t></r></is></c></row><row><c t=\"inlineStr\"><is><t>t:1</t><rPh><t>よみ</t></rPh></is></c>"
         "<c t=\"d\"><v>2026-03-01</v></c></row></sheetData></worksheet>",
         0}};
    const qiaoi_reader_options options = {.column = qiaoi_map_column};

    (void)state;
    expect(write_zip("inline.xlsx", members, 3), &options, "2:{\"id\":\"t:1\",\"title\":\"2026-03-01\"}\nend");
}

static void
a_cell_that_is_too_long_is_a_fault_of_its_row(void **state)
{
    qiao_buffer sheet = {.limit = 0};
    const qiaoi_reader_options options = {.column = qiaoi_map_column};
    member members[] = {WORKBOOK, {"xl/worksheets/sheet1.xml", NULL, 0}};

    (void)state;
    qiao_buffer_text(&sheet, "<worksheet><sheetData><row><c t=\"str\"><v>id</v></c></row><row><c t=\"str\"><v>");
    for (size_t i = 0; i < 200000; i++)
        qiao_buffer_char(&sheet, 'x');
    qiao_buffer_text(&sheet, "</v></c></row><row><c t=\"str\"><v>t:2</v></c></row></sheetData></worksheet>");
    members[2].text = sheet.data;
    expect(write_zip("long.xlsx", members, 3), &options,
           "2!the row is over the limit of 8388608 bytes, or a cell of it over 131072\n"
           "3:{\"id\":\"t:2\"}\nend");
    qiao_buffer_done(&sheet);
}

static void
archives_that_mean_harm_are_refused(void **state)
{
    static const char laughs[] = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
                                 "<worksheet><sheetData><row><c t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>";
    const member out[] = {{"../../etc/cron.d/x", "x", 0}}, absolute[] = {{"/etc/passwd", "x", 0}},
                 windows[] = {{"C:\\x.csv", "x", 0}}, entities[] = {WORKBOOK, {"xl/worksheets/sheet1.xml", laughs, 0}},
                 nothing[] = {{"xl/workbook.xml", "<workbook/>", 0}},
                 two[] = {{"a.csv", "id\n", 0}, {"b.csv", "id\n", 0}},
                 stray[] = {WORKBOOK,
                            {"xl/worksheets/sheet1.xml",
                             "<worksheet><sheetData><row><c t=\"s\"><v>7</v></c></row></sheetData></worksheet>", 0}};
    char *zeros = calloc(1, (size_t)64 << 20);
    const member bomb[] = {{"a.csv", zeros, (size_t)64 << 20}};
    const member bomb_sheet[] = {WORKBOOK, {"xl/worksheets/sheet1.xml", zeros, (size_t)64 << 20}};

    (void)state;
    expect_refusal(write_zip("out.zip", out, 1), "bad_input", "leads out of it");
    expect_refusal(write_zip("absolute.zip", absolute, 1), "bad_input", "leads out of it");
    expect_refusal(write_zip("windows.zip", windows, 1), "bad_input", "leads out of it");
    expect_refusal(write_zip("entities.xlsx", entities, 3), "bad_input", "document type is not read");
    expect_refusal(write_zip("nothing.xlsx", nothing, 1), "bad_input", "holds no sheet");
    expect_refusal(write_zip("stray.xlsx", stray, 3), "bad_input", "a text that is not in the workbook");
    expect_refusal(write_zip("two.zip", two, 2), "bad_input", "holds 2 files of records");
    memset(zeros, ' ', (size_t)64 << 20); /* white space: a row that never ends */
    expect_refusal(write_zip("bomb.zip", bomb, 1), "limit", "unpacks to more");
    memcpy(zeros, "<worksheet>", 11);
    expect_refusal(write_zip("bomb.xlsx", bomb_sheet, 3), "limit", "unpacks to more");
    free(zeros);
}

static void
a_file_cut_anywhere_is_refused_or_read_in_part(void **state)
{
    qiao_buffer whole = {.limit = 0};
    qiao_error err = QIAO_ERROR_INIT;
    const qiaoi_reader_options options = {.column = qiaoi_map_column};

    (void)state;
    assert_ok(qiao_file_read(QIAO_SOURCE_DIR "/tests/unit/workbooks/form.xlsx", 0, &whole, &err), &err);
    for (size_t n = 4; n < whole.length; n += 97) {
        const char *path = qiao_test_path(&folder, "cut.xlsx");
        qiao_buffer got = {.limit = 0};

        qiao_test_write(path, whole.data, n);
        read_all(path, &options, &got);
        assert_null(strstr(got.data, "end"));
        qiao_buffer_done(&got);
    }
    for (size_t at = 30; at < whole.length; at += 31) { /* one byte wrong: an answer, whichever */
        const char *path = qiao_test_path(&folder, "bent.xlsx");
        qiao_buffer got = {.limit = 0};

        whole.data[at] = (char)~whole.data[at];
        qiao_test_write(path, whole.data, whole.length);
        read_all(path, &options, &got);
        assert_true(got.length > 0);
        whole.data[at] = (char)~whole.data[at];
        qiao_buffer_done(&got);
    }
    qiao_buffer_done(&whole);
}

/* ---- members ---- */

static void
members_are_joined_by_their_keys(void **state)
{
    const member members[] = {{"csv/project.csv", "id;title\n1;One\n2;Two\n3;Three\n", 0},
                              {"csv/organization.csv",
                               "projectID;name;role\n2;Beta;coordinator\n1;Alpha;participant\n2;Gamma;participant\n",
                               0},
                              {"csv/topics.csv", "projectID;topic\n3;T\n", 0}};
    const qiaoi_join joins[] = {{"organization", "organization.csv", "projectID", "id"},
                                {"topics", "topics.csv", "projectID", "id"}};
    const qiaoi_reader_options options = {.delimiter = ';', .member = "project.csv", .joins = joins, .join_count = 2};
    const qiaoi_join missing[] = {{"x", "x.csv", "projectID", "id"}};
    const qiaoi_reader_options wrong = {.member = "project.csv", .joins = missing, .join_count = 1};
    const char *path = write_zip("cordis.zip", members, 3);
    qiao_buffer got = {.limit = 0};

    (void)state;
    expect(
        path, &options,
        "2:{\"id\":\"1\",\"title\":\"One\",\"organization\":[{\"projectID\":\"1\",\"name\":\"Alpha\",\"role\":"
        "\"participant\"}],\"topics\":[]}\n"
        "3:{\"id\":\"2\",\"title\":\"Two\",\"organization\":[{\"projectID\":\"2\",\"name\":\"Beta\",\"role\":"
        "\"coordinator\"},{\"projectID\":\"2\",\"name\":\"Gamma\",\"role\":\"participant\"}],\"topics\":[]}\n"
        "4:{\"id\":\"3\",\"title\":\"Three\",\"organization\":[],\"topics\":[{\"projectID\":\"3\",\"topic\":\"T\"}]}\n"
        "end");
    read_all(path, &wrong, &got);
    assert_non_null(strstr(got.data, "has no member x.csv"));
    qiao_buffer_done(&got);
}

static void
a_hundred_thousand_rows_are_joined(void **state)
{
    qiao_buffer project = {.limit = 0}, organization = {.limit = 0}, bytes = {.limit = 0};
    const qiaoi_join joins[] = {{"o", "o.csv", "p", "id"}};
    const qiaoi_reader_options options = {.member = "p.csv", .joins = joins, .join_count = 1};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_reader *reader;
    qiaoi_item item;
    unsigned n = 0;

    (void)state;
    qiao_buffer_text(&project, "id\n");
    qiao_buffer_text(&organization, "p,name\n");
    for (unsigned i = 0; i < 20000; i++)
        qiao_buffer_printf(&project, "%u\n", i);
    for (unsigned i = 0; i < 100000; i++)
        qiao_buffer_printf(&organization, "%u,name %u\n", (i * 7919u) % 20000u, i);
    {
        const member members[] = {{"p.csv", project.data, project.length},
                                  {"o.csv", organization.data, organization.length}};

        assert_ok(qiaoi_reader_open(write_zip("many.zip", members, 2), &options, &reader, &err), &err);
    }
    for (; qiaoi_reader_next(reader, &bytes, &item, &err) == QIAO_OK; n++, qiao_buffer_clear(&bytes)) {
        const char *at = bytes.data + item.text;
        unsigned rows = 0;

        while ((at = strstr(at, "\"name\":")) != NULL) {
            rows++;
            at++;
        }
        assert_int_equal(rows, 5);
    }
    assert_int_equal(n, 20000);
    qiaoi_reader_close(reader);
    qiao_buffer_done(&bytes);
    qiao_buffer_done(&project);
    qiao_buffer_done(&organization);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_what_their_format_shows),
        cmocka_unit_test(cells_of_every_kind_are_read),
        cmocka_unit_test(only_sheets_with_a_known_header_are_read),
        cmocka_unit_test(a_workbook_and_a_gb18030_table_give_the_same_records),
        cmocka_unit_test(two_hundred_thousand_rows_need_no_more_memory_than_two),
        cmocka_unit_test(cells_may_stand_in_the_sheet_itself),
        cmocka_unit_test(a_cell_that_is_too_long_is_a_fault_of_its_row),
        cmocka_unit_test(archives_that_mean_harm_are_refused),
        cmocka_unit_test(a_file_cut_anywhere_is_refused_or_read_in_part),
        cmocka_unit_test(members_are_joined_by_their_keys),
        cmocka_unit_test(a_hundred_thousand_rows_are_joined),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
