/*
 * Builder of the base lexicon: gathers headwords and their senses from the readers of this folder, cleans English
 * glosses into stems, and writes the base form of lexicon_file.h. Used by one program at build time; one thread.
 */
#ifndef QIAO_LEXICON_COMPILE_BUILDER_H
#define QIAO_LEXICON_COMPILE_BUILDER_H

#include "lexicon/lexicon_writer.h"
#include "qiao/lexicon.h"
#include "qiao/memory.h"
#include "qiao/text.h"

#define BUILDER_STEMS_MAX 4u /* a gloss of more content words explains rather than translates */

typedef struct builder_sense {
    uint32_t entry;
    uint32_t stems[BUILDER_STEMS_MAX]; /* offsets into strings */
    uint8_t count, source;
    float weight;
} builder_sense;

typedef struct builder_reference { /* "variant of", "see": resolved when all headwords are known */
    uint32_t entry, target;
    float weight;
} builder_reference;

typedef struct lexicon_builder {
    uint16_t normal[65536], normal_ja[65536];
    qiaoi_key_set keys;
    qiao_buffer strings;   /* interned stems */
    uint32_t *string_hash; /* offset + 1 */
    uint64_t string_hash_size;
    uint32_t string_count;
    builder_sense *senses;
    size_t sense_count, sense_capacity;
    builder_reference *references;
    size_t reference_count, reference_capacity;
    qiao_stemmer *english;
    qiao_buffer scratch;
    uint64_t counts[QIAOI_LANGUAGES]; /* headwords added by language, for the report */
} lexicon_builder;

qiao_status builder_init(lexicon_builder *builder, qiao_error *err) QIAO_CHECK;
void builder_done(lexicon_builder *builder);

/* Entry index of a headword after normal form; QIAO_E_NOTFOUND (err untouched) where it cannot be a key: empty, mixed
 * scripts, too long. */
qiao_status builder_entry(lexicon_builder *builder, qiaoi_lexicon_language language, const char *headword,
                          size_t length, uint32_t *out, qiao_error *err) QIAO_CHECK;

/* Add one English gloss as a sense; glosses without a content word, or with too many, are passed over. */
qiao_status builder_sense_add(lexicon_builder *builder, uint32_t entry, const char *gloss, size_t length, double weight,
                              qiao_lexicon_source source, qiao_error *err) QIAO_CHECK;

/* Split a definition at ; / , drop what stands in brackets, strip articles and particles, add each part as a sense. */
qiao_status builder_definition(lexicon_builder *builder, uint32_t entry, const char *text, size_t length, double weight,
                               qiao_lexicon_source source, qiao_error *err) QIAO_CHECK;

qiao_status builder_reference_add(lexicon_builder *builder, uint32_t entry, uint32_t target, double weight,
                                  qiao_error *err) QIAO_CHECK;

void builder_cost(lexicon_builder *builder, uint32_t entry, double frequency);
/* The same, but only where it makes the word cheaper. */
void builder_cost_at_most(lexicon_builder *builder, uint32_t entry, double frequency);
qiao_status builder_write(lexicon_builder *builder, const char *path, const char *version, qiao_error *err) QIAO_CHECK;

/* Readers, one per source; each counts what it took. */
qiao_status read_cedict(lexicon_builder *builder, const char *path, qiao_error *err) QIAO_CHECK;
qiao_status read_frequencies(lexicon_builder *builder, const char *path, qiao_error *err) QIAO_CHECK;
qiao_status read_thesaurus(lexicon_builder *builder, const char *folder, qiao_error *err) QIAO_CHECK;
qiao_status read_freedict(lexicon_builder *builder, qiaoi_lexicon_language language, const char *base_path,
                          qiao_error *err) QIAO_CHECK;
qiao_status read_edict(lexicon_builder *builder, const char *path, qiao_error *err) QIAO_CHECK;

/* Fill the character tables from Unicode data (utf8proc) and the traditional-simplified tables of OpenCC. */
qiao_status build_character_tables(uint16_t *normal, uint16_t *normal_ja, qiao_error *err) QIAO_CHECK;

#endif
