/*
 * The service asked on many threads at once: readers, writers, a key that is made and revoked over and over, a limit of
 * rate that changes, and generations that are published and rolled back meanwhile. Nothing fails, what was acknowledged
 * is there, a revoked key is refused from the next request on. To be run under the thread sanitizer as well.
 */
#include "api_service.h"

#include "qiao/catalog.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define READERS 3
#define WRITERS 2
#define WRITES 25
#define KEYS 20

static api_service service;
static atomic_uint at_work; /* writers and makers of keys that go on */
static atomic_uint answered, limited;
static _Atomic(const char *) failure; /* the first thing that went wrong */

static void
fail_once(const char *what)
{
    const char *none = NULL;

    atomic_compare_exchange_strong(&failure, &none, what);
}

static unsigned
ask(const api_question *question, const char *key)
{
    qiaoi_http_response response;
    unsigned status = api_service_ask(&service, question, key, &response);

    qiao_buffer_done(&response.body);
    atomic_fetch_add(&answered, 1);
    return status;
}

static void *
read_all(void *context)
{
    static const api_question questions[] = {
        {"GET", "/v1/search?q=battery&facets=country", NULL, NULL, 200},
        {"GET", "/v1/needs/t:need-robot/matches", NULL, NULL, 200},
        {"GET", "/v1/needs", NULL, NULL, 200},
        {"GET", "/v1/projects/t:battery-en", NULL, NULL, 200},
        {"GET", "/v1/suggest?q=bat", NULL, NULL, 200},
        {"GET", "/v1/cases", NULL, NULL, 200},
        {"GET", "/v1/keys", NULL, NULL, 200},
        {"GET", "/v1/audit?limit=3", NULL, NULL, 200},
        {"GET", "/v1/search?q=nothingofthekind", NULL, NULL, 200},
        {"GET", "/v1/reports/monitoring?by=country", NULL, NULL, 503}, /* while it is being counted */
    };

    for (size_t turn = (size_t)(uintptr_t)context; atomic_load(&at_work) > 0; turn++) {
        const api_question *question = &questions[turn % (sizeof questions / sizeof questions[0])];
        unsigned status = ask(question, service.staff);

        if (status != 200 && status != question->status)
            fail_once(question->target);
    }
    return NULL;
}

static void *
write_all(void *context)
{
    static const api_question questions[] = {
        {"POST", "/v1/needs", "{\"need\":{\"title\":{\"zh\":\"固态电池\"}}}", NULL, 201},
        {"PUT", "/v1/pairs/t:need-robot/t:robot-surgery/feedback", "{\"verdict\":\"accept\"}", NULL, 200},
        {"PUT", "/v1/cases/t:need-robot/t:robot-surgery", "{\"status\":\"suggested\"}", NULL, 200},
        {"POST", "/v1/shortlists", "{\"name\":\"a\",\"items\":[{\"need\":\"t:need-robot\"}]}", NULL, 201},
    };

    (void)context;
    for (size_t i = 0; i < WRITES * 4; i++) {
        const api_question *question = &questions[i % 4];
        unsigned status = ask(question, service.staff);

        if (status != question->status && status != 412) /* another writer was faster, and the case is another */
            fail_once(question->target);
    }
    atomic_fetch_sub(&at_work, 1);
    return NULL;
}

static void *
make_and_revoke(void *context)
{
    static const api_question read = {"GET", "/v1/needs", NULL, NULL, 200};

    (void)context;
    for (unsigned i = 0; i < KEYS; i++) {
        qiaoi_key key = {.role = QIAOI_ROLE_ENTERPRISE, .organisation = "甲科技有限公司"};
        char text[QIAOI_KEY_TEXT_SIZE], target[64];
        unsigned status;
        api_question revoke = {"DELETE", target, NULL, NULL, 204};

        api_service_key(&service, &key, text);
        snprintf(target, sizeof target, "/v1/keys/%s", key.name);
        if (ask(&read, text) != 200)
            fail_once("a key that was just made is refused");
        if (ask(&revoke, service.staff) != 204)
            fail_once("a key is not revoked");
        status = ask(&read, text);
        if (status != 401 && status != 429) /* the limit of keys that are not taken is the address's */
            fail_once("a revoked key is taken");
    }
    atomic_fetch_sub(&at_work, 1);
    return NULL;
}

