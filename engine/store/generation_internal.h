/* What engine/match sees of an open generation beyond qiao/generation.h: its postings. */
#ifndef QIAO_STORE_GENERATION_INTERNAL_H
#define QIAO_STORE_GENERATION_INTERNAL_H

#include "qiao/generation.h"
#include "store/generation_format.h"

/* Ranges of a side, in order of docid; immutable. */
const qiaoi_postings *qiaoi_generation_postings(const qiao_generation *generation, qiao_kind kind, size_t *ranges_out);

#endif
