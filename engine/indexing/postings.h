/* Matching postings between those who make them and lay them out (postings_make.c, postings.c) and the one who copies
 * those that hold from the generation before (postings_copy.c). */
#ifndef QIAO_INDEXING_POSTINGS_H
#define QIAO_INDEXING_POSTINGS_H

#include "indexing/corpus.h"

typedef struct qiaoi_posting {
    uint32_t slot;
    uint16_t document; /* in its range */
    uint8_t impact;
} qiaoi_posting;

/* Postings of consecutive documents, those of one document together. */
typedef struct qiaoi_posting_part {
    const qiaoi_posting *postings;
    size_t count;
} qiaoi_posting_part;

/*
 * What can be copied of one side. A document's postings hold where the document was not analysed anew, was measured by
 * the same mean lengths, and waits for no translation (shares depend on all records) or statistics are kept; all but
 * those of pairs that have become frequent only now. Terms and pairs are numbered in order, documents too, so that
 * copying is renaming: lists stay ascending.
 */
typedef struct qiaoi_copying qiaoi_copying;

/* *out = NULL where nothing of the side can be copied: no parent, other mean lengths. */
qiao_status qiaoi_copying_new(const qiaoi_corpus *corpus, qiao_kind kind, uint32_t first_native, qiaoi_copying **out,
                              qiao_error *err) QIAO_CHECK;
void qiaoi_copying_free(qiaoi_copying *copying);
/* Is the document's part copied? */
bool qiaoi_copying_keeps(const qiaoi_copying *copying, uint32_t docid);
/* May the pair be one that became frequent? False is certain. */
bool qiaoi_copying_fresh_pair(const qiaoi_copying *copying, uint32_t first, uint32_t second);
/* Is the slot that of a pair that became frequent? */
bool qiaoi_copying_fresh_slot(const qiaoi_copying *copying, uint32_t slot);

/*
 * Writes the postings of one range, and its rows: what is copied, joined with the parts' postings of what is not, in
 * order of document. Adds to df, by slot, how many documents have each; written_out: how many postings. QIAO_E_CORRUPT
 * where the parent is not what it should be.
 */
qiao_status qiaoi_copying_range(qiaoi_copying *copying, uint32_t range, uint32_t documents,
                                const qiaoi_posting_part *parts, unsigned count, qiaoi_generation_writer *writer,
                                uint32_t *df, uint32_t *written_out, qiao_error *err) QIAO_CHECK;

#endif
