/*
 * Signals: how well one need and one project fit, one aspect each. Pure functions of two records and a context: no I/O,
 * no clock, no allocation.
 *
 * A value is 0..QIAO_MICRO, or QIAOI_SIGNAL_UNKNOWN where either side does not say enough: unknown is neither met nor
 * unmet.
 */
#ifndef QIAO_MATCH_SIGNALS_H
#define QIAO_MATCH_SIGNALS_H

#include "qiao/record.h"
#include "qiao/vocabulary.h"

#define QIAO_MICRO 1000000
#define QIAOI_SIGNAL_UNKNOWN INT32_MIN

/* X(name, JSON code, weight for the enterprise, weight for the owner) — weights of the built-in profile, in thousandths
 */
#define QIAOI_SIGNALS(X)                                                                                               \
    X(TEXT, "text", 800, 800)                                                                                          \
    X(FIELD, "field", 120, 120)                                                                                        \
    X(COUNTRY, "country", 40, 40)                                                                                      \
    X(TRL, "trl", 60, 40)                                                                                              \
    X(MODE, "coop_mode", 40, 60)

typedef enum qiaoi_signal {
#define QIAOI_SIGNAL_ENUM(name, code, enterprise, owner) QIAOI_SIGNAL_##name,
    QIAOI_SIGNALS(QIAOI_SIGNAL_ENUM)
#undef QIAOI_SIGNAL_ENUM
        QIAOI_SIGNAL_COUNT
} qiaoi_signal;

typedef struct qiaoi_pair_context {
    const qiao_record *need, *project; /* either may be NULL: free text, then only the text signal is known */
    const qiao_vocabulary *vocabulary;
    int32_t text; /* retrieval score over what is attainable, micro-units */
    int today;    /* days since 1970 */
} qiaoi_pair_context;

void qiaoi_signals(const qiaoi_pair_context *pair, int32_t values[QIAOI_SIGNAL_COUNT]);

const char *qiaoi_signal_code(qiaoi_signal signal);

#endif
