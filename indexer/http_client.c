/*
 * The HTTP client over libcurl: see http_client.h. Every guard that depends on where a connection really goes sits in the socket callback, behind name
 * resolution, so neither a name that points inward nor a redirect gets round it. Redirects are followed here, hop by hop, not by the library.
 */
#include "http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#define CONNECT_TIMEOUT_MS 10000
#define TIMEOUT_MS 60000
#define STALL_SECONDS 30
#define METHOD_MAX 16
#define DISPLAY_SIZE 256
#define USER_AGENT "qiao/" QIAO_VERSION

struct qiao_http_client {
    CURL *easy;
    bool private_connections; /* what its open connections were allowed */
};

/* One request on its way, as the callbacks see it. */
typedef struct exchange {
    const qiao_http_request *request;
    qiao_http_response *response;
    char method[METHOD_MAX];
    char display[DISPLAY_SIZE];
    CURL *easy;
    size_t sunk; /* bytes that the sink took of this answer */
    bool blocked, too_large, no_memory, not_stored;
    /* from hop to hop */
    char url[QIAO_HTTP_URL_MAX];
    unsigned hops;
    bool without_headers; /* the origin was left: none of the caller's headers go along */
    struct curl_slist *headers;
    /* in a pool */
    void *tag;
    struct exchange *next;
    qiao_status status;
    qiao_error err;
} exchange;

/* ---- callbacks ---- */

static bool
socket_address_public(const struct curl_sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->family == AF_INET && address->addrlen >= sizeof v4) {
        memcpy(&v4, &address->addr, sizeof v4);
        return qiao_http_address_public(AF_INET, (const unsigned char *)&v4.sin_addr);
    }
    if (address->family == AF_INET6 && address->addrlen >= sizeof v6) {
        memcpy(&v6, (const void *)&address->addr, sizeof v6);
        return qiao_http_address_public(AF_INET6, (const unsigned char *)&v6.sin6_addr);
    }
    return false;
}

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    exchange *x = context;

    (void)purpose;
    if (x->request->proxy == NULL && !x->request->allow_private && !socket_address_public(address)) {
        x->blocked = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
give_to_sink(exchange *x, const char *data, size_t length)
{
    size_t limit = x->request->limit != 0 ? x->request->limit : QIAO_HTTP_BODY_LIMIT;

    if (length > limit - x->sunk) {
        x->too_large = true;
        return 0;
    }
    x->sunk += length;
    x->not_stored = !x->request->sink(x->request->sink_context, data, length);
    return x->not_stored ? 0 : length;
}

static size_t
take_body(char *data, size_t size, size_t count, void *context)
{
    exchange *x = context;
    long status = 0;

    if (x->request->sink != NULL && curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200)
        return give_to_sink(x, data, size * count);
    qiao_buffer_append(&x->response->body, data, size * count);
    if (!x->response->body.failed)
        return size * count;
    x->too_large = x->response->body.over_limit;
    x->no_memory = !x->too_large;
    return 0;
}

/* A status line begins anew: what came before was an interim answer. */
static size_t
take_header(char *data, size_t size, size_t count, void *context)
{
    exchange *x = context;
    qiao_buffer *headers = &x->response->headers;
    const char *colon = memchr(data, ':', count);
    size_t length = count, name = colon != NULL ? (size_t)(colon - data) : 0, value = name + 1;

    (void)size; /* always 1 */
    if (count >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        qiao_buffer_clear(headers);
        return count;
    }
    if (name == 0)
        return count;
    while (length > value && (data[length - 1] == '\r' || data[length - 1] == '\n' || data[length - 1] == ' ' || data[length - 1] == '\t'))
        length--;
    while (value < length && (data[value] == ' ' || data[value] == '\t'))
        value++;
    for (size_t i = 0; i < name; i++)
        qiao_buffer_char(headers, data[i] >= 'A' && data[i] <= 'Z' ? (char)(data[i] + ('a' - 'A')) : data[i]);
    qiao_buffer_text(headers, ": ");
    qiao_buffer_append(headers, data + value, length - value);
    qiao_buffer_append(headers, "", 1);
    if (!headers->failed)
        return count;
    x->too_large = headers->over_limit;
    x->no_memory = !x->too_large;
    return 0;
}

/* ---- answers ---- */

const char *
qiao_http_header(const qiao_http_response *response, const char *name)
{
    size_t length = strlen(name);
    const char *found = NULL;

    for (size_t at = 0; at < response->headers.length;) {
        const char *line = response->headers.data + at;

        if (strncmp(line, name, length) == 0 && line[length] == ':')
            found = line + length + 2;
        at += strlen(line) + 1;
    }
    return found;
}

int64_t
qiao_http_retry_after(const char *value, int64_t now)
{
    int64_t seconds = 0;
    size_t digits = strspn(value, "0123456789");
    time_t when;

    if (digits > 0 && value[digits] == '\0') {
        for (size_t i = 0; i < digits && seconds < INT32_MAX; i++)
            seconds = seconds * 10 + (value[i] - '0');
        return seconds < INT32_MAX ? seconds : INT32_MAX;
    }
    if (strchr(value, ':') == NULL) /* a date has a time of day; the library would take "-5" for one */
        return -1;
    when = curl_getdate(value, NULL);
    if (when == (time_t)-1)
        return -1;
    return (int64_t)when <= now ? 0 : (int64_t)when - now;
}

/* ---- URLs ---- */

/* A part of a URL in memory of the library (curl_free), or NULL. */
static char *
url_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;

    return curl_url_get(url, part, &text, 0) == CURLUE_OK ? text : NULL;
}

