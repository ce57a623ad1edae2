/*
 * Words of languages that inflect and compound: finding an inflected word by its stem, splitting German compounds,
 * folding accents. Pure functions over the lexicon; threads as the stemmer given.
 */
#ifndef QIAO_LEXICON_COMPOUND_H
#define QIAO_LEXICON_COMPOUND_H

#include "lexicon/lexicon_internal.h"
#include "qiao/text.h"

#define QIAOI_COMPOUND_PARTS_MAX 5u

typedef struct qiaoi_compound_part {
    uint16_t start, length; /* bytes of the word */
    uint32_t entry;         /* entry + 1, never 0 */
} qiaoi_compound_part;

/* Entry + 1 of a lower-case word: itself, else its Snowball stem as a key ("~stem"). 0 if unknown. */
uint32_t qiaoi_find_inflected(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, qiao_stemmer *stemmer,
                              const char *word, size_t length);

/*
 * Split a German compound into known parts, with linking elements (s, es, n, en, er, e) between them: fewest parts,
 * then the longest last part (the head of the compound). Returns the number of parts (2..QIAOI_COMPOUND_PARTS_MAX), 0
 * if it cannot be split.
 */
size_t qiaoi_split_compound(const qiao_lexicon *lexicon, qiao_stemmer *stemmer, const char *word, size_t length,
                            qiaoi_compound_part *parts);

/* Latin letters with marks to plain a-z (ä to a, ß to ss, œ to oe); others are kept. Returns the length written, at
 * most capacity - 1. */
size_t qiaoi_fold_latin(const char *word, size_t length, char *out, size_t capacity);

/* A folded French word with the ending that its English cognate would have (electrique to electric, densite to
 * density). In place; new length. */
size_t qiaoi_french_cognate(char *word, size_t length, size_t capacity);

#endif
