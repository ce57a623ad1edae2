/* Finds personal data: see qiao/privacy.h. One pass; at each place the kinds are tried, the surest first. */
#include "qiao/privacy.h"

#include <stdbool.h>
#include <string.h>

#define EMAIL_MAX 120u
#define NAME_CHARACTERS_MAX 4u
#define ACCOUNT_MAX 24u

typedef struct span {
    size_t start, end; /* end 0: nothing */
} span;

static bool
digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
word_character(char c)
{
    return digit(c) || letter(c);
}

static char
at(const char *text, size_t length, size_t i)
{
    return i < length ? text[i] : '\0';
}

/* ---- e-mail ---- */

static bool
mail_character(char c)
{
    return word_character(c) || (c != '\0' && strchr("._%+-", c) != NULL);
}

/* i: of the sign. */
static span
email(const char *text, size_t length, size_t i)
{
    size_t begin = i, end = i + 1, dot = 0;

    while (begin > 0 && i - begin < EMAIL_MAX && mail_character(text[begin - 1]))
        begin--;
    while (end < length && end - i < EMAIL_MAX && (word_character(text[end]) || text[end] == '.' || text[end] == '-')) {
        if (text[end] == '.' && end > i + 1)
            dot = end;
        end++;
    }
    while (end > i && (text[end - 1] == '.' || text[end - 1] == '-'))
        end--;
    return begin < i && dot != 0 && end > dot + 2 && letter(text[dot + 1]) ? (span){begin, end} : (span){0, 0};
}

/* ---- numbers ---- */

/* Digits from i on with single spaces or hyphens between them; how many, and where they end. */
static size_t
count_digits(const char *text, size_t length, size_t i, char digits[24], size_t *end_out)
{
    size_t n = 0;

    *end_out = i;
    while (i < length && n < 24) {
        if (digit(text[i])) {
            digits[n++] = text[i++];
            *end_out = i;
        } else if ((text[i] == ' ' || text[i] == '-') && digit(at(text, length, i + 1)) && n > 0) {
            i++;
        } else {
            break;
        }
    }
    return n;
}

/* A plus and a country code; a Chinese mobile number; an area code with its zero. */
static span
phone(const char *text, size_t length, size_t i)
{
    char digits[24] = {0};
    bool plus = text[i] == '+';
    size_t end, n = count_digits(text, length, plus ? i + 1 : i, digits, &end);

    if (word_character(at(text, length, end)) || at(text, length, end) == '.')
        return (span){0, 0};
    if (plus)
        return n >= 9 && n <= 15 ? (span){i, end} : (span){0, 0};
    if (n == 11 && digits[0] == '1' && digits[1] >= '3')
        return (span){i, end};
    if (n >= 10 && n <= 12 && digits[0] == '0' && digits[1] != '0' && memchr(text + i, '-', end - i) != NULL)
        return (span){i, end};
    return (span){0, 0};
}

/* GB 11643: seventeen digits and a check character. */
static bool
identity_holds(const char *text)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char checks[] = "10X98765432";
    int sum = 0;

    for (size_t k = 0; k < 17; k++) {
        if (!digit(text[k]))
            return false;
        sum += (text[k] - '0') * weights[k];
    }
    return (text[17] == 'x' ? 'X' : text[17]) == checks[sum % 11];
}

/* GB 32100: eighteen characters of an alphabet without I, O, S, V, Z. */
static bool
registration_holds(const char *text)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int weights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    int sum = 0;

    for (size_t k = 0; k < 18; k++) {
        const char *place = text[k] != '\0' ? strchr(alphabet, text[k]) : NULL;

        if (place == NULL)
            return false;
        if (k < 17)
            sum += (int)(place - alphabet) * weights[k];
        else
            return alphabet[(31 - sum % 31) % 31] == text[k];
    }
    return false;
}

static bool
eighteen(const char *text, size_t length, size_t i)
{
    if (length - i < 18 || word_character(at(text, length, i + 18)))
        return false;
    for (size_t k = 0; k < 18; k++)
        if (!word_character(text[i + k]))
            return false;
    return true;
}

/* ---- what a word announces ---- */

typedef struct announcement {
    const char *word;
    qiao_private_kind kind;
} announcement;

static const announcement announcements[] = {
    {"联系人", QIAO_PRIVATE_NAME},     {"负责人", QIAO_PRIVATE_NAME},         {"对接人", QIAO_PRIVATE_NAME},
    {"法定代表人", QIAO_PRIVATE_NAME}, {"contact person", QIAO_PRIVATE_NAME}, {"Contact person", QIAO_PRIVATE_NAME},
    {"Contact:", QIAO_PRIVATE_NAME},   {"contact:", QIAO_PRIVATE_NAME},       {"微信号", QIAO_PRIVATE_ACCOUNT},
    {"微信", QIAO_PRIVATE_ACCOUNT},    {"WeChat", QIAO_PRIVATE_ACCOUNT},      {"QQ", QIAO_PRIVATE_ACCOUNT},
};

