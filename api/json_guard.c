/* RFC 8259 in one pass, with a small stack of its own. Two things go further: no NUL in strings, no lone surrogates. */
#include "json_guard.h"

#include "qiao/text.h"

#include <stdatomic.h>
#include <string.h>

#define NUMBER_MAX 60 /* characters: more than any double needs, less than the parser's buffer */

static atomic_uint depth_max = QIAOI_JSON_DEPTH_MAX;

void
qiaoi_json_guard_depth(unsigned most)
{
    atomic_store(&depth_max, most < QIAOI_JSON_DEPTH_MOST ? most : QIAOI_JSON_DEPTH_MOST);
}

unsigned
qiaoi_json_guard_depth_max(void)
{
    return atomic_load(&depth_max);
}

typedef struct scanner {
    const char *text;
    size_t length, at;
    char open[QIAOI_JSON_DEPTH_MOST]; /* '{' or '[' */
    size_t depth;
    qiaoi_json_fault fault;
} scanner;

/* The byte at the scanner, 0 at the end. */
static char
here(const scanner *s)
{
    return s->at < s->length ? s->text[s->at] : (char)0;
}

static void
skip_space(scanner *s)
{
    while (s->at < s->length && strchr(" \t\r\n", s->text[s->at]) != NULL && s->text[s->at] != '\0')
        s->at++;
}

static bool
broken(scanner *s)
{
    if (s->fault == QIAOI_JSON_FINE)
        s->fault = s->at < s->length && s->text[s->at] == '\0' ? QIAOI_JSON_HAS_NUL : QIAOI_JSON_BROKEN;
    return false;
}

/* Value of the four hexadecimal digits behind "\u"; -1 where there are none. */
static long
unit_at(const scanner *s, size_t at)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    long value = 0;

    if (at > s->length || s->length - at < 4)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        const char *digit = s->text[i] != '\0' ? strchr(digits, s->text[i]) : NULL;

        if (digit == NULL)
            return -1;
        value = value * 16 + (digit - digits) % 16;
    }
    return value;
}

/* At the backslash. */
static bool
escape(scanner *s)
{
    char c = s->length - s->at > 1 ? s->text[s->at + 1] : '\0';
    long unit, low;

    if (c != 'u') {
        if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
            return broken(s);
        s->at += 2;
        return true;
    }
    unit = unit_at(s, s->at + 2);
    if (unit == 0)
        s->fault = QIAOI_JSON_HAS_NUL;
    if (unit <= 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return broken(s);
    s->at += 6;
    if (unit < 0xD800 || unit > 0xDBFF)
        return true;
    low = s->length - s->at > 1 && s->text[s->at] == '\\' && s->text[s->at + 1] == 'u' ? unit_at(s, s->at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return broken(s);
    s->at += 6;
    return true;
}

static bool
string(scanner *s)
{
    if (here(s) != '"')
        return broken(s);
    for (s->at++; here(s) != '"';) {
        if (s->at == s->length || (unsigned char)here(s) < 0x20)
            return broken(s);
        if (here(s) != '\\')
            s->at++;
        else if (!escape(s))
            return false;
    }
    s->at++;
    return true;
}

static size_t
digits(scanner *s)
{
    size_t start = s->at;

    while (here(s) >= '0' && here(s) <= '9')
        s->at++;
    return s->at - start;
}

static bool
number(scanner *s)
{
    size_t start = s->at;

    if (here(s) == '-')
        s->at++;
    if (here(s) == '0')
        s->at++;
    else if (digits(s) == 0)
        return broken(s);
    if (here(s) == '.') {
        s->at++;
        if (digits(s) == 0)
            return broken(s);
    }
    if (here(s) == 'e' || here(s) == 'E') {
        s->at++;
        s->at += here(s) == '+' || here(s) == '-';
        if (digits(s) == 0)
            return broken(s);
    }
    return s->at - start <= NUMBER_MAX || broken(s);
}

static bool
word(scanner *s)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);

        if (s->length - s->at >= length && memcmp(s->text + s->at, words[i], length) == 0) {
            s->at += length;
            return true;
        }
    }
    return number(s);
}

/* The name of a member and its colon. */
static bool
name(scanner *s)
{
    skip_space(s);
    if (!string(s))
        return false;
    skip_space(s);
    if (here(s) != ':')
        return broken(s);
    s->at++;
    return true;
}

/* A whole value, or the opening of one. true in *begun: a value must follow. */
static bool
begin_value(scanner *s, bool *begun)
{
    char c;

    *begun = false;
    skip_space(s);
    c = here(s);
    if (c != '{' && c != '[')
        return c == '"' ? string(s) : word(s);
    if (s->depth == atomic_load_explicit(&depth_max, memory_order_relaxed)) {
        s->fault = QIAOI_JSON_TOO_DEEP;
        return false;
    }
    s->at++;
    s->open[s->depth++] = c;
    skip_space(s);
    if (here(s) == (c == '{' ? '}' : ']'))
        return true; /* closed by end_value */
    *begun = true;
    return c == '[' || name(s);
}

/* What may follow a value: ends of what is open, then a comma. true in *begun: a value must follow. */
static bool
end_value(scanner *s, bool *begun)
{
    for (*begun = false;; s->at++) {
        skip_space(s);
        if (s->depth == 0)
            return s->at == s->length || broken(s);
        if (here(s) != (s->open[s->depth - 1] == '{' ? '}' : ']'))
            break;
        s->depth--;
    }
    if (here(s) != ',')
        return broken(s);
    s->at++;
    *begun = true;
    return s->open[s->depth - 1] == '[' || name(s);
}

qiaoi_json_fault
qiaoi_json_guard(const char *text, size_t length, size_t *at_out)
{
    scanner s = {.text = text, .length = length};
    bool more = true, fine = true;

    if (!qiao_utf8_valid(text, length))
        return QIAOI_JSON_NOT_UTF8;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        s.at = 3; /* a byte order mark, as some editors leave it */
    while (fine && more) {
        fine = begin_value(&s, &more);
        if (fine && !more)
            fine = end_value(&s, &more);
    }
    *at_out = s.at;
    return s.fault;
}
