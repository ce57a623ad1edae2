/* What handlers do with a call: read its parameters, tell what is missing, let the client keep an answer. */
#include "call.h"

#include "entity_tag.h"
#include "qiao/file.h"
#include "url.h"

#include <stdio.h>
#include <string.h>

bool
qiaoi_call_went_well(qiaoi_call *call, qiao_status status, const qiao_error *error)
{
    if (status == QIAO_OK)
        return true;
    qiaoi_problem_from(&call->problem, error);
    return false;
}

void
qiaoi_call_narrow(const qiaoi_call *call, qiao_kind side, qiaoi_parameters *given)
{
    const char *filter = qiaoi_access_filter(&call->caller, side);

    if (filter != NULL)
        given->filters[given->filter_count++] = filter;
}

void
qiaoi_call_missing(qiaoi_call *call, qiao_kind kind, const char *id)
{
    qiao_error error = QIAO_ERROR_INIT;

    qiao_fail(&error, QIAO_E_NOTFOUND, kind == QIAO_PROJECT ? "there is no project %s" : "there is no need %s", id);
    qiaoi_problem_from(&call->problem, &error);
}

void
qiaoi_call_json(qiaoi_call *call)
{
    qiao_buffer_char(&call->response->body, '\n');
    call->response->content_type = "application/json";
}

bool
qiaoi_call_parameters(qiaoi_call *call, uint64_t allowed, uint32_t limit_max, qiaoi_parameters *out)
{
    qiaoi_parameter_reader reader = {.vocabulary = qiao_engine_vocabulary(call->service->engine),
                                     .arena = call->arena,
                                     .problem = &call->problem,
                                     .out = out,
                                     .allowed = allowed,
                                     .limit_max = limit_max};

    qiaoi_parameters_init(out);
    qiaoi_parameters_query(&reader, qiaoi_url_query(call->request->target));
    return call->problem.code == QIAOI_PROBLEM_NONE;
}

static bool
has_tag(qiaoi_call *call, const char *tag, const char *keep)
{
    bool compressed = false;
    bool same = qiaoi_tag_listed(call->request->headers[QIAOI_HEADER_IF_NONE_MATCH], tag, &compressed);
    char other[80];

    qiaoi_tag_compressed(tag, other, sizeof other);
    qiaoi_http_set(call->response, "ETag", compressed ? other : tag);
    qiaoi_http_set(call->response, "Cache-Control", keep);
    if (!same)
        return false;
    call->response->status = 304;
    return true;
}

/* Answers may differ from caller to caller where keys are in use. */
static const char *
keep_by_caller(const qiaoi_call *call)
{
    return call->caller.open ? "no-cache" : "private, no-cache";
}

bool
qiaoi_call_unchanged(qiaoi_call *call, uint64_t basis)
{
    const char *target = call->request->target, *scope = qiaoi_access_scope(&call->caller);
    uint64_t hash = qiao_hash64(target, strlen(target), qiao_hash64(QIAO_VERSION, strlen(QIAO_VERSION), basis));
    char tag[64];

    hash = qiao_hash64(scope, strlen(scope), hash);
    snprintf(tag, sizeof tag, "\"%s%s%016llx\"", call->generation, call->generation[0] != '\0' ? "-" : "",
             (unsigned long long)hash);
    return has_tag(call, tag, keep_by_caller(call));
}

bool
qiaoi_call_unchanged_since(qiaoi_call *call, uint64_t revision)
{
    char tag[32];

    snprintf(tag, sizeof tag, "\"%llu\"", (unsigned long long)revision);
    return has_tag(call, tag, keep_by_caller(call));
}

bool
qiaoi_call_unchanged_as(qiaoi_call *call, const char *basis, const char *form, const char *keep)
{
    char tag[128];

    snprintf(tag, sizeof tag, "\"%.64s-%.32s\"", basis, form);
    return has_tag(call, tag, keep);
}
