/* qiao-indexer alerts: saved searches against the served generation, what is new for reading and sending. See alerts.h.
 */
#include "alerts.h"
#include "commands.h"

#include "qiao/catalog.h"
#include "qiao/desk.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GENERATIONS_MAX 1000u

/* A generation that searches are run against. */
typedef struct opened {
    uint64_t number;
    qiao_engine *engine;
    qiao_session *session;
} opened;

typedef struct alerts {
    const char *data;
    qiao_desk *desk;
    opened now, before;
    int64_t published_ms; /* when the served generation was made */
    qiao_alerts_sending sending;
    uint64_t searches, compared, refused;
} alerts;

static void
shut(opened *o)
{
    qiao_session_release(o->session);
    qiao_engine_close(o->engine);
    *o = (opened){.number = 0};
}

/* number 0: the served one. */
static qiao_status
open_generation(const char *data, uint64_t number, opened *out, qiao_error *err)
{
    qiao_engine_options options = {.data_dir = data, .generation = number, .trust_files = true};
    qiao_status st;

    if (out->engine != NULL && out->number == number)
        return QIAO_OK;
    if (out->engine != NULL)
        shut(out);
    st = qiao_engine_open(&options, &out->engine, err);
    if (st == QIAO_OK)
        st = qiao_session_acquire(out->engine, &out->session, err);
    if (st == QIAO_OK)
        out->number = qiao_session_generation(out->session);
    else if (out->engine != NULL)
        shut(out);
    return st;
}

/* "2026-11-23T22:38:40Z" */
static int64_t
milliseconds_of(const char *utc)
{
    int hours = 0, minutes = 0, seconds = 0;
    int32_t days = qiao_date_days(utc, 10);

    if (days == INT32_MIN || sscanf(utc + 10, "T%2d:%2d:%2d", &hours, &minutes, &seconds) != 3)
        return INT64_MAX;
    return ((int64_t)days * 86400 + hours * 3600 + minutes * 60 + seconds) * 1000;
}

/* The generation that a search is compared with: the one it was last told of, else the newest before the served one;
 * 0 = there is none. */
static qiao_status
choose_before(const alerts *a, uint64_t seen, uint64_t *out, qiao_error *err)
{
    uint64_t numbers[GENERATIONS_MAX];
    size_t count = 0;
    qiao_status st = qiao_catalog_list(a->data, numbers, GENERATIONS_MAX, &count, err);

    *out = 0;
    for (size_t i = 0; st == QIAO_OK && i < count && i < GENERATIONS_MAX && (seen == 0 || *out != seen); i++)
        if (numbers[i] == seen || numbers[i] < a->now.number)
            *out = numbers[i];
    return st;
}

/* The need as it stands on the desk; NULL: the generation's counts. */
static qiao_status
posted_need(const alerts *a, const cJSON *run, qiao_record **out, bool *withdrawn, qiao_error *err)
{
    const cJSON *need = cJSON_GetObjectItemCaseSensitive(run, "need");
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status st;

    *out = NULL;
    *withdrawn = false;
    if (!cJSON_IsString(need))
        return QIAO_OK;
    st = qiao_desk_get(a->desk, QIAO_DESK_NEED, need->valuestring, &buffer, &row, err);
    if (st == QIAO_OK && row.withdrawn)
        *withdrawn = true;
    else if (st == QIAO_OK)
        st = qiao_record_parse(row.json, row.length, NULL, out, NULL, err);
    qiao_buffer_done(&buffer);
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

static qiao_status
find_both(alerts *a, const cJSON *run, qiao_alerts_list *before, qiao_alerts_list *now, qiao_error *err)
{
    qiao_record *need = NULL;
    bool withdrawn = false;
    qiao_status st = posted_need(a, run, &need, &withdrawn, err);

    *before = *now = (qiao_alerts_list){.gone = withdrawn};
    if (st == QIAO_OK && !withdrawn)
        st = qiao_alerts_find(a->before.session, qiao_engine_vocabulary(a->before.engine), run, need, before, err);
    if (st == QIAO_OK && !withdrawn)
        st = qiao_alerts_find(a->now.session, qiao_engine_vocabulary(a->now.engine), run, need, now, err);
    qiao_record_free(need);
    return st;
}

static bool
set_number(cJSON *object, const char *name, uint64_t value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    return cJSON_AddNumberToObject(object, name, (double)value) != NULL;
}

static uint64_t
number_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(value) && value->valuedouble > 0 ? (uint64_t)value->valuedouble : 0;
}

