/*
 * Joins the shards' private term numbers into one table in string order (so that numbers do not depend on threads),
 * counts documents per term, and chooses the adjacent pairs worth a posting list.
 */
#include "indexing/corpus.h"

#include "lexicon/lexicon_writer.h"
#include "qiao/file.h"

#include <stdlib.h>
#include <string.h>

#define PAIR_DOCUMENTS_MIN 3u /* a pair seen less often says little among many documents ... */
#define PAIRS_AT_A_TIME ((size_t)1 << 24)
#define SMALL_CORPUS 2000u /* ... but everything counts among few */

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

static void
rename_uses(qiaoi_corpus *corpus, uint32_t *const *maps)
{
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            qiaoi_corpus_document *document = &corpus->documents[kind][d];
            const uint32_t *map = maps[document->shard];

            for (uint32_t i = 0; i < document->use.term_count; i++)
                document->use.terms[i].id = map[document->use.terms[i].id];
            for (uint32_t i = 0; i < document->use.pair_count; i++) {
                document->use.pairs[i].first = map[document->use.pairs[i].first];
                document->use.pairs[i].second = map[document->use.pairs[i].second];
            }
        }
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

/* A map for each shard, from its numbers to those of all; before the terms are numbered, it says which are in use:
 * those of findings may belong to documents that are gone. */
static qiao_status
make_maps(const qiaoi_corpus *corpus, uint32_t **maps, size_t *used_out, qiao_error *err)
{
    size_t used = 0;

    for (size_t s = 0; s < corpus->shard_count; s++) {
        maps[s] = qiao_calloc((size_t)corpus->shards[s].collector.terms.count + 1, sizeof **maps);
        if (maps[s] == NULL)
            return qiao_fail_memory(err);
    }
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            const qiaoi_corpus_document *document = &corpus->documents[kind][d];
            uint32_t *map = maps[document->shard];

            for (uint32_t i = 0; i < document->use.term_count; i++) {
                used += map[document->use.terms[i].id] == 0;
                map[document->use.terms[i].id] = 1;
            }
        }
    *used_out = used;
    return QIAO_OK;
}

/* The terms of each shard, then the lexicon's; borders[shard_count + 2]: where each begins, and the end. */
static void
gather_terms(const qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const bool *wanted, uint32_t *const *maps,
             string_ref *refs, size_t *borders)
{
    size_t at = 0;

    for (size_t s = 0; s < corpus->shard_count; s++) {
        const qiaoi_term_table *table = &corpus->shards[s].collector.terms;

        borders[s] = at;
        for (uint32_t t = 0; t < table->count; t++)
            if (maps[s][t] != 0)
                refs[at++] = refer_to(table->bytes.data + table->offsets[t], s, t);
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
        rename_uses(corpus, maps);
    for (size_t s = 0; maps != NULL && s < corpus->shard_count; s++)
        qiao_free(maps[s]);
    qiao_free(maps);
    qiao_free(wanted);
    return st;
}

static qiao_status
count_documents(qiaoi_corpus *corpus, qiao_error *err)
{
    corpus->term_df = qiao_calloc(2 * (size_t)corpus->term_count + 1, sizeof *corpus->term_df);
    if (corpus->term_df == NULL)
        return qiao_fail_memory(err);
    for (int kind = 0; kind < 2; kind++) {
        uint32_t *df = corpus->term_df + (size_t)kind * corpus->term_count;

        for (uint32_t d = 0; d < corpus->count[kind]; d++) {
            const qiaoi_document *use = &corpus->documents[kind][d].use;

            for (uint32_t i = 0; i < use->term_count; i++)
                df[use->terms[i].id]++;
        }
    }
    return QIAO_OK;
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
            corpus->mean_length[kind][i] = count[i] == 0 ? 1.0 : (double)sum[i] / (double)count[i];
    }
}

/* ---- pairs ---- */

static uint64_t
pair_key(const qiaoi_pair_use *pair)
{
    return ((uint64_t)pair->first + 1) << 32 | ((uint64_t)pair->second + 1);
}

/* Least significant digit first, 11 bits a pass; only the passes that differ. Returns the one of both that holds them.
 */
static uint64_t *
sort_keys(uint64_t *keys, uint64_t *spare, size_t count)
{
    uint64_t used = 0;

    for (size_t i = 0; i < count; i++)
        used |= keys[i];
    for (unsigned shift = 0; shift < 64; shift += 11) {
        size_t counts[2048] = {0}, at = 0;
        uint64_t *sorted = spare;

        if ((used >> shift & 2047u) == 0)
            continue;
        for (size_t i = 0; i < count; i++)
            counts[keys[i] >> shift & 2047u]++;
        for (size_t b = 0; b < 2048; b++) {
            size_t n = counts[b];

            counts[b] = at;
            at += n;
        }
        for (size_t i = 0; i < count; i++)
            sorted[counts[keys[i] >> shift & 2047u]++] = keys[i];
        spare = keys;
        keys = sorted;
    }
    return keys;
}

static void
insert_pair(qiaoi_corpus *corpus, uint64_t key, uint32_t df)
{
    uint64_t i = qiao_hash64(&key, sizeof key, 0) & (corpus->pair_slots - 1);

    while (corpus->pairs[i].key != 0)
        i = (i + 1) & (corpus->pair_slots - 1);
    corpus->pairs[i] = (qiaoi_pair){key, corpus->term_count + corpus->pair_count++, df};
}

