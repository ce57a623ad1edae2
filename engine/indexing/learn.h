/* Learning from the bilingual records of a corpus, as a step of the build. One thread calls. */
#ifndef QIAO_INDEXING_LEARN_H
#define QIAO_INDEXING_LEARN_H

#include "indexing/corpus.h"
#include "lexicon/learn.h"

/*
 * Feed the learner with every field that a record of the corpus has in both languages, and run it. path: where the
 * working lexicon goes if new compounds are found. The learner (caller frees) holds the result; *bilingual_out counts
 * the records that it could use.
 */
qiao_status qiaoi_corpus_learn(const qiaoi_corpus *corpus, const qiao_lexicon *base, unsigned threads, const char *path,
                               qiaoi_learner **out, uint64_t *bilingual_out, qiao_error *err) QIAO_CHECK;

#endif
