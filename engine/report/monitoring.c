/* Counts a survey and the cases of the desk by one dimension: see qiao/monitoring.h. */
#include "report/monitoring.h"

#include "qiao/file.h"
#include "report/survey.h"

#include <stdio.h>
#include <string.h>

#define FIRST_YEAR 1990
#define MONTHS (12u * 110u) /* of what has a row; outside of them a month is unknown */
#define SHANGHAI_MS ((int64_t)8 * 3600 * 1000)
#define DAY_MS ((int64_t)86400 * 1000)

/* Where one thing is counted: a row, or several. */
typedef struct place {
    uint16_t row; /* 0 = unknown; not looked at where mask is used */
    uint64_t mask;
    bool by_mask, applies;
} place;

typedef struct counting {
    const qiao_monitoring_options *options;
    const qiao_survey *survey;
    const qiaoi_codebook *book; /* of the rows; NULL: months */
    uint16_t park;              /* 0 = all */
    int64_t (*rows)[QIAO_FIGURE_COUNT];
    size_t row_count; /* with unknown, row 0 */
    int64_t total[QIAO_FIGURE_COUNT];
} counting;

const char *const qiaoi_figure_codes[QIAO_FIGURE_COUNT] = {
#define FIGURE_CODE(name, code, zh, en) code,
    QIAO_STOCKS(FIGURE_CODE) QIAO_STAGES(FIGURE_CODE)
#undef FIGURE_CODE
};

const char *const qiaoi_figure_names[QIAO_FIGURE_COUNT][2] = {
#define FIGURE_NAME(name, code, zh, en) {zh, en},
    QIAO_STOCKS(FIGURE_NAME) QIAO_STAGES(FIGURE_NAME)
#undef FIGURE_NAME
};

static const char *const by_codes[QIAO_BY_COUNT] = {
#define BY_CODE(name, code) code,
    QIAO_BYS(BY_CODE)
#undef BY_CODE
};

const char *
qiao_by_code(qiao_by by)
{
    return by_codes[by];
}

bool
qiao_by_of(const char *code, qiao_by *out)
{
    for (int by = 0; by < QIAO_BY_COUNT; by++)
        if (strcmp(code, by_codes[by]) == 0) {
            *out = (qiao_by)by;
            return true;
        }
    return false;
}

/* ---- where a thing is counted ---- */

/* Months since FIRST_YEAR, plus one; 0 where there is no row for it. */
static uint16_t
month_of(int32_t day)
{
    char text[QIAO_DATE_SIZE];
    unsigned year, month;

    if (day == QIAO_UNKNOWN)
        return 0;
    qiao_date_text(day, text);
    if (sscanf(text, "%4u-%2u", &year, &month) != 2 || year < FIRST_YEAR || year >= FIRST_YEAR + MONTHS / 12)
        return 0;
    return (uint16_t)((year - FIRST_YEAR) * 12 + month);
}

static place
at_row(uint16_t row)
{
    return (place){.row = row, .applies = true};
}

static place
at_rows(uint64_t mask)
{
    return (place){.mask = mask, .by_mask = true, .applies = true};
}

static place
place_of_project(qiao_by by, const qiaoi_surveyed_project *project)
{
    switch (by) {
    case QIAO_BY_COUNTRY:
        return at_row(project->country);
    case QIAO_BY_GROUP:
        return at_rows(project->groups);
    case QIAO_BY_FIELD:
        return at_rows(project->fields);
    case QIAO_BY_SOURCE:
        return at_row(project->source);
    case QIAO_BY_MEASURE:
        return at_rows(project->measures);
    case QIAO_BY_MONTH:
        return at_row(month_of(project->published_day));
    case QIAO_BY_PARK:
    case QIAO_BY_COUNT:
        break;
    }
    return (place){.applies = false};
}

