/* The full-text index: writing, merging, searching, refusing what is damaged, and the guard that keeps exceptions
 * inside. */
#include "support.h"

#include "fulltext/fulltext_guard.h"
#include "fulltext/terms.h"
#include "fulltext/weights.h"
#include "qiao/file.h"
#include "qiao/fulltext.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
make_folder(void **state)
{
    static qiao_test_folder folder;

    qiao_test_folder_init(&folder);
    *state = &folder;
    return 0;
}

static int
remove_folder(void **state)
{
    qiao_test_folder_done(*state);
    return 0;
}

#define ok(call)                                                                                                       \
    do {                                                                                                               \
        qiao_error failure = QIAO_ERROR_INIT;                                                                          \
        assert_ok(call, &failure);                                                                                     \
    } while (0)

/* ---- a small index: words of a document are given as "field/word" ---- */

typedef struct sample {
    uint32_t docid;
    const char *id;
    const char *words[6]; /* S/ title, X/ summary, B/ body, O/ organisation */
    const char *filters[4];
    double trl, updated;
} sample;

static const sample samples[] = {
    {1,
     "a:1",
     {"S/batteri", "X/solid", "X/electrolyt"},
     {"kind:project", "country:DE", "field:energy.battery", "field:energy"},
     4,
     100},
    {2, "a:2", {"X/batteri", "B/pack", "B/pack"}, {"kind:project", "country:JP", "field:energy"}, 7, 300},
    {3, "a:3", {"S/电池", "S/固态", "X/电池"}, {"kind:project", "country:CN", "field:energy"}, NAN, 200},
    {7, "a:7", {"S/laser", "X/solid", "O/batteri"}, {"kind:project", "country:DE", "field:optics"}, 5, NAN},
    {1001, "n:1", {"S/电池", "B/laser"}, {"kind:need", "park:haidian"}, NAN, 50},
    {1005, "n:5", {"S/laser", "B/solid"}, {"kind:need", "park:yizhuang"}, NAN, 60},
};

static qiao_fulltext_field
field_of(char letter)
{
    return letter == 'S'   ? QIAO_FT_TITLE
           : letter == 'X' ? QIAO_FT_SUMMARY
           : letter == 'O' ? QIAO_FT_ORGANISATION
                           : QIAO_FT_BODY;
}

static qiao_status
add_sample(qiao_fulltext_writer *writer, const sample *s, qiao_error *err)
{
    qiao_fulltext_term terms[6];
    qiao_fulltext_document document = {.docid = s->docid, .id = s->id, .terms = terms, .filters = s->filters};

    for (; document.term_count < 6 && s->words[document.term_count] != NULL; document.term_count++) {
        const char *word = s->words[document.term_count];

        terms[document.term_count] = (qiao_fulltext_term){word + 2, (uint32_t)strlen(word + 2), 1, field_of(word[0])};
    }
    while (document.filter_count < 4 && s->filters[document.filter_count] != NULL)
        document.filter_count++;
    for (int slot = 0; slot < QIAO_SLOT_COUNT; slot++)
        document.slots[slot] = NAN;
    document.slots[QIAO_SLOT_TRL_MIN] = document.slots[QIAO_SLOT_TRL_MAX] = s->trl;
    document.slots[QIAO_SLOT_UPDATED] = s->updated;
    return qiao_fulltext_add(writer, &document, err);
}

static void
write_shard(const char *path, size_t first, size_t end)
{
    qiao_fulltext_writer *writer = NULL;

    ok(qiao_fulltext_writer_open(path, 1, &writer, &failure));
    for (size_t i = first; i < end; i++)
        ok(add_sample(writer, &samples[i], &failure));
    ok(qiao_fulltext_writer_close(writer, &failure));
}

static const char *
build(const qiao_test_folder *f)
{
    const char *text = qiao_test_path(f, "text"),
               *shards[3] = {qiao_test_path(f, "s0"), qiao_test_path(f, "s1"), qiao_test_path(f, "s2")};

    write_shard(shards[0], 0, 2);
    write_shard(shards[1], 2, 4);
    write_shard(shards[2], 4, 6);
    /* in another order than that of their documents */
    ok(qiao_fulltext_compact((const char *const[]){shards[2], shards[0], shards[1]}, 3, text, &failure));
    return text;
}

