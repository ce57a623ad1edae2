/*
 * Reads one vocabulary data file (format in qiao/vocabulary.h) into the tables. Only the shape of a row is checked
 * here; whether the codes it names exist is checked when all files are in (vocabulary.c).
 */
#include "vocab/vocabulary_internal.h"

#include "qiao/file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 12
#define WEIGHT_ONE 1000000

typedef enum column {
    LIST,
    CODE,
    ZH,
    EN,
    PARENT,
    ALIASES,
    FROM,
    TO,
    VALID_FROM,
    VALID_TO,
    WEIGHT,
    BASIS,
    SCHEME,
    FIELDS,
    COLUMN_COUNT
} column;

static const char *const column_names[COLUMN_COUNT] = {"list",    "code",  "zh",     "en",         "parent",
                                                       "aliases", "from",  "to",     "valid_from", "valid_to",
                                                       "weight",  "basis", "scheme", "fields"};

typedef struct table_file {
    qiao_vocabulary *vocabulary;
    const char *name; /* of the file */
    size_t line;
    char *kind, *list, *version, *from, *to, *parents; /* header lines; borrowed from the file's bytes */
    column columns[COLUMNS_MAX];
    size_t column_count;
    const char *cells[COLUMN_COUNT]; /* of the row at hand; "" where the file has no such column */
} table_file;

/* what: a literal that ends in the place of the value, so that it is one message of the table */
#define BAD_ROW(file, what, value, err)                                                                                \
    qiao_fail(err, QIAO_E_INPUT, "vocabulary file %s, line %zu: " what, (file)->name, (file)->line, value)

static char *
trim(char *text)
{
    size_t n;

    while (*text == ' ')
        text++;
    n = strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        text[--n] = '\0';
    return text;
}

/* "# key: value"; any other comment is for people. */
static void
read_comment(table_file *file, char *line)
{
    struct {
        const char *key;
        char **value;
    } const known[] = {{"kind", &file->kind}, {"list", &file->list}, {"version", &file->version},
                       {"from", &file->from}, {"to", &file->to},     {"parents", &file->parents}};
    char *colon = strchr(line, ':');

    if (line[1] != ' ' || line[2] == ' ' || colon == NULL)
        return;
    *colon = '\0';
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(line + 2, known[i].key) == 0)
            *known[i].value = trim(colon + 1);
    }
}

/* Cut at the next tab; NULL when nothing is left. */
static char *
next_cell(char **rest)
{
    char *cell = *rest;
    char *tab;

    if (cell == NULL)
        return NULL;
    tab = strchr(cell, '\t');
    *rest = tab == NULL ? NULL : tab + 1;
    if (tab != NULL)
        *tab = '\0';
    return cell;
}

static qiao_status
read_columns(table_file *file, char *line, qiao_error *err)
{
    char *cell;

    while ((cell = next_cell(&line)) != NULL) {
        size_t c = 0;

        while (c < COLUMN_COUNT && strcmp(column_names[c], cell) != 0)
            c++;
        if (c == COLUMN_COUNT || file->column_count == COLUMNS_MAX)
            return BAD_ROW(file, "unknown column \"%s\"", cell, err);
        file->columns[file->column_count++] = (column)c;
    }
    return QIAO_OK;
}

static qiao_status
read_cells(table_file *file, char *line, qiao_error *err)
{
    char *cell;
    size_t n = 0;

    for (size_t c = 0; c < COLUMN_COUNT; c++)
        file->cells[c] = "";
    while ((cell = next_cell(&line)) != NULL) {
        if (n == file->column_count)
            return BAD_ROW(file, "more cells than columns, from \"%s\"", cell, err);
        file->cells[file->columns[n++]] = cell;
    }
    return QIAO_OK;
}

static const char *
keep(const table_file *file, const char *text)
{
    return qiao_arena_strndup(file->vocabulary->arena, text, strlen(text));
}

static qiaoi_code_list *
find_list(qiao_vocabulary *vocabulary, const char *name)
{
    for (size_t i = 0; i < vocabulary->list_count; i++) {
        if (strcmp(vocabulary->lists[i].name, name) == 0)
            return &vocabulary->lists[i];
    }
    return NULL;
}

static qiaoi_code_list *
find_or_add_list(table_file *file, const char *name, qiao_error *err)
{
    qiao_vocabulary *v = file->vocabulary;
    qiaoi_code_list *list = find_list(v, name);
    qiaoi_code_list *grown;
    const char *copy, *parents;

    if (list != NULL)
        return list;
    grown = qiaoi_array_grow(v->lists, v->list_count, &v->list_capacity, sizeof *grown);
    if (grown != NULL)
        v->lists = grown;
    copy = keep(file, name);
    parents = keep(file, file->parents != NULL ? file->parents : name);
    if (grown == NULL || copy == NULL || parents == NULL) {
        qiao_fail_memory(err);
        return NULL;
    }
    list = &v->lists[v->list_count++];
    *list = (qiaoi_code_list){.name = copy, .parents = parents};
    return list;
}

