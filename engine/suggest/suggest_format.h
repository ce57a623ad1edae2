/*
 * suggest.bin, a file of the generation: everything that suggestions and the help with typing errors look at, made of
 * what the public may see. A container of sections (sections.h): the readings of names.bin, then
 *
 *   ENTRIES    what can be suggested, the best first: most projects (a tenth for names of concepts that are neither
 *              Chinese nor English), a preferred name before others, by text. So the number of an entry is its rank,
 * and the best k of a range of keys are its k smallest numbers. KEYS + n   lists of keys, ascending; each says to which
 * entry it leads. Two families (words: concepts and terms; names: titles and organisations) times the ways of matching.
 *   MINIMA + n for each list the place of the smallest entry of 2^level blocks of QIAOI_MINIMA_BLOCK keys, level by
 *              level: the smallest entry of any range is found by looking at two blocks and the ends
 *   SPELLINGS  Latin words with how many projects use them, ascending
 *   SHARED     of titles that several projects have, or one in several languages, who has them
 *   PREFERENCES for each entry how it was preferred among equally frequent ones, at most 2
 *   NAMES      checksum of the names.bin it was made with
 *   CHINESE    Chinese words of the entries as characters, by length, for words that differ in one
 *
 * Keys of pinyin and initials are ASCII letters; the first letter of each unit (readings.h) has its highest bit set, so
 * that a syllable typed apart is told from one typed together. Order and comparison leave that bit out.
 */
#ifndef QIAO_SUGGEST_FORMAT_H
#define QIAO_SUGGEST_FORMAT_H

#include "suggest/sections.h"

#define QIAOI_SUGGEST_NAME "suggest.bin"
#define QIAOI_MINIMA_BLOCK 64u
#define QIAOI_LANGUAGE_BYTES 8u
#define QIAOI_NO_TEXT UINT32_MAX
#define QIAOI_UNIT_MARK 0x80u

typedef enum qiaoi_suggest_kind {
    QIAOI_SUGGEST_CONCEPT,
    QIAOI_SUGGEST_TERM,
    QIAOI_SUGGEST_TITLE,
    QIAOI_SUGGEST_ORGANISATION
} qiaoi_suggest_kind;

typedef enum qiaoi_suggest_list {
    QIAOI_WORDS_WHOLE, /* the key from its beginning */
    QIAOI_WORDS_PINYIN,
    QIAOI_WORDS_INITIALS,
    QIAOI_WORDS_INNER, /* from each further word of it */
    QIAOI_NAMES_WHOLE,
    QIAOI_NAMES_PINYIN,
    QIAOI_NAMES_INITIALS,
    QIAOI_NAMES_INNER,
    QIAOI_SUGGEST_LISTS
} qiaoi_suggest_list;

typedef struct qiaoi_suggest_entry {
    uint32_t text;        /* offsets in TEXT; QIAOI_NO_TEXT = none */
    uint32_t translation; /* of a concept: its name in the other of Chinese and English */
    uint32_t id;          /* of a concept, or of the project that a title belongs to */
    uint32_t field;       /* of a concept */
    uint32_t group;       /* names of one thing share it; 0 = none */
    uint32_t frequency;   /* public projects */
    uint8_t kind;
    char language[QIAOI_LANGUAGE_BYTES - 1];
} qiaoi_suggest_entry;

#define QIAOI_TITLE_GROUP 0x80000000u /* with the number of the project: the group of its titles */

/* By entry, then by project and language: the order in which they were joined. */
typedef struct qiaoi_shared_title {
    uint32_t entry;
    uint32_t project;
    char language[QIAOI_LANGUAGE_BYTES];
} qiaoi_shared_title;

typedef struct qiaoi_suggest_key {
    uint32_t bytes; /* offset in KEY_BYTES */
    uint16_t length;
    uint16_t zero;
    uint32_t entry;
} qiaoi_suggest_key;

typedef struct qiaoi_spelling {
    uint32_t text; /* offset in TEXT */
    uint32_t frequency;
    uint16_t length;
    uint16_t shared; /* bytes that it shares with the word before */
} qiaoi_spelling;

#define QIAOI_CHINESE_CHARACTERS_MAX 10u
typedef struct qiaoi_chinese {
    uint32_t entry;
    uint16_t count;
    uint16_t characters[QIAOI_CHINESE_CHARACTERS_MAX];
    uint16_t zero;
} qiaoi_chinese;

#endif
