/* qiao-bench all-pairs: every need with every project of the generation that a data folder serves, both ways, as the
 * build does it; or a slice of that, where the whole would take too long, with the time that the whole would take at
 * its pace. */
#include "bench.h"

#include "qiao/all_pairs.h"
#include "qiao/catalog.h"
#include "qiao/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct all_pairs_options {
    const char *data;
    uint64_t threads, slices;
} all_pairs_options;

static qiao_status
read_options(int argc, char **argv, all_pairs_options *out, qiao_error *err)
{
    qiao_status st = QIAO_OK;

    *out = (all_pairs_options){.slices = 1};
    for (int i = 1; st == QIAO_OK && i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (value == NULL)
            st = qiao_fail(err, QIAO_E_USAGE, "%s needs a value", argv[i]);
        else if (strcmp(argv[i], "--data") == 0)
            out->data = value;
        else if (strcmp(argv[i], "--threads") == 0)
            st = bench_whole(argv[i] + 2, value, 1, 64, &out->threads, err);
        else if (strcmp(argv[i], "--one-slice-of") == 0)
            st = bench_whole(argv[i] + 2, value, 1, QIAO_ALL_PAIRS_SLICES_MAX, &out->slices, err);
        else
            st = qiao_fail(err, QIAO_E_USAGE, "there is no option %s", argv[i]);
    }
    return st == QIAO_OK && out->data == NULL ? qiao_fail(err, QIAO_E_USAGE, "name a data folder: --data DIR") : st;
}

static void
show(uint64_t done, uint64_t total, void *context)
{
    uint64_t *shown = context, now = bench_now_ns();

    if (now - *shown < UINT64_C(10000000000))
        return;
    fprintf(stderr, "%llu of %llu lists\n", (unsigned long long)done, (unsigned long long)total);
    *shown = now;
}

static void
print_result(const all_pairs_options *options, const qiao_manifest *manifest, const qiao_all_pairs_report *report,
             uint64_t bytes)
{
    double lists = (double)(manifest->projects + manifest->needs);

    bench_begin("all-pairs");
    bench_number("projects", (double)manifest->projects);
    bench_number("needs", (double)manifest->needs);
    bench_number("threads", options->threads == 0 ? (double)sysconf(_SC_NPROCESSORS_ONLN) : (double)options->threads);
    bench_number("slices", (double)options->slices);
    bench_number("lists", (double)report->lists);
    bench_number("pairs", (double)report->pairs);
    bench_number("considered", (double)report->considered);
    bench_number("matches", (double)report->matches);
    bench_number("seconds", report->seconds);
    bench_number("pairs_per_second", (double)report->pairs / report->seconds);
    bench_number("lists_per_second", (double)report->lists / report->seconds);
    bench_number("seconds_for_all", report->seconds * lists / (double)report->lists);
    bench_number("file_mib", (double)bytes / 1048576.0);
    bench_end();
}

static qiao_status
run(int argc, char **argv, qiao_error *err)
{
    char path[QIAO_PATH_MAX + 32];
    all_pairs_options options;
    qiao_all_pairs_options work = {0};
    qiao_all_pairs_report report;
    qiao_manifest manifest;
    uint64_t generation = 0, bytes = 0, shown = bench_now_ns();
    qiao_status st = read_options(argc, argv, &options, err);

    if (st == QIAO_OK)
        st = qiao_catalog_current(options.data, &generation, err);
    if (st == QIAO_OK)
        st = qiao_catalog_manifest(options.data, generation, &manifest, err);
    if (st != QIAO_OK)
        return st;
    snprintf(path, sizeof path, "%s/all-pairs.%ld", options.data, (long)getpid());
    work.data_dir = options.data;
    work.threads = (unsigned)options.threads;
    /* a slice from the middle: ids may be in an order that says something */
    work.slice = (uint32_t)(options.slices + 1) / 2;
    work.slices = (uint32_t)options.slices;
    work.out = path;
    work.progress = show;
    work.context = &shown;
    st = qiao_all_pairs(&work, &report, err);
    if (st == QIAO_OK)
        st = qiao_file_size(path, &bytes, err);
    if (st == QIAO_OK)
        print_result(&options, &manifest, &report, bytes);
    unlink(path);
    return st;
}

const bench_command bench_all_pairs = {
    "all-pairs",
    "all-pairs --data DIR [--threads N] [--one-slice-of N]\n"
    "    every need with every project of the served generation, both ways; pairs a second, time, memory\n",
    run};
