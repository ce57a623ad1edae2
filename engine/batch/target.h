/*
 * Where lists that are made after the build go: a file of the caller's choice, or a new generation that shares the
 * other files of the one that was matched. Used by all_pairs.c and merge.c; one at a time, under DIR/indexer.lock where
 * it is a generation.
 */
#ifndef QIAO_BATCH_TARGET_H
#define QIAO_BATCH_TARGET_H

#include "qiao/all_pairs.h"
#include "qiao/file.h"
#include "qiao/generation.h"

typedef struct qiaoi_target {
    const qiao_all_pairs_options *options;
    qiao_lock *lock;
    char staged[QIAO_PATH_MAX];
    bool have_stage;
    char path[QIAO_PATH_MAX + 32]; /* write the lists here */
} qiaoi_target;

/* Opens the generation that options name. */
qiao_status qiaoi_target_source(const qiao_all_pairs_options *options, qiao_generation **out,
                                qiao_error *err) QIAO_CHECK;

/* Makes room: afterwards path says where to write. @return as qiao_all_pairs. */
qiao_status qiaoi_target_open(qiaoi_target *target, const qiao_all_pairs_options *options, qiao_error *err) QIAO_CHECK;
/* The lists are there: installs and publishes, where a generation is wanted. manifest: of the generation matched. */
qiao_status qiaoi_target_finish(qiaoi_target *target, const qiao_manifest *manifest, qiao_all_pairs_report *report,
                                qiao_error *err) QIAO_CHECK;
/* Ends what is left of it, in every case. */
void qiaoi_target_close(qiaoi_target *target);

#endif
