/*
 * Excel workbooks (.xlsx, ECMA-376) as streams of rows. Of a cell its value is read: formulas by what they came to when
 * the file was saved, dates by their number format, errors such as #N/A as empty.
 *
 * Memory does not grow with the rows: shared strings go to a temporary file that is read through a small cache; of the
 * sheet no more is held than one piece of its XML.
 */
#ifndef QIAO_INDEXER_XLSX_H
#define QIAO_INDEXER_XLSX_H

#include "xlsx_value.h"
#include "zip_file.h"

#define QIAOI_XLSX_SHEETS_MAX 256u
#define QIAOI_XLSX_CELL_MAX ((size_t)128 << 10) /* bytes; Excel stops at 32,767 characters */
#define QIAOI_XLSX_COLUMNS_MAX 1024u

typedef struct qiaoi_workbook qiaoi_workbook;

/* zip and name are borrowed. QIAO_E_INPUT (no workbook, damaged), QIAO_E_LIMIT, QIAO_E_IO, QIAO_E_NOMEM. */
qiao_status qiaoi_workbook_open(qiaoi_zip *zip, const char *name, qiaoi_workbook **out, qiao_error *err) QIAO_CHECK;
void qiaoi_workbook_close(qiaoi_workbook *workbook); /* after its sheets; NULL is fine */
/* Is there a workbook in the archive at all? */
bool qiaoi_workbook_there(const qiaoi_zip *zip);

size_t qiaoi_workbook_sheets(const qiaoi_workbook *workbook);
const char *qiaoi_workbook_sheet_name(const qiaoi_workbook *workbook, size_t sheet);
bool qiaoi_workbook_sheet_hidden(const qiaoi_workbook *workbook, size_t sheet);

typedef struct qiaoi_sheet qiaoi_sheet;

typedef struct qiaoi_cell {
    size_t column, text, length; /* text: offset in the row's bytes, NUL-terminated */
} qiaoi_cell;

/* Reused from row to row; zero-initialise before the first, qiaoi_row_done afterwards. */
typedef struct qiaoi_row {
    uint64_t number;
    qiaoi_cell *cells; /* that are not empty, by column */
    size_t count, capacity;
    qiao_buffer bytes;
    bool too_long; /* over the limit of a row or cell: cells are those before */
    uint64_t whole;
} qiaoi_row;

void qiaoi_row_done(qiaoi_row *row);
qiao_status qiaoi_row_copy(const qiaoi_row *from, qiaoi_row *to, qiao_error *err) QIAO_CHECK;
/* "" where the cell is empty. */
const char *qiaoi_row_text(const qiaoi_row *row, size_t column);

/* row_limit: bytes of a row's cells together. */
qiao_status qiaoi_sheet_open(qiaoi_workbook *workbook, size_t sheet, size_t row_limit, qiaoi_sheet **out,
                             qiao_error *err) QIAO_CHECK;
void qiaoi_sheet_close(qiaoi_sheet *sheet);
/* The next row that holds anything. QIAO_E_NOTFOUND at the end; QIAO_E_INPUT (damaged from here on). */
qiao_status qiaoi_sheet_next(qiaoi_sheet *sheet, qiaoi_row *row, qiao_error *err) QIAO_CHECK;

/* Cells that are one for people; rows from 1, columns from 0, the last ones included. */
typedef struct qiaoi_merge {
    unsigned long first_row, last_row;
    size_t first_column, last_column;
} qiaoi_merge;

/* Those that begin in the first last_row rows, up to max. The list stands behind all rows in the file: the sheet is
 * read once for it. */
qiao_status qiaoi_sheet_merges(qiaoi_workbook *workbook, size_t sheet, unsigned long last_row, qiaoi_merge *out,
                               size_t max, size_t *count_out, qiao_error *err) QIAO_CHECK;

#endif
