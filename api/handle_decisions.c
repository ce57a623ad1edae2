/* What people decide about a pair: verdicts with their reasons, and the case from the first contact to the landing. */
#include "handlers.h"

#include "desk_call.h"
#include "json_body.h"
#include "qiao/feedback.h"
#include "qiao/file.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NOTE_MAX 2000u
#define LIST_MAX 500u

/* Both records are there for the caller, and whose need it is. */
static bool
find_pair(qiaoi_call *call, char owner[QIAO_DESK_OWNER_MAX + 1])
{
    qiaoi_visible need = {0}, project = {0};
    qiao_error error = QIAO_ERROR_INIT;
    bool fine = qiaoi_desk_of(call) != NULL && qiaoi_visible_open(call, QIAO_NEED, call->id, &need) &&
                qiaoi_visible_open(call, QIAO_PROJECT, call->other, &project);

    owner[0] = '\0';
    if (fine && need.record == NULL)
        fine = qiaoi_call_went_well(
            call, qiao_record_parse(need.json.data, need.json.length, NULL, &need.record, NULL, &error), &error);
    if (fine && need.record->org_name != NULL)
        snprintf(owner, QIAO_DESK_OWNER_MAX + 1, "%s", need.record->org_name);
    qiaoi_visible_done(&need);
    qiaoi_visible_done(&project);
    return fine;
}

static qiao_error *
wrong(qiaoi_call *call, const char *name, const cJSON *value)
{
    char pointer[96];

    snprintf(pointer, sizeof pointer, "/%.80s", name);
    return qiaoi_problem_pointer(&call->problem, pointer, cJSON_IsString(value) ? value->valuestring : NULL);
}

static bool
is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Members are strings, of the names given, and short. */
static bool
check_members(qiaoi_call *call, const cJSON *body, const char *const *names)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, body)
    {
        if (!is_one_of(member->string, names))
            qiao_fail(wrong(call, member->string, NULL), QIAO_E_INPUT, "unknown here");
        else if (!cJSON_IsString(member))
            qiao_fail(wrong(call, member->string, NULL), QIAO_E_INPUT, "must be a string");
        else if (strlen(member->valuestring) > NOTE_MAX)
            qiao_fail(wrong(call, member->string, NULL), QIAO_E_INPUT, "has more than %u bytes", NOTE_MAX);
    }
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

static const char *
text_of(const cJSON *body, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, name);

    return cJSON_IsString(value) ? value->valuestring : NULL;
}

/* {"need":..,"project":..,"by":..,"at":.. */
static void
begin(const qiaoi_call *call, qiao_buffer *out)
{
    char now[21];

    qiao_clock_utc(now);
    qiao_buffer_text(out, "{\"need\":");
    qiao_buffer_json_string(out, call->id, strlen(call->id));
    qiaoi_desk_member(out, "project", call->other);
    qiaoi_desk_member(out, "by", qiaoi_caller_name(&call->caller));
    qiaoi_desk_member(out, "at", now);
}

/* Puts what was said of the pair on the desk, and answers with it. */
static void
put_row(qiaoi_call *call, qiao_desk_table table, const char *who, const char *owner, const char *action)
{
    qiao_buffer *out = &call->response->body;
    qiao_desk_change change = {
        .table = table, .owner = owner, .json = out->data, .length = out->length, .action = action};
    char id[QIAO_DESK_ID_MAX + 1];
    qiao_error error = QIAO_ERROR_INIT;
    uint64_t revision;

    if (!qiaoi_call_went_well(call, qiao_buffer_check(out, &error), &error) ||
        !qiaoi_call_went_well(call, qiao_desk_pair_id(call->id, call->other, who, id, &error), &error) ||
        !qiaoi_desk_expected(call, false, &change.expected))
        return;
    change.id = id;
    if (!qiaoi_desk_put(call, &change, &revision))
        return;
    out->length--;
    qiao_buffer_printf(out, ",\"revision\":%" PRIu64 "}", revision);
    qiaoi_call_json(call);
}

/* ---- verdicts ---- */