static qiao_fulltext *
open_built(const qiao_test_folder *f)
{
    qiao_fulltext *fulltext = NULL;
    const char *text = build(f);

    ok(qiao_fulltext_open(text, &fulltext, &failure));
    return fulltext;
}

/* Docids found, as text "1 2 7". */
static const char *
found(qiao_fulltext *fulltext, const qiao_fulltext_query *query)
{
    static char text[128];
    qiao_fulltext_hit hits[16];
    size_t count = 0;
    uint64_t total = 0;
    bool estimated = true;
    int used = 0;

    ok(qiao_fulltext_search(fulltext, query, hits, &count, &total, &estimated, &failure));
    assert_false(estimated);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used +=
            snprintf(text + used, sizeof text - (size_t)used, "%s%lu", i == 0 ? "" : " ", (unsigned long)hits[i].docid);
    for (size_t i = 1; i < count; i++)
        assert_true(hits[i - 1].score >= hits[i].score);
    return text;
}

static qiao_fulltext_alternative
form(const char *text, double weight)
{
    return (qiao_fulltext_alternative){.form = text, .length = (uint32_t)strlen(text), .weight = weight};
}

static void
shards_merge_into_one_index_that_keeps_the_document_numbers(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_query all = {.limit = 16};

    assert_int_equal(qiao_fulltext_count(fulltext), 6);
    assert_string_equal(found(fulltext, &all), "2 3 1 1005 1001 7");
    qiao_fulltext_close(fulltext);
}

static void
a_word_is_found_in_every_field_or_in_the_field_named(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative battery = form("batteri", 1);
    qiao_fulltext_word word = {.alternatives = &battery, .count = 1};
    qiao_fulltext_query query = {.words = &word, .word_count = 1, .limit = 16};

    assert_string_equal(found(fulltext, &query), "2 1 7");
    word.fields = 1u << QIAO_FT_TITLE;
    assert_string_equal(found(fulltext, &query), "1");
    word.fields = 1u << QIAO_FT_ORGANISATION;
    assert_string_equal(found(fulltext, &query), "7");
    word.fields = 1u << QIAO_FT_SUMMARY;
    assert_string_equal(found(fulltext, &query), "2");
    qiao_fulltext_close(fulltext);
}

static void
a_translation_finds_the_other_language_below_the_word_itself(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative forms[2];
    qiao_fulltext_word word = {.alternatives = forms, .count = 2};
    const char *projects[] = {"kind:project"};
    qiao_fulltext_query query = {.words = &word, .word_count = 1, .filters = projects, .filter_count = 1, .limit = 16};

    forms[0] = form("电池", 1);
    forms[1] = form("batteri", 0.2);
    assert_string_equal(found(fulltext, &query), "3 2 1 7");
    qiao_fulltext_close(fulltext);
}

static void
a_form_of_several_words_asks_for_all_of_them(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative both = form("solid batteri", 1);
    qiao_fulltext_word word = {.alternatives = &both, .count = 1};
    qiao_fulltext_query query = {.words = &word, .word_count = 1, .limit = 16};

    assert_string_equal(found(fulltext, &query), "1 7");
    qiao_fulltext_close(fulltext);
}

static void
the_words_of_a_translation_add_up_and_one_of_them_is_not_enough(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative forms[4];
    qiao_fulltext_word word = {.alternatives = forms, .count = 2};
    qiao_fulltext_query query = {.words = &word, .word_count = 1, .limit = 16};

    forms[0] = form("solid", 0.8);
    forms[1] = form("batteri", 0.7);
    forms[0].together = forms[1].together = true;
    forms[0].share = forms[1].share = 0.7;
    assert_string_equal(found(fulltext, &query), "1 7 1005 2");
    word.together_least = 1;
    assert_string_equal(found(fulltext, &query), "1 7");
    query.loose = true;
    assert_string_equal(found(fulltext, &query), "1 7 1005 2");
    word.together_least = 2; /* more than there is */
    assert_string_equal(found(fulltext, &query), "1 7 1005 2");
    query.loose = false;
    assert_string_equal(found(fulltext, &query), "");
    word.together_least = 1;
    forms[2] = form("pack", 1);
    forms[3] = form("nowhere", 1);
    word.count = 4;
    assert_string_equal(found(fulltext, &query), "2 1 7");
    qiao_fulltext_close(fulltext);
}

