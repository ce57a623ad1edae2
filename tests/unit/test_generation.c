/* A generation, open for reading: its records by id and number, and what is damaged in it. */
#include "records.h"
#include "support.h"
#include "tiny_lexicon.h"

#include "qiao/engine.h"
#include "qiao/file.h"
#include "store/generation_object.h"
#include "store/kv.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ODD_ID "t:ä\\\"<>&%?#/:|;'`{}[]~😀桥"

static const char *const records[] = {
    "{\"kind\":\"project\",\"id\":\"t:b\",\"title\":{\"en\":\"Solid state "
    "battery\"},\"country\":\"DE\",\"fields\":[\"energy.battery\"]}",
    "{\"kind\":\"project\",\"id\":\"t:a\",\"title\":{\"en\":\"Surgical robot\"},\"country\":\"FR\"}",
    "{\"kind\":\"project\",\"id\":\"t:ä\\\\\\\"<>&%?#/:|;'`{}[]~😀桥\",\"title\":{\"en\":\"Odd\"}}",
    "{\"kind\":\"project\",\"id\":\"t:B\",\"title\":{\"de\":\"Wasserstoffspeicher\"},\"country\":\"DE\",\"status\":"
    "\"withdrawn\"}",
    "{\"kind\":\"need\",\"id\":\"t:a\",\"title\":{\"zh\":\"固态电池\"},\"park\":\"haidian\"}",
};

typedef struct fixture {
    qiao_test_folder folder;
    char lexicon[300], data[300], gen[QIAO_PATH_MAX], records[QIAO_PATH_MAX + 32], text[QIAO_PATH_MAX + 32];
    uint64_t number;
} fixture;

static int
open_fixture(void **state)
{
    static fixture f;
    qiao_error err = QIAO_ERROR_INIT;

    qiao_test_folder_init(&f.folder);
    snprintf(f.lexicon, sizeof f.lexicon, "%s/base.bin", f.folder.path);
    snprintf(f.data, sizeof f.data, "%s/data", f.folder.path);
    qiao_test_write_lexicon(f.lexicon, qiao_test_words);
    qiao_test_put_records(f.data, records, sizeof records / sizeof *records);
    f.number = qiao_test_build_generation(f.data, f.lexicon, 2);
    assert_ok(qiao_catalog_path(f.data, f.number, f.gen, &err), &err);
    snprintf(f.records, sizeof f.records, "%s/records.mdb", f.gen);
    *state = &f;
    return 0;
}

static int
close_fixture(void **state)
{
    fixture *f = *state;

    qiao_test_vocabulary_done();
    qiao_test_folder_done(&f->folder);
    return 0;
}

static qiao_generation *
open_generation(const fixture *f)
{
    qiao_generation *generation;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_generation_open(f->data, f->number, &generation, &err), &err);
    return generation;
}

/* ---- sound ---- */

static void
documents_are_numbered_in_order_of_their_ids(void **state)
{
    static const char *const expected[] = {"t:B", "t:a", "t:b", ODD_ID};
    qiao_generation *generation = open_generation(*state);
    qiao_error err = QIAO_ERROR_INIT;

    assert_int_equal(qiao_generation_count(generation, QIAO_PROJECT), 4);
    assert_int_equal(qiao_generation_count(generation, QIAO_NEED), 1);
    for (uint32_t d = 0; d < 4; d++) {
        uint32_t found = 99;

        assert_string_equal(qiao_generation_id(generation, QIAO_PROJECT, d), expected[d]);
        assert_ok(qiao_generation_find(generation, QIAO_PROJECT, expected[d], &found, &err), &err);
        assert_int_equal(found, d);
    }
    assert_null(qiao_generation_id(generation, QIAO_PROJECT, 4));
    assert_null(qiao_generation_id(generation, QIAO_NEED, UINT32_MAX));
    assert_string_equal(qiao_generation_folder(generation), ((fixture *)*state)->gen);
    assert_int_equal(qiao_generation_manifest(generation)->projects, 4);
    qiao_generation_close(generation);
}

static void
an_id_that_is_not_there_is_named(void **state)
{
    static const char *const ids[] = {"", "t:", "t:A", "t:aa", "t:zzz", "t:\xFF\xFE"};
    qiao_generation *generation = open_generation(*state);

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        uint32_t found = 99;

        assert_status(qiao_generation_find(generation, QIAO_PROJECT, ids[i], &found, &err), QIAO_E_NOTFOUND, &err);
        assert_int_equal(found, 99);
        assert_true(i == 5 || strstr(err.message, ids[i]) != NULL);
    }
    qiao_generation_close(generation);
}

