/* Lists of two generations, need by need: see qiao/diff.h. */
#include "qiao/diff.h"

#include "batch/record_states.h"
#include "qiao/matcher.h"
#include "qiao/share.h"
#include "store/generation_internal.h"

#include <stdlib.h>
#include <string.h>

#define SCORE_STEP 20000 /* micro-units; less is noise of statistics */

typedef struct comparison {
    const qiao_diff_options *options;
    qiao_diff_report *report;
    qiao_tables tables;
    qiao_generation *generations[2]; /* earlier, later */
    qiao_matcher *earlier;           /* of generations[0] */
    qiaoi_record_states states[2];   /* by qiao_kind */
    qiao_cause common;               /* where neither record is the cause */
} comparison;

const char *
qiao_diff_code(qiao_diff_kind kind)
{
    static const char *const codes[] = {
#define QIAO_DIFF_CODE(name, code) code,
        QIAO_DIFF_KINDS(QIAO_DIFF_CODE)
#undef QIAO_DIFF_CODE
    };

    return codes[kind];
}

const char *
qiao_cause_code(qiao_cause cause)
{
    static const char *const codes[] = {
#define QIAO_CAUSE_CODE(name, code) code,
        QIAO_CAUSES(QIAO_CAUSE_CODE)
#undef QIAO_CAUSE_CODE
    };

    return codes[cause];
}

/* ---- causes ---- */

static qiao_cause
cause_of_generations(const comparison *c)
{
    const qiao_manifest *a = qiao_generation_manifest(c->generations[0]);
    const qiao_manifest *b = qiao_generation_manifest(c->generations[1]);

    return strcmp(a->profile, b->profile) != 0         ? QIAO_CAUSE_PROFILE
           : strcmp(a->vocabulary, b->vocabulary) != 0 ? QIAO_CAUSE_VOCABULARY
           : strcmp(a->lexicon, b->lexicon) != 0       ? QIAO_CAUSE_LEXICON
                                                       : QIAO_CAUSE_OTHERS;
}

/* QIAO_CAUSE_COUNT: the record is the same. */
static qiao_cause
cause_of_record(qiaoi_record_state state, bool project)
{
    switch (state) {
    case QIAOI_RECORD_NEW:
        return project ? QIAO_CAUSE_PROJECT_NEW : QIAO_CAUSE_NEED_NEW;
    case QIAOI_RECORD_RENAMED:
        return project ? QIAO_CAUSE_PROJECT_RENAMED : QIAO_CAUSE_NEED_RENAMED;
    case QIAOI_RECORD_GONE:
        return project ? QIAO_CAUSE_PROJECT_GONE : QIAO_CAUSE_NEED_GONE;
    case QIAOI_RECORD_WITHDRAWN:
        return project ? QIAO_CAUSE_PROJECT_WITHDRAWN : QIAO_CAUSE_NEED_WITHDRAWN;
    case QIAOI_RECORD_CHANGED:
        return project ? QIAO_CAUSE_PROJECT_CHANGED : QIAO_CAUSE_NEED_CHANGED;
    case QIAOI_RECORD_SAME:
        break;
    }
    return QIAO_CAUSE_COUNT;
}

static qiao_cause
cause_of(const comparison *c, int which, uint32_t need, uint32_t project)
{
    qiao_cause by_project = cause_of_record((qiaoi_record_state)c->states[QIAO_PROJECT].states[which][project], true);
    qiao_cause by_need = cause_of_record((qiaoi_record_state)c->states[QIAO_NEED].states[which][need], false);

    return by_project != QIAO_CAUSE_COUNT ? by_project : by_need != QIAO_CAUSE_COUNT ? by_need : c->common;
}

static bool
record_came_or_changed(qiao_cause cause)
{
    return cause == QIAO_CAUSE_PROJECT_NEW || cause == QIAO_CAUSE_PROJECT_CHANGED || cause == QIAO_CAUSE_NEED_NEW ||
           cause == QIAO_CAUSE_NEED_CHANGED;
}

/* ---- one change ---- */

/* A pair that was outside the list may have been as good as it is now; the earlier generation is asked. */
static qiao_status
band_before(const comparison *c, const qiao_match_change *change, qiao_band *out, qiao_error *err)
{
    const qiao_match_request request = {.kind = QIAO_NEED, .id = change->need};
    const qiao_match_result *result;
    uint32_t docid;
    qiao_status st;

    *out = QIAO_BAND_NONE;
    if (change->before.rank > 0) {
        *out = change->before.band;
        return QIAO_OK;
    }
    if (change->cause == QIAO_CAUSE_PROJECT_NEW || change->cause == QIAO_CAUSE_NEED_NEW ||
        qiao_generation_find(c->generations[0], QIAO_NEED, change->need, &docid, NULL) != QIAO_OK ||
        qiao_generation_find(c->generations[0], QIAO_PROJECT, change->project, &docid, NULL) != QIAO_OK)
        return QIAO_OK;
    st = qiao_matcher_pairs(c->earlier, &request, &change->project, 1, &result, err);
    if (st == QIAO_OK && result->count == 1)
        *out = result->items[0].band;
    return st;
}

