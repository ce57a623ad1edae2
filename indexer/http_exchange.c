/* A request from its first hop to the answer: what is checked before, what an answer or its absence means, where a
 * redirect may lead. See http_internal.h. */
#include "http_internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

/* The format must be one literal for the message table. */
#define FAIL(x, kind, status, text)                                                                                    \
    ((x)->response->failure = (kind), qiao_fail(err, status, "%s %s: " text, (x)->method, (x)->display))

/* ---- before ---- */

static qiao_status
check_request(const qiao_http_request *request, qiaoi_http_exchange *x, qiao_error *err)
{
    const char *method = request->method != NULL ? request->method : request->body != NULL ? "POST" : "GET";
    size_t length = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    qiaoi_http_origin_parts to;

    if (length == 0 || method[length] != '\0' || length >= QIAOI_HTTP_METHOD_MAX)
        return qiao_fail(err, QIAO_E_USAGE, "%.20s is no HTTP method", method);
    memcpy(x->method, method, length + 1);
    if (strlen(request->url) >= QIAO_HTTP_URL_MAX)
        return qiao_fail(err, QIAO_E_USAGE, "the URL is longer than %u bytes", QIAO_HTTP_URL_MAX - 1u);
    qiao_http_display(request->url, x->display, sizeof x->display);
    to = qiaoi_http_origin_of(request->url);
    if (!to.good)
        return qiao_fail(err, QIAO_E_USAGE, "%s is no http or https URL", x->display);
    if (to.user)
        return qiao_fail(err, QIAO_E_USAGE, "the URL of %s holds a user name; credentials belong in a file",
                         x->display);
    for (size_t i = 0; i < request->header_count; i++)
        if (strchr(request->headers[i], ':') == NULL || strpbrk(request->headers[i], "\r\n") != NULL)
            return qiao_fail(err, QIAO_E_USAGE, "header %zu of the request to %s is malformed", i + 1, x->display);
    return QIAO_OK;
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

qiao_status
qiaoi_http_exchange_begin(qiaoi_http_exchange *x, qiao_error *err)
{
    size_t limit = x->request->limit != 0 ? x->request->limit : QIAO_HTTP_BODY_LIMIT;
    qiao_status st;

    clear_response(x->response, limit);
    st = check_request(x->request, x, err);
    if (st == QIAO_OK)
        memcpy(x->url, x->request->url, strlen(x->request->url) + 1);
    return st;
}

/* A host that is written as an address of the own network: behind a proxy it is the only thing that can be looked at.
 */
static bool
literal_private(const char *url)
{
    qiaoi_http_origin_parts parts = qiaoi_http_origin_of(url);
    unsigned char address[16];
    char *host = parts.host;

    if (host[0] == '\0')
        return true;
    if (host[0] == '[') {
        host[strcspn(host, "]")] = '\0';
        host++;
    }
    if (inet_pton(AF_INET, host, address) == 1)
        return !qiao_http_address_public(AF_INET, address);
    if (inet_pton(AF_INET6, host, address) == 1)
        return !qiao_http_address_public(AF_INET6, address);
    return strcasecmp(host, "localhost") == 0;
}

qiaoi_http_end
qiaoi_http_exchange_prepare(qiaoi_http_exchange *x)
{
    const qiao_http_request *request = x->request;

    clear_response(x->response, request->limit != 0 ? request->limit : QIAO_HTTP_BODY_LIMIT);
    x->blocked = x->too_large = x->no_memory = false;
    x->sunk = 0;
    x->reason = NULL;
    x->not_stored = request->sink != NULL && !request->sink(request->sink_context, NULL, 0);
    if (request->proxy != NULL && !request->allow_private && literal_private(x->url))
        x->blocked = true;
    return x->not_stored || x->blocked ? QIAOI_HTTP_END_STOPPED : qiaoi_http_easy_prepare(x);
}

/* ---- an answer as it comes ---- */

static bool
give_to_sink(qiaoi_http_exchange *x, const char *data, size_t length)
{
    size_t limit = x->request->limit != 0 ? x->request->limit : QIAO_HTTP_BODY_LIMIT;

    if (length > limit - x->sunk) {
        x->too_large = true;
        return false;
    }
    x->sunk += length;
    x->not_stored = !x->request->sink(x->request->sink_context, data, length);
    return !x->not_stored;
}

bool
qiaoi_http_exchange_body(qiaoi_http_exchange *x, const char *data, size_t length)
{
    if (x->request->sink != NULL && qiaoi_http_easy_status(x) == 200)
        return give_to_sink(x, data, length);
    qiao_buffer_append(&x->response->body, data, length);
    if (!x->response->body.failed)
        return true;
    x->too_large = x->response->body.over_limit;
    x->no_memory = !x->too_large;
    return false;
}

/* A status line begins anew: what came before was an interim answer. */
bool
qiaoi_http_exchange_header(qiaoi_http_exchange *x, const char *data, size_t count)
{
    qiao_buffer *headers = &x->response->headers;
    const char *colon = memchr(data, ':', count);
    size_t length = count, name = colon != NULL ? (size_t)(colon - data) : 0, value = name + 1;

    if (count >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        qiao_buffer_clear(headers);
        return true;
    }
    if (name == 0)
        return true;
    while (length > value && (data[length - 1] == '\r' || data[length - 1] == '\n' || data[length - 1] == ' ' ||
                              data[length - 1] == '\t'))
        length--;
    while (value < length && (data[value] == ' ' || data[value] == '\t'))
        value++;
    for (size_t i = 0; i < name; i++)
        qiao_buffer_char(headers, data[i] >= 'A' && data[i] <= 'Z' ? (char)(data[i] + ('a' - 'A')) : data[i]);
    qiao_buffer_text(headers, ": ");
    qiao_buffer_append(headers, data + value, length - value);
    qiao_buffer_append(headers, "", 1);
    if (!headers->failed)
        return true;
    x->too_large = headers->over_limit;
    x->no_memory = !x->too_large;
    return false;
}

/* ---- behind a hop ---- */

/* What went wrong, in our terms. */
static qiao_status
explain(qiaoi_http_exchange *x, qiaoi_http_end end, qiao_error *err)
{
    if (x->blocked) {
        (void)FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "the address lies in a private network");
        qiao_error_hint(err, "set allow_private where the service runs in your own network");
        return QIAO_E_REFUSED;
    }
    if (x->no_memory || end == QIAOI_HTTP_END_MEMORY) {
        x->response->failure = QIAO_HTTP_OTHER;
        return qiao_fail_memory(err);
    }
    if (x->not_stored)
        return FAIL(x, QIAO_HTTP_OTHER, QIAO_E_IO, "the answer could not be stored");
    if (x->too_large || end == QIAOI_HTTP_END_TOO_LARGE)
        return FAIL(x, QIAO_HTTP_TOO_LARGE, QIAO_E_LIMIT, "the answer is larger than allowed");
    switch ((int)end) {
    case QIAOI_HTTP_END_TIMEOUT:
        return FAIL(x, QIAO_HTTP_TIMEOUT, QIAO_E_IO, "no complete answer in time");
    case QIAOI_HTTP_END_NO_HOST:
        return FAIL(x, QIAO_HTTP_CONNECTION, QIAO_E_IO, "the host is not known");
    case QIAOI_HTTP_END_NO_CONNECTION:
        return FAIL(x, QIAO_HTTP_CONNECTION, QIAO_E_IO, "no connection");
    case QIAOI_HTTP_END_BROKEN:
        return FAIL(x, QIAO_HTTP_CONNECTION, QIAO_E_IO, "the connection broke before the answer was complete");
    case QIAOI_HTTP_END_UNTRUSTED:
        (void)FAIL(x, QIAO_HTTP_TLS, QIAO_E_IO, "the certificate is not trusted");
        qiao_error_hint(err,
                        "where an authority of your own signed it, name that one's certificate (ca_file, --ca-file)");
        return QIAO_E_IO;
    case QIAOI_HTTP_END_NO_TLS:
        return FAIL(x, QIAO_HTTP_TLS, QIAO_E_IO, "no secure connection could be made");
    case QIAOI_HTTP_END_NO_CERTIFICATES:
        return FAIL(x, QIAO_HTTP_TLS, QIAO_E_USAGE, "the file of trusted certificates cannot be read");
    case QIAOI_HTTP_END_PACKING:
        return FAIL(x, QIAO_HTTP_OTHER, QIAO_E_IO, "the answer cannot be unpacked");
    default:
        x->response->failure = QIAO_HTTP_OTHER;
        return qiao_fail(err, QIAO_E_IO, "%s %s: %s", x->method, x->display, x->reason != NULL ? x->reason : "");
    }
}

