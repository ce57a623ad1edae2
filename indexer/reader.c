/*
 * Opens a file of records: finds out what it is (name first, then content), names clearly what cannot be read, and
 * hands out items by the reader of its format.
 */
#include "reader_internal.h"
#include "xlsx.h"

#include <stdio.h>
#include <string.h>

struct qiaoi_reader {
    qiaoi_source *source;
    qiaoi_cursor cursor;
    qiaoi_format format;
    size_t limit;
    qiaoi_json_reader *json;
    qiaoi_csv_reader *csv;
    qiaoi_xml_reader *xml;
    bool nested;    /* inside an archive */
    qiaoi_zip *zip; /* for xlsx and members */
    qiaoi_xlsx_reader *xlsx;
    qiaoi_zip_reader *members;
};

#define ARCHIVE_MAX ((uint64_t)16 << 30) /* bytes of an archive that has to be copied to be read */

/* ".ndjson.zst" is judged by ".ndjson". */
static qiaoi_format
format_of_name(const char *name)
{
    static const struct {
        const char *end;
        qiaoi_format format;
    } known[] = {{".ndjson", QIAOI_FORMAT_NDJSON}, {".jsonl", QIAOI_FORMAT_NDJSON}, {".json", QIAOI_FORMAT_JSON},
                 {".csv", QIAOI_FORMAT_CSV},       {".tsv", QIAOI_FORMAT_TSV},      {".xml", QIAOI_FORMAT_XML},
                 {".xlsx", QIAOI_FORMAT_XLSX},     {".zip", QIAOI_FORMAT_ZIP}};
    size_t n = strlen(name);

    if (n > 3 && strcmp(name + n - 3, ".gz") == 0)
        n -= 3;
    else if (n > 4 && strcmp(name + n - 4, ".zst") == 0)
        n -= 4;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t m = strlen(known[i].end);

        if (n >= m && strncmp(name + n - m, known[i].end, m) == 0)
            return known[i].format;
    }
    return QIAOI_FORMAT_AUTO;
}

/* Does the first line of the piece hold a whole object? Then lines are records. A cut piece counts as a long line. */
static bool
first_line_is_whole(const char *at, const char *end)
{
    size_t depth = 0;
    bool quoted = false, escaped = false;

    for (; at < end && *at != '\n'; at++) {
        if (escaped)
            escaped = false;
        else if (*at == '\\')
            escaped = quoted;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && (*at == '{' || *at == '['))
            depth++;
        else if (!quoted && (*at == '}' || *at == ']') && depth > 0)
            depth--;
    }
    return depth == 0 || at == end;
}

