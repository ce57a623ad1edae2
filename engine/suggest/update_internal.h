/* An update of suggestions as its files see it: update.c finds what is touched, update_lay.c lays out what is written.
 */
#ifndef QIAO_SUGGEST_UPDATE_INTERNAL_H
#define QIAO_SUGGEST_UPDATE_INTERNAL_H

#include "suggest/maker_internal.h"
#include "suggest/update.h"

/* What became of an entry of before. */
typedef struct qiaoi_update_placed {
    uint32_t number; /* now; where it was dropped, that of the next one that was not */
    uint32_t shift;  /* of its key bytes, modulo 2^32 */
    bool dropped;
} qiaoi_update_placed;

typedef struct qiaoi_update {
    const qiaoi_suggest *before;
    const qiaoi_suggest_changes *changes;
    qiaoi_suggest_maker *maker;  /* of what comes: its entries, then the keys of all */
    qiaoi_update_placed *placed; /* by entry of before */
    uint32_t *key_begins;        /* by entry of before, and one more: where its keys begin */
    uint32_t *places;            /* by entry that comes: how many of before stand before it */
    uint32_t *numbers;           /* by entry that comes */
    uint32_t *shifts;            /* by entry that comes: of its key bytes in the maker, modulo 2^32 */
    size_t came;
    uint32_t rows;      /* of the shared titles of before, gone through so far */
    bool misfit;        /* a project left, and its title stayed */
    qiao_buffer owners; /* owner[]: of one title */
    qiaoi_maker_laid laid;
    qiao_buffer key_bytes, lists[QIAOI_SUGGEST_LISTS];
} qiaoi_update;

/* Once it is known what is dropped and what comes (the maker's entries, in order): everything but the file itself.
 * update_lay.c. QIAO_E_NOMEM, QIAO_E_LIMIT; misfit is set where a title stayed whose project left. */
qiao_status qiaoi_update_lay(qiaoi_update *update, qiao_error *err) QIAO_CHECK;

#endif
