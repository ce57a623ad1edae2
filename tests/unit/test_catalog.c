/* Catalogue: staging, installing, publishing, verifying, rolling back, pruning; damaged CURRENT, manifests and files.
 */
#include "qiao/catalog.h"

#include "qiao/file.h"
#include "store/kv.h"
#include "store/manifest.h"
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static const char *
data_dir(void **state)
{
    return ((const qiao_test_folder *)*state)->path;
}

static uint64_t
stage(const char *dir, char *staged)
{
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;

    assert_ok(qiao_catalog_stage(dir, staged, &number, &err), &err);
    return number;
}

static void
write_in(const char *folder, const char *name, const char *text)
{
    char path[QIAO_PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    qiao_test_write_text(path, text);
}

/* Stages and installs a small generation; returns its number. */
static uint64_t
install(const char *dir, qiao_manifest *manifest)
{
    char staged[QIAO_PATH_MAX], text[QIAO_PATH_MAX + 8];
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number = stage(dir, staged);

    snprintf(text, sizeof text, "%s/text", staged);
    assert_int_equal(mkdir(text, 0755), 0);
    write_in(staged, "records.mdb", "records of the generation");
    write_in(staged, "lexicon.bin", "");
    write_in(staged, "text/postlist.glass", "postings");
    assert_ok(qiao_catalog_install(dir, staged, manifest, &err), &err);
    assert_false(qiao_file_exists(staged));
    return number;
}

static uint64_t
install_and_publish(const char *dir)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_manifest manifest;
    uint64_t number;

    memset(&manifest, 0, sizeof manifest);
    number = install(dir, &manifest);
    assert_int_equal(manifest.generation, number);
    assert_ok(qiao_catalog_publish(dir, number, &err), &err);
    return number;
}

static uint64_t
current(const char *dir)
{
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;

    assert_ok(qiao_catalog_current(dir, &number, &err), &err);
    return number;
}

static void
assert_generations(const char *dir, const char *expected)
{
    uint64_t numbers[16];
    size_t count;
    qiao_buffer out = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_list(dir, numbers, 16, &count, &err), &err);
    for (size_t i = 0; i < count; i++)
        qiao_buffer_printf(&out, "%llu ", (unsigned long long)numbers[i]);
    assert_string_equal(out.data != NULL ? out.data : "", expected);
    qiao_buffer_done(&out);
}

/* --- bringing a generation in --- */

static void
installed_generation_has_its_manifest_and_verifies(void **state)
{
    const char *dir = data_dir(state);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_manifest written, read;
    char path[QIAO_PATH_MAX], checksum[33];

    memset(&written, 0, sizeof written);
    written.parent = 7;
    written.projects = 12;
    written.needs = 3;
    written.terms = (uint64_t)1 << 53;
    written.source_sequence = 99;
    snprintf(written.vocabulary, sizeof written.vocabulary, "2026-11 \"词表\"");
    snprintf(written.profile, sizeof written.profile, "default-1");
    assert_int_equal(install(dir, &written), 1);
    assert_ok(qiao_catalog_manifest(dir, 1, &read, &err), &err);
    assert_memory_equal(&read, &written, sizeof read);
    assert_int_equal(read.file_count, 3);
    assert_string_equal(read.files[0].name, "lexicon.bin");
    assert_string_equal(read.files[1].name, "records.mdb");
    assert_string_equal(read.files[2].name, "text/postlist.glass");
    assert_int_equal(read.files[2].size, 8);
    qiao_hash128_hex("postings", 8, checksum);
    assert_string_equal(read.files[2].checksum, checksum);
    assert_int_equal(read.format_version, QIAO_FORMAT_VERSION);
    assert_int_equal(strlen(read.created), 20);
    assert_memory_equal(read.software, "qiao ", 5);
    assert_ok(qiao_catalog_path(dir, 1, path, &err), &err);
    assert_non_null(strstr(path, "/catalog/gen-0000000001"));
    assert_ok(qiao_catalog_verify(dir, 1, &err), &err);
}

