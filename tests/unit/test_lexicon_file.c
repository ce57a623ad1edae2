/* Lexicon files: written, opened, and refused wherever they are damaged. */
#include "support.h"
#include "tiny_lexicon.h"

#include "lexicon/lexicon_internal.h"
#include "lexicon/lexicon_writer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static qiao_test_folder folder;
static char path[512];
static qiao_buffer image; /* the tiny lexicon's bytes */

static int
write_image(void **state)
{
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_test_folder_init(&folder);
    snprintf(path, sizeof path, "%s/lexicon.bin", folder.path);
    qiao_test_write_lexicon(path, qiao_test_words);
    assert_ok(qiao_file_read(path, 0, &image, &err), &err);
    return 0;
}

static int
remove_image(void **state)
{
    (void)state;
    qiao_buffer_done(&image);
    qiao_test_folder_done(&folder);
    return 0;
}

/* ---- the key set ---- */

static void
keys_are_added_once_and_found_by_language(void **state)
{
    qiaoi_key_set set = {0};
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t first, second, again;

    (void)state;
    assert_false(qiaoi_key_set_find(&set, QIAOI_ZH, "电池", 6, &first));
    assert_ok(qiaoi_key_set_add(&set, QIAOI_ZH, "电池", 6, &first, &err), &err);
    assert_ok(qiaoi_key_set_add(&set, QIAOI_JA, "电池", 6, &second, &err), &err);
    assert_ok(qiaoi_key_set_add(&set, QIAOI_ZH, "电池", 6, &again, &err), &err);
    assert_int_equal(first, again);
    assert_int_not_equal(first, second);
    assert_int_equal(set.count, 2);
    assert_true(qiaoi_key_set_find(&set, QIAOI_JA, "电池", 6, &again));
    assert_int_equal(again, second);
    assert_false(qiaoi_key_set_find(&set, QIAOI_DE, "电池", 6, &again));
    assert_false(qiaoi_key_set_find(&set, QIAOI_ZH, "电池", 3, &again));
    qiaoi_key_set_done(&set);
}

static void
a_key_set_keeps_its_keys_while_it_grows(void **state)
{
    qiaoi_key_set set = {0};
    qiao_error err = QIAO_ERROR_INIT;
    char key[32];
    uint32_t at;

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        int n = snprintf(key, sizeof key, "key%u", i);

        assert_ok(qiaoi_key_set_add(&set, QIAOI_DE, key, (size_t)n, &at, &err), &err);
        assert_int_equal(at, i);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        int n = snprintf(key, sizeof key, "key%u", i);

        assert_true(qiaoi_key_set_find(&set, QIAOI_DE, key, (size_t)n, &at));
        assert_int_equal(at, i);
    }
    qiaoi_key_set_done(&set);
}

static void
keys_without_bytes_or_with_too_many_are_refused(void **state)
{
    static char long_key[UINT16_MAX + 2u];
    qiaoi_key_set set = {0};
    qiao_error err = QIAO_ERROR_INIT;
    uint32_t at;

    (void)state;
    memset(long_key, 'x', sizeof long_key);
    assert_status(qiaoi_key_set_add(&set, QIAOI_DE, "", 0, &at, &err), QIAO_E_LIMIT, &err);
    assert_status(qiaoi_key_set_add(&set, QIAOI_DE, long_key, UINT16_MAX + 1u, &at, &err), QIAO_E_LIMIT, &err);
    assert_ok(qiaoi_key_set_add(&set, QIAOI_DE, long_key, UINT16_MAX, &at, &err), &err);
    qiaoi_key_set_done(&set);
}

static void
hash_tables_are_at_most_half_full(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 5000; n += 7) {
        uint64_t size = qiaoi_hash_size(n);

        assert_true(size >= 2 * n && size >= 16 && (size & (size - 1)) == 0);
    }
}

/* ---- a whole file ---- */

