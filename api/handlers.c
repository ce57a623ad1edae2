/* The table of routes, and the handlers that read: search, records, matches of a record, and what the service says of
 * itself. */
#include "handlers.h"

#include "qiao/file.h"
#include "qiao/match.h"
#include "service.h"

#include <string.h>

#define JSON_TYPE "application/json"
#define SEARCH_LIMIT_MAX 200u

const qiaoi_route qiaoi_routes[] = {
    {"GET", "/", qiaoi_answer_links, QIAOI_SESSION_OPTIONAL},
    {"GET", "/livez", qiaoi_answer_live, QIAOI_SESSION_NONE},
    {"GET", "/readyz", qiaoi_answer_ready, QIAOI_SESSION_REQUIRED},
    {"GET", "/v1/about", qiaoi_answer_about, QIAOI_SESSION_OPTIONAL},
    {"GET", "/v1/openapi.json", qiaoi_answer_openapi, QIAOI_SESSION_NONE},
    {"GET", "/v1/search", qiaoi_answer_search, QIAOI_SESSION_REQUIRED},
    {"POST", "/v1/match", qiaoi_answer_match, QIAOI_SESSION_REQUIRED},
    {"GET", "/v1/projects/{id}/matches", qiaoi_answer_project_matches, QIAOI_SESSION_REQUIRED},
    {"GET", "/v1/projects/{id}", qiaoi_answer_project, QIAOI_SESSION_REQUIRED},
    {"GET", "/v1/needs/{id}/matches", qiaoi_answer_need_matches, QIAOI_SESSION_REQUIRED},
    {"GET", "/v1/needs/{id}", qiaoi_answer_need, QIAOI_SESSION_REQUIRED},
    {NULL, NULL, NULL, QIAOI_SESSION_NONE},
};

static void
write_generation(const qiaoi_call *call, qiao_buffer *out)
{
    if (call->generation[0] == '\0')
        qiao_buffer_text(out, "\"generation\":null");
    else
        qiao_buffer_printf(out, "\"generation\":\"%s\"", call->generation);
}

static void
end_json(qiaoi_call *call)
{
    qiao_buffer_char(&call->response->body, '\n');
    call->response->content_type = JSON_TYPE;
}

void
qiaoi_answer_links(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none))
        return;
    qiao_buffer_text(out, "{\"service\":\"qiao\",\"version\":\"" QIAO_VERSION "\",");
    write_generation(call, out);
    qiao_buffer_text(
        out,
        ",\"links\":["
        "{\"href\":\"/v1/"
        "search?q=solid%20state%20battery\",\"zh\":\"按关键词检索海外项目，中英文均可\",\"en\":\"search projects in "
        "any language\"},"
        "{\"href\":\"/v1/"
        "search?side=needs&q=%E5%9B%BA%E6%80%81%E7%94%B5%E6%B1%A0\",\"zh\":\"检索企业需求\",\"en\":\"search needs\"},"
        "{\"href\":\"/v1/"
        "match\",\"method\":\"POST\",\"body\":{\"text\":\"寻找室温离子电导率高的硫化物固态电解质薄膜\"},"
        "\"zh\":\"用自己的话描述需求，马上得到匹配的海外项目\",\"en\":\"put a need in your own words, get matching "
        "projects at once\"},"
        "{\"href\":\"/v1/about\",\"zh\":\"数据版本、规模与许可\",\"en\":\"versions, counts and licences\"},"
        "{\"href\":\"/v1/openapi.json\",\"zh\":\"接口说明\",\"en\":\"the contract of this API\"}]}");
    end_json(call);
}

void
qiaoi_answer_live(qiaoi_call *call)
{
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none))
        return;
    qiao_buffer_text(&call->response->body, "{\"status\":\"alive\"}");
    end_json(call);
}

void
qiaoi_answer_ready(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none))
        return;
    qiao_buffer_text(out, "{\"status\":\"ready\",");
    write_generation(call, out);
    qiao_buffer_char(out, '}');
    end_json(call);
}

