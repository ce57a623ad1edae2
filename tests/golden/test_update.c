/*
 * An update gives the generation that a full build of the same records gives: random changes one after the other, each
 * time compared with a build from nothing in another folder, by bytes of the lexicon, by full rankings of both sides
 * and by answers of the search box.
 */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/build.h"
#include "qiao/catalog.h"
#include "qiao/engine.h"
#include "qiao/file.h"
#include "qiao/match.h"
#include "qiao/source_store.h"
#include "store/generation_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS 48
#define STEPS 14
#define JSON_MAX 1200

/* What is in the source stores: the text of each record, "" where it is withdrawn. */
typedef struct fixture {
    qiao_test_folder updated, fresh;
    char lexicon[QIAO_PATH_MAX];
    char records[RECORDS][JSON_MAX];
    uint64_t random;
    bool even; /* records are of a length: mean lengths stay, and postings are copied */
    uint64_t fresh_generation;
    qiao_statistics_choice statistics;
} fixture;

static unsigned
roll(fixture *f, unsigned sides)
{
    f->random = f->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(f->random >> 33) % sides;
}

static const char *const english[] = {"battery", "cell",     "solid",   "state",    "lithium",  "electrolyte",
                                      "robot",   "surgical", "storage", "hydrogen", "bearings", "medical",
                                      "power",   "the",      "stable",  "membrane"};
static const char *const chinese[] = {"电池", "固态电池", "锂",     "电解质", "机器人", "手术",
                                      "储氢", "轴承",     "需求的", "公司",   "氢电池", "手术机器人"};
static const char *const german[] = {"Wasserstoffspeicher", "Batterie", "Lager", "Speicher", "Zelle", "und"};
static const char *const japanese[] = {"電池", "水素", "水素の電池", "ロボット"};

static size_t
put_words(fixture *f, char *at, size_t size, const char *const *words, size_t count, const char *between)
{
    unsigned n = f->even ? 8 : 4 + roll(f, 12);
    size_t used = 0;

    for (unsigned i = 0; i < n;) {
        const char *word = words[roll(f, (unsigned)count)];

        if (f->even && strcmp(word, "the") == 0) /* does not count */
            continue;
        used += (size_t)snprintf(at + used, size - used, "%s%s", i == 0 ? "" : between, word);
        i++;
    }
    return used;
}

/* Words that no other record has come and go with it. */
static void
make_record(fixture *f, int index)
{
    bool need = index % 3 == 0;
    unsigned language = need ? 1 : f->even ? 1 - (roll(f, 8) > 0) : roll(f, 8);
    char first[300], second[300];

    put_words(f, second, sizeof second, chinese, sizeof chinese / sizeof *chinese, "");
    if (language == 1 || language == 4)
        put_words(f, first, sizeof first, chinese, sizeof chinese / sizeof *chinese, "，");
    else if (language == 2)
        put_words(f, first, sizeof first, german, sizeof german / sizeof *german, " ");
    else if (language == 3)
        put_words(f, first, sizeof first, japanese, sizeof japanese / sizeof *japanese, "、");
    else
        put_words(f, first, sizeof first, english, sizeof english / sizeof *english, " ");
    snprintf(f->records[index], JSON_MAX,
             "{\"kind\":\"%s\",\"id\":\"t:%02d\",\"title\":{\"%s\":\"%s\"%s%s%s},\"summary\":{\"%s\":\"%s unique%u\"},"
             "\"country\":\"%s\",\"trl\":%u,\"updated_at\":\"2025-0%u-11\"}",
             need ? "need" : "project", index,
             language == 1 || language == 4 ? "zh"
             : language == 2                ? "de"
             : language == 3                ? "ja"
                                            : "en",
             first, language > 5 ? ",\"zh\":\"" : "", language > 5 ? second : "", language > 5 ? "\"" : "",
             language == 1 || language == 4 ? "zh"
             : language == 2                ? "de"
             : language == 3                ? "ja"
                                            : "en",
             first, roll(f, 1000), roll(f, 2) == 0 ? "DE" : "JP", 1 + roll(f, 9), 1 + roll(f, 3));
    if (need) { /* needs have no TRL of their own */
        char *trl = strstr(f->records[index], "\"trl\"");

        memmove(trl, strstr(trl, "\"updated_at\""), strlen(strstr(trl, "\"updated_at\"")) + 1);
    }
}

