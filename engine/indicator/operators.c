/*
 * The comparison around an expression: words and signs before it ("不低于", "at least", "≤") and behind it ("以上", "or
 * less"). A sign beats a word, what stands before beats what stands behind; without any the value is plain.
 */
#include "indicator/indicator_internal.h"

#include <string.h>

#define COMPARISONS (QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(ABOUT) | QIAOI_W(BETTER))

static bool
is_bracket(uint32_t c)
{
    return c == '(' || c == '[' || c == 0x3010;
}

/* Quantities of which less is finer: lengths, times, angles, pressures (of a vacuum), traces. */
static bool
finer_when_less(const qiaoi_sentence *s, const qiaoi_unit_use *unit)
{
    const qiao_units *u = s->units;
    const qiao_dimension *d = &unit->dimension;

    return qiaoi_is_base(d, u->base_metre, 2) || qiaoi_is_base(d, u->base_second, 2) ||
           qiaoi_is_base(d, u->base_angle, 2) || qiaoi_is_base(d, u->base_kelvin, 2) || strcmp(unit->si, "Pa") == 0 ||
           (strcmp(unit->si, "1") == 0 && unit->factor < 1e-3);
}

/* "精度优于 0.1 mm" is at most; "识别率优于99%" is at least. */
static qiao_indicator_operator
better(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    size_t from = qiaoi_clause_begin(s, e->core), to = qiaoi_clause_end(s, e->end);

    if (e->plus_minus)
        return QIAO_OP_LE;
    if (e->unit != NULL && (e->unit->rules & QIAOI_RULE_EVIDENCE) != 0 && e->value * e->unit->factor > 0.2)
        return QIAO_OP_GE;
    if (qiaoi_hit_within(s, from, to, QIAOI_W(HIGHER)) != NULL && e->unit != NULL && !finer_when_less(s, e->unit))
        return QIAO_OP_GE;
    if (qiaoi_hit_within(s, from, to, QIAOI_W(PRECISION) | QIAOI_W(LOWER)) != NULL)
        return QIAO_OP_LE;
    return e->unit != NULL && finer_when_less(s, e->unit) && qiaoi_hit_within(s, from, to, QIAOI_W(HIGHER)) == NULL
               ? QIAO_OP_LE
               : QIAO_OP_GE;
}

/* "under 5 MPa", "under 100 mW/cm2 illumination" tell a condition, not a limit. */
static bool
under_condition(const qiaoi_sentence *s, const qiaoi_expression *e, const qiaoi_hit *hit)
{
    size_t next = qiaoi_skip_spaces(s, e->end);

    return (hit->words & QIAOI_W(UNDER)) != 0 &&
           (qiaoi_hit_beginning(s, next, QIAOI_W(LOAD)) != NULL || qiaoi_at(s, next, "of ") != 0);
}

static qiao_indicator_operator
operator_of(const qiaoi_sentence *s, const qiaoi_expression *e, const qiaoi_hit *hit)
{
    if ((hit->words & QIAOI_W(BETTER)) != 0)
        return better(s, e);
    if (under_condition(s, e, hit))
        return QIAO_OP_EQ;
    if ((hit->words & QIAOI_W(LE)) != 0)
        return QIAO_OP_LE;
    return (hit->words & QIAOI_W(GE)) != 0 ? QIAO_OP_GE : QIAO_OP_ABOUT;
}

/*
 * What is skipped between a comparison and its number: articles, "about", a bracket, a letter that names a size. 0 =
 * nothing that may be skipped ends here.
 */
static size_t
filler(const qiaoi_sentence *s, size_t cell)
{
    static const char *const words[] = {"a",    "an", "the", "of", "to", "为", "到", "在",      "达",
                                        "达到", "了", "是",  "至", "其", "be", "by", "that of", "等于"};
    size_t letters = cell;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = qiaoi_ends(s, cell, words[i]);

        if (n != 0 && (!qiaoi_is_latin(s->cells[cell - 1].c) || cell == n || !qiaoi_is_latin(s->cells[cell - n - 1].c)))
            return n;
    }
    if (cell > 0 && (is_bracket(s->cells[cell - 1].c) || s->cells[cell - 1].c == 0x3C6 ||
                     s->cells[cell - 1].c == 0x3A6 || s->cells[cell - 1].c == 0xF8 || s->cells[cell - 1].c == 0xD8))
        return 1;
    while (letters > 0 && qiaoi_is_latin(s->cells[letters - 1].c))
        letters--;
    return cell - letters == 2 && s->cells[letters].c == 'R' ? 2 : 0;
}

/* "within 3 µm over 300 mm", "over 400-1000 nm": across, not more than. */
static bool
across(const qiaoi_sentence *s, const qiaoi_expression *e, const qiaoi_hit *hit)
{
    size_t before = qiaoi_skip_spaces_back(s, hit->begin);

    if (qiaoi_at(s, hit->begin, "over") != 4 || hit->end != hit->begin + 4)
        return false;
    if (e->op == QIAO_OP_RANGE)
        return true;
    return e->first > 0 && e->unit != NULL && e->unit->dimension.exponents[s->units->base_metre] != 0 &&
           s->quantities[e->first - 1].unit.end > 0 && s->quantities[e->first - 1].end == before;
}

