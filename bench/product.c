/* Term numbers are the product's too: strings of equal width, so that their order is that of the numbers. */
#include "product.h"

#include "bench.h"

#include "indexing/corpus.h"
#include "lexicon/derive.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/share.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TERM_WIDTH 8u /* "t000000" and its NUL */
#define PAIR_SLOTS 16u

typedef struct parts {
    const synthetic *source;
    qiaoi_corpus corpus;
    qiaoi_use *uses;
    qiaoi_shard shard;
    qiaoi_pair pairs[PAIR_SLOTS];
} parts;

static qiao_status
name_terms(parts *p, qiao_error *err)
{
    qiaoi_corpus *c = &p->corpus;

    c->term_count = SYNTHETIC_TERMS;
    c->term_offsets = qiao_alloc((SYNTHETIC_TERMS + 1) * sizeof *c->term_offsets);
    c->term_df = qiao_calloc((size_t)SYNTHETIC_TERMS * 2, sizeof *c->term_df);
    if (c->term_offsets == NULL || c->term_df == NULL)
        return qiao_fail_memory(err);
    for (uint32_t t = 0; t < SYNTHETIC_TERMS; t++) {
        char text[16];

        snprintf(text, sizeof text, "t%06u", t);
        c->term_offsets[t] = t * TERM_WIDTH;
        c->term_df[t] = p->source->df[t];
        qiao_buffer_append(&c->term_bytes, text, TERM_WIDTH);
    }
    c->term_offsets[SYNTHETIC_TERMS] = SYNTHETIC_TERMS * TERM_WIDTH;
    c->pairs = p->pairs;
    c->pair_slots = PAIR_SLOTS;
    c->shards = &p->shard;
    c->shard_count = 1;
    return c->term_bytes.failed ? qiao_fail_memory(err) : QIAO_OK;
}

/* Ids ascend with the number of the record; there is no JSON to speak of. */
static qiao_status
fill_documents(parts *p, qiao_error *err)
{
    const synthetic *source = p->source;
    qiaoi_corpus *c = &p->corpus;
    uint64_t total = source->starts[source->records];

    c->documents[QIAO_PROJECT] = qiao_calloc((size_t)source->records + 1, sizeof *c->documents[0]);
    c->arena = qiao_arena_new(1u << 20);
    p->uses = qiao_alloc((total + 1) * sizeof *p->uses);
    if (c->documents[QIAO_PROJECT] == NULL || c->arena == NULL || p->uses == NULL)
        return qiao_fail_memory(err);
    for (uint64_t i = 0; i < total; i++)
        p->uses[i] = (qiaoi_use){source->entries[i] >> 8, 0, (uint16_t)(source->entries[i] & 255u)};
    for (uint32_t r = 0; r < source->records; r++) {
        qiaoi_corpus_document *document = &c->documents[QIAO_PROJECT][r];
        char id[16];

        snprintf(id, sizeof id, "r%08u", r);
        document->id = qiao_arena_strndup(c->arena, id, strlen(id));
        if (document->id == NULL)
            return qiao_fail_memory(err);
        document->json = "{}";
        document->length = 2;
        document->facts = "";
        document->facts_length = 1;
        document->use.terms = p->uses + source->starts[r];
        document->use.term_count = (uint32_t)(source->starts[r + 1] - source->starts[r]);
        document->use.pivot_body = (uint16_t)source->lengths[r];
    }
    c->count[QIAO_PROJECT] = source->records;
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < 4; i++)
            c->mean_length[kind][i] = i == 1 ? source->mean_length : 1.0;
    return QIAO_OK;
}

