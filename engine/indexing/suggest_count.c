/* In how many public projects words and neighbouring words stand: see suggest.h. */
#include "indexing/suggest.h"

#include "base/parallel.h"
#include "qiao/file.h"
#include "qiao/text.h"
#include "suggest/normal.h"

#include <stdlib.h>
#include <string.h>

#define STEMS_MAX 8u
#define SIEVE_BITS 20u
#define PHRASE_GROUP 0x40000000u /* beside the groups of concepts and projects */

/* Published, and open to everybody: both are tags, whose numbers differ by shard. */
static bool
has_tags(const qiaoi_corpus_document *document, const uint32_t wanted[2])
{
    bool found[2] = {false, false};

    for (uint32_t i = 0; i < document->tag_count; i++)
        for (int k = 0; k < 2; k++)
            found[k] = found[k] || document->tags[i] + 1 == wanted[k];
    return found[0] && found[1];
}

/* Number of a tag in a shard's table, plus one; 0 = no record of the shard has it. */
static uint32_t
find_tag(const qiaoi_term_table *table, const char *tag)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (strcmp(table->bytes.data + table->offsets[i], tag) == 0)
            return i + 1;
    return 0;
}

qiao_status
qiaoi_suggest_visible(qiaoi_suggest_stage *stage, qiao_error *err)
{
    const qiaoi_corpus *corpus = stage->corpus;
    uint32_t(*wanted)[2] = qiao_calloc(corpus->shard_count + 1, sizeof *wanted);

    stage->visible = qiao_calloc((size_t)corpus->count[QIAO_PROJECT] + 1, sizeof *stage->visible);
    if (stage->visible == NULL || wanted == NULL) {
        qiao_free(wanted);
        return qiao_fail_memory(err);
    }
    for (size_t s = 0; s < corpus->shard_count; s++) {
        wanted[s][0] = find_tag(&corpus->shards[s].tags, "access:public");
        wanted[s][1] = find_tag(&corpus->shards[s].tags, "status:published");
    }
    for (uint32_t d = 0; d < corpus->count[QIAO_PROJECT]; d++) {
        const qiaoi_corpus_document *document = &corpus->documents[QIAO_PROJECT][d];

        stage->visible[d] = has_tags(document, wanted[document->shard]);
        stage->visible_count += stage->visible[d];
    }
    qiao_free(wanted);
    return QIAO_OK;
}

qiao_status
qiaoi_suggest_count(qiaoi_suggest_stage *stage, qiao_error *err)
{
    const qiaoi_corpus *corpus = stage->corpus;

    stage->df = qiao_calloc((size_t)corpus->term_count + 1, sizeof *stage->df);
    if (stage->df == NULL)
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < corpus->count[QIAO_PROJECT]; d++) {
        const qiaoi_document *use = &corpus->documents[QIAO_PROJECT][d].use;

        for (uint32_t i = 0; stage->visible[d] && i < use->term_count; i++)
            stage->df[use->terms[i].id]++;
    }
    return QIAO_OK;
}

uint32_t
qiaoi_suggest_term(const qiaoi_corpus *corpus, const char *text, size_t length)
{
    uint32_t low = 0, high = corpus->term_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *known = corpus->term_bytes.data + corpus->term_offsets[middle];
        int order = strncmp(known, text, length);

        if (order == 0 && known[length] == '\0')
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return QIAOI_NO_TERM;
}

/* ---- phrases ---- */

/* The term of a word's stem, QIAOI_NO_TERM; what was asked lately is remembered: phrases repeat their words. */
static uint32_t
term_of_word(qiaoi_suggest_stage *stage, const char *word, size_t length, bool *failed)
{
    uint64_t hash = qiao_hash64(word, length, 0) | 1;
    qiaoi_known_word *known = &stage->known[hash >> 1 & (QIAOI_KNOWN_WORDS - 1)];
    const char *stem;
    size_t stem_length;

    if (known->hash == hash)
        return known->term;
    stem = qiao_stem(stage->english, word, length, &stem_length);
    *failed = *failed || stem == NULL;
    if (stem == NULL)
        return QIAOI_NO_TERM;
    *known = (qiaoi_known_word){hash, qiaoi_suggest_term(stage->corpus, stem, stem_length)};
    return known->term;
}

