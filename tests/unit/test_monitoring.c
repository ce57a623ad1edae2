/* Monitoring: what is counted, where, when and how often; and the report's texts, byte by byte. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/file.h"
#include "qiao/monitoring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN QIAO_SOURCE_DIR "/tests/golden/monitoring"

typedef struct fixture {
    qiao_test_folder folder;
    char data[512], lexicon[512];
    qiao_desk *desk;
    qiao_survey *survey;
    qiao_cases *cases;
    qiao_monitoring *report;
} fixture;

static const char *const record_lines[] = {
    "{\"kind\":\"need\",\"id\":\"t:n1\",\"title\":{\"en\":\"solid battery electrolyte\"},\"status\":\"published\","
    "\"enterprise\":{\"park\":\"shunyi\"},\"fields\":[\"energy.battery\",\"mat.ceramic\"],\"published_at\":\"2026-03-"
    "31\"}",
    "{\"kind\":\"need\",\"id\":\"t:n2\",\"title\":{\"en\":\"welding robot gripper\"},\"status\":\"published\","
    "\"source\":{\"policy_measures\":[\"M20\",\"4\",\"M99\"]}}",
    "{\"kind\":\"need\",\"id\":\"t:n3\",\"title\":{\"en\":\"welding robot gripper\"},\"status\":\"withdrawn\","
    "\"enterprise\":{\"park\":\"shunyi\"}}",
    "{\"kind\":\"project\",\"id\":\"t:p1\",\"title\":{\"en\":\"solid battery electrolyte film\"},\"country\":\"DE\","
    "\"fields\":[\"energy.battery\"],\"published_at\":\"2026-02-01\"}",
    "{\"kind\":\"project\",\"id\":\"u:p2\",\"title\":{\"en\":\"welding robot with gripper\"},\"country\":\"JP\","
    "\"fields\":[\"robot\"],\"published_at\":\"2026-02-28\"}",
    "{\"kind\":\"project\",\"id\":\"=v:p3\",\"title\":{\"en\":\"concrete with recycled sand\"}}",
    "{\"kind\":\"project\",\"id\":\"u:p4\",\"title\":{\"en\":\"solid battery electrolyte powder\"},\"country\":\"DE\","
    "\"status\":\"withdrawn\"}",
};

static void
read_again(fixture *f)
{
    qiao_error err = QIAO_ERROR_INIT;

    qiao_cases_free(f->cases);
    assert_ok(qiao_cases_read(f->desk, &f->cases, &err), &err);
}

static void
begin(fixture *f)
{
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;

    memset(f, 0, sizeof *f);
    qiao_test_folder_init(&f->folder);
    snprintf(f->data, sizeof f->data, "%s/data", f->folder.path);
    snprintf(f->lexicon, sizeof f->lexicon, "%s/lexicon.bin", f->folder.path);
    qiao_test_write_lexicon(f->lexicon, qiao_test_words);
    qiao_test_put_records(f->data, record_lines, sizeof record_lines / sizeof *record_lines);
    number = qiao_test_build_generation(f->data, f->lexicon, 1);
    assert_ok(qiao_survey_open(&(qiao_survey_options){f->data, qiao_test_vocabulary(), number}, &f->survey, &err),
              &err);
    assert_ok(qiao_desk_open(f->data, true, &f->desk, &err), &err);
    read_again(f);
}

static void
end(fixture *f)
{
    qiao_monitoring_free(f->report);
    qiao_cases_free(f->cases);
    qiao_survey_close(f->survey);
    qiao_desk_close(f->desk);
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&f->folder);
}

static void
put(fixture *f, qiao_desk_table table, const char *id, const char *json)
{
    qiao_desk_change change = {.table = table,
                               .id = id,
                               .json = json,
                               .length = strlen(json),
                               .expected = QIAO_DESK_ANY,
                               .actor = "k1",
                               .action = "write"};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t revision;

    assert_ok(qiao_desk_write(f->desk, &change, &revision, &err), &err);
}

static void
set_case(fixture *f, const char *pair, const char *state)
{
    char json[200];

    snprintf(json, sizeof json, "{\"need\":\"-\",\"status\":\"%s\",\"note\":\"not \\\"status\\\":\\\"landed\\\" yet\"}",
             state);
    put(f, QIAO_DESK_CASE, pair, json);
}

static void
accept(fixture *f, const char *id)
{
    put(f, QIAO_DESK_FEEDBACK, id, "{\"need\":\"-\",\"verdict\":\"accept\"}");
}

static void
make_of(fixture *f, qiao_monitoring_options options)
{
    qiao_error err = QIAO_ERROR_INIT;

    qiao_monitoring_free(f->report);
    options.survey = f->survey;
    options.cases = f->cases;
    options.desk = f->desk;
    assert_ok(qiao_monitoring_make(&options, &f->report, &err), &err);
}

static void
make(fixture *f, qiao_by by)
{
    make_of(f, (qiao_monitoring_options){.by = by, .first_day = QIAO_UNKNOWN, .last_day = QIAO_UNKNOWN});
}

/* NULL: unknown. A row that is not there has nothing. */
static int64_t
figure(const fixture *f, const char *code, qiao_figure which)
{
    for (size_t i = 0; i < qiao_monitoring_count(f->report); i++) {
        const qiao_monitoring_row *row = qiao_monitoring_at(f->report, i);

        if (code == NULL ? row->code == NULL : row->code != NULL && strcmp(row->code, code) == 0)
            return row->figures[which];
    }
    return 0;
}

