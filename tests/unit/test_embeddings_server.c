/*
 * The embedding client and the HTTP client against tests/api/embeddings_server.mjs, which misbehaves on demand. Pauses are not waited for: the client's
 * clock is the test's. Skipped where node is not installed.
 */
#include "embeddings.h"
#include "http_client.h"
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEY "sk-test-secret"
#define DIMENSION 64u
#define TEXTS 10u

/* ---- the server ---- */

typedef struct server {
    pid_t pid;
    int stop;      /* its standard input: it ends when this is closed */
    unsigned port; /* 0 = not running */
} server;

static server plain, secure;
static char cert_folder[] = "/tmp/qiao-cert-XXXXXX";
static char cert[64], cert_key[64];

static void
become_server(int in, int out, bool tls)
{
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(126);
    if (tls)
        execlp("node", "node", QIAO_SOURCE_DIR "/tests/api/embeddings_server.mjs", "--key", KEY, "--tls", cert, cert_key, (char *)NULL);
    else
        execlp("node", "node", QIAO_SOURCE_DIR "/tests/api/embeddings_server.mjs", "--key", KEY, (char *)NULL);
    _exit(127);
}

static server
start_server(bool tls)
{
    int in[2], out[2];
    server s = {0};
    char line[64] = "";
    size_t n = 0;

    if (pipe(in) != 0 || pipe(out) != 0)
        return s;
    s.pid = fork();
    if (s.pid == 0) {
        close(in[1]);
        close(out[0]);
        become_server(in[0], out[1], tls);
    }
    close(in[0]);
    close(out[1]);
    s.stop = in[1];
    while (n + 1 < sizeof line && read(out[0], line + n, 1) == 1 && line[n] != '\n')
        n++;
    close(out[0]);
    if (sscanf(line, "{\"port\":%u}", &s.port) != 1)
        s.port = 0;
    return s;
}

static void
stop_server(server *s)
{
    if (s->pid <= 0)
        return;
    close(s->stop);
    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
    s->port = 0;
}

static bool
make_certificate(void)
{
    char command[512];

    if (mkdtemp(cert_folder) == NULL)
        return false;
    snprintf(cert, sizeof cert, "%s/cert.pem", cert_folder);
    snprintf(cert_key, sizeof cert_key, "%s/key.pem", cert_folder);
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s 2>/dev/null",
             cert_key, cert);
    return system(command) == 0;
}

static int
start_servers(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    plain = start_server(false);
    if (plain.port != 0 && make_certificate())
        secure = start_server(true);
    return 0;
}

static int
stop_servers(void **state)
{
    (void)state;
    stop_server(&plain);
    stop_server(&secure);
    unlink(cert);
    unlink(cert_key);
    rmdir(cert_folder);
    return 0;
}

#define NEED_SERVER()                                                                                                                                      \
    do {                                                                                                                                                   \
        if (plain.port == 0)                                                                                                                               \
            skip();                                                                                                                                        \
    } while (0)

/* ---- talking to it ---- */

typedef struct fixture {
    qiao_test_folder folder;
    qiao_http_client *http;
    qiao_http_response response;
    uint64_t slept_ms, longest_ms, now_ms;
    qiaoi_embeddings *embeddings;
    char names[TEXTS][64];
    qiao_embed_text texts[TEXTS];
    qiao_embed_state states[TEXTS];
    float vectors[TEXTS * DIMENSION];
} fixture;

static uint64_t
fake_now(void *context)
{
    return ((fixture *)context)->now_ms;
}

static void
fake_sleep(uint64_t ms, void *context)
{
    fixture *f = context;

    f->slept_ms += ms;
    f->now_ms += ms;
    f->longest_ms = ms > f->longest_ms ? ms : f->longest_ms;
}

