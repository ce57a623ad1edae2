/*
 * Reads the body of POST /v1/match. Members are walked one by one, so that an unknown one, or one given twice, is told
 * and not passed over; what a record may hold is the record reader's to judge.
 */
#include "match_body.h"

#include "json_body.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

/* Where a record may stand, and the kind it must then have. */
typedef struct record_place {
    const char *name;
    const char *kind;
} record_place;

static const record_place record_places[] = {{"need", "need"}, {"project", "project"}};

typedef struct body_reader {
    qiaoi_call *call;
    qiaoi_match_body *out;
    qiaoi_parameter_reader options;
    cJSON *record;        /* the member that holds it, or the root */
    const char *kind;     /* that the record must have; NULL = its own */
    const char *standard; /* where it says none */
    bool bare;            /* the root is the record */
    unsigned given;       /* of text, need, project */
} body_reader;

static qiao_error *
wrong(body_reader *reader, const char *base, const char *name)
{
    char pointer[160];

    snprintf(pointer, sizeof pointer, "%.80s/%.70s", base, name);
    return qiaoi_problem_pointer(&reader->call->problem, pointer, NULL);
}

/* One value of an option as text, as a query string would bring it; NULL where its JSON type is wrong. */
static const char *
option_text(const char *name, const cJSON *value, char *scratch, size_t size)
{
    bool number = strcmp(name, "limit") == 0 || strcmp(name, "offset") == 0 || strcmp(name, "trl_min") == 0 ||
                  strcmp(name, "trl_max") == 0;

    if (strcmp(name, "text_only") == 0 || strcmp(name, "policy") == 0 || strcmp(name, "include_suggested") == 0)
        return cJSON_IsTrue(value) ? "true" : cJSON_IsFalse(value) ? "false" : NULL;
    if (!number)
        return cJSON_IsString(value) ? value->valuestring : NULL;
    if (!cJSON_IsNumber(value))
        return NULL;
    snprintf(scratch, size, "%.15g", value->valuedouble);
    return scratch;
}

static void
take_value(body_reader *reader, const char *name, const cJSON *value)
{
    char scratch[32];
    const char *text = option_text(name, value, scratch, sizeof scratch);

    if (text != NULL)
        qiaoi_parameters_take(&reader->options, name, text);
    else
        qiao_fail(wrong(reader, reader->options.pointer, name), QIAO_E_INPUT,
                  "has the wrong JSON type; see GET /v1/openapi.json");
}

static void
take_filters(body_reader *reader, const cJSON *filters)
{
    const cJSON *member, *item;

    if (!cJSON_IsObject(filters)) {
        qiao_fail(wrong(reader, "", "filters"), QIAO_E_INPUT,
                  "must be an object, for example {\"country\": [\"DE\", \"FR\"], \"trl_min\": 4}");
        return;
    }
    reader->options.allowed = QIAOI_P_FILTERS;
    reader->options.pointer = "/filters";
    cJSON_ArrayForEach(member, filters)
    {
        if (!cJSON_IsArray(member)) {
            take_value(reader, member->string, member);
            continue;
        }
        cJSON_ArrayForEach(item, member) take_value(reader, member->string, item);
    }
    reader->options.pointer = "";
}

