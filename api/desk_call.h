/*
 * What the handlers that write to the desk share: preconditions, the write itself, answers.
 */
#ifndef QIAO_API_DESK_CALL_H
#define QIAO_API_DESK_CALL_H

#include "call.h"

/* The desk; NULL: the problem of the call says that there is none. */
qiao_desk *qiaoi_desk_of(qiaoi_call *call);

/*
 * The revision that If-Match names: "3", or * for any (QIAO_DESK_ANY). Without the header: required says whether that
 * is a problem (428), else QIAO_DESK_ANY. false: the problem of the call says what is wrong.
 */
bool qiaoi_desk_expected(qiaoi_call *call, bool required, uint64_t *out);

/* Writes for the caller, sets the ETag. false: the problem of the call says why nothing was written; another revision
 * than expected is a 412. */
bool qiaoi_desk_put(qiaoi_call *call, qiao_desk_change *change, uint64_t *revision_out);

/* ,"name":"text" */
void qiaoi_desk_member(qiao_buffer *out, const char *name, const char *text);

#endif
