/*
 * Parses batches of items in other threads while the first thread reads the file and writes the store. Batches come
 * back in the order in which they were submitted, so the outcome does not depend on the number of threads.
 */
#ifndef QIAO_INDEXER_IMPORT_POOL_H
#define QIAO_INDEXER_IMPORT_POOL_H

#include "import_map.h"
#include "reader.h"

#define QIAOI_BATCH_ITEMS 512u
#define QIAOI_BATCH_BYTES ((size_t)1 << 20)

/* What is wrong with one item: a copy that holds no more than there is. */
typedef struct qiaoi_complaints {
    size_t count, total;
    qiao_record_issue items[];
} qiaoi_complaints;

typedef struct qiaoi_parsed {
    qiao_status status; /* OK: record; E_INPUT, E_LIMIT: refused; E_NOMEM */
    qiao_record *record;
    qiaoi_complaints *complaints; /* NULL = none; warnings, where there is a record */
} qiaoi_parsed;

typedef struct qiaoi_batch {
    qiao_buffer bytes;
    qiaoi_item items[QIAOI_BATCH_ITEMS];
    qiaoi_parsed parsed[QIAOI_BATCH_ITEMS];
    size_t count;
} qiaoi_batch;

/* How items become records; all of it is only read. */
typedef struct qiaoi_parse_job {
    const qiao_vocabulary *vocabulary;
    const qiaoi_map *map; /* NULL = none */
    bool rows;            /* items are CSV rows */
    const char *source;   /* NULL = none */
} qiaoi_parse_job;

typedef struct qiaoi_pool qiaoi_pool;

/* threads 0: submit parses at once. The job is copied. */
qiao_status qiaoi_pool_new(unsigned threads, const qiaoi_parse_job *job, qiaoi_pool **out, qiao_error *err) QIAO_CHECK;
void qiaoi_pool_free(qiaoi_pool *pool); /* waits for the threads; drops what was not taken */

/* A batch to fill, empty; NULL while all of them are under way: take one first. */
qiaoi_batch *qiaoi_pool_idle(qiaoi_pool *pool);
void qiaoi_pool_submit(qiaoi_pool *pool); /* the batch that idle gave */
/* The oldest batch under way, waiting for it; NULL when there is none. Records moved out of it are the caller's; the
 * rest goes with give_back. */
qiaoi_batch *qiaoi_pool_take(qiaoi_pool *pool);
void qiaoi_pool_give_back(qiaoi_pool *pool);

#endif
