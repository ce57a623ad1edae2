/*
 * Cases: how far a match has come, from the suggestion to the landing. What follows what stands in cases.h; whoever
 * must put a mistake right says so ("correction") and why ("note"). Every former state is kept and can be read. What
 * staff note for themselves ("internal_note") is for staff alone, also of former states.
 */
#include "handlers.h"

#include "cases.h"
#include "desk_call.h"
#include "desk_lists.h"
#include "json_body.h"
#include "page.h"
#include "pair_call.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 500u
#define HISTORY_MAX 200u

/* ---- reading ---- */

/* Staff of all parks read cases also of records that are gone. */
static bool
sees_pair(qiaoi_call *call, const char *need, const char *project)
{
    return (call->caller.role == QIAOI_ROLE_STAFF && qiaoi_access_sees_all(&call->caller, QIAO_NEED)) ||
           (qiaoi_visible_is(call, QIAO_NEED, need) && qiaoi_visible_is(call, QIAO_PROJECT, project));
}

/* The case of the address into buffer; *there false: nothing is wrong, but there is none. */
static bool
read_case(qiaoi_call *call, qiao_buffer *buffer, qiao_desk_row *row, bool *there)
{
    char id[QIAO_DESK_ID_MAX + 1];
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status = qiao_desk_pair_id(call->id, call->other, NULL, id, &error);

    if (status == QIAO_OK)
        status = qiao_desk_get(call->service->access.desk, QIAO_DESK_CASE, id, buffer, row, &error);
    *there = status == QIAO_OK;
    return status == QIAO_E_NOTFOUND || qiaoi_call_went_well(call, status, &error);
}

/* For the caller: what it may not see is answered as what is not there. */
static bool
find_case(qiaoi_call *call, qiao_buffer *buffer, qiao_desk_row *row)
{
    qiao_error error = QIAO_ERROR_INIT;
    bool there;

    if (qiaoi_desk_of(call) == NULL || !read_case(call, buffer, row, &there))
        return false;
    if (there && sees_pair(call, call->id, call->other))
        return true;
    if (call->problem.code == QIAOI_PROBLEM_NONE) {
        qiao_fail(&error, QIAO_E_NOTFOUND, "there is no case of %s and %s", call->id, call->other);
        qiaoi_problem_from(&call->problem, &error);
    }
    return false;
}

void
qiaoi_answer_case(qiaoi_call *call)
{
    qiao_buffer buffer = {0};
    qiaoi_parameters none;
    qiao_desk_row row;

    if (qiaoi_call_parameters(call, 0, 0, &none) && find_case(call, &buffer, &row) &&
        !qiaoi_call_unchanged_since(call, row.revision) && qiaoi_visible_case(call, &row, &call->response->body))
        qiaoi_call_json(call);
    qiao_buffer_done(&buffer);
}

static bool
write_history(qiaoi_call *call, uint64_t newest, uint32_t limit)
{
    qiao_buffer *out = &call->response->body, former = {0};
    char id[QIAO_DESK_ID_MAX + 1];
    qiao_error error = QIAO_ERROR_INIT;
    uint64_t oldest = newest > limit ? newest - limit + 1 : 1;
    qiao_status status = qiao_desk_pair_id(call->id, call->other, NULL, id, &error);
    bool fine = true;

    qiao_buffer_text(out, "{\"need\":");
    qiao_buffer_json_string(out, call->id, strlen(call->id));
    qiaoi_desk_member(out, "project", call->other);
    qiao_buffer_text(out, ",\"history\":[");
    for (uint64_t at = newest; fine && status == QIAO_OK && at >= oldest; at--) {
        qiao_desk_row row;

        status = qiao_desk_get_revision(call->service->access.desk, QIAO_DESK_CASE, id, at, &former, &row, &error);
        if (status == QIAO_OK) {
            qiao_buffer_text(out, at == newest ? "" : ",");
            fine = qiaoi_visible_case(call, &row, out);
        }
    }
    qiao_buffer_printf(out, "],\"more\":%s}", oldest > 1 ? "true" : "false");
    qiao_buffer_done(&former);
    return fine && qiaoi_call_went_well(call, status, &error);
}

void
qiaoi_answer_case_history(qiaoi_call *call)
{
    qiao_buffer buffer = {0};
    qiaoi_parameters given;
    qiao_desk_row row;

    if (qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT), HISTORY_MAX, &given) && find_case(call, &buffer, &row) &&
        !qiaoi_call_unchanged_since(call, row.revision) &&
        write_history(call, row.revision, given.limit != 0 ? given.limit : HISTORY_MAX))
        qiaoi_call_json(call);
    qiao_buffer_done(&buffer);
}

/* ---- lists ---- */

typedef struct case_list {
    qiaoi_call *call;
    const qiaoi_parameters *given;
} case_list;

