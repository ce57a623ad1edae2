/*
 * One qiaoi_call lives for one request on one thread's stack: who asks, in which language, for what, with which session
 * of the engine. A handler (handlers.h) reads it and writes either a body or a problem.
 */
#ifndef QIAO_API_CALL_H
#define QIAO_API_CALL_H

#include "parameters.h"
#include "problem.h"
#include "service.h"

#define QIAOI_REQUEST_ID_MAX 64

struct qiaoi_call {
    qiaoi_service *service;
    const qiaoi_http_request *request;
    qiaoi_http_response *response;
    qiaoi_routing routing;
    qiaoi_caller caller;
    qiao_session *session; /* NULL where the route asks for none, or there is none */
    qiao_arena *arena;     /* dies with the call */
    qiao_language language;
    char request_id[QIAOI_REQUEST_ID_MAX + 1];
    char generation[QIAO_GENERATION_NAME_SIZE]; /* "" = none */
    char id[QIAO_ID_MAX + 1];                   /* decoded, of routes that have one */
    char other[QIAO_ID_MAX + 1];                /* the second, of routes that have two */
    unsigned retry_after;                       /* seconds; of TOO_MANY_REQUESTS */
    qiaoi_problem problem;                      /* code NONE: none so far */
};

/* Read the query string; false: the problem says what is wrong. */
bool qiaoi_call_parameters(qiaoi_call *call, uint64_t allowed, uint32_t limit_max, qiaoi_parameters *out);
/*
 * The answer may be kept by the client: sets the ETag, made of generation, path and query, who calls, software version
 * and basis (what the answer rests on beside those; 0 = nothing). True: the client has this very answer, status 304 is
 * set and nothing is left to do.
 */
bool qiaoi_call_unchanged(qiaoi_call *call, uint64_t basis);
/* The same for what the desk holds: its tag is the revision ("3"), which If-Match takes. */
bool qiaoi_call_unchanged_since(qiaoi_call *call, uint64_t revision);
/* The same for what rests on neither: a tag of two words, and how long the client may keep it (Cache-Control). */
bool qiaoi_call_unchanged_as(qiaoi_call *call, const char *basis, const char *form, const char *keep);
/* What is looked for on a side shall be what the caller may see. */
void qiaoi_call_narrow(const qiaoi_call *call, qiao_kind side, qiaoi_parameters *given);
/* The problem that there is no such record; also where there is one that the caller may not see. */
void qiaoi_call_missing(qiaoi_call *call, qiao_kind kind, const char *id);
/* How an engine call ended: a failure becomes the problem. True: go on. */
bool qiaoi_call_went_well(qiaoi_call *call, qiao_status status, const qiao_error *error);
/* The body is a whole JSON document. */
void qiaoi_call_json(qiaoi_call *call);

#endif
