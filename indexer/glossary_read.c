/* Reads glossaries with libcsv and xml.h and hands the entries to the lexicon's glossary. */
#include "glossary_read.h"

#include "xml.h"

#include "qiao/file.h"
#include "qiao/glossary.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

#define FILE_LIMIT (64u << 20)
#define COLUMNS_MAX 32u
#define TERMS_MAX 32u

typedef struct glossary_reader {
    qiao_arena *arena;
    qiao_glossary_entry *entries;
    size_t count, capacity;
    qiao_glossary_report *report;
    bool failed; /* out of memory */
    /* CSV */
    char columns[COLUMNS_MAX][3];
    size_t column_count, column, row;
    const char *cells[COLUMNS_MAX];
    /* TBX */
    qiaoi_xml *parser;
    struct {
        char language[3];
        const char *term;
    } terms[TERMS_MAX];
    size_t term_count;
    char language[3];
    qiao_buffer text;
    bool in_term;
} glossary_reader;

static void
refuse(glossary_reader *reader, size_t line, const char *reason)
{
    qiao_glossary_report *report = reader->report;

    report->refused++;
    if (report->shown < QIAO_GLOSSARY_LINES_SHOWN) {
        report->lines[report->shown].line = line;
        report->lines[report->shown++].reason = reason;
    }
}

static void
take(glossary_reader *reader, size_t line, const char *language, const char *headword, const char *english)
{
    qiao_glossary_entry entry = {.headword = headword, .english = english};
    const char *reason;

    memcpy(entry.language, language, 3);
    reason = qiao_glossary_check(&entry);
    if (reason != NULL) {
        refuse(reader, line, reason);
        return;
    }
    if (reader->count == reader->capacity) {
        size_t capacity = reader->capacity == 0 ? 1024 : reader->capacity * 2;
        qiao_glossary_entry *grown = qiao_realloc_array(reader->entries, capacity, sizeof *grown);

        if (grown == NULL) {
            reader->failed = true;
            return;
        }
        reader->entries = grown;
        reader->capacity = capacity;
    }
    reader->entries[reader->count++] = entry;
    reader->report->taken++;
}

/* "zh-CN", "ZH", "zho" name Chinese, and so on */
static void
language_code(const char *name, size_t length, char out[3])
{
    out[0] = length > 0 ? (char)(name[0] | 0x20) : '\0';
    out[1] = length > 1 ? (char)(name[1] | 0x20) : '\0';
    out[2] = '\0';
}

/* ---- CSV ---- */

static void
take_cell(void *cell, size_t length, void *context)
{
    glossary_reader *reader = context;
    const char *text = cell;

    if (reader->column >= COLUMNS_MAX)
        return;
    if (reader->row == 0) {
        if (reader->column == 0 && length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
            text += 3;
            length -= 3;
        }
        language_code(text, length, reader->columns[reader->column]);
        reader->column_count = reader->column + 1;
    } else {
        reader->cells[reader->column] = qiao_arena_strndup(reader->arena, text, length);
        reader->failed = reader->failed || reader->cells[reader->column] == NULL;
    }
    reader->column++;
}

static const char *
cell_of(const glossary_reader *reader, const char *language)
{
    for (size_t i = 0; i < reader->column_count && i < reader->column; i++)
        if (strcmp(reader->columns[i], language) == 0 && reader->cells[i] != NULL && *reader->cells[i] != '\0')
            return reader->cells[i];
    return NULL;
}

static void
end_row(int terminator, void *context)
{
    glossary_reader *reader = context;
    const char *english;

    (void)terminator;
    if (reader->row > 0 && !reader->failed) {
        bool any = false;

        english = cell_of(reader, "en");
        for (size_t i = 0; i < reader->column_count && i < reader->column; i++)
            if (strcmp(reader->columns[i], "en") != 0 && reader->cells[i] != NULL && *reader->cells[i] != '\0' &&
                english != NULL) {
                take(reader, reader->row + 1, reader->columns[i], reader->cells[i], english);
                any = true;
            }
        if (!any && reader->column > 0)
            refuse(reader, reader->row + 1, "a line needs an English term and a term in another language");
    }
    reader->row++;
    reader->column = 0;
    memset(reader->cells, 0, sizeof reader->cells);
}

static unsigned char
delimiter_of(const char *text, size_t length)
{
    const char *end = memchr(text, '\n', length);
    size_t n = end == NULL ? length : (size_t)(end - text);

    return memchr(text, '\t', n) != NULL ? '\t' : memchr(text, ';', n) != NULL ? ';' : ',';
}

