/* Groups of neighbouring words: the best translations of both, wherever the catalogue has them side by side. */
#include "match/query_internal.h"

#include <math.h>
#include <stdlib.h>

#define PAIR_STEMS 4u /* best translations of each neighbour that are tried together */
#define PAIR_TERMS_MAX 12u
#define PAIRS_AHEAD 2u

static void
count_pair(qiaoi_query *query, uint32_t first, uint32_t second)
{
    uint32_t i = ((first * 0x9E3779B1u) ^ (second * 0x85EBCA77u)) >> 15 & (QIAOI_QUERY_PAIR_SLOTS - 1);

    for (; qiaoi_query_taken(query, query->pair_slots[i]); i = (i + 1) & (QIAOI_QUERY_PAIR_SLOTS - 1)) {
        struct qiaoi_pair_candidate *pair = &query->pair_candidates[qiaoi_query_index_in(query->pair_slots[i])];

        if (pair->first == first && pair->second == second) {
            pair->count++;
            return;
        }
    }
    if (query->pair_candidate_count == QIAOI_QUERY_PAIRS_MAX)
        return;
    query->pair_slots[i] = qiaoi_query_filled(query, query->pair_candidate_count);
    query->pair_candidates[query->pair_candidate_count++] = (struct qiaoi_pair_candidate){first, second, 1};
}

typedef struct stem_share {
    uint32_t term;
    double share;
} stem_share;

static size_t
best_stems(const qiaoi_group_builder *b, const qiaoi_query_word *word, stem_share out[PAIR_STEMS])
{
    size_t count = 0;

    if (word->latin) {
        if (word->term != QIAOI_NO_TERM)
            out[count++] = (stem_share){word->term, 1.0};
    } else if (word->entry != 0) {
        const qiaoi_entry *entry = &b->lexicon->entries[word->entry - 1];

        for (; count < entry->count && count < PAIR_STEMS; count++)
            out[count] = (stem_share){b->lexicon->translations[entry->first + count].term,
                                      b->lexicon->translations[entry->first + count].share / 65535.0};
    }
    return count;
}

static int
compare_alternatives(const void *a, const void *b)
{
    const qiaoi_alternative *x = a, *y = b;

    if (x->share > y->share || x->share < y->share)
        return x->share > y->share ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static size_t
try_pair(const qiaoi_group_builder *b, const stem_share *first, const stem_share *second, qiaoi_alternative *list,
         size_t count)
{
    const qiaoi_pair *pair = qiaoi_lexicon_pair(b->lexicon, first->term, second->term);

    if (pair != NULL && b->query->woken != NULL && qiaoi_is_woken(b->query->woken->slots, pair->term))
        b->query->touched = true;
    for (size_t i = 0; pair != NULL && i < count; i++)
        if (list[i].slot == pair->term)
            return count;
    return pair == NULL
               ? count
               : qiaoi_query_add_alternative(b, list, count, pair->term, first->share * second->share, 0, false);
}

static bool
matters(const uint64_t *neighbours, uint32_t first, uint32_t second)
{
    uint32_t bit = qiaoi_pair_bit(first, second);

    return (neighbours[bit >> 6] >> (bit & 63u) & 1u) != 0;
}

/* May one of the pairs, in either order, be one that matters? */
static bool
one_matters(const qiaoi_group_builder *b, const stem_share *first, size_t first_count, const stem_share *second,
            size_t second_count)
{
    const uint64_t *neighbours = b->query->neighbours;

    for (size_t i = 0; i < first_count; i++)
        for (size_t k = 0; k < second_count; k++)
            if (matters(neighbours, first[i].term, second[k].term) ||
                matters(neighbours, second[k].term, first[i].term))
                return true;
    return false;
}

static void
group_pair(qiaoi_group_builder *b, const struct qiaoi_pair_candidate *pair)
{
    const qiaoi_query_word *words = b->query->words;
    stem_share first[PAIR_STEMS], second[PAIR_STEMS];
    size_t n1 = best_stems(b, &words[pair->first], first), n2 = best_stems(b, &words[pair->second], second), count = 0;
    qiaoi_alternative list[2 * PAIR_STEMS * PAIR_STEMS];
    bool ordered = words[pair->first].latin && words[pair->second].latin;

    if (b->some_pairs && !one_matters(b, first, n1, second, n2)) {
        b->query->partial = true;
        return;
    }
    for (size_t i = 0; i < n1; i++)
        for (size_t k = 0; k < n2; k++) {
            count = try_pair(b, &first[i], &second[k], list, count);
            if (!ordered)
                count = try_pair(b, &second[k], &first[i], list, count);
        }
    if (count == 0)
        return;
    qsort(list, count, sizeof *list, compare_alternatives);
    qiaoi_query_add_group(b, QIAOI_GROUP_PAIR, pair->first, pair->second,
                          b->model->pair * (1.0 + log((double)pair->count)), list,
                          count < PAIR_TERMS_MAX ? count : PAIR_TERMS_MAX);
}

/* The table of pairs is too large for the processor's own memory: what will be asked of it is asked ahead. */
static void
pair_ahead(const qiaoi_group_builder *b, const struct qiaoi_pair_candidate *pair)
{
    const qiaoi_query_word *words = b->query->words;
    stem_share first[PAIR_STEMS], second[PAIR_STEMS];
    size_t n1 = best_stems(b, &words[pair->first], first), n2 = best_stems(b, &words[pair->second], second);
    bool ordered = words[pair->first].latin && words[pair->second].latin;

    for (size_t i = 0; i < n1; i++)
        for (size_t k = 0; k < n2; k++) {
            qiaoi_lexicon_pair_ahead(b->lexicon, first[i].term, second[k].term);
            if (!ordered)
                qiaoi_lexicon_pair_ahead(b->lexicon, second[k].term, first[i].term);
        }
}

void
qiaoi_query_group_pairs(qiaoi_group_builder *b)
{
    qiaoi_query *query = b->query;

    for (uint32_t i = 0; i + 1 < query->sequence_count; i++)
        if (query->sequence[i] != UINT32_MAX && query->sequence[i + 1] != UINT32_MAX)
            count_pair(query, query->sequence[i], query->sequence[i + 1]);
    /* of more groups than there may be the weightiest stay, so all must be known */
    b->some_pairs = query->neighbours != NULL && query->word_count + query->pair_candidate_count <= QIAOI_GROUPS_MAX;
    for (uint32_t i = 0; i < query->pair_candidate_count; i++) {
        if (!b->some_pairs && i + PAIRS_AHEAD < query->pair_candidate_count)
            pair_ahead(b, &query->pair_candidates[i + PAIRS_AHEAD]);
        group_pair(b, &query->pair_candidates[i]);
    }
}
