/*
 * What is counted over a whole generation (the queue, the survey that the reports rest on): made once for each
 * generation by a thread of its own, from the moment it is served, and shared by the requests that follow. A request
 * that comes too early waits a moment, then is told to come again: making these takes seconds in large catalogues, and
 * the threads that answer are few.
 *
 * Lifetime and threads: start and stop by the program; take and release by any thread.
 */
#ifndef QIAO_API_REPORTS_H
#define QIAO_API_REPORTS_H

#include "call.h"

typedef enum qiaoi_report_kind { QIAOI_REPORT_SURVEY, QIAOI_REPORT_QUEUE, QIAOI_REPORT_KINDS } qiaoi_report_kind;

typedef struct qiaoi_reports qiaoi_reports;

/* engine: borrowed. QIAO_E_NOMEM. */
qiao_status qiaoi_reports_start(qiao_engine *engine, const char *data_dir, qiaoi_reports **out,
                                qiao_error *err) QIAO_CHECK;
/* Waits for what is being made. NULL is fine. */
void qiaoi_reports_stop(qiaoi_reports *reports);
/* Another generation may be served. NULL is fine. */
void qiaoi_reports_wake(qiaoi_reports *reports);

/* One of these, of one generation. */
typedef struct qiaoi_report qiaoi_report;

/* That of the generation of the call; NULL: the problem of the call says why. To be released. */
qiaoi_report *qiaoi_report_take(qiaoi_call *call, qiaoi_report_kind kind);
void qiaoi_report_release(qiaoi_call *call, qiaoi_report *report); /* NULL is fine */
/* How far the cases of the desk have come, as of its revision, which is written to *revision_out. As above. */
qiaoi_report *qiaoi_report_take_cases(qiaoi_call *call, uint64_t *revision_out);
const struct qiao_survey *qiaoi_report_survey(const qiaoi_report *report);
const struct qiao_cases *qiaoi_report_cases(const qiaoi_report *report);
const struct qiao_queue *qiaoi_report_queue(const qiaoi_report *report);

#endif
