/* records.mdb as the build writes it and the generation reads it: ids, records, tags, impacts, ranges. */
#include "support.h"
#include "tiny_lexicon.h"

#include "indexing/corpus.h"
#include "lexicon/derive.h"
#include "qiao/catalog.h"
#include "qiao/generation.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const qiao_test_word words[] = {{QIAOI_ZH, "电池", "battery;cell", 0}, {QIAOI_LANGUAGES, NULL, NULL, 0}};

/* Terms of the corpus, ascending. */
enum { BATTERI, CELL, LASER, NATIVE, TERMS };
static const char *const term_texts[TERMS] = {"batteri", "cell", "laser", "电池"};

typedef struct fixture {
    qiao_test_folder folder;
    qiao_lexicon *base, *derived;
    qiaoi_corpus corpus;
    qiaoi_shard shard;
    uint32_t df[2 * TERMS], entry_df[2];
    qiaoi_pair pairs[16];
    qiao_generation *generation;
} fixture;

/* ---- a corpus by hand ---- */

static void
begin_corpus(fixture *f)
{
    static uint32_t offsets[TERMS + 1];
    qiaoi_corpus *c = &f->corpus;
    uint64_t key = ((uint64_t)BATTERI + 1) << 32 | (CELL + 1);

    memset(c, 0, sizeof *c);
    for (uint32_t t = 0; t < TERMS; t++) {
        offsets[t] = (uint32_t)c->term_bytes.length;
        qiao_buffer_append(&c->term_bytes, term_texts[t], strlen(term_texts[t]) + 1);
    }
    offsets[TERMS] = (uint32_t)c->term_bytes.length;
    memset(f->pairs, 0, sizeof f->pairs);
    f->pairs[qiao_hash64(&key, sizeof key, 0) & 15u] = (qiaoi_pair){key, TERMS, 1};
    c->term_offsets = offsets;
    c->term_count = TERMS;
    c->term_df = f->df;
    c->entry_df = f->entry_df;
    c->pairs = f->pairs;
    c->pair_slots = 16;
    c->pair_count = 1;
    c->shards = &f->shard;
    c->shard_count = 1;
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < 4; i++)
            c->mean_length[kind][i] = 10.0;
    for (uint32_t t = 0; t < TERMS; t++)
        f->df[t] = f->df[TERMS + t] = 5;
}

static void
derive_lexicon(fixture *f, const char *path)
{
    const qiaoi_corpus *c = &f->corpus;
    const qiaoi_derive_input input = {.base = f->base,
                                      .version = "v",
                                      .term_offsets = c->term_offsets,
                                      .term_bytes = c->term_bytes.data,
                                      .term_count = TERMS,
                                      .term_df = f->df,
                                      .pairs = f->pairs,
                                      .pair_slots = 16,
                                      .entry_df = f->entry_df,
                                      .statistics = {{c->count[0], c->count[1]}, TERMS, 1, 0, 0, 0, 0}};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_lexicon_derive(&input, path, &err), &err);
    assert_ok(qiao_lexicon_open(path, &f->derived, &err), &err);
}

/* Writes the corpus as a generation and opens it. */
static void
install(fixture *f)
{
    char staged[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 32];
    qiao_manifest manifest;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;

    memset(&manifest, 0, sizeof manifest);
    manifest.format_version = QIAO_FORMAT_VERSION;
    assert_ok(qiao_catalog_stage(f->folder.path, staged, &number, &err), &err);
    snprintf(path, sizeof path, "%s/lexicon.bin", staged);
    derive_lexicon(f, path);
    snprintf(path, sizeof path, "%s/records.mdb", staged);
    assert_ok(qiaoi_corpus_write(&f->corpus, f->derived, path, &err), &err);
    snprintf(path, sizeof path, "%s/text", staged);
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/text/postlist.glass", staged);
    qiao_test_write_text(path, "none");
    assert_ok(qiao_catalog_install(f->folder.path, staged, &manifest, &err), &err);
    assert_ok(qiao_generation_open(f->folder.path, number, &f->generation, &err), &err);
}

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    memset(&f, 0, sizeof f);
    qiao_test_folder_init(&f.folder);
    qiao_test_write_lexicon(qiao_test_path(&f.folder, "base.bin"), words);
    assert_ok(qiao_lexicon_open(qiao_test_path(&f.folder, "base.bin"), &f.base, &err), &err);
    begin_corpus(&f);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_generation_close(f->generation);
    qiao_lexicon_close(f->derived);
    qiao_lexicon_close(f->base);
    qiao_buffer_done(&f->corpus.term_bytes);
    qiaoi_term_table_done(&f->shard.tags);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static qiaoi_posting_list
