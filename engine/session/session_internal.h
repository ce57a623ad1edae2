/*
 * Engine, snapshot and session as the files of engine/session see them.
 *
 * A snapshot is one open generation. It lives while it is the current one or a session of it is out; its idle sessions
 * wait in it. All its fields but the idle list, the count and the flags are fixed once it is linked; those are guarded
 * by qiao_engine.lock.
 */
#ifndef QIAO_SESSION_INTERNAL_H
#define QIAO_SESSION_INTERNAL_H

#include "qiao/engine.h"
#include "qiao/fulltext.h"
#include "qiao/generation.h"
#include "qiao/matcher.h"
#include "qiao/suggested.h"
#include "session/posted.h"
#include "suggest/suggest.h"

#include <pthread.h>

#define QIAOI_GENERATION_TEXT_SIZE 32 /* "gen-" and up to 20 digits */

typedef struct qiaoi_snapshot {
    struct qiaoi_snapshot *next; /* in qiao_engine.snapshots */
    qiao_generation *generation;
    qiao_tables tables;     /* the engine's, but for the profiles: those there are when the generation is opened */
    qiaoi_suggest *suggest; /* NULL = built before there were suggestions */
    uint64_t number;
    uint64_t opening; /* which opening of the engine's it was, from 1 */
    char name[QIAOI_GENERATION_TEXT_SIZE];
    qiao_buffer about;
    qiaoi_posted *posted;
    qiao_session *idle;
    size_t sessions_out;
    bool closing; /* being closed by the thread that took it off; still listed until that is done */
} qiaoi_snapshot;

struct qiao_engine {
    char *data_dir, *share_dir; /* share_dir may be NULL */
    uint64_t pinned;            /* 0 = follow CURRENT */
    bool trust_files;
    qiao_desk *desk; /* borrowed; NULL = nothing is posted */
    qiao_crew *crew; /* of the sessions' matchers; NULL = none */
    qiao_tables tables;
    pthread_mutex_t lock;       /* the fields below, and the guarded ones of snapshots; never held over I/O */
    pthread_cond_t closed;      /* a snapshot is gone */
    pthread_mutex_t refreshing; /* one refresh at a time */
    uint64_t openings;          /* of generations so far; changed by whoever refreshes */
    qiaoi_snapshot *current;
    qiaoi_snapshot *snapshots;
};

struct qiao_session {
    qiao_session *next; /* in qiaoi_snapshot.idle */
    qiao_engine *engine;
    qiaoi_snapshot *snapshot;
    qiao_fulltext *fulltext; /* of the view that was opened last; borrowed */
    qiaoi_view views[QIAOI_VIEWS];
    uint64_t views_used;
    qiao_matcher *matcher;
    qiao_arena *arena; /* one call */
    qiao_buffer json;  /* one record at a time */
    qiao_stemmer *german, *french;
};

/* session.c */
qiao_status qiaoi_session_new(qiao_engine *engine, qiaoi_snapshot *snapshot, qiao_session **out,
                              qiao_error *err) QIAO_CHECK;
void qiaoi_session_free(qiao_session *session);
qiao_status qiaoi_about_json(const qiao_manifest *manifest, const char *name, qiao_buffer *out,
                             qiao_error *err) QIAO_CHECK;

/* snapshot.c */
qiao_status qiaoi_snapshot_open(qiao_engine *engine, uint64_t number, qiaoi_snapshot **out, qiao_error *err) QIAO_CHECK;
void qiaoi_snapshot_empty(qiaoi_snapshot *snapshot); /* closes all that it holds; the caller frees it (qiao_free) */

#endif
