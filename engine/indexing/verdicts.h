/* Verdicts of the source store as counts of a generation's pairs. One thread. */
#ifndef QIAO_INDEXING_VERDICTS_H
#define QIAO_INDEXING_VERDICTS_H

#include "indexing/corpus.h"

typedef struct qiaoi_verdict_list {
    struct qiaoi_verdict *items; /* as qiaoi_verdicts_write takes them; qiao_free */
    uint32_t count;
} qiaoi_verdict_list;

/* After the corpus was read: also takes the last change among the verdicts into corpus->sequence. Verdicts about
 * records that are not there wait in the store. */
qiao_status qiaoi_corpus_verdicts(qiaoi_corpus *corpus, qiao_source_store *store, qiaoi_verdict_list *out,
                                  qiao_error *err) QIAO_CHECK;
/* feedback.bin in the folder; no file where there are none. */
qiao_status qiaoi_corpus_write_verdicts(const qiaoi_corpus *corpus, const qiaoi_verdict_list *list, const char *folder,
                                        qiao_error *err) QIAO_CHECK;

#endif
