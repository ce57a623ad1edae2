/*
 * From the base lexicon to a generation's: translation shares by document frequency, sharpened by what bilingual
 * records taught.
 *
 *   P_dict(t|s): each sense weighs its source weight times the fourth root of the smallest document frequency of its
 * stems, normalised over the senses; every stem of a sense of n stems gets the sense's share / sqrt(n). A sense with a
 * stem that no document has is left out. Documents without English text count with what their words would be under
 * equal shares. P(t|s) = ((c(t,s) + 5 P_dict(t|s)) / sum) ^ .75, c the expected count of t as translation of s in the
 * bilingual records (IBM Model 1), which have no say about words of the platform's glossary; the
 * QIAOI_TRANSLATIONS_MAX best are kept.
 */
#ifndef QIAO_LEXICON_DERIVE_H
#define QIAO_LEXICON_DERIVE_H

#include "lexicon/lexicon_internal.h"

#define QIAOI_TRANSLATIONS_MAX 8u

typedef struct qiaoi_learned {
    uint32_t entry;   /* of the working lexicon */
    const char *stem; /* English stem */
    double count;     /* expected count */
} qiaoi_learned;

typedef struct qiaoi_derive_input {
    const qiao_lexicon *base; /* working lexicon: base form, with learned compounds among its entries */
    const char *version;
    /* terms of the generation, ascending by string */
    const uint32_t *term_offsets; /* [term_count + 1], NUL-terminated strings in term_bytes */
    const char *term_bytes;
    uint32_t term_count;
    const uint32_t *term_df; /* [2][term_count]: projects, needs */
    const qiaoi_pair *pairs; /* finished table, pair_slots a power of two */
    uint64_t pair_slots;
    const uint32_t *entry_df;     /* [2][entries of base]: projects, needs that wait for the word's translation */
    const qiaoi_learned *learned; /* ascending by entry, then stem */
    size_t learned_count;
    qiaoi_statistics statistics;
    unsigned threads; /* 0 = 1; the file is the same for any number */
} qiaoi_derive_input;

/* Write the generation's lexicon to path. QIAO_E_NOMEM, QIAO_E_IO, QIAO_E_NOSPACE. */
qiao_status qiaoi_lexicon_derive(const qiaoi_derive_input *input, const char *path, qiao_error *err) QIAO_CHECK;

#endif
