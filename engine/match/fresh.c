/* See fresh.h. */
#include "match/fresh.h"

#include "match/saturation.h"
#include "match/top.h"

#include <string.h>

/* ---- the set ---- */

static uint32_t
count_bits(const uint64_t *bits, uint32_t documents)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < (documents + 63) / 64; i++)
        count += (uint32_t)__builtin_popcountll(bits[i]);
    return count;
}

static qiao_status
make_room(qiaoi_fresh *fresh, uint32_t count, uint32_t slots, qiao_error *err)
{
    size_t words = slots / 64 + 1;

    fresh->docids = qiao_alloc(((size_t)count + 1) * sizeof *fresh->docids);
    fresh->bitmap = qiao_calloc(words, sizeof *fresh->bitmap);
    fresh->rank = qiao_calloc(words, sizeof *fresh->rank);
    fresh->offsets = qiao_calloc((size_t)slots + 1, sizeof *fresh->offsets);
    fresh->maxima = qiao_calloc((size_t)slots + 1, sizeof *fresh->maxima);
    return fresh->docids == NULL || fresh->bitmap == NULL || fresh->rank == NULL || fresh->offsets == NULL ||
                   fresh->maxima == NULL
               ? qiao_fail_memory(err)
               : QIAO_OK;
}

static bool
has(const uint64_t *bits, uint32_t docid)
{
    return (bits[docid >> 6] >> (docid & 63u) & 1u) != 0;
}

static uint32_t
place_of(const qiaoi_fresh *fresh, uint32_t docid)
{
    uint32_t low = 0, high = fresh->postings.header.documents;

    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;

        *(fresh->docids[middle] <= docid ? &low : &high) = middle;
    }
    return low;
}

static void
take_list(qiaoi_fresh *fresh, const qiaoi_postings *range, uint32_t slot, const uint64_t *bits)
{
    qiaoi_posting_list list = qiaoi_postings_list(range, slot);

    for (uint32_t i = 0; i < list.count; i++) {
        uint32_t docid = range->header.first_document + list.documents[i];
        uint16_t place;

        if (!has(bits, docid))
            continue;
        place = (uint16_t)place_of(fresh, docid);
        qiao_buffer_append(&fresh->documents, &place, sizeof place);
        qiao_buffer_append(&fresh->impacts, &list.impacts[i], 1);
    }
}

static uint32_t
postings_of(const qiaoi_fresh *fresh)
{
    return (uint32_t)(fresh->documents.length / sizeof(uint16_t));
}

/* Slot by slot: the order of the lists is that of a range of the generation. */
static void
take_slots(qiaoi_fresh *fresh, const qiaoi_postings *ranges, size_t count, const uint64_t *bits)
{
    qiaoi_postings_header *header = &fresh->postings.header;

    for (uint32_t slot = 0; slot < header->slots; slot++) {
        uint32_t before = postings_of(fresh);

        if (slot % 64 == 0)
            fresh->rank[slot / 64] = header->present;
        for (size_t r = 0; r < count; r++)
            take_list(fresh, &ranges[r], slot, bits);
        if (postings_of(fresh) == before)
            continue;
        fresh->bitmap[slot / 64] |= (uint64_t)1 << slot % 64;
        fresh->offsets[header->present++] = before;
    }
    fresh->offsets[header->present] = header->postings = postings_of(fresh);
}

qiao_status
qiaoi_fresh_make(qiaoi_fresh *fresh, const qiao_generation *generation, qiao_kind side, const uint64_t *bits,
                 qiao_error *err)
{
    size_t range_count;
    const qiaoi_postings *ranges = qiaoi_generation_postings(generation, side, &range_count);
    uint32_t documents = qiao_generation_count(generation, side), slots = range_count == 0 ? 0 : ranges->header.slots;
    qiaoi_postings_header *header = &fresh->postings.header;
    qiao_status st;

    memset(fresh, 0, sizeof *fresh);
    header->slots = slots;
    header->documents = count_bits(bits, documents);
    st = make_room(fresh, header->documents, slots, err);
    if (st != QIAO_OK)
        return st;
    for (uint32_t d = 0, n = 0; d < documents; d++)
        if (has(bits, d))
            fresh->docids[n++] = d;
    if (header->documents > 0)
        take_slots(fresh, ranges, range_count, bits);
    if (fresh->documents.failed || fresh->impacts.failed)
        return qiao_fail_memory(err);
    fresh->postings.bitmap = fresh->bitmap;
    fresh->postings.rank = fresh->rank;
    fresh->postings.offsets = fresh->offsets;
    fresh->postings.maxima = fresh->maxima;
    fresh->postings.documents = (const uint16_t *)(const void *)fresh->documents.data;
    fresh->postings.impacts = (const uint8_t *)fresh->impacts.data;
    return QIAO_OK;
}

