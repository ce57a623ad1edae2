/* The matcher's parts, for the files of engine/match only. */
#ifndef QIAO_MATCH_MATCHER_INTERNAL_H
#define QIAO_MATCH_MATCHER_INTERNAL_H

#include "match/contributions.h"
#include "match/evidence.h"
#include "match/fresh.h"
#include "match/indicators.h"
#include "match/policy_memo.h"
#include "match/query.h"
#include "match/retrieval.h"
#include "match/row_terms.h"
#include "match/score.h"
#include "match/title.h"
#include "match/topic.h"
#include "qiao/matcher.h"
#include "store/candidates.h"

#define QIAOI_QUERY_TEXTS_MAX 64u
#define QIAOI_LIMIT_MAX 1000u
/*
 * The other signals reorder the ranking by text inside blocks of so many candidates. Blocks do not depend on the page
 * asked for, so pages put together are one list.
 */
#define QIAOI_RESCORE_BLOCK QIAOI_CANDIDATES_BLOCK

typedef struct qiaoi_candidate {
    uint32_t docid;
    uint32_t text_score; /* accumulator units */
    uint8_t known;       /* qiaoi_candidate_known: taken over from an earlier list (renew.h), not assessed yet */
    qiaoi_text_evidence text;
    qiao_band band;
    qiaoi_gate gate;
    uint32_t flags;      /* bits by qiaoi_flag */
    qiao_record *record; /* NULL until it is needed; owned by the matcher until its next request */
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_suggested suggested; /* which of them rest on suggestions */
    qiaoi_pair_score pair;
    uint32_t block; /* of the ranking by text: the other signals reorder inside it */
    /* only where the term ranking was fused with the dense one (fusion.h) */
    uint32_t place;                 /* in the fused ranking, from 1; 0 = not fused */
    int32_t text_value;             /* the text signal that follows from it */
    uint32_t term_rank, dense_rank; /* from 1; 0 = not in that ranking */
    bool no_vector;
    float similarity;
} qiaoi_candidate;

struct qiao_matcher {
    const qiao_generation *generation;
    const qiao_tables *tables;
    qiao_tables own_tables; /* where none were given */
    qiao_analyzer *analyzer;
    qiaoi_query query;
    qiaoi_retrieval retrieval;
    qiaoi_row_terms row_terms;
    qiaoi_contributor contributor;
    qiaoi_topic topic;
    qiaoi_title title;
    qiaoi_facts_maker facts_maker;
    qiaoi_indicators indicators;
    qiaoi_policy_memo policy;
    qiaoi_candidate *candidates;
    size_t candidate_count, candidate_capacity;
    qiao_match_item *items;
    size_t item_capacity;
    qiao_match_result result;
    qiao_buffer scratch;
    /* what is being matched */
    qiao_record *given;         /* read from the generation by id; owned */
    uint32_t given_docid;       /* its number, where it was asked for by id */
    const qiao_record *subject; /* given, or the caller's; NULL for free text */
    const qiaoi_profile *profile;
    uint32_t left_out;                  /* bits of signals that do not count */
    const qiaoi_facts *subject_facts;   /* of what is given; NULL: text alone counts */
    const qiaoi_facts *candidate_facts; /* of the candidate that was assessed last */
    qiaoi_query_text texts[QIAOI_QUERY_TEXTS_MAX];
    size_t text_count;
    uint64_t *published[2];      /* by side: a bit for each published record; NULL = not asked yet */
    uint64_t *passing;           /* those that pass the filters of this request; NULL = not asked yet */
    qiao_kind side;              /* searched */
    int today;                   /* of the generation: what depends on a date is scored as of the day it was made */
    int as_of;                   /* gates as of that day, for lists that are stored; 0 = today */
    size_t first_only;           /* only so many of the list will be read; 0 = all of it may be */
    bool weighed;                /* text evidence can be told of the query */
    qiaoi_fresh_search fresh[2]; /* by side searched; for lists that are renewed */
    int gate_day;                /* of this request: records that expired before it are left out */
    uint32_t *contributions;     /* [QIAOI_GROUPS_MAX] */
};

/* Forget the last request and read the next: what is given, its texts, facts, profile. @return as qiao_match. */
qiao_status qiaoi_matcher_begin(qiao_matcher *matcher, const qiao_match_request *request, qiao_error *err) QIAO_CHECK;
/* The first hits of the retrieval become the candidates. */
qiao_status qiaoi_matcher_take(qiao_matcher *matcher, size_t count, qiao_error *err) QIAO_CHECK;
/* The page of candidates becomes the result. */
qiao_status qiaoi_matcher_publish(qiao_matcher *matcher, const qiao_match_request *request, uint32_t limit,
                                  qiao_error *err) QIAO_CHECK;
/* How an answer begins: "{" and what it rests on, without a comma behind. */
void qiaoi_matcher_head(qiao_matcher *matcher, const qiao_match_request *request, qiao_buffer *out);
/* Which records of the other side may be in the list: published, and what the filters of the request that was begun let
 * through. Until the next request begins. */
qiao_status qiaoi_matcher_filter(qiao_matcher *matcher, const qiao_match_request *request, const uint64_t **words_out,
                                 qiao_error *err) QIAO_CHECK;
/* Room for that many candidates. */
qiao_status qiaoi_matcher_room(qiao_matcher *matcher, size_t count, qiao_error *err) QIAO_CHECK;
/* The text signal of a term score, micro-units. */
int32_t qiaoi_matcher_text_value(const qiao_matcher *matcher, uint32_t text_score);
/* The query of what is being matched. */
qiao_status qiaoi_matcher_query(qiao_matcher *matcher, qiao_error *err) QIAO_CHECK;
/* The same in two steps: what retrieval needs; then what the text evidence of about `asked` candidates needs, once. */
qiao_status qiaoi_matcher_ask(qiao_matcher *matcher, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_matcher_weigh(qiao_matcher *matcher, uint32_t asked, qiao_error *err) QIAO_CHECK;
/* Candidates that were assessed become a list: those that a gate shuts out leave, the others are sorted; collapse: of
 * records that say the same the first stays. */
void qiaoi_matcher_settle(qiao_matcher *matcher, bool collapse);
/* Takes note of the band at a place of the list, from 0, for the verdict on the whole list. */
void qiaoi_matcher_note_band(qiao_matcher *matcher, uint32_t place, qiao_band band);
/* ,"not_found":[..]: words of what is asked that nothing stands for on the other side. */
void qiaoi_matcher_write_untranslated(const qiao_matcher *matcher, qiao_buffer *out);
/* The candidate's record, read and parsed once. */
qiao_status qiaoi_matcher_record(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err) QIAO_CHECK;

#endif
