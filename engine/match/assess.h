/*
 * Assessment of one candidate: its text evidence, the facts of both sides, signals, score, band, gate and flags. The
 * matcher's own; answer.c and stored.c read what it leaves in the candidate.
 */
#ifndef QIAO_MATCH_ASSESS_H
#define QIAO_MATCH_ASSESS_H

#include "match/matcher_internal.h"

/* The facts of what is being matched, and its indicators. Before candidates are assessed. QIAO_E_NOMEM; QIAO_E_CORRUPT.
 */
qiao_status qiaoi_assess_subject(qiao_matcher *matcher, const qiao_match_request *request, qiao_error *err) QIAO_CHECK;
/* Everything about the pair. QIAO_E_CORRUPT; QIAO_E_NOMEM. */
qiao_status qiaoi_assess(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err) QIAO_CHECK;
/* The same in two steps: what the words say, into the text's members and two values of the candidate; then all else. */
void qiaoi_assess_text(qiao_matcher *matcher, qiaoi_candidate *candidate);
qiao_status qiaoi_assess_others(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err) QIAO_CHECK;
/* The context of a pair that was assessed last, for what an answer tells beyond values (rules, dates). */
qiaoi_pair_context qiaoi_assess_context(const qiao_matcher *matcher);

#endif
