/* A binary heap, worst hit first; ties go to the smaller docid. */
#include "match/top.h"

#include <stdlib.h>

qiao_status
qiaoi_top_begin(qiaoi_retrieval *retrieval, size_t limit, qiao_error *err)
{
    if (limit > retrieval->heap_capacity) {
        qiaoi_hit *grown = qiao_realloc_array(retrieval->heap, limit, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        retrieval->heap = grown;
        retrieval->heap_capacity = limit;
    }
    retrieval->heap_count = 0;
    retrieval->limit = limit;
    return QIAO_OK;
}

static bool
worse(qiaoi_hit a, qiaoi_hit b)
{
    return a.score < b.score || (a.score == b.score && a.docid > b.docid);
}

static void
sift_down(qiaoi_hit *heap, size_t count, size_t at)
{
    for (;;) {
        size_t least = at, left = 2 * at + 1;

        if (left < count && worse(heap[left], heap[least]))
            least = left;
        if (left + 1 < count && worse(heap[left + 1], heap[least]))
            least = left + 1;
        if (least == at)
            return;
        qiaoi_hit swap = heap[at];

        heap[at] = heap[least];
        heap[least] = swap;
        at = least;
    }
}

void
qiaoi_top_offer(qiaoi_retrieval *r, qiaoi_hit hit)
{
    if (hit.score < r->floor)
        return;
    if (r->heap_count < r->limit) {
        size_t at = r->heap_count++;

        for (; at > 0 && worse(hit, r->heap[(at - 1) / 2]); at = (at - 1) / 2)
            r->heap[at] = r->heap[(at - 1) / 2];
        r->heap[at] = hit;
    } else if (r->limit > 0 && worse(r->heap[0], hit)) {
        r->heap[0] = hit;
        sift_down(r->heap, r->heap_count, 0);
    }
}

uint32_t
qiaoi_top_least(const qiaoi_retrieval *retrieval)
{
    uint32_t outside = retrieval->outside == NULL ? 0 : atomic_load_explicit(retrieval->outside, memory_order_relaxed);
    uint32_t own = retrieval->limit > 0 && retrieval->heap_count == retrieval->limit ? retrieval->heap[0].score
                   : retrieval->floor > 1                                            ? retrieval->floor
                                                                                     : 1;

    return own > outside ? own : outside;
}

static int
compare_hits(const void *a, const void *b)
{
    const qiaoi_hit *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

void
qiaoi_sort_hits(qiaoi_hit *hits, size_t count)
{
    if (count > 1)
        qsort(hits, count, sizeof *hits, compare_hits);
}

void
qiaoi_top_sort(qiaoi_retrieval *retrieval)
{
    qiaoi_sort_hits(retrieval->heap, retrieval->heap_count);
}