static qiao_status
read_csv(glossary_reader *reader, const char *path, const qiao_buffer *file, qiao_error *err)
{
    struct csv_parser parser;
    size_t done;
    bool english = false, other = false;

    if (csv_init(&parser, 0) != 0)
        return qiao_fail_memory(err);
    csv_set_delim(&parser, delimiter_of(file->data, file->length));
    done = csv_parse(&parser, file->data, file->length, take_cell, end_row, reader);
    csv_fini(&parser, take_cell, end_row, reader);
    csv_free(&parser);
    if (done != file->length)
        return qiao_fail(err, QIAO_E_INPUT, "%s, line %zu: the quotes are broken", path, reader->row + 1);
    for (size_t i = 0; i < reader->column_count; i++) {
        english = english || strcmp(reader->columns[i], "en") == 0;
        other = other || strcmp(reader->columns[i], "en") != 0;
    }
    if (!english || !other)
        return qiao_fail(err, QIAO_E_INPUT, "%s: the first line must name the languages of the columns, such as zh,en",
                         path);
    return QIAO_OK;
}

/* ---- TBX ---- */

static bool
is_element(const char *name, const char *wanted)
{
    return strcmp(qiaoi_xml_local(name), wanted) == 0;
}

static void
start_element(void *context, const char *name, const char **attributes)
{
    glossary_reader *reader = context;

    if (is_element(name, "termEntry") || is_element(name, "conceptEntry"))
        reader->term_count = 0;
    if (is_element(name, "langSet") || is_element(name, "langSec"))
        for (size_t i = 0; attributes[i] != NULL; i += 2)
            if (strcmp(attributes[i], "xml:lang") == 0 || strcmp(attributes[i], "lang") == 0)
                language_code(attributes[i + 1], strlen(attributes[i + 1]), reader->language);
    if (is_element(name, "term")) {
        reader->in_term = true;
        qiao_buffer_clear(&reader->text);
    }
}

static void
take_characters(void *context, const char *text, size_t length)
{
    glossary_reader *reader = context;

    if (reader->in_term && reader->text.length < 4096)
        qiao_buffer_append(&reader->text, text, length);
}

static void
end_entry(glossary_reader *reader)
{
    size_t line = (size_t)qiaoi_xml_line(reader->parser);
    bool any = false;

    for (size_t e = 0; e < reader->term_count; e++)
        for (size_t i = 0; i < reader->term_count && strcmp(reader->terms[e].language, "en") == 0; i++)
            if (strcmp(reader->terms[i].language, "en") != 0) {
                take(reader, line, reader->terms[i].language, reader->terms[i].term, reader->terms[e].term);
                any = true;
            }
    if (!any)
        refuse(reader, line, "a line needs an English term and a term in another language");
}

static void
end_element(void *context, const char *name)
{
    glossary_reader *reader = context;

    if (is_element(name, "term") && reader->in_term) {
        reader->in_term = false;
        if (reader->term_count < TERMS_MAX && reader->text.length > 0) {
            const char *copy = qiao_arena_strndup(reader->arena, reader->text.data, reader->text.length);

            reader->failed = reader->failed || copy == NULL;
            memcpy(reader->terms[reader->term_count].language, reader->language, 3);
            if (copy != NULL)
                reader->terms[reader->term_count++].term = copy;
        }
    }
    if (is_element(name, "termEntry") || is_element(name, "conceptEntry"))
        end_entry(reader);
}

static qiao_status
read_tbx(glossary_reader *reader, const char *path, const qiao_buffer *file, qiao_error *err)
{
    static const qiaoi_xml_handlers handlers = {
        .start = start_element, .end = end_element, .text = take_characters, .document_type = true};
    qiao_error why = QIAO_ERROR_INIT;
    qiao_status st = qiaoi_xml_new(&handlers, reader, &reader->parser, err);

    if (st != QIAO_OK)
        return st;
    st = qiaoi_xml_feed(reader->parser, file->data, file->length, true, &why);
    qiaoi_xml_free(reader->parser);
    if (st != QIAO_E_INPUT) {
        if (st != QIAO_OK)
            *err = why;
        return st;
    }
    qiao_fail(err, QIAO_E_INPUT, "%s: %s", path, why.message);
    if (err != NULL)
        snprintf(err->message_zh, sizeof err->message_zh, "%.200s：%.300s", path, why.message_zh);
    return QIAO_E_INPUT;
}

qiao_status
qiao_glossary_read(const char *data_dir, const char *path, qiao_glossary_report *report, qiao_error *err)
{
    glossary_reader reader = {.report = report};
    qiao_buffer file = {0};
    qiao_status st = qiao_file_read(path, FILE_LIMIT, &file, err);

    memset(report, 0, sizeof *report);
    reader.arena = qiao_arena_new(1u << 16);
    if (st == QIAO_OK && reader.arena == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK && file.length == 0)
        st = qiao_fail(err, QIAO_E_INPUT, "%s is empty", path);
    if (st == QIAO_OK)
        st = file.data[strspn(file.data, " \t\r\n\xEF\xBB\xBF")] == '<' ? read_tbx(&reader, path, &file, err)
                                                                        : read_csv(&reader, path, &file, err);
    if (st == QIAO_OK && reader.failed)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK && reader.count > 0)
        st = qiao_glossary_save(data_dir, reader.entries, reader.count, err);
    qiao_buffer_done(&file);
    qiao_buffer_done(&reader.text);
    qiao_free(reader.entries);
    qiao_arena_free(reader.arena);
    return st;
}
