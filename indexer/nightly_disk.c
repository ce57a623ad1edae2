/* How much room there is, and how much a stage will want: see nightly.h. */
#include "nightly.h"

#include "qiao/catalog.h"
#include "qiao/file.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define MIB ((uint64_t)1 << 20)
#define DEPTH_MAX 8u

/* Bytes taken on the disk by a file or a folder; what cannot be read counts nothing. */
static uint64_t
taken(const char *path, unsigned depth)
{
    struct stat status;
    const struct dirent *entry;
    uint64_t sum;
    DIR *folder;

    if (lstat(path, &status) != 0)
        return 0;
    sum = (uint64_t)status.st_blocks * 512;
    if (!S_ISDIR(status.st_mode) || depth == 0 || (folder = opendir(path)) == NULL)
        return sum;
    while ((entry = readdir(folder)) != NULL) {
        char below[QIAO_NIGHTLY_PATH];
        int n = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);

        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && n > 0 && (size_t)n < sizeof below)
            sum += taken(below, depth - 1);
    }
    closedir(folder);
    return sum;
}

static uint64_t
taken_in(const char *data, const char *name)
{
    char path[QIAO_NIGHTLY_PATH];
    int n = snprintf(path, sizeof path, "%s/%s", data, name);

    return n > 0 && (size_t)n < sizeof path ? taken(path, DEPTH_MAX) : 0;
}

static uint64_t
free_of(const char *data)
{
    struct statvfs disk;

    return statvfs(data, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}

void
qiao_nightly_disk_read(const char *data, qiao_nightly_disk *out)
{
    uint64_t all = taken(data, DEPTH_MAX), known;

    *out = (qiao_nightly_disk){.free = free_of(data),
                               .catalog = taken_in(data, "catalog"),
                               .archive = taken_in(data, "archive"),
                               .source = taken_in(data, "source.mdb"),
                               .reports = taken_in(data, "reports")};
    known = out->catalog + out->archive + out->source + out->reports;
    out->other = all > known ? all - known : 0;
}

/* A build stages a whole generation beside the served one and keeps what it found; the first has only the source store
 * to go by. */
static uint64_t
wanted_by_build(const char *data)
{
    char path[QIAO_PATH_MAX];
    uint64_t number, generation = 0, source = taken_in(data, "source.mdb") * 4;
    qiao_error none = QIAO_ERROR_INIT;

    if (qiao_catalog_current(data, &number, &none) == QIAO_OK &&
        qiao_catalog_path(data, number, path, &none) == QIAO_OK)
        generation = taken(path, DEPTH_MAX) * 2;
    return generation != 0 ? generation : source;
}

qiao_status
qiao_nightly_disk_check(const char *data, const char *stage, uint32_t min_free_mib, qiao_error *err)
{
    uint64_t room = free_of(data), wanted = (uint64_t)min_free_mib * MIB;

    if (strcmp(stage, "build") == 0)
        wanted += wanted_by_build(data);
    if (room >= wanted)
        return QIAO_OK;
    qiao_fail(err, QIAO_E_REFUSED, "%s was not begun: it may need %llu MiB, and the disk of %s has %llu MiB free",
              stage, (unsigned long long)(wanted / MIB + 1), data, (unsigned long long)(room / MIB));
    qiao_error_hint(err, "make room (qiao-indexer prune, a larger disk) and start the night again: it goes on here");
    return QIAO_E_REFUSED;
}
