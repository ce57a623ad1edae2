/*
 * Full-text search over both sides for the search box. One C++ file (engine/fulltext/fulltext_xapian.cc) implements it
 * and is the only one that includes <xapian.h>; nothing throws past it.
 *
 * The text of a query is never handed to Xapian's query parser: terms come from qiao_analyze, and the query is built as
 * objects.
 *
 * Lifetime and threads: a writer is used by one thread; shards are independent writers, merged by
 * qiao_fulltext_compact. A reader (qiao_fulltext) is used by one thread at a time; open one per worker. Results are
 * copied out into caller memory.
 */
#ifndef QIAO_FULLTEXT_H
#define QIAO_FULLTEXT_H

#include "qiao/status.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QIAO_FULLTEXT_FORMAT "3"    /* stored in every database; another one is QIAO_E_VERSION */
#define QIAO_FULLTEXT_WORDS_MAX 64u /* words of one query */

typedef struct qiao_fulltext_writer qiao_fulltext_writer;
typedef struct qiao_fulltext qiao_fulltext;

/*
 * Which field a term was seen in. Every field is a list of its own: title terms carry prefix S, summary XS,
 * organisation XO, the other texts none. A word of a query that names no field is looked up in all of them as one word.
 */
typedef enum qiao_fulltext_field {
    QIAO_FT_TITLE,
    QIAO_FT_SUMMARY,
    QIAO_FT_BODY,
    QIAO_FT_ORGANISATION,
    QIAO_FT_FIELD_COUNT
} qiao_fulltext_field;

typedef enum qiao_fulltext_slot {
    QIAO_SLOT_TRL_MIN,
    QIAO_SLOT_TRL_MAX,
    QIAO_SLOT_MONEY_MIN, /* CNY, by the table of rates when it was indexed */
    QIAO_SLOT_MONEY_MAX,
    QIAO_SLOT_UPDATED, /* days since 1970 */
    QIAO_SLOT_EXPIRES,
    QIAO_SLOT_COUNT
} qiao_fulltext_slot;

typedef struct qiao_fulltext_term {
    const char *form; /* normal form; long ones are shortened with a hash inside */
    uint32_t length;  /* bytes of form */
    uint32_t count;   /* within-document frequency to add */
    qiao_fulltext_field field;
} qiao_fulltext_term;

typedef struct qiao_fulltext_document {
    uint32_t docid; /* from 1; a record keeps it from update to update, so it says nothing of order */
    const char *id; /* unique id term Q; breaks ties */
    const qiao_fulltext_term *terms;
    size_t term_count;
    const char *const *filters; /* tags as in qiao/tags.h: "kind:project", "country:DE", "field:energy" ... */
    size_t filter_count;
    double slots[QIAO_SLOT_COUNT]; /* NAN = unknown */
} qiao_fulltext_document;

/*
 * Write one shard: a new folder, replaced when it exists, of databases that qiao_fulltext_compact makes one of; it is
 * not to be opened. writers: how many shards are written at the same time, which share the files that the process may
 * open. Nothing is synced to the device; the catalogue does so once
 * for the whole generation. Documents come in ascending order of docid (QIAO_E_USAGE otherwise), and the docids of one
 * shard must not lie between those of another: each shard gets consecutive documents. Errors: QIAO_E_NOSPACE,
 * QIAO_E_IO, QIAO_E_LOCKED, QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_fulltext_writer_open(const char *path, unsigned writers, qiao_fulltext_writer **out,
                                                  qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_fulltext_add(qiao_fulltext_writer *writer, const qiao_fulltext_document *document,
                                          qiao_error *err) QIAO_CHECK;
/*
 * Change a finished database in place, for an update: a copy of one that is served, never the served one. Documents
 * come in any order; one whose docid is there already takes its place, and what both have in common is not written
 * again. QIAO_E_NOTFOUND, QIAO_E_CORRUPT, QIAO_E_VERSION and the errors above.
 */