void
qiao_http_display(const char *url, char *out, size_t size)
{
    CURLU *parsed = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL;

    snprintf(out, size, "?");
    if (parsed == NULL)
        return;
    if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
        scheme = url_part(parsed, CURLUPART_SCHEME);
        host = url_part(parsed, CURLUPART_HOST);
        port = url_part(parsed, CURLUPART_PORT);
        path = url_part(parsed, CURLUPART_PATH);
        snprintf(out, size, "%s://%s%s%s%.120s", scheme != NULL ? scheme : "", host != NULL ? host : "", port != NULL ? ":" : "", port != NULL ? port : "",
                 path != NULL ? path : "");
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_url_cleanup(parsed);
}

typedef struct origin {
    bool good, secure, user;
    char text[DISPLAY_SIZE]; /* scheme, host, port */
} origin;

static origin
origin_of(const char *url)
{
    CURLU *parsed = curl_url();
    origin result = {false, false, false, ""};

    if (parsed == NULL)
        return result;
    if (curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
        char *scheme = url_part(parsed, CURLUPART_SCHEME), *host = url_part(parsed, CURLUPART_HOST), *user = url_part(parsed, CURLUPART_USER), *port = NULL;

        if (curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK && scheme != NULL && host != NULL) {
            int n = snprintf(result.text, sizeof result.text, "%s://%s:%s", scheme, host, port);

            result.secure = strcmp(scheme, "https") == 0;
            result.user = user != NULL;
            result.good = n > 0 && (size_t)n < sizeof result.text && (result.secure || strcmp(scheme, "http") == 0);
        }
        curl_free(scheme);
        curl_free(host);
        curl_free(user);
        curl_free(port);
    }
    curl_url_cleanup(parsed);
    return result;
}

/* ---- a request to the library ---- */

static qiao_status
check_request(const qiao_http_request *request, exchange *x, qiao_error *err)
{
    const char *method = request->method != NULL ? request->method : request->body != NULL ? "POST" : "GET";
    size_t length = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    origin to;

    if (length == 0 || method[length] != '\0' || length >= METHOD_MAX)
        return qiao_fail(err, QIAO_E_USAGE, "%.20s is no HTTP method", method);
    memcpy(x->method, method, length + 1);
    if (strlen(request->url) >= QIAO_HTTP_URL_MAX)
        return qiao_fail(err, QIAO_E_USAGE, "the URL is longer than %u bytes", QIAO_HTTP_URL_MAX - 1u);
    qiao_http_display(request->url, x->display, sizeof x->display);
    to = origin_of(request->url);
    if (!to.good)
        return qiao_fail(err, QIAO_E_USAGE, "%s is no http or https URL", x->display);
    if (to.user)
        return qiao_fail(err, QIAO_E_USAGE, "the URL of %s holds a user name; credentials belong in a file", x->display);
    for (size_t i = 0; i < request->header_count; i++)
        if (strchr(request->headers[i], ':') == NULL || strpbrk(request->headers[i], "\r\n") != NULL)
            return qiao_fail(err, QIAO_E_USAGE, "header %zu of the request to %s is malformed", i + 1, x->display);
    return QIAO_OK;
}

