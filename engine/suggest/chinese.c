/* Chinese words that a part of a run may have been meant to be: by sound, and by one character. See suggest.h. */
#include "suggest/suggest.h"

#include "lexicon/segment.h"
#include "qiao/text.h"

#include <string.h>

#define WINDOW_MIN 2u
#define WINDOW_MAX QIAOI_CHINESE_CHARACTERS_MAX
#define DIFFERING_MIN 3u /* characters: of two, half a word would be another */

typedef struct window_search {
    const qiaoi_suggest *suggest;
    qiaoi_unit units[QIAOI_UNITS_MAX];
    uint32_t starts[QIAOI_UNITS_MAX + 1]; /* bytes */
    const char *run;
    uint32_t count;
    bool word_from[QIAOI_UNITS_MAX][QIAOI_UNITS_MAX + 1]; /* a word of the segmentation, two characters and more */
    bool lone[QIAOI_UNITS_MAX];                           /* a character that the segmentation leaves alone */
    uint32_t known_to[QIAOI_UNITS_MAX];                   /* end of the longest known part that begins here */
    qiaoi_chinese_near *out;
    size_t found, capacity;
} window_search;

static bool
is_better(const qiaoi_chinese_near *a, const qiaoi_chinese_near *b)
{
    uint32_t x = a->end - a->first, y = b->end - b->first;

    if (x != y)
        return x > y;
    if (a->same_sound != b->same_sound)
        return a->same_sound;
    if (a->frequency != b->frequency)
        return a->frequency > b->frequency;
    return a->first != b->first ? a->first < b->first : strcmp(a->text, b->text) < 0;
}

static void
keep(window_search *s, qiaoi_chinese_near new)
{
    size_t at = s->found;

    for (size_t i = 0; i < s->found; i++)
        if (s->out[i].first == new.first && strcmp(s->out[i].text, new.text) == 0)
            return;
    while (at > 0 && is_better(&new, &s->out[at - 1]))
        at--;
    if (at == s->capacity)
        return;
    if (s->found == s->capacity)
        s->found--;
    memmove(&s->out[at + 1], &s->out[at], (s->found - at) * sizeof *s->out);
    s->out[at] = new;
    s->found++;
}

/* Is the window itself, or what it is a part of, in the catalogue, or a word of the language? Longer ones come first.
 */
static bool
is_known(window_search *s, uint32_t first, uint32_t end)
{
    uint32_t low, high;

    for (uint32_t i = 0; i <= first; i++)
        if (s->known_to[i] >= end)
            return true;
    if (s->word_from[first][end]) {
        s->known_to[first] = end;
        return true;
    }
    qiaoi_suggest_range(s->suggest, QIAOI_WORDS_WHOLE, s->run + s->starts[first], s->starts[end] - s->starts[first],
                        true, &low, &high);
    if (low < high)
        s->known_to[first] = end;
    return low < high;
}

static size_t
characters_in(const char *text)
{
    size_t at = 0, n = 0, length = strlen(text);

    while (at < length) {
        if (qiao_script_of(qiao_utf8_next(text, length, &at)) != QIAO_SCRIPT_HAN)
            return 0;
        n++;
    }
    return n;
}

/* Same letters and same syllables; the marks show where they begin. */
static void
find_same_sound(window_search *s, uint32_t first, uint32_t end)
{
    const qiaoi_suggest *suggest = s->suggest;
    char key[QIAOI_KEY_BYTES_MAX];
    uint32_t low, high;

    for (size_t variant = 0; variant < QIAOI_PINYIN_VARIANTS_MAX; variant++) {
        size_t n = qiaoi_pinyin_key(&suggest->readings, s->units + first, end - first, variant, key);

        if (n == 0)
            return;
        qiaoi_suggest_range(suggest, QIAOI_WORDS_PINYIN, key, n, true, &low, &high);
        for (uint32_t i = low; i < high && i < low + 32u; i++) {
            const qiaoi_suggest_key *known = &suggest->lists[QIAOI_WORDS_PINYIN].keys[i];
            const qiaoi_suggest_entry *entry = &suggest->entries[known->entry];

            if (memcmp(suggest->key_bytes + known->bytes, key, n) == 0 &&
                characters_in(suggest->text + entry->text) == end - first)
                keep(s, (qiaoi_chinese_near){first, end, suggest->text + entry->text, entry->frequency, true});
        }
    }
}