static void
alternatives_weigh_as_if_equally_rare(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative forms[2];
    qiao_fulltext_word words[2] = {{.alternatives = forms, .count = 2}};
    qiao_fulltext_query query = {.words = words, .word_count = 1, .limit = 16};

    /* of the two only one document has electrolyt, four have batteri or 电池: alone it would weigh most */
    forms[0] = form("batteri", 1);
    forms[1] = form("electrolyt", 0.5);
    assert_string_equal(found(fulltext, &query), "2 1 7");
    forms[0] = form("laser", 1);
    assert_string_equal(found(fulltext, &query), "1005 1001 7 1");
    qiao_fulltext_close(fulltext);
}

static void
documents_with_every_word_come_first_where_that_is_wanted(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative forms[2];
    qiao_fulltext_word words[2] = {{.alternatives = &forms[0], .count = 1}, {.alternatives = &forms[1], .count = 1}};
    qiao_fulltext_query query = {.words = words, .word_count = 2, .limit = 16};

    forms[0] = form("pack", 1);
    forms[1] = form("batteri", 0.01);
    assert_string_equal(found(fulltext, &query), "2 1 7");
    forms[0] = form("laser", 0.01);
    forms[1] = form("batteri", 1);
    assert_string_equal(found(fulltext, &query), "7 2 1 1005 1001");
    forms[0] = form("laser", 0.0001);
    forms[1] = form("solid batteri", 0.0001);
    query.prefer_all = true;
    assert_string_equal(found(fulltext, &query), "7 1005 1001 1");
    qiao_fulltext_close(fulltext);
}

static void
enough_of_a_translation_is_the_smallest_sets_that_reach_it(void **state)
{
    static const struct {
        double shares[4], least;
        size_t count, sets;
        uint32_t expected[6];
    } cases[] = {
        {{0.7, 0.7}, 1, 2, 1, {3}},
        {{0.54, 0.53, 0.52, 0.08}, 0.9, 4, 3, {3, 5, 6}},
        {{0.8, 0.1, 0.1}, 0.3, 3, 1, {1}},
        {{0.4, 0.3, 0.3}, 0.1, 3, 3, {1, 2, 4}},
        {{0.4, 0.3}, 0, 2, 2, {1, 2}},
        {{0.4, 0.3}, 2, 2, 0, {0}},
        {{0}, 1, 0, 0, {0}},
    };
    uint32_t sets[QIAOI_SETS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(qiaoi_sufficient_sets(cases[i].shares, cases[i].count, cases[i].least, sets), cases[i].sets);
        assert_memory_equal(sets, cases[i].expected, cases[i].sets * sizeof sets[0]);
    }
}

static void
a_total_is_exact(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative solid = form("solid", 1);
    qiao_fulltext_word word = {.alternatives = &solid, .count = 1};
    qiao_fulltext_query query = {.words = &word, .word_count = 1};
    uint64_t total = 0;

    ok(qiao_fulltext_total(fulltext, &query, &total, &failure));
    assert_int_equal(total, 3);
    query.range_count = 1;
    query.ranges[0].slot = QIAO_SLOT_TRL_MIN;
    query.ranges[0].low = query.ranges[0].high = (double)NAN;
    ok(qiao_fulltext_total(fulltext, &query, &total, &failure));
    assert_int_equal(total, 2);
    qiao_fulltext_close(fulltext);
}

static void
required_words_must_be_there_and_optional_ones_only_add(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_alternative solid = form("solid", 1), laser = form("laser", 1), nowhere = form("nowhere", 1);
    qiao_fulltext_word words[2] = {{.alternatives = &solid, .count = 1, .required = true},
                                   {.alternatives = &laser, .count = 1}};
    qiao_fulltext_query query = {.words = words, .word_count = 2, .limit = 16};

    assert_string_equal(found(fulltext, &query), "1005 7 1");
    words[1].required = true;
    assert_string_equal(found(fulltext, &query), "1005 7");
    words[1].alternatives = &nowhere;
    assert_string_equal(found(fulltext, &query), "");
    words[1].required = false;
    assert_string_equal(found(fulltext, &query), "1005 1 7");
    words[1].count = 0;
    words[1].required = true;
    assert_string_equal(found(fulltext, &query), "");
    qiao_fulltext_close(fulltext);
}