list_of(const fixture *f, qiao_kind kind, size_t range, uint32_t slot)
{
    size_t count;
    const qiaoi_postings *ranges = qiaoi_generation_postings(f->generation, kind, &count);

    assert_true(range < count);
    return qiaoi_postings_list(&ranges[range], slot);
}

/* ---- impacts ---- */

static void
impacts_weigh_titles_and_lengths(void **state)
{
    static qiaoi_use first[] = {{BATTERI, 1, 0}, {LASER, 0, 1}}, second[] = {{BATTERI, 0, 2}, {NATIVE, 1, 0}},
                     third[] = {{BATTERI, 200, 0}}, fourth[] = {{NATIVE, 1, 0}}, waiting[] = {{0, 0, 0}};
    static qiaoi_corpus_document projects[] = {
        {.id = "a",
         .json = "{}",
         .length = 2,
         .use = {.terms = first, .term_count = 2, .pivot_title = 10, .pivot_body = 10}},
        {.id = "b",
         .json = "{}",
         .length = 2,
         .use = {.terms = second,
                 .term_count = 2,
                 .pivot_title = 0,
                 .pivot_body = 20,
                 .native_title = 20,
                 .native_body = 0}},
        {.id = "c", .json = "{}", .length = 2, .use = {.terms = third, .term_count = 1, .pivot_title = 10}},
        {.id = "d",
         .json = "{}",
         .length = 2,
         .use = {.terms = fourth, .term_count = 1, .entries = waiting, .entry_count = 1, .native_title = 20}},
    };
    fixture *f = *state;
    qiaoi_posting_list list;

    f->corpus.documents[QIAO_PROJECT] = projects;
    f->corpus.count[QIAO_PROJECT] = 4;
    install(f);
    list = list_of(f, QIAO_PROJECT, 0, BATTERI);
    assert_int_equal(list.count, 3);
    assert_int_equal(list.documents[0], 0);
    assert_int_equal(list.documents[2], 2);
    assert_int_equal(list.impacts[0], qiaoi_impact_of(2.0));     /* title of mean length */
    assert_int_equal(list.impacts[1], qiaoi_impact_of(2 / 1.7)); /* twice in a body of twice the mean length */
    assert_int_equal(list.impacts[2], 255);                      /* the largest there is */
    assert_int_equal(list.maximum, 255);
    assert_int_equal(list_of(f, QIAO_PROJECT, 0, LASER).impacts[0], qiaoi_impact_of(1.0));
    list = list_of(f, QIAO_PROJECT, 0, NATIVE);
    assert_int_equal(list.count, 2);
    assert_true(list.impacts[0] < qiaoi_impact_of(0.1));         /* its English text says the same already */
    assert_int_equal(list.impacts[1], qiaoi_impact_of(2 / 1.5)); /* by the length of the native words */
    assert_int_equal(list_of(f, QIAO_PROJECT, 0, CELL).count, 0);
    assert_int_equal(list_of(f, QIAO_PROJECT, 0, 99999).count, 0);
    assert_int_equal(f->corpus.postings, 6);
}

