/* Builds the pivot query: counts source words, spreads each over its translations, adds parts of compounds and adjacent
 * pairs. */
#include "match/query.h"

#include "match/boilerplate.h"
#include "match/passages.h"
#include "match/sort.h"
#include "qiao/file.h"
#include "qiao/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORD_SLOTS 32768u /* power of two, over twice QIAOI_QUERY_WORDS_MAX */
#define PAIRS_MAX 8192u
_Static_assert(QIAOI_QUERY_WORDS_MAX < 1u << 14 && PAIRS_MAX < 1u << 14, "an index + 1 has room in a slot");
#define PAIR_SLOTS 32768u
/* A slot holds the number of the query that filled it and an index + 1, so that a new query finds all slots free
 * without clearing them. */
#define INDEX_BITS 14u
#define QUERIES_MAX (1u << (32 - INDEX_BITS))
#define PAIR_STEMS 4u /* best translations of each neighbour that are tried together */
#define PAIR_TERMS_MAX 12u
#define PAIRS_AHEAD 2u
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

struct qiaoi_pair_candidate {
    uint32_t first, second, count;
};

qiao_status
qiaoi_query_init(qiaoi_query *query, qiao_error *err)
{
    memset(query, 0, sizeof *query);
    query->native_share[0] = query->native_share[1] = 1.0;
    query->arena = qiao_arena_new(1u << 15);
    query->words = qiao_alloc(QIAOI_QUERY_WORDS_MAX * sizeof *query->words);
    query->word_slots = qiao_calloc(WORD_SLOTS, sizeof *query->word_slots);
    query->groups = qiao_alloc((QIAOI_QUERY_WORDS_MAX + PAIRS_MAX) * sizeof *query->groups);
    query->terms =
        qiao_alloc((size_t)(QIAOI_QUERY_WORDS_MAX + PAIRS_MAX) * QIAOI_GROUP_TERMS_MAX * sizeof *query->terms);
    query->by_slot =
        qiao_alloc((size_t)(QIAOI_QUERY_WORDS_MAX + PAIRS_MAX) * QIAOI_GROUP_TERMS_MAX * sizeof *query->by_slot);
    query->strengths =
        qiao_alloc((size_t)(QIAOI_QUERY_WORDS_MAX + PAIRS_MAX) * QIAOI_GROUP_TERMS_MAX * sizeof *query->strengths);
    query->pair_candidates = qiao_alloc(PAIRS_MAX * sizeof *query->pair_candidates);
    query->pair_slots = qiao_calloc(PAIR_SLOTS, sizeof *query->pair_slots);
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
        memset(query->word_slots, 0, WORD_SLOTS * sizeof *query->word_slots);
        memset(query->pair_slots, 0, PAIR_SLOTS * sizeof *query->pair_slots);
        query->number = 1;
    }
    query->word_count = query->group_count = query->term_count = query->by_slot_count = query->sequence_count =
        query->pair_candidate_count = 0;
    query->attainable = query->attainable_squares = 0;
    query->cut = query->touched = query->partial = false;
}

static inline bool
taken(const qiaoi_query *query, uint32_t slot)
{
    return slot >> INDEX_BITS == query->number;
}

static inline uint32_t
index_in(uint32_t slot)
{
    return (slot & ((1u << INDEX_BITS) - 1)) - 1;
}

static inline uint32_t
filled(const qiaoi_query *query, uint32_t index)
{
    return query->number << INDEX_BITS | (index + 1);
}

/* ---- words ---- */

/* Index of the word, added if new; UINT32_MAX when full or out of memory. A word and a part of the same form are
 * different words. */
static uint32_t
find_word(qiaoi_query *query, const qiao_token *token, bool part)
{
    uint64_t i = qiao_hash64(token->form, token->form_length, part ? 1 : 0) & (WORD_SLOTS - 1);
    qiaoi_query_word *word;
    const char *form;

    for (; taken(query, query->word_slots[i]); i = (i + 1) & (WORD_SLOTS - 1)) {
        word = &query->words[index_in(query->word_slots[i])];
        if (word->part == part && word->form_length == token->form_length &&
            memcmp(word->form, token->form, token->form_length) == 0)
            return index_in(query->word_slots[i]);
    }
    if (query->word_count == QIAOI_QUERY_WORDS_MAX)
        return UINT32_MAX;
    form = qiao_arena_strndup(query->arena, token->form, token->form_length);
    if (form == NULL)
        return UINT32_MAX;
    query->word_slots[i] = filled(query, query->word_count);
    word = &query->words[query->word_count];
    *word = (qiaoi_query_word){.form = form, .form_length = token->form_length, .entry = token->entry, .part = part};
    word->latin = token->script == QIAO_SCRIPT_LATIN && token->language[0] == 'e';
    return query->word_count++;
}