void
qiaoi_fresh_done(qiaoi_fresh *fresh)
{
    qiao_free(fresh->docids);
    qiao_free(fresh->bitmap);
    qiao_free(fresh->rank);
    qiao_free(fresh->offsets);
    qiao_free(fresh->maxima);
    qiao_buffer_done(&fresh->documents);
    qiao_buffer_done(&fresh->impacts);
    memset(fresh, 0, sizeof *fresh);
}

/* ---- searching ---- */

qiao_status
qiaoi_fresh_search_init(qiaoi_fresh_search *search, uint32_t documents, qiao_error *err)
{
    size_t room = (size_t)documents + 1;

    memset(search, 0, sizeof *search);
    for (uint32_t i = 0; i < 256; i++)
        search->units[i] = qiaoi_impact_units((uint8_t)i);
    search->scores = qiao_calloc(room, sizeof *search->scores);
    search->sums = qiao_calloc(room, sizeof *search->sums);
    search->listed = qiao_alloc(room * sizeof *search->listed);
    search->hits = qiao_alloc(room * sizeof *search->hits);
    return search->scores == NULL || search->sums == NULL || search->listed == NULL || search->hits == NULL
               ? qiao_fail_memory(err)
               : QIAO_OK;
}

void
qiaoi_fresh_search_done(qiaoi_fresh_search *search)
{
    qiao_free(search->scores);
    qiao_free(search->sums);
    qiao_free(search->listed);
    qiao_free(search->hits);
    memset(search, 0, sizeof *search);
}

/* As retrieval.c adds a group: its alternatives are summed, then saturated once. */
static void
add_group(qiaoi_fresh_search *search, const qiaoi_fresh *fresh, const qiaoi_query *query, const qiaoi_group *group)
{
    float weight = group->weight * QIAOI_SCORE_UNIT;
    uint32_t listed = 0;

    for (uint32_t i = 0; i < group->count; i++) {
        const qiaoi_query_term *term = &query->terms[group->first + i];
        qiaoi_posting_list list = qiaoi_postings_list(&fresh->postings, term->slot);

        for (uint32_t k = 0; k < list.count; k++) {
            uint16_t place = list.documents[k];

            if (search->sums[place] == 0)
                search->listed[listed++] = place;
            search->sums[place] += qiaoi_group_share(term->weight) * search->units[list.impacts[k]];
        }
    }
    for (uint32_t i = 0; i < listed; i++) {
        search->scores[search->listed[i]] += qiaoi_saturated(weight, search->sums[search->listed[i]]);
        search->sums[search->listed[i]] = 0;
    }
}

void
qiaoi_fresh_find(qiaoi_fresh_search *search, const qiaoi_fresh *fresh, const qiaoi_query *query, const uint64_t *filter,
                 uint32_t least)
{
    uint32_t documents = fresh->postings.header.documents;

    search->hit_count = 0;
    for (uint32_t g = 0; documents > 0 && g < query->group_count; g++)
        add_group(search, fresh, query, &query->groups[g]);
    for (uint32_t i = 0; i < documents; i++) {
        if (search->scores[i] >= least && has(filter, fresh->docids[i]))
            search->hits[search->hit_count++] = (qiaoi_hit){fresh->docids[i], search->scores[i]};
        search->scores[i] = 0;
    }
    qiaoi_sort_hits(search->hits, search->hit_count);
}
