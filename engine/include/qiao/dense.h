/*
 * The dense channel: one vector per record from a multilingual embedding model, kept beside the matching postings and
 * fused with the ranking by terms.
 *
 * Optional and off by default. The engine has no network: whoever builds (qiao-indexer) hands in a qiao_embedder that
 * turns texts into vectors. A generation with vectors holds vectors.bin; free text has no vector, so the channel serves
 * stored needs and projects only.
 *
 * What keeps a partial or damaged channel from ranking wrongly:
 *   - all vectors of a generation are of one space (model, endpoint, text recipe); a vector of another space is never
 * taken over;
 *   - a side of the catalogue is served densely only while at least QIAO_DENSE_COVERAGE per cent of its records have a
 * vector;
 *   - a record without a vector is unknown to the channel, not last: in the fusion it keeps the rank it has by terms;
 *   - a vectors.bin that is damaged, cut or of another shape is left out as a whole, and the generation says so
 * (qiao_generation_dense).
 */
#ifndef QIAO_DENSE_H
#define QIAO_DENSE_H

#include "qiao/record.h"
#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_DENSE_DIMENSION_MAX 8192u
#define QIAO_DENSE_SPACE_MAX 128u /* bytes of the name of a vector space, with its NUL */
#define QIAO_DENSE_COVERAGE 90u   /* per cent */
#define QIAO_EMBED_TEXT_MAX 8000u /* bytes of a record's text that are embedded; cut at a character */

typedef enum qiao_embed_state {
    QIAO_EMBED_FAILED, /* no vector this time; asked for again by the next build */
    QIAO_EMBED_DONE,   /* its vector is filled in */
    QIAO_EMBED_REFUSED /* the service does not take this text; not asked for again until the text changes */
} qiao_embed_state;

typedef struct qiao_embed_text {
    qiao_kind kind;
    const char *text; /* UTF-8, NUL-terminated */
    size_t length;
} qiao_embed_text;

/*
 * Vectors of texts: fills states[i] and, where that is QIAO_EMBED_DONE, vectors[i * dimension ...] (finite, not all
 * zero; any length).
 * @return QIAO_OK; anything else ends the channel's work in this build: err says why, the states that were filled in
 * hold all the same (they start as QIAO_EMBED_FAILED).
 */
typedef qiao_status (*qiao_embed)(const qiao_embed_text *texts, size_t count, float *vectors, qiao_embed_state *states,
                                  void *context, qiao_error *err);

typedef struct qiao_embedder {
    qiao_embed embed; /* NULL: asked for but not to be had; fault says why. Vectors of unchanged texts are taken over
                         all the same */
    void *context;
    const char *space; /* names the vector space: same space, comparable vectors. NULL (only without embed): not known,
                          nothing is taken over */
    uint32_t dimension;
    uint32_t batch;          /* texts handed over at a time; 0 = 256 */
    const qiao_error *fault; /* where embed is NULL */
} qiao_embedder;

typedef struct qiao_dense_info {
    bool present; /* the generation has readable vectors */
    char space[QIAO_DENSE_SPACE_MAX];
    uint32_t dimension;
    uint32_t documents[2], vectors[2], refused[2]; /* by qiao_kind */
    bool served[2];                                /* enough of the side has vectors */
    const char *kernel;      /* which instructions compute: "avx512vnni", "avx512", "avx2", "plain" */
    const qiao_error *fault; /* why there are none although there is a file; NULL = no fault */
} qiao_dense_info;

#ifdef __cplusplus
}
#endif
#endif
