/*
 * Puts quantities together to expressions: 10±0.5 mm, 5-10 mm, 5 mm to 10 mm, between 75 and 150 μmol, 220 and 270 GHz,
 * 20×30×40 cm, from 15% to 22% (a change: two values; a span: one range). Numbers without a unit of their own take that
 * of the group.
 */
#include "indicator/indicator_internal.h"

#include <math.h>

typedef enum link { NO_LINK, DASH, TILDE, TO_WORD, AND_WORD, COMMA, SLASH, TIMES, PLUS_MINUS, CHANGE_TO } link;

#define LINK_CELLS 14u

static bool
has_unit(const qiaoi_quantity *q)
{
    return q->unit.end > q->unit.begin;
}

/* "±", "+/-", "+-"; cells taken. */
static size_t
plus_minus_at(const qiaoi_sentence *s, size_t cell)
{
    size_t n = qiaoi_at(s, cell, "±");

    if (n == 0)
        n = qiaoi_at(s, cell, "+/-");
    return n != 0 ? n : qiaoi_at(s, cell, "+-");
}

static size_t
plus_minus_before(const qiaoi_sentence *s, size_t cell)
{
    size_t at = qiaoi_skip_spaces_back(s, cell), n = qiaoi_ends(s, at, "±");

    if (n == 0)
        n = qiaoi_ends(s, at, "+/-");
    return n == 0 ? 0 : cell - at + n;
}

/* φ0.25~φ0.45 */
static size_t
size_sign(const qiaoi_sentence *s, size_t cell)
{
    uint32_t c = cell > 0 ? s->cells[cell - 1].c : 0;

    return c == 0x3C6 || c == 0x3A6 || c == 0xF8 || c == 0xD8 || c == 0x2205 ? 1 : 0;
}

/* "提高到", "reduced to": a change verb with its "to" between two numbers. */
static bool
change_between(const qiaoi_sentence *s, size_t begin, size_t end)
{
    const qiaoi_hit *hit = qiaoi_hit_within(s, begin, end, QIAOI_W(UP) | QIAOI_W(DOWN));

    if (hit == NULL || end - begin > LINK_CELLS)
        return false;
    return qiaoi_hit_within(s, begin, end, QIAOI_W(RESULT)) != NULL || qiaoi_ends(s, hit->end, "到") != 0 ||
           qiaoi_ends(s, hit->end, "至") != 0;
}

/* "从35%压到20%": whatever verb, it changes. */
static bool
any_change(const qiaoi_sentence *s, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        if (!qiaoi_is_han(s->cells[i].c))
            return false;
    }
    return end - begin >= 2 && end - begin <= 5 &&
           (qiaoi_ends(s, end, "到") != 0 || qiaoi_ends(s, end, "至") != 0 || qiaoi_ends(s, end, "为") != 0);
}

static link
link_of(const qiaoi_sentence *s, size_t begin, size_t end)
{
    size_t a = qiaoi_skip_spaces(s, begin), b = qiaoi_skip_spaces_back(s, end);
    const qiaoi_hit *hit;
    uint32_t c;

    if (a >= b)
        return NO_LINK;
    if (plus_minus_at(s, a) == b - a)
        return PLUS_MINUS;
    if (change_between(s, a, b))
        return CHANGE_TO;
    if (s->cells[a].c == '(' && plus_minus_at(s, a + 1) == b - a - 1 && b > a + 1)
        return PLUS_MINUS;
    c = s->cells[a].c;
    for (size_t i = a + 1; i < b; i++) {
        if (s->cells[i].c != c && s->cells[i].c != ' ')
            c = 0;
    }
    if (c == '-')
        return b - a <= 3 ? DASH : NO_LINK;
    if (c == '~' || c == 0x2026)
        return TILDE;
    if (c == 0xD7 || c == '*' || ((c == 'x' || c == 'X') && b == a + 1))
        return TIMES;
    if (c == '/' && b == a + 1)
        return SLASH;
    if (c == 0x3001 || (c == ',' && s->cells[a + 1].c == ' '))
        return b == a + 1 ? COMMA : NO_LINK;
    hit = qiaoi_hit_beginning(s, a, QIAOI_W(TO) | QIAOI_W(AND));
    if (hit == NULL || hit->end != b) {
        /* ", and" */
        if (s->cells[a].c == ',' && (hit = qiaoi_hit_beginning(s, qiaoi_skip_spaces(s, a + 1), QIAOI_W(AND))) != NULL &&
            hit->end == b)
            return AND_WORD;
        return NO_LINK;
    }
    if (c == 0xFF0C || c == 0xFF1B || c == ';' || c == '&')
        return NO_LINK;
    return (hit->words & QIAOI_W(AND)) != 0 ? AND_WORD : TO_WORD;
}

