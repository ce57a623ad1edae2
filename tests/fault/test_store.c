/*
 * The storage layers under faults. Each scenario runs in a child process under preload_fault.so: once undisturbed to
 * count the calls that change files, then with a kill, a torn write, an error, a full disk or a short write at every
 * single one of them. Afterwards this process looks at what is left: what the child was told is safe must be there,
 * nothing may be half there, and the work can go on. Allocations are made to fail one by one in this process.
 */
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/source_store.h"
#include "store/kv.h"
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Tells the parent that one more thing is safe. */
static qiao_status
acknowledge(qiao_error *err)
{
    return write(STDOUT_FILENO, ".", 1) == 1 ? QIAO_OK : qiao_fail(err, QIAO_E_IO, "the parent is gone");
}

/* --- source store: scenario --- */

#define BATCHES 3
#define RECORDS 30

/* What record i says after so many batches: new in its first, changed in later ones, one of them removed in the last.
 */
static void
record_json(int batch, int i, qiao_buffer *out)
{
    qiao_buffer_clear(out);
    qiao_buffer_printf(out, "{\"batch\":%d,\"record\":%d,\"text\":\"", batch, i);
    for (int j = 0; j < i * 40; j++) /* some need pages of their own */
        qiao_buffer_char(out, (char)('a' + (j * 7 + batch + i) % 26));
    qiao_buffer_text(out, "\"}");
}

static bool
in_batch(int batch, int i)
{
    return batch == 1 || i % batch == 0;
}

static bool
removed_in(int batch, int i)
{
    return batch == 3 && i == 5;
}

static qiao_status
write_batch(qiao_source_store *store, int batch, qiao_error *err)
{
    qiao_buffer json = {0};
    qiao_status status = QIAO_OK;
    qiao_change change;
    char id[32];

    for (int i = 0; status == QIAO_OK && i < RECORDS; i++) {
        snprintf(id, sizeof id, "s:%02d", i);
        if (removed_in(batch, i)) {
            status = qiao_source_store_remove(store, QIAO_PROJECT, id, &change, err);
        } else if (in_batch(batch, i)) {
            qiao_record record;

            record_json(batch, i, &json);
            status = qiao_buffer_check(&json, err);
            if (status != QIAO_OK)
                break;
            record = qiao_test_record(QIAO_PROJECT, id, json.data);
            status = qiao_source_store_put(store, &record, &change, err);
        }
    }
    if (status == QIAO_OK) {
        snprintf(id, sizeof id, "%d", batch);
        status = qiao_source_store_set_state(store, "batch", id, strlen(id), err);
    }
    if (status == QIAO_OK)
        status = qiao_source_store_commit(store, err);
    qiao_buffer_done(&json);
    return status;
}

static qiao_status
child_writes_batches(const char *dir, qiao_error *err)
{
    qiao_source_store *store;
    qiao_status status = qiao_source_store_open(dir, true, &store, err);

    for (int batch = 1; status == QIAO_OK && batch <= BATCHES; batch++) {
        status = write_batch(store, batch, err);
        if (status == QIAO_OK)
            status = acknowledge(err);
    }
    qiao_source_store_close(store);
    return status;
}

/* --- source store: inspection --- */

typedef struct expectation {
    int batch; /* the store must be exactly as after this batch */
    int next;  /* record to come */
    qiao_buffer json;
} expectation;

static int
last_batch_of(int record, int batch)
{
    while (batch > 1 && !in_batch(batch, record))
        batch--;
    return batch;
}

static qiao_status
compare_entry(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    expectation *e = context;
    char id[32];

    (void)err;
    snprintf(id, sizeof id, "s:%02d", e->next);
    assert_string_equal(entry->id, id);
    if (removed_in(e->batch, e->next)) {
        assert_null(entry->json);
    } else {
        record_json(last_batch_of(e->next, e->batch), e->next, &e->json);
        assert_int_equal(entry->length, e->json.length);
        assert_memory_equal(entry->json, e->json.data, entry->length);
    }
    e->next++;
    return QIAO_OK;
}

