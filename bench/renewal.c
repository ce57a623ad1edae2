/*
 * qiao-bench renewal: the lists of a served generation, all of them searched, then made again with a share of the
 * documents counting as changed: what an update of the lists takes beside all lists.
 */
#include "bench.h"

#include "batch/lists.h"
#include "qiao/catalog.h"
#include "qiao/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM 1u /* any number: both runs are of this program */
#define FILES 4

typedef struct measurement {
    const char *data;
    uint64_t threads, permille;
    qiao_generation *generation;
    qiao_tables tables;
    uint64_t *changed[2];
    uint64_t changed_count;
    char paths[FILES][QIAO_PATH_MAX + 32]; /* lists and candidates of the first run, of the second */
} measurement;

static qiao_status
read_options(int argc, char **argv, measurement *m, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    m->permille = 10;
    m->threads = 1;
    for (int i = 1; st == QIAO_OK && i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (value == NULL)
            st = qiao_fail(err, QIAO_E_USAGE, "%s needs a value", argv[i]);
        else if (strcmp(argv[i], "--data") == 0)
            m->data = value;
        else if (strcmp(argv[i], "--threads") == 0)
            st = bench_whole(argv[i] + 2, value, 1, 64, &m->threads, err);
        else if (strcmp(argv[i], "--changed") == 0)
            st = bench_whole(argv[i] + 2, value, 1, 1000, &m->permille, err);
        else
            st = qiao_fail(err, QIAO_E_USAGE, "there is no option %s", argv[i]);
    }
    return st == QIAO_OK && m->data == NULL ? qiao_fail(err, QIAO_E_USAGE, "name a data folder: --data DIR") : st;
}

static qiao_status
open_served(measurement *m, qiao_error *err)
{
    static const char *const names[FILES] = {"lists.1", "candidates.1", "lists.2", "candidates.2"};
    uint64_t number;
    qiao_status st = qiao_catalog_current(m->data, &number, err);

    for (int i = 0; i < FILES; i++)
        snprintf(m->paths[i], sizeof m->paths[i], "%s/%s.%ld", m->data, names[i], (long)getpid());
    if (st == QIAO_OK)
        st = qiao_generation_open(m->data, number, &m->generation, err);
    if (st == QIAO_OK)
        st = qiao_tables_open(&(qiao_tables_options){.data_dir = m->data}, &m->tables, err);
    if (st == QIAO_OK && qiaoi_generation_matches(m->generation) == NULL)
        st =
            qiao_fail(err, QIAO_E_NOTFOUND, "generation %llu has no lists; match it first", (unsigned long long)number);
    return st;
}

/* Some of each side, spread evenly. */
static qiao_status
choose_changed(measurement *m, qiao_error *err)
{
    for (int kind = 0; kind < 2; kind++) {
        uint32_t count = qiao_generation_count(m->generation, (qiao_kind)kind);

        m->changed[kind] = qiao_calloc(count / 64 + 1, sizeof **m->changed);
        if (m->changed[kind] == NULL)
            return qiao_fail_memory(err);
        for (uint64_t d = 0; d < count; d++)
            if ((d + 1) * m->permille / 1000 > d * m->permille / 1000) {
                m->changed[kind][d / 64] |= (uint64_t)1 << d % 64;
                m->changed_count++;
            }
    }
    return QIAO_OK;
}

static qiao_status
write_lists(measurement *m, int run, qiao_all_pairs_report *report, qiao_error *err)
{
    const qiaoi_lists_job job = {.generation = m->generation,
                                 .before = m->generation,
                                 .tables = &m->tables,
                                 .candidates_before = run == 0 ? NULL : m->paths[1],
                                 .candidates = m->paths[2 * run + 1],
                                 .program = PROGRAM,
                                 .changed = {m->changed[0], m->changed[1]},
                                 .threads = (unsigned)m->threads,
                                 .slice = 1,
                                 .slices = 1};
    uint64_t start = bench_now_ns();
    qiao_status st = qiaoi_lists_write(&job, m->paths[2 * run], report, err);

    report->seconds = (double)(bench_now_ns() - start) / 1e9;
    return st;
}

static qiao_status
compare(const measurement *m, bool *same_out, qiao_error *err)
{
    char first[33], second[33];
    qiao_status st = qiao_file_checksum(m->paths[0], first, err);

    if (st == QIAO_OK)
        st = qiao_file_checksum(m->paths[2], second, err);
    *same_out = st == QIAO_OK && strcmp(first, second) == 0;
    return st;
}

static qiao_status
measure(measurement *m, qiao_error *err)
{
    qiao_all_pairs_report reports[2] = {{0}, {0}};
    uint64_t bytes = 0;
    bool same = false;
    qiao_status st = QIAO_OK;

    for (int run = 0; st == QIAO_OK && run < 2; run++)
        st = write_lists(m, run, &reports[run], err);
    if (st == QIAO_OK)
        st = compare(m, &same, err);
    if (st == QIAO_OK)
        st = qiao_file_size(m->paths[1], &bytes, err);
    if (st != QIAO_OK)
        return st;
    bench_begin("renewal");
    bench_number("projects", qiao_generation_count(m->generation, QIAO_PROJECT));
    bench_number("needs", qiao_generation_count(m->generation, QIAO_NEED));
    bench_number("threads", (double)m->threads);
    bench_number("changed", (double)m->changed_count);
    bench_number("lists", (double)reports[1].lists);
    bench_number("searched", (double)reports[1].searched);
    bench_number("seconds_searched", reports[0].seconds);
    bench_number("seconds_renewed", reports[1].seconds);
    bench_number("candidates_mib", (double)bytes / 1048576.0);
    bench_text("lists_are", same ? "the same" : "different");
    bench_end();
    return same ? QIAO_OK : qiao_fail(err, QIAO_E_INTERNAL, "renewed lists are not those of a search");
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    measurement m = {.data = NULL};
    qiao_status st = read_options(argc, argv, &m, err);

    if (st == QIAO_OK)
        st = open_served(&m, err);
    if (st == QIAO_OK)
        st = choose_changed(&m, err);
    if (st == QIAO_OK)
        st = measure(&m, err);
    for (int i = 0; i < FILES; i++)
        if (m.paths[i][0] != '\0')
            (void)unlink(m.paths[i]);
    qiao_free(m.changed[0]);
    qiao_free(m.changed[1]);
    qiao_tables_close(&m.tables);
    qiao_generation_close(m.generation);
    return st;
}

const bench_command bench_renewal = {
    "renewal",
    "renewal --data DIR [--threads N] [--changed PERMILLE]\n"
    "    the lists of the served generation, searched, and renewed with so many documents that count as changed (10)\n",
    run};
