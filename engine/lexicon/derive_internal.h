/* The derivation as its files see it: derive.c makes shares and the file, derive_reverse.c the way back. */
#ifndef QIAO_LEXICON_DERIVE_INTERNAL_H
#define QIAO_LEXICON_DERIVE_INTERNAL_H

#include "base/parallel.h"
#include "lexicon/derive.h"
#include "lexicon/lexicon_writer.h"

/* What one thread makes of consecutive entries. */
typedef struct qiaoi_entry_part {
    qiaoi_translation *translations; /* entries count from the part's first */
    size_t count, capacity, learned_at;
    uint64_t map_begin, map_end; /* strings */
    qiao_status status;
} qiaoi_entry_part;

typedef struct qiaoi_derivation {
    const qiaoi_derive_input *in;
    unsigned threads;
    qiaoi_entry_part parts[QIAOI_PARTS_MAX];
    uint32_t *term_of_string; /* by offset into base->strings */
    float *frequency;         /* of each term in the side that needs (or projects) are matched with */
    double *root;             /* the fourth root of each */
    double *common;           /* by entry: how common the word is, 0 to 1; of those on the way back */
    uint32_t *term_hash;
    uint64_t term_hash_size;
    qiaoi_key_set keys;
    qiaoi_translation *translations;
    size_t translation_count;
    uint32_t *reverse_offsets;
    qiaoi_reverse *reverse;
    size_t reverse_count;
} qiaoi_derivation;

/* Number of a term of the generation, QIAOI_NO_TERM. */
uint32_t qiaoi_derive_term(const qiaoi_derivation *d, const char *form);
/* From the translations of all entries: for each term the words that mean it. */
qiao_status qiaoi_derive_reverse(qiaoi_derivation *d, qiao_error *err) QIAO_CHECK;

#endif
