/* Feed maps: from source objects and table rows to records, and how wrong maps are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "import_map.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

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

static qiaoi_map *
load(const char *text)
{
    const char *path = qiao_test_path(&folder, "map.json");
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_map *map;

    qiao_test_write_text(path, text);
    assert_ok(qiaoi_map_load(path, &map, &err), &err);
    return map;
}

/* The order of members does not matter: the record parser sorts them. */
static void
expect_record(const qiaoi_map *map, bool row, const char *source, const char *json, const char *expected)
{
    qiao_buffer out = {.limit = 0};
    qiao_error err = QIAO_ERROR_INIT;
    cJSON *got, *wanted;

    assert_ok(qiaoi_map_apply(map, row, source, json, strlen(json), &out, &err), &err);
    got = cJSON_Parse(out.data);
    wanted = cJSON_Parse(expected);
    assert_non_null(wanted);
    if (!cJSON_Compare(got, wanted, 1))
        fail_msg("%s\ngives %s\n  not %s", json, out.data, expected);
    cJSON_Delete(got);
    cJSON_Delete(wanted);
    qiao_buffer_done(&out);
}

static void
table_rows_take_the_form_of_their_fields(void **state)
{
    static const struct {
        const char *row, *record;
    } cases[] = {
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title.zh\":\"题\",\"title.en\":\"T\"}",
         "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"题\",\"en\":\"T\"}}"},
        {"{\"title\":\"plain\"}", "{\"title\":\"plain\"}"},
        {"{\"fields\":\"ai.ml; energy.battery；h2\",\"keywords\":\"a、b|c\"}",
         "{\"fields\":[\"ai.ml\",\"energy.battery\",\"h2\"],\"keywords\":[\"a\",\"b\",\"c\"]}"},
        {"{\"trl\":\"5\",\"trl_min\":\"TRL 4\"}", "{\"trl\":5,\"trl_min\":\"TRL 4\"}"},
        {"{\"enterprise.park\":\"海淀区\",\"enterprise.size\":\"small\"}",
         "{\"enterprise\":{\"park\":\"海淀区\",\"size\":\"small\"}}"},
        {"{\"needed_by\":\"2027/6/3\",\"updated_at\":\"2026年3月1日\"}",
         "{\"needed_by\":\"2027-06-03\",\"updated_at\":\"2026-03-01\"}"},
        {"{\"needed_by\":\"2027-06-30T00:00:00Z\"}", "{\"needed_by\":\"2027-06-30T00:00:00Z\"}"},
        {"{\"needed_by\":\"20270630\",\"deadline\":\"2027/6/3 0:00\",\"updated_at\":\"soon\"}",
         "{\"needed_by\":\"2027-06-30\",\"deadline\":\"2027-06-03\",\"updated_at\":\"soon\"}"},
        {"{\"budget_min\":\"1,000,000\",\"budget_max\":\"2 000 000.50\"}",
         "{\"budget_min\":\"1000000\",\"budget_max\":\"2000000.50\"}"},
        {"{\"budget_min\":\"约500\"}", "{\"budget_min\":\"约500\"}"},
        {"{\"org_confidential\":\"是\",\"enterprise.confidential\":\"no\"}",
         "{\"org_confidential\":true,\"enterprise\":{\"confidential\":false}}"},
        {"{\"indicators\":\"[{\\\"op\\\":\\\">=\\\",\\\"value\\\":4}]\",\"ip.kind\":\"patent\",\"ip.office\":\"EP\"}",
         "{\"indicators\":[{\"op\":\">=\",\"value\":4}],\"ip\":[{\"kind\":\"patent\",\"office\":\"EP\"}]}"},
        {"{\"elem_method.zh\":\"甲;乙\"}", "{\"elem_method\":{\"zh\":[\"甲\",\"乙\"]}}"},
        {"{\"contact.phone\":\"1\",\"note\":\"n\"}", "{\"contact.phone\":\"1\",\"note\":\"n\"}"},
        {"{\"country\":\" \",\"id\":\"t:1\"}", "{\"id\":\"t:1\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_record(NULL, true, NULL, cases[i].row, cases[i].record);
}

static void
paths_choose_items_of_lists(void **state)
{
    qiaoi_map *map = load("{\"constants\":{\"kind\":\"project\"},\"fields\":{\"id\":{\"from\":\"id\",\"hash\":[\"name\",\"title\"]},"
                          "\"org_name.en\":\"organization.role=coordinator.name\",\"country\":{\"from\":"
                          "\"organization.role=coordinator.country\",\"values\":{\"EL\":\"GR\"}},"
                          "\"keywords\":[\"topics.*.title\",\"words\"],\"title.en\":\"titles.text\",\"region\":\"organization.1.city\","
                          "\"coop_modes\":{\"from\":\"modes\",\"values\":{\"joint\":\"tc_dev_joint\",\"other\":\"\"}}}}");

    (void)state;
    expect_record(map, false, NULL,
                  "{\"id\":\"1\",\"organization\":[{\"role\":\"participant\",\"name\":\"A\"},{\"role\":\"coordinator\",\"name\":\"B\","
                  "\"country\":\"EL\",\"city\":\"C\"}],\"topics\":[{\"title\":\"x\"},{},{\"title\":\"y\"}],\"titles\":[{\"text\":\"T\"}],"
                  "\"modes\":\"joint;other\"}",
                  "{\"kind\":\"project\",\"id\":\"1\",\"org_name\":{\"en\":\"B\"},\"country\":\"GR\",\"region\":\"C\",\"keywords\":"
                  "[\"x\",\"y\"],\"title\":{\"en\":\"T\"},\"coop_modes\":[\"tc_dev_joint\"]}");
    expect_record(map, false, NULL, "{\"id\":\"2\",\"organization\":[],\"topics\":{\"title\":\"z\"},\"words\":\"w\",\"modes\":\"other\"}",
                  "{\"kind\":\"project\",\"id\":\"2\",\"keywords\":[\"z\"]}");
    expect_record(map, false, "s", "{\"name\":\"N\",\"title\":\"T\"}", "{\"kind\":\"project\",\"id\":\"s:e268d83378c22b01\"}");
    qiaoi_map_free(map);
}

static void
maps_lead_source_fields_to_record_fields(void **state)
{
    qiaoi_map *map =
        load("{\"id_prefix\":\"zgc:\",\"constants\":{\"kind\":\"need\",\"currency\":\"CNY\"},"
             "\"fields\":{\"id\":\"需求编号\",\"title.zh\":\"技术需求名称\",\"problem.zh\":[\"需求描述\",\"描述\"],"
             "\"budget_max\":{\"from\":\"拟投入资金总额(万元)\",\"scale\":10000},"
             "\"enterprise.org_kind\":{\"from\":\"机构属性\",\"values\":{\"企业\":\"sme\"},\"default\":\"sme\"},"
             "\"keywords\":{\"from\":\"关键字\",\"split\":\"/\"}}}");

    (void)state;
    expect_record(map, true, NULL,
                  "{\"需求编号\":\"2026-1\",\"技术需求名称\":\"封装\",\"描述\":\"d\",\"拟投入资金总额(万元)\":\"500."
                  "5\",\"机构属性\":\"企业\",\"关键字\":\"a/b;c\","
                  "\"联系人\":\"张三\"}",
                  "{\"kind\":\"need\",\"currency\":\"CNY\",\"id\":\"zgc:2026-1\",\"title\":{\"zh\":\"封装\"},"
                  "\"problem\":{\"zh\":\"d\"},"
                  "\"budget_max\":\"5005000\",\"enterprise\":{\"org_kind\":\"sme\"},\"keywords\":[\"a\",\"b;c\"]}");
    expect_record(map, true, NULL, "{\"需求编号\":\"zgc:7\",\"技术需求名称\":\"t\"}",
                  "{\"kind\":\"need\",\"currency\":\"CNY\",\"id\":\"zgc:7\",\"title\":{\"zh\":\"t\"},\"enterprise\":{"
                  "\"org_kind\":\"sme\"}}");
    qiaoi_map_free(map);
}

static void
maps_reach_into_json(void **state)
{
    qiaoi_map *map = load("{\"constants\":{\"kind\":\"project\"},\"decimal_comma\":true,\"fields\":{\"id\":\"docid\","
                          "\"title.en\":\"title_s\","
                          "\"summary.en\":\"abstract\",\"country\":\"org.0.country\",\"keywords\":\"tags\",\"price_"
                          "max\":\"cost\",\"trl\":\"level\","
                          "\"title.fr\":\"a.b\"}}");

    (void)state;
    expect_record(map, false, NULL,
                  "{\"docid\":123456789012345678901,\"title_s\":[\"T\"],\"abstract\":[\"one\",\"two\"],\"org\":[{"
                  "\"country\":\"FR\"}],\"tags\":[\"x\",7],"
                  "\"cost\":\"2.073.781,25\",\"level\":5,\"a.b\":\"F\"}",
                  "{\"kind\":\"project\",\"id\":\"123456789012345678901\",\"title\":{\"en\":\"T\",\"fr\":\"F\"},"
                  "\"summary\":{\"en\":\"one\\ntwo\"},"
                  "\"country\":\"FR\",\"keywords\":[\"x\",\"7\"],\"price_max\":\"2073781.25\",\"trl\":5}");
    qiaoi_map_free(map);
}

static void
a_source_is_put_where_the_id_names_none(void **state)
{
    static const char large[] = "{\"id\":\"1\",\"n\":12345678901234567890}";
    qiao_buffer out = {.limit = 0};

    (void)state;
    assert_int_equal(qiaoi_map_apply(NULL, false, "een", large, sizeof large - 1, &out, NULL), QIAO_OK);
    assert_non_null(strstr(out.data, ":12345678901234567890")); /* not rounded */
    qiao_buffer_done(&out);
    expect_record(NULL, false, "een", "{\"id\":\"BO1\",\"kind\":\"project\"}",
                  "{\"id\":\"een:BO1\",\"kind\":\"project\"}");
    expect_record(NULL, false, "een", "{\"id\":42}", "{\"id\":\"een:42\"}");
    expect_record(NULL, false, "een", "{\"id\":\"een:BO1\",\"n\":12345678901234567890}",
                  "{\"id\":\"een:BO1\",\"n\":12345678901234567890}");
    expect_record(NULL, false, "een", "{\"id\":\"nasa:1\"}", "{\"id\":\"nasa:1\",\"source\":\"een\"}");
    expect_record(NULL, false, "een", "{\"id\":\"nasa:1\",\"source\":\"x\"}", "{\"id\":\"nasa:1\",\"source\":\"x\"}");
    expect_record(NULL, true, "een", "{\"id\":\"1\",\"title.zh\":\"t\"}",
                  "{\"title\":{\"zh\":\"t\"},\"id\":\"een:1\"}");
    expect_record(NULL, false, "een", "{\"kind\":\"need\"}", "{\"kind\":\"need\"}");
}

static void
what_is_no_object_is_refused(void **state)
{
    static const char *const texts[] = {
        "[1]", "7", "{\"a\":", "{\"a\":\"\\u0000\"}", "{\"a\":1} x", "{\"a\":\"\xff\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        qiao_buffer out = {.limit = 0};
        qiao_error err = QIAO_ERROR_INIT;

        assert_status(qiaoi_map_apply(NULL, false, "s", texts[i], strlen(texts[i]), &out, &err), QIAO_E_INPUT, &err);
        assert_string_not_equal(err.message, err.message_zh);
        qiao_buffer_done(&out);
    }
}

static void
wrong_maps_are_refused_by_key(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "cannot be read: the JSON ends too early"},
        {"[1]", "is no JSON object"},
        {"{\"fields\":{", "cannot be read: the JSON ends too early"},
        {"{}", "\"fields\" must be an object"},
        {"{\"fields\":{}}", "\"fields\" must be an object"},
        {"{\"fields\":{\"id\":7}}", "\"id\" must be a source field"},
        {"{\"fields\":{\"id\":[]}}", "\"id\" must be a source field"},
        {"{\"fields\":{\"colour\":\"c\"}}", "\"colour\" must be a field of records"},
        {"{\"fields\":{\"id\":\"id\"},\"constants\":[]}", "\"constants\" must be an object"},
        {"{\"fields\":{\"id\":\"id\"},\"format\":\"docx\"}", "\"format\" must be ndjson"},
        {"{\"fields\":{\"id\":\"id\"},\"encoding\":\"latin1\"}", "\"encoding\" must be utf-8"},
        {"{\"fields\":{\"id\":\"id\"},\"delimiter\":\"||\"}", "\"delimiter\" must be one character"},
        {"{\"fields\":{\"id\":\"id\"},\"records\":[]}", "\"records\" must be a text"},
        {"{\"fields\":{\"id\":\"id\"},\"zip\":{}}", "\"zip\" must be an object with"},
        {"{\"fields\":{\"id\":\"id\"},\"zip\":{\"records\":\"a\",\"join\":{\"b\":{\"key\":\"c\"}}}}", "\"join\" must be"},
        {"{\"fields\":{\"id\":\"id\"},\"feilds\":{}}", "unknown key \"feilds\""},
    };
    const char *path = qiao_test_path(&folder, "map.json");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiaoi_map *map;
        qiao_error err = QIAO_ERROR_INIT;

        qiao_test_write_text(path, cases[i].text);
        assert_status(qiaoi_map_load(path, &map, &err), QIAO_E_INPUT, &err);
        assert_null(map);
        if (strstr(err.message, cases[i].message) == NULL || strcmp(err.message, err.message_zh) == 0)
            fail_msg("%s: %s", cases[i].text, err.message);
    }
}

