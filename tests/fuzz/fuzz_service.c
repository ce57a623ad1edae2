/*
 * Any bytes as a part of a request, from the service's door to its answer, over the engine that does as it is told and
 * a desk of its own. QIAO_FUZZ_PART says which part:
 *   TARGET   path and query of a GET, as staff
 *   BODY     a letter for the route, then the body, as staff
 *   HEADERS  a letter for the route, then lines "Name: value"; "Authorization: @" is a key that is good
 * Whatever is sent, the answer is whole: JSON where it says so, no header that breaks its line, and never a fault of
 * the service.
 */
#include "../api/fake_engine.c"

#include "admission.h"
#include "json_guard.h"
#include "metrics.h"
#include "qiao/file.h"
#include "service.h"

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#define TARGET 1
#define BODY 2
#define HEADERS 3
#define PAIR "/a:1/b:1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct route {
    const char *method, *target, *if_match;
} route;

static const route bodies[] = {
    {"POST", "/v1/match", NULL},
    {"POST", "/v1/lint", NULL},
    {"POST", "/v1/needs", NULL},
    {"POST", "/v1/projects", NULL},
    {"PUT", "/v1/needs/a:1", "*"},
    {"PUT", "/v1/pairs" PAIR "/feedback", NULL},
    {"PUT", "/v1/cases" PAIR, NULL},
    {"POST", "/v1/searches", NULL},
    {"POST", "/v1/shortlists", NULL},
    {"POST", "/v1/keys", NULL},
    {"POST", "/v1/profiles/preview", "*"},
    {"PUT", "/v1/profiles/next", "*"},
    {"PUT", "/v1/generations/current", NULL},
};
static const route heads[] = {
    {"GET", "/v1/needs/a:1", NULL},
    {"GET", "/v1/search?q=a", NULL},
    {"PUT", "/v1/cases" PAIR, NULL},
    {"GET", "/v1/cases" PAIR, NULL},
    {"GET", "/", NULL},
    {"DELETE", "/v1/needs/a:2", NULL},
    {"GET", "/v1/openapi.json", NULL},
    {"GET", "/web/", NULL},
};

static char folder[64], authorization[16 + QIAOI_KEY_TEXT_SIZE] = "Bearer ";
static qiao_desk *desk;
static qiaoi_service service;
static qiaoi_admission admission;
static qiaoi_metrics metrics;

static void
clean_up(void)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_engine *engine = service.engine;

    qiao_desk_close(desk);
    qiao_engine_close(engine);
    qiaoi_admission_done(&admission);
    if (qiao_file_remove_tree(folder, &err) != QIAO_OK)
        fprintf(stderr, "%s\n", err.message);
}

