/* Desk: revisions, owners, the audit trail, what is refused, damage, full memory. */
#include "qiao/desk.h"

#include "qiao/file.h"
#include "qiao/secret.h"
#include "store/kv.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

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

static qiao_desk *
open_desk(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_desk *desk;

    assert_ok(qiao_desk_open(data_dir(state), true, &desk, &err), &err);
    return desk;
}

static uint64_t
put(qiao_desk *desk, qiao_desk_table table, const char *id, const char *owner, const char *json)
{
    qiao_desk_change change = {.table = table,
                               .id = id,
                               .owner = owner,
                               .json = json,
                               .length = strlen(json),
                               .expected = QIAO_DESK_ANY,
                               .actor = "k1",
                               .action = "write"};
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t revision = 0;

    assert_ok(qiao_desk_write(desk, &change, &revision, &err), &err);
    return revision;
}

static void
a_row_is_read_as_it_was_written(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer buffer = {0};
    qiao_desk_row row;

    assert_int_equal(put(desk, QIAO_DESK_NEED, "desk:1", "甲公司", "{\"a\":1}"), 1);
    qiao_desk_close(desk);
    desk = open_desk(state);
    assert_ok(qiao_desk_get(desk, QIAO_DESK_NEED, "desk:1", &buffer, &row, &err), &err);
    assert_string_equal(row.id, "desk:1");
    assert_string_equal(row.owner, "甲公司");
    assert_string_equal(row.json, "{\"a\":1}");
    assert_int_equal(row.length, 7);
    assert_int_equal(row.revision, 1);
    assert_false(row.withdrawn);
    assert_true(row.created_ms > 0 && row.created_ms == row.changed_ms);
    assert_int_equal(qiao_desk_get(desk, QIAO_DESK_PROJECT, "desk:1", &buffer, &row, &err), QIAO_E_NOTFOUND);
    assert_int_equal(qiao_desk_get(desk, QIAO_DESK_NEED, "desk:2", &buffer, &row, &err), QIAO_E_NOTFOUND);
    assert_int_equal(qiao_desk_get(desk, QIAO_DESK_NEED, "", &buffer, &row, &err), QIAO_E_NOTFOUND);
    qiao_buffer_done(&buffer);
    qiao_desk_close(desk);
}

static void
former_revisions_are_kept(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer buffer = {0};
    qiao_desk_row row;

    put(desk, QIAO_DESK_NEED, "n", "a", "one");
    put(desk, QIAO_DESK_NEED, "n", NULL, "two");
    assert_int_equal(put(desk, QIAO_DESK_NEED, "n", NULL, "three"), 3);
    for (uint64_t revision = 1; revision <= 3; revision++) {
        static const char *const expected[] = {"one", "two", "three"};

        assert_ok(qiao_desk_get_revision(desk, QIAO_DESK_NEED, "n", revision, &buffer, &row, &err), &err);
        assert_string_equal(row.json, expected[revision - 1]);
        assert_int_equal(row.revision, revision);
        assert_string_equal(row.owner, "a");
    }
    assert_int_equal(qiao_desk_get_revision(desk, QIAO_DESK_NEED, "n", 4, &buffer, &row, &err), QIAO_E_NOTFOUND);
    qiao_buffer_done(&buffer);
    qiao_desk_close(desk);
}

static void
a_change_of_another_revision_is_refused_and_says_which_there_is(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_desk_change change = {
        .table = QIAO_DESK_CASE, .id = "c", .json = "{}", .length = 2, .expected = 0, .actor = "k1", .action = "write"};
    uint64_t revision = 99;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_desk_write(desk, &change, &revision, &err), &err);
    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_STALE, &err);
    assert_int_equal(revision, 1);
    change.expected = 2;
    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_STALE, &err);
    assert_non_null(strstr(err.message, "revision 1"));
    change.expected = 1;
    assert_ok(qiao_desk_write(desk, &change, &revision, &err), &err);
    assert_int_equal(revision, 2);
    change.id = "other";
    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_STALE, &err);
    assert_int_equal(revision, 0);
    qiao_desk_close(desk);
}

