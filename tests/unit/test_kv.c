/* Key-value files: transactions, cursors, copies, damage, second opens, full maps, fork. */
#include "store/kv.h"

#include "qiao/file.h"
#include "store/kv_file.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const qiao_kv_options normal;

static int
set_up(void **state)
{
    static qiao_test_folder folder;

    qiao_test_folder_init(&folder);
    *state = &folder;
    return 0;
}

static int
tear_down(void **state)
{
    qiao_test_folder_done(*state);
    return 0;
}

static qiao_bytes
bytes(const char *text)
{
    return (qiao_bytes){text, strlen(text)};
}

static qiao_kv *
open_kv(const char *path, const qiao_kv_options *options)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *kv;

    assert_ok(qiao_kv_open(path, options, &kv, &err), &err);
    return kv;
}

static qiao_kv_txn *
begin(qiao_kv *kv, bool write)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_txn *txn;

    assert_ok(qiao_kv_begin(kv, write, &txn, &err), &err);
    return txn;
}

static qiao_kv_db
table(qiao_kv_txn *txn, const char *name)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_db db;

    assert_ok(qiao_kv_database(txn, name, &db, &err), &err);
    return db;
}

static void
commit(qiao_kv_txn *txn)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_kv_commit(txn, &err), &err);
}

/* count records k0000.. of size bytes each in table "t", in one transaction. */
static qiao_kv_db
fill(qiao_kv *kv, int count, size_t size)
{
    qiao_kv_txn *txn = begin(kv, true);
    qiao_kv_db db = table(txn, "t");
    qiao_error err = QIAO_ERROR_INIT;
    char *value = qiao_calloc(1, size);

    for (int i = 0; i < count; i++) {
        char key[16];

        snprintf(key, sizeof key, "k%04d", i);
        memset(value, 'a' + i % 26, size);
        assert_ok(qiao_kv_put(txn, db, bytes(key), (qiao_bytes){value, size}, &err), &err);
    }
    commit(txn);
    qiao_free(value);
    return db;
}

/* --- contents --- */

static void
committed_values_are_there_after_reopening(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv *kv = open_kv(path, &normal);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_txn *txn;
    qiao_kv_db db;
    qiao_bytes value;
    uint64_t count;

    fill(kv, 100, 3000);
    qiao_kv_close(kv);
    kv = open_kv(path, &normal);
    txn = begin(kv, false);
    db = table(txn, "t");
    assert_ok(qiao_kv_get(txn, db, bytes("k0042"), &value, &err), &err);
    assert_int_equal(value.length, 3000);
    assert_int_equal(((const char *)value.data)[2999], 'a' + 42 % 26);
    assert_int_equal(qiao_kv_get(txn, db, bytes("absent"), &value, &err), QIAO_E_NOTFOUND);
    assert_int_equal(err.status, QIAO_OK); /* a normal outcome leaves the error alone */
    assert_ok(qiao_kv_count(txn, db, &count, &err), &err);
    assert_int_equal(count, 100);
    qiao_kv_abort(txn);
    qiao_kv_close(kv);
    assert_ok(qiao_kv_check(path, &err), &err);
}

static void
aborted_changes_are_gone_and_readers_keep_their_snapshot(void **state)
{
    qiao_kv *kv = open_kv(qiao_test_path(*state, "a.mdb"), &normal);
    qiao_kv_db db = fill(kv, 10, 10);
    qiao_kv_txn *reader = begin(kv, false), *writer = begin(kv, true);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_bytes value;

    assert_ok(qiao_kv_put(writer, db, bytes("new"), bytes("1"), &err), &err);
    qiao_kv_abort(writer);
    writer = begin(kv, true);
    assert_int_equal(qiao_kv_get(writer, db, bytes("new"), &value, &err), QIAO_E_NOTFOUND);
    assert_ok(qiao_kv_delete(writer, db, bytes("k0001"), &err), &err);
    assert_int_equal(qiao_kv_delete(writer, db, bytes("k0001"), &err), QIAO_E_NOTFOUND);
    commit(writer);
    assert_ok(qiao_kv_get(reader, db, bytes("k0001"), &value, &err), &err);
    qiao_kv_abort(reader);
    reader = begin(kv, false);
    assert_int_equal(qiao_kv_get(reader, db, bytes("k0001"), &value, &err), QIAO_E_NOTFOUND);
    qiao_kv_abort(reader);
    qiao_kv_abort(NULL);
    qiao_kv_close(kv);
}