static void
numbers_grow_and_are_never_used_again(void **state)
{
    const char *dir = data_dir(state);
    char staged[QIAO_PATH_MAX];
    qiao_error err = QIAO_ERROR_INIT;
    size_t removed;

    assert_int_equal(install_and_publish(dir), 1);
    assert_int_equal(install_and_publish(dir), 2);
    assert_ok(qiao_catalog_prune(dir, 1, &removed, &err), &err);
    assert_int_equal(stage(dir, staged), 3);
    assert_ok(qiao_catalog_rollback(dir, 2, &(uint64_t){0}, &err), &err);
    assert_int_equal(stage(dir, staged), 3);
}

static void
staging_removes_what_a_killed_build_left(void **state)
{
    const char *dir = data_dir(state);
    char first[QIAO_PATH_MAX], second[QIAO_PATH_MAX];
    struct dirent *entry;
    DIR *folder;
    size_t names = 0;

    install_and_publish(dir);
    stage(dir, first);
    write_in(first, "half", "x");
    assert_int_equal(mkdir(qiao_test_path(*state, "catalog/removing-gen-0000000009"), 0755), 0);
    qiao_test_write_text(qiao_test_path(*state, "catalog/CURRENT.123-4.tmp"), "gen");
    qiao_test_write_text(qiao_test_path(*state, "catalog/notes"), "of the operator");
    stage(dir, second);
    folder = opendir(qiao_test_path(*state, "catalog"));
    while ((entry = readdir(folder)) != NULL)
        names++;
    closedir(folder);
    assert_int_equal(names, 2 + 4);     /* ., .., CURRENT, gen-1, notes, the new staging folder */
    assert_int_equal(rmdir(second), 0); /* which is empty */
}

static void
lock_files_of_the_build_are_left_out(void **state)
{
    const char *dir = data_dir(state);
    char staged[QIAO_PATH_MAX];
    qiao_manifest manifest;
    qiao_error err = QIAO_ERROR_INIT;

    memset(&manifest, 0, sizeof manifest);
    stage(dir, staged);
    write_in(staged, "records.mdb", "x");
    write_in(staged, "records.mdb-lock", "x");
    assert_ok(qiao_catalog_install(dir, staged, &manifest, &err), &err);
    assert_int_equal(manifest.file_count, 1);
    assert_false(qiao_file_exists(qiao_test_path(*state, "catalog/gen-0000000001/records.mdb-lock")));
}

static void
what_cannot_be_a_generation_is_refused_and_removed(void **state)
{
    const char *dir = data_dir(state);
    char staged[QIAO_PATH_MAX], name[64];
    qiao_manifest manifest;
    qiao_error err = QIAO_ERROR_INIT;

    memset(&manifest, 0, sizeof manifest);
    stage(dir, staged);
    assert_status(qiao_catalog_install(dir, staged, &manifest, &err), QIAO_E_USAGE, &err);
    assert_false(qiao_file_exists(staged));
    stage(dir, staged);
    for (int i = 0; i < 25; i++) {
        snprintf(name, sizeof name, "file%d", i);
        write_in(staged, name, "x");
    }
    assert_status(qiao_catalog_install(dir, staged, &manifest, &err), QIAO_E_LIMIT, &err);
    assert_false(qiao_file_exists(staged));
    stage(dir, staged);
    write_in(staged, "a", "x");
    {
        char link[QIAO_PATH_MAX + 8];

        snprintf(link, sizeof link, "%s/link", staged);
        assert_int_equal(symlink("/etc/passwd", link), 0);
    }
    assert_status(qiao_catalog_install(dir, staged, &manifest, &err), QIAO_E_REFUSED, &err);
    assert_false(qiao_file_exists(staged));
    assert_generations(dir, "");
}

static void
only_staged_folders_are_installed_or_removed(void **state)
{
    static const char *const names[] = {"precious", "building-1", "building-1-123", "building-1-00000000x1"};
    qiao_manifest manifest;
    qiao_error err = QIAO_ERROR_INIT;

    memset(&manifest, 0, sizeof manifest);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path = qiao_test_path(*state, names[i]);

        assert_int_equal(mkdir(path, 0755), 0);
        write_in(path, "kept", "x");
        assert_status(qiao_catalog_install(data_dir(state), path, &manifest, &err), QIAO_E_USAGE, &err);
        assert_true(qiao_file_exists(path));
    }
}

