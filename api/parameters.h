/*
 * The parameters of a request: one table says which there are and how each is read. The same table reads query strings
 * and the members of a posted body, so a filter means the same in both.
 *
 * Nothing is ignored: an unknown name, a name given twice and a value that cannot be read are noted in the problem, all
 * of them at once.
 */
#ifndef QIAO_API_PARAMETERS_H
#define QIAO_API_PARAMETERS_H

#include "problem.h"
#include "qiao/match.h"
#include "qiao/vocabulary.h"

typedef enum qiaoi_parameter {
    QIAOI_P_SIDE,
    QIAOI_P_QUERY,
    QIAOI_P_COUNTRY,
    QIAOI_P_GROUP,
    QIAOI_P_FIELD,
    QIAOI_P_PARK,
    QIAOI_P_MODE,
    QIAOI_P_TRL_MIN,
    QIAOI_P_TRL_MAX,
    QIAOI_P_LIMIT,
    QIAOI_P_OFFSET,
    QIAOI_P_EXPLAIN,
    QIAOI_P_TEXT_ONLY,
    QIAOI_P_TRANSLATE,
    QIAOI_P_POLICY,
    QIAOI_P_PROFILE,
    QIAOI_P_RANK,
    QIAOI_P_STATUS,
    QIAOI_P_BY,
    QIAOI_P_ROWS,
    QIAOI_P_FORMAT,
    QIAOI_P_FROM,
    QIAOI_P_TO,
    QIAOI_P_CURSOR,
    QIAOI_P_OWNER,
    QIAOI_P_CASE_STATUS,
    QIAOI_P_NEED,
    QIAOI_P_FACETS,
    QIAOI_P_FACET_VALUES,
    QIAOI_P_DISJUNCTIVE,
    QIAOI_P_SUGGESTED,
    QIAOI_P_SORT,
    QIAOI_P_YEAR_MIN,
    QIAOI_P_YEAR_MAX,
    QIAOI_P_MONEY_MIN,
    QIAOI_P_MONEY_MAX,
    QIAOI_P_DEADLINE_MIN,
    QIAOI_P_DEADLINE_MAX,
    QIAOI_PARAMETER_COUNT
} qiaoi_parameter;

#define QIAOI_BIT(parameter) (UINT64_C(1) << (parameter))
#define QIAOI_P_FILTERS                                                                                                \
    (QIAOI_BIT(QIAOI_P_SUGGESTED) | QIAOI_BIT(QIAOI_P_COUNTRY) | QIAOI_BIT(QIAOI_P_GROUP) | QIAOI_BIT(QIAOI_P_FIELD) | QIAOI_BIT(QIAOI_P_PARK) |      \
     QIAOI_BIT(QIAOI_P_MODE) | QIAOI_BIT(QIAOI_P_TRL_MIN) | QIAOI_BIT(QIAOI_P_TRL_MAX))

/* What only a search takes, beside filters. */
#define QIAOI_P_SEARCHING                                                                                              \
    (QIAOI_BIT(QIAOI_P_SIDE) | QIAOI_BIT(QIAOI_P_QUERY) | QIAOI_BIT(QIAOI_P_TRANSLATE) | QIAOI_BIT(QIAOI_P_FACETS) |   \
     QIAOI_BIT(QIAOI_P_FACET_VALUES) | QIAOI_BIT(QIAOI_P_DISJUNCTIVE) | QIAOI_BIT(QIAOI_P_SORT) |                      \
     QIAOI_BIT(QIAOI_P_YEAR_MIN) | QIAOI_BIT(QIAOI_P_YEAR_MAX) | QIAOI_BIT(QIAOI_P_MONEY_MIN) |                        \
     QIAOI_BIT(QIAOI_P_MONEY_MAX) | QIAOI_BIT(QIAOI_P_DEADLINE_MIN) | QIAOI_BIT(QIAOI_P_DEADLINE_MAX))

