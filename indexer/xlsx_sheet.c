/* The rows of a sheet, a piece of its XML at a time. */
#include "xlsx_internal.h"

#include <stdlib.h>
#include <string.h>

typedef enum cell_type { NUMBER, SHARED, TEXT, BOOLEAN, EMPTY } cell_type;

struct qiaoi_sheet {
    qiaoi_workbook *workbook;
    qiaoi_part part;
    size_t limit;
    /* the row and cell at hand */
    qiaoi_row row;
    bool in_row, in_cell, in_value, phonetic, cell_too_long;
    cell_type type;
    qiaoi_xlsx_kind kind;
    size_t column, next_column;
    uint64_t next_number;
    qiao_buffer value;
    /* rows finished and not handed out: head, cells, bytes */
    qiao_buffer queue;
    size_t taken;
    bool no_memory;
    qiao_status status;
    qiao_error err;
};

typedef struct queued {
    uint64_t number, whole;
    size_t count, length;
    bool too_long;
} queued;

void
qiaoi_row_done(qiaoi_row *row)
{
    qiao_free(row->cells);
    qiao_buffer_done(&row->bytes);
    *row = (qiaoi_row){.number = 0};
}

static void
clear_row(qiaoi_row *row)
{
    row->count = 0;
    row->whole = 0;
    row->too_long = false;
    qiao_buffer_clear(&row->bytes);
}

static bool
reserve_cells(qiaoi_row *row, size_t count)
{
    size_t capacity = row->capacity == 0 ? 32 : row->capacity;
    qiaoi_cell *grown;

    if (count <= row->capacity)
        return true;
    while (capacity < count)
        capacity *= 2;
    grown = qiao_realloc_array(row->cells, capacity, sizeof *grown);
    if (grown == NULL)
        return false;
    row->cells = grown;
    row->capacity = capacity;
    return true;
}

qiao_status
qiaoi_row_copy(const qiaoi_row *from, qiaoi_row *to, qiao_error *err)
{
    clear_row(to);
    if (!reserve_cells(to, from->count))
        return qiao_fail_memory(err);
    if (from->count > 0)
        memcpy(to->cells, from->cells, from->count * sizeof *to->cells);
    to->count = from->count;
    to->number = from->number;
    to->too_long = from->too_long;
    to->whole = from->whole;
    qiao_buffer_append(&to->bytes, from->bytes.data != NULL ? from->bytes.data : "", from->bytes.length);
    return qiao_buffer_check(&to->bytes, err);
}

const char *
qiaoi_row_text(const qiaoi_row *row, size_t column)
{
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].column == column)
            return row->bytes.data + row->cells[i].text;
    }
    return "";
}

/* ---- cells ---- */

static cell_type
type_of(const char *type)
{
    if (type == NULL || strcmp(type, "n") == 0)
        return NUMBER;
    if (strcmp(type, "s") == 0)
        return SHARED;
    if (strcmp(type, "b") == 0)
        return BOOLEAN;
    if (strcmp(type, "e") == 0) /* #N/A, #DIV/0!: no value */
        return EMPTY;
    return TEXT; /* str, inlineStr, d */
}

static void
begin_row(qiaoi_sheet *s, const char **attributes)
{
    const char *number = qiaoi_xml_attribute(attributes, "r");

    clear_row(&s->row);
    s->in_row = true;
    s->next_column = 0;
    s->row.number = number != NULL ? strtoull(number, NULL, 10) : s->next_number;
    s->next_number = s->row.number + 1;
}

static void
begin_cell(qiaoi_sheet *s, const char **attributes)
{
    const char *reference = qiaoi_xml_attribute(attributes, "r"), *style = qiaoi_xml_attribute(attributes, "s");
    size_t number = style != NULL ? (size_t)strtoul(style, NULL, 10) : 0;
    unsigned long row;

    s->in_cell = true;
    s->cell_too_long = false;
    s->type = type_of(qiaoi_xml_attribute(attributes, "t"));
    s->kind = number < s->workbook->kind_count ? (qiaoi_xlsx_kind)s->workbook->kinds[number] : QIAOI_XLSX_NUMBER;
    if (reference == NULL || !qiaoi_xlsx_reference(reference, &s->column, &row))
        s->column = s->next_column;
    s->next_column = s->column + 1;
    qiao_buffer_clear(&s->value);
}