static int64_t
total(const fixture *f, qiao_figure which)
{
    return qiao_monitoring_total(f->report)->figures[which];
}

/* ---- stocks ---- */

static void
open_records_are_counted_once_and_the_unknown_apart(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    make(&f, QIAO_BY_PARK);
    assert_int_equal(figure(&f, "shunyi", QIAO_FIGURE_NEEDS), 1); /* t:n3 is withdrawn */
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(figure(&f, "haidian", QIAO_FIGURE_NEEDS), 0);
    assert_int_equal(figure(&f, "shunyi", QIAO_FIGURE_SUPPLY), -1); /* projects have no park */
    assert_int_equal(total(&f, QIAO_FIGURE_NEEDS), 2);
    assert_int_equal(total(&f, QIAO_FIGURE_SUPPLY), 3);
    make(&f, QIAO_BY_COUNTRY);
    assert_int_equal(figure(&f, "DE", QIAO_FIGURE_SUPPLY), 1); /* u:p4 is withdrawn */
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_SUPPLY), 1);
    assert_int_equal(figure(&f, "DE", QIAO_FIGURE_NEEDS), -1);
    assert_null(qiao_monitoring_at(f.report, qiao_monitoring_count(f.report) - 1)->code); /* unknown is the last row */
    end(&f);
}

