/*
 * The wall around libmicrohttpd: the only file that includes it.
 *
 * One thread of the library reads and writes all connections by epoll. A request is read whole (its body up to a cap),
 * its connection suspended, and the request queued for a worker thread; the worker leaves the response with the request
 * and resumes the connection. The target is taken raw, before the library decodes it, because ids hold encoded slashes.
 * What would let two servers disagree about where a request ends (headers given twice, a length beside a transfer
 * encoding) is refused here and the connection closed.
 */
#include "http.h"

#include "connections.h"
#include "qiao/file.h"
#include "qiao/processors.h"
#include "workers.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* Room for the target and headers well past our own limits, so that our problem answers and not the library's page. */
#define CONNECTION_MEMORY ((size_t)64 * 1024)
/* A body over the cap is read and dropped up to this size before the refusal, as a client that still sends may never
 * read it. */
#define DRAIN_MAX ((size_t)16 * 1024 * 1024)

#define LAST_WORDS_US 500000u /* for answers to those who will not be served any more */

struct qiaoi_http_server {
    struct MHD_Daemon *daemon;
    qiaoi_workers *workers;
    qiaoi_http_handler handler;
    qiaoi_http_judge is_quick;
    void *context;
    qiaoi_connections *connections;
    size_t max_body, max_target, max_headers;
    unsigned max_header_count, threads;
    atomic_uint active; /* requests begun and not ended */
    atomic_bool stopping;
};

/* READING -> QUEUED (connection suspended, a worker has it) -> ANSWERED; or READING -> ANSWERED at once. */
typedef enum exchange_stage { NEW, READING, QUEUED, ANSWERED } exchange_stage;

