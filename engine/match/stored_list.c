/* Lists to be stored: renewed where that is possible, else searched. See stored.h. */
#include "match/stored.h"

#include "match/fusion.h"
#include "match/shortlist.h"

#include <string.h>

/* A part of an earlier score that may have been lost since: statistics move a little with every record. */
#define FLOOR_LEFT 32u

void
qiaoi_stored_row(const qiaoi_candidate *candidate, qiaoi_match_row *row)
{
    row->docid = candidate->docid;
    row->text_score = candidate->text_score;
    row->score = candidate->pair.score;
    row->confidence = candidate->pair.confidence;
    row->reasons = qiaoi_stored_reasons(candidate->values);
    row->band = (uint8_t)candidate->band;
}

void
qiaoi_stored_note(const qiao_matcher *matcher, qiaoi_candidates_list *first)
{
    for (size_t i = 0; i < matcher->candidate_count; i++) {
        const qiaoi_candidate *candidate = &matcher->candidates[i];
        qiaoi_kept_candidate *kept = &first->items[i];

        kept->known = QIAOI_KNOWN_SHUT;
        kept->value = 0;
        if (candidate->gate == QIAOI_GATE_COUNT) {
            kept->known = QIAOI_KNOWN_TEXT;
            kept->value = candidate->values[QIAOI_SIGNAL_TEXT_BODY];
        } else if (candidate->gate == QIAOI_GATE_NONE) {
            kept->known = QIAOI_KNOWN_PAIR;
            kept->value = candidate->pair.score;
        }
    }
}

static void
take_rows(const qiao_matcher *matcher, size_t count, qiaoi_match_list *list)
{
    list->count = (uint32_t)(count < QIAOI_MATCHES_DEPTH ? count : QIAOI_MATCHES_DEPTH);
    for (uint32_t i = 0; i < list->count; i++)
        qiaoi_stored_row(&matcher->candidates[i], &list->rows[i]);
}

/* As any request is matched: with vectors, or where more than one block is needed. */
static qiao_status
match(qiao_matcher *matcher, const qiao_match_request *request, qiaoi_match_list *list, qiao_error *err)
{
    const qiao_match_result *result;
    qiao_status st;

    matcher->first_only = QIAOI_MATCHES_DEPTH;
    st = qiao_matcher_match(matcher, request, &result, err);
    matcher->first_only = 0;
    if (st != QIAO_OK)
        return st;
    take_rows(matcher, result->count, list);
    list->considered = result->considered > UINT32_MAX ? UINT32_MAX : (uint32_t)result->considered;
    return QIAO_OK;
}

static void
note_hits(const qiaoi_retrieval *retrieval, size_t count, qiaoi_candidates_list *first)
{
    first->count = (uint32_t)count;
    first->complete = count < QIAOI_CANDIDATES_DEPTH && (retrieval->floor == 0 || retrieval->missed);
    for (size_t i = 0; i < count; i++)
        first->items[i] =
            (qiaoi_kept_candidate){.docid = retrieval->heap[i].docid, .text_score = retrieval->heap[i].score};
}

static qiao_status
search(qiao_matcher *matcher, const qiaoi_list_order *order, const uint64_t *filter, size_t *found_out,
       qiaoi_list_made *made, qiao_error *err)
{
    qiaoi_retrieval *retrieval = &matcher->retrieval;
    uint64_t considered;
    qiao_status st;

    retrieval->floor = order->floor - order->floor / FLOOR_LEFT;
    retrieval->enough = QIAOI_RESCORE_BLOCK;
    st = qiaoi_retrieve(retrieval, &matcher->query, matcher->generation, matcher->side, filter, QIAOI_CANDIDATES_DEPTH,
                        found_out, &considered, err);
    if (st == QIAO_OK)
        note_hits(retrieval, *found_out, &made->first);
    retrieval->floor = 0;
    retrieval->enough = 0;
    if (st != QIAO_OK)
        return st;
    made->list.considered = considered > UINT32_MAX ? UINT32_MAX : (uint32_t)considered;
    made->list.block_least = *found_out >= QIAOI_RESCORE_BLOCK ? retrieval->heap[QIAOI_RESCORE_BLOCK - 1].score : 0;
    return qiaoi_matcher_take(matcher, *found_out < QIAOI_RESCORE_BLOCK ? *found_out : QIAOI_RESCORE_BLOCK, err);
}