static void
filters_all_hold_and_bars_mean_any(void **state)
{
    static const struct {
        const char *filters[3];
        const char *expected;
    } cases[] = {
        {{"country:DE"}, "1 7"},
        {{"country:DE|country:JP"}, "2 1 7"},
        {{"country:DE", "field:energy"}, "1"},
        {{"country:DE", "field:energy|field:optics"}, "1 7"},
        {{"field:energy.battery"}, "1"},
        {{"kind:need"}, "1005 1001"},
        {{"id:a:3"}, "3"},
        {{"country:FR"}, ""},
    };
    qiao_fulltext *fulltext = open_built(*state);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_fulltext_query query = {.filters = cases[i].filters, .limit = 16};

        while (query.filter_count < 3 && cases[i].filters[query.filter_count] != NULL)
            query.filter_count++;
        assert_string_equal(found(fulltext, &query), cases[i].expected);
    }
    qiao_fulltext_close(fulltext);
}

static void
ranges_leave_out_what_is_unknown(void **state)
{
    static const struct {
        double low, high;
        const char *expected;
    } cases[] = {{5, NAN, "2 7"}, {NAN, 5, "1 7"}, {5, 6, "7"}, {NAN, NAN, "2 1 7"}, {8, 9, ""}};
    qiao_fulltext *fulltext = open_built(*state);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_fulltext_query query = {.limit = 16, .range_count = 1};

        query.ranges[0].slot = QIAO_SLOT_TRL_MIN;
        query.ranges[0].low = cases[i].low;
        query.ranges[0].high = cases[i].high;
        assert_string_equal(found(fulltext, &query), cases[i].expected);
    }
    qiao_fulltext_close(fulltext);
}

static void
pages_follow_each_other_without_gap_or_repeat(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_query query = {.limit = 2};

    assert_string_equal(found(fulltext, &query), "2 3");
    query.offset = 2;
    assert_string_equal(found(fulltext, &query), "1 1005");
    query.offset = 4;
    assert_string_equal(found(fulltext, &query), "1001 7");
    query.offset = 6;
    assert_string_equal(found(fulltext, &query), "");
    qiao_fulltext_close(fulltext);
}

static void
a_query_that_cannot_be_is_refused_with_its_reason(void **state)
{
    qiao_fulltext *fulltext = open_built(*state);
    qiao_fulltext_word words[QIAO_FULLTEXT_WORDS_MAX + 1];
    const char *bad[] = {"kind:project|nonsense"};
    qiao_fulltext_query query = {.filters = bad, .filter_count = 1, .limit = 2};
    qiao_fulltext_hit hits[2];
    size_t count = 99;
    uint64_t total = 99;
    bool estimated = false;
    qiao_error err = QIAO_ERROR_INIT;

    assert_int_equal(qiao_fulltext_search(fulltext, &query, hits, &count, &total, &estimated, &err), QIAO_E_QUERY);
    assert_non_null(strstr(err.message, "nonsense"));
    memset(words, 0, sizeof words);
    query = (qiao_fulltext_query){.words = words, .word_count = QIAO_FULLTEXT_WORDS_MAX + 1, .limit = 2};
    assert_int_equal(qiao_fulltext_search(fulltext, &query, hits, &count, &total, &estimated, &err), QIAO_E_QUERY);
    assert_int_equal(count, 99);
    qiao_fulltext_close(fulltext);
}

static void
documents_out_of_order_and_crossing_shards_are_refused(void **state)
{
    const qiao_test_folder *f = *state;
    const char *first = qiao_test_path(f, "s0"), *second = qiao_test_path(f, "s1"), *text = qiao_test_path(f, "text");
    qiao_fulltext_writer *writer = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    assert_int_equal(qiao_fulltext_writer_open(first, 1, &writer, &err), QIAO_OK);
    assert_int_equal(add_sample(writer, &samples[0], &err), QIAO_OK);
    assert_int_equal(add_sample(writer, &samples[3], &err), QIAO_OK);
    assert_int_equal(add_sample(writer, &samples[2], &err), QIAO_E_USAGE);
    assert_non_null(strstr(err.message, "document 3 came after 7"));
    assert_int_equal(qiao_fulltext_writer_close(writer, &err), QIAO_OK);
    write_shard(second, 1, 2);
    assert_int_equal(qiao_fulltext_compact((const char *const[]){first, second}, 2, text, &err), QIAO_E_USAGE);
    assert_non_null(strstr(err.message, "cross"));
}

