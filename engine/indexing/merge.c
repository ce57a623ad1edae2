/*
 * Joins the shards' private term numbers into one table in string order (so that numbers do not depend on threads),
 * counts documents per term, and measures mean lengths.
 */
#include "base/parallel.h"
#include "indexing/corpus.h"

#include "lexicon/lexicon_writer.h"
#include "qiao/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct string_ref {
    uint64_t head; /* its first eight bytes, the first one highest: mostly all that a comparison needs */
    const char *text;
    uint32_t shard, term;
} string_ref;

static string_ref
refer_to(const char *text, size_t shard, uint32_t term)
{
    string_ref ref = {0, text, (uint32_t)shard, term};

    for (unsigned i = 0; i < 8 && text[i] != '\0'; i++)
        ref.head |= (uint64_t)(unsigned char)text[i] << (56 - 8 * i);
    return ref;
}

static int
compare_texts(const string_ref *x, const string_ref *y)
{
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    return (x->head & 0xFFu) == 0 ? 0 : strcmp(x->text + 8, y->text + 8);
}

static int
compare_strings(const void *a, const void *b)
{
    const string_ref *x = a, *y = b;
    int order = compare_texts(x, y);

    return order != 0 ? order : x->shard < y->shard ? -1 : x->shard > y->shard;
}

/* What comes from the findings of an earlier build is in order already. */
static void
sort_run(string_ref *refs, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare_strings(&refs[i - 1], &refs[i]) > 0) {
            qsort(refs, count, sizeof *refs, compare_strings);
            return;
        }
}

/* Two sorted runs, first..middle and middle..end, into one at the same places of out. */
static void
merge_runs(const string_ref *refs, size_t first, size_t middle, size_t end, string_ref *out)
{
    size_t left = first, right = middle;

    for (size_t at = first; at < end; at++)
        out[at] = right == end || (left < middle && compare_strings(&refs[left], &refs[right]) <= 0) ? refs[left++]
                                                                                                     : refs[right++];
}

/* Sorts runs that lie behind each other: borders[0] .. borders[count]. Returns the one of refs and spare that holds
 * them; borders are lost. */
static string_ref *
sort_runs(string_ref *refs, string_ref *spare, size_t *borders, size_t count)
{
    for (size_t r = 0; r < count; r++)
        sort_run(refs + borders[r], borders[r + 1] - borders[r]);
    while (count > 1) {
        string_ref *merged = spare;
        size_t kept = 0;

        for (size_t r = 0; r < count; r += 2) {
            size_t end = borders[r + 2 <= count ? r + 2 : count];

            merge_runs(refs, borders[r], borders[r + 1], end, merged);
            borders[kept++] = borders[r];
        }
        borders[kept] = borders[count];
        count = kept;
        spare = refs;
        refs = merged;
    }
    return refs;
}

static qiao_status
number_terms(qiaoi_corpus *corpus, const string_ref *refs, size_t total, uint32_t **maps, qiao_error *err)
{
    corpus->term_offsets = qiao_alloc((total + 1) * sizeof *corpus->term_offsets);
    if (corpus->term_offsets == NULL)
        return qiao_fail_memory(err);
    for (size_t i = 0; i < total; i++) {
        if (i == 0 || compare_texts(&refs[i - 1], &refs[i]) != 0) {
            corpus->term_offsets[corpus->term_count++] = (uint32_t)corpus->term_bytes.length;
            qiao_buffer_append(&corpus->term_bytes, refs[i].text, strlen(refs[i].text) + 1);
        }
        if (refs[i].shard < corpus->shard_count)
            maps[refs[i].shard][refs[i].term] = corpus->term_count - 1;
    }
    corpus->term_offsets[corpus->term_count] = (uint32_t)corpus->term_bytes.length;
    if (corpus->term_bytes.data == NULL)
        qiao_buffer_append(&corpus->term_bytes, "", 1);
    return qiao_buffer_check(&corpus->term_bytes, err);
}

/* Documents of each side that use each lexicon entry, over all shards. */
static qiao_status
count_entries(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiao_error *err)
{
    corpus->entry_df = qiao_calloc(2 * (size_t)lexicon->entry_count + 1, sizeof *corpus->entry_df);
    if (corpus->entry_df == NULL)
        return qiao_fail_memory(err);
    for (size_t s = 0; s < corpus->shard_count; s++)
        for (int kind = 0; kind < 2 && corpus->shards[s].collector.entry_df[kind] != NULL; kind++)
            for (uint32_t e = 0; e < lexicon->entry_count; e++)
                corpus->entry_df[(size_t)kind * lexicon->entry_count + e] +=
                    corpus->shards[s].collector.entry_df[kind][e];
    return QIAO_OK;
}

