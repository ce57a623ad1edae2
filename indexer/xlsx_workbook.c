/* The parts of a workbook that stand beside its sheets: names of sheets, number formats, shared strings. */
#include "xlsx_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)16 << 10)
#define FORMATS_MAX 4096u
#define STYLES_MAX 65536u
#define DEPTH_MAX 256u

/* ---- a part of the archive ---- */

qiao_status
qiaoi_part_open(qiaoi_zip *zip, uint64_t member, const qiaoi_xml_handlers *handlers, void *context, qiaoi_part *out,
                qiao_error *err)
{
    qiao_status status = qiaoi_zip_member_open(zip, member, &out->member, err);

    out->ended = false;
    out->xml = NULL;
    if (status == QIAO_OK)
        status = qiaoi_xml_new(handlers, context, &out->xml, err);
    return status;
}

qiao_status
qiaoi_part_step(qiaoi_part *part, const char *name, qiao_error *err)
{
    char piece[PIECE];
    qiao_error why = QIAO_ERROR_INIT;
    size_t n;
    qiao_status status = qiaoi_zip_member_read(part->member, piece, sizeof piece, &n, err);

    if (status != QIAO_OK)
        return status;
    part->ended = n == 0;
    status = qiaoi_xml_feed(part->xml, piece, n, part->ended, &why);
    if (status == QIAO_E_INPUT) {
        qiao_fail(err, QIAO_E_INPUT, "%s: %s", name, why.message);
        if (err != NULL)
            snprintf(err->message_zh, sizeof err->message_zh, "%.200s：%.300s", name, why.message_zh);
    } else if (status != QIAO_OK && err != NULL) {
        *err = why;
    }
    return status;
}

void
qiaoi_part_close(qiaoi_part *part)
{
    qiaoi_xml_free(part->xml);
    qiaoi_zip_member_close(part->member);
    *part = (qiaoi_part){.member = NULL};
}

/* ---- small parts, read at once ---- */

typedef struct builder {
    qiaoi_workbook *workbook;
    bool no_memory, in_styles, keep, phonetic, overfull;
    struct {
        unsigned id;
        char code[128];
    } * formats;
    size_t format_count;
    size_t style_capacity;
    qiao_buffer text;
    qiao_status status; /* of the strings */
    qiao_error *err;
} builder;

/* An optional member: read where it is there. */
static qiao_status
read_part(builder *b, const char *name, const qiaoi_xml_handlers *handlers, bool *there, qiao_error *err)
{
    qiaoi_part part = {.member = NULL};
    uint64_t index;
    qiao_status status;

    *there = qiaoi_zip_find(b->workbook->zip, name, &index);
    if (!*there)
        return QIAO_OK;
    status = qiaoi_part_open(b->workbook->zip, index, handlers, b, &part, err);
    while (status == QIAO_OK && !part.ended && b->status == QIAO_OK)
        status = qiaoi_part_step(&part, b->workbook->name, err);
    qiaoi_part_close(&part);
    if (status == QIAO_OK && b->status != QIAO_OK)
        return b->status; /* its message stands in b->err, which is err */
    if (status == QIAO_OK && b->overfull)
        return qiao_fail(err, QIAO_E_LIMIT, "%s has too many sheets, number formats or styles", b->workbook->name);
    return status == QIAO_OK && b->no_memory ? qiao_fail_memory(err) : status;
}

static void
add_sheet(builder *b, const char **attributes)
{
    qiaoi_workbook *w = b->workbook;
    const char *name = qiaoi_xml_attribute(attributes, "name"), *state = qiaoi_xml_attribute(attributes, "state");
    const char *relation = NULL;
    qiaoi_sheet_entry *entry = &w->sheets[w->sheet_count];

    for (const char **at = attributes; *at != NULL; at += 2) { /* r:id, beside sheetId */
        if (strcmp(qiaoi_xml_local(at[0]), "id") == 0)
            relation = at[1];
    }
    if (w->sheet_count == QIAOI_XLSX_SHEETS_MAX) {
        b->overfull = true;
        return;
    }
    *entry = (qiaoi_sheet_entry){.name = qiao_strdup(name != NULL ? name : ""),
                                 .relation = qiao_strdup(relation != NULL ? relation : ""),
                                 .hidden = state != NULL && strcmp(state, "visible") != 0};
    w->sheet_count++;
    b->no_memory = b->no_memory || entry->name == NULL || entry->relation == NULL;
}

