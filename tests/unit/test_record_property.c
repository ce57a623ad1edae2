/*
 * Properties of the record parser that hold for any input: what it writes it reads back as the same, damaged input
 * never harms, a prefix is never a record, no lack of memory does harm. Inputs are the fixtures and seeded damage to
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "qiao/file.h"
#include "qiao/record.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char rich[] =
    "{\"kind\":\"need\",\"id\":\"t:1\",\"title\":{\"zh\":\"题\\u4e2d\\ud83d\\ude00\",\"EN\":\"a\"},\"problem\":\"p\","
    "\"enterprise\":{\"park\":\"海淀区\","
    "\"tags\":[\"a\",\"a\"],\"x\":1},\"indicators\":[{\"name\":{\"zh\":\"密度\"},\"op\":\"≥\",\"value\":\"4.20\","
    "\"unit\":\"Wh/kg\"}],\"fields\":\"人工智能\","
    "\"trl_min\":\"TRL "
    "4\",\"trl_max\":8,\"budget_min\":\"1000\",\"currency\":\"人民币\",\"needed_by\":\"2027-06-30\",\"keywords\":[null,"
    "\"k\",\"\"],"
    "\"elem_method\":{\"zh\":[\"甲\"],\"de\":\"b\"},\"extra\":{\"b\":[1.50,-2e3,true,null],\"a\":\"\\u0001\"}}";

static qiao_vocabulary *vocabulary;
static qiao_buffer corpus; /* the fixtures, a record a line */

static void
read_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        char path[512];
        qiao_error err = QIAO_ERROR_INIT;

        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".ndjson") != NULL && qiao_file_read(path, 0, &corpus, &err) != QIAO_OK)
            print_error("%s\n", err.message);
    }
    closedir(dir);
}

static int
open_all(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    read_folder(QIAO_SOURCE_DIR "/fixtures/projects");
    read_folder(QIAO_SOURCE_DIR "/fixtures/needs");
    qiao_buffer_text(&corpus, rich);
    qiao_buffer_char(&corpus, '\n');
    return qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &vocabulary, &err) == QIAO_OK ? 0 : -1;
}

static int
close_all(void **state)
{
    (void)state;
    qiao_buffer_done(&corpus);
    qiao_vocabulary_close(vocabulary);
    return 0;
}

static void
same_texts(const qiao_record *a, const qiao_record *b)
{
    assert_int_equal(a->text_count, b->text_count);
    for (size_t i = 0; i < a->text_count; i++) {
        assert_ptr_equal(a->texts[i].name, b->texts[i].name);
        assert_string_equal(a->texts[i].language, b->texts[i].language);
        assert_string_equal(a->texts[i].text, b->texts[i].text);
    }
}

/* Reads the canonical form of r again: the same bytes, the same struct. */
static void
round_trip(const qiao_record *r)
{
    qiao_record *again;
    qiao_error err = QIAO_ERROR_INIT;

    if (qiao_record_parse(r->canonical, r->canonical_length, vocabulary, &again, NULL, &err) != QIAO_OK)
        fail_msg("canonical form refused: %s\n%s", err.message, r->canonical);
    assert_int_equal(again->canonical_length, r->canonical_length);
    assert_memory_equal(again->canonical, r->canonical, r->canonical_length);
    assert_true(again->content_hash == r->content_hash);
    assert_int_equal(again->unknown_fields, r->unknown_fields);
    assert_int_equal(again->fields.count, r->fields.count);
    assert_int_equal(again->indicator_count, r->indicator_count);
    assert_int_equal(again->trl_min, r->trl_min);
    assert_memory_equal(again->filled, r->filled, sizeof r->filled);
    same_texts(again, r);
    qiao_record_free(again);
}

static void
canonical_form_is_a_fixed_point_for_every_fixture(void **state)
{
    char *at = corpus.data, *end = corpus.data + corpus.length;
    size_t n = 0;

    (void)state;
    while (at < end) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        qiao_record *r;
        qiao_error err = QIAO_ERROR_INIT;

        if (stop == NULL)
            stop = end;
        if (qiao_record_parse(at, (size_t)(stop - at), vocabulary, &r, NULL, &err) != QIAO_OK)
            fail_msg("refused: %s\n%.*s", err.message, (int)(stop - at), at);
        round_trip(r);
        qiao_record_free(r);
        at = stop + 1;
        n++;
    }
    assert_true(n > 1);
}