/* The first block; *found_out: how many there are of it, and behind it. */
static qiao_status
make_block(qiao_matcher *matcher, const qiaoi_list_order *order, const uint64_t *filter, size_t *found_out,
           qiaoi_list_made *made, qiao_error *err)
{
    qiao_status st = search(matcher, order, filter, found_out, made, err);

    if (st == QIAO_OK)
        st = qiaoi_matcher_weigh(matcher, QIAOI_RESCORE_BLOCK, err);
    if (st == QIAO_OK)
        st = qiaoi_shortlist(matcher, QIAOI_MATCHES_DEPTH, err);
    if (st != QIAO_OK)
        return st;
    qiaoi_stored_note(matcher, &made->first);
    qiaoi_matcher_settle(matcher, true);
    take_rows(matcher, matcher->candidate_count, &made->list);
    return QIAO_OK;
}

/* Nobody is in the list of a record that is shut out of every pair: search would go through all there are. */
static bool
shut_out(const qiao_matcher *matcher)
{
    return matcher->subject_facts != NULL &&
           qiaoi_gate_shuts_out(matcher->subject_facts, matcher->gate_day, matcher->profile->gates_off);
}

/* Where a list may be renewed, only those that changed are searched. */
static const uint64_t *
neighbours_for(const qiao_matcher *matcher, const qiaoi_list_order *order)
{
    return order->kept == NULL || order->kept->sides[order->kind].before[order->docid] == QIAOI_KEPT_NONE
               ? NULL
               : order->kept->sides[matcher->side].neighbours;
}

static qiao_status
make(qiao_matcher *matcher, const qiao_match_request *request, const qiaoi_list_order *order, qiaoi_list_made *made,
     qiao_error *err)
{
    const uint64_t *filter = NULL;
    bool renewed = false;
    size_t found = 0;
    qiao_status st = qiaoi_matcher_begin(matcher, request, err);

    if (st == QIAO_OK && qiaoi_fusion_applies(matcher, request))
        return match(matcher, request, &made->list, err);
    if (st == QIAO_OK)
        st = qiaoi_matcher_filter(matcher, request, &filter, err);
    if (st == QIAO_OK && shut_out(matcher)) {
        made->searched = false;
        made->list.considered =
            (uint32_t)qiaoi_retrieval_passing(filter, qiao_generation_count(matcher->generation, matcher->side));
        return QIAO_OK;
    }
    made->first_known = true;
    if (st == QIAO_OK) {
        matcher->query.neighbours = neighbours_for(matcher, order);
        st = qiaoi_matcher_ask(matcher, err);
        matcher->query.neighbours = NULL;
    }
    if (st == QIAO_OK && order->kept != NULL)
        st = qiaoi_renew(matcher, order->kept, order->kind, order->docid, filter, &made->list, &made->first, &renewed,
                         err);
    made->searched = !renewed;
    if (st != QIAO_OK || renewed)
        return st;
    memset(&made->list, 0, sizeof made->list);
    if (matcher->query.partial)
        st = qiaoi_matcher_ask(matcher, err);
    if (st == QIAO_OK)
        st = make_block(matcher, order, filter, &found, made, err);
    if (st == QIAO_OK && found >= QIAOI_RESCORE_BLOCK && made->list.count < QIAOI_MATCHES_DEPTH)
        st = match(matcher, request, &made->list, err);
    return st;
}

qiao_status
qiaoi_stored_list(qiao_matcher *matcher, const qiaoi_list_order *order, qiaoi_list_made *made, qiao_error *err)
{
    qiao_match_request request = {.kind = order->kind,
                                  .id = qiao_generation_id(matcher->generation, order->kind, order->docid),
                                  .limit = QIAOI_MATCHES_DEPTH,
                                  .search = true};
    qiao_status st;

    memset(&made->list, 0, sizeof made->list);
    made->first.count = 0;
    made->first.complete = made->first_known = false;
    made->searched = true;
    matcher->as_of = matcher->today;
    matcher->query.woken = order->kept == NULL ? NULL : &order->kept->woken;
    st = make(matcher, &request, order, made, err);
    matcher->query.woken = NULL;
    matcher->as_of = 0;
    return st;
}