static void
records_come_back_as_they_were_stored(void **state)
{
    qiao_generation *generation = open_generation(*state);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer json = {0};
    qiao_record *record;
    uint32_t docid;

    assert_ok(qiao_generation_find(generation, QIAO_PROJECT, ODD_ID, &docid, &err), &err);
    assert_ok(qiao_generation_json(generation, QIAO_PROJECT, docid, &json, &err), &err);
    assert_ok(qiao_record_parse(json.data, json.length, NULL, &record, NULL, &err), &err);
    assert_string_equal(record->id, ODD_ID);
    qiao_record_free(record);
    assert_status(qiao_generation_json(generation, QIAO_PROJECT, 4, &json, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_generation_json(generation, QIAO_NEED, 1, &json, &err), QIAO_E_NOTFOUND, &err);
    qiao_buffer_done(&json);
    qiao_generation_close(generation);
}

static void
filters_hold_together(void **state)
{
    static const struct {
        const char *filters[2];
        uint64_t expected; /* of t:B, t:a, t:b, the odd one */
    } cases[] = {
        {{"country:DE"}, 5},
        {{"status:published"}, 14},
        {{"status:withdrawn"}, 1},
        {{"country:DE", "status:published"}, 4},
        {{"field:energy"}, 4},
        {{"group:EU"}, 7},
        {{"country:FR|country:DE"}, 7},
        {{"field:energy.battery"}, 4},
        {{"kind:need"}, 0},
        {{"kind:project"}, 15},
        {{"country:de"}, 0},
        {{"nonsense"}, 0},
    };
    qiao_generation *generation = open_generation(*state);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        uint64_t *bits, passing;

        assert_ok(qiao_generation_filter(generation, QIAO_PROJECT, cases[i].filters,
                                         cases[i].filters[1] == NULL ? 1 : 2, &bits, &passing, &err),
                  &err);
        if (bits[0] != cases[i].expected || passing != (uint64_t)__builtin_popcountll(bits[0]))
            fail_msg("%s: %llx", cases[i].filters[0], (unsigned long long)bits[0]);
        qiao_free(bits);
    }
    qiao_generation_close(generation);
}

static void
a_generation_may_be_open_twice(void **state)
{
    qiao_generation *first = open_generation(*state), *second = open_generation(*state);

    qiao_generation_close(first);
    assert_string_equal(qiao_generation_id(second, QIAO_PROJECT, 0), "t:B");
    qiao_generation_close(second);
    qiao_generation_close(NULL);
}

/* ---- not sound ---- */

static void
copy_file(const char *from, const char *to)
{
    qiao_buffer bytes = {0};
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_read(from, 0, &bytes, &err), &err);
    qiao_test_write(to, bytes.data == NULL ? "" : bytes.data, bytes.length);
    qiao_buffer_done(&bytes);
}

static void
refuses_to_open(const fixture *f, qiao_status expected, const char *what, const char *named)
{
    qiao_generation *generation = NULL;
    qiao_error err = QIAO_ERROR_INIT;
    qiao_status st = qiao_generation_open(f->data, f->number, &generation, &err);

    if (st != expected || strstr(err.message, named) == NULL || err.hint[0] == '\0')
        fail_msg("%s: %s: %s (%s)", what, qiao_status_token(st), err.message, err.hint);
    assert_null(generation);
}

static void
a_missing_or_broken_file_is_named_with_what_to_do(void **state)
{
    static const char *const names[] = {"lexicon.bin", "records.mdb", "documents-0.bin", "manifest.json"};
    fixture *f = *state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[QIAO_PATH_MAX + 32], away[QIAO_PATH_MAX + 32];

        snprintf(path, sizeof path, "%s/%s", f->gen, names[i]);
        snprintf(away, sizeof away, "%s/away", f->folder.path);
        assert_int_equal(rename(path, away), 0);
        refuses_to_open(f, QIAO_E_CORRUPT, "a missing file", i == 3 ? "manifest" : names[i]);
        qiao_test_write_text(path, "");
        refuses_to_open(f, QIAO_E_CORRUPT, "an empty file", names[i]);
        qiao_test_write_text(path, "nonsense, and more of it than a header would hold, so that it is looked at");
        refuses_to_open(f, QIAO_E_CORRUPT, "another file", names[i]);
        assert_int_equal(rename(away, path), 0);
    }
    qiao_generation_close(open_generation(f));
}

