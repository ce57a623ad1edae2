/*
 * A monitoring report as SVG: a row for each row, a column for each figure with a scale of its own, every bar with its
 * number; below, the funnel. Labels stand in both languages, so one picture serves both; no script, no style from
 * outside. Whole numbers only: the same report gives the same bytes.
 */
#include "report/monitoring.h"

#include <inttypes.h>
#include <string.h>

enum {
    MARGIN = 16,
    LABEL = 340, /* width of the names */
    COLUMN = 92,
    BAR = 76, /* the longest */
    HEAD = 104,
    ROW = 38,
    FUNNEL_ROW = 34,
    FUNNEL_BAR = 560,
    ZH_MOST = 24, /* characters of a name that fit */
    EN_MOST = 52
};

#define WIDTH (2 * MARGIN + LABEL + QIAO_FIGURE_COUNT * COLUMN)

static const char *const by_names[QIAO_BY_COUNT][2] = {
    {"园区", "park"},      {"国别", "country"},  {"国别组", "country group"},
    {"技术领域", "field"}, {"数据源", "source"}, {"政策举措", "measure of the guideline"},
    {"月份", "month"},
};

static void
xml_text(qiao_buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '<')
            qiao_buffer_text(out, "&lt;");
        else if (c == '&')
            qiao_buffer_text(out, "&amp;");
        else if (c == '"')
            qiao_buffer_text(out, "&quot;");
        else if (c >= 0x20)
            qiao_buffer_char(out, (char)c);
    }
}

/* Bytes of the first so many characters. */
static size_t
first_characters(const char *text, size_t most)
{
    size_t at = 0;

    for (size_t n = 0; text[at] != '\0'; at++)
        if (((unsigned char)text[at] & 0xc0) != 0x80 && n++ == most)
            break;
    return at;
}

static void
label(qiao_buffer *out, int x, int y, int size, const char *language, const char *text, size_t most)
{
    size_t length = first_characters(text, most);

    qiao_buffer_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" lang=\"%s\">", x, y, size, language);
    xml_text(out, text, length);
    qiao_buffer_text(out, text[length] != '\0' ? "…</text>\n" : "</text>\n");
}

static const char *
colour(int figure)
{
    return figure <= QIAO_FIGURE_POSSIBLE ? "#4a6fa5" : figure == QIAO_FIGURE_DROPPED ? "#9a5b3d" : "#2e7d5b";
}

static void
head(const qiao_monitoring *report, int height, qiao_buffer *out)
{
    const char *const *by = by_names[report->by];

    qiao_buffer_printf(out,
                       "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" "
                       "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" fill=\"#222\" font-family=\"'Noto Sans CJK "
                       "SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif\">\n",
                       WIDTH, height, WIDTH, height);
    qiao_buffer_printf(out, "<title id=\"title\">按%s统计的监测指标 · Monitoring by %s</title>\n", by[0], by[1]);
    qiao_buffer_printf(
        out,
        "<desc id=\"desc\">每行一个%s，每列一项指标，各列刻度不同；横线表示不适用。One row for each %s, one "
        "column for each figure, each column with its own scale; a dash: does not apply.</desc>\n",
        by[0], by[1]);
    qiao_buffer_printf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, height);
    qiao_buffer_printf(out, "<text x=\"%d\" y=\"32\" font-size=\"18\">按%s统计的监测指标 · Monitoring by %s</text>\n",
                       MARGIN, by[0], by[1]);
    qiao_buffer_printf(out, "<text x=\"%d\" y=\"52\" font-size=\"12\" fill=\"#555\">gen-%010llu</text>\n", MARGIN,
                       (unsigned long long)(report->generation % 10000000000u));
    for (int f = 0; f < QIAO_FIGURE_COUNT; f++) {
        int x = MARGIN + LABEL + f * COLUMN;

        label(out, x, HEAD - 26, 13, "zh", qiaoi_figure_names[f][0], ZH_MOST);
        label(out, x, HEAD - 10, 10, "en", qiaoi_figure_names[f][1], EN_MOST);
    }
}

