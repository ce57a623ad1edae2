/* Signals: the value of each aspect for pairs of records that differ in that aspect alone; unknown stays unknown. */
#include "support.h"

#include "match/policy_memo.h"
#include "match/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AS_OF 20500 /* 2026-02-16 */
#define UNKNOWN QIAOI_SIGNAL_UNKNOWN

static qiao_vocabulary *vocabulary;
static qiao_concepts *concepts;

static int
open_vocabulary(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &vocabulary, &err), &err);
    assert_ok(qiao_concepts_open(QIAO_SOURCE_DIR "/engine/lexicon/thesaurus", &concepts, &err), &err);
    return 0;
}

static int
close_vocabulary(void **state)
{
    (void)state;
    qiao_concepts_close(concepts);
    qiao_vocabulary_close(vocabulary);
    return 0;
}

/* A copy of the facts of a record of these members; free it. */
static qiaoi_facts *
facts_of(const char *kind, const char *members)
{
    qiao_error err = QIAO_ERROR_INIT;
    const qiaoi_facts *made;
    qiaoi_facts_maker maker;
    qiao_record *record;
    qiaoi_facts *copy;
    char json[2048];

    snprintf(json, sizeof json, "{\"kind\":\"%s\",\"id\":\"t:1\",\"title\":{\"en\":\"T\"}%s%s}", kind,
             *members != '\0' ? "," : "", members);
    assert_ok(qiao_record_parse(json, strlen(json), vocabulary, &record, NULL, &err), &err);
    assert_ok(qiaoi_facts_maker_init(&maker, vocabulary, NULL, NULL, &err), &err);
    maker.concepts = concepts;
    assert_ok(qiaoi_facts_make(&maker, record, &made, &err), &err);
    copy = malloc(made->size);
    assert_non_null(copy);
    memcpy(copy, made, made->size);
    qiaoi_facts_maker_done(&maker);
    qiao_record_free(record);
    return copy;
}

typedef struct signal_case {
    qiaoi_signal signal;
    const char *need, *project;
    int32_t least, most; /* both UNKNOWN: unknown */
} signal_case;

static void
check(const signal_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        qiaoi_facts *need = facts_of("need", cases[i].need), *project = facts_of("project", cases[i].project);
        qiaoi_pair_context pair = {.need = need,
                                   .project = project,
                                   .vocabulary = vocabulary,
                                   .text_title = UNKNOWN,
                                   .text_body = UNKNOWN,
                                   .indicators = UNKNOWN,
                                   .feedback = UNKNOWN,
                                   .as_of = AS_OF};
        int32_t values[QIAOI_SIGNAL_COUNT], value;

        qiaoi_signals(&pair, values, NULL);
        value = values[cases[i].signal];
        if (value < cases[i].least || value > cases[i].most)
            fail_msg("%s of {%s} and {%s} is %d, not %d..%d", qiaoi_signal_code(cases[i].signal), cases[i].need,
                     cases[i].project, value, cases[i].least, cases[i].most);
        free(need);
        free(project);
    }
}

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        static const signal_case cases[] = {__VA_ARGS__};                                                              \
        check(cases, sizeof cases / sizeof *cases);                                                                    \
    } while (0)

#define IS(name, need, project, value)                                                                                 \
    {                                                                                                                  \
        QIAOI_SIGNAL_##name, need, project, value, value                                                               \
    }

static void
suggest(qiaoi_facts *need, qiaoi_facts *project, int32_t values[QIAOI_SIGNAL_COUNT], qiaoi_suggested *suggested)
{
    qiaoi_pair_context pair = {need, project, vocabulary, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, AS_OF, NULL};

    qiaoi_signals(&pair, values, suggested);
    free(need);
    free(project);
}

static void
readiness_that_words_suggest_gives_a_value_that_says_so(void **state)
{
    const char *text = "\"summary\":{\"en\":\"Run in a pilot plant for a year.\"}";
    const char *stated = "\"trl\":9,\"summary\":{\"en\":\"Run in a pilot plant for a year.\"}";
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_suggested suggested;

    (void)state;
    suggest(facts_of("need", "\"trl_min\":1"), facts_of("project", text), values, &suggested);
    assert_int_equal(values[QIAOI_SIGNAL_TRL], QIAO_MICRO);
    assert_true(suggested.trl > 0 && suggested.trl < QIAO_MICRO);
    assert_int_equal(suggested.field, 0);
    suggest(facts_of("need", "\"trl_min\":1"), facts_of("project", stated), values, &suggested);
    assert_int_equal(values[QIAOI_SIGNAL_TRL], QIAO_MICRO);
    assert_int_equal(suggested.trl, 0);
    suggest(facts_of("need", "\"trl_min\":1"), facts_of("project", text), values, NULL);
    assert_int_equal(values[QIAOI_SIGNAL_TRL], UNKNOWN);
    suggest(facts_of("need", ""), facts_of("project", text), values, &suggested); /* nothing is wanted */
    assert_int_equal(values[QIAOI_SIGNAL_TRL], UNKNOWN);
    assert_int_equal(suggested.trl, 0);
}

