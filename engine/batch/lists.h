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
    const char *candidates_before; /* what before's lists were chosen from (store/candidates.h): lists are renewed where
                                      that is possible; NULL = every list is searched. The same lists either way */
    const char *candidates;        /* where to write what these are chosen from; NULL = nowhere. Only of a whole run */
    uint64_t program;              /* hash of the running program, for both */
    const uint64_t *changed[2];    /* by side, a bit per document that counts as changed in any case; NULL = none */
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

/* Adds to lists, searched, pairs, considered and matches of the report. No file is left on failure; candidates that
 * cannot be written are left out. @return as qiao_all_pairs. */
qiao_status qiaoi_lists_write(const qiaoi_lists_job *job, const char *path, qiao_all_pairs_report *report,
                              qiao_error *err) QIAO_CHECK;

#endif
