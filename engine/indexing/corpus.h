/*
 * The corpus of one build: every record of the source store with what its analysis gave. Shared by the stages of the
 * build; each stage says what it fills in. One thread, but for the analysis (analyse.c), which works on disjoint parts.
 */
#ifndef QIAO_INDEXING_CORPUS_H
#define QIAO_INDEXING_CORPUS_H

#include "indexing/document.h"
#include "lexicon/lexicon_internal.h"
#include "qiao/build.h"
#include "qiao/fulltext.h"
#include "qiao/indicator.h"
#include "qiao/source_store.h"
#include "qiao/suggested.h"
#include "qiao/vocabulary.h"
#include "store/generation_writer.h"
#include "store/source_view.h"

typedef struct qiaoi_corpus_document {
    const char *id;
    qiao_bytes stored; /* the record as the source store has it: see qiaoi_corpus_json */
    const char *json;  /* NULL: it is unpacked from stored; else what it says */
    size_t length;
    uint64_t content_hash; /* as in the source store */
    uint32_t number;       /* in the full-text index, from 0; kept from update to update */
    uint32_t found;        /* entry of an earlier build's findings that still holds, + 1; 0 = analysed anew */
    const uint32_t *tags;  /* ids into the shard's tag table */
    uint32_t tag_count;
    uint32_t shard;
    const void *facts; /* a block of facts/facts.h, in the shard's arena */
    size_t facts_length;
    qiaoi_document use; /* after merging: ids of the global term table */
} qiaoi_corpus_document;

typedef struct qiaoi_shard {
    qiaoi_collector collector;
    qiaoi_term_table tags;
} qiaoi_shard;

/* The generation that an update starts from, for what can be copied of it. */
typedef struct qiaoi_parent {
    struct qiao_generation *generation; /* NULL: nothing is copied */
    uint32_t documents[2];
    double mean_length[2][4]; /* as qiaoi_corpus has them */
} qiaoi_parent;

typedef struct qiaoi_corpus {
    qiaoi_source_view *view; /* that the records are read from */
    qiao_arena *arena;       /* ids */
    qiaoi_corpus_document *documents[2];
    uint32_t count[2], capacity[2];
    uint64_t sequence;   /* of the source store */
    int day;             /* of the build, since 1970 */
    unsigned threads;    /* for the postings; 0 = 1 */
    uint32_t numbers;    /* of the full-text index, given so far */
    qiaoi_shard *shards; /* one a thread; the last holds the strings of an earlier build's findings */
    size_t shard_count;
    /* global terms, ascending by string */
    uint32_t *term_offsets;
    qiao_buffer term_bytes;
    uint32_t term_count;
    uint32_t *term_df;  /* [2][term_count] */
    uint32_t *entry_df; /* [2][entries of the lexicon]: projects, needs that wait for the word's translation */
    qiaoi_pair *pairs;  /* hash table */
    uint64_t pair_slots;
    uint32_t pair_count;
    uint64_t *pair_keys; /* ascending; the slot of each is term_count and its place */
    /* of an update: numbers of the earlier build's terms here, QIAOI_NO_TERM where no document has one any more */
    const qiaoi_parent *parent;            /* borrowed; NULL in a full build */
    const struct qiaoi_findings *findings; /* borrowed: that documents with found were taken from */
    bool words_left;                       /* their words were left there: see words.h */
    bool statistics_kept;                  /* all that depends on the whole corpus is the parent's (merge_kept.c) */
    const uint32_t *kept_order; /* borrowed: the last shard's numbers of the earlier build's terms, in its order */
    uint32_t *kept_terms;
    uint32_t kept_term_count;
    size_t pairs_at_a_time; /* sorted together by the merge; 0 = 16 million: 256 MiB */
    /* Per side: pivot title, pivot body, native title, native body; rounded (merge.c), so that a few other records do
     * not move the impact of every term. */
    double mean_length[2][4];
    uint64_t postings; /* written */
} qiaoi_corpus;

void qiaoi_corpus_done(qiaoi_corpus *corpus);

/* read.c: fills documents (id order) and sequence. The store stays open as long as the corpus. */
qiao_status qiaoi_corpus_read(qiaoi_corpus *corpus, qiao_source_store *store, qiao_error *err) QIAO_CHECK;
/* The canonical JSON of a document, not NUL-terminated; where it lies, or in the unpacker until its next use. Any
 * thread, with an unpacker of its own. QIAO_E_CORRUPT, QIAO_E_NOMEM. */
qiao_status qiaoi_corpus_json(const qiaoi_corpus_document *document, qiaoi_unpacker *unpacker, qiao_bytes *out,
                              qiao_error *err) QIAO_CHECK;

/*
 * analyse.c: analyses all documents on `threads` threads, one shard of consecutive documents each; writes the full-text
 * shards to FOLDER/text-N. Documents that were found before are taken from findings, without their words where
 * statistics are kept (words_left); the others then go to text, which the threads share. progress may be NULL.
 */
struct qiaoi_findings;
typedef struct qiaoi_analysis {
    const qiao_lexicon *lexicon; /* working lexicon */
    const qiao_vocabulary *vocabulary;
    const qiao_units *units;
    const qiao_concepts *concepts; /* NULL: no field is suggested */
    const char *folder;
    unsigned threads;
    qiao_build_progress progress;
    void *context;
    const struct qiaoi_findings *findings; /* NULL = analyse all */
    qiao_fulltext_writer *text;            /* with findings */
} qiaoi_analysis;
/* text_shards_out: FOLDER/text-0 and so on were written; none with a writer for all. */
qiao_status qiaoi_corpus_analyse(qiaoi_corpus *corpus, const qiaoi_analysis *analysis, unsigned *text_shards_out,
                                 qiao_error *err) QIAO_CHECK;

/*
 * merge.c: one global term table (with the English stems that the words to be translated may become), document
 * frequencies, the pairs worth a posting list, mean lengths. lexicon: the working lexicon of the analysis.
 */
qiao_status qiaoi_corpus_merge(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, qiao_error *err) QIAO_CHECK;

/*
 * merge_kept.c: instead of the merge, where the parent's statistics are kept: its terms with their numbers of
 * documents, and those that only came since, counted now, in between; its pairs; its mean lengths. Fills kept_terms.
 * Documents that were found before keep the words they have, under the numbers of now.
 */
qiao_status qiaoi_corpus_merge_kept(qiaoi_corpus *corpus, qiao_error *err) QIAO_CHECK;

/* pairs.c: the merge's last step, on all threads: the pairs worth a posting list and how many documents have each. */
qiao_status qiaoi_corpus_pairs(qiaoi_corpus *corpus, qiao_error *err) QIAO_CHECK;

/*
 * records.c, postings.c: records.mdb in two steps. The first, of ids, records, facts and tags, asks for nothing that
 * the merge gives and may run beside it; on failure *out is NULL. The second, of the postings, takes the writer in
 * every case; lexicon is the generation's (for words that are translated). Both on one thread, which the writer belongs
 * to.
 */
qiao_status qiaoi_corpus_write_records(const qiaoi_corpus *corpus, const char *path, qiaoi_generation_writer **out,
                                       qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_corpus_write_postings(qiaoi_corpus *corpus, const qiao_lexicon *lexicon,
                                        qiaoi_generation_writer *writer, qiao_error *err) QIAO_CHECK;
/* Both. */
qiao_status qiaoi_corpus_write(qiaoi_corpus *corpus, const qiao_lexicon *lexicon, const char *path,
                               qiao_error *err) QIAO_CHECK;

#endif
