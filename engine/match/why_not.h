/*
 * Why not this one: the gate that keeps a pair out, the signals that cost it most, and which single change would bring
 * it to a given place of the need's list, the smallest first.
 *
 * A change is tried by scoring the pair again with one thing altered: the gate open, one signal's value raised, the
 * project's TRL moved level by level, one figure met. How small it is, is told by how far the value of its signal has
 * to move, 0..1; a gate counts 1. What a change cannot help: words. A pair whose text stands behind the candidates that
 * are scored at all is out of reach.
 */
#ifndef QIAO_MATCH_WHY_NOT_H
#define QIAO_MATCH_WHY_NOT_H

#include "match/matcher_internal.h"

#define QIAOI_LIST_DEPTH QIAO_RANK_MAX
#define QIAOI_TARGET_RANK 10u /* where none is named */

/* The need's list without the pair: what it has to be better than. */
typedef struct qiaoi_list {
    int32_t scores[QIAOI_LIST_DEPTH + 1]; /* descending */
    uint32_t docids[QIAOI_LIST_DEPTH + 1];
    size_t count;
    uint32_t text_floor; /* what a candidate's text scores at least; accumulator units */
} qiaoi_list;

/* Searches the list of the need that request asks for, at its profile. @return as qiao_match. */
qiao_status qiaoi_list_read(qiao_matcher *matcher, const qiao_match_request *request, qiaoi_list *out,
                            qiao_error *err) QIAO_CHECK;
/* 1..count; 0 = not on it */
uint32_t qiaoi_list_rank(const qiaoi_list *list, uint32_t docid);

/* Appends "\"target\":{..},\"reachable\":..,\"weak\":[..],\"changes\":[..]". candidate: assessed last, with its record.
 * QIAO_E_NOMEM. */
qiao_status qiaoi_why_not(qiao_matcher *matcher, const qiaoi_candidate *candidate, const qiaoi_list *list,
                          uint32_t target, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* Would one change bring it there, and how small is it? Micro-units; INT32_MAX where none would. QIAO_E_NOMEM. */
qiao_status qiaoi_least_change(qiao_matcher *matcher, const qiaoi_candidate *candidate, const qiaoi_list *list,
                               uint32_t target, int32_t *size_out, qiao_error *err) QIAO_CHECK;

#endif