static bool
is_true(const char *value)
{
    return value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}

static void
on_workbook(void *context, const char *qualified, const char **attributes)
{
    builder *b = context;
    const char *name = qiaoi_xml_local(qualified);

    if (strcmp(name, "workbookPr") == 0)
        b->workbook->since_1904 = is_true(qiaoi_xml_attribute(attributes, "date1904"));
    else if (strcmp(name, "sheet") == 0)
        add_sheet(b, attributes);
}

/* Relations of the workbook: r:id to the member that holds the sheet. */
static void
on_relation(void *context, const char *qualified, const char **attributes)
{
    builder *b = context;
    qiaoi_workbook *w = b->workbook;
    const char *id = qiaoi_xml_attribute(attributes, "Id"), *target = qiaoi_xml_attribute(attributes, "Target");
    const char *base;

    if (strcmp(qiaoi_xml_local(qualified), "Relationship") != 0 || id == NULL || target == NULL)
        return;
    base = strrchr(target, '/') != NULL ? strrchr(target, '/') + 1 : target;
    for (size_t i = 0; i < w->sheet_count; i++) {
        char path[300];

        if (w->sheets[i].relation == NULL || strcmp(w->sheets[i].relation, id) != 0)
            continue;
        snprintf(path, sizeof path, "%s%.250s", *target == '/' ? "" : "xl/", *target == '/' ? target + 1 : target);
        w->sheets[i].found =
            qiaoi_zip_find(w->zip, path, &w->sheets[i].member) || qiaoi_zip_find(w->zip, base, &w->sheets[i].member);
    }
}

/* ---- styles ---- */

static void
add_format(builder *b, const char **attributes)
{
    const char *id = qiaoi_xml_attribute(attributes, "numFmtId"), *code = qiaoi_xml_attribute(attributes, "formatCode");

    if (id == NULL || code == NULL)
        return;
    if (b->format_count == FORMATS_MAX) {
        b->overfull = true;
        return;
    }
    if (b->formats == NULL)
        b->formats = qiao_calloc(FORMATS_MAX, sizeof *b->formats);
    if (b->formats == NULL) {
        b->no_memory = true;
        return;
    }
    b->formats[b->format_count].id = (unsigned)strtoul(id, NULL, 10);
    snprintf(b->formats[b->format_count].code, sizeof b->formats->code, "%.127s", code);
    b->format_count++;
}

static void
add_style(builder *b, const char **attributes)
{
    qiaoi_workbook *w = b->workbook;
    const char *text = qiaoi_xml_attribute(attributes, "numFmtId"), *code = NULL;
    unsigned id = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 0;

    if (w->kind_count == STYLES_MAX) {
        b->overfull = true;
        return;
    }
    if (w->kind_count == b->style_capacity) {
        size_t capacity = b->style_capacity == 0 ? 256 : b->style_capacity * 2;
        uint8_t *grown = qiao_realloc_array(w->kinds, capacity, sizeof *grown);

        if (grown == NULL) {
            b->no_memory = true;
            return;
        }
        w->kinds = grown;
        b->style_capacity = capacity;
    }
    for (size_t i = 0; i < b->format_count; i++) {
        if (b->formats[i].id == id)
            code = b->formats[i].code;
    }
    w->kinds[w->kind_count++] = (uint8_t)qiaoi_xlsx_format_kind(id, code);
}

static void
on_style_start(void *context, const char *qualified, const char **attributes)
{
    builder *b = context;
    const char *name = qiaoi_xml_local(qualified);

    if (strcmp(name, "numFmt") == 0)
        add_format(b, attributes);
    else if (strcmp(name, "cellXfs") == 0)
        b->in_styles = true;
    else if (strcmp(name, "xf") == 0 && b->in_styles)
        add_style(b, attributes);
}

static void
on_style_end(void *context, const char *qualified)
{
    builder *b = context;

    if (strcmp(qiaoi_xml_local(qualified), "cellXfs") == 0)
        b->in_styles = false;
}

/* ---- shared strings ---- */