static void
cursors_seek_and_walk_in_order(void **state)
{
    qiao_kv *kv = open_kv(qiao_test_path(*state, "a.mdb"), &normal);
    qiao_kv_db db = fill(kv, 50, 10);
    qiao_kv_txn *txn = begin(kv, false);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_cursor *cursor;
    qiao_bytes key, value;
    int seen = 1;

    assert_ok(qiao_kv_cursor_open(txn, db, &cursor, &err), &err);
    assert_ok(qiao_kv_cursor_seek(cursor, bytes("k00115"), &key, &value, &err), &err);
    assert_memory_equal(key.data, "k0012", 5);
    assert_int_equal(qiao_kv_cursor_seek(cursor, bytes("z"), &key, &value, &err), QIAO_E_NOTFOUND);
    assert_ok(qiao_kv_cursor_seek(cursor, (qiao_bytes){NULL, 0}, &key, &value, &err), &err);
    assert_memory_equal(key.data, "k0000", 5);
    while (qiao_kv_cursor_next(cursor, &key, &value, &err) == QIAO_OK)
        seen++;
    assert_int_equal(seen, 50);
    qiao_kv_cursor_close(cursor);
    qiao_kv_cursor_close(NULL);
    qiao_kv_abort(txn);
    qiao_kv_close(kv);
}

static void
appending_needs_ascending_keys_and_reserves_room(void **state)
{
    qiao_kv *kv = open_kv(qiao_test_path(*state, "a.mdb"), &normal);
    qiao_kv_txn *txn = begin(kv, true);
    qiao_kv_db db = table(txn, "t");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_bytes value;
    void *room;

    assert_ok(qiao_kv_append(txn, db, bytes("a"), bytes("1"), &err), &err);
    assert_ok(qiao_kv_append_reserve(txn, db, bytes("b"), 5000, &room, &err), &err);
    memset(room, 'r', 5000);
    assert_ok(qiao_kv_get(txn, db, bytes("b"), &value, &err), &err);
    assert_int_equal(value.length, 5000);
    assert_int_equal(((const char *)value.data)[4999], 'r');
    assert_status(qiao_kv_append(txn, db, bytes("aa"), bytes("2"), &err), QIAO_E_INTERNAL, &err);
    assert_status(qiao_kv_commit(txn, &err), QIAO_E_INTERNAL, &err);
    qiao_kv_close(kv);
}

static void
keys_of_wrong_length_are_refused_without_harm(void **state)
{
    static char long_key[512];
    qiao_kv *kv = open_kv(qiao_test_path(*state, "a.mdb"), &normal);
    qiao_kv_txn *txn = begin(kv, true);
    qiao_kv_db db = table(txn, "t");
    qiao_error err = QIAO_ERROR_INIT;

    memset(long_key, 'k', sizeof long_key);
    assert_status(qiao_kv_put(txn, db, (qiao_bytes){long_key, 512}, bytes(""), &err), QIAO_E_LIMIT, &err);
    assert_status(qiao_kv_put(txn, db, (qiao_bytes){long_key, 0}, bytes(""), &err), QIAO_E_LIMIT, &err);
    assert_ok(qiao_kv_put(txn, db, (qiao_bytes){long_key, 511}, bytes(""), &err), &err);
    commit(txn);
    qiao_kv_close(kv);
}

static void
absent_tables_and_files_are_not_found(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv_options read_only = {.read_only = true}, immutable = {.immutable = true};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *kv;
    qiao_kv_txn *txn;
    qiao_kv_db db;

    assert_status(qiao_kv_open(path, &read_only, &kv, &err), QIAO_E_NOTFOUND, &err);
    assert_null(kv);
    assert_status(qiao_kv_open(path, &immutable, &kv, &err), QIAO_E_NOTFOUND, &err);
    assert_false(qiao_file_exists(qiao_test_path(*state, "a.mdb-lock")));
    kv = open_kv(path, &normal);
    txn = begin(kv, false);
    assert_status(qiao_kv_database(txn, "nothing", &db, &err), QIAO_E_NOTFOUND, &err);
    qiao_kv_abort(txn);
    qiao_kv_close(kv);
    assert_status(qiao_kv_open(qiao_test_path(*state, "no/such/folder"), &normal, &kv, &err), QIAO_E_NOTFOUND, &err);
}

