/*
 * Writes the matching postings of both sides by counting sort, range by range, and what the sides are weighed by; in an
 * update, only what cannot be copied (postings_copy.c) is made (postings_make.c).
 */
#include "indexing/postings.h"

#include "indexing/postings_make.h"
#include "store/generation_internal.h"

#include <string.h>

static uint32_t
count_postings(const qiaoi_posting_builder *builders, unsigned count)
{
    size_t total = 0;

    for (unsigned i = 0; i < count; i++)
        total += builders[i].posting_count;
    return (uint32_t)total;
}

/* Lays the range's postings out: bitmap, ranks, offsets by counting, then documents and impacts in order of document.
 * Adds to df. view_out is valid until the writer's next call. */
static qiao_status
write_range(const qiaoi_posting_builder *builders, unsigned count, qiaoi_generation_writer *writer, uint32_t range,
            uint32_t documents, uint32_t *df, qiaoi_postings *view_out, qiao_error *err)
{
    const qiaoi_posting_builder *builder = builders;
    uint32_t *counts = qiao_calloc((size_t)builder->slots + 1, sizeof *counts);
    qiaoi_postings_header header = {
        0, builder->slots, 0, count_postings(builders, count), range * QIAOI_RANGE_SIZE, documents};
    size_t offsets[7];
    unsigned char *room;
    uint64_t *bitmap;
    uint32_t *rank, *starts;
    qiao_status st;

    if (counts == NULL)
        return qiao_fail_memory(err);
    for (unsigned b = 0; b < count; b++)
        for (size_t i = 0; i < builders[b].posting_count; i++)
            header.present += counts[builders[b].postings[i].slot]++ == 0;
    st = qiaoi_generation_writer_postings(writer, builder->kind, range, &header, &room, err);
    if (st == QIAO_OK) {
        uint32_t seen = 0, at = 0;

        qiaoi_postings_layout(&header, offsets);
        bitmap = (uint64_t *)(void *)(room + offsets[0]);
        rank = (uint32_t *)(void *)(room + offsets[1]);
        starts = (uint32_t *)(void *)(room + offsets[2]);
        for (uint32_t slot = 0; slot < builder->slots; slot++) {
            if ((slot & 63u) == 0)
                rank[slot >> 6] = seen;
            if (counts[slot] == 0)
                continue;
            bitmap[slot >> 6] |= (uint64_t)1 << (slot & 63u);
            starts[seen] = at;
            at += counts[slot];
            df[slot] += counts[slot];
            counts[slot] = seen++;
        }
        starts[seen] = at;
    }
    if (st == QIAO_OK) {
        uint16_t *docs = (uint16_t *)(void *)(room + offsets[3]);
        uint8_t *impacts = room + offsets[4], *maxima = room + offsets[5];
        uint32_t *fill = qiao_alloc(((size_t)header.present + 1) * sizeof *fill);

        if (fill == NULL) {
            st = qiao_fail_memory(err);
        } else {
            memcpy(fill, starts, (size_t)header.present * sizeof *fill);
            for (unsigned b = 0; b < count; b++)
                for (size_t i = 0; i < builders[b].posting_count; i++) {
                    const qiaoi_posting *item = &builders[b].postings[i];
                    uint32_t list = counts[item->slot], at = fill[list]++;

                    docs[at] = item->document;
                    impacts[at] = item->impact;
                    if (item->impact > maxima[list])
                        maxima[list] = item->impact;
                }
        }
        qiao_free(fill);
        *view_out = (qiaoi_postings){header, bitmap, rank, starts, docs, impacts, maxima};
    }
    qiao_free(counts);
    return st;
}

/* ---- the same by document ---- */

/*
 * Walks the lists in order of slot, so that each row comes out ascending. Without entries: counts each row into starts.
 * With them: fills each row from starts, which is left where the next row begins.
 */
