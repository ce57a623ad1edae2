/*
 * Records in the sheets of a workbook. The header is found among the first rows of a sheet: forms begin with a title
 * and notes, and a header may have two rows, where cells are merged. A row below becomes a JSON object: column name ->
 * cell. Sheets that name no known column (lists of choices, notes) are passed over, unless there is no other.
 */
#include "reader_internal.h"
#include "xlsx.h"

#include <stdio.h>
#include <string.h>

#define HEAD_ROWS 24u /* among which the header is looked for */
#define MERGES_MAX 4096u

struct qiaoi_xlsx_reader {
    qiaoi_zip *zip;
    qiaoi_workbook *workbook;
    const qiaoi_reader_options *options;
    const char *name;
    size_t limit;
    bool wanted[QIAOI_XLSX_SHEETS_MAX];
    size_t sheet; /* to come, or being read */
    qiaoi_sheet *open;
    qiaoi_row head[HEAD_ROWS], row;
    size_t head_count, head_at; /* rows read ahead; those before head_at are title and header */
    qiaoi_merge *merges;
    size_t merge_count;
    qiao_buffer names; /* of the columns, each with its NUL */
    size_t name_at[QIAOI_XLSX_COLUMNS_MAX];
    size_t column_count;
};

static const char *
known_name(const qiaoi_xlsx_reader *r, const char *name)
{
    return r->options->column == NULL || *name == '\0' ? NULL : r->options->column(r->options->column_context, name);
}

/* ---- the first rows of a sheet ---- */

static qiao_status
read_head(qiaoi_xlsx_reader *r, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    r->head_count = r->head_at = 0;
    while (status == QIAO_OK && r->head_count < HEAD_ROWS) {
        status = qiaoi_sheet_next(r->open, &r->head[r->head_count], err);
        r->head_count += status == QIAO_OK ? 1 : 0;
    }
    return status == QIAO_E_NOTFOUND ? QIAO_OK : status;
}

static const qiaoi_merge *
merge_of(const qiaoi_xlsx_reader *r, uint64_t row, size_t column)
{
    for (size_t i = 0; i < r->merge_count; i++) {
        const qiaoi_merge *m = &r->merges[i];

        if (m->first_row <= row && row <= m->last_row && m->first_column <= column && column <= m->last_column)
            return m;
    }
    return NULL;
}

static const qiaoi_row *
head_row(const qiaoi_xlsx_reader *r, uint64_t number)
{
    for (size_t i = 0; i < r->head_count; i++) {
        if (r->head[i].number == number)
            return &r->head[i];
    }
    return NULL;
}

/* What people see in a cell: that of the merged cell which covers it. */
static const char *
seen_text(const qiaoi_xlsx_reader *r, const qiaoi_row *row, size_t column)
{
    const char *own = qiaoi_row_text(row, column);
    const qiaoi_merge *m = *own == '\0' ? merge_of(r, row->number, column) : NULL;
    const qiaoi_row *first = m == NULL ? NULL : head_row(r, m->first_row);

    return first != NULL ? qiaoi_row_text(first, m->first_column) : own;
}

static size_t
width_of(const qiaoi_xlsx_reader *r)
{
    size_t width = 0;

    for (size_t i = 0; i < r->head_count; i++) {
        const qiaoi_row *row = &r->head[i];

        if (row->count > 0 && row->cells[row->count - 1].column + 1 > width)
            width = row->cells[row->count - 1].column + 1;
    }
    return width;
}

static size_t
known_in(const qiaoi_xlsx_reader *r, const qiaoi_row *row, size_t width)
{
    size_t known = 0;

    for (size_t column = 0; column < width; column++)
        known += known_name(r, seen_text(r, row, column)) != NULL ? 1 : 0;
    return known;
}

/* The row that names most known columns; where none does, the first with two cells. *known_out: how many it names. */
static size_t
find_header(const qiaoi_xlsx_reader *r, size_t *known_out)
{
    size_t width = width_of(r), best = r->head_count, most = 0;

    for (size_t i = 0; i < r->head_count; i++) {
        size_t known = known_in(r, &r->head[i], width);

        if (known > most) {
            most = known;
            best = i;
        }
    }
    *known_out = most;
    for (size_t i = 0; most == 0 && best == r->head_count && i < r->head_count; i++)
        best = r->head[i].count >= 2 ? i : best;
    return best == r->head_count && r->head_count > 0 ? 0 : best;
}

/* Is this cell the upper of two rows of names: merged over several columns, and nothing below it but names? */
static const qiaoi_merge *
group_at(const qiaoi_xlsx_reader *r, const qiaoi_row *row, size_t column)
{
    const qiaoi_merge *m = merge_of(r, row->number, column);

    return m != NULL && m->last_column > m->first_column && m->last_row == row->number ? m : NULL;
}

