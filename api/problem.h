/*
 * Problems (RFC 9457): every answer that is not the one asked for.
 *
 * A problem has a code from the table below, an error that says what happened in both languages, and for wrong input a
 * list of the places that are wrong. The table is checked against openapi.yaml by a test.
 */
#ifndef QIAO_API_PROBLEM_H
#define QIAO_API_PROBLEM_H

#include "qiao/memory.h"
#include "qiao/status.h"

/* X(name, code, HTTP status, title) */
#define QIAOI_PROBLEM_TABLE(X)                                                                                         \
    X(BAD_REQUEST, "bad_request", 400, "The request cannot be read")                                                   \
    X(BAD_PARAMETER, "bad_parameter", 400, "A parameter is wrong")                                                     \
    X(BAD_BODY, "bad_body", 400, "The body is wrong")                                                                  \
    X(BAD_QUERY, "bad_query", 400, "The query cannot be read")                                                         \
    X(LIMIT, "limit", 400, "More is asked for than is allowed")                                                        \
    X(UNAUTHORIZED, "unauthorized", 401, "A key is needed")                                                            \
    X(FORBIDDEN, "forbidden", 403, "This is not for the caller to do")                                                 \
    X(NO_ROUTE, "no_route", 404, "No such address")                                                                    \
    X(NOT_FOUND, "not_found", 404, "No such record")                                                                   \
    X(METHOD_NOT_ALLOWED, "method_not_allowed", 405, "This address does not take this method")                         \
    X(CONFLICT, "conflict", 409, "This does not follow from where it stands")                                          \
    X(PRECONDITION_FAILED, "precondition_failed", 412, "It was changed meanwhile")                                     \
    X(BODY_TOO_LARGE, "body_too_large", 413, "The body is too large")                                                  \
    X(TARGET_TOO_LONG, "target_too_long", 414, "The address is too long")                                              \
    X(MEDIA_TYPE, "unsupported_media_type", 415, "The body is not JSON")                                               \
    X(PRECONDITION_REQUIRED, "precondition_required", 428, "Say which revision is changed")                            \
    X(TOO_MANY_REQUESTS, "too_many_requests", 429, "Too many requests")                                                \
    X(HEADERS_TOO_LARGE, "headers_too_large", 431, "The headers are too large")                                        \
    X(INTERNAL, "internal", 500, "Something went wrong in the service")                                                \
    X(DAMAGED, "damaged", 500, "Stored data fails its check")                                                          \
    X(NO_GENERATION, "no_generation", 503, "No catalogue is published yet")                                            \
    X(BUSY, "busy", 503, "The service cannot answer just now")                                                         \
    X(NO_SPACE, "no_space", 507, "There is no space to store it")

typedef enum qiaoi_problem_code {
    QIAOI_PROBLEM_NONE,
#define QIAOI_PROBLEM_ENUM(name, code, status, title) QIAOI_PROBLEM_##name,
    QIAOI_PROBLEM_TABLE(QIAOI_PROBLEM_ENUM)
#undef QIAOI_PROBLEM_ENUM
} qiaoi_problem_code;

/* One wrong place: a query parameter or a JSON pointer into the body. */
typedef struct qiaoi_problem_place {
    char parameter[48]; /* "" = the place is in the body */
    char pointer[160];  /* RFC 6901 */
    char value[96];     /* what stood there, shortened */
    bool has_value;
    qiao_error error; /* message: what is wrong with it */
} qiaoi_problem_place;

#define QIAOI_PLACES_MAX 16

typedef struct qiaoi_problem {
    qiaoi_problem_code code;
    qiao_error error;    /* message: the detail; hint: what to do */
    char allowed[120];   /* of a conflict: what is allowed, as a JSON list of words; "" = not said */
    size_t count, total; /* places kept, found */
    qiaoi_problem_place places[QIAOI_PLACES_MAX];
} qiaoi_problem;

unsigned qiaoi_problem_status(qiaoi_problem_code code);
const char *qiaoi_problem_token(qiaoi_problem_code code);

void qiaoi_problem_init(qiaoi_problem *problem);
/* The problem that a failed engine call is to the client. Faults of ours keep their message for the log only. */
void qiaoi_problem_from(qiaoi_problem *problem, const qiao_error *error);

/*
 * The three below return the error to write the message to, as in qiao_fail(qiaoi_problem_parameter(...), QIAO_E_INPUT,
 * "...", ...); NULL, which qiao_fail takes, where there is no place for more.
 */
qiao_error *qiaoi_problem_set(qiaoi_problem *problem, qiaoi_problem_code code);
/* A wrong query parameter (BAD_PARAMETER) or place of the body (BAD_BODY). value may be NULL. */
qiao_error *qiaoi_problem_parameter(qiaoi_problem *problem, const char *parameter, const char *value);
qiao_error *qiaoi_problem_pointer(qiaoi_problem *problem, const char *pointer, const char *value);

typedef struct qiaoi_problem_frame {
    qiao_language language;
    const char *instance; /* the path asked for */
    const char *request_id;
    const char *generation; /* NULL = unknown */
} qiaoi_problem_frame;

/* The document. */
void qiaoi_problem_write(const qiaoi_problem *problem, const qiaoi_problem_frame *frame, qiao_buffer *out);
/* {"pointer":..,"value":..,"detail":..} */
void qiaoi_problem_write_place(const qiaoi_problem_place *place, qiao_language language, qiao_buffer *out);

#endif
