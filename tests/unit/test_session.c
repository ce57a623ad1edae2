/* The engine handle: opening, refreshing, sessions that keep their generation, and what is missing or damaged. */
#include "support.h"

#include "search_catalogue.h"

#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/match.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
make_folder(void **state)
{
    static qiao_test_folder folder;

    qiao_test_lexicon();
    qiao_test_folder_init(&folder);
    *state = &folder;
    return 0;
}

static int
remove_folder(void **state)
{
    qiao_test_folder_done(*state);
    return 0;
}

static const char *
data_dir(void **state)
{
    return ((qiao_test_folder *)*state)->path;
}

static qiao_engine_options
options_for(const char *folder)
{
    return (qiao_engine_options){.data_dir = folder, .share_dir = QIAO_BUILD_DIR "/share/qiao"};
}

static qiao_session *
session_of(qiao_engine *engine)
{
    qiao_session *session = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_session_acquire(engine, &session, &err), &err);
    return session;
}

/* The session answers from its generation. */
static void
assert_answers(qiao_session *session, uint64_t generation)
{
    qiao_search_request request = qiao_test_request(QIAO_PROJECT, "hydrogen");
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;
    char named[64];

    assert_int_equal(qiao_session_generation(session), generation);
    assert_ok(qiao_search_json(session, &request, &json, &err), &err);
    snprintf(named, sizeof named, "\"generation\":\"gen-%010llu\"", (unsigned long long)generation);
    assert_non_null(strstr(json.data, named));
    assert_non_null(strstr(json.data, "t:hydrogen-pump"));
    qiao_buffer_done(&json);
}

static void
an_empty_data_folder_opens_and_says_that_nothing_was_built(void **state)
{
    qiao_engine *engine = qiao_test_engine(data_dir(state));
    qiao_session *session = (qiao_session *)1;
    qiao_error err = QIAO_ERROR_INIT;
    bool changed = true;

    assert_int_equal(qiao_engine_generation(engine), 0);
    assert_status(qiao_session_acquire(engine, &session, &err), QIAO_E_NOTFOUND, &err);
    assert_null(session);
    assert_non_null(strstr(err.message, data_dir(state)));
    assert_non_null(strstr(err.hint, "qiao-indexer build"));
    assert_string_not_equal(err.message, err.message_zh);
    assert_string_not_equal(err.hint, err.hint_zh);
    assert_ok(qiao_engine_refresh(engine, &changed, &err), &err);
    assert_false(changed);
    qiao_session_release(NULL);
    qiao_engine_close(engine);
    qiao_engine_close(NULL);
}

static void
a_share_folder_without_vocabularies_is_named(void **state)
{
    qiao_engine_options options = {.data_dir = data_dir(state), .share_dir = data_dir(state)};
    qiao_engine *engine = (qiao_engine *)1;
    qiao_error err = QIAO_ERROR_INIT;

    assert_status(qiao_engine_open(&options, &engine, &err), QIAO_E_NOTFOUND, &err);
    assert_null(engine);
}

static void
the_first_generation_is_picked_up_by_a_refresh(void **state)
{
    qiao_engine *engine = qiao_test_engine(data_dir(state));
    qiao_session *session;
    qiao_error err = QIAO_ERROR_INIT;
    bool changed = false;

    qiao_test_catalogue(data_dir(state));
    assert_ok(qiao_engine_refresh(engine, &changed, &err), &err);
    assert_true(changed);
    assert_int_equal(qiao_engine_generation(engine), 1);
    session = session_of(engine);
    assert_answers(session, 1);
    qiao_session_release(session);
    assert_ok(qiao_engine_refresh(engine, &changed, &err), &err);
    assert_false(changed);
    qiao_engine_close(engine);
}

static void
a_session_keeps_its_generation_while_the_next_is_served(void **state)
{
    qiao_engine *engine;
    qiao_session *before, *after;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    before = session_of(engine);
    qiao_test_build(data_dir(state), qiao_test_lexicon(), 1); /* the first one's folder is gone */
    assert_ok(qiao_engine_refresh(engine, NULL, &err), &err);
    after = session_of(engine);
    assert_answers(before, 1);
    assert_answers(after, 2);
    qiao_session_release(before);
    qiao_session_release(after);
    qiao_engine_close(engine);
}

