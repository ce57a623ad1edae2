/*
 * Chooses the adjacent pairs worth a posting list. Keys are dealt into buckets of consecutive first terms, small enough
 * for a processor's cache, by all threads; each bucket is then sorted and counted by one of them. What is kept of the
 * buckets, one after the other, is in order of key.
 */
#include "base/parallel.h"
#include "indexing/corpus.h"
#include "lexicon/lexicon_writer.h"
#include "qiao/file.h"

#include <stdatomic.h>
#include <string.h>

#define PAIR_DOCUMENTS_MIN 3u /* a pair seen less often says little among many documents ... */
#define SMALL_CORPUS 2000u    /* ... but everything counts among few */
#define PAIRS_AT_A_TIME ((size_t)1 << 24)
#define BUCKET_KEYS ((size_t)1 << 15)
#define BUCKETS_MAX 8192u
#define DIGIT_BITS 11u
#define AHEAD 16u /* of the pair put into the table: each is a place that no cache holds */

typedef struct bucket {
    uint32_t first; /* term; up to the next bucket's */
    size_t begin, end;
    qiao_buffer kept; /* qiaoi_pair[] */
} bucket;

typedef struct counting {
    const qiaoi_corpus *corpus;
    unsigned threads;
    uint32_t least;
    uint32_t *firsts[QIAOI_PARTS_MAX]; /* [term_count]: pairs that begin with each, in each thread's documents */
    uint32_t begin, end;               /* first terms of this pass */
    uint16_t *bucket_of;               /* [term_count] */
    size_t *places;                    /* [threads][BUCKETS_MAX]: where a thread puts the next key */
    uint64_t *keys;
    size_t most; /* keys of a pass */
    bucket *buckets;
    uint32_t bucket_count;
    atomic_uint next;
    atomic_bool short_of_memory;
} counting;

static void
count_firsts(void *context, unsigned part)
{
    const counting *c = context;
    const qiaoi_corpus_document *documents = c->corpus->documents[QIAO_PROJECT];
    size_t end = qiaoi_part_begin(c->corpus->count[QIAO_PROJECT], part + 1, c->threads);

    for (size_t d = qiaoi_part_begin(c->corpus->count[QIAO_PROJECT], part, c->threads); d < end; d++)
        for (uint32_t i = 0; i < documents[d].use.pair_count; i++)
            c->firsts[part][documents[d].use.pairs[i].first]++;
}

static size_t
pairs_of(const counting *c, uint32_t first)
{
    size_t count = 0;

    for (unsigned k = 0; k < c->threads; k++)
        count += c->firsts[k][first];
    return count;
}

/* The end of the first terms, from begin, whose pairs are counted together; at least one term. */
static uint32_t
end_of_pass(const counting *c, uint32_t begin, size_t *count_out)
{
    size_t most = c->corpus->pairs_at_a_time == 0 ? PAIRS_AT_A_TIME : c->corpus->pairs_at_a_time, count = 0, more;
    uint32_t end = begin;

    do
        count += pairs_of(c, end++);
    while (end < c->corpus->term_count && (more = pairs_of(c, end)) + count <= most);
    *count_out = count;
    return end;
}

/* Which first terms go into which bucket, and where each thread puts its keys. */
static void
lay_buckets(counting *c)
{
    size_t at = 0, room = c->most / (BUCKETS_MAX - 1) + 1;

    room = room < BUCKET_KEYS ? BUCKET_KEYS : room;
    c->bucket_count = 0;
    for (uint32_t t = c->begin; t < c->end; t++) {
        if (c->bucket_count == 0 ||
            (at - c->buckets[c->bucket_count - 1].begin >= room && c->bucket_count < BUCKETS_MAX))
            c->buckets[c->bucket_count++] = (bucket){.first = t, .begin = at};
        c->bucket_of[t] = (uint16_t)(c->bucket_count - 1);
        at += pairs_of(c, t);
        c->buckets[c->bucket_count - 1].end = at;
    }
    memset(c->places, 0, (size_t)c->threads * BUCKETS_MAX * sizeof *c->places);
    for (unsigned k = 0; k < c->threads; k++)
        for (uint32_t t = c->begin; t < c->end; t++)
            c->places[(size_t)k * BUCKETS_MAX + c->bucket_of[t]] += c->firsts[k][t];
    for (uint32_t b = 0; b < c->bucket_count; b++) {
        size_t place = c->buckets[b].begin;

        for (unsigned k = 0; k < c->threads; k++) {
            size_t *mine = &c->places[(size_t)k * BUCKETS_MAX + b], count = *mine;

            *mine = place;
            place += count;
        }
    }
}

