/*
 * A query while it is made, between reading the texts (query_read.c), groups of words (query.c) and groups of
 * neighbours (query_pairs.c). All memory is the query's own; one thread.
 */
#ifndef QIAO_MATCH_QUERY_INTERNAL_H
#define QIAO_MATCH_QUERY_INTERNAL_H

#include "match/query.h"

#define QIAOI_QUERY_WORD_SLOTS 32768u /* power of two, over twice QIAOI_QUERY_WORDS_MAX */
#define QIAOI_QUERY_PAIRS_MAX 8192u
#define QIAOI_QUERY_PAIR_SLOTS 32768u
/* A slot holds the number of the query that filled it and an index + 1, so that a new query finds all slots free
 * without clearing them. */
#define QIAOI_QUERY_INDEX_BITS 14u
_Static_assert(QIAOI_QUERY_WORDS_MAX < 1u << 14 && QIAOI_QUERY_PAIRS_MAX < 1u << 14, "an index + 1 has room in a slot");

struct qiaoi_pair_candidate {
    uint32_t first, second, count;
};

static inline bool
qiaoi_query_taken(const qiaoi_query *query, uint32_t slot)
{
    return slot >> QIAOI_QUERY_INDEX_BITS == query->number;
}

static inline uint32_t
qiaoi_query_index_in(uint32_t slot)
{
    return (slot & ((1u << QIAOI_QUERY_INDEX_BITS) - 1)) - 1;
}

static inline uint32_t
qiaoi_query_filled(const qiaoi_query *query, uint32_t index)
{
    return query->number << QIAOI_QUERY_INDEX_BITS | (index + 1);
}

/* Is the bit of a slot or entry set? */
static inline bool
qiaoi_is_woken(const uint64_t *bits, uint32_t number)
{
    return (bits[number >> 6] >> (number & 63u) & 1u) != 0;
}

/* ---- reading ---- */

/* Counts the words of a text and appends them to the sequence. QIAO_E_NOMEM. */
qiao_status qiaoi_query_read_text(qiaoi_query *query, const qiaoi_query_model *model, qiao_analyzer *analyzer,
                                  const qiaoi_query_text *text, uint16_t index, qiao_error *err) QIAO_CHECK;

/* ---- groups ---- */

typedef struct qiaoi_group_builder {
    qiaoi_query *query;
    const qiao_lexicon *lexicon;
    const qiaoi_side_statistics *statistics; /* of the side searched */
    const qiaoi_query_model *model;
    double rarity_power; /* 0..1 */
    double native_share;
    bool some_pairs; /* only those that matter */
} qiaoi_group_builder;

typedef struct qiaoi_alternative {
    uint32_t slot;
    double share, idf;
    uint8_t source;
    bool itself;
} qiaoi_alternative;

/* The alternative behind those of the list, where the side has it; the new count. */
size_t qiaoi_query_add_alternative(const qiaoi_group_builder *b, qiaoi_alternative *list, size_t count, uint32_t slot,
                                   double share, uint8_t source, bool itself);
/* Turn alternatives into a group; nothing is added where none has a posting. The word itself in its own language does
 * not move the mean idf. */
void qiaoi_query_add_group(qiaoi_group_builder *b, qiaoi_group_kind kind, uint32_t word, uint32_t word2, double q,
                           const qiaoi_alternative *list, size_t count);
/* Groups of neighbouring words, in order of the text. */
void qiaoi_query_group_pairs(qiaoi_group_builder *b);

#endif
