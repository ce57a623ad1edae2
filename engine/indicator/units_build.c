/*
 * Makes the spellings of a unit out of its row: symbols and Chinese names as written, English words in lower case with
 * their plural, each with the SI prefixes it may take. "kPa", "kilopascals" and "千帕" all come from one row.
 */
#include "indicator/indicator_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 120u

typedef struct prefix {
    char letter;
    const char *symbols; /* alternatives, separated by | */
    const char *word, *zh;
    double factor;
} prefix;

static const prefix prefixes_known[] = {
    {'f', "f", "femto", "飞", 1e-15},  {'p', "p", "pico", "皮", 1e-12},  {'n', "n", "nano", "纳", 1e-9},
    {'u', "μ|u", "micro", "微", 1e-6}, {'m', "m", "milli", "毫", 1e-3},  {'c', "c", "centi", "厘", 1e-2},
    {'d', "d", "deci", "分", 1e-1},    {'a', NULL, "atto", "阿", 1e-18}, {'h', "h", "hecto", "百", 1e2},
    {'k', "k|K", "kilo", "千", 1e3},   {'K', "K", "kilo", "千", 1e3},    {'M', "M", "mega", "兆", 1e6},
    {'G', "G", "giga", "吉", 1e9},     {'T', "T", "tera", "太", 1e12},   {'P', "P", "peta", "拍", 1e15},
    {'E', "E", "exa", "艾", 1e18},
};

typedef enum kind { SYMBOL, WORD, CHINESE } kind;

/* A name as it stands in the table, without its factor and rule. */
typedef struct plain_name {
    char text[NAME_BYTES_MAX];
    double factor;
    unsigned rules;
    bool own_factor;
} plain_name;

static bool
add_name(qiao_units *u, size_t unit, kind k, const char *text, double factor, unsigned rules)
{
    qiaoi_spellings *set = k == WORD ? &u->words : &u->symbols;

    if (!qiaoi_grow(&u->names, u->name_count, &u->name_capacity, sizeof *u->names))
        return false;
    u->names[u->name_count] = (qiaoi_unit_name){.unit = (uint32_t)unit, .rules = rules, .factor = factor};
    return qiaoi_spellings_add(set, text, strlen(text), k == WORD, (uint32_t)u->name_count++);
}

/* The word and its plural: metres, henries, inches, "degrees Celsius" (given as such). */
static bool
add_word(qiao_units *u, size_t unit, const char *text, double factor, unsigned rules)
{
    char plural[NAME_BYTES_MAX + 4];
    size_t n = strlen(text);

    if (!add_name(u, unit, WORD, text, factor, rules))
        return false;
    memcpy(plural, text, n);
    if (n > 2 && text[n - 1] == 'y' && strchr("aeiou", text[n - 2]) == NULL)
        memcpy(plural + n - 1, "ies", 4);
    else if (n > 2 && (text[n - 1] == 'x' || text[n - 1] == 'z' || (text[n - 1] == 'h' && text[n - 2] == 'c')))
        memcpy(plural + n, "es", 3);
    else
        memcpy(plural + n, "s", 2);
    return add_name(u, unit, WORD, plural, factor, rules);
}

static bool
add_joined(qiao_units *u, size_t unit, kind k, const char *head, size_t head_length, const plain_name *name,
           double factor, unsigned rules)
{
    char text[NAME_BYTES_MAX + 16];
    size_t n = strlen(name->text);

    memcpy(text, head, head_length);
    memcpy(text + head_length, name->text, n + 1);
    return k == WORD ? add_word(u, unit, text, factor, rules) : add_name(u, unit, k, text, factor, rules);
}

