/*
 * What the lists of a generation were chosen from: DIR/build/candidates.bin, for each list its first candidates by
 * text, before expiry, duplicates and the other signals. With it an update makes a list again from what it was chosen
 * from last time, and searches only the documents that changed.
 *
 * It is a cache: never served, no part of a generation, dropped without harm. It says which generation it belongs to;
 * what is damaged, cut short or of another generation counts as not there. Lists stand in no order:
 *
 *   header   128 bytes, qiaoi_candidates_header
 *   lists    as they came, each: u32 check of what follows, then its candidates
 *   index    u64 for each list, projects first, then needs: offset << 16 | length; 0 = it has none
 *
 * A candidate is three numbers of seven bits a byte, the last byte below 128: docid; how much less its text scored than
 * that of the one before; what is known of it (qiaoi_candidates_list). 1.3 KiB a list, as a rule.
 *
 * Writer: any thread puts lists, each list once. Reader: immutable, shared by threads. Neither fails a build.
 */
#ifndef QIAO_STORE_CANDIDATES_H
#define QIAO_STORE_CANDIDATES_H

#include "qiao/memory.h"
#include "qiao/record.h"

#define QIAOI_CANDIDATES_NAME "candidates.bin"
#define QIAOI_CANDIDATES_MAGIC "QIAOCAND"
#define QIAOI_CANDIDATES_VERSION 1u
/* The block that a list is chosen from, and some more: so many may leave before a search is needed. */
#define QIAOI_CANDIDATES_BLOCK 200u
#define QIAOI_CANDIDATES_DEPTH (QIAOI_CANDIDATES_BLOCK + 32u)

/* What was found out about a candidate when the list was made. */
typedef enum qiaoi_candidate_known {
    QIAOI_KNOWN_NOTHING, /* behind the block */
    QIAOI_KNOWN_TEXT,    /* value: of its text signal, micro-units; the others were not looked at */
    QIAOI_KNOWN_SHUT,    /* a gate keeps it out of the list */
    QIAOI_KNOWN_PAIR     /* value: of the pair's score, micro-units */
} qiaoi_candidate_known;

typedef struct qiaoi_kept_candidate {
    uint32_t docid, text_score; /* accumulator units */
    int32_t value;
    uint8_t known; /* qiaoi_candidate_known */
} qiaoi_kept_candidate;

/* Falling by text_score, rising by docid where that is equal. */
typedef struct qiaoi_candidates_list {
    uint32_t count;
    bool complete; /* there are no others that share a term */
    qiaoi_kept_candidate items[QIAOI_CANDIDATES_DEPTH];
} qiaoi_candidates_list;

typedef struct qiaoi_candidates_header {
    char magic[8];
    uint32_t version, depth;
    uint32_t documents[2]; /* of the generation, by qiao_kind */
    uint64_t generation;
    uint64_t fingerprint; /* of what else tells the generation from another of its number */
    uint64_t basis;       /* of the scoring profile and the vocabularies, as in matches.bin */
    int32_t day;          /* that it was matched for */
    uint32_t signals;
    uint64_t index; /* offset */
    uint64_t size;  /* of the file */
    uint64_t zero[5];
    uint64_t index_check;
    uint64_t checksum; /* XXH3 of the header before it */
} qiaoi_candidates_header;

/* ---- writing ---- */

typedef struct qiaoi_candidates_writer qiaoi_candidates_writer;

/* header: documents, generation, fingerprint, basis, day, signals; the rest is set here. NULL where there is no memory
 * or the file cannot be made. */
qiaoi_candidates_writer *qiaoi_candidates_writer_open(const char *path, const qiaoi_candidates_header *header);
/* A list of a document; lists that were not put have no candidates. What goes wrong is told at the end. writer: NULL is
 * fine. */
void qiaoi_candidates_writer_put(qiaoi_candidates_writer *writer, qiao_kind kind, uint32_t docid,
                                 const qiaoi_candidates_list *list);
/* Is the file whole? If not, or keep is false, it is removed. Frees the writer. */
bool qiaoi_candidates_writer_finish(qiaoi_candidates_writer *writer, bool keep);

/* ---- reading ---- */

typedef struct qiaoi_candidates qiaoi_candidates;

/* NULL where it is not there, not whole, of another version, or there is no memory. */
qiaoi_candidates *qiaoi_candidates_open(const char *path);
void qiaoi_candidates_close(qiaoi_candidates *candidates);
const qiaoi_candidates_header *qiaoi_candidates_about(const qiaoi_candidates *candidates);
/* false where it has none, or they are damaged. */
bool qiaoi_candidates_read(const qiaoi_candidates *candidates, qiao_kind kind, uint32_t docid,
                           qiaoi_candidates_list *out);

#endif
