/*
 * The harvest of one source: page by page, each archived, imported and committed before the next is asked for.
 *
 * The state of a source ("harvest/NAME" in the source store) says which page comes next. It is committed behind the
 * page's records: a kill in between repeats the import of the archived page, which changes nothing, and never the
 * request. A page that is broken is set aside, and asked for again by the next run.
 */
#ifndef QIAO_INDEXER_HARVEST_HARVEST_H
#define QIAO_INDEXER_HARVEST_HARVEST_H

#include "harvest/plan.h"
#include "import.h"

typedef struct qiaoi_harvest_options {
    const char *data_dir, *source;
    const qiaoi_map *map;
    const qiaoi_plan *plan;
    qiaoi_reader_options reader;
    bool allow_private;         /* loopback and private addresses may be asked */
    bool shared;                /* other harvests run beside this one: the lock is not held while a page comes */
    bool full;                  /* from the beginning, not from where the last harvest ended */
    const char *const *headers; /* beside those of the plan; never shown */
    size_t header_count;
    uint64_t page_bytes, pages, records; /* caps: of a page unpacked, of a run; 0 = 64 MiB, none, none */
    /* called behind every page; may be NULL */
    void (*progress)(void *context, uint64_t pages, uint64_t records);
    void *progress_context;
} qiaoi_harvest_options;

typedef struct qiaoi_harvest_report {
    uint64_t pages, requests; /* pages imported; requests made, repeated ones too */
    uint64_t read, fresh, changed, unchanged, refused, withdrawn;
    bool complete; /* the source had no more; false where a cap ended the run */
    double seconds;
} qiaoi_harvest_report;

/*
 * @return QIAO_OK; QIAO_E_IO (source or disk), QIAO_E_INPUT (page that cannot be read), QIAO_E_LIMIT (page too large),
 * QIAO_E_REFUSED (address), QIAO_E_LOCKED, QIAO_E_NOSPACE, QIAO_E_NOMEM. The report counts what was committed.
 */
qiao_status qiaoi_harvest(const qiaoi_harvest_options *options, qiaoi_harvest_report *report,
                          qiao_error *err) QIAO_CHECK;

/* Import every archived page again, oldest first, by the map as it is now. No network; the state stays. */
qiao_status qiaoi_harvest_replay(const qiaoi_harvest_options *options, qiaoi_harvest_report *report,
                                 qiao_error *err) QIAO_CHECK;

/* The first page as it comes, unpacked, into page; nothing is stored. */
qiao_status qiaoi_harvest_look(const qiaoi_harvest_options *options, qiao_buffer *page, qiao_error *err) QIAO_CHECK;

#endif
