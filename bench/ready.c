/*
 * qiao-bench ready: the two ways to one score a source word. Merging at query time: the lists of its translations are
 * summed and saturated as a need asks (what the product does). Ready lists: the sum of every source word was made
 * beforehand, one list a word. Both by the product's retrieval, over the needs of a served generation; the ready lists
 * are written as a generation of their own, in which each distinct group of the needs is a term.
 */
#include "bench.h"
#include "product.h"
#include "synthetic.h"

#include "match/matcher_internal.h"
#include "qiao/catalog.h"
#include "qiao/file.h"
#include "qiao/memory.h"
#include "store/impact.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HITS 50u
#define NEEDS_MAX 2000u
#define SLOTS (1u << 19) /* of the table of groups: a power of two, above twice the terms */
#define TIMES_MAX 255.0

typedef struct use { /* a group of a need */
    uint32_t group;
    float weight, idf;
} use;

typedef struct measurement {
    qiao_generation *generation, *ready;
    qiao_matcher *matcher;
    uint32_t needs, asked;
    uint64_t *keys; /* [SLOTS] hash of a group's terms, 0 = free */
    uint32_t *numbers;
    uint32_t groups;       /* distinct */
    qiao_buffer terms;     /* qiaoi_query_term of all groups, one behind the other */
    uint32_t *firsts;      /* [groups + 1] into terms */
    qiao_buffer uses;      /* of all needs */
    uint32_t *need_firsts; /* [asked + 1] into uses */
    qiao_buffer postings;  /* document << 32 | group << 8 | times */
    synthetic corpus;
    double *merged, *unskipped, *read; /* milliseconds of each need: merging, the same without skipping, ready lists */
    double merged_postings, ready_postings;
    float *sums; /* [QIAOI_RANGE_SIZE] */
} measurement;

/* ---- merging at query time, and what is asked ---- */

static uint32_t
number_of(measurement *m, const qiaoi_query_term *terms, uint32_t count)
{
    uint64_t key = qiao_hash64(terms, count * sizeof *terms, 1) | 1u, at = key & (SLOTS - 1);

    while (m->keys[at] != 0 && m->keys[at] != key)
        at = (at + 1) & (SLOTS - 1);
    if (m->keys[at] == 0 && m->groups < SYNTHETIC_TERMS) {
        m->keys[at] = key;
        m->numbers[at] = m->groups;
        qiao_buffer_append(&m->terms, terms, count * sizeof *terms);
        m->firsts[++m->groups] = (uint32_t)(m->terms.length / sizeof *terms);
    }
    return m->keys[at] == 0 ? UINT32_MAX : m->numbers[at];
}

static void
note_groups(measurement *m)
{
    const qiaoi_query *query = &m->matcher->query;

    for (uint32_t g = 0; g < query->group_count; g++) {
        const qiaoi_group *group = &query->groups[g];
        use one = {number_of(m, query->terms + group->first, group->count), group->weight, group->idf};

        if (one.group != UINT32_MAX)
            qiao_buffer_append(&m->uses, &one, sizeof one);
    }
    m->need_firsts[m->asked + 1] = (uint32_t)(m->uses.length / sizeof(use));
}

static qiao_status
time_query(qiaoi_retrieval *retrieval, const qiaoi_query *query, const qiao_generation *generation, double *out,
           qiao_error *err)
{
    uint64_t start = bench_now_ns(), considered;
    size_t found;
    qiao_status st = qiaoi_retrieve(retrieval, query, generation, QIAO_PROJECT, NULL, HITS, &found, &considered, err);

    *out = (double)(bench_now_ns() - start) / 1e6;
    return st;
}

static qiao_status
ask_merged(measurement *m, bool keep, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    for (uint32_t need = 0; st == QIAO_OK && need < m->needs; need++) {
        const qiao_match_request request = {
            .kind = QIAO_NEED, .id = qiao_generation_id(m->generation, QIAO_NEED, need), .limit = HITS, .search = true};
        const qiao_match_result *result;
        qiaoi_retrieval *retrieval = &m->matcher->retrieval;
        double skipping, adding;

        st = qiao_matcher_match(m->matcher, &request, &result, err);
        if (st != QIAO_OK || m->matcher->query.group_count == 0)
            continue;
        st = time_query(retrieval, &m->matcher->query, m->generation, &skipping, err);
        retrieval->never_skip = true;
        if (st == QIAO_OK)
            st = time_query(retrieval, &m->matcher->query, m->generation, &adding, err);
        retrieval->never_skip = false;
        if (st != QIAO_OK || !keep)
            continue;
        note_groups(m);
        m->merged[m->asked] = skipping;
        m->unskipped[m->asked++] = adding;
    }
    return st;
}

