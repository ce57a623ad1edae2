/* The open lexicon as engine/lexicon and engine/match see it: typed views of the mapped sections. Immutable, shared by
 * threads. */
#ifndef QIAO_LEXICON_INTERNAL_H
#define QIAO_LEXICON_INTERNAL_H

#include "lexicon/lexicon_file.h"
#include "qiao/file.h"
#include "qiao/lexicon.h"

struct qiao_lexicon {
    qiao_mapping mapping;
    const char *version;
    const uint16_t *normal, *normal_ja;
    const qiaoi_entry *entries;
    uint32_t entry_count;
    const char *keys;
    const uint32_t *hash;
    uint64_t hash_mask;
    const uint16_t *lengths;
    const uint32_t *characters;
    /* base form */
    const qiaoi_sense *senses;
    uint64_t sense_count;
    const uint32_t *sense_stems;
    const char *strings;
    uint64_t strings_size;
    /* generation form; NULL in the base form */
    const qiaoi_translation *translations;
    uint64_t translation_count;
    const uint32_t *term_offsets;
    const char *term_bytes;
    const uint32_t *term_hash;
    uint64_t term_hash_mask;
    const uint32_t *term_df; /* [2][terms] */
    uint32_t term_count;
    const qiaoi_pair *pairs;
    uint64_t pair_mask;
    const uint32_t *entry_df;
    const uint32_t *reverse_offsets;
    const qiaoi_reverse *reverse;
    const qiaoi_statistics *statistics;
};

/* That of its file, header left out: compared with what it covers when the file was opened. */
uint64_t qiaoi_lexicon_checksum(const qiao_lexicon *lexicon);

/* Entry + 1 of a key in normal form, 0 if absent. */
uint32_t qiaoi_lexicon_find(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, const char *key,
                            size_t length);

/* Term id of a string, QIAOI_NO_TERM if absent (always absent in the base form). */
uint32_t qiaoi_lexicon_term(const qiao_lexicon *lexicon, const char *form, size_t length);
static inline const char *
qiaoi_lexicon_term_text(const qiao_lexicon *lexicon, uint32_t term)
{
    return lexicon->term_bytes + lexicon->term_offsets[term];
}
/* The pair's slot, or NULL. */
/* Fetches where qiaoi_lexicon_pair will look, for callers that ask for many. */
void qiaoi_lexicon_pair_ahead(const qiao_lexicon *lexicon, uint32_t first, uint32_t second);
const qiaoi_pair *qiaoi_lexicon_pair(const qiao_lexicon *lexicon, uint32_t first, uint32_t second);

/* Slot of the length mask of keys that start with these two characters. */
static inline uint32_t
qiaoi_length_slot(qiaoi_lexicon_language language, uint32_t first, uint32_t second)
{
    uint32_t h = (first * 0x9E3779B1u) ^ (second * 0x85EBCA77u) ^ ((uint32_t)language * 0xC2B2AE3Du);

    h ^= h >> 15;
    return h & (QIAOI_LENGTH_MASK_SLOTS - 1u);
}

#endif
