/*
 * From the text of a query to its words: segments (quotations, fields), tokens, and the same text read as other languages would be.
 *
 * A query is short and mixes languages, so each word is looked up in every form under which the index may hold it; search_alternatives.c knows
 * them. Relies on the same analyzer as the index, so forms agree.
 */
#include "session/search_internal.h"

#include "match/boilerplate.h"

#include <string.h>

/* ---- segments: quotations and fields ---- */

typedef struct segment {
    size_t start, end;
    unsigned fields;
    bool quoted, id;
} segment;

typedef struct reader {
    qiao_session *session;
    const qiao_search_request *request;
    qiao_analyzer *analyzer;
    const char *text;
    size_t length;
    const char *language; /* of the whole query */
    qiaoi_search_words *words;
    const char *id;
} reader;

static const struct {
    const char *name;
    unsigned fields; /* 0: the record's id */
} field_names[] = {
    {"title", 1u << QIAO_FT_TITLE},
    {"标题", 1u << QIAO_FT_TITLE},
    {"summary", 1u << QIAO_FT_SUMMARY},
    {"摘要", 1u << QIAO_FT_SUMMARY},
    {"org", 1u << QIAO_FT_ORGANISATION},
    {"organisation", 1u << QIAO_FT_ORGANISATION},
    {"organization", 1u << QIAO_FT_ORGANISATION},
    {"机构", 1u << QIAO_FT_ORGANISATION},
    {"id", 0},
    {"编号", 0},
};

static bool
is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000;
}

/* ", curly double quotes, CJK corner brackets, guillemets, full-width ": the mark that closes it, 0 where it opens nothing. */
static uint32_t
closing_mark(uint32_t c)
{
    switch (c) {
    case '"':
        return '"';
    case 0x201C:
        return 0x201D;
    case 0x300C:
        return 0x300D;
    case 0x300E:
        return 0x300F;
    case 0xAB:
        return 0xBB;
    case 0xFF02:
        return 0xFF02;
    default:
        return 0;
    }
}

/* Length of "name:" or "name：" at this place, 0 if there is none; something must follow directly. */
static size_t
field_prefix(const char *text, size_t length, segment *s)
{
    for (size_t i = 0; i < sizeof field_names / sizeof field_names[0]; i++) {
        size_t n = strlen(field_names[i].name), at = n;

        if (length <= n || memcmp(text, field_names[i].name, n) != 0)
            continue;
        uint32_t mark = qiao_utf8_next(text, length, &at);
        size_t after = at;

        if ((mark != ':' && mark != 0xFF1A) || after >= length || is_space(qiao_utf8_next(text, length, &after)))
            continue;
        s->fields = field_names[i].fields;
        s->id = field_names[i].fields == 0;
        return at;
    }
    return 0;
}

/* End of a quotation that starts behind its opening mark; length where it is never closed. */
static size_t
find_mark(const char *text, size_t length, size_t at, uint32_t mark)
{
    while (at < length) {
        size_t here = at;

        if (qiao_utf8_next(text, length, &at) == mark)
            return here;
    }
    return length;
}

static size_t
find_space(const char *text, size_t length, size_t at)
{
    while (at < length) {
        size_t here = at;

        if (is_space(qiao_utf8_next(text, length, &at)))
            return here;
    }
    return length;
}

/* A closed quotation at this place: sets it and returns where the text goes on, 0 where there is none. */
static size_t
read_quotation(const char *text, size_t length, size_t at, segment *s)
{
    size_t inside = at, end;
    uint32_t mark = closing_mark(qiao_utf8_next(text, length, &inside));

    if (mark == 0)
        return 0;
    end = find_mark(text, length, inside, mark);
    if (end == length)
        return 0;
    s->start = inside;
    s->end = end;
    s->quoted = true;
    qiao_utf8_next(text, length, &end);
    return end;
}

/* A quotation or a field's word at this place; 0 where neither starts here. */
static size_t
read_special(const reader *r, size_t at, bool at_word, segment *s)
{
    size_t prefix = at_word ? field_prefix(r->text + at, r->length - at, s) : 0, end;

    end = read_quotation(r->text, r->length, at + prefix, s);
    if (end == 0 && prefix > 0) {
        s->start = at + prefix;
        s->end = end = find_space(r->text, r->length, at + prefix);
    }
    return end;
}

/* ---- words ---- */

