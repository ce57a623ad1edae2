/* See reports.h. */
#include "reports.h"

#include "qiao/cases.h"
#include "qiao/queue.h"
#include "qiao/survey.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define CASES QIAOI_REPORT_KINDS /* made by who asks: a matter of milliseconds */
#define WAIT_NS (250L * 1000 * 1000)

struct qiaoi_report {
    uint64_t generation; /* of cases: the revision of the desk */
    int kind;            /* qiaoi_report_kind, or CASES */
    void *object;        /* NULL: error says why */
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
    qiaoi_report *kept[QIAOI_REPORT_KINDS + 1]; /* NULL = none yet */
};

/* ---- making ---- */

static void
make(const qiaoi_reports *reports, qiaoi_report *report)
{
    const qiao_queue_options queue = {.data_dir = reports->data_dir, .generation = report->generation};
    const qiao_survey_options survey = {.data_dir = reports->data_dir,
                                        .vocabulary = qiao_engine_vocabulary(reports->engine),
                                        .generation = report->generation};
    qiao_queue *queued = NULL;
    qiao_survey *surveyed = NULL;

    if (report->kind == QIAOI_REPORT_QUEUE && qiao_queue_open(&queue, &queued, &report->error) == QIAO_OK)
        report->object = queued;
    if (report->kind == QIAOI_REPORT_SURVEY && qiao_survey_open(&survey, &surveyed, &report->error) == QIAO_OK)
        report->object = surveyed;
}

static void
drop(qiaoi_report *report)
{
    if (report == NULL || --report->users > 0)
        return;
    if (report->kind == QIAOI_REPORT_QUEUE)
        qiao_queue_close(report->object);
    else if (report->kind == QIAOI_REPORT_SURVEY)
        qiao_survey_close(report->object);
    else
        qiao_cases_free(report->object);
    qiao_free(report);
}

/* The first kind that is not of that generation; QIAOI_REPORT_KINDS = none. */
static qiaoi_report_kind
missing(const qiaoi_reports *reports, uint64_t generation)
{
    int kind = 0;

    while (kind < QIAOI_REPORT_KINDS && reports->kept[kind] != NULL && reports->kept[kind]->generation == generation)
        kind++;
    return generation == 0 ? QIAOI_REPORT_KINDS : (qiaoi_report_kind)kind;
}

static void
make_one(qiaoi_reports *reports, int kind, uint64_t generation)
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
    for (int kind = 0; kind <= CASES; kind++)
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

/* With the lock held. What failed for want of memory, of descriptors or of the disk is made anew for the next one who
 * asks; damage stays what it is. */
static void
tell_failure(qiaoi_reports *reports, qiaoi_report *report, qiaoi_problem *problem)
{
    qiaoi_problem_from(problem, &report->error);
    if (report->error.status == QIAO_E_CORRUPT || report->error.status == QIAO_E_VERSION)
        return;
    reports->kept[report->kind] = NULL;
    drop(report);
    pthread_cond_signal(&reports->wanted);
}

qiaoi_report *
qiaoi_report_take(qiaoi_call *call, qiaoi_report_kind kind)
{
    qiaoi_reports *reports = call->service->reports;
    qiaoi_report *report = NULL;
    bool failed = true;

    if (reports != NULL) {
        pthread_mutex_lock(&reports->lock);
        report = wait_for(reports, kind, qiao_session_generation(call->session));
        if (report != NULL && report->object != NULL) {
            report->users++;
            failed = false;
        } else if (report != NULL) {
            tell_failure(reports, report, &call->problem);
        }
        pthread_mutex_unlock(&reports->lock);
    }
    if (report == NULL) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BUSY), QIAO_E_STALE,
                  "this is still being counted for the generation that was published just now");
        qiao_error_hint(&call->problem.error, "ask again in a few seconds");
        return NULL;
    }
    return failed ? NULL : report;
}

static qiaoi_report *
keep_cases(qiaoi_reports *reports, uint64_t revision, qiao_cases *cases)
{
    qiaoi_report *report = qiao_calloc(1, sizeof *report);

    if (report == NULL) {
        qiao_cases_free(cases);
        return NULL;
    }
    *report = (qiaoi_report){.generation = revision, .kind = CASES, .object = cases, .users = 2};
    pthread_mutex_lock(&reports->lock);
    drop(reports->kept[CASES]);
    reports->kept[CASES] = report;
    pthread_mutex_unlock(&reports->lock);
    return report;
}

qiaoi_report *
qiaoi_report_take_cases(qiaoi_call *call, uint64_t *revision_out)
{
    qiaoi_reports *reports = call->service->reports;
    qiao_desk *desk = call->service->access.desk;
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_report *report;
    qiao_cases *cases;

    *revision_out = 0;
    if (desk != NULL && !qiaoi_call_went_well(call, qiao_desk_revision(desk, revision_out, &error), &error))
        return NULL;
    pthread_mutex_lock(&reports->lock);
    report = reports->kept[CASES];
    if (report != NULL && report->generation == *revision_out)
        report->users++;
    else
        report = NULL;
    pthread_mutex_unlock(&reports->lock);
    if (report != NULL || !qiaoi_call_went_well(call, qiao_cases_read(desk, &cases, &error), &error))
        return report;
    report = keep_cases(reports, *revision_out, cases);
    if (report == NULL)
        (void)qiaoi_call_went_well(call, qiao_fail_memory(&error), &error);
    return report;
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

const qiao_survey *
qiaoi_report_survey(const qiaoi_report *report)
{
    return report->object;
}

const qiao_cases *
qiaoi_report_cases(const qiaoi_report *report)
{
    return report->object;
}
