/* What of a record is for whom: one table, one function that leaves the rest out. */
#include "visible.h"

#include "cases.h"
#include "qiao/tags.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef enum secrecy { ALWAYS, WHERE_CONFIDENTIAL } secrecy;

typedef struct field_rule {
    const char *path;
    secrecy when;   /* WHERE_CONFIDENTIAL: only where the record asks for its organisation to be kept back */
    unsigned roles; /* who reads it, beside the owner */
} field_rule;

#define INSIDE (QIAOI_MAY(STAFF) | QIAOI_MAY(JOB))

/*
 * Fields of records that are not for everybody, and all fields of cases, under "case.". Fields that neither the schema
 * nor this table knows are for INSIDE: they may say anything.
 */
static const field_rule rules[] = {
    {"attachments_meta", ALWAYS, INSIDE},
    {"case.at", ALWAYS, QIAOI_MAY_READ},
    {"case.by", ALWAYS, QIAOI_MAY_READ},
    {"case.correction", ALWAYS, QIAOI_MAY_READ},
    {QIAOI_FIELD_INTERNAL_NOTE, ALWAYS, QIAOI_MAY(STAFF)},
    {"case.need", ALWAYS, QIAOI_MAY_READ},
    {"case.note", ALWAYS, QIAOI_MAY_READ},
    {"case.project", ALWAYS, QIAOI_MAY_READ},
    {"case.reason", ALWAYS, QIAOI_MAY_READ},
    {"case.role", ALWAYS, QIAOI_MAY_READ},
    {"case.status", ALWAYS, QIAOI_MAY_READ},
    {"contact_role", ALWAYS, QIAOI_MAY(STAFF)},
    {"decision_owner", ALWAYS, QIAOI_MAY(STAFF)},
    {"enterprise.name", WHERE_CONFIDENTIAL, QIAOI_MAY(STAFF)},
    {"enterprise.uscc", ALWAYS, QIAOI_MAY(STAFF)},
    {"org_name", WHERE_CONFIDENTIAL, QIAOI_MAY(STAFF)},
    {"quality", ALWAYS, INSIDE},
    {"source.channel", ALWAYS, INSIDE},
    {"source.event", ALWAYS, INSIDE},
    {"source.liaison_office", ALWAYS, INSIDE},
};

bool
qiaoi_visible_field(qiaoi_role role, bool owner, bool confidential, const char *path)
{
    if (owner)
        return true;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(rules[i].path, path) == 0)
            return (rules[i].roles & 1u << role) != 0 || (rules[i].when == WHERE_CONFIDENTIAL && !confidential);
    return qiao_record_field(path) != NULL || (INSIDE & 1u << role) != 0;
}

typedef struct redaction {
    qiaoi_role role;
    bool owner, confidential;
} redaction;

/* Objects are looked into by one level: texts by language below a known field are the field's. */
static void
redact(const redaction *r, cJSON *object, const char *base)
{
    cJSON *next;

    for (cJSON *member = object->child; member != NULL; member = next) {
        char path[160];

        next = member->next;
        snprintf(path, sizeof path, "%s%s%.100s", base, *base != '\0' ? "." : "", member->string);
        if (!qiaoi_visible_field(r->role, r->owner, r->confidential, path)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
        } else if (cJSON_IsObject(member)) {
            const qiao_field *field = qiao_record_field(path);

            if (field != NULL && field->type == QIAO_FIELD_OBJECT)
                redact(r, member, path);
        }
    }
}

static bool
out_of_memory(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;

    return qiaoi_call_went_well(call, qiao_fail_memory(&error), &error);
}

/* Everything of it is for the caller? */
static bool
is_whole_for(const qiaoi_call *call, const qiaoi_visible *visible)
{
    return call->caller.role == QIAOI_ROLE_STAFF || qiaoi_access_owns(&call->caller, visible->record);
}

cJSON *
qiaoi_visible_tree(qiaoi_call *call, const qiaoi_visible *visible)
{
    cJSON *tree = cJSON_ParseWithLength(visible->json.data, visible->json.length);

    if (tree == NULL)
        (void)out_of_memory(call);
    if (tree != NULL && !is_whole_for(call, visible)) {
        redaction r = {.role = call->caller.role,
                       .owner = qiaoi_access_owns(&call->caller, visible->record),
                       .confidential = visible->record->org_confidential};

        redact(&r, tree, "");
    }
    return tree;
}

