/* Learning translations and compounds from bilingual texts: what is found, what teaches nothing, any number of threads,
 * memory that runs out. */
#include "support.h"
#include "tiny_lexicon.h"

#include "lexicon/learn.h"
#include "lexicon/lexicon_internal.h"
#include "qiao/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const qiao_test_word words[] = {
    {QIAOI_ZH, "电池", "battery", 0}, {QIAOI_ZH, "轴承", "bearing", 0}, {QIAOI_ZH, "机器人", "robot", 0},
    {QIAOI_ZH, "氢", "hydrogen", 12}, {QIAOI_ZH, "多", "many", 12},     {QIAOI_ZH, "模态", "", 0},
    {QIAOI_ZH, "新", "new", 8},       {QIAOI_ZH, "温度", "", 0},        {QIAOI_ZH, "研究", "study", 0},
    {QIAOI_ZH, "压力", "", 0},        {QIAOI_LANGUAGES, NULL, NULL, 0},
};

/* 温度 and 压力 have no translation in the dictionary; 多 模态 stand together always. */
static const char *const pairs[][2] = {
    {"研究电池温度。", "We study the temperature of batteries. "},
    {"研究轴承温度。", "We study the temperature of bearings. "},
    {"机器人温度。", "Temperature of the robot. "},
    {"氢温度与电池。", "Temperature of hydrogen and battery. "},
    {"研究轴承压力。", "We study the pressure of bearings. "},
    {"机器人压力。", "Pressure of the robot. "},
    {"电池压力。", "Pressure of the battery. "},
    {"多模态机器人。", "A multimodal robot. "},
    {"多模态研究。", "A multimodal study. "},
    {"多模态电池。", "A multimodal battery. "},
    {"新多模态轴承。", "A new multimodal bearing. "},
    {"多模态氢。", "Multimodal hydrogen. "},
    {"新机器人电池。", "A new battery of the robot. "},
    {"新轴承。", "A new bearing. "},
    {"研究氢。", "Study of hydrogen. "},
};
#define PAIRS (sizeof pairs / sizeof *pairs)

typedef struct fixture {
    qiao_test_folder folder;
    char base_path[300], working_path[300];
    qiao_lexicon *base;
} fixture;

