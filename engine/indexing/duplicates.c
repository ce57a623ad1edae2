/* The groups of a side: see duplicates.h. Sketches are made by all threads, then bands are sorted one after the other
 * and candidates compared in order of docid, so that what is found does not depend on threads. */
#include "indexing/duplicates.h"

#include "facts/facts.h"
#include "indexing/duplicates_kept.h"
#include "indexing/words.h"
#include "qiao/catalog.h"
#include "store/duplicates.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 64u
#define BEFORE_MAX 8u /* records of a bucket that another is compared with: copies of one are linked by the first */
#define KEYS QIAOI_DUPLICATE_KEYS

typedef struct keyed {
    uint64_t key;
    uint32_t docid;
} keyed;

typedef struct search {
    const qiaoi_corpus *corpus;
    qiao_kind kind;
    uint32_t count;
    const qiaoi_sketch_words *vocabulary;
    const qiaoi_words *words;
    const qiaoi_duplicates_side *then; /* NULL: nothing is known of before */
    uint32_t base;                     /* the findings' entry of the side's first document then */
    uint32_t entry_count;              /* of the lexicon */
    uint64_t *keys;                    /* [KEYS][count]; 0 = none */
    keyed *shared;                     /* [count]: of a band */
    uint8_t *counters;
    uint32_t counter_count; /* a power of two */
    /* what is found */
    uint32_t *parent; /* union by lower docid */
    uint32_t *by;
    uint32_t *likeness;
    qiaoi_sketch_marks marks;
    uint32_t marked; /* the record whose words are marked, + 1 */
    qiao_arena *arena;
    qiao_buffer compared; /* qiaoi_compared[] */
    bool short_of_memory;
} search;

typedef struct part {
    search *s;
    uint32_t first, end;
    bool short_of_memory;
    pthread_t thread;
    bool started;
} part;

/* Facts that an earlier build found need not be aligned. */
static qiaoi_identity
identity_of(const search *s, uint32_t docid)
{
    const qiaoi_corpus_document *document = &s->corpus->documents[s->kind][docid];
    qiaoi_identity identity = {{0}, 0};

    if (document->facts != NULL)
        memcpy(&identity, (const char *)document->facts + offsetof(qiaoi_facts, identity), sizeof identity);
    return identity;
}

/* ---- keys, by all threads ---- */

/* The number that a document had then; false where it is new. */
static bool
docid_then(const search *s, uint32_t docid, uint32_t *out)
{
    const qiaoi_corpus_document *document = &s->corpus->documents[s->kind][docid];

    *out = document->found - 1 - s->base;
    return s->then != NULL && document->found != 0;
}

/* Scratch of a thread. */
typedef struct sketching {
    search *s;
    qiao_arena *arena;
    qiao_buffer words; /* u64[] */
} sketching;

static bool
sketch_document(sketching *k, uint32_t docid)
{
    search *s = k->s;
    const qiaoi_identity identity = identity_of(s, docid);
    uint64_t keys[QIAOI_DUPLICATE_BANDS] = {0};
    qiaoi_document use;
    uint32_t count;
    bool known;

    qiao_arena_reset(k->arena);
    qiao_buffer_clear(&k->words);
    if (qiaoi_words_take(s->words, &s->corpus->documents[s->kind][docid], k->arena, &use, NULL) != QIAO_OK ||
        !qiao_buffer_reserve(&k->words, ((size_t)use.term_count + use.entry_count + 1) * sizeof(uint64_t)))
        return false;
    count = qiaoi_sketch_rare(s->vocabulary, &use, (uint64_t *)(void *)k->words.data);
    known = qiaoi_sketch_bands((const uint64_t *)(const void *)k->words.data, count, keys);
    for (uint32_t i = 0; i < QIAOI_DUPLICATE_BANDS; i++)
        s->keys[(size_t)i * s->count + docid] = known ? keys[i] | 1 : 0;
    for (uint32_t i = 0; i < QIAOI_IDENTITY_TITLES; i++)
        s->keys[(size_t)(QIAOI_DUPLICATE_BANDS + i) * s->count + docid] = identity.titles[i];
    return true;
}

/* Those of documents that did not change, runs of them at once. */
static void
copy_keys(search *s, uint32_t first, uint32_t end)
{
    for (uint32_t d = first, run; d < end; d = run) {
        uint32_t begin, next;

        run = d + 1;
        if (!docid_then(s, d, &begin))
            continue;
        while (run < end && docid_then(s, run, &next) && next == begin + (run - d))
            run++;
        for (uint32_t k = 0; k < KEYS; k++)
            memcpy(s->keys + (size_t)k * s->count + d, s->then->keys + (size_t)k * s->then->count + begin,
                   (run - d) * sizeof *s->keys);
    }
}

