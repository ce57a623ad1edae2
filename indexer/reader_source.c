/*
 * Reads a file in pieces and unpacks gzip and zstd on the way. A packed file that ends too early gives all that could
 * be unpacked first and the fault afterwards, so that the sound part can go in.
 */
#include "reader_source.h"

#include "qiao/file.h"
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define IN_SIZE ((size_t)128 << 10)
#define OUT_SIZE ((size_t)256 << 10)
#define GZIP_WINDOW (15 + 16) /* zlib: gzip header and trailer */

typedef enum packing { PLAIN, GZIP, ZSTD } packing;

struct qiaoi_source {
    const char *name;
    char *path;
    int fd; /* -1: bytes are pulled */
    qiaoi_source_pull pull;
    void *pull_context;
    packing packing;
    uint64_t done, total;
    char *in, *out;
    size_t in_at, in_length; /* packed bytes waiting */
    size_t out_length;       /* of the piece given last */
    bool again, end_of_file;
    bool inside; /* a gzip member or zstd frame has begun and not ended */
    z_stream gzip;
    bool gzip_open;
    ZSTD_DStream *zstd;
    qiao_error fault; /* what comes after the bytes given last */
};

static bool
ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static qiao_status
read_some(qiaoi_source *s, char *out, size_t size, size_t *length_out, qiao_error *err)
{
    ssize_t n;

    if (s->pull != NULL)
        return s->pull(s->pull_context, out, size, length_out, err);
    do
        n = read(s->fd, out, size);
    while (n < 0 && errno == EINTR);
    *length_out = n < 0 ? 0 : (size_t)n;
    return n < 0 ? qiao_fail_errno(err, errno, "cannot read %s", s->name) : QIAO_OK;
}

static qiao_status
fill(qiaoi_source *s, qiao_error *err)
{
    size_t n;
    qiao_status status = read_some(s, s->in, IN_SIZE, &n, err);

    if (status != QIAO_OK)
        return status;
    s->in_at = 0;
    s->in_length = n;
    s->done += n;
    s->end_of_file = n == 0;
    return QIAO_OK;
}

/* Short reads of a pipe must not hide the magic number. */
static qiao_status
fill_first(qiaoi_source *s, qiao_error *err)
{
    size_t length = 0, n = 1;

    while (length < 4 && n > 0) {
        qiao_status status = read_some(s, s->in + length, IN_SIZE - length, &n, err);

        if (status != QIAO_OK)
            return status;
        length += n;
    }
    s->in_length = length;
    s->done = length;
    return QIAO_OK;
}

static packing
packing_of(const char *bytes, size_t length)
{
    if (length >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0)
        return GZIP;
    if (length >= 4 && memcmp(bytes, "\x28\xB5\x2F\xFD", 4) == 0)
        return ZSTD;
    if (length >= 4 && (bytes[0] & 0xF0) == 0x50 && memcmp(bytes + 1, "\x2A\x4D\x18", 3) == 0)
        return ZSTD; /* a skippable frame first */
    return PLAIN;
}

static qiao_status
start_unpacking(qiaoi_source *s, qiao_error *err)
{
    if (s->packing == GZIP) {
        if (inflateInit2(&s->gzip, GZIP_WINDOW) != Z_OK)
            return qiao_fail_memory(err);
        s->gzip_open = true;
    } else if (s->packing == ZSTD) {
        s->zstd = ZSTD_createDStream();
        if (s->zstd == NULL)
            return qiao_fail_memory(err);
    } else if (s->in_length > 0 && (ends_with(s->name, ".gz") || ends_with(s->name, ".zst"))) {
        qiao_fail(err, QIAO_E_INPUT, "%s does not hold what its name says: no %s data begins there", s->name,
                  ends_with(s->name, ".gz") ? "gzip" : "zstd");
        qiao_error_hint(err,
                        "fetch or copy the file again, then import it again; what was already there stays as it is");
        return QIAO_E_INPUT;
    }
    return QIAO_OK;
}

static qiao_status
open_file(qiaoi_source *s, const char *path, qiao_error *err)
{
    struct stat facts;

    s->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0) {
        qiao_status status = qiao_fail_errno(err, errno, "cannot open %s", path);

        if (status == QIAO_E_NOTFOUND)
            qiao_error_hint(err, "check the path");
        return status;
    }
    if (fstat(s->fd, &facts) == 0 && S_ISDIR(facts.st_mode))
        return qiao_fail(err, QIAO_E_INPUT, "%s is a folder; name the files in it", path);
    if (s->fd != STDIN_FILENO && S_ISREG(facts.st_mode) && facts.st_size > 0)
        s->total = (uint64_t)facts.st_size;
    return QIAO_OK;
}

