/*
 * Layout of a generation's records.mdb, shared by its writer and its reader.
 *
 * Database "documents":
 *   - key KIND -> ids of the side: u32 count, u32 offsets[count + 1], NUL-terminated ids ascending;
 *   - key QIAOI_PLACES_KEY -> u32 count, u32 places[count]: which document (docid, QIAOI_PLACE_NEED for a need)
 *     has each number of the full-text index, QIAOI_PLACE_NONE where no document has it any more;
 *   - key QIAOI_STORED_KEY + KIND -> qiaoi_stored_header, qiaoi_document_place[count]: where the record of each
 *     document is stored (document_files.h);
 *   - key QIAOI_STATISTICS_KEY + KIND -> qiaoi_statistics_header, u32 df[slots].
 *
 * Database "tags": key KIND, tag -> portable Roaring bitmap of docids.
 *
 * Database "postings": key KIND, range (2 bytes BE) -> qiaoi_postings_header and arrays, see below.
 *
 * KIND is one byte, the value of qiao_kind. A range covers QIAOI_RANGE_SIZE documents. Postings of a range, each array
 * 8-byte aligned:
 *   - u64 bitmap[words]: which term slots have postings here (slots: terms of the lexicon, then its pairs);
 *   - u32 rank[words]: set bits before each word;
 *   - u32 offsets[present + 1];
 *   - u16 documents[postings]: docid within the range, ascending for each term;
 *   - u8 impacts[postings], u8 maxima[present].
 *
 * Values of "documents" and "postings" are padded to QIAOI_ALIGNED_VALUE_MIN: LMDB then gives them pages of their own,
 * where they are aligned; values inside a shared page are not. The impact of a term in a document is that of impact.h.
 */
#ifndef QIAO_STORE_GENERATION_FORMAT_H
#define QIAO_STORE_GENERATION_FORMAT_H

#include "store/impact.h"

#include <stddef.h>
#include <stdint.h>

#define QIAOI_RANGE_BITS 16u
#define QIAOI_RANGE_SIZE (1u << QIAOI_RANGE_BITS)
#define QIAOI_ALIGNED_VALUE_MIN 4096u
#define QIAOI_PLACES_KEY 2
#define QIAOI_STORED_KEY 3
#define QIAOI_STATISTICS_KEY 5
#define QIAOI_PLACE_NEED 0x80000000u
#define QIAOI_PLACE_NONE 0xFFFFFFFFu
#define QIAOI_POSTINGS_MAGIC 0x32504951u /* "QIP2" */

typedef struct qiaoi_postings_header {
    uint32_t magic;
    uint32_t slots;   /* terms and pairs of the lexicon */
    uint32_t present; /* of them, with postings in this range */
    uint32_t postings;
    uint32_t first_document;
    uint32_t documents; /* in this range */
} qiaoi_postings_header;

/* One range, in memory. */
typedef struct qiaoi_postings {
    qiaoi_postings_header header;
    const uint64_t *bitmap;
    const uint32_t *rank;
    const uint32_t *offsets;
    const uint16_t *documents;
    const uint8_t *impacts;
    const uint8_t *maxima;
} qiaoi_postings;

typedef struct qiaoi_posting_list {
    const uint16_t *documents;
    const uint8_t *impacts;
    uint32_t count;
    uint8_t maximum;
} qiaoi_posting_list;

/*
 * The same postings by document, for what is asked of a few hundred documents and all their terms:
 *   database "rows": key as for postings -> qiaoi_rows_header, u32 starts[documents + 1], u32 entries[entries]:
 * slot << 8 | impact, ascending in each row. Terms of the pivot only: no pairs, no words of other languages.
 */
#define QIAOI_ROWS_MAGIC 0x31525149u /* "IQR1" */
#define QIAOI_ROWS_SLOTS (1u << 24)  /* a slot must fit beside its impact; those behind are left out */

typedef struct qiaoi_rows_header {
    uint32_t magic, documents, entries, zero;
} qiaoi_rows_header;

/* One range, in memory. */
typedef struct qiaoi_rows {
    uint32_t documents;
    const uint32_t *starts;
    const uint32_t *entries;
} qiaoi_rows;

typedef struct qiaoi_stored_header {
    uint32_t files; /* of documents */
    uint32_t count;
} qiaoi_stored_header;

/* What a side is weighed by, counted when the statistics were made; df of each slot of the postings follows. */
typedef struct qiaoi_statistics_header {
    uint32_t documents; /* N; not below any df */
    uint32_t chinese;   /* of them, with a text in Chinese */
    uint32_t slots;
    uint32_t zero;
    double mean_length[4]; /* that impacts were made with: pivot title, pivot body, native title, native body */
} qiaoi_statistics_header;

/* Byte offsets of the arrays for a header; [6] is the total size. */
void qiaoi_postings_layout(const qiaoi_postings_header *header, size_t offsets_out[7]);

#define QIAOI_NO_LIST 0xFFFFFFFFu

/* Asks memory for what the number of a slot's list is made of. */
static inline void
qiaoi_postings_ahead(const qiaoi_postings *range, uint32_t slot)
{
    if (slot < range->header.slots) {
        __builtin_prefetch(range->bitmap + (slot >> 6));
        __builtin_prefetch(range->rank + (slot >> 6));
    }
}

/* The number of a slot's list; QIAOI_NO_LIST where it has none in this range. */
static inline uint32_t
qiaoi_postings_number(const qiaoi_postings *range, uint32_t slot)
{
    uint64_t word;

    if (slot >= range->header.slots)
        return QIAOI_NO_LIST;
    word = range->bitmap[slot >> 6];
    if ((word >> (slot & 63u) & 1u) == 0)
        return QIAOI_NO_LIST;
    return range->rank[slot >> 6] + (uint32_t)__builtin_popcountll(word & (((uint64_t)1 << (slot & 63u)) - 1u));
}

/* Asks memory for where a list is. */
static inline void
qiaoi_postings_list_ahead(const qiaoi_postings *range, uint32_t number)
{
    if (number != QIAOI_NO_LIST) {
        __builtin_prefetch(range->offsets + number);
        __builtin_prefetch(range->maxima + number);
    }
}

/* The list of a number that was found in this range. */
static inline qiaoi_posting_list
qiaoi_postings_list_at(const qiaoi_postings *range, uint32_t number)
{
    uint32_t begin = range->offsets[number];

    return (qiaoi_posting_list){.documents = range->documents + begin,
                                .impacts = range->impacts + begin,
                                .count = range->offsets[number + 1] - begin,
                                .maximum = range->maxima[number]};
}

/* The list of a slot; count 0 where it has none in this range. */
static inline qiaoi_posting_list
qiaoi_postings_list(const qiaoi_postings *range, uint32_t slot)
{
    uint32_t number = qiaoi_postings_number(range, slot);

    return number == QIAOI_NO_LIST ? (qiaoi_posting_list){NULL, NULL, 0, 0} : qiaoi_postings_list_at(range, number);
}

#endif
