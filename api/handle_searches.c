/*
 * Saved searches: a query with filters, or a need whose matches are watched. Staff of one scope (all parks, or one)
 * share theirs, an enterprise has its own. The nightly job runs them; GET /v1/searches/{id}/news (handle_news.c) reads
 * what it found.
 */
#include "handlers.h"

#include "desk_call.h"
#include "page.h"
#include "qiao/secret.h"
#include "saved_search.h"
#include "search_body.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 200u
#define SEARCHES_MAX 100u /* of one owner */
#define SECRET_BYTES 32u
#define SECRET_SIZE (2 * SECRET_BYTES + 1)

/* ---- whose ---- */

const char *
qiaoi_saved_owner(const qiaoi_call *call)
{
    return call->caller.role == QIAOI_ROLE_ENTERPRISE ? call->caller.key.organisation : "";
}

static const char *
text_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(value) ? value->valuestring : "";
}

/* Of the caller's scope: what staff of all parks save may find what staff of one park may not see. */
static bool
is_own(const qiaoi_call *call, const qiao_desk_row *row, const cJSON *tree)
{
    const cJSON *run = cJSON_GetObjectItemCaseSensitive(tree, "run");

    return strcmp(row->owner, qiaoi_saved_owner(call)) == 0 &&
           strcmp(text_of(run, "role"), qiaoi_role_word(call->caller.role)) == 0 &&
           strcmp(text_of(run, "park"), call->caller.key.park) == 0;
}

bool
qiaoi_saved_find(qiaoi_call *call, qiao_buffer *buffer, qiao_desk_row *row, cJSON **tree)
{
    qiao_desk *desk = qiaoi_desk_of(call);
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status;

    *tree = NULL;
    if (desk == NULL)
        return false;
    status = qiao_desk_get(desk, QIAO_DESK_SEARCH, call->id, buffer, row, &error);
    if (status == QIAO_OK) {
        *tree = cJSON_ParseWithLength(row->json, row->length);
        status = *tree == NULL                                 ? qiao_fail_memory(&error)
                 : row->withdrawn || !is_own(call, row, *tree) ? QIAO_E_NOTFOUND
                                                               : QIAO_OK;
    }
    if (status == QIAO_E_NOTFOUND)
        qiao_fail(&error, QIAO_E_NOTFOUND, "there is no saved search %s", call->id);
    return qiaoi_call_went_well(call, status, &error);
}

/* ---- answers ---- */

/* secret: NULL, or shown this once. */
static void
write_search(const char *id, uint64_t revision, const cJSON *tree, const char *secret, qiao_buffer *out)
{
    char *shown = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(tree, "shown"));

    qiao_buffer_printf(out, "{\"id\":\"%s\",\"revision\":%" PRIu64, id, revision);
    if (secret != NULL)
        qiaoi_desk_member(out, "secret", secret);
    if (shown != NULL && shown[0] == '{' && shown[1] != '}') {
        qiao_buffer_char(out, ',');
        qiao_buffer_text(out, shown + 1);
    } else {
        qiao_buffer_char(out, '}');
    }
    cJSON_free(shown);
}

static bool
make_secret(qiaoi_call *call, char out[SECRET_SIZE])
{
    unsigned char random[SECRET_BYTES];
    qiao_error error = QIAO_ERROR_INIT;

    if (!qiaoi_call_went_well(call, qiao_random(random, sizeof random, &error), &error))
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(out + 2 * i, 3, "%02x", random[i]);
    return true;
}

/* former: NULL for a new one. The secret stays as long as something is sent. */
static bool
store(qiaoi_call *call, const cJSON *former, uint64_t expected)
{
    const char *kept = text_of(cJSON_GetObjectItemCaseSensitive(former, "run"), "secret");
    qiao_desk_change change = {
        .table = QIAO_DESK_SEARCH, .id = call->id, .owner = qiaoi_saved_owner(call), .expected = expected};
    qiao_buffer row = {0};
    qiaoi_search_body body;
    char fresh[SECRET_SIZE];
    bool makes, fine = qiaoi_search_body_read(call, &body);
    uint64_t revision;
    cJSON *tree = NULL;

    makes = fine && body.url != NULL && *kept == '\0';
    fine =
        fine && (!makes || make_secret(call, fresh)) && qiaoi_search_body_row(call, &body, makes ? fresh : kept, &row);
    if (fine) {
        change.action = former == NULL ? "create" : "change";
        change.json = row.data;
        change.length = row.length;
        tree = cJSON_ParseWithLength(row.data, row.length);
        fine = qiaoi_desk_put(call, &change, &revision);
    }
    if (fine) {
        write_search(call->id, revision, tree, makes ? fresh : NULL, &call->response->body);
        qiaoi_call_json(call);
    }
    cJSON_Delete(tree);
    qiao_buffer_done(&row);
    qiaoi_search_body_done(&body);
    return fine;
}

