/* The loop over sources and their pages: see harvest.h. The network is a thread of its own (http_client.h); this one
 * imports. */
#include "harvest/harvest.h"

#include "harvest/fetch.h"
#include "harvest/harvest_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDLE_MS 1000u
#define TURN_MS (3600u * 1000u) /* at most waited for other writers, where they take turns */

typedef struct loop {
    const qiaoi_harvest_run *run;
    qiao_source_store *store;
    qiao_http_pool *pool;
    qiaoi_harvester *sources;
    size_t count;
    uint64_t started_us;
    bool waiting; /* the lock of the store was given away */
} loop;

/* Others may write while sources are waited for. */
static qiao_status
take_turn(loop *l, bool waiting, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    if (!l->run->shared || l->waiting == waiting)
        return QIAO_OK;
    status = waiting ? qiao_source_store_pause(l->store, err) : qiao_source_store_resume(l->store, TURN_MS, err);
    if (status == QIAO_OK)
        l->waiting = waiting;
    return status;
}

/* ---- opening and closing ---- */

static qiao_status
open_source(qiaoi_harvester *h, qiao_source_store *store, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    h->started_us = qiao_clock_monotonic_us();
    h->limit = h->common->page_bytes != 0 ? (size_t)h->common->page_bytes : QIAO_HTTP_BODY_LIMIT;
    h->url.limit = QIAO_HTTP_URL_MAX * 4u;
    h->import = (qiaoi_import_options){.data_dir = h->common->data_dir,
                                       .map = h->options->map,
                                       .source = h->options->source,
                                       .reader = h->options->reader,
                                       .store = store,
                                       .sweep = &h->sweep};
    h->file = qiao_alloc(sizeof *h->file);
    if (h->file == NULL)
        status = qiao_fail_memory(err);
    if (status == QIAO_OK)
        status = qiaoi_importer_open(&h->import, &h->importer, err);
    return status;
}

static void
close_source(qiaoi_harvester *h)
{
    qiaoi_host_turn_end(&h->turn);
    qiaoi_harvester_drop_request(h);
    qiaoi_importer_close(h->importer);
    qiaoi_sweep_done(&h->sweep);
    qiao_http_response_done(&h->response);
    qiao_buffer_done(&h->position);
    qiao_buffer_done(&h->url);
    qiao_buffer_done(&h->body);
    qiao_free(h->file);
}

static void
end_source(qiaoi_harvester *h, const qiao_error *err)
{
    h->over = true;
    qiaoi_host_turn_end(&h->turn);
    qiaoi_harvester_drop_request(h);
    if (err != NULL)
        h->report->error = *err;
    h->report->complete = err == NULL && h->done;
    h->report->seconds = (double)(qiao_clock_monotonic_us() - h->started_us) / 1e6;
}

/* ---- one step of a source ---- */

static bool
is_capped(const loop *l, const qiaoi_harvester *h)
{
    return (l->run->pages != 0 && h->report->pages >= l->run->pages) ||
           (l->run->records != 0 && h->report->read >= l->run->records) ||
           (l->run->seconds != 0 && qiao_clock_monotonic_us() - l->started_us >= l->run->seconds * 1000000);
}

static void
set_aside(const qiaoi_harvester *h, const char *path)
{
    char broken[QIAOI_ARCHIVE_PATH];
    qiao_error ignored = QIAO_ERROR_INIT;

    qiaoi_harvester_path(h, ".broken", broken);
    if (qiao_file_rename(path, broken, &ignored) != QIAO_OK) /* the first fault is what people must know */
        return;
}

static void
show_progress(const loop *l)
{
    uint64_t pages = 0, records = 0;

    for (size_t i = 0; i < l->count; i++) {
        pages += l->sources[i].report->pages;
        records += l->sources[i].report->read;
    }
    if (l->run->progress != NULL)
        l->run->progress(l->run->progress_context, pages, records);
}

/* Pages that are on disk, until one has to be asked for. One that came is imported, also where the time is over. */
static void
take_pages(loop *l, qiaoi_harvester *h)
{
    char path[QIAOI_ARCHIVE_PATH];
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = QIAO_OK;

    for (bool first = true; !h->done && (first || !is_capped(l, h)); first = false) {
        qiaoi_harvester_path(h, ".zst", path);
        if (!qiao_file_exists(path))
            return;
        status = qiaoi_harvester_import(h, path, &err);
        if (status == QIAO_E_INPUT || status == QIAO_E_CORRUPT)
            set_aside(h, path);
        show_progress(l);
        if (status != QIAO_OK)
            break;
    }
    end_source(h, status != QIAO_OK ? &err : NULL);
}

