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

/* The names of a need that was read before: a project meets the same needs again and again. */
typedef struct qiaoi_known_names {
    uint32_t docid; /* + 1; 0 = none */
    uint8_t counts[QIAOI_FACTS_READINGS];
    qiaoi_name_word *words; /* one reading's behind the other's */
} qiaoi_known_names;

#define QIAOI_KNOWN_NEEDS 1024u     /* by docid modulo */
#define QIAOI_KNOWN_WORDS_MAX 48u   /* of one need: 4 KiB */
#define QIAOI_NOT_STORED UINT32_MAX /* a need without docid */

typedef struct qiaoi_indicators {
    qiaoi_known_names *known; /* [QIAOI_KNOWN_NEEDS]; NULL = none yet */
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

/*
 * need: borrowed until the next call; NULL = none. docid: of the need in the generation, or QIAOI_NOT_STORED. names:
 * false where nothing will be compared with the names. analyzer and lexicon are those of the generation. QIAO_E_NOMEM.
 */
qiao_status qiaoi_indicators_need(qiaoi_indicators *indicators, const qiaoi_facts *need, uint32_t docid, bool names,
                                  qiao_analyzer *analyzer, const qiao_lexicon *lexicon, qiao_error *err) QIAO_CHECK;
/* Does a name of the need's readings have a word whose entry has its bit set? QIAO_E_NOMEM. */
qiao_status qiaoi_indicators_name(const qiaoi_facts *need, const uint64_t *entries, qiao_analyzer *analyzer,
                                  bool *any_out, qiao_error *err) QIAO_CHECK;
void qiaoi_indicators_done(qiaoi_indicators *indicators);
/* The value of the signal as the results stand, or unknown where nothing compares. */
int32_t qiaoi_indicators_value(const qiaoi_indicators *indicators);
/* Compares with a project (borrowed); fills results. Returns their value. */
int32_t qiaoi_indicators_compare(qiaoi_indicators *indicators, const qiaoi_facts *project);

#endif
