/* Vocabularies: the shipped data files, look-ups, dated relations, and how damaged files are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "qiao/file.h"
#include "qiao/vocabulary.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA_FOLDER QIAO_SOURCE_DIR "/engine/vocab/data"

static qiao_vocabulary *shipped;

static int
open_shipped(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    if (qiao_vocabulary_open(DATA_FOLDER, &shipped, &err) != QIAO_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    return 0;
}

static int
close_shipped(void **state)
{
    (void)state;
    qiao_vocabulary_close(shipped);
    return 0;
}

static int
day(const char *text)
{
    return (int)qiao_date_days(text, strlen(text));
}

static void
lists_have_the_agreed_sizes(void **state)
{
    static const struct {
        const char *list;
        size_t count;
    } expected[] = {{"country", 249}, {"park", 17}, {"field", 133},   {"coop_mode", 15},
                    {"org_kind", 28}, {"trl", 9},   {"need_kind", 8}, {"status", 6}};

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        size_t count;

        assert_non_null(qiao_vocabulary_list(shipped, expected[i].list, &count));
        assert_int_equal(count, expected[i].count);
    }
}

static void
an_unknown_list_is_empty(void **state)
{
    size_t count = 7;

    (void)state;
    assert_null(qiao_vocabulary_list(shipped, "planets", &count));
    assert_int_equal(count, 0);
    assert_null(qiao_vocabulary_find(shipped, "planets", "mars"));
}

static void
find_takes_exact_codes_only(void **state)
{
    (void)state;
    assert_string_equal(qiao_vocabulary_find(shipped, "country", "DE")->zh, "德国");
    assert_null(qiao_vocabulary_find(shipped, "country", "de"));
    assert_null(qiao_vocabulary_find(shipped, "country", "Germany"));
    assert_null(qiao_vocabulary_find(shipped, "field", "DE"));
}

static void
resolve_takes_aliases_and_names(void **state)
{
    static const struct {
        const char *list, *name, *code;
    } cases[] = {{"country", "EL", "GR"},
                 {"country", "UK", "GB"},
                 {"country", "uk", "GB"},
                 {"country", "USA", "US"},
                 {"country", "DEU", "DE"},
                 {"country", " united  states ", "US"},
                 {"country", "韩国", "KR"},
                 {"country", "台湾", "TW"},
                 {"country", "中国香港", "HK"},
                 {"country", "ＤＥ", "DE"},
                 {"country", "刚果(金)", "CD"},
                 {"country", "刚果（金）", "CD"},
                 {"park", "北京市海淀区", "haidian"},
                 {"park", "经开区", "yizhuang"},
                 {"field", "人工智能", "ai"},
                 {"field", "Fuel Cells", "h2.fuelcell"},
                 {"coop_mode", "联合研发", "tc_dev_joint"},
                 {"org_kind", "专精特新", "specialised_sme"},
                 {"trl", "TRL 6", "6"},
                 {"currency", "人民币", "CNY"},
                 {"currency", "RMB", "CNY"},
                 {"country_group", "一带一路", "BRI"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const qiao_code *code = qiao_vocabulary_resolve(shipped, cases[i].list, cases[i].name);

        if (code == NULL)
            fail_msg("%s \"%s\" is not resolved", cases[i].list, cases[i].name);
        assert_string_equal(code->code, cases[i].code);
    }
    assert_null(qiao_vocabulary_resolve(shipped, "country", "Atlantis"));
    assert_null(qiao_vocabulary_resolve(shipped, "country", ""));
}

static void
names_are_worded_as_mainland_publishing_does(void **state)
{
    (void)state;
    assert_string_equal(qiao_vocabulary_find(shipped, "country", "TW")->zh, "中国台湾");
    assert_string_equal(qiao_vocabulary_find(shipped, "country", "HK")->zh, "中国香港");
    assert_string_equal(qiao_vocabulary_find(shipped, "country", "MO")->zh, "中国澳门");
}

static void
parents_follow_the_dots_and_zones_lie_in_parks(void **state)
{
    (void)state;
    assert_string_equal(qiao_vocabulary_find(shipped, "field", "energy.battery")->parent, "energy");
    assert_null(qiao_vocabulary_find(shipped, "field", "energy")->parent);
    assert_string_equal(qiao_vocabulary_find(shipped, "zone", "zgc_science_city")->parent, "haidian");
}

static void
membership_is_dated(void **state)
{
    static const struct {
        const char *group, *country, *day;
        bool member;
    } cases[] = {
        {"EU", "DE", "2026-01-01", true},     {"EU", "GB", "2020-01-31", true},    {"EU", "GB", "2020-02-01", false},
        {"EU", "HR", "2013-06-30", false},    {"EU", "HR", "2013-07-01", true},    {"EU", "CH", "2026-01-01", false},
        {"EU_EEA", "NO", "2026-01-01", true}, {"RCEP", "KR", "2022-01-31", false}, {"RCEP", "KR", "2022-02-01", true},
        {"BRI", "IT", "2020-01-01", true},    {"BRI", "IT", "2026-01-01", false},  {"BRI", "SG", "2026-01-01", true},
        {"BRI", "SG", "2023-06-29", false},   {"ADV", "CH", "2026-01-01", true},   {"ADV", "CH", "1990-01-01", true},
        {"NONE", "CH", "2026-01-01", false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool member = qiao_vocabulary_in_group(shipped, cases[i].group, cases[i].country, day(cases[i].day));

        if (member != cases[i].member)
            fail_msg("%s in %s on %s: %d", cases[i].country, cases[i].group, cases[i].day, (int)member);
    }
}

static size_t
members(const char *group, const char *on)
{
    size_t count, n = 0;
    const qiao_code *const *countries = qiao_vocabulary_list(shipped, "country", &count);

    for (size_t i = 0; i < count; i++)
        n += qiao_vocabulary_in_group(shipped, group, countries[i]->code, day(on)) ? 1 : 0;
    return n;
}

static void
groups_have_their_known_sizes(void **state)
{
    (void)state;
    assert_int_equal(members("EU", "2026-11-01"), 27);
    assert_int_equal(members("EU_EEA", "2026-11-01"), 30);
    assert_int_equal(members("RCEP", "2026-11-01"), 15);
    assert_int_equal(members("BRI", "2023-12-01"), 152);
}

static void
groups_of_a_country_are_listed(void **state)
{
    const char *codes[8];
    size_t n = qiao_vocabulary_groups_of(shipped, "SG", day("2026-11-01"), codes, 8);

    (void)state;
    assert_int_equal(n, 3);
    assert_int_equal(qiao_vocabulary_groups_of(shipped, "SG", day("2026-11-01"), codes, 2), 2);
    assert_int_equal(qiao_vocabulary_groups_of(shipped, "AQ", day("2026-11-01"), codes, 8), 0);
}

static void
every_park_relation_is_readable(void **state)
{
    const qiao_relation *rows[16];
    size_t n = qiao_vocabulary_relations(shipped, "park_field", "fengtai", day("2026-11-01"), rows, 16);

    (void)state;
    assert_int_equal(n, 2);
    assert_string_equal(rows[0]->to, "rail");
    assert_int_equal(rows[0]->weight, 1000000);
    assert_int_equal(rows[1]->weight, 500000);
    assert_int_equal(qiao_vocabulary_relations(shipped, "park_field", "tongzhou", day("2026-11-01"), rows, 16), 0);
    assert_true(qiao_vocabulary_relations(shipped, "park_field", "haidian", day("2026-11-01"), rows, 1) > 1);
}

static void
crosswalk_takes_the_longest_prefix(void **state)
{
    static const struct {
        const char *scheme, *code, *fields;
    } cases[] = {{"ipc", "H01M10/0562", "energy.battery"},
                 {"ipc", "H01M8/1004", "h2.fuelcell"},
                 {"ipc", "H01M", "energy.battery"},
                 {"ipc", "H04L9/0852", "ict.security quantum.communication"},
                 {"ipc", "H04L9/32", "ict.security"},
                 {"ipc", "H99Z1/00", ""},
                 {"gjj2441", "智能网联汽车", "auto"},
                 {"gjj2441", "2.2", "bio med"},
                 {"gjj10", "1", "ict comm"},
                 {"gjj10", "10", "trade"},
                 {"gjj10", "11", ""},
                 {"hnte8", "6.1", "energy.solar energy.wind"},
                 {"hnte8", "6.12", "energy"},
                 {"sei9", "3.5.2", "mat.composite mat.carbon"},
                 {"nace", "62", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *fields[8];
        size_t n = qiao_vocabulary_crosswalk(shipped, cases[i].scheme, cases[i].code, fields, 8);
        char got[256] = "";

        for (size_t f = 0; f < n; f++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", f > 0 ? " " : "", fields[f]);
        if (strcmp(got, cases[i].fields) != 0)
            fail_msg("%s %s gives \"%s\", expected \"%s\"", cases[i].scheme, cases[i].code, got, cases[i].fields);
    }
}

static void
nearest_suggests_what_was_meant(void **state)
{
    static const struct {
        const char *list, *text, *first;
    } cases[] = {{"field", "energy.batery", "energy.battery"},
                 {"field", "energy.batteries", "energy.battery"},
                 {"field", "robots", "robot"},
                 {"country", "Germny", "DE"},
                 {"park", "hai dian", "haidian"},
                 {"org_kind", "university", "univ"},
                 {"coop_mode", "tc_licence_patent", "tc_license_patent"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const qiao_code *codes[3];
        size_t n = qiao_vocabulary_nearest(shipped, cases[i].list, cases[i].text, codes, 3);

        if (n == 0 || strcmp(codes[0]->code, cases[i].first) != 0)
            fail_msg("%s \"%s\" suggests %s", cases[i].list, cases[i].text, n == 0 ? "nothing" : codes[0]->code);
    }
}

static void
nearest_is_silent_where_nothing_is_near(void **state)
{
    const qiao_code *codes[3];

    (void)state;
    assert_int_equal(qiao_vocabulary_nearest(shipped, "country", "XX", codes, 3), 0);
    assert_int_equal(qiao_vocabulary_nearest(shipped, "field", "something else entirely", codes, 3), 0);
    assert_int_equal(qiao_vocabulary_nearest(shipped, "field", "energy.batery", codes, 0), 0);
}

static void
version_names_date_and_content(void **state)
{
    (void)state;
    assert_int_equal(strlen(qiao_vocabulary_version(shipped)), 10 + 1 + 16);
    assert_int_equal(qiao_vocabulary_version(shipped)[10], ':');
}

/* Files made up for one test, in a folder of their own. */
static void
write_folder(char *folder, const char *name, const char *text)
{
    qiao_error err = QIAO_ERROR_INIT;
    char path[256];

    snprintf(folder, 64, "/tmp/qiao-vocabulary-XXXXXX");
    assert_non_null(mkdtemp(folder));
    if (name == NULL)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(qiao_file_write_atomic(path, text, strlen(text), &err), QIAO_OK);
}