static void
walk_rows(const qiaoi_posting_builder *builder, const qiaoi_postings *range, uint32_t *starts, uint32_t *entries)
{
    uint32_t limit = builder->first_native < QIAOI_ROWS_SLOTS ? builder->first_native : QIAOI_ROWS_SLOTS;

    for (uint32_t slot = 0; slot < limit; slot++) {
        qiaoi_posting_list list = qiaoi_postings_list(range, slot);

        for (uint32_t i = 0; i < list.count; i++) {
            if (entries != NULL)
                entries[starts[list.documents[i]]] = slot << 8 | list.impacts[i];
            starts[list.documents[i]]++;
        }
    }
}

/* Counts to the places where each row begins. */
static uint32_t
sum_up(uint32_t *starts, uint32_t documents)
{
    uint32_t at = 0;

    for (uint32_t d = 0; d < documents; d++) {
        uint32_t count = starts[d];

        starts[d] = at;
        at += count;
    }
    starts[documents] = at;
    return at;
}

static qiao_status
write_rows(qiaoi_posting_builder *builder, qiaoi_generation_writer *writer, uint32_t number,
           const qiaoi_postings *range, qiao_error *err)
{
    uint32_t documents = range->header.documents, *starts = qiao_calloc((size_t)documents + 1, sizeof *starts),
             *entries = NULL;
    qiaoi_rows_header header = {.documents = documents};
    qiao_status st = starts == NULL ? qiao_fail_memory(err) : QIAO_OK;

    if (st == QIAO_OK) {
        walk_rows(builder, range, starts, NULL);
        header.entries = sum_up(starts, documents);
        entries = qiao_alloc(((size_t)header.entries + 1) * sizeof *entries);
        st = entries == NULL ? qiao_fail_memory(err) : QIAO_OK;
    }
    if (st == QIAO_OK) {
        walk_rows(builder, range, starts, entries);
        memmove(starts + 1, starts, documents * sizeof *starts);
        starts[0] = 0;
        st = qiaoi_generation_writer_rows(writer, builder->kind, number, &header, starts, entries, err);
    }
    qiao_free(starts);
    qiao_free(entries);
    return st;
}

/* Lays out what the builders made of one range. */
static qiao_status
write_made(qiaoi_corpus *corpus, qiaoi_posting_builder *builders, unsigned count, qiaoi_generation_writer *writer,
           uint32_t range, uint32_t documents, uint32_t *df, qiao_error *err)
{
    qiaoi_postings view = {.bitmap = NULL};
    qiao_status st = write_range(builders, count, writer, range, documents, df, &view, err);

    corpus->postings += count_postings(builders, count);
    return st == QIAO_OK ? write_rows(builders, writer, range, &view, err) : st;
}

/* Joins it with what is copied. */
static qiao_status
write_joined(qiaoi_corpus *corpus, qiaoi_posting_builder *builders, unsigned count, qiaoi_copying *copying,
             qiaoi_generation_writer *writer, uint32_t range, uint32_t documents, uint32_t *df, qiao_error *err)
{
    qiaoi_posting_part *parts = qiao_alloc(count * sizeof *parts);
    uint32_t written = 0;
    qiao_status st;

    if (parts == NULL)
        return qiao_fail_memory(err);
    for (unsigned i = 0; i < count; i++)
        parts[i] = (qiaoi_posting_part){builders[i].postings, builders[i].posting_count};
    st = qiaoi_copying_range(copying, range, documents, parts, count, writer, df, &written, err);
    corpus->postings += written;
    qiao_free(parts);
    return st;
}

/* Documents of a side with a text in Chinese, by their tags. */
static uint32_t
count_chinese(const qiaoi_corpus *corpus, qiao_kind kind)
{
    uint32_t count = 0;

    for (uint32_t d = 0; d < corpus->count[kind]; d++) {
        const qiaoi_corpus_document *document = &corpus->documents[kind][d];
        const qiaoi_term_table *table = document->tag_count == 0 ? NULL : &corpus->shards[document->shard].tags;
        bool found = false;

        for (uint32_t i = 0; i < document->tag_count && !found; i++)
            found = strcmp(table->bytes.data + table->offsets[document->tags[i]], "language:zh") == 0;
        count += found;
    }
    return count;
}

static void
keep_frequency(const qiaoi_side_statistics *then, uint32_t slot_then, uint32_t *df)
{
    if (then->df[slot_then] > 0)
        *df = then->df[slot_then];
}

