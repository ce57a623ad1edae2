/*
 * What helps a pair to land: resources of the guideline (list resource) that fit it by the relation resource_fit.
 *
 * A row says what a resource is for: a country, group or region of origin, a field, a mode of cooperation, a kind of
 * organisation, a kind of need, a sub-park. Of each sort that a resource names one has to hold, except the sub-park,
 * which only puts it forward. A resource without rows is never named. Pure functions.
 */
#ifndef QIAO_MATCH_LANDING_H
#define QIAO_MATCH_LANDING_H

#include "match/signals.h"

#define QIAOI_LANDING_MAX 3u

/* The resources that fit best, best first, ties in order of the list; returns how many. */
size_t qiaoi_landing(const qiaoi_pair_context *pair, const qiao_code *out[QIAOI_LANDING_MAX]);

#endif
