/* Writes matches as JSON: the record found, scores of both sides, the words that met, and the explanation. */
#include "match/answer.h"

#include "match/assess.h"
#include "match/duplicates.h"
#include "match/explain.h"
#include "match/fusion.h"

#include <string.h>

#define SUMMARY_BYTES 400u

/* ---- short form of a record ---- */

static void
write_text_map(const qiao_record *record, const char *name, size_t cut, qiao_buffer *out)
{
    bool first = true;

    qiao_buffer_char(out, '{');
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];
        size_t length = text->length;

        if (strcmp(text->name, name) != 0)
            continue;
        if (cut > 0 && length > cut) {
            length = cut;
            while (length > 0 && ((unsigned char)text->text[length] & 0xC0u) == 0x80u)
                length--;
        }
        if (!first)
            qiao_buffer_char(out, ',');
        qiao_buffer_json_string(out, text->language, strlen(text->language));
        qiao_buffer_char(out, ':');
        qiao_buffer_json_string(out, text->text, length);
        first = false;
    }
    qiao_buffer_char(out, '}');
}

static void
write_member(qiao_buffer *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    qiao_buffer_printf(out, ",\"%s\":", name);
    qiao_buffer_json_string(out, value, strlen(value));
}

static void
write_codes(qiao_buffer *out, const char *name, const qiao_codes *codes)
{
    if (codes->count == 0)
        return;
    qiao_buffer_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < codes->count; i++) {
        if (i > 0)
            qiao_buffer_char(out, ',');
        qiao_buffer_json_string(out, codes->items[i], strlen(codes->items[i]));
    }
    qiao_buffer_char(out, ']');
}

void
qiaoi_answer_brief(const qiao_record *record, qiao_buffer *out)
{
    qiao_buffer_text(out, "{\"id\":");
    qiao_buffer_json_string(out, record->id, strlen(record->id));
    qiao_buffer_text(out, ",\"title\":");
    write_text_map(record, "title", 0, out);
    qiao_buffer_text(out, ",\"summary\":");
    write_text_map(record, record->kind == QIAO_PROJECT ? "summary" : "problem", SUMMARY_BYTES, out);
    write_member(out, "country", record->country);
    write_member(out, "org_kind", record->org_kind);
    write_member(out, "park", record->park);
    write_member(out, "source", record->source);
    write_codes(out, "fields", &record->fields);
    write_codes(out, "coop_modes", &record->coop_modes);
    if (record->kind == QIAO_PROJECT && record->trl != QIAO_UNKNOWN)
        qiao_buffer_printf(out, ",\"trl\":%d", (int)record->trl);
    qiao_buffer_char(out, '}');
}

/* ---- sides and signals ---- */

static bool
rests_on_suggestion(const qiaoi_candidate *candidate, int signal)
{
    return (signal == QIAOI_SIGNAL_FIELD && candidate->suggested.field > 0) ||
           (signal == QIAOI_SIGNAL_TRL && candidate->suggested.trl > 0) ||
           (signal == QIAOI_SIGNAL_PARTNER_COUNTRY && candidate->suggested.country > 0);
}

