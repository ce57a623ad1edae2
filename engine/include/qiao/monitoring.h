/*
 * Monitoring: the figures by which the guideline's progress is watched, by park, country, group of countries, field,
 * source, measure of the guideline, or month.
 *
 * What is counted, and when:
 * - supply, needs: records of the generation that are published and have not expired on its day, each once;
 * - strong, possible: pairs of an open need with a project in its stored list of that band; what the generation holds,
 * not what came in a span of time;
 * - suggested to dropped: cases (qiao/cases.h), each pair once, dated by when it reached the stage; a first and a last
 *   day take those whose day lies between, both included. Days and months are those of Asia/Shanghai (UTC+8, no summer
 *   time since 1991). A first or last day leaves supply, needs and matches as they are.
 *
 * Where a thing is counted:
 * - by park: by that of the need. Projects have none: supply does not apply;
 * - by country, group: by that of the project; needs have none and do not apply. A country of several groups counts in
 * each;
 * - by field: the upper level of the fields of a record; pairs and cases by those of the need. Several count in each;
 * - by source: where the project came from, which tells the yield of a channel; needs do not apply;
 * - by measure: those that a record itself names (source.policy_measures), and the measures that the guideline ties to
 * the groups of the project's country (supply), to the need's park and field (needs), to both or to park and country
 * (pairs and cases). Several count in each;
 * - by month: supply and needs by the day they were published; strong and possible do not apply.
 * Unknown is a row of its own, never added to another. The total counts each thing once, so it may be less than the sum
 * of rows. What does not apply is -1, never 0.
 */
#ifndef QIAO_MONITORING_H
#define QIAO_MONITORING_H

#include "qiao/cases.h"
#include "qiao/record.h"
#include "qiao/survey.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, JSON code) */
#define QIAO_BYS(X)                                                                                                    \
    X(PARK, "park")                                                                                                    \
    X(COUNTRY, "country")                                                                                              \
    X(GROUP, "group")                                                                                                  \
    X(FIELD, "field")                                                                                                  \
    X(SOURCE, "source")                                                                                                \
    X(MEASURE, "measure")                                                                                              \
    X(MONTH, "month")

typedef enum qiao_by {
#define QIAO_BY_ENUM(name, code) QIAO_BY_##name,
    QIAO_BYS(QIAO_BY_ENUM)
#undef QIAO_BY_ENUM
        QIAO_BY_COUNT
} qiao_by;

QIAO_EXPORT const char *qiao_by_code(qiao_by by);            /* static */
QIAO_EXPORT bool qiao_by_of(const char *code, qiao_by *out); /* false: there is none of that code */

/* X(name, JSON code, Chinese, English): before the stages of qiao/cases.h */
#define QIAO_STOCKS(X)                                                                                                 \
    X(SUPPLY, "supply", "海外项目", "Projects")                                                                        \
    X(NEEDS, "needs", "企业需求", "Needs")                                                                             \
    X(STRONG, "strong", "建议对接", "Strong matches")                                                                  \
    X(POSSIBLE, "possible", "可进一步了解", "Possible matches")

typedef enum qiao_figure {
#define QIAO_FIGURE_ENUM(name, code, zh, en) QIAO_FIGURE_##name,
    QIAO_STOCKS(QIAO_FIGURE_ENUM) QIAO_STAGES(QIAO_FIGURE_ENUM)
#undef QIAO_FIGURE_ENUM
        QIAO_FIGURE_COUNT
} qiao_figure;

typedef struct qiao_monitoring_row {
    const char *code;                   /* NULL = unknown */
    const char *zh, *en;                /* names */
    int64_t figures[QIAO_FIGURE_COUNT]; /* -1 = does not apply */
} qiao_monitoring_row;

typedef struct qiao_monitoring_options {
    const qiao_survey *survey; /* borrowed, as all that follows */
    const qiao_cases *cases;
    qiao_desk *desk; /* where records are looked up that are not in the generation yet; NULL: they are unknown */
    qiao_by by;
    int32_t first_day, last_day; /* since 1970; QIAO_UNKNOWN (INT32_MIN) = open */
    const char *park;            /* needs, pairs and cases of this park only; NULL = all */
} qiao_monitoring_options;

typedef struct qiao_monitoring qiao_monitoring;

/* The report keeps what it needs but its survey, which must outlive it. QIAO_E_NOMEM; QIAO_E_IO; QIAO_E_CORRUPT. */
QIAO_EXPORT qiao_status qiao_monitoring_make(const qiao_monitoring_options *options, qiao_monitoring **out,
                                             qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_monitoring_free(qiao_monitoring *report); /* NULL is fine */

/* In the order of the vocabulary, of the alphabet (source) or of time; unknown last. Rows of nothing are left out, but
 * for parks. */
QIAO_EXPORT size_t qiao_monitoring_count(const qiao_monitoring *report);
QIAO_EXPORT const qiao_monitoring_row *qiao_monitoring_at(const qiao_monitoring *report, size_t index);
QIAO_EXPORT const qiao_monitoring_row *qiao_monitoring_total(const qiao_monitoring *report);

/* Each appends the whole report to out: a JSON object; CSV with a byte order mark, for spreadsheets; an SVG of bars
 * with its labels in Chinese and English, without script. */
QIAO_EXPORT void qiao_monitoring_json(const qiao_monitoring *report, qiao_buffer *out);
QIAO_EXPORT void qiao_monitoring_csv(const qiao_monitoring *report, qiao_buffer *out);
QIAO_EXPORT void qiao_monitoring_svg(const qiao_monitoring *report, qiao_buffer *out);

#ifdef __cplusplus
}
#endif
#endif
