/* Reports for staff: the figures by which progress is watched. Staff of a park get the figures of its needs. */
#include "handlers.h"

#include "qiao/file.h"
#include "qiao/gaps.h"
#include "qiao/monitoring.h"
#include "reports.h"

#include <string.h>

/* A day as it is written, or none. false: the problem of the call says what is wrong. */
static bool
take_day(qiaoi_call *call, const qiaoi_parameters *given, qiaoi_parameter parameter, const char *name, int32_t *out)
{
    const char *text = given->words[parameter];

    *out = QIAO_UNKNOWN;
    if (text == NULL || qiaoi_day_read(text, out))
        return true;
    qiao_fail(qiaoi_problem_parameter(&call->problem, name, text), QIAO_E_INPUT, "must be a day, as in 2026-11-28");
    return false;
}

/* The one code that a filter asks for; NULL: none. false: there are several. */
static bool
take_code(qiaoi_call *call, const qiaoi_parameters *given, qiaoi_parameter parameter, const char *name,
          const char **out)
{
    const char *asked = given->filter_of[parameter] == 0 ? NULL : given->filters[given->filter_of[parameter] - 1];

    *out = NULL;
    if (asked != NULL && qiao_vocabulary_find(qiao_engine_vocabulary(call->service->engine), name,
                                              strchr(asked, ':') + 1) == NULL) { /* also where there are several */
        qiao_fail(qiaoi_problem_parameter(&call->problem, name, NULL), QIAO_E_INPUT, "takes one code here");
        return false;
    }
    if (asked != NULL)
        *out = strchr(asked, ':') + 1;
    return true;
}

/* The one park that is asked for; staff of a park ask for it whether they say so or not. */
static bool
take_park(qiaoi_call *call, const qiaoi_parameters *given, const char **out)
{
    const char *own = call->caller.key.park[0] != '\0' ? call->caller.key.park : NULL;

    if (!take_code(call, given, QIAOI_P_PARK, "park", out))
        return false;
    if (own != NULL && *out != NULL && strcmp(own, *out) != 0) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_FORBIDDEN), QIAO_E_REFUSED,
                  "a key of staff of %s does not see the figures of other parks", own);
        return false;
    }
    if (*out == NULL)
        *out = own;
    return true;
}

static bool
take_options(qiaoi_call *call, qiao_monitoring_options *out, char *format)
{
    const uint64_t allowed = QIAOI_BIT(QIAOI_P_BY) | QIAOI_BIT(QIAOI_P_FORMAT) | QIAOI_BIT(QIAOI_P_FROM) |
                             QIAOI_BIT(QIAOI_P_TO) | QIAOI_BIT(QIAOI_P_PARK);
    const char *word, *by;
    qiaoi_parameters given;

    if (!qiaoi_call_parameters(call, allowed, 0, &given))
        return false;
    by = given.words[QIAOI_P_BY] != NULL ? given.words[QIAOI_P_BY] : "park";
    if (!qiao_by_of(by, &out->by))
        qiao_fail(qiaoi_problem_parameter(&call->problem, "by", by), QIAO_E_INPUT, "must be one of %s",
                  "park|country|group|field|source|measure|month");
    word = qiaoi_parameters_word(&given, QIAOI_P_FORMAT, "json|csv|svg", &call->problem);
    *format = word != NULL ? word[0] : 'j';
    take_day(call, &given, QIAOI_P_FROM, "from", &out->first_day);
    take_day(call, &given, QIAOI_P_TO, "to", &out->last_day);
    return call->problem.code == QIAOI_PROBLEM_NONE && take_park(call, &given, &out->park);
}

static void
answer_csv(qiaoi_call *call, const char *disposition)
{
    call->response->content_type = "text/csv; charset=utf-8";
    qiaoi_http_set(call->response, "Content-Disposition", disposition);
}