static int
set_up(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    memset(&f, 0, sizeof f);
    assert_ok(qiao_http_start(&err), &err);
    qiao_test_folder_init(&f.folder);
    assert_ok(qiao_http_client_new(&f.http, &err), &err);
    for (size_t i = 0; i < TEXTS; i++) {
        int n = snprintf(f.names[i], sizeof f.names[i], "text %c about \"solid\" \xe7\x94\xb5\xe6\xb1\xa0\n%zu", (char)('a' + i), i);

        f.texts[i] = (qiao_embed_text){i % 2 == 0 ? QIAO_PROJECT : QIAO_NEED, f.names[i], (size_t)n};
    }
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;

    qiaoi_embeddings_close(f->embeddings);
    qiao_http_client_free(f->http);
    qiao_http_response_done(&f->response);
    qiao_test_folder_done(&f->folder);
    return 0;
}

/* What the server does from now on; counts begin anew. */
static void
control(fixture *f, const char *json)
{
    char url[64];
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(url, sizeof url, "http://127.0.0.1:%u/control", plain.port);
    assert_ok(qiao_http_send(f->http, &(qiao_http_request){.url = url, .body = json, .body_length = strlen(json), .allow_private = true}, &f->response, &err),
              &err);
    assert_int_equal(f->response.status, 200);
}

/* What the server saw, as JSON. */
static const char *
seen(fixture *f)
{
    char url[64];
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(url, sizeof url, "http://127.0.0.1:%u/control", plain.port);
    assert_ok(qiao_http_send(f->http, &(qiao_http_request){.url = url, .allow_private = true}, &f->response, &err), &err);
    return f->response.body.data;
}

static void
open_with(fixture *f, const char *more)
{
    const char *path = qiao_test_path(&f->folder, "embeddings.json");
    const qiaoi_embeddings_clock clock = {fake_now, fake_sleep, f};
    char json[512];
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_write_text(qiao_test_path(&f->folder, "key"), KEY "\n");
    snprintf(json, sizeof json,
             "{\"url\":\"http://127.0.0.1:%u/v1/embeddings\",\"model\":\"test-model\",\"dimension\":%u,\"key_file\":\"key\",\"allow_private\":true%s%s}",
             plain.port, DIMENSION, *more != '\0' ? "," : "", more);
    qiao_test_write_text(path, json);
    qiaoi_embeddings_close(f->embeddings);
    f->embeddings = NULL;
    f->slept_ms = f->longest_ms = 0;
    assert_ok(qiaoi_embeddings_open(path, &clock, &f->embeddings, &err), &err);
    assert_int_equal(qiaoi_embeddings_embedder(f->embeddings)->fault->status, QIAO_OK);
}

static qiao_status
embed(fixture *f, qiao_error *err)
{
    const qiao_embedder *e = qiaoi_embeddings_embedder(f->embeddings);

    memset(f->states, 0x33, sizeof f->states);
    return e->embed(f->texts, TEXTS, f->vectors, f->states, e->context, err);
}

/* "ddddddddrf": done, refused, failed. */
static void
assert_states(const fixture *f, const char *expected)
{
    char found[TEXTS + 1] = "";

    for (size_t i = 0; i < TEXTS; i++)
        found[i] = f->states[i] <= QIAO_EMBED_REFUSED ? "fdr"[f->states[i]] : '?';
    assert_string_equal(found, expected);
}

/* ---- what goes well ---- */