/* One caller whose key has a limit that changes under its hands. */
static void *
run_into_limits(void *context)
{
    static const api_question question = {"GET", "/v1/about", NULL, NULL, 200};

    for (unsigned turn = 0; atomic_load(&at_work) > 0; turn++) {
        unsigned status;

        qiaoi_admission_set(&service.admission, QIAOI_RATE_FAILED, 60 + turn % 7, 5 + turn % 3);
        status = ask(&question, context);
        if (status == 429)
            atomic_fetch_add(&limited, 1);
        else if (status != 401)
            fail_once("a wrong key is taken");
    }
    return NULL;
}

static void *
publish(void *context)
{
    for (unsigned turn = 0; atomic_load(&at_work) > 0; turn++) {
        qiao_error err = QIAO_ERROR_INIT;

        if (qiao_catalog_publish(service.folder.path, 1 + turn % 2, &err) != QIAO_OK ||
            qiao_engine_refresh(service.engine, NULL, &err) != QIAO_OK)
            fail_once("a generation is not published");
        qiaoi_reports_wake(service.reports);
        atomic_store(&service.service.compress_min, turn % 2 == 0 ? 200u : 0u);
        service.service.access.public_reads = turn % 3 == 0;
        if (qiaoi_key_uses_write(service.service.key_uses, &err) != QIAO_OK ||
            qiaoi_misses_flush(service.misses, &err) != QIAO_OK)
            fail_once("what was noted is not written");
    }
    return context;
}

static qiao_status
count_kept(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    (void)row;
    (void)more;
    (void)err;
    ++*(unsigned *)context;
    return QIAO_OK;
}

static void
run_all(void)
{
    char wrong[QIAOI_KEY_TEXT_SIZE];
    pthread_t threads[READERS + WRITERS + 3];
    size_t count = 0;

    memcpy(wrong, service.staff, sizeof wrong);
    wrong[sizeof wrong - 2] = wrong[sizeof wrong - 2] == '0' ? '1' : '0';
    atomic_store(&at_work, WRITERS + 1);
    for (uintptr_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[count++], NULL, read_all, (void *)(i * 3)), 0);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[count++], NULL, write_all, NULL), 0);
    assert_int_equal(pthread_create(&threads[count++], NULL, make_and_revoke, NULL), 0);
    assert_int_equal(pthread_create(&threads[count++], NULL, run_into_limits, wrong), 0);
    assert_int_equal(pthread_create(&threads[count++], NULL, publish, NULL), 0);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void
nothing_fails_and_nothing_is_lost_while_everything_changes(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    unsigned needs = 0, lists = 0;
    uint64_t lines;
    int shown, quiet;

    (void)state;
    api_service_open(&service);
    shown = dup(STDERR_FILENO);
    quiet = open("/dev/null", O_WRONLY);
    qiao_test_build(service.folder.path, qiao_test_lexicon(), 5);
    assert_ok(qiaoi_misses_start(service.desk, &service.misses, &err), &err);
    service.service.misses = service.misses;
    if (getenv("TSAN_OPTIONS") == NULL) /* the log of the service; what the sanitizer says goes the same way */
        dup2(quiet, STDERR_FILENO);
    run_all();
    dup2(shown, STDERR_FILENO);
    close(shown);
    close(quiet);
    if (atomic_load(&failure) != NULL)
        fail_msg("%s", atomic_load(&failure));
    assert_ok(qiao_desk_each(service.desk, QIAO_DESK_NEED, NULL, NULL, count_kept, &needs, &err), &err);
    assert_ok(qiao_desk_each(service.desk, QIAO_DESK_SHORTLIST, NULL, NULL, count_kept, &lists, &err), &err);
    assert_int_equal(needs, WRITERS * WRITES);
    assert_int_equal(lists, WRITERS * WRITES);
    assert_ok(qiao_desk_verify(service.desk, &lines, &err), &err);
    assert_true(lines >= WRITERS * WRITES * 2 + KEYS * 2);
    assert_true(atomic_load(&limited) > 0);
    print_message("%u answers, %llu lines of the audit trail\n", atomic_load(&answered), (unsigned long long)lines);
    api_service_close(&service);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_fails_and_nothing_is_lost_while_everything_changes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
