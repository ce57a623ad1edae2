/*
 * The flow of one match: read what is asked, build the pivot query, retrieve by text, score the best of them with the
 * other signals, order. Relies on query.c, retrieval.c, signals.c and score.c; answer.c writes the result.
 */
#include "match/matcher_internal.h"

#include "match/answer.h"
#include "match/assess.h"
#include "match/duplicates.h"
#include "match/fusion.h"
#include "match/shortlist.h"
#include "match/stored.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_DEFAULT 10u
#define OFFSET_MAX 10000u
#define FILTERS_MAX 24u

/*
 * A Chinese word stands for itself in records that have Chinese text. Where only some records do, full weight would put
 * them before all others just for being bilingual; so it counts in proportion to their share.
 */
static void
measure_native_share(qiao_matcher *matcher)
{
    for (int side = 0; side < 2; side++) {
        const qiaoi_side_statistics *s = qiaoi_generation_statistics(matcher->generation, (qiao_kind)side);

        matcher->query.native_share[side] = s->documents == 0 ? 1.0 : (double)s->chinese / s->documents;
    }
}

qiao_status
qiao_matcher_new(const qiao_generation *generation, const qiao_tables *tables, qiao_matcher **out, qiao_error *err)
{
    qiao_matcher *matcher = qiao_calloc(1, sizeof *matcher);
    qiao_status st;

    *out = NULL;
    if (matcher == NULL)
        return qiao_fail_memory(err);
    matcher->generation = generation;
    matcher->tables = tables != NULL ? tables : &matcher->own_tables;
    matcher->today = qiaoi_generation_day(generation);
    st = tables != NULL ? QIAO_OK
                        : qiao_tables_open(&(qiao_tables_options){NULL, NULL, NULL}, &matcher->own_tables, err);
    if (st == QIAO_OK)
        st = qiao_analyzer_new(qiao_generation_lexicon(generation), &matcher->analyzer, err);
    if (st == QIAO_OK)
        st = qiaoi_facts_maker_init(&matcher->facts_maker, matcher->tables->vocabulary, matcher->tables->units,
                                    matcher->analyzer, err);
    matcher->facts_maker.concepts = matcher->tables->concepts;
    if (st == QIAO_OK)
        st = qiaoi_query_init(&matcher->query, err);
    if (st == QIAO_OK)
        measure_native_share(matcher);
    if (st == QIAO_OK)
        st = qiaoi_retrieval_init(&matcher->retrieval, err);
    if (st == QIAO_OK)
        st = qiaoi_topic_init(&matcher->topic, qiao_generation_lexicon(generation)->term_count, err);
    if (st == QIAO_OK)
        st = qiaoi_row_terms_init(&matcher->row_terms, generation, err);
    if (st == QIAO_OK)
        st = qiaoi_policy_memo_init(&matcher->policy, err);
    matcher->contributions = qiao_alloc(QIAOI_GROUPS_MAX * sizeof *matcher->contributions);
    if (st == QIAO_OK && matcher->contributions == NULL)
        st = qiao_fail_memory(err);
    if (st != QIAO_OK) {
        qiao_matcher_free(matcher);
        return st;
    }
    *out = matcher;
    return QIAO_OK;
}

static void
drop_candidates(qiao_matcher *matcher)
{
    for (size_t i = 0; i < matcher->candidate_count; i++)
        qiao_record_free(matcher->candidates[i].record);
    matcher->candidate_count = 0;
}

static void
forget(qiao_matcher *matcher)
{
    drop_candidates(matcher);
    qiao_record_free(matcher->given);
    qiao_free(matcher->passing);
    matcher->given = NULL;
    matcher->subject = NULL;
    matcher->passing = NULL;
}

void
qiao_matcher_free(qiao_matcher *matcher)
{
    if (matcher == NULL)
        return;
    forget(matcher);
    qiao_analyzer_free(matcher->analyzer);
    qiaoi_query_done(&matcher->query);
    qiaoi_retrieval_done(&matcher->retrieval);
    qiaoi_topic_done(&matcher->topic);
    qiaoi_row_terms_done(&matcher->row_terms);
    qiaoi_contributor_done(&matcher->contributor);
    qiao_free(matcher->published[0]);
    qiao_free(matcher->published[1]);
    qiaoi_facts_maker_done(&matcher->facts_maker);
    qiaoi_indicators_done(&matcher->indicators);
    qiaoi_policy_memo_done(&matcher->policy);
    qiaoi_fresh_search_done(&matcher->fresh[0]);
    qiaoi_fresh_search_done(&matcher->fresh[1]);
    qiao_tables_close(&matcher->own_tables);
    qiao_free(matcher->candidates);
    qiao_free(matcher->items);
    qiao_free(matcher->contributions);
    qiao_buffer_done(&matcher->scratch);
    qiao_free(matcher);
}

