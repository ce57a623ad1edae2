/* What can be copied of the generation before, and which number everything has now: see postings.h. */
#include "indexing/postings_copy.h"

#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"
#include "store/generation_internal.h"

#include <string.h>

#define SIEVE_BITS 20u /* a set bit: a pair that became frequent may have this hash */

static uint64_t
pair_hash(uint32_t first, uint32_t second)
{
    return (((uint64_t)first << 32 | second) * 0x9E3779B97F4A7C15u) >> (64 - SIEVE_BITS);
}

/* The keys of the parent's pairs in order of their slots. */
static uint64_t *
keys_then(const qiao_lexicon *lexicon, uint32_t pairs)
{
    uint64_t *keys = qiao_calloc((size_t)pairs + 1, sizeof *keys);

    for (uint64_t i = 0; keys != NULL && i <= lexicon->pair_mask; i++) {
        const qiaoi_pair *pair = &lexicon->pairs[i];

        if (pair->key != 0 && pair->term - lexicon->term_count < pairs)
            keys[pair->term - lexicon->term_count] = pair->key;
    }
    return keys;
}

/* A pair of the parent by the numbers of now; 0 where one of its terms is gone. */
static uint64_t
rename_key(const qiaoi_corpus *corpus, uint64_t key)
{
    uint32_t first = (uint32_t)(key >> 32) - 1, second = (uint32_t)key - 1;

    if (first >= corpus->kept_term_count || second >= corpus->kept_term_count)
        return 0;
    first = corpus->kept_terms[first];
    second = corpus->kept_terms[second];
    return first == QIAOI_GONE || second == QIAOI_GONE ? 0 : ((uint64_t)first + 1) << 32 | ((uint64_t)second + 1);
}

static void
note_fresh_pair(qiaoi_copying *c, uint64_t key)
{
    uint64_t hash = pair_hash((uint32_t)(key >> 32) - 1, (uint32_t)key - 1);

    c->sieve[hash >> 6] |= (uint64_t)1 << (hash & 63u);
    c->fresh_pairs++;
}

/* Both lists of pairs are in order of key. */
static void
join_pairs(qiaoi_copying *c, const uint64_t *then, uint32_t count)
{
    const qiaoi_corpus *corpus = c->corpus;
    uint32_t at = 0;

    for (uint32_t i = 0; i < corpus->pair_count; i++) {
        uint64_t key = corpus->pair_keys[i], before = 0;

        while (at < count && (before = rename_key(corpus, then[at])) < key)
            at++;
        if (at < count && before == key)
            c->slot_then[corpus->term_count + i] = c->terms + at++;
        else
            note_fresh_pair(c, key);
    }
}

static qiao_status
number_slots(qiaoi_copying *c, const qiao_lexicon *lexicon, uint32_t pairs, qiao_error *err)
{
    uint64_t *then = keys_then(lexicon, pairs);

    c->slot_then = qiao_alloc(((size_t)c->slots + 1) * sizeof *c->slot_then);
    c->sieve = qiao_calloc((size_t)1 << (SIEVE_BITS - 6), sizeof *c->sieve);
    if (then == NULL || c->slot_then == NULL || c->sieve == NULL) {
        qiao_free(then);
        return qiao_fail_memory(err);
    }
    memset(c->slot_then, 0xFF, (size_t)c->slots * sizeof *c->slot_then);
    for (uint32_t t = 0; t < c->terms; t++)
        if (c->corpus->kept_terms[t] != QIAOI_GONE)
            c->slot_then[c->corpus->kept_terms[t]] = t;
    join_pairs(c, then, pairs);
    qiao_free(then);
    return QIAO_OK;
}

bool
qiaoi_copying_keeps(const qiaoi_copying *copying, uint32_t docid)
{
    const qiaoi_corpus_document *document = &copying->corpus->documents[copying->kind][docid];

    return document->found != 0 && (copying->corpus->statistics_kept || document->use.entry_count == 0);
}