static void
deal_keys(void *context, unsigned part)
{
    const counting *c = context;
    const qiaoi_corpus_document *documents = c->corpus->documents[QIAO_PROJECT];
    size_t *places = c->places + (size_t)part * BUCKETS_MAX,
           end = qiaoi_part_begin(c->corpus->count[QIAO_PROJECT], part + 1, c->threads);

    for (size_t d = qiaoi_part_begin(c->corpus->count[QIAO_PROJECT], part, c->threads); d < end; d++)
        for (uint32_t i = 0; i < documents[d].use.pair_count; i++) {
            const qiaoi_pair_use *pair = &documents[d].use.pairs[i];

            if (pair->first >= c->begin && pair->first < c->end)
                c->keys[places[c->bucket_of[pair->first]]++] =
                    ((uint64_t)pair->first + 1) << 32 | ((uint64_t)pair->second + 1);
        }
}

/* Least significant digit first; only the digits that differ. Returns the one of both that holds them. */
static uint64_t *
sort_keys(uint64_t *keys, uint64_t *spare, size_t count)
{
    const uint64_t mask = (1u << DIGIT_BITS) - 1u;
    uint64_t differ = 0;

    for (size_t i = 1; i < count; i++)
        differ |= keys[i] ^ keys[0];
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        uint32_t counts[1u << DIGIT_BITS] = {0}, at = 0;
        uint64_t *sorted = spare;

        while (shift < 64 && (differ >> shift & 1u) == 0)
            shift++;
        if (shift == 64)
            break;
        for (size_t i = 0; i < count; i++)
            counts[keys[i] >> shift & mask]++;
        for (size_t b = 0; b <= mask; b++) {
            uint32_t n = counts[b];

            counts[b] = at;
            at += n;
        }
        for (size_t i = 0; i < count; i++)
            sorted[counts[keys[i] >> shift & mask]++] = keys[i];
        spare = keys;
        keys = sorted;
    }
    return keys;
}

/* A document gives each of its pairs once, so equal keys count documents. */
static void
keep_frequent(const uint64_t *keys, size_t count, uint32_t least, qiao_buffer *kept)
{
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && keys[end] == keys[i]; end++) {
        }
        if (end - i >= least) {
            const qiaoi_pair pair = {keys[i], 0, (uint32_t)(end - i)};

            qiao_buffer_append(kept, &pair, sizeof pair);
        }
    }
}

static void
count_buckets(void *context, unsigned part)
{
    counting *c = context;
    uint64_t *spare = NULL;
    size_t room = 0;

    (void)part;
    for (unsigned n; (n = atomic_fetch_add(&c->next, 1)) < c->bucket_count;) {
        bucket *b = &c->buckets[n];
        size_t count = b->end - b->begin;

        if (count > room) {
            qiao_free(spare);
            room = count < BUCKET_KEYS * 2 ? BUCKET_KEYS * 2 : count;
            spare = qiao_alloc(room * sizeof *spare);
        }
        if (spare == NULL && room > 0)
            break;
        keep_frequent(sort_keys(c->keys + b->begin, spare, count), count, c->least, &b->kept);
        if (b->kept.failed)
            break;
    }
    if ((spare == NULL && room > 0) || atomic_load(&c->next) < c->bucket_count)
        atomic_store(&c->short_of_memory, true);
    qiao_free(spare);
}

static qiao_status
count_pass(counting *c, qiao_buffer *kept, qiao_error *err)
{
    lay_buckets(c);
    qiaoi_in_parts(c->threads, deal_keys, c);
    atomic_store(&c->next, 0);
    qiaoi_in_parts(c->threads, count_buckets, c);
    for (uint32_t b = 0; b < c->bucket_count; b++) {
        if (c->buckets[b].kept.length > 0)
            qiao_buffer_append(kept, c->buckets[b].kept.data, c->buckets[b].kept.length);
        qiao_buffer_done(&c->buckets[b].kept);
    }
    return atomic_load(&c->short_of_memory) ? qiao_fail_memory(err) : qiao_buffer_check(kept, err);
}

