/*
 * Matching: a need's ranked projects, a project's ranked needs, and any text as a need.
 *
 * The functions here take a qiao_session (engine.h); they are thin calls to the qiao_matcher (matcher.h) that the
 * session holds. Results are plain structs in memory of the result. Deterministic: the same generation and request give
 * the same answer on every machine and for any number of threads; ties by id.
 */
#ifndef QIAO_MATCH_H
#define QIAO_MATCH_H

#include "qiao/engine.h"
#include "qiao/record.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum qiao_explain { QIAO_EXPLAIN_NONE, QIAO_EXPLAIN_BRIEF, QIAO_EXPLAIN_FULL } qiao_explain;

/*
 * What a pair is worth looking at, told by the texts of both; means the same for a need of two lines and of two pages.
 * STRONG: introduce them. POSSIBLE: worth a look. SAME_AREA: of one field, no more. NONE: nothing in common that says
 * anything. X(name, JSON code)
 */
#define QIAO_BANDS(X)                                                                                                  \
    X(STRONG, "strong")                                                                                                \
    X(POSSIBLE, "possible")                                                                                            \
    X(SAME_AREA, "same_area")                                                                                          \
    X(NONE, "none")

typedef enum qiao_band {
#define QIAO_BAND_ENUM(name, code) QIAO_BAND_##name,
    QIAO_BANDS(QIAO_BAND_ENUM)
#undef QIAO_BAND_ENUM
        QIAO_BAND_COUNT
} qiao_band;

/* Static. */
QIAO_EXPORT const char *qiao_band_code(qiao_band band);

/* What is matched against the other side. Exactly one of id, record, text is given. */
typedef struct qiao_match_request {
    qiao_kind kind;            /* kind of what is given: QIAO_NEED finds projects, QIAO_PROJECT finds needs */
    const char *id;            /* a record of the generation */
    const qiao_record *record; /* a record that is not in it (borrowed during the call) */
    const char *text;          /* free text in any language */
    size_t text_length;
    const char *const
        *filters; /* tags of the other side, as in search: "country:DE", "field:energy|field:h2"; all must hold */
    size_t filter_count;
    uint32_t limit; /* 1..1000; 0 = 10 */
    uint32_t offset;
    bool text_only;      /* rank by text alone, no other signal */
    bool no_policy;      /* leave policy affinity out of the score */
    const char *profile; /* name of a scoring profile; NULL = default */
    bool search;         /* search even where the generation holds the answer; it is the same answer, later */
    qiao_explain explain;
} qiao_match_request;

#define QIAO_MATCH_TEXT_MAX (256u * 1024u) /* bytes of text analysed for a need; the rest is cut and said so */

typedef struct qiao_match_item {
    const char *id;
    int32_t score;     /* micro-units 0..1000000 */
    double text_score; /* the retrieval score, not normalised */
    int32_t fit;       /* topic fit, micro-units: how far both are about the same, across needs */
    qiao_band band;
} qiao_match_item;

#define QIAO_MATCH_LOOKED_AT 50u

typedef struct qiao_match_result {
    const qiao_match_item *items;
    size_t count;
    uint64_t considered; /* records of the other side that pass the filters: so many were compared */
    /* Of the first QIAO_MATCH_LOOKED_AT of the whole list, whatever page was asked for: */
    bool convincing;     /* one of them is strong or possible; if not, there is nothing for this need yet */
    uint32_t fold_after; /* the place of the last one that is not NONE: what follows need not be shown */
} qiao_match_result;

/*
 * Rank. The result belongs to the session and lives until its next call.
 * @return QIAO_OK (count may be 0); QIAO_E_NOTFOUND (id); QIAO_E_QUERY (unknown filter or profile; err names it);
 * QIAO_E_LIMIT; QIAO_E_NOMEM; QIAO_E_CORRUPT.
 */
QIAO_EXPORT qiao_status qiao_match(qiao_session *session, const qiao_match_request *request,
                                   const qiao_match_result **out, qiao_error *err) QIAO_CHECK;

/*
 * Score the pairs of what is given with records of the other side, in the order of ids, whatever their rank; filters,
 * limit and offset do not count. @return as qiao_match; QIAO_E_NOTFOUND also names one of ids; QIAO_E_LIMIT over 1,000.
 */
QIAO_EXPORT qiao_status qiao_match_pairs(qiao_session *session, const qiao_match_request *request,
                                         const char *const *ids, size_t count, const qiao_match_result **out,
                                         qiao_error *err) QIAO_CHECK;

/* Rank and write the whole answer as JSON (the contract of POST /v1/match and GET /v1/needs/{id}/matches) to out,
 * streamed without a tree. */
QIAO_EXPORT qiao_status qiao_match_json(qiao_session *session, const qiao_match_request *request, qiao_buffer *out,
                                        qiao_error *err) QIAO_CHECK;

#define QIAO_RANK_MAX 50u /* a place of a need's list */

/*
 * One pair, whatever its rank: the match object, with "rank" null where it is not among the first 50 of the need's
 * list, and why it does not stand higher: "target" (the place asked for, and the score to beat), "reachable" (whether
 * its text is good enough to be scored with others), "weak" (signals by what they cost), "changes" (the single changes
 * that would bring it to the target, or open its gate, the smallest first). Written to out.
 *
 * request: the id of a need, explain, profile, no_policy; filters, limit and offset do not count. rank: 1..50; 0 = the
 * next higher place, or the tenth for a pair that is not on the list. @return as qiao_match; QIAO_E_NOTFOUND also names
 * the project; QIAO_E_LIMIT also for rank.
 */
QIAO_EXPORT qiao_status qiao_pair_json(qiao_session *session, const qiao_match_request *request, const char *project,
                                       uint32_t rank, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/*
 * What a need's list leaves out, among the 200 projects nearest by text: "excluded", kept out by a gate, by score; and
 * "near", those of the same area at least that one change would bring to the place of rank (0 = 10) or above, the
 * smallest change first. limit holds for each (0 = 10). request and errors as for qiao_pair_json.
 */
QIAO_EXPORT qiao_status qiao_excluded_json(qiao_session *session, const qiao_match_request *request, uint32_t rank,
                                           qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* Review of a record or a text before it is published, with what a search for it tells: see qiao/review.h. */
QIAO_EXPORT qiao_status qiao_match_review_json(qiao_session *session, const qiao_match_request *request,
                                               qiao_buffer *out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
