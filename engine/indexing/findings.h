/*
 * What a build found in every record, kept in DIR/build so that the next build analyses only the records that changed.
 * It is a cache: written beside the generation it belongs to, read only where everything that the analysis of a record
 * depends on is the same, and dropped without harm. What is taken from it is exactly what the analysis would give
 * again, so a build that uses it and one that does not write the same generation.
 *
 * Two files, little-endian. findings.bin is a qiaoi_findings_header: it says which of findings-0.bin and findings-1.bin
 * has the findings, and up to where. There lie blocks, one a document, aligned to 8 (a qiaoi_findings_document, its
 * facts, aligned to 4 its tags, then varints: its words), and behind them, at the offsets of the header:
 * qiaoi_findings_entry[documents] (id order, projects first); u32[order_count]; ids, terms, tags, each a list of
 * NUL-terminated strings; zeros up to a whole QIAOI_FINDINGS_BLOCK.
 *
 * An update writes behind the end of that file the blocks of changed documents and new tables, and then another header:
 * what the header before says stays whole. Terms and tags keep their numbers, new ones are put behind them; order gives
 * the numbers of the generation's terms, in the order that the generation has. Once a file is twice as long as it was
 * made, the next build makes the other one anew.
 */
#ifndef QIAO_INDEXING_FINDINGS_H
#define QIAO_INDEXING_FINDINGS_H

#include "indexing/corpus.h"
#include "qiao/file.h"

#define QIAOI_FINDINGS_MAGIC 0x444E494651u /* "QFIND" */
#define QIAOI_FINDINGS_VERSION 4u
#define QIAOI_FINDINGS_BLOCK ((size_t)1 << 16) /* that the sum of the file is made by */

/* What the analysis of a record depends on beside the record. */
typedef struct qiaoi_findings_basis {
    uint64_t program;    /* hash of the running program */
    uint64_t lexicon;    /* of the working lexicon's file */
    uint64_t vocabulary; /* of the versions of the vocabularies and units */
} qiaoi_findings_basis;

typedef struct qiaoi_findings_header {
    uint64_t magic;
    uint32_t version;
    int32_t day;         /* of the build: tags depend on it */
    uint64_t checksum;   /* of this header, with 0 here */
    uint64_t sum;        /* of the file up to end, block by block, each with the sum before */
    uint64_t generation; /* whose full-text index has these numbers */
    qiaoi_findings_basis basis;
    uint64_t entries, order, ids, terms, tags, tags_end, end; /* offsets in the file */
    uint64_t made;                                            /* its length when it was made */
    uint32_t file;                                            /* 0, 1 */
    uint32_t documents[2];
    uint32_t numbers; /* of the full-text index, given so far */
    uint32_t term_count, tag_count;
    uint32_t order_count; /* terms of the generation */
    uint32_t zero;
    uint64_t order_terms;     /* hash of those terms' strings, as the lexicon has them */
    double mean_length[2][4]; /* that the generation's postings were made with */
} qiaoi_findings_header;

typedef struct qiaoi_findings_entry {
    uint64_t content_hash;
    uint64_t block; /* offset in the file */
    uint32_t id;    /* offset in ids */
    uint32_t number;
} qiaoi_findings_entry;

/* A block begins with what is always asked for. */
typedef struct qiaoi_findings_document {
    uint32_t facts_length, tag_count;
    uint16_t pivot_title, pivot_body, native_title, native_body; /* lengths in words */
} qiaoi_findings_document;

struct qiaoi_findings;
/* After the merge: uses have the numbers of the global terms. before: what documents with found were taken from; NULL
 * in a full build. Written beside what was there, which counts until the new ones are settled. */
qiao_status qiaoi_findings_write(const qiaoi_corpus *corpus, const struct qiaoi_findings *before,
                                 const qiaoi_findings_basis *basis, uint64_t generation, const char *data_dir,
                                 qiao_error *err) QIAO_CHECK;
/* Once the generation is installed: they replace what was there. Where good is false, they are dropped, and those of an
 * earlier build go on to count: they say of which generation they are. */
qiao_status qiaoi_findings_settle(bool good, const char *data_dir, qiao_error *err) QIAO_CHECK;

typedef struct qiaoi_findings {
    qiao_mapping mapping;
    qiaoi_findings_header head;
    const qiaoi_findings_header *header; /* head */
    const qiaoi_findings_entry *entries; /* projects, then needs */
    const uint32_t *order;               /* numbers of the generation's terms */
    const char *ids;
} qiaoi_findings;

/* Paths of the header and of a file; out: of QIAO_PATH_MAX + 64 bytes. */
void qiaoi_findings_path(const char *data_dir, const char *name, char *out);
void qiaoi_findings_file_path(const char *data_dir, uint32_t file, char *out);
uint64_t qiaoi_findings_header_checksum(const qiaoi_findings_header *header);
/* The header in findings.bin, whether or not its file is there. QIAO_E_NOTFOUND, QIAO_E_CORRUPT. */
qiao_status qiaoi_findings_header_read(const char *data_dir, qiaoi_findings_header *out, qiao_error *err) QIAO_CHECK;

/* QIAO_E_NOTFOUND, QIAO_E_CORRUPT (cut short, other version, other checksum). */
qiao_status qiaoi_findings_open(const char *data_dir, qiaoi_findings **out, qiao_error *err) QIAO_CHECK;
void qiaoi_findings_close(qiaoi_findings *findings);
/* The strings that its numbers stand for, as tables of a shard: terms without a hash, for reading only. */
qiao_status qiaoi_findings_tables(const qiaoi_findings *findings, qiaoi_shard *shard, qiao_error *err) QIAO_CHECK;
/* Facts, tags and lengths of entry's document; facts and tags stay where they are. Any thread. */
void qiaoi_findings_take(const qiaoi_findings *findings, uint32_t entry, qiaoi_corpus_document *document);
/* Its words, into arrays of the arena: terms, entries and pairs of use. Any thread. QIAO_E_NOMEM. */
qiao_status qiaoi_findings_take_words(const qiaoi_findings *findings, uint32_t entry, qiao_arena *arena,
                                      qiaoi_document *use, qiao_error *err) QIAO_CHECK;

#endif
