/*
 * Learning translations from bilingual records: which English stems a Chinese word is rendered by, and which
 * neighbouring words are really one term.
 *
 * Sentences of the two sides are aligned (beads 1-1, 1-0, 0-1, 2-1, 1-2, 2-2, 3-1, 1-3 by dynamic programming over
 * dictionary overlap and length; the method of Gale and Church 1993 with lexical evidence), then IBM Model 1 (Brown et
 * al. 1993) is trained on the sentence pairs in both directions by expectation maximisation. Compounds are neighbouring
 * words that stand together far more often than chance (pointwise mutual information).
 *
 * What stands in many records counts a few times only: the same pair of texts, the same sentence, the same sentence
 * pair three times each.
 *
 * Deterministic: the same texts in the same order give the same result for any number of threads. Lifetime: a learner
 * is fed, asked once, freed. The base lexicon is borrowed until then. One thread calls.
 */
#ifndef QIAO_LEXICON_LEARN_H
#define QIAO_LEXICON_LEARN_H

#include "lexicon/derive.h"
#include "qiao/memory.h"

typedef struct qiaoi_learner qiaoi_learner;

qiao_status qiaoi_learner_new(const qiao_lexicon *base, unsigned threads, qiaoi_learner **out,
                              qiao_error *err) QIAO_CHECK;
/*
 * One record's text in both languages, of one field. Copied. A text that is not in the language it is said to be in, is
 * empty or longer than 1 MiB teaches nothing and is passed over: QIAO_OK, and the number of records stays as it is.
 */
qiao_status qiaoi_learner_add(qiaoi_learner *learner, const char *chinese, size_t chinese_length, const char *english,
                              size_t english_length, qiao_error *err) QIAO_CHECK;

/*
 * Learn. First finds compounds and writes the working lexicon to path: the base lexicon with the compounds as further
 * Chinese entries without senses (base entries keep their numbers). Then aligns and trains with that segmentation.
 * Where no compound is found, no file is written and the base lexicon is the working lexicon. QIAO_E_NOMEM, QIAO_E_IO,
 * QIAO_E_NOSPACE; no file is left then.
 */
qiao_status qiaoi_learner_run(qiaoi_learner *learner, const char *working_path, qiao_error *err) QIAO_CHECK;

/*
 * The same from an earlier run: keep appends what a run gave to out; recall, instead of run, takes it from there and
 * writes the working lexicon (working_path NULL: the caller has it still). *recalled_out is false, and nothing was
 * done, where the bytes are not of the same base lexicon and the same texts in the same order, or damaged. same_texts:
 * the caller knows the texts to be the same, and did not add them. Whoever keeps them makes sure that the program is
 * the same.
 */
qiao_status qiaoi_learner_keep(const qiaoi_learner *learner, qiao_buffer *out, qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_learner_recall(qiaoi_learner *learner, const void *bytes, size_t length, const char *working_path,
                                 bool same_texts, bool *recalled_out, qiao_error *err) QIAO_CHECK;

/* Results, borrowed until free: ascending by entry (of the working lexicon), then stem; expected counts. */
const qiaoi_learned *qiaoi_learner_result(const qiaoi_learner *learner, size_t *count_out);
typedef struct qiaoi_learner_report {
    uint64_t records;        /* pairs of texts that were taken */
    uint64_t sentence_pairs; /* trained on */
    uint64_t words;          /* Chinese words with something learned */
    uint64_t kept;           /* translations learned */
    uint64_t compounds;      /* new entries of the working lexicon */
} qiaoi_learner_report;
qiaoi_learner_report qiaoi_learner_counts(const qiaoi_learner *learner);
/* Changes where what was learned changes; 0 where nothing was. */
uint64_t qiaoi_learner_hash(const qiaoi_learner *learner);
void qiaoi_learner_free(qiaoi_learner *learner);

#endif
