/*
 * Numbers as people write them: 1,000 and 0.5, 1.2e5, 1×10^-6, 10⁻⁹, 2.5 million, 两千, 一百二十, 3.5万 (the 万 belongs
 * to the unit and is read there). What cannot be told apart (10 5, 1×106, 10-9) is no number.
 */
#include "indicator/indicator_internal.h"

#include <math.h>

#define DIGITS_MAX 18
#define EXPONENT_MAX 60

static double
scaled(uint64_t mantissa, int exponent)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double value = (double)mantissa;

    if (exponent >= 0)
        return exponent <= 22 ? value * tens[exponent] : value * pow(10, exponent);
    return exponent >= -22 ? value / tens[-exponent] : value * pow(10, exponent);
}

static bool
group_of_thousands(const qiaoi_sentence *s, size_t cell)
{
    return s->cells[cell].c == ',' && cell + 3 < s->count + 1 && qiaoi_is_digit(s->cells[cell + 1].c) &&
           qiaoi_is_digit(s->cells[cell + 2].c) && qiaoi_is_digit(s->cells[cell + 3].c) &&
           !qiaoi_is_digit(s->cells[cell + 4 <= s->count ? cell + 4 : s->count].c);
}

typedef struct digits {
    uint64_t mantissa;
    int count, decimals, before_comma;
    bool commas, point;
} digits;

static size_t
take_digits(const qiaoi_sentence *s, size_t cell, digits *d)
{
    for (;; cell++) {
        uint32_t c = s->cells[cell].c;

        if (qiaoi_is_digit(c)) {
            if (d->count < DIGITS_MAX) {
                d->mantissa = d->mantissa * 10 + (c - '0');
                d->decimals += d->point ? 1 : 0;
            }
            d->count++;
        } else if (c == '.' && !d->point && qiaoi_is_digit(s->cells[cell + 1].c)) {
            d->point = true;
        } else if (!d->point && d->count > 0 && (d->commas ? true : d->count <= 3) && group_of_thousands(s, cell)) {
            d->commas = true;
        } else {
            return cell;
        }
    }
}

/* -1..9 for superscripts, minus included; -2 for anything else. */
static int
superscript(uint32_t c)
{
    if (c == 0xB9)
        return 1;
    if (c == 0xB2 || c == 0xB3)
        return (int)(c - 0xB0);
    if (c == 0x2070 || (c >= 0x2074 && c <= 0x2079))
        return (int)(c - 0x2070);
    return c == 0x207B ? -1 : -2;
}

/* The power behind "10": ^-6, ⁻⁶, -6 (lost superscript, only behind ×). 0 cells where there is none. */
static size_t
take_power(const qiaoi_sentence *s, size_t cell, bool times, int *power_out)
{
    size_t at = cell;
    bool minus = false, raised = false;
    int power = 0, digits_seen = 0, up;

    if (s->cells[at].c == '^') {
        raised = true;
        at++;
        if (s->cells[at].c == '(' || s->cells[at].c == '{')
            at++;
    }
    while ((up = superscript(s->cells[at].c)) != -2 && digits_seen < 3) {
        minus = minus || up == -1;
        power = up >= 0 ? power * 10 + up : power;
        digits_seen += up >= 0 ? 1 : 0;
        at++;
    }
    if (digits_seen == 0 && (raised || times)) {
        if (s->cells[at].c == '-' || (raised && s->cells[at].c == '+')) {
            minus = s->cells[at].c == '-';
            at++;
        } else if (!raised) {
            return 0;
        }
        for (; qiaoi_is_digit(s->cells[at].c) && digits_seen < 3; at++, digits_seen++)
            power = power * 10 + (int)(s->cells[at].c - '0');
    }
    if (digits_seen == 0 || power > EXPONENT_MAX || qiaoi_is_digit(s->cells[at].c))
        return 0;
    if (raised && (s->cells[at].c == ')' || s->cells[at].c == '}') && s->cells[cell + 1].c != s->cells[at].c &&
        (s->cells[cell + 1].c == '(' || s->cells[cell + 1].c == '{'))
        at++;
    *power_out = minus ? -power : power;
    return at - cell;
}

/* "×10^-6" at the cell; 0 = not there; 1 as *unclear_out: there, but its power is lost. */
static size_t
times_ten(const qiaoi_sentence *s, size_t cell, int *power_out, bool *unclear_out)
{
    size_t at = qiaoi_skip_spaces(s, cell), n;
    uint32_t c = s->cells[at].c;

    if (c != 0xD7 && c != 'x' && c != 'X' && c != '*' && c != 0xB7)
        return 0;
    at = qiaoi_skip_spaces(s, at + 1);
    if (s->cells[at].c != '1' || s->cells[at + 1].c != '0')
        return 0;
    n = take_power(s, at + 2, true, power_out);
    if (n == 0)
        *unclear_out = *unclear_out || qiaoi_is_digit(s->cells[at + 2].c);
    return n == 0 ? 0 : at + 2 + n - cell;
}

