/* Writing to the desk on behalf of a caller. */
#include "desk_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

qiao_desk *
qiaoi_desk_of(qiaoi_call *call)
{
    qiao_desk *desk = call->service->access.desk;

    if (desk == NULL)
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_INTERNAL), QIAO_E_INTERNAL, "the desk is not open");
    return desk;
}

/* "3" with its quotation marks, as the ETag was; "3-gzip" where the answer came compressed. */
static bool
read_revision(const char *tag, uint64_t *out)
{
    char *end;

    if (strcmp(tag, "*") == 0) {
        *out = QIAO_DESK_ANY;
        return true;
    }
    if (tag[0] != '"' || tag[1] < '1' || tag[1] > '9' || strlen(tag) > 25)
        return false;
    *out = strtoull(tag + 1, &end, 10);
    return strcmp(end, "\"") == 0 || strcmp(end, "-gzip\"") == 0;
}

bool
qiaoi_desk_expected(qiaoi_call *call, bool required, uint64_t *out)
{
    const char *tag = call->request->headers[QIAOI_HEADER_IF_MATCH];
    qiao_error *error;

    *out = QIAO_DESK_ANY;
    if (tag == NULL && !required)
        return true;
    if (tag != NULL && read_revision(tag, out))
        return true;
    error = qiaoi_problem_set(&call->problem,
                              tag == NULL ? QIAOI_PROBLEM_PRECONDITION_REQUIRED : QIAOI_PROBLEM_PRECONDITION_FAILED);
    if (tag == NULL)
        qiao_fail(error, QIAO_E_INPUT, "the header If-Match is missing: it says which revision is changed");
    else
        qiao_fail(error, QIAO_E_STALE, "If-Match names no revision of it");
    qiao_error_hint(error, "read it again, look at what was changed, and send the ETag as If-Match");
    return false;
}

bool
qiaoi_desk_put(qiaoi_call *call, qiao_desk_change *change, uint64_t *revision_out)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status;
    char tag[32];

    change->actor = qiaoi_caller_name(&call->caller);
    status = qiao_desk_write(call->service->access.desk, change, revision_out, &error);
    if (status == QIAO_E_STALE) {
        qiao_error *stale = qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_PRECONDITION_FAILED);

        qiao_fail(stale, QIAO_E_STALE, "it has revision %llu by now", (unsigned long long)*revision_out);
        qiao_error_hint(stale, "read it again, look at what was changed, and send the ETag as If-Match");
        return false;
    }
    if (!qiaoi_call_went_well(call, status, &error))
        return false;
    snprintf(tag, sizeof tag, "\"%" PRIu64 "\"", *revision_out);
    qiaoi_http_set(call->response, "ETag", tag);
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    return true;
}

void
qiaoi_desk_member(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, text, strlen(text));
}
