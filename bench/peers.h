/* Other engines as programs: they read what synthetic_export wrote and leave a run for each of their ways to search. */
#ifndef QIAO_BENCH_PEERS_H
#define QIAO_BENCH_PEERS_H

#include "bench.h"

typedef struct bench_run {
    uint32_t queries, hits;
    double *times_ms;    /* [queries] */
    double *busy_ms;     /* [queries] of the processor alone; zero where it is not known */
    uint32_t *documents; /* [queries][hits], UINT32_MAX past the last */
} bench_run;

/* Builds an index of FOLDER/corpus.bin and asks it all queries. name: "xapian" or "lucene". QIAO_E_NOTFOUND where the
 * peer or its runtime is not installed; QIAO_E_IO where it failed. */
qiao_status bench_peer_run(const char *name, const char *folder, uint32_t hits, qiao_error *err) QIAO_CHECK;

/* FOLDER/NAME.run: one line a query, milliseconds, a tab, document numbers by falling score. QIAO_E_INPUT. */
qiao_status bench_run_read(const char *folder, const char *name, uint32_t queries, uint32_t hits, bench_run *out,
                           qiao_error *err) QIAO_CHECK;
qiao_status bench_run_init(bench_run *run, uint32_t queries, uint32_t hits, qiao_error *err) QIAO_CHECK;
void bench_run_done(bench_run *run);

/* Mean share of a's documents that are in b's too. */
double bench_run_overlap(const bench_run *a, const bench_run *b);

#endif
