/*
 * Score of a pair from its signals. Integers only: contributions add up to each side's score exactly.
 *
 * Each side is the weighted mean of its known signals; the pair's score is the harmonic mean of the two sides, rounded
 * down; confidence is the share of the weight that is known (the smaller of the two sides). Pure functions.
 */
#ifndef QIAO_MATCH_SCORE_H
#define QIAO_MATCH_SCORE_H

#include "match/signals.h"

typedef struct qiaoi_side_score {
    int32_t score;
    int32_t contributions[QIAOI_SIGNAL_COUNT]; /* 0 where unknown */
} qiaoi_side_score;

typedef struct qiaoi_pair_score {
    qiaoi_side_score enterprise, owner;
    int32_t score, confidence;
} qiaoi_pair_score;

/* text_only: the text signal alone. */
void qiaoi_score(const int32_t values[QIAOI_SIGNAL_COUNT], bool text_only, qiaoi_pair_score *out);

int32_t qiaoi_signal_weight(qiaoi_signal signal, bool owner);

#endif
