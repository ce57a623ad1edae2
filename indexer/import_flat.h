/*
 * Values by the name of a record field, as columns and rows of feed maps give them ("title.en", "enterprise.park"),
 * into the tree of a record, in the form that the schema wants there.
 *
 * The tree is the caller's. Threads: no state.
 */
#ifndef QIAO_INDEXER_IMPORT_FLAT_H
#define QIAO_INDEXER_IMPORT_FLAT_H

#include "qiao/record.h"

#include <cjson/cJSON.h>

/*
 * Put a text into a record under a record field, in the form the schema wants there: lists are split, numbers become
 * numbers, dates as 2026/3/1 or 2026年3月1日 become ISO dates, JSON in a cell becomes objects. Unknown fields are kept
 * under their name.
 */
typedef struct qiaoi_flat_options {
    const char *list_separator; /* NULL: ; ； | 、 and line ends */
    bool decimal_comma;
    double scale; /* 0 = as it is */
} qiaoi_flat_options;
bool qiaoi_flat_set(cJSON *record, const char *field, const char *text,
                    const qiaoi_flat_options *options); /* false: out of memory */
/* The same with a value that has its form already; value is taken over in every case. */
bool qiaoi_flat_put(cJSON *record, const char *field, cJSON *value);
/* A text cut at its separators (NULL: ; | ； 、 and line ends), without the blanks around. NULL: out of memory. */
cJSON *qiaoi_flat_list(const char *text, const char *separators);
/* Type of a record field, with or without its language; STRING for one that the schema does not know. */
qiao_field_type qiaoi_flat_type(const char *field);

#endif
