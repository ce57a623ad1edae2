/*
 * The answer of a match as JSON, written straight into a buffer. Shapes are those of the contract in api/openapi.yaml.
 */
#ifndef QIAO_MATCH_ANSWER_H
#define QIAO_MATCH_ANSWER_H

#include "match/matcher_internal.h"

/* One matched record with score, sides, matched terms. counterpart: the record found (never NULL). Appends an object to
 * out. */
qiao_status qiaoi_answer_item(qiao_matcher *matcher, const qiao_match_request *request,
                              const qiaoi_candidate *candidate, uint32_t rank, qiao_buffer *out,
                              qiao_error *err) QIAO_CHECK;

/* The short form of a record shown in lists: id, kind, title, summary (cut), country, organisation kind, fields, TRL,
 * park. */
void qiaoi_answer_brief(const qiao_record *record, qiao_buffer *out);

#endif