static int
set_up(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_folder_init(&f.folder);
    snprintf(f.base_path, sizeof f.base_path, "%s/base.bin", f.folder.path);
    snprintf(f.working_path, sizeof f.working_path, "%s/working.bin", f.folder.path);
    qiao_test_write_lexicon(f.base_path, words);
    assert_ok(qiao_lexicon_open(f.base_path, &f.base, &err), &err);
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;

    qiao_lexicon_close(f->base);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static qiao_status
add(qiaoi_learner *learner, const char *chinese, const char *english, qiao_error *err)
{
    return qiaoi_learner_add(learner, chinese, strlen(chinese), english, strlen(english), err);
}

/* Feeds a learner with the texts above, each in a record of its own, and twice more in other company. */
static qiao_status
feed(const fixture *f, unsigned threads, qiaoi_learner **out, qiao_error *err)
{
    qiao_status st = qiaoi_learner_new(f->base, threads, out, err);
    char chinese[200], english[200];

    for (size_t round = 0; st == QIAO_OK && round < 3; round++)
        for (size_t i = 0; st == QIAO_OK && i < PAIRS; i++) {
            size_t other = (i * 7 + round * 4 + 1) % PAIRS;

            snprintf(chinese, sizeof chinese, "%s%s", pairs[i][0], pairs[other][0]);
            snprintf(english, sizeof english, "%s%s", pairs[i][1], pairs[other][1]);
            st = add(*out, chinese, english, err);
        }
    return st;
}

static qiao_status
learn(const fixture *f, unsigned threads, qiaoi_learner **out, qiao_error *err)
{
    qiao_status st = feed(f, threads, out, err);

    return st == QIAO_OK ? qiaoi_learner_run(*out, f->working_path, err) : st;
}

/* The stem with the highest count for a word of the working lexicon; "" where nothing was learned. */
static const char *
best_of(const fixture *f, const qiaoi_learner *learner, const char *word, char out[64])
{
    qiao_lexicon *working = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    const qiao_lexicon *lexicon = f->base;
    const qiaoi_learned *learned;
    uint32_t entry;
    float best = 0;
    size_t count;

    out[0] = '\0';
    if (qiao_file_exists(f->working_path)) {
        assert_ok(qiao_lexicon_open(f->working_path, &working, &err), &err);
        lexicon = working;
    }
    entry = qiaoi_lexicon_find(lexicon, QIAOI_ZH, word, strlen(word));
    learned = qiaoi_learner_result(learner, &count);
    for (size_t i = 0; entry != 0 && i < count; i++)
        if (learned[i].entry == entry - 1 && (float)learned[i].count > best) {
            best = (float)learned[i].count;
            snprintf(out, 64, "%s", learned[i].stem);
        }
    qiao_lexicon_close(working);
    return out;
}

static void
words_that_the_dictionary_cannot_translate_are_learned(void **state)
{
    const fixture *f = *state;
    qiaoi_learner *learner = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    char stem[64];

    assert_ok(learn(f, 1, &learner, &err), &err);
    assert_string_equal(best_of(f, learner, "温度", stem), "temperatur");
    assert_string_equal(best_of(f, learner, "压力", stem), "pressur");
    assert_string_equal(best_of(f, learner, "轴承", stem), "bear");
    assert_true(qiaoi_learner_counts(learner).records == 3 * PAIRS);
    assert_true(qiaoi_learner_counts(learner).sentence_pairs >= PAIRS);
    assert_true(qiaoi_learner_hash(learner) != 0);
    qiaoi_learner_free(learner);
}

/* Sentences about other things: only in much text is it no accident that two words stand together. */
static void
add_other_texts(qiaoi_learner *learner)
{
    static const char *const other[][2] = {{"电池", "battery"}, {"轴承", "bearing"}, {"机器人", "robot"},
                                           {"氢", "hydrogen"},  {"新", "new"},       {"研究", "study"}};
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t random = 1;

    for (int i = 0; i < 1500; i++) {
        char chinese[300] = "", english[300] = "";

        for (int k = 0; k < 8; k++) {
            random = random * 1664525u + 1013904223u;
            strcat(chinese, other[(random >> 16) % 6][0]);
            strcat(english, other[(random >> 16) % 6][1]);
            strcat(english, " ");
        }
        assert_ok(add(learner, chinese, english, &err), &err);
    }
}

/* Enough text for a compound to be found. */
static qiaoi_learner *
feed_much(const fixture *f, unsigned threads)
{
    qiaoi_learner *learner = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_learner_new(f->base, threads, &learner, &err), &err);
    add_other_texts(learner);
    for (size_t i = 0; i < PAIRS; i++)
        assert_ok(add(learner, pairs[i][0], pairs[i][1], &err), &err);
    return learner;
}

static void
words_that_always_stand_together_become_one(void **state)
{
    const fixture *f = *state;
    qiaoi_learner *learner = feed_much(f, 1);
    qiao_error err = QIAO_ERROR_INIT;
    char stem[64];

    assert_ok(qiaoi_learner_run(learner, f->working_path, &err), &err);
    assert_int_equal(qiaoi_learner_counts(learner).compounds, 1);
    assert_string_equal(best_of(f, learner, "多模态", stem), "multimod");
    qiaoi_learner_free(learner);
}

static void
any_number_of_threads_learns_the_same(void **state)
{
    const fixture *f = *state;
    uint64_t hash = 0;

    for (unsigned threads = 1; threads <= 8; threads++) {
        qiaoi_learner *learner = NULL;
        qiao_error err = QIAO_ERROR_INIT;

        assert_ok(learn(f, threads, &learner, &err), &err);
        if (threads == 1)
            hash = qiaoi_learner_hash(learner);
        assert_true(qiaoi_learner_hash(learner) == hash);
        qiaoi_learner_free(learner);
    }
}

