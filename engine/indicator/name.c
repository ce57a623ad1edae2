/*
 * Finds the property that an expression states: before it ("抗拉强度≥600 MPa", "a detection limit below 5 ppb"), behind it ("400 Wh/kg energy
 * density", "10 W的输出功率"), or the nearest property of the clause ("the efficiency of the module is 22%"). Nothing is better than a wrong one.
 */
#include "indicator/indicator_internal.h"

#define NAME_CELLS_ZH 14u
#define NAME_WORDS_EN 5u
#define REACH 70u /* cells from the expression to a property that does not stand beside it */

static bool
is_word_cell(uint32_t c)
{
    return qiaoi_is_latin(c) || qiaoi_is_han(c) || qiaoi_is_digit(c) || (c >= 0x391 && c <= 0x3C9) || c == '-' || c == 0xB7 || c == '_' ||
           c == 0x2080 + 2 || c == '\'';
}

/* Is the cell inside a quantity before the expression? */
static bool
in_quantity(const qiaoi_sentence *s, size_t cell)
{
    for (size_t i = s->quantity_count; i > 0; i--) {
        const qiaoi_quantity *q = &s->quantities[i - 1];

        if (q->end <= cell)
            return false;
        if (q->begin <= cell && q->unit.end > q->unit.begin && !q->glued)
            return true;
    }
    return false;
}

/* Skips what links a property to its value, going back; change verbs are passed and remembered. */
static size_t
skip_links(const qiaoi_sentence *s, size_t at, bool *linked, size_t *verb_end)
{
    uint64_t classes = ~(uint64_t)0;

    for (int step = 0; step < 8 && at > 0; step++) {
        const qiaoi_hit *hit;
        uint32_t c;

        at = qiaoi_skip_spaces_back(s, at);
        if (at == 0)
            break;
        c = s->cells[at - 1].c;
        if (c == ':' || c == '=' || c == '(' || c == '[' || c == 0x2265 || c == 0x2264 || c == '>' || c == '<') {
            at--;
            *linked = true;
            continue;
        }
        hit = qiaoi_hit_ending(s, at, classes);
        if (hit == NULL || (hit->words & QIAOI_W(HEAD)) != 0)
            break;
        if ((hit->words & (QIAOI_W(UP) | QIAOI_W(DOWN))) != 0 && qiaoi_is_han(c) && *verb_end == 0)
            *verb_end = at;
        if ((hit->words & (QIAOI_W(LINK) | QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(ABOUT) | QIAOI_W(BETTER) | QIAOI_W(UP) | QIAOI_W(DOWN))) == 0)
            break;
        *linked = true;
        at = hit->begin;
    }
    return qiaoi_skip_spaces_back(s, at);
}

static size_t
trim_front(const qiaoi_sentence *s, size_t begin, size_t end)
{
    static const char *const leads[] = {"下", "时", "后", "前", "内", "中", "上", "及", "和", "与", "且", "则", "其", "对", "使", "将", "把", "被", "由", "在", "以",
                                        "为", "该", "本", "的", "了", "着", "可", "能", "应", "须", "需", "均", "都", "并", "而", "但", "或", "从", "当", "每", "是",
                                        "有", "个", "种", "等", "-", "·", "'", "也", "又", "还"};
    bool cut = true;

    while (cut && begin < end) {
        cut = false;
        for (size_t i = 0; i < sizeof leads / sizeof leads[0] && !cut; i++) {
            if (qiaoi_at(s, begin, leads[i]) == 1) {
                const qiaoi_hit *head = qiaoi_hit_beginning(s, begin, QIAOI_W(HEAD));

                cut = head == NULL;
            }
        }
        begin += cut ? 1 : 0;
    }
    return begin;
}

/* Ends the phrase with its last property word, where it has one. */
static bool
cut_to_head(const qiaoi_sentence *s, size_t begin, size_t *end)
{
    const qiaoi_hit *hit = qiaoi_hit_within(s, begin, *end, QIAOI_W(HEAD));

    if (hit == NULL)
        return false;
    *end = hit->end;
    return true;
}

/* ---- Chinese ---- */

