/* Records that say the same are linked, whatever is retyped or left out of them, and only those; a list shows one of
 * them and names the others. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "facts/identity.h"
#include "qiao/build.h"
#include "qiao/catalog.h"
#include "qiao/duplicates.h"
#include "qiao/file.h"
#include "store/duplicates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS 60u
#define BASES 300u
#define COPIES 120u
#define JSON_MAX 4096

typedef struct fixture {
    qiao_test_folder folder, other;
    char lexicon[QIAO_PATH_MAX];
    uint64_t random;
    qiao_statistics_choice statistics;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;

    memset(&f, 0, sizeof f);
    qiao_test_folder_init(&f.folder);
    qiao_test_folder_init(&f.other);
    snprintf(f.lexicon, sizeof f.lexicon, "%s", qiao_test_path(&f.folder, "base.bin"));
    qiao_test_write_lexicon(f.lexicon, qiao_test_words);
    f.random = 77;
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_test_folder_done(&f->folder);
    qiao_test_folder_done(&f->other);
    qiao_test_vocabulary_done();
    return 0;
}

static unsigned
roll(fixture *f, unsigned sides)
{
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(f->random >> 33) % sides;
}

/* Twenty frequent words and thousands of rare ones, as texts have them. */
static void
put_word(fixture *f, char out[8])
{
    unsigned number = roll(f, 5) == 0 ? roll(f, 20) : 20 + roll(f, 4000);

    for (int i = 0; i < 6; i++) {
        static const char even[] = "bdfgklmnprstvz", odd[] = "aeiou";

        out[i] = i % 2 == 0 ? even[number % 14] : odd[number % 5];
        number = number / (i % 2 == 0 ? 14 : 5) + (unsigned)i * 7;
    }
    memcpy(out + 6, "x", 2);
}

static void
write_record(char out[JSON_MAX], const char *id, char words[WORDS][8], unsigned from)
{
    int n = snprintf(out, JSON_MAX,
                     "{\"kind\":\"project\",\"id\":\"%s\",\"title\":{\"en\":\"%s %s %s %s\"},\"summary\":"
                     "{\"en\":\"",
                     id, words[0], words[1], words[2], words[3]);

    for (unsigned i = 0; i < WORDS; i++)
        n += snprintf(out + n, JSON_MAX - (size_t)n, "%s ", words[(from + i) % WORDS]);
    snprintf(out + n, JSON_MAX - (size_t)n, "\"}}");
}

static void
put(const char *data, const char *record)
{
    qiao_test_put_records(data, &record, 1);
}

static qiao_build_report
build(const fixture *f, const char *data, bool full, unsigned threads)
{
    const qiao_build_options options = {.data_dir = data,
                                        .lexicon_path = f->lexicon,
                                        .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data",
                                        .threads = threads,
                                        .full = full,
                                        .statistics = f->statistics};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report;
}

static bool
linked(const qiao_generation *generation, const char *a, const char *b)
{
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t docids[2], count;
    const qiao_duplicate *group;

    assert_ok(qiao_generation_find(generation, QIAO_PROJECT, a, &docids[0], &err), &err);
    assert_ok(qiao_generation_find(generation, QIAO_PROJECT, b, &docids[1], &err), &err);
    group = qiao_generation_duplicates(generation, QIAO_PROJECT, docids[0], &count);
    for (uint32_t i = 0; group != NULL && i < count; i++)
        if (group[i].docid == docids[1])
            return true;
    return false;
}

/* Records of random words, and copies of the first of them: some words replaced, the sentences begun elsewhere. */
static void
put_corpus(fixture *f, const char *data)
{
    char(*records)[JSON_MAX] = malloc((BASES + COPIES) * sizeof *records);
    const char *pointers[BASES + COPIES];

    assert_non_null(records);
    for (unsigned i = 0; i < BASES; i++) {
        char words[WORDS][8], id[16];

        for (unsigned w = 0; w < WORDS; w++)
            put_word(f, words[w]);
        snprintf(id, sizeof id, "a:%03u", i);
        write_record(records[i], id, words, 0);
        if (i >= COPIES)
            continue;
        for (unsigned w = 0; w < 5; w++) /* of 60: at least 5 of 65 distinct words differ on either side */
            put_word(f, words[roll(f, WORDS)]);
        snprintf(id, sizeof id, "b:%03u", i);
        write_record(records[BASES + i], id, words, roll(f, WORDS));
    }
    for (unsigned i = 0; i < BASES + COPIES; i++)
        pointers[i] = records[i];
    qiao_test_put_records(data, pointers, BASES + COPIES);
    free(records);
}