static void
no_documents_give_an_empty_index(void **state)
{
    const qiao_test_folder *f = *state;
    const char *shard = qiao_test_path(f, "s0"), *text = qiao_test_path(f, "text");
    qiao_fulltext *fulltext = NULL;
    qiao_fulltext_query all = {.limit = 16};

    write_shard(shard, 0, 0);
    ok(qiao_fulltext_compact(&shard, 1, text, &failure));
    ok(qiao_fulltext_check(text, &failure));
    ok(qiao_fulltext_open(text, &fulltext, &failure));
    assert_int_equal(qiao_fulltext_count(fulltext), 0);
    assert_string_equal(found(fulltext, &all), "");
    qiao_fulltext_close(fulltext);
}

static void
an_index_built_over_an_old_one_replaces_it(void **state)
{
    const qiao_test_folder *f = *state;
    const char *shard = qiao_test_path(f, "s0"), *text = qiao_test_path(f, "text");
    qiao_fulltext *fulltext = NULL;

    write_shard(shard, 0, 4);
    ok(qiao_fulltext_compact(&shard, 1, text, &failure));
    write_shard(shard, 0, 1);
    ok(qiao_fulltext_compact(&shard, 1, text, &failure));
    ok(qiao_fulltext_open(text, &fulltext, &failure));
    assert_int_equal(qiao_fulltext_count(fulltext), 1);
    qiao_fulltext_close(fulltext);
}

/* So many words that few documents fill a piece, and so many writers that few pieces may be open. */
static void
a_shard_of_many_pieces_is_merged_whole(void **state)
{
    enum { words = 6000, documents = 110 };
    static char forms[words][8];
    static qiao_fulltext_term terms[words];
    const qiao_test_folder *f = *state;
    const char *shard = qiao_test_path(f, "s0"), *text = qiao_test_path(f, "text");
    qiao_fulltext_writer *writer = NULL;
    qiao_fulltext *fulltext = NULL;

    for (uint32_t i = 0; i < words; i++) {
        snprintf(forms[i], sizeof forms[i], "w%u", i);
        terms[i] = (qiao_fulltext_term){forms[i], (uint32_t)strlen(forms[i]), 1, QIAO_FT_BODY};
    }
    ok(qiao_fulltext_writer_open(shard, 100000, &writer, &failure));
    for (uint32_t i = 1; i <= documents; i++) {
        char id[16];
        qiao_fulltext_document document = {.docid = i, .id = id, .terms = terms + i, .term_count = words - i};

        snprintf(id, sizeof id, "a:%u", i);
        for (int slot = 0; slot < QIAO_SLOT_COUNT; slot++)
            document.slots[slot] = NAN;
        ok(qiao_fulltext_add(writer, &document, &failure));
    }
    ok(qiao_fulltext_writer_close(writer, &failure));
    ok(qiao_fulltext_compact(&shard, 1, text, &failure));
    ok(qiao_fulltext_check(text, &failure));
    ok(qiao_fulltext_open(text, &fulltext, &failure));
    assert_int_equal(qiao_fulltext_count(fulltext), documents);
    assert_int_equal(qiao_fulltext_frequency(fulltext, "w50", 3), 50);
    assert_int_equal(qiao_fulltext_frequency(fulltext, "w5999", 5), documents);
    qiao_fulltext_close(fulltext);
}

static void
an_abandoned_writer_leaves_no_lock(void **state)
{
    const char *shard = qiao_test_path(*state, "s0");
    qiao_fulltext_writer *writer = NULL;

    ok(qiao_fulltext_writer_open(shard, 1, &writer, &failure));
    ok(add_sample(writer, &samples[0], &failure));
    qiao_fulltext_writer_abandon(writer);
    qiao_fulltext_writer_abandon(NULL);
    ok(qiao_fulltext_writer_close(NULL, &failure));
    ok(qiao_fulltext_writer_open(shard, 1, &writer, &failure));
    ok(qiao_fulltext_writer_close(writer, &failure));
}

