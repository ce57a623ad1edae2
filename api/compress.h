/*
 * Compressed answers: gzip, where the client takes it and the answer is worth it. compress.c is the only file of the
 * service that includes libdeflate.
 */
#ifndef QIAO_API_COMPRESS_H
#define QIAO_API_COMPRESS_H

#include "http.h"

/* Does an Accept-Encoding header (NULL = none) take gzip, and not less gladly than the plain answer? */
bool qiaoi_gzip_wanted(const char *header);
/* Text of a kind that shrinks? */
bool qiaoi_gzip_suits(const char *content_type);
/* Appends the bytes as a gzip member; the same bytes always give the same. False: out of memory. */
bool qiaoi_gzip(const char *bytes, size_t length, qiao_buffer *out);
/* The same for a body that lives as long as the program: it is compressed once. NULL: out of memory, or out of places
 * to keep it. Threads: any. */
const char *qiaoi_gzip_fixed(const char *bytes, size_t length, size_t *length_out);

#endif
