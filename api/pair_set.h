/*
 * Sets of pairs and of needs by hash, read from the desk: what was judged, what is being followed up, what was
 * withdrawn.
 *
 * One thread; what the sets hold is as it was when they were read.
 */
#ifndef QIAO_API_PAIR_SET_H
#define QIAO_API_PAIR_SET_H

#include "qiao/desk.h"

typedef struct qiaoi_hash_set {
    uint64_t *items; /* ascending once sorted */
    size_t count, room;
} qiaoi_hash_set;

typedef struct qiaoi_desk_sets {
    qiaoi_hash_set judged;     /* pairs with a verdict or a case */
    qiaoi_hash_set open_cases; /* needs, once for each case that is neither landed nor dropped */
    qiaoi_hash_set withdrawn;  /* needs */
} qiaoi_desk_sets;

/* desk NULL: nothing was said. Free it in any case. QIAO_E_NOMEM, QIAO_E_IO, QIAO_E_CORRUPT. */
qiao_status qiaoi_desk_sets_read(qiao_desk *desk, qiaoi_desk_sets *out, qiao_error *err) QIAO_CHECK;
void qiaoi_desk_sets_done(qiaoi_desk_sets *sets);

/* project NULL: the need alone. */
size_t qiaoi_hash_set_count(const qiaoi_hash_set *set, const char *need, const char *project);

#endif
