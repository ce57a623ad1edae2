/* GET /v1/search and the records that are similar to one. */
#include "handlers.h"

#include "misses.h"
#include "visible.h"

#include <string.h>

#define SEARCH_LIMIT_MAX 200u
#define SIMILAR_LIMIT_MAX 50u

/* What lies beside the generation for this caller is part of the answer, so it is part of its tag. */
static bool
read_basis(qiaoi_call *call, qiao_kind side, const char *scope, uint64_t *out)
{
    qiao_error error = QIAO_ERROR_INIT;

    return qiaoi_call_went_well(call, qiao_search_basis(call->session, side, scope, out, &error), &error);
}

/* Who looks for something by words, and nothing is there: kept for those who look for partners. */
static void
note_miss(qiaoi_call *call, const qiao_search_request *request)
{
    const char *answer = call->response->body.data;

    if (request->offset > 0 || strstr(answer, ",\"total\":0,") == NULL)
        return;
    qiaoi_misses_note(call->service->misses, &(qiaoi_miss){.kind = QIAOI_MISS_SEARCH,
                                                           .side = request->side,
                                                           .text = request->query,
                                                           .length = request->query_length,
                                                           .filters = request->filters,
                                                           .filter_count = request->filter_count,
                                                           .organisation = call->caller.key.organisation});
}

void
qiaoi_answer_search(qiaoi_call *call)
{
    uint64_t allowed = QIAOI_P_SEARCHING | QIAOI_P_FILTERS | QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_OFFSET),
             basis;
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    qiao_search_request request;
    const char *scope;

    if (!qiaoi_call_parameters(call, allowed, SEARCH_LIMIT_MAX, &given))
        return;
    scope = qiaoi_access_filter(&call->caller, given.side);
    if (!read_basis(call, given.side, scope, &basis) || qiaoi_call_unchanged(call, basis))
        return;
    qiaoi_parameters_to_search(&given, scope, &request);
    if (qiaoi_call_went_well(call, qiao_search_json(call->session, &request, &call->response->body, &error), &error)) {
        note_miss(call, &request);
        qiaoi_call_json(call);
    }
}

static void
answer_similar(qiaoi_call *call, qiao_kind kind)
{
    const char *scope = qiaoi_access_filter(&call->caller, kind);
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    qiaoi_visible visible = {0};
    uint64_t basis;

    if (qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT), SIMILAR_LIMIT_MAX, &given) &&
        qiaoi_visible_open(call, kind, call->id, &visible) && read_basis(call, kind, scope, &basis) &&
        !qiaoi_call_unchanged(call, basis + (visible.revision << 20)) &&
        qiaoi_call_went_well(
            call, qiao_similar_json(call->session, kind, call->id, scope, given.limit, &call->response->body, &error),
            &error))
        qiaoi_call_json(call);
    qiaoi_visible_done(&visible);
}

void
qiaoi_answer_project_similar(qiaoi_call *call)
{
    answer_similar(call, QIAO_PROJECT);
}

void
qiaoi_answer_need_similar(qiaoi_call *call)
{
    answer_similar(call, QIAO_NEED);
}
