/* GET /v1/audit: the audit trail, line by line as it is kept, so that its chain can be checked outside. */
#include "handlers.h"

#include "desk_call.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 1000u
#define LINES 100u

typedef struct trail_page {
    qiao_buffer *out;
    uint32_t left;
    uint64_t next; /* 0 = there is none behind */
    bool first;
} trail_page;

static qiao_status
write_line(const qiao_desk_line *line, void *context, bool *more, qiao_error *err)
{
    trail_page *page = context;

    (void)err;
    if (page->left == 0) {
        page->next = line->number;
        *more = false;
        return QIAO_OK;
    }
    page->left--;
    if (!page->first)
        qiao_buffer_char(page->out, ',');
    page->first = false;
    qiao_buffer_append(page->out, line->json, line->length);
    return QIAO_OK;
}

static bool
read_from(qiaoi_call *call, const qiaoi_parameters *given, uint64_t *out)
{
    const char *text = given->words[QIAOI_P_FROM];

    *out = 1;
    if (text == NULL)
        return true;
    if (*text != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) <= 18 && *text != '0') {
        *out = strtoull(text, NULL, 10);
        return true;
    }
    qiao_fail(qiaoi_problem_parameter(&call->problem, "from", text), QIAO_E_INPUT,
              "must be the number of a line, from 1 on");
    return false;
}

/* The trail names what is of other parks too. */
static bool
may_read(qiaoi_call *call)
{
    qiao_error *error;

    if (call->caller.key.park[0] == '\0')
        return true;
    error = qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_FORBIDDEN);
    qiao_fail(error, QIAO_E_REFUSED, "the audit trail is for staff of all parks");
    qiao_error_hint(error, "ask the platform's staff");
    return false;
}

void
qiaoi_answer_audit(qiaoi_call *call)
{
    trail_page page = {.out = &call->response->body, .first = true};
    qiao_desk *desk = qiaoi_desk_of(call);
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    uint64_t from;

    if (desk == NULL || !may_read(call) ||
        !qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_FROM) | QIAOI_BIT(QIAOI_P_LIMIT), LINES_MAX, &given) ||
        !read_from(call, &given, &from))
        return;
    page.left = given.limit != 0 ? given.limit : LINES;
    qiao_buffer_text(page.out, "{\"lines\":[");
    if (!qiaoi_call_went_well(call, qiao_desk_audit(desk, from, write_line, &page, &error), &error))
        return;
    qiao_buffer_printf(page.out, "],\"more\":%s", page.next != 0 ? "true" : "false");
    if (page.next != 0)
        qiao_buffer_printf(page.out, ",\"next\":%" PRIu64, page.next);
    qiao_buffer_char(page.out, '}');
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}
