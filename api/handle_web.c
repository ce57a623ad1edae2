/* The staff page, and the names of codes that it shows. */
#include "handlers.h"

#include "call.h"
#include "compress.h"
#include "web.h"

#include <stdio.h>
#include <string.h>

/* Nothing from another host, nothing inline, no text that becomes markup or script. */
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri "
    "'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

static const char forever[] = "public, max-age=31536000, immutable";

bool
qiaoi_web_is_wanted(const char *accept)
{
    return qiaoi_web_hash[0] != '\0' && accept != NULL && strstr(accept, "text/html") != NULL;
}

/* Relative, so that the service may lie below a path of a server in front. */
static void
lead_to(qiaoi_call *call, const char *place)
{
    call->response->status = 302;
    qiaoi_http_set(call->response, "Location", place);
    qiaoi_http_set(call->response, "Cache-Control", "no-cache");
}

static const qiaoi_web_file *
find(const char *name)
{
    const qiaoi_web_file *file = qiaoi_web_files;

    while (file->name != NULL && strcmp(file->name, name) != 0)
        file++;
    return file->name != NULL ? file : NULL;
}

static void
protect(qiaoi_http_response *response)
{
    qiaoi_http_set(response, "Content-Security-Policy", policy);
    qiaoi_http_set(response, "Referrer-Policy", "no-referrer");
    qiaoi_http_set(response, "Cross-Origin-Opener-Policy", "same-origin");
    qiaoi_http_set(response, "Cross-Origin-Resource-Policy", "same-origin");
    qiaoi_http_set(response, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
}

static void
send(qiaoi_call *call, const qiaoi_web_file *file, bool keep)
{
    qiaoi_http_response *response = call->response;
    bool packed = qiaoi_gzip_wanted(call->request->headers[QIAOI_HEADER_ACCEPT_ENCODING]);

    protect(response);
    qiaoi_http_set(response, "Vary", "Accept-Encoding");
    if (qiaoi_call_unchanged_as(call, qiaoi_web_hash, packed ? "gzip" : "plain", keep ? forever : "no-cache"))
        return;
    if (packed)
        qiaoi_http_set(response, "Content-Encoding", "gzip");
    response->fixed = (const char *)(packed ? file->packed : file->plain);
    response->fixed_length = packed ? file->packed_length : file->plain_length;
    response->content_type = file->type;
}

/* false: the problem says that this program was built without the page. */
static bool
has_page(qiaoi_call *call)
{
    if (qiaoi_web_hash[0] != '\0')
        return true;
    qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_NO_ROUTE), QIAO_E_NOTFOUND,
              "this program was built without the staff page");
    qiao_error_hint(&call->problem.error,
                    "run sh scripts/dependencies.sh, which fetches the npm package htm, and build again");
    return false;
}

void
qiaoi_answer_web_folder(qiaoi_call *call)
{
    if (has_page(call))
        lead_to(call, "web/");
}

void
qiaoi_answer_web_page(qiaoi_call *call)
{
    if (has_page(call))
        send(call, find("index.html"), false);
}

void
qiaoi_answer_web_file(qiaoi_call *call)
{
    size_t length = strlen(qiaoi_web_hash);
    bool keep;
    const qiaoi_web_file *file;

    if (!has_page(call))
        return;
    /* A page of another version asks below its own hash: it gets what there is, but shall not keep it. */
    keep = strncmp(call->id, qiaoi_web_hash, length) == 0 && call->id[length] == '/';
    file = strchr(call->id, '/') != NULL ? find(strchr(call->id, '/') + 1) : NULL;
    if (file != NULL) {
        send(call, file, keep);
        return;
    }
    qiao_fail(qiaoi_problem_set(&call->problem, QIAOI_PROBLEM_NO_ROUTE), QIAO_E_NOTFOUND,
              "there is nothing at this address");
    qiao_error_hint(&call->problem.error, "GET / lists what can be asked, GET /v1/openapi.json describes it");
}

static void
write_code(const qiao_code *code, qiao_buffer *out)
{
    qiao_buffer_text(out, "{\"code\":");
    qiao_buffer_json_string(out, code->code, strlen(code->code));
    qiao_buffer_text(out, ",\"zh\":");
    qiao_buffer_json_string(out, code->zh, strlen(code->zh));
    qiao_buffer_text(out, ",\"en\":");
    qiao_buffer_json_string(out, code->en, strlen(code->en));
    if (code->parent != NULL) {
        qiao_buffer_text(out, ",\"parent\":");
        qiao_buffer_json_string(out, code->parent, strlen(code->parent));
    }
    qiao_buffer_char(out, '}');
}

static void
write_list(const qiao_vocabulary *vocabulary, const char *list, qiao_buffer *out)
{
    size_t count = 0;
    const qiao_code *const *codes = qiao_vocabulary_list(vocabulary, list, &count);

    qiao_buffer_printf(out, ",\"%s\":[", list);
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            qiao_buffer_char(out, ',');
        write_code(codes[i], out);
    }
    qiao_buffer_char(out, ']');
}

void
qiaoi_answer_vocabulary(qiaoi_call *call)
{
    static const char *const lists[] = {"country",   "country_group", "park",   "zone",     "field",
                                        "coop_mode", "trl",           "status", "org_kind", "need_kind"};
    const qiao_vocabulary *vocabulary = qiao_engine_vocabulary(call->service->engine);
    const char *version = qiao_vocabulary_version(vocabulary);
    qiao_buffer *out = &call->response->body;
    qiaoi_parameters none;

    if (!qiaoi_call_parameters(call, 0, 0, &none) || qiaoi_call_unchanged_as(call, version, "vocabulary", "no-cache"))
        return;
    qiao_buffer_text(out, "{\"version\":");
    qiao_buffer_json_string(out, version, strlen(version));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        write_list(vocabulary, lists[i], out);
    qiao_buffer_char(out, '}');
    qiaoi_call_json(call);
}
