/*
 * Text evidence of a pair: what the words of both sides say, normalised so that it means the same for a need of two
 * lines and of two pages.
 *
 *   share     the retrieval score over what a document that says everything would have
 *   breadth   how many words the need speaks with: (sum w)^2 / sum w^2 over the weights of its words. What an unrelated
 *             document shares by accident falls with the root of it, so share * sqrt(min(breadth, 30) / 30) lets a
 * title and a page be compared; beyond thirty words breadth says more of the form than of the need. evidence
 * (share')^(1 - a) * fit^a, a = .75 * form: a short need is ranked as it is retrieved, the longer a need, the more
 * counts whether both are about the same (topic.h), since long needs are mostly form value     1 - e^(-evidence / .2)
 * The constants stand in the profile (profile.h); how they were found: bench/judged.sh and its results.
 *
 * Pure functions.
 */
#ifndef QIAO_MATCH_EVIDENCE_H
#define QIAO_MATCH_EVIDENCE_H

#include "match/profile.h"
#include "match/query.h"

typedef struct qiaoi_text_evidence {
    int32_t value;    /* micro-units */
    int32_t evidence; /* micro-units, before the last step: what bands are cut by */
    int32_t fit;      /* topic fit, micro-units */
} qiaoi_text_evidence;

/* score: the retrieval score of the document (not accumulator units); fit: 0..1 */
qiaoi_text_evidence qiaoi_text_evidence_of(const qiaoi_query *query, const qiaoi_profile *profile, double score,
                                           double fit);

/* The value of a score alone, as if fit were not looked at. */
int32_t qiaoi_text_value_of_score(const qiaoi_query *query, const qiaoi_profile *profile, double score);

qiao_band qiaoi_band_of(const qiaoi_text_evidence *evidence, const qiaoi_profile *profile);

#endif