/* Marks the stems that used entries may be translated by (by offset into the lexicon's strings); returns how many. */
static size_t
mark_stems(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, bool *wanted)
{
    size_t count = 0;

    for (uint32_t e = 0; e < lexicon->entry_count; e++) {
        const qiaoi_entry *entry = &lexicon->entries[e];

        if (corpus->entry_df[e] + corpus->entry_df[lexicon->entry_count + e] == 0)
            continue;
        for (uint32_t i = 0; i < entry->count; i++) {
            const qiaoi_sense *sense = &lexicon->senses[entry->first + i];

            for (uint32_t k = 0; k < sense->stem_count; k++) {
                uint32_t offset = lexicon->sense_stems[sense->first_stem + k];

                count += !wanted[offset];
                wanted[offset] = true;
            }
        }
    }
    return count;
}

/* ---- by all threads ---- */

typedef struct walk {
    qiaoi_corpus *corpus;
    uint32_t *const *maps;
    unsigned threads;
    uint32_t *df[QIAOI_PARTS_MAX]; /* [2][term_count], of each thread */
} walk;

static unsigned
thread_count(const qiaoi_corpus *corpus)
{
    return corpus->threads == 0 ? 1 : corpus->threads > QIAOI_PARTS_MAX ? QIAOI_PARTS_MAX : corpus->threads;
}

/* Threads may mark the same term: all write the same. */
static void
mark_used(void *context, unsigned part)
{
    const walk *w = context;

    for (int kind = 0; kind < 2; kind++) {
        size_t end = qiaoi_part_begin(w->corpus->count[kind], part + 1, w->threads);

        for (size_t d = qiaoi_part_begin(w->corpus->count[kind], part, w->threads); d < end; d++) {
            const qiaoi_corpus_document *document = &w->corpus->documents[kind][d];
            uint32_t *map = w->maps[document->shard];

            for (uint32_t i = 0; i < document->use.term_count; i++)
                __atomic_store_n(&map[document->use.terms[i].id], 1, __ATOMIC_RELAXED);
        }
    }
}

/* A map for each shard, from its numbers to those of all; before the terms are numbered, it says which are in use:
 * those of findings may belong to documents that are gone. */
static qiao_status
make_maps(qiaoi_corpus *corpus, uint32_t **maps, size_t *used_out, qiao_error *err)
{
    walk w = {.corpus = corpus, .maps = maps, .threads = thread_count(corpus)};
    size_t used = 0;

    for (size_t s = 0; s < corpus->shard_count; s++) {
        maps[s] = qiao_calloc((size_t)corpus->shards[s].collector.terms.count + 1, sizeof **maps);
        if (maps[s] == NULL)
            return qiao_fail_memory(err);
    }
    qiaoi_in_parts(w.threads, mark_used, &w);
    for (size_t s = 0; s < corpus->shard_count; s++)
        for (uint32_t t = 0; t < corpus->shards[s].collector.terms.count; t++)
            used += maps[s][t];
    *used_out = used;
    return QIAO_OK;
}

/* Uses get the numbers of all, and documents of each side are counted by term. */
static void
rename_and_count(void *context, unsigned part)
{
    const walk *w = context;

    for (int kind = 0; kind < 2; kind++) {
        uint32_t *df = w->df[part] + (size_t)kind * w->corpus->term_count;
        size_t end = qiaoi_part_begin(w->corpus->count[kind], part + 1, w->threads);

        for (size_t d = qiaoi_part_begin(w->corpus->count[kind], part, w->threads); d < end; d++) {
            qiaoi_corpus_document *document = &w->corpus->documents[kind][d];
            const uint32_t *map = w->maps[document->shard];

            for (uint32_t i = 0; i < document->use.term_count; i++)
                df[document->use.terms[i].id = map[document->use.terms[i].id]]++;
            for (uint32_t i = 0; i < document->use.pair_count; i++) {
                document->use.pairs[i].first = map[document->use.pairs[i].first];
                document->use.pairs[i].second = map[document->use.pairs[i].second];
            }
        }
    }
}

static void
sum_counts(void *context, unsigned part)
{
    const walk *w = context;
    size_t all = 2 * (size_t)w->corpus->term_count, end = qiaoi_part_begin(all, part + 1, w->threads);

    for (unsigned k = 1; k < w->threads; k++)
        for (size_t i = qiaoi_part_begin(all, part, w->threads); i < end; i++)
            w->df[0][i] += w->df[k][i];
}

static qiao_status
rename_uses(qiaoi_corpus *corpus, uint32_t *const *maps, qiao_error *err)
{
    walk w = {.corpus = corpus, .maps = maps, .threads = thread_count(corpus)};
    bool whole = true;

    for (unsigned k = 0; k < w.threads; k++) {
        w.df[k] = qiao_calloc(2 * (size_t)corpus->term_count + 1, sizeof *w.df[k]);
        whole = whole && w.df[k] != NULL;
    }
    if (whole) {
        qiaoi_in_parts(w.threads, rename_and_count, &w);
        qiaoi_in_parts(w.threads, sum_counts, &w);
        corpus->term_df = w.df[0];
    }
    for (unsigned k = whole ? 1 : 0; k < w.threads; k++)
        qiao_free(w.df[k]);
    return whole ? QIAO_OK : qiao_fail_memory(err);
}

