/* Weighted means and their harmonic mean in micro-units; the remainder of the division goes to the contributions in a
 * fixed order. */
#include "match/score.h"

#include <string.h>

int32_t
qiaoi_signal_weight(qiaoi_signal signal, bool owner)
{
    static const int32_t weights[][2] = {
#define QIAOI_SIGNAL_WEIGHT(name, code, enterprise, owner_weight) {enterprise, owner_weight},
        QIAOI_SIGNALS(QIAOI_SIGNAL_WEIGHT)
#undef QIAOI_SIGNAL_WEIGHT
    };

    return weights[signal][owner];
}

static int64_t
known_weight(const int32_t *values, bool owner, bool text_only)
{
    int64_t sum = 0;

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        if (values[s] != QIAOI_SIGNAL_UNKNOWN && (!text_only || s == QIAOI_SIGNAL_TEXT))
            sum += qiaoi_signal_weight((qiaoi_signal)s, owner);
    return sum;
}

/* Largest remainders would depend on ties; the running total keeps the sum exact and the order fixed. */
static void
score_side(const int32_t *values, bool owner, bool text_only, qiaoi_side_score *out)
{
    int64_t known = known_weight(values, owner, text_only), running = 0, given = 0;

    memset(out, 0, sizeof *out);
    if (known == 0)
        return;
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        if (values[s] == QIAOI_SIGNAL_UNKNOWN || (text_only && s != QIAOI_SIGNAL_TEXT))
            continue;
        running += (int64_t)qiaoi_signal_weight((qiaoi_signal)s, owner) * values[s];
        out->contributions[s] = (int32_t)(running / known - given);
        given = running / known;
    }
    out->score = (int32_t)given;
}

static int32_t
confidence(const int32_t *values, bool owner)
{
    int64_t known = known_weight(values, owner, false), all = 0;

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        all += qiaoi_signal_weight((qiaoi_signal)s, owner);
    return all == 0 ? 0 : (int32_t)(known * QIAO_MICRO / all);
}

void
qiaoi_score(const int32_t values[QIAOI_SIGNAL_COUNT], bool text_only, qiaoi_pair_score *out)
{
    int32_t enterprise_known = confidence(values, false), owner_known = confidence(values, true);
    int64_t a, b;

    score_side(values, false, text_only, &out->enterprise);
    score_side(values, true, text_only, &out->owner);
    a = out->enterprise.score;
    b = out->owner.score;
    out->score = a + b == 0 ? 0 : (int32_t)(2 * a * b / (a + b));
    out->confidence = enterprise_known < owner_known ? enterprise_known : owner_known;
}
