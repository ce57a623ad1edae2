/*
 * A crew: threads that help whoever searches alone while processors are idle. Work is put up as a job; helpers join it,
 * each with scratch memory of its own, and the asker does its part meanwhile. Nobody waits for a helper that did not
 * join, so a busy crew costs an asker nothing but two locks.
 *
 * No more helpers join than there are threads left when every asker counts as one: a service that is fully busy
 * answers each request by one thread, as without a crew.
 *
 * Threads: any number of askers at a time; jobs are the askers' own. qiao_crew_new and qiao_crew_free: qiao/matcher.h.
 */
#ifndef QIAO_MATCH_CREW_H
#define QIAO_MATCH_CREW_H

#include "qiao/matcher.h"

#include <stdbool.h>

struct qiaoi_retrieval; /* of retrieval.h */

typedef struct qiaoi_crew_job {
    /* Does a part of the work, as long as there is any. Called by a helper at most once for each job. */
    void (*help)(void *context, struct qiaoi_retrieval *scratch);
    void *context;
    struct qiaoi_crew_job *next; /* the rest is the crew's */
    unsigned wanted, inside;
    bool listed;
} qiaoi_crew_job;

unsigned qiaoi_crew_helpers(const qiao_crew *crew); /* how many can join a job at most */
/* Puts the job up. To be followed by qiaoi_crew_end in the same thread. */
void qiaoi_crew_begin(qiao_crew *crew, qiaoi_crew_job *job);
/* Takes it back, and waits for those who joined. What they wrote is seen by the caller. */
void qiaoi_crew_end(qiao_crew *crew, qiaoi_crew_job *job);

#endif
