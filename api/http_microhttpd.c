/*
 * The wall around libmicrohttpd: the only file that includes it.
 *
 * An epoll loop on each thread of a pool; a request is read whole (its body up to a cap) and given to the handler on
 * the thread that read it. The target is taken raw, before the library decodes it, because ids hold encoded slashes.
 * What would let two servers disagree about where a request ends (headers given twice, a length beside a transfer
 * encoding) is refused here and the connection closed.
 */
#include "http.h"

#include "qiao/file.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* Room for the target and headers well past our own limits, so that our problem answers and not the library's page. */
#define CONNECTION_MEMORY (64u * 1024u)
/* A body over the cap is read and dropped up to this size before the refusal, as a client that still sends may never
 * read it. */
#define DRAIN_MAX (16u * 1024u * 1024u)

struct qiaoi_http_server {
    struct MHD_Daemon *daemon;
    qiaoi_http_handler handler;
    void *context;
    size_t max_body;
    atomic_uint active; /* requests begun and not ended */
    atomic_bool stopping;
};

/* One request on its way. */
typedef struct exchange {
    qiaoi_http_server *server;
    qiaoi_http_request request;
    char *target;
    qiao_buffer body;
    size_t received;
    bool begun, too_long, close;
    size_t header_bytes;
} exchange;

static const char *const header_names[] = {
#define HEADER_NAME(name, text) text,
    QIAOI_HTTP_HEADER_TABLE(HEADER_NAME)
#undef HEADER_NAME
};

void
qiaoi_http_set(qiaoi_http_response *response, const char *name, const char *value)
{
    size_t length = strlen(value);

    if (response->header_count == QIAOI_HTTP_HEADERS_OUT || length >= QIAOI_HTTP_VALUE_SIZE)
        return;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)value[i] < 0x20 || value[i] == 0x7F)
            return;
    response->headers[response->header_count].name = name;
    memcpy(response->headers[response->header_count].value, value, length + 1);
    response->header_count++;
}

/* An absolute target names scheme and host first; what we route is the rest. */
static const char *
origin_form(const char *uri)
{
    const char *rest;

    if (strncasecmp(uri, "http://", 7) != 0 && strncasecmp(uri, "https://", 8) != 0)
        return uri;
    rest = strchr(strchr(uri, ':') + 3, '/');
    return rest != NULL ? rest : "/";
}

/* Called with the target as sent, before anything else of a request. What it returns is the request's context from then
 * on. */
static void *
begin_exchange(void *context, const char *uri, struct MHD_Connection *connection)
{
    qiaoi_http_server *server = context;
    exchange *x = qiao_calloc(1, sizeof *x);

    (void)connection;
    if (x == NULL)
        return NULL;
    x->server = server;
    x->body.limit = server->max_body;
    x->request.started_us = qiao_clock_monotonic_us();
    uri = origin_form(uri);
    x->too_long = strlen(uri) > QIAOI_HTTP_TARGET_MAX;
    x->target = qiao_strdup(x->too_long ? "" : uri);
    if (x->target == NULL) {
        qiao_free(x);
        return NULL;
    }
    atomic_fetch_add(&server->active, 1);
    return x;
}

static void
end_exchange(void *context, struct MHD_Connection *connection, void **con_cls, enum MHD_RequestTerminationCode code)
{
    qiaoi_http_server *server = context;
    exchange *x = *con_cls;

    (void)connection;
    (void)code;
    if (x == NULL)
        return;
    *con_cls = NULL;
    qiao_buffer_done(&x->body);
    qiao_free(x->target);
    qiao_free(x);
    atomic_fetch_sub(&server->active, 1);
}