static qiao_status
derive_lexicon(parts *p, const char *path, qiao_lexicon **out, qiao_error *err)
{
    qiaoi_corpus *c = &p->corpus;
    char base_path[QIAO_PATH_MAX];
    qiao_lexicon *base = NULL;
    qiao_status st = qiao_share_path("lexicon.bin", base_path, err);

    *out = NULL;
    if (st == QIAO_OK)
        st = qiao_lexicon_open(base_path, &base, err);
    if (st == QIAO_OK) {
        c->entry_df = qiao_calloc((size_t)base->entry_count * 2 + 1, sizeof *c->entry_df);
        st = c->entry_df == NULL ? qiao_fail_memory(err) : QIAO_OK;
    }
    if (st == QIAO_OK)
        st = qiaoi_lexicon_derive(
            &(qiaoi_derive_input){.base = base,
                                  .version = "bench",
                                  .term_offsets = c->term_offsets,
                                  .term_bytes = c->term_bytes.data,
                                  .term_count = c->term_count,
                                  .term_df = c->term_df,
                                  .pairs = c->pairs,
                                  .pair_slots = c->pair_slots,
                                  .entry_df = c->entry_df,
                                  .statistics = {.documents = {c->count[0], c->count[1]}, .terms = c->term_count}},
            path, err);
    qiao_lexicon_close(base);
    return st == QIAO_OK ? qiao_lexicon_open(path, out, err) : st;
}

static qiao_status
write_generation(parts *p, const char *folder, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];
    qiao_lexicon *lexicon = NULL;
    qiao_status st;

    snprintf(path, sizeof path, "%s/lexicon.bin", folder);
    st = derive_lexicon(p, path, &lexicon, err);
    snprintf(path, sizeof path, "%s/records.mdb", folder);
    if (st == QIAO_OK)
        st = qiaoi_corpus_write(&p->corpus, lexicon, path, err);
    qiao_lexicon_close(lexicon);
    return st;
}

static void
parts_done(parts *p)
{
    qiaoi_corpus *c = &p->corpus;

    qiao_free(c->documents[QIAO_PROJECT]);
    qiao_arena_free(c->arena);
    qiao_free(c->term_offsets);
    qiao_buffer_done(&c->term_bytes);
    qiao_free(c->term_df);
    qiao_free(c->entry_df);
    qiao_free(p->uses);
}

qiao_status
bench_product_build(const synthetic *corpus, const char *folder, qiao_generation **out, double *seconds_out,
                    qiao_error *err)
{
    parts p = {.source = corpus};
    qiao_manifest manifest = {.generation = 1, .format_version = QIAO_FORMAT_VERSION};
    uint64_t start = bench_now_ns();
    qiao_status st = name_terms(&p, err);

    *out = NULL;
    if (st == QIAO_OK)
        st = fill_documents(&p, err);
    if (st == QIAO_OK)
        st = write_generation(&p, folder, err);
    parts_done(&p);
    *seconds_out = (double)(bench_now_ns() - start) / 1e9;
    return st == QIAO_OK ? qiaoi_generation_open_staged(folder, &manifest, out, err) : st;
}

/* Xapian's weight of a term (BM25Weight::init): the product's own differs by a few per cent for words that a tenth of
 * the records have, which would be counted as a difference of the rankings. */
static double
peer_idf(double records, double df)
{
    double odds = (records - df + 0.5) / (df + 0.5);

    return log(odds < 2 ? odds * 0.5 + 1 : odds);
}

void
bench_product_query(const synthetic *corpus, uint32_t number, qiaoi_query *query)
{
    const synthetic_term *terms = corpus->queries + (size_t)number * corpus->query_terms;

    query->group_count = query->term_count = corpus->query_terms;
    for (uint32_t i = 0; i < corpus->query_terms; i++) {
        double idf = peer_idf(corpus->records, corpus->df[terms[i].term]);

        query->terms[i] = (qiaoi_query_term){terms[i].term, 1.0f, 0};
        query->groups[i] =
            (qiaoi_group){QIAOI_GROUP_WORD, 0, 0, i, 1, (float)((double)terms[i].weight * idf), (float)idf};
    }
}