static void
what_is_written_is_found_again(void **state)
{
    qiao_lexicon *lexicon;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_test_write(path, image.data, image.length);
    assert_ok(qiao_lexicon_open(path, &lexicon, &err), &err);
    assert_string_equal(qiao_lexicon_version(lexicon), "tiny");
    for (const qiao_test_word *word = qiao_test_words; word->word != NULL; word++) {
        uint32_t entry = qiaoi_lexicon_find(lexicon, word->language, word->word, strlen(word->word));

        assert_true(entry > 0 && entry <= lexicon->entry_count);
        assert_string_equal(lexicon->keys + lexicon->entries[entry - 1].key, word->word);
        assert_true(lexicon->entries[entry - 1].count > 0);
    }
    assert_int_equal(qiaoi_lexicon_find(lexicon, QIAOI_ZH, "没有", 6), 0);
    assert_int_equal(qiaoi_lexicon_find(lexicon, QIAOI_ZH, "", 0), 0);
    assert_int_equal(qiaoi_lexicon_term(lexicon, "batteri", 7), QIAOI_NO_TERM);
    assert_int_equal(qiao_lexicon_translations(lexicon, 1, "", 0, NULL, 0), 0);
    qiao_lexicon_close(lexicon);
}

static void
two_writes_give_the_same_bytes(void **state)
{
    qiao_buffer again = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    qiao_test_write_lexicon(path, qiao_test_words);
    assert_ok(qiao_file_read(path, 0, &again, &err), &err);
    assert_int_equal(again.length, image.length);
    assert_memory_equal(again.data, image.data, image.length);
    qiao_buffer_done(&again);
}

static void
closing_nothing_is_fine(void **state)
{
    (void)state;
    qiao_lexicon_close(NULL);
}

/* ---- damage ---- */

static void
refuses(const void *bytes, size_t length, qiao_status expected, const char *what)
{
    qiao_lexicon *lexicon = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status st;

    qiao_test_write(path, bytes, length);
    st = qiao_lexicon_open(path, &lexicon, &err);
    qiao_lexicon_close(lexicon);
    if (st != expected || strstr(err.message, path) == NULL || lexicon != NULL)
        fail_msg("%s: %s instead of %s: %s", what, qiao_status_token(st), qiao_status_token(expected), err.message);
}

static void
a_file_that_is_none_is_refused(void **state)
{
    qiao_lexicon *lexicon;
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_status(qiao_lexicon_open(qiao_test_path(&folder, "absent.bin"), &lexicon, &err), QIAO_E_NOTFOUND, &err);
    assert_null(lexicon);
    refuses("", 0, QIAO_E_CORRUPT, "an empty file");
    refuses("QIAOLEX", 8, QIAO_E_CORRUPT, "a magic alone");
    refuses(image.data + 1, image.length - 1, QIAO_E_CORRUPT, "a shifted file");
}

static void
a_file_cut_anywhere_is_refused(void **state)
{
    const qiaoi_lexicon_header *header = (const void *)image.data;
    const qiaoi_section *table = (const void *)(image.data + sizeof *header);

    (void)state;
    for (size_t length = 0; length < sizeof *header + header->section_count * sizeof *table; length += 5)
        refuses(image.data, length, QIAO_E_CORRUPT, "a cut header");
    for (uint32_t i = 0; i < header->section_count; i++) {
        size_t end = table[i].offset + table[i].count * table[i].element_size;

        refuses(image.data, table[i].offset, QIAO_E_CORRUPT, "cut before a section");
        refuses(image.data, table[i].offset + 1, QIAO_E_CORRUPT, "cut in a section");
        if (end < image.length)
            refuses(image.data, end, QIAO_E_CORRUPT, "cut after a section");
    }
    refuses(image.data, image.length - 1, QIAO_E_CORRUPT, "the last byte is missing");
}

static void
every_byte_of_header_and_table_is_checked(void **state)
{
    const qiaoi_lexicon_header *header = (const void *)image.data;
    size_t end = sizeof *header + header->section_count * sizeof(qiaoi_section);
    char *copy = qiao_alloc(image.length);

    (void)state;
    assert_non_null(copy);
    memcpy(copy, image.data, image.length);
    for (size_t at = 0; at < end; at++) {
        bool version =
            at >= offsetof(qiaoi_lexicon_header, version) && at < offsetof(qiaoi_lexicon_header, section_count);

        copy[at] = (char)~copy[at];
        refuses(copy, image.length, version ? QIAO_E_VERSION : QIAO_E_CORRUPT, "a changed byte");
        copy[at] = image.data[at];
    }
    qiao_free(copy);
}

