/*
 * What changed for the needs between two generations: matches that are new, better, worse or lost, each with its cause,
 * and whether somebody should be told.
 *
 * Told is a match of the two upper bands that came, or rose into its band, because a record came or changed. Words,
 * weights, vocabularies and neighbours that left or moved never tell anybody; nor does a record that only got another
 * id, or an edit after which a pair is worth no more than it was.
 *
 * Both generations must hold stored matches (qiao/all_pairs.h). One thread; memory: a few bytes a record.
 */
#ifndef QIAO_DIFF_H
#define QIAO_DIFF_H

#include "qiao/match.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, JSON code). BETTER and WORSE: another band, or the score moved by two hundredths or more. */
#define QIAO_DIFF_KINDS(X)                                                                                             \
    X(NEW, "new")                                                                                                      \
    X(BETTER, "better")                                                                                                \
    X(WORSE, "worse")                                                                                                  \
    X(LOST, "lost")

/* X(name, JSON code): the nearest cause, in this order. OTHERS: statistics, or others that came and went. */
#define QIAO_CAUSES(X)                                                                                                 \
    X(PROJECT_NEW, "project_new")                                                                                      \
    X(PROJECT_RENAMED, "project_renamed")                                                                              \
    X(PROJECT_GONE, "project_gone")                                                                                    \
    X(PROJECT_WITHDRAWN, "project_withdrawn")                                                                          \
    X(PROJECT_CHANGED, "project_changed")                                                                              \
    X(NEED_NEW, "need_new")                                                                                            \
    X(NEED_RENAMED, "need_renamed")                                                                                    \
    X(NEED_GONE, "need_gone")                                                                                          \
    X(NEED_WITHDRAWN, "need_withdrawn")                                                                                \
    X(NEED_CHANGED, "need_changed")                                                                                    \
    X(PROFILE, "profile")                                                                                              \
    X(VOCABULARY, "vocabulary")                                                                                        \
    X(LEXICON, "lexicon")                                                                                              \
    X(OTHERS, "others")

typedef enum qiao_diff_kind {
#define QIAO_DIFF_ENUM(name, code) QIAO_DIFF_##name,
    QIAO_DIFF_KINDS(QIAO_DIFF_ENUM)
#undef QIAO_DIFF_ENUM
        QIAO_DIFF_COUNT
} qiao_diff_kind;

typedef enum qiao_cause {
#define QIAO_CAUSE_ENUM(name, code) QIAO_CAUSE_##name,
    QIAO_CAUSES(QIAO_CAUSE_ENUM)
#undef QIAO_CAUSE_ENUM
        QIAO_CAUSE_COUNT
} qiao_cause;

QIAO_EXPORT const char *qiao_diff_code(qiao_diff_kind kind); /* static */
QIAO_EXPORT const char *qiao_cause_code(qiao_cause cause);   /* static */

typedef struct qiao_diff_place {
    uint32_t rank; /* 0 = not in the list */
    int32_t score; /* micro-units */
    qiao_band band;
} qiao_diff_place;

typedef struct qiao_match_change {
    const char *need, *project; /* ids; borrowed during the call */
    qiao_diff_kind kind;
    qiao_cause cause;
    bool told;
    qiao_diff_place before, after;
} qiao_match_change;

/* In order of need, then of rank in the later list, lost ones last. Anything but QIAO_OK ends the comparison. */
typedef qiao_status (*qiao_diff_sink)(const qiao_match_change *change, void *context, qiao_error *err);

typedef struct qiao_diff_options {
    const char *data_dir;
    const char *vocabulary_dir; /* NULL = from the share folder */
    uint64_t from, to;          /* generations */
    qiao_diff_sink sink;
    void *context;
} qiao_diff_options;

typedef struct qiao_diff_report {
    uint64_t changes[QIAO_DIFF_COUNT];
    uint64_t told;
    uint64_t records_new[2], records_gone[2], records_changed[2], records_renamed[2]; /* by qiao_kind */
} qiao_diff_report;

/* @return QIAO_OK; QIAO_E_NOTFOUND (no such generation, or one without matches); QIAO_E_CORRUPT; QIAO_E_NOMEM; what the
 * sink gave. */
QIAO_EXPORT qiao_status qiao_diff(const qiao_diff_options *options, qiao_diff_report *report,
                                  qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