static void
texts_become_vectors_in_batches(void **state)
{
    fixture *f = *state;
    float first[TEXTS * DIMENSION];
    qiao_error err = QIAO_ERROR_INIT;
    const char *report;

    NEED_SERVER();
    control(f, "{\"mode\":\"ok\"}");
    open_with(f, "\"batch\":4,\"need_prefix\":\"query: \",\"project_prefix\":\"passage: \"");
    assert_ok(embed(f, &err), &err);
    assert_states(f, "dddddddddd");
    assert_int_equal(err.status, QIAO_OK);
    assert_int_equal(qiaoi_embeddings_requests(f->embeddings), 3);
    report = seen(f);
    assert_non_null(strstr(report, "\"batches\":[4,4,2]"));
    assert_non_null(strstr(report, "\"authorization\":\"Bearer " KEY "\""));
    assert_non_null(strstr(report, "\"model\":\"test-model\""));
    assert_non_null(strstr(report, "\"passage: text a about \\\"solid\\\" \xe7\x94\xb5\xe6\xb1\xa0\\n0\""));
    assert_non_null(strstr(report, "\"query: text b"));
    memcpy(first, f->vectors, sizeof first);
    assert_memory_not_equal(first, first + DIMENSION, DIMENSION * sizeof *first);
    control(f, "{\"mode\":\"shuffle\"}");
    assert_ok(embed(f, &err), &err);
    assert_memory_equal(f->vectors, first, sizeof first);
    control(f, "{\"mode\":\"noindex\"}");
    assert_ok(embed(f, &err), &err);
    assert_memory_equal(f->vectors, first, sizeof first);
    assert_int_equal(f->slept_ms, 0);
}

/* ---- what passes ---- */

static void
a_fault_that_passes_costs_one_more_request(void **state)
{
    static const struct {
        const char *control;
        uint64_t slept_ms;
    } cases[] = {{"{\"mode\":\"reset\",\"times\":1}", 500},
                 {"{\"mode\":\"half\",\"times\":1}", 500},
                 {"{\"mode\":\"halfjson\",\"times\":1}", 500},
                 {"{\"mode\":\"html\",\"times\":1}", 500},
                 {"{\"mode\":\"empty\",\"times\":1}", 500},
                 {"{\"mode\":\"garbage\",\"times\":1}", 500},
                 {"{\"mode\":\"nan\",\"times\":1}", 500},
                 {"{\"mode\":\"zero\",\"times\":1}", 500},
                 {"{\"mode\":\"fewer\",\"times\":1}", 500},
                 {"{\"mode\":\"more\",\"times\":1}", 500},
                 {"{\"mode\":\"twice\",\"times\":1}", 500},
                 {"{\"mode\":\"status\",\"status\":500,\"times\":1}", 500},
                 {"{\"mode\":\"status\",\"status\":502,\"times\":1}", 500},
                 {"{\"mode\":\"status\",\"status\":408,\"times\":1}", 500},
                 {"{\"mode\":\"status\",\"status\":503,\"times\":1,\"retryAfter\":\"3\"}", 3000},
                 {"{\"mode\":\"status\",\"status\":429,\"times\":1,\"retryAfter\":\"7\"}", 7000},
                 {"{\"mode\":\"status\",\"status\":429,\"times\":1,\"retryAfter\":\"0\"}", 0},
                 {"{\"mode\":\"status\",\"status\":429,\"times\":1,\"retryAfter\":\"Thu, 01 Jan 2015 00:00:00 GMT\"}", 0},
                 {"{\"mode\":\"status\",\"status\":429,\"times\":1,\"retryAfter\":\"in a while\"}", 500},
                 {"{\"mode\":\"status\",\"status\":429,\"times\":1}", 500}};
    fixture *f = *state;

    NEED_SERVER();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status st;

        control(f, cases[i].control);
        open_with(f, "");
        st = embed(f, &err);
        if (st != QIAO_OK || err.status != QIAO_OK || qiaoi_embeddings_requests(f->embeddings) != 2 || f->slept_ms != cases[i].slept_ms)
            fail_msg("%s: %s after %llu requests and %llu ms: %s", cases[i].control, qiao_status_token(st),
                     (unsigned long long)qiaoi_embeddings_requests(f->embeddings), (unsigned long long)f->slept_ms, err.message);
        assert_states(f, "dddddddddd");
    }
}