/* Terms of the stems of an English phrase, stop words left out; 0 where one of them is no term, or they are too many.
 */
static size_t
read_stems(qiaoi_suggest_stage *stage, const char *text, size_t length, uint32_t terms[STEMS_MAX], bool *failed)
{
    char key[QIAOI_KEY_BYTES_MAX];
    size_t n = 0, end = qiaoi_name_key(stage->lexicon->normal, text, length, key, sizeof key);

    for (size_t at = 0, word; at < end; at += word + 1) {
        for (word = 0; at + word < end && key[at + word] != ' '; word++) {
        }
        if (qiao_stop_word(key + at, word))
            continue;
        if (n == STEMS_MAX)
            return 0;
        terms[n] = term_of_word(stage, key + at, word, failed);
        if (*failed || terms[n++] == QIAOI_NO_TERM)
            return 0;
    }
    return n;
}

static uint64_t
key_of(uint32_t first, uint32_t second)
{
    return ((uint64_t)first + 1) << 32 | ((uint64_t)second + 1);
}

qiao_status
qiaoi_phrases_note(qiaoi_suggest_stage *stage, qiaoi_phrase_counts *phrases, const char *text, size_t length,
                   qiao_error *err)
{
    uint32_t terms[STEMS_MAX];
    bool failed = false;
    size_t n = read_stems(stage, text, length, terms, &failed);

    for (size_t i = 1; i < n; i++) {
        uint64_t key = key_of(terms[i - 1], terms[i]);

        qiao_buffer_append(&phrases->keys, &key, sizeof key);
    }
    return failed || phrases->keys.failed ? qiao_fail_memory(err) : QIAO_OK;
}

static int
compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* The keys that follow from a first term lie together: firsts[term] .. firsts[term + 1]. */
typedef struct pair_count {
    const qiaoi_suggest_stage *stage;
    const uint64_t *keys;
    const uint32_t *firsts;
    uint64_t *sieve; /* a set bit: a key may have this hash; most pairs of documents are told off by it */
    unsigned threads;
    uint32_t *counts[QIAOI_PARTS_MAX]; /* by key, of each thread */
} pair_count;

static uint64_t
sieve_place(uint32_t first, uint32_t second)
{
    return (((uint64_t)first << 32 | second) * 0x9E3779B97F4A7C15u) >> (64 - SIEVE_BITS);
}

static void
count_pair(const pair_count *c, uint32_t *counts, uint32_t first, uint32_t second)
{
    uint32_t low = c->firsts[first], end = c->firsts[first + 1], high = end;
    uint64_t key = key_of(first, second);

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (c->keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < end && c->keys[low] == key)
        counts[low]++;
}

static void
count_part(void *context, unsigned part)
{
    const pair_count *c = context;
    const qiaoi_corpus *corpus = c->stage->corpus;
    size_t end = qiaoi_part_begin(corpus->count[QIAO_PROJECT], part + 1, c->threads);

    for (size_t d = qiaoi_part_begin(corpus->count[QIAO_PROJECT], part, c->threads); d < end; d++) {
        const qiaoi_document *use = &corpus->documents[QIAO_PROJECT][d].use;

        for (uint32_t i = 0; c->stage->visible[d] && i < use->pair_count; i++) {
            uint64_t place = sieve_place(use->pairs[i].first, use->pairs[i].second);

            if ((c->sieve[place >> 6] >> (place & 63u) & 1u) != 0)
                count_pair(c, c->counts[part], use->pairs[i].first, use->pairs[i].second);
        }
    }
}

