/* The sections of names.bin from what was gathered: see names_builder.h. */
#include "suggest/compile/names_builder.h"

#include "qiao/text.h"

#include <stdlib.h>
#include <string.h>

/* A reading that so small a share of a character's use has is left out. */
#define SHARE_MIN 0.01

typedef struct tally {
    uint16_t syllable;
    double weight;
} tally;

#define TALLIES_MAX 8u
typedef struct character {
    tally tallies[TALLIES_MAX];
    size_t count;
} character;

static names_word *
words_of(const names_builder *builder, size_t *count)
{
    *count = builder->words.length / sizeof(names_word);
    return (names_word *)(void *)builder->words.data;
}

static const uint16_t *
syllables_of(const names_builder *builder, const names_word *word)
{
    return (const uint16_t *)(const void *)builder->syllables.data + word->first;
}

/* ---- syllables in order ---- */

static int
compare_syllables(const void *a, const void *b)
{
    return memcmp(a, b, QIAOI_SYLLABLE_BYTES);
}

static qiao_status
sort_syllables(names_builder *builder, qiao_error *err)
{
    uint32_t count = builder->syllable_count;
    uint16_t *map = qiao_alloc((count + 1) * sizeof *map), *numbers = (uint16_t *)(void *)builder->syllables.data;

    if (map == NULL)
        return qiao_fail_memory(err);
    qiao_buffer_append(&builder->out_syllables, builder->syllable_text.data, builder->syllable_text.length);
    if (builder->out_syllables.failed) {
        qiao_free(map);
        return qiao_fail_memory(err);
    }
    qsort(builder->out_syllables.data, count, QIAOI_SYLLABLE_BYTES, compare_syllables);
    for (uint32_t i = 0; i < count; i++) {
        const char *text = builder->syllable_text.data + i * QIAOI_SYLLABLE_BYTES;
        const char *found = bsearch(text, builder->out_syllables.data, count, QIAOI_SYLLABLE_BYTES, compare_syllables);

        map[i] = (uint16_t)((size_t)(found - builder->out_syllables.data) / QIAOI_SYLLABLE_BYTES);
    }
    for (size_t i = 0; i < builder->syllables.length / sizeof *numbers; i++)
        numbers[i] = map[numbers[i]];
    qiao_free(map);
    return QIAO_OK;
}

/* ---- characters ---- */

static void
count_reading(character *c, uint16_t syllable, double weight)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->tallies[i].syllable == syllable) {
            c->tallies[i].weight += weight;
            return;
        }
    if (c->count < TALLIES_MAX)
        c->tallies[c->count++] = (tally){syllable, weight};
}

/* By what words tell: a character alone says that it has the reading, not how often. */
static void
count_characters(const names_builder *builder, character *characters)
{
    size_t count;
    const names_word *words = words_of(builder, &count);

    for (size_t w = 0; w < count; w++) {
        const uint16_t *syllables = syllables_of(builder, &words[w]);
        const char *key = builder->keys.data + words[w].key;
        size_t at = 0, length = strlen(key);
        double weight = words[w].characters == 1 ? 1e-3 : words[w].weight + 1.0;

        for (size_t i = 0; i < words[w].characters; i++)
            count_reading(&characters[qiao_utf8_next(key, length, &at)], syllables[i],
                          words[w].proper ? weight * 1e-3 : weight);
    }
}

static int
heavier_first(const void *a, const void *b)
{
    const tally *x = a, *y = b;

    return x->weight > y->weight ? -1 : x->weight < y->weight ? 1 : x->syllable < y->syllable ? -1 : 1;
}

static void
write_characters(names_builder *builder, character *characters)
{
    for (uint32_t c = 0; c < 65536u; c++) {
        qiaoi_character_reading row = {(uint16_t)c, {QIAOI_NO_SYLLABLE, QIAOI_NO_SYLLABLE, QIAOI_NO_SYLLABLE}};
        character *counted = &characters[c];
        double all = 0;
        size_t kept = 0;

        if (counted->count == 0)
            continue;
        qsort(counted->tallies, counted->count, sizeof *counted->tallies, heavier_first);
        for (size_t i = 0; i < counted->count; i++)
            all += counted->tallies[i].weight;
        for (size_t i = 0; i < counted->count && kept < QIAOI_READINGS_MAX; i++)
            if (i == 0 || counted->tallies[i].weight >= SHARE_MIN * all)
                row.syllables[kept++] = counted->tallies[i].syllable;
        qiao_buffer_append(&builder->out_characters, &row, sizeof row);
    }
}

