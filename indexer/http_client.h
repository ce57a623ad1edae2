/*
 * HTTP client: one request, one answer in memory. http_curl.c is the only file of the project that includes <curl/curl.h>.
 *
 * What it guards: only http and https; certificates are always verified; an address inside the operator's own network (loopback, private, link-local,
 * multicast) is refused unless the request allows it, whatever the name resolves to and wherever a redirect leads; sizes and times are bounded; a
 * redirect that leaves the origin takes none of the caller's headers along, one from https to http is refused. A proxy is used only where the request says so.
 * Errors name method, host and path, never user names, passwords, query strings, header values or bodies.
 *
 * Threads: a client belongs to one thread at a time; it keeps connections open between requests. qiao_http_start before threads start.
 */
#ifndef QIAO_INDEXER_HTTP_CLIENT_H
#define QIAO_INDEXER_HTTP_CLIENT_H

#include "qiao/memory.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct qiao_http_client qiao_http_client;

#define QIAO_HTTP_BODY_LIMIT ((size_t)64 << 20)
#define QIAO_HTTP_HEADERS_LIMIT ((size_t)256 << 10)
#define QIAO_HTTP_REDIRECTS_MAX 10u
#define QIAO_HTTP_URL_MAX 8192u

typedef struct qiao_http_request {
    const char *method;              /* NULL = GET, or POST where there is a body */
    const char *url;
    const char *const *headers;      /* "Name: value"; header_count of them */
    size_t header_count;
    const void *body;                /* borrowed during the call */
    size_t body_length;
    uint32_t connect_timeout_ms;     /* 0 = 10,000 */
    uint32_t timeout_ms;             /* of the whole request, redirects apart; 0 = 60,000 */
    uint32_t stall_seconds;          /* given up when no byte comes for so long; 0 = 30 */
    size_t limit;                    /* bytes of body accepted, after unpacking; 0 = QIAO_HTTP_BODY_LIMIT */
    unsigned redirects;              /* followed for GET and HEAD, at most QIAO_HTTP_REDIRECTS_MAX; otherwise the 3xx is the answer */
    bool compressed;                 /* ask for a packed answer, and unpack it */
    bool allow_private;              /* addresses of the operator's own network */
    /* Takes the body of a 200 in place of response->body, piece by piece, and counts for limit all the same; bytes NULL: an answer begins, forget
     * what came before. false ends the request with QIAO_E_IO. */
    bool (*sink)(void *context, const char *bytes, size_t length);
    void *sink_context;
    const char *proxy;               /* NULL = none, "" = that of the environment (https_proxy, no_proxy ...), otherwise its URL. Names are then looked up
                                      * by the proxy: of the address only what is written as a number can be refused */
    const char *user_agent;          /* NULL = qiao/VERSION */
    const char *ca_file;             /* PEM certificates to trust instead of the system's; NULL = the system's */
} qiao_http_request;

typedef enum qiao_http_failure {
    QIAO_HTTP_ANSWERED,              /* there is a status, whatever it is */
    QIAO_HTTP_TIMEOUT,
    QIAO_HTTP_CONNECTION,            /* name not found, refused, reset, cut in the middle of the answer */
    QIAO_HTTP_TLS,
    QIAO_HTTP_BLOCKED,               /* address, scheme or redirect that is not allowed */
    QIAO_HTTP_TOO_LARGE,
    QIAO_HTTP_OTHER
} qiao_http_failure;

/* Zero-initialise before the first use; qiao_http_response_done afterwards. Reused for the next request as it is. */
typedef struct qiao_http_response {
    qiao_http_failure failure;
    int status;                      /* 200, 404 ...; 0 when there was no answer */
    qiao_buffer body;
    qiao_buffer headers;             /* of the last answer: "name: value\0" each, names in lower case */
    int64_t retry_after;             /* seconds to wait; -1 = not said */
    char url[QIAO_HTTP_URL_MAX];     /* answered, after redirects; may hold what an error must not show */
} qiao_http_response;

/* Once per process; safe to repeat. */
qiao_status qiao_http_start(qiao_error *err) QIAO_CHECK;

qiao_status qiao_http_client_new(qiao_http_client **out, qiao_error *err) QIAO_CHECK;
void qiao_http_client_free(qiao_http_client *client);

/*
 * @return QIAO_OK whenever a status was received, also 404 and 500. Otherwise response->failure says what kind of thing happened and the status is
 *         QIAO_E_IO (network, TLS), QIAO_E_LIMIT (answer too large), QIAO_E_REFUSED (blocked), QIAO_E_USAGE (url, header), QIAO_E_NOMEM.
 */
qiao_status qiao_http_send(qiao_http_client *client, const qiao_http_request *request, qiao_http_response *response, qiao_error *err) QIAO_CHECK;
void qiao_http_response_done(qiao_http_response *response);

/*
 * Many requests at a time, over HTTP/2 in one connection where the server can, performed by a thread of the pool. request, what it points to and
 * response are borrowed until wait gave the tag back; sinks run in the pool's thread.
 */
typedef struct qiao_http_pool qiao_http_pool;
/* connections: to one host at a time. allow_private: for all its requests. */
qiao_status qiao_http_pool_new(unsigned connections, bool allow_private, qiao_http_pool **out, qiao_error *err) QIAO_CHECK;
void qiao_http_pool_free(qiao_http_pool *pool); /* gives up what is under way; NULL is fine */
qiao_status qiao_http_pool_start(qiao_http_pool *pool, const qiao_http_request *request, qiao_http_response *response, void *tag,
                                 qiao_error *err) QIAO_CHECK;
/* The tag of a request that is over, with what qiao_http_send would have returned; NULL when none is, after so long. */
void *qiao_http_pool_wait(qiao_http_pool *pool, uint64_t milliseconds, qiao_status *status_out, qiao_error *err);

/* "https://host:443": what a limit of requests is for. "" where url is none. */
void qiao_http_origin(const char *url, char *out, size_t size);

/* Value of a header (name in lower case), the last one where there are several; NULL where it is absent. */
const char *qiao_http_header(const qiao_http_response *response, const char *name);

/* Seconds from a Retry-After value, a number or a date, seen at `now` (seconds since 1970); -1 where it is neither. A date in the past is 0. */
int64_t qiao_http_retry_after(const char *value, int64_t now);

/* "https://host:port/path" of a URL, without what an error must not show. */
void qiao_http_display(const char *url, char *out, size_t size);

/* May this address be asked without allow_private? family: AF_INET or AF_INET6; address: 4 or 16 bytes in network order. */
bool qiao_http_address_public(int family, const unsigned char *address);

#endif