/* A picture is shown as one and runs nothing; a table is saved. */
static void
write_report(qiaoi_call *call, const qiao_monitoring *report, char format)
{
    qiao_buffer *out = &call->response->body;

    if (format == 'j') {
        qiao_monitoring_json(report, out);
        qiaoi_call_json(call);
    } else if (format == 'c') {
        qiao_monitoring_csv(report, out);
        answer_csv(call, "attachment; filename=\"monitoring.csv\"");
    } else {
        qiao_monitoring_svg(report, out);
        call->response->content_type = "image/svg+xml";
        qiaoi_http_set(call->response, "Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    }
}

static void
answer_monitoring(qiaoi_call *call, qiao_monitoring_options *options, char format, const qiaoi_report *survey,
                  const qiaoi_report *cases)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_monitoring *report = NULL;

    options->survey = qiaoi_report_survey(survey);
    options->cases = qiaoi_report_cases(cases);
    options->desk = call->service->access.desk;
    if (qiaoi_call_went_well(call, qiao_monitoring_make(options, &report, &error), &error))
        write_report(call, report, format);
    qiao_monitoring_free(report);
}

void
qiaoi_answer_monitoring(qiaoi_call *call)
{
    qiao_monitoring_options options = {.survey = NULL};
    qiaoi_report *survey, *cases = NULL;
    uint64_t revision;
    char format;

    if (!take_options(call, &options, &format))
        return;
    survey = qiaoi_report_take(call, QIAOI_REPORT_SURVEY);
    if (survey != NULL)
        cases = qiaoi_report_take_cases(call, &revision);
    if (cases != NULL && !qiaoi_call_unchanged(call, revision))
        answer_monitoring(call, &options, format, survey, cases);
    qiaoi_report_release(call, cases);
    qiaoi_report_release(call, survey);
}

/* ---- gaps ---- */

/* The matrix and the list for scouts differ in who writes them. */
static void
answer_gaps(qiaoi_call *call, uint64_t more, const char *disposition,
            qiao_status (*write)(const qiao_gaps_options *, qiao_buffer *, qiao_error *))
{
    qiao_gaps_options options = {.survey = NULL};
    qiao_error error = QIAO_ERROR_INIT;
    const char *format, *rows;
    qiaoi_parameters given;
    qiaoi_report *survey;

    if (!qiaoi_call_parameters(
            call, more | QIAOI_BIT(QIAOI_P_FORMAT) | QIAOI_BIT(QIAOI_P_PARK) | QIAOI_BIT(QIAOI_P_COUNTRY), 0, &given))
        return;
    format = qiaoi_parameters_word(&given, QIAOI_P_FORMAT, "json|csv", &call->problem);
    rows = qiaoi_parameters_word(&given, QIAOI_P_ROWS, "park|country", &call->problem);
    take_code(call, &given, QIAOI_P_COUNTRY, "country", &options.country);
    if (format == NULL || rows == NULL || call->problem.code != QIAOI_PROBLEM_NONE ||
        !take_park(call, &given, &options.park))
        return;
    options.csv = format[0] == 'c';
    options.by_country = rows[0] == 'c';
    survey = qiaoi_report_take(call, QIAOI_REPORT_SURVEY);
    if (survey == NULL)
        return;
    options.survey = qiaoi_report_survey(survey);
    if (!qiaoi_call_unchanged(call, 0) &&
        qiaoi_call_went_well(call, write(&options, &call->response->body, &error), &error)) {
        if (options.csv)
            answer_csv(call, disposition);
        else
            qiaoi_call_json(call);
    }
    qiaoi_report_release(call, survey);
}

void
qiaoi_answer_gaps(qiaoi_call *call)
{
    answer_gaps(call, QIAOI_BIT(QIAOI_P_ROWS), "attachment; filename=\"gaps.csv\"", qiao_gaps_write);
}

void
qiaoi_answer_scouting(qiaoi_call *call)
{
    answer_gaps(call, 0, "attachment; filename=\"scouting.csv\"", qiao_scouting_write);
}