static void
a_retry_after_date_is_waited_for(void **state)
{
    fixture *f = *state;
    time_t then = time(NULL) + 60;
    struct tm parts;
    char date[64], json[160];
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    assert_non_null(gmtime_r(&then, &parts));
    assert_true(strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0);
    snprintf(json, sizeof json, "{\"mode\":\"status\",\"status\":429,\"times\":1,\"retryAfter\":\"%s\"}", date);
    control(f, json);
    open_with(f, "");
    assert_ok(embed(f, &err), &err);
    assert_states(f, "dddddddddd");
    assert_in_range(f->slept_ms, 50000, 60000);
}

static void
pauses_grow_and_end(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    control(f, "{\"mode\":\"status\",\"status\":503}");
    open_with(f, "\"retries\":9");
    assert_ok(embed(f, &err), &err); /* one batch without an answer is not yet the end */
    assert_states(f, "ffffffffff");
    assert_int_equal(qiaoi_embeddings_requests(f->embeddings), 10);
    assert_int_equal(f->slept_ms, 500 + 1000 + 2000 + 4000 + 8000 + 16000 + 3 * 30000);
    assert_int_equal(f->longest_ms, 30000);
    assert_non_null(strstr(err.message, "status 503")); /* and why is said all the same */
}

/* ---- what ends the work ---- */

typedef struct ending {
    const char *control, *config;
    qiao_status status;
    const char *message;
    uint64_t requests;
} ending;

static void
a_lasting_fault_ends_the_work_and_says_why(void **state)
{
    static const ending cases[] = {
        {"{\"mode\":\"dimension\",\"dimension\":128}", "", QIAO_E_REFUSED, "128 numbers a vector, embeddings.json says 64", 1},
        {"{\"mode\":\"dimension\",\"dimension\":63}", "", QIAO_E_REFUSED, "63 numbers", 1},
        {"{\"mode\":\"status\",\"status\":401,\"code\":\"invalid_api_key\"}", "", QIAO_E_IO, "status 401 (invalid_api_key)", 1},
        {"{\"mode\":\"status\",\"status\":402,\"code\":\"insufficient_quota\"}", "", QIAO_E_IO, "(insufficient_quota)", 1},
        {"{\"mode\":\"status\",\"status\":404,\"code\":\"" KEY "\"}", "", QIAO_E_IO, "status 404", 1},
        {"{\"mode\":\"status\",\"status\":307}", "", QIAO_E_IO, "status 307", 1},
        {"{\"mode\":\"status\",\"status\":429,\"retryAfter\":\"121\"}", "", QIAO_E_LIMIT, "pause of 121 s, more than the 120 s", 1},
        {"{\"mode\":\"status\",\"status\":429,\"retryAfter\":\"121\"}", "\"retries\":0", QIAO_E_LIMIT, "pause of 121 s", 1},
        {"{\"mode\":\"status\",\"status\":429,\"retryAfter\":\"6\"}", "\"retry_after_seconds\":5", QIAO_E_LIMIT, "pause of 6 s", 1},
        {"{\"mode\":\"status\",\"status\":429,\"retryAfter\":\"9999999999999\"}", "\"retry_after_seconds\":86400", QIAO_E_LIMIT, "pause", 1},
        {"{\"mode\":\"status\",\"status\":503,\"retryAfter\":\"60\"}", "\"budget_seconds\":150", QIAO_E_LIMIT, "150 s for embedding are used up", 3},
        {"{\"mode\":\"reset\"}", "\"batch\":2,\"retries\":1", QIAO_E_IO, "connection broke", 4},
        {"{\"mode\":\"half\"}", "\"batch\":2,\"retries\":0", QIAO_E_IO, "connection broke", 2},
        {"{\"mode\":\"hang\"}", "\"batch\":5,\"retries\":0,\"timeout_seconds\":1", QIAO_E_IO, "no complete answer in time", 2},
        {"{\"mode\":\"slow\",\"delay\":1500}", "\"batch\":5,\"retries\":0,\"timeout_seconds\":1", QIAO_E_IO, "no complete answer in time", 2},
        {"{\"mode\":\"large\"}", "", QIAO_E_LIMIT, "larger than allowed", 1},
        {"{\"mode\":\"status\",\"status\":400,\"code\":\"bad_model\"}", "", QIAO_E_IO, "status 400 (bad_model)", 7},
        {"{\"mode\":\"html\"}", "\"retries\":0", QIAO_E_INPUT, "no JSON", 7},
        {"{\"mode\":\"halfjson\"}", "", QIAO_E_INPUT, "no JSON", 14},
        {"{\"mode\":\"zero\"}", "\"retries\":0", QIAO_E_INPUT, "empty, zero or no numbers", 7},
    };
    fixture *f = *state;

    NEED_SERVER();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ending *c = &cases[i];
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status st;

        control(f, c->control);
        open_with(f, c->config);
        st = embed(f, &err);
        if (st != c->status || err.status != st || strstr(err.message, c->message) == NULL || qiaoi_embeddings_requests(f->embeddings) != c->requests)
            fail_msg("%s: %s after %llu requests: %s", c->control, qiao_status_token(st), (unsigned long long)qiaoi_embeddings_requests(f->embeddings),
                     err.message);
        if (strstr(err.message, KEY) != NULL || strstr(err.hint, KEY) != NULL || strcmp(err.message, err.message_zh) == 0)
            fail_msg("%s: %s / %s", c->control, err.message, err.message_zh);
        assert_states(f, "ffffffffff");
    }
}

