/*
 * Text to tokens: walks the characters, gathers runs of one kind (Latin words, Han or Japanese runs, others) and hands
 * each to its reader. Relies on segment.c for runs without spaces, on compound.c for German compounds and on the
 * stemmers of engine/text.
 */
#include "qiao/analyzer.h"

#include "lexicon/compound.h"
#include "lexicon/known_words.h"
#include "lexicon/segment.h"
#include "qiao/memory.h"
#include "text/normal.h"

#include <string.h>

#define WORD_CHARACTERS_MAX 64u
#define WORD_BYTES (WORD_CHARACTERS_MAX * 4u)

/* An English word of which the token is made and the stem is not known yet. */
typedef struct waiting_word {
    size_t token;
    qiaoi_known_key key;
} waiting_word;

#define WAITING_MAX 16u

typedef enum run_kind { RUN_NONE, RUN_LATIN, RUN_IDEOGRAPHS, RUN_LETTERS } run_kind;

struct qiao_analyzer {
    const qiao_lexicon *lexicon;
    qiao_stemmer *english, *german, *french;
    qiao_token *tokens;
    size_t count, capacity;
    qiao_arena *forms;
    qiaoi_known_words known;
    waiting_word waiting[WAITING_MAX];
    size_t waiting_count;
    qiaoi_run run;
    uint32_t offsets[QIAOI_RUN_MAX + 1]; /* source offset of each character of the run; [count] = its end */
    qiaoi_piece pieces[QIAOI_RUN_MAX], parts[QIAOI_RUN_MAX];
    /* state of the text being read */
    const uint16_t *normal;
    char language[4];                  /* primary subtag, "" where it is longer */
    qiaoi_lexicon_language ideographs; /* lexicon language of Han runs */
    bool sub_words, out_of_memory;
    uint32_t position;
};

qiao_status
qiao_analyzer_new(const qiao_lexicon *lexicon, qiao_analyzer **out, qiao_error *err)
{
    qiao_analyzer *analyzer = qiao_calloc(1, sizeof *analyzer);
    qiao_status st;

    *out = NULL;
    if (analyzer == NULL)
        return qiao_fail_memory(err);
    analyzer->lexicon = lexicon;
    analyzer->forms = qiao_arena_new(1u << 16);
    st = analyzer->forms == NULL ? qiao_fail_memory(err) : QIAO_OK;
    if (st == QIAO_OK)
        st = qiaoi_known_words_init(&analyzer->known, err);
    if (st == QIAO_OK)
        st = qiao_stemmer_new("en", &analyzer->english, err);
    if (st == QIAO_OK)
        st = qiao_stemmer_new("de", &analyzer->german, err);
    if (st == QIAO_OK)
        st = qiao_stemmer_new("fr", &analyzer->french, err);
    if (st != QIAO_OK) {
        qiao_analyzer_free(analyzer);
        return st;
    }
    *out = analyzer;
    return QIAO_OK;
}

void
qiao_analyzer_free(qiao_analyzer *analyzer)
{
    if (analyzer == NULL)
        return;
    qiao_stemmer_free(analyzer->english);
    qiao_stemmer_free(analyzer->german);
    qiao_stemmer_free(analyzer->french);
    qiaoi_known_words_done(&analyzer->known);
    qiao_arena_free(analyzer->forms);
    qiao_free(analyzer->tokens);
    qiao_free(analyzer);
}

/* A token whose form stays until the next text; NULL (and out_of_memory) when there is no room. */
static qiao_token *
add_kept_token(qiao_analyzer *a, uint32_t start, uint32_t end, const char *form, size_t length, qiao_script script)
{
    qiao_token *token;

    if (a->count == a->capacity) {
        size_t capacity = a->capacity == 0 ? 1024 : a->capacity * 2;
        qiao_token *grown = qiao_realloc_array(a->tokens, capacity, sizeof *grown);

        if (grown == NULL) {
            a->out_of_memory = true;
            return NULL;
        }
        a->tokens = grown;
        a->capacity = capacity;
    }
    token = &a->tokens[a->count++];
    *token = (qiao_token){.start = start,
                          .end = end,
                          .form = form,
                          .form_length = (uint16_t)length,
                          .script = (uint8_t)script,
                          .position = a->position};
    return token;
}