static void
put_feedback(qiaoi_call *call, const cJSON *body, const char *owner)
{
    static const char *const names[] = {"verdict", "reason", NULL};
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_feedback feedback;

    if (!check_members(call, body, names))
        return;
    begin(call, out);
    for (const char *const *name = names; *name != NULL; name++)
        if (text_of(body, *name) != NULL)
            qiaoi_desk_member(out, *name, text_of(body, *name));
    qiao_buffer_char(out, '}');
    if (qiaoi_call_went_well(call, qiao_buffer_check(out, &error), &error) &&
        qiaoi_call_went_well(call, qiao_feedback_parse(out->data, out->length, &feedback, &error), &error))
        put_row(call, QIAO_DESK_FEEDBACK, qiaoi_caller_name(&call->caller), owner,
                feedback.accepted ? "accept" : "reject");
}

void
qiaoi_answer_put_feedback(qiaoi_call *call)
{
    char owner[QIAO_DESK_OWNER_MAX + 1];
    qiaoi_parameters none;
    cJSON *body;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || !find_pair(call, owner))
        return;
    body = qiaoi_json_body(call);
    if (body != NULL)
        put_feedback(call, body, owner);
    cJSON_Delete(body);
}

/* ---- cases ---- */

static const char *const case_states[] = {"suggested", "contacted", "negotiating", "signed", "landed", "dropped", NULL};

static void
put_case(qiaoi_call *call, const cJSON *body, const char *owner)
{
    static const char *const names[] = {"status", "note", NULL};
    qiao_buffer *out = &call->response->body;
    const char *state = text_of(body, "status"), *note = text_of(body, "note");

    if (!check_members(call, body, names))
        return;
    if (state == NULL || !is_one_of(state, case_states)) {
        qiao_fail(wrong(call, "status", cJSON_GetObjectItemCaseSensitive(body, "status")), QIAO_E_INPUT,
                  "must be suggested, contacted, negotiating, signed, landed or dropped");
        return;
    }
    begin(call, out);
    qiaoi_desk_member(out, "status", state);
    if (note != NULL)
        qiaoi_desk_member(out, "note", note);
    qiao_buffer_char(out, '}');
    put_row(call, QIAO_DESK_CASE, NULL, owner, state);
}

void
qiaoi_answer_put_case(qiaoi_call *call)
{
    char owner[QIAO_DESK_OWNER_MAX + 1];
    qiaoi_parameters none;
    cJSON *body;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || !find_pair(call, owner))
        return;
    body = qiaoi_json_body(call);
    if (body != NULL)
        put_case(call, body, owner);
    cJSON_Delete(body);
}

static void
write_row(const qiao_desk_row *row, qiao_buffer *out)
{
    qiao_buffer_append(out, row->json, row->length - 1);
    qiao_buffer_printf(out, ",\"revision\":%" PRIu64 "}", row->revision);
}

void
qiaoi_answer_case(qiaoi_call *call)
{
    char owner[QIAO_DESK_OWNER_MAX + 1], id[QIAO_DESK_ID_MAX + 1];
    qiao_error error = QIAO_ERROR_INIT;
    qiao_buffer buffer = {0};
    qiaoi_parameters none;
    qiao_desk_row row;
    qiao_status status;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || !find_pair(call, owner) ||
        !qiaoi_call_went_well(call, qiao_desk_pair_id(call->id, call->other, NULL, id, &error), &error))
        return;
    status = qiao_desk_get(call->service->access.desk, QIAO_DESK_CASE, id, &buffer, &row, &error);
    if (status == QIAO_E_NOTFOUND)
        qiao_fail(&error, QIAO_E_NOTFOUND, "there is no case of %s and %s", call->id, call->other);
    if (qiaoi_call_went_well(call, status, &error) && !qiaoi_call_unchanged_since(call, row.revision)) {
        write_row(&row, &call->response->body);
        qiaoi_call_json(call);
    }
    qiao_buffer_done(&buffer);
}

void
qiaoi_answer_cases(qiaoi_call *call)
{
    const qiaoi_caller *caller = &call->caller;

    qiaoi_desk_list(call, QIAO_DESK_CASE, caller->role == QIAOI_ROLE_ENTERPRISE ? caller->key.organisation : NULL,
                    "cases", LIST_MAX, write_row);
}
