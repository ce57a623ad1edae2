/*
 * Is an expression an indicator? Units settle most of it; what is left are kinds of numbers that bear units and yet are
 * none: turnover and budgets, market shares, floor areas, years of experience, national statistics, decades, ordinals.
 * A ratio needs a property, a change or a sign beside it. In doubt: no.
 */
#include "indicator/indicator_internal.h"

#include <math.h>

typedef struct place {
    size_t begin, end; /* the clause */
} place;

static bool
any(const qiaoi_sentence *s, size_t begin, size_t end, uint64_t classes)
{
    return qiaoi_hit_within(s, begin, end, classes) != NULL;
}

static bool
named(const qiaoi_expression *e)
{
    return e->name_end > e->name_begin;
}

static bool
is_ratio(const qiaoi_expression *e)
{
    return e->unit != NULL && (e->unit->rules & QIAOI_RULE_EVIDENCE) != 0;
}

/* ---- plain numbers ---- */

static bool
number_stands_alone(const qiaoi_sentence *s, size_t end, bool bare)
{
    uint32_t c = s->cells[end].c, next = s->cells[qiaoi_skip_spaces(s, end)].c;

    if (qiaoi_is_latin(c) || qiaoi_is_digit(c) || c == '-' || c == '/' || c == '%' || c == '_' || c == '^' ||
        c == ':' || c == 0xD7)
        return false;
    if (c == '.' && qiaoi_is_digit(s->cells[end + 1].c))
        return false;
    if (bare && !qiaoi_is_han(next))
        return true;
    if (qiaoi_is_latin(next) &&
        qiaoi_hit_beginning(s, qiaoi_skip_spaces(s, end),
                            QIAOI_W(STOP) | QIAOI_W(GE_POST) | QIAOI_W(LE_POST) | QIAOI_W(AND)) == NULL)
        return false;
    return !qiaoi_is_han(next) ||
           qiaoi_hit_beginning(s, qiaoi_skip_spaces(s, end),
                               QIAOI_W(GE_POST) | QIAOI_W(LE_POST) | QIAOI_W(ABOUT_POST) | QIAOI_W(STOP)) != NULL;
}

const qiaoi_hit *
qiaoi_bare_before(const qiaoi_sentence *s, size_t cell)
{
    size_t at = qiaoi_skip_spaces_back(s, cell);

    for (int step = 0; step < 4 && at > 0; step++) {
        const qiaoi_hit *hit = qiaoi_hit_ending(s, at,
                                                QIAOI_W(BARE) | QIAOI_W(LINK) | QIAOI_W(GE) | QIAOI_W(LE) |
                                                    QIAOI_W(ABOUT) | QIAOI_W(FROM) | QIAOI_W(BETWEEN));

        if (hit != NULL && (hit->words & QIAOI_W(BARE)) != 0)
            return hit;
        if (hit != NULL)
            at = qiaoi_skip_spaces_back(s, hit->begin);
        else if (s->cells[at - 1].c == ':' || s->cells[at - 1].c == '=' || s->cells[at - 1].c == '(')
            at = qiaoi_skip_spaces_back(s, at - 1);
        else
            break;
    }
    return NULL;
}

/* A value without a unit counts behind a property that has none (pH, F1, 折射率) or compared by a sign with a property.
 */
static bool
judge_plain(const qiaoi_sentence *s, qiaoi_expression *e)
{
    const qiaoi_hit *bare = qiaoi_bare_before(s, e->begin);

    if (e->value >= 1900 && e->value <= 2100 && e->value == floor(e->value))
        return false;
    if (!number_stands_alone(s, e->core_end, bare != NULL))
        return false;
    if (bare != NULL) {
        if (!named(e) || e->name_end < bare->end) {
            e->name_begin = bare->begin;
            e->name_end = bare->end;
        }
        return true;
    }
    if (!e->symbol || !named(e) || any(s, e->name_begin, e->name_end, QIAOI_W(GRANT) | QIAOI_W(MONEY)))
        return false;
    return (e->op == QIAO_OP_GE || e->op == QIAO_OP_LE) && e->headed;
}

/* ---- kinds of units ---- */

