/*
 * Cuts the records out of a JSON file without holding the file: the items of the list at a path ("" = the whole: a
 * list, or objects one after the other). It knows just enough JSON for that (strings, brackets, keys on the way to the
 * list); the record parser judges the items.
 */
#include "reader_internal.h"

#include <stdio.h>
#include <string.h>

#define PATH_MAX_PARTS 16
#define PART_SIZE 128

typedef enum stage {
    AT_VALUE,   /* the way to the list: a value begins here */
    IN_LIST,    /* before an item or the end of the list */
    AFTER_ITEM, /* a comma or the end of the list must come */
    DONE
} stage;

struct qiaoi_json_reader {
    qiaoi_cursor *cursor;
    size_t limit;
    char parts[PATH_MAX_PARTS][PART_SIZE];
    size_t part_count;
    size_t matched; /* parts of the path that we are inside of */
    stage stage;
    bool listed; /* the items stand in a list (otherwise one after the other at the top) */
    bool first;  /* nothing was found yet */
};

static qiao_status
set_path(qiaoi_json_reader *r, const char *path, qiao_error *err)
{
    const char *rest = path == NULL ? "" : path;

    while (*rest != '\0') {
        size_t n = strcspn(rest, ".");

        if (n == 0 || n >= PART_SIZE || r->part_count == PATH_MAX_PARTS)
            return qiao_fail(err, QIAO_E_USAGE, "\"%s\" is no path to a list of records, such as response.docs", path);
        memcpy(r->parts[r->part_count], rest, n);
        r->parts[r->part_count++][n] = '\0';
        rest += n + (rest[n] == '.' ? 1 : 0);
    }
    return QIAO_OK;
}

qiao_status
qiaoi_json_reader_new(qiaoi_cursor *cursor, const char *records, size_t limit, qiaoi_json_reader **out, qiao_error *err)
{
    qiaoi_json_reader *r = qiao_calloc(1, sizeof *r);
    qiao_status status;

    *out = NULL;
    if (r == NULL)
        return qiao_fail_memory(err);
    r->cursor = cursor;
    r->limit = limit;
    r->first = true;
    status = set_path(r, records, err);
    if (status != QIAO_OK)
        qiao_free(r);
    else
        *out = r;
    return status;
}

void
qiaoi_json_reader_free(qiaoi_json_reader *reader)
{
    qiao_free(reader);
}

/* The next byte, or -1 at the end. */
static qiao_status
peek(qiaoi_json_reader *r, int *out, qiao_error *err)
{
    qiao_status status = qiaoi_cursor_fill(r->cursor, err);

    if (status == QIAO_OK)
        *out = r->cursor->finished ? -1 : (unsigned char)*r->cursor->at;
    return status;
}

static void
step(qiaoi_json_reader *r)
{
    if (*r->cursor->at++ == '\n')
        r->cursor->line++;
}

static qiao_status
peek_past_space(qiaoi_json_reader *r, int *out, qiao_error *err)
{
    qiao_status status;

    while ((status = peek(r, out, err)) == QIAO_OK && (*out == ' ' || *out == '\t' || *out == '\r' || *out == '\n'))
        step(r);
    return status;
}

/* The file cannot be read from here on: it ends (c < 0), or something stands there that JSON does not allow. */
static qiao_status
broken(const qiaoi_json_reader *r, int c, qiao_error *err)
{
    const char *name = qiaoi_source_name(r->cursor->source);
    unsigned long long line = (unsigned long long)r->cursor->line;

    if (c < 0)
        return qiao_fail(err, QIAO_E_INPUT, "%s ends too early, in line %llu: the list of records is not closed", name,
                         line);
    return qiao_fail(err, QIAO_E_INPUT,
                     "%s, line %llu: the JSON is broken at \"%c\"; the rest of the file cannot be read", name, line,
                     c >= 0x20 && c < 0x7F ? c : '?');
}

/* A value, from its first byte to behind its last; keeps it in bytes (NULL: skips). Strings and brackets only: the
 * parser judges. */
