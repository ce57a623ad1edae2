/* The report of a night as JSON, its files, and the sign of life for whoever watches: see nightly.h. */
#include "nightly.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAMES_MAX 1000u /* nights that began in the same second */

static const cJSON *
find_stage(const qiao_nightly_state *state, const char *stage, const char *name)
{
    const cJSON *done;

    cJSON_ArrayForEach(done, cJSON_GetObjectItemCaseSensitive(state->tree, "stages"))
    {
        const char *is = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(done, "stage"));
        const char *of = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(done, "name"));

        if (is != NULL && strcmp(is, stage) == 0 && (name == NULL || (of != NULL && strcmp(of, name) == 0)))
            return done;
    }
    return NULL;
}

static const cJSON *
result_of(const qiao_nightly_state *state, const char *stage)
{
    return cJSON_GetObjectItemCaseSensitive(find_stage(state, stage, NULL), "result");
}

static bool
add_copy(cJSON *to, const char *key, const cJSON *value)
{
    cJSON *copy = value == NULL ? cJSON_CreateNull() : cJSON_Duplicate(value, true);

    if (cJSON_AddItemToObject(to, key, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

static bool
add_number(cJSON *to, const char *key, double value)
{
    return cJSON_AddNumberToObject(to, key, value) != NULL;
}

/* One source: what the harvest said of itself, under its name in the configuration. */
static cJSON *
feed_of(const qiao_nightly_state *state, const char *name)
{
    const cJSON *done = find_stage(state, "harvest", name);
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(done, "result");
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(done, "message"), *item;
    cJSON *feed = cJSON_CreateObject();
    bool whole = cJSON_AddStringToObject(feed, "source", name) != NULL &&
                 add_copy(feed, "exit_code", cJSON_GetObjectItemCaseSensitive(done, "exit_code"));

    if (message != NULL)
        whole = whole && add_copy(feed, "message", message);
    cJSON_ArrayForEach(item, result)
    {
        if (strcmp(item->string, "source") != 0)
            whole = whole && add_copy(feed, item->string, item);
    }
    if (whole)
        return feed;
    cJSON_Delete(feed);
    return NULL;
}

static bool
add_feeds(cJSON *report, const qiao_nightly_state *state, const qiao_nightly_config *config)
{
    cJSON *feeds = cJSON_AddArrayToObject(report, "feeds");

    for (size_t i = 0; i < config->source_count; i++) {
        cJSON *feed = feed_of(state, config->sources[i].name);

        if (!cJSON_AddItemToArray(feeds, feed)) {
            cJSON_Delete(feed);
            return false;
        }
    }
    return feeds != NULL;
}

static bool
add_coverage(cJSON *report, const qiao_nightly_state *state)
{
    const cJSON *gaps = result_of(state, "gaps");
    cJSON *coverage = cJSON_Duplicate(result_of(state, "stats"), true);

    if (!cJSON_IsObject(coverage)) {
        cJSON_Delete(coverage);
        return add_copy(report, "coverage", NULL);
    }
    if (add_copy(coverage, "needs_open", cJSON_GetObjectItemCaseSensitive(gaps, "open")) &&
        cJSON_AddItemToObject(report, "coverage", coverage))
        return true;
    cJSON_Delete(coverage);
    return false;
}

static bool
add_disk(cJSON *report, const char *data)
{
    cJSON *disk = cJSON_AddObjectToObject(report, "disk");
    qiao_nightly_disk bytes;

    qiao_nightly_disk_read(data, &bytes);
    return add_number(disk, "free", (double)bytes.free) && add_number(disk, "catalog", (double)bytes.catalog) &&
           add_number(disk, "archive", (double)bytes.archive) && add_number(disk, "source", (double)bytes.source) &&
           add_number(disk, "reports", (double)bytes.reports) && add_number(disk, "other", (double)bytes.other);
}

static bool
fill(cJSON *report, const qiao_nightly_state *state, const qiao_nightly_outcome *outcome)
{
    const cJSON *begun = cJSON_GetObjectItemCaseSensitive(state->tree, "unix");
    char now[21];

    qiao_clock_utc(now);
    return cJSON_AddStringToObject(report, "started", qiao_nightly_state_started(state)) != NULL &&
           add_number(report, "exit_code", outcome->exit_code) &&
           add_number(report, "generation_before", (double)qiao_nightly_state_from(state)) &&
           add_number(report, "generation", (double)outcome->to) &&
           cJSON_AddStringToObject(report, "ended", now) != NULL &&
           add_number(report, "seconds", (double)time(NULL) - begun->valuedouble) &&
           add_copy(report, "resumed", cJSON_GetObjectItemCaseSensitive(state->tree, "resumed")) &&
           add_feeds(report, state, outcome->config) && add_copy(report, "folded", result_of(state, "fold")) &&
           add_copy(report, "matches", cJSON_GetObjectItemCaseSensitive(result_of(state, "diff"), "summary")) &&
           add_copy(report, "alerts", result_of(state, "alerts")) && add_coverage(report, state) &&
           add_copy(report, "pruned", result_of(state, "prune")) && add_disk(report, state->data) &&
           add_copy(report, "stages", cJSON_GetObjectItemCaseSensitive(state->tree, "stages"));
}

/* ---- files ---- */

/* "nightly-20261128T195213Z-1": the first number that no file has; the night's lock keeps others from taking it. */
static qiao_status
choose_name(const qiao_nightly_state *state, char folder[QIAO_NIGHTLY_PATH], char name[64], qiao_error *err)
{
    const char *at = qiao_nightly_state_started(state);
    char time_text[20];
    size_t n = 0;

    for (; *at != '\0' && n < sizeof time_text - 1; at++)
        if (*at != '-' && *at != ':')
            time_text[n++] = *at;
    time_text[n] = '\0';
    snprintf(folder, QIAO_NIGHTLY_PATH, "%.3900s/reports", state->data);
    for (unsigned i = 1; i <= NAMES_MAX; i++) {
        char json[QIAO_NIGHTLY_PATH];

        snprintf(name, 64, "nightly-%s-%u", time_text, i);
        snprintf(json, sizeof json, "%.3950s/%.63s.json", folder, name);
        if (!qiao_file_exists(json))
            return qiao_file_make_directories(folder, err);
    }
    return qiao_fail(err, QIAO_E_LIMIT, "%s holds too many reports of the same second", folder);
}

static qiao_status
write_file(const char *folder, const char *name, const char *ending, const qiao_buffer *text, qiao_error *err)
{
    char path[QIAO_NIGHTLY_PATH];
    qiao_status st = qiao_buffer_check(text, err);

    snprintf(path, sizeof path, "%.3900s/%.63s%.16s", folder, name, ending);
    return st == QIAO_OK ? qiao_file_write_atomic(path, text->data, text->length, err) : st;
}

static qiao_status
write_pages(const cJSON *report, const char *folder, const char *name, qiao_error *err)
{
    static const struct {
        const char *ending;
        qiao_nightly_format format;
        qiao_language language;
    } pages[] = {{".html", QIAO_NIGHTLY_HTML, QIAO_LANGUAGE_ZH},
                 {".zh.md", QIAO_NIGHTLY_MARKDOWN, QIAO_LANGUAGE_ZH},
                 {".en.md", QIAO_NIGHTLY_MARKDOWN, QIAO_LANGUAGE_EN}};
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < sizeof pages / sizeof pages[0]; i++) {
        qiao_buffer text = {0};

        qiao_nightly_page(report, pages[i].format, pages[i].language, &text);
        st = write_file(folder, name, pages[i].ending, &text, err);
        qiao_buffer_done(&text);
    }
    return st;
}

static qiao_status
write_success(const char *folder, const char *name, const qiao_nightly_outcome *outcome, qiao_error *err)
{
    qiao_buffer text = {0};
    char now[21];
    qiao_status st;

    qiao_clock_utc(now);
    qiao_buffer_printf(&text,
                       "{\"unix\":%lld,\"time\":\"%s\",\"generation\":\"gen-%010" PRIu64
                       "\",\"report\":\"%s\",\"exit_code\":%d}\n",
                       (long long)time(NULL), now, outcome->to, name, outcome->exit_code);
    st = write_file(folder, "last_success", ".json", &text, err);
    qiao_buffer_done(&text);
    return st;
}

static qiao_status
write_files(const cJSON *report, const qiao_nightly_state *state, const qiao_nightly_outcome *outcome,
            const qiao_buffer *json, char *path_out, qiao_error *err)
{
    char folder[QIAO_NIGHTLY_PATH], name[64];
    qiao_status st = choose_name(state, folder, name, err);

    if (st == QIAO_OK)
        st = write_pages(report, folder, name, err);
    if (st == QIAO_OK)
        st = write_file(folder, name, ".json", json, err);
    if (st == QIAO_OK && (outcome->exit_code == 0 || outcome->exit_code == 3))
        st = write_success(folder, name, outcome, err);
    if (st == QIAO_OK)
        snprintf(path_out, QIAO_NIGHTLY_PATH, "%.3900s/%.63s.json", folder, name);
    return st;
}

qiao_status
qiao_nightly_report_write(const qiao_nightly_state *state, const qiao_nightly_outcome *outcome, qiao_buffer *json_out,
                          char *path_out, qiao_error *err)
{
    cJSON *report = cJSON_CreateObject();
    char *text = fill(report, state, outcome) ? cJSON_PrintUnformatted(report) : NULL;
    qiao_status st = text == NULL ? qiao_fail_memory(err) : QIAO_OK;

    if (st == QIAO_OK) {
        qiao_buffer_text(json_out, text);
        qiao_buffer_char(json_out, '\n');
        st = write_files(report, state, outcome, json_out, path_out, err);
    }
    cJSON_free(text);
    cJSON_Delete(report);
    return st;
}
