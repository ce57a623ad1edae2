/* Percent-encoding: paths and query strings as they come off the wire. Pure functions. */
#ifndef QIAO_API_URL_H
#define QIAO_API_URL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decode text into out (length + 1 bytes, NUL-terminated). plus: '+' is a space, as in query strings.
 * false: an escape is broken, or what comes out is no UTF-8 or holds a NUL.
 */
bool qiaoi_url_decode(const char *text, size_t length, bool plus, char *out, size_t *length_out);

/* Bytes of the path of a target: up to '?'. */
size_t qiaoi_url_path(const char *target);
/* What follows the '?'; "" where there is none. */
const char *qiaoi_url_query(const char *target);

typedef struct qiaoi_url_pair {
    const char *name, *value; /* raw; value NULL where there is no '=' */
    size_t name_length, value_length;
} qiaoi_url_pair;

/* The next pair of a query string at *at, which moves on; false at its end. */
bool qiaoi_url_next(const char **at, qiaoi_url_pair *out);

#endif
