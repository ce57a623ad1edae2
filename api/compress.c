/* libdeflate at its quickest level: an answer is sent once, as a whole, and what counts is the time until it is there.
 */
#include "compress.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LEVEL 1
#define IDLE_MAX 8 /* compressors that wait */
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

/* ---- compressors: their tables are large, so they are kept ---- */

static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static struct libdeflate_compressor *idle[IDLE_MAX];
static size_t idle_count;

static void
prepare(void)
{
    libdeflate_set_memory_allocator(qiao_alloc, qiao_free);
}

static struct libdeflate_compressor *
take_compressor(void)
{
    struct libdeflate_compressor *compressor = NULL;

    pthread_once(&prepared, prepare);
    pthread_mutex_lock(&idle_lock);
    if (idle_count > 0)
        compressor = idle[--idle_count];
    pthread_mutex_unlock(&idle_lock);
    return compressor != NULL ? compressor : libdeflate_alloc_compressor(LEVEL);
}

static void
return_compressor(struct libdeflate_compressor *compressor)
{
    bool kept;

    pthread_mutex_lock(&idle_lock);
    kept = idle_count < IDLE_MAX;
    if (kept)
        idle[idle_count++] = compressor;
    pthread_mutex_unlock(&idle_lock);
    if (!kept)
        libdeflate_free_compressor(compressor);
}

bool
qiaoi_gzip(const char *bytes, size_t length, qiao_buffer *out)
{
    struct libdeflate_compressor *compressor = take_compressor();
    size_t most, made = 0;

    if (compressor == NULL)
        return false;
    most = libdeflate_gzip_compress_bound(compressor, length);
    if (qiao_buffer_reserve(out, most))
        made = libdeflate_gzip_compress(compressor, bytes, length, out->data + out->length, most);
    return_compressor(compressor);
    if (made == 0)
        return false;
    out->length += made;
    out->data[out->length] = '\0';
    return true;
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
