/*
 * What the service knows of HTTP: a request that was read whole, and the response to it.
 *
 * http_microhttpd.c is the only file that includes the HTTP library. It reads requests, keeps them within the limits,
 * and calls one handler; a request that it will not take arrives at the handler too, with the refusal set, so that
 * every answer is written in one place.
 *
 * Lifetime and threads: one thread reads and writes all connections; the handler runs on worker threads, several at
 * once, and for quick requests on the reading thread itself. The request is borrowed during the call; what the response
 * holds is taken over by the server.
 */
#ifndef QIAO_API_HTTP_H
#define QIAO_API_HTTP_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdint.h>

/* X(name, header): the request headers that the service looks at. Each may occur once, but for lists: of what a client
 * takes the first counts, of what proxies append to the last. */
#define QIAOI_HTTP_HEADER_TABLE(X)                                                                                     \
    X(ACCEPT, "Accept")                                                                                                \
    X(ACCEPT_ENCODING, "Accept-Encoding")                                                                              \
    X(ACCEPT_LANGUAGE, "Accept-Language")                                                                              \
    X(AUTHORIZATION, "Authorization")                                                                                  \
    X(CONTENT_ENCODING, "Content-Encoding")                                                                            \
    X(CONTENT_LENGTH, "Content-Length")                                                                                \
    X(CONTENT_TYPE, "Content-Type")                                                                                    \
    X(EXPECT, "Expect")                                                                                                \
    X(FORWARDED, "Forwarded")                                                                                          \
    X(HOST, "Host")                                                                                                    \
    X(IF_MATCH, "If-Match")                                                                                            \
    X(IF_NONE_MATCH, "If-None-Match")                                                                                  \
    X(TRANSFER_ENCODING, "Transfer-Encoding")                                                                          \
    X(X_FORWARDED_FOR, "X-Forwarded-For")                                                                              \
    X(X_REQUEST_ID, "X-Request-Id")

typedef enum qiaoi_http_header {
#define QIAOI_HTTP_HEADER_ENUM(name, text) QIAOI_HEADER_##name,
    QIAOI_HTTP_HEADER_TABLE(QIAOI_HTTP_HEADER_ENUM)
#undef QIAOI_HTTP_HEADER_ENUM
        QIAOI_HEADER_COUNT
} qiaoi_http_header;

/* Why the server did not read a request to its end. */
typedef enum qiaoi_http_refusal {
    QIAOI_REFUSAL_NONE,
    QIAOI_REFUSAL_REPEATED_HEADER, /* one that may occur once; refused_header says which */
    QIAOI_REFUSAL_BAD_FRAMING,     /* Transfer-Encoding with Content-Length, or one that we do not speak */
    QIAOI_REFUSAL_BAD_HEADER,      /* a name with a space in it: whether it counts, servers disagree */
    QIAOI_REFUSAL_BAD_LINE,        /* a line that does not end in CR LF, or goes on in the next one */
    QIAOI_REFUSAL_BAD_TARGET,      /* neither /..., nor * of OPTIONS, nor the address of this very host */
    QIAOI_REFUSAL_BAD_VERSION,
    QIAOI_REFUSAL_NO_HOST,
    QIAOI_REFUSAL_HEADERS_TOO_LARGE,
    QIAOI_REFUSAL_TOO_MANY_HEADERS,
    QIAOI_REFUSAL_TARGET_TOO_LONG,
    QIAOI_REFUSAL_BODY_TOO_LARGE,
    QIAOI_REFUSAL_NO_MEMORY,
    QIAOI_REFUSAL_STOPPING /* the server ends before it came to this request */
} qiaoi_http_refusal;

typedef struct qiaoi_http_request {
    const char *method;
    const char *target;                      /* path and query as sent, percent-encoded; "" where it was refused */
    const char *headers[QIAOI_HEADER_COUNT]; /* NULL = not sent */
    const char *body;                        /* NUL-terminated; "" where there is none */
    size_t body_length;
    qiaoi_http_refusal refusal;
    const char *refused_header;
    size_t refused_limit; /* that was passed */
    const char *peer;     /* numeric address of the other end; "" = a socket of this machine */
    uint64_t started_us;  /* monotonic */
} qiaoi_http_request;

