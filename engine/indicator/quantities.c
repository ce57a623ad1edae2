/*
 * Finds the numbers of a piece and the unit of each. Numbers that are part of a name (A320, COVID-19, GB/T 1234-2019),
 * ordinals (第3) and list numbering are marked or left out here; whether the others are indicators is judged later.
 */
#include "indicator/indicator_internal.h"

#include <stdio.h>
#include <string.h>

/* Letters before a number that name a dimension of a thing: φ5, Ra0.8. */
static bool
symbol_of_size(const qiaoi_sentence *s, size_t begin, size_t end)
{
    uint32_t c = s->cells[begin].c, second = s->cells[begin + 1].c;

    if (begin > 0 && qiaoi_is_latin(s->cells[begin - 1].c))
        return false;
    if (end - begin == 1)
        return c == 0x3C6 || c == 0x3A6 || c == 0xF8 || c == 0xD8 || c == 0x2205 || c == 0x3B4 || c == 0x394 ||
               c == 0x3BB;
    if (end - begin != 2)
        return false;
    return (c == 'R' && (second == 'a' || second == 'z' || second == 'q')) || ((c == 'D' || c == 'A') && second == 'C');
}

/* First cell of the run of letters that ends at the cell. */
static size_t
letters_begin(const qiaoi_sentence *s, size_t cell)
{
    while (cell > 0 &&
           (qiaoi_is_latin(s->cells[cell - 1].c) || (s->cells[cell - 1].c >= 0x391 && s->cells[cell - 1].c <= 0x3C9)))
        cell--;
    return cell;
}

static size_t
previous_end(const qiaoi_sentence *s)
{
    return s->quantity_count > 0 ? s->quantities[s->quantity_count - 1].end : 0;
}

static bool
hardness_before(const qiaoi_sentence *s, size_t cell)
{
    qiaoi_unit_use use;

    return qiaoi_unit_before(s, cell, &use);
}

/* Does the number continue a name? */
static bool
glued(const qiaoi_sentence *s, size_t cell)
{
    size_t letters;
    uint32_t c, before;

    if (cell == 0 || previous_end(s) == cell)
        return false;
    c = s->cells[cell - 1].c;
    if (c == '_' || c == '#' || c == '@')
        return true;
    if (qiaoi_is_latin(c) || (c >= 0x391 && c <= 0x3C9)) {
        letters = letters_begin(s, cell);
        if (cell - letters == 1 && (c == 'x' || c == 'X') && previous_end(s) == letters)
            return false; /* 5x5 cm */
        return !symbol_of_size(s, letters, cell) && !hardness_before(s, cell);
    }
    if ((c != '-' && c != '/' && c != '.') || cell < 2 || previous_end(s) == cell - 1)
        return false;
    before = s->cells[cell - 2].c;
    return qiaoi_is_latin(before) || qiaoi_is_digit(before);
}

/* 零下18, 负40, minus 40: cells of the word with its space; 0 = none. */
static size_t
minus_word(const qiaoi_sentence *s, size_t cell)
{
    static const char *const words[] = {"零下", "负", "minus", "零下约"};
    size_t at = qiaoi_skip_spaces_back(s, cell);

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = qiaoi_ends(s, at, words[i]);

        if (n != 0)
            return cell - at + n;
    }
    return 0;
}

/* Does a dash at the cell part two numbers or words, rather than being a minus? */
static bool
dash_parts(const qiaoi_sentence *s, size_t cell)
{
    size_t back = qiaoi_skip_spaces_back(s, cell), run = cell;
    uint32_t before = back > 0 ? s->cells[back - 1].c : ' ';

    while (run > 0 && s->cells[run - 1].c == '-')
        run--;
    if (cell - run >= 2 && run > 0 && previous_end(s) == run)
        return true; /* 12%---15% */
    if (previous_end(s) == cell || qiaoi_is_digit(before) || before == 0x2103 || before == '%' || before == 0xB0)
        return true;
    return back == cell && (qiaoi_is_latin(before) || before == ')');
}

