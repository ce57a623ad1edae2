/*
 * Reads a unit expression at a place in a piece: one spelling ("mAh", "帧/秒") or a product and quotient of several
 * ("W/(m2·K)", "克/立方厘米", "kWh/100 km", "mol m-2 s-1"), and works out factor, dimension and how the coherent SI
 * unit is written. Behind a slash everything that is joined by dots stays below it, as people mean it. A spelling that
 * several units share goes to the one whose words stand nearest.
 */
#include "indicator/units_compose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool
followed_by(const qiaoi_sentence *s, size_t cell, const uint32_t *list)
{
    while (list != NULL && *list != 0) {
        size_t n = 0;

        while (list[n] != 0 && qiaoi_lower(s->cells[cell + n].c) == list[n])
            n++;
        if (list[n] == 0)
            return true;
        while (list[n] != 0)
            n++;
        list += n + 1;
    }
    return false;
}

/* Cells to the nearest of the unit's words; SIZE_MAX where none stands here. */
static size_t
nearest(const qiaoi_sentence *s, uint64_t near, size_t cell)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < s->hit_count; i++) {
        size_t begin = s->hits[i].begin, distance = begin > cell ? begin - cell : cell - begin;

        if ((s->hits[i].near & near) != 0 && distance < best)
            best = distance;
    }
    return best;
}

/* How well a name fits here: smaller is better, SIZE_MAX not at all. */
static size_t
fitness(const qiaoi_sentence *s, const qiaoi_unit_name *name, size_t cell, size_t end, bool first, bool spaced)
{
    const qiaoi_unit *unit = &s->units->units[name->unit];
    bool compound = (name->rules & QIAOI_RULE_COMPOUND) != 0;

    if (followed_by(s, end, unit->not_before))
        return SIZE_MAX;
    if (!first)
        return compound ? 0 : unit->near == 0 ? 1 : 2;
    if ((name->rules & QIAOI_RULE_ATTACHED) != 0 && spaced)
        return SIZE_MAX;
    if ((name->rules & QIAOI_RULE_SPACED) != 0 && !spaced)
        return SIZE_MAX;
    if (compound)
        return QIAOI_CELLS_MAX * 3;
    return unit->near != 0 ? nearest(s, unit->near, cell) : QIAOI_CELLS_MAX * 2;
}

static bool
ends_well(const qiaoi_sentence *s, size_t cell, size_t end, bool spaced)
{
    uint32_t last = s->cells[end - 1].c, next = s->cells[end].c;
    bool letter = qiaoi_is_latin(last) || last == 0x3BC || last == 0x3A9;

    if (!letter)
        return true;
    if (qiaoi_is_latin(next) || next == '_' || next == 0x3BC)
        return false;
    /* "2 T-cells", "5 A-frame" */
    return !(spaced && end == cell + 1 && last >= 'A' && last <= 'Z' && next == '-' &&
             qiaoi_is_latin(s->cells[end + 1].c));
}

/* The one thing a spelling can mean where no words stand around it; false where it could be several (度). */
static bool
only_meaning(const qiaoi_sentence *s, const qiaoi_spellings *set, const qiaoi_match *match, size_t cell,
             qiaoi_atom *out)
{
    const qiaoi_unit *unit = NULL;

    for (size_t i = match->first; i < match->first + match->count; i++) {
        const qiaoi_unit_name *name = &s->units->names[set->items[i].value];
        const qiaoi_unit *other = &s->units->units[name->unit];

        if (unit != NULL &&
            (!qiaoi_same_dimension(&unit->dimension, &other->dimension) || unit->offset != other->offset))
            return false;
        if (unit != NULL)
            continue;
        unit = other;
        *out = (qiaoi_atom){.unit = unit,
                            .factor = name->factor,
                            .rules = name->rules & ~(unsigned)QIAOI_RULE_COMPOUND,
                            .end = cell + match->length};
    }
    return unit != NULL;
}

static bool
pick(const qiaoi_sentence *s, const qiaoi_spellings *set, const qiaoi_match *match, size_t cell, bool first,
     bool spaced, qiaoi_atom *out)
{
    size_t best = SIZE_MAX;

    for (size_t i = match->first; i < match->first + match->count; i++) {
        const qiaoi_unit_name *name = &s->units->names[set->items[i].value];
        size_t fit = fitness(s, name, cell, cell + match->length, first, spaced);

        if (fit < best) {
            best = fit;
            *out = (qiaoi_atom){.unit = &s->units->units[name->unit],
                                .factor = name->factor,
                                .rules = name->rules,
                                .end = cell + match->length};
        }
    }
    if (s->alone && first && best > QIAOI_CELLS_MAX * 2)
        return only_meaning(s, set, match, cell, out) || best != SIZE_MAX;
    return best != SIZE_MAX;
}

