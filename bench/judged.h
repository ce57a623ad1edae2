/*
 * Pair scores against judgements: does the product's score tell pairs worth showing from look-alikes, across needs and
 * inside one? Every judged pair is scored by the product, whatever its rank.
 */
#ifndef QIAO_BENCH_JUDGED_H
#define QIAO_BENCH_JUDGED_H

#include "qiao/match.h"
#include <stdio.h>

typedef struct judged_pair {
    const char *need, *document;
    int grade; /* 0 = not worth showing */
    int32_t score;
    int band; /* 0 = the best one */
} judged_pair;

typedef struct judged_figures {
    size_t pairs, positive, needs, needs_with_positive;
    double auc;            /* a random positive above a random negative, all needs together; ties count half */
    double within;         /* the same inside a need, mean over needs that have both */
    double ndcg10;         /* over the judged documents of a need only (condensed), mean over needs with a positive */
    double precision_half; /* share of positives among the pairs at or above the score that keeps half of them */
} judged_figures;

/* pairs: in order of need; not changed. */
void judged_measure(const judged_pair *pairs, size_t count, judged_figures *out);

#endif
