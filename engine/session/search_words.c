/*
 * From the pieces of a query (search_query.h) to its words: tokens, and the same text read as other languages would be.
 *
 * A query is short and mixes languages, so each word is looked up in every form under which the index may hold it; search_alternatives.c knows
 * them. Relies on the same analyzer as the index, so forms agree.
 */
#include "session/search_internal.h"

#include "lexicon/lexicon_internal.h"
#include "match/boilerplate.h"
#include "text/normal.h"

#include <string.h>

#define PREFIX_ROOM 512u

typedef struct segment {
    size_t start, end;
    unsigned fields;
    uint32_t run;
    bool quoted, negative;
} segment;

typedef struct reader {
    qiao_session *session;
    const qiao_search_request *request;
    const qiaoi_view *view;
    qiao_analyzer *analyzer;
    const char *text;
    size_t length;
    const char *language; /* of the whole query */
    qiaoi_search_words *words;
    const char *id;
} reader;

/* ---- words ---- */

static bool
same_word(const qiaoi_search_word *a, const qiaoi_search_word *b)
{
    return a->fields == b->fields && a->quoted == b->quoted && a->run == b->run && a->prefix == b->prefix && a->alternatives[0].length == b->alternatives[0].length &&
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
                              .negative = s->negative,
                              .run = s->run,
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

/* ---- prefixes ---- */

/* The prefix in normal form, as the index holds words; its length, 0 where nothing of it is left. */
static size_t
normal_prefix(const reader *r, size_t start, size_t end, char out[PREFIX_ROOM])
{
    const qiao_lexicon *lexicon = qiao_generation_lexicon(r->session->snapshot->generation);
    size_t used = 0;

    for (size_t at = start; at < end && used + 4 < PREFIX_ROOM;) {
        uint32_t c = qiaoi_normal_next(lexicon->normal, r->text, end, &at);

        if (c != 0)
            used += qiao_utf8_put(c, out + used);
    }
    return used;
}

/* Where the last word of a piece begins: behind its last mark. */
static size_t
last_word(const reader *r, size_t start, size_t end)
{
    size_t last = start;

    for (size_t at = start; at < end;)
        if (qiao_script_of(qiao_utf8_next(r->text, end, &at)) == QIAO_SCRIPT_NONE)
            last = at;
    return last;
}

/* "solid-stat*": words as they stand, and a last one that may go on. */
static qiao_status
read_prefix(reader *r, const segment *s, qiao_error *err)
{
    segment before = *s;
    size_t start = last_word(r, s->start, s->end), length;
    char form[PREFIX_ROOM];
    qiaoi_search_word word = {.text = r->text + start,
                              .length = s->end - start,
                              .position = (uint32_t)start,
                              .quoted = true,
                              .prefix = true,
                              .negative = s->negative,
                              .run = s->run,
                              .fields = s->fields};
    qiao_status st = QIAO_OK;

    before.end = start;
    before.quoted = true;
    if (before.end > before.start)
        st = read_segment(r, &before, err);
    length = normal_prefix(r, start, s->end, form);
    if (st == QIAO_OK && length > 0) {
        st = qiaoi_word_add_form(r->session, &word, form, length, err);
        if (st == QIAO_OK)
            word.alternatives[0].prefix = true;
        if (st == QIAO_OK)
            keep_word(r, &word);
    }
    return st;
}

/* ---- the query ---- */

/* A qiaoi_piece_reader. */
static qiao_status
read_piece(const qiaoi_piece *piece, uint32_t run, bool negative, void *context, bool *any_out, qiao_error *err)
{
    reader *r = context;
    const segment s = {.start = piece->start,
                       .end = piece->end,
                       .fields = piece->fields,
                       .run = run,
                       .quoted = piece->kind == QIAOI_PIECE_QUOTED,
                       .negative = negative};
    size_t before = r->words->count;
    qiao_status st = QIAO_OK;

    if (s.start >= s.end) {
        *any_out = false;
        return QIAO_OK;
    }
    if (piece->kind == QIAOI_PIECE_ID) {
        r->id = qiao_arena_strndup(r->session->arena, r->text + s.start, s.end - s.start);
        st = r->id == NULL ? qiao_fail_memory(err) : QIAO_OK;
    } else if (piece->kind == QIAOI_PIECE_PREFIX) {
        st = read_prefix(r, &s, err);
    } else {
        st = read_segment(r, &s, err);
    }
    *any_out = r->words->count > before;
    return st;
}

/* Without OR and NOT all is one run; parentheses only say what a field's name binds. */
static qiao_status
read_flat(reader *r, const qiaoi_pieces *pieces, qiao_error *err)
{
    unsigned fields[QIAOI_PIECES_MAX + 1] = {0};
    size_t depth = 0;
    qiao_status st = QIAO_OK;

    for (size_t i = 0; st == QIAO_OK && i < pieces->count; i++) {
        qiaoi_piece piece = pieces->items[i];
        bool any;

        piece.fields = piece.fields != 0 ? piece.fields : fields[depth];
        if (piece.kind == QIAOI_PIECE_OPEN)
            fields[++depth] = piece.fields;
        else if (piece.kind == QIAOI_PIECE_CLOSE)
            depth--;
        else if (piece.kind != QIAOI_PIECE_AND)
            st = read_piece(&piece, 0, false, r, &any, err);
    }
    return st;
}

static qiao_status
read_query(reader *r, qiao_error *err)
{
    qiaoi_pieces *pieces = qiao_arena_alloc(r->session->arena, sizeof *pieces);
    qiaoi_query_form form;

    if (pieces == NULL)
        return qiao_fail_memory(err);
    form = qiaoi_query_scan(r->text, r->length, pieces);
    r->words->exact = form != QIAOI_QUERY_PLAIN;
    if (form != QIAOI_QUERY_TREE)
        return read_flat(r, pieces, err);
    r->words->tree = qiao_arena_alloc(r->session->arena, sizeof *r->words->tree);
    return r->words->tree == NULL ? qiao_fail_memory(err) : qiaoi_query_join(pieces, read_piece, r, r->words->tree, err);
}

/* A query that is nothing but the id of a record asks for that record. */
static bool
is_id(reader *r)
{
    uint32_t docid;
    char id[QIAO_ID_MAX + 1];

    if (r->length > QIAO_ID_MAX)
        return false;
    memcpy(id, r->text, r->length);
    id[r->length] = '\0';
    return qiaoi_view_find(r->view, id) != 0 ||
           qiao_generation_find(r->session->snapshot->generation, r->request->side, id, &docid, NULL) == QIAO_OK;
}

static void
trim(reader *r)
{
    size_t first = r->length, last = 0, at = 0;

    while (at < r->length) {
        size_t here = at;

        if (qiaoi_is_space(qiao_utf8_next(r->text, r->length, &at)))
            continue;
        if (first > here)
            first = here;
        last = at;
    }
    r->text += first;
    r->length = last > first ? last - first : 0;
}

qiao_status
qiaoi_search_read(qiao_session *session, const qiaoi_view *view, const qiao_search_request *request, qiaoi_search_words *words,
                  const char **id_out, qiao_error *err)
{
    reader r = {.session = session,
                .request = request,
                .view = view,
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
