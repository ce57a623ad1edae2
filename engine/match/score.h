/*
 * Score of a pair from its signals. Integers only: contributions add up to each side's score exactly.
 *
 * Each side is the weighted mean of its known signals; the pair's score is the harmonic mean of the two sides, rounded
 * down; confidence is the share of the weight that is known (the smaller of the two sides), policy apart. Policy
 * signals weigh at most the profile's cap of what the known other ones weigh. A value that rests on a suggestion weighs
 * the profile's suggested_share, times how sure it is, of what a fact would; the confidence counts it so too. Pure
 * functions.
 */
#ifndef QIAO_MATCH_SCORE_H
#define QIAO_MATCH_SCORE_H

#include "match/profile.h"

typedef struct qiaoi_side_score {
    int32_t score;
    int32_t contributions[QIAOI_SIGNAL_COUNT]; /* 0 where unknown */
} qiaoi_side_score;

typedef struct qiaoi_pair_score {
    qiaoi_side_score enterprise, owner;
    int32_t score, confidence;
} qiaoi_pair_score;

/* Bits of signals that do not count in a request. */
#define QIAOI_WITHOUT_POLICY                                                                                           \
    (1u << QIAOI_SIGNAL_PARK_FIELD | 1u << QIAOI_SIGNAL_PARK_COUNTRY | 1u << QIAOI_SIGNAL_COUNTRY_GROUP)
#define QIAOI_TEXT_ONLY (~(1u << QIAOI_SIGNAL_TEXT_TITLE | 1u << QIAOI_SIGNAL_TEXT_BODY))

/* suggested NULL: all values rest on facts. */
void qiaoi_score(const int32_t values[QIAOI_SIGNAL_COUNT], const qiaoi_suggested *suggested,
                 const qiaoi_profile *profile, uint32_t left_out, qiaoi_pair_score *out);

#endif
