/*
 * Which sentences translate each other: dynamic programming over the two texts (Gale and Church 1993) with the
 * dictionary as evidence.
 *
 * A bead joins up to three sentences of one side with up to two of the other. It is worth 1.5 x the share of its
 * Chinese words that have a dictionary stem on the English side (Latin words and numbers that stand on both sides count
 * twice), times the mean number of sentences, less 0.3 x the logarithm of the ratio of lengths (a Chinese character is
 * worth three letters), less what its shape costs. Texts of more than WINDOW sentences are aligned window by window,
 * each trusted in its first half.
 */
#include "lexicon/learn_internal.h"

#include <math.h>
#include <string.h>

#define WINDOW 64u
#define LENGTHS 3u /* sentences of one side in a bead, at most */

typedef struct bead_shape {
    uint8_t chinese, english;
    double cost;
} bead_shape;

static const bead_shape shapes[] = {{1, 1, 0.0},  {1, 0, 1.0}, {0, 1, 1.0}, {2, 1, 0.25},
                                    {1, 2, 0.25}, {2, 2, 0.6}, {3, 1, 0.6}, {1, 3, 0.6}};
#define SHAPES (sizeof shapes / sizeof *shapes)

struct qiaoi_aligner {
    const qiao_lexicon *lexicon;
    const qiaoi_stem_numbers *numbers;
    uint64_t *sentences_of; /* by stem number: bit k = English sentence k of the window has the stem */
    size_t capacity;
    /* window */
    const qiaoi_sentences *chinese, *english;
    size_t first_chinese, first_english;
    uint32_t rows, columns;
    uint16_t hits[LENGTHS][WINDOW][WINDOW]; /* of Chinese sentence i in English sentences j .. j + n */
    uint32_t weight[WINDOW];                /* words of Chinese sentence i that could hit */
    double score[WINDOW + 1][WINDOW + 1];
    uint8_t shape[WINDOW + 1][WINDOW + 1]; /* that ends here; SHAPES = none */
};

qiao_status
qiaoi_aligner_new(const qiao_lexicon *lexicon, const qiaoi_stem_numbers *numbers, qiaoi_aligner **out, qiao_error *err)
{
    qiaoi_aligner *aligner = qiao_calloc(1, sizeof *aligner);

    *out = aligner;
    if (aligner == NULL)
        return qiao_fail_memory(err);
    aligner->lexicon = lexicon;
    aligner->numbers = numbers;
    return QIAO_OK;
}

void
qiaoi_aligner_free(qiaoi_aligner *aligner)
{
    if (aligner == NULL)
        return;
    qiao_free(aligner->sentences_of);
    qiao_free(aligner);
}

/* ---- evidence ---- */

static qiao_status
room_for_stem(qiaoi_aligner *a, uint32_t stem, qiao_error *err)
{
    size_t capacity = a->capacity == 0 ? 65536 : a->capacity;
    uint64_t *grown;

    if (stem < a->capacity)
        return QIAO_OK;
    while (capacity <= stem)
        capacity *= 2;
    grown = qiao_realloc_array(a->sentences_of, capacity, sizeof *grown);
    if (grown == NULL)
        return qiao_fail_memory(err);
    memset(grown + a->capacity, 0, (capacity - a->capacity) * sizeof *grown);
    a->sentences_of = grown;
    a->capacity = capacity;
    return QIAO_OK;
}

static qiao_status
mark_stems(qiaoi_aligner *a, qiao_error *err)
{
    const uint32_t *words = qiaoi_sentence_words(a->english);
    qiao_status st = QIAO_OK;

    for (uint32_t j = 0; j < a->columns && st == QIAO_OK; j++) {
        const qiaoi_sentence *sentence = &qiaoi_sentence_items(a->english)[a->first_english + j];

        for (uint32_t k = 0; k < sentence->count && st == QIAO_OK; k++) {
            st = room_for_stem(a, words[sentence->first + k], err);
            if (st == QIAO_OK)
                a->sentences_of[words[sentence->first + k]] |= UINT64_C(1) << j;
        }
    }
    return st;
}