static struct curl_slist *
make_headers(const qiao_http_request *request, bool with_callers, bool *complete)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *longer = list;

    for (size_t i = 0; with_callers && longer != NULL && i < request->header_count; i++) {
        longer = curl_slist_append(list, request->headers[i]);
        list = longer != NULL ? longer : list;
    }
    *complete = longer != NULL;
    return list;
}

#define SET(option, value) (ok = ok && curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool
set_limits(CURL *easy, const qiao_http_request *request, bool head)
{
    size_t limit = request->limit != 0 ? request->limit : QIAO_HTTP_BODY_LIMIT;
    bool ok = true;

    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(request->connect_timeout_ms != 0 ? request->connect_timeout_ms : CONNECT_TIMEOUT_MS));
    SET(CURLOPT_TIMEOUT_MS, (long)(request->timeout_ms != 0 ? request->timeout_ms : TIMEOUT_MS));
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)(request->stall_seconds != 0 ? request->stall_seconds : STALL_SECONDS));
    if (!head)
        SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)limit);
    return ok;
}

static bool
set_guards(CURL *easy, const qiao_http_request *request, exchange *x)
{
    bool ok = true;

    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    if (request->proxy == NULL)
        SET(CURLOPT_PROXY, "");
    else if (*request->proxy != '\0') /* otherwise those of the environment */
        SET(CURLOPT_PROXY, request->proxy);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->ca_file != NULL) {
        SET(CURLOPT_CAINFO, request->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, x);
    return ok;
}

static bool
set_message(CURL *easy, const qiao_http_request *request, exchange *x, const char *url, struct curl_slist *headers)
{
    bool ok = true;

    SET(CURLOPT_URL, url);
    SET(CURLOPT_USERAGENT, request->user_agent != NULL ? request->user_agent : USER_AGENT);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_HTTPHEADER, headers);
    if (request->body != NULL) {
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        SET(CURLOPT_POSTFIELDS, request->body);
    }
    if (strcmp(x->method, "HEAD") == 0)
        SET(CURLOPT_NOBODY, 1L);
    else
        SET(CURLOPT_CUSTOMREQUEST, x->method);
    if (request->compressed)
        SET(CURLOPT_ACCEPT_ENCODING, "");
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, x);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, x);
    return ok;
}

#undef SET

/* The format must be one literal for the message table. */
#define FAIL(x, kind, status, text) ((x)->response->failure = (kind), qiao_fail(err, status, "%s %s: " text, (x)->method, (x)->display))

