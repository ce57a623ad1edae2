/* The facts of one record of a generation, in place. Used by what counts over whole catalogues. */
#ifndef QIAO_REPORT_FACTS_OF_H
#define QIAO_REPORT_FACTS_OF_H

#include "facts/facts.h"
#include "qiao/generation.h"

/* *out: as long as the generation is open. QIAO_E_CORRUPT. */
qiao_status qiaoi_facts_of(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const qiaoi_facts **out,
                           qiao_error *err) QIAO_CHECK;

#endif