static void
a_withdrawn_row_keeps_its_content(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_desk_change change = {.table = QIAO_DESK_NEED,
                               .id = "n",
                               .withdraw = true,
                               .expected = QIAO_DESK_ANY,
                               .actor = "k1",
                               .action = "withdraw"};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer buffer = {0};
    qiao_desk_row row;
    uint64_t revision = 0;

    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_NOTFOUND, &err);
    put(desk, QIAO_DESK_NEED, "n", "a", "text");
    assert_ok(qiao_desk_write(desk, &change, &revision, &err), &err);
    assert_ok(qiao_desk_get(desk, QIAO_DESK_NEED, "n", &buffer, &row, &err), &err);
    assert_true(row.withdrawn);
    assert_string_equal(row.json, "text");
    assert_string_equal(row.owner, "a");
    put(desk, QIAO_DESK_NEED, "n", NULL, "again");
    assert_ok(qiao_desk_get(desk, QIAO_DESK_NEED, "n", &buffer, &row, &err), &err);
    assert_false(row.withdrawn);
    qiao_buffer_done(&buffer);
    qiao_desk_close(desk);
}

static qiao_status
note_id(const qiao_desk_row *row, void *context, bool *more, qiao_error *err)
{
    qiao_buffer *out = context;

    (void)err;
    qiao_buffer_printf(out, "%s ", row->id);
    *more = out->length < 30;
    return QIAO_OK;
}

static void
rows_are_listed_by_table_and_owner_in_order(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer list = {0};
    uint64_t count = 0;

    put(desk, QIAO_DESK_NEED, "b", "x", "1");
    put(desk, QIAO_DESK_NEED, "a", "x", "1");
    put(desk, QIAO_DESK_NEED, "c", "xy", "1"); /* whose name begins like the other's */
    put(desk, QIAO_DESK_PROJECT, "d", "x", "1");
    put(desk, QIAO_DESK_NEED, "b", NULL, "2");
    assert_ok(qiao_desk_each(desk, QIAO_DESK_NEED, "x", NULL, note_id, &list, &err), &err);
    assert_string_equal(list.data, "a b ");
    qiao_buffer_clear(&list);
    assert_ok(qiao_desk_each(desk, QIAO_DESK_NEED, "x", "a", note_id, &list, &err), &err);
    assert_string_equal(list.data, "b ");
    qiao_buffer_clear(&list);
    assert_ok(qiao_desk_each(desk, QIAO_DESK_NEED, NULL, NULL, note_id, &list, &err), &err);
    assert_string_equal(list.data, "a b c ");
    put(desk, QIAO_DESK_NEED, "b", "xy", "3"); /* changes hands */
    qiao_buffer_clear(&list);
    assert_ok(qiao_desk_each(desk, QIAO_DESK_NEED, "x", NULL, note_id, &list, &err), &err);
    assert_string_equal(list.data, "a ");
    assert_ok(qiao_desk_count(desk, QIAO_DESK_NEED, &count, &err), &err);
    assert_int_equal(count, 3);
    qiao_buffer_done(&list);
    qiao_desk_close(desk);
}

static qiao_status
keep_line(const qiao_desk_line *line, void *context, bool *more, qiao_error *err)
{
    qiao_buffer *out = context;

    (void)more;
    (void)err;
    qiao_buffer_append(out, line->json, line->length);
    qiao_buffer_char(out, '\n');
    return QIAO_OK;
}

static void
every_change_and_every_noted_look_is_a_line_of_an_unbroken_chain(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer lines = {0};
    uint64_t count = 0;

    assert_ok(qiao_desk_verify(desk, &count, &err), &err);
    assert_int_equal(count, 0);
    put(desk, QIAO_DESK_NEED, "需求\"1", "a", "{}");
    put(desk, QIAO_DESK_NEED, "需求\"1", NULL, "{}");
    assert_ok(qiao_desk_note(desk, "k2", "read", QIAO_DESK_NEED, "需求\"1", &err), &err);
    assert_ok(qiao_desk_verify(desk, &count, &err), &err);
    assert_int_equal(count, 3);
    assert_ok(qiao_desk_audit(desk, 2, keep_line, &lines, &err), &err);
    assert_non_null(strstr(lines.data, "{\"number\":2,"));
    assert_non_null(
        strstr(lines.data, "\"actor\":\"k2\",\"action\":\"read\",\"table\":\"need\",\"id\":\"需求\\\"1\",\"before\""));
    assert_null(strstr(lines.data, "{\"number\":1,"));
    qiao_buffer_done(&lines);
    qiao_desk_close(desk);
}

