/*
 * The dense channel from a build to a ranking: generations with vectors, what a damaged file leaves standing, and how both rankings meet in an answer.
 * Vectors come from topics that the test gives words to, so that a need and a project without a common word are close.
 */
#include "qiao/build.h"
#include "qiao/file.h"
#include "qiao/matcher.h"
#include "qiao/source_store.h"
#include "support.h"
#include "tiny_lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIMENSION 8u

static const char *const topics[DIMENSION] = {"battery", "amplifier", "therapy", "robot", "concrete", "laser", "\xe6\x9c\xba\xe5\x99\xa8" /* ji qi */, "seed"};

typedef struct service {
    unsigned calls;
    bool down;
} service;

/* A need that says only "xyzzy" is about therapy: words alone will not find that. */
static qiao_status
serve(const qiao_embed_text *texts, size_t count, float *vectors, qiao_embed_state *states, void *context, qiao_error *err)
{
    service *s = context;

    s->calls++;
    if (s->down)
        return qiao_fail(err, QIAO_E_IO, "the service is down");
    for (size_t i = 0; i < count; i++) {
        for (uint32_t t = 0; t < DIMENSION; t++)
            vectors[i * DIMENSION + t] = strstr(texts[i].text, topics[t]) != NULL ? 1.0f : 0.01f * (float)t;
        if (strstr(texts[i].text, "xyzzy") != NULL)
            vectors[i * DIMENSION + 2] = 5;
        states[i] = QIAO_EMBED_DONE;
    }
    return QIAO_OK;
}

static const char *const records[] = {
    "{\"kind\":\"project\",\"id\":\"t:p1\",\"title\":{\"en\":\"Solid battery\"},\"country\":\"DE\",\"status\":\"published\"}",
    "{\"kind\":\"project\",\"id\":\"t:p2\",\"title\":{\"en\":\"Power amplifier for battery packs\"},\"country\":\"FR\",\"status\":\"published\"}",
    "{\"kind\":\"project\",\"id\":\"t:p3\",\"title\":{\"en\":\"Cell therapy\"},\"country\":\"DE\",\"status\":\"published\"}",
    "{\"kind\":\"project\",\"id\":\"t:p4\",\"title\":{\"en\":\"Gene therapy with a laser\"},\"country\":\"FR\",\"status\":\"published\"}",
    "{\"kind\":\"need\",\"id\":\"t:n1\",\"title\":{\"en\":\"xyzzy battery\"},\"status\":\"published\"}",
    "{\"kind\":\"need\",\"id\":\"t:n2\",\"title\":{\"en\":\"xyzzy\"},\"status\":\"published\"}",
};

/* ---- data folder, build, matcher ---- */

typedef struct world {
    qiao_test_folder folder;
    service service;
    qiao_embedder embedder;
    qiao_build_options options;
    qiao_build_report report;
    qiao_generation *generation;
    qiao_matcher *matcher;
} world;

static void
import(const char *dir, const char *json)
{
    qiao_source_store *store;
    qiao_record_issues issues = {0};
    qiao_record *record;
    qiao_change change;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_source_store_open(dir, true, &store, &err), &err);
    assert_ok(qiao_record_parse(json, strlen(json), NULL, &record, &issues, &err), &err);
    assert_ok(qiao_source_store_put(store, record, &change, &err), &err);
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_record_free(record);
    qiao_source_store_close(store);
}

static int
set_up(void **state)
{
    static world w;
    static char lexicon[300];

    memset(&w, 0, sizeof w);
    qiao_test_folder_init(&w.folder);
    snprintf(lexicon, sizeof lexicon, "%s/words.bin", w.folder.path);
    qiao_test_write_lexicon(lexicon, qiao_test_words);
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        import(w.folder.path, records[i]);
    w.embedder = (qiao_embedder){.embed = serve, .context = &w.service, .space = "topics", .dimension = DIMENSION};
    w.options = (qiao_build_options){.data_dir = w.folder.path,
                                     .lexicon_path = lexicon,
                                     .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data",
                                     .threads = 1,
                                     .embed = &w.embedder};
    *state = &w;
    return 0;
}

