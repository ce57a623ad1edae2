/* Read-only mapping of a whole file. The file must not be shortened while it is mapped; ours are replaced by rename,
 * never rewritten. */
#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static qiao_status
map_file(int fd, const char *path, qiao_mapping *out, qiao_error *err)
{
    struct stat facts;
    void *memory;

    if (fstat(fd, &facts) != 0)
        return qiao_fail_errno(err, errno, "cannot read the size of %s", path);
    if (!S_ISREG(facts.st_mode))
        return qiao_fail(err, QIAO_E_IO, "%s is not a regular file", path);
    if ((uintmax_t)facts.st_size > SIZE_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "%s is too large to be mapped", path);
    if (facts.st_size == 0) {
        *out = (qiao_mapping){(const unsigned char *)"", 0};
        return QIAO_OK;
    }
    memory = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return qiao_fail_errno(err, errno, "cannot map %s", path);
    *out = (qiao_mapping){memory, (size_t)facts.st_size};
    return QIAO_OK;
}

qiao_status
qiao_mapping_open(const char *path, qiao_mapping *out, qiao_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    qiao_status status;

    *out = (qiao_mapping){NULL, 0};
    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot open %s", path);
    status = map_file(fd, path, out, err);
    close(fd);
    return status;
}

void
qiao_mapping_close(qiao_mapping *mapping)
{
    if (mapping->length != 0)
        munmap((void *)(uintptr_t)mapping->data, mapping->length);
    *mapping = (qiao_mapping){NULL, 0};
}
