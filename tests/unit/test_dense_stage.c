/*
 * The embedding stage of the build: what is asked for, what is taken over from older generations, and what is left out when the service fails. The
 * service is a function here; generations hold nothing but their vectors.
 */
#include "indexing/embed.h"

#include "qiao/catalog.h"
#include "qiao/file.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIMENSION 16u
#define DOCUMENTS_MAX 64

/* ---- the service ---- */

typedef struct service {
    unsigned calls, fail_at;  /* fail_at: this call and what follows fails; 0 = never */
    uint64_t texts;
    const char *refuse, *skip, *broken; /* texts with this in them are refused, failed, given a NaN */
    char last[QIAO_EMBED_TEXT_MAX + 1];
} service;

/* One number of the vector for each letter of the text. */
static void
make_vector(const char *text, uint32_t dimension, float *out)
{
    for (uint32_t i = 0; i < dimension; i++)
        out[i] = 0.01f;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        out[*at % dimension] += 1;
}

static qiao_status
serve(const qiao_embed_text *texts, size_t count, float *vectors, qiao_embed_state *states, void *context, qiao_error *err)
{
    service *s = context;

    if (++s->calls >= s->fail_at && s->fail_at != 0)
        return qiao_fail(err, QIAO_E_IO, "the service is down");
    for (size_t i = 0; i < count; i++) {
        s->texts++;
        snprintf(s->last, sizeof s->last, "%s", texts[i].text);
        assert_int_equal(strlen(texts[i].text), texts[i].length);
        assert_int_equal(states[i], QIAO_EMBED_FAILED);
        if (s->skip != NULL && strstr(texts[i].text, s->skip) != NULL)
            continue;
        states[i] = s->refuse != NULL && strstr(texts[i].text, s->refuse) != NULL ? QIAO_EMBED_REFUSED : QIAO_EMBED_DONE;
        make_vector(texts[i].text, DIMENSION, vectors + i * DIMENSION);
        if (s->broken != NULL && strstr(texts[i].text, s->broken) != NULL)
            vectors[i * DIMENSION + 3] = NAN;
    }
    return QIAO_OK;
}

/* ---- a catalogue of small records ---- */

typedef struct world {
    qiao_test_folder folder;
    qiaoi_corpus corpus;
    qiaoi_corpus_document documents[2][DOCUMENTS_MAX];
    char json[2][DOCUMENTS_MAX][512], ids[2][DOCUMENTS_MAX][16];
    service service;
    qiao_embedder embedder;
    qiao_build_report report;
    uint64_t number;
    char path[QIAO_PATH_MAX + 32]; /* of the newest generation's vectors */
} world;

static void
add(world *w, qiao_kind kind, const char *id, const char *title, const char *more)
{
    uint32_t n = w->corpus.count[kind]++;

    snprintf(w->ids[kind][n], sizeof w->ids[kind][n], "%s", id);
    snprintf(w->json[kind][n], sizeof w->json[kind][n], "{\"id\":\"t:%s\",\"kind\":\"%s\",\"title\":{\"en\":\"%s\"}%s}", id,
             kind == QIAO_PROJECT ? "project" : "need", title, more);
    w->documents[kind][n].id = w->ids[kind][n];
    w->documents[kind][n].json = w->json[kind][n];
    w->documents[kind][n].length = strlen(w->json[kind][n]);
}

static void
clear(world *w)
{
    w->corpus.count[0] = w->corpus.count[1] = 0;
    w->corpus.documents[0] = w->documents[0];
    w->corpus.documents[1] = w->documents[1];
    memset(&w->service, 0, sizeof w->service);
}

static void
add_some(world *w)
{
    add(w, QIAO_PROJECT, "p1", "battery", "");
    add(w, QIAO_PROJECT, "p2", "amplifier", "");
    add(w, QIAO_PROJECT, "p3", "therapy", "");
    add(w, QIAO_NEED, "n1", "electrolyte", "");
    add(w, QIAO_NEED, "n2", "amplifier", "");
}

static int
set_up(void **state)
{
    static world w;

    memset(&w, 0, sizeof w);
    qiao_test_folder_init(&w.folder);
    clear(&w);
    w.embedder = (qiao_embedder){.embed = serve, .context = &w.service, .space = "model#1", .dimension = DIMENSION};
    *state = &w;
    return 0;
}

static int
tear_down(void **state)
{
    world *w = *state;

    qiao_test_folder_done(&w->folder);
    return 0;
}

