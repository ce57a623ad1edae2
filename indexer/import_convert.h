/* Forms in which sources write texts and days, into ours: what rows of a feed map may ask for. */
#ifndef QIAO_INDEXER_IMPORT_CONVERT_H
#define QIAO_INDEXER_IMPORT_CONVERT_H

#include "qiao/file.h"
#include "qiao/memory.h"

#include <stdbool.h>

/*
 * Is kind "us" (3/31/2026), "epoch_ms" or "epoch_s" (since 1970, UTC), and text such a day? Then out is it as
 * 2026-03-31. false, and out untouched, for another kind (NULL is fine) or another text.
 */
bool qiaoi_convert_date(const char *kind, const char *text, char out[QIAO_DATE_SIZE]);

/*
 * Append the text of a piece of HTML, NUL-terminated behind its length: tags go, <br>, <p> and the like begin a new
 * line, references (&amp; &#039; &#x2019;) become characters; one that is not known stays as it is.
 */
void qiaoi_convert_html(const char *html, qiao_buffer *out);

#endif
