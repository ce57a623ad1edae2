/* Reads parameters by the table below. Codes are resolved through the vocabularies, so 德国, Germany and DE are the
 * same filter. */
#include "parameters.h"

#include "url.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 4096u
#define OFFSET_MAX 10000u
#define ALTERNATIVES_MAX 32u
#define FACET_VALUES_MAX 200u

typedef struct parameter_kind parameter_kind;

struct parameter_kind {
    const char *name;
    void (*read)(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
    const char *list;  /* vocabulary of a filter; its tags are named as the parameter */
    const char *other; /* where a name is looked up too: a group given for a country, a zone for a park */
    const char *tag;   /* name of the tags of those */
};

static void read_side(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_query(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_codes(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_trl(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_count(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_explain(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_flag(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_profile(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_word(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);

static void read_facets(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_facet_values(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_sort(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_year(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_money(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);
static void read_day(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value);

static const parameter_kind kinds[QIAOI_PARAMETER_COUNT] = {
    [QIAOI_P_SIDE] = {"side", read_side, NULL, NULL, NULL},
    [QIAOI_P_QUERY] = {"q", read_query, NULL, NULL, NULL},
    [QIAOI_P_COUNTRY] = {"country", read_codes, "country", "country_group", "group"},
    [QIAOI_P_GROUP] = {"group", read_codes, "country_group", NULL, NULL},
    [QIAOI_P_FIELD] = {"field", read_codes, "field", NULL, NULL},
    [QIAOI_P_PARK] = {"park", read_codes, "park", "zone", "park"},
    [QIAOI_P_MODE] = {"mode", read_codes, "coop_mode", NULL, NULL},
    [QIAOI_P_TRL_MIN] = {"trl_min", read_trl, NULL, NULL, NULL},
    [QIAOI_P_TRL_MAX] = {"trl_max", read_trl, NULL, NULL, NULL},
    [QIAOI_P_LIMIT] = {"limit", read_count, NULL, NULL, NULL},
    [QIAOI_P_OFFSET] = {"offset", read_count, NULL, NULL, NULL},
    [QIAOI_P_EXPLAIN] = {"explain", read_explain, NULL, NULL, NULL},
    [QIAOI_P_TEXT_ONLY] = {"text_only", read_flag, NULL, NULL, NULL},
    [QIAOI_P_TRANSLATE] = {"translate", read_flag, NULL, NULL, NULL},
    [QIAOI_P_POLICY] = {"policy", read_flag, NULL, NULL, NULL},
    [QIAOI_P_PROFILE] = {"profile", read_profile, NULL, NULL, NULL},
    [QIAOI_P_RANK] = {"rank", read_count, NULL, NULL, NULL},
    [QIAOI_P_STATUS] = {"status", read_codes, "status", NULL, NULL},
    [QIAOI_P_BY] = {"by", read_word, NULL, NULL, NULL},
    [QIAOI_P_ROWS] = {"rows", read_word, NULL, NULL, NULL},
    [QIAOI_P_FORMAT] = {"format", read_word, NULL, NULL, NULL},
    [QIAOI_P_FROM] = {"from", read_word, NULL, NULL, NULL},
    [QIAOI_P_TO] = {"to", read_word, NULL, NULL, NULL},
    [QIAOI_P_CURSOR] = {"cursor", read_word, NULL, NULL, NULL},
    [QIAOI_P_OWNER] = {"owner", read_word, NULL, NULL, NULL},
    [QIAOI_P_CASE_STATUS] = {"status", read_word, NULL, NULL, NULL},
    [QIAOI_P_NEED] = {"need", read_word, NULL, NULL, NULL},
    [QIAOI_P_FACETS] = {"facets", read_facets, NULL, NULL, NULL},
    [QIAOI_P_FACET_VALUES] = {"facet_values", read_facet_values, NULL, NULL, NULL},
    [QIAOI_P_DISJUNCTIVE] = {"disjunctive", read_flag, NULL, NULL, NULL},
    [QIAOI_P_SUGGESTED] = {"include_suggested", read_flag, NULL, NULL, NULL},
    [QIAOI_P_SORT] = {"sort", read_sort, NULL, NULL, NULL},
    [QIAOI_P_YEAR_MIN] = {"year_min", read_year, NULL, NULL, NULL},
    [QIAOI_P_YEAR_MAX] = {"year_max", read_year, NULL, NULL, NULL},
    [QIAOI_P_MONEY_MIN] = {"money_min", read_money, NULL, NULL, NULL},
    [QIAOI_P_MONEY_MAX] = {"money_max", read_money, NULL, NULL, NULL},
    [QIAOI_P_DEADLINE_MIN] = {"deadline_min", read_day, NULL, NULL, NULL},
    [QIAOI_P_DEADLINE_MAX] = {"deadline_max", read_day, NULL, NULL, NULL},
};

void
qiaoi_parameters_init(qiaoi_parameters *parameters)
{
    *parameters = (qiaoi_parameters){
        .side = QIAO_PROJECT, .trl_min = QIAO_UNKNOWN, .trl_max = QIAO_UNKNOWN, .explain = QIAO_EXPLAIN_BRIEF};
}

/* The error to write to about a parameter. */
static qiao_error *
wrong(qiaoi_parameter_reader *reader, const char *name, const char *value)
{
    char pointer[160];

    if (reader->pointer == NULL)
        return qiaoi_problem_parameter(reader->problem, name, value);
    snprintf(pointer, sizeof pointer, "%.80s/%.70s", reader->pointer, name);
    return qiaoi_problem_pointer(reader->problem, pointer, value);
}

static void
read_side(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    if (strcmp(value, "projects") == 0)
        reader->out->side = QIAO_PROJECT;
    else if (strcmp(value, "needs") == 0)
        reader->out->side = QIAO_NEED;
    else
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be projects or needs");
}

static void
out_of_memory(qiaoi_parameter_reader *reader)
{
    qiao_fail(qiaoi_problem_set(reader->problem, QIAOI_PROBLEM_BUSY), QIAO_E_NOMEM, "out of memory");
}

static void
read_query(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    size_t length = strlen(value);

    if (length > QIAOI_QUERY_MAX) {
        qiao_fail(wrong(reader, kind->name, NULL), QIAO_E_INPUT,
                  "has %zu bytes; at most %u are read. For a whole need use POST /v1/match", length, QIAOI_QUERY_MAX);
        return;
    }
    reader->out->query = qiao_arena_strndup(reader->arena, value, length);
    reader->out->query_length = length;
    if (reader->out->query == NULL)
        out_of_memory(reader);
}

static void
unknown_code(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    const qiao_code *near[3];
    size_t count = qiao_vocabulary_nearest(reader->vocabulary, kind->list, value, near, 3);
    qiao_error *error = wrong(reader, kind->name, value);
    char names[300] = "";

    if (count == 0) {
        qiao_fail(error, QIAO_E_INPUT,
                  "no such code; write a code (DE, energy.battery, haidian, jv) or its Chinese or English name");
        return;
    }
    for (size_t i = 0; i < count && i < 3; i++) {
        size_t used = strlen(names);

        snprintf(names + used, sizeof names - used, "%s%s (%s %s)", i != 0 ? ", " : "", near[i]->code, near[i]->zh,
                 near[i]->en);
    }
    qiao_fail(error, QIAO_E_INPUT, "no such code; did you mean %s?", names);
}

/* Adds "country:DE" to the filter of the parameter, as an alternative where there is one already. */
static void
add_tag(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *name, const char *code)
{
    qiaoi_parameters *out = reader->out;
    uint8_t *place = &out->filter_of[kind - kinds];
    const char *old = *place != 0 ? out->filters[*place - 1] : "";
    size_t size = strlen(old) + strlen(name) + strlen(code) + 3;
    char *filter = qiao_arena_alloc(reader->arena, size);

    if (filter == NULL) {
        out_of_memory(reader);
        return;
    }
    snprintf(filter, size, "%s%s%s:%s", old, *old != '\0' ? "|" : "", name, code);
    if (*place == 0)
        *place = (uint8_t)++out->filter_count;
    out->filters[*place - 1] = filter;
}

static void
read_code(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *text)
{
    const char *tag = kind->name;
    const qiao_code *code = qiao_vocabulary_resolve(reader->vocabulary, kind->list, text);

    if (*text == '\0') {
        qiao_fail(wrong(reader, kind->name, text), QIAO_E_INPUT,
                  "is empty; leave the parameter out to ask for everything");
        return;
    }
    if (code == NULL && kind->other != NULL) {
        code = qiao_vocabulary_resolve(reader->vocabulary, kind->other, text);
        tag = kind->tag;
    }
    if (code == NULL)
        unknown_code(reader, kind, text);
    else
        add_tag(reader, kind, tag, code->code);
}

/* Codes separated by commas. */
static void
read_codes(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    char text[256];
    size_t count = 0;

    for (const char *at = value;; count++) {
        size_t length = strcspn(at, ",");

        if (length >= sizeof text || count == ALTERNATIVES_MAX) {
            qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "is too long; at most %u codes are read",
                      ALTERNATIVES_MAX);
            return;
        }
        memcpy(text, at, length);
        text[length] = '\0';
        read_code(reader, kind, text);
        if (at[length] == '\0')
            return;
        at += length + 1;
    }
}

/* Decimal digits only: no sign, no space, no fraction. */
static bool
read_number(const char *text, uint32_t *out)
{
    size_t length = strlen(text);
    uint32_t number = 0;

    if (length == 0 || length > 9)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    *out = number;
    return true;
}

static void
read_trl(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    uint32_t level;

    if (!read_number(value, &level) || level < 1 || level > 9)
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be a technology readiness level, 1 to 9");
    else if (kind == &kinds[QIAOI_P_TRL_MIN])
        reader->out->trl_min = (int32_t)level;
    else
        reader->out->trl_max = (int32_t)level;
}

static void
read_count(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    qiaoi_parameters *out = reader->out;
    bool from_zero = kind == &kinds[QIAOI_P_OFFSET];
    uint32_t least = from_zero ? 0 : 1, number,
             most = from_zero                      ? OFFSET_MAX
                    : kind == &kinds[QIAOI_P_RANK] ? QIAO_RANK_MAX
                                                   : reader->limit_max;

    if (!read_number(value, &number) || number < least || number > most)
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be a whole number from %u to %u",
                  (unsigned)least, (unsigned)most);
    else
        *(from_zero ? &out->offset : kind == &kinds[QIAOI_P_RANK] ? &out->rank : &out->limit) = number;
}

/* That there is such a profile, the engine says. */
static void
read_profile(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    size_t length = strlen(value);

    if (length == 0 || length > QIAOI_PROFILE_MAX) {
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be the name of a scoring profile");
        return;
    }
    memcpy(reader->out->profile, value, length + 1);
}

/* What it may be, the handler knows. */
static void
read_word(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    const char *kept = qiao_arena_strndup(reader->arena, value, strlen(value));

    if (kept == NULL)
        out_of_memory(reader);
    reader->out->words[kind - kinds] = kept;
}

const char *
qiaoi_parameters_word(const qiaoi_parameters *given, qiaoi_parameter parameter, const char *choice,
                      qiaoi_problem *problem)
{
    const char *word = given->words[parameter];

    for (const char *at = choice; *at != '\0'; at += strcspn(at, "|"), at += *at == '|') {
        size_t length = strcspn(at, "|");

        if (word == NULL || (strlen(word) == length && strncmp(word, at, length) == 0))
            return at;
    }
    qiao_fail(qiaoi_problem_parameter(problem, kinds[parameter].name, word), QIAO_E_INPUT, "must be one of %s", choice);
    return NULL;
}

bool
qiaoi_parameters_wants(const qiaoi_parameters *given, qiaoi_parameter parameter, const char *value)
{
    const char *filter, *at;
    size_t length;

    if (given->filter_of[parameter] == 0)
        return true;
    filter = given->filters[given->filter_of[parameter] - 1];
    length = value == NULL ? 0 : strlen(value);
    for (at = value == NULL ? NULL : strchr(filter, ':'); at != NULL; at = strchr(at, ':')) {
        at++;
        if (strncmp(at, value, length) == 0 && (at[length] == '\0' || at[length] == '|'))
            return true;
    }
    return false;
}

static void
read_explain(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    static const char *const names[] = {"none", "brief", "full"};

    for (size_t i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            reader->out->explain = (qiao_explain)i;
            return;
        }
    qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be none, brief or full");
}

static void
read_flag(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    bool yes = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;

    if (!yes && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be true or false");
    else if (kind == &kinds[QIAOI_P_TEXT_ONLY])
        reader->out->text_only = yes;
    else if (kind == &kinds[QIAOI_P_POLICY])
        reader->out->no_policy = !yes;
    else if (kind == &kinds[QIAOI_P_DISJUNCTIVE])
        reader->out->disjunctive = yes;
    else if (kind == &kinds[QIAOI_P_SUGGESTED])
        reader->out->include_suggested = yes;
    else
        reader->out->no_translation = !yes;
}

/* ---- of a search ---- */

static void
read_facets(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    static const char *const names[QIAOI_FACET_COUNT] = {"country", "group", "field",  "park",    "trl",
                                                         "mode",    "year",  "source", "language"};
    qiaoi_parameters *out = reader->out;

    for (const char *at = value;;) {
        size_t length = strcspn(at, ","), i = 0, k = 0;

        while (i < QIAOI_FACET_COUNT && (strlen(names[i]) != length || memcmp(names[i], at, length) != 0))
            i++;
        while (i < QIAOI_FACET_COUNT && k < out->facet_count && out->facets[k] != names[i])
            k++;
        if (i == QIAOI_FACET_COUNT || k < out->facet_count) {
            qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT,
                      "must be some of country, group, field, park, trl, mode, year, source, language, each once, "
                      "separated by commas");
            return;
        }
        out->facets[out->facet_count++] = names[i];
        if (at[length] == '\0')
            return;
        at += length + 1;
    }
}

static void
read_facet_values(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    uint32_t number;

    if (!read_number(value, &number) || number < 1 || number > FACET_VALUES_MAX)
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be a whole number from %u to %u", 1u,
                  FACET_VALUES_MAX);
    else
        reader->out->facet_values = number;
}

static void
read_sort(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    static const char *const names[] = {[QIAO_ORDER_RELEVANCE] = "relevance",
                                        [QIAO_ORDER_NEWEST] = "newest",
                                        [QIAO_ORDER_OLDEST] = "oldest",
                                        [QIAO_ORDER_TRL] = "trl",
                                        [QIAO_ORDER_DEADLINE] = "deadline"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(value, names[i]) == 0) {
            reader->out->order = (qiao_search_order)i;
            return;
        }
    qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be relevance, newest, oldest, trl or deadline");
}

static void
read_year(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    uint32_t year;

    if (!read_number(value, &year) || year < 1900 || year > 2200)
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be a whole number from %u to %u", 1900u, 2200u);
    else if (kind == &kinds[QIAOI_P_YEAR_MIN])
        reader->out->year_min = (int32_t)year;
    else
        reader->out->year_max = (int32_t)year;
}

/* Whole CNY, up to fifteen digits: what a double holds exactly. */
static void
read_money(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    size_t length = strlen(value);
    double amount = 0;

    for (size_t i = 0; i < length && value[i] >= '0' && value[i] <= '9'; i++)
        amount = amount * 10 + (value[i] - '0');
    if (length == 0 || length > 15 || strspn(value, "0123456789") != length || amount < 1)
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT, "must be a whole amount in CNY, 1 or more");
    else if (kind == &kinds[QIAOI_P_MONEY_MIN])
        reader->out->money_min = amount;
    else
        reader->out->money_max = amount;
}

/* Days since 1970 of a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int32_t
days_of(int32_t year, int32_t month, int32_t day)
{
    int32_t y = year - (month <= 2), era = y / 400, yoe = y - era * 400;
    int32_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
read_date(const char *value, int32_t *out)
{
    static const int32_t lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t part[3] = {0, 0, 0};

    if (strlen(value) != 10 || value[4] != '-' || value[7] != '-')
        return false;
    for (int i = 0, at = 0; i < 10; i++) {
        if (i == 4 || i == 7) {
            at++;
            continue;
        }
        if (value[i] < '0' || value[i] > '9')
            return false;
        part[at] = part[at] * 10 + (value[i] - '0');
    }
    if (part[0] < 1971 || part[0] > 2200 || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
        part[2] > lengths[part[1] - 1])
        return false;
    if (part[1] == 2 && part[2] == 29 && (part[0] % 4 != 0 || (part[0] % 100 == 0 && part[0] % 400 != 0)))
        return false;
    *out = days_of(part[0], part[1], part[2]);
    return true;
}

static void
read_day(qiaoi_parameter_reader *reader, const parameter_kind *kind, const char *value)
{
    int32_t day;

    if (!read_date(value, &day))
        qiao_fail(wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be a day such as 2026-12-31, from 1971 to 2200");
    else if (kind == &kinds[QIAOI_P_DEADLINE_MIN])
        reader->out->deadline_min = day;
    else
        reader->out->deadline_max = day;
}

static void
list_names(uint64_t allowed, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < QIAOI_PARAMETER_COUNT; i++) {
        int n = 0;

        if ((allowed & QIAOI_BIT(i)) != 0)
            n = snprintf(out + used, size - used, "%s%s", used != 0 ? ", " : "", kinds[i].name);
        if (n > 0 && (size_t)n < size - used)
            used += (size_t)n;
    }
}

static void
unknown_name(qiaoi_parameter_reader *reader, const char *name, const char *value)
{
    char names[400];

    list_names(reader->allowed, names, sizeof names);
    if (names[0] != '\0')
        qiao_fail(wrong(reader, name, value), QIAO_E_INPUT, "unknown here; what is taken: %s", names);
    else
        qiao_fail(wrong(reader, name, value), QIAO_E_INPUT, "unknown here; this address takes no parameters");
}

void
qiaoi_parameters_take(qiaoi_parameter_reader *reader, const char *name, const char *value)
{
    for (size_t i = 0; i < QIAOI_PARAMETER_COUNT; i++) {
        if ((reader->allowed & QIAOI_BIT(i)) == 0 || strcmp(kinds[i].name, name) != 0)
            continue;
        if ((reader->out->given & QIAOI_BIT(i)) != 0 && kinds[i].list == NULL) {
            qiao_fail(wrong(reader, name, value), QIAO_E_INPUT, "is given twice");
            return;
        }
        reader->out->given |= QIAOI_BIT(i);
        kinds[i].read(reader, &kinds[i], value);
        return;
    }
    unknown_name(reader, name, value);
}

/* "trl:4|trl:5|trl:6": the matcher knows levels as tags. */
static void
write_trl_filter(qiaoi_parameters *given)
{
    int first = given->trl_min != QIAO_UNKNOWN ? (int)given->trl_min : 1,
        last = given->trl_max != QIAO_UNKNOWN ? (int)given->trl_max : 9;
    size_t used = 0;

    for (int at = first; at <= last; at++)
        used += (size_t)snprintf(given->trl_filter + used, sizeof given->trl_filter - used, "%strl:%d",
                                 used != 0 ? "|" : "", at);
}

/* "country:DE|group:EU" becomes "country:DE|group:EU|suggested_country:DE|suggested_group:EU". */
static void
widen(qiaoi_parameter_reader *reader, const char **filter)
{
    size_t length = strlen(*filter), alternatives = 1;
    char *wide, *to;

    for (const char *at = *filter; *at != '\0'; at++)
        alternatives += *at == '|';
    wide = qiao_arena_alloc(reader->arena, length * 2 + alternatives * sizeof "|suggested_" + 1);
    if (wide == NULL) {
        out_of_memory(reader);
        return;
    }
    memcpy(wide, *filter, length);
    to = wide + length;
    for (const char *at = *filter; *at != '\0'; at += *at == '|') {
        size_t n = strcspn(at, "|");

        memcpy(to, "|suggested_", sizeof "|suggested_" - 1);
        memcpy(to + sizeof "|suggested_" - 1, at, n);
        to += sizeof "|suggested_" - 1 + n;
        at += n;
    }
    *to = '\0';
    *filter = wide;
}

/* The bounds of a level become tags, which know what is suggested. */
static void
widen_levels(qiaoi_parameter_reader *reader)
{
    qiaoi_parameters *out = reader->out;

    if (out->trl_min == QIAO_UNKNOWN && out->trl_max == QIAO_UNKNOWN)
        return;
    write_trl_filter(out);
    out->filters[out->filter_count] = out->trl_filter;
    widen(reader, &out->filters[out->filter_count++]);
    out->trl_min = out->trl_max = QIAO_UNKNOWN;
}

static void
include_suggested(qiaoi_parameter_reader *reader)
{
    static const qiaoi_parameter told[] = {QIAOI_P_COUNTRY, QIAOI_P_GROUP, QIAOI_P_FIELD};

    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (reader->out->filter_of[told[i]] != 0)
            widen(reader, &reader->out->filters[reader->out->filter_of[told[i]] - 1]);
    widen_levels(reader);
}

void
qiaoi_parameters_check(qiaoi_parameter_reader *reader)
{
    const qiaoi_parameters *out = reader->out;

    if (out->trl_min != QIAO_UNKNOWN && out->trl_max != QIAO_UNKNOWN && out->trl_min > out->trl_max)
        qiao_fail(wrong(reader, "trl_max", NULL), QIAO_E_INPUT, "trl_max is below trl_min");
    if (out->year_min != 0 && out->year_max != 0 && out->year_min > out->year_max)
        qiao_fail(wrong(reader, "year_max", NULL), QIAO_E_INPUT, "%s is below %s", "year_max", "year_min");
    if (out->money_max > 0 && out->money_min > out->money_max)
        qiao_fail(wrong(reader, "money_max", NULL), QIAO_E_INPUT, "%s is below %s", "money_max", "money_min");
    if (out->deadline_min != 0 && out->deadline_max != 0 && out->deadline_min > out->deadline_max)
        qiao_fail(wrong(reader, "deadline_max", NULL), QIAO_E_INPUT, "%s is below %s", "deadline_max", "deadline_min");
    if (out->offset + out->limit > OFFSET_MAX)
        qiao_fail(wrong(reader, "offset", NULL), QIAO_E_INPUT,
                  "offset and limit together go past %u; narrow the request by filters instead", OFFSET_MAX);
    if (out->include_suggested)
        include_suggested(reader);
}

static bool
take_pair(qiaoi_parameter_reader *reader, const qiaoi_url_pair *pair, char *name, char *value)
{
    size_t ignored;

    if (pair->name_length > VALUE_MAX || pair->value_length > VALUE_MAX ||
        !qiaoi_url_decode(pair->name, pair->name_length, true, name, &ignored))
        return false;
    value[0] = '\0';
    if (pair->value != NULL && !qiaoi_url_decode(pair->value, pair->value_length, true, value, &ignored)) {
        qiao_fail(wrong(reader, name, NULL), QIAO_E_INPUT, "cannot be read: escapes are %%XX and stand for UTF-8");
        return true;
    }
    qiaoi_parameters_take(reader, name, value);
    return true;
}

void
qiaoi_parameters_query(qiaoi_parameter_reader *reader, const char *query)
{
    char *name = qiao_arena_alloc(reader->arena, VALUE_MAX + 1),
         *value = qiao_arena_alloc(reader->arena, VALUE_MAX + 1);
    qiaoi_url_pair pair;

    if (name == NULL || value == NULL) {
        out_of_memory(reader);
        return;
    }
    for (const char *at = query; qiaoi_url_next(&at, &pair);)
        if (!take_pair(reader, &pair, name, value)) {
            qiao_fail(
                qiaoi_problem_set(reader->problem, QIAOI_PROBLEM_BAD_REQUEST), QIAO_E_INPUT,
                "the query string cannot be read: escapes are %%XX and stand for UTF-8, a value has at most %u bytes",
                VALUE_MAX);
            return;
        }
    qiaoi_parameters_check(reader);
}

void
qiaoi_parameters_to_match(qiaoi_parameters *given, qiao_match_request *request)
{
    if (given->trl_min != QIAO_UNKNOWN || given->trl_max != QIAO_UNKNOWN) {
        write_trl_filter(given);
        given->filters[given->filter_count++] = given->trl_filter;
    }
    request->filters = given->filters;
    request->filter_count = given->filter_count;
    request->limit = given->limit;
    request->offset = given->offset;
    request->text_only = given->text_only;
    request->no_policy = given->no_policy;
    request->profile = given->profile[0] != '\0' ? given->profile : NULL;
    request->explain = given->explain;
}

void
qiaoi_parameters_to_search(const qiaoi_parameters *given, const char *scope, qiao_search_request *request)
{
    *request = (qiao_search_request){.side = given->side,
                                     .query = given->query,
                                     .query_length = given->query_length,
                                     .filters = given->filters,
                                     .filter_count = given->filter_count,
                                     .scope = scope,
                                     .trl_min = given->trl_min,
                                     .trl_max = given->trl_max,
                                     .year_min = given->year_min,
                                     .year_max = given->year_max,
                                     .deadline_min = given->deadline_min,
                                     .deadline_max = given->deadline_max,
                                     .money_min = given->money_min,
                                     .money_max = given->money_max,
                                     .order = given->order,
                                     .limit = given->limit,
                                     .offset = given->offset,
                                     .no_translation = given->no_translation,
                                     .facets = given->facets,
                                     .facet_count = given->facet_count,
                                     .facet_values = given->facet_values,
                                     .disjunctive = given->disjunctive};
}