static bool
same_kind(const qiaoi_quantity *a, const qiaoi_quantity *b)
{
    return qiaoi_same_dimension(&a->unit.dimension, &b->unit.dimension) && a->before == b->before;
}

/* Two bare or like quantities that may share the second's unit (or the first's, of a range). */
static bool
may_share(const qiaoi_quantity *a, const qiaoi_quantity *b)
{
    if (a->glued || b->glued || a->chinese != b->chinese)
        return false;
    if (has_unit(a) && has_unit(b))
        return same_kind(a, b);
    return true;
}

/* Value of a in the unit of b. */
static double
in_unit(const qiaoi_quantity *a, const qiaoi_unit_use *unit)
{
    if (!has_unit(a) || a->unit.factor == unit->factor)
        return a->value;
    return (a->value * a->unit.factor + a->unit.offset - unit->offset) / unit->factor;
}

static qiaoi_expression
single(const qiaoi_sentence *s, size_t i)
{
    const qiaoi_quantity *q = &s->quantities[i];
    qiaoi_expression e = {.begin = q->begin,
                          .end = q->end,
                          .core = q->begin,
                          .core_end = q->end,
                          .first = i,
                          .last = i,
                          .unit = has_unit(q) ? &q->unit : NULL,
                          .op = QIAO_OP_EQ,
                          .value = q->value,
                          .value2 = NAN};
    size_t n = plus_minus_before(s, q->begin);

    if (n != 0) {
        e.plus_minus = true;
        e.op = QIAO_OP_LE;
        e.begin = e.core = q->begin - n;
    }
    return e;
}

/* Closing bracket of "(25±2)℃": the unit behind it. */
static bool
unit_behind_bracket(const qiaoi_sentence *s, size_t end, size_t begin, qiaoi_unit_use *out)
{
    return s->cells[end].c == ')' && begin > 0 && s->cells[begin - 1].c == '(' && qiaoi_unit_at(s, end + 1, out);
}

/* 10±0.5 mm, 220 V ± 10 %. */
static bool
tolerance(qiaoi_sentence *s, size_t i, qiaoi_expression *out)
{
    qiaoi_quantity *a = &s->quantities[i], *b = &s->quantities[i + 1];
    qiaoi_expression e = single(s, i);
    bool share = has_unit(b) && (b->unit.rules & QIAOI_RULE_EVIDENCE) != 0;
    bool percent = share && has_unit(a) && (a->unit.rules & QIAOI_RULE_EVIDENCE) == 0;

    if (a->glued || b->glued)
        return false;
    if (!has_unit(a) && !has_unit(b) && unit_behind_bracket(s, b->end, a->begin, &b->unit)) {
        b->end = b->unit.end;
        e.begin = e.core = a->begin - 1;
    }
    e.end = e.core_end = b->end;
    e.last = i + 1;
    if (has_unit(b) && !percent) {
        if (has_unit(a) && !same_kind(a, b))
            return false;
        e.unit = has_unit(a) ? &a->unit : &b->unit;
        e.value2 = has_unit(a) ? b->value * b->unit.factor / a->unit.factor : b->value;
    } else {
        e.value2 = percent ? fabs(a->value) * b->value / 100 : b->value;
    }
    if (e.unit == NULL && qiaoi_bare_before(s, a->begin) == NULL)
        return false;
    if (s->cells[e.end].c == ')' && qiaoi_at(s, qiaoi_skip_spaces(s, a->end), "(") != 0)
        e.end = e.core_end = e.end + 1;
    *out = e;
    return true;
}