/* Number of the last batch that is in the store; checks that the store is exactly what it was after that batch. */
static int
inspect_store(qiao_source_store *store)
{
    expectation e = {0};
    qiao_source_counts counts;
    qiao_buffer state = {0};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = qiao_source_store_get_state(store, "batch", &state, &err);

    if (status != QIAO_E_NOTFOUND)
        assert_ok(status, &err);
    e.batch = status == QIAO_OK ? (int)strtol(state.data, NULL, 10) : 0;
    assert_ok(qiao_source_store_each(store, true, compare_entry, &e, &err), &err);
    assert_int_equal(e.next, e.batch == 0 ? 0 : RECORDS);
    assert_ok(qiao_source_store_counts(store, &counts, &err), &err);
    assert_int_equal(counts.tombstones, e.batch == 3 ? 1 : 0);
    assert_int_equal(counts.projects + counts.tombstones, e.next);
    qiao_buffer_done(&e.json);
    qiao_buffer_done(&state);
    return e.batch;
}

static void
inspect_source(const char *dir, const qiao_test_outcome *outcome)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;
    char path[512];
    int batch;

    assert_ok(qiao_source_store_open(dir, true, &store, &err), &err);
    batch = inspect_store(store);
    assert_in_range(batch, (int)outcome->acknowledged, (int)outcome->acknowledged + 1);
    while (batch < BATCHES) { /* and the work goes on where it stopped */
        assert_ok(write_batch(store, ++batch, &err), &err);
        assert_int_equal(inspect_store(store), batch);
    }
    qiao_source_store_close(store);
    snprintf(path, sizeof path, "%s/source.mdb", dir);
    assert_ok(qiao_kv_check(path, &err), &err);
}

/* --- catalogue: scenario --- */

static qiao_status
fill_records(const char *staged, uint64_t number, qiao_error *err)
{
    qiao_kv_options bulk = {.bulk = true};
    char path[QIAO_PATH_MAX + 16], key[32];
    qiao_kv_txn *txn = NULL;
    qiao_kv *kv = NULL;
    qiao_kv_db db;
    qiao_status status;

    snprintf(path, sizeof path, "%s/records.mdb", staged);
    status = qiao_kv_open(path, &bulk, &kv, err);
    if (status == QIAO_OK)
        status = qiao_kv_begin(kv, true, &txn, err);
    if (status == QIAO_OK)
        status = qiao_kv_database(txn, "t", &db, err);
    for (uint64_t i = 0; status == QIAO_OK && i < 20; i++) {
        snprintf(key, sizeof key, "%04llu", (unsigned long long)(number * 100 + i));
        status = qiao_kv_append(txn, db, (qiao_bytes){key, 4}, (qiao_bytes){path, 200}, err);
    }
    if (status == QIAO_OK) {
        status = qiao_kv_commit(txn, err);
        txn = NULL;
    }
    if (status == QIAO_OK)
        status = qiao_kv_sync(kv, err);
    qiao_kv_abort(txn);
    qiao_kv_close(kv);
    return status;
}

static qiao_status
build_generation(const char *dir, qiao_error *err)
{
    char staged[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 16];
    qiao_manifest manifest;
    uint64_t number = 0;
    qiao_status status = qiao_catalog_stage(dir, staged, &number, err);

    memset(&manifest, 0, sizeof manifest);
    if (status == QIAO_OK)
        status = fill_records(staged, number, err);
    if (status == QIAO_OK) {
        snprintf(path, sizeof path, "%s/lexicon.bin", staged);
        status = qiao_file_write_atomic(path, "lexicon", 7, err);
    }
    if (status == QIAO_OK)
        status = qiao_catalog_install(dir, staged, &manifest, err);
    if (status == QIAO_OK)
        status = qiao_catalog_publish(dir, number, err);
    return status;
}

