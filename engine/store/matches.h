/*
 * Stored matches of a generation: matches.bin, every need's best projects and every project's best needs. Also the
 * parts that independent slices of such a run write, which are the same file with fewer lists.
 *
 *   header   128 bytes, qiaoi_matches_header
 *   lists    one qiaoi_match_list for each project first .. first + count of the file, then for each need; each has
 * room for QIAOI_MATCHES_DEPTH rows, so the list of a document is found without a table; unused room is zero
 *
 * Little-endian, as all files of a generation. A row keeps what a list shows and what its full explanation cannot
 * compute again without the search: the score of the text. The explanation of the few matches on a page is made when it
 * is asked for, and tells the score that stands here.
 *
 * Writer: any thread may put lists, each list once. Reader: immutable, shared by threads.
 */
#ifndef QIAO_STORE_MATCHES_H
#define QIAO_STORE_MATCHES_H

#include "qiao/memory.h"
#include "qiao/record.h"

#define QIAOI_MATCHES_NAME "matches.bin"
#define QIAOI_MATCHES_MAGIC "QIAOMTCH"
#define QIAOI_MATCHES_VERSION 1u
#define QIAOI_MATCHES_DEPTH 50u
#define QIAOI_MATCHES_SIGNALS_MAX 32u /* of reasons below; signals behind them are left out */

/* What a signal says in a row's reasons, two bits each, the first signal in the lowest. */
typedef enum qiaoi_reason {
    QIAOI_REASON_UNKNOWN,
    QIAOI_REASON_AGAINST,
    QIAOI_REASON_PARTLY,
    QIAOI_REASON_FOR
} qiaoi_reason;

typedef struct qiaoi_match_row {
    uint32_t docid;
    uint32_t text_score;       /* of the retrieval, accumulator units */
    int32_t score, confidence; /* micro-units */
    uint64_t reasons;
    uint8_t band; /* qiao_band */
    uint8_t zero[7];
} qiaoi_match_row;

typedef struct qiaoi_match_list {
    uint32_t count;
    uint32_t considered;  /* as the search counts them; UINT32_MAX = that many or more */
    uint32_t block_least; /* score of the text of the last candidate of the first block; 0 = the block was not full */
    uint32_t zero;
    qiaoi_match_row rows[QIAOI_MATCHES_DEPTH];
} qiaoi_match_list;

typedef struct qiaoi_matches_header {
    char magic[8];
    uint32_t version, depth;
    uint32_t documents[2];       /* of the generation, by qiao_kind */
    uint32_t first[2], count[2]; /* of the lists in this file */
    uint32_t slice, slices;      /* 1 and 1 = whole */
    int32_t day;                 /* the day it was matched for: days since 1970 */
    uint32_t signals;            /* how many signals a row's reasons speak of */
    uint64_t generation;         /* of a part: what it was made from; 0 in a generation's own file */
    uint64_t fingerprint;        /* the same, by content */
    uint64_t basis;              /* hash of the scoring profile and the vocabularies */
    uint64_t zero[5];
    uint64_t checksum; /* XXH3 of the header before it */
} qiaoi_matches_header;

uint64_t qiaoi_matches_size(const qiaoi_matches_header *header); /* bytes of the whole file */

/* ---- writing ---- */

typedef struct qiaoi_matches_writer qiaoi_matches_writer;

/* magic, version, depth and checksum of the header are set here. @return QIAO_OK; QIAO_E_IO; QIAO_E_NOSPACE;
 * QIAO_E_NOMEM. */
qiao_status qiaoi_matches_writer_open(const char *path, const qiaoi_matches_header *header, qiaoi_matches_writer **out,
                                      qiao_error *err) QIAO_CHECK;
/* The list of a document inside first .. first + count. */
qiao_status qiaoi_matches_writer_put(qiaoi_matches_writer *writer, qiao_kind kind, uint32_t docid,
                                     const qiaoi_match_list *list, qiao_error *err) QIAO_CHECK;
/* Header and fsync. Frees the writer in every case; removes the file on failure. */
qiao_status qiaoi_matches_writer_finish(qiaoi_matches_writer *writer, qiao_error *err) QIAO_CHECK;
void qiaoi_matches_writer_abort(qiaoi_matches_writer *writer); /* removes the file */

/* ---- reading ---- */

typedef struct qiaoi_matches qiaoi_matches;

/* @return QIAO_OK; QIAO_E_NOTFOUND; QIAO_E_CORRUPT (not such a file, cut short, a damaged header); QIAO_E_VERSION. */
qiao_status qiaoi_matches_open(const char *path, qiaoi_matches **out, qiao_error *err) QIAO_CHECK;
void qiaoi_matches_close(qiaoi_matches *matches);
const qiaoi_matches_header *qiaoi_matches_about(const qiaoi_matches *matches);
/* A document's list, checked: its rows name documents of the other side. NULL where it is damaged or not in the file.
 */
const qiaoi_match_list *qiaoi_matches_list(const qiaoi_matches *matches, qiao_kind kind, uint32_t docid);

#endif