/* The stage, into a new generation. */
static void
run(world *w)
{
    char staged[QIAO_PATH_MAX], path[QIAO_PATH_MAX + 32];
    const qiao_build_options options = {.data_dir = w->folder.path, .embed = &w->embedder};
    qiao_manifest manifest = {0};
    qiao_error err = QIAO_ERROR_INIT;

    memset(&w->report, 0, sizeof w->report);
    w->service.calls = 0;
    w->service.texts = 0;
    assert_ok(qiao_catalog_stage(w->folder.path, staged, &w->number, &err), &err);
    snprintf(path, sizeof path, "%s/records.mdb", staged);
    qiao_test_write_text(path, "x");
    snprintf(path, sizeof path, "%s/vectors.bin", staged);
    qiaoi_corpus_embed(&w->corpus, &options, path, &w->report);
    assert_ok(qiao_catalog_install(w->folder.path, staged, &manifest, &err), &err);
    assert_ok(qiao_catalog_path(w->folder.path, w->number, staged, &err), &err);
    snprintf(w->path, sizeof w->path, "%s/vectors.bin", staged);
}

static void
assert_report(const world *w, uint64_t asked, uint64_t vectors, uint64_t reused, uint64_t failed, uint64_t refused)
{
    const qiao_build_report *r = &w->report;

    if (w->service.texts != asked || r->dense_vectors != vectors || r->dense_reused != reused || r->dense_failed != failed || r->dense_refused != refused)
        fail_msg("asked %llu, vectors %llu, reused %llu, failed %llu, refused %llu: %s", (unsigned long long)w->service.texts,
                 (unsigned long long)r->dense_vectors, (unsigned long long)r->dense_reused, (unsigned long long)r->dense_failed,
                 (unsigned long long)r->dense_refused, r->dense_reason.message);
}

/* The newest generation holds for that document what its text gives. */
static void
assert_vector_of(const world *w, qiao_kind kind, uint32_t docid, const char *text)
{
    float x[DIMENSION], expected_scale, scale = 0;
    int8_t expected[64];
    const int8_t *row;
    qiaoi_vectors *vectors;
    qiao_error err = QIAO_ERROR_INIT;

    make_vector(text, DIMENSION, x);
    assert_true(qiaoi_quantise(x, DIMENSION, 64, expected, &expected_scale));
    assert_ok(qiaoi_vectors_open(w->path, &vectors, &err), &err);
    row = qiaoi_vectors_row(vectors, kind, docid, &scale);
    assert_non_null(row);
    assert_memory_equal(row, expected, 64);
    assert_memory_equal(&scale, &expected_scale, sizeof scale);
    qiaoi_vectors_close(vectors);
}

/* ---- asking and taking over ---- */

static void
every_record_gets_the_vector_of_its_text(void **state)
{
    world *w = *state;

    add_some(w);
    run(w);
    assert_report(w, 5, 5, 0, 0, 0);
    assert_int_equal(w->service.calls, 1);
    assert_int_equal(w->report.dense_reason.status, QIAO_OK);
    assert_true(w->report.dense_served[0] && w->report.dense_served[1]);
    assert_vector_of(w, QIAO_PROJECT, 2, "therapy");
    assert_vector_of(w, QIAO_NEED, 0, "electrolyte");
}

static void
batches_are_of_the_size_asked_for(void **state)
{
    world *w = *state;

    add_some(w);
    w->embedder.batch = 2;
    run(w);
    assert_report(w, 5, 5, 0, 0, 0);
    assert_int_equal(w->service.calls, 3);
    assert_vector_of(w, QIAO_NEED, 1, "amplifier");
}

static void
unchanged_records_are_not_asked_for_again(void **state)
{
    world *w = *state;
    char first[33], second[33];
    qiao_error err = QIAO_ERROR_INIT;

    add_some(w);
    run(w);
    assert_ok(qiao_file_checksum(w->path, first, &err), &err);
    run(w);
    assert_report(w, 0, 5, 5, 0, 0);
    assert_int_equal(w->service.calls, 0);
    assert_ok(qiao_file_checksum(w->path, second, &err), &err);
    assert_string_equal(first, second);
}

