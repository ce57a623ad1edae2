/* GET /v1/pairs/{need}/{project} and GET /v1/needs/{id}/excluded: why this one, why not that one. */
#include "handlers.h"

#include "call.h"
#include "visible.h"

#define EXCLUDED_LIMIT_MAX 200u

/* What was posted since the generation is matched as it stands on the desk; its revision is part of the answer. */
static uint64_t
basis_of(const qiaoi_visible *need)
{
    return qiaoi_answer_day() + (need->revision << 20);
}

/* Both records must be there for the caller. */
static bool
sees_both(qiaoi_call *call, qiaoi_visible *need)
{
    qiaoi_visible project = {0};
    bool fine = qiaoi_visible_open(call, QIAO_NEED, call->id, need) &&
                qiaoi_visible_open(call, QIAO_PROJECT, call->other, &project);

    qiaoi_visible_done(&project);
    return fine;
}

void
qiaoi_answer_pair(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_match_request request = {.kind = QIAO_NEED};
    qiaoi_parameters given;
    qiaoi_visible need = {0};

    if (qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_EXPLAIN) | QIAOI_BIT(QIAOI_P_RANK) | QIAOI_P_SCORING, 0,
                              &given) &&
        sees_both(call, &need) && !qiaoi_call_unchanged(call, basis_of(&need))) {
        qiaoi_visible_to_match(&need, call->id, &request);
        qiaoi_parameters_to_match(&given, &request);
        if (qiaoi_call_went_well(
                call, qiao_pair_json(call->session, &request, call->other, given.rank, &call->response->body, &error),
                &error))
            qiaoi_call_json(call);
    }
    qiaoi_visible_done(&need);
}

void
qiaoi_answer_excluded(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_match_request request = {.kind = QIAO_NEED};
    qiaoi_parameters given;
    qiaoi_visible need = {0};

    if (qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_RANK) | QIAOI_P_SCORING,
                              EXCLUDED_LIMIT_MAX, &given) &&
        qiaoi_visible_open(call, QIAO_NEED, call->id, &need) && !qiaoi_call_unchanged(call, basis_of(&need))) {
        qiaoi_visible_to_match(&need, call->id, &request);
        qiaoi_parameters_to_match(&given, &request);
        if (qiaoi_call_went_well(
                call, qiao_excluded_json(call->session, &request, given.rank, &call->response->body, &error), &error))
            qiaoi_call_json(call);
    }
    qiaoi_visible_done(&need);
}
