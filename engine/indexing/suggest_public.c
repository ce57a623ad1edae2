/*
 * Titles and organisation of a project, straight from its canonical JSON: keys in order, no spaces, always well-formed,
 * since this program wrote it. Parsing whole records again would take longer than everything else of this stage.
 */
#include "indexing/suggest.h"

#include "qiao/text.h"

#include <string.h>

typedef struct scan {
    const char *at, *end;
} scan;

/* Behind the string that begins at at. A quotation mark ends it unless an odd number of backslashes stands before. */
static const char *
end_of_string(const char *at, const char *end)
{
    const char *begin = at + 1;

    for (at = begin; at < end && (at = memchr(at, '"', (size_t)(end - at))) != NULL; at++) {
        const char *back = at;

        while (back > begin && back[-1] == '\\')
            back--;
        if (((at - back) & 1) == 0)
            return at + 1;
    }
    return end;
}

/* Behind the value that begins at at. */
static const char *
end_of_value(const char *at, const char *end)
{
    int depth = 0;

    while (at < end) {
        if (*at == '"') {
            at = end_of_string(at, end);
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0)
                return at;
            depth--;
            at++;
        } else if (*at == ',' && depth == 0) {
            return at;
        } else {
            at++;
        }
        if (depth == 0 && (at >= end || *at == ',' || *at == '}' || *at == ']'))
            return at;
    }
    return end;
}

/* The next member of the object; s->at is behind the brace, or behind the member before. */
static bool
next_member(scan *s, const char **key, size_t *key_length, const char **value, const char **value_end)
{
    const char *after;

    if (s->at < s->end && *s->at == ',')
        s->at++;
    if (s->at >= s->end || *s->at != '"')
        return false;
    after = end_of_string(s->at, s->end);
    if (after >= s->end || *after != ':')
        return false;
    *key = s->at + 1;
    *key_length = (size_t)(after - s->at) - 2;
    *value = after + 1;
    *value_end = s->at = end_of_value(after + 1, s->end);
    return true;
}

static bool
is_key(const char *key, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(key, name, length) == 0;
}

static uint32_t
read_hex(const char *at)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        char c = at[i];

        value = value * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* The character of the escape behind a backslash; *at is moved behind it. */
static uint32_t
read_escape(const char **at, const char *end)
{
    char c = *(*at)++;
    uint32_t high;

    if (c != 'u' || end - *at < 4)
        return c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f' ? ' ' : (unsigned char)c;
    high = read_hex(*at);
    *at += 4;
    if (high >= 0xD800u && high < 0xDC00u && end - *at >= 6 && (*at)[0] == '\\') {
        uint32_t low = read_hex(*at + 2);

        *at += 6;
        return 0x10000u + ((high - 0xD800u) << 10) + (low - 0xDC00u);
    }
    return high;
}

/* A string's text, NUL-terminated, into the buffer; returns its length. value: at the quotation mark. */
static size_t
read_string(const char *value, const char *value_end, qiao_buffer *out)
{
    size_t start = out->length;
    const char *at = value + 1, *end = value_end - 1;

    while (at < end) {
        const char *plain = at;
        char bytes[4];

        while (at < end && *at != '\\')
            at++;
        qiao_buffer_append(out, plain, (size_t)(at - plain));
        if (at >= end)
            break;
        at++;
        qiao_buffer_append(out, bytes, qiao_utf8_put(read_escape(&at, end), bytes));
    }
    qiao_buffer_append(out, "", 1);
    return out->failed ? 0 : out->length - 1 - start;
}

static void
read_titles(const char *value, const char *value_end, qiao_buffer *scratch, qiaoi_public_names *out)
{
    scan s = {value + 1, value_end};
    const char *key, *text, *text_end;
    size_t key_length;

    while (out->title_count < QIAOI_PUBLIC_TITLES_MAX && next_member(&s, &key, &key_length, &text, &text_end)) {
        qiaoi_public_title *title = &out->titles[out->title_count];

        if (*text != '"' || key_length >= sizeof title->language)
            continue;
        memcpy(title->language, key, key_length);
        title->language[key_length] = '\0';
        title->offset = scratch->length; /* it may move yet */
        title->length = read_string(text, text_end, scratch);
        out->title_count++;
    }
}

qiao_status
qiaoi_public_names_read(const char *json, size_t length, qiao_buffer *scratch, qiaoi_public_names *out, qiao_error *err)
{
    scan s = {json + 1, json + length};
    const char *key, *value, *value_end, *organisation = NULL, *organisation_end = NULL;
    size_t key_length, offset = 0;
    bool kept_back = false;

    memset(out, 0, sizeof *out);
    qiao_buffer_clear(scratch);
    while (next_member(&s, &key, &key_length, &value, &value_end)) {
        if (is_key(key, key_length, "org_confidential"))
            kept_back = *value == 't';
        else if (is_key(key, key_length, "org_name") && *value == '"')
            organisation = value, organisation_end = value_end;
        else if (is_key(key, key_length, "title") && *value == '{')
            read_titles(value, value_end, scratch, out);
    }
    if (organisation != NULL && !kept_back) {
        offset = scratch->length;
        out->organisation_length = read_string(organisation, organisation_end, scratch);
    }
    if (scratch->failed)
        return qiao_fail_memory(err);
    for (size_t i = 0; i < out->title_count; i++)
        out->titles[i].text = scratch->data + out->titles[i].offset;
    if (out->organisation_length > 0)
        out->organisation = scratch->data + offset;
    return QIAO_OK;
}
