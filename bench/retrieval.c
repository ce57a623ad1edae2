/*
 * qiao-bench retrieval: the matcher's retrieval beside other engines, on the same corpus, with the same terms, weights
 * and number of hits. One thread; all queries are asked to warm up, and the time of the last round counts, as with the
 * peers.
 */
#include "bench.h"
#include "peers.h"
#include "product.h"
#include "synthetic.h"

#include "match/retrieval.h"
#include "qiao/file.h"
#include "qiao/memory.h"

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 2u
#define QUERY_TERMS_MAX 200u
#define HITS_MAX 1000u

typedef struct options {
    uint64_t records, queries, terms, hits, seed;
    bool by_topic, keep;
    const char *peers, *folder;
} options;

typedef struct measurement {
    const options *o;
    char folder[QIAO_PATH_MAX];
    synthetic corpus;
    qiao_generation *generation;
    double build_seconds;
    uint64_t *filter; /* one record in ten */
    bench_run own, filtered, floored;
    uint32_t *floors;                       /* of each query: a little less than the last of its list scores */
    double alone_seconds, together_seconds; /* all queries on one thread; twice as many on two */
} measurement;

/* ---- our side ---- */

typedef struct asker {
    const measurement *m;
    const uint64_t *filter;
    bench_run *run; /* NULL = times and hits are not kept */
    bool floored;   /* with the floors that earlier rounds left */
    qiao_status status;
    qiao_error err;
} asker;

static qiao_status
ask_round(const asker *a, qiaoi_query *query, qiaoi_retrieval *retrieval, qiao_error *err)
{
    const measurement *m = a->m;
    uint32_t hits = (uint32_t)m->o->hits;

    for (uint32_t q = 0; q < m->corpus.query_count; q++) {
        uint64_t considered, start, busy_from;
        size_t count = 0;
        qiao_status st;
        double took, busy;

        bench_product_query(&m->corpus, q, query);
        busy_from = bench_busy_ns();
        start = bench_now_ns();
        retrieval->floor = a->floored ? m->floors[q] : 0;
        st = qiaoi_retrieve(retrieval, query, m->generation, QIAO_PROJECT, a->filter, hits, &count, &considered, err);
        took = (double)(bench_now_ns() - start) / 1e6;
        busy = (double)(bench_busy_ns() - busy_from) / 1e6;
        if (st != QIAO_OK)
            return st;
        if (a->run == NULL)
            continue;
        a->run->times_ms[q] = took; /* the last round counts, as with the peers */
        a->run->busy_ms[q] = busy;
        if (!a->floored && a->filter == NULL)
            m->floors[q] = count < hits ? 0 : retrieval->heap[count - 1].score / 32 * 31;
        for (size_t i = 0; i < count; i++)
            a->run->documents[(size_t)q * hits + i] = retrieval->heap[i].docid;
    }
    return QIAO_OK;
}

static void *
ask(void *context)
{
    asker *a = context;
    qiaoi_query query = {0};
    qiaoi_retrieval retrieval = {0};

    a->status = qiaoi_query_init(&query, &a->err);
    if (a->status == QIAO_OK)
        a->status = qiaoi_retrieval_init(&retrieval, &a->err);
    for (uint32_t round = 0; a->status == QIAO_OK && round < ROUNDS; round++)
        a->status = ask_round(a, &query, &retrieval, &a->err);
    qiaoi_retrieval_done(&retrieval);
    qiaoi_query_done(&query);
    return NULL;
}

static qiao_status
ask_alone(const measurement *m, const uint64_t *filter, bool floored, bench_run *run, double *seconds_out,
          qiao_error *err)
{
    asker a = {.m = m, .filter = filter, .floored = floored, .run = run, .err = QIAO_ERROR_INIT};
    uint64_t start = bench_now_ns();

    ask(&a);
    *seconds_out = (double)(bench_now_ns() - start) / 1e9;
    if (a.status != QIAO_OK && err != NULL)
        *err = a.err;
    return a.status;
}

static qiao_status
ask_together(const measurement *m, double *seconds_out, qiao_error *err)
{
    asker askers[2] = {{.m = m, .err = QIAO_ERROR_INIT}, {.m = m, .err = QIAO_ERROR_INIT}};
    uint64_t start = bench_now_ns();
    pthread_t thread;

    if (pthread_create(&thread, NULL, ask, &askers[1]) != 0)
        return qiao_fail(err, QIAO_E_IO, "no second thread could be started");
    ask(&askers[0]);
    pthread_join(thread, NULL);
    *seconds_out = (double)(bench_now_ns() - start) / 1e9;
    for (int i = 0; i < 2; i++)
        if (askers[i].status != QIAO_OK) {
            *err = askers[i].err;
            return askers[i].status;
        }
    return QIAO_OK;
}

