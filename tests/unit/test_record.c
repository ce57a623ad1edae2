/* Records: what is understood, what is refused and how that is said, canonical form, completeness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "qiao/file.h"
#include "qiao/record.h"
#include "record/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static qiao_vocabulary *vocabulary;

static int
open_vocabulary(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    return qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &vocabulary, &err) == QIAO_OK ? 0 : -1;
}

static int
close_vocabulary(void **state)
{
    (void)state;
    qiao_vocabulary_close(vocabulary);
    return 0;
}

static qiao_record *
parse(const char *json)
{
    qiao_record *record;
    qiao_error err = QIAO_ERROR_INIT;

    if (qiao_record_parse(json, strlen(json), vocabulary, &record, NULL, &err) != QIAO_OK)
        fail_msg("refused: %s\n%s", err.message, json);
    return record;
}

/* {"kind":"project","id":"t:1","title":{"en":"T"}, members} */
static const char *
project_with(const char *members)
{
    static char json[4096];

    snprintf(json, sizeof json, "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"T\"}%s%s}",
             members[0] != '\0' ? "," : "", members);
    return json;
}

static const char *
need_with(const char *members)
{
    static char json[4096];

    snprintf(json, sizeof json, "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"题\"}%s%s}",
             members[0] != '\0' ? "," : "", members);
    return json;
}

static void
schema_rows_are_sorted_and_found(void **state)
{
    const qiaoi_schema_row *row, *before = NULL;

    (void)state;
    for (size_t i = 0; (row = qiaoi_schema_row_at(i)) != NULL; i++, before = row) {
        assert_true(before == NULL || strcmp(before->field.path, row->field.path) < 0);
        assert_int_equal(qiaoi_schema_find(row->field.path), i);
        assert_ptr_equal(qiao_record_field(row->field.path), &row->field);
    }
    assert_int_equal(qiaoi_schema_find(""), QIAOI_NO_ROW);
    assert_int_equal(qiaoi_schema_find("zzz"), QIAOI_NO_ROW);
}

static void
schema_lists_and_stand_ins_exist(void **state)
{
    const qiaoi_schema_row *row;

    (void)state;
    for (size_t i = 0; (row = qiaoi_schema_row_at(i)) != NULL; i++) {
        char list[64];
        size_t count;

        if (row->field.list != NULL) {
            snprintf(list, sizeof list, "%.*s", (int)strcspn(row->field.list, "|"), row->field.list);
            if (qiao_vocabulary_list(vocabulary, list, &count) == NULL)
                fail_msg("%s names the unknown list %s", row->field.path, list);
        }
        if (row->stands_for != NULL) {
            snprintf(list, sizeof list, "%.*s", (int)strcspn(row->stands_for, "|"), row->stands_for);
            assert_non_null(qiao_record_field(list));
        }
    }
}

