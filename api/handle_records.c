/*
 * Needs and projects that people post, change and withdraw: POST /v1/needs, PUT and DELETE /v1/needs/{id}, the same for
 * projects. What is posted is matched at once; it is on disk before the answer says so.
 */
#include "handlers.h"

#include "desk_call.h"
#include "match_body.h"
#include "page.h"
#include "qiao/file.h"
#include "qiao/secret.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TITLE_BYTES 120u
#define LIST_LIMIT_MAX 200u

typedef struct posting {
    qiaoi_call *call;
    qiao_kind kind;
    qiaoi_match_body body;
    const char *id;
    uint64_t expected;   /* revision; 0 = it is new */
    qiao_record *record; /* as it goes to the desk */
} posting;

static const char *
kind_word(qiao_kind kind)
{
    return kind == QIAO_NEED ? "need" : "project";
}

static qiao_desk_table
table_of(qiao_kind kind)
{
    return kind == QIAO_NEED ? QIAO_DESK_NEED : QIAO_DESK_PROJECT;
}

static qiao_error *
wrong(posting *p, const char *pointer)
{
    char whole[160];

    snprintf(whole, sizeof whole, "%s%s", p->body.record_pointer, pointer);
    return qiaoi_problem_pointer(&p->call->problem, whole, NULL);
}

/* A text alone is a need: its beginning is the title, all of it the problem. */
static cJSON *
from_text(const char *text)
{
    cJSON *tree = cJSON_CreateObject();
    char title[TITLE_BYTES + 1];
    size_t length;

    text += strspn(text, " \t\r\n");
    length = strcspn(text, "\r\n");
    if (length > TITLE_BYTES)
        for (length = TITLE_BYTES; ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    memcpy(title, text, length);
    title[length] = '\0';
    if (cJSON_AddStringToObject(tree, "kind", "need") == NULL ||
        cJSON_AddStringToObject(tree, "title", title) == NULL ||
        cJSON_AddStringToObject(tree, "problem", text) == NULL) {
        cJSON_Delete(tree);
        return NULL;
    }
    return tree;
}

static bool
set_text(cJSON *object, const char *name, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    return cJSON_AddStringToObject(object, name, value) != NULL;
}

/* An enterprise posts for itself. */
static bool
set_owner(posting *p, cJSON *tree)
{
    const qiaoi_caller *caller = &p->call->caller;
    cJSON *enterprise = cJSON_GetObjectItemCaseSensitive(tree, "enterprise");

    if (caller->role != QIAOI_ROLE_ENTERPRISE)
        return true;
    if (p->body.record != NULL && p->body.record->org_name != NULL && !qiaoi_access_owns(caller, p->body.record)) {
        qiao_fail(wrong(p, "/enterprise/name"), QIAO_E_INPUT, "is another enterprise than that of the key");
        return false;
    }
    if (enterprise == NULL)
        enterprise = cJSON_AddObjectToObject(tree, "enterprise");
    return enterprise != NULL && set_text(enterprise, "name", caller->key.organisation);
}

static bool
check_identity(posting *p)
{
    const qiao_record *record = p->body.record;

    if (record == NULL)
        return true;
    if (record->kind != p->kind)
        qiao_fail(wrong(p, "/kind"), QIAO_E_INPUT, "must be %s here", kind_word(p->kind));
    else if (strcmp(record->id, "posted:record") != 0 && (p->expected == 0 || strcmp(record->id, p->id) != 0))
        qiao_fail(wrong(p, "/id"), QIAO_E_INPUT, "is the service's to give; leave it out");
    return p->call->problem.code == QIAOI_PROBLEM_NONE;
}

static char *
complete(posting *p)
{
    const qiao_record *record = p->body.record;
    cJSON *tree =
        record != NULL ? cJSON_ParseWithLength(record->canonical, record->canonical_length) : from_text(p->body.text);
    char now[21], *text = NULL;

    qiao_clock_utc(now);
    if (tree != NULL && set_owner(p, tree) && set_text(tree, "id", p->id) && set_text(tree, "updated_at", now) &&
        (cJSON_HasObjectItem(tree, "published_at") || cJSON_AddStringToObject(tree, "published_at", now) != NULL))
        text = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    return text;
}

static bool
make_record(posting *p)
{
    qiaoi_call *call = p->call;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status;
    char *text;

    if (p->kind == QIAO_PROJECT && p->body.text != NULL)
        qiao_fail(wrong(p, "/text"), QIAO_E_INPUT, "a project is posted as a record");
    if (call->problem.code != QIAOI_PROBLEM_NONE || !check_identity(p))
        return false;
    text = complete(p);
    if (text == NULL) {
        if (call->problem.code == QIAOI_PROBLEM_NONE)
            qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BUSY), QIAO_E_NOMEM, "out of memory");
        return false;
    }
    status =
        qiao_record_parse(text, strlen(text), qiao_engine_vocabulary(call->service->engine), &p->record, NULL, &error);
    cJSON_free(text);
    return qiaoi_call_went_well(call, status, &error);
}