/* A sign before the digits at the cell, in cells; 0 = none. */
static size_t
sign_before(const qiaoi_sentence *s, size_t cell, bool *negative_out)
{
    size_t word = minus_word(s, cell);

    *negative_out = true;
    if (word != 0)
        return word;
    if (cell > 0 && s->cells[cell - 1].c == '-' && !dash_parts(s, cell - 1))
        return 1;
    *negative_out = false;
    return cell > 0 && s->cells[cell - 1].c == '+' && (cell < 2 || !qiaoi_is_latin(s->cells[cell - 2].c)) ? 1 : 0;
}

/* Quantities that a minus can stand before: temperature, decibel, voltage, current, angle, charge, ratios and plain
 * numbers. */
static bool
may_be_negative(const qiaoi_sentence *s, const qiaoi_unit_use *use)
{
    const qiao_units *u = s->units;
    const qiao_dimension *d = &use->dimension;

    if (use->begin == use->end)
        return true;
    if (qiaoi_is_base(d, u->base_metre, 2) || qiaoi_is_base(d, u->base_second, 2) ||
        qiaoi_is_base(d, u->base_kilogram, 2) || qiaoi_is_base(d, u->base_count_of_things, 2) ||
        qiaoi_is_base(d, u->base_money, 2) || qiaoi_is_base(d, u->base_metre, 4) || qiaoi_is_base(d, u->base_metre, 6))
        return false;
    return !(use->rules & QIAOI_RULE_GRADE);
}

/* "million", "k": folded into the value. Returns cells taken. */
static size_t
magnitude(const qiaoi_sentence *s, size_t cell, double *factor)
{
    static const struct {
        const char *word;
        double factor;
    } known[] = {{"million", 1e6}, {"billion", 1e9}, {"thousand", 1e3}, {"hundred", 100}, {"trillion", 1e12}};
    size_t at = qiaoi_skip_spaces(s, cell), n;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        n = qiaoi_at(s, at, known[i].word);
        if (n == 0 && s->cells[at].c == '-')
            n = qiaoi_at(s, at + 1, known[i].word) != 0 ? qiaoi_at(s, at + 1, known[i].word) + 1 : 0;
        if (n != 0 && !qiaoi_is_latin(s->cells[at + n].c)) {
            *factor = known[i].factor;
            return at + n - cell;
        }
    }
    if ((s->cells[cell].c == 'k' || s->cells[cell].c == 'K') && s->cells[cell + 1].c == ' ' &&
        qiaoi_at(s, cell + 2, "cycles") != 0) {
        *factor = 1e3;
        return 1;
    }
    /* 5千小时 but not 5千克 */
    for (size_t i = 0; i < 2; i++) {
        qiaoi_unit_use whole, rest;

        n = qiaoi_at(s, cell, i == 0 ? "千" : "百");
        if (n != 0 && !qiaoi_unit_at(s, cell, &whole) && qiaoi_unit_at(s, cell + n, &rest)) {
            *factor = i == 0 ? 1e3 : 1e2;
            return n;
        }
    }
    return 0;
}

/* Cells of 多, 余, + between a number and its unit: 100多公里, 20余种. */
static size_t
vague(const qiaoi_sentence *s, size_t cell)
{
    return qiaoi_at(s, cell, "多") + qiaoi_at(s, cell, "余") + qiaoi_at(s, cell, "来") +
           (qiaoi_at(s, cell, "+") != 0 ? 1 : 0);
}

static void
write_money(const qiaoi_sentence *s, qiaoi_quantity *q, size_t number_end)
{
    size_t n = s->cells[q->unit.begin < q->begin ? q->begin : q->unit.end].at - s->cells[q->unit.begin].at;
    const char *head = s->bytes + s->cells[q->unit.begin].at;
    size_t tail_from = s->cells[number_end].at, tail = s->cells[q->end].at - tail_from;

    while (n > 0 && head[n - 1] == ' ')
        n--;
    snprintf(q->unit.written, sizeof q->unit.written, "%.*s%.*s", (int)(n < 12 ? n : 12), head,
             (int)(tail < 24 ? tail : 24), s->bytes + tail_from);
}

/* $2B, $37K/day, €5M */
static size_t
money_magnitude(const qiaoi_sentence *s, size_t cell, double *value)
{
    uint32_t c = s->cells[cell].c;
    bool n = s->cells[cell + 1].c == 'n' && (c == 'b' || c == 'm');

    if (qiaoi_is_latin(s->cells[cell + (n ? 2 : 1)].c))
        return 0;
    if (c != 'B' && c != 'M' && c != 'K' && c != 'k' && c != 'm' && !n)
        return 0;
    *value *= c == 'K' || c == 'k' ? 1e3 : c == 'M' || c == 'm' ? 1e6 : 1e9;
    return n ? 2 : 1;
}

