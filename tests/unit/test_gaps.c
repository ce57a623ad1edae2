/* Gaps: which needs and projects count as being without the other, by park and by country; what scouts are told. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/gaps.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct fixture {
    qiao_test_folder folder;
    qiao_survey *survey;
    qiao_buffer text;
} fixture;

static const char *const record_lines[] = {
    "{\"kind\":\"need\",\"id\":\"t:n1\",\"title\":{\"en\":\"solid battery electrolyte\"},\"status\":\"published\","
    "\"enterprise\":{\"park\":\"shunyi\"},\"fields\":[\"energy.battery\"]}",
    "{\"kind\":\"need\",\"id\":\"t:n2\",\"title\":{\"en\":\"concrete\"},\"status\":\"published\","
    "\"enterprise\":{\"park\":\"shunyi\"},\"fields\":[\"rail\"]}",
    "{\"kind\":\"need\",\"id\":\"t:n3\",\"title\":{\"en\":\"concrete\"},\"status\":\"withdrawn\","
    "\"enterprise\":{\"park\":\"shunyi\"},\"fields\":[\"rail\"]}",
    "{\"kind\":\"need\",\"id\":\"t:n4\",\"title\":{\"en\":\"zeppelin\"},\"status\":\"published\","
    "\"enterprise\":{\"park\":\"yanqing\"},\"fields\":[\"rail\"]}",
    "{\"kind\":\"project\",\"id\":\"t:p1\",\"title\":{\"en\":\"solid battery electrolyte film\"},\"country\":\"DE\","
    "\"fields\":[\"energy.battery\"]}",
    "{\"kind\":\"project\",\"id\":\"t:p2\",\"title\":{\"en\":\"welding robot with gripper\"},\"country\":\"JP\","
    "\"fields\":[\"robot\",\"energy\"]}",
};

static void
begin(fixture *f)
{
    char data[512], lexicon[512];
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;

    memset(f, 0, sizeof *f);
    qiao_test_folder_init(&f->folder);
    snprintf(data, sizeof data, "%s/data", f->folder.path);
    snprintf(lexicon, sizeof lexicon, "%s/lexicon.bin", f->folder.path);
    qiao_test_write_lexicon(lexicon, qiao_test_words);
    qiao_test_put_records(data, record_lines, sizeof record_lines / sizeof *record_lines);
    number = qiao_test_build_generation(data, lexicon, 1);
    assert_ok(qiao_survey_open(&(qiao_survey_options){data, qiao_test_vocabulary(), number}, &f->survey, &err), &err);
}

static void
end(fixture *f)
{
    qiao_buffer_done(&f->text);
    qiao_survey_close(f->survey);
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&f->folder);
}

static void
write(fixture *f, qiao_gaps_options options)
{
    qiao_error err = QIAO_ERROR_INIT;

    options.survey = f->survey;
    qiao_buffer_clear(&f->text);
    assert_ok(qiao_gaps_write(&options, &f->text, &err), &err);
}

/* The figures of a row and a column, as CSV has them; "" where there is no such cell. */
static const char *
cell(const fixture *f, const char *row, const char *field)
{
    static char found[64];
    char start[32], column[32];
    const char *line = f->text.data;

    snprintf(start, sizeof start, "\n%s,", row);
    snprintf(column, sizeof column, ",%s,", field);
    found[0] = '\0';
    while ((line = strstr(line, start)) != NULL) {
        const char *end_of_line = strstr(line + 1, "\r\n"), *at = strstr(line, column), *last;

        line++;
        if (at == NULL || at > end_of_line)
            continue;
        last = end_of_line;
        for (int commas = 0; commas < 4; last--)
            commas += last[-1] == ',';
        snprintf(found, sizeof found, "%.*s", (int)(end_of_line - last - 1), last + 1);
        break;
    }
    return found;
}

