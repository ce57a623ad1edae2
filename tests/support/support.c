/* Folders, files and records for tests. */
#include "support.h"

#include "qiao/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
qiao_test_assert_status(qiao_status actual, qiao_status expected, const qiao_error *err, const char *call,
                        const char *file, int line)
{
    if (actual == expected)
        return;
    print_error("%s\n  gave %s instead of %s: %s\n", call, qiao_status_token(actual), qiao_status_token(expected),
                err != NULL ? err->message : "");
    _fail(file, line);
}

size_t
qiao_test_open_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");

    if (folder == NULL)
        return 0;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

void
qiao_test_folder_init(qiao_test_folder *folder)
{
    const char *base = getenv("TMPDIR");

    folder->descriptors = qiao_test_open_descriptors();
    snprintf(folder->path, sizeof folder->path, "%s/qiao-test-XXXXXX", base != NULL && *base != '\0' ? base : "/tmp");
    if (mkdtemp(folder->path) == NULL)
        fail_msg("cannot create %s", folder->path);
}

void
qiao_test_folder_done(qiao_test_folder *folder)
{
    qiao_error err = QIAO_ERROR_INIT;

    assert_ok(qiao_file_remove_tree(folder->path, &err), &err);
    assert_int_equal(qiao_test_open_descriptors(), folder->descriptors);
}

const char *
qiao_test_path(const qiao_test_folder *folder, const char *name)
{
    static char paths[8][512];
    static unsigned turn;
    char *path = paths[turn++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", folder->path, name);
    return path;
}

void
qiao_test_write(const char *path, const void *bytes, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0)
        fail_msg("cannot create %s", path);
    if (write(fd, bytes, length) != (ssize_t)length)
        fail_msg("cannot write %s", path);
    close(fd);
}

void
qiao_test_write_text(const char *path, const char *text)
{
    qiao_test_write(path, text, strlen(text));
}

void
qiao_test_truncate(const char *path, uint64_t length)
{
    if (truncate(path, (off_t)length) != 0)
        fail_msg("cannot shorten %s", path);
}

void
qiao_test_flip(const char *path, uint64_t offset)
{
    unsigned char byte;
    int fd = open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0 || pread(fd, &byte, 1, (off_t)offset) != 1)
        fail_msg("cannot read byte %llu of %s", (unsigned long long)offset, path);
    byte = (unsigned char)~byte;
    if (pwrite(fd, &byte, 1, (off_t)offset) != 1)
        fail_msg("cannot change %s", path);
    close(fd);
}

qiao_record
qiao_test_record(qiao_kind kind, const char *id, const char *json)
{
    qiao_record record = {.kind = kind, .id = id, .canonical = json, .canonical_length = strlen(json)};

    record.content_hash = qiao_hash64(json, record.canonical_length, 0);
    return record;
}
