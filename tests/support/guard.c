/* The guard buffer: see guard.h. */
#include "guard.h"

#include "support.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A mapping of /dev/zero, since anonymous ones are no part of POSIX. */
void
qiao_test_guard_init(qiao_test_guard *guard, size_t capacity)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);

    guard->readable = (capacity + page) / page * page;
    guard->size = guard->readable + page;
    guard->map = fd < 0 ? MAP_FAILED : mmap(NULL, guard->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (guard->map == MAP_FAILED)
        fail_msg("cannot map %zu bytes", guard->size);
    close(fd);
    if (mprotect(guard->map + guard->readable, page, PROT_NONE) != 0)
        fail_msg("cannot close the page after the text");
}

void
qiao_test_guard_done(qiao_test_guard *guard)
{
    munmap(guard->map, guard->size);
}

const char *
qiao_test_guard_put(qiao_test_guard *guard, const void *bytes, size_t length)
{
    char *start = guard->map + guard->readable - length;

    if (length > guard->readable)
        fail_msg("a text of %zu bytes for a guard of %zu", length, guard->readable);
    if (length > 0)
        memcpy(start, bytes, length);
    return start;
}
