/* qiao-indexer report: the figures of monitoring into files, for evaluation by others. The work is done by
 * qiao/monitoring.h. */
#include "commands.h"

#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/monitoring.h"

#include <stdio.h>
#include <string.h>

typedef struct reporting {
    const char *data, *by, *from, *to, *park, *out;
    bool json;
    qiao_vocabulary *vocabulary;
    qiao_survey *survey;
    qiao_desk *desk; /* NULL = none was ever written */
    qiao_cases *cases;
    int32_t days[2];
} reporting;

static qiao_status
take_day(const char *option, const char *text, int32_t *out, qiao_error *err)
{
    char again[QIAO_DATE_SIZE] = "";

    *out = QIAO_UNKNOWN;
    if (text == NULL)
        return QIAO_OK;
    *out = qiao_date_days(text, strlen(text));
    if (*out != INT32_MIN)
        qiao_date_text(*out, again);
    return strcmp(again, text) == 0
               ? QIAO_OK
               : qiao_fail(err, QIAO_E_USAGE, "--%s takes a day as in 2027-01-31, not %s", option, text);
}

static qiao_status
open_all(reporting *r, qiao_error *err)
{
    uint64_t number = 0;
    qiao_status st = take_day("from", r->from, &r->days[0], err);

    if (st == QIAO_OK)
        st = take_day("to", r->to, &r->days[1], err);
    if (st == QIAO_OK)
        st = qiao_catalog_current(r->data, &number, err);
    if (st == QIAO_OK)
        st = qiao_vocabulary_open(NULL, &r->vocabulary, err);
    if (st == QIAO_OK)
        st = qiao_survey_open(&(qiao_survey_options){r->data, r->vocabulary, number}, &r->survey, err);
    if (st == QIAO_OK) {
        qiao_error none = QIAO_ERROR_INIT;

        st = qiao_desk_open(r->data, false, &r->desk, &none);
        if (st == QIAO_E_NOTFOUND)
            st = QIAO_OK;
        else if (st != QIAO_OK)
            *err = none;
    }
    return st == QIAO_OK ? qiao_cases_read(r->desk, &r->cases, err) : st;
}

static void
close_all(reporting *r)
{
    qiao_cases_free(r->cases);
    qiao_desk_close(r->desk);
    qiao_survey_close(r->survey);
    qiao_vocabulary_close(r->vocabulary);
}

static qiao_status
make(const reporting *r, qiao_by by, qiao_monitoring **out, qiao_error *err)
{
    const qiao_code *park = r->park == NULL ? NULL : qiao_vocabulary_resolve(r->vocabulary, "park", r->park);

    if (r->park != NULL && park == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "there is no park %s", r->park);
    return qiao_monitoring_make(&(qiao_monitoring_options){.survey = r->survey,
                                                           .cases = r->cases,
                                                           .desk = r->desk,
                                                           .by = by,
                                                           .first_day = r->days[0],
                                                           .last_day = r->days[1],
                                                           .park = park == NULL ? NULL : park->code},
                                out, err);
}

/* monitoring-park.json, .csv, .svg */
static qiao_status
write_files(const reporting *r, qiao_by by, const qiao_monitoring *report, qiao_error *err)
{
    static void (*const writers[])(const qiao_monitoring *, qiao_buffer *) = {qiao_monitoring_json, qiao_monitoring_csv,
                                                                              qiao_monitoring_svg};
    static const char *const endings[] = {"json", "csv", "svg"};
    qiao_buffer text = {0};
    char path[QIAO_PATH_MAX];
    qiao_status st = qiao_file_make_directories(r->out, err);

    for (size_t i = 0; st == QIAO_OK && i < 3; i++) {
        qiao_buffer_clear(&text);
        writers[i](report, &text);
        snprintf(path, sizeof path, "%.3900s/monitoring-%s.%s", r->out, qiao_by_code(by), endings[i]);
        st = qiao_buffer_check(&text, err);
        if (st == QIAO_OK)
            st = qiao_file_write_atomic(path, text.data, text.length, err);
    }
    qiao_buffer_done(&text);
    return st;
}

static qiao_status
print(const qiao_monitoring *report, bool json, qiao_error *err)
{
    qiao_buffer text = {0};
    qiao_status st;

    (json ? qiao_monitoring_json : qiao_monitoring_csv)(report, &text);
    st = qiao_buffer_check(&text, err);
    if (st == QIAO_OK)
        fwrite(text.data, 1, text.length, stdout);
    if (st == QIAO_OK && json)
        putchar('\n');
    qiao_buffer_done(&text);
    return st;
}

static qiao_status
report_by(const reporting *r, qiao_by by, qiao_error *err)
{
    qiao_monitoring *report = NULL;
    qiao_status st = make(r, by, &report, err);

    if (st == QIAO_OK)
        st = r->out != NULL ? write_files(r, by, report, err) : print(report, r->json, err);
    qiao_monitoring_free(report);
    return st;
}

static qiao_status
run(reporting *r, qiao_error *err)
{
    qiao_by by = QIAO_BY_PARK;
    qiao_status st;

    if (r->by != NULL && !qiao_by_of(r->by, &by))
        return qiao_fail(err, QIAO_E_USAGE, "--by takes park, country, group, field, source, measure or month");
    if (r->by == NULL && r->out == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "say what to count by (--by), or where to put the files of all (--out)");
    st = open_all(r, err);
    if (st == QIAO_OK && r->by != NULL)
        return report_by(r, by, err);
    for (int each = 0; st == QIAO_OK && each < QIAO_BY_COUNT; each++)
        st = report_by(r, (qiao_by)each, err);
    return st;
}

int
qiao_command_report(int argc, char **argv)
{
    reporting r = {.data = NULL};
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &r.data, "DIR", "data folder", true},
        {"by", QIAO_OPTION_TEXT, &r.by, "WHAT", "park, country, group, field, source, measure or month; otherwise all",
         false},
        {"from", QIAO_OPTION_TEXT, &r.from, "DAY", "cases that reached a stage on this day or later", false},
        {"to", QIAO_OPTION_TEXT, &r.to, "DAY", "cases that reached a stage on this day or earlier", false},
        {"park", QIAO_OPTION_TEXT, &r.park, "PARK", "needs, matches and cases of this park only", false},
        {"out", QIAO_OPTION_TEXT, &r.out, "FOLDER", "put JSON, CSV and SVG files there", false},
        {"json", QIAO_OPTION_FLAG, &r.json, NULL, "print JSON instead of CSV", false},
    };
    const qiao_usage usage = {
        .command = "report",
        .operands = "",
        .help = "Counts projects, needs, matches and how far cases have come, by park, country, group of countries,\n"
                "field, source, measure of the guideline or month.",
        .options = options,
        .option_count = sizeof options / sizeof options[0]};
    qiao_error err = QIAO_ERROR_INIT;
    int first, code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (code >= 0)
        return code;
    st = run(&r, &err);
    close_all(&r);
    return st == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}
