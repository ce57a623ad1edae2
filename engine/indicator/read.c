/* Reads the indicators of a text: piece by piece, each through cells, words, quantities and expressions to readings in
 * the caller's arena. */
#include "indicator/indicator_internal.h"

#include <math.h>
#include <string.h>

typedef struct collector {
    qiao_arena *arena;
    qiao_reading *items;
    size_t count, capacity;
} collector;

static bool
push(collector *c, const qiao_reading *reading)
{
    if (c->count == c->capacity) {
        size_t capacity = c->capacity == 0 ? 8 : c->capacity * 2;
        qiao_reading *grown = qiao_arena_alloc(c->arena, capacity * sizeof *grown);

        if (grown == NULL)
            return false;
        if (c->count > 0)
            memcpy(grown, c->items, c->count * sizeof *grown);
        c->items = grown;
        c->capacity = capacity;
    }
    c->items[c->count++] = *reading;
    return true;
}

static const char *
copy_cells(const qiaoi_sentence *s, qiao_arena *arena, size_t begin, size_t end)
{
    size_t from = s->cells[begin].at, n = s->cells[end].at - from;

    while (n > 0 && s->bytes[from + n - 1] == ' ')
        n--;
    return n == 0 ? "" : qiao_arena_strndup(arena, s->bytes + from, n);
}

static bool
set_unit(const qiaoi_sentence *s, qiao_arena *arena, const qiaoi_expression *e, qiao_reading *r)
{
    const qiaoi_unit_use *u = e->unit;
    bool drop = e->difference || u == NULL;

    r->unit_factor = u == NULL ? 1 : u->factor;
    r->unit_offset = drop ? 0 : u->offset;
    r->si_value = e->value * r->unit_factor + r->unit_offset;
    r->si_value2 = e->value2 * r->unit_factor + (e->op == QIAO_OP_RANGE ? r->unit_offset : 0);
    r->difference = e->difference;
    if (u == NULL) {
        r->unit = "";
        r->si_unit = "1";
        return true;
    }
    r->dimension = u->dimension;
    r->unit = u->written[0] != '\0' ? qiao_arena_strndup(arena, u->written, strlen(u->written))
                                    : copy_cells(s, arena, u->begin, u->end);
    r->si_unit = qiao_arena_strndup(arena, u->si, strlen(u->si));
    return r->unit != NULL && r->si_unit != NULL;
}

/* What the words of a name tell: which way it is better, whether it is a working range. */
static void
note_meaning(const qiaoi_sentence *s, size_t begin, size_t end, qiao_reading *r)
{
    const qiaoi_hit *hit = qiaoi_hit_within(s, begin, end, QIAOI_W(HIGHER) | QIAOI_W(LOWER));

    r->span = qiaoi_hit_within(s, begin, end, QIAOI_W(SPAN)) != NULL;
    if (hit != NULL)
        r->better = (hit->words & QIAOI_W(LOWER)) != 0 ? QIAO_BETTER_LESS : QIAO_BETTER_MORE;
    if (r->change == QIAO_TREND_UP || r->change == QIAO_TREND_DOWN)
        r->better = QIAO_BETTER_MORE; /* of a wished change the more the better */
}

static bool
emit(const qiaoi_sentence *s, const qiaoi_expression *e, collector *c)
{
    qiao_reading r = {.start = s->base + s->cells[e->begin].at,
                      .end = s->base + s->cells[e->end].at,
                      .op = e->op,
                      .value = e->value,
                      .value2 = e->value2,
                      .change = e->change};

    if (e->name_end > e->name_begin) {
        r.name_start = s->base + s->cells[e->name_begin].at;
        r.name_end = s->base + s->cells[e->name_end].at;
    }
    note_meaning(s, e->name_begin, e->name_end, &r);
    r.name = copy_cells(s, c->arena, e->name_begin, e->name_end);
    return r.name != NULL && set_unit(s, c->arena, e, &r) && push(c, &r);
}

/* "密度(g/cm3)≥2.5", "温度(℃):100": the unit stands in brackets before the comparison. */
static void
unit_in_brackets(const qiaoi_sentence *s, qiaoi_expression *e, qiaoi_unit_use *use)
{
    size_t at = qiaoi_skip_spaces_back(s, e->begin), open;

    if (at > 0 && s->cells[at - 1].c == ':')
        at = qiaoi_skip_spaces_back(s, at - 1);
    else if (!e->symbol)
        return;
    if (at < 3 || s->cells[at - 1].c != ')')
        return;
    open = at - 1;
    while (open > 0 && at - open < 20 && s->cells[open - 1].c != '(')
        open--;
    if (open == 0 || s->cells[open - 1].c != '(')
        return;
    if (open >= 3 && qiaoi_unit_alone(s, open - 3, at, use)) { /* dB(A) */
        e->unit = use;
        e->begin = open - 3;
    } else if (qiaoi_unit_alone(s, open, at - 1, use)) {
        e->unit = use;
        e->begin = open - 1;
    }
}

/* Comparison and name of a group are shared: "不超过600×400×300 mm", "220 and 270 GHz". */
static void
share(qiaoi_expression *group, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (group[i].name_end == group[i].name_begin || group[i].changes || group[i].name_begin >= group[i].begin) {
            group[i].name_begin = group[0].name_begin;
            group[i].name_end = group[0].name_end;
        }
    }
    if (n < 2 || group[0].changes)
        return;
    for (size_t i = 0; i < n; i++) {
        const qiaoi_expression *from = group[0].compared ? &group[0] : &group[n - 1];

        if (!group[i].compared && from->compared) {
            group[i].op = from->op;
            group[i].symbol = from->symbol;
        }
    }
}

