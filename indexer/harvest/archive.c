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

static qiao_status
make_folder(const char *path, qiao_error *err)
{
    char folder[QIAOI_ARCHIVE_PATH];

    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    return qiao_file_make_directories(folder, err);
}

/* ---- pages while they come ---- */

struct qiaoi_archive_writer {
    char path[QIAOI_ARCHIVE_PATH], part[QIAOI_ARCHIVE_PATH + 8];
    FILE *file; /* NULL: could not be begun, or finished */
    ZSTD_CCtx *packer;
    char *out;
    size_t room;
};

qiao_status
qiaoi_archive_writer_new(const char *path, qiaoi_archive_writer **out, qiao_error *err)
{
    qiaoi_archive_writer *writer = qiao_calloc(1, sizeof *writer);
    qiao_status status;

    *out = NULL;
    if (writer == NULL)
        return qiao_fail_memory(err);
    snprintf(writer->path, sizeof writer->path, "%s", path);
    snprintf(writer->part, sizeof writer->part, "%s.part", path);
    writer->room = ZSTD_CStreamOutSize();
    writer->out = qiao_alloc(writer->room);
    writer->packer = ZSTD_createCCtx();
    status = writer->out == NULL || writer->packer == NULL ? qiao_fail_memory(err) : make_folder(path, err);
    if (status == QIAO_OK)
        *out = writer;
    else
        qiaoi_archive_writer_free(writer);
    return status;
}

static bool
begin_page(qiaoi_archive_writer *writer)
{
    if (writer->file != NULL)
        (void)fclose(writer->file); /* an answer that broke off: what it left is written over */
    writer->file = fopen(writer->part, "wb");
    return writer->file != NULL && !ZSTD_isError(ZSTD_CCtx_reset(writer->packer, ZSTD_reset_session_and_parameters)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(writer->packer, ZSTD_c_compressionLevel, LEVEL));
}

static bool
pack(qiaoi_archive_writer *writer, const char *bytes, size_t length, ZSTD_EndDirective directive)
{
    ZSTD_inBuffer in = {bytes, length, 0};
    size_t left;

    do {
        ZSTD_outBuffer out = {writer->out, writer->room, 0};

        left = ZSTD_compressStream2(writer->packer, &out, &in, directive);
        if (ZSTD_isError(left) || fwrite(writer->out, 1, out.pos, writer->file) != out.pos)
            return false;
    } while (in.pos < in.size || (directive == ZSTD_e_end && left != 0));
    return true;
}

bool
qiaoi_archive_sink(void *context, const char *bytes, size_t length)
{
    qiaoi_archive_writer *writer = context;

    if (bytes == NULL)
        return begin_page(writer);
    return writer->file != NULL && pack(writer, bytes, length, ZSTD_e_continue);
}

qiao_status
qiaoi_archive_writer_finish(qiaoi_archive_writer *writer, qiao_error *err)
{
    bool sound = writer->file != NULL && pack(writer, "", 0, ZSTD_e_end);
    qiao_status status;

    if (writer->file != NULL)
        sound = fclose(writer->file) == 0 && sound;
    writer->file = NULL;
    if (!sound)
        return qiao_fail(err, QIAO_E_IO, "cannot write %s", writer->part);
    status = qiao_file_sync(writer->part, err);
    return status == QIAO_OK ? qiao_file_rename(writer->part, writer->path, err) : status;
}

void
qiaoi_archive_writer_free(qiaoi_archive_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->file != NULL)
        (void)fclose(writer->file);
    (void)remove(writer->part); /* absent where it was finished */
    ZSTD_freeCCtx(writer->packer);
    qiao_free(writer->out);
    qiao_free(writer);
}

/* ---- pages at once ---- */

qiao_status
qiaoi_archive_write(const char *path, const void *bytes, size_t length, qiao_error *err)
{
    qiaoi_archive_writer *writer;
    qiao_status status = qiaoi_archive_writer_new(path, &writer, err);

    if (status != QIAO_OK)
        return status;
    if (qiaoi_archive_sink(writer, NULL, 0) && qiaoi_archive_sink(writer, bytes, length))
        status = qiaoi_archive_writer_finish(writer, err);
    else
        status = qiao_fail(err, QIAO_E_IO, "cannot write %s", path);
    qiaoi_archive_writer_free(writer);
    return status;
}

static qiao_status
unpack(ZSTD_DCtx *unpacker, const char *path, const qiao_buffer *packed, size_t limit, qiao_buffer *out,
       qiao_error *err)
{
    ZSTD_inBuffer in = {packed->data, packed->length, 0};
    size_t start = out->length, left = 1;

    while (left != 0) {
        ZSTD_outBuffer piece = {NULL, ZSTD_DStreamOutSize(), 0};

        if (!qiao_buffer_reserve(out, piece.size + 1))
            return qiao_fail_memory(err);
        piece.dst = out->data + out->length;
        left = ZSTD_decompressStream(unpacker, &piece, &in);
        if (ZSTD_isError(left) || (left != 0 && piece.pos == 0 && in.pos == in.size))
            return qiao_fail(err, QIAO_E_CORRUPT, "%s is no page of the archive", path);
        out->length += piece.pos;
        if (out->length - start > limit)
            return qiao_fail(err, QIAO_E_LIMIT, "%s is larger than allowed", path);
    }
    out->data[out->length] = '\0';
    return QIAO_OK;
}

qiao_status
qiaoi_archive_read(const char *path, size_t limit, qiao_buffer *out, qiao_error *err)
{
    qiao_buffer packed = {.limit = 0};
    qiao_status status = qiao_file_read(path, limit + 4096, &packed, err);
    ZSTD_DCtx *unpacker = status == QIAO_OK ? ZSTD_createDCtx() : NULL;

    if (status == QIAO_OK && unpacker == NULL)
        status = qiao_fail_memory(err);
    if (status == QIAO_OK)
        status = unpack(unpacker, path, &packed, limit, out, err);
    ZSTD_freeDCtx(unpacker);
    qiao_buffer_done(&packed);
    return status;
}
