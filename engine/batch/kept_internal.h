/* The steps of kept.c. */
#ifndef QIAO_BATCH_KEPT_INTERNAL_H
#define QIAO_BATCH_KEPT_INTERNAL_H

#include "batch/kept.h"
#include "lexicon/lexicon_internal.h"

typedef struct qiaoi_comparison {
    const qiaoi_keeping *keeping;
    const qiao_lexicon *now, *before;
    qiaoi_kept *kept;
    uint64_t *slots, *entries; /* woken */
    uint32_t *slot_before;     /* by slot; QIAOI_KEPT_NONE = it had none */
    uint32_t slot_count;
    bool different; /* nothing is kept */
} qiaoi_comparison;

static inline bool
qiaoi_bit(const uint64_t *bits, uint32_t number)
{
    return (bits[number >> 6] >> (number & 63u) & 1u) != 0;
}

static inline void
qiaoi_set_bit(uint64_t *bits, uint32_t number)
{
    bits[number >> 6] |= (uint64_t)1 << (number & 63u);
}

/* Fills slots, entries and slot_before, or says that all is different. QIAO_E_NOMEM. */
qiao_status qiaoi_kept_words(qiaoi_comparison *c, qiao_error *err) QIAO_CHECK;
/* Then both sides' documents: before and now, without those that changed. QIAO_E_NOMEM. */
qiao_status qiaoi_kept_documents(qiaoi_comparison *c, qiao_error *err) QIAO_CHECK;
/* Then what depends on the day, on verdicts and on names of indicators: flags, and whether all is different.
 * QIAO_E_NOMEM. */
qiao_status qiaoi_kept_days(qiaoi_comparison *c, qiao_error *err) QIAO_CHECK;

#endif
