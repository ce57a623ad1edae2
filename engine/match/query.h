/*
 * A need (or a project) as a weighted pivot query: groups of alternative terms, one group per source word.
 *
 * Model (probabilistic structured queries with the inverse document frequency inside the group; see ARCHITECTURE.md):
 *   idf(t) = ln(1 + (N - df + .5) / (df + .5))          N, df of the side searched
 *   I(s)   = sum_t P(t|s) idf(t) / sum_t P(t|s)
 *   F(s,d) = sum_t P(t|s) idf(t)/I(s) tf'(t,d)
 *   score(d) = sum_s q(s) I(s) F / (K1 + F)
 * In long needs alternatives of little weight, q(s) I(s) P(t|s) idf(t)/I(s) below a fifth, are left out of their group
 * once the mean I(s) is taken: a third of the terms and half of the postings, and no list that is judged changes.
 * q(s) is the weight of the word in the need; neighbouring words also give one group of adjacent term pairs, compounds
 * give their parts.
 *
 * Ownership and threads: a query is scratch memory of one thread, filled anew for each request; strings are in its
 * arena.
 */
#ifndef QIAO_MATCH_QUERY_H
#define QIAO_MATCH_QUERY_H

#include "lexicon/lexicon_internal.h"
#include "qiao/analyzer.h"
#include "qiao/memory.h"
#include "qiao/record.h"
#include "store/generation_internal.h"

#define QIAOI_GROUPS_MAX 1024u
#define QIAOI_GROUP_TERMS_MAX 16u
#define QIAOI_QUERY_WORDS_MAX 8192u

typedef enum qiaoi_group_kind { QIAOI_GROUP_WORD, QIAOI_GROUP_PART, QIAOI_GROUP_PAIR } qiaoi_group_kind;

typedef struct qiaoi_query_term {
    uint32_t slot;  /* posting list: a term, or terms + n for a pair */
    float weight;   /* P(t|s) idf(t) / I(s) */
    uint8_t source; /* qiao_lexicon_source bits; 0 = the word itself */
} qiaoi_query_term;

/* Where a source word stands in what was asked, first occurrence. */
typedef struct qiaoi_query_word {
    const char *form; /* normal form or stem, in the query's arena */
    uint32_t form_length;
    uint32_t entry;      /* lexicon entry + 1, 0 = none */
    uint16_t text;       /* index into the texts given */
    uint32_t start, end; /* bytes of that text */
    uint32_t count;      /* occurrences */
    float background; /* 1, or less where the word stands only in passages about the company, its means or its market */
    bool latin;       /* an English stem: means itself */
    bool part;        /* a part of a compound ... */
    uint32_t whole;   /* ... this word */
    bool translated;  /* has at least one posting on the side searched */
    uint32_t term;    /* the word itself as a term of the generation, or QIAOI_NO_TERM */
    double rarity;    /* among the needs, 0.05..1 */
} qiaoi_query_word;

typedef struct qiaoi_group {
    qiaoi_group_kind kind;
    uint32_t word;         /* index into words (pair: the first word) */
    uint32_t word2;        /* pair: the second */
    uint32_t first, count; /* terms */
    float weight;          /* q(s) I(s) */
    float idf;             /* I(s) */
} qiaoi_group;

typedef struct qiaoi_query_text {
    const char *name;     /* field name: "title", ... */
    const char *language; /* NULL or "und" = find it */
    const char *text;
    size_t length;
} qiaoi_query_text;

/* What the profile says of queries (profile.h). */
typedef struct qiaoi_query_model {
    double pair;       /* weight of neighbouring words */
    double part;       /* weight of the parts of a compound */
    double rarity;     /* how much the rarity of a word among the needs counts in a long need, 0..1 */
    double background; /* weight of words that stand in passages about the company only */
} qiaoi_query_model;

/* What is not as it was in an earlier generation, a bit each: posting lists by slot (terms and pairs), words of the
 * lexicon by entry. */
typedef struct qiaoi_woken {
    const uint64_t *slots, *entries;
} qiaoi_woken;

/* Neighbours that matter where only some documents are searched: a bit by hash of the two terms. */
#define QIAOI_PAIR_BITS 18u
static inline uint32_t
qiaoi_pair_bit(uint32_t first, uint32_t second)
{
    return ((first * 0x9E3779B1u) ^ (second * 0x85EBCA77u)) >> (32 - QIAOI_PAIR_BITS);
}

typedef struct qiaoi_query {
    qiao_arena *arena;
    qiaoi_query_word *words;
    uint32_t word_count;
    uint32_t *word_slots; /* hash of words */
    uint32_t number;      /* of the query, for the slots */
    qiaoi_group *groups;
    uint32_t group_count;
    qiaoi_query_term *terms;
    uint32_t term_count;
    uint64_t *by_slot; /* terms of the groups, rising: slot << 32 | index into terms */
    uint32_t by_slot_count;
    float *strengths;   /* of each term, scratch */
    uint32_t *sequence; /* words in order of text, UINT32_MAX = a break; for pairs */
    uint32_t sequence_count, sequence_capacity;
    struct qiaoi_pair_candidate *pair_candidates;
    uint32_t pair_candidate_count;
    uint32_t *pair_slots;
    double attainable;         /* sum of q(s) I(s) over word groups: what a document that says everything would score */
    double attainable_squares; /* the sum of the squares of the same */
    double form;               /* how much of the need is form, by its length: 0 up to 20 words, 1 from 120 on */
    bool cut;                  /* the text was longer than what is analysed */
    const uint64_t *neighbours; /* set by the owner, by qiaoi_pair_bit; NULL = all. Groups of pairs without a bit are
                                   left out: no document that is searched has one */
    bool partial;               /* some were */
    const qiaoi_woken *woken;   /* set by the owner; NULL = nothing is compared */
    bool touched;               /* something woken was looked at: the query may differ from the earlier generation's */
    double native_share[2]; /* what a word counts in its own language on each side, beside its translations; set by the
                               owner, 1 at first */
} qiaoi_query;

qiao_status qiaoi_query_init(qiaoi_query *query, qiao_error *err) QIAO_CHECK;
void qiaoi_query_done(qiaoi_query *query);

/* Fill query for the side to be searched. */
qiao_status qiaoi_query_build(qiaoi_query *query, const qiaoi_query_model *model, qiao_analyzer *analyzer,
                              const qiao_generation *generation, qiao_kind side, const qiaoi_query_text *texts,
                              size_t text_count, qiao_error *err) QIAO_CHECK;

#endif
