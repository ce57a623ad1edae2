/* Words and phrases of titles. A phrase is one to three words, begins and ends with one that says something, and is
 * counted by sorting: a number of 64 bits holds three words. See suggest.h. */
#include "indexing/suggest.h"

#include "qiao/text.h"
#include "suggest/normal.h"

#include <stdlib.h>
#include <string.h>

#define WORD_BITS 21u
#define WORDS_MAX ((1u << WORD_BITS) - 1u)
#define TITLE_END UINT32_MAX
#define WORD_BYTES_MIN 3u /* of a phrase by itself */
#define WORD_BYTES_MAX 31u

qiao_status
qiaoi_title_words_add(qiaoi_title_words *words, const uint16_t *normal, const char *title, size_t length,
                      qiao_error *err)
{
    const uint32_t end_mark = TITLE_END;

    /* in pieces: a key has an end, titles may be longer */
    for (size_t at = 0; at < length;) {
        size_t piece = strcspn(title + at, ",.;:()[]{}\"?!|");
        char key[QIAOI_KEY_BYTES_MAX];
        size_t n;

        if (piece > length - at)
            piece = length - at;
        n = qiaoi_name_key(normal, title + at, piece, key, sizeof key);
        for (size_t from = 0, word; from < n; from += word + 1) {
            uint32_t number = TITLE_END;
            qiao_status st = QIAO_OK;

            for (word = 0; from + word < n && key[from + word] != ' '; word++) {
            }
            if (words->words.count < WORDS_MAX && word <= WORD_BYTES_MAX)
                st = qiaoi_term_table_add(&words->words, key + from, word, &number, err);
            if (st != QIAO_OK)
                return st;
            qiao_buffer_append(&words->titles, &number, sizeof number);
        }
        qiao_buffer_append(&words->titles, &end_mark, sizeof end_mark);
        at += piece + 1;
    }
    return qiao_buffer_check(&words->titles, err);
}

static const char *
word_text(const qiaoi_title_words *words, uint32_t number)
{
    return words->words.bytes.data + words->words.offsets[number];
}

enum { INNER = 1, EDGE = 2, ALONE = 4 };

/* What a word may be in a phrase: stop words stand inside of one only, numbers not alone. */
static uint8_t *
judge_words(const qiaoi_title_words *words)
{
    uint8_t *judged = qiao_calloc((size_t)words->words.count + 1, 1);

    for (uint32_t i = 0; judged != NULL && i < words->words.count; i++) {
        const char *text = word_text(words, i);
        size_t length = strlen(text);
        bool letters = false;

        for (size_t k = 0; k < length; k++)
            letters = letters || (text[k] >= 'a' && text[k] <= 'z');
        if (qiao_stop_word(text, length))
            judged[i] = INNER;
        else if (letters && (unsigned char)text[0] < 0x80u)
            judged[i] = (uint8_t)(INNER | EDGE | (length >= WORD_BYTES_MIN ? ALONE : 0));
    }
    return judged;
}

static void
add_phrases(const qiaoi_title_words *words, const uint8_t *judged, qiao_buffer *keys)
{
    const uint32_t *at = (const uint32_t *)(const void *)words->titles.data;
    size_t count = words->titles.length / sizeof *at;

    for (size_t i = 0; i < count; i++) {
        uint64_t key = 0;

        if (at[i] == TITLE_END || (judged[at[i]] & EDGE) == 0)
            continue;
        for (unsigned n = 0; n < 3 && i + n < count && at[i + n] != TITLE_END && judged[at[i + n]] != 0; n++) {
            uint8_t last = judged[at[i + n]];

            key |= ((uint64_t)at[i + n] + 1) << (WORD_BITS * (2 - n));
            if ((last & EDGE) != 0 && (n > 0 || (last & ALONE) != 0))
                qiao_buffer_append(keys, &key, sizeof key);
        }
    }
}

/* Least significant digit first, 11 bits a pass. */
static void
sort_keys(uint64_t *keys, uint64_t *spare, size_t count)
{
    for (unsigned shift = 0; count > 0 && shift < 66; shift += 11) {
        size_t counts[2048] = {0}, at = 0;

        for (size_t i = 0; i < count; i++)
            counts[keys[i] >> shift & 2047u]++;
        for (size_t b = 0; b < 2048; b++) {
            size_t n = counts[b];

            counts[b] = at;
            at += n;
        }
        for (size_t i = 0; i < count; i++)
            spare[counts[keys[i] >> shift & 2047u]++] = keys[i];
        memcpy(keys, spare, count * sizeof *keys);
    }
}

static void
write_phrase(qiaoi_title_words *words, uint64_t key, uint32_t uses)
{
    for (unsigned n = 0; n < 3; n++) {
        uint32_t number = (uint32_t)(key >> (WORD_BITS * (2 - n))) & WORDS_MAX;

        if (number == 0)
            break;
        if (n > 0)
            qiao_buffer_char(&words->phrases, ' ');
        qiao_buffer_text(&words->phrases, word_text(words, number - 1));
    }
    qiao_buffer_append(&words->phrases, "", 1);
    qiao_buffer_append(&words->phrase_uses, &uses, sizeof uses);
    words->phrase_count++;
}

qiao_status
qiaoi_title_phrases(qiaoi_title_words *words, uint32_t least, qiao_error *err)
{
    uint8_t *judged = judge_words(words);
    qiao_buffer keys = {0};
    uint64_t *sorted, *spare = NULL;
    size_t count;
    qiao_status st = QIAO_OK;

    if (judged != NULL)
        add_phrases(words, judged, &keys);
    sorted = (uint64_t *)(void *)keys.data;
    count = keys.length / sizeof *sorted;
    if (judged != NULL && !keys.failed)
        spare = qiao_alloc((count + 1) * sizeof *spare);
    if (spare == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        sort_keys(sorted, spare, count);
    for (size_t i = 0, end; st == QIAO_OK && i < count; i = end) {
        for (end = i + 1; end < count && sorted[end] == sorted[i]; end++) {
        }
        if (end - i >= least)
            write_phrase(words, sorted[i], (uint32_t)(end - i));
    }
    if (st == QIAO_OK)
        st = words->phrase_uses.failed ? qiao_fail_memory(err) : qiao_buffer_check(&words->phrases, err);
    qiao_free(spare);
    qiao_free(judged);
    qiao_buffer_done(&keys);
    return st;
}

void
qiaoi_title_words_done(qiaoi_title_words *words)
{
    qiaoi_term_table_done(&words->words);
    qiao_buffer_done(&words->titles);
    qiao_buffer_done(&words->phrases);
    qiao_buffer_done(&words->phrase_uses);
}
