/*
 * How Chinese is read: pinyin without tones, from CC-CEDICT. A table gives each character its readings, the commonest
 * first, and each word whose reading does not follow from its characters (银行, 重庆) its own. Pinyin is written as it
 * is typed: ü is v.
 *
 * A text is read as units: a Chinese character, or a Latin word or number as a whole. Words are those of the lexicon's
 * segmentation, so that 行 is hang in 银行 and xing in 运行.
 *
 * Lifetime and threads: immutable; borrows the sections it was bound to.
 */
#ifndef QIAO_SUGGEST_READINGS_H
#define QIAO_SUGGEST_READINGS_H

#include "lexicon/lexicon_internal.h"
#include "suggest/sections.h"

#define QIAOI_SYLLABLE_BYTES 8u
#define QIAOI_NO_SYLLABLE UINT16_MAX
#define QIAOI_READINGS_MAX 3u /* of a character, and of a word */
#define QIAOI_UNITS_MAX 32u   /* of a text; what follows is not read */

typedef struct qiaoi_character_reading {
    uint16_t character;
    uint16_t syllables[QIAOI_READINGS_MAX]; /* QIAOI_NO_SYLLABLE behind the last */
} qiaoi_character_reading;

typedef struct qiaoi_word_reading {
    uint32_t key;               /* offset in WORD_KEYS */
    uint32_t first;             /* in WORD_SYLLABLES: characters of the first reading, then of the second ... */
    uint16_t characters, count; /* count: readings */
} qiaoi_word_reading;

typedef struct qiaoi_readings {
    const char (*syllables)[QIAOI_SYLLABLE_BYTES];
    const qiaoi_character_reading *characters;
    const qiaoi_word_reading *words;
    const char *word_keys;
    const uint16_t *word_syllables;
    uint32_t syllable_count, character_count, word_count;
} qiaoi_readings;

/* All empty where the sections have none. */
void qiaoi_readings_bind(qiaoi_readings *readings, const qiaoi_sections *sections);

const qiaoi_character_reading *qiaoi_reading_of_character(const qiaoi_readings *readings, uint32_t character);
const qiaoi_word_reading *qiaoi_reading_of_word(const qiaoi_readings *readings, const char *key, size_t length);

typedef struct qiaoi_unit {
    const char *text; /* of a Latin word or number; points into the text. NULL: a Chinese character */
    uint32_t length;
    uint32_t at; /* offset in the text */
    uint32_t character;
    uint16_t syllables[QIAOI_READINGS_MAX]; /* of a character; the first is the likeliest */
    uint16_t count;                         /* of them; 0 = it cannot be read */
    bool begins;                            /* a word begins here, also one inside a longer word */
} qiaoi_unit;

/* Units of a text in normal form (names.h), at most QIAOI_UNITS_MAX; *whole_out: no more were there. 0 where something
 * in it cannot be read: a character without a reading, another script. */
size_t qiaoi_read_units(const qiaoi_readings *readings, const qiao_lexicon *lexicon, const char *text, size_t length,
                        qiaoi_unit units[QIAOI_UNITS_MAX], bool *whole_out);

/* Is it one syllable, or (partial) the beginning of one? Lower-case letters. */
bool qiaoi_is_syllable(const qiaoi_readings *readings, const char *text, size_t length, bool partial);
/* Can the letters be cut into syllables, the last of which may be begun only? */
bool qiaoi_is_pinyin(const qiaoi_readings *readings, const char *letters, size_t length, bool last_partial);

#endif
