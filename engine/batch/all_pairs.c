/* A whole run or a slice of all pairs over a generation of the catalogue: see qiao/all_pairs.h. */
#include "qiao/all_pairs.h"

#include "batch/lists.h"
#include "batch/target.h"
#include "qiao/share.h"

#include <string.h>
#include <unistd.h>

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
open_vocabulary(const qiao_all_pairs_options *options, qiao_vocabulary **out, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    qiao_status st;

    if (options->vocabulary_dir != NULL)
        return qiao_vocabulary_open(options->vocabulary_dir, out, err);
    st = qiao_share_path("vocab", path, err);
    return st == QIAO_OK ? qiao_vocabulary_open(path, out, err) : st;
}

static unsigned
thread_count(unsigned wanted)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    return wanted != 0 ? wanted : processors > 0 ? (unsigned)processors : 1u;
}

static qiao_status
run(const qiao_all_pairs_options *options, const qiao_generation *generation, const qiao_vocabulary *vocabulary,
    qiao_all_pairs_report *report, qiao_error *err)
{
    const qiaoi_lists_job job = {.generation = generation,
                                 .vocabulary = vocabulary,
                                 .threads = thread_count(options->threads),
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
    qiao_vocabulary *vocabulary = NULL;
    qiao_status st;

    memset(report, 0, sizeof *report);
    st = check_options(options, err);
    if (st == QIAO_OK)
        st = qiaoi_target_source(options, &generation, err);
    if (st == QIAO_OK)
        st = open_vocabulary(options, &vocabulary, err);
    if (st == QIAO_OK) {
        report->from = qiao_generation_manifest(generation)->generation;
        st = run(options, generation, vocabulary, report, err);
    }
    qiao_vocabulary_close(vocabulary);
    qiao_generation_close(generation);
    report->seconds = (double)(qiao_clock_monotonic_us() - start) / 1e6;
    return st;
}