/* 2 or 3 directly behind a length or time: m2, s2. */
static bool
takes_digit(const qiaoi_sentence *s, const qiaoi_atom *a, size_t cell)
{
    uint32_t c = s->cells[cell].c, next = s->cells[cell + 1].c;
    const qiao_units *u = s->units;

    if ((c != '2' && c != '3') || qiaoi_is_digit(next) || qiaoi_is_latin(next) ||
        (next == '.' && qiaoi_is_digit(s->cells[cell + 2].c)))
        return false;
    return qiaoi_is_base(&a->unit->dimension, u->base_metre, 2) ||
           (c == '2' && qiaoi_is_base(&a->unit->dimension, u->base_second, 2));
}

static bool
find_atom(const qiaoi_sentence *s, size_t cell, bool first, bool spaced, qiaoi_atom *out)
{
    const qiaoi_spellings *const sets[2] = {&s->units->symbols, &s->units->words};
    qiaoi_match matches[QIAOI_MATCHES_MAX];
    qiaoi_atom candidate;
    bool found = false;

    for (size_t k = 0; k < 2; k++) {
        size_t n = qiaoi_spellings_match(sets[k], &s->cells[cell], s->count - cell, k == 1, matches);

        while (n-- > 0) {
            size_t end = cell + matches[n].length;

            if (found && out->end >= end)
                break;
            if (!ends_well(s, cell, end, spaced) || !pick(s, sets[k], &matches[n], cell, first, spaced, &candidate))
                continue;
            if (qiaoi_is_latin(s->cells[end - 1].c) && qiaoi_is_digit(s->cells[end].c) &&
                !takes_digit(s, &candidate, end))
                continue;
            *out = candidate;
            found = true;
            break;
        }
    }
    return found;
}

/* ---- exponents ---- */

static int
superscript(uint32_t c)
{
    return c == 0xB9 ? 1 : c == 0xB2 ? 2 : c == 0xB3 ? 3 : c >= 0x2074 && c <= 0x2079 ? (int)(c - 0x2070) : 0;
}

/* "^-1", "^2", "^1/2", "^0.5" behind the caret; doubled exponent, 0 = none. */
static int
caret(const qiaoi_sentence *s, size_t *cell)
{
    size_t at = *cell + 1;
    bool bracket = s->cells[at].c == '(' || s->cells[at].c == '{', minus;
    int twice;

    at += bracket ? 1 : 0;
    minus = s->cells[at].c == '-';
    at += minus ? 1 : 0;
    if (qiaoi_at(s, at, "1/2") != 0 || qiaoi_at(s, at, "0.5") != 0) {
        twice = 1;
        at += 3;
    } else if (s->cells[at].c >= '1' && s->cells[at].c <= '6' && !qiaoi_is_digit(s->cells[at + 1].c)) {
        twice = 2 * (int)(s->cells[at].c - '0');
        at++;
    } else {
        return 0;
    }
    at += bracket && (s->cells[at].c == ')' || s->cells[at].c == '}') ? 1 : 0;
    *cell = at;
    return minus ? -twice : twice;
}

/* "-1" written flat: s-1, cm-3. Not where a range goes on: "5 m-3 m". */
static int
flat_minus(const qiaoi_sentence *s, const qiaoi_atom *a, size_t *cell, bool first)
{
    size_t at = *cell + 1, next = qiaoi_skip_spaces(s, at + 1);
    qiaoi_atom other;

    if (s->cells[at].c < '1' || s->cells[at].c > '3' || qiaoi_is_digit(s->cells[at + 1].c) ||
        (s->cells[at + 1].c == '.' && qiaoi_is_digit(s->cells[at + 2].c)) || s->cells[at + 1].c == '%' ||
        s->cells[at + 1].c == '-' || !qiaoi_is_latin(s->cells[*cell - 1].c))
        return 0;
    if (find_atom(s, next, false, false, &other) &&
        (next == at + 1 || (first && qiaoi_same_dimension(&other.unit->dimension, &a->unit->dimension))))
        return 0;
    *cell = at + 1;
    return -2 * (int)(s->cells[at].c - '0');
}

