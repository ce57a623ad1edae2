/*
 * Best-path segmentation of a run of characters over the lexicon.
 *
 * The path of least total cost wins: a word costs its entry's cost (negative log frequency), a single character outside
 * the lexicon QIAOI_COST_UNKNOWN. Ties go to the longer word further left. Integer costs: the same on every machine.
 * Pure but for the scratch memory.
 */
#ifndef QIAO_LEXICON_SEGMENT_H
#define QIAO_LEXICON_SEGMENT_H

#include "lexicon/lexicon_internal.h"

#define QIAOI_RUN_MAX 1024u /* characters; longer runs are cut */

typedef struct qiaoi_run {
    uint32_t characters[QIAOI_RUN_MAX];
    uint32_t starts[QIAOI_RUN_MAX + 1]; /* byte offset of each character in bytes; [count] = length */
    char bytes[QIAOI_RUN_MAX * 4 + 1];  /* normal form, UTF-8 */
    uint32_t count;
    /* scratch of the path search */
    uint32_t cost[QIAOI_RUN_MAX + 1];
    uint32_t best_entry[QIAOI_RUN_MAX];
    uint16_t best_length[QIAOI_RUN_MAX];
} qiaoi_run;

typedef struct qiaoi_piece {
    uint32_t first, end; /* characters of the run */
    uint32_t entry;      /* entry + 1, 0 = a character outside the lexicon */
} qiaoi_piece;

/*
 * Segment characters first..end of the run into pieces (room for end - first); returns how many.
 * @param whole_allowed  false: the word that spans the whole range may not be used (for the parts of a compound)
 */
size_t qiaoi_segment(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, qiaoi_run *run, uint32_t first,
                     uint32_t end, bool whole_allowed, qiaoi_piece *pieces);

#endif
