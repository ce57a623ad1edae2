/*
 * Allocation, growing buffers and arenas.
 *
 * All engine memory goes through qiao_alloc so that tests can make the Nth allocation fail (qiao_memory_set_hook).
 * Thread-safe as malloc is; the hook is set before threads start. A size product is checked (qiao_alloc_array returns
 * NULL on overflow).
 */
#ifndef QIAO_MEMORY_H
#define QIAO_MEMORY_H

#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

QIAO_EXPORT void *qiao_alloc(size_t size);                /* NULL when out of memory; size 0 gives a unique pointer */
QIAO_EXPORT void *qiao_calloc(size_t count, size_t size); /* zeroed; NULL on overflow or out of memory */
QIAO_EXPORT void *qiao_realloc(void *old, size_t size);   /* old is kept on failure */
QIAO_EXPORT void *qiao_realloc_array(void *old, size_t count, size_t size);
QIAO_EXPORT void qiao_free(void *memory); /* NULL is fine */
QIAO_EXPORT char *qiao_strndup(const char *text, size_t length);
QIAO_EXPORT char *qiao_strdup(const char *text);

/* Called before each allocation; returning false makes it fail. NULL removes the hook. For tests. */
typedef bool (*qiao_memory_hook)(size_t size, void *context);
QIAO_EXPORT void qiao_memory_set_hook(qiao_memory_hook hook, void *context);

/*
 * Buffer: bytes that grow, always followed by a NUL that is not counted. Zero-initialise it ({0}) or use
 * qiao_buffer_done to reuse. Appending to a buffer that failed once (out of memory, or over its limit) does nothing and
 * keeps failed = true, so a writer may append freely and check once at the end.
 */
typedef struct qiao_buffer {
    char *data; /* NULL while empty */
    size_t length;
    size_t capacity;
    size_t limit; /* bytes; 0 = no limit */
    bool failed;
    bool over_limit; /* why it failed: the limit, not memory */
} qiao_buffer;

QIAO_EXPORT void qiao_buffer_done(qiao_buffer *buffer);  /* frees; the struct can be used again, its limit stays */
QIAO_EXPORT void qiao_buffer_clear(qiao_buffer *buffer); /* keeps the memory, clears failed */
/* Room for that many bytes more; false when it failed, now or before. What is appended must not lie inside the buffer
 * itself. */
QIAO_EXPORT bool qiao_buffer_reserve(qiao_buffer *buffer, size_t more);
QIAO_EXPORT void qiao_buffer_append(qiao_buffer *buffer, const void *bytes, size_t length);
QIAO_EXPORT void qiao_buffer_text(qiao_buffer *buffer, const char *text);
QIAO_EXPORT void qiao_buffer_char(qiao_buffer *buffer, char c);
QIAO_EXPORT void qiao_buffer_printf(qiao_buffer *buffer, const char *format, ...) QIAO_PRINTF(2, 3);
/* Numbers without printf (hot paths) */
QIAO_EXPORT void qiao_buffer_u64(qiao_buffer *buffer, uint64_t value);
/* A JSON string with its quotes, escaped (control characters, quote, backslash, invalid UTF-8 replaced by U+FFFD). */
QIAO_EXPORT void qiao_buffer_json_string(qiao_buffer *buffer, const char *text, size_t length);
/* QIAO_E_LIMIT or QIAO_E_NOMEM when a write to the buffer failed. */
QIAO_EXPORT qiao_status qiao_buffer_check(const qiao_buffer *buffer, qiao_error *err) QIAO_CHECK;

/* Arena: many small objects freed together. One owner thread. */
typedef struct qiao_arena qiao_arena;
QIAO_EXPORT qiao_arena *qiao_arena_new(size_t block_size);
QIAO_EXPORT void qiao_arena_free(qiao_arena *arena);
QIAO_EXPORT void qiao_arena_reset(qiao_arena *arena); /* keeps the first block */
QIAO_EXPORT void *qiao_arena_alloc(qiao_arena *arena,
                                   size_t size); /* 16-byte aligned, not zeroed, NULL when out of memory */
QIAO_EXPORT char *qiao_arena_strndup(qiao_arena *arena, const char *text, size_t length);

#ifdef __cplusplus
}
#endif
#endif
