/* See parallel.h. */
#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>

typedef struct part_call {
    void (*job)(void *context, unsigned part);
    void *context;
    unsigned part;
    pthread_t thread;
    bool started;
} part_call;

static void *
run_part(void *context)
{
    part_call *call = context;

    call->job(call->context, call->part);
    return NULL;
}

void
qiaoi_in_parts(unsigned parts, void (*job)(void *context, unsigned part), void *context)
{
    part_call calls[QIAOI_PARTS_MAX];

    parts = parts == 0 ? 1 : parts > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX : parts;
    for (unsigned i = 1; i < parts; i++) {
        calls[i] = (part_call){.job = job, .context = context, .part = i};
        calls[i].started = pthread_create(&calls[i].thread, NULL, run_part, &calls[i]) == 0;
    }
    job(context, 0);
    for (unsigned i = 1; i < parts; i++)
        if (calls[i].started)
            pthread_join(calls[i].thread, NULL);
        else
            job(context, i);
}
