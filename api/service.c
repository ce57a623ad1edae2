/* Takes a request from the server to its handler and back: language, request id, route, session, problem, log line. */
#include "service.h"

#include "compress.h"
#include "handlers.h"
#include "log.h"
#include "qiao/file.h"
#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTANCE_MAX 300
#define PROBLEM_TYPE "application/problem+json"

static const char out_of_memory_body[] = "{\"type\":\"urn:qiao:problem:busy\",\"title\":\"The service cannot answer "
                                         "just now\",\"status\":503,\"detail\":\"memory is exhausted\","
                                         "\"instance\":\"\",\"code\":\"busy\",\"request_id\":\"\"}\n";

qiao_status
qiaoi_service_init(qiaoi_service *service, qiao_engine *engine, qiao_language language, size_t max_body,
                   qiao_error *err)
{
    FILE *random = fopen("/dev/urandom", "rb");
    size_t got;

    service->engine = engine;
    service->language = language;
    service->max_body = max_body;
    service->access = (qiaoi_access){0};
    service->reports = NULL;
    service->misses = NULL;
    service->kept_answers = NULL;
    service->admission = NULL;
    service->metrics = NULL;
    service->key_uses = NULL;
    atomic_init(&service->compress_min, 0);
    atomic_init(&service->draining, false);
    service->data_dir = NULL;
    atomic_init(&service->requests, 0);
    if (random == NULL)
        return qiao_fail(err, QIAO_E_IO, "cannot open %s", "/dev/urandom");
    got = fread(&service->seed, sizeof service->seed, 1, random);
    fclose(random);
    return got == 1 ? QIAO_OK : qiao_fail(err, QIAO_E_IO, "cannot read %s", "/dev/urandom");
}

/* Thousandths of the q of a language range; 1000 where none is given. */
static unsigned
quality_of(const char *range, size_t length)
{
    const char *q = memchr(range, ';', length);
    double value;

    while (q != NULL && q < range + length && (*q == ';' || *q == ' '))
        q++;
    if (q == NULL || range + length - q < 3 || q[0] != 'q' || q[1] != '=')
        return 1000;
    value = strtod(q + 2, NULL);
    return value > 0.0 && value <= 1.0 ? (unsigned)(value * 1000.0) : 0;
}

qiao_language
qiaoi_language_wanted(const char *header, qiao_language fallback)
{
    qiao_language wanted = fallback;
    unsigned best = 0;

    for (const char *at = header; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");
        bool zh, en;
        unsigned quality;

        while (length > 0 && *at == ' ')
            at++, length--;
        zh = length >= 2 && (at[0] | 32) == 'z' && (at[1] | 32) == 'h' && (length == 2 || strchr("-; ", at[2]) != NULL);
        en = length >= 2 && (at[0] | 32) == 'e' && (at[1] | 32) == 'n' && (length == 2 || strchr("-; ", at[2]) != NULL);
        quality = zh || en ? quality_of(at, length) : 0;
        if (quality > best) {
            best = quality;
            wanted = zh ? QIAO_LANGUAGE_ZH : QIAO_LANGUAGE_EN;
        }
        at += length;
        at += *at == ',';
    }
    return wanted;
}

static bool
may_be_echoed(const char *id)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = id != NULL ? strlen(id) : 0;

    return length > 0 && length <= QIAOI_REQUEST_ID_MAX && strspn(id, allowed) == length;
}

static void
name_request(qiaoi_call *call)
{
    const char *given = call->request->headers[QIAOI_HEADER_X_REQUEST_ID];
    unsigned long long number;

    if (may_be_echoed(given)) {
        memcpy(call->request_id, given, strlen(given) + 1);
        return;
    }
    number = atomic_fetch_add(&call->service->requests, 1);
    snprintf(call->request_id, sizeof call->request_id, "%016llx",
             (unsigned long long)qiao_hash64(&number, sizeof number, call->service->seed));
}

