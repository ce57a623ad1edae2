/* Pairs that are named, and those that are kept out of a need's list: qiao/match.h. */
#include "match/answer.h"
#include "match/assess.h"
#include "match/why_not.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define EXCLUDED_DEFAULT 10u

static qiao_status
take_pair(qiao_matcher *matcher, const char *id, qiaoi_candidate *out, qiao_error *err)
{
    uint32_t docid = 0;
    qiao_status st = qiao_generation_find(matcher->generation, matcher->side, id, &docid, err);

    if (st == QIAO_OK)
        *out = (qiaoi_candidate){.docid = docid,
                                 .text_score = qiaoi_contributions(&matcher->query, matcher->generation, matcher->side,
                                                                   docid, matcher->contributions)};
    return st;
}

qiao_status
qiao_matcher_pairs(qiao_matcher *matcher, const qiao_match_request *request, const char *const *ids, size_t count,
                   const qiao_match_result **out, qiao_error *err)
{
    qiao_status st = count > QIAOI_LIMIT_MAX
                         ? qiao_fail(err, QIAO_E_LIMIT, "limit %u is over %u", (unsigned)count, QIAOI_LIMIT_MAX)
                         : QIAO_OK;

    if (st == QIAO_OK)
        st = qiaoi_matcher_begin(matcher, request, err);
    if (st == QIAO_OK)
        st = qiaoi_matcher_query(matcher, err);
    if (st == QIAO_OK)
        st = qiaoi_matcher_room(matcher, count, err);
    for (size_t i = 0; st == QIAO_OK && i < count; i++) {
        st = take_pair(matcher, ids[i], &matcher->candidates[i], err);
        if (st == QIAO_OK) {
            matcher->candidate_count = i + 1;
            st = qiaoi_assess(matcher, &matcher->candidates[i], err);
        }
    }
    if (st == QIAO_OK)
        st = qiaoi_matcher_publish(matcher, &(qiao_match_request){.offset = 0}, (uint32_t)count, err);
    if (st == QIAO_OK)
        *out = &matcher->result;
    return st;
}

/* ---- one pair, whatever its rank ---- */

qiao_status
qiao_matcher_pair_json(qiao_matcher *matcher, const qiao_match_request *request, const char *project, uint32_t target,
                       qiao_buffer *out, qiao_error *err)
{
    const qiao_match_result *result;
    qiaoi_list list;
    uint32_t rank = 0;
    size_t before = out->length;
    qiao_status st = target > QIAOI_LIST_DEPTH
                         ? qiao_fail(err, QIAO_E_LIMIT, "rank %u is over %u", target, QIAOI_LIST_DEPTH)
                         : qiaoi_list_read(matcher, request, &list, err);

    if (st == QIAO_OK)
        st = qiao_matcher_pairs(matcher, request, &project, 1, &result, err);
    if (st != QIAO_OK)
        return st;
    rank = matcher->candidates[0].gate == QIAOI_GATE_NONE ? qiaoi_list_rank(&list, matcher->candidates[0].docid) : 0;
    if (target == 0)
        target = rank == 0 ? QIAOI_TARGET_RANK : rank > 1 ? rank - 1 : 1;
    qiaoi_matcher_head(matcher, request, out);
    qiao_buffer_char(out, ',');
    st = qiaoi_answer_members(matcher, request, &matcher->candidates[0], rank, out, err);
    if (st == QIAO_OK) {
        qiao_buffer_char(out, ',');
        st = qiaoi_why_not(matcher, &matcher->candidates[0], &list, target, out, err);
    }
    qiao_buffer_char(out, '}');
    if (st != QIAO_OK)
        out->length = before;
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}

/* ---- what is kept out ---- */

typedef struct kept_out {
    uint32_t place; /* among the candidates */
    int32_t size;   /* of the change that would help; 0 where a gate is shut */
    int32_t score;
} kept_out;

