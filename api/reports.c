/* See reports.h. */
#include "reports.h"

#include "qiao/queue.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define WAIT_NS (250L * 1000 * 1000)

struct qiaoi_report {
    uint64_t generation;
    qiaoi_report_kind kind;
    void *object; /* NULL: error says why */
    qiao_error error;
    unsigned users; /* requests, and the place where it is kept */
};

struct qiaoi_reports {
    qiao_engine *engine;
    char data_dir[QIAO_PATH_MAX];
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t wanted, made;
    bool stopping;
    qiaoi_report *kept[QIAOI_REPORT_KINDS]; /* NULL = none yet */
};

/* ---- making ---- */

static void
make(const qiaoi_reports *reports, qiaoi_report *report)
{
    const qiao_queue_options queue = {.data_dir = reports->data_dir, .generation = report->generation};
    qiao_queue *made = NULL;

    if (report->kind == QIAOI_REPORT_QUEUE && qiao_queue_open(&queue, &made, &report->error) == QIAO_OK)
        report->object = made;
}

static void
drop(qiaoi_report *report)
{
    if (report == NULL || --report->users > 0)
        return;
    if (report->kind == QIAOI_REPORT_QUEUE)
        qiao_queue_close(report->object);
    qiao_free(report);
}

/* The first kind that is not of that generation; QIAOI_REPORT_KINDS = none. Want of memory is tried again. */
static qiaoi_report_kind
missing(const qiaoi_reports *reports, uint64_t generation)
{
    int kind = 0;

    while (kind < QIAOI_REPORT_KINDS && reports->kept[kind] != NULL && reports->kept[kind]->generation == generation)
        kind++;
    return generation == 0 ? QIAOI_REPORT_KINDS : (qiaoi_report_kind)kind;
}

static void
make_one(qiaoi_reports *reports, qiaoi_report_kind kind, uint64_t generation)
{
    qiaoi_report *report = qiao_calloc(1, sizeof *report), *before;

    if (report != NULL) {
        *report = (qiaoi_report){.generation = generation, .kind = kind, .error = QIAO_ERROR_INIT, .users = 1};
        make(reports, report);
    }
    pthread_mutex_lock(&reports->lock);
    if (report != NULL) {
        before = reports->kept[kind];
        reports->kept[kind] = report;
        drop(before);
    }
    pthread_cond_broadcast(&reports->made);
    pthread_mutex_unlock(&reports->lock);
}

static void *
run(void *context)
{
    qiaoi_reports *reports = context;

    pthread_mutex_lock(&reports->lock);
    while (!reports->stopping) {
        uint64_t generation = qiao_engine_generation(reports->engine);
        qiaoi_report_kind kind = missing(reports, generation);

        if (kind == QIAOI_REPORT_KINDS) {
            pthread_cond_wait(&reports->wanted, &reports->lock);
            continue;
        }
        pthread_mutex_unlock(&reports->lock);
        make_one(reports, kind, generation);
        pthread_mutex_lock(&reports->lock);
    }
    pthread_mutex_unlock(&reports->lock);
    return NULL;
}

qiao_status
qiaoi_reports_start(qiao_engine *engine, const char *data_dir, qiaoi_reports **out, qiao_error *err)
{
    qiaoi_reports *reports = qiao_calloc(1, sizeof *reports);

    *out = NULL;
    if (reports == NULL)
        return qiao_fail_memory(err);
    reports->engine = engine;
    strncpy(reports->data_dir, data_dir, sizeof reports->data_dir - 1);
    pthread_mutex_init(&reports->lock, NULL);
    pthread_cond_init(&reports->wanted, NULL);
    pthread_cond_init(&reports->made, NULL);
    if (pthread_create(&reports->thread, NULL, run, reports) != 0) {
        qiao_free(reports);
        return qiao_fail_memory(err);
    }
    *out = reports;
    return QIAO_OK;
}

void
qiaoi_reports_stop(qiaoi_reports *reports)
{
    if (reports == NULL)
        return;
    pthread_mutex_lock(&reports->lock);
    reports->stopping = true;
    pthread_cond_signal(&reports->wanted);
    pthread_mutex_unlock(&reports->lock);
    pthread_join(reports->thread, NULL);
    for (int kind = 0; kind < QIAOI_REPORT_KINDS; kind++)
        drop(reports->kept[kind]);
    pthread_cond_destroy(&reports->wanted);
    pthread_cond_destroy(&reports->made);
    pthread_mutex_destroy(&reports->lock);
    qiao_free(reports);
}

void
qiaoi_reports_wake(qiaoi_reports *reports)
{
    if (reports == NULL)
        return;
    pthread_mutex_lock(&reports->lock);
    pthread_cond_signal(&reports->wanted);
    pthread_mutex_unlock(&reports->lock);
}

/* ---- taking ---- */

/* With the lock held. NULL: not made yet. */
static qiaoi_report *
wait_for(qiaoi_reports *reports, qiaoi_report_kind kind, uint64_t generation)
{
    struct timespec until;
    bool late = false;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!late && (reports->kept[kind] == NULL || reports->kept[kind]->generation != generation)) {
        pthread_cond_signal(&reports->wanted);
        late = pthread_cond_timedwait(&reports->made, &reports->lock, &until) == ETIMEDOUT;
    }
    return reports->kept[kind] != NULL && reports->kept[kind]->generation == generation ? reports->kept[kind] : NULL;
}

qiaoi_report *
qiaoi_report_take(qiaoi_call *call, qiaoi_report_kind kind)
{
    qiaoi_reports *reports = call->service->reports;
    qiaoi_report *report = NULL;

    if (reports != NULL) {
        pthread_mutex_lock(&reports->lock);
        report = wait_for(reports, kind, qiao_session_generation(call->session));
        if (report != NULL && report->object != NULL)
            report->users++;
        else if (report != NULL)
            qiaoi_problem_from(&call->problem, &report->error);
        pthread_mutex_unlock(&reports->lock);
    }
    if (report == NULL) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BUSY), QIAO_E_STALE,
                  "this is still being counted for the generation that was published just now");
        qiao_error_hint(&call->problem.error, "ask again in a few seconds");
        return NULL;
    }
    return report->object != NULL ? report : NULL;
}

void
qiaoi_report_release(qiaoi_call *call, qiaoi_report *report)
{
    qiaoi_reports *reports = call->service->reports;

    if (report == NULL)
        return;
    pthread_mutex_lock(&reports->lock);
    drop(report);
    pthread_mutex_unlock(&reports->lock);
}

const qiao_queue *
qiaoi_report_queue(const qiaoi_report *report)
{
    return report->object;
}
