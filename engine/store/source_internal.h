/* What source_store.c (opening, changes) and source_read.c (reading) share. */
#ifndef QIAO_STORE_SOURCE_INTERNAL_H
#define QIAO_STORE_SOURCE_INTERNAL_H

#include "qiao/file.h"
#include "qiao/source_store.h"
#include "store/kv.h"
#include "store/source_value.h"

typedef struct qiaoi_source_tables {
    qiao_kv_db entry, record, state, meta, feedback;
    bool has_feedback; /* a store from before there was any has no such table */
} qiaoi_source_tables;

struct qiao_source_store {
    qiao_lock *lock; /* write mode only */
    qiao_kv *kv;
    qiaoi_source_tables tables;
    qiao_kv_txn *batch;        /* begun by the first change after a commit */
    qiao_source_counts counts; /* of the batch, while there is one */
    qiaoi_packer *packer;      /* write mode only */
    char *folder;              /* of a store whose writers take turns */
};

typedef struct qiaoi_source_facts {
    uint64_t hash, sequence;
    bool tombstone;
} qiaoi_source_facts;

/* The value of the entry table. QIAO_E_CORRUPT. */
qiao_status qiaoi_source_facts_read(qiao_bytes value, qiaoi_source_facts *out, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_source_counts_read(qiao_source_store *store, qiao_kv_txn *txn, qiao_source_counts *out,
                                     qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_source_state_key(const char *name, qiao_bytes *out, qiao_error *err) QIAO_CHECK;
/* Begins the batch where none is. QIAO_E_USAGE where the store was opened for reading. */
qiao_status qiaoi_source_begin_batch(qiao_source_store *store, qiao_error *err) QIAO_CHECK;
/* DIR/indexer.lock; makes the folder. QIAO_E_LOCKED. */
qiao_status qiaoi_source_lock(const char *data_dir, qiao_lock **out, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_source_damaged(qiao_error *err);

#endif
