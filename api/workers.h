/*
 * Threads that take jobs from one queue, in order. The HTTP library would leave a connection with the thread that
 * accepted it, and one thread tends to accept them all: two long requests could then stand in line while a core is
 * idle.
 *
 * Threads: give may be called from any of them.
 */
#ifndef QIAO_API_WORKERS_H
#define QIAO_API_WORKERS_H

#include "qiao/memory.h"
#include "qiao/status.h"

/* First member of whatever is given; the queue borrows it until the job is run. */
typedef struct qiaoi_job {
    struct qiaoi_job *next;
} qiaoi_job;

typedef void (*qiaoi_job_run)(qiaoi_job *job);

typedef struct qiaoi_workers qiaoi_workers;

/* QIAO_E_NOMEM, QIAO_E_IO. */
qiao_status qiaoi_workers_start(unsigned threads, qiaoi_job_run run, qiaoi_workers **out, qiao_error *err) QIAO_CHECK;
/* The job is run on one of the threads, or dropped by qiaoi_workers_stop. */
void qiaoi_workers_give(qiaoi_workers *workers, qiaoi_job *job);
/* Threads at work, jobs in the queue. */
void qiaoi_workers_count(qiaoi_workers *workers, unsigned *busy_out, unsigned *waiting_out);
/* Waits for the jobs that run. Those still queued, and those given from now on, go to drop instead. */
void qiaoi_workers_stop(qiaoi_workers *workers, qiaoi_job_run drop);
/* NULL is fine. After stop. */
void qiaoi_workers_free(qiaoi_workers *workers);

#endif
