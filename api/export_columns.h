/*
 * Columns of an export: what they are called in both languages, and where their cells come from. Cells of records are
 * read from the record as its caller may see it (visible.h), so an export shows nothing that a page would not.
 */
#ifndef QIAO_API_EXPORT_COLUMNS_H
#define QIAO_API_EXPORT_COLUMNS_H

#include "qiao/record.h"
#include "qiao/status.h"
#include "table_file.h"

struct cJSON;

typedef struct qiaoi_column {
    const char *path; /* of the record: "title.zh"; "title.*": the first other language */
    const char *zh, *en;
} qiaoi_column;

/* Ends with a row without path. */
const qiaoi_column *qiaoi_export_columns(qiao_kind kind);
/* Names of columns as cells. */
void qiaoi_export_header(qiaoi_table *table, const qiaoi_column *columns, qiao_language language);
/* The record's cells; tree NULL: all empty. */
void qiaoi_export_record(qiaoi_table *table, const qiaoi_column *columns, const struct cJSON *tree);

#endif
