/*
 * What the parts of the learner share: texts, sentences as word numbers, parallel sentences, settings. Private to
 * engine/lexicon/learn*.c.
 *
 *   learn.c            keeps the texts, runs the steps, holds the result
 *   learn_text.c       a text to sentences of word numbers
 *   learn_align.c      the sentences of two texts to sentence pairs
 *   learn_gather.c     all texts to the parallel sentences that the model is trained on, on several threads
 *   learn_compounds.c  neighbouring words that are one term; the working lexicon
 *   learn_model.c      translation model
 *   learn_keep.c       what was learned as bytes, and back
 */
#ifndef QIAO_LEARN_INTERNAL_H
#define QIAO_LEARN_INTERNAL_H

#include "base/parallel.h"
#include "lexicon/learn.h"
#include "lexicon/lexicon_writer.h"
#include "qiao/analyzer.h"
#include "qiao/memory.h"

#define QIAOI_SENTENCE_WORDS_MAX 256u /* a longer sentence says nothing about which word goes with which */
#define QIAOI_REPEATS_MAX 3u /* the same sentence (pair) counts so often, however often it stands in the records */

typedef struct qiaoi_learn_text {
    const char *chinese, *english;
    size_t chinese_length, english_length;
} qiaoi_learn_text;

/* Counts how often a hash was seen. Zero-initialise. */
typedef struct qiaoi_repeats {
    uint64_t *keys;
    uint8_t *counts;
    uint64_t size, used;
} qiaoi_repeats;

struct qiaoi_learner {
    const qiao_lexicon *base;
    unsigned threads;
    qiao_arena *texts_arena, *stems;
    qiao_buffer texts; /* qiaoi_learn_text[] */
    uint64_t texts_hash;
    qiaoi_repeats seen;
    qiao_buffer found;  /* keys of compounds, NUL-terminated */
    qiao_buffer result; /* qiaoi_learned[] */
    qiaoi_learner_report report;
};

/* ---- learn_text.c ---- */

/* A word of a Chinese sentence: entry + 1; or a Latin word or number by its stem number; or 0 where what stands there
 * is no neighbour of a word. */
#define QIAOI_LATIN_WORD 0x80000000u

typedef struct qiaoi_sentence {
    size_t first; /* into the words */
    uint32_t count;
    uint32_t characters; /* from its first word to its last */
} qiaoi_sentence;

typedef struct qiaoi_sentences {
    qiao_buffer words; /* uint32_t[] */
    qiao_buffer items; /* qiaoi_sentence[] */
} qiaoi_sentences;

static inline const uint32_t *
qiaoi_sentence_words(const qiaoi_sentences *sentences)
{
    return (const uint32_t *)(const void *)sentences->words.data;
}
static inline const qiaoi_sentence *
qiaoi_sentence_items(const qiaoi_sentences *sentences)
{
    return (const qiaoi_sentence *)(const void *)sentences->items.data;
}
static inline size_t
qiaoi_sentence_count(const qiaoi_sentences *sentences)
{
    return sentences->items.length / sizeof(qiaoi_sentence);
}
void qiaoi_sentences_done(qiaoi_sentences *sentences);

/* The stems that the senses of the dictionary use, numbered from 0; immutable once made, shared by the readers. */
typedef struct qiaoi_stem_numbers {
    qiaoi_key_set known;
    uint32_t *of_string; /* by offset into the lexicon's strings */
} qiaoi_stem_numbers;

qiao_status qiaoi_stem_numbers_init(qiaoi_stem_numbers *numbers, const qiao_lexicon *base, qiao_error *err) QIAO_CHECK;
void qiaoi_stem_numbers_done(qiaoi_stem_numbers *numbers);

/* Reads texts; one thread. Stems outside the dictionary get the numbers after its own, in order of appearance. */
typedef struct qiaoi_reader {
    const qiao_lexicon *lexicon;       /* base or working: same strings */
    const qiaoi_stem_numbers *numbers; /* NULL: Latin words are not told apart */
    qiao_analyzer *analyzer;
    qiaoi_key_set added;
} qiaoi_reader;

