/* A list under one lock. */
#include "workers.h"

#include <pthread.h>

struct qiaoi_workers {
    pthread_mutex_t lock;
    pthread_cond_t more;
    qiaoi_job *first, **end; /* queue */
    qiaoi_job_run run, drop; /* drop: set once stopping */
    pthread_t *threads;
    unsigned count;
    unsigned busy, waiting;
};

static qiaoi_job *
take(qiaoi_workers *workers, bool had_one)
{
    qiaoi_job *job;

    pthread_mutex_lock(&workers->lock);
    workers->busy -= had_one;
    while (workers->first == NULL && workers->drop == NULL)
        pthread_cond_wait(&workers->more, &workers->lock);
    job = workers->first;
    if (job != NULL) {
        workers->busy++;
        workers->waiting--;
        workers->first = job->next;
        if (job->next == NULL)
            workers->end = &workers->first;
    }
    pthread_mutex_unlock(&workers->lock);
    return job;
}

static void *
work(void *context)
{
    qiaoi_workers *workers = context;

    for (qiaoi_job *job = take(workers, false); job != NULL; job = take(workers, true))
        workers->run(job);
    return NULL;
}

qiao_status
qiaoi_workers_start(unsigned threads, qiaoi_job_run run, qiaoi_workers **out, qiao_error *err)
{
    qiaoi_workers *workers = qiao_calloc(1, sizeof *workers);
    int code = 0;

    *out = NULL;
    if (workers == NULL)
        return qiao_fail_memory(err);
    workers->threads = qiao_calloc(threads, sizeof *workers->threads);
    if (workers->threads == NULL) {
        qiao_free(workers);
        return qiao_fail_memory(err);
    }
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->more, NULL);
    workers->end = &workers->first;
    workers->run = run;
    while (workers->count < threads && code == 0) {
        code = pthread_create(&workers->threads[workers->count], NULL, work, workers);
        workers->count += code == 0;
    }
    if (code != 0) {
        qiaoi_workers_stop(workers, run);
        qiaoi_workers_free(workers);
        return qiao_fail_errno(err, code, "cannot start %u threads", threads);
    }
    *out = workers;
    return QIAO_OK;
}

void
qiaoi_workers_give(qiaoi_workers *workers, qiaoi_job *job)
{
    qiaoi_job_run drop;

    job->next = NULL;
    pthread_mutex_lock(&workers->lock);
    drop = workers->drop;
    if (drop == NULL) {
        workers->waiting++;
        *workers->end = job;
        workers->end = &job->next;
        pthread_cond_signal(&workers->more);
    }
    pthread_mutex_unlock(&workers->lock);
    if (drop != NULL)
        drop(job);
}

void
qiaoi_workers_count(qiaoi_workers *workers, unsigned *busy_out, unsigned *waiting_out)
{
    pthread_mutex_lock(&workers->lock);
    *busy_out = workers->busy;
    *waiting_out = workers->waiting;
    pthread_mutex_unlock(&workers->lock);
}

void
qiaoi_workers_stop(qiaoi_workers *workers, qiaoi_job_run drop)
{
    qiaoi_job *queued;

    pthread_mutex_lock(&workers->lock);
    queued = workers->first;
    workers->first = NULL;
    workers->end = &workers->first;
    workers->waiting = 0;
    workers->drop = drop;
    pthread_cond_broadcast(&workers->more);
    pthread_mutex_unlock(&workers->lock);
    while (queued != NULL) {
        qiaoi_job *next = queued->next; /* the job may be gone once it is run */

        drop(queued);
        queued = next;
    }
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    workers->count = 0;
}

void
qiaoi_workers_free(qiaoi_workers *workers)
{
    if (workers == NULL)
        return;
    pthread_cond_destroy(&workers->more);
    pthread_mutex_destroy(&workers->lock);
    qiao_free(workers->threads);
    qiao_free(workers);
}
