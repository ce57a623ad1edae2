/*
 * Verdicts of a generation: feedback.bin, how often each pair was accepted and rejected (qiao/feedback.h), by docid.
 * There is no such file where nobody decided anything yet.
 *
 *   header   32 bytes: "QIAOVERD", u32 version, u32 count, u32 documents[2], u64 checksum of what precedes it
 *   entries  16 bytes each, ascending by need, then project
 *
 * Immutable and shared by threads once open.
 */
#ifndef QIAO_STORE_VERDICTS_H
#define QIAO_STORE_VERDICTS_H

#include "qiao/status.h"

#include <stdint.h>

#define QIAOI_VERDICTS_NAME "feedback.bin"

typedef struct qiaoi_verdict {
    uint32_t need, project;    /* docids */
    uint32_t accepts, rejects; /* rejections for reasons about the fit */
} qiaoi_verdict;

typedef struct qiaoi_verdicts qiaoi_verdicts;

/* Sorted entries, without a pair twice. Synced when it returns QIAO_OK. */
qiao_status qiaoi_verdicts_write(const char *path, const uint32_t documents[2], const qiaoi_verdict *verdicts,
                                 uint32_t count, qiao_error *err) QIAO_CHECK;

/* @return QIAO_OK; QIAO_E_NOTFOUND; QIAO_E_CORRUPT (also where it was made for other numbers of documents). */
qiao_status qiaoi_verdicts_open(const char *path, const uint32_t documents[2], qiaoi_verdicts **out,
                                qiao_error *err) QIAO_CHECK;
void qiaoi_verdicts_close(qiaoi_verdicts *verdicts);
uint32_t qiaoi_verdicts_count(const qiaoi_verdicts *verdicts);                          /* NULL: 0 */
const qiaoi_verdict *qiaoi_verdicts_at(const qiaoi_verdicts *verdicts, uint32_t index); /* index < count */
/* The entry of a pair; NULL where nobody decided about it, or there are no verdicts. */
const qiaoi_verdict *qiaoi_verdicts_find(const qiaoi_verdicts *verdicts, uint32_t need, uint32_t project);

#endif