/* "2.4 < x": the sign compares the other way round and belongs to what stands before it. */
static void
words_before(const qiaoi_sentence *s, qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces_back(s, e->core);
    const qiaoi_hit *found = NULL, *about = NULL;

    for (int step = 0; step < 5 && at > 0; step++) {
        const qiaoi_hit *hit = qiaoi_hit_ending(s, at, COMPARISONS);
        size_t skipped = 0;

        if (hit != NULL && step > 0 && qiaoi_at(s, hit->begin, "over") == 4 && hit->end == hit->begin + 4)
            break; /* "over a 40 cm sphere" */
        if (hit != NULL && (hit->words & (QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(BETTER))) != 0) {
            found = hit;
            break;
        }
        if (hit != NULL && about == NULL)
            about = hit;
        skipped = hit != NULL ? at - hit->begin : filler(s, at);
        if (skipped == 0)
            break;
        at = qiaoi_skip_spaces_back(s, at - skipped);
    }
    if (found == NULL)
        found = about;
    if (found == NULL || across(s, e, found))
        return;
    e->limited = qiaoi_hit_ending(s, found->end, QIAOI_W(LIMIT)) != NULL;
    e->begin = found->begin < e->begin ? found->begin : e->begin;
    e->compared = true;
    e->symbol = (found->words & QIAOI_W(SYMBOL)) != 0 && (found->words & (QIAOI_W(GE) | QIAOI_W(LE))) != 0;
    if (e->op != QIAO_OP_RANGE)
        e->op = operator_of(s, e, found);
}

static void
words_behind(const qiaoi_sentence *s, qiaoi_expression *e)
{
    uint64_t wanted = QIAOI_W(GE_POST) | QIAOI_W(LE_POST) | QIAOI_W(ABOUT_POST);
    size_t at = qiaoi_skip_spaces(s, e->end);
    size_t number_end = s->quantities[e->last].number_end;
    const qiaoi_hit *hit;
    bool bracket = is_bracket(s->cells[at].c);

    if (s->cells[number_end].c == '+' && number_end < e->core_end && !e->compared && e->op == QIAO_OP_EQ)
        e->op = QIAO_OP_GE; /* 30+ m */

    if (s->cells[at].c == '+' && at == e->end && !qiaoi_is_digit(s->cells[at + 1].c) &&
        !qiaoi_is_latin(s->cells[at + 1].c)) {
        if (!e->compared && e->op == QIAO_OP_EQ)
            e->op = QIAO_OP_GE;
        e->end = at + 1;
        return;
    }
    if (qiaoi_at(s, at, "的") != 0 && qiaoi_hit_beginning(s, at + 1, wanted) != NULL)
        at++;
    hit = qiaoi_hit_beginning(s, bracket ? at + 1 : at, wanted);
    if (hit == NULL || (bracket && s->cells[hit->end].c != ')'))
        return;
    e->end = hit->end + (bracket ? 1 : 0);
    if (!e->compared && (e->op == QIAO_OP_EQ || e->plus_minus) && e->op != QIAO_OP_RANGE) {
        if ((hit->words & QIAOI_W(LE_POST)) != 0 || e->plus_minus)
            e->op = QIAO_OP_LE;
        else
            e->op = (hit->words & QIAOI_W(GE_POST)) != 0 ? QIAO_OP_GE : QIAO_OP_ABOUT;
    } else if (e->op == QIAO_OP_ABOUT && (hit->words & QIAOI_W(ABOUT_POST)) == 0) {
        e->op = (hit->words & QIAOI_W(GE_POST)) != 0 ? QIAO_OP_GE : QIAO_OP_LE;
    }
    e->compared = true;
}

/* Is the number's size the amount of a change ("降低30%", "3x faster") rather than a value ("降低到30%")? */
static qiao_trend
change_of(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    uint64_t change = QIAOI_W(UP) | QIAOI_W(DOWN);
    size_t at = qiaoi_skip_spaces_back(s, e->begin), behind = qiaoi_skip_spaces(s, e->end);
    const qiaoi_hit *hit = qiaoi_hit_ending(s, at, change);
    bool by = qiaoi_ends(s, at, "by") != 0;
    size_t result =
        by ? 0 : qiaoi_ends(s, at, "到") + qiaoi_ends(s, at, "至") + qiaoi_ends(s, at, "为") + qiaoi_ends(s, at, "to");

    if (e->changes || result != 0)
        return QIAO_TREND_NONE;
    if (hit == NULL && (by || qiaoi_ends(s, at, "了") != 0))
        hit = qiaoi_hit_within(s, qiaoi_clause_begin(s, at), at, change);
    if (hit == NULL && e->unit != NULL && (e->unit->rules & QIAOI_RULE_EVIDENCE) != 0)
        hit = qiaoi_hit_beginning(s, behind, QIAOI_W(COMPARATIVE)) != NULL ? qiaoi_hit_beginning(s, behind, change)
                                                                           : NULL;
    if (hit == NULL)
        return QIAO_TREND_NONE;
    return (hit->words & QIAOI_W(UP)) != 0 ? QIAO_TREND_UP : QIAO_TREND_DOWN;
}

void
qiaoi_compare_words(const qiaoi_sentence *s, qiaoi_expression *e)
{
    words_before(s, e);
    words_behind(s, e);
    e->change = change_of(s, e);
}
