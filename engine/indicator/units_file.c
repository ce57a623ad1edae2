/*
 * Opens the table of units: one row a unit, with its dimension as a product of base quantities, its factor and offset
 * to SI, and how it is spelled. Only shape is checked here; the spellings are made by units_build.c.
 */
#include "indicator/indicator_internal.h"

#include "qiao/file.h"
#include "qiao/share.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)4 << 20)
#define UNITS_MAX 4096u
#define NEAR_MAX 64u

typedef enum column {
    UNIT,
    SI,
    DIMENSION,
    FACTOR,
    OFFSET,
    PREFIXES,
    SYMBOLS,
    WORDS,
    ZH,
    NOT_BEFORE,
    NEAR,
    RULES,
    COLUMN_COUNT
} column;

static const char *const column_names[COLUMN_COUNT] = {
    "unit", "si", "dimension", "factor", "offset", "prefixes", "symbols", "words", "zh", "not_before", "near", "rules"};

typedef struct reader {
    qiao_units *units;
    const char *name; /* of the file */
    size_t line;
    bool headed;
    char *cells[COLUMN_COUNT];
} reader;

/* Every message names file and line first, the value last. */
#define BAD(r, text, value, err)                                                                                       \
    qiao_fail(err, QIAO_E_INPUT, "table of units %s, line %zu: " text, (r)->name, (r)->line, value)

/* "1/60", "2.5e-3", "1000/12.566" */
static bool
quotient(const char *text, double *out)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text)
        return false;
    if (*end == '/') {
        const char *second = end + 1;
        double divisor = strtod(second, &end);

        if (end == second || divisor == 0)
            return false;
        value /= divisor;
    }
    *out = value;
    return *end == '\0' && isfinite(value);
}

int
qiaoi_units_base(qiao_units *units, const char *name, size_t length)
{
    for (size_t i = 0; i < units->base_count; i++) {
        if (strlen(units->bases[i]) == length && memcmp(units->bases[i], name, length) == 0)
            return (int)i;
    }
    if (units->base_count == QIAO_DIMENSIONS)
        return -1;
    units->bases[units->base_count] = qiao_arena_strndup(units->arena, name, length);
    return units->bases[units->base_count] == NULL ? -1 : (int)units->base_count++;
}

/* "m2·kg·s-2"; "1" is no base at all. */
static bool
read_dimension(qiao_units *units, const char *text, qiao_dimension *out)
{
    *out = (qiao_dimension){{0}};
    if (strcmp(text, "1") == 0)
        return true;
    while (*text != '\0') {
        size_t n = strcspn(text, "-0123456789\xC2");
        const char *digits = text + n;
        char *end = (char *)(uintptr_t)digits;
        long exponent = 1;
        int base;

        if (n == 0)
            return false;
        if (*digits != '\0' && *digits != '\xC2')
            exponent = strtol(digits, &end, 10);
        base = qiaoi_units_base(units, text, n);
        if (base < 0 || exponent < -20 || exponent > 20)
            return false;
        out->exponents[base] = (signed char)(out->exponents[base] + 2 * exponent);
        text = end;
        if (memcmp(text, "\xC2\xB7", strlen(text) < 2 ? 1 : 2) == 0)
            text += 2;
    }
    return true;
}

static bool
read_rules(const char *text, unsigned *out)
{
    static const struct {
        const char *name;
        unsigned rule;
    } known[] = {{"compound", QIAOI_RULE_COMPOUND}, {"attached", QIAOI_RULE_ATTACHED},
                 {"spaced", QIAOI_RULE_SPACED},     {"prefixed", QIAOI_RULE_PREFIXED},
                 {"before", QIAOI_RULE_BEFORE},     {"evidence", QIAOI_RULE_EVIDENCE},
                 {"grade", QIAOI_RULE_GRADE}};

    *out = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, "|"), i = 0;

        while (i < sizeof known / sizeof known[0] &&
               (strlen(known[i].name) != n || memcmp(known[i].name, text, n) != 0))
            i++;
        if (i == sizeof known / sizeof known[0])
            return false;
        *out |= known[i].rule;
        text += n + (text[n] == '|' ? 1 : 0);
    }
    return true;
}

