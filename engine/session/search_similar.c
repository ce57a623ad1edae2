/*
 * Records about the same: the words of a record that say most, looked for on its own side, as they stand and
 * translated. The record itself is found first; its score is what the others are measured by.
 */
#include "session/search_internal.h"

#include "match/boilerplate.h"
#include "store/generation_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_DEFAULT 10u
#define LIMIT_MAX 50u
#define WORDS_LOOKED_AT 2048u
#define WORDS_ASKED 24u
#define TEXT_BYTES_MAX 8192u /* of one text: what it is about stands at its beginning */
#define TITLE_COUNT 3.0
#define LIKENESS_MIN 0.05

typedef struct said {
    const char *form;
    uint16_t length;
    uint8_t script;
    uint32_t entry;
    const char *language; /* of its text */
    double count, worth;
} said;

typedef struct similar {
    qiao_session *session;
    qiaoi_view *view;
    qiao_record *record;
    said *words;
    size_t count;
    qiaoi_search_words asked;
} similar;

/* ---- what it says ---- */

static said *
find_said(similar *s, const qiao_token *token)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->words[i].length == token->form_length && memcmp(s->words[i].form, token->form, token->form_length) == 0)
            return &s->words[i];
    return NULL;
}

static bool
says_nothing(const qiao_token *token)
{
    size_t at = 0;

    if (token->stop_word || token->sub_word || token->form_length == 0 || token->script == QIAO_SCRIPT_NUMBER)
        return true;
    qiao_utf8_next(token->form, token->form_length, &at);
    return at == token->form_length || qiaoi_function_word(token->form, token->form_length) ||
           qiaoi_boilerplate_weight(token->form, token->form_length) < 1;
}

static qiao_status
take_token(similar *s, const qiao_token *token, const char *language, double weight, qiao_error *err)
{
    said *word = find_said(s, token);

    if (word == NULL && s->count < WORDS_LOOKED_AT) {
        word = &s->words[s->count++];
        *word =
            (said){.length = token->form_length, .script = token->script, .entry = token->entry, .language = language};
        word->form = qiao_arena_strndup(s->session->arena, token->form, token->form_length);
        if (word->form == NULL)
            return qiao_fail_memory(err);
    }
    if (word != NULL)
        word->count += weight;
    return QIAO_OK;
}

static qiao_status
take_text(similar *s, const qiao_text *text, qiao_error *err)
{
    size_t length = text->length < TEXT_BYTES_MAX ? text->length : TEXT_BYTES_MAX, count;
    double weight = strcmp(text->name, "title") == 0 ? TITLE_COUNT : 1;
    const qiao_token *tokens;
    qiao_status st;

    while (length < text->length && length > 0 && ((unsigned char)text->text[length] & 0xC0) == 0x80)
        length--;
    st = qiao_analyze(qiao_matcher_analyzer(s->session->matcher), text->text, length, text->language, false, &tokens,
                      &count, err);
    for (size_t i = 0; st == QIAO_OK && i < count; i++)
        if (!says_nothing(&tokens[i]))
            st = take_token(s, &tokens[i], text->language, weight, err);
    return st;
}

/* The more often it is said, and the fewer others say it, the more a word tells. */
static void
weigh(similar *s)
{
    double documents = qiao_fulltext_count(s->view->fulltext);

    for (size_t i = 0; i < s->count; i++) {
        said *word = &s->words[i];
        double others = qiao_fulltext_frequency(s->view->fulltext, word->form, word->length);

        word->worth = (1 + log(word->count)) * log(1 + documents / (1 + others));
    }
}

static int
compare_said(const void *a, const void *b)
{
    const said *x = a, *y = b;

    if (x->worth < y->worth || x->worth > y->worth)
        return x->worth > y->worth ? -1 : 1;
    return strcmp(x->form, y->form);
}

/* ---- what is asked ---- */

static qiao_status
ask_word(similar *s, const said *from, qiao_error *err)
{
    qiaoi_search_word *word = &s->asked.items[s->asked.count];
    const qiao_token token = {
        .form = from->form, .form_length = from->length, .script = from->script, .entry = from->entry};
    qiao_status st;

    memset(word, 0, sizeof *word);
    word->text = from->form;
    word->length = from->length;
    st = qiaoi_word_add_form(s->session, word, from->form, from->length, err);
    if (st == QIAO_OK && from->script == QIAO_SCRIPT_LATIN)
        st = qiaoi_word_add_stems(s->session, word, from->form, from->length, err);
    if (st == QIAO_OK)
        st = qiaoi_word_translate(s->session, word, &token, err);
    s->asked.count += st == QIAO_OK;
    return st;
}

static qiao_status
read_record(similar *s, qiao_kind kind, const char *id, qiao_error *err)
{
    qiaoi_view *all;
    uint32_t beside;
    qiao_buffer *json = &s->session->json;
    qiao_status st = qiaoi_view_open(s->session, kind, NULL, &all, err);

    if (st != QIAO_OK)
        return st;
    beside = qiaoi_view_find(all, id);
    qiao_buffer_clear(json);
    if (beside != 0)
        st = qiaoi_view_json(s->session, all, QIAO_FULLTEXT_BESIDE + beside, json, err);
    else if (qiaoi_view_hides(all, id))
        st = qiao_fail(err, QIAO_E_NOTFOUND, kind == QIAO_PROJECT ? "there is no project %s" : "there is no need %s",
                       id);
    else
        st = qiao_session_record_json(s->session, kind, id, json, err);
    return st == QIAO_OK ? qiao_record_parse(json->data, json->length, NULL, &s->record, NULL, err) : st;
}