void
qiao_matcher_use_crew(qiao_matcher *matcher, qiao_crew *crew)
{
    matcher->retrieval.crew = crew;
}

qiao_analyzer *
qiao_matcher_analyzer(qiao_matcher *matcher)
{
    return matcher->analyzer;
}

/* ---- what is asked ---- */

static qiao_status
parse_stored(qiao_matcher *matcher, qiao_kind kind, uint32_t docid, qiao_record **out, qiao_error *err)
{
    qiao_record_issues issues = {0};
    qiao_status st;

    qiao_buffer_clear(&matcher->scratch);
    st = qiao_generation_json(matcher->generation, kind, docid, &matcher->scratch, err);
    return st != QIAO_OK ? st
                         : qiao_record_parse(matcher->scratch.data, matcher->scratch.length, NULL, out, &issues, err);
}

static void
use_texts(qiao_matcher *matcher, const qiao_record *record)
{
    matcher->text_count = 0;
    for (int title = 1; title >= 0; title--)
        for (size_t i = 0; i < record->text_count && matcher->text_count < QIAOI_QUERY_TEXTS_MAX; i++) {
            const qiao_text *text = &record->texts[i];

            if ((strcmp(text->name, "title") == 0) == (title == 1))
                matcher->texts[matcher->text_count++] =
                    (qiaoi_query_text){text->name, text->language, text->text, text->length};
        }
}

static qiao_status
read_request(qiao_matcher *matcher, const qiao_match_request *request, qiao_error *err)
{
    int given = (request->id != NULL) + (request->record != NULL) + (request->text != NULL);
    qiao_status st = QIAO_OK;
    uint32_t docid = 0;

    if (given != 1)
        return qiao_fail(err, QIAO_E_USAGE, "give one of: an id, a record, a text");
    st = qiaoi_profiles_find(matcher->tables->profiles, request->profile, &matcher->profile, err);
    if (st != QIAO_OK)
        return st;
    matcher->side = request->kind == QIAO_NEED ? QIAO_PROJECT : QIAO_NEED;
    matcher->gate_day = matcher->as_of != 0 ? matcher->as_of : (int)(time(NULL) / 86400);
    if (request->text != NULL) {
        matcher->texts[0] = (qiaoi_query_text){"text", NULL, request->text, request->text_length};
        matcher->text_count = 1;
        return qiaoi_assess_subject(matcher, request, err);
    }
    if (request->id != NULL) {
        st = qiao_generation_find(matcher->generation, request->kind, request->id, &docid, err);
        matcher->given_docid = docid;
        if (st == QIAO_OK)
            st = parse_stored(matcher, request->kind, docid, &matcher->given, err);
        if (st != QIAO_OK)
            return st;
    }
    matcher->subject = request->id != NULL ? matcher->given : request->record;
    use_texts(matcher, matcher->subject);
    return qiaoi_assess_subject(matcher, request, err);
}

qiao_status
qiaoi_matcher_begin(qiao_matcher *matcher, const qiao_match_request *request, qiao_error *err)
{
    forget(matcher);
    memset(&matcher->result, 0, sizeof matcher->result);
    return read_request(matcher, request, err);
}

/* ---- candidates ---- */

qiao_status
qiaoi_matcher_filter(qiao_matcher *matcher, const qiao_match_request *request, const uint64_t **words_out,
                     qiao_error *err)
{
    uint64_t **words = request->filter_count == 0 ? &matcher->published[matcher->side] : &matcher->passing;
    const char *filters[FILTERS_MAX + 1];
    uint64_t passing;
    size_t n = 0;
    qiao_status st = QIAO_OK;

    if (request->filter_count > FILTERS_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "more than %u filters", FILTERS_MAX);
    filters[n++] = "status:published";
    for (size_t i = 0; i < request->filter_count; i++)
        filters[n++] = request->filters[i];
    if (*words == NULL)
        st = qiao_generation_filter(matcher->generation, matcher->side, filters, n, words, &passing, err);
    *words_out = *words;
    return st;
}