/* Where a case stands. What the desk holds is JSON: where it cannot be parsed, memory is short. */
static qiao_status
read_status(const qiao_desk_row *row, char out[32], qiao_error *err)
{
    cJSON *tree = cJSON_ParseWithLength(row->json, row->length);
    const char *status = tree != NULL ? qiaoi_pair_text(tree, "status") : NULL;

    snprintf(out, 32, "%s", status != NULL ? status : "");
    if (tree == NULL)
        return qiao_fail_memory(err);
    cJSON_Delete(tree);
    return QIAO_OK;
}

bool
qiaoi_case_fits(qiaoi_call *call, const qiao_desk_row *row, const char *status, const char *need, const char *project,
                const qiaoi_parameters *given)
{
    const char *owner = given->words[QIAOI_P_OWNER], *wanted = given->words[QIAOI_P_CASE_STATUS];
    const char *of = given->words[QIAOI_P_NEED];

    return (of == NULL || strcmp(of, need) == 0) && (owner == NULL || strcmp(owner, row->owner) == 0) &&
           (wanted == NULL || strcmp(wanted, status) == 0) && qiaoi_visible_fits(call, QIAO_NEED, need, given) &&
           sees_pair(call, need, project);
}

static qiao_status
show_case(void *context, const qiao_desk_row *row, qiao_buffer *out, qiao_error *err)
{
    case_list *list = context;
    const char *need, *project;
    char copy[QIAO_DESK_ID_MAX + 1], status[32];
    qiao_status st = read_status(row, status, err);

    if (st == QIAO_OK && qiao_desk_pair_split(row->id, copy, &need, &project) &&
        qiaoi_case_fits(list->call, row, status, need, project, list->given))
        (void)qiaoi_visible_case(list->call, row, out); /* what is wrong is a problem of the call */
    return st;
}

bool
qiaoi_case_parameters(qiaoi_call *call, uint64_t beside, uint32_t limit_max, qiaoi_parameters *out)
{
    uint64_t allowed = beside | QIAOI_BIT(QIAOI_P_CASE_STATUS) | QIAOI_BIT(QIAOI_P_OWNER) | QIAOI_BIT(QIAOI_P_PARK);
    qiaoi_case_status status;
    const char *wanted;

    if (!qiaoi_call_parameters(call, allowed, limit_max, out))
        return false;
    wanted = out->words[QIAOI_P_CASE_STATUS];
    if (wanted == NULL || qiaoi_case_status_of(wanted, &status))
        return true;
    qiao_fail(qiaoi_problem_parameter(&call->problem, "status", wanted), QIAO_E_INPUT,
              "must be suggested, contacted, negotiating, signed, landed or dropped");
    return false;
}

void
qiaoi_answer_cases(qiaoi_call *call)
{
    const qiaoi_caller *caller = &call->caller;
    qiaoi_parameters given;
    case_list list = {call, &given};
    qiaoi_page page;

    if (qiaoi_case_parameters(call, QIAOI_P_PAGE | QIAOI_BIT(QIAOI_P_NEED), LIST_MAX, &given) &&
        qiaoi_page_read(call, &given, LIST_MAX, &page))
        qiaoi_page_answer(call, &page, QIAO_DESK_CASE,
                          caller->role == QIAOI_ROLE_ENTERPRISE ? caller->key.organisation : NULL, "cases", show_case,
                          &list);
}

/* ---- moving on ---- */

typedef struct case_move {
    qiaoi_case_status to;
    const char *note, *internal_note, *reason;
    bool correction;
} case_move;

/* Takes "correction" out of the body: the other members are texts. */
static bool
take_correction(qiaoi_call *call, cJSON *body, case_move *move)
{
    cJSON *correction = cJSON_GetObjectItemCaseSensitive(body, "correction");

    move->correction = cJSON_IsTrue(correction);
    if (correction == NULL)
        return true;
    if (!cJSON_IsBool(correction)) {
        qiao_fail(qiaoi_pair_wrong(call, "correction", NULL), QIAO_E_INPUT, "must be true or false");
        return false;
    }
    cJSON_Delete(cJSON_DetachItemViaPointer(body, correction));
    return true;
}

static bool
check_reason(qiaoi_call *call, const cJSON *body, const case_move *move)
{
    const qiaoi_reason *reason = move->reason != NULL ? qiaoi_reason_of(move->reason) : NULL;
    qiao_error *error;

    if (move->to == QIAOI_CASE_DROPPED ? reason != NULL && reason->drop : move->reason == NULL)
        return true;
    error = qiaoi_pair_wrong(call, "reason", cJSON_GetObjectItemCaseSensitive(body, "reason"));
    if (move->to == QIAOI_CASE_DROPPED)
        qiao_fail(error, QIAO_E_INPUT, "a case is dropped with one of the reasons that GET /v1/reasons lists");
    else
        qiao_fail(error, QIAO_E_INPUT, "only a case that is dropped has a reason");
    return false;
}

