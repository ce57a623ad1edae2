/*
 * vectors.bin: the int8 vectors of one generation, and exact search over them. Little-endian, one mapping, written once.
 *
 *   qiaoi_vectors_header (256 bytes)
 *   qiaoi_vector_entry[documents[0]], then [documents[1]]    what the vector was made of, for reuse by the next build
 *   float scales[documents[0]], then [documents[1]]          0 = no vector
 *   padding to 64 bytes
 *   int8 rows[documents[0]][stride], then [documents[1]]     zeros where there is no vector (a hole in the file)
 *
 * Sides and document numbers are those of the generation. A vector x is scaled to length 1 and stored as round(x / scale), scale = max |x| / 127, so the
 * cosine of two records is dot(rows) * scale * scale, off by at most about (scale1 + scale2) / 2 * sqrt(dimension) (see tests/unit/test_dense.c).
 *
 * Everything is checked at opening: sizes, header, and the checksum of the whole, which costs one pass over the file; a search costs the same.
 */
#ifndef QIAO_DENSE_VECTORS_H
#define QIAO_DENSE_VECTORS_H

#include "dense/kernels.h"
#include "qiao/dense.h"
#include "qiao/memory.h"

#define QIAOI_VECTORS_MAGIC "QIAOVEC"
#define QIAOI_VECTORS_VERSION 1u
#define QIAOI_VECTORS_NAME "vectors.bin"

typedef struct qiaoi_vectors_header {
    char magic[8];
    uint32_t version;
    uint32_t dimension;
    uint32_t stride;          /* dimension rounded up to QIAOI_DENSE_ALIGN */
    uint32_t documents[2];
    uint32_t vectors[2];      /* documents with a vector */
    uint32_t refused[2];
    uint32_t zero;
    char space[QIAO_DENSE_SPACE_MAX];
    uint64_t size;            /* of the file */
    uint64_t checksum;        /* of everything behind the header */
    unsigned char reserved[56];
    uint64_t header_checksum; /* of the header up to here */
} qiaoi_vectors_header;

typedef struct qiaoi_vector_entry {
    uint64_t record_hash;  /* of the record's canonical JSON */
    uint64_t text_hash[2]; /* of the embedded text */
    uint32_t state;        /* qiao_embed_state */
    uint32_t zero;
} qiaoi_vector_entry;

typedef struct qiaoi_vectors qiaoi_vectors;

/* ---- reading: immutable, shared by threads ---- */

/* QIAO_E_NOTFOUND, QIAO_E_CORRUPT (cut, damaged), QIAO_E_VERSION, QIAO_E_IO, QIAO_E_NOMEM. */
qiao_status qiaoi_vectors_open(const char *path, qiaoi_vectors **out, qiao_error *err) QIAO_CHECK;
void qiaoi_vectors_close(qiaoi_vectors *vectors);
const qiaoi_vectors_header *qiaoi_vectors_about(const qiaoi_vectors *vectors);
const qiaoi_vector_entry *qiaoi_vectors_entry(const qiaoi_vectors *vectors, unsigned side, uint32_t docid);
/* The vector of a document, or NULL where it has none; *scale_out its scale. */
const int8_t *qiaoi_vectors_row(const qiaoi_vectors *vectors, unsigned side, uint32_t docid, float *scale_out);
/* All of a side, as they stand in the file. */
const float *qiaoi_vectors_scales(const qiaoi_vectors *vectors, unsigned side);
const int8_t *qiaoi_vectors_rows(const qiaoi_vectors *vectors, unsigned side);
/* Has enough of a side a vector for its ranking to be fair? */
static inline bool
qiaoi_vectors_enough(uint64_t vectors, uint64_t documents)
{
    return vectors > 0 && vectors * 100u >= documents * QIAO_DENSE_COVERAGE;
}
bool qiaoi_vectors_served(const qiaoi_vectors *vectors, unsigned side);

/* ---- search ---- */

typedef struct qiaoi_dense_hit {
    uint32_t docid;
    float similarity; /* cosine of the stored vectors */
    double key;       /* what is compared: dot * scale */
} qiaoi_dense_hit;

/*
 * The `limit` most similar documents of a side, most similar first, ties by docid; exact over the stored vectors. row and scale: a vector of the same
 * space. filter: NULL or a bit per document. hits: room for `limit`.
 */
qiao_status qiaoi_dense_search(const qiaoi_vectors *vectors, unsigned side, const int8_t *row, float scale, const uint64_t *filter, size_t limit,
                               qiaoi_dense_hit *hits, size_t *count_out, qiao_error *err) QIAO_CHECK;

/* Scales x to length 1 and rounds. row: stride bytes, the rest filled with zeros. false (row all zero) where x is not finite or has no length. */
bool qiaoi_quantise(const float *x, uint32_t dimension, size_t stride, int8_t *row, float *scale_out);
uint32_t qiaoi_vectors_stride(uint32_t dimension);

/* ---- writing: one thread ---- */

typedef struct qiaoi_vectors_writer qiaoi_vectors_writer;

/* documents[2]: how many each side has. Every document starts without a vector. */
qiao_status qiaoi_vectors_writer_open(const char *path, const char *space, uint32_t dimension, const uint32_t documents[2], qiaoi_vectors_writer **out,
                                      qiao_error *err) QIAO_CHECK;
/* Once for a document, in any order. row (stride bytes) and scale where entry->state is QIAO_EMBED_DONE, else NULL and 0. */
qiao_status qiaoi_vectors_writer_put(qiaoi_vectors_writer *writer, unsigned side, uint32_t docid, const qiaoi_vector_entry *entry, const int8_t *row,
                                     float scale, qiao_error *err) QIAO_CHECK;
/* Checksums and header, which is written last and synced; frees writer in every case and removes the file on failure. */
qiao_status qiaoi_vectors_writer_finish(qiaoi_vectors_writer *writer, qiao_error *err) QIAO_CHECK;
void qiaoi_vectors_writer_abort(qiaoi_vectors_writer *writer); /* removes the file; NULL is fine */

/* ---- shared by reader and writer ---- */

typedef struct qiaoi_vectors_layout {
    uint64_t entries[2], scales[2], rows[2], size;
} qiaoi_vectors_layout;
void qiaoi_vectors_lay_out(const qiaoi_vectors_header *header, qiaoi_vectors_layout *out);
#define QIAOI_VECTORS_PIECE ((size_t)1 << 20) /* the checksum is chained over pieces of this size, from the end of the header */
uint64_t qiaoi_vectors_header_checksum(const qiaoi_vectors_header *header);

#endif
