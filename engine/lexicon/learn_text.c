/*
 * A text to sentences of word numbers, by the analyzer that also reads needs and projects: what is learned is keyed by
 * exactly the words and stems that matching uses.
 */
#include "lexicon/learn_internal.h"

#include <string.h>

/* ---- stem numbers ---- */

qiao_status
qiaoi_stem_numbers_init(qiaoi_stem_numbers *numbers, const qiao_lexicon *base, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    memset(numbers, 0, sizeof *numbers);
    numbers->of_string = qiao_alloc((base->strings_size + 1) * sizeof *numbers->of_string);
    if (numbers->of_string == NULL)
        return qiao_fail_memory(err);
    for (uint64_t at = 0; st == QIAO_OK && at < base->strings_size;) {
        size_t length = strlen(base->strings + at);

        if (length > 0)
            st = qiaoi_key_set_add(&numbers->known, QIAOI_ZH, base->strings + at, length, &numbers->of_string[at], err);
        at += length + 1;
    }
    if (st != QIAO_OK)
        qiaoi_stem_numbers_done(numbers);
    return st;
}

void
qiaoi_stem_numbers_done(qiaoi_stem_numbers *numbers)
{
    qiaoi_key_set_done(&numbers->known);
    qiao_free(numbers->of_string);
    memset(numbers, 0, sizeof *numbers);
}

static bool
find_stem(const qiaoi_key_set *set, const char *stem, size_t length, uint32_t *out)
{
    uint64_t mask = set->hash_size - 1;

    if (set->hash_size == 0)
        return false;
    for (uint64_t i = qiao_hash64(stem, length, QIAOI_ZH) & mask; set->hash[i] != 0; i = (i + 1) & mask) {
        const qiaoi_entry *entry = &set->entries[set->hash[i] - 1];

        if (entry->key_length == length && memcmp(set->keys.data + entry->key, stem, length) == 0) {
            *out = set->hash[i] - 1;
            return true;
        }
    }
    return false;
}

static qiao_status
number_of_stem(qiaoi_reader *reader, const char *stem, size_t length, uint32_t *out, qiao_error *err)
{
    const qiaoi_key_set *known = &reader->numbers->known;
    qiao_status st;

    if (find_stem(known, stem, length, out))
        return QIAO_OK;
    st = qiaoi_key_set_add(&reader->added, QIAOI_ZH, stem, length, out, err);
    if (st == QIAO_OK)
        *out += known->count;
    return st;
}

/* ---- reader ---- */

qiao_status
qiaoi_reader_init(qiaoi_reader *reader, const qiao_lexicon *lexicon, const qiaoi_stem_numbers *numbers, qiao_error *err)
{
    memset(reader, 0, sizeof *reader);
    reader->lexicon = lexicon;
    reader->numbers = numbers;
    return qiao_analyzer_new(lexicon, &reader->analyzer, err);
}

void
qiaoi_reader_done(qiaoi_reader *reader)
{
    qiao_analyzer_free(reader->analyzer);
    qiaoi_key_set_done(&reader->added);
    memset(reader, 0, sizeof *reader);
}

void
qiaoi_sentences_done(qiaoi_sentences *sentences)
{
    qiao_buffer_done(&sentences->words);
    qiao_buffer_done(&sentences->items);
}

/* ---- ends of sentences ---- */

/* Words after which a full stop ends nothing: "et al.", "Fig. 3"; and single letters ("e.g.", initials). */
static bool
abbreviation(const char *word, size_t length)
{
    static const char *const list[] = {"al",  "approx", "cf", "co",  "corp", "dr",  "eq",   "eqs", "fig", "figs",
                                       "inc", "ltd",    "mr", "mrs", "prof", "ref", "resp", "sec", "vs"};

    if (length == 1)
        return true;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t n = strlen(list[i]), k = 0;

        while (k < n && n == length && (word[k] | 0x20) == list[i][k])
            k++;
        if (k == n && n == length)
            return true;
    }
    return false;
}

static bool
space_or_closing(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' || c == '\'' || c == ')' || c == ']' ||
           (unsigned char)c >= 0x80u;
}

/* A line break followed by an empty line or by the mark of a list item */
static bool
paragraph_break(const char *gap, size_t length)
{
    static const char *const marks[] = {
        "-", "*", "\xC2\xB7", "\xE2\x80\xA2", "\xE2\x97\x8F", "\xE2\x80\x93", "\xEF\xBC\x88", "("};
    size_t at = 0;

    while (at < length && (gap[at] == ' ' || gap[at] == '\t' || gap[at] == '\r'))
        at++;
    if (at == length)
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (length - at >= strlen(marks[i]) && memcmp(gap + at, marks[i], strlen(marks[i])) == 0)
            return true;
    return gap[at] == '\n';
}