static void
remove_record(const char *data_dir, int index)
{
    qiao_source_store *store;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;
    char id[16];

    snprintf(id, sizeof id, "t:%02d", index);
    assert_ok(qiao_source_store_open(data_dir, true, &store, &err), &err);
    assert_ok(qiao_source_store_remove(store, index % 3 == 0 ? QIAO_NEED : QIAO_PROJECT, id, &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}

/* A record comes, changes or goes. */
static void
change_one(fixture *f)
{
    int index = (int)roll(f, RECORDS);
    const char *record = f->records[index];

    if (*record != '\0' && roll(f, 3) == 0) {
        f->records[index][0] = '\0';
        remove_record(f->updated.path, index);
        return;
    }
    make_record(f, index);
    qiao_test_put_records(f->updated.path, &record, 1);
}

static qiao_build_report
build(const fixture *f, const char *data_dir, bool full)
{
    const qiao_build_options options = {.data_dir = data_dir,
                                        .lexicon_path = f->lexicon,
                                        .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data",
                                        .threads = full ? 1 : 2,
                                        .full = full,
                                        .statistics = f->statistics};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report;
}

static void
build_fresh(fixture *f)
{
    qiao_test_folder_done(&f->fresh);
    qiao_test_folder_init(&f->fresh);
    for (int i = RECORDS - 1; i >= 0; i--) {
        const char *record = f->records[i];

        if (*record != '\0')
            qiao_test_put_records(f->fresh.path, &record, 1);
    }
    f->fresh_generation = build(f, f->fresh.path, true).generation;
}

/* Instead: all that the updated folder holds before its update, and a full build that keeps the same statistics. */
static void
copy_to_fresh(fixture *f)
{
    char command[2 * QIAO_PATH_MAX + 32];

    qiao_test_folder_done(&f->fresh);
    qiao_test_folder_init(&f->fresh);
    snprintf(command, sizeof command, "cp -r '%s/.' '%s/'", f->updated.path, f->fresh.path);
    assert_int_equal(system(command), 0);
}

/* ---- comparing ---- */

static void
assert_same_file(const fixture *f, uint64_t generation, const char *name)
{
    char first[QIAO_PATH_MAX + 16], second[QIAO_PATH_MAX + 16], sums[2][33];
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_path(f->updated.path, generation, first, &err), &err);
    assert_ok(qiao_catalog_path(f->fresh.path, f->fresh_generation, second, &err), &err);
    strcat(first, name);
    strcat(second, name);
    assert_ok(qiao_file_checksum(first, sums[0], &err), &err);
    assert_ok(qiao_file_checksum(second, sums[1], &err), &err);
    if (strcmp(sums[0], sums[1]) != 0)
        fail_msg("%s differs", name);
}

/* Behind the number of the generation, which is another one. */
static const char *
behind_generation(const qiao_buffer *answer)
{
    const char *comma = strchr(answer->data, ',');

    assert_non_null(comma);
    return comma;
}

static void
assert_same_search(qiao_session *sessions[2], qiao_kind side, const char *query, const char *filter)
{
    const char *filters[] = {filter};
    const qiao_search_request request = {.side = side,
                                         .query = query,
                                         .query_length = strlen(query),
                                         .filters = filters,
                                         .filter_count = filter != NULL,
                                         .trl_min = QIAO_UNKNOWN,
                                         .trl_max = QIAO_UNKNOWN,
                                         .limit = 100};
    qiao_buffer answers[2] = {{0}, {0}};
    qiao_error err = QIAO_ERROR_INIT;

    for (int i = 0; i < 2; i++)
        assert_ok(qiao_search_json(sessions[i], &request, &answers[i], &err), &err);
    assert_string_equal(behind_generation(&answers[0]), behind_generation(&answers[1]));
    qiao_buffer_done(&answers[0]);
    qiao_buffer_done(&answers[1]);
}

static void
assert_same_match(qiao_session *sessions[2], qiao_kind kind, const char *id, const char *text)
{
    const qiao_match_request request = {.kind = kind,
                                        .id = id,
                                        .text = text,
                                        .text_length = text == NULL ? 0 : strlen(text),
                                        .limit = 100,
                                        .explain = QIAO_EXPLAIN_BRIEF};
    qiao_buffer answers[2] = {{0}, {0}};
    qiao_error err = QIAO_ERROR_INIT;

    for (int i = 0; i < 2; i++)
        assert_ok(qiao_match_json(sessions[i], &request, &answers[i], &err), &err);
    assert_string_equal(behind_generation(&answers[0]), behind_generation(&answers[1]));
    qiao_buffer_done(&answers[0]);
    qiao_buffer_done(&answers[1]);
}

static void
compare_answers(const fixture *f, qiao_session *sessions[2])
{
    static const char *const queries[] = {"",        "battery", "固态电池", "hydrogen storage", "wasserstoff",
                                          "unique7", "水素"};

    for (int i = 0; i < RECORDS; i++) {
        char id[16];

        snprintf(id, sizeof id, "t:%02d", i);
        if (f->records[i][0] != '\0')
            assert_same_match(sessions, i % 3 == 0 ? QIAO_NEED : QIAO_PROJECT, id, NULL);
    }
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        for (int side = 0; side < 2; side++) {
            assert_same_search(sessions, (qiao_kind)side, queries[i], NULL);
            assert_same_search(sessions, (qiao_kind)side, queries[i], "country:DE");
        }
    assert_same_match(sessions, QIAO_NEED, NULL, "寻找固态电池和储氢技术");
    assert_same_match(sessions, QIAO_NEED, NULL, "Wasserstoffspeicher für Batterien");
}

static void
assert_same_answers(const fixture *f)
{
    qiao_engine *engines[2];
    qiao_session *sessions[2];
    qiao_error err = QIAO_ERROR_INIT;

    for (int i = 0; i < 2; i++) {
        const qiao_engine_options options = {.data_dir = i == 0 ? f->updated.path : f->fresh.path,
                                             .share_dir = QIAO_BUILD_DIR "/share/qiao"};

        assert_ok(qiao_engine_open(&options, &engines[i], &err), &err);
        assert_ok(qiao_session_acquire(engines[i], &sessions[i], &err), &err);
    }
    compare_answers(f, sessions);
    for (int i = 0; i < 2; i++) {
        qiao_session_release(sessions[i]);
        qiao_engine_close(engines[i]);
    }
}

static void
assert_same_row(const qiao_generation *const generations[2], qiao_kind kind, uint32_t docid)
{
    qiaoi_row rows[2];

    for (int i = 0; i < 2; i++)
        rows[i] = qiaoi_generation_row(generations[i], kind, docid);
    assert_int_equal(rows[0].count, rows[1].count);
    if (rows[0].count > 0)
        assert_memory_equal(rows[0].entries, rows[1].entries, rows[0].count * sizeof *rows[0].entries);
}

/* Where nothing is linked there is no file. */
static void
assert_same_duplicates(const fixture *f, uint64_t generation)
{
    char first[QIAO_PATH_MAX + 32], second[QIAO_PATH_MAX + 32];
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_path(f->updated.path, generation, first, &err), &err);
    assert_ok(qiao_catalog_path(f->fresh.path, f->fresh_generation, second, &err), &err);
    strcat(first, "/" QIAOI_DUPLICATES_NAME);
    strcat(second, "/" QIAOI_DUPLICATES_NAME);
    assert_int_equal(qiao_file_exists(first), qiao_file_exists(second));
    if (qiao_file_exists(first))
        assert_same_file(f, generation, "/" QIAOI_DUPLICATES_NAME);
}

