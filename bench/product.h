/* A synthetic corpus as a generation, by the index writer and the lexicon of the product, and its queries as the
 * matcher's. */
#ifndef QIAO_BENCH_PRODUCT_H
#define QIAO_BENCH_PRODUCT_H

#include "match/query.h"
#include "synthetic.h"

/* Writes FOLDER/lexicon.bin and FOLDER/records.mdb with the records as projects, and opens them. seconds_out: what the
 * writing took. */
qiao_status bench_product_build(const synthetic *corpus, const char *folder, qiao_generation **out, double *seconds_out,
                                qiao_error *err) QIAO_CHECK;

/* One group a term, weighted by the query's weight and the term's inverse document frequency. query: initialised. */
void bench_product_query(const synthetic *corpus, uint32_t number, qiaoi_query *query);

#endif
