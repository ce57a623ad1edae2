/*
 * Matches that were made beforehand: how a matcher fills a list to be stored, and how it answers from stored lists.
 *
 * An answer from a stored list is the answer that a search would give, byte for byte: the list holds what a search
 * finds, and what is shown of a match follows from the two records, the query and the score of the text.
 */
#ifndef QIAO_MATCH_STORED_H
#define QIAO_MATCH_STORED_H

#include "match/matcher_internal.h"
#include "match/renew.h"
#include "store/matches.h"

typedef struct qiaoi_list_order {
    qiao_kind kind;
    uint32_t docid;
    uint32_t floor;         /* block_least of its list in an earlier generation, or 0; saves work, changes nothing */
    const qiaoi_kept *kept; /* what is as it was in an earlier generation, or NULL; saves work, changes nothing */
} qiaoi_list_order;

typedef struct qiaoi_list_made {
    qiaoi_match_list list;
    qiaoi_candidates_list first; /* what it was chosen from */
    bool first_known;            /* false: by vectors too, so nothing is told about it */
    bool searched;               /* false: renewed (renew.h), or empty since the record is shut out of every pair */
} qiaoi_list_made;

/* The best matches of a document as a list to be stored, gates as of the day of the generation. @return as qiao_match.
 */
qiao_status qiaoi_stored_list(qiao_matcher *matcher, const qiaoi_list_order *order, qiaoi_list_made *made,
                              qiao_error *err) QIAO_CHECK;
/* A candidate that was assessed, as a row of a list. */
void qiaoi_stored_row(const qiaoi_candidate *candidate, qiaoi_match_row *row);
/* What was found out about the candidates, which are the first ones of the list, in its order. */
void qiaoi_stored_note(const qiao_matcher *matcher, qiaoi_candidates_list *first);

/*
 * Candidates of a request out of the stored list, where it can answer: a record of the generation, no filter, the
 * default profile that the lists were made by, the page inside the list, nothing on it that expired since. *used_out
 * false: search.
 */
qiao_status qiaoi_stored_matches(qiao_matcher *matcher, const qiao_match_request *request, uint32_t limit,
                                 bool *used_out, qiao_error *err) QIAO_CHECK;

/* What a stored list rests on beside its generation: the default profile and the vocabularies, as a number. */
uint64_t qiaoi_stored_basis(const qiao_tables *tables);

/* What a value of a signal says. */
qiaoi_reason qiaoi_stored_reason(int32_t value);
/* What the signals of a pair say, two bits each (qiaoi_reason). */
uint64_t qiaoi_stored_reasons(const int32_t values[QIAOI_SIGNAL_COUNT]);

#endif