static void
texts_that_are_not_what_they_say_teach_nothing(void **state)
{
    static const char *const cases[][2] = {
        {"", "battery"},
        {"电池", ""},
        {"battery bearing robot hydrogen", "battery bearing robot hydrogen"}, /* Chinese it is not */
        {"电池", "电池轴承机器人"},                                           /* nor this English */
        {"\xF0\x9F\x94\x8B\xF0\x9F\xA4\x96", "\xF0\x9F\x94\x8B"},
    };
    const fixture *f = *state;
    qiaoi_learner *learner;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_learner_new(f->base, 2, &learner, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_ok(add(learner, cases[i][0], cases[i][1], &err), &err);
    assert_ok(qiaoi_learner_run(learner, f->working_path, &err), &err);
    assert_int_equal(qiaoi_learner_counts(learner).records, 0);
    assert_int_equal(qiaoi_learner_counts(learner).kept, 0);
    assert_true(qiaoi_learner_hash(learner) == 0);
    assert_false(qiao_file_exists(f->working_path));
    qiaoi_learner_free(learner);
}

static void
a_learner_that_was_fed_nothing_learns_nothing(void **state)
{
    const fixture *f = *state;
    qiaoi_learner *learner;
    qiao_error err = QIAO_ERROR_INIT;
    size_t count = 99;

    assert_ok(qiaoi_learner_new(f->base, 1, &learner, &err), &err);
    assert_ok(qiaoi_learner_run(learner, f->working_path, &err), &err);
    (void)qiaoi_learner_result(learner, &count);
    assert_int_equal(count, 0);
    qiaoi_learner_free(learner);
}

static void
a_pair_that_many_records_copy_counts_a_few_times_only(void **state)
{
    const fixture *f = *state;
    qiaoi_learner *learner;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_learner_new(f->base, 1, &learner, &err), &err);
    for (int i = 0; i < 50; i++)
        assert_ok(add(learner, "研究电池温度。", "We study the temperature of batteries.", &err), &err);
    assert_ok(qiaoi_learner_run(learner, f->working_path, &err), &err);
    assert_int_equal(qiaoi_learner_counts(learner).records, 3);
    qiaoi_learner_free(learner);
}

static void
a_word_of_a_megabyte_is_passed_over(void **state)
{
    const size_t length = ((size_t)1 << 20) + 1;
    const fixture *f = *state;
    char *huge = malloc(length + 1);
    qiaoi_learner *learner;
    qiao_error err = QIAO_ERROR_INIT;

    assert_non_null(huge);
    memset(huge, 'x', length);
    huge[length] = '\0';
    assert_ok(qiaoi_learner_new(f->base, 1, &learner, &err), &err);
    assert_ok(add(learner, "研究电池温度。", huge, &err), &err);
    huge[length - 2] = '\0';
    assert_ok(add(learner, "研究电池温度。", huge, &err), &err);
    assert_ok(qiaoi_learner_run(learner, f->working_path, &err), &err);
    qiaoi_learner_free(learner);
    free(huge);
}

static qiao_status
learn_and_forget(void *context, qiao_error *err)
{
    const fixture *f = context;
    qiaoi_learner *learner = NULL;
    qiao_status st = learn(f, 1, &learner, err);

    qiaoi_learner_free(learner);
    if (st != QIAO_OK && qiao_file_exists(f->working_path))
        return QIAO_E_INTERNAL;
    remove(f->working_path);
    return st;
}

static void
memory_that_runs_out_is_an_answer_and_leaves_no_file(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, learn_and_forget, *state) > 20);
}

static void
read_working(const fixture *f, qiao_buffer *out)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_read(f->working_path, 0, out, &err), &err);
    assert_int_equal(remove(f->working_path), 0);
}

