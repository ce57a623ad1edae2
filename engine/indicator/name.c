/*
 * Finds the property that an expression states: before it ("抗拉强度≥600 MPa", "a detection limit below 5 ppb"), behind
 * it ("400 Wh/kg energy density", "10 W的输出功率"), or the nearest property of the clause ("the efficiency of the
 * module is 22%"). Nothing is better than a wrong one.
 */
#include "indicator/indicator_internal.h"

#include <stdio.h>
#include <string.h>

#define NAME_CELLS_ZH 14u
#define NAME_WORDS_EN 5u
#define REACH 70u /* cells from the expression to a property that does not stand beside it */

static bool
is_word_cell(uint32_t c)
{
    return qiaoi_is_latin(c) || qiaoi_is_han(c) || qiaoi_is_digit(c) || (c >= 0x391 && c <= 0x3C9) || c == '-' ||
           c == 0xB7 || c == '_' || c == 0x2080 + 2 || c == '\'';
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

/* What stands between a property and its value. */
typedef struct links {
    bool linked, copula, sign;
    bool place;            /* "在", "at": the value is a condition */
    size_t verb_end;       /* a Chinese change verb ends here; 0 = none */
    const qiaoi_hit *verb; /* an English change verb; NULL = none */
    bool by;
} links;

static bool
is_sign(uint32_t c)
{
    return c == ':' || c == '=' || c == 0x2265 || c == 0x2264 || c == '>' || c == '<';
}

static void
note_link(const qiaoi_sentence *s, const qiaoi_hit *hit, size_t at, links *l)
{
    bool han = qiaoi_is_han(s->cells[at - 1].c);

    l->linked = l->linked || (hit->words & QIAOI_W(LINK)) != 0;
    l->copula = l->copula || (hit->words & QIAOI_W(COPULA)) != 0;
    l->place = l->place || qiaoi_ends(s, at, "在") == hit->end - hit->begin ||
               (qiaoi_ends(s, at, "at") == 2 && hit->end - hit->begin == 2);
    l->by = l->by || (qiaoi_ends(s, at, "by") == 2 && hit->end - hit->begin == 2);
    if ((hit->words & (QIAOI_W(UP) | QIAOI_W(DOWN))) == 0)
        return;
    if (han && l->verb_end == 0)
        l->verb_end = at;
    else if (!han && l->verb == NULL)
        l->verb = hit;
}

/* Letters that belong to the number rather than to its name: Ra0.4, φ5, DC48V. */
static size_t
skip_size_letters(const qiaoi_sentence *s, size_t at)
{
    size_t begin = at;

    while (
        begin > 0 && at - begin < 3 &&
        (qiaoi_is_latin(s->cells[begin - 1].c) || (s->cells[begin - 1].c >= 0x391 && s->cells[begin - 1].c <= 0x3C9)))
        begin--;
    return at > begin && at - begin <= 2 && qiaoi_is_digit(s->cells[at].c) ? begin : at;
}

/* Skips what links a property to its value, going back, and notes it. */
static size_t
skip_links(const qiaoi_sentence *s, size_t at, links *l)
{
    uint64_t linking = QIAOI_W(LINK) | QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(ABOUT) | QIAOI_W(BETTER) | QIAOI_W(UP) |
                       QIAOI_W(DOWN) | QIAOI_W(FROM) | QIAOI_W(COPULA) | QIAOI_W(BETWEEN);

    for (int step = 0; step < 8; step++) {
        const qiaoi_hit *hit;

        at = qiaoi_skip_spaces_back(s, at);
        if (at == 0)
            break;
        if (is_sign(s->cells[at - 1].c) || s->cells[at - 1].c == '(' || s->cells[at - 1].c == '[') {
            l->linked = l->linked || is_sign(s->cells[at - 1].c);
            l->sign = l->sign || is_sign(s->cells[at - 1].c);
            at--;
            continue;
        }
        hit = qiaoi_hit_ending(s, at, ~(uint64_t)0);
        if (hit == NULL || (hit->words & QIAOI_W(HEAD)) != 0 || (hit->words & linking) == 0)
            break;
        note_link(s, hit, at, l);
        at = hit->begin;
    }
    return qiaoi_skip_spaces_back(s, at);
}

static size_t
trim_front(const qiaoi_sentence *s, size_t begin, size_t end)
{
    static const char *const leads[] = {"下", "时", "后", "前", "内", "中", "上", "及", "和", "与", "且", "则", "其",
                                        "对", "使", "将", "把", "被", "由", "在", "以", "为", "该", "本", "的", "了",
                                        "着", "可", "能", "应", "须", "需", "均", "都", "并", "而", "但", "或", "从",
                                        "当", "每", "是", "有", "个", "种", "等", "-",  "·",  "'",  "也", "又", "还"};
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
        at = hit != NULL && (hit->words & QIAOI_W(HEAD)) != 0 ? hit->begin : at - 1;
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

/* 倒伏率, 株高, 保鲜期: a property by its last character, unless the word is another (大量, 程度). */
static bool
property_by_ending(const qiaoi_sentence *s, size_t begin, size_t end)
{
    static const char *const ends[] = {"率", "度", "量", "力", "值", "数", "比", "角", "期", "径", "厚", "压",
                                       "温", "速", "频", "耗", "距", "差", "隙", "高", "长", "宽", "重"};

    if (end - begin < 2 || qiaoi_hit_ending(s, end, QIAOI_W(STOP)) != NULL)
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (qiaoi_ends(s, end, ends[i]) != 0)
            return true;
    }
    return false;
}

/* Only links and the like between a property and its value: 转换效率目标, but not 循环性能. */
static bool
nothing_else(const qiaoi_sentence *s, size_t begin, size_t end)
{
    while (begin < end) {
        const qiaoi_hit *hit =
            qiaoi_hit_beginning(s, begin, QIAOI_W(STOP) | QIAOI_W(LINK) | QIAOI_W(UP) | QIAOI_W(DOWN));

        if (hit == NULL || qiaoi_at(s, begin, "性能") != 0 || qiaoi_at(s, begin, "测试") != 0 ||
            qiaoi_at(s, begin, "装置") != 0 || qiaoi_at(s, begin, "系统") != 0 || qiaoi_at(s, begin, "设备") != 0)
            return false;
        begin = hit->end;
    }
    return true;
}

static bool
at_boundary(const qiaoi_sentence *s, size_t cell)
{
    return cell == 0 || !is_word_cell(s->cells[cell - 1].c);
}

static bool
name_before_zh(const qiaoi_sentence *s, qiaoi_expression *e, size_t at, const links *l)
{
    size_t begin = phrase_begin_zh(s, at), end = at;
    const qiaoi_hit *stop = qiaoi_hit_ending(s, at, QIAOI_W(STOP) | QIAOI_W(HEAD));
    bool headed =
        begin < end && (property_by_ending(s, begin, end) || (cut_to_head(s, begin, &end) && nothing_else(s, end, at)));

    if (begin >= end || (stop != NULL && (stop->words & QIAOI_W(HEAD)) == 0 && stop->begin <= begin))
        return false;
    if (!headed && !e->symbol && !l->sign &&
        !(at_boundary(s, begin) && end - begin >= 2 && end - begin <= 8 && !l->place))
        return false;
    if (end < at && !l->linked && !e->compared)
        return false;
    if (qiaoi_ends(s, begin, "比") != 0 || qiaoi_ends(s, begin, "较") != 0) {
        /* 成本比PE膜高…: the cost */
        size_t before = phrase_begin_zh(s, begin - 1);

        if (before < begin - 1) {
            end = begin - 1;
            begin = before;
            headed = property_by_ending(s, begin, end) || qiaoi_hit_ending(s, end, QIAOI_W(HEAD)) != NULL;
        }
    }
    e->headed = headed;
    e->name_begin = e->change != QIAO_TREND_NONE ? take_verb(s, begin) : begin;
    e->name_end = e->change != QIAO_TREND_NONE && l->verb_end > end && l->verb_end - end <= 6 ? l->verb_end : end;
    return true;
}

/* 98%的识别率 is a rate of 98%; 75%的油耗 is a share of the consumption. */
static bool
told_in_percent(const qiaoi_sentence *s, size_t end)
{
    static const char *const ends[] = {"率",     "精度",   "纯度",   "浓度",   "湿度",   "准确度", "含量",
                                       "灵敏度", "特异性", "选择性", "占空比", "孔隙度", "准确性"};

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (qiaoi_ends(s, end, ends[i]) != 0)
            return true;
    }
    return false;
}