/* With its form copied. */
static qiao_token *
add_token(qiao_analyzer *a, uint32_t start, uint32_t end, const char *form, size_t length, qiao_script script)
{
    const char *copy = qiao_arena_strndup(a->forms, form, length);

    if (copy == NULL) {
        a->out_of_memory = true;
        return NULL;
    }
    return add_kept_token(a, start, end, copy, length, script);
}

static void
set_language(qiao_token *token, const char *language)
{
    token->language[0] = language[0];
    token->language[1] = language[0] == '\0' ? '\0' : language[1];
    token->language[2] = '\0';
}

/* ---- Latin words ---- */

static void
set_known(qiao_token *token, qiaoi_known_word *known)
{
    token->form = known->stem;
    token->form_length = known->stem_length;
    token->stop_word = known->stop_word;
    token->note = &known->note;
    __builtin_prefetch(known->stem);
}

/* A word that is read for the first time, or too long to be remembered: key NULL. */
static void
set_new(qiao_analyzer *a, qiao_token *token, const char *word, size_t length, const qiaoi_known_key *key)
{
    char plain[WORD_BYTES + 1];
    size_t n = qiaoi_fold_latin(word, length, plain, sizeof plain), stem_length = 0;
    const char *stem = qiao_stem(a->english, plain, n, &stem_length);
    bool stop_word = stem != NULL && qiao_stop_word(plain, n);
    qiaoi_known_word *known =
        stem == NULL || key == NULL ? NULL : qiaoi_known_words_add(&a->known, key, stem, stem_length, stop_word);

    if (known != NULL) {
        set_known(token, known);
        return;
    }
    token->form = stem == NULL ? NULL : qiao_arena_strndup(a->forms, stem, stem_length);
    token->form_length = (uint16_t)stem_length;
    token->stop_word = stop_word;
    a->out_of_memory = a->out_of_memory || token->form == NULL;
}

/* Looking words up is mostly waiting for memory: some are asked for before the first of them is used. */
static void
end_waiting(qiao_analyzer *a)
{
    for (size_t i = 0; i < a->waiting_count; i++) {
        const qiaoi_known_key *key = &a->waiting[i].key;
        qiaoi_known_word *known = qiaoi_known_words_find(&a->known, key);
        qiao_token *token = &a->tokens[a->waiting[i].token];

        if (known != NULL)
            set_known(token, known);
        else
            set_new(a, token, qiaoi_known_key_word(key), qiaoi_known_key_length(key), key);
    }
    a->waiting_count = 0;
}

static void
add_english(qiao_analyzer *a, uint32_t start, uint32_t end, const char *word, size_t length)
{
    qiao_token *token = add_kept_token(a, start, end, NULL, 0, QIAO_SCRIPT_LATIN);

    if (token == NULL)
        return;
    set_language(token, "en");
    if (length == 0 || length > QIAOI_KNOWN_WORD_BYTES) {
        set_new(a, token, word, length, NULL);
        return;
    }
    a->waiting[a->waiting_count++] = (waiting_word){a->count - 1, qiaoi_known_words_ahead(&a->known, word, length)};
    if (a->waiting_count == WAITING_MAX)
        end_waiting(a);
}

static void
add_compound_parts(qiao_analyzer *a, uint32_t start, uint32_t end, const char *word, size_t length)
{
    qiaoi_compound_part parts[QIAOI_COMPOUND_PARTS_MAX];
    size_t n = qiaoi_split_compound(a->lexicon, a->german, word, length, parts);

    for (size_t i = 0; i < n; i++) {
        qiao_token *token = add_token(a, start, end, word + parts[i].start, parts[i].length, QIAO_SCRIPT_LATIN);

        if (token == NULL)
            return;
        token->entry = parts[i].entry;
        token->sub_word = true;
        set_language(token, "de");
    }
}

/*
 * A word that no dictionary has, in plain letters and stemmed as English: technical words and names are mostly the same
 * in both languages (électrolyte, Polymer, Siemens).
 */
static void
add_cognate(qiao_analyzer *a, uint32_t start, uint32_t end, const char *word, size_t length)
{
    char plain[WORD_BYTES + 8];
    size_t n = qiaoi_fold_latin(word, length, plain, sizeof plain), stem_length = 0;
    const char *stem;
    qiao_token *token;

    if (strcmp(a->language, "fr") == 0)
        n = qiaoi_french_cognate(plain, n, sizeof plain);
    stem = qiao_stem(a->english, plain, n, &stem_length);
    token = stem == NULL ? NULL : add_token(a, start, end, stem, stem_length, QIAO_SCRIPT_LATIN);

    if (token == NULL)
        a->out_of_memory = true;
    else
        set_language(token, a->language);
}