static void
remove_folder(const char *folder)
{
    assert_int_equal(qiao_file_remove_tree(folder, NULL), QIAO_OK);
}

static void
damaged_files_are_refused_with_file_line_and_value(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"# kind: codes\n# list: a\ncode\tzh\ten\nx\t甲\tX\n",
         "vocabulary file t.tsv: the line \"# version: YYYY-MM-DD\" is missing"},
        {"# kind: codes\n# list: a\n# version: 2026-13-01\ncode\tzh\ten\n", "is missing"},
        {"# kind: codes\n# list: a\n# version: 2026-01-01\ncode\tzh\tcolour\nx\t甲\tX\n",
         "line 4: unknown column \"colour\""},
        {"# kind: codes\n# list: a\n# version: 2026-01-01\ncode\tzh\ten\nx\t甲\n",
         "line 5: list, code, zh and en must be given, not so for \"x\""},
        {"# kind: codes\n# list: a\n# version: 2026-01-01\ncode\tzh\ten\nx\t甲\tX\tmore\n",
         "line 5: more cells than columns, from \"more\""},
        {"# kind: codes\n# list: a\n# version: 2026-01-01\ncode\tzh\ten\nx\t甲\tX\nx\t乙\tY\n",
         "list a gives the code \"x\" twice"},
        {"# kind: codes\n# list: a\n# version: 2026-01-01\ncode\tzh\ten\nx\t甲\tX\ny\t甲\tY\n",
         "the name \"甲\" stands for \"x\" and for \"y\""},
        {"# kind: codes\n# list: a\n# version: 2026-01-01\ncode\tzh\ten\nx.y\t甲\tX\n",
         "\"x.y\" has the unknown parent \"x\""},
        {"# kind: table\n# list: a\n# version: 2026-01-01\ncode\tzh\ten\nx\t甲\tX\n",
         "kind must be codes, relation or crosswalk, not \"table\""},
        {"# kind: relation\n# list: a\n# version: 2026-01-01\nfrom\tto\nx\ty\n",
         "a relation needs the lines list, from and to"},
        {"# kind: relation\n# list: a\n# from: b\n# to: c\n# version: 2026-01-01\nfrom\tto\nx\ty\n",
         "\"x\" is no code of list b"},
        {"# kind: relation\n# list: a\n# from: b\n# to: c\n# version: 2026-01-01\nfrom\tto\tvalid_from\nx\ty\tsoon\n",
         "valid_from is no date: \"soon\""},
        {"# kind: relation\n# list: a\n# from: b\n# to: c\n# version: 2026-01-01\nfrom\tto\tweight\nx\ty\thigh\n",
         "weight is no number: \"high\""},
        {"# kind: crosswalk\n# version: 2026-01-01\nscheme\tcode\tfields\nipc\tA01\tagri\n",
         "\"agri\" is no code of list field"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_vocabulary *vocabulary = (qiao_vocabulary *)&cases;
        qiao_error err = QIAO_ERROR_INIT;
        char folder[64];

        write_folder(folder, "t.tsv", cases[i].text);
        assert_int_equal(qiao_vocabulary_open(folder, &vocabulary, &err), QIAO_E_INPUT);
        assert_null(vocabulary);
        if (strstr(err.message, cases[i].message) == NULL)
            fail_msg("case %zu says: %s", i, err.message);
        assert_string_not_equal(err.message, err.message_zh);
        remove_folder(folder);
    }
}

