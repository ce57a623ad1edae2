/*
 * The HTTP client over libcurl: see http_client.h. Every guard that depends on where a connection really goes sits in the socket callback, behind name
 * resolution, so neither a name that points inward nor a redirect gets round it. Redirects are followed here, hop by hop, not by the library.
 */
#include "http_client.h"

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
    if (!x->request->allow_private && !socket_address_public(address)) {
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
    SET(CURLOPT_PROXY, "");
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
    SET(CURLOPT_USERAGENT, USER_AGENT);
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
        return FAIL(x, QIAO_HTTP_TLS, QIAO_E_IO, "the certificate is not trusted");
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

/* One hop; the answer's status is in the response. */
static qiao_status
perform(qiao_http_client *client, const qiao_http_request *request, exchange *x, const char *url, bool with_headers, qiao_error *err)
{
    bool complete, head = strcmp(x->method, "HEAD") == 0;
    struct curl_slist *headers = make_headers(request, with_headers, &complete);
    const char *retry;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    long status = 0;

    clear_response(x->response, request->limit != 0 ? request->limit : QIAO_HTTP_BODY_LIMIT);
    x->blocked = x->too_large = x->no_memory = false;
    x->easy = client->easy;
    x->sunk = 0;
    x->not_stored = request->sink != NULL && !request->sink(request->sink_context, NULL, 0);
    curl_easy_reset(client->easy);
    if (x->not_stored)
        code = CURLE_WRITE_ERROR;
    else if (complete && set_limits(client->easy, request, head) && set_guards(client->easy, request, x) &&
        set_message(client->easy, request, x, url, headers))
        code = curl_easy_perform(client->easy);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return explain(x, code, err);
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    x->response->status = (int)status;
    x->response->failure = QIAO_HTTP_ANSWERED;
    snprintf(x->response->url, sizeof x->response->url, "%s", url);
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

/* Where the answer leads, checked; url_out: QIAO_HTTP_URL_MAX bytes, holds where we are. *same: it is the origin we are on. */
static qiao_status
next_hop(qiao_http_client *client, exchange *x, char *url, bool *same, qiao_error *err)
{
    const char *next = NULL;
    origin from = origin_of(url), to;

    curl_easy_getinfo(client->easy, CURLINFO_REDIRECT_URL, &next);
    if (next == NULL || strlen(next) >= QIAO_HTTP_URL_MAX)
        return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects to nowhere");
    to = origin_of(next);
    if (!to.good || to.user || (from.secure && !to.secure))
        return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects to an address that is not allowed");
    *same = strcasecmp(from.text, to.text) == 0;
    memcpy(url, next, strlen(next) + 1);
    return QIAO_OK;
}

static qiao_status
follow(qiao_http_client *client, const qiao_http_request *request, exchange *x, qiao_error *err)
{
    unsigned most = request->redirects < QIAO_HTTP_REDIRECTS_MAX ? request->redirects : QIAO_HTTP_REDIRECTS_MAX;
    char url[QIAO_HTTP_URL_MAX];
    bool same = true, with_headers = true;
    qiao_status st;

    memcpy(url, request->url, strlen(request->url) + 1);
    for (unsigned hops = 0;; hops++) {
        st = perform(client, request, x, url, with_headers, err);
        if (st != QIAO_OK || !wants_redirect(request, x))
            return st;
        if (hops == most)
            return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects too often");
        st = next_hop(client, x, url, &same, err);
        if (st != QIAO_OK)
            return st;
        with_headers = with_headers && same;
        qiao_http_display(url, x->display, sizeof x->display);
    }
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

qiao_status
qiao_http_send(qiao_http_client *client, const qiao_http_request *request, qiao_http_response *response, qiao_error *err)
{
    exchange x = {.request = request, .response = response};
    qiao_status st;

    clear_response(response, request->limit != 0 ? request->limit : QIAO_HTTP_BODY_LIMIT);
    st = check_request(request, &x, err);
    if (st == QIAO_OK)
        st = separate_connections(client, request->allow_private, err);
    return st == QIAO_OK ? follow(client, request, &x, err) : st;
}

void
qiao_http_response_done(qiao_http_response *response)
{
    qiao_buffer_done(&response->body);
    qiao_buffer_done(&response->headers);
}
