/* Readings of characters, words and texts: see readings.h. */
#include "suggest/readings.h"

#include "lexicon/segment.h"
#include "qiao/text.h"

#include <stdlib.h>
#include <string.h>

void
qiaoi_readings_bind(qiaoi_readings *readings, const qiaoi_sections *sections)
{
    uint64_t n = 0, ignored;

    readings->syllables = qiaoi_section_view(sections, QIAOI_NAMES_SYLLABLES, QIAOI_SYLLABLE_BYTES, &n);
    readings->syllable_count = (uint32_t)n;
    readings->characters = qiaoi_section_view(sections, QIAOI_NAMES_CHARACTERS, sizeof(qiaoi_character_reading), &n);
    readings->character_count = (uint32_t)n;
    readings->words = qiaoi_section_view(sections, QIAOI_NAMES_WORDS, sizeof(qiaoi_word_reading), &n);
    readings->word_count = (uint32_t)n;
    readings->word_keys = qiaoi_section_view(sections, QIAOI_NAMES_WORD_KEYS, 1, &ignored);
    readings->word_syllables = qiaoi_section_view(sections, QIAOI_NAMES_WORD_SYLLABLES, sizeof(uint16_t), &ignored);
}

const qiaoi_character_reading *
qiaoi_reading_of_character(const qiaoi_readings *readings, uint32_t character)
{
    uint32_t low = 0, high = readings->character_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (readings->characters[middle].character < character)
            low = middle + 1;
        else
            high = middle;
    }
    return low < readings->character_count && readings->characters[low].character == character
               ? &readings->characters[low]
               : NULL;
}