/* What went wrong, in our terms. */
static qiao_status
explain(exchange *x, CURLcode code, qiao_error *err)
{
    if (x->blocked) {
        (void)FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "the address lies in a private network");
        qiao_error_hint(err, "set allow_private where the service runs in your own network");
        return QIAO_E_REFUSED;
    }
    if (x->no_memory || code == CURLE_OUT_OF_MEMORY) {
        x->response->failure = QIAO_HTTP_OTHER;
        return qiao_fail_memory(err);
    }
    if (x->not_stored)
        return FAIL(x, QIAO_HTTP_OTHER, QIAO_E_IO, "the answer could not be stored");
    if (x->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return FAIL(x, QIAO_HTTP_TOO_LARGE, QIAO_E_LIMIT, "the answer is larger than allowed");
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return FAIL(x, QIAO_HTTP_TIMEOUT, QIAO_E_IO, "no complete answer in time");
    case CURLE_COULDNT_RESOLVE_HOST:
        return FAIL(x, QIAO_HTTP_CONNECTION, QIAO_E_IO, "the host is not known");
    case CURLE_COULDNT_CONNECT:
        return FAIL(x, QIAO_HTTP_CONNECTION, QIAO_E_IO, "no connection");
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
        return FAIL(x, QIAO_HTTP_CONNECTION, QIAO_E_IO, "the connection broke before the answer was complete");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        (void)FAIL(x, QIAO_HTTP_TLS, QIAO_E_IO, "the certificate is not trusted");
        qiao_error_hint(err, "where an authority of your own signed it, name that one's certificate (ca_file, --ca-file)");
        return QIAO_E_IO;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        return FAIL(x, QIAO_HTTP_TLS, QIAO_E_IO, "no secure connection could be made");
    case CURLE_SSL_CACERT_BADFILE:
        return FAIL(x, QIAO_HTTP_TLS, QIAO_E_USAGE, "the file of trusted certificates cannot be read");
    case CURLE_BAD_CONTENT_ENCODING:
        return FAIL(x, QIAO_HTTP_OTHER, QIAO_E_IO, "the answer cannot be unpacked");
    default:
        x->response->failure = QIAO_HTTP_OTHER;
        return qiao_fail(err, QIAO_E_IO, "%s %s: %s", x->method, x->display, curl_easy_strerror(code));
    }
}

static void
clear_response(qiao_http_response *response, size_t limit)
{
    response->failure = QIAO_HTTP_OTHER;
    response->status = 0;
    response->retry_after = -1;
    response->url[0] = '\0';
    response->body.limit = limit;
    response->headers.limit = QIAO_HTTP_HEADERS_LIMIT;
    qiao_buffer_clear(&response->body);
    qiao_buffer_clear(&response->headers);
}

/* A host that is written as an address of the own network: behind a proxy it is the only thing that can be looked at. */
static bool
literal_private(const char *url)
{
    CURLU *parsed = curl_url();
    char *host = NULL;
    unsigned char address[16];
    bool private = false;

    if (parsed == NULL || curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        curl_url_cleanup(parsed);
        return true;
    }
    if (host[0] == '[')
        host[strcspn(host, "]")] = '\0';
    if (inet_pton(AF_INET, host, address) == 1)
        private = !qiao_http_address_public(AF_INET, address);
    else if (inet_pton(AF_INET6, host + (host[0] == '[' ? 1 : 0), address) == 1)
        private = !qiao_http_address_public(AF_INET6, address);
    else
        private = strcasecmp(host, "localhost") == 0;
    curl_free(host);
    curl_url_cleanup(parsed);
    return private;
}

/* The next hop, ready to be performed. */
static CURLcode
prepare(exchange *x)
{
    const qiao_http_request *request = x->request;
    bool complete, head = strcmp(x->method, "HEAD") == 0;

    curl_slist_free_all(x->headers);
    x->headers = make_headers(request, !x->without_headers, &complete);
    clear_response(x->response, request->limit != 0 ? request->limit : QIAO_HTTP_BODY_LIMIT);
    x->blocked = x->too_large = x->no_memory = false;
    x->sunk = 0;
    x->not_stored = request->sink != NULL && !request->sink(request->sink_context, NULL, 0);
    if (request->proxy != NULL && !request->allow_private && literal_private(x->url))
        x->blocked = true;
    if (x->not_stored || x->blocked)
        return CURLE_WRITE_ERROR;
    curl_easy_reset(x->easy);
    return complete && set_limits(x->easy, request, head) && set_guards(x->easy, request, x) &&
                   set_message(x->easy, request, x, x->url, x->headers)
               ? CURLE_OK
               : CURLE_OUT_OF_MEMORY;
}

/* What an answer says; its status is in the response. */
static qiao_status
judge_hop(exchange *x, CURLcode code, qiao_error *err)
{
    const char *retry;
    long status = 0;

    if (code != CURLE_OK)
        return explain(x, code, err);
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    x->response->status = (int)status;
    x->response->failure = QIAO_HTTP_ANSWERED;
    snprintf(x->response->url, sizeof x->response->url, "%s", x->url);
    retry = qiao_http_header(x->response, "retry-after");
    x->response->retry_after = retry != NULL ? qiao_http_retry_after(retry, (int64_t)time(NULL)) : -1;
    return QIAO_OK;
}