/* Past a colon (plain or full-width) and spaces; 0 where there is no colon, unless the word ends with one. */
static size_t
behind_colon(const char *text, size_t length, size_t i, bool colon)
{
    while (i < length) {
        if (text[i] == ':') {
            colon = true;
            i++;
        } else if (length - i >= 3 && memcmp(text + i, "\xEF\xBC\x9A", 3) == 0) {
            colon = true;
            i += 3;
        } else if (text[i] == ' ') {
            i++;
        } else {
            break;
        }
    }
    return colon ? i : 0;
}

/* Two to four Chinese characters, or two words with capitals. */
static size_t
name_end(const char *text, size_t length, size_t i)
{
    size_t end = i, characters = 0, words = 0;

    while (length - end >= 3 && (unsigned char)text[end] >= 0xE4u && (unsigned char)text[end] <= 0xE9u &&
           characters <= NAME_CHARACTERS_MAX) {
        end += 3;
        characters++;
    }
    if (characters > 0)
        return characters >= 2 && characters <= NAME_CHARACTERS_MAX ? end : 0;
    while (end < length && text[end] >= 'A' && text[end] <= 'Z') {
        while (end < length && (letter(text[end]) || text[end] == '.'))
            end++;
        words++;
        if (at(text, length, end) == ' ' && at(text, length, end + 1) >= 'A' && at(text, length, end + 1) <= 'Z')
            end++;
    }
    return words >= 2 ? end : 0;
}

static size_t
account_end(const char *text, size_t length, size_t i)
{
    size_t end = i;

    while (end < length && end - i < ACCOUNT_MAX && (word_character(text[end]) || text[end] == '_' || text[end] == '-'))
        end++;
    return end - i >= 5 ? end : 0;
}

static span
announced(const char *text, size_t length, size_t i, qiao_private_kind *kind)
{
    for (size_t k = 0; k < sizeof announcements / sizeof *announcements; k++) {
        size_t n = strlen(announcements[k].word), begin, end;

        if (length - i < n || memcmp(text + i, announcements[k].word, n) != 0)
            continue;
        begin = behind_colon(text, length, i + n, announcements[k].word[n - 1] == ':');
        if (begin == 0)
            continue;
        *kind = announcements[k].kind;
        end = *kind == QIAO_PRIVATE_NAME ? name_end(text, length, begin) : account_end(text, length, begin);
        if (end != 0)
            return (span){begin, end};
    }
    return (span){0, 0};
}

/* ---- all of it ---- */

static span
find_at(const char *text, size_t length, size_t i, qiao_private_kind *kind)
{
    bool fresh = i == 0 || !word_character(text[i - 1]);
    span found = {0, 0};

    if (text[i] == '@') {
        *kind = QIAO_PRIVATE_EMAIL;
        return email(text, length, i);
    }
    if (fresh && eighteen(text, length, i)) {
        *kind = identity_holds(text + i) ? QIAO_PRIVATE_IDENTITY : QIAO_PRIVATE_REGISTRATION;
        return identity_holds(text + i) || registration_holds(text + i) ? (span){i, i + 18} : found;
    }
    if (fresh && (digit(text[i]) || text[i] == '+') && (i == 0 || strchr(".-/", text[i - 1]) == NULL)) {
        *kind = QIAO_PRIVATE_PHONE;
        return phone(text, length, i);
    }
    return announced(text, length, i, kind);
}

size_t
qiao_private_places(const char *text, size_t length, qiao_private_place *out, size_t capacity)
{
    size_t count = 0, free_from = 0;

    for (size_t i = 0; i < length && count < capacity; i++) {
        qiao_private_kind kind = QIAO_PRIVATE_NAME;
        span found = find_at(text, length, i, &kind);

        if (found.end == 0 || found.start < free_from)
            continue;
        out[count++] = (qiao_private_place){kind, (uint32_t)found.start, (uint32_t)found.end};
        free_from = found.end;
        i = found.end - 1;
    }
    return count;
}

const char *
qiao_private_code(qiao_private_kind kind)
{
    static const char *const codes[] = {
#define CODE(name, code) code,
        QIAO_PRIVATE_KINDS(CODE)
#undef CODE
    };

    return kind < QIAO_PRIVATE_KIND_COUNT ? codes[kind] : "";
}
