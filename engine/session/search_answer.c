/*
 * Writes the answer of a search. The hits of a page are read from the generation and analysed again for highlights: that is a few records, and the
 * index keeps no positions. Streams the JSON; no tree is built.
 */
#include "session/did_you_mean.h"

#include "fulltext/document.h"
#include "qiao/file.h"

#include <string.h>

#define SUMMARY_CHARACTERS 400u
#define HIGHLIGHT_WEIGHT_MIN 0.1 /* weaker alternatives help to rank; marking them would puzzle the reader */
#define MEANINGS_MARKED 3u
#define ELLIPSIS "\xE2\x80\xA6"

/* ---- the forms that are marked: a small hash set ---- */

typedef struct form_set {
    const char **forms;
    uint32_t *lengths;
    uint32_t size; /* power of two */
} form_set;

static uint32_t
form_slot(const form_set *set, const char *form, size_t length)
{
    uint32_t slot = (uint32_t)qiao_hash64(form, length, 0) & (set->size - 1);

    while (set->forms[slot] != NULL && (set->lengths[slot] != length || memcmp(set->forms[slot], form, length) != 0))
        slot = (slot + 1) & (set->size - 1);
    return slot;
}

/* "part part" gives each part. */
static void
add_forms(form_set *set, const char *form, size_t length)
{
    for (size_t at = 0; at < length;) {
        const char *space = memchr(form + at, ' ', length - at);
        size_t n = space == NULL ? length - at : (size_t)(space - (form + at));
        uint32_t slot = form_slot(set, form + at, n);

        set->forms[slot] = form + at;
        set->lengths[slot] = (uint32_t)n;
        at += n + 1;
    }
}

static size_t
count_forms(const qiaoi_search_words *words)
{
    size_t n = 0;

    for (size_t i = 0; i < words->count; i++)
        for (size_t k = 0; k < words->items[i].count; k++)
            n += 1 + words->items[i].alternatives[k].length / 2; /* at most so many parts */
    return n;
}

static qiao_status
collect_forms(qiao_session *session, const qiaoi_search_words *words, form_set *set, qiao_error *err)
{
    size_t wanted = 2 * count_forms(words);

    for (set->size = 64; set->size < wanted; set->size *= 2) {
    }
    set->forms = qiao_arena_alloc(session->arena, set->size * sizeof *set->forms);
    set->lengths = qiao_arena_alloc(session->arena, set->size * sizeof *set->lengths);
    if (set->forms == NULL || set->lengths == NULL)
        return qiao_fail_memory(err);
    for (uint32_t i = 0; i < set->size; i++)
        set->forms[i] = NULL;
    for (size_t i = 0; i < words->count; i++)
        for (size_t k = 0; k < words->items[i].count && !words->items[i].negative; k++) {
            const qiao_fulltext_alternative *alternative = &words->items[i].alternatives[k];

            if (alternative->weight >= HIGHLIGHT_WEIGHT_MIN && !alternative->prefix)
                add_forms(set, alternative->form, alternative->length);
        }
    return QIAO_OK;
}

/* ---- highlights ---- */

typedef struct answer {
    qiao_session *session;
    const qiaoi_view *view;
    const qiaoi_search_words *words;
    qiao_buffer *out;
    form_set marked;
    double score_scale;
    bool first_mark;
} answer;

static bool
is_marked_prefix(const answer *a, const char *form, size_t length)
{
    for (size_t i = 0; i < a->words->count; i++) {
        const qiaoi_search_word *word = &a->words->items[i];
        const qiao_fulltext_alternative *prefix = &word->alternatives[0];

        if (word->prefix && !word->negative && prefix->length <= length && memcmp(prefix->form, form, prefix->length) == 0)
            return true;
    }
    return false;
}

static bool
is_marked_form(const answer *a, const char *form, size_t length)
{
    return a->marked.forms[form_slot(&a->marked, form, length)] != NULL;
}

/* German, French and Japanese words are found by what they mean in English. */
static bool
is_marked_meaning(const answer *a, const qiao_token *token)
{
    qiao_translation found[MEANINGS_MARKED];
    size_t n = qiao_lexicon_translations(qiao_generation_lexicon(a->session->snapshot->generation), token->entry, token->form,
                                         token->form_length, found, MEANINGS_MARKED);

    for (size_t i = 0; i < n; i++)
        if (is_marked_form(a, found[i].text, strlen(found[i].text)))
            return true;
    return false;
}

