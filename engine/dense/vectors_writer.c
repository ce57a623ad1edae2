/*
 * Writes vectors.bin. Rows go to their place as they come, so memory stays at the tables' size whatever the catalogue's; what has no vector stays a
 * hole. The header comes last: a file without it is recognised as unfinished.
 */
#include "dense/vectors.h"

#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct qiaoi_vectors_writer {
    int fd;
    char *path;
    qiaoi_vectors_header header;
    qiaoi_vectors_layout layout;
    qiaoi_vector_entry *entries[2];
    float *scales[2];
};

static qiao_status
write_at(const qiaoi_vectors_writer *writer, const void *bytes, size_t length, uint64_t at, qiao_error *err)
{
    return qiao_file_write_at(writer->fd, writer->path, bytes, length, at, err);
}

static void
free_writer(qiaoi_vectors_writer *writer)
{
    if (writer->fd >= 0)
        close(writer->fd);
    for (int side = 0; side < 2; side++) {
        qiao_free(writer->entries[side]);
        qiao_free(writer->scales[side]);
    }
    qiao_free(writer->path);
    qiao_free(writer);
}

void
qiaoi_vectors_writer_abort(qiaoi_vectors_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->fd >= 0)
        unlink(writer->path);
    free_writer(writer);
}

static qiao_status
prepare(qiaoi_vectors_writer *writer, const char *path, qiao_error *err)
{
    writer->path = qiao_strdup(path);
    if (writer->path == NULL)
        return qiao_fail_memory(err);
    for (int side = 0; side < 2; side++) {
        writer->entries[side] = qiao_calloc((size_t)writer->header.documents[side] + 1, sizeof **writer->entries);
        writer->scales[side] = qiao_calloc((size_t)writer->header.documents[side] + 1, sizeof **writer->scales);
        if (writer->entries[side] == NULL || writer->scales[side] == NULL)
            return qiao_fail_memory(err);
    }
    writer->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->fd < 0)
        return qiao_fail_errno(err, errno, "cannot create %s", path);
    if (ftruncate(writer->fd, (off_t)writer->layout.size) != 0)
        return qiao_fail_errno(err, errno, "cannot write %s", path);
    return QIAO_OK;
}

qiao_status
qiaoi_vectors_writer_open(const char *path, const char *space, uint32_t dimension, const uint32_t documents[2], qiaoi_vectors_writer **out,
                          qiao_error *err)
{
    qiaoi_vectors_writer *writer;
    qiao_status st;

    *out = NULL;
    if (dimension == 0 || dimension > QIAO_DENSE_DIMENSION_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "vectors must have 1 to %u numbers, not %u", QIAO_DENSE_DIMENSION_MAX, (unsigned)dimension);
    if (strlen(space) >= QIAO_DENSE_SPACE_MAX)
        return qiao_fail(err, QIAO_E_LIMIT, "the name of the vector space is longer than %u bytes", QIAO_DENSE_SPACE_MAX - 1u);
    writer = qiao_calloc(1, sizeof *writer);
    if (writer == NULL)
        return qiao_fail_memory(err);
    writer->fd = -1;
    memcpy(writer->header.magic, QIAOI_VECTORS_MAGIC, sizeof writer->header.magic);
    writer->header.version = QIAOI_VECTORS_VERSION;
    writer->header.dimension = dimension;
    writer->header.stride = qiaoi_vectors_stride(dimension);
    memcpy(writer->header.documents, documents, sizeof writer->header.documents);
    memcpy(writer->header.space, space, strlen(space));
    qiaoi_vectors_lay_out(&writer->header, &writer->layout);
    st = prepare(writer, path, err);
    if (st != QIAO_OK) {
        qiaoi_vectors_writer_abort(writer);
        return st;
    }
    *out = writer;
    return QIAO_OK;
}

qiao_status
qiaoi_vectors_writer_put(qiaoi_vectors_writer *writer, unsigned side, uint32_t docid, const qiaoi_vector_entry *entry, const int8_t *row, float scale,
                         qiao_error *err)
{
    bool done = entry->state == QIAO_EMBED_DONE;

    if (docid >= writer->header.documents[side] || done != (row != NULL) || done != (scale > 0))
        return qiao_fail(err, QIAO_E_INTERNAL, "a vector does not fit its document");
    writer->entries[side][docid] = *entry;
    writer->scales[side][docid] = scale;
    if (!done) {
        writer->header.refused[side] += entry->state == QIAO_EMBED_REFUSED;
        return QIAO_OK;
    }
    writer->header.vectors[side]++;
    return write_at(writer, row, writer->header.stride, writer->layout.rows[side] + (uint64_t)docid * writer->header.stride, err);
}

static qiao_status
write_tables(qiaoi_vectors_writer *writer, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (int side = 0; st == QIAO_OK && side < 2; side++) {
        size_t documents = writer->header.documents[side];

        st = write_at(writer, writer->entries[side], documents * sizeof **writer->entries, writer->layout.entries[side], err);
        if (st == QIAO_OK)
            st = write_at(writer, writer->scales[side], documents * sizeof **writer->scales, writer->layout.scales[side], err);
    }
    return st;
}

static qiao_status
read_piece(const qiaoi_vectors_writer *writer, unsigned char *piece, size_t length, uint64_t at, qiao_error *err)
{
    size_t done = 0;

    while (done < length) {
        ssize_t n = pread(writer->fd, piece + done, length - done, (off_t)(at + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return qiao_fail_errno(err, n < 0 ? errno : EIO, "cannot read %s", writer->path);
        done += (size_t)n;
    }
    return QIAO_OK;
}

static qiao_status
take_checksum(qiaoi_vectors_writer *writer, qiao_error *err)
{
    unsigned char *piece = qiao_alloc(QIAOI_VECTORS_PIECE);
    qiao_status st = piece == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (uint64_t at = sizeof writer->header; st == QIAO_OK && at < writer->layout.size; at += QIAOI_VECTORS_PIECE) {
        uint64_t rest = writer->layout.size - at;
        size_t length = rest < QIAOI_VECTORS_PIECE ? (size_t)rest : QIAOI_VECTORS_PIECE;

        st = read_piece(writer, piece, length, at, err);
        if (st == QIAO_OK)
            writer->header.checksum = qiao_hash64(piece, length, writer->header.checksum);
    }
    qiao_free(piece);
    return st;
}

qiao_status
qiaoi_vectors_writer_finish(qiaoi_vectors_writer *writer, qiao_error *err)
{
    qiao_status st = write_tables(writer, err);

    if (st == QIAO_OK)
        st = take_checksum(writer, err);
    writer->header.size = writer->layout.size;
    writer->header.header_checksum = qiaoi_vectors_header_checksum(&writer->header);
    if (st == QIAO_OK)
        st = write_at(writer, &writer->header, sizeof writer->header, 0, err);
    if (st == QIAO_OK && fsync(writer->fd) != 0)
        st = qiao_fail_errno(err, errno, "cannot sync %s", writer->path);
    if (st == QIAO_OK)
        free_writer(writer);
    else
        qiaoi_vectors_writer_abort(writer);
    return st;
}
