/*
 * The query language: from the text of a query to what its parts are (quotations, fields, prefixes, parentheses,
 * operators), and from those to runs of words joined in postfix order.
 *
 * Whatever a person types is a query: a parenthesis without its partner is passed over, an operator without two sides
 * is a word, and what goes past a limit is read as words. Words themselves are read in search_words.c.
 */
#include "session/search_query.h"

#include <string.h>

#define DEPTH_MAX 16u
#define PREFIX_BYTES_MAX 120u
#define PREFIX_LETTERS_MIN 3u
#define PREFIX_HAN_MIN 2u

/* ---- marks ---- */

static const struct {
    const char *name;
    unsigned fields; /* 0: the record's id */
} field_names[] = {
    {"title", 1u << QIAO_FT_TITLE},
    {"标题", 1u << QIAO_FT_TITLE},
    {"题目", 1u << QIAO_FT_TITLE},
    {"summary", 1u << QIAO_FT_SUMMARY},
    {"摘要", 1u << QIAO_FT_SUMMARY},
    {"text", 1u << QIAO_FT_BODY},
    {"正文", 1u << QIAO_FT_BODY},
    {"org", 1u << QIAO_FT_ORGANISATION},
    {"organisation", 1u << QIAO_FT_ORGANISATION},
    {"organization", 1u << QIAO_FT_ORGANISATION},
    {"机构", 1u << QIAO_FT_ORGANISATION},
    {"单位", 1u << QIAO_FT_ORGANISATION},
    {"id", 0},
    {"编号", 0},
};

static const struct {
    const char *word;
    qiaoi_piece_kind kind;
} operators[] = {
    {"AND", QIAOI_PIECE_AND}, {"与", QIAOI_PIECE_AND},  {"OR", QIAOI_PIECE_OR},
    {"或", QIAOI_PIECE_OR},   {"NOT", QIAOI_PIECE_NOT}, {"非", QIAOI_PIECE_NOT},
};

bool
qiaoi_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000;
}

static bool
is_open(uint32_t c)
{
    return c == '(' || c == 0xFF08;
}

static bool
is_close(uint32_t c)
{
    return c == ')' || c == 0xFF09;
}

static bool
is_star(uint32_t c)
{
    return c == '*' || c == 0xFF0A;
}

/* ", curly double quotes, CJK corner brackets, guillemets, full-width ": the mark that closes it, 0 where it opens
 * nothing. */
static uint32_t
closing_mark(uint32_t c)
{
    switch (c) {
    case '"':
        return '"';
    case 0x201C:
        return 0x201D;
    case 0x300C:
        return 0x300D;
    case 0x300E:
        return 0x300F;
    case 0xAB:
        return 0xBB;
    case 0xFF02:
        return 0xFF02;
    default:
        return 0;
    }
}

/* ---- scanning ---- */

typedef struct scanner {
    const char *text;
    size_t length;
    qiaoi_pieces *out;
    size_t prefixes;
} scanner;

static uint32_t
character_at(const scanner *s, size_t at)
{
    return at < s->length ? qiao_utf8_next(s->text, s->length, &at) : ' ';
}

/* Does a word end here: a space, the end, a parenthesis? */
static bool
ends_word(const scanner *s, size_t at)
{
    uint32_t c = character_at(s, at);

    return qiaoi_is_space(c) || is_open(c) || is_close(c);
}

static size_t
word_end(const scanner *s, size_t at)
{
    while (!ends_word(s, at))
        qiao_utf8_next(s->text, s->length, &at);
    return at;
}

/* Length of "name:" or "name：" at this place, 0 if there is none; something must follow directly. */
static size_t
field_prefix(const scanner *s, size_t start, qiaoi_piece *piece)
{
    const char *text = s->text + start;
    size_t length = s->length - start;

    for (size_t i = 0; i < sizeof field_names / sizeof field_names[0]; i++) {
        size_t n = strlen(field_names[i].name), at = n;

        if (length <= n || memcmp(text, field_names[i].name, n) != 0)
            continue;
        uint32_t mark = qiao_utf8_next(text, length, &at);

        if ((mark != ':' && mark != 0xFF1A) || start + at >= s->length || qiaoi_is_space(character_at(s, start + at)))
            continue;
        piece->fields = field_names[i].fields;
        piece->kind = field_names[i].fields == 0 ? QIAOI_PIECE_ID : QIAOI_PIECE_WORDS;
        return at;
    }
    return 0;
}