static void
parks_miss_what_no_project_offers(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    write(&f, (qiao_gaps_options){.csv = true});
    /* needs, without supply, supply, without need of that park */
    assert_string_equal(cell(&f, "shunyi", "energy"), "1,0,2,1");
    assert_string_equal(cell(&f, "shunyi", "rail"), "1,1,0,0"); /* t:n3 is withdrawn */
    assert_string_equal(cell(&f, "shunyi", "robot"), "0,0,1,1");
    assert_string_equal(cell(&f, "yanqing", "rail"), "1,1,0,0");
    assert_string_equal(cell(&f, "yanqing", "energy"), "0,0,2,2");
    write(&f, (qiao_gaps_options){.csv = true, .country = "JP"});
    assert_string_equal(cell(&f, "shunyi", "energy"), "1,1,1,1"); /* Germany has it, Japan has not */
    write(&f, (qiao_gaps_options){.csv = true, .park = "yanqing"});
    assert_string_equal(cell(&f, "yanqing", "rail"), "1,1,0,0");
    assert_string_equal(cell(&f, "shunyi", "rail"), "");
    end(&f);
}

static void
countries_miss_what_is_needed(void **state)
{
    fixture f;

    (void)state;
    begin(&f);
    write(&f, (qiao_gaps_options){.csv = true, .by_country = true});
    assert_string_equal(cell(&f, "DE", "energy"), "1,0,1,0");
    assert_string_equal(cell(&f, "JP", "energy"), "1,1,1,1");
    assert_string_equal(cell(&f, "DE", "rail"), "2,2,0,0");
    assert_string_equal(cell(&f, "FR", "rail"), ""); /* nothing of it in the catalogue */
    write(&f, (qiao_gaps_options){.csv = true, .by_country = true, .country = "FR", .park = "yanqing"});
    assert_string_equal(cell(&f, "FR", "rail"), "1,1,0,0");
    assert_string_equal(cell(&f, "DE", "rail"), "");
    end(&f);
}

static void
scouts_are_told_what_linked_parks_want_first(void **state)
{
    fixture f;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_gaps_options options = {.country = "DE"};

    (void)state;
    begin(&f);
    options.survey = f.survey;
    assert_ok(qiao_scouting_write(&options, &f.text, &err), &err);
    assert_non_null(strstr(f.text.data, "\"needs_without_supply\":2,\"countries\":[{\"code\":\"DE\""));
    /* shunyi is linked with Germany by measure 19, yanqing is not */
    assert_non_null(strstr(f.text.data,
                           "{\"code\":\"rail\",\"zh\":\"轨道交通\",\"en\":\"Rail transit\",\"needs_without_"
                           "supply\":2,\"of_linked_parks\":1,\"supply\":0,\"measures\":["));
    assert_non_null(strstr(f.text.data, "\"needs\":[\"t:n2\",\"t:n4\"]"));
    assert_non_null(strstr(f.text.data, "{\"code\":\"19\""));
    assert_null(strstr(f.text.data, "\"code\":\"energy\"")); /* that need has something */
    end(&f);
}

static void
scouts_are_told_of_countries_that_matter_first(void **state)
{
    fixture f;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_gaps_options options = {0};
    long linked_before = LONG_MAX, supply_before = LONG_MAX;
    int countries = 0;

    (void)state;
    begin(&f);
    options.survey = f.survey;
    assert_ok(qiao_scouting_write(&options, &f.text, &err), &err);
    for (const char *at = f.text.data; (at = strstr(at, "\",\"of_linked_parks\":")) != NULL; countries++) {
        long linked = strtol(at + strlen("\",\"of_linked_parks\":"), NULL, 10), supply;

        at = strstr(at, ",\"supply\":");
        assert_non_null(at);
        supply = strtol(at + strlen(",\"supply\":"), NULL, 10);
        assert_true(linked < linked_before || (linked == linked_before && supply <= supply_before));
        linked_before = linked;
        supply_before = supply;
    }
    assert_true(countries > 3);
    assert_int_equal(linked_before, 0);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parks_miss_what_no_project_offers),
        cmocka_unit_test(countries_miss_what_is_needed),
        cmocka_unit_test(scouts_are_told_what_linked_parks_want_first),
        cmocka_unit_test(scouts_are_told_of_countries_that_matter_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
