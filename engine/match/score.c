/* Weighted means and their harmonic mean in micro-units; the remainder of the division goes to the contributions in a
 * fixed order. */
#include "match/score.h"

#include <string.h>

#define SCALE 1000 /* weights in millionths, so that a cap cuts finely */

typedef struct weights {
    int64_t of[QIAOI_SIGNAL_COUNT]; /* 0 where unknown */
    int64_t sum;
    int64_t facts, all; /* known and all there is, policy apart */
} weights;

/* In millionths; whole for a fact. */
static int64_t
weight_of(int s, const qiaoi_suggested *suggested, const qiaoi_profile *profile, int side)
{
    int32_t sure = suggested == NULL                   ? 0
                   : s == QIAOI_SIGNAL_FIELD           ? suggested->field
                   : s == QIAOI_SIGNAL_TRL             ? suggested->trl
                   : s == QIAOI_SIGNAL_PARTNER_COUNTRY ? suggested->country
                                                       : 0;
    int64_t weight = profile->weights[s][side];

    return sure == 0 ? weight * SCALE : weight * profile->suggested_share * sure / QIAO_MICRO;
}

static weights
known_weights(const int32_t *values, const qiaoi_suggested *suggested, const qiaoi_profile *profile, uint32_t left_out,
              int side)
{
    weights w = {.sum = 0};
    int64_t policy = 0, most;

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        bool is_policy = qiaoi_signal_is_policy((qiaoi_signal)s);

        if (profile->weights[s][side] == 0 || (left_out >> s & 1u) != 0)
            continue;
        w.all += is_policy ? 0 : (int64_t)profile->weights[s][side] * SCALE;
        if (values[s] == QIAOI_SIGNAL_UNKNOWN)
            continue;
        w.of[s] = weight_of(s, suggested, profile, side);
        *(is_policy ? &policy : &w.facts) += w.of[s];
    }
    most = w.facts * profile->policy_cap / 1000;
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        if (policy > most && qiaoi_signal_is_policy((qiaoi_signal)s))
            w.of[s] = w.of[s] * most / policy;
        w.sum += w.of[s];
    }
    return w;
}

/* Largest remainders would depend on ties; the running total keeps the sum exact and the order fixed. */
static void
score_side(const int32_t *values, const weights *w, qiaoi_side_score *out)
{
    int64_t running = 0, given = 0;

    memset(out, 0, sizeof *out);
    if (w->sum == 0)
        return;
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        if (w->of[s] == 0)
            continue;
        running += w->of[s] * values[s];
        out->contributions[s] = (int32_t)(running / w->sum - given);
        given = running / w->sum;
    }
    out->score = (int32_t)given;
}

void
qiaoi_score(const int32_t values[QIAOI_SIGNAL_COUNT], const qiaoi_suggested *suggested, const qiaoi_profile *profile,
            uint32_t left_out, qiaoi_pair_score *out)
{
    int32_t known[2];
    int64_t a, b;

    for (int side = 0; side < 2; side++) {
        weights w = known_weights(values, suggested, profile, left_out, side);

        score_side(values, &w, side == 0 ? &out->enterprise : &out->owner);
        known[side] = w.all == 0 ? 0 : (int32_t)(w.facts * QIAO_MICRO / w.all);
    }
    a = out->enterprise.score;
    b = out->owner.score;
    out->score = a + b == 0 ? 0 : (int32_t)(2 * a * b / (a + b));
    out->confidence = known[0] < known[1] ? known[0] : known[1];
}