/* What had documents keeps their number; what has some only now is counted now, and weighs no less than what all have.
 */
static void
keep_frequencies(const qiaoi_corpus *corpus, const qiaoi_side_statistics *then, uint32_t *df)
{
    for (uint32_t slot = 0; slot < corpus->term_count + corpus->pair_count; slot++)
        df[slot] = df[slot] < then->documents ? df[slot] : then->documents;
    for (uint32_t t = 0; t < corpus->kept_term_count; t++)
        keep_frequency(then, t, &df[corpus->kept_terms[t]]);
    for (uint32_t p = 0; p < corpus->pair_count; p++)
        keep_frequency(then, corpus->kept_term_count + p, &df[corpus->term_count + p]);
}

static qiao_status
write_statistics(const qiaoi_corpus *corpus, qiao_kind kind, uint32_t *df, uint32_t slots,
                 qiaoi_generation_writer *writer, qiao_error *err)
{
    qiaoi_statistics_header header = {.slots = slots};

    if (corpus->statistics_kept) {
        const qiaoi_side_statistics *then = qiaoi_generation_statistics(corpus->parent->generation, kind);

        header.documents = then->documents;
        header.chinese = then->chinese;
        keep_frequencies(corpus, then, df);
    } else {
        header.documents = corpus->count[kind];
        header.chinese = count_chinese(corpus, kind);
    }
    memcpy(header.mean_length, corpus->mean_length[kind], sizeof header.mean_length);
    return qiaoi_generation_writer_statistics(writer, kind, &header, df, err);
}

static qiao_status
write_postings(qiaoi_corpus *corpus, qiaoi_posting_builder *builders, unsigned count, qiaoi_generation_writer *writer,
               qiao_error *err)
{
    uint32_t total = corpus->count[builders->kind];
    uint32_t *df = qiao_calloc((size_t)builders->slots + 1, sizeof *df);
    qiaoi_copying *copying = NULL;
    qiao_status st = df == NULL ? qiao_fail_memory(err)
                                : qiaoi_copying_new(corpus, builders->kind, builders->first_native, &copying, err);

    for (unsigned i = 0; i < count; i++)
        builders[i].copying = copying;
    for (uint32_t first = 0; st == QIAO_OK && first < total; first += QIAOI_RANGE_SIZE) {
        uint32_t documents = total - first < QIAOI_RANGE_SIZE ? total - first : QIAOI_RANGE_SIZE;

        st = qiaoi_postings_make(builders, count, first, documents, err);
        if (st == QIAO_OK)
            st = copying != NULL
                     ? write_joined(corpus, builders, count, copying, writer, first >> QIAOI_RANGE_BITS, documents, df,
                                    err)
                     : write_made(corpus, builders, count, writer, first >> QIAOI_RANGE_BITS, documents, df, err);
    }
    if (st == QIAO_OK)
        st = write_statistics(corpus, builders->kind, df, builders->slots, writer, err);
    qiao_free(df);
    qiaoi_copying_free(copying);
    return st;
}

qiao_status
qiaoi_corpus_write_postings(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiaoi_generation_writer *writer,
                            qiao_error *err)
{
    unsigned count = corpus->threads == 0 ? 1 : corpus->threads;
    qiaoi_posting_builder *builders = NULL;
    qiao_status st = qiaoi_posting_builders_new(corpus, lexicon, count, &builders, err);

    for (int kind = 0; st == QIAO_OK && kind < 2; kind++) {
        for (unsigned i = 0; i < count; i++)
            builders[i].kind = (qiao_kind)kind;
        st = write_postings(corpus, builders, count, writer, err);
    }
    if (st == QIAO_OK)
        st = qiaoi_generation_writer_finish(writer, err);
    else
        qiaoi_generation_writer_abort(writer);
    qiaoi_posting_builders_free(builders, count);
    return st;
}

qiao_status
qiaoi_corpus_write(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const char *path, qiao_error *err)
{
    qiaoi_generation_writer *writer = NULL;
    qiao_status st = qiaoi_corpus_write_records(corpus, path, &writer, err);

    return st == QIAO_OK ? qiaoi_corpus_write_postings(corpus, lexicon, writer, err) : st;
}
