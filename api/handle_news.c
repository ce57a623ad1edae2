/*
 * GET /v1/searches/{id}/news: what came, left and rose from generation to generation, as the nightly job kept it
 * (DIR/news). Titles are looked up when news are read, and what the caller may not see any more is left out.
 */
#include "handlers.h"

#include "desk_call.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "saved_search.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define ENTRIES_MAX 30u
#define FILE_MAX ((size_t)16 << 20)

/* NULL and no problem: the job was not here yet. */
static cJSON *
read_news(qiaoi_call *call)
{
    const char *data = call->service->data_dir;
    qiao_error error = QIAO_ERROR_INIT;
    qiao_buffer text = {0};
    char path[QIAO_PATH_MAX];
    cJSON *news = NULL;
    int n = snprintf(path, sizeof path, "%s/news/%s.json", data != NULL ? data : "", call->id);
    qiao_status status =
        n > 0 && (size_t)n < sizeof path ? qiao_file_read(path, FILE_MAX, &text, &error) : QIAO_E_NOTFOUND;

    if (status == QIAO_OK)
        news = cJSON_ParseWithLength(text.data, text.length);
    if (status == QIAO_OK && news == NULL)
        status = qiao_fail(&error, QIAO_E_CORRUPT, "%s cannot be read", path);
    qiao_buffer_done(&text);
    if (status != QIAO_E_NOTFOUND)
        (void)qiaoi_call_went_well(call, status, &error);
    return news;
}

/* The title of what the caller sees; false: it does not. */
static bool
add_title(qiaoi_call *call, qiao_kind kind, cJSON *item)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(item, "id");
    qiaoi_visible visible = {0};
    qiao_error error = QIAO_ERROR_INIT;
    bool sees = cJSON_IsString(id) && qiaoi_visible_open(call, kind, id->valuestring, &visible);

    if (!sees && call->problem.code == QIAOI_PROBLEM_NOT_FOUND)
        qiaoi_problem_init(&call->problem);
    if (sees && visible.record == NULL)
        sees = qiaoi_call_went_well(
            call, qiao_record_parse(visible.json.data, visible.json.length, NULL, &visible.record, NULL, &error),
            &error);
    if (sees)
        cJSON_AddStringToObject(
            item, "title", qiao_record_title(visible.record, call->language == QIAO_LANGUAGE_ZH ? "zh" : "en")->text);
    qiaoi_visible_done(&visible);
    return sees;
}

/* What left may be gone for good: its id was told when it came. */
static void
add_titles(qiaoi_call *call, qiao_kind kind, cJSON *list, bool may_be_gone)
{
    cJSON *next;

    for (cJSON *item = list != NULL ? list->child : NULL; item != NULL; item = next) {
        next = item->next;
        if (!add_title(call, kind, item) && !may_be_gone)
            cJSON_Delete(cJSON_DetachItemViaPointer(list, item));
    }
}

static bool
write_entries(qiaoi_call *call, qiao_kind kind, cJSON *news, uint32_t limit)
{
    qiao_buffer *out = &call->response->body;
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(news, "entries"), *entry;
    uint32_t count = 0;

    qiao_buffer_text(out, ",\"entries\":[");
    cJSON_ArrayForEach(entry, entries)
    {
        char *text;

        if (count == limit)
            break;
        add_titles(call, kind, cJSON_GetObjectItemCaseSensitive(entry, "came"), false);
        add_titles(call, kind, cJSON_GetObjectItemCaseSensitive(entry, "rose"), false);
        add_titles(call, kind, cJSON_GetObjectItemCaseSensitive(entry, "left"), true);
        if (call->problem.code != QIAOI_PROBLEM_NONE)
            return false;
        text = cJSON_PrintUnformatted(entry);
        qiao_buffer_text(out, count++ != 0 ? "," : "");
        qiao_buffer_text(out, text != NULL ? text : "{}");
        cJSON_free(text);
    }
    qiao_buffer_printf(out, "],\"more\":%s}", (int)count < cJSON_GetArraySize(entries) ? "true" : "false");
    return true;
}

/* A need that is watched must still be there for the caller. */
static bool
may_read(qiaoi_call *call, const cJSON *run, qiao_kind *kind)
{
    const cJSON *need = cJSON_GetObjectItemCaseSensitive(run, "need"),
                *side = cJSON_GetObjectItemCaseSensitive(run, "side");
    qiao_error error = QIAO_ERROR_INIT;

    *kind = cJSON_IsString(side) && strcmp(side->valuestring, "needs") == 0 ? QIAO_NEED : QIAO_PROJECT;
    if (!cJSON_IsString(need) || qiaoi_visible_is(call, QIAO_NEED, need->valuestring))
        return true;
    if (call->problem.code == QIAOI_PROBLEM_NONE) {
        qiao_fail(&error, QIAO_E_NOTFOUND, "the need %s is not there any more", need->valuestring);
        qiaoi_problem_from(&call->problem, &error);
    }
    return false;
}

static void
answer(qiaoi_call *call, cJSON *news, qiao_kind kind, uint32_t limit)
{
    const cJSON *seen = cJSON_GetObjectItemCaseSensitive(news, "seen");
    qiao_buffer *out = &call->response->body;

    qiao_buffer_text(out, "{\"search\":");
    qiao_buffer_json_string(out, call->id, strlen(call->id));
    if (cJSON_IsNumber(seen))
        qiao_buffer_printf(out, ",\"seen\":\"gen-%010llu\"", (unsigned long long)seen->valuedouble);
    else
        qiao_buffer_text(out, ",\"seen\":null");
    if (!write_entries(call, kind, news, limit))
        return;
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}

void
qiaoi_answer_news(qiaoi_call *call)
{
    qiao_buffer buffer = {0};
    qiaoi_parameters given;
    qiao_desk_row row;
    cJSON *tree = NULL, *news = NULL;
    qiao_kind kind;

    if (qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_LIMIT), ENTRIES_MAX, &given) &&
        qiaoi_saved_find(call, &buffer, &row, &tree) &&
        may_read(call, cJSON_GetObjectItemCaseSensitive(tree, "run"), &kind)) {
        news = read_news(call);
        if (call->problem.code == QIAOI_PROBLEM_NONE)
            answer(call, news, kind, given.limit != 0 ? given.limit : ENTRIES_MAX);
    }
    cJSON_Delete(news);
    cJSON_Delete(tree);
    qiao_buffer_done(&buffer);
}
