/*
 * An engine that does as it is told, for tests of the service alone. Ids tell it what to do: "fail:TOKEN" fails with
 * that status, "slow:MS" takes so long, "none:..." is not there; anything else is a small record. The generation is the
 * number in DIR/catalog/CURRENT.
 */
#include "qiao/catalog.h"
#include "qiao/engine.h"
#include "qiao/match.h"
#include "qiao/preview.h"
#include "qiao/suggest.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct qiao_engine {
    qiao_vocabulary *vocabulary;
    char data_dir[QIAO_PATH_MAX];
    atomic_ullong generation; /* 0 = none */
    atomic_int sessions;
};

struct qiao_session {
    qiao_engine *engine;
    uint64_t generation;
};

static uint64_t
current(const char *data_dir)
{
    char path[QIAO_PATH_MAX + 32];
    unsigned long long number = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/catalog/CURRENT", data_dir);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "gen-%10llu", &number) != 1)
        number = 0;
    fclose(file);
    return number;
}

qiao_status
qiao_engine_open(const qiao_engine_options *options, qiao_engine **out, qiao_error *err)
{
    qiao_engine *engine = qiao_calloc(1, sizeof *engine);
    qiao_status status;

    *out = NULL;
    if (engine == NULL)
        return qiao_fail_memory(err);
    snprintf(engine->data_dir, sizeof engine->data_dir, "%s", options->data_dir);
    status = qiao_vocabulary_open(NULL, &engine->vocabulary, err);
    if (status != QIAO_OK) {
        qiao_free(engine);
        return status;
    }
    atomic_init(&engine->generation, current(options->data_dir));
    atomic_init(&engine->sessions, 0);
    *out = engine;
    return QIAO_OK;
}

void
qiao_engine_close(qiao_engine *engine)
{
    if (atomic_load(&engine->sessions) != 0)
        abort(); /* a session outlived its request */
    qiao_vocabulary_close(engine->vocabulary);
    qiao_free(engine);
}

const qiao_vocabulary *
qiao_engine_vocabulary(const qiao_engine *engine)
{
    return engine->vocabulary;
}

qiao_status
qiao_engine_refresh(qiao_engine *engine, bool *changed_out, qiao_error *err)
{
    uint64_t number = current(engine->data_dir);

    *changed_out = false;
    if (number == 666)
        return qiao_fail(err, QIAO_E_CORRUPT, "generation %d is damaged", 666);
    *changed_out = atomic_exchange(&engine->generation, number) != number;
    return QIAO_OK;
}

uint64_t
qiao_engine_generation(qiao_engine *engine)
{
    return atomic_load(&engine->generation);
}

qiao_status
qiao_session_acquire(qiao_engine *engine, qiao_session **out, qiao_error *err)
{
    uint64_t generation = atomic_load(&engine->generation);
    qiao_session *session;

    *out = NULL;
    if (generation == 0)
        return qiao_fail(err, QIAO_E_NOTFOUND, "there is no generation");
    session = qiao_calloc(1, sizeof *session);
    if (session == NULL)
        return qiao_fail_memory(err);
    session->engine = engine;
    session->generation = generation;
    atomic_fetch_add(&engine->sessions, 1);
    *out = session;
    return QIAO_OK;
}

void
qiao_session_release(qiao_session *session)
{
    if (session == NULL)
        return;
    atomic_fetch_sub(&session->engine->sessions, 1);
    qiao_free(session);
}

uint64_t
qiao_session_generation(const qiao_session *session)
{
    return session->generation;
}

/* Never the same: no answer is kept, so that every request is at work here. */
uint64_t
qiao_session_opening(const qiao_session *session)
{
    static atomic_ullong openings;

    (void)session;
    return atomic_fetch_add(&openings, 1) + 1;
}

const char *
qiao_session_about_json(const qiao_session *session)
{
    (void)session;
    return "{\"fake\":true}";
}