static void
only_changed_texts_are_asked_for(void **state)
{
    world *w = *state;

    add_some(w);
    run(w);
    clear(w);
    add(w, QIAO_PROJECT, "p0", "new", "");
    add(w, QIAO_PROJECT, "p1", "battery", ",\"trl\":5"); /* another record, the same text */
    add(w, QIAO_PROJECT, "p3", "therapy of cells", "");
    add(w, QIAO_NEED, "n2", "amplifier", "");
    run(w);
    assert_report(w, 2, 4, 2, 0, 0);
    assert_vector_of(w, QIAO_PROJECT, 0, "new");
    assert_vector_of(w, QIAO_PROJECT, 1, "battery");
    assert_vector_of(w, QIAO_PROJECT, 2, "therapy of cells");
    assert_vector_of(w, QIAO_NEED, 0, "amplifier");
}

static void
a_need_does_not_take_over_the_vector_of_a_project(void **state)
{
    world *w = *state;

    add(w, QIAO_PROJECT, "p2", "amplifier", "");
    run(w);
    clear(w);
    add(w, QIAO_NEED, "n2", "amplifier", "");
    run(w);
    assert_report(w, 1, 1, 0, 0, 0); /* prefixes differ */
}

static void
vectors_of_another_space_are_never_taken_over(void **state)
{
    world *w = *state;

    add_some(w);
    run(w);
    w->embedder.space = "model#2";
    run(w);
    assert_report(w, 5, 5, 0, 0, 0);
    w->embedder.space = "model#1"; /* the older generation still has them */
    run(w);
    assert_report(w, 0, 5, 5, 0, 0);
    w->embedder.dimension = DIMENSION - 1;
    w->service.fail_at = 1;
    run(w);
    assert_report(w, 0, 0, 0, 5, 0);
    assert_false(qiao_file_exists(w->path));
}

static void
a_generation_without_vectors_is_looked_past(void **state)
{
    world *w = *state;

    add_some(w);
    run(w);
    w->embedder.space = NULL; /* a night without a readable configuration */
    w->embedder.embed = NULL;
    run(w);
    assert_report(w, 0, 0, 0, 5, 0);
    assert_false(qiao_file_exists(w->path));
    w->embedder.space = "model#1";
    w->embedder.embed = serve;
    run(w);
    assert_report(w, 0, 5, 5, 0, 0);
}

static void
damaged_vectors_are_not_taken_over(void **state)
{
    world *w = *state;

    add_some(w);
    run(w);
    add(w, QIAO_NEED, "n3", "third", "");
    run(w);
    qiao_test_flip(w->path, 700);
    run(w);
    assert_report(w, 1, 6, 5, 0, 0); /* from the generation before */
}

/* ---- failures ---- */

static void
what_fails_is_asked_for_the_next_time(void **state)
{
    world *w = *state;

    add_some(w);
    w->embedder.batch = 2;
    w->service.fail_at = 2;
    run(w);
    assert_report(w, 2, 2, 0, 3, 0);
    assert_int_equal(w->service.calls, 2); /* not asked a third time */
    assert_string_equal(w->report.dense_reason.message, "the service is down");
    assert_false(w->report.dense_served[0]); /* 2 of 3 */
    assert_false(w->report.dense_served[1]);
    w->service.fail_at = 0;
    run(w);
    assert_report(w, 3, 5, 2, 0, 0);
    assert_int_equal(w->report.dense_reason.status, QIAO_OK);
    assert_true(w->report.dense_served[0]);
}

static void
a_service_that_is_down_leaves_the_vectors_of_unchanged_texts(void **state)
{
    world *w = *state;

    add_some(w);
    run(w);
    add(w, QIAO_NEED, "n3", "third", "");
    w->service.fail_at = 1;
    run(w);
    assert_report(w, 0, 5, 5, 1, 0);
    assert_true(w->report.dense_served[QIAO_PROJECT]);
    assert_false(w->report.dense_served[QIAO_NEED]);
    assert_string_equal(w->report.dense_reason.message, "the service is down");
}

static void
without_any_vector_there_is_no_file(void **state)
{
    world *w = *state;

    add_some(w);
    w->service.fail_at = 1;
    run(w);
    assert_report(w, 0, 0, 0, 5, 0);
    assert_false(qiao_file_exists(w->path));
}

