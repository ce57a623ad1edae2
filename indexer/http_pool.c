/* Many requests at a time, performed by a thread: see http_client.h. */
#include "http_internal.h"

#include <pthread.h>
#include <time.h>

struct qiao_http_pool {
    void *multi;
    pthread_t thread;
    bool started, stopping, allow_private;
    pthread_mutex_t mutex;
    pthread_cond_t finished_one;
    qiaoi_http_exchange *submitted, *finished; /* lists, last one first; under the mutex */
    qiaoi_http_exchange *active;               /* of the thread alone, while it runs */
};

static void
finish_exchange(qiao_http_pool *pool, qiaoi_http_exchange *x)
{
    qiaoi_http_easy_drop_headers(x);
    qiaoi_http_easy_free(x->easy);
    x->easy = NULL;
    pthread_mutex_lock(&pool->mutex);
    x->next = pool->finished;
    pool->finished = x;
    pthread_cond_signal(&pool->finished_one);
    pthread_mutex_unlock(&pool->mutex);
}

/* Hop after hop until one is under way, or the exchange is over. ended: one is over, as `end` says. */
static void
launch(qiao_http_pool *pool, qiaoi_http_exchange *x, qiaoi_http_end end, bool ended)
{
    bool again = true;

    while (again) {
        if (!ended) {
            end = qiaoi_http_exchange_prepare(x);
            if (end == QIAOI_HTTP_END_DONE && !qiaoi_http_multi_add(pool->multi, x))
                end = QIAOI_HTTP_END_MEMORY;
            if (end == QIAOI_HTTP_END_DONE) {
                x->next = pool->active;
                pool->active = x;
                return;
            }
        }
        ended = false;
        x->status = qiaoi_http_exchange_end(x, end, &again, &x->err);
    }
    finish_exchange(pool, x);
}

static void
take_submitted(qiao_http_pool *pool)
{
    qiaoi_http_exchange *list, *next;

    pthread_mutex_lock(&pool->mutex);
    list = pool->submitted;
    pool->submitted = NULL;
    pthread_mutex_unlock(&pool->mutex);
    for (; list != NULL; list = next) {
        next = list->next;
        launch(pool, list, QIAOI_HTTP_END_DONE, false);
    }
}

static void
take_answers(qiao_http_pool *pool)
{
    qiaoi_http_exchange *x;
    qiaoi_http_end end;

    while ((x = qiaoi_http_multi_ended(pool->multi, &end)) != NULL) {
        for (qiaoi_http_exchange **at = &pool->active; *at != NULL; at = &(*at)->next) {
            if (*at == x) {
                *at = x->next;
                break;
            }
        }
        launch(pool, x, end, true);
    }
}

static void *
run_pool(void *context)
{
    qiao_http_pool *pool = context;
    bool stopping = false;

    while (!stopping) {
        take_submitted(pool);
        qiaoi_http_multi_perform(pool->multi);
        take_answers(pool);
        qiaoi_http_multi_wait(pool->multi, 1000);
        pthread_mutex_lock(&pool->mutex);
        stopping = pool->stopping;
        pthread_mutex_unlock(&pool->mutex);
    }
    return NULL;
}

qiao_status
qiao_http_pool_new(unsigned connections, bool allow_private, qiao_http_pool **out, qiao_error *err)
{
    qiao_http_pool *pool;
    qiao_status st = qiao_http_start(err);

    *out = NULL;
    if (st != QIAO_OK)
        return st;
    pool = qiao_calloc(1, sizeof *pool);
    if (pool == NULL)
        return qiao_fail_memory(err);
    pool->allow_private = allow_private;
    pthread_mutex_init(&pool->mutex, NULL); /* neither can fail with default attributes */
    pthread_cond_init(&pool->finished_one, NULL);
    pool->multi = qiaoi_http_multi_new(connections);
    if (pool->multi == NULL) {
        qiao_http_pool_free(pool);
        return qiao_fail_memory(err);
    }
    pool->started = pthread_create(&pool->thread, NULL, run_pool, pool) == 0;
    if (!pool->started) {
        qiao_http_pool_free(pool);
        return qiao_fail(err, QIAO_E_INTERNAL, "cannot start a thread");
    }
    *out = pool;
    return QIAO_OK;
}

/* What is under way is given up. */
void
qiao_http_pool_free(qiao_http_pool *pool)
{
    qiaoi_http_exchange *x, *next;

    if (pool == NULL)
        return;
    if (pool->started) {
        pthread_mutex_lock(&pool->mutex);
        pool->stopping = true;
        pthread_mutex_unlock(&pool->mutex);
        qiaoi_http_multi_wake(pool->multi);
        pthread_join(pool->thread, NULL);
    }
    for (int list = 0; list < 3; list++) {
        for (x = list == 0 ? pool->submitted : list == 1 ? pool->finished : pool->active; x != NULL; x = next) {
            next = x->next;
            if (list == 2)
                qiaoi_http_multi_remove(pool->multi, x);
            qiaoi_http_easy_drop_headers(x);
            qiaoi_http_easy_free(x->easy);
            qiao_free(x);
        }
    }
    qiaoi_http_multi_free(pool->multi);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->finished_one);
    qiao_free(pool);
}

qiao_status
qiao_http_pool_start(qiao_http_pool *pool, const qiao_http_request *request, qiao_http_response *response, void *tag,
                     qiao_error *err)
{
    qiaoi_http_exchange *x;
    qiao_status st;

    if (request->allow_private != pool->allow_private)
        return qiao_fail(err, QIAO_E_INTERNAL, "a request does not fit its pool");
    x = qiao_calloc(1, sizeof *x);
    if (x == NULL)
        return qiao_fail_memory(err);
    x->request = request;
    x->response = response;
    x->tag = tag;
    st = qiaoi_http_exchange_begin(x, err);
    if (st == QIAO_OK) {
        x->easy = qiaoi_http_easy_new();
        st = x->easy != NULL ? QIAO_OK : qiao_fail_memory(err);
    }
    if (st != QIAO_OK) {
        qiao_free(x);
        return st;
    }
    pthread_mutex_lock(&pool->mutex);
    x->next = pool->submitted;
    pool->submitted = x;
    pthread_mutex_unlock(&pool->mutex);
    qiaoi_http_multi_wake(pool->multi);
    return QIAO_OK;
}

static void
deadline_in(uint64_t milliseconds, struct timespec *out)
{
    clock_gettime(CLOCK_REALTIME, out);
    out->tv_sec += (time_t)(milliseconds / 1000);
    out->tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    if (out->tv_nsec >= 1000000000L) {
        out->tv_sec++;
        out->tv_nsec -= 1000000000L;
    }
}

void *
qiao_http_pool_wait(qiao_http_pool *pool, uint64_t milliseconds, qiao_status *status_out, qiao_error *err)
{
    struct timespec deadline;
    qiaoi_http_exchange *x, **last;
    void *tag;
    int waited = 0;

    deadline_in(milliseconds, &deadline);
    pthread_mutex_lock(&pool->mutex);
    while (pool->finished == NULL && waited == 0)
        waited = pthread_cond_timedwait(&pool->finished_one, &pool->mutex, &deadline);
    for (last = &pool->finished; *last != NULL && (*last)->next != NULL;
         last = &(*last)->next) /* the one that waits longest */
        ;
    x = *last;
    *last = NULL;
    pthread_mutex_unlock(&pool->mutex);
    if (x == NULL)
        return NULL;
    tag = x->tag;
    *status_out = x->status;
    if (x->status != QIAO_OK && err != NULL)
        *err = x->err;
    qiao_free(x);
    return tag;
}
