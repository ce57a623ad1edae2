/* Facts of records: what a block says of a record, what is taken for damage, memory that runs out. */
#include "support.h"

#include "facts/facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static qiao_vocabulary *vocabulary;
static qiao_units *units;

static int
open_tables(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &vocabulary, &err), &err);
    assert_ok(qiao_units_open(QIAO_SOURCE_DIR "/engine/vocab/data/units.tsv", &units, &err), &err);
    return 0;
}

static int
close_tables(void **state)
{
    (void)state;
    qiao_vocabulary_close(vocabulary);
    qiao_units_close(units);
    return 0;
}

static const char project_json[] =
    "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"Battery\"},"
    "\"summary\":{\"en\":\"It has an energy density of at least 310 Wh/kg.\"},"
    "\"country\":\"DE\",\"trl\":6,\"ipc\":[\"H01M\"],\"coop_modes\":[\"jv\",\"tc_license_patent\"],"
    "\"price_min\":\"100000\",\"price_max\":\"200000\",\"currency\":\"EUR\","
    "\"ip\":[{\"kind\":\"patent\",\"cn_protected\":false}],"
    "\"indicators\":[{\"name\":{\"en\":\"cycle life\"},\"op\":\">=\",\"value\":2000,\"unit\":\"h\"}]}";

static const char need_json[] = "{\"kind\":\"need\",\"id\":\"t:2\",\"title\":{\"zh\":\"电池\"},\"trl_min\":5,"
                                "\"enterprise\":{\"park\":\"haidian\"},\"budget_max\":\"1000000\"}";

static qiao_record *
parse(const char *json)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_record *record = NULL;

    assert_ok(qiao_record_parse(json, strlen(json), vocabulary, &record, NULL, &err), &err);
    return record;
}

/* A copy of the block of a record, to damage; free it. */
static qiaoi_facts *
facts_of(const char *json)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_record *record = parse(json);
    const qiaoi_facts *made;
    qiaoi_facts_maker maker;
    qiaoi_facts *copy;

    assert_ok(qiaoi_facts_maker_init(&maker, vocabulary, units, NULL, &err), &err);
    assert_ok(qiaoi_facts_make(&maker, record, &made, &err), &err);
    copy = malloc(made->size);
    assert_non_null(copy);
    memcpy(copy, made, made->size);
    qiaoi_facts_maker_done(&maker);
    qiao_record_free(record);
    return copy;
}

static void
a_block_says_what_the_record_says(void **state)
{
    qiaoi_facts *f = facts_of(project_json);

    (void)state;
    assert_true(qiaoi_facts_sound(f, f->size));
    assert_int_equal(f->kind, QIAO_PROJECT);
    assert_int_equal(f->trl, 6);
    assert_string_equal(qiaoi_facts_text(f, f->country), "DE");
    assert_int_equal(f->modes.count, 2);
    assert_string_equal(qiaoi_facts_code(f, &f->modes, 1), "tc_license_patent");
    assert_int_equal(f->has_rights, QIAOI_YES);
    assert_int_equal(f->protected_in_china, QIAOI_NO);
    free(f);
}

static void
what_a_record_does_not_say_is_unknown(void **state)
{
    qiaoi_facts *f = facts_of(need_json);

    (void)state;
    assert_int_equal(f->trl_max, QIAO_UNKNOWN);
    assert_int_equal(f->needed_day, QIAO_UNKNOWN);
    assert_null(qiaoi_facts_text(f, f->ip_terms));
    assert_int_equal(f->has_rights, QIAOI_UNKNOWN_IF);
    assert_true(isnan(f->money_min));
    assert_true(isnan(f->money_max)); /* an amount without currency */
    assert_int_equal(f->fields.count, 0);
    free(f);
}

static void
money_is_counted_in_yuan(void **state)
{
    qiaoi_facts *f = facts_of(project_json);
    const qiao_relation *rate;

    (void)state;
    assert_true(qiao_vocabulary_relations(vocabulary, "currency_rate", "EUR", INT32_MAX, &rate, 1) > 0);
    assert_true(fabs(f->money_min - 100000.0 * rate->weight / 1e6) < 1e-3);
    assert_true(f->money_max > f->money_min);
    free(f);
}

static void
patent_classes_stand_in_for_fields(void **state)
{
    qiaoi_facts *f = facts_of(project_json);

    (void)state;
    assert_true(f->fields.count > 0);
    assert_string_equal(qiaoi_facts_code(f, &f->ipc, 0), "H01M");
    free(f);
}

static void
indicators_of_fields_come_before_those_of_texts(void **state)
{
    qiaoi_facts *f = facts_of(project_json);
    const qiaoi_fact_reading *readings = qiaoi_facts_readings(f);

    (void)state;
    assert_int_equal(f->reading_count, 2);
    assert_int_equal(readings[0].text, 0);
    assert_string_equal(qiaoi_facts_text(f, readings[0].name), "cycle life");
    assert_string_equal(qiaoi_facts_text(f, readings[1].text), "summary.en");
    assert_true(fabs(readings[1].value - 310) < 1e-9);
    free(f);
}

static void
a_cut_block_is_not_sound(void **state)
{
    qiaoi_facts *f = facts_of(project_json);

    (void)state;
    for (size_t length = 0; length < f->size; length++)
        assert_false(qiaoi_facts_sound(f, length));
    free(f);
}

/* Whatever is turned in a block: it is refused, or all that it leads to is still inside. The sanitizers watch. */
static void
a_damaged_block_is_refused_or_can_be_read(void **state)
{
    qiaoi_facts *f = facts_of(project_json);
    size_t size = f->size, refused = 0, read = 0;

    (void)state;
    for (size_t at = 0; at < size; at++)
        for (int bit = 0; bit < 8; bit++) {
            ((unsigned char *)f)[at] ^= (unsigned char)(1 << bit);
            if (!qiaoi_facts_sound(f, size))
                refused++;
            else
                for (const qiaoi_fact_codes *list = &f->fields; list <= &f->target_regions; list++)
                    for (uint32_t i = 0; i < list->count; i++)
                        read += strlen(qiaoi_facts_code(f, list, i));
            ((unsigned char *)f)[at] ^= (unsigned char)(1 << bit);
        }
    assert_true(refused > 500);
    assert_true(read > 0);
    assert_true(qiaoi_facts_sound(f, size));
    free(f);
}

static qiao_status
make_it(void *context, qiao_error *err)
{
    const qiaoi_facts *made;
    qiaoi_facts_maker maker;
    qiao_status st = qiaoi_facts_maker_init(&maker, vocabulary, units, NULL, err);

    if (st == QIAO_OK) {
        st = qiaoi_facts_make(&maker, context, &made, err);
        qiaoi_facts_maker_done(&maker);
    }
    return st;
}

static void
want_of_memory_is_reported(void **state)
{
    qiao_record *record = parse(project_json);

    (void)state;
    assert_true(qiao_test_fail_allocations(NULL, make_it, record) > 2);
    qiao_record_free(record);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_says_what_the_record_says),
        cmocka_unit_test(what_a_record_does_not_say_is_unknown),
        cmocka_unit_test(money_is_counted_in_yuan),
        cmocka_unit_test(patent_classes_stand_in_for_fields),
        cmocka_unit_test(indicators_of_fields_come_before_those_of_texts),
        cmocka_unit_test(a_cut_block_is_not_sound),
        cmocka_unit_test(a_damaged_block_is_refused_or_can_be_read),
        cmocka_unit_test(want_of_memory_is_reported),
    };

    return cmocka_run_group_tests(tests, open_tables, close_tables);
}