static void
going_back_to_a_generation_that_is_still_held_takes_it_up_again(void **state)
{
    qiao_engine *engine;
    qiao_session *held, *again;
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t now = 0;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    held = session_of(engine);
    qiao_test_build(data_dir(state), qiao_test_lexicon(), 5);
    assert_ok(qiao_engine_refresh(engine, NULL, &err), &err);
    assert_int_equal(qiao_engine_generation(engine), 2);
    assert_ok(qiao_catalog_rollback(data_dir(state), 1, &now, &err), &err);
    assert_ok(qiao_engine_refresh(engine, NULL, &err), &err);
    again = session_of(engine);
    assert_answers(again, 1);
    assert_answers(held, 1);
    qiao_session_release(held);
    qiao_session_release(again);
    qiao_engine_close(engine);
}

static void
a_generation_pruned_under_the_engine_gives_way_to_the_next(void **state)
{
    qiao_engine *engine;
    qiao_session *first, *second;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    first = session_of(engine); /* the pool is empty now */
    qiao_test_build(data_dir(state), qiao_test_lexicon(), 1);
    second = session_of(engine); /* nobody refreshed: its folder is gone */
    assert_answers(second, 2);
    assert_answers(first, 1);
    qiao_session_release(second);
    qiao_session_release(first);
    qiao_engine_close(engine);
}

static void
sessions_are_pooled(void **state)
{
    qiao_engine *engine;
    qiao_session *first, *second;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    first = session_of(engine);
    second = session_of(engine);
    assert_ptr_not_equal(first, second);
    qiao_session_release(first);
    assert_ptr_equal(session_of(engine), first);
    qiao_session_release(first);
    qiao_session_release(second);
    qiao_engine_close(engine);
}

static void
two_engines_serve_one_folder(void **state)
{
    qiao_engine *one, *two;
    qiao_session *first, *second;

    qiao_test_catalogue(data_dir(state));
    one = qiao_test_engine(data_dir(state));
    two = qiao_test_engine(data_dir(state));
    first = session_of(one);
    second = session_of(two);
    assert_answers(first, 1);
    assert_answers(second, 1);
    qiao_session_release(first);
    qiao_engine_close(one);
    assert_answers(second, 1);
    qiao_session_release(second);
    qiao_engine_close(two);
}

/* ---- what a session tells ---- */

static void
about_names_generation_counts_and_versions(void **state)
{
    qiao_engine *engine;
    qiao_session *session;
    cJSON *about, *versions;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    session = session_of(engine);
    about = cJSON_Parse(qiao_session_about_json(session));
    assert_non_null(about);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(about, "generation")), "gen-0000000001");
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(about, "projects")->valueint, 15);
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(about, "needs")->valueint, 4);
    assert_true(cJSON_IsString(cJSON_GetObjectItemCaseSensitive(about, "source_sequence")));
    assert_null(cJSON_GetObjectItemCaseSensitive(about, "parent"));
    versions = cJSON_GetObjectItemCaseSensitive(about, "versions");
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(versions, "format")->valueint, QIAO_FORMAT_VERSION);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(versions, "vocabulary")),
                        qiao_vocabulary_version(qiao_engine_vocabulary(engine)));
    cJSON_Delete(about);
    qiao_session_release(session);
    qiao_engine_close(engine);
}

static void
a_record_is_given_by_side_and_id(void **state)
{
    qiao_engine *engine;
    qiao_session *session;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    session = session_of(engine);
    qiao_buffer_text(&json, "before");
    assert_ok(qiao_session_record_json(session, QIAO_NEED, "t:need-robot", &json, &err), &err);
    assert_memory_equal(json.data, "before{", 7);
    assert_non_null(strstr(json.data, "\"id\":\"t:need-robot\""));
    assert_status(qiao_session_record_json(session, QIAO_PROJECT, "t:need-robot", &json, &err), QIAO_E_NOTFOUND, &err);
    assert_string_equal(err.message, "there is no project t:need-robot");
    assert_status(qiao_session_record_json(session, QIAO_NEED, "", &json, &err), QIAO_E_NOTFOUND, &err);
    qiao_buffer_done(&json);
    qiao_session_release(session);
    qiao_engine_close(engine);
}