qiao_status qiaoi_reader_init(qiaoi_reader *reader, const qiao_lexicon *lexicon, const qiaoi_stem_numbers *numbers,
                              qiao_error *err) QIAO_CHECK;
void qiaoi_reader_done(qiaoi_reader *reader);
/* Append the sentences of a text. */
qiao_status qiaoi_read_chinese(qiaoi_reader *reader, const char *text, size_t length, qiaoi_sentences *out,
                               qiao_error *err) QIAO_CHECK;
qiao_status qiaoi_read_english(qiaoi_reader *reader, const char *text, size_t length, qiaoi_sentences *out,
                               qiao_error *err) QIAO_CHECK;

/* ---- learn_align.c ---- */

/* Sentences first..first+count of both sides that translate each other. */
typedef struct qiaoi_bead {
    uint32_t chinese, english;
    uint8_t chinese_count, english_count;
} qiaoi_bead;

typedef struct qiaoi_aligner qiaoi_aligner;

qiao_status qiaoi_aligner_new(const qiao_lexicon *lexicon, const qiaoi_stem_numbers *numbers, qiaoi_aligner **out,
                              qiao_error *err) QIAO_CHECK;
void qiaoi_aligner_free(qiaoi_aligner *aligner);
/* Beads with sentences on both sides, in order; qiaoi_bead[] appended to beads. */
qiao_status qiaoi_align(qiaoi_aligner *aligner, const qiaoi_sentences *chinese, const qiaoi_sentences *english,
                        qiao_buffer *beads, qiao_error *err) QIAO_CHECK;

/* ---- learn_gather.c ---- */

/* Parallel sentences in word numbers that count from 0 on each side; a word that stands twice is there twice. */
typedef struct qiaoi_parallel {
    uint64_t *chinese_starts, *english_starts; /* [count + 1] */
    uint32_t *chinese, *english;
    uint32_t count;
    uint32_t *entries; /* [chinese_words], ascending */
    uint32_t chinese_words;
    const char **stems; /* [english_words], ascending; in arena */
    uint32_t english_words;
    qiao_arena *arena;
} qiaoi_parallel;

qiao_status qiaoi_gather(const qiaoi_learn_text *texts, size_t count, const qiao_lexicon *lexicon, unsigned threads,
                         qiaoi_parallel *out, qiao_error *err) QIAO_CHECK;
void qiaoi_parallel_done(qiaoi_parallel *parallel);

/* ---- learn_compounds.c ---- */

/*
 * Find compounds and write the working lexicon to path, open it into *out and count them; their keys are appended to
 * found. Without any: nothing is written, *out is NULL.
 */
qiao_status qiaoi_find_compounds(const qiaoi_learn_text *texts, size_t count, const qiao_lexicon *base,
                                 unsigned threads, const char *path, qiao_buffer *found, qiao_lexicon **out,
                                 uint64_t *compounds_out, qiao_error *err) QIAO_CHECK;
/* The working lexicon of compounds that are known. */
qiao_status qiaoi_write_compounds(const qiao_lexicon *base, const qiao_buffer *found, const char *path,
                                  uint64_t *added_out, qiao_error *err) QIAO_CHECK;

/* ---- learn_model.c ---- */

typedef struct qiaoi_link {
    uint32_t chinese, english; /* word numbers */
    double count;
} qiaoi_link;

/* Expected counts worth keeping, ascending; qiaoi_link[] appended to links. */
qiao_status qiaoi_train(const qiaoi_parallel *parallel, unsigned threads, qiao_buffer *links,
                        qiao_error *err) QIAO_CHECK;

/* ---- learn_repeats.c ---- */

/* False once the hash was seen more than limit times. */
qiao_status qiaoi_repeats_add(qiaoi_repeats *repeats, uint64_t hash, unsigned limit, bool *fresh_out,
                              qiao_error *err) QIAO_CHECK;
void qiaoi_repeats_done(qiaoi_repeats *repeats);

#endif
