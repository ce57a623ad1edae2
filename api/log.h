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

typedef struct qiaoi_log_line {
    qiao_buffer text;
} qiaoi_log_line;

/* level: "info", "warn", "error". event: a stable word. */
void qiaoi_log_begin(qiaoi_log_line *line, const char *level, const char *event);
void qiaoi_log_text(qiaoi_log_line *line, const char *name, const char *value);
void qiaoi_log_number(qiaoi_log_line *line, const char *name, uint64_t value);
/* Writes and frees the line. A line that found no memory is dropped. */
void qiaoi_log_end(qiaoi_log_line *line);

/* An event with the message and the hint of an error. */
void qiaoi_log_error(const char *level, const char *event, const qiao_error *error);

#endif