/* We decode the target ourselves. */
static size_t
keep_encoded(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static enum MHD_Result
take_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    exchange *x = context;

    (void)kind;
    value = value != NULL ? value : "";
    x->header_bytes += strlen(name) + strlen(value) + 4;
    if (strpbrk(name, " \t") != NULL)
        x->request.refusal = QIAOI_REFUSAL_BAD_HEADER;
    for (size_t i = 0; i < QIAOI_HEADER_COUNT; i++) {
        if (strcasecmp(name, header_names[i]) != 0)
            continue;
        if (x->request.headers[i] != NULL && x->request.refusal == QIAOI_REFUSAL_NONE) {
            x->request.refusal = QIAOI_REFUSAL_REPEATED_HEADER;
            x->request.refused_header = header_names[i];
        }
        x->request.headers[i] = value;
    }
    return MHD_YES;
}

static qiaoi_http_refusal
judge_framing(const exchange *x, const char *version)
{
    const char *const *headers = x->request.headers;
    const char *encoding = headers[QIAOI_HEADER_TRANSFER_ENCODING];

    if (x->too_long)
        return QIAOI_REFUSAL_TARGET_TOO_LONG;
    if (x->header_bytes > QIAOI_HTTP_HEADERS_MAX)
        return QIAOI_REFUSAL_HEADERS_TOO_LARGE;
    if (encoding != NULL && (headers[QIAOI_HEADER_CONTENT_LENGTH] != NULL || strcasecmp(encoding, "chunked") != 0))
        return QIAOI_REFUSAL_BAD_FRAMING;
    if (headers[QIAOI_HEADER_HOST] == NULL && strcmp(version, MHD_HTTP_VERSION_1_0) != 0)
        return QIAOI_REFUSAL_NO_HOST;
    return QIAOI_REFUSAL_NONE;
}

/* Is there no use in waiting for the body? The library has checked that the length is a number. */
static bool
body_is_hopeless(const exchange *x)
{
    const char *text = x->request.headers[QIAOI_HEADER_CONTENT_LENGTH];
    unsigned long long length = text != NULL ? strtoull(text, NULL, 10) : 0;

    if (length <= x->server->max_body)
        return false;
    return length > DRAIN_MAX || x->request.headers[QIAOI_HEADER_EXPECT] != NULL;
}

static void
begin_request(exchange *x, struct MHD_Connection *connection, const char *method, const char *version)
{
    x->begun = true;
    x->request.method = method;
    x->request.target = x->target;
    x->request.body = "";
    MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, x);
    if (x->request.refusal == QIAOI_REFUSAL_NONE)
        x->request.refusal = judge_framing(x, version);
    if (x->request.refusal == QIAOI_REFUSAL_NONE && body_is_hopeless(x))
        x->request.refusal = QIAOI_REFUSAL_BODY_TOO_LARGE;
}

/* false: more came than we are willing to throw away. */
static bool
take_body(exchange *x, const char *bytes, size_t length)
{
    x->received += length;
    if (x->received > x->server->max_body)
        qiao_buffer_done(&x->body);
    else
        qiao_buffer_append(&x->body, bytes, length);
    return x->received <= DRAIN_MAX || x->received <= x->server->max_body;
}

static void
end_body(exchange *x)
{
    if (x->received > x->server->max_body)
        x->request.refusal = QIAOI_REFUSAL_BODY_TOO_LARGE;
    else if (x->body.failed)
        x->request.refusal = QIAOI_REFUSAL_NO_MEMORY;
    else if (x->body.length != 0) {
        x->request.body = x->body.data;
        x->request.body_length = x->body.length;
    }
}

/* The bytes of the answer, handed over to the library. */
static struct MHD_Response *
wrap_body(qiaoi_http_response *response)
{
    struct MHD_Response *wrapped;

    if (response->fixed != NULL)
        return MHD_create_response_from_buffer(response->fixed_length, (void *)(uintptr_t)response->fixed,
                                               MHD_RESPMEM_PERSISTENT);
    if (response->body.length == 0)
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    wrapped = MHD_create_response_from_buffer_with_free_callback(response->body.length, response->body.data, qiao_free);
    if (wrapped != NULL)
        response->body = (qiao_buffer){0};
    return wrapped;
}

