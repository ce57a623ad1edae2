/* What the nights did, and how the feeds are: read from the reports that qiao-indexer nightly left. For staff of all
 * parks: a report speaks of every need. */
#include "handlers.h"

#include "admin.h"
#include "nightly_files.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LIST_MAX 200u
#define LIST_DEFAULT 50u
#define FEED_NIGHTS 30u /* looked back */
#define FEEDS_MAX 200u

static void
write_text(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    if (text == NULL)
        qiao_buffer_text(out, "null");
    else
        qiao_buffer_json_string(out, text, strlen(text));
}

static void
write_number(qiao_buffer *out, const char *name, const cJSON *value)
{
    if (cJSON_IsNumber(value))
        qiao_buffer_printf(out, ",\"%s\":%.0f", name, value->valuedouble);
    else
        qiao_buffer_printf(out, ",\"%s\":null", name);
}

static const cJSON *
member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* NULL where it is damaged: one bad file is no reason to tell nothing. */
static cJSON *
parse_report(const char *data_dir, const char *name)
{
    qiao_error ignored = QIAO_ERROR_INIT;
    qiao_buffer text = {0};
    cJSON *tree = NULL;

    if (qiaoi_nightly_read(data_dir, name, ".json", &text, &ignored) == QIAO_OK &&
        qiao_json_check(text.data == NULL ? "" : text.data, text.length, &ignored) == QIAO_OK)
        tree = cJSON_ParseWithLength(text.data, text.length);
    qiao_buffer_done(&text);
    return tree;
}

/* ---- list ---- */

static void
write_entry(const char *data_dir, const char *name, qiao_buffer *out)
{
    static const char *const endings[] = {".json", ".html", ".zh.md", ".en.md"};
    cJSON *report = parse_report(data_dir, name);
    const char *between = "";

    qiao_buffer_printf(out, "{\"name\":\"%s\"", name);
    write_text(out, "started", cJSON_GetStringValue(member(report, "started")));
    write_text(out, "ended", cJSON_GetStringValue(member(report, "ended")));
    write_number(out, "exit_code", member(report, "exit_code"));
    write_number(out, "generation_before", member(report, "generation_before"));
    write_number(out, "generation_after", member(report, "generation"));
    qiao_buffer_text(out, ",\"formats\":[");
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (qiaoi_nightly_has(data_dir, name, endings[i])) {
            qiao_buffer_printf(out, "%s\"%s\"", between, endings[i] + 1);
            between = ",";
        }
    qiao_buffer_text(out, "]}");
    cJSON_Delete(report);
}

void
qiaoi_answer_nights(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;
    qiaoi_nightly_names names = {0};
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    size_t first, most;

    if (!qiaoi_admin_allowed(call) ||
        !qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_OFFSET), LIST_MAX, &given))
        return;
    if (qiaoi_call_went_well(call, qiaoi_nightly_list(call->service->data_dir, &names, &error), &error)) {
        first = given.offset < names.count ? given.offset : names.count;
        most = given.limit != 0 ? given.limit : LIST_DEFAULT;
        qiao_buffer_printf(out, "{\"total\":%zu,\"reports\":[", names.count);
        for (size_t i = first; i < names.count && i - first < most; i++) {
            qiao_buffer_text(out, i > first ? "," : "");
            write_entry(call->service->data_dir, names.items[i], out);
        }
        qiao_buffer_printf(out, "],\"more\":%s}", names.count - first > most ? "true" : "false");
        qiaoi_http_set(call->response, "Cache-Control", "no-store");
        qiaoi_call_json(call);
    }
    qiaoi_nightly_names_done(&names);
}

/* ---- one ---- */

typedef struct report_form {
    const char *ending, *type;
} report_form;

