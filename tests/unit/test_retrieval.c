/* The list is the exact one, whatever is skipped, by whatever kernel, with a filter and without. */
#include "support.h"
#include "tiny_lexicon.h"

#include "indexing/corpus.h"
#include "lexicon/derive.h"
#include "match/retrieval.h"
#include "match/sort.h"
#include "qiao/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RECORDS 70000u /* two ranges */
#define TERMS 200u     /* the last is a word of a language that is translated: it is in no row */
#define NATIVE (TERMS - 1)
#define WORDS 24u
#define GROUPS 30u
#define GROUP_TERMS 3u

static const qiao_test_word words[] = {{QIAOI_ZH, "电池", "t001", 0}, {QIAOI_LANGUAGES, NULL, NULL, 0}};

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *base, *derived;
    qiaoi_corpus corpus;
    qiaoi_shard shard;
    qiaoi_pair pairs[16];
    qiao_generation *generation;
    uint32_t entry_df[2];
    qiaoi_query query;
    qiaoi_retrieval retrieval;
    uint64_t *filter;
} fixture;

static uint64_t
next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* Low numbers are frequent; the product of two draws falls off much as words do. */
static uint32_t
draw_term(uint64_t *seed)
{
    return (uint32_t)((next(seed) >> 40) % TERMS * ((next(seed) >> 40) % TERMS) / TERMS);
}

static void
name_terms(qiaoi_corpus *c)
{
    c->term_count = TERMS;
    c->term_offsets = calloc(TERMS + 1, sizeof *c->term_offsets);
    c->term_df = calloc((size_t)TERMS * 2, sizeof *c->term_df);
    for (uint32_t t = 0; t < TERMS; t++) {
        char text[16];

        snprintf(text, sizeof text, t == NATIVE ? "电池" : "t%03u", t);
        c->term_offsets[t] = (uint32_t)c->term_bytes.length;
        qiao_buffer_append(&c->term_bytes, text, strlen(text) + 1);
    }
    c->term_offsets[TERMS] = (uint32_t)c->term_bytes.length;
}

static void
fill_documents(qiaoi_corpus *c)
{
    uint64_t seed = 2463534242u;

    c->arena = qiao_arena_new(1u << 20);
    c->documents[QIAO_PROJECT] = calloc(RECORDS, sizeof *c->documents[0]);
    for (uint32_t r = 0; r < RECORDS; r++) {
        qiaoi_corpus_document *document = &c->documents[QIAO_PROJECT][r];
        qiaoi_use *uses = qiao_arena_alloc(c->arena, WORDS * sizeof *uses);
        char id[16];

        snprintf(id, sizeof id, "r%06u", r);
        document->id = qiao_arena_strndup(c->arena, id, strlen(id));
        document->json = "{}";
        document->length = 2;
        document->facts = "";
        document->facts_length = 1;
        for (uint32_t i = 0; i < WORDS; i++) {
            uint32_t term = r % 50 == 0 && i == 0 ? NATIVE : draw_term(&seed);

            uses[i] = (qiaoi_use){term, next(&seed) % 8 == 0, (uint16_t)(1 + next(&seed) % 3)};
        }
        document->use = (qiaoi_document){.terms = uses,
                                         .term_count = WORDS,
                                         .pivot_title = 5,
                                         .pivot_body = (uint16_t)(20 + r % 40),
                                         .native_body = 5};
    }
    c->count[QIAO_PROJECT] = RECORDS;
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < 4; i++)
            c->mean_length[kind][i] = i == 1 ? 40.0 : 5.0;
}

