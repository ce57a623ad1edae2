/* Reads a search that is to be saved: see search_body.h. */
#include "search_body.h"

#include "json_body.h"
#include "qiao/file.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 200u
#define URL_BYTES 2000u

static qiao_error *
wrong(qiaoi_call *call, const char *pointer)
{
    return qiaoi_problem_pointer(&call->problem, pointer, NULL);
}

/* ---- the query ---- */

static void
take_filter(qiaoi_call *call, qiaoi_parameter_reader *reader, const cJSON *value)
{
    char number[32], pointer[160];

    snprintf(pointer, sizeof pointer, "/filters/%.100s", value->string != NULL ? value->string : "");
    if (cJSON_IsNumber(value))
        snprintf(number, sizeof number, "%.15g", value->valuedouble);
    if (cJSON_IsBool(value))
        qiaoi_parameters_take(reader, value->string, cJSON_IsTrue(value) ? "true" : "false");
    else if (cJSON_IsString(value) || cJSON_IsNumber(value))
        qiaoi_parameters_take(reader, value->string, cJSON_IsString(value) ? value->valuestring : number);
    else
        qiao_fail(wrong(call, pointer), QIAO_E_INPUT, "has the wrong JSON type; see GET /v1/openapi.json");
}

static void
take_filters(qiaoi_call *call, qiaoi_parameter_reader *reader, const cJSON *filters)
{
    const cJSON *member, *item;

    if (!cJSON_IsObject(filters)) {
        qiao_fail(wrong(call, "/filters"), QIAO_E_INPUT,
                  "must be an object, for example {\"country\": [\"DE\", \"FR\"], \"trl_min\": 4}");
        return;
    }
    reader->allowed = QIAOI_P_FILTERS;
    reader->pointer = "/filters";
    cJSON_ArrayForEach(member, filters)
    {
        if (!cJSON_IsArray(member))
            take_filter(call, reader, member);
        else
            cJSON_ArrayForEach(item, member)
            {
                if (cJSON_IsString(item))
                    qiaoi_parameters_take(reader, member->string, item->valuestring);
                else
                    qiao_fail(wrong(call, "/filters"), QIAO_E_INPUT,
                              "has the wrong JSON type; see GET /v1/openapi.json");
            }
    }
}

/* ---- members ---- */

static void
take_name(qiaoi_call *call, const cJSON *member)
{
    if (!cJSON_IsString(member) || *member->valuestring == '\0' || strlen(member->valuestring) > NAME_BYTES)
        qiao_fail(wrong(call, "/name"), QIAO_E_INPUT, "must be a text of 1 to %u bytes", NAME_BYTES);
}

/* Whether it may be asked is looked at when it is asked, after its name was looked up. */
static void
take_webhook(qiaoi_call *call, qiaoi_search_body *out, const cJSON *member)
{
    const cJSON *url = cJSON_GetObjectItemCaseSensitive(member, "url");
    const char *text = cJSON_IsString(url) ? url->valuestring : "";
    const char *host = strncmp(text, "https://", 8) == 0 ? text + 8 : strncmp(text, "http://", 7) == 0 ? text + 7 : "";
    size_t length = strcspn(host, "/?#");

    if (cJSON_GetArraySize(member) != 1 || length == 0 || memchr(host, '@', length) != NULL ||
        strlen(text) > URL_BYTES || strpbrk(text, " \t\r\n\\") != NULL)
        qiao_fail(wrong(call, "/webhook"), QIAO_E_INPUT,
                  "must be {\"url\": \"https://...\"}, of at most %u bytes, without user name or password", URL_BYTES);
    else
        out->url = text;
}

static void
take_member(qiaoi_call *call, qiaoi_search_body *out, qiaoi_parameter_reader *reader, const cJSON *member)
{
    const char *name = member->string;
    char pointer[96];

    snprintf(pointer, sizeof pointer, "/%.80s", name);
    reader->allowed = QIAOI_BIT(QIAOI_P_SIDE) | QIAOI_BIT(QIAOI_P_QUERY);
    reader->pointer = "";
    if (strcmp(name, "name") == 0)
        take_name(call, member);
    else if (strcmp(name, "filters") == 0)
        take_filters(call, reader, member);
    else if (strcmp(name, "webhook") == 0)
        take_webhook(call, out, member);
    else if (strcmp(name, "need") != 0 && strcmp(name, "side") != 0 && strcmp(name, "q") != 0)
        qiao_fail(wrong(call, pointer), QIAO_E_INPUT,
                  "unknown here; what is taken: name, side, q and filters, or name and need; webhook");
    else if (!cJSON_IsString(member))
        qiao_fail(wrong(call, pointer), QIAO_E_INPUT, "must be a string");
    else if (strcmp(name, "need") == 0)
        out->need = member->valuestring;
    else
        qiaoi_parameters_take(reader, name, member->valuestring);
}

static void
check_whole(qiaoi_call *call, const qiaoi_search_body *body)
{
    bool search = body->given.given != 0;

    if (!cJSON_HasObjectItem(body->tree, "name"))
        qiao_fail(wrong(call, "/name"), QIAO_E_INPUT, "must be a text of 1 to %u bytes", NAME_BYTES);
    if (body->need != NULL && search)
        qiao_fail(wrong(call, "/need"), QIAO_E_INPUT,
                  "stands alone: a need that is watched has no query and no filters");
    else if (body->need == NULL && (body->given.query == NULL || *body->given.query == '\0') &&
             body->given.filter_count == 0 && body->given.trl_min == QIAO_UNKNOWN &&
             body->given.trl_max == QIAO_UNKNOWN)
        qiao_fail(wrong(call, ""), QIAO_E_INPUT,
                  "says neither what is looked for (q, filters) nor which need is watched");
}

