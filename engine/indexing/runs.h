/*
 * Runs of consecutive documents, dealt out to threads: each begins with its share, and whoever is done takes the second
 * half of what is left to the one who has most left. So nobody waits long for another, whatever single documents cost,
 * and what a thread writes is in order of document within each run.
 *
 * Threads: all functions but qiaoi_runs_init and qiaoi_runs_done by any thread, each for its own worker number.
 */
#ifndef QIAO_INDEXING_RUNS_H
#define QIAO_INDEXING_RUNS_H

#include "qiao/status.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct qiaoi_run_left {
    uint64_t next, end; /* documents that are left */
    unsigned number;    /* of the run, from 0 in the order in which runs begin */
} qiaoi_run_left;

typedef struct qiaoi_runs {
    pthread_mutex_t lock;
    qiaoi_run_left *left; /* of each worker */
    unsigned workers, begun;
} qiaoi_runs;

/* Documents 0..count of equal shares. QIAO_E_NOMEM. */
qiao_status qiaoi_runs_init(qiaoi_runs *runs, unsigned workers, uint64_t count, qiao_error *err) QIAO_CHECK;
void qiaoi_runs_done(qiaoi_runs *runs);
/* The next document of the worker's run; false where the run is over. */
bool qiaoi_runs_next(qiaoi_runs *runs, unsigned worker, uint64_t *document_out);
/* A run for a worker without one: the first time its share, then what another has left; number_out: the run's. False
 * where nothing is worth taking. */
bool qiaoi_runs_begin(qiaoi_runs *runs, unsigned worker, unsigned *number_out);

#endif
