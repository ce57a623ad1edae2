/*
 * Spelling of terms in the full-text index: one table of prefixes for fields and tags, and the shortening of long terms. Both the writer and
 * the reader go through here, so that what was indexed is what is looked up. Pure functions.
 */
#ifndef QIAO_FULLTEXT_TERMS_H
#define QIAO_FULLTEXT_TERMS_H

#include "qiao/fulltext.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAOI_TERM_MAX 200u /* bytes of a whole term; the library takes 245 */
#define QIAOI_TERM_ROOM (QIAOI_TERM_MAX + 1u)

/* The term of a word in a field; returns its length. A term over the limit keeps its start and ends in a hash of the whole. */
size_t qiaoi_fulltext_word_term(qiao_fulltext_field field, const char *form, size_t length, char out[QIAOI_TERM_ROOM]);

/*
 * The boolean term of a tag "name:value" (not NUL-terminated); 0 where it is none (no colon, nothing before or after it). Names outside the
 * table are kept with a general prefix, so that a new tag needs no change here.
 */
size_t qiaoi_fulltext_tag_term(const char *tag, size_t length, char out[QIAOI_TERM_ROOM]);

#ifdef __cplusplus
}
#endif
#endif