static void
a_missing_key_costs_no_vector(void **state)
{
    world *w = *state;
    qiao_error fault = QIAO_ERROR_INIT;

    add_some(w);
    run(w);
    add(w, QIAO_PROJECT, "p4", "fourth", "");
    assert_int_equal(qiao_fail(&fault, QIAO_E_NOTFOUND, "no key"), QIAO_E_NOTFOUND);
    w->embedder.embed = NULL;
    w->embedder.fault = &fault;
    run(w);
    assert_report(w, 0, 5, 5, 1, 0);
    assert_string_equal(w->report.dense_reason.message, "no key");
    assert_false(w->report.dense_served[QIAO_PROJECT]); /* 3 of 4 */
}

static void
a_refused_text_is_asked_for_again_only_when_it_changes(void **state)
{
    world *w = *state;

    add_some(w);
    w->service.refuse = "therapy";
    run(w);
    assert_report(w, 5, 4, 0, 0, 1);
    w->service.refuse = NULL;
    run(w);
    assert_report(w, 0, 4, 4, 0, 1);
    clear(w);
    add(w, QIAO_PROJECT, "p3", "therapy, shorter", "");
    run(w);
    assert_report(w, 1, 1, 0, 0, 0);
}

static void
a_vector_that_is_no_vector_is_left_out(void **state)
{
    world *w = *state;

    add_some(w);
    w->service.broken = "battery";
    run(w);
    assert_report(w, 5, 4, 0, 0, 1);
}

static void
nine_tenths_decide_whether_a_side_is_served(void **state)
{
    world *w = *state;
    char id[16], title[32];

    w->service.skip = "bad";
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "p%02d", i);
        snprintf(title, sizeof title, "%s %d", i < 2 ? "bad" : "good", i);
        add(w, QIAO_PROJECT, id, title, "");
    }
    run(w);
    assert_report(w, 20, 18, 0, 2, 0);
    assert_true(w->report.dense_served[QIAO_PROJECT]);
    assert_false(w->report.dense_served[QIAO_NEED]); /* there are none */
    assert_int_equal(w->report.dense_reason.status, QIAO_OK);
    add(w, QIAO_PROJECT, "p20", "bad too", "");
    add(w, QIAO_PROJECT, "p21", "bad as well", "");
    run(w);
    assert_report(w, 4, 18, 18, 4, 0);
    assert_false(w->report.dense_served[QIAO_PROJECT]);
    assert_string_equal(w->report.dense_reason.message,
                        "18 of 22 projects have a vector, fewer than 90 per cent: projects are ranked by terms alone");
}

static void
vectors_that_cannot_be_written_are_a_reason_and_no_failure(void **state)
{
    world *w = *state;
    const qiao_build_options options = {.data_dir = w->folder.path, .embed = &w->embedder};

    add_some(w);
    qiaoi_corpus_embed(&w->corpus, &options, "/nowhere/at/all/vectors.bin", &w->report);
    assert_report(w, 0, 0, 0, 5, 0);
    assert_int_equal(w->report.dense_reason.status, QIAO_E_NOTFOUND);
    assert_false(w->report.dense_served[0]);
}

static size_t failing_at, failing_seen;

static bool
fail_one(size_t size, void *context)
{
    (void)size;
    (void)context;
    return ++failing_seen != failing_at;
}

static void
no_memory_is_a_reason_and_no_failure(void **state)
{
    world *w = *state;
    const qiao_build_options options = {.data_dir = w->folder.path, .embed = &w->embedder};
    const char *path = qiao_test_path(&w->folder, "vectors.bin");

    add_some(w);
    run(w);
    add(w, QIAO_NEED, "n3", "third", "");
    for (failing_at = 1;; failing_at++) {
        memset(&w->report, 0, sizeof w->report);
        failing_seen = 0;
        qiao_memory_set_hook(fail_one, NULL);
        qiaoi_corpus_embed(&w->corpus, &options, path, &w->report);
        qiao_memory_set_hook(NULL, NULL);
        if (failing_seen < failing_at)
            break;
        assert_int_equal(w->report.dense_reason.status, QIAO_E_NOMEM);
        assert_int_equal(w->report.dense_vectors, 0);
        assert_int_equal(w->report.dense_failed, 6);
        assert_false(qiao_file_exists(path));
    }
    assert_true(failing_at > 20);
    assert_int_equal(w->report.dense_vectors, 6);
    assert_true(qiao_file_exists(path));
}

/* ---- when a build may be left out ---- */