static void
assert_same_statistics(const qiao_generation *const generations[2], qiao_kind kind)
{
    const qiaoi_side_statistics *a = qiaoi_generation_statistics(generations[0], kind),
                                *b = qiaoi_generation_statistics(generations[1], kind);

    assert_int_equal(a->documents, b->documents);
    assert_int_equal(a->chinese, b->chinese);
    assert_int_equal(a->slots, b->slots);
    assert_memory_equal(a->df, b->df, a->slots * sizeof *a->df);
    assert_memory_equal(a->mean_length, b->mean_length, sizeof a->mean_length);
}

/* Copied or made, every posting is the same. */
static void
assert_same_side(const qiao_generation *const generations[2], qiao_kind kind)
{
    const qiaoi_postings *ranges[2];
    size_t counts[2];

    for (int i = 0; i < 2; i++)
        ranges[i] = qiaoi_generation_postings(generations[i], kind, &counts[i]);
    assert_int_equal(counts[0], counts[1]);
    for (size_t r = 0; r < counts[0]; r++) {
        const qiaoi_postings *a = &ranges[0][r], *b = &ranges[1][r];

        assert_memory_equal(&a->header, &b->header, sizeof a->header);
        assert_memory_equal(a->bitmap, b->bitmap, (a->header.slots + 63) / 64 * sizeof *a->bitmap);
        assert_memory_equal(a->offsets, b->offsets, (a->header.present + 1) * sizeof *a->offsets);
        assert_memory_equal(a->documents, b->documents, a->header.postings * sizeof *a->documents);
        assert_memory_equal(a->impacts, b->impacts, a->header.postings);
        assert_memory_equal(a->maxima, b->maxima, a->header.present);
    }
    assert_same_statistics(generations, kind);
    for (uint32_t d = 0; d < qiao_generation_count(generations[0], kind); d++)
        assert_same_row(generations, kind, d);
}