/* Asks, where it is due and its host has a turn; returns how long to wait otherwise, 0 where it is asked or over. */
static uint64_t
ask(loop *l, qiaoi_harvester *h)
{
    unsigned most = l->run->per_host != 0 ? l->run->per_host : 1;
    uint64_t now = qiao_clock_monotonic_us(), wait_ms = h->due_us > now ? (h->due_us - now) / 1000 + 1 : 0;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = QIAO_OK;

    if (wait_ms > 0)
        return wait_ms;
    status = qiaoi_host_turn_take(l->run->data_dir, h->origin, most, h->options->plan->interval_ms, &h->turn, &wait_ms,
                                  &err);
    if (status == QIAO_OK && wait_ms > 0)
        return wait_ms;
    if (status == QIAO_OK)
        status = qiao_http_pool_start(l->pool, &h->request, &h->response, h, &err);
    h->asking = status == QIAO_OK;
    if (status != QIAO_OK)
        end_source(h, &err);
    return 0;
}

/* A host that is overloaded is so for all of its sources. */
static void
leave_alone(const loop *l, const qiaoi_harvester *h)
{
    uint64_t now = qiao_clock_monotonic_us();

    if (h->response.failure == QIAO_HTTP_ANSWERED && (h->response.status == 429 || h->response.status == 503) &&
        h->due_us > now)
        qiaoi_host_turn_rest(l->run->data_dir, h->origin, (h->due_us - now) / 1000);
}

static void
take_answer(loop *l, qiaoi_harvester *h, qiao_status status, qiao_error *err)
{
    uint64_t again_us;

    h->asking = false;
    qiaoi_host_turn_end(&h->turn);
    status = qiaoi_harvester_answered(h, status, &again_us, err);
    if (status != QIAO_OK) {
        end_source(h, err);
        return;
    }
    h->due_us = again_us;
    if (again_us != 0) {
        leave_alone(l, h);
        return;
    }
    status = take_turn(l, false, err);
    if (status == QIAO_OK && !h->report->not_modified) {
        take_pages(l, h);
        return;
    }
    if (status == QIAO_OK)
        status = qiaoi_harvester_commit(h, err); /* this list is over: the next harvest begins another */
    end_source(h, status != QIAO_OK ? err : NULL);
}

/* Sources that wait get their requests; returns how long to wait for answers, 0 when all is over. */
static uint64_t
ask_due(loop *l)
{
    uint64_t wait_ms = 0;

    for (size_t i = 0; i < l->count; i++) {
        qiaoi_harvester *h = &l->sources[i];
        qiao_error err = QIAO_ERROR_INIT;
        uint64_t own_ms;

        if (h->over)
            continue;
        wait_ms = wait_ms == 0 ? IDLE_MS : wait_ms;
        if (h->asking)
            continue;
        if (h->writer == NULL && qiaoi_harvester_prepare(h, &err) != QIAO_OK) {
            end_source(h, &err);
            continue;
        }
        own_ms = ask(l, h);
        if (own_ms > 0 && own_ms < wait_ms)
            wait_ms = own_ms;
    }
    return wait_ms;
}

static void
run_loop(loop *l)
{
    uint64_t wait_ms;

    while ((wait_ms = ask_due(l)) > 0) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status status = QIAO_OK;
        qiaoi_harvester *h;

        if (take_turn(l, true, &err) != QIAO_OK)
            err = (qiao_error)QIAO_ERROR_INIT; /* then nobody else has a turn */
        h = qiao_http_pool_wait(l->pool, wait_ms, &status, &err);

        if (h != NULL)
            take_answer(l, h, status, &err);
    }
}

/* ---- harvest ---- */

static void
begin_source(loop *l, qiaoi_harvester *h)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = open_source(h, l->store, &err);

    if (status == QIAO_OK)
        status = qiaoi_harvester_read_state(h, &err);
    if (status == QIAO_OK) /* before the first request: the name of the list, which names its pages */
        status = qiaoi_harvester_commit(h, &err);
    if (status != QIAO_OK)
        end_source(h, &err);
    else
        take_pages(l, h);
}

static qiao_status
open_loop(loop *l, qiao_error *err)
{
    qiao_status status = l->run->shared ? qiao_source_store_open_shared(l->run->data_dir, TURN_MS, &l->store, err)
                                        : qiao_source_store_open(l->run->data_dir, true, &l->store, err);

    if (status == QIAO_OK)
        status = qiao_http_pool_new(l->run->per_host != 0 ? l->run->per_host : 1, l->run->allow_private, &l->pool, err);
    l->sources = qiao_calloc(l->count, sizeof *l->sources);
    return status == QIAO_OK && l->sources == NULL ? qiao_fail_memory(err) : status;
}

static void
close_loop(loop *l)
{
    qiao_http_pool_free(l->pool);
    for (size_t i = 0; l->sources != NULL && i < l->count; i++)
        close_source(&l->sources[i]);
    qiao_free(l->sources);
    qiao_source_store_close(l->store);
}

