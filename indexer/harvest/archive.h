/*
 * Pages as they were received, packed with zstd: DIR/archive/SOURCE/RUN-NNNNNN.zst. A page is there before it is
 * imported, so that a harvest that was killed does not ask for it again, and a feed map can be changed and the pages
 * read once more without asking the source.
 */
#ifndef QIAO_INDEXER_HARVEST_ARCHIVE_H
#define QIAO_INDEXER_HARVEST_ARCHIVE_H

#include "qiao/file.h"
#include "qiao/memory.h"

#define QIAOI_ARCHIVE_PATH 4096

/* Path of a page, of its Link header (".link"), or of a page that could not be read (".broken"). */
void qiaoi_archive_path(const char *data_dir, const char *source, const char *run, uint64_t page, const char *ending,
                        char out[QIAOI_ARCHIVE_PATH]);
/* A page that is written while it comes, whatever its size. qiaoi_archive_sink is for qiao_http_request. */
typedef struct qiaoi_archive_writer qiaoi_archive_writer;
/* Makes the folder. Nothing is at path before finish returned QIAO_OK; then it is on disk. */
qiao_status qiaoi_archive_writer_new(const char *path, qiaoi_archive_writer **out, qiao_error *err) QIAO_CHECK;
bool qiaoi_archive_sink(void *writer, const char *bytes, size_t length);
qiao_status qiaoi_archive_writer_finish(qiaoi_archive_writer *writer, qiao_error *err) QIAO_CHECK;
void qiaoi_archive_writer_free(qiaoi_archive_writer *writer); /* removes what was not finished */

/* On disk when it returns QIAO_OK. Makes the folder. */
qiao_status qiaoi_archive_write(const char *path, const void *bytes, size_t length, qiao_error *err) QIAO_CHECK;
/* Append the page unpacked, and a NUL behind its length; QIAO_E_NOTFOUND, QIAO_E_CORRUPT, QIAO_E_LIMIT (over limit
 * bytes). */
qiao_status qiaoi_archive_read(const char *path, size_t limit, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

#endif