static void *
make_keys(void *context)
{
    part *p = context;
    sketching k = {.s = p->s, .arena = qiao_arena_new((size_t)1 << 16)};
    uint32_t then;

    p->short_of_memory = k.arena == NULL;
    if (p->s->then != NULL)
        copy_keys(p->s, p->first, p->end);
    for (uint32_t d = p->first; !p->short_of_memory && d < p->end; d++)
        if (!docid_then(p->s, d, &then))
            p->short_of_memory = !sketch_document(&k, d);
    qiao_arena_free(k.arena);
    qiao_buffer_done(&k.words);
    return NULL;
}

static qiao_status
make_all_keys(search *s, unsigned threads, qiao_error *err)
{
    part parts[THREADS_MAX];
    bool whole = true;

    threads = threads == 0 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    for (unsigned i = 0; i < threads; i++) {
        parts[i] = (part){.s = s,
                          .first = (uint32_t)((uint64_t)s->count * i / threads),
                          .end = (uint32_t)((uint64_t)s->count * (i + 1) / threads)};
        parts[i].started = i > 0 && pthread_create(&parts[i].thread, NULL, make_keys, &parts[i]) == 0;
    }
    for (unsigned i = 0; i < threads; i++)
        if (!parts[i].started)
            make_keys(&parts[i]);
    for (unsigned i = 0; i < threads; i++) {
        if (parts[i].started)
            pthread_join(parts[i].thread, NULL);
        whole = whole && !parts[i].short_of_memory;
    }
    return whole ? QIAO_OK : qiao_fail_memory(err);
}

/* ---- pairs ---- */

static uint32_t
root_of(search *s, uint32_t docid)
{
    while (s->parent[docid] != docid) {
        s->parent[docid] = s->parent[s->parent[docid]];
        docid = s->parent[docid];
    }
    return docid;
}

static void
note(search *s, uint32_t docid, uint32_t by, uint32_t likeness)
{
    s->by[docid] |= by;
    if (likeness > s->likeness[docid])
        s->likeness[docid] = likeness;
}

/* Where both name their organisation and they differ, only the words can say that it is the same. */
static uint32_t
judge(const qiaoi_identity *a, const qiaoi_identity *b, qiaoi_likeness likeness)
{
    bool title = qiaoi_identity_same_title(a, b), named = a->organisation != 0 && b->organisation != 0;
    uint32_t by = 0;

    if (title && named && a->organisation == b->organisation)
        by |= QIAO_DUPLICATE_BY_TITLE;
    if (likeness.whole >= QIAOI_DUPLICATE_TEXT ||
        (title && !named &&
         (likeness.whole >= QIAOI_DUPLICATE_TITLED_TEXT || likeness.part >= QIAOI_DUPLICATE_TITLED_PART)))
        by |= QIAO_DUPLICATE_BY_TEXT;
    return by;
}

static bool
take_words(search *s, uint32_t docid, qiaoi_document *out)
{
    qiao_arena_reset(s->arena);
    return qiaoi_words_take(s->words, &s->corpus->documents[s->kind][docid], s->arena, out, NULL) == QIAO_OK;
}

/* As it was where both are what they were; else by their words. a < b. */
static qiaoi_likeness
likeness_of(search *s, uint32_t a, uint32_t b)
{
    const qiaoi_likeness none = {0, 0};
    const qiaoi_compared *known;
    qiaoi_document use;
    uint32_t first, second;

    if (docid_then(s, a, &first) && docid_then(s, b, &second) &&
        (known = qiaoi_duplicates_kept_find(s->then, first, second)) != NULL)
        return known->likeness;
    if (s->marked != b + 1) {
        if (!take_words(s, b, &use)) {
            s->short_of_memory = true;
            return none;
        }
        qiaoi_sketch_mark(&s->marks, &use);
    }
    s->marked = b + 1;
    s->short_of_memory = s->short_of_memory || !take_words(s, a, &use);
    return s->short_of_memory ? none : qiaoi_sketch_likeness(&s->marks, &use);
}

