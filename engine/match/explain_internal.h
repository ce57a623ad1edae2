/* What the files of the explanation share: the pair that is explained, and small words. */
#ifndef QIAO_MATCH_EXPLAIN_INTERNAL_H
#define QIAO_MATCH_EXPLAIN_INTERNAL_H

#include "match/explain.h"
#include "match/phrases.h"

#define QIAOI_SAYINGS_MAX 16u

typedef struct qiaoi_explained {
    qiao_matcher *matcher;
    const qiaoi_candidate *candidate;
    const qiaoi_paired_terms *terms;
    qiaoi_pair_context pair;           /* facts NULL: the text alone was looked at */
    const qiao_record *need, *project; /* NULL: free text */
    const qiao_vocabulary *vocabulary;
    qiao_arena *arena; /* of what is said */
    qiao_buffer line;
    bool failed; /* out of memory: what was said is not whole */
} qiaoi_explained;

typedef struct qiaoi_sayings {
    const char *items[QIAOI_SAYINGS_MAX];
    size_t count;
} qiaoi_sayings;

/* The pair that matcher assessed last; end in every case that begin went well. QIAO_E_NOMEM. */
qiao_status qiaoi_explained_begin(qiaoi_explained *e, qiao_matcher *matcher, const qiaoi_candidate *candidate,
                                  const qiaoi_paired_terms *terms, qiao_error *err) QIAO_CHECK;
void qiaoi_explained_end(qiaoi_explained *e);

/* ---- saying (explain_words.c); strings live in the arena ---- */

const char *qiaoi_tell(qiaoi_explained *e, qiaoi_phrase phrase, qiao_language language, const char *const *arguments,
                       size_t count);
#define qiaoi_told(e, name, language, ...)                                                                             \
    qiaoi_tell(e, QIAOI_PHRASE_##name, language, (const char *const[]){__VA_ARGS__},                                   \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
const char *qiaoi_say_kept(qiaoi_explained *e, const char *text, size_t length);
/* text NULL or "", or no room: not added */
void qiaoi_sayings_add(qiaoi_sayings *sayings, const char *text);
/* "a、b" or "a, b"; NULL where there are none */
const char *qiaoi_sayings_join(qiaoi_explained *e, const qiaoi_sayings *sayings, qiao_language language);
/* "a；b" or "a; b" */
const char *qiaoi_sayings_join_clauses(qiaoi_explained *e, const qiaoi_sayings *sayings, qiao_language language);
/* The line as it stands in a note: English with a capital, both with a full stop. */
const char *qiaoi_sentence(qiaoi_explained *e, const char *text, qiao_language language);
/* Name of a code of one of the lists ("country|country_group"), for use inside a sentence; the code itself where it is
 * unknown; NULL for NULL. */
const char *qiaoi_named(qiaoi_explained *e, const char *lists, const char *code, qiao_language language);
/* Names of the first codes of a record. */
const char *qiaoi_named_all(qiaoi_explained *e, const char *lists, const qiaoi_facts *facts,
                            const qiaoi_fact_codes *codes, qiao_language language);
/* Its fields, or the one that its words suggest. */
const char *qiaoi_named_field(qiaoi_explained *e, const qiaoi_facts *facts, qiao_language language);
const char *qiaoi_say_number(qiaoi_explained *e, double value);
const char *qiaoi_say_money(qiaoi_explained *e, double cny, qiao_language language);
const char *qiaoi_say_day(qiaoi_explained *e, int day);
/* "4 to 7", "4 or more" */
const char *qiaoi_trl_wanted(qiaoi_explained *e, qiao_language language);
/* What a reading says, in its own unit: "≥3 mS/cm" */
const char *qiaoi_say_figure(qiaoi_explained *e, const qiao_reading *reading, qiao_language language);

/* The name of a figure; in English with a word of the other record that means it, where the record has no English name.
 */
const char *qiaoi_say_name(qiaoi_explained *e, const char *name, qiao_language language);

bool qiaoi_contains(const char *text, const char *part, size_t length);

/* ---- parts ---- */

/* explain_figures.c */
void qiaoi_explain_indicators(qiaoi_explained *e, qiao_buffer *out);
const char *qiaoi_explain_figures(qiaoi_explained *e, qiao_language language);
size_t qiaoi_open_figures(const qiaoi_explained *e, const qiao_reading **out, size_t capacity);
/* explain_note.c */
void qiaoi_explain_reasons(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out);
/* Why the gate is shut; "" for none. Static. */
const char *qiaoi_gate_phrase(qiaoi_gate gate, qiao_language language);
/* explain_doubts.c: the fifth line */
const char *qiaoi_explain_doubts(qiaoi_explained *e, qiao_language language);
/* explain_questions.c */
void qiaoi_explain_questions(qiaoi_explained *e, qiao_language language, qiaoi_sayings *out);
/* explain_policy.c */
void qiaoi_explain_flags(qiaoi_explained *e, qiao_buffer *out);
void qiaoi_explain_policy(qiaoi_explained *e, qiao_buffer *out);
void qiaoi_explain_landing(qiaoi_explained *e, qiao_buffer *out);

#endif
