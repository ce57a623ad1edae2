/*
 * Status texts and the error value. Everything here works without allocating, so "out of memory" can be reported, and
 * renders into local buffers first, so that a message may quote the error it replaces. What comes out is always one
 * line of valid UTF-8: messages quote file names and field values from outside.
 */
#include "qiao/status.h"

#include "base/messages.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#if defined(__GNUC__)
#define VPRINTF(f) __attribute__((format(printf, f, 0)))
#else
#define VPRINTF(f)
#endif

#define MESSAGE_SIZE sizeof(((qiao_error *)0)->message)
#define HINT_SIZE sizeof(((qiao_error *)0)->hint)

typedef struct status_texts {
    const char *token, *meaning, *action;
} status_texts;

static const status_texts *
texts_of(qiao_status status)
{
#define STATUS_TEXTS(name, token, meaning, action) {token, meaning, action},
    static const status_texts table[] = {QIAO_STATUS_TABLE(STATUS_TEXTS)};
#undef STATUS_TEXTS
    size_t index = (size_t)status;

    return index < sizeof table / sizeof table[0] ? &table[index] : &table[QIAO_E_INTERNAL];
}

const char *
qiao_status_token(qiao_status status)
{
    return texts_of(status)->token;
}

const char *
qiao_status_meaning(qiao_status status)
{
    return texts_of(status)->meaning;
}

const char *
qiao_status_action(qiao_status status)
{
    return texts_of(status)->action;
}

/* Control characters and bytes that are no UTF-8 become '?'; a character cut off by the buffer's end is dropped. */
static void
make_printable(char *text, bool was_cut)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length;) {
        int n = qiaoi_utf8_sequence((const unsigned char *)text + i, length - i);
        size_t step = (size_t)(n < 0 ? -n : n);

        if (n < 0 && was_cut && i + step == length) {
            text[i] = '\0';
            return;
        }
        if (n < 0)
            memset(text + i, '?', step);
        else if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            text[i] = ' ';
        i += step;
    }
}

static VPRINTF(3) void render(char *out, size_t size, const char *format, va_list arguments)
{
    int n = vsnprintf(out, size, format, arguments);

    if (n < 0)
        snprintf(out, size, "%s", "(message could not be written)");
    make_printable(out, n >= 0 && (size_t)n >= size);
}

/* The reason is what the reader needs most, so a long text in front of it gives way. */
static void
append_reason(char *out, size_t size, const char *separator, const char *reason)
{
    size_t used = strlen(out), needed = strlen(separator) + strlen(reason) + 1;

    if (needed < size && used > size - needed) {
        used = size - needed;
        while (used > 0 && ((unsigned char)out[used] & 0xC0) == 0x80)
            used--;
    }
    snprintf(out + used, size - used, "%s%s", separator, reason);
}

static void
copy_text(char *out, size_t size, const char *text)
{
    int n = snprintf(out, size, "%s", text);

    make_printable(out, n >= 0 && (size_t)n >= size);
}

static void
store(qiao_error *err, qiao_status status, int system_errno, const char *english, const char *chinese)
{
    const char *action = qiao_status_action(status);

    err->status = status;
    err->system_errno = system_errno;
    memcpy(err->message, english, sizeof err->message);
    memcpy(err->message_zh, chinese, sizeof err->message_zh);
    copy_text(err->hint, sizeof err->hint, action);
    copy_text(err->hint_zh, sizeof err->hint_zh, qiaoi_message_zh(action));
}

qiao_status
qiao_fail(qiao_error *err, qiao_status status, const char *format, ...)
{
    char english[MESSAGE_SIZE], chinese[MESSAGE_SIZE];
    va_list arguments;

    if (err == NULL)
        return status;
    va_start(arguments, format);
    render(english, sizeof english, format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    render(chinese, sizeof chinese, qiaoi_message_zh(format), arguments);
    va_end(arguments);
    store(err, status, 0, english, chinese);
    return status;
}

static qiao_status
status_of_errno(int system_errno)
{
    switch (system_errno) {
    case ENOSPC:
    case EDQUOT:
        return QIAO_E_NOSPACE;
    case ENOMEM:
        return QIAO_E_NOMEM;
    case ENOENT:
        return QIAO_E_NOTFOUND;
    default:
        return QIAO_E_IO;
    }
}

qiao_status
qiao_fail_errno(qiao_error *err, int system_errno, const char *format, ...)
{
    char english[MESSAGE_SIZE], chinese[MESSAGE_SIZE], reason[128];
    qiao_status status = status_of_errno(system_errno);
    const char *reason_zh = qiaoi_errno_zh(system_errno);
    va_list arguments;

    if (err == NULL)
        return status;
    if (strerror_r(system_errno, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "system error %d", system_errno);
    va_start(arguments, format);
    render(english, sizeof english, format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    render(chinese, sizeof chinese, qiaoi_message_zh(format), arguments);
    va_end(arguments);
    append_reason(english, sizeof english, ": ", reason);
    append_reason(chinese, sizeof chinese, "：", reason_zh != NULL ? reason_zh : reason);
    store(err, status, system_errno, english, chinese);
    return status;
}

qiao_status
qiao_fail_memory(qiao_error *err)
{
    return qiao_fail(err, QIAO_E_NOMEM, "out of memory");
}

void
qiao_error_hint(qiao_error *err, const char *format, ...)
{
    char english[HINT_SIZE], chinese[HINT_SIZE];
    va_list arguments;

    if (err == NULL)
        return;
    va_start(arguments, format);
    render(english, sizeof english, format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    render(chinese, sizeof chinese, qiaoi_message_zh(format), arguments);
    va_end(arguments);
    memcpy(err->hint, english, sizeof err->hint);
    memcpy(err->hint_zh, chinese, sizeof err->hint_zh);
}

const char *
qiao_error_message(const qiao_error *err, qiao_language language)
{
    return language == QIAO_LANGUAGE_ZH ? err->message_zh : err->message;
}

const char *
qiao_error_hint_text(const qiao_error *err, qiao_language language)
{
    return language == QIAO_LANGUAGE_ZH ? err->hint_zh : err->hint;
}