/* $5, €3/kg, HRC58: the unit stands before the number. */
static bool
take_unit_before(const qiaoi_sentence *s, qiaoi_quantity *q)
{
    size_t at = qiaoi_skip_spaces_back(s, q->begin);

    if (at == 0 || !qiaoi_unit_before(s, at, &q->unit))
        return false;
    q->before = true;
    q->end = q->number_end;
    if (q->unit.dimension.exponents[s->units->base_money] != 0) {
        qiaoi_unit_use use = q->unit;

        q->number_end += money_magnitude(s, q->number_end, &q->value);
        use.end = q->number_end;
        qiaoi_unit_continue(s, q->number_end, &use);
        q->unit = use;
        q->end = use.end > q->number_end ? use.end : q->number_end;
        write_money(s, q, q->number_end);
    } else {
        snprintf(q->unit.written, sizeof q->unit.written, "%.*s",
                 (int)(s->cells[q->unit.end].at - s->cells[q->unit.begin].at), s->bytes + s->cells[q->unit.begin].at);
    }
    q->begin = q->unit.begin;
    return true;
}

/* 每吨水…, 每平方米… divide what is used; 每天… only what stands beside it. */
static bool
each_time(const qiaoi_sentence *s, const qiaoi_hit *hit)
{
    static const char *const things[] = {"每吨", "每公斤", "每平方米", "每立方米", "每升",
                                         "每亩", "每毫升", "每公里",   "每米"};

    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
        if (qiaoi_at(s, hit->begin, things[i]) == hit->end - hit->begin)
            return false;
    }
    return true;
}

/* The "每小时" or "日产" that the number at the cell is told of: only words of comparison and properties in between. 0
 * = none. */
static size_t
each_before(const qiaoi_sentence *s, size_t cell)
{
    uint64_t between = QIAOI_W(LINK) | QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(ABOUT) | QIAOI_W(HEAD) | QIAOI_W(UP) |
                       QIAOI_W(DOWN) | QIAOI_W(COST);
    size_t at = qiaoi_skip_spaces_back(s, cell), others = 0;

    for (int step = 0; step < 9 && at > 0 && cell - at < 14; step++) {
        const qiaoi_hit *hit = qiaoi_hit_ending(s, at, between | QIAOI_W(EACH));

        if (hit == NULL && (!qiaoi_is_han(s->cells[at - 1].c) || others++ == 4))
            return 0;
        if (hit != NULL && (hit->words & QIAOI_W(EACH)) != 0)
            return others == 0 || !each_time(s, hit) ? hit->begin + 1 : 0; /* never 0 */
        at = hit != NULL ? qiaoi_skip_spaces_back(s, hit->begin) : at - 1;
    }
    return 0;
}

static void
take_each(const qiaoi_sentence *s, qiaoi_quantity *q, size_t unit_at)
{
    size_t each = each_before(s, q->begin);
    qiaoi_unit_use use;

    if (each == 0 || !qiaoi_unit_each(s, unit_at, each - 1 + qiaoi_at(s, each - 1, "每"), &use))
        return;
    q->unit = use;
    q->end = use.end;
    q->each = each;
}

static bool
money_before(const qiaoi_sentence *s, size_t cell)
{
    uint32_t c = cell > 0 ? s->cells[cell - 1].c : 0;

    return c == '$' || c == 0x20AC || c == 0xA3 || c == 0xA5;
}

static void
take_unit(const qiaoi_sentence *s, qiaoi_quantity *q)
{
    double factor = 1;
    size_t taken = magnitude(s, q->number_end, &factor), extra;

    q->number_end += taken;
    q->value *= factor;
    q->end = q->number_end;
    extra = vague(s, q->number_end);
    if (money_before(s, q->begin) && take_unit_before(s, q))
        return;
    if (qiaoi_unit_at(s, q->number_end + extra, &q->unit)) {
        q->end = q->unit.end;
        if (!q->unit.compound)
            take_each(s, q, q->unit.begin);
        return;
    }
    q->unit = (qiaoi_unit_use){0};
    take_each(s, q, qiaoi_skip_spaces(s, q->number_end + extra));
    if (q->each == 0)
        take_unit_before(s, q);
}

