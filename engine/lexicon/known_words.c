/* See known_words.h: open addressing by the sixteen bytes of the key. */
#include "lexicon/known_words.h"

#include <string.h>

#define SLOTS 65536u /* power of two */
#define SLOT_BITS 16
#define FILL 48000u

qiao_status
qiaoi_known_words_init(qiaoi_known_words *words, qiao_error *err)
{
    *words = (qiaoi_known_words){.slots = qiao_calloc(SLOTS, sizeof *words->slots), .stems = qiao_arena_new(1u << 16)};
    if (words->slots != NULL && words->stems != NULL)
        return QIAO_OK;
    qiaoi_known_words_done(words);
    return qiao_fail_memory(err);
}

void
qiaoi_known_words_done(qiaoi_known_words *words)
{
    qiao_free(words->slots);
    qiao_arena_free(words->stems);
    *words = (qiaoi_known_words){0};
}

void
qiaoi_known_words_begin(qiaoi_known_words *words)
{
    if (words->filled < FILL)
        return;
    memset(words->slots, 0, SLOTS * sizeof *words->slots);
    qiao_arena_reset(words->stems);
    words->filled = 0;
}

static uint64_t
home(const qiaoi_known_key *key)
{
    uint64_t mixed = (key->halves[0] ^ (key->halves[1] << 29 | key->halves[1] >> 35)) * 0x9E3779B97F4A7C15u;

    return (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u >> (64 - SLOT_BITS);
}

/* Of the word, or the free one where it belongs. */
static qiaoi_known_word *
slot_of(const qiaoi_known_words *words, const qiaoi_known_key *key)
{
    const uint64_t *wanted = key->halves;

    for (uint64_t i = home(key);; i = (i + 1) & (SLOTS - 1)) {
        const uint64_t *held = words->slots[i].key.halves;

        if (held[1] == 0 || (held[0] == wanted[0] && held[1] == wanted[1]))
            return &words->slots[i];
    }
}

qiaoi_known_key
qiaoi_known_words_ahead(const qiaoi_known_words *words, const char *word, size_t length)
{
    qiaoi_known_key key = {{0, 0}};

    memcpy(key.halves, word, length);
    ((unsigned char *)key.halves)[QIAOI_KNOWN_WORD_BYTES] = (unsigned char)length;
    __builtin_prefetch(&words->slots[home(&key)]);
    return key;
}

qiaoi_known_word *
qiaoi_known_words_find(const qiaoi_known_words *words, const qiaoi_known_key *key)
{
    qiaoi_known_word *slot = slot_of(words, key);

    return slot->key.halves[1] != 0 ? slot : NULL;
}

qiaoi_known_word *
qiaoi_known_words_add(qiaoi_known_words *words, const qiaoi_known_key *key, const char *stem, size_t stem_length,
                      bool stop_word)
{
    qiaoi_known_word *slot;
    const char *kept;

    if (words->filled >= FILL)
        return NULL;
    kept = qiao_arena_strndup(words->stems, stem, stem_length);
    if (kept == NULL)
        return NULL;
    slot = slot_of(words, key);
    *slot = (qiaoi_known_word){.key = *key, .stem = kept, .stem_length = (uint16_t)stem_length, .stop_word = stop_word};
    words->filled++;
    return slot;
}
