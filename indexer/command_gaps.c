/* qiao-indexer gaps: needs for which the catalogue has nothing convincing: what liaison offices should look for. */
#include "commands.h"
#include "gaps_matrix.h"

#include "qiao/catalog.h"
#include "qiao/generation.h"
#include "qiao/matcher.h"
#include "qiao/tables.h"

#include <stdio.h>
#include <string.h>

typedef struct gaps {
    qiao_tables tables;
    qiao_generation *generation;
    qiao_matcher *matcher;
    qiao_buffer record, line;
    bool json, count;
    uint64_t needs, open;
} gaps;

static qiao_status
open_catalogue(gaps *g, const char *data_dir, qiao_error *err)
{
    uint64_t number = 0;
    qiao_status st = qiao_catalog_current(data_dir, &number, err);

    if (st == QIAO_OK)
        st = qiao_tables_open(&(qiao_tables_options){.data_dir = data_dir}, &g->tables, err);
    if (st == QIAO_OK)
        st = qiao_generation_open(data_dir, number, &g->generation, err);
    return st == QIAO_OK ? qiao_matcher_new(g->generation, &g->tables, &g->matcher, err) : st;
}

static void
close_catalogue(gaps *g)
{
    qiao_matcher_free(g->matcher);
    qiao_generation_close(g->generation);
    qiao_tables_close(&g->tables);
    qiao_buffer_done(&g->record);
    qiao_buffer_done(&g->line);
}

/* Best band of the list: what there is instead. */
static qiao_band
best_band(const qiao_match_result *result)
{
    qiao_band best = QIAO_BAND_NONE;

    for (size_t i = 0; i < result->count; i++)
        best = result->items[i].band < best ? result->items[i].band : best;
    return best;
}

static void
write_member(qiao_buffer *out, const char *name, const char *value)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    if (value == NULL)
        qiao_buffer_text(out, "null");
    else
        qiao_buffer_json_string(out, value, strlen(value));
}

static void
print_gap(gaps *g, const qiao_record *need, const qiao_match_result *result)
{
    const qiao_text *title = qiao_record_title(need, qiao_console_language() == QIAO_LANGUAGE_ZH ? "zh" : "en");
    const char *band = qiao_band_code(best_band(result));

    qiao_buffer_clear(&g->line);
    if (g->json) {
        qiao_buffer_text(&g->line, "{\"need\":");
        qiao_buffer_json_string(&g->line, need->id, strlen(need->id));
        write_member(&g->line, "title", title->text);
        write_member(&g->line, "park", need->park);
        write_member(&g->line, "field", need->fields.count > 0 ? need->fields.items[0] : NULL);
        write_member(&g->line, "best_band", band);
        write_member(&g->line, "nearest", result->count > 0 ? result->items[0].id : NULL);
        qiao_buffer_char(&g->line, '}');
    } else {
        qiao_buffer_printf(&g->line, "%s  %s  [%s]", need->id, title->text, band);
    }
    if (!g->line.failed)
        puts(g->line.data);
}

static qiao_status
look_at(gaps *g, uint32_t docid, qiao_error *err)
{
    const qiao_match_request request = {
        .kind = QIAO_NEED, .id = qiao_generation_id(g->generation, QIAO_NEED, docid), .limit = QIAO_MATCH_LOOKED_AT};
    const qiao_match_result *result;
    qiao_record *need = NULL;
    qiao_status st = qiao_matcher_match(g->matcher, &request, &result, err);

    if (st != QIAO_OK)
        return st;
    g->needs++;
    if (result->convincing)
        return QIAO_OK;
    g->open++;
    if (g->count)
        return QIAO_OK;
    qiao_buffer_clear(&g->record);
    st = qiao_generation_json(g->generation, QIAO_NEED, docid, &g->record, err);
    if (st == QIAO_OK)
        st = qiao_record_parse(g->record.data, g->record.length, NULL, &need, NULL, err);
    if (st == QIAO_OK)
        print_gap(g, need, result);
    qiao_record_free(need);
    return st;
}

int
qiao_command_gaps(int argc, char **argv)
{
    gaps g = {.needs = 0};
    qiao_gaps_asked asked = {.rows = NULL};
    const char *data_dir = NULL;
    bool scouting = false;
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &data_dir, "DIR", "data folder", true},
        {"json", QIAO_OPTION_FLAG, &g.json, NULL, "a JSON object a need", false},
        {"rows", QIAO_OPTION_TEXT, &asked.rows, "WHAT", "a matrix of field by park or country instead, as CSV or JSON",
         false},
        {"scouting", QIAO_OPTION_FLAG, &scouting, NULL, "what to look for in which country instead, as CSV or JSON",
         false},
        {"park", QIAO_OPTION_TEXT, &asked.park, "PARK", "of both: needs of this park only", false},
        {"country", QIAO_OPTION_TEXT, &asked.country, "COUNTRY", "of both: projects of this country only", false},
        {"count", QIAO_OPTION_FLAG, &g.count, NULL, "only how many there are, as JSON", false},
    };
    const qiao_usage usage = {.command = "gaps",
                              .operands = "",
                              .help =
                                  "Lists the needs for which the catalogue has nothing convincing: no match that is "
                                  "strong or possible.",
                              .options = options,
                              .option_count = sizeof options / sizeof options[0]};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status st;
    int first, code = qiao_options_read(argc, argv, &usage, &first);

    if (code >= 0)
        return code;
    if (asked.rows != NULL || scouting) {
        asked.data_dir = data_dir;
        asked.json = g.json;
        return qiao_gaps_print(&asked, &err) == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
    }
    st = open_catalogue(&g, data_dir, &err);
    for (uint32_t d = 0; st == QIAO_OK && d < qiao_generation_count(g.generation, QIAO_NEED); d++)
        st = look_at(&g, d, &err);
    if (st == QIAO_OK && g.count)
        printf("{\"needs\":%llu,\"open\":%llu}\n", (unsigned long long)g.needs, (unsigned long long)g.open);
    else if (st == QIAO_OK)
        fprintf(stderr, qiao_say("%llu of %llu needs have nothing convincing\n"), (unsigned long long)g.open,
                (unsigned long long)g.needs);
    close_catalogue(&g);
    return st == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}