static bool
write_redacted(qiaoi_call *call, qiaoi_visible *visible, qiao_buffer *out)
{
    cJSON *tree = qiaoi_visible_tree(call, visible);
    char *text = tree != NULL ? cJSON_PrintUnformatted(tree) : NULL;

    cJSON_Delete(tree);
    if (text == NULL)
        return call->problem.code == QIAOI_PROBLEM_NONE ? out_of_memory(call) : false;
    qiao_buffer_text(out, text);
    cJSON_free(text);
    return true;
}

bool
qiaoi_visible_case(qiaoi_call *call, const qiao_desk_row *row, qiao_buffer *out)
{
    /* nobody owns a case: what staff keep to themselves is not the enterprise's either */
    const redaction r = {.role = call->caller.role, .owner = false, .confidential = true};
    cJSON *tree = NULL;
    char *text = NULL;

    if (call->caller.role == QIAOI_ROLE_STAFF) {
        qiao_buffer_append(out, row->json, row->length - 1);
    } else {
        tree = cJSON_ParseWithLength(row->json, row->length);
        if (tree != NULL) {
            redact(&r, tree, "case");
            text = cJSON_PrintUnformatted(tree);
        }
        cJSON_Delete(tree);
        if (text == NULL)
            return out_of_memory(call);
        qiao_buffer_append(out, text, strlen(text) - 1);
        cJSON_free(text);
    }
    qiao_buffer_printf(out, ",\"revision\":%llu}", (unsigned long long)row->revision);
    return true;
}

/* Who looked at what is confidential is kept. */
static bool
note_look(qiaoi_call *call, const qiaoi_visible *visible)
{
    static const char mark[] = "confidential\":true";
    qiao_desk *desk = call->service->access.desk;
    qiao_error error = QIAO_ERROR_INIT;
    bool need;

    if (desk == NULL || call->caller.open || call->caller.role != QIAOI_ROLE_STAFF ||
        strstr(visible->json.data, mark) == NULL)
        return true;
    need = strncmp(call->routing.route->pattern, "/v1/needs", 9) == 0;
    return qiaoi_call_went_well(call,
                                qiao_desk_note(desk, qiaoi_caller_name(&call->caller), "look",
                                               need ? QIAO_DESK_NEED : QIAO_DESK_PROJECT, call->id, &error),
                                &error);
}

static qiao_status read_generation(qiaoi_call *call, qiao_kind kind, const char *id, qiaoi_visible *out,
                                   qiao_error *err);

/* ---- others that say the same ---- */

typedef struct naming {
    qiaoi_call *call;
    qiao_kind kind;
    qiao_buffer *out;
    bool any;
} naming;

/* Only those that the caller may see: that there are others is a secret too. */
static void
name_duplicate(const char *id, void *context)
{
    naming *n = context;
    qiaoi_visible other = {0};
    qiao_error ignored = QIAO_ERROR_INIT;
    bool seen = read_generation(n->call, n->kind, id, &other, &ignored) == QIAO_OK &&
                (other.record == NULL || qiaoi_access_sees(&n->call->caller, other.record));

    qiaoi_visible_done(&other);
    if (!seen)
        return;
    qiao_buffer_text(n->out, n->any ? "," : ",\"duplicates\":[");
    qiao_buffer_json_string(n->out, id, strlen(id));
    n->any = true;
}

static void
name_duplicates(qiaoi_call *call, const qiaoi_visible *visible, qiao_buffer *out)
{
    naming n = {.call = call, .out = out};

    n.kind = strncmp(call->routing.route->pattern, "/v1/needs", 9) == 0 ? QIAO_NEED : QIAO_PROJECT;
    if (call->session == NULL || visible->revision != 0 || call->id[0] == '\0')
        return;
    qiao_session_duplicates(call->session, n.kind, call->id, name_duplicate, &n);
    if (n.any)
        qiao_buffer_char(out, ']');
}

