/*
 * News to the address that a search names. The message holds ids and counts. It is signed:
 *
 *     Qiao-Timestamp: SECONDS        Qiao-Signature: sha256=HEX of HMAC-SHA-256(secret, SECONDS "." body)
 *     Qiao-Delivery: SEARCH/GENERATION, the same at each try: by it a receiver knows what it has already
 *
 * 2xx is taken. Redirects are not followed. 410 and addresses that may not be asked are given up at once.
 */
#include "alerts.h"

#include "http_client.h"
#include "qiao/file.h"
#include "qiao/secret.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ANSWER_MAX ((size_t)64 << 10)
#define TIMEOUT_MS 10000u
#define HEADERS 4

typedef enum outcome { TAKEN, TRY_AGAIN, GIVE_UP } outcome;

static const char *
text_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(value) ? value->valuestring : "";
}

/* Ids alone: what a band or a title says is read by whoever has a key. */
static bool
copy_ids(cJSON *message, const cJSON *entry, const char *name)
{
    cJSON *list = cJSON_AddArrayToObject(message, name);
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(entry, name))
    {
        if (list == NULL || !cJSON_AddItemToArray(list, cJSON_CreateString(text_of(item, "id"))))
            return false;
    }
    return list != NULL;
}

static char *
write_message(const char *id, const cJSON *entry)
{
    cJSON *message = cJSON_CreateObject(),
          *counts = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(entry, "counts"), true);
    char *text = NULL;

    if (message != NULL && cJSON_AddStringToObject(message, "event", "search.news") != NULL &&
        cJSON_AddStringToObject(message, "search", id) != NULL &&
        cJSON_AddStringToObject(message, "generation", text_of(entry, "generation")) != NULL &&
        cJSON_AddStringToObject(message, "previous", text_of(entry, "previous")) != NULL && counts != NULL &&
        cJSON_AddItemToObject(message, "counts", counts)) {
        counts = NULL;
        if (copy_ids(message, entry, "came") && copy_ids(message, entry, "left") && copy_ids(message, entry, "rose"))
            text = cJSON_PrintUnformatted(message);
    }
    cJSON_Delete(counts);
    cJSON_Delete(message);
    return text;
}

/* HMAC over time and body, so that an old message cannot be sent again with a new time. */
static qiao_status
sign(const char *secret, const char *seconds, const char *body, char out[QIAO_DIGEST_HEX_SIZE], qiao_error *err)
{
    qiao_buffer signed_text = {0};
    qiao_status st;

    qiao_buffer_printf(&signed_text, "%s.", seconds);
    qiao_buffer_text(&signed_text, body);
    st = qiao_buffer_check(&signed_text, err);
    if (st == QIAO_OK)
        qiao_hmac_sha256_hex(secret, strlen(secret), signed_text.data, signed_text.length, out);
    qiao_buffer_done(&signed_text);
    return st;
}

static qiao_status
post(qiao_http_client *client, const cJSON *run, const char *delivery, const char *body,
     const qiao_alerts_sending *sending, qiao_http_response *response, qiao_error *err)
{
    char seconds[24], digest[QIAO_DIGEST_HEX_SIZE], time_line[64], signature[128], name[160];
    const char *headers[HEADERS] = {"Content-Type: application/json", time_line, signature, name};
    qiao_http_request request = {.method = "POST",
                                 .url = text_of(run, "url"),
                                 .headers = headers,
                                 .header_count = HEADERS,
                                 .body = body,
                                 .body_length = strlen(body),
                                 .connect_timeout_ms = TIMEOUT_MS,
                                 .timeout_ms = TIMEOUT_MS,
                                 .limit = ANSWER_MAX,
                                 .allow_private = sending->allow_private};
    qiao_status st;

    snprintf(seconds, sizeof seconds, "%lld", (long long)time(NULL));
    st = sign(text_of(run, "secret"), seconds, body, digest, err);
    snprintf(time_line, sizeof time_line, "Qiao-Timestamp: %s", seconds);
    snprintf(signature, sizeof signature, "Qiao-Signature: sha256=%s", digest);
    snprintf(name, sizeof name, "Qiao-Delivery: %.120s", delivery);
    return st == QIAO_OK ? qiao_http_send(client, &request, response, err) : st;
}

/* In words that tell the owner of the search something, and nothing of our network. */
static outcome
judge(qiao_status st, const qiao_http_response *response, const char **word)
{
    static const char *const words[] = {
        "", "timeout", "no_connection", "certificate", "not_allowed", "answer_too_large", "failed"};

    *word = "";
    if (st == QIAO_OK && response->status >= 200 && response->status < 300)
        return TAKEN;
    if (st == QIAO_OK)
        return response->status == 410 ? GIVE_UP : TRY_AGAIN;
    *word = st == QIAO_E_USAGE ? "not_allowed" : words[response->failure];
    return st == QIAO_E_USAGE || response->failure == QIAO_HTTP_BLOCKED ? GIVE_UP : TRY_AGAIN;
}

