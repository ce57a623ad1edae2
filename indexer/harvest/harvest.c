/* The loop over the pages of a source: see harvest.h. */
#include "harvest/harvest.h"

#include "harvest/archive.h"
#include "harvest/fetch.h"
#include "harvest/oai.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_LIMIT ((size_t)64 << 10)
#define TIME_SIZE 32
#define DOWNLOAD_MS (6u * 3600u * 1000u) /* of a page; some are files of many gigabytes. A stall ends it sooner */
#define TURN_MS (3600u * 1000u)          /* at most waited for other writers, where they take turns */
#define RESTARTS_MAX 1u                  /* lists begun anew because the source forgot its token */

typedef struct harvest {
    const qiaoi_harvest_options *options;
    qiaoi_harvest_report *report;
    qiaoi_importer *importer;
    qiaoi_file_report *file; /* of the page at hand */
    qiao_http_client *client;
    qiao_http_response response;
    size_t limit;
    /* state */
    char run[TIME_SIZE];   /* when this list was begun; names the pages */
    char since[TIME_SIZE]; /* what is asked from; "" = everything */
    char date[TIME_SIZE];  /* the source's time when this list was begun */
    uint64_t page;         /* to come, from 1 */
    qiao_buffer position;  /* of that page; ends with NUL behind its length */
    bool done;
    unsigned restarts;
    uint64_t asked_us; /* when the last request was made; 0 = none yet */
} harvest;

static const char *
position_of(const harvest *h)
{
    return h->position.length > 0 ? h->position.data : "";
}

static bool
set_position(harvest *h, const char *text)
{
    qiao_buffer copy = {.limit = 0};

    qiao_buffer_text(&copy, text);
    qiao_buffer_char(&copy, '\0');
    if (copy.failed) {
        qiao_buffer_done(&copy);
        return false;
    }
    copy.length--;
    qiao_buffer_done(&h->position);
    h->position = copy;
    return true;
}

/* ---- state ---- */

static void page_path(const harvest *h, const char *ending, char out[QIAOI_ARCHIVE_PATH]);

static void
begin_list(harvest *h, const char *since)
{
    char now[21], path[QIAOI_ARCHIVE_PATH];
    size_t n = 0;

    qiao_clock_utc(now);
    for (const char *at = now; *at != '\0'; at++) { /* 2026-03-01T10:00:00Z to 20260301T100000Z */
        if (*at != '-' && *at != ':')
            h->run[n++] = *at;
    }
    h->run[n] = '\0';
    h->page = 1;
    page_path(h, ".zst", path);
    for (unsigned i = 2; qiao_file_exists(path); i++) { /* a list that was begun in the same second */
        snprintf(h->run + n, sizeof h->run - n, "-%u", i);
        page_path(h, ".zst", path);
    }
    snprintf(h->since, sizeof h->since, "%s", since);
    h->date[0] = '\0';
    h->done = false;
    qiao_buffer_clear(&h->position);
}

static void
copy_member(const cJSON *state, const char *key, char out[TIME_SIZE])
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(state, key);

    snprintf(out, TIME_SIZE, "%.31s", cJSON_IsString(node) ? node->valuestring : "");
}

static bool
take_state(harvest *h, const cJSON *state)
{
    const cJSON *page = cJSON_GetObjectItemCaseSensitive(state, "page");
    const cJSON *position = cJSON_GetObjectItemCaseSensitive(state, "position");
    char date[TIME_SIZE];

    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(state, "done"))) { /* a new list, of what changed since */
        copy_member(state, "date", date);
        date[strcspn(date, "T")] = '\0'; /* every repository knows days, not every one seconds */
        begin_list(h, h->options->full ? "" : date);
        return true;
    }
    copy_member(state, "run", h->run);
    copy_member(state, "since", h->since);
    copy_member(state, "date", h->date);
    h->page = cJSON_IsNumber(page) ? (uint64_t)page->valuedouble : 1;
    return set_position(h, cJSON_IsString(position) ? position->valuestring : "");
}

static void
state_key(const harvest *h, char out[128])
{
    snprintf(out, 128, "harvest/%.64s", h->options->source);
}