static void
bars(const qiao_monitoring_row *row, const int64_t most[QIAO_FIGURE_COUNT], bool with_bars, int y, qiao_buffer *out)
{
    for (int f = 0; f < QIAO_FIGURE_COUNT; f++) {
        int x = MARGIN + LABEL + f * COLUMN;

        if (row->figures[f] < 0) {
            qiao_buffer_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"12\" fill=\"#777\">–</text>\n", x, y + 14);
            continue;
        }
        qiao_buffer_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"12\">%" PRId64 "</text>\n", x, y + 14,
                           row->figures[f]);
        if (with_bars && row->figures[f] > 0)
            qiao_buffer_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%" PRId64 "\" height=\"8\" fill=\"%s\"/>\n", x,
                               y + 20, row->figures[f] * BAR / most[f] > 0 ? row->figures[f] * BAR / most[f] : 1,
                               colour(f));
    }
}

static void
draw_row(const qiao_monitoring_row *row, const int64_t most[QIAO_FIGURE_COUNT], bool with_bars, int y, qiao_buffer *out)
{
    qiao_buffer_printf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>\n", MARGIN, y,
                       WIDTH - MARGIN, y);
    label(out, MARGIN, y + 15, 13, "zh", row->zh, ZH_MOST);
    if (strcmp(row->zh, row->en) != 0)
        label(out, MARGIN, y + 30, 11, "en", row->en, EN_MOST);
    bars(row, most, with_bars, y, out);
}

static void
draw_funnel(const qiao_monitoring *report, int y, qiao_buffer *out)
{
    static const qiao_figure stages[] = {QIAO_FIGURE_SUGGESTED, QIAO_FIGURE_CONTACTED, QIAO_FIGURE_NEGOTIATING,
                                         QIAO_FIGURE_SIGNED, QIAO_FIGURE_LANDED};
    int64_t first = report->total.figures[stages[0]];

    qiao_buffer_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"15\">从推荐到落地 · From suggested to landed</text>\n",
                       MARGIN, y + 22);
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        int64_t count = report->total.figures[stages[i]], width = first == 0 ? 0 : count * FUNNEL_BAR / first;
        int at = y + 34 + (int)i * FUNNEL_ROW;

        label(out, MARGIN, at + 13, 13, "zh", qiaoi_figure_names[stages[i]][0], ZH_MOST);
        label(out, MARGIN + 90, at + 13, 11, "en", qiaoi_figure_names[stages[i]][1], EN_MOST);
        if (width > 0)
            qiao_buffer_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%" PRId64 "\" height=\"18\" fill=\"#2e7d5b\"/>\n",
                               MARGIN + 200, at, width);
        qiao_buffer_printf(out, "<text x=\"%" PRId64 "\" y=\"%d\" font-size=\"12\">%" PRId64, MARGIN + 208 + width,
                           at + 13, count);
        if (first > 0)
            qiao_buffer_printf(out, " · %" PRId64 "%%", (count * 100 + first / 2) / first);
        qiao_buffer_text(out, "</text>\n");
    }
}

void
qiao_monitoring_svg(const qiao_monitoring *report, qiao_buffer *out)
{
    int64_t most[QIAO_FIGURE_COUNT] = {0};
    int y = HEAD, height = HEAD + ((int)report->count + 1) * ROW + 34 + 5 * FUNNEL_ROW + 2 * MARGIN;

    for (size_t i = 0; i < report->count; i++)
        for (int f = 0; f < QIAO_FIGURE_COUNT; f++)
            if (report->rows[i].figures[f] > most[f])
                most[f] = report->rows[i].figures[f];
    head(report, height, out);
    for (size_t i = 0; i < report->count; i++, y += ROW)
        draw_row(&report->rows[i], most, true, y, out);
    draw_row(&report->total, most, false, y, out);
    draw_funnel(report, y + ROW, out);
    qiao_buffer_text(out, "</svg>\n");
}