/* What its words suggest, told apart from what it says: every text of a record is for whoever may see the record. */
static bool
write_suggested(qiaoi_call *call, const qiaoi_visible *visible, qiao_buffer *out)
{
    qiao_buffer found = {0};
    qiao_error error = QIAO_ERROR_INIT;
    qiao_status status = QIAO_OK;

    if (call->session != NULL)
        status = qiao_session_suggested_json(call->session, visible->json.data, visible->json.length, &found, &error);
    if (status == QIAO_OK && found.length > 0) {
        qiao_buffer_text(out, ",\"suggested\":");
        qiao_buffer_append(out, found.data, found.length);
    }
    qiao_buffer_done(&found);
    return qiaoi_call_went_well(call, status, &error);
}

bool
qiaoi_visible_write(qiaoi_call *call, qiaoi_visible *visible)
{
    qiao_buffer *out = &call->response->body;

    if (!note_look(call, visible))
        return false;
    if (is_whole_for(call, visible))
        qiao_buffer_append(out, visible->json.data, visible->json.length);
    else if (!write_redacted(call, visible, out))
        return false;
    if (out->length > 0 && out->data[out->length - 1] == '}')
        out->length--; /* ours go last: should a record bring fields of those names, ours are the ones that readers
                          keep */
    if (visible->revision != 0)
        qiao_buffer_printf(out, ",\"revision\":%llu", (unsigned long long)visible->revision);
    name_duplicates(call, visible, out);
    if (!write_suggested(call, visible, out))
        return false;
    if (call->generation[0] != '\0')
        qiao_buffer_printf(out, ",\"generation\":\"%s\"}", call->generation);
    else
        qiao_buffer_text(out, ",\"generation\":null}");
    return true;
}

static qiao_status
parse(qiaoi_visible *visible, qiao_error *err)
{
    return qiao_record_parse(visible->json.data, visible->json.length, NULL, &visible->record, NULL, err);
}

/* NOTFOUND also for what was withdrawn there: the generation may hold it still. */
static qiao_status
read_desk(qiaoi_call *call, qiao_kind kind, const char *id, qiaoi_visible *out, bool *withdrawn, qiao_error *err)
{
    qiao_desk *desk = call->service->access.desk;
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    qiao_status status;

    *withdrawn = false;
    if (desk == NULL)
        return QIAO_E_NOTFOUND;
    status = qiao_desk_get(desk, kind == QIAO_NEED ? QIAO_DESK_NEED : QIAO_DESK_PROJECT, id, &buffer, &row, err);
    if (status == QIAO_OK && row.withdrawn) {
        *withdrawn = true;
        status = QIAO_E_NOTFOUND;
    }
    if (status == QIAO_OK) {
        qiao_buffer_append(&out->json, row.json, row.length);
        out->revision = row.revision;
        out->changed_ms = row.changed_ms;
        status = qiao_buffer_check(&out->json, err);
    }
    qiao_buffer_done(&buffer);
    return status == QIAO_OK ? parse(out, err) : status;
}

static qiao_status
read_generation(qiaoi_call *call, qiao_kind kind, const char *id, qiaoi_visible *out, qiao_error *err)
{
    qiao_status status;

    if (call->session == NULL)
        return QIAO_E_NOTFOUND;
    status = qiao_session_record_json(call->session, kind, id, &out->json, err);
    if (status != QIAO_OK || (call->caller.role == QIAOI_ROLE_STAFF && qiaoi_access_sees_all(&call->caller, kind)))
        return status;
    return parse(out, err);
}

bool
qiaoi_visible_open(qiaoi_call *call, qiao_kind kind, const char *id, qiaoi_visible *out)
{
    qiao_error error = QIAO_ERROR_INIT;
    bool withdrawn;
    qiao_status status;

    *out = (qiaoi_visible){0};
    status = read_desk(call, kind, id, out, &withdrawn, &error);
    if (status == QIAO_E_NOTFOUND && !withdrawn)
        status = read_generation(call, kind, id, out, &error);
    if (status == QIAO_E_NOTFOUND ||
        (status == QIAO_OK && out->record != NULL && !qiaoi_access_sees(&call->caller, out->record))) {
        qiaoi_call_missing(call, kind, id);
        return false;
    }
    return qiaoi_call_went_well(call, status, &error);
}

