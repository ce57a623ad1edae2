/*
 * What staff have to look at: the needs of a generation with candidates that are new since the generation before, as
 * qiao/diff.h tells them. Where the generation before is gone, or there was none, every need with a strong or possible
 * candidate stands here, with all of those: what was looked at already, the desk knows.
 *
 * Lifetime and threads: immutable once opened, shared by threads; it keeps its generation open, and all it hands out
 * lives as long as it. Opening reads every record of both generations: seconds for a hundred thousand.
 */
#ifndef QIAO_QUEUE_H
#define QIAO_QUEUE_H

#include "qiao/match.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_queue qiao_queue;

typedef struct qiao_candidate {
    const char *project;
    qiao_band band; /* strong or possible */
} qiao_candidate;

typedef struct qiao_queue_need {
    const char *id;
    const char *park, *status; /* NULL = unknown */
    int32_t deadline_day;      /* until when an answer is wanted, else until when the need stands; QIAO_UNKNOWN */
    const qiao_candidate *candidates; /* best first */
    uint32_t count;                   /* at least 1 */
} qiao_queue_need;

typedef struct qiao_queue_options {
    const char *data_dir;
    const char *vocabulary_dir; /* NULL = from the share folder */
    uint64_t generation;
} qiao_queue_options;

/* @return QIAO_OK; QIAO_E_NOTFOUND (no such generation, or one without stored matches); QIAO_E_CORRUPT; QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_queue_open(const qiao_queue_options *options, qiao_queue **out,
                                        qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_queue_close(qiao_queue *queue); /* NULL is fine */

/* The generation that it was compared with; 0 = gone, or there was none. */
QIAO_EXPORT uint64_t qiao_queue_previous(const qiao_queue *queue);
/* In order of id. */
QIAO_EXPORT size_t qiao_queue_count(const qiao_queue *queue);
QIAO_EXPORT const qiao_queue_need *qiao_queue_at(const qiao_queue *queue, size_t index); /* NULL past the end */

#ifdef __cplusplus
}
#endif
#endif
