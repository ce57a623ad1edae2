/*
 * Reads CSV and TSV by libcsv, a physical line at a time: so lines are counted, a row that never ends is stopped at the
 * limit, and text in GB18030 (what Excel saves in China) becomes UTF-8 before it is cut into cells. A row becomes a
 * JSON object: column name -> cell.
 */
#include "reader_internal.h"

#include "qiao/text.h"

#include <csv.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 1024

struct qiaoi_csv_reader {
    qiaoi_cursor *cursor;
    const qiaoi_reader_options *options;
    size_t limit;
    struct csv_parser parser;
    bool parser_open, row_done, no_memory;
    char delimiter;
    qiaoi_encoding encoding; /* AUTO until a line shows it */
    iconv_t convert;
    bool convert_open;
    qiao_buffer line, row; /* the line as read; the row in UTF-8, all its lines */
    qiao_buffer cells;     /* of the row, each followed by a NUL */
    size_t ends[COLUMNS_MAX];
    size_t cell_count;
    qiao_buffer names; /* of the columns, each followed by a NUL */
    size_t name_at[COLUMNS_MAX];
    size_t column_count;
    uint64_t row_line;     /* where the row began */
    qiaoi_line fault_line; /* a line too long or unreadable, to be reported */
};

static void
on_cell(void *text, size_t length, void *context)
{
    qiaoi_csv_reader *r = context;

    if (r->cell_count < COLUMNS_MAX) {
        qiao_buffer_append(&r->cells, text, length);
        qiao_buffer_char(&r->cells, '\0');
        r->ends[r->cell_count] = r->cells.length;
    }
    r->cell_count++;
}

static void
on_row(int end, void *context)
{
    qiaoi_csv_reader *r = context;

    (void)end;
    r->row_done = true;
}

static bool
start_parser(qiaoi_csv_reader *r)
{
    if (r->parser_open)
        csv_free(&r->parser);
    r->parser_open = csv_init(&r->parser, 0) == 0;
    if (!r->parser_open)
        return false;
    csv_set_realloc_func(&r->parser, qiao_realloc);
    csv_set_free_func(&r->parser, qiao_free);
    csv_set_delim(&r->parser, (unsigned char)r->delimiter);
    return true;
}

/* GB18030 to UTF-8, appended to out; false where it is not GB18030. */
static bool
convert_line(qiaoi_csv_reader *r, const char *text, size_t length, qiao_buffer *out)
{
    char *in = (char *)(uintptr_t)text;
    size_t before = out->length;

    if (!r->convert_open) {
        r->convert = iconv_open("UTF-8", "GB18030");
        r->convert_open = r->convert != (iconv_t)-1;
    }
    if (!r->convert_open || !qiao_buffer_reserve(out, length * 2 + 16)) /* two bytes of it are at most four of UTF-8 */
        return false;
    iconv(r->convert, NULL, NULL, NULL, NULL);
    while (length > 0) {
        char *to = out->data + out->length;
        size_t room = out->capacity - out->length - 1;
        size_t result = iconv(r->convert, &in, &length, &to, &room);

        out->length = (size_t)(to - out->data);
        if (result == (size_t)-1 && (errno != E2BIG || !qiao_buffer_reserve(out, length * 2 + 16))) {
            out->length = before;
            break;
        }
    }
    out->data[out->length] = '\0';
    return length == 0;
}

static bool
is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return false;
    }
    return true;
}

/* The line at hand in UTF-8, appended to the row. false where it is text in neither encoding. The first line that is
 * not ASCII decides. */
static bool
decode_line(qiaoi_csv_reader *r)
{
    const char *text = r->line.length > 0 ? r->line.data : "";

    if (is_ascii(text, r->line.length) ||
        (r->encoding != QIAOI_ENCODING_GB18030 && qiao_utf8_valid(text, r->line.length))) {
        if (r->encoding == QIAOI_ENCODING_AUTO && !is_ascii(text, r->line.length))
            r->encoding = QIAOI_ENCODING_UTF8;
        qiao_buffer_append(&r->row, text, r->line.length);
        return true;
    }
    if (r->encoding == QIAOI_ENCODING_UTF8 || !convert_line(r, text, r->line.length, &r->row))
        return false;
    r->encoding = QIAOI_ENCODING_GB18030;
    return true;
}

static void
start_row(qiaoi_csv_reader *r)
{
    r->row_done = false;
    r->cell_count = 0;
    qiao_buffer_clear(&r->row);
    qiao_buffer_clear(&r->cells);
}

