/*
 * Growing byte buffers with an optional ceiling. A failure is remembered in the buffer, so a writer of many pieces
 * checks once at the end; what was written before stays readable and NUL-terminated.
 */
#include "base/utf8.h"
#include "qiao/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_CAPACITY 64

void
qiao_buffer_done(qiao_buffer *buffer)
{
    qiao_free(buffer->data);
    *buffer = (qiao_buffer){.limit = buffer->limit};
}

void
qiao_buffer_clear(qiao_buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    buffer->over_limit = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

static bool
fail_buffer(qiao_buffer *buffer, bool over_limit)
{
    buffer->failed = true;
    buffer->over_limit = over_limit;
    return false;
}

/* Twice the old capacity, so that n appends cost O(n), but never more than the limit and its NUL ask for. */
static size_t
next_capacity(const qiao_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity < FIRST_CAPACITY / 2 ? FIRST_CAPACITY : buffer->capacity;

    if (buffer->capacity >= FIRST_CAPACITY / 2)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    if (capacity < needed)
        capacity = needed;
    if (buffer->limit != 0 && buffer->limit < SIZE_MAX && capacity > buffer->limit + 1)
        capacity = buffer->limit + 1;
    return capacity;
}

bool
qiao_buffer_reserve(qiao_buffer *buffer, size_t more)
{
    size_t needed, capacity;
    char *data;

    if (buffer->failed)
        return false;
    if (buffer->limit != 0 && (buffer->length > buffer->limit || more > buffer->limit - buffer->length))
        return fail_buffer(buffer, true);
    if (more > SIZE_MAX - 1 - buffer->length)
        return fail_buffer(buffer, false);
    needed = buffer->length + more + 1;
    if (needed <= buffer->capacity)
        return true;
    capacity = next_capacity(buffer, needed);
    data = qiao_realloc(buffer->data, capacity);
    if (data == NULL)
        return fail_buffer(buffer, false);
    data[buffer->length] = '\0';
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void
qiao_buffer_append(qiao_buffer *buffer, const void *bytes, size_t length)
{
    if (!qiao_buffer_reserve(buffer, length))
        return;
    if (length != 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void
qiao_buffer_text(qiao_buffer *buffer, const char *text)
{
    qiao_buffer_append(buffer, text, strlen(text));
}

void
qiao_buffer_char(qiao_buffer *buffer, char c)
{
    /* most answers are written in such pieces */
    if (!buffer->failed && buffer->limit == 0 && buffer->length + 1 < buffer->capacity) {
        buffer->data[buffer->length++] = c;
        buffer->data[buffer->length] = '\0';
        return;
    }
    qiao_buffer_append(buffer, &c, 1);
}

void
qiao_buffer_printf(qiao_buffer *buffer, const char *format, ...)
{
    size_t room = buffer->capacity - buffer->length;
    va_list arguments;
    int n;

    if (buffer->failed)
        return;
    va_start(arguments, format);
    n = vsnprintf(room == 0 ? NULL : buffer->data + buffer->length, room, format, arguments);
    va_end(arguments);
    if (n >= 0 && (size_t)n < room && (buffer->limit == 0 || (size_t)n <= buffer->limit - buffer->length)) {
        buffer->length += (size_t)n;
        return;
    }
    if (room > 0)
        buffer->data[buffer->length] = '\0';
    if (n < 0) {
        fail_buffer(buffer, false);
        return;
    }
    if (!qiao_buffer_reserve(buffer, (size_t)n))
        return;
    va_start(arguments, format);
    vsnprintf(buffer->data + buffer->length, (size_t)n + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)n;
}

void
qiao_buffer_u64(qiao_buffer *buffer, uint64_t value)
{
    char digits[20];
    size_t start = sizeof digits;

    do {
        digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    qiao_buffer_append(buffer, digits + start, sizeof digits - start);
}

static void
append_escape(qiao_buffer *buffer, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char escape[7] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15], '\0'};

    switch (c) {
    case '"':
        qiao_buffer_append(buffer, "\\\"", 2);
        break;
    case '\\':
        qiao_buffer_append(buffer, "\\\\", 2);
        break;
    case '\n':
        qiao_buffer_append(buffer, "\\n", 2);
        break;
    case '\r':
        qiao_buffer_append(buffer, "\\r", 2);
        break;
    case '\t':
        qiao_buffer_append(buffer, "\\t", 2);
        break;
    default:
        qiao_buffer_append(buffer, escape, 6);
        break;
    }
}

/* Eight bytes of ASCII that JSON takes as they are. */
static bool
eight_plain(const unsigned char *bytes)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t word, quote, backslash;

    memcpy(&word, bytes, sizeof word);
    quote = word ^ ones * '"';
    backslash = word ^ ones * '\\';
    /* a byte below n borrows from the top bit of its place in word - n; which other bytes borrow then, does not matter
     */
    return (((word - ones * 0x20u) | (quote - ones) | (backslash - ones) | word) & tops) == 0;
}

void
qiao_buffer_json_string(qiao_buffer *buffer, const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t run = 0; /* start of what can be copied as it stands */

    qiao_buffer_char(buffer, '"');
    for (size_t i = 0; i < length;) {
        size_t step;
        int n;

        if (i + 8 <= length && eight_plain(bytes + i)) {
            i += 8;
            continue;
        }
        n = bytes[i] < 0x80 ? 1 : qiaoi_utf8_sequence(bytes + i, length - i);
        step = (size_t)(n < 0 ? -n : n);
        if (n > 0 && bytes[i] >= 0x20 && bytes[i] != '"' && bytes[i] != '\\') {
            i += step;
            continue;
        }
        qiao_buffer_append(buffer, text + run, i - run);
        if (n < 0)
            qiao_buffer_append(buffer, "\xEF\xBF\xBD", 3);
        else
            append_escape(buffer, bytes[i]);
        i += step;
        run = i;
    }
    if (run < length)
        qiao_buffer_append(buffer, text + run, length - run);
    qiao_buffer_char(buffer, '"');
}

qiao_status
qiao_buffer_check(const qiao_buffer *buffer, qiao_error *err)
{
    if (!buffer->failed)
        return QIAO_OK;
    if (buffer->over_limit)
        return qiao_fail(err, QIAO_E_LIMIT, "text is longer than the limit of %zu bytes", buffer->limit);
    return qiao_fail_memory(err);
}
