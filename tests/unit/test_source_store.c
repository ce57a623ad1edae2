/* Source store: upserts, tombstones, state, batches, locks, damage, full disks. */
#include "qiao/source_store.h"

#include "qiao/file.h"
#include "store/kv.h"
#include "store/source_value.h"
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int
set_up(void **state)
{
    static qiao_test_folder folder;

    qiao_test_folder_init(&folder);
    *state = &folder;
    return 0;
}

static char mounted[512]; /* a small tmpfs, while there is one */

static int
tear_down(void **state)
{
    if (mounted[0] != '\0') {
        char command[600];

        snprintf(command, sizeof command, "umount -l '%s'", mounted);
        mounted[0] = '\0';
        if (system(command) != 0)
            return -1;
    }
    qiao_test_folder_done(*state);
    return 0;
}

static const char *
data_dir(void **state)
{
    return ((const qiao_test_folder *)*state)->path;
}

static qiao_source_store *
open_store(const char *dir, bool write)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;

    assert_ok(qiao_source_store_open(dir, write, &store, &err), &err);
    return store;
}

static qiao_change
put(qiao_source_store *store, qiao_kind kind, const char *id, const char *json)
{
    qiao_record record = qiao_test_record(kind, id, json);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change = QIAO_CHANGE_REMOVED;

    assert_ok(qiao_source_store_put(store, &record, &change, &err), &err);
    return change;
}

static qiao_change
take_out(qiao_source_store *store, qiao_kind kind, const char *id)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change = QIAO_CHANGE_NEW;

    assert_ok(qiao_source_store_remove(store, kind, id, &change, &err), &err);
    return change;
}

static void
commit(qiao_source_store *store)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_source_store_commit(store, &err), &err);
}

static qiao_source_counts
counts_of(qiao_source_store *store)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_counts counts;

    assert_ok(qiao_source_store_counts(store, &counts, &err), &err);
    return counts;
}

/* "P:id=json@sequence " for each entry; tombstones without "=json". */
static qiao_status
describe(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    qiao_buffer *out = context;

    qiao_buffer_printf(out, "%c:%s", entry->kind == QIAO_PROJECT ? 'P' : 'N', entry->id);
    if (entry->json != NULL) {
        qiao_buffer_char(out, '=');
        qiao_buffer_append(out, entry->json, entry->length);
        assert_true(entry->content_hash == qiao_hash64(entry->json, entry->length, 0));
    }
    qiao_buffer_printf(out, "@%llu ", (unsigned long long)entry->sequence);
    return qiao_buffer_check(out, err);
}

static void
assert_content(qiao_source_store *store, bool tombstones, const char *expected)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer out = {0};

    assert_ok(qiao_source_store_each(store, tombstones, describe, &out, &err), &err);
    assert_string_equal(out.data != NULL ? out.data : "", expected);
    qiao_buffer_done(&out);
}

/* --- changes --- */

static void
changes_are_told_apart_and_numbered(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_source_counts counts;

    assert_int_equal(put(store, QIAO_PROJECT, "s:b", "{1}"), QIAO_CHANGE_NEW);
    assert_int_equal(put(store, QIAO_NEED, "s:a", "{2}"), QIAO_CHANGE_NEW);
    assert_int_equal(put(store, QIAO_PROJECT, "s:a", "{3}"), QIAO_CHANGE_NEW);
    assert_int_equal(put(store, QIAO_PROJECT, "s:b", "{1}"), QIAO_CHANGE_UNCHANGED);
    commit(store);
    assert_content(store, false, "P:s:a={3}@3 P:s:b={1}@1 N:s:a={2}@2 ");
    assert_int_equal(put(store, QIAO_PROJECT, "s:b", "{4}"), QIAO_CHANGE_CHANGED);
    assert_int_equal(put(store, QIAO_PROJECT, "s:a", "{3}"), QIAO_CHANGE_UNCHANGED);
    commit(store);
    assert_content(store, true, "P:s:a={3}@3 P:s:b={4}@4 N:s:a={2}@2 ");
    counts = counts_of(store);
    assert_int_equal(counts.projects, 2);
    assert_int_equal(counts.needs, 1);
    assert_int_equal(counts.tombstones, 0);
    assert_int_equal(counts.last_sequence, 4);
    qiao_source_store_close(store);
}

