/* Shortlists: needs and projects that somebody put together, with notes. Staff of one scope share theirs; an enterprise
 * has its own. */
#include "handlers.h"

#include "desk_call.h"
#include "desk_lists.h"
#include "json_body.h"
#include "page.h"
#include "qiao/secret.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 200u
#define NOTE_MAX 2000u
#define ITEMS_MAX 200
#define LIST_MAX 200u

/* Whose lists the caller works with: an enterprise's, those of all parks' staff, or those of one park's staff, which are
 * kept under a name with line ends that no enterprise has: lists of all parks may hold needs that they do not see. */
static const char *
owner_of(const qiaoi_call *call)
{
    if (call->caller.role == QIAOI_ROLE_ENTERPRISE)
        return call->caller.key.organisation;
    return call->caller.key.park[0] != '\0' ? qiaoi_access_scope(&call->caller) : "";
}

static qiao_error *
wrong(qiaoi_call *call, const char *pointer)
{
    return qiaoi_problem_pointer(&call->problem, pointer, NULL);
}

static bool
is_text(const cJSON *value, size_t least, size_t most)
{
    return cJSON_IsString(value) && strlen(value->valuestring) >= least && strlen(value->valuestring) <= most;
}

/* A record that the caller can see, and a note. */
static bool
take_item(qiaoi_call *call, const cJSON *item, int number)
{
    const cJSON *need = cJSON_GetObjectItemCaseSensitive(item, "need"),
                *project = cJSON_GetObjectItemCaseSensitive(item, "project"),
                *note = cJSON_GetObjectItemCaseSensitive(item, "note"), *id = need != NULL ? need : project;
    qiaoi_visible visible = {0};
    char pointer[40];
    bool fine;

    snprintf(pointer, sizeof pointer, "/items/%d", number);
    if ((need != NULL) == (project != NULL) || !is_text(id, 1, QIAO_ID_MAX) ||
        (note != NULL && !is_text(note, 0, NOTE_MAX)) || cJSON_GetArraySize(item) != 1 + (note != NULL)) {
        qiao_fail(wrong(call, pointer), QIAO_E_INPUT,
                  "must be {\"need\": ID} or {\"project\": ID}, with a \"note\" or without");
        return false;
    }
    fine = qiaoi_visible_open(call, need != NULL ? QIAO_NEED : QIAO_PROJECT, id->valuestring, &visible);
    qiaoi_visible_done(&visible);
    return fine;
}

static bool
check(qiaoi_call *call, const cJSON *body)
{
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(body, "items"), *item;
    int number = 0;

    if (!is_text(cJSON_GetObjectItemCaseSensitive(body, "name"), 1, NAME_MAX_BYTES))
        qiao_fail(wrong(call, "/name"), QIAO_E_INPUT, "must be a text of 1 to %u bytes", NAME_MAX_BYTES);
    if (!cJSON_IsArray(items) || cJSON_GetArraySize(items) > ITEMS_MAX)
        qiao_fail(wrong(call, "/items"), QIAO_E_INPUT, "must be a list of at most %d items", ITEMS_MAX);
    else if (cJSON_GetArraySize(body) != 2)
        qiao_fail(wrong(call, ""), QIAO_E_INPUT, "must hold name and items, nothing else");
    if (call->problem.code != QIAOI_PROBLEM_NONE)
        return false;
    cJSON_ArrayForEach(item, items) if (!take_item(call, item, number++)) return false;
    return true;
}

static void
write_row(const qiao_desk_row *row, qiao_buffer *out)
{
    qiao_buffer_text(out, "{\"id\":");
    qiao_buffer_json_string(out, row->id, strlen(row->id));
    qiao_buffer_printf(out, ",\"revision\":%" PRIu64 ",", row->revision);
    qiao_buffer_append(out, row->json + 1, row->length - 1);
}

