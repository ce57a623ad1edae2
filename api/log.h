/*
 * The log: one JSON object a line to stderr, for journald. Never a query, a body, an address or a name: a line says
 * what kind of request it was, how it ended and how long it took.
 *
 * Threads: lines may be built on any thread; each is written by one call.
 */
#ifndef QIAO_API_LOG_H
#define QIAO_API_LOG_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdint.h>

#define QIAOI_LOG_LINE_MAX 4000 /* bytes; a write to a pipe is whole up to 4,096 */

/* Lives on the stack and allocates nothing, so that a lack of memory can be logged. */
typedef struct qiaoi_log_line {
    qiao_buffer text; /* in bytes */
    char bytes[QIAOI_LOG_LINE_MAX];
} qiaoi_log_line;

/* level: "info", "warn", "error". event: a stable word. */
void qiaoi_log_begin(qiaoi_log_line *line, const char *level, const char *event);
void qiaoi_log_text(qiaoi_log_line *line, const char *name, const char *value);
void qiaoi_log_number(qiaoi_log_line *line, const char *name, uint64_t value);
/* Writes the line. One that is too long is dropped. */
void qiaoi_log_end(qiaoi_log_line *line);

/* An event with the message and the hint of an error. */
void qiaoi_log_error(const char *level, const char *event, const qiao_error *error);

#endif