static void
a_second_writer_is_told_that_the_index_is_locked(void **state)
{
    const char *shard = qiao_test_path(*state, "s0");
    qiao_fulltext_writer *writer = NULL, *second = (qiao_fulltext_writer *)1;
    qiao_error err = QIAO_ERROR_INIT;

    ok(qiao_fulltext_writer_open(shard, 1, &writer, &failure));
    assert_int_equal(qiao_fulltext_writer_open(shard, 1, &second, &err), QIAO_E_LOCKED);
    assert_null(second);
    ok(qiao_fulltext_writer_close(writer, &failure));
}

/* ---- missing and damaged ---- */

static qiao_status
open_and_search(const char *path, qiao_error *err)
{
    qiao_fulltext *fulltext = NULL;
    qiao_fulltext_alternative battery = form("batteri", 1);
    qiao_fulltext_word word = {.alternatives = &battery, .count = 1};
    qiao_fulltext_query query = {.words = &word, .word_count = 1, .limit = 16};
    qiao_fulltext_hit hits[16];
    size_t count = 0;
    uint64_t total = 0;
    bool estimated = false;
    qiao_status st = qiao_fulltext_open(path, &fulltext, err);

    if (st == QIAO_OK)
        st = qiao_fulltext_search(fulltext, &query, hits, &count, &total, &estimated, err);
    else
        assert_null(fulltext);
    qiao_fulltext_close(fulltext);
    return st;
}

static void
a_missing_index_is_not_found(void **state)
{
    const qiao_test_folder *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    assert_int_equal(open_and_search(qiao_test_path(f, "nowhere"), &err), QIAO_E_NOTFOUND);
    assert_non_null(strstr(err.message, "nowhere"));
    assert_int_equal(qiao_fulltext_check(qiao_test_path(f, "nowhere"), &err), QIAO_E_NOTFOUND);
    assert_int_equal(open_and_search(f->path, &err), QIAO_E_NOTFOUND); /* a folder that holds no index */
}

static void
overwrite(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void
a_damaged_index_says_so(void **state)
{
    static const struct {
        const char *file;
        size_t keep;  /* bytes kept of the file */
        bool garbage; /* then overwritten in place */
    } cases[] = {
        {"iamglass", 0, false},       {"iamglass", 9, false},         {"iamglass", 64, true},
        {"postlist.glass", 0, false}, {"postlist.glass", 8192, true},
    };
    const qiao_test_folder *f = *state;
    const char *text = build(f);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[600], copy[700], garbage[8192];
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status st;

        snprintf(path, sizeof path, "%s/%s", text, cases[i].file);
        snprintf(copy, sizeof copy, "%s.kept", path);
        assert_int_equal(rename(path, copy), 0);
        memset(garbage, 0x5a, sizeof garbage);
        overwrite(path, garbage, cases[i].keep);
        st = open_and_search(text, &err);
        if (st != QIAO_E_CORRUPT && st != QIAO_E_VERSION)
            fail_msg("case %zu: status %d %s", i, (int)st, err.message);
        assert_non_null(strstr(err.message, text));
        assert_string_not_equal(err.message, err.message_zh);
        assert_int_not_equal(qiao_fulltext_check(text, &err), QIAO_OK);
        assert_int_equal(rename(copy, path), 0);
    }
    ok(open_and_search(text, &failure));
    ok(qiao_fulltext_check(text, &failure));
}

static void
a_lost_table_says_so(void **state)
{
    const char *text = build(*state);
    char path[600];
    qiao_error err = QIAO_ERROR_INIT;

    snprintf(path, sizeof path, "%s/postlist.glass", text);
    assert_int_equal(remove(path), 0);
    assert_int_equal(open_and_search(text, &err), QIAO_E_CORRUPT);
}

/* ---- the guard ---- */

