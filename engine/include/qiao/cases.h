/*
 * How far pairs have come, read from the desk: one case for each pair of need and project that somebody accepted or
 * took up, with the moment at which it first reached each stage.
 *
 * A pair is accepted from its first verdict of acceptance that still stands, whoever gave it. Suggested is every case,
 * from the moment it was begun. A case has reached the stage that it stands at and those before it; set back to an
 * earlier one, it has reached no more than that. Dropped, it keeps what it had reached. When it reached a stage: when
 * it first stood at it or at a later one. Cases and verdicts that were withdrawn do not count.
 *
 * Lifetime and threads: immutable once read, shared by threads.
 */
#ifndef QIAO_CASES_H
#define QIAO_CASES_H

#include "qiao/desk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, JSON code, Chinese, English), in the order of a case's life; dropped is its end at any stage. */
#define QIAO_STAGES(X)                                                                                                 \
    X(SUGGESTED, "suggested", "已推荐", "Suggested")                                                                   \
    X(ACCEPTED, "accepted", "已采纳", "Accepted")                                                                      \
    X(CONTACTED, "contacted", "已联系", "Contacted")                                                                   \
    X(NEGOTIATING, "negotiating", "洽谈中", "Negotiating")                                                             \
    X(SIGNED, "signed", "已签约", "Signed")                                                                            \
    X(LANDED, "landed", "已落地", "Landed")                                                                            \
    X(DROPPED, "dropped", "已终止", "Dropped")

typedef enum qiao_stage {
#define QIAO_STAGE_ENUM(name, code, zh, en) QIAO_STAGE_##name,
    QIAO_STAGES(QIAO_STAGE_ENUM)
#undef QIAO_STAGE_ENUM
        QIAO_STAGE_COUNT
} qiao_stage;

#define QIAO_NEVER INT64_MIN

typedef struct qiao_case {
    const char *need, *project;
    int64_t reached_ms[QIAO_STAGE_COUNT]; /* since 1970, UTC; QIAO_NEVER */
} qiao_case;

typedef struct qiao_cases qiao_cases;

/* desk NULL: there are none. @return QIAO_OK; QIAO_E_NOMEM; QIAO_E_IO; QIAO_E_CORRUPT. */
QIAO_EXPORT qiao_status qiao_cases_read(qiao_desk *desk, qiao_cases **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_cases_free(qiao_cases *cases); /* NULL is fine */
/* In order of need and project. */
QIAO_EXPORT size_t qiao_cases_count(const qiao_cases *cases);
QIAO_EXPORT const qiao_case *qiao_cases_at(const qiao_cases *cases, size_t index); /* NULL past the end */

#ifdef __cplusplus
}
#endif
#endif