static void
an_empty_or_missing_folder_is_not_found(void **state)
{
    qiao_vocabulary *vocabulary;
    qiao_error err = QIAO_ERROR_INIT;
    char folder[64];

    (void)state;
    write_folder(folder, NULL, NULL);
    assert_int_equal(qiao_vocabulary_open(folder, &vocabulary, &err), QIAO_E_NOTFOUND);
    remove_folder(folder);
    assert_int_equal(qiao_vocabulary_open(folder, &vocabulary, &err), QIAO_E_NOTFOUND);
}

static void
windows_line_ends_and_byte_order_marks_are_read(void **state)
{
    static const char text[] =
        "\xEF\xBB\xBF# kind: codes\r\n# list: a\r\n# version: 2026-01-01\r\ncode\tzh\ten\r\nx\t甲\tX\r\n\r\ny\t乙\tY";
    qiao_vocabulary *vocabulary;
    qiao_error err = QIAO_ERROR_INIT;
    char folder[64];

    (void)state;
    write_folder(folder, "t.tsv", text);
    assert_int_equal(qiao_vocabulary_open(folder, &vocabulary, &err), QIAO_OK);
    assert_string_equal(qiao_vocabulary_find(vocabulary, "a", "x")->en, "X");
    assert_string_equal(qiao_vocabulary_find(vocabulary, "a", "y")->en, "Y");
    qiao_vocabulary_close(vocabulary);
    remove_folder(folder);
}