static void
removed_records_leave_tombstones_and_may_come_back(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_source_counts counts;

    put(store, QIAO_PROJECT, "a", "{1}");
    put(store, QIAO_PROJECT, "b", "{2}");
    commit(store);
    assert_int_equal(take_out(store, QIAO_PROJECT, "a"), QIAO_CHANGE_REMOVED);
    assert_int_equal(take_out(store, QIAO_PROJECT, "a"), QIAO_CHANGE_UNCHANGED);
    assert_int_equal(take_out(store, QIAO_NEED, "b"), QIAO_CHANGE_UNCHANGED);
    commit(store);
    assert_content(store, false, "P:b={2}@2 ");
    assert_content(store, true, "P:a@3 P:b={2}@2 ");
    counts = counts_of(store);
    assert_int_equal(counts.projects, 1);
    assert_int_equal(counts.tombstones, 1);
    assert_int_equal(put(store, QIAO_PROJECT, "a", "{1}"), QIAO_CHANGE_NEW);
    commit(store);
    assert_content(store, true, "P:a={1}@4 P:b={2}@2 ");
    counts = counts_of(store);
    assert_int_equal(counts.projects, 2);
    assert_int_equal(counts.tombstones, 0);
    assert_int_equal(counts.last_sequence, 4);
    qiao_source_store_close(store);
}

static void
uncommitted_changes_are_invisible_and_dropped_at_close(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_buffer value = {0};
    qiao_error err = QIAO_ERROR_INIT;

    put(store, QIAO_NEED, "n", "{1}");
    commit(store);
    put(store, QIAO_NEED, "n", "{2}");
    assert_ok(qiao_source_store_set_state(store, "cursor", "7", 1, &err), &err);
    assert_content(store, true, "N:n={1}@1 ");
    assert_int_equal(qiao_source_store_get_state(store, "cursor", &value, &err), QIAO_E_NOTFOUND);
    qiao_source_store_close(store);
    store = open_store(data_dir(state), false);
    assert_content(store, true, "N:n={1}@1 ");
    qiao_source_store_close(store);
}

static void
empty_commit_and_empty_store_are_fine(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);

    commit(store);
    assert_content(store, true, "");
    assert_int_equal(counts_of(store).last_sequence, 0);
    qiao_source_store_close(store);
    qiao_source_store_close(NULL);
}

static void
state_is_kept_replaced_and_deleted(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer value = {0};
    char long_key[502];

    assert_ok(qiao_source_store_set_state(store, "feed/etag", "a\0b", 3, &err), &err);
    assert_ok(qiao_source_store_set_state(store, "empty", "", 0, &err), &err);
    commit(store);
    assert_ok(qiao_source_store_get_state(store, "feed/etag", &value, &err), &err);
    assert_int_equal(value.length, 3);
    assert_memory_equal(value.data, "a\0b", 3);
    qiao_buffer_clear(&value);
    assert_ok(qiao_source_store_get_state(store, "empty", &value, &err), &err);
    assert_int_equal(value.length, 0);
    assert_ok(qiao_source_store_set_state(store, "feed/etag", NULL, 0, &err), &err);
    assert_ok(qiao_source_store_set_state(store, "never", NULL, 0, &err), &err);
    commit(store);
    assert_int_equal(qiao_source_store_get_state(store, "feed/etag", &value, &err), QIAO_E_NOTFOUND);
    memset(long_key, 'k', 501);
    long_key[501] = '\0';
    assert_status(qiao_source_store_set_state(store, long_key, "", 0, &err), QIAO_E_LIMIT, &err);
    assert_status(qiao_source_store_get_state(store, "", &value, &err), QIAO_E_LIMIT, &err);
    qiao_buffer_done(&value);
    qiao_source_store_close(store);
}

static void
ids_outside_the_limits_are_refused_and_the_batch_goes_on(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    char id[QIAO_ID_MAX + 2];
    qiao_error err = QIAO_ERROR_INIT;
    qiao_change change;
    qiao_record record = qiao_test_record(QIAO_NEED, id, "{}");

    memset(id, 'i', sizeof id);
    id[QIAO_ID_MAX + 1] = '\0';
    assert_status(qiao_source_store_put(store, &record, &change, &err), QIAO_E_INPUT, &err);
    id[0] = '\0';
    assert_status(qiao_source_store_put(store, &record, &change, &err), QIAO_E_INPUT, &err);
    assert_status(qiao_source_store_remove(store, QIAO_NEED, "", &change, &err), QIAO_E_INPUT, &err);
    memset(id, 'i', sizeof id);
    id[QIAO_ID_MAX] = '\0';
    assert_ok(qiao_source_store_put(store, &record, &change, &err), &err);
    record.canonical_length = QIAOI_SOURCE_JSON_MAX + 1;
    record.content_hash++;
    assert_status(qiao_source_store_put(store, &record, &change, &err), QIAO_E_LIMIT, &err);
    commit(store);
    assert_int_equal(counts_of(store).needs, 1);
    qiao_source_store_close(store);
}

