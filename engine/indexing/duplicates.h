/*
 * Records that say the same thing, found among all of a side: a title and the organisation in common, or nearly the
 * same words. They are linked, never merged: each stays a record of its own.
 *
 * Words are compared as sets (Jaccard). Candidates come from MinHash by one permutation, 80 bins, empty ones filled
 * from their neighbours, in 16 bands of 5 rows: near linear in the number of records. Only words that few records have
 * go into it: any two texts share the frequent ones, and a band that they decide would bring everybody together. Two
 * records with .8 of their words in common share a band with a probability of .998, with .1 of .0002. Every candidate
 * is then compared exactly, by all words, so banding costs no precision. Seeds are constants and order is that of
 * docids: the same records give the same groups, in a full build or an update, by any number of threads.
 */
#ifndef QIAO_INDEXING_DUPLICATES_H
#define QIAO_INDEXING_DUPLICATES_H

#include "indexing/corpus.h"

#define QIAOI_DUPLICATE_BINS 80u
#define QIAOI_DUPLICATE_BANDS 16u
#define QIAOI_DUPLICATE_WORDS 8u /* distinct rare ones; with fewer, words alone say nothing */

/* Shares of words in common, micro-units. */
#define QIAOI_DUPLICATE_TEXT 750000        /* enough alone */
#define QIAOI_DUPLICATE_TITLED_TEXT 500000 /* enough with a title in common, where an organisation is not known ... */
#define QIAOI_DUPLICATE_TITLED_PART                                                                                    \
    800000 /* ... or so much of the shorter one: a record in two languages holds both                                  \
            */

typedef struct qiaoi_duplicate_counts {
    uint64_t records[2]; /* that are in a group */
    uint64_t groups[2];
    uint64_t compared[2]; /* pairs */
} qiaoi_duplicate_counts;

typedef struct qiaoi_duplicates_job {
    uint32_t entry_count; /* of the working lexicon */
    const char *folder;   /* for duplicates.bin */
    unsigned threads;
    const char *data_dir;           /* where what was found out is kept (duplicates_kept.h); NULL: it is not */
    uint64_t basis_then, basis_now; /* of that; then: 0 = there was none */
} qiaoi_duplicates_job;

/* After the merge, before the postings. duplicates.bin in the folder; no file where nothing is linked. QIAO_E_NOMEM;
 * QIAO_E_IO. */
qiao_status qiaoi_corpus_duplicates(const qiaoi_corpus *corpus, const qiaoi_duplicates_job *job,
                                    qiaoi_duplicate_counts *out, qiao_error *err) QIAO_CHECK;

#endif
