/*
 * Impacts of a document's terms, each builder those of consecutive documents on a thread of its own.
 *
 * Impact of a term: title_weight * tf_title / (1 - .5 + .5 * l_title / mean) + tf_body / (1 - .7 + .7 * l_body / mean),
 * as a byte (store/impact.h); lengths are those of the term's own channel (pivot or native words). Saturation is
 * left to the query, which groups the translations of one word (BM25F's field weighting: Robertson, Zaragoza, Taylor
 * 2004).
 */
#include "indexing/postings_make.h"

#include "qiao/file.h"

#define TITLE_WEIGHT 2.0
#define TITLE_LENGTH_SHARE 0.5
#define BODY_LENGTH_SHARE 0.7
/* Of the native words of a document that speaks English too: most of what they say, its English has said. */
#define BILINGUAL_SHARE 0.03
#define CONTRIBUTIONS_MAX 32768u
#define HASH_SIZE (CONTRIBUTIONS_MAX * 2u)
#define PAIRS_AHEAD 12u /* looked for before they are needed: each is a place of a big table that no cache holds */

typedef struct qiaoi_contribution {
    uint32_t slot;
    float title, body;
} qiaoi_contribution;

static void
contribute(qiaoi_posting_builder *builder, uint32_t slot, float title, float body)
{
    uint32_t i = (slot * 0x9E3779B1u) >> 16 & (HASH_SIZE - 1);

    while (builder->hash[i] != 0 && builder->list[builder->hash[i] - 1].slot != slot)
        i = (i + 1) & (HASH_SIZE - 1);
    if (builder->hash[i] == 0) {
        if (builder->count == CONTRIBUTIONS_MAX)
            return;
        builder->list[builder->count] = (qiaoi_contribution){slot, 0, 0};
        builder->hash[i] = ++builder->count;
    }
    builder->list[builder->hash[i] - 1].title += title;
    builder->list[builder->hash[i] - 1].body += body;
}

static void
contribute_document(qiaoi_posting_builder *builder, const qiaoi_document *use)
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
contribute_fresh_pairs(qiaoi_posting_builder *builder, const qiaoi_document *use)
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
is_native(const qiaoi_posting_builder *builder, uint32_t slot)
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
measure_document(qiaoi_posting_builder *builder, const qiaoi_document *use)
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
impact(const qiaoi_posting_builder *builder, const qiaoi_document *use, const qiaoi_contribution *item)
{
    bool native = is_native(builder, item->slot);
    const double *length = builder->lengths[native];
    double frequency = TITLE_WEIGHT * (double)item->title / length[0] + (double)item->body / length[1];

    return qiaoi_impact_of((native && use->entry_count == 0 ? BILINGUAL_SHARE : 1.0) * frequency);
}

/* Only the slots in use: the table is far bigger than most documents. */
static void
clear_hash(qiaoi_posting_builder *builder)
{
    for (uint32_t n = 0; n < builder->count; n++) {
        uint32_t i = (builder->list[n].slot * 0x9E3779B1u) >> 16 & (HASH_SIZE - 1);

        for (; builder->hash[i] != 0; i = (i + 1) & (HASH_SIZE - 1))
            builder->hash[i] = 0;
    }
    builder->count = 0;
}

static qiao_status
emit_document(qiaoi_posting_builder *builder, const qiaoi_document *use, uint16_t local, qiao_error *err)
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
    qiaoi_posting_builder *builder = context;

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

qiao_status
qiaoi_postings_make(qiaoi_posting_builder *builders, unsigned count, uint32_t first, uint32_t documents,
                    qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (unsigned i = 0; i < count; i++) {
        qiaoi_posting_builder *builder = &builders[i];

        builder->range_first = first;
        builder->first = first + (uint32_t)((uint64_t)documents * i / count);
        builder->end = first + (uint32_t)((uint64_t)documents * (i + 1) / count);
        builder->started = i > 0 && pthread_create(&builder->thread, NULL, run_part, builder) == 0;
    }
    for (unsigned i = 0; i < count; i++) {
        qiaoi_posting_builder *builder = &builders[i];

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

static qiao_status
prepare(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiaoi_posting_builder *builders, unsigned count,
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

void
qiaoi_posting_builders_free(qiaoi_posting_builder *builders, unsigned count)
{
    for (unsigned i = 0; builders != NULL && i < count; i++) {
        qiao_free(builders[i].list);
        qiao_free(builders[i].hash);
        qiao_free(builders[i].postings);
    }
    qiao_free(builders);
}

qiao_status
qiaoi_posting_builders_new(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, unsigned count,
                           qiaoi_posting_builder **out, qiao_error *err)
{
    qiaoi_posting_builder *builders = qiao_calloc(count, sizeof *builders);
    qiao_status st = builders == NULL ? qiao_fail_memory(err) : prepare(corpus, lexicon, builders, count, err);

    if (st != QIAO_OK) {
        qiaoi_posting_builders_free(builders, count);
        builders = NULL;
    }
    *out = builders;
    return st;
}
