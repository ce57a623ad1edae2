/*
 * All pairs: every need against every project and every project against every need, the best 50 of each kept in the
 * generation, so that lists are read instead of searched.
 *
 * Both ways are searches of their own: a need asks the projects, a project asks the needs. What a project's page shows
 * is then what matching that project would give, a project that no need ranks high still has its list, and each list
 * can be made without the others, which is what lets slices run on many machines.
 *
 * A generation is immutable: matches made after its build go into a new generation that shares its other files (hard
 * links), and the lists of slices are put together to exactly the file that one run writes.
 *
 * Threads: each has a matcher of its own; nothing is shared but the number of the next document. Memory: a matcher a
 * thread (the process took 255 MiB at 100,000 x 20,000 with two, mapped files included: bench/results), whatever the
 * catalogue; lists go to the file as they are made.
 */
#ifndef QIAO_ALL_PAIRS_H
#define QIAO_ALL_PAIRS_H

#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_ALL_PAIRS_SLICES_MAX 10000u

/* done of total documents that got their list; from any thread, one at a time. */
typedef void (*qiao_all_pairs_progress)(uint64_t done, uint64_t total, void *context);

typedef struct qiao_all_pairs_options {
    const char *data_dir;
    uint64_t generation;        /* 0 = the served one */
    const char *vocabulary_dir; /* NULL = from the share folder */
    unsigned threads;           /* 0 = processors */
    uint32_t slice, slices;     /* 0 and 0 = everything; else slice 1..slices */
    const char *out;            /* file for the lists; NULL = into a new generation (only for everything) */
    bool no_publish;
    unsigned keep;                    /* generations kept afterwards; 0 = 5 */
    qiao_all_pairs_progress progress; /* may be NULL */
    void *context;
} qiao_all_pairs_options;

typedef struct qiao_all_pairs_report {
    uint64_t generation; /* the new one; 0 where a file was written */
    uint64_t from;       /* the one that was matched */
    uint64_t lists;      /* written */
    uint64_t searched;   /* of them; the others were renewed from an earlier generation's, or can only be empty */
    uint64_t pairs;      /* records of the other side for each of them: what was to be looked at */
    uint64_t considered; /* of them, those that may be in a list: published */
    uint64_t matches;    /* rows of the lists */
    bool published;
    double seconds;
} qiao_all_pairs_report;

/*
 * @return QIAO_OK; QIAO_E_USAGE (a slice that cannot be, a slice without a file); QIAO_E_NOTFOUND (no generation);
 * QIAO_E_LOCKED; QIAO_E_NOSPACE; QIAO_E_IO; QIAO_E_NOMEM; QIAO_E_CORRUPT. On failure no file is left and the catalogue
 * is as it was.
 */
QIAO_EXPORT qiao_status qiao_all_pairs(const qiao_all_pairs_options *options, qiao_all_pairs_report *report,
                                       qiao_error *err) QIAO_CHECK;

/*
 * Puts the files of all slices together, in any order; into options->out or a new generation. options->slice does not
 * count. @return as above; QIAO_E_INPUT (a slice is missing or there twice; a slice of another generation), named.
 */
QIAO_EXPORT qiao_status qiao_all_pairs_merge(const qiao_all_pairs_options *options, const char *const *files,
                                             size_t count, qiao_all_pairs_report *report, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