static void
close_generation(world *w)
{
    qiao_matcher_free(w->matcher);
    qiao_generation_close(w->generation);
    w->matcher = NULL;
    w->generation = NULL;
}

static int
tear_down(void **state)
{
    world *w = *state;

    close_generation(w);
    qiao_test_folder_done(&w->folder);
    return 0;
}

static void
build(world *w)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&w->options, &w->report, &err), &err);
}

static void
open_generation(world *w)
{
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t number;

    close_generation(w);
    assert_ok(qiao_catalog_current(w->folder.path, &number, &err), &err);
    assert_ok(qiao_generation_open(w->folder.path, number, &w->generation, &err), &err);
    assert_ok(qiao_matcher_new(w->generation, NULL, &w->matcher, &err), &err);
}

/* "p3 p1": the ids found, in order, without their source. */
static const char *
match(world *w, const qiao_match_request *request)
{
    static char found[256];
    const qiao_match_result *result;
    qiao_error err = QIAO_ERROR_INIT;
    size_t n = 0;

    found[0] = '\0';
    assert_ok(qiao_matcher_match(w->matcher, request, &result, &err), &err);
    for (size_t i = 0; i < result->count; i++)
        n += (size_t)snprintf(found + n, sizeof found - n, "%s%s", i > 0 ? " " : "", result->items[i].id + 2);
    return found;
}

static void
vectors_path(const world *w, char *out, size_t size)
{
    char folder[QIAO_PATH_MAX];
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_catalog_path(w->folder.path, w->report.generation, folder, &err), &err);
    snprintf(out, size, "%s/vectors.bin", folder);
}

/* ---- ranking ---- */

static void
both_rankings_meet_for_a_stored_need(void **state)
{
    world *w = *state;
    const qiao_match_request request = {.kind = QIAO_NEED, .id = "t:n1"};
    qiao_dense_info info;

    build(w);
    assert_true(w->report.published);
    assert_int_equal(w->report.dense_vectors, 6);
    open_generation(w);
    qiao_generation_dense(w->generation, &info);
    assert_true(info.present && info.served[0] && info.served[1]);
    assert_null(info.fault);
    assert_string_equal(info.space, "topics");
    assert_int_equal(info.vectors[QIAO_PROJECT], 4);
    assert_non_null(info.kernel);
    /* by terms p1, p2; by vectors p3, p4 (therapy), then the batteries */
    assert_string_equal(match(w, &request), "p1 p2 p3 p4");
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n2"}), "p3 p4 p1 p2");
}

static void
text_alone_and_texts_without_vectors_are_ranked_by_terms(void **state)
{
    world *w = *state;
    qiao_record_issues issues = {0};
    qiao_record *record;
    qiao_error err = QIAO_ERROR_INIT;

    build(w);
    open_generation(w);
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n1", .text_only = true}), "p1 p2");
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n2", .text_only = true}), "");
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .text = "xyzzy battery", .text_length = 13}), "p1 p2");
    assert_ok(qiao_record_parse(records[4], strlen(records[4]), NULL, &record, &issues, &err), &err);
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .record = record}), "p1 p2");
    qiao_record_free(record);
}

static void
filters_and_pages_hold_for_both_rankings(void **state)
{
    static const char *const german[] = {"country:DE"};
    world *w = *state;
    qiao_match_request request = {.kind = QIAO_NEED, .id = "t:n2", .filters = german, .filter_count = 1};

    build(w);
    open_generation(w);
    assert_string_equal(match(w, &request), "p3 p1");
    request.limit = 1;
    assert_string_equal(match(w, &request), "p3");
    request.offset = 1;
    assert_string_equal(match(w, &request), "p1");
    request.offset = 2;
    assert_string_equal(match(w, &request), "");
}

static void
projects_find_needs_the_same_way(void **state)
{
    world *w = *state;

    build(w);
    open_generation(w);
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_PROJECT, .id = "t:p3"}), "n2 n1");
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_PROJECT, .id = "t:p3", .text_only = true}), "");
}

