/* See contributions.h. Uses in rows and a row are both in order of slot: one walk meets them. */
#include "match/contributions.h"

#include "match/retrieval.h"

#include <stdlib.h>
#include <string.h>

#define NO_RANGE UINT32_MAX

void
qiaoi_contributor_done(qiaoi_contributor *contributor)
{
    qiao_free(contributor->uses);
    qiao_free(contributor->lists);
    memset(contributor, 0, sizeof *contributor);
}

void
qiaoi_contributor_forget(qiaoi_contributor *contributor)
{
    contributor->ready = false;
}

static int
compare_uses(const void *a, const void *b)
{
    const qiaoi_contribution_use *x = a, *y = b;

    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

static qiao_status
room(qiaoi_contributor *c, uint32_t count, qiao_error *err)
{
    if (count <= c->capacity)
        return QIAO_OK;
    qiaoi_contributor_done(c);
    c->uses = qiao_alloc(count * sizeof *c->uses);
    c->lists = qiao_alloc(count * sizeof *c->lists);
    if (c->uses == NULL || c->lists == NULL) {
        qiaoi_contributor_done(c);
        return qiao_fail_memory(err);
    }
    c->capacity = count;
    return QIAO_OK;
}

static qiao_status
prepare(qiaoi_contributor *c, const qiaoi_query *query, const qiao_generation *generation, qiao_kind side,
        qiao_error *err)
{
    const float *idf = qiaoi_generation_idf(generation, side);
    uint32_t terms = qiao_generation_lexicon(generation)->term_count, others = 0;
    qiao_status st = room(c, query->term_count, err);

    if (st != QIAO_OK)
        return st;
    terms = terms < QIAOI_ROWS_SLOTS ? terms : QIAOI_ROWS_SLOTS;
    c->in_rows = 0;
    for (uint32_t g = 0; g < query->group_count; g++)
        for (uint32_t i = 0; i < query->groups[g].count; i++) {
            const qiaoi_query_term *term = &query->terms[query->groups[g].first + i];
            bool in_rows = term->slot < terms && idf[term->slot] > 0;
            uint32_t at = in_rows ? c->in_rows++ : query->term_count - ++others;

            c->uses[at] = (qiaoi_contribution_use){term->slot, g, qiaoi_group_share(term->weight)};
        }
    memmove(c->uses + c->in_rows, c->uses + query->term_count - others, others * sizeof *c->uses);
    c->count = c->in_rows + others;
    if (c->in_rows > 0)
        qsort(c->uses, c->in_rows, sizeof *c->uses, compare_uses);
    c->range = NO_RANGE;
    c->ready = true;
    return QIAO_OK;
}

static void
sum_row(const qiaoi_contributor *c, qiaoi_row met, uint32_t *sums)
{
    uint32_t u = 0;

    for (uint32_t i = 0; i < met.count; i++) {
        uint32_t slot = met.entries[i] >> 8, units = qiaoi_impact_units((uint8_t)(met.entries[i] & 255u));

        while (u < c->in_rows && c->uses[u].slot < slot)
            u++;
        for (; u < c->in_rows && c->uses[u].slot == slot; u++)
            sums[c->uses[u].group] += c->uses[u].share * units;
    }
}

static void
sum_lists(qiaoi_contributor *c, const qiaoi_postings *ranges, uint32_t docid, uint32_t *sums)
{
    uint32_t range = docid >> QIAOI_RANGE_BITS;

    if (c->range != range)
        for (uint32_t u = c->in_rows; u < c->count; u++)
            c->lists[u] = qiaoi_postings_list(&ranges[range], c->uses[u].slot);
    c->range = range;
    for (uint32_t u = c->in_rows; u < c->count; u++)
        if (c->lists[u].count > 0)
            sums[c->uses[u].group] +=
                c->uses[u].share * qiaoi_list_units(c->lists[u], (uint16_t)(docid & (QIAOI_RANGE_SIZE - 1)));
}

qiao_status
qiaoi_contributor_add(qiaoi_contributor *contributor, const qiaoi_query *query, const qiao_generation *generation,
                      qiao_kind side, uint32_t docid, qiaoi_row met, uint32_t *contributions, qiao_error *err)
{
    size_t ranges;
    const qiaoi_postings *postings = qiaoi_generation_postings(generation, side, &ranges);
    qiao_status st = contributor->ready ? QIAO_OK : prepare(contributor, query, generation, side, err);

    if (st != QIAO_OK)
        return st;
    memset(contributions, 0, query->group_count * sizeof *contributions);
    sum_row(contributor, met, contributions);
    if (docid >> QIAOI_RANGE_BITS < ranges)
        sum_lists(contributor, postings, docid, contributions);
    for (uint32_t g = 0; g < query->group_count; g++)
        if (contributions[g] != 0)
            contributions[g] = qiaoi_saturate(query->groups[g].weight * QIAOI_SCORE_UNIT, contributions[g]);
    return QIAO_OK;
}
