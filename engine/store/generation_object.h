/* An open generation as the files generation*.c see it: generation_open.c fills it, generation.c answers by docid,
 * generation_filter.c by tag. Immutable once open. */
#ifndef QIAO_STORE_GENERATION_OBJECT_H
#define QIAO_STORE_GENERATION_OBJECT_H

#include "store/document_files.h"
#include "store/generation_internal.h"
#include "store/kv.h"

typedef struct qiaoi_generation_side {
    uint32_t count;
    const uint32_t *offsets;
    const char *ids;
    qiaoi_postings *ranges;
    qiaoi_rows *rows; /* of the same ranges */
    float *idf;       /* [terms] */
    qiaoi_side_statistics statistics;
    const qiaoi_document_place *stored; /* [count] */
    size_t range_count;
} qiaoi_generation_side;

struct qiao_generation {
    qiao_manifest manifest;
    char folder[QIAO_PATH_MAX];
    qiao_lexicon *lexicon;
    qiao_kv *kv;
    qiao_kv_txn *txn; /* keeps the map's values valid as long as the generation is open */
    qiao_kv_db documents, tags, postings, rows;
    qiaoi_document_files files;
    qiaoi_generation_side sides[2];
    const uint32_t *places; /* documents by their number in the full-text index */
    uint32_t place_count;
    qiaoi_vectors *vectors;       /* NULL = no dense channel ... */
    qiao_error vectors_fault;     /* ... because of this, where its status says so */
    qiaoi_matches *matches;       /* NULL = built without */
    qiaoi_verdicts *verdicts;     /* NULL = there are none */
    qiaoi_duplicates *duplicates; /* NULL = there are none */
};

/* QIAO_E_CORRUPT, naming the part of records.mdb. */
qiao_status qiaoi_generation_damaged(const qiao_generation *generation, const char *what, qiao_error *err) QIAO_CHECK;

#endif