static void
an_answer_says_where_each_ranking_put_it(void **state)
{
    world *w = *state;
    qiao_match_request request = {.kind = QIAO_NEED, .id = "t:n1", .limit = 3};
    qiao_buffer out = {0};
    qiao_error err = QIAO_ERROR_INIT;

    build(w);
    open_generation(w);
    assert_ok(qiao_matcher_match_json(w->matcher, &request, &out, &err), &err);
    assert_non_null(strstr(out.data, "\"fusion\":{\"place\":1,\"term_rank\":1,\"dense_rank\":"));
    assert_non_null(strstr(out.data, "\"fusion\":{\"place\":3,\"term_rank\":null,\"dense_rank\":1,\"similarity\":0.9"));
    qiao_buffer_clear(&out);
    request.text_only = true;
    assert_ok(qiao_matcher_match_json(w->matcher, &request, &out, &err), &err);
    assert_null(strstr(out.data, "fusion"));
    qiao_buffer_done(&out);
}

static void
the_same_build_ranks_the_same(void **state)
{
    world *w = *state;
    const qiao_match_request request = {.kind = QIAO_NEED, .id = "t:n1"};
    char first[256];
    const qiao_match_result *result;
    qiao_error err = QIAO_ERROR_INIT;
    int32_t score;

    build(w);
    open_generation(w);
    snprintf(first, sizeof first, "%s", match(w, &request));
    assert_ok(qiao_matcher_match(w->matcher, &request, &result, &err), &err);
    score = result->items[2].score;
    w->options.full = true;
    w->options.threads = 3;
    build(w);
    assert_int_equal(w->report.dense_reused, 6);
    open_generation(w);
    assert_string_equal(match(w, &request), first);
    assert_ok(qiao_matcher_match(w->matcher, &request, &result, &err), &err);
    assert_int_equal(result->items[2].score, score);
}

