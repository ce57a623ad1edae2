/*
 * GET /v1/exports/...: search, matches of a need, a shortlist and cases as CSV or XLSX, for work in an office. What is
 * in them is what the caller would read record by record; of staff, the trail says that it was taken out.
 */
#include "handlers.h"

#include "cases.h"
#include "desk_call.h"
#include "desk_lists.h"
#include "export_columns.h"
#include "qiao/match.h"
#include "visible.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define ROWS_MAX 10000u
#define ROWS 1000u
#define PAGE 200u

static const char csv_type[] = "text/csv; charset=utf-8",
                  xlsx_type[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

typedef struct export_job {
    qiaoi_call *call;
    qiaoi_parameters given;
    qiaoi_table table;
    bool xlsx;
    uint32_t left;
    const qiaoi_column *columns;
} export_job;

/* ---- beginning and end ---- */

static void
header(export_job *job, const char *zh, const char *en)
{
    qiaoi_table_text(&job->table, job->call->language == QIAO_LANGUAGE_ZH ? zh : en);
}

static bool
open_table(export_job *job)
{
    qiaoi_call *call = job->call;
    const char *format = qiaoi_parameters_word(&job->given, QIAOI_P_FORMAT, "csv|xlsx", &call->problem);
    qiao_error error = QIAO_ERROR_INIT;

    if (format == NULL)
        return false;
    job->xlsx = strncmp(format, "xlsx", 4) == 0;
    job->left = job->given.limit != 0 ? job->given.limit : ROWS;
    return qiaoi_call_went_well(
        call, qiaoi_table_open(job->xlsx ? QIAOI_TABLE_XLSX : QIAOI_TABLE_CSV, &job->table, &error), &error);
}

/* Of an id what every system takes in a file name. */
static void
name_file(export_job *job, const char *what, const char *id)
{
    char name[81], value[QIAOI_HTTP_VALUE_SIZE];
    size_t used = (size_t)snprintf(name, sizeof name, "qiao-%.20s%s", what, *id != '\0' ? "-" : "");

    for (; *id != '\0' && used < sizeof name - 1; id++) {
        bool safe = (*id >= '0' && *id <= '9') || (*id >= 'A' && *id <= 'Z') || (*id >= 'a' && *id <= 'z');

        name[used++] = safe ? *id : '-';
    }
    name[used] = '\0';
    snprintf(value, sizeof value, "attachment; filename=\"%s.%s\"", name, job->xlsx ? "xlsx" : "csv");
    qiaoi_http_set(job->call->response, "Content-Disposition", value);
}

/* Who took records out is kept. */
static bool
note_export(qiaoi_call *call, qiao_desk_table table, const char *id)
{
    qiao_desk *desk = call->service->access.desk;
    qiao_error error = QIAO_ERROR_INIT;

    if (desk == NULL || call->caller.open || call->caller.role == QIAOI_ROLE_PUBLIC)
        return true;
    return qiaoi_call_went_well(
        call, qiao_desk_note(desk, qiaoi_caller_name(&call->caller), "export", table, id, &error), &error);
}

static void
finish(export_job *job, const char *what, const char *id, qiao_desk_table table)
{
    qiaoi_call *call = job->call;
    qiaoi_http_response *response = call->response;
    qiao_error error = QIAO_ERROR_INIT;
    uint64_t length = 0;
    int file = -1;

    if (call->problem.code != QIAOI_PROBLEM_NONE || !note_export(call, table, *id != '\0' ? id : what) ||
        !qiaoi_call_went_well(call, qiaoi_table_finish(&job->table, &file, &length, &error), &error))
        return;
    qiaoi_http_set_file(response, file, length);
    response->content_type = job->xlsx ? xlsx_type : csv_type;
    qiaoi_http_set(response, "Cache-Control", "no-store");
    name_file(job, what, id);
}

/* ---- rows ---- */

/* As the caller sees it; a record that it does not see (any more) has no cells. false: a fault. */
static bool
write_record(export_job *job, qiao_kind kind, const char *id, const qiaoi_column *columns)
{
    qiaoi_call *call = job->call;
    qiaoi_visible visible = {0};
    cJSON *tree = NULL;

    if (qiaoi_visible_open(call, kind, id, &visible))
        tree = qiaoi_visible_tree(call, &visible);
    else if (call->problem.code == QIAOI_PROBLEM_NOT_FOUND)
        qiaoi_problem_init(&call->problem);
    qiaoi_visible_done(&visible);
    qiaoi_export_record(&job->table, columns, tree);
    cJSON_Delete(tree);
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

static const char *
text_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(value) ? value->valuestring : NULL;
}

/* What the engine or the desk wrote is JSON: NULL says that memory is short, and so does the problem. */
static cJSON *
parse(qiaoi_call *call, const char *json, size_t length)
{
    cJSON *tree = cJSON_ParseWithLength(json, length);
    qiao_error error = QIAO_ERROR_INIT;

    if (tree == NULL)
        (void)qiaoi_call_went_well(call, qiao_fail_memory(&error), &error);
    return tree;
}

/* ---- search ---- */

/* One page of hits; false: it was the last, or there is a problem. */
static bool
write_hits(export_job *job, qiao_search_request *request, qiao_buffer *answer)
{
    qiao_error error = QIAO_ERROR_INIT;
    const cJSON *hit;
    cJSON *tree;
    uint32_t count = 0;

    qiao_buffer_clear(answer);
    if (!qiaoi_call_went_well(job->call, qiao_search_json(job->call->session, request, answer, &error), &error))
        return false;
    tree = parse(job->call, answer->data, answer->length);
    cJSON_ArrayForEach(hit, cJSON_GetObjectItemCaseSensitive(tree, "hits"))
    {
        count++;
        qiaoi_table_number(&job->table, (double)(request->offset + count));
        if (text_of(hit, "id") == NULL || !write_record(job, request->side, text_of(hit, "id"), job->columns))
            break;
        qiaoi_table_end_row(&job->table);
    }
    cJSON_Delete(tree);
    request->offset += count;
    return count == request->limit && job->call->problem.code == QIAOI_PROBLEM_NONE;
}

void
qiaoi_answer_export_search(qiaoi_call *call)
{
    uint64_t allowed = QIAOI_BIT(QIAOI_P_SIDE) | QIAOI_BIT(QIAOI_P_QUERY) | QIAOI_P_FILTERS | QIAOI_BIT(QIAOI_P_LIMIT) |
                       QIAOI_BIT(QIAOI_P_FORMAT);
    export_job job = {.call = call};
    qiaoi_parameters *given = &job.given;
    qiao_search_request request;
    qiao_buffer answer = {0};

    if (!qiaoi_call_parameters(call, allowed, ROWS_MAX, given) || !open_table(&job))
        return;
    qiaoi_call_narrow(call, given->side, given);
    request = (qiao_search_request){.side = given->side,
                                    .query = given->query,
                                    .query_length = given->query_length,
                                    .filters = given->filters,
                                    .filter_count = given->filter_count,
                                    .trl_min = given->trl_min,
                                    .trl_max = given->trl_max};
    job.columns = qiaoi_export_columns(given->side);
    header(&job, "序号", "No.");
    qiaoi_export_header(&job.table, job.columns, call->language);
    qiaoi_table_end_row(&job.table);
    do
        request.limit = job.left - request.offset < PAGE ? job.left - request.offset : PAGE;
    while (request.limit > 0 && write_hits(&job, &request, &answer));
    finish(&job, given->side == QIAO_NEED ? "needs" : "projects", "",
           given->side == QIAO_NEED ? QIAO_DESK_NEED : QIAO_DESK_PROJECT);
    qiao_buffer_done(&answer);
    qiaoi_table_done(&job.table);
}

/* ---- matches of a need ---- */

/* The result lives until the session's next call, which the first record is. */
static qiao_match_item *
keep_items(qiaoi_call *call, const qiao_match_result *result)
{
    qiao_match_item *items = qiao_arena_alloc(call->arena, (result->count + 1) * sizeof *items);

    for (size_t i = 0; items != NULL && i < result->count; i++) {
        items[i] = result->items[i];
        items[i].id = qiao_arena_strndup(call->arena, items[i].id, strlen(items[i].id));
        if (items[i].id == NULL)
            items = NULL;
    }
    return items;
}

static void
write_matches(export_job *job, qiao_match_request *request)
{
    qiaoi_call *call = job->call;
    const qiao_match_result *result = NULL;
    qiao_error error = QIAO_ERROR_INIT;
    const qiao_match_item *items;
    size_t count;

    qiaoi_call_narrow(call, QIAO_PROJECT, &job->given);
    qiaoi_parameters_to_match(&job->given, request);
    request->limit = job->left;
    request->explain = QIAO_EXPLAIN_NONE;
    if (!qiaoi_call_went_well(call, qiao_match(call->session, request, &result, &error), &error))
        return;
    count = result->count;
    items = keep_items(call, result);
    if (items == NULL)
        (void)qiaoi_call_went_well(call, qiao_fail_memory(&error), &error);
    for (size_t i = 0; items != NULL && i < count; i++) {
        qiaoi_table_number(&job->table, (double)(i + 1));
        qiaoi_table_number(&job->table, (double)items[i].score / 1e6);
        qiaoi_table_text(&job->table, qiao_band_code(items[i].band));
        if (!write_record(job, QIAO_PROJECT, items[i].id, job->columns))
            return;
        qiaoi_table_end_row(&job->table);
    }
}

void
qiaoi_answer_export_matches(qiaoi_call *call)
{
    export_job job = {.call = call, .columns = qiaoi_export_columns(QIAO_PROJECT)};
    qiao_match_request request = {.kind = QIAO_NEED};
    qiaoi_visible need = {0};

    if (qiaoi_call_parameters(call,
                              QIAOI_P_FILTERS | QIAOI_P_SCORING | QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_FORMAT),
                              QIAOI_MATCH_LIMIT_MAX, &job.given) &&
        qiaoi_visible_open(call, QIAO_NEED, call->id, &need) && open_table(&job)) {
        header(&job, "排名", "Rank");
        header(&job, "得分", "Score");
        header(&job, "档次", "Band");
        qiaoi_export_header(&job.table, job.columns, call->language);
        qiaoi_table_end_row(&job.table);
        qiaoi_visible_to_match(&need, call->id, &request);
        write_matches(&job, &request);
        finish(&job, "matches", call->id, QIAO_DESK_NEED);
    }
    qiaoi_visible_done(&need);
    qiaoi_table_done(&job.table);
}

