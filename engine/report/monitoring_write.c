/* A monitoring report as JSON and as CSV. */
#include "report/monitoring.h"

#include "qiao/file.h"

#include <inttypes.h>
#include <string.h>

static void
json_text(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, "\"%s\":", name);
    if (text == NULL)
        qiao_buffer_text(out, "null");
    else
        qiao_buffer_json_string(out, text, strlen(text));
}

static void
json_figures(qiao_buffer *out, const int64_t figures[QIAO_FIGURE_COUNT])
{
    qiao_buffer_text(out, "\"figures\":{");
    for (int f = 0; f < QIAO_FIGURE_COUNT; f++) {
        qiao_buffer_printf(out, "%s\"%s\":", f == 0 ? "" : ",", qiaoi_figure_codes[f]);
        if (figures[f] < 0)
            qiao_buffer_text(out, "null");
        else
            qiao_buffer_u64(out, (uint64_t)figures[f]);
    }
    qiao_buffer_char(out, '}');
}

static void
json_day(qiao_buffer *out, const char *name, int32_t day)
{
    char text[QIAO_DATE_SIZE];

    if (day != QIAO_UNKNOWN)
        qiao_date_text(day, text);
    qiao_buffer_char(out, ',');
    json_text(out, name, day != QIAO_UNKNOWN ? text : NULL);
}

/* From the first stage to the last, each with its share of the first in thousandths; null of nothing. */
static void
json_funnel(qiao_buffer *out, const int64_t total[QIAO_FIGURE_COUNT])
{
    static const qiao_figure stages[] = {QIAO_FIGURE_SUGGESTED, QIAO_FIGURE_CONTACTED, QIAO_FIGURE_NEGOTIATING,
                                         QIAO_FIGURE_SIGNED, QIAO_FIGURE_LANDED};

    qiao_buffer_text(out, ",\"funnel\":[");
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        int64_t first = total[stages[0]], thousandths = first == 0 ? 0 : (total[stages[i]] * 1000 + first / 2) / first;

        qiao_buffer_printf(out, "%s{\"stage\":\"%s\",\"count\":%" PRId64 ",\"share\":", i == 0 ? "" : ",",
                           qiaoi_figure_codes[stages[i]], total[stages[i]]);
        if (first == 0)
            qiao_buffer_text(out, "null}");
        else
            qiao_buffer_printf(out, "%d.%03d}", (int)(thousandths / 1000), (int)(thousandths % 1000));
    }
    qiao_buffer_char(out, ']');
}

void
qiao_monitoring_json(const qiao_monitoring *report, qiao_buffer *out)
{
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\",\"by\":\"%s\"",
                       (unsigned long long)(report->generation % 10000000000u), qiao_by_code(report->by));
    json_day(out, "from", report->first_day);
    json_day(out, "to", report->last_day);
    qiao_buffer_char(out, ',');
    json_text(out, "park", report->park[0] != '\0' ? report->park : NULL);
    qiao_buffer_text(out, ",\"rows\":[");
    for (size_t i = 0; i < report->count; i++) {
        const qiao_monitoring_row *row = &report->rows[i];

        qiao_buffer_text(out, i == 0 ? "{" : ",{");
        json_text(out, "code", row->code);
        qiao_buffer_char(out, ',');
        json_text(out, "zh", row->zh);
        qiao_buffer_char(out, ',');
        json_text(out, "en", row->en);
        qiao_buffer_char(out, ',');
        json_figures(out, row->figures);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_text(out, "],\"total\":{");
    json_figures(out, report->total.figures);
    qiao_buffer_char(out, '}');
    json_funnel(out, report->total.figures);
    qiao_buffer_char(out, '}');
}

/* Quoted always; what a spreadsheet would take for a formula gets an apostrophe before it. */
static void
csv_text(qiao_buffer *out, const char *text)
{
    qiao_buffer_char(out, '"');
    if (strchr("=+-@\t\r", text[0]) != NULL && text[0] != '\0')
        qiao_buffer_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            qiao_buffer_char(out, '"');
        qiao_buffer_char(out, *text);
    }
    qiao_buffer_char(out, '"');
}

static void
csv_row(qiao_buffer *out, const qiao_monitoring_row *row)
{
    csv_text(out, row->code == NULL ? "unknown" : row->code);
    qiao_buffer_char(out, ',');
    csv_text(out, row->zh);
    qiao_buffer_char(out, ',');
    csv_text(out, row->en);
    for (int f = 0; f < QIAO_FIGURE_COUNT; f++) {
        qiao_buffer_char(out, ',');
        if (row->figures[f] >= 0)
            qiao_buffer_u64(out, (uint64_t)row->figures[f]);
    }
    qiao_buffer_text(out, "\r\n");
}

void
qiao_monitoring_csv(const qiao_monitoring *report, qiao_buffer *out)
{
    qiao_buffer_printf(out, "\xef\xbb\xbf%s,zh,en", qiao_by_code(report->by));
    for (int f = 0; f < QIAO_FIGURE_COUNT; f++)
        qiao_buffer_printf(out, ",%s %s", qiaoi_figure_names[f][0], qiaoi_figure_names[f][1]);
    qiao_buffer_text(out, "\r\n");
    for (size_t i = 0; i < report->count; i++)
        csv_row(out, &report->rows[i]);
    csv_row(out, &report->total);
}
