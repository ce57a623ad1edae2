/* The JSON object that a request brings. */
#ifndef QIAO_API_JSON_BODY_H
#define QIAO_API_JSON_BODY_H

#include "call.h"

/* Owned by the caller (cJSON_Delete). NULL: the problem of the call says what is wrong. */
struct cJSON *qiaoi_json_body(qiaoi_call *call);
/* The problem that memory is exhausted. */
void qiaoi_json_body_memory(qiaoi_call *call);

#endif
