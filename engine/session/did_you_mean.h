/*
 * "Did you mean": a query that few records answer, with what was probably meant. Words that the public catalogue does
 * not have are compared with those it has; Chinese with words that sound the same or differ in one character. Nothing
 * is proposed that does not find more than was found, of what the caller may see.
 */
#ifndef QIAO_DID_YOU_MEAN_H
#define QIAO_DID_YOU_MEAN_H

#include "session/search_internal.h"

/* Appends ,"did_you_mean":{"text":..,"by":"spelling"|"pinyin"} where there is something to propose, else nothing. At
 * most twice QIAOI_PROPOSALS_MAX searches are counted for it. */
#define QIAOI_PROPOSALS_MAX 4u
qiao_status qiaoi_did_you_mean(qiao_session *session, const qiaoi_search_result *result, qiao_buffer *out,
                               qiao_error *err) QIAO_CHECK;

/* search.c: how many records have all words of another query, under the filters of a request. */
qiao_status qiaoi_search_count(qiao_session *session, const qiao_search_request *request, const char *query,
                               size_t length, uint64_t *out, qiao_error *err) QIAO_CHECK;

#endif
