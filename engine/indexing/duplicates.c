/* The groups of a side: see duplicates.h. Sketches are made by all threads, then bands are sorted one after the other
 * and candidates compared in order of docid, so that what is found does not depend on threads. */
#include "indexing/duplicates.h"

#include "facts/facts.h"
#include "indexing/duplicates_sketch.h"
#include "qiao/catalog.h"
#include "store/duplicates.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 64u
#define BEFORE_MAX 8u /* records of a bucket that another is compared with: copies of one are linked by the first */
#define KEYS (QIAOI_DUPLICATE_BANDS + QIAOI_IDENTITY_TITLES)

typedef struct keyed {
    uint64_t key; /* 0 = none */
    uint32_t docid;
} keyed;

typedef struct search {
    const qiaoi_corpus *corpus;
    qiao_kind kind;
    uint32_t count;
    const qiaoi_sketch_words *vocabulary;
    uint32_t entry_count; /* of the lexicon */
    keyed *keys;          /* [KEYS][count] */
    uint8_t *counters;
    uint32_t counter_count; /* a power of two */
    uint32_t widest;        /* most words of a record */
    /* what is found */
    uint32_t *parent; /* union by lower docid */
    uint32_t *by;
    uint32_t *likeness;
    qiaoi_sketch_marks marks;
    uint32_t marked; /* the record whose words are marked, + 1 */
    uint64_t compared;
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

static void *
make_keys(void *context)
{
    part *p = context;
    search *s = p->s;
    uint64_t *words = qiao_alloc(((size_t)s->widest + 1) * sizeof *words);

    p->short_of_memory = words == NULL;
    for (uint32_t d = p->first; words != NULL && d < p->end; d++) {
        const qiaoi_identity identity = identity_of(s, d);
        uint64_t keys[QIAOI_DUPLICATE_BANDS] = {0};
        uint32_t count = qiaoi_sketch_rare(s->vocabulary, &s->corpus->documents[s->kind][d].use, words);
        bool known = qiaoi_sketch_bands(words, count, keys);

        for (uint32_t k = 0; k < QIAOI_DUPLICATE_BANDS; k++)
            s->keys[(size_t)k * s->count + d] = (keyed){known ? keys[k] | 1 : 0, d};
        for (uint32_t k = 0; k < QIAOI_IDENTITY_TITLES; k++)
            s->keys[(size_t)(QIAOI_DUPLICATE_BANDS + k) * s->count + d] = (keyed){identity.titles[k], d};
    }
    qiao_free(words);
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

static void
compare_pair(search *s, uint32_t a, uint32_t b)
{
    const qiaoi_corpus_document *documents = s->corpus->documents[s->kind];
    const qiaoi_identity identities[2] = {identity_of(s, a), identity_of(s, b)};
    uint32_t first = root_of(s, a), second = root_of(s, b), by;
    qiaoi_likeness likeness;

    if (first == second)
        return;
    s->compared++;
    if (s->marked != b + 1)
        qiaoi_sketch_mark(&s->marks, &documents[b].use);
    s->marked = b + 1;
    likeness = qiaoi_sketch_likeness(&s->marks, &documents[a].use);
    by = judge(&identities[0], &identities[1], likeness);
    if (by == 0)
        return;
    note(s, a, by, (uint32_t)likeness.whole);
    note(s, b, by, (uint32_t)likeness.whole);
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
drop_single(const search *s, keyed *keys)
{
    uint32_t mask = s->counter_count - 1, count = 0;

    memset(s->counters, 0, s->counter_count);
    for (uint32_t i = 0; i < s->count; i++) {
        uint8_t *counter = &s->counters[keys[i].key >> 32 & mask];

        *counter = (uint8_t)(*counter + (keys[i].key != 0 && *counter < 2));
    }
    for (uint32_t i = 0; i < s->count; i++)
        if (keys[i].key != 0 && s->counters[keys[i].key >> 32 & mask] > 1)
            keys[count++] = keys[i];
    return count;
}

/* Records that share a key stand together once sorted. */
static void
compare_band(search *s, keyed *keys)
{
    uint32_t count = drop_single(s, keys), end;

    if (count < 2)
        return;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (uint32_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && keys[end].key == keys[i].key;)
            end++;
        if (end - i > 1)
            compare_bucket(s, keys + i, end - i);
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

static qiao_status
prepare(search *s, qiao_error *err)
{
    const qiaoi_corpus_document *documents = s->corpus->documents[s->kind];
    size_t count = (size_t)s->count + 1;

    for (uint32_t d = 0; d < s->count; d++) {
        uint32_t words = documents[d].use.term_count + documents[d].use.entry_count;

        s->widest = words > s->widest ? words : s->widest;
    }
    s->keys = qiao_alloc(count * KEYS * sizeof *s->keys);
    for (s->counter_count = 1024; s->counter_count < s->count * UINT64_C(4) && s->counter_count < 1u << 30;)
        s->counter_count *= 2;
    s->counters = qiao_alloc(s->counter_count);
    s->parent = qiao_alloc(count * sizeof *s->parent);
    s->by = qiao_calloc(count, sizeof *s->by);
    s->likeness = qiao_calloc(count, sizeof *s->likeness);
    if (s->keys == NULL || s->counters == NULL || s->parent == NULL || s->by == NULL || s->likeness == NULL ||
        !qiaoi_sketch_marks_init(&s->marks, s->corpus->term_count, s->entry_count))
        return qiao_fail_memory(err);
    for (uint32_t d = 0; d < s->count; d++)
        s->parent[d] = d;
    return QIAO_OK;
}

static qiao_status
search_side(search *s, unsigned threads, qiao_duplicate **out, uint32_t *count_out, uint64_t *groups_out,
            qiao_error *err)
{
    qiao_status st = prepare(s, err);

    if (st == QIAO_OK)
        st = make_all_keys(s, threads, err);
    for (uint32_t k = 0; st == QIAO_OK && k < KEYS; k++)
        compare_band(s, s->keys + (size_t)k * s->count);
    if (st == QIAO_OK)
        st = gather(s, out, count_out, groups_out, err);
    qiao_free(s->keys);
    qiao_free(s->counters);
    qiao_free(s->parent);
    qiao_free(s->by);
    qiao_free(s->likeness);
    qiaoi_sketch_marks_done(&s->marks);
    return st;
}

qiao_status
qiaoi_corpus_duplicates(const qiaoi_corpus *corpus, uint32_t entry_count, const char *folder, unsigned threads,
                        qiaoi_duplicate_counts *out, qiao_error *err)
{
    qiao_duplicate *entries[2] = {NULL, NULL};
    uint32_t counts[2] = {0, 0};
    char path[QIAO_PATH_MAX + 32];
    qiao_status st = QIAO_OK;

    *out = (qiaoi_duplicate_counts){.records = {0, 0}};
    for (int kind = 0; st == QIAO_OK && kind < 2; kind++) {
        qiaoi_sketch_words words;
        search s = {.corpus = corpus,
                    .kind = (qiao_kind)kind,
                    .count = corpus->count[kind],
                    .vocabulary = &words,
                    .entry_count = entry_count};

        st = qiaoi_sketch_words_init(&words, corpus, entry_count, (qiao_kind)kind) ? QIAO_OK : qiao_fail_memory(err);
        if (st == QIAO_OK)
            st = search_side(&s, threads, &entries[kind], &counts[kind], &out->groups[kind], err);
        qiaoi_sketch_words_done(&words);
        out->records[kind] = counts[kind];
        out->compared[kind] = s.compared;
    }
    snprintf(path, sizeof path, "%s/%s", folder, QIAOI_DUPLICATES_NAME);
    if (st == QIAO_OK && counts[0] + counts[1] > 0)
        st = qiaoi_duplicates_write(path, corpus->count, (const qiao_duplicate *const *)entries, counts, err);
    qiao_free(entries[0]);
    qiao_free(entries[1]);
    return st;
}
