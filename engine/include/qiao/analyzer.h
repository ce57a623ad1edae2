/*
 * Analyzer: text to tokens with offsets, by the lexicon.
 *
 * Lifetime and threads: per thread (it caches stems and segmentations); what it returns is borrowed until its next
 * call. Offsets are bytes of the original text, so that a match can be shown where it stands.
 */
#ifndef QIAO_ANALYZER_H
#define QIAO_ANALYZER_H

#include "qiao/lexicon.h"
#include "qiao/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_token {
    uint32_t start, end; /* byte offsets in the text given, end exclusive, at character borders */
    const char *form;    /* normal form; English words, and German and French ones that the lexicon lacks: the English
                            stem; other Latin words: as written,    lower case. NUL-terminated */
    uint16_t form_length;
    uint8_t script;   /* qiao_script */
    bool stop_word;   /* function words of English, German, French */
    bool sub_word;    /* a dictionary part of the last token that is no sub_word; lies inside its span */
    char language[3]; /* language the word was read in: "zh", "ja", "en", "de", "fr", "ko", "" */
    uint32_t
        position; /* word number in the text; each break (punctuation) skips one, sub-words share their word's number */
    uint32_t entry;  /* lexicon entry + 1; 0 = not in the lexicon */
    uint32_t *note; /* of an English word that the analyzer remembers, else NULL. What one text's reader writes there
                       stands there when the word comes again, until it is forgotten; 0 at first. For one use of an
                       analyzer: the index build notes the number of the term */
} qiao_token;

typedef struct qiao_analyzer qiao_analyzer;

/* lexicon is borrowed and must outlive the analyzer. */
QIAO_EXPORT qiao_status qiao_analyzer_new(const qiao_lexicon *lexicon, qiao_analyzer **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_analyzer_free(qiao_analyzer *analyzer);

/*
 * Tokens of a text. language: "zh", "en", "de", "ja", "fr" ... or NULL: found for the text. Han runs are segmented by
 * the Chinese lexicon (the Japanese one where the language is "ja"), Latin runs are words. Invalid UTF-8 breaks a word
 * and is never copied. A word over 64 characters is cut into pieces of 64.
 * @param sub_words  also give the dictionary parts of words of three and more Han characters, after their word
 */
QIAO_EXPORT qiao_status qiao_analyze(qiao_analyzer *analyzer, const char *text, size_t length, const char *language,
                                     bool sub_words, const qiao_token **tokens_out, size_t *count_out,
                                     qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
