/*
 * The harvest of sources: page by page, each archived, imported and committed before the next of the same source is
 * asked for. Several sources are asked at a time; their pages are imported one after the other into one store.
 *
 * The state of a source ("harvest/NAME" in the source store) says which page comes next. It is committed behind the
 * page's records: a kill in between repeats the import of the archived page, which changes nothing, and never the
 * request. A page that is broken is set aside, and asked for again by the next run.
 *
 * Where a list was complete and not only of changes, records of the source that it does not hold have vanished: see
 * sweep.h.
 */
#ifndef QIAO_INDEXER_HARVEST_HARVEST_H
#define QIAO_INDEXER_HARVEST_HARVEST_H

#include "harvest/plan.h"
#include "import.h"

/* What is the same for every source of a run. */
typedef struct qiaoi_harvest_run {
    const char *data_dir;
    bool allow_private;                  /* loopback and private addresses may be asked */
    bool shared;                         /* other harvests run beside this one: the lock is not held while pages come */
    bool full;                           /* from the beginning, not from where the last harvest ended */
    unsigned per_host;                   /* connections to one host at a time, over all harvests of data_dir; 0 = 1 */
    unsigned drop;                       /* percent of a source that may vanish at once */
    uint64_t page_bytes, pages, records; /* caps: of a page unpacked, of a source in this run; 0 = 64 MiB, none, none */
    uint64_t seconds;                    /* after which no further page is asked for; 0 = none */
    uint32_t stall_seconds;              /* a request is given up when nothing comes for so long; 0 = 30 */
    uint64_t seed;                       /* of the chance in pauses; 0 = of the clock */
    const char *proxy, *user_agent, *ca_file; /* as in http_client.h */
    /* called behind every page, with the sums over all sources; may be NULL */
    void (*progress)(void *context, uint64_t pages, uint64_t records);
    void *progress_context;
} qiaoi_harvest_run;

typedef struct qiaoi_harvest_options {
    const char *source;
    const qiaoi_map *map;
    const qiaoi_plan *plan;
    qiaoi_reader_options reader;
    const char *const *headers; /* beside those of the plan; never shown */
    size_t header_count;
} qiaoi_harvest_options;

typedef struct qiaoi_harvest_report {
    uint64_t pages, requests; /* pages imported; requests made, repeated ones too */
    uint64_t read, fresh, changed, unchanged, refused, withdrawn;
    uint64_t vanished, dropped; /* records that a full list no longer holds; those of them that were removed */
    bool complete;              /* the source had no more; false where a cap ended the run */
    bool not_modified;          /* the source says that nothing changed since the last time */
    double seconds;
    qiao_error error; /* QIAO_OK where all went well */
} qiaoi_harvest_report;

#define QIAOI_HARVEST_SOURCES_MAX 64u

/*
 * A source that fails does not keep the others from being harvested; reports[i].error says what happened to it:
 * QIAO_E_IO (source or disk), QIAO_E_INPUT (page that cannot be read), QIAO_E_LIMIT (page too large), QIAO_E_REFUSED
 * (address, or too much vanished), QIAO_E_NOSPACE, QIAO_E_NOMEM. The report counts what was committed.
 * @return that of the first source that failed, or why none could begin (QIAO_E_LOCKED ...).
 */
qiao_status qiaoi_harvest(const qiaoi_harvest_run *run, const qiaoi_harvest_options *sources, size_t count,
                          qiaoi_harvest_report *reports, qiao_error *err) QIAO_CHECK;

/* Import every archived page again, oldest first, by the map as it is now. No network; the state stays. */
qiao_status qiaoi_harvest_replay(const qiaoi_harvest_run *run, const qiaoi_harvest_options *options,
                                 qiaoi_harvest_report *report, qiao_error *err) QIAO_CHECK;

/* The beginning of the first page, unpacked, into the file at path; nothing else is stored. *whole_out: it is all of
 * the page. */
qiao_status qiaoi_harvest_look(const qiaoi_harvest_run *run, const qiaoi_harvest_options *options, const char *path,
                               bool *whole_out, qiao_error *err) QIAO_CHECK;

#endif
