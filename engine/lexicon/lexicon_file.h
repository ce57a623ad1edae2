/*
 * Layout of a lexicon file, base and generation form. Little-endian, one mapping, no pointers.
 *
 *   header | section table | sections, each 16-byte aligned
 *
 * Both forms hold the keys (entries, key bytes, hash, length masks, single characters) and the character tables. The
 * base form adds senses in English stems; the generation form adds the terms of the generation with their document
 * frequencies, every entry's translations as term ids, adjacent term pairs, and the way back from a term to the words
 * that mean it.
 */
#ifndef QIAO_LEXICON_FILE_H
#define QIAO_LEXICON_FILE_H

#include <stdint.h>

#define QIAOI_LEXICON_MAGIC "QIAOLEX"
#define QIAOI_LEXICON_VERSION 1u
#define QIAOI_KEY_CHARACTERS_MAX 16u    /* longest key of a language without spaces, in characters */
#define QIAOI_LENGTH_MASK_SLOTS 262144u /* power of two */
#define QIAOI_NO_TERM UINT32_MAX
#define QIAOI_COST_UNIT 256u /* a segmentation cost of 256 is one nat */
#define QIAOI_COST_UNKNOWN (16u * QIAOI_COST_UNIT)

typedef enum qiaoi_section_id {
    QIAOI_SECTION_META = 1,
    QIAOI_SECTION_NORMAL, /* u16[65536]: normal form of each BMP character; 0 = drop */
    QIAOI_SECTION_NORMAL_JA,
    QIAOI_SECTION_ENTRIES, /* qiaoi_entry[] */
    QIAOI_SECTION_KEYS,    /* key bytes, each NUL-terminated */
    QIAOI_SECTION_HASH,    /* u32[power of two]: entry + 1, open addressing by qiao_hash64(key, seed = language) */
    QIAOI_SECTION_LENGTHS, /* u16[QIAOI_LENGTH_MASK_SLOTS]: bit n-1 set = some key that starts with these two characters
                              has n characters */
    QIAOI_SECTION_CHARACTERS,   /* u32[2][65536]: entry + 1 of a single character, zh then ja */
    QIAOI_SECTION_SENSES,       /* base: qiaoi_sense[] */
    QIAOI_SECTION_SENSE_STEMS,  /* base: u32[]: offset into STRINGS of one stem */
    QIAOI_SECTION_STRINGS,      /* base: stems, NUL-terminated */
    QIAOI_SECTION_TRANSLATIONS, /* generation: qiaoi_translation[] */
    QIAOI_SECTION_TERM_OFFSETS, /* generation: u32[terms + 1] into TERM_BYTES */
    QIAOI_SECTION_TERM_BYTES,
    QIAOI_SECTION_TERM_HASH, /* generation: u32[power of two]: term + 1 */
    QIAOI_SECTION_TERM_DF,   /* generation: u32[2][terms]: documents with the term among projects, among needs */
    QIAOI_SECTION_PAIRS,     /* generation: qiaoi_pair[power of two], open addressing, key 0 = free */
    QIAOI_SECTION_ENTRY_DF,  /* generation: u32[2][entries]: projects, needs whose text has the word (of those that are
                                translated) */
    QIAOI_SECTION_REVERSE_OFFSETS, /* generation: u32[terms + 1] into REVERSE */
    QIAOI_SECTION_REVERSE,         /* generation: qiaoi_reverse[] */
    QIAOI_SECTION_STATISTICS,      /* generation: qiaoi_statistics */
    QIAOI_SECTION_COUNT
} qiaoi_section_id;

typedef struct qiaoi_section {
    uint32_t id;
    uint32_t element_size;
    uint64_t offset; /* from the start of the file */
    uint64_t count;  /* elements */
} qiaoi_section;

typedef struct qiaoi_lexicon_header {
    char magic[8];
    uint32_t version;
    uint32_t section_count;
    uint64_t file_size;
    uint64_t checksum; /* XXH3-64 of everything after the header */
} qiaoi_lexicon_header;

typedef enum qiaoi_lexicon_language { QIAOI_ZH, QIAOI_JA, QIAOI_DE, QIAOI_FR, QIAOI_LANGUAGES } qiaoi_lexicon_language;

typedef struct qiaoi_entry {
    uint32_t key; /* offset into KEYS */
    uint16_t key_length;
    uint8_t language; /* qiaoi_lexicon_language */
    uint8_t sources;  /* qiao_lexicon_source bits of its senses */
    uint16_t cost;    /* segmentation cost */
    uint16_t count;   /* senses (base) or translations (generation) */
    uint32_t first;   /* index of the first */
} qiaoi_entry;

typedef struct qiaoi_sense {
    uint32_t first_stem; /* into SENSE_STEMS */
    uint8_t stem_count;
    uint8_t source;
    uint16_t weight; /* thousandths */
} qiaoi_sense;

typedef struct qiaoi_translation {
    uint32_t term;
    uint16_t share; /* 65535 = the whole word */
    uint8_t source;
    uint8_t spare;
} qiaoi_translation;

typedef struct qiaoi_pair {
    uint64_t key;  /* (first term + 1) << 32 | second term + 1; 0 = free */
    uint32_t term; /* term id of the pair's posting list: terms + n */
    uint32_t df;   /* among projects */
} qiaoi_pair;

typedef struct qiaoi_reverse {
    uint32_t entry;
    uint16_t share;
    uint16_t spare;
} qiaoi_reverse;

typedef struct qiaoi_statistics {
    uint64_t documents[2]; /* projects, needs */
    uint64_t terms;        /* single terms */
    uint64_t pairs;
    uint64_t bilingual_records, sentence_pairs, learned_words, learned_compounds;
} qiaoi_statistics;

#endif
