/* names.bin of the program, open: readings, the concepts of the thesaurus, English words. Immutable, shared by threads.
 */
#ifndef QIAO_SUGGEST_NAMES_H
#define QIAO_SUGGEST_NAMES_H

#include "suggest/readings.h"

#define QIAOI_CONCEPT_COLUMNS 12u

/* Columns of a concept as in the thesaurus; names of one column are separated by "|". */
typedef enum qiaoi_concept_column {
    QIAOI_CONCEPT_ID,
    QIAOI_CONCEPT_FIELD,
    QIAOI_CONCEPT_ZH,
    QIAOI_CONCEPT_ZH_ALT,
    QIAOI_CONCEPT_EN,
    QIAOI_CONCEPT_EN_ALT,
    QIAOI_CONCEPT_ABBR,
    QIAOI_CONCEPT_DE,
    QIAOI_CONCEPT_JA,
    QIAOI_CONCEPT_FR
} qiaoi_concept_column;

typedef struct qiaoi_names {
    qiaoi_sections sections;
    qiaoi_readings readings;
    const uint32_t (*concepts)[QIAOI_CONCEPT_COLUMNS];
    const char *concept_text, *english;
    uint64_t concept_count, english_bytes;
} qiaoi_names;

/* As qiaoi_sections_open. Zeroed on failure. */
qiao_status qiaoi_names_open(const char *path, qiaoi_names *out, qiao_error *err) QIAO_CHECK;
void qiaoi_names_close(qiaoi_names *names);

static inline const char *
qiaoi_concept_text(const qiaoi_names *names, uint64_t concept, qiaoi_concept_column column)
{
    return names->concept_text + names->concepts[concept][column];
}

#endif