static void
near_copies_are_found_and_nothing_else(void **state)
{
    fixture *f = *state;
    qiao_test_opened opened;
    unsigned found = 0;
    qiao_build_report report;

    put_corpus(f, f->folder.path);
    report = build(f, f->folder.path, true, 2);
    qiao_test_open_generation(&opened, f->folder.path, report.generation);
    for (unsigned i = 0; i < COPIES; i++) {
        char a[16], b[16];

        snprintf(a, sizeof a, "a:%03u", i);
        snprintf(b, sizeof b, "b:%03u", i);
        found += linked(opened.generation, a, b);
    }
    qiao_test_close_generation(&opened);
    assert_true(found >= COPIES * 98 / 100);
    assert_int_equal(report.duplicates[QIAO_PROJECT], found * 2); /* every record in a group has its copy there */
    assert_int_equal(report.duplicate_groups[QIAO_PROJECT], found);
}

static void
checksum(const char *data, uint64_t generation, char out[33])
{
    char path[QIAO_PATH_MAX + 32];
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_path(data, generation, path, &err), &err);
    strcat(path, "/" QIAOI_DUPLICATES_NAME);
    assert_ok(qiao_file_checksum(path, out, &err), &err);
}

static void
an_update_finds_what_a_full_build_finds_by_any_number_of_threads(void **state)
{
    fixture *f = *state;
    char sums[3][33], record[JSON_MAX], words[WORDS][8];
    qiao_build_report report;

    put_corpus(f, f->folder.path);
    build(f, f->folder.path, true, 3);
    for (unsigned w = 0; w < WORDS; w++)
        put_word(f, words[w]);
    write_record(record, "c:1", words, 0);
    put(f->folder.path, record);
    write_record(record, "a:2000", words, 17);
    put(f->folder.path, record);
    report = build(f, f->folder.path, false, 3);
    assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
    checksum(f->folder.path, report.generation, sums[0]);
    for (unsigned threads = 1; threads < 3; threads++) {
        report = build(f, f->folder.path, true, threads);
        checksum(f->folder.path, report.generation, sums[threads]);
        assert_string_equal(sums[threads], sums[0]);
    }
}

static void
put_some(fixture *f, unsigned round)
{
    char record[JSON_MAX], words[WORDS][8], id[16];

    for (unsigned w = 0; w < WORDS; w++)
        put_word(f, words[w]);
    for (unsigned i = 0; i < 3; i++) { /* one that comes, one that changes, and a copy of both */
        snprintf(id, sizeof id, i == 0 ? "a:%03u" : i == 1 ? "b:%03u" : "a:9%03u", round);
        write_record(record, id, words, i);
        put(f->folder.path, record);
    }
}

/* Keys and comparisons are kept from update to update; without them the same is found. */
static void
what_is_kept_of_earlier_searches_changes_nothing(void **state)
{
    fixture *f = *state;
    char sums[2][33], path[QIAO_PATH_MAX + 32];
    qiao_build_report report;

    put_corpus(f, f->folder.path);
    report = build(f, f->folder.path, true, 2);
    snprintf(path, sizeof path, "%s/build/duplicates.bin", f->folder.path);
    f->statistics = QIAO_STATISTICS_KEPT;
    for (unsigned round = 0; round < 8; round++) {
        put_some(f, round);
        if (round % 4 == 2)
            assert_int_equal(unlink(path), 0);
        if (round % 4 == 3)
            qiao_test_flip(path, 5000);
        report = build(f, f->folder.path, false, 1 + round % 2);
        assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
        assert_int_equal(report.statistics, 1);
        assert_true(qiao_file_exists(path));
        if (round % 2 == 0)
            continue; /* what the next one takes was kept by an update */
        checksum(f->folder.path, report.generation, sums[0]);
        report = build(f, f->folder.path, true, 2);
        assert_int_equal(report.statistics, 1);
        checksum(f->folder.path, report.generation, sums[1]);
        assert_string_equal(sums[0], sums[1]);
    }
}

#define TITLED(id, title, organisation, text)                                                                          \
    "{\"kind\":\"project\",\"id\":\"" id "\",\"title\":{\"en\":\"" title "\"}," organisation                           \
    "\"summary\":{\"en\":\"" text "\"}}"
#define BY(name) "\"org_name\":\"" name "\","

static void
a_title_and_its_organisation_link_whatever_the_text_says(void **state)
{
    fixture *f = *state;
    qiao_test_opened opened;

    put(f->folder.path, TITLED("a:1", "Solid-state battery cell", BY("Institute of Power"), "one two three lithium"));
    put(f->folder.path,
        TITLED("b:1", "SOLID STATE BATTERY CELL", BY("Institute of Power."), "hydrogen storage bearings"));
    put(f->folder.path, TITLED("c:1", "Solid-state battery cell", BY("Another house"), "robots that sew wounds in narrow places without a camera"));
    put(f->folder.path, TITLED("d:1", "Solid-state battery cell", "", "stable membranes under changing load in cold rooms of a ship"));
    put(f->folder.path, TITLED("e:1", "Cell", BY("Institute of Power"), "medical"));
    put(f->folder.path, TITLED("f:1", "Cell", BY("Institute of Power"), "storage"));
    qiao_test_open_generation(&opened, f->folder.path, build(f, f->folder.path, true, 1).generation);
    assert_true(linked(opened.generation, "a:1", "b:1"));
    assert_false(linked(opened.generation, "a:1", "c:1")); /* another organisation's, and other words */
    assert_false(linked(opened.generation, "a:1", "d:1")); /* whose it is is not known: the words must say it */
    assert_false(linked(opened.generation, "e:1", "f:1")); /* a title of one short word names nothing */
    qiao_test_close_generation(&opened);
}

