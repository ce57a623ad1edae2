/*
 * Whole-file locks between processes (flock): freed by the kernel when the holder dies, so there is no stale lock to
 * clean up. The file holds the pid of the holder as text for the message to the one who must wait. It is never removed:
 * removing it would let two processes lock two different files of the same name.
 */
#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

struct qiao_lock {
    int fd;
};

/* 0 where the file does not say. */
static long
read_holder(int fd)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    char *end;
    long pid;

    if (n <= 0)
        return 0;
    text[n] = '\0';
    pid = strtol(text, &end, 10);
    return pid > 0 && *end == '\n' ? pid : 0;
}

/* The pid only serves a message, so a full disk here does not keep the work (which may free space) from being done. */
static void
write_holder(int fd)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
        errno = 0;
}

static qiao_status
fail_locked(int fd, const char *path, qiao_error *err)
{
    long pid = read_holder(fd);

    if (pid == 0)
        return qiao_fail(err, QIAO_E_LOCKED, "another process holds %s", path);
    qiao_fail(err, QIAO_E_LOCKED, "process %ld holds %s", pid, path);
    qiao_error_hint(err, "wait for process %ld to end, or stop it with kill %ld, and run again", pid, pid);
    return QIAO_E_LOCKED;
}

qiao_status
qiao_lock_take(const char *path, qiao_lock **out, qiao_error *err)
{
    qiao_lock *lock = qiao_alloc(sizeof *lock);
    qiao_status status;

    *out = NULL;
    if (lock == NULL)
        return qiao_fail_memory(err);
    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock->fd < 0) {
        status = qiao_fail_errno(err, errno, "cannot open the lock file %s", path);
        goto failed;
    }
    if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK ? fail_locked(lock->fd, path, err)
                                      : qiao_fail_errno(err, errno, "cannot lock %s", path);
        goto failed;
    }
    write_holder(lock->fd);
    *out = lock;
    return QIAO_OK;

failed:
    if (lock->fd >= 0)
        close(lock->fd);
    qiao_free(lock);
    return status;
}

void
qiao_lock_release(qiao_lock *lock)
{
    if (lock == NULL)
        return;
    if (ftruncate(lock->fd, 0) != 0)
        errno = 0; /* the pid stays behind; the next holder replaces it */
    close(lock->fd);
    qiao_free(lock);
}