const qiaoi_word_reading *
qiaoi_reading_of_word(const qiaoi_readings *readings, const char *key, size_t length)
{
    uint32_t low = 0, high = readings->word_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *known = readings->word_keys + readings->words[middle].key;
        int order = strncmp(known, key, length);

        if (order == 0 && known[length] == '\0')
            return &readings->words[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- a text ---- */

static void
read_character(const qiaoi_readings *readings, qiaoi_unit *unit)
{
    const qiaoi_character_reading *reading = qiaoi_reading_of_character(readings, unit->character);

    unit->count = 0;
    while (reading != NULL && unit->count < QIAOI_READINGS_MAX &&
           reading->syllables[unit->count] != QIAOI_NO_SYLLABLE) {
        unit->syllables[unit->count] = reading->syllables[unit->count];
        unit->count++;
    }
}

static void
take_word(const qiaoi_readings *readings, const qiaoi_word_reading *word, qiaoi_unit *units)
{
    for (uint32_t i = 0; i < word->characters; i++) {
        units[i].count = 0;
        for (uint32_t k = 0; k < word->count; k++)
            units[i].syllables[units[i].count++] = readings->word_syllables[word->first + k * word->characters + i];
    }
}

/* A word of the lexicon, or what of it the table knows, longest first; lone characters beside each other are looked at
 * together. Inside a word a character that no entry speaks of has its commonest reading only. */
static void
read_word(const qiaoi_readings *readings, const qiaoi_run *run, uint32_t first, uint32_t last, bool lone,
          qiaoi_unit *units)
{
    for (uint32_t at = first; at < last;) {
        const qiaoi_word_reading *word = NULL;

        for (uint32_t end = last; word == NULL && end > at + 1; end--)
            word = qiaoi_reading_of_word(readings, run->bytes + run->starts[at], run->starts[end] - run->starts[at]);
        if (word != NULL) {
            take_word(readings, word, units + at);
            at += word->characters;
        } else {
            if (!lone && units[at].count > 1)
                units[at].count = 1;
            at++;
        }
    }
}

static bool
is_lone(const qiaoi_piece *piece)
{
    return piece->end - piece->first == 1;
}

static void
read_run(const qiaoi_readings *readings, const qiao_lexicon *lexicon, qiaoi_unit *units, size_t count)
{
    qiaoi_piece pieces[QIAOI_UNITS_MAX];
    qiaoi_run whole, *run = &whole; /* on the stack: a name is read without memory that could be short */
    uint32_t bytes = 0;
    size_t n;

    for (size_t i = 0; i < count; i++)
        read_character(readings, &units[i]);
    for (size_t i = 0; i < count; i++) {
        run->characters[i] = units[i].character;
        run->starts[i] = bytes;
        bytes += (uint32_t)qiao_utf8_put(units[i].character, run->bytes + bytes);
    }
    run->starts[count] = bytes;
    run->bytes[bytes] = '\0';
    run->count = (uint32_t)count;
    n = qiaoi_segment(lexicon, QIAOI_ZH, run, 0, (uint32_t)count, true, pieces);
    for (size_t i = 0, end; i < n; i = end) {
        bool lone = is_lone(&pieces[i]);

        for (end = i + 1; lone && end < n && is_lone(&pieces[end]); end++) {
        }
        read_word(readings, run, pieces[i].first, pieces[end - 1].end, lone, units);
    }
    if (n == 1 && count > 2) /* a compound: its parts */
        n = qiaoi_segment(lexicon, QIAOI_ZH, run, 0, (uint32_t)count, false, pieces);
    for (size_t i = 0; i < n; i++)
        units[pieces[i].first].begins = true;
}

static bool
is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '#';
}

size_t
qiaoi_read_units(const qiaoi_readings *readings, const qiao_lexicon *lexicon, const char *text, size_t length,
                 qiaoi_unit units[QIAOI_UNITS_MAX], bool *whole_out)
{
    size_t n = 0, at = 0, run = 0; /* run: Chinese characters right before */

    while (at < length && n < QIAOI_UNITS_MAX) {
        size_t start = at;
        uint32_t c = qiao_utf8_next(text, length, &at);

        if (qiao_script_of(c) == QIAO_SCRIPT_HAN) {
            units[n++] = (qiaoi_unit){.at = (uint32_t)start, .character = c};
            run++;
            continue;
        }
        if (run > 0)
            read_run(readings, lexicon, units + n - run, run);
        run = 0;
        if (c == ' ')
            continue;
        if (c >= 0x80u || !is_word_byte((unsigned char)c))
            return 0;
        while (at < length && is_word_byte((unsigned char)text[at]))
            at++;
        units[n++] =
            (qiaoi_unit){.text = text + start, .length = (uint32_t)(at - start), .at = (uint32_t)start, .begins = true};
    }
    if (run > 0)
        read_run(readings, lexicon, units + n - run, run);
    for (size_t i = 0; i < n; i++)
        if (units[i].text == NULL && units[i].count == 0)
            return 0;
    *whole_out = at >= length;
    return n;
}

/* ---- pinyin as typed ---- */

bool
qiaoi_is_syllable(const qiaoi_readings *readings, const char *text, size_t length, bool partial)
{
    uint32_t low = 0, high = readings->syllable_count;

    if (length == 0 || length >= QIAOI_SYLLABLE_BYTES)
        return false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (strncmp(readings->syllables[middle], text, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < readings->syllable_count && strncmp(readings->syllables[low], text, length) == 0 &&
           (partial || readings->syllables[low][length] == '\0');
}

bool
qiaoi_is_pinyin(const qiaoi_readings *readings, const char *letters, size_t length, bool last_partial)
{
    bool reached[160] = {true};

    if (length == 0 || length >= sizeof reached)
        return false;
    for (size_t at = 0; at < length; at++) {
        if (!reached[at])
            continue;
        for (size_t n = 1; n < QIAOI_SYLLABLE_BYTES && at + n <= length; n++)
            if (qiaoi_is_syllable(readings, letters + at, n, last_partial && at + n == length))
                reached[at + n] = true;
    }
    return reached[length];
}
