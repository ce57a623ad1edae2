/*
 * A seeded corpus and weighted queries as numbers of terms: the same for every engine that is measured.
 *
 * Words follow Zipf's law with Mandelbrot's offset; each record has one of SYNTHETIC_TOPICS topics, from whose own
 * words half of its text comes. Lengths are log-normal around 120 words. Queries ask for one topic: half of their terms
 * are its words, all distinct, weights from .5 to 2.
 */
#ifndef QIAO_BENCH_SYNTHETIC_H
#define QIAO_BENCH_SYNTHETIC_H

#include "qiao/status.h"

#include <stdbool.h>
#include <stdint.h>

#define SYNTHETIC_TERMS 200000u
#define SYNTHETIC_TOPICS 200u
#define SYNTHETIC_LENGTH_MAX 600u

typedef struct synthetic_term {
    uint32_t term;
    float weight;
} synthetic_term;

typedef struct synthetic {
    uint32_t records;
    uint64_t *starts;  /* [records + 1] into entries */
    uint32_t *entries; /* term << 8 | times, ascending in each record */
    uint32_t *lengths; /* words of each record */
    uint32_t *df;      /* [SYNTHETIC_TERMS] */
    double mean_length;
    uint32_t query_count, query_terms;
    synthetic_term *queries; /* [query_count][query_terms], ascending by term */
} synthetic;

typedef struct synthetic_options {
    uint32_t records, queries, query_terms; /* query_terms at most 200 */
    uint64_t seed;
    bool by_topic; /* records of a topic stand together */
} synthetic_options;

/* QIAO_E_NOMEM. */
qiao_status synthetic_make(const synthetic_options *options, synthetic *out, qiao_error *err) QIAO_CHECK;
void synthetic_done(synthetic *corpus);

/* Of records and queries. */
void synthetic_hash(const synthetic *corpus, char hex_out[33]);

/*
 * For the peers: FOLDER/corpus.bin (u32 records; for each u32 count and its entries; little-endian) and
 * FOLDER/queries.tsv (one query a line, term:weight separated by blanks).
 */
qiao_status synthetic_export(const synthetic *corpus, const char *folder, qiao_error *err) QIAO_CHECK;

#endif
