/* A file, or a staged generation: see target.h. */
#include "batch/target.h"

#include "store/catalog_folder.h"
#include "store/matches.h"

#include <stdio.h>
#include <string.h>

#define KEEP_DEFAULT 5u

qiao_status
qiaoi_target_source(const qiao_all_pairs_options *options, qiao_generation **out, qiao_error *err)
{
    uint64_t number = options->generation;
    qiao_status st = number != 0 ? QIAO_OK : qiao_catalog_current(options->data_dir, &number, err);

    *out = NULL;
    return st == QIAO_OK ? qiao_generation_open(options->data_dir, number, out, err) : st;
}

static qiao_status
take_lock(qiaoi_target *target, qiao_error *err)
{
    char path[QIAO_PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/indexer.lock", target->options->data_dir);

    if (n < 0 || (size_t)n >= sizeof path)
        return qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", target->options->data_dir);
    return qiao_lock_take(path, &target->lock, err);
}

qiao_status
qiaoi_target_open(qiaoi_target *target, const qiao_all_pairs_options *options, qiao_error *err)
{
    uint64_t number;
    qiao_status st;

    memset(target, 0, sizeof *target);
    target->options = options;
    if (options->out != NULL) {
        int n = snprintf(target->path, sizeof target->path, "%s", options->out);

        return n < 0 || n >= QIAO_PATH_MAX
                   ? qiao_fail(err, QIAO_E_LIMIT, "the path is longer than 4,095 bytes: %.80s...", options->out)
                   : QIAO_OK;
    }
    st = take_lock(target, err);
    if (st == QIAO_OK)
        st = qiao_catalog_stage(options->data_dir, target->staged, &number, err);
    target->have_stage = st == QIAO_OK;
    if (st == QIAO_OK)
        snprintf(target->path, sizeof target->path, "%s/%s", target->staged, QIAOI_MATCHES_NAME);
    return st;
}

static qiao_status
publish(const qiaoi_target *target, uint64_t generation, qiao_all_pairs_report *report, qiao_error *err)
{
    const qiao_all_pairs_options *options = target->options;
    size_t removed = 0;
    qiao_status st = qiao_catalog_publish(options->data_dir, generation, err);

    report->published = st == QIAO_OK;
    if (st == QIAO_OK)
        st = qiao_catalog_prune(options->data_dir, options->keep == 0 ? KEEP_DEFAULT : options->keep, &removed, err);
    return st;
}

/* The records are of the same day as before, so the new generation keeps it. */
qiao_status
qiaoi_target_finish(qiaoi_target *target, const qiao_manifest *manifest, qiao_all_pairs_report *report, qiao_error *err)
{
    qiao_manifest new = *manifest;
    qiao_status st;

    if (target->options->out != NULL)
        return QIAO_OK;
    st = qiaoi_catalog_link(target->options->data_dir, manifest, QIAOI_MATCHES_NAME, target->staged, err);
    if (st != QIAO_OK)
        return st;
    new.parent = manifest->generation;
    new.generation = 0;
    target->have_stage = false;
    st = qiao_catalog_install(target->options->data_dir, target->staged, &new, err);
    if (st == QIAO_OK)
        report->generation = new.generation;
    return st == QIAO_OK && !target->options->no_publish ? publish(target, new.generation, report, err) : st;
}

void
qiaoi_target_close(qiaoi_target *target)
{
    if (target->have_stage && qiao_file_remove_tree(target->staged, NULL) != QIAO_OK)
        target->have_stage = false; /* a leftover: the next qiao_catalog_stage removes it */
    qiao_lock_release(target->lock);
}
