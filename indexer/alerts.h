/*
 * Saved searches at night: what each finds in the served generation, laid beside the generation before, kept for
 * reading in DIR/news/ID.json, and sent to the address that its owner named.
 *
 * The desk is only read. A file of news is this program's alone, written beside and renamed; running the same night
 * again changes nothing and sends nothing twice that was taken. What a caller may see was put into the search when it
 * was saved ("run"), and is looked at again when news are read.
 *
 * One thread.
 */
#ifndef QIAO_INDEXER_ALERTS_H
#define QIAO_INDEXER_ALERTS_H

#include "qiao/engine.h"
#include "qiao/match.h"

#define QIAO_ALERTS_FOUND_MAX 10000u  /* records of one search that are compared; one that finds more is told so */
#define QIAO_ALERTS_LISTED_MAX 200u   /* ids of each kind that news hold; the counts are whole */
#define QIAO_ALERTS_ENTRIES_MAX 30u   /* nights kept of a search */
#define QIAO_ALERTS_NEED_PROJECTS 50u /* projects of a need that are looked at */

struct cJSON;

/* ---- alerts_find.c: what a search finds ---- */

typedef struct qiao_alerts_item {
    char *id;
    qiao_band band; /* of a need's matches; else QIAO_BAND_NONE */
} qiao_alerts_item;

typedef struct qiao_alerts_list {
    qiao_alerts_item *items; /* in order of id */
    size_t count, room;
    bool too_many; /* and items are none */
    bool gone;     /* the need is not there, or no longer its owner's */
} qiao_alerts_list;

/* need: the record of the desk for a search that watches one; NULL where the generation's counts. run: of the search.
 */
qiao_status qiao_alerts_find(qiao_session *session, const qiao_vocabulary *vocabulary, const struct cJSON *run,
                             const qiao_record *need, qiao_alerts_list *out, qiao_error *err) QIAO_CHECK;
void qiao_alerts_list_done(qiao_alerts_list *list);

/* ---- alerts_news.c: the file of a search ---- */

/* {"search","revision","seen":N,"entries":[newest first]}; an empty one where there is no file. */
qiao_status qiao_alerts_news_read(const char *data_dir, const char *id, struct cJSON **out, qiao_error *err) QIAO_CHECK;
qiao_status qiao_alerts_news_write(const char *data_dir, const char *id, const struct cJSON *news,
                                   qiao_error *err) QIAO_CHECK;
qiao_status qiao_alerts_news_remove(const char *data_dir, const char *id, qiao_error *err) QIAO_CHECK;
/* The difference as an entry in front of the others; the oldest fall away. deliver: it waits to be sent. */
qiao_status qiao_alerts_news_add(struct cJSON *news, uint64_t from, uint64_t to, const qiao_alerts_list *before,
                                 const qiao_alerts_list *now, bool deliver, qiao_error *err) QIAO_CHECK;

/* ---- alerts_send.c: to the address ---- */

typedef struct qiao_alerts_sending {
    bool allow_http, allow_private;
    uint64_t retry_ms;    /* before the second try; four times as long before each one after it */
    uint64_t deadline_us; /* monotonic; nothing is begun behind it */
    uint64_t delivered, failed, waiting;
} qiao_alerts_sending;

#define QIAO_ALERTS_TRIES 3u        /* in one night */
#define QIAO_ALERTS_NIGHTS_MAX 5u   /* then it is given up */
#define QIAO_ALERTS_ATTEMPTS_MAX 10 /* kept in the log of an entry */

/* Sends the entries that wait, the oldest first, and writes after each try what came of it. */
qiao_status qiao_alerts_send(const char *data_dir, const char *id, const struct cJSON *run, struct cJSON *news,
                             qiao_alerts_sending *sending, qiao_error *err) QIAO_CHECK;

#endif
