/* The full-text index asked with operators, prefixes and orders; every match of a query; documents beside the index on
 * disk. */
#include "support.h"

#include "qiao/fulltext.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct sample {
    uint32_t docid;
    const char *id;
    const char *words[4]; /* all of the title */
    const char *tag;
    double trl, updated, expires;
} sample;

static const sample samples[] = {
    {1, "a:1", {"perovskit", "solar"}, "country:DE", 4, 100, 220},
    {2, "a:2", {"perovsk", "tandem"}, "country:JP", 7, 300, NAN},
    {3, "a:3", {"固态电池", "固态"}, "country:CN", NAN, 200, 180},
    {4, "a:4", {"固态电解质", "solar"}, "country:DE", 7, 300, 205},
    {5, "a:5", {"laser", "solar"}, "country:DE", 2, NAN, 190},
};

typedef struct fixture {
    qiao_test_folder folder;
    qiao_fulltext *fulltext;
} fixture;

#define ok(call)                                                                                                       \
    do {                                                                                                               \
        qiao_error failure = QIAO_ERROR_INIT;                                                                          \
        assert_ok(call, &failure);                                                                                     \
    } while (0)

static qiao_fulltext_document
document_of(const sample *s, uint32_t docid, qiao_fulltext_term terms[4])
{
    qiao_fulltext_document document = {
        .docid = docid, .id = s->id, .terms = terms, .filters = &s->tag, .filter_count = 1};

    for (; document.term_count < 4 && s->words[document.term_count] != NULL; document.term_count++) {
        const char *word = s->words[document.term_count];

        terms[document.term_count] = (qiao_fulltext_term){word, (uint32_t)strlen(word), 1, QIAO_FT_TITLE};
    }
    for (int slot = 0; slot < QIAO_SLOT_COUNT; slot++)
        document.slots[slot] = NAN;
    document.slots[QIAO_SLOT_TRL_MIN] = document.slots[QIAO_SLOT_TRL_MAX] = s->trl;
    document.slots[QIAO_SLOT_UPDATED] = s->updated;
    document.slots[QIAO_SLOT_EXPIRES] = s->expires;
    return document;
}

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_fulltext_writer *writer = NULL;
    const char *shard;

    f = (fixture){.fulltext = NULL};
    qiao_test_folder_init(&f.folder);
    shard = qiao_test_path(&f.folder, "shard");
    ok(qiao_fulltext_writer_open(shard, 1, &writer, &failure));
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        qiao_fulltext_term terms[4];
        const qiao_fulltext_document document = document_of(&samples[i], samples[i].docid, terms);

        ok(qiao_fulltext_add(writer, &document, &failure));
    }
    ok(qiao_fulltext_writer_close(writer, &failure));
    ok(qiao_fulltext_compact(&shard, 1, qiao_test_path(&f.folder, "text"), &failure));
    ok(qiao_fulltext_open(qiao_test_path(&f.folder, "text"), &f.fulltext, &failure));
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_fulltext_close(f->fulltext);
    qiao_test_folder_done(&f->folder);
    return 0;
}

/* Docids found, as text "1 2 7"; those beside as "+1". */
static const char *
found(void **state, const qiao_fulltext_query *query)
{
    static char text[256];
    fixture *f = *state;
    qiao_fulltext_hit hits[16];
    size_t count = 0;
    uint64_t total = 0;
    bool estimated = true;
    int used = 0;

    ok(qiao_fulltext_search(f->fulltext, query, hits, &count, &total, &estimated, &failure));
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s%lu", i == 0 ? "" : " ",
                         hits[i].docid >= QIAO_FULLTEXT_BESIDE ? "+" : "",
                         (unsigned long)(hits[i].docid % QIAO_FULLTEXT_BESIDE));
    return text;
}

/* Words, each a run of its own, and a query of them; a word that ends in '*' is a prefix. */
typedef struct asked {
    qiao_fulltext_alternative forms[6];
    qiao_fulltext_word words[6];
    qiao_fulltext_query query;
} asked;

static const qiao_fulltext_query *
ask(asked *a, const char *const *words, const qiao_fulltext_node *nodes, size_t node_count)
{
    *a = (asked){.query = {.nodes = nodes, .node_count = node_count, .words = a->words, .limit = 16}};
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t length = strlen(words[i]);
        bool prefix = words[i][length - 1] == '*';

        a->forms[i] = (qiao_fulltext_alternative){
            .form = words[i], .length = (uint32_t)(length - prefix), .prefix = prefix, .weight = 1};
        a->words[i] =
            (qiao_fulltext_word){.alternatives = &a->forms[i], .count = 1, .run = (uint32_t)i, .required = true};
        a->query.word_count++;
    }
    return &a->query;
}