static void
values_of_every_length_come_back_unchanged(void **state)
{
    static const size_t lengths[] = {0, 1, 1899, 1900, 1901, 2000, 4096, 65536, 1000000};
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_buffer expected = {0}, found = {0};
    qiao_error err = QIAO_ERROR_INIT;
    char *texts[2 * sizeof lengths / sizeof lengths[0]];
    size_t count = sizeof texts / sizeof texts[0];
    uint32_t random = 1;

    for (size_t i = 0; i < count; i++) { /* every other one cannot be packed */
        size_t length = lengths[i / 2];
        char id[16];

        texts[i] = qiao_alloc(length + 1);
        for (size_t j = 0; j < length; j++) {
            random = random * 1103515245 + 12345;
            texts[i][j] = i % 2 != 0 ? (char)(1 + (random >> 16) % 255) : 'x';
        }
        texts[i][length] = '\0';
        snprintf(id, sizeof id, "id%02zu", i);
        put(store, QIAO_PROJECT, id, texts[i]);
        qiao_buffer_printf(&expected, "P:%s=", id);
        qiao_buffer_append(&expected, texts[i], length);
        qiao_buffer_printf(&expected, "@%zu ", i + 1);
    }
    commit(store);
    assert_ok(qiao_source_store_each(store, true, describe, &found, &err), &err);
    assert_int_equal(found.length, expected.length);
    assert_memory_equal(found.data, expected.data, expected.length);
    for (size_t i = 0; i < count; i++)
        qiao_free(texts[i]);
    qiao_buffer_done(&expected);
    qiao_buffer_done(&found);
    qiao_source_store_close(store);
}

static qiao_status
stop_at_second(const qiao_source_entry *entry, void *context, qiao_error *err)
{
    size_t *seen = context;

    (void)entry;
    *seen += 1;
    return *seen == 2 ? qiao_fail(err, QIAO_E_REFUSED, "enough") : QIAO_OK;
}

static void
a_visitor_ends_the_walk_with_its_status(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_error err = QIAO_ERROR_INIT;
    size_t seen = 0;

    put(store, QIAO_PROJECT, "a", "{1}");
    put(store, QIAO_PROJECT, "b", "{2}");
    put(store, QIAO_PROJECT, "c", "{3}");
    commit(store);
    assert_status(qiao_source_store_each(store, false, stop_at_second, &seen, &err), QIAO_E_REFUSED, &err);
    assert_int_equal(seen, 2);
    qiao_source_store_close(store);
}

/* --- opening --- */

static void
reading_what_is_not_there_says_how_to_begin(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;
    qiao_kv_options options = {.read_only = false};
    qiao_kv *kv;

    assert_status(qiao_source_store_open(data_dir(state), false, &store, &err), QIAO_E_NOTFOUND, &err);
    assert_null(store);
    assert_non_null(strstr(err.hint, "qiao-indexer import --data"));
    /* killed between creating the file and its tables */
    assert_ok(qiao_kv_open(qiao_test_path(*state, "source.mdb"), &options, &kv, &err), &err);
    qiao_kv_close(kv);
    assert_status(qiao_source_store_open(data_dir(state), false, &store, &err), QIAO_E_NOTFOUND, &err);
    store = open_store(data_dir(state), true);
    assert_int_equal(put(store, QIAO_NEED, "n", "{}"), QIAO_CHANGE_NEW);
    commit(store);
    qiao_source_store_close(store);
}

static void
read_mode_changes_nothing(void **state)
{
    qiao_record record = qiao_test_record(QIAO_NEED, "n", "{}");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_change change;

    qiao_source_store_close(store);
    store = open_store(data_dir(state), false);
    assert_status(qiao_source_store_put(store, &record, &change, &err), QIAO_E_USAGE, &err);
    assert_status(qiao_source_store_remove(store, QIAO_NEED, "n", &change, &err), QIAO_E_USAGE, &err);
    assert_status(qiao_source_store_set_state(store, "k", "v", 1, &err), QIAO_E_USAGE, &err);
    commit(store);
    qiao_source_store_close(store);
}

