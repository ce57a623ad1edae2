/*
 * The engine handle: which generation is served, and the sessions that serve it.
 *
 * A refresh opens the new generation beside the old one and then exchanges one pointer, so a request never waits for
 * it. A snapshot that is no longer current is closed by whoever returns its last session. A refresh back to a
 * generation that some session still holds takes up that snapshot again, and one that is just being closed is waited
 * for, so that no generation is open twice in an engine.
 */
#include "qiao/engine.h"

#include "qiao/catalog.h"
#include "session/session_internal.h"

#include <stdio.h>
#include <string.h>

/* CURRENT may move on, and the generation it named be pruned, between reading it and opening what it named. */
#define TRIES 4

/* ---- open, close ---- */

static qiao_status
init_locks(qiao_engine *engine, qiao_error *err)
{
    if (pthread_mutex_init(&engine->lock, NULL) != 0)
        return qiao_fail_memory(err);
    if (pthread_mutex_init(&engine->refreshing, NULL) != 0) {
        pthread_mutex_destroy(&engine->lock);
        return qiao_fail_memory(err);
    }
    if (pthread_cond_init(&engine->closed, NULL) != 0) {
        pthread_mutex_destroy(&engine->refreshing);
        pthread_mutex_destroy(&engine->lock);
        return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

qiao_status
qiao_engine_open(const qiao_engine_options *options, qiao_engine **out, qiao_error *err)
{
    qiao_engine *engine = qiao_calloc(1, sizeof *engine);
    qiao_status st;

    *out = NULL;
    if (engine == NULL)
        return qiao_fail_memory(err);
    st = init_locks(engine, err);
    if (st != QIAO_OK) {
        qiao_free(engine);
        return st;
    }
    engine->pinned = options->generation;
    engine->trust_files = options->trust_files;
    engine->desk = options->desk;
    engine->data_dir = qiao_strdup(options->data_dir);
    engine->share_dir = options->share_dir == NULL ? NULL : qiao_strdup(options->share_dir);
    st = engine->data_dir == NULL || (options->share_dir != NULL && engine->share_dir == NULL) ? qiao_fail_memory(err)
                                                                                               : QIAO_OK;
    if (st == QIAO_OK)
        st = qiao_tables_open(&(qiao_tables_options){.share_dir = options->share_dir, .data_dir = options->data_dir},
                              &engine->tables, err);
    if (st == QIAO_OK)
        st = qiao_crew_new(options->helpers, &engine->crew, err);
    if (st == QIAO_OK)
        st = qiao_engine_refresh(engine, NULL, err);
    if (st != QIAO_OK) {
        qiao_engine_close(engine);
        return st;
    }
    *out = engine;
    return QIAO_OK;
}

void
qiao_engine_close(qiao_engine *engine)
{
    if (engine == NULL)
        return;
    while (engine->snapshots != NULL) {
        qiaoi_snapshot *snapshot = engine->snapshots;

        engine->snapshots = snapshot->next;
        qiaoi_snapshot_empty(snapshot);
        qiao_free(snapshot);
    }
    qiao_crew_free(engine->crew);
    qiao_tables_close(&engine->tables);
    pthread_cond_destroy(&engine->closed);
    pthread_mutex_destroy(&engine->refreshing);
    pthread_mutex_destroy(&engine->lock);
    qiao_free(engine->data_dir);
    qiao_free(engine->share_dir);
    qiao_free(engine);
}

const qiao_vocabulary *
qiao_engine_vocabulary(const qiao_engine *engine)
{
    return engine->tables.vocabulary;
}

uint64_t
qiao_engine_generation(qiao_engine *engine)
{
    uint64_t number;

    pthread_mutex_lock(&engine->lock);
    number = engine->current == NULL ? 0 : engine->current->number;
    pthread_mutex_unlock(&engine->lock);
    return number;
}

/* ---- snapshots: all with the lock held unless it says otherwise ---- */

static void
unlink_snapshot(qiao_engine *engine, qiaoi_snapshot *snapshot)
{
    qiaoi_snapshot **at = &engine->snapshots;

    while (*at != snapshot)
        at = &(*at)->next;
    *at = snapshot->next;
}

/* Marks a snapshot that nobody needs any more; the caller then closes it by retire, without the lock. */
static qiaoi_snapshot *
take_unused(qiao_engine *engine, qiaoi_snapshot *snapshot)
{
    if (snapshot == NULL || snapshot == engine->current || snapshot->sessions_out > 0 || snapshot->closing)
        return NULL;
    snapshot->closing = true;
    return snapshot;
}

/*
 * Closes what take_unused gave (may be NULL). Takes the lock itself. The snapshot stays listed until its files are
 * closed, so that a refresh back to its generation knows to wait.
 */
static void
retire(qiao_engine *engine, qiaoi_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    qiaoi_snapshot_empty(snapshot);
    pthread_mutex_lock(&engine->lock);
    unlink_snapshot(engine, snapshot);
    pthread_cond_broadcast(&engine->closed);
    pthread_mutex_unlock(&engine->lock);
    qiao_free(snapshot);
}

/* The open snapshot of a generation, NULL if there is none; waits for one that is being closed. */
static qiaoi_snapshot *
find_snapshot(qiao_engine *engine, uint64_t number)
{
    qiaoi_snapshot *snapshot = engine->snapshots;

    while (snapshot != NULL) {
        if (snapshot->number != number) {
            snapshot = snapshot->next;
        } else if (snapshot->closing) {
            pthread_cond_wait(&engine->closed, &engine->lock);
            snapshot = engine->snapshots;
        } else {
            break;
        }
    }
    return snapshot;
}

/* Makes it the current one; gives the one before where nobody needs it any more. */
static qiaoi_snapshot *
make_current(qiao_engine *engine, qiaoi_snapshot *snapshot)
{
    qiaoi_snapshot *before = engine->current;

    engine->current = snapshot;
    return take_unused(engine, before);
}

/* ---- refresh ---- */

/* Takes the lock itself. */
static qiao_status
switch_to(qiao_engine *engine, uint64_t number, qiao_error *err)
{
    qiaoi_snapshot *snapshot, *unused = NULL;
    qiao_status st;

    pthread_mutex_lock(&engine->lock);
    snapshot = find_snapshot(engine, number);
    if (snapshot != NULL)
        unused = make_current(engine, snapshot);
    pthread_mutex_unlock(&engine->lock);
    if (snapshot == NULL) {
        st = qiaoi_snapshot_open(engine, number, &snapshot, err);
        if (st != QIAO_OK)
            return st;
        pthread_mutex_lock(&engine->lock);
        snapshot->next = engine->snapshots;
        engine->snapshots = snapshot;
        unused = make_current(engine, snapshot);
        pthread_mutex_unlock(&engine->lock);
    }
    retire(engine, unused);
    return QIAO_OK;
}

/* A generation that CURRENT names must be there: not to find it is damage, not absence. */
static qiao_status
named_but_missing(qiao_status st, qiao_error *err)
{
    if (st != QIAO_E_NOTFOUND)
        return st;
    if (err != NULL) {
        err->status = QIAO_E_CORRUPT;
        qiao_error_hint(err, "run qiao-indexer verify, then rollback or build");
    }
    return QIAO_E_CORRUPT;
}

static qiao_status
refresh(qiao_engine *engine, bool *changed, qiao_error *err)
{
    uint64_t number = 0, again = 0;
    qiao_status st;

    if (engine->pinned != 0)
        return qiao_engine_generation(engine) == engine->pinned ? QIAO_OK : switch_to(engine, engine->pinned, err);
    st = qiao_catalog_current(engine->data_dir, &number, err);
    if (st == QIAO_E_NOTFOUND && qiao_engine_generation(engine) == 0)
        return QIAO_OK;
    for (int attempt = 1; st == QIAO_OK && number != qiao_engine_generation(engine); attempt++) {
        st = switch_to(engine, number, err);
        if (st == QIAO_OK) {
            *changed = true;
            break;
        }
        if (attempt == TRIES || qiao_catalog_current(engine->data_dir, &again, NULL) != QIAO_OK || again == number)
            return named_but_missing(st, err);
        number = again;
        st = QIAO_OK;
    }
    return st;
}

qiao_status
qiao_engine_refresh(qiao_engine *engine, bool *changed_out, qiao_error *err)
{
    bool changed = false;
    qiao_status st;

    pthread_mutex_lock(&engine->refreshing);
    st = refresh(engine, &changed, err);
    pthread_mutex_unlock(&engine->refreshing);
    if (changed_out != NULL)
        *changed_out = changed;
    return st;
}

/* ---- sessions ---- */

/* The current snapshot, counted as used, and an idle session of it where there is one. */
static qiaoi_snapshot *
use_current(qiao_engine *engine, qiao_session **session)
{
    qiaoi_snapshot *snapshot;

    pthread_mutex_lock(&engine->lock);
    snapshot = engine->current;
    if (snapshot != NULL) {
        snapshot->sessions_out++;
        *session = snapshot->idle;
        if (*session != NULL)
            snapshot->idle = (*session)->next;
    }
    pthread_mutex_unlock(&engine->lock);
    return snapshot;
}

static void
give_up(qiao_engine *engine, qiaoi_snapshot *snapshot)
{
    qiaoi_snapshot *unused;

    pthread_mutex_lock(&engine->lock);
    snapshot->sessions_out--;
    unused = take_unused(engine, snapshot);
    pthread_mutex_unlock(&engine->lock);
    retire(engine, unused);
}

/* A session of the current generation. When its folder was pruned before we could open it, the next one is there
 * already. */
qiao_status
qiao_session_acquire(qiao_engine *engine, qiao_session **out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    *out = NULL;
    for (int attempt = 1; attempt <= TRIES; attempt++) {
        qiaoi_snapshot *snapshot = use_current(engine, out);
        uint64_t number;

        if (snapshot == NULL) {
            st = qiao_fail(err, QIAO_E_NOTFOUND, "no generation has been built in %s yet", engine->data_dir);
            qiao_error_hint(err, "import records, then run qiao-indexer build --data %s", engine->data_dir);
            return st;
        }
        if (*out != NULL)
            return QIAO_OK;
        st = qiaoi_session_new(engine, snapshot, out, err);
        if (st == QIAO_OK)
            return st;
        number = snapshot->number;
        give_up(engine, snapshot);
        if (qiao_engine_refresh(engine, NULL, NULL) != QIAO_OK || qiao_engine_generation(engine) == number)
            return named_but_missing(st, err);
    }
    return named_but_missing(st, err);
}

void
qiao_session_release(qiao_session *session)
{
    qiao_engine *engine;
    qiaoi_snapshot *snapshot;
    bool kept;

    if (session == NULL)
        return;
    engine = session->engine;
    snapshot = session->snapshot;
    pthread_mutex_lock(&engine->lock);
    kept = snapshot == engine->current;
    if (kept) {
        session->next = snapshot->idle;
        snapshot->idle = session;
        snapshot->sessions_out--;
    }
    pthread_mutex_unlock(&engine->lock);
    if (!kept) {
        qiaoi_session_free(session);
        give_up(engine, snapshot);
    }
}