static void
a_generation_that_is_not_there_is_not_found(void **state)
{
    fixture *f = *state;
    qiao_generation *generation;
    qiao_error err = QIAO_ERROR_INIT;

    assert_status(qiao_generation_open(f->data, f->number + 7, &generation, &err), QIAO_E_NOTFOUND, &err);
    assert_status(qiao_generation_open("/nonexistent", 1, &generation, &err), QIAO_E_NOTFOUND, &err);
}

/* ---- values of records.mdb that another program might have written ---- */

typedef void (*forge)(qiao_buffer *value);

typedef struct forgery {
    const char *database;
    const void *key; /* NULL = every value of it */
    size_t key_length;
    forge change; /* NULL = left out */
} forgery;

static void
copy_database(qiao_kv_txn *from, qiao_kv_txn *to, const char *name, const forgery *f)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv_cursor *cursor;
    qiao_bytes key = {NULL, 0}, value;
    qiao_kv_db in, out;
    qiao_status st;

    assert_ok(qiao_kv_database(from, name, &in, &err), &err);
    if (strcmp(f->database, name) == 0 && f->key == NULL && f->change == NULL)
        return; /* the database itself is not there */
    assert_ok(qiao_kv_database(to, name, &out, &err), &err);
    assert_ok(qiao_kv_cursor_open(from, in, &cursor, &err), &err);
    for (st = qiao_kv_cursor_seek(cursor, key, &key, &value, &err); st == QIAO_OK;
         st = qiao_kv_cursor_next(cursor, &key, &value, &err)) {
        bool meant = strcmp(f->database, name) == 0 &&
                     (f->key == NULL || (key.length == f->key_length && memcmp(key.data, f->key, key.length) == 0));
        qiao_buffer copy = {0};

        qiao_buffer_append(&copy, value.data, value.length);
        if (meant && f->change != NULL)
            f->change(&copy);
        if (!meant || f->change != NULL)
            assert_ok(qiao_kv_put(to, out, key, (qiao_bytes){copy.data == NULL ? "" : copy.data, copy.length}, &err),
                      &err);
        qiao_buffer_done(&copy);
    }
    assert_int_equal(st, QIAO_E_NOTFOUND);
    qiao_kv_cursor_close(cursor);
}

/* records.mdb again, with one thing changed. */
static void
forge_records(const fixture *f, const char *sound, const forgery *changed)
{
    static const char *const names[] = {"documents", "tags", "postings", "rows"};
    qiao_error err = QIAO_ERROR_INIT;
    qiao_kv *in, *out;
    qiao_kv_txn *from, *to;

    unlink(f->records);
    assert_ok(qiao_kv_open(sound, &(qiao_kv_options){.immutable = true, .read_only = true}, &in, &err), &err);
    assert_ok(qiao_kv_open(f->records, &(qiao_kv_options){.bulk = true}, &out, &err), &err);
    assert_ok(qiao_kv_begin(in, false, &from, &err), &err);
    assert_ok(qiao_kv_begin(out, true, &to, &err), &err);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        copy_database(from, to, names[i], changed);
    qiao_kv_abort(from);
    assert_ok(qiao_kv_commit(to, &err), &err);
    qiao_kv_close(in);
    qiao_kv_close(out);
}

static uint32_t
get32(const qiao_buffer *value, size_t at)
{
    uint32_t number;

    assert_true(at + 4 <= value->length);
    memcpy(&number, value->data + at, 4);
    return number;
}

static void
put32(qiao_buffer *value, size_t at, uint32_t number)
{
    assert_true(at + 4 <= value->length);
    memcpy(value->data + at, &number, 4);
}

