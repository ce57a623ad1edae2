/*
 * Catalogue: the numbered generations under DIR/catalog and which one is served.
 *
 * DIR/catalog/gen-NNNNNNNNNN/ holds records.mdb, text/, lexicon.bin, manifest.json; DIR/catalog/CURRENT holds the name
 * of the served one. Publication: staged in DIR/catalog/building-PID-..., manifest written last, everything fsynced,
 * renamed into place, CURRENT replaced atomically last. A kill at any point leaves the old catalogue served; leftovers
 * are removed by the next qiao_catalog_stage.
 *
 * Threads: functions are independent; writers hold DIR/indexer.lock (see source_store.h).
 */
#ifndef QIAO_CATALOG_H
#define QIAO_CATALOG_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_GENERATION_NAME_SIZE 16 /* "gen-0000000001" and its NUL */
#define QIAO_FORMAT_VERSION 9
#define QIAO_PATH_MAX 4096

typedef struct qiao_manifest {
    uint64_t generation; /* number */
    uint64_t parent;     /* 0 = none */
    char created[21];    /* UTC */
    uint32_t format_version;
    uint64_t projects, needs, terms, postings, bilingual;
    uint64_t source_sequence; /* last change of the source store that is in it */
    uint64_t statistics; /* generation whose statistics it goes by: itself, or an earlier one they were kept from */
    uint64_t drift_projects, drift_needs; /* records that came, changed or left since then */
    char vocabulary[64], lexicon[64], profile[64], software[32];
    struct {
        char name[64]; /* relative path */
        uint64_t size;
        char checksum[33]; /* XXH3-128 */
    } files[24];
    size_t file_count;
} qiao_manifest;

/* New empty staging folder; its path (path_out, QIAO_PATH_MAX bytes) and the number the generation will get. Removes
 * leftovers. */
QIAO_EXPORT qiao_status qiao_catalog_stage(const char *data_dir, char *path_out, uint64_t *number_out,
                                           qiao_error *err) QIAO_CHECK;
/* Fill file list and checksums, write manifest.json, fsync all, rename into place. The staged folder is gone afterwards
 * either way. */
QIAO_EXPORT qiao_status qiao_catalog_install(const char *data_dir, const char *staged, qiao_manifest *manifest,
                                             qiao_error *err) QIAO_CHECK;
/* Switch CURRENT to that generation (checked to exist and have a readable manifest). */
QIAO_EXPORT qiao_status qiao_catalog_publish(const char *data_dir, uint64_t generation, qiao_error *err) QIAO_CHECK;
/* Number of the served generation; QIAO_E_NOTFOUND when there is none yet; QIAO_E_CORRUPT when CURRENT is damaged. */
QIAO_EXPORT qiao_status qiao_catalog_current(const char *data_dir, uint64_t *generation_out,
                                             qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_catalog_path(const char *data_dir, uint64_t generation, char *path_out,
                                          qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_catalog_manifest(const char *data_dir, uint64_t generation, qiao_manifest *out,
                                              qiao_error *err) QIAO_CHECK;
/* Sizes and checksums of every file against the manifest; names the first bad one. */
QIAO_EXPORT qiao_status qiao_catalog_verify(const char *data_dir, uint64_t generation, qiao_error *err) QIAO_CHECK;
/* Ascending numbers; returns how many there are (may exceed capacity). */
QIAO_EXPORT qiao_status qiao_catalog_list(const char *data_dir, uint64_t *numbers, size_t capacity, size_t *count_out,
                                          qiao_error *err) QIAO_CHECK;
/* Serve the newest complete generation before the current one (or a named one, to > 0). Verified first. */
QIAO_EXPORT qiao_status qiao_catalog_rollback(const char *data_dir, uint64_t to, uint64_t *now_out,
                                              qiao_error *err) QIAO_CHECK;
/* Remove the oldest so that keep remain (at least 1); never the current one. */
QIAO_EXPORT qiao_status qiao_catalog_prune(const char *data_dir, size_t keep, size_t *removed_out,
                                           qiao_error *err) QIAO_CHECK;
/*
 * Remove what the policy does not keep: generations beyond the `keep` newest (at least 2) that are also older than
 * `days` days. Never the served one, nor its fallback, the one that a rollback would serve.
 */
typedef struct qiao_catalog_policy {
    size_t keep;
    uint32_t days; /* 0 = age does not count */
} qiao_catalog_policy;
QIAO_EXPORT qiao_status qiao_catalog_retire(const char *data_dir, const qiao_catalog_policy *policy,
                                            size_t *removed_out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
