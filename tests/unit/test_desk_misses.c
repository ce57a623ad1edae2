/* The log of what was looked for and not found: counts by day and question, bounded in age and number. */
#include "support.h"

#include "qiao/desk.h"
#include "qiao/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct fixture {
    qiao_test_folder folder;
    qiao_desk *desk;
} fixture;

#define ok(call)                                                                                                       \
    do {                                                                                                               \
        qiao_error failure = QIAO_ERROR_INIT;                                                                          \
        assert_ok(call, &failure);                                                                                     \
    } while (0)

static int
open_fixture(void **state)
{
    static fixture f;

    f.desk = NULL;
    qiao_test_folder_init(&f.folder);
    ok(qiao_desk_open(f.folder.path, true, &f.desk, &failure));
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_desk_close(f->desk);
    qiao_test_folder_done(&f->folder);
    return 0;
}

static void
add(fixture *f, uint32_t day, const char *question, uint64_t count, uint32_t today)
{
    const qiao_desk_miss miss = {.day = day, .question = question, .length = strlen(question), .count = count};

    ok(qiao_desk_add_misses(f->desk, &miss, 1, today, &failure));
}

static qiao_status
write_miss(const qiao_desk_miss *miss, void *context, qiao_error *err)
{
    (void)err;
    qiao_buffer_printf(context, "%u %.*s %llu;", (unsigned)miss->day, (int)miss->length, miss->question,
                       (unsigned long long)miss->count);
    return QIAO_OK;
}

static void
expect(fixture *f, uint32_t from, const char *rows)
{
    qiao_buffer text = {0};

    ok(qiao_desk_misses(f->desk, from, write_miss, &text, &failure));
    assert_string_equal(text.data == NULL ? "" : text.data, rows);
    qiao_buffer_done(&text);
}

static void
counts_of_a_question_add_up_by_day(void **state)
{
    fixture *f = *state;

    expect(f, 0, "");
    add(f, 100, "a", 1, 100);
    add(f, 101, "a", 2, 101);
    add(f, 100, "a", 3, 101);
    expect(f, 0, "100 a 4;101 a 2;");
    expect(f, 101, "101 a 2;");
    expect(f, 102, "");
}

static void
what_is_too_old_goes(void **state)
{
    fixture *f = *state;

    add(f, 100, "a", 1, 100);
    add(f, 101, "b", 1, 101);
    add(f, 280, "c", 1, 100 + QIAO_DESK_MISS_DAYS);
    expect(f, 0, "101 b 1;280 c 1;");
    ok(qiao_desk_add_misses(f->desk, NULL, 0, 2000, &failure));
    expect(f, 0, "");
}

static void
past_the_most_the_oldest_go(void **state)
{
    fixture *f = *state;
    qiao_desk_miss *misses = calloc(QIAO_DESK_MISSES_MAX, sizeof *misses);
    char(*questions)[16] = calloc(QIAO_DESK_MISSES_MAX, sizeof *questions);
    qiao_buffer text = {0};

    assert_true(misses != NULL && questions != NULL);
    add(f, 9, "oldest", 1, 10);
    for (uint32_t i = 0; i < QIAO_DESK_MISSES_MAX; i++) {
        int n = snprintf(questions[i], sizeof questions[i], "%u", (unsigned)i);

        misses[i] = (qiao_desk_miss){.day = 10, .question = questions[i], .length = (size_t)n, .count = 1};
    }
    ok(qiao_desk_add_misses(f->desk, misses, QIAO_DESK_MISSES_MAX - 1, 10, &failure));
    ok(qiao_desk_misses(f->desk, 0, write_miss, &text, &failure));
    assert_memory_equal(text.data, "9 oldest 1;", 11);
    ok(qiao_desk_add_misses(f->desk, misses, QIAO_DESK_MISSES_MAX, 10, &failure));
    qiao_buffer_clear(&text);
    ok(qiao_desk_misses(f->desk, 0, write_miss, &text, &failure));
    assert_null(strstr(text.data, "oldest"));
    qiao_buffer_done(&text);
    free(misses);
    free(questions);
}

static void
the_log_is_no_part_of_the_audit_trail_and_survives_a_copy(void **state)
{
    fixture *f = *state;
    const char *copy = qiao_test_path(&f->folder, "copy/desk.mdb");
    char folder[512];
    qiao_desk *again = NULL;
    uint64_t lines = 7;

    add(f, 100, "a", 1, 100);
    ok(qiao_desk_verify(f->desk, &lines, &failure));
    assert_int_equal(lines, 0);
    ok(qiao_desk_trail(f->desk, &lines, &failure));
    assert_int_equal(lines, 0);
    snprintf(folder, sizeof folder, "%s", qiao_test_path(&f->folder, "copy"));
    ok(qiao_file_make_directories(folder, &failure));
    ok(qiao_desk_copy(f->desk, copy, &failure));
    ok(qiao_desk_open(folder, false, &again, &failure));
    expect(&(fixture){.desk = again}, 0, "100 a 1;");
    qiao_desk_close(again);
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        fresh(counts_of_a_question_add_up_by_day),
        fresh(what_is_too_old_goes),
        fresh(past_the_most_the_oldest_go),
        fresh(the_log_is_no_part_of_the_audit_trail_and_survives_a_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
