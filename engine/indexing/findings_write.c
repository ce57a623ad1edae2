/* Writes what a build found: blocks as they come through one buffer, the tables behind them, the header last; into a
 * file of their own, or behind what was found before. See findings.h. */
#include "indexing/findings_tables.h"

#include "indexing/words.h"
#include "qiao/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20) /* written at once: whole blocks */
#define LENGTHS_MAX 2u          /* of a file, against what it was when it was made */
#define SMALL 15u

typedef struct writer {
    const char *path;
    int fd;
    uint64_t at, sum;
    const uint32_t *numbers; /* of the corpus' terms in the file; NULL = their own */
    qiao_buffer pending;
    qiao_error *err;
    qiao_status status;
} writer;

/* length: of whole blocks. */
static void
write_out(writer *w, size_t length)
{
    const char *bytes = w->pending.data;

    for (size_t at = 0; at < length; at += QIAOI_FINDINGS_BLOCK)
        w->sum = qiao_hash64(bytes + at, QIAOI_FINDINGS_BLOCK, w->sum);
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

static void
settle(writer *w)
{
    while (w->status == QIAO_OK && !w->pending.failed && w->pending.length >= PIECE)
        write_out(w, PIECE);
}

/* Zeros up to a multiple of size, at most a block. */
static void
fill_up(writer *w, size_t size)
{
    static const char zeros[QIAOI_FINDINGS_BLOCK];

    put(w, zeros, (size_t)(-w->at & (size - 1)));
}

static uint32_t
number_of(const writer *w, uint32_t term)
{
    return w->numbers == NULL ? term : w->numbers[term];
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
terms(const writer *w, unsigned char *at, const qiaoi_document *use)
{
    at = varint(at, use->term_count);
    for (uint32_t i = 0; i < use->term_count; i++)
        at = counts(varint(at, number_of(w, use->terms[i].id)), use->terms[i].title, use->terms[i].body);
    at = varint(at, use->entry_count);
    for (uint32_t i = 0; i < use->entry_count; i++)
        at = counts(varint(at, use->entries[i].id), use->entries[i].title, use->entries[i].body);
    at = varint(at, use->pair_count);
    for (uint32_t i = 0; i < use->pair_count; i++)
        at = counts(varint(varint(at, number_of(w, use->pairs[i].first)), number_of(w, use->pairs[i].second)),
                    use->pairs[i].title, use->pairs[i].body);
    return at;
}

/* map: numbers of the shard's tags to numbers of the file's. Returns what is behind. */
static unsigned char *
facts_and_tags(unsigned char *at, const qiaoi_corpus_document *document, const uint32_t *map)
{
    const qiaoi_document *use = &document->use;
    const qiaoi_findings_document head = {(uint32_t)document->facts_length,
                                          document->tag_count,
                                          use->pivot_title,
                                          use->pivot_body,
                                          use->native_title,
                                          use->native_body};

    memcpy(at, &head, sizeof head);
    at += sizeof head;
    if (document->facts_length > 0)
        memcpy(at, document->facts, document->facts_length);
    at += document->facts_length;
    for (size_t n = document->facts_length; (n & 3u) != 0; n++)
        *at++ = 0; /* tags are read in place */
    for (uint32_t i = 0; i < document->tag_count; i++, at += sizeof *map)
        memcpy(at, &map[document->tags[i]], sizeof *map);
    return at;
}

static void
put_document(writer *w, const qiaoi_corpus_document *document, const uint32_t *tag_map)
{
    const qiaoi_document *use = &document->use;
    size_t most = sizeof(qiaoi_findings_document) + 32 + document->facts_length + 4 * (size_t)document->tag_count +
                  16 * ((size_t)use->term_count + use->entry_count) + 21 * (size_t)use->pair_count;
    unsigned char *start, *at;

    if (!qiao_buffer_reserve(&w->pending, most))
        return;
    start = (unsigned char *)w->pending.data + w->pending.length;
    at = terms(w, facts_and_tags(start, document, tag_map), use);
    for (; ((at - start) & 7) != 0;)
        *at++ = 0; /* the next one is read in place too */
    w->pending.length += (size_t)(at - start);
    w->at += (uint64_t)(at - start);
    settle(w);
}

/* ---- the file ---- */

typedef struct filling {
    const qiaoi_corpus *corpus;
    const qiaoi_findings *before; /* that it is written behind; NULL: a file of its own */
    qiaoi_findings_tags tags;
    qiaoi_findings_terms terms;
    qiaoi_findings_entry *entries;
    qiaoi_words words;
    qiao_arena *arena; /* of one document's words */
} filling;

/* One of an earlier file goes into a new one with the words that it has there. */
static void
put_whole(writer *w, const filling *f, const qiaoi_corpus_document *document)
{
    qiaoi_corpus_document whole = *document;

    qiao_arena_reset(f->arena);
    w->status = qiaoi_words_take(&f->words, document, f->arena, &whole.use, w->err);
    if (w->status == QIAO_OK)
        put_document(w, &whole, f->tags.maps[document->shard]);
}

static void
put_documents(writer *w, const filling *f)
{
    qiaoi_findings_entry *entry = f->entries;
    uint32_t id = 0;

    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < f->corpus->count[kind] && w->status == QIAO_OK; d++, entry++) {
            const qiaoi_corpus_document *document = &f->corpus->documents[kind][d];
            bool there = f->before != NULL && document->found != 0;

            *entry = (qiaoi_findings_entry){document->content_hash,
                                            there ? f->before->entries[document->found - 1].block : w->at, id,
                                            document->number};
            id += (uint32_t)strlen(document->id) + 1;
            if (!there)
                put_whole(w, f, document);
        }
}

static void
put_order(writer *w, const qiaoi_corpus *corpus)
{
    for (uint32_t t = 0; t < corpus->term_count; t++) {
        uint32_t number = number_of(w, t);

        put(w, &number, sizeof number);
    }
    settle(w);
}

static void
put_terms(writer *w, const filling *f, qiaoi_findings_header *header)
{
    const qiaoi_corpus *corpus = f->corpus;

    header->terms = w->at;
    header->term_count = f->before == NULL ? corpus->term_count : f->terms.count;
    if (f->before == NULL) {
        put(w, corpus->term_bytes.data, corpus->term_offsets[corpus->term_count]);
    } else {
        const qiaoi_findings_header *then = f->before->header;

        put(w, f->before->mapping.data + then->terms, (size_t)(then->tags - then->terms));
        if (f->terms.added.length > 0)
            put(w, f->terms.added.data, f->terms.added.length);
    }
    settle(w);
}

static void
put_tables(writer *w, const filling *f, qiaoi_findings_header *header)
{
    const qiaoi_corpus *corpus = f->corpus;

    fill_up(w, 8);
    header->entries = w->at;
    put(w, f->entries, ((size_t)corpus->count[0] + corpus->count[1]) * sizeof *f->entries);
    settle(w);
    header->order = w->at;
    header->order_count = corpus->term_count;
    header->order_terms = qiao_hash64(corpus->term_bytes.data, corpus->term_offsets[corpus->term_count], 0);
    put_order(w, corpus);
    header->ids = w->at;
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            put(w, corpus->documents[kind][d].id, strlen(corpus->documents[kind][d].id) + 1);
            settle(w);
        }
    put_terms(w, f, header);
    header->tags = w->at;
    header->tag_count = f->tags.all.count;
    if (f->tags.all.count > 0)
        put(w, f->tags.all.bytes.data, f->tags.all.bytes.length);
    header->tags_end = w->at;
    fill_up(w, QIAOI_FINDINGS_BLOCK);
    header->end = w->at;
    settle(w);
}

