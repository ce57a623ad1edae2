/*
 * What was looked for and not found, kept for whoever decides what to scout for: gathered in memory by the requests,
 * and written to the desk by a thread of its own every few seconds, so that no answer waits for the disk.
 *
 * Kept are the words, the side, the filters, the day and how often: no key, no address, no organisation. A text that
 * holds an e-mail address, a telephone or identity number or the like (qiao/privacy.h), or the caller's own name, is
 * not kept; a long one is cut.
 *
 * Threads: note and flush may be called from any thread.
 */
#ifndef QIAO_API_MISSES_H
#define QIAO_API_MISSES_H

#include "qiao/desk.h"
#include "qiao/record.h"

typedef struct qiaoi_misses qiaoi_misses;

#define QIAOI_MISS_TEXT_MAX 240u /* bytes of a text that are kept */

typedef enum qiaoi_miss_kind { QIAOI_MISS_SEARCH, QIAOI_MISS_MATCH } qiaoi_miss_kind;

typedef struct qiaoi_miss {
    qiaoi_miss_kind kind;
    qiao_kind side; /* where nothing was found */
    const char *text;
    size_t length;
    const char *const *filters;
    size_t filter_count;
    const char *organisation; /* of the caller; "" = none: a text that names it is not kept */
} qiaoi_miss;

/* Starts the thread. desk is borrowed and outlives it. QIAO_E_NOMEM. */
qiao_status qiaoi_misses_start(qiao_desk *desk, qiaoi_misses **out, qiao_error *err) QIAO_CHECK;
/* Writes what is left and ends the thread; NULL is fine. */
void qiaoi_misses_stop(qiaoi_misses *misses);

/* Keeps one in memory; what goes past 512 different ones between two writes is dropped. misses NULL: nothing is kept.
 */
void qiaoi_misses_note(qiaoi_misses *misses, const qiaoi_miss *miss);
/* Writes what was noted so far. */
qiao_status qiaoi_misses_flush(qiaoi_misses *misses, qiao_error *err) QIAO_CHECK;

#endif