static void
what_was_had_before_the_end_is_kept(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    control(f, "{\"mode\":\"status\",\"status\":403,\"match\":\"text g\"}");
    open_with(f, "\"batch\":3");
    assert_status(embed(f, &err), QIAO_E_IO, &err);
    assert_states(f, "ddddddffff");
    assert_int_equal(qiaoi_embeddings_requests(f->embeddings), 3);
}

static void
a_wrong_key_is_told_without_showing_it(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    control(f, "{\"mode\":\"ok\"}");
    open_with(f, "");
    qiao_test_write_text(qiao_test_path(&f->folder, "key"), "another-secret");
    qiaoi_embeddings_close(f->embeddings);
    f->embeddings = NULL;
    assert_ok(qiaoi_embeddings_open(qiao_test_path(&f->folder, "embeddings.json"), NULL, &f->embeddings, &err), &err);
    assert_status(embed(f, &err), QIAO_E_IO, &err);
    assert_non_null(strstr(err.message, "status 401"));
    assert_null(strstr(err.message, "another"));
    assert_non_null(strstr(err.hint, "key_file"));
}

/* ---- one text among others ---- */

static void
one_text_that_is_not_taken_does_not_cost_the_others(void **state)
{
    static const struct {
        const char *control, *states;
    } cases[] = {{"{\"mode\":\"status\",\"status\":400,\"match\":\"text d\"}", "dddrdddddd"},
                 {"{\"mode\":\"status\",\"status\":413,\"match\":\"text j\"}", "dddddddddr"},
                 {"{\"mode\":\"status\",\"status\":422,\"match\":\"text h\"}", "dddddddrdd"},
                 {"{\"mode\":\"nan\",\"match\":\"text d\"}", "dddfdddddd"},      /* the service's fault: asked for again */
                 {"{\"mode\":\"halfjson\",\"match\":\"text d\"}", "dddfdddddd"},
                 {"{\"mode\":\"null\"}", "rddddddddd"},
                 {"{\"mode\":\"huge\"}", "rddddddddd"}};
    fixture *f = *state;

    NEED_SERVER();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;

        control(f, "{\"mode\":\"ok\"}");
        open_with(f, "");
        assert_ok(embed(f, &err), &err); /* it takes texts: a refusal is believed */
        control(f, cases[i].control);
        assert_ok(embed(f, &err), &err);
        assert_states(f, cases[i].states);
    }
}