/* ---- a shortlist ---- */

static void
write_item(export_job *job, const cJSON *item)
{
    const char *need = text_of(item, "need"), *project = text_of(item, "project");
    bool is_need = need != NULL;

    header(job, is_need ? "需求" : "项目", is_need ? "need" : "project");
    qiaoi_table_text(&job->table, is_need ? need : project);
    qiaoi_table_text(&job->table, text_of(item, "note"));
    (void)write_record(job, is_need ? QIAO_NEED : QIAO_PROJECT, is_need ? need : project, job->columns);
    qiaoi_table_end_row(&job->table);
}

/* Of both sides: what needs and projects have in common, and where they come from. */
static const qiaoi_column item_columns[] = {
    {"title.zh", "中文标题", "Title (Chinese)"},
    {"title.en", "英文标题", "Title (English)"},
    {"title.*", "其他语种标题", "Title (other language)"},
    {"fields", "技术领域", "Fields"},
    {"country", "国家（地区）", "Country"},
    {"org_name", "机构", "Organisation"},
    {"enterprise.name", "企业名称", "Enterprise"},
    {"enterprise.park", "所在园区", "Park"},
    {"status", "状态", "Status"},
    {NULL, NULL, NULL},
};

void
qiaoi_answer_export_shortlist(qiaoi_call *call)
{
    export_job job = {.call = call, .columns = item_columns};
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    const cJSON *item;
    cJSON *tree = NULL;

    if (qiaoi_call_parameters(call, QIAOI_BIT(QIAOI_P_FORMAT), 0, &job.given) &&
        qiaoi_shortlist_find(call, &buffer, &row) && open_table(&job)) {
        header(&job, "类别", "Kind");
        header(&job, "编号", "ID");
        header(&job, "备注", "Note");
        qiaoi_export_header(&job.table, job.columns, call->language);
        qiaoi_table_end_row(&job.table);
        tree = parse(call, row.json, row.length);
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(tree, "items"))
        {
            if (call->problem.code == QIAOI_PROBLEM_NONE)
                write_item(&job, item);
        }
        finish(&job, "shortlist", call->id, QIAO_DESK_SHORTLIST);
    }
    cJSON_Delete(tree);
    qiao_buffer_done(&buffer);
    qiaoi_table_done(&job.table);
}

