/*
 * Writes the matching postings of both sides by counting sort, range by range; in an update, only what cannot be copied
 * (postings_copy.c) is made.
 *
 * Impact of a term: title_weight * tf_title / (1 - .5 + .5 * l_title / mean) + tf_body / (1 - .7 + .7 * l_body / mean),
 * as a byte (store/impact.h); lengths are those of the term's own channel (pivot or native words). Saturation is
 * left to the query, which groups the translations of one word (BM25F's field weighting: Robertson, Zaragoza, Taylor
 * 2004).
 */
#include "indexing/postings.h"

#include "qiao/file.h"
#include "store/generation_internal.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TITLE_WEIGHT 2.0
#define TITLE_LENGTH_SHARE 0.5
#define BODY_LENGTH_SHARE 0.7
#define BILINGUAL_SHARE                                                                                                \
    0.03 /* of the native words of a document that speaks English too: most of what they say, its English has said */
#define CONTRIBUTIONS_MAX 32768u

typedef struct contribution {
    uint32_t slot;
    float title, body;
} contribution;

typedef struct posting_builder {
    const qiaoi_corpus *corpus;
    const qiao_lexicon *lexicon;
    const qiaoi_copying *copying; /* NULL: everything is made */
    qiao_kind kind;
    contribution *list; /* of one document */
    uint32_t count;
    uint32_t *hash;          /* slot -> list index + 1, by open addressing */
    qiaoi_posting *postings; /* of its part of one range */
    size_t posting_count, posting_capacity;
    uint32_t slots;
    uint32_t first_native;            /* terms stand in order of their strings, ASCII first */
    double lengths[2][2];             /* what title and body are divided by for the document at hand: pivot, native */
    uint32_t range_first, first, end; /* documents: the range's first, and those of its part */
    qiao_status status;
    qiao_error error;
    pthread_t thread;
    bool started;
} posting_builder;

#define HASH_SIZE (CONTRIBUTIONS_MAX * 2u)
#define PAIRS_AHEAD 12u /* looked for before they are needed: each is a place of a big table that no cache holds */

static void
contribute(posting_builder *builder, uint32_t slot, float title, float body)
{
    uint32_t i = (slot * 0x9E3779B1u) >> 16 & (HASH_SIZE - 1);

    while (builder->hash[i] != 0 && builder->list[builder->hash[i] - 1].slot != slot)
        i = (i + 1) & (HASH_SIZE - 1);
    if (builder->hash[i] == 0) {
        if (builder->count == CONTRIBUTIONS_MAX)
            return;
        builder->list[builder->count] = (contribution){slot, 0, 0};
        builder->hash[i] = ++builder->count;
    }
    builder->list[builder->hash[i] - 1].title += title;
    builder->list[builder->hash[i] - 1].body += body;
}

static void
contribute_document(posting_builder *builder, const qiaoi_document *use)
{
    for (uint32_t i = 0; i < use->term_count; i++)
        contribute(builder, use->terms[i].id, use->terms[i].title, use->terms[i].body);
    for (uint32_t i = 0; i < use->entry_count; i++) {
        const qiaoi_entry *entry = &builder->lexicon->entries[use->entries[i].id];

        for (uint32_t k = 0; k < entry->count; k++) {
            const qiaoi_translation *translation = &builder->lexicon->translations[entry->first + k];
            float share = (float)translation->share / 65535.0f;

            contribute(builder, translation->term, share * (float)use->entries[i].title,
                       share * (float)use->entries[i].body);
        }
    }
    for (uint32_t i = 0; i < use->pair_count; i++) {
        const qiaoi_pair *pair;

        if (i + PAIRS_AHEAD < use->pair_count)
            qiaoi_lexicon_pair_ahead(builder->lexicon, use->pairs[i + PAIRS_AHEAD].first,
                                     use->pairs[i + PAIRS_AHEAD].second);
        pair = qiaoi_lexicon_pair(builder->lexicon, use->pairs[i].first, use->pairs[i].second);

        if (pair != NULL)
            contribute(builder, pair->term, use->pairs[i].title, use->pairs[i].body);
    }
}