/* Pairs by their first term: how many there are, in all documents together. */
static uint32_t *
count_firsts(const qiaoi_corpus *corpus)
{
    uint32_t *firsts = qiao_calloc((size_t)corpus->term_count + 1, sizeof *firsts);

    for (uint32_t d = 0; firsts != NULL && d < corpus->count[QIAO_PROJECT]; d++) {
        const qiaoi_document *use = &corpus->documents[QIAO_PROJECT][d].use;

        for (uint32_t i = 0; i < use->pair_count; i++)
            firsts[use->pairs[i].first]++;
    }
    return firsts;
}

/* The end of the first terms, from begin, whose pairs are sorted together; at least one term. */
static uint32_t
end_of_pass(const qiaoi_corpus *corpus, const uint32_t *firsts, uint32_t begin, size_t *count_out)
{
    size_t most = corpus->pairs_at_a_time == 0 ? PAIRS_AT_A_TIME : corpus->pairs_at_a_time, count = 0;
    uint32_t end = begin;

    do
        count += firsts[end++];
    while (end < corpus->term_count && count + firsts[end] <= most);
    *count_out = count;
    return end;
}

static size_t
most_in_a_pass(const qiaoi_corpus *corpus, const uint32_t *firsts)
{
    size_t most = 0, count;

    for (uint32_t begin = 0; begin < corpus->term_count;) {
        begin = end_of_pass(corpus, firsts, begin, &count);
        most = count > most ? count : most;
    }
    return most;
}

static void
gather_keys(const qiaoi_corpus *corpus, uint32_t begin, uint32_t end, uint64_t *keys)
{
    for (uint32_t d = 0; d < corpus->count[QIAO_PROJECT]; d++) {
        const qiaoi_document *use = &corpus->documents[QIAO_PROJECT][d].use;

        for (uint32_t i = 0; i < use->pair_count; i++)
            if (use->pairs[i].first >= begin && use->pairs[i].first < end)
                *keys++ = pair_key(&use->pairs[i]);
    }
}

/* A document gives each of its pairs once, so equal keys count documents. Those seen often enough are appended. */
static void
keep_frequent(const uint64_t *keys, size_t count, uint32_t least, qiao_buffer *kept)
{
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && keys[end] == keys[i]; end++) {
        }
        if (end - i >= least) {
            const qiaoi_pair pair = {keys[i], 0, (uint32_t)(end - i)};

            qiao_buffer_append(kept, &pair, sizeof pair);
        }
    }
}

/* Pairs in order of key, a part of the first terms at a time, so that memory does not grow with the corpus. */
static qiao_status
find_frequent(const qiaoi_corpus *corpus, const uint32_t *firsts, qiao_buffer *kept, qiao_error *err)
{
    uint32_t least = corpus->count[QIAO_PROJECT] < SMALL_CORPUS ? 1 : PAIR_DOCUMENTS_MIN;
    size_t most = most_in_a_pass(corpus, firsts), count;
    uint64_t *keys = qiao_alloc((most + 1) * sizeof *keys), *spare = qiao_alloc((most + 1) * sizeof *spare);
    qiao_status st = keys == NULL || spare == NULL ? qiao_fail_memory(err) : QIAO_OK;

    for (uint32_t begin = 0, end; st == QIAO_OK && begin < corpus->term_count; begin = end) {
        end = end_of_pass(corpus, firsts, begin, &count);
        gather_keys(corpus, begin, end, keys);
        keep_frequent(sort_keys(keys, spare, count), count, least, kept);
        st = qiao_buffer_check(kept, err);
    }
    qiao_free(keys);
    qiao_free(spare);
    return st;
}

static qiao_status
choose_pairs(qiaoi_corpus *corpus, qiao_error *err)
{
    uint32_t *firsts = count_firsts(corpus);
    qiao_buffer kept = {0};
    qiao_status st = firsts == NULL ? qiao_fail_memory(err) : find_frequent(corpus, firsts, &kept, err);
    const qiaoi_pair *pairs = (const qiaoi_pair *)(const void *)kept.data;
    size_t count = kept.length / sizeof *pairs;

    if (st == QIAO_OK) {
        corpus->pair_slots = qiaoi_hash_size(count);
        corpus->pairs = qiao_calloc(corpus->pair_slots, sizeof *corpus->pairs);
        if (corpus->pairs == NULL)
            st = qiao_fail_memory(err);
    }
    for (size_t i = 0; st == QIAO_OK && i < count; i++)
        insert_pair(corpus, pairs[i].key, pairs[i].df);
    qiao_free(firsts);
    qiao_buffer_done(&kept);
    return st;
}

qiao_status
qiaoi_corpus_merge(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiao_error *err)
{
    qiao_status st = count_entries(corpus, lexicon, err);

    if (st == QIAO_OK)
        st = merge_terms(corpus, lexicon, err);
    if (st == QIAO_OK)
        st = count_documents(corpus, err);
    if (st == QIAO_OK)
        st = choose_pairs(corpus, err);
    measure_lengths(corpus);
    return st;
}