static qiao_status
read_state(harvest *h, qiao_error *err)
{
    qiao_buffer text = {.limit = STATE_LIMIT};
    qiao_error absent = QIAO_ERROR_INIT;
    char key[128];
    qiao_status status;

    state_key(h, key);
    begin_list(h, "");
    status = qiao_source_store_get_state(qiaoi_importer_store(h->importer), key, &text, &absent);
    if (status == QIAO_E_NOTFOUND) {
        status = QIAO_OK;
    } else if (status == QIAO_OK) {
        cJSON *state = cJSON_ParseWithLength(text.data, text.length);

        if (state != NULL && (!h->options->full || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(state, "done"))) &&
            !take_state(h, state))
            status = qiao_fail_memory(err);
        cJSON_Delete(state);
    } else {
        *err = absent;
    }
    qiao_buffer_done(&text);
    return status;
}

/* With everything that the page brought: on disk when it returns. */
static qiao_status
commit_state(harvest *h, qiao_error *err)
{
    qiao_source_store *store = qiaoi_importer_store(h->importer);
    qiao_buffer text = {.limit = STATE_LIMIT};
    char key[128];
    qiao_status status;

    state_key(h, key);
    qiao_buffer_printf(
        &text, "{\"run\":\"%s\",\"page\":%llu,\"since\":\"%s\",\"date\":\"%s\",\"done\":%s,\"position\":", h->run,
        (unsigned long long)h->page, h->since, h->date, h->done ? "true" : "false");
    qiao_buffer_json_string(&text, position_of(h), strlen(position_of(h)));
    qiao_buffer_char(&text, '}');
    status = qiao_buffer_check(&text, err);
    if (status == QIAO_OK)
        status = qiao_source_store_set_state(store, key, text.data, text.length, err);
    if (status == QIAO_OK)
        status = qiao_source_store_commit(store, err);
    qiao_buffer_done(&text);
    return status;
}

/* ---- one page ---- */

static void
page_path(const harvest *h, const char *ending, char out[QIAOI_ARCHIVE_PATH])
{
    qiaoi_archive_path(h->options->data_dir, h->options->source, h->run, h->page, ending, out);
}

/* Not before the interval of the source has passed. */
static void
keep_interval(harvest *h)
{
    uint64_t now = qiao_clock_monotonic_us(), next = h->asked_us + h->options->plan->interval_ms * 1000;

    if (h->asked_us != 0 && now < next)
        qiaoi_fetch_sleep((next - now) / 1000 + 1);
    h->asked_us = qiao_clock_monotonic_us();
}

static qiao_status
send(harvest *h, const char *url, const qiao_buffer *body, qiaoi_archive_writer *writer, qiao_error *err)
{
    const char *headers[QIAOI_PLAN_HEADERS * 2 + 1];
    const qiaoi_plan *plan = h->options->plan;
    qiao_http_request request = {.url = url,
                                 .limit = h->limit,
                                 .compressed = true,
                                 .timeout_ms = DOWNLOAD_MS,
                                 .redirects = 5,
                                 .allow_private = h->options->allow_private,
                                 .headers = headers,
                                 .sink = writer != NULL ? qiaoi_archive_sink : NULL,
                                 .sink_context = writer};
    unsigned tries = 0;
    qiao_status status;

    for (size_t i = 0; i < plan->header_count; i++)
        headers[request.header_count++] = plan->headers[i];
    for (size_t i = 0; i < h->options->header_count && i < QIAOI_PLAN_HEADERS; i++)
        headers[request.header_count++] = h->options->headers[i];
    if (body->length > 0) {
        headers[request.header_count++] = "Content-Type: application/json";
        request.body = body->data;
        request.body_length = body->length;
    }
    keep_interval(h);
    status = qiaoi_fetch(h->client, &request, &h->response, &tries, err);
    h->report->requests += tries;
    return status;
}

/* Into the writer; writer NULL: into the response. */
static qiao_status
fetch_page(harvest *h, qiaoi_archive_writer *writer, qiao_error *err)
{
    qiao_buffer url = {.limit = QIAO_HTTP_URL_MAX * 4u}, body = {.limit = 0};
    qiao_status status = qiaoi_plan_request(h->options->plan, position_of(h), h->since, &url, &body, err);

    if (status == QIAO_OK)
        status = send(h, url.data, &body, writer, err);
    qiao_buffer_done(&url);
    qiao_buffer_done(&body);
    return status;
}

