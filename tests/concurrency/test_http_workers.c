/* The queue of the service's workers: whatever is given is run or dropped, once, while many give and one stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define GIVERS 4
#define JOBS 4000

typedef struct counted {
    qiaoi_job job; /* first */
    atomic_uint ran, dropped;
} counted;

typedef struct giver {
    qiaoi_workers *workers;
    counted *jobs;
} giver;

static void
run(qiaoi_job *job)
{
    atomic_fetch_add(&((counted *)(void *)job)->ran, 1);
}

static void
drop(qiaoi_job *job)
{
    atomic_fetch_add(&((counted *)(void *)job)->dropped, 1);
}

static void *
give_all(void *context)
{
    giver *g = context;

    for (size_t i = 0; i < JOBS; i++)
        qiaoi_workers_give(g->workers, &g->jobs[i].job);
    return NULL;
}

static counted jobs[GIVERS][JOBS];

static unsigned
start_and_stop_after(long microseconds)
{
    const struct timespec pause = {.tv_nsec = microseconds * 1000};
    pthread_t threads[GIVERS];
    giver givers[GIVERS];
    qiaoi_workers *workers;
    unsigned ran = 0;

    memset(jobs, 0, sizeof jobs);
    assert_int_equal(qiaoi_workers_start(3, run, &workers, NULL), QIAO_OK);
    for (size_t i = 0; i < GIVERS; i++) {
        givers[i] = (giver){workers, jobs[i]};
        assert_int_equal(pthread_create(&threads[i], NULL, give_all, &givers[i]), 0);
    }
    nanosleep(&pause, NULL);
    qiaoi_workers_stop(workers, drop);
    for (size_t i = 0; i < GIVERS; i++)
        pthread_join(threads[i], NULL);
    qiaoi_workers_free(workers);
    for (size_t i = 0; i < GIVERS; i++)
        for (size_t k = 0; k < JOBS; k++) {
            if (jobs[i][k].ran + jobs[i][k].dropped != 1)
                fail_msg("job %zu of %zu: ran %u times, dropped %u times", k, i, jobs[i][k].ran, jobs[i][k].dropped);
            ran += jobs[i][k].ran;
        }
    return ran;
}

static void
each_job_is_run_or_dropped_once_whenever_the_stop_comes(void **state)
{
    (void)state;
    for (long microseconds = 0; microseconds < 3000; microseconds += 150)
        start_and_stop_after(microseconds);
}

static void
jobs_are_run_in_the_order_given(void **state)
{
    qiaoi_workers *workers;

    (void)state;
    assert_true(start_and_stop_after(900 * 1000) == GIVERS * JOBS); /* with time enough none is dropped */
    assert_int_equal(qiaoi_workers_start(1, run, &workers, NULL), QIAO_OK);
    memset(jobs, 0, sizeof jobs);
    for (size_t i = 0; i < JOBS; i++)
        qiaoi_workers_give(workers, &jobs[0][i].job);
    while (jobs[0][JOBS - 1].ran == 0)
        for (size_t i = 1; i < JOBS; i++) {
            unsigned later = jobs[0][i].ran;

            assert_true(jobs[0][i - 1].ran >= later);
        }
    qiaoi_workers_stop(workers, drop);
    qiaoi_workers_free(workers);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_is_run_or_dropped_once_whenever_the_stop_comes),
        cmocka_unit_test(jobs_are_run_in_the_order_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
