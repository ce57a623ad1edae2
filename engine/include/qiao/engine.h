/*
 * The engine handle: a data folder, the generation served from it, and sessions to ask it.
 *
 * Lifetime and threads: one qiao_engine per data folder and process, shared by all threads. A session is used by one
 * thread at a time and keeps its generation open until released; qiao_engine_refresh swaps in a newly published
 * generation for the sessions that follow, so no request fails while one generation follows another. Sessions
 * (analyzer, full-text reader, scratch memory) are pooled per generation.
 */
#ifndef QIAO_ENGINE_H
#define QIAO_ENGINE_H

#include "qiao/memory.h"
#include "qiao/record.h"
#include "qiao/status.h"
#include "qiao/vocabulary.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_engine qiao_engine;
typedef struct qiao_session qiao_session;

typedef struct qiao_engine_options {
    const char *data_dir;
    struct qiao_desk *desk; /* borrowed, outlives the engine; what is posted there is searched too. NULL = no desk */
    const char *share_dir; /* its folder vocab holds the vocabularies; NULL = see share.h */
    uint64_t generation; /* this one, whichever is current; 0 = the current one */
    unsigned helpers; /* threads that share searches of large catalogues while nobody else asks; 0 = none */
    bool trust_files; /* do not compare the checksums of a generation before serving it; sizes are always compared */
} qiao_engine_options;

/*
 * Opens the current generation if there is one; QIAO_OK also without (sessions then answer QIAO_E_NOTFOUND).
 * QIAO_E_CORRUPT, QIAO_E_VERSION. A damaged or incomplete generation is never served.
 */