static void
every_kind_of_exception_becomes_a_status(void **state)
{
    static const struct {
        qiaoi_fulltext_throw what;
        qiao_status status;
        const char *says;
    } cases[] = {
        {QIAOI_THROW_NOTHING, QIAO_OK, ""},
        {QIAOI_THROW_MODIFIED, QIAO_E_STALE, "changed while"},
        {QIAOI_THROW_LOCK, QIAO_E_LOCKED, "another process"},
        {QIAOI_THROW_NOT_FOUND, QIAO_E_NOTFOUND, "there is no"},
        {QIAOI_THROW_OPENING, QIAO_E_CORRUPT, "damaged"},
        {QIAOI_THROW_VERSION, QIAO_E_VERSION, "format"},
        {QIAOI_THROW_CORRUPT, QIAO_E_CORRUPT, "damaged"},
        {QIAOI_THROW_SERIALISATION, QIAO_E_CORRUPT, "damaged"},
        {QIAOI_THROW_DISK_FULL, QIAO_E_NOSPACE, "cannot use"},
        {QIAOI_THROW_DEVICE, QIAO_E_IO, "cannot use"},
        {QIAOI_THROW_OUT_OF_MEMORY_ERRNO, QIAO_E_NOMEM, "cannot use"},
        {QIAOI_THROW_QUERY, QIAO_E_QUERY, "query"},
        {QIAOI_THROW_ARGUMENT, QIAO_E_USAGE, "refused"},
        {QIAOI_THROW_OPERATION, QIAO_E_INTERNAL, "InvalidOperationError"},
        {QIAOI_THROW_FEATURE, QIAO_E_VERSION, "lacks"},
        {QIAOI_THROW_OTHER_LIBRARY, QIAO_E_INTERNAL, "AssertionError"},
        {QIAOI_THROW_BAD_ALLOC, QIAO_E_NOMEM, ""},
        {QIAOI_THROW_STANDARD, QIAO_E_INTERNAL, "test"},
        {QIAOI_THROW_ANYTHING, QIAO_E_INTERNAL, "unknown"},
    };

    (void)state;
    assert_int_equal(sizeof cases / sizeof cases[0], QIAOI_THROW_COUNT);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status st = qiaoi_fulltext_guard_probe(cases[i].what, &err);

        if (st != cases[i].status)
            fail_msg("kind %d: expected %s, got %s: %s", (int)cases[i].what, qiao_status_token(cases[i].status),
                     qiao_status_token(st), err.message);
        if (strstr(err.message, cases[i].says) == NULL)
            fail_msg("kind %d: \"%s\" does not say \"%s\"", (int)cases[i].what, err.message, cases[i].says);
        if (st != QIAO_OK) {
            assert_string_not_equal(err.message, err.message_zh);
            assert_int_not_equal(strlen(err.hint), 0);
        }
        assert_int_equal(qiaoi_fulltext_guard_probe(cases[i].what, NULL), cases[i].status);
    }
}

/* ---- spelling of terms ---- */

static void
terms_are_spelled_with_their_prefix(void **state)
{
    static const struct {
        const char *tag, *term;
    } tags[] = {
        {"kind:project", "Kproject"},
        {"country:DE", "XCC:DE"},
        {"field:energy.battery", "XFenergy.battery"},
        {"id:arxiv:2101.1", "Qarxiv:2101.1"},
        {"new_name:x", "XT:new_name:x"},
        {"id::odd", "Q::odd"},
        {"nonsense", ""},
        {":x", ""},
        {"x:", ""},
        {"", ""},
    };
    static const struct {
        qiao_fulltext_field field;
        const char *form, *term;
    } words[] = {
        {QIAO_FT_TITLE, "batteri", "Sbatteri"},
        {QIAO_FT_SUMMARY, "电池", "XS电池"},
        {QIAO_FT_BODY, "batteri", "batteri"},
        {QIAO_FT_ORGANISATION, "x", "XOx"},
        {QIAO_FT_BODY, "Sodium", ":Sodium"},
        {QIAO_FT_TITLE, "Sodium", "S:Sodium"},
        {QIAO_FT_BODY, "", ""},
    };
    char term[QIAOI_TERM_ROOM];

    (void)state;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        size_t length = qiaoi_fulltext_tag_term(tags[i].tag, strlen(tags[i].tag), term);

        assert_int_equal(length, strlen(tags[i].term));
        if (length > 0)
            assert_string_equal(term, tags[i].term);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_int_equal(qiaoi_fulltext_word_term(words[i].field, words[i].form, strlen(words[i].form), term),
                         strlen(words[i].term));
        assert_string_equal(term, words[i].term);
    }
}