qiao_status
qiaoi_harvest(const qiaoi_harvest_run *run, const qiaoi_harvest_options *sources, size_t count,
              qiaoi_harvest_report *reports, qiao_error *err)
{
    loop l = {.run = run, .count = count, .started_us = qiao_clock_monotonic_us()};
    qiao_status status;

    memset(reports, 0, count * sizeof *reports);
    if (count > QIAOI_HARVEST_SOURCES_MAX)
        return qiao_fail(err, QIAO_E_USAGE, "at most %u sources go into one harvest", QIAOI_HARVEST_SOURCES_MAX);
    status = open_loop(&l, err);
    for (size_t i = 0; status == QIAO_OK && i < count; i++) { /* all of them: steps of one look at the others */
        l.sources[i].common = run;
        l.sources[i].options = &sources[i];
        l.sources[i].report = &reports[i];
    }
    for (size_t i = 0; status == QIAO_OK && i < count; i++)
        begin_source(&l, &l.sources[i]);
    if (status == QIAO_OK)
        run_loop(&l);
    close_loop(&l);
    for (size_t i = 0; status == QIAO_OK && i < count; i++) {
        status = reports[i].error.status;
        if (status != QIAO_OK)
            *err = reports[i].error;
    }
    return status;
}

/* ---- replay, and a look ---- */

static int
is_page(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return n > 4 && strcmp(entry->d_name + n - 4, ".zst") == 0;
}

qiao_status
qiaoi_harvest_replay(const qiaoi_harvest_run *run, const qiaoi_harvest_options *options, qiaoi_harvest_report *report,
                     qiao_error *err)
{
    qiaoi_harvester h = {.common = run, .options = options, .report = report};
    char folder[QIAOI_ARCHIVE_PATH], path[QIAOI_ARCHIVE_PATH + 300];
    struct dirent **entries = NULL;
    qiao_status status;
    int count;

    memset(report, 0, sizeof *report);
    status = open_source(&h, NULL, err);
    snprintf(folder, sizeof folder, "%.3800s/archive/%.64s", run->data_dir, options->source);
    count = scandir(folder, &entries, is_page, alphasort); /* names begin with the time of their run */
    if (status == QIAO_OK && count <= 0)
        status = qiao_fail(err, QIAO_E_NOTFOUND, "%s holds no pages to replay", folder);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (status == QIAO_OK)
            status = qiaoi_harvester_replay(&h, path, err);
        free(entries[i]);
    }
    free(entries);
    report->complete = status == QIAO_OK;
    report->seconds = (double)(qiao_clock_monotonic_us() - h.started_us) / 1e6;
    close_source(&h);
    return status;
}

/* As much of a page as ten records need, or all of an archive, which is read from its end. */
#define LOOK_BYTES ((size_t)1 << 20)

typedef struct look {
    FILE *file;
    size_t length, limit; /* limit: of an archive */
    bool archive, enough;
} look;

static bool
look_sink(void *context, const char *bytes, size_t length)
{
    look *l = context;

    if (bytes == NULL) {
        l->length = 0;
        rewind(l->file);
        return ftruncate(fileno(l->file), 0) == 0;
    }
    if (l->length == 0)
        l->archive = length >= 2 && memcmp(bytes, "PK", 2) == 0;
    l->length += length;
    if (fwrite(bytes, 1, length, l->file) != length)
        return false;
    l->enough = !l->archive && l->length >= LOOK_BYTES;
    return !l->enough && l->length <= l->limit;
}

static qiao_status
look_at(qiaoi_harvester *h, look *l, qiao_error *err)
{
    qiao_http_client *client;
    bool again = true;
    qiao_status status = qiao_http_client_new(&client, err);

    if (status != QIAO_OK)
        return status;
    while (again) {
        int64_t pause;

        status = qiao_http_send(client, &h->request, &h->response, err);
        if (l->enough)
            status = QIAO_OK;
        else if (status == QIAO_OK)
            status = qiaoi_fetch_judge(&h->request, &h->response, err);
        pause = status == QIAO_OK ? -1 : qiaoi_fetch_pause(&h->response, ++h->tries, h->common->seed);
        again = pause >= 0;
        if (again)
            qiaoi_fetch_sleep((uint64_t)pause);
    }
    qiao_http_client_free(client);
    return status;
}

qiao_status
qiaoi_harvest_look(const qiaoi_harvest_run *run, const qiaoi_harvest_options *options, const char *path,
                   bool *whole_out, qiao_error *err)
{
    qiaoi_harvest_report report = {.pages = 0};
    qiaoi_harvester h = {
        .common = run, .options = options, .report = &report, .url = {.limit = QIAO_HTTP_URL_MAX * 4u}};
    look l = {.file = fopen(path, "we")}; /* its folder is there: the caller made it */
    qiao_status status = QIAO_OK;

    if (l.file == NULL)
        return qiao_fail_errno(err, errno, "cannot write %s", path);
    l.limit = run->page_bytes != 0 ? (size_t)run->page_bytes : QIAO_HTTP_BODY_LIMIT;
    status = qiaoi_harvester_request(&h, err);
    h.request.sink = look_sink;
    h.request.sink_context = &l;
    h.request.limit = SIZE_MAX / 2; /* the sink stops it */
    if (status == QIAO_OK)
        status = look_at(&h, &l, err);
    *whole_out = !l.enough;
    if (fclose(l.file) != 0 && status == QIAO_OK)
        status = qiao_fail_errno(err, errno, "cannot write %s", path);
    close_source(&h);
    return status;
}