/* Money counts as the price or cost of one thing. */
static bool
judge_money(const qiaoi_sentence *s, const qiaoi_expression *e, place p)
{
    const qiaoi_unit_use *u = e->unit;
    bool per = u->compound || any(s, qiaoi_skip_spaces(s, e->end), qiaoi_skip_spaces(s, e->end) + 4, QIAOI_W(PER));
    double yuan = e->value * u->factor;

    if (s->cells[e->end].c == '/')
        per = true;
    if (any(s, p.begin, p.end, QIAOI_W(MARKET)))
        return false;
    if (per)
        return yuan < 1e7 && (u->compound || !any(s, p.begin, e->begin, QIAOI_W(MONEY)));
    if (yuan >= 1e6)
        return false;
    if (!any(s, p.begin, p.end, QIAOI_W(COST)) || any(s, p.begin, e->begin, QIAOI_W(MONEY)))
        return false;
    return !(yuan >= 10000 && any(s, p.begin, p.end, QIAOI_W(SAVED)));
}

static bool
of_something(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces(s, e->end);

    at += qiaoi_at(s, at, "的");
    if (s->cells[at].c == ')' || s->cells[at].c == '-')
        at = qiaoi_skip_spaces(s, at + 1);
    return qiaoi_hit_beginning(s, at, QIAOI_W(RATIO_OF)) != NULL;
}

/* "removes 98 %", "可去除95%": what is done to that share. */
static bool
effect_before(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    return qiaoi_hit_ending(s, qiaoi_skip_spaces_back(s, e->begin), QIAOI_W(EFFECT)) != NULL;
}

/* "，首效90%，": a clause of a name and a ratio in a list of values. */
static bool
listed(const qiaoi_sentence *s, const qiaoi_expression *e, place p)
{
    if (!named(e) || e->name_begin != qiaoi_skip_spaces(s, p.begin) || e->name_end - e->name_begin > 6 ||
        !qiaoi_is_han(s->cells[e->name_begin].c) || e->name_end != e->begin ||
        qiaoi_skip_spaces(s, e->end) < (p.end < s->count ? p.end : s->count))
        return false;
    for (size_t i = 0; i < s->quantity_count; i++) {
        const qiaoi_quantity *q = &s->quantities[i];

        if (q->unit.end > q->unit.begin && (q->unit.rules & QIAOI_RULE_EVIDENCE) == 0 &&
            q->unit.dimension.exponents[s->units->base_money] == 0)
            return !any(s, 0, s->count, QIAOI_W(MARKET) | QIAOI_W(FINANCE) | QIAOI_W(PEOPLE));
    }
    return false;
}

static bool
judge_ratio(const qiaoi_sentence *s, const qiaoi_expression *e, place p)
{
    if (any(s, p.begin, p.end, QIAOI_W(MARKET)))
        return false;
    if (!e->symbol && any(s, p.begin, e->begin, QIAOI_W(NATION) | QIAOI_W(SHARE)))
        return false;
    if (!e->symbol && !e->limited && any(s, 0, e->begin, QIAOI_W(NATION)) && qiaoi_is_han(s->cells[p.begin].c))
        return false;
    if (!e->symbol && any(s, 0, s->count, QIAOI_W(FINANCE)) &&
        !any(s, e->name_begin, e->name_end, QIAOI_W(HIGHER) | QIAOI_W(LOWER)))
        return false;
    return e->symbol || e->limited || effect_before(s, e) || listed(s, e, p) || e->plus_minus || e->headed ||
           (named(e) && e->compared && qiaoi_is_latin(s->cells[e->name_end - 1].c)) || e->change != QIAO_TREND_NONE ||
           of_something(s, e) || e->changes;
}

/* "2x", "3倍", "5 times": of what is compared. */
static bool
judge_multiple(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces(s, e->end), from = e->begin > 24 ? e->begin - 24 : 0;
    size_t clause = qiaoi_clause_begin(s, e->begin);

    if (qiaoi_is_digit(s->cells[at].c) || s->cells[at].c == '(')
        return false;
    if (any(s, from > clause ? from : clause, e->begin, QIAOI_W(UP) | QIAOI_W(DOWN)) ||
        qiaoi_hit_beginning(s, at, QIAOI_W(COMPARATIVE)) != NULL)
        return true;
    /* 是传统工艺的3倍, factor of, 寿命的3.5倍 */
    return qiaoi_ends(s, qiaoi_skip_spaces_back(s, e->begin), "的") != 0 ||
           (named(e) && !qiaoi_is_latin(s->cells[e->unit->end - 1].c)) ||
           any(s, at, at + 6 < s->count ? at + 6 : s->count, QIAOI_W(UP) | QIAOI_W(DOWN));
}