static bool
is_marked(const answer *a, const qiao_token *token)
{
    bool german = strcmp(token->language, "de") == 0, french = strcmp(token->language, "fr") == 0, failed = false;
    char stem[QIAOI_STEM_ROOM];
    size_t length;

    if (token->stop_word)
        return false;
    if (is_marked_form(a, token->form, token->form_length) || is_marked_prefix(a, token->form, token->form_length))
        return true;
    if (token->entry != 0 && (german || french || strcmp(token->language, "ja") == 0) && is_marked_meaning(a, token))
        return true;
    if (!german && !french)
        return false;
    length = qiaoi_marked_stem(german ? a->session->german : a->session->french, token->form, token->form_length, stem, &failed);
    return length > 0 && is_marked_form(a, stem, length);
}

static void
write_mark(answer *a, const char *field, const char *language, size_t start, size_t end)
{
    qiao_buffer_printf(a->out, "%s{\"field\":\"%s.%s\",\"start\":%zu,\"end\":%zu}", a->first_mark ? "" : ",", field, language, start, end);
    a->first_mark = false;
}

/* Marks of one text: neighbours that touch become one. */
static qiao_status
write_marks(answer *a, const char *field, const qiao_text *text, size_t length, qiao_error *err)
{
    const qiao_token *tokens;
    size_t count, start = 0, end = 0;
    qiao_status st = qiao_analyze(qiao_matcher_analyzer(a->session->matcher), text->text, length, text->language, true, &tokens, &count, err);

    if (st != QIAO_OK)
        return st;
    for (size_t i = 0; i < count; i++) {
        if (!is_marked(a, &tokens[i]) || tokens[i].end <= end)
            continue;
        if (tokens[i].start > end || end == 0) {
            if (end > 0)
                write_mark(a, field, text->language, start, end);
            start = tokens[i].start;
        } else if (tokens[i].start < start) {
            start = tokens[i].start;
        }
        end = tokens[i].end;
    }
    if (end > 0)
        write_mark(a, field, text->language, start, end);
    return QIAO_OK;
}

/* Bytes of at most that many characters. */
static size_t
cut(const char *text, size_t length, size_t characters)
{
    size_t at = 0;

    for (size_t n = 0; n < characters && at < length; n++)
        qiao_utf8_next(text, length, &at);
    return at;
}

static size_t
shown_length(const qiao_text *text)
{
    return strcmp(text->name, "title") == 0 ? text->length : cut(text->text, text->length, SUMMARY_CHARACTERS);
}

/* ---- a hit ---- */

static void
write_texts(answer *a, const qiao_record *record, const char *name)
{
    bool first = true;

    qiao_buffer_printf(a->out, ",\"%s\":{", name);
    for (size_t i = 0; i < record->text_count; i++) {
        const qiao_text *text = &record->texts[i];
        size_t length;

        if (strcmp(text->name, name) != 0)
            continue;
        length = shown_length(text);
        qiao_buffer_printf(a->out, "%s\"%s\":", first ? "" : ",", text->language);
        if (length == text->length) {
            qiao_buffer_json_string(a->out, text->text, length);
        } else {
            qiao_buffer_json_string(a->out, text->text, length);
            if (!a->out->failed) { /* the mark of the cut, inside the closing quote */
                a->out->length--;
                qiao_buffer_text(a->out, ELLIPSIS "\"");
            }
        }
        first = false;
    }
    qiao_buffer_char(a->out, '}');
}

static void
write_string(answer *a, const char *name, const char *value)
{
    if (value == NULL)
        return;
    qiao_buffer_printf(a->out, ",\"%s\":", name);
    qiao_buffer_json_string(a->out, value, strlen(value));
}

static void
write_level(answer *a, const char *name, int32_t level)
{
    if (level != QIAO_UNKNOWN)
        qiao_buffer_printf(a->out, ",\"%s\":%d", name, (int)level);
}

