/* The lexicons of two generations, term by term: both are in order of string, so one walk joins them. */
#include "batch/kept_internal.h"

#include <string.h>

#define NORMAL_CHARACTERS 65536u

static bool
same_key(const qiaoi_comparison *c, uint32_t entry)
{
    const qiaoi_entry *x = &c->now->entries[entry], *y = &c->before->entries[entry];

    return x->key_length == y->key_length && x->language == y->language && x->cost == y->cost &&
           memcmp(c->now->keys + x->key, c->before->keys + y->key, x->key_length) == 0;
}

/* Are texts read as they were? */
static bool
same_reading(const qiaoi_comparison *c)
{
    bool same = c->now->entry_count == c->before->entry_count &&
                memcmp(c->now->normal, c->before->normal, NORMAL_CHARACTERS * sizeof *c->now->normal) == 0 &&
                memcmp(c->now->normal_ja, c->before->normal_ja, NORMAL_CHARACTERS * sizeof *c->now->normal_ja) == 0;

    for (uint32_t entry = 0; same && entry < c->now->entry_count; entry++)
        same = same_key(c, entry);
    return same;
}

static bool
same_totals(const qiaoi_comparison *c)
{
    bool same = c->now->statistics->documents[0] == c->before->statistics->documents[0] &&
                c->now->statistics->documents[1] == c->before->statistics->documents[1];

    for (int side = 0; side < 2; side++) {
        const qiaoi_side_statistics *x = qiaoi_generation_statistics(c->keeping->now, (qiao_kind)side),
                                    *y = qiaoi_generation_statistics(c->keeping->before, (qiao_kind)side);

        same = same && x->documents == y->documents && x->chinese == y->chinese && x->slots == c->slot_count;
    }
    return same;
}

/* ---- terms ---- */

static bool
same_frequency(const qiaoi_comparison *c, uint32_t slot, uint32_t before)
{
    bool same = true;

    for (int side = 0; side < 2; side++)
        same = same && qiaoi_generation_statistics(c->keeping->now, (qiao_kind)side)->df[slot] ==
                           qiaoi_generation_statistics(c->keeping->before, (qiao_kind)side)->df[before];
    return same;
}

static void
join_term(qiaoi_comparison *c, uint32_t term, uint32_t before)
{
    const uint32_t *x = c->now->term_df, *y = c->before->term_df;

    c->slot_before[term] = before;
    if (before == QIAOI_KEPT_NONE || !same_frequency(c, term, before) || x[term] != y[before] ||
        x[c->now->term_count + term] != y[c->before->term_count + before])
        qiaoi_set_bit(c->slots, term);
}

static void
join_terms(qiaoi_comparison *c)
{
    uint32_t before = 0;

    for (uint32_t term = 0; term < c->now->term_count && !c->different; term++) {
        int order = before == c->before->term_count
                        ? 1
                        : strcmp(qiaoi_lexicon_term_text(c->before, before), qiaoi_lexicon_term_text(c->now, term));

        c->different = order < 0;
        join_term(c, term, order == 0 ? before : QIAOI_KEPT_NONE);
        before += order == 0;
    }
    c->different = c->different || before < c->before->term_count;
}

/* ---- pairs ---- */

static void
join_pair(qiaoi_comparison *c, const qiaoi_pair *pair, uint64_t *met)
{
    uint32_t first = (uint32_t)(pair->key >> 32) - 1, second = (uint32_t)pair->key - 1;
    uint32_t first_before = first < c->now->term_count ? c->slot_before[first] : QIAOI_KEPT_NONE,
             second_before = second < c->now->term_count ? c->slot_before[second] : QIAOI_KEPT_NONE;
    const qiaoi_pair *before = first_before == QIAOI_KEPT_NONE || second_before == QIAOI_KEPT_NONE
                                   ? NULL
                                   : qiaoi_lexicon_pair(c->before, first_before, second_before);

    *met += before != NULL;
    if (pair->term >= c->slot_count)
        c->different = true; /* a damaged file */
    else if (before == NULL || !same_frequency(c, pair->term, before->term))
        qiaoi_set_bit(c->slots, pair->term);
    else
        c->slot_before[pair->term] = before->term;
}

static uint64_t
count_pairs(const qiao_lexicon *lexicon)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i <= lexicon->pair_mask; i++)
        count += lexicon->pairs[i].key != 0;
    return count;
}

static void
join_pairs(qiaoi_comparison *c)
{
    uint64_t met = 0;

    for (uint64_t i = 0; i <= c->now->pair_mask && !c->different; i++)
        if (c->now->pairs[i].key != 0)
            join_pair(c, &c->now->pairs[i], &met);
    c->different = c->different || met < count_pairs(c->before);
}

/* ---- translations ---- */

static bool
same_translations(const qiaoi_comparison *c, uint32_t entry)
{
    const qiaoi_entry *x = &c->now->entries[entry], *y = &c->before->entries[entry];
    bool same = x->count == y->count;

    for (uint32_t i = 0; same && i < x->count; i++) {
        const qiaoi_translation *now = &c->now->translations[x->first + i],
                                *before = &c->before->translations[y->first + i];

        same = c->slot_before[now->term] == before->term && now->share == before->share &&
               now->source == before->source && !qiaoi_bit(c->slots, now->term);
    }
    return same;
}

qiao_status
qiaoi_kept_words(qiaoi_comparison *c, qiao_error *err)
{
    c->slot_count = qiaoi_generation_statistics(c->keeping->now, QIAO_PROJECT)->slots;
    c->different = c->different || !same_totals(c) || !same_reading(c);
    if (c->different)
        return QIAO_OK;
    c->slots = qiao_calloc(c->slot_count / 64 + 1, sizeof *c->slots);
    c->entries = qiao_calloc(c->now->entry_count / 64 + 1, sizeof *c->entries);
    c->slot_before = qiao_alloc(((size_t)c->slot_count + 1) * sizeof *c->slot_before);
    if (c->slots == NULL || c->entries == NULL || c->slot_before == NULL)
        return qiao_fail_memory(err);
    for (uint32_t slot = 0; slot < c->slot_count; slot++)
        c->slot_before[slot] = QIAOI_KEPT_NONE;
    join_terms(c);
    if (!c->different)
        join_pairs(c);
    for (uint32_t entry = 0; !c->different && entry < c->now->entry_count; entry++)
        if (!same_translations(c, entry))
            qiaoi_set_bit(c->entries, entry);
    return QIAO_OK;
}