static void
damage_in_any_section_is_found(void **state)
{
    const qiaoi_lexicon_header *header = (const void *)image.data;
    const qiaoi_section *table = (const void *)(image.data + sizeof *header);
    char *copy = qiao_alloc(image.length);

    (void)state;
    assert_non_null(copy);
    memcpy(copy, image.data, image.length);
    for (uint32_t i = 0; i < header->section_count; i++) {
        size_t size = table[i].count * table[i].element_size;
        const size_t places[] = {table[i].offset, table[i].offset + size / 2, table[i].offset + size - 1};

        for (size_t k = 0; size > 0 && k < 3; k++) {
            copy[places[k]] = (char)(copy[places[k]] ^ 1);
            refuses(copy, image.length, QIAO_E_CORRUPT, "one bit");
            copy[places[k]] = image.data[places[k]];
        }
    }
    qiao_free(copy);
}

/* ---- wrong, but with the right checksum: another program wrote it ---- */

typedef struct forgery {
    char *bytes;
    qiaoi_lexicon_header *header;
    qiaoi_section *table;
} forgery;

static qiaoi_section *
section_of(forgery *f, qiaoi_section_id id)
{
    for (uint32_t i = 0; i < f->header->section_count; i++)
        if (f->table[i].id == (uint32_t)id)
            return &f->table[i];
    fail_msg("no section %d", (int)id);
    return NULL;
}

typedef void (*forge)(forgery *f);

static void
forge_outside(forgery *f)
{
    f->table[3].offset = (image.length + 16) & ~(uint64_t)15;
}
static void
forge_too_long(forgery *f)
{
    f->table[3].count = UINT64_MAX;
}
static void
forge_overflow(forgery *f)
{
    f->table[3].count = UINT64_MAX / f->table[3].element_size + 2;
}
static void
forge_askew(forgery *f)
{
    f->table[3].offset += 1;
}
static void
forge_no_element(forgery *f)
{
    f->table[3].element_size = 0;
}
static void
forge_element(forgery *f)
{
    section_of(f, QIAOI_SECTION_ENTRIES)->element_size = 8;
}
static void
forge_unknown(forgery *f)
{
    f->table[0].id = QIAOI_SECTION_COUNT;
}
static void
forge_zero(forgery *f)
{
    f->table[0].id = 0;
}
static void
forge_many(forgery *f)
{
    f->header->section_count = QIAOI_SECTION_COUNT + 1;
}
static void
forge_few(forgery *f)
{
    f->header->section_count = 3;
}
static void
forge_normal(forgery *f)
{
    section_of(f, QIAOI_SECTION_NORMAL)->count = 65535;
}
static void
forge_normal_ja(forgery *f)
{
    section_of(f, QIAOI_SECTION_NORMAL_JA)->count = 0;
}
static void
forge_lengths(forgery *f)
{
    section_of(f, QIAOI_SECTION_LENGTHS)->count /= 2;
}
static void
forge_characters(forgery *f)
{
    section_of(f, QIAOI_SECTION_CHARACTERS)->count--;
}
static void
forge_hash(forgery *f)
{
    section_of(f, QIAOI_SECTION_HASH)->count--;
}
static void
forge_no_hash(forgery *f)
{
    section_of(f, QIAOI_SECTION_HASH)->count = 0;
}
static void
forge_small_hash(forgery *f)
{
    section_of(f, QIAOI_SECTION_HASH)->count = 16;
}
static void
forge_no_version(forgery *f)
{
    section_of(f, QIAOI_SECTION_META)->count = 0;
}
static void
forge_open_version(forgery *f)
{
    section_of(f, QIAOI_SECTION_META)->count--;
}

