/*
 * Text below the lexicon: UTF-8, normal form, language of a passage, stems.
 *
 * Normal form: Unicode NFKC by character, lower case, traditional Chinese to simplified; for Japanese text new-form
 * kanji to simplified as well, so that a kanji word meets the Chinese word it shares. The character tables are made
 * once when the lexicon is compiled and travel in it (see lexicon.h); this module only applies them.
 *
 * Threads: everything here is a pure function, except qiao_stemmer, which is per thread.
 */
#ifndef QIAO_TEXT_H
#define QIAO_TEXT_H

#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qiao_script {
    QIAO_SCRIPT_NONE, /* punctuation, spaces, symbols: ends a word */
    QIAO_SCRIPT_LATIN,
    QIAO_SCRIPT_NUMBER,
    QIAO_SCRIPT_HAN,
    QIAO_SCRIPT_KANA,
    QIAO_SCRIPT_HANGUL,
    QIAO_SCRIPT_OTHER /* letters of other scripts */
} qiao_script;

/*
 * Decode one character at text[*at]; advances *at by 1..4 bytes. Invalid bytes give 0xFFFD and advance by one. Never
 * reads past length.
 */
QIAO_EXPORT uint32_t qiao_utf8_next(const char *text, size_t length, size_t *at);
/* Encode; returns 1..4 bytes written. Surrogates and values past 0x10FFFF become U+FFFD. */
QIAO_EXPORT size_t qiao_utf8_put(uint32_t character, char *out);
QIAO_EXPORT bool qiao_utf8_valid(const char *text, size_t length);

QIAO_EXPORT qiao_script qiao_script_of(uint32_t character);

/*
 * Language of a passage by script and function words, without a model: "zh", "ja", "ko", "en", "de", "fr", "und" (too
 * little or other). Looks at the first 4 KiB. Static string.
 */
QIAO_EXPORT const char *qiao_language_of(const char *text, size_t length);

/* Stems of one language (Snowball), cached by word. language: "en", "de", "fr". */
typedef struct qiao_stemmer qiao_stemmer;
QIAO_EXPORT qiao_status qiao_stemmer_new(const char *language, qiao_stemmer **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_stemmer_free(qiao_stemmer *stemmer);
/* word: lower case, at most 256 bytes. The stem is borrowed until the next call. NULL only when out of memory. */
QIAO_EXPORT const char *qiao_stem(qiao_stemmer *stemmer, const char *word, size_t length, size_t *stem_length);
/* Was memory short for a stem since this was last asked? For callers that go on without the stem. */
QIAO_EXPORT bool qiao_stemmer_ran_short(qiao_stemmer *stemmer);

/* English stop words (about 150): never indexed, never matched. word: lower case. */
QIAO_EXPORT bool qiao_stop_word(const char *word, size_t length);
/* The same for German and French function words; false for other languages. word: lower case, with its accents. */
QIAO_EXPORT bool qiao_foreign_stop_word(const char *language, const char *word, size_t length);

#ifdef __cplusplus
}
#endif
#endif