static void
fill(writer *w, const filling *f, qiaoi_findings_header *header)
{
    put_documents(w, f);
    put_tables(w, f, header);
    if (w->pending.failed && w->status == QIAO_OK)
        w->status = qiao_fail_memory(w->err);
    if (w->status == QIAO_OK && w->pending.length > 0)
        write_out(w, w->pending.length);
    header->sum = w->sum;
    header->made = f->before == NULL ? header->end : f->before->header->made;
}

/* What lies behind the end of what was found before counts for nothing. */
static void
open_file(writer *w, const qiaoi_findings *before)
{
    w->fd = open(w->path, O_WRONLY | O_CLOEXEC | (before == NULL ? O_CREAT | O_TRUNC : 0), 0666);
    if (w->fd < 0) {
        w->status = qiao_fail_errno(w->err, errno, "cannot create %s", w->path);
        return;
    }
    if (before == NULL)
        return;
    w->at = before->header->end;
    w->sum = before->header->sum;
    if (ftruncate(w->fd, (off_t)w->at) != 0 || lseek(w->fd, (off_t)w->at, SEEK_SET) < 0)
        w->status = qiao_fail_errno(w->err, errno, "cannot write %s", w->path);
}

static qiao_status
write_file(const qiaoi_corpus *corpus, const qiaoi_findings *before, qiaoi_findings_header *header, const char *path,
           qiao_error *err)
{
    writer w = {.path = path, .err = err};
    filling f = {.corpus = corpus, .before = before};

    f.entries = qiao_alloc(((size_t)corpus->count[0] + corpus->count[1] + 1) * sizeof *f.entries);
    f.arena = qiao_arena_new((size_t)1 << 16);
    open_file(&w, before);
    if (w.status == QIAO_OK)
        w.status = f.entries == NULL || f.arena == NULL ? qiao_fail_memory(err)
                                                        : qiaoi_findings_join_tags(corpus, &f.tags, err);
    if (w.status == QIAO_OK)
        w.status = qiaoi_words_init(&f.words, corpus, err);
    if (w.status == QIAO_OK && before != NULL)
        w.status = qiaoi_findings_join_terms(corpus, before, &f.terms, err);
    w.numbers = f.terms.numbers;
    if (w.status == QIAO_OK)
        fill(&w, &f, header);
    if (w.fd >= 0 && close(w.fd) != 0 && w.status == QIAO_OK)
        w.status = qiao_fail_errno(err, errno, "cannot close %s", path);
    qiaoi_findings_tags_done(&f.tags, corpus->shard_count);
    qiaoi_findings_terms_done(&f.terms);
    qiaoi_words_done(&f.words);
    qiao_arena_free(f.arena);
    qiao_free(f.entries);
    qiao_buffer_done(&w.pending);
    return w.status;
}

