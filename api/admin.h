/* What the routes for staff of all parks share: who may, and what a body must look like. */
#ifndef QIAO_API_ADMIN_H
#define QIAO_API_ADMIN_H

#include "call.h"

struct cJSON;

/* Staff of one park do not administer the platform. false: the problem of the call says so. */
bool qiaoi_admin_allowed(qiaoi_call *call);
/* The error to write to about a member of the body ("role"). */
qiao_error *qiaoi_admin_wrong(qiaoi_call *call, const char *member);
/* Members are strings of at most so many bytes, of the names given (NULL at the end). false: the problem says. */
bool qiaoi_admin_strings(qiaoi_call *call, const struct cJSON *body, const char *const *names, size_t most);
/* NULL where it is not there. */
const char *qiaoi_admin_text(const struct cJSON *body, const char *name);

#endif