static uint64_t
next_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

/* One damage: a byte changed, cut out or doubled, or a piece of JSON put in. */
static void
damage(char *text, size_t *length, size_t capacity, uint64_t *random)
{
    static const char *const pieces[] = {"\"",      "{",       "}",   "[",    "]",       ",",       ":", "null",
                                         "\\u0000", "\\ud800", "1e5", "\xff", "\"zh\":", "\"und\"", "-", "\n"};
    size_t at = (size_t)(next_random(random) % *length);
    const char *piece = pieces[next_random(random) % (sizeof pieces / sizeof pieces[0])];
    size_t n = strlen(piece);

    switch (next_random(random) % 3) {
    case 0:
        text[at] = (char)(next_random(random) % 256);
        break;
    case 1:
        memmove(text + at, text + at + 1, *length - at - 1);
        (*length)--;
        break;
    default:
        if (*length + n > capacity)
            break;
        memmove(text + at + n, text + at, *length - at);
        memcpy(text + at, piece, n);
        *length += n;
        break;
    }
}

static void
damaged_records_are_refused_or_read_soundly(void **state)
{
    uint64_t random = UINT64_C(0x9E3779B97F4A7C15);
    size_t read = 0, refused = 0;

    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        char text[1024];
        size_t length = sizeof rich - 1;
        qiao_record *r;
        qiao_record_issues issues;
        qiao_error err = QIAO_ERROR_INIT;
        size_t times = 1 + (size_t)(next_random(&random) % 3);

        memcpy(text, rich, length);
        while (times-- > 0)
            damage(text, &length, sizeof text, &random);
        if (qiao_record_parse(text, length, vocabulary, &r, &issues, &err) == QIAO_OK) {
            round_trip(r);
            qiao_record_free(r);
            read++;
        } else {
            assert_true(issues.count > 0 && err.message[0] != '\0');
            refused++;
        }
    }
    assert_true(read > 1000 && refused > 1000);
}

/* A page that cannot be read follows the text: reading one byte too far ends the test program. */
static void
no_prefix_is_a_record_nor_read_beyond(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), length = sizeof rich - 1;
    int zero = open("/dev/zero", O_RDWR);
    char *pages = mmap(NULL, page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);

    (void)state;
    assert_true(zero >= 0 && pages != MAP_FAILED && length < page);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    for (size_t n = 0; n <= length; n++) {
        qiao_record *r;
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status status;

        memcpy(pages + page - n, rich, n);
        status = qiao_record_parse(pages + page - n, n, vocabulary, &r, NULL, &err);
        assert_int_equal(status, n < length ? QIAO_E_INPUT : QIAO_OK);
        qiao_record_free(r);
    }
    munmap(pages, page * 2);
    close(zero);
}

static bool
fail_at(size_t size, void *context)
{
    size_t *left = context;

    (void)size;
    return (*left)-- != 0;
}

static void
every_failed_allocation_gives_out_of_memory(void **state)
{
    cJSON_Hooks hooks = {qiao_alloc, qiao_free};
    size_t failures = 0;

    (void)state;
    cJSON_InitHooks(&hooks);
    for (size_t n = 0;; n++) {
        size_t left = n;
        qiao_record *r = NULL;
        qiao_error err = QIAO_ERROR_INIT;
        qiao_status status;

        qiao_memory_set_hook(fail_at, &left);
        status = qiao_record_parse(rich, sizeof rich - 1, vocabulary, &r, NULL, &err);
        qiao_memory_set_hook(NULL, NULL);
        if (status == QIAO_OK) {
            round_trip(r);
            qiao_record_free(r);
            break;
        }
        if (status != QIAO_E_NOMEM)
            fail_msg("allocation %zu: %s: %s", n, qiao_status_token(status), err.message);
        assert_null(r);
        failures++;
    }
    cJSON_InitHooks(NULL);
    assert_true(failures > 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_form_is_a_fixed_point_for_every_fixture),
        cmocka_unit_test(damaged_records_are_refused_or_read_soundly),
        cmocka_unit_test(no_prefix_is_a_record_nor_read_beyond),
        cmocka_unit_test(every_failed_allocation_gives_out_of_memory),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