static qiaoi_format
format_of_content(const qiaoi_cursor *cursor)
{
    const char *at = cursor->at;
    const char *stop;

    while (at < cursor->end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    if (at == cursor->end)
        return QIAOI_FORMAT_AUTO;
    if (*at == '[')
        return QIAOI_FORMAT_JSON;
    if (*at == '{')
        return first_line_is_whole(at, cursor->end) ? QIAOI_FORMAT_NDJSON : QIAOI_FORMAT_JSON;
    stop = memchr(at, '\n', (size_t)(cursor->end - at));
    for (const char *c = at; c < (stop != NULL ? stop : cursor->end); c++) {
        if (*c == ',' || *c == ';')
            return QIAOI_FORMAT_CSV;
        if (*c == '\t')
            return QIAOI_FORMAT_TSV;
    }
    return QIAOI_FORMAT_AUTO;
}

/* Files that people send and that are none of ours: say what they are and what to do. */
static qiao_status
check_foreign(const qiaoi_cursor *cursor, const char *name, qiao_error *err)
{
    size_t n = (size_t)(cursor->end - cursor->at);
    const char *at = cursor->at;

    if (n >= 4 && memcmp(at, "\xD0\xCF\x11\xE0", 4) == 0)
        return qiao_fail(err, QIAO_E_INPUT,
                         "%s is an old Office file (.xls or .doc); save the sheet as CSV UTF-8 and import that", name);
    if (n >= 2 && (memcmp(at, "\xFF\xFE", 2) == 0 || memcmp(at, "\xFE\xFF", 2) == 0))
        return qiao_fail(err, QIAO_E_INPUT, "%s is text in UTF-16; save it as UTF-8 and import that", name);
    if (n >= 5 && (memcmp(at, "<?xml", 5) == 0 || memcmp(at, "<!DOC", 5) == 0 || memcmp(at, "<html", 5) == 0))
        return qiao_fail(err, QIAO_E_INPUT,
                         "%s is XML or a web page, not a file of records: was an error page saved in its place?", name);
    return QIAO_OK;
}

static bool
is_archive(const qiaoi_cursor *cursor)
{
    return cursor->end - cursor->at >= 4 &&
           (memcmp(cursor->at, "PK\x03\x04", 4) == 0 || memcmp(cursor->at, "PK\x05\x06", 4) == 0); /* empty */
}

/* An archive is read at any place; what comes in a stream is copied to a file first. */
static qiao_status
open_archive(qiaoi_reader *r, const char *name, qiao_error *err)
{
    int fd;
    qiao_status status;

    if (!is_archive(&r->cursor))
        return qiao_fail(err, QIAO_E_INPUT, "%s does not hold what its name says: no %s data begins there", name,
                         r->format == QIAOI_FORMAT_XLSX ? "Excel" : "ZIP");
    qiaoi_source_again(r->source);
    status = qiaoi_source_random(r->source, ARCHIVE_MAX, &fd, err);
    if (status == QIAO_OK)
        status = qiaoi_zip_open(fd, name, &r->zip, err);
    if (status != QIAO_OK)
        return status;
    r->format = qiaoi_workbook_there(r->zip) ? QIAOI_FORMAT_XLSX : QIAOI_FORMAT_ZIP;
    if (r->format == QIAOI_FORMAT_ZIP && r->nested)
        return qiao_fail(err, QIAO_E_INPUT, "%s is an archive inside an archive; unpack it and import that", name);
    return QIAO_OK;
}

static qiao_status
look_at_start(qiaoi_reader *r, const qiaoi_reader_options *options, qiao_error *err)
{
    const char *name = qiaoi_source_name(r->source);
    qiao_status status = qiaoi_cursor_fill(&r->cursor, err);

    if (status != QIAO_OK)
        return status;
    if (r->cursor.finished) {
        qiao_fail(err, QIAO_E_INPUT, "%s is empty", name);
        qiao_error_hint(err, "check the export that should have filled it; nothing was changed");
        return QIAO_E_INPUT;
    }
    if (r->cursor.end - r->cursor.at >= 3 && memcmp(r->cursor.at, "\xEF\xBB\xBF", 3) == 0)
        r->cursor.at += 3;
    r->format = options->format != QIAOI_FORMAT_AUTO ? options->format : format_of_name(name);
    if (is_archive(&r->cursor) || r->format == QIAOI_FORMAT_XLSX || r->format == QIAOI_FORMAT_ZIP)
        return open_archive(r, name, err);
    if (r->format != QIAOI_FORMAT_XML)
        status = check_foreign(&r->cursor, name, err);
    /* lines of records are often called .json, and a .json object may be a whole file */
    if (r->format == QIAOI_FORMAT_AUTO ||
        (r->format == QIAOI_FORMAT_JSON && options->format == QIAOI_FORMAT_AUTO && options->records == NULL)) {
        qiaoi_format content = format_of_content(&r->cursor);

        r->format = r->format == QIAOI_FORMAT_AUTO || content == QIAOI_FORMAT_NDJSON ? content : r->format;
    }
    if (status == QIAO_OK && r->format == QIAOI_FORMAT_AUTO)
        return qiao_fail(err, QIAO_E_INPUT,
                         "%s: cannot tell its format; name it with --format ndjson, json, csv, tsv, xml or xlsx", name);
    return status;
}

static qiao_status
start_format(qiaoi_reader *r, const qiaoi_reader_options *options, qiao_error *err)
{
    if (r->format == QIAOI_FORMAT_JSON)
        return qiaoi_json_reader_new(&r->cursor, options->records, r->limit, &r->json, err);
    if (r->format == QIAOI_FORMAT_CSV || r->format == QIAOI_FORMAT_TSV)
        return qiaoi_csv_reader_new(&r->cursor, options,
                                    options->delimiter != '\0' || r->format == QIAOI_FORMAT_CSV ? options->delimiter
                                                                                                : '\t',
                                    r->limit, &r->csv, err);
    if (r->format == QIAOI_FORMAT_XLSX)
        return qiaoi_xlsx_reader_new(r->zip, qiaoi_source_name(r->source), options, r->limit, &r->xlsx, err);
    if (r->format == QIAOI_FORMAT_ZIP)
        return qiaoi_zip_reader_new(r->zip, qiaoi_source_name(r->source), options, r->limit, &r->members, err);
    if (r->format == QIAOI_FORMAT_XML)
        return qiaoi_xml_reader_new(&r->cursor, options->records, r->limit, &r->xml, err);
    return QIAO_OK;
}

qiao_status
qiaoi_reader_open_source(qiaoi_source *source, const qiaoi_reader_options *options, bool nested, qiaoi_reader **out,
                         qiao_error *err)
{
    qiaoi_reader *r = qiao_calloc(1, sizeof *r);
    qiao_status status = QIAO_OK;

    *out = NULL;
    if (r == NULL) {
        qiaoi_source_close(source);
        return qiao_fail_memory(err);
    }
    r->limit = options->line_limit != 0 ? options->line_limit : QIAOI_LINE_LIMIT;
    r->nested = nested;
    r->source = source;
    r->cursor = (qiaoi_cursor){.source = r->source, .line = 1};
    if (status == QIAO_OK)
        status = look_at_start(r, options, err);
    if (status == QIAO_OK)
        status = start_format(r, options, err);
    if (status != QIAO_OK) {
        if (status == QIAO_E_INPUT && err != NULL && strcmp(err->hint, qiao_status_action(QIAO_E_INPUT)) == 0)
            qiao_error_hint(err, "nothing of this file was imported"); /* the message says what to do */
        qiaoi_reader_close(r);
        return status;
    }
    *out = r;
    return QIAO_OK;
}

qiao_status
qiaoi_reader_open(const char *path, const qiaoi_reader_options *options, qiaoi_reader **out, qiao_error *err)
{
    qiaoi_source *source;
    qiao_status status = qiaoi_source_open(path, &source, err);

    *out = NULL;
    if (status == QIAO_OK)
        return qiaoi_reader_open_source(source, options, false, out, err);
    if (status == QIAO_E_INPUT && err != NULL && strcmp(err->hint, qiao_status_action(QIAO_E_INPUT)) == 0)
        qiao_error_hint(err, "nothing of this file was imported");
    return status;
}

void
qiaoi_reader_close(qiaoi_reader *reader)
{
    if (reader == NULL)
        return;
    qiaoi_json_reader_free(reader->json);
    qiaoi_csv_reader_free(reader->csv);
    qiaoi_xml_reader_free(reader->xml);
    qiaoi_xlsx_reader_free(reader->xlsx);
    qiaoi_zip_reader_free(reader->members);
    qiaoi_zip_close(reader->zip);
    qiaoi_source_close(reader->source);
    qiao_free(reader);
}

static bool
is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    }
    return true;
}

