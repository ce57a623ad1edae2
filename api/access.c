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

static bool
identify_without(const qiaoi_access *access, qiaoi_caller *out, qiaoi_problem *problem)
{
    qiao_error error = QIAO_ERROR_INIT;
    bool any = false;

    if (access->desk != NULL && qiaoi_key_any(access->desk, &any, &error) != QIAO_OK)
        return failed(problem, &error);
    out->open = !any;
    out->role = any ? QIAOI_ROLE_PUBLIC : QIAOI_ROLE_STAFF;
    return true;
}

static void
own_filter(qiaoi_caller *caller)
{
    char hash[33];

    qiao_hash128_hex(caller->key.organisation, strlen(caller->key.organisation), hash);
    snprintf(caller->owner_filter, sizeof caller->owner_filter, "owner:%s", hash);
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
    if (out->role == QIAOI_ROLE_ENTERPRISE)
        own_filter(out);
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
qiaoi_access_filter(const qiaoi_caller *caller, qiao_kind side)
{
    if (caller->role == QIAOI_ROLE_STAFF || caller->role == QIAOI_ROLE_JOB)
        return NULL;
    if (side == QIAO_PROJECT)
        return "access:public";
    return caller->role == QIAOI_ROLE_ENTERPRISE ? caller->owner_filter : "access:public";
}

bool
qiaoi_access_sees(const qiaoi_caller *caller, qiao_kind kind, const char *visibility, const char *organisation)
{
    if (caller->role == QIAOI_ROLE_STAFF || caller->role == QIAOI_ROLE_JOB)
        return true;
    if (kind == QIAO_NEED && caller->role == QIAOI_ROLE_ENTERPRISE)
        return organisation != NULL && strcmp(organisation, caller->key.organisation) == 0;
    if (visibility == NULL)
        return kind == QIAO_PROJECT;
    return strcmp(visibility, "public") == 0;
}
