/* GET /v1/pairs/{need}/{project} and GET /v1/needs/{id}/excluded: why this one, why not that one. */
#include "handlers.h"

#include "service.h"
#include "visible.h"

#define EXCLUDED_LIMIT_MAX 200u

/* Both records must be there for the caller. */
static bool
sees_both(qiaoi_call *call)
{
    qiaoi_visible need = {0}, project = {0};
    bool fine = qiaoi_visible_open(call, QIAO_NEED, call->id, &need) &&
                qiaoi_visible_open(call, QIAO_PROJECT, call->other, &project);

    qiaoi_visible_done(&need);
    qiaoi_visible_done(&project);
    return fine;
}

void
qiaoi_answer_pair(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_match_request request;
    qiaoi_parameters given;

    if (!qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_EXPLAIN) | QIAOI_BIT(QIAOI_P_RANK) | QIAOI_P_SCORING, 0,
                               &given) ||
        qiaoi_call_unchanged(call, qiaoi_answer_day()) || !sees_both(call))
        return;
    request = (qiao_match_request){.kind = QIAO_NEED, .id = call->id};
    qiaoi_parameters_to_match(&given, &request);
    if (qiaoi_call_went_well(
            call, qiao_pair_json(call->session, &request, call->other, given.rank, &call->response->body, &error),
            &error))
        qiaoi_call_json(call);
}

static bool
sees_need(qiaoi_call *call)
{
    qiaoi_visible need = {0};
    bool fine = qiaoi_visible_open(call, QIAO_NEED, call->id, &need);

    qiaoi_visible_done(&need);
    return fine;
}

void
qiaoi_answer_excluded(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_match_request request;
    qiaoi_parameters given;

    if (!qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_RANK) | QIAOI_P_SCORING,
                               EXCLUDED_LIMIT_MAX, &given) ||
        qiaoi_call_unchanged(call, qiaoi_answer_day()))
        return;
    if (!sees_need(call))
        return;
    request = (qiao_match_request){.kind = QIAO_NEED, .id = call->id};
    qiaoi_parameters_to_match(&given, &request);
    if (qiaoi_call_went_well(
            call, qiao_excluded_json(call->session, &request, given.rank, &call->response->body, &error), &error))
        qiaoi_call_json(call);
}
