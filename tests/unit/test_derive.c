/* From the base lexicon to a generation's: shares, learned translations, terms, pairs, and the way back. */
#include "support.h"
#include "tiny_lexicon.h"

#include "lexicon/derive.h"
#include "lexicon/lexicon_writer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const qiao_test_word words[] = {
    {QIAOI_ZH, "电池", "battery;cell;accumulator", 0},
    {QIAOI_ZH, "蓄电池", "battery;accumulator", 0},
    {QIAOI_ZH, "固态", "solid state", 0},
    {QIAOI_ZH, "细胞", "cell", 0},
    {QIAOI_ZH, "氢", "hydrogen", 0},
    {QIAOI_ZH, "空", "", 0},
    {QIAOI_ZH, "多义", "alpha;beta;gamma;delta;epsilon;zeta;theta;iota;kappa;lambda", 0},
    {QIAOI_ZH, "词一", "hub", 0},
    {QIAOI_ZH, "词二", "hub", 0},
    {QIAOI_DE, "batterie", "battery", 0},
    {QIAOI_LANGUAGES, NULL, NULL, 0},
};

/* Terms of the generation, ascending; how many projects and needs have each. */
static const struct {
    const char *text;
    uint32_t projects, needs;
} terms[] = {
    {"alpha", 1, 0},   {"batteri", 400, 0}, {"beta", 2, 0},   {"cell", 100, 5}, {"delta", 4, 0},
    {"epsilon", 5, 0}, {"gamma", 3, 0},     {"hub", 7, 0},    {"iota", 8, 0},   {"kappa", 9, 0},
    {"lambda", 10, 0}, {"pack", 50, 0},     {"solid", 40, 0}, {"state", 0, 0},  {"theta", 7, 0},
    {"zeta", 6, 0},    {"电池", 3, 200},    {"细胞", 0, 10},  {"蓄电池", 0, 1},
};
#define TERMS (sizeof terms / sizeof *terms)

typedef struct fixture {
    qiao_test_folder folder;
    char path[300];
    qiao_lexicon *base;
    uint32_t offsets[TERMS + 1], df[2 * TERMS], entry_df[2 * 64];
    char bytes[512];
    qiaoi_pair pairs[16];
    qiaoi_derive_input input;
} fixture;

static uint32_t
entry_of(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, const char *word)
{
    uint32_t entry = qiaoi_lexicon_find(lexicon, language, word, strlen(word));

    assert_int_not_equal(entry, 0);
    return entry;
}

static uint32_t
term_of(const char *text)
{
    for (uint32_t i = 0; i < TERMS; i++)
        if (strcmp(terms[i].text, text) == 0)
            return i;
    fail_msg("no term %s", text);
    return 0;
}

static void
fill_terms(fixture *f)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < TERMS; i++) {
        size_t n = strlen(terms[i].text) + 1;

        assert_true(i == 0 || strcmp(terms[i - 1].text, terms[i].text) < 0);
        f->offsets[i] = at;
        memcpy(f->bytes + at, terms[i].text, n);
        at += (uint32_t)n;
        f->df[i] = terms[i].projects;
        f->df[TERMS + i] = terms[i].needs;
    }
    f->offsets[TERMS] = at;
}

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t key, at;

    qiao_test_folder_init(&f.folder);
    snprintf(f.path, sizeof f.path, "%s/derived.bin", f.folder.path);
    qiao_test_write_lexicon(qiao_test_path(&f.folder, "base.bin"), words);
    assert_ok(qiao_lexicon_open(qiao_test_path(&f.folder, "base.bin"), &f.base, &err), &err);
    assert_true(f.base->entry_count <= 64);
    fill_terms(&f);
    key = ((uint64_t)term_of("solid") + 1) << 32 | (term_of("state") + 1);
    at = qiao_hash64(&key, sizeof key, 0) & 15u;
    f.pairs[at] = (qiaoi_pair){key, TERMS, 30};
    f.input = (qiaoi_derive_input){.base = f.base,
                                   .version = "derived",
                                   .term_offsets = f.offsets,
                                   .term_bytes = f.bytes,
                                   .term_count = TERMS,
                                   .term_df = f.df,
                                   .pairs = f.pairs,
                                   .pair_slots = 16,
                                   .entry_df = f.entry_df,
                                   .statistics = {{500, 300}, TERMS, 1, 2, 3, 4, 5}};
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_lexicon_close(f->base);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static qiao_lexicon *
derive(const qiaoi_derive_input *input, const char *path)
{
    qiao_lexicon *lexicon;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_lexicon_derive(input, path, &err), &err);
    assert_ok(qiao_lexicon_open(path, &lexicon, &err), &err);
    return lexicon;
}

