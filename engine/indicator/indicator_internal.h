/*
 * What the files of the indicator reader share. A text is cut into pieces (sentences); a piece becomes cells
 * (normalised characters with their place), hits (words of the grammar), quantities (numbers with their units) and at
 * last expressions (indicators).
 */
#ifndef QIAO_INDICATOR_INTERNAL_H
#define QIAO_INDICATOR_INTERNAL_H

#include "qiao/indicator.h"

#include <stdint.h>

#define QIAOI_CELLS_MAX 1024u                      /* characters of a piece */
#define QIAOI_CELLS_TAIL 8u                        /* closing cells: how far anything looks ahead */
#define QIAOI_QUANTITIES_MAX (QIAOI_CELLS_MAX / 2) /* two numbers have something between them */
#define QIAOI_SI_SIZE 40
#define QIAOI_WORD_MAX 40u

/* ---- cells ---- */

typedef struct qiaoi_cell {
    uint32_t c;  /* normalised: half width, one kind of dash, tilde, dot and space */
    uint32_t at; /* byte offset in the piece */
} qiaoi_cell;

/*
 * The next piece of text from *at on that may hold a number; false at the end. Pieces end with a sentence, a line, or
 * where they grow too long.
 */
bool qiaoi_next_piece(const char *text, size_t length, size_t *at, size_t *begin_out, size_t *end_out);
/*
 * Fills at most QIAOI_CELLS_MAX cells and QIAOI_CELLS_TAIL closing ones (c = 0) that bear the end; returns their number
 * without the closing ones, bytes read in *used_out.
 */
size_t qiaoi_cells_fill(const char *bytes, size_t length, qiaoi_cell *cells, size_t *used_out);

uint32_t qiaoi_decode(const char *bytes, size_t length, size_t *at);
uint32_t qiaoi_normal(uint32_t c);
bool qiaoi_is_latin(uint32_t c); /* letters of the Latin script, also accented */
bool qiaoi_is_han(uint32_t c);