static bool
read_move(qiaoi_call *call, cJSON *body, case_move *move)
{
    static const char *const names[] = {"status", "note", "internal_note", "reason", NULL};
    const char *status = qiaoi_pair_text(body, "status");

    if (!take_correction(call, body, move) || !qiaoi_pair_members(call, body, names))
        return false;
    move->note = qiaoi_pair_text(body, "note");
    move->internal_note = qiaoi_pair_text(body, "internal_note");
    move->reason = qiaoi_pair_text(body, "reason");
    if (status == NULL || !qiaoi_case_status_of(status, &move->to)) {
        qiao_fail(qiaoi_pair_wrong(call, "status", cJSON_GetObjectItemCaseSensitive(body, "status")), QIAO_E_INPUT,
                  "must be suggested, contacted, negotiating, signed, landed or dropped");
        return false;
    }
    if (move->correction && (move->note == NULL || move->note[strspn(move->note, " \t\r\n")] == '\0')) {
        qiao_fail(qiaoi_pair_wrong(call, "note", NULL), QIAO_E_INPUT, "a correction says why in a note");
        return false;
    }
    return check_reason(call, body, move);
}

/* Where the case stands that is to be moved; *from NULL: there is none. */
static bool
take_status(qiaoi_call *call, bool there, const qiao_desk_row *row, char out[32], const char **from)
{
    qiao_error error = QIAO_ERROR_INIT;

    *from = there ? out : NULL;
    return !there || qiaoi_call_went_well(call, read_status(row, out, &error), &error);
}

/* Staying where it is, with another note, is no step. */
static bool
may_move(qiaoi_call *call, const char *from, const case_move *move)
{
    const char *to = qiaoi_case_words[move->to].code, *next = QIAOI_CASE_BEGINS;
    qiaoi_case_status at;
    qiao_error *error;

    if (from != NULL && qiaoi_case_status_of(from, &at))
        next = qiaoi_case_words[at].next;
    if (move->correction || qiaoi_word_in(next, to) || (from != NULL && strcmp(from, to) == 0))
        return true;
    error = qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_CONFLICT);
    qiaoi_words_json(next, call->problem.allowed, sizeof call->problem.allowed);
    if (from == NULL)
        qiao_fail(error, QIAO_E_REFUSED, "a new case does not begin as %s; it begins as one of %s", to, next);
    else if (*next == '\0')
        qiao_fail(error, QIAO_E_REFUSED, "the case is %s; nothing follows", from);
    else
        qiao_fail(error, QIAO_E_REFUSED, "from %s the case does not go on to %s; what may follow: %s", from, to, next);
    qiao_error_hint(error, "to put a mistake right, send \"correction\": true with a note that says why");
    return false;
}

static void
write_move(const qiaoi_call *call, const case_move *move, qiao_buffer *out)
{
    qiaoi_pair_begin(call, out);
    qiaoi_desk_member(out, "role", qiaoi_role_word(call->caller.role));
    qiaoi_desk_member(out, "status", qiaoi_case_words[move->to].code);
    if (move->reason != NULL)
        qiaoi_desk_member(out, "reason", move->reason);
    if (move->note != NULL)
        qiaoi_desk_member(out, "note", move->note);
    if (move->internal_note != NULL)
        qiaoi_desk_member(out, "internal_note", move->internal_note);
    qiao_buffer_text(out, move->correction ? ",\"correction\":true}" : "}");
}

static void
put_case(qiaoi_call *call, cJSON *body, const char *owner)
{
    qiao_desk_change change = {.table = QIAO_DESK_CASE, .owner = owner};
    qiao_buffer buffer = {0};
    qiao_desk_row row = {.revision = 0};
    const char *from;
    char stands[32];
    case_move move;
    uint64_t wanted;
    bool there;

    if (read_move(call, body, &move) && qiaoi_desk_expected(call, false, &wanted) &&
        read_case(call, &buffer, &row, &there) && take_status(call, there, &row, stands, &from) &&
        may_move(call, from, &move)) {
        /* what was looked at is what is changed, whether the client names a revision or not */
        change.expected = wanted != QIAO_DESK_ANY ? wanted : there ? row.revision : 0;
        change.action = move.correction ? "correct" : qiaoi_case_words[move.to].code;
        write_move(call, &move, &call->response->body);
        qiaoi_pair_put(call, &change, NULL);
    }
    qiao_buffer_done(&buffer);
}

void
qiaoi_answer_put_case(qiaoi_call *call)
{
    char owner[QIAO_DESK_OWNER_MAX + 1];
    qiaoi_parameters none;
    cJSON *body;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || !qiaoi_pair_find(call, owner))
        return;
    body = qiaoi_json_body(call);
    if (body != NULL)
        put_case(call, body, owner);
    cJSON_Delete(body);
}
