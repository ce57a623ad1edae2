/*
 * The staff page as the build embeds it (embed_web.cmake): every file of api/web, plain and packed by gzip.
 *
 * /web/ is the page itself, asked for anew each time; everything else lies below /web/HASH/, where HASH changes with
 * any byte of it, and is kept by browsers for good. All of it is constant.
 */
#ifndef QIAO_API_WEB_H
#define QIAO_API_WEB_H

#include <stdbool.h>
#include <stddef.h>

typedef struct qiaoi_web_file {
    const char *name; /* below api/web: "screens/search.js"; NULL ends the table */
    const char *type; /* Content-Type */
    const unsigned char *plain;
    size_t plain_length;
    const unsigned char *packed;
    size_t packed_length;
} qiaoi_web_file;

extern const qiaoi_web_file qiaoi_web_files[];
extern const char qiaoi_web_hash[]; /* "" = the build had no library for the page */

/* Is there a page, and does a client that sends this Accept header (may be NULL) want one? */
bool qiaoi_web_is_wanted(const char *accept);

#endif