#define RUN(n)                                                                                                         \
    {                                                                                                                  \
        QIAO_FT_RUN, n                                                                                                 \
    }
#define ALL(n)                                                                                                         \
    {                                                                                                                  \
        QIAO_FT_AND, n                                                                                                 \
    }
#define ANY(n)                                                                                                         \
    {                                                                                                                  \
        QIAO_FT_OR, n                                                                                                  \
    }
#define NOT                                                                                                            \
    {                                                                                                                  \
        QIAO_FT_NOT, 1                                                                                                 \
    }

static void
operators_join_runs_of_words(void **state)
{
    static const char *const words[] = {"solar", "laser", "固态", NULL};
    const qiao_fulltext_node any[] = {RUN(1), RUN(2), ANY(2)}, but[] = {RUN(0), RUN(1), NOT, ALL(2)},
                             none[] = {RUN(0), NOT}, twice[] = {RUN(1), NOT, NOT},
                             deep[] = {RUN(0), RUN(1), RUN(2), ANY(2), ALL(2)}, open[] = {RUN(0), NOT, RUN(1), ANY(2)},
                             no_one[] = {RUN(0), NOT, RUN(1), NOT, ALL(2)};
    asked a;

    assert_string_equal(found(state, ask(&a, words, any, 3)), "3 5");
    assert_string_equal(found(state, ask(&a, words, but, 4)), "4 1");
    assert_string_equal(found(state, ask(&a, words, none, 2)), "2 3");
    assert_string_equal(found(state, ask(&a, words, twice, 3)), "5");
    assert_string_equal(found(state, ask(&a, words, deep, 5)), "5");
    assert_string_equal(found(state, ask(&a, words, open, 4)), "5 2 3");
    assert_string_equal(found(state, ask(&a, words, no_one, 5)), "2 3");
}

static void
operators_without_operands_are_refused(void **state)
{
    static const char *const words[] = {"solar", NULL};
    const qiao_fulltext_node wrong[][2] = {{RUN(0), ALL(2)}, {NOT, RUN(0)}, {RUN(0), RUN(0)}, {RUN(0), ANY(0)}};
    fixture *f = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_fulltext_hit hits[16];
        uint64_t total;
        size_t count;
        bool estimated;
        asked a;

        assert_int_equal(
            qiao_fulltext_search(f->fulltext, ask(&a, words, wrong[i], 2), hits, &count, &total, &estimated, &err),
            QIAO_E_USAGE);
    }
}

static void
a_prefix_finds_every_word_that_begins_so(void **state)
{
    static const char *const latin[] = {"perovsk*", NULL}, *const han[] = {"固态*", NULL},
                             *const none[] = {"zzz*", NULL};
    asked a;

    assert_string_equal(found(state, ask(&a, latin, NULL, 0)), "2 1");
    assert_string_equal(found(state, ask(&a, han, NULL, 0)), "3 4");
    assert_string_equal(found(state, ask(&a, none, NULL, 0)), "");
    ask(&a, latin, NULL, 0);
    a.words[0].fields = 1u << QIAO_FT_SUMMARY;
    assert_string_equal(found(state, &a.query), "");
}