static void
a_first_refusal_is_not_held_against_the_text(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    control(f, "{\"mode\":\"status\",\"status\":400,\"match\":\"text a\"}");
    open_with(f, "");
    assert_ok(embed(f, &err), &err);
    assert_states(f, "fddddddddd");
}

static void
a_service_that_begins_to_refuse_everything_marks_no_text(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    control(f, "{\"mode\":\"ok\"}");
    open_with(f, "\"batch\":1");
    assert_ok(embed(f, &err), &err);
    control(f, "{\"mode\":\"status\",\"status\":400}");
    assert_status(embed(f, &err), QIAO_E_IO, &err);
    assert_states(f, "ffffffffff");
    assert_int_equal(qiaoi_embeddings_requests(f->embeddings), TEXTS + 8);
}

/* ---- memory ---- */

static qiao_status
embed_all(void *context, qiao_error *err)
{
    return embed(context, err);
}

static qiao_status
reopen(void *context, qiao_error *err)
{
    (void)err;
    open_with(context, "\"batch\":5");
    return QIAO_OK;
}

static void
a_failing_allocation_is_answered(void **state)
{
    fixture *f = *state;

    NEED_SERVER();
    control(f, "{\"mode\":\"ok\"}");
    assert_true(qiao_test_fail_allocations(reopen, embed_all, f) >= 4);
}

static size_t failing_at, failing_seen;

static bool
fail_one(size_t size, void *context)
{
    (void)size;
    (void)context;
    return ++failing_seen != failing_at;
}

static void
opening_without_memory_gives_no_client(void **state)
{
    fixture *f = *state;

    NEED_SERVER();
    open_with(f, "");
    for (failing_at = 1;; failing_at++) {
        qiaoi_embeddings *e;
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status st;

        failing_seen = 0;
        qiao_memory_set_hook(fail_one, NULL);
        st = qiaoi_embeddings_open(qiao_test_path(&f->folder, "embeddings.json"), NULL, &e, &err);
        qiao_memory_set_hook(NULL, NULL);
        if (failing_seen < failing_at) {
            assert_ok(st, &err);
            qiaoi_embeddings_close(e);
            break;
        }
        assert_status(st, QIAO_E_NOMEM, &err);
        assert_null(e);
    }
    assert_true(failing_at > 10);
}

/* ---- the HTTP client by itself ---- */

static qiao_status
get(fixture *f, unsigned port, const char *scheme, const char *path, qiao_http_request request, qiao_error *err)
{
    char url[256];

    snprintf(url, sizeof url, "%s://127.0.0.1:%u%s", scheme, port, path);
    request.url = url;
    request.allow_private = true;
    return qiao_http_send(f->http, &request, &f->response, err);
}

static void
redirects_are_followed_as_far_as_asked(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    assert_ok(get(f, plain.port, "http", "/hop/3", (qiao_http_request){.redirects = 3}, &err), &err);
    assert_int_equal(f->response.status, 200);
    assert_non_null(strstr(f->response.url, "/hop/0"));
    assert_status(get(f, plain.port, "http", "/hop/3", (qiao_http_request){.redirects = 2}, &err), QIAO_E_REFUSED, &err);
    assert_int_equal(f->response.failure, QIAO_HTTP_BLOCKED);
    assert_ok(get(f, plain.port, "http", "/hop/3", (qiao_http_request){0}, &err), &err);
    assert_int_equal(f->response.status, 307);
    assert_string_equal(qiao_http_header(&f->response, "location"), "/hop/2");
    assert_ok(get(f, plain.port, "http", "/hop/3", (qiao_http_request){.redirects = 3, .body = "x", .body_length = 1}, &err), &err);
    assert_int_equal(f->response.status, 307); /* a body is not sent on */
    assert_status(get(f, plain.port, "http", "/hop/loop", (qiao_http_request){.redirects = 1000}, &err), QIAO_E_REFUSED, &err);
    assert_non_null(strstr(err.message, "too often"));
    assert_status(get(f, plain.port, "http", "/hop/nowhere", (qiao_http_request){.redirects = 1}, &err), QIAO_E_REFUSED, &err);
    assert_status(get(f, plain.port, "http", "/hop/to?file:///etc/passwd", (qiao_http_request){.redirects = 1}, &err), QIAO_E_REFUSED, &err);
    assert_status(get(f, plain.port, "http", "/hop/to?http://u:p@127.0.0.1/", (qiao_http_request){.redirects = 1}, &err), QIAO_E_REFUSED, &err);
    assert_null(strstr(err.message, "u:p"));
}

