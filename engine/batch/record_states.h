/*
 * The records of one side of two generations laid beside each other: which is the same, changed, new, gone, withdrawn,
 * or only has another id. Used by the comparison of generations. One thread.
 */
#ifndef QIAO_BATCH_RECORD_STATES_H
#define QIAO_BATCH_RECORD_STATES_H

#include "qiao/generation.h"

#define QIAOI_NO_RECORD UINT32_MAX

typedef enum qiaoi_record_state {
    QIAOI_RECORD_SAME,
    QIAOI_RECORD_CHANGED,
    QIAOI_RECORD_NEW,       /* not in the earlier one, or not published there */
    QIAOI_RECORD_GONE,      /* not in the later one */
    QIAOI_RECORD_WITHDRAWN, /* in the later one, but expired or not published any more */
    QIAOI_RECORD_RENAMED    /* texts that a record of the other generation has, under another id that is gone or new */
} qiaoi_record_state;

typedef struct qiaoi_record_states {
    uint32_t *there[2]; /* [0]: by docid of the earlier generation, its docid in the later; [1]: the other way */
    uint8_t *states[2]; /* qiaoi_record_state by docid, as above */
    uint32_t count[2];
} qiaoi_record_states;

/* generations[0] is the earlier. @return QIAO_OK; QIAO_E_NOMEM; QIAO_E_CORRUPT. Free it in any case. */
qiao_status qiaoi_record_states_fill(qiaoi_record_states *states, qiao_kind kind,
                                     const qiao_generation *const generations[2], qiao_error *err) QIAO_CHECK;
void qiaoi_record_states_done(qiaoi_record_states *states);

#endif
