/* Writes what a build found: blocks as they come through one buffer, the tables behind them, the header last. */
#include "indexing/findings.h"

#include "qiao/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK ((size_t)1 << 20) /* as findings_read.c checks it */
#define SMALL 15u

typedef struct writer {
    const char *path;
    int fd;
    uint64_t at, checksum;
    qiao_buffer pending;
    qiao_error *err;
    qiao_status status;
} writer;

static void
write_out(writer *w, size_t length)
{
    const char *bytes = w->pending.data;

    w->checksum = qiao_hash64(bytes, length, w->checksum);
    for (size_t done = 0; w->status == QIAO_OK && done < length;) {
        ssize_t n = write(w->fd, bytes + done, length - done);

        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            w->status = qiao_fail_errno(w->err, errno, "cannot write %s", w->path);
    }
    memmove(w->pending.data, w->pending.data + length, w->pending.length - length);
    w->pending.length -= length;
}

static void
put(writer *w, const void *bytes, size_t length)
{
    qiao_buffer_append(&w->pending, bytes, length);
    w->at += length;
}

/* Whole blocks only, so that the checksum does not depend on how the bytes came. */
static void
settle(writer *w)
{
    while (w->status == QIAO_OK && !w->pending.failed && w->pending.length >= BLOCK)
        write_out(w, BLOCK);
}

static unsigned char *
varint(unsigned char *at, uint32_t value)
{
    for (; value >= 0x80u; value >>= 7)
        *at++ = (unsigned char)(value | 0x80u);
    *at++ = (unsigned char)value;
    return at;
}

/* Both counts in one byte where they are small, which they mostly are. */
static unsigned char *
counts(unsigned char *at, uint32_t title, uint32_t body)
{
    if (title < SMALL && body < SMALL) {
        *at++ = (unsigned char)(title << 4 | body);
        return at;
    }
    *at++ = 0xFFu;
    return varint(varint(at, title), body);
}

static unsigned char *
uses(unsigned char *at, const qiaoi_use *list, uint32_t count)
{
    at = varint(at, count);
    for (uint32_t i = 0; i < count; i++)
        at = counts(varint(at, list[i].id), list[i].title, list[i].body);
    return at;
}

/* maps: numbers of the shard's tags to numbers of the file's. */
static void
put_document(writer *w, const qiaoi_corpus_document *document, const uint32_t *tag_map)
{
    const qiaoi_document *use = &document->use;
    size_t most = 80 + document->facts_length + 5 * (size_t)document->tag_count +
                  16 * ((size_t)use->term_count + use->entry_count) + 21 * (size_t)use->pair_count;
    unsigned char *start, *at;

    if (!qiao_buffer_reserve(&w->pending, most))
        return;
    start = at = (unsigned char *)w->pending.data + w->pending.length;
    at = varint(varint(varint(varint(at, use->pivot_title), use->pivot_body), use->native_title), use->native_body);
    at = varint(at, document->tag_count);
    for (uint32_t i = 0; i < document->tag_count; i++)
        at = varint(at, tag_map[document->tags[i]]);
    at = uses(at, use->terms, use->term_count);
    at = uses(at, use->entries, use->entry_count);
    at = varint(at, use->pair_count);
    for (uint32_t i = 0; i < use->pair_count; i++)
        at = counts(varint(varint(at, use->pairs[i].first), use->pairs[i].second), use->pairs[i].title,
                    use->pairs[i].body);
    at = varint(at, (uint32_t)document->facts_length);
    for (uint64_t end = w->at + (uint64_t)(at - start); (end & 7u) != 0; end++)
        *at++ = 0; /* facts are read in place */
    if (document->facts_length > 0)
        memcpy(at, document->facts, document->facts_length);
    at += document->facts_length;
    w->pending.length += (size_t)(at - start);
    w->at += (uint64_t)(at - start);
    settle(w);
}

/* ---- tags: one table of all shards ---- */

typedef struct tag_tables {
    qiaoi_term_table all;
    uint32_t **maps; /* by shard */
} tag_tables;

static qiao_status
join_tags(const qiaoi_corpus *corpus, tag_tables *tags, qiao_error *err)
{
    tags->maps = qiao_calloc(corpus->shard_count + 1, sizeof *tags->maps);
    if (tags->maps == NULL)
        return qiao_fail_memory(err);
    for (size_t s = 0; s < corpus->shard_count; s++) {
        const qiaoi_term_table *table = &corpus->shards[s].tags;

        tags->maps[s] = qiao_alloc(((size_t)table->count + 1) * sizeof **tags->maps);
        if (tags->maps[s] == NULL)
            return qiao_fail_memory(err);
        for (uint32_t t = 0; t < table->count; t++) {
            const char *tag = table->bytes.data + table->offsets[t];
            qiao_status st = qiaoi_term_table_add(&tags->all, tag, strlen(tag), &tags->maps[s][t], err);

            if (st != QIAO_OK)
                return st;
        }
    }
    return QIAO_OK;
}

static void
tag_tables_done(tag_tables *tags, size_t shards)
{
    for (size_t s = 0; tags->maps != NULL && s < shards; s++)
        qiao_free(tags->maps[s]);
    qiao_free(tags->maps);
    qiaoi_term_table_done(&tags->all);
}

