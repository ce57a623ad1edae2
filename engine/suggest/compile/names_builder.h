/*
 * What names.bin is made of, as gathered by names_builder.c from CC-CEDICT: readings of characters and words, English
 * words of the glosses. Used by one program at build time; one thread.
 */
#ifndef QIAO_SUGGEST_COMPILE_NAMES_BUILDER_H
#define QIAO_SUGGEST_COMPILE_NAMES_BUILDER_H

#include "suggest/readings.h"

typedef struct names_word { /* one reading of one headword of Chinese characters */
    uint32_t key;           /* offset in keys */
    uint32_t first;         /* in syllables */
    uint16_t characters;
    bool proper;   /* a name: its reading counts only where there is no other */
    double weight; /* how often the word is used */
} names_word;

typedef struct names_builder {
    const qiao_lexicon *lexicon;                       /* borrowed: normal form, frequencies */
    qiao_buffer keys, syllable_text, syllables, words; /* syllables: u16[] of numbers; words: names_word[] */
    uint32_t syllable_count;
    qiao_buffer english; /* NUL-terminated words, as they come */
    /* made by names_finish */
    qiao_buffer out_syllables, out_characters, out_words, out_keys, out_word_syllables, out_english;
} names_builder;

/* Every entry of the dictionary. As cedict_each. */
qiao_status names_read(names_builder *builder, const char *cedict, qiao_error *err) QIAO_CHECK;
/* Sorts, finds each character's commonest readings, keeps the words that do not follow from them. */
qiao_status names_finish(names_builder *builder, qiao_error *err) QIAO_CHECK;
void names_builder_done(names_builder *builder);

#endif
