/*
 * Gates: what keeps a pair out of a list, whatever its score; and flags: what has to be looked at before two parties
 * are introduced. "Restricted" and "unknown" never exclude. Pure functions.
 */
#ifndef QIAO_MATCH_GATES_H
#define QIAO_MATCH_GATES_H

#include "match/signals.h"

/* X(name, JSON code). The first that applies is the one named. */
#define QIAOI_GATES(X)                                                                                                 \
    X(NOT_PUBLISHED, "not_published")               /* either record is a draft, paused, matched, withdrawn */         \
    X(EXPIRED, "expired")                           /* either record, by its status or its day */                      \
    X(DISSEMINATION_DENIED, "dissemination_denied") /* the project may not be shown in China; the need not there */    \
    X(COUNTRY_DENIED, "country_denied")             /* the need will have no partner from there */                     \
    X(ORG_KIND_DENIED, "org_kind_denied")           /* the need takes partners of other kinds only */                  \
    X(IMPORT_PROHIBITED, "import_prohibited")       /* catalogue of technologies whose import is prohibited */         \
    X(EXPORT_PROHIBITED, "export_prohibited")       /* at the origin */

typedef enum qiaoi_gate {
    QIAOI_GATE_NONE,
#define QIAOI_GATE_ENUM(name, code) QIAOI_GATE_##name,
    QIAOI_GATES(QIAOI_GATE_ENUM)
#undef QIAOI_GATE_ENUM
        QIAOI_GATE_COUNT
} qiaoi_gate;

/* X(name, JSON code) */
#define QIAOI_FLAGS(X)                                                                                                 \
    X(IMPORT_RESTRICTED, "import_restricted")                                                                          \
    X(IMPORT_UNKNOWN, "import_unknown")                                                                                \
    X(EXPORT_LICENCE, "export_licence")                                                                                \
    X(EXPORT_UNKNOWN, "export_unknown")                                                                                \
    X(RIGHTS_NOT_IN_CHINA, "rights_not_protected_in_china")                                                            \
    X(EXPIRES_SOON, "expires_soon")

typedef enum qiaoi_flag {
#define QIAOI_FLAG_ENUM(name, code) QIAOI_FLAG_##name,
    QIAOI_FLAGS(QIAOI_FLAG_ENUM)
#undef QIAOI_FLAG_ENUM
        QIAOI_FLAG_COUNT
} qiaoi_flag;

/* Is the record shut out of every pair, whatever the other one is: not published, or expired? */
bool qiaoi_gate_shuts_out(const qiaoi_facts *facts, int today, uint32_t switched_off);
/* today: for expiry (days since 1970). allowed: bit per gate that is switched off (profile.h). */
qiaoi_gate qiaoi_gate_of(const qiaoi_pair_context *pair, int today, uint32_t switched_off);
/* Bits by qiaoi_flag. */
uint32_t qiaoi_flags_of(const qiaoi_pair_context *pair, int today);

const char *qiaoi_gate_code(qiaoi_gate gate); /* "" for none */
const char *qiaoi_flag_code(qiaoi_flag flag);

#endif
