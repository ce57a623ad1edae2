/* The verdicts on a need's matches, as they stand. */
#include "handlers.h"

#include "desk_call.h"
#include "visible.h"

#include <inttypes.h>
#include <string.h>

#define VERDICTS_MAX 500u

typedef struct verdicts {
    char prefix[QIAO_DESK_ID_MAX + 2]; /* "NEED\t" */
    const char *who;                   /* whose; NULL = everybody's */
    size_t count;
    bool more;
    qiao_buffer *out;
} verdicts;

/* Is the row ("NEED\tPROJECT\tWHO") one to be told? */
static bool
is_wanted(const verdicts *v, const qiao_desk_row *row)
{
    const char *who = strrchr(row->id, '\t');

    return !row->withdrawn && (v->who == NULL || (who != NULL && strcmp(who + 1, v->who) == 0));
}

static qiao_status
write_verdict(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    verdicts *v = context;

    (void)err;
    if (strncmp(row->id, v->prefix, strlen(v->prefix)) != 0) {
        *more = false;
    } else if (is_wanted(v, row)) {
        v->more = v->count == VERDICTS_MAX;
        *more = !v->more;
        if (v->more)
            return QIAO_OK;
        if (v->count++ != 0)
            qiao_buffer_char(v->out, ',');
        qiao_buffer_append(v->out, row->json, row->length - 1);
        qiao_buffer_printf(v->out, ",\"revision\":%" PRIu64 "}", row->revision);
    }
    return QIAO_OK;
}

/* What the platform's staff think of a match is not for enterprises: they read their own verdicts. */
void
qiaoi_answer_need_feedback(qiaoi_call *call)
{
    verdicts v = {.out = &call->response->body,
                  .who = call->caller.role == QIAOI_ROLE_ENTERPRISE ? qiaoi_caller_name(&call->caller) : NULL};
    qiaoi_visible need = {0};
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters none;

    if (qiaoi_call_parameters(call, 0, 0, &none) && qiaoi_desk_of(call) != NULL &&
        qiaoi_visible_open(call, QIAO_NEED, call->id, &need)) {
        memcpy(v.prefix, call->id, strlen(call->id));
        v.prefix[strlen(call->id)] = '\t';
        qiao_buffer_text(v.out, "{\"feedback\":[");
        if (qiaoi_call_went_well(call,
                                 qiao_desk_each(call->service->access.desk, QIAO_DESK_FEEDBACK, NULL, v.prefix,
                                                write_verdict, &v, &error),
                                 &error)) {
            qiao_buffer_printf(v.out, "],\"more\":%s}", v.more ? "true" : "false");
            qiaoi_call_json(call);
            qiaoi_http_set(call->response, "Cache-Control", "no-store");
        }
    }
    qiaoi_visible_done(&need);
}
