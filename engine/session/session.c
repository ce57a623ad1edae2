/* A session: what one thread needs to answer from one generation. Its parts are opened together and stay open while it
 * waits in the pool. */
#include "qiao/duplicates.h"
#include "session/session_internal.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK (1u << 16)

static qiao_status
fill(qiao_session *session, qiao_error *err)
{
    const qiao_generation *generation = session->snapshot->generation;
    qiaoi_view *view;
    qiao_status st;

    session->arena = qiao_arena_new(ARENA_BLOCK);
    if (session->arena == NULL)
        return qiao_fail_memory(err);
    st = qiao_matcher_new(generation, &session->snapshot->tables, &session->matcher, err);
    if (st == QIAO_OK)
        qiao_matcher_use_crew(session->matcher, session->engine->crew);
    if (st == QIAO_OK)
        st = qiao_stemmer_new("de", &session->german, err);
    if (st == QIAO_OK)
        st = qiao_stemmer_new("fr", &session->french, err);
    return st == QIAO_OK ? qiaoi_view_open(session, QIAO_PROJECT, NULL, &view, err) : st;
}

qiao_status
qiaoi_session_new(qiao_engine *engine, qiaoi_snapshot *snapshot, qiao_session **out, qiao_error *err)
{
    qiao_session *session = qiao_calloc(1, sizeof *session);
    qiao_status st;

    *out = NULL;
    if (session == NULL)
        return qiao_fail_memory(err);
    session->engine = engine;
    session->snapshot = snapshot;
    st = fill(session, err);
    if (st != QIAO_OK) {
        qiaoi_session_free(session);
        return st;
    }
    *out = session;
    return QIAO_OK;
}

void
qiaoi_session_free(qiao_session *session)
{
    if (session == NULL)
        return;
    qiao_stemmer_free(session->german);
    qiao_stemmer_free(session->french);
    qiao_matcher_free(session->matcher);
    for (size_t i = 0; i < QIAOI_VIEWS; i++)
        qiaoi_view_close(&session->views[i]);
    qiao_buffer_done(&session->json);
    qiao_arena_free(session->arena);
    qiao_free(session);
}

uint64_t
qiao_session_generation(const qiao_session *session)
{
    return session->snapshot->number;
}

uint64_t
qiao_session_opening(const qiao_session *session)
{
    return session->snapshot->opening;
}

const char *
qiao_session_about_json(const qiao_session *session)
{
    return session->snapshot->about.data;
}

/* ---- about ---- */

static void
add_number(qiao_buffer *out, const char *name, uint64_t value)
{
    qiao_buffer_printf(out, ",\"%s\":%llu", name, (unsigned long long)value);
}

static void
add_text(qiao_buffer *out, const char *name, const char *value)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, value, strlen(value));
}

qiao_status
qiaoi_about_json(const qiao_manifest *manifest, const char *name, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer_printf(out, "{\"generation\":\"%s\"", name);
    if (manifest->parent != 0)
        qiao_buffer_printf(out, ",\"parent\":\"gen-%010llu\"", (unsigned long long)manifest->parent);
    add_text(out, "created", manifest->created);
    add_number(out, "projects", manifest->projects);
    add_number(out, "needs", manifest->needs);
    add_number(out, "terms", manifest->terms);
    add_number(out, "postings", manifest->postings);
    add_number(out, "bilingual", manifest->bilingual);
    qiao_buffer_printf(out, ",\"source_sequence\":\"%llu\",\"versions\":{\"format\":%u",
                       (unsigned long long)manifest->source_sequence, (unsigned)manifest->format_version);
    add_text(out, "software", manifest->software);
    add_text(out, "vocabulary", manifest->vocabulary);
    add_text(out, "lexicon", manifest->lexicon);
    add_text(out, "profile", manifest->profile);
    qiao_buffer_text(out, "}}");
    return qiao_buffer_check(out, err);
}

/* ---- records ---- */

qiao_status
qiao_session_suggested_json(qiao_session *session, const char *json, size_t length, qiao_buffer *out, qiao_error *err)
{
    qiao_suggestion found[QIAO_SUGGESTIONS_MAX];
    qiao_record *record = NULL;
    qiao_status st = qiao_record_parse(json, length, NULL, &record, NULL, err);
    size_t count;

    if (st != QIAO_OK)
        return st;
    count = qiao_suggest(record, session->engine->tables.concepts, session->engine->tables.vocabulary, found);
    if (count > 0)
        qiao_suggestions_json(found, count, out);
    qiao_record_free(record);
    return qiao_buffer_check(out, err);
}

void
qiao_session_duplicates(qiao_session *session, qiao_kind kind, const char *id,
                        void (*visit)(const char *id, void *context), void *context)
{
    const qiao_generation *generation = session->snapshot->generation;
    const qiao_duplicate *group = NULL;
    uint32_t docid, count = 0;

    if (qiao_generation_find(generation, kind, id, &docid, NULL) == QIAO_OK)
        group = qiao_generation_duplicates(generation, kind, docid, &count);
    for (uint32_t i = 0; group != NULL && i < count; i++)
        if (group[i].docid != docid)
            visit(qiao_generation_id(generation, kind, group[i].docid), context);
}

qiao_status
qiao_session_record_json(qiao_session *session, qiao_kind kind, const char *id, qiao_buffer *out, qiao_error *err)
{
    const qiao_generation *generation = session->snapshot->generation;
    uint32_t docid;
    qiao_status st = qiao_generation_find(generation, kind, id, &docid, NULL);

    if (st == QIAO_E_NOTFOUND)
        return qiao_fail(err, QIAO_E_NOTFOUND, kind == QIAO_PROJECT ? "there is no project %s" : "there is no need %s",
                         id);
    if (st == QIAO_OK)
        st = qiao_generation_json(generation, kind, docid, out, err);
    return st;
}