/* "e-6" at the cell. */
static size_t
exponent_letter(const qiaoi_sentence *s, size_t cell, int *power_out)
{
    size_t at = cell + 1;
    bool minus;
    int power = 0, seen = 0;

    if (s->cells[cell].c != 'e' && s->cells[cell].c != 'E')
        return 0;
    minus = s->cells[at].c == '-';
    if (minus || s->cells[at].c == '+')
        at++;
    for (; qiaoi_is_digit(s->cells[at].c) && seen < 3; at++, seen++)
        power = power * 10 + (int)(s->cells[at].c - '0');
    if (seen == 0 || power > EXPONENT_MAX || qiaoi_is_latin(s->cells[at].c) || qiaoi_is_digit(s->cells[at].c))
        return 0;
    *power_out = minus ? -power : power;
    return at - cell;
}

static bool
is_ten(const digits *d)
{
    return d->mantissa == 10 && d->count == 2 && !d->point;
}

bool
qiaoi_number(const qiaoi_sentence *s, size_t cell, double *value_out, size_t *end_out)
{
    digits d = {0};
    size_t at = take_digits(s, cell, &d), n;
    bool unclear = false;
    int power = 0;

    *end_out = at;
    if (d.count == 0 || d.count > DIGITS_MAX)
        return false;
    if (is_ten(&d) && (n = take_power(s, at, false, &power)) != 0) {
        *value_out = scaled(1, power);
        *end_out = at + n;
        return true;
    }
    n = times_ten(s, at, &power, &unclear);
    if (n == 0 && !unclear)
        n = exponent_letter(s, at, &power);
    *end_out = at + n;
    *value_out = scaled(d.mantissa, power - d.decimals);
    if (unclear) {
        while (qiaoi_is_digit(s->cells[*end_out].c) || s->cells[*end_out].c == 0xD7)
            (*end_out)++;
    }
    return !unclear;
}

/* ---- Chinese numerals ---- */

static int
chinese_digit(uint32_t c)
{
    static const uint16_t digits_of[] = {0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB,
                                         0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};

    if (c == 0x4E24) /* 两 */
        return 2;
    if (c == 0x3007) /* 〇 */
        return 0;
    for (int i = 0; i < 10; i++) {
        if (digits_of[i] == c)
            return i;
    }
    return -1;
}

static double
chinese_power(uint32_t c)
{
    switch (c) {
    case 0x5341: /* 十 */
        return 10;
    case 0x767E: /* 百 */
        return 100;
    case 0x5343: /* 千 */
        return 1000;
    case 0x4E07: /* 万 */
        return 10000;
    case 0x4EBF: /* 亿 */
        return 1e8;
    default:
        return 0;
    }
}

/* Behind 点: the digits of the fraction. */
static double
chinese_fraction(const qiaoi_sentence *s, size_t *cell)
{
    double place = 0.1, value = 0;
    int digit;

    while ((digit = chinese_digit(s->cells[*cell].c)) >= 0 && place > 1e-9) {
        value += digit * place;
        place /= 10;
        (*cell)++;
    }
    return value;
}

bool
qiaoi_chinese_number(const qiaoi_sentence *s, size_t cell, double *value_out, size_t *end_out)
{
    double total = 0, section = 0, digit = -1;
    size_t at = cell;

    for (;; at++) {
        uint32_t c = s->cells[at].c;
        double power = chinese_power(c);
        int d = chinese_digit(c);

        if (d >= 0) {
            if (digit > 0)
                break; /* 三五 is "three to five" */
            digit = d;
        } else if (power >= 10000) {
            section += digit > 0 ? digit : 0;
            section = total + section > 0 ? section : 1;
            total = power > 10000 ? (total + section) * power : total + section * power;
            section = 0;
            digit = -1;
        } else if (power > 0) {
            section += (digit < 0 ? 1 : digit) * power;
            digit = -1;
        } else {
            break;
        }
        if (at - cell > 16)
            break;
    }
    *end_out = at > cell ? at : cell + 1;
    if (at == cell || chinese_digit(s->cells[at].c) >= 0)
        return false;
    *value_out = total + section + (digit > 0 ? digit : 0);
    if (s->cells[at].c == 0x70B9 && chinese_digit(s->cells[at + 1].c) >= 0) { /* 点 */
        at++;
        *value_out += chinese_fraction(s, &at);
        *end_out = at;
    }
    return true;
}