/* The second row of the header, below groups; NULL where the header is one row. */
static const qiaoi_row *
second_row(const qiaoi_xlsx_reader *r, size_t header)
{
    const qiaoi_row *row = &r->head[header];
    const qiaoi_row *below =
        header + 1 < r->head_count && r->head[header + 1].number == row->number + 1 ? &r->head[header + 1] : NULL;
    bool group = false;

    for (size_t i = 0; below != NULL && i < row->count; i++)
        group = group || group_at(r, row, row->cells[i].column) != NULL;
    for (size_t i = 0; group && i < below->count; i++) { /* a value of its own beside the groups: that is a record */
        size_t column = below->cells[i].column;

        group = group_at(r, row, column) != NULL || *seen_text(r, row, column) == '\0';
    }
    return group ? below : NULL;
}

/* ---- names of columns ---- */

static void
append_name(qiaoi_xlsx_reader *r, const qiaoi_row *row, const qiaoi_row *below, size_t column)
{
    const char *upper = seen_text(r, row, column), *lower = below != NULL ? qiaoi_row_text(below, column) : "";
    const char *known;
    qiao_buffer both = {.limit = 0};

    r->name_at[column] = r->names.length;
    if (*lower == '\0' || *upper == '\0') {
        known = known_name(r, *lower == '\0' ? upper : lower);
        qiao_buffer_text(&r->names, known != NULL ? known : *lower == '\0' ? upper : lower);
    } else {
        qiao_buffer_printf(&both, "%s/%s", upper, lower);
        known = both.failed ? NULL : known_name(r, both.data);
        if (known == NULL)
            known = known_name(r, lower);
        qiao_buffer_text(&r->names, known != NULL ? known : both.failed ? lower : both.data);
        qiao_buffer_done(&both);
    }
    qiao_buffer_char(&r->names, '\0');
}

/* A column whose name stands there before it says nothing new, unless the name is a known one: then nobody can tell
 * which is meant. */
static qiao_status
check_names(qiaoi_xlsx_reader *r, qiao_error *err)
{
    for (size_t i = 0; i < r->column_count; i++) {
        char *name = r->names.data + r->name_at[i];

        for (size_t j = 0; j < i && *name != '\0'; j++) {
            if (strcmp(name, r->names.data + r->name_at[j]) != 0)
                continue;
            if (known_name(r, name) != NULL)
                return qiao_fail(err, QIAO_E_INPUT, "%s: the column \"%s\" stands twice in the header row", r->name,
                                 name);
            *name = '\0';
        }
    }
    return QIAO_OK;
}

static qiao_status
take_header(qiaoi_xlsx_reader *r, qiao_error *err)
{
    size_t known, header = find_header(r, &known);
    const qiaoi_row *below;

    qiao_buffer_clear(&r->names);
    r->column_count = 0;
    r->head_at = r->head_count;
    if (header >= r->head_count) /* an empty sheet */
        return QIAO_OK;
    below = second_row(r, header);
    r->column_count = width_of(r);
    for (size_t column = 0; column < r->column_count; column++)
        append_name(r, &r->head[header], below, column);
    r->head_at = header + (below != NULL ? 2 : 1);
    if (r->names.failed)
        return qiao_fail_memory(err);
    return r->column_count > 0 ? check_names(r, err) : QIAO_OK;
}

/* ---- sheets ---- */

static qiao_status
open_sheet(qiaoi_xlsx_reader *r, size_t sheet, bool merges, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    qiaoi_sheet_close(r->open);
    r->open = NULL;
    r->merge_count = 0;
    if (merges)
        status = qiaoi_sheet_merges(r->workbook, sheet, HEAD_ROWS * 2, r->merges, MERGES_MAX, &r->merge_count, err);
    if (status == QIAO_OK)
        status = qiaoi_sheet_open(r->workbook, sheet, r->limit, &r->open, err);
    return status == QIAO_OK ? read_head(r, err) : status;
}

static qiao_status
choose_named(qiaoi_xlsx_reader *r, qiao_error *err)
{
    for (size_t i = 0; i < qiaoi_workbook_sheets(r->workbook); i++) {
        if (strcmp(qiaoi_workbook_sheet_name(r->workbook, i), r->options->sheet) != 0)
            continue;
        r->wanted[i] = true;
        return QIAO_OK;
    }
    return qiao_fail(err, QIAO_E_INPUT, "%s has no sheet \"%.60s\"", r->name, r->options->sheet);
}

/* Those whose header names a known column; where there are none, the first that people see. */
static qiao_status
choose_sheets(qiaoi_xlsx_reader *r, qiao_error *err)
{
    size_t first = SIZE_MAX, chosen = 0;
    qiao_status status = QIAO_OK;

    if (r->options->sheet != NULL)
        return choose_named(r, err);
    for (size_t i = 0; status == QIAO_OK && i < qiaoi_workbook_sheets(r->workbook); i++) {
        size_t known = 0;

        if (qiaoi_workbook_sheet_hidden(r->workbook, i))
            continue;
        status = open_sheet(r, i, false, err);
        if (status != QIAO_OK || r->head_count == 0)
            continue;
        (void)find_header(r, &known);
        r->wanted[i] = known > 0;
        chosen += known > 0 ? 1 : 0;
        first = first == SIZE_MAX ? i : first;
    }
    if (status == QIAO_OK && first == SIZE_MAX)
        return qiao_fail(err, QIAO_E_INPUT, "%s has no header row: the first row must name the columns", r->name);
    if (status == QIAO_OK && chosen == 0)
        r->wanted[first] = true;
    return status;
}