static qiao_status
compare(alerts *a, const char *id, uint64_t revision, const cJSON *run, cJSON *news, qiao_error *err)
{
    bool same = number_of(news, "revision") == revision;
    qiao_alerts_list before, now;
    uint64_t from;
    qiao_status st = choose_before(a, same ? number_of(news, "seen") : 0, &from, err);

    if (st != QIAO_OK || from == a->now.number)
        return st;
    before = now = (qiao_alerts_list){.items = NULL};
    if (from != 0) {
        st = open_generation(a->data, from, &a->before, err);
        if (st == QIAO_OK)
            st = find_both(a, run, &before, &now, err);
        if (st == QIAO_OK)
            st = qiao_alerts_news_add(news, from, a->now.number, &before, &now,
                                      cJSON_GetObjectItemCaseSensitive(run, "url") != NULL, err);
    }
    qiao_alerts_list_done(&before);
    qiao_alerts_list_done(&now);
    if (st == QIAO_OK && (!set_number(news, "seen", a->now.number) || !set_number(news, "revision", revision)))
        st = qiao_fail_memory(err);
    a->compared++;
    return st == QIAO_OK ? qiao_alerts_news_write(a->data, id, news, err) : st;
}

/* An enterprise all of whose keys were revoked is told nothing any more. */
static qiao_status
find_key(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    (void)err;
    if (!row->withdrawn) {
        *(bool *)context = true;
        *more = false;
    }
    return QIAO_OK;
}

static qiao_status
has_key(const alerts *a, const qiao_desk_row *row, bool *out, qiao_error *err)
{
    *out = row->owner[0] == '\0';
    return *out ? QIAO_OK : qiao_desk_each(a->desk, QIAO_DESK_KEY, row->owner, NULL, find_key, out, err);
}

static qiao_status
take_search(alerts *a, const qiao_desk_row *row, qiao_error *err)
{
    cJSON *tree = cJSON_ParseWithLength(row->json, row->length), *news = NULL;
    const cJSON *run = cJSON_GetObjectItemCaseSensitive(tree, "run");
    bool reads = false;
    qiao_status st = has_key(a, row, &reads, err);

    if (st == QIAO_OK && run != NULL && reads)
        st = qiao_alerts_news_read(a->data, row->id, &news, err);
    if (st == QIAO_OK && news != NULL) {
        a->searches++;
        /* what was saved or changed after the generation was made has nothing to be compared with yet */
        if (row->changed_ms < a->published_ms)
            st = compare(a, row->id, row->revision, run, news, err);
        if (st == QIAO_OK)
            st = qiao_alerts_send(a->data, row->id, run, news, &a->sending, err);
    }
    cJSON_Delete(news);
    cJSON_Delete(tree);
    return st;
}

/* A search that cannot be run (a code that was taken out of a vocabulary) does not keep the others from being run. */
static qiao_status
forgive(alerts *a, const char *id, qiao_status st, const qiao_error *err)
{
    if (st != QIAO_E_QUERY && st != QIAO_E_INPUT && st != QIAO_E_LIMIT)
        return st;
    fprintf(stderr, "qiao-indexer: %s: %s\n", id, qiao_error_message(err, qiao_console_language()));
    a->refused++;
    return QIAO_OK;
}

/* ---- all of them ---- */

static qiao_status
next_id(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    (void)err;
    snprintf(context, QIAO_DESK_ID_MAX + 1, "%s", row->id);
    *more = false;
    return QIAO_OK;
}

/* Row by row, each read on its own: the desk is in use, and a view of it held for hours would make it grow. */
static qiao_status
walk(alerts *a, qiao_error *err)
{
    char last[QIAO_DESK_ID_MAX + 1] = "", id[QIAO_DESK_ID_MAX + 1];
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status st = QIAO_OK;

    while (st == QIAO_OK) {
        id[0] = '\0';
        st = qiao_desk_each(a->desk, QIAO_DESK_SEARCH, NULL, last[0] != '\0' ? last : NULL, next_id, id, err);
        if (st != QIAO_OK || id[0] == '\0')
            break;
        memcpy(last, id, sizeof last);
        st = qiao_desk_get(a->desk, QIAO_DESK_SEARCH, id, &buffer, &row, err);
        if (st == QIAO_OK)
            st = row.withdrawn ? qiao_alerts_news_remove(a->data, id, err)
                               : forgive(a, id, take_search(a, &row, err), err);
    }
    qiao_buffer_done(&buffer);
    return st;
}

