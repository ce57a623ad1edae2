/*
 * The stage of the build that gives records their vectors: taken over from an older generation where the text is the same, asked for otherwise.
 *
 * Nothing that happens here fails the build. Vectors of another space are never mixed in; what could not be embedded is left without one and counted.
 */
#ifndef QIAO_INDEXING_EMBED_H
#define QIAO_INDEXING_EMBED_H

#include "dense/vectors.h"
#include "indexing/corpus.h"

/* Writes PATH (vectors.bin of the staged generation) where there is at least one vector, and fills the dense_ fields of report. */
void qiaoi_corpus_embed(const qiaoi_corpus *corpus, const qiao_build_options *options, const char *path, qiao_build_report *report);

/* Would a build of unchanged records leave the vectors of that generation as they are? Notes a fault of the embedder in the report. */
bool qiaoi_embed_settled(const qiao_build_options *options, uint64_t generation, qiao_build_report *report);

/* The text of a record that is embedded: title, summary, problem, description, then the rest, at most QIAO_EMBED_TEXT_MAX bytes. Replaces out. */
qiao_status qiaoi_embed_text(const qiao_record *record, qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/* ---- vectors of an older generation, found by what they were made of ---- */

typedef struct qiaoi_vector_reuse qiaoi_vector_reuse;

/* From the newest generation with readable vectors of that space and dimension; NULL where there is none. Only QIAO_E_NOMEM is a failure. */
qiao_status qiaoi_vector_reuse_open(const char *data_dir, const char *space, uint32_t dimension, qiaoi_vector_reuse **out, qiao_error *err) QIAO_CHECK;
void qiaoi_vector_reuse_close(qiaoi_vector_reuse *reuse); /* NULL is fine */
/* Done or refused, of that side; NULL where there is none. *row_out is NULL for a refused one. text_hash NULL: by record_hash alone. reuse may be NULL. */
const qiaoi_vector_entry *qiaoi_vector_reuse_find(const qiaoi_vector_reuse *reuse, unsigned side, uint64_t record_hash, const uint64_t *text_hash,
                                                  const int8_t **row_out, float *scale_out);

#define QIAOI_EMBED_RECIPE 1u /* of qiaoi_embed_text; seeds the record hash, so that another recipe is noticed */

#endif
