/*
 * The work of a night: harvest each source, fold in what was posted by day, build and publish, verify, tell what
 * changed. Each stage is a run of this program as a process of its own, so that one that crashes, is killed or eats its
 * memory takes nothing else with it; each can be run again, so a night that was cut off is simply started once more.
 *
 * Configuration: a JSON object,
 *
 *     {"harvest": [{"preset": "oai_dc", "url": "https://HOST/oai", "source": "NAME", "max_pages": 100}], "keep": 5}
 *
 * harvest: for each source the options of `qiao-indexer harvest` with _ for -: feed, preset, url, source, header_file,
 * contact, allow_private, max_page, max_pages, max_records. Paths are relative to the current folder. keep: generations
 * to keep. Both may be missing.
 */
#ifndef QIAO_INDEXER_NIGHTLY_H
#define QIAO_INDEXER_NIGHTLY_H

#include "qiao/memory.h"
#include "qiao/status.h"

#include <stdbool.h>
#include <stdint.h>

#define QIAO_NIGHTLY_SOURCES_MAX 64u
#define QIAO_NIGHTLY_ARGUMENTS_MAX 24u

/* Arguments of one harvest, ready for its command line; allocated. */
typedef struct qiao_nightly_source {
    char *arguments[QIAO_NIGHTLY_ARGUMENTS_MAX];
    size_t count;
} qiao_nightly_source;

typedef struct qiao_nightly_config {
    qiao_nightly_source sources[QIAO_NIGHTLY_SOURCES_MAX];
    size_t source_count;
    uint32_t keep; /* 0: as build does */
} qiao_nightly_config;

/* QIAO_E_INPUT naming file, source and field; QIAO_E_NOTFOUND; QIAO_E_NOMEM. On failure out is empty. */
qiao_status qiao_nightly_config_read(const char *path, qiao_nightly_config *out, qiao_error *err) QIAO_CHECK;
void qiao_nightly_config_done(qiao_nightly_config *config);

/* What a stage came to. */
typedef struct qiao_nightly_stage {
    int exit_code; /* 128 + signal where one ended it */
    double seconds;
} qiao_nightly_stage;

/*
 * Runs `this program ARGUMENTS`, its standard output into the file at path.
 * arguments: NULL at the end, arguments[0] the command.
 * QIAO_E_IO where no process could be started.
 */
qiao_status qiao_nightly_run(const char *const *arguments, const char *path, qiao_nightly_stage *out,
                             qiao_error *err) QIAO_CHECK;

#endif
