/*
 * From the text of a query to words with alternatives.
 *
 * A query is short and mixes languages, so each word is looked up in every form under which the index may hold it: as the analyzer reads it; as
 * German, French or Japanese text would have been read; by its parts, where a compound is written apart elsewhere; and by its translations: into
 * English, from English into Chinese, and by way of English to Chinese words that mean the same. (German, French and Japanese records without
 * English text carry English words in the index.) Relies on the same analyzer as the index, so forms agree.
 */
#include "session/search_internal.h"

#include "fulltext/document.h"
#include "match/boilerplate.h"

#include <math.h>
#include <string.h>

/* Weights of alternatives beside the word itself, which has 1. Chosen by reading answers over real records. */
#define WEIGHT_OTHER_READING 0.9
#define WEIGHT_STEM 0.8
#define WEIGHT_PARTS 0.8
#define WEIGHT_TRANSLATION 0.9
#define WEIGHT_BRIDGED 0.35
#define TRANSLATIONS_MAX 8u
#define LOOKED_AT 48u
#define BRIDGES 3u        /* English translations that are followed on into other languages */
#define BRIDGED_EACH 6u
#define SHARE_MIN 0.03    /* of the best translation's share */
#define FORM_MAX 512u
#define WEIGHT_MINOR 0.3
#define TOGETHER_SPARE 0.55   /* less than the share of a word of a meaning of three, 0.577 */
#define TOGETHER_OF_TOP 0.3   /* and of the best translation: what is far less likely says little by itself */
#define FAR_COMMONER 10u      /* another language's reading counts where its translation is so much commoner */

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
add_alternative(reader *r, qiaoi_search_word *word, const char *form, size_t length, double weight, qiao_error *err)
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
        (qiao_fulltext_alternative){.form = copy, .length = (uint32_t)length, .weight = word->minor ? weight * WEIGHT_MINOR : weight};
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

        st = failed ? qiao_fail_memory(err) : add_alternative(r, word, stem, n, weight, err);
    }
    return st;
}

/* Translations that some document has, those most likely to be of use first: by share, and by how common they are. Returns how many. */
static size_t
find_translations(const reader *r, uint32_t entry, const char *form, size_t length, bool into_english, qiao_translation *out, size_t capacity)
{
    const qiao_lexicon *lexicon = qiao_generation_lexicon(r->session->snapshot->generation);
    qiao_translation found[LOOKED_AT];
    size_t n = qiao_lexicon_translations(lexicon, entry, form, length, found, LOOKED_AT), kept = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t documents = found[i].documents[0] + found[i].documents[1];
        size_t at;

        if (documents == 0)
            continue;
        if (!into_english)
            found[i].share *= sqrt(log(2.0 + (double)documents));
        for (at = kept < capacity ? kept++ : capacity; at > 0 && out[at - 1].share < found[i].share; at--)
            if (at < capacity)
                out[at] = out[at - 1];
        if (at < capacity)
            out[at] = found[i];
    }
    return kept;
}

/* From an English translation on into other words of the query's language: what means the same. */
static qiao_status
add_bridged(reader *r, qiaoi_search_word *word, const char *english, double weight, qiao_error *err)
{
    qiao_translation found[BRIDGED_EACH];
    size_t n = find_translations(r, 0, english, strlen(english), false, found, BRIDGED_EACH);
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++)
        st = add_alternative(r, word, found[i].text, strlen(found[i].text), weight * found[i].share / found[0].share, err);
    return st;
}

/* Out of English each word is a translation by itself. */
static qiao_status
add_out_of_english(reader *r, qiaoi_search_word *word, const qiao_translation *found, size_t n, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++)
        st = add_alternative(r, word, found[i].text, strlen(found[i].text), WEIGHT_TRANSLATION * sqrt(found[i].share / found[0].share), err);
    return st;
}

/*
 * How much of the translations a document must have. The lexicon gives each word of a meaning of n words the meaning's share / sqrt(n). So shares
 * add up to 1 where every meaning is one word, any of which will do; to sqrt(2) where all are of two, and to more with more: then one word less
 * than a whole meaning is not enough.
 */