/* Opens the file apart and replaces text in the stored line of a number. */
static void
forge(void **state, uint64_t number, const char *from, const char *to)
{
    qiao_kv_options options = {.max_databases = 8};
    unsigned char key[8] = {0, 0, 0, 0, 0, 0, 0, (unsigned char)number};
    qiao_error err = QIAO_ERROR_INIT;
    char text[1000], *at;
    qiao_bytes value;
    qiao_kv_txn *txn;
    qiao_kv_db audit;
    qiao_kv *kv;

    assert_ok(qiao_kv_open(qiao_test_path(*state, "desk.mdb"), &options, &kv, &err), &err);
    assert_ok(qiao_kv_begin(kv, true, &txn, &err), &err);
    assert_ok(qiao_kv_database(txn, "audit", &audit, &err), &err);
    if (from == NULL) {
        assert_ok(qiao_kv_delete(txn, audit, (qiao_bytes){key, 8}, &err), &err);
    } else {
        assert_ok(qiao_kv_get(txn, audit, (qiao_bytes){key, 8}, &value, &err), &err);
        memcpy(text, value.data, value.length);
        text[value.length] = '\0';
        at = strstr(text, from);
        assert_non_null(at);
        memcpy(at, to, strlen(to));
        assert_ok(qiao_kv_put(txn, audit, (qiao_bytes){key, 8}, (qiao_bytes){text, value.length}, &err), &err);
    }
    assert_ok(qiao_kv_commit(txn, &err), &err);
    qiao_kv_close(kv);
}

static void
a_line_that_was_changed_or_taken_out_is_found(void **state)
{
    static const struct {
        uint64_t number;
        const char *from, *to, *named;
    } cases[] = {{2, "\"actor\":\"k1\"", "\"actor\":\"k9\"", "line 2"},
                 {2, "\"before\":\"", "\"before\":\"0000", "line 2"},
                 {1, NULL, NULL, "line 1"},
                 {3, NULL, NULL, "line 3"},
                 {2, NULL, NULL, "line 2"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_desk *desk = open_desk(state);
        uint64_t count = 0;

        for (int k = 0; k < 3; k++)
            put(desk, QIAO_DESK_NEED, "n", "a", "{}");
        qiao_desk_close(desk);
        forge(state, cases[i].number, cases[i].from, cases[i].to);
        desk = open_desk(state);
        assert_status(qiao_desk_verify(desk, &count, &err), QIAO_E_CORRUPT, &err);
        assert_non_null(strstr(err.message, cases[i].named));
        qiao_desk_close(desk);
        remove(qiao_test_path(*state, "desk.mdb"));
    }
}

static void
what_does_not_fit_is_refused_before_anything_is_written(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_desk_change change = {.table = QIAO_DESK_NEED,
                               .id = "n",
                               .json = "{}",
                               .length = QIAO_DESK_JSON_MAX + 1,
                               .expected = QIAO_DESK_ANY,
                               .actor = "k1",
                               .action = "write"};
    char longest[QIAO_DESK_ID_MAX + 2];
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t revision = 0, count = 0;

    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_LIMIT, &err);
    change.length = 2;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    change.id = longest;
    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_LIMIT, &err);
    change.id = "";
    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_INPUT, &err);
    change.id = "n";
    change.owner = longest;
    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_LIMIT, &err);
    change.owner = "a";
    change.json = NULL;
    assert_status(qiao_desk_write(desk, &change, &revision, &err), QIAO_E_USAGE, &err);
    assert_ok(qiao_desk_verify(desk, &count, &err), &err);
    assert_int_equal(count, 0);
    longest[QIAO_DESK_ID_MAX] = '\0';
    put(desk, QIAO_DESK_NEED, longest, "a", "{}");
    put(desk, QIAO_DESK_NEED, longest, "a", "{}");
    qiao_desk_close(desk);
}