/* A German or French word: by itself, then by its stem; a German one that is unknown is split into its parts; else it
 * stands for itself. */
static void
add_foreign(qiao_analyzer *a, uint32_t start, uint32_t end, const char *word, size_t length)
{
    bool german = a->language[0] == 'd';
    qiaoi_lexicon_language language = german ? QIAOI_DE : QIAOI_FR;
    uint32_t entry = qiaoi_find_inflected(a->lexicon, language, german ? a->german : a->french, word, length);
    size_t before = a->count;
    qiao_token *token = add_token(a, start, end, word, length, QIAO_SCRIPT_LATIN);

    if (token == NULL)
        return;
    token->entry = entry;
    token->stop_word = qiao_foreign_stop_word(a->language, word, length);
    set_language(token, a->language);
    if (entry != 0 || token->stop_word)
        return;
    if (german)
        add_compound_parts(a, start, end, word, length);
    if (a->count == before + 1) {
        a->count = before;
        add_cognate(a, start, end, word, length);
    }
}

static void
add_latin(qiao_analyzer *a, uint32_t start, uint32_t end, const char *word, size_t length)
{
    bool foreign = strcmp(a->language, "de") == 0 || strcmp(a->language, "fr") == 0;

    if (foreign && (word[0] < '0' || word[0] > '9'))
        add_foreign(a, start, end, word, length);
    else
        add_english(a, start, end, word, length);
    a->position++;
}

/* ---- names with a hyphen ---- */

#define NAME_PART_MAX 5u
#define NAME_SHORT_PART 2u

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool
is_name_character(char c)
{
    return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z');
}

/* A capital or a digit in it? */
static bool
is_marked(const char *text, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (is_upper(text[i]) || is_digit(text[i]))
            return true;
    return false;
}

/*
 * CAR-T, PD-L1, IL-6, X-ray, Ni-Ti: two short parts with a hyphen. One is a single character, or both have a capital or
 * a digit and one is of two characters. Their parts alone say something else (a car), so they are one word; the parts
 * follow as parts of it. Not Li-ion, which is lithium and ion. at: of the hyphen. Returns the end of the name, 0 where
 * it is none.
 */
static size_t
hyphenated_name(const char *text, size_t length, size_t begin, size_t at)
{
    size_t left = at - begin, end = at + 1, right;
    bool letter = false;

    while (end < length && end - at <= NAME_PART_MAX + 1 && is_name_character(text[end]))
        end++;
    right = end - at - 1;
    if (left == 0 || right == 0 || left > NAME_PART_MAX || right > NAME_PART_MAX ||
        (begin > 0 && text[begin - 1] == '-') ||
        (end < length &&
         (text[end] == '-' || ((unsigned char)text[end] >= 0xC3u && (unsigned char)text[end] <= 0xC9u))))
        return 0;
    for (size_t i = begin; i < end; i++) {
        if (i != at && !is_name_character(text[i]))
            return 0;
        letter = letter || (i != at && !is_digit(text[i]));
    }
    if (!letter || !is_marked(text, begin, end))
        return 0;
    if (left == 1 || right == 1)
        return end;
    return (left <= NAME_SHORT_PART || right <= NAME_SHORT_PART) && is_marked(text, begin, at) &&
                   is_marked(text, at + 1, end)
               ? end
               : 0;
}

static void
add_name_part(qiao_analyzer *a, const char *form, size_t begin, size_t end, uint32_t start)
{
    size_t before = a->count;

    add_english(a, start + (uint32_t)begin, start + (uint32_t)end, form + begin, end - begin);
    for (size_t i = before; i < a->count; i++)
        a->tokens[i].sub_word = true;
}

static void
add_name(qiao_analyzer *a, const char *text, size_t begin, size_t hyphen, size_t end)
{
    char form[2 * NAME_PART_MAX + 2], name[2 * NAME_PART_MAX + 2];
    size_t tail = hyphen - begin + 1, stem_length;
    const char *stem; /* of what follows the hyphen: T-cells is T-cell */
    qiao_token *token;

    for (size_t i = begin; i < end; i++)
        form[i - begin] = is_upper(text[i]) ? (char)(text[i] + 32) : text[i];
    form[end - begin] = '\0';
    stem = qiao_stem(a->english, form + tail, end - begin - tail, &stem_length);
    if (stem == NULL || stem_length > NAME_PART_MAX) {
        a->out_of_memory = true;
        return;
    }
    memcpy(name, form, tail);
    memcpy(name + tail, stem, stem_length);
    token = add_token(a, (uint32_t)begin, (uint32_t)end, name, tail + stem_length, QIAO_SCRIPT_LATIN);
    if (token == NULL)
        return;
    set_language(token, "en");
    if (a->sub_words) {
        add_name_part(a, form, 0, hyphen - begin, (uint32_t)begin);
        add_name_part(a, form, hyphen - begin + 1, end - begin, (uint32_t)begin);
    }
    a->position++;
}

