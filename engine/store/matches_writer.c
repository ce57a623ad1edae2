/* Writes matches.bin, or a part of it: lists go to their place as they come, from any thread. The header comes last: a
 * file without it is recognised as unfinished. */
#include "store/matches.h"

#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct qiaoi_matches_writer {
    int fd;
    char *path;
    qiaoi_matches_header header;
};

static qiao_status
write_at(const qiaoi_matches_writer *writer, const void *bytes, size_t length, uint64_t at, qiao_error *err)
{
    return qiao_file_write_at(writer->fd, writer->path, bytes, length, at, err);
}

static void
free_writer(qiaoi_matches_writer *writer)
{
    if (writer->fd >= 0)
        close(writer->fd);
    qiao_free(writer->path);
    qiao_free(writer);
}

void
qiaoi_matches_writer_abort(qiaoi_matches_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->fd >= 0)
        unlink(writer->path);
    free_writer(writer);
}

static qiao_status
prepare(qiaoi_matches_writer *writer, const char *path, qiao_error *err)
{
    writer->path = qiao_strdup(path);
    if (writer->path == NULL)
        return qiao_fail_memory(err);
    writer->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->fd < 0)
        return qiao_fail_errno(err, errno, "cannot create %s", path);
    if (ftruncate(writer->fd, (off_t)qiaoi_matches_size(&writer->header)) != 0)
        return qiao_fail_errno(err, errno, "cannot write %s", path);
    return QIAO_OK;
}

qiao_status
qiaoi_matches_writer_open(const char *path, const qiaoi_matches_header *header, qiaoi_matches_writer **out,
                          qiao_error *err)
{
    qiaoi_matches_writer *writer = qiao_calloc(1, sizeof *writer);
    qiao_status st;

    *out = NULL;
    if (writer == NULL)
        return qiao_fail_memory(err);
    writer->fd = -1;
    writer->header = *header;
    memcpy(writer->header.magic, QIAOI_MATCHES_MAGIC, sizeof writer->header.magic);
    writer->header.version = QIAOI_MATCHES_VERSION;
    writer->header.depth = QIAOI_MATCHES_DEPTH;
    writer->header.checksum =
        qiao_hash64(&writer->header, offsetof(qiaoi_matches_header, checksum), QIAOI_MATCHES_VERSION);
    st = prepare(writer, path, err);
    if (st != QIAO_OK) {
        qiaoi_matches_writer_abort(writer);
        return st;
    }
    *out = writer;
    return QIAO_OK;
}

qiao_status
qiaoi_matches_writer_put(qiaoi_matches_writer *writer, qiao_kind kind, uint32_t docid, const qiaoi_match_list *list,
                         qiao_error *err)
{
    const qiaoi_matches_header *header = &writer->header;
    uint64_t place = docid - header->first[kind];

    if (docid < header->first[kind] || place >= header->count[kind] || list->count > QIAOI_MATCHES_DEPTH)
        return qiao_fail(err, QIAO_E_INTERNAL, "a list of matches does not fit its document");
    if (kind == QIAO_NEED)
        place += header->count[QIAO_PROJECT];
    return write_at(writer, list, sizeof *list, sizeof *header + place * sizeof *list, err);
}

qiao_status
qiaoi_matches_writer_finish(qiaoi_matches_writer *writer, qiao_error *err)
{
    qiao_status st = write_at(writer, &writer->header, sizeof writer->header, 0, err);

    if (st == QIAO_OK && fsync(writer->fd) != 0)
        st = qiao_fail_errno(err, errno, "cannot sync %s", writer->path);
    if (st == QIAO_OK)
        free_writer(writer);
    else
        qiaoi_matches_writer_abort(writer);
    return st;
}
