/* Writes candidates.bin: lists go behind each other as they come, from any thread; the index and the header come last,
 * so that a file that was not finished is not believed. */
#include "store/candidates.h"

#include "qiao/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define PENDING (1u << 18) /* bytes gathered before they are written */
#define ITEM_MAX 15u       /* bytes of a candidate */

struct qiaoi_candidates_writer {
    int fd;
    char *path;
    qiaoi_candidates_header header;
    uint64_t *index;
    pthread_mutex_t lock;
    qiao_buffer pending;
    uint64_t written; /* offset of pending in the file */
    bool failed;
};

static void
free_writer(qiaoi_candidates_writer *writer)
{
    if (writer->fd >= 0)
        close(writer->fd);
    pthread_mutex_destroy(&writer->lock);
    qiao_buffer_done(&writer->pending);
    qiao_free(writer->index);
    qiao_free(writer->path);
    qiao_free(writer);
}

qiaoi_candidates_writer *
qiaoi_candidates_writer_open(const char *path, const qiaoi_candidates_header *header)
{
    qiaoi_candidates_writer *writer = qiao_calloc(1, sizeof *writer);
    size_t lists = (size_t)header->documents[0] + header->documents[1];

    if (writer == NULL)
        return NULL;
    pthread_mutex_init(&writer->lock, NULL);
    writer->header = *header;
    memcpy(writer->header.magic, QIAOI_CANDIDATES_MAGIC, sizeof writer->header.magic);
    writer->header.version = QIAOI_CANDIDATES_VERSION;
    writer->header.depth = QIAOI_CANDIDATES_DEPTH;
    writer->written = sizeof *header;
    writer->path = qiao_strdup(path);
    writer->index = qiao_calloc(lists + 1, sizeof *writer->index);
    writer->fd =
        writer->path == NULL || writer->index == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->fd >= 0)
        return writer;
    free_writer(writer);
    return NULL;
}

static unsigned char *
put_number(unsigned char *at, uint32_t number)
{
    for (; number >= 128; number >>= 7)
        *at++ = (unsigned char)(number | 128u);
    *at++ = (unsigned char)number;
    return at;
}

/* Nothing and shut are 0 and 1; a text's value and a pair's score follow, even and odd. */
static uint32_t
what_is_known(const qiaoi_kept_candidate *candidate)
{
    if (candidate->known == QIAOI_KNOWN_NOTHING || candidate->known == QIAOI_KNOWN_SHUT)
        return candidate->known == QIAOI_KNOWN_SHUT;
    return 2 + 2 * (uint32_t)candidate->value + (candidate->known == QIAOI_KNOWN_PAIR);
}

static size_t
pack(const qiaoi_candidates_list *list, unsigned char *out)
{
    unsigned char *at = out + sizeof(uint32_t);
    uint32_t before = list->count > 0 ? list->items[0].text_score : 0, check;

    at = put_number(at, list->count << 1 | list->complete);
    at = put_number(at, before);
    for (uint32_t i = 0; i < list->count; i++) {
        at = put_number(at, list->items[i].docid);
        at = put_number(at, before - list->items[i].text_score);
        at = put_number(at, what_is_known(&list->items[i]));
        before = list->items[i].text_score;
    }
    check = (uint32_t)qiao_hash64(out + sizeof check, (size_t)(at - out) - sizeof check, QIAOI_CANDIDATES_VERSION);
    memcpy(out, &check, sizeof check);
    return (size_t)(at - out);
}

static void
flush(qiaoi_candidates_writer *writer)
{
    if (writer->pending.failed ||
        (writer->pending.length > 0 && qiao_file_write_at(writer->fd, writer->path, writer->pending.data,
                                                          writer->pending.length, writer->written, NULL) != QIAO_OK))
        writer->failed = true;
    writer->written += writer->pending.length;
    qiao_buffer_clear(&writer->pending);
}

void
qiaoi_candidates_writer_put(qiaoi_candidates_writer *writer, qiao_kind kind, uint32_t docid,
                            const qiaoi_candidates_list *list)
{
    unsigned char bytes[sizeof(uint32_t) + (QIAOI_CANDIDATES_DEPTH + 1) * ITEM_MAX];
    uint64_t place = docid + (kind == QIAO_NEED ? (uint64_t)writer->header.documents[QIAO_PROJECT] : 0);
    size_t length = pack(list, bytes);

    pthread_mutex_lock(&writer->lock);
    writer->index[place] = (writer->written + writer->pending.length) << 16 | length;
    qiao_buffer_append(&writer->pending, bytes, length);
    if (writer->pending.length >= PENDING || writer->pending.failed)
        flush(writer);
    pthread_mutex_unlock(&writer->lock);
}

static bool
write_end(qiaoi_candidates_writer *writer)
{
    qiaoi_candidates_header *header = &writer->header;
    size_t bytes = ((size_t)header->documents[0] + header->documents[1]) * sizeof *writer->index;

    flush(writer);
    header->index = (writer->written + 7) & ~(uint64_t)7;
    header->size = header->index + bytes;
    header->index_check = qiao_hash64(writer->index, bytes, QIAOI_CANDIDATES_VERSION);
    header->checksum = qiao_hash64(header, offsetof(qiaoi_candidates_header, checksum), QIAOI_CANDIDATES_VERSION);
    return !writer->failed &&
           qiao_file_write_at(writer->fd, writer->path, writer->index, bytes, header->index, NULL) == QIAO_OK &&
           qiao_file_write_at(writer->fd, writer->path, header, sizeof *header, 0, NULL) == QIAO_OK;
}

bool
qiaoi_candidates_writer_finish(qiaoi_candidates_writer *writer, bool keep)
{
    bool whole;

    if (writer == NULL)
        return false;
    whole = keep && write_end(writer);
    if (!whole)
        unlink(writer->path);
    free_writer(writer);
    return whole;
}
