/*
 * The explanation of a pair: what a colleague would write about it in five lines, and the detail behind it. Decided in
 * codes, from the facts of both records, the signals and the words that met; told in Chinese and English from the one
 * table of phrases (phrases.def). A line that would say nothing is left out.
 *
 * Written as members of the match object:
 *   "indicators"  one for each figure the need asks for: both sides as written, the project's value in the need's unit
 *   "reasons"     {"zh": [..], "en": [..]}: what it is and from where; the words that meet; the figures; stage and
 *                 cooperation; what speaks against it and what is not known
 *   "questions"   {"zh": [..], "en": [..]} for the side that was found. They never tell the other side's budget.
 *   "flags"       what has to be looked at before two parties are introduced: code, basis, item, edition, date, text
 *   "policy"      the guideline's measures that the pair rests on, apart from its merit
 *   "landing"     which centre, fund, incubator or window of the guideline fits
 *
 * Threads: scratch of one thread.
 */
#ifndef QIAO_MATCH_EXPLAIN_H
#define QIAO_MATCH_EXPLAIN_H

#include "match/paired_terms.h"

/*
 * candidate: assessed last by this matcher, with its record; terms: its words. Appends ",\"indicators\":.." and so on.
 * QIAO_E_NOMEM.
 */
qiao_status qiaoi_explain(qiao_matcher *matcher, const qiaoi_candidate *candidate, const qiaoi_paired_terms *terms,
                          qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* What the two records say for a signal: {"need":{field: value},"project":{..}}; needs facts of both. */
void qiaoi_explain_evidence(const qiaoi_pair_context *pair, qiaoi_signal signal, qiao_buffer *out);

#endif