static void
assert_same_postings(const fixture *f, uint64_t generation)
{
    qiao_generation *generations[2];
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_generation_open(f->updated.path, generation, &generations[0], &err), &err);
    assert_ok(qiao_generation_open(f->fresh.path, f->fresh_generation, &generations[1], &err), &err);
    for (int kind = 0; kind < 2; kind++)
        assert_same_side((const qiao_generation *const *)generations, (qiao_kind)kind);
    for (int i = 0; i < 2; i++)
        qiao_generation_close(generations[i]);
}

/* ---- the tests ---- */

static int
open_one(void **state, bool even)
{
    static fixture f;

    memset(&f, 0, sizeof f);
    qiao_test_folder_init(&f.updated);
    qiao_test_folder_init(&f.fresh);
    snprintf(f.lexicon, sizeof f.lexicon, "%s", qiao_test_path(&f.updated, "base.bin"));
    qiao_test_write_lexicon(f.lexicon, qiao_test_words);
    f.random = 20;
    f.even = even;
    for (int i = 0; i < RECORDS * 3 / 4; i++) {
        const char *record = f.records[i];

        make_record(&f, i);
        qiao_test_put_records(f.updated.path, &record, 1);
    }
    *state = &f;
    return 0;
}

static int
open_fixture(void **state)
{
    return open_one(state, false);
}

static int
open_even(void **state)
{
    return open_one(state, true);
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_test_folder_done(&f->updated);
    qiao_test_folder_done(&f->fresh);
    return 0;
}

