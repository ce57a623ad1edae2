/*
 * One generation, open for reading: records, tags, matching postings, lexicon. Written once by the build, never
 * changed.
 *
 * Documents of each side are numbered 0..count-1 in ascending order of their id (byte order), so order of docid is
 * order of id.
 *
 * Lifetime and threads: qiao_generation is immutable and shared by threads; every function may be called from any of
 * them. Pointers returned live until qiao_generation_close.
 */
#ifndef QIAO_GENERATION_H
#define QIAO_GENERATION_H

#include "qiao/catalog.h"
#include "qiao/dense.h"
#include "qiao/lexicon.h"
#include "qiao/record.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_generation qiao_generation;

/* Open generation NUMBER of the data folder. QIAO_E_NOTFOUND, QIAO_E_CORRUPT (names the file and what to do),
 * QIAO_E_VERSION. */
QIAO_EXPORT qiao_status qiao_generation_open(const char *data_dir, uint64_t number, qiao_generation **out,
                                             qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_generation_close(qiao_generation *generation);

QIAO_EXPORT const qiao_manifest *qiao_generation_manifest(const qiao_generation *generation);
QIAO_EXPORT const char *qiao_generation_folder(const qiao_generation *generation);
QIAO_EXPORT const qiao_lexicon *qiao_generation_lexicon(const qiao_generation *generation);

QIAO_EXPORT uint32_t qiao_generation_count(const qiao_generation *generation, qiao_kind kind);
/* Record id of a document; NULL past the end. */
QIAO_EXPORT const char *qiao_generation_id(const qiao_generation *generation, qiao_kind kind, uint32_t docid);
QIAO_EXPORT qiao_status qiao_generation_find(const qiao_generation *generation, qiao_kind kind, const char *id,
                                             uint32_t *docid_out, qiao_error *err) QIAO_CHECK;
/* Canonical JSON of a document, appended to out. */
QIAO_EXPORT qiao_status qiao_generation_json(const qiao_generation *generation, qiao_kind kind, uint32_t docid,
                                             qiao_buffer *out, qiao_error *err) QIAO_CHECK;

/*
 * Set of documents that pass filters, as 64-bit words (bit docid & 63 of word docid >> 6), (count + 63) / 64 of them.
 * filters: "name:value" tags ("country:DE", "field:energy", "group:EU"); alternatives inside one string by '|'; all
 * strings must hold. An unknown tag passes nothing. @return words owned by the caller (qiao_free), *passing_out how
 * many bits are set.
 */
QIAO_EXPORT qiao_status qiao_generation_filter(const qiao_generation *generation, qiao_kind kind,
                                               const char *const *filters, size_t count, uint64_t **words_out,
                                               uint64_t *passing_out, qiao_error *err) QIAO_CHECK;

/* What the generation has of the dense channel (qiao/dense.h). A damaged vectors.bin is left out with a fault;
 * everything else is served. */
QIAO_EXPORT void qiao_generation_dense(const qiao_generation *generation, qiao_dense_info *out);

#ifdef __cplusplus
}
#endif
#endif
