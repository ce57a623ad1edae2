/* Sketches of sets of words (MinHash), and exact comparison. Pure. */
#ifndef QIAO_INDEXING_DUPLICATES_SKETCH_H
#define QIAO_INDEXING_DUPLICATES_SKETCH_H

#include "indexing/duplicates.h"

/* What the words of a side are by number, so that a word is the same in every build. */
typedef struct qiaoi_sketch_words {
    uint64_t *term_hashes;
    const uint32_t *term_df, *entry_df; /* records of the side that have it */
    uint32_t rare;                      /* words of at most so many records go into a sketch */
} qiaoi_sketch_words;

/* false: no memory. */
bool qiaoi_sketch_words_init(qiaoi_sketch_words *words, const qiaoi_corpus *corpus, uint32_t entry_count,
                             qiao_kind kind);
void qiaoi_sketch_words_done(qiaoi_sketch_words *words);

/* The rare words of a document, hashed, in no order; returns how many. out: room for terms and entries. */
uint32_t qiaoi_sketch_rare(const qiaoi_sketch_words *words, const qiaoi_document *document, uint64_t *out);
/* One key a band; false where there are too few words. */
bool qiaoi_sketch_bands(const uint64_t *words, uint32_t count, uint64_t keys[QIAOI_DUPLICATE_BANDS]);

typedef struct qiaoi_likeness {
    int32_t whole; /* words that both have, of the words of either, micro-units */
    int32_t part;  /* of the words of the one that has fewer */
} qiaoi_likeness;

/* The words of one document, marked, so that others are compared with it one after the other. One thread. */
typedef struct qiaoi_sketch_marks {
    uint32_t *terms, *entries; /* the round in which a word was marked last */
    uint32_t round, count;
} qiaoi_sketch_marks;

/* false: no memory; done is due all the same. */
bool qiaoi_sketch_marks_init(qiaoi_sketch_marks *marks, uint32_t terms, uint32_t entries);
void qiaoi_sketch_marks_done(qiaoi_sketch_marks *marks);
void qiaoi_sketch_mark(qiaoi_sketch_marks *marks, const qiaoi_document *document);
/* Of a document to the one that is marked, by all their words. */
qiaoi_likeness qiaoi_sketch_likeness(const qiaoi_sketch_marks *marks, const qiaoi_document *document);

#endif
