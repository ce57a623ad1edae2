/* Gathers readings and English words from CC-CEDICT: see names_builder.h. */
#include "suggest/compile/names_builder.h"

#include "lexicon/compile/cedict_file.h"
#include "suggest/normal.h"
#include "text/normal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHARACTERS_MAX 16u
#define ENGLISH_WORD_MIN 3u
#define ENGLISH_WORD_MAX 31u

/* ---- one entry ---- */

/* Number of a syllable in order of appearance; they are few. */
static uint16_t
intern_syllable(names_builder *builder, const char *text)
{
    char padded[QIAOI_SYLLABLE_BYTES] = {0};
    const char *known = builder->syllable_text.data;

    memcpy(padded, text, strlen(text));
    for (uint32_t i = 0; i < builder->syllable_count; i++)
        if (memcmp(known + i * sizeof padded, padded, sizeof padded) == 0)
            return (uint16_t)i;
    qiao_buffer_append(&builder->syllable_text, padded, sizeof padded);
    return (uint16_t)builder->syllable_count++;
}

/* "Gu4" -> "gu", "lu:4" -> "lv", "r5" -> "er"; false where it is no syllable. */
static bool
plain_syllable(const char *text, size_t length, char out[QIAOI_SYLLABLE_BYTES])
{
    size_t n = 0;

    for (size_t i = 0; i < length; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];

        if (c == ':' && n > 0 && out[n - 1] == 'u') {
            out[n - 1] = 'v';
        } else if (c >= 'a' && c <= 'z') {
            if (n + 1 >= QIAOI_SYLLABLE_BYTES)
                return false;
            out[n++] = c;
        } else if (c < '1' || c > '5' || i + 1 < length) {
            return false;
        }
    }
    out[n] = '\0';
    if (strcmp(out, "r") == 0)
        memcpy(out, "er", 3);
    return n > 0 && (n > 1 || strchr("aoe", out[0]) != NULL) && strcmp(out, "xx") != 0;
}

static size_t
read_syllables(names_builder *builder, const char *pinyin, uint16_t out[CHARACTERS_MAX])
{
    size_t count = 0;

    while (*pinyin != '\0') {
        size_t length = strcspn(pinyin, " ");
        char syllable[QIAOI_SYLLABLE_BYTES];

        if (count == CHARACTERS_MAX || !plain_syllable(pinyin, length, syllable))
            return 0;
        out[count++] = intern_syllable(builder, syllable);
        pinyin += length + strspn(pinyin + length, " ");
    }
    return count;
}

/* The headword in normal form; 0 where it is not of Chinese characters only. */
static size_t
read_headword(const names_builder *builder, const char *text, char *key, size_t capacity)
{
    size_t at = 0, length = strlen(text), n = 0, bytes = 0;

    while (at < length) {
        uint32_t c = qiaoi_normal_next(builder->lexicon->normal, text, length, &at);

        if (qiao_script_of(c) != QIAO_SCRIPT_HAN || c > 0xFFFFu || bytes + 4 >= capacity)
            return 0;
        bytes += qiao_utf8_put(c, key + bytes);
        n++;
    }
    key[bytes] = '\0';
    return n;
}

static double
weight_of(const qiao_lexicon *lexicon, const char *key)
{
    uint32_t entry = qiaoi_lexicon_find(lexicon, QIAOI_ZH, key, strlen(key));

    return entry == 0 ? 0 : exp(20.0 - (double)lexicon->entries[entry - 1].cost / QIAOI_COST_UNIT);
}

static void
add_word(names_builder *builder, const cedict_entry *entry)
{
    char key[CHARACTERS_MAX * 4 + 4];
    uint16_t syllables[CHARACTERS_MAX];
    size_t count = read_syllables(builder, entry->pinyin, syllables);
    names_word word = {.key = (uint32_t)builder->keys.length,
                       .first = (uint32_t)(builder->syllables.length / sizeof *syllables),
                       .characters = (uint16_t)count,
                       .proper = entry->pinyin[0] >= 'A' && entry->pinyin[0] <= 'Z'};

    if (count == 0 || read_headword(builder, entry->simplified, key, sizeof key) != count)
        return;
    word.weight = weight_of(builder->lexicon, key);
    qiao_buffer_append(&builder->keys, key, strlen(key) + 1);
    qiao_buffer_append(&builder->syllables, syllables, count * sizeof *syllables);
    qiao_buffer_append(&builder->words, &word, sizeof word);
}

static void
add_english(names_builder *builder, const char *sense)
{
    while (*sense != '\0') {
        char word[ENGLISH_WORD_MAX + 1];
        size_t length = 0, n = 0;

        while ((sense[length] >= 'a' && sense[length] <= 'z') || (sense[length] >= 'A' && sense[length] <= 'Z'))
            length++;
        /* letters beside other bytes are parts of something that is no English word */
        if (length >= ENGLISH_WORD_MIN && length <= ENGLISH_WORD_MAX && (unsigned char)sense[length] < 0x80u &&
            (sense[length] < '0' || sense[length] > '9')) {
            for (; n < length; n++)
                word[n] = (char)(sense[n] | 0x20);
            word[n] = '\0';
            qiao_buffer_append(&builder->english, word, n + 1);
        }
        sense += length;
        while (*sense != '\0' && !((*sense >= 'a' && *sense <= 'z') || (*sense >= 'A' && *sense <= 'Z')))
            sense++;
    }
}

/* Pinyin in a gloss ("also pr. [xia4]", "variant of 台[tai2]") is no English. */
static bool
quotes_pinyin(const char *sense)
{
    return strchr(sense, '[') != NULL;
}

static qiao_status
visit_entry(const cedict_entry *entry, void *context, qiao_error *err)
{
    names_builder *builder = context;

    add_word(builder, entry);
    for (size_t i = 0; i < entry->sense_count; i++)
        if (!quotes_pinyin(entry->senses[i]))
            add_english(builder, entry->senses[i]);
    return builder->words.failed || builder->english.failed || builder->keys.failed ? qiao_fail_memory(err) : QIAO_OK;
}

qiao_status
names_read(names_builder *builder, const char *cedict, qiao_error *err)
{
    return cedict_each(cedict, visit_entry, builder, err);
}

void
names_builder_done(names_builder *builder)
{
    qiao_buffer *buffers[] = {
        &builder->keys,     &builder->syllable_text,      &builder->syllables,      &builder->words,
        &builder->english,  &builder->out_syllables,      &builder->out_characters, &builder->out_words,
        &builder->out_keys, &builder->out_word_syllables, &builder->out_english};

    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        qiao_buffer_done(buffers[i]);
}