static bool
grow_codes(qiao_vocabulary *v)
{
    qiao_code *codes = qiaoi_array_grow(v->codes, v->code_count, &v->code_capacity, sizeof *codes);
    const char **aliases;

    if (codes == NULL)
        return false;
    v->codes = codes;
    aliases = qiaoi_array_grow(v->code_aliases, v->code_count, &v->alias_capacity, sizeof *aliases);
    if (aliases == NULL)
        return false;
    v->code_aliases = aliases;
    return true;
}

static qiao_status
add_code(table_file *file, qiao_error *err)
{
    qiao_vocabulary *v = file->vocabulary;
    const char *list_name = file->cells[LIST][0] != '\0' ? file->cells[LIST] : file->list;
    qiaoi_code_list *list;
    qiao_code code = {0};
    const char *aliases;

    if (list_name == NULL || file->cells[CODE][0] == '\0' || file->cells[ZH][0] == '\0' || file->cells[EN][0] == '\0')
        return BAD_ROW(file, "list, code, zh and en must be given, not so for \"%s\"", file->cells[CODE], err);
    list = find_or_add_list(file, list_name, err);
    if (list == NULL)
        return QIAO_E_NOMEM;
    code.list = list->name;
    code.code = keep(file, file->cells[CODE]);
    code.zh = keep(file, file->cells[ZH]);
    code.en = keep(file, file->cells[EN]);
    code.parent = file->cells[PARENT][0] != '\0' ? keep(file, file->cells[PARENT]) : NULL;
    aliases = keep(file, file->cells[ALIASES]);
    if (code.code == NULL || code.zh == NULL || code.en == NULL || aliases == NULL || !grow_codes(v) ||
        (file->cells[PARENT][0] != '\0' && code.parent == NULL))
        return qiao_fail_memory(err);
    v->codes[v->code_count] = code;
    v->code_aliases[v->code_count++] = aliases;
    list->count++;
    return QIAO_OK;
}

/*
 * Day of a date that may lack its day or month. What is not given counts as the last day (last) or the first day of the
 * period. INT_MIN where it is no date.
 */
static int
day_of(const char *text, bool last)
{
    static const char *const ends[] = {"-31", "-30", "-29", "-28"};
    size_t n = strlen(text);
    char whole[24];
    int day = INT_MIN;

    if (n == 10)
        return (int)qiao_date_days(text, n);
    if (n != 4 && n != 7)
        return INT_MIN;
    for (size_t i = last ? 0 : 4; i <= 4 && day == INT_MIN; i++) {
        int length = snprintf(whole, sizeof whole, "%s%s%s", text,
                              n == 7 ? ""
                              : last ? "-12"
                                     : "-01",
                              i < 4 ? ends[i] : "-01");

        day = (int)qiao_date_days(whole, (size_t)length);
    }
    return day;
}

/* "0.25" to 250000; -1 where it is no number from 0 to 1000. */
static int
weight_of(const char *text)
{
    int whole = 0, part = 0, scale = WEIGHT_ONE / 10;

    if (*text < '0' || *text > '9')
        return -1;
    for (; *text >= '0' && *text <= '9' && whole <= 1000; text++)
        whole = whole * 10 + (*text - '0');
    if (*text == '.') {
        for (text++; *text >= '0' && *text <= '9' && scale > 0; text++, scale /= 10)
            part += (*text - '0') * scale;
    }
    return *text != '\0' || whole > 1000 ? -1 : whole * WEIGHT_ONE + part;
}

static qiao_status
add_relation_kind(table_file *file, qiao_error *err)
{
    qiao_vocabulary *v = file->vocabulary;
    qiaoi_relation_kind *kinds;
    qiaoi_relation_kind kind;

    if (file->list == NULL || file->from == NULL || file->to == NULL)
        return qiao_fail(err, QIAO_E_INPUT, "vocabulary file %s: a relation needs the lines list, from and to",
                         file->name);
    kinds = qiaoi_array_grow(v->relation_kinds, v->relation_kind_count, &v->relation_kind_capacity, sizeof *kinds);
    kind = (qiaoi_relation_kind){
        .name = keep(file, file->list), .from_list = keep(file, file->from), .to_list = keep(file, file->to)};
    if (kinds != NULL)
        v->relation_kinds = kinds;
    if (kinds == NULL || kind.name == NULL || kind.from_list == NULL || kind.to_list == NULL)
        return qiao_fail_memory(err);
    v->relation_kinds[v->relation_kind_count++] = kind;
    return QIAO_OK;
}