static void
refuse(qiaoi_call *call)
{
    qiaoi_problem *problem = &call->problem;

    switch (call->request->refusal) {
    case QIAOI_REFUSAL_NONE:
        break;
    case QIAOI_REFUSAL_REPEATED_HEADER:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                  "the header %s is sent twice; send it once", call->request->refused_header);
        break;
    case QIAOI_REFUSAL_BAD_FRAMING:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                  "the length of the body is not clear: send either Content-Length or Transfer-Encoding: chunked");
        break;
    case QIAOI_REFUSAL_BAD_HEADER:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                  "the name of a header has a space in it");
        break;
    case QIAOI_REFUSAL_BAD_LINE:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                  "a line of the headers does not end in CR LF, or goes on in the next one");
        break;
    case QIAOI_REFUSAL_BAD_TARGET:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                  "what is asked for must begin with / and hold no space; a whole address must name the host that the "
                  "header Host names");
        break;
    case QIAOI_REFUSAL_BAD_VERSION:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                  "only HTTP/1.1 and HTTP/1.0 are spoken here");
        break;
    case QIAOI_REFUSAL_TOO_MANY_HEADERS:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_HEADERS_TOO_LARGE), QIAO_E_LIMIT,
                  "there are more than %zu headers", call->request->refused_limit);
        break;
    case QIAOI_REFUSAL_NO_HOST:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT, "the header Host is missing");
        break;
    case QIAOI_REFUSAL_HEADERS_TOO_LARGE:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_HEADERS_TOO_LARGE), QIAO_E_LIMIT,
                  "the headers have more than %zu bytes", call->request->refused_limit);
        break;
    case QIAOI_REFUSAL_TARGET_TOO_LONG:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_TARGET_TOO_LONG), QIAO_E_LIMIT,
                  "path and query have more than %zu bytes; a long text goes into the body of POST /v1/match",
                  call->request->refused_limit);
        break;
    case QIAOI_REFUSAL_BODY_TOO_LARGE:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BODY_TOO_LARGE), QIAO_E_LIMIT,
                  "the body has more than %zu bytes", call->service->max_body);
        break;
    case QIAOI_REFUSAL_NO_MEMORY:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BUSY), QIAO_E_NOMEM, "out of memory");
        break;
    case QIAOI_REFUSAL_STOPPING:
        qiao_fail(qiaoi_problem_set(problem, QIAOI_PROBLEM_BUSY), QIAO_E_STALE, "the service is stopping");
        break;
    }
}

bool
qiaoi_call_went_well(qiaoi_call *call, qiao_status status, const qiao_error *error)
{
    if (status == QIAO_OK)
        return true;
    qiaoi_problem_from(&call->problem, error);
    return false;
}

void
qiaoi_call_narrow(const qiaoi_call *call, qiao_kind side, qiaoi_parameters *given)
{
    const char *filter = qiaoi_access_filter(&call->caller, side);

    if (filter != NULL)
        given->filters[given->filter_count++] = filter;
}

void
qiaoi_call_missing(qiaoi_call *call, qiao_kind kind, const char *id)
{
    qiao_error error = QIAO_ERROR_INIT;

    qiao_fail(&error, QIAO_E_NOTFOUND, kind == QIAO_PROJECT ? "there is no project %s" : "there is no need %s", id);
    qiaoi_problem_from(&call->problem, &error);
}

void
qiaoi_call_json(qiaoi_call *call)
{
    qiao_buffer_char(&call->response->body, '\n');
    call->response->content_type = "application/json";
}

