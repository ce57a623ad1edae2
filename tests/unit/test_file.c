/* Files, folder trees, mappings, locks, hashes, dates. */
#include "qiao/file.h"

#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int
tear_down(void **state)
{
    qiao_test_folder_done(*state);
    return 0;
}

/* --- reading and writing --- */

static void
write_then_read_gives_the_same_bytes(void **state)
{
    const char *path = qiao_test_path(*state, "f");
    static const char bytes[] = "a\0b\nc";
    qiao_buffer out = {0};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t size = 0;

    assert_ok(qiao_file_write_atomic(path, bytes, sizeof bytes, &err), &err);
    assert_ok(qiao_file_read(path, 0, &out, &err), &err);
    assert_int_equal(out.length, sizeof bytes);
    assert_memory_equal(out.data, bytes, sizeof bytes);
    assert_ok(qiao_file_size(path, &size, &err), &err);
    assert_int_equal(size, sizeof bytes);
    qiao_buffer_done(&out);
}

static void
replacing_a_file_leaves_nothing_beside_it(void **state)
{
    const qiao_test_folder *folder = *state;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer out = {0};

    qiao_test_write_text(qiao_test_path(folder, "f"), "old and longer");
    assert_ok(qiao_file_write_atomic(qiao_test_path(folder, "f"), "new", 3, &err), &err);
    assert_ok(qiao_file_read(qiao_test_path(folder, "f"), 0, &out, &err), &err);
    assert_string_equal(out.data, "new");
    assert_int_equal(unlink(qiao_test_path(folder, "f")), 0);
    assert_int_equal(rmdir(folder->path), 0);
    assert_int_equal(mkdir(folder->path, 0700), 0);
    qiao_buffer_done(&out);
}

static void
failed_replacement_keeps_the_old_file(void **state)
{
    const qiao_test_folder *folder = *state;
    qiao_error err = QIAO_ERROR_INIT;

    assert_int_equal(mkdir(qiao_test_path(folder, "d"), 0700), 0);
    qiao_test_write_text(qiao_test_path(folder, "d/inside"), "x");
    assert_status(qiao_file_write_atomic(qiao_test_path(folder, "d"), "new", 3, &err), QIAO_E_IO, &err);
    assert_true(qiao_file_exists(qiao_test_path(folder, "d/inside")));
    assert_ok(qiao_file_remove_tree(qiao_test_path(folder, "d"), &err), &err);
    assert_int_equal(rmdir(folder->path), 0); /* and no temporary file */
    assert_int_equal(mkdir(folder->path, 0700), 0);
}

static void
reading_past_the_limit_is_refused_and_appends_nothing(void **state)
{
    const char *path = qiao_test_path(*state, "f");
    qiao_buffer out = {0};
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_write_text(path, "0123456789");
    qiao_buffer_text(&out, "before");
    assert_status(qiao_file_read(path, 9, &out, &err), QIAO_E_LIMIT, &err);
    assert_string_equal(out.data, "before");
    assert_ok(qiao_file_read(path, 10, &out, &err), &err);
    assert_string_equal(out.data, "before0123456789");
    qiao_buffer_done(&out);
}

