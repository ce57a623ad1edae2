/* What engine/match sees of an open generation beyond qiao/generation.h: its postings and its vectors. */
#ifndef QIAO_STORE_GENERATION_INTERNAL_H
#define QIAO_STORE_GENERATION_INTERNAL_H

#include "dense/vectors.h"
#include "qiao/generation.h"
#include "store/generation_format.h"

/* Ranges of a side, in order of docid; immutable. */
const qiaoi_postings *qiaoi_generation_postings(const qiao_generation *generation, qiao_kind kind, size_t *ranges_out);

/* The vectors of both sides, or NULL; immutable. */
const qiaoi_vectors *qiaoi_generation_vectors(const qiao_generation *generation);

#endif
