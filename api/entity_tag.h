/* Tags of answers (ETag) and of the same answers compressed. Pure functions. */
#ifndef QIAO_API_ENTITY_TAG_H
#define QIAO_API_ENTITY_TAG_H

#include <stdbool.h>
#include <stddef.h>

/* The same answer, compressed, is another sequence of bytes and has another tag: "gen-1-ab" is "gen-1-ab-gzip". Both
 * with their quotation marks. */
void qiaoi_tag_compressed(const char *tag, char *out, size_t size);
/* Is the tag, of the answer or of the compressed answer, one of an If-None-Match header (may be NULL)? Tags are
 * compared weakly: W/ makes no difference. compressed_out is set where it is. */
bool qiaoi_tag_listed(const char *header, const char *tag, bool *compressed_out);

#endif
