/*
 * The lexicon: words of the languages of needs and projects, and what each means in pivot terms.
 *
 * Two forms. The base lexicon (share/qiao/lexicon.bin) is compiled once from the dictionary sources by
 * qiao-lexicon-compile: for every headword its senses as English words with shares. A generation's lexicon.bin is
 * derived from it when the generation is built: shares weighted by document frequency in the generation and by what the
 * bilingual records say, targets as term ids of that generation.
 *
 * Lifetime and threads: a lexicon is one read-only mapped file; the object is immutable and may be shared by threads.
 * All pointers returned point into the map and live until qiao_lexicon_close.
 */
#ifndef QIAO_LEXICON_H
#define QIAO_LEXICON_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_lexicon qiao_lexicon;

/* Where a translation comes from; a translation may have several. */
typedef enum qiao_lexicon_source {
    QIAO_FROM_DICTIONARY = 1,
    QIAO_FROM_THESAURUS = 2,
    QIAO_FROM_LEARNED = 4,
    QIAO_FROM_GLOSSARY = 8,
    QIAO_FROM_RELATED = 16 /* broader or related concept of the thesaurus */
} qiao_lexicon_source;

/* Open and check a lexicon file. QIAO_E_NOTFOUND, QIAO_E_CORRUPT, QIAO_E_VERSION. */
QIAO_EXPORT qiao_status qiao_lexicon_open(const char *path, qiao_lexicon **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_lexicon_close(qiao_lexicon *lexicon);
/* "cc-cedict-2026-01-04+..." and hash: goes into the manifest. */
QIAO_EXPORT const char *qiao_lexicon_version(const qiao_lexicon *lexicon);

/* A word's meaning in another language, for the search box and for "how is this read". */
typedef struct qiao_translation {
    const char *text;      /* a term: an English stem, or a Chinese word */
    double share;          /* 0..1 of the word */
    unsigned sources;      /* qiao_lexicon_source bits */
    uint32_t documents[2]; /* how many projects, needs have it */
} qiao_translation;

/*
 * Translations of a token, best first, into at most capacity places; returns how many. Generation form only (0 in the
 * base form). entry: qiao_token.entry, for words of languages with a dictionary into English; where it is 0 and form is
 * an English stem, the Chinese words that mean it.
 */
QIAO_EXPORT size_t qiao_lexicon_translations(const qiao_lexicon *lexicon, uint32_t entry, const char *form,
                                             size_t length, qiao_translation *out, size_t capacity);

/* What a lexicon holds. Base form: terms, pairs and what was learned are 0. */
typedef struct qiao_lexicon_counts {
    uint64_t bytes, terms, pairs, translations;
    uint64_t entries[4], translated[4]; /* zh, ja, de, fr: headwords; those with a translation */
    uint64_t by_source[5]; /* entries with a translation from dictionary, thesaurus, learned, glossary, related */
    uint64_t bilingual_records, sentence_pairs, learned_words, learned_compounds;
} qiao_lexicon_counts;
QIAO_EXPORT void qiao_lexicon_count(const qiao_lexicon *lexicon, qiao_lexicon_counts *out);

/*
 * Words of two and more characters in the records of the generation that find no translation: term numbers first..(one
 * at a time). Call with *term 0, then with what it was set to; false at the end. text lives as long as the lexicon.
 */
QIAO_EXPORT bool qiao_lexicon_next_missing(const qiao_lexicon *lexicon, uint32_t *term, const char **text_out,
                                           uint32_t documents_out[2]);
QIAO_EXPORT uint32_t qiao_lexicon_term_count(const qiao_lexicon *lexicon);

#ifdef __cplusplus
}
#endif
#endif
