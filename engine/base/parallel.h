/*
 * Work in parts on several threads. What is computed must not depend on how many there are: each part writes to places
 * of its own.
 */
#ifndef QIAO_BASE_PARALLEL_H
#define QIAO_BASE_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

#define QIAOI_PARTS_MAX 64u

/* Calls job for every part below parts (0 counts as 1, at most QIAOI_PARTS_MAX), each on a thread of its own; where no
 * thread is to be had, one after the other. Returns when all are done. */
void qiaoi_in_parts(unsigned parts, void (*job)(void *context, unsigned part), void *context);

/* Where part begins of count items that lie in consecutive parts; part = parts gives the end. */
static inline size_t
qiaoi_part_begin(size_t count, unsigned part, unsigned parts)
{
    return (size_t)((uint64_t)count * part / parts);
}

#endif
