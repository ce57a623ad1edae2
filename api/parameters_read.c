/* The table of parameters, and how the value of each is read. Codes are resolved through the vocabularies, so 德国,
 * Germany and DE are the same filter. */
#include "parameters_internal.h"

#include <stdio.h>
#include <string.h>

#define ALTERNATIVES_MAX 32u
#define FACET_VALUES_MAX 200u
#define FIRST_DAY 365  /* 1971-01-01: 0 is none */
#define LAST_DAY 84370 /* 2200-12-31 */

static void read_side(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_query(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_codes(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_trl(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_count(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_explain(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_flag(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_profile(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_word(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_facets(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_facet_values(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_sort(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_year(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_money(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);
static void read_day(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value);

const qiaoi_parameter_kind qiaoi_parameter_kinds[QIAOI_PARAMETER_COUNT] = {
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

static void
read_side(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    if (strcmp(value, "projects") == 0)
        reader->out->side = QIAO_PROJECT;
    else if (strcmp(value, "needs") == 0)
        reader->out->side = QIAO_NEED;
    else
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT, "must be projects or needs");
}

static void
read_query(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    size_t length = strlen(value);

    if (length > QIAOI_QUERY_MAX) {
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, NULL), QIAO_E_INPUT,
                  "has %zu bytes; at most %u are read. For a whole need use POST /v1/match", length, QIAOI_QUERY_MAX);
        return;
    }
    reader->out->query = qiao_arena_strndup(reader->arena, value, length);
    reader->out->query_length = length;
    if (reader->out->query == NULL)
        qiaoi_parameter_no_memory(reader);
}

static void
unknown_code(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    const qiao_code *near[3];
    size_t count = qiao_vocabulary_nearest(reader->vocabulary, kind->list, value, near, 3);
    qiao_error *error = qiaoi_parameter_wrong(reader, kind->name, value);
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
add_tag(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *name, const char *code)
{
    qiaoi_parameters *out = reader->out;
    uint8_t *place = &out->filter_of[kind - qiaoi_parameter_kinds];
    const char *old = *place != 0 ? out->filters[*place - 1] : "";
    size_t size = strlen(old) + strlen(name) + strlen(code) + 3;
    char *filter = qiao_arena_alloc(reader->arena, size);

    if (filter == NULL) {
        qiaoi_parameter_no_memory(reader);
        return;
    }
    snprintf(filter, size, "%s%s%s:%s", old, *old != '\0' ? "|" : "", name, code);
    if (*place == 0)
        *place = (uint8_t)++out->filter_count;
    out->filters[*place - 1] = filter;
}

static void
read_code(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *text)
{
    const char *tag = kind->name;
    const qiao_code *code = qiao_vocabulary_resolve(reader->vocabulary, kind->list, text);

    if (*text == '\0') {
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, text), QIAO_E_INPUT,
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
read_codes(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    char text[256];
    size_t count = 0;

    for (const char *at = value;; count++) {
        size_t length = strcspn(at, ",");

        if (length >= sizeof text || count == ALTERNATIVES_MAX) {
            qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                      "is too long; at most %u codes are read", ALTERNATIVES_MAX);
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
read_trl(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    uint32_t level;

    if (!read_number(value, &level) || level < 1 || level > 9)
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be a technology readiness level, 1 to 9");
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_TRL_MIN])
        reader->out->trl_min = (int32_t)level;
    else
        reader->out->trl_max = (int32_t)level;
}

static void
read_count(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    qiaoi_parameters *out = reader->out;
    bool from_zero = kind == &qiaoi_parameter_kinds[QIAOI_P_OFFSET];
    uint32_t least = from_zero ? 0 : 1, number,
             most = from_zero                                      ? QIAOI_OFFSET_MAX
                    : kind == &qiaoi_parameter_kinds[QIAOI_P_RANK] ? QIAO_RANK_MAX
                                                                   : reader->limit_max;

    if (!read_number(value, &number) || number < least || number > most)
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be a whole number from %u to %u", (unsigned)least, (unsigned)most);
    else
        *(from_zero ? &out->offset : kind == &qiaoi_parameter_kinds[QIAOI_P_RANK] ? &out->rank : &out->limit) = number;
}

/* That there is such a profile, the engine says. */
static void
read_profile(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    size_t length = strlen(value);

    if (length == 0 || length > QIAOI_PROFILE_MAX) {
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be the name of a scoring profile");
        return;
    }
    memcpy(reader->out->profile, value, length + 1);
}

/* What it may be, the handler knows. */
static void
read_word(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    const char *kept = qiao_arena_strndup(reader->arena, value, strlen(value));

    if (kept == NULL)
        qiaoi_parameter_no_memory(reader);
    reader->out->words[kind - qiaoi_parameter_kinds] = kept;
}

static void
read_explain(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    static const char *const names[] = {"none", "brief", "full"};

    for (size_t i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            reader->out->explain = (qiao_explain)i;
            return;
        }
    qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT, "must be none, brief or full");
}

static void
read_flag(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    bool yes = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;

    if (!yes && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT, "must be true or false");
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_TEXT_ONLY])
        reader->out->text_only = yes;
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_POLICY])
        reader->out->no_policy = !yes;
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_DISJUNCTIVE])
        reader->out->disjunctive = yes;
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_SUGGESTED])
        reader->out->include_suggested = yes;
    else
        reader->out->no_translation = !yes;
}

/* ---- of a search ---- */

static void
read_facets(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
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
            qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
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
read_facet_values(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    uint32_t number;

    if (!read_number(value, &number) || number < 1 || number > FACET_VALUES_MAX)
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be a whole number from %u to %u", 1u, FACET_VALUES_MAX);
    else
        reader->out->facet_values = number;
}

static void
read_sort(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
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
    qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
              "must be relevance, newest, oldest, trl or deadline");
}

static void
read_year(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    uint32_t year;

    if (!read_number(value, &year) || year < 1900 || year > 2200)
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be a whole number from %u to %u", 1900u, 2200u);
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_YEAR_MIN])
        reader->out->year_min = (int32_t)year;
    else
        reader->out->year_max = (int32_t)year;
}

/* Whole CNY, up to fifteen digits: what a double holds exactly. */
static void
read_money(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    size_t length = strlen(value);
    double amount = 0;

    for (size_t i = 0; i < length && value[i] >= '0' && value[i] <= '9'; i++)
        amount = amount * 10 + (value[i] - '0');
    if (length == 0 || length > 15 || strspn(value, "0123456789") != length || amount < 1)
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be a whole amount in CNY, 1 or more");
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_MONEY_MIN])
        reader->out->money_min = amount;
    else
        reader->out->money_max = amount;
}

static void
read_day(qiaoi_parameter_reader *reader, const qiaoi_parameter_kind *kind, const char *value)
{
    int32_t day;

    if (!qiaoi_day_read(value, &day) || day < FIRST_DAY || day > LAST_DAY)
        qiao_fail(qiaoi_parameter_wrong(reader, kind->name, value), QIAO_E_INPUT,
                  "must be a day such as 2026-12-31, from 1971 to 2200");
    else if (kind == &qiaoi_parameter_kinds[QIAOI_P_DEADLINE_MIN])
        reader->out->deadline_min = day;
    else
        reader->out->deadline_max = day;
}