/* Share of a translation of a word, 0 where it has none; checks the whole list on the way. */
static double
share_of(const qiao_lexicon *lexicon, qiaoi_lexicon_language language, const char *word, const char *stem,
         unsigned *sources)
{
    qiao_translation list[QIAOI_TRANSLATIONS_MAX + 1];
    size_t count = qiao_lexicon_translations(lexicon, entry_of(lexicon, language, word), word, strlen(word), list,
                                             QIAOI_TRANSLATIONS_MAX + 1);
    double share = 0, sum = 0;

    assert_true(count <= QIAOI_TRANSLATIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        assert_true(list[i].share > 0 && list[i].share <= 1.0 && (i == 0 || list[i].share <= list[i - 1].share));
        sum += list[i].share;
        if (strcmp(list[i].text, stem) != 0)
            continue;
        share = list[i].share;
        if (sources != NULL)
            *sources = list[i].sources;
    }
    assert_true(sum < 2.0); /* over 1 where a sense has several words, or where learning had a say */
    return share;
}

static void
translations_share_a_word_by_their_frequency(void **state)
{
    fixture *f = *state;
    qiao_lexicon *lexicon = derive(&f->input, f->path);
    unsigned sources = 0;
    double battery = share_of(lexicon, QIAOI_ZH, "电池", "batteri", &sources),
           cell = share_of(lexicon, QIAOI_ZH, "电池", "cell", NULL);

    assert_true(battery > cell && cell > 0);
    assert_true(fabs(battery + cell - 1.0) < 0.001);
    assert_int_equal(sources, QIAO_FROM_DICTIONARY);
    assert_true(share_of(lexicon, QIAOI_ZH, "蓄电池", "batteri", NULL) > 0.99); /* accumulator stands nowhere */
    assert_true(share_of(lexicon, QIAOI_DE, "batterie", "batteri", NULL) > 0.99);
    qiao_lexicon_close(lexicon);
}

static void
a_sense_with_a_word_that_no_document_has_is_left_out(void **state)
{
    fixture *f = *state;
    qiao_lexicon *lexicon = derive(&f->input, f->path);

    assert_true(share_of(lexicon, QIAOI_ZH, "固态", "solid", NULL) <= 0.0); /* state: in no project */
    assert_int_equal(lexicon->entries[entry_of(lexicon, QIAOI_ZH, "氢") - 1].count, 0);
    assert_int_equal(lexicon->entries[entry_of(lexicon, QIAOI_ZH, "空") - 1].count, 0);
    qiao_lexicon_close(lexicon);
}

/* Projects that have no English text say 固态 in Chinese: then its stems count as if they stood there. */
static void
documents_to_be_translated_count_with_what_they_would_say(void **state)
{
    fixture *f = *state;
    qiaoi_derive_input input = f->input;
    uint32_t entry_df[2 * 64] = {0};
    qiao_lexicon *lexicon;

    entry_df[entry_of(f->base, QIAOI_ZH, "固态") - 1] = 9;
    input.entry_df = entry_df;
    lexicon = derive(&input, f->path);
    assert_true(share_of(lexicon, QIAOI_ZH, "固态", "solid", NULL) > 0.7);
    assert_true(fabs(share_of(lexicon, QIAOI_ZH, "固态", "solid", NULL) -
                     share_of(lexicon, QIAOI_ZH, "固态", "state", NULL)) < 0.001);
    qiao_lexicon_close(lexicon);
}

static void
without_projects_the_needs_say_what_is_frequent(void **state)
{
    fixture *f = *state;
    qiaoi_derive_input input = f->input;
    qiao_lexicon *lexicon;

    input.statistics.documents[0] = 0;
    lexicon = derive(&input, f->path);
    assert_true(share_of(lexicon, QIAOI_ZH, "电池", "cell", NULL) > 0.99);
    qiao_lexicon_close(lexicon);
}

