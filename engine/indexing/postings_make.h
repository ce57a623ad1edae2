/*
 * The postings of one range between the threads that make them (postings_make.c) and the one that lays them out
 * (postings.c). A builder is scratch of one thread while qiaoi_postings_make runs, and read by its caller afterwards.
 */
#ifndef QIAO_INDEXING_POSTINGS_MAKE_H
#define QIAO_INDEXING_POSTINGS_MAKE_H

#include "indexing/postings.h"

#include <pthread.h>

typedef struct qiaoi_posting_builder {
    const qiaoi_corpus *corpus;
    const qiao_lexicon *lexicon;
    const qiaoi_copying *copying; /* NULL: everything is made */
    qiao_kind kind;
    struct qiaoi_contribution *list; /* of one document */
    uint32_t count;
    uint32_t *hash;          /* slot -> list index + 1, by open addressing */
    qiaoi_posting *postings; /* of its part of one range */
    size_t posting_count, posting_capacity;
    uint32_t slots;
    uint32_t first_native;            /* terms stand in order of their strings, ASCII first */
    double lengths[2][2];             /* what title and body are divided by for the document at hand: pivot, native */
    uint32_t range_first, first, end; /* documents: the range's first, and those of its part */
    qiao_status status;
    qiao_error error;
    pthread_t thread;
    bool started;
} qiaoi_posting_builder;

/* So many builders; kind and copying are set by the caller. *out NULL on failure: QIAO_E_NOMEM. */
qiao_status qiaoi_posting_builders_new(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, unsigned count,
                                       qiaoi_posting_builder **out, qiao_error *err) QIAO_CHECK;
void qiaoi_posting_builders_free(qiaoi_posting_builder *builders, unsigned count); /* NULL is fine */
/* Documents first to first + documents, in order over the builders; what they made before is gone. QIAO_E_NOMEM. */
qiao_status qiaoi_postings_make(qiaoi_posting_builder *builders, unsigned count, uint32_t first, uint32_t documents,
                                qiao_error *err) QIAO_CHECK;

#endif
