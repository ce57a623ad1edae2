/*
 * The merge where the parent's statistics are kept: its table of terms with the terms that came since in between, its
 * numbers of documents, its pairs and mean lengths. What is counted is only what it did not know.
 */
#include "base/parallel.h"
#include "indexing/corpus.h"

#include "lexicon/lexicon_writer.h"
#include "qiao/file.h"
#include "store/generation_internal.h"

#include <stdlib.h>
#include <string.h>

#define UNUSED 0u
#define USED 1u
#define PAIRS_AHEAD 16u /* of the pair put into the table */

typedef struct merging {
    qiaoi_corpus *corpus;
    const qiao_lexicon *then;
    uint32_t **maps;    /* of each shard: its terms to the numbers of all; before, whether they are in use */
    const char **fresh; /* strings that the parent does not know, in order */
    uint32_t fresh_count, fresh_capacity;
    unsigned threads;
    uint32_t *df[QIAOI_PARTS_MAX]; /* [2][fresh_count] of each thread, by place among the fresh */
    uint32_t *fresh_of;            /* [term_count]: place among the fresh + 1, 0 = the parent's */
} merging;

/* Those of the last shard were found by an earlier build: its numbers are those of the findings. */
static bool
from_findings(const merging *m, size_t shard)
{
    return shard + 1 == m->corpus->shard_count && m->corpus->kept_order != NULL;
}

static void
mark_used(const merging *m)
{
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < m->corpus->count[kind]; d++) {
            const qiaoi_corpus_document *document = &m->corpus->documents[kind][d];

            for (uint32_t i = 0; document->found == 0 && i < document->use.term_count; i++)
                m->maps[document->shard][document->use.terms[i].id] = USED;
        }
}

static qiao_status
make_maps(merging *m, qiao_error *err)
{
    m->maps = qiao_calloc(m->corpus->shard_count + 1, sizeof *m->maps);
    if (m->maps == NULL)
        return qiao_fail_memory(err);
    for (size_t s = 0; s < m->corpus->shard_count; s++) {
        m->maps[s] = qiao_calloc((size_t)m->corpus->shards[s].collector.terms.count + 1, sizeof **m->maps);
        if (m->maps[s] == NULL)
            return qiao_fail_memory(err);
    }
    mark_used(m);
    return QIAO_OK;
}

/* ---- terms that came since ---- */