/* ---- the file ---- */

static void
put_documents(writer *w, const qiaoi_corpus *corpus, const tag_tables *tags, qiaoi_findings_entry *entries)
{
    uint32_t id = 0;

    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind] && w->status == QIAO_OK; d++, entries++) {
            const qiaoi_corpus_document *document = &corpus->documents[kind][d];

            *entries = (qiaoi_findings_entry){document->content_hash, w->at, id, document->number};
            id += (uint32_t)strlen(document->id) + 1;
            put_document(w, document, tags->maps[document->shard]);
        }
}

static void
put_tables(writer *w, const qiaoi_corpus *corpus, const tag_tables *tags, const qiaoi_findings_entry *entries,
           qiaoi_findings_header *header)
{
    put(w, "\0\0\0\0\0\0\0", (size_t)(-w->at & 7u));
    header->entries = w->at;
    put(w, entries, ((size_t)corpus->count[0] + corpus->count[1]) * sizeof *entries);
    settle(w);
    header->ids = w->at;
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            put(w, corpus->documents[kind][d].id, strlen(corpus->documents[kind][d].id) + 1);
            settle(w);
        }
    header->terms = w->at;
    put(w, corpus->term_bytes.data, corpus->term_offsets[corpus->term_count]);
    settle(w);
    header->tags = w->at;
    if (tags->all.count > 0)
        put(w, tags->all.bytes.data, tags->all.bytes.length);
    header->end = w->at;
    settle(w);
}

static void
fill(writer *w, const qiaoi_corpus *corpus, const tag_tables *tags, qiaoi_findings_entry *entries,
     qiaoi_findings_header *header)
{
    put_documents(w, corpus, tags, entries);
    put_tables(w, corpus, tags, entries, header);
    if (w->pending.failed && w->status == QIAO_OK)
        w->status = qiao_fail_memory(w->err);
    if (w->status == QIAO_OK && w->pending.length > 0)
        write_out(w, w->pending.length);
    header->checksum = w->checksum;
    if (w->status == QIAO_OK && pwrite(w->fd, header, sizeof *header, 0) != (ssize_t)sizeof *header)
        w->status = qiao_fail_errno(w->err, errno, "cannot write %s", w->path);
}

static qiao_status
write_file(const qiaoi_corpus *corpus, qiaoi_findings_header *header, const char *path, qiao_error *err)
{
    writer w = {.path = path, .at = sizeof *header, .err = err};
    tag_tables tags = {.maps = NULL};
    qiaoi_findings_entry *entries = qiao_alloc(((size_t)corpus->count[0] + corpus->count[1] + 1) * sizeof *entries);

    w.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (w.fd < 0)
        w.status = qiao_fail_errno(err, errno, "cannot create %s", path);
    else if (lseek(w.fd, (off_t)sizeof *header, SEEK_SET) < 0)
        w.status = qiao_fail_errno(err, errno, "cannot write %s", path);
    if (w.status == QIAO_OK)
        w.status = entries == NULL ? qiao_fail_memory(err) : join_tags(corpus, &tags, err);
    header->tag_count = tags.all.count;
    if (w.status == QIAO_OK)
        fill(&w, corpus, &tags, entries, header);
    if (w.fd >= 0 && close(w.fd) != 0 && w.status == QIAO_OK)
        w.status = qiao_fail_errno(err, errno, "cannot close %s", path);
    tag_tables_done(&tags, corpus->shard_count);
    qiao_free(entries);
    qiao_buffer_done(&w.pending);
    return w.status;
}

qiao_status
qiaoi_findings_write(const qiaoi_corpus *corpus, const qiaoi_findings_basis *basis, uint64_t generation,
                     const char *data_dir, qiao_error *err)
{
    qiaoi_findings_header header = {.magic = QIAOI_FINDINGS_MAGIC,
                                    .version = QIAOI_FINDINGS_VERSION,
                                    .day = corpus->day,
                                    .generation = generation,
                                    .basis = *basis,
                                    .documents = {corpus->count[0], corpus->count[1]},
                                    .numbers = corpus->numbers,
                                    .term_count = corpus->term_count};
    char path[QIAO_PATH_MAX + 64];
    qiao_status st;

    memcpy(header.mean_length, corpus->mean_length, sizeof header.mean_length);
    snprintf(path, sizeof path, "%s/build", data_dir);
    st = qiao_file_make_directories(path, err);
    snprintf(path, sizeof path, "%s/build/findings.new", data_dir);
    return st == QIAO_OK ? write_file(corpus, &header, path, err) : st;
}

qiao_status
qiaoi_findings_settle(bool good, const char *data_dir, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 64], beside[QIAO_PATH_MAX + 64];
    qiao_status st;

    snprintf(path, sizeof path, "%s/build/findings.bin", data_dir);
    snprintf(beside, sizeof beside, "%s/build/findings.new", data_dir);
    if (good && rename(beside, path) == 0)
        return QIAO_OK;
    st = good ? qiao_fail_errno(err, errno, "cannot rename %s to %s", beside, path) : QIAO_OK;
    (void)unlink(beside);
    return st;
}