/* ---- runs without spaces ---- */

static qiao_script
piece_script(const qiao_analyzer *a, const qiaoi_piece *piece)
{
    return qiao_script_of(a->run.characters[piece->first]);
}

static void
add_piece(qiao_analyzer *a, const qiaoi_piece *piece, bool sub_word)
{
    const char *form = a->run.bytes + a->run.starts[piece->first];
    size_t length = a->run.starts[piece->end] - a->run.starts[piece->first];
    qiao_token *token =
        add_token(a, a->offsets[piece->first], a->offsets[piece->end], form, length, piece_script(a, piece));

    if (token == NULL)
        return;
    token->entry = piece->entry;
    token->sub_word = sub_word;
    set_language(token, a->ideographs == QIAOI_JA ? "ja" : "zh");
}

static void
add_ideographs(qiao_analyzer *a)
{
    size_t n;

    if (a->run.count == 0)
        return;
    n = qiaoi_segment(a->lexicon, a->ideographs, &a->run, 0, a->run.count, true, a->pieces);
    for (size_t i = 0; i < n; i++) {
        const qiaoi_piece *piece = &a->pieces[i];

        add_piece(a, piece, false);
        if (a->sub_words && piece->end - piece->first >= 3) {
            size_t parts = qiaoi_segment(a->lexicon, a->ideographs, &a->run, piece->first, piece->end, false, a->parts);

            for (size_t k = 0; k < parts; k++)
                add_piece(a, &a->parts[k], true);
        }
        a->position++;
    }
    a->run.count = 0;
}

/* ---- walking the text ---- */

static run_kind
kind_of(const qiao_analyzer *a, qiao_script script)
{
    switch (script) {
    case QIAO_SCRIPT_LATIN:
    case QIAO_SCRIPT_NUMBER:
        return RUN_LATIN;
    case QIAO_SCRIPT_HAN:
        return RUN_IDEOGRAPHS;
    case QIAO_SCRIPT_KANA:
        return a->ideographs == QIAOI_JA ? RUN_IDEOGRAPHS : RUN_LETTERS;
    case QIAO_SCRIPT_HANGUL:
    case QIAO_SCRIPT_OTHER:
        return RUN_LETTERS;
    case QIAO_SCRIPT_NONE:
        break;
    }
    return RUN_NONE;
}

typedef struct word_state {
    run_kind kind;
    char bytes[WORD_BYTES + 8];
    size_t length;
    uint32_t characters;
    uint32_t start, end;
    qiao_script script;
} word_state;

static void
end_run(qiao_analyzer *a, word_state *word)
{
    if (word->kind == RUN_IDEOGRAPHS) {
        add_ideographs(a);
    } else if (word->kind == RUN_LATIN && word->length > 0) {
        add_latin(a, word->start, word->end, word->bytes, word->length);
    } else if (word->kind == RUN_LETTERS && word->length > 0) {
        qiao_token *token = add_token(a, word->start, word->end, word->bytes, word->length, word->script);

        if (token != NULL)
            set_language(token, word->script == QIAO_SCRIPT_HANGUL ? "ko"
                                : word->script == QIAO_SCRIPT_KANA ? "ja"
                                                                   : "");
        a->position++;
    }
    word->kind = RUN_NONE;
    word->length = 0;
    word->characters = 0;
}

static void
extend_ideographs(qiao_analyzer *a, uint32_t c, uint32_t start, uint32_t end)
{
    qiaoi_run *run = &a->run;

    if (run->count == QIAOI_RUN_MAX)
        add_ideographs(a);
    if (run->count == 0)
        run->starts[0] = 0;
    run->characters[run->count] = c;
    a->offsets[run->count] = start;
    run->starts[run->count + 1] =
        run->starts[run->count] + (uint32_t)qiao_utf8_put(c, run->bytes + run->starts[run->count]);
    run->count++;
    a->offsets[run->count] = end;
}