static qiao_status
new_source(const char *path, qiaoi_source **out, qiao_error *err)
{
    qiaoi_source *s = qiao_calloc(1, sizeof *s);

    *out = s;
    if (s == NULL)
        return qiao_fail_memory(err);
    s->fd = -1;
    s->path = qiao_strdup(path);
    s->in = qiao_alloc(IN_SIZE);
    s->out = qiao_alloc(OUT_SIZE);
    if (s->path == NULL || s->in == NULL || s->out == NULL)
        return qiao_fail_memory(err);
    s->name = strcmp(path, "-") == 0 ? "stdin" : s->path;
    return QIAO_OK;
}

static qiao_status
begin(qiaoi_source *s, qiao_error *err)
{
    qiao_status status = fill_first(s, err);

    if (status != QIAO_OK)
        return status;
    s->packing = packing_of(s->in, s->in_length);
    return start_unpacking(s, err);
}

qiao_status
qiaoi_source_open(const char *path, qiaoi_source **out, qiao_error *err)
{
    qiao_status status = new_source(path, out, err);

    if (status == QIAO_OK)
        status = open_file(*out, path, err);
    if (status == QIAO_OK)
        status = begin(*out, err);
    if (status != QIAO_OK) {
        qiaoi_source_close(*out);
        *out = NULL;
    }
    return status;
}

qiao_status
qiaoi_source_open_pull(const char *name, qiaoi_source_pull pull, void *context, qiaoi_source **out, qiao_error *err)
{
    qiao_status status = new_source(name, out, err);

    if (status == QIAO_OK) {
        (*out)->pull = pull;
        (*out)->pull_context = context;
        status = begin(*out, err);
    }
    if (status != QIAO_OK) {
        qiaoi_source_close(*out);
        *out = NULL;
    }
    return status;
}

static qiao_status
copy_all(qiaoi_source *source, uint64_t limit, int fd, qiao_error *err)
{
    uint64_t written = 0;

    for (;;) {
        const char *data;
        size_t length;
        qiao_status status = qiaoi_source_read(source, &data, &length, err);

        if (status != QIAO_OK || length == 0)
            return status;
        if (length > limit - written)
            return qiao_fail(err, QIAO_E_LIMIT, "%s is larger than allowed", source->name);
        status = qiao_file_write_at(fd, source->name, data, length, written, err);
        if (status != QIAO_OK)
            return status;
        written += length;
    }
}

qiao_status
qiaoi_source_random(qiaoi_source *source, uint64_t limit, int *fd_out, qiao_error *err)
{
    qiao_status status;

    *fd_out = -1;
    if (source->packing == PLAIN && source->fd >= 0 && source->total > 0) {
        *fd_out = fcntl(source->fd, F_DUPFD_CLOEXEC, 0);
        return *fd_out >= 0 && lseek(*fd_out, 0, SEEK_SET) == 0
                   ? QIAO_OK
                   : qiao_fail_errno(err, errno, "cannot read %s", source->name);
    }
    status = qiaoi_spool_open(fd_out, err);
    if (status == QIAO_OK)
        status = copy_all(source, limit, *fd_out, err);
    if (status != QIAO_OK && *fd_out >= 0) {
        close(*fd_out);
        *fd_out = -1;
    }
    return status;
}

void
qiaoi_source_close(qiaoi_source *source)
{
    if (source == NULL)
        return;
    if (source->gzip_open)
        inflateEnd(&source->gzip);
    ZSTD_freeDStream(source->zstd);
    if (source->fd >= 0 && source->fd != STDIN_FILENO)
        close(source->fd);
    qiao_free(source->path);
    qiao_free(source->in);
    qiao_free(source->out);
    qiao_free(source);
}

static qiao_status
damaged(const qiaoi_source *s, const char *what, qiao_error *err)
{
    return qiao_fail(err, QIAO_E_INPUT, "%s is damaged: %s", s->name, what);
}

static qiao_status
cut_off(const qiaoi_source *s, qiao_error *err)
{
    qiao_fail(err, QIAO_E_INPUT, "%s is cut off: the packed data ends too early", s->name);
    qiao_error_hint(err, "fetch or copy the file again, then import it again; what was already there stays as it is");
    return QIAO_E_INPUT;
}

