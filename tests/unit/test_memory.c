/* Allocation, growing buffers at their limits, JSON strings, arenas. */
#include "support.h"

#include <string.h>

/* --- allocation --- */

static void
size_products_that_overflow_give_null(void **state)
{
    void *kept = qiao_alloc(8);

    (void)state;
    assert_null(qiao_calloc(SIZE_MAX / 2, 3));
    assert_null(qiao_realloc_array(kept, SIZE_MAX / 4, 5));
    assert_null(qiao_strndup("x", SIZE_MAX));
    qiao_free(kept);
}

static void
size_zero_gives_unique_pointers(void **state)
{
    void *a = qiao_alloc(0), *b = qiao_alloc(0), *c = qiao_calloc(0, 8), *d = qiao_realloc(NULL, 0);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    assert_non_null(d);
    assert_ptr_not_equal(a, b);
    qiao_free(a);
    qiao_free(b);
    qiao_free(c);
    qiao_free(d);
    qiao_free(NULL);
}

static bool
refuse(size_t size, void *context)
{
    *(size_t *)context += size;
    return false;
}

static void
hook_makes_every_kind_of_allocation_fail(void **state)
{
    size_t asked = 0;
    char *old = qiao_strdup("kept");

    (void)state;
    qiao_memory_set_hook(refuse, &asked);
    assert_null(qiao_alloc(10));
    assert_null(qiao_calloc(5, 2));
    assert_null(qiao_realloc(old, 10));
    assert_null(qiao_realloc_array(old, 2, 5));
    assert_null(qiao_strdup("123456789"));
    assert_null(qiao_arena_new(0));
    qiao_memory_set_hook(NULL, NULL);
    assert_true(asked >= 50);
    assert_string_equal(old, "kept");
    qiao_free(old);
}

/* --- buffers --- */

static void
buffer_grows_and_stays_terminated(void **state)
{
    qiao_buffer buffer = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        qiao_buffer_char(&buffer, (char)('a' + i % 26));
        assert_int_equal(buffer.data[buffer.length], '\0');
    }
    assert_int_equal(buffer.length, 10000);
    assert_ok(qiao_buffer_check(&buffer, &err), &err);
    for (size_t i = 0; i < buffer.length; i++)
        assert_int_equal(buffer.data[i], 'a' + (int)(i % 26));
    qiao_buffer_clear(&buffer);
    assert_int_equal(buffer.length, 0);
    assert_string_equal(buffer.data, "");
    qiao_buffer_done(&buffer);
    assert_null(buffer.data);
}

static void
buffer_takes_exactly_its_limit(void **state)
{
    static const size_t limits[] = {1, 2, 31, 63, 64, 65, 100, 127, 4096};

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        qiao_buffer buffer = {.limit = limits[i]};
        qiao_error err = QIAO_ERROR_INIT;

        for (size_t j = 0; j < limits[i]; j++)
            qiao_buffer_char(&buffer, 'x');
        assert_ok(qiao_buffer_check(&buffer, &err), &err);
        assert_int_equal(buffer.length, limits[i]);
        assert_true(buffer.capacity <= limits[i] + 1);
        qiao_buffer_char(&buffer, 'y');
        assert_true(buffer.failed);
        assert_int_equal(buffer.length, limits[i]);
        assert_int_equal(strlen(buffer.data), limits[i]);
        assert_status(qiao_buffer_check(&buffer, &err), QIAO_E_LIMIT, &err);
        qiao_buffer_done(&buffer);
        assert_int_equal(buffer.limit, limits[i]);
    }
}

static void
failed_buffer_ignores_what_follows_until_cleared(void **state)
{
    qiao_buffer buffer = {.limit = 8};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_buffer_text(&buffer, "12345");
    qiao_buffer_text(&buffer, "6789");
    qiao_buffer_text(&buffer, "6");
    qiao_buffer_printf(&buffer, "%d", 7);
    qiao_buffer_u64(&buffer, 8);
    qiao_buffer_json_string(&buffer, "", 0);
    assert_string_equal(buffer.data, "12345");
    assert_false(qiao_buffer_reserve(&buffer, 1));
    qiao_buffer_clear(&buffer);
    qiao_buffer_text(&buffer, "12345678");
    assert_ok(qiao_buffer_check(&buffer, &err), &err);
    assert_string_equal(buffer.data, "12345678");
    qiao_buffer_done(&buffer);
}

static void
buffer_out_of_memory_keeps_what_it_has(void **state)
{
    qiao_buffer buffer = {0};
    qiao_error err = QIAO_ERROR_INIT;
    size_t asked = 0;

    (void)state;
    qiao_buffer_text(&buffer, "kept");
    qiao_memory_set_hook(refuse, &asked);
    qiao_buffer_printf(&buffer, "%200d", 1);
    qiao_memory_set_hook(NULL, NULL);
    assert_status(qiao_buffer_check(&buffer, &err), QIAO_E_NOMEM, &err);
    assert_string_equal(buffer.data, "kept");
    qiao_buffer_done(&buffer);
}

static void
impossible_reservations_fail_cleanly(void **state)
{
    qiao_buffer buffer = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_buffer_text(&buffer, "ab");
    assert_false(qiao_buffer_reserve(&buffer, SIZE_MAX));
    assert_status(qiao_buffer_check(&buffer, &err), QIAO_E_NOMEM, &err);
    qiao_buffer_clear(&buffer);
    assert_false(qiao_buffer_reserve(&buffer, SIZE_MAX - 1));
    qiao_buffer_done(&buffer);
}