static void
build(fixture *f)
{
    qiaoi_corpus *c = &f->corpus;
    qiao_manifest manifest = {.format_version = QIAO_FORMAT_VERSION};
    char path[QIAO_PATH_MAX];
    qiao_error err = QIAO_ERROR_INIT;

    name_terms(c);
    fill_documents(c);
    c->shards = &f->shard;
    c->shard_count = 1;
    snprintf(path, sizeof path, "%s/lexicon.bin", f->folder.path);
    assert_ok(qiaoi_lexicon_derive(&(qiaoi_derive_input){.base = f->base,
                                                         .version = "v",
                                                         .term_offsets = c->term_offsets,
                                                         .term_bytes = c->term_bytes.data,
                                                         .term_count = TERMS,
                                                         .term_df = c->term_df,
                                                         .pairs = f->pairs,
                                                         .pair_slots = 16,
                                                         .entry_df = f->entry_df,
                                                         .statistics = {.documents = {RECORDS, 0}, .terms = TERMS}},
                                   path, &err),
              &err);
    assert_ok(qiao_lexicon_open(path, &f->derived, &err), &err);
    snprintf(path, sizeof path, "%s/records.mdb", f->folder.path);
    assert_ok(qiaoi_corpus_write(c, f->derived, path, &err), &err);
    assert_ok(qiaoi_generation_open_staged(f->folder.path, &manifest, &f->generation, &err), &err);
}

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t seed = 7;

    qiao_test_folder_init(&f.folder);
    qiao_test_write_lexicon(qiao_test_path(&f.folder, "base.bin"), words);
    assert_ok(qiao_lexicon_open(qiao_test_path(&f.folder, "base.bin"), &f.base, &err), &err);
    build(&f);
    assert_ok(qiaoi_query_init(&f.query, &err), &err);
    assert_ok(qiaoi_retrieval_init(&f.retrieval, &err), &err);
    f.filter = calloc(RECORDS / 64 + 1, sizeof *f.filter);
    for (uint32_t r = 0; r < RECORDS; r++)
        if (next(&seed) % 10 == 0)
            f.filter[r >> 6] |= (uint64_t)1 << (r & 63u);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiaoi_retrieval_done(&f->retrieval);
    qiaoi_query_done(&f->query);
    qiao_generation_close(f->generation);
    qiao_lexicon_close(f->derived);
    qiao_lexicon_close(f->base);
    qiao_buffer_done(&f->corpus.term_bytes);
    qiao_arena_free(f->corpus.arena);
    free(f->corpus.documents[QIAO_PROJECT]);
    free(f->corpus.term_offsets);
    free(f->corpus.term_df);
    free(f->filter);
    qiao_test_folder_done(&f->folder);
    return 0;
}

/* A need's words: each with one to three translations, some shared; one of them the native word. */
static void
ask(fixture *f, uint64_t seed)
{
    qiaoi_query *query = &f->query;

    query->group_count = query->term_count = 0;
    for (uint32_t g = 0; g < GROUPS; g++) {
        qiaoi_group *group = &query->groups[query->group_count++];
        uint32_t terms = 1 + (uint32_t)(next(&seed) % GROUP_TERMS);

        *group = (qiaoi_group){QIAOI_GROUP_WORD, 0, 0, query->term_count, 0, 0, 1.0f};
        for (uint32_t i = 0; i < terms; i++)
            query->terms[query->term_count + group->count++] =
                (qiaoi_query_term){g == 3 && i == 0 ? NATIVE : draw_term(&seed), 1.0f / (float)(1 + i), 0};
        /* rare words weigh more */
        group->weight = 0.3f + (float)query->terms[group->first].slot / 20.0f;
        query->term_count += group->count;
    }
}

typedef struct list {
    qiaoi_hit hits[1000];
    size_t count;
    uint64_t considered;
    bool skipped;
} list;

static void
retrieve(fixture *f, const uint64_t *filter, size_t limit, list *out)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_retrieve(&f->retrieval, &f->query, f->generation, QIAO_PROJECT, filter, limit, &out->count,
                             &out->considered, &err),
              &err);
    memcpy(out->hits, f->retrieval.heap, out->count * sizeof *out->hits);
    out->skipped = f->retrieval.skipped;
}

static void
assert_same(const list *a, const list *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->hits[i].docid, b->hits[i].docid);
        assert_int_equal(a->hits[i].score, b->hits[i].score);
    }
}

