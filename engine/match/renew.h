/*
 * A list made again from what it was chosen from in an earlier generation, where the statistics are the same.
 *
 * A document that did not change asks what it asked before, and each document of the other side that did not change
 * scores what it scored. So the candidates are those of before, less those that changed or are gone, and those among
 * the changed ones that score enough: only these are searched (fresh.h). As long as a whole block is sure, what is not
 * among the earlier candidates stands behind it. What was found out about a pair of unchanged documents is taken over,
 * other pairs are assessed, and the list is settled as always: it is byte for byte that of a search.
 *
 * Not taken over, but searched: documents that changed, or whose query looked at a term, pair or word that is not as it
 * was; lists that lost more candidates than stand behind their block, or that need a second block. Assessed anew: pairs
 * with a record that expired or whose verdicts or names of indicators changed (QIAOI_KEPT_LOOSE).
 *
 * The day: scores and gates depend on it by expiry, by memberships of countries in groups and rules with dates, and by
 * the signals time and freshness. Records that expire between the days are loose; where a membership or a rule begins
 * or ends, or the profile gives one of those signals a weight, nothing is kept (batch/kept.h). Without weight they only
 * show in a row's reasons: a row is assessed anew where its project passes a step of freshness (QIAOI_KEPT_MOVED), or
 * both its records say when (QIAOI_KEPT_DATED).
 */
#ifndef QIAO_MATCH_RENEW_H
#define QIAO_MATCH_RENEW_H

#include "match/fresh.h"
#include "match/matcher_internal.h"
#include "store/candidates.h"
#include "store/matches.h"

#define QIAOI_KEPT_NONE UINT32_MAX /* no such document, or it changed */
#define QIAOI_KEPT_LOOSE 1u
#define QIAOI_KEPT_MOVED 2u
#define QIAOI_KEPT_DATED 4u

typedef struct qiaoi_kept_side {
    uint32_t count, count_before;
    uint32_t *before;     /* [count] its docid in the earlier generation, QIAOI_KEPT_NONE where it changed */
    uint32_t *now;        /* [count_before] the other way round */
    uint8_t *flags;       /* [count] */
    qiaoi_fresh fresh;    /* those that changed */
    uint64_t *neighbours; /* pairs that they have, or that are woken (qiaoi_pair_bit) */
} qiaoi_kept_side;

/* What is as it was in an earlier generation; immutable, shared by threads. */
typedef struct qiaoi_kept {
    const qiaoi_matches *matches; /* of the earlier one ... */
    qiaoi_candidates *candidates; /* ... and what they were chosen from */
    uint64_t *slots, *entries;
    qiaoi_woken woken; /* the two above */
    bool day_moved;
    qiaoi_kept_side sides[2];
} qiaoi_kept;

/*
 * After the request was begun and its query asked (woken as above): the list and its first candidates, where they can
 * be renewed; *made_out false: search. filter: published documents of the other side. QIAO_E_NOMEM; QIAO_E_CORRUPT.
 */
qiao_status qiaoi_renew(qiao_matcher *matcher, const qiaoi_kept *kept, qiao_kind kind, uint32_t docid,
                        const uint64_t *filter, qiaoi_match_list *list, qiaoi_candidates_list *first, bool *made_out,
                        qiao_error *err) QIAO_CHECK;

#endif
