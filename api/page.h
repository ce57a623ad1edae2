/*
 * Pages of the desk's lists. A cursor says behind which row a page begins, so that what is added or taken away
 * meanwhile neither repeats nor hides a row. It holds for the list, the filters and the caller it was given to.
 */
#ifndef QIAO_API_PAGE_H
#define QIAO_API_PAGE_H

#include "call.h"

#define QIAOI_P_PAGE (QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_OFFSET) | QIAOI_BIT(QIAOI_P_CURSOR))

typedef struct qiaoi_page {
    char after[QIAO_DESK_ID_MAX + 1]; /* "" = from the beginning; then the last row that was written */
    uint32_t skip, left;
    uint64_t bound;
    bool first, more;
} qiaoi_page;

/* From limit, offset and cursor of the call; most: rows where no limit was given. false: the problem says why. */
bool qiaoi_page_read(qiaoi_call *call, const qiaoi_parameters *given, uint32_t most, qiaoi_page *out);

/*
 * One row is shown by writing it to out, and skipped by writing nothing. context: the list's own.
 */
typedef qiao_status (*qiaoi_page_show)(void *context, const qiao_desk_row *row, qiao_buffer *out, qiao_error *err);

/*
 * Answers with a page of a table: {"name":[row, ...],"more":true,"next":"CURSOR"}; "next" where there is more. owner:
 * whose rows; NULL: everybody's. Rows that were withdrawn are left out.
 */
void qiaoi_page_answer(qiaoi_call *call, qiaoi_page *page, qiao_desk_table table, const char *owner, const char *name,
                       qiaoi_page_show show, void *context);

#endif