typedef struct value_scan {
    qiao_buffer *bytes;
    size_t limit, kept;
    uint64_t whole;
    size_t depth;
    bool in_string, escaped, scalar;
} value_scan;

/* Does the value go on behind this byte? */
static bool
value_goes_on(value_scan *v, char c)
{
    if (v->in_string) {
        if (v->escaped)
            v->escaped = false;
        else if (c == '\\')
            v->escaped = true;
        else if (c == '"')
            v->in_string = false;
        return v->in_string || v->depth > 0;
    }
    if (c == '"')
        v->in_string = true;
    else if (c == '{' || c == '[')
        v->depth++;
    else if (c == '}' || c == ']')
        v->depth -= v->depth > 0 ? 1 : 0;
    else if (v->whole == 1)
        v->scalar = true;
    return v->depth > 0 || v->in_string || v->scalar;
}

static void
keep_bytes(value_scan *v, const char *bytes, size_t n)
{
    size_t room = v->whole > v->limit ? QIAOI_SAMPLE : v->limit;

    if (v->bytes == NULL || v->kept >= room)
        return;
    n = n < room - v->kept ? n : room - v->kept;
    qiao_buffer_append(v->bytes, bytes, n);
    v->kept += n;
}

/* Walks the piece at hand; true when the value ended in it. */
static bool
scan_piece(qiaoi_json_reader *r, value_scan *v)
{
    const char *start = r->cursor->at;
    bool ended = false;

    while (r->cursor->at < r->cursor->end && !ended) {
        char c = *r->cursor->at;

        if (v->scalar && strchr(",]} \t\r\n", c) != NULL) {
            ended = true;
            break;
        }
        v->whole++;
        ended = !value_goes_on(v, c);
        step(r);
    }
    keep_bytes(v, start, (size_t)(r->cursor->at - start));
    return ended;
}

static qiao_status
scan_value(qiaoi_json_reader *r, value_scan *v, qiao_error *err)
{
    for (;;) {
        qiao_status status = qiaoi_cursor_fill(r->cursor, err);

        if (status != QIAO_OK)
            return status;
        if (r->cursor->finished)
            return v->scalar ? QIAO_OK : broken(r, -1, err);
        if (scan_piece(r, v))
            return QIAO_OK;
    }
}

static qiao_status
skip_value(qiaoi_json_reader *r, qiao_error *err)
{
    value_scan v = {.bytes = NULL};

    return scan_value(r, &v, err);
}

/* The key at the cursor, unpacked only as far as paths need it (no escapes); longer keys are cut and match nothing. */
static qiao_status
read_key(qiaoi_json_reader *r, char key[PART_SIZE], qiao_error *err)
{
    qiao_buffer bytes = {.limit = 0};
    value_scan v = {.bytes = &bytes, .limit = PART_SIZE + 2};
    int c;
    qiao_status status = peek_past_space(r, &c, err);

    key[0] = '\0';
    if (status == QIAO_OK && c != '"')
        status = broken(r, c, err);
    if (status == QIAO_OK)
        status = scan_value(r, &v, err);
    if (status == QIAO_OK && bytes.failed)
        status = qiao_fail_memory(err);
    if (status == QIAO_OK && bytes.length >= 2 && bytes.length - 2 < PART_SIZE)
        snprintf(key, PART_SIZE, "%.*s", (int)bytes.length - 2, bytes.data + 1);
    qiao_buffer_done(&bytes);
    if (status == QIAO_OK)
        status = peek_past_space(r, &c, err);
    if (status == QIAO_OK && c != ':')
        return broken(r, c, err);
    if (status == QIAO_OK)
        step(r);
    return status;
}

