/* Shared strings in a temporary file: texts in one, their ends in another, both read through a cache of blocks. */
#include "xlsx_internal.h"

#include "qiao/file.h"
#include "spool.h"

#include <string.h>
#include <unistd.h>

#define BLOCK ((size_t)16 << 10)
#define BLOCKS 64u
#define TOTAL_MAX ((uint64_t)4 << 30)
#define NUMBER_MAX ((uint64_t)64 << 20)

typedef struct cached_file {
    int fd;
    uint64_t size;
    qiao_buffer tail;      /* written last, not in the file yet */
    uint64_t held[BLOCKS]; /* number of the block + 1; 0 = none */
    char *blocks;          /* BLOCKS * BLOCK; block n lives at n % BLOCKS */
} cached_file;

struct qiaoi_strings {
    cached_file texts, ends; /* ends: uint64_t of this machine, the file never leaves it */
    uint64_t count;
};

static qiao_status
open_cached(cached_file *file, qiao_error *err)
{
    file->fd = -1;
    file->blocks = qiao_alloc(BLOCKS * BLOCK);
    return file->blocks != NULL ? qiaoi_spool_open(&file->fd, err) : qiao_fail_memory(err);
}

static void
close_cached(cached_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    qiao_buffer_done(&file->tail);
    qiao_free(file->blocks);
}

static qiao_status
flush(cached_file *file, qiao_error *err)
{
    qiao_status status = qiao_buffer_check(&file->tail, err);

    if (status == QIAO_OK && file->tail.length > 0)
        status = qiao_file_write_at(file->fd, "TMPDIR", file->tail.data, file->tail.length,
                                    file->size - file->tail.length, err);
    qiao_buffer_clear(&file->tail);
    return status;
}

static qiao_status
append(cached_file *file, const void *bytes, size_t length, qiao_error *err)
{
    qiao_buffer_append(&file->tail, bytes, length);
    file->size += length;
    return file->tail.length >= BLOCK ? flush(file, err) : QIAO_OK;
}

static qiao_status
hold(cached_file *file, uint64_t block, const char **out, qiao_error *err)
{
    size_t slot = (size_t)(block % BLOCKS);
    uint64_t at = block * BLOCK, rest = file->size - at;
    qiao_status status = QIAO_OK;

    *out = file->blocks + slot * BLOCK;
    if (file->held[slot] == block + 1)
        return QIAO_OK;
    file->held[slot] = 0;
    status = qiaoi_spool_read(file->fd, at, file->blocks + slot * BLOCK, rest < BLOCK ? (size_t)rest : BLOCK, err);
    if (status == QIAO_OK)
        file->held[slot] = block + 1;
    return status;
}

/* at + length is inside the file. */
static qiao_status
read_cached(cached_file *file, uint64_t at, char *out, size_t length, qiao_error *err)
{
    while (length > 0) {
        size_t offset = (size_t)(at % BLOCK), n = BLOCK - offset < length ? BLOCK - offset : length;
        const char *block;
        qiao_status status = hold(file, at / BLOCK, &block, err);

        if (status != QIAO_OK)
            return status;
        memcpy(out, block + offset, n);
        out += n;
        at += n;
        length -= n;
    }
    return QIAO_OK;
}

qiao_status
qiaoi_strings_new(qiaoi_strings **out, qiao_error *err)
{
    qiaoi_strings *strings = qiao_calloc(1, sizeof *strings);
    qiao_status status;

    *out = strings;
    if (strings == NULL)
        return qiao_fail_memory(err);
    strings->ends.fd = -1;
    status = open_cached(&strings->texts, err);
    return status == QIAO_OK ? open_cached(&strings->ends, err) : status;
}

void
qiaoi_strings_free(qiaoi_strings *strings)
{
    if (strings == NULL)
        return;
    close_cached(&strings->texts);
    close_cached(&strings->ends);
    qiao_free(strings);
}

qiao_status
qiaoi_strings_add(qiaoi_strings *strings, const char *text, size_t length, qiao_error *err)
{
    qiao_status status;

    if (strings->count == NUMBER_MAX || length > TOTAL_MAX - strings->texts.size)
        return qiao_fail(err, QIAO_E_LIMIT, "the workbook has more text than is read from such a file");
    status = append(&strings->texts, text, length, err);
    strings->count++;
    return status == QIAO_OK ? append(&strings->ends, &strings->texts.size, sizeof strings->texts.size, err) : status;
}

qiao_status
qiaoi_strings_finish(qiaoi_strings *strings, qiao_error *err)
{
    qiao_status status = flush(&strings->texts, err);

    return status == QIAO_OK ? flush(&strings->ends, err) : status;
}

qiao_status
qiaoi_strings_get(qiaoi_strings *strings, uint64_t number, size_t max, qiao_buffer *out, size_t *length_out,
                  qiao_error *err)
{
    uint64_t ends[2] = {0, 0};
    qiao_status status;

    *length_out = 0;
    if (number >= strings->count)
        return qiao_fail(err, QIAO_E_INPUT, "a cell refers to a text that is not in the workbook");
    if (number > 0)
        status = read_cached(&strings->ends, (number - 1) * sizeof ends[0], (char *)ends, sizeof ends, err);
    else
        status = read_cached(&strings->ends, 0, (char *)&ends[1], sizeof ends[1], err);
    *length_out = (size_t)(ends[1] - ends[0]);
    if (status != QIAO_OK || *length_out > max || *length_out == 0)
        return status;
    if (!qiao_buffer_reserve(out, *length_out + 1))
        return qiao_fail_memory(err);
    status = read_cached(&strings->texts, ends[0], out->data + out->length, *length_out, err);
    if (status == QIAO_OK)
        out->length += *length_out;
    return status;
}
