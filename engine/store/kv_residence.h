/* Pages of a mapped file that a process no longer needs in its memory. */
#ifndef QIAO_STORE_KV_RESIDENCE_H
#define QIAO_STORE_KV_RESIDENCE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct qiaoi_residence {
    char *start; /* of the mapping; NULL = not found */
    size_t length;
} qiaoi_residence;

/* Where this process has mapped the file of fd from its beginning; start NULL where it has not, or nobody can tell. */
void qiaoi_residence_find(int fd, qiaoi_residence *out);

/*
 * The first bytes of the mapping leave the memory of the process. They stay in the page cache and are mapped again when
 * they are read: nothing is lost, what is read at once costs a page fault. Only for mappings that are shared and not
 * written through.
 */
void qiaoi_residence_drop(const qiaoi_residence *residence, size_t length);

#endif