static void
reader_options_come_from_the_map(void **state)
{
    qiaoi_map *map = load(
        "{\"format\":\"csv\",\"delimiter\":\";\",\"encoding\":\"gbk\",\"records\":\"a.b\",\"fields\":{\"id\":\"id\"}}");
    qiaoi_reader_options options = {.line_limit = 77};

    (void)state;
    qiaoi_map_reader_options(map, &options);
    assert_int_equal(options.format, QIAOI_FORMAT_CSV);
    assert_int_equal(options.delimiter, ';');
    assert_int_equal(options.encoding, QIAOI_ENCODING_GB18030);
    assert_string_equal(options.records, "a.b");
    assert_int_equal(options.line_limit, 77);
    qiaoi_map_free(map);
}

static qiao_status
load_and_apply(void *context, qiao_error *err)
{
    static const char source[] =
        "{\"n\":\"1\",\"t\":[\"a\",\"b\"],\"k\":[1,2],\"o\":{\"x\":[{\"y\":\"z\"}]},\"m\":\"3,5\"}";
    qiaoi_map *map;
    qiao_buffer out = {.limit = 0};
    qiao_status status = qiaoi_map_load(context, &map, err);

    if (status == QIAO_OK)
        status = qiaoi_map_apply(map, false, "s", source, sizeof source - 1, &out, err);
    qiaoi_map_free(map);
    qiao_buffer_done(&out);
    return status;
}

static void
every_failed_allocation_gives_out_of_memory(void **state)
{
    const char *path = qiao_test_path(&folder, "map.json");
    char copy[512];

    (void)state;
    snprintf(copy, sizeof copy, "%s", path);
    qiao_test_write_text(
        copy,
        "{\"id_prefix\":\"p-\",\"decimal_comma\":true,\"constants\":{\"kind\":\"project\"},\"fields\":{\"id\":\"n\","
        "\"title.en\":\"t\","
        "\"keywords\":\"k\",\"country\":\"o.x.0.y\",\"price_min\":\"m\",\"ip.kind\":\"n\",\"elem_method.zh\":\"m\"}}");
    assert_true(qiao_test_fail_allocations(NULL, load_and_apply, copy) > 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_rows_take_the_form_of_their_fields),
        cmocka_unit_test(paths_choose_items_of_lists),
        cmocka_unit_test(maps_lead_source_fields_to_record_fields),
        cmocka_unit_test(maps_reach_into_json),
        cmocka_unit_test(a_source_is_put_where_the_id_names_none),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(wrong_maps_are_refused_by_key),
        cmocka_unit_test(reader_options_come_from_the_map),
        cmocka_unit_test(every_failed_allocation_gives_out_of_memory),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
