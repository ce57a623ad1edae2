/* See document_files.h. */
#include "store/document_files.h"

#include "qiao/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE (QIAO_PATH_MAX + 32)
#define PIECE ((size_t)1 << 20) /* written at once */
#define OFFSET_MAX ((uint64_t)1 << 56)

struct qiaoi_document_writer {
    char path[PATH_SIZE];
    int fd;
    unsigned number;
    uint64_t at; /* in the file, what is pending included */
    qiao_buffer pending;
};

void
qiaoi_document_file_path(const char *folder, unsigned number, char *out)
{
    snprintf(out, PATH_SIZE, "%.*s/documents-%u.bin", QIAO_PATH_MAX - 1, folder, number);
}

/* ---- writing ---- */

static qiao_status
write_out(qiaoi_document_writer *w, qiao_error *err)
{
    uint64_t begin = w->at - w->pending.length;
    qiao_status st = qiao_buffer_check(&w->pending, err);

    if (st == QIAO_OK)
        st = qiao_file_write_at(w->fd, w->path, w->pending.data, w->pending.length, begin, err);
    qiao_buffer_clear(&w->pending);
    return st;
}

static void
append(qiaoi_document_writer *w, const void *bytes, size_t length)
{
    if (length > 0)
        qiao_buffer_append(&w->pending, bytes, length);
    w->at += length;
}

qiao_status
qiaoi_document_writer_open(const char *folder, unsigned number, qiaoi_document_writer **out, qiao_error *err)
{
    const qiaoi_document_file_header header = {.magic = QIAOI_DOCUMENT_FILE_MAGIC};
    qiaoi_document_writer *w = qiao_calloc(1, sizeof *w);
    qiao_status st = QIAO_OK;

    *out = NULL;
    if (w == NULL)
        return qiao_fail_memory(err);
    qiaoi_document_file_path(folder, number, w->path);
    w->number = number;
    (void)unlink(w->path); /* what an attempt before left may be another generation's, too: it is not written into */
    w->fd = open(w->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (w->fd < 0)
        st = qiao_fail_errno(err, errno, "cannot create %s", w->path);
    if (st != QIAO_OK) {
        qiaoi_document_writer_abort(w);
        return st;
    }
    append(w, &header, sizeof header);
    *out = w;
    return QIAO_OK;
}

qiao_status
qiaoi_document_writer_put(qiaoi_document_writer *writer, const void *facts, size_t facts_length, const void *record,
                          size_t record_length, qiaoi_document_place *place_out, qiao_error *err)
{
    static const char zeros[8];

    if (facts_length > UINT32_MAX || record_length > UINT32_MAX || writer->at > OFFSET_MAX / 2)
        return qiao_fail(err, QIAO_E_LIMIT, "%s: a record is too long", writer->path);
    append(writer, zeros, (size_t)(-writer->at & 7u));
    *place_out = (qiaoi_document_place){(uint64_t)writer->number << 56 | writer->at, (uint32_t)facts_length,
                                        (uint32_t)record_length};
    append(writer, facts, facts_length);
    append(writer, record, record_length);
    return writer->pending.length >= PIECE ? write_out(writer, err) : QIAO_OK;
}

qiao_status
qiaoi_document_writer_finish(qiaoi_document_writer *writer, qiao_error *err)
{
    qiao_status st = write_out(writer, err);

    if (st == QIAO_OK && fsync(writer->fd) != 0)
        st = qiao_fail_errno(err, errno, "cannot write %s", writer->path);
    if (close(writer->fd) != 0 && st == QIAO_OK)
        st = qiao_fail_errno(err, errno, "cannot close %s", writer->path);
    writer->fd = -1;
    qiaoi_document_writer_abort(writer);
    return st;
}

void
qiaoi_document_writer_abort(qiaoi_document_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->fd >= 0)
        (void)close(writer->fd);
    qiao_buffer_done(&writer->pending);
    qiao_free(writer);
}

/* ---- reading ---- */

qiao_status
qiaoi_document_files_open(qiaoi_document_files *files, const char *folder, unsigned count, qiao_error *err)
{
    char path[PATH_SIZE];

    *files = (qiaoi_document_files){.count = 0};
    if (count > QIAOI_DOCUMENT_FILES_MAX)
        return qiao_fail(err, QIAO_E_CORRUPT, "%s: %u files of documents", folder, count);
    for (; files->count < count; files->count++) {
        qiao_mapping *mapping = &files->mappings[files->count];
        qiaoi_document_file_header header = {0, 0};
        qiao_status st;

        qiaoi_document_file_path(folder, files->count, path);
        st = qiao_mapping_open(path, mapping, err);
        if (st != QIAO_OK)
            return st;
        if (mapping->length >= sizeof header)
            memcpy(&header, mapping->data, sizeof header);
        if (header.magic != QIAOI_DOCUMENT_FILE_MAGIC) {
            qiao_mapping_close(mapping);
            return qiao_fail(err, QIAO_E_CORRUPT, "%s is damaged", path);
        }
    }
    return QIAO_OK;
}

void
qiaoi_document_files_close(qiaoi_document_files *files)
{
    while (files->count > 0)
        qiao_mapping_close(&files->mappings[--files->count]);
}

bool
qiaoi_document_place_sound(const qiaoi_document_files *files, const qiaoi_document_place *place)
{
    uint64_t file = place->at >> 56, at = place->at & (OFFSET_MAX - 1);

    return file < files->count && at % 8 == 0 && at <= files->mappings[file].length &&
           (uint64_t)place->facts + place->record <= files->mappings[file].length - at;
}