/* ---- redirects ---- */

static bool
wants_redirect(const qiao_http_request *request, const exchange *x)
{
    int status = x->response->status;
    bool moved = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;

    return moved && request->redirects > 0 && (strcmp(x->method, "GET") == 0 || strcmp(x->method, "HEAD") == 0);
}

/* Where the answer leads, checked, into x->url. *same: it is the origin we are on. */
static qiao_status
next_hop(exchange *x, bool *same, qiao_error *err)
{
    const char *next = NULL;
    origin from = origin_of(x->url), to;

    curl_easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &next);
    if (next == NULL || strlen(next) >= QIAO_HTTP_URL_MAX)
        return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects to nowhere");
    to = origin_of(next);
    if (!to.good || to.user || (from.secure && !to.secure))
        return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects to an address that is not allowed");
    *same = strcasecmp(from.text, to.text) == 0;
    memcpy(x->url, next, strlen(next) + 1);
    return QIAO_OK;
}

/* Behind a hop: *again where the answer leads on, and x is ready for prepare. */
static qiao_status
end_hop(exchange *x, CURLcode code, bool *again, qiao_error *err)
{
    const qiao_http_request *request = x->request;
    unsigned most = request->redirects < QIAO_HTTP_REDIRECTS_MAX ? request->redirects : QIAO_HTTP_REDIRECTS_MAX;
    qiao_status st = judge_hop(x, code, err);
    bool same = true;

    *again = false;
    if (st != QIAO_OK || !wants_redirect(request, x))
        return st;
    if (x->hops++ == most)
        return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects too often");
    st = next_hop(x, &same, err);
    if (st != QIAO_OK)
        return st;
    *again = true;
    x->without_headers = x->without_headers || !same;
    qiao_http_display(x->url, x->display, sizeof x->display);
    return QIAO_OK;
}

static qiao_status
follow(exchange *x, qiao_error *err)
{
    bool again = true;
    qiao_status st = QIAO_OK;

    while (again) {
        CURLcode code = prepare(x);

        st = end_hop(x, code == CURLE_OK ? curl_easy_perform(x->easy) : code, &again, err);
    }
    curl_slist_free_all(x->headers);
    x->headers = NULL;
    return st;
}

/* ---- the client ---- */

static CURLcode global_code = CURLE_FAILED_INIT;

static void
start_library(void)
{
    global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

qiao_status
qiao_http_start(qiao_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    if (pthread_once(&once, start_library) != 0 || global_code != CURLE_OK)
        return qiao_fail(err, QIAO_E_INTERNAL, "the network library could not be started");
    return QIAO_OK;
}

qiao_status
qiao_http_client_new(qiao_http_client **out, qiao_error *err)
{
    qiao_http_client *client;
    qiao_status st = qiao_http_start(err);

    *out = NULL;
    if (st != QIAO_OK)
        return st;
    client = qiao_calloc(1, sizeof *client);
    if (client == NULL)
        return qiao_fail_memory(err);
    client->easy = curl_easy_init();
    if (client->easy == NULL) {
        qiao_free(client);
        return qiao_fail_memory(err);
    }
    *out = client;
    return QIAO_OK;
}

void
qiao_http_client_free(qiao_http_client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->easy);
    qiao_free(client);
}

/* A connection that was allowed into the private network must not serve a request that is not. */
static qiao_status
separate_connections(qiao_http_client *client, bool allow_private, qiao_error *err)
{
    CURL *fresh;

    if (client->private_connections == allow_private)
        return QIAO_OK;
    fresh = curl_easy_init();
    if (fresh == NULL)
        return qiao_fail_memory(err);
    curl_easy_cleanup(client->easy);
    client->easy = fresh;
    client->private_connections = allow_private;
    return QIAO_OK;
}

static qiao_status
begin_exchange(exchange *x, qiao_error *err)
{
    size_t limit = x->request->limit != 0 ? x->request->limit : QIAO_HTTP_BODY_LIMIT;
    qiao_status st;

    clear_response(x->response, limit);
    st = check_request(x->request, x, err);
    if (st == QIAO_OK)
        memcpy(x->url, x->request->url, strlen(x->request->url) + 1);
    return st;
}