static qiao_status
make_filter(measurement *m, qiao_error *err)
{
    size_t words = ((size_t)m->corpus.records + 63) / 64;

    m->filter = qiao_calloc(words + 1, sizeof *m->filter);
    if (m->filter == NULL)
        return qiao_fail_memory(err);
    for (uint32_t r = 0; r < m->corpus.records; r++)
        if (qiao_hash64(&r, sizeof r, m->o->seed) % 10 == 0)
            m->filter[r >> 6] |= (uint64_t)1 << (r & 63u);
    return QIAO_OK;
}

static qiao_status
measure_own(measurement *m, qiao_error *err)
{
    uint32_t queries = m->corpus.query_count, hits = (uint32_t)m->o->hits;
    double ignored;
    qiao_status st = make_filter(m, err);

    if (st == QIAO_OK)
        st = bench_run_init(&m->own, queries, hits, err);
    if (st == QIAO_OK)
        st = bench_run_init(&m->filtered, queries, hits, err);
    if (st == QIAO_OK)
        st = bench_run_init(&m->floored, queries, hits, err);
    m->floors = qiao_calloc(queries, sizeof *m->floors);
    if (st == QIAO_OK && m->floors == NULL)
        st = qiao_fail_memory(err);
    if (st == QIAO_OK)
        st = ask_alone(m, NULL, false, NULL, &ignored, err);
    if (st == QIAO_OK)
        st = ask_alone(m, NULL, false, &m->own, &m->alone_seconds, err);
    if (st == QIAO_OK)
        st = ask_alone(m, m->filter, false, &m->filtered, &ignored, err);
    if (st == QIAO_OK)
        st = ask_alone(m, NULL, true, &m->floored, &ignored, err);
    return st == QIAO_OK ? ask_together(m, &m->together_seconds, err) : st;
}

/* ---- the peers ---- */

static qiao_status
report_run(const measurement *m, const char *name, double own_median, double *median_out, qiao_error *err)
{
    bench_run run;
    char key[64];
    bench_times times;
    qiao_status st = bench_run_read(m->folder, name, m->corpus.query_count, (uint32_t)m->o->hits, &run, err);

    if (st != QIAO_OK)
        return st;
    snprintf(key, sizeof key, "%s_overlap", name);
    bench_number(key, bench_run_overlap(&run, &m->own));
    times = bench_summary(run.times_ms, run.queries);
    snprintf(key, sizeof key, "%s_", name);
    bench_times_of(key, times);
    *median_out = times.median;
    if (strcmp(name, "xapian") == 0) {
        bench_number("vs_xapian", times.median / own_median);
        bench_number("overlap_at_50", bench_run_overlap(&run, &m->own));
    }
    bench_run_done(&run);
    return QIAO_OK;
}

static qiao_status
report_peers(const measurement *m, double own_median, qiao_error *err)
{
    double median, by_default, exact;
    qiao_status st = QIAO_OK;

    if (strstr(m->o->peers, "xapian") != NULL)
        st = report_run(m, "xapian", own_median, &median, err);
    if (st == QIAO_OK && strstr(m->o->peers, "lucene") != NULL) {
        st = report_run(m, "lucene-default", own_median, &by_default, err);
        if (st == QIAO_OK)
            st = report_run(m, "lucene-exact", own_median, &exact, err);
        if (st == QIAO_OK)
            bench_number("vs_lucene", (by_default < exact ? by_default : exact) / own_median);
    }
    return st;
}

static qiao_status
run_peers(const measurement *m, qiao_error *err)
{
    static const char *const names[] = {"xapian", "lucene"};
    qiao_status st = *m->o->peers == '\0' ? QIAO_OK : synthetic_export(&m->corpus, m->folder, err);

    for (size_t i = 0; st == QIAO_OK && i < sizeof names / sizeof *names; i++)
        if (strstr(m->o->peers, names[i]) != NULL) {
            fprintf(stderr, "%s builds its index and answers\n", names[i]);
            st = bench_peer_run(names[i], m->folder, (uint32_t)m->o->hits, err);
        }
    return st;
}

/* ---- the whole ---- */

