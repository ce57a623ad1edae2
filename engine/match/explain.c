/* Puts the parts of an explanation together: see explain.h. */
#include "match/assess.h"
#include "match/explain_internal.h"

#include <string.h>

static void
write_sayings(const qiaoi_sayings *sayings, qiao_buffer *out)
{
    qiao_buffer_char(out, '[');
    for (size_t i = 0; i < sayings->count; i++) {
        qiao_buffer_text(out, i > 0 ? "," : "");
        qiao_buffer_json_string(out, sayings->items[i], strlen(sayings->items[i]));
    }
    qiao_buffer_char(out, ']');
}

typedef void (*say)(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out);

static void
write_both(qiaoi_explained *e, say what, qiao_buffer *out)
{
    qiaoi_sayings zh = {.count = 0}, en = {.count = 0};

    what(e, QIAO_LANGUAGE_ZH, &zh);
    what(e, QIAO_LANGUAGE_EN, &en);
    qiao_buffer_text(out, "{\"zh\":");
    write_sayings(&zh, out);
    qiao_buffer_text(out, ",\"en\":");
    write_sayings(&en, out);
    qiao_buffer_char(out, '}');
}

static void
write_all(qiaoi_explained *e, qiao_buffer *out)
{
    qiao_buffer_text(out, ",\"indicators\":");
    qiaoi_explain_indicators(e, out);
    qiao_buffer_text(out, ",\"reasons\":");
    write_both(e, qiaoi_explain_reasons, out);
    qiao_buffer_text(out, ",\"questions\":");
    write_both(e, qiaoi_explain_questions, out);
    qiao_buffer_text(out, ",\"flags\":");
    qiaoi_explain_flags(e, out);
    qiao_buffer_text(out, ",\"policy\":");
    qiaoi_explain_policy(e, out);
    qiao_buffer_text(out, ",\"landing\":");
    qiaoi_explain_landing(e, out);
}

qiao_status
qiaoi_explained_begin(qiaoi_explained *e, qiao_matcher *matcher, const qiaoi_candidate *candidate,
                      const qiaoi_paired_terms *terms, qiao_error *err)
{
    bool finds_projects = matcher->side == QIAO_PROJECT;

    *e = (qiaoi_explained){.matcher = matcher,
                           .candidate = candidate,
                           .terms = terms,
                           .pair = qiaoi_assess_context(matcher),
                           .need = finds_projects ? matcher->subject : candidate->record,
                           .project = finds_projects ? candidate->record : matcher->subject,
                           .vocabulary = matcher->tables->vocabulary,
                           .arena = qiao_arena_new(8192)};
    return e->arena == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

void
qiaoi_explained_end(qiaoi_explained *e)
{
    qiao_buffer_done(&e->line);
    qiao_arena_free(e->arena);
}

qiao_status
qiaoi_explain(qiao_matcher *matcher, const qiaoi_candidate *candidate, const qiaoi_paired_terms *terms,
              qiao_buffer *out, qiao_error *err)
{
    qiaoi_explained e;
    qiao_status st = qiaoi_explained_begin(&e, matcher, candidate, terms, err);

    if (st != QIAO_OK)
        return st;
    write_all(&e, out);
    qiaoi_explained_end(&e);
    return e.failed ? qiao_fail_memory(err) : qiao_buffer_check(out, err);
}
