/*
 * The service: from a request to its response. Each request becomes a call (call.h), which a handler answers; the service
 * adds what every answer has: request id, generation, language, log line.
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

#endif
