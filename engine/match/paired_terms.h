/*
 * The words that two records share, in pairs, each with its place in its record: the asking side's word where it first
 * stands, and the first token of the other record that realises the group of that word best. And the words that the
 * other record does not have.
 *
 * Ownership and threads: places point into the matcher's texts and the record found.
 */
#ifndef QIAO_MATCH_PAIRED_TERMS_H
#define QIAO_MATCH_PAIRED_TERMS_H

#include "match/matcher_internal.h"

#define QIAOI_TERMS_BRIEF 12u
#define QIAOI_TERMS_FULL 40u
#define QIAOI_MISSING_MAX 2u

typedef struct qiaoi_paired_term {
    uint32_t group;
    uint32_t contribution; /* accumulator units */
    bool found;
    double share;          /* of the best realisation so far */
    const qiao_text *text; /* of the record found */
    const char *language;
    uint32_t start, end;
} qiaoi_paired_term;

typedef struct qiaoi_paired_terms {
    qiaoi_paired_term items[QIAOI_TERMS_FULL]; /* the weightiest first; those with found false are not shown */
    size_t count;
    /* words of the title, or of the free text, that weigh most and have no counterpart: indices of query words */
    uint32_t missing[QIAOI_MISSING_MAX], untranslated[QIAOI_MISSING_MAX];
    size_t missing_count, untranslated_count;
} qiaoi_paired_terms;

/* most: at most QIAOI_TERMS_FULL. The matcher's query is that of the request. QIAO_E_NOMEM; QIAO_E_CORRUPT. */
qiao_status qiaoi_pair_terms(qiao_matcher *matcher, uint32_t docid, const qiao_record *record, size_t most,
                             qiaoi_paired_terms *out, qiao_error *err) QIAO_CHECK;
/* The array of pairs as JSON. */
void qiaoi_paired_terms_write(const qiao_matcher *matcher, const qiaoi_paired_terms *terms, qiao_buffer *out);

/* Where a place is named: "title.zh", "text". */
void qiaoi_write_place(qiao_buffer *out, const char *name, const char *language, uint32_t start, uint32_t end,
                       const char *text);

#endif