static inline bool
qiaoi_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static inline uint32_t
qiaoi_lower(uint32_t c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* ---- spellings: a sorted set of character strings, walked letter by letter ---- */

typedef struct qiaoi_spelling {
    uint32_t start; /* in letters */
    uint16_t length;
    uint16_t order; /* place among equal spellings */
    uint32_t value; /* what it stands for */
} qiaoi_spelling;

/* The items that are spelled with one or two letters, or begin with three: sorted, so they lie together. */
typedef struct qiaoi_opening {
    uint64_t letters; /* 0 = free */
    uint32_t low, high;
} qiaoi_opening;

#define QIAOI_OPENING_LETTERS 3u
#define QIAOI_OPENING_BITS 65536u

typedef struct qiaoi_spellings {
    uint32_t *letters;
    qiaoi_spelling *items;
    size_t letter_count, letter_capacity, count, capacity;
    qiaoi_opening *openings; /* by hash */
    size_t opening_slots;    /* power of two, more than twice the openings */
    uint64_t *opening_bits;  /* a bit for the hash of each: most words of a text begin like none */
} qiaoi_spellings;

typedef struct qiaoi_match {
    size_t length;       /* cells */
    size_t first, count; /* items that spell so */
} qiaoi_match;

#define QIAOI_MATCHES_MAX 12u

bool qiaoi_spellings_add(qiaoi_spellings *set, const char *text, size_t length, bool fold, uint32_t value);
bool qiaoi_spellings_finish(qiaoi_spellings *set); /* false: out of memory */
void qiaoi_spellings_done(qiaoi_spellings *set);
/* What the cells begin with, shortest first; returns how many. */
size_t qiaoi_spellings_match(const qiaoi_spellings *set, const qiaoi_cell *cells, size_t count, bool fold,
                             qiaoi_match *matches);

/* ---- units ---- */

enum {
    QIAOI_RULE_COMPOUND = 1, /* only beside another unit */
    QIAOI_RULE_ATTACHED = 2, /* no space before it */
    QIAOI_RULE_SPACED = 4,
    QIAOI_RULE_PREFIXED = 8,  /* only with a prefix: such spellings alone are made */
    QIAOI_RULE_BEFORE = 16,   /* may stand before the number */
    QIAOI_RULE_EVIDENCE = 32, /* counts only where a property or a change is named */
    QIAOI_RULE_GRADE = 64
};

typedef struct qiaoi_unit {
    const char *id, *si;
    qiao_dimension dimension;
    double factor, offset;
    unsigned rules;
    uint64_t near;              /* bits of its near words; 0 = none */
    const uint32_t *not_before; /* strings, each ended by 0, the last by another */
} qiaoi_unit;

/* A spelling of a unit: which one, with which factor. */
typedef struct qiaoi_unit_name {
    uint32_t unit;
    unsigned rules;
    double factor;
} qiaoi_unit_name;

struct qiao_units {
    qiao_arena *arena;
    char version[16];
    qiaoi_unit *units;
    size_t unit_count, unit_capacity;
    qiaoi_unit_name *names;
    size_t name_count, name_capacity;
    const char *bases[QIAO_DIMENSIONS];
    size_t base_count;
    unsigned near_count;
    qiaoi_spellings symbols; /* as written; value: index into names */
    qiaoi_spellings words;   /* lower case; the same */
    qiaoi_spellings grammar; /* lower case; value: index into lexemes */
    struct qiaoi_lexeme *lexemes;
    size_t lexeme_count, lexeme_capacity;
    int base_kelvin, base_money, base_metre, base_second, base_kilogram, base_count_of_things,
        base_angle; /* -1 = none */
    int base_decibel;
};

/* units_file.c, units_build.c */
qiao_status qiaoi_units_parse(qiao_units *units, const char *name, char *bytes, size_t length, qiao_error *err);
qiao_status qiaoi_units_add_names(qiao_units *units, size_t unit, const char *const cells[3], const char *prefixes,
                                  unsigned rules);
int qiaoi_units_base(qiao_units *units, const char *name, size_t length);
bool qiaoi_grow(void *items, size_t count, size_t *capacity, size_t size);

/* ---- grammar ---- */

typedef struct qiaoi_lexeme {
    uint64_t words; /* QIAOI_W_ bits */
    uint64_t near;  /* near words of units */
    bool stem;      /* any ending */
} qiaoi_lexeme;

#define QIAOI_WORD_CLASSES(X)                                                                                          \
    X(GE)                                                                                                              \
    X(LE)                                                                                                              \
    X(ABOUT) X(BETTER) X(UNDER) X(LINK) X(OF) X(FROM) X(TO) X(AND) X(BETWEEN) X(GE_POST) X(LE_POST) X(ABOUT_POST)      \
        X(UP) X(DOWN) X(HEAD) X(STOP) X(MARKET) X(MONEY) X(COST) X(FLOOR) X(DIFFERENCE) X(NATION) X(COMPANY)           \
            X(CAPACITY) X(BARE) X(LOWER) X(HIGHER) X(SPAN) X(EXPERIENCE) X(RATIO_OF) X(COMPARATIVE) X(NUMBER)          \
                X(PEOPLE) X(SYMBOL) X(SAVED) X(EACH) X(LOAD) X(PRECISION) X(RESULT) X(MORE) X(ORDINAL) X(GRANT) X(PER) \
                    X(COPULA) X(STEEL) X(SHARE) X(AROUND_THE_CLOCK) X(LIMIT) X(PLACE) X(EFFECT) X(FINANCE)

typedef enum qiaoi_word_class {
#define QIAOI_ENUM(name) QIAOI_WC_##name,
    QIAOI_WORD_CLASSES(QIAOI_ENUM)
#undef QIAOI_ENUM
        QIAOI_WC_COUNT
} qiaoi_word_class;

#define QIAOI_W(name) ((uint64_t)1 << QIAOI_WC_##name)

qiao_status qiaoi_grammar_load(qiao_units *units, qiao_error *err);
/* Adds words ("a|b|c*") with class bits and near bits. */
bool qiaoi_grammar_add(qiao_units *units, const char *words, uint64_t classes, uint64_t near);

typedef struct qiaoi_hit {
    uint32_t begin, end;
    uint64_t words, near;
} qiaoi_hit;

/* ---- quantities ---- */

typedef struct qiaoi_unit_use {
    size_t begin, end; /* cells; equal = no unit */
    double factor, offset;
    qiao_dimension dimension;
    unsigned rules;
    bool compound;
    char si[QIAOI_SI_SIZE];
    char written[QIAOI_SI_SIZE]; /* where it is not simply the cells begin..end; else "" */
} qiaoi_unit_use;

typedef struct qiaoi_quantity {
    size_t begin, number_end; /* the number with its sign */
    size_t end;               /* after the unit */
    double value;
    bool chinese; /* a numeral in characters */
    bool glued;   /* part of a name: A320, COVID-19 */
    bool signed_; /* bears a minus */
    bool before;  /* its unit stands before it */
    size_t each;  /* cell of "每小时", "日产" that turns it into a rate; 0 = none */
    qiaoi_unit_use unit;
} qiaoi_quantity;

typedef struct qiaoi_sentence {
    const qiao_units *units;
    qiao_language language;
    const char *bytes;
    size_t base; /* offset of the piece in the text */
    bool alone;  /* a field's unit: no sentence around it that could tell which is meant */
    size_t count, hit_count, quantity_count;
    qiaoi_cell cells[QIAOI_CELLS_MAX + QIAOI_CELLS_TAIL];
    qiaoi_hit hits[QIAOI_CELLS_MAX];
    qiaoi_quantity quantities[QIAOI_QUANTITIES_MAX];
} qiaoi_sentence;

void qiaoi_find_words(qiaoi_sentence *s);
/* The longest hit of one of the classes that ends (begins) at the cell; NULL = none. */
const qiaoi_hit *qiaoi_hit_ending(const qiaoi_sentence *s, size_t cell, uint64_t classes);
const qiaoi_hit *qiaoi_hit_beginning(const qiaoi_sentence *s, size_t cell, uint64_t classes);
/* A hit of one of the classes within begin..end; the last one, or NULL. */
const qiaoi_hit *qiaoi_hit_within(const qiaoi_sentence *s, size_t begin, size_t end, uint64_t classes);
/* Start and end of the clause (between commas and the like) around a cell. */
size_t qiaoi_clause_begin(const qiaoi_sentence *s, size_t cell);
size_t qiaoi_clause_end(const qiaoi_sentence *s, size_t cell);
size_t qiaoi_skip_spaces(const qiaoi_sentence *s, size_t cell);
size_t qiaoi_skip_spaces_back(const qiaoi_sentence *s, size_t cell);
/* Length in cells of a text (normal form, ASCII in lower case) at the cell, 0 = not there. */
size_t qiaoi_at(const qiaoi_sentence *s, size_t cell, const char *text);
/* The same for a text that ends at the cell. */
size_t qiaoi_ends(const qiaoi_sentence *s, size_t cell, const char *text);

/* numbers.c: a number that begins at the cell; false = none. *end_out is set in either case to where to go on. */
bool qiaoi_number(const qiaoi_sentence *s, size_t cell, double *value_out, size_t *end_out);
bool qiaoi_chinese_number(const qiaoi_sentence *s, size_t cell, double *value_out, size_t *end_out);

/* units_read.c: the unit that begins at the cell (spaces and a hyphen before it allowed); false = none. */
bool qiaoi_unit_at(const qiaoi_sentence *s, size_t cell, qiaoi_unit_use *out);
/* A unit that may stand before its number, ending at the cell. */
bool qiaoi_unit_before(const qiaoi_sentence *s, size_t cell, qiaoi_unit_use *out);
/* A unit without a number before it: in brackets or of a field. */
bool qiaoi_unit_alone(const qiaoi_sentence *s, size_t begin, size_t end, qiaoi_unit_use *out);
/* A unit whose numerator is known (money before a number): takes "/kg" at the cell in. */
void qiaoi_unit_continue(const qiaoi_sentence *s, size_t cell, qiaoi_unit_use *use);

/* A unit or thing counted at the cell, divided by the one that begins at each ("分钟" of 每分钟): 30件 → 件/分钟. */
bool qiaoi_unit_each(const qiaoi_sentence *s, size_t cell, size_t each, qiaoi_unit_use *out);

bool qiaoi_same_dimension(const qiao_dimension *a, const qiao_dimension *b);
bool qiaoi_is_base(const qiao_dimension *d, int base, int twice); /* that base alone, with that doubled exponent */

void qiaoi_find_quantities(qiaoi_sentence *s);

/* ---- expressions ---- */

typedef struct qiaoi_expression {
    size_t begin, end;          /* cells with comparison words */
    size_t core, core_end;      /* cells of numbers and units */
    size_t first, last;         /* quantities */
    const qiaoi_unit_use *unit; /* NULL = plain number */
    qiao_indicator_operator op;
    bool symbol;     /* compared by a sign (≥) */
    bool compared;   /* any comparison word */
    bool limited;    /* by words of a requirement: 不大于, at least */
    bool plus_minus; /* a bare ± */
    bool changes;    /* from ... to ...: one of two values */
    bool times;      /* one of a product: 20×30×40 cm */
    qiao_trend change;
    double value, value2;
    size_t name_begin, name_end;
    bool headed; /* the name is that of a property */
    bool difference;
} qiaoi_expression;

#define QIAOI_GROUP_MAX 8u
/* The expressions that begin at quantity *next (a range, a chain with one unit, two values of a change); moves *next
 * on. */
size_t qiaoi_group(qiaoi_sentence *s, size_t *next, qiaoi_expression out[QIAOI_GROUP_MAX]);
void qiaoi_compare_words(const qiaoi_sentence *s, qiaoi_expression *e);
void qiaoi_find_name(const qiaoi_sentence *s, qiaoi_expression *e);
/* Can the name that was found be told in the unit? */
bool qiaoi_name_fits(const qiaoi_sentence *s, const qiaoi_expression *e);
/* A property that is told without a unit (pH, F1, 折射率) before the cell; NULL = none. */
const qiaoi_hit *qiaoi_bare_before(const qiaoi_sentence *s, size_t cell);
/* Is it an indicator? Settles temperature differences. */
bool qiaoi_judge(const qiaoi_sentence *s, qiaoi_expression *e);

#endif
