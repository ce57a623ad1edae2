/*
 * Writes matches as JSON. The words that two records share are shown in pairs, each with its place in its record: the
 * need's word where it first stands, and the first token of the counterpart that realises the group of that word.
 */
#include "match/answer.h"

#include "match/fusion.h"

#include <stdlib.h>
#include <string.h>

#define SUMMARY_BYTES 400u
#define TERMS_BRIEF 12u
#define TERMS_FULL 40u

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

static void
write_side(const qiao_matcher *matcher, const qiaoi_candidate *candidate, bool owner, qiao_buffer *out)
{
    const qiaoi_side_score *side = owner ? &candidate->pair.owner : &candidate->pair.enterprise;

    qiao_buffer_printf(out, "\"%s\":{\"score\":%d,\"signals\":[", owner ? "owner" : "enterprise", (int)side->score);
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        if (s > 0)
            qiao_buffer_char(out, ',');
        qiao_buffer_printf(out, "{\"code\":\"%s\",\"value\":", qiaoi_signal_code((qiaoi_signal)s));
        if (candidate->values[s] == QIAOI_SIGNAL_UNKNOWN)
            qiao_buffer_text(out, "null");
        else
            qiao_buffer_printf(out, "%d.%06d", (int)(candidate->values[s] / QIAO_MICRO),
                               (int)(candidate->values[s] % QIAO_MICRO));
        qiao_buffer_printf(out, ",\"weight\":%d,\"contribution\":%d}",
                           (int)matcher->profile->weights[s][owner ? 1 : 0], (int)side->contributions[s]);
    }
    qiao_buffer_text(out, "]}");
}

/* ---- matched terms in pairs ---- */

typedef struct shown_term {
    uint32_t group;
    uint32_t contribution;
    bool found;
    double share; /* of the best realisation so far */
    const qiao_text *text;
    const char *language;
    uint32_t start, end;
} shown_term;

static int
compare_shown(const void *a, const void *b)
{
    const shown_term *x = a, *y = b;

    if (x->contribution != y->contribution)
        return x->contribution > y->contribution ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

static size_t
choose_groups(qiao_matcher *matcher, const qiaoi_candidate *candidate, shown_term *shown, size_t most)
{
    shown_term *all = qiao_alloc((matcher->query.group_count + 1) * sizeof *all);
    size_t count = 0;

    if (all == NULL)
        return SIZE_MAX;
    qiaoi_contributions(&matcher->query, matcher->generation, matcher->side, candidate->docid, matcher->contributions);
    for (uint32_t g = 0; g < matcher->query.group_count; g++)
        if (matcher->contributions[g] > 0 && matcher->query.groups[g].kind != QIAOI_GROUP_PAIR)
            all[count++] = (shown_term){.group = g, .contribution = matcher->contributions[g]};
    qsort(all, count, sizeof *all, compare_shown);
    if (count > most)
        count = most;
    memcpy(shown, all, count * sizeof *shown);
    qiao_free(all);
    return count;
}

/* Share with which a posting list stands in a group; 0 = it does not. */
static double
share_in_group(const qiaoi_query *query, const qiaoi_group *group, uint32_t slot)
{
    for (uint32_t i = 0; i < group->count; i++)
        if (query->terms[group->first + i].slot == slot)
            return (double)query->terms[group->first + i].weight;
    return 0;
}

static double
realisation(const qiao_matcher *matcher, const qiaoi_group *group, const qiao_token *token)
{
    const qiao_lexicon *lexicon = qiao_generation_lexicon(matcher->generation);
    uint32_t term = qiaoi_lexicon_term(lexicon, token->form, token->form_length);
    double share = term == QIAOI_NO_TERM ? 0 : share_in_group(&matcher->query, group, term);

    if (token->entry != 0 && token->script != QIAO_SCRIPT_NUMBER) {
        const qiaoi_entry *entry = &lexicon->entries[token->entry - 1];

        for (uint32_t i = 0; i < entry->count; i++) {
            const qiaoi_translation *translation = &lexicon->translations[entry->first + i];
            double through = share_in_group(&matcher->query, group, translation->term) * translation->share / 65535.0;

            share = through > share ? through : share;
        }
    }
    return share;
}

static void
look_for(const qiao_matcher *matcher, const qiao_text *text, const qiao_token *token, shown_term *shown, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double share = realisation(matcher, &matcher->query.groups[shown[i].group], token);

        if (share > shown[i].share) {
            shown[i].share = share;
            shown[i].found = true;
            shown[i].text = text;
            shown[i].language = strcmp(text->language, "und") == 0 ? token->language : text->language;
            shown[i].start = token->start;
            shown[i].end = token->end;
        }
    }
}