static void
compare_pair(search *s, uint32_t a, uint32_t b)
{
    const qiaoi_identity identities[2] = {identity_of(s, a), identity_of(s, b)};
    uint32_t first = root_of(s, a), second = root_of(s, b), by;
    qiaoi_compared compared = {.first = a, .second = b};

    if (first == second)
        return;
    compared.likeness = likeness_of(s, a, b);
    qiao_buffer_append(&s->compared, &compared, sizeof compared);
    by = judge(&identities[0], &identities[1], compared.likeness);
    if (by == 0)
        return;
    note(s, a, by, (uint32_t)compared.likeness.whole);
    note(s, b, by, (uint32_t)compared.likeness.whole);
    s->parent[first < second ? second : first] = first < second ? first : second;
}

static int
compare_keys(const void *a, const void *b)
{
    const keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

static void
compare_bucket(search *s, const keyed *bucket, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i > BEFORE_MAX ? i - BEFORE_MAX : 0; k < i; k++)
            compare_pair(s, bucket[k].docid, bucket[i].docid);
}

/* Keys that no other record has leave before the sorting: nearly all. counters: at least four for each record, so that
 * few are shared; those stay, and the sorting finds out. */
static uint32_t
take_shared(const search *s, const uint64_t *keys)
{
    uint32_t mask = s->counter_count - 1, count = 0;

    memset(s->counters, 0, s->counter_count);
    for (uint32_t d = 0; d < s->count; d++) {
        uint8_t *counter = &s->counters[keys[d] >> 32 & mask];

        *counter = (uint8_t)(*counter + (keys[d] != 0 && *counter < 2));
    }
    for (uint32_t d = 0; d < s->count; d++)
        if (keys[d] != 0 && s->counters[keys[d] >> 32 & mask] > 1)
            s->shared[count++] = (keyed){keys[d], d};
    return count;
}

/* Records that share a key stand together once sorted. */
static void
compare_band(search *s, const uint64_t *keys)
{
    uint32_t count = take_shared(s, keys), end;

    if (count < 2)
        return;
    qsort(s->shared, count, sizeof *s->shared, compare_keys);
    for (uint32_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && s->shared[end].key == s->shared[i].key;)
            end++;
        if (end - i > 1)
            compare_bucket(s, s->shared + i, end - i);
    }
}

/* ---- groups ---- */

static int
compare_entries(const void *a, const void *b)
{
    const qiao_duplicate *x = a, *y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->docid < y->docid ? -1 : x->docid > y->docid;
}

static qiao_status
gather(search *s, qiao_duplicate **out, uint32_t *count_out, uint64_t *groups_out, qiao_error *err)
{
    qiao_duplicate *entries = qiao_alloc(((size_t)s->count + 1) * sizeof *entries);
    uint32_t n = 0;

    if (entries == NULL)
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < s->count; d++) {
        if (s->by[d] == 0)
            continue;
        entries[n++] = (qiao_duplicate){d, root_of(s, d), s->by[d], s->likeness[d]};
        *groups_out += root_of(s, d) == d;
    }
    if (n > 1)
        qsort(entries, n, sizeof *entries, compare_entries);
    *out = entries;
    *count_out = n;
    return QIAO_OK;
}

static int
compare_compared(const void *a, const void *b)
{
    const qiaoi_compared *x = a, *y = b;

    if (x->second != y->second)
        return x->second < y->second ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static qiao_status
prepare(search *s, qiao_error *err)
{
    size_t count = (size_t)s->count + 1;

    s->keys = qiao_alloc(count * KEYS * sizeof *s->keys);
    s->shared = qiao_alloc(count * sizeof *s->shared);
    for (s->counter_count = 1024; s->counter_count < s->count * UINT64_C(4) && s->counter_count < 1u << 30;)
        s->counter_count *= 2;
    s->counters = qiao_alloc(s->counter_count);
    s->parent = qiao_alloc(count * sizeof *s->parent);
    s->by = qiao_calloc(count, sizeof *s->by);
    s->likeness = qiao_calloc(count, sizeof *s->likeness);
    s->arena = qiao_arena_new((size_t)1 << 16);
    if (s->keys == NULL || s->shared == NULL || s->counters == NULL || s->parent == NULL || s->by == NULL ||
        s->likeness == NULL || s->arena == NULL ||
        !qiaoi_sketch_marks_init(&s->marks, s->corpus->term_count, s->entry_count))
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < s->count; d++)
        s->parent[d] = d;
    return QIAO_OK;
}