static qiao_status
report(const measurement *m, qiao_error *err)
{
    char hash[33];
    bench_times own, filtered;
    qiao_status st;

    synthetic_hash(&m->corpus, hash);
    own = bench_summary(m->own.times_ms, m->own.queries);
    filtered = bench_summary(m->filtered.times_ms, m->filtered.queries);
    bench_begin("retrieval");
    bench_text("corpus", hash);
    qiao_hash128_hex(m->own.documents, (size_t)m->own.queries * m->own.hits * sizeof *m->own.documents, hash);
    bench_text("found", hash);
    bench_text("kernel", qiaoi_kernels_choose()->name);
    bench_text("order", m->o->by_topic ? "topic" : "id");
    bench_number("records", (double)m->o->records);
    bench_number("n", (double)m->o->queries);
    bench_number("terms", (double)m->o->terms);
    bench_number("hits", (double)m->o->hits);
    bench_number("build_seconds", m->build_seconds);
    bench_times_of("", own);
    bench_number("busy_median_ms", bench_summary(m->own.busy_ms, m->own.queries).median);
    bench_number("p99_by_median", own.p99 / own.median);
    bench_number("filter_10_percent_median_ms", filtered.median);
    bench_number("filter_by_unfiltered", filtered.median / own.median);
    bench_number("floor_busy_median_ms", bench_summary(m->floored.busy_ms, m->floored.queries).median);
    bench_number("floor_overlap", bench_run_overlap(&m->floored, &m->own));
    bench_number("two_threads_speedup", 2.0 * m->alone_seconds / m->together_seconds);
    st = report_peers(m, own.median, err);
    bench_end();
    return st;
}

static qiao_status
measure(measurement *m, qiao_error *err)
{
    const options *o = m->o;
    qiao_status st = qiao_file_make_directories(m->folder, err);

    if (st == QIAO_OK)
        st = synthetic_make(
            &(synthetic_options){(uint32_t)o->records, (uint32_t)o->queries, (uint32_t)o->terms, o->seed, o->by_topic},
            &m->corpus, err);
    if (st == QIAO_OK) {
        fprintf(stderr, "%u records, %.1f words each\n", m->corpus.records, m->corpus.mean_length);
        st = bench_product_build(&m->corpus, m->folder, &m->generation, &m->build_seconds, err);
    }
    if (st == QIAO_OK)
        st = run_peers(m, err);
    if (st == QIAO_OK)
        st = measure_own(m, err);
    return st == QIAO_OK ? report(m, err) : st;
}

static qiao_status
read_options(int argc, char **argv, options *o, qiao_error *err)
{
    static const struct option names[] = {
        {"records", required_argument, NULL, 'r'}, {"queries", required_argument, NULL, 'q'},
        {"terms", required_argument, NULL, 't'},   {"hits", required_argument, NULL, 'k'},
        {"seed", required_argument, NULL, 's'},    {"order", required_argument, NULL, 'o'},
        {"peers", required_argument, NULL, 'p'},   {"folder", required_argument, NULL, 'f'},
        {"keep", no_argument, NULL, 'K'},          {NULL, 0, NULL, 0}};
    qiao_status st = QIAO_OK;
    int option;

    *o = (options){.records = 100000, .queries = 200, .terms = 50, .hits = 50, .seed = 1, .peers = "", .folder = NULL};
    while (st == QIAO_OK && (option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'r')
            st = bench_whole("records", optarg, 1000, 4000000, &o->records, err);
        else if (option == 'q')
            st = bench_whole("queries", optarg, 1, 100000, &o->queries, err);
        else if (option == 't')
            st = bench_whole("terms", optarg, 1, QUERY_TERMS_MAX, &o->terms, err);
        else if (option == 'k')
            st = bench_whole("hits", optarg, 1, HITS_MAX, &o->hits, err);
        else if (option == 's')
            st = bench_whole("seed", optarg, 0, UINT64_MAX - 1, &o->seed, err);
        else if (option == 'o' && (strcmp(optarg, "id") == 0 || strcmp(optarg, "topic") == 0))
            o->by_topic = *optarg == 't';
        else if (option == 'p')
            o->peers = optarg;
        else if (option == 'f')
            o->folder = optarg;
        else if (option == 'K')
            o->keep = true;
        else
            st = qiao_fail(err, QIAO_E_USAGE, "see qiao-bench --help");
    }
    return st;
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    options o;
    measurement m = {.o = &o};
    qiao_status st = read_options(argc, argv, &o, err);

    if (st != QIAO_OK)
        return st;
    if (o.folder != NULL)
        snprintf(m.folder, sizeof m.folder, "%s", o.folder);
    else
        st = bench_folder_make(m.folder, err);
    if (st != QIAO_OK)
        return st;
    st = measure(&m, err);
    qiao_generation_close(m.generation);
    synthetic_done(&m.corpus);
    qiao_free(m.filter);
    bench_run_done(&m.own);
    bench_run_done(&m.filtered);
    bench_run_done(&m.floored);
    qiao_free(m.floors);
    if (!o.keep && o.folder == NULL)
        bench_folder_remove(m.folder);
    return st;
}

const bench_command bench_retrieval = {
    "retrieval",
    "qiao-bench retrieval [--records N] [--queries Q] [--terms T] [--hits K] [--peers xapian,lucene]\n"
    "                     [--order id|topic] [--seed S] [--folder DIR] [--keep]\n"
    "    Top K of T weighted terms over a generated corpus of N records, beside other engines in the same run.\n"
    "    --order topic: records of a topic stand together. --folder: work there, keep what is built.\n",
    run};