static void
a_session_matches(void **state)
{
    const qiao_match_request request = {.kind = QIAO_NEED, .id = "t:need-robot", .limit = 3};
    const qiao_match_result *result = NULL;
    qiao_engine *engine;
    qiao_session *session;
    qiao_buffer json = {0};
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    session = session_of(engine);
    assert_ok(qiao_match(session, &request, &result, &err), &err);
    assert_true(result->count > 0);
    assert_string_equal(result->items[0].id, "t:robot-surgery");
    assert_ok(qiao_match_json(session, &request, &json, &err), &err);
    assert_non_null(strstr(json.data, "t:robot-surgery"));
    qiao_buffer_done(&json);
    qiao_session_release(session);
    qiao_engine_close(engine);
}

/* ---- damage ---- */

static void
a_damaged_generation_is_not_opened_and_named(void **state)
{
    static const struct {
        const char *file;
        uint64_t at;
        bool cut;
    } cases[] = {
        {"text/postlist.glass", 100, false}, {"text/postlist.glass", 4096, true}, {"text/iamglass", 20, false},
        {"records.mdb", 5000, false},        {"records.mdb", 4096, true},         {"lexicon.bin", 1000, false},
        {"manifest.json", 30, false},        {"manifest.json", 0, true},
    };
    qiao_engine_options options = options_for(data_dir(state));
    char path[512];

    qiao_test_catalogue(data_dir(state));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_buffer kept = {0};
        qiao_engine *engine = (qiao_engine *)1;
        qiao_error err = QIAO_ERROR_INIT;

        snprintf(path, sizeof path, "%s/catalog/gen-0000000001/%s", data_dir(state), cases[i].file);
        assert_ok(qiao_file_read(path, 0, &kept, &err), &err);
        if (cases[i].cut)
            qiao_test_truncate(path, cases[i].at);
        else
            qiao_test_flip(path, cases[i].at);
        if (qiao_engine_open(&options, &engine, &err) != QIAO_E_CORRUPT)
            fail_msg("case %zu: %s", i, err.message);
        assert_null(engine);
        if (strstr(err.message, cases[i].file) == NULL)
            fail_msg("%s is not named: %s", cases[i].file, err.message);
        assert_non_null(strstr(err.hint, "rollback"));
        qiao_test_write(path, kept.data, kept.length);
        qiao_buffer_done(&kept);
    }
    qiao_engine_close(qiao_test_engine(data_dir(state)));
}

static void
a_generation_that_current_names_but_that_is_gone_is_damage(void **state)
{
    qiao_engine_options options = options_for(data_dir(state));
    qiao_engine *engine = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_catalogue(data_dir(state));
    assert_ok(qiao_file_remove_tree(qiao_test_path(*state, "catalog/gen-0000000001/text"), &err), &err);
    assert_status(qiao_engine_open(&options, &engine, &err), QIAO_E_CORRUPT, &err);
    options.trust_files = true;
    assert_status(qiao_engine_open(&options, &engine, &err), QIAO_E_CORRUPT, &err);
    assert_ok(qiao_file_remove_tree(qiao_test_path(*state, "catalog/gen-0000000001"), &err), &err);
    assert_status(qiao_engine_open(&options, &engine, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.hint, "rollback"));
}

static void
sizes_are_compared_even_where_checksums_are_not(void **state)
{
    qiao_engine_options options = options_for(data_dir(state));
    qiao_engine *engine = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    options.trust_files = true;
    qiao_test_catalogue(data_dir(state));
    assert_ok(qiao_engine_open(&options, &engine, &err), &err);
    qiao_engine_close(engine);
    qiao_test_truncate(qiao_test_path(*state, "catalog/gen-0000000001/records.mdb"), 8192);
    assert_status(qiao_engine_open(&options, &engine, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "8192 bytes"));
}