static void
an_existing_generation_is_never_replaced(void **state)
{
    const char *dir = data_dir(state);
    char staged[QIAO_PATH_MAX];
    qiao_manifest manifest;
    qiao_error err = QIAO_ERROR_INIT;

    install_and_publish(dir);
    memset(&manifest, 0, sizeof manifest);
    manifest.generation = 1;
    stage(dir, staged);
    write_in(staged, "other", "x");
    assert_status(qiao_catalog_install(dir, staged, &manifest, &err), QIAO_E_REFUSED, &err);
    assert_ok(qiao_catalog_verify(dir, 1, &err), &err);
}

/* --- CURRENT --- */

static void
nothing_published_yet_is_not_found(void **state)
{
    qiao_manifest manifest;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;

    assert_status(qiao_catalog_current(data_dir(state), &number, &err), QIAO_E_NOTFOUND, &err);
    assert_non_null(strstr(err.hint, "qiao-indexer build"));
    assert_generations(data_dir(state), "");
    assert_status(qiao_catalog_publish(data_dir(state), 1, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_catalog_manifest(data_dir(state), 0, &manifest, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_catalog_manifest(data_dir(state), UINT64_MAX, &manifest, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_catalog_rollback(data_dir(state), 0, &number, &err), QIAO_E_NOTFOUND, &err);
}

static void
damaged_current_is_recognised_and_rollback_mends_it(void **state)
{
    static const char *const texts[] = {
        "",
        "\n",
        "gen-0000000001",
        "gen-1\n",
        "gen-000000000x\n",
        "gen-0000000001\n\n",
        "gen-0000000000\n",
        "../gen-0000001\n",
        "a text far longer than any name of a generation can be, so that reading stops at its limit\n",
    };
    const char *dir = data_dir(state);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number = 0;
    size_t removed;

    install_and_publish(dir);
    install_and_publish(dir);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        qiao_test_write_text(qiao_test_path(*state, "catalog/CURRENT"), texts[i]);
        assert_status(qiao_catalog_current(dir, &number, &err), QIAO_E_CORRUPT, &err);
        assert_non_null(strstr(err.hint, "rollback"));
        assert_status(qiao_catalog_prune(dir, 1, &removed, &err), QIAO_E_CORRUPT, &err);
        assert_generations(dir, "1 2 ");
        assert_ok(qiao_catalog_rollback(dir, 0, &number, &err), &err);
        assert_int_equal(number, 2);
        assert_int_equal(current(dir), 2);
    }
}

/* --- damage --- */

static void
every_damaged_byte_of_a_manifest_is_recognised(void **state)
{
    const char *dir = data_dir(state), *path = qiao_test_path(*state, "catalog/gen-0000000001/manifest.json");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_manifest manifest;
    uint64_t size;

    install_and_publish(dir);
    assert_ok(qiao_file_size(path, &size, &err), &err);
    for (uint64_t i = 0; i < size; i++) {
        qiao_test_flip(path, i);
        assert_status(qiao_catalog_manifest(dir, 1, &manifest, &err), QIAO_E_CORRUPT, &err);
        qiao_test_flip(path, i);
    }
    assert_ok(qiao_catalog_manifest(dir, 1, &manifest, &err), &err);
    assert_status(qiao_catalog_publish(dir, 2, &err), QIAO_E_NOTFOUND, &err);
    for (uint64_t length = size; length-- > 0;) {
        qiao_test_truncate(path, length);
        assert_status(qiao_catalog_manifest(dir, 1, &manifest, &err), QIAO_E_CORRUPT, &err);
    }
    assert_int_equal(unlink(path), 0);
    assert_status(qiao_catalog_manifest(dir, 1, &manifest, &err), QIAO_E_CORRUPT, &err);
    assert_status(qiao_catalog_publish(dir, 1, &err), QIAO_E_CORRUPT, &err);
}

/* A text with a right checksum is still not believed blindly. */
static void
manifests_with_wrong_fields_are_refused(void **state)
{
    static const struct {
        const char *from, *to;
        qiao_status status;
    } cases[] = {
        {"\"format_version\": ", "\"format_version\": 9", QIAO_E_VERSION}, /* a digit more */
        {"\"format_version\": ", "\"format_version\": \"5\", \"x\": ", QIAO_E_CORRUPT},
        {"\"projects\": 0", "\"projects\": -1", QIAO_E_CORRUPT},
        {"\"projects\": 0", "\"projects\": 1e300", QIAO_E_CORRUPT},
        {"\"projects\": 0", "\"Projects\": 0", QIAO_E_CORRUPT},
        {"records.mdb", "/etc/passwd", QIAO_E_CORRUPT},
        {"text/postlist", "../../postlist", QIAO_E_CORRUPT},
        {"\"files\": [", "\"files\": 3, \"x\": [", QIAO_E_CORRUPT},
        {"\"generation\": 1", "\"generation\": 2", QIAO_E_CORRUPT},
        {"\"lexicon\": \"\"", "\"lexicon\": \"0123456789012345678901234567890123456789012345678901234567890123\"",
         QIAO_E_CORRUPT},
    };
    const char *dir = data_dir(state), *path = qiao_test_path(*state, "catalog/gen-0000000001/manifest.json");
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer good = {0};

    install_and_publish(dir);
    assert_ok(qiao_file_read(path, 0, &good, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *at = strstr(good.data, cases[i].from), *tail = strstr(good.data, "  \"checksum\": \"");
        qiao_buffer text = {0};
        qiao_manifest manifest;
        char hex[33];

        assert_non_null(at);
        while (strstr(tail + 1, "  \"checksum\": \"") != NULL)
            tail = strstr(tail + 1, "  \"checksum\": \"");
        qiao_buffer_append(&text, good.data, (size_t)(at - good.data));
        qiao_buffer_text(&text, cases[i].to);
        at += strlen(cases[i].from);
        qiao_buffer_append(&text, at, (size_t)(tail - at));
        qiao_hash128_hex(text.data, text.length, hex);
        qiao_buffer_printf(&text, "  \"checksum\": \"%s\"\n}\n", hex);
        qiao_test_write(path, text.data, text.length);
        assert_status(qiao_catalog_manifest(dir, 1, &manifest, &err), cases[i].status, &err);
        qiao_buffer_done(&text);
    }
    qiao_buffer_done(&good);
}

static void
verify_names_the_first_bad_file(void **state)
{
    const char *dir = data_dir(state), *path = qiao_test_path(*state, "catalog/gen-0000000001/records.mdb");
    qiao_error err = QIAO_ERROR_INIT;

    install_and_publish(dir);
    qiao_test_flip(path, 3);
    assert_status(qiao_catalog_verify(dir, 1, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "records.mdb does not have the checksum"));
    qiao_test_flip(path, 3);
    assert_ok(qiao_catalog_verify(dir, 1, &err), &err);
    qiao_test_truncate(path, 5);
    assert_status(qiao_catalog_verify(dir, 1, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "records.mdb has 5 bytes instead of 25"));
    assert_int_equal(unlink(path), 0);
    assert_status(qiao_catalog_verify(dir, 1, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "records.mdb is missing"));
}

/* A real records.mdb that is cut: verify, and opening it all the same. */
/* What the later generation took over was damaged before: its own check finds it all the same. */
static void
a_file_that_generations_share_keeps_its_checksum(void **state)
{
    const char *dir = data_dir(state);
    char first[QIAO_PATH_MAX], staged[QIAO_PATH_MAX], from[QIAO_PATH_MAX + 16], to[QIAO_PATH_MAX + 16];
    qiao_error err = QIAO_ERROR_INIT;
    qiao_manifest manifest;
    uint64_t number = install_and_publish(dir), second;

    assert_ok(qiao_catalog_path(dir, number, first, &err), &err);
    second = stage(dir, staged);
    snprintf(from, sizeof from, "%s/records.mdb", first);
    snprintf(to, sizeof to, "%s/records.mdb", staged);
    qiao_test_flip(from, 3);
    assert_int_equal(link(from, to), 0);
    write_in(staged, "lexicon.bin", "its own");
    memset(&manifest, 0, sizeof manifest);
    assert_ok(qiao_catalog_install(dir, staged, &manifest, &err), &err);
    assert_status(qiao_catalog_verify(dir, second, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "records.mdb"));
    qiao_test_flip(from, 3);
    assert_ok(qiao_catalog_verify(dir, second, &err), &err);
}

static void
truncated_records_file_is_found_by_verify_and_by_opening(void **state)
{
    const char *dir = data_dir(state);
    char staged[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 16];
    qiao_kv_options bulk = {.bulk = true}, immutable = {.immutable = true};
    qiao_manifest manifest;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_txn *txn;
    qiao_kv_db db;
    qiao_kv *kv;
    uint64_t size;

    memset(&manifest, 0, sizeof manifest);
    stage(dir, staged);
    snprintf(path, sizeof path, "%s/records.mdb", staged);
    assert_ok(qiao_kv_open(path, &bulk, &kv, &err), &err);
    assert_ok(qiao_kv_begin(kv, true, &txn, &err), &err);
    assert_ok(qiao_kv_database(txn, "t", &db, &err), &err);
    for (int i = 0; i < 300; i++) {
        char key[16];

        snprintf(key, sizeof key, "k%04d", i);
        assert_ok(qiao_kv_append(txn, db, (qiao_bytes){key, 5}, (qiao_bytes){path, 400}, &err), &err);
    }
    assert_ok(qiao_kv_commit(txn, &err), &err);
    assert_ok(qiao_kv_sync(kv, &err), &err);
    qiao_kv_close(kv);
    assert_ok(qiao_catalog_install(dir, staged, &manifest, &err), &err);
    assert_ok(qiao_catalog_verify(dir, 1, &err), &err);
    snprintf(path, sizeof path, "%s/catalog/gen-0000000001/records.mdb", dir);
    assert_ok(qiao_kv_open(path, &immutable, &kv, &err), &err);
    qiao_kv_close(kv);
    assert_ok(qiao_file_size(path, &size, &err), &err);
    qiao_test_truncate(path, size - 5000);
    assert_status(qiao_catalog_verify(dir, 1, &err), QIAO_E_CORRUPT, &err);
    assert_status(qiao_kv_open(path, &immutable, &kv, &err), QIAO_E_CORRUPT, &err);
}

/* --- going back and tidying --- */

static void
rollback_serves_the_newest_whole_one_before(void **state)
{
    const char *dir = data_dir(state);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t now = 0;

    for (int i = 0; i < 4; i++)
        install_and_publish(dir);
    qiao_test_flip(qiao_test_path(*state, "catalog/gen-0000000003/records.mdb"), 0);
    assert_ok(qiao_catalog_rollback(dir, 0, &now, &err), &err);
    assert_int_equal(now, 2);
    assert_int_equal(current(dir), 2);
    assert_status(qiao_catalog_rollback(dir, 3, &now, &err), QIAO_E_CORRUPT, &err);
    assert_status(qiao_catalog_rollback(dir, 9, &now, &err), QIAO_E_NOTFOUND, &err);
    assert_int_equal(current(dir), 2);
    assert_ok(qiao_catalog_rollback(dir, 4, &now, &err), &err);
    assert_int_equal(current(dir), 4);
    assert_ok(qiao_catalog_rollback(dir, 1, &now, &err), &err);
    assert_status(qiao_catalog_rollback(dir, 0, &now, &err), QIAO_E_NOTFOUND, &err);
    assert_int_equal(current(dir), 1);
    assert_generations(dir, "1 2 3 4 ");
}

static void
prune_removes_the_oldest_but_never_the_current(void **state)
{
    const char *dir = data_dir(state);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t now;
    size_t removed = 99;

    for (int i = 0; i < 5; i++)
        install_and_publish(dir);
    assert_ok(qiao_catalog_prune(dir, 4, &removed, &err), &err);
    assert_int_equal(removed, 1);
    assert_generations(dir, "2 3 4 5 ");
    assert_ok(qiao_catalog_rollback(dir, 2, &now, &err), &err);
    assert_ok(qiao_catalog_prune(dir, 2, &removed, &err), &err);
    assert_int_equal(removed, 2);
    assert_generations(dir, "2 5 ");
    assert_ok(qiao_catalog_prune(dir, 0, &removed, &err), &err);
    assert_generations(dir, "2 ");
    assert_ok(qiao_catalog_prune(dir, 0, &removed, &err), &err);
    assert_int_equal(removed, 0);
    assert_ok(qiao_catalog_verify(dir, current(dir), &err), &err);
}

static void
list_tells_how_many_there_are_beyond_its_room(void **state)
{
    const char *dir = data_dir(state);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t numbers[2] = {0, 0};
    size_t count;

    for (int i = 0; i < 3; i++)
        install_and_publish(dir);
    assert_int_equal(mkdir(qiao_test_path(*state, "catalog/gen-12"), 0755), 0);
    assert_ok(qiao_catalog_list(dir, numbers, 2, &count, &err), &err);
    assert_int_equal(count, 3);
    assert_int_equal(numbers[0], 1);
    assert_int_equal(numbers[1], 2);
    assert_ok(qiao_catalog_list(dir, NULL, 0, &count, &err), &err);
    assert_int_equal(count, 3);
}

static void
file_names_in_manifests_stay_inside(void **state)
{
    static const struct {
        const char *name;
        bool good;
    } cases[] = {
        {"a", true},       {"text/postlist.glass", true},
        {"a..b", true},    {"..a", true},
        {"", false},       {"/a", false},
        {"..", false},     {"../a", false},
        {"a/../b", false}, {"a/..", false},
        {"a//b", false},   {"a/", false},
        {"a\\b", false},   {"a\nb", false},
        {"a\"b", false},   {"manifest.json", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (qiaoi_manifest_path_good(cases[i].name) != cases[i].good)
            fail_msg("'%s' should be %s", cases[i].name, cases[i].good ? "good" : "bad");
}

static void
numbers_too_large_for_json_are_refused(void **state)
{
    qiao_manifest manifest;
    qiao_buffer out = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    memset(&manifest, 0, sizeof manifest);
    manifest.postings = ((uint64_t)1 << 53) + 1;
    assert_status(qiaoi_manifest_write(&manifest, &out, &err), QIAO_E_LIMIT, &err);
    assert_non_null(strstr(err.message, "postings"));
    qiao_buffer_done(&out);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(installed_generation_has_its_manifest_and_verifies),
        WITH_FOLDER(numbers_grow_and_are_never_used_again),
        WITH_FOLDER(staging_removes_what_a_killed_build_left),
        WITH_FOLDER(lock_files_of_the_build_are_left_out),
        WITH_FOLDER(what_cannot_be_a_generation_is_refused_and_removed),
        WITH_FOLDER(only_staged_folders_are_installed_or_removed),
        WITH_FOLDER(an_existing_generation_is_never_replaced),
        WITH_FOLDER(nothing_published_yet_is_not_found),
        WITH_FOLDER(damaged_current_is_recognised_and_rollback_mends_it),
        WITH_FOLDER(every_damaged_byte_of_a_manifest_is_recognised),
        WITH_FOLDER(manifests_with_wrong_fields_are_refused),
        WITH_FOLDER(verify_names_the_first_bad_file),
        WITH_FOLDER(a_file_that_generations_share_keeps_its_checksum),
        WITH_FOLDER(truncated_records_file_is_found_by_verify_and_by_opening),
        WITH_FOLDER(rollback_serves_the_newest_whole_one_before),
        WITH_FOLDER(prune_removes_the_oldest_but_never_the_current),
        WITH_FOLDER(list_tells_how_many_there_are_beyond_its_room),
        cmocka_unit_test(file_names_in_manifests_stay_inside),
        cmocka_unit_test(numbers_too_large_for_json_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
