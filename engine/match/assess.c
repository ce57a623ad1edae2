/* See assess.h. */
#include "match/assess.h"

#include "qiao/file.h"

#include <string.h>

/* A block out of the generation, in place, looked over before it is believed. */
static qiao_status
stored_facts(const qiao_matcher *matcher, qiao_kind kind, uint32_t docid, const qiaoi_facts **out, qiao_error *err)
{
    const void *block;
    size_t length;
    qiao_status st = qiaoi_generation_facts(matcher->generation, kind, docid, &block, &length, err);

    if (st != QIAO_OK)
        return st;
    if (!qiaoi_facts_sound(block, length))
        return qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: the facts of a record are damaged",
                         (unsigned long long)qiao_generation_manifest(matcher->generation)->generation);
    *out = block;
    return QIAO_OK;
}

qiao_status
qiaoi_assess_subject(qiao_matcher *matcher, const qiao_match_request *request, qiao_error *err)
{
    qiao_status st;

    matcher->left_out = (request->text_only ? QIAOI_TEXT_ONLY : 0) | (request->no_policy ? QIAOI_WITHOUT_POLICY : 0);
    matcher->subject_facts = NULL;
    if (request->text_only)
        return QIAO_OK;
    if (request->id != NULL)
        st = stored_facts(matcher, request->kind, matcher->given_docid, &matcher->subject_facts, err);
    else if (request->record != NULL)
        st = qiaoi_facts_make(&matcher->facts_maker, request->record, &matcher->subject_facts, err);
    else
        st = qiaoi_facts_of_text(&matcher->facts_maker, request->text, request->text_length, &matcher->subject_facts,
                                 err);
    if (st == QIAO_OK && request->kind == QIAO_NEED)
        st = qiaoi_indicators_need(&matcher->indicators, matcher->subject_facts, QIAOI_NOT_STORED, true,
                                   matcher->analyzer, qiao_generation_lexicon(matcher->generation), err);
    return st;
}

qiaoi_pair_context
qiaoi_assess_context(const qiao_matcher *matcher)
{
    bool finds_projects = matcher->side == QIAO_PROJECT;

    return (qiaoi_pair_context){.need = finds_projects ? matcher->subject_facts : matcher->candidate_facts,
                                .project = finds_projects ? matcher->candidate_facts : matcher->subject_facts,
                                .vocabulary = matcher->tables->vocabulary,
                                .text_title = QIAOI_SIGNAL_UNKNOWN,
                                .text_body = QIAOI_SIGNAL_UNKNOWN,
                                .indicators = QIAOI_SIGNAL_UNKNOWN,
                                .feedback = QIAOI_SIGNAL_UNKNOWN,
                                .as_of = matcher->today};
}

void
qiaoi_assess_text(qiao_matcher *matcher, qiaoi_candidate *candidate)
{
    qiaoi_row met = qiaoi_row_terms_met(&matcher->row_terms, candidate->docid);
    double fit = qiaoi_topic_fit(&matcher->topic, matcher->generation, matcher->side, candidate->docid, met),
           title = qiaoi_title_evidence(&matcher->title, met);

    candidate->text = qiaoi_text_evidence_of(&matcher->query, matcher->profile,
                                             candidate->text_score / (double)QIAOI_SCORE_UNIT, fit);
    candidate->band = qiaoi_band_of(&candidate->text, matcher->profile);
    candidate->values[QIAOI_SIGNAL_TEXT_BODY] = candidate->place > 0 ? candidate->text_value : candidate->text.value;
    candidate->values[QIAOI_SIGNAL_TEXT_TITLE] = title < 0    ? QIAOI_SIGNAL_UNKNOWN
                                                 : title >= 1 ? QIAO_MICRO
                                                              : (int32_t)(title * QIAO_MICRO);
}

static qiao_status
assess_indicators(qiao_matcher *matcher, uint32_t docid, qiaoi_pair_context *pair, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    if (matcher->side == QIAO_NEED)
        st = qiaoi_indicators_need(&matcher->indicators, pair->need, docid, pair->project->reading_count > 0,
                                   matcher->analyzer, qiao_generation_lexicon(matcher->generation), err);
    if (st == QIAO_OK)
        pair->indicators = qiaoi_indicators_compare(&matcher->indicators, pair->project);
    return st;
}

/* (accepts + 1/2) / (verdicts + 1) (Krichevsky and Trofimov 1981): one verdict says something, many say more. Unknown
 * where nobody decided, or what is matched is no record of the generation. */
static int32_t
assess_verdicts(const qiao_matcher *matcher, const qiaoi_candidate *candidate)
{
    bool finds_projects = matcher->side == QIAO_PROJECT;
    uint32_t given = matcher->given_docid, found = candidate->docid;
    const qiaoi_verdict *verdict =
        matcher->given == NULL ? NULL
                               : qiaoi_verdicts_find(qiaoi_generation_verdicts(matcher->generation),
                                                     finds_projects ? given : found, finds_projects ? found : given);
    uint64_t accepts, all;

    if (verdict == NULL)
        return QIAOI_SIGNAL_UNKNOWN;
    accepts = verdict->accepts;
    all = accepts + verdict->rejects;
    return (int32_t)(QIAO_MICRO * (2 * accepts + 1) / (2 * all + 2));
}

qiao_status
qiaoi_assess_others(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err)
{
    qiaoi_pair_context pair;
    qiao_status st = QIAO_OK;

    matcher->candidate_facts = NULL;
    if (matcher->subject_facts != NULL)
        st = stored_facts(matcher, matcher->side, candidate->docid, &matcher->candidate_facts, err);
    pair = qiaoi_assess_context(matcher);
    pair.policy = &matcher->policy;
    pair.text_title = candidate->values[QIAOI_SIGNAL_TEXT_TITLE];
    pair.text_body = candidate->values[QIAOI_SIGNAL_TEXT_BODY];
    pair.feedback = assess_verdicts(matcher, candidate);
    if (st == QIAO_OK && matcher->subject_facts != NULL)
        st = assess_indicators(matcher, candidate->docid, &pair, err);
    if (st != QIAO_OK)
        return st;
    qiaoi_signals(&pair, candidate->values, &candidate->suggested);
    qiaoi_score(candidate->values, &candidate->suggested, matcher->profile, matcher->left_out, &candidate->pair);
    candidate->gate = qiaoi_gate_of(&pair, matcher->gate_day, matcher->profile->gates_off);
    candidate->flags = qiaoi_flags_of(&pair, matcher->gate_day);
    return QIAO_OK;
}

qiao_status
qiaoi_assess(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err)
{
    qiaoi_assess_text(matcher, candidate);
    return qiaoi_assess_others(matcher, candidate, err);
}
