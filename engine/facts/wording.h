/* Rows of words that stand for a value, and where they stand in a text. For what words suggest (qiao/suggested.h). */
#ifndef QIAO_FACTS_WORDING_H
#define QIAO_FACTS_WORDING_H

#include "qiao/suggested.h"

#define QIAOI_WORDINGS_MAX 254u /* rows of a table */

typedef struct qiaoi_wording {
    const char *words; /* lower case, two bytes at least, first a letter, a digit or a character beyond ASCII; its ASCII
                          words must stand alone */
    const char *value;
    int32_t confidence; /* micro-units */
} qiaoi_wording;

/* The places of a text where words may begin: characters beyond ASCII, and the first of each run of ASCII letters and
 * digits. Starts as {text, length}. */
typedef struct qiaoi_wording_places {
    const char *text;
    size_t length;
    size_t next, block; /* bytes looked at; where the last eight of them begin */
    uint64_t left;      /* places among those eight: the highest bits of their bytes */
    uint64_t before;    /* the highest bit of a byte, where a letter ends what was looked at */
} qiaoi_wording_places;
/* false: no more */
bool qiaoi_wording_next_place(qiaoi_wording_places *places, size_t *at);

/* Do the words stand at that byte, not as part of a longer word; ASCII without regard to case. */
bool qiaoi_wording_at(const char *text, size_t length, size_t at, const char *words);
/* The first place where they stand; length: nowhere. */
size_t qiaoi_wording_find(const char *text, size_t length, const char *words);
/* Bytes of a text, cut at a character where they are too many. */
void qiaoi_wording_copy(char out[96], const char *text, size_t start, size_t end);
/* The surest of the rows whose words stand in the text, where it is surer than what out holds: value, confidence,
 * words. Of equally sure ones the first row. */
void qiaoi_wording_surest(const qiaoi_wording *rows, size_t count, const char *text, size_t length,
                          qiao_suggestion *out);

/* From what a record says of its organisation and of itself: the country that it comes from. vocabulary may be NULL.
 * false: unknown. */
bool qiaoi_suggest_country(const qiao_record *record, const qiao_vocabulary *vocabulary, qiao_suggestion *out);

#endif
