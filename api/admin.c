/* See admin.h. */
#include "admin.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

bool
qiaoi_admin_allowed(qiaoi_call *call)
{
    qiao_error *error;

    if (call->caller.key.park[0] == '\0')
        return true;
    error = qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_FORBIDDEN);
    qiao_fail(error, QIAO_E_REFUSED, "this is for staff of all parks; the key is of staff of %s",
              call->caller.key.park);
    qiao_error_hint(error, "ask the platform's staff");
    return false;
}

qiao_error *
qiaoi_admin_wrong(qiaoi_call *call, const char *member)
{
    char pointer[96];

    snprintf(pointer, sizeof pointer, "/%.80s", member);
    return qiaoi_problem_pointer(&call->problem, pointer, NULL);
}

bool
qiaoi_admin_strings(qiaoi_call *call, const cJSON *body, const char *const *names, size_t most)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, body)
    {
        const char *const *name = names;

        while (*name != NULL && strcmp(*name, member->string) != 0)
            name++;
        if (*name == NULL)
            qiao_fail(qiaoi_admin_wrong(call, member->string), QIAO_E_INPUT, "unknown here");
        else if (!cJSON_IsString(member))
            qiao_fail(qiaoi_admin_wrong(call, member->string), QIAO_E_INPUT, "must be a string");
        else if (strlen(member->valuestring) > most)
            qiao_fail(qiaoi_admin_wrong(call, member->string), QIAO_E_INPUT, "has more than %u bytes", (unsigned)most);
    }
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

const char *
qiaoi_admin_text(const cJSON *body, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, name));
}
