/* See runs.h. One lock for all: it is taken once a document, which takes thousands of times as long. */
#include "indexing/runs.h"

#include "qiao/memory.h"

#include <string.h>

#define WORTH_TAKING 512u /* documents left from which a run is divided: less than a second's work */

qiao_status
qiaoi_runs_init(qiaoi_runs *runs, unsigned workers, uint64_t count, qiao_error *err)
{
    memset(runs, 0, sizeof *runs);
    runs->left = qiao_calloc(workers, sizeof *runs->left);
    if (runs->left == NULL)
        return qiao_fail_memory(err);
    runs->workers = workers;
    for (unsigned i = 0; i < workers; i++)
        runs->left[i] = (qiaoi_run_left){.next = count * i / workers, .end = count * (i + 1) / workers};
    pthread_mutex_init(&runs->lock, NULL);
    return QIAO_OK;
}

void
qiaoi_runs_done(qiaoi_runs *runs)
{
    if (runs->left == NULL)
        return;
    pthread_mutex_destroy(&runs->lock);
    qiao_free(runs->left);
    runs->left = NULL;
}

bool
qiaoi_runs_next(qiaoi_runs *runs, unsigned worker, uint64_t *document_out)
{
    qiaoi_run_left *own = &runs->left[worker];
    bool any;

    pthread_mutex_lock(&runs->lock);
    any = own->next < own->end;
    if (any)
        *document_out = own->next++;
    pthread_mutex_unlock(&runs->lock);
    return any;
}

static uint64_t
left_of(const qiaoi_run_left *run)
{
    return run->end - run->next;
}

bool
qiaoi_runs_begin(qiaoi_runs *runs, unsigned worker, unsigned *number_out)
{
    qiaoi_run_left *own = &runs->left[worker], *most = runs->left;
    bool any;

    pthread_mutex_lock(&runs->lock);
    if (left_of(own) == 0) {
        for (unsigned i = 1; i < runs->workers; i++)
            if (left_of(&runs->left[i]) > left_of(most))
                most = &runs->left[i];
        if (left_of(most) >= WORTH_TAKING) {
            own->end = most->end;
            own->next = most->end = most->next + left_of(most) / 2;
        }
    }
    any = left_of(own) > 0;
    if (any)
        *number_out = runs->begun++;
    pthread_mutex_unlock(&runs->lock);
    return any;
}
