/* From what a handler left to the response: the problem instead of the body, compression, headers that all answers
 * have, and the line of the log. */
#include "finish.h"

#include "compress.h"
#include "entity_tag.h"
#include "log.h"
#include "qiao/file.h"
#include "url.h"

#include <stdio.h>
#include <string.h>

#define INSTANCE_MAX 300
#define PROBLEM_TYPE "application/problem+json"

static const char out_of_memory_body[] = "{\"type\":\"urn:qiao:problem:busy\",\"title\":\"The service cannot answer "
                                         "just now\",\"status\":503,\"detail\":\"memory is exhausted\","
                                         "\"instance\":\"\",\"code\":\"busy\",\"request_id\":\"\"}\n";

static void
log_fault(const qiaoi_call *call)
{
    const qiao_error *error = &call->problem.error;
    qiaoi_log_line line;

    qiaoi_log_begin(&line, "error", "fault");
    qiaoi_log_text(&line, "request_id", call->request_id);
    qiaoi_log_text(&line, "code", qiao_status_token(error->status));
    qiaoi_log_text(&line, "message", error->message);
    qiaoi_log_text(&line, "hint", error->hint);
    qiaoi_log_end(&line);
}

/* Replaces what the handler may have begun to write. */
static void
write_problem(qiaoi_call *call)
{
    const char *target = call->request->target;
    size_t length = qiaoi_url_path(target) < INSTANCE_MAX ? qiaoi_url_path(target) : INSTANCE_MAX;
    char instance[INSTANCE_MAX + 1];
    qiaoi_problem_frame frame = {.language = call->language,
                                 .instance = instance,
                                 .request_id = call->request_id,
                                 .generation = call->generation[0] != '\0' ? call->generation : NULL};
    qiaoi_problem_code code = call->problem.code;

    memcpy(instance, target, length);
    instance[length] = '\0';
    qiao_buffer_clear(&call->response->body);
    qiaoi_http_drop_file(call->response);
    call->response->fixed = NULL;
    qiaoi_problem_write(&call->problem, &frame, &call->response->body);
    call->response->status = qiaoi_problem_status(code);
    call->response->content_type = PROBLEM_TYPE;
    qiaoi_http_set(call->response, "Content-Language", call->language == QIAO_LANGUAGE_ZH ? "zh" : "en");
    qiaoi_http_set(call->response, "Vary", "Accept-Language");
    if (code == QIAOI_PROBLEM_BUSY || code == QIAOI_PROBLEM_NO_GENERATION)
        qiaoi_http_set(call->response, "Retry-After", code == QIAOI_PROBLEM_BUSY ? "1" : "10");
    if (code == QIAOI_PROBLEM_TOO_MANY_REQUESTS) {
        char seconds[12];

        snprintf(seconds, sizeof seconds, "%u", call->retry_after);
        qiaoi_http_set(call->response, "Retry-After", seconds);
    }
    if (code == QIAOI_PROBLEM_UNAUTHORIZED)
        qiaoi_http_set(call->response, "WWW-Authenticate", "Bearer");
    if (code == QIAOI_PROBLEM_INTERNAL || code == QIAOI_PROBLEM_NO_SPACE || code == QIAOI_PROBLEM_DAMAGED ||
        (code == QIAOI_PROBLEM_BUSY && !atomic_load(&call->service->draining)))
        log_fault(call);
}

static void
drop_header(qiaoi_http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (strcmp(response->headers[i].name, name) == 0) {
            response->headers[i] = response->headers[response->header_count - 1];
            response->header_count--;
            return;
        }
}

static void
replace_tag(qiaoi_http_response *response)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (strcmp(response->headers[i].name, "ETag") == 0) {
            char tag[QIAOI_HTTP_VALUE_SIZE];

            qiaoi_tag_compressed(response->headers[i].value, tag, sizeof tag);
            snprintf(response->headers[i].value, sizeof response->headers[i].value, "%s", tag);
        }
}

