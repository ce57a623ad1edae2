/*
 * Files, atomic publication, locks, clock.
 *
 * Every function reports QIAO_E_IO (with errno), QIAO_E_NOSPACE or QIAO_E_NOTFOUND. Paths are NUL-terminated, at most
 * 4,095 bytes.
 */
#ifndef QIAO_FILE_H
#define QIAO_FILE_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whole file into a buffer; QIAO_E_LIMIT past limit bytes (0 = 1 GiB). */
QIAO_EXPORT qiao_status qiao_file_read(const char *path, size_t limit, qiao_buffer *out, qiao_error *err) QIAO_CHECK;
/* Write beside, fsync, rename over path, fsync the folder: a reader or a crash sees the old file or the new one, never
 * a mix. */
QIAO_EXPORT qiao_status qiao_file_write_atomic(const char *path, const void *bytes, size_t length,
                                               qiao_error *err) QIAO_CHECK;
/* All bytes at that place of an open file; path: for messages. Safe from several threads at places of their own. */
QIAO_EXPORT qiao_status qiao_file_write_at(int fd, const char *path, const void *bytes, size_t length, uint64_t at,
                                           qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_file_sync(const char *path, qiao_error *err) QIAO_CHECK; /* file or folder */
QIAO_EXPORT qiao_status qiao_file_sync_tree(const char *path,
                                            qiao_error *err) QIAO_CHECK; /* every file and folder below, then it */
QIAO_EXPORT qiao_status qiao_file_rename(const char *from, const char *to,
                                         qiao_error *err) QIAO_CHECK; /* and fsync of the parent */
QIAO_EXPORT qiao_status qiao_file_make_directories(const char *path, qiao_error *err) QIAO_CHECK;
/* Has the system begin to write a folder's files to the device, so that syncing them later takes less; promises
 * nothing. */
QIAO_EXPORT void qiao_file_write_out_tree(const char *path);
QIAO_EXPORT qiao_status qiao_file_remove_tree(const char *path,
                                              qiao_error *err) QIAO_CHECK; /* absent is fine; does not follow links */
/* Copies the content to a new file (QIAO_E_IO where it is there already). Not synced; what was written stays on
 * failure. */
QIAO_EXPORT qiao_status qiao_file_copy(const char *from, const char *to, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT bool qiao_file_exists(const char *path);
QIAO_EXPORT qiao_status qiao_file_size(const char *path, uint64_t *size_out, qiao_error *err) QIAO_CHECK;
/* XXH3 128-bit of the content as 32 hex digits. */
QIAO_EXPORT qiao_status qiao_file_checksum(const char *path, char hex_out[33], qiao_error *err) QIAO_CHECK;
QIAO_EXPORT uint64_t qiao_hash64(const void *bytes, size_t length, uint64_t seed); /* XXH3, stable across machines */
QIAO_EXPORT void qiao_hash128_hex(const void *bytes, size_t length, char hex_out[33]);

/* Read-only mapping of a whole file. An empty file maps to data = "" and length 0. */
typedef struct qiao_mapping {
    const unsigned char *data;
    size_t length;
} qiao_mapping;
QIAO_EXPORT qiao_status qiao_mapping_open(const char *path, qiao_mapping *out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_mapping_close(qiao_mapping *mapping);

/* Advisory lock of a file (fcntl OFD or flock), freed by the kernel when the process dies. QIAO_E_LOCKED names the
 * holder's pid. */
typedef struct qiao_lock qiao_lock;
QIAO_EXPORT qiao_status qiao_lock_take(const char *path, qiao_lock **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_lock_release(qiao_lock *lock);

QIAO_EXPORT uint64_t qiao_clock_monotonic_us(void);
/* "2026-11-23T22:38:40Z" */
QIAO_EXPORT void qiao_clock_utc(char out[21]);
/* Days since 1970-01-01 of "YYYY-MM-DD..." ; INT32_MIN where it is no date. */
QIAO_EXPORT int32_t qiao_date_days(const char *text, size_t length);
/* "2026-04-12" for a day since 1970, the other way round; years 1 to 9999, others come out as the nearest of them. */
#define QIAO_DATE_SIZE 11
QIAO_EXPORT void qiao_date_text(int32_t day, char out[QIAO_DATE_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
