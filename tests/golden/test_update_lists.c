/*
 * The stored lists of an update are those of a build from nothing, byte by byte, with catalogues large enough that
 * candidates are left out: after random changes on both sides and of verdicts, on one thread and on several; and each
 * is what a search of its own finds, which leaves out no candidate.
 */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/build.h"
#include "qiao/catalog.h"
#include "qiao/feedback.h"
#include "qiao/file.h"
#include "qiao/matcher.h"
#include "qiao/source_store.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <string.h>

#define RECORDS 560 /* every eighth one is a need */
#define STEPS 4
#define JSON_MAX 900
#define VOCABULARY QIAO_SOURCE_DIR "/engine/vocab/data"

typedef struct fixture {
    qiao_test_folder updated, fresh;
    char lexicon[QIAO_PATH_MAX];
    char records[RECORDS][JSON_MAX];
    qiao_feedback verdicts[64];
    size_t verdict_count;
    uint64_t random;
} fixture;

static unsigned
roll(fixture *f, unsigned sides)
{
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(f->random >> 33) % sides;
}

static bool
is_need(int index)
{
    return index % 8 == 0;
}

static void
put_words(fixture *f, bool need, unsigned most, char *at, size_t size)
{
    static const char *const english[] = {"battery", "cell",     "solid",   "state",    "lithium",  "electrolyte",
                                          "robot",   "surgical", "storage", "hydrogen", "bearings", "medical",
                                          "power",   "plant",    "stable",  "membrane", "crystal",  "sensor"};
    static const char *const chinese[] = {"电池", "固态电池", "锂",   "电解质", "机器人",
                                          "手术", "储氢",     "轴承", "氢电池", "手术机器人"};
    size_t used = 0;

    *at = '\0';
    for (unsigned n = 2 + roll(f, most), i = 0; i < n; i++)
        used += (size_t)snprintf(at + used, size - used, "%s%s", i == 0 || need ? "" : " ",
                                 need ? chinese[roll(f, sizeof chinese / sizeof *chinese)]
                                      : english[roll(f, sizeof english / sizeof *english)]);
}

/* Fields, readiness, country and status differ, so that signals and gates decide too; some say what another one says.
 */
static void
make_record(fixture *f, int index)
{
    static const char *const fields[] = {"energy.battery", "energy", "energy.storage"};
    static const char *const own_fields[] = {"", "\"energy.battery\"", "\"energy\"", "\"energy.storage\""};
    static const char *const countries[] = {"DE", "JP", "US"};
    bool need = is_need(index);
    char title[200], text[400];

    put_words(f, need, 5, title, sizeof title);
    put_words(f, need, 24, text, sizeof text);
    if (need)
        snprintf(f->records[index], JSON_MAX,
                 "{\"kind\":\"need\",\"id\":\"t:%03d\",\"title\":{\"zh\":\"%s\"},\"problem\":{\"zh\":\"%s\"},"
                 "\"fields\":[\"%s\"],\"trl_min\":%u,\"status\":\"published\"}",
                 index, title, text, fields[roll(f, 3)], 3 + roll(f, 5));
    else
        snprintf(f->records[index], JSON_MAX,
                 "{\"kind\":\"project\",\"id\":\"t:%03d\",\"title\":{\"en\":\"%s\"},\"summary\":{\"en\":\"%s\"},"
                 "\"country\":\"%s\",\"fields\":[%s],\"trl\":%u,\"status\":\"%s\",\"org_name\":\"House %u\"}",
                 index, title, text, countries[roll(f, 3)], own_fields[roll(f, 4)], 1 + roll(f, 9),
                 roll(f, 12) == 0 ? "expired" : "published", roll(f, 5));
}

/* The same words under another id. */
static void
repeat_record(fixture *f, int index, int other)
{
    char *id;

    if (is_need(index) || is_need(other) || f->records[other][0] == '\0')
        return;
    memcpy(f->records[index], f->records[other], JSON_MAX);
    id = strstr(f->records[index], "\"id\":\"t:") + strlen("\"id\":\"t:");
    id[0] = (char)('0' + index / 100);
    id[1] = (char)('0' + index / 10 % 10);
    id[2] = (char)('0' + index % 10);
}

