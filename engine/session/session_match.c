/* The functions of qiao/match.h: a session lends its matcher. */
#include "qiao/match.h"

#include "qiao/review.h"
#include "session/session_internal.h"

qiao_status
qiao_match(qiao_session *session, const qiao_match_request *request, const qiao_match_result **out, qiao_error *err)
{
    return qiao_matcher_match(session->matcher, request, out, err);
}

qiao_status
qiao_match_pairs(qiao_session *session, const qiao_match_request *request, const char *const *ids, size_t count,
                 const qiao_match_result **out, qiao_error *err)
{
    return qiao_matcher_pairs(session->matcher, request, ids, count, out, err);
}

qiao_status
qiao_match_json(qiao_session *session, const qiao_match_request *request, qiao_buffer *out, qiao_error *err)
{
    return qiao_matcher_match_json(session->matcher, request, out, err);
}

qiao_status
qiao_pair_json(qiao_session *session, const qiao_match_request *request, const char *project, uint32_t rank,
               qiao_buffer *out, qiao_error *err)
{
    return qiao_matcher_pair_json(session->matcher, request, project, rank, out, err);
}

qiao_status
qiao_excluded_json(qiao_session *session, const qiao_match_request *request, uint32_t rank, qiao_buffer *out,
                   qiao_error *err)
{
    return qiao_matcher_excluded_json(session->matcher, request, rank, out, err);
}

qiao_status
qiao_match_review_json(qiao_session *session, const qiao_match_request *request, qiao_buffer *out, qiao_error *err)
{
    return qiao_review_json(&session->snapshot->tables, session->matcher, request, out, err);
}