static void
any_changes_give_what_a_full_build_gives(void **state)
{
    fixture *f = *state;
    int updates = 0;

    build(f, f->updated.path, false);
    for (int step = 0; step < STEPS; step++) {
        qiao_build_report report;

        for (unsigned i = 0, n = 1 + roll(f, 6); i < n; i++)
            change_one(f);
        report = build(f, f->updated.path, false);
        if (report.nothing_changed)
            continue;
        updates += report.mode == QIAO_BUILD_UPDATED;
        assert_true(report.mode == QIAO_BUILD_UPDATED || report.mode == QIAO_BUILD_FULL_LEXICON);
        build_fresh(f);
        assert_same_file(f, report.generation, "/lexicon.bin");
        assert_same_file(f, report.generation, "/suggest.bin");
        assert_same_postings(f, report.generation);
        assert_same_file(f, report.generation, "/matches.bin");
        assert_same_answers(f);
    }
    assert_true(updates > STEPS / 2);
}

/* Whatever changes, statistics stay those of the first build, whether everything is analysed or only what changed. */
static void
kept_statistics_give_what_a_full_build_with_them_gives(void **state)
{
    fixture *f = *state;
    int compared = 0;
    uint64_t drift = 0, terms = build(f, f->updated.path, false).terms, most = terms;

    f->statistics = QIAO_STATISTICS_KEPT;
    for (int step = 0; step < STEPS; step++) {
        qiao_build_report report, full;

        for (unsigned i = 0, n = 1 + roll(f, 4); i < n; i++)
            change_one(f);
        copy_to_fresh(f);
        report = build(f, f->updated.path, false);
        if (report.nothing_changed)
            continue;
        full = build(f, f->fresh.path, true);
        f->fresh_generation = full.generation;
        assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
        assert_int_equal(full.mode, QIAO_BUILD_FULL_ASKED);
        assert_int_equal(report.statistics, 1);
        assert_int_equal(full.statistics, 1);
        assert_true(report.drift[0] + report.drift[1] >= drift + report.analysed);
        drift = report.drift[0] + report.drift[1];
        most = report.terms > most ? report.terms : most;
        assert_same_file(f, report.generation, "/lexicon.bin");
        assert_same_postings(f, report.generation);
        assert_same_file(f, report.generation, "/suggest.bin");
        assert_same_duplicates(f, report.generation);
        assert_same_file(f, report.generation, "/matches.bin");
        assert_same_answers(f);
        compared++;
    }
    assert_true(compared > STEPS / 2);
    assert_true(most > terms); /* words came that the first build did not know */
}

static void
put_record(fixture *f, int index, const char *json)
{
    const char *record = f->records[index];

    snprintf(f->records[index], JSON_MAX, "%s", json);
    qiao_test_put_records(f->updated.path, &record, 1);
}

/* Where the first row of a generation stands in its file. */
static uint64_t
first_row_in(const char *path, const char *data_dir, uint64_t number)
{
    qiao_generation *generation;
    qiao_buffer file = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiaoi_row row;
    size_t at = 0, length;

    assert_ok(qiao_generation_open(data_dir, number, &generation, &err), &err);
    assert_ok(qiao_file_read(path, 0, &file, &err), &err);
    row = qiaoi_generation_row(generation, QIAO_PROJECT, 0);
    length = row.count * sizeof *row.entries;
    assert_true(length > 0);
    while (at + length <= file.length && memcmp(file.data + at, row.entries, length) != 0)
        at += 4;
    assert_true(at + length <= file.length);
    qiao_buffer_done(&file);
    qiao_generation_close(generation);
    return at;
}

/* An update that a damaged parent stands in the way of becomes a build of everything. */
static void
what_is_damaged_is_made_anew(void **state)
{
    fixture *f = *state;
    char folder[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 16];
    qiao_error err = QIAO_ERROR_INIT;
    qiao_build_report report = build(f, f->updated.path, false);

    assert_ok(qiao_catalog_path(f->updated.path, report.generation, folder, &err), &err);
    snprintf(path, sizeof path, "%s/records.mdb", folder);
    qiao_test_flip(path, first_row_in(path, f->updated.path, report.generation) + 3); /* a term that is not there */
    f->statistics = QIAO_STATISTICS_KEPT;
    put_record(f, 40, "{\"kind\":\"project\",\"id\":\"t:40\",\"title\":{\"en\":\"A new robot\"}}");
    report = build(f, f->updated.path, false);
    assert_int_equal(report.mode, QIAO_BUILD_FULL_NOTHING_KEPT);
    assert_int_equal(report.statistics, report.generation);
    assert_true(report.published);
    f->statistics = QIAO_STATISTICS_AS_NEEDED;
    build_fresh(f);
    assert_same_answers(f);
}

