/*
 * What a build found in every record, kept in DIR/build/findings.bin so that the next build analyses only the records
 * that changed. It is a cache: written after the generation it belongs to, read only where everything that the analysis
 * of a record depends on is the same, and dropped without harm. What is taken from it is exactly what the analysis
 * would give again, so a build that uses it and one that does not write the same generation.
 *
 * Layout, little-endian: qiaoi_findings_header; one block a document (id order, projects first;
 * varints, then its facts, aligned to 8); aligned
 * qiaoi_findings_entry[documents]; ids, terms, tags, each a list of NUL-terminated strings.
 */
#ifndef QIAO_INDEXING_FINDINGS_H
#define QIAO_INDEXING_FINDINGS_H

#include "indexing/corpus.h"
#include "qiao/file.h"

#define QIAOI_FINDINGS_MAGIC 0x444E494651u /* "QFIND" */
#define QIAOI_FINDINGS_VERSION 2u

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
    uint64_t checksum;   /* of all that follows this member's header, block by block */
    uint64_t generation; /* whose full-text index has these numbers */
    qiaoi_findings_basis basis;
    uint64_t entries, ids, terms, tags, end; /* offsets in the file */
    uint32_t documents[2];
    uint32_t numbers; /* of the full-text index, given so far */
    uint32_t term_count, tag_count, zero;
    double mean_length[2][4]; /* that the generation's postings were made with */
} qiaoi_findings_header;

typedef struct qiaoi_findings_entry {
    uint64_t content_hash;
    uint64_t block; /* offset in the file */
    uint32_t id;    /* offset in ids */
    uint32_t number;
} qiaoi_findings_entry;

/* After the merge: uses have the numbers of the global terms. Written beside what was there, which counts until the new
 * ones are settled. */
qiao_status qiaoi_findings_write(const qiaoi_corpus *corpus, const qiaoi_findings_basis *basis, uint64_t generation,
                                 const char *data_dir, qiao_error *err) QIAO_CHECK;
/* Once the generation is installed: they replace what was there. Where good is false, they are dropped, and those of an
 * earlier build go on to count: they say of which generation they are. */
qiao_status qiaoi_findings_settle(bool good, const char *data_dir, qiao_error *err) QIAO_CHECK;

typedef struct qiaoi_findings {
    qiao_mapping mapping;
    const qiaoi_findings_header *header;
    const qiaoi_findings_entry *entries; /* projects, then needs */
    const char *ids;
} qiaoi_findings;

/* QIAO_E_NOTFOUND, QIAO_E_CORRUPT (cut short, other version, other checksum). */
qiao_status qiaoi_findings_open(const char *data_dir, qiaoi_findings **out, qiao_error *err) QIAO_CHECK;
void qiaoi_findings_close(qiaoi_findings *findings);
/* The strings that its numbers stand for, as tables of a shard: terms without a hash, for reading only. */
qiao_status qiaoi_findings_tables(const qiaoi_findings *findings, qiaoi_shard *shard, qiao_error *err) QIAO_CHECK;
/* What was found in entry's document, into arrays of the arena; its facts stay where they are. Any thread. */
qiao_status qiaoi_findings_take(const qiaoi_findings *findings, uint32_t entry, qiao_arena *arena,
                                qiaoi_corpus_document *document, qiao_error *err) QIAO_CHECK;

#endif