static bool
name_behind_zh(const qiaoi_sentence *s, qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces(s, e->end), end;
    const qiaoi_hit *hit = NULL;

    at += qiaoi_at(s, at, "的");
    for (end = at; end < s->count && end - at < 10 && is_word_cell(s->cells[end].c) && !qiaoi_is_digit(s->cells[end].c);
         end++) {
        const qiaoi_hit *stop =
            qiaoi_hit_beginning(s, end, QIAOI_W(STOP) | QIAOI_W(HEAD) | QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(LINK));

        if (stop != NULL && (stop->words & QIAOI_W(HEAD)) != 0) {
            hit = stop;
            end = stop->end - 1;
        } else if (stop != NULL || hit != NULL) {
            break;
        }
    }
    if (hit == NULL ||
        (qiaoi_is_han(s->cells[hit->end].c) &&
         qiaoi_hit_beginning(s, hit->end, QIAOI_W(STOP) | QIAOI_W(LINK) | QIAOI_W(GE) | QIAOI_W(LE) | QIAOI_W(AND)) ==
             NULL))
        return false; /* 8000吨压力机 is a press, no pressure */
    if (e->unit != NULL && (e->unit->rules & QIAOI_RULE_EVIDENCE) != 0 && e->change == QIAO_TREND_NONE &&
        !told_in_percent(s, hit->end))
        return false;
    e->headed = true;
    e->name_begin = at;
    e->name_end = hit->end;
    return true;
}