static bool
fail_at(size_t size, void *context)
{
    size_t *left = context;

    (void)size;
    return (*left)-- != 0;
}

static void
every_failed_allocation_is_survived(void **state)
{
    size_t failures = 0;

    (void)state;
    for (size_t n = 0;; n++) {
        size_t left = n;
        qiao_vocabulary *vocabulary = NULL;
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status status;

        qiao_memory_set_hook(fail_at, &left);
        status = qiao_vocabulary_open(DATA_FOLDER, &vocabulary, &err);
        qiao_memory_set_hook(NULL, NULL);
        if (status == QIAO_OK) {
            qiao_vocabulary_close(vocabulary);
            break;
        }
        assert_int_equal(status, QIAO_E_NOMEM);
        assert_null(vocabulary);
        failures++;
    }
    assert_true(failures > 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_have_the_agreed_sizes),
        cmocka_unit_test(an_unknown_list_is_empty),
        cmocka_unit_test(find_takes_exact_codes_only),
        cmocka_unit_test(resolve_takes_aliases_and_names),
        cmocka_unit_test(names_are_worded_as_mainland_publishing_does),
        cmocka_unit_test(parents_follow_the_dots_and_zones_lie_in_parks),
        cmocka_unit_test(membership_is_dated),
        cmocka_unit_test(groups_have_their_known_sizes),
        cmocka_unit_test(groups_of_a_country_are_listed),
        cmocka_unit_test(every_park_relation_is_readable),
        cmocka_unit_test(crosswalk_takes_the_longest_prefix),
        cmocka_unit_test(nearest_suggests_what_was_meant),
        cmocka_unit_test(nearest_is_silent_where_nothing_is_near),
        cmocka_unit_test(version_names_date_and_content),
        cmocka_unit_test(damaged_files_are_refused_with_file_line_and_value),
        cmocka_unit_test(an_empty_or_missing_folder_is_not_found),
        cmocka_unit_test(windows_line_ends_and_byte_order_marks_are_read),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };

    return cmocka_run_group_tests(tests, open_shipped, close_shipped);
}