void
qiaoi_visible_done(qiaoi_visible *visible)
{
    qiao_record_free(visible->record);
    qiao_buffer_done(&visible->json);
    visible->record = NULL;
}

bool
qiaoi_visible_is(qiaoi_call *call, qiao_kind kind, const char *id)
{
    qiaoi_visible visible = {0};
    bool there = qiaoi_visible_open(call, kind, id, &visible);

    qiaoi_visible_done(&visible);
    if (!there && call->problem.code == QIAOI_PROBLEM_NOT_FOUND)
        qiaoi_problem_init(&call->problem);
    return there;
}

bool
qiaoi_record_fits(const qiaoi_call *call, const qiao_record *record, const qiaoi_parameters *given)
{
    qiao_arena *arena = given->filter_count != 0 ? qiao_arena_new(4096) : NULL;
    const char *tags[QIAO_TAGS_MAX];
    bool complete = true, fits = true;
    size_t count = 0;

    if (given->filter_count == 0)
        return true;
    if (arena != NULL)
        count = qiao_record_tags(record, qiao_engine_vocabulary(call->service->engine), (int)(time(NULL) / 86400),
                                 arena, tags, &complete);
    for (size_t i = 0; fits && i < given->filter_count; i++) {
        fits = false;
        for (size_t k = 0; !fits && k < count; k++)
            fits = qiaoi_word_in(given->filters[i], tags[k]);
    }
    qiao_arena_free(arena);
    return fits;
}

bool
qiaoi_visible_fits(qiaoi_call *call, qiao_kind kind, const char *id, const qiaoi_parameters *given)
{
    qiaoi_visible visible = {0};
    qiao_error error = QIAO_ERROR_INIT;
    bool fits = given->filter_count == 0;

    if (fits)
        return true;
    if (qiaoi_visible_open(call, kind, id, &visible)) {
        if (visible.record == NULL && parse(&visible, &error) != QIAO_OK)
            (void)qiaoi_call_went_well(call, error.status, &error);
        fits = visible.record != NULL && qiaoi_record_fits(call, visible.record, given);
    } else if (call->problem.code == QIAOI_PROBLEM_NOT_FOUND) {
        qiaoi_problem_init(&call->problem);
    }
    qiaoi_visible_done(&visible);
    return fits;
}

bool
qiaoi_visible_unchanged(qiaoi_call *call, const qiaoi_visible *visible)
{
    return visible->revision == 0 ? qiaoi_call_unchanged(call, 0) : qiaoi_call_unchanged_since(call, visible->revision);
}

void
qiaoi_visible_to_match(const qiaoi_visible *visible, const char *id, qiao_match_request *request)
{
    if (visible->revision != 0)
        request->record = visible->record;
    else
        request->id = id;
}

/* Takes ,"name":[..] out, a list of strings. */
static void
cut_list(qiao_buffer *out, const char *start)
{
    char *from = strstr(out->data, start), *to;
    bool inside = false;

    if (from == NULL)
        return;
    for (to = from + strlen(start); inside || *to != ']'; to++) {
        if (inside && *to == '\\')
            to++;
        else if (*to == '"')
            inside = !inside;
    }
    to++;
    memmove(from, to, (size_t)(out->data + out->length + 1 - to));
    out->length -= (size_t)(to - from);
}

bool
qiaoi_visible_match(qiaoi_call *call, qiaoi_parameters *given, qiao_match_request *request, qiaoi_match_writer write)
{
    qiao_kind side = request->kind == QIAO_NEED ? QIAO_PROJECT : QIAO_NEED;
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;

    qiaoi_call_narrow(call, side, given);
    qiaoi_parameters_to_match(given, request);
    if (!qiaoi_call_went_well(call, write(call->session, request, out, &error), &error))
        return false;
    if (side == QIAO_NEED && !qiaoi_access_sees_all(&call->caller, side))
        cut_list(out, ",\"not_found\":[");
    return true;
}