/* Doubled exponent of the unit before the cell; 2 where none is written. */
static int
exponent(const qiaoi_sentence *s, const qiaoi_atom *a, size_t *cell, bool first)
{
    uint32_t c = s->cells[*cell].c;
    int twice = 2;

    if (c == 0x207B && superscript(s->cells[*cell + 1].c) != 0) {
        twice = -2 * superscript(s->cells[*cell + 1].c);
        *cell += 2;
    } else if (superscript(c) != 0) {
        twice = 2 * superscript(c);
        *cell += 1;
    } else if (c == '^' && (twice = caret(s, cell)) == 0) {
        twice = 2;
    } else if (takes_digit(s, a, *cell)) {
        twice = 2 * (int)(c - '0');
        *cell += 1;
    } else if (qiaoi_is_base(&a->unit->dimension, s->units->base_metre, 2) && qiaoi_at(s, *cell, "1/2") != 0 &&
               !qiaoi_is_digit(s->cells[*cell + 3].c)) {
        twice = 1; /* MPa·m1/2 */
        *cell += 3;
    } else if (c == '-' && (twice = flat_minus(s, a, cell, first)) == 0) {
        twice = 2;
    }
    return twice;
}

/* ---- products and quotients ---- */

/* "/100 km", "/24 h": a count below the slash. 0 where none of the usual ones stands here. */
static double
count_below(const qiaoi_sentence *s, size_t *cell)
{
    static const struct {
        const char *text;
        double value;
        const char *unit;
    } usual[] = {{"1000", 1000, ""}, {"100", 100, ""}, {"24", 24, "h"}, {"15", 15, "mm"},
                 {"10", 10, "min"},  {"25", 25, "mm"}, {"50", 50, "mm"}};

    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        size_t n = qiaoi_at(s, *cell, usual[i].text), at;

        if (n == 0 || qiaoi_is_digit(s->cells[*cell + n].c) || s->cells[*cell + n].c == '.')
            continue;
        at = qiaoi_skip_spaces(s, *cell + n);
        if (usual[i].unit[0] == '\0' || qiaoi_at(s, at, usual[i].unit) != 0) {
            *cell = at;
            return usual[i].value;
        }
    }
    return 0;
}

/* Kinds of quantity that something is made or used up of: what 每小时 may divide. */
static bool
divisible(const qiaoi_sentence *s, const qiaoi_builder *b)
{
    const qiao_units *u = s->units;
    const qiao_dimension *d = &b->dimension;

    return qiaoi_is_base(d, u->base_count_of_things, 2) || qiaoi_is_base(d, u->base_kilogram, 2) ||
           qiaoi_is_base(d, u->base_metre, 2) || qiaoi_is_base(d, u->base_metre, 4) ||
           qiaoi_is_base(d, u->base_metre, 6) || qiaoi_is_base(d, u->base_money, 2) ||
           strcmp(b->parts[0].symbol, "J") == 0;
}

static bool
by_piece(const qiaoi_sentence *s, const qiaoi_atom *a)
{
    return qiaoi_is_base(&a->unit->dimension, s->units->base_count_of_things, 2) &&
           (a->rules & QIAOI_RULE_COMPOUND) != 0;
}

static bool
per_piece(const qiaoi_sentence *s, const qiaoi_builder *b)
{
    return divisible(s, b) || qiaoi_is_base(&b->dimension, s->units->base_second, 2) ||
           strcmp(b->parts[0].symbol, "mol") == 0;
}

static bool
below_the_slash(const qiaoi_sentence *s, qiaoi_builder *b, size_t *cell)
{
    size_t at = qiaoi_skip_spaces(s, *cell);
    double count = b->atoms > 0 ? count_below(s, &at) : 0;
    bool bracket = s->cells[at].c == '(';
    qiaoi_atom a;

    at += bracket ? 1 : 0;
    if (!find_atom(s, at, false, false, &a) || (count > 0 && qiaoi_same_dimension(&a.unit->dimension, &b->dimension)))
        return false;
    if (by_piece(s, &a) && b->atoms == 1 && !per_piece(s, b))
        return false; /* "0.65 V per cell" is a voltage */
    b->below = true;
    at = a.end;
    if (!qiaoi_compose(b, &a, exponent(s, &a, &at, false)))
        return false;
    b->factor /= count > 0 ? count : 1;
    while (bracket && s->cells[at].c != ')') {
        size_t next = s->cells[at].c == ' ' || s->cells[at].c == 0xB7 || s->cells[at].c == '.' ||
                              s->cells[at].c == '*' || s->cells[at].c == '-' || s->cells[at].c == 0xD7
                          ? at + 1
                          : at;

        if (!find_atom(s, next, false, false, &a))
            return false;
        at = a.end;
        if (!qiaoi_compose(b, &a, exponent(s, &a, &at, false)))
            return false;
    }
    *cell = at + (bracket ? 1 : 0);
    return true;
}

