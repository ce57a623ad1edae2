/* The table of routes, and the handlers that read the catalogue: records, matches of a record. */
#include "handlers.h"

#include "call.h"
#include "kept_answers.h"
#include "qiao/match.h"
#include "visible.h"

#include <string.h>
#include <time.h>

const qiaoi_route qiaoi_routes[] = {
    {"GET", "/", qiaoi_answer_links, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_ANYBODY},
    {"GET", "/livez", qiaoi_answer_live, QIAOI_SESSION_NONE, QIAOI_MAY_ANYBODY},
    {"GET", "/readyz", qiaoi_answer_ready, QIAOI_SESSION_REQUIRED, QIAOI_MAY_ANYBODY},
    {"GET", "/v1/about", qiaoi_answer_about, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_READ},
    {"GET", "/v1/openapi.json", qiaoi_answer_openapi, QIAOI_SESSION_NONE, QIAOI_MAY_ANYBODY},
    {"GET", "/v1/vocabulary", qiaoi_answer_vocabulary, QIAOI_SESSION_NONE, QIAOI_MAY_ANYBODY},
    {"GET", "/web/{id}", qiaoi_answer_web_file, QIAOI_SESSION_NONE, QIAOI_MAY_ANYBODY},
    {"GET", "/web/", qiaoi_answer_web_page, QIAOI_SESSION_NONE, QIAOI_MAY_ANYBODY},
    {"GET", "/web", qiaoi_answer_web_folder, QIAOI_SESSION_NONE, QIAOI_MAY_ANYBODY},
    {"GET", "/v1/search", qiaoi_answer_search, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"GET", "/v1/suggest", qiaoi_answer_suggest, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"POST", "/v1/match", qiaoi_answer_match, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"POST", "/v1/lint", qiaoi_answer_lint, QIAOI_SESSION_REQUIRED, QIAOI_MAY_KEY},
    {"GET", "/v1/projects/{id}/similar", qiaoi_answer_project_similar, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"GET", "/v1/needs/{id}/similar", qiaoi_answer_need_similar, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"GET", "/v1/projects/{id}/matches", qiaoi_answer_project_matches, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"GET", "/v1/projects/{id}", qiaoi_answer_project, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"PUT", "/v1/pairs/{id}/{other}/feedback", qiaoi_answer_put_feedback, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"DELETE", "/v1/pairs/{id}/{other}/feedback", qiaoi_answer_delete_feedback, QIAOI_SESSION_OPTIONAL,
     QIAOI_MAY_WRITE},
    {"GET", "/v1/pairs/{id}/{other}", qiaoi_answer_pair, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"GET", "/v1/needs/{id}/feedback", qiaoi_answer_need_feedback, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"GET", "/v1/needs/{id}/excluded", qiaoi_answer_excluded, QIAOI_SESSION_REQUIRED, QIAOI_MAY_INSIDE},
    {"GET", "/v1/needs/{id}/matches", qiaoi_answer_need_matches, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"GET", "/v1/needs/{id}", qiaoi_answer_need, QIAOI_SESSION_REQUIRED, QIAOI_MAY_READ},
    {"PUT", "/v1/needs/{id}", qiaoi_answer_put_need, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"DELETE", "/v1/needs/{id}", qiaoi_answer_delete_need, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"GET", "/v1/needs", qiaoi_answer_needs, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"POST", "/v1/needs", qiaoi_answer_post_need, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"PUT", "/v1/projects/{id}", qiaoi_answer_put_project, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_INSIDE},
    {"DELETE", "/v1/projects/{id}", qiaoi_answer_delete_project, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_INSIDE},
    {"GET", "/v1/projects", qiaoi_answer_projects, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"POST", "/v1/projects", qiaoi_answer_post_project, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_INSIDE},
    {"GET", "/v1/keys", qiaoi_answer_keys, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"POST", "/v1/keys", qiaoi_answer_post_key, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"DELETE", "/v1/keys/{id}", qiaoi_answer_delete_key, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"GET", "/v1/generations", qiaoi_answer_generations, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"PUT", "/v1/generations/current", qiaoi_answer_put_generation, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"GET", "/v1/profiles", qiaoi_answer_profiles, QIAOI_SESSION_REQUIRED, QIAOI_MAY_STAFF},
    {"POST", "/v1/profiles/preview", qiaoi_answer_preview, QIAOI_SESSION_REQUIRED, QIAOI_MAY_STAFF},
    {"PUT", "/v1/profiles/next", qiaoi_answer_put_profile, QIAOI_SESSION_REQUIRED, QIAOI_MAY_STAFF},
    {"GET", "/v1/reports/nightly", qiaoi_answer_nights, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"GET", "/v1/reports/nightly/{id}", qiaoi_answer_night, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"GET", "/v1/reports/feeds", qiaoi_answer_feeds, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"GET", "/v1/reports/gaps", qiaoi_answer_gaps, QIAOI_SESSION_REQUIRED, QIAOI_MAY_STAFF},
    {"GET", "/v1/reports/scouting", qiaoi_answer_scouting, QIAOI_SESSION_REQUIRED, QIAOI_MAY_STAFF},
    {"GET", "/v1/reports/monitoring", qiaoi_answer_monitoring, QIAOI_SESSION_REQUIRED, QIAOI_MAY_STAFF},
    {"GET", "/v1/queue", qiaoi_answer_queue, QIAOI_SESSION_REQUIRED, QIAOI_MAY_STAFF},
    {"GET", "/v1/zero-hits", qiaoi_answer_zero_hits, QIAOI_SESSION_NONE, QIAOI_MAY_STAFF},
    {"GET", "/v1/cases", qiaoi_answer_cases, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"GET", "/v1/cases/{id}/{other}/history", qiaoi_answer_case_history, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"GET", "/v1/cases/{id}/{other}", qiaoi_answer_case, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"PUT", "/v1/cases/{id}/{other}", qiaoi_answer_put_case, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"GET", "/v1/searches", qiaoi_answer_searches, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"POST", "/v1/searches", qiaoi_answer_post_search, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"GET", "/v1/searches/{id}/news", qiaoi_answer_news, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"GET", "/v1/searches/{id}", qiaoi_answer_saved_search, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"PUT", "/v1/searches/{id}", qiaoi_answer_put_search, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"DELETE", "/v1/searches/{id}", qiaoi_answer_delete_search, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"GET", "/v1/exports/search", qiaoi_answer_export_search, QIAOI_SESSION_REQUIRED, QIAOI_MAY_KEY},
    {"GET", "/v1/exports/needs/{id}/matches", qiaoi_answer_export_matches, QIAOI_SESSION_REQUIRED, QIAOI_MAY_KEY},
    {"GET", "/v1/exports/shortlists/{id}", qiaoi_answer_export_shortlist, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"GET", "/v1/exports/cases", qiaoi_answer_export_cases, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_KEY},
    {"GET", "/v1/reasons", qiaoi_answer_reasons, QIAOI_SESSION_NONE, QIAOI_MAY_READ},
    {"GET", "/v1/audit", qiaoi_answer_audit, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_STAFF},
    {"GET", "/v1/shortlists", qiaoi_answer_shortlists, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"POST", "/v1/shortlists", qiaoi_answer_post_shortlist, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"GET", "/v1/shortlists/{id}", qiaoi_answer_shortlist, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"PUT", "/v1/shortlists/{id}", qiaoi_answer_put_shortlist, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {"DELETE", "/v1/shortlists/{id}", qiaoi_answer_delete_shortlist, QIAOI_SESSION_OPTIONAL, QIAOI_MAY_WRITE},
    {NULL, NULL, NULL, QIAOI_SESSION_NONE, 0},
};

/* The record as its caller may see it, and the generation it was read from; of the desk: its revision. */
static void
answer_record(qiaoi_call *call, qiao_kind kind)
{
    qiaoi_parameters none;
    qiaoi_visible visible = {0};

    if (qiaoi_call_parameters(call, 0, 0, &none) && qiaoi_visible_open(call, kind, call->id, &visible) &&
        !qiaoi_visible_unchanged(call, &visible) && qiaoi_visible_write(call, &visible))
        qiaoi_call_json(call);
    qiaoi_visible_done(&visible);
}

void
qiaoi_answer_project(qiaoi_call *call)
{
    answer_record(call, QIAO_PROJECT);
}

void
qiaoi_answer_need(qiaoi_call *call)
{
    answer_record(call, QIAO_NEED);
}

/* Gates look at the day: what was right yesterday may have expired. */
uint64_t
qiaoi_answer_day(void)
{
    return (uint64_t)(time(NULL) / 86400);
}

/* From what was kept, or made and kept. */
static void
answer_matches_of(qiaoi_call *call, qiao_kind kind, qiaoi_visible *visible, qiaoi_parameters *given, uint64_t basis)
{
    qiaoi_kept_answers *kept = call->service->kept_answers;
    qiao_buffer *body = &call->response->body, key = {0};
    qiao_match_request request = {.kind = kind};
    bool answered;

    if (kept != NULL) {
        qiao_buffer_printf(&key, "%llu %llu ", (unsigned long long)qiao_session_opening(call->session),
                           (unsigned long long)basis);
        qiao_buffer_text(&key, qiaoi_access_scope(&call->caller));
        qiao_buffer_char(&key, '\n');
        qiao_buffer_text(&key, call->request->target);
    }
    answered = kept != NULL && !key.failed && qiaoi_kept_answers_find(kept, key.data, key.length, body);
    if (!answered) {
        qiaoi_visible_to_match(visible, call->id, &request);
        answered = qiaoi_visible_match(call, given, &request, qiao_match_json);
        if (answered && kept != NULL && !key.failed && !body->failed)
            qiaoi_kept_answers_keep(kept, key.data, key.length, body->data, body->length);
    }
    if (answered)
        qiaoi_call_json(call);
    qiao_buffer_done(&key);
}

static void
answer_matches(qiaoi_call *call, qiao_kind kind)
{
    qiaoi_parameters given;
    qiaoi_visible visible = {0};

    if (qiaoi_call_parameters(call, QIAOI_P_MATCH, QIAOI_MATCH_LIMIT_MAX, &given) &&
        qiaoi_visible_open(call, kind, call->id, &visible)) {
        uint64_t basis = qiaoi_answer_day() + (visible.revision << 20);

        if (!qiaoi_call_unchanged(call, basis))
            answer_matches_of(call, kind, &visible, &given, basis);
    }
    qiaoi_visible_done(&visible);
}

void
qiaoi_answer_project_matches(qiaoi_call *call)
{
    answer_matches(call, QIAO_PROJECT);
}

void
qiaoi_answer_need_matches(qiaoi_call *call)
{
    answer_matches(call, QIAO_NEED);
}
