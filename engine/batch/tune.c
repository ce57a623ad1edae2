/* Gathers judged pairs with their signals, fits, judges by held-out needs, writes what it found: see qiao/tune.h. */
#include "qiao/tune.h"

#include "batch/tune_model.h"
#include "match/matcher_internal.h"
#include "store/generation_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAIRS_OF_NEED 1000u /* judged pairs of one need that are looked at */

typedef struct tuning {
    const qiao_tune_options *options;
    qiao_tune_report *report;
    qiao_generation *generation;
    qiao_tables tables;
    const qiaoi_profile *profile; /* the one there is */
    qiao_matcher *matcher;
    qiaoi_sample *samples;
    size_t count;
    uint32_t needs;
    qiaoi_weights before, after;
} tuning;

/* ---- samples ---- */

/* A pair on which people are divided teaches nothing. */
static size_t
take_ids(const tuning *t, uint32_t first, uint32_t end, const char **ids, bool *accepted)
{
    const qiaoi_verdicts *verdicts = qiaoi_generation_verdicts(t->generation);
    size_t count = 0;

    for (uint32_t i = first; i < end && count < PAIRS_OF_NEED; i++) {
        const qiaoi_verdict *verdict = qiaoi_verdicts_at(verdicts, i);

        if (verdict->accepts == verdict->rejects)
            continue;
        accepted[count] = verdict->accepts > verdict->rejects;
        ids[count++] = qiao_generation_id(t->generation, QIAO_PROJECT, verdict->project);
    }
    return count;
}

static void
keep_sample(tuning *t, const qiaoi_candidate *candidate, bool accepted)
{
    qiaoi_sample *sample = &t->samples[t->count++];

    sample->need = t->needs;
    sample->accepted = accepted;
    memcpy(sample->values, candidate->values, sizeof sample->values);
    sample->values[QIAOI_SIGNAL_FEEDBACK] = QIAOI_SIGNAL_UNKNOWN;
    if (candidate->suggested.field > 0) /* weights are learnt from facts */
        sample->values[QIAOI_SIGNAL_FIELD] = QIAOI_SIGNAL_UNKNOWN;
    if (candidate->suggested.trl > 0)
        sample->values[QIAOI_SIGNAL_TRL] = QIAOI_SIGNAL_UNKNOWN;
    if (candidate->suggested.country > 0)
        sample->values[QIAOI_SIGNAL_PARTNER_COUNTRY] = QIAOI_SIGNAL_UNKNOWN;
    t->report->accepted += accepted;
    t->report->rejected += !accepted;
}

static qiao_status
gather_need(tuning *t, uint32_t first, uint32_t end, qiao_error *err)
{
    const char *ids[PAIRS_OF_NEED];
    bool accepted[PAIRS_OF_NEED];
    const qiaoi_verdict *verdict = qiaoi_verdicts_at(qiaoi_generation_verdicts(t->generation), first);
    const qiao_match_request request = {.kind = QIAO_NEED,
                                        .id = qiao_generation_id(t->generation, QIAO_NEED, verdict->need)};
    const qiao_match_result *result;
    size_t count = take_ids(t, first, end, ids, accepted);
    qiao_status st;

    if (count == 0)
        return QIAO_OK;
    st = qiao_matcher_pairs(t->matcher, &request, ids, count, &result, err);
    for (size_t i = 0; st == QIAO_OK && i < count; i++)
        keep_sample(t, &t->matcher->candidates[i], accepted[i]);
    t->needs++;
    return st;
}

static qiao_status
gather(tuning *t, qiao_error *err)
{
    const qiaoi_verdicts *verdicts = qiaoi_generation_verdicts(t->generation);
    uint32_t count = qiaoi_verdicts_count(verdicts);
    qiao_status st = QIAO_OK;

    t->samples = qiao_calloc((size_t)count + 1, sizeof *t->samples);
    if (t->samples == NULL)
        return qiao_fail_memory(err);
    for (uint32_t i = 0, end; st == QIAO_OK && i < count; i = end) {
        end = i + 1;
        while (end < count && qiaoi_verdicts_at(verdicts, end)->need == qiaoi_verdicts_at(verdicts, i)->need)
            end++;
        st = gather_need(t, i, end, err);
    }
    t->report->pairs = t->count;
    return st;
}

static void
count_needs(tuning *t)
{
    for (size_t i = 0, end; i < t->count; i = end) {
        bool seen[2] = {false, false};

        for (end = i; end < t->count && t->samples[end].need == t->samples[i].need; end++)
            seen[t->samples[end].accepted] = true;
        t->report->needs += seen[0] && seen[1];
    }
}

/* ---- fit and judgement ---- */

static void
judge_folds(tuning *t)
{
    double before[2] = {0, 0}, after[2] = {0, 0};

    for (uint32_t fold = 0; fold < QIAO_TUNE_FOLDS; fold++) {
        qiaoi_samples rest = {t->samples, t->count, QIAO_TUNE_FOLDS, fold, false}, held = rest;
        double right[2] = {0, 0}, all[2] = {0, 0};
        qiaoi_weights fitted;

        held.held_out = true;
        qiaoi_model_fit(&t->before, &rest, &fitted);
        qiaoi_model_count(&t->before, &held, &right[0], &all[0]);
        qiaoi_model_count(&fitted, &held, &right[1], &all[1]);
        t->report->before_fold[fold] = all[0] > 0 ? right[0] / all[0] : (double)NAN;
        t->report->after_fold[fold] = all[1] > 0 ? right[1] / all[1] : (double)NAN;
        before[0] += right[0];
        before[1] += all[0];
        after[0] += right[1];
        after[1] += all[1];
    }
    t->report->comparisons = (uint64_t)before[1];
    t->report->before = before[1] > 0 ? before[0] / before[1] : 0;
    t->report->after = after[1] > 0 ? after[0] / after[1] : 0;
    t->report->proposed = t->report->after > t->report->before;
}

