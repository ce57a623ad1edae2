/*
 * Rate limits: buckets of tokens, one for each that is counted (a key, an address). A bucket holds burst tokens and
 * gets rate of them a minute; a request takes one.
 *
 * The table has a fixed size, however many addresses call: where a row of it is full, the bucket that is nearest to
 * being full again is given up, which is the one that least is lost with.
 *
 * Threads: any.
 */
#ifndef QIAO_API_RATE_H
#define QIAO_API_RATE_H

#include "qiao/memory.h"
#include <stdint.h>

typedef struct qiaoi_buckets qiaoi_buckets;

/* Room for about so many buckets of 16 bytes; seed: so that nobody can choose addresses that share a row. NULL: out of
 * memory. */
qiaoi_buckets *qiaoi_buckets_new(size_t count, uint64_t seed);
void qiaoi_buckets_free(qiaoi_buckets *buckets); /* NULL is fine */

/*
 * Takes a token of the bucket of that name at that time (monotonic). rate 0 = there is no limit.
 * @return 0: taken; else in how many microseconds there will be one.
 */
uint64_t qiaoi_bucket_take(qiaoi_buckets *buckets, const void *name, size_t length, uint64_t rate, uint64_t burst,
                           uint64_t now_us);

#endif
