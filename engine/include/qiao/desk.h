/*
 * Desk: what people write by day. LMDB file DIR/desk.mdb, written by qiao-api (and its key command), read by the
 * nightly job.
 *
 * Everything is a row of JSON in one of the tables below, with an id, an owner (an organisation, "" = none), and a
 * revision that counts from 1. One call, qiao_desk_write, changes a row; in the same transaction it keeps the former
 * revision, and appends to the audit trail. What it returned QIAO_OK for is on disk.
 *
 * The audit trail is append-only; each line holds the digest of the line before it and itself, so that a line that was
 * changed, added or taken out is found by qiao_desk_verify.
 *
 * Lifetime and threads: one qiao_desk per data folder and process, shared by all threads; writers take turns, also
 * between processes; readers never wait. Rows that a call hands out are borrowed from the buffer or the call named.
 */
#ifndef QIAO_DESK_H
#define QIAO_DESK_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, letter of its keys, word in the audit trail) */
#define QIAO_DESK_TABLES(X)                                                                                            \
    X(KEY, 'k', "key")           /* id: public part of a key */                                                        \
    X(NEED, 'n', "need")         /* id: of the record */                                                               \
    X(PROJECT, 'p', "project")   /* id: of the record */                                                               \
    X(FEEDBACK, 'f', "feedback") /* id: qiao_desk_pair_id with who said it */                                          \
    X(CASE, 'c', "case")         /* id: qiao_desk_pair_id; owner: the enterprise */                                    \
    X(SHORTLIST, 's', "shortlist")                                                                                     \
    X(SEARCH, 'q', "search")                                                                                           \
    X(GENERATION, 'g', "generation") /* id: its name; what was served before it, where staff went back to it */        \
    X(PROFILE, 'w', "profile")       /* id: "next"; the scoring profile that the next build takes */

typedef enum qiao_desk_table {
#define QIAO_DESK_ENUM(name, letter, word) QIAO_DESK_##name,
    QIAO_DESK_TABLES(QIAO_DESK_ENUM)
#undef QIAO_DESK_ENUM
        QIAO_DESK_TABLE_COUNT
} qiao_desk_table;

#define QIAO_DESK_ID_MAX 380u
#define QIAO_DESK_OWNER_MAX 120u
#define QIAO_DESK_JSON_MAX ((size_t)1 << 20)
#define QIAO_DESK_ACTOR_MAX 64u

typedef struct qiao_desk qiao_desk;

typedef struct qiao_desk_row {
    const char *id, *owner;
    uint64_t revision;              /* 1, 2, ... */
    int64_t created_ms, changed_ms; /* since 1970, UTC */
    bool withdrawn;                 /* kept, no longer shown */
    const char *json;               /* NUL-terminated */
    size_t length;
} qiao_desk_row;

/* Opens, and where create says so makes, the desk. QIAO_E_NOTFOUND; QIAO_E_VERSION; QIAO_E_CORRUPT; QIAO_E_LOCKED (open
 * in this process already). */
