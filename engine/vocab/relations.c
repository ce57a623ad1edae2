/* Look-ups in the relations: their rows stand twice in order, by (list, from) and by (list, to), so that each is a
 * bisection. Matching asks them for every pair it scores. */
#include "vocab/vocabulary_internal.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS "country_group_member"

static const char *
end_of(const qiao_relation *row, qiaoi_relation_end end)
{
    return end == QIAOI_RELATION_FROM ? row->from : row->to;
}

static int
compare_key(const qiao_relation *row, qiaoi_relation_end end, const char *list, const char *code)
{
    int order = strcmp(row->list, list);

    return order != 0 ? order : strcmp(end_of(row, end), code);
}

static int
compare_rows(const qiao_relation *a, const qiao_relation *b, qiaoi_relation_end end)
{
    int order = compare_key(a, end, b->list, end_of(b, end));

    return order != 0 ? order : a < b ? -1 : a > b; /* rows of one array: their order in the files */
}

static int
compare_by_from(const void *a, const void *b)
{
    return compare_rows(*(const qiao_relation *const *)a, *(const qiao_relation *const *)b, QIAOI_RELATION_FROM);
}

static int
compare_by_to(const void *a, const void *b)
{
    return compare_rows(*(const qiao_relation *const *)a, *(const qiao_relation *const *)b, QIAOI_RELATION_TO);
}

qiao_status
qiaoi_relations_order(qiao_vocabulary *vocabulary, qiao_error *err)
{
    for (int end = 0; end < 2; end++) {
        const qiao_relation **rows = qiao_calloc(vocabulary->relation_count + 1, sizeof(const qiao_relation *));

        if (rows == NULL)
            return qiao_fail_memory(err);
        for (size_t i = 0; i < vocabulary->relation_count; i++)
            rows[i] = &vocabulary->relations[i];
        qsort(rows, vocabulary->relation_count, sizeof *rows,
              end == QIAOI_RELATION_FROM ? compare_by_from : compare_by_to);
        qiao_free(vocabulary->relations_by[end]);
        vocabulary->relations_by[end] = rows;
    }
    return QIAO_OK;
}

/* The first row of that key, or where it would stand. */
static size_t
first_of(const qiao_vocabulary *vocabulary, qiaoi_relation_end end, const char *list, const char *code)
{
    size_t low = 0, high = vocabulary->relation_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_key(vocabulary->relations_by[end][middle], end, list, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NULL past the last row of that key. */
static const qiao_relation *
row_at(const qiao_vocabulary *vocabulary, qiaoi_relation_end end, size_t at, const char *list, const char *code)
{
    const qiao_relation *row = at < vocabulary->relation_count ? vocabulary->relations_by[end][at] : NULL;

    return row != NULL && compare_key(row, end, list, code) == 0 ? row : NULL;
}

static bool
holds_on(const qiao_relation *row, int day)
{
    return row->first_day <= day && day <= row->last_day;
}

size_t
qiao_vocabulary_relations(const qiao_vocabulary *vocabulary, const char *list, const char *from, int day,
                          const qiao_relation **relations, size_t capacity)
{
    size_t n = 0, at = first_of(vocabulary, QIAOI_RELATION_FROM, list, from);
    const qiao_relation *row;

    for (; (row = row_at(vocabulary, QIAOI_RELATION_FROM, at, list, from)) != NULL; at++) {
        if (!holds_on(row, day))
            continue;
        if (n < capacity)
            relations[n] = row;
        n++;
    }
    return n;
}

bool
qiao_vocabulary_in_group(const qiao_vocabulary *vocabulary, const char *group, const char *country, int day)
{
    size_t at = first_of(vocabulary, QIAOI_RELATION_TO, MEMBERS, country);
    const qiao_relation *row;

    for (; (row = row_at(vocabulary, QIAOI_RELATION_TO, at, MEMBERS, country)) != NULL; at++)
        if (holds_on(row, day) && strcmp(row->from, group) == 0)
            return true;
    return false;
}

size_t
qiao_vocabulary_groups_of(const qiao_vocabulary *vocabulary, const char *country, int day, const char **codes,
                          size_t capacity)
{
    size_t n = 0, at = first_of(vocabulary, QIAOI_RELATION_TO, MEMBERS, country);
    const qiao_relation *row;

    for (; n < capacity && (row = row_at(vocabulary, QIAOI_RELATION_TO, at, MEMBERS, country)) != NULL; at++)
        if (holds_on(row, day))
            codes[n++] = row->from;
    return n;
}

bool
qiao_vocabulary_same_on(const qiao_vocabulary *vocabulary, int day, int other)
{
    for (size_t i = 0; i < vocabulary->relation_count; i++) {
        const qiao_relation *row = vocabulary->relations_by[QIAOI_RELATION_FROM][i];

        if (holds_on(row, day) != holds_on(row, other))
            return false;
    }
    return true;
}

double
qiao_vocabulary_cny_rate(const qiao_vocabulary *vocabulary, const char *currency)
{
    const qiao_relation *rate;

    if (currency == NULL)
        return (double)NAN;
    if (strcmp(currency, "CNY") == 0)
        return 1.0;
    if (vocabulary == NULL || qiao_vocabulary_relations(vocabulary, "currency_rate", currency, INT_MAX, &rate, 1) == 0)
        return (double)NAN;
    return rate->weight / 1e6;
}
