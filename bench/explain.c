/*
 * qiao-bench explain: what it costs to score a named pair, and to answer a need with its first ten projects without and
 * with explanations, in microseconds of one thread, over the needs of the generation that is served.
 */
#include "bench.h"

#include "qiao/catalog.h"
#include "qiao/matcher.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define NEEDS_MAX 500u
#define PAIRS 200u
#define ROUNDS 3

typedef struct measured {
    qiao_generation *generation;
    qiao_matcher *matcher;
    uint32_t needs;
    double times[NEEDS_MAX * ROUNDS]; /* milliseconds */
} measured;

static qiao_status
time_answers(measured *m, qiao_explain explain, size_t *bytes_out, bench_times *out, qiao_error *err)
{
    qiao_buffer answer = {0};
    qiao_status st = QIAO_OK;
    size_t count = 0;

    *bytes_out = 0;
    for (int round = 0; st == QIAO_OK && round < ROUNDS; round++)
        for (uint32_t i = 0; st == QIAO_OK && i < m->needs; i++) {
            const qiao_match_request request = {.kind = QIAO_NEED,
                                                .id = qiao_generation_id(m->generation, QIAO_NEED, i),
                                                .limit = 10,
                                                .explain = explain};
            uint64_t start = bench_busy_ns();

            qiao_buffer_clear(&answer);
            st = qiao_matcher_match_json(m->matcher, &request, &answer, err);
            m->times[count++] = (double)(bench_busy_ns() - start) / 1e6;
            *bytes_out += answer.length;
        }
    *bytes_out = count == 0 ? 0 : *bytes_out / count;
    *out = bench_summary(m->times, count);
    qiao_buffer_done(&answer);
    return st;
}

/* A need with projects all over the catalogue: what the query costs is spread over them. */
static qiao_status
time_pairs(measured *m, double *microseconds_out, qiao_error *err)
{
    uint32_t projects = qiao_generation_count(m->generation, QIAO_PROJECT), count = projects < PAIRS ? projects : PAIRS;
    const qiao_match_result *result;
    const char *ids[PAIRS];
    qiao_status st = QIAO_OK;
    uint64_t start;

    for (uint32_t i = 0; i < count; i++)
        ids[i] = qiao_generation_id(m->generation, QIAO_PROJECT, (uint32_t)((uint64_t)i * projects / count));
    start = bench_busy_ns();
    for (uint32_t i = 0; st == QIAO_OK && i < m->needs; i++)
        st = qiao_matcher_pairs(
            m->matcher, &(qiao_match_request){.kind = QIAO_NEED, .id = qiao_generation_id(m->generation, QIAO_NEED, i)},
            ids, count, &result, err);
    *microseconds_out =
        m->needs == 0 || count == 0 ? 0 : (double)(bench_busy_ns() - start) / 1e3 / ((double)m->needs * count);
    return st;
}

static qiao_status
measure(measured *m, qiao_error *err)
{
    static const char *const names[] = {"none_", "brief_", "full_"};
    double pair = 0;
    qiao_status st = time_pairs(m, &pair, err);

    bench_begin("explain");
    bench_number("projects", qiao_generation_count(m->generation, QIAO_PROJECT));
    bench_number("needs", m->needs);
    bench_number("score_pair_us", pair);
    for (int explain = QIAO_EXPLAIN_NONE; st == QIAO_OK && explain <= QIAO_EXPLAIN_FULL; explain++) {
        bench_times times;
        size_t bytes;
        char name[32];

        st = time_answers(m, (qiao_explain)explain, &bytes, &times, err);
        bench_times_of(names[explain], times);
        snprintf(name, sizeof name, "%sanswer_bytes", names[explain]);
        bench_number(name, (double)bytes);
    }
    bench_end();
    return st;
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    static const struct option options[] = {{"data", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
    static measured m;
    const char *data = NULL;
    uint64_t number = 0;
    qiao_status st;

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 'd')
            return qiao_fail(err, QIAO_E_USAGE, "wrong options; see qiao-bench --help");
        data = optarg;
    }
    if (data == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "--data is missing");
    st = qiao_catalog_current(data, &number, err);
    if (st == QIAO_OK)
        st = qiao_generation_open(data, number, &m.generation, err);
    if (st == QIAO_OK)
        st = qiao_matcher_new(m.generation, NULL, &m.matcher, err);
    if (st == QIAO_OK) {
        m.needs = qiao_generation_count(m.generation, QIAO_NEED);
        m.needs = m.needs < NEEDS_MAX ? m.needs : NEEDS_MAX;
        st = measure(&m, err);
    }
    qiao_matcher_free(m.matcher);
    qiao_generation_close(m.generation);
    return st;
}

const bench_command bench_explain = {"explain",
                                     "  explain --data DIR      microseconds to score a pair, and to answer with ten "
                                     "projects by explain=none, brief, full",
                                     run};