static void
a_damaged_next_generation_leaves_the_old_one_served(void **state)
{
    qiao_engine *engine;
    qiao_session *session;
    qiao_error err = QIAO_ERROR_INIT;
    bool changed = true;
    const char *path;

    qiao_test_catalogue(data_dir(state));
    engine = qiao_test_engine(data_dir(state));
    qiao_test_build(data_dir(state), qiao_test_lexicon(), 5);
    path = qiao_test_path(*state, "catalog/gen-0000000002/text/postlist.glass");
    qiao_test_flip(path, 5000);
    assert_status(qiao_engine_refresh(engine, &changed, &err), QIAO_E_CORRUPT, &err);
    assert_false(changed);
    session = session_of(engine);
    assert_answers(session, 1);
    qiao_session_release(session);
    qiao_test_flip(path, 5000); /* mended */
    assert_ok(qiao_engine_refresh(engine, &changed, &err), &err);
    assert_true(changed);
    session = session_of(engine);
    assert_answers(session, 2);
    qiao_session_release(session);
    qiao_engine_close(engine);
}

/* ---- no memory ---- */

static void
link_share(const qiao_test_folder *folder, const char *name)
{
    char from[512], to[512];

    snprintf(from, sizeof from, "%s/share/qiao/%s", QIAO_BUILD_DIR, name);
    snprintf(to, sizeof to, "%s/share/%s", folder->path, name);
    assert_int_equal(symlink(from, to), 0);
}

/* A share folder with a part of the thesaurus: each of many runs reads it anew. It is as much as makes its table grow.
 */
static void
make_small_share(const qiao_test_folder *folder)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_make_directories(qiao_test_path(folder, "share/thesaurus"), &err), &err);
    link_share(folder, "vocab");
    link_share(folder, "profiles");
    link_share(folder, "thesaurus/energy.tsv");
    link_share(folder, "thesaurus/materials.tsv");
    link_share(folder, "thesaurus/manufacturing.tsv");
}

static qiao_status
open_and_use(void *context, qiao_error *err)
{
    const qiao_test_folder *folder = context;
    qiao_engine_options options = {.data_dir = folder->path, .share_dir = qiao_test_path(folder, "share")};
    qiao_engine *engine = NULL;
    qiao_session *first = NULL, *second = NULL;
    qiao_status st = qiao_engine_open(&options, &engine, err);

    if (st == QIAO_OK)
        st = qiao_session_acquire(engine, &first, err);
    if (st == QIAO_OK)
        st = qiao_session_acquire(engine, &second, err);
    qiao_session_release(second);
    qiao_session_release(first);
    qiao_engine_close(engine);
    return st;
}

static void
every_allocation_may_fail_while_opening(void **state)
{
    qiao_test_catalogue(data_dir(state));
    make_small_share(*state);
    assert_true(qiao_test_fail_allocations(NULL, open_and_use, *state) > 20);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        in_folder(an_empty_data_folder_opens_and_says_that_nothing_was_built),
        in_folder(a_share_folder_without_vocabularies_is_named),
        in_folder(the_first_generation_is_picked_up_by_a_refresh),
        in_folder(a_session_keeps_its_generation_while_the_next_is_served),
        in_folder(going_back_to_a_generation_that_is_still_held_takes_it_up_again),
        in_folder(a_generation_pruned_under_the_engine_gives_way_to_the_next),
        in_folder(sessions_are_pooled),
        in_folder(two_engines_serve_one_folder),
        in_folder(about_names_generation_counts_and_versions),
        in_folder(a_record_is_given_by_side_and_id),
        in_folder(a_session_matches),
        in_folder(a_damaged_generation_is_not_opened_and_named),
        in_folder(a_generation_that_current_names_but_that_is_gone_is_damage),
        in_folder(sizes_are_compared_even_where_checksums_are_not),
        in_folder(a_damaged_next_generation_leaves_the_old_one_served),
        in_folder(every_allocation_may_fail_while_opening),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