static int
compare_kept_out(const void *a, const void *b)
{
    const kept_out *x = a, *y = b;

    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* The candidates by text alone, whatever gates and status say. */
static qiao_status
candidates_without_gates(qiao_matcher *matcher, const qiao_match_request *request, qiao_error *err)
{
    size_t found = 0;
    qiao_status st = qiaoi_matcher_begin(matcher, request, err);

    if (st == QIAO_OK)
        st = qiaoi_matcher_query(matcher, err);
    if (st == QIAO_OK)
        st = qiaoi_retrieve(&matcher->retrieval, &matcher->query, matcher->generation, matcher->side, NULL,
                            QIAOI_RESCORE_BLOCK, &found, &matcher->result.considered, err);
    return st == QIAO_OK ? qiaoi_matcher_take(matcher, found, err) : st;
}

static qiao_status
sort_out(qiao_matcher *matcher, const qiaoi_list *list, uint32_t target, kept_out *shut, size_t *shut_count,
         kept_out *near, size_t *near_count, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    *shut_count = *near_count = 0;
    for (size_t i = 0; st == QIAO_OK && i < matcher->candidate_count; i++) {
        qiaoi_candidate *candidate = &matcher->candidates[i];
        uint32_t rank = qiaoi_list_rank(list, candidate->docid);
        int32_t size = 0;

        st = qiaoi_assess(matcher, candidate, err);
        if (st != QIAO_OK)
            break;
        if (candidate->gate != QIAOI_GATE_NONE) {
            shut[(*shut_count)++] = (kept_out){(uint32_t)i, 0, candidate->pair.score};
            continue;
        }
        if (candidate->band == QIAO_BAND_NONE || (rank > 0 && rank <= target))
            continue;
        st = qiaoi_least_change(matcher, candidate, list, target, &size, err);
        if (st == QIAO_OK && size != INT32_MAX)
            near[(*near_count)++] = (kept_out){(uint32_t)i, size, candidate->pair.score};
    }
    qsort(shut, *shut_count, sizeof *shut, compare_kept_out);
    qsort(near, *near_count, sizeof *near, compare_kept_out);
    return st;
}

/* A short form of the match with its gate in words, and what would change it. */
static qiao_status
write_kept_out(qiao_matcher *matcher, const qiaoi_list *list, uint32_t target, const kept_out *one, qiao_buffer *out,
               qiao_error *err)
{
    qiaoi_candidate *candidate = &matcher->candidates[one->place];
    uint32_t rank;
    qiao_status st = qiaoi_matcher_record(matcher, candidate, err);

    if (st == QIAO_OK)
        st = qiaoi_assess(matcher, candidate, err);
    if (st != QIAO_OK)
        return st;
    rank = candidate->gate == QIAOI_GATE_NONE ? qiaoi_list_rank(list, candidate->docid) : 0;
    qiao_buffer_text(out, "{\"project\":");
    qiaoi_answer_brief(candidate->record, out);
    qiao_buffer_printf(out, rank > 0 ? ",\"rank\":%u" : ",\"rank\":null", rank);
    qiaoi_answer_standing(candidate, out);
    qiao_buffer_char(out, ',');
    st = qiaoi_why_not(matcher, candidate, list, target, out, err);
    qiao_buffer_char(out, '}');
    return st;
}

static qiao_status
write_kept_outs(qiao_matcher *matcher, const qiaoi_list *list, uint32_t target, const kept_out *ones, size_t count,
                uint32_t limit, qiao_buffer *out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    qiao_buffer_char(out, '[');
    for (size_t i = 0; st == QIAO_OK && i < count && i < limit; i++) {
        qiao_buffer_text(out, i > 0 ? "," : "");
        st = write_kept_out(matcher, list, target, &ones[i], out, err);
    }
    qiao_buffer_char(out, ']');
    return st;
}

qiao_status
qiao_matcher_excluded_json(qiao_matcher *matcher, const qiao_match_request *request, uint32_t target, qiao_buffer *out,
                           qiao_error *err)
{
    kept_out shut[QIAOI_RESCORE_BLOCK], near[QIAOI_RESCORE_BLOCK];
    uint32_t limit = request->limit == 0 ? EXCLUDED_DEFAULT : request->limit;
    size_t shut_count, near_count, before = out->length;
    qiaoi_list list;
    qiao_status st = QIAO_OK;

    target = target == 0 ? QIAOI_TARGET_RANK : target;
    if (target > QIAOI_LIST_DEPTH)
        return qiao_fail(err, QIAO_E_LIMIT, "rank %u is over %u", target, QIAOI_LIST_DEPTH);
    st = qiaoi_list_read(matcher, request, &list, err);
    if (st == QIAO_OK)
        st = candidates_without_gates(matcher, request, err);
    if (st == QIAO_OK)
        st = sort_out(matcher, &list, target, shut, &shut_count, near, &near_count, err);
    if (st != QIAO_OK)
        return st;
    qiaoi_matcher_head(matcher, request, out);
    qiao_buffer_printf(out, ",\"excluded_total\":%zu,\"excluded\":", shut_count);
    st = write_kept_outs(matcher, &list, target, shut, shut_count, limit, out, err);
    if (st == QIAO_OK) {
        qiao_buffer_printf(out, ",\"near_total\":%zu,\"near\":", near_count);
        st = write_kept_outs(matcher, &list, target, near, near_count, limit, out, err);
    }
    qiao_buffer_char(out, '}');
    if (st != QIAO_OK)
        out->length = before;
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}