/* Before anything is written: what cannot be matched is not taken. */
static bool
match(posting *p)
{
    qiaoi_call *call = p->call;
    qiao_match_request request = {.kind = p->kind, .record = p->record};

    if (call->session == NULL) {
        qiao_buffer_text(&call->response->body, "{\"generation\":null,\"matches\":[]}");
        return true;
    }
    return qiaoi_visible_match(call, &p->body.options, &request, qiao_match_json);
}

static bool
store(posting *p, uint64_t *revision)
{
    qiao_desk_change change = {.table = table_of(p->kind),
                               .id = p->id,
                               .owner = p->record->org_name != NULL ? p->record->org_name : "",
                               .json = p->record->canonical,
                               .length = p->record->canonical_length,
                               .expected = p->expected,
                               .action = p->expected == 0 ? "create" : "change"};

    return qiaoi_desk_put(p->call, &change, revision);
}

static void
answer(posting *p)
{
    qiao_buffer *out = &p->call->response->body;
    uint64_t revision;

    if (!qiaoi_match_body_read(p->call, p->kind, &p->body) || !make_record(p) || !match(p) || !store(p, &revision))
        return;
    out->length--; /* the brace at the end of the matches */
    qiaoi_desk_member(out, "id", p->id);
    qiao_buffer_printf(out, ",\"revision\":%" PRIu64, revision);
    qiaoi_match_body_warn(&p->body, p->call->language, out);
    qiao_buffer_char(out, '}');
    qiaoi_call_json(p->call);
}

static void
done(posting *p)
{
    qiaoi_match_body_done(&p->body);
    qiao_record_free(p->record);
}

static void
post(qiaoi_call *call, qiao_kind kind)
{
    posting p = {.call = call, .kind = kind, .id = call->id};
    qiao_error error = QIAO_ERROR_INIT;
    unsigned char random[10];
    qiaoi_parameters none;
    char location[QIAO_ID_MAX + 32];

    if (qiaoi_desk_of(call) == NULL || !qiaoi_call_parameters(call, 0, 0, &none) ||
        !qiaoi_call_went_well(call, qiao_random(random, sizeof random, &error), &error))
        return;
    snprintf(call->id, sizeof call->id, "desk:");
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(call->id + 5 + 2 * i, 3, "%02x", random[i]);
    answer(&p);
    if (call->problem.code == QIAOI_PROBLEM_NONE) {
        snprintf(location, sizeof location, "/v1/%ss/%s", kind_word(kind), call->id);
        qiaoi_http_set(call->response, "Location", location);
        call->response->status = 201;
    }
    done(&p);
}

/* May the caller change it? It must be there for the caller, and have been posted here. */
static bool
may_change(qiaoi_call *call, qiao_kind kind)
{
    qiaoi_visible visible = {0};
    bool fine = qiaoi_visible_open(call, kind, call->id, &visible);

    if (fine && visible.revision == 0) {
        qiao_error *error = qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_FORBIDDEN);

        qiao_fail(error, QIAO_E_REFUSED, "%s was imported, not posted here", call->id);
        qiao_error_hint(error, "change it where it comes from; the next import brings it");
        fine = false;
    }
    qiaoi_visible_done(&visible);
    return fine;
}