#define OFFER(id, source_words, status)                                                                                \
    "{\"kind\":\"project\",\"id\":\"" id "\",\"title\":{\"en\":\"Solid state lithium battery\"},\"summary\":{\"en\":"  \
    "\"A solid state lithium battery cell with a stable electrolyte membrane for power storage and "                   \
    "hydrogen " source_words "\"},\"status\":\"" status "\"}"

static void
a_list_shows_one_of_a_group_and_names_the_others(void **state)
{
    fixture *f = *state;
    const qiao_match_request request = {
        .kind = QIAO_NEED, .text = "solid state lithium battery", .text_length = 27, .limit = 10};
    const qiao_match_result *result;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer answer = {0};
    qiao_test_opened opened;

    put(f->folder.path, OFFER("a:1", "robot", "published"));
    put(f->folder.path, OFFER("b:1", "bearings", "published"));
    put(f->folder.path, OFFER("c:1", "surgical", "withdrawn"));
    put(f->folder.path,
        "{\"kind\":\"project\",\"id\":\"d:1\",\"title\":{\"en\":\"Battery bearings\"},\"summary\":{\"en\":"
        "\"Bearings of a battery robot\"}}");
    qiao_test_open_generation(&opened, f->folder.path, build(f, f->folder.path, true, 1).generation);
    assert_true(linked(opened.generation, "a:1", "c:1"));
    assert_ok(qiao_matcher_match(opened.matcher, &request, &result, &err), &err);
    assert_int_equal(result->count, 2);
    assert_ok(qiao_matcher_match_json(opened.matcher, &request, &answer, &err), &err);
    /* the one that was withdrawn is linked, but nobody is sent to it */
    assert_true(strstr(answer.data, "\"duplicates\":[\"b:1\"]") != NULL ||
                strstr(answer.data, "\"duplicates\":[\"a:1\"]") != NULL);
    assert_null(strstr(answer.data, "\"c:1\""));
    qiao_buffer_done(&answer);
    qiao_test_close_generation(&opened);
}

static void
a_damaged_file_is_refused(void **state)
{
    fixture *f = *state;
    const qiao_duplicate projects[] = {{1, 1, QIAO_DUPLICATE_BY_TEXT, 900000}, {4, 1, QIAO_DUPLICATE_BY_TEXT, 900000}};
    const qiao_duplicate *const entries[2] = {projects, NULL};
    const char *path = qiao_test_path(&f->other, "duplicates.bin");
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_duplicates *opened;
    uint64_t size;
    uint32_t count;

    assert_ok(qiaoi_duplicates_write(path, (const uint32_t[]){5, 2}, entries, (const uint32_t[]){2, 0}, &err), &err);
    assert_ok(qiaoi_duplicates_open(path, (const uint32_t[]){5, 2}, &opened, &err), &err);
    assert_non_null(qiaoi_duplicates_group(opened, QIAO_PROJECT, 4, &count));
    assert_int_equal(count, 2);
    assert_null(qiaoi_duplicates_group(opened, QIAO_PROJECT, 2, &count));
    assert_null(qiaoi_duplicates_group(opened, QIAO_NEED, 1, &count));
    qiaoi_duplicates_close(opened);
    assert_status(qiaoi_duplicates_open(path, (const uint32_t[]){6, 2}, &opened, &err), QIAO_E_CORRUPT, &err);
    assert_ok(qiao_file_size(path, &size, &err), &err);
    for (uint64_t at = 0; at < size; at++) {
        qiao_test_flip(path, at);
        assert_status(qiaoi_duplicates_open(path, (const uint32_t[]){5, 2}, &opened, &err), QIAO_E_CORRUPT, &err);
        qiao_test_flip(path, at);
    }
    qiao_test_truncate(path, size - 1);
    assert_status(qiaoi_duplicates_open(path, (const uint32_t[]){5, 2}, &opened, &err), QIAO_E_CORRUPT, &err);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(near_copies_are_found_and_nothing_else, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(an_update_finds_what_a_full_build_finds_by_any_number_of_threads, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(what_is_kept_of_earlier_searches_changes_nothing, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_title_and_its_organisation_link_whatever_the_text_says, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(a_list_shows_one_of_a_group_and_names_the_others, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_refused, open_fixture, close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
