/* See renew.h. */
#include "match/renew.h"

#include "match/assess.h"
#include "match/shortlist.h"
#include "match/stored.h"

#include <string.h>

#define WEIGHED_FEW 16u /* candidates that have to be assessed, as a rule */

typedef struct renewal {
    qiao_matcher *matcher;
    const qiaoi_kept *kept;
    const qiaoi_kept_side *own, *other;
    uint32_t docid;
    const qiaoi_match_list *rows; /* of the earlier list */
    qiaoi_candidates_list before;
} renewal;

static bool
applies(renewal *r, qiao_kind kind)
{
    uint32_t docid = r->own->before[r->docid];

    if (docid == QIAOI_KEPT_NONE || r->matcher->query.touched)
        return false;
    r->rows = qiaoi_matches_list(r->kept->matches, kind, docid);
    return r->rows != NULL && qiaoi_candidates_read(r->kept->candidates, kind, docid, &r->before) &&
           (r->before.complete || r->before.count > 0);
}

/* ---- candidates ---- */

/* What is known of a pair that did not change, for as long as nothing else about it did. */
static qiaoi_kept_candidate
take_over(const renewal *r, const qiaoi_kept_candidate *old, uint32_t docid)
{
    bool loose = ((r->own->flags[r->docid] | r->other->flags[docid]) & QIAOI_KEPT_LOOSE) != 0;
    qiaoi_kept_candidate out = *old;

    out.docid = docid;
    if (loose && old->known != QIAOI_KNOWN_TEXT) {
        out.known = QIAOI_KNOWN_NOTHING;
        out.value = 0;
    }
    return out;
}

/*
 * Joins what is left of the earlier candidates with the hits among the changed documents. Where others stand behind the
 * last one of before, a hit that scores no more than that has no sure place, nor has what follows it.
 */
static void
join(renewal *r, const qiaoi_fresh_search *found, qiaoi_candidates_list *out)
{
    const qiaoi_candidates_list *before = &r->before;
    uint32_t last = before->complete ? 0 : before->items[before->count - 1].text_score, b = 0;
    size_t f = 0;

    out->count = 0;
    for (; out->count < QIAOI_CANDIDATES_DEPTH; out->count++) {
        const qiaoi_kept_candidate *old;
        const qiaoi_hit *hit = f < found->hit_count ? &found->hits[f] : NULL;
        uint32_t docid = QIAOI_KEPT_NONE;

        while (b < before->count && (docid = r->other->now[before->items[b].docid]) == QIAOI_KEPT_NONE)
            b++;
        old = b < before->count ? &before->items[b] : NULL;
        if (old != NULL &&
            (hit == NULL || old->text_score > hit->score || (old->text_score == hit->score && docid < hit->docid))) {
            out->items[out->count] = take_over(r, old, docid);
            b++;
        } else if (hit != NULL && hit->score > last) {
            out->items[out->count] = (qiaoi_kept_candidate){.docid = hit->docid, .text_score = hit->score};
            f++;
        } else
            break;
    }
    out->complete = before->complete && b == before->count && f == found->hit_count;
}

static qiao_status
find_candidates(renewal *r, const uint64_t *filter, qiaoi_candidates_list *out, bool *sure_out, qiao_error *err)
{
    qiao_matcher *matcher = r->matcher;
    qiaoi_fresh_search *search = &matcher->fresh[matcher->side];
    const qiaoi_candidates_list *before = &r->before;
    uint32_t last = before->complete ? 0 : before->items[before->count - 1].text_score;
    qiao_status st = QIAO_OK;

    if (search->scores == NULL)
        st = qiaoi_fresh_search_init(search, r->other->fresh.postings.header.documents, err);
    if (st != QIAO_OK) {
        qiaoi_fresh_search_done(search);
        return st;
    }
    qiaoi_fresh_find(search, &r->other->fresh, &matcher->query, filter, last > 0 ? last : 1);
    join(r, search, out);
    *sure_out = out->complete || out->count >= QIAOI_CANDIDATES_BLOCK;
    return QIAO_OK;
}

static qiao_status
take_candidates(renewal *r, const qiaoi_candidates_list *first, qiao_error *err)
{
    qiao_matcher *matcher = r->matcher;
    size_t count = first->count < QIAOI_RESCORE_BLOCK ? first->count : QIAOI_RESCORE_BLOCK;
    qiao_status st = qiaoi_matcher_room(matcher, count, err);

    if (st != QIAO_OK)
        return st;
    for (size_t i = 0; i < count; i++) {
        const qiaoi_kept_candidate *kept = &first->items[i];
        qiaoi_candidate *candidate = &matcher->candidates[i];

        memset(candidate, 0, sizeof *candidate);
        candidate->docid = kept->docid;
        candidate->text_score = kept->text_score;
        candidate->known = kept->known;
        if (kept->known == QIAOI_KNOWN_TEXT)
            candidate->values[QIAOI_SIGNAL_TEXT_BODY] = kept->value;
        else if (kept->known == QIAOI_KNOWN_PAIR)
            candidate->pair.score = kept->value;
        else if (kept->known == QIAOI_KNOWN_SHUT)
            candidate->gate = QIAOI_GATE_EXPIRED; /* which one, nobody asks */
    }
    matcher->candidate_count = count;
    return QIAO_OK;
}

