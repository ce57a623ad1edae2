/*
 * Status codes and the error value that every fallible function reports through.
 *
 * Ownership and threads: qiao_error is plain caller-owned memory of fixed size; setting it never allocates, so "out of
 * memory" can be reported. No global state. NULL is accepted wherever a qiao_error is: "I only want the status".
 *
 * Language: a message is written once in English at the place where the cause is known. The message table
 * (engine/base/messages.c and the messages_*.def beside it) holds the Chinese form of each; both are rendered at once,
 * so a person is answered in their language.
 */
#ifndef QIAO_STATUS_H
#define QIAO_STATUS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define QIAO_CHECK __attribute__((warn_unused_result))
#define QIAO_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define QIAO_EXPORT __attribute__((visibility("default")))
#else
#define QIAO_CHECK
#define QIAO_PRINTF(f, a)
#define QIAO_EXPORT
#endif

/* X(name, token, meaning, what the operator can do) */
#define QIAO_STATUS_TABLE(X)                                                                                           \
    X(OK, "ok", "success", "")                                                                                         \
    X(E_USAGE, "usage", "the call or command line is wrong", "see --help")                                             \
    X(E_INPUT, "bad_input", "input breaks the schema or format", "mend the named place and send it again")             \
    X(E_NOTFOUND, "not_found", "no such object", "check the name or id")                                               \
    X(E_NOMEM, "out_of_memory", "memory is exhausted", "free memory or lower the limits")                              \
    X(E_IO, "io_error", "a file or device failed", "check the path, its rights and the device")                        \
    X(E_NOSPACE, "no_space", "the disk is full", "free space and run again; nothing was lost")                         \
    X(E_LOCKED, "locked", "another process holds the lock", "wait for it to end and run again")                        \
    X(E_CORRUPT, "corrupt", "stored data fails its check", "run qiao-indexer verify, then rollback or build")          \
    X(E_VERSION, "version", "data was written by another format version", "rebuild with this version")                 \
    X(E_LIMIT, "limit", "a configured limit is exceeded", "send less or raise the limit")                              \
    X(E_STALE, "stale", "the data changed while it was read", "try again")                                             \
    X(E_REFUSED, "refused", "a safety rule refused the work", "read the reason; override only if it is meant")         \
    X(E_QUERY, "bad_query", "the query cannot be read", "mend the query")                                              \
    X(E_INTERNAL, "internal", "a bug or an unexpected library answer", "report it with the log")

typedef enum qiao_status {
#define QIAO_STATUS_ENUM(name, token, meaning, action) QIAO_##name,
    QIAO_STATUS_TABLE(QIAO_STATUS_ENUM)
#undef QIAO_STATUS_ENUM
        QIAO_STATUS_COUNT
} qiao_status;

typedef enum qiao_language { QIAO_LANGUAGE_EN, QIAO_LANGUAGE_ZH } qiao_language;

typedef struct qiao_error {
    qiao_status status;
    int system_errno;     /* 0 where no system call failed */
    char message[512];    /* English, one line, NUL-terminated */
    char message_zh[512]; /* Chinese, one line; equals message where the table has no entry */
    char hint[256];       /* what the operator can do; may be empty */
    char hint_zh[256];
} qiao_error;

#define QIAO_ERROR_INIT                                                                                                \
    {                                                                                                                  \
        QIAO_OK, 0, "", "", "", ""                                                                                     \
    }

/* Stable token ("locked"), meaning and advice of a status; static strings, never NULL. */
QIAO_EXPORT const char *qiao_status_token(qiao_status status);
QIAO_EXPORT const char *qiao_status_meaning(qiao_status status);
QIAO_EXPORT const char *qiao_status_action(qiao_status status);

/*
 * Set err (may be NULL) and return status, so that `return qiao_fail(err, QIAO_E_INPUT, "...", ...)` reads well.
 * The format is looked up in the message table for its Chinese form, which takes the same arguments in the same order.
 * Also fills the hint from the status table; qiao_error_hint replaces it. Control characters and broken UTF-8 in quoted
 * values are replaced, over-long text is cut at a character. Arguments may point into err itself.
 */
QIAO_EXPORT qiao_status qiao_fail(qiao_error *err, qiao_status status, const char *format, ...) QIAO_PRINTF(3, 4);

/*
 * The same for a failed system call: appends ": strerror(errno)" and maps ENOSPC/EDQUOT to QIAO_E_NOSPACE, ENOMEM to
 * QIAO_E_NOMEM, ENOENT to QIAO_E_NOTFOUND, everything else to QIAO_E_IO.
 */
QIAO_EXPORT qiao_status qiao_fail_errno(qiao_error *err, int system_errno, const char *format, ...) QIAO_PRINTF(3, 4);

/* Out of memory, at the named place. */
QIAO_EXPORT qiao_status qiao_fail_memory(qiao_error *err);

QIAO_EXPORT void qiao_error_hint(qiao_error *err, const char *format, ...) QIAO_PRINTF(2, 3);

QIAO_EXPORT const char *qiao_error_message(const qiao_error *err, qiao_language language);
QIAO_EXPORT const char *qiao_error_hint_text(const qiao_error *err, qiao_language language);

/* The Chinese form of an English text from the message table, or the text itself. Static strings. */
QIAO_EXPORT const char *qiao_message(const char *english, qiao_language language);

#ifdef __cplusplus
}
#endif
#endif
