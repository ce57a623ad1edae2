/* See why_not.h. */
#include "match/why_not.h"

#include "match/assess.h"
#include "match/explain_internal.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 24u
#define WEAK_SHOWN 5u
#define TRL_LAST 9

/* ---- the list ---- */

qiao_status
qiaoi_list_read(qiao_matcher *matcher, const qiao_match_request *request, qiaoi_list *out, qiao_error *err)
{
    qiao_match_request whole = *request;
    const qiao_match_result *result;
    qiao_status st;

    memset(out, 0, sizeof *out);
    whole.limit = QIAOI_LIST_DEPTH + 1;
    whole.offset = 0;
    whole.search = true;
    st = qiao_matcher_match(matcher, &whole, &result, err);
    if (st != QIAO_OK)
        return st;
    out->count = result->count;
    for (size_t i = 0; i < result->count; i++) {
        out->scores[i] = matcher->candidates[i].pair.score;
        out->docids[i] = matcher->candidates[i].docid;
    }
    if (matcher->retrieval.heap_count < QIAOI_RESCORE_BLOCK) /* nobody was left out */
        return QIAO_OK;
    out->text_floor = UINT32_MAX;
    for (size_t i = 0; i < matcher->candidate_count && matcher->candidates[i].block == 0; i++)
        if (matcher->candidates[i].text_score < out->text_floor)
            out->text_floor = matcher->candidates[i].text_score;
    return QIAO_OK;
}

uint32_t
qiaoi_list_rank(const qiaoi_list *list, uint32_t docid)
{
    for (size_t i = 0; i < list->count && i < QIAOI_LIST_DEPTH; i++)
        if (list->docids[i] == docid)
            return (uint32_t)i + 1;
    return 0;
}

/* Where a score would stand among the others; behind those that have as much. */
static uint32_t
rank_of_score(const qiaoi_list *list, uint32_t docid, int32_t score)
{
    uint32_t rank = 1;

    for (size_t i = 0; i < list->count; i++)
        rank += list->docids[i] != docid && list->scores[i] >= score ? 1 : 0;
    return rank;
}

/* ---- changes ---- */

typedef struct change {
    const char *code; /* of the signal or gate */
    int32_t size, score;
    const char *zh, *en;
} change;

typedef struct trial {
    qiaoi_explained e;
    const qiaoi_list *list;
    uint32_t target;
    int32_t score_now;
    qiao_buffer block; /* a copy of the project's facts */
    change changes[CHANGES_MAX];
    size_t count;
} trial;

static int32_t
score_with(const trial *t, qiaoi_signal signal, int32_t value)
{
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_suggested suggested = t->e.candidate->suggested; /* what changes is stated, so it is a fact */
    qiaoi_pair_score score;

    memcpy(values, t->e.candidate->values, sizeof values);
    values[signal] = value;
    if (signal == QIAOI_SIGNAL_FIELD)
        suggested.field = 0;
    if (signal == QIAOI_SIGNAL_TRL)
        suggested.trl = 0;
    if (signal == QIAOI_SIGNAL_PARTNER_COUNTRY)
        suggested.country = 0;
    qiaoi_score(values, &suggested, t->e.matcher->profile, t->e.matcher->left_out, &score);
    return score.score;
}

static bool
reaches(const trial *t, int32_t score)
{
    return score > t->score_now && rank_of_score(t->list, t->e.candidate->docid, score) <= t->target;
}

static int32_t
value_now(const trial *t, qiaoi_signal signal)
{
    int32_t value = t->e.candidate->values[signal];

    return value == QIAOI_SIGNAL_UNKNOWN ? 0 : value;
}