/* expected 0: a new one. */
static bool
store(qiaoi_call *call, uint64_t expected)
{
    cJSON *body = qiaoi_json_body(call);
    qiao_desk_change change = {
        .table = QIAO_DESK_SHORTLIST, .id = call->id, .owner = owner_of(call), .expected = expected};
    char *text = body != NULL && check(call, body) ? cJSON_PrintUnformatted(body) : NULL;
    qiao_desk_row row = {.id = call->id};
    bool fine = false;

    if (text != NULL) {
        change.action = expected == 0 ? "create" : "change";
        change.json = row.json = text;
        change.length = row.length = strlen(text);
        fine = qiaoi_desk_put(call, &change, &row.revision);
    } else if (call->problem.code == QIAOI_PROBLEM_NONE) {
        qiaoi_json_body_memory(call);
    }
    if (fine) {
        write_row(&row, &call->response->body);
        qiaoi_call_json(call);
    }
    cJSON_free(text);
    cJSON_Delete(body);
    return fine;
}

void
qiaoi_answer_post_shortlist(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    unsigned char random[10];
    qiaoi_parameters none;
    char location[QIAO_ID_MAX + 32];

    if (qiaoi_desk_of(call) == NULL || !qiaoi_call_parameters(call, 0, 0, &none) ||
        !qiaoi_call_went_well(call, qiao_random(random, sizeof random, &error), &error))
        return;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(call->id + 2 * i, 3, "%02x", random[i]);
    if (!store(call, 0))
        return;
    snprintf(location, sizeof location, "/v1/shortlists/%s", call->id);
    qiaoi_http_set(call->response, "Location", location);
    call->response->status = 201;
}

bool
qiaoi_shortlist_find(qiaoi_call *call, qiao_buffer *buffer, qiao_desk_row *row)
{
    qiao_desk *desk = qiaoi_desk_of(call);
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status;

    if (desk == NULL)
        return false;
    status = qiao_desk_get(desk, QIAO_DESK_SHORTLIST, call->id, buffer, row, &error);
    if (status == QIAO_OK && (row->withdrawn || strcmp(row->owner, owner_of(call)) != 0))
        status = QIAO_E_NOTFOUND;
    if (status == QIAO_E_NOTFOUND)
        qiao_fail(&error, QIAO_E_NOTFOUND, "there is no shortlist %s", call->id);
    return qiaoi_call_went_well(call, status, &error);
}

static bool
find(qiaoi_call *call, qiao_buffer *buffer, qiao_desk_row *row)
{
    qiaoi_parameters none;

    return qiaoi_call_parameters(call, 0, 0, &none) && qiaoi_shortlist_find(call, buffer, row);
}

void
qiaoi_answer_shortlist(qiaoi_call *call)
{
    qiao_buffer buffer = {0};
    qiao_desk_row row;

    if (find(call, &buffer, &row) && !qiaoi_call_unchanged_since(call, row.revision)) {
        write_row(&row, &call->response->body);
        qiaoi_call_json(call);
    }
    qiao_buffer_done(&buffer);
}

void
qiaoi_answer_put_shortlist(qiaoi_call *call)
{
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    uint64_t expected;

    if (find(call, &buffer, &row) && qiaoi_desk_expected(call, true, &expected))
        (void)store(call, expected);
    qiao_buffer_done(&buffer);
}

void
qiaoi_answer_delete_shortlist(qiaoi_call *call)
{
    qiao_desk_change change = {.table = QIAO_DESK_SHORTLIST, .id = call->id, .withdraw = true, .action = "withdraw"};
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    uint64_t revision;

    if (find(call, &buffer, &row) && qiaoi_desk_expected(call, true, &change.expected) &&
        qiaoi_desk_put(call, &change, &revision))
        call->response->status = 204;
    qiao_buffer_done(&buffer);
}

static qiao_status
show_list(void *context, const qiao_desk_row *row, qiao_buffer *out, qiao_error *err)
{
    (void)context;
    (void)err;
    write_row(row, out);
    return QIAO_OK;
}

void
qiaoi_answer_shortlists(qiaoi_call *call)
{
    qiaoi_parameters given;
    qiaoi_page page;

    if (qiaoi_call_parameters(call, QIAOI_P_PAGE, LIST_MAX, &given) && qiaoi_page_read(call, &given, LIST_MAX, &page))
        qiaoi_page_answer(call, &page, QIAO_DESK_SHORTLIST, owner_of(call), "shortlists", show_list, NULL);
}