/* A closed quotation at this place: sets it and returns where the text goes on, 0 where there is none. */
static size_t
read_quotation(const scanner *s, size_t at, qiaoi_piece *piece)
{
    size_t end = at;
    uint32_t mark = at < s->length ? closing_mark(qiao_utf8_next(s->text, s->length, &end)) : 0;

    piece->start = end;
    while (mark != 0 && end < s->length) {
        piece->end = end;
        if (qiao_utf8_next(s->text, s->length, &end) != mark)
            continue;
        if (piece->kind != QIAOI_PIECE_ID)
            piece->kind = QIAOI_PIECE_QUOTED;
        return end;
    }
    return 0;
}

/* A word with a star at its end, and no other: enough of it to look for. */
static size_t
read_prefix(scanner *s, size_t at, qiaoi_piece *piece)
{
    size_t end = word_end(s, at), letters = 0, han = 0, last = at;

    for (size_t i = at; i < end;) {
        uint32_t c;

        last = i;
        c = qiao_utf8_next(s->text, s->length, &i);
        if (is_star(c))
            break;
        han += qiao_script_of(c) == QIAO_SCRIPT_HAN;
        letters += qiao_script_of(c) != QIAO_SCRIPT_NONE;
    }
    if (last == at || end == at || !is_star(character_at(s, last)) || word_end(s, last) != end || end - last > 3 ||
        (han < PREFIX_HAN_MIN && letters < PREFIX_LETTERS_MIN) || last - at > PREFIX_BYTES_MAX ||
        s->prefixes == QIAOI_PREFIXES_MAX || closing_mark(character_at(s, at)) != 0)
        return 0;
    if (end != last + (s->text[last] == '*' ? 1u : 3u))
        return 0;
    s->prefixes++;
    piece->kind = QIAOI_PIECE_PREFIX;
    piece->start = at;
    piece->end = last;
    return end;
}

/* AND, OR, NOT and their Chinese words, standing alone; and the minus before a word. */
static size_t
read_operator(const scanner *s, size_t at, qiaoi_piece *piece)
{
    size_t end = word_end(s, at), after = at;
    uint32_t c = qiao_utf8_next(s->text, s->length, &after);

    piece->start = at;
    piece->end = end;
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (strlen(operators[i].word) == end - at && memcmp(operators[i].word, s->text + at, end - at) == 0) {
            piece->kind = operators[i].kind;
            return end;
        }
    if (c == '-' || c == 0xFF0D || c == 0x2212) {
        uint32_t next = character_at(s, after);
        qiao_script script = qiao_script_of(next);

        if ((script != QIAO_SCRIPT_NONE && script != QIAO_SCRIPT_NUMBER) || closing_mark(next) != 0 || is_open(next)) {
            piece->kind = QIAOI_PIECE_NOT;
            piece->end = after;
            return after;
        }
    }
    return 0;
}

static bool
add(scanner *s, const qiaoi_piece *piece)
{
    if (s->out->count == QIAOI_PIECES_MAX)
        return false;
    s->out->items[s->out->count++] = *piece;
    return true;
}

/* Words as they stand: joined to those before them unless an operator stands between. */
static void
add_words(scanner *s, size_t start, size_t end, bool alone)
{
    qiaoi_piece *last = s->out->count > 0 ? &s->out->items[s->out->count - 1] : NULL;
    const qiaoi_piece piece = {.kind = QIAOI_PIECE_WORDS, .start = start, .end = end, .alone = alone};

    if (last != NULL && last->kind == QIAOI_PIECE_WORDS && last->fields == 0 && !last->alone && !alone)
        last->end = end;
    else if (!add(s, &piece) && last != NULL)
        last->end = end; /* past the limit all that follows is words */
}

/* A field's name and what it binds. */
static size_t
read_field(scanner *s, size_t at, qiaoi_piece *piece)
{
    size_t name = field_prefix(s, at, piece), start = at + name, after;

    if (name == 0)
        return 0;
    if (is_open(character_at(s, start)) && piece->kind != QIAOI_PIECE_ID) {
        piece->kind = QIAOI_PIECE_OPEN;
        piece->start = start;
        qiao_utf8_next(s->text, s->length, &start);
        piece->end = start;
        return start;
    }
    after = read_quotation(s, start, piece);
    if (after == 0 && piece->kind != QIAOI_PIECE_ID)
        after = read_prefix(s, start, piece);
    if (after > 0)
        return after;
    piece->start = start;
    piece->end = start;
    while (piece->end < s->length && !qiaoi_is_space(character_at(s, piece->end)) &&
           (piece->kind == QIAOI_PIECE_ID || !ends_word(s, piece->end)))
        qiao_utf8_next(s->text, s->length, &piece->end);
    return piece->end > start ? piece->end : 0;
}