static bool
same_word(const qiaoi_search_word *a, const qiaoi_search_word *b)
{
    return a->fields == b->fields && a->quoted == b->quoted && a->alternatives[0].length == b->alternatives[0].length &&
           memcmp(a->alternatives[0].form, b->alternatives[0].form, a->alternatives[0].length) == 0;
}

/* Keeps a filled word unless it is there already, or there is no room. */
static void
keep_word(reader *r, const qiaoi_search_word *word)
{
    qiaoi_search_words *words = r->words;

    for (size_t i = 0; i < words->count; i++)
        if (same_word(&words->items[i], word))
            return;
    if (words->count == QIAO_FULLTEXT_WORDS_MAX)
        words->ignored++;
    else
        words->items[words->count++] = *word;
}

static size_t
count_parts(const qiao_token *tokens, size_t count, size_t at)
{
    size_t n = 0;

    while (at + 1 + n < count && tokens[at + 1 + n].sub_word)
        n++;
    return n;
}

static bool
is_single_character(const qiao_token *token)
{
    size_t at = 0;

    qiao_utf8_next(token->form, token->form_length, &at);
    return at == token->form_length;
}

/* German and French function words; the analyzer only knows those of English. "die" is left out for die casting. */
static bool
is_foreign_function_word(const reader *r, const char *text, size_t length)
{
    static const char *const list[] = {"der", "das", "und", "für", "mit", "von",  "dem",  "zur", "zum", "aus", "le", "la",
                                       "les", "de",  "du",  "et",  "des", "pour", "dans", "une", "un",  "aux", "sur"};

    if (r->language != NULL && strcmp(r->language, "en") == 0)
        return false;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (strlen(list[i]) == length && memcmp(list[i], text, length) == 0)
            return true;
    return false;
}

static bool
is_passed_over(const reader *r, const segment *s, const qiao_token *token)
{
    if (token->sub_word || token->stop_word || token->form_length == 0)
        return true;
    if (s->quoted)
        return false;
    return qiaoi_function_word(token->form, token->form_length) ||
           is_foreign_function_word(r, r->text + s->start + token->start, token->end - token->start);
}

/* Words of one Han character, and words that stand in every need: they add to the score and are not asked for. */
static bool
is_minor(const qiao_token *token)
{
    return (token->script == QIAO_SCRIPT_HAN && is_single_character(token)) ||
           qiaoi_boilerplate_weight(token->form, token->form_length) < 1;
}

static qiao_status
read_word(reader *r, const segment *s, const qiao_token *token, size_t parts, qiao_error *err)
{
    qiaoi_search_word word = {.text = r->text + s->start + token->start,
                              .length = token->end - token->start,
                              .position = (uint32_t)(s->start + token->start),
                              .quoted = s->quoted,
                              .minor = !s->quoted && is_minor(token),
                              .fields = s->fields};
    qiao_status st = qiaoi_word_add_form(r->session, &word, token->form, token->form_length, err);

    if (st == QIAO_OK)
        st = qiaoi_word_add_parts(r->session, &word, token + 1, parts, err);
    if (st == QIAO_OK && token->script == QIAO_SCRIPT_LATIN)
        st = qiaoi_word_add_stems(r->session, &word, token->form, token->form_length, err);
    if (st == QIAO_OK && !r->request->no_translation)
        st = qiaoi_word_translate(r->session, &word, token, err);
    if (st == QIAO_OK)
        keep_word(r, &word);
    return st;
}

static qiao_status
read_segment(reader *r, const segment *s, qiao_error *err)
{
    const qiao_token *tokens;
    size_t count;
    qiao_status st = qiao_analyze(r->analyzer, r->text + s->start, s->end - s->start, r->language, true, &tokens, &count, err);

    for (size_t i = 0; i < count && st == QIAO_OK; i++)
        if (!is_passed_over(r, s, &tokens[i]))
            st = read_word(r, s, &tokens[i], count_parts(tokens, count, i), err);
    return st;
}

static qiaoi_search_word *
find_word(const reader *r, size_t start, size_t length)
{
    for (size_t i = 0; i < r->words->count; i++)
        if (r->words->items[i].position == start && r->words->items[i].length == length)
            return &r->words->items[i];
    return NULL;
}

