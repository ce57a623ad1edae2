/*
 * Title evidence: how much of the words of a need's title the project says, 0..1, each word saturated by itself as in
 * the ranking:
 *   sum over the title's words of q I F / (1.2 + F), over the sum of q I
 * Ownership and threads: scratch of one thread.
 */
#ifndef QIAO_MATCH_TITLE_H
#define QIAO_MATCH_TITLE_H

#include "match/query.h"

#define QIAOI_TITLE_TERMS 512u
#define QIAOI_TITLE_WORDS 64u

typedef struct qiaoi_title {
    struct {
        uint32_t slot, word;
        float weight;           /* P idf / I */
    } terms[QIAOI_TITLE_TERMS]; /* ascending by slot */
    size_t term_count;
    float weights[QIAOI_TITLE_WORDS]; /* q I */
    size_t word_count;
    double attainable;
} qiaoi_title;

/* The words of the texts named "title". */
void qiaoi_title_set(qiaoi_title *title, const qiaoi_query *query, const qiaoi_query_text *texts);
/* met: what the document's row has of the query (row_terms.h). Below 0 where the need has no title, or none of its
 * words is known. */
double qiaoi_title_evidence(const qiaoi_title *title, qiaoi_row met);

#endif
