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
    const char *share_dir; /* its folder vocab holds the vocabularies; NULL = see share.h */
    uint64_t generation; /* this one, whichever is current; 0 = the current one */
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
/* Manifest facts as a JSON object: generation, created, counts, versions. Lives as long as the session is held. */
QIAO_EXPORT const char *qiao_session_about_json(const qiao_session *session);

/* Canonical JSON of a record, appended to out. QIAO_E_NOTFOUND names the id. */
QIAO_EXPORT qiao_status qiao_session_record_json(qiao_session *session, qiao_kind kind, const char *id,
                                                 qiao_buffer *out, qiao_error *err) QIAO_CHECK;

typedef struct qiao_search_request {
    qiao_kind side;
    const char *query; /* any language; NULL or empty: everything, newest first */
    size_t query_length;
    const char *const *filters; /* "country:DE", "group:EU", "field:energy", "park:haidian", "mode:jv" */
    size_t filter_count;
    int32_t trl_min, trl_max; /* QIAO_UNKNOWN = not asked */
    uint32_t limit, offset;   /* limit 0 = 20, at most 200; offset + limit at most 10,000 */
    bool no_translation;      /* the words as they stand only */
} qiao_search_request;

/*
 * Search one side.
 *
 * The query: words in any language. A record must have every word, as it stands or translated; where fewer than five
 * do, records with some of the words follow ("relaxed"). "Quoted" words (also “ ” 「 」 『 』) must occur in any case.
 * title: summary: org: id: (标题： 摘要： 机构： 编号：) bind the word or quotation behind them. A query that is
 * nothing but the id of a record finds it. Filters: country, group, field (with those below it), park (or zone), mode,
 * org_kind, status, record_kind, visibility, trl, region, source, language, year. All must hold; "country:DE|FR" or
 * "country:DE|group:RCEP": any. Codes may be given by name or alias; a group may stand for a country.
 *
 * Writes
 * {"generation":"gen-..","side":"projects"|"needs","query":..,"total":N,"estimated":false,"hits":[{"id":..,"kind":..,"score":..,
 * "title":{..},"summary":{..} (shortened to 400
 * characters),"country":..,"fields":[..],"trl":..,"trl_min":..,"trl_max":..,"park":..,
 * "highlights":[{"field":"title.en","start":..,"end":..}]}],"terms":[{"text":..,"translations":[..]}]}; of a hit's
 * facts what is unknown is left out; start and end are bytes. Beside "total" where they apply: "relaxed":true and
 * "with_all_words":N; "words_ignored":N (past 64); "trl_unknown":N (records that only the TRL bounds leave out, for
 * want of a TRL).
 *
 * @return QIAO_OK; QIAO_E_QUERY (an unknown filter or value, named with near ones; bounds that cannot be); QIAO_E_LIMIT
 * (query over 8 KiB, over 30 filters, limit over 200, too deep a page, or out's own); QIAO_E_CORRUPT; QIAO_E_NOMEM. On
 * failure out is as it was.
 */
QIAO_EXPORT qiao_status qiao_search_json(qiao_session *session, const qiao_search_request *request, qiao_buffer *out,
                                         qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
