/* Answers from stored lists: see stored.h. */
#include "match/stored.h"

#include "match/assess.h"
#include "match/fusion.h"
#include "qiao/file.h"

#include <string.h>

_Static_assert(QIAOI_SIGNAL_COUNT <= QIAOI_MATCHES_SIGNALS_MAX, "a row's reasons have room for so many signals");

qiaoi_reason
qiaoi_stored_reason(int32_t value)
{
    return value == QIAOI_SIGNAL_UNKNOWN ? QIAOI_REASON_UNKNOWN
           : value < QIAO_MICRO / 3      ? QIAOI_REASON_AGAINST
           : value < QIAO_MICRO / 3 * 2  ? QIAOI_REASON_PARTLY
                                         : QIAOI_REASON_FOR;
}

uint64_t
qiaoi_stored_reasons(const int32_t values[QIAOI_SIGNAL_COUNT])
{
    uint64_t reasons = 0;

    for (unsigned s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        reasons |= (uint64_t)qiaoi_stored_reason(values[s]) << (2 * s);
    return reasons;
}

uint64_t
qiaoi_stored_basis(const qiao_tables *tables)
{
    const char *profile = qiao_profiles_hash(tables->profiles, 0);
    const char *vocabulary = qiao_vocabulary_version(tables->vocabulary);

    return qiao_hash64(profile, strlen(profile), qiao_hash64(vocabulary, strlen(vocabulary), 0));
}

/* A list that is not full holds all there is, so every page of it can be answered. */
static const qiaoi_match_list *
list_for(const qiao_matcher *matcher, const qiao_match_request *request, uint32_t limit)
{
    const qiaoi_matches *matches = qiaoi_generation_matches(matcher->generation);
    const qiaoi_match_list *list;

    if (matches == NULL || request->search || request->id == NULL || request->filter_count > 0 || request->text_only ||
        request->no_policy || (request->profile != NULL && strcmp(request->profile, "default") != 0) ||
        qiaoi_fusion_applies(matcher, request) || qiaoi_matches_about(matches)->day != matcher->today ||
        qiaoi_matches_about(matches)->basis != qiaoi_stored_basis(matcher->tables))
        return NULL;
    list = qiaoi_matches_list(matches, request->kind, matcher->given_docid);
    if (list == NULL || list->considered == UINT32_MAX ||
        (list->count == QIAOI_MATCHES_DEPTH && (uint64_t)request->offset + limit > QIAOI_MATCHES_DEPTH))
        return NULL;
    return list;
}

static void
take_row(const qiaoi_match_row *row, qiaoi_candidate *candidate)
{
    memset(candidate, 0, sizeof *candidate);
    candidate->docid = row->docid;
    candidate->text_score = row->text_score;
    candidate->pair.score = row->score;
    candidate->pair.confidence = row->confidence;
    candidate->band = (qiao_band)row->band;
}

/* Rows before the page keep their place; those on it are scored again, for their signals. */
static qiao_status
take_rows(qiao_matcher *matcher, const qiao_match_request *request, uint32_t limit, const qiaoi_match_list *list,
          bool *good_out, qiao_error *err)
{
    uint64_t end = (uint64_t)request->offset + limit;
    qiao_status st = qiaoi_matcher_room(matcher, QIAOI_MATCHES_DEPTH, err);

    for (uint32_t i = 0; st == QIAO_OK && *good_out && i < list->count && i < end; i++) {
        qiaoi_candidate *candidate = &matcher->candidates[i];

        take_row(&list->rows[i], candidate);
        matcher->candidate_count = i + 1;
        st = qiaoi_assess(matcher, candidate, err);
        if (st == QIAO_OK)
            *good_out = candidate->gate == QIAOI_GATE_NONE && candidate->pair.score == list->rows[i].score;
    }
    return st;
}

qiao_status
qiaoi_stored_matches(qiao_matcher *matcher, const qiao_match_request *request, uint32_t limit, bool *used_out,
                     qiao_error *err)
{
    const qiaoi_match_list *list = list_for(matcher, request, limit);
    qiao_status st;

    *used_out = list != NULL;
    if (list == NULL)
        return QIAO_OK;
    st = qiaoi_matcher_query(matcher, err);
    if (st == QIAO_OK)
        st = take_rows(matcher, request, limit, list, used_out, err);
    for (uint32_t i = 0; *used_out && i < list->count; i++)
        qiaoi_matcher_note_band(matcher, i, (qiao_band)list->rows[i].band);
    matcher->result.considered = list->considered;
    return st;
}