/* A plain number with nothing before it that could make it an indicator: most numbers of a text. */
static bool
worthless(const qiaoi_sentence *s, const qiaoi_expression *e)
{
    size_t at = qiaoi_skip_spaces_back(s, e->core);

    if (e->unit != NULL)
        return false;
    return (at == 0 || (s->cells[at - 1].c != ':' && qiaoi_hit_ending(s, at, QIAOI_W(SYMBOL)) == NULL)) &&
           qiaoi_bare_before(s, e->core) == NULL;
}

static bool
read_group(qiaoi_sentence *s, size_t *next, collector *c)
{
    qiaoi_expression group[QIAOI_GROUP_MAX];
    qiaoi_unit_use use;
    size_t n = qiaoi_group(s, next, group);

    if (n > 0 && worthless(s, &group[0]))
        return true;
    for (size_t i = 0; i < n; i++) {
        qiaoi_expression *e = &group[i];
        size_t each = s->quantities[e->first].each;

        qiaoi_compare_words(s, e);
        if (e->unit == NULL)
            unit_in_brackets(s, e, &use);
        if (each != 0 && each - 1 < e->begin)
            e->begin = each - 1;
        qiaoi_find_name(s, e);
    }
    share(group, n);
    for (size_t i = 0; i < n; i++) {
        if (qiaoi_judge(s, &group[i]) && !emit(s, &group[i], c))
            return false;
    }
    return true;
}

static bool
read_piece(qiaoi_sentence *s, const char *text, size_t begin, size_t end, collector *c)
{
    while (begin < end) {
        size_t used, next = 0;

        s->bytes = text + begin;
        s->base = begin;
        s->count = qiaoi_cells_fill(s->bytes, end - begin, s->cells, &used);
        qiaoi_find_words(s);
        qiaoi_find_quantities(s);
        while (next < s->quantity_count) {
            if (!read_group(s, &next, c))
                return false;
        }
        begin += used;
    }
    return true;
}

qiao_status
qiao_indicators_read(const qiao_units *units, const char *text, size_t length, qiao_language language,
                     qiao_arena *arena, qiao_reading **out, size_t *count_out, qiao_error *err)
{
    collector c = {.arena = arena};
    qiaoi_sentence *s = NULL;
    size_t at = 0, begin, end;
    bool ok = true;

    *out = NULL;
    *count_out = 0;
    while (ok && qiaoi_next_piece(text, length, &at, &begin, &end)) {
        if (s == NULL) {
            s = qiao_arena_alloc(arena, sizeof *s);
            if (s == NULL)
                return qiao_fail_memory(err);
            s->units = units;
            s->language = language;
            s->alone = false;
        }
        ok = read_piece(s, text, begin, end, &c);
    }
    if (!ok)
        return qiao_fail_memory(err);
    *out = c.items;
    *count_out = c.count;
    return QIAO_OK;
}

/* ---- structured indicators ---- */

static void
set_text(qiaoi_sentence *s, const char *text)
{
    size_t used;

    s->bytes = text;
    s->count = qiaoi_cells_fill(text, strlen(text), s->cells, &used);
    if (text[used] != '\0')
        s->count = 0; /* longer than a piece: neither name nor unit */
}

qiao_status
qiao_indicator_of_field(const qiao_units *units, const qiao_indicator *field, qiao_language language, qiao_arena *arena,
                        qiao_reading *out, qiao_error *err)
{
    const char *name = language == QIAO_LANGUAGE_ZH ? field->name_zh : field->name_en;
    const char *unit = field->unit == NULL ? "" : field->unit;
    qiaoi_expression e = {.op = field->op, .value = field->value, .value2 = field->value2};
    qiaoi_sentence *s;
    qiaoi_unit_use use;
    bool known, ok;

    if (isnan(field->value))
        return QIAO_E_NOTFOUND;
    s = qiao_calloc(1, sizeof *s);
    if (s == NULL)
        return qiao_fail_memory(err);
    s->units = units;
    s->language = language;
    *out = (qiao_reading){.op = e.op, .value = e.value, .value2 = e.value2};
    name = name != NULL ? name : field->name != NULL ? field->name : "";
    set_text(s, name);
    qiaoi_find_words(s);
    note_meaning(s, 0, s->count, out);
    e.difference = qiaoi_hit_within(s, 0, s->count, QIAOI_W(DIFFERENCE)) != NULL;
    s->alone = true; /* the words of the name still tell which unit is meant */
    set_text(s, unit);
    known = unit[0] == '\0' || (s->count > 0 && qiaoi_unit_alone(s, 0, s->count, &use));
    if (known && unit[0] != '\0') {
        e.unit = &use;
        e.difference = e.difference && use.offset != 0;
    } else {
        e.difference = false;
    }
    ok = !known || set_unit(s, arena, &e, out);
    out->name = name;
    out->unit = unit;
    qiao_free(s);
    return !ok ? qiao_fail_memory(err) : known ? QIAO_OK : QIAO_E_NOTFOUND;
}
