/*
 * Searching and matching while generations are published, rolled back and pruned: no request may fail, none may see a
 * mix, and every answer is of a generation that was published. To be run under the thread sanitizer as well.
 */
#include "support.h"

#include "search_catalogue.h"

#include "qiao/catalog.h"
#include "qiao/match.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEARCHERS 4
#define PUBLICATIONS 8
#define SWITCHES 40

typedef struct traffic {
    qiao_engine *engine;
    atomic_bool stop;
    atomic_uint answers, refreshes;
    atomic_uint newest;    /* generation that the last answer came from */
    bool in_order;         /* generations only grow: a thread must not go back */
    pthread_mutex_t guard; /* of failure */
    char failure[768];     /* the first one */
} traffic;

static void
fail_traffic(traffic *t, const char *what, const char *why)
{
    pthread_mutex_lock(&t->guard);
    if (t->failure[0] == '\0')
        snprintf(t->failure, sizeof t->failure, "%s: %s", what, why);
    pthread_mutex_unlock(&t->guard);
    atomic_store(&t->stop, true);
}

/* A whole answer that names the session's generation and holds the record that is always found. */
static void
check_answer(traffic *t, const qiao_session *session, const qiao_buffer *json, const char *record)
{
    char named[64];

    snprintf(named, sizeof named, "\"gen-%010llu\"", (unsigned long long)qiao_session_generation(session));
    if (json->length == 0 || json->data[json->length - 1] != '}' || strstr(json->data, named) == NULL ||
        strstr(json->data, record) == NULL)
        fail_traffic(t, "a wrong answer", json->length > 0 ? json->data : "(empty)");
}

static void
ask(traffic *t, qiao_session *session, unsigned turn, qiao_buffer *json)
{
    static const char *const queries[] = {"battery", "固态电池", "\"robot\" 手术", "", "hydrogen pump"};
    static const char *const found[] = {"t:battery-en", "t:battery-zh", "t:robot-surgery", "t:undated",
                                        "t:hydrogen-pump"};
    const qiao_match_request match = {.kind = QIAO_NEED, .id = "t:need-robot", .limit = 3};
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, queries[turn % 5]);
    qiao_error err = QIAO_ERROR_INIT;

    qiao_buffer_clear(json);
    if (qiao_search_json(session, &request, json, &err) != QIAO_OK)
        fail_traffic(t, "search", err.message);
    else
        check_answer(t, session, json, found[turn % 5]);
    qiao_buffer_clear(json);
    if (qiao_match_json(session, &match, json, &err) != QIAO_OK)
        fail_traffic(t, "match", err.message);
    else
        check_answer(t, session, json, "t:robot-surgery");
    qiao_buffer_clear(json);
    if (qiao_session_record_json(session, QIAO_PROJECT, "t:water", json, &err) != QIAO_OK)
        fail_traffic(t, "record", err.message);
}

static void *
run_searcher(void *context)
{
    traffic *t = context;
    qiao_buffer json = {0};
    uint64_t last = 0;

    for (unsigned turn = 0; !atomic_load(&t->stop); turn++) {
        qiao_session *session = NULL;
        qiao_error err = QIAO_ERROR_INIT;

        if (qiao_session_acquire(t->engine, &session, &err) != QIAO_OK) {
            fail_traffic(t, "acquire", err.message);
            break;
        }
        if (t->in_order && qiao_session_generation(session) < last)
            fail_traffic(t, "acquire", "an older generation than before");
        last = qiao_session_generation(session);
        ask(t, session, turn, &json);
        qiao_session_release(session);
        atomic_store(&t->newest, (unsigned)last);
        atomic_fetch_add(&t->answers, 1);
    }
    qiao_buffer_done(&json);
    return NULL;
}

static void *
run_refresher(void *context)
{
    traffic *t = context;
    const struct timespec pause = {0, 2000000};

    while (!atomic_load(&t->stop)) {
        qiao_error err = QIAO_ERROR_INIT;

        if (qiao_engine_refresh(t->engine, NULL, &err) != QIAO_OK)
            fail_traffic(t, "refresh", err.message);
        atomic_fetch_add(&t->refreshes, 1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* Waits until answers come from that generation; a minute is for slow sanitizers. */
static void
await_generation(traffic *t, uint64_t generation)
{
    const struct timespec pause = {0, 1000000};

    for (int i = 0; i < 60000 && !atomic_load(&t->stop) && atomic_load(&t->newest) != generation; i++)
        nanosleep(&pause, NULL);
    if (!atomic_load(&t->stop) && atomic_load(&t->newest) != generation)
        fail_traffic(t, "refresh", "a published generation is not served");
}

typedef void (*publisher)(traffic *t, const char *data_dir);

/* Runs the publisher while searchers and refreshers are at work. */
static void
run_traffic(const char *data_dir, bool in_order, size_t refreshers, publisher publish)
{
    static traffic t;
    pthread_t threads[SEARCHERS + 2];
    size_t count = 0;

    memset(&t, 0, sizeof t);
    t.in_order = in_order;
    t.engine = qiao_test_engine(data_dir);
    assert_int_equal(pthread_mutex_init(&t.guard, NULL), 0);
    for (; count < SEARCHERS; count++)
        assert_int_equal(pthread_create(&threads[count], NULL, run_searcher, &t), 0);
    for (size_t i = 0; i < refreshers; i++, count++)
        assert_int_equal(pthread_create(&threads[count], NULL, run_refresher, &t), 0);
    publish(&t, data_dir);
    atomic_store(&t.stop, true);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    qiao_engine_close(t.engine);
    pthread_mutex_destroy(&t.guard);
    if (t.failure[0] != '\0')
        fail_msg("%s", t.failure);
    assert_true(atomic_load(&t.answers) > SEARCHERS);
    print_message("%u answers, %u refreshes\n", atomic_load(&t.answers), atomic_load(&t.refreshes));
}

static void
publish_and_prune(traffic *t, const char *data_dir)
{
    for (int i = 0; i < PUBLICATIONS && !atomic_load(&t->stop); i++)
        await_generation(t, qiao_test_build(data_dir, qiao_test_lexicon(), 1));
}

static void
go_back_and_forth(traffic *t, const char *data_dir)
{
    qiao_error err = QIAO_ERROR_INIT;

    for (unsigned i = 0; i < SWITCHES && !atomic_load(&t->stop); i++) {
        uint64_t generation = 1 + i % 2;

        assert_ok(qiao_catalog_publish(data_dir, generation, &err), &err);
        await_generation(t, generation);
    }
}

static int
make_folder(void **state)
{
    static qiao_test_folder folder;

    qiao_test_lexicon();
    qiao_test_folder_init(&folder);
    qiao_test_catalogue(folder.path);
    *state = &folder;
    return 0;
}

static int
remove_folder(void **state)
{
    qiao_test_folder_done(*state);
    return 0;
}

static void
no_request_fails_while_generations_are_published_and_pruned(void **state)
{
    run_traffic(((qiao_test_folder *)*state)->path, true, 1, publish_and_prune);
}

static void
no_request_fails_while_two_refreshers_follow_roll_backs(void **state)
{
    const char *path = ((qiao_test_folder *)*state)->path;

    qiao_test_build(path, qiao_test_lexicon(), 5);
    run_traffic(path, false, 2, go_back_and_forth);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        in_folder(no_request_fails_while_generations_are_published_and_pruned),
        in_folder(no_request_fails_while_two_refreshers_follow_roll_backs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
