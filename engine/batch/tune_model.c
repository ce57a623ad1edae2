/* Pairwise logistic regression: see tune_model.h. */
#include "batch/tune_model.h"

#include <math.h>
#include <string.h>

#define TEMPERATURE 0.05 /* a pair this far apart is as good as decided */
#define PULL 0.01        /* towards the weights there are */
#define ROUNDS 200
#define HALVINGS 20
#define WEIGHT_MOST 100000 /* of a profile */

typedef struct slope {
    double by[QIAOI_SIGNAL_COUNT];
} slope;

/* One side of a pair: the weights of what is known, policy cut to its cap, and their mean. */
typedef struct side {
    double weights[QIAOI_SIGNAL_COUNT];
    double known, mean;
} side;

void
qiaoi_weights_of(const qiaoi_profile *profile, qiaoi_weights *out)
{
    for (int which = 0; which < 2; which++)
        for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
            out->side[which][s] = profile->weights[s][which];
    out->policy_cap = profile->policy_cap / 1000.0;
}

void
qiaoi_weights_to(const qiaoi_weights *weights, qiaoi_profile *profile)
{
    for (int which = 0; which < 2; which++)
        for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
            double weight = weights->side[which][s] < WEIGHT_MOST ? weights->side[which][s] : WEIGHT_MOST;

            profile->weights[s][which] = (int32_t)lround(weight);
        }
}

static void
look_at_side(const qiaoi_weights *weights, int which, const int32_t *values, side *out)
{
    double policy = 0, other = 0, sum = 0, cut;

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        out->weights[s] = values[s] == QIAOI_SIGNAL_UNKNOWN ? 0 : weights->side[which][s];
        *(qiaoi_signal_is_policy((qiaoi_signal)s) ? &policy : &other) += out->weights[s];
    }
    cut = policy > other * weights->policy_cap ? other * weights->policy_cap / policy : 1;
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        out->weights[s] *= qiaoi_signal_is_policy((qiaoi_signal)s) ? cut : 1;
        sum += out->weights[s] > 0 ? out->weights[s] * values[s] / QIAO_MICRO : 0;
    }
    out->known = other + policy * cut;
    out->mean = out->known > 0 ? sum / out->known : 0;
}

double
qiaoi_model_score(const qiaoi_weights *weights, const int32_t values[QIAOI_SIGNAL_COUNT])
{
    side a, b;

    look_at_side(weights, 0, values, &a);
    look_at_side(weights, 1, values, &b);
    return a.mean + b.mean > 0 ? 2 * a.mean * b.mean / (a.mean + b.mean) : 0;
}

/* Adds scale times d score / d t(s). */
static void
add_slope(const qiaoi_weights *weights, const int32_t *values, double scale, slope *out)
{
    side sides[2];
    double sum;

    for (int which = 0; which < 2; which++)
        look_at_side(weights, which, values, &sides[which]);
    sum = sides[0].mean + sides[1].mean;
    if (sum <= 0)
        return;
    for (int which = 0; which < 2; which++) {
        double outer = 2 * sides[1 - which].mean * sides[1 - which].mean / (sum * sum);

        if (sides[which].known <= 0)
            continue;
        for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
            if (sides[which].weights[s] > 0)
                out->by[s] += scale * outer * sides[which].weights[s] *
                              ((double)values[s] / QIAO_MICRO - sides[which].mean) / sides[which].known;
    }
}

static bool
taken(const qiaoi_samples *samples, const qiaoi_sample *sample)
{
    return samples->folds == 0 || (sample->need % samples->folds == samples->fold) == samples->held_out;
}

static size_t
end_of_need(const qiaoi_samples *samples, size_t first)
{
    size_t end = first + 1;

    while (end < samples->count && samples->items[end].need == samples->items[first].need)
        end++;
    return end;
}

/* Loss of one need, and its slope. false: nothing to compare. */
static bool
need_loss(const qiaoi_weights *weights, const qiaoi_sample *items, size_t count, double *loss, slope *out)
{
    slope mine = {{0}};
    double sum = 0;
    size_t pairs = 0;

    for (size_t a = 0; a < count; a++)
        for (size_t r = 0; r < count; r++) {
            double apart, odds;

            if (!items[a].accepted || items[r].accepted)
                continue;
            apart = (qiaoi_model_score(weights, items[r].values) - qiaoi_model_score(weights, items[a].values)) /
                    TEMPERATURE;
            odds = 1 / (1 + exp(-apart));
            sum += apart > 30 ? apart : log1p(exp(apart));
            add_slope(weights, items[r].values, odds / TEMPERATURE, &mine);
            add_slope(weights, items[a].values, -odds / TEMPERATURE, &mine);
            pairs++;
        }
    if (pairs == 0)
        return false;
    *loss += sum / (double)pairs;
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        out->by[s] += mine.by[s] / (double)pairs;
    return true;
}

static void
weights_at(const qiaoi_weights *start, const double t[QIAOI_SIGNAL_COUNT], qiaoi_weights *out)
{
    for (int which = 0; which < 2; which++)
        for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
            out->side[which][s] = start->side[which][s] * exp(t[s]);
    out->policy_cap = start->policy_cap;
}

static double
loss_at(const qiaoi_weights *start, const qiaoi_samples *samples, const double t[QIAOI_SIGNAL_COUNT], slope *out)
{
    qiaoi_weights weights;
    double loss = 0;
    size_t needs = 0;

    memset(out, 0, sizeof *out);
    weights_at(start, t, &weights);
    for (size_t i = 0, end; i < samples->count; i = end) {
        end = end_of_need(samples, i);
        if (taken(samples, &samples->items[i]))
            needs += need_loss(&weights, samples->items + i, end - i, &loss, out);
    }
    if (needs > 0)
        loss /= (double)needs;
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        out->by[s] = (needs > 0 ? out->by[s] / (double)needs : 0) + 2 * PULL * t[s];
        loss += PULL * t[s] * t[s];
    }
    return loss;
}

void
qiaoi_model_fit(const qiaoi_weights *start, const qiaoi_samples *samples, qiaoi_weights *out)
{
    double t[QIAOI_SIGNAL_COUNT] = {0}, next[QIAOI_SIGNAL_COUNT], step = 1, loss;
    slope down, there;

    loss = loss_at(start, samples, t, &down);
    for (int round = 0; round < ROUNDS; round++) {
        bool better = false;

        for (int halving = 0; halving < HALVINGS && !better; halving++, step *= better ? 1 : 0.5) {
            double new_loss;

            for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
                next[s] = t[s] - step * down.by[s];
            new_loss = loss_at(start, samples, next, &there);
            better = new_loss < loss;
            loss = better ? new_loss : loss;
        }
        if (!better)
            break;
        memcpy(t, next, sizeof t);
        down = there;
        step *= 2;
    }
    weights_at(start, t, out);
}

void
qiaoi_model_count(const qiaoi_weights *weights, const qiaoi_samples *samples, double *right, double *all)
{
    for (size_t i = 0, end; i < samples->count; i = end) {
        end = end_of_need(samples, i);
        if (!taken(samples, &samples->items[i]))
            continue;
        for (size_t a = i; a < end; a++)
            for (size_t r = i; r < end; r++) {
                double accepted, rejected;

                if (!samples->items[a].accepted || samples->items[r].accepted)
                    continue;
                accepted = qiaoi_model_score(weights, samples->items[a].values);
                rejected = qiaoi_model_score(weights, samples->items[r].values);
                *right += accepted > rejected ? 1 : accepted < rejected ? 0 : 0.5;
                *all += 1;
            }
    }
}
