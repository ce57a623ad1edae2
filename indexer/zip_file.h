/*
 * Members of a ZIP archive, read as streams; zip_file.c is the only file of the project that includes <zip.h>.
 *
 * What it guards: at most QIAOI_ZIP_MEMBERS_MAX members, no name that leads out of the archive, nothing encrypted;
 * a member that unpacks to more than its directory says, to more than QIAOI_ZIP_MEMBER_MAX bytes, or by more than
 * QIAOI_ZIP_RATIO_MAX times its packed size (beyond the first QIAOI_ZIP_RATIO_FREE bytes) is refused while it is read.
 *
 * Threads: an archive and its members belong to one thread at a time. Members may be read side by side.
 */
#ifndef QIAO_INDEXER_ZIP_FILE_H
#define QIAO_INDEXER_ZIP_FILE_H

#include "qiao/memory.h"
#include "qiao/status.h"

#include <stdbool.h>
#include <stdint.h>

#define QIAOI_ZIP_MEMBERS_MAX 10000u
#define QIAOI_ZIP_MEMBER_MAX ((uint64_t)8 << 30)
#define QIAOI_ZIP_RATIO_MAX 300u
#define QIAOI_ZIP_RATIO_FREE ((uint64_t)8 << 20)

typedef struct qiaoi_zip qiaoi_zip;
typedef struct qiaoi_zip_member qiaoi_zip_member;

/* fd is taken over, in every case. name is for messages, and borrowed. QIAO_E_INPUT (no archive, damaged, refused),
 * QIAO_E_NOMEM, QIAO_E_IO. */
qiao_status qiaoi_zip_open(int fd, const char *name, qiaoi_zip **out, qiao_error *err) QIAO_CHECK;
void qiaoi_zip_close(qiaoi_zip *zip); /* after its members; NULL is fine */

uint64_t qiaoi_zip_count(const qiaoi_zip *zip);
/* Borrowed; "" where it is out of range. */
const char *qiaoi_zip_name(const qiaoi_zip *zip, uint64_t index);
/* By name, or where no member has it, by its last part (a folder in the archive does not matter). */
bool qiaoi_zip_find(const qiaoi_zip *zip, const char *name, uint64_t *index_out);

qiao_status qiaoi_zip_member_open(qiaoi_zip *zip, uint64_t index, qiaoi_zip_member **out, qiao_error *err) QIAO_CHECK;
void qiaoi_zip_member_close(qiaoi_zip_member *member); /* NULL is fine */
/* Up to size bytes; *length_out 0 at the end. QIAO_E_INPUT (damaged, cut off), QIAO_E_LIMIT (a bomb). */
qiao_status qiaoi_zip_member_read(qiaoi_zip_member *member, char *out, size_t size, size_t *length_out,
                                  qiao_error *err) QIAO_CHECK;

#endif