/* ---- words ---- */

static const char *sort_keys_base; /* of compare_words: qsort takes no context */

static int
compare_words(const void *a, const void *b)
{
    const names_word *x = a, *y = b;
    int order = strcmp(sort_keys_base + x->key, sort_keys_base + y->key);

    if (order == 0 && x->proper != y->proper)
        return x->proper ? 1 : -1;
    return order != 0 ? order : x->first < y->first ? -1 : x->first > y->first;
}

static bool
is_new_reading(const uint16_t *kept, size_t readings, const uint16_t *syllables, size_t characters)
{
    for (size_t i = 0; i < readings; i++)
        if (memcmp(kept + i * characters, syllables, characters * sizeof *kept) == 0)
            return false;
    return true;
}

static bool
follows(const names_builder *builder, const character *characters, const names_word *word, const uint16_t *reading)
{
    const char *key = builder->keys.data + word->key;
    size_t at = 0, length = strlen(key);

    for (size_t i = 0; i < word->characters; i++)
        if (characters[qiao_utf8_next(key, length, &at)].tallies[0].syllable != reading[i])
            return false;
    return true;
}

/* Readings of one headword: words[0..count), the common ones first. */
static void
write_word(names_builder *builder, const character *characters, const names_word *words, size_t count)
{
    uint16_t kept[QIAOI_READINGS_MAX * 16];
    size_t readings = 0, n = words[0].characters;
    qiaoi_word_reading row = {.key = (uint32_t)builder->out_keys.length,
                              .first = (uint32_t)(builder->out_word_syllables.length / sizeof *kept),
                              .characters = (uint16_t)n};

    for (size_t i = 0; i < count && readings < QIAOI_READINGS_MAX; i++) {
        const uint16_t *syllables = syllables_of(builder, &words[i]);

        if (words[i].proper && readings > 0)
            break;
        if (is_new_reading(kept, readings, syllables, n))
            memcpy(kept + readings++ * n, syllables, n * sizeof *kept);
    }
    if (n < 2 || (readings == 1 && follows(builder, characters, words, kept)))
        return;
    row.count = (uint16_t)readings;
    qiao_buffer_append(&builder->out_word_syllables, kept, readings * n * sizeof *kept);
    qiao_buffer_append(&builder->out_keys, builder->keys.data + words[0].key,
                       strlen(builder->keys.data + words[0].key) + 1);
    qiao_buffer_append(&builder->out_words, &row, sizeof row);
}

static void
write_words(names_builder *builder, const character *characters)
{
    size_t count;
    names_word *words = words_of(builder, &count);

    sort_keys_base = builder->keys.data;
    qsort(words, count, sizeof *words, compare_words);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1;
             end < count && strcmp(builder->keys.data + words[end].key, builder->keys.data + words[i].key) == 0;
             end++) {
        }
        write_word(builder, characters, &words[i], end - i);
    }
}

/* ---- English ---- */

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static qiao_status
write_english(names_builder *builder, qiao_error *err)
{
    size_t count = 0, at = 0;
    const char **list;

    for (size_t i = 0; i < builder->english.length; i++)
        count += builder->english.data[i] == '\0';
    list = qiao_alloc((count + 1) * sizeof *list);
    if (list == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        list[i] = builder->english.data + at;
        at += strlen(list[i]) + 1;
    }
    qsort(list, count, sizeof *list, compare_texts);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(list[i - 1], list[i]) != 0)
            qiao_buffer_append(&builder->out_english, list[i], strlen(list[i]) + 1);
    qiao_free(list);
    return QIAO_OK;
}

qiao_status
names_finish(names_builder *builder, qiao_error *err)
{
    character *characters = qiao_calloc(65536u, sizeof *characters);
    qiao_status st = characters == NULL ? qiao_fail_memory(err) : sort_syllables(builder, err);

    if (st == QIAO_OK) {
        count_characters(builder, characters);
        write_characters(builder, characters);
        write_words(builder, characters);
        st = write_english(builder, err);
    }
    qiao_free(characters);
    if (st == QIAO_OK && (builder->out_characters.failed || builder->out_words.failed || builder->out_keys.failed ||
                          builder->out_word_syllables.failed || builder->out_english.failed))
        st = qiao_fail_memory(err);
    return st;
}
