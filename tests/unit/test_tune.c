/* Weights from verdicts: the model is the score, it finds a weight that explains the verdicts, it stays where they say
 * nothing, and what is proposed is judged on needs it was not fitted to. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "batch/tune_model.h"
#include "match/score.h"
#include "qiao/feedback.h"
#include "qiao/tune.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEEDS 60u
#define OF_NEED 6u

static uint32_t
draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static const qiaoi_profile *
shipped_profile(void)
{
    const qiaoi_profile *profile;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_profiles_find(qiao_test_tables()->profiles, NULL, &profile, &err), &err);
    return profile;
}

static qiaoi_weights
default_weights(void)
{
    qiaoi_weights weights;

    qiaoi_weights_of(shipped_profile(), &weights);
    return weights;
}

static void
draw_values(uint32_t *state, int32_t values[QIAOI_SIGNAL_COUNT])
{
    for (int s = 0; s < QIAOI_SIGNAL_COUNT; s++)
        values[s] = draw(state) % 4 == 0 ? QIAOI_SIGNAL_UNKNOWN : (int32_t)(draw(state) % (QIAO_MICRO + 1));
}

static void
the_model_is_the_score(void **state)
{
    const qiaoi_weights weights = default_weights();
    uint32_t seed = 5;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int32_t values[QIAOI_SIGNAL_COUNT];
        qiaoi_pair_score pair;

        draw_values(&seed, values);
        qiaoi_score(values, NULL, shipped_profile(), 0, &pair);
        assert_true(fabs(qiaoi_model_score(&weights, values) * QIAO_MICRO - pair.score) < 3);
    }
}

/* People accept by the field alone, whatever the text says; or without any rule. */
static void
draw_samples(qiaoi_sample *samples, bool by_field)
{
    uint32_t seed = 9;

    for (uint32_t i = 0; i < NEEDS * OF_NEED; i++) {
        samples[i].need = i / OF_NEED;
        draw_values(&seed, samples[i].values);
        samples[i].values[QIAOI_SIGNAL_FIELD] = (int32_t)(draw(&seed) % QIAO_MICRO);
        samples[i].accepted = by_field ? samples[i].values[QIAOI_SIGNAL_FIELD] > QIAO_MICRO / 2 : draw(&seed) % 2 == 0;
    }
}

static double
right_share(const qiaoi_weights *weights, const qiaoi_samples *samples)
{
    double right = 0, all = 0;

    qiaoi_model_count(weights, samples, &right, &all);
    assert_true(all > 100);
    return right / all;
}

static void
a_signal_that_explains_the_verdicts_gains(void **state)
{
    static qiaoi_sample samples[NEEDS * OF_NEED];
    const qiaoi_samples all = {samples, NEEDS * OF_NEED, 0, 0, false};
    const qiaoi_weights start = default_weights();
    qiaoi_weights fitted;
    double ratio, text;

    (void)state;
    draw_samples(samples, true);
    qiaoi_model_fit(&start, &all, &fitted);
    ratio = fitted.side[0][QIAOI_SIGNAL_FIELD] / start.side[0][QIAOI_SIGNAL_FIELD];
    text = fitted.side[0][QIAOI_SIGNAL_TEXT_BODY] / start.side[0][QIAOI_SIGNAL_TEXT_BODY];
    assert_true(ratio > 2 && text < 1);
    assert_true(fabs(fitted.side[1][QIAOI_SIGNAL_FIELD] / start.side[1][QIAOI_SIGNAL_FIELD] - ratio) < 1e-9);
    assert_true(right_share(&fitted, &all) > right_share(&start, &all) + 0.1);
}

/* Fitted to four fifths of the needs, judged on the last: no better than a throw of dice. */
static void
verdicts_without_a_rule_teach_nothing(void **state)
{
    static qiaoi_sample samples[NEEDS * OF_NEED];
    const qiaoi_weights start = default_weights();
    double right = 0, all = 0;

    (void)state;
    draw_samples(samples, false);
    for (uint32_t fold = 0; fold < 5; fold++) {
        const qiaoi_samples rest = {samples, NEEDS * OF_NEED, 5, fold, false},
                            held = {samples, NEEDS * OF_NEED, 5, fold, true};
        qiaoi_weights fitted;

        qiaoi_model_fit(&start, &rest, &fitted);
        qiaoi_model_count(&fitted, &held, &right, &all);
    }
    assert_true(all > 300 && fabs(right / all - 0.5) < 0.08);
}

static void
without_samples_nothing_moves(void **state)
{
    const qiaoi_samples none = {NULL, 0, 0, 0, false};
    const qiaoi_weights start = default_weights();
    qiaoi_weights fitted;

    (void)state;
    qiaoi_model_fit(&start, &none, &fitted);
    assert_memory_equal(&start, &fitted, sizeof start);
}

