/*
 * Records of a generation that say the same, linked by the build: a title and the organisation in common, or nearly the
 * same words. A group holds records of one side; none is merged away.
 *
 * Threads: as qiao/generation.h.
 */
#ifndef QIAO_DUPLICATES_H
#define QIAO_DUPLICATES_H

#include "qiao/generation.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_DUPLICATE_BY_TITLE 1u /* a title and the organisation */
#define QIAO_DUPLICATE_BY_TEXT 2u  /* nearly the same words */

typedef struct qiao_duplicate {
    uint32_t docid;
    uint32_t group;    /* the lowest docid of its records */
    uint32_t by;       /* what linked it: bits above */
    uint32_t likeness; /* of its words to those of a record that it was linked to, micro-units; the most there is */
} qiao_duplicate;

/* The group of a record, itself included, ascending by docid; NULL where it has none. Borrowed from the generation. */
QIAO_EXPORT const qiao_duplicate *qiao_generation_duplicates(const qiao_generation *generation, qiao_kind kind,
                                                             uint32_t docid, uint32_t *count_out);

#ifdef __cplusplus
}
#endif
#endif
