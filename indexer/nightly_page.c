/* The report of a night for people, as Markdown or as a page of HTML; both are the same headings and tables. */
#include "nightly.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define CELLS_MAX 10u
#define LONGEST 10u  /* rows of a table of frequencies */
#define TOLD_MAX 50u /* changes shown */

typedef struct page {
    qiao_buffer *out;
    qiao_nightly_format format;
    qiao_language language;
} page;

static const char *
say(const page *p, const char *english)
{
    return qiao_message(english, p->language);
}

/* Texts come from outside: nothing in them may act as markup. */
static void
put(const page *p, const char *text)
{
    bool html = p->format == QIAO_NIGHTLY_HTML;

    for (; *text != '\0'; text++) {
        if (html && *text == '<')
            qiao_buffer_text(p->out, "&lt;");
        else if (html && *text == '>')
            qiao_buffer_text(p->out, "&gt;");
        else if (html && *text == '&')
            qiao_buffer_text(p->out, "&amp;");
        else if (html && *text == '"')
            qiao_buffer_text(p->out, "&quot;");
        else if ((unsigned char)*text < 0x20)
            qiao_buffer_char(p->out, ' ');
        else {
            if (!html && strchr("|<>*_`[]\\", *text) != NULL)
                qiao_buffer_char(p->out, '\\');
            qiao_buffer_char(p->out, *text);
        }
    }
}

static void
heading(const page *p, int level, const char *text)
{
    if (p->format == QIAO_NIGHTLY_HTML) {
        qiao_buffer_printf(p->out, "<h%d>", level);
        put(p, text);
        qiao_buffer_printf(p->out, "</h%d>\n", level);
        return;
    }
    qiao_buffer_printf(p->out, "%s%s ", level == 1 ? "" : "\n", level == 1 ? "#" : "##");
    put(p, text);
    qiao_buffer_text(p->out, "\n\n");
}

static void
paragraph(const page *p, const char *text)
{
    qiao_buffer_text(p->out, p->format == QIAO_NIGHTLY_HTML ? "<p>" : "");
    put(p, text);
    qiao_buffer_text(p->out, p->format == QIAO_NIGHTLY_HTML ? "</p>\n" : "\n\n");
}

static void
row(const page *p, const char *const *cells, size_t count, bool head)
{
    bool html = p->format == QIAO_NIGHTLY_HTML;

    qiao_buffer_text(p->out, html ? (head ? "<table>\n<tr>" : "<tr>") : "|");
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_text(p->out, html ? (head ? "<th>" : "<td>") : " ");
        put(p, cells[i]);
        qiao_buffer_text(p->out, html ? (head ? "</th>" : "</td>") : " |");
    }
    qiao_buffer_text(p->out, html ? "</tr>\n" : "\n");
    if (html || !head)
        return;
    qiao_buffer_char(p->out, '|');
    for (size_t i = 0; i < count; i++)
        qiao_buffer_text(p->out, " --- |");
    qiao_buffer_char(p->out, '\n');
}

static void
end_table(const page *p)
{
    if (p->format == QIAO_NIGHTLY_HTML)
        qiao_buffer_text(p->out, "</table>\n");
}

/* The head of a table; English names of its columns. */
static void
columns(const page *p, const char *const *names, size_t count)
{
    const char *cells[CELLS_MAX];

    for (size_t i = 0; i < count && i < CELLS_MAX; i++)
        cells[i] = say(p, names[i]);
    row(p, cells, count, true);
}

typedef char number_text[32];

/* "-" where it is not known: unknown is no zero. */
static const char *
number(const cJSON *object, const char *key, int decimals, number_text out)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!cJSON_IsNumber(node))
        return "-";
    snprintf(out, sizeof(number_text), "%.*f", decimals, node->valuedouble);
    return out;
}

static const char *
text_of(const cJSON *object, const char *key)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

    return value == NULL ? "-" : value;
}

static const char *
outcome_of(const page *p, const cJSON *object)
{
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(object, "exit_code");

    if (!cJSON_IsNumber(code))
        return say(p, "not run");
    switch (code->valueint) {
    case 0:
        return say(p, "done");
    case 3:
        return say(p, "done, with refused records");
    case 4:
        return say(p, "refused by a safety rule");
    default:
        return say(p, "failed");
    }
}

/* ---- sections ---- */