/* Reads the next line into the row and the parser. */
static qiao_status
feed_line(qiaoi_csv_reader *r, qiaoi_line *line, bool *sound_out, qiao_error *err)
{
    size_t start = r->row.length;
    qiao_status status;

    qiao_buffer_clear(&r->line);
    status = qiaoi_cursor_line(r->cursor, r->limit, &r->line, line, err);
    if (status != QIAO_OK)
        return status;
    *sound_out = !line->too_long && decode_line(r);
    if (!*sound_out)
        return r->row.failed ? qiao_fail_memory(err) : QIAO_OK;
    qiao_buffer_char(&r->row, '\n');
    if (r->row.failed)
        return qiao_fail_memory(err);
    if (csv_parse(&r->parser, r->row.data + start, r->row.length - start, on_cell, on_row, r) !=
            r->row.length - start ||
        r->cells.failed)
        return qiao_fail_memory(err);
    return QIAO_OK;
}

static bool
blank_row(const qiaoi_csv_reader *r)
{
    size_t n = r->cell_count < COLUMNS_MAX ? r->cell_count : COLUMNS_MAX;

    return r->cells.length == n; /* nothing but the NULs */
}

/* Behind a row that cannot be read: forget it, go on with the next line. */
static qiao_status
give_up_row(qiaoi_csv_reader *r, qiaoi_item *item, qiao_buffer *bytes, qiao_error *err)
{
    size_t n = r->row.length < QIAOI_SAMPLE ? r->row.length : QIAOI_SAMPLE;

    item->raw = bytes->length;
    if (n > 0)
        qiao_buffer_append(bytes, r->row.data, n);
    if (r->line.length > 0 && n == 0)
        qiao_buffer_append(bytes, r->line.data, r->line.length < QIAOI_SAMPLE ? r->line.length : QIAOI_SAMPLE);
    item->raw_length = bytes->length - item->raw;
    item->text = bytes->length;
    return start_parser(r) && !bytes->failed ? QIAO_OK : qiao_fail_memory(err);
}

/*
 * The next row that is not blank: cells in r, or a fault in item. QIAO_E_NOTFOUND at the end.
 */
static qiao_status
next_row(qiaoi_csv_reader *r, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    qiaoi_line line;
    bool sound = true;
    qiao_status status;

    *item = (qiaoi_item){.line = r->cursor->line};
    start_row(r);
    for (;;) {
        status = feed_line(r, &line, &sound, err);
        if (status == QIAO_E_NOTFOUND && r->row.length > 0) {
            QIAOI_ITEM_FAULT(
                item,
                "a quoted cell that begins in this row is never closed; the rest of the file was taken for its text");
            return give_up_row(r, item, bytes, err);
        }
        if (status != QIAO_OK)
            return status;
        if (!sound && line.too_long) {
            qiaoi_item_too_long(item, line.whole, r->limit);
            return give_up_row(r, item, bytes, err);
        }
        if (!sound) {
            QIAOI_ITEM_FAULT(item, "is text neither in UTF-8 nor in GB18030; save the file as UTF-8, or name its "
                                   "encoding with --encoding");
            return give_up_row(r, item, bytes, err);
        }
        if (!r->row_done && r->row.length > r->limit) {
            QIAOI_ITEM_FAULT(item,
                             "a row is over the limit of %zu bytes: a quoted cell that begins in it is not closed "
                             "(--max-line raises the limit)",
                             r->limit);
            return give_up_row(r, item, bytes, err);
        }
        if (r->row_done && !blank_row(r))
            return QIAO_OK;
        if (r->row_done || r->row.length == 1) { /* a blank row, or a blank line */
            start_row(r);
            item->line = r->cursor->line;
        }
    }
}

static const char *
cell_at(const qiaoi_csv_reader *r, size_t i)
{
    return r->cells.data + (i == 0 ? 0 : r->ends[i - 1]);
}

static qiao_status
check_names(const qiaoi_csv_reader *r, qiao_error *err)
{
    for (size_t i = 0; i < r->column_count; i++) {
        const char *name = r->names.data + r->name_at[i];

        for (size_t j = 0; j < i && *name != '\0'; j++) {
            if (strcmp(name, r->names.data + r->name_at[j]) == 0)
                return qiao_fail(err, QIAO_E_INPUT, "%s: the column \"%s\" stands twice in the header row",
                                 qiaoi_source_name(r->cursor->source), name);
        }
    }
    return QIAO_OK;
}

static qiao_status
bad_header(const qiaoi_csv_reader *r, const qiaoi_item *item, qiao_error *err)
{
    const char *name = qiaoi_source_name(r->cursor->source);
    unsigned long long line = (unsigned long long)item->line;
    qiao_status status = qiao_fail(err, QIAO_E_INPUT, "%s, line %llu: the header row cannot be read", name, line);
    size_t n = err == NULL ? 0 : strlen(err->message), n_zh = err == NULL ? 0 : strlen(err->message_zh);

    if (err != NULL) {
        snprintf(err->message + n, sizeof err->message - n, ": %s", item->issue.reason);
        snprintf(err->message_zh + n_zh, sizeof err->message_zh - n_zh, "：%s", item->issue.reason_zh);
    }
    return status;
}

