/*
 * Vectors of texts from a service that speaks the common /v1/embeddings JSON: {"model", "input": [..]} to {"data": [{"index", "embedding": [..]}]}.
 * The qiao_embedder (qiao/dense.h) of a build.
 *
 * The file embeddings.json:
 *   url                  required   "https://host/v1/embeddings"; plain http only together with allow_private
 *   model                required
 *   dimension            required   numbers in a vector; another number in an answer ends the work
 *   key_file             optional   its first line goes into "Authorization: Bearer"; relative to the folder of embeddings.json
 *   batch                32         texts in a request
 *   timeout_seconds      60         of one request
 *   retries              4          after the first try, with growing pauses
 *   retry_after_seconds  120        longest pause the service may ask for (Retry-After); asked for more, the work ends
 *   budget_seconds       3600       of the whole work in one build; what is left then is asked for by the next build
 *   allow_private        false      the service runs in the operator's own network
 *   ca_file              optional   PEM certificates to trust; relative as key_file
 *   need_prefix, project_prefix     put before each text, for models that want it ("query: ", "passage: ")
 *   space                optional   name of the vector space; without it: model, url and prefixes. Give it to move the service without a new start
 *
 * What the service answers decides what follows: 429, 408, 425, 5xx, timeouts and broken connections are tried again; 400, 413 and 422 lead to the one
 * text that is not taken, by halving the batch; everything else that is not 200 ends the work, as do two batches in a row without an answer.
 */
#ifndef QIAO_INDEXER_EMBEDDINGS_H
#define QIAO_INDEXER_EMBEDDINGS_H

#include "qiao/dense.h"
#include "qiao/memory.h"

#define QIAOI_EMBEDDINGS_FILE "embeddings.json"

typedef struct qiaoi_embeddings_config {
    char *url, *model, *key, *ca_file; /* key, ca_file: NULL = none */
    char *prefix[2];                   /* by qiao_kind; "" = none */
    char space[QIAO_DENSE_SPACE_MAX];
    uint32_t dimension, batch, timeout_seconds, retries, retry_after_seconds, budget_seconds;
    bool allow_private;
    qiao_error key_fault;              /* the key file cannot be used; everything else is good */
} qiaoi_embeddings_config;

/* QIAO_E_INPUT names file and field, QIAO_E_NOTFOUND, QIAO_E_IO, QIAO_E_NOMEM. */
qiao_status qiaoi_embeddings_config_read(const char *path, qiaoi_embeddings_config **out, qiao_error *err) QIAO_CHECK;
void qiaoi_embeddings_config_free(qiaoi_embeddings_config *config); /* wipes the key; NULL is fine */

/* Time, so that tests need not wait. NULL = the real one. */
typedef struct qiaoi_embeddings_clock {
    uint64_t (*now_ms)(void *context);
    void (*sleep_ms)(uint64_t ms, void *context);
    void *context;
} qiaoi_embeddings_clock;

typedef struct qiaoi_embeddings qiaoi_embeddings;

/* A configuration that cannot be used is no failure: the embedder then has no function, and its fault says why. Only QIAO_E_NOMEM fails. */
qiao_status qiaoi_embeddings_open(const char *config_path, const qiaoi_embeddings_clock *clock, qiaoi_embeddings **out, qiao_error *err) QIAO_CHECK;
void qiaoi_embeddings_close(qiaoi_embeddings *embeddings); /* NULL is fine */
/* For qiao_build_options; lives until close. One thread. */
const qiao_embedder *qiaoi_embeddings_embedder(const qiaoi_embeddings *embeddings);
/* Requests sent so far. */
uint64_t qiaoi_embeddings_requests(const qiaoi_embeddings *embeddings);

/*
 * Reads an answer for `count` texts. A vector that is empty, all zero, or holds something that is no finite number, makes its text
 * QIAO_EMBED_REFUSED.
 * @return QIAO_OK; QIAO_E_INPUT: no JSON, or not one vector for each text; QIAO_E_REFUSED: vectors of another dimension.
 */
qiao_status qiaoi_embeddings_read_answer(const char *json, size_t length, size_t count, uint32_t dimension, float *vectors, qiao_embed_state *states,
                                         qiao_error *err) QIAO_CHECK;

#endif
