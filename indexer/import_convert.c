/* Texts and days from the forms of sources: see import_convert.h. */
#include "import_convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DAY_SECONDS 86400

bool
qiaoi_convert_date(const char *kind, const char *text, char out[QIAO_DATE_SIZE])
{
    unsigned month, day, year;
    int used = 0;
    char *end;
    long long value;

    if (kind == NULL)
        return false;
    if (strcmp(kind, "us") == 0) {
        if (sscanf(text, "%2u/%2u/%4u%n", &month, &day, &year, &used) != 3 || year < 1000 || month == 0 || month > 12 ||
            day == 0 || day > 31 || (text[used] != '\0' && text[used] != ' '))
            return false;
        snprintf(out, QIAO_DATE_SIZE, "%04u-%02u-%02u", year % 10000, month, day);
        return true;
    }
    if (strcmp(kind, "epoch_ms") != 0 && strcmp(kind, "epoch_s") != 0)
        return false;
    value = strtoll(text, &end, 10);
    if (end == text || *end != '\0')
        return false;
    value /= kind[6] == 'm' ? 1000 : 1;
    if (value < -30000LL * DAY_SECONDS || value > 100000LL * DAY_SECONDS) /* 1887 to 2243: others are no days */
        return false;
    value = value >= 0 ? value / DAY_SECONDS : -((-value + DAY_SECONDS - 1) / DAY_SECONDS);
    qiao_date_text((int32_t)value, out);
    return true;
}

static void
append_code_point(qiao_buffer *out, unsigned long code)
{
    if (code < 0x80) {
        qiao_buffer_char(out, (char)code);
    } else if (code < 0x800) {
        qiao_buffer_char(out, (char)(0xC0 | code >> 6));
        qiao_buffer_char(out, (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        qiao_buffer_char(out, (char)(0xE0 | code >> 12));
        qiao_buffer_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        qiao_buffer_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        qiao_buffer_char(out, (char)(0xF0 | code >> 18));
        qiao_buffer_char(out, (char)(0x80 | (code >> 12 & 0x3F)));
        qiao_buffer_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        qiao_buffer_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

/* at stands behind "&"; returns behind the reference, or NULL where it is none that is known. */
static const char *
append_reference(const char *at, qiao_buffer *out)
{
    static const struct {
        const char *name;
        unsigned long code;
    } known[] = {{"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},     {"apos", '\''},
                 {"nbsp", ' '},     {"ndash", 0x2013}, {"mdash", 0x2014},  {"lsquo", 0x2018}, {"rsquo", 0x2019},
                 {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"hellip", 0x2026}, {"bull", 0x2022},  {"deg", 0xB0},
                 {"plusmn", 0xB1},  {"micro", 0xB5},   {"middot", 0xB7},   {"times", 0xD7},   {"reg", 0xAE},
                 {"trade", 0x2122}, {"eacute", 0xE9},  {"egrave", 0xE8},   {"agrave", 0xE0},  {"ccedil", 0xE7},
                 {"auml", 0xE4},    {"ouml", 0xF6},    {"uuml", 0xFC},     {"szlig", 0xDF},   {"alpha", 0x3B1},
                 {"beta", 0x3B2},   {"gamma", 0x3B3},  {"mu", 0x3BC},      {"le", 0x2264},    {"ge", 0x2265}};
    size_t n = strcspn(at, "; &<");
    char *end;

    if (n == 0 || n > 10 || at[n] != ';')
        return NULL;
    if (at[0] == '#') {
        bool hex = at[1] == 'x' || at[1] == 'X';
        unsigned long code = strtoul(at + (hex ? 2 : 1), &end, hex ? 16 : 10);

        if (end != at + n || code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
            return NULL;
        append_code_point(out, code == 0xA0 ? ' ' : code);
        return at + n + 1;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == n && strncmp(known[i].name, at, n) == 0) {
            append_code_point(out, known[i].code);
            return at + n + 1;
        }
    }
    return NULL;
}

static bool
begins_line(const char *tag)
{
    static const char *const names[] = {"p", "br", "li", "div", "ul", "ol", "tr", "h1", "h2", "h3", "h4"};
    const char *name = *tag == '/' ? tag + 1 : tag;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);

        if (strncasecmp(name, names[i], n) == 0 && (name[n] == '>' || name[n] == '/' || name[n] == ' '))
            return true;
    }
    return false;
}

void
qiaoi_convert_html(const char *html, qiao_buffer *out)
{
    size_t start = out->length;

    while (*html != '\0') {
        const char *close = *html == '<' ? strchr(html, '>') : NULL;
        const char *behind = *html == '&' ? append_reference(html + 1, out) : NULL;

        if (behind != NULL) {
            html = behind;
        } else if (close != NULL && strchr(" \t\r\n=0123456789", html[1]) == NULL) { /* "p < 0.05" is no tag */
            if (begins_line(html + 1) && out->length > start && out->data[out->length - 1] != '\n')
                qiao_buffer_char(out, '\n');
            html = close + 1;
        } else {
            qiao_buffer_char(out, *html++);
        }
    }
    while (!out->failed && out->length > start && strchr(" \t\r\n", out->data[out->length - 1]) != NULL)
        out->length--;
    qiao_buffer_char(out, '\0');
    if (!out->failed)
        out->length--;
}