static void
put(const char *data_dir, const char *record)
{
    qiao_test_put_records(data_dir, &record, 1);
}

static void
remove_record(fixture *f, int index)
{
    qiao_source_store *store;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;
    char id[16];

    snprintf(id, sizeof id, "t:%03d", index);
    f->records[index][0] = '\0';
    assert_ok(qiao_source_store_open(f->updated.path, true, &store, &err), &err);
    assert_ok(qiao_source_store_remove(store, is_need(index) ? QIAO_NEED : QIAO_PROJECT, id, &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}

static void
put_verdicts(const fixture *f, const char *data_dir, size_t first)
{
    qiao_source_store *store;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;

    assert_ok(qiao_source_store_open(data_dir, true, &store, &err), &err);
    for (size_t i = first; i < f->verdict_count; i++)
        assert_ok(qiao_source_store_put_feedback(store, &f->verdicts[i], &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}

static void
judge(fixture *f)
{
    char json[300];
    qiao_error err = QIAO_ERROR_INIT;
    unsigned need = roll(f, RECORDS / 8) * 8, project = 1 + roll(f, 7) + 8 * roll(f, RECORDS / 8);

    if (f->verdict_count == sizeof f->verdicts / sizeof *f->verdicts)
        return;
    snprintf(json, sizeof json,
             "{\"need\":\"t:%03u\",\"project\":\"t:%03u\",\"verdict\":\"accept\",\"by\":\"w%zu\","
             "\"at\":\"2025-03-01T00:00:00Z\"}",
             need, project, f->verdict_count);
    assert_ok(qiao_feedback_parse(json, strlen(json), &f->verdicts[f->verdict_count], &err), &err);
    f->verdict_count++;
    put_verdicts(f, f->updated.path, f->verdict_count - 1);
}

/* About one record in a hundred comes, changes or goes. */
static void
change_some(fixture *f)
{
    for (int i = 0; i < RECORDS / 100; i++) {
        int index = (int)roll(f, RECORDS);

        if (f->records[index][0] != '\0' && roll(f, 3) == 0) {
            remove_record(f, index);
            continue;
        }
        make_record(f, index);
        if (roll(f, 3) == 0)
            repeat_record(f, index, (int)roll(f, RECORDS));
        put(f->updated.path, f->records[index]);
    }
    judge(f);
}

static qiao_build_report
build(const fixture *f, const char *data_dir, bool full, unsigned threads)
{
    const qiao_build_options options = {.data_dir = data_dir,
                                        .lexicon_path = f->lexicon,
                                        .vocabulary_dir = VOCABULARY,
                                        .threads = threads,
                                        .full = full};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report;
}

static void
build_fresh(fixture *f)
{
    const char *there[RECORDS];
    size_t count = 0;

    qiao_test_folder_done(&f->fresh);
    qiao_test_folder_init(&f->fresh);
    for (int i = 0; i < RECORDS; i++)
        if (f->records[i][0] != '\0')
            there[count++] = f->records[i];
    qiao_test_put_records(f->fresh.path, there, count);
    put_verdicts(f, f->fresh.path, 0);
    build(f, f->fresh.path, true, 1);
}

/* ---- comparing ---- */

static void
assert_same_lists(const fixture *f, uint64_t generation)
{
    char first[QIAO_PATH_MAX + 16], second[QIAO_PATH_MAX + 16];
    qiao_buffer bytes[2] = {{0}, {0}};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_path(f->updated.path, generation, first, &err), &err);
    assert_ok(qiao_catalog_path(f->fresh.path, 1, second, &err), &err);
    strcat(first, "/" QIAOI_MATCHES_NAME);
    strcat(second, "/" QIAOI_MATCHES_NAME);
    assert_ok(qiao_file_read(first, 0, &bytes[0], &err), &err);
    assert_ok(qiao_file_read(second, 0, &bytes[1], &err), &err);
    assert_int_equal(bytes[0].length, bytes[1].length);
    assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].length);
    qiao_buffer_done(&bytes[0]);
    qiao_buffer_done(&bytes[1]);
}

static void
assert_is_search(qiao_matcher *matcher, const qiao_generation *generation, qiao_kind kind, uint32_t docid)
{
    const qiaoi_match_list *list = qiaoi_matches_list(qiaoi_generation_matches(generation), kind, docid);
    const qiao_match_request request = {
        .kind = kind, .id = qiao_generation_id(generation, kind, docid), .limit = QIAOI_MATCHES_DEPTH, .search = true};
    qiao_kind other = kind == QIAO_NEED ? QIAO_PROJECT : QIAO_NEED;
    const qiao_match_result *result;
    qiao_error err = QIAO_ERROR_INIT;

    assert_non_null(list);
    assert_ok(qiao_matcher_match(matcher, &request, &result, &err), &err);
    assert_int_equal(result->count, list->count);
    assert_int_equal(result->considered, list->considered);
    for (uint32_t i = 0; i < list->count; i++) {
        assert_string_equal(result->items[i].id, qiao_generation_id(generation, other, list->rows[i].docid));
        assert_int_equal(result->items[i].score, list->rows[i].score);
        assert_int_equal(result->items[i].band, list->rows[i].band);
    }
}

/* Returns how many lists have a full first block. */
static uint32_t
assert_lists_are_searches(const fixture *f, uint64_t number)
{
    qiao_generation *generation;
    qiao_tables tables = {0};
    qiao_matcher *matcher;
    uint32_t full = 0;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_generation_open(f->updated.path, number, &generation, &err), &err);
    assert_ok(qiao_tables_open(&(qiao_tables_options){.vocabulary_dir = VOCABULARY}, &tables, &err), &err);
    assert_ok(qiao_matcher_new(generation, &tables, &matcher, &err), &err);
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < qiao_generation_count(generation, (qiao_kind)kind); d++) {
            assert_is_search(matcher, generation, (qiao_kind)kind, d);
            full += qiaoi_matches_list(qiaoi_generation_matches(generation), (qiao_kind)kind, d)->block_least > 0;
        }
    qiao_matcher_free(matcher);
    qiao_tables_close(&tables);
    qiao_generation_close(generation);
    return full;
}

