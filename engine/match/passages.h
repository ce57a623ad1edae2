/*
 * Passages of a need that are not about what is needed: the company, what it has, its sales, the market. Found by the
 * headings that need forms have. Their words weigh less. Pure functions on bounded memory.
 */
#ifndef QIAO_MATCH_PASSAGES_H
#define QIAO_MATCH_PASSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QIAOI_PASSAGES_MAX 16u

typedef struct qiaoi_passages {
    struct {
        uint32_t start;
        bool background;
    } items[QIAOI_PASSAGES_MAX]; /* ascending; each reaches to the next */
    size_t count;
} qiaoi_passages;

qiaoi_passages qiaoi_passages_of(const char *text, size_t length);
/* Is what stands at a byte offset background? Not before the first heading. */
bool qiaoi_passage_is_background(const qiaoi_passages *passages, uint32_t at);

#endif