/* What an id or a text tells us to do. */
static qiao_status
obey(const char *order, qiao_error *err)
{
    if (strncmp(order, "slow:", 5) == 0) {
        long ms = strtol(order + 5, NULL, 10);
        struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

        nanosleep(&pause, NULL);
    }
    if (strncmp(order, "none:", 5) == 0)
        return qiao_fail(err, QIAO_E_NOTFOUND, "no record has the id %s", order);
    if (strncmp(order, "fail:", 5) != 0)
        return QIAO_OK;
    for (int i = 1; i < QIAO_STATUS_COUNT; i++)
        if (strcmp(order + 5, qiao_status_token((qiao_status)i)) == 0)
            return qiao_fail(err, (qiao_status)i, "told to fail with %s at /secret/path", order + 5);
    return qiao_fail(err, QIAO_E_INTERNAL, "no such status");
}

static void
write_texts(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, text, strlen(text));
}

qiao_status
qiao_session_record_json(qiao_session *session, qiao_kind kind, const char *id, qiao_buffer *out, qiao_error *err)
{
    qiao_status status = obey(id, err);

    (void)session;
    if (status != QIAO_OK)
        return status;
    qiao_buffer_printf(out, "{\"kind\":\"%s\"", kind == QIAO_PROJECT ? "project" : "need");
    write_texts(out, "id", id);
    qiao_buffer_text(out, ",\"title\":{\"en\":\"fake\"}}");
    return qiao_buffer_check(out, err);
}

qiao_status
qiao_session_suggested_json(qiao_session *session, const char *json, size_t length, qiao_buffer *out, qiao_error *err)
{
    (void)session;
    (void)json;
    (void)length;
    return qiao_buffer_check(out, err);
}

/* Nothing of this engine says the same as anything else. */
void
qiao_session_duplicates(qiao_session *session, qiao_kind kind, const char *id,
                        void (*visit)(const char *id, void *context), void *context)
{
    (void)session;
    (void)kind;
    (void)id;
    (void)visit;
    (void)context;
}

static void
write_filters(qiao_buffer *out, const char *const *filters, size_t count)
{
    qiao_buffer_text(out, ",\"filters\":[");
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            qiao_buffer_char(out, ',');
        qiao_buffer_json_string(out, filters[i], strlen(filters[i]));
    }
    qiao_buffer_char(out, ']');
}

qiao_status
qiao_suggest_json(qiao_session *session, const qiao_suggest_request *request, qiao_buffer *out, qiao_error *err)
{
    const char *query = request->query != NULL ? request->query : "";
    qiao_status status = obey(query, err);

    if (status != QIAO_OK)
        return status;
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\"", (unsigned long long)session->generation);
    write_texts(out, "q", query);
    qiao_buffer_printf(out, ",\"side\":\"%s\",\"limit\":%u,\"suggestions\":[]}",
                       request->side == QIAO_PROJECT ? "projects" : "needs", (unsigned)request->limit);
    return qiao_buffer_check(out, err);
}

qiao_status
qiao_search_json(qiao_session *session, const qiao_search_request *request, qiao_buffer *out, qiao_error *err)
{
    const char *query = request->query != NULL ? request->query : "";
    qiao_status status = obey(query, err);

    if (status != QIAO_OK)
        return status;
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\",\"side\":\"%s\"", (unsigned long long)session->generation,
                       request->side == QIAO_PROJECT ? "projects" : "needs");
    write_texts(out, "query", query);
    write_filters(out, request->filters, request->filter_count);
    qiao_buffer_printf(out,
                       ",\"trl\":[%ld,%ld],\"limit\":%u,\"offset\":%u,\"translate\":%s,\"total\":0,\"estimated\":false,"
                       "\"next\":null,"
                       "\"hits\":[],\"terms\":[]}",
                       (long)request->trl_min, (long)request->trl_max, (unsigned)request->limit,
                       (unsigned)request->offset, request->no_translation ? "false" : "true");
    return qiao_buffer_check(out, err);
}

qiao_status
qiao_search_basis(qiao_session *session, qiao_kind side, const char *scope, uint64_t *out, qiao_error *err)
{
    (void)session;
    (void)side;
    (void)scope;
    (void)err;
    *out = 0;
    return QIAO_OK;
}

