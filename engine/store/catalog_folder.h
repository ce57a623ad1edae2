/* Names and listings below DIR/catalog. Used by catalog.c, catalog_stage.c and engine/batch. */
#ifndef QIAO_STORE_CATALOG_FOLDER_H
#define QIAO_STORE_CATALOG_FOLDER_H

#include "qiao/catalog.h"

#define QIAOI_GENERATION_MAX UINT64_C(9999999999)
#define QIAOI_STAGED_PREFIX "building-"
#define QIAOI_REMOVED_PREFIX "removing-"

/* DIR/catalog/NAME; name NULL: DIR/catalog. out has QIAO_PATH_MAX bytes. */
qiao_status qiaoi_catalog_file(const char *data_dir, const char *name, char *out, qiao_error *err) QIAO_CHECK;

void qiaoi_generation_name(uint64_t generation, char out[QIAO_GENERATION_NAME_SIZE]);
/* 0 where the text is not exactly a generation's name. */
uint64_t qiaoi_generation_number(const char *text, size_t length);

/* All generations there are, ascending, in an array for qiao_free. No catalogue yet: none. */
qiao_status qiaoi_catalog_numbers(const char *data_dir, uint64_t **out, size_t *count_out, qiao_error *err) QIAO_CHECK;

/* Removes staged and half-removed folders and temporary files of processes that died. The caller holds
 * DIR/indexer.lock. */
qiao_status qiaoi_catalog_clean(const char *data_dir, qiao_error *err) QIAO_CHECK;

/* Gives the files of a generation, but for one, a second name in a staged folder (hard links). The manifest is the
 * generation's. @return QIAO_OK; QIAO_E_IO (also where the file system has no such links); QIAO_E_NOTFOUND. */
qiao_status qiaoi_catalog_link(const char *data_dir, const qiao_manifest *manifest, const char *without,
                               const char *staged, qiao_error *err) QIAO_CHECK;

/* The newest whole generation below current: what a rollback would serve. QIAO_E_NOTFOUND. */
qiao_status qiaoi_catalog_earlier(const char *data_dir, uint64_t current, uint64_t *out, qiao_error *err) QIAO_CHECK;
/* A kill in between leaves a folder that the next stage or removal clears away. */
qiao_status qiaoi_catalog_remove(const char *data_dir, uint64_t generation, qiao_error *err) QIAO_CHECK;

#endif
