/*
 * Snowball stems with a cache by word: stemming costs 0.3 us a word, a cached one a tenth. The cache is cleared when it
 * is full, so memory is bounded. Relies on libstemmer (the only file that includes it).
 */
#include "qiao/text.h"

#include "qiao/file.h"
#include "qiao/memory.h"

#include <libstemmer.h>
#include <string.h>

#define CACHE_SLOTS 65536u /* power of two */
#define CACHE_FILL 40000u
#define WORD_MAX 256u

/* 16 bytes: looking into it is mostly waiting for memory. */
typedef struct cache_slot {
    const char *word; /* NULL = free; the stem stands behind it */
    uint32_t hash;    /* upper half: the lower one says the place */
    uint16_t word_length, stem_length;
} cache_slot;

struct qiao_stemmer {
    struct sb_stemmer *snowball;
    cache_slot *slots;
    size_t filled;
    qiao_arena *strings;
    bool ran_short;
};

qiao_status
qiao_stemmer_new(const char *language, qiao_stemmer **out, qiao_error *err)
{
    qiao_stemmer *stemmer = qiao_calloc(1, sizeof *stemmer);

    *out = NULL;
    if (stemmer == NULL)
        return qiao_fail_memory(err);
    stemmer->slots = qiao_calloc(CACHE_SLOTS, sizeof *stemmer->slots);
    stemmer->strings = qiao_arena_new(1u << 16);
    stemmer->snowball = sb_stemmer_new(language, NULL);
    if (stemmer->slots == NULL || stemmer->strings == NULL || stemmer->snowball == NULL) {
        qiao_stemmer_free(stemmer);
        return qiao_fail_memory(err);
    }
    *out = stemmer;
    return QIAO_OK;
}

void
qiao_stemmer_free(qiao_stemmer *stemmer)
{
    if (stemmer == NULL)
        return;
    if (stemmer->snowball != NULL)
        sb_stemmer_delete(stemmer->snowball);
    qiao_arena_free(stemmer->strings);
    qiao_free(stemmer->slots);
    qiao_free(stemmer);
}

static void
clear_cache(qiao_stemmer *stemmer)
{
    memset(stemmer->slots, 0, CACHE_SLOTS * sizeof *stemmer->slots);
    qiao_arena_reset(stemmer->strings);
    stemmer->filled = 0;
}

static const char *
stem_of(const cache_slot *slot)
{
    return slot->word + slot->word_length + 1;
}

/* NULL without memory, and the slot stays free. */
static const char *
fill_slot(qiao_stemmer *stemmer, cache_slot *slot, uint32_t hash, const char *word, size_t length)
{
    const sb_symbol *stem = sb_stemmer_stem(stemmer->snowball, (const sb_symbol *)word, (int)length);
    size_t stem_length = stem == NULL ? 0 : (size_t)sb_stemmer_length(stemmer->snowball);
    char *both = stem == NULL ? NULL : qiao_arena_alloc(stemmer->strings, length + stem_length + 2);

    if (both == NULL)
        return NULL;
    memcpy(both, word, length);
    both[length] = '\0';
    memcpy(both + length + 1, stem, stem_length);
    both[length + 1 + stem_length] = '\0';
    *slot = (cache_slot){both, hash, (uint16_t)length, (uint16_t)stem_length};
    stemmer->filled++;
    return stem_of(slot);
}

const char *
qiao_stem(qiao_stemmer *stemmer, const char *word, size_t length, size_t *stem_length)
{
    uint64_t hash;
    size_t i;
    const char *stem;

    if (length > WORD_MAX)
        length = WORD_MAX;
    if (stemmer->filled >= CACHE_FILL)
        clear_cache(stemmer);
    hash = qiao_hash64(word, length, 0);
    for (i = hash & (CACHE_SLOTS - 1); stemmer->slots[i].word != NULL; i = (i + 1) & (CACHE_SLOTS - 1)) {
        const cache_slot *slot = &stemmer->slots[i];

        if (slot->hash == (uint32_t)(hash >> 32) && slot->word_length == length &&
            memcmp(slot->word, word, length) == 0) {
            *stem_length = slot->stem_length;
            return stem_of(slot);
        }
    }
    stem = fill_slot(stemmer, &stemmer->slots[i], (uint32_t)(hash >> 32), word, length);
    stemmer->ran_short = stemmer->ran_short || stem == NULL;
    *stem_length = stem == NULL ? 0 : stemmer->slots[i].stem_length;
    return stem;
}

bool
qiao_stemmer_ran_short(qiao_stemmer *stemmer)
{
    bool ran_short = stemmer->ran_short;

    stemmer->ran_short = false;
    return ran_short;
}