static qiao_status
prepare(counting *c, qiao_error *err)
{
    bool whole = true;
    size_t count;

    for (unsigned k = 0; k < c->threads; k++) {
        c->firsts[k] = qiao_calloc((size_t)c->corpus->term_count + 1, sizeof *c->firsts[k]);
        whole = whole && c->firsts[k] != NULL;
    }
    c->bucket_of = qiao_alloc(((size_t)c->corpus->term_count + 1) * sizeof *c->bucket_of);
    c->places = qiao_alloc((size_t)c->threads * BUCKETS_MAX * sizeof *c->places);
    c->buckets = qiao_alloc(BUCKETS_MAX * sizeof *c->buckets);
    if (!whole || c->bucket_of == NULL || c->places == NULL || c->buckets == NULL)
        return qiao_fail_memory(err);
    qiaoi_in_parts(c->threads, count_firsts, c);
    for (uint32_t begin = 0; begin < c->corpus->term_count;) {
        begin = end_of_pass(c, begin, &count);
        c->most = count > c->most ? count : c->most;
    }
    c->keys = qiao_alloc((c->most + 1) * sizeof *c->keys);
    return c->keys == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

/* Pairs in order of key, a part of the first terms at a time, so that memory does not grow with the corpus. */
static qiao_status
find_frequent(const qiaoi_corpus *corpus, qiao_buffer *kept, qiao_error *err)
{
    counting c = {.corpus = corpus,
                  .threads = corpus->threads == 0                ? 1
                             : corpus->threads > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX
                                                                 : corpus->threads,
                  .least = corpus->count[QIAO_PROJECT] < SMALL_CORPUS ? 1 : PAIR_DOCUMENTS_MIN};
    qiao_status st = prepare(&c, err);
    size_t count;

    for (; st == QIAO_OK && c.begin < corpus->term_count; c.begin = c.end) {
        c.end = end_of_pass(&c, c.begin, &count);
        st = count_pass(&c, kept, err);
    }
    for (unsigned k = 0; k < c.threads; k++)
        qiao_free(c.firsts[k]);
    qiao_free(c.bucket_of);
    qiao_free(c.places);
    qiao_free(c.buckets);
    qiao_free(c.keys);
    return st;
}

static void
insert_pairs(qiaoi_corpus *corpus, const qiaoi_pair *pairs, size_t count)
{
    uint64_t mask = corpus->pair_slots - 1, homes[AHEAD];

    for (size_t i = 0; i < count + AHEAD; i++) {
        if (i >= AHEAD) {
            const qiaoi_pair *pair = &pairs[i - AHEAD];
            uint64_t at = homes[i % AHEAD];

            while (corpus->pairs[at].key != 0)
                at = (at + 1) & mask;
            corpus->pairs[at] = (qiaoi_pair){pair->key, corpus->term_count + corpus->pair_count, pair->df};
            corpus->pair_keys[corpus->pair_count++] = pair->key;
        }
        if (i < count) {
            homes[i % AHEAD] = qiao_hash64(&pairs[i].key, sizeof pairs[i].key, 0) & mask;
            __builtin_prefetch(&corpus->pairs[homes[i % AHEAD]], 1);
        }
    }
}

qiao_status
qiaoi_corpus_pairs(qiaoi_corpus *corpus, qiao_error *err)
{
    qiao_buffer kept = {0};
    qiao_status st = find_frequent(corpus, &kept, err);
    size_t count = kept.length / sizeof(qiaoi_pair);

    if (st == QIAO_OK) {
        corpus->pair_slots = qiaoi_hash_size(count);
        corpus->pairs = qiao_calloc(corpus->pair_slots, sizeof *corpus->pairs);
        corpus->pair_keys = qiao_alloc((count + 1) * sizeof *corpus->pair_keys);
        if (corpus->pairs == NULL || corpus->pair_keys == NULL)
            st = qiao_fail_memory(err);
    }
    if (st == QIAO_OK)
        insert_pairs(corpus, (const qiaoi_pair *)(const void *)kept.data, count);
    qiao_buffer_done(&kept);
    return st;
}