static void
unmark_stems(qiaoi_aligner *a)
{
    const uint32_t *words = qiaoi_sentence_words(a->english);

    for (uint32_t j = 0; j < a->columns; j++) {
        const qiaoi_sentence *sentence = &qiaoi_sentence_items(a->english)[a->first_english + j];

        for (uint32_t k = 0; k < sentence->count; k++)
            if (words[sentence->first + k] < a->capacity)
                a->sentences_of[words[sentence->first + k]] = 0;
    }
}

static uint64_t
sentences_with(const qiaoi_aligner *a, uint32_t stem)
{
    return stem < a->capacity ? a->sentences_of[stem] : 0;
}

/* English sentences of the window that have a dictionary stem of the word */
static uint64_t
sentences_of_entry(const qiaoi_aligner *a, const qiaoi_entry *entry)
{
    uint64_t mask = 0;

    for (uint32_t s = 0; s < entry->count; s++) {
        const qiaoi_sense *sense = &a->lexicon->senses[entry->first + s];

        for (uint32_t k = 0; k < sense->stem_count; k++)
            mask |= sentences_with(a, a->numbers->of_string[a->lexicon->sense_stems[sense->first_stem + k]]);
    }
    return mask;
}

static void
count_hit(qiaoi_aligner *a, uint32_t row, uint64_t mask, uint16_t weight)
{
    uint64_t span = mask;

    for (uint32_t n = 0; n < LENGTHS && mask != 0; n++) {
        for (uint32_t j = 0; j + n < a->columns; j++)
            a->hits[n][row][j] = (uint16_t)(a->hits[n][row][j] + ((span >> j & 1) != 0 ? weight : 0));
        span |= mask >> (n + 1);
    }
}

/* Of two characters and more, and in the dictionary (a compound just found is not) */
static bool
telling(const qiaoi_entry *entry)
{
    return entry->key_length > 4 && entry->count > 0;
}

static void
count_row(qiaoi_aligner *a, uint32_t row)
{
    const qiaoi_sentence *sentence = &qiaoi_sentence_items(a->chinese)[a->first_chinese + row];
    const uint32_t *words = qiaoi_sentence_words(a->chinese) + sentence->first;
    uint32_t count = sentence->count < 2 * QIAOI_SENTENCE_WORDS_MAX ? sentence->count : 2 * QIAOI_SENTENCE_WORDS_MAX;

    a->weight[row] = 0;
    for (uint32_t k = 0; k < count; k++) {
        if ((words[k] & QIAOI_LATIN_WORD) != 0) {
            count_hit(a, row, sentences_with(a, words[k] & ~QIAOI_LATIN_WORD), 2);
            a->weight[row] += 2;
        } else if (words[k] != 0 && telling(&a->lexicon->entries[words[k] - 1])) {
            count_hit(a, row, sentences_of_entry(a, &a->lexicon->entries[words[k] - 1]), 1);
            a->weight[row]++;
        }
    }
}

static qiao_status
look_at_window(qiaoi_aligner *a, qiao_error *err)
{
    qiao_status st;

    for (uint32_t n = 0; n < LENGTHS; n++)
        for (uint32_t i = 0; i < a->rows; i++)
            memset(a->hits[n][i], 0, a->columns * sizeof a->hits[n][i][0]);
    st = mark_stems(a, err);
    for (uint32_t i = 0; i < a->rows && st == QIAO_OK; i++)
        count_row(a, i);
    unmark_stems(a);
    return st;
}

/* ---- paths ---- */

static double
worth(const qiaoi_aligner *a, uint32_t i, uint32_t j, const bead_shape *shape)
{
    double characters = 0, letters = 0, hits = 0, weight = 3;

    for (uint32_t k = 0; k < shape->chinese; k++) {
        characters += qiaoi_sentence_items(a->chinese)[a->first_chinese + i + k].characters;
        weight += a->weight[i + k];
        if (shape->english > 0)
            hits += a->hits[shape->english - 1][i + k][j];
    }
    for (uint32_t k = 0; k < shape->english; k++)
        letters += qiaoi_sentence_items(a->english)[a->first_english + j + k].characters;
    return 1.5 * hits / weight * (shape->chinese + shape->english) / 2.0 -
           0.3 * fabs(log((3.0 * characters + 5.0) / (letters + 5.0))) - shape->cost;
}

