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

typedef struct qiaoi_known_word {
    uint64_t key[2]; /* the bytes, zeros, in the last byte the length; 0, 0 = free */
    const char *stem;
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
/* NULL: not known. */
const qiaoi_known_word *qiaoi_known_words_find(const qiaoi_known_words *words, const char *word, size_t length);
/* A word that was not found, with its stem, which is copied. NULL: it cannot be kept. */
const qiaoi_known_word *qiaoi_known_words_add(qiaoi_known_words *words, const char *word, size_t length,
                                              const char *stem, size_t stem_length, bool stop_word);

#endif