static qiao_status
child_builds_and_prunes(const char *dir, qiao_error *err)
{
    uint64_t now;
    size_t removed;
    qiao_status status = build_generation(dir, err);

    if (status == QIAO_OK)
        status = acknowledge(err);
    if (status == QIAO_OK)
        status = qiao_catalog_rollback(dir, 0, &now, err);
    if (status == QIAO_OK)
        status = acknowledge(err);
    if (status == QIAO_OK)
        status = build_generation(dir, err);
    if (status == QIAO_OK)
        status = acknowledge(err);
    if (status == QIAO_OK)
        status = qiao_catalog_prune(dir, 2, &removed, err);
    return status == QIAO_OK ? acknowledge(err) : status;
}

/* --- catalogue: inspection --- */

/* Served before the first step, after it, ... : generation 1, then 2, back to 1, then 3. */
static const uint64_t served[] = {1, 2, 1, 3, 3};

static void
assert_no_leftovers(const char *dir)
{
    char path[512];
    struct dirent *entry;
    DIR *folder;

    snprintf(path, sizeof path, "%s/catalog", dir);
    folder = opendir(path);
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "CURRENT") != 0 && strncmp(entry->d_name, "gen-", 4) != 0)
            fail_msg("%s was left behind", entry->d_name);
    closedir(folder);
}

static void
inspect_catalog(const char *dir, const qiao_test_outcome *outcome)
{
    uint64_t numbers[8], now;
    qiao_error err = QIAO_ERROR_INIT;
    size_t count, step = outcome->acknowledged;

    assert_ok(qiao_catalog_current(dir, &now, &err), &err);
    assert_true(now == served[step] || (step + 1 < sizeof served / sizeof served[0] && now == served[step + 1]));
    assert_ok(qiao_catalog_list(dir, numbers, 8, &count, &err), &err);
    assert_in_range(count, 1, 3);
    for (size_t i = 0; i < count; i++)
        assert_ok(qiao_catalog_verify(dir, numbers[i], &err), &err);
    assert_ok(qiao_catalog_verify(dir, now, &err), &err);
    assert_ok(build_generation(dir, &err), &err); /* and the next build goes through and tidies up */
    assert_no_leftovers(dir);
}

/* --- running a scenario under every fault --- */

typedef struct scenario {
    const char *name;
    qiao_status (*child)(const char *dir, qiao_error *err);
    qiao_status (*prepare)(const char *dir, qiao_error *err); /* undisturbed, before the child */
    void (*inspect)(const char *dir, const qiao_test_outcome *outcome);
} scenario;

static const scenario scenarios[] = {
    {"source", child_writes_batches, NULL, inspect_source},
    {"catalog", child_builds_and_prunes, build_generation, inspect_catalog},
};

static char running[128]; /* what is being tried, for the message when it fails */

static int
tell_what_failed(void **state)
{
    (void)state;
    if (running[0] != '\0')
        print_error("  %s\n", running);
    running[0] = '\0';
    return 0;
}

static qiao_test_outcome
run_once(const scenario *s, const char *kind, unsigned long at)
{
    qiao_test_folder folder;
    qiao_test_fault fault = {kind, at, folder.path};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_test_outcome outcome;

    qiao_test_folder_init(&folder);
    if (s->prepare != NULL)
        assert_ok(s->prepare(folder.path, &err), &err);
    outcome = qiao_test_run_child(s->name, folder.path, &fault);
    snprintf(running, sizeof running, "%s: %s at call %lu", s->name, kind, at);
    s->inspect(folder.path, &outcome);
    qiao_test_folder_done(&folder);
    return outcome;
}

typedef struct mode {
    const char *kind;
    bool dies;
    qiao_status answer; /* where it does not die: QIAO_OK, when the failed call does not matter, or this */
} mode;

static void
assert_ended_as_it_should(const mode *m, const qiao_test_outcome *outcome)
{
    bool cut_short = strcmp(m->kind, "short") == 0; /* the sign of a full disk: LMDB takes it for one here and there */

    assert_int_equal(outcome->signal, m->dies ? 9 : 0); /* an error is an answer, never a crash */
    if (!m->dies && outcome->exit_code != 0 && !(cut_short && outcome->exit_code == 10 + QIAO_E_NOSPACE))
        assert_int_equal(outcome->exit_code, 10 + (int)m->answer);
    assert_true(outcome->reached || cut_short);
}