static void
headers_stay_with_the_origin_they_were_meant_for(void **state)
{
    static const char *const headers[] = {"Authorization: Bearer " KEY, "X-Key: other-secret"};
    const qiao_http_request request = {.redirects = 2, .headers = headers, .header_count = 2};
    fixture *f = *state;
    char path[128];
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    snprintf(path, sizeof path, "/hop/to?http://127.0.0.1:%u/hop/0", plain.port);
    assert_ok(get(f, plain.port, "http", path, request, &err), &err);
    assert_non_null(strstr(f->response.body.data, "other-secret"));
    snprintf(path, sizeof path, "/hop/to?http://localhost:%u/hop/0", plain.port); /* another origin */
    assert_ok(get(f, plain.port, "http", path, request, &err), &err);
    assert_non_null(strstr(f->response.body.data, "\"headers\""));
    assert_null(strstr(f->response.body.data, "secret"));
    assert_non_null(strstr(f->response.body.data, "qiao/"));
}

static void
methods_and_bodies_arrive_as_given(void **state)
{
    static const char *const headers[] = {"Content-Type: text/plain"};
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    assert_ok(get(f, plain.port, "http", "/hop/0", (qiao_http_request){.method = "PUT", .body = "abc", .body_length = 3, .headers = headers, .header_count = 1},
                  &err),
              &err);
    assert_non_null(strstr(f->response.body.data, "\"method\":\"PUT\""));
    assert_non_null(strstr(f->response.body.data, "\"content-length\":\"3\""));
    assert_ok(get(f, plain.port, "http", "/hop/0", (qiao_http_request){.method = "DELETE"}, &err), &err);
    assert_non_null(strstr(f->response.body.data, "\"method\":\"DELETE\""));
    assert_ok(get(f, plain.port, "http", "/hop/0", (qiao_http_request){.method = "HEAD"}, &err), &err);
    assert_int_equal(f->response.body.length, 0);
    assert_string_equal(qiao_http_header(&f->response, "content-type"), "application/json");
    assert_null(qiao_http_header(&f->response, "content"));
}

static void
sizes_are_bounded(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    assert_ok(get(f, plain.port, "http", "/hop/length/1000", (qiao_http_request){.limit = 1000}, &err), &err);
    assert_int_equal(f->response.body.length, 1000);
    assert_status(get(f, plain.port, "http", "/hop/length/1001", (qiao_http_request){.limit = 1000}, &err), QIAO_E_LIMIT, &err);
    assert_int_equal(f->response.failure, QIAO_HTTP_TOO_LARGE);
    assert_ok(get(f, plain.port, "http", "/hop/length/1001", (qiao_http_request){.limit = 1000, .method = "HEAD"}, &err), &err);
    assert_ok(get(f, plain.port, "http", "/hop/headers/100", (qiao_http_request){0}, &err), &err);
    assert_int_equal(strlen(qiao_http_header(&f->response, "x-many-99")), 100);
    assert_status(get(f, plain.port, "http", "/hop/headers/2500", (qiao_http_request){0}, &err), QIAO_E_LIMIT, &err);
    assert_ok(get(f, plain.port, "http", "/hop/0", (qiao_http_request){0}, &err), &err); /* and the client goes on */
}

