/*
 * Faults from outside: a library for LD_PRELOAD that counts the calls by which a program changes files, and at the Nth
 * of them kills the process or makes the call fail. Works on unmodified binaries and libraries; stdio's own writes are
 * not seen (they stay inside libc).
 *
 *   QIAO_FAULT_KIND   kill         SIGKILL instead of the call
 *                     torn         write the first half, then SIGKILL (calls that write nothing: as kill)
 *                     enospc, eio  the call fails once with that error
 *                     enospc-on, eio-on   it and all later calls fail (a disk that stays full)
 *                     enospc-while, eio-while   every call fails as long as the file QIAO_FAULT_WHILE is there (a disk
 *                                  that gets room again)
 *                     short        the call writes the first half only and says so (calls that write nothing: pass)
 *                     none         only count
 *   QIAO_FAULT_AT     N, from 1
 *   QIAO_FAULT_PATH   count only files whose path begins so (absolute); default: every regular file and folder
 *   QIAO_FAULT_LOG    at the end of the process and at the fault a line is appended: program pid=P count=N fault=CALL
 * (or fault=none). Absolute path outside of QIAO_FAULT_PATH.
 *
 * Standard input, output and error, pipes, sockets and terminals are never counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

typedef enum fault_kind { FAULT_NONE, FAULT_KILL, FAULT_TORN, FAULT_ERROR, FAULT_SHORT } fault_kind;

static fault_kind kind;
static int fault_errno;
static bool lasting;
static unsigned long fault_at;
static const char *path_prefix;
static const char *log_path;
static const char *switch_path; /* NULL = faults are counted off */
static atomic_ulong counted;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
configure(void)
{
    static const struct {
        const char *name;
        fault_kind kind;
        int error;
        bool lasting;
    } kinds[] = {
        {"kill", FAULT_KILL, 0, false},           {"torn", FAULT_TORN, 0, false},
        {"enospc", FAULT_ERROR, ENOSPC, false},   {"eio", FAULT_ERROR, EIO, false},
        {"enospc-on", FAULT_ERROR, ENOSPC, true}, {"eio-on", FAULT_ERROR, EIO, true},
        {"short", FAULT_SHORT, 0, false},         {"enospc-while", FAULT_ERROR, ENOSPC, true},
        {"eio-while", FAULT_ERROR, EIO, true},
    };
    const char *name = getenv("QIAO_FAULT_KIND"), *at = getenv("QIAO_FAULT_AT");

    for (size_t i = 0; name != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            kind = kinds[i].kind;
            fault_errno = kinds[i].error;
            lasting = kinds[i].lasting;
        }
    fault_at = at != NULL ? strtoul(at, NULL, 10) : 0;
    path_prefix = getenv("QIAO_FAULT_PATH");
    log_path = getenv("QIAO_FAULT_LOG");
    if (name != NULL && strstr(name, "-while") != NULL)
        switch_path = getenv("QIAO_FAULT_WHILE");
}

/* By system call: the wrappers below must not count this. */
static void
write_log(const char *call)
{
    char line[256];
    int n, fd;

    if (log_path == NULL)
        return;
    n = snprintf(line, sizeof line, "%s pid=%ld count=%lu fault=%s\n", program_invocation_short_name, (long)getpid(),
                 atomic_load(&counted), call);
    fd = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || n < 0)
        return;
    syscall(SYS_write, fd, line, (size_t)n);
    close(fd);
}

__attribute__((destructor)) static void
report_end(void)
{
    pthread_once(&once, configure);
    write_log("none");
}

static void
die(const char *call)
{
    write_log(call);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static bool
has_prefix(const char *path)
{
    return path_prefix == NULL || strncmp(path, path_prefix, strlen(path_prefix)) == 0;
}

static bool
descriptor_counts(int fd)
{
    struct stat facts;
    char link[64], path[PATH_MAX];
    ssize_t n;

    if (fd <= 2 || fstat(fd, &facts) != 0 || (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode)))
        return false;
    if (path_prefix == NULL)
        return true;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    return has_prefix(path);
}