static qiao_status
next_line(qiaoi_reader *r, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    qiaoi_line line;

    for (;;) {
        size_t start = bytes->length;
        qiao_status status = qiaoi_cursor_line(&r->cursor, r->limit, bytes, &line, err);

        if (status != QIAO_OK) {
            bytes->length = start; /* a piece of a line before a fault of the file */
            return status;
        }
        if (!line.too_long && is_blank(bytes->data + start, line.length)) {
            bytes->length = start;
            continue;
        }
        *item = (qiaoi_item){
            .line = line.number, .text = start, .raw = start, .raw_length = line.length, .text_length = line.length};
        if (line.too_long) {
            qiaoi_item_too_long(item, line.whole, r->limit);
            item->text_length = 0;
        }
        return QIAO_OK;
    }
}

qiao_status
qiaoi_reader_next(qiaoi_reader *reader, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    if (reader->json != NULL)
        return qiaoi_json_reader_next(reader->json, bytes, item, err);
    if (reader->csv != NULL)
        return qiaoi_csv_reader_next(reader->csv, bytes, item, err);
    if (reader->xml != NULL)
        return qiaoi_xml_reader_next(reader->xml, bytes, item, err);
    if (reader->xlsx != NULL)
        return qiaoi_xlsx_reader_next(reader->xlsx, bytes, item, err);
    if (reader->members != NULL)
        return qiaoi_zip_reader_next(reader->members, bytes, item, err);
    return next_line(reader, bytes, item, err);
}

