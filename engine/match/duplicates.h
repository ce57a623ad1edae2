/*
 * What a list of matches makes of records that say the same: the one that ranks first stands for the others, which it
 * names; so a list is not filled with copies, and none is lost.
 */
#ifndef QIAO_MATCH_DUPLICATES_H
#define QIAO_MATCH_DUPLICATES_H

#include "match/matcher_internal.h"

/* Candidates in the order of the list: of each group the first stays, whatever page is asked for. */
void qiaoi_duplicates_collapse(qiao_matcher *matcher);
/* ,"duplicates":[ids] of a candidate, where there are any that the request's filters let through. */
qiao_status qiaoi_duplicates_answer(qiao_matcher *matcher, const qiao_match_request *request,
                                    const qiaoi_candidate *candidate, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

#endif