/* ---- rows ---- */

static const qiaoi_match_row *
row_of(const renewal *r, const qiaoi_candidate *candidate)
{
    uint32_t before = r->other->before[candidate->docid];

    for (uint32_t i = 0; i < r->rows->count; i++)
        if (r->rows->rows[i].docid == before)
            return &r->rows->rows[i];
    return NULL;
}

/* May what the signals say differ from what they said on that day? */
static bool
moved(const renewal *r, const qiaoi_candidate *candidate)
{
    uint8_t own = r->own->flags[r->docid], other = r->other->flags[candidate->docid];

    return r->kept->day_moved && (((own | other) & QIAOI_KEPT_MOVED) != 0 || (own & other & QIAOI_KEPT_DATED) != 0);
}

/* A candidate of the list that was taken over: its row of before, or else it is assessed. *same_out false: it is not
 * what it was said to be. */
static qiao_status
take_row(renewal *r, qiaoi_candidate *candidate, qiaoi_match_row *out, bool *same_out, qiao_error *err)
{
    const qiaoi_match_row *row = row_of(r, candidate);
    int32_t score = candidate->pair.score;
    qiao_status st;

    if (row != NULL && !moved(r, candidate)) {
        *out = *row;
        out->docid = candidate->docid;
        *same_out = row->score == score && row->text_score == candidate->text_score;
        return QIAO_OK;
    }
    st = qiaoi_matcher_weigh(r->matcher, WEIGHED_FEW, err);
    if (st == QIAO_OK)
        st = qiaoi_assess(r->matcher, candidate, err);
    if (st != QIAO_OK)
        return st;
    *same_out = candidate->gate == QIAOI_GATE_NONE && candidate->pair.score == score;
    qiaoi_stored_row(candidate, out);
    return QIAO_OK;
}

static qiao_status
take_rows(renewal *r, qiaoi_match_list *list, bool *same_out, qiao_error *err)
{
    qiao_matcher *matcher = r->matcher;
    qiao_status st = QIAO_OK;

    *same_out = true;
    list->count =
        (uint32_t)(matcher->candidate_count < QIAOI_MATCHES_DEPTH ? matcher->candidate_count : QIAOI_MATCHES_DEPTH);
    for (uint32_t i = 0; st == QIAO_OK && *same_out && i < list->count; i++) {
        qiaoi_candidate *candidate = &matcher->candidates[i];

        if (candidate->known == QIAOI_KNOWN_PAIR)
            st = take_row(r, candidate, &list->rows[i], same_out, err);
        else
            qiaoi_stored_row(candidate, &list->rows[i]);
    }
    return st;
}

/* ---- */

qiao_status
qiaoi_renew(qiao_matcher *matcher, const qiaoi_kept *kept, qiao_kind kind, uint32_t docid, const uint64_t *filter,
            qiaoi_match_list *list, qiaoi_candidates_list *first, bool *made_out, qiao_error *err)
{
    renewal r = {.matcher = matcher,
                 .kept = kept,
                 .own = &kept->sides[kind],
                 .other = &kept->sides[matcher->side],
                 .docid = docid};
    bool sure = false;
    qiao_status st;

    *made_out = false;
    if (!applies(&r, kind))
        return QIAO_OK;
    st = find_candidates(&r, filter, first, &sure, err);
    if (st != QIAO_OK || !sure)
        return st;
    st = take_candidates(&r, first, err);
    if (st == QIAO_OK)
        st = qiaoi_shortlist(matcher, QIAOI_MATCHES_DEPTH, err);
    if (st != QIAO_OK)
        return st;
    qiaoi_stored_note(matcher, first);
    qiaoi_matcher_settle(matcher, true);
    if (first->count >= QIAOI_CANDIDATES_BLOCK && matcher->candidate_count < QIAOI_MATCHES_DEPTH)
        return QIAO_OK; /* the next block fills it */
    list->block_least =
        first->count >= QIAOI_CANDIDATES_BLOCK ? first->items[QIAOI_CANDIDATES_BLOCK - 1].text_score : 0;
    list->considered = (uint32_t)qiaoi_retrieval_passing(filter, r.other->count);
    return take_rows(&r, list, made_out, err);
}