static void
long_terms_are_shortened_and_stay_apart(void **state)
{
    char one[600], two[600], a[QIAOI_TERM_ROOM], b[QIAOI_TERM_ROOM];
    size_t length;

    (void)state;
    for (size_t i = 0; i < 200; i++)
        memcpy(one + 3 * i, i % 2 == 0 ? "电" : "池", 3);
    memcpy(two, one, sizeof two);
    memcpy(two + 597, "x", 1);
    for (size_t n = 190; n <= 600; n++) {
        length = qiaoi_fulltext_word_term(QIAO_FT_TITLE, one, n, a);
        assert_true(length <= QIAOI_TERM_MAX);
        assert_int_equal(strlen(a), length);
    }
    assert_int_equal(qiaoi_fulltext_word_term(QIAO_FT_TITLE, one, 600, a),
                     qiaoi_fulltext_word_term(QIAO_FT_TITLE, two, 600, b));
    assert_string_not_equal(a, b);
    /* cut at a character: what is before the mark of the hash is whole characters */
    assert_int_equal((size_t)(strchr(a, '#') - a - 1) % 3, 0);
}

static void
a_long_word_is_found_again(void **state)
{
    static char word[1000];
    const char *shard = qiao_test_path(*state, "s0"), *text = qiao_test_path(*state, "text");
    qiao_fulltext_writer *writer = NULL;
    qiao_fulltext *fulltext = NULL;
    qiao_fulltext_alternative alternative;
    qiao_fulltext_word looked_for = {.alternatives = &alternative, .count = 1};
    qiao_fulltext_query query = {.words = &looked_for, .word_count = 1, .limit = 4};
    qiao_fulltext_term term;
    qiao_fulltext_document document = {.docid = 1, .id = "a:1", .terms = &term, .term_count = 1};

    memset(word, 'x', sizeof word - 1);
    alternative = form(word, 1);
    term = (qiao_fulltext_term){word, (uint32_t)strlen(word), 1, QIAO_FT_SUMMARY};
    for (int slot = 0; slot < QIAO_SLOT_COUNT; slot++)
        document.slots[slot] = NAN;
    ok(qiao_fulltext_writer_open(shard, 1, &writer, &failure));
    ok(qiao_fulltext_add(writer, &document, &failure));
    ok(qiao_fulltext_writer_close(writer, &failure));
    ok(qiao_fulltext_compact(&shard, 1, text, &failure));
    ok(qiao_fulltext_open(text, &fulltext, &failure));
    assert_string_equal(found(fulltext, &query), "1");
    qiao_fulltext_close(fulltext);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        in_folder(shards_merge_into_one_index_that_keeps_the_document_numbers),
        in_folder(a_word_is_found_in_every_field_or_in_the_field_named),
        in_folder(a_translation_finds_the_other_language_below_the_word_itself),
        in_folder(a_form_of_several_words_asks_for_all_of_them),
        in_folder(the_words_of_a_translation_add_up_and_one_of_them_is_not_enough),
        in_folder(alternatives_weigh_as_if_equally_rare),
        in_folder(documents_with_every_word_come_first_where_that_is_wanted),
        in_folder(a_total_is_exact),
        in_folder(required_words_must_be_there_and_optional_ones_only_add),
        in_folder(filters_all_hold_and_bars_mean_any),
        in_folder(ranges_leave_out_what_is_unknown),
        in_folder(pages_follow_each_other_without_gap_or_repeat),
        in_folder(a_query_that_cannot_be_is_refused_with_its_reason),
        in_folder(documents_out_of_order_and_crossing_shards_are_refused),
        in_folder(no_documents_give_an_empty_index),
        in_folder(an_index_built_over_an_old_one_replaces_it),
        in_folder(a_shard_of_many_pieces_is_merged_whole),
        in_folder(an_abandoned_writer_leaves_no_lock),
        in_folder(a_second_writer_is_told_that_the_index_is_locked),
        in_folder(a_missing_index_is_not_found),
        in_folder(a_damaged_index_says_so),
        in_folder(a_lost_table_says_so),
        in_folder(a_long_word_is_found_again),
        cmocka_unit_test(every_kind_of_exception_becomes_a_status),
        cmocka_unit_test(enough_of_a_translation_is_the_smallest_sets_that_reach_it),
        cmocka_unit_test(terms_are_spelled_with_their_prefix),
        cmocka_unit_test(long_terms_are_shortened_and_stay_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
