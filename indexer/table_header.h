/* Names of columns as people write them, and the names that a feed map or the schema has for them. */
#ifndef QIAO_INDEXER_TABLE_HEADER_H
#define QIAO_INDEXER_TABLE_HEADER_H

#include "qiao/memory.h"

/*
 * Append the plain form of a column name: without white space, asterisks and notes such as （必填） or (optional);
 * brackets and colons in their ASCII form, letters in lower case. Two names with one plain form are the same column.
 */
void qiaoi_header_plain(const char *name, qiao_buffer *out);
/* false also when out of memory. */
bool qiaoi_header_same(const char *a, const char *b);

#endif
