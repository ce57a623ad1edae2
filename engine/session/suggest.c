/* qiao_suggest_json: the completions of a generation as JSON. */
#include "qiao/suggest.h"

#include "session/session_internal.h"
#include "suggest/suggest.h"

#include <string.h>

#define QUERY_BYTES_MAX 8192u

static void
write_text(qiao_buffer *out, const char *name, const char *text)
{
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, text, strlen(text));
}

static void
write_optional(qiao_buffer *out, const char *name, const qiaoi_suggest *suggest, uint32_t offset)
{
    if (offset != QIAOI_NO_TEXT)
        write_text(out, name, suggest->text + offset);
}

static void
write_suggestion(qiao_buffer *out, const qiaoi_suggest *suggest, const qiaoi_suggestion *suggestion)
{
    static const char *const kinds[] = {"concept", "term", "title", "organisation"}, *const ways[] = {"prefix",
                                                                                                      "pinyin",
                                                                                                      "initials"};
    const qiaoi_suggest_entry *entry = suggestion->entry;
    const char *text = suggest->text + entry->text;

    qiao_buffer_text(out, "{\"text\":");
    qiao_buffer_json_string(out, text, strlen(text));
    write_text(out, "kind", kinds[entry->kind & 3u]);
    write_text(out, "language", entry->language[0] != '\0' ? entry->language : "und");
    write_text(out, "by", ways[suggestion->by]);
    qiao_buffer_printf(out, ",\"projects\":%u", (unsigned)entry->frequency);
    write_optional(out, "id", suggest, entry->id);
    write_optional(out, "translation", suggest, entry->translation);
    write_optional(out, "field", suggest, entry->field);
    qiao_buffer_char(out, '}');
}

static qiao_status
check(const qiao_suggest_request *request, qiao_error *err)
{
    if (request->query_length > QUERY_BYTES_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "a query of %zu bytes is longer than %u", request->query_length,
                         QUERY_BYTES_MAX);
    if (request->limit > QIAO_SUGGEST_LIMIT_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "limit %u is more than %u", request->limit, QIAO_SUGGEST_LIMIT_MAX);
    return QIAO_OK;
}

qiao_status
qiao_suggest_json(qiao_session *session, const qiao_suggest_request *request, qiao_buffer *out, qiao_error *err)
{
    const qiaoi_suggest *suggest = session->snapshot->suggest;
    const char *query = request->query != NULL ? request->query : "";
    size_t before = out->length, length = request->query != NULL ? request->query_length : 0, count = 0;
    qiaoi_suggestion found[QIAOI_SUGGESTIONS_MAX];
    qiao_status st = check(request, err);

    if (st != QIAO_OK)
        return st;
    if (suggest != NULL)
        count = qiaoi_suggest_find(suggest, qiao_generation_lexicon(session->snapshot->generation), query, length,
                                   request->side == QIAO_NEED, found,
                                   request->limit == 0 ? QIAO_SUGGEST_LIMIT_DEFAULT : request->limit);
    qiao_buffer_printf(out, "{\"generation\":\"%s\",\"q\":", session->snapshot->name);
    qiao_buffer_json_string(out, query, length);
    qiao_buffer_text(out, ",\"suggestions\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            qiao_buffer_char(out, ',');
        write_suggestion(out, suggest, &found[i]);
    }
    qiao_buffer_text(out, "]}");
    st = qiao_buffer_check(out, err);
    if (st != QIAO_OK && out->data != NULL) {
        out->length = before;
        out->data[before] = '\0';
    }
    return st;
}