static qiao_status
fit(tuning *t, qiao_error *err)
{
    const qiaoi_samples all = {t->samples, t->count, 0, 0, false};

    count_needs(t);
    if (t->report->needs < QIAO_TUNE_NEEDS_LEAST) {
        qiao_fail(err, QIAO_E_REFUSED,
                  "%llu needs have both an accepted and a rejected project; at least %u are wanted",
                  (unsigned long long)t->report->needs, QIAO_TUNE_NEEDS_LEAST);
        qiao_error_hint(err, "import verdicts with qiao-indexer feedback, then run qiao-indexer build");
        return QIAO_E_REFUSED;
    }
    qiaoi_weights_of(t->profile, &t->before);
    judge_folds(t);
    qiaoi_model_fit(&t->before, &all, &t->after);
    return QIAO_OK;
}

/* ---- what is written ---- */

static int
whole(double weight)
{
    return (int)lround(weight);
}

static void
write_weights(const tuning *t, qiao_buffer *out)
{
    qiao_buffer_text(out, ",\"weights\":[");
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        qiao_buffer_printf(out,
                           "%s{\"code\":\"%s\",\"before\":{\"enterprise\":%d,\"owner\":%d},\"after\":{\"enterprise\":%"
                           "d,\"owner\":%d}}",
                           s > 0 ? "," : "", qiaoi_signal_code((qiaoi_signal)s), whole(t->before.side[0][s]),
                           whole(t->before.side[1][s]), whole(t->after.side[0][s]), whole(t->after.side[1][s]));
    qiao_buffer_char(out, ']');
}

static void
write_fold(qiao_buffer *out, double value)
{
    if (isnan(value))
        qiao_buffer_text(out, "null");
    else
        qiao_buffer_printf(out, "%.4f", value);
}

static void
write_report(const tuning *t, qiao_buffer *out)
{
    const qiao_tune_report *r = t->report;

    qiao_buffer_printf(out,
                       "{\"generation\":%llu,\"pairs\":%llu,\"accepted\":%llu,\"rejected\":%llu,\"needs\":%llu,"
                       "\"comparisons\":%llu,\"before\":%.4f,\"after\":%.4f,\"proposed\":%s,\"folds\":[",
                       (unsigned long long)r->generation, (unsigned long long)r->pairs, (unsigned long long)r->accepted,
                       (unsigned long long)r->rejected, (unsigned long long)r->needs,
                       (unsigned long long)r->comparisons, r->before, r->after, r->proposed ? "true" : "false");
    for (uint32_t fold = 0; fold < QIAO_TUNE_FOLDS; fold++) {
        qiao_buffer_text(out, fold > 0 ? ",{\"before\":" : "{\"before\":");
        write_fold(out, r->before_fold[fold]);
        qiao_buffer_text(out, ",\"after\":");
        write_fold(out, r->after_fold[fold]);
        qiao_buffer_char(out, '}');
    }
    qiao_buffer_char(out, ']');
    write_weights(t, out);
    qiao_buffer_text(out, "}\n");
}

static void
write_profile(const tuning *t, qiao_buffer *out)
{
    qiaoi_profile proposed = *t->profile;
    char zh[160], en[160];

    qiaoi_weights_to(&t->after, &proposed);
    snprintf(proposed.name, sizeof proposed.name, "proposed");
    snprintf(proposed.version, sizeof proposed.version, "gen-%llu", (unsigned long long)t->report->generation);
    snprintf(zh, sizeof zh, "根据反馈意见在方案 %s（%s）基础上提出的权重建议，审阅后方可使用", t->profile->name,
             t->profile->version);
    snprintf(en, sizeof en, "Weights proposed from verdicts, starting from %s (%s); read before use", t->profile->name,
             t->profile->version);
    qiaoi_profile_write(&proposed, zh, en, out);
}

/* ---- opening ---- */

static qiao_status
open_all(tuning *t, qiao_error *err)
{
    uint64_t number = t->options->generation;
    qiao_status st = number != 0 ? QIAO_OK : qiao_catalog_current(t->options->data_dir, &number, err);

    if (st == QIAO_OK)
        st = qiao_generation_open(t->options->data_dir, number, &t->generation, err);
    if (st == QIAO_OK)
        st = qiao_tables_open(
            &(qiao_tables_options){.vocabulary_dir = t->options->vocabulary_dir, .data_dir = t->options->data_dir},
            &t->tables, err);
    if (st == QIAO_OK)
        st = qiaoi_profiles_find(t->tables.profiles, NULL, &t->profile, err);
    if (st == QIAO_OK)
        st = qiao_matcher_new(t->generation, &t->tables, &t->matcher, err);
    t->report->generation = number;
    return st;
}

qiao_status
qiao_tune(const qiao_tune_options *options, qiao_tune_report *report, qiao_buffer *report_out, qiao_buffer *profile_out,
          qiao_error *err)
{
    tuning t = {.options = options, .report = report};
    qiao_status st;

    memset(report, 0, sizeof *report);
    st = open_all(&t, err);
    if (st == QIAO_OK)
        st = gather(&t, err);
    if (st == QIAO_OK)
        st = fit(&t, err);
    if (st == QIAO_OK) {
        write_report(&t, report_out);
        if (report->proposed)
            write_profile(&t, profile_out);
        st = qiao_buffer_check(report_out, err);
        if (st == QIAO_OK)
            st = qiao_buffer_check(profile_out, err);
    }
    qiao_free(t.samples);
    qiao_matcher_free(t.matcher);
    qiao_tables_close(&t.tables);
    qiao_generation_close(t.generation);
    return st;
}