static void
to_nothing(qiao_buffer *v)
{
    v->length = 0;
}
static void
to_one_byte(qiao_buffer *v)
{
    v->length = 1;
}
static void
count_more(qiao_buffer *v)
{
    put32(v, 0, 5);
}
static void
count_many(qiao_buffer *v)
{
    put32(v, 0, UINT32_MAX);
}
static void
no_end(qiao_buffer *v)
{
    v->data[24 + get32(v, 20) - 1] = 'x';
}
static void
last_too_far(qiao_buffer *v)
{
    put32(v, 20, (uint32_t)v->length);
}
static void
second_too_far(qiao_buffer *v)
{
    put32(v, 8, 0x7FFFFFFF);
}
static void
second_before_first(qiao_buffer *v)
{
    put32(v, 4, 4);
    put32(v, 8, 2);
}
static void
within_an_id(qiao_buffer *v)
{
    put32(v, 8, 2);
}
static void
bad_magic(qiao_buffer *v)
{
    v->data[0] ^= 1;
}
static void
ids_short(qiao_buffer *v)
{
    v->length = 24 + get32(v, 20) - 1;
}
static void
many_documents(qiao_buffer *v)
{
    put32(v, 20, 65537);
}
static void
more_slots(qiao_buffer *v)
{
    put32(v, 4, UINT32_MAX - 7);
}
static void
more_postings(qiao_buffer *v)
{
    put32(v, 12, UINT32_MAX);
}

/* Header of the postings, then bitmap, rank, offsets: see generation_format.h. */
static size_t
array_at(const qiao_buffer *v, size_t array)
{
    qiaoi_postings_header header;
    size_t offsets[7];

    memcpy(&header, v->data, sizeof header);
    qiaoi_postings_layout(&header, offsets);
    return offsets[array];
}

static void
lists_short(qiao_buffer *v)
{
    v->length = array_at(v, 6) - 8;
}
static void
bit_less(qiao_buffer *v)
{
    v->data[array_at(v, 0)] ^= 1;
}
static void
rank_off(qiao_buffer *v)
{
    put32(v, array_at(v, 1), 1000000);
}
static void
list_past_end(qiao_buffer *v)
{
    put32(v, array_at(v, 2) + 4, 0x7FFFFFFF);
}
static void
list_backwards(qiao_buffer *v)
{
    put32(v, array_at(v, 2), 3);
}

/* Header of the rows: magic, documents, entries, zero; then where each begins. */
static void
rows_of_more(qiao_buffer *v)
{
    put32(v, 4, 5);
}
static void
more_entries(qiao_buffer *v)
{
    put32(v, 8, UINT32_MAX);
}
static void
row_backwards(qiao_buffer *v)
{
    put32(v, 16 + 4, 1000000);
}

/* u32 files, u32 count; of each record u64 at, u32 facts, u32 record. */
static void
more_records(qiao_buffer *v)
{
    put32(v, 4, get32(v, 4) + 1);
}
static void
many_files(qiao_buffer *v)
{
    put32(v, 0, 9);
}
static void
record_of_no_file(qiao_buffer *v)
{
    put32(v, 12, 7u << 24);
}
static void
record_past_end(qiao_buffer *v)
{
    put32(v, 20, 1u << 30);
}
static void
record_askew(qiao_buffer *v)
{
    put32(v, 8, get32(v, 8) + 4);
}
/* u32 documents, u32 chinese, u32 slots, u32 0, four doubles, u32 of each slot */
static void
more_slots_counted(qiao_buffer *v)
{
    put32(v, 8, get32(v, 8) + 1);
}
static void
more_than_all(qiao_buffer *v)
{
    put32(v, 48, get32(v, 0) + 1);
}