static qiao_status
number_documents(qiaoi_copying *c, qiao_error *err)
{
    size_t room = c->range_count << QIAOI_RANGE_BITS;

    c->docid_now = qiao_alloc((room + 1) * sizeof *c->docid_now);
    if (c->docid_now == NULL)
        return qiao_fail_memory(err);
    memset(c->docid_now, 0xFF, room * sizeof *c->docid_now);
    for (uint32_t d = 0; d < c->corpus->count[c->kind]; d++)
        if (qiaoi_copying_keeps(c, d))
            c->docid_now[qiaoi_copying_docid_then(c, d)] = d;
    return QIAO_OK;
}

static bool
sound_slots(const qiao_generation *generation, qiao_kind kind)
{
    size_t count;
    const qiaoi_postings *ranges = qiaoi_generation_postings(generation, kind, &count);

    for (size_t i = 0; i < count; i++)
        if (ranges[i].header.slots < qiao_generation_lexicon(generation)->term_count ||
            ranges[i].header.slots != ranges[0].header.slots)
            return false;
    return true;
}

static bool
usable(const qiaoi_corpus *corpus, qiao_kind kind, uint32_t first_native)
{
    const qiaoi_parent *parent = corpus->parent;

    return parent != NULL && parent->generation != NULL && corpus->kept_terms != NULL &&
           qiao_generation_lexicon(parent->generation)->term_count == corpus->kept_term_count &&
           qiao_generation_count(parent->generation, kind) == parent->documents[kind] &&
           memcmp(parent->mean_length[kind], corpus->mean_length[kind], sizeof corpus->mean_length[kind]) == 0 &&
           first_native <= QIAOI_ROWS_SLOTS && corpus->kept_term_count <= QIAOI_ROWS_SLOTS &&
           sound_slots(parent->generation, kind);
}

qiao_status
qiaoi_copying_new(const qiaoi_corpus *corpus, qiao_kind kind, uint32_t first_native, qiaoi_copying **out,
                  qiao_error *err)
{
    qiaoi_copying *c = NULL;
    const qiao_lexicon *lexicon;
    qiao_status st;

    *out = NULL;
    if (!usable(corpus, kind, first_native)) {
        if (!corpus->words_left || corpus->count[kind] == 0)
            return QIAO_OK;
        qiao_fail(err, QIAO_E_CORRUPT, "the postings of the earlier generation cannot be copied");
        qiao_error_hint(err, "make everything anew: qiao-indexer build --full");
        return QIAO_E_CORRUPT;
    }
    c = qiao_calloc(1, sizeof *c);
    if (c == NULL)
        return qiao_fail_memory(err);
    lexicon = qiao_generation_lexicon(corpus->parent->generation);
    c->corpus = corpus;
    c->kind = kind;
    c->ranges = qiaoi_generation_postings(corpus->parent->generation, kind, &c->range_count);
    c->terms = lexicon->term_count;
    c->row_slots = first_native;
    c->slots = corpus->term_count + corpus->pair_count;
    st = number_slots(c, lexicon, c->range_count > 0 ? c->ranges->header.slots - c->terms : 0, err);
    if (st == QIAO_OK)
        st = number_documents(c, err);
    if (st != QIAO_OK) {
        qiaoi_copying_free(c);
        return st;
    }
    *out = c;
    return QIAO_OK;
}

void
qiaoi_copying_free(qiaoi_copying *copying)
{
    if (copying == NULL)
        return;
    qiao_free(copying->slot_then);
    qiao_free(copying->docid_now);
    qiao_free(copying->sieve);
    qiao_free(copying);
}

bool
qiaoi_copying_fresh_pair(const qiaoi_copying *copying, uint32_t first, uint32_t second)
{
    uint64_t hash = pair_hash(first, second);

    return copying->fresh_pairs > 0 && (copying->sieve[hash >> 6] >> (hash & 63u) & 1u) != 0;
}

bool
qiaoi_copying_fresh_slot(const qiaoi_copying *copying, uint32_t slot)
{
    return slot >= copying->corpus->term_count && copying->slot_then[slot] == QIAOI_GONE;
}