/* ---- handlers ---- */

static qiao_status
count_row(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    uint32_t *count = context;

    (void)err;
    *count += !row->withdrawn;
    *more = *count < SEARCHES_MAX;
    return QIAO_OK;
}

static bool
has_room(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    uint32_t count = 0;

    if (!qiaoi_call_went_well(call,
                              qiao_desk_each(qiaoi_desk_of(call), QIAO_DESK_SEARCH, qiaoi_saved_owner(call), NULL,
                                             count_row, &count, &error),
                              &error))
        return false;
    if (count < SEARCHES_MAX)
        return true;
    qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_LIMIT), QIAO_E_LIMIT,
              "there are %u saved searches already; take one away first", SEARCHES_MAX);
    return false;
}

void
qiaoi_answer_post_search(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    unsigned char random[10];
    qiaoi_parameters none;
    char location[QIAO_ID_MAX + 32];

    if (qiaoi_desk_of(call) == NULL || !qiaoi_call_parameters(call, 0, 0, &none) || !has_room(call) ||
        !qiaoi_call_went_well(call, qiao_random(random, sizeof random, &error), &error))
        return;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(call->id + 2 * i, 3, "%02x", random[i]);
    if (!store(call, NULL, 0))
        return;
    snprintf(location, sizeof location, "/v1/searches/%s", call->id);
    qiaoi_http_set(call->response, "Location", location);
    call->response->status = 201;
}

void
qiaoi_answer_saved_search(qiaoi_call *call)
{
    qiao_buffer buffer = {0};
    qiaoi_parameters none;
    qiao_desk_row row;
    cJSON *tree = NULL;

    if (qiaoi_call_parameters(call, 0, 0, &none) && qiaoi_saved_find(call, &buffer, &row, &tree) &&
        !qiaoi_call_unchanged_since(call, row.revision)) {
        write_search(row.id, row.revision, tree, NULL, &call->response->body);
        qiaoi_call_json(call);
    }
    cJSON_Delete(tree);
    qiao_buffer_done(&buffer);
}

void
qiaoi_answer_put_search(qiaoi_call *call)
{
    qiao_buffer buffer = {0};
    qiaoi_parameters none;
    qiao_desk_row row;
    cJSON *tree = NULL;
    uint64_t expected;

    if (qiaoi_call_parameters(call, 0, 0, &none) && qiaoi_saved_find(call, &buffer, &row, &tree) &&
        qiaoi_desk_expected(call, true, &expected))
        (void)store(call, tree, expected);
    cJSON_Delete(tree);
    qiao_buffer_done(&buffer);
}

void
qiaoi_answer_delete_search(qiaoi_call *call)
{
    qiao_desk_change change = {.table = QIAO_DESK_SEARCH, .id = call->id, .withdraw = true, .action = "withdraw"};
    qiao_buffer buffer = {0};
    qiaoi_parameters none;
    qiao_desk_row row;
    cJSON *tree = NULL;
    uint64_t revision;

    if (qiaoi_call_parameters(call, 0, 0, &none) && qiaoi_saved_find(call, &buffer, &row, &tree) &&
        qiaoi_desk_expected(call, true, &change.expected) && qiaoi_desk_put(call, &change, &revision))
        call->response->status = 204;
    cJSON_Delete(tree);
    qiao_buffer_done(&buffer);
}

static qiao_status
show_search(void *context, const qiao_desk_row *row, qiao_buffer *out, qiao_error *err)
{
    cJSON *tree = cJSON_ParseWithLength(row->json, row->length);

    if (tree == NULL)
        return qiao_fail_memory(err);
    if (is_own(context, row, tree))
        write_search(row->id, row->revision, tree, NULL, out);
    cJSON_Delete(tree);
    return QIAO_OK;
}

void
qiaoi_answer_searches(qiaoi_call *call)
{
    qiaoi_parameters given;
    qiaoi_page page;

    if (qiaoi_call_parameters(call, QIAOI_P_PAGE, LIST_MAX, &given) && qiaoi_page_read(call, &given, LIST_MAX, &page))
        qiaoi_page_answer(call, &page, QIAO_DESK_SEARCH, qiaoi_saved_owner(call), "searches", show_search, call);
}