static void
disturb_everywhere(const char *name, const mode *m)
{
    const scenario *s = NULL;
    qiao_test_outcome undisturbed;

    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            s = &scenarios[i];
    undisturbed = run_once(s, "none", 0);
    print_message("  %lu calls\n", undisturbed.count);
    assert_int_equal(undisturbed.exit_code, 0);
    assert_true(undisturbed.count > 15);
    for (unsigned long at = 1; at <= undisturbed.count; at++) {
        qiao_test_outcome outcome = run_once(s, m->kind, at);

        assert_ended_as_it_should(m, &outcome);
    }
    running[0] = '\0';
}

static const mode kill_mode = {"kill", true, QIAO_OK};
static const mode torn_mode = {"torn", true, QIAO_OK};
static const mode io_error_mode = {"eio", false, QIAO_E_IO};
static const mode lasting_io_error_mode = {"eio-on", false, QIAO_E_IO};
static const mode full_mode = {"enospc", false, QIAO_E_NOSPACE};
static const mode lasting_full_mode = {"enospc-on", false, QIAO_E_NOSPACE};
static const mode short_mode = {"short", false, QIAO_E_IO};

#define UNDER(scenario_name, fault, m)                                                                                 \
    static void scenario_name##_survives_##fault(void **state)                                                         \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        disturb_everywhere(#scenario_name, &(m));                                                                      \
    }

UNDER(source, a_kill_at_every_call, kill_mode)
UNDER(source, a_torn_write_at_every_call, torn_mode)
UNDER(source, an_io_error_at_every_call, io_error_mode)
UNDER(source, a_device_that_fails_from_any_call_on, lasting_io_error_mode)
UNDER(source, one_full_disk_answer_at_every_call, full_mode)
UNDER(source, a_disk_full_from_any_call_on, lasting_full_mode)
UNDER(source, a_short_write_at_every_call, short_mode)
UNDER(catalog, a_kill_at_every_call, kill_mode)
UNDER(catalog, a_torn_write_at_every_call, torn_mode)
UNDER(catalog, an_io_error_at_every_call, io_error_mode)
UNDER(catalog, a_device_that_fails_from_any_call_on, lasting_io_error_mode)
UNDER(catalog, one_full_disk_answer_at_every_call, full_mode)
UNDER(catalog, a_disk_full_from_any_call_on, lasting_full_mode)
UNDER(catalog, a_short_write_at_every_call, short_mode)

/* --- memory --- */

static qiao_status
clear_folder(void *context, qiao_error *err)
{
    qiao_status status = qiao_file_remove_tree(context, err);

    return status == QIAO_OK ? qiao_file_make_directories(context, err) : status;
}

static qiao_status
count_entries(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    (void)entry;
    (void)err;
    *(int *)context += 1;
    return QIAO_OK;
}

static qiao_status
use_source_store(void *context, qiao_error *err)
{
    qiao_source_store *store;
    qiao_source_counts counts;
    qiao_buffer state = {0};
    int seen = 0;
    qiao_status status = qiao_source_store_open(context, true, &store, err);

    if (status == QIAO_OK)
        status = write_batch(store, 1, err);
    if (status == QIAO_OK)
        status = qiao_source_store_get_state(store, "batch", &state, err);
    if (status == QIAO_OK)
        status = qiao_source_store_counts(store, &counts, err);
    if (status == QIAO_OK)
        status = qiao_source_store_each(store, true, count_entries, &seen, err);
    qiao_source_store_close(store);
    qiao_buffer_done(&state);
    return status;
}

static qiao_status
use_catalog(void *context, qiao_error *err)
{
    uint64_t now, numbers[4];
    size_t count;
    qiao_status status = build_generation(context, err);

    if (status == QIAO_OK)
        status = build_generation(context, err);
    if (status == QIAO_OK)
        status = qiao_catalog_rollback(context, 0, &now, err);
    if (status == QIAO_OK)
        status = qiao_catalog_list(context, numbers, 4, &count, err);
    return status == QIAO_OK ? qiao_catalog_prune(context, 1, &count, err) : status;
}

