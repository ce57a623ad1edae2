/* Term-at-a-time scoring with dense accumulators, then a threshold scan into a heap. See retrieval.h for the model. */
#include "match/retrieval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_UNIT 1024.0f /* fixed point of a term's weight inside its group */

qiao_status
qiaoi_retrieval_init(qiaoi_retrieval *retrieval, qiao_error *err)
{
    memset(retrieval, 0, sizeof *retrieval);
    retrieval->scores = qiao_calloc(QIAOI_RANGE_SIZE, sizeof *retrieval->scores);
    retrieval->sums = qiao_calloc(QIAOI_RANGE_SIZE, sizeof *retrieval->sums);
    retrieval->touched = qiao_alloc((QIAOI_RANGE_SIZE + 1) * sizeof *retrieval->touched);
    if (retrieval->scores == NULL || retrieval->sums == NULL || retrieval->touched == NULL) {
        qiaoi_retrieval_done(retrieval);
        return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

void
qiaoi_retrieval_done(qiaoi_retrieval *retrieval)
{
    qiao_free(retrieval->scores);
    qiao_free(retrieval->sums);
    qiao_free(retrieval->touched);
    qiao_free(retrieval->heap);
    memset(retrieval, 0, sizeof *retrieval);
}

static uint32_t
fixed_share(float weight)
{
    float units = weight * SHARE_UNIT + 0.5f;

    return units < 1.0f ? 1u : units > 65535.0f ? 65535u : (uint32_t)units;
}

/* q I F / (K1 + F) in accumulator units, F = sum / (SHARE_UNIT * IMPACT_UNIT) */
static uint32_t
saturate(float weight, uint32_t sum)
{
    const float k = (float)(QIAOI_K1 * QIAOI_IMPACT_UNIT) * SHARE_UNIT;

    return (uint32_t)(weight * ((float)sum / ((float)sum + k)));
}

static void
add_single(qiaoi_retrieval *r, qiaoi_posting_list list, uint32_t share, float weight)
{
    uint32_t table[256];

    for (uint32_t i = 0; i <= list.maximum; i++)
        table[i] = saturate(weight, share * i);
    for (uint32_t i = 0; i < list.count; i++)
        r->scores[list.documents[i]] += table[list.impacts[i]];
}

static void
add_many(qiaoi_retrieval *r, const qiaoi_posting_list *lists, const uint32_t *shares, size_t count, float weight)
{
    size_t touched = 0;

    for (size_t t = 0; t < count; t++)
        for (uint32_t i = 0; i < lists[t].count; i++) {
            uint16_t d = lists[t].documents[i];
            uint32_t before = r->sums[d];

            r->touched[touched] = d;
            touched += before == 0;
            r->sums[d] = before + shares[t] * lists[t].impacts[i];
        }
    for (size_t i = 0; i < touched; i++) {
        uint16_t d = r->touched[i];

        r->scores[d] += saturate(weight, r->sums[d]);
        r->sums[d] = 0;
    }
}

static void
add_group(qiaoi_retrieval *r, const qiaoi_query *query, const qiaoi_group *group, const qiaoi_postings *range)
{
    qiaoi_posting_list lists[QIAOI_GROUP_TERMS_MAX];
    uint32_t shares[QIAOI_GROUP_TERMS_MAX];
    float weight = group->weight * QIAOI_SCORE_UNIT;
    size_t count = 0;

    for (uint32_t i = 0; i < group->count; i++) {
        lists[count] = qiaoi_postings_list(range, query->terms[group->first + i].slot);
        shares[count] = fixed_share(query->terms[group->first + i].weight);
        count += lists[count].count > 0;
    }
    if (count == 1)
        add_single(r, lists[0], shares[0], weight);
    else if (count > 1)
        add_many(r, lists, shares, count, weight);
}

/* ---- the best of them ---- */

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

static void
offer(qiaoi_retrieval *r, qiaoi_hit hit, size_t limit)
{
    if (r->heap_count < limit) {
        size_t at = r->heap_count++;

        for (; at > 0 && worse(hit, r->heap[(at - 1) / 2]); at = (at - 1) / 2)
            r->heap[at] = r->heap[(at - 1) / 2];
        r->heap[at] = hit;
    } else if (worse(r->heap[0], hit)) {
        r->heap[0] = hit;
        sift_down(r->heap, r->heap_count, 0);
    }
}

static uint64_t
scan(qiaoi_retrieval *r, const qiaoi_postings *range, const uint64_t *filter, size_t limit)
{
    uint64_t considered = 0;

    for (uint32_t d = 0; d < range->header.documents; d++) {
        uint32_t score = r->scores[d], docid = range->header.first_document + d;

        if (score == 0 || (filter != NULL && (filter[docid >> 6] >> (docid & 63u) & 1u) == 0))
            continue;
        considered++;
        if (r->heap_count < limit || score >= r->heap[0].score)
            offer(r, (qiaoi_hit){docid, score}, limit);
    }
    memset(r->scores, 0, range->header.documents * sizeof *r->scores);
    return considered;
}

static int
compare_hits(const void *a, const void *b)
{
    const qiaoi_hit *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

qiao_status
qiaoi_retrieve(qiaoi_retrieval *retrieval, const qiaoi_query *query, const qiao_generation *generation, qiao_kind side, const uint64_t *filter,
               size_t limit, size_t *count_out, uint64_t *considered_out, qiao_error *err)
{
    size_t ranges;
    const qiaoi_postings *range = qiaoi_generation_postings(generation, side, &ranges);

    if (limit > retrieval->heap_capacity) {
        qiaoi_hit *grown = qiao_realloc_array(retrieval->heap, limit, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        retrieval->heap = grown;
        retrieval->heap_capacity = limit;
    }
    retrieval->heap_count = 0;
    *considered_out = 0;
    for (size_t i = 0; i < ranges; i++) {
        for (uint32_t g = 0; g < query->group_count; g++)
            add_group(retrieval, query, &query->groups[g], &range[i]);
        *considered_out += scan(retrieval, &range[i], filter, limit);
    }
    qsort(retrieval->heap, retrieval->heap_count, sizeof *retrieval->heap, compare_hits);
    *count_out = retrieval->heap_count;
    return QIAO_OK;
}

/* Impact of one document in a list, by bisection; 0 if absent. */
static uint32_t
impact_of(qiaoi_posting_list list, uint16_t document)
{
    uint32_t low = 0, high = list.count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (list.documents[middle] < document)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list.count && list.documents[low] == document ? list.impacts[low] : 0;
}

uint32_t
qiaoi_contributions(const qiaoi_query *query, const qiao_generation *generation, qiao_kind side, uint32_t docid, uint32_t *contributions)
{
    size_t ranges;
    const qiaoi_postings *range = qiaoi_generation_postings(generation, side, &ranges) + (docid >> QIAOI_RANGE_BITS);
    uint32_t total = 0;

    for (uint32_t g = 0; g < query->group_count; g++) {
        const qiaoi_group *group = &query->groups[g];
        uint32_t sum = 0;

        for (uint32_t i = 0; i < group->count; i++) {
            const qiaoi_query_term *term = &query->terms[group->first + i];

            sum += fixed_share(term->weight) * impact_of(qiaoi_postings_list(range, term->slot), (uint16_t)(docid & (QIAOI_RANGE_SIZE - 1)));
        }
        contributions[g] = sum == 0 ? 0 : saturate(group->weight * QIAOI_SCORE_UNIT, sum);
        total += contributions[g];
    }
    return total;
}
