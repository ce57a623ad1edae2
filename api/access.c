/* Who calls, and what it may see: see access.h. */
#include "access.h"

#include "qiao/file.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
failed(qiaoi_problem *problem, const qiao_error *error)
{
    qiaoi_problem_from(problem, error);
    return false;
}

static bool
refuse_key(qiaoi_problem *problem, const char *english)
{
    qiao_error *error = qiaoi_problem_set(problem, QIAOI_PROBLEM_UNAUTHORIZED);

    qiao_fail(error, QIAO_E_REFUSED, "%s", "");
    snprintf(error->message, sizeof error->message, "%s", english);
    snprintf(error->message_zh, sizeof error->message_zh, "%s", qiao_message(english, QIAO_LANGUAGE_ZH));
    qiao_error_hint(error, "send the header Authorization: Bearer KEY; keys are made with qiao-api key create");
    return false;
}

/* Whose needs the caller sees, and what its answers are kept under. */
static void
set_scope(qiaoi_caller *caller)
{
    const qiaoi_key *key = &caller->key;
    char hash[33];

    if (caller->role == QIAOI_ROLE_ENTERPRISE) {
        qiao_hash128_hex(key->organisation, strlen(key->organisation), hash);
        snprintf(caller->needs_filter, sizeof caller->needs_filter, "owner:%s", hash);
    } else if (caller->role == QIAOI_ROLE_PUBLIC) {
        snprintf(caller->needs_filter, sizeof caller->needs_filter, "owner:nobody");
    } else if (key->park[0] != '\0') {
        snprintf(caller->needs_filter, sizeof caller->needs_filter, "park:%s", key->park);
    }
    snprintf(caller->scope, sizeof caller->scope, "%s\n%s\n%s", qiaoi_role_word(caller->role), key->park,
             caller->role == QIAOI_ROLE_ENTERPRISE ? key->organisation : "");
}

static bool
identify_without(const qiaoi_access *access, qiaoi_caller *out, qiaoi_problem *problem)
{
    qiao_error error = QIAO_ERROR_INIT;
    bool any = false;

    if (access->desk != NULL && qiaoi_key_any(access->desk, &any, &error) != QIAO_OK)
        return failed(problem, &error);
    out->open = !any;
    out->role = any ? QIAOI_ROLE_PUBLIC : QIAOI_ROLE_STAFF;
    set_scope(out);
    return true;
}

bool
qiaoi_access_identify(const qiaoi_access *access, const char *authorization, qiaoi_caller *out, qiaoi_problem *problem)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_key_verdict verdict = QIAOI_KEY_UNKNOWN;

    memset(out, 0, sizeof *out);
    if (authorization == NULL)
        return identify_without(access, out, problem);
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return refuse_key(problem, "only keys are taken to say who calls");
    if (access->desk != NULL &&
        qiaoi_key_check(access->desk, authorization + 7, &out->key, &verdict, &error) != QIAO_OK)
        return failed(problem, &error);
    switch (verdict) {
    case QIAOI_KEY_GOOD:
        break;
    case QIAOI_KEY_UNKNOWN:
        return refuse_key(problem, "the key is not known");
    case QIAOI_KEY_REVOKED:
        return refuse_key(problem, "the key was revoked");
    case QIAOI_KEY_EXPIRED:
        return refuse_key(problem, "the key has expired");
    }
    out->role = out->key.role;
    set_scope(out);
    return true;
}

bool
qiaoi_access_allows(const qiaoi_access *access, const qiaoi_caller *caller, unsigned roles, qiaoi_problem *problem)
{
    qiao_error *error;

    if ((roles & 1u << caller->role) != 0 && (caller->role != QIAOI_ROLE_PUBLIC || access->public_reads))
        return true;
    if (caller->role == QIAOI_ROLE_PUBLIC)
        return refuse_key(problem, "this asks for a key");
    error = qiaoi_problem_set(problem, QIAOI_PROBLEM_FORBIDDEN);
    qiao_fail(error, QIAO_E_REFUSED, "a key of the role %s may not do this", qiaoi_role_word(caller->role));
    qiao_error_hint(error, "ask the platform's staff");
    return false;
}

const char *
qiaoi_caller_name(const qiaoi_caller *caller)
{
    return caller->key.name[0] != '\0' ? caller->key.name : qiaoi_role_word(caller->role);
}

const char *
qiaoi_access_scope(const qiaoi_caller *caller)
{
    return caller->scope;
}

static bool
is_inside(const qiaoi_caller *caller)
{
    return caller->role == QIAOI_ROLE_STAFF || caller->role == QIAOI_ROLE_JOB;
}

const char *
qiaoi_access_filter(const qiaoi_caller *caller, qiao_kind side)
{
    if (side == QIAO_PROJECT)
        return is_inside(caller) ? NULL : "access:public";
    return caller->needs_filter[0] != '\0' ? caller->needs_filter : NULL;
}

bool
qiaoi_access_sees_all(const qiaoi_caller *caller, qiao_kind side)
{
    return is_inside(caller) && qiaoi_access_filter(caller, side) == NULL;
}

bool
qiaoi_access_owns(const qiaoi_caller *caller, const qiao_record *record)
{
    return caller->role == QIAOI_ROLE_ENTERPRISE && record->org_name != NULL &&
           strcmp(record->org_name, caller->key.organisation) == 0;
}

bool
qiaoi_access_sees(const qiaoi_caller *caller, const qiao_record *record)
{
    if (record->kind == QIAO_PROJECT)
        return is_inside(caller) || record->visibility == NULL || strcmp(record->visibility, "public") == 0 ||
               qiaoi_access_owns(caller, record);
    if (is_inside(caller))
        return caller->key.park[0] == '\0' || (record->park != NULL && strcmp(record->park, caller->key.park) == 0);
    return qiaoi_access_owns(caller, record);
}
