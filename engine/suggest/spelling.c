/*
 * Latin words near to one, by a walk along the sorted words: rows of the distance table are kept for the letters that a
 * word shares with the one before, and words below a prefix that is too far away are passed over. Distance: optimal
 * string alignment (Damerau).
 */
#include "suggest/suggest.h"

#include <string.h>

#define FAR 99u

bool
qiaoi_spelling_known(const qiaoi_suggest *suggest, const char *word, size_t length)
{
    uint32_t low = 0, high = suggest->spelling_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const qiaoi_spelling *known = &suggest->spellings[middle];
        int order = qiaoi_key_compare(suggest->text + known->text, known->length, word, length, false);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

typedef struct table {
    const char *word;
    unsigned length, most;
    uint8_t rows[QIAOI_SPELLING_BYTES_MAX + 1][QIAOI_SPELLING_BYTES_MAX + 1];
    uint8_t least[QIAOI_SPELLING_BYTES_MAX + 1]; /* of each row */
} table;

static unsigned
least_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Row i: distances of the first i letters of the other word. Only cells near the diagonal can be small enough. */
static void
fill_row(table *t, const char *other, unsigned i)
{
    unsigned from = i > t->most ? i - t->most : 0, to = least_of(t->length, i + t->most), least = FAR;

    if (from > 0)
        t->rows[i][from - 1] = FAR;
    for (unsigned j = from; j <= to; j++) {
        unsigned cell = FAR;

        if (j == 0) {
            cell = i;
        } else {
            cell = t->rows[i - 1][j - 1] + (other[i - 1] != t->word[j - 1] ? 1u : 0u);
            if (j > from || from == 0)
                cell = least_of(cell, t->rows[i][j - 1] + 1u);
            if (j < i + t->most)
                cell = least_of(cell, t->rows[i - 1][j] + 1u);
            if (i > 1 && j > 1 && other[i - 1] == t->word[j - 2] && other[i - 2] == t->word[j - 1])
                cell = least_of(cell, t->rows[i - 2][j - 2] + 1u);
        }
        cell = least_of(cell, FAR);
        t->rows[i][j] = (uint8_t)cell;
        least = least_of(least, cell);
    }
    if (to < t->length)
        t->rows[i][to + 1] = FAR;
    t->least[i] = (uint8_t)least;
}

/* Rows from..length of a word; returns the last one worth keeping: below it all is too far. */
static unsigned
fill_rows(table *t, const char *other, unsigned from, unsigned length)
{
    for (unsigned i = from; i <= length; i++) {
        fill_row(t, other, i);
        if (t->least[i] > t->most && t->least[i - 1] + 1u > t->most)
            return i;
    }
    return length + 1;
}

static bool
is_nearer(const qiaoi_near *a, const qiaoi_near *b)
{
    if (a->distance != b->distance)
        return a->distance < b->distance;
    return a->frequency != b->frequency ? a->frequency > b->frequency : strcmp(a->text, b->text) < 0;
}

static size_t
keep(qiaoi_near *out, size_t count, size_t capacity, qiaoi_near new)
{
    size_t at = count;

    while (at > 0 && is_nearer(&new, &out[at - 1]))
        at--;
    if (at == capacity)
        return count;
    if (count == capacity)
        count--;
    memmove(&out[at + 1], &out[at], (count - at) * sizeof *out);
    out[at] = new;
    return count + 1;
}

size_t
qiaoi_spelling_near(const qiaoi_suggest *suggest, const char *word, size_t length, unsigned most, qiaoi_near *out,
                    size_t capacity)
{
    table t = {.word = word, .length = (unsigned)length, .most = most};
    unsigned valid = 0, dead = FAR; /* rows that hold for the next word; prefix length that is too far */
    size_t count = 0;

    if (length == 0 || length > QIAOI_SPELLING_BYTES_MAX || capacity == 0)
        return 0;
    for (unsigned j = 0; j <= t.length; j++)
        t.rows[0][j] = (uint8_t)j;
    for (uint32_t i = 0; i < suggest->spelling_count; i++) {
        const qiaoi_spelling *known = &suggest->spellings[i];
        const char *other = suggest->text + known->text;

        valid = least_of(valid, known->shared);
        if (known->shared >= dead)
            continue;
        dead = FAR;
        if (known->length > QIAOI_SPELLING_BYTES_MAX || known->length > length + most || known->length + most < length)
            continue;
        dead = fill_rows(&t, other, valid + 1, known->length);
        valid = least_of(dead, known->length);
        if (dead > known->length) {
            dead = FAR;
            if (t.rows[known->length][length] <= most)
                count = keep(out, count, capacity,
                             (qiaoi_near){other, known->length, known->frequency, t.rows[known->length][length]});
        }
    }
    return count;
}
