/* The best hits so far: a heap with the worst on top, in the scratch memory of a retrieval. */
#ifndef QIAO_MATCH_TOP_H
#define QIAO_MATCH_TOP_H

#include "match/retrieval.h"

/* Empty, with room for limit. QIAO_E_NOMEM. */
qiao_status qiaoi_top_begin(qiaoi_retrieval *retrieval, size_t limit, qiao_error *err) QIAO_CHECK;
void qiaoi_top_offer(qiaoi_retrieval *retrieval, qiaoi_hit hit);
/* The least score that may still enter; 1 while there is room. */
uint32_t qiaoi_top_least(const qiaoi_retrieval *retrieval);
/* Descending by score, then ascending by docid; so are those of a retrieval. */
void qiaoi_sort_hits(qiaoi_hit *hits, size_t count);
void qiaoi_top_sort(qiaoi_retrieval *retrieval);

#endif