static void
values_that_do_not_fit_are_refused_when_the_generation_opens(void **state)
{
    static const struct {
        forgery forgery;
        const char *what;
    } cases[] = {
        {{"documents", NULL, 0, NULL}, "no ids at all"},
        {{"documents", "\1", 1, NULL}, "no ids of needs"},
        {{"documents", "\0", 1, to_nothing}, "ids of no bytes"},
        {{"documents", "\0", 1, to_one_byte}, "ids of one byte"},
        {{"documents", "\0", 1, count_more}, "an id more than there are"},
        {{"documents", "\0", 1, count_many}, "far more"},
        {{"documents", "\0", 1, no_end}, "a last id without end"},
        {{"documents", "\0", 1, last_too_far}, "an end past the end"},
        {{"documents", "\0", 1, second_too_far}, "an id outside"},
        {{"documents", "\0", 1, second_before_first}, "ids backwards"},
        {{"documents", "\0", 1, within_an_id}, "an id without end"},
        {{"documents", "\0", 1, ids_short}, "a byte too few"},
        {{"postings", NULL, 0, NULL}, "no postings"},
        {{"postings", "\0\0\0", 3, NULL}, "a range missing"},
        {{"postings", "\0\0\0", 3, to_nothing}, "postings of no bytes"},
        {{"postings", "\0\0\0", 3, to_one_byte}, "postings of one byte"},
        {{"postings", "\0\0\0", 3, bad_magic}, "other postings"},
        {{"postings", "\0\0\0", 3, lists_short}, "postings cut"},
        {{"postings", "\0\0\0", 3, many_documents}, "too many documents"},
        {{"postings", "\0\0\0", 3, more_slots}, "more slots"},
        {{"postings", "\0\0\0", 3, more_postings}, "more postings"},
        {{"postings", "\0\0\0", 3, bit_less}, "a list more than slots"},
        {{"postings", "\0\0\0", 3, rank_off}, "a rank that is wrong"},
        {{"postings", "\0\0\0", 3, list_past_end}, "a list past the end"},
        {{"postings", "\0\0\0", 3, list_backwards}, "lists backwards"},
        {{"rows", NULL, 0, NULL}, "no rows"},
        {{"rows", "\0\0\0", 3, NULL}, "the rows of a range missing"},
        {{"rows", "\0\0\0", 3, to_nothing}, "rows of no bytes"},
        {{"rows", "\0\0\0", 3, bad_magic}, "other rows"},
        {{"rows", "\0\0\0", 3, rows_of_more}, "rows of more documents"},
        {{"rows", "\0\0\0", 3, more_entries}, "more entries than there are"},
        {{"rows", "\0\0\0", 3, row_backwards}, "rows backwards"},
        {{"documents", "\3", 1, NULL}, "no places of records"},
        {{"documents", "\3", 1, to_nothing}, "places of no bytes"},
        {{"documents", "\3", 1, more_records}, "more records than there are"},
        {{"documents", "\3", 1, many_files}, "more files than may be"},
        {{"documents", "\3", 1, record_of_no_file}, "a record in no file"},
        {{"documents", "\3", 1, record_past_end}, "a record past the end"},
        {{"documents", "\3", 1, record_askew}, "facts at no multiple of 8"},
        {{"documents", "\5", 1, NULL}, "no statistics"},
        {{"documents", "\5", 1, to_one_byte}, "statistics of one byte"},
        {{"documents", "\5", 1, more_slots_counted}, "statistics of more slots"},
        {{"documents", "\5", 1, more_than_all}, "a word in more records than there are"},
        {{"tags", NULL, 0, NULL}, "no tags"},
    };
    fixture *f = *state;
    char sound[QIAO_PATH_MAX];

    snprintf(sound, sizeof sound, "%s/sound.mdb", f->folder.path);
    copy_file(f->records, sound);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        forge_records(f, sound, &cases[i].forgery);
        refuses_to_open(f, QIAO_E_CORRUPT, cases[i].what, "records.mdb");
    }
    copy_file(sound, f->records);
    qiao_generation_close(open_generation(f));
}

static void
garbage(qiao_buffer *v)
{
    memset(v->data, 0xA5, v->length);
}

static void
a_tag_that_is_damaged_is_reported_when_it_is_read(void **state)
{
    static const forgery cases[] = {
        {"tags", "\0country:FR", 11, to_nothing},
        {"tags", "\0country:FR", 11, to_one_byte},
        {"tags", "\0country:FR", 11, garbage},
    };
    static const char *const filter[] = {"country:FR"};
    fixture *f = *state;
    char sound[QIAO_PATH_MAX];

    snprintf(sound, sizeof sound, "%s/sound.mdb", f->folder.path);
    copy_file(f->records, sound);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_generation *generation;
        uint64_t *bits, passing;

        forge_records(f, sound, &cases[i]);
        generation = open_generation(f);
        assert_status(qiao_generation_filter(generation, QIAO_PROJECT, filter, 1, &bits, &passing, &err),
                      QIAO_E_CORRUPT, &err);
        assert_non_null(strstr(err.message, "records.mdb"));
        qiao_generation_close(generation);
    }
    copy_file(sound, f->records);
}

/* Where the record of a project begins in the first file of documents. */
static long
record_begins(const fixture *f, uint32_t docid)
{
    qiao_generation *generation = open_generation(f);
    const qiaoi_document_place *place = &generation->sides[QIAO_PROJECT].stored[docid];
    long at = (long)(place->at & ((UINT64_C(1) << 56) - 1)) + (long)place->facts;

    qiao_generation_close(generation);
    return at;
}