/* The least value of a signal that is enough; INT32_MAX: not even its best is. Scores rise with values. */
static int32_t
least_value(const trial *t, qiaoi_signal signal)
{
    int32_t low = value_now(t, signal), high = QIAO_MICRO;

    if (low >= high || !reaches(t, score_with(t, signal, high)))
        return INT32_MAX;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;

        if (reaches(t, score_with(t, signal, middle)))
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

static void
add(trial *t, const char *code, int32_t size, int32_t score, const char *zh, const char *en)
{
    if (t->count < CHANGES_MAX)
        t->changes[t->count++] = (change){code, size, score, zh, en};
}

#define SAY(t, name, ...)                                                                                              \
    qiaoi_told(&(t)->e, name, QIAO_LANGUAGE_ZH, __VA_ARGS__), qiaoi_told(&(t)->e, name, QIAO_LANGUAGE_EN, __VA_ARGS__)

/* What is either there or not: the whole signal. zh NULL: nothing to say. */
static void
try_whole(trial *t, qiaoi_signal signal, const char *zh, const char *en)
{
    int32_t score = score_with(t, signal, QIAO_MICRO);

    if (zh != NULL && value_now(t, signal) < QIAO_MICRO && reaches(t, score))
        add(t, qiaoi_signal_code(signal), QIAO_MICRO - value_now(t, signal), score, zh, en);
}

static int32_t
trl_value(trial *t, int trl)
{
    int32_t values[QIAOI_SIGNAL_COUNT];
    qiaoi_pair_context pair = t->e.pair;
    qiaoi_facts *copy = (qiaoi_facts *)(void *)t->block.data;

    copy->trl = trl;
    pair.project = copy;
    qiaoi_signals(&pair, values, NULL);
    copy->trl = t->e.pair.project->trl;
    return values[QIAOI_SIGNAL_TRL];
}

/* The level nearest to the one it has that is enough; where it has none, one that is as wanted. */
static void
try_trl(trial *t)
{
    int now = t->e.pair.project->trl, best = 0;

    if (now == QIAO_UNKNOWN) {
        if (qiaoi_trl_wanted(&t->e, QIAO_LANGUAGE_ZH) != NULL)
            try_whole(
                t, QIAOI_SIGNAL_TRL,
                qiaoi_told(&t->e, CHANGE_TRL_UNKNOWN, QIAO_LANGUAGE_ZH, qiaoi_trl_wanted(&t->e, QIAO_LANGUAGE_ZH)),
                qiaoi_told(&t->e, CHANGE_TRL_UNKNOWN, QIAO_LANGUAGE_EN, qiaoi_trl_wanted(&t->e, QIAO_LANGUAGE_EN)));
        return;
    }
    for (int trl = 1; trl <= TRL_LAST; trl++) {
        int32_t value = trl_value(t, trl);

        if (value != QIAOI_SIGNAL_UNKNOWN && reaches(t, score_with(t, QIAOI_SIGNAL_TRL, value)) &&
            (best == 0 || abs(trl - now) < abs(best - now)))
            best = trl;
    }
    if (best != 0)
        add(t, "trl", trl_value(t, best) - value_now(t, QIAOI_SIGNAL_TRL),
            score_with(t, QIAOI_SIGNAL_TRL, trl_value(t, best)),
            SAY(t, CHANGE_TRL, qiaoi_say_number(&t->e, now), qiaoi_say_number(&t->e, best)));
}

/* A price that is low enough: a signal's value v stands for (2 - v) times the budget. */
static void
try_price(trial *t)
{
    const qiaoi_facts *need = t->e.pair.need;
    double budget = isnan(need->money_max) ? need->money_min : need->money_max, price;
    int32_t value = least_value(t, QIAOI_SIGNAL_BUDGET);

    if (isnan(budget) || budget <= 0 || value == INT32_MAX)
        return;
    price = budget * (2.0 - value / (double)QIAO_MICRO);
    add(t, "budget", value - value_now(t, QIAOI_SIGNAL_BUDGET), score_with(t, QIAOI_SIGNAL_BUDGET, value),
        qiaoi_told(&t->e, CHANGE_PRICE, QIAO_LANGUAGE_ZH, qiaoi_say_money(&t->e, price, QIAO_LANGUAGE_ZH)),
        qiaoi_told(&t->e, CHANGE_PRICE, QIAO_LANGUAGE_EN, qiaoi_say_money(&t->e, price, QIAO_LANGUAGE_EN)));
}

static void
try_figures(trial *t)
{
    qiaoi_indicators *in = &t->e.matcher->indicators;
    uint32_t count = in->need == t->e.pair.need ? t->e.pair.need->reading_count : 0;

    for (uint32_t i = 0; i < count; i++) {
        qiao_verdict now = in->results[i].verdict;
        int32_t value;

        if (now == QIAO_VERDICT_MET)
            continue;
        in->results[i].verdict = QIAO_VERDICT_MET;
        value = qiaoi_indicators_value(in);
        in->results[i].verdict = now;
        if (reaches(t, score_with(t, QIAOI_SIGNAL_INDICATORS, value)))
            add(t, "indicators", abs(value - value_now(t, QIAOI_SIGNAL_INDICATORS)),
                score_with(t, QIAOI_SIGNAL_INDICATORS, value),
                qiaoi_told(&t->e, CHANGE_FIGURE, QIAO_LANGUAGE_ZH,
                           qiaoi_say_name(&t->e, in->needs[i].name, QIAO_LANGUAGE_ZH),
                           qiaoi_say_figure(&t->e, &in->needs[i], QIAO_LANGUAGE_ZH)),
                qiaoi_told(&t->e, CHANGE_FIGURE, QIAO_LANGUAGE_EN,
                           qiaoi_say_name(&t->e, in->needs[i].name, QIAO_LANGUAGE_EN),
                           qiaoi_say_figure(&t->e, &in->needs[i], QIAO_LANGUAGE_EN)));
    }
}

static const char *
names(trial *t, const char *lists, const qiaoi_fact_codes *codes, qiao_language language)
{
    return qiaoi_named_all(&t->e, lists, t->e.pair.need, codes, language);
}

static void
try_terms(trial *t)
{
    const qiaoi_facts *need = t->e.pair.need, *project = t->e.pair.project;
    qiaoi_explained *e = &t->e;
    const char *terms = qiaoi_facts_text(need, need->ip_terms), *kind = qiaoi_facts_text(project, project->org_kind),
               *country = qiaoi_facts_text(project, project->country);

    if (need->modes.count > 0)
        try_whole(t, QIAOI_SIGNAL_MODE,
                  qiaoi_told(e, CHANGE_MODE, QIAO_LANGUAGE_ZH, names(t, "coop_mode", &need->modes, QIAO_LANGUAGE_ZH)),
                  qiaoi_told(e, CHANGE_MODE, QIAO_LANGUAGE_EN, names(t, "coop_mode", &need->modes, QIAO_LANGUAGE_EN)));
    if (need->needed_day != QIAO_UNKNOWN)
        try_whole(t, QIAOI_SIGNAL_TIME, SAY(t, CHANGE_TIME, qiaoi_say_day(e, need->needed_day)));
    if (terms != NULL)
        try_whole(t, QIAOI_SIGNAL_IP_TERMS,
                  qiaoi_told(e, CHANGE_RIGHTS, QIAO_LANGUAGE_ZH, qiaoi_named(e, "ip_terms", terms, QIAO_LANGUAGE_ZH)),
                  qiaoi_told(e, CHANGE_RIGHTS, QIAO_LANGUAGE_EN, qiaoi_named(e, "ip_terms", terms, QIAO_LANGUAGE_EN)));
    if (need->partner_kinds.count > 0 && kind != NULL)
        try_whole(t, QIAOI_SIGNAL_ORG_KIND,
                  qiaoi_told(e, CHANGE_PARTNER, QIAO_LANGUAGE_ZH, qiaoi_named(e, "org_kind", kind, QIAO_LANGUAGE_ZH)),
                  qiaoi_told(e, CHANGE_PARTNER, QIAO_LANGUAGE_EN, qiaoi_named(e, "org_kind", kind, QIAO_LANGUAGE_EN)));
    if (need->country_allow.count + need->target_regions.count > 0 && country != NULL)
        try_whole(
            t, QIAOI_SIGNAL_PARTNER_COUNTRY,
            qiaoi_told(e, CHANGE_COUNTRY, QIAO_LANGUAGE_ZH, qiaoi_named(e, "country", country, QIAO_LANGUAGE_ZH)),
            qiaoi_told(e, CHANGE_COUNTRY, QIAO_LANGUAGE_EN, qiaoi_named(e, "country", country, QIAO_LANGUAGE_EN)));
    if (project->fields.count == 0 && need->fields.count > 0)
        try_whole(t, QIAOI_SIGNAL_FIELD,
                  qiaoi_told(e, CHANGE_FIELD, QIAO_LANGUAGE_ZH, names(t, "field", &need->fields, QIAO_LANGUAGE_ZH)),
                  qiaoi_told(e, CHANGE_FIELD, QIAO_LANGUAGE_EN, names(t, "field", &need->fields, QIAO_LANGUAGE_EN)));
    try_whole(t, QIAOI_SIGNAL_FRESHNESS, qiaoi_phrase_form(QIAOI_PHRASE_CHANGE_UPDATE, QIAO_LANGUAGE_ZH),
              qiaoi_phrase_form(QIAOI_PHRASE_CHANGE_UPDATE, QIAO_LANGUAGE_EN));
}

/* A shut gate comes before all: no other change lets the pair in. Two shut gates: no single change does. */
static void
try_gate(trial *t)
{
    static const qiaoi_phrase phrases[] = {QIAOI_PHRASE_COUNT,
#define ROW(name, code) QIAOI_PHRASE_CHANGE_##name,
                                           QIAOI_GATES(ROW)
#undef ROW
    };
    qiaoi_gate gate = t->e.candidate->gate;
    uint32_t off = t->e.matcher->profile->gates_off | 1u << gate;

    if (qiaoi_gate_of(&t->e.pair, t->e.matcher->gate_day, off) != QIAOI_GATE_NONE)
        return;
    if (rank_of_score(t->list, t->e.candidate->docid, t->score_now) <= t->target)
        add(t, qiaoi_gate_code(gate), QIAO_MICRO, t->score_now, qiaoi_phrase_form(phrases[gate], QIAO_LANGUAGE_ZH),
            qiaoi_phrase_form(phrases[gate], QIAO_LANGUAGE_EN));
}

static int
compare_changes(const void *a, const void *b)
{
    const change *x = a, *y = b;

    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return strcmp(x->zh, y->zh);
}

static bool
reachable(const trial *t)
{
    return t->e.candidate->text_score >= t->list->text_floor;
}

static qiao_status
try_all(trial *t, qiao_error *err)
{
    uint32_t rank = qiaoi_list_rank(t->list, t->e.candidate->docid);

    if (t->e.pair.need == NULL || t->e.pair.project == NULL || !reachable(t) || (rank > 0 && rank <= t->target))
        return QIAO_OK;
    if (t->e.candidate->gate != QIAOI_GATE_NONE) {
        try_gate(t);
        return QIAO_OK;
    }
    qiao_buffer_append(&t->block, t->e.pair.project, t->e.pair.project->size);
    if (t->block.failed)
        return qiao_buffer_check(&t->block, err);
    try_trl(t);
    try_price(t);
    try_figures(t);
    try_terms(t);
    qsort(t->changes, t->count, sizeof t->changes[0], compare_changes);
    return QIAO_OK;
}

static qiao_status
begin(trial *t, qiao_matcher *matcher, const qiaoi_candidate *candidate, const qiaoi_list *list, uint32_t target,
      qiao_error *err)
{
    memset(t, 0, sizeof *t);
    t->list = list;
    t->target = target;
    t->score_now = candidate->pair.score;
    return qiaoi_explained_begin(&t->e, matcher, candidate, NULL, err);
}

static void
end(trial *t)
{
    qiao_buffer_done(&t->block);
    qiaoi_explained_end(&t->e);
}

/* ---- as JSON ---- */

typedef struct weakness {
    qiaoi_signal signal;
    int32_t lost; /* what the pair's score would gain by its best value */
} weakness;

static int
compare_weaknesses(const void *a, const void *b)
{
    const weakness *x = a, *y = b;

    if (x->lost != y->lost)
        return x->lost > y->lost ? -1 : 1;
    return x->signal < y->signal ? -1 : x->signal > y->signal;
}

static void
write_weak(const trial *t, qiao_buffer *out)
{
    weakness all[QIAOI_SIGNAL_COUNT];
    size_t count = 0;

    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++) {
        int32_t lost = score_with(t, (qiaoi_signal)s, QIAO_MICRO) - t->score_now;

        if (t->e.candidate->values[s] != QIAOI_SIGNAL_UNKNOWN && lost > 0)
            all[count++] = (weakness){(qiaoi_signal)s, lost};
    }
    qsort(all, count, sizeof *all, compare_weaknesses);
    qiao_buffer_text(out, ",\"weak\":[");
    for (size_t i = 0; i < count && i < WEAK_SHOWN; i++)
        qiao_buffer_printf(out, "%s{\"code\":\"%s\",\"value\":%d.%06d,\"lost\":%d}", i > 0 ? "," : "",
                           qiaoi_signal_code(all[i].signal), (int)(t->e.candidate->values[all[i].signal] / QIAO_MICRO),
                           (int)(t->e.candidate->values[all[i].signal] % QIAO_MICRO), (int)all[i].lost);
    qiao_buffer_char(out, ']');
}