/* Beside the header that counts yet. */
static qiao_status
write_header(qiaoi_findings_header *header, const char *data_dir, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 64];
    qiao_status st = QIAO_OK;
    int fd;

    header->checksum = qiaoi_findings_header_checksum(header);
    qiaoi_findings_path(data_dir, "findings.new", path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return qiao_fail_errno(err, errno, "cannot create %s", path);
    if (write(fd, header, sizeof *header) != (ssize_t)sizeof *header)
        st = qiao_fail_errno(err, errno, "cannot write %s", path);
    if (close(fd) != 0 && st == QIAO_OK)
        st = qiao_fail_errno(err, errno, "cannot close %s", path);
    return st;
}

qiao_status
qiaoi_findings_write(const qiaoi_corpus *corpus, const qiaoi_findings *before, const qiaoi_findings_basis *basis,
                     uint64_t generation, const char *data_dir, qiao_error *err)
{
    qiaoi_findings_header header = {.magic = QIAOI_FINDINGS_MAGIC,
                                    .version = QIAOI_FINDINGS_VERSION,
                                    .day = corpus->day,
                                    .generation = generation,
                                    .basis = *basis,
                                    .documents = {corpus->count[0], corpus->count[1]},
                                    .numbers = corpus->numbers},
                          then;
    char path[QIAO_PATH_MAX + 64];
    qiao_status st;

    memcpy(header.mean_length, corpus->mean_length, sizeof header.mean_length);
    if (before != NULL && before->header->end >= LENGTHS_MAX * before->header->made)
        before = NULL;
    if (qiaoi_findings_header_read(data_dir, &then, NULL) == QIAO_OK)
        header.file = before != NULL ? then.file : !then.file;
    qiaoi_findings_path(data_dir, "", path);
    st = qiao_file_make_directories(path, err);
    qiaoi_findings_file_path(data_dir, header.file, path);
    if (st == QIAO_OK)
        st = write_file(corpus, before, &header, path, err);
    return st == QIAO_OK ? write_header(&header, data_dir, err) : st;
}

/* The file that the header does not speak of. */
static void
drop_other(const char *data_dir)
{
    qiaoi_findings_header header;
    char path[QIAO_PATH_MAX + 64];

    if (qiaoi_findings_header_read(data_dir, &header, NULL) != QIAO_OK)
        return;
    qiaoi_findings_file_path(data_dir, !header.file, path);
    (void)unlink(path);
}

qiao_status
qiaoi_findings_settle(bool good, const char *data_dir, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 64], beside[QIAO_PATH_MAX + 64];
    qiao_status st = QIAO_OK;

    qiaoi_findings_path(data_dir, "findings.bin", path);
    qiaoi_findings_path(data_dir, "findings.new", beside);
    if (good && rename(beside, path) != 0)
        st = qiao_fail_errno(err, errno, "cannot rename %s to %s", beside, path);
    if (!good || st != QIAO_OK)
        (void)unlink(beside);
    drop_other(data_dir);
    return st;
}
