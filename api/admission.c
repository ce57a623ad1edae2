/* Names buckets, and says what was refused. */
#include "admission.h"

#include "qiao/file.h"

#include <string.h>

#define BUCKETS 32768u /* 512 KiB */

qiao_status
qiaoi_admission_init(qiaoi_admission *admission, uint64_t seed, qiao_error *err)
{
    memset(&admission->proxies, 0, sizeof admission->proxies);
    for (int i = 0; i < QIAOI_RATE_COUNT; i++) {
        atomic_init(&admission->rates[i], 0);
        atomic_init(&admission->bursts[i], 1);
        atomic_init(&admission->refused[i], 0);
    }
    admission->buckets = qiaoi_buckets_new(BUCKETS, seed);
    return admission->buckets != NULL ? QIAO_OK : qiao_fail_memory(err);
}

void
qiaoi_admission_done(qiaoi_admission *admission)
{
    qiaoi_buckets_free(admission->buckets);
    admission->buckets = NULL;
}

void
qiaoi_admission_set(qiaoi_admission *admission, qiaoi_rate_kind kind, uint64_t rate, uint64_t burst)
{
    atomic_store(&admission->rates[kind], rate);
    atomic_store(&admission->bursts[kind], burst);
}

static void
refuse(qiaoi_rate_kind kind, uint64_t rate, qiaoi_problem *problem)
{
    qiao_error *error = qiaoi_problem_set(problem, QIAOI_PROBLEM_TOO_MANY_REQUESTS);

    if (kind == QIAOI_RATE_WRITE)
        qiao_fail(error, QIAO_E_LIMIT, "too many changes; the limit is %llu a minute", (unsigned long long)rate);
    else if (kind == QIAOI_RATE_FAILED)
        qiao_fail(error, QIAO_E_LIMIT, "too many requests with a key that is not taken; the limit is %llu a minute",
                  (unsigned long long)rate);
    else
        qiao_fail(error, QIAO_E_LIMIT, "too many requests; the limit is %llu a minute", (unsigned long long)rate);
    qiao_error_hint(error, "wait as long as Retry-After says");
}

typedef struct bucket_name {
    unsigned char kind, text[31];
} bucket_name;

static bool
take(qiaoi_admission *admission, qiaoi_rate_kind kind, const void *name, size_t length, qiaoi_problem *problem,
     unsigned *wait_out)
{
    uint64_t rate = atomic_load_explicit(&admission->rates[kind], memory_order_relaxed);
    uint64_t burst = atomic_load_explicit(&admission->bursts[kind], memory_order_relaxed), wait;
    bucket_name bucket = {.kind = (unsigned char)kind};

    memcpy(bucket.text, name, length < sizeof bucket.text ? length : sizeof bucket.text);
    wait = qiaoi_bucket_take(admission->buckets, &bucket, sizeof bucket, rate, burst, qiao_clock_monotonic_us());
    if (wait == 0)
        return true;
    atomic_fetch_add_explicit(&admission->refused[kind], 1, memory_order_relaxed);
    *wait_out = (unsigned)((wait + 999999) / 1000000);
    refuse(kind, rate, problem);
    return false;
}

bool
qiaoi_admission_address(qiaoi_admission *admission, const qiaoi_client *client, qiaoi_problem *problem,
                        unsigned *wait_out)
{
    if (client->loopback)
        return take(admission, QIAOI_RATE_LOOPBACK, "", 0, problem, wait_out);
    return take(admission, QIAOI_RATE_ADDRESS, client->address, sizeof client->address, problem, wait_out);
}

bool
qiaoi_admission_failed(qiaoi_admission *admission, const qiaoi_client *client, qiaoi_problem *problem,
                       unsigned *wait_out)
{
    return client->loopback ||
           take(admission, QIAOI_RATE_FAILED, client->address, sizeof client->address, problem, wait_out);
}

bool
qiaoi_admission_key(qiaoi_admission *admission, const qiaoi_client *client, const char *key, bool writes,
                    qiaoi_problem *problem, unsigned *wait_out)
{
    const void *name = *key != '\0' ? (const void *)key : client->address;
    size_t length = *key != '\0' ? strlen(key) : sizeof client->address;

    if (client->loopback)
        return true;
    return (*key == '\0' || take(admission, QIAOI_RATE_KEY, name, length, problem, wait_out)) &&
           (!writes || take(admission, QIAOI_RATE_WRITE, name, length, problem, wait_out));
}