static place
place_of_need(qiao_by by, const qiaoi_surveyed_need *need)
{
    switch (by) {
    case QIAO_BY_PARK:
        return at_row(need->park);
    case QIAO_BY_FIELD:
        return at_rows(need->fields);
    case QIAO_BY_MEASURE:
        return at_rows(need->measures);
    case QIAO_BY_MONTH:
        return at_row(month_of(need->published_day));
    case QIAO_BY_COUNTRY:
    case QIAO_BY_GROUP:
    case QIAO_BY_SOURCE:
    case QIAO_BY_COUNT:
        break;
    }
    return (place){.applies = false};
}

/* day: of an event; QIAO_UNKNOWN for what has none. */
static place
place_of_pair(const counting *c, const qiaoi_surveyed_need *need, const qiaoi_surveyed_project *project, int32_t day)
{
    switch (c->options->by) {
    case QIAO_BY_PARK:
    case QIAO_BY_FIELD:
        return place_of_need(c->options->by, need);
    case QIAO_BY_MEASURE:
        return at_rows(qiaoi_survey_pair_measures(c->survey, need, project));
    case QIAO_BY_MONTH:
        return day == QIAO_UNKNOWN ? (place){.applies = false} : at_row(month_of(day));
    case QIAO_BY_COUNTRY:
    case QIAO_BY_GROUP:
    case QIAO_BY_SOURCE:
    case QIAO_BY_COUNT:
        break;
    }
    return place_of_project(c->options->by, project);
}

static void
count_at(counting *c, const place *where, qiao_figure figure)
{
    c->total[figure]++;
    if (!where->applies)
        return;
    if (!where->by_mask || where->mask == 0) {
        c->rows[where->by_mask ? 0 : where->row][figure]++;
        return;
    }
    for (uint64_t left = where->mask; left != 0; left &= left - 1)
        c->rows[__builtin_ctzll(left) + 1][figure]++;
}

/* ---- counting ---- */

static void
count_stocks(counting *c)
{
    const qiao_survey *survey = c->survey;

    for (uint32_t d = 0; d < survey->project_count; d++) {
        const place where = place_of_project(c->options->by, &survey->projects[d]);

        if (survey->projects[d].open)
            count_at(c, &where, QIAO_FIGURE_SUPPLY);
    }
    for (uint32_t d = 0; d < survey->need_count; d++) {
        const qiaoi_surveyed_need *need = &survey->needs[d];
        const place where = place_of_need(c->options->by, need);

        if (!need->open || (c->park != 0 && need->park != c->park))
            continue;
        count_at(c, &where, QIAO_FIGURE_NEEDS);
        for (uint32_t i = need->first; i < need->first + need->count; i++) {
            const qiaoi_surveyed_pair *pair = &survey->pairs[i];
            const place of_pair = place_of_pair(c, need, &survey->projects[pair->project], QIAO_UNKNOWN);

            count_at(c, &of_pair, pair->band == QIAO_BAND_STRONG ? QIAO_FIGURE_STRONG : QIAO_FIGURE_POSSIBLE);
        }
    }
}

/* A record posted by day. QIAO_E_NOTFOUND: there is none; the record otherwise is the caller's. */
static qiao_status
read_posted(const counting *c, qiao_desk_table table, const char *id, qiao_record **out, qiao_error *err)
{
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status st = QIAO_E_NOTFOUND;

    *out = NULL;
    if (c->options->desk != NULL)
        st = qiao_desk_get(c->options->desk, table, id, &buffer, &row, err);
    if (st == QIAO_OK)
        st = qiao_record_parse(row.json, row.length, NULL, out, NULL, err);
    qiao_buffer_done(&buffer);
    return st == QIAO_E_INPUT ? QIAO_E_NOTFOUND : st;
}