static void
settle_sign(const qiaoi_sentence *s, qiaoi_quantity *q, size_t sign, bool negative)
{
    if (sign == 0)
        return;
    if (negative && !may_be_negative(s, &q->unit))
        return;
    q->begin -= q->before ? 0 : sign;
    q->signed_ = negative;
    if (negative)
        q->value = -q->value;
}

/* "10 5 Pa", "1 000 kg": digits, a space, digits. A power or a group that was lost; no telling. */
static bool
after_bare_digits(const qiaoi_sentence *s, size_t cell)
{
    const qiaoi_quantity *last = s->quantity_count > 0 ? &s->quantities[s->quantity_count - 1] : NULL;

    return last != NULL && last->unit.end == last->unit.begin && last->end + 1 == cell && s->cells[cell - 1].c == ' ' &&
           qiaoi_is_digit(s->cells[cell - 2].c);
}

static size_t
add_digits(qiaoi_sentence *s, size_t cell)
{
    qiaoi_quantity q = {.begin = cell};
    bool negative, ok;
    size_t sign = sign_before(s, cell, &negative);

    ok = qiaoi_number(s, cell, &q.value, &q.number_end);
    q.end = q.number_end;
    q.glued = glued(s, cell) || after_bare_digits(s, cell);
    if (!ok || (q.glued && !qiaoi_is_digit(s->cells[cell].c)))
        return q.number_end > cell ? q.number_end : cell + 1;
    if (!q.glued) {
        take_unit(s, &q);
        settle_sign(s, &q, sign, negative);
    }
    s->quantities[s->quantity_count++] = q;
    return q.end > cell ? q.end : cell + 1;
}

/* ---- numerals in characters ---- */

static bool
any_numeral(uint32_t c)
{
    switch (c) {
    case 0x4E00:
    case 0x4E8C:
    case 0x4E09:
    case 0x56DB:
    case 0x4E94:
    case 0x516D:
    case 0x4E03:
    case 0x516B:
    case 0x4E5D:
    case 0x4E24:
    case 0x5341:
    case 0x767E:
    case 0x5343:
    case 0x4E07:
    case 0x4EBF:
    case 0x96F6:
        return true;
    default:
        return false;
    }
}

/* 第三, 数百, 几十, 星期一: no count, or none that is told. */
static bool
no_count(const qiaoi_sentence *s, size_t cell)
{
    static const char *const leads[] = {"第", "数", "几", "上", "成", "期", "之", "近", "好", "半", "若干",
                                        "多", "初", "周", "每", "另", "同", "唯", "统", "万", "亿"};

    for (size_t i = 0; cell > 0 && i < sizeof leads / sizeof leads[0]; i++) {
        if (qiaoi_at(s, cell - 1, leads[i]) == 1)
            return true;
    }
    return cell > 0 && (any_numeral(s->cells[cell - 1].c) || qiaoi_is_digit(s->cells[cell - 1].c));
}

/* One character before one character is an ordinary word (一度, 一次, 三角) unless it is compared or follows a
 * property. */
static bool
stands_as_value(const qiaoi_sentence *s, size_t cell)
{
    return qiaoi_hit_ending(s, cell, QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(ABOUT) | QIAOI_W(HEAD)) != NULL;
}

/* Units that a numeral in characters may stand before; others are parts of words far too often (一分, 两点). */
static bool
takes_numeral(const qiaoi_sentence *s, const qiaoi_unit_use *use, size_t cell, size_t end)
{
    static const char *const units[] = {
        "倍",       "小时",   "个小时", "分钟", "秒",     "毫秒", "年",   "天",     "个月",   "米",   "毫米",
        "厘米",     "微米",   "纳米",   "公里", "千米",   "公斤", "千克", "吨",     "克",     "毫克", "摄氏度",
        "度",       "万次",   "次",     "级",   "兆帕",   "千瓦", "瓦",   "千伏",   "伏",     "赫兹", "元",
        "个百分点", "百分点", "帧",     "像素", "万像素", "分贝", "目",   "立方米", "平方米", "周"};
    size_t length = use->end - use->begin;
    bool power_first = s->cells[cell].c == 0x767E || s->cells[cell].c == 0x5343 || s->cells[cell].c == 0x4E07 ||
                       s->cells[cell].c == 0x4EBF;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = qiaoi_at(s, use->begin, units[i]);
        bool sure;

        if (n == 0 || n > length || (n < length && !use->compound))
            continue;
        if (power_first && (use->rules & QIAOI_RULE_GRADE) == 0)
            return false;
        sure = end - cell > 1 || n > 1 || qiaoi_at(s, use->begin, "倍") != 0 || (use->rules & QIAOI_RULE_GRADE) != 0;
        return sure || stands_as_value(s, cell);
    }
    return (use->compound || length >= 3) && end - cell > 1;
}