static void
put_cell(qiaoi_sheet *s, const char *text, size_t length)
{
    qiaoi_row *row = &s->row;

    row->whole += length;
    if (length == 0 || s->column >= QIAOI_XLSX_COLUMNS_MAX || row->too_long)
        return;
    if (row->whole > s->limit) {
        row->too_long = true;
        return;
    }
    if (!reserve_cells(row, row->count + 1)) {
        s->no_memory = true;
        return;
    }
    row->cells[row->count++] = (qiaoi_cell){s->column, row->bytes.length, length};
    qiao_buffer_append(&row->bytes, text, length);
    qiao_buffer_char(&row->bytes, '\0');
}

/* A text of the workbook, straight into the row. */
static void
put_shared(qiaoi_sheet *s)
{
    qiao_buffer text = {.limit = 0};
    char *end;
    unsigned long long number = strtoull(s->value.data, &end, 10);
    size_t length;

    if (end == s->value.data)
        return;
    s->status = qiaoi_strings_get(s->workbook->strings, number, QIAOI_XLSX_CELL_MAX, &text, &length, &s->err);
    if (s->status == QIAO_OK && length > QIAOI_XLSX_CELL_MAX) {
        s->row.too_long = true;
        s->row.whole += length;
    } else if (s->status == QIAO_OK && text.length > 0) {
        put_cell(s, text.data, text.length);
    }
    qiao_buffer_done(&text);
}

static void
end_cell(qiaoi_sheet *s)
{
    char text[QIAOI_XLSX_VALUE_SIZE];

    s->in_cell = false;
    if (s->value.failed) {
        s->no_memory = true;
        return;
    }
    if (s->cell_too_long) {
        s->row.too_long = true;
        return;
    }
    if (s->value.length == 0 || s->type == EMPTY)
        return;
    if (s->type == SHARED) {
        put_shared(s);
    } else if (s->type == BOOLEAN) {
        put_cell(s, s->value.data[0] == '1' ? "true" : "false", s->value.data[0] == '1' ? 4 : 5);
    } else if (s->type == NUMBER) {
        qiaoi_xlsx_number(s->value.data, s->kind, s->workbook->since_1904, text);
        put_cell(s, text, strlen(text));
    } else {
        put_cell(s, s->value.data, s->value.length);
    }
}

static void
end_row(qiaoi_sheet *s)
{
    queued head = {.number = s->row.number,
                   .whole = s->row.whole,
                   .count = s->row.count,
                   .length = s->row.bytes.length,
                   .too_long = s->row.too_long};

    s->in_row = false;
    if (head.count == 0 && !head.too_long)
        return;
    qiao_buffer_append(&s->queue, &head, sizeof head);
    if (head.count > 0) {
        qiao_buffer_append(&s->queue, s->row.cells, head.count * sizeof *s->row.cells);
        qiao_buffer_append(&s->queue, s->row.bytes.data, head.length);
    }
    s->no_memory = s->no_memory || s->queue.failed || s->row.bytes.failed;
}

/* ---- events ---- */

static void
on_start(void *context, const char *qualified, const char **attributes)
{
    qiaoi_sheet *s = context;
    const char *name = qiaoi_xml_local(qualified);

    if (strcmp(name, "row") == 0)
        begin_row(s, attributes);
    else if (s->in_row && strcmp(name, "c") == 0)
        begin_cell(s, attributes);
    else if (s->in_cell && strcmp(name, "rPh") == 0)
        s->phonetic = true;
    else if (s->in_cell && (strcmp(name, "v") == 0 || strcmp(name, "t") == 0))
        s->in_value = !s->phonetic;
    else if (strcmp(name, "mergeCells") == 0) /* behind the rows */
        s->in_row = false;
}

static void
on_text(void *context, const char *text, size_t length)
{
    qiaoi_sheet *s = context;

    if (!s->in_value)
        return;
    if (s->value.length + length > QIAOI_XLSX_CELL_MAX) {
        s->cell_too_long = true;
        s->row.whole += length;
        return;
    }
    qiao_buffer_append(&s->value, text, length);
}

static void
on_end(void *context, const char *qualified)
{
    qiaoi_sheet *s = context;
    const char *name = qiaoi_xml_local(qualified);

    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        s->in_value = false;
    else if (strcmp(name, "rPh") == 0)
        s->phonetic = false;
    else if (strcmp(name, "c") == 0 && s->in_cell && s->status == QIAO_OK)
        end_cell(s);
    else if (strcmp(name, "row") == 0 && s->in_row)
        end_row(s);
}