/* Is "10-9" a range, or a power that lost its superscript? Falling ones pass where both are decimals (4.3-3.0 V). */
static bool
dash_range(const qiaoi_sentence *s, const qiaoi_quantity *a, const qiaoi_quantity *b, const qiaoi_expression *e)
{
    bool whole = a->value == floor(a->value) && b->value == floor(b->value);
    const qiao_units *u = s->units;

    if (a->value == 10 && whole && b->value <= 15 && e->unit->dimension.exponents[u->base_kilogram] != 0 &&
        e->unit->dimension.exponents[u->base_metre] != 0 && !has_unit(a))
        return false;
    return e->value < e->value2 || (e->value > e->value2 && !whole && b->value > 0);
}

static bool
range(qiaoi_sentence *s, size_t i, link l, qiaoi_expression *out)
{
    qiaoi_quantity *a = &s->quantities[i], *b = &s->quantities[i + 1];
    qiaoi_expression e = single(s, i);

    if (!may_share(a, b))
        return false;
    if (!has_unit(b) && unit_behind_bracket(s, b->end, a->begin, &b->unit)) {
        b->end = b->unit.end;
        e.begin = a->begin - 1;
    }
    if (has_unit(a) && !has_unit(b) && (l == DASH || l == AND_WORD || a->before != b->before))
        return false;
    e.unit = has_unit(b) ? &b->unit : has_unit(a) ? &a->unit : NULL;
    if (e.unit == NULL && (qiaoi_bare_before(s, a->begin) == NULL || a->value >= b->value))
        return false;
    e.value = e.unit == NULL ? a->value : in_unit(a, e.unit);
    e.value2 = b->value;
    if (e.unit != NULL && l == DASH && !dash_range(s, a, b, &e))
        return false;
    if (e.value > e.value2) {
        double swap = e.value;

        e.value = e.value2;
        e.value2 = swap;
    }
    e.op = QIAO_OP_RANGE;
    e.plus_minus = false;
    e.end = e.core_end = b->end;
    e.last = i + 1;
    *out = e;
    return true;
}

/* Was something changed around the cells: increase ... from A to B, 由A...? */
static bool
changed_near(const qiaoi_sentence *s, size_t begin, size_t end, bool falling)
{
    size_t from = begin > 40 ? begin - 40 : 0, clause = qiaoi_clause_begin(s, begin);
    uint64_t change = QIAOI_W(UP) | QIAOI_W(DOWN);
    const qiaoi_hit *hit;

    if (qiaoi_hit_ending(s, qiaoi_skip_spaces_back(s, begin), QIAOI_W(SPAN)) != NULL)
        return false; /* an extended range from ... to ... */
    if (from < clause)
        from = clause;
    if (s->quantity_count > 0) {
        for (size_t i = s->quantity_count; i > 0; i--) {
            if (s->quantities[i - 1].end <= begin) {
                from = s->quantities[i - 1].end > from ? s->quantities[i - 1].end : from;
                break;
            }
        }
    }
    hit = qiaoi_hit_within(s, from, begin, change);
    if (hit != NULL)
        return true;
    if (falling)
        return true; /* nobody writes a span from 200 to 75 */
    return qiaoi_hit_within(s, end, end + 8 < s->count ? end + 8 : s->count, QIAOI_W(UP) | QIAOI_W(DOWN)) != NULL &&
           qiaoi_is_han(s->cells[qiaoi_skip_spaces(s, end)].c);
}

/* Two values of a change share their unit but stand apart. */
static size_t
two_values(const qiaoi_sentence *s, size_t i, qiaoi_expression out[2])
{
    const qiaoi_quantity *a = &s->quantities[i], *b = &s->quantities[i + 1];
    bool shared = !has_unit(a) && has_unit(b);

    if (!may_share(a, b) || (!has_unit(a) && !has_unit(b)))
        return 0;
    out[0] = single(s, i);
    out[1] = single(s, i + 1);
    if (shared)
        out[0].unit = &b->unit;
    if (has_unit(a) && !has_unit(b))
        out[1].unit = &a->unit;
    out[0].changes = out[1].changes = true;
    return 2;
}

static bool
same_link(link a, link b)
{
    bool list = (a == COMMA || a == AND_WORD) && (b == COMMA || b == AND_WORD);

    return a == b || list;
}

