/*
 * The numbers that tags and terms have in the file of findings (findings.h): those of an earlier build are kept, new
 * ones follow behind. One thread.
 */
#ifndef QIAO_INDEXING_FINDINGS_TABLES_H
#define QIAO_INDEXING_FINDINGS_TABLES_H

#include "indexing/findings.h"

/* Tags: one table of all shards. */
typedef struct qiaoi_findings_tags {
    qiaoi_term_table all;
    uint32_t **maps; /* by shard: numbers of its tags to numbers of the file's */
} qiaoi_findings_tags;

/* QIAO_E_NOMEM; done frees in every case. shards: of the corpus. */
qiao_status qiaoi_findings_join_tags(const qiaoi_corpus *corpus, qiaoi_findings_tags *tags, qiao_error *err) QIAO_CHECK;
void qiaoi_findings_tags_done(qiaoi_findings_tags *tags, size_t shards);

typedef struct qiaoi_findings_terms {
    uint32_t *numbers; /* by term of the corpus */
    qiao_buffer added; /* strings that are put behind those of before */
    uint32_t count;
} qiaoi_findings_terms;

/* before: whose terms the last shard of the corpus holds. QIAO_E_NOMEM; done frees in every case. */
qiao_status qiaoi_findings_join_terms(const qiaoi_corpus *corpus, const qiaoi_findings *before,
                                      qiaoi_findings_terms *terms, qiao_error *err) QIAO_CHECK;
void qiaoi_findings_terms_done(qiaoi_findings_terms *terms);

#endif