/* What stands in the lexicon and the vocabularies and whose it is. */
static const char licences[] =
    "\"licences\":{\"software\":\"GPL-3.0-or-later\",\"data\":["
    "{\"name\":\"CC-CEDICT\",\"licence\":\"CC-BY-SA-4.0\",\"source\":\"https://cc-cedict.org/\"},"
    "{\"name\":\"FreeDict German-English\",\"licence\":\"GPL-3.0-or-later\",\"source\":\"https://freedict.org/\"},"
    "{\"name\":\"FreeDict French-English\",\"licence\":\"GPL-2.0-or-later\",\"source\":\"https://freedict.org/\"},"
    "{\"name\":\"EDICT\",\"licence\":\"CC-BY-SA-3.0\",\"source\":\"https://www.edrdg.org/\"},"
    "{\"name\":\"jieba word frequencies\",\"licence\":\"MIT\",\"source\":\"https://github.com/fxsjy/jieba\"},"
    "{\"name\":\"iso-codes\",\"licence\":\"LGPL-2.1-or-later\",\"source\":\"https://salsa.debian.org/iso-codes-team/"
    "iso-codes\"},"
    "{\"name\":\"Qiao thesaurus and vocabularies\",\"licence\":\"GPL-3.0-or-later\"}]}";

void
qiaoi_answer_about(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || qiaoi_call_unchanged(call, 0))
        return;
    qiao_buffer_char(out, '{');
    write_generation(call, out);
    qiao_buffer_text(out, ",\"software\":{\"name\":\"qiao\",\"version\":\"" QIAO_VERSION "\"},\"catalogue\":");
    qiao_buffer_text(out, call->session != NULL ? qiao_session_about_json(call->session) : "null");
    qiao_buffer_char(out, ',');
    qiao_buffer_text(out, licences);
    qiao_buffer_char(out, '}');
    end_json(call);
}

void
qiaoi_answer_openapi(qiaoi_call *call)
{
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none) ||
        qiaoi_call_unchanged(call, qiao_hash64(qiaoi_openapi, (size_t)qiaoi_openapi_length, 0)))
        return;
    call->response->fixed = (const char *)qiaoi_openapi;
    call->response->fixed_length = qiaoi_openapi_length;
    call->response->content_type = JSON_TYPE;
}

void
qiaoi_answer_search(qiaoi_call *call)
{
    unsigned allowed = QIAOI_BIT(QIAOI_P_SIDE) | QIAOI_BIT(QIAOI_P_QUERY) | QIAOI_P_FILTERS | QIAOI_BIT(QIAOI_P_LIMIT) |
                       QIAOI_BIT(QIAOI_P_OFFSET) | QIAOI_BIT(QIAOI_P_TRANSLATE);
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    qiao_search_request request;

    if (!qiaoi_call_parameters(call, allowed, SEARCH_LIMIT_MAX, &given) || qiaoi_call_unchanged(call, 0))
        return;
    request = (qiao_search_request){.side = given.side,
                                    .query = given.query,
                                    .query_length = given.query_length,
                                    .filters = given.filters,
                                    .filter_count = given.filter_count,
                                    .trl_min = given.trl_min,
                                    .trl_max = given.trl_max,
                                    .limit = given.limit,
                                    .offset = given.offset,
                                    .no_translation = given.no_translation};
    if (qiaoi_call_went_well(call, qiao_search_json(call->session, &request, &call->response->body, &error), &error))
        end_json(call);
}

/* The record as it is stored, and the generation it was read from. */
static void
answer_record(qiaoi_call *call, qiao_kind kind)
{
    qiao_buffer *out = &call->response->body;
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || qiaoi_call_unchanged(call, 0) ||
        !qiaoi_call_went_well(call, qiao_session_record_json(call->session, kind, call->id, out, &error), &error))
        return;
    if (out->length > 0 && out->data[out->length - 1] == '}')
        out->length--; /* the generation goes last: should a record bring a field of that name, ours is the one that
                          readers keep */
    qiao_buffer_char(out, ',');
    write_generation(call, out);
    qiao_buffer_char(out, '}');
    end_json(call);
}

void
qiaoi_answer_project(qiaoi_call *call)
{
    answer_record(call, QIAO_PROJECT);
}

void
qiaoi_answer_need(qiaoi_call *call)
{
    answer_record(call, QIAO_NEED);
}

static void
answer_matches(qiaoi_call *call, qiao_kind kind)
{
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_parameters given;
    qiao_match_request request;

    if (!qiaoi_call_parameters(call, QIAOI_P_MATCH, QIAOI_MATCH_LIMIT_MAX, &given) || qiaoi_call_unchanged(call, 0))
        return;
    request = (qiao_match_request){.kind = kind, .id = call->id};
    qiaoi_parameters_to_match(&given, &request);
    if (qiaoi_call_went_well(call, qiao_match_json(call->session, &request, &call->response->body, &error), &error))
        end_json(call);
}

void
qiaoi_answer_project_matches(qiaoi_call *call)
{
    answer_matches(call, QIAO_PROJECT);
}

void
qiaoi_answer_need_matches(qiaoi_call *call)
{
    answer_matches(call, QIAO_NEED);
}