/* The first row names the columns. */
static qiao_status
read_header(qiaoi_csv_reader *r, qiao_error *err)
{
    qiao_buffer unused = {.limit = 0};
    qiaoi_item item;
    qiao_status status = next_row(r, &unused, &item, err);

    qiao_buffer_done(&unused);
    if (status == QIAO_E_NOTFOUND)
        return qiao_fail(err, QIAO_E_INPUT, "%s has no header row: the first row must name the columns",
                         qiaoi_source_name(r->cursor->source));
    if (status == QIAO_OK && item.fault)
        return bad_header(r, &item, err);
    if (status == QIAO_OK && r->cell_count > COLUMNS_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%s has %zu columns; at most %d can be read",
                         qiaoi_source_name(r->cursor->source), r->cell_count, COLUMNS_MAX);
    for (size_t i = 0; status == QIAO_OK && i < r->cell_count; i++) {
        const char *name = r->options->column == NULL || *cell_at(r, i) == '\0'
                               ? NULL
                               : r->options->column(r->options->column_context, cell_at(r, i));

        r->name_at[i] = r->names.length;
        qiao_buffer_text(&r->names, name != NULL ? name : cell_at(r, i));
        qiao_buffer_char(&r->names, '\0');
    }
    r->column_count = r->cell_count;
    if (status == QIAO_OK && r->names.failed)
        status = qiao_fail_memory(err);
    return status == QIAO_OK ? check_names(r, err) : status;
}

/* The delimiter that stands most often in the first line, outside quotes. */
static char
find_delimiter(const qiaoi_cursor *cursor)
{
    static const char candidates[] = ",;\t";
    size_t counts[3] = {0};
    bool quoted = false;
    size_t best = 0;

    for (const char *at = cursor->at; at < cursor->end && *at != '\n'; at++) {
        const char *found = *at == '\0' ? NULL : strchr(candidates, *at);

        if (*at == '"')
            quoted = !quoted;
        else if (found != NULL && !quoted)
            counts[found - candidates]++;
    }
    for (size_t i = 1; i < 3; i++)
        best = counts[i] > counts[best] ? i : best;
    return candidates[best];
}

qiao_status
qiaoi_csv_reader_new(qiaoi_cursor *cursor, const qiaoi_reader_options *options, char delimiter, size_t limit,
                     qiaoi_csv_reader **out, qiao_error *err)
{
    qiaoi_csv_reader *r = qiao_calloc(1, sizeof *r);
    qiao_status status = QIAO_OK;

    *out = NULL;
    if (r == NULL)
        return qiao_fail_memory(err);
    r->cursor = cursor;
    r->limit = limit;
    r->options = options;
    r->encoding = options->encoding;
    r->delimiter = delimiter != '\0' ? delimiter : find_delimiter(cursor);
    if (!start_parser(r))
        status = qiao_fail_memory(err);
    if (status == QIAO_OK)
        status = read_header(r, err);
    if (status != QIAO_OK)
        qiaoi_csv_reader_free(r);
    else
        *out = r;
    return status;
}

void
qiaoi_csv_reader_free(qiaoi_csv_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->parser_open)
        csv_free(&reader->parser);
    if (reader->convert_open)
        iconv_close(reader->convert);
    qiao_buffer_done(&reader->line);
    qiao_buffer_done(&reader->row);
    qiao_buffer_done(&reader->cells);
    qiao_buffer_done(&reader->names);
    qiao_free(reader);
}

static void
write_object(const qiaoi_csv_reader *r, qiao_buffer *bytes)
{
    size_t n = 0;

    qiao_buffer_char(bytes, '{');
    for (size_t i = 0; i < r->cell_count && i < r->column_count; i++) {
        const char *name = r->names.data + r->name_at[i];
        const char *cell = cell_at(r, i);

        if (*name == '\0' || *cell == '\0')
            continue;
        if (n++ > 0)
            qiao_buffer_char(bytes, ',');
        qiao_buffer_json_string(bytes, name, strlen(name));
        qiao_buffer_char(bytes, ':');
        qiao_buffer_json_string(bytes, cell, strlen(cell));
    }
    qiao_buffer_char(bytes, '}');
}

qiao_status
qiaoi_csv_reader_next(qiaoi_csv_reader *reader, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    qiao_status status = next_row(reader, bytes, item, err);

    if (status != QIAO_OK || item->fault)
        return status;
    item->raw = bytes->length;
    qiao_buffer_append(bytes, reader->row.data, reader->row.length - 1);
    item->raw_length = bytes->length - item->raw;
    item->text = bytes->length;
    if (reader->cell_count > reader->column_count)
        QIAOI_ITEM_FAULT(item, "has %zu cells, the header row names %zu columns: a delimiter or quote is wrong",
                         reader->cell_count, reader->column_count);
    else
        write_object(reader, bytes);
    item->text_length = bytes->length - item->text;
    return bytes->failed ? qiao_fail_memory(err) : QIAO_OK;
}

const char *
qiaoi_csv_reader_encoding(const qiaoi_csv_reader *reader)
{
    return reader->encoding == QIAOI_ENCODING_GB18030 ? "gb18030" : "utf-8";
}