static void
a_build_is_settled_when_nothing_is_left_to_embed(void **state)
{
    world *w = *state;
    qiao_build_options options = {.data_dir = w->folder.path, .embed = &w->embedder};
    qiao_error fault = QIAO_ERROR_INIT;
    qiao_build_report report = {0};

    add_some(w);
    w->service.refuse = "therapy";
    run(w);
    assert_true(qiaoi_embed_settled(&options, w->number, &report));
    w->embedder.space = "model#2";
    assert_false(qiaoi_embed_settled(&options, w->number, &report));
    w->embedder.space = "model#1";
    w->embedder.dimension--;
    assert_false(qiaoi_embed_settled(&options, w->number, &report));
    w->embedder.dimension++;
    options.embed = NULL; /* switched off: the next generation is without */
    assert_false(qiaoi_embed_settled(&options, w->number, &report));
    options.embed = &w->embedder;
    w->service.refuse = NULL;
    w->service.skip = "third";
    add(w, QIAO_NEED, "n3", "third", "");
    run(w);
    assert_false(qiaoi_embed_settled(&options, w->number, &report)); /* one is still to be had */
    assert_int_equal(report.dense_reason.status, QIAO_OK);
    assert_int_equal(qiao_fail(&fault, QIAO_E_INPUT, "no configuration"), QIAO_E_INPUT);
    w->embedder.embed = NULL;
    w->embedder.fault = &fault;
    assert_true(qiaoi_embed_settled(&options, w->number, &report)); /* what there is stays */
    assert_string_equal(report.dense_reason.message, "no configuration");
    w->embedder.space = NULL;
    run(w);
    options.embed = NULL;
    assert_true(qiaoi_embed_settled(&options, w->number, &report));
}

/* ---- the text ---- */

static void
text_of(const char *json, qiao_buffer *out)
{
    qiao_record_issues issues = {0};
    qiao_record *record;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_record_parse(json, strlen(json), NULL, &record, &issues, &err), &err);
    assert_ok(qiaoi_embed_text(record, out, &err), &err);
    qiao_record_free(record);
}

static void
what_says_most_comes_first(void **state)
{
    qiao_buffer out = {0};

    (void)state;
    text_of("{\"kind\":\"need\",\"id\":\"t:1\",\"description\":{\"zh\":\"D\"},\"problem\":{\"zh\":\"P\"},\"title\":{\"zh\":\"T\",\"en\":\"E\"},"
            "\"keywords\":[\"k\"]}",
            &out);
    assert_int_equal(strncmp(out.data, "E\nT\nP\nD", 7), 0);
    qiao_buffer_done(&out);
}

static void
a_long_text_is_cut_at_a_character(void **state)
{
    static char json[3 * QIAO_EMBED_TEXT_MAX];
    qiao_buffer out = {0};
    size_t n;

    (void)state;
    for (int shift = 0; shift < 4; shift++) {
        n = (size_t)snprintf(json, sizeof json, "{\"kind\":\"project\",\"id\":\"t:1\",\"title\":{\"en\":\"%.*s\"},\"description\":{\"zh\":\"", 1 + shift,
                             "abcdef");
        while (n < 2 * QIAO_EMBED_TEXT_MAX) {
            memcpy(json + n, "\xe7\x94\xb5", 3);
            n += 3;
        }
        memcpy(json + n, "\"}}", 4);
        text_of(json, &out);
        assert_in_range(out.length, QIAO_EMBED_TEXT_MAX - 2, QIAO_EMBED_TEXT_MAX);
        assert_int_equal((out.length - 2 - (size_t)shift) % 3, 0);
    }
    qiao_buffer_done(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_record_gets_the_vector_of_its_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(batches_are_of_the_size_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unchanged_records_are_not_asked_for_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_changed_texts_are_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_need_does_not_take_over_the_vector_of_a_project, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vectors_of_another_space_are_never_taken_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_generation_without_vectors_is_looked_past, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_vectors_are_not_taken_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_fails_is_asked_for_the_next_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_service_that_is_down_leaves_the_vectors_of_unchanged_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_any_vector_there_is_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_key_costs_no_vector, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refused_text_is_asked_for_again_only_when_it_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_vector_that_is_no_vector_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nine_tenths_decide_whether_a_side_is_served, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vectors_that_cannot_be_written_are_a_reason_and_no_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_memory_is_a_reason_and_no_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_build_is_settled_when_nothing_is_left_to_embed, set_up, tear_down),
        cmocka_unit_test(what_says_most_comes_first),
        cmocka_unit_test(a_long_text_is_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