qiao_status
qiaoi_matcher_room(qiao_matcher *matcher, size_t count, qiao_error *err)
{
    qiaoi_candidate *grown;

    if (count <= matcher->candidate_capacity)
        return QIAO_OK;
    grown = qiao_realloc_array(matcher->candidates, count, sizeof *grown);
    if (grown == NULL)
        return qiao_fail_memory(err);
    matcher->candidates = grown;
    matcher->candidate_capacity = count;
    return QIAO_OK;
}

qiao_status
qiaoi_matcher_take(qiao_matcher *matcher, size_t count, qiao_error *err)
{
    qiao_status st = qiaoi_matcher_room(matcher, count, err);

    if (st != QIAO_OK)
        return st;
    for (size_t i = 0; i < count; i++)
        matcher->candidates[i] = (qiaoi_candidate){.docid = matcher->retrieval.heap[i].docid,
                                                   .text_score = matcher->retrieval.heap[i].score};
    matcher->candidate_count = count;
    return QIAO_OK;
}

qiao_status
qiaoi_matcher_record(qiao_matcher *matcher, qiaoi_candidate *candidate, qiao_error *err)
{
    return candidate->record != NULL ? QIAO_OK
                                     : parse_stored(matcher, matcher->side, candidate->docid, &candidate->record, err);
}

int32_t
qiaoi_matcher_text_value(const qiao_matcher *matcher, uint32_t text_score)
{
    return qiaoi_text_value_of_score(&matcher->query, matcher->profile, text_score / (double)QIAOI_SCORE_UNIT);
}