/* "粉|饭" as strings of cells, each ended by 0. */
static bool
read_not_before(qiao_units *units, const char *text, const uint32_t **out)
{
    size_t length = strlen(text), at = 0, n = 0;
    uint32_t *letters;

    *out = NULL;
    if (length == 0)
        return true;
    letters = qiao_arena_alloc(units->arena, (length + 2) * sizeof *letters);
    if (letters == NULL)
        return false;
    while (at < length) {
        uint32_t c = qiaoi_normal(qiaoi_decode(text, length, &at));

        letters[n++] = c == '|' ? 0 : qiaoi_lower(c);
    }
    letters[n++] = 0;
    letters[n] = 0;
    *out = letters;
    return true;
}

static qiao_status
add_near(reader *r, qiaoi_unit *unit, qiao_error *err)
{
    if (r->cells[NEAR][0] == '\0')
        return QIAO_OK;
    if (r->units->near_count == NEAR_MAX)
        return BAD(r, "too many units with near words, at \"%s\"", r->cells[UNIT], err);
    unit->near = (uint64_t)1 << r->units->near_count++;
    return qiaoi_grammar_add(r->units, r->cells[NEAR], 0, unit->near) ? QIAO_OK : qiao_fail_memory(err);
}

static qiao_status
add_unit(reader *r, qiao_error *err)
{
    qiao_units *u = r->units;
    qiaoi_unit unit = {0};
    const char *const names[3] = {r->cells[SYMBOLS], r->cells[WORDS], r->cells[ZH]};
    qiao_status status;

    if (u->unit_count == UNITS_MAX)
        return BAD(r, "too many units, at \"%s\"", r->cells[UNIT], err);
    if (r->cells[UNIT][0] == '\0' || r->cells[SI][0] == '\0' || strlen(r->cells[SI]) >= QIAOI_SI_SIZE)
        return BAD(r, "unit and si must be given and short, not so for \"%s\"", r->cells[UNIT], err);
    if (!read_dimension(u, r->cells[DIMENSION], &unit.dimension))
        return BAD(r, "\"%s\" is no dimension such as m·s-2", r->cells[DIMENSION], err);
    if (!quotient(r->cells[FACTOR], &unit.factor) || unit.factor <= 0)
        return BAD(r, "factor must be a number above 0, not \"%s\"", r->cells[FACTOR], err);
    if (r->cells[OFFSET][0] != '\0' && !quotient(r->cells[OFFSET], &unit.offset))
        return BAD(r, "offset must be a number, not \"%s\"", r->cells[OFFSET], err);
    if (!read_rules(r->cells[RULES], &unit.rules))
        return BAD(r, "unknown rule in \"%s\"", r->cells[RULES], err);
    status = add_near(r, &unit, err);
    if (status != QIAO_OK)
        return status;
    unit.id = qiao_arena_strndup(u->arena, r->cells[UNIT], strlen(r->cells[UNIT]));
    unit.si = qiao_arena_strndup(u->arena, r->cells[SI], strlen(r->cells[SI]));
    if (unit.id == NULL || unit.si == NULL || !read_not_before(u, r->cells[NOT_BEFORE], &unit.not_before) ||
        !qiaoi_grow(&u->units, u->unit_count, &u->unit_capacity, sizeof *u->units))
        return qiao_fail_memory(err);
    u->units[u->unit_count++] = unit;
    status = qiaoi_units_add_names(u, u->unit_count - 1, names, r->cells[PREFIXES], unit.rules);
    if (status == QIAO_E_INPUT)
        return BAD(r, "a name of \"%s\" brings a factor or rule that cannot be read, or its prefixes are unknown",
                   r->cells[UNIT], err);
    return status == QIAO_OK ? QIAO_OK : qiao_fail_memory(err);
}

static bool
split(reader *r, char *line, size_t *count_out)
{
    static char empty[1];
    size_t n = 0;

    for (size_t i = 0; i < COLUMN_COUNT; i++)
        r->cells[i] = empty;
    for (char *tab; line != NULL; line = tab) {
        tab = strchr(line, '\t');
        if (tab != NULL)
            *tab++ = '\0';
        if (n == COLUMN_COUNT)
            return false;
        r->cells[n++] = line;
    }
    *count_out = n;
    return true;
}

static qiao_status
read_heading(reader *r, size_t count, qiao_error *err)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (i >= count || strcmp(r->cells[i], column_names[i]) != 0)
            return BAD(r, "not the columns of a table of units; wanted here: %s", column_names[i], err);
    }
    r->headed = true;
    return QIAO_OK;
}

