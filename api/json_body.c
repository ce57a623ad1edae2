/* A body of JSON: looked at before it is parsed, so that whatever is wrong with it is told by name. */
#include "json_body.h"

#include "json_guard.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

static bool
is_json(const char *type)
{
    size_t length = type != NULL ? strcspn(type, "; ") : 0;

    return (length == 16 && strncasecmp(type, "application/json", length) == 0) ||
           (length > 17 && strncasecmp(type, "application/", 12) == 0 &&
            strncasecmp(type + length - 5, "+json", 5) == 0);
}

static bool
check_headers(qiaoi_call *call)
{
    const char *encoding = call->request->headers[QIAOI_HEADER_CONTENT_ENCODING];
    qiao_error *error;

    if (is_json(call->request->headers[QIAOI_HEADER_CONTENT_TYPE]) &&
        (encoding == NULL || strcasecmp(encoding, "identity") == 0))
        return true;
    error = qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_MEDIA_TYPE);
    qiao_fail(error, QIAO_E_INPUT,
              "the body must be JSON, not compressed, with the header Content-Type: application/json");
    qiao_error_hint(error, "with curl: -H 'Content-Type: application/json' --data '{\"text\": \"...\"}'");
    return false;
}

static qiao_error *
bad_body(qiaoi_call *call)
{
    return qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BAD_BODY);
}

static bool
check_json(qiaoi_call *call)
{
    size_t at = 0;

    if (call->request->body_length == 0) {
        qiao_fail(bad_body(call), QIAO_E_INPUT, "there is no body");
        return false;
    }
    switch (qiaoi_json_guard(call->request->body, call->request->body_length, &at)) {
    case QIAOI_JSON_FINE:
        return true;
    case QIAOI_JSON_BROKEN:
        qiao_fail(bad_body(call), QIAO_E_INPUT, "the body is no JSON: it cannot be read from byte %zu on", at);
        break;
    case QIAOI_JSON_NOT_UTF8:
        qiao_fail(bad_body(call), QIAO_E_INPUT, "the body is not UTF-8; save or send it as UTF-8");
        break;
    case QIAOI_JSON_TOO_DEEP:
        qiao_fail(bad_body(call), QIAO_E_INPUT, "the body is nested deeper than %u levels",
                  qiaoi_json_guard_depth_max());
        break;
    case QIAOI_JSON_HAS_NUL:
        qiao_fail(bad_body(call), QIAO_E_INPUT, "the body holds a NUL character; take it out");
        break;
    }
    return false;
}

void
qiaoi_json_body_memory(qiaoi_call *call)
{
    qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BUSY), QIAO_E_NOMEM, "out of memory");
}

cJSON *
qiaoi_json_body(qiaoi_call *call)
{
    cJSON *tree;

    if (!check_headers(call) || !check_json(call))
        return NULL;
    tree = cJSON_ParseWithLength(call->request->body, call->request->body_length);
    if (tree == NULL) {
        qiaoi_json_body_memory(call);
    } else if (!cJSON_IsObject(tree)) {
        qiao_fail(bad_body(call), QIAO_E_INPUT, "the body must be a JSON object");
        cJSON_Delete(tree);
        tree = NULL;
    }
    return tree;
}
