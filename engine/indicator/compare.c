/*
 * Compares what a need asks with what a project states: both are intervals in the need's unit, and the verdict is how
 * they lie. Pure arithmetic on readings; whether two names mean the same is the caller's to say.
 */
#include "indicator/indicator_internal.h"

#include <math.h>
#include <string.h>

#define LEAST_LIKENESS 0.6
#define NEAR 0.1
#define ROUNDING 1e-9

typedef struct interval {
    double low, high;
} interval;

static double
to_unit(const qiao_reading *need, double si)
{
    return (si - need->unit_offset) / need->unit_factor;
}

/* What a reading allows, in the need's unit. */
static interval
extent(const qiao_reading *need, const qiao_reading *r, double near)
{
    double value = to_unit(need, r->si_value), width;

    switch (r->op) {
    case QIAO_OP_GE:
        return (interval){value, INFINITY};
    case QIAO_OP_LE:
        return (interval){-INFINITY, value};
    case QIAO_OP_RANGE:
        return (interval){value, isnan(r->si_value2) ? value : to_unit(need, r->si_value2)};
    case QIAO_OP_EQ:
        width = isnan(r->si_value2) ? 0 : fabs(r->si_value2 / need->unit_factor);
        return (interval){value - width, value + width};
    case QIAO_OP_ABOUT:
        width = fabs(value) * near;
        return (interval){value - width, value + width};
    }
    return (interval){value, value};
}

static double
slack(double value)
{
    return fabs(value) * ROUNDING;
}

/* At least limit. */
static qiao_verdict
at_least(interval p, double limit, double near)
{
    if (p.low >= limit - slack(limit))
        return QIAO_VERDICT_MET;
    if (p.high >= limit - slack(limit) || p.high >= limit - fabs(limit) * near)
        return QIAO_VERDICT_PARTLY;
    return QIAO_VERDICT_UNMET;
}

static qiao_verdict
at_most(interval p, double limit, double near)
{
    return at_least((interval){-p.high, -p.low}, -limit, near);
}

static bool
within(interval inner, interval outer)
{
    return inner.low >= outer.low - slack(outer.low) && inner.high <= outer.high + slack(outer.high);
}

static qiao_verdict
in_range(const qiao_reading *need, const qiao_reading *project, interval p, interval n, double near)
{
    double reach = fmax(fabs(n.low), fabs(n.high)) * near;

    if (project->op == QIAO_OP_RANGE && within(n, p))
        return QIAO_VERDICT_MET;
    if (within(p, n))
        return need->span || project->span ? QIAO_VERDICT_PARTLY : QIAO_VERDICT_MET;
    return p.high >= n.low - reach && p.low <= n.high + reach ? QIAO_VERDICT_PARTLY : QIAO_VERDICT_UNMET;
}

/* The need gives a plain value: a floor or a ceiling where the name tells which, else a point to be hit. */
static qiao_verdict
at_point(const qiao_reading *need, interval p, interval n, double near)
{
    double value = need->value, reach = fabs(value) * near;

    if (need->better == QIAO_BETTER_MORE)
        return at_least(p, n.low, near);
    if (need->better == QIAO_BETTER_LESS)
        return at_most(p, n.high, near);
    if (within(p, n) ||
        (p.low <= value + slack(value) && p.high >= value - slack(value) && isfinite(p.low) && isfinite(p.high)))
        return QIAO_VERDICT_MET;
    return p.high >= n.low - reach && p.low <= n.high + reach ? QIAO_VERDICT_PARTLY : QIAO_VERDICT_UNKNOWN;
}

static qiao_verdict
judge(const qiao_reading *need, const qiao_reading *project, double near)
{
    interval p = extent(need, project, near), n = extent(need, need, near);

    switch (need->op) {
    case QIAO_OP_GE:
        return at_least(p, n.low, near);
    case QIAO_OP_LE:
        return at_most(p, n.high, near);
    case QIAO_OP_RANGE:
        return in_range(need, project, p, n, near);
    case QIAO_OP_EQ:
    case QIAO_OP_ABOUT:
        return at_point(need, p, n, near);
    }
    return QIAO_VERDICT_UNKNOWN;
}

static bool
comparable(const qiao_reading *need, const qiao_reading *project)
{
    return isfinite(need->si_value) && isfinite(project->si_value) && need->unit_factor != 0 && need->name[0] != '\0' &&
           project->name[0] != '\0' && need->change == project->change && need->difference == project->difference &&
           qiaoi_same_dimension(&need->dimension, &project->dimension);
}

static void
fill_values(const qiao_reading *need, const qiao_reading *project, qiao_comparison *out)
{
    out->project_value = to_unit(need, project->si_value);
    if (isnan(project->si_value2))
        out->project_value2 = NAN;
    else if (project->op == QIAO_OP_RANGE)
        out->project_value2 = to_unit(need, project->si_value2);
    else
        out->project_value2 = project->si_value2 / need->unit_factor;
}

qiao_comparison
qiao_indicator_compare(const qiao_reading *need, const qiao_reading *project, size_t count,
                       const qiao_compare_options *options)
{
    qiao_compare_options o = options != NULL ? *options : (qiao_compare_options){0};
    qiao_comparison best = {.project = count, .project_value = NAN, .project_value2 = NAN};

    if (o.likeness == NULL)
        o.likeness = qiao_likeness_words;
    if (o.least_likeness <= 0)
        o.least_likeness = LEAST_LIKENESS;
    if (o.near <= 0)
        o.near = NEAR;
    for (size_t i = 0; i < count; i++) {
        double likeness = comparable(need, &project[i]) ? o.likeness(o.context, need->name, project[i].name) : 0;
        qiao_verdict verdict;

        if (likeness < o.least_likeness || likeness < best.likeness)
            continue;
        verdict = judge(need, &project[i], o.near);
        if (best.project != count && likeness <= best.likeness && verdict <= best.verdict)
            continue;
        best = (qiao_comparison){.verdict = verdict, .project = i, .likeness = likeness};
        fill_values(need, &project[i], &best);
    }
    return best;
}
