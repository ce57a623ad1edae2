/*
 * The words of documents that were found before, where an update left them out (words_left of the corpus): taken when
 * somebody asks, under the numbers of now. Made after the merge; read by any thread.
 */
#ifndef QIAO_INDEXING_WORDS_H
#define QIAO_INDEXING_WORDS_H

#include "indexing/corpus.h"

typedef struct qiaoi_words {
    const qiaoi_corpus *corpus;
    uint32_t *numbers; /* of now, by the numbers of the findings; NULL where nothing was left out */
} qiaoi_words;

/* QIAO_E_NOMEM. */
qiao_status qiaoi_words_init(qiaoi_words *words, const qiaoi_corpus *corpus, qiao_error *err) QIAO_CHECK;
void qiaoi_words_done(qiaoi_words *words);
/* The words of a document; arrays in the arena, or the document's own. QIAO_E_NOMEM. */
qiao_status qiaoi_words_take(const qiaoi_words *words, const qiaoi_corpus_document *document, qiao_arena *arena,
                             qiaoi_document *out, qiao_error *err) QIAO_CHECK;

#endif