QIAO_EXPORT qiao_status qiao_desk_open(const char *data_dir, bool create, qiao_desk **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_desk_close(qiao_desk *desk); /* NULL is fine */

#define QIAO_DESK_ANY UINT64_MAX

typedef struct qiao_desk_change {
    qiao_desk_table table;
    const char *id;
    const char *owner; /* of a new row; NULL = "" for a new one, as it was for others */
    const char *json;  /* NULL = as it was (with withdraw) */
    size_t length;
    bool withdraw;
    uint64_t expected;  /* revision that the row must have; 0 = there must be none; QIAO_DESK_ANY */
    const char *actor;  /* who: the public part of a key, or a word for the program */
    const char *action; /* what, in the audit trail: "create", "accept", ... */
} qiao_desk_change;

/*
 * Changes one row; on disk when it returns QIAO_OK. Withdrawing a row that is withdrawn, or writing what is there
 * already, is fine and gives a revision too.
 * @return QIAO_E_STALE (another revision than expected; *revision_out is the one it has, 0 = none); QIAO_E_NOTFOUND
 * (to withdraw, nothing there); QIAO_E_LIMIT (id, owner, JSON); QIAO_E_NOSPACE (nothing was written); QIAO_E_IO.
 */
QIAO_EXPORT qiao_status qiao_desk_write(qiao_desk *desk, const qiao_desk_change *change, uint64_t *revision_out,
                                        qiao_error *err) QIAO_CHECK;

/* Into buffer (cleared first), which row then borrows. QIAO_E_NOTFOUND leaves err untouched. */
QIAO_EXPORT qiao_status qiao_desk_get(qiao_desk *desk, qiao_desk_table table, const char *id, qiao_buffer *buffer,
                                      qiao_desk_row *row, qiao_error *err) QIAO_CHECK;
/* A former revision. */
QIAO_EXPORT qiao_status qiao_desk_get_revision(qiao_desk *desk, qiao_desk_table table, const char *id,
                                               uint64_t revision, qiao_buffer *buffer, qiao_desk_row *row,
                                               qiao_error *err) QIAO_CHECK;

/* The row is borrowed during the call. *more = false ends the walk. */
typedef qiao_status (*qiao_desk_visit)(const qiao_desk_row *row, void *context, bool *more, qiao_error *err);

/* Rows of a table in order of id, withdrawn ones too, as they were at the call: of one owner, or of all (owner NULL);
 * after: NULL or the id behind which to begin. */
QIAO_EXPORT qiao_status qiao_desk_each(qiao_desk *desk, qiao_desk_table table, const char *owner, const char *after,
                                       qiao_desk_visit visit, void *context, qiao_error *err) QIAO_CHECK;
/* A number that grows with every write: the number of the last line of the audit trail. */
QIAO_EXPORT qiao_status qiao_desk_revision(qiao_desk *desk, uint64_t *revision_out, qiao_error *err) QIAO_CHECK;
/* Rows of a table, withdrawn ones too. */
QIAO_EXPORT qiao_status qiao_desk_count(qiao_desk *desk, qiao_desk_table table, uint64_t *count_out,
                                        qiao_error *err) QIAO_CHECK;

/*
 * The id of what is said of a pair: "NEED\tPROJECT", and "NEED\tPROJECT\tWHO" where several may say it (who: NULL = one
 * only). QIAO_E_LIMIT; QIAO_E_INPUT where a part is empty or has a tab.
 */
QIAO_EXPORT qiao_status qiao_desk_pair_id(const char *need, const char *project, const char *who,
                                          char out[QIAO_DESK_ID_MAX + 1], qiao_error *err) QIAO_CHECK;
/* Its need and project into copy; false where it is no pair. */
QIAO_EXPORT bool qiao_desk_pair_split(const char *pair_id, char copy[QIAO_DESK_ID_MAX + 1], const char **need_out,
                                      const char **project_out);

/* ---- audit trail ---- */

/* A line for what was looked at, not changed. On disk when it returns QIAO_OK. */
QIAO_EXPORT qiao_status qiao_desk_note(qiao_desk *desk, const char *actor, const char *action, qiao_desk_table table,
                                       const char *id, qiao_error *err) QIAO_CHECK;

typedef struct qiao_desk_line {
    uint64_t number; /* 1, 2, ... */
    const char *json;
    size_t length;
} qiao_desk_line;

typedef qiao_status (*qiao_desk_line_visit)(const qiao_desk_line *line, void *context, bool *more, qiao_error *err);
/* {"number":..,"at":"2026-11-23T22:38:40Z","actor":..,"action":..,"table":..,"id":..,"revision":..,"before":..,"digest":..}
 * from a number on, as they were at the call. */
QIAO_EXPORT qiao_status qiao_desk_audit(qiao_desk *desk, uint64_t from, qiao_desk_line_visit visit, void *context,
                                        qiao_error *err) QIAO_CHECK;
/* Number of the last line, 0 = none: any change to the desk makes it grow. */
QIAO_EXPORT qiao_status qiao_desk_trail(qiao_desk *desk, uint64_t *number_out, qiao_error *err) QIAO_CHECK;
/* Walks the chain and every row. QIAO_E_CORRUPT names the first line that does not fit. *lines_out: lines that do. */
QIAO_EXPORT qiao_status qiao_desk_verify(qiao_desk *desk, uint64_t *lines_out, qiao_error *err) QIAO_CHECK;

/* ---- what was looked for and not found ---- */

/* One question of one day; no part of the audit trail. question: members of a JSON object, as the caller writes them. */
typedef struct qiao_desk_miss {
    uint32_t day; /* since 1970 */
    const char *question;
    size_t length;
    uint64_t count;
} qiao_desk_miss;

#define QIAO_DESK_MISSES_MAX 20000u /* rows kept; past them the oldest go */
#define QIAO_DESK_MISS_DAYS 180u

/* Adds to the counts, in one transaction, and takes out what is too old as of today. On disk when it returns QIAO_OK. */
QIAO_EXPORT qiao_status qiao_desk_add_misses(qiao_desk *desk, const qiao_desk_miss *misses, size_t count,
                                             uint32_t today, qiao_error *err) QIAO_CHECK;
/* Borrowed during the call. */
typedef qiao_status (*qiao_desk_miss_visit)(const qiao_desk_miss *miss, void *context, qiao_error *err);
/* From a day on, in order of days. */
QIAO_EXPORT qiao_status qiao_desk_misses(qiao_desk *desk, uint32_t from, qiao_desk_miss_visit visit, void *context,
                                         qiao_error *err) QIAO_CHECK;

/* Hot, compact copy to a new file, fsynced: a backup. QIAO_E_IO where the file is there already. */
QIAO_EXPORT qiao_status qiao_desk_copy(qiao_desk *desk, const char *path, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