static void
a_country_that_words_suggest_counts_only_where_none_is_stated(void **state)
{
    const char *text = "\"summary\":{\"en\":\"A Finnish sensor company offers a probe.\"}";
    const char *stated = "\"country\":\"SE\",\"summary\":{\"en\":\"A Finnish sensor company offers a probe.\"}";
    const char *wants = "\"target_regions\":[\"FI\"]";
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_suggested suggested;

    (void)state;
    suggest(facts_of("need", wants), facts_of("project", text), values, &suggested);
    assert_int_equal(values[QIAOI_SIGNAL_PARTNER_COUNTRY], QIAO_MICRO);
    assert_true(suggested.country > 0 && suggested.country < QIAO_MICRO);
    suggest(facts_of("need", wants), facts_of("project", stated), values, &suggested);
    assert_int_equal(values[QIAOI_SIGNAL_PARTNER_COUNTRY], 0);
    assert_int_equal(suggested.country, 0);
    suggest(facts_of("need", wants), facts_of("project", text), values, NULL);
    assert_int_equal(values[QIAOI_SIGNAL_PARTNER_COUNTRY], UNKNOWN);
    suggest(facts_of("need", "\"enterprise\":{\"park\":\"haidian\"}"), facts_of("project", text), values, &suggested);
    assert_int_equal(values[QIAOI_SIGNAL_PARTNER_COUNTRY], UNKNOWN); /* nothing is wanted */
    assert_int_equal(values[QIAOI_SIGNAL_PARK_COUNTRY], UNKNOWN);    /* policy rests on facts */
    assert_int_equal(suggested.country, 0);
}

static void
a_field_that_words_suggest_counts_only_where_none_is_stated(void **state)
{
    const char *battery =
        "\"summary\":{\"en\":\"Solid electrolyte for a lithium-ion battery, a solid-state battery.\"}";
    const char *stated = "\"fields\":[\"bio\"],\"summary\":{\"en\":\"Solid electrolyte for a lithium-ion battery.\"}";
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_suggested suggested;
    qiaoi_facts *project = facts_of("project", battery);
    const char *code = qiaoi_facts_text(project, project->suggested_field);
    char same[80];

    (void)state;
    assert_non_null(code);
    snprintf(same, sizeof same, "\"fields\":[\"%s\"]", code);
    suggest(facts_of("need", same), project, values, &suggested);
    assert_int_equal(values[QIAOI_SIGNAL_FIELD], QIAO_MICRO);
    assert_true(suggested.field > 0 && suggested.field <= QIAO_MICRO);
    suggest(facts_of("need", same), facts_of("project", stated), values, &suggested);
    assert_int_equal(values[QIAOI_SIGNAL_FIELD], 0);
    assert_int_equal(suggested.field, 0);
    suggest(facts_of("need", ""), facts_of("project", battery), values,
            &suggested); /* the need's words suggest nothing */
    assert_int_equal(values[QIAOI_SIGNAL_FIELD], UNKNOWN);
}

static void
an_empty_pair_is_unknown_but_for_completeness(void **state)
{
    qiaoi_facts *need = facts_of("need", ""), *project = facts_of("project", "");
    qiaoi_pair_context pair = {need, project, vocabulary, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, AS_OF, NULL};
    int32_t values[QIAOI_SIGNAL_COUNT];

    (void)state;
    qiaoi_signals(&pair, values, NULL);
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        if (s != QIAOI_SIGNAL_COMPLETENESS)
            assert_int_equal(values[s], UNKNOWN);
    free(need);
    free(project);
}

static void
a_maturity_inside_the_interval_is_whole_and_loses_a_quarter_a_level(void **state)
{
    (void)state;
    CHECK(IS(TRL, "\"trl_min\":5,\"trl_max\":7", "\"trl\":6", 1000000),
          IS(TRL, "\"trl_min\":5,\"trl_max\":7", "\"trl\":4", 750000),
          IS(TRL, "\"trl_min\":5,\"trl_max\":7", "\"trl\":9", 500000), IS(TRL, "\"trl_min\":9", "\"trl\":1", 0),
          IS(TRL, "\"trl_min\":5", "", UNKNOWN), IS(TRL, "", "\"trl\":5", UNKNOWN));
}

