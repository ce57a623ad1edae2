/*
 * A few documents of one side, laid out to be searched by themselves: those that changed since an earlier generation,
 * whose lists already know all the others (renew.h).
 *
 * Their postings are those of the generation, so a query gives each of them the score that a search of all documents
 * gives it.
 *
 * Threads: a set is immutable once made and shared; a search is scratch of one thread.
 */
#ifndef QIAO_MATCH_FRESH_H
#define QIAO_MATCH_FRESH_H

#include "match/retrieval.h"

#define QIAOI_FRESH_MAX QIAOI_RANGE_SIZE

typedef struct qiaoi_fresh {
    qiaoi_postings postings; /* its documents are places in docids */
    uint32_t *docids;        /* ascending */
    uint64_t *bitmap;
    uint32_t *rank, *offsets;
    uint8_t *maxima; /* not used, zeros */
    qiao_buffer documents, impacts;
} qiaoi_fresh;

/* Those whose bit is set; at most QIAOI_FRESH_MAX. QIAO_E_NOMEM. */
qiao_status qiaoi_fresh_make(qiaoi_fresh *fresh, const qiao_generation *generation, qiao_kind side,
                             const uint64_t *bits, qiao_error *err) QIAO_CHECK;
void qiaoi_fresh_done(qiaoi_fresh *fresh);

typedef struct qiaoi_fresh_search {
    uint32_t *scores, *sums;
    uint16_t *listed;
    qiaoi_hit *hits; /* falling, ties by docid */
    size_t hit_count;
    uint32_t units[256];
} qiaoi_fresh_search;

/* Room for sets of so many documents. QIAO_E_NOMEM. */
qiao_status qiaoi_fresh_search_init(qiaoi_fresh_search *search, uint32_t documents, qiao_error *err) QIAO_CHECK;
void qiaoi_fresh_search_done(qiaoi_fresh_search *search);
/* Those that score `least` (1 or more) or more and pass the filter, into hits. */
void qiaoi_fresh_find(qiaoi_fresh_search *search, const qiaoi_fresh *fresh, const qiaoi_query *query,
                      const uint64_t *filter, uint32_t least);

#endif
