/*
 * From bytes to pieces and cells. A piece is a sentence or line that may hold a number; all others are passed over at
 * the speed of a byte scan, which is what makes long texts cheap. Cells are characters in one normal form, each with
 * its place, so that everything above works on "～", "〜" and "~" alike and still answers in bytes of the original.
 */
#include "indicator/indicator_internal.h"

#include "base/utf8.h"

#include <string.h>

#define PIECE_BYTES_MAX 2048u

uint32_t
qiaoi_decode(const char *bytes, size_t length, size_t *at)
{
    const unsigned char *b = (const unsigned char *)bytes + *at;
    int n;

    if (*b < 0x80) {
        (*at)++;
        return *b;
    }
    if (*b > 0xE0 && *b < 0xED && length - *at >= 3 && (b[1] & 0xC0u) == 0x80u && (b[2] & 0xC0u) == 0x80u) {
        *at += 3; /* most of Chinese */
        return (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
    }
    n = qiaoi_utf8_sequence(b, length - *at);
    *at += (size_t)(n < 0 ? -n : n);
    switch (n) {
    case 2:
        return (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
    case 3:
        return (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
    case 4:
        return (b[0] & 0x07u) << 18 | (b[1] & 0x3Fu) << 12 | (b[2] & 0x3Fu) << 6 | (b[3] & 0x3Fu);
    default:
        return 0xFFFD;
    }
}

bool
qiaoi_is_latin(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7);
}

bool
qiaoi_is_han(uint32_t c)
{
    return c >= 0x3400 && c <= 0x9FFF;
}

/* Characters that differ in shape only. */
static const struct {
    uint16_t from, to;
} alike[] = {
    {0x00A0, ' '},    {0x00AD, '-'},    {0x00B5, 0x3BC},  {0x00B7, 0xB7},   {0x00BA, 0xB0},   {0x02D9, 0xB7},
    {0x02DA, 0xB0},   {0x02DC, '~'},    {0x0387, 0xB7},   {0x2002, ' '},    {0x2003, ' '},    {0x2004, ' '},
    {0x2005, ' '},    {0x2006, ' '},    {0x2007, ' '},    {0x2008, ' '},    {0x2009, ' '},    {0x200A, ' '},
    {0x2010, '-'},    {0x2011, '-'},    {0x2012, '-'},    {0x2013, '-'},    {0x2014, '-'},    {0x2015, '-'},
    {0x2019, '\''},   {0x2022, 0xB7},   {0x2027, 0xB7},   {0x202F, ' '},    {0x2032, '\''},   {0x2033, 0x2033},
    {0x2043, '-'},    {0x2103, 0x2103}, {0x2126, 0x3A9},  {0x212A, 'K'},    {0x212B, 0xC5},   {0x2212, '-'},
    {0x2215, '/'},    {0x2217, '*'},    {0x2218, 0xB0},   {0x2219, 0xB7},   {0x2223, '|'},    {0x223C, '~'},
    {0x223D, '~'},    {0x2248, 0x2248}, {0x2266, 0x2264}, {0x2267, 0x2265}, {0x22C5, 0xB7},   {0x2A7D, 0x2264},
    {0x2A7E, 0x2265}, {0x3000, ' '},    {0x301C, '~'},    {0x30FB, 0xB7},   {0xFE63, '-'},    {0x2044, '/'},
    {0x2716, 0xD7},   {0x2715, 0xD7},   {0x2A2F, 0xD7},   {0x2245, 0x2248}, {0x2243, 0x2248}, {0x226F, 0x2264},
    {0x226E, 0x2265},
};

uint32_t
qiaoi_normal(uint32_t c)
{
    if (c < 0x80)
        return c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
    if (c >= 0x3001 && c < 0xFE00)
        return c == 0x301C ? '~' : c == 0x30FB ? 0xB7 : c;
    if (c == 0xFF0C || c == 0xFF1B || c == 0xFF0E) /* ， and ； stay: they part clauses, never digits */
        return c == 0xFF0E ? '.' : c;
    if (c >= 0xFF01 && c <= 0xFF5E)
        return c - 0xFEE0;
    for (size_t i = 0; i < sizeof alike / sizeof alike[0]; i++) {
        if (alike[i].from == c)
            return alike[i].to;
    }
    return c;
}

/* ---- pieces ---- */

static bool
one_of(const unsigned char *b, size_t left, const char *list)
{
    for (; left >= 3 && *list != '\0'; list += 3) {
        if (memcmp(b, list, 3) == 0)
            return true;
    }
    return false;
}

/* Does a number begin here: a digit of any width, or a Chinese numeral before another or before what may be a unit? */
static bool
may_count(const unsigned char *b, size_t left)
{
    static const char numerals[] = "一二三两四五六七八九十百千万亿";
    static const char followers[] =
        "十百千万亿点一二三两四五六七八九倍小个分秒毫年天月米厘微纳公吨克摄度次级兆瓦伏赫元帧像目立平周转之";

    if (left < 6)
        return left >= 3 && b[0] == 0xEF && b[1] == 0xBC && b[2] >= 0x90 && b[2] <= 0x99;
    if (b[0] == 0xEF)
        return b[1] == 0xBC && b[2] >= 0x90 && b[2] <= 0x99;
    return one_of(b, left, numerals) && (one_of(b + 3, left - 3, followers) || b[3] < 0x80);
}

/* Ends a sentence: 。！？； in UTF-8. */
static size_t
wide_stop(const unsigned char *b, size_t left)
{
    if (left < 3)
        return 0;
    if (b[0] == 0xE3 && b[1] == 0x80 && b[2] == 0x82)
        return 3;
    if (b[0] == 0xEF && b[1] == 0xBC && (b[2] == 0x81 || b[2] == 0x9F || b[2] == 0x9B))
        return 3;
    return 0;
}

/* ". The": a stop, a space, a capital or an opening. "approx. 5 mm", "max. 3" and "No. 5" go on. */
static bool
full_stop(const unsigned char *b, const unsigned char *end)
{
    if (b[0] == ';')
        return true;
    if (b + 2 >= end || b[1] != ' ')
        return false;
    return (b[2] >= 'A' && b[2] <= 'Z') || b[2] >= 0x80 || b[2] == '(';
}

typedef struct scan {
    const unsigned char *at, *end, *begin;
    bool number;
} scan;

static bool
entity_ends(const unsigned char *begin, const unsigned char *semicolon)
{
    for (int i = 1; i <= 8 && semicolon - i >= begin; i++) {
        unsigned char c = semicolon[-i];

        if (c == '&')
            return true;
        if (c == ' ' || c >= 0x80)
            return false;
    }
    return false;
}

/* Looks at one byte that is not plain; true where the piece ends (at then stands behind it). */
static bool
step(scan *s)
{
    const unsigned char *b = s->at;
    size_t wide;

    if (*b >= '0' && *b <= '9') {
        s->number = true;
    } else if (*b == '\n' || *b == '!' || *b == '?') {
        s->at++;
        return *b == '\n' || (s->at < s->end && *s->at == ' ');
    } else if (*b == '.' || *b == ';') {
        s->at++;
        return full_stop(b, s->end) && !(*b == ';' && entity_ends(s->begin, b));
    } else if (*b >= 0xE2) {
        wide = wide_stop(b, (size_t)(s->end - b));
        s->at += wide != 0 ? wide : 1;
        if (!s->number && wide == 0)
            s->number = may_count(b, (size_t)(s->end - b));
        return wide != 0;
    } else if ((*b == 'f' || *b == 't') && s->end - b >= 5 && !s->number) {
        s->number = memcmp(b, "fold", 4) == 0 || memcmp(b, "times", 5) == 0;
    }
    s->at++;
    return false;
}

static const unsigned char plain[256] = {
    ['\n'] = 1, ['!'] = 1,  ['?'] = 1,  ['.'] = 1,  [';'] = 1,  ['0'] = 1,  ['1'] = 1, ['2'] = 1,
    ['3'] = 1,  ['4'] = 1,  ['5'] = 1,  ['6'] = 1,  ['7'] = 1,  ['8'] = 1,  ['9'] = 1, ['f'] = 1,
    ['t'] = 1,  [0xE3] = 1, [0xE4] = 1, [0xE5] = 1, [0xE7] = 1, [0xEF] = 1,
};

/* Where a piece that has grown too long is cut: before a space or comma near its end, at a character in any case. */
static const unsigned char *
cut(const unsigned char *begin, const unsigned char *at)
{
    const unsigned char *least = begin + PIECE_BYTES_MAX / 2;

    for (const unsigned char *p = at; p > least; p--) {
        if (*p == ' ' && !(p[-1] >= '0' && p[-1] <= '9'))
            return p;
        if (p[-1] == 0x8C && p[-2] == 0xBC && p[-3] == 0xEF) /* ， */
            return p;
    }
    while (at > least && (*at & 0xC0u) == 0x80u)
        at--;
    return at;
}

bool
qiaoi_next_piece(const char *text, size_t length, size_t *at, size_t *begin_out, size_t *end_out)
{
    const unsigned char *bytes = (const unsigned char *)text;
    scan s = {.at = bytes + *at, .end = bytes + length, .begin = bytes + *at};

    while (s.at < s.end) {
        bool ended = false;

        while (s.at < s.end && !ended) {
            if (plain[*s.at] == 0)
                s.at++;
            else
                ended = step(&s);
            if (s.at - s.begin > (ptrdiff_t)PIECE_BYTES_MAX && s.at < s.end) {
                if (s.number)
                    s.at = cut(s.begin, s.at);
                ended = true;
            }
        }
        if (s.number) {
            *begin_out = (size_t)(s.begin - bytes);
            *end_out = *at = (size_t)(s.at - bytes);
            return true;
        }
        s.begin = s.at;
    }
    *at = length;
    return false;
}

/* ---- cells ---- */

/* Characters that real feeds leave in as HTML entities. */
static size_t
entity(const char *b, size_t left, uint32_t *c_out)
{
    static const struct {
        const char *name;
        uint32_t c;
    } known[] = {{"&lt;", '<'},      {"&gt;", '>'},       {"&amp;", '&'},      {"&deg;", 0xB0},    {"&#xb0;", 0xB0},
                 {"&#176;", 0xB0},   {"&#xba;", 0xB0},    {"&#186;", 0xB0},    {"&plusmn;", 0xB1}, {"&#xb1;", 0xB1},
                 {"&#177;", 0xB1},   {"&micro;", 0x3BC},  {"&mu;", 0x3BC},     {"&#xb5;", 0x3BC},  {"&#181;", 0x3BC},
                 {"&#x3bc;", 0x3BC}, {"&times;", 0xD7},   {"&#xd7;", 0xD7},    {"&#215;", 0xD7},   {"&nbsp;", ' '},
                 {"&ndash;", '-'},   {"&#8211;", '-'},    {"&#x2013;", '-'},   {"&mdash;", '-'},   {"&le;", 0x2264},
                 {"&ge;", 0x2265},   {"&#8804;", 0x2264}, {"&#8805;", 0x2265}, {"&sup2;", 0xB2},   {"&sup3;", 0xB3},
                 {"&#x13;", '-'},    {"&Omega;", 0x3A9},  {"&middot;", 0xB7},  {"&#39;", '\''},    {"&#x27;", '\''}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t n = strlen(known[i].name);

        if (n <= left && memcmp(b, known[i].name, n) == 0) {
            *c_out = known[i].c;
            return n;
        }
    }
    return 0;
}

static bool
unseen(uint32_t c)
{
    return c == 0x200B || c == 0x200C || c == 0x200D || c == 0x2060 || c == 0xFEFF || c == 0xFE0E || c == 0xFE0F;
}

/* "350?C": what is left of ℃ after a conversion that went wrong. A zero in superscript before C is the same. */
static uint32_t
mend_degree(const char *bytes, size_t length, size_t next, const qiaoi_cell *cells, size_t n, uint32_t c)
{
    if ((c != '?' && c != 0x2070) || next >= length || (bytes[next] != 'C' && bytes[next] != 'F'))
        return c;
    if (next + 1 < length && qiaoi_is_latin((unsigned char)bytes[next + 1]))
        return c;
    return n > 0 && qiaoi_is_digit(cells[n - 1].c) ? 0xB0 : c;
}

size_t
qiaoi_cells_fill(const char *bytes, size_t length, qiaoi_cell *cells, size_t *used_out)
{
    size_t at = 0, n = 0;

    while (at < length && n < QIAOI_CELLS_MAX) {
        size_t begin = at, taken = 0;
        uint32_t c;

        if (bytes[at] == '&' && (taken = entity(bytes + at, length - at, &c)) != 0)
            at += taken;
        else
            c = qiaoi_normal(qiaoi_decode(bytes, length, &at));
        c = mend_degree(bytes, length, at, cells, n, c);
        if (unseen(c) || (c == ' ' && n > 0 && cells[n - 1].c == ' '))
            continue;
        cells[n++] = (qiaoi_cell){.c = c == 0 ? 0xFFFD : c, .at = (uint32_t)begin};
    }
    for (size_t i = 0; i < QIAOI_CELLS_TAIL; i++)
        cells[n + i] = (qiaoi_cell){.c = 0, .at = (uint32_t)at};
    *used_out = at;
    return n;
}