static void
handle_opened_in_a_read_transaction_outlives_it(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv_options immutable = {.immutable = true};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_txn *txn;
    qiao_kv_db db;
    qiao_bytes value;
    qiao_kv *kv = open_kv(path, &normal);

    fill(kv, 5, 5);
    qiao_kv_close(kv);
    kv = open_kv(path, &immutable);
    txn = begin(kv, false);
    db = table(txn, "t");
    qiao_kv_abort(txn);
    for (int i = 0; i < 3; i++) {
        txn = begin(kv, false);
        assert_ok(qiao_kv_get(txn, db, bytes("k0003"), &value, &err), &err);
        qiao_kv_abort(txn);
    }
    qiao_kv_close(kv);
}

/* --- files --- */

static void
immutable_files_need_no_lock_file_and_open_twice(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv_options bulk = {.bulk = true}, immutable = {.immutable = true};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *a = open_kv(path, &bulk), *b;

    fill(a, 200, 2500);
    assert_ok(qiao_kv_sync(a, &err), &err);
    assert_true(qiao_file_exists(qiao_test_path(*state, "a.mdb-lock")));
    qiao_kv_close(a);
    assert_false(qiao_file_exists(qiao_test_path(*state, "a.mdb-lock")));
    a = open_kv(path, &immutable);
    b = open_kv(path, &immutable);
    assert_false(qiao_file_exists(qiao_test_path(*state, "a.mdb-lock")));
    qiao_kv_close(a);
    qiao_kv_close(b);
}

static void
second_open_in_one_process_is_refused(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv_options read_only = {.read_only = true};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *first = open_kv(path, &normal), *second;

    assert_status(qiao_kv_open(path, &normal, &second, &err), QIAO_E_LOCKED, &err);
    assert_status(qiao_kv_open(path, &read_only, &second, &err), QIAO_E_LOCKED, &err);
    assert_int_equal(link(path, qiao_test_path(*state, "other-name")), 0);
    assert_status(qiao_kv_open(qiao_test_path(*state, "other-name"), &normal, &second, &err), QIAO_E_LOCKED, &err);
    fill(first, 3, 3); /* and the first is as good as before */
    qiao_kv_close(first);
    second = open_kv(path, &normal);
    qiao_kv_close(second);
}

static void
copy_is_whole_compact_and_never_overwrites(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb"), *copy = qiao_test_path(*state, "copy.mdb");
    qiao_kv_options immutable = {.immutable = true};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *kv = open_kv(path, &normal);
    qiao_kv_db db = fill(kv, 500, 3000);
    qiao_kv_txn *txn = begin(kv, true);
    uint64_t before, after, count;

    for (int i = 0; i < 490; i++) {
        char key[16];

        snprintf(key, sizeof key, "k%04d", i);
        assert_ok(qiao_kv_delete(txn, db, bytes(key), &err), &err);
    }
    commit(txn);
    txn = begin(kv, false); /* a reader meanwhile */
    assert_ok(qiao_kv_copy(kv, copy, &err), &err);
    qiao_kv_abort(txn);
    assert_status(qiao_kv_copy(kv, copy, &err), QIAO_E_IO, &err);
    qiao_kv_close(kv);
    assert_ok(qiao_kv_check(copy, &err), &err);
    assert_ok(qiao_file_size(path, &before, &err), &err);
    assert_ok(qiao_file_size(copy, &after, &err), &err);
    assert_true(after * 5 < before);
    kv = open_kv(copy, &immutable);
    txn = begin(kv, false);
    assert_ok(qiao_kv_count(txn, table(txn, "t"), &count, &err), &err);
    assert_int_equal(count, 10);
    qiao_kv_abort(txn);
    qiao_kv_close(kv);
}

