/* The vectors of a generation, for engine/store/generation.c. */
#ifndef QIAO_STORE_GENERATION_DENSE_H
#define QIAO_STORE_GENERATION_DENSE_H

#include "dense/vectors.h"

/*
 * Opens FOLDER/vectors.bin for sides of that many documents. Where there is none: QIAO_OK and NULL. Where it cannot be
 * used: QIAO_OK, NULL, and fault says why; the rest of the generation is served. Only QIAO_E_NOMEM is a failure.
 */
qiao_status qiaoi_generation_dense_open(const char *folder, const uint32_t documents[2], qiaoi_vectors **out,
                                        qiao_error *fault, qiao_error *err) QIAO_CHECK;

/* vectors may be NULL. */
void qiaoi_generation_dense_info(const qiaoi_vectors *vectors, const qiao_error *fault, qiao_dense_info *out);

#endif
