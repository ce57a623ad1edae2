/* Bytes of a file or of stdin, unpacked: what the format readers stand on. */
#ifndef QIAO_INDEXER_READER_SOURCE_H
#define QIAO_INDEXER_READER_SOURCE_H

#include "qiao/memory.h"

#include <stdint.h>

typedef struct qiaoi_source qiaoi_source;

/* Packing is known by its magic number; a name that ends in .gz or .zst and holds neither is QIAO_E_INPUT. */
qiao_status qiaoi_source_open(const char *path, qiaoi_source **out, qiao_error *err) QIAO_CHECK;
void qiaoi_source_close(qiaoi_source *source);

/* Where bytes come from that are no file: read as read(2) does it, *length_out 0 at the end. */
typedef qiao_status (*qiaoi_source_pull)(void *context, char *out, size_t size, size_t *length_out, qiao_error *err);
/* A source that pulls; packed bytes are unpacked here too. name is copied, context is borrowed. */
qiao_status qiaoi_source_open_pull(const char *name, qiaoi_source_pull pull, void *context, qiaoi_source **out,
                                   qiao_error *err) QIAO_CHECK;

/*
 * Everything that the source still gives, in a file that can be read at any place: the source's own, where it is a
 * plain file, otherwise a temporary one of at most limit bytes (QIAO_E_LIMIT). The descriptor is the caller's.
 */
qiao_status qiaoi_source_random(qiaoi_source *source, uint64_t limit, int *fd_out, qiao_error *err) QIAO_CHECK;

/* The next piece, borrowed until the next call; *length_out 0 at the end. QIAO_E_INPUT where packed data is damaged or
 * cut off. */
qiao_status qiaoi_source_read(qiaoi_source *source, const char **data_out, size_t *length_out,
                              qiao_error *err) QIAO_CHECK;
/* The same piece is given again by the next read. */
void qiaoi_source_again(qiaoi_source *source);

const char *qiaoi_source_name(const qiaoi_source *source);
const char *qiaoi_source_packing(const qiaoi_source *source); /* "plain", "gzip", "zstd" */
void qiaoi_source_position(const qiaoi_source *source, uint64_t *done_out, uint64_t *total_out);

#endif
