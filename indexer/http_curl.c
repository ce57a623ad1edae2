/*
 * libcurl and nothing else: see http_internal.h. Every guard that depends on where a connection really goes sits in the
 * socket callback, behind name resolution, so neither a name that points inward nor a redirect gets round it. Redirects
 * are followed by us, hop by hop, not by the library.
 */
#include "http_internal.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_MS 10000
#define TIMEOUT_MS 60000
#define STALL_SECONDS 30
#define USER_AGENT "qiao/" QIAO_VERSION

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
    qiaoi_http_exchange *x = context;

    (void)purpose;
    if (x->request->proxy == NULL && !x->request->allow_private && !socket_address_public(address)) {
        x->blocked = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_body(char *data, size_t size, size_t count, void *context)
{
    return qiaoi_http_exchange_body(context, data, size * count) ? size * count : 0;
}

static size_t
take_header(char *data, size_t size, size_t count, void *context)
{
    (void)size; /* always 1 */
    return qiaoi_http_exchange_header(context, data, count) ? count : 0;
}

/* ---- URLs and dates ---- */

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
        snprintf(out, size, "%s://%s%s%s%.120s", scheme != NULL ? scheme : "", host != NULL ? host : "",
                 port != NULL ? ":" : "", port != NULL ? port : "", path != NULL ? path : "");
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_url_cleanup(parsed);
}

qiaoi_http_origin_parts
qiaoi_http_origin_of(const char *url)
{
    CURLU *parsed = curl_url();
    qiaoi_http_origin_parts result = {.good = false};

    if (parsed == NULL)
        return result;
    if (curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
        char *scheme = url_part(parsed, CURLUPART_SCHEME), *host = url_part(parsed, CURLUPART_HOST),
             *user = url_part(parsed, CURLUPART_USER), *port = NULL;

        if (curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK && scheme != NULL &&
            host != NULL) {
            int n = snprintf(result.text, sizeof result.text, "%s://%s:%s", scheme, host, port);

            snprintf(result.host, sizeof result.host, "%s", host);
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

int64_t
qiaoi_http_date(const char *text)
{
    return (int64_t)curl_getdate(text, NULL);
}

/* ---- a request to the library ---- */

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

    SET(CURLOPT_CONNECTTIMEOUT_MS,
        (long)(request->connect_timeout_ms != 0 ? request->connect_timeout_ms : CONNECT_TIMEOUT_MS));
    SET(CURLOPT_TIMEOUT_MS, (long)(request->timeout_ms != 0 ? request->timeout_ms : TIMEOUT_MS));
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)(request->stall_seconds != 0 ? request->stall_seconds : STALL_SECONDS));
    if (!head)
        SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)limit);
    return ok;
}

static bool
set_guards(CURL *easy, const qiao_http_request *request, qiaoi_http_exchange *x)
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
set_message(CURL *easy, const qiao_http_request *request, qiaoi_http_exchange *x, const char *url,
            struct curl_slist *headers)
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

static qiaoi_http_end
end_of(qiaoi_http_exchange *x, CURLcode code)
{
    if (code == CURLE_OK)
        return QIAOI_HTTP_END_DONE;
    if (x->blocked || x->too_large || x->no_memory || x->not_stored)
        return QIAOI_HTTP_END_STOPPED;
    switch ((int)code) {
    case CURLE_OUT_OF_MEMORY:
        return QIAOI_HTTP_END_MEMORY;
    case CURLE_FILESIZE_EXCEEDED:
        return QIAOI_HTTP_END_TOO_LARGE;
    case CURLE_OPERATION_TIMEDOUT:
        return QIAOI_HTTP_END_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
        return QIAOI_HTTP_END_NO_HOST;
    case CURLE_COULDNT_CONNECT:
        return QIAOI_HTTP_END_NO_CONNECTION;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
        return QIAOI_HTTP_END_BROKEN;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return QIAOI_HTTP_END_UNTRUSTED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        return QIAOI_HTTP_END_NO_TLS;
    case CURLE_SSL_CACERT_BADFILE:
        return QIAOI_HTTP_END_NO_CERTIFICATES;
    case CURLE_BAD_CONTENT_ENCODING:
        return QIAOI_HTTP_END_PACKING;
    default:
        x->reason = curl_easy_strerror(code);
        return QIAOI_HTTP_END_OTHER;
    }
}

void *
qiaoi_http_easy_new(void)
{
    return curl_easy_init();
}

void
qiaoi_http_easy_free(void *easy)
{
    curl_easy_cleanup(easy);
}

void
qiaoi_http_easy_drop_headers(qiaoi_http_exchange *x)
{
    curl_slist_free_all(x->headers);
    x->headers = NULL;
}

qiaoi_http_end
qiaoi_http_easy_prepare(qiaoi_http_exchange *x)
{
    const qiao_http_request *request = x->request;
    bool complete, head = strcmp(x->method, "HEAD") == 0;

    qiaoi_http_easy_drop_headers(x);
    x->headers = make_headers(request, !x->without_headers, &complete);
    curl_easy_reset(x->easy);
    return complete && set_limits(x->easy, request, head) && set_guards(x->easy, request, x) &&
                   set_message(x->easy, request, x, x->url, x->headers)
               ? QIAOI_HTTP_END_DONE
               : QIAOI_HTTP_END_MEMORY;
}

qiaoi_http_end
qiaoi_http_easy_perform(qiaoi_http_exchange *x)
{
    return end_of(x, curl_easy_perform(x->easy));
}

int
qiaoi_http_easy_status(const qiaoi_http_exchange *x)
{
    long status = 0;

    return curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? (int)status : 0;
}

const char *
qiaoi_http_easy_redirect(const qiaoi_http_exchange *x)
{
    const char *next = NULL;

    curl_easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &next);
    return next;
}

/* ---- many at a time ---- */

void *
qiaoi_http_multi_new(unsigned connections)
{
    CURLM *multi = curl_multi_init();

    if (multi != NULL) {
        curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
        curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    }
    return multi;
}

void
qiaoi_http_multi_free(void *multi)
{
    curl_multi_cleanup(multi);
}

bool
qiaoi_http_multi_add(void *multi, qiaoi_http_exchange *x)
{
    return curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x) == CURLE_OK &&
           curl_multi_add_handle(multi, x->easy) == CURLM_OK;
}

void
qiaoi_http_multi_remove(void *multi, qiaoi_http_exchange *x)
{
    curl_multi_remove_handle(multi, x->easy);
}

void
qiaoi_http_multi_perform(void *multi)
{
    int running = 0;

    curl_multi_perform(multi, &running);
}

qiaoi_http_exchange *
qiaoi_http_multi_ended(void *multi, qiaoi_http_end *end_out)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        qiaoi_http_exchange *x = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&x) != CURLE_OK)
            continue;
        curl_multi_remove_handle(multi, x->easy);
        *end_out = end_of(x, code);
        return x;
    }
    return NULL;
}

void
qiaoi_http_multi_wait(void *multi, int milliseconds)
{
    curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}

void
qiaoi_http_multi_wake(void *multi)
{
    curl_multi_wakeup(multi);
}

/* ---- the library itself ---- */

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