/* "0.123456" or "null" */
static void
write_value(int32_t value, qiao_buffer *out)
{
    char digits[9] = "0.000000";
    int32_t rest = value % QIAO_MICRO;

    if (value < 0) {
        qiao_buffer_text(out, "null");
        return;
    }
    digits[0] = (char)('0' + value / QIAO_MICRO);
    for (int i = 7; i > 1; i--, rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    qiao_buffer_append(out, digits, 8);
}

static void
write_whole(int32_t value, qiao_buffer *out)
{
    if (value < 0)
        qiao_buffer_char(out, '-');
    qiao_buffer_u64(out, value < 0 ? (uint64_t) - (int64_t)value : (uint64_t)value);
}

static void
write_signal(const qiao_matcher *matcher, const qiaoi_candidate *candidate, int signal, bool owner, qiao_buffer *out)
{
    const qiaoi_side_score *side = owner ? &candidate->pair.owner : &candidate->pair.enterprise;

    qiao_buffer_text(out, "{\"code\":\"");
    qiao_buffer_text(out, qiaoi_signal_code((qiaoi_signal)signal));
    qiao_buffer_text(out, "\",\"value\":");
    write_value(candidate->values[signal], out);
    qiao_buffer_text(out, ",\"weight\":");
    write_whole((int32_t)matcher->profile->weights[signal][owner ? 1 : 0], out);
    qiao_buffer_text(out, ",\"contribution\":");
    write_whole(side->contributions[signal], out);
    if (rests_on_suggestion(candidate, signal))
        qiao_buffer_text(out, ",\"suggested\":true");
}

static void
write_side(const qiao_matcher *matcher, const qiaoi_candidate *candidate, bool owner, bool full, qiao_buffer *out)
{
    const qiaoi_side_score *side = owner ? &candidate->pair.owner : &candidate->pair.enterprise;
    qiaoi_pair_context pair = qiaoi_assess_context(matcher);

    qiao_buffer_printf(out, "\"%s\":{\"score\":%d,\"signals\":[", owner ? "owner" : "enterprise", (int)side->score);
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        if (s > 0)
            qiao_buffer_char(out, ',');
        write_signal(matcher, candidate, s, owner, out);
        if (full) {
            qiao_buffer_text(out, ",\"evidence\":");
            qiaoi_explain_evidence(&pair, (qiaoi_signal)s, out);
        }
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_text(out, "]}");
}

/* ---- explanation ---- */

static qiao_status
append_explanation(qiao_matcher *matcher, const qiao_match_request *request, const qiaoi_candidate *candidate,
                   qiao_buffer *out, qiao_error *err)
{
    qiaoi_paired_terms terms;
    qiao_status st =
        qiaoi_pair_terms(matcher, candidate->docid, candidate->record,
                         request->explain == QIAO_EXPLAIN_FULL ? QIAOI_TERMS_FULL : QIAOI_TERMS_BRIEF, &terms, err);

    if (st != QIAO_OK)
        return st;
    qiao_buffer_text(out, ",\"terms\":");
    qiaoi_paired_terms_write(matcher, &terms, out);
    return qiaoi_explain(matcher, candidate, &terms, out, err);
}

void
qiaoi_answer_standing(const qiaoi_candidate *candidate, qiao_buffer *out)
{
    qiao_buffer_printf(out, ",\"score\":%d,\"band\":\"%s\",\"confidence\":%d,\"text_score\":%.3f,\"gate\":",
                       (int)candidate->pair.score, qiao_band_code(candidate->band), (int)candidate->pair.confidence,
                       candidate->text_score / (double)QIAOI_SCORE_UNIT);
    if (candidate->gate != QIAOI_GATE_NONE)
        qiao_buffer_printf(out, "\"%s\"", qiaoi_gate_code(candidate->gate));
    else
        qiao_buffer_text(out, "null");
}

qiao_status
qiaoi_answer_members(qiao_matcher *matcher, const qiao_match_request *request, const qiaoi_candidate *candidate,
                     uint32_t rank, qiao_buffer *out, qiao_error *err)
{
    qiaoi_candidate *item = &matcher->candidates[candidate - matcher->candidates];
    qiaoi_candidate again;
    bool full = request->explain == QIAO_EXPLAIN_FULL && matcher->subject_facts != NULL;
    qiao_status st = qiaoi_matcher_record(matcher, item, err);

    /* facts and indicators of this pair, where another was assessed since; score and order stay as they are */
    again = *item;
    if (st == QIAO_OK && request->explain != QIAO_EXPLAIN_NONE)
        st = qiaoi_assess(matcher, &again, err);
    if (st != QIAO_OK)
        return st;
    qiao_buffer_printf(out, "\"%s\":", matcher->side == QIAO_PROJECT ? "project" : "need");
    qiaoi_answer_brief(item->record, out);
    if (rank > 0)
        qiao_buffer_printf(out, ",\"rank\":%u", rank);
    else
        qiao_buffer_text(out, ",\"rank\":null");
    qiaoi_answer_standing(item, out);
    qiao_buffer_text(out, ",\"sides\":{");
    write_side(matcher, item, false, full, out);
    qiao_buffer_char(out, ',');
    write_side(matcher, item, true, full, out);
    qiao_buffer_char(out, '}');
    qiaoi_fusion_answer(item, out);
    return request->explain != QIAO_EXPLAIN_NONE ? append_explanation(matcher, request, item, out, err) : QIAO_OK;
}

qiao_status
qiaoi_answer_item(qiao_matcher *matcher, const qiao_match_request *request, const qiaoi_candidate *candidate,
                  uint32_t rank, qiao_buffer *out, qiao_error *err)
{
    qiao_status st;

    qiao_buffer_char(out, '{');
    st = qiaoi_answer_members(matcher, request, candidate, rank, out, err);
    if (st == QIAO_OK)
        st = qiaoi_duplicates_answer(matcher, request, candidate, out, err);
    qiao_buffer_char(out, '}');
    return st;
}
