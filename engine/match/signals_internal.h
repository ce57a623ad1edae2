/* What the files of the signals and gates share. */
#ifndef QIAO_MATCH_SIGNALS_INTERNAL_H
#define QIAO_MATCH_SIGNALS_INTERNAL_H

#include "match/signals.h"

bool qiaoi_codes_contain(const qiaoi_facts *facts, const qiaoi_fact_codes *codes, const char *code);
int32_t qiaoi_field_likeness(const char *a, const char *b);
/* Is the country one of the codes, or in a group that is? */
bool qiaoi_names_country(const qiao_vocabulary *vocabulary, int day, const qiaoi_facts *facts,
                         const qiaoi_fact_codes *codes, const char *country);
/* signals_policy.c: fills the policy signals. */
void qiaoi_policy_signals(const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT]);

#endif
