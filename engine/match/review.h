/*
 * Review of a need or a project before it is published: what is missing, what is vague, what should not be public, and
 * what each missing fact would be good for.
 */
#ifndef QIAO_MATCH_REVIEW_H
#define QIAO_MATCH_REVIEW_H

#include "match/matcher_internal.h"

/* X(name, JSON code, level, field). Phrases: REVIEW_name in phrases.def. */
#define QIAOI_REVIEWS(X)                                                                                               \
    X(NO_INDICATOR, "no_indicator", "missing", "indicators")                                                           \
    X(NO_SCENARIO, "no_scenario", "missing", "use_scenario")                                                           \
    X(NO_FIELD, "no_field", "missing", "fields")                                                                       \
    X(NO_TRL, "no_trl", "missing", "trl")                                                                              \
    X(NO_MODE, "no_mode", "missing", "coop_modes")                                                                     \
    X(NO_MONEY, "no_money", "missing", "budget_max")                                                                   \
    X(NO_CURRENCY, "no_currency", "missing", "currency")                                                               \
    X(NO_TIME, "no_time", "missing", "needed_by")                                                                      \
    X(NO_PARK, "no_park", "missing", "enterprise.park")                                                                \
    X(NO_COUNTRY, "no_country", "missing", "country")                                                                  \
    X(NO_RIGHTS, "no_rights", "missing", "ip")                                                                         \
    X(NO_SUMMARY, "no_summary", "missing", "summary")                                                                  \
    X(SHORT_TEXT, "short_text", "vague", "")                                                                           \
    X(FORM_ONLY, "form_only", "vague", "")                                                                             \
    X(OBJECT_UNKNOWN, "object_unknown", "vague", "title")                                                              \
    X(PRIVATE_DATA, "private_data", "private", "")

#endif