static qiao_status
add_fresh(merging *m, const char *text, qiao_error *err)
{
    if (m->fresh_count == m->fresh_capacity) {
        uint32_t capacity = m->fresh_capacity == 0 ? 1024 : m->fresh_capacity * 2;
        const char **grown = qiao_realloc_array(m->fresh, capacity, sizeof *grown);

        if (grown == NULL)
            return qiao_fail_memory(err);
        m->fresh = grown;
        m->fresh_capacity = capacity;
    }
    m->fresh[m->fresh_count++] = text;
    return QIAO_OK;
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
sort_fresh(merging *m)
{
    uint32_t kept = 0;

    if (m->fresh_count == 0)
        return;
    qsort(m->fresh, m->fresh_count, sizeof *m->fresh, compare_texts);
    for (uint32_t i = 0; i < m->fresh_count; i++)
        if (i == 0 || strcmp(m->fresh[kept - 1], m->fresh[i]) != 0)
            m->fresh[kept++] = m->fresh[i];
    m->fresh_count = kept;
}

static qiao_status
find_fresh(merging *m, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (size_t s = 0; st == QIAO_OK && s < m->corpus->shard_count; s++) {
        const qiaoi_term_table *table = &m->corpus->shards[s].collector.terms;

        for (uint32_t t = 0; st == QIAO_OK && !from_findings(m, s) && t < table->count; t++) {
            const char *text = table->bytes.data + table->offsets[t];

            if (m->maps[s][t] == USED && qiaoi_lexicon_term(m->then, text, strlen(text)) == QIAOI_NO_TERM)
                st = add_fresh(m, text, err);
        }
    }
    sort_fresh(m);
    return st;
}

/* ---- one table of both ---- */

/* The parent's first term that is not before the text. */
static uint32_t
place_of(const merging *m, const char *text)
{
    uint32_t low = 0, high = m->then->term_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (strcmp(qiaoi_lexicon_term_text(m->then, middle), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The parent's terms first..end as they are, behind what the table holds. */
static void
take_kept(merging *m, uint32_t first, uint32_t end)
{
    qiaoi_corpus *corpus = m->corpus;
    const qiao_lexicon *then = m->then;
    uint32_t moved = (uint32_t)corpus->term_bytes.length - then->term_offsets[first];

    for (uint32_t t = first; t < end; t++) {
        corpus->kept_terms[t] = corpus->term_count;
        corpus->term_offsets[corpus->term_count++] = then->term_offsets[t] + moved;
    }
    if (end > first)
        qiao_buffer_append(&corpus->term_bytes, then->term_bytes + then->term_offsets[first],
                           then->term_offsets[end] - then->term_offsets[first]);
}

static qiao_status
join_tables(merging *m, qiao_error *err)
{
    qiaoi_corpus *corpus = m->corpus;
    size_t total = (size_t)m->then->term_count + m->fresh_count;
    uint32_t at = 0;

    corpus->kept_term_count = m->then->term_count;
    corpus->kept_terms = qiao_alloc(((size_t)m->then->term_count + 1) * sizeof *corpus->kept_terms);
    corpus->term_offsets = qiao_alloc((total + 1) * sizeof *corpus->term_offsets);
    m->fresh_of = qiao_calloc(total + 1, sizeof *m->fresh_of);
    if (corpus->kept_terms == NULL || corpus->term_offsets == NULL || m->fresh_of == NULL)
        return qiao_fail_memory(err);
    for (uint32_t f = 0; f < m->fresh_count; f++) {
        uint32_t place = place_of(m, m->fresh[f]);

        take_kept(m, at, place);
        at = place;
        m->fresh_of[corpus->term_count] = f + 1;
        corpus->term_offsets[corpus->term_count++] = (uint32_t)corpus->term_bytes.length;
        qiao_buffer_append(&corpus->term_bytes, m->fresh[f], strlen(m->fresh[f]) + 1);
    }
    take_kept(m, at, m->then->term_count);
    corpus->term_offsets[corpus->term_count] = (uint32_t)corpus->term_bytes.length;
    if (corpus->term_bytes.data == NULL)
        qiao_buffer_append(&corpus->term_bytes, "", 1);
    return qiao_buffer_check(&corpus->term_bytes, err);
}

/* ---- documents ---- */

static uint32_t
number_of(const merging *m, const char *text)
{
    uint32_t then = qiaoi_lexicon_term(m->then, text, strlen(text)), low = 0, high = m->fresh_count;

    if (then != QIAOI_NO_TERM)
        return m->corpus->kept_terms[then];
    while (low < high) { /* one of them is it: low stands behind those before */
        uint32_t middle = low + (high - low) / 2;

        if (strcmp(m->fresh[middle], text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return place_of(m, text) + low;
}

static void
fill_maps(merging *m)
{
    for (size_t s = 0; s < m->corpus->shard_count; s++) {
        const qiaoi_term_table *table = &m->corpus->shards[s].collector.terms;

        if (from_findings(m, s)) {
            for (uint32_t k = 0; k < m->then->term_count; k++)
                m->maps[s][m->corpus->kept_order[k]] = m->corpus->kept_terms[k];
            continue;
        }
        for (uint32_t t = 0; t < table->count; t++)
            m->maps[s][t] =
                m->maps[s][t] == UNUSED ? QIAOI_NO_TERM : number_of(m, table->bytes.data + table->offsets[t]);
    }
}

/* Uses get the numbers of all; documents that have a fresh term are counted. */
static void
rename_and_count(void *context, unsigned part)
{
    const merging *m = context;

    for (int kind = 0; kind < 2; kind++) {
        uint32_t *df = m->df[part] + (size_t)kind * m->fresh_count;
        size_t end = qiaoi_part_begin(m->corpus->count[kind], part + 1, m->threads);

        for (size_t d = qiaoi_part_begin(m->corpus->count[kind], part, m->threads); d < end; d++) {
            qiaoi_corpus_document *document = &m->corpus->documents[kind][d];
            const uint32_t *map = m->maps[document->shard];

            for (uint32_t i = 0; i < document->use.term_count; i++) {
                uint32_t term = document->use.terms[i].id = map[document->use.terms[i].id];

                if (m->fresh_of[term] > 0)
                    df[m->fresh_of[term] - 1]++;
            }
            for (uint32_t i = 0; i < document->use.pair_count; i++) {
                document->use.pairs[i].first = map[document->use.pairs[i].first];
                document->use.pairs[i].second = map[document->use.pairs[i].second];
            }
        }
    }
}

static qiao_status
rename_uses(merging *m, qiao_error *err)
{
    qiaoi_corpus *corpus = m->corpus;

    m->threads = corpus->threads == 0 ? 1 : corpus->threads > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX : corpus->threads;
    for (unsigned k = 0; k < m->threads; k++) {
        m->df[k] = qiao_calloc(2 * (size_t)m->fresh_count + 1, sizeof *m->df[k]);
        if (m->df[k] == NULL)
            return qiao_fail_memory(err);
    }
    fill_maps(m);
    qiaoi_in_parts(m->threads, rename_and_count, m);
    return QIAO_OK;
}

/* ---- numbers of documents ---- */

static qiao_status
keep_frequencies(merging *m, qiao_error *err)
{
    qiaoi_corpus *corpus = m->corpus;
    size_t entries = 2 * (size_t)m->then->entry_count;

    corpus->term_df = qiao_calloc(2 * (size_t)corpus->term_count + 1, sizeof *corpus->term_df);
    corpus->entry_df = qiao_alloc((entries + 1) * sizeof *corpus->entry_df);
    if (corpus->term_df == NULL || corpus->entry_df == NULL)
        return qiao_fail_memory(err);
    if (entries > 0)
        memcpy(corpus->entry_df, m->then->entry_df, entries * sizeof *corpus->entry_df);
    for (int kind = 0; kind < 2; kind++) {
        uint32_t *df = corpus->term_df + (size_t)kind * corpus->term_count;

        for (uint32_t t = 0; t < m->then->term_count; t++)
            df[corpus->kept_terms[t]] = m->then->term_df[(size_t)kind * m->then->term_count + t];
        for (uint32_t t = 0; m->fresh_count > 0 && t < corpus->term_count; t++)
            for (unsigned k = 0; m->fresh_of[t] > 0 && k < m->threads; k++)
                df[t] += m->df[k][(size_t)kind * m->fresh_count + m->fresh_of[t] - 1];
    }
    return QIAO_OK;
}

/* ---- pairs ---- */

static uint64_t
rename_key(const qiaoi_corpus *corpus, uint64_t key)
{
    uint32_t first = (uint32_t)(key >> 32) - 1, second = (uint32_t)key - 1;

    return ((uint64_t)corpus->kept_terms[first] + 1) << 32 | ((uint64_t)corpus->kept_terms[second] + 1);
}

/* Each is a place of a big table that no cache holds. */
static void
pair_ahead(const qiaoi_corpus *corpus, uint32_t number)
{
    const uint64_t key = corpus->pair_keys[number];

    __builtin_prefetch(&corpus->pairs[qiao_hash64(&key, sizeof key, 0) & (corpus->pair_slots - 1)], 1);
}

static void
insert_pair(qiaoi_corpus *corpus, uint32_t number, uint32_t df)
{
    uint64_t key = corpus->pair_keys[number], at = qiao_hash64(&key, sizeof key, 0) & (corpus->pair_slots - 1);

    while (corpus->pairs[at].key != 0)
        at = (at + 1) & (corpus->pair_slots - 1);
    corpus->pairs[at] = (qiaoi_pair){key, corpus->term_count + number, df};
}

/* They keep their order, and go into a table as large as it was, in the order in which the parent's went in. */
static qiao_status
keep_pairs(merging *m, qiao_error *err)
{
    qiaoi_corpus *corpus = m->corpus;
    const qiao_lexicon *then = m->then;
    uint64_t count = then->statistics->pairs;
    uint32_t *df = qiao_calloc((size_t)count + 1, sizeof *df);

    corpus->pair_slots = then->pair_mask + 1;
    corpus->pairs = qiao_calloc(corpus->pair_slots, sizeof *corpus->pairs);
    corpus->pair_keys = qiao_calloc((size_t)count + 1, sizeof *corpus->pair_keys);
    if (df == NULL || corpus->pairs == NULL || corpus->pair_keys == NULL) {
        qiao_free(df);
        return qiao_fail_memory(err);
    }
    for (uint64_t i = 0; i < corpus->pair_slots; i++) {
        const qiaoi_pair *pair = &then->pairs[i];

        if (pair->key == 0)
            continue;
        corpus->pair_keys[pair->term - then->term_count] = rename_key(corpus, pair->key);
        df[pair->term - then->term_count] = pair->df;
    }
    for (; corpus->pair_count < count; corpus->pair_count++) {
        if (corpus->pair_count + PAIRS_AHEAD < count)
            pair_ahead(corpus, corpus->pair_count + PAIRS_AHEAD);
        insert_pair(corpus, corpus->pair_count, df[corpus->pair_count]);
    }
    qiao_free(df);
    return QIAO_OK;
}

/* ---- the whole ---- */

static void
merging_done(merging *m)
{
    for (size_t s = 0; m->maps != NULL && s < m->corpus->shard_count; s++)
        qiao_free(m->maps[s]);
    for (unsigned k = 0; k < QIAOI_PARTS_MAX; k++)
        qiao_free(m->df[k]);
    qiao_free(m->maps);
    qiao_free(m->fresh);
    qiao_free(m->fresh_of);
}

qiao_status
qiaoi_corpus_merge_kept(qiaoi_corpus *corpus, qiao_error *err)
{
    const qiao_generation *parent = corpus->parent->generation;
    merging m = {.corpus = corpus, .then = qiao_generation_lexicon(parent)};
    qiao_status st = make_maps(&m, err);

    if (st == QIAO_OK)
        st = find_fresh(&m, err);
    if (st == QIAO_OK)
        st = join_tables(&m, err);
    if (st == QIAO_OK)
        st = rename_uses(&m, err);
    if (st == QIAO_OK)
        st = keep_frequencies(&m, err);
    if (st == QIAO_OK)
        st = keep_pairs(&m, err);
    for (int kind = 0; kind < 2; kind++)
        memcpy(corpus->mean_length[kind], qiaoi_generation_statistics(parent, (qiao_kind)kind)->mean_length,
               sizeof corpus->mean_length[kind]);
    merging_done(&m);
    return st;
}
