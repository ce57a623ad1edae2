/* What the service says of itself: links, probes, versions, licences, its contract. */
#include "handlers.h"

#include "call.h"
#include "qiao/file.h"
#include "web.h"

#include <string.h>

static void
write_generation(const qiaoi_call *call, qiao_buffer *out)
{
    if (call->generation[0] == '\0')
        qiao_buffer_text(out, "\"generation\":null");
    else
        qiao_buffer_printf(out, "\"generation\":\"%s\"", call->generation);
}

static void
write_member(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, text, strlen(text));
}

/* These addresses take no parameters. */
static bool
takes_none(qiaoi_call *call)
{
    qiaoi_parameters none;

    return qiaoi_call_parameters(call, 0, 0, &none);
}

typedef struct link {
    const char *href, *body; /* body: JSON to POST there; NULL = GET */
    const char *zh, *en;
} link;

static const link links[] = {
    {"/v1/search?q=solid%20state%20battery", NULL, "按关键词检索海外项目，中英文均可",
     "search projects in any language"},
    {"/v1/search?side=needs&q=%E5%9B%BA%E6%80%81%E7%94%B5%E6%B1%A0", NULL, "检索企业需求", "search needs"},
    {"/v1/match", "{\"text\":\"寻找室温离子电导率高的硫化物固态电解质薄膜\"}",
     "用自己的话描述需求，马上得到匹配的海外项目", "put a need in your own words, get matching projects at once"},
    {"/v1/about", NULL, "数据版本、规模与许可", "versions, counts and licences"},
    {"/v1/openapi.json", NULL, "接口说明", "the contract of this API"},
};

void
qiaoi_answer_links(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;

    if (!takes_none(call))
        return;
    qiaoi_http_set(call->response, "Vary", "Accept");
    if (qiaoi_web_is_wanted(call->request->headers[QIAOI_HEADER_ACCEPT])) {
        call->response->status = 302;
        qiaoi_http_set(call->response, "Location", "web/");
        return;
    }
    qiao_buffer_text(out, "{\"service\":\"qiao\",\"version\":\"" QIAO_VERSION "\",");
    write_generation(call, out);
    qiao_buffer_text(out, ",\"links\":[");
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        qiao_buffer_text(out, i == 0 ? "{\"href\":" : ",{\"href\":");
        qiao_buffer_json_string(out, links[i].href, strlen(links[i].href));
        if (links[i].body != NULL)
            qiao_buffer_printf(out, ",\"method\":\"POST\",\"body\":%s", links[i].body);
        write_member(out, "zh", links[i].zh);
        write_member(out, "en", links[i].en);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_text(out, "]}");
    qiaoi_call_json(call);
}

void
qiaoi_answer_live(qiaoi_call *call)
{
    if (!takes_none(call))
        return;
    qiao_buffer_text(&call->response->body, "{\"status\":\"alive\"}");
    qiaoi_call_json(call);
}

void
qiaoi_answer_ready(qiaoi_call *call)
{
    if (!takes_none(call))
        return;
    if (atomic_load(&call->service->draining)) {
        qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_BUSY), QIAO_E_STALE, "the service is stopping");
        return;
    }
    qiao_buffer_text(&call->response->body, "{\"status\":\"ready\",");
    write_generation(call, &call->response->body);
    qiao_buffer_char(&call->response->body, '}');
    qiaoi_call_json(call);
}

typedef struct licence {
    const char *name, *licence, *source; /* source NULL = this project */
} licence;

/* What stands in the lexicon and the vocabularies and whose it is. */
static const licence licences[] = {
    {"CC-CEDICT", "CC-BY-SA-4.0", "https://cc-cedict.org/"},
    {"FreeDict German-English", "GPL-3.0-or-later", "https://freedict.org/"},
    {"FreeDict French-English", "GPL-2.0-or-later", "https://freedict.org/"},
    {"EDICT", "CC-BY-SA-3.0", "https://www.edrdg.org/"},
    {"jieba word frequencies", "MIT", "https://github.com/fxsjy/jieba"},
    {"iso-codes", "LGPL-2.1-or-later", "https://salsa.debian.org/iso-codes-team/iso-codes"},
    {"Qiao thesaurus and vocabularies", "GPL-3.0-or-later", NULL},
};

/* What the staff page runs in the browser. */
static const licence libraries[] = {
    {"htm", "Apache-2.0", "https://github.com/developit/htm"},
    {"Preact", "MIT", "https://preactjs.com/"},
    {"uPlot", "MIT", "https://github.com/leeoniya/uPlot"},
};

static void
write_list(const char *name, const licence *list, size_t count, qiao_buffer *out)
{
    qiao_buffer_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        qiao_buffer_text(out, i == 0 ? "{\"name\":" : ",{\"name\":");
        qiao_buffer_json_string(out, list[i].name, strlen(list[i].name));
        write_member(out, "licence", list[i].licence);
        if (list[i].source != NULL)
            write_member(out, "source", list[i].source);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}

static void
write_licences(qiao_buffer *out)
{
    qiao_buffer_text(out, ",\"licences\":{\"software\":\"GPL-3.0-or-later\"");
    write_list("data", licences, sizeof licences / sizeof licences[0], out);
    write_list("page", libraries, sizeof libraries / sizeof libraries[0], out);
    qiao_buffer_char(out, '}');
}

/* How many needs there are is for those who see them all. */
static void
write_catalogue(const qiaoi_call *call, qiao_buffer *out)
{
    if (call->session == NULL)
        qiao_buffer_text(out, "null");
    else if (qiaoi_access_sees_all(&call->caller, QIAO_NEED))
        qiao_buffer_text(out, qiao_session_about_json(call->session));
    else
        qiao_buffer_printf(out, "{\"generation\":\"%s\"}", call->generation);
}

/* Who the service takes the caller for. */
static void
write_caller(const qiaoi_caller *caller, qiao_buffer *out)
{
    qiao_buffer_printf(out, ",\"caller\":{\"role\":\"%s\",\"open\":%s", qiaoi_role_word(caller->role),
                       caller->open ? "true" : "false");
    if (caller->role == QIAOI_ROLE_ENTERPRISE)
        write_member(out, "organisation", caller->key.organisation);
    if (caller->key.park[0] != '\0')
        write_member(out, "park", caller->key.park);
    qiao_buffer_char(out, '}');
}

void
qiaoi_answer_about(qiaoi_call *call)
{
    qiao_buffer *out = &call->response->body;

    if (!takes_none(call) || qiaoi_call_unchanged(call, call->caller.open))
        return;
    qiao_buffer_char(out, '{');
    write_generation(call, out);
    qiao_buffer_text(out, ",\"software\":{\"name\":\"qiao\",\"version\":\"" QIAO_VERSION "\"},\"catalogue\":");
    write_catalogue(call, out);
    write_caller(&call->caller, out);
    write_licences(out);
    qiao_buffer_char(out, '}');
    qiaoi_call_json(call);
}

void
qiaoi_answer_openapi(qiaoi_call *call)
{
    if (!takes_none(call) || qiaoi_call_unchanged(call, qiao_hash64(qiaoi_openapi, (size_t)qiaoi_openapi_length, 0)))
        return;
    call->response->fixed = (const char *)qiaoi_openapi;
    call->response->fixed_length = (size_t)qiaoi_openapi_length;
    call->response->content_type = "application/json";
}