static void
summary(const page *p, const cJSON *report)
{
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(report, "exit_code");
    char line[512];
    number_text from, to, seconds, resumed;

    snprintf(line, sizeof line, "%s %s", say(p, "Report of the night"), text_of(report, "started"));
    heading(p, 1, line);
    snprintf(line, sizeof line, "%s", outcome_of(p, report));
    if (cJSON_IsNumber(code) && code->valueint == 3)
        snprintf(line, sizeof line, "%s", say(p, "Published; a source failed or records were refused."));
    else if (cJSON_IsNumber(code) && code->valueint == 0)
        snprintf(line, sizeof line, "%s", say(p, "Done without faults."));
    else if (cJSON_IsNumber(code) && code->valueint == 4)
        snprintf(line, sizeof line, "%s", say(p, "Stopped by a safety rule; the generation before is served."));
    else
        snprintf(line, sizeof line, "%s", say(p, "Failed; the generation before is served."));
    paragraph(p, line);
    columns(p, (const char *const[]){"generation before", "generation served", "ended", "seconds", "resumed"}, 5);
    row(p,
        (const char *const[]){number(report, "generation_before", 0, from), number(report, "generation", 0, to),
                              text_of(report, "ended"), number(report, "seconds", 0, seconds),
                              number(report, "resumed", 0, resumed)},
        5, false);
    end_table(p);
}

static void
feeds(const page *p, const cJSON *report)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(report, "feeds"), *feed;

    heading(p, 2, say(p, "Sources"));
    if (cJSON_GetArraySize(list) == 0) {
        paragraph(p, say(p, "No source is configured."));
        return;
    }
    columns(p,
            (const char *const[]){"source", "outcome", "read", "new", "changed", "unchanged", "refused", "withdrawn",
                                  "seconds"},
            9);
    cJSON_ArrayForEach(feed, list)
    {
        number_text n[7];

        row(p,
            (const char *const[]){text_of(feed, "source"), outcome_of(p, feed), number(feed, "read", 0, n[0]),
                                  number(feed, "new", 0, n[1]), number(feed, "changed", 0, n[2]),
                                  number(feed, "unchanged", 0, n[3]), number(feed, "refused", 0, n[4]),
                                  number(feed, "withdrawn", 0, n[5]), number(feed, "seconds", 1, n[6])},
            9, false);
    }
    end_table(p);
}

static void
faults(const page *p, const cJSON *report)
{
    const cJSON *done;
    bool any = false;

    cJSON_ArrayForEach(done, cJSON_GetObjectItemCaseSensitive(report, "stages"))
    {
        const cJSON *message = cJSON_GetObjectItemCaseSensitive(done, "message");

        if (!cJSON_IsString(message))
            continue;
        if (!any) {
            heading(p, 2, say(p, "What went wrong"));
            columns(p, (const char *const[]){"stage", "source", "message"}, 3);
        }
        any = true;
        row(p, (const char *const[]){text_of(done, "stage"), text_of(done, "name"), message->valuestring}, 3, false);
    }
    if (any)
        end_table(p);
}

/* What a stage printed; NULL where it was not run. */
static const cJSON *
result_of(const cJSON *report, const char *stage)
{
    const cJSON *done;

    cJSON_ArrayForEach(done, cJSON_GetObjectItemCaseSensitive(report, "stages"))
    {
        if (strcmp(text_of(done, "stage"), stage) == 0)
            return cJSON_GetObjectItemCaseSensitive(done, "result");
    }
    return NULL;
}

/* An update goes by the statistics of an earlier generation: who reads scores wants to know of which. */
static void
build(const page *p, const cJSON *report)
{
    const cJSON *result = result_of(report, "build");
    number_text n[2];

    if (!cJSON_IsObject(result) || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result, "nothing_changed")))
        return;
    heading(p, 2, say(p, "Build"));
    columns(p, (const char *const[]){"records analysed", "statistics of", "changed since"}, 3);
    row(p,
        (const char *const[]){number(result, "analysed", 0, n[0]), text_of(result, "statistics"),
                              number(result, "drift", 0, n[1])},
        3, false);
    end_table(p);
}

