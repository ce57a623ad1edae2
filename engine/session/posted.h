/*
 * What was posted by day, as the search box of one generation sees it: records of the desk that the generation does not
 * hold as they are now, made ready for the full-text index with the generation's own lexicon, and records of the
 * generation that they replace or take away.
 *
 * One qiaoi_posted for each snapshot, behind a lock; it follows the desk's trail, so that whatever process wrote, the
 * next search knows. Sessions hold what they search (qiaoi_view): an index reader with the documents beside it that one
 * scope of callers may see, and nothing else, so that no score tells of the records of others.
 */
#ifndef QIAO_SESSION_POSTED_H
#define QIAO_SESSION_POSTED_H

#include "qiao/desk.h"
#include "qiao/fulltext.h"
#include "qiao/generation.h"

struct qiao_session;

#define QIAOI_POSTED_MAX 5000u /* records held beside a generation; further ones wait for the next build */
#define QIAOI_SCOPE_SIZE 128u
#define QIAOI_VIEWS 6u

typedef struct qiaoi_posted qiaoi_posted;

/* One document beside, as a view keeps it. */
typedef struct qiaoi_beside {
    char *id; /* NULL: not in the view */
    char **tags;
    size_t tag_count;
} qiaoi_beside;

typedef struct qiaoi_view {
    qiao_fulltext *fulltext; /* NULL: the view is free */
    qiao_kind side;
    char scope[QIAOI_SCOPE_SIZE]; /* the tag that records must have; "" = all */
    bool fresh;                   /* nothing was taken from the desk yet */
    uint64_t trail;               /* of the desk, as far as it was followed */
    uint64_t basis;               /* changes with whatever its documents beside change */
    uint64_t used;                /* for making room: the least is the oldest */
    qiaoi_beside *beside;         /* by number - 1 */
    size_t beside_count, beside_room;
    char **hidden; /* ids of the generation that are not looked at */
    size_t hidden_count;
} qiaoi_view;

/* desk: borrowed; NULL = nothing is posted. NULL: out of memory. */
qiaoi_posted *qiaoi_posted_new(qiao_desk *desk, const qiao_generation *generation);
void qiaoi_posted_free(qiaoi_posted *posted);

/*
 * The view of a scope, up to date. It belongs to the session and is good for one call. scope: NULL = all.
 * QIAO_E_LIMIT (scope), and what reading desk and generation gives.
 */
qiao_status qiaoi_view_open(struct qiao_session *session, qiao_kind side, const char *scope, qiaoi_view **out,
                            qiao_error *err) QIAO_CHECK;
void qiaoi_view_close(qiaoi_view *view);
/* The document beside that has an id; 0 = there is none. */
uint32_t qiaoi_view_find(const qiaoi_view *view, const char *id);
/* Is it a record of the generation that is not looked at? */
bool qiaoi_view_hides(const qiaoi_view *view, const char *id);
/* Canonical JSON of a hit of the view, of the desk or of the generation, into out (cleared first). */
qiao_status qiaoi_view_json(struct qiao_session *session, const qiaoi_view *view, uint32_t docid, qiao_buffer *out,
                            qiao_error *err) QIAO_CHECK;

/* ---- for posted.c and view.c ---- */

/* A posted record. Immutable between changes of the desk; read under the lock. */
typedef struct qiaoi_posted_row {
    char *id;
    qiao_kind kind;
    uint64_t revision, changed; /* changed: of the trail */
    bool shown;                 /* it is there, and the generation has not the same */
    bool hides;                 /* the generation has another state of it */
    qiao_arena *arena;          /* of what follows */
    const char **tags;
    size_t tag_count;
    const char **tags_before; /* in the generation, where it hides */
    size_t tag_count_before;
    qiao_fulltext_document document;
} qiaoi_posted_row;

/* Follows the desk, takes the lock, and gives the rows (by number - 1). qiaoi_posted_unlock is due on QIAO_OK. */
qiao_status qiaoi_posted_lock(struct qiao_session *session, const qiaoi_posted_row **rows, size_t *count,
                              uint64_t *trail, qiao_error *err) QIAO_CHECK;
void qiaoi_posted_unlock(struct qiao_session *session);
/* The trail of the desk; 0 without one. */
qiao_status qiaoi_posted_trail(const qiaoi_posted *posted, uint64_t *out, qiao_error *err) QIAO_CHECK;

#endif
