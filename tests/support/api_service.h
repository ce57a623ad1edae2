/*
 * The whole service without sockets, for tests that ask it on threads or under faults of their own: a catalogue of
 * tests/golden/search, a desk with a key of staff, and all that a request goes through. Included by such a test, which
 * links qiao_api_core; failures end the test.
 */
#ifndef QIAO_TEST_API_SERVICE_H
#define QIAO_TEST_API_SERVICE_H

#include "search_catalogue.h"
#include "support.h"

#include "admission.h"
#include "key_use.h"
#include "metrics.h"
#include "misses.h"
#include "reports.h"
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct api_service {
    qiao_test_folder folder;
    qiao_desk *desk;
    qiao_engine *engine;
    qiaoi_reports *reports;
    qiaoi_misses *misses;
    qiaoi_admission admission;
    qiaoi_metrics metrics;
    qiaoi_service service;
    char staff[QIAOI_KEY_TEXT_SIZE]; /* a key without limits of place */
} api_service;

typedef struct api_question {
    const char *method, *target, *body; /* body NULL: none */
    const char *if_match;               /* NULL = not sent */
    unsigned status;                    /* when nothing fails */
} api_question;

static void
api_service_key(api_service *s, qiaoi_key *key, char text[QIAOI_KEY_TEXT_SIZE])
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_key_create(s->desk, "test", key, text, &err), &err);
}

static void
api_service_open(api_service *s)
{
    qiaoi_key staff = {.role = QIAOI_ROLE_STAFF};
    qiao_engine_options options = {.share_dir = QIAO_BUILD_DIR "/share/qiao"};
    qiao_error err = QIAO_ERROR_INIT;

    memset(s, 0, sizeof *s);
    assert_int_equal(setenv("QIAO_SHARE", QIAO_BUILD_DIR "/share/qiao", 1), 0);
    qiao_test_lexicon();
    qiao_test_folder_init(&s->folder);
    qiao_test_catalogue(s->folder.path);
    assert_ok(qiao_desk_open(s->folder.path, true, &s->desk, &err), &err);
    options.data_dir = s->folder.path;
    options.desk = s->desk;
    assert_ok(qiao_engine_open(&options, &s->engine, &err), &err);
    assert_ok(qiaoi_service_init(&s->service, s->engine, QIAO_LANGUAGE_EN, 1048576, &err), &err);
    assert_ok(qiaoi_admission_init(&s->admission, s->service.seed, &err), &err);
    assert_ok(qiaoi_proxies_read(NULL, "x-forwarded-for", &s->admission.proxies, &err), &err);
    assert_ok(qiaoi_reports_start(s->engine, s->folder.path, &s->reports, &err), &err);
    s->service.access.desk = s->desk;
    s->service.reports = s->reports;
    s->service.data_dir = s->folder.path;
    s->service.admission = &s->admission;
    s->service.metrics = &s->metrics;
    s->service.key_uses = qiaoi_key_uses_open(s->folder.path);
    assert_non_null(s->service.key_uses);
    api_service_key(s, &staff, s->staff);
}

static void
api_service_close(api_service *s)
{
    qiaoi_reports_stop(s->reports);
    qiaoi_misses_stop(s->misses);
    qiaoi_key_uses_free(s->service.key_uses);
    qiaoi_admission_done(&s->admission);
    qiao_engine_close(s->engine);
    qiao_desk_close(s->desk);
    qiao_test_folder_done(&s->folder);
}

/* The status; the body is left in response, which is the caller's to free (qiao_buffer_done). */
static unsigned
api_service_ask(api_service *s, const api_question *question, const char *key, qiaoi_http_response *response)
{
    char authorization[16 + QIAOI_KEY_TEXT_SIZE];
    qiaoi_http_request request = {
        .method = question->method, .target = question->target, .body = "", .peer = "192.0.2.7"};

    memset(response, 0, sizeof *response);
    snprintf(authorization, sizeof authorization, "Bearer %s", key);
    request.headers[QIAOI_HEADER_AUTHORIZATION] = authorization;
    request.headers[QIAOI_HEADER_IF_MATCH] = question->if_match;
    if (question->body != NULL) {
        request.body = question->body;
        request.body_length = strlen(question->body);
        request.headers[QIAOI_HEADER_CONTENT_TYPE] = "application/json";
    }
    qiaoi_service_answer(&s->service, &request, response);
    return response->status;
}

#endif
