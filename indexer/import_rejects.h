/*
 * The rejects file: what was refused, a JSON object a line, so that it can be mended and imported again:
 *   {"file","line","pointer","value","reason","reason_zh","raw","more":[{"pointer","value","reason","reason_zh"}]}
 * Made with the first refusal: DIR/rejects/NAME-TIMESTAMP.ndjson, or where the caller says.
 */
#ifndef QIAO_INDEXER_IMPORT_REJECTS_H
#define QIAO_INDEXER_IMPORT_REJECTS_H

#include "qiao/record.h"

#include <stdio.h>

typedef struct qiaoi_rejects {
    char path[4096]; /* "" until the first refusal */
    FILE *file;
    uint64_t count;
} qiaoi_rejects;

/* One refused item. Errors: QIAO_E_IO, QIAO_E_NOSPACE, QIAO_E_NOMEM. fixed_path NULL: below data_dir. */
qiao_status qiaoi_rejects_add(qiaoi_rejects *rejects, const char *data_dir, const char *fixed_path, const char *file,
                              uint64_t line, const qiao_record_issue *issues, size_t issue_count, const char *raw,
                              size_t raw_length, qiao_error *err) QIAO_CHECK;
/* To disk. */
qiao_status qiaoi_rejects_finish(qiaoi_rejects *rejects, qiao_error *err) QIAO_CHECK;
void qiaoi_rejects_close(qiaoi_rejects *rejects);

#endif
