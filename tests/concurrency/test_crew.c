/* Several askers share one crew: every job is done whole, by whoever is there. To be run under the thread sanitizer as
 * well. */
#include "support.h"

#include "match/crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define ASKERS 4
#define ROUNDS 400
#define PARTS 64

typedef struct work {
    atomic_uint next;
    unsigned char done[PARTS]; /* each is written by whoever took the part */
    unsigned turns;
} work;

static void
take_parts(work *w)
{
    for (unsigned i; (i = atomic_fetch_add(&w->next, 1)) < PARTS;) {
        unsigned turned = 0;

        for (unsigned k = 0; k < w->turns; k++)
            turned += k ^ i;
        w->done[i] = (unsigned char)(1 + (turned & 1u));
    }
}

static void
help(void *context, struct qiaoi_retrieval *scratch)
{
    (void)scratch;
    take_parts(context);
}

static void *
ask(void *context)
{
    qiao_crew *crew = context;

    for (unsigned round = 0; round < ROUNDS; round++) {
        work w = {.turns = round % 7 * 100};
        qiaoi_crew_job job = {.help = help, .context = &w};

        qiaoi_crew_begin(crew, &job);
        take_parts(&w);
        qiaoi_crew_end(crew, &job);
        if (memchr(w.done, 0, sizeof w.done) != NULL)
            return context;
    }
    return NULL;
}

static void
askers_at_the_same_time_get_their_work_done(void **state)
{
    qiao_crew *crew = NULL;
    pthread_t askers[ASKERS];
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_crew_new(3, &crew, &err), &err);
    for (int i = 0; i < ASKERS; i++)
        assert_int_equal(pthread_create(&askers[i], NULL, ask, crew), 0);
    for (int i = 0; i < ASKERS; i++) {
        void *undone;

        pthread_join(askers[i], &undone);
        assert_null(undone);
    }
    qiao_crew_free(crew);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(askers_at_the_same_time_get_their_work_done)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