static size_t
phrase_begin_zh(const qiaoi_sentence *s, size_t end)
{
    size_t at = end;

    while (at > 0 && end - at < NAME_CELLS_ZH && is_word_cell(s->cells[at - 1].c) && !in_quantity(s, at - 1)) {
        const qiaoi_hit *hit = qiaoi_hit_ending(s, at, QIAOI_W(STOP) | QIAOI_W(HEAD));

        if (at < end && hit != NULL && (hit->words & QIAOI_W(HEAD)) == 0 && qiaoi_is_han(s->cells[at - 1].c))
            break;
        at--;
    }
    /* not inside a Latin word or number */
    while (at < end && at > 0 && qiaoi_is_latin(s->cells[at].c) && qiaoi_is_latin(s->cells[at - 1].c))
        at++;
    return trim_front(s, at, end);
}

/* A change verb in front of the phrase belongs to the name: "降低生产耗能15%". */
static size_t
take_verb(const qiaoi_sentence *s, size_t begin)
{
    const qiaoi_hit *hit = qiaoi_hit_ending(s, begin, QIAOI_W(UP) | QIAOI_W(DOWN));

    return hit != NULL && qiaoi_is_han(s->cells[begin - 1].c) ? hit->begin : begin;
}

static bool
name_before_zh(const qiaoi_sentence *s, qiaoi_expression *e, size_t at, bool linked, size_t verb_end)
{
    size_t begin = phrase_begin_zh(s, at), end = at;
    bool headed = begin < end && cut_to_head(s, begin, &end);

    if (begin >= end || (!headed && !linked && !e->compared))
        return false;
    if (!headed && end - begin < 2)
        return false;
    if (!headed && !(e->symbol || s->cells[end].c == ':' || e->change != QIAO_CHANGE_NONE || linked))
        return false;
    e->name_begin = e->change != QIAO_CHANGE_NONE ? take_verb(s, begin) : begin;
    e->name_end = e->change != QIAO_CHANGE_NONE && verb_end > end && verb_end - end <= 6 ? verb_end : end;
    return true;
}

static bool
name_behind_zh(const qiaoi_sentence *s, qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces(s, e->end), end;
    const qiaoi_hit *hit = NULL;

    at += qiaoi_at(s, at, "的");
    for (end = at; end < s->count && end - at < 10 && is_word_cell(s->cells[end].c) && !qiaoi_is_digit(s->cells[end].c); end++) {
        const qiaoi_hit *stop = qiaoi_hit_beginning(s, end, QIAOI_W(STOP) | QIAOI_W(HEAD) | QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(LINK));

        if (stop != NULL && (stop->words & QIAOI_W(HEAD)) != 0) {
            hit = stop;
            end = stop->end - 1;
        } else if (stop != NULL) {
            break;
        }
    }
    if (hit == NULL)
        return false;
    e->name_begin = at;
    e->name_end = hit->end;
    return true;
}

/* ---- English ---- */

static size_t
word_begin(const qiaoi_sentence *s, size_t end)
{
    while (end > 0 && is_word_cell(s->cells[end - 1].c) && !qiaoi_is_han(s->cells[end - 1].c) && !in_quantity(s, end - 1))
        end--;
    return end;
}

static size_t
phrase_begin_en(const qiaoi_sentence *s, size_t end)
{
    size_t at = end;

    for (size_t words = 0; words < NAME_WORDS_EN && at > 0; words++) {
        size_t stop = words == 0 ? at : qiaoi_skip_spaces_back(s, at), begin = word_begin(s, stop);
        const qiaoi_hit *hit;

        if (begin == stop || (words > 0 && stop == at))
            break;
        hit = qiaoi_hit_ending(s, stop, QIAOI_W(STOP));
        if (hit != NULL && hit->begin <= begin && qiaoi_hit_ending(s, stop, QIAOI_W(HEAD)) == NULL)
            break;
        at = begin;
    }
    return at;
}