static void
a_whole_project_is_read(void **state)
{
    qiao_record *r = parse(
        "{\"kind\":\"project\",\"id\":\"fx:p1\",\"title\":{\"en\":\"Cell\",\"zh\":\"电池\"},\"summary\":{\"en\":\"S\"},"
        "\"status\":\"published\",\"record_kind\":\"tech_offer\",\"country\":\"DE\",\"region\":\"DE-BY\","
        "\"org_name\":\"Institut\",\"org_kind\":\"research_institute\",\"org_size\":\"medium\",\"fields\":[\"energy."
        "battery\"],"
        "\"ipc\":[\"H01M10/0562\"],\"trl\":5,\"ip\":[{\"kind\":\"patent\",\"office\":\"EP\",\"status\":\"granted\","
        "\"cn_protected\":false}],\"coop_modes\":[\"tc_license_patent\",\"tc_dev_joint\"],\"price_min\":\"200000\","
        "\"price_max\":\"500000.50\",\"currency\":\"EUR\",\"price_kind\":\"negotiable\",\"indicators\":[{\"name\":{"
        "\"en\":"
        "\"energy "
        "density\",\"zh\":\"能量密度\"},\"op\":\">=\",\"value\":420,\"unit\":\"Wh/kg\",\"evidence\":\"tested\"}],"
        "\"available_from\":\"2026-03-01\",\"time_to_deploy_months\":12,\"partner_sought\":[{\"org_kind\":\"lead_"
        "firm\","
        "\"role\":\"manufacturing\"}],\"landing_pref\":[\"changping\"],\"export_control\":{\"origin_status\":\"none\"},"
        "\"cn_import_status\":{\"status\":\"free\"},\"published_at\":\"2026-02-10T00:00:00Z\",\"elem_application\":["
        "\"车\"]}");

    (void)state;
    assert_int_equal(r->kind, QIAO_PROJECT);
    assert_string_equal(r->id, "fx:p1");
    assert_string_equal(r->source, "fx");
    assert_string_equal(r->country, "DE");
    assert_string_equal(r->org_kind, "research_institute");
    assert_int_equal(r->fields.count, 1);
    assert_string_equal(r->fields.items[0], "energy.battery");
    assert_int_equal(r->trl, 5);
    assert_int_equal(r->trl_min, QIAO_UNKNOWN);
    assert_true(r->money_min >= 200000 && r->money_min <= 200000);
    assert_true(r->money_max > 500000.49 && r->money_max < 500000.51);
    assert_string_equal(r->currency, "EUR");
    assert_int_equal(r->ip_count, 1);
    assert_string_equal(r->ip[0].office, "EP");
    assert_int_equal(r->ip[0].cn_protected, 0);
    assert_int_equal(r->indicator_count, 1);
    assert_int_equal(r->indicators[0].op, QIAO_OP_GE);
    assert_string_equal(r->indicators[0].name_zh, "能量密度");
    assert_string_equal(r->indicators[0].name, "energy density");
    assert_true(isnan(r->indicators[0].value2));
    assert_false(r->indicators[0].must);
    assert_int_equal(r->partner_count, 1);
    assert_string_equal(r->partners[0].role, "manufacturing");
    assert_null(r->partners[0].size);
    assert_string_equal(r->export_status, "none");
    assert_string_equal(r->import_status, "free");
    assert_int_equal(r->available_day, qiao_date_days("2026-03-01", 10));
    assert_int_equal(r->published_day, qiao_date_days("2026-02-10", 10));
    assert_int_equal(r->expires_day, QIAO_UNKNOWN);
    assert_int_equal(r->duration_months, 12);
    assert_int_equal(r->unknown_fields, 0);
    assert_string_equal(qiao_record_title(r, "zh")->text, "电池");
    assert_string_equal(qiao_record_title(r, "fr")->text, "Cell");
    assert_string_equal(qiao_record_text(r, "elem_application", NULL)->language, "und");
    assert_null(qiao_record_text(r, "description", NULL));
    qiao_record_free(r);
}

static void
a_whole_need_is_read(void **state)
{
    qiao_record *r = parse(need_with(
        "\"problem\":{\"zh\":\"问\"},\"need_kind\":\"acquire_tech\",\"need_intent\":\"fill_gap\",\"enterprise\":{"
        "\"name\":\"某\","
        "\"confidential\":true,\"org_kind\":\"specialised_sme\",\"size\":\"small\",\"park\":\"changping\",\"tags\":["
        "\"专精特新\"]},"
        "\"keywords\":[\"固态电池\"],\"indicators\":[{\"name\":{\"zh\":\"密度\"},\"op\":\"range\",\"value\":1,"
        "\"value2\":2.5,"
        "\"must\":true}],\"trl_min\":4,\"trl_max\":8,\"ip_terms\":\"share\",\"budget_min\":\"1000000\",\"currency\":"
        "\"CNY\","
        "\"needed_by\":\"2027-06-30\",\"respond_by\":\"2027-01-31\",\"duration_months\":18,\"partner_requirements\":"
        "{\"country_deny\":[\"US\",\"EU\"],\"country_allow\":[],\"org_kind\":[\"univ\"]},\"target_regions\":[\"RCEP\","
        "\"DE\"]"));

    (void)state;
    assert_int_equal(r->kind, QIAO_NEED);
    assert_string_equal(r->record_kind, "acquire_tech");
    assert_string_equal(r->org_name, "某");
    assert_true(r->org_confidential);
    assert_string_equal(r->org_kind, "specialised_sme");
    assert_string_equal(r->park, "changping");
    assert_string_equal(r->tags.items[0], "专精特新");
    assert_int_equal(r->indicators[0].op, QIAO_OP_RANGE);
    assert_true(r->indicators[0].must);
    assert_true(r->indicators[0].value2 > 2.4);
    assert_int_equal(r->trl_max, 8);
    assert_true(isnan(r->money_max));
    assert_int_equal(r->country_deny.count, 2);
    assert_int_equal(r->country_allow.count, 0);
    assert_string_equal(r->partner_org_kinds.items[0], "univ");
    assert_int_equal(r->respond_day, qiao_date_days("2027-01-31", 10));
    assert_string_equal(r->target_regions.items[0], "RCEP");
    assert_null(strstr(r->canonical, "country_allow"));
    qiao_record_free(r);
}