/* Is there the end of a sentence in what stands between two words? */
static bool
ends_sentence(const char *gap, size_t length, bool chinese, bool after_abbreviation)
{
    size_t at = 0;

    while (at < length) {
        size_t start = at;
        uint32_t c = qiao_utf8_next(gap, length, &at);
        bool followed = at < length && space_or_closing(gap[at]);

        if (c == 0x3002u || c == 0xFF01u || c == 0xFF1Fu || c == 0xFF1Bu || c == 0xFF61u) /* 。！？； */
            return true;
        if ((c == '!' || c == '?' || c == ';') && (followed || chinese))
            return true;
        if (c == '.' && followed && !(start == 0 && after_abbreviation))
            return true;
        if (c == '\n' && paragraph_break(gap + at, length - at))
            return true;
    }
    return false;
}

static uint32_t
count_characters(const char *text, size_t length)
{
    uint32_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0u) != 0x80u;
    return count;
}

/* ---- words ---- */

typedef struct walk {
    qiaoi_reader *reader;
    qiaoi_sentences *out;
    const char *text;
    bool chinese;
    size_t first;        /* of the sentence being read */
    uint32_t start, end; /* bytes from its first word to its last */
    uint32_t position;   /* of the last word */
    bool words;          /* the sentence has a word, not only gaps */
} walk;

static void
append(walk *w, uint32_t word, bool is_word)
{
    qiao_buffer_append(&w->out->words, &word, sizeof word);
    w->words = w->words || is_word;
}

static void
end_sentence(walk *w)
{
    size_t count = w->out->words.length / sizeof(uint32_t) - w->first;
    qiaoi_sentence sentence = {w->first, (uint32_t)count, count_characters(w->text + w->start, w->end - w->start)};

    if (w->words)
        qiao_buffer_append(&w->out->items, &sentence, sizeof sentence);
    w->first += count;
    w->words = false;
}

static qiao_status
take_chinese(walk *w, const qiao_token *token, qiao_error *err)
{
    bool neighbour = token->position == w->position + 1 && w->out->words.length / sizeof(uint32_t) > w->first;
    uint32_t stem = 0;
    qiao_status st;

    if (token->script == QIAO_SCRIPT_HAN && token->entry != 0) {
        if (!neighbour)
            append(w, 0, false);
        append(w, token->entry, true);
        return QIAO_OK;
    }
    append(w, 0, false);
    if (token->script != QIAO_SCRIPT_LATIN || token->stop_word || w->reader->numbers == NULL)
        return QIAO_OK;
    st = number_of_stem(w->reader, token->form, token->form_length, &stem, err);
    append(w, QIAOI_LATIN_WORD | stem, true);
    append(w, 0, false);
    return st;
}

static qiao_status
take_english(walk *w, const qiao_token *token, qiao_error *err)
{
    uint32_t stem = 0;
    qiao_status st;

    if (token->script != QIAO_SCRIPT_LATIN || token->stop_word)
        return QIAO_OK;
    st = number_of_stem(w->reader, token->form, token->form_length, &stem, err);
    append(w, stem, true);
    return st;
}

static qiao_status
read_text(walk *w, size_t length, qiao_error *err)
{
    const qiao_token *tokens = NULL;
    size_t count = 0;
    qiao_status st =
        qiao_analyze(w->reader->analyzer, w->text, length, w->chinese ? "zh" : "en", false, &tokens, &count, err);

    w->first = w->out->words.length / sizeof(uint32_t);
    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        const qiao_token *token = &tokens[i];

        if (i > 0 &&
            ends_sentence(w->text + w->end, token->start - w->end, w->chinese,
                          !w->chinese && abbreviation(w->text + tokens[i - 1].start, w->end - tokens[i - 1].start)))
            end_sentence(w);
        if (w->out->words.length / sizeof(uint32_t) == w->first)
            w->start = token->start;
        st = w->chinese ? take_chinese(w, token, err) : take_english(w, token, err);
        w->end = token->end;
        w->position = token->position;
    }
    end_sentence(w);
    if (st == QIAO_OK && (w->out->words.failed || w->out->items.failed))
        st = qiao_fail_memory(err);
    return st;
}

qiao_status
qiaoi_read_chinese(qiaoi_reader *reader, const char *text, size_t length, qiaoi_sentences *out, qiao_error *err)
{
    walk w = {.reader = reader, .out = out, .text = text, .chinese = true};

    return read_text(&w, length, err);
}

qiao_status
qiaoi_read_english(qiaoi_reader *reader, const char *text, size_t length, qiaoi_sentences *out, qiao_error *err)
{
    walk w = {.reader = reader, .out = out, .text = text, .chinese = false};

    return read_text(&w, length, err);
}
