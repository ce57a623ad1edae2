/* From a source to the archive: the request of a page, and what becomes of its answer. */
#include "harvest/fetch.h"
#include "harvest/harvest_internal.h"

#include <stdio.h>
#include <string.h>

#define DOWNLOAD_MS (6u * 3600u * 1000u) /* of a page; some are files of many gigabytes. A stall ends it sooner */

void
qiaoi_harvester_drop_request(qiaoi_harvester *h)
{
    qiaoi_archive_writer_free(h->writer);
    h->writer = NULL;
}

/* Only where the source is one page: of a list of pages the first may stand still while others change. */
static bool
is_single(const qiaoi_harvester *h)
{
    return h->options->plan->paging == QIAOI_PAGING_NONE && h->options->plan->body == NULL;
}

static void
add_headers(qiaoi_harvester *h)
{
    const qiaoi_plan *plan = h->options->plan;
    size_t n = 0;

    for (size_t i = 0; i < plan->header_count; i++)
        h->headers[n++] = plan->headers[i];
    for (size_t i = 0; i < h->options->header_count && i < QIAOI_PLAN_HEADERS; i++)
        h->headers[n++] = h->options->headers[i];
    if (h->body.length > 0)
        h->headers[n++] = "Content-Type: application/json";
    if (is_single(h) && h->etag[0] != '\0' && !h->common->full) {
        snprintf(h->if_etag, sizeof h->if_etag, "If-None-Match: %s", h->etag);
        h->headers[n++] = h->if_etag;
    }
    if (is_single(h) && h->modified[0] != '\0' && !h->common->full) {
        snprintf(h->if_modified, sizeof h->if_modified, "If-Modified-Since: %s", h->modified);
        h->headers[n++] = h->if_modified;
    }
    h->request.headers = h->headers;
    h->request.header_count = n;
}

qiao_status
qiaoi_harvester_request(qiaoi_harvester *h, qiao_error *err)
{
    qiao_status status;

    qiao_buffer_clear(&h->url);
    qiao_buffer_clear(&h->body);
    status = qiaoi_plan_request(h->options->plan, qiaoi_harvester_position(h), h->since, &h->url, &h->body, err);
    if (status != QIAO_OK)
        return status;
    h->request = (qiao_http_request){.url = h->url.data,
                                     .limit = h->limit,
                                     .compressed = true,
                                     .timeout_ms = DOWNLOAD_MS,
                                     .stall_seconds = h->common->stall_seconds,
                                     .redirects = 5,
                                     .allow_private = h->common->allow_private,
                                     .proxy = h->common->proxy,
                                     .user_agent = h->common->user_agent,
                                     .ca_file = h->common->ca_file};
    if (h->body.length > 0) {
        h->request.body = h->body.data;
        h->request.body_length = h->body.length;
    }
    add_headers(h);
    qiao_http_origin(h->url.data, h->origin, sizeof h->origin);
    return QIAO_OK;
}

qiao_status
qiaoi_harvester_prepare(qiaoi_harvester *h, qiao_error *err)
{
    char path[QIAOI_ARCHIVE_PATH];
    qiao_status status = qiaoi_harvester_request(h, err);

    if (status != QIAO_OK)
        return status;
    qiaoi_harvester_path(h, ".zst", path);
    qiaoi_harvester_drop_request(h);
    status = qiaoi_archive_writer_new(path, &h->writer, err);
    h->request.sink = qiaoi_archive_sink;
    h->request.sink_context = h->writer;
    return status;
}

static void
keep_validators(qiaoi_harvester *h)
{
    const char *etag = qiao_http_header(&h->response, "etag");
    const char *modified = qiao_http_header(&h->response, "last-modified");

    snprintf(h->etag, sizeof h->etag, "%s", etag != NULL && strlen(etag) < sizeof h->etag ? etag : "");
    snprintf(h->modified, sizeof h->modified, "%s",
             modified != NULL && strlen(modified) < sizeof h->modified ? modified : "");
}

static qiao_status
archive_answer(qiaoi_harvester *h, qiao_error *err)
{
    const char *link = qiao_http_header(&h->response, "link");
    char link_path[QIAOI_ARCHIVE_PATH];
    qiao_status status = QIAO_OK;

    qiaoi_harvester_path(h, ".link", link_path);
    if (link != NULL && h->options->plan->paging == QIAOI_PAGING_LINK) /* first: the page is what counts as fetched */
        status = qiaoi_archive_write(link_path, link, strlen(link), err);
    if (status == QIAO_OK)
        status = qiaoi_archive_writer_finish(h->writer, err);
    qiaoi_harvester_drop_request(h);
    if (status == QIAO_OK && is_single(h))
        keep_validators(h);
    return status;
}

qiao_status
qiaoi_harvester_answered(qiaoi_harvester *h, qiao_status status, uint64_t *again_us, qiao_error *err)
{
    uint64_t now = qiao_clock_monotonic_us();
    uint64_t seed = qiao_hash64(h->options->source, strlen(h->options->source),
                                h->common->seed != 0 ? h->common->seed + h->page : now);
    int64_t pause;

    *again_us = 0;
    h->report->requests++;
    h->tries++;
    if (status == QIAO_OK)
        status = qiaoi_fetch_judge(&h->request, &h->response, err);
    if (status == QIAO_OK && h->response.status == 304) {
        qiaoi_harvester_drop_request(h);
        h->report->not_modified = true;
        h->done = true;
        return QIAO_OK;
    }
    if (status == QIAO_OK) {
        h->tries = 0;
        return archive_answer(h, err);
    }
    pause = qiaoi_fetch_pause(&h->response, h->tries, seed);
    if (pause < 0) {
        qiaoi_harvester_drop_request(h);
        return status;
    }
    *again_us = now + (uint64_t)pause * 1000;
    return QIAO_OK;
}
