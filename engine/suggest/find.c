/* Completions: what is typed is read as a key and as pinyin, and the best entries of the ranges are merged. */
#include "suggest/suggest.h"

#include "qiao/text.h"

#include <string.h>

#define LOOKED_AT_MAX 1024u /* keys that one class of matches may look at */
#define TYPED_BYTES_MAX 400u

/* ---- what is typed ---- */

typedef struct typed {
    char key[QIAOI_KEY_BYTES_MAX];
    size_t key_length;
    qiaoi_unit units[QIAOI_UNITS_MAX];
    size_t unit_count;
    bool latin, chinese;          /* has units of either sort */
    char spaced[TYPED_BYTES_MAX]; /* the units point into it */
} typed;

/* Letters with a tone over them, and ü, as they are typed without. */
static uint32_t
without_tone(uint32_t c)
{
    static const char letters[] =
        "aaiioouuvvvvvvvv"; /* from U+01CD in pairs of case; the last four pairs are ü with tones */

    if (c >= 0x1CDu && c < 0x1CDu + sizeof letters - 1)
        return (unsigned char)letters[c - 0x1CDu];
    return c == 0xFCu || c == 0xDCu ? 'v' : c;
}

static bool
is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The text with pinyin as the keys have it. tones: a digit behind a letter is a tone, and ends a syllable. */
static size_t
plain_pinyin(const char *text, size_t length, bool tones, char *out)
{
    size_t at = 0, n = 0;
    uint32_t before = 0;

    while (at < length && n + 5 < TYPED_BYTES_MAX) {
        uint32_t c = without_tone(qiao_utf8_next(text, length, &at));

        if (tones && c >= '1' && c <= '5' && is_letter(before))
            c = ' ';
        n += qiao_utf8_put(c, out + n);
        before = c;
    }
    return n;
}

/* "gu4tai4": every digit is a tone behind a letter, and there is one. */
static bool
has_tones(const char *text, size_t length)
{
    bool found = false;

    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            continue;
        if (text[i] < '1' || text[i] > '5' || i == 0 || !is_letter((unsigned char)text[i - 1]) ||
            (i + 1 < length && text[i + 1] >= '0' && text[i + 1] <= '9'))
            return false;
        found = true;
    }
    return found;
}

static void
read_typed(const qiaoi_suggest *suggest, const qiao_lexicon *lexicon, const char *text, size_t length, typed *out)
{
    char plain[TYPED_BYTES_MAX];
    bool whole = false;
    size_t n;

    out->key_length = qiaoi_name_key(lexicon->normal, text, length, out->key, sizeof out->key);
    n = plain_pinyin(text, length, has_tones(text, length), plain);
    n = qiaoi_name_key(lexicon->normal, plain, n, out->spaced, QIAOI_KEY_BYTES_MAX);
    out->latin = out->chinese = false;
    out->unit_count = qiaoi_read_units(&suggest->readings, lexicon, out->spaced, n, out->units, &whole);
    if (!whole)
        out->unit_count = 0;
    for (size_t i = 0; i < out->unit_count; i++) {
        out->latin = out->latin || out->units[i].text != NULL;
        out->chinese = out->chinese || out->units[i].text == NULL;
    }
}

/* ---- the ranges, and the best of them ---- */

typedef struct range {
    uint32_t low, high, best, entry;
    qiaoi_suggest_list list;
    uint8_t way; /* which of search.ways it comes from */
} range;

typedef struct way {
    qiaoi_suggest_by by;
    const char *letters; /* of pinyin: to compare units; NULL = none */
    size_t length;
} way;

#define WAYS_MAX (2 + 2 * QIAOI_PINYIN_VARIANTS_MAX)

typedef struct search {
    const qiaoi_suggest *suggest;
    const qiao_lexicon *lexicon;
    const typed *asked;
    bool words_only;
    range heap[LOOKED_AT_MAX + 2 * WAYS_MAX + 2];
    size_t heap_count;
    way ways[WAYS_MAX];
    size_t way_count;
    qiaoi_suggestion *out;
    size_t count, limit;
} search;

static bool
before(const range *a, const range *b)
{
    return a->entry != b->entry ? a->entry < b->entry : a->way < b->way;
}

static void
push(search *s, qiaoi_suggest_list list, uint32_t low, uint32_t high, uint8_t from_way)
{
    size_t at = s->heap_count;
    range new = {.low = low, .high = high, .list = list, .way = from_way};

    if (low >= high || at == sizeof s->heap / sizeof *s->heap)
        return;
    new.best = qiaoi_suggest_minimum(s->suggest, list, low, high);
    new.entry = s->suggest->lists[list].keys[new.best].entry;
    s->heap_count++;
    for (; at > 0 && before(&new, &s->heap[(at - 1) / 2]); at = (at - 1) / 2)
        s->heap[at] = s->heap[(at - 1) / 2];
    s->heap[at] = new;
}

static range
pop(search *s)
{
    range top = s->heap[0], last = s->heap[--s->heap_count];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= s->heap_count)
            break;
        if (child + 1 < s->heap_count && before(&s->heap[child + 1], &s->heap[child]))
            child++;
        if (!before(&s->heap[child], &last))
            break;
        s->heap[at] = s->heap[child];
        at = child;
    }
    s->heap[at] = last;
    return top;
}

/* ---- does a pinyin match keep to the syllables and characters typed? ---- */

