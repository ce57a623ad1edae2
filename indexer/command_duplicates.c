/* qiao-indexer duplicates: the groups of records that the build found to say the same. */
#include "commands.h"

#include "qiao/catalog.h"
#include "qiao/duplicates.h"

#include <stdio.h>
#include <string.h>

typedef struct listing {
    qiao_generation *generation;
    qiao_buffer line, json;
    bool as_json;
    uint64_t groups, records;
} listing;

static qiao_status
append_title(listing *l, qiao_kind kind, uint32_t docid, qiao_error *err)
{
    qiao_record *record = NULL;
    const qiao_text *title;
    qiao_status st;

    qiao_buffer_clear(&l->json);
    st = qiao_generation_json(l->generation, kind, docid, &l->json, err);
    if (st == QIAO_OK)
        st = qiao_record_parse(l->json.data, l->json.length, NULL, &record, NULL, err);
    if (st == QIAO_OK) {
        title = qiao_record_title(record, qiao_console_language() == QIAO_LANGUAGE_ZH ? "zh" : "en");
        if (l->as_json)
            qiao_buffer_json_string(&l->line, title->text, title->length);
        else
            qiao_console_clip(&l->line, title->text, title->length, 100);
    }
    qiao_record_free(record);
    return st;
}

static qiao_status
append_record(listing *l, qiao_kind kind, const qiao_duplicate *entry, qiao_error *err)
{
    const char *id = qiao_generation_id(l->generation, kind, entry->docid);
    const char *by = entry->by == QIAO_DUPLICATE_BY_TITLE  ? "title"
                     : entry->by == QIAO_DUPLICATE_BY_TEXT ? "text"
                                                           : "title+text";
    qiao_status st;

    if (l->as_json) {
        qiao_buffer_text(&l->line, "{\"id\":");
        qiao_buffer_json_string(&l->line, id, strlen(id));
        qiao_buffer_printf(&l->line, ",\"by\":\"%s\",\"likeness\":%u,\"title\":", by, (unsigned)entry->likeness);
    } else {
        qiao_buffer_printf(&l->line, "  %-10s %3u%%  %s  ", by, (unsigned)(entry->likeness / 10000), id);
    }
    st = append_title(l, kind, entry->docid, err);
    qiao_buffer_char(&l->line, l->as_json ? '}' : '\n');
    return st;
}

static qiao_status
print_group(listing *l, qiao_kind kind, const qiao_duplicate *group, uint32_t count, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    qiao_buffer_clear(&l->line);
    if (l->as_json)
        qiao_buffer_printf(&l->line, "{\"kind\":\"%s\",\"records\":[", kind == QIAO_PROJECT ? "project" : "need");
    for (uint32_t i = 0; st == QIAO_OK && i < count; i++) {
        if (l->as_json && i > 0)
            qiao_buffer_char(&l->line, ',');
        st = append_record(l, kind, &group[i], err);
    }
    if (l->as_json)
        qiao_buffer_text(&l->line, "]}");
    if (st == QIAO_OK)
        st = qiao_buffer_check(&l->line, err);
    if (st == QIAO_OK)
        puts(l->line.data);
    l->groups++;
    l->records += count;
    return st;
}

static qiao_status
list(listing *l, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; st == QIAO_OK && d < qiao_generation_count(l->generation, (qiao_kind)kind); d++) {
            uint32_t count;
            const qiao_duplicate *group = qiao_generation_duplicates(l->generation, (qiao_kind)kind, d, &count);

            if (group != NULL && group->docid == d) /* told at the first of its records */
                st = print_group(l, (qiao_kind)kind, group, count, err);
        }
    return st;
}

int
qiao_command_duplicates(int argc, char **argv)
{
    listing l = {.groups = 0};
    const char *data = NULL;
    const qiao_option options[] = {
        {"data", QIAO_OPTION_TEXT, &data, "DIR", "data folder", true},
        {"json", QIAO_OPTION_FLAG, &l.as_json, NULL, "a JSON object a group", false},
    };
    const qiao_usage usage = {.command = "duplicates",
                              .operands = "",
                              .help = "Lists the records of the served generation that say the same: a title and the "
                                      "organisation in common, or\nnearly the same words. They are linked, not merged.",
                              .options = options,
                              .option_count = sizeof options / sizeof options[0]};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;
    int first, code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (code >= 0)
        return code;
    st = qiao_catalog_current(data, &number, &err);
    if (st == QIAO_OK)
        st = qiao_generation_open(data, number, &l.generation, &err);
    if (st == QIAO_OK)
        st = list(&l, &err);
    if (st == QIAO_OK)
        fprintf(stderr, qiao_say("%llu records in %llu groups\n"), (unsigned long long)l.records,
                (unsigned long long)l.groups);
    qiao_generation_close(l.generation);
    qiao_buffer_done(&l.line);
    qiao_buffer_done(&l.json);
    return st == QIAO_OK ? QIAO_EXIT_DONE : qiao_console_fail(&err);
}