/* Of a document whose other postings are copied. */
static void
contribute_fresh_pairs(posting_builder *builder, const qiaoi_document *use)
{
    for (uint32_t i = 0; i < use->pair_count; i++) {
        const qiaoi_pair_use *seen = &use->pairs[i];
        const qiaoi_pair *pair;

        if (!qiaoi_copying_fresh_pair(builder->copying, seen->first, seen->second))
            continue;
        pair = qiaoi_lexicon_pair(builder->lexicon, seen->first, seen->second);
        if (pair != NULL && qiaoi_copying_fresh_slot(builder->copying, pair->term))
            contribute(builder, pair->term, seen->title, seen->body);
    }
}

static bool
is_native(const posting_builder *builder, uint32_t slot)
{
    return slot >= builder->first_native && slot < builder->corpus->term_count;
}

static uint32_t
first_native(const qiaoi_corpus *corpus)
{
    uint32_t low = 0, high = corpus->term_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if ((unsigned char)corpus->term_bytes.data[corpus->term_offsets[middle]] < 0x80u)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
measure_document(posting_builder *builder, const qiaoi_document *use)
{
    const double *mean = builder->corpus->mean_length[builder->kind];
    const uint16_t title[2] = {use->pivot_title, use->native_title}, body[2] = {use->pivot_body, use->native_body};

    for (int native = 0; native < 2; native++) {
        double title_length = title[native] / mean[native ? 2 : 0], body_length = body[native] / mean[native ? 3 : 1];

        builder->lengths[native][0] = 1.0 - TITLE_LENGTH_SHARE + TITLE_LENGTH_SHARE * title_length;
        builder->lengths[native][1] = 1.0 - BODY_LENGTH_SHARE + BODY_LENGTH_SHARE * body_length;
    }
}

static uint8_t
impact(const posting_builder *builder, const qiaoi_document *use, const contribution *item)
{
    bool native = is_native(builder, item->slot);
    const double *length = builder->lengths[native];
    double frequency = TITLE_WEIGHT * (double)item->title / length[0] + (double)item->body / length[1];

    return qiaoi_impact_of((native && use->entry_count == 0 ? BILINGUAL_SHARE : 1.0) * frequency);
}

/* Only the slots in use: the table is far bigger than most documents. */
static void
clear_hash(posting_builder *builder)
{
    for (uint32_t n = 0; n < builder->count; n++) {
        uint32_t i = (builder->list[n].slot * 0x9E3779B1u) >> 16 & (HASH_SIZE - 1);

        for (; builder->hash[i] != 0; i = (i + 1) & (HASH_SIZE - 1))
            builder->hash[i] = 0;
    }
    builder->count = 0;
}

static qiao_status
emit_document(posting_builder *builder, const qiaoi_document *use, uint16_t local, qiao_error *err)
{
    if (builder->posting_count + builder->count > builder->posting_capacity) {
        size_t capacity = builder->posting_capacity * 2 + CONTRIBUTIONS_MAX;
        qiaoi_posting *grown = qiao_realloc_array(builder->postings, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        builder->postings = grown;
        builder->posting_capacity = capacity;
    }
    measure_document(builder, use);
    for (uint32_t i = 0; i < builder->count; i++) {
        uint8_t value = impact(builder, use, &builder->list[i]);

        if (value > 0)
            builder->postings[builder->posting_count++] = (qiaoi_posting){builder->list[i].slot, local, value};
    }
    clear_hash(builder);
    return QIAO_OK;
}

static void *
run_part(void *context)
{
    posting_builder *builder = context;

    builder->status = QIAO_OK;
    builder->posting_count = 0;
    for (uint32_t d = builder->first; builder->status == QIAO_OK && d < builder->end; d++) {
        const qiaoi_document *use = &builder->corpus->documents[builder->kind][d].use;

        if (builder->copying != NULL && qiaoi_copying_keeps(builder->copying, d))
            contribute_fresh_pairs(builder, use);
        else
            contribute_document(builder, use);
        builder->status = emit_document(builder, use, (uint16_t)(d - builder->range_first), &builder->error);
    }
    return NULL;
}

/* The postings of one range, each builder those of consecutive documents on a thread of its own. */
static qiao_status
collect_range(posting_builder *builders, unsigned count, uint32_t first, uint32_t documents, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (unsigned i = 0; i < count; i++) {
        posting_builder *builder = &builders[i];

        builder->range_first = first;
        builder->first = first + (uint32_t)((uint64_t)documents * i / count);
        builder->end = first + (uint32_t)((uint64_t)documents * (i + 1) / count);
        builder->started = i > 0 && pthread_create(&builder->thread, NULL, run_part, builder) == 0;
    }
    for (unsigned i = 0; i < count; i++) {
        posting_builder *builder = &builders[i];

        if (builder->started)
            pthread_join(builder->thread, NULL);
        else
            run_part(builder);
        if (st == QIAO_OK && builder->status != QIAO_OK) {
            st = builder->status;
            if (err != NULL)
                *err = builder->error;
        }
    }
    return st;
}

static uint32_t
count_postings(const posting_builder *builders, unsigned count)
{
    size_t total = 0;

    for (unsigned i = 0; i < count; i++)
        total += builders[i].posting_count;
    return (uint32_t)total;
}

/* Lays the range's postings out: bitmap, ranks, offsets by counting, then documents and impacts in order of document.
 * Adds to df. view_out is valid until the writer's next call. */
static qiao_status
write_range(const posting_builder *builders, unsigned count, qiaoi_generation_writer *writer, uint32_t range,
            uint32_t documents, uint32_t *df, qiaoi_postings *view_out, qiao_error *err)
{
    const posting_builder *builder = builders;
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
walk_rows(const posting_builder *builder, const qiaoi_postings *range, uint32_t *starts, uint32_t *entries)
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
write_rows(posting_builder *builder, qiaoi_generation_writer *writer, uint32_t number, const qiaoi_postings *range,
           qiao_error *err)
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
write_made(qiaoi_corpus *corpus, posting_builder *builders, unsigned count, qiaoi_generation_writer *writer,
           uint32_t range, uint32_t documents, uint32_t *df, qiao_error *err)
{
    qiaoi_postings view = {.bitmap = NULL};
    qiao_status st = write_range(builders, count, writer, range, documents, df, &view, err);

    corpus->postings += count_postings(builders, count);
    return st == QIAO_OK ? write_rows(builders, writer, range, &view, err) : st;
}

/* Joins it with what is copied. */
static qiao_status
write_joined(qiaoi_corpus *corpus, posting_builder *builders, unsigned count, qiaoi_copying *copying,
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
write_postings(qiaoi_corpus *corpus, posting_builder *builders, unsigned count, qiaoi_generation_writer *writer,
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

        st = collect_range(builders, count, first, documents, err);
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

static qiao_status
init_builders(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, posting_builder *builders, unsigned count,
              qiao_error *err)
{
    for (unsigned i = 0; i < count; i++) {
        builders[i].corpus = corpus;
        builders[i].lexicon = lexicon;
        builders[i].first_native = first_native(corpus);
        builders[i].slots = corpus->term_count + corpus->pair_count;
        builders[i].list = qiao_alloc(CONTRIBUTIONS_MAX * sizeof *builders->list);
        builders[i].hash = qiao_calloc(HASH_SIZE, sizeof *builders->hash);
        if (builders[i].list == NULL || builders[i].hash == NULL)
            return qiao_fail_memory(err);
    }
    return QIAO_OK;
}

static void
builders_done(posting_builder *builders, unsigned count)
{
    for (unsigned i = 0; builders != NULL && i < count; i++) {
        qiao_free(builders[i].list);
        qiao_free(builders[i].hash);
        qiao_free(builders[i].postings);
    }
    qiao_free(builders);
}

qiao_status
qiaoi_corpus_write_postings(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiaoi_generation_writer *writer,
                            qiao_error *err)
{
    unsigned count = corpus->threads == 0 ? 1 : corpus->threads;
    posting_builder *builders = qiao_calloc(count, sizeof *builders);
    qiao_status st = builders == NULL ? qiao_fail_memory(err) : init_builders(corpus, lexicon, builders, count, err);

    for (int kind = 0; st == QIAO_OK && kind < 2; kind++) {
        for (unsigned i = 0; i < count; i++)
            builders[i].kind = (qiao_kind)kind;
        st = write_postings(corpus, builders, count, writer, err);
    }
    if (st == QIAO_OK)
        st = qiaoi_generation_writer_finish(writer, err);
    else
        qiaoi_generation_writer_abort(writer);
    builders_done(builders, count);
    return st;
}

qiao_status
qiaoi_corpus_write(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const char *path, qiao_error *err)
{
    qiaoi_generation_writer *writer = NULL;
    qiao_status st = qiaoi_corpus_write_records(corpus, path, &writer, err);

    return st == QIAO_OK ? qiaoi_corpus_write_postings(corpus, lexicon, writer, err) : st;
}