qiao_status
qiao_similar_json(qiao_session *session, qiao_kind kind, const char *id, const char *scope, uint32_t limit,
                  qiao_buffer *out, qiao_error *err)
{
    qiao_status status = obey(id, err);

    (void)kind;
    (void)scope;
    if (status != QIAO_OK)
        return status;
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\"", (unsigned long long)session->generation);
    write_texts(out, "id", id);
    qiao_buffer_printf(out, ",\"limit\":%u,\"hits\":[]}", (unsigned)limit);
    return qiao_buffer_check(out, err);
}

qiao_status
qiao_match(qiao_session *session, const qiao_match_request *request, const qiao_match_result **out, qiao_error *err)
{
    static const qiao_match_result nothing = {.count = 0};

    (void)session;
    *out = &nothing;
    return obey(request->id != NULL ? request->id : request->record->id, err);
}

qiao_status
qiao_match_json(qiao_session *session, const qiao_match_request *request, qiao_buffer *out, qiao_error *err)
{
    const char *given = request->id != NULL ? request->id : request->text != NULL ? request->text : request->record->id;
    qiao_status status = obey(given, err);

    if (status != QIAO_OK)
        return status;
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\",\"kind\":\"%s\"", (unsigned long long)session->generation,
                       request->kind == QIAO_PROJECT ? "project" : "need");
    write_texts(out, request->id != NULL ? "id" : request->text != NULL ? "text" : "record", given);
    write_filters(out, request->filters, request->filter_count);
    qiao_buffer_printf(out, ",\"limit\":%u,\"offset\":%u,\"text_only\":%s,\"explain\":%d,\"matches\":[]}",
                       (unsigned)request->limit, (unsigned)request->offset, request->text_only ? "true" : "false",
                       (int)request->explain);
    return qiao_buffer_check(out, err);
}

qiao_status
qiao_pair_json(qiao_session *session, const qiao_match_request *request, const char *project, uint32_t rank,
               qiao_buffer *out, qiao_error *err)
{
    qiao_status status = obey(request->id, err);

    if (status != QIAO_OK)
        return status;
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\"", (unsigned long long)session->generation);
    write_texts(out, "need", request->id);
    write_texts(out, "project", project);
    qiao_buffer_printf(out, ",\"rank\":%u,\"explain\":%d}", (unsigned)rank, (int)request->explain);
    return qiao_buffer_check(out, err);
}

qiao_status
qiao_excluded_json(qiao_session *session, const qiao_match_request *request, uint32_t rank, qiao_buffer *out,
                   qiao_error *err)
{
    qiao_status status = obey(request->id, err);

    if (status != QIAO_OK)
        return status;
    qiao_buffer_printf(out, "{\"generation\":\"gen-%010llu\"", (unsigned long long)session->generation);
    write_texts(out, "need", request->id);
    qiao_buffer_printf(out, ",\"rank\":%u,\"limit\":%u}", (unsigned)rank, (unsigned)request->limit);
    return qiao_buffer_check(out, err);
}

qiao_status
qiao_match_review_json(qiao_session *session, const qiao_match_request *request, qiao_buffer *out, qiao_error *err)
{
    return qiao_match_json(session, request, out, err);
}

/* Profiles are the engine's; this one has none. */
const char *
qiao_session_profile_name(qiao_session *session, size_t index)
{
    (void)session;
    (void)index;
    return NULL;
}

void
qiao_session_profile_label(qiao_session *session, size_t index, qiao_buffer *out)
{
    (void)session;
    (void)index;
    (void)out;
}

qiao_status
qiao_session_profile_json(qiao_session *session, const char *name, qiao_buffer *out, qiao_error *err)
{
    (void)session;
    (void)out;
    return qiao_fail(err, QIAO_E_QUERY, "there is no profile %s", name);
}

qiao_status
qiao_session_profile_changed(qiao_session *session, const char *change, size_t length, qiao_buffer *out,
                             qiao_error *err)
{
    (void)change;
    (void)length;
    return qiao_session_profile_json(session, "", out, err);
}

qiao_status
qiao_session_preview_json(qiao_session *session, const qiao_preview_options *options, qiao_buffer *out, qiao_error *err)
{
    (void)options;
    return qiao_session_profile_json(session, "", out, err);
}