/* Of the words as long as the window: those that differ in one character. */
static void
find_one_other(window_search *s, uint32_t first, uint32_t end)
{
    uint32_t n = end - first, low = 0, high = s->suggest->chinese_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (s->suggest->chinese[middle].count < n)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < s->suggest->chinese_count && s->suggest->chinese[low].count == n; low++) {
        const qiaoi_chinese *word = &s->suggest->chinese[low];
        const qiaoi_suggest_entry *entry = &s->suggest->entries[word->entry];
        unsigned others = 0;

        for (uint32_t i = 0; i < n && others < 2; i++)
            others += word->characters[i] != s->units[first + i].character;
        if (others == 1)
            keep(s, (qiaoi_chinese_near){first, end, s->suggest->text + entry->text, entry->frequency, false});
    }
}

static bool
has_lone(const window_search *s, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++)
        if (s->lone[i])
            return true;
    return false;
}

static void
look_through(window_search *s)
{
    for (uint32_t n = s->count < WINDOW_MAX ? s->count : WINDOW_MAX; n >= WINDOW_MIN; n--)
        for (uint32_t first = 0; first + n <= s->count; first++) {
            if (is_known(s, first, first + n))
                continue;
            find_same_sound(s, first, first + n);
            if (n >= DIFFERING_MIN && has_lone(s, first, first + n))
                find_one_other(s, first, first + n);
        }
}

/* The run as the segmentation has it. */
static void
segment(window_search *s, const qiao_lexicon *lexicon, size_t length)
{
    qiaoi_piece pieces[QIAOI_UNITS_MAX];
    qiaoi_run whole, *run = &whole;
    size_t n;

    memcpy(run->bytes, s->run, length);
    run->bytes[length] = '\0';
    for (uint32_t i = 0; i < s->count; i++) {
        run->characters[i] = s->units[i].character;
        run->starts[i] = s->starts[i];
    }
    run->starts[s->count] = (uint32_t)length;
    run->count = s->count;
    n = qiaoi_segment(lexicon, QIAOI_ZH, run, 0, s->count, true, pieces);
    for (size_t i = 0; i < n; i++) {
        bool alone = pieces[i].end - pieces[i].first == 1;

        s->lone[pieces[i].first] = alone;
        s->word_from[pieces[i].first][pieces[i].end] = !alone;
    }
}

size_t
qiaoi_chinese_near_run(const qiaoi_suggest *suggest, const qiao_lexicon *lexicon, const char *run, size_t length,
                       qiaoi_chinese_near *out, size_t capacity)
{
    window_search s = {.suggest = suggest, .run = run, .out = out, .capacity = capacity};
    bool whole = false;

    if (length > QIAOI_CHINESE_RUN_MAX * 4u || capacity == 0)
        return 0;
    s.count = (uint32_t)qiaoi_read_units(&suggest->readings, lexicon, run, length, s.units, &whole);
    if (!whole || s.count < WINDOW_MIN || s.count > QIAOI_CHINESE_RUN_MAX)
        return 0;
    for (uint32_t i = 0; i < s.count; i++) {
        if (s.units[i].text != NULL)
            return 0;
        s.starts[i] = s.units[i].at;
    }
    s.starts[s.count] = (uint32_t)length;
    segment(&s, lexicon, length);
    look_through(&s);
    return s.found;
}

const qiaoi_suggest_entry *
qiaoi_chinese_of_pinyin(const qiaoi_suggest *suggest, const char *letters, size_t length)
{
    uint32_t low, high;

    if (!qiaoi_is_pinyin(&suggest->readings, letters, length, false))
        return NULL;
    qiaoi_suggest_range(suggest, QIAOI_WORDS_PINYIN, letters, length, true, &low, &high);
    if (low >= high)
        return NULL;
    low = qiaoi_suggest_minimum(suggest, QIAOI_WORDS_PINYIN, low, high);
    return &suggest->entries[suggest->lists[QIAOI_WORDS_PINYIN].keys[low].entry];
}
