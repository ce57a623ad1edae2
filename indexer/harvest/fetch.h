/*
 * When a request is repeated: after 429, 500, 502, 503, 504, a time-out or a connection that broke. The pause is what
 * Retry-After says, else 1, 2, 4 ... seconds and up to half as much again by chance, so that many clients of a source
 * that failed do not come back in step.
 */
#ifndef QIAO_INDEXER_HARVEST_FETCH_H
#define QIAO_INDEXER_HARVEST_FETCH_H

#include "http_client.h"

#define QIAOI_FETCH_TRIES 6u
#define QIAOI_FETCH_WAIT_MAX 600 /* seconds; a source that asks for more is left for the next run */

/* Milliseconds before the next try, where tries were made; -1: no further one. The same seed gives the same pause. */
int64_t qiaoi_fetch_pause(const qiao_http_response *response, unsigned tries, uint64_t seed);

/* QIAO_OK for 200 and 304; QIAO_E_IO names the status. */
qiao_status qiaoi_fetch_judge(const qiao_http_request *request, const qiao_http_response *response,
                              qiao_error *err) QIAO_CHECK;

void qiaoi_fetch_sleep(uint64_t milliseconds);

#endif