static void
write_facts(answer *a, const qiao_record *record)
{
    write_string(a, "country", record->country);
    qiao_buffer_text(a->out, ",\"fields\":[");
    for (size_t i = 0; i < record->fields.count; i++) {
        if (i > 0)
            qiao_buffer_char(a->out, ',');
        qiao_buffer_json_string(a->out, record->fields.items[i], strlen(record->fields.items[i]));
    }
    qiao_buffer_char(a->out, ']');
    write_level(a, "trl", record->trl);
    write_level(a, "trl_min", record->trl_min);
    write_level(a, "trl_max", record->trl_max);
    write_string(a, "park", record->park);
}

static qiao_status
write_highlights(answer *a, const qiao_record *record, qiao_error *err)
{
    static const char *const names[] = {"title", "summary"};
    qiao_status st = QIAO_OK;

    qiao_buffer_text(a->out, ",\"highlights\":[");
    a->first_mark = true;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < record->text_count && st == QIAO_OK; i++)
            if (strcmp(record->texts[i].name, names[k]) == 0)
                st = write_marks(a, names[k], &record->texts[i], shown_length(&record->texts[i]), err);
    qiao_buffer_char(a->out, ']');
    return st;
}

static qiao_status
write_record(answer *a, const qiao_record *record, double score, qiao_error *err)
{
    qiao_status st;

    qiao_buffer_text(a->out, "{\"id\":");
    qiao_buffer_json_string(a->out, record->id, strlen(record->id));
    qiao_buffer_printf(a->out, ",\"kind\":\"%s\",\"score\":%.4f", record->kind == QIAO_PROJECT ? "project" : "need", score / a->score_scale);
    write_texts(a, record, "title");
    write_texts(a, record, "summary");
    write_facts(a, record);
    st = write_highlights(a, record, err);
    qiao_buffer_char(a->out, '}');
    return st;
}

/* The record of a hit, from the number it has in the full-text index. */
static qiao_status
write_hit(answer *a, const qiao_fulltext_hit *hit, qiao_error *err)
{
    qiao_buffer *json = &a->session->json;
    qiao_record *record = NULL;
    qiao_status st = qiaoi_view_json(a->session, a->view, hit->docid, json, err);

    if (st == QIAO_OK)
        st = qiao_record_parse(json->data, json->length, NULL, &record, NULL, err);
    if (st == QIAO_OK)
        st = write_record(a, record, hit->score, err);
    qiao_record_free(record);
    return st;
}

/* ---- the whole ---- */

static void
write_terms(answer *a, const qiaoi_search_words *words)
{
    qiao_buffer_text(a->out, ",\"terms\":[");
    for (size_t i = 0; i < words->count; i++) {
        const qiaoi_search_word *word = &words->items[i];

        qiao_buffer_text(a->out, i == 0 ? "{\"text\":" : ",{\"text\":");
        qiao_buffer_json_string(a->out, word->text, word->length);
        qiao_buffer_text(a->out, ",\"translations\":[");
        for (size_t k = 0; k < word->translation_count; k++) {
            if (k > 0)
                qiao_buffer_char(a->out, ',');
            qiao_buffer_json_string(a->out, word->translations[k], strlen(word->translations[k]));
        }
        qiao_buffer_text(a->out, word->prefix ? "],\"prefix\":true" : "]");
        qiao_buffer_text(a->out, word->negative ? ",\"excluded\":true}" : "}");
    }
    qiao_buffer_char(a->out, ']');
}

static void
write_counts(answer *a, const qiaoi_search_result *result)
{
    static const char *const unknown[] = {
        [QIAOI_BOUND_TRL] = "trl", [QIAOI_BOUND_YEAR] = "year", [QIAOI_BOUND_MONEY] = "money", [QIAOI_BOUND_DEADLINE] = "deadline"};

    qiao_buffer_printf(a->out, ",\"total\":%llu,\"estimated\":%s", (unsigned long long)result->total, result->estimated ? "true" : "false");
    if (result->relaxed)
        qiao_buffer_printf(a->out, ",\"relaxed\":true,\"with_all_words\":%llu", (unsigned long long)result->with_all);
    if (result->words->ignored > 0)
        qiao_buffer_printf(a->out, ",\"words_ignored\":%zu", result->words->ignored);
    for (size_t i = 0; i < QIAOI_BOUND_COUNT; i++)
        if (result->bounded[i])
            qiao_buffer_printf(a->out, ",\"%s_unknown\":%llu", unknown[i], (unsigned long long)result->unknown[i]);
}