static qiao_status
count_pairs(const qiaoi_suggest_stage *stage, qiaoi_phrase_counts *phrases, const uint32_t *firsts, qiao_error *err)
{
    pair_count c = {.stage = stage,
                    .keys = (const uint64_t *)(const void *)phrases->keys.data,
                    .firsts = firsts,
                    .sieve = qiao_calloc((size_t)1 << (SIEVE_BITS - 6), sizeof *c.sieve)};
    bool whole = c.sieve != NULL;

    c.threads = stage->corpus->threads == 0 ? 1 : stage->corpus->threads;
    c.threads = c.threads > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX : c.threads;
    c.counts[0] = phrases->counts;
    for (unsigned k = 1; k < c.threads; k++) {
        c.counts[k] = qiao_calloc(phrases->count + 1, sizeof *c.counts[k]);
        whole = whole && c.counts[k] != NULL;
    }
    for (size_t i = 0; whole && i < phrases->count; i++) {
        uint64_t place = sieve_place((uint32_t)(c.keys[i] >> 32) - 1, (uint32_t)c.keys[i] - 1);

        c.sieve[place >> 6] |= (uint64_t)1 << (place & 63u);
    }
    if (whole)
        qiaoi_in_parts(c.threads, count_part, &c);
    for (unsigned k = 1; k < c.threads; k++) {
        for (size_t i = 0; whole && i < phrases->count; i++)
            phrases->counts[i] += c.counts[k][i];
        qiao_free(c.counts[k]);
    }
    qiao_free(c.sieve);
    return whole ? QIAO_OK : qiao_fail_memory(err);
}

qiao_status
qiaoi_phrases_count(const qiaoi_suggest_stage *stage, qiaoi_phrase_counts *phrases, qiao_error *err)
{
    uint64_t *keys = (uint64_t *)(void *)phrases->keys.data;
    size_t noted = phrases->keys.length / sizeof *keys;
    uint32_t *firsts = qiao_calloc((size_t)stage->corpus->term_count + 2, sizeof *firsts);
    qiao_status st;

    if (noted > 0)
        qsort(keys, noted, sizeof *keys, compare_keys);
    for (size_t i = 0; i < noted; i++)
        if (phrases->count == 0 || keys[phrases->count - 1] != keys[i])
            keys[phrases->count++] = keys[i];
    phrases->counts = qiao_calloc(phrases->count + 1, sizeof *phrases->counts);
    if (firsts == NULL || phrases->counts == NULL) {
        qiao_free(firsts);
        return qiao_fail_memory(err);
    }
    for (size_t i = 0; i < phrases->count; i++)
        firsts[keys[i] >> 32]++; /* term + 1 */
    for (size_t t = 0; t <= stage->corpus->term_count; t++)
        firsts[t + 1] += firsts[t];
    st = count_pairs(stage, phrases, firsts, err);
    qiao_free(firsts);
    return st;
}

qiao_status
qiaoi_phrases_frequency(qiaoi_suggest_stage *stage, const qiaoi_phrase_counts *phrases, const char *text, size_t length,
                        uint32_t *out, uint32_t *group_out, qiao_error *err)
{
    uint32_t terms[STEMS_MAX];
    bool failed = false;
    size_t n = read_stems(stage, text, length, terms, &failed);

    *out = n > 0 ? stage->df[terms[0]] : 0;
    if (group_out != NULL)
        *group_out = n > 0 ? PHRASE_GROUP | ((uint32_t)qiao_hash64(terms, n * sizeof *terms, 0) >> 2) : 0;
    for (size_t i = 1; i < n; i++) {
        uint64_t key = key_of(terms[i - 1], terms[i]);
        const uint64_t *keys = (const uint64_t *)(const void *)phrases->keys.data;
        const uint64_t *found = bsearch(&key, keys, phrases->count, sizeof key, compare_keys);
        uint32_t count = found == NULL ? 0 : phrases->counts[found - keys];

        *out = count < *out ? count : *out;
    }
    return failed ? qiao_fail_memory(err) : QIAO_OK;
}

void
qiaoi_phrases_done(qiaoi_phrase_counts *phrases)
{
    qiao_buffer_done(&phrases->keys);
    qiao_free(phrases->counts);
    memset(phrases, 0, sizeof *phrases);
}
