/*
 * The service under a lack of memory: whichever allocation fails, the client gets a whole answer that says so, and
 * nothing leaks. Over the engine that does as it is told, as the real one has tests of its own.
 */
#include "support.h"

#include "../api/fake_engine.c"
#include "service.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct question {
    const char *method, *target, *body;
    unsigned status; /* with memory enough */
} question;

typedef struct asked {
    qiaoi_service service;
    const question *question;
} asked;

static const question questions[] = {
    {"GET", "/", NULL, 200},
    {"GET", "/v1/about", NULL, 200},
    {"GET", "/v1/search?q=%E5%9B%BA&country=DE,FR&field=energy&trl_min=4", NULL, 200},
    {"GET", "/v1/search?limit=0&country=nowhere&x=y", NULL, 400},
    {"GET", "/v1/projects/a/b", NULL, 200},
    {"GET", "/v1/needs/none:1", NULL, 404},
    {"GET", "/v1/needs/a/matches?country=EU", NULL, 200},
    {"GET", "/nothing", NULL, 404},
    {"POST", "/v1/match", "{\"text\":\"a\",\"limit\":3,\"filters\":{\"country\":[\"DE\",\"FR\"],\"trl_min\":4}}", 200},
    {"POST", "/v1/match", "{\"need\":{\"title\":{\"zh\":\"固态电池\"},\"fields\":[\"energy\"]}}", 200},
    {"POST", "/v1/match", "{\"kind\":\"need\",\"id\":\"a:1\",\"title\":{\"zh\":\"固态电池\"},\"limit\":3}", 200},
    {"POST", "/v1/match", "{\"text\":", 400},
};

/* The log of the service is no part of what is tested; messages of the test are. */
static void
ask_quietly(asked *a, const qiaoi_http_request *request, qiaoi_http_response *response)
{
    int shown = dup(STDERR_FILENO), quiet = open("/dev/null", O_WRONLY);

    assert_true(shown >= 0 && quiet >= 0 && dup2(quiet, STDERR_FILENO) >= 0);
    qiaoi_service_answer(&a->service, request, response);
    assert_true(dup2(shown, STDERR_FILENO) >= 0);
    close(shown);
    close(quiet);
}

static bool
is_whole(const qiaoi_http_response *response)
{
    const char *text = response->fixed != NULL ? response->fixed : response->body.data;
    size_t length = response->fixed != NULL ? response->fixed_length : response->body.length;

    return length > 2 && text[0] == '{' && memcmp(text + length - 2, "}\n", 2) == 0;
}

static qiao_status
answer(void *context, qiao_error *err)
{
    asked *a = context;
    qiaoi_http_request request = {.method = a->question->method, .target = a->question->target, .body = ""};
    qiaoi_http_response response = {0};
    qiao_status status = QIAO_OK;

    if (a->question->body != NULL) {
        request.body = a->question->body;
        request.body_length = strlen(request.body);
        request.headers[QIAOI_HEADER_CONTENT_TYPE] = "application/json";
    }
    ask_quietly(a, &request, &response);
    if (!is_whole(&response))
        status = qiao_fail(err, QIAO_E_INTERNAL, "the answer to %s is not whole", a->question->target);
    else if (response.status == 503)
        status = qiao_fail_memory(err);
    else if (response.status != a->question->status)
        status = qiao_fail(err, QIAO_E_INTERNAL, "%s: %u, not %u", a->question->target, response.status,
                           a->question->status);
    qiao_buffer_done(&response.body);
    return status;
}

static void
every_failed_allocation_is_answered_with_503(void **state)
{
    qiao_test_folder folder;
    qiao_engine_options options = {0};
    qiao_engine *engine = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    asked a;

    (void)state;
    qiao_test_folder_init(&folder);
    assert_int_equal(setenv("QIAO_SHARE", QIAO_BUILD_DIR "/share/qiao", 1), 0);
    options.data_dir = folder.path;
    assert_ok(qiao_engine_open(&options, &engine, &err), &err);
    atomic_store(&engine->generation, 7);
    assert_ok(qiaoi_service_init(&a.service, engine, QIAO_LANGUAGE_EN, 1048576, &err), &err);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        a.question = &questions[i];
        assert_true(qiao_test_fail_allocations(NULL, answer, &a) >= 3);
    }
    qiao_engine_close(engine); /* ends the program where a session is left */
    qiao_test_folder_done(&folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failed_allocation_is_answered_with_503),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
