/*
 * Indicators: values with units that a text or a record states ("能量密度≥400Wh/kg", "detection limit below 5 ppb"), in
 * the units they were written in and in SI, and their comparison.
 *
 * A wrong reading is worse than none: years, model and standard numbers, list numbering, turnover, budgets, head
 * counts, market shares and the like are left alone, and a number whose unit is not told by its context (度, C, K, T)
 * is not read.
 *
 * Lifetime and threads: qiao_units is opened once from the dated table of units and is immutable; threads may share it.
 * Readings live in the caller's arena. Reading and comparing are pure: same input, same answer.
 */
#ifndef QIAO_INDICATOR_H
#define QIAO_INDICATOR_H

#include "qiao/memory.h"
#include "qiao/record.h"
#include "qiao/status.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- units ---- */

typedef struct qiao_units qiao_units;

/*
 * path NULL: vocab/units.tsv of the share folder (share.h). QIAO_E_INPUT names file, line and value; QIAO_E_NOTFOUND;
 * QIAO_E_LIMIT past 4 MiB; QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_units_open(const char *path, qiao_units **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_units_close(qiao_units *units);
/* Date of the table: "2026-11-01". */
QIAO_EXPORT const char *qiao_units_version(const qiao_units *units);

/* ---- reading ---- */

#define QIAO_DIMENSIONS 48 /* base quantities of the table at most */

typedef struct qiao_dimension {
    signed char exponents[QIAO_DIMENSIONS]; /* twice the exponent of each base quantity, so that square roots fit */
} qiao_dimension;

/* Which way a property is better; told by its name where the name is a well-known one. */
typedef enum qiao_better { QIAO_BETTER_UNKNOWN, QIAO_BETTER_MORE, QIAO_BETTER_LESS } qiao_better;

typedef enum qiao_trend { QIAO_TREND_NONE, QIAO_TREND_UP, QIAO_TREND_DOWN } qiao_trend;

/*
 * One indicator. What op means: GE at least value, LE at most value, EQ value (value2: half-width of its tolerance),
 * RANGE from value to value2, ABOUT near value. A bare ±X is LE X.
 */
typedef struct qiao_reading {
    size_t start, end;           /* bytes of the text: comparison, number and unit; 0, 0 where it comes from a field */
    const char *name;            /* the property as written, "" = not found; NUL-terminated */
    size_t name_start, name_end; /* bytes of the name in the text; equal where there is none */
    qiao_indicator_operator op;
    double value, value2;            /* in unit; NAN = none */
    const char *unit;                /* as written, "" = a plain number */
    double si_value, si_value2;      /* NAN = none; of a tolerance the half-width */
    const char *si_unit;             /* "J/kg", "K", "CNY", "1" for ratios, counts and plain numbers */
    double unit_factor, unit_offset; /* si = value * factor + offset */
    qiao_dimension dimension;
    qiao_trend change; /* the value is the size of an improvement or reduction: "提高3倍", "reduced by 30%" */
    bool difference;    /* a temperature difference or tolerance: K without the offset */
    qiao_better better;
    bool span; /* a range of working conditions (温度范围, tunable), which an offer has to cover whole */
} qiao_reading;

/*
 * Indicators of a running text (UTF-8; broken bytes are passed over), in order of place. language settles what either
 * language could mean; both are read in either. Linear in length.
 *
 * @param arena some 150 KB of scratch are taken from it too; it is for the caller to reset
 * @param out array and strings in the arena; NULL with *count_out = 0 where there are none
 * @return QIAO_OK; QIAO_E_NOMEM
 */
QIAO_EXPORT qiao_status qiao_indicators_read(const qiao_units *units, const char *text, size_t length,
                                             qiao_language language, qiao_arena *arena, qiao_reading **out,
                                             size_t *count_out, qiao_error *err) QIAO_CHECK;

/*
 * A structured indicator of a record in the same form; its name in the given language where it has one. A
 * missing unit gives a plain number. Strings are borrowed from the field or live as long as units, those composed in the
 * arena.
 *
 * @return QIAO_OK; QIAO_E_NOTFOUND (err untouched) where it has no value at all, or a unit that the table does not know;
 *         QIAO_E_NOMEM
 */
QIAO_EXPORT qiao_status qiao_indicator_of_field(const qiao_units *units, const qiao_indicator *field,
                                                qiao_language language, qiao_arena *arena, qiao_reading *out,
                                                qiao_error *err) QIAO_CHECK;

/* The JSON array of the readings: start, end, name, op, value, value2, unit, si_value, si_value2, si_unit; null where
 * there is no value. */
QIAO_EXPORT void qiao_indicators_json(const qiao_reading *readings, size_t count, qiao_buffer *out);
/* ">=", "<=", "=", "range", "~" */
QIAO_EXPORT const char *qiao_indicator_operator_text(qiao_indicator_operator op);

/* ---- comparing ---- */

typedef enum qiao_verdict {
    QIAO_VERDICT_UNKNOWN,
    QIAO_VERDICT_UNMET,
    QIAO_VERDICT_PARTLY,
    QIAO_VERDICT_MET
} qiao_verdict;

/* How alike two names are, 0..1; across languages where the caller can. Called with names that are not empty. */
typedef double (*qiao_likeness)(void *context, const char *need_name, const char *project_name);
/*
 * The likeness used where none is given: 1 for equal names, 0.8 where one ends with the other (单体能量密度, 能量密度),
 * else the shared part of their words (Latin) and pairs of characters (Chinese).
 */
QIAO_EXPORT double qiao_likeness_words(void *context, const char *need_name, const char *project_name);

typedef struct qiao_compare_options {
    qiao_likeness likeness; /* NULL: qiao_likeness_words */
    void *context;
    double least_likeness; /* below this two names are of different properties; 0: 0.6 */
    double near;           /* a value that misses by this share counts as partly; 0: 0.1 */
} qiao_compare_options;

typedef struct qiao_comparison {
    qiao_verdict verdict;
    size_t project;                       /* index of the project's reading; count where none was comparable */
    double likeness;                      /* of the names; 0 where none was comparable */
    double project_value, project_value2; /* the project's values in the need's unit; NAN = none */
} qiao_comparison;

/*
 * One indicator of a need against those of a project: of the ones with the same dimension and a like name the most
 * alike is taken, of equally alike ones the most favourable. A value and the amount of a change are never compared with
 * each other, nor are readings without a name.
 *
 * Met: what the project states lies wholly within what the need asks. Partly: some of it does ("up to 500" for "at
 * least 400"), a working range is covered in part, or a value misses by no more than `near`. Unmet: none of it does.
 * Unknown: nothing comparable, or the need gives a plain value, the project another, and nothing tells whether more or
 * less of it is better.
 *
 * @param options NULL for the defaults
 */
QIAO_EXPORT qiao_comparison qiao_indicator_compare(const qiao_reading *need, const qiao_reading *project, size_t count,
                                                   const qiao_compare_options *options);

#ifdef __cplusplus
}
#endif
#endif
