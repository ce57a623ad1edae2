/* POST /v1/match and /v1/lint: whatever is posted is matched or reviewed at once; nothing is stored. */
#include "handlers.h"

#include "match_body.h"

#include <stdio.h>
#include <string.h>

static void
write_warning(const qiaoi_match_body *body, const qiao_record_issue *issue, qiao_language language, qiao_buffer *out)
{
    const char *reason = language == QIAO_LANGUAGE_ZH ? issue->reason_zh : issue->reason;
    char pointer[160];

    snprintf(pointer, sizeof pointer, "%s%s", body->record_pointer, issue->pointer);
    qiao_buffer_text(out, "{\"pointer\":");
    qiao_buffer_json_string(out, pointer, strlen(pointer));
    qiao_buffer_text(out, ",\"value\":");
    qiao_buffer_json_string(out, issue->value, strlen(issue->value));
    qiao_buffer_text(out, ",\"detail\":");
    qiao_buffer_json_string(out, reason, strlen(reason));
    qiao_buffer_char(out, '}');
}

/* What the record's reader took with reservations (an unknown code, an unknown field) is said in the answer: nothing is
 * passed over in silence. */
static void
append_warnings(const qiaoi_match_body *body, qiao_language language, qiao_buffer *out)
{
    bool first = true;

    if (body->issues.count == 0 || out->length == 0 || out->data[out->length - 1] != '}')
        return;
    out->length--;
    qiao_buffer_text(out, ",\"warnings\":[");
    for (size_t i = 0; i < body->issues.count; i++) {
        if (!first)
            qiao_buffer_char(out, ',');
        write_warning(body, &body->issues.items[i], language, out);
        first = false;
    }
    qiao_buffer_text(out, "]}");
}

typedef qiao_status (*answer_writer)(qiao_session *session, const qiao_match_request *request, qiao_buffer *out,
                                     qiao_error *err);

static void
answer_body(qiaoi_call *call, answer_writer write)
{
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_match_request request = {.kind = QIAO_NEED};
    qiaoi_match_body body;
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none))
        return;
    if (qiaoi_match_body_read(call, &body)) {
        request.text = body.text;
        request.text_length = body.text != NULL ? strlen(body.text) : 0;
        request.record = body.record;
        if (body.record != NULL)
            request.kind = body.record->kind;
        qiaoi_parameters_to_match(&body.options, &request);
        if (qiaoi_call_went_well(call, write(call->session, &request, out, &error), &error)) {
            append_warnings(&body, call->language, out);
            qiaoi_call_json(call);
            qiaoi_http_set(call->response, "Cache-Control", "no-store");
        }
    }
    qiaoi_match_body_done(&body);
}

void
qiaoi_answer_match(qiaoi_call *call)
{
    answer_body(call, qiao_match_json);
}

void
qiaoi_answer_lint(qiaoi_call *call)
{
    answer_body(call, qiao_match_review_json);
}