/* From the source to the archive, in bounded memory. */
static qiao_status
archive_page(harvest *h, const char *path, qiao_error *err)
{
    qiaoi_archive_writer *writer;
    const char *link;
    char link_path[QIAOI_ARCHIVE_PATH];
    qiao_status status = qiaoi_archive_writer_new(path, &writer, err);

    if (status != QIAO_OK)
        return status;
    status = fetch_page(h, writer, err);
    link = status == QIAO_OK ? qiao_http_header(&h->response, "link") : NULL;
    page_path(h, ".link", link_path);
    if (link != NULL && h->options->plan->paging == QIAOI_PAGING_LINK) /* first: the page is what counts as fetched */
        status = qiaoi_archive_write(link_path, link, strlen(link), err);
    if (status == QIAO_OK)
        status = qiaoi_archive_writer_finish(writer, err);
    qiaoi_archive_writer_free(writer);
    return status;
}

static void
add_counts(qiaoi_harvest_report *report, const qiaoi_file_report *file)
{
    report->read += file->read;
    report->fresh += file->fresh;
    report->changed += file->changed;
    report->unchanged += file->unchanged;
    report->refused += file->refused;
}

static qiao_status
withdraw(harvest *h, const qiaoi_oai *oai, qiao_error *err)
{
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(qiaoi_map_part(h->options->map, "constants"), "kind");
    bool need = cJSON_IsString(kind) && strcmp(kind->valuestring, "need") == 0;
    qiao_status status = QIAO_OK;

    for (size_t at = 0; status == QIAO_OK && at < oai->withdrawn.length;) {
        const char *name = oai->withdrawn.data + at;
        qiao_change change = QIAO_CHANGE_UNCHANGED;
        char id[512];

        snprintf(id, sizeof id, "%s%s%.400s", strchr(name, ':') == NULL ? h->options->source : "",
                 strchr(name, ':') == NULL ? ":" : "", name);
        status = qiao_source_store_remove(qiaoi_importer_store(h->importer), need ? QIAO_NEED : QIAO_PROJECT, id,
                                          &change, err);
        h->report->withdrawn += change == QIAO_CHANGE_REMOVED ? 1 : 0;
        at += strlen(name) + 1;
    }
    return status;
}

/* What the source says instead of a list: nothing new, or a token that it no longer knows. */
static qiao_status
answer_error(harvest *h, const qiaoi_oai *oai, qiao_buffer *next, bool *restart, qiao_error *err)
{
    (void)next;
    if (strcmp(oai->error.data, "noRecordsMatch") == 0)
        return QIAO_OK;
    if (strcmp(oai->error.data, "badResumptionToken") == 0 && h->restarts < RESTARTS_MAX) {
        h->restarts++;
        *restart = true;
        return QIAO_OK;
    }
    return qiao_fail(err, QIAO_E_INPUT, "%s: the source answers with the error %.60s", h->options->source,
                     oai->error.data);
}

static qiao_status
follow_oai(harvest *h, const qiao_buffer *page, qiao_buffer *next, bool *restart, qiao_error *err)
{
    qiaoi_oai oai = {.token = {.limit = QIAO_HTTP_URL_MAX}};
    qiao_status status = qiaoi_oai_read(page->data, page->length, &oai, err);

    if (status == QIAO_OK && oai.error.length > 0)
        status = answer_error(h, &oai, next, restart, err);
    else if (status == QIAO_OK)
        status = withdraw(h, &oai, err);
    if (status == QIAO_OK && h->page == 1 && oai.date.length > 0 && oai.date.length < TIME_SIZE)
        snprintf(h->date, sizeof h->date, "%s", oai.date.data);
    if (status == QIAO_OK && oai.error.length == 0 && oai.token.length > 0)
        qiao_buffer_text(next, oai.token.data);
    qiaoi_oai_done(&oai);
    return status;
}