static qiao_status
decide_told(const comparison *c, qiao_match_change *change, qiao_error *err)
{
    qiao_band before;
    qiao_status st;

    if ((change->kind != QIAO_DIFF_NEW && change->kind != QIAO_DIFF_BETTER) || !record_came_or_changed(change->cause) ||
        change->after.band > QIAO_BAND_POSSIBLE)
        return QIAO_OK;
    st = band_before(c, change, &before, err);
    change->told = st == QIAO_OK && change->after.band < before;
    return st;
}

static qiao_status
report_change(comparison *c, qiao_match_change *change, qiao_error *err)
{
    qiao_status st = decide_told(c, change, err);

    if (st != QIAO_OK)
        return st;
    c->report->changes[change->kind]++;
    c->report->told += change->told;
    return c->options->sink == NULL ? QIAO_OK : c->options->sink(change, c->options->context, err);
}

static qiao_diff_place
place_of(const qiaoi_match_list *list, uint32_t at)
{
    return (qiao_diff_place){at + 1, list->rows[at].score, (qiao_band)list->rows[at].band};
}

/* ---- one need ---- */

static const qiaoi_match_list no_matches;

static qiao_status
list_of(const comparison *c, int which, uint32_t need, const qiaoi_match_list **out, qiao_error *err)
{
    const qiaoi_matches *matches = qiaoi_generation_matches(c->generations[which]);

    *out = need == QIAOI_NO_RECORD ? &no_matches : qiaoi_matches_list(matches, QIAO_NEED, need);
    return *out != NULL ? QIAO_OK
                        : qiao_fail(err, QIAO_E_CORRUPT, "generation %llu: a list of matches.bin is damaged",
                                    (unsigned long long)qiao_generation_manifest(c->generations[which])->generation);
}

static uint32_t
find_row(const qiaoi_match_list *list, uint32_t docid)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->rows[i].docid == docid)
            return i;
    return UINT32_MAX;
}

/* false: no change worth a word. */
static bool
compare_places(qiao_match_change *change)
{
    int32_t moved = change->after.score - change->before.score;

    if (change->before.rank == 0) {
        change->kind = QIAO_DIFF_NEW;
        return true;
    }
    if (change->before.band == change->after.band && abs(moved) < SCORE_STEP)
        return false;
    change->kind = change->after.band != change->before.band
                       ? (change->after.band < change->before.band ? QIAO_DIFF_BETTER : QIAO_DIFF_WORSE)
                   : moved > 0 ? QIAO_DIFF_BETTER
                               : QIAO_DIFF_WORSE;
    return true;
}

static qiao_status
compare_later_rows(comparison *c, const uint32_t need[2], const qiaoi_match_list *const lists[2], qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (uint32_t i = 0; st == QIAO_OK && i < lists[1]->count; i++) {
        uint32_t docid = lists[1]->rows[i].docid, before = c->states[QIAO_PROJECT].there[1][docid];
        uint32_t at = before == QIAOI_NO_RECORD ? UINT32_MAX : find_row(lists[0], before);
        qiao_match_change change = {.need = qiao_generation_id(c->generations[1], QIAO_NEED, need[1]),
                                    .project = qiao_generation_id(c->generations[1], QIAO_PROJECT, docid),
                                    .after = place_of(lists[1], i)};

        if (at != UINT32_MAX)
            change.before = place_of(lists[0], at);
        change.cause = cause_of(c, 1, need[1], docid);
        if (compare_places(&change))
            st = report_change(c, &change, err);
    }
    return st;
}

static qiao_status
compare_earlier_rows(comparison *c, const uint32_t need[2], const qiaoi_match_list *const lists[2], qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (uint32_t i = 0; st == QIAO_OK && i < lists[0]->count; i++) {
        uint32_t docid = lists[0]->rows[i].docid, now = c->states[QIAO_PROJECT].there[0][docid];
        qiao_match_change change = {.need = qiao_generation_id(c->generations[0], QIAO_NEED, need[0]),
                                    .project = qiao_generation_id(c->generations[0], QIAO_PROJECT, docid),
                                    .kind = QIAO_DIFF_LOST,
                                    .before = place_of(lists[0], i)};

        if (now != QIAOI_NO_RECORD && find_row(lists[1], now) != UINT32_MAX)
            continue;
        change.cause = cause_of(c, 0, need[0], docid);
        st = report_change(c, &change, err);
    }
    return st;
}

