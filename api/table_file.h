/*
 * Tables as files that offices open: CSV and XLSX. Cells are written one after the other and go to a file at once, so
 * memory does not grow with the rows.
 *
 * What a cell says is data: a text never becomes a formula in the program that opens it. In CSV, texts that begin with
 * = + - @, a tab or a line end get an apostrophe in front, the sign of spreadsheets for text; XLSX cells say that they
 * are text.
 *
 * Lifetime and threads: one thread at a time; qiaoi_table_done is due for every table that was opened.
 */
#ifndef QIAO_API_TABLE_FILE_H
#define QIAO_API_TABLE_FILE_H

#include "qiao/memory.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdio.h>

typedef enum qiaoi_table_format { QIAOI_TABLE_CSV, QIAOI_TABLE_XLSX } qiaoi_table_format;

#define QIAOI_TABLE_CELL_MAX 32000u /* characters of a cell in XLSX, which holds 32,767; a longer text is cut */

typedef struct qiaoi_table {
    FILE *file;                    /* CSV; unlinked */
    struct qiaoi_table_book *book; /* XLSX */
    uint32_t row, column;
    bool short_of_memory; /* a cell could not be put together: told at the end */
} qiaoi_table;

/* QIAO_E_IO, QIAO_E_NOSPACE, QIAO_E_NOMEM. Temporary files lie in TMPDIR, else in /tmp, and have no name or are gone
 * with the table. */
qiao_status qiaoi_table_open(qiaoi_table_format format, qiaoi_table *out, qiao_error *err) QIAO_CHECK;
/* text NULL: an empty cell. Errors are kept and told at the end. */
void qiaoi_table_text(qiaoi_table *table, const char *text);
void qiaoi_table_number(qiaoi_table *table, double value);
void qiaoi_table_end_row(qiaoi_table *table);
/* The whole file for reading from its beginning: the caller closes *file_out. */
qiao_status qiaoi_table_finish(qiaoi_table *table, int *file_out, uint64_t *length_out, qiao_error *err) QIAO_CHECK;
void qiaoi_table_done(qiaoi_table *table);

/* ---- table_xlsx.c, the only file with <xlsxwriter.h> ---- */

qiao_status qiaoi_book_open(struct qiaoi_table_book **out, qiao_error *err) QIAO_CHECK;
void qiaoi_book_text(struct qiaoi_table_book *book, uint32_t row, uint32_t column, const char *text);
void qiaoi_book_number(struct qiaoi_table_book *book, uint32_t row, uint32_t column, double value);
qiao_status qiaoi_book_finish(struct qiaoi_table_book *book, int *file_out, qiao_error *err) QIAO_CHECK;
void qiaoi_book_done(struct qiaoi_table_book *book);

/* An empty file of our own; its path into out. */
qiao_status qiaoi_table_temporary(char *out, size_t size, int *file_out, qiao_error *err) QIAO_CHECK;

#endif
