/* Snowball stems and their cache. */
#include "support.h"

#include "qiao/text.h"

#include <stdio.h>
#include <string.h>

static void
words_are_reduced_to_their_stems(void **state)
{
    static const struct {
        const char *language, *word, *stem;
    } cases[] = {
        {"en", "batteries", "batteri"},
        {"en", "battery", "batteri"},
        {"en", "storing", "store"},
        {"en", "stored", "store"},
        {"en", "robotics", "robot"},
        {"en", "a", "a"},
        {"de", "batterien", "batteri"},
        {"de", "werkstoffe", "werkstoff"},
        {"fr", "matériaux", "matérial"},
        {"fr", "batteries", "batter"},
        {"en", "桥", "桥"},
        {"en", "5g", "5g"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_stemmer *stemmer;
        size_t length = 0;
        const char *stem;

        assert_ok(qiao_stemmer_new(cases[i].language, &stemmer, &err), &err);
        stem = qiao_stem(stemmer, cases[i].word, strlen(cases[i].word), &length);
        assert_non_null(stem);
        if (length != strlen(cases[i].stem) || memcmp(stem, cases[i].stem, length) != 0)
            fail_msg("%s: %.*s, not %s", cases[i].word, (int)length, stem, cases[i].stem);
        qiao_stemmer_free(stemmer);
    }
}

/* 200,000 words fill the cache of 40,000 five times; what comes out of it is what Snowball says. */
static void
the_cache_never_changes_a_stem(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_stemmer *cached, *fresh;
    char word[32];

    (void)state;
    assert_ok(qiao_stemmer_new("en", &cached, &err), &err);
    for (unsigned i = 0; i < 200000; i++) {
        size_t n = (size_t)snprintf(word, sizeof word, "word%ccing%uing", 'a' + (int)(i % 26),
                                    i * 2654435761u % 90000u),
               length = 0;

        assert_non_null(qiao_stem(cached, word, n, &length));
        assert_true(length > 0 && length <= n);
    }
    for (unsigned i = 0; i < 20; i++) {
        size_t n = (size_t)snprintf(word, sizeof word, "word%ccing%uing", 'a' + (int)(i % 26),
                                    i * 2654435761u % 90000u),
               a = 0, b = 0;
        const char *x = qiao_stem(cached, word, n, &a), *y;

        assert_ok(qiao_stemmer_new("en", &fresh, &err), &err);
        y = qiao_stem(fresh, word, n, &b);
        assert_int_equal(a, b);
        assert_memory_equal(x, y, a);
        qiao_stemmer_free(fresh);
    }
    qiao_stemmer_free(cached);
}

static void
a_word_longer_than_256_bytes_is_cut(void **state)
{
    enum { SIZE = 1 << 20 };
    qiao_error err = QIAO_ERROR_INIT;
    qiao_stemmer *stemmer;
    char *word = qiao_alloc(SIZE);
    size_t length = 0;

    (void)state;
    assert_non_null(word);
    memset(word, 'x', SIZE);
    assert_ok(qiao_stemmer_new("en", &stemmer, &err), &err);
    assert_non_null(qiao_stem(stemmer, word, SIZE, &length));
    assert_int_equal(length, 256);
    qiao_stemmer_free(stemmer);
    qiao_free(word);
}

static qiao_status
stem_some(void *context, qiao_error *err)
{
    qiao_stemmer *stemmer;
    qiao_status st = qiao_stemmer_new("en", &stemmer, err);
    char word[32];

    (void)context;
    for (unsigned i = 0; st == QIAO_OK && i < 4000; i++) {
        size_t n = (size_t)snprintf(word, sizeof word, "wordsomethinglonger%u", i), length;

        if (qiao_stem(stemmer, word, n, &length) == NULL)
            st = qiao_fail_memory(err);
    }
    qiao_stemmer_free(stemmer);
    return st;
}

static void
any_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(qiao_test_fail_allocations(NULL, stem_some, NULL) >= 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_reduced_to_their_stems),
        cmocka_unit_test(the_cache_never_changes_a_stem),
        cmocka_unit_test(a_word_longer_than_256_bytes_is_cut),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