/* So few records are too few to keep their statistics where nobody asks for it. */
static void
statistics_of_few_records_are_renewed(void **state)
{
    fixture *f = *state;
    qiao_build_report report;

    build(f, f->updated.path, false);
    change_one(f);
    report = build(f, f->updated.path, false);
    assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
    assert_int_equal(report.statistics, report.generation);
    assert_int_equal(report.drift[0] + report.drift[1], 0);
}

static void
an_update_analyses_what_changed_and_nothing_else(void **state)
{
    fixture *f = *state;
    qiao_build_report report = build(f, f->updated.path, false);
    const char *record = f->records[1];

    assert_int_equal(report.mode, QIAO_BUILD_FULL_NOTHING_KEPT);
    assert_true(report.kept);
    snprintf(f->records[1], JSON_MAX, "{\"kind\":\"project\",\"id\":\"t:01\",\"title\":{\"en\":\"A new robot\"}}");
    qiao_test_put_records(f->updated.path, &record, 1);
    report = build(f, f->updated.path, false);
    assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
    assert_int_equal(report.analysed, 1);
}

static void
check_learned(fixture *f)
{
    qiao_build_report report = build(f, f->updated.path, false);

    assert_int_equal(report.mode, QIAO_BUILD_UPDATED);
    assert_true(report.bilingual > 0);
    build_fresh(f);
    assert_same_file(f, report.generation, "/lexicon.bin");
    assert_same_postings(f, report.generation);
    assert_same_answers(f);
}

static void
what_was_learned_is_taken_where_no_bilingual_record_changed(void **state)
{
    fixture *f = *state;
    char path[QIAO_PATH_MAX + 32];

    put_record(
        f, 1,
        "{\"kind\":\"project\",\"id\":\"t:01\",\"title\":{\"en\":\"A battery and a robot\",\"zh\":\"电池与机器人\"}}");
    put_record(f, 2, "{\"kind\":\"project\",\"id\":\"t:02\",\"title\":{\"en\":\"A robot\",\"zh\":\"机器人\"}}");
    build(f, f->updated.path, false);
    snprintf(path, sizeof path, "%s/build/learned.bin", f->updated.path);
    assert_true(qiao_file_exists(path));
    put_record(f, 4, "{\"kind\":\"project\",\"id\":\"t:04\",\"title\":{\"en\":\"A new robot\"}}");
    check_learned(f);
    assert_int_equal(truncate(path, 40), 0);
    put_record(f, 4, "{\"kind\":\"project\",\"id\":\"t:04\",\"title\":{\"en\":\"A newer robot\"}}");
    check_learned(f);
    put_record(f, 2, "{\"kind\":\"project\",\"id\":\"t:02\",\"title\":{\"en\":\"A battery\",\"zh\":\"电池\"}}");
    check_learned(f);
    /* the same texts in a record that changed otherwise */
    put_record(
        f, 2,
        "{\"kind\":\"project\",\"id\":\"t:02\",\"title\":{\"en\":\"A battery\",\"zh\":\"电池\"},\"country\":\"DE\"}");
    check_learned(f);
}

/* The one of both files that is there. */
static const char *
findings_file(const fixture *f, char path[QIAO_PATH_MAX + 32])
{
    for (int i = 0; i < 2; i++) {
        snprintf(path, QIAO_PATH_MAX + 32, "%s/build/findings-%d.bin", f->updated.path, i);
        if (access(path, F_OK) == 0)
            return path;
    }
    fail_msg("no findings in %s/build", f->updated.path);
    return path;
}