static void
a_file_with_a_wrong_table_is_refused_for_all_its_checksum(void **state)
{
    static const struct {
        const char *what;
        forge change;
        qiao_status expected;
    } cases[] = {
        {"a section outside", forge_outside, QIAO_E_CORRUPT},
        {"a section without end", forge_too_long, QIAO_E_CORRUPT},
        {"a size that overflows", forge_overflow, QIAO_E_CORRUPT},
        {"a section askew", forge_askew, QIAO_E_CORRUPT},
        {"elements of no size", forge_no_element, QIAO_E_CORRUPT},
        {"elements of another size", forge_element, QIAO_E_VERSION},
        {"an unknown section", forge_unknown, QIAO_E_CORRUPT},
        {"section 0", forge_zero, QIAO_E_CORRUPT},
        {"too many sections", forge_many, QIAO_E_CORRUPT},
        {"too few sections", forge_few, QIAO_E_CORRUPT},
        {"a short character table", forge_normal, QIAO_E_CORRUPT},
        {"no Japanese table", forge_normal_ja, QIAO_E_CORRUPT},
        {"half the length masks", forge_lengths, QIAO_E_CORRUPT},
        {"a character too few", forge_characters, QIAO_E_CORRUPT},
        {"a hash of odd size", forge_hash, QIAO_E_CORRUPT},
        {"no hash", forge_no_hash, QIAO_E_CORRUPT},
        {"a hash without a free place", forge_small_hash, QIAO_E_CORRUPT},
        {"no version", forge_no_version, QIAO_E_CORRUPT},
        {"a version without end", forge_open_version, QIAO_E_CORRUPT},
    };
    forgery f = {qiao_alloc(image.length), NULL, NULL};

    (void)state;
    assert_non_null(f.bytes);
    f.header = (void *)f.bytes;
    f.table = (void *)(f.bytes + sizeof *f.header);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(f.bytes, image.data, image.length);
        cases[i].change(&f);
        f.header->checksum = qiao_hash64(f.bytes + sizeof *f.header, image.length - sizeof *f.header, 0);
        refuses(f.bytes, image.length, cases[i].expected, cases[i].what);
    }
    qiao_free(f.bytes);
}

/* ---- faults ---- */

static qiao_status
write_and_open(void *context, qiao_error *err)
{
    static const uint16_t normal[65536];
    qiaoi_key_set set = {0};
    qiao_lexicon *lexicon = NULL;
    uint32_t at;
    qiao_status st = qiaoi_key_set_add(&set, QIAOI_ZH, "电池", 6, &at, err);

    (void)context;
    if (st == QIAO_OK)
        st = qiaoi_lexicon_write(path, &set,
                                 (const qiaoi_section_data[]){{QIAOI_SECTION_META, 1, "v", 2},
                                                              {QIAOI_SECTION_NORMAL, 2, normal, 65536},
                                                              {QIAOI_SECTION_NORMAL_JA, 2, normal, 65536},
                                                              {QIAOI_SECTION_SENSES, sizeof(qiaoi_sense), NULL, 0},
                                                              {QIAOI_SECTION_SENSE_STEMS, 4, NULL, 0},
                                                              {QIAOI_SECTION_STRINGS, 1, NULL, 0}},
                                 6, err);
    if (st == QIAO_OK)
        st = qiao_lexicon_open(path, &lexicon, err);
    qiao_lexicon_close(lexicon);
    qiaoi_key_set_done(&set);
    return st;
}

static void
any_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(qiao_test_fail_allocations(NULL, write_and_open, NULL) >= 7);
}

static void
a_place_that_cannot_be_written_is_named(void **state)
{
    qiaoi_key_set set = {0};
    qiao_error err = QIAO_ERROR_INIT;

    (void)state;
    assert_status(qiaoi_lexicon_write("/nonexistent/folder/lexicon.bin", &set, NULL, 0, &err), QIAO_E_NOTFOUND, &err);
    assert_non_null(strstr(err.message, "/nonexistent/folder/lexicon.bin"));
    assert_status(qiaoi_lexicon_write("/dev/full", &set, NULL, 0, &err), QIAO_E_NOSPACE, &err);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_added_once_and_found_by_language),
        cmocka_unit_test(a_key_set_keeps_its_keys_while_it_grows),
        cmocka_unit_test(keys_without_bytes_or_with_too_many_are_refused),
        cmocka_unit_test(hash_tables_are_at_most_half_full),
        cmocka_unit_test(what_is_written_is_found_again),
        cmocka_unit_test(two_writes_give_the_same_bytes),
        cmocka_unit_test(closing_nothing_is_fine),
        cmocka_unit_test(a_file_that_is_none_is_refused),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(every_byte_of_header_and_table_is_checked),
        cmocka_unit_test(damage_in_any_section_is_found),
        cmocka_unit_test(a_file_with_a_wrong_table_is_refused_for_all_its_checksum),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(a_place_that_cannot_be_written_is_named),
    };

    return cmocka_run_group_tests(tests, write_image, remove_image);
}
