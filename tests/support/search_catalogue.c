/* A small catalogue: see search_catalogue.h. */
#include "search_catalogue.h"

#include "support.h"

#include "qiao/build.h"
#include "qiao/file.h"
#include "qiao/source_store.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOLDEN QIAO_SOURCE_DIR "/tests/golden/search"
#define COMPILER QIAO_BUILD_DIR "/bin/qiao-lexicon-compile"

static char lexicon_path[256];

static void
remove_lexicon(void)
{
    unlink(lexicon_path);
}

/* The compiler's own output would stand between the lines of the tests. */
static int
run_compiler(void)
{
    char *const arguments[] = {COMPILER, "--cedict", GOLDEN "/words.u8", "--out", lexicon_path, NULL};
    char *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    if (posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0) == 0 &&
        posix_spawn(&child, COMPILER, &actions, NULL, arguments, environment) == 0)
        waitpid(child, &status, 0);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

const char *
qiao_test_lexicon(void)
{
    int fd;

    if (lexicon_path[0] != '\0')
        return lexicon_path;
    snprintf(lexicon_path, sizeof lexicon_path, "/tmp/qiao-test-lexicon-XXXXXX");
    fd = mkstemp(lexicon_path);
    if (fd < 0)
        fail_msg("cannot create %s", lexicon_path);
    close(fd);
    atexit(remove_lexicon);
    if (run_compiler() != 0)
        fail_msg("%s could not compile %s: build everything first", COMPILER, GOLDEN "/words.u8");
    return lexicon_path;
}

static void
put_line(qiao_source_store *store, const qiao_vocabulary *vocabulary, const char *line, size_t length)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_record *record = NULL;
    qiao_change change;

    assert_ok(qiao_record_parse(line, length, vocabulary, &record, NULL, &err), &err);
    assert_ok(qiao_source_store_put(store, record, &change, &err), &err);
    qiao_record_free(record);
}

size_t
qiao_test_import(const char *data_dir, const char *path)
{
    qiao_error err = QIAO_ERROR_INIT;
    qiao_vocabulary *vocabulary = NULL;
    qiao_source_store *store = NULL;
    qiao_buffer text = {0};
    size_t count = 0;

    assert_ok(qiao_file_read(path, 0, &text, &err), &err);
    assert_ok(qiao_vocabulary_open(QIAO_SOURCE_DIR "/engine/vocab/data", &vocabulary, &err), &err);
    assert_ok(qiao_source_store_open(data_dir, true, &store, &err), &err);
    for (size_t at = 0; at < text.length; count++) {
        const char *end = memchr(text.data + at, '\n', text.length - at);
        size_t length = end == NULL ? text.length - at : (size_t)(end - (text.data + at));

        put_line(store, vocabulary, text.data + at, length);
        at += length + 1;
    }
    assert_ok(qiao_source_store_commit(store, &err), &err);
    qiao_source_store_close(store);
    qiao_vocabulary_close(vocabulary);
    qiao_buffer_done(&text);
    return count;
}

uint64_t
qiao_test_build(const char *data_dir, const char *lexicon, unsigned keep)
{
    const qiao_build_options options = {.data_dir = data_dir,
                                        .lexicon_path = lexicon,
                                        .vocabulary_dir = QIAO_SOURCE_DIR "/engine/vocab/data",
                                        .threads = 2,
                                        .full = true,
                                        .keep = keep};
    qiao_build_report report;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_build(&options, &report, &err), &err);
    return report.generation;
}

void
qiao_test_catalogue(const char *data_dir)
{
    qiao_test_import(data_dir, GOLDEN "/records.ndjson");
    qiao_test_build(data_dir, qiao_test_lexicon(), 5);
}

qiao_engine *
qiao_test_engine(const char *data_dir)
{
    const qiao_engine_options options = {.data_dir = data_dir, .share_dir = QIAO_BUILD_DIR "/share/qiao"};
    qiao_engine *engine = NULL;
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_engine_open(&options, &engine, &err), &err);
    return engine;
}

qiao_search_request
qiao_test_request(qiao_kind side, const char *query)
{
    return (qiao_search_request){.side = side,
                                 .query = query,
                                 .query_length = query == NULL ? 0 : strlen(query),
                                 .trl_min = QIAO_UNKNOWN,
                                 .trl_max = QIAO_UNKNOWN};
}