static void
canonical_form_is_what_was_understood(void **state)
{
    static const struct {
        const char *members, *canonical; /* members of a project beside kind, id and title */
    } cases[] = {
        {"", "{\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"}}"},
        {"\"trl\" : 5 , \"country\" : \"DE\"",
         "{\"country\":\"DE\",\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"},\"trl\":5}"},
        {"\"country\":\"UK\"", "{\"country\":\"GB\",\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"}}"},
        {"\"country\":\"德国\"", "{\"country\":\"DE\",\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"}}"},
        {"\"summary\":\"plain\"",
         "{\"id\":\"t:1\",\"kind\":\"project\",\"summary\":{\"und\":\"plain\"},\"title\":{\"en\":\"T\"}}"},
        {"\"summary\":{\"ZH_cn\":\"文\",\"en\":\"t\"}",
         "{\"id\":\"t:1\",\"kind\":\"project\",\"summary\":{\"en\":\"t\",\"zh-cn\":\"文\"},\"title\":{\"en\":\"T\"}}"},
        {"\"summary\":{\"en\":\" \"},\"country\":\"\",\"fields\":[],\"ipc\":null",
         "{\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"}}"},
        {"\"fields\":\"人工智能\"",
         "{\"fields\":[\"ai\"],\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"}}"},
        {"\"fields\":[\"ai\",\"AI\",null,\"ai.ml\"]",
         "{\"fields\":[\"ai\",\"ai.ml\"],\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"}}"},
        {"\"trl\":\"7\"", "{\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"},\"trl\":7}"},
        {"\"trl\":\"TRL 7\"", "{\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"},\"trl\":7}"},
        {"\"indicators\":[{\"op\":\"≥\",\"value\":\"1.50\"}]",
         "{\"id\":\"t:1\",\"indicators\":[{\"op\":\">=\",\"value\":1.50}],\"kind\":\"project\",\"title\":{\"en\":\"T\"}"
         "}"},
        {"\"price_min\":1e6,\"price_max\":\"2000000.00\",\"currency\":\"人民币\"",
         "{\"currency\":\"CNY\",\"id\":\"t:1\",\"kind\":\"project\",\"price_max\":\"2000000.00\",\"price_min\":1e6,"
         "\"title\":{\"en\":\"T\"}}"},
        {"\"x\":{\"b\":[1.0,null,\"\"],\"a\":12345678901234567890}",
         "{\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":\"T\"},\"x\":{\"a\":12345678901234567890,\"b\":[1.0,"
         "null,\"\"]}}"},
        {"\"summary\":{\"en\":\"a\\u4e2d\\ud83d\\ude00\\/\\t\\u0001\"}",
         "{\"id\":\"t:1\",\"kind\":\"project\",\"summary\":{\"en\":\"a中😀/\\t\\u0001\"},\"title\":{\"en\":\"T\"}}"},
        {"\"elem_method\":{\"zh\":[\"甲\",\"\"],\"en\":\"b\"}",
         "{\"elem_method\":{\"en\":[\"b\"],\"zh\":[\"甲\"]},\"id\":\"t:1\",\"kind\":\"project\",\"title\":{\"en\":"
         "\"T\"}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_record *r = parse(project_with(cases[i].members));

        if (strcmp(r->canonical, cases[i].canonical) != 0)
            fail_msg("case %zu:\n got %s\n not %s", i, r->canonical, cases[i].canonical);
        assert_int_equal(r->canonical_length, strlen(r->canonical));
        assert_int_equal(r->content_hash, qiao_hash64(r->canonical, r->canonical_length, 0));
        qiao_record_free(r);
    }
}