static void
overwrite(const char *path, long at, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void
a_record_that_is_damaged_is_reported_when_it_is_read(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {{"\7", 1}, {"\1\144\0\0\0", 5}, {"\1\377\377\377\377", 5}};
    fixture *f = *state;
    char path[QIAO_PATH_MAX + 32], sound[QIAO_PATH_MAX];
    long at = record_begins(f, 1);

    qiaoi_document_file_path(f->gen, 0, path);
    snprintf(sound, sizeof sound, "%s/sound.bin", f->folder.path);
    copy_file(path, sound);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        qiao_error err = QIAO_ERROR_INIT;
        qiao_generation *generation;
        qiao_buffer json = {0};

        copy_file(sound, path);
        overwrite(path, at, cases[i].bytes, cases[i].length);
        generation = open_generation(f);
        assert_status(qiao_generation_json(generation, QIAO_PROJECT, 1, &json, &err), QIAO_E_CORRUPT, &err);
        assert_int_equal(json.length, 0);
        /* the others are served */
        assert_ok(qiao_generation_json(generation, QIAO_PROJECT, 0, &json, &err), &err);
        qiao_buffer_done(&json);
        qiao_generation_close(generation);
    }
    copy_file(sound, path);
}

/* One byte anywhere: what the values' own checks cannot see, the checksums of the manifest do, and nothing of it is
 * served. */
static void
a_changed_byte_anywhere_is_found_by_the_check_and_not_served(void **state)
{
    static const char *const names[] = {"records.mdb", "lexicon.bin", "documents-0.bin"};
    fixture *f = *state;

    for (size_t i = 0; i < 3; i++) {
        char path[QIAO_PATH_MAX + 32];
        qiao_error err = QIAO_ERROR_INIT;
        uint64_t size;

        snprintf(path, sizeof path, "%s/%s", f->gen, names[i]);
        assert_ok(qiao_file_size(path, &size, &err), &err);
        for (uint64_t at = 0; at < size; at += 1 + size / 61) {
            const qiao_engine_options options = {.data_dir = f->data, .share_dir = QIAO_BUILD_DIR "/share/qiao"};
            qiao_engine *engine = NULL;

            qiao_test_flip(path, at);
            assert_status(qiao_catalog_verify(f->data, f->number, &err), QIAO_E_CORRUPT, &err);
            assert_non_null(strstr(err.message, names[i]));
            if (at == 0)
                assert_status(qiao_engine_open(&options, &engine, &err), QIAO_E_CORRUPT, &err);
            assert_null(engine);
            qiao_test_flip(path, at);
        }
        assert_ok(qiao_catalog_verify(f->data, f->number, &err), &err);
    }
}

/* ---- faults ---- */

static qiao_status
open_and_read(void *context, qiao_error *err)
{
    static const char *const filter[] = {"country:DE", "status:published"};
    const fixture *f = context;
    qiao_generation *generation;
    qiao_buffer json = {0};
    uint64_t *bits = NULL, passing;
    qiao_status st = qiao_generation_open(f->data, f->number, &generation, err);

    if (st == QIAO_OK)
        st = qiao_generation_json(generation, QIAO_PROJECT, 0, &json, err);
    if (st == QIAO_OK)
        st = qiao_generation_filter(generation, QIAO_PROJECT, filter, 2, &bits, &passing, err);
    qiao_buffer_done(&json);
    qiao_free(bits);
    qiao_generation_close(generation);
    return st;
}

static void
any_allocation_may_fail(void **state)
{
    assert_true(qiao_test_fail_allocations(NULL, open_and_read, *state) >= 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_numbered_in_order_of_their_ids),
        cmocka_unit_test(an_id_that_is_not_there_is_named),
        cmocka_unit_test(records_come_back_as_they_were_stored),
        cmocka_unit_test(filters_hold_together),
        cmocka_unit_test(a_generation_may_be_open_twice),
        cmocka_unit_test(a_missing_or_broken_file_is_named_with_what_to_do),
        cmocka_unit_test(a_generation_that_is_not_there_is_not_found),
        cmocka_unit_test(values_that_do_not_fit_are_refused_when_the_generation_opens),
        cmocka_unit_test(a_tag_that_is_damaged_is_reported_when_it_is_read),
        cmocka_unit_test(a_record_that_is_damaged_is_reported_when_it_is_read),
        cmocka_unit_test(a_changed_byte_anywhere_is_found_by_the_check_and_not_served),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
