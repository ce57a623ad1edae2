/*
 * What two generations have in common, so that lists of the later one can be renewed instead of searched
 * (match/renew.h). Nothing is taken on trust: what counts is compared, from the words of the lexicon and the
 * frequencies of every term to each document's record, facts and postings.
 *
 * Nothing is kept where words or costs of the lexicon differ, or the numbers that all is weighed by; where a term or
 * pair is gone; by another profile or vocabulary; where a rule begins or ends between the days; where the earlier lists
 * are damaged, or their candidates are not there, not theirs, or made by another program; where much of a side changed.
 *
 * Woken are terms and pairs that are new or whose frequency is another one, and entries whose translations are.
 *
 * Changed are documents that are new, that have another record, other facts or other postings (but for pairs that are
 * woken: only a query that is woken too asks for them), or a term whose frequency is another one: their words weigh
 * otherwise beside any query.
 *
 * One thread; takes the time of reading all postings and records once.
 */
#ifndef QIAO_BATCH_KEPT_H
#define QIAO_BATCH_KEPT_H

#include "match/renew.h"
#include "qiao/tables.h"
#include "store/generation_internal.h"

typedef struct qiaoi_keeping {
    const qiao_generation *now, *before; /* before: its lists were made with the candidates below */
    const qiao_tables *tables;
    const char *candidates;     /* path; NULL = there are none */
    uint64_t program;           /* hash of the running program: another one may score otherwise */
    const uint64_t *changed[2]; /* by side, a bit per document that counts as changed in any case; NULL = none */
} qiaoi_keeping;

/* *out NULL where nothing can be kept. QIAO_E_NOMEM. What is damaged in the earlier generation counts as changed. */
qiao_status qiaoi_kept_make(const qiaoi_keeping *keeping, qiaoi_kept **out, qiao_error *err) QIAO_CHECK;
void qiaoi_kept_free(qiaoi_kept *kept);

/* What candidates of a generation's lists say of whose they are. */
void qiaoi_kept_header(const qiao_generation *generation, const qiao_tables *tables, uint64_t program,
                       qiaoi_candidates_header *out);

#endif
