/* The numbers by which postings are copied, between who finds them (postings_copy.c) and who copies
 * (postings_copy_range.c). */
#ifndef QIAO_INDEXING_POSTINGS_COPY_H
#define QIAO_INDEXING_POSTINGS_COPY_H

#include "indexing/postings.h"

#define QIAOI_GONE UINT32_MAX

struct qiaoi_copying {
    const qiaoi_corpus *corpus;
    qiao_kind kind;
    const qiaoi_postings *ranges; /* of the parent */
    size_t range_count;
    uint32_t terms;      /* of the parent */
    uint32_t row_slots;  /* below: slots that rows hold */
    uint32_t slots;      /* now */
    uint32_t *slot_then; /* [slots]: number in the parent, QIAOI_GONE where it had none */
    uint32_t *docid_now; /* [range_count << QIAOI_RANGE_BITS]: QIAOI_GONE where it is not copied */
    uint64_t *sieve;
    uint32_t fresh_pairs;
};

/* The parent's number of a document that is copied. */
static inline uint32_t
qiaoi_copying_docid_then(const qiaoi_copying *c, uint32_t docid)
{
    uint32_t entry = c->corpus->documents[c->kind][docid].found - 1;

    return c->kind == QIAO_PROJECT ? entry : entry - c->corpus->parent->documents[QIAO_PROJECT];
}

#endif
