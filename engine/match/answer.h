/*
 * The answer of a match as JSON, written straight into a buffer. Shapes are those of the contract in api/openapi.yaml.
 */
#ifndef QIAO_MATCH_ANSWER_H
#define QIAO_MATCH_ANSWER_H

#include "match/matcher_internal.h"

/* One matched record with its standing, both sides and the explanation, as an object. rank 0: null. */
qiao_status qiaoi_answer_item(qiao_matcher *matcher, const qiao_match_request *request,
                              const qiaoi_candidate *candidate, uint32_t rank, qiao_buffer *out,
                              qiao_error *err) QIAO_CHECK;
/* The members of that object, without braces. */
qiao_status qiaoi_answer_members(qiao_matcher *matcher, const qiao_match_request *request,
                                 const qiaoi_candidate *candidate, uint32_t rank, qiao_buffer *out,
                                 qiao_error *err) QIAO_CHECK;
/* ",\"score\":.." to the gate: how a pair stands. */
void qiaoi_answer_standing(const qiaoi_candidate *candidate, qiao_buffer *out);

/* The short form of a record shown in lists: id, kind, title, summary (cut), country, organisation kind, fields, TRL,
 * park. */
void qiaoi_answer_brief(const qiao_record *record, qiao_buffer *out);

#endif
