/*
 * Generations over HTTP, for staff of all parks: what there is, and back to an earlier one. Going back does what
 * qiao-indexer rollback does, under the indexer's lock: the files are checked, the audit trail gets its line, CURRENT
 * is switched, and the service serves it before the answer.
 */
#include "handlers.h"

#include "admin.h"
#include "desk_call.h"
#include "json_body.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "reports.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 1000

static void
write_generation(qiao_buffer *out, const char *data_dir, uint64_t number, uint64_t current)
{
    char name[QIAO_GENERATION_NAME_SIZE];
    qiao_error error = QIAO_ERROR_INIT;
    qiao_manifest m;

    qiaoi_name_generation(number, name);
    qiao_buffer_printf(out, "{\"generation\":\"%s\",\"current\":%s", name, number == current ? "true" : "false");
    if (qiao_catalog_manifest(data_dir, number, &m, &error) != QIAO_OK) {
        out->failed = out->failed || error.status == QIAO_E_NOMEM; /* which says nothing of the generation */
        qiao_buffer_text(out, ",\"readable\":false}");
        return;
    }
    qiaoi_name_generation(m.parent, name);
    qiao_buffer_printf(out, ",\"readable\":true,\"parent\":%s%s%s,\"projects\":%llu,\"needs\":%llu",
                       m.parent == 0 ? "" : "\"", m.parent == 0 ? "null" : name, m.parent == 0 ? "" : "\"",
                       (unsigned long long)m.projects, (unsigned long long)m.needs);
    qiaoi_desk_member(out, "created", m.created);
    qiaoi_desk_member(out, "profile", m.profile);
    qiaoi_desk_member(out, "vocabulary", m.vocabulary);
    qiaoi_desk_member(out, "lexicon", m.lexicon);
    qiao_buffer_char(out, '}');
}

void
qiaoi_answer_generations(qiaoi_call *call)
{
    const char *data_dir = call->service->data_dir;
    uint64_t numbers[LIST_MAX], current = qiao_engine_generation(call->service->engine);
    qiao_buffer *out = &call->response->body;
    char name[QIAO_GENERATION_NAME_SIZE];
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters none;
    size_t count = 0;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, 0, 0, &none) ||
        !qiaoi_call_went_well(call, qiao_catalog_list(data_dir, numbers, LIST_MAX, &count, &error), &error))
        return;
    if (count > LIST_MAX)
        count = LIST_MAX;
    qiaoi_name_generation(current, name);
    qiao_buffer_printf(out, "{\"current\":%s%s%s,\"generations\":[", current == 0 ? "" : "\"",
                       current == 0 ? "null" : name, current == 0 ? "" : "\"");
    for (size_t i = count; i-- > 0;) {
        write_generation(out, data_dir, numbers[i], current);
        qiao_buffer_text(out, i > 0 ? "," : "");
    }
    qiao_buffer_text(out, "]}");
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}

/* ---- going back ---- */

static bool
take_number(qiaoi_call *call, const cJSON *body, uint64_t *out)
{
    static const char *const names[] = {"generation", NULL};
    const char *name = qiaoi_admin_text(body, "generation");
    char written[QIAO_GENERATION_NAME_SIZE];

    if (!qiaoi_admin_strings(call, body, names, 64))
        return false;
    *out = name != NULL && strncmp(name, "gen-", 4) == 0 ? strtoull(name + 4, NULL, 10) : 0;
    qiaoi_name_generation(*out, written);
    if (*out != 0 && strcmp(written, name) == 0)
        return true;
    qiao_fail(qiaoi_admin_wrong(call, "generation"), QIAO_E_INPUT, "must be the name of a generation, as in %s",
              "gen-0000000012");
    return false;
}

/* {"from":..,"to":..} on the desk, with its line in the audit trail. */
static qiao_status
note(qiaoi_call *call, uint64_t from, uint64_t to, qiao_error *err)
{
    char json[96], names[2][QIAO_GENERATION_NAME_SIZE];
    qiao_desk_change change = {.table = QIAO_DESK_GENERATION,
                               .id = names[1],
                               .json = json,
                               .expected = QIAO_DESK_ANY,
                               .actor = qiaoi_caller_name(&call->caller),
                               .action = "rollback"};
    uint64_t revision;

    qiaoi_name_generation(from, names[0]);
    qiaoi_name_generation(to, names[1]);
    snprintf(json, sizeof json, "{\"from\":\"%s\",\"to\":\"%s\"}", names[0], names[1]);
    change.length = strlen(json);
    return qiao_desk_write(call->service->access.desk, &change, &revision, err);
}

static qiao_status
switch_to(qiaoi_call *call, uint64_t to, uint64_t *from_out, qiao_error *err)
{
    const char *data_dir = call->service->data_dir;
    char path[QIAO_PATH_MAX];
    qiao_lock *lock = NULL;
    qiao_error unknown = QIAO_ERROR_INIT;
    qiao_status st;

    *from_out = 0;
    snprintf(path, sizeof path, "%.4000s/indexer.lock", data_dir);
    st = qiao_lock_take(path, &lock, err); /* no build may publish meanwhile */
    if (st == QIAO_OK && qiao_catalog_current(data_dir, from_out, &unknown) != QIAO_OK)
        *from_out = 0; /* it may be why somebody goes back */
    if (st == QIAO_OK)
        st = qiao_catalog_verify(data_dir, to, err);
    if (st == QIAO_OK)
        st = note(call, *from_out, to, err);
    if (st == QIAO_OK)
        st = qiao_catalog_publish(data_dir, to, err);
    if (st == QIAO_OK)
        st = qiao_engine_refresh(call->service->engine, NULL, err);
    qiao_lock_release(lock);
    return st;
}

static void
go_back(qiaoi_call *call, uint64_t to)
{
    qiao_buffer *out = &call->response->body;
    char before[QIAO_GENERATION_NAME_SIZE];
    qiao_error error = QIAO_ERROR_INIT;
    uint64_t from;

    if (!qiaoi_call_went_well(call, switch_to(call, to, &from, &error), &error))
        return;
    qiaoi_reports_wake(call->service->reports);
    qiaoi_name_generation(to, call->generation);
    qiaoi_name_generation(from, before);
    qiao_buffer_printf(out, "{\"generation\":\"%s\",\"previous\":%s%s%s}", call->generation, from == 0 ? "" : "\"",
                       from == 0 ? "null" : before, from == 0 ? "" : "\"");
    qiaoi_http_set(call->response, "Cache-Control", "no-store");
    qiaoi_call_json(call);
}

void
qiaoi_answer_put_generation(qiaoi_call *call)
{
    qiaoi_parameters none;
    uint64_t number;
    cJSON *body;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, 0, 0, &none) || qiaoi_desk_of(call) == NULL)
        return;
    body = qiaoi_json_body(call);
    if (body != NULL && take_number(call, body, &number))
        go_back(call, number);
    cJSON_Delete(body);
}
