/*
 * Which candidates of a block have to be assessed in full, where only the first of the list are wanted.
 *
 * A pair's score is made of what the words say, which is known of all candidates first, and of the other signals, which
 * can give no more than their weight. So candidates are assessed from the best by words on, and as soon as no other one
 * can score as much as the last that is wanted, the rest are left out. The list is the same as if all had been
 * assessed: who is left out would stand behind it.
 *
 * Uses the matcher's candidates; no state of its own. What is known of a candidate (its `known`) is not found out
 * again.
 */
#ifndef QIAO_MATCH_SHORTLIST_H
#define QIAO_MATCH_SHORTLIST_H

#include "match/matcher_internal.h"

/* The most that a pair of what is being matched can score, by the value of its text signal (micro-units). */
typedef struct qiaoi_most {
    double text[2], others[2]; /* weights of the text signal and of all else that may be known; enterprise, owner */
} qiaoi_most;

void qiaoi_most_set(const qiao_matcher *matcher, qiaoi_most *out);
int32_t qiaoi_most_of(const qiaoi_most *most, int32_t text_value);

/*
 * Assesses candidates until the first `wanted` of the list are sure; those left out get the gate QIAOI_GATE_COUNT. At
 * most QIAOI_RESCORE_BLOCK candidates, of one block. @return as qiaoi_assess.
 */
qiao_status qiaoi_shortlist(qiao_matcher *matcher, size_t wanted, qiao_error *err) QIAO_CHECK;

#endif
