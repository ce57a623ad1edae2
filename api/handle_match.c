/* POST /v1/match and /v1/lint: whatever is posted is matched or reviewed at once; nothing is stored. */
#include "handlers.h"

#include "match_body.h"
#include "misses.h"
#include "visible.h"

#include <string.h>

/* A text for which nothing is worth a look; a record is kept where it is posted. */
static void
note_miss(qiaoi_call *call, const qiao_match_request *request, const qiaoi_parameters *options)
{
    const char *answer = call->response->body.data;

    if (request->text == NULL || request->offset > 0 || strstr(answer, ",\"convincing\":false") == NULL)
        return;
    qiaoi_misses_note(call->service->misses, &(qiaoi_miss){.kind = QIAOI_MISS_MATCH,
                                                           .side = QIAO_PROJECT,
                                                           .text = request->text,
                                                           .length = request->text_length,
                                                           .filters = options->filters,
                                                           .filter_count = options->filter_count,
                                                           .organisation = call->caller.key.organisation});
}

static void
answer_body(qiaoi_call *call, qiaoi_match_writer write)
{
    qiao_buffer *out = &call->response->body;
    qiao_match_request request = {.kind = QIAO_NEED};
    qiaoi_match_body body;
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none))
        return;
    if (qiaoi_match_body_read(call, QIAO_NEED, &body)) {
        request.text = body.text;
        request.text_length = body.text != NULL ? strlen(body.text) : 0;
        request.record = body.record;
        if (body.record != NULL)
            request.kind = body.record->kind;
        if (qiaoi_visible_match(call, &body.options, &request, write)) {
            out->length--;
            if (write == qiao_match_json)
                note_miss(call, &request, &body.options);
            qiaoi_match_body_warn(&body, call->language, out);
            qiao_buffer_char(out, '}');
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