/* By format=, else by what the client would rather have, else JSON; Markdown in the language of the client. */
static bool
choose_form(qiaoi_call *call, const qiaoi_parameters *given, report_form *out)
{
    const char *accept = call->request->headers[QIAOI_HEADER_ACCEPT];
    const char *word = qiaoi_parameters_word(given, QIAOI_P_FORMAT, "json|md|html", &call->problem);

    if (word == NULL)
        return false;
    if (given->words[QIAOI_P_FORMAT] == NULL && accept != NULL)
        word = strncmp(accept, "text/html", 9) == 0        ? "html"
               : strncmp(accept, "text/markdown", 13) == 0 ? "md"
                                                           : "json";
    if (word[0] == 'h')
        *out = (report_form){".html", "text/html; charset=utf-8"};
    else if (word[0] == 'm')
        *out = (report_form){call->language == QIAO_LANGUAGE_ZH ? ".zh.md" : ".en.md", "text/markdown; charset=utf-8"};
    else
        *out = (report_form){".json", "application/json"};
    return true;
}

void
qiaoi_answer_night(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    report_form form;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_FORMAT), 0, &given) ||
        !choose_form(call, &given, &form) ||
        !qiaoi_call_went_well(call, qiaoi_nightly_read(call->service->data_dir, call->id, form.ending, out, &error),
                              &error))
        return;
    if (qiaoi_call_unchanged(call, qiao_hash64(out->data, out->length, 0))) {
        qiao_buffer_clear(out);
        return;
    }
    call->response->content_type = form.type;
    qiaoi_http_set(call->response, "Vary", "Accept, Accept-Language");
    qiaoi_http_set(call->response, "Content-Security-Policy",
                   "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}

/* ---- feeds ---- */

typedef struct feed_health {
    char name[128];
    cJSON *last;               /* its part of the newest report that has it; owned */
    char last_run[32];         /* when that night, or a harvest outside the nights, started */
    char last_success[32];     /* "" = none that is looked at */
    unsigned nights, failures; /* that have it; of them, those in which it failed */
} feed_health;

typedef struct feeds {
    feed_health items[FEEDS_MAX];
    size_t count;
} feeds;

static feed_health *
feed_named(feeds *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].name, name) == 0)
            return &all->items[i];
    if (all->count == FEEDS_MAX || strlen(name) >= sizeof all->items[0].name)
        return NULL;
    snprintf(all->items[all->count].name, sizeof all->items[0].name, "%s", name);
    return &all->items[all->count++];
}

/* The newest report comes first. A harvest that refused some records (3) went well. */
static void
take_feed(feeds *all, const char *started, cJSON *feed)
{
    const char *name = cJSON_GetStringValue(member(feed, "source"));
    const cJSON *code = member(feed, "exit_code");
    feed_health *health = name == NULL ? NULL : feed_named(all, name);
    bool well = cJSON_IsNumber(code) && (code->valuedouble == 0 || code->valuedouble == 3);

    if (health == NULL)
        return;
    health->nights++;
    health->failures += !well;
    if (health->last_run[0] == '\0') {
        snprintf(health->last_run, sizeof health->last_run, "%s", started);
        health->last = cJSON_Duplicate(feed, true);
    }
    if (well && health->last_success[0] == '\0')
        snprintf(health->last_success, sizeof health->last_success, "%s", started);
}

static unsigned
gather_feeds(const char *data_dir, const qiaoi_nightly_names *names, feeds *out)
{
    unsigned nights = 0;

    for (size_t i = 0; i < names->count && nights < FEED_NIGHTS; i++, nights++) {
        cJSON *report = parse_report(data_dir, names->items[i]), *feed;
        const char *started = cJSON_GetStringValue(member(report, "started"));

        if (started != NULL)
            cJSON_ArrayForEach(feed, member(report, "feeds")) take_feed(out, started, feed);
        cJSON_Delete(report);
    }
    return nights;
}