/* What cannot be read is told now, and not at night. */
static bool
try_search(qiaoi_call *call, qiaoi_search_body *body)
{
    qiao_buffer answer = {0};
    qiao_error error = QIAO_ERROR_INIT;
    qiao_search_request request = {.side = body->given.side,
                                   .query = body->given.query,
                                   .query_length = body->given.query_length,
                                   .filters = body->given.filters,
                                   .filter_count = body->given.filter_count,
                                   .trl_min = body->given.trl_min,
                                   .trl_max = body->given.trl_max,
                                   .limit = 1};
    bool fine = call->session == NULL ||
                qiaoi_call_went_well(call, qiao_search_json(call->session, &request, &answer, &error), &error);

    qiao_buffer_done(&answer);
    return fine;
}

bool
qiaoi_search_body_read(qiaoi_call *call, qiaoi_search_body *out)
{
    qiaoi_parameter_reader reader = {.vocabulary = qiao_engine_vocabulary(call->service->engine),
                                     .arena = call->arena,
                                     .problem = &call->problem,
                                     .out = &out->given,
                                     .limit_max = 1,
                                     .pointer = ""};
    const cJSON *member;
    qiaoi_visible need = {0};
    bool there;

    *out = (qiaoi_search_body){.need = NULL};
    qiaoi_parameters_init(&out->given);
    out->tree = qiaoi_json_body(call);
    if (out->tree == NULL)
        return false;
    cJSON_ArrayForEach(member, out->tree) take_member(call, out, &reader, member);
    qiaoi_parameters_check(&reader);
    check_whole(call, out);
    if (call->problem.code != QIAOI_PROBLEM_NONE)
        return false;
    if (out->need == NULL) {
        qiaoi_call_narrow(call, out->given.side, &out->given);
        return try_search(call, out);
    }
    there = qiaoi_visible_open(call, QIAO_NEED, out->need, &need);
    qiaoi_visible_done(&need);
    return there;
}

void
qiaoi_search_body_done(qiaoi_search_body *body)
{
    cJSON_Delete(body->tree);
    body->tree = NULL;
}

/* ---- the row ---- */

static bool
add_text(cJSON *object, const char *name, const char *text)
{
    return text == NULL || cJSON_AddStringToObject(object, name, text) != NULL;
}

static bool
add_filters(cJSON *run, const qiaoi_call *call, const qiaoi_search_body *body)
{
    cJSON *filters = cJSON_AddArrayToObject(run, "filters");
    const char *access = body->need != NULL ? qiaoi_access_filter(&call->caller, QIAO_PROJECT) : NULL;

    for (size_t i = 0; filters != NULL && i < body->given.filter_count; i++)
        if (!cJSON_AddItemToArray(filters, cJSON_CreateString(body->given.filters[i])))
            return false;
    return filters != NULL && (access == NULL || cJSON_AddItemToArray(filters, cJSON_CreateString(access)));
}

static bool
fill_run(cJSON *run, const qiaoi_call *call, const qiaoi_search_body *body, const char *secret)
{
    const qiaoi_parameters *given = &body->given;

    return add_text(run, "role", qiaoi_role_word(call->caller.role)) && add_text(run, "park", call->caller.key.park) &&
           add_text(run, "need", body->need) &&
           add_text(run, "need_tag", body->need != NULL ? qiaoi_access_filter(&call->caller, QIAO_NEED) : NULL) &&
           add_text(run, "side",
                    body->need != NULL         ? NULL
                    : given->side == QIAO_NEED ? "needs"
                                               : "projects") &&
           add_text(run, "q", given->query) && add_filters(run, call, body) &&
           (given->trl_min == QIAO_UNKNOWN || cJSON_AddNumberToObject(run, "trl_min", given->trl_min) != NULL) &&
           (given->trl_max == QIAO_UNKNOWN || cJSON_AddNumberToObject(run, "trl_max", given->trl_max) != NULL) &&
           add_text(run, "url", body->url) && add_text(run, "secret", body->url != NULL ? secret : NULL);
}

bool
qiaoi_search_body_row(qiaoi_call *call, qiaoi_search_body *body, const char *secret, qiao_buffer *out)
{
    cJSON *row = cJSON_CreateObject(), *shown = cJSON_Duplicate(body->tree, true), *run;
    char *text = NULL;
    bool fine;

    if (row != NULL && shown != NULL && cJSON_AddItemToObject(row, "shown", shown)) {
        shown = NULL;
        run = cJSON_AddObjectToObject(row, "run");
        if (run != NULL && fill_run(run, call, body, secret))
            text = cJSON_PrintUnformatted(row);
    }
    if (text != NULL)
        qiao_buffer_text(out, text);
    else
        qiaoi_json_body_memory(call);
    fine = text != NULL;
    cJSON_free(text);
    cJSON_Delete(shown);
    cJSON_Delete(row);
    return fine;
}
