/* GET /v1/reasons: the words of verdicts and cases, as people read them. */
#include "handlers.h"

#include "cases.h"
#include "desk_call.h"

#include <stdio.h>
#include <string.h>

static void
write_reason(const qiaoi_reason *reason, qiao_buffer *out)
{
    qiao_buffer_printf(out, "{\"code\":\"%s\"", reason->code);
    qiaoi_desk_member(out, "zh", reason->zh);
    qiaoi_desk_member(out, "en", reason->en);
    qiao_buffer_printf(out, ",\"of\":[%s%s%s]}", reason->verdict ? "\"verdict\"" : "",
                       reason->verdict && reason->drop ? "," : "", reason->drop ? "\"case\"" : "");
}

static void
write_status(const qiaoi_case_word *word, qiao_buffer *out)
{
    char next[120];

    qiaoi_words_json(word->next, next, sizeof next);
    qiao_buffer_printf(out, "{\"code\":\"%s\"", word->code);
    qiaoi_desk_member(out, "zh", word->zh);
    qiaoi_desk_member(out, "en", word->en);
    qiao_buffer_printf(out, ",\"next\":%s}", next);
}

void
qiaoi_answer_reasons(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;
    qiaoi_parameters none;
    char begins[120];

    if (!qiaoi_call_parameters(call, 0, 0, &none) || qiaoi_call_unchanged(call, 0))
        return;
    qiao_buffer_text(out, "{\"reasons\":[");
    for (size_t i = 0; i < qiaoi_reason_count; i++) {
        qiao_buffer_text(out, i != 0 ? "," : "");
        write_reason(&qiaoi_reasons[i], out);
    }
    qiao_buffer_text(out, "],\"case_statuses\":[");
    for (size_t i = 0; i < QIAOI_CASE_COUNT; i++) {
        qiao_buffer_text(out, i != 0 ? "," : "");
        write_status(&qiaoi_case_words[i], out);
    }
    qiaoi_words_json(QIAOI_CASE_BEGINS, begins, sizeof begins);
    qiao_buffer_printf(out, "],\"case_begins\":%s}", begins);
    qiaoi_call_json(call);
}