static void
what_was_found_is_forgotten_where_it_no_longer_holds(void **state)
{
    static const qiao_test_word fewer[] = {{QIAOI_ZH, "电池", "battery", 0}, {QIAOI_LANGUAGES, NULL, NULL, 0}};
    fixture *f = *state;
    char path[QIAO_PATH_MAX + 32];

    build(f, f->updated.path, false);
    qiao_test_write_lexicon(f->lexicon, fewer);
    change_one(f);
    assert_int_equal(build(f, f->updated.path, false).mode, QIAO_BUILD_FULL_LEXICON);
    change_one(f);
    assert_int_equal(build(f, f->updated.path, true).mode, QIAO_BUILD_FULL_ASKED);
    change_one(f);
    snprintf(path, sizeof path, "%s/build/findings.bin", f->updated.path);
    assert_int_equal(truncate(path, 5000), 0);
    assert_int_equal(build(f, f->updated.path, false).mode, QIAO_BUILD_FULL_NOTHING_KEPT);
    change_one(f);
    assert_int_equal(truncate(findings_file(f, path), 40000), 0);
    assert_int_equal(build(f, f->updated.path, false).mode, QIAO_BUILD_FULL_NOTHING_KEPT);
    build_fresh(f);
    assert_same_answers(f);
}

/* A build that was killed while it wrote leaves something behind the end of what the header speaks of. */
static void
what_was_found_holds_whatever_lies_behind_it(void **state)
{
    fixture *f = *state;
    char path[QIAO_PATH_MAX + 32];
    FILE *file;

    build(f, f->updated.path, false);
    for (int i = 0; i < 2; i++) {
        file = fopen(findings_file(f, path), "ab");
        assert_non_null(file);
        assert_true(fputs("half a block", file) >= 0);
        assert_int_equal(fclose(file), 0);
        change_one(f);
        assert_int_equal(build(f, f->updated.path, false).mode, QIAO_BUILD_UPDATED);
    }
    build_fresh(f);
    assert_same_answers(f);
}

/* Updates write behind what was found before, until it is made anew. */
static void
what_was_found_does_not_grow_with_updates(void **state)
{
    fixture *f = *state;
    char path[QIAO_PATH_MAX + 32];
    struct stat made, after;

    build(f, f->updated.path, false);
    assert_int_equal(stat(findings_file(f, path), &made), 0);
    for (int i = 0; i < 7; i++) {
        change_one(f);
        assert_int_equal(build(f, f->updated.path, false).mode, QIAO_BUILD_UPDATED);
        assert_int_equal(stat(findings_file(f, path), &after), 0);
        assert_true(after.st_size <= 3 * made.st_size);
    }
    build_fresh(f);
    assert_same_answers(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_changes_give_what_a_full_build_gives, open_fixture, close_fixture),
        {"what_is_copied_is_what_a_full_build_makes", any_changes_give_what_a_full_build_gives, open_even,
         close_fixture, NULL},
        cmocka_unit_test_setup_teardown(kept_statistics_give_what_a_full_build_with_them_gives, open_fixture,
                                        close_fixture),
        {"kept_statistics_and_postings_give_what_a_full_build_gives",
         kept_statistics_give_what_a_full_build_with_them_gives, open_even, close_fixture, NULL},
        cmocka_unit_test_setup_teardown(what_is_damaged_is_made_anew, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(statistics_of_few_records_are_renewed, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(an_update_analyses_what_changed_and_nothing_else, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(what_was_learned_is_taken_where_no_bilingual_record_changed, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(what_was_found_is_forgotten_where_it_no_longer_holds, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(what_was_found_holds_whatever_lies_behind_it, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(what_was_found_does_not_grow_with_updates, open_fixture, close_fixture),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    qiao_test_vocabulary_done();
    return failed;
}