/* ---- the test ---- */

static int
open_fixture(void **state)
{
    static fixture f;
    const char *records[RECORDS];

    memset(&f, 0, sizeof f);
    qiao_test_folder_init(&f.updated);
    qiao_test_folder_init(&f.fresh);
    snprintf(f.lexicon, sizeof f.lexicon, "%s", qiao_test_path(&f.updated, "base.bin"));
    qiao_test_write_lexicon(f.lexicon, qiao_test_words);
    f.random = 7;
    for (int i = 0; i < RECORDS; i++) {
        make_record(&f, i);
        if (i % 9 == 1 && i > 9)
            repeat_record(&f, i, i - 6);
        records[i] = f.records[i];
    }
    qiao_test_put_records(f.updated.path, records, RECORDS);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_test_folder_done(&f->updated);
    qiao_test_folder_done(&f->fresh);
    qiao_test_vocabulary_done();
    return 0;
}

static void
lists_of_an_update_are_those_of_a_build_from_nothing(void **state)
{
    fixture *f = *state;
    qiao_build_report report = build(f, f->updated.path, false, 2);

    assert_true(report.duplicates[QIAO_PROJECT] > 20);
    for (int step = 0; step < STEPS; step++) {
        change_some(f);
        report = build(f, f->updated.path, false, 1 + (unsigned)step % 3);
        assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
        build_fresh(f);
        assert_same_lists(f, report.generation);
        assert_true(assert_lists_are_searches(f, report.generation) > RECORDS / 10);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_of_an_update_are_those_of_a_build_from_nothing)};

    return cmocka_run_group_tests_name("update_lists", tests, open_fixture, close_fixture);
}
