/* A ring of batches: the first thread fills at the tail and takes at the head, workers parse what lies between, each
 * batch by one worker. */
#include "import_pool.h"

#include <pthread.h>
#include <string.h>

#define THREADS_MAX 64u

struct qiaoi_pool {
    qiaoi_parse_job job;
    qiaoi_batch **ring;
    bool *finished;
    size_t size;
    uint64_t head, next, tail; /* oldest under way; next to be parsed; next to be filled. Only ever grow. */
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    pthread_t threads[THREADS_MAX];
    unsigned thread_count;
    bool lock_ready, stopping;
};

static bool
keep_complaints(qiaoi_parsed *parsed, const qiao_record_issues *issues)
{
    if (issues->count == 0)
        return true;
    parsed->complaints = qiao_alloc(sizeof *parsed->complaints + issues->count * sizeof issues->items[0]);
    if (parsed->complaints == NULL)
        return false;
    parsed->complaints->count = issues->count;
    parsed->complaints->total = issues->total;
    memcpy(parsed->complaints->items, issues->items, issues->count * sizeof issues->items[0]);
    return true;
}

/* A fault found before the record parser saw the text. */
static void
complain(qiao_record_issues *issues, const qiao_error *err)
{
    qiaoi_item item = {.line = 0};

    qiaoi_item_set_fault(&item, err);
    issues->items[0] = item.issue;
    issues->count = issues->total = 1;
}

static qiao_status
parse_item(const qiaoi_parse_job *job, const char *text, size_t length, qiao_buffer *scratch, qiaoi_parsed *parsed,
           qiao_record_issues *issues)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = QIAO_OK;

    issues->count = issues->total = 0;
    if (job->map != NULL || job->rows || job->source != NULL) {
        qiao_buffer_clear(scratch);
        status = qiaoi_map_apply(job->map, job->rows, job->source, text, length, scratch, &err);
        if (status != QIAO_OK && status != QIAO_E_NOMEM)
            complain(issues, &err);
        text = scratch->data;
        length = scratch->length;
    }
    if (status == QIAO_OK)
        status = qiao_record_parse(text, length, job->vocabulary, &parsed->record, issues, &err);
    return status;
}

static void
parse_batch(const qiaoi_parse_job *job, qiaoi_batch *batch)
{
    qiao_record_issues issues;
    qiao_buffer scratch = {.limit = 0};

    for (size_t i = 0; i < batch->count; i++) {
        const qiaoi_item *item = &batch->items[i];
        qiaoi_parsed *parsed = &batch->parsed[i];

        if (item->fault)
            continue;
        parsed->status = parse_item(job, batch->bytes.data + item->text, item->text_length, &scratch, parsed, &issues);
        if (parsed->status != QIAO_E_NOMEM && !keep_complaints(parsed, &issues)) {
            qiao_record_free(parsed->record);
            *parsed = (qiaoi_parsed){.status = QIAO_E_NOMEM};
        }
    }
    qiao_buffer_done(&scratch);
}

static void *
work(void *context)
{
    qiaoi_pool *pool = context;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        uint64_t mine;

        while (pool->next == pool->tail && !pool->stopping)
            pthread_cond_wait(&pool->work, &pool->lock);
        if (pool->stopping)
            break;
        mine = pool->next++;
        pthread_mutex_unlock(&pool->lock);
        parse_batch(&pool->job, pool->ring[mine % pool->size]);
        pthread_mutex_lock(&pool->lock);
        pool->finished[mine % pool->size] = true;
        pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static qiao_status
make_ring(qiaoi_pool *pool, qiao_error *err)
{
    pool->ring = qiao_calloc(pool->size, sizeof(qiaoi_batch *));
    pool->finished = qiao_calloc(pool->size, sizeof(bool));
    for (size_t i = 0; pool->ring != NULL && i < pool->size; i++) {
        pool->ring[i] = qiao_calloc(1, sizeof(qiaoi_batch));
        if (pool->ring[i] == NULL)
            return qiao_fail_memory(err);
    }
    return pool->ring == NULL || pool->finished == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
start_threads(qiaoi_pool *pool, unsigned threads, qiao_error *err)
{
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->lock_ready = true;
    while (pool->thread_count < threads) {
        int result = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);

        if (result != 0)
            return qiao_fail_errno(err, result, "cannot start a thread");
        pool->thread_count++;
    }
    return QIAO_OK;
}

qiao_status
qiaoi_pool_new(unsigned threads, const qiaoi_parse_job *job, qiaoi_pool **out, qiao_error *err)
{
    qiaoi_pool *pool = qiao_calloc(1, sizeof *pool);
    qiao_status status;

    *out = NULL;
    if (pool == NULL)
        return qiao_fail_memory(err);
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    pool->job = *job;
    pool->size = threads == 0 ? 1 : threads * 2 + 1;
    status = make_ring(pool, err);
    if (status == QIAO_OK)
        status = start_threads(pool, threads, err);
    if (status != QIAO_OK)
        qiaoi_pool_free(pool);
    else
        *out = pool;
    return status;
}

static void
empty_batch(qiaoi_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        qiao_record_free(batch->parsed[i].record);
        qiao_free(batch->parsed[i].complaints);
        batch->parsed[i] = (qiaoi_parsed){.status = QIAO_OK};
    }
    batch->count = 0;
    if (batch->bytes.capacity > QIAOI_BATCH_BYTES * 4) /* one giant line must not keep its room for ever */
        qiao_buffer_done(&batch->bytes);
    qiao_buffer_clear(&batch->bytes);
}

void
qiaoi_pool_free(qiaoi_pool *pool)
{
    if (pool == NULL)
        return;
    if (pool->lock_ready) {
        pthread_mutex_lock(&pool->lock);
        pool->stopping = true;
        pthread_cond_broadcast(&pool->work);
        pthread_mutex_unlock(&pool->lock);
        for (unsigned i = 0; i < pool->thread_count; i++)
            pthread_join(pool->threads[i], NULL);
        pthread_cond_destroy(&pool->work);
        pthread_cond_destroy(&pool->done);
        pthread_mutex_destroy(&pool->lock);
    }
    for (size_t i = 0; pool->ring != NULL && i < pool->size && pool->ring[i] != NULL; i++) {
        empty_batch(pool->ring[i]);
        qiao_buffer_done(&pool->ring[i]->bytes);
        qiao_free(pool->ring[i]);
    }
    qiao_free(pool->ring);
    qiao_free(pool->finished);
    qiao_free(pool);
}

qiaoi_batch *
qiaoi_pool_idle(qiaoi_pool *pool)
{
    return pool->tail - pool->head == pool->size ? NULL : pool->ring[pool->tail % pool->size];
}

void
qiaoi_pool_submit(qiaoi_pool *pool)
{
    size_t slot = pool->tail % pool->size;

    if (pool->thread_count == 0) {
        parse_batch(&pool->job, pool->ring[slot]);
        pool->finished[slot] = true;
        pool->tail++;
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->finished[slot] = false;
    pool->tail++;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

qiaoi_batch *
qiaoi_pool_take(qiaoi_pool *pool)
{
    size_t slot = pool->head % pool->size;

    if (pool->head == pool->tail)
        return NULL;
    pthread_mutex_lock(&pool->lock);
    while (!pool->finished[slot])
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    return pool->ring[slot];
}

void
qiaoi_pool_give_back(qiaoi_pool *pool)
{
    empty_batch(pool->ring[pool->head % pool->size]);
    pool->head++;
}