bool
qiaoi_call_parameters(qiaoi_call *call, uint64_t allowed, uint32_t limit_max, qiaoi_parameters *out)
{
    qiaoi_parameter_reader reader = {.vocabulary = qiao_engine_vocabulary(call->service->engine),
                                     .arena = call->arena,
                                     .problem = &call->problem,
                                     .out = out,
                                     .allowed = allowed,
                                     .limit_max = limit_max};

    qiaoi_parameters_init(out);
    qiaoi_parameters_query(&reader, qiaoi_url_query(call->request->target));
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

/* The same answer, compressed, is another sequence of bytes and has another tag: "gen-1-ab" is "gen-1-ab-gzip". */
#define GZIP_SUFFIX "-gzip\""

/* Is the tag, of the answer or of the compressed answer, one of an If-None-Match header? Tags are compared weakly: W/
 * makes no difference. */
static bool
lists_tag(const char *header, const char *tag, bool *compressed_out)
{
    size_t length = strlen(tag) - 1; /* without its last quotation mark */

    for (const char *at = header; at != NULL; at = strchr(at, ',')) {
        at += strspn(at, ", \t");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (strncmp(at, tag, length) == 0) {
            *compressed_out = strncmp(at + length, GZIP_SUFFIX, strlen(GZIP_SUFFIX)) == 0;
            if (*compressed_out || at[length] == '"')
                return true;
        }
        if (*at == '\0')
            break;
    }
    return false;
}

static void
name_compressed(const char *tag, char *out, size_t size)
{
    snprintf(out, size, "%.*s" GZIP_SUFFIX, (int)strlen(tag) - 1, tag);
}

static bool
has_tag(qiaoi_call *call, const char *tag, const char *keep)
{
    bool compressed = false;
    bool same = lists_tag(call->request->headers[QIAOI_HEADER_IF_NONE_MATCH], tag, &compressed);
    char other[80];

    name_compressed(tag, other, sizeof other);
    qiaoi_http_set(call->response, "ETag", compressed ? other : tag);
    qiaoi_http_set(call->response, "Cache-Control", keep);
    if (!same)
        return false;
    call->response->status = 304;
    return true;
}

/* Answers may differ from caller to caller where keys are in use. */
static const char *
keep_by_caller(const qiaoi_call *call)
{
    return call->caller.open ? "no-cache" : "private, no-cache";
}

bool
qiaoi_call_unchanged(qiaoi_call *call, uint64_t basis)
{
    const char *target = call->request->target, *scope = qiaoi_access_scope(&call->caller);
    uint64_t hash = qiao_hash64(target, strlen(target), qiao_hash64(QIAO_VERSION, strlen(QIAO_VERSION), basis));
    char tag[64];

    hash = qiao_hash64(scope, strlen(scope), hash);
    snprintf(tag, sizeof tag, "\"%s%s%016llx\"", call->generation, call->generation[0] != '\0' ? "-" : "",
             (unsigned long long)hash);
    return has_tag(call, tag, keep_by_caller(call));
}

bool
qiaoi_call_unchanged_since(qiaoi_call *call, uint64_t revision)
{
    char tag[32];

    snprintf(tag, sizeof tag, "\"%llu\"", (unsigned long long)revision);
    return has_tag(call, tag, keep_by_caller(call));
}

bool
qiaoi_call_unchanged_as(qiaoi_call *call, const char *basis, const char *form, const char *keep)
{
    char tag[128];

    snprintf(tag, sizeof tag, "\"%.64s-%.32s\"", basis, form);
    return has_tag(call, tag, keep);
}

void
qiaoi_name_generation(uint64_t number, char out[QIAO_GENERATION_NAME_SIZE])
{
    out[0] = '\0';
    if (number != 0)
        snprintf(out, QIAO_GENERATION_NAME_SIZE, "gen-%010llu", (unsigned long long)(number % 10000000000u));
}

static bool
open_session(qiaoi_call *call, qiaoi_session_use use)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status;

    if (use == QIAOI_SESSION_NONE)
        return true;
    status = qiao_session_acquire(call->service->engine, &call->session, &error);
    if (status == QIAO_OK) {
        qiaoi_name_generation(qiao_session_generation(call->session), call->generation);
        return true;
    }
    if (use == QIAOI_SESSION_OPTIONAL && status == QIAO_E_NOTFOUND)
        return true;
    if (status != QIAO_E_NOTFOUND)
        return qiaoi_call_went_well(call, status, &error);
    qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_NO_GENERATION), QIAO_E_NOTFOUND,
              "no catalogue is published yet");
    qiao_error_hint(&call->problem.error, "import records and build: qiao-indexer import, then qiao-indexer build; it "
                                          "is served as soon as it is published");
    return false;
}

static bool
read_id(qiaoi_call *call, const char *raw, size_t raw_length, char out[QIAO_ID_MAX + 1])
{
    char decoded[QIAOI_HTTP_TARGET_MAX + 1];
    size_t length;

    if (raw == NULL)
        return true;
    if (!qiaoi_url_decode(raw, raw_length, false, decoded, &length)) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                  "the id in the path cannot be read: escapes are %%XX and stand for UTF-8");
        return false;
    }
    if (length > QIAO_ID_MAX) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_NOT_FOUND), QIAO_E_NOTFOUND,
                  "an id has at most %d bytes, this one has %zu", QIAO_ID_MAX, length);
        return false;
    }
    memcpy(out, decoded, length + 1);
    return true;
}

static bool
read_ids(qiaoi_call *call)
{
    return read_id(call, call->routing.id, call->routing.id_length, call->id) &&
           read_id(call, call->routing.other, call->routing.other_length, call->other);
}

static void
answer_options(qiaoi_call *call, const char *allow)
{
    call->response->status = 204;
    qiaoi_http_set(call->response, "Allow", allow);
}

/* Does it change something? What is posted to be answered from the catalogue does not. */
static bool
is_write(const qiaoi_call *call)
{
    const char *method = call->request->method;

    return strcmp(method, "PUT") == 0 || strcmp(method, "DELETE") == 0 ||
           (strcmp(method, "POST") == 0 && call->routing.route->session != QIAOI_SESSION_REQUIRED);
}

static bool
admit_address(qiaoi_call *call, qiaoi_client *client)
{
    qiaoi_admission *admission = call->service->admission;

    if (admission == NULL)
        return true;
    qiaoi_client_of(&admission->proxies, call->request, client);
    return qiaoi_admission_address(admission, client, &call->problem, &call->retry_after);
}

