/* Behind harvest.h: one source on its way. */
#ifndef QIAO_INDEXER_HARVEST_HARVEST_INTERNAL_H
#define QIAO_INDEXER_HARVEST_HARVEST_INTERNAL_H

#include "harvest/archive.h"
#include "harvest/harvest.h"
#include "harvest/host_turn.h"
#include "http_client.h"
#include "sweep.h"

#define QIAOI_STATE_LIMIT ((size_t)64 << 10)
#define QIAOI_TIME_SIZE 32
#define QIAOI_VALIDATOR_SIZE 256

typedef struct qiaoi_harvester {
    const qiaoi_harvest_run *common;
    const qiaoi_harvest_options *options;
    qiaoi_harvest_report *report;
    qiaoi_import_options import;
    qiaoi_importer *importer;
    qiaoi_file_report *file; /* of the page at hand */
    qiaoi_sweep sweep;       /* ids of the page at hand */
    size_t limit;
    uint64_t started_us;
    /* state */
    char run[QIAOI_TIME_SIZE];                                       /* when this list was begun; names the pages */
    char since[QIAOI_TIME_SIZE];                                     /* what is asked from; "" = everything */
    char date[QIAOI_TIME_SIZE];                                      /* the source's time when this list was begun */
    char etag[QIAOI_VALIDATOR_SIZE], modified[QIAOI_VALIDATOR_SIZE]; /* of the only page of a source */
    uint64_t page;                                                   /* to come, from 1 */
    uint64_t refused;                                                /* records of this list, over all runs */
    qiao_buffer position;                                            /* of that page; ends with NUL behind its length */
    bool done;
    unsigned restarts;
    /* the request of the page to come */
    qiao_http_request request;
    qiao_http_response response;
    const char *headers[QIAOI_PLAN_HEADERS * 2 + 4];
    char if_etag[QIAOI_VALIDATOR_SIZE + 20], if_modified[QIAOI_VALIDATOR_SIZE + 24];
    qiao_buffer url, body;
    qiaoi_archive_writer *writer;
    char origin[256];
    qiaoi_host_turn turn; /* held while asking */
    unsigned tries;
    uint64_t due_us; /* not to be asked before */
    bool asking, over;
} qiaoi_harvester;

/* ---- harvest_state.c ---- */
const char *qiaoi_harvester_position(const qiaoi_harvester *h);
bool qiaoi_harvester_set_position(qiaoi_harvester *h, const char *text);
void qiaoi_harvester_begin_list(qiaoi_harvester *h, const char *since);
qiao_status qiaoi_harvester_read_state(qiaoi_harvester *h, qiao_error *err) QIAO_CHECK;
/* With everything that the page brought: on disk when it returns. */
qiao_status qiaoi_harvester_commit(qiaoi_harvester *h, qiao_error *err) QIAO_CHECK;
void qiaoi_harvester_path(const qiaoi_harvester *h, const char *ending, char out[QIAOI_ARCHIVE_PATH]);

/* ---- harvest_page.c ---- */
/* The archived page into the store, with everything that follows from it. */
qiao_status qiaoi_harvester_import(qiaoi_harvester *h, const char *path, qiao_error *err) QIAO_CHECK;
/* Only the records, and what the source withdrew. */
qiao_status qiaoi_harvester_replay(qiaoi_harvester *h, const char *path, qiao_error *err) QIAO_CHECK;

/* ---- harvest_request.c ---- */
/* The request of the page to come; prepare: and where its answer goes. */
qiao_status qiaoi_harvester_request(qiaoi_harvester *h, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_harvester_prepare(qiaoi_harvester *h, qiao_error *err) QIAO_CHECK;
/* Behind an answer: into the archive. QIAO_OK; *again_us is when to ask again, 0 for not at all. */
qiao_status qiaoi_harvester_answered(qiaoi_harvester *h, qiao_status status, uint64_t *again_us,
                                     qiao_error *err) QIAO_CHECK;
void qiaoi_harvester_drop_request(qiaoi_harvester *h);

#endif