QIAO_EXPORT qiao_status qiao_engine_open(const qiao_engine_options *options, qiao_engine **out,
                                         qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_engine_close(qiao_engine *engine); /* all sessions released before */
QIAO_EXPORT const qiao_vocabulary *qiao_engine_vocabulary(const qiao_engine *engine);
/*
 * Look at CURRENT and open a newer (or rolled back) generation. On failure the old one goes on being served and err
 * says why. Any thread; they take turns. changed_out may be NULL.
 */
QIAO_EXPORT qiao_status qiao_engine_refresh(qiao_engine *engine, bool *changed_out, qiao_error *err) QIAO_CHECK;
/* Number of the generation that new sessions get; 0 = none yet. */
QIAO_EXPORT uint64_t qiao_engine_generation(qiao_engine *engine);

/* QIAO_E_NOTFOUND while there is no generation. On failure *out is NULL. */
QIAO_EXPORT qiao_status qiao_session_acquire(qiao_engine *engine, qiao_session **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_session_release(qiao_session *session); /* NULL is fine */
QIAO_EXPORT uint64_t qiao_session_generation(const qiao_session *session);
/* A number that no other opening of a generation by this engine has. Sessions with the same one answer alike; a
 * generation that is opened again may come with other profiles. */
QIAO_EXPORT uint64_t qiao_session_opening(const qiao_session *session);
/* Manifest facts as a JSON object: generation, created, counts, versions. Lives as long as the session is held. */
QIAO_EXPORT const char *qiao_session_about_json(const qiao_session *session);

/* Canonical JSON of a record, appended to out. QIAO_E_NOTFOUND names the id. */
QIAO_EXPORT qiao_status qiao_session_record_json(qiao_session *session, qiao_kind kind, const char *id,
                                                 qiao_buffer *out, qiao_error *err) QIAO_CHECK;

typedef enum qiao_search_order {
    QIAO_ORDER_RELEVANCE, /* without a query: the newest first */
    QIAO_ORDER_NEWEST,
    QIAO_ORDER_OLDEST,
    QIAO_ORDER_TRL,     /* the most mature first; a need by the lower end of its range */
    QIAO_ORDER_DEADLINE /* the next one first, as of the generation's day; then what is past, the latest first */
} qiao_search_order;

/*
 * What the words of a record suggest where it says nothing (qiao/suggested.h), as a list of JSON objects appended to
 * out; nothing at all where there is no suggestion.
 */
QIAO_EXPORT qiao_status qiao_session_suggested_json(qiao_session *session, const char *json, size_t length,
                                                    qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* The ids of the other records of its side that say the same (linked by the build), ascending; none for a record that
 * is not there. visit gets borrowed ids. */
QIAO_EXPORT void qiao_session_duplicates(qiao_session *session, qiao_kind kind, const char *id,
                                         void (*visit)(const char *id, void *context), void *context);

typedef struct qiao_search_request {
    qiao_kind side;
    const char *query; /* any language; NULL or empty: everything, newest first */
    size_t query_length;
    const char *const *filters; /* "country:DE", "group:EU", "field:energy", "park:haidian", "mode:jv" */
    size_t filter_count;
    const char *scope; /* the tag that whatever is found or counted must have ("owner:HASH"): what the caller may see.
                          NULL = all */
    int32_t trl_min, trl_max;           /* QIAO_UNKNOWN = not asked */
    int32_t year_min, year_max;         /* of publication, 1900 to 2200; 0 = not asked */
    int32_t deadline_min, deadline_max; /* days since 1970; 0 = not asked */
    double money_min, money_max;        /* price or budget, CNY; 0 = not asked */
    qiao_search_order order;            /* unknown last, ties by id */
    uint32_t limit, offset;             /* limit 0 = 20, at most 200; offset + limit at most 10,000 */
    bool no_translation;                /* the words as they stand only */
    const char *const *facets; /* counted: country, group, field, park, trl, mode, year, source, language, ...; any name
                                  of a filter */
    size_t facet_count;
    uint32_t facet_values; /* of each, the most frequent; 0 = 20, at most 200 */
    bool disjunctive;      /* a facet that is filtered by is counted as if it were not, so that its other values show */
} qiao_search_request;

/*
 * Search one side.
 *
 * The query: words in any language. A record must have every word, as it stands or translated; where fewer than five
 * do, records with some of the words follow ("relaxed"; in a query with operators, and in an order other
 * than by relevance, only where none has all).
 * "Quoted" words (also “ ” 「 」 『 』) must occur in any case. title: summary: text: org: id: (标题： 摘要： 正文： 机构：
 * 编号：) bind the word, quotation or parenthesis behind them. perovsk* and 固态* stand for every word that begins so (at
 * least two Han characters or three letters; of each field the 64 commonest words; 8 in a query). AND OR NOT, or 与 或
 * 非, standing alone and in capitals, and -word join what stands beside them: NOT first, then words side by side and AND,
 * then OR; parentheses, also full-width, up to 16 deep. NOT leaves out what a search for the same would find. Nothing
 * that is typed is an error: a parenthesis without its partner is passed over, an operator with nothing to join is a
 * word, and what goes past 192 such pieces is words. A query that is nothing but the id of a record finds it.
 *
 * Filters: country, group, field (with those below it), park (or zone), mode, org_kind, status, record_kind,
 * visibility, trl, region, source, language, year. All must hold; "country:DE|FR" or "country:DE|group:RCEP": any. Codes
 * may be given by name or alias; a group may stand for a country. A bound leaves out what is not known and says how much.
 *
 * What is on the desk (qiao_engine_options) and not yet in the generation is found and counted beside it, by the same
 * words and on the same scale: a record posted or changed is found at once, one withdrawn is gone at once. Statistics
 * take in no record outside the scope that was posted since the generation.
 *
 * Writes
 * {"generation":"gen-..","side":"projects"|"needs","query":..,"total":N,"estimated":false,"next":N|null,"hits":[{"id":..,
 * "kind":..,"score":..,"title":{..},"summary":{..} (shortened to 400
 * characters),"country":..,"fields":[..],"trl":..,"trl_min":..,"trl_max":..,"park":..,
 * "highlights":[{"field":"title.en","start":..,"end":..}]}],"terms":[{"text":..,"translations":[..]}]}; of a hit's
 * facts what is unknown is left out; start and end are bytes; a term is "excluded":true behind a NOT, "prefix":true with
 * its star. next: the offset of the next page, null where there is none; pages of one generation follow each other
 * without gap while nothing is posted. Beside "total" where they apply: "relaxed":true and "with_all_words":N;
 * "words_ignored":N (past 64); "trl_unknown", "year_unknown", "money_unknown", "deadline_unknown":N (records that only
 * that bound leaves out, for want of the value). With facets: "facets":{"country":[{"value":"DE","count":12},..],..},
 * the most frequent first, exact, "facets_cut":["field"] those with more values than are given; "total" is exact then.
 * "did_you_mean":{"text":..,"by":"spelling"|"pinyin"}, behind the terms: the query with what was probably meant, on the
 * first page, where a word is unknown and few records have it, or Chinese characters are no words, and what is proposed
 * finds more under the same filters.
 *
 * @return QIAO_OK; QIAO_E_QUERY (an unknown filter, value or facet, named with near ones; bounds that cannot be);
 * QIAO_E_LIMIT (query over 8 KiB, over 30 filters, over 12 facets, limit over 200, too deep a page, or out's own);
 * QIAO_E_CORRUPT; QIAO_E_NOMEM. On failure out is as it was.
 */
QIAO_EXPORT qiao_status qiao_search_json(qiao_session *session, const qiao_search_request *request, qiao_buffer *out,
                                         qiao_error *err) QIAO_CHECK;

/*
 * Records of the same side that are about the same, the nearest first: by the words of title and text that say most, as
 * they stand and translated. Of a record of the generation or of the desk; it is not among them. scope as in a search;
 * the record itself needs not be in it. limit 0 = 10, at most 50.
 *
 * Writes {"generation":..,"id":..,"hits":[as in a search; "score": the share of its own likeness, 0 to 1]}; what has
 * less than a twentieth of it is left out. @return as qiao_search_json; QIAO_E_NOTFOUND.
 */
QIAO_EXPORT qiao_status qiao_similar_json(qiao_session *session, qiao_kind kind, const char *id, const char *scope,
                                          uint32_t limit, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* A number that changes whenever what is searched beside the generation changes, for a side and scope; 0 = nothing is. */
QIAO_EXPORT qiao_status qiao_search_basis(qiao_session *session, qiao_kind side, const char *scope, uint64_t *out,
                                          qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