static void
on_string_start(void *context, const char *qualified, const char **attributes)
{
    builder *b = context;
    const char *name = qiaoi_xml_local(qualified);

    (void)attributes;
    if (strcmp(name, "si") == 0)
        qiao_buffer_clear(&b->text);
    else if (strcmp(name, "rPh") == 0) /* how to read it aloud: no part of the text */
        b->phonetic = true;
    b->keep = strcmp(name, "t") == 0 && !b->phonetic;
}

static void
on_string_text(void *context, const char *text, size_t length)
{
    builder *b = context;

    /* one byte over the limit is enough to know */
    if (b->keep && b->text.length <= QIAOI_XLSX_CELL_MAX)
        qiao_buffer_append(&b->text, text, length);
}

static void
on_string_end(void *context, const char *qualified)
{
    builder *b = context;
    const char *name = qiaoi_xml_local(qualified);

    b->keep = false;
    if (strcmp(name, "rPh") == 0)
        b->phonetic = false;
    if (strcmp(name, "si") != 0 || b->status != QIAO_OK)
        return;
    b->no_memory = b->no_memory || b->text.failed;
    b->status =
        qiaoi_strings_add(b->workbook->strings, b->text.data != NULL ? b->text.data : "", b->text.length, b->err);
}

static qiao_status
read_strings(builder *b, qiao_error *err)
{
    static const qiaoi_xml_handlers handlers = {.start = on_string_start, .end = on_string_end, .text = on_string_text};
    bool there;
    qiao_status status = qiaoi_strings_new(&b->workbook->strings, err);

    if (status == QIAO_OK)
        status = read_part(b, "xl/sharedStrings.xml", &handlers, &there, err);
    return status == QIAO_OK ? qiaoi_strings_finish(b->workbook->strings, err) : status;
}

/* ---- the workbook ---- */

bool
qiaoi_workbook_there(const qiaoi_zip *zip)
{
    uint64_t index;

    return qiaoi_zip_find(zip, "xl/workbook.xml", &index);
}

static qiao_status
read_workbook(builder *b, qiao_error *err)
{
    static const qiaoi_xml_handlers workbook = {.start = on_workbook}, relations = {.start = on_relation},
                                    styles = {.start = on_style_start, .end = on_style_end};
    bool there;
    qiao_status status = read_part(b, "xl/workbook.xml", &workbook, &there, err);

    if (status == QIAO_OK && (!there || b->workbook->sheet_count == 0))
        status = qiao_fail(err, QIAO_E_INPUT, "%s holds no sheet", b->workbook->name);
    if (status == QIAO_OK)
        status = read_part(b, "xl/_rels/workbook.xml.rels", &relations, &there, err);
    if (status == QIAO_OK)
        status = read_part(b, "xl/styles.xml", &styles, &there, err);
    return status == QIAO_OK ? read_strings(b, err) : status;
}

qiao_status
qiaoi_workbook_open(qiaoi_zip *zip, const char *name, qiaoi_workbook **out, qiao_error *err)
{
    qiaoi_workbook *w = qiao_calloc(1, sizeof *w);
    builder b = {.workbook = w, .err = err};
    qiao_status status;

    *out = NULL;
    if (w == NULL)
        return qiao_fail_memory(err);
    w->zip = zip;
    w->name = name;
    status = read_workbook(&b, err);
    qiao_buffer_done(&b.text);
    qiao_free(b.formats);
    if (status != QIAO_OK)
        qiaoi_workbook_close(w);
    else
        *out = w;
    return status;
}

void
qiaoi_workbook_close(qiaoi_workbook *workbook)
{
    if (workbook == NULL)
        return;
    for (size_t i = 0; i < workbook->sheet_count; i++) {
        qiao_free(workbook->sheets[i].name);
        qiao_free(workbook->sheets[i].relation);
    }
    qiaoi_strings_free(workbook->strings);
    qiao_free(workbook->kinds);
    qiao_free(workbook);
}

size_t
qiaoi_workbook_sheets(const qiaoi_workbook *workbook)
{
    return workbook->sheet_count;
}

const char *
qiaoi_workbook_sheet_name(const qiaoi_workbook *workbook, size_t sheet)
{
    return workbook->sheets[sheet].name;
}

bool
qiaoi_workbook_sheet_hidden(const qiaoi_workbook *workbook, size_t sheet)
{
    return workbook->sheets[sheet].hidden || !workbook->sheets[sheet].found;
}
