/* What the rest of the engine sees of an open generation beyond qiao/generation.h: its postings, its vectors, its
 * stored matches, its numbers in the full-text index. */
#ifndef QIAO_STORE_GENERATION_INTERNAL_H
#define QIAO_STORE_GENERATION_INTERNAL_H

#include "dense/vectors.h"
#include "qiao/generation.h"
#include "store/duplicates.h"
#include "store/generation_format.h"
#include "store/matches.h"
#include "store/verdicts.h"

/* Ranges of a side, in order of docid; immutable. */
const qiaoi_postings *qiaoi_generation_postings(const qiao_generation *generation, qiao_kind kind, size_t *ranges_out);

/* The block of facts of one record: borrowed from the map, at a multiple of 8, not looked into. QIAO_E_CORRUPT where
 * there is no such record. */
qiao_status qiaoi_generation_facts(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const void **out,
                                   size_t *length_out, qiao_error *err) QIAO_CHECK;

/* The value of one record as it is stored, packed or not: equal records are stored as equal bytes. Borrowed from the
 * map. QIAO_E_CORRUPT where there is no such record. */
qiao_status qiaoi_generation_stored(const qiao_generation *generation, qiao_kind kind, uint32_t docid, const void **out,
                                    size_t *length_out, qiao_error *err) QIAO_CHECK;

/* ln(1 + (N - df + .5) / (df + .5)) of each pivot term by the statistics of a side, by number of term; 0 where no
 * document has it, or it is no pivot term. */
const float *qiaoi_generation_idf(const qiao_generation *generation, qiao_kind kind);
/* What a side's documents are weighed by: counted when the statistics were made, which may have been for an earlier
 * generation that this one keeps them of. */
typedef struct qiaoi_side_statistics {
    uint32_t documents;    /* N */
    uint32_t chinese;      /* of them, with a text in Chinese */
    uint32_t slots;        /* terms of the lexicon, then its pairs */
    const uint32_t *df;    /* [slots] documents that have a posting of each */
    double mean_length[4]; /* that impacts were made with: pivot title, pivot body, native title, native body */
} qiaoi_side_statistics;
const qiaoi_side_statistics *qiaoi_generation_statistics(const qiao_generation *generation, qiao_kind kind);

/* The terms of one document: slot << 8 | impact, ascending; slots may be taken from a damaged file, so compare them
 * with the number of terms. Empty past the end. */
typedef struct qiaoi_row {
    const uint32_t *entries;
    uint32_t count;
} qiaoi_row;
qiaoi_row qiaoi_generation_row(const qiao_generation *generation, qiao_kind kind, uint32_t docid);
/* Asks memory for where that row begins. docid: below the count of the side. */
void qiaoi_generation_row_ahead(const qiao_generation *generation, qiao_kind kind, uint32_t docid);
/* How many entries the rows of a side have. */
uint64_t qiaoi_generation_row_entries(const qiao_generation *generation, qiao_kind kind);

/* The document that has a number of the full-text index (its docid there less one); false where none has. */
bool qiaoi_generation_place(const qiao_generation *generation, uint32_t number, qiao_kind *kind_out,
                            uint32_t *docid_out);

/* A set of documents of one side, for counting. */
typedef struct qiaoi_docset qiaoi_docset;
/* docids: ascending. NULL: out of memory. */
qiaoi_docset *qiaoi_docset_new(const uint32_t *docids, size_t count);
void qiaoi_docset_free(qiaoi_docset *set); /* NULL is fine */
uint64_t qiaoi_docset_count(const qiaoi_docset *set);
/* Takes out what does not pass a filter, as qiao_generation_filter reads it. */
qiao_status qiaoi_docset_filter(qiaoi_docset *set, const qiao_generation *generation, qiao_kind kind,
                                const char *filter, qiao_error *err) QIAO_CHECK;

/* value: not NUL-terminated, borrowed during the call. */
typedef qiao_status (*qiaoi_tag_visit)(const char *value, size_t length, uint64_t count, void *context,
                                       qiao_error *err);
/* How many documents of the set have each value of a tag name ("country"), in order of value; those that none has are
 * left out. */
qiao_status qiaoi_docset_tags(const qiaoi_docset *set, const qiao_generation *generation, qiao_kind kind,
                              const char *name, qiaoi_tag_visit visit, void *context, qiao_error *err) QIAO_CHECK;

/* The vectors of both sides, or NULL; immutable. */
const qiaoi_vectors *qiaoi_generation_vectors(const qiao_generation *generation);

/* The stored matches of both sides, or NULL where it was built without; immutable. */
const qiaoi_matches *qiaoi_generation_matches(const qiao_generation *generation);

/* What people decided about its pairs, or NULL where nobody did; immutable. */
const qiaoi_verdicts *qiaoi_generation_verdicts(const qiao_generation *generation);

/* The day the generation was made, days since 1970: what depends on a date is scored as of that day. 0
 * where its manifest does not say. */
int qiaoi_generation_day(const qiao_generation *generation);

/* Opens a staged folder that is no generation yet; the manifest says what it will be. As qiao_generation_open. */
qiao_status qiaoi_generation_open_staged(const char *folder, const qiao_manifest *manifest, qiao_generation **out,
                                         qiao_error *err) QIAO_CHECK;

#endif
