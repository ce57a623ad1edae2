/*
 * Candidates out of two rankings: by terms, and by the vectors of a generation that has them (qiao/dense.h). Used for a stored need or project that
 * has a vector itself, unless the request asks for text alone.
 *
 * The fused place of a candidate becomes its text signal: the candidate at place i gets the i-th largest of the term values, so that the signal keeps
 * its scale and only its order is what both rankings say together; where terms have little to say, a small value that falls with the place.
 */
#ifndef QIAO_MATCH_FUSION_H
#define QIAO_MATCH_FUSION_H

#include "match/matcher_internal.h"

/* Both rankings are fused to this depth where less is asked for, so that pages of one answer agree with each other. */
#define QIAOI_FUSION_DEPTH 1000u

static inline size_t
qiaoi_fusion_depth(size_t wanted)
{
    return wanted > QIAOI_FUSION_DEPTH ? wanted : QIAOI_FUSION_DEPTH;
}

/* Is there a vector for what is asked, on a side whose vectors are served? */
bool qiaoi_fusion_applies(const qiao_matcher *matcher, const qiao_match_request *request);

/*
 * Replaces matcher->candidates by the best `wanted` of both rankings; `found` hits of the term ranking stand in matcher->retrieval.heap, best first.
 */
qiao_status qiaoi_fuse_candidates(qiao_matcher *matcher, const uint64_t *filter, size_t found, size_t wanted, qiao_error *err) QIAO_CHECK;

/* The term scores of candidates first .. first + count that only their vector brought in; 0 until then. */
void qiaoi_fusion_scores(qiao_matcher *matcher, size_t first, size_t count);

/* ,"fusion":{...} of a candidate that was fused; nothing otherwise. */
void qiaoi_fusion_answer(const qiaoi_candidate *candidate, qiao_buffer *out);

#endif