static void
full_map_is_no_space_and_loses_only_the_batch(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv_options small = {.map_size = 1 << 20};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *kv = open_kv(path, &small);
    qiao_kv_db db = fill(kv, 10, 3000);
    qiao_kv_txn *txn = begin(kv, true);
    static char value[3000];
    qiao_status status = QIAO_OK;
    uint64_t count;

    for (int i = 0; status == QIAO_OK && i < 1000; i++) {
        char key[16];

        snprintf(key, sizeof key, "n%04d", i);
        status = qiao_kv_put(txn, db, bytes(key), (qiao_bytes){value, sizeof value}, &err);
    }
    assert_status(status, QIAO_E_NOSPACE, &err);
    assert_true(err.hint[0] != '\0');
    assert_status(qiao_kv_put(txn, db, bytes("z"), bytes(""), &err), QIAO_E_NOSPACE, &err);
    assert_status(qiao_kv_commit(txn, &err), QIAO_E_NOSPACE, &err);
    txn = begin(kv, false);
    assert_ok(qiao_kv_count(txn, db, &count, &err), &err);
    assert_int_equal(count, 10);
    qiao_kv_abort(txn);
    qiao_kv_close(kv);
    kv = open_kv(path, &normal); /* a larger map goes on from there */
    fill(kv, 1000, 3000);
    qiao_kv_close(kv);
    assert_ok(qiao_kv_check(path, &err), &err);
}

/* --- damage --- */

static void
files_that_are_no_store_are_corrupt(void **state)
{
    static char junk[20000];
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv_options read_only = {.read_only = true}, immutable = {.immutable = true};
    const size_t lengths[] = {0, 1, 100, 4096, 8191, sizeof junk};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *kv;

    memset(junk, 0x5a, sizeof junk);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        qiao_test_write(path, junk, lengths[i]);
        assert_status(qiao_kv_open(path, &normal, &kv, &err), QIAO_E_CORRUPT, &err);
        assert_status(qiao_kv_open(path, &read_only, &kv, &err), QIAO_E_CORRUPT, &err);
        assert_status(qiao_kv_open(path, &immutable, &kv, &err), QIAO_E_CORRUPT, &err);
        assert_status(qiao_kv_check(path, &err), QIAO_E_CORRUPT, &err);
        assert_non_null(strstr(err.message, path));
    }
}

/* Cut at every page: opening must say so, and never let a page beyond the end be touched (SIGBUS would end the test).
 */
static void
shortened_files_are_corrupt_wherever_they_are_cut(void **state)
{
    const char *whole = qiao_test_path(*state, "whole.mdb"), *path = qiao_test_path(*state, "a.mdb");
    qiao_kv_options immutable = {.immutable = true}, read_only = {.read_only = true};
    qiao_kv *kv = open_kv(whole, &normal);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer bytes_of_file = {0};
    uint64_t size;

    fill(kv, 60, 1200);
    qiao_kv_close(kv);
    assert_ok(qiao_file_read(whole, 0, &bytes_of_file, &err), &err);
    size = bytes_of_file.length;
    for (uint64_t cut = 0; cut < size; cut += 2048) {
        qiao_test_write(path, bytes_of_file.data, (size_t)cut);
        assert_status(qiao_kv_open(path, &immutable, &kv, &err), QIAO_E_CORRUPT, &err);
        assert_status(qiao_kv_open(path, &read_only, &kv, &err), QIAO_E_CORRUPT, &err);
        assert_status(qiao_kv_open(path, &normal, &kv, &err), QIAO_E_CORRUPT, &err);
    }
    qiao_buffer_done(&bytes_of_file);
}

/* LMDB itself does not look at these; the check must notice nearly all of them (a few pages are free and hold nothing).
 */
static void
check_finds_damaged_page_heads(void **state)
{
    static const size_t fields[] = {0, 10, 12, 14}; /* number, flags, bounds or length */
    const char *whole = qiao_test_path(*state, "whole.mdb"), *path = qiao_test_path(*state, "a.mdb");
    qiao_kv *kv = open_kv(whole, &normal);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer content = {0};
    size_t found = 0, tried = 0;

    fill(kv, 40, 700);
    qiao_kv_close(kv);
    kv = open_kv(whole, &normal);
    fill(kv, 60, 3000);
    qiao_kv_close(kv);
    assert_ok(qiao_file_read(whole, 0, &content, &err), &err);
    for (size_t page = 0; page < content.length / 4096; page++)
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
            char *byte = content.data + page * 4096 + fields[i];
            qiao_status status;

            *byte = (char)~*byte;
            qiao_test_write(path, content.data, content.length);
            *byte = (char)~*byte;
            status = qiao_kv_check(path, &err);
            assert_true(status == QIAO_OK || status == QIAO_E_CORRUPT || status == QIAO_E_VERSION);
            found += status != QIAO_OK;
            tried++;
        }
    assert_true(tried > 200);
    if (found * 10 < tried * 7)
        fail_msg("%zu of %zu damages found", found, tried);
    qiao_buffer_done(&content);
}

