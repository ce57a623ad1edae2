/* What handlers of pairs share: see pair_call.h. */
#include "pair_call.h"

#include "desk_call.h"
#include "qiao/file.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool
qiaoi_pair_find(qiaoi_call *call, char owner[QIAO_DESK_OWNER_MAX + 1])
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

qiao_error *
qiaoi_pair_wrong(qiaoi_call *call, const char *name, const cJSON *value)
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

bool
qiaoi_pair_members(qiaoi_call *call, const cJSON *body, const char *const *names)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, body)
    {
        if (!is_one_of(member->string, names))
            qiao_fail(qiaoi_pair_wrong(call, member->string, NULL), QIAO_E_INPUT, "unknown here");
        else if (!cJSON_IsString(member))
            qiao_fail(qiaoi_pair_wrong(call, member->string, NULL), QIAO_E_INPUT, "must be a string");
        else if (strlen(member->valuestring) > QIAOI_NOTE_MAX)
            qiao_fail(qiaoi_pair_wrong(call, member->string, NULL), QIAO_E_INPUT, "has more than %u bytes",
                      QIAOI_NOTE_MAX);
    }
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

const char *
qiaoi_pair_text(const cJSON *body, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, name);

    return cJSON_IsString(value) ? value->valuestring : NULL;
}

void
qiaoi_pair_begin(const qiaoi_call *call, qiao_buffer *out)
{
    char now[21];

    qiao_clock_utc(now);
    qiao_buffer_text(out, "{\"need\":");
    qiao_buffer_json_string(out, call->id, strlen(call->id));
    qiaoi_desk_member(out, "project", call->other);
    qiaoi_desk_member(out, "by", qiaoi_caller_name(&call->caller));
    qiaoi_desk_member(out, "at", now);
}

void
qiaoi_pair_put(qiaoi_call *call, qiao_desk_change *change, const char *who)
{
    qiao_buffer *out = &call->response->body;
    char id[QIAO_DESK_ID_MAX + 1];
    qiao_error error = QIAO_ERROR_INIT;
    uint64_t revision;

    if (!qiaoi_call_went_well(call, qiao_buffer_check(out, &error), &error) ||
        !qiaoi_call_went_well(call, qiao_desk_pair_id(call->id, call->other, who, id, &error), &error))
        return;
    change->id = id;
    change->json = out->data;
    change->length = out->length;
    if (!qiaoi_desk_put(call, change, &revision))
        return;
    out->length--;
    qiao_buffer_printf(out, ",\"revision\":%" PRIu64 "}", revision);
    qiaoi_call_json(call);
}
