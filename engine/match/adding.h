/*
 * Adding the groups of a query to the scores of a range of documents: the alternatives of a group are summed, the sum
 * of each document saturated once and added.
 *
 * Lists lie all over the postings, and most are short: memory is asked for their beginnings ahead of use, in the order
 * in which they are added.
 *
 * Ownership and threads: scratch memory of one thread; scores and lists are the caller's.
 */
#ifndef QIAO_MATCH_ADDING_H
#define QIAO_MATCH_ADDING_H

#include "match/kernels.h"
#include "qiao/memory.h"
#include "store/generation_format.h"

/* An alternative's list in the range at hand. */
typedef struct qiaoi_list_use {
    qiaoi_posting_list list;
    uint32_t slot, share;
    bool in_rows; /* the rows of documents have the term */
} qiaoi_list_use;

typedef struct qiaoi_adder qiaoi_adder;

/* units (borrowed): of every impact. QIAO_E_NOMEM. */
qiao_status qiaoi_adder_new(const uint32_t units[256], qiaoi_adder **out, qiao_error *err) QIAO_CHECK;
void qiaoi_adder_free(qiaoi_adder *adder); /* NULL is fine */

/* A new range of so many documents: lists[0..count) will be added to scores[QIAOI_RANGE_SIZE] in that order, or the
 * first of them. Borrowed until the next range. */
void qiaoi_adder_begin(qiaoi_adder *adder, const qiaoi_kernels *kernels, uint32_t *scores, uint32_t documents,
                       const qiaoi_list_use *lists, uint32_t count);

/* Adds the next `count` lists, which are one group with so many postings. weight in accumulator units. */
void qiaoi_adder_group(qiaoi_adder *adder, uint32_t count, uint32_t postings, float weight);

#endif
