/*
 * A search to be saved: {"name":.., "side":.., "q":.., "filters":{..}} or {"name":.., "need":ID}, either with
 * "webhook":{"url":..}.
 *
 * What is kept on the desk: {"shown":{what its owner wrote},"run":{what the nightly job runs}}. "run" holds the tags
 * that narrow the search to what its owner may see, so that the job has no rules of its own about who sees what.
 */
#ifndef QIAO_API_SEARCH_BODY_H
#define QIAO_API_SEARCH_BODY_H

#include "call.h"

struct cJSON;

typedef struct qiaoi_search_body {
    struct cJSON *tree; /* as sent */
    const char *need;   /* NULL: a search */
    const char *url;    /* NULL: nothing is sent */
    qiaoi_parameters given;
} qiaoi_search_body;

/* Reads and checks; a search is run once, so that what cannot be read is told now. false: the problem says. Either way
 * qiaoi_search_body_done is due. */
bool qiaoi_search_body_read(qiaoi_call *call, qiaoi_search_body *out);
void qiaoi_search_body_done(qiaoi_search_body *body);
/* The row for the desk. secret: NULL where nothing is sent. false: out of memory, and the problem says so. */
bool qiaoi_search_body_row(qiaoi_call *call, qiaoi_search_body *body, const char *secret, qiao_buffer *out);

#endif