static bool
is_multiple(const qiaoi_expression *e)
{
    return is_ratio(e) && e->unit->factor >= 1;
}

/* "120 hours of video" */
static bool
of_records(const qiaoi_sentence *s, size_t cell)
{
    static const char *const records[] = {" of video", " of footage",   " of speech",   " of audio",
                                          " of data",  " of recording", " of lectures", " of training",
                                          " of music", " of class",     " of teaching"};

    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        if (qiaoi_at(s, cell, records[i]) != 0)
            return true;
    }
    return false;
}

static bool
decade_before(const qiaoi_sentence *s, size_t cell)
{
    static const char *const words[] = {"the ", "and ", "early ", "late ", "mid-"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (qiaoi_ends(s, cell, words[i]) != 0)
            return true;
    }
    return false;
}

/* Years, months and the like as the age of a firm, the term of a contract, a decade. */
static bool
judge_time(const qiaoi_sentence *s, const qiaoi_expression *e, place p)
{
    bool whole = e->value == floor(e->value);
    uint32_t c = s->cells[e->unit->begin].c;

    if (c == 's' && e->unit->end == e->unit->begin + 1 && whole &&
        ((e->value >= 1800 && e->value <= 2100) || qiaoi_at(s, e->end, " of ") != 0 ||
         (e->value >= 10 && e->value < 100 && fmod(e->value, 10) == 0 && decade_before(s, e->begin))))
        return false;
    if (e->unit->factor >= 86400 && e->value >= 1900 && e->value <= 2100)
        return false;
    if (qiaoi_at(s, e->end, " a day") != 0 || qiaoi_at(s, e->end, " a week") != 0 ||
        qiaoi_at(s, e->end, " per day") != 0 || of_records(s, e->end))
        return false;
    if (e->unit->factor >= 3600 && any(s, p.begin, p.end, QIAOI_W(EXPERIENCE)))
        return false;
    return !(e->value == 24 && e->unit->factor == 3600 &&
             (qiaoi_ends(s, e->begin, "×") != 0 ||
              any(s, e->end, e->end + 10 < s->count ? e->end + 10 : s->count, QIAOI_W(AROUND_THE_CLOCK))));
}

static bool
judge_area(const qiaoi_sentence *s, const qiaoi_expression *e, place p)
{
    (void)e;
    return !any(s, p.begin, p.end, QIAOI_W(FLOOR) | QIAOI_W(COMPANY));
}

/* "拥有8000吨压力机2台": what a firm has. */
static bool
counts_machines(const qiaoi_sentence *s, const qiaoi_expression *e, place p)
{
    static const char *const things[] = {"台", "套", "条", "座", "辆", "艘"};

    for (size_t i = 0; i < s->quantity_count; i++) {
        const qiaoi_quantity *q = &s->quantities[i];

        for (size_t k = 0; q->begin >= e->end && q->end <= p.end && k < sizeof things / sizeof things[0]; k++) {
            if (qiaoi_at(s, q->end, things[k]) != 0)
                return true;
        }
    }
    return false;
}

/* What a country, an industry or a firm makes in a year. */
static bool
statistic(const qiaoi_sentence *s, const qiaoi_expression *e, place p)
{
    const qiao_units *u = s->units;
    bool mass = e->unit->dimension.exponents[u->base_kilogram] == 2 && e->unit->dimension.exponents[u->base_metre] == 0;

    if (e->symbol)
        return false;
    if (any(s, p.begin, e->begin, QIAOI_W(NATION)) || (mass && any(s, 0, e->begin, QIAOI_W(NATION))))
        return true;
    if (mass && any(s, p.begin, p.end, QIAOI_W(MARKET)))
        return true;
    if (mass && e->value * e->unit->factor >= 1e7 &&
        any(s, 0, p.end, QIAOI_W(CAPACITY) | QIAOI_W(COMPANY) | QIAOI_W(MARKET)))
        return true; /* ten thousand tonnes and more */
    if (any(s, p.begin, e->begin, QIAOI_W(COMPANY)) && counts_machines(s, e, p))
        return true;
    return any(s, p.begin, p.end, QIAOI_W(CAPACITY)) && any(s, p.begin, p.end, QIAOI_W(COMPANY));
}