static void
need(qiao_status status, const qiao_error *err)
{
    if (status == QIAO_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    abort();
}

/* The log of the service goes nowhere; what the fuzzer says goes on. */
static void
silence(bool on)
{
    static int shown = -1, quiet;

    if (shown < 0) {
        shown = dup(STDERR_FILENO);
        quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    }
    if (dup2(on ? quiet : shown, STDERR_FILENO) < 0)
        abort();
}

static void
begin(void)
{
    qiaoi_key staff = {.role = QIAOI_ROLE_STAFF};
    qiao_engine_options options = {.data_dir = folder};
    qiao_engine *engine = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(folder, sizeof folder, "%s/qiao-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder) == NULL || setenv("QIAO_SHARE", QIAO_BUILD_DIR "/share/qiao", 1) != 0)
        abort();
    need(qiao_engine_open(&options, &engine, &err), &err);
    atomic_store(&engine->generation, 7);
    need(qiao_desk_open(folder, true, &desk, &err), &err);
    need(qiaoi_service_init(&service, engine, QIAO_LANGUAGE_ZH, 1048576, &err), &err);
    need(qiaoi_admission_init(&admission, 1, &err), &err);
    need(qiaoi_proxies_read("192.0.2.0/24", "x-forwarded-for", &admission.proxies, &err), &err);
    need(qiaoi_key_create(desk, "fuzz", &staff, authorization + 7, &err), &err);
    service.access.desk = desk;
    service.admission = &admission;
    service.metrics = &metrics;
    service.data_dir = folder;
    atomic_store(&service.compress_min, 64u);
    atexit(clean_up);
}

static void
fault(const char *what, const qiaoi_http_request *request, const qiaoi_http_response *response)
{
    silence(false);
    fprintf(stderr, "%s: %s %s -> %u %s\n", what, request->method, request->target, response->status,
            response->body.data != NULL ? response->body.data : "");
    abort();
}

static void
check(const qiaoi_http_request *request, const qiaoi_http_response *response, bool told_to_fail)
{
    const char *text = response->fixed != NULL ? response->fixed : response->body.data;
    size_t at, length = response->fixed != NULL ? response->fixed_length : response->body.length;
    bool packed = false;

    if (response->status < 200 || response->status > 507 || (response->status >= 500 && !told_to_fail))
        fault("a fault of the service", request, response);
    for (size_t i = 0; i < response->header_count; i++) {
        packed = packed || strcmp(response->headers[i].name, "Content-Encoding") == 0;
        for (const char *c = response->headers[i].value; *c != '\0'; c++)
            if ((unsigned char)*c < ' ' || *c == 127)
                fault("a header breaks its line", request, response);
    }
    if (!packed && length > 0 && response->content_type != NULL && strstr(response->content_type, "json") != NULL &&
        qiaoi_json_guard(text, length, &at) != QIAOI_JSON_FINE)
        fault("what is called JSON is none", request, response);
}

static void
ask(qiaoi_http_request *request)
{
    qiaoi_http_response response = {0};
    bool told = strstr(request->target, "fail") != NULL || strstr(request->target, "FAIL") != NULL ||
                strstr(request->target, "%") != NULL || strstr(request->body, "fail") != NULL ||
                strstr(request->body, "\\u") != NULL;

    request->peer = "192.0.2.7";
    silence(true);
    qiaoi_service_answer(&service, request, &response);
    silence(false);
    check(request, &response, told || response.status == 503); /* without reports, some is not to be had */
    qiaoi_http_drop_file(&response);
    qiao_buffer_done(&response.body);
}

/* One line of headers, cut in place. */
static void
take_line(qiaoi_http_request *request, char *line)
{
#define HEADER_NAME(name, text) text,
    static const char *const names[] = {QIAOI_HTTP_HEADER_TABLE(HEADER_NAME)};
#undef HEADER_NAME
    char *colon = strstr(line, ": ");

    for (int i = 0; colon != NULL && i < QIAOI_HEADER_COUNT; i++)
        if ((size_t)(colon - line) == strlen(names[i]) && strncmp(line, names[i], strlen(names[i])) == 0)
            request->headers[i] =
                i == QIAOI_HEADER_AUTHORIZATION && strcmp(colon + 2, "@") == 0 ? authorization : colon + 2;
}

static void
ask_part(char *text, size_t size)
{
    qiaoi_http_request request = {.method = "GET", .target = "/", .body = ""};
    const route *r;

    request.headers[QIAOI_HEADER_AUTHORIZATION] = authorization;
    if (QIAO_FUZZ_PART == TARGET) {
        char target[QIAOI_HTTP_TARGET_MAX + 2] = "/";

        snprintf(target + 1, sizeof target - 1, "%s", text);
        request.target = target;
        ask(&request);
        return;
    }
    if (size == 0)
        return;
    if (QIAO_FUZZ_PART == BODY) {
        r = &bodies[(unsigned char)text[0] % (sizeof bodies / sizeof bodies[0])];
        request.headers[QIAOI_HEADER_CONTENT_TYPE] = "application/json";
        request.headers[QIAOI_HEADER_IF_MATCH] = r->if_match;
        request.body = text + 1;
        request.body_length = size - 1;
    } else {
        r = &heads[(unsigned char)text[0] % (sizeof heads / sizeof heads[0])];
        request.headers[QIAOI_HEADER_AUTHORIZATION] = NULL;
        for (char *at = text + 1, *end; at != NULL; at = end != NULL ? end + 1 : NULL) {
            end = strchr(at, '\n');
            if (end != NULL)
                *end = '\0';
            take_line(&request, at);
        }
        if (strcmp(r->method, "PUT") == 0) {
            request.body = "{\"status\":\"suggested\"}";
            request.body_length = strlen(request.body);
        }
    }
    request.method = r->method;
    request.target = r->target;
    ask(&request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (folder[0] == '\0')
        begin();
    text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    ask_part(text, size);
    free(text);
    return 0;
}
