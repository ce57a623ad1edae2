/*
 * A strict look at one JSON text before it is parsed into a tree: grammar, UTF-8, depth, and where its numbers stand.
 * After it, cJSON can only fail for lack of memory, and numbers can be written out exactly as they came in.
 */
#ifndef QIAO_RECORD_JSON_SCAN_H
#define QIAO_RECORD_JSON_SCAN_H

#include "qiao/record.h"

typedef enum qiaoi_json_fault {
    QIAOI_JSON_OK,
    QIAOI_JSON_SYNTAX,    /* not JSON there */
    QIAOI_JSON_CUT,       /* ends too early */
    QIAOI_JSON_UTF8,      /* broken UTF-8 */
    QIAOI_JSON_NUL,       /* the character U+0000 */
    QIAOI_JSON_SURROGATE, /* \u escape of half a character */
    QIAOI_JSON_DEPTH,
    QIAOI_JSON_MEMORY
} qiaoi_json_fault;

typedef struct qiaoi_json_scan {
    qiaoi_json_fault fault;
    size_t at;         /* byte of the fault */
    uint32_t *numbers; /* offsets of number tokens in order of appearance; qiao_free */
    size_t number_count, number_capacity;
} qiaoi_json_scan;

/* scan is zero-initialised by the caller, who frees scan->numbers in every case. The text need not be NUL-terminated.
 */
void qiaoi_json_scan_text(const char *json, size_t length, qiaoi_json_scan *scan);

/* The fault as an error; QIAO_OK where there is none. */
qiao_status qiaoi_json_scan_fail(const qiaoi_json_scan *scan, const char *json, size_t length, qiao_error *err);

/* Is it one JSON number, whole? */
bool qiaoi_json_is_number(const char *text, size_t length);

#endif
