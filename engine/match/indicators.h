/*
 * The indicators of a pair: what the need asks against what the project states, by dimension and by name, across
 * languages.
 *
 * Names: the need's words are spread over their translations (the generation's lexicon); a word of the project's name
 * counts as met by a word of the need's where it is that word or one of its translations, in proportion to the
 * translation's share. Likeness is the harmonic mean of how much of either name is met. A name that also reads alike in
 * its own language counts as the better of both (qiao_likeness_words).
 *
 * Ownership and threads: scratch of one thread; results are valid until the next call.
 */
#ifndef QIAO_MATCH_INDICATORS_H
#define QIAO_MATCH_INDICATORS_H

#include "lexicon/lexicon_internal.h"
#include "match/signals.h"

#define QIAOI_NAME_TRANSLATIONS 10u

typedef struct qiaoi_name_word {
    uint32_t hash; /* the word itself */
    uint32_t translations[QIAOI_NAME_TRANSLATIONS];
    float shares[QIAOI_NAME_TRANSLATIONS];
    uint32_t count;
} qiaoi_name_word;

typedef struct qiaoi_indicators {
    /* of the need at hand */
    const qiaoi_facts *need;
    qiao_reading needs[QIAOI_FACTS_READINGS];
    qiaoi_name_word words[QIAOI_FACTS_READINGS][QIAOI_NAME_WORDS];
    uint32_t word_counts[QIAOI_FACTS_READINGS];
    /* of the pair at hand */
    const qiaoi_facts *project;
    qiao_reading projects[QIAOI_FACTS_READINGS];
    qiao_comparison results[QIAOI_FACTS_READINGS]; /* one for each of the need's readings */
} qiaoi_indicators;

/* need: borrowed until the next call; NULL = none. analyzer and lexicon are those of the generation. QIAO_E_NOMEM. */
qiao_status qiaoi_indicators_need(qiaoi_indicators *indicators, const qiaoi_facts *need, qiao_analyzer *analyzer,
                                  const qiao_lexicon *lexicon, qiao_error *err) QIAO_CHECK;
/* The value of the signal as the results stand, or unknown where nothing compares. */
int32_t qiaoi_indicators_value(const qiaoi_indicators *indicators);
/* Compares with a project (borrowed); fills results. Returns their value. */
int32_t qiaoi_indicators_compare(qiaoi_indicators *indicators, const qiaoi_facts *project);

#endif
