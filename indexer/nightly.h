/*
 * The work of a night: harvest the sources side by side, fold in what was posted by day, build and publish, verify,
 * tell what changed, tell the saved searches, prune, report. Each stage is a run of this program as a process of its
 * own, so that one that crashes, is killed or eats its memory takes nothing else with it.
 *
 * What a stage came to is in DIR/nightly.state.json before the next begins: a night that was cut off goes on at the
 * stage that did not end, a harvest there at the page that was not imported. A state of more than twelve hours ago is
 * left: there a new night begins.
 *
 * Configuration: a JSON object,
 *
 *     {"harvest": [{"preset": "oai_dc", "url": "https://HOST/oai", "source": "NAME", "max_pages": 100}],
 *      "parallel": 4, "keep": 5, "keep_days": 0, "report_days": 90, "archive_days": 0, "reject_days": 90,
 *      "min_free_mib": 256, "webhook_http": 0, "webhook_private": 0}
 *
 * harvest: for each source the options of `qiao-indexer harvest` with _ for -: feed, preset, url, source, header_file,
 * query_file, contact, proxy, ca_file, allow_private, max_page, max_pages, max_records, max_time, max_stall, max_drop.
 * Paths are relative to the current folder. parallel: sources asked at the
 * same time; those of one host take turns (harvest/host_turn.h). keep, keep_days, report_days,
 * archive_days, reject_days: of `qiao-indexer prune` (0 days: generations are counted only, files are never removed).
 * min_free_mib: a stage is refused where less would be free. webhook_http, webhook_private: 1 lets `qiao-indexer
 * alerts` send to addresses without TLS, or in your own network. Everything may be missing; the numbers above are the
 * defaults.
 */
#ifndef QIAO_INDEXER_NIGHTLY_H
#define QIAO_INDEXER_NIGHTLY_H

#include "qiao/memory.h"
#include "qiao/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define QIAO_NIGHTLY_SOURCES_MAX 64u
#define QIAO_NIGHTLY_ARGUMENTS_MAX 24u
#define QIAO_NIGHTLY_PARALLEL_MAX 16u
#define QIAO_NIGHTLY_PATH 4096

/* Arguments of one harvest, ready for its command line; allocated. */
typedef struct qiao_nightly_source {
    char *arguments[QIAO_NIGHTLY_ARGUMENTS_MAX];
    size_t count;
    const char *name; /* source, else preset, else feed; one of the arguments */
} qiao_nightly_source;

typedef struct qiao_nightly_config {
    qiao_nightly_source sources[QIAO_NIGHTLY_SOURCES_MAX];
    size_t source_count;
    uint32_t parallel, keep, keep_days, report_days, archive_days, reject_days, min_free_mib, webhook_http,
        webhook_private;
} qiao_nightly_config;

/* path NULL: the defaults. QIAO_E_INPUT naming file, source and field, also where two sources have one name;
 * QIAO_E_NOTFOUND; QIAO_E_NOMEM. On failure out is empty. */
qiao_status qiao_nightly_config_read(const char *path, qiao_nightly_config *out, qiao_error *err) QIAO_CHECK;
void qiao_nightly_config_done(qiao_nightly_config *config);

/* ---- processes ---- */

/* A stage that runs. */
typedef struct qiao_nightly_process {
    pid_t id; /* 0 = none */
    uint64_t begin_us;
} qiao_nightly_process;

/*
 * Starts `this program ARGUMENTS`, standard output and standard error into files.
 * arguments: NULL at the end, arguments[0] the command.
 * QIAO_E_IO where no process could be started.
 */
qiao_status qiao_nightly_start(const char *const *arguments, const char *output, const char *errors,
                               qiao_nightly_process *out, qiao_error *err) QIAO_CHECK;
/* Waits for the first of them to end; *ended_out says which. exit_code: 128 + signal where one ended it. The process
 * of *ended_out is none afterwards. */
qiao_status qiao_nightly_wait(qiao_nightly_process *processes, size_t count, size_t *ended_out, int *exit_code_out,
                              double *seconds_out, qiao_error *err) QIAO_CHECK;

/* ---- state ---- */

struct cJSON;

/* {"started","from","resumed","stages":[{"stage","name","exit_code","seconds","message","result"}]} */
typedef struct qiao_nightly_state {
    const char *data; /* borrowed */
    struct cJSON *tree;
} qiao_nightly_state;

/* What a night that was cut off left, or a new one; from: the generation served now. restart: a new one in any case. */
qiao_status qiao_nightly_state_open(const char *data, uint64_t from, bool restart, qiao_nightly_state *out,
                                    qiao_error *err) QIAO_CHECK;
void qiao_nightly_state_close(qiao_nightly_state *state);
/* Did that stage end before? Then its exit code. name may be NULL. */
bool qiao_nightly_state_ended(const qiao_nightly_state *state, const char *stage, const char *name, int *exit_code);
/* On disk when it returns. result: one line of JSON, or NULL; message: what it complained of, or NULL. */
qiao_status qiao_nightly_state_add(qiao_nightly_state *state, const char *stage, const char *name, int exit_code,
                                   double seconds, const char *message, const char *result, qiao_error *err) QIAO_CHECK;
/* The night is over. */
void qiao_nightly_state_forget(const qiao_nightly_state *state);
const char *qiao_nightly_state_started(const qiao_nightly_state *state);
uint64_t qiao_nightly_state_from(const qiao_nightly_state *state);

/* ---- disk ---- */

typedef struct qiao_nightly_disk {
    uint64_t free, catalog, archive, source, reports, other; /* bytes */
} qiao_nightly_disk;

void qiao_nightly_disk_read(const char *data, qiao_nightly_disk *out);
/* Room for that stage? QIAO_E_REFUSED says how much is wanting, and what to do. */
qiao_status qiao_nightly_disk_check(const char *data, const char *stage, uint32_t min_free_mib,
                                    qiao_error *err) QIAO_CHECK;

/* ---- report ---- */

typedef struct qiao_nightly_outcome {
    const qiao_nightly_config *config;
    int exit_code;
    uint64_t to; /* generation served now */
} qiao_nightly_outcome;

/*
 * DIR/reports/nightly-TIME-N.html, .zh.md, .en.md, .json, each atomically and the last one last; where the night was
 * published (exit code 0 or 3) DIR/reports/last_success.json too: {"unix":seconds,"time","generation","report",
 * "exit_code"}. json_out gets the JSON, path_out (QIAO_NIGHTLY_PATH bytes) the path of it.
 */
qiao_status qiao_nightly_report_write(const qiao_nightly_state *state, const qiao_nightly_outcome *outcome,
                                      qiao_buffer *json_out, char *path_out, qiao_error *err) QIAO_CHECK;

/* A report (the JSON's tree) as a page for people. */
typedef enum qiao_nightly_format { QIAO_NIGHTLY_MARKDOWN, QIAO_NIGHTLY_HTML } qiao_nightly_format;
void qiao_nightly_page(const struct cJSON *report, qiao_nightly_format format, qiao_language language,
                       qiao_buffer *out);

#endif