static double
least_share(double sum, double top)
{
    double several = (sum - 1) / (sqrt(2) - 1);
    double least = (sum - TOGETHER_SPARE) * (several < 0 ? 0 : several > 1 ? 1 : several);

    return least < TOGETHER_OF_TOP * top ? TOGETHER_OF_TOP * top : least;
}

/* Into English the words of one meaning add up; and from there on into the other languages. */
static qiao_status
add_into_english(reader *r, qiaoi_search_word *word, const qiao_translation *found, size_t n, qiao_error *err)
{
    double sum = 0;
    qiao_status st = QIAO_OK;

    for (size_t i = 0; i < n && st == QIAO_OK; i++) {
        size_t before = word->count;

        st = add_alternative(r, word, found[i].text, strlen(found[i].text), WEIGHT_TRANSLATION * sqrt(found[i].share), err);
        if (word->count > before) {
            word->alternatives[before].together = true;
            word->alternatives[before].share = found[i].share;
        }
        sum += found[i].share;
    }
    if (n > 0)
        word->together_least = least_share(sum, found[0].share);
    /* only from a word that means the whole: "robot" leads on from 机器人, "state" does not from 固态电池 */
    for (size_t i = 0; i < n && i < BRIDGES && found[i].share >= word->together_least && st == QIAO_OK; i++)
        st = add_bridged(r, word, found[i].text, WEIGHT_BRIDGED * sqrt(found[i].share), err);
    return st;
}

static qiao_status
add_translations(reader *r, qiaoi_search_word *word, const qiao_translation *found, size_t n, bool into_english, qiao_error *err)
{
    while (n > 0 && found[n - 1].share < SHARE_MIN * found[0].share)
        n--;
    for (size_t i = 0; i < n && word->translation_count < sizeof word->translations / sizeof word->translations[0]; i++)
        word->translations[word->translation_count++] = found[i].text;
    return into_english ? add_into_english(r, word, found, n, err) : add_out_of_english(r, word, found, n, err);
}

static qiao_status
translate_token(reader *r, qiaoi_search_word *word, const qiao_token *token, qiao_error *err)
{
    qiao_translation found[TRANSLATIONS_MAX];
    size_t n = find_translations(r, token->entry, token->form, token->form_length, token->entry != 0, found, TRANSLATIONS_MAX);

    return add_translations(r, word, found, n, token->entry != 0, err);
}

/*
 * A word that another language's dictionary knows too. "neural" is German as well, but it is an English word of the catalogue; "Batterie" is not,
 * and what it means in English is far commoner.
 */
static qiao_status
translate_reading(reader *r, qiaoi_search_word *word, const qiao_token *token, qiao_error *err)
{
    qiao_translation found[TRANSLATIONS_MAX];
    size_t n = find_translations(r, token->entry, token->form, token->form_length, true, found, TRANSLATIONS_MAX);
    uint32_t own = qiao_fulltext_frequency(r->session->fulltext, word->alternatives[0].form, word->alternatives[0].length);

    if (n == 0 || (found[0].documents[0] + found[0].documents[1]) / FAR_COMMONER < own)
        return QIAO_OK;
    word->translation_count = 0;
    return add_translations(r, word, found, n, true, err);
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
    return add_alternative(r, word, form, used, WEIGHT_PARTS, err);
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
    qiao_status st = add_alternative(r, &word, token->form, token->form_length, 1, err);

    if (st == QIAO_OK)
        st = add_parts(r, &word, token + 1, parts, err);
    if (st == QIAO_OK && token->script == QIAO_SCRIPT_LATIN)
        st = add_stems(r, &word, token->form, token->form_length, WEIGHT_STEM, err);
    if (st == QIAO_OK && !r->request->no_translation)
        st = translate_token(r, &word, token, err);
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
        st = add_alternative(r, word, token->form, token->form_length, WEIGHT_OTHER_READING, err);
        if (st == QIAO_OK && token->script == QIAO_SCRIPT_LATIN)
            st = add_stems(r, word, token->form, token->form_length, WEIGHT_STEM, err);
        if (st == QIAO_OK && token->entry != 0 && word->together_least <= 0 && !r->request->no_translation)
            st = translate_reading(r, word, token, err);
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
