/*
 * What a full list of a source no longer holds. The ids that the list has are gathered while it is imported; the
 * records of the source that are not among them have vanished. They become tombstones, unless they are too many: a
 * source that suddenly gives half of what it had is broken more often than it is half as large.
 */
#ifndef QIAO_INDEXER_SWEEP_H
#define QIAO_INDEXER_SWEEP_H

#include "qiao/source_store.h"

#define QIAOI_SWEEP_SHOWN 10
#define QIAOI_SWEEP_DROP 20u /* percent */

/* Zero-initialise; qiaoi_sweep_done afterwards. 8 bytes an id. */
typedef struct qiaoi_sweep {
    uint64_t *hashes; /* of kind and id: import_seen.h */
    size_t count, capacity;
    bool no_memory;
} qiaoi_sweep;

void qiaoi_sweep_add(qiaoi_sweep *sweep, uint64_t hash);
void qiaoi_sweep_done(qiaoi_sweep *sweep);

typedef struct qiaoi_sweep_options {
    const char *source;
    unsigned drop;    /* percent of the records the source had that may vanish at once */
    uint64_t fresh;   /* records that the list brought for the first time: no part of what the source had */
    uint64_t refused; /* records of the list that were refused: nobody knows which, so nothing is removed then */
} qiaoi_sweep_options;

typedef struct qiaoi_sweep_report {
    uint64_t had, vanished, removed;
    char shown[QIAOI_SWEEP_SHOWN][QIAO_ID_MAX + 1]; /* of those that vanished */
    size_t shown_count;
} qiaoi_sweep_report;

/*
 * Leave tombstones for what vanished, in the batch that is open: the caller commits.
 * @return QIAO_OK; QIAO_E_REFUSED (more than the share vanished, nothing was removed; the report says what);
 * QIAO_E_NOMEM, QIAO_E_IO.
 */
qiao_status qiaoi_sweep_finish(qiaoi_sweep *sweep, qiao_source_store *store, const qiaoi_sweep_options *options,
                               qiaoi_sweep_report *report, qiao_error *err) QIAO_CHECK;

#endif