static qiao_status
locate(qiao_matcher *matcher, const qiao_record *record, shown_term *shown, size_t count, qiao_error *err)
{
    for (size_t t = 0; t < record->text_count; t++) {
        const qiao_text *text = &record->texts[t];
        const qiao_token *tokens;
        size_t n;
        qiao_status st =
            qiao_analyze(matcher->analyzer, text->text, text->length, text->language, true, &tokens, &n, err);

        if (st != QIAO_OK)
            return st;
        for (size_t i = 0; i < n; i++)
            if (!tokens[i].stop_word)
                look_for(matcher, text, &tokens[i], shown, count);
    }
    return QIAO_OK;
}

static void
write_place(qiao_buffer *out, const char *side, const char *name, const char *language, uint32_t start, uint32_t end,
            const char *text)
{
    bool plain = language == NULL || *language == '\0' || strcmp(language, "und") == 0;

    qiao_buffer_printf(out, "\"%s\":{\"field\":\"%s%s%s\",\"start\":%u,\"end\":%u,\"text\":", side, name,
                       plain ? "" : ".", plain ? "" : language, start, end);
    qiao_buffer_json_string(out, text + start, end - start);
    qiao_buffer_char(out, '}');
}

static void
write_terms(const qiao_matcher *matcher, const shown_term *shown, size_t count, qiao_buffer *out)
{
    bool need_side = matcher->side == QIAO_PROJECT, first = true; /* the query's words belong to the need */

    for (size_t i = 0; i < count; i++) {
        const qiaoi_query_word *word = &matcher->query.words[matcher->query.groups[shown[i].group].word];
        const qiaoi_query_text *asked = &matcher->texts[word->text];
        double weight = shown[i].contribution / (double)QIAOI_SCORE_UNIT;

        if (!shown[i].found)
            continue;
        qiao_buffer_text(out, first ? "{" : ",{");
        first = false;
        write_place(out, need_side ? "need" : "project", asked->name, asked->language, word->start, word->end,
                    asked->text);
        qiao_buffer_char(out, ',');
        write_place(out, need_side ? "project" : "need", shown[i].text->name, shown[i].language, shown[i].start,
                    shown[i].end, shown[i].text->text);
        qiao_buffer_printf(out, ",\"weight\":%.3f}", weight);
    }
}

static qiao_status
append_terms(qiao_matcher *matcher, const qiao_match_request *request, const qiaoi_candidate *candidate,
             qiao_buffer *out, qiao_error *err)
{
    shown_term shown[TERMS_FULL] = {0};
    size_t count =
        choose_groups(matcher, candidate, shown, request->explain == QIAO_EXPLAIN_FULL ? TERMS_FULL : TERMS_BRIEF);
    qiao_status st;

    if (count == SIZE_MAX)
        return qiao_fail_memory(err);
    st = locate(matcher, candidate->record, shown, count, err);
    if (st != QIAO_OK)
        return st;
    qiao_buffer_text(out, ",\"terms\":[");
    write_terms(matcher, shown, count, out);
    qiao_buffer_char(out, ']');
    return QIAO_OK;
}

qiao_status
qiaoi_answer_item(qiao_matcher *matcher, const qiao_match_request *request, const qiaoi_candidate *candidate,
                  uint32_t rank, qiao_buffer *out, qiao_error *err)
{
    qiaoi_candidate *item = &matcher->candidates[candidate - matcher->candidates];
    qiao_status st = qiaoi_matcher_record(matcher, item, err);

    if (st != QIAO_OK)
        return st;
    qiao_buffer_printf(out, "{\"%s\":", matcher->side == QIAO_PROJECT ? "project" : "need");
    qiaoi_answer_brief(item->record, out);
    qiao_buffer_printf(out, ",\"rank\":%u,\"score\":%d,\"confidence\":%d,\"text_score\":%.3f,\"sides\":{", rank,
                       (int)item->pair.score, (int)item->pair.confidence, item->text_score / (double)QIAOI_SCORE_UNIT);
    write_side(matcher, item, false, out);
    qiao_buffer_char(out, ',');
    write_side(matcher, item, true, out);
    qiao_buffer_char(out, '}');
    qiaoi_fusion_answer(item, out);
    if (request->explain != QIAO_EXPLAIN_NONE)
        st = append_terms(matcher, request, item, out, err);
    qiao_buffer_char(out, '}');
    return st;
}
