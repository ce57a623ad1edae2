/* Rate limits and whose address it is: by a clock of the test's own, so that nothing waits. */
#include "admission.h"
#include "compress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000)

static void
a_bucket_holds_its_burst_and_fills_by_its_rate(void **state)
{
    qiaoi_buckets *buckets = qiaoi_buckets_new(64, 1);
    uint64_t now = 5 * SECOND, wait;

    (void)state;
    assert_non_null(buckets);
    for (int i = 0; i < 3; i++)
        assert_int_equal(qiaoi_bucket_take(buckets, "a", 1, 60, 3, now), 0);
    wait = qiaoi_bucket_take(buckets, "a", 1, 60, 3, now);
    assert_in_range(wait, SECOND, SECOND + 1);
    assert_int_equal(qiaoi_bucket_take(buckets, "b", 1, 60, 3, now), 0);
    assert_int_not_equal(qiaoi_bucket_take(buckets, "a", 1, 60, 3, now + SECOND / 2), 0);
    assert_int_equal(qiaoi_bucket_take(buckets, "a", 1, 60, 3, now + SECOND), 0);
    assert_int_not_equal(qiaoi_bucket_take(buckets, "a", 1, 60, 3, now + SECOND), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(qiaoi_bucket_take(buckets, "a", 1, 60, 3, now + 100 * SECOND), 0);
    assert_int_not_equal(qiaoi_bucket_take(buckets, "a", 1, 60, 3, now + 100 * SECOND), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(qiaoi_bucket_take(buckets, "a", 1, 0, 1, now), 0);
    qiaoi_buckets_free(buckets);
}

/* Two million addresses call once each; one that calls often among them stays counted, since the buckets that are
 * nearest to full go first. */
static void
a_flood_of_addresses_does_not_free_who_is_limited(void **state)
{
    qiaoi_buckets *buckets = qiaoi_buckets_new(4096, 7);
    unsigned taken = 0;

    (void)state;
    assert_non_null(buckets);
    for (uint32_t i = 0; i < 2000000; i++) {
        (void)qiaoi_bucket_take(buckets, &i, sizeof i, 60, 10, SECOND + i);
        if (i % 100 == 0)
            taken += qiaoi_bucket_take(buckets, "often", 5, 60, 10, SECOND + i) == 0;
    }
    assert_in_range(taken, 10, 10 + 2 + 1); /* the burst, and one a second */
    qiaoi_buckets_free(buckets);
}

static void
client(const char *trusted, const char *kind, const char *peer, const char *header, char out[64])
{
    qiao_error error = QIAO_ERROR_INIT;
    qiaoi_http_request request = {.peer = peer};
    qiaoi_proxies proxies;
    qiaoi_client found;

    assert_int_equal(qiaoi_proxies_read(trusted, kind, &proxies, &error), QIAO_OK);
    request.headers[proxies.header] = header;
    qiaoi_client_of(&proxies, &request, &found);
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", found.address[i]);
    snprintf(out + 32, 32, found.loopback ? " loopback" : "");
}

static void
the_address_is_that_of_the_last_hop_that_is_trusted(void **state)
{
    static const struct {
        const char *trusted, *kind, *peer, *header, *expected;
    } rows[] = {
        {NULL, "x-forwarded-for", "192.0.2.1", "198.51.100.1", "00000000000000000000ffffc0000201"},
        {"192.0.2.0/24", "x-forwarded-for", "192.0.2.1", "198.51.100.1", "00000000000000000000ffffc6336401"},
        {"192.0.2.0/25", "x-forwarded-for", "192.0.2.129", "198.51.100.1", "00000000000000000000ffffc0000281"},
        {"192.0.2.1", "x-forwarded-for", "192.0.2.1", "1.1.1.1, 198.51.100.1", "00000000000000000000ffffc6336401"},
        {"192.0.2.1, 10.0.0.0/8", "x-forwarded-for", "192.0.2.1", "198.51.100.1,10.9.9.9",
         "00000000000000000000ffffc6336401"},
        {"192.0.2.1", "x-forwarded-for", "192.0.2.1", "unknown", "00000000000000000000ffffc0000201"},
        {"192.0.2.1", "x-forwarded-for", "192.0.2.1", "", "00000000000000000000ffffc0000201"},
        {"192.0.2.1", "x-forwarded-for", "192.0.2.1", "2001:db8:1:2:3:4:5:6", "20010db8000100020000000000000000"},
        {"192.0.2.1", "forwarded", "192.0.2.1", "for=\"[2001:db8:1:2::3]:443\";proto=https",
         "20010db8000100020000000000000000"},
        {"192.0.2.1", "forwarded", "192.0.2.1", "for=1.1.1.1, proto=https; For=198.51.100.1",
         "00000000000000000000ffffc6336401"},
        {"unix", "x-forwarded-for", "", "198.51.100.1", "00000000000000000000ffffc6336401"},
        {"192.0.2.1", "x-forwarded-for", "", "198.51.100.1", "00000000000000000000000000000001 loopback"},
        {NULL, "x-forwarded-for", "127.0.0.1", NULL, "00000000000000000000ffff7f000001 loopback"},
        {NULL, "x-forwarded-for", "::1", NULL, "00000000000000000000000000000001 loopback"},
        {"::1", "x-forwarded-for", "::1", ",,  198.51.100.1 ", "00000000000000000000ffffc6336401"},
    };
    static const char *const wrong[] = {"nonsense", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x", "::1/129", "1.2.3", "[::1"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char found[64];

        client(rows[i].trusted, rows[i].kind, rows[i].peer, rows[i].header, found);
        if (strcmp(found, rows[i].expected) != 0)
            fail_msg("row %zu: %s, not %s", i, found, rows[i].expected);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        qiao_error error = QIAO_ERROR_INIT;
        qiaoi_proxies proxies;

        if (qiaoi_proxies_read(wrong[i], "forwarded", &proxies, &error) != QIAO_E_USAGE)
            fail_msg("taken: %s", wrong[i]);
    }
}

static bool
refuse_all(size_t size, void *context)
{
    (void)size;
    (void)context;
    return false;
}

static void
compression_without_memory_sends_what_there_is(void **state)
{
    /* the library stores fifty bytes as they are */
    static const char text[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    qiao_buffer out = {0};

    (void)state;
    qiao_memory_set_hook(refuse_all, NULL);
    assert_false(qiaoi_gzip(text, sizeof text, &out));
    qiao_memory_set_hook(NULL, NULL);
    qiao_buffer_done(&out);
    assert_true(qiaoi_gzip(text, sizeof text, &out));
    assert_memory_equal(out.data, "\x1f\x8b", 2);
    assert_true(out.length < sizeof text);
    qiao_buffer_done(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_holds_its_burst_and_fills_by_its_rate),
        cmocka_unit_test(a_flood_of_addresses_does_not_free_who_is_limited),
        cmocka_unit_test(the_address_is_that_of_the_last_hop_that_is_trusted),
        cmocka_unit_test(compression_without_memory_sends_what_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