static bool
name_before_en(const qiaoi_sentence *s, qiaoi_expression *e, size_t at, bool linked)
{
    size_t begin = phrase_begin_en(s, at), end = at;

    if (begin >= end || !linked)
        return false;
    if (!cut_to_head(s, begin, &end) && !e->symbol)
        return false;
    if (end < at && !e->symbol && qiaoi_skip_spaces(s, end) != at && end + 14 < at)
        return false;
    e->name_begin = begin;
    e->name_end = end;
    return true;
}

static size_t
word_end(const qiaoi_sentence *s, size_t at)
{
    while (at < s->count && (qiaoi_is_latin(s->cells[at].c) || (s->cells[at].c == '-' && at + 1 < s->count)))
        at++;
    return at;
}

/* "400 Wh/kg energy density": at most three words, the last of which is a property. */
static bool
name_behind_en(const qiaoi_sentence *s, qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces(s, e->end), begin = at, end = 0;

    if (qiaoi_at(s, at, "of ") != 0)
        at = begin = at + 3;
    for (int words = 0; words < 4 && at < s->count; words++) {
        size_t stop = word_end(s, at);
        const qiaoi_hit *hit = stop > at ? qiaoi_hit_within(s, at, stop, QIAOI_W(HEAD)) : NULL;

        if (stop == at || (qiaoi_hit_beginning(s, at, QIAOI_W(STOP)) != NULL && qiaoi_hit_beginning(s, at, QIAOI_W(HEAD)) == NULL))
            break;
        if (hit != NULL && hit->end == stop)
            end = stop;
        else if (end != 0)
            break;
        if (s->cells[stop].c != ' ')
            break;
        at = stop + 1;
    }
    if (end == 0)
        return false;
    e->name_begin = begin;
    e->name_end = end;
    return true;
}

/* ---- the nearest property of the clause ---- */

static bool
nearest_before(const qiaoi_sentence *s, qiaoi_expression *e, size_t at)
{
    size_t clause = qiaoi_clause_begin(s, at), from = at > REACH && at - REACH > clause ? at - REACH : clause;
    const qiaoi_hit *hit = qiaoi_hit_within(s, from, at, QIAOI_W(HEAD));
    size_t end;

    if (hit == NULL)
        return false;
    for (size_t i = 0; i < s->quantity_count; i++) {
        /* a value in between has used it */
        if (s->quantities[i].begin >= hit->end && s->quantities[i].end <= e->begin && s->quantities[i].unit.end > s->quantities[i].unit.begin &&
            qiaoi_same_dimension(&s->quantities[i].unit.dimension, e->unit != NULL ? &e->unit->dimension : &(qiao_dimension){{0}}))
            return false;
    }
    end = hit->end;
    e->name_begin = qiaoi_is_han(s->cells[end - 1].c) ? phrase_begin_zh(s, end) : phrase_begin_en(s, end);
    e->name_end = end;
    if (e->name_begin >= end)
        e->name_begin = hit->begin;
    return true;
}

void
qiaoi_find_name(const qiaoi_sentence *s, qiaoi_expression *e)
{
    bool linked = false, found, han;
    size_t verb_end = 0, at = skip_links(s, e->begin, &linked, &verb_end);

    e->name_begin = e->name_end = 0;
    if (at > 0 && s->cells[at - 1].c == ')') {
        /* 密度(g/cm3)≥2.5, "detection limit (LOD) of" */
        size_t open = at;

        while (open > 0 && at - open < 16 && s->cells[open - 1].c != '(')
            open--;
        if (open > 0 && s->cells[open - 1].c == '(')
            at = qiaoi_skip_spaces_back(s, open - 1);
    }
    han = at > 0 && qiaoi_is_han(s->cells[at - 1].c);
    found = at > 0 && (han ? name_before_zh(s, e, at, linked, verb_end) : name_before_en(s, e, at, linked));
    if (!found && !han && at > 0 && e->symbol && phrase_begin_zh(s, at) < at) {
        /* a symbol for a name: D50≤10 μm, COD<50 mg/L */
        e->name_begin = phrase_begin_zh(s, at);
        e->name_end = at;
        found = true;
    }
    if (found)
        return;
    if (name_behind_zh(s, e) || name_behind_en(s, e))
        return;
    if (linked || e->compared)
        nearest_before(s, e, e->begin);
}
