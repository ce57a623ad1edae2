/*
 * Sorting by heads: numbers of 64 bits that mostly tell two things apart. They are dealt by their digits; only things
 * of the same head are compared. Pure but for memory.
 */
#ifndef QIAO_SUGGEST_ORDER_H
#define QIAO_SUGGEST_ORDER_H

#include <stddef.h>
#include <stdint.h>

typedef struct qiaoi_headed {
    uint64_t head;
    uint32_t item; /* the caller's */
} qiaoi_headed;

/*
 * Sorts ascending by head, then by the second head (by item; NULL = there is none), then by compare, which sees
 * qiaoi_headed of the same heads. compare must tell apart what differs. Heads are lost; spare is of count as well.
 */
void qiaoi_order_by_head(qiaoi_headed *items, qiaoi_headed *spare, size_t count, const uint64_t *seconds,
                         int (*compare)(const void *a, const void *b));

#endif