/* Keys and what was compared stay with the search. */
static qiao_status
search_side(search *s, unsigned threads, qiao_duplicate **out, uint32_t *count_out, uint64_t *groups_out,
            qiao_error *err)
{
    qiao_status st = prepare(s, err);

    if (st == QIAO_OK)
        st = make_all_keys(s, threads, err);
    for (uint32_t k = 0; st == QIAO_OK && k < KEYS; k++)
        compare_band(s, s->keys + (size_t)k * s->count);
    if (st == QIAO_OK && (s->short_of_memory || s->compared.failed))
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = gather(s, out, count_out, groups_out, err);
    if (st == QIAO_OK && s->compared.length > 0)
        qsort(s->compared.data, s->compared.length / sizeof(qiaoi_compared), sizeof(qiaoi_compared), compare_compared);
    qiao_free(s->shared);
    qiao_free(s->counters);
    qiao_free(s->parent);
    qiao_free(s->by);
    qiao_free(s->likeness);
    qiao_arena_free(s->arena);
    qiaoi_sketch_marks_done(&s->marks);
    return st;
}

static qiao_status
search_kind(search *s, unsigned threads, qiao_duplicate **out, uint32_t *count_out, uint64_t *groups_out,
            qiao_error *err)
{
    qiaoi_sketch_words words;
    qiao_status st =
        qiaoi_sketch_words_init(&words, s->corpus, s->entry_count, s->kind) ? QIAO_OK : qiao_fail_memory(err);

    s->vocabulary = &words;
    if (st == QIAO_OK)
        st = search_side(s, threads, out, count_out, groups_out, err);
    qiaoi_sketch_words_done(&words);
    return st;
}

static void
keep_searches(const search searches[2], const qiaoi_duplicates_job *job)
{
    qiaoi_duplicates_side sides[2];

    for (int kind = 0; kind < 2; kind++)
        sides[kind] = (qiaoi_duplicates_side){searches[kind].count, searches[kind].keys,
                                              (const qiaoi_compared *)(const void *)searches[kind].compared.data,
                                              (uint32_t)(searches[kind].compared.length / sizeof(qiaoi_compared))};
    qiaoi_duplicates_kept_write(job->data_dir, job->basis_now, sides);
}

static qiao_status
search_both(const qiaoi_corpus *corpus, const qiaoi_duplicates_job *job, const qiaoi_words *words,
            const qiaoi_duplicates_kept *kept, qiaoi_duplicate_counts *out, qiao_error *err)
{
    search searches[2] = {{.corpus = corpus}, {.corpus = corpus}};
    qiao_duplicate *entries[2] = {NULL, NULL};
    uint32_t counts[2] = {0, 0};
    char path[QIAO_PATH_MAX + 32];
    qiao_status st = QIAO_OK;

    for (int kind = 0; st == QIAO_OK && kind < 2; kind++) {
        searches[kind] = (search){.corpus = corpus,
                                  .kind = (qiao_kind)kind,
                                  .count = corpus->count[kind],
                                  .words = words,
                                  .then = kept == NULL ? NULL : &kept->sides[kind],
                                  .base = kept == NULL || kind == QIAO_PROJECT ? 0 : kept->sides[QIAO_PROJECT].count,
                                  .entry_count = job->entry_count};
        st = search_kind(&searches[kind], job->threads, &entries[kind], &counts[kind], &out->groups[kind], err);
        out->records[kind] = counts[kind];
        out->compared[kind] = searches[kind].compared.length / sizeof(qiaoi_compared);
    }
    snprintf(path, sizeof path, "%s/%s", job->folder, QIAOI_DUPLICATES_NAME);
    if (st == QIAO_OK && counts[0] + counts[1] > 0)
        st = qiaoi_duplicates_write(path, corpus->count, (const qiao_duplicate *const *)entries, counts, err);
    if (st == QIAO_OK && job->data_dir != NULL)
        keep_searches(searches, job);
    for (int kind = 0; kind < 2; kind++) {
        qiao_free(entries[kind]);
        qiao_free(searches[kind].keys);
        qiao_buffer_done(&searches[kind].compared);
    }
    return st;
}

qiao_status
qiaoi_corpus_duplicates(const qiaoi_corpus *corpus, const qiaoi_duplicates_job *job, qiaoi_duplicate_counts *out,
                        qiao_error *err)
{
    qiaoi_duplicates_kept kept;
    qiaoi_words words;
    bool known = corpus->statistics_kept && job->basis_then != 0 && job->data_dir != NULL &&
                 qiaoi_duplicates_kept_open(job->data_dir, job->basis_then, &kept);
    qiao_status st = qiaoi_words_init(&words, corpus, err);

    *out = (qiaoi_duplicate_counts){.records = {0, 0}};
    if (st == QIAO_OK)
        st = search_both(corpus, job, &words, known ? &kept : NULL, out, err);
    qiaoi_words_done(&words);
    if (known)
        qiaoi_duplicates_kept_close(&kept);
    return st;
}