static void
words_to_translate_and_pairs_get_their_lists(void **state)
{
    static qiaoi_use entries[] = {{0, 1, 0}};
    static qiaoi_pair_use pairs[] = {{BATTERI, CELL, 1, 0}, {CELL, BATTERI, 1, 0}};
    static qiaoi_corpus_document needs[] = {
        {.id = "a",
         .json = "{}",
         .length = 2,
         .use = {.entries = entries, .entry_count = 1, .pairs = pairs, .pair_count = 2, .pivot_title = 10}}};
    fixture *f = *state;
    qiaoi_posting_list battery, cell;
    const qiaoi_entry *entry;

    f->corpus.documents[QIAO_NEED] = needs;
    f->corpus.count[QIAO_NEED] = 1;
    install(f);
    battery = list_of(f, QIAO_NEED, 0, BATTERI);
    cell = list_of(f, QIAO_NEED, 0, CELL);
    assert_int_equal(battery.count, 1);
    assert_int_equal(cell.count, 1);
    entry = &f->derived->entries[0];
    assert_int_equal(entry->count, 2); /* equally frequent: half each, of a title word */
    assert_int_equal(battery.impacts[0], qiaoi_impact_of(1.0));
    assert_int_equal(cell.impacts[0], qiaoi_impact_of(1.0));
    assert_int_equal(list_of(f, QIAO_NEED, 0, TERMS).count, 1); /* the pair, in its order only */
    assert_int_equal(list_of(f, QIAO_NEED, 0, TERMS).impacts[0], qiaoi_impact_of(2.0));
    assert_int_equal(qiao_generation_count(f->generation, QIAO_PROJECT), 0);
    assert_null(qiao_generation_id(f->generation, QIAO_PROJECT, 0));
}

static void
an_impact_too_small_to_count_is_no_posting(void **state)
{
    static qiaoi_use uses[] = {{BATTERI, 0, 1}};
    static qiaoi_corpus_document projects[] = {
        {.id = "a", .json = "{}", .length = 2, .use = {.terms = uses, .term_count = 1, .pivot_body = 60000}}};
    fixture *f = *state;

    f->corpus.documents[QIAO_PROJECT] = projects;
    f->corpus.count[QIAO_PROJECT] = 1;
    install(f);
    assert_int_equal(list_of(f, QIAO_PROJECT, 0, BATTERI).count, 0);
    assert_int_equal(f->corpus.postings, 0);
}

/* 32,768 different slots are what one document may have: the table for them is emptied wholly between two documents. */
static void
every_document_has_its_own_words_only(void **state)
{
    static qiaoi_use uses[300][2];
    static qiaoi_corpus_document projects[300];
    static char ids[300][8];
    fixture *f = *state;

    for (uint32_t d = 0; d < 300; d++) {
        snprintf(ids[d], sizeof ids[d], "d%03u", d);
        uses[d][0] = (qiaoi_use){d % 3, 1, 0};
        uses[d][1] = (qiaoi_use){NATIVE, 0, 1};
        projects[d] = (qiaoi_corpus_document){
            .id = ids[d], .json = "{}", .length = 2, .use = {.terms = uses[d], .term_count = 2, .pivot_title = 10}};
    }
    f->corpus.documents[QIAO_PROJECT] = projects;
    f->corpus.count[QIAO_PROJECT] = 300;
    install(f);
    for (uint32_t t = 0; t < 3; t++) {
        qiaoi_posting_list list = list_of(f, QIAO_PROJECT, 0, t);

        assert_int_equal(list.count, 100);
        for (uint32_t i = 0; i < 100; i++)
            assert_int_equal(list.documents[i], 3 * i + t);
    }
    assert_int_equal(list_of(f, QIAO_PROJECT, 0, NATIVE).count, 300);
}

/* ---- ranges ---- */

