/* Finds the words of the grammar in a piece, and answers what stands where. */
#include "indicator/indicator_internal.h"

#include <string.h>

#define LOOK_BACK 24u /* cells of the longest word that counts */

static size_t
letters_end(const qiaoi_sentence *s, size_t cell)
{
    while (cell < s->count && qiaoi_is_latin(s->cells[cell].c))
        cell++;
    return cell;
}

/* Adds what one spelling stands for to the hit of its place; false where it ends inside a Latin word and may not. */
static bool
take_match(const qiaoi_sentence *s, size_t cell, const qiaoi_match *match, qiaoi_hit *hit)
{
    const qiao_units *u = s->units;
    size_t end = cell + match->length;
    bool inside = qiaoi_is_latin(s->cells[end - 1].c) && qiaoi_is_latin(s->cells[end].c);
    bool any = false;

    end = inside ? letters_end(s, end) : end;
    for (size_t i = match->first; i < match->first + match->count; i++) {
        const qiaoi_lexeme *lexeme = &u->lexemes[u->grammar.items[i].value];

        if (inside && !lexeme->stem)
            continue;
        any = true;
        hit->near |= lexeme->near;
        if (end >= hit->end) {
            hit->words = end > hit->end ? lexeme->words : hit->words | lexeme->words;
            hit->end = (uint32_t)end;
        }
    }
    return any;
}

/* The longest word that begins at each cell makes a hit; words near which units mean something count also when they are
 * shorter. */
void
qiaoi_find_words(qiaoi_sentence *s)
{
    qiaoi_match matches[QIAOI_MATCHES_MAX];

    s->hit_count = 0;
    for (size_t i = 0; i < s->count; i++) {
        qiaoi_hit hit = {.begin = (uint32_t)i, .end = (uint32_t)i};
        bool any = false;
        size_t n;

        if (s->cells[i].c == ' ' || (i > 0 && qiaoi_is_latin(s->cells[i].c) && qiaoi_is_latin(s->cells[i - 1].c)))
            continue; /* no word begins with a space or inside another */
        n = qiaoi_spellings_match(&s->units->grammar, &s->cells[i], s->count - i, true, matches);
        for (size_t k = 0; k < n; k++)
            any = take_match(s, i, &matches[k], &hit) || any;
        if (any)
            s->hits[s->hit_count++] = hit;
    }
}

/* First hit that begins at or behind the cell. */
static size_t
first_from(const qiaoi_sentence *s, size_t cell)
{
    size_t low = 0, high = s->hit_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (s->hits[middle].begin < cell)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const qiaoi_hit *
qiaoi_hit_ending(const qiaoi_sentence *s, size_t cell, uint64_t classes)
{
    const qiaoi_hit *best = NULL;

    for (size_t i = first_from(s, cell); i > 0 && s->hits[i - 1].begin + LOOK_BACK >= cell; i--) {
        const qiaoi_hit *hit = &s->hits[i - 1];

        if (hit->end == cell && (hit->words & classes) != 0)
            best = hit;
    }
    return best;
}

const qiaoi_hit *
qiaoi_hit_beginning(const qiaoi_sentence *s, size_t cell, uint64_t classes)
{
    size_t i = first_from(s, cell);

    return i < s->hit_count && s->hits[i].begin == cell && (s->hits[i].words & classes) != 0 ? &s->hits[i] : NULL;
}

const qiaoi_hit *
qiaoi_hit_within(const qiaoi_sentence *s, size_t begin, size_t end, uint64_t classes)
{
    for (size_t i = first_from(s, end); i > 0 && s->hits[i - 1].begin >= begin; i--) {
        if (s->hits[i - 1].end <= end && (s->hits[i - 1].words & classes) != 0)
            return &s->hits[i - 1];
    }
    return NULL;
}

static bool
parts_clauses(const qiaoi_sentence *s, size_t cell)
{
    uint32_t c = s->cells[cell].c;

    if (c == ',')
        return !(qiaoi_is_digit(s->cells[cell + 1].c) && cell > 0 && qiaoi_is_digit(s->cells[cell - 1].c));
    return c == 0xFF0C || c == 0xFF1B || c == ';' || c == 0x3002 || c == 0x25CF || c == 0x25A0;
}

size_t
qiaoi_clause_begin(const qiaoi_sentence *s, size_t cell)
{
    while (cell > 0 && !parts_clauses(s, cell - 1))
        cell--;
    return cell;
}

size_t
qiaoi_clause_end(const qiaoi_sentence *s, size_t cell)
{
    while (cell < s->count && !parts_clauses(s, cell))
        cell++;
    return cell;
}

size_t
qiaoi_skip_spaces(const qiaoi_sentence *s, size_t cell)
{
    while (cell < s->count && s->cells[cell].c == ' ')
        cell++;
    return cell;
}

size_t
qiaoi_skip_spaces_back(const qiaoi_sentence *s, size_t cell)
{
    while (cell > 0 && s->cells[cell - 1].c == ' ')
        cell--;
    return cell;
}

size_t
qiaoi_at(const qiaoi_sentence *s, size_t cell, const char *text)
{
    size_t at = 0, length, n = 0;

    if (cell >= s->count ||
        ((unsigned char)*text < 0x80u && qiaoi_lower(s->cells[cell].c) != (unsigned char)*text)) /* mostly so */
        return 0;
    length = strlen(text);
    while (at < length) {
        uint32_t c = qiaoi_decode(text, length, &at);

        if (cell + n >= s->count || qiaoi_lower(s->cells[cell + n].c) != c)
            return 0;
        n++;
    }
    return n;
}

size_t
qiaoi_ends(const qiaoi_sentence *s, size_t cell, const char *text)
{
    size_t n = 0;

    for (const char *p = text; *p != '\0'; p++)
        n += ((unsigned char)*p & 0xC0u) != 0x80u ? 1 : 0;
    return cell >= n && qiaoi_at(s, cell - n, text) == n ? n : 0;
}
