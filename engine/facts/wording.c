/* One pass over a text finds the words of all rows: see wording.h. */
#include "facts/wording.h"

#include <stdio.h>
#include <string.h>

#define NONE 255u
#define BEGINNINGS 1024u /* power of two */

/* Or a digit, of ASCII. */
static bool
is_letter(char c)
{
    unsigned letter = ((unsigned char)c | 0x20u) - 'a', digit = (unsigned char)c - '0';

    return letter < 26 || digit < 10;
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* ---- places, eight bytes at a time ---- */

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

/* The highest bit of each byte, of which all are below 0x80, that is least or more. */
static uint64_t
reaching(uint64_t bytes, unsigned least)
{
    return (bytes + EACH(0x80u - least)) & EACH(0x80u);
}

/* The same of each byte that is an ASCII letter or digit. */
static uint64_t
letters_among(uint64_t bytes)
{
    uint64_t low = bytes & EACH(0x7Fu), small = low | EACH(0x20u);

    return ((reaching(small, 'a') & ~reaching(small, 'z' + 1)) | (reaching(low, '0') & ~reaching(low, '9' + 1))) &
           ~bytes;
}

bool
qiaoi_wording_next_place(qiaoi_wording_places *places, size_t *at)
{
    while (places->left == 0) {
        size_t rest = places->length - places->next;
        uint64_t bytes = 0, letters;

        if (rest == 0)
            return false;
        if (rest < 8)
            memcpy(&bytes, places->text + places->next, rest);
        else
            memcpy(&bytes, places->text + places->next, 8);
        letters = letters_among(bytes);
        places->left = (letters & ~(letters << 8 | places->before)) | (bytes & bytes << 1 & EACH(0x80u));
        places->before = letters >> 56;
        places->block = places->next;
        places->next += rest < 8 ? rest : 8;
    }
    *at = places->block + (size_t)__builtin_ctzll(places->left) / 8;
    places->left &= places->left - 1;
    return true;
}

/* ---- words ---- */

bool
qiaoi_wording_at(const char *text, size_t length, size_t at, const char *words)
{
    size_t i = 0;

    if (at > 0 && is_letter(text[at - 1]) && is_letter(words[0]))
        return false;
    while (words[i] != '\0' && at + i < length && lower(text[at + i]) == words[i])
        i++;
    return words[i] == '\0' && !(at + i < length && is_letter(text[at + i]) && is_letter(words[i - 1]));
}

size_t
qiaoi_wording_find(const char *text, size_t length, const char *words)
{
    for (size_t at = 0; at < length; at++)
        if (lower(text[at]) == words[0] && qiaoi_wording_at(text, length, at, words))
            return at;
    return length;
}

void
qiaoi_wording_copy(char out[96], const char *text, size_t start, size_t end)
{
    size_t n = end - start;

    if (n > 95)
        n = 95;
    while (n > 0 && ((unsigned char)text[start + n] & 0xC0) == 0x80)
        n--;
    memcpy(out, text + start, n);
    out[n] = '\0';
}

/* A mix of the first two bytes: few rows begin alike. */
static size_t
beginning(char first, char second)
{
    return ((size_t)(unsigned char)first * 37u + (unsigned char)second) & (BEGINNINGS - 1);
}

void
qiaoi_wording_surest(const qiaoi_wording *rows, size_t count, const char *text, size_t length, qiao_suggestion *out)
{
    uint8_t head[BEGINNINGS], next[QIAOI_WORDINGS_MAX]; /* rows by how they begin, in order */
    size_t best = count, place = 0, at;
    qiaoi_wording_places places = {.text = text, .length = length};

    memset(head, NONE, sizeof head);
    for (size_t r = count; r-- > 0;) {
        uint8_t *first = &head[beginning(rows[r].words[0], rows[r].words[1])];

        next[r] = *first;
        *first = (uint8_t)r;
    }
    while (qiaoi_wording_next_place(&places, &at) && at + 1 < length)
        for (size_t r = head[beginning(lower(text[at]), lower(text[at + 1]))]; r != NONE; r = next[r])
            if (rows[r].confidence > out->confidence &&
                (best == count || rows[r].confidence > rows[best].confidence ||
                 (rows[r].confidence == rows[best].confidence && r < best)) &&
                qiaoi_wording_at(text, length, at, rows[r].words)) {
                best = r;
                place = at;
            }
    if (best == count)
        return;
    out->confidence = rows[best].confidence;
    snprintf(out->value, sizeof out->value, "%s", rows[best].value);
    qiaoi_wording_copy(out->words, text, place, place + strlen(rows[best].words));
}