static void
same_content_has_the_same_hash_however_it_is_written(void **state)
{
    qiao_record *a =
        parse("{\"title\":{\"zh\":\"\\u4e2d\",\"en\":\"T\"},\"kind\":\"project\",\"id\":\"t:1\",\"country\":\"EL\"}");
    qiao_record *b = parse(" {\"id\" : \"t:1\",\"country\":\"GR\",\"kind\":\"project\", "
                           "\"title\":{\"en\":\"T\",\"zh\":\"中\"}, \"region\": null}\r");

    (void)state;
    assert_string_equal(a->canonical, b->canonical);
    assert_int_equal(a->content_hash, b->content_hash);
    qiao_record_free(a);
    qiao_record_free(b);
}

static void
faults_are_named_with_pointer_value_and_reason(void **state)
{
    static const struct {
        const char *json, *pointer, *value, *reason;
    } cases[] = {
        {"{\"id\":\"t:1\",\"title\":\"T\"}", "/kind", "", "is missing; write"},
        {"{\"kind\":\"thing\",\"id\":\"t:1\",\"title\":\"T\"}", "/kind", "thing",
         "is not in the list kind; it has: project (海外项目), need (企业需求)"},
        {"{\"kind\":7,\"id\":\"t:1\",\"title\":\"T\"}", "/kind", "7", "must be \"project\" or \"need\""},
        {"{\"kind\":\"project\",\"title\":\"T\"}", "/id", "", "is missing; every record"},
        {"{\"kind\":\"project\",\"id\":\"t:1\"}", "/title", "", "is missing; a record needs a title"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\" \"}}", "/title", "",
         "is missing; a record needs a title"},
        {"{\"kind\":\"project\",\"id\":\"nocolon\",\"title\":\"T\"}", "/id", "nocolon", "source:localid"},
        {"{\"kind\":\"project\",\"id\":\"t:\",\"title\":\"T\"}", "/id", "t:", "source:localid"},
        {"{\"kind\":\"project\",\"id\":\"t:a b\",\"title\":\"T\"}", "/id", "t:a b", "no spaces"},
        {"{\"kind\":\"project\",\"id\":\"t:a\\u3000\",\"title\":\"T\"}", "/id", "t:a　", "no spaces"},
        {"{\"kind\":\"project\",\"id\":\"t:a\\u0085\",\"title\":\"T\"}", "/id", NULL, "no spaces"},
        {"{\"kind\":\"project\",\"id\":[1],\"title\":\"T\"}", "/id", "[1]", "must be a text"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":[\"T\"]}", "/title", "[\"T\"]", "must be texts by language"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"english\":\"T\"}}", "/title/english", "T",
         "the key is no language tag"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":5}}", "/title/en", "5", "must be a text"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"a\",\"EN\":\"b\"}}", "/title", NULL,
         "gives a language twice"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"country\":\"XX\"}", "/country", "XX",
         "is not in the list country, and nothing in it is near"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"country\":\"Germny\"}", "/country", "Germny",
         "nearest: DE (德国)"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"fields\":[\"ai\",\"energy.batery\"]}", "/fields/1",
         "energy.batery", "nearest: energy.battery (电池)"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"status\":\"live\"}", "/status", "live",
         "it has: draft (草稿), published (已发布)"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"fields\":{\"a\":1}}", "/fields", "{\"a\":1}",
         "must be a list of texts"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"ipc\":[7]}", "/ipc/0", "7", "must be a text"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"trl\":0}", "/trl", "0",
         "must be a whole number from 1 to 9"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"trl\":4.5}", "/trl", "4.5",
         "must be a whole number from 1 to 9"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"trl\":\"high\"}", "/trl", "high",
         "must be a whole number from 1 to 9"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"price_min\":\"about 5\"}", "/price_min", "about 5",
         "must be an amount of money"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"price_min\":-1}", "/price_min", "-1",
         "must be an amount of money"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"price_min\":1e999}", "/price_min", "1e999",
         "must be an amount of money"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"updated_at\":\"2026-02-30\"}", "/updated_at",
         "2026-02-30", "is no date"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"updated_at\":\"2026-02\"}", "/updated_at", "2026-02",
         "is no date"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"updated_at\":20260201}", "/updated_at", "20260201",
         "is no date"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"ip\":{\"kind\":\"patent\"}}", "/ip",
         "{\"kind\":\"patent\"}", "must be a list of objects"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"ip\":[{\"kind\":\"patent\"},\"x\"]}", "/ip/1", "x",
         "must be an object"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"ip\":[{\"cn_protected\":\"yes\"}]}",
         "/ip/0/cn_protected", "yes", "must be true or false"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"indicators\":[{\"op\":\"more\",\"value\":1}]}",
         "/indicators/0/op", "more", "is no comparison"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"indicators\":[{\"value\":\"many\"}]}",
         "/indicators/0/value", "many", "must be a number"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"indicators\":[{\"op\":\"range\",\"value\":1}]}",
         "/indicators/0", NULL, "a range needs value and value2"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"indicators\":[{\"op\":\"range\",\"value\":2,"
         "\"value2\":1}]}",
         "/indicators/0", NULL, "runs backwards"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"price_min\":5,\"price_max\":\"4\"}", "/price_max", "",
         "the upper amount 4 is below the lower amount 5"},
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"T\",\"trl_min\":5,\"trl_max\":4}", "/trl_max", "",
         "the upper level 4 is below the lower level 5"},
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"T\",\"enterprise\":{\"park\":\"haidien\"}}", "/enterprise/park",
         "haidien", "nearest: haidian (海淀园)"},
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"T\",\"enterprise\":\"某公司\"}", "/enterprise", "某公司",
         "must be an object"},
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"T\",\"id\":\"t:2\"}", "/id", NULL, "the key is given twice"},
        {"[{\"kind\":\"need\"}]", "", "[{\"kind\":\"need\"}]", "must be a JSON object"},
        {"\"text\"", "", "text", "must be a JSON object"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_record *record;
        qiao_record_issues issues;
        qiao_error err = QIAO_ERROR_INIT;

        assert_int_equal(qiao_record_parse(cases[i].json, strlen(cases[i].json), vocabulary, &record, &issues, &err),
                         QIAO_E_INPUT);
        assert_null(record);
        if (issues.count == 0 || strcmp(issues.items[0].pointer, cases[i].pointer) != 0 || !issues.items[0].fatal ||
            strstr(issues.items[0].reason, cases[i].reason) == NULL ||
            (cases[i].value != NULL && strcmp(issues.items[0].value, cases[i].value) != 0))
            fail_msg("%s\nsays: %s \"%s\": %s", cases[i].json, issues.items[0].pointer, issues.items[0].value,
                     issues.items[0].reason);
        assert_string_not_equal(issues.items[0].reason, issues.items[0].reason_zh);
        assert_non_null(strstr(err.message, issues.items[0].reason));
        assert_non_null(strstr(err.message_zh, issues.items[0].reason_zh));
    }
}

