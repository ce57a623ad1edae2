/*
 * The full-text index of a build: shards that are merged, or a copy of an earlier generation's that is changed. One
 * thread at a time.
 */
#ifndef QIAO_INDEXING_TEXT_H
#define QIAO_INDEXING_TEXT_H

#include "indexing/reuse.h"

typedef struct qiaoi_text {
    const char *folder;           /* staged */
    unsigned shards;              /* FOLDER/text-N, written by the analysis */
    qiao_fulltext_writer *writer; /* of a copy; NULL where there are shards */
} qiaoi_text;

/* Copy the index of reuse's generation, take out what is gone, and leave the writer open for what is new. */
qiao_status qiaoi_text_copy(qiaoi_text *text, const char *data_dir, const qiaoi_reuse *reuse,
                            qiao_error *err) QIAO_CHECK;
/* FOLDER/text is complete afterwards. */
qiao_status qiaoi_text_finish(qiaoi_text *text, qiao_error *err) QIAO_CHECK;
/* Lets go of a writer that was not finished. */
void qiaoi_text_done(qiaoi_text *text);

#endif
