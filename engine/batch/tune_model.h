/*
 * Weights out of verdicts: a pairwise logistic regression over the signals, held to the weights there are.
 *
 * A sample is a judged pair: its need, its signals, whether it was accepted. The model is the score of match/score.h
 * over real numbers, weights w(s) = w0(s) e^t(s) for both sides alike, so a weight never changes its sign and zero
 * stays zero. Minimised, over the accepted pairs a and rejected pairs r of each need (each need counts once):
 *
 *     mean of ln(1 + e^((score(r) - score(a)) / .05))  +  PULL sum t(s)^2
 *
 * by gradient descent with halved steps from t = 0. Pure functions, no threads; sums run in the order of the samples.
 */
#ifndef QIAO_BATCH_TUNE_MODEL_H
#define QIAO_BATCH_TUNE_MODEL_H

#include "match/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct qiaoi_sample {
    uint32_t need;
    bool accepted;
    int32_t values[QIAOI_SIGNAL_COUNT]; /* as match/signals.h */
} qiaoi_sample;

typedef struct qiaoi_weights {
    double side[2][QIAOI_SIGNAL_COUNT]; /* enterprise, owner */
    double policy_cap;                  /* share of the known weight that is not policy */
} qiaoi_weights;

void qiaoi_weights_of(const qiaoi_profile *profile, qiaoi_weights *out);
/* Writes them back, rounded. */
void qiaoi_weights_to(const qiaoi_weights *weights, qiaoi_profile *profile);

/* Samples of one need stand together. Needs n with n % folds == fold are left out; folds 0: none is. */
typedef struct qiaoi_samples {
    const qiaoi_sample *items;
    size_t count;
    uint32_t folds, fold;
    bool held_out; /* the other way round: only the fold */
} qiaoi_samples;

/* 0..1 */
double qiaoi_model_score(const qiaoi_weights *weights, const int32_t values[QIAOI_SIGNAL_COUNT]);

void qiaoi_model_fit(const qiaoi_weights *start, const qiaoi_samples *samples, qiaoi_weights *out);

/* Accepted and rejected pairs of one need in the right order, a tie half; and how many there are. Adds to both. */
void qiaoi_model_count(const qiaoi_weights *weights, const qiaoi_samples *samples, double *right, double *all);

#endif
