/* zlib at its quickest level: an answer is sent once, and what counts is the time until it is there. */
#include "compress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define LEVEL 1
#define GZIP_WINDOW (15 + 16) /* with the header of gzip */
#define FIXED_MAX 64

/* Thousandths of the q of a coding; 1000 where none is given. */
static unsigned
quality_of(const char *at, size_t length)
{
    const char *q = memchr(at, ';', length);
    double value;

    if (q == NULL)
        return 1000;
    q++;
    while (q < at + length && (*q == ' ' || *q == '\t'))
        q++;
    if (at + length - q < 3 || (q[0] | 32) != 'q' || q[1] != '=')
        return 1000;
    value = strtod(q + 2, NULL);
    return value >= 0.0 && value <= 1.0 ? (unsigned)(value * 1000.0) : 0;
}

static bool
is_coding(const char *at, size_t length, const char *name)
{
    size_t named = strlen(name), word = 0;

    while (word < length && strchr(" \t;", at[word]) == NULL)
        word++;
    return word == named && strncasecmp(at, name, named) == 0;
}

bool
qiaoi_gzip_wanted(const char *header)
{
    enum { NOT_NAMED = 2000 };
    unsigned gzip = NOT_NAMED, identity = NOT_NAMED, any = NOT_NAMED;

    for (const char *at = header; at != NULL && *at != '\0';) {
        size_t length;

        at += strspn(at, ", \t");
        length = strcspn(at, ",");
        if (is_coding(at, length, "gzip") || is_coding(at, length, "x-gzip"))
            gzip = quality_of(at, length);
        else if (is_coding(at, length, "identity"))
            identity = quality_of(at, length);
        else if (is_coding(at, length, "*"))
            any = quality_of(at, length);
        at += length;
    }
    if (gzip == NOT_NAMED)
        gzip = any == NOT_NAMED ? 0 : any;
    if (identity == NOT_NAMED)
        identity = 0; /* it is taken, but nobody said how gladly */
    return gzip > 0 && gzip >= identity;
}

bool
qiaoi_gzip_suits(const char *type)
{
    static const char *const kinds[] = {"text/",
                                        "application/json",
                                        "application/problem+json",
                                        "application/javascript",
                                        "application/x-ndjson",
                                        "image/svg+xml"};

    for (size_t i = 0; type != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncmp(type, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return false;
}

static void *
allocate(void *context, unsigned count, unsigned size)
{
    (void)context;
    return qiao_calloc(count, size);
}

static void
release(void *context, void *memory)
{
    (void)context;
    qiao_free(memory);
}

bool
qiaoi_gzip(const char *bytes, size_t length, qiao_buffer *out)
{
    z_stream stream = {.zalloc = allocate, .zfree = release};
    uLong most;
    bool fine;

    if (length > UINT32_MAX / 2 || deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    most = deflateBound(&stream, (uLong)length);
    fine = qiao_buffer_reserve(out, most);
    if (fine) {
        stream.next_in = (Bytef *)(uintptr_t)bytes;
        stream.avail_in = (uInt)length;
        stream.next_out = (Bytef *)out->data + out->length;
        stream.avail_out = (uInt)most;
        fine = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    }
    if (fine) {
        out->length += most - stream.avail_out;
        out->data[out->length] = '\0';
    }
    deflateEnd(&stream);
    return fine;
}

static pthread_mutex_t fixed_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const char *from;
    qiao_buffer to;
} fixed[FIXED_MAX];

const char *
qiaoi_gzip_fixed(const char *bytes, size_t length, size_t *length_out)
{
    const char *found = NULL;

    pthread_mutex_lock(&fixed_lock);
    for (size_t i = 0; i < FIXED_MAX && found == NULL; i++) {
        if (fixed[i].from == NULL) {
            qiao_buffer_clear(&fixed[i].to);
            if (!qiaoi_gzip(bytes, length, &fixed[i].to))
                break;
            fixed[i].from = bytes;
        }
        if (fixed[i].from == bytes) {
            found = fixed[i].to.data;
            *length_out = fixed[i].to.length;
        }
    }
    pthread_mutex_unlock(&fixed_lock);
    return found;
}