static qiao_status
next_sheet(qiaoi_xlsx_reader *r, qiao_error *err)
{
    qiao_status status;

    while (r->sheet < qiaoi_workbook_sheets(r->workbook) && !r->wanted[r->sheet])
        r->sheet++;
    if (r->sheet == qiaoi_workbook_sheets(r->workbook))
        return QIAO_E_NOTFOUND;
    status = open_sheet(r, r->sheet, true, err);
    r->sheet++;
    return status == QIAO_OK ? take_header(r, err) : status;
}

qiao_status
qiaoi_xlsx_reader_new(qiaoi_zip *zip, const char *name, const qiaoi_reader_options *options, size_t limit,
                      qiaoi_xlsx_reader **out, qiao_error *err)
{
    qiaoi_xlsx_reader *r = qiao_calloc(1, sizeof *r);
    qiao_status status = QIAO_OK;

    *out = NULL;
    if (r == NULL)
        return qiao_fail_memory(err);
    r->zip = zip;
    r->name = name;
    r->options = options;
    r->limit = limit;
    r->merges = qiao_calloc(MERGES_MAX, sizeof *r->merges);
    if (r->merges == NULL)
        status = qiao_fail_memory(err);
    if (status == QIAO_OK)
        status = qiaoi_workbook_open(zip, name, &r->workbook, err);
    if (status == QIAO_OK)
        status = choose_sheets(r, err);
    if (status == QIAO_OK)
        status = next_sheet(r, err);
    if (status != QIAO_OK)
        qiaoi_xlsx_reader_free(r);
    else
        *out = r;
    return status;
}

void
qiaoi_xlsx_reader_free(qiaoi_xlsx_reader *reader)
{
    if (reader == NULL)
        return;
    qiaoi_sheet_close(reader->open);
    qiaoi_workbook_close(reader->workbook);
    for (size_t i = 0; i < HEAD_ROWS; i++)
        qiaoi_row_done(&reader->head[i]);
    qiaoi_row_done(&reader->row);
    qiao_free(reader->merges);
    qiao_buffer_done(&reader->names);
    qiao_free(reader);
}

/* ---- records ---- */

static void
write_object(const qiaoi_xlsx_reader *r, const qiaoi_row *row, qiao_buffer *bytes)
{
    size_t n = 0;

    qiao_buffer_char(bytes, '{');
    for (size_t i = 0; i < row->count; i++) {
        const qiaoi_cell *cell = &row->cells[i];
        const char *name = cell->column < r->column_count ? r->names.data + r->name_at[cell->column] : "";

        if (*name == '\0')
            continue;
        if (n++ > 0)
            qiao_buffer_char(bytes, ',');
        qiao_buffer_json_string(bytes, name, strlen(name));
        qiao_buffer_char(bytes, ':');
        qiao_buffer_json_string(bytes, row->bytes.data + cell->text, cell->length);
    }
    qiao_buffer_char(bytes, '}');
}

static qiao_status
next_row(qiaoi_xlsx_reader *r, const qiaoi_row **out, qiao_error *err)
{
    for (;;) {
        qiao_status status;

        if (r->head_at < r->head_count) {
            *out = &r->head[r->head_at++];
            return QIAO_OK;
        }
        status = qiaoi_sheet_next(r->open, &r->row, err);
        *out = &r->row;
        if (status != QIAO_E_NOTFOUND)
            return status;
        status = next_sheet(r, err);
        if (status != QIAO_OK)
            return status;
    }
}

/* A row whose cells hold nothing but white space is none. */
static bool
is_blank(const qiaoi_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const char *text = row->bytes.data + row->cells[i].text;

        if (text[strspn(text, " \t\r\n")] != '\0')
            return false;
    }
    return !row->too_long;
}

qiao_status
qiaoi_xlsx_reader_next(qiaoi_xlsx_reader *reader, qiao_buffer *bytes, qiaoi_item *item, qiao_error *err)
{
    const qiaoi_row *row;
    size_t start = bytes->length;
    qiao_status status;

    do {
        status = next_row(reader, &row, err);
        if (status != QIAO_OK)
            return status;
    } while (is_blank(row));
    *item = (qiaoi_item){.line = row->number, .text = start, .raw = start};
    write_object(reader, row, bytes);
    item->raw_length = bytes->length - start;
    if (row->too_long) {
        item->raw_length = item->raw_length < QIAOI_SAMPLE ? item->raw_length : QIAOI_SAMPLE;
        QIAOI_ITEM_FAULT(item, "the row is over the limit of %zu bytes, or a cell of it over %zu", reader->limit,
                         QIAOI_XLSX_CELL_MAX);
    } else {
        item->text_length = item->raw_length;
    }
    return bytes->failed ? qiao_fail_memory(err) : QIAO_OK;
}
