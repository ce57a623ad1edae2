/*
 * Full-text search over both sides for the search box. One C++ file (engine/fulltext/fulltext_xapian.cc) implements it and is the only one
 * that includes <xapian.h>; nothing throws past it.
 *
 * The text of a query is never handed to Xapian's query parser: terms come from qiao_analyze, and the query is built as objects.
 *
 * Lifetime and threads: a writer is used by one thread; shards are independent writers, merged by qiao_fulltext_compact. A reader
 * (qiao_fulltext) is used by one thread at a time; open one per worker. Results are copied out into caller memory.
 */
#ifndef QIAO_FULLTEXT_H
#define QIAO_FULLTEXT_H

#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qiao_fulltext_writer qiao_fulltext_writer;
typedef struct qiao_fulltext qiao_fulltext;

/* Which field a term was seen in; title terms also carry prefix S, summary XS, organisation XO. */
typedef enum qiao_fulltext_field { QIAO_FT_TITLE, QIAO_FT_SUMMARY, QIAO_FT_BODY, QIAO_FT_ORGANISATION } qiao_fulltext_field;

typedef enum qiao_fulltext_slot { QIAO_SLOT_TRL_MIN, QIAO_SLOT_TRL_MAX, QIAO_SLOT_MONEY_MIN, QIAO_SLOT_MONEY_MAX, QIAO_SLOT_UPDATED, QIAO_SLOT_EXPIRES, QIAO_SLOT_COUNT } qiao_fulltext_slot;

typedef struct qiao_fulltext_term {
    const char *term;              /* NUL-terminated; over 200 bytes it is shortened with a hash inside */
    qiao_fulltext_field field;
    uint32_t count;                /* within-document frequency to add */
} qiao_fulltext_term;

typedef struct qiao_fulltext_document {
    uint32_t docid;                /* side * 2^31 + matching docid + 1: the same number as in the matching postings */
    const char *id;                /* unique id term Q */
    const qiao_fulltext_term *terms;
    size_t term_count;
    const char *const *filters;    /* boolean terms "kind:project", "country:DE", "field:energy", "park:haidian", "mode:jv" ... */
    size_t filter_count;
    double slots[QIAO_SLOT_COUNT]; /* NAN = unknown */
} qiao_fulltext_document;

QIAO_EXPORT qiao_status qiao_fulltext_writer_open(const char *path, qiao_fulltext_writer **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_fulltext_add(qiao_fulltext_writer *writer, const qiao_fulltext_document *document, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_fulltext_writer_close(qiao_fulltext_writer *writer, qiao_error *err) QIAO_CHECK; /* commits; frees in every case */
/* Merge shards (removed afterwards by the caller) into one compacted read-only database folder. Document ids are kept. */
QIAO_EXPORT qiao_status qiao_fulltext_compact(const char *const *shards, size_t count, const char *path, qiao_error *err) QIAO_CHECK;

QIAO_EXPORT qiao_status qiao_fulltext_open(const char *path, qiao_fulltext **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_fulltext_close(qiao_fulltext *fulltext);
QIAO_EXPORT qiao_status qiao_fulltext_check(const char *path, qiao_error *err) QIAO_CHECK; /* structural check of every table */
QIAO_EXPORT uint32_t qiao_fulltext_count(const qiao_fulltext *fulltext);

/* One thing looked for: alternatives (the word itself, its translations) that count as one. */
typedef struct qiao_fulltext_alternative {
    const char *term;
    double weight;                 /* 0 < weight <= 1 */
} qiao_fulltext_alternative;
typedef struct qiao_fulltext_word {
    const qiao_fulltext_alternative *alternatives;
    size_t count;
    bool required;                 /* AND; otherwise it adds to the score */
} qiao_fulltext_word;
typedef struct qiao_fulltext_query {
    const qiao_fulltext_word *words;
    size_t word_count;             /* 0: everything, newest first */
    const char *const *filters;    /* all must hold; "a|b" inside one string: any of them */
    size_t filter_count;
    struct { qiao_fulltext_slot slot; double low, high; } ranges[QIAO_SLOT_COUNT]; /* NAN = open; unknown values do not pass */
    size_t range_count;
    uint32_t offset, limit;
} qiao_fulltext_query;
typedef struct qiao_fulltext_hit { uint32_t docid; double score; } qiao_fulltext_hit;

/* hits: room for query->limit. total_out: documents that match, estimated_out true where the total is not exact. */
QIAO_EXPORT qiao_status qiao_fulltext_search(qiao_fulltext *fulltext, const qiao_fulltext_query *query, qiao_fulltext_hit *hits, size_t *count_out,
                                             uint64_t *total_out, bool *estimated_out, qiao_error *err) QIAO_CHECK;

#ifdef __cplusplus
}
#endif
#endif