/* 百分之五, 千分之三 */
static size_t
hundredths(qiaoi_sentence *s, size_t cell)
{
    size_t n = qiaoi_at(s, cell, "百分之"), permille = qiaoi_at(s, cell, "千分之");
    qiaoi_quantity q = {.begin = cell, .chinese = true};

    if (n + permille == 0)
        return 0;
    if (!qiaoi_chinese_number(s, cell + n + permille, &q.value, &q.number_end))
        return 0;
    q.end = q.number_end;
    q.unit = (qiaoi_unit_use){
        .begin = cell, .end = cell + n + permille, .factor = n != 0 ? 0.01 : 0.001, .rules = QIAOI_RULE_EVIDENCE};
    memcpy(q.unit.si, "1", 2);
    memcpy(q.unit.written, n != 0 ? "%" : "‰", n != 0 ? 2 : 4);
    q.before = true;
    s->quantities[s->quantity_count++] = q;
    return q.end - cell;
}

static size_t
add_numeral(qiaoi_sentence *s, size_t cell)
{
    qiaoi_quantity q = {.begin = cell, .chinese = true};
    size_t taken = hundredths(s, cell);

    if (taken != 0)
        return cell + taken;
    if (no_count(s, cell) || !qiaoi_chinese_number(s, cell, &q.value, &q.number_end))
        return cell + 1;
    if (qiaoi_unit_at(s, q.number_end, &q.unit) && takes_numeral(s, &q.unit, cell, q.number_end)) {
        bool negative;
        size_t sign = sign_before(s, cell, &negative);

        q.end = q.unit.end;
        settle_sign(s, &q, negative ? sign : 0, negative);
        s->quantities[s->quantity_count++] = q;
        return q.end;
    }
    return q.number_end;
}

/* "twofold", "three times": words that only stand for multiples. */
static size_t
add_number_word(qiaoi_sentence *s, size_t cell)
{
    static const char *const words[] = {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};

    if (cell > 0 && qiaoi_is_latin(s->cells[cell - 1].c))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = qiaoi_at(s, cell, words[i]);
        qiaoi_quantity q = {.begin = cell, .number_end = cell + n, .value = (double)i + 2};

        if (n == 0)
            continue;
        if (qiaoi_at(s, cell + n, "-fold") == 0 && qiaoi_at(s, cell + n, "fold") == 0 &&
            qiaoi_at(s, cell + n, " times") == 0 && qiaoi_at(s, cell + n, " fold") == 0)
            continue;
        if (!qiaoi_unit_at(s, cell + n, &q.unit)) {
            size_t hyphen = s->cells[cell + n].c == '-' ? 1 : 0;

            if (hyphen == 0 || !qiaoi_unit_at(s, cell + n + 1, &q.unit))
                return 0;
        }
        q.end = q.unit.end;
        s->quantities[s->quantity_count++] = q;
        return q.end - cell;
    }
    return 0;
}

void
qiaoi_find_quantities(qiaoi_sentence *s)
{
    size_t i = 0;

    s->quantity_count = 0;
    while (i < s->count && s->quantity_count < QIAOI_QUANTITIES_MAX) {
        uint32_t c = s->cells[i].c;
        size_t n;

        if (qiaoi_is_digit(c))
            i = add_digits(s, i);
        else if (any_numeral(c))
            i = add_numeral(s, i);
        else if ((c == 't' || c == 'f' || c == 's' || c == 'e' || c == 'n' || c == 'T' || c == 'F') &&
                 (n = add_number_word(s, i)) != 0)
            i += n;
        else
            i++;
    }
}
