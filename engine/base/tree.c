/* Folder trees: making, syncing, removing. Walks by descriptor and never follows a symbolic link, so nothing outside is
 * touched. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* sync_file_range */
#endif
#include "qiao/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define DEEPEST 64

static qiao_status
make_one(const char *path, qiao_error *err)
{
    struct stat facts;

    if (mkdir(path, 0777) == 0)
        return QIAO_OK;
    if (errno != EEXIST)
        return qiao_fail_errno(err, errno, "cannot create the folder %s", path);
    if (stat(path, &facts) == 0 && !S_ISDIR(facts.st_mode))
        return qiao_fail_errno(err, ENOTDIR, "cannot create the folder %s", path);
    return QIAO_OK;
}

qiao_status
qiao_file_make_directories(const char *path, qiao_error *err)
{
    char part[PATH_SIZE];
    size_t length = strlen(path);

    if (length == 0 || length >= sizeof part)
        return qiao_fail(err, QIAO_E_LIMIT, "a folder path must have 1 to 4,095 bytes, this one has %zu", length);
    memcpy(part, path, length + 1);
    for (size_t i = 1; i < length; i++) {
        qiao_status status;

        if (part[i] != '/' || part[i - 1] == '/')
            continue;
        part[i] = '\0';
        status = make_one(part, err);
        part[i] = '/';
        if (status != QIAO_OK)
            return status;
    }
    return make_one(part, err);
}

static bool
is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

typedef struct walk {
    const char *root; /* for messages */
    qiao_error *err;
} walk;

/* Opens the folder name inside parent as a stream. fd_out is the stream's own descriptor. */
static qiao_status
open_folder(const walk *w, int parent, const char *name, DIR **out)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    *out = NULL;
    if (fd < 0)
        return qiao_fail_errno(w->err, errno, "cannot open the folder %s in %s", name, w->root);
    *out = fdopendir(fd);
    if (*out == NULL) {
        int reason = errno;

        close(fd);
        return qiao_fail_errno(w->err, reason, "cannot open the folder %s in %s", name, w->root);
    }
    return QIAO_OK;
}

/* Next entry that is not "." or ".."; NULL at the end or on error (status_out). */
static const char *
next_name(const walk *w, DIR *folder, qiao_status *status_out)
{
    struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(folder);
    } while (entry != NULL && is_dots(entry->d_name));
    if (entry == NULL && errno != 0)
        *status_out = qiao_fail_errno(w->err, errno, "cannot list %s", w->root);
    return entry != NULL ? entry->d_name : NULL;
}

static qiao_status
sync_at(const walk *w, int parent, const char *name)
{
    qiao_status status = QIAO_OK;
    int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return qiao_fail_errno(w->err, errno, "cannot open %s in %s", name, w->root);
    if (fsync(fd) != 0)
        status = qiao_fail_errno(w->err, errno, "cannot sync %s in %s", name, w->root);
    close(fd);
    return status;
}

static qiao_status
kind_at(const walk *w, int parent, const char *name, mode_t *mode_out)
{
    struct stat facts;

    if (fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return qiao_fail_errno(w->err, errno, "cannot read %s in %s", name, w->root);
    *mode_out = facts.st_mode;
    return QIAO_OK;
}

/* The system begins to write the files of a folder, and of those inside, and does not wait. What fails, fails again
 * when it is synced. */
static void
write_out_folder(const walk *w, int parent, const char *name, int depth)
{
#if defined(__linux__)
    qiao_status status = QIAO_OK;
    DIR *folder;
    const char *child;

    if (depth > DEEPEST || open_folder(w, parent, name, &folder) != QIAO_OK)
        return;
    while ((child = next_name(w, folder, &status)) != NULL) {
        mode_t mode;
        int fd;

        if (kind_at(w, dirfd(folder), child, &mode) != QIAO_OK)
            continue;
        if (S_ISDIR(mode))
            write_out_folder(w, dirfd(folder), child, depth + 1);
        fd = S_ISREG(mode) ? openat(dirfd(folder), child, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd < 0)
            continue;
        (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
        close(fd);
    }
    closedir(folder);
#else
    (void)w, (void)parent, (void)name, (void)depth;
#endif
}

void
qiao_file_write_out_tree(const char *path)
{
    walk w = {path, NULL};

    write_out_folder(&w, AT_FDCWD, path, 0);
}

static qiao_status
sync_folder(const walk *w, int parent, const char *name, int depth)
{
    qiao_status status;
    DIR *folder;
    const char *child;

    if (depth > DEEPEST)
        return qiao_fail(w->err, QIAO_E_LIMIT, "folders in %s are nested deeper than %d levels", w->root, DEEPEST);
    status = open_folder(w, parent, name, &folder);
    while (status == QIAO_OK && (child = next_name(w, folder, &status)) != NULL) {
        mode_t mode;

        status = kind_at(w, dirfd(folder), child, &mode);
        if (status == QIAO_OK && S_ISDIR(mode))
            status = sync_folder(w, dirfd(folder), child, depth + 1);
        else if (status == QIAO_OK && S_ISREG(mode))
            status = sync_at(w, dirfd(folder), child);
    }
    if (status == QIAO_OK && fsync(dirfd(folder)) != 0)
        status = qiao_fail_errno(w->err, errno, "cannot sync %s in %s", name, w->root);
    if (folder != NULL)
        closedir(folder);
    return status;
}

qiao_status
qiao_file_sync_tree(const char *path, qiao_error *err)
{
    walk w = {path, err};
    mode_t mode;
    qiao_status status = kind_at(&w, AT_FDCWD, path, &mode);

    if (status != QIAO_OK)
        return status;
    if (S_ISDIR(mode))
        qiao_file_write_out_tree(path); /* all at once, and one after the other is then waited for */
    return S_ISDIR(mode) ? sync_folder(&w, AT_FDCWD, path, 0) : qiao_file_sync(path, err);
}

static qiao_status
unlink_at(const walk *w, int parent, const char *name, int flags)
{
    if (unlinkat(parent, name, flags) != 0 && errno != ENOENT)
        return qiao_fail_errno(w->err, errno, "cannot remove %s in %s", name, w->root);
    return QIAO_OK;
}

static qiao_status
remove_at(const walk *w, int parent, const char *name, int depth)
{
    qiao_status status;
    DIR *folder = NULL;
    const char *child;
    mode_t mode;

    if (depth > DEEPEST)
        return qiao_fail(w->err, QIAO_E_LIMIT, "folders in %s are nested deeper than %d levels", w->root, DEEPEST);
    status = kind_at(w, parent, name, &mode);
    if (status != QIAO_OK)
        return status == QIAO_E_NOTFOUND ? QIAO_OK : status; /* someone else was quicker */
    if (!S_ISDIR(mode))
        return unlink_at(w, parent, name, 0);
    status = open_folder(w, parent, name, &folder);
    while (status == QIAO_OK && (child = next_name(w, folder, &status)) != NULL)
        status = remove_at(w, dirfd(folder), child, depth + 1);
    if (folder != NULL)
        closedir(folder);
    return status == QIAO_OK ? unlink_at(w, parent, name, AT_REMOVEDIR) : status;
}

qiao_status
qiao_file_remove_tree(const char *path, qiao_error *err)
{
    walk w = {path, err};
    struct stat facts;

    if (lstat(path, &facts) != 0 && errno == ENOENT)
        return QIAO_OK;
    return remove_at(&w, AT_FDCWD, path, 0);
}