static void
skipping_changes_nothing_by_any_kernel(void **state)
{
    static const size_t limits[] = {1, 10, 200, 1000};
    static const char *const names[] = {"plain", "avx2", "avx512"};
    fixture *f = *state;
    static list whole, short_cut;
    uint32_t skipped = 0;

    for (uint64_t seed = 1; seed <= 12; seed++) {
        ask(f, seed * 0x9E3779B97F4A7C15u);
        for (size_t i = 0; i < 8; i++) {
            const uint64_t *filter = i < 4 ? NULL : f->filter;

            f->retrieval.kernels = &qiaoi_kernels_plain;
            f->retrieval.never_skip = true;
            retrieve(f, filter, limits[i % 4], &whole);
            assert_false(whole.skipped);
            f->retrieval.never_skip = false;
            for (size_t k = 0; k < 3; k++) {
                f->retrieval.kernels = qiaoi_kernels_named(names[k]);
                if (f->retrieval.kernels == NULL)
                    continue;
                retrieve(f, filter, limits[i % 4], &short_cut);
                assert_same(&short_cut, &whole);
                assert_int_equal(short_cut.considered, whole.considered);
                skipped += short_cut.skipped;
            }
        }
    }
    assert_true(skipped > 12); /* the corpus is such that skipping pays */
}

static void
helpers_change_nothing(void **state)
{
    static const size_t limits[] = {0, 1, 10, 200, 1000};
    fixture *f = *state;
    static list alone, together;
    qiao_crew *crew = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_crew_new(3, &crew, &err), &err);
    f->retrieval.together_from = 1;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        ask(f, seed * 0x9E3779B97F4A7C15u);
        for (size_t i = 0; i < 10; i++) {
            const uint64_t *filter = i < 5 ? NULL : f->filter;

            f->retrieval.crew = NULL;
            retrieve(f, filter, limits[i % 5], &alone);
            f->retrieval.crew = crew;
            retrieve(f, filter, limits[i % 5], &together);
            assert_same(&together, &alone);
            /* a floor that is too high: all is done again */
            f->retrieval.floor = alone.count > 0 ? alone.hits[0].score + 1 : 7;
            retrieve(f, filter, limits[i % 5], &together);
            f->retrieval.floor = 0;
            assert_same(&together, &alone);
        }
    }
    f->retrieval.crew = NULL;
    f->retrieval.together_from = 0;
    qiao_crew_free(crew);
}

static void
no_helpers_are_no_crew(void **state)
{
    qiao_crew *crew = (qiao_crew *)1;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_crew_new(0, &crew, &err), &err);
    assert_null(crew);
    qiao_crew_free(crew);
}

static void
a_floor_right_or_wrong_changes_nothing(void **state)
{
    static const size_t limits[] = {1, 10, 200, 1000};
    fixture *f = *state;
    static list whole, floored;
    uint32_t missed = 0, skipped = 0;

    for (uint64_t seed = 1; seed <= 12; seed++) {
        ask(f, seed * 0x9E3779B97F4A7C15u);
        for (size_t i = 0; i < 8; i++) {
            const uint64_t *filter = i < 4 ? NULL : f->filter;
            size_t limit = limits[i % 4];
            uint32_t last, floors[5];

            f->retrieval.floor = 0;
            retrieve(f, filter, limit, &whole);
            last = whole.count == limit ? whole.hits[limit - 1].score : 1;
            floors[0] = 1;
            floors[1] = last - last / 32;
            floors[2] = last;
            floors[3] = last + 1; /* those that tie with the last are lost at first */
            floors[4] = UINT32_MAX / 8;
            for (size_t k = 0; k < 5; k++) {
                f->retrieval.floor = floors[k];
                retrieve(f, filter, limit, &floored);
                assert_same(&floored, &whole);
                assert_int_equal(floored.considered, whole.considered);
                assert_int_equal(f->retrieval.missed, k >= 3 || whole.count < limit);
                assert_int_equal(f->retrieval.floor, floors[k]);
                missed += f->retrieval.missed;
                skipped += floored.skipped;
            }
            f->retrieval.floor = 0;
        }
    }
    assert_true(missed > 12 && skipped > 12);
}