static void
write_next(answer *a, const qiaoi_search_result *result)
{
    const qiao_search_request *request = result->request;

    if (result->more)
        qiao_buffer_printf(a->out, ",\"next\":%u", request->offset + (uint32_t)result->hit_count);
    else
        qiao_buffer_text(a->out, ",\"next\":null");
}

static void
write_facet(answer *a, const qiaoi_facet *facet)
{
    qiao_buffer_json_string(a->out, facet->name, strlen(facet->name));
    qiao_buffer_text(a->out, ":[");
    for (size_t i = 0; i < facet->count; i++) {
        qiao_buffer_text(a->out, i == 0 ? "{\"value\":" : ",{\"value\":");
        qiao_buffer_json_string(a->out, facet->values[i].value, strlen(facet->values[i].value));
        qiao_buffer_printf(a->out, ",\"count\":%llu}", (unsigned long long)facet->values[i].count);
    }
    qiao_buffer_char(a->out, ']');
}

static void
write_facets(answer *a, const qiaoi_facets *facets)
{
    bool first = true;

    if (facets == NULL)
        return;
    qiao_buffer_text(a->out, ",\"facets\":{");
    for (size_t i = 0; i < facets->count; i++) {
        qiao_buffer_text(a->out, i == 0 ? "" : ",");
        write_facet(a, &facets->items[i]);
    }
    qiao_buffer_text(a->out, "},\"facets_cut\":[");
    for (size_t i = 0; i < facets->count; i++) {
        if (!facets->items[i].cut)
            continue;
        qiao_buffer_text(a->out, first ? "" : ",");
        qiao_buffer_json_string(a->out, facets->items[i].name, strlen(facets->items[i].name));
        first = false;
    }
    qiao_buffer_char(a->out, ']');
}

static void
write_head(answer *a, const qiaoi_search_result *result)
{
    const qiao_search_request *request = result->request;

    qiao_buffer_printf(a->out, "{\"generation\":\"%s\",\"side\":\"%s\",\"query\":", a->session->snapshot->name,
                       request->side == QIAO_PROJECT ? "projects" : "needs");
    qiao_buffer_json_string(a->out, request->query != NULL ? request->query : "", request->query != NULL ? request->query_length : 0);
    write_counts(a, result);
    write_next(a, result);
}

static qiao_status
write_hits(answer *a, const qiao_fulltext_hit *hits, size_t count, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    qiao_buffer_char(a->out, '[');
    for (size_t i = 0; i < count && st == QIAO_OK; i++) {
        if (i > 0)
            qiao_buffer_char(a->out, ',');
        st = write_hit(a, &hits[i], err);
    }
    qiao_buffer_char(a->out, ']');
    return st;
}

static qiao_status
begin(answer *a, qiao_session *session, const qiaoi_view *view, const qiaoi_search_words *words, qiao_buffer *out, qiao_error *err)
{
    *a = (answer){.session = session, .view = view, .words = words, .out = out, .score_scale = 1};
    return collect_forms(session, words, &a->marked, err);
}

qiao_status
qiaoi_search_hits(qiao_session *session, const qiaoi_view *view, const qiaoi_search_words *words, const qiao_fulltext_hit *hits, size_t count,
                  double score_scale, qiao_buffer *out, qiao_error *err)
{
    answer a;
    qiao_status st = begin(&a, session, view, words, out, err);

    a.score_scale = score_scale;
    return st == QIAO_OK ? write_hits(&a, hits, count, err) : st;
}

/* A member that is added to the answer goes between the facets and the hits. */
qiao_status
qiaoi_search_answer(qiao_session *session, const qiaoi_search_result *result, qiao_buffer *out, qiao_error *err)
{
    answer a;
    qiao_status st = begin(&a, session, result->view, result->words, out, err);

    if (st != QIAO_OK)
        return st;
    write_head(&a, result);
    write_facets(&a, result->facets);
    qiao_buffer_text(out, ",\"hits\":");
    st = write_hits(&a, result->hits, result->hit_count, err);
    if (st != QIAO_OK)
        return st;
    write_terms(&a, result->words);
    st = qiaoi_did_you_mean(session, result, out, err);
    if (st != QIAO_OK)
        return st;
    qiao_buffer_char(out, '}');
    return qiao_buffer_check(out, err);
}