static qiao_status
run(alerts *a, qiao_error *err)
{
    qiao_manifest manifest;
    qiao_status st = open_generation(a->data, 0, &a->now, err);

    if (st == QIAO_E_NOTFOUND)
        return QIAO_OK;
    if (st == QIAO_OK)
        st = qiao_catalog_manifest(a->data, a->now.number, &manifest, err);
    if (st != QIAO_OK)
        return st;
    a->published_ms = milliseconds_of(manifest.created);
    return walk(a, err);
}

static qiao_status
run_alone(alerts *a, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    qiao_lock *lock = NULL;
    qiao_status st;

    snprintf(path, sizeof path, "%.4000s/news", a->data);
    st = qiao_file_make_directories(path, err);
    snprintf(path, sizeof path, "%.4000s/news/lock", a->data);
    if (st == QIAO_OK)
        st = qiao_lock_take(path, &lock, err);
    if (st == QIAO_OK)
        st = qiao_desk_open(a->data, false, &a->desk, err);
    if (st == QIAO_OK)
        st = run(a, err);
    if (a->now.engine != NULL)
        shut(&a->now);
    if (a->before.engine != NULL)
        shut(&a->before);
    qiao_desk_close(a->desk);
    qiao_lock_release(lock);
    return st;
}

static void
report(const alerts *a, bool json)
{
    const qiao_alerts_sending *s = &a->sending;

    if (json)
        printf("{\"searches\":%" PRIu64 ",\"compared\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"delivered\":%" PRIu64
               ",\"waiting\":%" PRIu64 ",\"failed\":%" PRIu64 "}\n",
               a->searches, a->compared, a->refused, s->delivered, s->waiting, s->failed);
    else
        printf(qiao_say("%llu saved searches: %llu compared, %llu refused; messages: %llu delivered, %llu waiting, "
                        "%llu given up\n"),
               (unsigned long long)a->searches, (unsigned long long)a->compared, (unsigned long long)a->refused,
               (unsigned long long)s->delivered, (unsigned long long)s->waiting, (unsigned long long)s->failed);
}

int
qiao_command_alerts(int argc, char **argv)
{
    alerts a = {.sending = {.retry_ms = 2000}};
    uint64_t seconds = 600;
    bool json = false;
    const qiao_option table[] = {
        {"data", QIAO_OPTION_TEXT, &a.data, "DIR", "data folder", true},
        {"allow-http", QIAO_OPTION_FLAG, &a.sending.allow_http, NULL, "send also to addresses without TLS", false},
        {"allow-private", QIAO_OPTION_FLAG, &a.sending.allow_private, NULL,
         "send also to addresses in your own network", false},
        {"retry-ms", QIAO_OPTION_NUMBER, &a.sending.retry_ms, "N",
         "wait before the second try; four times as long before the third [2000]", false},
        {"seconds", QIAO_OPTION_NUMBER, &seconds, "N", "time for sending; what is left waits for the next night [600]",
         false},
        {"json", QIAO_OPTION_FLAG, &json, NULL, "report as JSON", false},
    };
    const qiao_usage usage = {"alerts",
                              "",
                              "Runs the saved searches against the served generation and the one before, keeps what "
                              "came, left and rose for reading (DIR/news), and sends it where a search names an "
                              "address. Running it again changes nothing.",
                              table,
                              sizeof table / sizeof *table,
                              0,
                              0};
    qiao_error err = QIAO_ERROR_INIT;
    int first, exit_code = qiao_options_read(argc, argv, &usage, &first);
    qiao_status st;

    if (exit_code >= 0)
        return exit_code;
    a.sending.deadline_us = qiao_clock_monotonic_us() + (seconds < 86400 ? seconds : 86400) * 1000000;
    st = run_alone(&a, &err);
    if (st != QIAO_OK)
        return qiao_console_fail(&err);
    report(&a, json);
    return a.refused > 0 ? QIAO_EXIT_REJECTED : QIAO_EXIT_DONE;
}
