/* Keys of access over HTTP, for staff of all parks. A key is told once, in the answer that made it. */
#include "handlers.h"

#include "admin.h"
#include "desk_call.h"
#include "json_body.h"
#include "keys.h"
#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 500u

/* ---- listing ---- */

typedef struct listing {
    qiao_buffer *out;
    qiaoi_key_uses *uses; /* NULL = not known of any */
    uint32_t skip, left;
    bool first, more;
} listing;

static void
write_time(qiao_buffer *out, int64_t ms)
{
    char day[QIAO_DATE_SIZE];
    int64_t seconds = ms / 1000, of_day = seconds % 86400;

    qiao_date_text((int32_t)(seconds / 86400), day);
    qiao_buffer_printf(out, ",\"created\":\"%sT%02d:%02d:%02dZ\"", day, (int)(of_day / 3600), (int)(of_day / 60 % 60),
                       (int)(of_day % 60));
}

/* What is not there is null. */
static void
write_member(qiao_buffer *out, const char *name, const char *text)
{
    if (text[0] == '\0')
        qiao_buffer_printf(out, ",\"%s\":null", name);
    else
        qiaoi_desk_member(out, name, text);
}

static void
write_key(qiao_buffer *out, const qiaoi_key *key)
{
    qiao_buffer_printf(out, "{\"name\":\"%s\",\"role\":\"%s\"", key->name, qiaoi_role_word(key->role));
    write_member(out, "organisation", key->organisation);
    write_member(out, "park", key->park);
    write_member(out, "label", key->label);
    write_member(out, "expires", key->expires);
}

static qiao_status
list_key(const qiaoi_key *key, void *context, qiao_error *err)
{
    listing *list = context;
    char used[21] = "";

    (void)err;
    if (list->skip > 0 && list->skip-- > 0)
        return QIAO_OK;
    list->more = list->left == 0;
    if (list->more)
        return QIAO_OK;
    list->left--;
    qiao_buffer_text(list->out, list->first ? "" : ",");
    list->first = false;
    write_key(list->out, key);
    write_time(list->out, key->created_ms);
    if (list->uses != NULL)
        qiaoi_key_use_get(list->uses, key->name, used);
    write_member(list->out, "last_used", used);
    qiao_buffer_printf(list->out, ",\"revoked\":%s}", key->revoked ? "true" : "false");
    return QIAO_OK;
}

void
qiaoi_answer_keys(qiaoi_call *call)
{
    listing list = {.out = &call->response->body, .uses = call->service->key_uses, .first = true};
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    qiao_desk *desk;

    if (!qiaoi_admin_allowed(call) ||
        !qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_OFFSET), LIST_MAX, &given) ||
        (desk = qiaoi_desk_of(call)) == NULL)
        return;
    list.skip = given.offset;
    list.left = given.limit != 0 ? given.limit : LIST_MAX;
    qiao_buffer_text(list.out, "{\"keys\":[");
    if (!qiaoi_call_went_well(call, qiaoi_key_each(desk, list_key, &list, &error), &error))
        return;
    qiao_buffer_printf(list.out, "],\"more\":%s}", list.more ? "true" : "false");
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}

/* ---- making ---- */

static void
take_park(qiaoi_call *call, const char *name, qiaoi_key *out)
{
    const qiao_code *park;

    if (name == NULL)
        return;
    park = qiao_vocabulary_resolve(qiao_engine_vocabulary(call->service->engine), "park", name);
    if (park == NULL)
        qiao_fail(qiaoi_admin_wrong(call, "park"), QIAO_E_INPUT, "there is no such park");
    else if (out->role != QIAOI_ROLE_STAFF)
        qiao_fail(qiaoi_admin_wrong(call, "park"), QIAO_E_INPUT, "only staff are of a park");
    else
        snprintf(out->park, sizeof out->park, "%s", park->code);
}

static void
take_expiry(qiaoi_call *call, const char *day, qiaoi_key *out)
{
    int32_t number;

    if (day == NULL)
        return;
    if (!qiaoi_day_read(day, &number) || number <= (int32_t)qiaoi_answer_day())
        qiao_fail(qiaoi_admin_wrong(call, "expires"), QIAO_E_INPUT, "must be a day to come, as in 2027-01-31");
    else
        snprintf(out->expires, sizeof out->expires, "%.10sT00:00:00Z", day);
}

static bool
take_key(qiaoi_call *call, const cJSON *body, qiaoi_key *out)
{
    static const char *const names[] = {"role", "organisation", "park", "label", "expires", NULL};
    const char *role = qiaoi_admin_text(body, "role"), *organisation = qiaoi_admin_text(body, "organisation"),
               *label = qiaoi_admin_text(body, "label");

    memset(out, 0, sizeof *out);
    if (!qiaoi_admin_strings(call, body, names, QIAOI_KEY_LABEL_MAX))
        return false;
    if (role == NULL || !qiaoi_role_of(role, &out->role) || out->role == QIAOI_ROLE_PUBLIC)
        qiao_fail(qiaoi_admin_wrong(call, "role"), QIAO_E_INPUT, "must be one of %s", "staff|enterprise|job");
    if ((out->role == QIAOI_ROLE_ENTERPRISE) != (organisation != NULL && organisation[0] != '\0'))
        qiao_fail(qiaoi_admin_wrong(call, "organisation"), QIAO_E_INPUT,
                  "a key for an enterprise names its organisation, and no other does");
    snprintf(out->organisation, sizeof out->organisation, "%s", organisation != NULL ? organisation : "");
    snprintf(out->label, sizeof out->label, "%s", label != NULL ? label : "");
    take_park(call, qiaoi_admin_text(body, "park"), out);
    take_expiry(call, qiaoi_admin_text(body, "expires"), out);
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

static void
make_key(qiaoi_call *call, const cJSON *body)
{
    char text[QIAOI_KEY_TEXT_SIZE];
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_key key;

    if (!take_key(call, body, &key) ||
        !qiaoi_call_went_well(
            call, qiaoi_key_create(call->service->access.desk, qiaoi_caller_name(&call->caller), &key, text, &error),
            &error))
        return;
    write_key(&call->response->body, &key);
    qiao_buffer_printf(&call->response->body, ",\"key\":\"%s\"}", text);
    memset(text, 0, sizeof text);
    call->response->status = 201;
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}

void
qiaoi_answer_post_key(qiaoi_call *call)
{
    qiaoi_parameters none;
    cJSON *body;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, 0, 0, &none) || qiaoi_desk_of(call) == NULL)
        return;
    body = qiaoi_json_body(call);
    if (body != NULL)
        make_key(call, body);
    cJSON_Delete(body);
}

void
qiaoi_answer_delete_key(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters none;
    qiao_desk *desk;
    qiao_status st;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, 0, 0, &none) || (desk = qiaoi_desk_of(call)) == NULL)
        return;
    st = qiaoi_key_revoke(desk, qiaoi_caller_name(&call->caller), call->id, &error);
    if (st == QIAO_E_NOTFOUND)
        qiao_fail(&error, QIAO_E_NOTFOUND, "there is no key %s", call->id);
    if (qiaoi_call_went_well(call, st, &error)) {
        call->response->status = 204;
        qiaoi_http_set(call->response, "Cache-Control", "no-store");
    }
}