static void
absent_files_are_not_found(void **state)
{
    const char *path = qiao_test_path(*state, "absent/f");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer out = {0};
    qiao_mapping mapping;
    char hex[33];
    uint64_t size;

    assert_false(qiao_file_exists(path));
    assert_status(qiao_file_read(path, 0, &out, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_file_size(path, &size, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_file_checksum(path, hex, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_mapping_open(path, &mapping, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_file_write_atomic(path, "", 0, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_file_sync(path, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_file_rename(path, qiao_test_path(*state, "g"), &err), QIAO_E_NOTFOUND, &err);
}

static void
over_long_paths_are_refused(void **state)
{
    static char path[5000];
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    memset(path, 'x', sizeof path - 1);
    assert_status(qiao_file_write_atomic(path, "", 0, &err), QIAO_E_LIMIT, &err);
    assert_status(qiao_file_make_directories(path, &err), QIAO_E_LIMIT, &err);
    assert_status(qiao_file_make_directories("", &err), QIAO_E_LIMIT, &err);
    assert_status(qiao_file_rename(path, "y", &err), QIAO_E_LIMIT, &err);
}

/* --- trees --- */

static void
folders_are_made_synced_and_removed_with_all_inside(void **state)
{
    const qiao_test_folder *folder = *state;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_make_directories(qiao_test_path(folder, "a//b/c/"), &err), &err);
    assert_ok(qiao_file_make_directories(qiao_test_path(folder, "a/b/c"), &err), &err);
    qiao_test_write_text(qiao_test_path(folder, "a/b/f"), "x");
    qiao_test_write_text(qiao_test_path(folder, "a/b/c/.hidden"), "x");
    assert_ok(qiao_file_sync_tree(qiao_test_path(folder, "a"), &err), &err);
    assert_ok(qiao_file_remove_tree(qiao_test_path(folder, "a"), &err), &err);
    assert_false(qiao_file_exists(qiao_test_path(folder, "a")));
    assert_ok(qiao_file_remove_tree(qiao_test_path(folder, "a"), &err), &err);
}

static void
removal_does_not_follow_links(void **state)
{
    const qiao_test_folder *folder = *state;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_make_directories(qiao_test_path(folder, "outside"), &err), &err);
    assert_ok(qiao_file_make_directories(qiao_test_path(folder, "tree"), &err), &err);
    qiao_test_write_text(qiao_test_path(folder, "outside/kept"), "x");
    assert_int_equal(symlink(qiao_test_path(folder, "outside"), qiao_test_path(folder, "tree/link")), 0);
    assert_int_equal(symlink(qiao_test_path(folder, "outside"), qiao_test_path(folder, "link")), 0);
    assert_ok(qiao_file_remove_tree(qiao_test_path(folder, "tree"), &err), &err);
    assert_ok(qiao_file_remove_tree(qiao_test_path(folder, "link"), &err), &err);
    assert_true(qiao_file_exists(qiao_test_path(folder, "outside/kept")));
    assert_false(qiao_file_exists(qiao_test_path(folder, "tree")));
}

static void
a_file_in_the_way_of_a_folder_is_named(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_write_text(qiao_test_path(*state, "f"), "x");
    assert_status(qiao_file_make_directories(qiao_test_path(*state, "f"), &err), QIAO_E_IO, &err);
    assert_non_null(strstr(err.message, "/f: Not a directory"));
    assert_status(qiao_file_make_directories(qiao_test_path(*state, "f/g"), &err), QIAO_E_IO, &err);
}

/* --- hashes --- */

static void
checksum_of_a_file_is_that_of_its_bytes(void **state)
{
    static const size_t lengths[] = {0, 1, 240, 241, 65535, 65536, 65537, 300000};
    const char *path = qiao_test_path(*state, "f");
    char *bytes = qiao_calloc(300000, 1);
    qiao_error err = QIAO_ERROR_INIT;

    for (size_t i = 0; i < 300000; i++)
        bytes[i] = (char)(i * 31 + i / 7);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char of_file[33], of_bytes[33];

        qiao_test_write(path, bytes, lengths[i]);
        assert_ok(qiao_file_checksum(path, of_file, &err), &err);
        qiao_hash128_hex(bytes, lengths[i], of_bytes);
        assert_string_equal(of_file, of_bytes);
        assert_int_equal(strlen(of_file), 32);
    }
    qiao_free(bytes);
}

/* Values of the reference implementation: these are in files, so they may never change. */
static void
hashes_are_the_published_ones(void **state)
{
    char hex[33];

    (void)state;
    qiao_hash128_hex("", 0, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    qiao_hash128_hex(NULL, 0, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    assert_true(qiao_hash64("", 0, 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(qiao_hash64("abc", 3, 0) != qiao_hash64("abc", 3, 1));
}

/* --- mapping --- */

static void
mapping_shows_the_whole_file_and_an_empty_one(void **state)
{
    const char *path = qiao_test_path(*state, "f");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_mapping mapping;

    qiao_test_write_text(path, "mapped");
    assert_ok(qiao_mapping_open(path, &mapping, &err), &err);
    assert_int_equal(mapping.length, 6);
    assert_memory_equal(mapping.data, "mapped", 6);
    qiao_mapping_close(&mapping);
    qiao_mapping_close(&mapping);
    qiao_test_write_text(path, "");
    assert_ok(qiao_mapping_open(path, &mapping, &err), &err);
    assert_int_equal(mapping.length, 0);
    assert_non_null(mapping.data);
    qiao_mapping_close(&mapping);
    assert_status(qiao_mapping_open(((qiao_test_folder *)*state)->path, &mapping, &err), QIAO_E_IO, &err);
}

/* --- locks --- */

static void
second_lock_in_one_process_is_refused_until_released(void **state)
{
    const char *path = qiao_test_path(*state, "lock");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_lock *first, *second;
    char pid[32];

    assert_ok(qiao_lock_take(path, &first, &err), &err);
    assert_status(qiao_lock_take(path, &second, &err), QIAO_E_LOCKED, &err);
    assert_null(second);
    snprintf(pid, sizeof pid, "process %ld holds", (long)getpid());
    assert_non_null(strstr(err.message, pid));
    qiao_lock_release(first);
    assert_ok(qiao_lock_take(path, &second, &err), &err);
    qiao_lock_release(second);
    qiao_lock_release(NULL);
}

/* Takes the lock in a child process and says so through the pipe; it then waits to be killed. */
static pid_t
hold_in_child(const char *path)
{
    int pipes[2];
    char ready = 0;
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        qiao_lock *lock;

        if (qiao_lock_take(path, &lock, NULL) != QIAO_OK || write(pipes[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(pipes[0], &ready, 1), 1);
    close(pipes[0]);
    close(pipes[1]);
    return child;
}

static void
lock_of_another_process_is_named_and_ends_with_it(void **state)
{
    const char *path = qiao_test_path(*state, "lock");
    pid_t child = hold_in_child(path);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_lock *lock;
    char expected[64];

    assert_status(qiao_lock_take(path, &lock, &err), QIAO_E_LOCKED, &err);
    snprintf(expected, sizeof expected, "process %ld holds", (long)child);
    assert_non_null(strstr(err.message, expected));
    snprintf(expected, sizeof expected, "kill %ld", (long)child);
    assert_non_null(strstr(err.hint, expected));
    assert_non_null(strstr(err.hint_zh, expected));
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_ok(qiao_lock_take(path, &lock, &err), &err);
    qiao_lock_release(lock);
}

static void
lock_without_readable_holder_still_says_locked(void **state)
{
    const char *path = qiao_test_path(*state, "lock");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_lock *first, *second;

    assert_ok(qiao_lock_take(path, &first, &err), &err);
    qiao_test_write_text(path, "not a number");
    assert_status(qiao_lock_take(path, &second, &err), QIAO_E_LOCKED, &err);
    assert_non_null(strstr(err.message, "another process holds"));
    qiao_lock_release(first);
}

/* --- clock and dates --- */

static void
clock_is_in_the_documented_form(void **state)
{
    char now[21];
    uint64_t first = qiao_clock_monotonic_us();

    (void)state;
    qiao_clock_utc(now);
    assert_int_equal(strlen(now), 20);
    assert_true(qiao_date_days(now, 20) > 20000);
    assert_int_equal(now[10], 'T');
    assert_int_equal(now[19], 'Z');
    assert_true(qiao_clock_monotonic_us() >= first);
}

static void
dates_become_day_numbers_or_nothing(void **state)
{
    static const struct {
        const char *text;
        int32_t days;
    } cases[] = {
        {"1970-01-01", 0},
        {"1970-01-02", 1},
        {"1969-12-31", -1},
        {"2000-02-29", 11016},
        {"2026-11-23T22:38:40Z", 20780},
        {"2026-11-23 22:38", 20780},
        {"2024-12-31", 20088},
        {"0001-01-01", -719162},
        {"9999-12-31", 2932896},
        {"2023-02-29", INT32_MIN},
        {"1900-02-29", INT32_MIN},
        {"2024-02-30", INT32_MIN},
        {"2024-13-01", INT32_MIN},
        {"2024-00-10", INT32_MIN},
        {"2024-04-31", INT32_MIN},
        {"2024-01-00", INT32_MIN},
        {"0000-01-01", INT32_MIN},
        {"2024-1-01", INT32_MIN},
        {"2024/01/01", INT32_MIN},
        {"20240101", INT32_MIN},
        {"2024-01-011", INT32_MIN},
        {"2024-01-0", INT32_MIN},
        {"", INT32_MIN},
        {"-024-01-01", INT32_MIN},
        {"+024-01-01", INT32_MIN},
        {" 024-01-01", INT32_MIN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (qiao_date_days(cases[i].text, strlen(cases[i].text)) != cases[i].days)
            fail_msg("%s gave %ld", cases[i].text, (long)qiao_date_days(cases[i].text, strlen(cases[i].text)));
}

/* Every day of five centuries follows the one before. */
static void
day_numbers_have_no_gap(void **state)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t expected = 0;
    char text[32];

    (void)state;
    for (int year = 1970; year < 2470; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

            for (int day = 1; day <= days[month - 1] + leap; day++) {
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                assert_int_equal(qiao_date_days(text, 10), expected);
                expected++;
            }
        }
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(write_then_read_gives_the_same_bytes),
        WITH_FOLDER(replacing_a_file_leaves_nothing_beside_it),
        WITH_FOLDER(failed_replacement_keeps_the_old_file),
        WITH_FOLDER(reading_past_the_limit_is_refused_and_appends_nothing),
        WITH_FOLDER(absent_files_are_not_found),
        cmocka_unit_test(over_long_paths_are_refused),
        WITH_FOLDER(folders_are_made_synced_and_removed_with_all_inside),
        WITH_FOLDER(removal_does_not_follow_links),
        WITH_FOLDER(a_file_in_the_way_of_a_folder_is_named),
        WITH_FOLDER(checksum_of_a_file_is_that_of_its_bytes),
        cmocka_unit_test(hashes_are_the_published_ones),
        WITH_FOLDER(mapping_shows_the_whole_file_and_an_empty_one),
        WITH_FOLDER(second_lock_in_one_process_is_refused_until_released),
        WITH_FOLDER(lock_of_another_process_is_named_and_ends_with_it),
        WITH_FOLDER(lock_without_readable_holder_still_says_locked),
        cmocka_unit_test(clock_is_in_the_documented_form),
        cmocka_unit_test(dates_become_day_numbers_or_nothing),
        cmocka_unit_test(day_numbers_have_no_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