static void
matches(const page *p, const cJSON *report)
{
    const cJSON *counts = cJSON_GetObjectItemCaseSensitive(report, "matches"), *change;
    number_text n[5];
    size_t shown = 0;

    heading(p, 2, say(p, "Matches"));
    if (!cJSON_IsObject(counts)) {
        paragraph(p, say(p, "Nothing to compare: no earlier generation, or nothing changed."));
        return;
    }
    columns(p, (const char *const[]){"new", "better", "worse", "lost", "worth telling"}, 5);
    row(p,
        (const char *const[]){number(counts, "new", 0, n[0]), number(counts, "better", 0, n[1]),
                              number(counts, "worse", 0, n[2]), number(counts, "lost", 0, n[3]),
                              number(counts, "told", 0, n[4])},
        5, false);
    end_table(p);
    cJSON_ArrayForEach(change, cJSON_GetObjectItemCaseSensitive(result_of(report, "diff"), "changes"))
    {
        if (shown++ == TOLD_MAX)
            break;
        if (shown == 1) {
            qiao_buffer_char(p->out, '\n');
            columns(p, (const char *const[]){"need", "project", "change", "band"}, 4);
        }
        row(p,
            (const char *const[]){text_of(change, "need"), text_of(change, "project"), text_of(change, "change"),
                                  text_of(cJSON_GetObjectItemCaseSensitive(change, "after"), "band")},
            4, false);
    }
    if (shown > 0)
        end_table(p);
}

/* The first rows of {"code":count}: they come in order of frequency. */
static void
frequencies(const page *p, const cJSON *coverage, const char *key, const char *title)
{
    const cJSON *item;
    size_t shown = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(coverage, key))
    {
        number_text n;

        if (shown++ == LONGEST || !cJSON_IsNumber(item))
            break;
        if (shown == 1) {
            qiao_buffer_char(p->out, '\n');
            columns(p, (const char *const[]){title, "records"}, 2);
        }
        snprintf(n, sizeof n, "%.0f", item->valuedouble);
        row(p, (const char *const[]){item->string, n}, 2, false);
    }
    if (shown > 0)
        end_table(p);
}

static void
coverage(const page *p, const cJSON *report)
{
    const cJSON *counts = cJSON_GetObjectItemCaseSensitive(report, "coverage");
    number_text n[4];

    if (!cJSON_IsObject(counts))
        return;
    heading(p, 2, say(p, "Coverage"));
    columns(p, (const char *const[]){"projects", "needs", "withdrawn", "needs without anything convincing"}, 4);
    row(p,
        (const char *const[]){number(counts, "projects", 0, n[0]), number(counts, "needs", 0, n[1]),
                              number(counts, "tombstones", 0, n[2]), number(counts, "needs_open", 0, n[3])},
        4, false);
    end_table(p);
    frequencies(p, counts, "fields", "field");
    frequencies(p, counts, "countries", "country");
    frequencies(p, counts, "parks", "park");
}

static void
stages(const page *p, const cJSON *report)
{
    const cJSON *done;

    heading(p, 2, say(p, "Time per stage"));
    columns(p, (const char *const[]){"stage", "source", "outcome", "seconds"}, 4);
    cJSON_ArrayForEach(done, cJSON_GetObjectItemCaseSensitive(report, "stages"))
    {
        number_text n;

        row(p,
            (const char *const[]){text_of(done, "stage"), text_of(done, "name"), outcome_of(p, done),
                                  number(done, "seconds", 1, n)},
            4, false);
    }
    end_table(p);
}

static void
disk(const page *p, const cJSON *report)
{
    static const char *const keys[] = {"free", "catalog", "archive", "source", "reports", "other"};
    static const char *const names[] = {"free", "generations", "archive", "source store", "reports", "other"};
    const cJSON *bytes = cJSON_GetObjectItemCaseSensitive(report, "disk");
    number_text n[6];
    const char *cells[6];

    for (size_t i = 0; i < 6; i++) {
        const cJSON *node = cJSON_GetObjectItemCaseSensitive(bytes, keys[i]);

        snprintf(n[i], sizeof n[i], "%.1f", cJSON_IsNumber(node) ? node->valuedouble / 1048576 : 0.0);
        cells[i] = n[i];
    }
    heading(p, 2, say(p, "Disk, MiB"));
    columns(p, names, 6);
    row(p, cells, 6, false);
    end_table(p);
}

void
qiao_nightly_page(const cJSON *report, qiao_nightly_format format, qiao_language language, qiao_buffer *out)
{
    const page p = {.out = out, .format = format, .language = language};
    bool html = format == QIAO_NIGHTLY_HTML;

    if (html)
        qiao_buffer_printf(out,
                           "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">"
                           "<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s %s</title></head>\n"
                           "<body>\n",
                           language == QIAO_LANGUAGE_ZH ? "zh-CN" : "en", say(&p, "Report of the night"),
                           text_of(report, "started"));
    summary(&p, report);
    feeds(&p, report);
    faults(&p, report);
    build(&p, report);
    matches(&p, report);
    coverage(&p, report);
    stages(&p, report);
    disk(&p, report);
    if (html)
        qiao_buffer_text(out, "</body>\n</html>\n");
}