static qiao_status
append_sequence(qiaoi_query *query, uint32_t word, qiao_error *err)
{
    if (query->sequence_count == query->sequence_capacity) {
        uint32_t capacity = query->sequence_capacity == 0 ? 4096 : query->sequence_capacity * 2;
        uint32_t *grown = qiao_realloc_array(query->sequence, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        query->sequence = grown;
        query->sequence_capacity = capacity;
    }
    query->sequence[query->sequence_count++] = word;
    return QIAO_OK;
}

static uint32_t
count_word(qiaoi_query *query, const qiao_token *token, uint16_t text, bool part, float background)
{
    uint32_t index = find_word(query, token, part);
    qiaoi_query_word *word;

    if (index == UINT32_MAX)
        return index;
    word = &query->words[index];
    if (word->count++ == 0) {
        word->text = text;
        word->start = token->start;
        word->end = token->end;
    }
    if (background > word->background)
        word->background = background;
    return index;
}

static qiao_status
read_text(qiaoi_query *query, const qiaoi_query_model *model, qiao_analyzer *analyzer, const qiaoi_query_text *text,
          uint16_t index, qiao_error *err)
{
    const qiao_token *tokens;
    size_t count;
    uint32_t next = 0, whole = 0;
    qiaoi_passages passages = qiaoi_passages_of(text->text, text->length);
    qiao_status st = qiao_analyze(analyzer, text->text, text->length, text->language, true, &tokens, &count, err);

    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        const qiao_token *token = &tokens[i];
        uint32_t word;

        if (token->stop_word || qiaoi_function_word(token->form, token->form_length))
            continue; /* neighbours are counted without them, as in the index */
        if (token->sub_word && token->script == QIAO_SCRIPT_HAN && token->form_length <= 4)
            continue; /* a single character of a known compound says next to nothing */
        word = count_word(query, token, index, token->sub_word,
                          qiaoi_passage_is_background(&passages, token->start) ? (float)model->background : 1.0f);
        if (word == UINT32_MAX)
            continue;
        if (token->sub_word) {
            if (query->words[word].count == 1)
                query->words[word].whole = whole;
            continue;
        }
        whole = word;
        if (token->position > next + 1 && !query->words[word].latin)
            st = append_sequence(query, UINT32_MAX, err);
        if (st == QIAO_OK)
            st = append_sequence(query, word, err);
        next = token->position + 1;
    }
    return st == QIAO_OK ? append_sequence(query, UINT32_MAX, err) : st;
}

/* ---- groups ---- */

typedef struct group_builder {
    qiaoi_query *query;
    const qiao_lexicon *lexicon;
    const qiaoi_side_statistics *statistics; /* of the side searched */
    const qiaoi_query_model *model;
    double rarity_power; /* 0..1 */
    double native_share;
    bool some_pairs; /* only those that matter */
} group_builder;

static uint32_t
document_frequency(const group_builder *b, uint32_t slot)
{
    return slot < b->statistics->slots ? b->statistics->df[slot] : 0;
}

static double
inverse_frequency(const group_builder *b, uint32_t df)
{
    return log(1.0 + ((double)b->statistics->documents - df + 0.5) / (df + 0.5));
}

typedef struct alternative {
    uint32_t slot;
    double share, idf;
    uint8_t source;
    bool itself;
} alternative;

/* Turn alternatives into a group; nothing is added where none has a posting. The word itself in its own language does
 * not move the mean idf. */
static void
add_group(group_builder *b, qiaoi_group_kind kind, uint32_t word, uint32_t word2, double q, const alternative *list,
          size_t count)
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
    if (sum <= 0 || query->group_count == QIAOI_QUERY_WORDS_MAX + PAIRS_MAX)
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

static size_t
add_alternative(const group_builder *b, alternative *list, size_t count, uint32_t slot, double share, uint8_t source,
                bool itself)
{
    uint32_t df = document_frequency(b, slot);

    if (df == 0)
        return count;
    list[count] = (alternative){slot, share, inverse_frequency(b, df), source, itself};
    return count + 1;
}

