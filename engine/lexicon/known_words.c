/* See known_words.h: open addressing by the sixteen bytes of the key. */
#include "lexicon/known_words.h"

#include <string.h>

#define SLOTS 16384u /* power of two */
#define SLOT_BITS 14
#define FILL 12000u

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
    *words = (qiaoi_known_words){NULL, 0, NULL};
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

static void
make_key(const char *word, size_t length, uint64_t key[2])
{
    key[0] = key[1] = 0;
    memcpy(key, word, length);
    ((unsigned char *)key)[QIAOI_KNOWN_WORD_BYTES] = (unsigned char)length;
}

/* Of the word, or the free one where it belongs. */
static qiaoi_known_word *
slot_of(const qiaoi_known_words *words, const uint64_t key[2])
{
    uint64_t mixed = (key[0] ^ (key[1] << 29 | key[1] >> 35)) * 0x9E3779B97F4A7C15u;
    uint64_t i = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u >> (64 - SLOT_BITS);

    while (words->slots[i].key[1] != 0 && (words->slots[i].key[0] != key[0] || words->slots[i].key[1] != key[1]))
        i = (i + 1) & (SLOTS - 1);
    return &words->slots[i];
}

const qiaoi_known_word *
qiaoi_known_words_find(const qiaoi_known_words *words, const char *word, size_t length)
{
    const qiaoi_known_word *slot;
    uint64_t key[2];

    if (length == 0 || length > QIAOI_KNOWN_WORD_BYTES)
        return NULL;
    make_key(word, length, key);
    slot = slot_of(words, key);
    return slot->key[1] != 0 ? slot : NULL;
}

const qiaoi_known_word *
qiaoi_known_words_add(qiaoi_known_words *words, const char *word, size_t length, const char *stem, size_t stem_length,
                      bool stop_word)
{
    qiaoi_known_word *slot;
    const char *kept;
    uint64_t key[2];

    if (length == 0 || length > QIAOI_KNOWN_WORD_BYTES || words->filled >= FILL)
        return NULL;
    kept = qiao_arena_strndup(words->stems, stem, stem_length);
    if (kept == NULL)
        return NULL;
    make_key(word, length, key);
    slot = slot_of(words, key);
    *slot = (qiaoi_known_word){{key[0], key[1]}, kept, (uint16_t)stem_length, stop_word};
    words->filled++;
    return slot;
}