/* Who calls, and may it? Probes and the contract are for anybody: they do not even look at a key. */
static bool
admit(qiaoi_call *call, unsigned roles)
{
    const qiaoi_access *access = &call->service->access;
    const char *authorization = call->request->headers[QIAOI_HEADER_AUTHORIZATION];
    qiaoi_admission *admission = call->service->admission;
    qiaoi_client client;

    if (roles == QIAOI_MAY_ANYBODY)
        return true;
    if (!admit_address(call, &client))
        return false;
    if (!qiaoi_access_identify(access, authorization, &call->caller, &call->problem)) {
        if (admission != NULL && authorization != NULL && call->problem.code == QIAOI_PROBLEM_UNAUTHORIZED)
            (void)qiaoi_admission_failed(admission, &client, &call->problem, &call->retry_after);
        return false;
    }
    if (call->service->key_uses != NULL && call->caller.key.name[0] != '\0')
        qiaoi_key_use_note(call->service->key_uses, call->caller.key.name);
    return (admission == NULL || qiaoi_admission_key(admission, &client, call->caller.key.name, is_write(call),
                                                     &call->problem, &call->retry_after)) &&
           qiaoi_access_allows(access, &call->caller, roles, &call->problem);
}

static void
dispatch(qiaoi_call *call)
{
    const char *method = call->request->method, *target = call->request->target;
    qiaoi_routing *routing = &call->routing;
    bool asks_options = strcmp(method, "OPTIONS") == 0;
    qiaoi_client client;

    if (asks_options && strcmp(target, "*") == 0) {
        answer_options(call, "GET, HEAD, POST, PUT, DELETE, OPTIONS");
        return;
    }
    qiaoi_route_find(qiaoi_routes, method, target, qiaoi_url_path(target), routing);
    if (routing->route == NULL && !admit_address(call, &client)) {
        return;
    } else if (!routing->known) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_NO_ROUTE), QIAO_E_NOTFOUND,
                  "there is nothing at this address");
        qiao_error_hint(&call->problem.error, "GET / lists what can be asked, GET /v1/openapi.json describes it");
    } else if (asks_options) {
        answer_options(call, routing->allow);
    } else if (routing->route == NULL) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_METHOD_NOT_ALLOWED), QIAO_E_INPUT,
                  "%.20s is not taken here, but %s", method, routing->allow);
        qiaoi_http_set(call->response, "Allow", routing->allow);
    } else if (admit(call, routing->route->roles) && read_ids(call) && open_session(call, routing->route->session)) {
        routing->route->answer(call);
    }
}

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

            name_compressed(response->headers[i].value, tag, sizeof tag);
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

static void
finish(qiaoi_call *call)
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

static void
log_request(const qiaoi_call *call)
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

void
qiaoi_service_answer(void *context, const qiaoi_http_request *request, qiaoi_http_response *response)
{
    qiaoi_service *service = context;
    qiaoi_call call;

    call.service = service;
    call.request = request;
    call.response = response;
    call.routing = (qiaoi_routing){0};
    call.caller = (qiaoi_caller){0};
    call.session = NULL;
    call.retry_after = 0;
    call.generation[0] = call.id[0] = call.other[0] = '\0';
    call.language = qiaoi_language_wanted(request->headers[QIAOI_HEADER_ACCEPT_LANGUAGE], service->language);
    qiaoi_problem_init(&call.problem);
    name_request(&call);
    call.arena = qiao_arena_new(16384);
    if (call.arena == NULL)
        qiao_fail(qiaoi_problem_set(&call.problem, QIAOI_PROBLEM_BUSY), QIAO_E_NOMEM, "out of memory");
    else if (request->refusal != QIAOI_REFUSAL_NONE)
        refuse(&call);
    else
        dispatch(&call);
    finish(&call);
    log_request(&call);
    if (service->metrics != NULL)
        qiaoi_metrics_count(service->metrics, qiaoi_routes, call.routing.route, response->status, call.problem.code,
                            qiao_clock_monotonic_us() - request->started_us);
    qiao_session_release(call.session);
    qiao_arena_free(call.arena);
}

bool
qiaoi_service_is_quick(void *context, const qiaoi_http_request *request)
{
    qiaoi_routing routing;

    (void)context;
    qiaoi_route_find(qiaoi_routes, request->method, request->target, qiaoi_url_path(request->target), &routing);
    return routing.route == NULL || routing.route->session == QIAOI_SESSION_NONE;
}
