/* What the merge of a build makes of the analysed records: the same whatever the number of threads and of passes. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "indexing/corpus.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const records[] = {
    "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"solid state battery\"},\"summary\":{\"en\":\"a solid "
    "state "
    "lithium battery with a polymer electrolyte\"}}",
    "{\"kind\":\"project\",\"id\":\"t:2\",\"title\":{\"en\":\"surgical robot\"},\"summary\":{\"en\":\"a robot arm for "
    "the "
    "surgical theatre, powered by a lithium battery\"}}",
    "{\"kind\":\"project\",\"id\":\"t:3\",\"title\":{\"en\":\"hydrogen storage\"},\"summary\":{\"en\":\"storage of "
    "hydrogen in "
    "a solid state tank\"}}",
    "{\"kind\":\"project\",\"id\":\"t:4\",\"title\":{\"de\":\"Wasserstoffspeicher\"}}",
    "{\"kind\":\"need\",\"id\":\"t:5\",\"title\":{\"zh\":\"固态电池\"}}",
};

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *lexicon;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_folder_init(&f.folder);
    qiao_test_write_lexicon(qiao_test_path(&f.folder, "base.bin"), qiao_test_words);
    assert_ok(qiao_lexicon_open(qiao_test_path(&f.folder, "base.bin"), &f.lexicon, &err), &err);
    qiao_test_put_records(f.folder.path, records, sizeof records / sizeof *records);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_lexicon_close(f->lexicon);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static void
merge(const fixture *f, unsigned threads, size_t pairs_at_a_time, qiaoi_corpus *corpus)
{
    char folder[QIAO_PATH_MAX];
    const qiaoi_analysis analysis = {
        .lexicon = f->lexicon, .vocabulary = qiao_test_vocabulary(), .folder = folder, .threads = threads};
    qiao_source_store *store = NULL;
    unsigned shards;
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(folder, sizeof folder, "%s", qiao_test_path(&f->folder, "staged"));
    (void)mkdir(folder, 0755);
    *corpus = (qiaoi_corpus){.pairs_at_a_time = pairs_at_a_time, .threads = threads};
    assert_ok(qiao_source_store_open(f->folder.path, true, &store, &err), &err);
    assert_ok(qiaoi_corpus_read(corpus, store, &err), &err);
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++)
            corpus->documents[kind][d].number = corpus->numbers++;
    assert_ok(qiaoi_corpus_analyse(corpus, &analysis, &shards, &err), &err);
    assert_ok(qiaoi_corpus_merge(corpus, f->lexicon, &err), &err);
    qiaoi_source_view_close(corpus->view); /* the corpus outlives its store here, and asks for no record any more */
    corpus->view = NULL;
    qiao_source_store_close(store);
}

static void
assert_same(const qiaoi_corpus *a, const qiaoi_corpus *b)
{
    assert_int_equal(a->term_count, b->term_count);
    assert_int_equal(a->term_bytes.length, b->term_bytes.length);
    assert_memory_equal(a->term_bytes.data, b->term_bytes.data, a->term_bytes.length);
    assert_memory_equal(a->term_df, b->term_df, 2 * (size_t)a->term_count * sizeof *a->term_df);
    assert_int_equal(a->pair_count, b->pair_count);
    assert_int_equal(a->pair_slots, b->pair_slots);
    assert_memory_equal(a->pairs, b->pairs, a->pair_slots * sizeof *a->pairs);
    assert_memory_equal(a->mean_length, b->mean_length, sizeof a->mean_length);
}

static void
the_merge_does_not_depend_on_threads_or_passes(void **state)
{
    static const size_t passes[] = {1, 2, 5, 1000};
    fixture *f = *state;
    qiaoi_corpus expected;

    merge(f, 1, 0, &expected);
    assert_true(expected.pair_count > 10);
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        qiaoi_corpus corpus;

        merge(f, 1 + (unsigned)i, passes[i], &corpus);
        assert_same(&expected, &corpus);
        qiaoi_corpus_done(&corpus);
    }
    qiaoi_corpus_done(&expected);
}

static void
a_pair_counts_the_projects_that_have_it(void **state)
{
    fixture *f = *state;
    qiaoi_corpus corpus;
    unsigned solid_state = 0;

    merge(f, 2, 3, &corpus);
    for (uint64_t i = 0; i < corpus.pair_slots; i++) {
        const qiaoi_pair *pair = &corpus.pairs[i];
        const char *first = corpus.term_bytes.data + corpus.term_offsets[(pair->key >> 32) - (pair->key != 0)];

        if (pair->key != 0 && strcmp(first, "solid") == 0) {
            assert_string_equal(corpus.term_bytes.data + corpus.term_offsets[(uint32_t)pair->key - 1], "state");
            solid_state = pair->df;
        }
    }
    assert_int_equal(solid_state, 2);
    qiaoi_corpus_done(&corpus);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_merge_does_not_depend_on_threads_or_passes, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_pair_counts_the_projects_that_have_it, open_fixture, close_fixture),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    qiao_test_vocabulary_done();
    return failed;
}
