/* Verdicts about a pair, with their reasons: given, changed, taken back. */
#include "handlers.h"

#include "desk_call.h"
#include "json_body.h"
#include "pair_call.h"
#include "qiao/feedback.h"

#include <cjson/cJSON.h>
#include <string.h>

static void
put_feedback(qiaoi_call *call, const cJSON *body, const char *owner)
{
    static const char *const names[] = {"verdict", "reason", NULL};
    const char *who = qiaoi_caller_name(&call->caller);
    qiao_desk_change change = {.table = QIAO_DESK_FEEDBACK, .owner = owner};
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_feedback feedback;

    if (!qiaoi_pair_members(call, body, names) || !qiaoi_desk_expected(call, false, &change.expected))
        return;
    qiaoi_pair_begin(call, out);
    for (const char *const *name = names; *name != NULL; name++)
        if (qiaoi_pair_text(body, *name) != NULL)
            qiaoi_desk_member(out, *name, qiaoi_pair_text(body, *name));
    qiao_buffer_char(out, '}');
    if (!qiaoi_call_went_well(call, qiao_buffer_check(out, &error), &error) ||
        !qiaoi_call_went_well(call, qiao_feedback_parse(out->data, out->length, &feedback, &error), &error))
        return;
    change.action = feedback.accepted ? "accept" : "reject";
    qiaoi_pair_put(call, &change, who);
}

void
qiaoi_answer_put_feedback(qiaoi_call *call)
{
    char owner[QIAO_DESK_OWNER_MAX + 1];
    qiaoi_parameters none;
    cJSON *body;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || !qiaoi_pair_find(call, owner))
        return;
    body = qiaoi_json_body(call);
    if (body != NULL)
        put_feedback(call, body, owner);
    cJSON_Delete(body);
}

/* What the caller said itself; the records may be gone by now. */
static bool
find_own(qiaoi_call *call, const char *id)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status status = qiao_desk_get(call->service->access.desk, QIAO_DESK_FEEDBACK, id, &buffer, &row, &error);

    if (status == QIAO_OK && row.withdrawn)
        status = QIAO_E_NOTFOUND;
    if (status == QIAO_E_NOTFOUND)
        qiao_fail(&error, QIAO_E_NOTFOUND, "this key gave no verdict about %s and %s", call->id, call->other);
    qiao_buffer_done(&buffer);
    return qiaoi_call_went_well(call, status, &error);
}

void
qiaoi_answer_delete_feedback(qiaoi_call *call)
{
    char id[QIAO_DESK_ID_MAX + 1];
    qiao_desk_change change = {.table = QIAO_DESK_FEEDBACK, .id = id, .withdraw = true, .action = "withdraw"};
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters none;
    uint64_t revision;

    if (qiaoi_desk_of(call) == NULL || !qiaoi_call_parameters(call, 0, 0, &none) ||
        !qiaoi_call_went_well(
            call, qiao_desk_pair_id(call->id, call->other, qiaoi_caller_name(&call->caller), id, &error), &error) ||
        !find_own(call, id) || !qiaoi_desk_expected(call, false, &change.expected) ||
        !qiaoi_desk_put(call, &change, &revision))
        return;
    call->response->status = 204;
}
