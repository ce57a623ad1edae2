/*
 * The routes of the desk, of searches and of reports, over the real engine, under a lack of memory: whichever
 * allocation fails, the answer is whole and is the right one or 503 or 507, the next request is answered as if nothing
 * had been, the desk stays sound, and nothing leaks.
 */
#include "api_service.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define PAIR "t:need-robot/t:robot-surgery"

static const api_question reads[] = {
    {"GET", "/v1/search?q=battery&facets=country,field", NULL, NULL, 200},
    {"GET", "/v1/search?q=%22solid%20state%22%20NOT%20sulfi*&sort=newest", NULL, NULL, 200},
    {"GET", "/v1/search?q=batery", NULL, NULL, 200},
    {"GET", "/v1/suggest?q=bat", NULL, NULL, 200},
    {"GET", "/v1/projects/t:battery-en", NULL, NULL, 200},
    {"GET", "/v1/projects/t:battery-en/similar", NULL, NULL, 200},
    {"GET", "/v1/projects/t:battery-en/matches", NULL, NULL, 200},
    {"GET", "/v1/needs/t:need-robot/matches", NULL, NULL, 200},
    {"GET", "/v1/needs/t:need-robot/excluded", NULL, NULL, 200},
    {"GET", "/v1/pairs/" PAIR, NULL, NULL, 200},
    {"POST", "/v1/match", "{\"text\":\"surgical robot\",\"limit\":3}", NULL, 200},
    {"GET", "/v1/needs?limit=2", NULL, NULL, 200},
    {"GET", "/v1/projects", NULL, NULL, 200},
    {"GET", "/v1/needs/t:need-robot/feedback", NULL, NULL, 200},
    {"GET", "/v1/cases", NULL, NULL, 200},
    {"GET", "/v1/cases?status=suggested", NULL, NULL, 200},
    {"GET", "/v1/exports/search?q=battery&format=csv", NULL, NULL, 200},
    {"GET", "/v1/exports/needs/t:need-robot/matches?format=csv", NULL, NULL, 200},
    {"GET", "/v1/exports/cases?format=csv", NULL, NULL, 200},
    {"GET", "/v1/cases/" PAIR, NULL, NULL, 200},
    {"GET", "/v1/cases/" PAIR "/history", NULL, NULL, 200},
    {"GET", "/v1/searches", NULL, NULL, 200},
    {"GET", "/v1/shortlists", NULL, NULL, 200},
    {"GET", "/v1/keys", NULL, NULL, 200},
    {"GET", "/v1/audit?limit=5", NULL, NULL, 200},
    {"GET", "/v1/generations", NULL, NULL, 200},
    {"GET", "/v1/profiles", NULL, NULL, 200},
    {"GET", "/v1/reasons", NULL, NULL, 200},
    {"GET", "/v1/reports/nightly", NULL, NULL, 200},
    {"GET", "/v1/zero-hits", NULL, NULL, 200},
};

static const api_question reports[] = {
    {"GET", "/v1/reports/gaps?rows=park", NULL, NULL, 200},
    {"GET", "/v1/reports/scouting", NULL, NULL, 200},
    {"GET", "/v1/reports/monitoring?by=country", NULL, NULL, 200},
    {"GET", "/v1/queue", NULL, NULL, 200},
};

static const api_question writes[] = {
    {"PUT", "/v1/cases/" PAIR, "{\"status\":\"suggested\",\"note\":\"n\"}", NULL, 200},
    {"PUT", "/v1/pairs/" PAIR "/feedback", "{\"verdict\":\"reject\",\"reason\":\"price\"}", NULL, 200},
    {"POST", "/v1/needs", "{\"need\":{\"title\":{\"zh\":\"固态电池\"},\"fields\":[\"energy\"]}}", NULL, 201},
    {"POST", "/v1/projects", "{\"project\":{\"title\":{\"en\":\"Dry line\"},\"country\":\"DE\"}}", NULL, 201},
    {"POST", "/v1/shortlists", "{\"name\":\"a\",\"items\":[{\"need\":\"t:need-robot\",\"note\":\"n\"}]}", NULL, 201},
    {"POST", "/v1/keys", "{\"role\":\"enterprise\",\"organisation\":\"甲\",\"label\":\"x\"}", NULL, 201},
};

typedef struct allocation_fault {
    size_t seen, fail_at;
} allocation_fault;

static bool
count_allocation(size_t size, void *context)
{
    allocation_fault *fault = context;

    (void)size;
    return ++fault->seen != fault->fail_at;
}

/* The log of the service is no part of what is tested; messages of the test are. */
static unsigned
ask_quietly(api_service *s, const api_question *question, qiaoi_http_response *response)
{
    int shown = dup(STDERR_FILENO), quiet = open("/dev/null", O_WRONLY);
    unsigned status;

    assert_true(shown >= 0 && quiet >= 0 && dup2(quiet, STDERR_FILENO) >= 0);
    status = api_service_ask(s, question, s->staff, response);
    assert_true(dup2(shown, STDERR_FILENO) >= 0);
    close(shown);
    close(quiet);
    return status;
}

static bool
is_whole(const qiaoi_http_response *response)
{
    const char *text = response->fixed != NULL ? response->fixed : response->body.data;
    size_t length = response->fixed != NULL ? response->fixed_length : response->body.length;

    if (response->status == 200 && strncmp(response->content_type, "text/csv", 8) == 0)
        return length > 2 && text[length - 1] == '\n';
    return length > 2 && text[0] == '{' && memcmp(text + length - 2, "}\n", 2) == 0;
}