static bool
add_headers(struct MHD_Response *wrapped, const qiaoi_http_response *response, bool close)
{
    bool fine = true;

    if (response->content_type != NULL)
        fine = MHD_add_response_header(wrapped, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type) == MHD_YES;
    for (size_t i = 0; fine && i < response->header_count; i++)
        fine = MHD_add_response_header(wrapped, response->headers[i].name, response->headers[i].value) == MHD_YES;
    if (fine && close)
        fine = MHD_add_response_header(wrapped, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
    return fine;
}

static enum MHD_Result
answer(exchange *x, struct MHD_Connection *connection)
{
    qiaoi_http_response response = {0};
    struct MHD_Response *wrapped;
    enum MHD_Result result = MHD_NO;
    bool close = x->close || atomic_load(&x->server->stopping);

    x->server->handler(x->server->context, &x->request, &response);
    wrapped = wrap_body(&response);
    if (wrapped != NULL && add_headers(wrapped, &response, close))
        result = MHD_queue_response(connection, response.status, wrapped);
    if (wrapped != NULL)
        MHD_destroy_response(wrapped);
    qiao_buffer_done(&response.body);
    return result;
}

/* Called by the library: once after the headers, then for each piece of the body, then at its end. */
static enum MHD_Result
serve(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
      const char *upload, size_t *upload_size, void **con_cls)
{
    exchange *x = *con_cls;

    (void)context;
    (void)url;
    if (x == NULL)
        return MHD_NO;
    if (!x->begun) {
        begin_request(x, connection, method, version);
        if (x->request.refusal == QIAOI_REFUSAL_NONE)
            return MHD_YES;
        x->close = true;
        return answer(x, connection);
    }
    if (*upload_size != 0) {
        size_t length = *upload_size;

        *upload_size = 0;
        return take_body(x, upload, length) ? MHD_YES : MHD_NO;
    }
    end_body(x);
    return answer(x, connection);
}

static unsigned
cores(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 && count < 1024 ? (unsigned)count : 1;
}

qiao_status
qiaoi_http_start(const qiaoi_http_options *options, qiaoi_http_server **out, qiao_error *err)
{
    qiaoi_http_server *server = qiao_calloc(1, sizeof *server);
    unsigned threads = options->threads != 0 ? options->threads : cores();

    *out = NULL;
    if (server == NULL)
        return qiao_fail_memory(err);
    server->handler = options->handler;
    server->context = options->context;
    server->max_body = options->max_body;
    atomic_init(&server->active, 0);
    atomic_init(&server->stopping, false);
    errno = 0;
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, serve, server, /* options: */
                         MHD_OPTION_LISTEN_SOCKET, options->socket,                                 /* */
                         MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0u,                   /* */
                         MHD_OPTION_CONNECTION_LIMIT, options->connections,                         /* */
                         MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_seconds,                   /* */
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,             /* */
                         MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, server,                       /* */
                         MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,                          /* */
                         MHD_OPTION_NOTIFY_COMPLETED, end_exchange, server, MHD_OPTION_END);
    if (server->daemon == NULL) {
        int system_errno = errno;

        qiao_free(server);
        if (system_errno != 0)
            return qiao_fail_errno(err, system_errno, "the HTTP server could not be started");
        return qiao_fail(err, QIAO_E_INTERNAL, "the HTTP server could not be started");
    }
    *out = server;
    return QIAO_OK;
}

unsigned
qiaoi_http_stop(qiaoi_http_server *server, unsigned wait_ms)
{
    const struct timespec pause = {.tv_nsec = 5L * 1000 * 1000};
    uint64_t deadline = qiao_clock_monotonic_us() + (uint64_t)wait_ms * 1000;
    unsigned left;
    int socket;

    if (server == NULL)
        return 0;
    atomic_store(&server->stopping, true);
    socket = MHD_quiesce_daemon(server->daemon);
    while ((left = atomic_load(&server->active)) != 0 && qiao_clock_monotonic_us() < deadline)
        nanosleep(&pause, NULL);
    MHD_stop_daemon(server->daemon);
    if (socket >= 0)
        close(socket);
    qiao_free(server);
    return left;
}
