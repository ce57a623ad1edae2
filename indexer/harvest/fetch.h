/*
 * A request that is repeated while there is hope: after 429, 500, 502, 503, 504, a time-out or a connection that broke.
 * It waits as long as Retry-After says, else 1, 2, 4 ... seconds and up to half as much again by chance, so that many
 * clients of a source that failed do not come back in step.
 */
#ifndef QIAO_INDEXER_HARVEST_FETCH_H
#define QIAO_INDEXER_HARVEST_FETCH_H

#include "http_client.h"

#define QIAOI_FETCH_TRIES 6u
#define QIAOI_FETCH_WAIT_MAX 600 /* seconds; a source that asks for more is left for the next run */

/*
 * @return QIAO_OK: 200, or 304 where the request asked for that; QIAO_E_IO: it failed for good, or as often as is
 * tried; otherwise what qiao_http_send returns. tries_out may be NULL.
 */
qiao_status qiaoi_fetch(qiao_http_client *client, const qiao_http_request *request, qiao_http_response *response,
                        unsigned *tries_out, qiao_error *err) QIAO_CHECK;

void qiaoi_fetch_sleep(uint64_t milliseconds);

#endif
