/* Many threads search while records are posted: each sees what was posted before it asked, and never less than before.
 */
#include "support.h"

#include "search_catalogue.h"

#include "qiao/desk.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define POSTS 40

typedef struct shared {
    qiao_engine *engine;
    atomic_int posted;
    atomic_int faults;
} shared;

/* "total" of a search; -1 where it failed. */
static long
count_found(qiao_session *session, const char *scope)
{
    static const char *const facets[] = {"country"};
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "wombat");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer json = {0};
    const char *total;
    long found = -1;

    request.scope = scope;
    request.facets = facets;
    request.facet_count = 1;
    if (qiao_search_json(session, &request, &json, &err) == QIAO_OK) {
        total = strstr(json.data, "\"total\":");
        found = total == NULL ? -1 : strtol(total + 8, NULL, 10);
    }
    qiao_buffer_done(&json);
    return found;
}

static void *
search(void *context)
{
    shared *s = context;
    long before = 0;

    while (before < POSTS) {
        qiao_session *session = NULL;
        qiao_error err = QIAO_ERROR_INIT;
        int posted = atomic_load(&s->posted);
        long found;

        if (qiao_session_acquire(s->engine, &session, &err) != QIAO_OK) {
            atomic_fetch_add(&s->faults, 1);
            return NULL;
        }
        found = count_found(session, posted % 2 == 0 ? NULL : "access:public");
        qiao_session_release(session);
        if (found < before || found < posted || found > POSTS) {
            atomic_fetch_add(&s->faults, 1);
            return NULL;
        }
        before = found;
    }
    return NULL;
}

static void
post(qiao_desk *desk, int number)
{
    char id[32], json[160];
    qiao_desk_change change = {.table = QIAO_DESK_PROJECT, .id = id, .json = json, .actor = "test", .action = "create"};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t revision;

    snprintf(id, sizeof id, "desk:%02d", number);
    change.length = (size_t)snprintf(
        json, sizeof json, "{\"country\":\"DE\",\"id\":\"%s\",\"kind\":\"project\",\"title\":{\"en\":\"Wombat %d\"}}",
        id, number);
    assert_ok(qiao_desk_write(desk, &change, &revision, &err), &err);
}

static void
every_thread_sees_what_was_posted_before_it_asked(void **state)
{
    qiao_test_folder folder;
    qiao_engine_options options = {.share_dir = QIAO_BUILD_DIR "/share/qiao"};
    qiao_desk *desk = NULL;
    pthread_t threads[THREADS];
    qiao_error err = QIAO_ERROR_INIT;
    static shared s;

    (void)state;
    qiao_test_folder_init(&folder);
    qiao_test_catalogue(folder.path);
    assert_ok(qiao_desk_open(folder.path, true, &desk, &err), &err);
    options.data_dir = folder.path;
    options.desk = desk;
    assert_ok(qiao_engine_open(&options, &s.engine, &err), &err);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, search, &s), 0);
    for (int i = 0; i < POSTS; i++) {
        post(desk, i);
        atomic_store(&s.posted, i + 1);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&s.faults), 0);
    qiao_engine_close(s.engine);
    qiao_desk_close(desk);
    qiao_test_folder_done(&folder);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_thread_sees_what_was_posted_before_it_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