static void
broken_json_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *json;
        qiao_status status;
        const char *reason;
    } cases[] = {
        {"", QIAO_E_INPUT, "the JSON ends too early, at byte 0"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"ti", QIAO_E_INPUT, "the JSON ends too early, at byte 32"},
        {"{\"kind\":\"project\"", QIAO_E_INPUT, "the JSON ends too early"},
        {"{\"kind\":\"project\",}", QIAO_E_INPUT, "is not valid JSON at byte 19, near: }"},
        {"{\"kind\" \"project\"}", QIAO_E_INPUT, "is not valid JSON at byte 9"},
        {"{kind:1}", QIAO_E_INPUT, "is not valid JSON at byte 2, near: kind:1}"},
        {"{\"a\":01}", QIAO_E_INPUT, "is not valid JSON at byte 6"},
        {"{\"a\":1.}", QIAO_E_INPUT, "is not valid JSON at byte 6"},
        {"{\"a\":+1}", QIAO_E_INPUT, "is not valid JSON at byte 6"},
        {"{\"a\":NaN}", QIAO_E_INPUT, "is not valid JSON at byte 6, near: NaN}"},
        {"{\"a\":tru}", QIAO_E_INPUT, "is not valid JSON at byte 6"},
        {"{\"a\":\"\\x\"}", QIAO_E_INPUT, "is not valid JSON at byte 8"},
        {"{\"a\":\"\\u12G4\"}", QIAO_E_INPUT, "is not valid JSON"},
        {"{\"a\":[1,2}", QIAO_E_INPUT, "is not valid JSON at byte 10, near: }"},
        {"{} {}", QIAO_E_INPUT, "is not valid JSON at byte 4"},
        {"{\"a\":\"\xff\"}", QIAO_E_INPUT, "is not valid UTF-8 at byte 7"},
        {"{\"a\":\"\xe4\xb8\"}", QIAO_E_INPUT, "is not valid UTF-8 at byte 7"},
        {"{\"a\":\"\xed\xa0\x80\"}", QIAO_E_INPUT, "is not valid UTF-8"},
        {"{\"a\":\"\\u0000\"}", QIAO_E_INPUT, "holds the character U+0000"},
        {"{\"a\":\"\\ud800\"}", QIAO_E_INPUT, "holds half a character"},
        {"{\"a\":\"\\ud800\\u0041\"}", QIAO_E_INPUT, "holds half a character"},
        {"{\"a\":\"\\udc00\"}", QIAO_E_INPUT, "holds half a character"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", QIAO_E_LIMIT,
         "is nested deeper than 32 levels"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_record *record;
        qiao_record_issues issues;
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status status =
            qiao_record_parse(cases[i].json, strlen(cases[i].json), vocabulary, &record, &issues, &err);

        if (status != cases[i].status || strstr(issues.items[0].reason, cases[i].reason) == NULL)
            fail_msg("%s\nstatus %s: %s", cases[i].json, qiao_status_token(status), issues.items[0].reason);
        assert_string_equal(issues.items[0].pointer, "");
        assert_string_not_equal(err.message, err.message_zh);
    }
}