/* A path as the kernel would see it from that folder; good enough for comparing a beginning. */
static bool
name_counts(int folder, const char *name)
{
    char link[64], path[PATH_MAX];
    ssize_t n;

    if (path_prefix == NULL)
        return true;
    if (*name == '/')
        return has_prefix(name);
    if (folder == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    n = readlink(link, path, sizeof path - 1);
    if (n <= 0 || (size_t)n + strlen(name) + 2 > sizeof path)
        return false;
    path[n] = '/';
    memcpy(path + n + 1, name, strlen(name) + 1);
    return has_prefix(path);
}

typedef enum verdict { PASS, FAIL, HALF, HALF_AND_DIE } verdict;

/* writes: the call can be cut in half. */
static verdict
judge(bool counts, bool writes, const char *call)
{
    unsigned long now;

    pthread_once(&once, configure);
    if (!counts)
        return PASS;
    now = atomic_fetch_add(&counted, 1) + 1;
    if (switch_path != NULL) {
        if (access(switch_path, F_OK) != 0)
            return PASS;
        errno = fault_errno;
        return FAIL;
    }
    if (fault_at == 0 || now < fault_at || (now > fault_at && !lasting))
        return PASS;
    switch (kind) {
    case FAULT_NONE:
        return PASS;
    case FAULT_KILL:
        die(call);
        return FAIL;
    case FAULT_TORN:
        if (!writes)
            die(call);
        return HALF_AND_DIE;
    case FAULT_ERROR:
        if (now == fault_at)
            write_log(call);
        errno = fault_errno;
        return FAIL;
    case FAULT_SHORT:
        if (writes)
            write_log(call);
        return writes ? HALF : PASS;
    }
    return PASS;
}

/* The next definition of the same function (libc's, or a sanitizer's that calls libc's). */
#define NEXT(name) ((__typeof__(&name))next_symbol(#name))

static void *
next_symbol(const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    if (symbol == NULL)
        abort();
    return symbol;
}

static size_t
half(size_t length)
{
    return length > 1 ? length / 2 : length;
}

static bool
by_name(int folder, const char *name)
{
    pthread_once(&once, configure);
    return name_counts(folder, name);
}

static bool
by_descriptor(int fd)
{
    pthread_once(&once, configure);
    return descriptor_counts(fd);
}

/* --- calls that write --- */

#define WRITE_BODY(call, whole, part)                                                                                  \
    switch (judge(by_descriptor(fd), true, call)) {                                                                    \
    case PASS:                                                                                                         \
        break;                                                                                                         \
    case FAIL:                                                                                                         \
        return -1;                                                                                                     \
    case HALF:                                                                                                         \
        return part;                                                                                                   \
    case HALF_AND_DIE:                                                                                                 \
        if (part >= 0)                                                                                                 \
            die(call);                                                                                                 \
        die(call);                                                                                                     \
    }                                                                                                                  \
    return whole

ssize_t
write(int fd, const void *bytes, size_t length)
{
    WRITE_BODY("write", NEXT(write)(fd, bytes, length), NEXT(write)(fd, bytes, half(length)));
}

ssize_t
pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    WRITE_BODY("pwrite", NEXT(pwrite)(fd, bytes, length, offset), NEXT(pwrite)(fd, bytes, half(length), offset));
}

ssize_t
pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
    WRITE_BODY("pwrite", NEXT(pwrite64)(fd, bytes, length, offset), NEXT(pwrite64)(fd, bytes, half(length), offset));
}

/* Half of a gathered write: the first half of its first piece. */
static struct iovec
first_half(const struct iovec *pieces)
{
    return (struct iovec){pieces[0].iov_base, half(pieces[0].iov_len)};
}

ssize_t
writev(int fd, const struct iovec *pieces, int count)
{
    struct iovec piece = first_half(pieces);

    WRITE_BODY("writev", NEXT(writev)(fd, pieces, count), NEXT(writev)(fd, &piece, 1));
}

ssize_t
pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
    struct iovec piece = first_half(pieces);

    WRITE_BODY("pwritev", NEXT(pwritev)(fd, pieces, count, offset), NEXT(pwritev)(fd, &piece, 1, offset));
}