static void
orders_put_what_is_unknown_last_and_ties_by_id(void **state)
{
    qiao_fulltext_query query = {.limit = 16, .today = 200};
    const struct {
        qiao_fulltext_order order;
        const char *docids;
    } cases[] = {{QIAO_FT_ORDER_NEWEST, "2 4 3 1 5"},
                 {QIAO_FT_ORDER_OLDEST, "1 3 2 4 5"},
                 {QIAO_FT_ORDER_TRL, "2 4 1 5 3"},
                 {QIAO_FT_ORDER_DEADLINE, "4 1 5 3 2"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        query.order = cases[i].order;
        assert_string_equal(found(state, &query), cases[i].docids);
    }
}

static void
every_match_is_given_for_counting(void **state)
{
    static const char *const words[] = {"solar", NULL};
    fixture *f = *state;
    const uint32_t *docids;
    size_t count;
    asked a;
    qiao_fulltext_query all = {.limit = 1, .offset = 3};

    ok(qiao_fulltext_matches(f->fulltext, ask(&a, words, NULL, 0), &docids, &count, &failure));
    assert_int_equal(count, 3);
    assert_memory_equal(docids, ((const uint32_t[]){1, 4, 5}), 3 * sizeof *docids);
    ok(qiao_fulltext_matches(f->fulltext, &all, &docids, &count, &failure));
    assert_int_equal(count, 5);
}

/* ---- beside ---- */

static void
put(fixture *f, const sample *s, uint32_t docid)
{
    qiao_fulltext_term terms[4];
    const qiao_fulltext_document document = document_of(s, docid, terms);

    ok(qiao_fulltext_beside_put(f->fulltext, &document, &failure));
}

static void
documents_beside_are_found_among_the_others(void **state)
{
    static const char *const words[] = {"solar", NULL};
    const sample fresh = {0, "d:1", {"solar", "fresh"}, "country:FR", 9, 400, NAN};
    fixture *f = *state;
    const uint32_t *docids;
    const char *france = "country:FR";
    size_t count;
    asked a;

    put(f, &fresh, 3);
    assert_string_equal(found(state, ask(&a, words, NULL, 0)), "+3 4 1 5");
    a.query.order = QIAO_FT_ORDER_TRL;
    assert_string_equal(found(state, &a.query), "+3 4 1 5");
    a.query.filters = &france;
    a.query.filter_count = 1;
    assert_string_equal(found(state, &a.query), "+3");
    ok(qiao_fulltext_matches(f->fulltext, &a.query, &docids, &count, &failure));
    assert_int_equal(count, 1);
    assert_int_equal(docids[0], QIAO_FULLTEXT_BESIDE + 3);
}

static void
a_document_beside_hides_its_former_self_and_goes_without_trace(void **state)
{
    static const char *const words[] = {"solar", NULL}, *const hidden[] = {"a:4"};
    const sample changed = {0, "a:4", {"laser", NULL}, "country:DE", 7, 300, NAN},
                 again = {0, "a:4", {"solar", NULL}, "country:DE", 7, 300, NAN};
    fixture *f = *state;
    asked a;

    put(f, &changed, 1);
    ask(&a, words, NULL, 0);
    a.query.hidden = hidden;
    a.query.hidden_count = 1;
    assert_string_equal(found(state, &a.query), "1 5");
    put(f, &again, 1);
    assert_string_equal(found(state, &a.query), "+1 1 5");
    ok(qiao_fulltext_beside_remove(f->fulltext, 1, &failure));
    ok(qiao_fulltext_beside_remove(f->fulltext, 7, &failure));
    assert_string_equal(found(state, &a.query), "1 5");
    a.query.hidden_count = 0;
    assert_string_equal(found(state, &a.query), "4 1 5");
    put(f, &again, 2);
    assert_string_equal(found(state, &a.query), "+2 4 1 5");
}

/* The last document on disk has all the alternatives that the disk has: their lists end together. A library list over
 * both databases at once reads what was freed then (1.4.22), once fewer are wanted than match. */
static void
alternatives_that_end_together_are_asked_for_beside_too(void **state)
{
    const sample one = {0, "d:1", {"laser", "perovskit"}, "country:FR", 9, 400, NAN},
                 two = {0, "d:2", {"solar"}, "country:FR", 9, 300, NAN};
    static const qiao_fulltext_alternative alternatives[] = {
        {.form = "laser", .length = 5, .weight = 1},
        {.form = "solar", .length = 5, .weight = 0.5},
        {.form = "perovskit", .length = 9, .weight = 0.25},
    };
    const qiao_fulltext_word word = {.alternatives = alternatives, .count = 3, .required = true};
    qiao_fulltext_query query = {.words = &word, .word_count = 1};
    fixture *f = *state;

    put(f, &one, 1);
    put(f, &two, 2);
    for (query.limit = 1; query.limit <= 6; query.limit++) {
        qiao_fulltext_hit hits[6];
        size_t count = 0;
        uint64_t total = 0;
        bool estimated = true;

        ok(qiao_fulltext_search(f->fulltext, &query, hits, &count, &total, &estimated, &failure));
        assert_int_equal(count, query.limit < 5 ? query.limit : 5);
        assert_int_equal(total, 5);
        assert_false(estimated);
    }
}

static void
numbers_beside_have_their_bounds(void **state)
{
    fixture *f = *state;
    qiao_fulltext_term terms[4];
    qiao_error err = QIAO_ERROR_INIT;
    qiao_fulltext_document document = document_of(&samples[0], 0, terms);

    assert_int_equal(qiao_fulltext_beside_put(f->fulltext, &document, &err), QIAO_E_USAGE);
    document.docid = QIAO_FULLTEXT_BESIDE;
    assert_int_equal(qiao_fulltext_beside_put(f->fulltext, &document, &err), QIAO_E_USAGE);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        in_folder(operators_join_runs_of_words),
        in_folder(operators_without_operands_are_refused),
        in_folder(a_prefix_finds_every_word_that_begins_so),
        in_folder(orders_put_what_is_unknown_last_and_ties_by_id),
        in_folder(every_match_is_given_for_counting),
        in_folder(documents_beside_are_found_among_the_others),
        in_folder(a_document_beside_hides_its_former_self_and_goes_without_trace),
        in_folder(alternatives_that_end_together_are_asked_for_beside_too),
        in_folder(numbers_beside_have_their_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
