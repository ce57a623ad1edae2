/* Scoring profiles over HTTP, for staff of all parks: what there is, what other weights would do, and the profile that
 * the next build takes. */
#include "handlers.h"

#include "admin.h"
#include "desk_call.h"
#include "json_body.h"
#include "qiao/preview.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_DEFAULT 10u

/* The next one, and its revision on the desk: null where none waits. */
static qiao_status
write_next(qiaoi_call *call, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer text = {0}, row_text = {0};
    qiao_desk_row row = {.revision = 0};
    qiao_status st = qiao_profile_next(call->service->data_dir, &text, err);

    qiao_buffer_text(out, ",\"next\":");
    if (st == QIAO_OK && call->service->access.desk != NULL)
        st = qiao_desk_get(call->service->access.desk, QIAO_DESK_PROFILE, "next", &row_text, &row, err);
    if (st == QIAO_OK)
        qiao_buffer_printf(out, "{\"revision\":%" PRIu64 ",\"profile\":%s}", row.revision, text.data);
    else
        qiao_buffer_text(out, "null");
    qiao_buffer_done(&text);
    qiao_buffer_done(&row_text);
    return st == QIAO_E_NOTFOUND ? QIAO_OK : st;
}

void
qiaoi_answer_profiles(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters none;
    const char *name;
    qiao_status st = QIAO_OK;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, 0, 0, &none))
        return;
    qiao_buffer_printf(out, "{\"generation\":\"%s\",\"profiles\":[", call->generation);
    for (size_t i = 0; st == QIAO_OK && (name = qiao_session_profile_name(call->session, i)) != NULL; i++) {
        qiao_buffer_printf(out, "%s{\"name\":\"%s\"", i == 0 ? "" : ",", name);
        qiao_session_profile_label(call->session, i, out);
        qiao_buffer_text(out, ",\"profile\":");
        st = qiao_session_profile_json(call->session, name, out, &error);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
    if (st == QIAO_OK)
        st = write_next(call, out, &error);
    qiao_buffer_char(out, '}');
    if (qiaoi_call_went_well(call, st, &error)) {
        qiaoi_http_set(call->response, "Cache-Control", "no-store");
        qiaoi_call_json(call);
    }
}

/* ---- trying out ---- */

typedef struct preview_body {
    const char *needs[QIAO_PREVIEW_NEEDS_MAX];
    qiao_preview_options options;
} preview_body;

static bool
take_needs(qiaoi_call *call, const cJSON *needs, preview_body *out)
{
    const cJSON *id;

    if (!cJSON_IsArray(needs) || cJSON_GetArraySize(needs) < 1 ||
        cJSON_GetArraySize(needs) > (int)QIAO_PREVIEW_NEEDS_MAX) {
        qiao_fail(qiaoi_admin_wrong(call, "needs"), QIAO_E_INPUT, "must be a list of 1 to %u ids",
                  QIAO_PREVIEW_NEEDS_MAX);
        return false;
    }
    out->options.needs = out->needs;
    cJSON_ArrayForEach(id, needs)
    {
        if (!cJSON_IsString(id)) {
            qiao_fail(qiaoi_admin_wrong(call, "needs"), QIAO_E_INPUT, "must be a list of 1 to %u ids",
                      QIAO_PREVIEW_NEEDS_MAX);
            return false;
        }
        out->needs[out->options.count++] = id->valuestring;
    }
    return true;
}

static bool
take_sample(qiaoi_call *call, const cJSON *sample, preview_body *out)
{
    double count = cJSON_IsNumber(sample) ? sample->valuedouble : sample == NULL ? SAMPLE_DEFAULT : 0;

    if (count >= 1 && count <= QIAO_PREVIEW_NEEDS_MAX && count == (double)(size_t)count) {
        out->options.count = (size_t)count;
        return true;
    }
    qiao_fail(qiaoi_admin_wrong(call, "sample"), QIAO_E_INPUT, "must be a whole number from %u to %u", 1u,
              QIAO_PREVIEW_NEEDS_MAX);
    return false;
}

/* needs and sample are taken out: what is left is the change. */
static char *
take_preview(qiaoi_call *call, cJSON *body, cJSON **needs, preview_body *out)
{
    cJSON *sample = cJSON_DetachItemFromObjectCaseSensitive(body, "sample");
    char *change = NULL;
    bool fine;

    *needs = cJSON_DetachItemFromObjectCaseSensitive(body, "needs");
    fine = *needs != NULL ? take_needs(call, *needs, out) : take_sample(call, sample, out);
    if (fine) {
        change = cJSON_PrintUnformatted(body);
        if (change == NULL)
            qiaoi_json_body_memory(call);
    }
    cJSON_Delete(sample);
    return change;
}

static void
answer_preview(qiaoi_call *call, cJSON *body)
{
    preview_body given = {.options = {.count = 0}};
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;
    cJSON *needs = NULL;
    char *change = take_preview(call, body, &needs, &given);

    if (change != NULL) {
        given.options.change = change;
        given.options.length = strlen(change);
        if (qiaoi_call_went_well(call, qiao_session_preview_json(call->session, &given.options, out, &error), &error)) {
            out->length--; /* the generation goes last */
            qiao_buffer_printf(out, ",\"generation\":\"%s\"}", call->generation);
            qiaoi_http_set(call->response, "Cache-Control", "no-store");
            qiaoi_call_json(call);
        }
    }
    cJSON_free(change);
    cJSON_Delete(needs);
}

void
qiaoi_answer_preview(qiaoi_call *call)
{
    qiaoi_parameters none;
    cJSON *body;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, 0, 0, &none))
        return;
    body = qiaoi_json_body(call);
    if (body != NULL)
        answer_preview(call, body);
    cJSON_Delete(body);
}

/* ---- the next one ---- */

/* A profile is told from the one before by its version. */
static bool
has_version(qiaoi_call *call, const cJSON *body)
{
    if (qiaoi_admin_text(body, "version") != NULL)
        return true;
    qiao_fail(qiaoi_admin_wrong(call, "version"), QIAO_E_INPUT,
              "is missing: a changed profile has a version of its own");
    return false;
}

static void
keep_next(qiaoi_call *call, const qiao_buffer *profile)
{
    qiao_desk_change change = {.table = QIAO_DESK_PROFILE,
                               .id = "next",
                               .json = profile->data,
                               .length = profile->length,
                               .action = "next_profile"};
    qiao_error error = QIAO_ERROR_INIT;
    uint64_t revision;

    if (!qiaoi_desk_expected(call, false, &change.expected) || !qiaoi_desk_put(call, &change, &revision) ||
        !qiaoi_call_went_well(
            call, qiao_profile_keep_next(call->service->data_dir, profile->data, profile->length, &error), &error))
        return;
    qiao_buffer_printf(&call->response->body, "{\"revision\":%" PRIu64 ",\"profile\":%s}", revision, profile->data);
    qiaoi_call_json(call);
}

void
qiaoi_answer_put_profile(qiaoi_call *call)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiao_buffer profile = {0};
    qiaoi_parameters none;
    cJSON *body;

    if (!qiaoi_admin_allowed(call) || !qiaoi_call_parameters(call, 0, 0, &none) || qiaoi_desk_of(call) == NULL)
        return;
    body = qiaoi_json_body(call);
    if (body != NULL && has_version(call, body) &&
        qiaoi_call_went_well(call,
                             qiao_session_profile_changed(call->session, call->request->body,
                                                          call->request->body_length, &profile, &error),
                             &error))
        keep_next(call, &profile);
    cJSON_Delete(body);
    qiao_buffer_done(&profile);
}
