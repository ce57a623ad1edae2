/*
 * Base lexicons of a few words, written with engine/lexicon/lexicon_writer.h: what a test finds depends on the words it
 * names and on nothing else.
 *
 * Character tables: ASCII and Latin-1 in lower case, full-width letters and digits to plain ones, a handful of
 * traditional characters to simplified (see tiny_lexicon.c), soft hyphens and zero-width characters dropped.
 */
#ifndef QIAO_TEST_TINY_LEXICON_H
#define QIAO_TEST_TINY_LEXICON_H

#include "lexicon/lexicon_file.h"
#include "qiao/lexicon.h"

typedef struct qiao_test_word {
    qiaoi_lexicon_language language;
    const char *word;    /* normal form; NULL ends the list */
    const char *english; /* glosses separated by ';', each a few words; "" = an entry without senses */
    unsigned cost;       /* segmentation cost in nats; 0 = 10 */
} qiao_test_word;

/* Writes the lexicon to path; German and French words get their stem keys. Any failure ends the test. */
void qiao_test_write_lexicon(const char *path, const qiao_test_word *words);

/* The words that the tests of the build and of matching share: batteries, robots, hydrogen, bearings. */
extern const qiao_test_word qiao_test_words[];

#endif