#define QIAOI_P_SCORING (QIAOI_BIT(QIAOI_P_POLICY) | QIAOI_BIT(QIAOI_P_PROFILE))
#define QIAOI_P_RANKING                                                                                                \
    (QIAOI_BIT(QIAOI_P_LIMIT) | QIAOI_BIT(QIAOI_P_OFFSET) | QIAOI_BIT(QIAOI_P_EXPLAIN) |                               \
     QIAOI_BIT(QIAOI_P_TEXT_ONLY) | QIAOI_P_SCORING)
#define QIAOI_P_MATCH (QIAOI_P_FILTERS | QIAOI_P_RANKING)
#define QIAOI_MATCH_LIMIT_MAX 1000u

#define QIAOI_QUERY_MAX 2000u /* bytes of q */
#define QIAOI_PROFILE_MAX 32u /* bytes of a profile's name */

#define QIAOI_FACET_COUNT 9u

typedef struct qiaoi_parameters {
    qiao_kind side;
    const char *query;
    size_t query_length;
    const char *filters[10]; /* "country:DE|country:FR": alternatives inside, all must hold */
    size_t filter_count;
    uint8_t filter_of[QIAOI_PARAMETER_COUNT]; /* place of the filter of a parameter, plus one; 0 = none yet */
    int32_t trl_min, trl_max;
    uint32_t limit, offset;
    qiao_explain explain;
    bool text_only, no_translation, no_policy, include_suggested;
    char profile[QIAOI_PROFILE_MAX + 1];      /* "" = the default */
    uint32_t rank;                            /* 0 = not given */
    const char *words[QIAOI_PARAMETER_COUNT]; /* of those that are read as they are; NULL = not given */
    const char *facets[QIAOI_FACET_COUNT];
    size_t facet_count;
    uint32_t facet_values;
    bool disjunctive;
    qiao_search_order order;
    int32_t year_min, year_max, deadline_min, deadline_max; /* 0 = not given; deadlines in days since 1970 */
    double money_min, money_max;
    uint64_t given;      /* QIAOI_BIT of each that was given */
    char trl_filter[64]; /* see qiaoi_parameters_to_match */
} qiaoi_parameters;

/* Where values are read from and where they go. */
typedef struct qiaoi_parameter_reader {
    const qiao_vocabulary *vocabulary;
    qiao_arena *arena;
    qiaoi_problem *problem;
    qiaoi_parameters *out;
    uint64_t allowed; /* bits of what this request takes */
    uint32_t limit_max;
    const char *pointer; /* NULL: the query string; else what the members of the body's object are below */
} qiaoi_parameter_reader;

/* Nothing given: side projects, no filter, limit 0 (the engine's default). */
void qiaoi_parameters_init(qiaoi_parameters *parameters);
/* One value (NUL-terminated); several of a filter are alternatives. */
void qiaoi_parameters_take(qiaoi_parameter_reader *reader, const char *name, const char *value);
/* A whole query string; also checks what must hold between parameters. */
void qiaoi_parameters_query(qiaoi_parameter_reader *reader, const char *query);
/* What must hold between parameters. */
void qiaoi_parameters_check(qiaoi_parameter_reader *reader);
/*
 * The word of a parameter: one of those in choice ("json|csv|svg"), the first where none was given. NULL: it is
 * another, and the problem says so.
 */
const char *qiaoi_parameters_word(const qiaoi_parameters *given, qiaoi_parameter parameter, const char *choice,
                                  qiaoi_problem *problem);
/* Does "country:DE" or the like pass the filters given? value NULL: unknown, which passes where none was given. */
bool qiaoi_parameters_wants(const qiaoi_parameters *given, qiaoi_parameter parameter, const char *value);
/* "2026-12-31" to days since 1970; false where it is no day, or written otherwise. */
bool qiaoi_day_read(const char *text, int32_t *out);
/* What was given, put into a search request; scope is the caller's (qiaoi_access_filter). */
void qiaoi_parameters_to_search(const qiaoi_parameters *given, const char *scope, qiao_search_request *request);
/* What was given, put into a match request, which says itself what is matched. TRL bounds become a filter in memory of
 * given. */
void qiaoi_parameters_to_match(qiaoi_parameters *given, qiao_match_request *request);

#endif