/* One call of zlib: moves bytes from in to out. Members may follow each other. */
static qiao_status
unpack_gzip(qiaoi_source *s, qiao_error *err)
{
    int result;

    s->gzip.next_in = (Bytef *)(void *)(s->in + s->in_at);
    s->gzip.avail_in = (uInt)(s->in_length - s->in_at);
    s->gzip.next_out = (Bytef *)(void *)(s->out + s->out_length);
    s->gzip.avail_out = (uInt)(OUT_SIZE - s->out_length);
    if (!s->inside && inflateReset(&s->gzip) != Z_OK)
        return damaged(s, "zlib", err);
    s->inside = true;
    result = inflate(&s->gzip, Z_NO_FLUSH);
    s->in_at = s->in_length - s->gzip.avail_in;
    s->out_length = OUT_SIZE - s->gzip.avail_out;
    if (result == Z_STREAM_END)
        s->inside = false;
    else if (result == Z_MEM_ERROR)
        return qiao_fail_memory(err);
    else if (result != Z_OK && result != Z_BUF_ERROR)
        return damaged(s, s->gzip.msg != NULL ? s->gzip.msg : "gzip", err);
    return QIAO_OK;
}

static qiao_status
unpack_zstd(qiaoi_source *s, qiao_error *err)
{
    ZSTD_inBuffer in = {s->in, s->in_length, s->in_at};
    ZSTD_outBuffer out = {s->out, OUT_SIZE, s->out_length};
    size_t result = ZSTD_decompressStream(s->zstd, &out, &in);

    if (ZSTD_isError(result))
        return damaged(s, ZSTD_getErrorName(result), err);
    s->inside = result != 0;
    s->in_at = in.pos;
    s->out_length = out.pos;
    return QIAO_OK;
}

static qiao_status
unpack_some(qiaoi_source *s, qiao_error *err)
{
    size_t before = s->out_length;
    bool starved;
    qiao_status status = QIAO_OK;

    if (s->in_at == s->in_length && !s->end_of_file)
        status = fill(s, err);
    starved = s->in_at == s->in_length;
    if (status != QIAO_OK || (starved && !s->inside))
        return status;
    status = s->packing == GZIP ? unpack_gzip(s, err) : unpack_zstd(s, err);
    if (status == QIAO_OK && starved && s->inside && s->out_length == before)
        return cut_off(s, err);
    return status;
}

/* Until there is a piece to give, or the end. A fault behind sound bytes waits for the next call. */
static qiao_status
unpack(qiaoi_source *s, qiao_error *err)
{
    if (s->fault.status == QIAO_OK) {
        while (s->out_length < OUT_SIZE / 2 && s->fault.status == QIAO_OK) {
            qiao_status status = unpack_some(s, &s->fault);

            if (status == QIAO_OK && s->end_of_file && !s->inside && s->in_at == s->in_length)
                break;
        }
        if (s->out_length > 0)
            return QIAO_OK;
    }
    if (err != NULL && s->fault.status != QIAO_OK)
        *err = s->fault;
    return s->fault.status;
}

qiao_status
qiaoi_source_read(qiaoi_source *source, const char **data_out, size_t *length_out, qiao_error *err)
{
    qiao_status status = QIAO_OK;

    *data_out = source->packing == PLAIN ? source->in : source->out;
    if (source->again) {
        source->again = false;
        *length_out = source->out_length;
        return QIAO_OK;
    }
    source->out_length = 0;
    if (source->packing != PLAIN) {
        status = unpack(source, err);
    } else {
        if (source->in_at == source->in_length && !source->end_of_file)
            status = fill(source, err);
        source->out_length = source->in_length - source->in_at;
        source->in_at = source->in_length;
    }
    *length_out = source->out_length;
    return status;
}

void
qiaoi_source_again(qiaoi_source *source)
{
    source->again = true;
}

const char *
qiaoi_source_name(const qiaoi_source *source)
{
    return source->name;
}

const char *
qiaoi_source_packing(const qiaoi_source *source)
{
    return source->packing == GZIP ? "gzip" : source->packing == ZSTD ? "zstd" : "plain";
}

void
qiaoi_source_position(const qiaoi_source *source, uint64_t *done_out, uint64_t *total_out)
{
    *done_out = source->done;
    *total_out = source->total;
}
