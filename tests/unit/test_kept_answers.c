/* What was kept is found under its whole key alone, and memory stays within what was given. */
#include "kept_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
an_answer_is_found_under_its_whole_key_alone(void **state)
{
    qiaoi_kept_answers *kept = qiaoi_kept_answers_new(1u << 16);
    qiao_buffer out = {0};

    (void)state;
    assert_non_null(kept);
    qiaoi_kept_answers_keep(kept, "1 staff\n/a", 10, "for staff", 9);
    assert_false(qiaoi_kept_answers_find(kept, "1 enterprise\n/a", 15, &out));
    assert_false(qiaoi_kept_answers_find(kept, "2 staff\n/a", 10, &out));
    assert_false(qiaoi_kept_answers_find(kept, "1 staff\n/", 9, &out));
    assert_int_equal(out.length, 0);
    assert_true(qiaoi_kept_answers_find(kept, "1 staff\n/a", 10, &out));
    assert_string_equal(out.data, "for staff");
    assert_false(qiaoi_kept_answers_find(NULL, "1 staff\n/a", 10, &out));
    qiao_buffer_done(&out);
    qiaoi_kept_answers_free(kept);
}

static void
keep_numbered(qiaoi_kept_answers *kept, unsigned number, size_t length)
{
    static const char filling[4096];
    char key[16];

    snprintf(key, sizeof key, "%u", number);
    qiaoi_kept_answers_keep(kept, key, strlen(key), filling, length);
}

static bool
has_numbered(qiaoi_kept_answers *kept, unsigned number)
{
    qiao_buffer out = {0};
    char key[16];
    bool found;

    snprintf(key, sizeof key, "%u", number);
    found = qiaoi_kept_answers_find(kept, key, strlen(key), &out);
    qiao_buffer_done(&out);
    return found;
}

static void
what_was_not_asked_for_for_longest_makes_room(void **state)
{
    qiaoi_kept_answers *kept = qiaoi_kept_answers_new(10000);

    (void)state;
    assert_non_null(kept);
    for (unsigned i = 0; i < 9; i++)
        keep_numbered(kept, i, 1000);
    assert_true(has_numbered(kept, 0));
    keep_numbered(kept, 9, 1000);
    assert_true(has_numbered(kept, 0));
    assert_false(has_numbered(kept, 1));
    assert_true(has_numbered(kept, 9));
    keep_numbered(kept, 10, 2000); /* over an eighth of the room */
    assert_false(has_numbered(kept, 10));
    for (unsigned i = 100; i < 2000; i++)
        keep_numbered(kept, i, 1); /* more than there are places */
    assert_true(has_numbered(kept, 1999));
    assert_false(has_numbered(kept, 100));
    qiaoi_kept_answers_free(kept);
}

static bool
refuse_all(size_t size, void *context)
{
    (void)size;
    (void)context;
    return false;
}

static void
without_memory_nothing_is_kept_and_nothing_breaks(void **state)
{
    qiaoi_kept_answers *kept = qiaoi_kept_answers_new(1u << 16);
    qiao_buffer out = {0};

    (void)state;
    assert_non_null(kept);
    keep_numbered(kept, 1, 10);
    qiao_memory_set_hook(refuse_all, NULL);
    keep_numbered(kept, 2, 10);
    assert_false(qiaoi_kept_answers_find(kept, "1", 1, &out));
    assert_false(out.failed);
    qiao_memory_set_hook(NULL, NULL);
    assert_false(has_numbered(kept, 2));
    assert_true(has_numbered(kept, 1));
    qiaoi_kept_answers_free(kept);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_found_under_its_whole_key_alone),
        cmocka_unit_test(what_was_not_asked_for_for_longest_makes_room),
        cmocka_unit_test(without_memory_nothing_is_kept_and_nothing_breaks),
    };

    return cmocka_run_group_tests_name("kept answers", tests, NULL, NULL);
}