/* A body that is a file, as one that is not. */
static void
read_file(qiaoi_http_response *response)
{
    char bytes[4096];
    ssize_t n;

    if (response->file == 0)
        return;
    for (off_t at = 0; (n = pread(response->file - 1, bytes, sizeof bytes, at)) > 0; at += n)
        qiao_buffer_append(&response->body, bytes, (size_t)n);
    assert_true(response->body.length == response->file_length);
    qiaoi_http_drop_file(response);
}

static bool
is_read(const api_question *question)
{
    return strcmp(question->method, "GET") == 0;
}

/* right: of a read, what it answers when nothing fails; filled by the first call. Did an allocation fail? */
static bool
ask_once(api_service *s, const api_question *question, allocation_fault *fault, qiao_buffer *right)
{
    qiaoi_http_response response;
    unsigned status;

    if (fault != NULL) {
        fault->seen = 0;
        qiao_memory_set_hook(count_allocation, fault);
    }
    status = ask_quietly(s, question, &response);
    qiao_memory_set_hook(NULL, NULL);
    read_file(&response);
    if (!is_whole(&response))
        fail_msg("the answer to %s is not whole", question->target);
    if (status != question->status &&
        (fault == NULL || fault->seen < fault->fail_at || (status != 503 && status != 507)))
        fail_msg("%s %s, allocation %zu: %u, not %u: %.300s", question->method, question->target,
                 fault != NULL ? fault->fail_at : 0, status, question->status,
                 response.fixed != NULL ? response.fixed : response.body.data);
    if (status == 200 && is_read(question) && response.fixed == NULL) {
        if (right->length == 0)
            qiao_buffer_append(right, response.body.data, response.body.length);
        else if (response.body.length != right->length || memcmp(response.body.data, right->data, right->length) != 0)
            fail_msg("%s, allocation %zu: %.600s\nnot %.600s", question->target, fault != NULL ? fault->fail_at : 0,
                     response.body.data, right->data);
    }
    qiao_buffer_done(&response.body);
    return fault != NULL && fault->seen >= fault->fail_at;
}

static void
starve(api_service *s, const api_question *questions, size_t count)
{
    cJSON_Hooks hooks = {qiao_alloc, qiao_free};

    cJSON_InitHooks(&hooks);
    for (size_t i = 0; i < count; i++) {
        allocation_fault fault = {0, 1};
        qiao_buffer right = {0};

        ask_once(s, &questions[i], NULL, &right); /* what is made once for a generation is made */
        while (ask_once(s, &questions[i], &fault, &right))
            if (fault.fail_at++ % 8 == 0)
                ask_once(s, &questions[i], NULL, &right);
        qiao_buffer_done(&right);
        assert_true(fault.fail_at > 3);
    }
    cJSON_InitHooks(NULL);
}

static void
check_desk(api_service *s)
{
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t lines;

    assert_ok(qiao_desk_verify(s->desk, &lines, &err), &err);
    assert_true(lines > sizeof writes / sizeof writes[0]);
}

/* What is counted over a generation is made by a thread, which is not to be starved here. */
static void
await_reports(api_service *s)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
        for (int turn = 0;; turn++) {
            qiaoi_http_response response;
            unsigned status = ask_quietly(s, &reports[i], &response);

            qiao_buffer_done(&response.body);
            if (status == 200)
                break;
            assert_true(status == 503 && turn < 3000);
            nanosleep(&pause, NULL);
        }
}

static int
open_service(void **state)
{
    static api_service service;

    api_service_open(&service);
    *state = &service;
    return 0;
}

static int
close_service(void **state)
{
    api_service_close(*state);
    return 0;
}

static void
a_write_is_done_whole_or_refused_whichever_allocation_fails(void **state)
{
    starve(*state, writes, sizeof writes / sizeof writes[0]);
    check_desk(*state);
}

static void
a_read_is_right_or_refused_whichever_allocation_fails(void **state)
{
    starve(*state, reads, sizeof reads / sizeof reads[0]);
    check_desk(*state);
}

static void
a_report_is_right_or_refused_whichever_allocation_fails(void **state)
{
    await_reports(*state);
    starve(*state, reports, sizeof reports / sizeof reports[0]);
    check_desk(*state);
}

static bool
refuse_all_but_one(size_t size, void *context)
{
    atomic_uint *seen = context;

    (void)size;
    return atomic_fetch_add(seen, 1) == 0;
}

/* A generation is served for a day; what could not be counted when it came must not be missing until the next. */
static void
a_report_that_memory_was_short_for_is_made_when_it_is_asked_for(void **state)
{
    const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};
    api_service *s = *state;
    qiaoi_reports *before = s->reports;
    qiao_error err = QIAO_ERROR_INIT;
    atomic_uint seen = 0;

    qiao_memory_set_hook(refuse_all_but_one, &seen);
    assert_ok(qiaoi_reports_start(s->engine, s->folder.path, &s->reports, &err), &err);
    nanosleep(&pause, NULL);
    qiao_memory_set_hook(NULL, NULL);
    s->service.reports = s->reports;
    await_reports(s);
    qiaoi_reports_stop(before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_that_memory_was_short_for_is_made_when_it_is_asked_for),
        cmocka_unit_test(a_write_is_done_whole_or_refused_whichever_allocation_fails),
        cmocka_unit_test(a_read_is_right_or_refused_whichever_allocation_fails),
        cmocka_unit_test(a_report_is_right_or_refused_whichever_allocation_fails),
    };

    return cmocka_run_group_tests(tests, open_service, close_service);
}