/* The terms of each shard, then the lexicon's; borders[shard_count + 2]: where each begins, and the end. */
static void
gather_terms(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const bool *wanted, uint32_t *const *maps,
             string_ref *refs, size_t *borders)
{
    size_t at = 0;

    for (size_t s = 0; s < corpus->shard_count; s++) {
        const qiaoi_term_table *table = &corpus->shards[s].collector.terms;

        const uint32_t *order = s + 1 == corpus->shard_count ? corpus->kept_order : NULL;
        uint32_t count = order != NULL ? corpus->kept_term_count : table->count;

        borders[s] = at;
        for (uint32_t k = 0; k < count; k++) {
            uint32_t t = order != NULL ? order[k] : k;

            if (maps[s][t] != 0)
                refs[at++] = refer_to(table->bytes.data + table->offsets[t], s, t);
            else
                maps[s][t] = QIAOI_NO_TERM;
        }
    }
    borders[corpus->shard_count] = at;
    for (uint64_t offset = 0; offset < lexicon->strings_size; offset++)
        if (wanted[offset])
            refs[at++] = refer_to(lexicon->strings + offset, corpus->shard_count, 0);
    borders[corpus->shard_count + 1] = at;
}

static qiao_status
sort_and_number(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const bool *wanted, size_t total, uint32_t **maps,
                qiao_error *err)
{
    string_ref *refs = qiao_alloc((total + 1) * sizeof *refs), *spare = qiao_alloc((total + 1) * sizeof *spare);
    size_t *borders = qiao_alloc((corpus->shard_count + 2) * sizeof *borders);
    qiao_status st = refs == NULL || spare == NULL || borders == NULL ? qiao_fail_memory(err) : QIAO_OK;

    if (st == QIAO_OK) {
        gather_terms(corpus, lexicon, wanted, maps, refs, borders);
        st = number_terms(corpus, sort_runs(refs, spare, borders, corpus->shard_count + 1), total, maps, err);
    }
    qiao_free(refs);
    qiao_free(spare);
    qiao_free(borders);
    return st;
}

/* Of the earlier generation's terms, where they are now. */
static qiao_status
keep_numbers(qiaoi_corpus *corpus, const uint32_t *map, qiao_error *err)
{
    corpus->kept_terms = qiao_alloc(((size_t)corpus->kept_term_count + 1) * sizeof *corpus->kept_terms);
    if (corpus->kept_terms == NULL)
        return qiao_fail_memory(err);
    for (uint32_t k = 0; k < corpus->kept_term_count; k++)
        corpus->kept_terms[k] = map[corpus->kept_order[k]];
    return QIAO_OK;
}

static qiao_status
merge_terms(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiao_error *err)
{
    size_t used = 0;
    bool *wanted = qiao_calloc(lexicon->strings_size + 1, sizeof *wanted);
    uint32_t **maps = qiao_calloc(corpus->shard_count + 1, sizeof *maps);
    qiao_status st = maps == NULL || wanted == NULL ? qiao_fail_memory(err) : make_maps(corpus, maps, &used, err);

    if (st == QIAO_OK)
        st = sort_and_number(corpus, lexicon, wanted, mark_stems(corpus, lexicon, wanted) + used, maps, err);
    if (st == QIAO_OK)
        st = rename_uses(corpus, maps, err);
    if (st == QIAO_OK && corpus->kept_order != NULL)
        st = keep_numbers(corpus, maps[corpus->shard_count - 1], err);
    for (size_t s = 0; maps != NULL && s < corpus->shard_count; s++)
        qiao_free(maps[s]);
    qiao_free(maps);
    qiao_free(wanted);
    return st;
}

/* To one of 32 steps an octave: sums of other records seldom give another one, and a document's postings hold from
 * build to build. */
static double
round_length(double mean)
{
    int exponent;
    double mantissa = frexp(mean, &exponent);

    return ldexp(round(mantissa * 64.0) / 64.0, exponent);
}

static void
measure_lengths(qiaoi_corpus *corpus)
{
    for (int kind = 0; kind < 2; kind++) {
        uint64_t sum[4] = {0}, count[4] = {0};

        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            const qiaoi_document *use = &corpus->documents[kind][d].use;
            const uint16_t lengths[4] = {use->pivot_title, use->pivot_body, use->native_title, use->native_body};

            for (int i = 0; i < 4; i++) {
                sum[i] += lengths[i];
                count[i] += lengths[i] > 0;
            }
        }
        for (int i = 0; i < 4; i++)
            corpus->mean_length[kind][i] = count[i] == 0 ? 1.0 : round_length((double)sum[i] / (double)count[i]);
    }
}

qiao_status
qiaoi_corpus_merge(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiao_error *err)
{
    qiao_status st = count_entries(corpus, lexicon, err);

    if (st == QIAO_OK)
        st = merge_terms(corpus, lexicon, err);
    if (st == QIAO_OK)
        st = qiaoi_corpus_pairs(corpus, err);
    measure_lengths(corpus);
    return st;
}
