/* See spool.h. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

qiao_status
qiaoi_spool_open(int *fd_out, qiao_error *err)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];

    if (folder == NULL || *folder == '\0')
        folder = "/tmp";
    snprintf(path, sizeof path, "%.4000s/qiao-XXXXXX", folder);
    *fd_out = mkstemp(path);
    if (*fd_out < 0)
        return qiao_fail_errno(err, errno, "cannot make a temporary file in %s", folder);
    (void)fcntl(*fd_out, F_SETFD, FD_CLOEXEC);
    (void)unlink(path); /* nobody else needs its name */
    return QIAO_OK;
}

qiao_status
qiaoi_spool_read(int fd, uint64_t at, void *out, size_t length, qiao_error *err)
{
    char *to = out;

    while (length > 0) {
        ssize_t n = pread(fd, to, length, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return qiao_fail_errno(err, errno, "cannot read a temporary file");
        if (n == 0)
            return qiao_fail(err, QIAO_E_CORRUPT, "cannot read a temporary file");
        to += n;
        at += (uint64_t)n;
        length -= (size_t)n;
    }
    return QIAO_OK;
}