static size_t
read_mark(scanner *s, size_t at, bool at_word, qiaoi_piece *piece)
{
    size_t after = at;
    uint32_t c = qiao_utf8_next(s->text, s->length, &after);

    *piece = (qiaoi_piece){.kind = is_open(c) ? QIAOI_PIECE_OPEN : QIAOI_PIECE_CLOSE, .start = at, .end = after};
    if (is_open(c) || is_close(c))
        return after;
    *piece = (qiaoi_piece){.kind = QIAOI_PIECE_WORDS};
    after = at_word ? read_field(s, at, piece) : 0;
    if (after > 0)
        return after;
    *piece = (qiaoi_piece){.kind = QIAOI_PIECE_WORDS};
    after = read_quotation(s, at, piece);
    if (after > 0 || !at_word)
        return after;
    *piece = (qiaoi_piece){.kind = QIAOI_PIECE_WORDS};
    after = read_operator(s, at, piece);
    return after > 0 ? after : read_prefix(s, at, piece);
}

static void
scan(scanner *s)
{
    bool at_word = true, alone = false;

    for (size_t at = 0; at < s->length;) {
        qiaoi_piece piece;
        size_t after = s->out->count < QIAOI_PIECES_MAX ? read_mark(s, at, at_word, &piece) : 0;

        if (after > 0 && add(s, &piece)) {
            alone = piece.kind == QIAOI_PIECE_NOT; /* which takes one word */
            at_word = true;
            at = after;
        } else if (qiaoi_is_space(character_at(s, at))) {
            qiao_utf8_next(s->text, s->length, &at);
            at_word = true;
        } else {
            size_t start = at;

            /* up to the end of the word, or a quotation that begins inside */
            do
                qiao_utf8_next(s->text, s->length, &at);
            while (at < s->length && !ends_word(s, at) && read_quotation(s, at, &(qiaoi_piece){0}) == 0);
            add_words(s, start, at, alone);
            alone = false;
            at_word = false;
        }
    }
}

/* ---- mending ---- */

static bool
is_operand_start(qiaoi_piece_kind kind)
{
    return kind == QIAOI_PIECE_WORDS || kind == QIAOI_PIECE_QUOTED || kind == QIAOI_PIECE_PREFIX ||
           kind == QIAOI_PIECE_ID || kind == QIAOI_PIECE_OPEN || kind == QIAOI_PIECE_NOT;
}

static bool
is_operand_end(qiaoi_piece_kind kind)
{
    return is_operand_start(kind) ? kind != QIAOI_PIECE_OPEN && kind != QIAOI_PIECE_NOT : kind == QIAOI_PIECE_CLOSE;
}

static void
remove_piece(qiaoi_pieces *pieces, size_t at)
{
    memmove(&pieces->items[at], &pieces->items[at + 1], (pieces->count - at - 1) * sizeof *pieces->items);
    pieces->count--;
}

/* Takes out parentheses without a partner, those nested too deep, and empty pairs. */
static void
mend_parentheses(qiaoi_pieces *pieces)
{
    size_t open[QIAOI_PIECES_MAX], depth = 0;
    bool out[QIAOI_PIECES_MAX] = {false};

    for (size_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind == QIAOI_PIECE_OPEN) {
            open[depth++] = i;
        } else if (pieces->items[i].kind == QIAOI_PIECE_CLOSE) {
            out[i] = depth == 0;
            if (depth > 0 && --depth >= DEPTH_MAX)
                out[i] = out[open[depth]] = true;
        }
    }
    while (depth > 0)
        out[open[--depth]] = true;
    for (size_t i = pieces->count; i-- > 0;)
        if (out[i])
            remove_piece(pieces, i);
    for (size_t i = 1; i < pieces->count;) {
        if (pieces->items[i].kind == QIAOI_PIECE_CLOSE && pieces->items[i - 1].kind == QIAOI_PIECE_OPEN) {
            remove_piece(pieces, i);
            remove_piece(pieces, i - 1);
            i = i > 1 ? i - 1 : 1;
        } else {
            i++;
        }
    }
}

/* An operator that has nothing to join is the word that it is written as; a minus is nothing. Returns whether one was
 * found. */
static bool
mend_operators(qiaoi_pieces *pieces)
{
    bool changed = false;

    for (size_t i = pieces->count; i-- > 0;) {
        qiaoi_piece *piece = &pieces->items[i];
        bool right = i + 1 < pieces->count && is_operand_start(piece[1].kind),
             left = i > 0 && is_operand_end(piece[-1].kind),
             fits = piece->kind == QIAOI_PIECE_NOT ? right : left && right;

        if ((piece->kind != QIAOI_PIECE_AND && piece->kind != QIAOI_PIECE_OR && piece->kind != QIAOI_PIECE_NOT) || fits)
            continue;
        piece->kind = QIAOI_PIECE_WORDS;
        piece->alone = true;
        changed = true;
    }
    return changed;
}