static qiao_status
read_line(reader *r, char *line, qiao_error *err)
{
    static const char version[] = "# version: ";
    size_t n;

    if (line[0] == '\0')
        return QIAO_OK;
    if (line[0] == '#') {
        if (strncmp(line, version, sizeof version - 1) == 0 && strlen(line) == sizeof version - 1 + 10)
            memcpy(r->units->version, line + sizeof version - 1, 11);
        return QIAO_OK;
    }
    if (!split(r, line, &n))
        return BAD(r, "more cells than columns, at \"%s\"", r->cells[UNIT], err);
    return r->headed ? add_unit(r, err) : read_heading(r, n, err);
}

qiao_status
qiaoi_units_parse(qiao_units *units, const char *name, char *bytes, size_t length, qiao_error *err)
{
    reader r = {.units = units, .name = name};
    char *end = bytes + length;
    qiao_status status = QIAO_OK;

    while (status == QIAO_OK && bytes < end) {
        char *stop = memchr(bytes, '\n', (size_t)(end - bytes));

        if (stop == NULL)
            stop = end; /* the buffer is followed by a NUL */
        *stop = '\0';
        if (stop > bytes && stop[-1] == '\r')
            stop[-1] = '\0';
        r.line++;
        status = read_line(&r, bytes, err);
        bytes = stop + 1;
    }
    if (status == QIAO_OK && (units->version[0] == '\0' || qiao_date_days(units->version, 10) == INT32_MIN))
        status = qiao_fail(err, QIAO_E_INPUT, "table of units %s: the line \"# version: YYYY-MM-DD\" is missing", name);
    if (status == QIAO_OK && units->unit_count == 0)
        status = qiao_fail(err, QIAO_E_INPUT, "table of units %s holds no unit", name);
    return status;
}

static qiao_status
find_bases(qiao_units *units, qiao_error *err)
{
    struct {
        const char *name;
        int *base;
    } const wanted[] = {{"K", &units->base_kelvin},  {"CNY", &units->base_money},   {"m", &units->base_metre},
                        {"s", &units->base_second},  {"kg", &units->base_kilogram}, {"n", &units->base_count_of_things},
                        {"rad", &units->base_angle}, {"dB", &units->base_decibel}};

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        *wanted[i].base = qiaoi_units_base(units, wanted[i].name, strlen(wanted[i].name));
        if (*wanted[i].base < 0)
            return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

static qiao_status
load(qiao_units *units, const char *path, qiao_error *err)
{
    qiao_buffer bytes = {0};
    qiao_status status = find_bases(units, err);

    if (status == QIAO_OK)
        status = qiao_file_read(path, FILE_BYTES_MAX, &bytes, err);
    if (status == QIAO_OK)
        status = qiaoi_units_parse(units, path, bytes.data != NULL ? bytes.data : (char[]){""}, bytes.length, err);
    qiao_buffer_done(&bytes);
    if (status == QIAO_OK)
        status = qiaoi_grammar_load(units, err);
    if (status == QIAO_OK && (!qiaoi_spellings_finish(&units->symbols) || !qiaoi_spellings_finish(&units->words) ||
                              !qiaoi_spellings_finish(&units->grammar)))
        status = qiao_fail_memory(err);
    return status;
}

qiao_status
qiao_units_open(const char *path, qiao_units **out, qiao_error *err)
{
    char shared[4096];
    qiao_units *units;
    qiao_status status = path != NULL ? QIAO_OK : qiao_share_path("vocab/units.tsv", shared, err);

    *out = NULL;
    if (status != QIAO_OK)
        return status;
    units = qiao_calloc(1, sizeof *units);
    if (units == NULL)
        return qiao_fail_memory(err);
    units->arena = qiao_arena_new((size_t)32 << 10);
    status = units->arena == NULL ? qiao_fail_memory(err) : load(units, path != NULL ? path : shared, err);
    if (status == QIAO_OK)
        *out = units;
    else
        qiao_units_close(units);
    return status;
}

void
qiao_units_close(qiao_units *units)
{
    if (units == NULL)
        return;
    qiaoi_spellings_done(&units->symbols);
    qiaoi_spellings_done(&units->words);
    qiaoi_spellings_done(&units->grammar);
    qiao_free(units->units);
    qiao_free(units->names);
    qiao_free(units->lexemes);
    qiao_arena_free(units->arena);
    qiao_free(units);
}

const char *
qiao_units_version(const qiao_units *units)
{
    return units->version;
}