/* Where the list goes on behind the page at path. */
static qiao_status
follow(harvest *h, const char *path, qiao_buffer *next, bool *restart, qiao_error *err)
{
    qiao_buffer page = {.limit = 0}, link = {.limit = 0};
    qiao_error absent = QIAO_ERROR_INIT;
    char link_path[QIAOI_ARCHIVE_PATH];
    qiaoi_paging paging = h->options->plan->paging;
    qiao_status status = QIAO_OK;

    if (paging == QIAOI_PAGING_OAI || paging == QIAOI_PAGING_CURSOR || paging == QIAOI_PAGING_NEXT)
        status = qiaoi_archive_read(path, h->limit, &page, err); /* the page itself says what comes next */
    page_path(h, ".link", link_path);
    if (status == QIAO_OK && paging == QIAOI_PAGING_OAI)
        status = follow_oai(h, &page, next, restart, err);
    else if (status == QIAO_OK)
        status = qiaoi_plan_next(
            h->options->plan, position_of(h), page.data, page.length, h->file->read,
            qiaoi_archive_read(link_path, QIAO_HTTP_HEADERS_LIMIT, &link, &absent) == QIAO_OK ? link.data : NULL, next,
            err);
    qiao_buffer_done(&page);
    qiao_buffer_done(&link);
    return status;
}

static qiao_status
go_to(harvest *h, qiao_buffer *next, bool restart, qiao_error *err)
{
    qiao_buffer_char(next, '\0');
    if (next->failed)
        return qiao_fail_memory(err);
    if (restart) {
        char since[TIME_SIZE];

        memcpy(since, h->since, sizeof since);
        begin_list(h, since);
        return QIAO_OK;
    }
    if (next->length > 1 && strcmp(next->data, position_of(h)) == 0) /* it would never end */
        return qiao_fail(err, QIAO_E_INPUT, "%s: the source names the same page again as the next", h->options->source);
    h->done = next->length <= 1;
    h->page++;
    return set_position(h, next->data) ? QIAO_OK : qiao_fail_memory(err);
}

/* The archived page into the store, with everything that follows from it. */
static qiao_status
import_page(harvest *h, const char *path, qiao_error *err)
{
    qiao_buffer next = {.limit = STATE_LIMIT / 2};
    bool restart = false;
    qiao_status status = qiaoi_import_file(h->importer, path, h->file, err);

    if (status == QIAO_OK)
        status = follow(h, path, &next, &restart, err);
    if (status == QIAO_OK)
        status = go_to(h, &next, restart, err);
    if (status == QIAO_OK)
        status = commit_state(h, err);
    if (status == QIAO_OK) {
        h->report->pages++;
        add_counts(h->report, h->file);
    }
    qiao_buffer_done(&next);
    return status;
}

static qiao_status
set_aside(const harvest *h, const char *path, qiao_status status)
{
    char broken[QIAOI_ARCHIVE_PATH];
    qiao_error ignored = QIAO_ERROR_INIT;

    page_path(h, ".broken", broken);
    if (qiao_file_rename(path, broken, &ignored) != QIAO_OK)
        return status; /* the first fault is what people must know */
    return status;
}

/* Others may write while the source is waited for. */
static qiao_status
archive_aside(harvest *h, const char *path, qiao_error *err)
{
    qiao_source_store *store = qiaoi_importer_store(h->importer);
    qiao_status status = QIAO_OK;

    if (!h->options->shared)
        return archive_page(h, path, err);
    status = qiao_source_store_pause(store, err);
    if (status == QIAO_OK)
        status = archive_page(h, path, err);
    return status == QIAO_OK ? qiao_source_store_resume(store, TURN_MS, err) : status;
}

static qiao_status
take_page(harvest *h, qiao_error *err)
{
    char path[QIAOI_ARCHIVE_PATH];
    qiao_status status = QIAO_OK;

    page_path(h, ".zst", path);
    if (!qiao_file_exists(path))
        status = archive_aside(h, path, err);
    if (status != QIAO_OK)
        return status;
    status = import_page(h, path, err);
    return status == QIAO_E_INPUT || status == QIAO_E_CORRUPT ? set_aside(h, path, status) : status;
}

static bool
is_capped(const harvest *h)
{
    return (h->options->pages != 0 && h->report->pages >= h->options->pages) ||
           (h->options->records != 0 && h->report->read >= h->options->records);
}

/* ---- opening and closing ---- */

static qiao_status
open_harvest(harvest *h, const qiaoi_import_options *import, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    h->limit = h->options->page_bytes != 0 ? (size_t)h->options->page_bytes : QIAO_HTTP_BODY_LIMIT;
    h->file = qiao_alloc(sizeof *h->file);
    if (h->file == NULL)
        status = qiao_fail_memory(err);
    if (status == QIAO_OK)
        status = qiao_http_client_new(&h->client, err);
    if (status == QIAO_OK && import != NULL)
        status = qiaoi_importer_open(import, &h->importer, err);
    return status;
}