/* ---- cases ---- */

static const qiaoi_column title_column[] = {{"title.zh", "", ""}, {"title.en", "", ""}, {NULL, NULL, NULL}};

static bool
reads_internal_note(const qiaoi_call *call)
{
    return qiaoi_visible_field(call->caller.role, false, true, QIAOI_FIELD_INTERNAL_NOTE);
}

static qiao_status
write_case(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    export_job *job = context;
    cJSON *tree = row->withdrawn ? NULL : parse(job->call, row->json, row->length);
    const char *need = text_of(tree, "need"), *project = text_of(tree, "project"), *code = text_of(tree, "status"),
               *reason = text_of(tree, "reason");
    const qiaoi_reason *why = reason != NULL ? qiaoi_reason_of(reason) : NULL;
    qiaoi_case_status status;

    (void)err;
    if (tree != NULL && need != NULL && project != NULL && code != NULL && qiaoi_case_status_of(code, &status) &&
        qiaoi_case_fits(job->call, row, code, need, project, &job->given)) {
        qiaoi_table_text(&job->table, need);
        (void)write_record(job, QIAO_NEED, need, title_column);
        qiaoi_table_text(&job->table, project);
        (void)write_record(job, QIAO_PROJECT, project, title_column);
        header(job, qiaoi_case_words[status].zh, qiaoi_case_words[status].en);
        header(job, why != NULL ? why->zh : NULL, why != NULL ? why->en : NULL);
        qiaoi_table_text(&job->table, text_of(tree, "note"));
        qiaoi_table_text(&job->table, text_of(tree, "by"));
        qiaoi_table_text(&job->table, text_of(tree, "at"));
        qiaoi_table_number(&job->table, (double)row->revision);
        if (reads_internal_note(job->call))
            qiaoi_table_text(&job->table, text_of(tree, "internal_note"));
        qiaoi_table_end_row(&job->table);
        job->left--;
    }
    cJSON_Delete(tree);
    *more = job->left > 0 && job->call->problem.code == QIAOI_PROBLEM_NONE;
    return QIAO_OK;
}

