/* GET /v1/suggest: what a query that is being typed may become. What is suggested is public, so every caller gets the
 * same. */
#include "handlers.h"

#include "call.h"
#include "qiao/suggest.h"

void
qiaoi_answer_suggest(qiaoi_call *call)
{
    unsigned allowed = QIAOI_BIT(QIAOI_P_SIDE) | QIAOI_BIT(QIAOI_P_QUERY) | QIAOI_BIT(QIAOI_P_LIMIT);
    qiao_error error = QIAO_ERROR_INIT;
    qiao_suggest_request request;
    qiaoi_parameters given;

    if (!qiaoi_call_parameters(call, allowed, QIAO_SUGGEST_LIMIT_MAX, &given) || qiaoi_call_unchanged(call, 0))
        return;
    request = (qiao_suggest_request){
        .side = given.side, .query = given.query, .query_length = given.query_length, .limit = given.limit};
    if (qiaoi_call_went_well(call, qiao_suggest_json(call->session, &request, &call->response->body, &error), &error))
        qiaoi_call_json(call);
}
