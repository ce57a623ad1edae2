/*
 * The service: from a request to its response.
 *
 * One qiaoi_call lives for one request on one thread's stack: who asks, in which language, for what, with which session
 * of the engine. A handler (handlers.h) reads it and writes either a body or a problem; the service adds what every
 * answer has: request id, generation, language, log line.
 *
 * Threads: the service is shared and constant after its start, but for a counter.
 */
#ifndef QIAO_API_SERVICE_H
#define QIAO_API_SERVICE_H

#include "access.h"
#include "admission.h"
#include "http.h"
#include "key_use.h"
#include "metrics.h"
#include "parameters.h"
#include "problem.h"
#include "qiao/catalog.h"
#include "qiao/engine.h"
#include "router.h"
#include <stdatomic.h>

typedef struct qiaoi_service {
    qiao_engine *engine;           /* borrowed */
    qiao_language language;        /* where the client asks for none */
    size_t max_body;               /* as told to clients whose body was refused */
    qiaoi_access access;           /* without a desk, until one is put in: open, and nothing can be written */
    struct qiaoi_reports *reports; /* borrowed; NULL = nothing is counted */
    struct qiaoi_misses *misses;  /* borrowed; NULL = what was not found is not kept */
    struct qiaoi_kept_answers *kept_answers; /* borrowed; NULL = every answer is made anew */
    const char *data_dir;          /* borrowed; NULL = not known: nothing of the folder is told */
    qiaoi_admission *admission;    /* borrowed; NULL = as many requests as come */
    qiaoi_metrics *metrics;        /* borrowed; NULL = nothing is counted */
    qiaoi_key_uses *key_uses;      /* borrowed; NULL = nothing is noted */
    atomic_ullong compress_min;    /* bytes; 0 = nothing is compressed */
    atomic_bool draining;          /* readyz says that the service ends */
    uint64_t seed;                 /* of request ids */
    atomic_ullong requests;
} qiaoi_service;

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

/* engine: borrowed. Draws the seed; QIAO_E_IO. */
qiao_status qiaoi_service_init(qiaoi_service *service, qiao_engine *engine, qiao_language language, size_t max_body,
                               qiao_error *err) QIAO_CHECK;
/* A qiaoi_http_handler; context is the service. */
void qiaoi_service_answer(void *context, const qiaoi_http_request *request, qiaoi_http_response *response);
/* A qiaoi_http_judge: does the answer need no session of the engine? Probes of a busy service must not wait behind its
 * work. */
bool qiaoi_service_is_quick(void *context, const qiaoi_http_request *request);

/* "zh" or "en" by an Accept-Language header (may be NULL), fallback where it asks for neither. */
qiao_language qiaoi_language_wanted(const char *header, qiao_language fallback);

/* "gen-0000000012"; "" for 0, which is none. */
void qiaoi_name_generation(uint64_t number, char out[QIAO_GENERATION_NAME_SIZE]);

/* For handlers
 * ------------------------------------------------------------------------------------------------------------------ */

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
