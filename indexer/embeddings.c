/*
 * Asks an embedding service for vectors, in batches, and deals with whatever it answers: see embeddings.h for what is tried again, what is halved and
 * what ends the work. A text is only called refused once the service has shown that it takes others; before that the fault is more likely ours.
 */
#include "embeddings.h"

#include "http_client.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAUSE_FIRST_MS 500u
#define PAUSE_MOST_MS 30000u
#define CONNECT_TIMEOUT_MS 10000u
#define SILENT_BATCHES_MOST 2   /* in a row, all retries used */
#define STRIKES_MOST 8          /* texts in a row that the service did not take ... */
#define STRIKES_FIRST 3         /* ... and before it took any */
#define UNREADABLE_TRIES 2      /* an answer that cannot be read is seldom better the next time */
#define BODY_SPARE ((size_t)256 << 10)
#define NUMBER_BYTES 32u

struct qiaoi_embeddings {
    qiaoi_embeddings_config *config;
    qiaoi_embeddings_clock clock;
    qiao_embedder embedder;
    qiao_error fault;
    qiao_http_client *http;
    qiao_http_response response;
    qiao_buffer body, text, authorization;
    uint64_t started_ms, requests;
    bool started, accepted;       /* the service took a text */
    unsigned silent;              /* batches in a row without an answer */
    unsigned strikes;
    qiao_embed_state *struck[STRIKES_MOST]; /* states of this call that strikes made refused */
    size_t struck_count;
};

typedef enum outcome {
    ANSWERED,
    NOT_TAKEN,  /* the request's content is refused, or its answer cannot be read: halve */
    SILENT,     /* no answer after all retries */
    ENDED       /* the work is over; err says why */
} outcome;

/* ---- time ---- */

static uint64_t
real_now(void *context)
{
    (void)context;
    return qiao_clock_monotonic_us() / 1000;
}

static void
real_sleep(uint64_t ms, void *context)
{
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

    (void)context;
    while (nanosleep(&left, &left) != 0)
        continue;
}

static uint64_t
left_ms(const qiaoi_embeddings *e)
{
    uint64_t used = e->clock.now_ms(e->clock.context) - e->started_ms, budget = (uint64_t)e->config->budget_seconds * 1000;

    return used < budget ? budget - used : 0;
}

static outcome
out_of_time(const qiaoi_embeddings *e, qiao_error *err)
{
    (void)qiao_fail(err, QIAO_E_LIMIT, "the %u s for embedding are used up; the next build goes on", (unsigned)e->config->budget_seconds);
    return ENDED;
}

/* ---- one request ---- */

static qiao_status
write_body(qiaoi_embeddings *e, const qiao_embed_text *texts, size_t count, qiao_error *err)
{
    qiao_buffer_clear(&e->body);
    qiao_buffer_text(&e->body, "{\"model\":");
    qiao_buffer_json_string(&e->body, e->config->model, strlen(e->config->model));
    qiao_buffer_text(&e->body, ",\"input\":[");
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_clear(&e->text);
        qiao_buffer_text(&e->text, e->config->prefix[texts[i].kind]);
        qiao_buffer_append(&e->text, texts[i].text, texts[i].length);
        if (e->text.failed)
            return qiao_fail_memory(err);
        if (i > 0)
            qiao_buffer_char(&e->body, ',');
        qiao_buffer_json_string(&e->body, e->text.data, e->text.length);
    }
    qiao_buffer_text(&e->body, "]}");
    return qiao_buffer_check(&e->body, err);
}

static qiao_status
send_request(qiaoi_embeddings *e, size_t count, qiao_error *err)
{
    const char *headers[3] = {"Content-Type: application/json", "Accept: application/json", e->authorization.data};
    uint64_t timeout = (uint64_t)e->config->timeout_seconds * 1000, left = left_ms(e);
    const qiao_http_request request = {.method = "POST",
                                       .url = e->config->url,
                                       .headers = headers,
                                       .header_count = e->config->key != NULL ? 3 : 2,
                                       .body = e->body.data,
                                       .body_length = e->body.length,
                                       .connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                       .timeout_ms = (uint32_t)(timeout < left ? timeout : left),
                                       .stall_seconds = e->config->timeout_seconds,
                                       .limit = count * QIAO_DENSE_DIMENSION_MAX * NUMBER_BYTES + BODY_SPARE,
                                       .compressed = true,
                                       .allow_private = e->config->allow_private,
                                       .ca_file = e->config->ca_file};

    e->requests++;
    return qiao_http_send(e->http, &request, &e->response, err);
}

/* "insufficient_quota": the service's own word for what is wrong, where it is a plain one. Its sentences may quote the key. */
static void
find_code(const qiao_buffer *body, char *out, size_t size)
{
    static const char name[] = "\"code\"";
    const char *at = body->length > 0 ? strstr(body->data, name) : NULL;
    size_t n;

    *out = '\0';
    if (at == NULL)
        return;
    at += sizeof name - 1;
    at += strspn(at, " :\"");
    n = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
    if (n > 0 && n + 4 < size && at[n] == '"')
        snprintf(out, size, " (%.*s)", (int)n, at);
}