static void
what_was_kept_gives_the_same_as_learning_again(void **state)
{
    const fixture *f = *state;
    qiaoi_learner *learner = feed_much(f, 1), *second = feed_much(f, 2);
    qiao_buffer kept = {0}, working[2] = {{0}, {0}};
    qiaoi_learner_report reports[2];
    qiao_error err = QIAO_ERROR_INIT;
    const qiaoi_learned *learned[2];
    size_t counts[2];
    bool recalled;

    assert_ok(qiaoi_learner_run(learner, f->working_path, &err), &err);
    assert_int_equal(qiaoi_learner_counts(learner).compounds, 1);
    read_working(f, &working[0]);
    assert_ok(qiaoi_learner_keep(learner, &kept, &err), &err);
    assert_ok(qiaoi_learner_recall(second, kept.data, kept.length, f->working_path, false, &recalled, &err), &err);
    assert_true(recalled);
    read_working(f, &working[1]);
    assert_int_equal(working[0].length, working[1].length);
    assert_memory_equal(working[0].data, working[1].data, working[0].length);
    for (int i = 0; i < 2; i++) {
        learned[i] = qiaoi_learner_result(i == 0 ? learner : second, &counts[i]);
        reports[i] = qiaoi_learner_counts(i == 0 ? learner : second);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_memory_equal(&reports[0], &reports[1], sizeof reports[0]);
    for (size_t i = 0; i < counts[0]; i++) {
        assert_int_equal(learned[0][i].entry, learned[1][i].entry);
        assert_string_equal(learned[0][i].stem, learned[1][i].stem);
        assert_memory_equal(&learned[0][i].count, &learned[1][i].count, sizeof learned[0][i].count);
    }
    assert_true(qiaoi_learner_hash(learner) == qiaoi_learner_hash(second));
    for (int i = 0; i < 2; i++)
        qiao_buffer_done(&working[i]);
    qiao_buffer_done(&kept);
    qiaoi_learner_free(learner);
    qiaoi_learner_free(second);
}

static void
what_was_kept_of_other_texts_or_is_damaged_is_not_taken(void **state)
{
    const fixture *f = *state;
    qiaoi_learner *learner = NULL, *second = NULL;
    qiao_buffer kept = {0};
    qiao_error err = QIAO_ERROR_INIT;
    bool recalled;

    assert_ok(learn(f, 1, &learner, &err), &err);
    remove(f->working_path);
    assert_ok(qiaoi_learner_keep(learner, &kept, &err), &err);
    assert_ok(feed(f, 1, &second, &err), &err);
    for (size_t cut = 0; cut < kept.length; cut += 1 + cut / 3) {
        assert_ok(qiaoi_learner_recall(second, kept.data, cut, f->working_path, false, &recalled, &err), &err);
        assert_false(recalled);
    }
    kept.data[kept.length / 2] ^= 1;
    assert_ok(qiaoi_learner_recall(second, kept.data, kept.length, f->working_path, false, &recalled, &err), &err);
    assert_false(recalled);
    kept.data[kept.length / 2] ^= 1;
    assert_ok(add(second, "研究氢压力。", "Study of hydrogen pressure.", &err), &err);
    assert_ok(qiaoi_learner_recall(second, kept.data, kept.length, f->working_path, false, &recalled, &err), &err);
    assert_false(recalled);
    assert_false(qiao_file_exists(f->working_path));
    assert_int_equal(qiaoi_learner_counts(second).kept, 0);
    qiao_buffer_done(&kept);
    qiaoi_learner_free(learner);
    qiaoi_learner_free(second);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(words_that_the_dictionary_cannot_translate_are_learned),
        TEST(words_that_always_stand_together_become_one),
        TEST(any_number_of_threads_learns_the_same),
        TEST(texts_that_are_not_what_they_say_teach_nothing),
        TEST(a_learner_that_was_fed_nothing_learns_nothing),
        TEST(a_pair_that_many_records_copy_counts_a_few_times_only),
        TEST(a_word_of_a_megabyte_is_passed_over),
        TEST(what_was_kept_gives_the_same_as_learning_again),
        TEST(what_was_kept_of_other_texts_or_is_damaged_is_not_taken),
        TEST(memory_that_runs_out_is_an_answer_and_leaves_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