static void
write_changes(const trial *t, qiao_buffer *out)
{
    qiao_buffer_text(out, ",\"changes\":[");
    for (size_t i = 0; i < t->count; i++) {
        const change *c = &t->changes[i];

        qiao_buffer_printf(out,
                           "%s{\"code\":\"%s\",\"size\":%d.%06d,\"score\":%d,\"rank\":%u,\"zh\":", i > 0 ? "," : "",
                           c->code, (int)(c->size / QIAO_MICRO), (int)(c->size % QIAO_MICRO), (int)c->score,
                           rank_of_score(t->list, t->e.candidate->docid, c->score));
        qiao_buffer_json_string(out, c->zh, strlen(c->zh));
        qiao_buffer_text(out, ",\"en\":");
        qiao_buffer_json_string(out, c->en, strlen(c->en));
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
}

/* What stands on the target's place without the pair; 0 where the list is shorter. */
static int32_t
score_to_beat(const qiaoi_list *list, uint32_t docid, uint32_t target)
{
    uint32_t place = 0;

    for (size_t i = 0; i < list->count; i++)
        if (list->docids[i] != docid && ++place == target)
            return list->scores[i];
    return 0;
}

qiao_status
qiaoi_why_not(qiao_matcher *matcher, const qiaoi_candidate *candidate, const qiaoi_list *list, uint32_t target,
              qiao_buffer *out, qiao_error *err)
{
    trial t;
    qiao_status st = begin(&t, matcher, candidate, list, target, err);

    if (st != QIAO_OK)
        return st;
    st = try_all(&t, err);
    qiao_buffer_printf(out, "\"target\":{\"rank\":%u,\"score\":%d},\"reachable\":%s", target,
                       (int)score_to_beat(list, candidate->docid, target), reachable(&t) ? "true" : "false");
    write_weak(&t, out);
    write_changes(&t, out);
    if (st == QIAO_OK && t.e.failed)
        st = qiao_fail_memory(err);
    end(&t);
    return st == QIAO_OK ? qiao_buffer_check(out, err) : st;
}

qiao_status
qiaoi_least_change(qiao_matcher *matcher, const qiaoi_candidate *candidate, const qiaoi_list *list, uint32_t target,
                   int32_t *size_out, qiao_error *err)
{
    trial t;
    qiao_status st = begin(&t, matcher, candidate, list, target, err);

    *size_out = INT32_MAX;
    if (st != QIAO_OK)
        return st;
    st = try_all(&t, err);
    if (st == QIAO_OK && t.e.failed)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK && t.count > 0)
        *size_out = t.changes[0].size;
    end(&t);
    return st;
}
