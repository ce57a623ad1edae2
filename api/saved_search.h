/* Saved searches of the caller, for the files handle_searches.c and handle_news.c. */
#ifndef QIAO_API_SAVED_SEARCH_H
#define QIAO_API_SAVED_SEARCH_H

#include "call.h"

struct cJSON;

/* Whose searches the caller works with; "" = staff's. */
const char *qiaoi_saved_owner(const qiaoi_call *call);
/* The caller's search of the address into buffer, which row borrows, and tree ({"shown","run"}), which is the caller's
 * to delete either way. false: the problem of the call says; also what is another's is not there. */
bool qiaoi_saved_find(qiaoi_call *call, qiao_buffer *buffer, qiao_desk_row *row, struct cJSON **tree);

#endif