/* {"at","status","error"} behind the log; the oldest fall away. */
static bool
note(cJSON *delivery, int status, const char *word, outcome result, bool last_night)
{
    cJSON *log = cJSON_GetObjectItemCaseSensitive(delivery, "log"), *line = cJSON_CreateObject(),
          *tries = cJSON_GetObjectItemCaseSensitive(delivery, "tries");
    const char *state = result == TAKEN ? "delivered" : result == GIVE_UP || last_night ? "failed" : "waiting";
    char at[21];

    qiao_clock_utc(at);
    if (line == NULL || !cJSON_AddItemToArray(log, line) || cJSON_AddStringToObject(line, "at", at) == NULL ||
        (status != 0 && cJSON_AddNumberToObject(line, "status", status) == NULL) ||
        (*word != '\0' && cJSON_AddStringToObject(line, "error", word) == NULL))
        return false;
    while (cJSON_GetArraySize(log) > QIAO_ALERTS_ATTEMPTS_MAX)
        cJSON_DeleteItemFromArray(log, 0);
    cJSON_SetNumberValue(tries, tries->valuedouble + 1);
    cJSON_DeleteItemFromObjectCaseSensitive(delivery, "state");
    return cJSON_AddStringToObject(delivery, "state", state) != NULL;
}

static void
pause_ms(uint64_t ms)
{
    struct timespec time = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    nanosleep(&time, NULL);
}

typedef struct parcel {
    const char *data_dir, *id;
    const cJSON *run;
    cJSON *news, *delivery;
    char name[160];
    char *body;
} parcel;

static qiao_status
try_once(const parcel *p, qiao_http_client *client, const qiao_alerts_sending *sending, bool last, outcome *result,
         qiao_error *err)
{
    bool secure = strncmp(text_of(p->run, "url"), "https://", 8) == 0;
    qiao_http_response response = {.status = 0};
    qiao_error why = QIAO_ERROR_INIT;
    const char *word = "not_allowed";
    qiao_status st = QIAO_OK;

    *result = GIVE_UP;
    if (secure || sending->allow_http) {
        st = post(client, p->run, p->name, p->body, sending, &response, &why);
        *result = judge(st, &response, &word);
    }
    st = note(p->delivery, response.status, word, *result, last)
             ? qiao_alerts_news_write(p->data_dir, p->id, p->news, err)
             : qiao_fail_memory(err);
    qiao_http_response_done(&response);
    return st;
}

static qiao_status
deliver(const parcel *p, qiao_http_client *client, qiao_alerts_sending *sending, qiao_error *err)
{
    cJSON *nights = cJSON_GetObjectItemCaseSensitive(p->delivery, "nights");
    outcome result = TRY_AGAIN;
    uint64_t wait = sending->retry_ms;
    qiao_status st = QIAO_OK;

    cJSON_SetNumberValue(nights, nights->valuedouble + 1);
    for (unsigned i = 0; st == QIAO_OK && result == TRY_AGAIN && i < QIAO_ALERTS_TRIES; i++) {
        bool last = i + 1 == QIAO_ALERTS_TRIES && nights->valuedouble >= QIAO_ALERTS_NIGHTS_MAX;

        if (i > 0) {
            pause_ms(wait);
            wait *= 4;
        }
        st = try_once(p, client, sending, last, &result, err);
    }
    sending->delivered += result == TAKEN;
    sending->failed += result == GIVE_UP || (result == TRY_AGAIN && nights->valuedouble >= QIAO_ALERTS_NIGHTS_MAX);
    sending->waiting += result == TRY_AGAIN && nights->valuedouble < QIAO_ALERTS_NIGHTS_MAX;
    return st;
}

qiao_status
qiao_alerts_send(const char *data_dir, const char *id, const cJSON *run, cJSON *news, qiao_alerts_sending *sending,
                 qiao_error *err)
{
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(news, "entries");
    qiao_http_client *client = NULL;
    qiao_status st = QIAO_OK;

    if (*text_of(run, "url") == '\0')
        return QIAO_OK;
    for (int i = cJSON_GetArraySize(entries) - 1; st == QIAO_OK && i >= 0; i--) {
        cJSON *entry = cJSON_GetArrayItem(entries, i), *delivery = cJSON_GetObjectItemCaseSensitive(entry, "delivery");
        parcel p = {.data_dir = data_dir, .id = id, .run = run, .news = news, .delivery = delivery};

        if (delivery == NULL || strcmp(text_of(delivery, "state"), "waiting") != 0)
            continue;
        if (qiao_clock_monotonic_us() > sending->deadline_us) {
            sending->waiting++;
            continue;
        }
        snprintf(p.name, sizeof p.name, "%.100s/%.40s", id, text_of(entry, "generation"));
        p.body = write_message(id, entry);
        st = p.body == NULL ? qiao_fail_memory(err) : client == NULL ? qiao_http_client_new(&client, err) : QIAO_OK;
        if (st == QIAO_OK)
            st = deliver(&p, client, sending, err);
        cJSON_free(p.body);
    }
    qiao_http_client_free(client);
    return st;
}