static void
fail_status(const qiaoi_embeddings *e, qiao_status status, qiao_error *err)
{
    char code[48], display[256];

    find_code(&e->response.body, code, sizeof code);
    qiao_http_display(e->config->url, display, sizeof display);
    (void)qiao_fail(err, status, "the embedding service %s answered with status %d%s", display, e->response.status, code);
    if (e->response.status == 401 || e->response.status == 403)
        qiao_error_hint(err, "check key_file of embeddings.json");
    else if (e->response.status == 429 || e->response.status >= 500)
        qiao_error_hint(err, "the service is busy or down; the next build asks again");
    else
        qiao_error_hint(err, "check url and model of embeddings.json");
}

/* One usable vector at least: otherwise it is the service and not the texts. */
static outcome
need_one(size_t count, qiao_embed_state *states, qiao_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (states[i] == QIAO_EMBED_DONE)
            return ANSWERED;
    for (size_t i = 0; i < count; i++)
        states[i] = QIAO_EMBED_FAILED;
    (void)qiao_fail(err, QIAO_E_INPUT, "the embedding service answered with vectors that are empty, zero or no numbers");
    return NOT_TAKEN;
}

/* The answer of a request that was sent, read. SILENT: it may be tried again. */
static outcome
judge_answer(qiaoi_embeddings *e, size_t count, float *vectors, qiao_embed_state *states, qiao_error *err)
{
    int status = e->response.status;

    if (status == 200) {
        qiao_status st = qiaoi_embeddings_read_answer(e->response.body.data == NULL ? "" : e->response.body.data, e->response.body.length, count,
                                                      e->config->dimension, vectors, states, err);

        return st == QIAO_OK ? need_one(count, states, err) : st == QIAO_E_INPUT ? NOT_TAKEN : ENDED;
    }
    fail_status(e, QIAO_E_IO, err);
    if (status == 408 || status == 425 || status == 429 || status >= 500)
        return SILENT;
    return status == 400 || status == 413 || status == 422 ? NOT_TAKEN : ENDED;
}

static outcome
ask_once(qiaoi_embeddings *e, size_t count, float *vectors, qiao_embed_state *states, qiao_error *err)
{
    if (left_ms(e) == 0)
        return out_of_time(e, err);
    if (send_request(e, count, err) == QIAO_OK)
        return judge_answer(e, count, vectors, states, err);
    return e->response.failure == QIAO_HTTP_TIMEOUT || e->response.failure == QIAO_HTTP_CONNECTION ? SILENT : ENDED;
}

/* Seconds that the service asks us to wait; -1 = it does not say. */
static int64_t
asked_pause(const qiaoi_embeddings *e)
{
    return e->response.failure == QIAO_HTTP_ANSWERED ? e->response.retry_after : -1;
}

static bool
pause_is_too_long(const qiaoi_embeddings *e, qiao_error *err)
{
    if (asked_pause(e) <= (int64_t)e->config->retry_after_seconds)
        return false;
    (void)qiao_fail(err, QIAO_E_LIMIT, "the embedding service asks for a pause of %lld s, more than the %u s that are allowed",
                    (long long)asked_pause(e), (unsigned)e->config->retry_after_seconds);
    qiao_error_hint(err, "the service is busy or down; the next build asks again");
    return true;
}

/* Waits before the next try; ENDED where no time is left for that. */
static outcome
pause_before(qiaoi_embeddings *e, unsigned tries, qiao_error *err)
{
    uint64_t wait = tries <= 6 ? (uint64_t)PAUSE_FIRST_MS << (tries - 1) : PAUSE_MOST_MS;
    int64_t asked = asked_pause(e);

    if (wait > PAUSE_MOST_MS)
        wait = PAUSE_MOST_MS;
    if (asked >= 0)
        wait = (uint64_t)asked * 1000;
    if (wait >= left_ms(e))
        return out_of_time(e, err);
    e->clock.sleep_ms(wait, e->clock.context);
    return SILENT;
}

/* One request until it is answered or given up. */
static outcome
ask(qiaoi_embeddings *e, const qiao_embed_text *texts, size_t count, float *vectors, qiao_embed_state *states, qiao_error *err)
{
    if (write_body(e, texts, count, err) != QIAO_OK)
        return ENDED;
    for (unsigned tries = 1;; tries++) {
        outcome result = ask_once(e, count, vectors, states, err);
        bool unreadable = result == NOT_TAKEN && e->response.status == 200;

        if (result == ANSWERED || result == ENDED || (result == NOT_TAKEN && !unreadable))
            return result;
        if (result == SILENT && pause_is_too_long(e, err))
            return ENDED;
        if (tries > e->config->retries || (unreadable && tries >= UNREADABLE_TRIES))
            return result;
        if (pause_before(e, tries, err) == ENDED)
            return ENDED;
    }
}

/* ---- batches, and what is not taken ---- */

static void
note_success(qiaoi_embeddings *e)
{
    e->accepted = true;
    e->silent = e->strikes = 0;
    e->struck_count = 0;
}