static void
at_most_eight_translations_are_kept_the_best(void **state)
{
    fixture *f = *state;
    qiao_lexicon *lexicon = derive(&f->input, f->path);

    assert_int_equal(lexicon->entries[entry_of(lexicon, QIAOI_ZH, "多义") - 1].count, QIAOI_TRANSLATIONS_MAX);
    assert_true(share_of(lexicon, QIAOI_ZH, "多义", "alpha", NULL) <= 0.0);
    assert_true(share_of(lexicon, QIAOI_ZH, "多义", "beta", NULL) <= 0.0);
    assert_true(share_of(lexicon, QIAOI_ZH, "多义", "lambda", NULL) >
                share_of(lexicon, QIAOI_ZH, "多义", "gamma", NULL));
    qiao_lexicon_close(lexicon);
}

static void
what_was_learned_outweighs_the_dictionary_with_its_count(void **state)
{
    fixture *f = *state;
    const qiaoi_learned few[] = {{entry_of(f->base, QIAOI_ZH, "电池") - 1, "cell", 1.0}},
                        many[] = {{few->entry, "cell", 1000.0}};
    qiaoi_derive_input input = f->input;
    qiao_lexicon *lexicon;
    double without, little, much;
    unsigned sources = 0;

    lexicon = derive(&input, f->path);
    without = share_of(lexicon, QIAOI_ZH, "电池", "cell", NULL);
    qiao_lexicon_close(lexicon);
    input.learned = few;
    input.learned_count = 1;
    lexicon = derive(&input, f->path);
    little = share_of(lexicon, QIAOI_ZH, "电池", "cell", &sources);
    assert_int_equal(sources, QIAO_FROM_DICTIONARY | QIAO_FROM_LEARNED);
    qiao_lexicon_close(lexicon);
    input.learned = many;
    lexicon = derive(&input, f->path);
    much = share_of(lexicon, QIAOI_ZH, "电池", "cell", NULL);
    qiao_lexicon_close(lexicon);
    assert_true(without < little && little < much && much > 0.99);
}

static void
learned_words_may_be_new_and_unknown_ones_are_passed_over(void **state)
{
    fixture *f = *state;
    uint32_t first = entry_of(f->base, QIAOI_ZH, "电池") - 1, hydrogen = entry_of(f->base, QIAOI_ZH, "氢") - 1;
    const qiaoi_learned learned[] = {{first, "pack", 3.0}, {first, "unheard", 90.0}, {hydrogen, "state", 5.0}};
    uint32_t empty = entry_of(f->base, QIAOI_ZH, "空") - 1;
    const qiaoi_learned last[] = {{first, "pack", 3.0}, {empty, "solid", 2.0}};
    qiaoi_derive_input input = f->input;
    unsigned sources = 0;
    qiao_lexicon *lexicon;

    input.learned = learned;
    input.learned_count = 3;
    lexicon = derive(&input, f->path);
    assert_true(share_of(lexicon, QIAOI_ZH, "电池", "pack", &sources) > 0.2);
    assert_int_equal(sources, QIAO_FROM_LEARNED);
    assert_true(share_of(lexicon, QIAOI_ZH, "电池", "unheard", NULL) <= 0.0);
    assert_int_equal(lexicon->entries[hydrogen].count, 0); /* state: in no project */
    qiao_lexicon_close(lexicon);
    input.learned = last;
    input.learned_count = 2;
    lexicon = derive(&input, f->path);
    assert_true(share_of(lexicon, QIAOI_ZH, "空", "solid", NULL) > 0.99);
    qiao_lexicon_close(lexicon);
}