static void
extend_word(qiao_analyzer *a, word_state *word, uint32_t c, uint32_t start, uint32_t end)
{
    run_kind kind = word->kind;

    if (word->characters == WORD_CHARACTERS_MAX) {
        end_run(a, word);
        word->kind = kind;
    }
    if (word->characters == 0)
        word->start = start;
    word->length += qiao_utf8_put(c, word->bytes + word->length);
    word->characters++;
    word->end = end;
}

/* The letters and digits of ASCII that go on with a Latin word; the one before a byte that may be a combining mark is
 * left. */
static size_t
extend_latin(const qiao_analyzer *a, word_state *word, const char *text, size_t length, size_t at)
{
    while (at + 1 < length && word->characters < WORD_CHARACTERS_MAX && is_name_character(text[at]) &&
           (unsigned char)text[at + 1] < 0x80u) {
        uint16_t normal = a->normal[(unsigned char)text[at]];

        if (normal >= 0x80u || !is_name_character((char)normal))
            break;
        word->bytes[word->length++] = (char)normal;
        word->characters++;
        word->end = (uint32_t)++at;
    }
    return at;
}

static void
read_text(qiao_analyzer *a, const char *text, size_t length)
{
    word_state word = {.kind = RUN_NONE};
    size_t at = 0;

    while (at < length && !a->out_of_memory) {
        uint32_t start, normal;
        qiao_script script;
        run_kind kind;

        if (word.kind == RUN_LATIN && word.length > 0)
            at = extend_latin(a, &word, text, length, at);
        start = (uint32_t)at;
        normal = qiaoi_normal_next(a->normal, text, length, &at);
        script = qiao_script_of(normal);
        kind = kind_of(a, script);

        if (normal == 0) /* soft hyphens, zero-width characters: as if not there */
            continue;
        if (text[start] == '-' && word.kind == RUN_LATIN && word.end == start) {
            size_t end = hyphenated_name(text, length, word.start, start);

            if (end != 0) {
                add_name(a, text, word.start, start, end);
                word = (word_state){.kind = RUN_NONE};
                at = end;
                continue;
            }
        }
        if (kind != word.kind || (kind == RUN_LETTERS && script != word.script)) {
            end_run(a, &word);
            word.kind = kind;
            word.script = script;
        }
        if (kind == RUN_NONE && normal != ' ')
            a->position++;
        else if (kind == RUN_IDEOGRAPHS)
            extend_ideographs(a, normal, start, (uint32_t)at);
        else if (kind != RUN_NONE)
            extend_word(a, &word, normal, start, (uint32_t)at);
    }
    end_run(a, &word);
    end_waiting(a);
}

/* "de-AT" is German. */
static void
use_language(qiao_analyzer *a, const char *language)
{
    size_t n = strcspn(language, "-_");

    if (n >= sizeof a->language)
        n = 0;
    memcpy(a->language, language, n);
    a->language[n] = '\0';
    a->ideographs = strcmp(a->language, "ja") == 0 ? QIAOI_JA : QIAOI_ZH;
    a->normal = a->ideographs == QIAOI_JA ? a->lexicon->normal_ja : a->lexicon->normal;
}

static bool
ran_short(qiao_analyzer *a)
{
    bool english = qiao_stemmer_ran_short(a->english), german = qiao_stemmer_ran_short(a->german),
         french = qiao_stemmer_ran_short(a->french);

    return a->out_of_memory || english || german || french;
}

qiao_status
qiao_analyze(qiao_analyzer *analyzer, const char *text, size_t length, const char *language, bool sub_words,
             const qiao_token **tokens_out, size_t *count_out, qiao_error *err)
{
    if (length >= UINT32_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "a text of %zu bytes is too long", length);
    if (language == NULL || *language == '\0' || strcmp(language, "und") == 0)
        language = qiao_language_of(text, length);
    qiao_arena_reset(analyzer->forms);
    qiaoi_known_words_begin(&analyzer->known);
    analyzer->count = 0;
    analyzer->run.count = 0;
    analyzer->position = 0;
    analyzer->out_of_memory = false;
    analyzer->sub_words = sub_words;
    use_language(analyzer, language);
    read_text(analyzer, text, length);
    if (ran_short(analyzer))
        return qiao_fail_memory(err);
    *tokens_out = analyzer->tokens;
    *count_out = analyzer->count;
    return QIAO_OK;
}