static void
other_format_is_a_version_error(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    unsigned char format[8] = {99};
    qiao_kv_options options = {.read_only = false};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_txn *txn;
    qiao_kv_db meta;
    qiao_kv *kv;

    qiao_source_store_close(store);
    assert_ok(qiao_kv_open(qiao_test_path(*state, "source.mdb"), &options, &kv, &err), &err);
    assert_ok(qiao_kv_begin(kv, true, &txn, &err), &err);
    assert_ok(qiao_kv_database(txn, "meta", &meta, &err), &err);
    assert_ok(qiao_kv_put(txn, meta, (qiao_bytes){"format", 6}, (qiao_bytes){format, 8}, &err), &err);
    assert_ok(qiao_kv_commit(txn, &err), &err);
    qiao_kv_close(kv);
    assert_status(qiao_source_store_open(data_dir(state), true, &store, &err), QIAO_E_VERSION, &err);
    assert_status(qiao_source_store_open(data_dir(state), false, &store, &err), QIAO_E_VERSION, &err);
    assert_non_null(strstr(err.message, "99"));
}

static pid_t
hold_store_in_child(const char *dir)
{
    int pipes[2];
    char ready = 0;
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        qiao_source_store *store;

        if (qiao_source_store_open(dir, true, &store, NULL) != QIAO_OK || write(pipes[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(pipes[0], &ready, 1), 1);
    close(pipes[0]);
    close(pipes[1]);
    return child;
}

static void
second_writer_is_refused_by_name_while_readers_go_on(void **state)
{
    pid_t child = hold_store_in_child(data_dir(state));
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;
    char pid[32];

    assert_status(qiao_source_store_open(data_dir(state), true, &store, &err), QIAO_E_LOCKED, &err);
    snprintf(pid, sizeof pid, "process %ld ", (long)child);
    assert_non_null(strstr(err.message, pid));
    assert_non_null(strstr(err.message, "indexer.lock"));
    assert_non_null(strstr(err.hint, pid));
    store = open_store(data_dir(state), false);
    assert_content(store, true, "");
    qiao_source_store_close(store);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    store = open_store(data_dir(state), true);
    qiao_source_store_close(store);
}

/* --- damage --- */

static void
damaged_record_is_named(void **state)
{
    qiao_source_store *store = open_store(data_dir(state), true);
    static char json[1000];
    qiao_buffer file = {0}, found = {0};
    qiao_error err = QIAO_ERROR_INIT;
    const char *path = qiao_test_path(*state, "source.mdb");
    const char *at;

    memset(json, 'q', sizeof json - 1);
    memcpy(json, "needle", 6);
    put(store, QIAO_PROJECT, "good", "{1}");
    put(store, QIAO_PROJECT, "hurt", json);
    commit(store);
    qiao_source_store_close(store);
    assert_ok(qiao_file_read(path, 0, &file, &err), &err);
    at = NULL;
    for (size_t i = 0; i + 6 < file.length; i++)
        if (memcmp(file.data + i, "needle", 6) == 0)
            at = file.data + i;
    assert_non_null(at);
    qiao_test_flip(path, (uint64_t)(at - file.data) + 500);
    store = open_store(data_dir(state), false);
    assert_status(qiao_source_store_each(store, true, describe, &found, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "hurt"));
    assert_string_equal(found.data, "P:good={1}@1 ");
    qiao_source_store_close(store);
    qiao_buffer_done(&file);
    qiao_buffer_done(&found);
}

static void
packed_values_cut_or_changed_are_corrupt(void **state)
{
    static char json[5000];
    qiaoi_packer *packer = qiaoi_packer_new();
    qiaoi_unpacker *unpacker = qiaoi_unpacker_new();
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof json; i++)
        json[i] = (char)('a' + i % 23);
    for (size_t length = 100; length <= sizeof json; length += 4900) { /* as it stands, and packed */
        qiao_bytes value, out;
        char *copy;

        assert_ok(qiaoi_pack(packer, json, length, &value, &err), &err);
        copy = qiao_strndup(value.data, value.length);
        assert_ok(qiaoi_unpack(unpacker, "x", (qiao_bytes){copy, value.length}, &out, &err), &err);
        assert_int_equal(out.length, length);
        assert_memory_equal(out.data, json, length);
        for (size_t cut = 0; cut < value.length; cut++)
            assert_status(qiaoi_unpack(unpacker, "x", (qiao_bytes){copy, cut}, &out, &err), QIAO_E_CORRUPT, &err);
        for (size_t i = 0; i < value.length; i++) {
            if (i >= 1 && i < 4)
                continue; /* reserved */
            copy[i] = (char)~copy[i];
            assert_status(qiaoi_unpack(unpacker, "x", (qiao_bytes){copy, value.length}, &out, &err), QIAO_E_CORRUPT,
                          &err);
            copy[i] = (char)~copy[i];
        }
        qiao_free(copy);
    }
    qiaoi_packer_free(packer);
    qiaoi_unpacker_free(unpacker);
}

static void
shortened_store_is_corrupt_for_both_modes(void **state)
{
    const char *path = qiao_test_path(*state, "source.mdb");
    qiao_source_store *store = open_store(data_dir(state), true);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t size;
    char id[16];

    for (int i = 0; i < 200; i++) {
        snprintf(id, sizeof id, "id%d", i);
        put(store, QIAO_PROJECT, id, "{\"title\":\"a record of some length, so that there are pages\"}");
    }
    commit(store);
    qiao_source_store_close(store);
    assert_ok(qiao_file_size(path, &size, &err), &err);
    qiao_test_truncate(path, size / 2);
    assert_status(qiao_source_store_open(data_dir(state), true, &store, &err), QIAO_E_CORRUPT, &err);
    assert_status(qiao_source_store_open(data_dir(state), false, &store, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "source.mdb"));
}

/* --- full disk --- */

/* A small tmpfs of its own, where this process may mount one. */
static bool
mount_small(const char *path)
{
    char command[600];

    snprintf(command, sizeof command, "mount -t tmpfs -o size=1m none '%s' 2>/dev/null", path);
    if (geteuid() != 0 || system(command) != 0)
        return false;
    snprintf(mounted, sizeof mounted, "%s", path);
    return true;
}

static void
full_disk_fails_the_batch_and_keeps_the_rest(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    const char *dir = qiao_test_path(*state, "small");
    static char json[1500];
    qiao_source_store *store;
    qiao_status status = QIAO_OK;
    qiao_change change;

    assert_ok(qiao_file_make_directories(dir, &err), &err);
    if (!mount_small(dir)) {
        print_message("skipped: no tmpfs can be mounted here\n");
        skip();
    }
    store = open_store(dir, true);
    put(store, QIAO_NEED, "first", "{}");
    commit(store);
    memset(json, 'x', sizeof json - 1);
    for (int i = 0; i < 2000 && status == QIAO_OK; i++) {
        char id[16];
        qiao_record record;

        snprintf(id, sizeof id, "id%d", i);
        record = qiao_test_record(QIAO_PROJECT, id, json);
        status = qiao_source_store_put(store, &record, &change, &err);
    }
    if (status == QIAO_OK)
        status = qiao_source_store_commit(store, &err);
    assert_status(status, QIAO_E_NOSPACE, &err);
    assert_non_null(strstr(err.hint, "nothing was lost"));
    qiao_source_store_close(store);
    store = open_store(dir, true); /* the disk is still full or nearly so */
    assert_content(store, true, "N:first={}@1 ");
    put(store, QIAO_NEED, "second", "{}");
    commit(store);
    assert_content(store, true, "N:first={}@1 N:second={}@2 ");
    qiao_source_store_close(store);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(changes_are_told_apart_and_numbered),
        WITH_FOLDER(removed_records_leave_tombstones_and_may_come_back),
        WITH_FOLDER(uncommitted_changes_are_invisible_and_dropped_at_close),
        WITH_FOLDER(empty_commit_and_empty_store_are_fine),
        WITH_FOLDER(state_is_kept_replaced_and_deleted),
        WITH_FOLDER(ids_outside_the_limits_are_refused_and_the_batch_goes_on),
        WITH_FOLDER(values_of_every_length_come_back_unchanged),
        WITH_FOLDER(a_visitor_ends_the_walk_with_its_status),
        WITH_FOLDER(reading_what_is_not_there_says_how_to_begin),
        WITH_FOLDER(read_mode_changes_nothing),
        WITH_FOLDER(other_format_is_a_version_error),
        WITH_FOLDER(second_writer_is_refused_by_name_while_readers_go_on),
        WITH_FOLDER(damaged_record_is_named),
        cmocka_unit_test(packed_values_cut_or_changed_are_corrupt),
        WITH_FOLDER(shortened_store_is_corrupt_for_both_modes),
        WITH_FOLDER(full_disk_fails_the_batch_and_keeps_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
