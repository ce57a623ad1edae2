/*
 * A strict look at JSON from outside before it is parsed. The parser recurses, ends strings at a NUL, takes some things
 * for JSON that are none, and cannot tell a mistake from a lack of memory; behind this look it meets nothing but JSON,
 * and when it fails, memory is what it lacks.
 */
#ifndef QIAO_API_JSON_GUARD_H
#define QIAO_API_JSON_GUARD_H

#include <stddef.h>

#define QIAOI_JSON_DEPTH_MAX 40   /* until it is set */
#define QIAOI_JSON_DEPTH_MOST 200 /* that it can be set to */

/* Deepest nesting taken from now on; set before requests are read. */
void qiaoi_json_guard_depth(unsigned most);
unsigned qiaoi_json_guard_depth_max(void);

typedef enum qiaoi_json_fault {
    QIAOI_JSON_FINE,
    QIAOI_JSON_BROKEN, /* no JSON from *at_out on */
    QIAOI_JSON_NOT_UTF8,
    QIAOI_JSON_TOO_DEEP,
    QIAOI_JSON_HAS_NUL
} qiaoi_json_fault;

/* at_out: byte where the fault is; not set for FINE and NOT_UTF8. */
qiaoi_json_fault qiaoi_json_guard(const char *text, size_t length, size_t *at_out);

#endif
