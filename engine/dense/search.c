/*
 * Exact search: every vector of a side against one, block by block of 64 documents (one word of the filter), the best kept in a heap. Integer dot
 * products times one float scale in double: the same order on every machine and for every kernel.
 */
#include "dense/vectors.h"

#include <string.h>

#define BLOCK 64u
#define SPARSE 16 /* documents of a block below which they are computed one by one */

typedef struct scratch {
    void *memory;
    qiaoi_dense_query query;
} scratch;

/* The kernels' forms of a row, aligned, in one allocation. */
static bool
prepare(scratch *s, const int8_t *row, size_t stride)
{
    unsigned char *at;
    int8_t *bytes;
    int16_t *words;
    int32_t sum = 0;

    s->memory = qiao_alloc(stride * 3 + QIAOI_DENSE_ALIGN);
    if (s->memory == NULL)
        return false;
    at = s->memory;
    at += QIAOI_DENSE_ALIGN - (uintptr_t)at % QIAOI_DENSE_ALIGN;
    words = (int16_t *)(void *)at;
    bytes = (int8_t *)(at + stride * 2);
    for (size_t i = 0; i < stride; i++) {
        bytes[i] = row[i];
        words[i] = row[i];
        sum += row[i];
    }
    s->query = (qiaoi_dense_query){bytes, words, sum, stride};
    return true;
}

typedef struct heap {
    qiaoi_dense_hit *items; /* the worst on top */
    size_t count, limit;
} heap;

static bool
better(double key, uint32_t docid, const qiaoi_dense_hit *than)
{
    return key > than->key || (!(key < than->key) && docid < than->docid);
}

static void
sift_down(qiaoi_dense_hit *items, size_t count, size_t at)
{
    qiaoi_dense_hit moving = items[at];

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= count)
            break;
        if (child + 1 < count && better(items[child].key, items[child].docid, &items[child + 1]))
            child++;
        if (!better(moving.key, moving.docid, &items[child]))
            break;
        items[at] = items[child];
        at = child;
    }
    items[at] = moving;
}

static void
sift_up(qiaoi_dense_hit *items, size_t at)
{
    qiaoi_dense_hit moving = items[at];

    while (at > 0) {
        size_t parent = (at - 1) / 2;

        if (!better(items[parent].key, items[parent].docid, &moving))
            break;
        items[at] = items[parent];
        at = parent;
    }
    items[at] = moving;
}

static void
offer(heap *h, double key, uint32_t docid)
{
    if (h->count < h->limit) {
        h->items[h->count] = (qiaoi_dense_hit){.docid = docid, .key = key};
        sift_up(h->items, h->count++);
    } else if (better(key, docid, &h->items[0])) {
        h->items[0] = (qiaoi_dense_hit){.docid = docid, .key = key};
        sift_down(h->items, h->count, 0);
    }
}

/* Worst on top to best first. */
static void
finish(heap *h, float scale)
{
    for (size_t rest = h->count; rest > 1; rest--) {
        qiaoi_dense_hit worst = h->items[0];

        h->items[0] = h->items[rest - 1];
        h->items[rest - 1] = worst;
        sift_down(h->items, rest - 1, 0);
    }
    for (size_t i = 0; i < h->count; i++)
        h->items[i].similarity = (float)(h->items[i].key * (double)scale);
}

/* scales and rows begin at the block; wanted: a bit per document of it. */
static void
search_block(const qiaoi_dense_query *query, const float *scales, const int8_t *rows, uint32_t first, uint32_t count, uint64_t wanted, heap *best)
{
    const qiaoi_kernel kernel = qiaoi_kernel_current();
    int32_t dots[BLOCK];

    if (__builtin_popcountll(wanted) < SPARSE) {
        for (uint32_t i = 0; i < count; i++)
            if ((wanted >> i & 1u) != 0)
                qiaoi_kernel_dots(kernel, query, rows + (size_t)i * query->stride, 1, &dots[i]);
    } else {
        qiaoi_kernel_dots(kernel, query, rows, count, dots);
    }
    for (uint32_t i = 0; i < count; i++)
        if ((wanted >> i & 1u) != 0 && scales[i] > 0)
            offer(best, (double)dots[i] * (double)scales[i], first + i);
}

qiao_status
qiaoi_dense_search(const qiaoi_vectors *vectors, unsigned side, const int8_t *row, float scale, const uint64_t *filter, size_t limit,
                   qiaoi_dense_hit *hits, size_t *count_out, qiao_error *err)
{
    const qiaoi_vectors_header *header = qiaoi_vectors_about(vectors);
    const float *scales = qiaoi_vectors_scales(vectors, side);
    const int8_t *rows = qiaoi_vectors_rows(vectors, side);
    heap best = {hits, 0, limit};
    scratch s = {0};

    *count_out = 0;
    if (limit == 0 || header->documents[side] == 0)
        return QIAO_OK;
    if (!prepare(&s, row, header->stride))
        return qiao_fail_memory(err);
    for (uint32_t first = 0; first < header->documents[side]; first += BLOCK) {
        uint32_t count = header->documents[side] - first < BLOCK ? header->documents[side] - first : BLOCK;
        uint64_t wanted = filter == NULL ? UINT64_MAX : filter[first / BLOCK];

        if (wanted != 0)
            search_block(&s.query, scales + first, rows + (size_t)first * header->stride, first, count, wanted, &best);
    }
    finish(&best, scale);
    *count_out = best.count;
    qiao_free(s.memory);
    return QIAO_OK;
}