static bool
ordinal(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces_back(s, e->core);

    if (e->unit != NULL && (e->value > 20 || e->unit->end - e->unit->begin > 1) && e->unit->offset != 0)
        return false; /* thermal class 180 °C */
    return qiaoi_hit_ending(s, at, QIAOI_W(ORDINAL)) != NULL && qiaoi_hit_ending(s, at, QIAOI_W(HEAD)) == NULL &&
           !(e->compared && e->begin < e->core);
}

/* ---- temperature differences ---- */

static void
settle_difference(const qiaoi_sentence *s, qiaoi_expression *e)
{
    size_t from = named(e) && e->name_end <= e->begin ? e->name_begin : e->begin, at = qiaoi_skip_spaces(s, e->end);
    const qiaoi_unit_use *u = e->unit;

    if (!qiaoi_is_base(&u->dimension, s->units->base_kelvin, 2) || e->changes ||
        (e->op == QIAO_OP_RANGE && e->value < 0))
        return;
    if (e->core > from + 24)
        from = e->core - 24;
    at += qiaoi_at(s, at, "的");
    e->difference = e->plus_minus || e->change != QIAO_TREND_NONE || any(s, from, e->core, QIAOI_W(DIFFERENCE)) ||
                    qiaoi_hit_beginning(s, at, QIAOI_W(DIFFERENCE)) != NULL ||
                    any(s, e->name_begin, e->name_end, QIAOI_W(DIFFERENCE));
}

/* "316L", "304N" beside steel */
static bool
steel_grade(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    uint32_t c = s->cells[e->unit->begin].c;

    return e->unit->end == e->unit->begin + 1 && (c == 'L' || c == 'N' || c == 'H' || c == 'T') && e->value >= 200 &&
           e->value < 1000 && e->value == floor(e->value) && qiaoi_is_digit(s->cells[e->unit->begin - 1].c) &&
           any(s, 0, s->count, QIAOI_W(STEEL));
}

static bool
judge_unit(const qiaoi_sentence *s, qiaoi_expression *e, place p)
{
    const qiao_units *u = s->units;
    const qiao_dimension *d = &e->unit->dimension;

    if (steel_grade(s, e))
        return false;
    if (d->exponents[u->base_money] != 0)
        return judge_money(s, e, p);
    if (is_multiple(e))
        return judge_multiple(s, e);
    if (is_ratio(e))
        return judge_ratio(s, e, p);
    if ((e->unit->rules & QIAOI_RULE_GRADE) != 0)
        return e->value >= 100;
    if (e->times && !qiaoi_is_base(d, u->base_metre, 2))
        return false;
    if (qiaoi_is_base(d, u->base_second, 2))
        return judge_time(s, e, p);
    if (qiaoi_is_base(d, u->base_metre, 4))
        return judge_area(s, e, p);
    if (qiaoi_is_base(d, u->base_metre, 2) && e->unit->factor >= 1000 && any(s, p.begin, p.end, QIAOI_W(PLACE)))
        return false;
    if (d->exponents[u->base_kilogram] != 0 || d->exponents[u->base_metre] != 0 ||
        d->exponents[u->base_count_of_things] != 0)
        return !statistic(s, e, p);
    return true;
}

bool
qiaoi_judge(const qiaoi_sentence *s, qiaoi_expression *e)
{
    place p = {qiaoi_clause_begin(s, e->begin), qiaoi_clause_end(s, e->end)};

    if (!isfinite(e->value) || ordinal(s, e))
        return false;
    if (e->unit == NULL)
        return judge_plain(s, e);
    if (!judge_unit(s, e, p))
        return false;
    settle_difference(s, e);
    return true;
}