static void
documents_past_65536_stand_in_further_ranges(void **state)
{
    enum { DOCUMENTS = 65536 + 3 };
    static qiaoi_use uses[2][1] = {{{BATTERI, 0, 1}}, {{LASER, 0, 1}}};
    fixture *f = *state;
    qiaoi_corpus_document *projects = qiao_calloc(DOCUMENTS, sizeof *projects);
    char *ids = qiao_alloc((size_t)DOCUMENTS * 12);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer json = {0};
    uint32_t docid;

    assert_true(projects != NULL && ids != NULL);
    for (uint32_t d = 0; d < DOCUMENTS; d++) {
        snprintf(ids + (size_t)d * 12, 12, "id:%07u", d);
        projects[d] = (qiaoi_corpus_document){.id = ids + (size_t)d * 12,
                                              .json = "{}",
                                              .length = 2,
                                              .use = {.terms = uses[d == 65537], .term_count = 1, .pivot_body = 10}};
    }
    f->corpus.documents[QIAO_PROJECT] = projects;
    f->corpus.count[QIAO_PROJECT] = DOCUMENTS;
    install(f);
    assert_int_equal(list_of(f, QIAO_PROJECT, 0, BATTERI).count, 65536);
    assert_int_equal(list_of(f, QIAO_PROJECT, 0, LASER).count, 0);
    assert_int_equal(list_of(f, QIAO_PROJECT, 1, BATTERI).count, 2);
    assert_int_equal(list_of(f, QIAO_PROJECT, 1, LASER).documents[0], 1);
    assert_string_equal(qiao_generation_id(f->generation, QIAO_PROJECT, 65537), "id:0065537");
    assert_ok(qiao_generation_find(f->generation, QIAO_PROJECT, "id:0065538", &docid, &err), &err);
    assert_int_equal(docid, 65538);
    assert_ok(qiao_generation_json(f->generation, QIAO_PROJECT, 65538, &json, &err), &err);
    assert_string_equal(json.data, "{}");
    qiao_buffer_done(&json);
    qiao_free(projects);
    qiao_free(ids);
}

/* ---- tags ---- */

static void
tags_lead_to_their_documents(void **state)
{
    static const char *const tags[] = {"country:DE", "field:energy", "country:CN"};
    static uint32_t of_first[] = {0, 1}, of_second[] = {2, 1};
    static qiaoi_corpus_document projects[] = {
        {.id = "a", .json = "{}", .length = 2, .tags = of_first, .tag_count = 2},
        {.id = "b", .json = "{}", .length = 2, .tags = of_second, .tag_count = 2},
        {.id = "c", .json = "{}", .length = 2}};
    static const struct {
        const char *filters[2];
        size_t count;
        uint64_t expected;
    } cases[] = {{{"country:DE"}, 1, 1},
                 {{"field:energy"}, 1, 3},
                 {{"country:DE|country:CN"}, 1, 3},
                 {{"field:energy", "country:CN"}, 2, 2},
                 {{"country:FR"}, 1, 0},
                 {{"country:D"}, 1, 0},
                 {{"country:FR|country:DE"}, 1, 1},
                 {{"country:DE", "country:CN"}, 2, 0},
                 {{""}, 1, 0},
                 {{"|"}, 1, 0},
                 {{"country:DE|"}, 1, 1},
                 {{NULL}, 0, 7}};
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;

    for (uint32_t t = 0, at; t < 3; t++)
        assert_ok(qiaoi_term_table_add(&f->shard.tags, tags[t], strlen(tags[t]), &at, &err), &err);
    f->corpus.documents[QIAO_PROJECT] = projects;
    f->corpus.count[QIAO_PROJECT] = 3;
    install(f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t *bits = NULL, passing = 0;

        assert_ok(qiao_generation_filter(f->generation, QIAO_PROJECT, cases[i].filters, cases[i].count, &bits, &passing,
                                         &err),
                  &err);
        if (bits[0] != cases[i].expected || passing != (uint64_t)__builtin_popcountll(cases[i].expected))
            fail_msg("%s: %llx, %llu pass", cases[i].filters[0], (unsigned long long)bits[0],
                     (unsigned long long)passing);
        qiao_free(bits);
        assert_ok(
            qiao_generation_filter(f->generation, QIAO_NEED, cases[i].filters, cases[i].count, &bits, &passing, &err),
            &err);
        assert_int_equal(passing, 0);
        qiao_free(bits);
    }
}

