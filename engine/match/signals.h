/*
 * Signals: how well one need and one project fit, one aspect each. Pure functions of the facts of two records and a
 * context: no I/O, no clock, no allocation.
 *
 * A value is 0..QIAO_MICRO, or QIAOI_SIGNAL_UNKNOWN where either side does not say enough: unknown is neither met nor
 * unmet. What each weighs is the profile's to say (profile.h). Where a record says nothing of field, readiness or
 * country but its words suggest it, the value rests on that, and how sure it is comes beside the value.
 *
 *   text_title       the need's title in the project (evidence.h)
 *   text_body        the whole need in the whole project (evidence.h)
 *   field            best pair of field codes: same 1, one under the other .8, same branch .6; codes of patent classes
 *                    stand in where a record names no field
 *   ipc              longest common prefix: subclass .6, group .8, same 1, class .3
 *   trl              inside the interval wanted 1, a quarter less for each level; below is no fault for a research
 * need, nor in the parks of basic research and large facilities coop_mode        a mode that both take budget price
 * against budget in CNY by the dated rates: 1 up to the budget, 0 at twice of it time             ready before it is
 * needed 1, 0 a year late ip_terms         does a mode offered give the rights that are wanted org_kind         does
 * either side seek what the other is org_size         the same of its size indicators       met 1, partly .5, unmet 0
 * over those that can be compared; a must counts twice partner_country  what the need says of partner countries and
 * target regions park_field       policy affinity: what the guideline links; never counts against a pair park_country
 * the same country_group    the same completeness     mean of both records freshness        1 for half a year, 0 from
 * five years on feedback         what staff said of this very pair
 */
#ifndef QIAO_MATCH_SIGNALS_H
#define QIAO_MATCH_SIGNALS_H

#include "facts/facts.h"

#define QIAO_MICRO 1000000
#define QIAOI_SIGNAL_UNKNOWN INT32_MIN

/* X(name, JSON code, is it policy) in the order of display */
#define QIAOI_SIGNALS(X)                                                                                               \
    X(TEXT_TITLE, "text_title", false)                                                                                 \
    X(TEXT_BODY, "text_body", false)                                                                                   \
    X(FIELD, "field", false)                                                                                           \
    X(IPC, "ipc", false)                                                                                               \
    X(INDICATORS, "indicators", false)                                                                                 \
    X(TRL, "trl", false)                                                                                               \
    X(MODE, "coop_mode", false)                                                                                        \
    X(BUDGET, "budget", false)                                                                                         \
    X(TIME, "time", false)                                                                                             \
    X(IP_TERMS, "ip_terms", false)                                                                                     \
    X(ORG_KIND, "org_kind", false)                                                                                     \
    X(ORG_SIZE, "org_size", false)                                                                                     \
    X(PARTNER_COUNTRY, "partner_country", false)                                                                       \
    X(COMPLETENESS, "completeness", false)                                                                             \
    X(FRESHNESS, "freshness", false)                                                                                   \
    X(FEEDBACK, "feedback", false)                                                                                     \
    X(PARK_FIELD, "park_field", true)                                                                                  \
    X(PARK_COUNTRY, "park_country", true)                                                                              \
    X(COUNTRY_GROUP, "country_group", true)

typedef enum qiaoi_signal {
#define QIAOI_SIGNAL_ENUM(name, code, policy) QIAOI_SIGNAL_##name,
    QIAOI_SIGNALS(QIAOI_SIGNAL_ENUM)
#undef QIAOI_SIGNAL_ENUM
        QIAOI_SIGNAL_COUNT
} qiaoi_signal;

/* What the signals cannot read of the facts themselves. */
typedef struct qiaoi_pair_context {
    const qiaoi_facts *need, *project; /* NULL: not known */
    const qiao_vocabulary *vocabulary; /* NULL: no groups, no affinities */
    int32_t text_title, text_body;     /* values, or unknown */
    int32_t indicators;                /* value, or unknown (indicators.h) */
    int32_t feedback;                  /* value, or unknown */
    int as_of;                         /* days since 1970: of the generation, so that a ranking can be repeated */
    struct qiaoi_policy_memo *policy;  /* NULL: what policy says is found anew (policy_memo.h) */
} qiaoi_pair_context;

/* How sure a value that rests on suggestions is: micro-units; 0 = it rests on facts alone, or is unknown. */
typedef struct qiaoi_suggested {
    int32_t field, trl, country;
} qiaoi_suggested;

/* suggested NULL: facts alone count, what they leave open is unknown. */
void qiaoi_signals(const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT], qiaoi_suggested *suggested);

/* The signal of that name, which follows from the project and the day alone. */
int32_t qiaoi_freshness(const qiaoi_facts *project, int as_of);

const char *qiaoi_signal_code(qiaoi_signal signal);
bool qiaoi_signal_is_policy(qiaoi_signal signal);
/* QIAOI_SIGNAL_COUNT where there is none of that code. */
qiaoi_signal qiaoi_signal_of(const char *code);

/* ---- what policy rests on ---- */

#define QIAOI_POLICY_MAX 8u

/* The rows of the affinity tables that link the two; returns how many (at most QIAOI_POLICY_MAX), strongest first for
 * each signal. signals[i]: the signal that it gives. */
size_t qiaoi_policy_rules(const qiaoi_pair_context *pair, const qiao_relation *rules[QIAOI_POLICY_MAX],
                          qiaoi_signal signals[QIAOI_POLICY_MAX]);

#endif