/* One text that the service did not take, by itself. Too many in a row: it is not the texts; they are asked for again by the next build. */
static outcome
note_strike(qiaoi_embeddings *e, qiao_embed_state *state)
{
    bool refused = e->response.status != 200;

    e->strikes++;
    if (e->strikes >= (e->accepted ? STRIKES_MOST : STRIKES_FIRST)) {
        while (e->struck_count > 0)
            *e->struck[--e->struck_count] = QIAO_EMBED_FAILED;
        return ENDED; /* the last answer is the reason */
    }
    if (e->accepted && refused) {
        *state = QIAO_EMBED_REFUSED;
        e->struck[e->struck_count++] = state;
    }
    return NOT_TAKEN;
}

static outcome
ask_halving(qiaoi_embeddings *e, const qiao_embed_text *texts, size_t count, float *vectors, qiao_embed_state *states, qiao_error *err)
{
    outcome result = ask(e, texts, count, vectors, states, err), second;
    size_t half = count / 2;

    if (result == ANSWERED)
        note_success(e);
    if (result == SILENT)
        return ++e->silent >= SILENT_BATCHES_MOST ? ENDED : SILENT;
    if (result != NOT_TAKEN)
        return result;
    if (count == 1)
        return note_strike(e, states);
    result = ask_halving(e, texts, half, vectors, states, err);
    if (result == ENDED)
        return ENDED;
    second = ask_halving(e, texts + half, count - half, vectors + half * e->config->dimension, states + half, err);
    return second == ENDED || result == ANSWERED ? second : result;
}

static qiao_status
embed(const qiao_embed_text *texts, size_t count, float *vectors, qiao_embed_state *states, void *context, qiao_error *err)
{
    qiaoi_embeddings *e = context;
    qiao_error said = QIAO_ERROR_INIT;

    if (!e->started) {
        e->started = true;
        e->started_ms = e->clock.now_ms(e->clock.context);
    }
    e->struck_count = 0;
    for (size_t i = 0; i < count; i++)
        states[i] = QIAO_EMBED_FAILED;
    for (size_t at = 0; at < count; at += e->config->batch) {
        size_t n = count - at < e->config->batch ? count - at : e->config->batch;
        outcome result = ask_halving(e, texts + at, n, vectors + at * e->config->dimension, states + at, &said);

        if (result != ANSWERED && err != NULL)
            *err = said;
        if (result == ENDED)
            return said.status != QIAO_OK ? said.status : QIAO_E_IO;
    }
    return QIAO_OK;
}

/* ---- open, close ---- */

static qiao_status
prepare(qiaoi_embeddings *e, qiao_error *err)
{
    const qiaoi_embeddings_config *config = e->config;

    e->embedder.space = config->space;
    e->embedder.dimension = config->dimension;
    e->embedder.batch = config->batch * 4 < 256 ? 256 : config->batch * 4;
    if (config->key_fault.status != QIAO_OK) {
        e->fault = config->key_fault;
        return QIAO_OK;
    }
    if (config->key != NULL) {
        qiao_buffer_printf(&e->authorization, "Authorization: Bearer %s", config->key);
        if (e->authorization.failed)
            return qiao_fail_memory(err);
    }
    e->embedder.embed = embed;
    e->embedder.context = e;
    return qiao_http_client_new(&e->http, err);
}

qiao_status
qiaoi_embeddings_open(const char *config_path, const qiaoi_embeddings_clock *clock, qiaoi_embeddings **out, qiao_error *err)
{
    qiaoi_embeddings *e = qiao_calloc(1, sizeof *e);
    qiao_status st;

    *out = NULL;
    if (e == NULL)
        return qiao_fail_memory(err);
    e->clock = clock != NULL ? *clock : (qiaoi_embeddings_clock){real_now, real_sleep, NULL};
    e->embedder.fault = &e->fault;
    st = qiaoi_embeddings_config_read(config_path, &e->config, &e->fault);
    if (st == QIAO_E_NOMEM)
        st = qiao_fail_memory(err);
    else
        st = st == QIAO_OK ? prepare(e, err) : QIAO_OK;
    if (st != QIAO_OK) {
        qiaoi_embeddings_close(e);
        return st;
    }
    *out = e;
    return QIAO_OK;
}

void
qiaoi_embeddings_close(qiaoi_embeddings *embeddings)
{
    qiaoi_embeddings *e = embeddings;

    if (e == NULL)
        return;
    if (e->authorization.data != NULL)
        memset(e->authorization.data, 0, e->authorization.length);
    qiao_buffer_done(&e->authorization);
    qiao_buffer_done(&e->body);
    qiao_buffer_done(&e->text);
    qiao_http_response_done(&e->response);
    qiao_http_client_free(e->http);
    qiaoi_embeddings_config_free(e->config);
    qiao_free(e);
}

const qiao_embedder *
qiaoi_embeddings_embedder(const qiaoi_embeddings *embeddings)
{
    return &embeddings->embedder;
}

uint64_t
qiaoi_embeddings_requests(const qiaoi_embeddings *embeddings)
{
    return embeddings->requests;
}
