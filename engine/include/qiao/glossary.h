/*
 * A platform's own glossary: headwords with the English they are to be read as. It wins over the dictionary.
 *
 * Kept in DIR/glossary.tsv (language, headword, English; one line each, ascending), replaced atomically. A build
 * applies it to the base lexicon: the entry gets the glossary's senses at a weight that leaves the dictionary's a few
 * per cent, and headwords that no dictionary has become entries. One thread.
 */
#ifndef QIAO_GLOSSARY_H
#define QIAO_GLOSSARY_H

#include "qiao/lexicon.h"
#include "qiao/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_glossary_entry {
    char language[3];     /* "zh", "ja", "de", "fr" */
    const char *headword; /* NUL-terminated */
    const char *english;
} qiao_glossary_entry;

/* Why an entry cannot be used, as a message of the message table; NULL = it can. */
QIAO_EXPORT const char *qiao_glossary_check(const qiao_glossary_entry *entry);

/* Add entries to DIR/glossary.tsv; a headword given again replaces its former lines. The folder is made where absent.
 */
QIAO_EXPORT qiao_status qiao_glossary_save(const char *data_dir, const qiao_glossary_entry *entries, size_t count,
                                           qiao_error *err) QIAO_CHECK;

/*
 * Base lexicon plus DIR/glossary.tsv, written to path. *applied_out false (and nothing written) where there is no
 * glossary. QIAO_E_INPUT names a broken line of the file.
 */
QIAO_EXPORT qiao_status qiao_glossary_apply(const qiao_lexicon *base, const char *data_dir, const char *path,
                                            bool *applied_out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
