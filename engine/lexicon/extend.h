/*
 * A generation's lexicon from that of its parent where statistics are kept: the same entries, shares and numbers of
 * documents; terms that came since stand in between, so that all are in order of their strings again, and what names a
 * term by its number is renamed. New terms translate nothing until statistics are renewed.
 */
#ifndef QIAO_LEXICON_EXTEND_H
#define QIAO_LEXICON_EXTEND_H

#include "lexicon/lexicon_internal.h"

typedef struct qiaoi_extend_input {
    const qiao_lexicon *parent;   /* generation form */
    const uint32_t *kept_terms;   /* [terms of the parent]: their numbers now, rising */
    const uint32_t *term_offsets; /* [term_count + 1], NUL-terminated strings in term_bytes */
    const char *term_bytes;
    uint32_t term_count;
    const uint32_t *term_df; /* [2][term_count] */
    const qiaoi_pair *pairs; /* finished table by the numbers of now, pair_slots a power of two */
    uint64_t pair_slots;
} qiaoi_extend_input;

/* Write the lexicon to path. QIAO_E_NOMEM, QIAO_E_IO, QIAO_E_NOSPACE. */
qiao_status qiaoi_lexicon_extend(const qiaoi_extend_input *input, const char *path, qiao_error *err) QIAO_CHECK;

#endif