/* "220 and 270 GHz", "20×30×40 cm", "50/60 Hz": bare numbers before one with a unit. */
static size_t
chain(qiaoi_sentence *s, size_t i, link first, qiaoi_expression out[QIAOI_GROUP_MAX])
{
    size_t n = 1;

    while (n < QIAOI_GROUP_MAX && i + n < s->quantity_count && !s->quantities[i + n].glued &&
           !has_unit(&s->quantities[i + n - 1]) &&
           same_link(first, link_of(s, s->quantities[i + n - 1].end, s->quantities[i + n].begin)))
        n++;
    if (n < 2 || !has_unit(&s->quantities[i + n - 1]) || s->quantities[i].glued || s->quantities[i + n - 1].before)
        return 0;
    for (size_t k = 0; k < n; k++) {
        out[k] = single(s, i + k);
        out[k].times = first == TIMES;
        out[k].unit = &s->quantities[i + n - 1].unit;
    }
    return n;
}

/* Is the number the first of a list line: "1、 10 mm", "2) ..."? */
static bool
list_number(const qiaoi_sentence *s, size_t i)
{
    const qiaoi_quantity *q = &s->quantities[i];
    size_t back = qiaoi_skip_spaces_back(s, q->begin);

    if (has_unit(q) || q->value > 30 || q->value != floor(q->value))
        return false;
    return back == 0 || s->cells[back - 1].c == 0xFF1B || s->cells[back - 1].c == ';' || s->cells[back - 1].c == ':' ||
           s->cells[back - 1].c == 0x3002;
}

static bool
falls(const qiaoi_quantity *a, const qiaoi_quantity *b)
{
    double second = has_unit(a) && has_unit(b) ? b->value * b->unit.factor / a->unit.factor : b->value;

    return a->value > second && b->unit.offset == 0 && a->value > 0 && second >= 0;
}

static size_t
pair(qiaoi_sentence *s, size_t i, qiaoi_expression out[QIAOI_GROUP_MAX], size_t *used)
{
    const qiaoi_quantity *a = &s->quantities[i], *b = &s->quantities[i + 1];
    link l = link_of(s, a->end, b->begin - plus_minus_before(s, b->begin) - size_sign(s, b->begin));
    size_t back = qiaoi_skip_spaces_back(s, a->begin), n;
    const qiaoi_hit *from = qiaoi_hit_ending(s, back, QIAOI_W(FROM)),
                    *between = qiaoi_hit_ending(s, back, QIAOI_W(BETWEEN));

    *used = 2;
    if (l == NO_LINK && from != NULL &&
        any_change(s, qiaoi_skip_spaces(s, a->end), qiaoi_skip_spaces_back(s, b->begin)))
        l = CHANGE_TO;
    if (plus_minus_before(s, b->begin) != 0 && l == NO_LINK)
        l = link_of(s, a->end, b->begin);
    if (l == PLUS_MINUS)
        return tolerance(s, i, out) ? 1 : 0;
    if (l == CHANGE_TO)
        return two_values(s, i, out);
    if (l == TO_WORD || (l == TILDE && from != NULL)) {
        if (from != NULL && changed_near(s, from->begin, b->end, falls(a, b)))
            return two_values(s, i, out);
        n = range(s, i, l, out) ? 1 : 0;
        if (n != 0 && from != NULL)
            out[0].begin = from->begin;
        return n;
    }
    if (l == AND_WORD && between != NULL && range(s, i, TO_WORD, out)) {
        out[0].begin = between->begin;
        return 1;
    }
    if ((l == DASH || l == TILDE) && range(s, i, l, out))
        return 1;
    if (l == DASH && !has_unit(a))
        s->quantities[i].glued = s->quantities[i + 1].glued = true; /* 10-9: no telling */
    if ((l == AND_WORD || l == COMMA || l == TIMES || l == SLASH) && !has_unit(a) && !list_number(s, i)) {
        n = chain(s, i, l, out);
        *used = n;
        return n;
    }
    return 0;
}

size_t
qiaoi_group(qiaoi_sentence *s, size_t *next, qiaoi_expression out[QIAOI_GROUP_MAX])
{
    size_t i = *next, n = 0, used = 1;

    if (i + 1 < s->quantity_count)
        n = pair(s, i, out, &used);
    if (n == 0) {
        used = 1;
        if (!s->quantities[i].glued) {
            out[0] = single(s, i);
            n = 1;
        }
    }
    *next = i + used;
    return n;
}
