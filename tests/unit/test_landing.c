/* Landing resources and the policy tables: what fits a pair, and that the data say what they have to. */
#include "match/landing.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static qiao_vocabulary *vocabulary;

static int
open_vocabulary(void **state)
{
    qiao_error error = QIAO_ERROR_INIT;

    (void)state;
    return qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &vocabulary, &error) == QIAO_OK ? 0 : -1;
}

static int
close_vocabulary(void **state)
{
    (void)state;
    qiao_vocabulary_close(vocabulary);
    return 0;
}

typedef struct side_facts {
    qiaoi_facts_maker maker;
    const qiaoi_facts *facts;
} side_facts;

static void
make_facts(side_facts *side, const char *json)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_record *record;

    assert_int_equal(qiao_record_parse(json, strlen(json), vocabulary, &record, NULL, &error), QIAO_OK);
    assert_int_equal(qiaoi_facts_maker_init(&side->maker, vocabulary, NULL, NULL, &error), QIAO_OK);
    assert_int_equal(qiaoi_facts_make(&side->maker, record, &side->facts, &error), QIAO_OK);
    qiao_record_free(record);
}

static void
expect(const char *need, const char *project, const char *expected)
{
    const qiao_code *found[QIAOI_LANDING_MAX];
    side_facts n, p;
    char text[256] = "";
    size_t count;

    make_facts(&n, need);
    make_facts(&p, project);
    count = qiaoi_landing(
        &(qiaoi_pair_context){.need = n.facts, .project = p.facts, .vocabulary = vocabulary, .as_of = 20000}, found);
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "", found[i]->code);
    assert_string_equal(text, expected);
    qiaoi_facts_maker_done(&n.maker);
    qiaoi_facts_maker_done(&p.maker);
}

#define NEED(more) "{\"kind\":\"need\",\"id\":\"t:n\",\"title\":{\"zh\":\"题\"}" more "}"
#define PROJECT(more) "{\"kind\":\"project\",\"id\":\"t:p\",\"title\":{\"en\":\"t\"}" more "}"

static void
nothing_known_fits_nothing(void **state)
{
    (void)state;
    expect(NEED(""), PROJECT(""), "");
    expect(NEED(",\"enterprise\":{\"park\":\"shunyi\"}"), PROJECT(""), "");
}

static void
the_origin_leads_to_its_park(void **state)
{
    (void)state;
    expect(NEED(""), PROJECT(",\"country\":\"DE\""), "sino_german china_europe");
    expect(NEED(",\"enterprise\":{\"park\":\"shijingshan\"}"), PROJECT(",\"country\":\"DE\""),
           "china_europe sino_german");
    expect(NEED(""), PROJECT(",\"country\":\"JP\""), "china_japan");
    expect(NEED(""), PROJECT(",\"country\":\"FR\",\"region\":\"FR-IDF\""), "paris_centre china_europe");
    expect(NEED(""), PROJECT(",\"country\":\"US\""), "");
}

static void
a_mode_counts_where_both_take_it(void **state)
{
    (void)state;
    expect(NEED(""), PROJECT(",\"coop_modes\":[\"joint_lab\"]"), "joint_laboratory");
    expect(NEED(",\"coop_modes\":[\"joint_lab\"]"), PROJECT(",\"coop_modes\":[\"joint_lab\"]"), "joint_laboratory");
    expect(NEED(",\"coop_modes\":[\"tc_service\"]"), PROJECT(",\"coop_modes\":[\"joint_lab\"]"), "");
}

static void
all_sorts_that_a_resource_names_have_to_hold(void **state)
{
    (void)state;
    expect(NEED(""), PROJECT(",\"org_kind\":\"individual_team\""), "incubators");
    expect(NEED(""), PROJECT(",\"org_kind\":\"individual_team\",\"coop_modes\":[\"landing\"]"),
           "founders_park frontier_centre incubators");
}

static void
a_field_counts_with_those_below_it(void **state)
{
    (void)state;
    expect(NEED(""), PROJECT(",\"fields\":[\"sci.instrument\"]"), "science_city_huairou");
    expect(NEED(""), PROJECT(",\"fields\":[\"trade.platform\"]"), "digital_trade_port");
    expect(NEED(""), PROJECT(",\"fields\":[\"mat.metal\"]"), "");
}

/* ---- the data ---- */

static void
every_resource_has_a_measure_and_something_it_is_for(void **state)
{
    size_t count;
    const qiao_code *const *resources = qiao_vocabulary_list(vocabulary, "resource", &count);

    (void)state;
    assert_true(count > 10);
    for (size_t i = 0; i < count; i++)
        if (resources[i]->parent == NULL ||
            qiao_vocabulary_relations(vocabulary, "resource_fit", resources[i]->code, 20000, NULL, 0) == 0)
            fail_msg("%s", resources[i]->code);
}

/* A basis that is a number is a measure of the guideline. */
static void
rules_rest_on_measures_that_there_are(void **state)
{
    static const char *const tables[] = {"park_country", "park_group", "park_measure_field"};
    const qiao_relation *rows[64];
    size_t parks, seen = 0;
    const qiao_code *const *park = qiao_vocabulary_list(vocabulary, "park", &parks);

    (void)state;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < parks; i++) {
            size_t n = qiao_vocabulary_relations(vocabulary, tables[t], park[i]->code, 20000, rows, 64);

            for (size_t k = 0; k < n; k++, seen++)
                if (qiao_vocabulary_find(vocabulary, "measure", rows[k]->basis) == NULL)
                    fail_msg("%s %s - %s: no measure \"%s\"", tables[t], rows[k]->from, rows[k]->to, rows[k]->basis);
        }
    assert_true(seen > 25);
}

static void
expect_rule(const char *table, const char *from, const char *to)
{
    const qiao_relation *rows[64];
    size_t n = qiao_vocabulary_relations(vocabulary, table, from, 20000, rows, 64);

    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i]->to, to) == 0)
            return;
    fail_msg("%s: %s is not linked with %s", table, from, to);
}

static void
links_that_the_guideline_names_are_there(void **state)
{
    static const char *const rules[][3] = {
        {"park_country", "shunyi", "DE"},
        {"park_country", "daxing", "DE"},
        {"park_country", "shunyi", "JP"},
        {"park_country", "daxing", "JP"},
        {"park_group", "shijingshan", "EUROPE"},
        {"park_measure_field", "fengtai", "rail"},
        {"park_measure_field", "xicheng", "fin"},
        {"park_measure_field", "chaoyang", "trade"},
        {"park_measure_field", "huairou", "sci"},
        {"park_measure_field", "changping", "energy"},
        {"park_measure_field", "changping", "bio"},
        {"region_measure", "FR-IDF", "19"},
        {"group_measure", "BRI", "1"},
        {"group_measure", "RCEP", "1"},
        {"group_measure", "EU", "16"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        expect_rule(rules[i][0], rules[i][1], rules[i][2]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known_fits_nothing),
        cmocka_unit_test(the_origin_leads_to_its_park),
        cmocka_unit_test(a_mode_counts_where_both_take_it),
        cmocka_unit_test(all_sorts_that_a_resource_names_have_to_hold),
        cmocka_unit_test(a_field_counts_with_those_below_it),
        cmocka_unit_test(every_resource_has_a_measure_and_something_it_is_for),
        cmocka_unit_test(rules_rest_on_measures_that_there_are),
        cmocka_unit_test(links_that_the_guideline_names_are_there),
    };

    return cmocka_run_group_tests(tests, open_vocabulary, close_vocabulary);
}