static void
a_stalled_answer_is_given_up(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    assert_status(get(f, plain.port, "http", "/hop/drip", (qiao_http_request){.stall_seconds = 1}, &err), QIAO_E_IO, &err);
    assert_int_equal(f->response.failure, QIAO_HTTP_TIMEOUT);
    assert_status(get(f, plain.port, "http", "/hop/drip", (qiao_http_request){.timeout_ms = 200}, &err), QIAO_E_IO, &err);
    assert_int_equal(f->response.failure, QIAO_HTTP_TIMEOUT);
}

static void
an_open_connection_does_not_lead_into_the_private_network(void **state)
{
    fixture *f = *state;
    char url[64];
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    assert_ok(get(f, plain.port, "http", "/hop/0", (qiao_http_request){0}, &err), &err);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/hop/0", plain.port);
    assert_status(qiao_http_send(f->http, &(qiao_http_request){.url = url}, &f->response, &err), QIAO_E_REFUSED, &err);
    assert_int_equal(f->response.failure, QIAO_HTTP_BLOCKED);
    assert_int_equal(f->response.status, 0);
    assert_non_null(strstr(err.hint, "allow_private"));
}

static void
retry_after_comes_with_the_answer(void **state)
{
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    NEED_SERVER();
    assert_ok(get(f, plain.port, "http", "/hop/retry?90", (qiao_http_request){0}, &err), &err);
    assert_int_equal(f->response.status, 503);
    assert_int_equal(f->response.retry_after, 90);
    assert_ok(get(f, plain.port, "http", "/hop/0", (qiao_http_request){0}, &err), &err);
    assert_int_equal(f->response.retry_after, -1);
}

static void
certificates_are_verified(void **state)
{
    fixture *f = *state;
    char path[96];
    qiao_error err = QIAO_ERROR_INIT;

    if (secure.port == 0)
        skip();
    assert_status(get(f, secure.port, "https", "/hop/0", (qiao_http_request){0}, &err), QIAO_E_IO, &err);
    assert_int_equal(f->response.failure, QIAO_HTTP_TLS);
    assert_non_null(strstr(err.message, "not trusted"));
    assert_ok(get(f, secure.port, "https", "/hop/0", (qiao_http_request){.ca_file = cert}, &err), &err);
    assert_int_equal(f->response.status, 200);
    assert_status(get(f, secure.port, "https", "/hop/0", (qiao_http_request){0}, &err), QIAO_E_IO, &err); /* trust does not outlive its request */
    assert_status(get(f, secure.port, "https", "/hop/0", (qiao_http_request){.ca_file = "/nowhere.pem"}, &err), QIAO_E_USAGE, &err);
    snprintf(path, sizeof path, "/hop/to?http://127.0.0.1:%u/hop/0", plain.port);
    assert_status(get(f, secure.port, "https", path, (qiao_http_request){.ca_file = cert, .redirects = 1}, &err), QIAO_E_REFUSED, &err);
    assert_status(get(f, plain.port, "https", "/hop/0", (qiao_http_request){0}, &err), QIAO_E_IO, &err); /* no TLS there */
    assert_int_equal(f->response.failure, QIAO_HTTP_TLS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_become_vectors_in_batches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fault_that_passes_costs_one_more_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_retry_after_date_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pauses_grow_and_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lasting_fault_ends_the_work_and_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_had_before_the_end_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_key_is_told_without_showing_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_text_that_is_not_taken_does_not_cost_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_first_refusal_is_not_held_against_the_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_service_that_begins_to_refuse_everything_marks_no_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_allocation_is_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opening_without_memory_gives_no_client, set_up, tear_down),
        cmocka_unit_test_setup_teardown(redirects_are_followed_as_far_as_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headers_stay_with_the_origin_they_were_meant_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(methods_and_bodies_arrive_as_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sizes_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stalled_answer_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_open_connection_does_not_lead_into_the_private_network, set_up, tear_down),
        cmocka_unit_test_setup_teardown(retry_after_comes_with_the_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(certificates_are_verified, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, start_servers, stop_servers);
}