static bool
add_prefixed(qiao_units *u, size_t unit, kind k, const prefix *p, const plain_name *name, unsigned rules)
{
    double factor = u->units[unit].factor * p->factor;

    rules &= ~(unsigned)QIAOI_RULE_PREFIXED;
    if (k == WORD)
        return add_joined(u, unit, k, p->word, strlen(p->word), name, factor, rules);
    if (k == CHINESE)
        return add_joined(u, unit, k, p->zh, strlen(p->zh), name, factor, rules);
    for (const char *s = p->symbols; s != NULL && *s != '\0';) {
        size_t n = strcspn(s, "|");

        if (!add_joined(u, unit, k, s, n, name, factor, rules))
            return false;
        s += n + (s[n] == '|' ? 1 : 0);
    }
    return true;
}

static const prefix *
find_prefix(char letter)
{
    for (size_t i = 0; i < sizeof prefixes_known / sizeof prefixes_known[0]; i++) {
        if (prefixes_known[i].letter == letter)
            return &prefixes_known[i];
    }
    return NULL;
}

/* "kw=1e3!attached" */
static bool
read_name(const char *text, size_t length, plain_name *out)
{
    char buffer[NAME_BYTES_MAX];
    char *mark, *end;

    if (length == 0 || length >= sizeof buffer - 24)
        return false;
    memcpy(buffer, text, length);
    buffer[length] = '\0';
    *out = (plain_name){.factor = 1};
    mark = strchr(buffer, '!');
    if (mark != NULL) {
        *mark = '\0';
        if (strcmp(mark + 1, "compound") != 0 && strcmp(mark + 1, "attached") != 0 && strcmp(mark + 1, "prefixed") != 0)
            return false;
        out->rules = mark[1] == 'c' ? QIAOI_RULE_COMPOUND : mark[1] == 'a' ? QIAOI_RULE_ATTACHED : 0;
    }
    mark = strrchr(buffer, '=');
    if (mark != NULL && mark != buffer) {
        out->factor = strtod(mark + 1, &end);
        out->own_factor = true;
        if (end == mark + 1 || *end != '\0' || !(out->factor > 0))
            return false;
        *mark = '\0';
    }
    memcpy(out->text, buffer, strlen(buffer) + 1);
    return out->text[0] != '\0';
}

static qiao_status
add_plain(qiao_units *u, size_t unit, kind k, const plain_name *name, const char *prefixes, unsigned rules)
{
    double factor = name->own_factor ? name->factor : u->units[unit].factor;
    bool bare = (rules & QIAOI_RULE_PREFIXED) == 0 || name->own_factor;
    bool ok = true;

    rules |= name->rules;
    if (bare)
        ok = k == WORD ? add_word(u, unit, name->text, factor, rules & ~(unsigned)QIAOI_RULE_PREFIXED)
                       : add_name(u, unit, k, name->text, factor, rules & ~(unsigned)QIAOI_RULE_PREFIXED);
    for (; ok && *prefixes != '\0' && !name->own_factor && name->rules == 0; prefixes++) {
        const prefix *p = find_prefix(*prefixes);

        if (p == NULL)
            return QIAO_E_INPUT;
        ok = add_prefixed(u, unit, k, p, name, rules);
    }
    return ok ? QIAO_OK : QIAO_E_NOMEM;
}

qiao_status
qiaoi_units_add_names(qiao_units *u, size_t unit, const char *const cells[3], const char *prefixes, unsigned rules)
{
    for (size_t k = 0; k < 3; k++) {
        for (const char *text = cells[k]; *text != '\0';) {
            size_t n = strcspn(text, "|");
            plain_name name;
            qiao_status status;

            if (!read_name(text, n, &name))
                return QIAO_E_INPUT;
            status = add_plain(u, unit, (kind)k, &name, prefixes, rules);
            if (status != QIAO_OK)
                return status;
            text += n + (text[n] == '|' ? 1 : 0);
        }
    }
    return QIAO_OK;
}

bool
qiaoi_same_dimension(const qiao_dimension *a, const qiao_dimension *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

bool
qiaoi_is_base(const qiao_dimension *d, int base, int twice)
{
    for (int i = 0; i < QIAO_DIMENSIONS; i++) {
        if (d->exponents[i] != (i == base ? twice : 0))
            return false;
    }
    return base >= 0;
}