qiaoi_query_form
qiaoi_query_scan(const char *text, size_t length, qiaoi_pieces *out)
{
    scanner s = {.text = text, .length = length, .out = out};
    qiaoi_query_form form = QIAOI_QUERY_PLAIN;

    out->count = 0;
    scan(&s);
    mend_parentheses(out);
    while (mend_operators(out))
        continue;
    for (size_t i = 0; i < out->count; i++) {
        if (out->items[i].kind == QIAOI_PIECE_OR || out->items[i].kind == QIAOI_PIECE_NOT)
            return QIAOI_QUERY_TREE;
        if (out->items[i].kind == QIAOI_PIECE_AND)
            form = QIAOI_QUERY_AND;
    }
    return form;
}

/* ---- joining ---- */

typedef struct parser {
    const qiaoi_pieces *pieces;
    size_t at;
    uint32_t runs;
    qiaoi_query_tree *out;
    qiaoi_piece_reader read;
    void *context;
    qiao_status status;
    qiao_error *err;
} parser;

static bool parse_any(parser *p, unsigned fields, bool negative);

static void
emit(parser *p, qiao_fulltext_operation operation, uint32_t value)
{
    if (p->out->count < QIAOI_NODES_MAX)
        p->out->nodes[p->out->count++] = (qiao_fulltext_node){operation, value};
}

/* Reads the words of a piece into a run; true where it has any. */
static bool
read_words(parser *p, const qiaoi_piece *from, unsigned fields, uint32_t run, bool negative)
{
    qiaoi_piece piece = *from;
    bool any = false;

    if (piece.fields == 0)
        piece.fields = fields;
    if (p->status == QIAO_OK)
        p->status = p->read(&piece, run, negative, p->context, &any, p->err);
    return any;
}

/* One operand: a parenthesis, or a piece as a run of its own. */
static bool
parse_one(parser *p, unsigned fields, bool negative)
{
    const qiaoi_piece *piece = &p->pieces->items[p->at++];
    uint32_t run;
    bool any;

    if (piece->kind == QIAOI_PIECE_OPEN) {
        any = parse_any(p, piece->fields != 0 ? piece->fields : fields, negative);
        p->at++; /* its partner */
        return any;
    }
    run = p->runs++;
    any = read_words(p, piece, fields, run, negative);
    if (any)
        emit(p, QIAO_FT_RUN, run);
    return any;
}

static bool
parse_not(parser *p, unsigned fields, bool negative)
{
    bool any;

    while (p->pieces->items[p->at].kind == QIAOI_PIECE_NOT) {
        p->at++;
        if (p->pieces->items[p->at].kind == QIAOI_PIECE_NOT) { /* not not */
            p->at++;
            continue;
        }
        any = parse_one(p, fields, !negative);
        if (any)
            emit(p, QIAO_FT_NOT, 1);
        return any;
    }
    return parse_one(p, fields, negative);
}

/* Words that stand side by side are one run, whatever stands between them. */
static bool
parse_all(parser *p, unsigned fields, bool negative)
{
    uint32_t run = p->runs++, operands = 0;
    bool words = false;

    while (p->at < p->pieces->count) {
        const qiaoi_piece *piece = &p->pieces->items[p->at];

        if (piece->kind == QIAOI_PIECE_OR || piece->kind == QIAOI_PIECE_CLOSE)
            break;
        if (piece->kind == QIAOI_PIECE_AND)
            p->at++;
        else if (piece->kind == QIAOI_PIECE_NOT || piece->kind == QIAOI_PIECE_OPEN)
            operands += parse_not(p, fields, negative);
        else {
            p->at++;
            words = read_words(p, piece, fields, run, negative) || words;
        }
    }
    if (words) {
        emit(p, QIAO_FT_RUN, run);
        operands++;
    }
    if (operands > 1)
        emit(p, QIAO_FT_AND, operands);
    return operands > 0;
}

static bool
parse_any(parser *p, unsigned fields, bool negative)
{
    uint32_t operands = 0;

    do {
        if (p->at < p->pieces->count && p->pieces->items[p->at].kind == QIAOI_PIECE_OR)
            p->at++;
        operands += parse_all(p, fields, negative);
    } while (p->at < p->pieces->count && p->pieces->items[p->at].kind == QIAOI_PIECE_OR);
    if (operands > 1)
        emit(p, QIAO_FT_OR, operands);
    return operands > 0;
}

qiao_status
qiaoi_query_join(const qiaoi_pieces *pieces, qiaoi_piece_reader read, void *context, qiaoi_query_tree *out,
                 qiao_error *err)
{
    parser p = {.pieces = pieces, .out = out, .read = read, .context = context, .status = QIAO_OK, .err = err};

    out->count = 0;
    parse_any(&p, 0, false);
    return p.status;
}