ssize_t
pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset)
{
    struct iovec piece = first_half(pieces);

    WRITE_BODY("pwritev", NEXT(pwritev64)(fd, pieces, count, offset), NEXT(pwritev64)(fd, &piece, 1, offset));
}

ssize_t
sendfile(int fd, int in, off_t *offset, size_t length)
{
    WRITE_BODY("sendfile", NEXT(sendfile)(fd, in, offset, length), NEXT(sendfile)(fd, in, offset, half(length)));
}

ssize_t
sendfile64(int fd, int in, off64_t *offset, size_t length)
{
    WRITE_BODY("sendfile", NEXT(sendfile64)(fd, in, offset, length), NEXT(sendfile64)(fd, in, offset, half(length)));
}

ssize_t
copy_file_range(int in, off64_t *in_offset, int fd, off64_t *offset, size_t length, unsigned flags)
{
    WRITE_BODY("copy_file_range", NEXT(copy_file_range)(in, in_offset, fd, offset, length, flags),
               NEXT(copy_file_range)(in, in_offset, fd, offset, half(length), flags));
}

/* --- calls that change names, lengths, or bring data to the disk --- */

#define FAILS(counts, call) (judge(counts, false, call) == FAIL)

int
rename(const char *from, const char *to)
{
    return FAILS(by_name(AT_FDCWD, to), "rename") ? -1 : NEXT(rename)(from, to);
}

int
renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return FAILS(by_name(to_folder, to), "renameat") ? -1 : NEXT(renameat)(from_folder, from, to_folder, to);
}

int
renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    return FAILS(by_name(to_folder, to), "renameat2") ? -1 : NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

int
link(const char *from, const char *to)
{
    return FAILS(by_name(AT_FDCWD, to), "link") ? -1 : NEXT(link)(from, to);
}

int
linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    return FAILS(by_name(to_folder, to), "linkat") ? -1 : NEXT(linkat)(from_folder, from, to_folder, to, flags);
}

int
fsync(int fd)
{
    return FAILS(by_descriptor(fd), "fsync") ? -1 : NEXT(fsync)(fd);
}

int
fdatasync(int fd)
{
    return FAILS(by_descriptor(fd), "fdatasync") ? -1 : NEXT(fdatasync)(fd);
}

int
msync(void *memory, size_t length, int flags)
{
    return FAILS(true, "msync") ? -1 : NEXT(msync)(memory, length, flags);
}

int
unlink(const char *name)
{
    return FAILS(by_name(AT_FDCWD, name), "unlink") ? -1 : NEXT(unlink)(name);
}

int
unlinkat(int folder, const char *name, int flags)
{
    return FAILS(by_name(folder, name), "unlinkat") ? -1 : NEXT(unlinkat)(folder, name, flags);
}

int
rmdir(const char *name)
{
    return FAILS(by_name(AT_FDCWD, name), "rmdir") ? -1 : NEXT(rmdir)(name);
}

int
mkdir(const char *name, mode_t mode)
{
    return FAILS(by_name(AT_FDCWD, name), "mkdir") ? -1 : NEXT(mkdir)(name, mode);
}

int
mkdirat(int folder, const char *name, mode_t mode)
{
    return FAILS(by_name(folder, name), "mkdirat") ? -1 : NEXT(mkdirat)(folder, name, mode);
}

int
ftruncate(int fd, off_t length)
{
    return FAILS(by_descriptor(fd), "ftruncate") ? -1 : NEXT(ftruncate)(fd, length);
}

int
ftruncate64(int fd, off64_t length)
{
    return FAILS(by_descriptor(fd), "ftruncate") ? -1 : NEXT(ftruncate64)(fd, length);
}

int
posix_fallocate(int fd, off_t offset, off_t length)
{
    return FAILS(by_descriptor(fd), "posix_fallocate") ? errno : NEXT(posix_fallocate)(fd, offset, length);
}

int
posix_fallocate64(int fd, off64_t offset, off64_t length)
{
    return FAILS(by_descriptor(fd), "posix_fallocate") ? errno : NEXT(posix_fallocate64)(fd, offset, length);
}