static void
a_low_maturity_is_no_fault_where_research_is_sought(void **state)
{
    (void)state;
    CHECK(IS(TRL, "\"trl_min\":7,\"need_kind\":\"joint_rd\"", "\"trl\":2", 1000000),
          IS(TRL, "\"trl_min\":7,\"enterprise\":{\"park\":\"huairou\"}", "\"trl\":2", 1000000),
          IS(TRL, "\"trl_min\":7,\"enterprise\":{\"park\":\"haidian\"}", "\"trl\":2", 1000000),
          IS(TRL, "\"trl_min\":7,\"enterprise\":{\"park\":\"shunyi\"}", "\"trl\":2", 0));
}

static void
one_mode_that_both_take_is_enough(void **state)
{
    (void)state;
    CHECK(IS(MODE, "\"coop_modes\":[\"jv\",\"equity\"]", "\"coop_modes\":[\"equity\"]", 1000000),
          IS(MODE, "\"coop_modes\":[\"jv\"]", "\"coop_modes\":[\"equity\"]", 0),
          IS(MODE, "\"coop_modes\":[\"jv\"]", "", UNKNOWN));
}

static void
a_price_within_the_budget_is_whole_and_twice_of_it_nothing(void **state)
{
    (void)state;
    CHECK(
        IS(BUDGET, "\"budget_max\":\"100\",\"currency\":\"CNY\"", "\"price_min\":\"80\",\"currency\":\"CNY\"", 1000000),
        IS(BUDGET, "\"budget_max\":\"100\",\"currency\":\"CNY\"", "\"price_min\":\"150\",\"currency\":\"CNY\"", 500000),
        IS(BUDGET, "\"budget_max\":\"100\",\"currency\":\"CNY\"", "\"price_min\":\"300\",\"currency\":\"CNY\"", 0),
        IS(BUDGET, "\"budget_max\":\"100\",\"currency\":\"CNY\"", "\"price_min\":\"80\"", UNKNOWN));
}

static void
what_is_ready_late_loses_over_a_year(void **state)
{
    (void)state;
    CHECK(IS(TIME, "\"needed_by\":\"2027-02-16\"", "\"time_to_deploy_months\":6", 1000000),
          {QIAOI_SIGNAL_TIME, "\"needed_by\":\"2026-08-16\"", "\"time_to_deploy_months\":12", 480000, 520000},
          IS(TIME, "\"needed_by\":\"2026-08-16\"", "\"time_to_deploy_months\":24", 0),
          IS(TIME, "\"needed_by\":\"2026-08-16\"", "", UNKNOWN));
}

static void
rights_follow_from_the_modes_offered(void **state)
{
    (void)state;
    CHECK(IS(IP_TERMS, "\"ip_terms\":\"own\"", "\"coop_modes\":[\"tc_transfer_patent\"]", 1000000),
          IS(IP_TERMS, "\"ip_terms\":\"own\"", "\"coop_modes\":[\"tc_license_patent\"]", 0),
          IS(IP_TERMS, "\"ip_terms\":\"negotiable\"", "\"coop_modes\":[\"jv\"]", UNKNOWN),
          IS(IP_TERMS, "\"ip_terms\":\"own\"", "", UNKNOWN));
}

static void
a_country_wanted_or_excluded_counts_and_groups_stand_for_their_members(void **state)
{
    (void)state;
    CHECK(IS(PARTNER_COUNTRY, "\"target_regions\":[\"DE\"]", "\"country\":\"DE\"", 1000000),
          IS(PARTNER_COUNTRY, "\"target_regions\":[\"DE\"]", "\"country\":\"FR\"", 0),
          IS(PARTNER_COUNTRY, "\"partner_requirements\":{\"country_deny\":[\"FR\"]}", "\"country\":\"FR\"", 0),
          IS(PARTNER_COUNTRY, "", "\"country\":\"FR\"", UNKNOWN));
}

static void
patent_classes_are_alike_by_how_far_they_agree(void **state)
{
    (void)state;
    CHECK(IS(IPC, "\"ipc\":[\"H01M\"]", "\"ipc\":[\"H01M\"]", 1000000),
          IS(IPC, "\"ipc\":[\"H01M\"]", "\"ipc\":[\"H01L\"]", 300000),
          IS(IPC, "\"ipc\":[\"H01M\"]", "\"ipc\":[\"G06F\"]", 0), IS(IPC, "\"ipc\":[\"H01M\"]", "", UNKNOWN));
}

static void
what_is_new_is_fresh_and_five_years_old_is_not(void **state)
{
    (void)state;
    CHECK(IS(FRESHNESS, "", "\"updated_at\":\"2026-01-01\"", 1000000),
          IS(FRESHNESS, "", "\"updated_at\":\"2020-01-01\"", 0),
          {QIAOI_SIGNAL_FRESHNESS, "", "\"updated_at\":\"2023-06-01\"", 400000, 600000});
}