/* The compressed bytes in place of the plain ones; false: there is no memory for it, and the plain ones are sent. */
static bool
put_compressed(qiaoi_http_response *response)
{
    qiao_buffer small = {0};
    size_t length;

    if (response->fixed != NULL) {
        const char *kept = qiaoi_gzip_fixed(response->fixed, response->fixed_length, &length);

        if (kept == NULL)
            return false;
        response->fixed = kept;
        response->fixed_length = length;
        return true;
    }
    if (!qiaoi_gzip(response->body.data, response->body.length, &small)) {
        qiao_buffer_done(&small);
        return false;
    }
    qiao_buffer_done(&response->body);
    response->body = small;
    return true;
}

static bool
has_header(const qiaoi_http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (strcmp(response->headers[i].name, name) == 0)
            return true;
    return false;
}

static void
compress(qiaoi_call *call)
{
    qiaoi_http_response *response = call->response;
    uint64_t least = atomic_load_explicit(&call->service->compress_min, memory_order_relaxed);
    size_t length = response->fixed != NULL ? response->fixed_length : response->body.length;
    qiaoi_metrics *metrics = call->service->metrics;

    if (least == 0 || call->problem.code != QIAOI_PROBLEM_NONE || has_header(response, "Vary") ||
        (response->status != 304 && !qiaoi_gzip_suits(response->content_type)))
        return;
    qiaoi_http_set(response, "Vary", "Accept-Encoding");
    if (response->status != 200 || length < least ||
        !qiaoi_gzip_wanted(call->request->headers[QIAOI_HEADER_ACCEPT_ENCODING]) || !put_compressed(response))
        return;
    qiaoi_http_set(response, "Content-Encoding", "gzip");
    replace_tag(response);
    if (metrics != NULL) {
        atomic_fetch_add(&metrics->compressed, 1);
        atomic_fetch_add(&metrics->compressed_from, length);
        atomic_fetch_add(&metrics->compressed_to,
                         response->fixed != NULL ? response->fixed_length : response->body.length);
    }
}

void
qiaoi_call_finish(qiaoi_call *call)
{
    qiaoi_http_response *response = call->response;

    if (response->body.failed && call->problem.code == QIAOI_PROBLEM_NONE)
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BUSY), QIAO_E_NOMEM, "out of memory");
    if (call->problem.code != QIAOI_PROBLEM_NONE) {
        drop_header(response, "ETag");
        drop_header(response, "Cache-Control");
        drop_header(response, "Content-Disposition");
        write_problem(call);
    }
    if (response->body.failed) {
        qiao_buffer_clear(&response->body);
        response->status = 503;
        response->content_type = PROBLEM_TYPE;
        response->fixed = out_of_memory_body;
        response->fixed_length = sizeof out_of_memory_body - 1;
        call->problem.code = QIAOI_PROBLEM_BUSY;
    }
    if (response->status == 0)
        response->status = 200;
    compress(call);
    qiaoi_http_set(response, "X-Request-Id", call->request_id);
    qiaoi_http_set(response, "X-Content-Type-Options", "nosniff");
    if (call->generation[0] != '\0')
        qiaoi_http_set(response, "Qiao-Generation", call->generation);
}

/* A method is the client's word: only those that we know are repeated. */
static const char *
shown_method(const char *method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(method, known[i]) == 0)
            return known[i];
    return "other";
}

void
qiaoi_call_log(const qiaoi_call *call)
{
    const qiaoi_http_response *response = call->response;
    qiaoi_log_line line;

    qiaoi_log_begin(&line, "info", "request");
    qiaoi_log_text(&line, "request_id", call->request_id);
    qiaoi_log_text(&line, "method", shown_method(call->request->method));
    qiaoi_log_text(&line, "route", call->routing.route != NULL ? call->routing.route->pattern : "");
    qiaoi_log_number(&line, "status", response->status);
    if (call->problem.code != QIAOI_PROBLEM_NONE)
        qiaoi_log_text(&line, "problem", qiaoi_problem_token(call->problem.code));
    qiaoi_log_number(&line, "bytes",
                     response->file != 0       ? response->file_length
                     : response->fixed != NULL ? response->fixed_length
                                               : response->body.length);
    qiaoi_log_number(&line, "dur_us", qiao_clock_monotonic_us() - call->request->started_us);
    if (call->generation[0] != '\0')
        qiaoi_log_text(&line, "generation", call->generation);
    if (call->caller.key.name[0] != '\0')
        qiaoi_log_text(&line, "key", call->caller.key.name);
    qiaoi_log_end(&line);
}