static bool
joins(uint32_t c)
{
    return c == 0xB7 || c == '*' || c == '.' || c == '-';
}

static bool
continues_unit(uint32_t c)
{
    return qiaoi_is_latin(c) || qiaoi_is_digit(c) || superscript(c) != 0 || c == ')' || c == 0x3A9;
}

/* A further unit joined by a dot, or by a space where its exponent is negative ("W m-2 K-1"). */
static bool
joined(const qiaoi_sentence *s, qiaoi_builder *b, size_t *cell)
{
    uint32_t c = s->cells[*cell].c;
    size_t at;
    qiaoi_atom a;
    int twice;

    if (!joins(c) && c != ' ')
        return false;
    /* a dot or dash that ends a sentence or begins another word is no product */
    if (c != 0xB7 && c != '*' && !(qiaoi_is_latin(s->cells[*cell + 1].c) && continues_unit(s->cells[*cell - 1].c)))
        return false;
    if (!find_atom(s, *cell + 1, false, false, &a))
        return false;
    at = a.end;
    twice = exponent(s, &a, &at, false);
    if (c == ' ' && twice >= 0)
        return false;
    if (c == ' ')
        b->below = false;
    if (!qiaoi_compose(b, &a, twice))
        return false;
    *cell = at;
    return true;
}

static size_t
quotient_sign(const qiaoi_sentence *s, size_t cell)
{
    size_t next = qiaoi_skip_spaces(s, cell), n;

    if (s->cells[cell].c == '/')
        return 1;
    if (s->cells[cell].c == ' ' && s->cells[next].c == '/' && qiaoi_is_latin(s->cells[next + 1].c))
        return next + 1 - cell;
    if ((n = qiaoi_at(s, cell, "每")) != 0)
        return n;
    return s->cells[cell].c == ' ' && (n = qiaoi_at(s, next, "per ")) != 0 ? next + n - cell : 0;
}

static size_t
go_on(const qiaoi_sentence *s, qiaoi_builder *b, size_t cell)
{
    while (b->atoms < 7) {
        size_t sign = quotient_sign(s, cell), at = cell + sign;
        qiaoi_builder tried = *b;

        if (sign > 0 ? below_the_slash(s, &tried, &at) : joined(s, &tried, &at)) {
            *b = tried;
            cell = at;
        } else {
            break;
        }
    }
    return cell;
}

/* 万, 亿 and their like in front of a unit belong to it: 万次, 亿元. */
static size_t
myriads(const qiaoi_sentence *s, size_t cell, double *factor)
{
    static const struct {
        const char *text;
        double factor;
    } known[] = {{"万亿", 1e12}, {"千亿", 1e11}, {"百亿", 1e10}, {"十亿", 1e9}, {"亿", 1e8},
                 {"千万", 1e7},  {"百万", 1e6},  {"十万", 1e5},  {"万", 1e4}};
    size_t n;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if ((n = qiaoi_at(s, cell, known[i].text)) != 0) {
            *factor = known[i].factor;
            return n;
        }
    }
    *factor = 1;
    return 0;
}

/* Only things counted, nothing to relate them to: "3件/套". */
static bool
mere_count(const qiaoi_sentence *s, const qiaoi_builder *b)
{
    for (int i = 0; i < QIAO_DIMENSIONS; i++) {
        if (b->dimension.exponents[i] != 0 && i != s->units->base_count_of_things)
            return false;
    }
    return true;
}

