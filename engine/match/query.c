/* Builds the pivot query: memory, what source words weigh, each spread over its translations, and what follows once all
 * groups are there. */
#include "match/query_internal.h"

#include "match/boilerplate.h"
#include "match/sort.h"
#include "qiao/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES_MAX (1u << (32 - QIAOI_QUERY_INDEX_BITS))
#define WEIGHT_SINGLE_CHARACTER 0.5
#define WEIGHT_NUMBER 0.2
#define NEEDS_MIN 50.0 /* needs in the catalogue from which on their words are counted */
/* A short statement was written with choice; the longer a need, the more of it is form. Between these lengths (words)
 * rarity gains weight. */
#define RARITY_FROM_WORDS 20.0
#define RARITY_FULL_WORDS 120.0
/* In the longest needs an alternative that adds less than this to a score, where the document is full of it, is not
 * asked for. */
#define LEAST_ADDED 0.2

qiao_status
qiaoi_query_init(qiaoi_query *query, qiao_error *err)
{
    memset(query, 0, sizeof *query);
    query->native_share[0] = query->native_share[1] = 1.0;
    query->arena = qiao_arena_new(1u << 15);
    query->words = qiao_alloc(QIAOI_QUERY_WORDS_MAX * sizeof *query->words);
    query->word_slots = qiao_calloc(QIAOI_QUERY_WORD_SLOTS, sizeof *query->word_slots);
    query->groups = qiao_alloc((QIAOI_QUERY_WORDS_MAX + QIAOI_QUERY_PAIRS_MAX) * sizeof *query->groups);
    query->terms = qiao_alloc((size_t)(QIAOI_QUERY_WORDS_MAX + QIAOI_QUERY_PAIRS_MAX) * QIAOI_GROUP_TERMS_MAX *
                              sizeof *query->terms);
    query->by_slot = qiao_alloc((size_t)(QIAOI_QUERY_WORDS_MAX + QIAOI_QUERY_PAIRS_MAX) * QIAOI_GROUP_TERMS_MAX *
                                sizeof *query->by_slot);
    query->strengths = qiao_alloc((size_t)(QIAOI_QUERY_WORDS_MAX + QIAOI_QUERY_PAIRS_MAX) * QIAOI_GROUP_TERMS_MAX *
                                  sizeof *query->strengths);
    query->pair_candidates = qiao_alloc(QIAOI_QUERY_PAIRS_MAX * sizeof *query->pair_candidates);
    query->pair_slots = qiao_calloc(QIAOI_QUERY_PAIR_SLOTS, sizeof *query->pair_slots);
    if (query->arena == NULL || query->words == NULL || query->word_slots == NULL || query->groups == NULL ||
        query->terms == NULL || query->by_slot == NULL || query->strengths == NULL || query->pair_candidates == NULL ||
        query->pair_slots == NULL) {
        qiaoi_query_done(query);
        return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

void
qiaoi_query_done(qiaoi_query *query)
{
    qiao_arena_free(query->arena);
    qiao_free(query->words);
    qiao_free(query->word_slots);
    qiao_free(query->groups);
    qiao_free(query->terms);
    qiao_free(query->by_slot);
    qiao_free(query->strengths);
    qiao_free(query->sequence);
    qiao_free(query->pair_candidates);
    qiao_free(query->pair_slots);
    memset(query, 0, sizeof *query);
}

static void
clear(qiaoi_query *query)
{
    qiao_arena_reset(query->arena);
    if (++query->number == QUERIES_MAX) {
        memset(query->word_slots, 0, QIAOI_QUERY_WORD_SLOTS * sizeof *query->word_slots);
        memset(query->pair_slots, 0, QIAOI_QUERY_PAIR_SLOTS * sizeof *query->pair_slots);
        query->number = 1;
    }
    query->word_count = query->group_count = query->term_count = query->by_slot_count = query->sequence_count =
        query->pair_candidate_count = 0;
    query->attainable = query->attainable_squares = 0;
    query->cut = query->touched = query->partial = false;
}

/* ---- groups ---- */

static uint32_t
document_frequency(const qiaoi_group_builder *b, uint32_t slot)
{
    return slot < b->statistics->slots ? b->statistics->df[slot] : 0;
}

static double
inverse_frequency(const qiaoi_group_builder *b, uint32_t df)
{
    return log(1.0 + ((double)b->statistics->documents - df + 0.5) / (df + 0.5));
}

void
qiaoi_query_add_group(qiaoi_group_builder *b, qiaoi_group_kind kind, uint32_t word, uint32_t word2, double q,
                      const qiaoi_alternative *list, size_t count)
{
    qiaoi_query *query = b->query;
    double sum = 0, weighted = 0, mean;
    qiaoi_group *group;

    for (int pass = 0; pass < 2 && sum <= 0; pass++)
        for (size_t i = 0; i < count; i++)
            if (pass == 1 || !list[i].itself) {
                sum += list[i].share;
                weighted += list[i].share * list[i].idf;
            }
    if (sum <= 0 || query->group_count == QIAOI_QUERY_WORDS_MAX + QIAOI_QUERY_PAIRS_MAX)
        return;
    mean = weighted / sum;
    group = &query->groups[query->group_count++];
    *group = (qiaoi_group){kind, word, word2, query->term_count, 0, (float)(q * mean), (float)mean};
    for (size_t i = 0; i < count && group->count < QIAOI_GROUP_TERMS_MAX; i++) {
        double ratio = list[i].itself ? 1.0 : list[i].idf / mean;

        if (group->count > 0 && q * mean * list[i].share * ratio < LEAST_ADDED * query->form)
            continue;
        query->terms[query->term_count++] =
            (qiaoi_query_term){list[i].slot, (float)(list[i].share * ratio), list[i].source};
        group->count++;
    }
    if (kind == QIAOI_GROUP_WORD) {
        query->attainable += q * mean;
        query->attainable_squares += q * mean * q * mean;
    }
}

size_t
qiaoi_query_add_alternative(const qiaoi_group_builder *b, qiaoi_alternative *list, size_t count, uint32_t slot,
                            double share, uint8_t source, bool itself)
{
    uint32_t df = document_frequency(b, slot);

    if (df == 0)
        return count;
    list[count] = (qiaoi_alternative){slot, share, inverse_frequency(b, df), source, itself};
    return count + 1;
}

/* The word itself, and its translations. */
static size_t
alternatives_of(const qiaoi_group_builder *b, const qiaoi_query_word *word,
                qiaoi_alternative list[QIAOI_GROUP_TERMS_MAX])
{
    size_t count = 0;

    if (word->term != QIAOI_NO_TERM)
        count = qiaoi_query_add_alternative(b, list, count, word->term, word->latin ? 1.0 : b->native_share, 0,
                                            !word->latin);
    if (word->entry != 0) {
        const qiaoi_entry *entry = &b->lexicon->entries[word->entry - 1];

        for (uint32_t i = 0; i < entry->count && count < QIAOI_GROUP_TERMS_MAX; i++) {
            const qiaoi_translation *translation = &b->lexicon->translations[entry->first + i];

            count = qiaoi_query_add_alternative(b, list, count, translation->term, translation->share / 65535.0,
                                                translation->source, false);
        }
    }
    return count;
}

static bool
single_character(const qiaoi_query_word *word)
{
    return !word->latin && word->form_length <= 4 && (unsigned char)word->form[0] >= 0xE0u;
}

/* A number alone says little in a form full of quantities, and much in a question ("in 1998"). */
static bool
bare_number(const qiaoi_query_word *word)
{
    for (uint32_t i = 0; i < word->form_length; i++)
        if (word->form[i] < '0' || word->form[i] > '9')
            return false;
    return true;
}

/*
 * Rarity of a word among the needs, 0.05..1: ln((n + 1) / (df + .5)) / ln((n + 1) / 2). What every need says
 * (technology, product, cost) tells nothing apart. Few needs say nothing about rarity: the closed list of boilerplate
 * serves then.
 */
static double
rarity(const qiaoi_group_builder *b, qiaoi_query_word *word)
{
    double needs = (double)b->lexicon->statistics->documents[QIAO_NEED], df = 0, z,
           listed = qiaoi_boilerplate_weight(word->form, word->form_length);

    word->rarity = listed;
    if (needs < NEEDS_MIN)
        return listed;
    if (word->term != QIAOI_NO_TERM)
        df = b->lexicon->term_df[b->lexicon->term_count + word->term];
    z = log((needs + 1.0) / (df + 0.5)) / log((needs + 1.0) / 2.0);
    z = z < 0.05 ? 0.05 : z > 1.0 ? 1.0 : z;
    word->rarity = z;
    return pow(z, b->rarity_power) * pow(listed, 1.0 - b->rarity_power);
}

static double
word_weight(const qiaoi_group_builder *b, qiaoi_query_word *word)
{
    double q = (1.0 + log((double)word->count)) * (double)word->background;

    if (single_character(word))
        q *= WEIGHT_SINGLE_CHARACTER;
    if (bare_number(word))
        q *= pow(WEIGHT_NUMBER, b->rarity_power);
    return q * rarity(b, word);
}

/* Compounds whose translations have no posting are replaced by their parts at full weight. */
static bool
part_of_untranslated(const qiaoi_query *query, const qiaoi_query_word *part)
{
    return part->part && !query->words[part->whole].translated;
}

/* Whatever is made of a word follows from its term and its entry. */
static void
note_woken(qiaoi_query *query, const qiaoi_query_word *word)
{
    const qiaoi_woken *woken = query->woken;

    query->touched = query->touched || (word->term != QIAOI_NO_TERM && qiaoi_is_woken(woken->slots, word->term)) ||
                     (word->entry != 0 && qiaoi_is_woken(woken->entries, word->entry - 1));
}

/* Looked up once: what the word weighs, its alternatives and its neighbours all ask for it. */
static void
find_terms(qiaoi_group_builder *b)
{
    for (uint32_t w = 0; w < b->query->word_count; w++) {
        qiaoi_query_word *word = &b->query->words[w];

        word->term = qiaoi_lexicon_term(b->lexicon, word->form, word->form_length);
        if (b->query->woken != NULL)
            note_woken(b->query, word);
    }
}

/* What groups are made of lies all over the lexicon: entries are asked of memory first, then where they lead. */
static void
alternatives_ahead(const qiaoi_group_builder *b)
{
    const qiaoi_query_word *words = b->query->words;
    const qiao_lexicon *lexicon = b->lexicon;

    for (uint32_t w = 0; w < b->query->word_count; w++) {
        if (words[w].entry != 0)
            __builtin_prefetch(&lexicon->entries[words[w].entry - 1]);
        if (words[w].term < b->statistics->slots)
            __builtin_prefetch(&b->statistics->df[words[w].term]);
    }
    for (uint32_t w = 0; w < b->query->word_count; w++)
        if (words[w].entry != 0)
            __builtin_prefetch(&lexicon->translations[lexicon->entries[words[w].entry - 1].first]);
    for (uint32_t w = 0; w < b->query->word_count; w++) {
        const qiaoi_entry *entry = words[w].entry != 0 ? &lexicon->entries[words[w].entry - 1] : NULL;

        for (uint32_t i = 0; entry != NULL && i < entry->count; i++)
            __builtin_prefetch(&b->statistics->df[lexicon->translations[entry->first + i].term]);
    }
}

static void
group_words(qiaoi_group_builder *b, bool parts)
{
    qiaoi_alternative list[QIAOI_GROUP_TERMS_MAX];

    for (uint32_t w = 0; w < b->query->word_count; w++) {
        qiaoi_query_word *word = &b->query->words[w];
        bool alone;
        double q;
        size_t count;

        if (word->part != parts)
            continue;
        count = alternatives_of(b, word, list);
        for (size_t i = 0; i < count; i++)
            word->translated = word->translated || list[i].source != QIAO_FROM_RELATED;
        if (count == 0)
            continue;
        q = word_weight(b, word);
        alone = !parts || part_of_untranslated(b->query, word);
        qiaoi_query_add_group(b, alone ? QIAOI_GROUP_WORD : QIAOI_GROUP_PART, w, w, alone ? q : q * b->model->part,
                              list, count);
    }
}

/* ---- redundancy ---- */

#define REDUNDANCY_POWER                                                                                               \
    0.5 /* between counting a stem once per synonym (0) and as the root of the sum of squares (1) */

/*
 * Many words of a need may mean the same stem (mine, pit, colliery: "mine"); each group is saturated by itself, so the
 * stem would count as often as it has synonyms. Its weights are scaled so that together they grow as the root of the
 * sum of squares: two equal synonyms count 1.4 times, not twice.
 */
static void
share_stems(qiaoi_query *query)
{
    uint64_t *uses = query->by_slot;
    float *strengths = query->strengths; /* group weight times term weight */
    size_t count = 0;

    for (uint32_t g = 0; g < query->group_count; g++)
        for (uint32_t i = 0; i < query->groups[g].count; i++) {
            uint32_t term = query->groups[g].first + i;

            strengths[term] = query->groups[g].weight * query->terms[term].weight;
            uses[count++] = (uint64_t)query->terms[term].slot << 32 | term;
        }
    qiaoi_sort_numbers(uses, count);
    query->by_slot_count = (uint32_t)count;
    for (size_t i = 0, end; i < count; i = end) {
        double sum = 0, squares = 0;

        for (end = i; end < count && uses[end] >> 32 == uses[i] >> 32; end++) {
            double strength = (double)strengths[(uint32_t)uses[end]];

            sum += strength;
            squares += strength * strength;
        }
        for (size_t k = i; k < end && end - i > 1; k++)
            query->terms[(uint32_t)uses[k]].weight *= (float)pow(sqrt(squares) / sum, REDUNDANCY_POWER);
    }
}

/* ---- the whole ---- */

static int
compare_groups(const void *a, const void *b)
{
    const qiaoi_group *x = a, *y = b;

    if (x->weight > y->weight || x->weight < y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

qiao_status
qiaoi_query_build(qiaoi_query *query, const qiaoi_query_model *model, qiao_analyzer *analyzer,
                  const qiao_generation *generation, qiao_kind side, const qiaoi_query_text *texts, size_t text_count,
                  qiao_error *err)
{
    qiaoi_group_builder b = {.query = query, .model = model, .lexicon = qiao_generation_lexicon(generation)};
    size_t room = QIAO_MATCH_TEXT_MAX;
    qiao_status st = QIAO_OK;

    clear(query);
    b.statistics = qiaoi_generation_statistics(generation, side);
    b.native_share = query->native_share[side];
    for (size_t i = 0; st == QIAO_OK && i < text_count && i < UINT16_MAX; i++) {
        qiaoi_query_text text = texts[i];

        if (text.length > room) {
            query->cut = true;
            text.length = room;
        }
        room -= text.length;
        st = qiaoi_query_read_text(query, model, analyzer, &text, (uint16_t)i, err);
    }
    if (st != QIAO_OK)
        return st;
    b.rarity_power = (query->sequence_count - RARITY_FROM_WORDS) / (RARITY_FULL_WORDS - RARITY_FROM_WORDS);
    b.rarity_power = b.rarity_power < 0 ? 0 : b.rarity_power > 1 ? 1 : b.rarity_power;
    query->form = b.rarity_power;
    b.rarity_power *= model->rarity;
    find_terms(&b);
    alternatives_ahead(&b);
    group_words(&b, false);
    group_words(&b, true);
    if (model->pair > 0)
        qiaoi_query_group_pairs(&b);
    if (query->group_count > QIAOI_GROUPS_MAX) {
        qsort(query->groups, query->group_count, sizeof *query->groups, compare_groups);
        query->group_count = QIAOI_GROUPS_MAX;
    }
    share_stems(query);
    return QIAO_OK;
}
