/* Verdicts as JSON: see qiao/feedback.h. */
#include "qiao/feedback.h"

#include "qiao/file.h"

#include <cjson/cJSON.h>
#include <string.h>

typedef struct reason_row {
    const char *code;
    bool about_fit;
} reason_row;

static const reason_row reasons[QIAO_FEEDBACK_REASON_COUNT] = {{"", true},
#define QIAO_FEEDBACK_ROW(name, code, about_fit) {code, about_fit},
                                                               QIAO_FEEDBACK_REASONS(QIAO_FEEDBACK_ROW)
#undef QIAO_FEEDBACK_ROW
};

const char *
qiao_feedback_reason_code(qiao_feedback_reason reason)
{
    return reasons[reason].code;
}

bool
qiao_feedback_about_fit(const qiao_feedback *feedback)
{
    return feedback->accepted || reasons[feedback->reason].about_fit;
}

static qiao_status
take_text(const cJSON *object, const char *name, bool required, char *out, size_t size, qiao_error *err)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    *out = '\0';
    if (member == NULL && !required)
        return QIAO_OK;
    if (!cJSON_IsString(member) || *member->valuestring == '\0')
        return qiao_fail(err, QIAO_E_INPUT, "%s must be a text", name);
    if (strlen(member->valuestring) >= size)
        return qiao_fail(err, QIAO_E_INPUT, "%s is longer than %zu bytes", name, size - 1);
    memcpy(out, member->valuestring, strlen(member->valuestring) + 1);
    return QIAO_OK;
}

static qiao_status
refuse_others(const cJSON *object, qiao_error *err)
{
    static const char *const names[] = {"need", "project", "verdict", "reason", "by", "at"};

    for (const cJSON *member = object->child; member != NULL; member = member->next) {
        bool known = false;

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            known = known || strcmp(member->string, names[i]) == 0;
        if (!known)
            return qiao_fail(err, QIAO_E_INPUT, "a verdict has no member \"%.60s\"", member->string);
    }
    return QIAO_OK;
}

static qiao_status
take_verdict(const cJSON *object, qiao_feedback *out, qiao_error *err)
{
    char verdict[16], reason[64];
    qiao_status st = take_text(object, "verdict", true, verdict, sizeof verdict, err);

    if (st == QIAO_OK && strcmp(verdict, "accept") != 0 && strcmp(verdict, "reject") != 0)
        st = qiao_fail(err, QIAO_E_INPUT, "verdict is \"accept\" or \"reject\", not \"%s\"", verdict);
    if (st != QIAO_OK)
        return st;
    out->accepted = strcmp(verdict, "accept") == 0;
    out->reason = QIAO_FEEDBACK_NO_REASON;
    st = take_text(object, "reason", !out->accepted, reason, sizeof reason, err);
    if (st != QIAO_OK || *reason == '\0')
        return st;
    for (int r = 1; r < QIAO_FEEDBACK_REASON_COUNT; r++)
        if (strcmp(reasons[r].code, reason) == 0)
            out->reason = (qiao_feedback_reason)r;
    return out->reason == QIAO_FEEDBACK_NO_REASON
               ? qiao_fail(err, QIAO_E_INPUT, "\"%s\" is no reason; see qiao-indexer feedback --help", reason)
               : QIAO_OK;
}

static qiao_status
take_all(const cJSON *object, qiao_feedback *out, qiao_error *err)
{
    qiao_status st = refuse_others(object, err);

    if (st == QIAO_OK)
        st = take_text(object, "need", true, out->need, sizeof out->need, err);
    if (st == QIAO_OK)
        st = take_text(object, "project", true, out->project, sizeof out->project, err);
    if (st == QIAO_OK)
        st = take_verdict(object, out, err);
    if (st == QIAO_OK)
        st = take_text(object, "by", false, out->by, sizeof out->by, err);
    if (st == QIAO_OK)
        st = take_text(object, "at", false, out->at, sizeof out->at, err);
    if (st == QIAO_OK && *out->at != '\0' && qiao_date_days(out->at, strlen(out->at)) == INT32_MIN)
        st = qiao_fail(err, QIAO_E_INPUT, "at must be a date such as 2026-11-23, or with a time: %s", out->at);
    return st;
}

qiao_status
qiao_feedback_parse(const char *json, size_t length, qiao_feedback *out, qiao_error *err)
{
    qiao_status st = qiao_json_check(json, length, err);
    cJSON *object;

    if (st != QIAO_OK)
        return st;
    object = cJSON_ParseWithLength(json, length);
    if (object == NULL)
        return qiao_fail_memory(err);
    memset(out, 0, sizeof *out);
    st = cJSON_IsObject(object) ? take_all(object, out, err)
                                : qiao_fail(err, QIAO_E_INPUT, "a verdict is a JSON object");
    cJSON_Delete(object);
    return st;
}

static void
write_text(qiao_buffer *out, const char *name, const char *value)
{
    if (*value == '\0')
        return;
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, value, strlen(value));
}

void
qiao_feedback_write(const qiao_feedback *feedback, qiao_buffer *out)
{
    qiao_buffer_printf(out, "{\"verdict\":\"%s\"", feedback->accepted ? "accept" : "reject");
    write_text(out, "need", feedback->need);
    write_text(out, "project", feedback->project);
    write_text(out, "reason", qiao_feedback_reason_code(feedback->reason));
    write_text(out, "by", feedback->by);
    write_text(out, "at", feedback->at);
    qiao_buffer_char(out, '}');
}
