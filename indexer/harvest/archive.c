/* Pages on disk: see archive.h. */
#include "harvest/archive.h"

#include <stdio.h>
#include <string.h>
#include <zstd.h>

#define LEVEL 3

void
qiaoi_archive_path(const char *data_dir, const char *source, const char *run, uint64_t page, const char *ending,
                   char out[QIAOI_ARCHIVE_PATH])
{
    snprintf(out, QIAOI_ARCHIVE_PATH, "%.3800s/archive/%.64s/%.32s-%06llu%.16s", data_dir, source, run,
             (unsigned long long)page, ending);
}

qiao_status
qiaoi_archive_write(const char *path, const void *bytes, size_t length, qiao_error *err)
{
    size_t room = ZSTD_compressBound(length), packed;
    char folder[QIAOI_ARCHIVE_PATH];
    void *out = qiao_alloc(room);
    qiao_status status;

    if (out == NULL)
        return qiao_fail_memory(err);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    packed = ZSTD_compress(out, room, bytes, length, LEVEL);
    if (ZSTD_isError(packed))
        status = qiao_fail_memory(err); /* the room is enough: nothing else fails */
    else
        status = qiao_file_make_directories(folder, err);
    if (status == QIAO_OK)
        status = qiao_file_write_atomic(path, out, packed, err);
    qiao_free(out);
    return status;
}

qiao_status
qiaoi_archive_read(const char *path, size_t limit, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer packed = {.limit = 0};
    qiao_status status = qiao_file_read(path, limit + 4096, &packed, err);
    unsigned long long size;

    if (status != QIAO_OK)
        return status;
    size = ZSTD_getFrameContentSize(packed.data, packed.length);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) {
        status = qiao_fail(err, QIAO_E_CORRUPT, "%s is no page of the archive", path);
    } else if (size > limit) {
        status = qiao_fail(err, QIAO_E_LIMIT, "%s is larger than allowed", path);
    } else if (!qiao_buffer_reserve(out, (size_t)size + 1)) {
        status = qiao_fail_memory(err);
    } else if (ZSTD_decompress(out->data + out->length, (size_t)size, packed.data, packed.length) != size) {
        status = qiao_fail(err, QIAO_E_CORRUPT, "%s is no page of the archive", path);
    } else {
        out->length += (size_t)size;
        out->data[out->length] = '\0';
    }
    qiao_buffer_done(&packed);
    return status;
}
