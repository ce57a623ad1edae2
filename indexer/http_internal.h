/*
 * Behind http_client.h: one request on its way, hop after hop. What is asked and what an answer means is in
 * http_exchange.c, what the library is told in http_curl.c, one request at a time in http_client.c, many in
 * http_pool.c.
 */
#ifndef QIAO_INDEXER_HTTP_INTERNAL_H
#define QIAO_INDEXER_HTTP_INTERNAL_H

#include "http_client.h"

#define QIAOI_HTTP_METHOD_MAX 16
#define QIAOI_HTTP_DISPLAY_SIZE 256

struct curl_slist;

/* How the library ended a hop. */
typedef enum qiaoi_http_end {
    QIAOI_HTTP_END_DONE, /* there is an answer */
    QIAOI_HTTP_END_MEMORY,
    QIAOI_HTTP_END_TOO_LARGE,
    QIAOI_HTTP_END_TIMEOUT,
    QIAOI_HTTP_END_NO_HOST,
    QIAOI_HTTP_END_NO_CONNECTION,
    QIAOI_HTTP_END_BROKEN,
    QIAOI_HTTP_END_UNTRUSTED,
    QIAOI_HTTP_END_NO_TLS,
    QIAOI_HTTP_END_NO_CERTIFICATES,
    QIAOI_HTTP_END_PACKING,
    QIAOI_HTTP_END_STOPPED, /* by ourselves: blocked, too_large, no_memory, not_stored say why */
    QIAOI_HTTP_END_OTHER    /* exchange.reason says what */
} qiaoi_http_end;

/* One request on its way. */
typedef struct qiaoi_http_exchange {
    const qiao_http_request *request;
    qiao_http_response *response;
    char method[QIAOI_HTTP_METHOD_MAX];
    char display[QIAOI_HTTP_DISPLAY_SIZE];
    void *easy;  /* the library's handle */
    size_t sunk; /* bytes that the sink took of this answer */
    bool blocked, too_large, no_memory, not_stored;
    const char *reason; /* the library's words; static */
    /* from hop to hop */
    char url[QIAO_HTTP_URL_MAX];
    unsigned hops;
    bool without_headers; /* the origin was left: none of the caller's headers go along */
    struct curl_slist *headers;
    /* in a pool */
    void *tag;
    struct qiaoi_http_exchange *next;
    qiao_status status;
    qiao_error err;
} qiaoi_http_exchange;

/* Scheme, host and port of a URL. good: http or https, and whole. */
typedef struct qiaoi_http_origin_parts {
    bool good, secure, user;
    char text[QIAOI_HTTP_DISPLAY_SIZE]; /* scheme, host, port */
    char host[QIAOI_HTTP_DISPLAY_SIZE];
} qiaoi_http_origin_parts;

/* ---- http_curl.c: handles of the library, as they are ---- */

void *qiaoi_http_easy_new(void); /* NULL: no memory */
void qiaoi_http_easy_free(void *easy);
/* Tells the handle all about the hop to x->url. */
qiaoi_http_end qiaoi_http_easy_prepare(qiaoi_http_exchange *x);
qiaoi_http_end qiaoi_http_easy_perform(qiaoi_http_exchange *x);
int qiaoi_http_easy_status(const qiaoi_http_exchange *x); /* 200, 404 ... */
const char *
qiaoi_http_easy_redirect(const qiaoi_http_exchange *x); /* where the answer leads, absolute; NULL = nowhere */
void qiaoi_http_easy_drop_headers(qiaoi_http_exchange *x);
qiaoi_http_origin_parts qiaoi_http_origin_of(const char *url);
/* Seconds since 1970 of a date in a header; -1 where it is none. */
int64_t qiaoi_http_date(const char *text);

void *qiaoi_http_multi_new(unsigned connections); /* NULL: no memory */
void qiaoi_http_multi_free(void *multi);
bool qiaoi_http_multi_add(void *multi, qiaoi_http_exchange *x);
void qiaoi_http_multi_remove(void *multi, qiaoi_http_exchange *x);
/* Does what can be done at once, without waiting. */
void qiaoi_http_multi_perform(void *multi);
/* The next one that ended, removed; NULL = none. */
qiaoi_http_exchange *qiaoi_http_multi_ended(void *multi, qiaoi_http_end *end_out);
/* Waits for the network, a wake-up, or so long. */
void qiaoi_http_multi_wait(void *multi, int milliseconds);
void qiaoi_http_multi_wake(void *multi); /* from any thread */

/* ---- http_exchange.c ---- */

/* The request checked, the response cleared; x zeroed but for request and response. */
qiao_status qiaoi_http_exchange_begin(qiaoi_http_exchange *x, qiao_error *err) QIAO_CHECK;
/* The hop to x->url: cleared of the one before, checked, told to the handle. */
qiaoi_http_end qiaoi_http_exchange_prepare(qiaoi_http_exchange *x);
/* Behind a hop: *again where the answer leads on, and x is ready for prepare. */
qiao_status qiaoi_http_exchange_end(qiaoi_http_exchange *x, qiaoi_http_end end, bool *again,
                                    qiao_error *err) QIAO_CHECK;
/* Bytes and header lines of an answer as they come; false ends the hop. */
bool qiaoi_http_exchange_body(qiaoi_http_exchange *x, const char *data, size_t length);
bool qiaoi_http_exchange_header(qiaoi_http_exchange *x, const char *data, size_t length);

#endif
