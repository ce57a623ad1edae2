/*
 * Text: normal form, language of a passage, tokens with offsets, stems.
 *
 * Purpose: turn UTF-8 text into tokens that the lexicon, the matching postings and the full-text index share. Offsets always point into
 * the original bytes, so that a match can be shown where it stands.
 *
 * Lifetime and threads: qiao_analyzer is per thread (it caches stems); everything it returns is borrowed until the next call.
 */
#ifndef QIAO_TEXT_H
#define QIAO_TEXT_H

#include "qiao/lexicon.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qiao_script { QIAO_SCRIPT_LATIN, QIAO_SCRIPT_HAN, QIAO_SCRIPT_KANA, QIAO_SCRIPT_HANGUL, QIAO_SCRIPT_NUMBER, QIAO_SCRIPT_OTHER } qiao_script;

typedef struct qiao_token {
    uint32_t start, end;       /* byte offsets in the text given, end exclusive, at character borders */
    const char *form;          /* normal form (NFKC, lower case, simplified Chinese); Latin words: the stem. NUL-terminated */
    uint32_t form_length;
    qiao_script script;
    bool stop_word;            /* Latin stop words; punctuation never becomes a token */
    bool sub_word;             /* a dictionary part of the compound token before it (same or smaller span) */
    uint32_t position;         /* word number in the text; a break (punctuation) skips one */
    uint32_t entry;            /* lexicon entry + 1 of this word, 0 = not in the lexicon */
} qiao_token;

typedef struct qiao_analyzer qiao_analyzer;

/* lexicon is borrowed and must outlive the analyzer; NULL: Han text becomes single characters. */
QIAO_EXPORT qiao_status qiao_analyzer_new(const qiao_lexicon *lexicon, qiao_analyzer **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_analyzer_free(qiao_analyzer *analyzer);

/*
 * Tokens of a text. language: "zh", "en", "de", "ja", "fr" ... or NULL to find it per passage. Invalid UTF-8 is skipped, never copied.
 * Words over 64 characters are cut into 64-character pieces.
 */
QIAO_EXPORT qiao_status qiao_analyze(qiao_analyzer *analyzer, const char *text, size_t length, const char *language, bool sub_words,
                                     const qiao_token **tokens_out, size_t *count_out, qiao_error *err) QIAO_CHECK;

/* Language of a passage by script and function words: "zh", "ja", "ko", "en", "de", "fr", ... "und". Static string. */
QIAO_EXPORT const char *qiao_language_of(const char *text, size_t length);

#ifdef __cplusplus
}
#endif
#endif