static void
terms_and_pairs_are_found_by_what_they_are(void **state)
{
    fixture *f = *state;
    qiao_lexicon *lexicon = derive(&f->input, f->path);
    const qiaoi_pair *pair = qiaoi_lexicon_pair(lexicon, term_of("solid"), term_of("state"));

    for (uint32_t i = 0; i < TERMS; i++) {
        assert_int_equal(qiaoi_lexicon_term(lexicon, terms[i].text, strlen(terms[i].text)), i);
        assert_string_equal(qiaoi_lexicon_term_text(lexicon, i), terms[i].text);
        assert_int_equal(qiaoi_lexicon_term(lexicon, terms[i].text, strlen(terms[i].text) - 1), QIAOI_NO_TERM);
    }
    assert_int_equal(qiaoi_lexicon_term(lexicon, "batterie", 8), QIAOI_NO_TERM);
    assert_int_equal(qiaoi_lexicon_term(lexicon, "", 0), QIAOI_NO_TERM);
    assert_non_null(pair);
    assert_int_equal(pair->term, TERMS);
    assert_int_equal(pair->df, 30);
    assert_null(qiaoi_lexicon_pair(lexicon, term_of("state"), term_of("solid")));
    assert_memory_equal(lexicon->statistics, &f->input.statistics, sizeof f->input.statistics);
    assert_string_equal(qiao_lexicon_version(lexicon), "derived");
    qiao_lexicon_close(lexicon);
}

static void
every_headword_and_its_cost_is_kept(void **state)
{
    fixture *f = *state;
    qiao_lexicon *lexicon = derive(&f->input, f->path);

    assert_int_equal(lexicon->entry_count, f->base->entry_count);
    for (uint32_t e = 0; e < lexicon->entry_count; e++) {
        const qiaoi_entry *entry = &lexicon->entries[e], *from = &f->base->entries[e];

        assert_string_equal(lexicon->keys + entry->key, f->base->keys + from->key);
        assert_int_equal(entry->language, from->language);
        assert_int_equal(entry->cost, from->cost);
    }
    qiao_lexicon_close(lexicon);
}

static void
a_stem_leads_back_to_the_words_that_mean_it(void **state)
{
    fixture *f = *state;
    qiao_lexicon *lexicon = derive(&f->input, f->path);
    qiao_translation list[16];
    size_t count = qiao_lexicon_translations(lexicon, 0, "batteri", 7, list, 16);

    assert_int_equal(count, 2); /* no German word, no rare synonym ahead of the word that needs use */
    assert_string_equal(list[0].text, "电池");
    assert_int_equal(list[0].documents[QIAO_PROJECT], 3);
    assert_int_equal(list[0].documents[QIAO_NEED], 200);
    assert_string_equal(list[1].text, "蓄电池");
    assert_int_equal(qiao_lexicon_translations(lexicon, 0, "batteri", 7, list, 1), 1);
    assert_int_equal(qiao_lexicon_translations(lexicon, 0, "pack", 4, list, 16), 0);
    assert_int_equal(qiao_lexicon_translations(lexicon, 0, "unheard", 7, list, 16), 0);
    /* of two equal words the one with the smaller number */
    assert_int_equal(qiao_lexicon_translations(lexicon, 0, "hub", 3, list, 16), 2);
    assert_string_equal(list[0].text, "词一");
    qiao_lexicon_close(lexicon);
}

static void
a_generation_without_terms_has_a_lexicon_too(void **state)
{
    static const uint32_t offsets[1] = {0};
    static const qiaoi_pair pairs[16];
    fixture *f = *state;
    qiaoi_derive_input input = f->input;
    qiao_lexicon *lexicon;

    input.term_offsets = offsets;
    input.term_bytes = "";
    input.term_count = 0;
    input.pairs = pairs;
    lexicon = derive(&input, f->path);
    assert_int_equal(qiaoi_lexicon_term(lexicon, "batteri", 7), QIAOI_NO_TERM);
    assert_int_equal(lexicon->entries[entry_of(lexicon, QIAOI_ZH, "电池") - 1].count, 0);
    qiao_lexicon_close(lexicon);
}

static void
two_derivations_give_the_same_bytes(void **state)
{
    fixture *f = *state;
    qiao_buffer first = {0}, second = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiaoi_lexicon_derive(&f->input, f->path, &err), &err);
    assert_ok(qiao_file_read(f->path, 0, &first, &err), &err);
    assert_ok(qiaoi_lexicon_derive(&f->input, f->path, &err), &err);
    assert_ok(qiao_file_read(f->path, 0, &second, &err), &err);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    qiao_buffer_done(&first);
    qiao_buffer_done(&second);
}

