/*
 * Topic fit: how far a document is about what a need is about, 0..1, comparable across needs.
 *
 * The cosine of two vectors over pivot terms:
 *   need      w(t) = sum over its words s of  q(s) z(s)^1.5 P(t|s) idf'(t)
 *   document  v(t) = ln(1 + tf'(t)) idf'(t)
 * q(s): 1 + ln tf, less for passages about the company; z(s): rarity of the word among the needs; P(t|s): share of the
 * translation; tf': the field-weighted frequency of the postings; idf': the inverse document frequency, less in
 * proportion where a term has fewer than a dozen documents: that a need's word may be translated by such a term is
 * mostly an accident, and its idf is huge. Single characters and bare numbers count nothing.
 *
 * Where the ranking finds the right record among many, the fit says whether there is anything right at all: it sees the
 * whole document, so one rare word in common does not make two texts alike (measured on judged pairs, see bench/).
 *
 * What does not depend on the need is found once and kept: idf' of the terms of a side, and the length of each
 * document's vector when it is first met (8 bytes a document).
 *
 * Ownership and threads: scratch memory of one thread, for one generation; sums run in order of term.
 */
#ifndef QIAO_MATCH_TOPIC_H
#define QIAO_MATCH_TOPIC_H

#include "match/query.h"

typedef struct qiaoi_topic_side {
    float *idf;    /* [terms] idf'; NULL: not asked yet */
    double *norms; /* [documents] of v; 0: not met yet */
    uint32_t documents;
} qiaoi_topic_side;

typedef struct qiaoi_topic {
    float *weights;  /* [terms] w(t) of the need at hand */
    uint32_t *slots; /* those that are not 0, ascending */
    uint32_t slot_count, term_count;
    float norm;                       /* of w */
    float scale[256];                 /* ln(1 + tf') by impact */
    qiaoi_topic_side sides[2], *side; /* by kind; side: the one searched */
} qiaoi_topic;

/* terms: of the generation's lexicon. */
qiao_status qiaoi_topic_init(qiaoi_topic *topic, uint32_t terms, qiao_error *err) QIAO_CHECK;
void qiaoi_topic_done(qiaoi_topic *topic);

/* The need's vector, from a query that was built for the same generation and side. QIAO_E_NOMEM. */
qiao_status qiaoi_topic_set(qiaoi_topic *topic, const qiaoi_query *query, const qiao_generation *generation,
                            qiao_kind side, qiao_error *err) QIAO_CHECK;
/* met: what the document's row has of the query (row_terms.h). 0 where either has no term that counts. */
double qiaoi_topic_fit(qiaoi_topic *topic, const qiao_generation *generation, qiao_kind side, uint32_t docid,
                       qiaoi_row met);

#endif