static void
policy_is_known_where_the_guideline_links_and_unknown_elsewhere(void **state)
{
    (void)state;
    CHECK({QIAOI_SIGNAL_COUNTRY_GROUP, "", "\"country\":\"ZA\"", 500000, 1000000},
          IS(PARK_COUNTRY, "", "\"country\":\"DE\"", UNKNOWN),
          {QIAOI_SIGNAL_PARK_COUNTRY, "\"enterprise\":{\"park\":\"shunyi\"}", "\"country\":\"DE\"", 500000, 1000000});
}

/* Every combination three times over: some are remembered, some gave way to others in between. */
static void
policy_that_is_remembered_is_policy_found_anew(void **state)
{
    static const char *const parks[] = {"haidian", "changping", "shunyi", "yizhuang", "huairou", NULL};
    static const char *const countries[] = {"DE", "JP", "US", "FR", "SG", "IL", "KR", "GB", "IT", "BR", "RU", NULL};
    static const char *const fields[] = {"energy.battery", "energy", "energy.storage\",\"energy.battery", NULL};
    qiaoi_policy_memo memo;
    qiao_error err = QIAO_ERROR_INIT;
    int known = 0;

    (void)state;
    assert_ok(qiaoi_policy_memo_init(&memo, &err), &err);
    for (unsigned i = 0; i < 3 * 6 * 12 * 4; i++) {
        const char *park = parks[i % 6], *country = countries[i / 6 % 12], *field = fields[i / 72 % 4];
        char own[100] = "", other[160] = "";
        qiaoi_facts *need, *project;
        int32_t anew[QIAOI_SIGNAL_COUNT], remembered[QIAOI_SIGNAL_COUNT];

        if (park != NULL)
            snprintf(own, sizeof own, "\"enterprise\":{\"park\":\"%s\"}", park);
        snprintf(other, sizeof other, "%s%s%s%s%s%s%s", country != NULL ? "\"country\":\"" : "",
                 country != NULL ? country : "", country != NULL ? "\"" : "",
                 country != NULL && field != NULL ? "," : "", field != NULL ? "\"fields\":[\"" : "",
                 field != NULL ? field : "", field != NULL ? "\"]" : "");
        need = facts_of("need", own);
        project = facts_of("project", other);
        qiaoi_signals(&(qiaoi_pair_context){.need = need, .project = project, .vocabulary = vocabulary, .as_of = AS_OF},
                      anew, NULL);
        qiaoi_signals(
            &(qiaoi_pair_context){
                .need = need, .project = project, .vocabulary = vocabulary, .as_of = AS_OF, .policy = &memo},
            remembered, NULL);
        assert_memory_equal(anew, remembered, sizeof anew);
        known += anew[QIAOI_SIGNAL_PARK_FIELD] != UNKNOWN || anew[QIAOI_SIGNAL_PARK_COUNTRY] != UNKNOWN;
        free(need);
        free(project);
    }
    qiaoi_policy_memo_done(&memo);
    assert_true(known > 100);
}

static void
a_signal_is_found_by_its_code(void **state)
{
    (void)state;
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        assert_int_equal(qiaoi_signal_of(qiaoi_signal_code((qiaoi_signal)s)), s);
    assert_int_equal(qiaoi_signal_of("no_such_signal"), QIAOI_SIGNAL_COUNT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readiness_that_words_suggest_gives_a_value_that_says_so),
        cmocka_unit_test(a_country_that_words_suggest_counts_only_where_none_is_stated),
        cmocka_unit_test(a_field_that_words_suggest_counts_only_where_none_is_stated),
        cmocka_unit_test(an_empty_pair_is_unknown_but_for_completeness),
        cmocka_unit_test(a_maturity_inside_the_interval_is_whole_and_loses_a_quarter_a_level),
        cmocka_unit_test(a_low_maturity_is_no_fault_where_research_is_sought),
        cmocka_unit_test(one_mode_that_both_take_is_enough),
        cmocka_unit_test(a_price_within_the_budget_is_whole_and_twice_of_it_nothing),
        cmocka_unit_test(what_is_ready_late_loses_over_a_year),
        cmocka_unit_test(rights_follow_from_the_modes_offered),
        cmocka_unit_test(a_country_wanted_or_excluded_counts_and_groups_stand_for_their_members),
        cmocka_unit_test(patent_classes_are_alike_by_how_far_they_agree),
        cmocka_unit_test(what_is_new_is_fresh_and_five_years_old_is_not),
        cmocka_unit_test(policy_is_known_where_the_guideline_links_and_unknown_elsewhere),
        cmocka_unit_test(policy_that_is_remembered_is_policy_found_anew),
        cmocka_unit_test(a_signal_is_found_by_its_code),
    };

    return cmocka_run_group_tests(tests, open_vocabulary, close_vocabulary);
}