static qiao_status
find_need(const counting *c, const char *id, qiaoi_surveyed_need *out, qiao_error *err)
{
    qiao_record *record;
    uint32_t docid;
    qiao_status st = qiao_generation_find(c->survey->generation, QIAO_NEED, id, &docid, NULL);

    *out = (qiaoi_surveyed_need){.published_day = QIAO_UNKNOWN};
    if (st == QIAO_OK) {
        *out = c->survey->needs[docid];
        return QIAO_OK;
    }
    st = read_posted(c, QIAO_DESK_NEED, id, &record, err);
    if (st == QIAO_OK)
        qiaoi_survey_need_of(c->survey, record, out);
    qiao_record_free(record);
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

static qiao_status
find_project(const counting *c, const char *id, qiaoi_surveyed_project *out, qiao_error *err)
{
    qiao_record *record;
    uint32_t docid;
    qiao_status st = qiao_generation_find(c->survey->generation, QIAO_PROJECT, id, &docid, NULL);

    *out = (qiaoi_surveyed_project){.published_day = QIAO_UNKNOWN};
    if (st == QIAO_OK) {
        *out = c->survey->projects[docid];
        return QIAO_OK;
    }
    st = read_posted(c, QIAO_DESK_PROJECT, id, &record, err);
    if (st == QIAO_OK)
        qiaoi_survey_project_of(c->survey, record, out);
    qiao_record_free(record);
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

/* The day of a moment in Shanghai. */
static int32_t
day_of(int64_t ms)
{
    int64_t local = ms + SHANGHAI_MS;

    return (int32_t)(local >= 0 ? local / DAY_MS : -((-local + DAY_MS - 1) / DAY_MS));
}

static bool
is_between(const qiao_monitoring_options *options, int32_t day)
{
    return (options->first_day == QIAO_UNKNOWN || day >= options->first_day) &&
           (options->last_day == QIAO_UNKNOWN || day <= options->last_day);
}

static qiao_status
count_case(counting *c, const qiao_case *one, qiao_error *err)
{
    qiaoi_surveyed_need need;
    qiaoi_surveyed_project project;
    qiao_status st = find_need(c, one->need, &need, err);

    if (st == QIAO_OK)
        st = find_project(c, one->project, &project, err);
    if (st != QIAO_OK || (c->park != 0 && need.park != c->park))
        return st;
    for (int stage = 0; stage < QIAO_STAGE_COUNT; stage++) {
        int32_t day = one->reached_ms[stage] == QIAO_NEVER ? QIAO_UNKNOWN : day_of(one->reached_ms[stage]);

        if (day != QIAO_UNKNOWN && is_between(c->options, day)) {
            const place where = place_of_pair(c, &need, &project, day);

            count_at(c, &where, (qiao_figure)(QIAO_FIGURE_SUGGESTED + stage));
        }
    }
    return QIAO_OK;
}

/* ---- rows ---- */

static const qiaoi_codebook *
book_of(const qiao_survey *survey, qiao_by by)
{
    switch (by) {
    case QIAO_BY_PARK:
        return &survey->parks;
    case QIAO_BY_COUNTRY:
        return &survey->countries;
    case QIAO_BY_GROUP:
        return &survey->groups;
    case QIAO_BY_FIELD:
        return &survey->fields;
    case QIAO_BY_SOURCE:
        return &survey->sources;
    case QIAO_BY_MEASURE:
        return &survey->measures;
    case QIAO_BY_MONTH:
    case QIAO_BY_COUNT:
        break;
    }
    return NULL;
}

static bool
applies(qiao_by by, qiao_figure figure)
{
    if (figure == QIAO_FIGURE_SUPPLY)
        return by != QIAO_BY_PARK;
    if (figure == QIAO_FIGURE_NEEDS)
        return by != QIAO_BY_COUNTRY && by != QIAO_BY_GROUP && by != QIAO_BY_SOURCE;
    return figure > QIAO_FIGURE_POSSIBLE || by != QIAO_BY_MONTH;
}

static bool
is_empty(const int64_t figures[QIAO_FIGURE_COUNT])
{
    for (int f = 0; f < QIAO_FIGURE_COUNT; f++)
        if (figures[f] != 0)
            return false;
    return true;
}

static bool
name_row(const counting *c, size_t number, qiao_arena *arena, qiao_monitoring_row *out)
{
    char month[16];

    if (number == 0) {
        out->code = NULL;
        out->zh = "未知";
        out->en = "Unknown";
        return true;
    }
    if (c->book == NULL) {
        snprintf(month, sizeof month, "%04u-%02u", (unsigned)(FIRST_YEAR + (number - 1) / 12),
                 (unsigned)((number - 1) % 12 + 1));
        out->code = out->zh = out->en = qiao_arena_strndup(arena, month, strlen(month));
        return out->code != NULL;
    }
    out->code = c->book->entries[number - 1].code;
    out->zh = c->book->entries[number - 1].zh;
    out->en = c->book->entries[number - 1].en;
    return true;
}

static qiao_status
put_row(const counting *c, size_t number, qiao_monitoring *report, qiao_error *err)
{
    bool always = number > 0 && c->options->by == QIAO_BY_PARK && c->park == 0;
    qiao_monitoring_row *row = &report->rows[report->count];

    if (is_empty(c->rows[number]) && !always)
        return QIAO_OK;
    memcpy(row->figures, c->rows[number], sizeof row->figures);
    for (int f = 0; f < QIAO_FIGURE_COUNT; f++)
        if (!applies(c->options->by, (qiao_figure)f))
            row->figures[f] = -1;
    report->count++;
    return name_row(c, number, report->arena, row) ? QIAO_OK : qiao_fail_memory(err);
}

static qiao_status
put_rows(const counting *c, qiao_monitoring *report, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    report->rows = qiao_calloc(c->row_count, sizeof *report->rows);
    if (report->rows == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 1; st == QIAO_OK && i < c->row_count; i++) {
        size_t number = c->options->by == QIAO_BY_SOURCE ? c->book->order[i - 1] : i;

        st = put_row(c, number, report, err);
    }
    if (st == QIAO_OK)
        st = put_row(c, 0, report, err);
    memcpy(report->total.figures, c->total, sizeof c->total);
    report->total.code = "total";
    report->total.zh = "合计";
    report->total.en = "Total";
    return st;
}

static qiao_status
count(counting *c, qiao_monitoring *report, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    c->row_count = c->book != NULL ? c->book->count + 1 : MONTHS + 1;
    c->rows = qiao_calloc(c->row_count, sizeof *c->rows);
    report->arena = qiao_arena_new(1024);
    if (c->rows == NULL || report->arena == NULL)
        return qiao_fail_memory(err);
    count_stocks(c);
    for (size_t i = 0; st == QIAO_OK && i < qiao_cases_count(c->options->cases); i++)
        st = count_case(c, qiao_cases_at(c->options->cases, i), err);
    return st == QIAO_OK ? put_rows(c, report, err) : st;
}

qiao_status
qiao_monitoring_make(const qiao_monitoring_options *options, qiao_monitoring **out, qiao_error *err)
{
    counting c = {.options = options, .survey = options->survey, .book = book_of(options->survey, options->by)};
    qiao_monitoring *report = qiao_calloc(1, sizeof *report);
    qiao_status st;

    *out = NULL;
    if (report == NULL)
        return qiao_fail_memory(err);
    report->generation = qiao_survey_generation(options->survey);
    report->by = options->by;
    report->first_day = options->first_day;
    report->last_day = options->last_day;
    snprintf(report->park, sizeof report->park, "%s", options->park != NULL ? options->park : "");
    if (options->park != NULL) {
        c.park = qiaoi_codebook_find(&options->survey->parks, options->park, strlen(options->park));
        if (c.park == 0)
            c.park = UINT16_MAX; /* a park that is not there has no needs */
    }
    st = count(&c, report, err);
    qiao_free(c.rows);
    if (st != QIAO_OK) {
        qiao_monitoring_free(report);
        return st;
    }
    *out = report;
    return QIAO_OK;
}

void
qiao_monitoring_free(qiao_monitoring *report)
{
    if (report == NULL)
        return;
    qiao_free(report->rows);
    qiao_arena_free(report->arena);
    qiao_free(report);
}

size_t
qiao_monitoring_count(const qiao_monitoring *report)
{
    return report->count;
}

const qiao_monitoring_row *
qiao_monitoring_at(const qiao_monitoring *report, size_t index)
{
    return index < report->count ? &report->rows[index] : NULL;
}

const qiao_monitoring_row *
qiao_monitoring_total(const qiao_monitoring *report)
{
    return &report->total;
}
