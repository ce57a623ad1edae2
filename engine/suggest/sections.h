/*
 * The container of names.bin (what the program ships: readings, concepts, words) and of a generation's suggest.bin:
 * sections of equal elements in one mapped file, little-endian, without pointers.
 *
 *   header | table of sections | sections, each 16-byte aligned
 *
 * A reader believes what stands in the sections once sizes and checksum agree.
 * Lifetime and threads: immutable once open, shared by threads; views live until qiaoi_sections_close.
 */
#ifndef QIAO_SUGGEST_SECTIONS_H
#define QIAO_SUGGEST_SECTIONS_H

#include "qiao/file.h"
#include "qiao/status.h"

#define QIAOI_NAMES_MAGIC "QIAONAME"
#define QIAOI_SUGGEST_MAGIC "QIAOSUGG"
#define QIAOI_SECTIONS_VERSION 1u
#define QIAOI_SECTIONS_MAX 48u

typedef enum qiaoi_names_section {
    /* readings: in both files */
    QIAOI_NAMES_SYLLABLES = 1,  /* char[8] each, NUL-padded, ascending */
    QIAOI_NAMES_CHARACTERS,     /* qiaoi_character_reading[], ascending by character */
    QIAOI_NAMES_WORDS,          /* qiaoi_word_reading[], ascending by key */
    QIAOI_NAMES_WORD_KEYS,      /* NUL-terminated */
    QIAOI_NAMES_WORD_SYLLABLES, /* u16[] */
    /* names.bin only */
    QIAOI_NAMES_CONCEPTS,     /* u32[12]: offsets of a concept's columns in CONCEPT_TEXT */
    QIAOI_NAMES_CONCEPT_TEXT, /* NUL-terminated */
    QIAOI_NAMES_ENGLISH,      /* English words of the glosses, ascending, NUL-terminated */
    /* suggest.bin only: see suggest_format.h */
    QIAOI_SUGGEST_TEXT,
    QIAOI_SUGGEST_ENTRIES,
    QIAOI_SUGGEST_KEY_BYTES,
    QIAOI_SUGGEST_SPELLINGS,
    QIAOI_SUGGEST_CHINESE,
    QIAOI_SUGGEST_SHARED,
    QIAOI_SUGGEST_PREFERENCES,
    QIAOI_SUGGEST_NAMES,
    QIAOI_SUGGEST_KEYS = 20,   /* and one for each further list */
    QIAOI_SUGGEST_MINIMA = 32, /* the same */
} qiaoi_names_section;

typedef struct qiaoi_sections {
    qiao_mapping mapping;
    struct {
        const void *data;
        uint64_t count;
        uint32_t element_size;
    } views[QIAOI_SECTIONS_MAX];
} qiaoi_sections;

/* QIAO_E_NOTFOUND, QIAO_E_CORRUPT (another magic, cut short, checksum), QIAO_E_VERSION. On failure nothing is open. */
qiao_status qiaoi_sections_open(const char *path, const char magic[8], qiaoi_sections *out, qiao_error *err) QIAO_CHECK;
void qiaoi_sections_close(qiaoi_sections *sections);
/* Of all behind the header, as the header says: of the same contents it is the same. 0 where nothing is open. */
uint64_t qiaoi_sections_checksum(const qiaoi_sections *sections);
/* A section's elements; NULL and 0 where the file has none of that size under that number. */
const void *qiaoi_section_view(const qiaoi_sections *sections, uint32_t id, uint32_t element_size, uint64_t *count_out);

typedef struct qiaoi_section_content {
    uint32_t id, element_size;
    const void *data;
    uint64_t count;
} qiaoi_section_content;

/* Writes and closes the file; neither atomically nor synced: the caller stages. At most QIAOI_SECTIONS_MAX sections. */
qiao_status qiaoi_sections_write(const char *path, const char magic[8], const qiaoi_section_content *sections,
                                 size_t count, qiao_error *err) QIAO_CHECK;

#endif
