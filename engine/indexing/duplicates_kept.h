/*
 * What the search for duplicates found out, kept in DIR/build/duplicates.bin for an update that keeps the statistics:
 * the keys of every document, and how like those were that were compared. Both depend on nothing but the records, the
 * program and the statistics, and a hash of these says whether they hold. A cache: dropped without harm.
 */
#ifndef QIAO_INDEXING_DUPLICATES_KEPT_H
#define QIAO_INDEXING_DUPLICATES_KEPT_H

#include "facts/identity.h"
#include "indexing/duplicates_sketch.h"
#include "indexing/findings.h"

#define QIAOI_DUPLICATE_KEYS (QIAOI_DUPLICATE_BANDS + QIAOI_IDENTITY_TITLES)

/* Two documents of a side that were compared, first < second. */
typedef struct qiaoi_compared {
    uint32_t first, second;
    qiaoi_likeness likeness;
} qiaoi_compared;

typedef struct qiaoi_duplicates_side {
    uint32_t count;            /* documents */
    const uint64_t *keys;      /* [QIAOI_DUPLICATE_KEYS][count]; 0 = none */
    const qiaoi_compared *all; /* by second, then first */
    uint32_t compared;
} qiaoi_duplicates_side;

typedef struct qiaoi_duplicates_kept {
    qiao_mapping mapping;
    qiaoi_duplicates_side sides[2];
} qiaoi_duplicates_kept;

/* Of what the findings were made from; of what a build was made from. statistics: the number of the generation that
 * they were made for. */
uint64_t qiaoi_duplicates_basis_then(const qiaoi_findings *findings, uint64_t statistics);
uint64_t qiaoi_duplicates_basis_now(const qiaoi_corpus *corpus, const qiaoi_findings_basis *basis, uint64_t statistics);

/* false: there is nothing that holds; nothing is open then. */
bool qiaoi_duplicates_kept_open(const char *data_dir, uint64_t basis, qiaoi_duplicates_kept *out);
void qiaoi_duplicates_kept_close(qiaoi_duplicates_kept *kept);
/* How like two documents are, where they were compared; NULL. */
const qiaoi_compared *qiaoi_duplicates_kept_find(const qiaoi_duplicates_side *side, uint32_t first, uint32_t second);
/* In place of what was there. Where it cannot be written there is none: no reason to fail. */
void qiaoi_duplicates_kept_write(const char *data_dir, uint64_t basis, const qiaoi_duplicates_side sides[2]);

#endif