static qiao_status
match_json(void *context, qiao_error *err)
{
    world *w = context;
    qiao_matcher *matcher = NULL;
    qiao_buffer out = {0};
    qiao_status st = qiao_matcher_new(w->generation, NULL, &matcher, err);

    if (st == QIAO_OK)
        st = qiao_matcher_match_json(matcher, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n1"}, &out, err);
    qiao_matcher_free(matcher);
    qiao_buffer_done(&out);
    return st;
}

static void
a_failing_allocation_is_answered(void **state)
{
    world *w = *state;

    build(w);
    open_generation(w);
    assert_true(qiao_test_fail_allocations(NULL, match_json, w) > 10);
}

/* ---- damage ---- */

static void
check_left_out(world *w, const char *message)
{
    qiao_dense_info info;
    qiao_error err = QIAO_ERROR_INIT;

    assert_status(qiao_catalog_verify(w->folder.path, w->report.generation, &err), QIAO_E_CORRUPT, &err);
    assert_non_null(strstr(err.message, "vectors.bin"));
    open_generation(w);
    qiao_generation_dense(w->generation, &info);
    assert_false(info.present || info.served[0] || info.served[1]);
    assert_non_null(info.fault);
    assert_non_null(strstr(info.fault->message, "vectors.bin"));
    if (strstr(info.fault->message, message) == NULL)
        fail_msg("%s", info.fault->message);
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n1"}), "p1 p2");
}

static void
damaged_vectors_are_left_out_and_the_rest_is_served(void **state)
{
    world *w = *state;
    char path[QIAO_PATH_MAX + 32], folder[QIAO_PATH_MAX];
    qiao_error err = QIAO_ERROR_INIT;
    uint64_t size;

    build(w);
    vectors_path(w, path, sizeof path);
    assert_ok(qiao_file_size(path, &size, &err), &err);
    qiao_test_flip(path, size - 1);
    check_left_out(w, "damaged");
    qiao_test_flip(path, size - 1);
    open_generation(w);
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n1"}), "p1 p2 p3 p4");
    close_generation(w);
    qiao_test_truncate(path, size / 2);
    check_left_out(w, "cut short");
    close_generation(w);
    qiao_test_truncate(path, 0);
    check_left_out(w, "cut short");

    /* the next build mends it */
    w->service.calls = 0;
    build(w);
    assert_false(w->report.nothing_changed);
    assert_int_equal(w->service.calls, 1);
    assert_ok(qiao_catalog_path(w->folder.path, w->report.generation, folder, &err), &err);
    assert_ok(qiao_catalog_verify(w->folder.path, w->report.generation, &err), &err);
}

static void
vectors_of_another_generation_are_left_out(void **state)
{
    world *w = *state;
    char first[QIAO_PATH_MAX + 32], second[QIAO_PATH_MAX + 32], command[3 * QIAO_PATH_MAX];

    build(w);
    vectors_path(w, first, sizeof first);
    import(w->folder.path, "{\"kind\":\"project\",\"id\":\"t:p5\",\"title\":{\"en\":\"Laser\"},\"status\":\"published\"}");
    build(w);
    vectors_path(w, second, sizeof second);
    snprintf(command, sizeof command, "cp %s %s", first, second);
    assert_int_equal(system(command), 0);
    check_left_out(w, "another generation");
}

/* ---- builds ---- */

static void
a_build_goes_on_without_the_service(void **state)
{
    world *w = *state;
    qiao_dense_info info;

    w->service.down = true;
    build(w);
    assert_true(w->report.published);
    assert_int_equal(w->report.dense_vectors, 0);
    assert_int_equal(w->report.dense_failed, 6);
    assert_string_equal(w->report.dense_reason.message, "the service is down");
    open_generation(w);
    qiao_generation_dense(w->generation, &info);
    assert_false(info.present);
    assert_null(info.fault);
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n1"}), "p1 p2");
    w->service.down = false;
    build(w); /* nothing changed but that */
    assert_false(w->report.nothing_changed);
    assert_int_equal(w->report.dense_vectors, 6);
}

static void
too_few_vectors_leave_a_side_to_its_terms(void **state)
{
    world *w = *state;
    qiao_dense_info info;

    build(w);
    import(w->folder.path, "{\"kind\":\"project\",\"id\":\"t:p5\",\"title\":{\"en\":\"Laser\"},\"status\":\"published\"}");
    w->service.down = true;
    build(w);
    assert_int_equal(w->report.dense_vectors, 6); /* 4 of 5 projects, both needs */
    assert_false(w->report.dense_served[QIAO_PROJECT]);
    assert_true(w->report.dense_served[QIAO_NEED]);
    open_generation(w);
    qiao_generation_dense(w->generation, &info);
    assert_true(info.present && !info.served[QIAO_PROJECT] && info.served[QIAO_NEED]);
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_NEED, .id = "t:n1"}), "p1 p2");
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_PROJECT, .id = "t:p3"}), "n2 n1");
    assert_string_equal(match(w, &(qiao_match_request){.kind = QIAO_PROJECT, .id = "t:p5"}), ""); /* has no vector itself */
}

static void
nothing_changed_includes_the_vectors(void **state)
{
    world *w = *state;
    char path[QIAO_PATH_MAX + 32];

    build(w);
    w->service.calls = 0;
    build(w);
    assert_true(w->report.nothing_changed);
    w->embedder.space = "other topics";
    build(w);
    assert_false(w->report.nothing_changed);
    assert_int_equal(w->service.calls, 1);
    assert_int_equal(w->report.dense_reused, 0);
    w->options.embed = NULL;
    build(w);
    assert_false(w->report.nothing_changed);
    vectors_path(w, path, sizeof path);
    assert_false(qiao_file_exists(path));
    build(w);
    assert_true(w->report.nothing_changed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_rankings_meet_for_a_stored_need, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_alone_and_texts_without_vectors_are_ranked_by_terms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(filters_and_pages_hold_for_both_rankings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(projects_find_needs_the_same_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_says_where_each_ranking_put_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_build_ranks_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_allocation_is_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_vectors_are_left_out_and_the_rest_is_served, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vectors_of_another_generation_are_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_build_goes_on_without_the_service, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_few_vectors_leave_a_side_to_its_terms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_changed_includes_the_vectors, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
