/*
 * qiao-bench: what its commands share. Each command measures one thing, prints what it does on stderr, and ends with
 * one JSON object on stdout, made with bench_begin, bench_number, bench_text and bench_end, so that results of all
 * commands can be kept and compared together.
 */
#ifndef QIAO_BENCH_BENCH_H
#define QIAO_BENCH_BENCH_H

#include "qiao/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct bench_command {
    const char *name;
    const char *help;                                           /* usage lines, printed by --help */
    qiao_status (*run)(int argc, char **argv, qiao_error *err); /* argv[0] is the name of the command */
} bench_command;

extern const bench_command bench_retrieval;
extern const bench_command bench_analysis;
extern const bench_command bench_all_pairs;
extern const bench_command bench_renewal;
extern const bench_command bench_needs;
extern const bench_command bench_ready;
extern const bench_command bench_serve;
extern const bench_command bench_build;
extern const bench_command bench_update;
extern const bench_command bench_explain;
extern const bench_command bench_suggest;
extern const bench_command bench_suggested;

/* ---- time ---- */

uint64_t bench_now_ns(void);
/* Time that the processor spent on this thread: tells a slow program from a busy machine. */
uint64_t bench_busy_ns(void);

typedef struct bench_times {
    double median, p95, p99, mean;
} bench_times;

/* Sorts values. Zero where there are none. */
bench_times bench_summary(double *values, size_t count);

/* ---- the result ---- */

/* {"bench":NAME and what every result says: commit (of BENCH_COMMIT in the environment), machine, compiler and flags.
 */
void bench_begin(const char *name);
void bench_number(const char *key, double value); /* not a number: null */
void bench_text(const char *key, const char *value);
void bench_times_of(const char *prefix, bench_times times); /* PREFIXmedian_ms, p95, p99 */
void bench_end(void);                                       /* adds peak_memory_mib of this process */

/* ---- a folder to work in ---- */

/* Makes a new one below TMPDIR (/tmp). folder: of QIAO_PATH_MAX bytes. QIAO_E_IO. */
qiao_status bench_folder_make(char *folder, qiao_error *err) QIAO_CHECK;
/* With all that is in it; where that fails, stderr says so. */
void bench_folder_remove(const char *folder);

/* ---- options ---- */

/* A whole number between least and most. QIAO_E_USAGE names the option. */
qiao_status bench_whole(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *out,
                        qiao_error *err) QIAO_CHECK;

#endif
