/*
 * Retrieval: the top documents of one side for a pivot query, exact with respect to the quantised impacts.
 *
 * Integer accumulators, range by range of 65,536 documents; a group's alternatives are summed, saturated once and
 * added. The same query gives the same scores on every machine: sums are integers, the one division is IEEE single
 * precision. Ties go to the smaller docid (order of id).
 *
 * Groups are added in order of what they can give for each posting they cost. As soon as the documents that can still
 * reach the list are few, the groups left, mostly the long lists of frequent words, are looked up in the rows of those
 * documents instead of being added (MaxScore by range: Turtle and Flood 1995; Lucene and others complete by skipping in
 * lists, we by rows). What rows do not have (pairs, words of a language that is translated) is looked for in its lists,
 * which are short. The list is the same either way.
 *
 * Threads: scratch memory belongs to one thread; the postings are shared. Where there is a crew and the catalogue has
 * many ranges, these are dealt out to its helpers too; the list is the same, since each keeps the best of its own.
 * Memory grows to what the largest query needs and stays.
 */
#ifndef QIAO_MATCH_RETRIEVAL_H
#define QIAO_MATCH_RETRIEVAL_H

#include "match/adding.h"
#include "match/crew.h"
#include "match/query.h"

#include <stdatomic.h>

typedef struct qiaoi_hit {
    uint32_t docid;
    uint32_t score; /* accumulator units */
} qiaoi_hit;

/* A group in the range at hand. */
typedef struct qiaoi_work {
    uint32_t group;
    uint32_t first, count; /* of its lists */
    uint32_t postings;
    uint32_t bound; /* no document gets more from it */
    uint32_t apart; /* postings of terms that are in no row */
} qiaoi_work;

typedef struct qiaoi_retrieval {
    const qiaoi_kernels *kernels; /* may be replaced between queries */
    bool never_skip;              /* add every posting: for comparison */
    uint32_t floor;               /* see below; 0 = no idea */
    size_t enough;                /* with a floor: so many are enough; 0 = as many as are asked for */
    uint32_t units[256];          /* of every impact */
    uint32_t *scores;             /* [QIAOI_RANGE_SIZE] of the range at hand */
    uint16_t *listed;             /* [QIAOI_RANGE_SIZE + 16] */
    uint16_t *waiting;            /* [QIAOI_RANGE_SIZE + 16] of them, to be completed */
    qiaoi_hit *heap;
    size_t heap_count, heap_capacity, limit;
    bool skipped; /* some documents were not looked at: they could not reach the list */
    bool missed;  /* the floor was too high: all was done again without it */
    qiaoi_work *work;
    uint32_t work_count, work_capacity;
    qiaoi_list_use *lists;
    uint32_t list_count, list_capacity;
    qiaoi_list_use *in_order; /* the lists as they are added */
    uint32_t *numbers;        /* of all lists of the query, where the range has them */
    uint32_t *sample;         /* [QIAOI_RANGE_SIZE] scores, scratch */
    qiao_crew *crew;          /* borrowed; helps where there are many ranges; NULL = alone */
    uint32_t together_from;   /* ranges from which it does; 0 = as is worth while */
    qiaoi_hit *found;         /* by helpers */
    size_t found_capacity;
    atomic_uint *outside; /* while ranges are dealt out: the worst of the best list of anybody */
    qiaoi_adder *adder;
    struct qiaoi_completion *completion;
} qiaoi_retrieval;

qiao_status qiaoi_retrieval_init(qiaoi_retrieval *retrieval, qiao_error *err) QIAO_CHECK;
void qiaoi_retrieval_done(qiaoi_retrieval *retrieval);

/*
 * The best `limit` documents in descending order, in retrieval->heap[0..*count_out). filter: NULL or a bit per
 * document. *considered_out: documents that pass the filter; who of them shares a term is not found out.
 *
 * retrieval->floor: a score that the last of the list probably reaches, such as it did in an earlier generation. What
 * cannot reach it is left alone from the first posting on. The list is the same whatever it says: where fewer than
 * `limit` documents (or `enough`; the list then ends where the floor is) reach it, all is done again without it.
 */
qiao_status qiaoi_retrieve(qiaoi_retrieval *retrieval, const qiaoi_query *query, const qiao_generation *generation,
                           qiao_kind side, const uint64_t *filter, size_t limit, size_t *count_out,
                           uint64_t *considered_out, qiao_error *err) QIAO_CHECK;

/* How many of so many documents pass a filter; NULL = all. */
uint64_t qiaoi_retrieval_passing(const uint64_t *filter, uint32_t documents);

/* What each group adds to one document, into contributions[query->group_count] (accumulator units); returns the sum. */
uint32_t qiaoi_contributions(const qiaoi_query *query, const qiao_generation *generation, qiao_kind side,
                             uint32_t docid, uint32_t *contributions);

/* Fixed point of a term's weight inside its group. */
uint32_t qiaoi_group_share(float weight);
/* Frequency of one document of a range in a list, in units; 0 if absent. */
uint32_t qiaoi_list_units(qiaoi_posting_list list, uint16_t document);

#endif