/* The same words as a text of another language would hold them. */
static qiao_status
read_again(reader *r, const char *language, qiao_error *err)
{
    const qiao_token *tokens;
    size_t count;
    qiao_status st = qiao_analyze(r->analyzer, r->text, r->length, language, false, &tokens, &count, err);

    for (size_t i = 0; i < count && st == QIAO_OK; i++) {
        const qiao_token *token = &tokens[i];
        qiaoi_search_word *word = token->stop_word ? NULL : find_word(r, token->start, token->end - token->start);

        if (word == NULL)
            continue;
        st = qiaoi_word_add_reading(r->session, word, token->form, token->form_length, err);
        if (st == QIAO_OK && token->script == QIAO_SCRIPT_LATIN)
            st = qiaoi_word_add_stems(r->session, word, token->form, token->form_length, err);
        if (st == QIAO_OK && token->entry != 0 && word->together_least <= 0 && !r->request->no_translation)
            st = qiaoi_word_translate_reading(r->session, word, token, err);
    }
    return st;
}

static qiao_status
read_other_languages(reader *r, qiao_error *err)
{
    static const char *const languages[] = {"en", "de", "fr", "zh", "ja"};
    const char *first = r->language != NULL ? r->language : "";
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < sizeof languages / sizeof languages[0] && st == QIAO_OK; i++)
        if (strcmp(languages[i], first) != 0)
            st = read_again(r, languages[i], err);
    return st;
}

/* ---- the query ---- */

static qiao_status
take_segment(reader *r, const segment *s, qiao_error *err)
{
    if (s->start >= s->end)
        return QIAO_OK;
    if (!s->id)
        return read_segment(r, s, err);
    r->id = qiao_arena_strndup(r->session->arena, r->text + s->start, s->end - s->start);
    return r->id == NULL ? qiao_fail_memory(err) : QIAO_OK;
}

static qiao_status
read_query(reader *r, qiao_error *err)
{
    segment plain = {0};
    bool at_word = true;
    size_t at = 0;
    qiao_status st = QIAO_OK;

    while (at < r->length && st == QIAO_OK) {
        segment special = {0};
        size_t after = read_special(r, at, at_word, &special);

        if (after > 0) {
            plain.end = at;
            st = take_segment(r, &plain, err);
            if (st == QIAO_OK)
                st = take_segment(r, &special, err);
            plain.start = at = after;
            at_word = true;
        } else {
            at_word = is_space(qiao_utf8_next(r->text, r->length, &at));
        }
    }
    plain.end = r->length;
    return st == QIAO_OK ? take_segment(r, &plain, err) : st;
}

/* A query that is nothing but the id of a record asks for that record. */
static bool
is_id(reader *r)
{
    uint32_t docid;
    char id[QIAO_ID_MAX + 1];

    if (r->length > QIAO_ID_MAX || find_space(r->text, r->length, 0) < r->length)
        return false;
    memcpy(id, r->text, r->length);
    id[r->length] = '\0';
    return qiao_generation_find(r->session->snapshot->generation, r->request->side, id, &docid, NULL) == QIAO_OK;
}

static void
trim(reader *r)
{
    size_t first = r->length, last = 0, at = 0;

    while (at < r->length) {
        size_t here = at;

        if (is_space(qiao_utf8_next(r->text, r->length, &at)))
            continue;
        if (first > here)
            first = here;
        last = at;
    }
    r->text += first;
    r->length = last > first ? last - first : 0;
}

qiao_status
qiaoi_search_read(qiao_session *session, const qiao_search_request *request, qiaoi_search_words *words, const char **id_out, qiao_error *err)
{
    reader r = {.session = session,
                .request = request,
                .analyzer = qiao_matcher_analyzer(session->matcher),
                .text = request->query != NULL ? request->query : "",
                .length = request->query != NULL ? request->query_length : 0,
                .words = words};
    qiao_status st;

    if (r.length > QIAOI_QUERY_BYTES_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "a query of %zu bytes is longer than %u", r.length, QIAOI_QUERY_BYTES_MAX);
    trim(&r);
    words->blank = r.length == 0;
    words->items = qiao_arena_alloc(session->arena, QIAO_FULLTEXT_WORDS_MAX * sizeof *words->items);
    if (words->items == NULL)
        return qiao_fail_memory(err);
    if (r.length > 0 && is_id(&r)) {
        *id_out = qiao_arena_strndup(session->arena, r.text, r.length);
        return *id_out == NULL ? qiao_fail_memory(err) : QIAO_OK;
    }
    r.language = qiao_language_of(r.text, r.length);
    if (strcmp(r.language, "und") == 0)
        r.language = NULL;
    st = read_query(&r, err);
    if (st == QIAO_OK && words->count > 0)
        st = read_other_languages(&r, err);
    *id_out = r.id;
    return st;
}