static void
put(qiaoi_call *call, qiao_kind kind)
{
    posting p = {.call = call, .kind = kind, .id = call->id};
    qiaoi_parameters none;

    if (qiaoi_desk_of(call) != NULL && qiaoi_call_parameters(call, 0, 0, &none) && may_change(call, kind) &&
        qiaoi_desk_expected(call, true, &p.expected))
        answer(&p);
    done(&p);
}

static void
withdraw(qiaoi_call *call, qiao_kind kind)
{
    qiao_desk_change change = {.table = table_of(kind), .id = call->id, .withdraw = true, .action = "withdraw"};
    qiaoi_parameters none;
    uint64_t revision;

    if (qiaoi_desk_of(call) == NULL || !qiaoi_call_parameters(call, 0, 0, &none) || !may_change(call, kind) ||
        !qiaoi_desk_expected(call, true, &change.expected) || !qiaoi_desk_put(call, &change, &revision))
        return;
    call->response->status = 204;
}

/* ---- lists ---- */

typedef struct record_list {
    qiaoi_call *call;
    const qiaoi_parameters *given;
} record_list;

static qiao_status
show_record(void *context, const qiao_desk_row *row, qiao_buffer *out, qiao_error *err)
{
    record_list *list = context;
    const char *owner = list->given->words[QIAOI_P_OWNER];
    qiao_record *record = NULL;
    qiao_status status = qiao_record_parse(row->json, row->length, NULL, &record, NULL, err);

    if (status == QIAO_OK && qiaoi_access_sees(&list->call->caller, record) &&
        (owner == NULL || strcmp(owner, row->owner) == 0) && qiaoi_record_fits(list->call, record, list->given)) {
        qiao_buffer_text(out, "{\"id\":");
        qiao_buffer_json_string(out, row->id, strlen(row->id));
        qiaoi_desk_member(out, "title",
                          qiao_record_title(record, list->call->language == QIAO_LANGUAGE_ZH ? "zh" : "en")->text);
        qiao_buffer_printf(out, ",\"revision\":%" PRIu64 "}", row->revision);
    }
    qiao_record_free(record);
    return status;
}

/* What was posted here and the caller may see, in order of id. owner is for those who see whose it is. */
static void
list(qiaoi_call *call, qiao_kind kind)
{
    const qiaoi_caller *caller = &call->caller;
    uint64_t allowed = QIAOI_P_PAGE | QIAOI_P_FILTERS | QIAOI_BIT(QIAOI_P_STATUS) |
                       (caller->role == QIAOI_ROLE_STAFF ? QIAOI_BIT(QIAOI_P_OWNER) : 0);
    qiaoi_parameters given;
    record_list l = {call, &given};
    qiaoi_page page;

    allowed &= ~(QIAOI_BIT(QIAOI_P_TRL_MIN) | QIAOI_BIT(QIAOI_P_TRL_MAX) | QIAOI_BIT(QIAOI_P_SUGGESTED));
    if (qiaoi_call_parameters(call, allowed, LIST_LIMIT_MAX, &given) &&
        qiaoi_page_read(call, &given, LIST_LIMIT_MAX, &page))
        qiaoi_page_answer(call, &page, table_of(kind),
                          caller->role == QIAOI_ROLE_ENTERPRISE && kind == QIAO_NEED ? caller->key.organisation : NULL,
                          kind == QIAO_NEED ? "needs" : "projects", show_record, &l);
}

void
qiaoi_answer_post_need(qiaoi_call *call)
{
    post(call, QIAO_NEED);
}

void
qiaoi_answer_post_project(qiaoi_call *call)
{
    post(call, QIAO_PROJECT);
}

void
qiaoi_answer_put_need(qiaoi_call *call)
{
    put(call, QIAO_NEED);
}

void
qiaoi_answer_put_project(qiaoi_call *call)
{
    put(call, QIAO_PROJECT);
}

void
qiaoi_answer_delete_need(qiaoi_call *call)
{
    withdraw(call, QIAO_NEED);
}

void
qiaoi_answer_delete_project(qiaoi_call *call)
{
    withdraw(call, QIAO_PROJECT);
}

void
qiaoi_answer_needs(qiaoi_call *call)
{
    list(call, QIAO_NEED);
}

void
qiaoi_answer_projects(qiaoi_call *call)
{
    list(call, QIAO_PROJECT);
}