void
qiaoi_reader_position(const qiaoi_reader *reader, uint64_t *done_out, uint64_t *total_out)
{
    qiaoi_source_position(reader->source, done_out, total_out);
    if (reader->zip != NULL) /* read in another order than it stands */
        *total_out = 0;
}

const char *
qiaoi_reader_format(const qiaoi_reader *reader)
{
    switch (reader->format) {
    case QIAOI_FORMAT_NDJSON:
    case QIAOI_FORMAT_AUTO:
        break;
    case QIAOI_FORMAT_JSON:
        return "json";
    case QIAOI_FORMAT_CSV:
        return "csv";
    case QIAOI_FORMAT_TSV:
        return "tsv";
    case QIAOI_FORMAT_XML:
        return "xml";
    case QIAOI_FORMAT_XLSX:
        return "xlsx";
    case QIAOI_FORMAT_ZIP:
        return "zip";
    }
    return "ndjson";
}

bool
qiaoi_reader_rows(const qiaoi_reader *reader)
{
    return reader->members != NULL ? qiaoi_reader_rows(qiaoi_zip_reader_records(reader->members))
                                   : reader->csv != NULL || reader->xlsx != NULL;
}

const char *
qiaoi_reader_compression(const qiaoi_reader *reader)
{
    return qiaoi_source_packing(reader->source);
}

const char *
qiaoi_reader_encoding(const qiaoi_reader *reader)
{
    if (reader->members != NULL)
        return qiaoi_reader_encoding(qiaoi_zip_reader_records(reader->members));
    return reader->csv != NULL ? qiaoi_csv_reader_encoding(reader->csv) : "utf-8";
}

bool
qiaoi_format_named(const char *name, qiaoi_format *out)
{
    static const char *const names[] = {"auto", "ndjson", "json", "csv", "tsv", "xml", "xlsx", "zip"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (qiaoi_format)i;
            return true;
        }
    }
    return false;
}

bool
qiaoi_encoding_named(const char *name, qiaoi_encoding *out)
{
    static const struct {
        const char *name;
        qiaoi_encoding encoding;
    } known[] = {{"auto", QIAOI_ENCODING_AUTO},   {"utf-8", QIAOI_ENCODING_UTF8},
                 {"utf8", QIAOI_ENCODING_UTF8},   {"gb18030", QIAOI_ENCODING_GB18030},
                 {"gbk", QIAOI_ENCODING_GB18030}, {"gb2312", QIAOI_ENCODING_GB18030}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i].name) == 0) {
            *out = known[i].encoding;
            return true;
        }
    }
    return false;
}
