/*
 * English words that were read before: their stem, and whether they are function words. Texts say the same few thousand
 * words again and again; one that is known costs a multiplication and a comparison of sixteen bytes.
 *
 * Ownership and threads: of one analyzer. A stem stays where it is until qiaoi_known_words_begin. Memory is bounded:
 * when so many words are known that another would slow the search, none is added, and the next begin forgets all.
 */
#ifndef QIAO_LEXICON_KNOWN_WORDS_H
#define QIAO_LEXICON_KNOWN_WORDS_H

#include "qiao/memory.h"
#include "qiao/status.h"

#include <stdint.h>

#define QIAOI_KNOWN_WORD_BYTES 15u /* longer ones are not kept */

/* The bytes of a word, zeros, in the last byte its length; 0, 0 = none. */
typedef struct qiaoi_known_key {
    uint64_t halves[2];
} qiaoi_known_key;

typedef struct qiaoi_known_word {
    qiaoi_known_key key;
    const char *stem;
    uint32_t note; /* of whoever uses the analyzer; 0 at first */
    uint16_t stem_length;
    bool stop_word;
} qiaoi_known_word;

typedef struct qiaoi_known_words {
    qiaoi_known_word *slots;
    uint32_t filled;
    qiao_arena *stems;
} qiaoi_known_words;

qiao_status qiaoi_known_words_init(qiaoi_known_words *words, qiao_error *err) QIAO_CHECK;
void qiaoi_known_words_done(qiaoi_known_words *words);

/* Before a text is read. */
void qiaoi_known_words_begin(qiaoi_known_words *words);
/* The key of a word of at most QIAOI_KNOWN_WORD_BYTES; what is known of it is on its way from memory from then on. */
qiaoi_known_key qiaoi_known_words_ahead(const qiaoi_known_words *words, const char *word, size_t length);
/* NULL: not known. */
qiaoi_known_word *qiaoi_known_words_find(const qiaoi_known_words *words, const qiaoi_known_key *key);
/* A word that was not found, with its stem, which is copied. NULL: it cannot be kept. */
qiaoi_known_word *qiaoi_known_words_add(qiaoi_known_words *words, const qiaoi_known_key *key, const char *stem,
                                        size_t stem_length, bool stop_word);

static inline const char *
qiaoi_known_key_word(const qiaoi_known_key *key)
{
    return (const char *)key->halves;
}

static inline size_t
qiaoi_known_key_length(const qiaoi_known_key *key)
{
    return ((const unsigned char *)key->halves)[QIAOI_KNOWN_WORD_BYTES];
}

#endif