qiao_status
qiao_http_send(qiao_http_client *client, const qiao_http_request *request, qiao_http_response *response, qiao_error *err)
{
    exchange *x = qiao_calloc(1, sizeof *x);
    qiao_status st;

    if (x == NULL)
        return qiao_fail_memory(err);
    x->request = request;
    x->response = response;
    st = begin_exchange(x, err);
    if (st == QIAO_OK)
        st = separate_connections(client, request->allow_private, err);
    x->easy = client->easy;
    if (st == QIAO_OK)
        st = follow(x, err);
    qiao_free(x);
    return st;
}

void
qiao_http_response_done(qiao_http_response *response)
{
    qiao_buffer_done(&response->body);
    qiao_buffer_done(&response->headers);
}

void
qiao_http_origin(const char *url, char *out, size_t size)
{
    origin from = origin_of(url);

    snprintf(out, size, "%s", from.text);
}

/* ---- many requests at a time ---- */

struct qiao_http_pool {
    CURLM *multi;
    pthread_t thread;
    bool started, stopping, allow_private;
    pthread_mutex_t mutex;
    pthread_cond_t finished_one;
    exchange *submitted, *finished; /* lists, last one first; under the mutex */
    exchange *active;               /* of the thread alone, while it runs */
};

static void
finish_exchange(qiao_http_pool *pool, exchange *x)
{
    curl_slist_free_all(x->headers);
    x->headers = NULL;
    if (x->easy != NULL)
        curl_easy_cleanup(x->easy);
    x->easy = NULL;
    pthread_mutex_lock(&pool->mutex);
    x->next = pool->finished;
    pool->finished = x;
    pthread_cond_signal(&pool->finished_one);
    pthread_mutex_unlock(&pool->mutex);
}

/* Hop after hop until one is under way, or the exchange is over. */
static void
launch(qiao_http_pool *pool, exchange *x, CURLcode code, bool ended)
{
    bool again = true;

    while (again) {
        if (!ended) {
            code = prepare(x);
            if (code == CURLE_OK && (curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x) != CURLE_OK ||
                                     curl_multi_add_handle(pool->multi, x->easy) != CURLM_OK))
                code = CURLE_OUT_OF_MEMORY;
            if (code == CURLE_OK) {
                x->next = pool->active;
                pool->active = x;
                return;
            }
        }
        ended = false;
        x->status = end_hop(x, code, &again, &x->err);
    }
    finish_exchange(pool, x);
}

static void
take_submitted(qiao_http_pool *pool)
{
    exchange *list, *next;

    pthread_mutex_lock(&pool->mutex);
    list = pool->submitted;
    pool->submitted = NULL;
    pthread_mutex_unlock(&pool->mutex);
    for (; list != NULL; list = next) {
        next = list->next;
        launch(pool, list, CURLE_OK, false);
    }
}

static void
take_answers(qiao_http_pool *pool)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
        exchange *x = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE || curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&x) != CURLE_OK)
            continue;
        curl_multi_remove_handle(pool->multi, x->easy);
        for (exchange **at = &pool->active; *at != NULL; at = &(*at)->next) {
            if (*at == x) {
                *at = x->next;
                break;
            }
        }
        launch(pool, x, code, true);
    }
}

static void *
run_pool(void *context)
{
    qiao_http_pool *pool = context;
    bool stopping = false;

    while (!stopping) {
        int running = 0;

        take_submitted(pool);
        curl_multi_perform(pool->multi, &running);
        take_answers(pool);
        curl_multi_poll(pool->multi, NULL, 0, 1000, NULL);
        pthread_mutex_lock(&pool->mutex);
        stopping = pool->stopping;
        pthread_mutex_unlock(&pool->mutex);
    }
    return NULL;
}