static void
close_harvest(harvest *h)
{
    qiaoi_importer_close(h->importer);
    qiao_http_client_free(h->client);
    qiao_http_response_done(&h->response);
    qiao_buffer_done(&h->position);
    qiao_free(h->file);
}

static qiaoi_import_options
import_of(const qiaoi_harvest_options *options)
{
    return (qiaoi_import_options){.data_dir = options->data_dir,
                                  .map = options->map,
                                  .source = options->source,
                                  .reader = options->reader,
                                  .wait_ms = options->shared ? TURN_MS : 0};
}

qiao_status
qiaoi_harvest(const qiaoi_harvest_options *options, qiaoi_harvest_report *report, qiao_error *err)
{
    uint64_t started = qiao_clock_monotonic_us();
    qiaoi_import_options import = import_of(options);
    harvest h = {.options = options, .report = report};
    qiao_status status = open_harvest(&h, &import, err);

    *report = (qiaoi_harvest_report){.pages = 0};
    if (status == QIAO_OK)
        status = read_state(&h, err);
    if (status == QIAO_OK) /* before the first request: the name of the list, which names its pages */
        status = commit_state(&h, err);
    while (status == QIAO_OK && !h.done && !is_capped(&h)) {
        status = take_page(&h, err);
        if (options->progress != NULL)
            options->progress(options->progress_context, report->pages, report->read);
    }
    report->complete = status == QIAO_OK && h.done;
    report->seconds = (double)(qiao_clock_monotonic_us() - started) / 1e6;
    close_harvest(&h);
    return status;
}

/* ---- replay, and a look ---- */

static int
is_page(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return n > 4 && strcmp(entry->d_name + n - 4, ".zst") == 0;
}

static qiao_status
replay_page(harvest *h, const char *path, qiao_error *err)
{
    qiao_buffer next = {.limit = STATE_LIMIT};
    bool restart = false;
    qiao_status status = qiaoi_import_file(h->importer, path, h->file, err);

    h->restarts = 0;
    if (status == QIAO_OK && h->options->plan->paging == QIAOI_PAGING_OAI) { /* for what was withdrawn */
        status = follow(h, path, &next, &restart, err);
        if (status == QIAO_OK)
            status = qiao_source_store_commit(qiaoi_importer_store(h->importer), err);
    }
    qiao_buffer_done(&next);
    h->report->pages += status == QIAO_OK ? 1 : 0;
    add_counts(h->report, h->file);
    return status;
}

qiao_status
qiaoi_harvest_replay(const qiaoi_harvest_options *options, qiaoi_harvest_report *report, qiao_error *err)
{
    uint64_t started = qiao_clock_monotonic_us();
    qiaoi_import_options import = import_of(options);
    harvest h = {.options = options, .report = report};
    char folder[QIAOI_ARCHIVE_PATH], path[QIAOI_ARCHIVE_PATH + 300];
    struct dirent **entries = NULL;
    qiao_status status = open_harvest(&h, &import, err);
    int count;

    *report = (qiaoi_harvest_report){.pages = 0};
    snprintf(folder, sizeof folder, "%.3800s/archive/%.64s", options->data_dir, options->source);
    count = scandir(folder, &entries, is_page, alphasort); /* names begin with the time of their run */
    if (status == QIAO_OK && count <= 0)
        status = qiao_fail(err, QIAO_E_NOTFOUND, "%s holds no pages to replay", folder);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (status == QIAO_OK)
            status = replay_page(&h, path, err);
        free(entries[i]);
    }
    free(entries);
    report->complete = status == QIAO_OK;
    report->seconds = (double)(qiao_clock_monotonic_us() - started) / 1e6;
    close_harvest(&h);
    return status;
}

qiao_status
qiaoi_harvest_look(const qiaoi_harvest_options *options, qiao_buffer *page, qiao_error *err)
{
    qiaoi_harvest_report report = {.pages = 0};
    harvest h = {.options = options, .report = &report};
    qiao_status status = open_harvest(&h, NULL, err);

    if (status == QIAO_OK)
        status = fetch_page(&h, NULL, err);
    if (status == QIAO_OK) {
        qiao_buffer_append(page, h.response.body.data != NULL ? h.response.body.data : "", h.response.body.length);
        status = qiao_buffer_check(page, err);
    }
    close_harvest(&h);
    return status;
}