/* Against what each document gets by itself. */
static void
the_list_is_what_single_documents_score(void **state)
{
    fixture *f = *state;
    static list found;
    uint32_t contributions[GROUPS], best = 0, considered = 0, place = 0;

    ask(f, 99);
    retrieve(f, NULL, 50, &found);
    assert_int_equal(found.count, 50);
    for (uint32_t r = 0; r < RECORDS; r++) {
        uint32_t score = qiaoi_contributions(&f->query, f->generation, QIAO_PROJECT, r, contributions);
        const qiaoi_hit *last = &found.hits[49];

        considered += score > 0;
        best = score > best ? score : best;
        place += score > last->score || (score == last->score && r <= last->docid);
    }
    assert_int_equal(found.hits[0].score, best);
    assert_int_equal(place, 50);
    for (size_t i = 0; i < found.count; i++)
        assert_int_equal(found.hits[i].score, qiaoi_contributions(&f->query, f->generation, QIAO_PROJECT,
                                                                  found.hits[i].docid, contributions));
    /* of a range with many postings all records count, whether they share a term or not */
    assert_true(found.considered >= considered && found.considered <= RECORDS);
}

static void
nothing_asked_or_wanted_finds_nothing(void **state)
{
    fixture *f = *state;
    static list found;
    uint64_t *none = calloc(RECORDS / 64 + 1, sizeof *none);

    ask(f, 5);
    retrieve(f, NULL, 0, &found);
    assert_int_equal(found.count, 0);
    retrieve(f, none, 10, &found);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.considered, 0);
    f->query.group_count = 0;
    retrieve(f, NULL, 10, &found);
    assert_int_equal(found.count, 0);
    free(none);
}

static int
compare_falling(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x > y ? -1 : x < y;
}

static void
the_nth_largest_is_what_sorting_finds(void **state)
{
    uint32_t numbers[300], sorted[300];
    uint64_t seed = 11;

    (void)state;
    for (size_t round = 0; round < 2000; round++) {
        size_t count = 1 + next(&seed) % 300, place = 1 + next(&seed) % count;
        uint32_t most = round % 2 == 0 ? 4 : 100000;

        for (size_t i = 0; i < count; i++)
            numbers[i] = sorted[i] = (uint32_t)(next(&seed) >> 33) % most;
        qsort(sorted, count, sizeof *sorted, compare_falling);
        assert_int_equal(qiaoi_nth_largest(numbers, count, place), sorted[place - 1]);
    }
}

static qiao_status
retrieve_anew(void *context, qiao_error *err)
{
    fixture *f = context;
    qiaoi_retrieval retrieval;
    uint64_t considered;
    size_t count;
    qiao_status st = qiaoi_retrieval_init(&retrieval, err);

    if (st != QIAO_OK)
        return st;
    st = qiaoi_retrieve(&retrieval, &f->query, f->generation, QIAO_PROJECT, NULL, 20, &count, &considered, err);
    qiaoi_retrieval_done(&retrieval);
    return st;
}

static void
a_lack_of_memory_is_reported(void **state)
{
    fixture *f = *state;

    ask(f, 99);
    assert_true(qiao_test_fail_allocations(NULL, retrieve_anew, f) > 5);
}

static bool
refuse(size_t size, void *context)
{
    (void)size;
    (void)context;
    return false;
}

/* After a query as large as any, no more memory is asked for. */
static void
a_second_query_allocates_nothing(void **state)
{
    fixture *f = *state;
    static list found;

    ask(f, 99);
    retrieve(f, NULL, 200, &found);
    assert_true(found.skipped);
    qiao_memory_set_hook(refuse, NULL);
    retrieve(f, NULL, 200, &found);
    qiao_memory_set_hook(NULL, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skipping_changes_nothing_by_any_kernel),
        cmocka_unit_test(helpers_change_nothing),
        cmocka_unit_test(no_helpers_are_no_crew),
        cmocka_unit_test(a_floor_right_or_wrong_changes_nothing),
        cmocka_unit_test(the_list_is_what_single_documents_score),
        cmocka_unit_test(the_nth_largest_is_what_sorting_finds),
        cmocka_unit_test(nothing_asked_or_wanted_finds_nothing),
        cmocka_unit_test(a_lack_of_memory_is_reported),
        cmocka_unit_test(a_second_query_allocates_nothing),
    };

    return cmocka_run_group_tests_name("retrieval", tests, open_fixture, close_fixture);
}