static void
a_tag_too_long_for_a_key_is_refused(void **state)
{
    static uint32_t of_first[] = {0};
    static qiaoi_corpus_document projects[] = {
        {.id = "a", .json = "{}", .length = 2, .tags = of_first, .tag_count = 1}};
    fixture *f = *state;
    char tag[300];
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t at;

    memset(tag, 'x', sizeof tag - 1);
    tag[sizeof tag - 1] = '\0';
    assert_ok(qiaoi_term_table_add(&f->shard.tags, tag, strlen(tag), &at, &err), &err);
    f->corpus.documents[QIAO_PROJECT] = projects;
    f->corpus.count[QIAO_PROJECT] = 1;
    derive_lexicon(f, qiao_test_path(&f->folder, "derived.bin"));
    assert_status(qiaoi_corpus_write(&f->corpus, f->derived, qiao_test_path(&f->folder, "records.mdb"), &err),
                  QIAO_E_LIMIT, &err);
}

/* ---- records ---- */

static void
records_come_back_byte_for_byte(void **state)
{
    static const size_t lengths[] = {2, 1899, 1900, 1901, 5000, 1u << 20};
    enum { COUNT = sizeof lengths / sizeof *lengths };
    static qiaoi_corpus_document projects[COUNT];
    static const char *const ids[COUNT] = {"a", "b", "c", "d", "e", "f"};
    fixture *f = *state;
    char *bytes = qiao_alloc(1u << 20);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer json = {0};

    assert_non_null(bytes);
    for (size_t i = 0; i < 1u << 20; i++)
        bytes[i] = (char)('a' + (i * 2654435761u >> 7) % 26);
    for (size_t i = 0; i < COUNT; i++)
        projects[i] = (qiaoi_corpus_document){.id = ids[i], .json = bytes, .length = lengths[i]};
    f->corpus.documents[QIAO_PROJECT] = projects;
    f->corpus.count[QIAO_PROJECT] = COUNT;
    install(f);
    for (uint32_t d = 0; d < COUNT; d++) {
        qiao_buffer_clear(&json);
        qiao_buffer_text(&json, "before:");
        assert_ok(qiao_generation_json(f->generation, QIAO_PROJECT, d, &json, &err), &err);
        assert_int_equal(json.length, lengths[d] + 7);
        assert_memory_equal(json.data, "before:", 7);
        assert_memory_equal(json.data + 7, bytes, lengths[d]);
        assert_int_equal(json.data[json.length], '\0');
    }
    assert_status(qiao_generation_json(f->generation, QIAO_PROJECT, COUNT, &json, &err), QIAO_E_NOTFOUND, &err);
    qiao_buffer_done(&json);
    qiao_free(bytes);
}

/* ---- faults ---- */

static qiao_status
write_corpus(void *context, qiao_error *err)
{
    fixture *f = context;

    remove(qiao_test_path(&f->folder, "records.mdb"));
    return qiaoi_corpus_write(&f->corpus, f->derived, qiao_test_path(&f->folder, "records.mdb"), err);
}

static void
any_allocation_may_fail(void **state)
{
    static uint32_t tags[] = {0};
    static qiaoi_use uses[] = {{BATTERI, 1, 0}};
    static char json[3000];
    static qiaoi_corpus_document documents[] = {{.id = "a",
                                                 .json = json,
                                                 .length = sizeof json,
                                                 .tags = tags,
                                                 .tag_count = 1,
                                                 .use = {.terms = uses, .term_count = 1}}};
    fixture *f = *state;
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t at;

    memset(json, 'x', sizeof json);
    assert_ok(qiaoi_term_table_add(&f->shard.tags, "a:b", 3, &at, &err), &err);
    for (int kind = 0; kind < 2; kind++) {
        f->corpus.documents[kind] = documents;
        f->corpus.count[kind] = 1;
    }
    derive_lexicon(f, qiao_test_path(&f->folder, "derived.bin"));
    assert_true(qiao_test_fail_allocations(NULL, write_corpus, f) >= 12);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(impacts_weigh_titles_and_lengths, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(words_to_translate_and_pairs_get_their_lists, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(an_impact_too_small_to_count_is_no_posting, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(every_document_has_its_own_words_only, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(documents_past_65536_stand_in_further_ranges, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(tags_lead_to_their_documents, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_tag_too_long_for_a_key_is_refused, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(records_come_back_byte_for_byte, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(any_allocation_may_fail, open_fixture, close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
