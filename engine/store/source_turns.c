/* Writers that take turns: the lock of the indexer is held while a batch is gathered, not while a source is waited for.
 * See qiao/source_store.h. */
#include "store/source_internal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOOK_AGAIN_US 10000u

static void
rest_a_little(void)
{
    struct timespec interval = {0, LOOK_AGAIN_US * 1000L};

    (void)nanosleep(&interval, NULL); /* woken early it looks early */
}

static bool
may_wait(qiao_status status, uint64_t until_us)
{
    return status == QIAO_E_LOCKED && qiao_clock_monotonic_us() < until_us;
}

qiao_status
qiao_source_store_open_shared(const char *data_dir, uint32_t wait_ms, qiao_source_store **out, qiao_error *err)
{
    uint64_t until = qiao_clock_monotonic_us() + (uint64_t)wait_ms * 1000;
    qiao_status status = qiao_source_store_open(data_dir, true, out, err);

    while (may_wait(status, until)) {
        rest_a_little();
        status = qiao_source_store_open(data_dir, true, out, err);
    }
    if (status != QIAO_OK)
        return status;
    (*out)->folder = qiao_strdup(data_dir);
    if ((*out)->folder != NULL)
        return QIAO_OK;
    qiao_source_store_close(*out);
    *out = NULL;
    return qiao_fail_memory(err);
}

qiao_status
qiao_source_store_pause(qiao_source_store *store, qiao_error *err)
{
    if (store->folder == NULL || store->batch != NULL)
        return qiao_fail(err, QIAO_E_USAGE, "the source store cannot be paused with changes that are not committed");
    qiao_lock_release(store->lock);
    store->lock = NULL;
    return QIAO_OK;
}

qiao_status
qiao_source_store_resume(qiao_source_store *store, uint32_t wait_ms, qiao_error *err)
{
    uint64_t until = qiao_clock_monotonic_us() + (uint64_t)wait_ms * 1000;
    qiao_status status;

    if (store->lock != NULL)
        return QIAO_OK;
    status = qiaoi_source_lock(store->folder, &store->lock, err);
    while (may_wait(status, until)) {
        rest_a_little();
        status = qiaoi_source_lock(store->folder, &store->lock, err);
    }
    return status;
}