static qiao_status
prepare(similar *s, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    s->words = qiao_arena_alloc(s->session->arena, WORDS_LOOKED_AT * sizeof *s->words);
    s->asked.items = qiao_arena_alloc(s->session->arena, WORDS_ASKED * sizeof *s->asked.items);
    if (s->words == NULL || s->asked.items == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; st == QIAO_OK && i < s->record->text_count; i++)
        st = take_text(s, &s->record->texts[i], err);
    if (st != QIAO_OK)
        return st;
    weigh(s);
    if (s->count > 0)
        qsort(s->words, s->count, sizeof *s->words, compare_said);
    for (size_t i = 0; st == QIAO_OK && i < s->count && i < WORDS_ASKED; i++)
        st = ask_word(s, &s->words[i], err);
    return st;
}

static qiao_status
find(similar *s, const char *const *filters, size_t filter_count, uint32_t limit, qiao_fulltext_hit *hits,
     size_t *count, qiao_error *err)
{
    qiao_fulltext_word words[WORDS_ASKED];
    qiao_fulltext_query query = {.words = words,
                                 .word_count = s->asked.count,
                                 .filters = filters,
                                 .filter_count = filter_count,
                                 .hidden = (const char *const *)s->view->hidden,
                                 .hidden_count = s->view->hidden_count,
                                 .limit = limit};
    uint64_t total;
    bool estimated;

    *count = 0;
    for (size_t i = 0; i < s->asked.count; i++)
        words[i] = (qiao_fulltext_word){.alternatives = s->asked.items[i].alternatives,
                                        .count = s->asked.items[i].count,
                                        .together_least = s->asked.items[i].together_least,
                                        .together_weight = s->asked.items[i].together_weight};
    return s->asked.count == 0 ? QIAO_OK
                               : qiao_fulltext_search(s->view->fulltext, &query, hits, count, &total, &estimated, err);
}

/* ---- the answer ---- */

/* The number under which the view's index has the record; 0 where it has not. */
static uint32_t
own_number(similar *s, const char *id, qiao_error *err)
{
    char filter[QIAO_ID_MAX + 4] = "id:";
    const char *filters[] = {filter};
    const qiao_fulltext_query query = {.filters = filters,
                                       .filter_count = 1,
                                       .hidden = (const char *const *)s->view->hidden,
                                       .hidden_count = s->view->hidden_count,
                                       .limit = 1};
    qiao_fulltext_hit hit;
    size_t count = 0;
    uint64_t total;
    bool estimated;

    memcpy(filter + 3, id, strlen(id) + 1);
    return qiao_fulltext_search(s->view->fulltext, &query, &hit, &count, &total, &estimated, err) == QIAO_OK &&
                   count == 1
               ? hit.docid
               : 0;
}

static qiao_status
write(similar *s, const char *id, const char *scope, uint32_t limit, qiao_buffer *out, qiao_error *err)
{
    const char *filters[2] = {s->record->kind == QIAO_PROJECT ? "kind:project" : "kind:need", scope};
    qiao_fulltext_hit hits[LIMIT_MAX + 1];
    size_t count = 0, kept = 0;
    uint32_t own = own_number(s, id, NULL);
    double best;
    qiao_status st = find(s, filters, scope != NULL ? 2 : 1, limit + 1, hits, &count, err);

    if (st != QIAO_OK)
        return st;
    best = count > 0 && hits[0].score > 0 ? hits[0].score : 1;
    for (size_t i = 0; i < count; i++)
        if (hits[i].docid != own && hits[i].score >= LIKENESS_MIN * best && kept < limit)
            hits[kept++] = hits[i];
    qiao_buffer_printf(out, "{\"generation\":\"%s\",\"id\":", s->session->snapshot->name);
    qiao_buffer_json_string(out, id, strlen(id));
    qiao_buffer_text(out, ",\"hits\":");
    st = qiaoi_search_hits(s->session, s->view, &s->asked, hits, kept, best, out, err);
    qiao_buffer_char(out, '}');
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}

qiao_status
qiao_similar_json(qiao_session *session, qiao_kind kind, const char *id, const char *scope, uint32_t limit,
                  qiao_buffer *out, qiao_error *err)
{
    similar s = {.session = session};
    size_t before = out->length;
    qiao_status st = QIAO_OK;

    if (limit > LIMIT_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "limit %u is more than %u", limit, LIMIT_MAX);
    if (strlen(id) > QIAO_ID_MAX)
        return qiao_fail(err, QIAO_E_NOTFOUND, kind == QIAO_PROJECT ? "there is no project %s" : "there is no need %s",
                         id);
    qiao_arena_reset(session->arena);
    st = read_record(&s, kind, id, err);
    if (st == QIAO_OK)
        st = qiaoi_view_open(session, kind, scope, &s.view, err);
    if (st == QIAO_OK)
        st = prepare(&s, err);
    if (st == QIAO_OK)
        st = write(&s, id, scope, limit == 0 ? LIMIT_DEFAULT : limit, out, err);
    qiao_record_free(s.record);
    if (st != QIAO_OK && out->data != NULL) {
        out->length = before;
        out->data[before] = '\0';
    }
    return st;
}