static void
free_pages_beyond_the_end_do_no_harm(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *kv = open_kv(path, &normal);
    qiao_kv_db db;
    qiao_kv_txn *txn;
    qiaoi_kv_header header;
    size_t short_files = 0;

    /* Pages that a transaction takes and gives back are never written, so the file may end before its last page. */
    for (int round = 0; round < 20; round++) {
        db = fill(kv, 40 + round, 1900);
        txn = begin(kv, true);
        for (int i = 0; i < 60; i++) {
            char key[16];
            static char value[30000];

            snprintf(key, sizeof key, "x%04d", i);
            assert_ok(qiao_kv_put(txn, db, bytes(key), (qiao_bytes){value, 1500 + (size_t)i * 400}, &err), &err);
        }
        for (int i = 0; i < 60; i++) {
            char key[16];

            snprintf(key, sizeof key, "x%04d", i);
            assert_ok(qiao_kv_delete(txn, db, bytes(key), &err), &err);
        }
        commit(txn);
        qiao_kv_close(kv);
        assert_ok(qiaoi_kv_header_read(path, &header, &err), &err);
        short_files += header.file_size / header.page_size <= header.last_page;
        assert_ok(qiao_kv_check(path, &err), &err);
        kv = open_kv(path, &normal);
    }
    qiao_kv_close(kv);
    assert_true(short_files > 0); /* otherwise this test has shown nothing */
}

/* --- processes --- */

/* A reader that is killed leaves its slot; without clearing it the file would grow with every commit. */
static void
killed_reader_does_not_make_the_file_grow(void **state)
{
    const char *path = qiao_test_path(*state, "a.mdb");
    qiao_kv *kv = open_kv(path, &normal);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t before, after;
    int pipes[2];
    char ready;
    pid_t child;

    fill(kv, 100, 1000);
    qiao_kv_close(kv);
    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        qiao_kv_options read_only = {.read_only = true};
        qiao_kv_txn *txn;

        if (qiao_kv_open(path, &read_only, &kv, NULL) != QIAO_OK || qiao_kv_begin(kv, false, &txn, NULL) != QIAO_OK ||
            write(pipes[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(pipes[0], &ready, 1), 1);
    close(pipes[0]);
    close(pipes[1]);
    kv = open_kv(path, &normal);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    for (int i = 0; i < 10; i++)
        fill(kv, 100, 1000);
    assert_ok(qiao_file_size(path, &before, &err), &err);
    for (int i = 0; i < 50; i++)
        fill(kv, 100, 1000);
    assert_ok(qiao_file_size(path, &after, &err), &err);
    assert_int_equal(after, before);
    qiao_kv_close(kv);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(committed_values_are_there_after_reopening),
        WITH_FOLDER(aborted_changes_are_gone_and_readers_keep_their_snapshot),
        WITH_FOLDER(cursors_seek_and_walk_in_order),
        WITH_FOLDER(appending_needs_ascending_keys_and_reserves_room),
        WITH_FOLDER(keys_of_wrong_length_are_refused_without_harm),
        WITH_FOLDER(absent_tables_and_files_are_not_found),
        WITH_FOLDER(handle_opened_in_a_read_transaction_outlives_it),
        WITH_FOLDER(immutable_files_need_no_lock_file_and_open_twice),
        WITH_FOLDER(second_open_in_one_process_is_refused),
        WITH_FOLDER(copy_is_whole_compact_and_never_overwrites),
        WITH_FOLDER(full_map_is_no_space_and_loses_only_the_batch),
        WITH_FOLDER(files_that_are_no_store_are_corrupt),
        WITH_FOLDER(shortened_files_are_corrupt_wherever_they_are_cut),
        WITH_FOLDER(check_finds_damaged_page_heads),
        WITH_FOLDER(free_pages_beyond_the_end_do_no_harm),
        WITH_FOLDER(killed_reader_does_not_make_the_file_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
