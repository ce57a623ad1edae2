/* Joins two rankings by document and orders the union. Relied on by engine/match/fusion.c. */
#include "dense/fusion.h"

#include <stdlib.h>

static int
compare_docids(const void *a, const void *b)
{
    const qiaoi_fused *x = a, *y = b;

    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

static int
compare_scores(const void *a, const void *b)
{
    const qiaoi_fused *x = a, *y = b;

    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    if (x->term_rank != y->term_rank) /* 0 - 1 wraps round: absent comes last */
        return x->term_rank - 1u < y->term_rank - 1u ? -1 : 1;
    return compare_docids(a, b);
}

static double
reciprocal(uint32_t rank)
{
    return rank == 0 ? 0.0 : 1.0 / (double)(QIAOI_FUSION_K + rank);
}

/* Entries of the same document become one; returns how many remain. fused is in order of docid. */
static size_t
join(qiaoi_fused *fused, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && fused[kept - 1].docid == fused[i].docid) {
            qiaoi_fused *one = &fused[kept - 1];

            one->term_rank += fused[i].term_rank;
            one->dense_rank += fused[i].dense_rank;
            one->similarity += fused[i].similarity;
        } else {
            fused[kept++] = fused[i];
        }
    }
    return kept;
}

size_t
qiaoi_fuse(const uint32_t *terms, size_t term_count, const qiaoi_dense_hit *dense, size_t dense_count, const float *scales, qiaoi_fused *fused)
{
    size_t count = 0;

    for (size_t i = 0; i < term_count; i++)
        fused[count++] = (qiaoi_fused){.docid = terms[i], .term_rank = (uint32_t)i + 1u};
    for (size_t i = 0; i < dense_count; i++)
        fused[count++] = (qiaoi_fused){.docid = dense[i].docid, .dense_rank = (uint32_t)i + 1u, .similarity = dense[i].similarity};
    qsort(fused, count, sizeof *fused, compare_docids);
    count = join(fused, count);
    for (size_t i = 0; i < count; i++) {
        fused[i].no_vector = !(scales[fused[i].docid] > 0);
        fused[i].score = reciprocal(fused[i].term_rank) + reciprocal(fused[i].no_vector ? fused[i].term_rank : fused[i].dense_rank);
    }
    qsort(fused, count, sizeof *fused, compare_scores);
    return count;
}