static int
compare_candidates(const void *a, const void *b)
{
    const qiaoi_candidate *x = a, *y = b;

    if (x->block != y->block)
        return x->block < y->block ? -1 : 1;
    if (x->pair.score != y->pair.score)
        return x->pair.score > y->pair.score ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    if (x->text_score != y->text_score)
        return x->text_score > y->text_score ? -1 : 1;
    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

static qiao_status
assess_all(qiao_matcher *matcher, bool text_only, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    if (matcher->first_only > 0 && matcher->candidate_count <= QIAOI_RESCORE_BLOCK)
        return qiaoi_shortlist(matcher, matcher->first_only, err);
    for (size_t i = 0; st == QIAO_OK && i < matcher->candidate_count; i++) {
        st = qiaoi_assess(matcher, &matcher->candidates[i], err);
        matcher->candidates[i].block = text_only ? 0 : (uint32_t)(i / QIAOI_RESCORE_BLOCK);
    }
    return st;
}

void
qiaoi_matcher_settle(qiao_matcher *matcher, bool collapse)
{
    size_t kept = 0;

    for (size_t i = 0; i < matcher->candidate_count; i++) {
        if (matcher->candidates[i].gate != QIAOI_GATE_NONE)
            qiao_record_free(matcher->candidates[i].record);
        else if (kept++ != i)
            matcher->candidates[kept - 1] = matcher->candidates[i];
    }
    matcher->candidate_count = kept;
    if (kept > 0)
        qsort(matcher->candidates, kept, sizeof *matcher->candidates, compare_candidates);
    if (collapse)
        qiaoi_duplicates_collapse(matcher);
}

static qiao_status
score_all(qiao_matcher *matcher, bool text_only, qiao_error *err)
{
    qiao_status st = assess_all(matcher, text_only, err);

    if (st == QIAO_OK)
        qiaoi_matcher_settle(matcher, !text_only);
    return st;
}

/* The first `wanted` by text (and vectors), scored and ordered. *found_out: how many there were before expired ones
 * left. */
static qiao_status
rank_first(qiao_matcher *matcher, const qiao_match_request *request, const uint64_t *filter, size_t wanted,
           size_t *found_out, qiao_error *err)
{
    bool fused = qiaoi_fusion_applies(matcher, request);
    qiao_status st =
        qiaoi_retrieve(&matcher->retrieval, &matcher->query, matcher->generation, matcher->side, filter,
                       fused ? qiaoi_fusion_depth(wanted) : wanted, found_out, &matcher->result.considered, err);

    drop_candidates(matcher);
    if (st == QIAO_OK)
        st = fused ? qiaoi_fuse_candidates(matcher, filter, *found_out, wanted, err)
                   : qiaoi_matcher_take(matcher, *found_out, err);
    if (st == QIAO_OK)
        *found_out = matcher->candidate_count;
    return st == QIAO_OK ? score_all(matcher, request->text_only, err) : st;
}

qiao_status
qiaoi_matcher_ask(qiao_matcher *matcher, qiao_error *err)
{
    qiaoi_contributor_forget(&matcher->contributor);
    matcher->weighed = false;
    return qiaoi_query_build(&matcher->query, &matcher->profile->query, matcher->analyzer, matcher->generation,
                             matcher->side, matcher->texts, matcher->text_count, err);
}

qiao_status
qiaoi_matcher_weigh(qiao_matcher *matcher, uint32_t asked, qiao_error *err)
{
    qiao_status st;

    if (matcher->weighed)
        return QIAO_OK;
    st = qiaoi_row_terms_set(&matcher->row_terms, &matcher->query, matcher->side, asked, err);
    if (st == QIAO_OK)
        st = qiaoi_topic_set(&matcher->topic, &matcher->query, matcher->generation, matcher->side, err);
    if (st == QIAO_OK)
        qiaoi_title_set(&matcher->title, &matcher->query, matcher->texts);
    matcher->weighed = st == QIAO_OK;
    return st;
}

qiao_status
qiaoi_matcher_query(qiao_matcher *matcher, qiao_error *err)
{
    qiao_status st = qiaoi_matcher_ask(matcher, err);

    return st == QIAO_OK ? qiaoi_matcher_weigh(matcher, QIAOI_RESCORE_BLOCK, err) : st;
}

static qiao_status
rank(qiao_matcher *matcher, const qiao_match_request *request, uint32_t limit, qiao_error *err)
{
    size_t last = (size_t)limit + request->offset, found = 0,
           wanted = last < QIAO_MATCH_LOOKED_AT ? QIAO_MATCH_LOOKED_AT : last;
    const uint64_t *filter = NULL;
    qiao_status st = qiaoi_matcher_query(matcher, err);

    if (!request->text_only)
        wanted = (last + QIAOI_RESCORE_BLOCK - 1) / QIAOI_RESCORE_BLOCK * QIAOI_RESCORE_BLOCK;
    if (st == QIAO_OK)
        st = qiaoi_matcher_filter(matcher, request, &filter, err);
    if (st == QIAO_OK)
        st = rank_first(matcher, request, filter, wanted, &found, err);
    /* expired records left the list: the next blocks fill it */
    while (st == QIAO_OK && matcher->candidate_count < last && found == wanted) {
        wanted += QIAOI_RESCORE_BLOCK;
        st = rank_first(matcher, request, filter, wanted, &found, err);
    }
    if (st == QIAO_OK && qiaoi_fusion_applies(matcher, request))
        qiaoi_fusion_scores(matcher, request->offset, limit);
    return st;
}

qiao_status
qiaoi_matcher_publish(qiao_matcher *matcher, const qiao_match_request *request, uint32_t limit, qiao_error *err)
{
    size_t first = request->offset < matcher->candidate_count ? request->offset : matcher->candidate_count;
    size_t count = matcher->candidate_count - first < limit ? matcher->candidate_count - first : limit;

    if (count > matcher->item_capacity) {
        qiao_match_item *grown = qiao_realloc_array(matcher->items, count, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        matcher->items = grown;
        matcher->item_capacity = count;
    }
    for (size_t i = 0; i < count; i++) {
        const qiaoi_candidate *candidate = &matcher->candidates[first + i];

        matcher->items[i] =
            (qiao_match_item){.id = qiao_generation_id(matcher->generation, matcher->side, candidate->docid),
                              .score = candidate->pair.score,
                              .text_score = candidate->text_score / (double)QIAOI_SCORE_UNIT,
                              .fit = candidate->text.fit,
                              .band = candidate->band};
    }
    matcher->result.items = matcher->items;
    matcher->result.count = count;
    return QIAO_OK;
}

static qiao_status
check_limits(const qiao_match_request *request, uint32_t *limit, qiao_error *err)
{
    *limit = request->limit == 0 ? LIMIT_DEFAULT : request->limit;
    if (*limit > QIAOI_LIMIT_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "limit %u is over %u", *limit, QIAOI_LIMIT_MAX);
    if (request->offset > OFFSET_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "offset %u is over %u", request->offset, OFFSET_MAX);
    return QIAO_OK;
}

void
qiaoi_matcher_note_band(qiao_matcher *matcher, uint32_t place, qiao_band band)
{
    if (place >= QIAO_MATCH_LOOKED_AT || band >= QIAO_BAND_NONE)
        return;
    if (band <= QIAO_BAND_POSSIBLE)
        matcher->result.convincing = true;
    if (place + 1 > matcher->result.fold_after)
        matcher->result.fold_after = place + 1;
}

static void
note_bands(qiao_matcher *matcher)
{
    for (uint32_t i = 0; i < matcher->candidate_count && i < QIAO_MATCH_LOOKED_AT; i++)
        qiaoi_matcher_note_band(matcher, i, matcher->candidates[i].band);
}

qiao_status
qiao_matcher_match(qiao_matcher *matcher, const qiao_match_request *request, const qiao_match_result **out,
                   qiao_error *err)
{
    uint32_t limit;
    bool stored = false;
    qiao_status st = check_limits(request, &limit, err);

    if (st == QIAO_OK)
        st = qiaoi_matcher_begin(matcher, request, err);
    if (st == QIAO_OK)
        st = qiaoi_stored_matches(matcher, request, limit, &stored, err);
    if (st == QIAO_OK && !stored)
        st = rank(matcher, request, limit, err);
    if (st == QIAO_OK && !stored)
        note_bands(matcher);
    if (st == QIAO_OK)
        st = qiaoi_matcher_publish(matcher, request, limit, err);
    if (st == QIAO_OK)
        *out = &matcher->result;
    return st;
}

void
qiaoi_matcher_head(qiao_matcher *matcher, const qiao_match_request *request, qiao_buffer *out)
{
    const qiao_manifest *manifest = qiao_generation_manifest(matcher->generation);
    const char *own = request->kind == QIAO_NEED ? "need" : "project";

    qiao_buffer_printf(
        out, "{\"generation\":\"gen-%010llu\",\"side\":\"%s\",\"%s\":", (unsigned long long)manifest->generation,
        matcher->side == QIAO_PROJECT ? "projects" : "needs", own);
    if (matcher->subject != NULL)
        qiao_buffer_json_string(out, matcher->subject->id, strlen(matcher->subject->id));
    else
        qiao_buffer_text(out, "null");
    qiao_buffer_printf(out, ",\"profile\":\"%s:%s:%s\",\"vocabulary\":\"%s\"", matcher->profile->name,
                       matcher->profile->version, matcher->profile->hash,
                       matcher->tables->vocabulary == NULL ? "" : qiao_vocabulary_version(matcher->tables->vocabulary));
}

/* Words of the need that found nothing on the other side: the reader should know what was not understood. */
void
qiaoi_matcher_write_untranslated(const qiao_matcher *matcher, qiao_buffer *out)
{
    bool first = true;
    size_t shown = 0;

    qiao_buffer_text(out, ",\"not_found\":[");
    for (uint32_t w = 0; w < matcher->query.word_count && shown < 20; w++) {
        const qiaoi_query_word *word = &matcher->query.words[w];

        if (word->translated || word->part || (word->form_length <= 3 && !word->latin))
            continue;
        if (!first)
            qiao_buffer_char(out, ',');
        qiao_buffer_json_string(out, word->form, word->form_length);
        first = false;
        shown++;
    }
    qiao_buffer_char(out, ']');
}

qiao_status
qiao_matcher_match_json(qiao_matcher *matcher, const qiao_match_request *request, qiao_buffer *out, qiao_error *err)
{
    const qiao_match_result *result;
    qiao_status st = qiao_matcher_match(matcher, request, &result, err);

    if (st != QIAO_OK)
        return st;
    qiaoi_matcher_head(matcher, request, out);
    qiao_buffer_printf(out, ",\"considered\":%llu,\"cut\":%s", (unsigned long long)matcher->result.considered,
                       matcher->query.cut ? "true" : "false");
    qiaoi_matcher_write_untranslated(matcher, out);
    qiao_buffer_printf(out, ",\"convincing\":%s,\"fold_after\":%u", result->convincing ? "true" : "false",
                       (unsigned)result->fold_after);
    qiao_buffer_text(out, ",\"matches\":[");
    for (size_t i = 0; st == QIAO_OK && i < result->count; i++) {
        if (i > 0)
            qiao_buffer_char(out, ',');
        st = qiaoi_answer_item(matcher, request, &matcher->candidates[request->offset + i],
                               request->offset + (uint32_t)i + 1, out, err);
    }
    qiao_buffer_text(out, "]}");
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}