/* One request on its way. */
typedef struct exchange {
    qiaoi_job job; /* first */
    exchange_stage stage;
    qiaoi_http_server *server;
    struct MHD_Connection *connection;
    qiaoi_http_request request;
    qiaoi_http_response response;
    char *target;
    qiao_buffer body;
    qiaoi_connection *place; /* NULL = memory was short */
    size_t received;
    bool too_long, close;
    char *given; /* an absolute target as sent; NULL = it was none */
    size_t header_bytes;
    unsigned header_count;
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

/* An absolute target names scheme and host first; what we route is the rest. NULL: it is none. */
static const char *
path_of_absolute(const char *uri)
{
    const char *rest;

    if (strncasecmp(uri, "http://", 7) != 0 && strncasecmp(uri, "https://", 8) != 0)
        return NULL;
    rest = strchr(strchr(uri, ':') + 3, '/');
    return rest != NULL ? rest : "/";
}

static qiaoi_connection *
place_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static bool
keep_target(exchange *x, const char *uri)
{
    const char *path = path_of_absolute(uri);

    x->too_long = strlen(uri) > x->server->max_target;
    if (path != NULL && !x->too_long) {
        x->given = qiao_strdup(uri);
        if (x->given == NULL)
            return false;
    }
    x->target = qiao_strdup(x->too_long ? "" : path != NULL ? path : uri);
    return x->target != NULL;
}

/* Called with the target as sent, before anything else of a request. What it returns is the request's context from then
 * on. */
static void *
begin_exchange(void *context, const char *uri, struct MHD_Connection *connection)
{
    qiaoi_http_server *server = context;
    exchange *x = qiao_calloc(1, sizeof *x);

    if (x == NULL)
        return NULL;
    x->server = server;
    x->connection = connection;
    x->place = place_of(connection);
    x->body.limit = server->max_body;
    x->request.started_us = qiao_clock_monotonic_us();
    x->request.peer = qiaoi_connection_peer(x->place);
    if (!keep_target(x, uri)) {
        qiao_free(x->given);
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
    qiaoi_connection_at(x->place, QIAOI_IDLE);
    qiao_buffer_done(&x->body);
    qiaoi_http_drop_file(&x->response);
    qiao_buffer_done(&x->response.body);
    qiao_free(x->target);
    qiao_free(x->given);
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

/*
 * The library takes a lone LF for the end of a line, a lone CR for part of a value, and joins a line that begins with a
 * blank to the one before it; other servers do otherwise, and what lies between the two readings is room for a second
 * request. It cuts lines in place: behind a value that ended in CR LF stand two NULs, and a value that was not joined
 * stands close behind its name.
 */
static bool
is_whole_line(const char *name, size_t name_size, const char *value, size_t value_size)
{
    enum { BLANKS_MAX = 64 };

    if (value < name || (size_t)(value - name) > name_size + 1 + BLANKS_MAX)
        return false;
    for (size_t i = 0; i < value_size; i++)
        if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7F)
            return false;
    return value[value_size] == '\0' && value[value_size + 1] == '\0';
}

/* Proxies append to these, and may do so in a header of their own. */
static bool
is_appended_to(size_t header)
{
    return header == QIAOI_HEADER_X_FORWARDED_FOR || header == QIAOI_HEADER_FORWARDED;
}

/* Lists of what a client would take: nothing hangs on them but the form of an answer. */
static bool
may_repeat(size_t header)
{
    return header == QIAOI_HEADER_ACCEPT || header == QIAOI_HEADER_ACCEPT_ENCODING;
}

static enum MHD_Result
take_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_size, const char *value,
            size_t value_size)
{
    exchange *x = context;

    (void)kind;
    x->header_count++;
    x->header_bytes += name_size + value_size + 4;
    if (value == NULL || !is_whole_line(name, name_size, value, value_size))
        x->request.refusal = QIAOI_REFUSAL_BAD_LINE;
    if (value == NULL)
        return MHD_YES;
    if (name_size == 0 || strpbrk(name, " \t") != NULL)
        x->request.refusal = QIAOI_REFUSAL_BAD_HEADER;
    for (size_t i = 0; i < QIAOI_HEADER_COUNT; i++) {
        if (strcasecmp(name, header_names[i]) != 0)
            continue;
        if (x->request.headers[i] == NULL || is_appended_to(i)) {
            x->request.headers[i] = value;
        } else if (!may_repeat(i) && x->request.refusal == QIAOI_REFUSAL_NONE) {
            x->request.refusal = QIAOI_REFUSAL_REPEATED_HEADER;
            x->request.refused_header = header_names[i];
        }
    }
    return MHD_YES;
}

/* What is asked for must begin with /, or name the very host that Host names. */
static bool
is_good_target(const exchange *x, const char *method)
{
    const char *host = x->request.headers[QIAOI_HEADER_HOST], *authority;
    size_t length;

    for (const char *at = x->target; *at != '\0'; at++)
        if ((unsigned char)*at <= 0x20 || *at == 0x7F || *at == '#')
            return false;
    if (x->given == NULL)
        return x->target[0] == '/' || (strcmp(x->target, "*") == 0 && strcmp(method, "OPTIONS") == 0);
    authority = strchr(x->given, ':') + 3;
    length = strcspn(authority, "/?#");
    return host != NULL && authority[length] != '?' && authority[length] != '#' && strlen(host) == length &&
           strncasecmp(host, authority, length) == 0;
}

static qiaoi_http_refusal
judge_limits(exchange *x)
{
    const qiaoi_http_server *server = x->server;

    if (x->too_long) {
        x->request.refused_limit = server->max_target;
        return QIAOI_REFUSAL_TARGET_TOO_LONG;
    }
    if (x->header_count > server->max_header_count) {
        x->request.refused_limit = server->max_header_count;
        return QIAOI_REFUSAL_TOO_MANY_HEADERS;
    }
    x->request.refused_limit = server->max_headers;
    return x->header_bytes > server->max_headers ? QIAOI_REFUSAL_HEADERS_TOO_LARGE : QIAOI_REFUSAL_NONE;
}

static qiaoi_http_refusal
judge_framing(const exchange *x, const char *method, const char *version)
{
    const char *const *headers = x->request.headers;
    const char *encoding = headers[QIAOI_HEADER_TRANSFER_ENCODING];
    bool old = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;

    if (!old && strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
        return QIAOI_REFUSAL_BAD_VERSION;
    if (encoding != NULL &&
        (old || headers[QIAOI_HEADER_CONTENT_LENGTH] != NULL || strcasecmp(encoding, "chunked") != 0))
        return QIAOI_REFUSAL_BAD_FRAMING;
    if (headers[QIAOI_HEADER_HOST] == NULL && !old)
        return QIAOI_REFUSAL_NO_HOST;
    return is_good_target(x, method) ? QIAOI_REFUSAL_NONE : QIAOI_REFUSAL_BAD_TARGET;
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
    x->stage = READING;
    x->request.method = method;
    x->request.target = x->target;
    x->request.body = "";
    if (!qiaoi_connection_at(x->place, QIAOI_READING))
        x->request.refusal = QIAOI_REFUSAL_STOPPING;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_header, x);
    if (x->request.refusal == QIAOI_REFUSAL_NONE)
        x->request.refusal = judge_limits(x);
    if (x->request.refusal == QIAOI_REFUSAL_NONE)
        x->request.refusal = judge_framing(x, method, version);
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

void
qiaoi_http_set_file(qiaoi_http_response *response, int file, uint64_t length)
{
    qiaoi_http_drop_file(response);
    response->file = file + 1;
    response->file_length = length;
}

void
qiaoi_http_drop_file(qiaoi_http_response *response)
{
    if (response->file != 0)
        close(response->file - 1);
    response->file = 0;
}

/* The bytes of the answer, handed over to the library. */
static struct MHD_Response *
wrap_body(qiaoi_http_response *response)
{
    struct MHD_Response *wrapped;

    if (response->file != 0) {
        wrapped = MHD_create_response_from_fd64(response->file_length, response->file - 1);
        if (wrapped != NULL)
            response->file = 0; /* the library closes it */
        return wrapped;
    }
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

/* Hands the response over to the library. */
static enum MHD_Result
reply(exchange *x)
{
    struct MHD_Response *wrapped = wrap_body(&x->response);
    enum MHD_Result result = MHD_NO;
    bool close = x->close || atomic_load(&x->server->stopping);

    if (!qiaoi_connection_at(x->place, QIAOI_SENDING))
        return MHD_NO;
    if (wrapped != NULL && add_headers(wrapped, &x->response, close))
        result = MHD_queue_response(x->connection, x->response.status, wrapped);
    if (wrapped != NULL)
        MHD_destroy_response(wrapped);
    return result;
}

static void
ask_handler(exchange *x)
{
    x->server->handler(x->server->context, &x->request, &x->response);
    x->stage = ANSWERED;
}

/* On a worker thread. Once resumed, the exchange is the library's thread's again. */
static void
run_job(qiaoi_job *job)
{
    exchange *x = (exchange *)(void *)job;

    ask_handler(x);
    MHD_resume_connection(x->connection);
}

static void
drop_job(qiaoi_job *job)
{
    exchange *x = (exchange *)(void *)job;

    x->request.refusal = QIAOI_REFUSAL_STOPPING;
    run_job(job);
}

/* The request is here, or refused: answer at once, or queue it. */
static enum MHD_Result
answer(exchange *x)
{
    if (x->request.refusal != QIAOI_REFUSAL_NONE || x->server->is_quick(x->server->context, &x->request)) {
        ask_handler(x);
        return reply(x);
    }
    if (!qiaoi_connection_at(x->place, QIAOI_ANSWERING))
        return MHD_NO;
    x->stage = QUEUED;
    MHD_suspend_connection(x->connection);
    qiaoi_workers_give(x->server->workers, &x->job);
    return MHD_YES;
}

/* Called by the library: once after the headers, then for each piece of the body, then at its end; and again once a
 * connection was resumed. */
static enum MHD_Result
serve(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
      const char *upload, size_t *upload_size, void **con_cls)
{
    exchange *x = *con_cls;

    (void)context;
    (void)url;
    if (x == NULL)
        return MHD_NO;
    if (x->stage == NEW) {
        begin_request(x, connection, method, version);
        x->close = x->request.refusal != QIAOI_REFUSAL_NONE;
        return x->close ? answer(x) : MHD_YES;
    }
    if (x->stage == ANSWERED)
        return reply(x);
    if (*upload_size != 0) {
        size_t length = *upload_size;

        *upload_size = 0;
        return take_body(x, upload, length) ? MHD_YES : MHD_NO;
    }
    end_body(x);
    return answer(x);
}

static enum MHD_Result
admit(void *context, const struct sockaddr *from, socklen_t length)
{
    qiaoi_http_server *server = context;

    return length != 0 && !qiaoi_connections_admit(server->connections, from) ? MHD_NO : MHD_YES;
}

static void
follow_connection(void *context, struct MHD_Connection *connection, void **place,
                  enum MHD_ConnectionNotificationCode code)
{
    qiaoi_http_server *server = context;
    const union MHD_ConnectionInfo *fd, *from;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        qiaoi_connection_close(*place);
        *place = NULL;
        return;
    }
    fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    from = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (fd != NULL)
        *place = qiaoi_connection_open(server->connections, fd->connect_fd, from != NULL ? from->client_addr : NULL);
}

static struct MHD_Daemon *
start_daemon(qiaoi_http_server *server, const qiaoi_http_options *options)
{
    /* clang-format off */
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, admit, server, serve, server,
                            MHD_OPTION_LISTEN_SOCKET, options->socket,
                            MHD_OPTION_CONNECTION_LIMIT, options->connections,
                            MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_seconds,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
                            MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, server,
                            MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
                            MHD_OPTION_NOTIFY_CONNECTION, follow_connection, server,
                            MHD_OPTION_NOTIFY_COMPLETED, end_exchange, server,
                            MHD_OPTION_END);
    /* clang-format on */
}

/* Silent connections are the library's to close; one that is still at its headers later than that has sent a byte now
 * and then. */
static qiaoi_connections *
new_connections(const qiaoi_http_options *options)
{
    unsigned request = options->request_seconds != 0 ? options->request_seconds : options->timeout_seconds;
    unsigned head = request > options->timeout_seconds + 2 ? request : options->timeout_seconds + 2;
    qiaoi_connection_limits limits = {.per_address = options->per_address,
                                      .head_us = (uint64_t)head * 1000000,
                                      .request_us = (uint64_t)request * 1000000};

    return qiaoi_connections_new(&limits);
}

static void
set_limits(qiaoi_http_server *server, const qiaoi_http_options *options)
{
    server->max_body = options->max_body;
    server->max_target = options->max_target != 0 ? options->max_target : QIAOI_HTTP_TARGET_MAX;
    server->max_headers = options->max_headers != 0 ? options->max_headers : QIAOI_HTTP_HEADERS_MAX;
    server->max_header_count = options->max_header_count != 0 ? options->max_header_count : QIAOI_HTTP_HEADER_COUNT_MAX;
}

qiao_status
qiaoi_http_start(const qiaoi_http_options *options, qiaoi_http_server **out, qiao_error *err)
{
    qiaoi_http_server *server = qiao_calloc(1, sizeof *server);
    qiao_status status;

    *out = NULL;
    if (server == NULL)
        return qiao_fail_memory(err);
    server->handler = options->handler;
    server->is_quick = options->is_quick;
    server->context = options->context;
    server->threads = options->threads != 0 ? options->threads : qiao_processors();
    set_limits(server, options);
    atomic_init(&server->active, 0);
    atomic_init(&server->stopping, false);
    server->connections = new_connections(options);
    status = server->connections != NULL ? qiaoi_workers_start(server->threads, run_job, &server->workers, err)
                                         : qiao_fail_memory(err);
    if (status != QIAO_OK)
        goto fail;
    errno = 0;
    server->daemon = start_daemon(server, options);
    if (server->daemon == NULL) {
        status = qiao_fail_errno(err, errno != 0 ? errno : EINVAL, "the HTTP server could not be started");
        qiaoi_workers_stop(server->workers, drop_job);
        goto fail;
    }
    *out = server;
    return QIAO_OK;
fail:
    qiaoi_workers_free(server->workers);
    qiaoi_connections_free(server->connections);
    qiao_free(server);
    return status;
}

void
qiaoi_http_look(qiaoi_http_server *server)
{
    qiaoi_connections_sweep(server->connections);
}

void
qiaoi_http_measure(qiaoi_http_server *server, qiaoi_http_state *out)
{
    *out = (qiaoi_http_state){.threads = server->threads, .active = atomic_load(&server->active)};
    qiaoi_connections_count(server->connections, &out->connections, &out->cut, &out->turned_away);
    qiaoi_workers_count(server->workers, &out->busy, &out->waiting);
}

void
qiaoi_http_close_idle(qiaoi_http_server *server)
{
    atomic_store(&server->stopping, true);
}

/* Waits until no request is on its way, at most until the deadline; how many there still are. */
static unsigned
wait_for_active(qiaoi_http_server *server, uint64_t deadline_us)
{
    const struct timespec pause = {.tv_nsec = 5L * 1000 * 1000};
    unsigned active;

    while ((active = atomic_load(&server->active)) != 0 && qiao_clock_monotonic_us() < deadline_us)
        nanosleep(&pause, NULL);
    return active;
}

unsigned
qiaoi_http_stop(qiaoi_http_server *server, unsigned wait_ms)
{
    unsigned left;
    int socket;

    if (server == NULL)
        return 0;
    atomic_store(&server->stopping, true);
    socket = MHD_quiesce_daemon(server->daemon);
    left = wait_for_active(server, qiao_clock_monotonic_us() + (uint64_t)wait_ms * 1000);
    /* No connection may be suspended when the library ends: what is queued is answered that it will not be, what runs
     * is waited for. */
    qiaoi_workers_stop(server->workers, drop_job);
    if (left != 0)
        left = wait_for_active(server, qiao_clock_monotonic_us() + LAST_WORDS_US);
    MHD_stop_daemon(server->daemon);
    if (socket >= 0)
        close(socket);
    qiaoi_workers_free(server->workers);
    qiaoi_connections_free(server->connections);
    qiao_free(server);
    return left;
}
