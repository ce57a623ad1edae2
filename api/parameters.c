/* Names and rules: which parameters a request takes, what must hold between them, what they make of a search or a
 * match. How values are read stands in parameters_read.c. */
#include "parameters_internal.h"

#include "qiao/file.h"
#include "url.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 4096u

void
qiaoi_parameters_init(qiaoi_parameters *parameters)
{
    *parameters = (qiaoi_parameters){
        .side = QIAO_PROJECT, .trl_min = QIAO_UNKNOWN, .trl_max = QIAO_UNKNOWN, .explain = QIAO_EXPLAIN_BRIEF};
}

qiao_error *
qiaoi_parameter_wrong(qiaoi_parameter_reader *reader, const char *name, const char *value)
{
    char pointer[160];

    if (reader->pointer == NULL)
        return qiaoi_problem_parameter(reader->problem, name, value);
    snprintf(pointer, sizeof pointer, "%.80s/%.70s", reader->pointer, name);
    return qiaoi_problem_pointer(reader->problem, pointer, value);
}

void
qiaoi_parameter_no_memory(qiaoi_parameter_reader *reader)
{
    qiao_fail(qiaoi_problem_set(reader->problem, QIAOI_PROBLEM_BUSY), QIAO_E_NOMEM, "out of memory");
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
    qiao_fail(qiaoi_problem_parameter(problem, qiaoi_parameter_kinds[parameter].name, word), QIAO_E_INPUT,
              "must be one of %s", choice);
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

bool
qiaoi_day_read(const char *text, int32_t *out)
{
    int32_t day = qiao_date_days(text, strlen(text));

    if (day == INT32_MIN || strlen(text) != QIAO_DATE_SIZE - 1)
        return false;
    *out = day;
    return true;
}

static void
list_names(uint64_t allowed, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < QIAOI_PARAMETER_COUNT; i++) {
        int n = 0;

        if ((allowed & QIAOI_BIT(i)) != 0)
            n = snprintf(out + used, size - used, "%s%s", used != 0 ? ", " : "", qiaoi_parameter_kinds[i].name);
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
        qiao_fail(qiaoi_parameter_wrong(reader, name, value), QIAO_E_INPUT, "unknown here; what is taken: %s", names);
    else
        qiao_fail(qiaoi_parameter_wrong(reader, name, value), QIAO_E_INPUT,
                  "unknown here; this address takes no parameters");
}

void
qiaoi_parameters_take(qiaoi_parameter_reader *reader, const char *name, const char *value)
{
    for (size_t i = 0; i < QIAOI_PARAMETER_COUNT; i++) {
        if ((reader->allowed & QIAOI_BIT(i)) == 0 || strcmp(qiaoi_parameter_kinds[i].name, name) != 0)
            continue;
        if ((reader->out->given & QIAOI_BIT(i)) != 0 && qiaoi_parameter_kinds[i].list == NULL) {
            qiao_fail(qiaoi_parameter_wrong(reader, name, value), QIAO_E_INPUT, "is given twice");
            return;
        }
        reader->out->given |= QIAOI_BIT(i);
        qiaoi_parameter_kinds[i].read(reader, &qiaoi_parameter_kinds[i], value);
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
        qiaoi_parameter_no_memory(reader);
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
        qiao_fail(qiaoi_parameter_wrong(reader, "trl_max", NULL), QIAO_E_INPUT, "trl_max is below trl_min");
    if (out->year_min != 0 && out->year_max != 0 && out->year_min > out->year_max)
        qiao_fail(qiaoi_parameter_wrong(reader, "year_max", NULL), QIAO_E_INPUT, "%s is below %s", "year_max",
                  "year_min");
    if (out->money_max > 0 && out->money_min > out->money_max)
        qiao_fail(qiaoi_parameter_wrong(reader, "money_max", NULL), QIAO_E_INPUT, "%s is below %s", "money_max",
                  "money_min");
    if (out->deadline_min != 0 && out->deadline_max != 0 && out->deadline_min > out->deadline_max)
        qiao_fail(qiaoi_parameter_wrong(reader, "deadline_max", NULL), QIAO_E_INPUT, "%s is below %s", "deadline_max",
                  "deadline_min");
    if (out->offset + out->limit > QIAOI_OFFSET_MAX)
        qiao_fail(qiaoi_parameter_wrong(reader, "offset", NULL), QIAO_E_INPUT,
                  "offset and limit together go past %u; narrow the request by filters instead", QIAOI_OFFSET_MAX);
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
        qiao_fail(qiaoi_parameter_wrong(reader, name, NULL), QIAO_E_INPUT,
                  "cannot be read: escapes are %%XX and stand for UTF-8");
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
        qiaoi_parameter_no_memory(reader);
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
