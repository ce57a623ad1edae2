/* Learning from the bilingual records of a corpus, as a step of the build. One thread calls. */
#ifndef QIAO_INDEXING_LEARN_H
#define QIAO_INDEXING_LEARN_H

#include "indexing/corpus.h"
#include "lexicon/learn.h"

typedef struct qiaoi_learning {
    const qiao_lexicon *base;
    unsigned threads;
    const char *working_path; /* where the working lexicon may be written if new compounds are found */
    const char *data_dir;     /* what was learned is kept in DIR/build/learned.bin, and the working lexicon beside it in
                               * working.bin: caches, dropped without harm */
    uint64_t program;         /* hash of the running program: another may learn otherwise */
    bool anew;                /* do not look into the cache */
} qiaoi_learning;

/*
 * Feed the learner with every field that a record of the corpus has in both languages, and run it; where the texts and
 * the lexicon are those of an earlier build, take what that learned. The learner (caller frees) holds the result;
 * *working_out (caller closes) is the base lexicon with the compounds that were found, NULL where there are none;
 * *bilingual_out counts the records that it could use.
 */
qiao_status qiaoi_corpus_learn(const qiaoi_corpus *corpus, const qiaoi_learning *learning, qiaoi_learner **out,
                               qiao_lexicon **working_out, uint64_t *bilingual_out, qiao_error *err) QIAO_CHECK;

#endif
