/*
 * What the handlers of /v1/pairs and /v1/cases share: both records, members of a body, the row of a pair.
 */
#ifndef QIAO_API_PAIR_CALL_H
#define QIAO_API_PAIR_CALL_H

#include "call.h"

struct cJSON;

#define QIAOI_NOTE_MAX 2000u

/* Both records are there for the caller, and whose need it is. false: the problem of the call says. */
bool qiaoi_pair_find(qiaoi_call *call, char owner[QIAO_DESK_OWNER_MAX + 1]);
/* Members of the body are strings, of the names given (NULL at the end), and short. */
bool qiaoi_pair_members(qiaoi_call *call, const struct cJSON *body, const char *const *names);
/* The error to write to about a member. value may be NULL. */
qiao_error *qiaoi_pair_wrong(qiaoi_call *call, const char *name, const struct cJSON *value);
/* NULL: it is not there, or no string. */
const char *qiaoi_pair_text(const struct cJSON *body, const char *name);
/* Begins a row: {"need":..,"project":..,"by":..,"at":.. */
void qiaoi_pair_begin(const qiaoi_call *call, qiao_buffer *out);
/* Puts the row in the body of the response on the desk, as change says, and answers with it and its revision. who: NULL
 * where one row stands for the pair. */
void qiaoi_pair_put(qiaoi_call *call, qiao_desk_change *change, const char *who);

#endif