/* Each failed run must leave a store that opens and is as before or after the batch. */
static void
source_store_survives_each_failing_allocation(void **state)
{
    qiao_test_folder folder;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;

    (void)state;
    qiao_test_folder_init(&folder);
    assert_true(qiao_test_fail_allocations(clear_folder, use_source_store, folder.path) > 20);
    assert_ok(qiao_source_store_open(folder.path, true, &store, &err), &err);
    assert_int_equal(inspect_store(store), 1);
    qiao_source_store_close(store);
    qiao_test_folder_done(&folder);
}

static void
catalog_survives_each_failing_allocation(void **state)
{
    qiao_test_folder folder;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t now;

    (void)state;
    qiao_test_folder_init(&folder);
    assert_true(qiao_test_fail_allocations(clear_folder, use_catalog, folder.path) > 20);
    assert_ok(qiao_catalog_current(folder.path, &now, &err), &err);
    assert_ok(qiao_catalog_verify(folder.path, now, &err), &err);
    qiao_test_folder_done(&folder);
}

/* A batch whose put ran out of memory is still good: what was put before is committed. */
static bool
refuse_all(size_t size, void *context)
{
    (void)size;
    (void)context;
    return false;
}

static void
put_without_memory_leaves_the_batch_as_it_was(void **state)
{
    static char json[200000];
    qiao_test_folder folder;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;
    qiao_source_counts counts;
    qiao_record small = qiao_test_record(QIAO_NEED, "small", "{}"), large;
    qiao_change change;

    (void)state;
    memset(json, 'j', sizeof json - 1);
    large = qiao_test_record(QIAO_NEED, "large", json);
    qiao_test_folder_init(&folder);
    assert_ok(qiao_source_store_open(folder.path, true, &store, &err), &err);
    assert_ok(qiao_source_store_put(store, &small, &change, &err), &err);
    qiao_memory_set_hook(refuse_all, NULL);
    assert_status(qiao_source_store_put(store, &large, &change, &err), QIAO_E_NOMEM, &err);
    qiao_memory_set_hook(NULL, NULL);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    assert_ok(qiao_source_store_counts(store, &counts, &err), &err);
    assert_int_equal(counts.needs, 1);
    qiao_source_store_close(store);
    qiao_test_folder_done(&folder);
}

/* --- entry --- */

static int
be_child(const char *name, const char *dir)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status status = QIAO_E_USAGE;

    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            status = scenarios[i].child(dir, &err);
    if (status == QIAO_OK)
        return 0;
    return err.status == status && err.message[0] != '\0' ? 10 + (int)status : 99;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(source_survives_a_kill_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(source_survives_a_torn_write_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(source_survives_an_io_error_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(source_survives_a_device_that_fails_from_any_call_on, tell_what_failed),
        cmocka_unit_test_teardown(source_survives_one_full_disk_answer_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(source_survives_a_disk_full_from_any_call_on, tell_what_failed),
        cmocka_unit_test_teardown(source_survives_a_short_write_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(catalog_survives_a_kill_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(catalog_survives_a_torn_write_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(catalog_survives_an_io_error_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(catalog_survives_a_device_that_fails_from_any_call_on, tell_what_failed),
        cmocka_unit_test_teardown(catalog_survives_one_full_disk_answer_at_every_call, tell_what_failed),
        cmocka_unit_test_teardown(catalog_survives_a_disk_full_from_any_call_on, tell_what_failed),
        cmocka_unit_test_teardown(catalog_survives_a_short_write_at_every_call, tell_what_failed),
        cmocka_unit_test(source_store_survives_each_failing_allocation),
        cmocka_unit_test(catalog_survives_each_failing_allocation),
        cmocka_unit_test(put_without_memory_leaves_the_batch_as_it_was),
    };

    if (argc == 4 && strcmp(argv[1], "--child") == 0)
        return be_child(argv[2], argv[3]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
