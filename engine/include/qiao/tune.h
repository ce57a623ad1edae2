/*
 * Weights proposed from verdicts (qiao/feedback.h). Nothing is applied: the proposal is a text for people to read, with
 * what it would have done to verdicts that it was not fitted to, and it is made only where that is better.
 *
 * The verdicts are those in a generation, one for each pair: accepted where more people accepted than rejected it. The
 * fit is a pairwise logistic regression that is held to the weights there are; needs are dealt into folds, each fold is
 * judged by weights fitted to the others. What people said about a pair is itself a signal; it is left out of the fit.
 *
 * One thread. Memory: some hundred bytes a judged pair.
 */
#ifndef QIAO_TUNE_H
#define QIAO_TUNE_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_TUNE_FOLDS 5u
#define QIAO_TUNE_NEEDS_LEAST 20u /* needs with both an accepted and a rejected pair; fewer teach nothing */

typedef struct qiao_tune_options {
    const char *data_dir;
    const char *vocabulary_dir; /* NULL = from the share folder */
    uint64_t generation;        /* 0 = the served one */
} qiao_tune_options;

typedef struct qiao_tune_report {
    uint64_t generation;
    uint64_t pairs, accepted, rejected; /* judged */
    uint64_t needs;                     /* with both kinds */
    uint64_t comparisons;               /* accepted against rejected of one need */
    double before, after;               /* share of them in the right order, on folds that were held out */
    double before_fold[QIAO_TUNE_FOLDS], after_fold[QIAO_TUNE_FOLDS]; /* NAN where a fold has none */
    bool proposed;                                                    /* after is better than before */
} qiao_tune_report;

/*
 * Appends to report_out the whole report as JSON, and to profile_out the proposed weights, where there is a proposal.
 * @return QIAO_OK; QIAO_E_NOTFOUND (no generation); QIAO_E_REFUSED (too few verdicts; says how many are wanted);
 * QIAO_E_CORRUPT; QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_tune(const qiao_tune_options *options, qiao_tune_report *report, qiao_buffer *report_out,
                                  qiao_buffer *profile_out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
