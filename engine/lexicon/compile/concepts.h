/*
 * The concepts of the technology thesaurus, as read from its .tsv files: a line of column names, then twelve columns:
 * id, field, zh, zh_alt, en, en_alt, abbr, de, ja, fr, broader, related. Several values in a cell are separated by "|".
 *
 * Ownership: a list owns the text of its files; its concepts borrow from it. One thread.
 */
#ifndef QIAO_LEXICON_COMPILE_CONCEPTS_H
#define QIAO_LEXICON_COMPILE_CONCEPTS_H

#include "qiao/memory.h"

#define CONCEPT_COLUMNS 12u
#define CONCEPT_FILES_MAX 64u

enum { ID, FIELD, ZH, ZH_ALT, EN, EN_ALT, ABBR, DE, JA, FR, BROADER, RELATED };

typedef struct concept {
    const char *column[CONCEPT_COLUMNS];
    const char *file; /* its name in the folder */
    size_t line;
}
concept;

typedef struct concept_list {
    concept *items; /* ascending by id, then by place */
    size_t count, capacity;
    qiao_buffer files[CONCEPT_FILES_MAX];
    char names[CONCEPT_FILES_MAX][64];
    size_t file_count;
} concept_list;

/* Every .tsv of the folder. QIAO_E_INPUT names file and line where the columns are wrong or id, zh or en is missing. On
 * failure the list is empty but must still be done. */
qiao_status concepts_read(const char *folder, concept_list *out, qiao_error *err) QIAO_CHECK;
void concepts_done(concept_list *list);
/* By id; NULL where there is none. */
const concept *concepts_find(const concept_list *list, const char *id, size_t length);

/*
 * Checks what reading does not: ids and names that stand twice, fields that the vocabulary (field.tsv) does not have,
 * concepts that refer to themselves or to none, circles of broader concepts; and, as warnings, names that several
 * concepts bear. Writes a line each, "FILE:LINE: what", to out.
 * @return QIAO_OK with the numbers of errors and warnings; QIAO_E_NOMEM; as qiao_file_read for field.tsv.
 */
qiao_status concepts_lint(const concept_list *list, const char *field_file, qiao_buffer *out, size_t *errors_out,
                          size_t *warnings_out, qiao_error *err) QIAO_CHECK;

#endif