static qiao_status
no_list(const qiaoi_json_reader *r, qiao_error *err)
{
    char path[PATH_MAX_PARTS * PART_SIZE] = "";

    for (size_t i = 0; i < r->part_count; i++)
        snprintf(path + strlen(path), sizeof path - strlen(path), "%s%s", i > 0 ? "." : "", r->parts[i]);
    return qiao_fail(err, QIAO_E_INPUT, "%s has no list of records at \"%s\"; see \"records\" in the feed map",
                     qiaoi_source_name(r->cursor->source), path);
}

/* Inside an object on the way: to the value of the next part, past all other members. */
static qiao_status
find_member(qiaoi_json_reader *r, qiao_error *err)
{
    for (;;) {
        char key[PART_SIZE];
        int c;
        qiao_status status = peek_past_space(r, &c, err);

        if (status == QIAO_OK && (c == '}' || c < 0))
            return c < 0 ? broken(r, c, err) : no_list(r, err);
        if (status == QIAO_OK && c == ',') {
            step(r);
            continue;
        }
        if (status == QIAO_OK)
            status = read_key(r, key, err);
        if (status != QIAO_OK)
            return status;
        if (strcmp(key, r->parts[r->matched]) == 0) {
            r->matched++;
            return QIAO_OK;
        }
        status = peek_past_space(r, &c, err);
        if (status == QIAO_OK)
            status = skip_value(r, err);
        if (status != QIAO_OK)
            return status;
    }
}

/* From the start of the file to the first item. */
static qiao_status
find_list(qiaoi_json_reader *r, qiao_error *err)
{
    for (;;) {
        int c;
        qiao_status status = peek_past_space(r, &c, err);

        if (status != QIAO_OK)
            return status;
        if (r->matched == r->part_count) {
            r->listed = c == '[';
            r->stage = IN_LIST;
            if (r->listed)
                step(r);
            return QIAO_OK;
        }
        if (c != '{')
            return c < 0 ? broken(r, c, err) : no_list(r, err);
        step(r);
        status = find_member(r, err);
        if (status != QIAO_OK)
            return status;
    }
}

static bool
begins_value(int c)
{
    return c == '{' || c == '[' || c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
}

/* Between items: commas in a list, nothing between values at the top. Sets DONE at the end. */
static qiao_status
find_item(qiaoi_json_reader *r, qiao_error *err)
{
    int c;
    qiao_status status = peek_past_space(r, &c, err);

    if (status != QIAO_OK)
        return status;
    if (!r->listed) {
        if (c < 0 || (r->part_count > 0 && !r->first))
            r->stage = DONE;
        return r->stage == DONE || begins_value(c) ? QIAO_OK : broken(r, c, err);
    }
    if (c == ']') {
        r->stage = DONE;
        return QIAO_OK;
    }
    if (r->stage == AFTER_ITEM && c != ',')
        return broken(r, c, err);
    if (r->stage == AFTER_ITEM) {
        step(r);
        status = peek_past_space(r, &c, err);
    }
    return status != QIAO_OK || begins_value(c) ? status : broken(r, c, err);
}

qiao_status
qiaoi_json_reader_next(qiaoi_json_reader *reader, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    value_scan v = {.bytes = bytes, .limit = reader->limit};
    qiao_status status = QIAO_OK;

    if (reader->stage == AT_VALUE)
        status = find_list(reader, err);
    if (status == QIAO_OK)
        status = find_item(reader, err);
    if (status != QIAO_OK)
        return status;
    if (reader->stage == DONE)
        return QIAO_E_NOTFOUND;
    *item = (qiaoi_item){.line = reader->cursor->line, .text = bytes->length, .raw = bytes->length};
    status = scan_value(reader, &v, err);
    if (status != QIAO_OK)
        return status;
    if (bytes->failed)
        return qiao_fail_memory(err);
    reader->stage = AFTER_ITEM;
    reader->first = false;
    if (v.whole > reader->limit) {
        bytes->length = item->raw + QIAOI_SAMPLE;
        qiaoi_item_too_long(item, v.whole, reader->limit);
    }
    item->raw_length = bytes->length - item->raw;
    item->text_length = item->fault ? 0 : item->raw_length;
    return QIAO_OK;
}
