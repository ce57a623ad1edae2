/* Takes a request from the server to its handler: language, request id, who calls, route, session. What follows stands
 * in finish.c. */
#include "service.h"

#include "finish.h"
#include "handlers.h"
#include "qiao/file.h"
#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    qiaoi_call_finish(&call);
    qiaoi_call_log(&call);
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