static void
find_paths(qiaoi_aligner *a)
{
    for (uint32_t i = 0; i <= a->rows; i++)
        for (uint32_t j = 0; j <= a->columns; j++) {
            a->score[i][j] = i + j == 0 ? 0.0 : -HUGE_VAL;
            a->shape[i][j] = SHAPES;
            for (uint8_t s = 0; s < SHAPES; s++) {
                double score;

                if (shapes[s].chinese > i || shapes[s].english > j)
                    continue;
                score = a->score[i - shapes[s].chinese][j - shapes[s].english] +
                        worth(a, i - shapes[s].chinese, j - shapes[s].english, &shapes[s]);
                if (score > a->score[i][j]) {
                    a->score[i][j] = score;
                    a->shape[i][j] = s;
                }
            }
        }
}

/* Where the best path leaves the window: its corner where both texts end there, else the best place on its far sides.
 */
static void
find_end(const qiaoi_aligner *a, bool last, uint32_t *i_out, uint32_t *j_out)
{
    *i_out = a->rows;
    *j_out = a->columns;
    for (uint32_t i = 0; !last && i <= a->rows; i++)
        for (uint32_t j = i == a->rows ? 0 : a->columns; j <= a->columns; j++)
            if (a->score[i][j] > a->score[*i_out][*j_out]) {
                *i_out = i;
                *j_out = j;
            }
}

/* Beads of the path that begin in the trusted part; the position after them in *i_out, *j_out. */
static void
take_beads(const qiaoi_aligner *a, bool last, qiao_buffer *beads, uint32_t *i_out, uint32_t *j_out)
{
    uint8_t path[2 * WINDOW];
    size_t n = 0;
    uint32_t i, j;

    find_end(a, last, &i, &j);
    while (i + j > 0) {
        path[n] = a->shape[i][j];
        i -= shapes[path[n]].chinese;
        j -= shapes[path[n]].english;
        n++;
    }
    while (n-- > 0 && (last || (i < a->rows / 2 && j < a->columns / 2) || i + j == 0)) {
        const bead_shape *shape = &shapes[path[n]];
        qiaoi_bead bead = {(uint32_t)a->first_chinese + i, (uint32_t)a->first_english + j, shape->chinese,
                           shape->english};

        if (shape->chinese > 0 && shape->english > 0)
            qiao_buffer_append(beads, &bead, sizeof bead);
        i += shape->chinese;
        j += shape->english;
    }
    *i_out = i;
    *j_out = j;
}

qiao_status
qiaoi_align(qiaoi_aligner *a, const qiaoi_sentences *chinese, const qiaoi_sentences *english, qiao_buffer *beads,
            qiao_error *err)
{
    size_t rows = qiaoi_sentence_count(chinese), columns = qiaoi_sentence_count(english);
    qiao_status st = QIAO_OK;

    a->chinese = chinese;
    a->english = english;
    a->first_chinese = a->first_english = 0;
    while (st == QIAO_OK && a->first_chinese < rows && a->first_english < columns) {
        size_t left = rows - a->first_chinese, right = columns - a->first_english;
        bool last = left <= WINDOW && right <= WINDOW;
        uint32_t i = 0, j = 0;

        a->rows = left < WINDOW ? (uint32_t)left : WINDOW;
        a->columns = right < WINDOW ? (uint32_t)right : WINDOW;
        st = look_at_window(a, err);
        if (st != QIAO_OK)
            break;
        find_paths(a);
        take_beads(a, last, beads, &i, &j);
        a->first_chinese += i;
        a->first_english += j;
    }
    return st == QIAO_OK && beads->failed ? qiao_fail_memory(err) : st;
}
