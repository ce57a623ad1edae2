/*
 * From the text of a query to words with alternatives.
 *
 * A query is short and mixes languages, so each word is looked up in every form under which the index may hold it: as the analyzer reads it; as
 * German, French or Japanese text would have been read; by its parts, where a compound is written apart elsewhere; and by its translations, from
 * its own language into English and from English on into the others. Relies on the same analyzer as the index, so forms agree.
 */
#include "session/search_internal.h"

#include "fulltext/document.h"

#include <string.h>

/* Weights of alternatives beside the word itself, which has 1. Chosen by reading answers over real records. */
#define WEIGHT_OTHER_READING 0.9
#define WEIGHT_STEM 0.8
#define WEIGHT_PARTS 0.8
#define WEIGHT_TRANSLATION 0.9
#define WEIGHT_BRIDGED 0.35
#define TRANSLATIONS_MAX 8u
#define BRIDGES 3u        /* English translations that are followed on into other languages */
#define BRIDGED_EACH 6u
#define SHARE_MIN 0.03    /* of the best translation's share */
#define FORM_MAX 512u
#define GROUP_TRANSLATIONS 1u

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

/* ---- alternatives ---- */

static qiao_status
add_alternative(reader *r, qiaoi_search_word *word, const char *form, size_t length, double weight, uint32_t group, qiao_error *err)
{
    const char *copy;

    if (length == 0 || word->count == QIAOI_ALTERNATIVES_MAX)
        return QIAO_OK;
    for (size_t i = 0; i < word->count; i++)
        if (word->alternatives[i].length == length && memcmp(word->alternatives[i].form, form, length) == 0)
            return QIAO_OK;
    copy = qiao_arena_strndup(r->session->arena, form, length);
    if (copy == NULL)
        return qiao_fail_memory(err);
    word->alternatives[word->count++] =
        (qiao_fulltext_alternative){.form = copy, .length = (uint32_t)length, .group = group, .weight = weight};
    return QIAO_OK;
}

/* The stems under which German and French texts hold a word. */
static qiao_status
add_stems(reader *r, qiaoi_search_word *word, const char *form, size_t length, double weight, qiao_error *err)
{
    qiao_stemmer *const stemmers[] = {r->session->german, r->session->french};
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < 2 && st == QIAO_OK; i++) {
        char stem[QIAOI_STEM_ROOM];
        bool failed = false;
        size_t n = qiaoi_marked_stem(stemmers[i], form, length, stem, &failed);

        st = failed ? qiao_fail_memory(err) : add_alternative(r, word, stem, n, weight, 0, err);
    }
    return st;
}

static bool
is_latin(const char *form, size_t length)
{
    size_t at = 0;

    return length > 0 && qiao_script_of(qiao_utf8_next(form, length, &at)) == QIAO_SCRIPT_LATIN;
}

/* A dictionary word of another language, reached from English: Chinese and Japanese as it stands, German and French by stem as well. */
static qiao_status
add_foreign(reader *r, qiaoi_search_word *word, const qiao_translation *t, double weight, uint32_t group, qiao_error *err)
{
    size_t length = strlen(t->text);
    qiao_status st = add_alternative(r, word, t->text, length, weight, group, err);

    if (st == QIAO_OK && is_latin(t->text, length))
        st = add_stems(r, word, t->text, length, weight, err);
    return st;
}

/* From an English translation on into the other languages, so that a Chinese query finds German or Japanese records too. */
static qiao_status
add_bridged(reader *r, qiaoi_search_word *word, const char *english, double weight, qiao_error *err)
{
    const qiao_lexicon *lexicon = qiao_generation_lexicon(r->session->snapshot->generation);
    qiao_translation found[BRIDGED_EACH];
    size_t n = qiao_lexicon_translations(lexicon, 0, english, strlen(english), found, BRIDGED_EACH);
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++)
        st = add_foreign(r, word, &found[i], weight * found[i].share / found[0].share, 0, err);
    return st;
}

static qiao_status
add_translations(reader *r, qiaoi_search_word *word, uint32_t entry, const char *form, size_t length, qiao_error *err)
{
    const qiao_lexicon *lexicon = qiao_generation_lexicon(r->session->snapshot->generation);
    qiao_translation found[TRANSLATIONS_MAX];
    size_t n = qiao_lexicon_translations(lexicon, entry, form, length, found, TRANSLATIONS_MAX);
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++) {
        double weight = WEIGHT_TRANSLATION * found[i].share / found[0].share;

        if (found[i].share < SHARE_MIN * found[0].share)
            break;
        /* into English: the words of one meaning add up; out of English: each word is a translation by itself */
        st = add_foreign(r, word, &found[i], weight, entry != 0 ? GROUP_TRANSLATIONS : 0, err);
        if (word->translation_count < sizeof word->translations / sizeof word->translations[0])
            word->translations[word->translation_count++] = found[i].text;
    }
    for (size_t i = 0; entry != 0 && i < n && i < BRIDGES && st == QIAO_OK; i++)
        st = add_bridged(r, word, found[i].text, WEIGHT_BRIDGED * found[i].share / found[0].share, err);
    return st;
}

/* ---- words ---- */

/* The parts that follow a word, as one form "part part". */
static qiao_status
add_parts(reader *r, qiaoi_search_word *word, const qiao_token *parts, size_t count, qiao_error *err)
{
    char form[FORM_MAX];
    size_t used = 0;

    if (count < 2)
        return QIAO_OK;
    for (size_t i = 0; i < count; i++) {
        if (used + parts[i].form_length + 1 > sizeof form)
            return QIAO_OK;
        if (i > 0)
            form[used++] = ' ';
        memcpy(form + used, parts[i].form, parts[i].form_length);
        used += parts[i].form_length;
    }
    return add_alternative(r, word, form, used, WEIGHT_PARTS, 0, err);
}

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

static qiao_status
read_word(reader *r, const segment *s, const qiao_token *token, size_t parts, qiao_error *err)
{
    qiaoi_search_word word = {.text = r->text + s->start + token->start,
                              .length = token->end - token->start,
                              .position = (uint32_t)(s->start + token->start),
                              .quoted = s->quoted,
                              .fields = s->fields};
    qiao_status st = add_alternative(r, &word, token->form, token->form_length, 1, 0, err);

    if (st == QIAO_OK)
        st = add_parts(r, &word, token + 1, parts, err);
    if (st == QIAO_OK && token->script == QIAO_SCRIPT_LATIN)
        st = add_stems(r, &word, token->form, token->form_length, WEIGHT_STEM, err);
    if (st == QIAO_OK && !r->request->no_translation)
        st = add_translations(r, &word, token->entry, token->form, token->form_length, err);
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
        if (!tokens[i].sub_word && !tokens[i].stop_word && tokens[i].form_length > 0)
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
        st = add_alternative(r, word, token->form, token->form_length, WEIGHT_OTHER_READING, 0, err);
        if (st == QIAO_OK && token->script == QIAO_SCRIPT_LATIN)
            st = add_stems(r, word, token->form, token->form_length, WEIGHT_STEM, err);
        if (st == QIAO_OK && token->entry != 0 && word->translation_count == 0 && !r->request->no_translation)
            st = add_translations(r, word, token->entry, token->form, token->form_length, err);
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
    while (r->length > 0) {
        size_t at = 0;

        if (!is_space(qiao_utf8_next(r->text, r->length, &at)))
            break;
        r->text += at;
        r->length -= at;
    }
    while (r->length > 0 && is_space((unsigned char)r->text[r->length - 1]))
        r->length--;
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