static void
several_faults_are_reported_in_one_pass(void **state)
{
    const char *json = "{\"kind\":\"project\",\"country\":\"XX\",\"trl\":12,\"title\":\"T\",\"fields\":[\"nothing\"]}";
    qiao_record *record;
    qiao_record_issues issues;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_int_equal(qiao_record_parse(json, strlen(json), vocabulary, &record, &issues, &err), QIAO_E_INPUT);
    assert_int_equal(issues.count, 4);
    assert_int_equal(issues.total, 4);
    assert_string_equal(issues.items[3].pointer, "/id");
}

static void
issues_beyond_the_list_are_counted_and_faults_win_over_warnings(void **state)
{
    char json[2048] = "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"ipc\":[";
    qiao_record *record;
    qiao_record_issues issues;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    for (int i = 0; i < 20; i++)
        snprintf(json + strlen(json), sizeof json - strlen(json), "%s\"x%d\"", i > 0 ? "," : "", i);
    snprintf(json + strlen(json), sizeof json - strlen(json), "]}");
    assert_int_equal(qiao_record_parse(json, strlen(json), vocabulary, &record, &issues, &err), QIAO_OK);
    assert_int_equal(issues.count, QIAO_RECORD_ISSUES_MAX);
    assert_int_equal(issues.total, 20);
    assert_false(issues.items[0].fatal);
    assert_string_equal(issues.items[1].pointer, "/ipc/1");
    qiao_record_free(record);
}

static void
warnings_let_the_record_in(void **state)
{
    static const struct {
        const char *json, *pointer;
    } cases[] = {
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"price_min\":\"5\"}", "/currency"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"published_at\":\"2026-01-02\",\"expires_at\":\"2026-"
         "01-01\"}",
         "/expires_at"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"country\":\"FR\",\"region\":\"DE-BY\"}", "/region"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"ipc\":[\"batteries\"]}", "/ipc/0"},
        {"{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"indicators\":[{\"name\":\"x\"}]}", "/indicators/0"},
        {"{\"kind\":\"need\",\"id\":\"t:1\",\"title\":\"T\",\"enterprise\":{\"uscc\":\"91110108MA00000000\"}}",
         "/enterprise/uscc"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_record *record;
        qiao_record_issues issues;
        qiao_error err = QIAO_ERROR_INIT;

        assert_int_equal(qiao_record_parse(cases[i].json, strlen(cases[i].json), vocabulary, &record, &issues, &err),
                         QIAO_OK);
        assert_int_equal(issues.count, 1);
        assert_string_equal(issues.items[0].pointer, cases[i].pointer);
        assert_false(issues.items[0].fatal);
        qiao_record_free(record);
    }
}

