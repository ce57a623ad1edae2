/*
 * The lists of one slice of all pairs, made on several threads and written to one file. Used by all_pairs.c for whole
 * runs and slices, and by the build for the generation it stages.
 */
#ifndef QIAO_BATCH_LISTS_H
#define QIAO_BATCH_LISTS_H

#include "qiao/all_pairs.h"
#include "qiao/tables.h"
#include "store/generation_internal.h"

typedef struct qiaoi_lists_job {
    const qiao_generation *generation;
    const qiao_tables *tables;
    const qiao_generation *before; /* an earlier one (or the same) whose lists, if it has some, tell how good a list is
                                      likely to be; NULL = none. It saves work and changes nothing */
    unsigned threads;              /* at least 1 */
    uint32_t slice, slices;        /* 1 and 1 = everything */
    bool part;                     /* to be merged: the header says what it was made from */
    qiao_all_pairs_progress progress;
    void *context;
} qiaoi_lists_job;

/* Header of a slice of a generation's lists, but for what it was made from. */
void qiaoi_lists_header(const qiao_generation *generation, uint32_t slice, uint32_t slices, qiaoi_matches_header *out);
/* What the files of a generation hold, as a number: slices of one generation agree in it. */
uint64_t qiaoi_lists_fingerprint(const qiao_generation *generation);

/* Adds to lists, pairs, considered and matches of the report. No file is left on failure. @return as qiao_all_pairs. */
qiao_status qiaoi_lists_write(const qiaoi_lists_job *job, const char *path, qiao_all_pairs_report *report,
                              qiao_error *err) QIAO_CHECK;

#endif