qiao_status
qiao_http_pool_new(unsigned connections, bool allow_private, qiao_http_pool **out, qiao_error *err)
{
    qiao_http_pool *pool;
    qiao_status st = qiao_http_start(err);

    *out = NULL;
    if (st != QIAO_OK)
        return st;
    pool = qiao_calloc(1, sizeof *pool);
    if (pool == NULL)
        return qiao_fail_memory(err);
    pool->allow_private = allow_private;
    pthread_mutex_init(&pool->mutex, NULL); /* neither can fail with default attributes */
    pthread_cond_init(&pool->finished_one, NULL);
    pool->multi = curl_multi_init();
    if (pool->multi == NULL) {
        qiao_http_pool_free(pool);
        return qiao_fail_memory(err);
    }
    curl_multi_setopt(pool->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
    curl_multi_setopt(pool->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    pool->started = pthread_create(&pool->thread, NULL, run_pool, pool) == 0;
    if (!pool->started) {
        qiao_http_pool_free(pool);
        return qiao_fail(err, QIAO_E_INTERNAL, "cannot start a thread");
    }
    *out = pool;
    return QIAO_OK;
}

/* What is under way is given up. */
void
qiao_http_pool_free(qiao_http_pool *pool)
{
    exchange *x, *next;

    if (pool == NULL)
        return;
    if (pool->started) {
        pthread_mutex_lock(&pool->mutex);
        pool->stopping = true;
        pthread_mutex_unlock(&pool->mutex);
        curl_multi_wakeup(pool->multi);
        pthread_join(pool->thread, NULL);
    }
    for (int list = 0; list < 3; list++) {
        for (x = list == 0 ? pool->submitted : list == 1 ? pool->finished : pool->active; x != NULL; x = next) {
            next = x->next;
            if (list == 2)
                curl_multi_remove_handle(pool->multi, x->easy);
            curl_slist_free_all(x->headers);
            if (x->easy != NULL)
                curl_easy_cleanup(x->easy);
            qiao_free(x);
        }
    }
    curl_multi_cleanup(pool->multi);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->finished_one);
    qiao_free(pool);
}

qiao_status
qiao_http_pool_start(qiao_http_pool *pool, const qiao_http_request *request, qiao_http_response *response, void *tag, qiao_error *err)
{
    exchange *x;
    qiao_status st;

    if (request->allow_private != pool->allow_private)
        return qiao_fail(err, QIAO_E_INTERNAL, "a request does not fit its pool");
    x = qiao_calloc(1, sizeof *x);
    if (x == NULL)
        return qiao_fail_memory(err);
    x->request = request;
    x->response = response;
    x->tag = tag;
    st = begin_exchange(x, err);
    if (st == QIAO_OK) {
        x->easy = curl_easy_init();
        st = x->easy != NULL ? QIAO_OK : qiao_fail_memory(err);
    }
    if (st != QIAO_OK) {
        qiao_free(x);
        return st;
    }
    pthread_mutex_lock(&pool->mutex);
    x->next = pool->submitted;
    pool->submitted = x;
    pthread_mutex_unlock(&pool->mutex);
    curl_multi_wakeup(pool->multi);
    return QIAO_OK;
}

static void
deadline_in(uint64_t milliseconds, struct timespec *out)
{
    clock_gettime(CLOCK_REALTIME, out);
    out->tv_sec += (time_t)(milliseconds / 1000);
    out->tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    if (out->tv_nsec >= 1000000000L) {
        out->tv_sec++;
        out->tv_nsec -= 1000000000L;
    }
}

void *
qiao_http_pool_wait(qiao_http_pool *pool, uint64_t milliseconds, qiao_status *status_out, qiao_error *err)
{
    struct timespec deadline;
    exchange *x, **last;
    void *tag;
    int waited = 0;

    deadline_in(milliseconds, &deadline);
    pthread_mutex_lock(&pool->mutex);
    while (pool->finished == NULL && waited == 0)
        waited = pthread_cond_timedwait(&pool->finished_one, &pool->mutex, &deadline);
    for (last = &pool->finished; *last != NULL && (*last)->next != NULL; last = &(*last)->next) /* the one that waits longest */
        ;
    x = *last;
    *last = NULL;
    pthread_mutex_unlock(&pool->mutex);
    if (x == NULL)
        return NULL;
    tag = x->tag;
    *status_out = x->status;
    if (x->status != QIAO_OK && err != NULL)
        *err = x->err;
    qiao_free(x);
    return tag;
}