static void
a_sound_credit_code_passes(void **state)
{
    /* the example that GB 32100 itself gives */
    const char *json = need_with("\"enterprise\":{\"uscc\":\"91350100M000100Y43\"}");
    qiao_record *record;
    qiao_record_issues issues;

    (void)state;
    assert_int_equal(qiao_record_parse(json, strlen(json), vocabulary, &record, &issues, NULL), QIAO_OK);
    assert_int_equal(issues.total, 0);
    qiao_record_free(record);
}

static void
unknown_fields_are_kept_and_named(void **state)
{
    qiao_record *r = parse(need_with(
        "\"source_note\":\"n\",\"enterprise\":{\"founded\":1999,\"park\":\"haidian\"},\"country\":\"DE\",\"a/b\":{}"));

    (void)state;
    assert_int_equal(r->unknown_fields, 4);
    assert_string_equal(r->unknown_names[0], "a/b");
    assert_string_equal(r->unknown_names[1], "country"); /* a field of projects */
    assert_string_equal(r->unknown_names[2], "enterprise.founded");
    assert_string_equal(r->unknown_names[3], "source_note");
    assert_null(r->country);
    assert_non_null(strstr(r->canonical, "\"founded\":1999"));
    assert_non_null(strstr(r->canonical, "\"a/b\":{}"));
    qiao_record_free(r);
}

static void
ids_of_real_sources_are_taken(void **state)
{
    static const char *const ids[] = {"thesis:233wsxx/GraduationThesis", "sbir:D2S-0008_W31P4Q-20-C-0046",
                                      "need:13a581e1-2d7e-4c8d-b350-e3ab36dbe6a0", "bi:arxiv:2506.16078",
                                      "平台:需求-001"};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char json[256];
        qiao_record *r;

        snprintf(json, sizeof json, "{\"kind\":\"need\",\"id\":\"%s\",\"title\":\"T\"}", ids[i]);
        r = parse(json);
        assert_string_equal(r->id, ids[i]);
        assert_int_equal(strncmp(r->source, ids[i], strcspn(ids[i], ":")), 0);
        assert_int_equal(strlen(r->source), strcspn(ids[i], ":"));
        qiao_record_free(r);
    }
}

static void
source_is_a_name_or_an_object(void **state)
{
    qiao_record *named = parse(project_with("\"source\":\"een\""));
    qiao_record *detailed =
        parse(project_with("\"source\":{\"channel\":\"liaison\",\"policy_measures\":[\"M4\",\"M20\"]}"));

    (void)state;
    assert_string_equal(named->source, "een");
    assert_string_equal(detailed->source, "t");
    assert_int_equal(detailed->policy_measures.count, 2);
    qiao_record_free(named);
    qiao_record_free(detailed);
}

static qiao_status
status_of_text(const char *field, size_t bytes)
{
    qiao_record *record = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    char *json = malloc(bytes + 200);
    size_t n;
    qiao_status status;

    assert_non_null(json);
    n = (size_t)snprintf(json, 200, "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"%s\":\"", field);
    memset(json + n, 'x', bytes);
    memcpy(json + n + bytes, "\"}", 2);
    status = qiao_record_parse(json, n + bytes + 2, vocabulary, &record, NULL, &err);
    qiao_record_free(record);
    free(json);
    return status;
}

static void
long_texts_go_in_up_to_their_limit(void **state)
{
    (void)state;
    assert_int_equal(status_of_text("description", 65536), QIAO_OK);
    assert_int_equal(status_of_text("description", 65537), QIAO_E_INPUT);
    assert_int_equal(status_of_text("org_name", 512), QIAO_OK);
    assert_int_equal(status_of_text("org_name", 513), QIAO_E_INPUT);
    assert_int_equal(status_of_text("note", 1000000), QIAO_OK);
    assert_int_equal(status_of_text("note", QIAO_RECORD_BYTES_MAX), QIAO_E_LIMIT);
}