qiao_status
qiaoi_sheet_open(qiaoi_workbook *workbook, size_t sheet, size_t row_limit, qiaoi_sheet **out, qiao_error *err)
{
    static const qiaoi_xml_handlers handlers = {.start = on_start, .end = on_end, .text = on_text};
    qiaoi_sheet *s = qiao_calloc(1, sizeof *s);
    qiao_status status;

    *out = NULL;
    if (s == NULL)
        return qiao_fail_memory(err);
    s->workbook = workbook;
    s->limit = row_limit;
    s->next_number = 1;
    status = qiaoi_part_open(workbook->zip, workbook->sheets[sheet].member, &handlers, s, &s->part, err);
    if (status != QIAO_OK)
        qiaoi_sheet_close(s);
    else
        *out = s;
    return status;
}

void
qiaoi_sheet_close(qiaoi_sheet *sheet)
{
    if (sheet == NULL)
        return;
    qiaoi_part_close(&sheet->part);
    qiaoi_row_done(&sheet->row);
    qiao_buffer_done(&sheet->value);
    qiao_buffer_done(&sheet->queue);
    qiao_free(sheet);
}

static qiao_status
take_queued(qiaoi_sheet *s, qiaoi_row *row, qiao_error *err)
{
    queued head;

    memcpy(&head, s->queue.data + s->taken, sizeof head);
    s->taken += sizeof head;
    clear_row(row);
    if (!reserve_cells(row, head.count))
        return qiao_fail_memory(err);
    if (head.count > 0)
        memcpy(row->cells, s->queue.data + s->taken, head.count * sizeof *row->cells);
    s->taken += head.count * sizeof *row->cells;
    qiao_buffer_append(&row->bytes, s->queue.data + s->taken, head.length);
    s->taken += head.length;
    row->number = head.number;
    row->count = head.count;
    row->whole = head.whole;
    row->too_long = head.too_long;
    return qiao_buffer_check(&row->bytes, err);
}

qiao_status
qiaoi_sheet_next(qiaoi_sheet *sheet, qiaoi_row *row, qiao_error *err)
{
    while (sheet->taken == sheet->queue.length) {
        qiao_status status;

        if (sheet->part.ended)
            return QIAO_E_NOTFOUND;
        qiao_buffer_clear(&sheet->queue);
        sheet->taken = 0;
        status = qiaoi_part_step(&sheet->part, sheet->workbook->name, err);
        if (status == QIAO_OK && sheet->status != QIAO_OK) {
            *err = sheet->err;
            status = sheet->status;
        }
        if (status == QIAO_OK && sheet->no_memory)
            status = qiao_fail_memory(err);
        if (status != QIAO_OK)
            return status;
    }
    return take_queued(sheet, row, err);
}

/* ---- merged cells ---- */

typedef struct merges {
    qiaoi_merge *out;
    size_t count, max;
    unsigned long last_row;
} merges;

static void
on_merge(void *context, const char *qualified, const char **attributes)
{
    merges *m = context;
    const char *range, *colon;
    char first[24];
    qiaoi_merge merge;

    if (strcmp(qiaoi_xml_local(qualified), "mergeCell") != 0 || m->count == m->max)
        return;
    range = qiaoi_xml_attribute(attributes, "ref");
    colon = range != NULL ? strchr(range, ':') : NULL;
    if (colon == NULL || (size_t)(colon - range) >= sizeof first)
        return;
    memcpy(first, range, (size_t)(colon - range));
    first[colon - range] = '\0';
    if (qiaoi_xlsx_reference(first, &merge.first_column, &merge.first_row) &&
        qiaoi_xlsx_reference(colon + 1, &merge.last_column, &merge.last_row) && merge.first_row <= m->last_row &&
        merge.first_row <= merge.last_row && merge.first_column <= merge.last_column)
        m->out[m->count++] = merge;
}

qiao_status
qiaoi_sheet_merges(qiaoi_workbook *workbook, size_t sheet, unsigned long last_row, qiaoi_merge *out, size_t max,
                   size_t *count_out, qiao_error *err)
{
    static const qiaoi_xml_handlers handlers = {.start = on_merge};
    merges m = {.out = out, .max = max, .last_row = last_row};
    qiaoi_part part = {.member = NULL};
    qiao_status status = qiaoi_part_open(workbook->zip, workbook->sheets[sheet].member, &handlers, &m, &part, err);

    while (status == QIAO_OK && !part.ended)
        status = qiaoi_part_step(&part, workbook->name, err);
    qiaoi_part_close(&part);
    *count_out = m.count;
    return status;
}
