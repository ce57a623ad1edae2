/*
 * Single files: reading, atomic replacement, rename with a synced parent, sizes. What must survive a power cut is
 * written as: new file, fsync, rename, fsync of the folder. Trees are in tree.c.
 */
#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define DEFAULT_LIMIT ((size_t)1 << 30)
#define COPY_BLOCK ((size_t)1 << 20)

static qiao_status
read_all(int fd, const char *path, size_t limit, qiao_buffer *out, qiao_error *err)
{
    size_t start = out->length;
    struct stat facts;

    if (fstat(fd, &facts) != 0)
        return qiao_fail_errno(err, errno, "cannot read the size of %s", path);
    if (S_ISREG(facts.st_mode) && facts.st_size > 0 && (uintmax_t)facts.st_size <= limit &&
        !qiao_buffer_reserve(out, (size_t)facts.st_size + 1))
        return qiao_buffer_check(out, err);
    for (;;) {
        ssize_t n;

        if (out->capacity - out->length < 2 && !qiao_buffer_reserve(out, 4096))
            return qiao_buffer_check(out, err);
        n = read(fd, out->data + out->length, out->capacity - out->length - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return qiao_fail_errno(err, errno, "cannot read %s", path);
        if (n == 0)
            break;
        out->length += (size_t)n;
        out->data[out->length] = '\0';
        if (out->length - start > limit)
            return qiao_fail(err, QIAO_E_LIMIT, "%s is longer than %zu bytes", path, limit);
    }
    return QIAO_OK;
}

qiao_status
qiao_file_read(const char *path, size_t limit, qiao_buffer *out, qiao_error *err)
{
    size_t before = out->length;
    qiao_status status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    status = read_all(fd, path, limit != 0 ? limit : DEFAULT_LIMIT, out, err);
    close(fd);
    if (status != QIAO_OK && out->data != NULL) {
        out->length = before;
        out->data[before] = '\0';
    }
    return status;
}

static qiao_status
write_all(int fd, const char *path, const char *bytes, size_t length, qiao_error *err)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return qiao_fail_errno(err, errno, "cannot write %s", path);
        bytes += n;
        length -= (size_t)n;
    }
    return QIAO_OK;
}

/* Folder that holds path, in out (PATH_SIZE bytes). */
static qiao_status
parent_of(const char *path, char *out, qiao_error *err)
{
    size_t length = strlen(path);

    if (length >= PATH_SIZE)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0) {
        memcpy(out, ".", 2);
        return QIAO_OK;
    }
    memcpy(out, path, length);
    out[length] = '\0';
    return QIAO_OK;
}

static qiao_status
sync_parent(const char *path, qiao_error *err)
{
    char parent[PATH_SIZE];
    qiao_status status = parent_of(path, parent, err);

    return status == QIAO_OK ? qiao_file_sync(parent, err) : status;
}

/* Creates the file, writes and syncs it; it stays behind on failure, for the caller to remove. */
static qiao_status
write_new(const char *path, const void *bytes, size_t length, qiao_error *err)
{
    qiao_status status;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot create %s", path);
    status = write_all(fd, path, bytes, length, err);
    if (status == QIAO_OK && fsync(fd) != 0)
        status = qiao_fail_errno(err, errno, "cannot sync %s", path);
    if (close(fd) != 0 && status == QIAO_OK)
        status = qiao_fail_errno(err, errno, "cannot close %s", path);
    return status;
}

qiao_status
qiao_file_write_atomic(const char *path, const void *bytes, size_t length, qiao_error *err)
{
    static atomic_uint serial;
    char beside[PATH_SIZE];
    int n = snprintf(beside, sizeof beside, "%s.%ld-%u.tmp", path, (long)getpid(), atomic_fetch_add(&serial, 1));
    qiao_status status;

    if (n < 0 || (size_t)n >= sizeof beside)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", path);
    status = write_new(beside, bytes, length, err);
    if (status == QIAO_OK && rename(beside, path) != 0)
        status = qiao_fail_errno(err, errno, "cannot rename %s to %s", beside, path);
    if (status != QIAO_OK) {
        unlink(beside);
        return status;
    }
    return sync_parent(path, err);
}

static qiao_status
copy_content(int from, const char *from_path, int to, const char *to_path, qiao_error *err)
{
    char *block = qiao_alloc(COPY_BLOCK);
    qiao_status status = block == NULL ? qiao_fail_memory(err) : QIAO_OK;

    while (status == QIAO_OK) {
        ssize_t n = read(from, block, COPY_BLOCK);

        if (n == 0)
            break;
        if (n > 0)
            status = write_all(to, to_path, block, (size_t)n, err);
        else if (errno != EINTR)
            status = qiao_fail_errno(err, errno, "cannot read %s", from_path);
    }
    qiao_free(block);
    return status;
}

qiao_status
qiao_file_copy(const char *from, const char *to, qiao_error *err)
{
    qiao_status status = QIAO_OK;
    int in = open(from, O_RDONLY | O_CLOEXEC), out;

    if (in < 0)
        return qiao_fail_errno(err, errno, "cannot open %s", from);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out < 0)
        status = qiao_fail_errno(err, errno, "cannot create %s", to);
    if (status == QIAO_OK)
        status = copy_content(in, from, out, to, err);
    if (out >= 0 && close(out) != 0 && status == QIAO_OK)
        status = qiao_fail_errno(err, errno, "cannot close %s", to);
    close(in);
    return status;
}

qiao_status
qiao_file_write_at(int fd, const char *path, const void *bytes, size_t length, uint64_t at, qiao_error *err)
{
    const char *from = bytes;

    while (length > 0) {
        ssize_t n = pwrite(fd, from, length, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return qiao_fail_errno(err, errno, "cannot write %s", path);
        from += n;
        length -= (size_t)n;
        at += (uint64_t)n;
    }
    return QIAO_OK;
}

qiao_status
qiao_file_sync(const char *path, qiao_error *err)
{
    qiao_status status = QIAO_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    if (fsync(fd) != 0)
        status = qiao_fail_errno(err, errno, "cannot sync %s", path);
    close(fd);
    return status;
}

qiao_status
qiao_file_rename(const char *from, const char *to, qiao_error *err)
{
    char from_parent[PATH_SIZE], to_parent[PATH_SIZE];
    qiao_status status = parent_of(from, from_parent, err);

    if (status == QIAO_OK)
        status = parent_of(to, to_parent, err);
    if (status != QIAO_OK)
        return status;
    if (rename(from, to) != 0)
        return qiao_fail_errno(err, errno, "cannot rename %s to %s", from, to);
    status = qiao_file_sync(to_parent, err);
    if (status == QIAO_OK && strcmp(from_parent, to_parent) != 0)
        status = qiao_file_sync(from_parent, err);
    return status;
}

bool
qiao_file_exists(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0;
}

qiao_status
qiao_file_size(const char *path, uint64_t *size_out, qiao_error *err)
{
    struct stat facts;

    if (stat(path, &facts) != 0)
        return qiao_fail_errno(err, errno, "cannot read the size of %s", path);
    *size_out = (uint64_t)facts.st_size;
    return QIAO_OK;
}