static void
codes_are_not_checked_without_a_vocabulary(void **state)
{
    const char *json =
        "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":\"T\",\"country\":\"XX\",\"fields\":[\"whatever\"]}";
    qiao_record *record;

    (void)state;
    assert_int_equal(qiao_record_parse(json, strlen(json), NULL, &record, NULL, NULL), QIAO_OK);
    assert_string_equal(record->country, "XX");
    qiao_record_free(record);
    json = "{\"kind\":\"thing\",\"id\":\"t:1\",\"title\":\"T\"}";
    assert_int_equal(qiao_record_parse(json, strlen(json), NULL, &record, NULL, NULL), QIAO_E_INPUT);
}

static bool
missing(const qiao_record *record, const char *path)
{
    const char *names[64];
    size_t n;

    qiao_record_completeness(record, names, 64, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], path) == 0)
            return true;
    }
    return false;
}

static void
completeness_grows_with_what_is_known(void **state)
{
    static const char *const steps[] = {"", "\"summary\":\"S\"", "\"summary\":\"S\",\"country\":\"DE\"",
                                        "\"summary\":\"S\",\"country\":\"DE\",\"fields\":[\"ai\"],\"trl\":5"};
    int32_t last = 0;

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        qiao_record *r = parse(project_with(steps[i]));
        int32_t now = qiao_record_completeness(r, NULL, 0, NULL);

        assert_true(now > last && now < 1000000);
        last = now;
        qiao_record_free(r);
    }
}

static void
completeness_names_what_is_missing_and_takes_stand_ins(void **state)
{
    qiao_record *project = parse(project_with("\"price_max\":\"5\",\"currency\":\"EUR\",\"description\":\"D\""));
    qiao_record *need = parse(need_with("\"description\":\"D\",\"enterprise\":{\"park\":\"haidian\"}"));

    (void)state;
    assert_true(missing(project, "trl"));
    assert_true(missing(project, "country"));
    assert_false(missing(project, "price_min"));
    assert_false(missing(project, "summary"));
    assert_false(missing(project, "problem"));
    assert_false(missing(need, "problem"));
    assert_false(missing(need, "enterprise.park"));
    assert_true(missing(need, "enterprise.org_kind"));
    assert_false(missing(need, "country"));
    qiao_record_free(project);
    qiao_record_free(need);
}

static void
texts_come_in_a_fixed_order(void **state)
{
    qiao_record *r = parse(project_with("\"summary\":{\"zh\":\"b\",\"en\":\"a\"},\"advantage\":\"c\""));

    (void)state;
    assert_int_equal(r->text_count, 4);
    assert_string_equal(r->texts[0].name, "advantage");
    assert_string_equal(r->texts[1].language, "en");
    assert_string_equal(r->texts[2].language, "zh");
    assert_string_equal(r->texts[3].name, "title");
    qiao_record_free(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_rows_are_sorted_and_found),
        cmocka_unit_test(schema_lists_and_stand_ins_exist),
        cmocka_unit_test(a_whole_project_is_read),
        cmocka_unit_test(a_whole_need_is_read),
        cmocka_unit_test(canonical_form_is_what_was_understood),
        cmocka_unit_test(same_content_has_the_same_hash_however_it_is_written),
        cmocka_unit_test(faults_are_named_with_pointer_value_and_reason),
        cmocka_unit_test(broken_json_is_refused_with_its_place),
        cmocka_unit_test(several_faults_are_reported_in_one_pass),
        cmocka_unit_test(issues_beyond_the_list_are_counted_and_faults_win_over_warnings),
        cmocka_unit_test(warnings_let_the_record_in),
        cmocka_unit_test(a_sound_credit_code_passes),
        cmocka_unit_test(unknown_fields_are_kept_and_named),
        cmocka_unit_test(ids_of_real_sources_are_taken),
        cmocka_unit_test(source_is_a_name_or_an_object),
        cmocka_unit_test(long_texts_go_in_up_to_their_limit),
        cmocka_unit_test(codes_are_not_checked_without_a_vocabulary),
        cmocka_unit_test(completeness_grows_with_what_is_known),
        cmocka_unit_test(completeness_names_what_is_missing_and_takes_stand_ins),
        cmocka_unit_test(texts_come_in_a_fixed_order),
    };

    return cmocka_run_group_tests(tests, open_vocabulary, close_vocabulary);
}