/* A harvest outside the nights, where it came later than what they tell. */
static bool
take_harvest(void *context, const qiao_buffer *text)
{
    feeds *all = context;
    qiao_error ignored = QIAO_ERROR_INIT;
    const char *bytes = text->data == NULL ? "" : text->data;
    cJSON *tree =
        qiao_json_check(bytes, text->length, &ignored) == QIAO_OK ? cJSON_ParseWithLength(bytes, text->length) : NULL;
    cJSON *feed = cJSON_DetachItemFromObjectCaseSensitive(tree, "feed");
    const char *name = cJSON_GetStringValue(member(feed, "source"));
    const char *started = cJSON_GetStringValue(member(tree, "started"));
    const char *success = cJSON_GetStringValue(member(tree, "last_success"));
    feed_health *health = name == NULL || started == NULL ? NULL : feed_named(all, name);

    if (health != NULL && success != NULL && strcmp(success, health->last_success) > 0)
        snprintf(health->last_success, sizeof health->last_success, "%s", success);
    if (health != NULL && strcmp(started, health->last_run) > 0) {
        snprintf(health->last_run, sizeof health->last_run, "%s", started);
        cJSON_Delete(health->last);
        health->last = feed;
        feed = NULL;
    }
    cJSON_Delete(feed);
    cJSON_Delete(tree);
    return all->count < FEEDS_MAX;
}

/* Whole hours since then; -1 where it is no moment. */
static long
hours_since(const char *moment)
{
    int32_t day = qiao_date_days(moment, strlen(moment));
    int hour = 0, minute = 0;

    if (day == INT32_MIN || sscanf(moment + 10, "T%2d:%2d", &hour, &minute) != 2)
        return -1;
    return (long)((time(NULL) - ((time_t)day * 86400 + hour * 3600 + minute * 60)) / 3600);
}

static void
write_feed(const feed_health *feed, qiao_buffer *out)
{
    static const char *const counts[] = {"read", "new", "changed", "unchanged", "refused", "withdrawn", "pages"};
    const char *message = cJSON_GetStringValue(member(feed->last, "message"));

    qiao_buffer_text(out, "{\"source\":");
    qiao_buffer_json_string(out, feed->name, strlen(feed->name));
    write_text(out, "last_run", feed->last_run);
    write_text(out, "last_success", feed->last_success[0] != '\0' ? feed->last_success : NULL);
    if (feed->last_success[0] != '\0')
        qiao_buffer_printf(out, ",\"age_hours\":%ld", hours_since(feed->last_success));
    else
        qiao_buffer_text(out, ",\"age_hours\":null");
    write_number(out, "exit_code", member(feed->last, "exit_code"));
    write_text(out, "message", message);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        write_number(out, counts[i], member(feed->last, counts[i]));
    qiao_buffer_printf(out, ",\"nights\":%u,\"failures\":%u}", feed->nights, feed->failures);
}

static void
answer_feeds(qiaoi_call *call, const qiaoi_nightly_names *names, feeds *all)
{
    qiao_buffer *out = &call->response->body;
    unsigned nights = gather_feeds(call->service->data_dir, names, all);

    qiaoi_feed_files(call->service->data_dir, take_harvest, all);

    qiao_buffer_printf(out, "{\"nights\":%u,\"feeds\":[", nights);
    for (size_t i = 0; i < all->count; i++) {
        qiao_buffer_text(out, i > 0 ? "," : "");
        write_feed(&all->items[i], out);
        cJSON_Delete(all->items[i].last);
    }
    qiao_buffer_text(out, "]}");
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}

void
qiaoi_answer_feeds(qiaoi_call *call)
{
    qiaoi_nightly_names names = {0};
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters none;
    feeds *all;

    if (!qiaoi_call_parameters(call, 0, 0, &none))
        return;
    all = qiao_calloc(1, sizeof *all);
    if (all == NULL)
        (void)qiaoi_call_went_well(call, qiao_fail_memory(&error), &error);
    else if (qiaoi_call_went_well(call, qiaoi_nightly_list(call->service->data_dir, &names, &error), &error))
        answer_feeds(call, &names, all);
    qiaoi_nightly_names_done(&names);
    qiao_free(all);
}