static bool
parse(const qiaoi_sentence *s, size_t cell, bool spaced, qiaoi_unit_use *out)
{
    qiaoi_builder b = {.factor = 1};
    double scale;
    size_t at = cell + myriads(s, cell, &scale), unit_begin;
    qiaoi_atom a;

    if (at > cell) {
        at = qiaoi_skip_spaces(s, at);
        if (qiaoi_hit_beginning(s, at, QIAOI_W(MORE)) != NULL && !find_atom(s, at, true, false, &a))
            at = qiaoi_skip_spaces(s, at + 1);
    }
    unit_begin = at;
    if (s->cells[at].c == '/' && at == cell) {
        at++;
        if (!below_the_slash(s, &b, &at))
            return false;
    } else {
        if (!find_atom(s, at, true, spaced, &a))
            return false;
        at = a.end;
        if (!qiaoi_compose(&b, &a, exponent(s, &a, &at, true)))
            return false;
    }
    at = go_on(s, &b, at);
    if (b.all_compound && (b.atoms == 1 ? s->cells[unit_begin].c != '/' : mere_count(s, &b)))
        return false;
    b.factor *= scale;
    qiaoi_composed(&b, cell, at, out);
    return true;
}

bool
qiaoi_unit_at(const qiaoi_sentence *s, size_t cell, qiaoi_unit_use *out)
{
    size_t at = qiaoi_skip_spaces(s, cell);
    bool spaced = at > cell;

    if (s->cells[at].c == '-' && !spaced && qiaoi_is_latin(s->cells[at + 1].c) && qiaoi_is_digit(s->cells[at - 1].c)) {
        if (!parse(s, at + 1, false, out))
            return false;
        return !(out->end == out->begin + 1 && strchr("AKCFHGT", (int)s->cells[out->begin].c) != NULL);
    }
    return parse(s, at, spaced, out);
}

bool
qiaoi_unit_before(const qiaoi_sentence *s, size_t cell, qiaoi_unit_use *out)
{
    qiaoi_match matches[QIAOI_MATCHES_MAX];

    for (size_t back = 8; back > 0; back--) {
        size_t begin = cell - back, n;

        if (back > cell || (begin > 0 && qiaoi_is_latin(s->cells[begin].c) && qiaoi_is_latin(s->cells[begin - 1].c)))
            continue;
        n = qiaoi_spellings_match(&s->units->symbols, &s->cells[begin], cell - begin, false, matches);
        for (size_t i = 0; i < n; i++) {
            qiaoi_atom a;
            qiaoi_builder b = {.factor = 1};

            if (matches[i].length != back || !pick(s, &s->units->symbols, &matches[i], begin, true, false, &a) ||
                (a.rules & QIAOI_RULE_BEFORE) == 0 || !qiaoi_compose(&b, &a, 2))
                continue;
            qiaoi_composed(&b, begin, cell, out);
            return true;
        }
    }
    return false;
}

void
qiaoi_unit_continue(const qiaoi_sentence *s, size_t cell, qiaoi_unit_use *use)
{
    qiaoi_builder b = {.factor = use->factor, .dimension = use->dimension, .atoms = 1, .rules = use->rules};
    size_t end;

    qiaoi_compose_si(&b, use->si, 2);
    end = go_on(s, &b, cell);
    if (end == cell)
        return;
    qiaoi_composed(&b, use->begin, end, use);
}

bool
qiaoi_unit_alone(const qiaoi_sentence *s, size_t begin, size_t end, qiaoi_unit_use *out)
{
    return parse(s, begin, false, out) && out->end == end;
}

bool
qiaoi_unit_each(const qiaoi_sentence *s, size_t cell, size_t each, qiaoi_unit_use *out)
{
    qiaoi_builder b = {.factor = 1};
    double scale;
    size_t at = cell + myriads(s, cell, &scale), end;
    qiaoi_atom above, below;

    if (!find_atom(s, at, false, false, &above) || !find_atom(s, each, false, false, &below))
        return false;
    end = above.end;
    if (!qiaoi_compose(&b, &above, exponent(s, &above, &end, true)) || b.part_count > 1 || !divisible(s, &b))
        return false;
    b.below = true;
    if (!qiaoi_compose(&b, &below, 2) || s->cells[end].c == '/')
        return false;
    b.factor *= scale;
    qiaoi_composed(&b, cell, end, out);
    snprintf(out->written, sizeof out->written, "%.*s/%.*s", (int)(s->cells[end].at - s->cells[cell].at),
             s->bytes + s->cells[cell].at, (int)(s->cells[below.end].at - s->cells[each].at),
             s->bytes + s->cells[each].at);
    return true;
}