static void
damage_in_any_section_is_found(void **state)
{
    fixture *f = *state;
    qiao_buffer image = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const qiaoi_lexicon_header *header;
    const qiaoi_section *table;
    unsigned seen = 0;

    assert_ok(qiaoi_lexicon_derive(&f->input, f->path, &err), &err);
    assert_ok(qiao_file_read(f->path, 0, &image, &err), &err);
    header = (const void *)image.data;
    table = (const void *)(image.data + sizeof *header);
    for (uint32_t i = 0; i < header->section_count; i++) {
        size_t size = table[i].count * table[i].element_size;
        qiao_lexicon *lexicon;

        seen |= 1u << table[i].id;
        qiao_test_flip(f->path, table[i].offset + size / 2);
        assert_status(qiao_lexicon_open(f->path, &lexicon, &err), QIAO_E_CORRUPT, &err);
        qiao_test_flip(f->path, table[i].offset + size / 2);
        assert_ok(qiao_lexicon_open(f->path, &lexicon, &err), &err);
        qiao_lexicon_close(lexicon);
    }
    for (unsigned id = QIAOI_SECTION_TRANSLATIONS; id < QIAOI_SECTION_COUNT; id++)
        assert_true(seen & 1u << id);
    qiao_buffer_done(&image);
}

/* With its checksum right: sections that do not fit together. */
static void
sections_that_do_not_fit_together_are_refused(void **state)
{
    static const qiaoi_section_id ids[] = {
        QIAOI_SECTION_TERM_OFFSETS, QIAOI_SECTION_TERM_HASH,       QIAOI_SECTION_TERM_DF,   QIAOI_SECTION_PAIRS,
        QIAOI_SECTION_ENTRY_DF,     QIAOI_SECTION_REVERSE_OFFSETS, QIAOI_SECTION_STATISTICS};
    fixture *f = *state;
    qiao_buffer image = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_lexicon_header *header;
    qiaoi_section *table;

    assert_ok(qiaoi_lexicon_derive(&f->input, f->path, &err), &err);
    assert_ok(qiao_file_read(f->path, 0, &image, &err), &err);
    header = (void *)image.data;
    table = (void *)(image.data + sizeof *header);
    for (size_t k = 0; k < sizeof ids / sizeof *ids; k++)
        for (uint32_t i = 0; i < header->section_count; i++) {
            qiao_lexicon *lexicon;

            if (table[i].id != (uint32_t)ids[k])
                continue;
            table[i].count--;
            header->checksum = qiao_hash64(image.data + sizeof *header, image.length - sizeof *header, 0);
            qiao_test_write(f->path, image.data, image.length);
            assert_status(qiao_lexicon_open(f->path, &lexicon, &err), QIAO_E_CORRUPT, &err);
            table[i].count++;
        }
    qiao_buffer_done(&image);
}

static qiao_status
derive_with_learning(void *context, qiao_error *err)
{
    const fixture *f = context;
    const qiaoi_learned learned[] = {{entry_of(f->base, QIAOI_ZH, "电池") - 1, "cell", 1.0}};
    qiaoi_derive_input input = f->input;

    input.learned = learned;
    input.learned_count = 1;
    return qiaoi_lexicon_derive(&input, f->path, err);
}

static void
any_allocation_may_fail(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, derive_with_learning, *state) >= 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(translations_share_a_word_by_their_frequency),
        cmocka_unit_test(a_sense_with_a_word_that_no_document_has_is_left_out),
        cmocka_unit_test(documents_to_be_translated_count_with_what_they_would_say),
        cmocka_unit_test(without_projects_the_needs_say_what_is_frequent),
        cmocka_unit_test(at_most_eight_translations_are_kept_the_best),
        cmocka_unit_test(what_was_learned_outweighs_the_dictionary_with_its_count),
        cmocka_unit_test(learned_words_may_be_new_and_unknown_ones_are_passed_over),
        cmocka_unit_test(terms_and_pairs_are_found_by_what_they_are),
        cmocka_unit_test(every_headword_and_its_cost_is_kept),
        cmocka_unit_test(a_stem_leads_back_to_the_words_that_mean_it),
        cmocka_unit_test(a_generation_without_terms_has_a_lexicon_too),
        cmocka_unit_test(two_derivations_give_the_same_bytes),
        cmocka_unit_test(damage_in_any_section_is_found),
        cmocka_unit_test(sections_that_do_not_fit_together_are_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
