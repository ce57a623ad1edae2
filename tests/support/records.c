/* See records.h. */
#include "records.h"

#include "support.h"

#include "qiao/build.h"
#include "qiao/file.h"
#include "qiao/source_store.h"

#include <string.h>

#define VOCABULARY QIAO_SOURCE_DIR "/engine/vocab/data"

static qiao_tables tables;

const qiao_tables *
qiao_test_tables(void)
{
    qiao_error err = QIAO_ERROR_INIT;

    if (tables.vocabulary == NULL)
        assert_ok(qiao_tables_open(&(qiao_tables_options){.share_dir = QIAO_BUILD_DIR "/share/qiao"}, &tables, &err),
                  &err);
    return &tables;
}

const qiao_vocabulary *
qiao_test_vocabulary(void)
{
    return qiao_test_tables()->vocabulary;
}

void
qiao_test_vocabulary_done(void)
{
    qiao_tables_close(&tables);
}

static void
put_record(qiao_source_store *store, const char *json, size_t length)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_record *record = NULL;
    qiao_change change;

    assert_ok(qiao_record_parse(json, length, qiao_test_vocabulary(), &record, NULL, &err), &err);
    assert_ok(qiao_source_store_put(store, record, &change, &err), &err);
    qiao_record_free(record);
}

static qiao_source_store *
open_store(const char *data_dir)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_source_store *store;

    assert_ok(qiao_source_store_open(data_dir, true, &store, &err), &err);
    return store;
}

static void
close_store(qiao_source_store *store)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
}

void
qiao_test_put_records(const char *data_dir, const char *const *records, size_t count)
{
    qiao_source_store *store = open_store(data_dir);

    for (size_t i = 0; i < count; i++)
        put_record(store, records[i], strlen(records[i]));
    close_store(store);
}

size_t
qiao_test_put_file(const char *data_dir, const char *path)
{
    qiao_source_store *store = open_store(data_dir);
    qiao_error err = QIAO_ERROR_INIT;
    qiao_buffer text = {0};
    size_t count = 0;

    assert_ok(qiao_file_read(path, 0, &text, &err), &err);
    for (size_t at = 0, length; at < text.length; at += length + 1) {
        length = strcspn(text.data + at, "\n");
        if (length > 0)
            put_record(store, text.data + at, length);
        count += length > 0;
    }
    qiao_buffer_done(&text);
    close_store(store);
    return count;
}

uint64_t
qiao_test_build_generation(const char *data_dir, const char *lexicon, unsigned threads)
{
    const qiao_build_options options = {
        .data_dir = data_dir, .lexicon_path = lexicon, .vocabulary_dir = VOCABULARY, .threads = threads, .full = true};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report.generation;
}

void
qiao_test_open_generation(qiao_test_opened *opened, const char *data_dir, uint64_t number)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_generation_open(data_dir, number, &opened->generation, &err), &err);
    assert_ok(qiao_matcher_new(opened->generation, qiao_test_tables(), &opened->matcher, &err), &err);
}

void
qiao_test_close_generation(qiao_test_opened *opened)
{
    qiao_matcher_free(opened->matcher);
    qiao_generation_close(opened->generation);
}