/* The word itself, and its translations. */
static size_t
alternatives_of(const group_builder *b, const qiaoi_query_word *word, alternative list[QIAOI_GROUP_TERMS_MAX])
{
    size_t count = 0;

    if (word->term != QIAOI_NO_TERM)
        count = add_alternative(b, list, count, word->term, word->latin ? 1.0 : b->native_share, 0, !word->latin);
    if (word->entry != 0) {
        const qiaoi_entry *entry = &b->lexicon->entries[word->entry - 1];

        for (uint32_t i = 0; i < entry->count && count < QIAOI_GROUP_TERMS_MAX; i++) {
            const qiaoi_translation *translation = &b->lexicon->translations[entry->first + i];

            count = add_alternative(b, list, count, translation->term, translation->share / 65535.0,
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
rarity(const group_builder *b, qiaoi_query_word *word)
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
word_weight(const group_builder *b, qiaoi_query_word *word)
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

static inline bool
is_woken(const uint64_t *bits, uint32_t number)
{
    return (bits[number >> 6] >> (number & 63u) & 1u) != 0;
}

/* Whatever is made of a word follows from its term and its entry. */
static void
note_woken(qiaoi_query *query, const qiaoi_query_word *word)
{
    const qiaoi_woken *woken = query->woken;

    query->touched = query->touched || (word->term != QIAOI_NO_TERM && is_woken(woken->slots, word->term)) ||
                     (word->entry != 0 && is_woken(woken->entries, word->entry - 1));
}

/* Looked up once: what the word weighs, its alternatives and its neighbours all ask for it. */
static void
find_terms(group_builder *b)
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
alternatives_ahead(const group_builder *b)
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
group_words(group_builder *b, bool parts)
{
    alternative list[QIAOI_GROUP_TERMS_MAX];

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
        add_group(b, alone ? QIAOI_GROUP_WORD : QIAOI_GROUP_PART, w, w, alone ? q : q * b->model->part, list, count);
    }
}

/* ---- adjacent pairs ---- */

static void
count_pair(qiaoi_query *query, uint32_t first, uint32_t second)
{
    uint32_t i = ((first * 0x9E3779B1u) ^ (second * 0x85EBCA77u)) >> 15 & (PAIR_SLOTS - 1);

    for (; taken(query, query->pair_slots[i]); i = (i + 1) & (PAIR_SLOTS - 1)) {
        struct qiaoi_pair_candidate *pair = &query->pair_candidates[index_in(query->pair_slots[i])];

        if (pair->first == first && pair->second == second) {
            pair->count++;
            return;
        }
    }
    if (query->pair_candidate_count == PAIRS_MAX)
        return;
    query->pair_slots[i] = filled(query, query->pair_candidate_count);
    query->pair_candidates[query->pair_candidate_count++] = (struct qiaoi_pair_candidate){first, second, 1};
}

typedef struct stem_share {
    uint32_t term;
    double share;
} stem_share;

static size_t
best_stems(const group_builder *b, const qiaoi_query_word *word, stem_share out[PAIR_STEMS])
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
    const alternative *x = a, *y = b;

    if (x->share > y->share || x->share < y->share)
        return x->share > y->share ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static size_t
try_pair(const group_builder *b, const stem_share *first, const stem_share *second, alternative *list, size_t count)
{
    const qiaoi_pair *pair = qiaoi_lexicon_pair(b->lexicon, first->term, second->term);

    if (pair != NULL && b->query->woken != NULL && is_woken(b->query->woken->slots, pair->term))
        b->query->touched = true;
    for (size_t i = 0; pair != NULL && i < count; i++)
        if (list[i].slot == pair->term)
            return count;
    return pair == NULL ? count : add_alternative(b, list, count, pair->term, first->share * second->share, 0, false);
}

static bool
matters(const uint64_t *neighbours, uint32_t first, uint32_t second)
{
    uint32_t bit = qiaoi_pair_bit(first, second);

    return (neighbours[bit >> 6] >> (bit & 63u) & 1u) != 0;
}

/* May one of the pairs, in either order, be one that matters? */
static bool
one_matters(const group_builder *b, const stem_share *first, size_t first_count, const stem_share *second,
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
group_pair(group_builder *b, const struct qiaoi_pair_candidate *pair)
{
    const qiaoi_query_word *words = b->query->words;
    stem_share first[PAIR_STEMS], second[PAIR_STEMS];
    size_t n1 = best_stems(b, &words[pair->first], first), n2 = best_stems(b, &words[pair->second], second), count = 0;
    alternative list[2 * PAIR_STEMS * PAIR_STEMS];
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
    add_group(b, QIAOI_GROUP_PAIR, pair->first, pair->second, b->model->pair * (1.0 + log((double)pair->count)), list,
              count < PAIR_TERMS_MAX ? count : PAIR_TERMS_MAX);
}

/* The table of pairs is too large for the processor's own memory: what will be asked of it is asked ahead. */
static void
pair_ahead(const group_builder *b, const struct qiaoi_pair_candidate *pair)
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

static void
group_pairs(group_builder *b)
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
    group_builder b = {.query = query, .model = model, .lexicon = qiao_generation_lexicon(generation)};
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
        st = read_text(query, model, analyzer, &text, (uint16_t)i, err);
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
        group_pairs(&b);
    if (query->group_count > QIAOI_GROUPS_MAX) {
        qsort(query->groups, query->group_count, sizeof *query->groups, compare_groups);
        query->group_count = QIAOI_GROUPS_MAX;
    }
    share_stems(query);
    return QIAO_OK;
}
