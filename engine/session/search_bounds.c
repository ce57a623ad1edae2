/* Bounds of a search: levels, money and deadlines are ranges of values, years are tags. See qiao/engine.h. */
#include "session/search_internal.h"

#include <math.h>
#include <stdio.h>

#define YEAR_FIRST 1900
#define YEAR_LAST 2200
#define YEAR_TAG 10u /* "year:2026|" */

static qiao_status
check_years(const qiao_search_request *request, qiao_error *err)
{
    const int32_t years[2] = {request->year_min, request->year_max};

    for (int i = 0; i < 2; i++)
        if (years[i] != 0 && (years[i] < YEAR_FIRST || years[i] > YEAR_LAST))
            return qiao_fail(err, QIAO_E_QUERY, "a year is between %d and %d", YEAR_FIRST, YEAR_LAST);
    if (years[0] != 0 && years[1] != 0 && years[0] > years[1])
        return qiao_fail(err, QIAO_E_QUERY, "%s is above %s", "year_min", "year_max");
    return QIAO_OK;
}

qiao_status
qiaoi_bounds_check(const qiao_search_request *request, qiao_error *err)
{
    if ((request->trl_min != QIAO_UNKNOWN && (request->trl_min < 1 || request->trl_min > 9)) ||
        (request->trl_max != QIAO_UNKNOWN && (request->trl_max < 1 || request->trl_max > 9)))
        return qiao_fail(err, QIAO_E_QUERY, "a TRL is between 1 and 9");
    if (request->trl_min != QIAO_UNKNOWN && request->trl_max != QIAO_UNKNOWN && request->trl_min > request->trl_max)
        return qiao_fail(err, QIAO_E_QUERY, "trl_min %d is above trl_max %d", (int)request->trl_min,
                         (int)request->trl_max);
    if (!(request->money_min >= 0) || !(request->money_max >= 0) ||
        (request->money_max > 0 && request->money_min > request->money_max))
        return qiao_fail(err, QIAO_E_QUERY, "%s is above %s", "money_min", "money_max");
    if (request->deadline_min != 0 && request->deadline_max != 0 && request->deadline_min > request->deadline_max)
        return qiao_fail(err, QIAO_E_QUERY, "%s is above %s", "deadline_min", "deadline_max");
    return check_years(request, err);
}

bool
qiaoi_bounds_asked(const qiao_search_request *request, qiaoi_bound bound)
{
    switch (bound) {
    case QIAOI_BOUND_TRL:
        return request->trl_min != QIAO_UNKNOWN || request->trl_max != QIAO_UNKNOWN;
    case QIAOI_BOUND_YEAR:
        return request->year_min != 0 || request->year_max != 0;
    case QIAOI_BOUND_MONEY:
        return request->money_min > 0 || request->money_max > 0;
    case QIAOI_BOUND_DEADLINE:
        return request->deadline_min != 0 || request->deadline_max != 0;
    case QIAOI_BOUND_COUNT:
        break;
    }
    return false;
}

static void
add_range(qiao_fulltext_query *query, qiao_fulltext_slot slot, double low, double high)
{
    query->ranges[query->range_count].slot = slot;
    query->ranges[query->range_count].low = low;
    query->ranges[query->range_count++].high = high;
}

static qiao_status
add_years(qiao_arena *arena, int first, int last, qiao_fulltext_query *query, const char **filters, qiao_error *err)
{
    size_t size = (size_t)(last - first + 1) * YEAR_TAG + 1, used = 0;
    char *filter = qiao_arena_alloc(arena, size);

    if (filter == NULL)
        return qiao_fail_memory(err);
    for (int year = first; year <= last; year++)
        used += (size_t)snprintf(filter + used, size - used, "%syear:%d", used > 0 ? "|" : "", year);
    filters[query->filter_count++] = filter;
    return QIAO_OK;
}

static double
level(int32_t value)
{
    return value == QIAO_UNKNOWN ? (double)NAN : (double)value;
}

static double
given(double value)
{
    return value > 0 || value < 0 ? value : (double)NAN;
}

/* A record's own range must meet the one asked for. */
static qiao_status
add_bound(qiao_arena *arena, const qiao_search_request *request, qiaoi_bound bound, bool known,
          qiao_fulltext_query *query, const char **filters, qiao_error *err)
{
    const double open = (double)NAN;

    switch (bound) {
    case QIAOI_BOUND_TRL:
        add_range(query, QIAO_SLOT_TRL_MAX, known ? open : level(request->trl_min), open);
        add_range(query, QIAO_SLOT_TRL_MIN, open, known ? open : level(request->trl_max));
        break;
    case QIAOI_BOUND_YEAR:
        return add_years(arena, known || request->year_min == 0 ? YEAR_FIRST : request->year_min,
                         known || request->year_max == 0 ? YEAR_LAST : request->year_max, query, filters, err);
    case QIAOI_BOUND_MONEY:
        add_range(query, QIAO_SLOT_MONEY_MAX, known ? open : given(request->money_min), open);
        add_range(query, QIAO_SLOT_MONEY_MIN, open, known ? open : given(request->money_max));
        break;
    case QIAOI_BOUND_DEADLINE:
        add_range(query, QIAO_SLOT_EXPIRES, known ? open : given(request->deadline_min),
                  known ? open : given(request->deadline_max));
        break;
    case QIAOI_BOUND_COUNT:
        break;
    }
    return QIAO_OK;
}

qiao_status
qiaoi_bounds_add(qiao_arena *arena, const qiao_search_request *request, qiaoi_bound but, bool known,
                 qiao_fulltext_query *query, const char **filters, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (qiaoi_bound bound = 0; st == QIAO_OK && bound < QIAOI_BOUND_COUNT; bound++)
        if (qiaoi_bounds_asked(request, bound) && (bound != but || known))
            st = add_bound(arena, request, bound, bound == but, query, filters, err);
    return st;
}
