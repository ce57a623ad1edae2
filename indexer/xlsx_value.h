/* Numbers of Excel sheets as people see them: days, times, plain numbers. Pure functions. */
#ifndef QIAO_INDEXER_XLSX_VALUE_H
#define QIAO_INDEXER_XLSX_VALUE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum qiaoi_xlsx_kind {
    QIAOI_XLSX_NUMBER,
    QIAOI_XLSX_DAY,
    QIAOI_XLSX_DAY_TIME,
    QIAOI_XLSX_TIME
} qiaoi_xlsx_kind;

/* What a number format shows: code of a custom format, or NULL for one that is built in (by its id). */
qiaoi_xlsx_kind qiaoi_xlsx_format_kind(unsigned id, const char *code);

#define QIAOI_XLSX_VALUE_SIZE 40

/*
 * The text of a cell that holds a number: "2026-03-01", "2026-03-01T08:30:00", "08:30:00", "12.5". since_1904: days are
 * counted from 1904-01-01 (Macintosh), otherwise from 1900 with the 29 February that it did not have. A number that is
 * no day (below 0, beyond the year 9999) stays a number; text that is no number stays as it is, cut to fit.
 */
void qiaoi_xlsx_number(const char *text, qiaoi_xlsx_kind kind, bool since_1904, char out[QIAOI_XLSX_VALUE_SIZE]);

/* "BC12" to column 54 (from 0) and row 12 (from 1); false where it is no reference. */
bool qiaoi_xlsx_reference(const char *text, size_t *column_out, unsigned long *row_out);

#endif