static qiao_status
compare_need(comparison *c, uint32_t earlier, uint32_t later, qiao_error *err)
{
    const uint32_t need[2] = {earlier, later};
    const qiaoi_match_list *lists[2];
    qiao_status st = list_of(c, 0, earlier, &lists[0], err);

    if (st == QIAO_OK)
        st = list_of(c, 1, later, &lists[1], err);
    if (st == QIAO_OK)
        st = compare_later_rows(c, need, lists, err);
    return st == QIAO_OK ? compare_earlier_rows(c, need, lists, err) : st;
}

/* In order of id, those of one generation alone among the others. */
static qiao_status
compare_needs(comparison *c, qiao_error *err)
{
    const qiaoi_record_states *needs = &c->states[QIAO_NEED];
    uint32_t a = 0, b = 0;
    qiao_status st = QIAO_OK;

    while (st == QIAO_OK && (a < needs->count[0] || b < needs->count[1])) {
        const char *id_a = qiao_generation_id(c->generations[0], QIAO_NEED, a);
        const char *id_b = qiao_generation_id(c->generations[1], QIAO_NEED, b);
        int order = id_a == NULL ? 1 : id_b == NULL ? -1 : strcmp(id_a, id_b);

        st = compare_need(c, order <= 0 ? a : QIAOI_NO_RECORD, order >= 0 ? b : QIAOI_NO_RECORD, err);
        a += order <= 0;
        b += order >= 0;
    }
    return st;
}

/* ---- both generations ---- */

static qiao_status
open_generation(comparison *c, int which, uint64_t number, qiao_error *err)
{
    qiao_status st = qiao_generation_open(c->options->data_dir, number, &c->generations[which], err);

    if (st == QIAO_OK && qiaoi_generation_matches(c->generations[which]) == NULL) {
        st = qiao_fail(err, QIAO_E_NOTFOUND, "generation %llu holds no matches", (unsigned long long)number);
        qiao_error_hint(err, "make them: qiao-indexer match --data %s --generation %llu", c->options->data_dir,
                        (unsigned long long)number);
    }
    return st;
}

static void
count_records(const comparison *c)
{
    for (int kind = 0; kind < 2; kind++)
        for (int which = 0; which < 2; which++)
            for (uint32_t d = 0; d < c->states[kind].count[which]; d++) {
                uint8_t state = c->states[kind].states[which][d];

                c->report->records_new[kind] += which == 1 && state == QIAOI_RECORD_NEW;
                c->report->records_renamed[kind] += which == 1 && state == QIAOI_RECORD_RENAMED;
                c->report->records_changed[kind] += which == 1 && state == QIAOI_RECORD_CHANGED;
                c->report->records_gone[kind] +=
                    which == 0 && (state == QIAOI_RECORD_GONE || state == QIAOI_RECORD_WITHDRAWN);
            }
}

static qiao_status
compare(comparison *c, qiao_error *err)
{
    const qiao_generation *const generations[2] = {c->generations[0], c->generations[1]};
    qiao_status st = QIAO_OK;

    for (int kind = 0; st == QIAO_OK && kind < 2; kind++)
        st = qiaoi_record_states_fill(&c->states[kind], (qiao_kind)kind, generations, err);
    if (st != QIAO_OK)
        return st;
    count_records(c);
    c->common = cause_of_generations(c);
    return compare_needs(c, err);
}

qiao_status
qiao_diff(const qiao_diff_options *options, qiao_diff_report *report, qiao_error *err)
{
    comparison c = {.options = options, .report = report};
    qiao_status st;

    memset(report, 0, sizeof *report);
    st = open_generation(&c, 0, options->from, err);
    if (st == QIAO_OK)
        st = open_generation(&c, 1, options->to, err);
    if (st == QIAO_OK)
        st = qiao_tables_open(
            &(qiao_tables_options){.vocabulary_dir = options->vocabulary_dir, .data_dir = options->data_dir}, &c.tables,
            err);
    if (st == QIAO_OK)
        st = qiao_matcher_new(c.generations[0], &c.tables, &c.earlier, err);
    if (st == QIAO_OK)
        st = compare(&c, err);
    qiaoi_record_states_done(&c.states[0]);
    qiaoi_record_states_done(&c.states[1]);
    qiao_matcher_free(c.earlier);
    qiao_tables_close(&c.tables);
    qiao_generation_close(c.generations[0]);
    qiao_generation_close(c.generations[1]);
    return st;
}
