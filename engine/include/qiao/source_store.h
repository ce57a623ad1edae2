/*
 * Source store: every record as last received. LMDB file DIR/source.mdb, written by qiao-indexer only (one process at a
 * time: DIR/indexer.lock).
 *
 * Records are kept as canonical JSON with content hash, source, sequence number of their last change, and tombstones.
 * Threads: one writer; any number of readers, each with its own snapshot.
 */
#ifndef QIAO_SOURCE_STORE_H
#define QIAO_SOURCE_STORE_H

#include "qiao/record.h"
#include "qiao/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_source_store qiao_source_store;
typedef enum qiao_change {
    QIAO_CHANGE_NEW,
    QIAO_CHANGE_CHANGED,
    QIAO_CHANGE_UNCHANGED,
    QIAO_CHANGE_REMOVED
} qiao_change;

/* write: takes DIR/indexer.lock (QIAO_E_LOCKED names the other process) and creates the store where absent. Read:
 * QIAO_E_NOTFOUND where absent. */
QIAO_EXPORT qiao_status qiao_source_store_open(const char *data_dir, bool write, qiao_source_store **out,
                                               qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_source_store_close(qiao_source_store *store); /* drops what was not committed */

/*
 * Writers that take turns, such as harvests of several sources at once: opened for writing, waiting up to wait_ms for
 * whoever holds the lock; pause gives the lock away (nothing may be uncommitted: QIAO_E_USAGE), resume waits for it
 * (QIAO_E_LOCKED when the time is over). Between the two the store can be read but not written.
 */
QIAO_EXPORT qiao_status qiao_source_store_open_shared(const char *data_dir, uint32_t wait_ms, qiao_source_store **out,
                                                      qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_source_store_pause(qiao_source_store *store, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_source_store_resume(qiao_source_store *store, uint32_t wait_ms,
                                                 qiao_error *err) QIAO_CHECK;

/*
 * Upsert by (kind, id). Changes gather in one transaction until commit. A same content hash is UNCHANGED and writes
 * nothing; a record that was removed and comes back is NEW. QIAO_E_INPUT (id), QIAO_E_LIMIT (over 16 MiB), QIAO_E_NOMEM
 * leave the batch as it was. Where the store itself failed, the whole batch fails at its commit: open the store again
 * and send it again.
 */
QIAO_EXPORT qiao_status qiao_source_store_put(qiao_source_store *store, const qiao_record *record,
                                              qiao_change *change_out, qiao_error *err) QIAO_CHECK;
/* Leaves a tombstone: REMOVED; UNCHANGED where it is not there. */
QIAO_EXPORT qiao_status qiao_source_store_remove(qiao_source_store *store, qiao_kind kind, const char *id,
                                                 qiao_change *change_out, qiao_error *err) QIAO_CHECK;
/* On disk when it returns QIAO_OK; otherwise nothing of the batch is, and a new batch begins. Nothing to commit is
 * fine. */
QIAO_EXPORT qiao_status qiao_source_store_commit(qiao_source_store *store, qiao_error *err) QIAO_CHECK;

typedef struct qiao_source_entry {
    qiao_kind kind;
    const char *id;   /* NUL-terminated */
    const char *json; /* canonical; NULL for a tombstone; not NUL-terminated */
    size_t length;
    uint64_t content_hash;
    uint64_t sequence; /* grows with every change in the store */
} qiao_source_entry;

/* What was committed, in order of (kind, id). Borrowed entries, valid during the call. A status other than QIAO_OK from
 * visit ends the walk and is returned. */
typedef qiao_status (*qiao_source_visit)(const qiao_source_entry *entry, void *context, qiao_error *err);
QIAO_EXPORT qiao_status qiao_source_store_each(qiao_source_store *store, bool tombstones, qiao_source_visit visit,
                                               void *context, qiao_error *err) QIAO_CHECK;

typedef struct qiao_source_counts {
    uint64_t projects, needs, tombstones, last_sequence;
} qiao_source_counts;
QIAO_EXPORT qiao_status qiao_source_store_counts(qiao_source_store *store, qiao_source_counts *out,
                                                 qiao_error *err) QIAO_CHECK;

/*
 * Small state kept with the store (feed cursors, ETags); keys of 1 to 500 bytes. It is part of the batch: committed
 * with the records that go with it. value NULL deletes. get appends to out what was committed last; QIAO_E_NOTFOUND.
 */
QIAO_EXPORT qiao_status qiao_source_store_set_state(qiao_source_store *store, const char *key, const char *value,
                                                    size_t length, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_source_store_get_state(qiao_source_store *store, const char *key, qiao_buffer *out,
                                                    qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
