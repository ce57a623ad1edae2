/* The matrix of gaps and the list for scouts on the command line: see qiao/gaps.h. */
#ifndef QIAO_INDEXER_GAPS_MATRIX_H
#define QIAO_INDEXER_GAPS_MATRIX_H

#include "qiao/status.h"
#include <stdbool.h>

typedef struct qiao_gaps_asked {
    const char *data_dir;
    const char *rows;           /* "park", "country"; NULL: the list for scouts */
    const char *park, *country; /* code or name; NULL = all */
    bool json;                  /* otherwise CSV */
} qiao_gaps_asked;

/* Of the served generation, to standard output. QIAO_E_USAGE names what is wrong; as qiao_survey_open. */
qiao_status qiao_gaps_print(const qiao_gaps_asked *asked, qiao_error *err) QIAO_CHECK;

#endif
