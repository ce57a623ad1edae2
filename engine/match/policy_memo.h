/*
 * What policy says of a pair, remembered: it follows from four things that many pairs have in common (the need's park;
 * the project's country, region and fields), and the tables are looked through for each of them anew.
 *
 * For one vocabulary and one day. Scratch of one thread: some hundred entries (60 KiB), the newest stays.
 */
#ifndef QIAO_MATCH_POLICY_MEMO_H
#define QIAO_MATCH_POLICY_MEMO_H

#include "match/signals.h"

typedef struct qiaoi_policy_entry qiaoi_policy_entry;

typedef struct qiaoi_policy_memo {
    qiaoi_policy_entry *entries;
} qiaoi_policy_memo;

qiao_status qiaoi_policy_memo_init(qiaoi_policy_memo *memo, qiao_error *err) QIAO_CHECK; /* QIAO_E_NOMEM */
void qiaoi_policy_memo_done(qiaoi_policy_memo *memo);

/* Fills the policy signals as qiaoi_policy_signals does. */
void qiaoi_policy_recall(qiaoi_policy_memo *memo, const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT]);

#endif
