/* A look at JSON from outside before it is parsed: so that the parser, which recurses and ends strings at a NUL, meets
 * nothing that harms it. */
#ifndef QIAO_API_JSON_GUARD_H
#define QIAO_API_JSON_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#define QIAOI_JSON_DEPTH_MAX 40

typedef enum qiaoi_json_fault {
    QIAOI_JSON_FINE, /* as far as this look goes */
    QIAOI_JSON_NOT_UTF8,
    QIAOI_JSON_TOO_DEEP,
    QIAOI_JSON_HAS_NUL
} qiaoi_json_fault;

qiaoi_json_fault qiaoi_json_guard(const char *text, size_t length);

#endif
