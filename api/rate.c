/* A bucket is one number: when it will be full again (the generic cell rate algorithm, which counts as tokens do). */
#include "rate.h"

#include "qiao/file.h"

#include <pthread.h>

#define ROW 8u
#define LOCKS 64u

typedef struct bucket {
    uint64_t id;
    uint64_t full_ns; /* in the past: full, and as good as not there */
} bucket;

struct qiaoi_buckets {
    uint64_t seed;
    size_t rows; /* a power of two */
    pthread_mutex_t locks[LOCKS];
    bucket *all;
};

qiaoi_buckets *
qiaoi_buckets_new(size_t count, uint64_t seed)
{
    qiaoi_buckets *buckets = qiao_calloc(1, sizeof *buckets);

    if (buckets == NULL)
        return NULL;
    buckets->seed = seed;
    buckets->rows = 1;
    while (buckets->rows * ROW < count)
        buckets->rows *= 2;
    buckets->all = qiao_calloc(buckets->rows * ROW, sizeof *buckets->all);
    if (buckets->all == NULL) {
        qiao_free(buckets);
        return NULL;
    }
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&buckets->locks[i], NULL);
    return buckets;
}

void
qiaoi_buckets_free(qiaoi_buckets *buckets)
{
    if (buckets == NULL)
        return;
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&buckets->locks[i]);
    qiao_free(buckets->all);
    qiao_free(buckets);
}

/* Its own, else the fullest of the row. */
static bucket *
find(bucket *row, uint64_t id)
{
    bucket *best = row;

    for (size_t i = 0; i < ROW; i++) {
        if (row[i].id == id)
            return &row[i];
        if (row[i].full_ns < best->full_ns)
            best = &row[i];
    }
    *best = (bucket){.id = id};
    return best;
}

uint64_t
qiaoi_bucket_take(qiaoi_buckets *buckets, const void *name, size_t length, uint64_t rate, uint64_t burst,
                  uint64_t now_us)
{
    uint64_t id = qiao_hash64(name, length, buckets->seed), now = now_us * 1000, token, most, wait = 0;
    size_t row = (size_t)(id % buckets->rows);
    pthread_mutex_t *lock = &buckets->locks[row % LOCKS];
    bucket *found;

    if (rate == 0)
        return 0;
    token = UINT64_C(60000000000) / rate;
    most = burst > 1 ? (burst - 1) * token : 0; /* how far ahead of now a bucket may be and still have a token */
    pthread_mutex_lock(lock);
    found = find(&buckets->all[row * ROW], id);
    if (found->full_ns > now + most)
        wait = (found->full_ns - now - most) / 1000 + 1;
    else
        found->full_ns = (found->full_ns > now ? found->full_ns : now) + token;
    pthread_mutex_unlock(lock);
    return wait;
}
