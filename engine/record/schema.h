/* The schema table as the record layer itself sees it: a public row and where its value goes in the struct. */
#ifndef QIAO_RECORD_SCHEMA_H
#define QIAO_RECORD_SCHEMA_H

#include "qiao/record.h"

typedef struct qiaoi_schema_row {
    qiao_field field;
    const char *stands_for; /* "a|b": where one of these is missing, this field fills its place in completeness */
    uint16_t offset,
        size; /* of the member, in qiao_record or in the item struct of its list; size 0 = checked but not kept apart */
} qiaoi_schema_row;

#define QIAOI_NO_ROW SIZE_MAX

/* Index of a path, or QIAOI_NO_ROW. */
size_t qiaoi_schema_find(const char *path);
/* NULL past the end. */
const qiaoi_schema_row *qiaoi_schema_row_at(size_t index);

#endif