#define QIAOI_HTTP_HEADERS_OUT 16
#define QIAOI_HTTP_VALUE_SIZE 320

typedef struct qiaoi_http_response {
    unsigned status;
    const char *content_type; /* static; NULL with an empty body */
    qiao_buffer body;
    int file; /* an open file instead, one more than its descriptor; 0 = none */
    uint64_t file_length;
    const char *fixed; /* a static body instead */
    size_t fixed_length;
    struct {
        const char *name; /* static */
        char value[QIAOI_HTTP_VALUE_SIZE];
    } headers[QIAOI_HTTP_HEADERS_OUT];
    size_t header_count;
} qiaoi_http_response;

/* Appends a header. A value that does not fit, or holds a control character, is left out. */
void qiaoi_http_set(qiaoi_http_response *response, const char *name, const char *value);

/* The file from its beginning is the body; it is the response's to close from now on. */
void qiaoi_http_set_file(qiaoi_http_response *response, int file, uint64_t length);
/* Without a file, as before. */
void qiaoi_http_drop_file(qiaoi_http_response *response);

/* Fills the response, always; called on several threads at once. */
typedef void (*qiaoi_http_handler)(void *context, const qiaoi_http_request *request, qiaoi_http_response *response);
/* Is the answer a matter of microseconds, so that it need not wait behind longer ones? */
typedef bool (*qiaoi_http_judge)(void *context, const qiaoi_http_request *request);

typedef struct qiaoi_http_options {
    int socket;                /* listening; taken over by a successful start */
    unsigned threads;          /* that answer; 0 = one for each core */
    unsigned connections;      /* open at once */
    unsigned per_address;      /* of them from one address; 0 = no limit of its own */
    unsigned timeout_seconds;  /* of silence on a connection */
    unsigned request_seconds;  /* for sending a request, and for taking its answer */
    size_t max_body;           /* bytes */
    size_t max_target;         /* bytes, at most QIAOI_HTTP_TARGET_MAX; 0 = that */
    size_t max_headers;        /* bytes; 0 = QIAOI_HTTP_HEADERS_MAX */
    unsigned max_header_count; /* 0 = QIAOI_HTTP_HEADER_COUNT_MAX */
    qiaoi_http_handler handler;
    qiaoi_http_judge is_quick;
    void *context; /* of both */
} qiaoi_http_options;

#define QIAOI_HTTP_TARGET_MAX 8192u
#define QIAOI_HTTP_HEADERS_MAX 16384u
#define QIAOI_HTTP_HEADER_COUNT_MAX 64u

typedef struct qiaoi_http_server qiaoi_http_server;

/* QIAO_E_NOMEM, QIAO_E_IO. */
qiao_status qiaoi_http_start(const qiaoi_http_options *options, qiaoi_http_server **out, qiao_error *err) QIAO_CHECK;
/* Cuts the connections whose request or answer takes too long; to be called about twice a second, by one thread. */
void qiaoi_http_look(qiaoi_http_server *server);

typedef struct qiaoi_http_state {
    unsigned connections, active; /* open; requests begun and not ended */
    unsigned threads, busy;       /* that answer; of them at work */
    unsigned waiting;             /* requests in the queue */
    uint64_t cut, turned_away;    /* connections: too slow; past the limit of their address */
} qiaoi_http_state;

void qiaoi_http_measure(qiaoi_http_server *server, qiaoi_http_state *out);
/* From now on every answer closes its connection. */
void qiaoi_http_close_idle(qiaoi_http_server *server);
/*
 * Stop accepting, let the requests that have begun end (for at most so long), close the rest, free. NULL is fine.
 * @return requests that were cut off.
 */
unsigned qiaoi_http_stop(qiaoi_http_server *server, unsigned wait_ms);

#endif