static bool
is_ranking_option(const char *name)
{
    static const char *const names[] = {"limit", "offset", "explain", "text_only", "policy", "profile", "filters"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool
is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n\v\f")] == '\0';
}

static void
take_text(body_reader *reader, const cJSON *member)
{
    if (!cJSON_IsString(member))
        qiao_fail(wrong(reader, "", "text"), QIAO_E_INPUT, "must be a string");
    else if (is_blank(member->valuestring))
        qiao_fail(wrong(reader, "", "text"), QIAO_E_INPUT, "is empty; say what is needed, in any language");
    reader->out->text = cJSON_IsString(member) ? member->valuestring : "";
    reader->given++;
}

/* false: the name is none of those that hold what is matched. */
static bool
take_matched(body_reader *reader, cJSON *member)
{
    if (strcmp(member->string, "text") == 0) {
        take_text(reader, member);
        return true;
    }
    for (size_t i = 0; i < sizeof record_places / sizeof record_places[0]; i++) {
        if (strcmp(member->string, record_places[i].name) != 0)
            continue;
        if (!cJSON_IsObject(member))
            qiao_fail(wrong(reader, "", member->string), QIAO_E_INPUT, "must be a record, as an object");
        reader->record = member;
        reader->kind = record_places[i].kind;
        reader->out->record_pointer = i == 0 ? "/need" : "/project";
        reader->given++;
        return true;
    }
    return false;
}

static void
take_option(body_reader *reader, const cJSON *member, unsigned *filters_given)
{
    reader->options.allowed = QIAOI_P_RANKING;
    reader->options.pointer = "";
    if (strcmp(member->string, "filters") != 0)
        take_value(reader, member->string, member);
    else if ((*filters_given)++ == 0)
        take_filters(reader, member);
    else
        qiao_fail(wrong(reader, "", "filters"), QIAO_E_INPUT, "is given twice");
}

static void
walk(body_reader *reader, cJSON *root)
{
    unsigned filters_given = 0;
    cJSON *member;

    reader->bare = cJSON_GetObjectItemCaseSensitive(root, "title") != NULL ||
                   cJSON_GetObjectItemCaseSensitive(root, "kind") != NULL;
    cJSON_ArrayForEach(member, root)
    {
        if (is_ranking_option(member->string))
            take_option(reader, member, &filters_given);
        else if (!reader->bare && !take_matched(reader, member))
            qiao_fail(wrong(reader, "", member->string), QIAO_E_INPUT,
                      "unknown here; what is taken: text, need or project, filters, limit, offset, explain, text_only, "
                      "policy, profile");
    }
    if (reader->bare) {
        reader->record = root;
        reader->out->record_pointer = "";
    } else if (reader->given != 1 && reader->call->problem.code == QIAOI_PROBLEM_NONE) {
        qiao_fail(qiaoi_problem_pointer(&reader->call->problem, "", NULL), QIAO_E_INPUT,
                  "one of text, need and project must be given, or a record itself");
    }
}

/* What a posted record may leave out: it is matched, not stored. */
static bool
fill_in(body_reader *reader)
{
    cJSON *record = reader->record, *kind = cJSON_GetObjectItemCaseSensitive(record, "kind");

    if (reader->kind != NULL && cJSON_IsString(kind) && strcmp(kind->valuestring, reader->kind) != 0) {
        qiao_fail(wrong(reader, reader->out->record_pointer, "kind"), QIAO_E_INPUT, "is %.20s, but a %s stands here",
                  kind->valuestring, reader->kind);
        return false;
    }
    if (kind == NULL &&
        cJSON_AddStringToObject(record, "kind", reader->kind != NULL ? reader->kind : reader->standard) == NULL)
        return false;
    return cJSON_HasObjectItem(record, "id") || cJSON_AddStringToObject(record, "id", "posted:record") != NULL;
}

/* In a bare record the options stand among its fields. */
static void
take_options_out(cJSON *record)
{
    cJSON *next;

    for (cJSON *member = record->child; member != NULL; member = next) {
        next = member->next;
        if (is_ranking_option(member->string))
            cJSON_Delete(cJSON_DetachItemViaPointer(record, member));
    }
}

static void
report_issues(body_reader *reader, const qiao_record_issues *issues)
{
    char pointer[200];

    for (size_t i = 0; i < issues->count; i++) {
        const qiao_record_issue *issue = &issues->items[i];
        qiao_error *error;

        if (!issue->fatal)
            continue;
        snprintf(pointer, sizeof pointer, "%s%s", reader->out->record_pointer, issue->pointer);
        error = qiaoi_problem_pointer(&reader->call->problem, pointer, issue->value);
        if (error == NULL)
            return;
        snprintf(error->message, sizeof error->message, "%s", issue->reason);
        snprintf(error->message_zh, sizeof error->message_zh, "%s", issue->reason_zh);
    }
}

static void
read_record(body_reader *reader)
{
    qiaoi_call *call = reader->call;
    qiao_error error = QIAO_ERROR_INIT;
    char *json = NULL;
    qiao_status status;

    if (reader->bare)
        take_options_out(reader->record);
    if (fill_in(reader))
        json = cJSON_PrintUnformatted(reader->record);
    if (json == NULL) {
        if (call->problem.code == QIAOI_PROBLEM_NONE)
            qiaoi_json_body_memory(call);
        return;
    }
    status = qiao_record_parse(json, strlen(json), qiao_engine_vocabulary(call->service->engine), &reader->out->record,
                               &reader->out->issues, &error);
    cJSON_free(json);
    if (status == QIAO_E_INPUT)
        report_issues(reader, &reader->out->issues);
    if (call->problem.code == QIAOI_PROBLEM_NONE)
        qiaoi_call_went_well(call, status, &error);
}

bool
qiaoi_match_body_read(qiaoi_call *call, qiao_kind kind, qiaoi_match_body *out)
{
    body_reader reader = {.call = call, .out = out, .standard = kind == QIAO_NEED ? "need" : "project"};

    *out = (qiaoi_match_body){.record_pointer = ""};
    qiaoi_parameters_init(&out->options);
    out->tree = qiaoi_json_body(call);
    if (out->tree == NULL)
        return false;
    reader.options = (qiaoi_parameter_reader){.vocabulary = qiao_engine_vocabulary(call->service->engine),
                                              .arena = call->arena,
                                              .problem = &call->problem,
                                              .out = &out->options,
                                              .limit_max = QIAOI_MATCH_LIMIT_MAX,
                                              .pointer = ""};
    walk(&reader, out->tree);
    qiaoi_parameters_check(&reader.options);
    if (call->problem.code == QIAOI_PROBLEM_NONE && reader.record != NULL)
        read_record(&reader);
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

static void
write_warning(const qiaoi_match_body *body, const qiao_record_issue *issue, qiao_language language, qiao_buffer *out)
{
    const char *reason = language == QIAO_LANGUAGE_ZH ? issue->reason_zh : issue->reason;
    char pointer[160];

    snprintf(pointer, sizeof pointer, "%s%s", body->record_pointer, issue->pointer);
    qiao_buffer_text(out, "{\"pointer\":");
    qiao_buffer_json_string(out, pointer, strlen(pointer));
    qiao_buffer_text(out, ",\"value\":");
    qiao_buffer_json_string(out, issue->value, strlen(issue->value));
    qiao_buffer_text(out, ",\"detail\":");
    qiao_buffer_json_string(out, reason, strlen(reason));
    qiao_buffer_char(out, '}');
}

void
qiaoi_match_body_warn(const qiaoi_match_body *body, qiao_language language, qiao_buffer *out)
{
    if (body->issues.count == 0)
        return;
    qiao_buffer_text(out, ",\"warnings\":[");
    for (size_t i = 0; i < body->issues.count; i++) {
        if (i != 0)
            qiao_buffer_char(out, ',');
        write_warning(body, &body->issues.items[i], language, out);
    }
    qiao_buffer_char(out, ']');
}

void
qiaoi_match_body_done(qiaoi_match_body *body)
{
    qiao_record_free(body->record);
    cJSON_Delete(body->tree);
}
