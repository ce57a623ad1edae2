/*
 * Around LMDB: which files this process has open (LMDB's own locks are the process's, and closing a second opening
 * would drop them all), the room of the mapped lock file, and whether an unexplained write error is a full disk.
 */
#include "store/kv_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOCK_FILE_SIZE 36864 /* more than 510 slots of 64 bytes and their head: LMDB then keeps the size it finds */
#define FULL_BELOW ((uint64_t)1 << 20)

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static qiaoi_kv_opened *open_files;

static bool
insert(qiaoi_kv_opened *opened)
{
    for (const qiaoi_kv_opened *other = open_files; other != NULL; other = other->next)
        if (other->device == opened->device && other->inode == opened->inode)
            return false;
    opened->next = open_files;
    open_files = opened;
    return true;
}

qiao_status
qiaoi_kv_register(qiaoi_kv_opened *opened, const char *path, qiao_error *err)
{
    struct stat facts;

    if (stat(path, &facts) != 0)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    opened->device = facts.st_dev;
    opened->inode = facts.st_ino;
    pthread_mutex_lock(&guard);
    opened->registered = insert(opened);
    pthread_mutex_unlock(&guard);
    if (!opened->registered)
        return qiao_fail(err, QIAO_E_LOCKED, "%s is already open in this process", path);
    return QIAO_OK;
}

void
qiaoi_kv_unregister(qiaoi_kv_opened *opened)
{
    if (!opened->registered)
        return;
    pthread_mutex_lock(&guard);
    for (qiaoi_kv_opened **at = &open_files; *at != NULL; at = &(*at)->next)
        if (*at == opened) {
            *at = opened->next;
            break;
        }
    pthread_mutex_unlock(&guard);
    opened->registered = false;
}

qiao_status
qiaoi_kv_lock_path(const char *path, char *out, qiao_error *err)
{
    int n = snprintf(out, QIAOI_KV_PATH_SIZE, "%s-lock", path);

    if (n < 0 || n >= QIAOI_KV_PATH_SIZE)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", path);
    return QIAO_OK;
}

qiao_status
qiaoi_kv_reserve_lock_file(const char *path, mode_t mode, qiao_error *err)
{
    char lock_path[QIAOI_KV_PATH_SIZE];
    struct stat facts;
    int fd, code;
    qiao_status status = qiaoi_kv_lock_path(path, lock_path, err);

    if (status != QIAO_OK)
        return status;
    if (stat(lock_path, &facts) == 0 && facts.st_size >= LOCK_FILE_SIZE)
        return QIAO_OK;
    fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, mode);
    if (fd < 0)
        return errno == EROFS ? QIAO_OK : qiao_fail_errno(err, errno, "cannot create %s", lock_path);
    code = posix_fallocate(fd, 0, LOCK_FILE_SIZE);
    close(fd);
    return code == 0 ? QIAO_OK : qiao_fail_errno(err, code, "cannot create %s", lock_path);
}

bool
qiaoi_kv_disk_is_full(const char *path)
{
    struct statvfs facts;

    return statvfs(path, &facts) == 0 && (uint64_t)facts.f_bavail * facts.f_frsize < FULL_BELOW;
}