/* The character of a key's unit; 0 for a Latin word. */
static uint32_t
character_of_unit(const char *key, size_t length, size_t unit)
{
    size_t at = 0;

    while (at < length) {
        uint32_t c = qiao_utf8_next(key, length, &at);
        bool han = qiao_script_of(c) == QIAO_SCRIPT_HAN;

        if (c == ' ')
            continue;
        while (!han && at < length && key[at] != ' ' && (unsigned char)key[at] < 0x80u)
            at++;
        if (unit-- == 0)
            return han ? c : 0;
    }
    return 0;
}

static bool
keeps_units(const search *s, const way *how, const qiaoi_suggest_key *key)
{
    const char *bytes = s->suggest->key_bytes + key->bytes;
    char name[QIAOI_KEY_BYTES_MAX];
    const char *text = s->suggest->text + s->suggest->entries[key->entry].text;
    size_t typed_unit = 0, unit = 0, n = 0;

    for (size_t i = 0; i < how->length; i++) {
        bool starts = ((unsigned char)bytes[i] & QIAOI_UNIT_MARK) != 0;

        unit += starts;
        if (((unsigned char)how->letters[i] & QIAOI_UNIT_MARK) == 0)
            continue;
        if (!starts)
            return false;
        if (s->asked->units[typed_unit].text == NULL) {
            if (n == 0)
                n = qiaoi_name_key(s->lexicon->normal, text, strlen(text), name, sizeof name);
            if (character_of_unit(name, n, unit - 1) != s->asked->units[typed_unit].character)
                return false;
        }
        typed_unit++;
    }
    return true;
}

/* ---- one class of matches ---- */

static bool
is_new(const search *s, const qiaoi_suggest_entry *entry)
{
    for (size_t i = 0; i < s->count; i++) {
        const qiaoi_suggest_entry *other = s->out[i].entry;

        if (other == entry || (entry->group != 0 && entry->group == other->group) ||
            strcmp(s->suggest->text + entry->text, s->suggest->text + other->text) == 0)
            return false;
    }
    return true;
}

static void
take_best(search *s)
{
    for (size_t looked_at = 0; s->heap_count > 0 && s->count < s->limit && looked_at < LOOKED_AT_MAX; looked_at++) {
        range top = pop(s);
        const qiaoi_suggest_key *key = &s->suggest->lists[top.list].keys[top.best];
        const qiaoi_suggest_entry *entry = &s->suggest->entries[key->entry];
        const way *how = &s->ways[top.way];

        push(s, top.list, top.low, top.best, top.way);
        push(s, top.list, top.best + 1, top.high, top.way);
        if (is_new(s, entry) && (how->letters == NULL || keeps_units(s, how, key)))
            s->out[s->count++] = (qiaoi_suggestion){entry, how->by};
    }
}

static void
add_way(search *s, qiaoi_suggest_list list, qiaoi_suggest_by by, const char *key, size_t length, bool whole,
        bool compared)
{
    uint32_t low, high;

    if (length == 0 || s->way_count == WAYS_MAX)
        return;
    s->ways[s->way_count] = (way){by, compared ? key : NULL, length};
    for (unsigned family = 0; family < (s->words_only ? 1u : 2u); family++) {
        qiaoi_suggest_list in = list + family * QIAOI_NAMES_WHOLE;

        qiaoi_suggest_range(s->suggest, in, key, length, whole, &low, &high);
        push(s, in, low, high, (uint8_t)s->way_count);
    }
    s->way_count++;
}

static void
begin_class(search *s)
{
    s->heap_count = s->way_count = 0;
}

size_t
qiaoi_suggest_find(const qiaoi_suggest *suggest, const qiao_lexicon *lexicon, const char *text, size_t length,
                   bool words_only, qiaoi_suggestion *out, size_t limit)
{
    typed asked;
    search s = {.suggest = suggest, .lexicon = lexicon, .asked = &asked, .words_only = words_only, .out = out};
    char pinyin[QIAOI_PINYIN_VARIANTS_MAX][QIAOI_KEY_BYTES_MAX], initials[QIAOI_KEY_BYTES_MAX];
    size_t pinyin_length[QIAOI_PINYIN_VARIANTS_MAX] = {0}, initials_length = 0;
    bool compared;

    s.limit = limit < QIAOI_SUGGESTIONS_MAX ? limit : QIAOI_SUGGESTIONS_MAX;
    if (length >= TYPED_BYTES_MAX) /* no name is as long */
        return 0;
    read_typed(suggest, lexicon, text, length, &asked);
    compared = asked.unit_count > 1;
    for (size_t v = 0; asked.latin && v < QIAOI_PINYIN_VARIANTS_MAX; v++)
        pinyin_length[v] = qiaoi_pinyin_key(&suggest->readings, asked.units, asked.unit_count, v, pinyin[v]);
    if (asked.latin)
        initials_length = qiaoi_initials_key(&suggest->readings, asked.units, asked.unit_count, initials);
    for (int whole = 1; whole >= 0; whole--) {
        begin_class(&s);
        add_way(&s, QIAOI_WORDS_WHOLE, QIAOI_BY_PREFIX, asked.key, asked.key_length, whole != 0, false);
        for (size_t v = 0; v < QIAOI_PINYIN_VARIANTS_MAX; v++)
            add_way(&s, QIAOI_WORDS_PINYIN, QIAOI_BY_PINYIN, pinyin[v], pinyin_length[v], whole != 0, compared);
        take_best(&s);
    }
    begin_class(&s);
    if (initials_length > 1)
        add_way(&s, QIAOI_WORDS_INITIALS, QIAOI_BY_INITIALS, initials, initials_length, false, compared);
    take_best(&s);
    begin_class(&s);
    add_way(&s, QIAOI_WORDS_INNER, QIAOI_BY_PREFIX, asked.key, asked.key_length, false, false);
    take_best(&s);
    return s.count;
}
