/* A whole run or a slice of all pairs over a generation of the catalogue: see qiao/all_pairs.h. */
#include "qiao/all_pairs.h"

#include "batch/lists.h"
#include "batch/target.h"
#include "qiao/processors.h"
#include "qiao/share.h"

#include <string.h>

static qiao_status
check_options(const qiao_all_pairs_options *options, qiao_error *err)
{
    if (options->slices == 0 && options->slice == 0)
        return QIAO_OK;
    if (options->slice == 0 || options->slice > options->slices || options->slices > QIAO_ALL_PAIRS_SLICES_MAX)
        return qiao_fail(err, QIAO_E_USAGE, "a slice is I/N with I from 1 to N and N at most %u, such as 2/8",
                         QIAO_ALL_PAIRS_SLICES_MAX);
    if (options->out == NULL)
        return qiao_fail(err, QIAO_E_USAGE, "a slice goes to a file: name it with --out");
    return QIAO_OK;
}

static qiao_status
run(const qiao_all_pairs_options *options, const qiao_generation *generation, const qiao_tables *tables,
    qiao_all_pairs_report *report, qiao_error *err)
{
    const qiaoi_lists_job job = {.generation = generation,
                                 .before = generation,
                                 .tables = tables,
                                 .threads = options->threads != 0 ? options->threads : qiao_processors(),
                                 .slice = options->slice == 0 ? 1u : options->slice,
                                 .slices = options->slices == 0 ? 1u : options->slices,
                                 .part = options->out != NULL,
                                 .progress = options->progress,
                                 .context = options->context};
    qiaoi_target target;
    qiao_status st = qiaoi_target_open(&target, options, err);

    if (st == QIAO_OK)
        st = qiaoi_lists_write(&job, target.path, report, err);
    if (st == QIAO_OK)
        st = qiaoi_target_finish(&target, qiao_generation_manifest(generation), report, err);
    qiaoi_target_close(&target);
    return st;
}

qiao_status
qiao_all_pairs(const qiao_all_pairs_options *options, qiao_all_pairs_report *report, qiao_error *err)
{
    uint64_t start = qiao_clock_monotonic_us();
    qiao_generation *generation = NULL;
    qiao_tables tables = {0};
    qiao_status st;

    memset(report, 0, sizeof *report);
    st = check_options(options, err);
    if (st == QIAO_OK)
        st = qiaoi_target_source(options, &generation, err);
    if (st == QIAO_OK)
        st = qiao_tables_open(
            &(qiao_tables_options){.vocabulary_dir = options->vocabulary_dir, .data_dir = options->data_dir}, &tables,
            err);
    if (st == QIAO_OK) {
        report->from = qiao_generation_manifest(generation)->generation;
        st = run(options, generation, &tables, report, err);
    }
    qiao_tables_close(&tables);
    qiao_generation_close(generation);
    report->seconds = (double)(qiao_clock_monotonic_us() - start) / 1e6;
    return st;
}