/* ---- the ready lists ---- */

static void
add_list(measurement *m, qiaoi_posting_list list, float share)
{
    for (uint32_t i = 0; i < list.count; i++)
        m->sums[list.documents[i]] += share * (float)qiaoi_impact_frequency(list.impacts[i]);
    m->merged_postings += list.count;
}

/* Takes the documents of a list that were not taken yet; what they have is rounded up to a whole number of mentions. */
static void
take_list(measurement *m, const qiaoi_postings *range, qiaoi_posting_list list, uint32_t group)
{
    for (uint32_t i = 0; i < list.count; i++) {
        float *sum = &m->sums[list.documents[i]];
        uint64_t document = range->header.first_document + list.documents[i];
        uint64_t posting;

        if (*sum <= 0)
            continue;
        posting = document << 32 | group << 8 | (uint32_t)fmin(TIMES_MAX, ceil((double)*sum));
        qiao_buffer_append(&m->postings, &posting, sizeof posting);
        *sum = 0;
        m->ready_postings++;
    }
}

static void
make_list(measurement *m, const qiaoi_postings *range, uint32_t group)
{
    const qiaoi_query_term *terms = (const qiaoi_query_term *)(const void *)m->terms.data;

    for (uint32_t t = m->firsts[group]; t < m->firsts[group + 1]; t++)
        add_list(m, qiaoi_postings_list(range, terms[t].slot), terms[t].weight);
    for (uint32_t t = m->firsts[group]; t < m->firsts[group + 1]; t++)
        take_list(m, range, qiaoi_postings_list(range, terms[t].slot), group);
}

