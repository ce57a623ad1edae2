/* Temporary files without a name: what does not belong into memory. They go when they are closed, also by a crash. */
#ifndef QIAO_INDEXER_SPOOL_H
#define QIAO_INDEXER_SPOOL_H

#include "qiao/status.h"

#include <stddef.h>
#include <stdint.h>

/* A new empty file in TMPDIR or /tmp, for reading and writing; the descriptor is the caller's. QIAO_E_IO,
 * QIAO_E_NOSPACE. */
qiao_status qiaoi_spool_open(int *fd_out, qiao_error *err) QIAO_CHECK;

/* All of length at a place, or an error; the end of the file inside it is QIAO_E_CORRUPT. */
qiao_status qiaoi_spool_read(int fd, uint64_t at, void *out, size_t length, qiao_error *err) QIAO_CHECK;

#endif