static void
write_cases_header(export_job *job)
{
    static const struct {
        const char *zh, *en;
    } names[] = {{"需求编号", "Need"},
                 {"需求标题", "Need (Chinese title)"},
                 {"需求英文标题", "Need (English title)"},
                 {"项目编号", "Project"},
                 {"项目标题", "Project (Chinese title)"},
                 {"项目英文标题", "Project (English title)"},
                 {"进展", "Status"},
                 {"终止原因", "Reason"},
                 {"备注", "Note"},
                 {"经办", "By"},
                 {"时间", "At"},
                 {"版本", "Revision"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        header(job, names[i].zh, names[i].en);
    if (reads_internal_note(job->call))
        header(job, "内部备注", "Internal note");
    qiaoi_table_end_row(&job->table);
}

void
qiaoi_answer_export_cases(qiaoi_call *call)
{
    const qiaoi_caller *caller = &call->caller;
    export_job job = {.call = call};
    qiao_desk *desk = qiaoi_desk_of(call);
    qiao_error error = QIAO_ERROR_INIT;

    if (desk != NULL &&
        qiaoi_case_parameters(call, QIAOI_BIT(QIAOI_P_FORMAT) | QIAOI_BIT(QIAOI_P_LIMIT), ROWS_MAX, &job.given) &&
        open_table(&job)) {
        write_cases_header(&job);
        if (qiaoi_call_went_well(call,
                                 qiao_desk_each(desk, QIAO_DESK_CASE,
                                                caller->role == QIAOI_ROLE_ENTERPRISE ? caller->key.organisation : NULL,
                                                NULL, write_case, &job, &error),
                                 &error))
            finish(&job, "cases", "", QIAO_DESK_CASE);
    }
    qiaoi_table_done(&job.table);
}