static void
what_has_several_counts_in_each_and_once_in_all(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    make(&f, QIAO_BY_FIELD);
    assert_int_equal(figure(&f, "energy", QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(figure(&f, "mat", QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(total(&f, QIAO_FIGURE_NEEDS), 2);
    make(&f, QIAO_BY_GROUP);
    assert_int_equal(figure(&f, "EU", QIAO_FIGURE_SUPPLY), 1);
    assert_int_equal(figure(&f, "EUROPE", QIAO_FIGURE_SUPPLY), 1);
    assert_int_equal(figure(&f, "RCEP", QIAO_FIGURE_SUPPLY), 1);
    assert_int_equal(total(&f, QIAO_FIGURE_SUPPLY), 3);
    make(&f, QIAO_BY_SOURCE);
    assert_int_equal(figure(&f, "t", QIAO_FIGURE_SUPPLY), 1);
    assert_int_equal(figure(&f, "u", QIAO_FIGURE_SUPPLY), 1);
    end(&f);
}

static void
pairs_are_those_of_open_needs(void **state)
{
    fixture f;
    int64_t all;

    (void)state;
    begin(&f);
    make(&f, QIAO_BY_COUNTRY);
    all = total(&f, QIAO_FIGURE_STRONG) + total(&f, QIAO_FIGURE_POSSIBLE);
    assert_int_equal(all, 2); /* n1 with p1, n2 with p2 */
    assert_int_equal(figure(&f, "DE", QIAO_FIGURE_STRONG) + figure(&f, "DE", QIAO_FIGURE_POSSIBLE), 1);
    assert_int_equal(figure(&f, "JP", QIAO_FIGURE_STRONG) + figure(&f, "JP", QIAO_FIGURE_POSSIBLE), 1);
    make(&f, QIAO_BY_MEASURE);
    /* shunyi with Germany */
    assert_int_equal(figure(&f, "19", QIAO_FIGURE_STRONG) + figure(&f, "19", QIAO_FIGURE_POSSIBLE), 1);
    assert_int_equal(figure(&f, "1", QIAO_FIGURE_SUPPLY), 2); /* both countries are of a group that measure 1 names */
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_SUPPLY), 1);
    end(&f);
}

static void
measures_that_a_record_names_count_beside_those_that_follow_from_it(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    make(&f, QIAO_BY_MEASURE);
    assert_int_equal(figure(&f, "20", QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(figure(&f, "4", QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(figure(&f, "20", QIAO_FIGURE_SUPPLY), 0);
    assert_int_equal(figure(&f, "20", QIAO_FIGURE_STRONG) + figure(&f, "20", QIAO_FIGURE_POSSIBLE), 1); /* n2 with p2 */
    assert_int_equal(figure(&f, "1", QIAO_FIGURE_SUPPLY), 2); /* those of the countries stay */
    end(&f);
}

static void
months_are_those_of_publication(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    make(&f, QIAO_BY_MONTH);
    assert_int_equal(figure(&f, "2026-02", QIAO_FIGURE_SUPPLY), 2);
    assert_int_equal(figure(&f, "2026-03", QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_SUPPLY), 1);
    assert_int_equal(figure(&f, "2026-02", QIAO_FIGURE_STRONG), -1);
    end(&f);
}

/* ---- cases ---- */

static void
a_case_counts_at_every_stage_it_reached(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    accept(&f, "t:n1\tt:p1\tanna");
    accept(&f, "t:n1\tt:p1\tbob");
    set_case(&f, "t:n1\tt:p1", "signed");
    set_case(&f, "t:n2\tu:p2", "contacted");
    set_case(&f, "t:n2\tu:p2", "dropped");
    set_case(&f, "t:gone\tt:p1", "suggested");
    read_again(&f);
    make(&f, QIAO_BY_PARK);
    assert_int_equal(figure(&f, "shunyi", QIAO_FIGURE_ACCEPTED), 1); /* two people, one pair */
    assert_int_equal(figure(&f, "shunyi", QIAO_FIGURE_SUGGESTED), 1);
    assert_int_equal(figure(&f, "shunyi", QIAO_FIGURE_NEGOTIATING), 1);
    assert_int_equal(figure(&f, "shunyi", QIAO_FIGURE_SIGNED), 1);
    assert_int_equal(figure(&f, "shunyi", QIAO_FIGURE_LANDED), 0); /* a note that speaks of it is no stage */
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_SUGGESTED), 2);
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_CONTACTED), 1); /* dropped keeps what was reached */
    assert_int_equal(figure(&f, NULL, QIAO_FIGURE_DROPPED), 1);
    assert_int_equal(total(&f, QIAO_FIGURE_SUGGESTED), 3);
    make(&f, QIAO_BY_COUNTRY);
    assert_int_equal(figure(&f, "DE", QIAO_FIGURE_SUGGESTED), 2);
    end(&f);
}

static void
a_case_set_back_or_withdrawn_counts_no_more(void **state)
{
    fixture f;
    qiao_desk_change change = {.table = QIAO_DESK_CASE,
                               .id = "t:n2\tu:p2",
                               .withdraw = true,
                               .expected = QIAO_DESK_ANY,
                               .actor = "k1",
                               .action = "withdraw"};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t revision;

    (void)state;
    begin(&f);
    set_case(&f, "t:n1\tt:p1", "landed");
    set_case(&f, "t:n1\tt:p1", "dropped");
    set_case(&f, "t:n1\tt:p1", "contacted");
    set_case(&f, "t:n2\tu:p2", "signed");
    assert_ok(qiao_desk_write(f.desk, &change, &revision, &err), &err);
    put(&f, QIAO_DESK_FEEDBACK, "t:n2\tu:p2\tanna", "{\"verdict\":\"reject\",\"reason\":\"price\"}");
    read_again(&f);
    make(&f, QIAO_BY_PARK);
    assert_int_equal(total(&f, QIAO_FIGURE_SUGGESTED), 1);
    assert_int_equal(total(&f, QIAO_FIGURE_CONTACTED), 1);
    assert_int_equal(total(&f, QIAO_FIGURE_LANDED), 0);
    assert_int_equal(total(&f, QIAO_FIGURE_DROPPED), 0);
    assert_int_equal(total(&f, QIAO_FIGURE_ACCEPTED), 0);
    end(&f);
}

static void
cases_are_dated_by_the_day_in_shanghai(void **state)
{
    fixture f;
    int32_t today;
    char month[QIAO_DATE_SIZE];
    qiao_monitoring_options options = {.by = QIAO_BY_PARK};

    (void)state;
    begin(&f);
    set_case(&f, "t:n1\tt:p1", "contacted");
    read_again(&f);
    today = (int32_t)((qiao_cases_at(f.cases, 0)->reached_ms[QIAO_STAGE_CONTACTED] / 1000 + 8 * 3600) / 86400);
    options.first_day = options.last_day = today;
    make_of(&f, options);
    assert_int_equal(total(&f, QIAO_FIGURE_CONTACTED), 1);
    assert_int_equal(total(&f, QIAO_FIGURE_NEEDS), 2); /* what there is does not ask for days */
    options.first_day = today + 1;
    options.last_day = QIAO_UNKNOWN;
    make_of(&f, options);
    assert_int_equal(total(&f, QIAO_FIGURE_CONTACTED), 0);
    options.first_day = QIAO_UNKNOWN;
    options.last_day = today - 1;
    make_of(&f, options);
    assert_int_equal(total(&f, QIAO_FIGURE_CONTACTED), 0);
    make(&f, QIAO_BY_MONTH);
    qiao_date_text(today, month);
    month[7] = '\0';
    assert_int_equal(figure(&f, month, QIAO_FIGURE_CONTACTED), 1);
    end(&f);
}

static void
one_park_alone_leaves_out_the_others(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    set_case(&f, "t:n1\tt:p1", "contacted");
    set_case(&f, "t:n2\tu:p2", "contacted");
    read_again(&f);
    make_of(&f, (qiao_monitoring_options){
                    .by = QIAO_BY_COUNTRY, .first_day = QIAO_UNKNOWN, .last_day = QIAO_UNKNOWN, .park = "shunyi"});
    assert_int_equal(total(&f, QIAO_FIGURE_NEEDS), 1);
    assert_int_equal(total(&f, QIAO_FIGURE_CONTACTED), 1);
    assert_int_equal(figure(&f, "JP", QIAO_FIGURE_CONTACTED), 0);
    assert_int_equal(figure(&f, "JP", QIAO_FIGURE_SUPPLY), 1); /* what there is to choose from is the same for all */
    end(&f);
}

static void
a_need_posted_by_day_is_known_by_the_desk(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    put(&f, QIAO_DESK_NEED, "d:n9",
        "{\"kind\":\"need\",\"id\":\"d:n9\",\"title\":{\"en\":\"lens\"},\"enterprise\":{\"park\":\"haidian\"}}");
    set_case(&f, "d:n9\tt:p1", "contacted");
    read_again(&f);
    make(&f, QIAO_BY_PARK);
    assert_int_equal(figure(&f, "haidian", QIAO_FIGURE_CONTACTED), 1);
    end(&f);
}

/* ---- texts ---- */

static void
assert_golden(const char *name, const qiao_buffer *text)
{
    char path[512];
    qiao_buffer expected = {0};
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(path, sizeof path, GOLDEN "/%s", name);
    if (getenv("QIAO_WRITE_GOLDEN") != NULL)
        assert_ok(qiao_file_write_atomic(path, text->data, text->length, &err), &err);
    assert_ok(qiao_file_read(path, 0, &expected, &err), &err);
    assert_string_equal(text->data, expected.data);
    qiao_buffer_done(&expected);
}

static void
the_texts_are_the_same_to_the_byte(void **state)
{
    qiao_buffer text = {0};
    fixture f;

    (void)state;
    begin(&f);
    accept(&f, "t:n1\tt:p1\tanna");
    set_case(&f, "t:n1\tt:p1", "landed");
    set_case(&f, "t:n2\tu:p2", "contacted");
    read_again(&f);
    make(&f, QIAO_BY_SOURCE); /* with a name that a spreadsheet would take for a formula */
    qiao_monitoring_csv(f.report, &text);
    assert_golden("source.csv", &text);
    make(&f, QIAO_BY_FIELD);
    qiao_buffer_clear(&text);
    qiao_monitoring_svg(f.report, &text);
    assert_golden("field.svg", &text);
    assert_null(strstr(text.data, "<script"));
    qiao_buffer_clear(&text);
    qiao_monitoring_json(f.report, &text);
    assert_golden("field.json", &text);
    qiao_buffer_done(&text);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_records_are_counted_once_and_the_unknown_apart),
        cmocka_unit_test(what_has_several_counts_in_each_and_once_in_all),
        cmocka_unit_test(pairs_are_those_of_open_needs),
        cmocka_unit_test(measures_that_a_record_names_count_beside_those_that_follow_from_it),
        cmocka_unit_test(months_are_those_of_publication),
        cmocka_unit_test(a_case_counts_at_every_stage_it_reached),
        cmocka_unit_test(a_case_set_back_or_withdrawn_counts_no_more),
        cmocka_unit_test(cases_are_dated_by_the_day_in_shanghai),
        cmocka_unit_test(one_park_alone_leaves_out_the_others),
        cmocka_unit_test(a_need_posted_by_day_is_known_by_the_desk),
        cmocka_unit_test(the_texts_are_the_same_to_the_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