/* ---- English ---- */

static size_t
word_begin(const qiaoi_sentence *s, size_t end)
{
    while (end > 0 && is_word_cell(s->cells[end - 1].c) && !qiaoi_is_han(s->cells[end - 1].c) &&
           !in_quantity(s, end - 1))
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

/* "reduces friction by 40%", "friction is reduced by 40%", "thickness drops by 5 mm": the thing with its verb. */
static bool
name_of_change(const qiaoi_sentence *s, qiaoi_expression *e)
{
    size_t clause = qiaoi_clause_begin(s, e->begin), by = qiaoi_skip_spaces_back(s, e->begin);
    const qiaoi_hit *verb = qiaoi_hit_within(s, clause, by, QIAOI_W(UP) | QIAOI_W(DOWN));
    size_t begin, end;

    if (verb == NULL || qiaoi_ends(s, by, "by") == 0 || by - verb->begin > 60)
        return false;
    begin = verb->begin;
    end = qiaoi_skip_spaces_back(s, by - 2);
    if (end <= verb->end) {
        links l = {0};
        size_t at = skip_links(s, verb->begin, &l);

        begin = phrase_begin_en(s, at);
        if (begin >= at)
            return false;
    }
    e->headed = true;
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

/* "testing up to 280 mm", "continuously at": no nouns. */
static bool
no_noun(const qiaoi_sentence *s, size_t end)
{
    return qiaoi_ends(s, end, "ing") != 0 || qiaoi_ends(s, end, "ed") != 0 || qiaoi_ends(s, end, "ly") != 0;
}

/* "with pulsation below 2 %", "a fine particle fraction above 60%": words that stand alone may name what is compared.
 */
static bool
lone_words(const qiaoi_sentence *s, const qiaoi_expression *e, size_t begin, size_t end)
{
    const qiaoi_hit *before = qiaoi_hit_ending(s, qiaoi_skip_spaces_back(s, begin), QIAOI_W(STOP));
    size_t spaces = 0;

    if (!e->compared || e->op == QIAO_OP_ABOUT || end - begin < 4 || s->cells[end - 1].c == 's' || no_noun(s, end) ||
        qiaoi_skip_spaces(s, end) != qiaoi_skip_spaces(s, e->begin))
        return false;
    for (size_t i = begin; i < end; i++) {
        spaces += s->cells[i].c == ' ' ? 1 : 0;
        if (!qiaoi_is_latin(s->cells[i].c) && s->cells[i].c != ' ' && s->cells[i].c != '-')
            return false;
    }
    return spaces <= 2 && (before != NULL || at_boundary(s, begin));
}

static bool
name_before_en(const qiaoi_sentence *s, qiaoi_expression *e, size_t at, const links *l)
{
    size_t begin = phrase_begin_en(s, at), end = at;

    const qiaoi_hit *whole = qiaoi_hit_ending(s, at, QIAOI_W(HEAD));

    if (whole != NULL && whole->begin < begin)
        begin = whole->begin; /* field of view */
    while (begin < end && qiaoi_is_digit(s->cells[begin].c))
        begin = qiaoi_skip_spaces(s, word_end(s, begin + 1));
    if (begin >= end || (l->place && !l->copula))
        return false;
    e->headed = whole != NULL;
    if (!e->headed && !l->sign && !((e->symbol || e->plus_minus) && !no_noun(s, end)) && !lone_words(s, e, begin, end))
        return false;
    e->name_begin = begin;
    e->name_end = end;
    return true;
}

/* "400 Wh/kg energy density": at most three words, the last of which is a property. */
static bool
name_behind_en(const qiaoi_sentence *s, qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces(s, e->end), begin = at, end = 0;
    bool ratio = e->unit != NULL && (e->unit->rules & QIAOI_RULE_EVIDENCE) != 0;

    if (ratio && qiaoi_at(s, at, "of ") != 0)
        return false;
    if (ratio && qiaoi_hit_beginning(s, at, QIAOI_W(DOWN) | QIAOI_W(UP)) != NULL && qiaoi_is_latin(s->cells[at].c))
        at = qiaoi_skip_spaces(s, word_end(s, at)); /* 35% less power */
    if (qiaoi_at(s, at, "of ") != 0)
        at = begin = at + 3;
    for (int words = 0; words < 4 && at < s->count; words++) {
        size_t stop = word_end(s, at);
        const qiaoi_hit *hit = stop > at ? qiaoi_hit_within(s, at, stop, QIAOI_W(HEAD)) : NULL;

        if (stop == at ||
            (qiaoi_hit_beginning(s, at, QIAOI_W(STOP)) != NULL && qiaoi_hit_beginning(s, at, QIAOI_W(HEAD)) == NULL))
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
    e->headed = true;
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
        if (s->quantities[i].begin >= hit->end && s->quantities[i].end <= e->begin &&
            s->quantities[i].unit.end > s->quantities[i].unit.begin &&
            qiaoi_same_dimension(&s->quantities[i].unit.dimension,
                                 e->unit != NULL ? &e->unit->dimension : &(qiao_dimension){{0}}))
            return false;
    }
    end = hit->end;
    e->headed = true;
    e->name_begin = qiaoi_is_han(s->cells[end - 1].c) ? phrase_begin_zh(s, end) : phrase_begin_en(s, end);
    e->name_end = end;
    if (e->name_begin >= end)
        e->name_begin = hit->begin;
    return true;
}

/* "在25℃下", "在…条件下", "at 25 °C": a condition needs no name. */
static bool
is_condition(const qiaoi_sentence *s, const qiaoi_expression *e, const links *l)
{
    static const char *const tails[] = {"下", "时", "条件", "环境", "的条件", "的环境"};
    size_t at = qiaoi_skip_spaces(s, e->end);

    for (size_t i = 0; l->place && i < sizeof tails / sizeof tails[0]; i++) {
        if (qiaoi_at(s, at, tails[i]) != 0)
            return true;
    }
    return false;
}

/* Before "(g/cm3)" or "(LOD)". */
static size_t
before_bracket(const qiaoi_sentence *s, size_t at)
{
    size_t open = at;

    if (at == 0 || s->cells[at - 1].c != ')')
        return at;
    while (open > 0 && at - open < 16 && s->cells[open - 1].c != '(')
        open--;
    return open > 0 && s->cells[open - 1].c == '(' ? qiaoi_skip_spaces_back(s, open - 1) : at;
}

/* Does a Chinese phrase end here, be it with letters (粉体D50)? */
static bool
ends_chinese(const qiaoi_sentence *s, size_t at)
{
    size_t begin = at;

    while (begin > 0 && at - begin < 5 &&
           (qiaoi_is_latin(s->cells[begin - 1].c) || qiaoi_is_digit(s->cells[begin - 1].c)) &&
           !in_quantity(s, begin - 1))
        begin--;
    return begin > 0 && qiaoi_is_han(s->cells[begin - 1].c);
}

static void
find_name(const qiaoi_sentence *s, qiaoi_expression *e)
{
    links l = {0};
    size_t at = before_bracket(s, skip_links(s, skip_size_letters(s, e->begin), &l));
    bool han = ends_chinese(s, at), empty;

    e->name_begin = e->name_end = 0;
    e->headed = false;
    if (is_condition(s, e, &l) || (e->change != QIAO_TREND_NONE && name_of_change(s, e)))
        return;
    if (at > 0 && (han ? name_before_zh(s, e, at, &l) : name_before_en(s, e, at, &l)))
        return;
    if (name_behind_zh(s, e) || name_behind_en(s, e))
        return;
    empty = at == 0 || !is_word_cell(s->cells[at - 1].c) || phrase_begin_zh(s, at) >= at;
    if (l.copula || (qiaoi_is_han(s->cells[qiaoi_clause_begin(s, e->begin)].c) && (e->symbol || e->compared) && empty))
        nearest_before(s, e, e->begin);
}

void
qiaoi_find_name(const qiaoi_sentence *s, qiaoi_expression *e)
{
    find_name(s, e);
    if (e->name_end <= e->name_begin || qiaoi_name_fits(s, e))
        return;
    e->name_begin = e->name_end = 0;
    e->headed = false;
}
