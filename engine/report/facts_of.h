/*
 * The facts of one record of a generation, aligned. Used by what counts over whole catalogues.
 *
 * Lifetime: the block belongs to the reader until its next read.
 */
#ifndef QIAO_REPORT_FACTS_OF_H
#define QIAO_REPORT_FACTS_OF_H

#include "facts/facts.h"
#include "qiao/generation.h"

typedef struct qiaoi_facts_reader {
    const qiao_generation *generation;
    uint64_t *block;
    size_t room; /* words */
} qiaoi_facts_reader;

/* QIAO_E_CORRUPT, QIAO_E_NOMEM. */
qiao_status qiaoi_facts_of(qiaoi_facts_reader *reader, qiao_kind kind, uint32_t docid, const qiaoi_facts **out,
                           qiao_error *err) QIAO_CHECK;
void qiaoi_facts_reader_done(qiaoi_facts_reader *reader);

#endif
