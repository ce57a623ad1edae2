/* See kv_residence.h. LMDB does not tell where its map is; the kernel does. */
#define _DEFAULT_SOURCE /* madvise: the posix_madvise of glibc does nothing here */

#include "store/kv_residence.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

void
qiaoi_residence_find(int fd, qiaoi_residence *out)
{
    struct stat facts;
    FILE *maps;
    char line[4352];

    *out = (qiaoi_residence){.start = NULL};
    if (fstat(fd, &facts) != 0)
        return;
    maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && out->start == NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long start, end, offset, inode;
        unsigned major_of, minor_of;

        if (sscanf(line, "%lx-%lx %*4s %lx %x:%x %lu", &start, &end, &offset, &major_of, &minor_of, &inode) == 6 &&
            offset == 0 && inode == facts.st_ino && major_of == major(facts.st_dev) && minor_of == minor(facts.st_dev))
            *out = (qiaoi_residence){.start = (char *)(uintptr_t)start, .length = end - start};
    }
    if (maps != NULL)
        fclose(maps);
}

void
qiaoi_residence_drop(const qiaoi_residence *residence, size_t length)
{
    if (residence->start == NULL)
        return;
    (void)madvise(residence->start, length < residence->length ? length : residence->length, MADV_DONTNEED);
}
