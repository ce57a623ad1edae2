/* One lock and two conditions; jobs stand in a list while helpers may join. */
#include "match/crew.h"

#include "match/retrieval.h"

#include <pthread.h>
#include <signal.h>

typedef struct helper {
    qiao_crew *crew;
    qiaoi_retrieval scratch;
    pthread_t thread;
} helper;

struct qiao_crew {
    pthread_mutex_t lock;    /* the fields below */
    pthread_cond_t wanted;   /* a job was put up, or the crew is dismissed */
    pthread_cond_t left;     /* a helper left a job */
    qiaoi_crew_job *jobs;    /* that helpers may join */
    unsigned askers, busy;   /* askers at work, helpers at work */
    unsigned count, started; /* of helpers */
    bool dismissed;
    helper helpers[];
};

static void
take_off(qiao_crew *crew, qiaoi_crew_job *job)
{
    qiaoi_crew_job **at = &crew->jobs;

    if (!job->listed)
        return;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job->listed = false;
}

static void
help_with(qiao_crew *crew, qiaoi_crew_job *job, qiaoi_retrieval *scratch)
{
    job->inside++;
    crew->busy++;
    if (--job->wanted == 0)
        take_off(crew, job);
    pthread_mutex_unlock(&crew->lock);
    job->help(job->context, scratch);
    pthread_mutex_lock(&crew->lock);
    take_off(crew, job); /* a helper leaves when nothing is left to be done */
    job->inside--;
    crew->busy--;
    pthread_cond_broadcast(&crew->left);
}

static void *
run_helper(void *context)
{
    helper *h = context;
    qiao_crew *crew = h->crew;

    pthread_mutex_lock(&crew->lock);
    while (!crew->dismissed) {
        if (crew->jobs != NULL)
            help_with(crew, crew->jobs, &h->scratch);
        else
            pthread_cond_wait(&crew->wanted, &crew->lock);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

static qiao_status
init_locks(qiao_crew *crew, qiao_error *err)
{
    if (pthread_mutex_init(&crew->lock, NULL) != 0)
        return qiao_fail_memory(err);
    if (pthread_cond_init(&crew->wanted, NULL) != 0) {
        pthread_mutex_destroy(&crew->lock);
        return qiao_fail_memory(err);
    }
    if (pthread_cond_init(&crew->left, NULL) != 0) {
        pthread_cond_destroy(&crew->wanted);
        pthread_mutex_destroy(&crew->lock);
        return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

/* Signals are for the program's own threads. */
static qiao_status
start(qiao_crew *crew, qiao_error *err)
{
    sigset_t all, before;
    qiao_status st = QIAO_OK;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (st == QIAO_OK && crew->started < crew->count) {
        helper *h = &crew->helpers[crew->started];

        h->crew = crew;
        st = qiaoi_retrieval_init(&h->scratch, err);
        if (st != QIAO_OK)
            break;
        if (pthread_create(&h->thread, NULL, run_helper, h) == 0) {
            crew->started++;
        } else {
            qiaoi_retrieval_done(&h->scratch);
            st = qiao_fail(err, QIAO_E_NOMEM, "cannot start a thread");
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return st;
}

qiao_status
qiao_crew_new(unsigned helpers, qiao_crew **out, qiao_error *err)
{
    qiao_crew *crew;
    qiao_status st;

    *out = NULL;
    if (helpers == 0)
        return QIAO_OK;
    crew = qiao_calloc(1, sizeof *crew + helpers * sizeof *crew->helpers);
    if (crew == NULL)
        return qiao_fail_memory(err);
    crew->count = helpers;
    st = init_locks(crew, err);
    if (st != QIAO_OK) {
        qiao_free(crew);
        return st;
    }
    st = start(crew, err);
    if (st != QIAO_OK)
        qiao_crew_free(crew);
    else
        *out = crew;
    return st;
}

void
qiao_crew_free(qiao_crew *crew)
{
    if (crew == NULL)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->dismissed = true;
    pthread_cond_broadcast(&crew->wanted);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < crew->started; i++) {
        pthread_join(crew->helpers[i].thread, NULL);
        qiaoi_retrieval_done(&crew->helpers[i].scratch);
    }
    pthread_cond_destroy(&crew->left);
    pthread_cond_destroy(&crew->wanted);
    pthread_mutex_destroy(&crew->lock);
    qiao_free(crew);
}

unsigned
qiaoi_crew_helpers(const qiao_crew *crew)
{
    return crew->count;
}

void
qiaoi_crew_begin(qiao_crew *crew, qiaoi_crew_job *job)
{
    unsigned free;

    pthread_mutex_lock(&crew->lock);
    crew->askers++;
    free = crew->askers + crew->busy <= crew->count ? crew->count + 1 - crew->askers - crew->busy : 0;
    job->inside = 0;
    job->wanted = free;
    job->listed = free > 0;
    if (job->listed) {
        job->next = crew->jobs;
        crew->jobs = job;
    }
    for (unsigned i = 0; i < free; i++)
        pthread_cond_signal(&crew->wanted);
    pthread_mutex_unlock(&crew->lock);
}

void
qiaoi_crew_end(qiao_crew *crew, qiaoi_crew_job *job)
{
    pthread_mutex_lock(&crew->lock);
    take_off(crew, job);
    while (job->inside > 0)
        pthread_cond_wait(&crew->left, &crew->lock);
    crew->askers--;
    pthread_mutex_unlock(&crew->lock);
}