static int
compare_postings(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static qiao_status
fill_corpus(measurement *m, qiao_error *err)
{
    synthetic *c = &m->corpus;
    size_t count = m->postings.length / sizeof(uint64_t);
    uint64_t *postings = (uint64_t *)(void *)m->postings.data;

    c->records = qiao_generation_count(m->generation, QIAO_PROJECT);
    c->mean_length = 1;
    c->starts = qiao_calloc((size_t)c->records + 1, sizeof *c->starts);
    c->entries = qiao_alloc((count + 1) * sizeof *c->entries);
    c->lengths = qiao_alloc(((size_t)c->records + 1) * sizeof *c->lengths);
    c->df = qiao_calloc(SYNTHETIC_TERMS, sizeof *c->df);
    if (c->starts == NULL || c->entries == NULL || c->lengths == NULL || c->df == NULL)
        return qiao_fail_memory(err);
    if (count > 0)
        qsort(postings, count, sizeof *postings, compare_postings);
    for (size_t i = 0; i < count; i++) {
        c->starts[(postings[i] >> 32) + 1]++;
        c->entries[i] = (uint32_t)postings[i];
        c->df[(uint32_t)postings[i] >> 8]++;
    }
    for (uint32_t r = 0; r < c->records; r++) {
        c->starts[r + 1] += c->starts[r];
        c->lengths[r] = 1;
    }
    return QIAO_OK;
}

static qiao_status
make_ready(measurement *m, const char *folder, qiao_error *err)
{
    size_t ranges;
    const qiaoi_postings *postings = qiaoi_generation_postings(m->generation, QIAO_PROJECT, &ranges);
    double ignored;
    qiao_status st;

    for (size_t r = 0; r < ranges; r++)
        for (uint32_t group = 0; group < m->groups; group++)
            make_list(m, &postings[r], group);
    st = m->postings.failed ? qiao_fail_memory(err) : fill_corpus(m, err);
    qiao_buffer_done(&m->postings);
    return st == QIAO_OK ? bench_product_build(&m->corpus, folder, &m->ready, &ignored, err) : st;
}

static qiao_status
ask_ready(measurement *m, qiao_error *err)
{
    qiaoi_query *query = &m->matcher->query;
    qiao_status st = QIAO_OK;

    for (uint32_t need = 0; st == QIAO_OK && need < m->asked; need++) {
        const use *uses = (const use *)(const void *)m->uses.data + m->need_firsts[need];

        query->group_count = query->term_count = m->need_firsts[need + 1] - m->need_firsts[need];
        for (uint32_t i = 0; i < query->group_count; i++) {
            query->terms[i] = (qiaoi_query_term){uses[i].group, 1.0f, 0};
            query->groups[i] = (qiaoi_group){QIAOI_GROUP_WORD, 0, 0, i, 1, uses[i].weight, uses[i].idf};
        }
        st = time_query(&m->matcher->retrieval, query, m->ready, &m->read[need], err);
    }
    return st;
}

/* ---- the whole ---- */

static void
report(measurement *m)
{
    bench_times merged = bench_summary(m->merged, m->asked), ready = bench_summary(m->read, m->asked);

    bench_begin("ready");
    bench_number("records", qiao_generation_count(m->generation, QIAO_PROJECT));
    bench_number("n", m->asked);
    bench_number("words", m->groups);
    bench_number("postings_of_translations", m->merged_postings);
    bench_number("postings_of_ready_lists", m->ready_postings);
    bench_number("postings_of_the_index", (double)qiao_generation_manifest(m->generation)->postings);
    bench_times_of("merged_", merged);
    bench_number("merged_without_skipping_median_ms", bench_summary(m->unskipped, m->asked).median);
    bench_times_of("ready_", ready);
    bench_number("merged_by_ready", merged.median / ready.median);
    bench_end();
}

static qiao_status
measure(measurement *m, const char *folder, qiao_error *err)
{
    qiao_status st = ask_merged(m, false, err);

    if (st == QIAO_OK)
        st = ask_merged(m, true, err);
    if (st == QIAO_OK)
        st = make_ready(m, folder, err);
    for (int round = 0; st == QIAO_OK && round < 2; round++) /* the last one counts */
        st = ask_ready(m, err);
    if (st == QIAO_OK)
        report(m);
    return st;
}

static qiao_status
prepare(measurement *m, const char *data, uint64_t needs, qiao_error *err)
{
    uint64_t number = 0;
    qiao_status st = qiao_catalog_current(data, &number, err);

    if (st == QIAO_OK)
        st = qiao_generation_open(data, number, &m->generation, err);
    if (st == QIAO_OK)
        st = qiao_matcher_new(m->generation, NULL, &m->matcher, err);
    if (st != QIAO_OK)
        return st;
    m->needs = qiao_generation_count(m->generation, QIAO_NEED);
    m->needs = m->needs < needs ? m->needs : (uint32_t)needs;
    m->keys = qiao_calloc(SLOTS, sizeof *m->keys);
    m->numbers = qiao_calloc(SLOTS, sizeof *m->numbers);
    m->firsts = qiao_calloc(SYNTHETIC_TERMS + 1, sizeof *m->firsts);
    m->need_firsts = qiao_calloc((size_t)m->needs + 1, sizeof *m->need_firsts);
    m->merged = qiao_calloc((size_t)m->needs + 1, sizeof *m->merged);
    m->unskipped = qiao_calloc((size_t)m->needs + 1, sizeof *m->unskipped);
    m->read = qiao_calloc((size_t)m->needs + 1, sizeof *m->read);
    m->sums = qiao_calloc(QIAOI_RANGE_SIZE, sizeof *m->sums);
    return m->keys == NULL || m->numbers == NULL || m->firsts == NULL || m->need_firsts == NULL || m->merged == NULL ||
                   m->unskipped == NULL || m->read == NULL || m->sums == NULL
               ? qiao_fail_memory(err)
               : QIAO_OK;
}

static void
measurement_done(measurement *m)
{
    qiao_matcher_free(m->matcher);
    qiao_generation_close(m->generation);
    qiao_generation_close(m->ready);
    synthetic_done(&m->corpus);
    qiao_buffer_done(&m->terms);
    qiao_buffer_done(&m->uses);
    qiao_buffer_done(&m->postings);
    qiao_free(m->keys);
    qiao_free(m->numbers);
    qiao_free(m->firsts);
    qiao_free(m->need_firsts);
    qiao_free(m->merged);
    qiao_free(m->unskipped);
    qiao_free(m->read);
    qiao_free(m->sums);
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    static const struct option names[] = {
        {"data", required_argument, NULL, 'd'}, {"needs", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
    char folder[QIAO_PATH_MAX];
    const char *data = NULL;
    measurement m = {0};
    uint64_t needs = 400;
    qiao_status st = QIAO_OK;

    for (int c; st == QIAO_OK && (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (c == 'd')
            data = optarg;
        else if (c == 'n')
            st = bench_whole("needs", optarg, 1, NEEDS_MAX, &needs, err);
        else
            st = qiao_fail(err, QIAO_E_USAGE, "see qiao-bench --help");
    }
    if (st == QIAO_OK && data == NULL)
        st = qiao_fail(err, QIAO_E_USAGE, "--data is missing");
    if (st != QIAO_OK)
        return st;
    st = bench_folder_make(folder, err);
    if (st != QIAO_OK)
        return st;
    st = prepare(&m, data, needs, err);
    if (st == QIAO_OK)
        st = measure(&m, folder, err);
    measurement_done(&m);
    bench_folder_remove(folder);
    return st;
}

const bench_command bench_ready = {
    "ready",
    "  ready --data DIR [--needs N]\n"
    "      retrieval with translations merged at query time, and with a list made beforehand for every source word\n",
    run};