static void
a_copy_holds_everything_and_never_replaces_a_file(void **state)
{
    qiao_desk *desk = open_desk(state), *copy;
    const char *folder = qiao_test_path(*state, "backup");
    char path[300];
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer buffer = {0};
    qiao_desk_row row;

    put(desk, QIAO_DESK_NEED, "n", "a", "{}");
    assert_ok(qiao_file_make_directories(folder, &err), &err);
    snprintf(path, sizeof path, "%s/desk.mdb", folder);
    assert_ok(qiao_desk_copy(desk, path, &err), &err);
    assert_status(qiao_desk_copy(desk, path, &err), QIAO_E_IO, &err);
    assert_ok(qiao_desk_open(folder, false, &copy, &err), &err);
    assert_ok(qiao_desk_get(copy, QIAO_DESK_NEED, "n", &buffer, &row, &err), &err);
    qiao_buffer_done(&buffer);
    qiao_desk_close(copy);
    qiao_desk_close(desk);
}

static void
a_desk_that_is_not_there_is_not_made_for_reading(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_desk *desk;

    assert_status(qiao_desk_open(data_dir(state), false, &desk, &err), QIAO_E_NOTFOUND, &err);
    assert_null(desk);
    assert_false(qiao_file_exists(qiao_test_path(*state, "desk.mdb")));
}

static void
pairs_are_named_by_both_ids(void **state)
{
    char id[QIAO_DESK_ID_MAX + 1], copy[QIAO_DESK_ID_MAX + 1];
    const char *need = NULL, *project = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_ok(qiao_desk_pair_id("a:1", "b:2", NULL, id, &err), &err);
    assert_string_equal(id, "a:1\tb:2");
    assert_ok(qiao_desk_pair_id("a:1", "b:2", "甲公司", id, &err), &err);
    assert_true(qiao_desk_pair_split(id, copy, &need, &project));
    assert_string_equal(need, "a:1");
    assert_string_equal(project, "b:2");
    assert_false(qiao_desk_pair_split("a", copy, &need, &project));
    assert_status(qiao_desk_pair_id("", "b", NULL, id, &err), QIAO_E_INPUT, &err);
    assert_status(qiao_desk_pair_id("a\tx", "b", NULL, id, &err), QIAO_E_INPUT, &err);
}

static qiao_status
write_once(void *context, qiao_error *err)
{
    qiao_desk_change change = {.table = QIAO_DESK_NEED,
                               .id = "n",
                               .owner = "a",
                               .json = "{\"a\":1}",
                               .length = 7,
                               .expected = QIAO_DESK_ANY,
                               .actor = "k1",
                               .action = "write"};
    uint64_t revision = 0;

    return qiao_desk_write(context, &change, &revision, err);
}

static void
memory_that_runs_out_loses_nothing(void **state)
{
    qiao_desk *desk = open_desk(state);
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t count = 0;

    assert_true(qiao_test_fail_allocations(NULL, write_once, desk) > 3);
    assert_ok(qiao_desk_verify(desk, &count, &err), &err);
    assert_int_equal(count, 1);
    qiao_desk_close(desk);
}

static void
digests_are_those_of_their_standards(void **state)
{
    char hex[QIAO_DIGEST_HEX_SIZE];

    (void)state;
    qiao_digest_hex("a", 1, "bc", 2, hex); /* BLAKE2b with 32 bytes of "abc" */
    assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    qiao_hmac_sha256_hex("Jefe", 4, "what do ya want for nothing?", 28, hex); /* RFC 4231, case 2 */
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_true(qiao_same_secret("abc", "abc", 3));
    assert_false(qiao_same_secret("abc", "abd", 3));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_row_is_read_as_it_was_written),
        TEST(former_revisions_are_kept),
        TEST(a_change_of_another_revision_is_refused_and_says_which_there_is),
        TEST(a_withdrawn_row_keeps_its_content),
        TEST(rows_are_listed_by_table_and_owner_in_order),
        TEST(every_change_and_every_noted_look_is_a_line_of_an_unbroken_chain),
        TEST(a_line_that_was_changed_or_taken_out_is_found),
        TEST(what_does_not_fit_is_refused_before_anything_is_written),
        TEST(a_copy_holds_everything_and_never_replaces_a_file),
        TEST(a_desk_that_is_not_there_is_not_made_for_reading),
        TEST(pairs_are_named_by_both_ids),
        TEST(memory_that_runs_out_loses_nothing),
        cmocka_unit_test(digests_are_those_of_their_standards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