static void
numbers_and_formats_are_written_in_full(void **state)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {{0, "0"}, {9, "9"}, {10, "10"}, {1234567890, "1234567890"}, {UINT64_MAX, "18446744073709551615"}};
    qiao_buffer buffer = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_buffer_clear(&buffer);
        qiao_buffer_u64(&buffer, cases[i].value);
        assert_string_equal(buffer.data, cases[i].text);
    }
    qiao_buffer_clear(&buffer);
    qiao_buffer_printf(&buffer, "%s=%d", "x", -5);
    qiao_buffer_printf(&buffer, "%500s|", "");
    assert_int_equal(buffer.length, 4 + 501);
    assert_memory_equal(buffer.data, "x=-5 ", 5);
    qiao_buffer_done(&buffer);
}

#define U "\xEF\xBF\xBD" /* U+FFFD */

static void
json_strings_are_escaped_and_valid(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *json;
    } cases[] = {
        {"", 0, "\"\""},
        {"plain 钙钛矿 text", 20, "\"plain 钙钛矿 text\""},
        {"a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\""},
        {"\n\r\t\b\f\x01\x1f\x7f", 8, "\"\\n\\r\\t\\u0008\\u000c\\u0001\\u001f\x7f\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\xff", 1, "\"" U "\""},
        {"x\x80y", 3, "\"x" U "y\""},
        {"\xc0\xaf", 2, "\"" U U "\""},                  /* overlong slash */
        {"\xe0\x80\xaf", 3, "\"" U U U "\""},            /* overlong, three bytes */
        {"\xed\xa0\x80", 3, "\"" U U U "\""},            /* surrogate */
        {"\xf4\x90\x80\x80", 4, "\"" U U U U "\""},      /* above U+10FFFF */
        {"\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\""}, /* four bytes, fine */
        {"\xe4\xb8", 2, "\"" U "\""},                    /* cut off: one piece */
        {"\xe4\xb8"
         "A",
         3, "\"" U "A\""},
        {"\xf0\x9f\x98", 3, "\"" U "\""},
        {"\xf0\x9f\xe4\xb8\xad", 5, "\"" U "中\""},
        {"桥\xfe桥", 7, "\"桥" U "桥\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        qiao_buffer buffer = {0};
        char *exact = qiao_strndup(cases[i].text, cases[i].length); /* ends where a sanitizer notices reading on */

        qiao_buffer_json_string(&buffer, exact, cases[i].length);
        assert_string_equal(buffer.data, cases[i].json);
        qiao_free(exact);
        qiao_buffer_done(&buffer);
    }
}

/* --- arenas --- */

static void
arena_memory_is_aligned_and_apart(void **state)
{
    qiao_arena *arena = qiao_arena_new(512);
    unsigned char *pieces[300];

    (void)state;
    assert_non_null(arena);
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < 300; i++) {
            pieces[i] = qiao_arena_alloc(arena, i);
            assert_non_null(pieces[i]);
            assert_int_equal((uintptr_t)pieces[i] % 16, 0);
            memset(pieces[i], (int)(i & 255), i);
        }
        for (size_t i = 0; i < 300; i++)
            for (size_t j = 0; j < i; j++)
                assert_int_equal(pieces[i][j], i & 255);
        qiao_arena_reset(arena);
    }
    qiao_arena_free(arena);
    qiao_arena_free(NULL);
}

static void
arena_gives_large_pieces_blocks_of_their_own(void **state)
{
    qiao_arena *arena = qiao_arena_new(0);
    char *small = qiao_arena_strndup(arena, "abc", 2);
    char *large = qiao_arena_alloc(arena, 1 << 20);
    char *after = qiao_arena_strndup(arena, "", 0);

    (void)state;
    assert_string_equal(small, "ab");
    assert_string_equal(after, "");
    memset(large, 1, 1 << 20);
    assert_ptr_equal(after, small + 16); /* the first block is still the one being filled */
    assert_null(qiao_arena_alloc(arena, SIZE_MAX));
    assert_null(qiao_arena_alloc(arena, SIZE_MAX - 20));
    assert_null(qiao_arena_strndup(arena, "x", SIZE_MAX));
    qiao_arena_free(arena);
}

static void
arena_survives_failed_allocations(void **state)
{
    qiao_arena *arena = qiao_arena_new(256);
    size_t asked = 0;

    (void)state;
    qiao_memory_set_hook(refuse, &asked);
    assert_non_null(qiao_arena_alloc(arena, 200)); /* fits the first block */
    assert_null(qiao_arena_alloc(arena, 60));
    assert_null(qiao_arena_alloc(arena, 5000));
    assert_non_null(qiao_arena_alloc(arena, 16));
    qiao_memory_set_hook(NULL, NULL);
    assert_non_null(qiao_arena_alloc(arena, 60));
    qiao_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_products_that_overflow_give_null),
        cmocka_unit_test(size_zero_gives_unique_pointers),
        cmocka_unit_test(hook_makes_every_kind_of_allocation_fail),
        cmocka_unit_test(buffer_grows_and_stays_terminated),
        cmocka_unit_test(buffer_takes_exactly_its_limit),
        cmocka_unit_test(failed_buffer_ignores_what_follows_until_cleared),
        cmocka_unit_test(buffer_out_of_memory_keeps_what_it_has),
        cmocka_unit_test(impossible_reservations_fail_cleanly),
        cmocka_unit_test(numbers_and_formats_are_written_in_full),
        cmocka_unit_test(json_strings_are_escaped_and_valid),
        cmocka_unit_test(arena_memory_is_aligned_and_apart),
        cmocka_unit_test(arena_gives_large_pieces_blocks_of_their_own),
        cmocka_unit_test(arena_survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
