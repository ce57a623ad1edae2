/*
 * The parts of a search: words of the query (search_words.c, search_alternatives.c), checked filters (search_filters.c), the answer (search_answer.c). All memory is of
 * the session's arena and ends with the call.
 */
#ifndef QIAO_SEARCH_INTERNAL_H
#define QIAO_SEARCH_INTERNAL_H

#include "qiao/analyzer.h"
#include "session/search_query.h"
#include "session/session_internal.h"

#define QIAOI_QUERY_BYTES_MAX 8192u
#define QIAOI_ALTERNATIVES_MAX 32u
#define QIAOI_FILTERS_MAX 36u
#define QIAOI_REQUEST_FILTERS_MAX 30u /* beside them: the kind, the scope, an id, the years */
#define QIAOI_SEARCH_LIMIT_DEFAULT 20u
#define QIAOI_SEARCH_LIMIT_MAX 200u
#define QIAOI_SEARCH_DEPTH_MAX 10000u

/* One word of the query and what it is looked for as. */
typedef struct qiaoi_search_word {
    const char *text;              /* as written; points into the query */
    size_t length;
    uint32_t position;             /* for finding it again in another reading: bytes from the start of the query */
    bool quoted;
    bool prefix;                   /* every word that begins so */
    bool negative;                 /* behind a NOT: records that have it are left out */
    uint32_t run;
    bool minor;                    /* says little by itself: adds to the score, is not asked for */
    unsigned fields;
    qiao_fulltext_alternative alternatives[QIAOI_ALTERNATIVES_MAX];
    size_t count;
    double together_least, together_weight; /* as in qiao_fulltext_word */
    const char *translations[8];   /* shown with the answer */
    size_t translation_count;
} qiaoi_search_word;

typedef struct qiaoi_search_words {
    qiaoi_search_word *items;      /* room for QIAO_FULLTEXT_WORDS_MAX */
    size_t count;
    size_t ignored;                /* words past that */
    bool blank;                    /* nothing was asked: everything is found */
    bool exact;                    /* with operators: who writes them means them */
    qiaoi_query_tree *tree;        /* how its runs are joined; NULL = there is one run */
} qiaoi_search_words;

/* search_alternatives.c: forms of a word. Repeated ones are left out, as are those past QIAOI_ALTERNATIVES_MAX. QIAO_E_NOMEM. */
qiao_status qiaoi_word_add_form(qiao_session *session, qiaoi_search_word *word, const char *form, size_t length, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_word_add_reading(qiao_session *session, qiaoi_search_word *word, const char *form, size_t length, qiao_error *err) QIAO_CHECK;
/* The stems under which German and French texts hold a word. */
qiao_status qiaoi_word_add_stems(qiao_session *session, qiaoi_search_word *word, const char *form, size_t length, qiao_error *err) QIAO_CHECK;
/* The sub-words of a word as one form that asks for all of them; fewer than two add nothing. */
qiao_status qiaoi_word_add_parts(qiao_session *session, qiaoi_search_word *word, const qiao_token *parts, size_t count, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_word_translate(qiao_session *session, qiaoi_search_word *word, const qiao_token *token, qiao_error *err) QIAO_CHECK;
/* The same for the token of another language's reading; only where that is the likelier one. */
qiao_status qiaoi_word_translate_reading(qiao_session *session, qiaoi_search_word *word, const qiao_token *token, qiao_error *err) QIAO_CHECK;

/* Words of a query, by the language of search_query.h. id_out: an id asked for by id: or by a query that is one; NULL otherwise. */
qiao_status qiaoi_search_read(qiao_session *session, const qiaoi_view *view, const qiao_search_request *request, qiaoi_search_words *words,
                              const char **id_out, qiao_error *err) QIAO_CHECK;

/* Filters in the spelling of the index ("country:DE|country:FR"); codes may be given by name or alias. QIAO_E_QUERY names what is unknown. */
qiao_status qiaoi_search_filters(qiao_session *session, const qiao_search_request *request, const char **filters, size_t *count,
                                 qiao_error *err) QIAO_CHECK;

/* What has bounds: levels, years, money, deadlines. */
typedef enum qiaoi_bound { QIAOI_BOUND_TRL, QIAOI_BOUND_YEAR, QIAOI_BOUND_MONEY, QIAOI_BOUND_DEADLINE, QIAOI_BOUND_COUNT } qiaoi_bound;

/* A filter as long as its strings, or a range of a slot, that a bound puts on a query. */
qiao_status qiaoi_bounds_check(const qiao_search_request *request, qiao_error *err) QIAO_CHECK;
bool qiaoi_bounds_asked(const qiao_search_request *request, qiaoi_bound bound);
/* Adds the conditions of every bound but one (QIAOI_BOUND_COUNT = of all). known: of that one only that the value is known. filters: with room for
 * two more. QIAO_E_NOMEM. */
qiao_status qiaoi_bounds_add(qiao_arena *arena, const qiao_search_request *request, qiaoi_bound but, bool known, qiao_fulltext_query *query,
                             const char **filters, qiao_error *err) QIAO_CHECK;

/* ---- counts by tag ---- */

#define QIAOI_FACETS_MAX 12u
#define QIAOI_FACET_VALUES_DEFAULT 20u
#define QIAOI_FACET_VALUES_MAX 200u

typedef struct qiaoi_facet_value {
    const char *value;
    uint64_t count;
} qiaoi_facet_value;

typedef struct qiaoi_facet {
    const char *name;
    qiaoi_facet_value *values; /* the most frequent first, ties by value */
    size_t count;
    bool cut; /* there are more */
} qiaoi_facet;

typedef struct qiaoi_facets {
    qiaoi_facet items[QIAOI_FACETS_MAX];
    size_t count;
    uint64_t total; /* documents that match, exactly */
} qiaoi_facets;

qiao_status qiaoi_facets_check(const qiao_search_request *request, qiao_error *err) QIAO_CHECK;
/* Counts what the query finds. filters: those of the request (checked), as they are among those of the query. */
qiao_status qiaoi_facets_count(qiao_session *session, qiaoi_view *view, const qiao_search_request *request, const qiao_fulltext_query *query,
                               const char *const *filters, size_t filter_count, const qiaoi_facets **out, qiao_error *err) QIAO_CHECK;

/* ---- a search that was run ---- */
typedef struct qiaoi_search_result {
    const qiao_search_request *request;
    const qiaoi_view *view;
    const qiaoi_search_words *words;
    const qiao_fulltext_hit *hits;
    size_t hit_count;
    uint64_t total;
    bool estimated;
    bool relaxed;                  /* few documents have all words: those with some follow */
    uint64_t with_all;             /* relaxed: how many have all */
    bool bounded[QIAOI_BOUND_COUNT];
    uint64_t unknown[QIAOI_BOUND_COUNT]; /* documents left out only since their value is not known */
    const qiaoi_facets *facets;          /* NULL = none were asked for */
    bool more;                           /* there is a next page */
} qiaoi_search_result;

/* Writes hits as a list, with the forms of words marked in them. score_scale: what scores are divided by. */
qiao_status qiaoi_search_hits(qiao_session *session, const qiaoi_view *view, const qiaoi_search_words *words, const qiao_fulltext_hit *hits, size_t count,
                              double score_scale, qiao_buffer *out, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_search_answer(qiao_session *session, const qiaoi_search_result *result, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

#endif