static qiao_status
add_relation(table_file *file, qiao_error *err)
{
    qiao_vocabulary *v = file->vocabulary;
    qiao_relation row = {.first_day = INT_MIN, .last_day = INT_MAX, .weight = WEIGHT_ONE};
    const char *from_date = file->cells[VALID_FROM], *to_date = file->cells[VALID_TO];
    qiao_relation *grown;

    if (from_date[0] != '\0' && (row.first_day = day_of(from_date, true)) == INT_MIN)
        return BAD_ROW(file, "valid_from is no date: \"%s\"", from_date, err);
    if (to_date[0] != '\0' && (row.last_day = day_of(to_date, false)) == INT_MIN)
        return BAD_ROW(file, "valid_to is no date: \"%s\"", to_date, err);
    if (file->cells[WEIGHT][0] != '\0' && (row.weight = weight_of(file->cells[WEIGHT])) < 0)
        return BAD_ROW(file, "weight is no number: \"%s\"", file->cells[WEIGHT], err);
    row.list = v->relation_kinds[v->relation_kind_count - 1].name;
    row.from = keep(file, file->cells[FROM]);
    row.to = keep(file, file->cells[TO]);
    row.basis = keep(file, file->cells[BASIS]);
    grown = qiaoi_array_grow(v->relations, v->relation_count, &v->relation_capacity, sizeof *grown);
    if (grown != NULL)
        v->relations = grown;
    if (grown == NULL || row.from == NULL || row.to == NULL || row.basis == NULL)
        return qiao_fail_memory(err);
    v->relations[v->relation_count++] = row;
    return QIAO_OK;
}

static qiao_status
add_crosswalk_row(table_file *file, const char *prefix, qiao_error *err)
{
    qiao_vocabulary *v = file->vocabulary;
    char place[160];
    qiaoi_crosswalk row;
    qiaoi_crosswalk *grown = qiaoi_array_grow(v->crosswalks, v->crosswalk_count, &v->crosswalk_capacity, sizeof *grown);

    snprintf(place, sizeof place, "%.120s, line %zu", file->name, file->line);
    row = (qiaoi_crosswalk){.scheme = keep(file, file->cells[SCHEME]),
                            .prefix = keep(file, prefix),
                            .fields = keep(file, file->cells[FIELDS]),
                            .place = keep(file, place)};
    if (grown != NULL)
        v->crosswalks = grown;
    if (grown == NULL || row.scheme == NULL || row.prefix == NULL || row.fields == NULL || row.place == NULL)
        return qiao_fail_memory(err);
    v->crosswalks[v->crosswalk_count++] = row;
    return QIAO_OK;
}

static qiao_status
add_crosswalk(table_file *file, qiao_error *err)
{
    qiao_status status;

    if (file->cells[SCHEME][0] == '\0' || file->cells[CODE][0] == '\0' || file->cells[FIELDS][0] == '\0')
        return BAD_ROW(file, "scheme, code and fields must be given, not so for \"%s\"", file->cells[CODE], err);
    status = add_crosswalk_row(file, file->cells[CODE], err);
    if (status == QIAO_OK && file->cells[ZH][0] != '\0')
        status = add_crosswalk_row(file, file->cells[ZH], err);
    return status;
}

static qiao_status
read_row(table_file *file, char *line, qiao_error *err)
{
    qiao_status status;

    if (line[0] == '\0')
        return QIAO_OK;
    if (line[0] == '#') {
        read_comment(file, line);
        return QIAO_OK;
    }
    if (file->kind != NULL && strcmp(file->kind, "units") == 0)
        return QIAO_OK; /* the indicator reader's table; here it counts towards the version only */
    if (file->column_count == 0) {
        status = read_columns(file, line, err);
        if (status == QIAO_OK && file->kind != NULL && strcmp(file->kind, "relation") == 0)
            status = add_relation_kind(file, err);
        return status;
    }
    status = read_cells(file, line, err);
    if (status != QIAO_OK)
        return status;
    if (file->kind != NULL && strcmp(file->kind, "codes") == 0)
        return add_code(file, err);
    if (file->kind != NULL && strcmp(file->kind, "relation") == 0)
        return add_relation(file, err);
    if (file->kind != NULL && strcmp(file->kind, "crosswalk") == 0)
        return add_crosswalk(file, err);
    return BAD_ROW(file, "kind must be codes, relation or crosswalk, not \"%s\"", file->kind == NULL ? "" : file->kind,
                   err);
}

static qiao_status
take_version(table_file *file, qiao_error *err)
{
    qiao_vocabulary *v = file->vocabulary;

    if (file->version == NULL || strlen(file->version) != 10 || qiao_date_days(file->version, 10) == INT32_MIN)
        return qiao_fail(err, QIAO_E_INPUT, "vocabulary file %s: the line \"# version: YYYY-MM-DD\" is missing",
                         file->name);
    if (strcmp(file->version, v->date) > 0)
        memcpy(v->date, file->version, sizeof v->date);
    return QIAO_OK;
}

qiao_status
qiaoi_vocabulary_read_file(qiao_vocabulary *vocabulary, const char *name, char *bytes, size_t length, qiao_error *err)
{
    table_file file = {.vocabulary = vocabulary, .name = name};
    char *end = bytes + length;
    qiao_status status = QIAO_OK;

    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        bytes += 3;
    while (status == QIAO_OK && bytes < end) {
        char *stop = memchr(bytes, '\n', (size_t)(end - bytes));

        if (stop == NULL)
            stop = end; /* the buffer is followed by a NUL */
        *stop = '\0';
        if (stop > bytes && stop[-1] == '\r')
            stop[-1] = '\0';
        file.line++;
        status = read_row(&file, bytes, err);
        bytes = stop + 1;
    }
    return status == QIAO_OK ? take_version(&file, err) : status;
}