static void
folds_share_the_needs_out(void **state)
{
    static qiaoi_sample samples[NEEDS * OF_NEED];
    const qiaoi_weights start = default_weights();
    double whole[2] = {0, 0}, parts[2] = {0, 0};
    qiaoi_samples view = {samples, NEEDS * OF_NEED, 0, 0, false};

    (void)state;
    draw_samples(samples, true);
    qiaoi_model_count(&start, &view, &whole[0], &whole[1]);
    view.folds = 5;
    view.held_out = true;
    for (view.fold = 0; view.fold < 5; view.fold++)
        qiaoi_model_count(&start, &view, &parts[0], &parts[1]);
    assert_true(whole[1] > 0 && whole[0] == parts[0] && whole[1] == parts[1]);
}

/* ---- from verdicts in a generation ---- */

typedef struct fixture {
    qiao_test_folder folder;
    char data[512], lexicon[512];
} fixture;

static const char *const topics[] = {"battery",  "robot", "hydrogen", "bearing",
                                     "membrane", "laser", "concrete", "sensor"};

static void
put_verdict(qiao_source_store *store, unsigned need, unsigned project, bool accepted)
{
    qiao_feedback feedback = {.accepted = accepted,
                              .reason = accepted ? QIAO_FEEDBACK_NO_REASON : QIAO_FEEDBACK_OFF_FIELD};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;

    snprintf(feedback.need, sizeof feedback.need, "t:n%u", need);
    snprintf(feedback.project, sizeof feedback.project, "t:p%u", project);
    assert_ok(qiao_source_store_put_feedback(store, &feedback, &change, &err), &err);
}

/* Needs and projects of eight topics; a project of the topic is accepted, one of the next is not. */
static void
begin(fixture *f, unsigned needs)
{
    char line[400];
    const char *const one[] = {line};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;

    qiao_test_folder_init(&f->folder);
    snprintf(f->data, sizeof f->data, "%s/data", f->folder.path);
    snprintf(f->lexicon, sizeof f->lexicon, "%s/lexicon.bin", f->folder.path);
    qiao_test_write_lexicon(f->lexicon, qiao_test_words);
    for (unsigned i = 0; i < 8; i++) {
        snprintf(line, sizeof line,
                 "{\"kind\":\"project\",\"id\":\"t:p%u\",\"title\":{\"en\":\"%s system\"},\"status\":\"published\"}", i,
                 topics[i]);
        qiao_test_put_records(f->data, one, 1);
    }
    for (unsigned i = 0; i < needs; i++) {
        snprintf(line, sizeof line,
                 "{\"kind\":\"need\",\"id\":\"t:n%u\",\"title\":{\"en\":\"%s system %u\"},\"status\":\"published\"}", i,
                 topics[i % 8], i);
        qiao_test_put_records(f->data, one, 1);
    }
    assert_ok(qiao_source_store_open(f->data, true, &store, &err), &err);
    for (unsigned i = 0; i < needs; i++) {
        put_verdict(store, i, i % 8, true);
        put_verdict(store, i, (i + 1) % 8, false);
    }
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
    qiao_test_build_generation(f->data, f->lexicon, 1);
}

static void
end(fixture *f)
{
    qiao_test_vocabulary_done();
    qiao_test_folder_done(&f->folder);
}

static qiao_status
tune(const fixture *f, qiao_tune_report *report, qiao_buffer *json, qiao_buffer *profile, qiao_error *err)
{
    const qiao_tune_options options = {.data_dir = f->data, .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data"};

    qiao_buffer_clear(json);
    qiao_buffer_clear(profile);
    return qiao_tune(&options, report, json, profile, err);
}

static void
verdicts_of_a_generation_are_judged_by_held_out_needs(void **state)
{
    qiao_buffer json = {0}, again = {0}, profile = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_tune_report report;
    fixture f;

    (void)state;
    begin(&f, 24);
    assert_ok(tune(&f, &report, &json, &profile, &err), &err);
    assert_int_equal(report.needs, 24);
    assert_int_equal(report.accepted, 24);
    assert_int_equal(report.rejected, 24);
    assert_int_equal(report.comparisons, 24);
    /* the ranking is right already: there is nothing to gain, so nothing is proposed */
    assert_true(report.before == 1.0 && !report.proposed && profile.length == 0);
    assert_ok(tune(&f, &report, &again, &profile, &err), &err);
    assert_string_equal(json.data, again.data);
    qiao_buffer_done(&json);
    qiao_buffer_done(&again);
    qiao_buffer_done(&profile);
    end(&f);
}

static void
too_few_verdicts_teach_nothing(void **state)
{
    qiao_buffer json = {0}, profile = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_tune_report report;
    fixture f;

    (void)state;
    begin(&f, 8);
    assert_status(tune(&f, &report, &json, &profile, &err), QIAO_E_REFUSED, &err);
    assert_non_null(strstr(err.message, "8 needs"));
    qiao_buffer_done(&json);
    qiao_buffer_done(&profile);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_is_the_score),
        cmocka_unit_test(a_signal_that_explains_the_verdicts_gains),
        cmocka_unit_test(verdicts_without_a_rule_teach_nothing),
        cmocka_unit_test(without_samples_nothing_moves),
        cmocka_unit_test(folds_share_the_needs_out),
        cmocka_unit_test(verdicts_of_a_generation_are_judged_by_held_out_needs),
        cmocka_unit_test(too_few_verdicts_teach_nothing),
    };

    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    qiao_test_vocabulary_done();
    return failed;
}