QIAO_EXPORT qiao_status qiao_fulltext_update_open(const char *path, qiao_fulltext_writer **out,
                                                  qiao_error *err) QIAO_CHECK;
/* Only of a database opened for update; QIAO_E_CORRUPT where it has no such document. */
QIAO_EXPORT qiao_status qiao_fulltext_remove(qiao_fulltext_writer *writer, uint32_t docid, qiao_error *err) QIAO_CHECK;
/* Writes what is pending and frees in every case. NULL is fine. */
QIAO_EXPORT qiao_status qiao_fulltext_writer_close(qiao_fulltext_writer *writer, qiao_error *err) QIAO_CHECK;
/* Free without writing what is pending: the shard is to be thrown away. NULL is fine. */
QIAO_EXPORT void qiao_fulltext_writer_abandon(qiao_fulltext_writer *writer);
/*
 * Merge shards (removed afterwards by the caller) into one compacted read-only database folder. Document ids are kept.
 * No shard, or only empty ones, give an empty database. QIAO_E_USAGE where ranges of docids cross.
 */
QIAO_EXPORT qiao_status qiao_fulltext_compact(const char *const *shards, size_t count, const char *path,
                                              qiao_error *err) QIAO_CHECK;

/* QIAO_E_NOTFOUND (no such folder, or no database in it), QIAO_E_CORRUPT, QIAO_E_VERSION. */
QIAO_EXPORT qiao_status qiao_fulltext_open(const char *path, qiao_fulltext **out, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT void qiao_fulltext_close(qiao_fulltext *fulltext);
/* Structural check of every table; QIAO_E_NOTFOUND, QIAO_E_CORRUPT. */
QIAO_EXPORT qiao_status qiao_fulltext_check(const char *path, qiao_error *err) QIAO_CHECK;
QIAO_EXPORT uint32_t qiao_fulltext_count(const qiao_fulltext *fulltext);

/*
 * One thing looked for: alternatives (the word itself, its parts, its translations) that count as one word, by the best
 * of them, weighted as if all were equally rare. Alternatives that belong together are the words of which its
 * translations are made: they add up, and count only in documents that have enough of them.
 */
typedef struct qiao_fulltext_alternative {
    const char *form; /* several words with a space between: all of them */
    uint32_t length;
    bool together;
    bool prefix;   /* every word that begins with form, the QIAO_FULLTEXT_EXPANSION_MAX commonest of them */
    double weight; /* 0 < weight <= 1; together: among the members */
    double share;  /* together: how much of the word it stands for */
} qiao_fulltext_alternative;

#define QIAO_FULLTEXT_EXPANSION_MAX 64u /* words of each field that a prefix stands for */
#define QIAO_FULLTEXT_TOGETHER_MAX 8u   /* of one word; further ones only add to the score */

typedef struct qiao_fulltext_word {
    const qiao_fulltext_alternative *alternatives;
    size_t count;
    uint32_t run;          /* of a query with operators: which of its runs of words it belongs to */
    unsigned fields;       /* bit 1u << field; 0 = all */
    bool required;         /* AND; otherwise it adds to the score */
    double together_least; /* sum of shares that a document must have; 0 = any */
    double
        together_weight; /* of the best set of members that has enough, as weight is of a single alternative; 0 = 1 */
} qiao_fulltext_word;

#define QIAO_FULLTEXT_EVERY_RUN UINT32_MAX

/* A query with operators, in postfix order: a run of words by its number, and what joins the operands before it. */
typedef enum qiao_fulltext_operation { QIAO_FT_RUN, QIAO_FT_AND, QIAO_FT_OR, QIAO_FT_NOT } qiao_fulltext_operation;

typedef struct qiao_fulltext_node {
    qiao_fulltext_operation operation;
    uint32_t value; /* RUN: its number; AND, OR: how many operands; NOT takes one */
} qiao_fulltext_node;

typedef enum qiao_fulltext_order {
    QIAO_FT_ORDER_RELEVANCE, /* of a query without words: newest first */
    QIAO_FT_ORDER_NEWEST,
    QIAO_FT_ORDER_OLDEST,
    QIAO_FT_ORDER_TRL,     /* the most mature first */
    QIAO_FT_ORDER_DEADLINE /* the next one first, then what is past, the latest first */
} qiao_fulltext_order;

typedef struct qiao_fulltext_query {
    const qiao_fulltext_word *words;
    size_t word_count; /* 0: everything, newest first */
    const qiao_fulltext_node *nodes;
    size_t node_count;         /* 0: all words are one run */
    qiao_fulltext_order order; /* unknown last, ties by id */
    int today;                 /* days since 1970, for the order of deadlines */
    const char *const *hidden; /* ids of documents on disk that are not looked at, whatever lies beside */
    size_t hidden_count;
    bool prefer_all; /* documents with every word come before those with some */
    bool loose;      /* members of a translation add to the score even where a document has too few of them */
    const char *const *filters; /* all must hold; "a|b" inside one string: any of them */
    size_t filter_count;
    struct {
        qiao_fulltext_slot slot;
        double low, high; /* NAN = open; unknown values do not pass */
    } ranges[QIAO_SLOT_COUNT];
    size_t range_count;
    uint32_t offset, limit;
} qiao_fulltext_query;

typedef struct qiao_fulltext_hit {
    uint32_t docid; /* of a document beside: with QIAO_FULLTEXT_BESIDE added */
    double score;
} qiao_fulltext_hit;

/*
 * Best first, equal scores newest first, then by id: the order does not depend on docids. hits: room for query->limit.
 * total_out: documents that match, estimated_out true where the total is not exact. A document matches when it has
 * every required word, or, where none is required, at least one word; and passes filters and ranges. QIAO_E_QUERY (too
 * many words, a filter that is no "name:value"), QIAO_E_CORRUPT, QIAO_E_STALE, QIAO_E_NOMEM.
 */
QIAO_EXPORT qiao_status qiao_fulltext_search(qiao_fulltext *fulltext, const qiao_fulltext_query *query,
                                             qiao_fulltext_hit *hits, size_t *count_out, uint64_t *total_out,
                                             bool *estimated_out, qiao_error *err) QIAO_CHECK;
/* How many documents match, exactly; offset and limit do not count. Slower than a search: every match is looked at. */
QIAO_EXPORT qiao_status qiao_fulltext_total(qiao_fulltext *fulltext, const qiao_fulltext_query *query,
                                            uint64_t *total_out, qiao_error *err) QIAO_CHECK;
/*
 * The documents that match, every one, ascending by docid, for counting: offset, limit and order do not count. *out
 * belongs to the reader and lives until its next call.
 */
QIAO_EXPORT qiao_status qiao_fulltext_matches(qiao_fulltext *fulltext, const qiao_fulltext_query *query,
                                              const uint32_t **out, size_t *count_out, qiao_error *err) QIAO_CHECK;

/*
 * Documents beside the index on disk, in memory of this reader: found together with those on disk, by statistics of
 * both, and lost when it is closed. Their docids, from 1, are numbers of their own. QIAO_E_USAGE (docid 0, or too
 * large); put again, a document takes the place of the one before; to take out what is not there is fine.
 */
#define QIAO_FULLTEXT_BESIDE 0x80000000u
QIAO_EXPORT qiao_status qiao_fulltext_beside_put(qiao_fulltext *fulltext, const qiao_fulltext_document *document,
                                                 qiao_error *err) QIAO_CHECK;
QIAO_EXPORT qiao_status qiao_fulltext_beside_remove(qiao_fulltext *fulltext, uint32_t docid,
                                                    qiao_error *err) QIAO_CHECK;

/* How many documents have a form in any field, at least (a document may have it in two). 0 where it cannot be read. */
QIAO_EXPORT uint32_t qiao_fulltext_frequency(qiao_fulltext *fulltext, const char *form, size_t length);

#ifdef __cplusplus
}
#endif
#endif