/* What an answer says; its status is in the response. */
static qiao_status
judge(qiaoi_http_exchange *x, qiaoi_http_end end, qiao_error *err)
{
    const char *retry;

    if (end != QIAOI_HTTP_END_DONE)
        return explain(x, end, err);
    x->response->status = qiaoi_http_easy_status(x);
    x->response->failure = QIAO_HTTP_ANSWERED;
    snprintf(x->response->url, sizeof x->response->url, "%s", x->url);
    retry = qiao_http_header(x->response, "retry-after");
    x->response->retry_after = retry != NULL ? qiao_http_retry_after(retry, (int64_t)time(NULL)) : -1;
    return QIAO_OK;
}

static bool
wants_redirect(const qiao_http_request *request, const qiaoi_http_exchange *x)
{
    int status = x->response->status;
    bool moved = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;

    return moved && request->redirects > 0 && (strcmp(x->method, "GET") == 0 || strcmp(x->method, "HEAD") == 0);
}

/* Where the answer leads, checked, into x->url. *same: it is the origin we are on. */
static qiao_status
next_hop(qiaoi_http_exchange *x, bool *same, qiao_error *err)
{
    const char *next = qiaoi_http_easy_redirect(x);
    qiaoi_http_origin_parts from = qiaoi_http_origin_of(x->url), to;

    if (next == NULL || strlen(next) >= QIAO_HTTP_URL_MAX)
        return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects to nowhere");
    to = qiaoi_http_origin_of(next);
    if (!to.good || to.user || (from.secure && !to.secure))
        return FAIL(x, QIAO_HTTP_BLOCKED, QIAO_E_REFUSED, "it redirects to an address that is not allowed");
    *same = strcasecmp(from.text, to.text) == 0;
    memcpy(x->url, next, strlen(next) + 1);
    return QIAO_OK;
}

qiao_status
qiaoi_http_exchange_end(qiaoi_http_exchange *x, qiaoi_http_end end, bool *again, qiao_error *err)
{
    const qiao_http_request *request = x->request;
    unsigned most = request->redirects < QIAO_HTTP_REDIRECTS_MAX ? request->redirects : QIAO_HTTP_REDIRECTS_MAX;
    qiao_status st = judge(x, end, err);
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
