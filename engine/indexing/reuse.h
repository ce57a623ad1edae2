/*
 * Which documents of a corpus need no analysis, since an earlier build kept what it found in them (findings.h), and
 * which number each document has in the full-text index. One thread.
 */
#ifndef QIAO_INDEXING_REUSE_H
#define QIAO_INDEXING_REUSE_H

#include "indexing/findings.h"

typedef struct qiaoi_reuse {
    qiaoi_findings *findings; /* NULL: every document is analysed */
    uint64_t generation;      /* whose full-text index is changed */
    uint32_t *removed;        /* numbers of it that no document has any more */
    uint32_t removed_count;
    uint64_t changed; /* documents to be analysed */
    qiaoi_parent parent;
} qiaoi_reuse;

/* What an earlier build left in DIR, if it is sound: findings and the generation they belong to. The records are not
 * asked for; qiaoi_reuse_done closes. QIAO_E_NOMEM. */
qiao_status qiaoi_reuse_open(qiaoi_reuse *reuse, const char *data_dir, qiao_error *err) QIAO_CHECK;
/*
 * With what was opened: sets found and number of every document, and reason_out to why nothing is reused
 * (QIAO_BUILD_UPDATED where something is). Findings that are absent or damaged are no error.
 */
qiao_status qiaoi_corpus_reuse(qiaoi_corpus *corpus, const char *data_dir, const qiaoi_findings_basis *basis,
                               const qiao_vocabulary *vocabulary, qiaoi_reuse *out, qiao_build_mode *mode_out,
                               qiao_error *err) QIAO_CHECK;
/* By side, what came, changed or left since the build whose findings were opened. */
void qiaoi_reuse_drift(const qiaoi_corpus *corpus, const qiaoi_reuse *reuse, uint64_t drift_out[2]);
/* Everything is analysed and numbered from the beginning; the parent stays open where its statistics are kept. */
void qiaoi_reuse_forget(qiaoi_reuse *reuse, qiaoi_corpus *corpus);
void qiaoi_reuse_done(qiaoi_reuse *reuse);

#endif
